//! Kubernetes quantities (`500m`, `2Gi`, `1e3`), read as the API server reads them, exactly.

use serde_json::Value;
use std::fmt;

/// An amount in billionths: the API server keeps nothing finer and rounds it up (away from zero).
///
/// `512m` of memory is half a byte: legal, and rarely meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity {
    nanos: i128,
}

/// Why a text is no quantity, and what may have been meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct BadQuantity {
    /// As written, shortened where it is long.
    pub text: String,
    /// What is wrong.
    pub problem: Problem,
    /// Quantities that may have been meant; legal ones only.
    pub instead: Vec<String>,
}

/// What is wrong with a quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Neither a string nor a number.
    Type(&'static str),
    /// It is not a number followed by a unit.
    Shape,
    /// There is no such unit.
    Unit(String),
    /// More than 2^63-1 units, which the API server cuts off without a word.
    TooLarge,
}

const NANO: i128 = 1_000_000_000;
const MAX: i128 = i64::MAX as i128 * NANO;

/// Units by the power of two that they stand for.
const BINARY: [(&str, u32); 6] = [
    ("Ki", 10),
    ("Mi", 20),
    ("Gi", 30),
    ("Ti", 40),
    ("Pi", 50),
    ("Ei", 60),
];

/// Units by the power of ten that they stand for.
const DECIMAL: [(&str, i64); 10] = [
    ("n", -9),
    ("u", -6),
    ("m", -3),
    ("", 0),
    ("k", 3),
    ("M", 6),
    ("G", 9),
    ("T", 12),
    ("P", 15),
    ("E", 18),
];

impl Quantity {
    /// Reads a quantity as written in a manifest.
    ///
    /// A number may lack its digits (`.`, `Gi`): that is zero for the API server, too.
    pub fn parse(text: &str) -> Result<Self, BadQuantity> {
        read(text).map_err(|problem| BadQuantity {
            text: shorten(text),
            instead: suggest(text, &problem),
            problem,
        })
    }

    /// Reads a value of a manifest: a string or a number.
    pub fn of(value: &Value) -> Result<Self, BadQuantity> {
        let other = match value {
            Value::String(text) => return Self::parse(text),
            Value::Number(number) => return Self::parse(&number.to_string()),
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Array(_) => "a list",
            Value::Object(_) => "a mapping",
        };
        Err(BadQuantity {
            text: other.to_owned(),
            problem: Problem::Type(other),
            instead: Vec::new(),
        })
    }

    /// So many whole units.
    pub const fn whole(units: i64) -> Self {
        Self {
            nanos: units as i128 * NANO,
        }
    }

    /// Whole units, for memory: bytes. Rounded up, away from zero.
    pub fn bytes(self) -> i64 {
        i64::try_from(away_from_zero(self.nanos, NANO))
            .expect("internal error: no quantity is larger than an i64")
    }

    /// Thousandths, for CPU: millicores. Rounded up, away from zero.
    pub const fn millis(self) -> i128 {
        away_from_zero(self.nanos, NANO / 1000)
    }
}

const fn away_from_zero(value: i128, by: i128) -> i128 {
    value / by + (value % by).signum()
}

fn read(text: &str) -> Result<Quantity, Problem> {
    let (negative, rest) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        Some(_) => (false, text),
        None => return Err(Problem::Shape),
    };
    let (whole, rest) = digits(rest);
    let (part, unit) = match rest.strip_prefix('.') {
        Some(rest) => digits(rest),
        None => ("", rest),
    };
    let (scale, exponent) = factor(unit).ok_or_else(|| no_such(unit))?;
    let nanos = magnitude(whole, part, exponent, scale).ok_or(Problem::TooLarge)?;
    Ok(Quantity {
        nanos: if negative { -nanos } else { nanos },
    })
}

fn digits(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    text.split_at(end)
}

fn no_such(unit: &str) -> Problem {
    if unit.bytes().all(|b| b.is_ascii_alphabetic()) {
        Problem::Unit(shorten(unit))
    } else {
        Problem::Shape
    }
}

/// What one of the unit is, in billionths, and a power of ten beside it.
fn factor(unit: &str) -> Option<(i128, i64)> {
    if let Some((_, power)) = BINARY.iter().find(|(name, _)| *name == unit) {
        return Some((NANO << power, 0));
    }
    if let Some((_, power)) = DECIMAL.iter().find(|(name, _)| *name == unit) {
        return Some((NANO, *power));
    }
    let power = unit.strip_prefix(['e', 'E'])?.parse().ok()?;
    Some((NANO, power))
}

/// `whole.part` times ten to the `exponent` times `scale`, rounded up; `None` above the largest.
fn magnitude(whole: &str, part: &str, exponent: i64, scale: i128) -> Option<i128> {
    let all = [whole, part].concat();
    let significant = all.trim_start_matches('0');
    let zeros = all.len() - significant.len();
    // 0.DDDD times ten to the `point`.
    let point = i64::try_from(whole.len())
        .ok()?
        .saturating_sub(i64::try_from(zeros).ok()?)
        .saturating_add(exponent);
    if significant.is_empty() {
        return Some(0);
    }
    if point > 40 {
        return None;
    }
    let before = usize::try_from(point).unwrap_or(0);
    let mut value: i128 = 0;
    for index in 0..before {
        let digit = significant.as_bytes().get(index).map_or(0, |b| b - b'0');
        value = value.checked_mul(10)?.checked_add(digit.into())?;
    }
    let after = significant.get(before..).unwrap_or_default();
    // Beyond 64 zeros nothing is left but the rounding.
    let zeros = usize::try_from(point.saturating_neg()).unwrap_or(0).min(64);
    let total = value
        .checked_mul(scale)?
        .checked_add(fraction(after, zeros, scale))?;
    (total <= MAX).then_some(total)
}

/// `0.(zeros)DDDD` times `scale`, rounded up. Exact: a nested floor is the floor of the whole.
fn fraction(digits: &str, zeros: usize, scale: i128) -> i128 {
    let (mut value, mut lost) = (0, false);
    let digits = digits.bytes().rev().map(|b| i128::from(b - b'0'));
    for digit in digits.chain(std::iter::repeat_n(0, zeros)) {
        let sum = value + digit * scale;
        value = sum / 10;
        lost |= sum % 10 != 0;
    }
    value + i128::from(lost)
}

/// What may have been meant: Java's and people's units, blanks, commas.
fn suggest(text: &str, problem: &Problem) -> Vec<String> {
    if *problem == Problem::TooLarge {
        return Vec::new();
    }
    let clean: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !"_'\"".contains(*c))
        .collect();
    let clean = clean.replace(',', ".");
    let split = clean
        .find(|c: char| c.is_ascii_alphabetic())
        .unwrap_or(clean.len());
    let (number, unit) = clean.split_at(split);
    if number.is_empty() {
        return Vec::new();
    }
    let lower = unit.to_ascii_lowercase();
    let letter = lower
        .trim_end_matches("bytes")
        .trim_end_matches("byte")
        .trim_end_matches('b')
        .trim_end_matches('i');
    let candidates = match letter {
        "" => vec![number.to_owned()],
        "k" => vec![format!("{number}Ki"), format!("{number}k")],
        "m" | "g" | "t" | "p" | "e" => {
            let letter = letter.to_ascii_uppercase();
            vec![format!("{number}{letter}i"), format!("{number}{letter}")]
        }
        _ => vec![clean.clone()],
    };
    let as_cleaned = std::iter::once(clean.clone()).filter(|_| clean != text);
    let mut legal: Vec<String> = as_cleaned.chain(candidates).collect();
    legal.retain(|candidate| read(candidate).is_ok());
    legal.dedup();
    legal.truncate(2);
    legal
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

impl fmt::Display for BadQuantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = &self.text;
        match &self.problem {
            Problem::Type(found) => {
                return write!(f, "a quantity is a string or a number, not {found}");
            }
            Problem::Shape => write!(
                f,
                "`{text}` is no Kubernetes quantity: it must be a number with a unit, like `500m` or `2Gi`"
            )?,
            Problem::Unit(unit) => write!(
                f,
                "`{text}` is no Kubernetes quantity: there is no unit `{unit}`"
            )?,
            Problem::TooLarge => write!(
                f,
                "`{text}` is more than Kubernetes can count, which is 2^63-1"
            )?,
        }
        match self.instead.as_slice() {
            [] => Ok(()),
            [one] => write!(f, "; write `{one}`"),
            [binary, decimal, ..] => write!(
                f,
                "; write `{binary}` (steps of 1024) or `{decimal}` (steps of 1000)"
            ),
        }
    }
}

#[cfg(test)]
mod tests;
