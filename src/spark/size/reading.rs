//! The same size in other words: as whoever reads it takes it.

use super::wrong::Amount;
use super::{Unit, byte_string, heap, is_java_blank, setting, split};
use crate::spark::version::Release;

/// Who reads a text with a size, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A JVM, behind `-Xmx` ([`heap()`]).
    Heap,
    /// Spark, as a setting that counts in this unit ([`setting`]).
    Setting(Unit),
    /// A standalone worker, for what it offers its executors: bytes where no unit is written, at least 1 MiB of them.
    /// Source: `WorkerArguments` and `Utils.memoryStringToMb` of 3.5.9, 4.1.4 and 4.3.0.
    Offer,
}

/// Of a number alone that is refused because it counts bytes: with so many digits it is meant in MiB (`4096`). Another one
/// may be meant in another unit (`4`, `4194304`).
const DIGITS_OF_MIB: std::ops::RangeInclusive<usize> = 3..=5;

impl Reading {
    /// The same size as every release takes it, a whole number and a unit. Nothing where the text is taken as it stands, and
    /// where nothing that is taken is the same size (`lots`, `0.1g`; `0.5m` of what counts whole MiB).
    ///
    /// 4.3 takes `4Gi` for a setting. `4g` is the same there, and the other releases take it, too.
    pub fn respelt(self, text: &str) -> Option<String> {
        if self.bytes(text).is_some() {
            return None;
        }
        let lower = text.trim_matches(is_java_blank).to_ascii_lowercase();
        let (digits, rest) = split(&lower);
        let amount = match rest {
            "" if DIGITS_OF_MIB.contains(&digits.len()) => Amount::of(digits, "", "m"),
            "" => None,
            _ => amount(digits, rest),
        }?;
        let (spelt, bytes) = amount.exact()?;
        (self.bytes(&spelt) == Some(bytes)).then_some(spelt)
    }

    /// Whether two texts are one size, as they are taken or as they would be [respelt](Self::respelt): `4Gi` and `4g`.
    pub fn is_same(self, one: &str, other: &str) -> bool {
        let size = |text: &str| {
            let respelt = || self.bytes(&self.respelt(text)?);
            self.bytes(text).or_else(respelt)
        };
        size(one).is_some_and(|own| Some(own) == size(other))
    }

    /// What the reader makes of a text, where every release takes it: what is no whole number of its unit is rounded down.
    fn bytes(self, text: &str) -> Option<u128> {
        let unit = match self {
            Self::Heap => return heap(text).ok().map(u128::from),
            Self::Setting(unit) => unit,
            Self::Offer => Unit::Mebibyte,
        };
        let mut sizes = Release::ALL.into_iter().map(|release| match self {
            Self::Offer => {
                byte_string(text, Unit::Byte, release).map(|bytes| bytes >> unit.shift())
            }
            _ => setting(text, unit, release),
        });
        // Where all of them take it, they make the same of it.
        let size = sizes.try_fold(0, |_, size| size).ok()?;
        let is_taken = self != Self::Offer || size > 0;
        is_taken.then(|| u128::from(size.unsigned_abs()) << unit.shift())
    }
}

/// A number that may have a fraction, blanks, and a unit of Spark or Kubernetes, in lower case.
fn amount(digits: &str, rest: &str) -> Option<Amount> {
    let (fraction, suffix) = rest.strip_prefix('.').map_or(("", rest), split);
    Amount::of(digits, fraction, suffix.trim_start())
}
