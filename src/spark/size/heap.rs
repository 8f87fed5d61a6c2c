//! What Spark's launcher hands to `-Xmx` as it is written, and a JVM reads.

use super::{Unit, split};
use crate::spark::version::Release;
use crate::text::shortened;
use std::fmt;

/// No JVM starts with a heap of so many bytes or fewer. Source: JDK 17, which takes 2097153.
const TOO_SMALL: u64 = 1 << 21;

/// A text that a JVM refuses as `-Xmx`: the driver or daemon ends before a line of its log.
///
/// Who may not show the text shows [`HeapProblem::reason`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`-Xmx{text}` {}{}", .problem.reason(), next(.problem))]
pub struct BadHeap {
    /// As written, shortened where it is long.
    pub text: String,
    /// What is wrong.
    pub problem: HeapProblem,
}

/// What is wrong with a heap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeapProblem {
    /// Not a number and one of k, m, g, t; the same as a JVM takes it, where it is a size elsewhere.
    Shape(Option<String>),
    /// Zero.
    Zero,
    /// 2 MiB or less, the common reason being a number without a unit: bytes.
    TooSmall,
    /// More than 64 bits.
    TooLarge,
}

impl HeapProblem {
    /// What is wrong, in words that repeat nothing of the text.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Shape(_) => "is no heap that a JVM reads",
            Self::Zero => "is no heap: it is zero",
            Self::TooSmall => {
                "is too small for a JVM, which counts a number without a unit in bytes"
            }
            Self::TooLarge => "is more than a JVM can count",
        }
    }
}

fn next(problem: &HeapProblem) -> impl fmt::Display {
    match problem {
        HeapProblem::Shape(Some(instead)) => format!(": write `{instead}`"),
        _ => ": write a whole number and k, m, g or t, as in `4g`".to_owned(),
    }
}

/// The bytes that a JVM takes `-Xmx` and this text for, before it rounds them up to a whole number of its own pages.
/// Whether the machine has as much is not known here.
///
/// This is how `spark.driver.memory` (client mode), `SPARK_DRIVER_MEMORY` and `SPARK_DAEMON_MEMORY` count: the launcher
/// (`SparkSubmitCommandBuilder`, `SparkClassCommandBuilder`) writes them behind `-Xmx` and looks at nothing. Blanks
/// around it are not dropped. An empty one never gets there: the launcher takes the next place. Source: JDK 17.
pub fn heap(text: &str) -> Result<u64, BadHeap> {
    read(text).map_err(|problem| BadHeap {
        text: shortened(text),
        problem: if problem == HeapProblem::Shape(None) {
            HeapProblem::Shape(meant(text))
        } else {
            problem
        },
    })
}

fn read(text: &str) -> Result<u64, HeapProblem> {
    let hexadecimal = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let (digits, suffix, base) = if let Some(rest) = hexadecimal {
        let end = rest.find(|c: char| !c.is_ascii_hexdigit());
        let (digits, suffix) = rest.split_at(end.unwrap_or(rest.len()));
        (digits, suffix, 16)
    } else {
        let (digits, suffix) = split(text);
        (digits, suffix, 10)
    };
    let unit = match suffix {
        "" => Some(Unit::Byte),
        "k" | "K" => Some(Unit::Kibibyte),
        "m" | "M" => Some(Unit::Mebibyte),
        "g" | "G" => Some(Unit::Gibibyte),
        "t" | "T" => Some(Unit::Tebibyte),
        _ => None,
    };
    let Some(unit) = unit.filter(|_| !digits.is_empty()) else {
        return Err(HeapProblem::Shape(None));
    };
    let count = u64::from_str_radix(digits, base).map_err(|_| HeapProblem::TooLarge)?;
    let bytes = count.checked_mul(1 << unit.shift());
    match bytes.ok_or(HeapProblem::TooLarge)? {
        0 => Err(HeapProblem::Zero),
        bytes if bytes <= TOO_SMALL => Err(HeapProblem::TooSmall),
        bytes => Ok(bytes),
    }
}

/// The same as a JVM takes it, where Spark reads it as a size (`4gb`, ` 4g`, `4Gi`).
fn meant(text: &str) -> Option<String> {
    let lower = text.trim().to_ascii_lowercase();
    let (digits, suffix) = split(&lower);
    let unit = Unit::of(suffix.trim_start(), Release::V4_3_0)?;
    let heap = format!("{digits}{}", unit.letter());
    read(&heap).is_ok().then_some(heap)
}
