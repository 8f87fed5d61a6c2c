//! Versions and byte strings, as far as the arithmetic needs them.

use super::failure::Problem;

/// A version of Spark, as far as its rules differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// `4` of `4.1.4`.
    pub major: u32,
    /// `1` of `4.1.4`.
    pub minor: u32,
}

impl Version {
    /// `4.1` or `4.1.4`; nothing where it is no version.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let major = parts.next()?.parse().ok()?;
        let minor = parts.next()?.parse().ok()?;
        Some(Self { major, minor })
    }

    /// Whether it is this version or a later one.
    pub fn since(self, major: u32, minor: u32) -> bool {
        self >= Self { major, minor }
    }
}

/// A unit that a size is counted in, as a power of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Byte = 0,
    Mebibyte = 20,
}

/// Reads a byte string as a setting of Spark does: a leading minus, then digits and a unit; rounded down.
/// Source: `ConfigHelpers.byteFromString`, `JavaUtils.byteStringAs` of 3.5.9, 4.1.4 and 4.3.0, run.
pub(super) fn size(text: &str, plain: Unit, version: Version) -> Result<i64, Problem> {
    match text.strip_prefix('-') {
        Some(rest) => bare(rest, plain, version).map(|size| -size),
        None => bare(text, plain, version),
    }
}

fn bare(text: &str, plain: Unit, version: Version) -> Result<i64, Problem> {
    let text = trim(text).to_ascii_lowercase();
    let letters = text.find(|c: char| !c.is_ascii_digit());
    let (digits, unit) = text.split_at(letters.unwrap_or(text.len()));
    let shift = shift_of(unit, plain, version).ok_or(Problem::Size)?;
    let number: i64 = digits.parse().map_err(|_| Problem::Size)?;
    let counted = plain as u32;
    if shift < counted {
        return Ok(number >> (counted - shift));
    }
    let ratio = 1_i64 << (shift - counted);
    number.checked_mul(ratio).ok_or(Problem::TooLarge)
}

/// As Java trims: control characters, too, and no other space than ASCII's.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c <= ' ')
}

/// The power of two behind a unit.
fn shift_of(unit: &str, plain: Unit, version: Version) -> Option<u32> {
    // 4.3.0 reads Kubernetes' units, 4.1.4 does not; 4.2 was not run.
    let unit = match unit.strip_suffix("ib").or(unit.strip_suffix('i')) {
        Some(letter) if version.since(4, 3) && letter != "b" && !letter.is_empty() => letter,
        _ => unit,
    };
    Some(match unit {
        "" => plain as u32,
        "b" => 0,
        "k" | "kb" => 10,
        "m" | "mb" => 20,
        "g" | "gb" => 30,
        "t" | "tb" => 40,
        "p" | "pb" => 50,
        _ => return None,
    })
}
