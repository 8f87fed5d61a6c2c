//! What a plain scalar means: to kubectl, Helm 3, Argo CD and the API's clients (go-yaml v2, `resolve.go`),
//! and whether kustomize and Helm 4's post-render step (go-yaml v3) would read it as anything but text.

/// A resolved scalar.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar<'a> {
    /// `~`, `null`, nothing.
    Null,
    /// Also `yes`, `on`, `y` and their opposites.
    Bool(bool),
    /// Fits in 64 bits with a sign.
    Int(i64),
    /// Fits in 64 bits without a sign only.
    Uint(u64),
    /// Finite, or not: JSON has no infinity.
    Float(f64),
    /// Text.
    Str(&'a str),
}

/// Resolves an untagged plain scalar by the rules of go-yaml v2.
pub fn resolve(text: &str) -> Scalar<'_> {
    let Some(first) = text.bytes().next() else {
        return Scalar::Null;
    };
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => word(text),
        b'.' => special_float(text)
            .or_else(|| dotted_float(text))
            .unwrap_or(Scalar::Str(text)),
        b'0'..=b'9' | b'+' | b'-' => number(text),
        _ => Scalar::Str(text),
    }
}

fn word(text: &str) -> Scalar<'_> {
    match text {
        "~" | "null" | "Null" | "NULL" => Scalar::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Scalar::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Scalar::Bool(false)
        }
        _ => Scalar::Str(text),
    }
}

fn special_float(text: &str) -> Option<Scalar<'_>> {
    match text {
        ".nan" | ".NaN" | ".NAN" => Some(Scalar::Float(f64::NAN)),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
            Some(Scalar::Float(f64::INFINITY))
        }
        "-.inf" | "-.Inf" | "-.INF" => Some(Scalar::Float(f64::NEG_INFINITY)),
        _ => None,
    }
}

/// Go's `ParseFloat`, which go-yaml asks directly where a text begins with a dot: `_` between digits is skipped.
fn dotted_float(text: &str) -> Option<Scalar<'static>> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let between_digits = |at: usize| at > 0 && digit(at - 1) && digit(at + 1);
    let float = if memchr::memchr(b'_', bytes).is_none() {
        text.parse()
    } else if memchr::memchr_iter(b'_', bytes).all(between_digits) {
        text.replace('_', "").parse()
    } else {
        return None;
    };
    float
        .ok()
        .filter(|float: &f64| float.is_finite())
        .map(Scalar::Float)
}

fn number(text: &str) -> Scalar<'_> {
    if let Some(special) = special_float(text) {
        return special;
    }
    // Times of day and most other texts that begin with a digit end here.
    if !text
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'+' | b'-' | b'_'))
    {
        return Scalar::Str(text);
    }
    let plain: std::borrow::Cow<'_, str> = if text.contains('_') {
        text.replace('_', "").into()
    } else {
        text.into()
    };
    if let Some(integer) = integer(&plain).or_else(|| signed_binary(&plain)) {
        return integer;
    }
    if is_decimal_float(&plain)
        && let Ok(float) = plain.parse::<f64>()
        && float.is_finite()
    {
        return Scalar::Float(float);
    }
    Scalar::Str(text)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Go's `ParseInt` and then `ParseUint` with base 0.
fn integer(text: &str) -> Option<Scalar<'static>> {
    let (negative, unsigned) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (digits, radix) = match unsigned.as_bytes() {
        [b'0', b'x' | b'X', ..] => (&unsigned[2..], 16),
        [b'0', b'b' | b'B', ..] => (&unsigned[2..], 2),
        [b'0', b'o' | b'O', ..] => (&unsigned[2..], 8),
        [b'0', _, ..] => (&unsigned[1..], 8),
        _ => (unsigned, 10),
    };
    // Rust accepts a second sign, Go does not.
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    match (negative, i64::try_from(magnitude)) {
        (false, Ok(integer)) => Some(Scalar::Int(integer)),
        (true, Ok(integer)) => Some(Scalar::Int(-integer)),
        (true, Err(_)) => (magnitude == 1 << 63).then_some(Scalar::Int(i64::MIN)),
        // A plus sign is for ParseInt only.
        (false, Err(_)) => (!text.starts_with('+')).then_some(Scalar::Uint(magnitude)),
    }
}

/// `0b-1`, `0b+1`: go-yaml cuts `0b` off what Go did not take, and asks Go again with base 2.
fn signed_binary(text: &str) -> Option<Scalar<'static>> {
    let digits = text.strip_prefix("0b")?;
    digits
        .starts_with(['+', '-'])
        .then(|| i64::from_str_radix(digits, 2).ok())?
        .map(Scalar::Int)
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_decimal_float(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let whole = match mantissa.split_once('.') {
        Some(("", fraction)) => is_digits(fraction),
        Some((whole, fraction)) => is_digits(whole) && (fraction.is_empty() || is_digits(fraction)),
        None => is_digits(mantissa),
    };
    whole && exponent.is_none_or(|e| is_digits(e.strip_prefix(['-', '+']).unwrap_or(e)))
}

/// `500m`, `1.5Gi`: digits and a unit that no dialect takes for an exponent, a base or a time.
fn is_amount(text: &str) -> bool {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let number = &text[..text.len() - unit.len()];
    matches!(
        unit,
        "m" | "k" | "M" | "G" | "T" | "P" | "Ki" | "Mi" | "Gi" | "Ti" | "Pi"
    ) && number.split('.').count() <= 2
        && number.split('.').all(is_digits)
}

/// What safe texts are made of; locks ask for every path and value that they hold.
const PLAIN: [bool; 256] = {
    let (mut table, mut byte) = ([false; 256], 0);
    while byte < 256 {
        let b = byte as u8;
        let mark = matches!(b, b'_' | b'-' | b'.' | b'/' | b'@' | b'+' | b'=' | b':');
        table[byte] = mark || b.is_ascii_alphanumeric();
        byte += 1;
    }
    table
};

/// Words that some reader takes for something else than a text, in any case.
const RESERVED: [&str; 12] = [
    "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "infinity",
];

/// The length of the longest of them.
const LONGEST: usize = 8;

/// Whether `text`, written plain, is text to every reader and cannot end early, begin something else or lose blanks.
/// Stricter than the grammar: whatever any dialect might take for more than text is to be quoted.
pub fn is_safe_plain(text: &str) -> bool {
    let Some(first) = text.bytes().next() else {
        return false;
    };
    if first.is_ascii_digit() {
        return is_amount(text);
    }
    let plain = text.bytes().all(|b| PLAIN[usize::from(b)]);
    if !plain || !(first.is_ascii_alphabetic() || first == b'/' || first == b'_') {
        return false;
    }
    // A colon before a letter or slash is no key; anything else is quoted, as is a trailing one.
    let mut colons = memchr::memchr_iter(b':', text.as_bytes());
    let goes_on = |at: usize| {
        let next = text.as_bytes().get(at + 1);
        next.is_some_and(|next| *next == b'/' || next.is_ascii_alphanumeric())
    };
    if !colons.all(goes_on) {
        return false;
    }
    let is = |word: &&str| text.eq_ignore_ascii_case(word);
    text.len() > LONGEST || !RESERVED.iter().any(is)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_in_all_bases() {
        for (text, value) in [
            ("0644", 420),
            ("-0644", -420),
            ("0o644", 420),
            ("0O17", 15),
            ("0x1F", 31),
            ("0X1F", 31),
            ("0b101", 5),
            ("-0b11", -3),
            ("1_000", 1000),
            ("1_", 1),
            ("0x_1F", 31),
            ("+12", 12),
            ("-0", 0),
            ("00", 0),
            ("0b-1_0", -2),
            ("0b+1", 1),
        ] {
            assert_eq!(resolve(text), Scalar::Int(value), "{text}");
        }
        assert_eq!(resolve("18446744073709551615"), Scalar::Uint(u64::MAX));
        assert_eq!(resolve("-9223372036854775808"), Scalar::Int(i64::MIN));
    }

    #[test]
    fn floats() {
        for (text, value) in [
            ("0888", 888.0),
            ("08", 8.0),
            ("1e3", 1e3),
            (".5", 0.5),
            (".2_5e1_0", 0.25e10),
            ("5.", 5.0),
            ("1e3_0", 1e30),
        ] {
            assert_eq!(resolve(text), Scalar::Float(value), "{text}");
        }
    }

    #[test]
    fn text() {
        for text in [
            "yEs",
            "nUll",
            "0o8",
            "_1",
            "12:30:45",
            "1e400",
            "2024-01-01",
            "0x",
            "--1",
            "+-1",
            ".",
            "1.2.3",
            "0b-2",
            "0B-1",
            "-0b-1",
            "._5",
            ".5_",
            ".5__0",
            ".5_e1",
        ] {
            assert_eq!(resolve(text), Scalar::Str(text));
        }
    }

    #[test]
    fn what_may_stand_plain() {
        for text in [
            "RuntimeDefault",
            "500m",
            "1.5Gi",
            "4505Mi",
            "/tmp",
            "ALL",
            "http://x:80/y",
            "a.b-c_d",
        ] {
            assert!(is_safe_plain(text), "{text}");
        }
        for text in [
            "", "yes", "Off", "1", "1.5", "~", "-", "a: b", "a b", "a:", "a #", "{", "NaN", "é",
            ".5", "x\ty", "1e3", "0x1F", "1.Gi", "1..5Gi", "5E", "10:30m",
        ] {
            assert!(!is_safe_plain(text), "{text}");
        }
    }
}
