//! Why a text is no size for Spark, in a few words, and what to write.

use super::{Unit, split};
use crate::spark::version::Release;
use crate::text::shortened;
use std::fmt;

/// A text that Spark refuses as a size: the process that reads it does not start.
///
/// Who may not show the text (a Secret's) shows the problem alone, [`Problem::reason`], which repeats none of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` {}{}", .problem.reason(), next(.problem))]
pub struct BadSize {
    /// As written, shortened where it is long.
    pub text: String,
    /// What is wrong.
    pub problem: Problem,
}

impl BadSize {
    pub(super) fn new(text: &str, problem: Problem) -> Self {
        let text = shortened(text);
        Self { text, problem }
    }
}

/// What is wrong with a size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Nothing, or blanks alone.
    Empty,
    /// Below zero.
    Negative,
    /// A fraction (`0.5g`); what it comes to, where that is a size.
    Fraction(Option<String>),
    /// A unit of Kubernetes (`4Gi`), which this release does not take; the same with Spark's.
    Quantity(String),
    /// There is no such unit.
    Unit,
    /// More than 2^63-1 of what the setting counts in.
    TooLarge,
    /// Blanks between number and unit; the same without.
    Blank(String),
    /// Not a number and a unit.
    Shape,
}

impl Problem {
    /// What is wrong, in words that repeat nothing of the text.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Empty => "is empty",
            Self::Negative => "is below zero",
            Self::Fraction(_) => "has a fraction, which Spark refuses",
            Self::Quantity(_) => "has a unit of Kubernetes, which Spark refuses before 4.3",
            Self::Unit => "has a unit that Spark does not know",
            Self::TooLarge => "is more than Spark can count",
            Self::Blank(_) => "has a blank between number and unit",
            Self::Shape => "is no size",
        }
    }

    /// What to write instead; an example where nothing can be told.
    pub fn instead(&self) -> Option<&str> {
        match self {
            Self::Quantity(instead) | Self::Blank(instead) => Some(instead),
            Self::Fraction(instead) => instead.as_deref(),
            _ => None,
        }
    }
}

fn next(problem: &Problem) -> impl fmt::Display {
    match problem.instead() {
        Some(instead) => format!(": write `{instead}`"),
        None => ": write a whole number and b, k, m, g, t or p, as in `4g`".to_owned(),
    }
}

/// What is wrong with a text that is not digits and letters.
pub(super) fn shape(text: &str) -> Problem {
    if text.is_empty() {
        return Problem::Empty;
    }
    let (digits, rest) = split(text.strip_prefix('-').unwrap_or(text));
    if text.starts_with('-') && !digits.is_empty() {
        return Problem::Negative;
    }
    if let Some(rest) = rest.strip_prefix('.') {
        let (fraction, suffix) = split(rest);
        if !(digits.is_empty() && fraction.is_empty())
            && suffix.bytes().all(|b| b.is_ascii_lowercase())
        {
            return Problem::Fraction(whole(digits, fraction, suffix));
        }
    }
    let suffix = rest.trim_start();
    match Unit::of(suffix, Release::V4_3_0) {
        Some(unit) if !digits.is_empty() => Problem::Blank(format!("{digits}{}", unit.letter())),
        _ => Problem::Shape,
    }
}

/// What is wrong with a unit that the release does not know.
pub(super) fn unit(digits: &str, suffix: &str, release: Release) -> Problem {
    match Unit::of(suffix, Release::V4_3_0) {
        Some(unit) if release < Release::V4_3_0 => {
            Problem::Quantity(format!("{digits}{}", unit.letter()))
        }
        _ => Problem::Unit,
    }
}

/// A fraction as a whole number of the largest unit that makes it one, or else of one that makes it at least 100, rounded
/// down. Nothing where it is too long to be counted, or nothing.
fn whole(digits: &str, fraction: &str, suffix: &str) -> Option<String> {
    let amount = Amount::of(digits, fraction, suffix).filter(|amount| amount.scaled > 0)?;
    let exact = amount.exact().map(|(spelt, _)| spelt);
    exact.or_else(|| amount.near())
}

/// A number with a fraction, and its unit.
pub(super) struct Amount {
    /// Bytes, times `tens`.
    scaled: u128,
    tens: u128,
    unit: Unit,
}

impl Amount {
    /// Of the digits before and behind the point, and a suffix in lower case, Kubernetes' own as well. Nothing where it is too
    /// long to be counted, or the unit is none.
    pub(super) fn of(digits: &str, fraction: &str, suffix: &str) -> Option<Self> {
        let unit = Unit::of(suffix, Release::V4_3_0)?;
        if digits.len() + fraction.len() > 15 {
            return None;
        }
        let tens = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
        let count: u128 = format!("0{digits}{fraction}").parse().ok()?;
        Some(Self {
            scaled: count << unit.shift(),
            tens,
            unit,
        })
    }

    /// As a whole number of the largest unit, up to its own, that makes it one, with its bytes.
    pub(super) fn exact(&self) -> Option<(String, u128)> {
        let unit = self.find(|one| self.scaled.is_multiple_of(one))?;
        Some((self.spelt(unit), self.scaled / self.tens))
    }

    /// `0.1g` is 102 whole mebibytes: near enough.
    fn near(&self) -> Option<String> {
        let unit = self.find(|one| self.scaled / one >= 100)?;
        Some(self.spelt(unit))
    }

    /// The largest unit, up to its own, one of which is so much.
    fn find(&self, is: impl Fn(u128) -> bool) -> Option<Unit> {
        let mut units = Unit::ALL.into_iter().rev();
        units.find(|unit| *unit <= self.unit && is(self.tens << unit.shift()))
    }

    fn spelt(&self, unit: Unit) -> String {
        let count = self.scaled / (self.tens << unit.shift());
        format!("{count}{}", unit.letter())
    }
}
