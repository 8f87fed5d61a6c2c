//! Sizes as Spark reads them, and as a JVM reads its heap.

mod heap;
mod reading;
mod wrong;

pub use heap::{BadHeap, HeapProblem, heap};
pub use reading::Reading;
pub use wrong::{BadSize, Problem};

use super::version::Release;

/// What a size counts in. Each setting has its own, which holds where no unit is written. All are powers of 1024, as in
/// Spark's `ByteUnit`; `kb` is `k`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// `b`
    Byte,
    /// `k`
    Kibibyte,
    /// `m`: `spark.driver.memory` and its like.
    Mebibyte,
    /// `g`
    Gibibyte,
    /// `t`
    Tebibyte,
    /// `p`
    Pebibyte,
}

impl Unit {
    /// All of them, the smallest first.
    pub const ALL: [Self; 6] = [
        Self::Byte,
        Self::Kibibyte,
        Self::Mebibyte,
        Self::Gibibyte,
        Self::Tebibyte,
        Self::Pebibyte,
    ];

    /// The power of two that it stands for.
    pub const fn shift(self) -> u32 {
        self as u32 * 10
    }

    /// As Spark writes it.
    pub const fn letter(self) -> char {
        match self {
            Self::Byte => 'b',
            Self::Kibibyte => 'k',
            Self::Mebibyte => 'm',
            Self::Gibibyte => 'g',
            Self::Tebibyte => 't',
            Self::Pebibyte => 'p',
        }
    }

    /// The unit of a suffix in lower case. `ki` and `kib` are Kubernetes' own, which Spark takes from 4.3 on.
    fn of(suffix: &str, release: Release) -> Option<Self> {
        let mut units = Self::ALL.into_iter();
        let found = units.find(|unit| suffix.starts_with(unit.letter()))?;
        let known = match (&suffix[1..], found) {
            ("", _) => true,
            (_, Self::Byte) => false,
            ("b", _) => true,
            ("i" | "ib", _) => release >= Release::V4_3_0,
            _ => false,
        };
        known.then_some(found)
    }
}

/// A byte string as `spark.executor.memory` has it, in `unit`, rounded down; without a unit of its own it counts in
/// `unit`. Never negative.
///
/// Source: `JavaUtils.byteStringAs` of Spark 3.5.9, 4.1.4 and 4.3.0: blanks around it are dropped, case is none, a
/// fraction is refused, and what does not fit 63 bits in `unit` is refused, too.
pub fn byte_string(text: &str, unit: Unit, release: Release) -> Result<i64, BadSize> {
    read(text, unit, release).map_err(|problem| BadSize::new(text, problem))
}

/// The value of a setting that is registered with a unit (`ConfigBuilder.bytesConf`): a byte string, before which a minus
/// may stand. Whether a setting takes a negative value it says itself.
///
/// Source: `ConfigHelpers.byteFromString`.
pub fn setting(text: &str, unit: Unit, release: Release) -> Result<i64, BadSize> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let size = read(rest, unit, release).map_err(|problem| match problem {
        Problem::Empty if negative => BadSize::new(text, Problem::Shape),
        problem => BadSize::new(text, problem),
    })?;
    Ok(if negative { -size } else { size })
}

fn read(text: &str, unit: Unit, release: Release) -> Result<i64, Problem> {
    let lower = text.to_lowercase();
    let lower = lower.trim_matches(is_java_blank);
    let (digits, suffix) = split(lower);
    if digits.is_empty() || !suffix.bytes().all(|b| b.is_ascii_lowercase()) {
        return Err(wrong::shape(lower));
    }
    let count: i64 = digits.parse().map_err(|_| Problem::TooLarge)?;
    let own = match suffix {
        "" => unit,
        suffix => Unit::of(suffix, release).ok_or_else(|| wrong::unit(digits, suffix, release))?,
    };
    match own.shift().checked_sub(unit.shift()) {
        Some(more) => count.checked_mul(1 << more).ok_or(Problem::TooLarge),
        None => Ok(count >> (unit.shift() - own.shift())),
    }
}

/// The digits that a text begins with, and the rest.
fn split(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit());
    text.split_at(end.unwrap_or(text.len()))
}

/// What `String.trim` drops.
pub(super) const fn is_java_blank(c: char) -> bool {
    c <= ' '
}

#[cfg(test)]
mod tests;
