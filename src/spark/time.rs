//! Times as Spark reads them.

use super::size::is_java_blank;
use crate::text::shortened;

/// What a time counts in. Each setting has its own, which holds where no unit is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimeUnit {
    /// No suffix stands for it: `ns` is refused.
    Nanosecond,
    /// `us`
    Microsecond,
    /// `ms`
    Millisecond,
    /// `s`
    Second,
    /// `m`, `min`
    Minute,
    /// `h`
    Hour,
    /// `d`
    Day,
}

impl TimeUnit {
    const fn nanoseconds(self) -> i64 {
        match self {
            Self::Nanosecond => 1,
            Self::Microsecond => 1_000,
            Self::Millisecond => 1_000_000,
            Self::Second => 1_000_000_000,
            Self::Minute => 60_000_000_000,
            Self::Hour => 3_600_000_000_000,
            Self::Day => 86_400_000_000_000,
        }
    }

    fn of(suffix: &str) -> Option<Self> {
        Some(match suffix {
            "us" => Self::Microsecond,
            "ms" => Self::Millisecond,
            "s" => Self::Second,
            "m" | "min" => Self::Minute,
            "h" => Self::Hour,
            "d" => Self::Day,
            _ => return None,
        })
    }
}

/// A text that Spark refuses as a time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` {}: write a whole number and us, ms, s, min, h or d, as in `120s`", .problem.reason())]
pub struct BadTime {
    /// As written, shortened where it is long.
    pub text: String,
    /// What is wrong.
    pub problem: TimeProblem,
}

/// What is wrong with a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeProblem {
    /// Nothing, or blanks alone.
    Empty,
    /// A fraction.
    Fraction,
    /// There is no such unit.
    Unit,
    /// More than 63 bits.
    TooLarge,
    /// Not a number and a unit.
    Shape,
}

impl TimeProblem {
    /// What is wrong, in words that repeat nothing of the text.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Empty => "is empty",
            Self::Fraction => "has a fraction, which Spark refuses",
            Self::Unit => "has a unit that Spark does not know",
            Self::TooLarge => "is more than Spark can count",
            Self::Shape => "is no time",
        }
    }
}

/// A time string (`120s`) in `unit`, cut off towards zero; without a unit of its own it counts in `unit`. It may be
/// negative. What is too large for 64 bits in `unit` is the largest number there is.
///
/// Source: `JavaUtils.timeStringAs` of Spark 3.5.9, 4.1.4 and 4.3.0, which agree; `ConfigHelpers.timeFromString` is the
/// same.
pub fn time_string(text: &str, unit: TimeUnit) -> Result<i64, BadTime> {
    read(text, unit).map_err(|problem| BadTime {
        text: shortened(text),
        problem,
    })
}

fn read(text: &str, unit: TimeUnit) -> Result<i64, TimeProblem> {
    let lower = text.to_lowercase();
    let lower = lower.trim_matches(is_java_blank);
    let digits = lower.strip_prefix('-').unwrap_or(lower);
    let end = digits.find(|c: char| !c.is_ascii_digit());
    let suffix = end.map_or("", |end| &digits[end..]);
    let number = &lower[..lower.len() - suffix.len()];
    if number.is_empty() || number == "-" || !suffix.bytes().all(|b| b.is_ascii_lowercase()) {
        return Err(shape(lower, suffix));
    }
    let count: i64 = number.parse().map_err(|_| TimeProblem::TooLarge)?;
    let own = match suffix {
        "" => unit,
        suffix => TimeUnit::of(suffix).ok_or(TimeProblem::Unit)?,
    };
    let (from, to) = (own.nanoseconds(), unit.nanoseconds());
    Ok(if from >= to {
        count.saturating_mul(from / to)
    } else {
        count / (to / from)
    })
}

fn shape(text: &str, suffix: &str) -> TimeProblem {
    let fraction = suffix
        .strip_prefix('.')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    match text {
        "" => TimeProblem::Empty,
        _ if fraction => TimeProblem::Fraction,
        _ => TimeProblem::Shape,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spark::testing::vectors;

    #[test]
    fn times_are_what_sparks_own_classes_answer() {
        let units = [
            TimeUnit::Microsecond,
            TimeUnit::Millisecond,
            TimeUnit::Second,
            TimeUnit::Minute,
        ];
        let mut seen = 0;
        for vector in vectors("time") {
            let read = units.map(|unit| time_string(&vector.text, unit).ok());
            assert_eq!(read.to_vec(), vector.answers, "{:?}", vector.text);
            seen += 1;
        }
        assert!(seen > 50, "{seen}");
    }

    #[test]
    fn what_is_wrong_is_said_with_what_to_write() {
        let next = "write a whole number and us, ms, s, min, h or d, as in `120s`";
        for (text, want) in [
            ("1.5s", "has a fraction, which Spark refuses"),
            ("1w", "has a unit that Spark does not know"),
            ("1 s", "is no time"),
            (" ", "is empty"),
            ("9223372036854775808", "is more than Spark can count"),
        ] {
            let said = time_string(text, TimeUnit::Second).expect_err(text);
            assert_eq!(said.to_string(), format!("`{text}` {want}: {next}"));
        }
    }
}
