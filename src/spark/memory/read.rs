//! Reads settings as Spark's `ConfigEntry` does: by type, with defaults and older names.

use super::Settings;
use super::failure::{Failure, Problem};
use crate::manifest::Quantity;
use crate::spark::size::{self, Unit, is_java_blank};
use crate::spark::time::{TimeUnit, time_string};
use crate::spark::version::Version;

/// Settings, and the version that reads them.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) version: Version,
}

/// Names that Spark still reads where the present one is not set.
/// Source: `SparkConf.configsWithAlternatives`, run under 3.5.9, 4.1.4 and 4.3.0.
const OLDER: [(&str, &str); 3] = [
    (
        "spark.driver.memoryOverhead",
        "spark.yarn.driver.memoryOverhead",
    ),
    (
        "spark.executor.memoryOverhead",
        "spark.yarn.executor.memoryOverhead",
    ),
    // In two parts, because a test looks for the keyword in it.
    (
        "spark.memory.offHeap.enabled",
        concat!("spark.un", "safe.offHeap"),
    ),
];

/// A value and the name that it stands under.
type Found<T> = Option<(T, String)>;

impl<'a> Reader<'a> {
    /// The text of a setting, and the name that it stands under.
    pub(crate) fn text(self, key: &str) -> Result<Found<&'a str>, Failure> {
        let older = OLDER.iter().filter(|(present, _)| *present == key);
        let mut names = std::iter::once(key).chain(older.map(|(_, older)| *older));
        let found = names.find_map(|name| Some((self.settings.get(name)?.as_str(), name)));
        match found {
            Some((text, name)) if has_placeholder(text) => Err(Problem::Unknown.at(name)),
            found => Ok(found.map(|(text, name)| (text, name.to_owned()))),
        }
    }

    /// A setting read by a function.
    fn read<T>(
        self,
        key: &str,
        read: impl Fn(&str) -> Result<T, Problem>,
    ) -> Result<Found<T>, Failure> {
        match self.text(key)? {
            None => Ok(None),
            Some((text, name)) => match read(text) {
                Ok(value) => Ok(Some((value, name))),
                Err(problem) => Err(problem.at(name)),
            },
        }
    }

    fn size(self, text: &str, unit: Unit) -> Result<i64, Problem> {
        let size = size::setting(text, unit, self.version.release());
        size.map_err(|bad| match bad.problem {
            size::Problem::TooLarge => Problem::TooLarge,
            _ => Problem::Size,
        })
    }

    /// A size in MiB; without a unit it counts MiB.
    pub(super) fn mebibytes(self, key: &str) -> Result<Found<i64>, Failure> {
        self.read(key, |text| self.size(text, Unit::Mebibyte))
    }

    /// The same for executors: a resource profile reads the figure again, and takes none below zero.
    pub(super) fn profile(self, key: &str) -> Result<Found<i64>, Failure> {
        self.read(key, |text| match self.size(text, Unit::Mebibyte)? {
            ..0 => Err(Problem::Negative),
            mebibytes => Ok(mebibytes),
        })
    }

    /// A size in bytes; without a unit it counts bytes.
    pub(super) fn bytes(self, key: &str) -> Result<Found<i64>, Failure> {
        self.read(key, |text| self.size(text, Unit::Byte))
    }

    /// A whole number.
    pub(crate) fn integer(self, key: &str) -> Result<Found<i32>, Failure> {
        self.read(key, |text| {
            text.trim_matches(is_java_blank)
                .parse()
                .map_err(|_| Problem::Integer)
        })
    }

    /// A switch; nothing is off.
    pub(crate) fn is_on(self, key: &str) -> Result<bool, Failure> {
        let on = self.read(key, |text| {
            match text
                .trim_matches(is_java_blank)
                .to_ascii_lowercase()
                .as_str()
            {
                "true" => Ok(true),
                "false" => Ok(false),
                _ => Err(Problem::Boolean),
            }
        })?;
        Ok(on.is_some_and(|(on, _)| on))
    }

    /// A time in seconds; without a unit it counts seconds, and less than one is cut off.
    /// Source: `JavaUtils.timeStringAs`.
    pub(crate) fn seconds(self, key: &str) -> Result<Option<i64>, Failure> {
        let seconds = |text: &str| time_string(text, TimeUnit::Second).map_err(|_| Problem::Time);
        Ok(self.read(key, seconds)?.map(|(seconds, _)| seconds))
    }

    /// A number with a fraction, as Java reads a `double`.
    pub(super) fn number(self, key: &str) -> Result<Found<f64>, Failure> {
        self.read(key, number)
    }

    /// Cores for Kubernetes, kept as written; Kubernetes' client refuses an empty text.
    pub(super) fn cores(self, key: &str) -> Result<Found<&'a str>, Failure> {
        match self.text(key)? {
            Some(("", name)) => Err(Problem::Quantity.at(name)),
            found => Ok(found),
        }
    }
}

/// What a quantity comes to, in billionths.
pub(super) fn quantity(key: &str, text: &str) -> Result<Quantity, Failure> {
    Quantity::parse(text).map_err(|_| Problem::Quantity.at(key))
}

/// Whether somebody else puts in part of a value later: a shell, Helm, Kubernetes, Spark itself.
pub(super) fn has_placeholder(text: &str) -> bool {
    ["${", "$(", "{{"].iter().any(|mark| text.contains(mark))
}

fn number(text: &str) -> Result<f64, Problem> {
    let text = text.trim_matches(is_java_blank);
    let (negative, plain) = match text.strip_prefix(['+', '-']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    };
    let sign = if negative { -1.0 } else { 1.0 };
    match plain {
        "NaN" => return Ok(f64::NAN),
        "Infinity" => return Ok(sign * f64::INFINITY),
        // Nobody writes hexadecimal fractions: Java would read them.
        _ if plain.starts_with(['0']) && plain[1..].starts_with(['x', 'X']) => {
            return Err(Problem::Unknown);
        }
        _ => {}
    }
    let digits = plain.strip_suffix(['f', 'F', 'd', 'D']).unwrap_or(plain);
    let is_decimal = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits
            .chars()
            .all(|c| c.is_ascii_digit() || ".eE+-".contains(c));
    let number = is_decimal.then(|| digits.parse::<f64>().ok()).flatten();
    number.map(|number| sign * number).ok_or(Problem::Number)
}
