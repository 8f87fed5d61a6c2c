//! The escapes of `java.util.Properties`.

use crate::text::Span;

/// A key or a value.
pub(super) struct Text {
    /// Escapes resolved.
    pub(super) resolved: String,
    /// Where it stands in the logical line, without what was trimmed.
    pub(super) written: Span,
    /// The first escape that Java refuses.
    pub(super) malformed: Option<Span>,
}

/// One UTF-16 unit, as Java has them, and where it is written.
struct Unit {
    code: u16,
    written: Span,
}

/// Reads what stands at `at`.
pub(super) fn text(raw: &str, at: usize, trimmed: bool) -> Text {
    if !raw.contains('\\') {
        return plain(raw, at, trimmed);
    }
    let (units, malformed) = units(raw, at);
    let kept = if trimmed { trim(&units) } else { &units[..] };
    let written = match kept {
        [] => Span::empty(at),
        [one] => one.written,
        [first, .., last] => Span::new(first.written.start, last.written.end),
    };
    let codes: Vec<u16> = kept.iter().map(|unit| unit.code).collect();
    Text {
        // Half a pair is no character: Java has it, UTF-8 does not.
        resolved: String::from_utf16_lossy(&codes),
        written,
        malformed,
    }
}

fn plain(raw: &str, at: usize, trimmed: bool) -> Text {
    let (start, kept) = if trimmed {
        let rest = raw.trim_start_matches(|c| c <= ' ');
        (
            at + raw.len() - rest.len(),
            rest.trim_end_matches(|c| c <= ' '),
        )
    } else {
        (at, raw)
    };
    let start = if kept.is_empty() { at } else { start };
    Text {
        resolved: kept.to_owned(),
        written: Span::new(start, start + kept.len()),
        malformed: None,
    }
}

/// What `Utils.trimExceptCRLF` leaves.
fn trim(units: &[Unit]) -> &[Unit] {
    let stays = |unit: &Unit| unit.code > 0x20 || [0xa, 0xd].contains(&unit.code);
    let start = units.iter().position(stays).unwrap_or(units.len());
    let end = units.iter().rposition(stays).map_or(start, |last| last + 1);
    &units[start..end]
}

fn units(raw: &str, at: usize) -> (Vec<Unit>, Option<Span>) {
    let mut units = Vec::with_capacity(raw.len());
    let mut malformed = None;
    let mut chars = raw.char_indices();
    while let Some((start, c)) = chars.next() {
        let c = match c {
            '\\' => match chars.next() {
                Some((_, 't')) => '\t',
                Some((_, 'n')) => '\n',
                Some((_, 'r')) => '\r',
                Some((_, 'f')) => '\u{c}',
                Some((_, 'u')) => {
                    let (code, digits) = hexadecimal(chars.as_str());
                    (0..digits).for_each(|_| _ = chars.next());
                    let written = Span::new(start, chars.offset()).shifted(at);
                    if digits < 4 {
                        malformed.get_or_insert(written);
                    }
                    units.push(Unit { code, written });
                    continue;
                }
                Some((_, other)) => other,
                None => break,
            },
            c => c,
        };
        let written = Span::new(start, chars.offset()).shifted(at);
        let mut pair = [0; 2];
        for code in c.encode_utf16(&mut pair) {
            units.push(Unit {
                code: *code,
                written,
            });
        }
    }
    (units, malformed)
}

/// Up to four hexadecimal digits: what they come to, and how many they are.
fn hexadecimal(text: &str) -> (u16, usize) {
    let digits = text.chars().map_while(|c| c.to_digit(16)).take(4);
    digits.fold((0, 0), |(code, count), digit| {
        (code << 4 | digit as u16, count + 1)
    })
}
