//! Standard base64 with padding, as `!!binary` values and Secrets hold it.

/// The decoded text. `None` where it is no base64, or no UTF-8.
pub(crate) fn decode(text: &str) -> Option<String> {
    String::from_utf8(decode_bytes(text)?).ok()
}

/// The decoded bytes; line breaks are skipped, as Go skips them. `None` where it is no base64.
pub(crate) fn decode_bytes(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let mut quad = [0u8; 4];
    let (mut filled, mut padding) = (0, 0);
    for b in text.bytes().filter(|b| !matches!(b, b'\n' | b'\r')) {
        if b == b'=' {
            padding += 1;
        } else if padding > 0 {
            return None;
        }
        quad[filled] = if b == b'=' { 0 } else { digit(b)? };
        filled += 1;
        if filled == 4 {
            let word = quad
                .iter()
                .fold(0u32, |word, &six| word << 6 | u32::from(six))
                .to_be_bytes();
            bytes.extend_from_slice(&word[1..4usize.checked_sub(padding).filter(|_| padding < 3)?]);
            filled = 0;
        }
    }
    (filled == 0).then_some(bytes)
}

fn digit(b: u8) -> Option<u8> {
    match b {
        b'A'..=b'Z' => Some(b - b'A'),
        b'a'..=b'z' => Some(b - b'a' + 26),
        b'0'..=b'9' => Some(b - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn decodes_what_go_decodes() {
        assert_eq!(super::decode("aGVsbG8=").as_deref(), Some("hello"));
        assert_eq!(super::decode("aGVs\nbG8h").as_deref(), Some("hello!"));
        assert_eq!(super::decode("").as_deref(), Some(""));
        for bad in ["a", "a===", "=aaa", "aGVsbG8", "a b="] {
            assert_eq!(super::decode(bad), None, "{bad}");
        }
    }
}
