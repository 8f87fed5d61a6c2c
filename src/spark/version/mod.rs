//! Versions of Spark: read, ordered, and which catalogued release answers for each.

mod told;

pub use told::{of_field, of_image, of_jar, of_spark_image};

use crate::text::shortened;
use std::fmt;

/// A release whose own classes were asked. What this layer knows, it knows of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Release {
    /// 3.5.9
    V3_5_9,
    /// 4.1.4
    V4_1_4,
    /// 4.3.0
    V4_3_0,
}

impl Release {
    /// All of them, the oldest first.
    pub const ALL: [Self; 3] = [Self::V3_5_9, Self::V4_1_4, Self::V4_3_0];

    /// Its version.
    pub const fn version(self) -> Version {
        let (major, minor, patch) = match self {
            Self::V3_5_9 => (3, 5, 9),
            Self::V4_1_4 => (4, 1, 4),
            Self::V4_3_0 => (4, 3, 0),
        };
        Version {
            major,
            minor,
            patch: Some(patch),
            is_final: true,
        }
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.version().fmt(f)
    }
}

/// A version of Spark. A line (`3.5`) comes before its releases, a snapshot before what it becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// `4` of `4.1.0`.
    pub major: u16,
    /// `1` of `4.1.0`.
    pub minor: u16,
    /// `0` of `4.1.0`; nothing where only the line is written.
    pub patch: Option<u16>,
    /// Whether it is a release, or a vendor's build of one: no snapshot, preview or candidate.
    pub is_final: bool,
}

/// Why a text is no version of Spark.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadVersion {
    /// Not two or three numbers.
    #[error("`{0}` is no version of Spark: write one as `4.1.4` or `4.1`")]
    Shape(String),
    /// There is no such line, and it is not the next one.
    #[error("there is no Spark {0}: {1}")]
    Absent(String, String),
}

/// How the release that answers for a version relates to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nearness {
    /// It is that release, or another one of its line.
    Line,
    /// Older than the oldest catalogued one, which answers.
    Older,
    /// Between two catalogued lines; the one before it answers, but for defaults.
    Between,
    /// Newer than the newest catalogued one, which answers.
    Newer,
}

/// The last minor version of each major one, by its place. Source: the archive of Spark's releases.
const LAST: [u16; 5] = [9, 6, 4, 5, 3];
/// The first line, 0.5.
const FIRST_OF_ALL: u16 = 5;

impl Version {
    /// Reads a version: `3.5`, `4.1.4`, `v3.1.1`, `4.3.0-SNAPSHOT`, `3.5.1-amzn-1`.
    ///
    /// A line after the newest catalogued one is taken as Spark's next (up to 5.9); others that never were are refused.
    /// Numbers of patches are not judged, since vendors have their own.
    pub fn parse(text: &str) -> Result<Self, BadVersion> {
        let version = shape(text).ok_or_else(|| BadVersion::Shape(shortened(text)))?;
        let absent = |why: String| Err(BadVersion::Absent(shortened(text), why));
        let Self { major, minor, .. } = version;
        match LAST.get(usize::from(major)) {
            Some(_) if major == 0 && minor < FIRST_OF_ALL => absent("the first is 0.5".to_owned()),
            Some(last) if minor > *last && usize::from(major) + 1 < LAST.len() => {
                absent(format!("after {major}.{last} came {}.0", major + 1))
            }
            _ if major > 5 || minor > 9 => absent("the newest that is known is 4.3".to_owned()),
            _ => Ok(version),
        }
    }

    /// Whether its line is this one or a later one.
    pub fn since(self, major: u16, minor: u16) -> bool {
        self.line() >= (major, minor)
    }

    /// The release that answers for this version: of its line, or else the nearest before it; the oldest for older ones.
    pub fn release(self) -> Release {
        let line = |release: &&Release| release.version().line() <= self.line();
        let mut releases = Release::ALL.iter().rev();
        *releases.find(line).unwrap_or(&Release::V3_5_9)
    }

    /// How near that release is.
    pub fn nearness(self) -> Nearness {
        let [oldest, .., newest] = Release::ALL.map(|release| release.version().line());
        match self.line() {
            line if line == self.release().version().line() => Nearness::Line,
            line if line < oldest => Nearness::Older,
            line if line > newest => Nearness::Newer,
            _ => Nearness::Between,
        }
    }

    /// What a report says where a release of another line answers: `nothing is known of Spark 4.4.0 itself: …`.
    pub fn remark(self) -> Option<String> {
        let release = self.release();
        let why = match self.nearness() {
            Nearness::Line => return None,
            Nearness::Older => "the oldest that is known",
            Nearness::Between => {
                return Some(format!(
                    "of Spark {self} only settings and their defaults are known: what else is said holds for {release}, the nearest \
                     known one before it"
                ));
            }
            Nearness::Newer => "the newest that is known",
        };
        Some(format!(
            "nothing is known of Spark {self} itself: what is said holds for {release}, {why}"
        ))
    }

    /// Major and minor: what has to agree between a driver, its executors and its jars.
    pub const fn line(self) -> (u16, u16) {
        (self.major, self.minor)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { major, minor, .. } = self;
        write!(f, "{major}.{minor}")?;
        if let Some(patch) = self.patch {
            write!(f, ".{patch}")?;
        }
        f.write_str(if self.is_final { "" } else { "-SNAPSHOT" })
    }
}

/// The numbers of a version, whether or not it exists.
fn shape(text: &str) -> Option<Version> {
    let text = text.trim();
    let (major, rest) = number(text.strip_prefix('v').unwrap_or(text))?;
    let (minor, rest) = number(rest.strip_prefix('.')?)?;
    let (patch, rest) = match rest.strip_prefix('.').and_then(number) {
        Some((patch, rest)) => (Some(patch), rest),
        None => (None, rest),
    };
    let suffix = rest.to_ascii_lowercase();
    let before = ["-snapshot", "-preview", "-rc", "rc", ".dev", "-dev"];
    let is_final = !before.iter().any(|word| suffix.starts_with(word));
    // A letter right after the number, or `.x`, is no build of anybody's.
    let build = suffix.strip_prefix(['-', '_', '+']);
    let dotted = suffix
        .strip_prefix('.')
        .filter(|rest| number(rest).is_some());
    let goes_on = build.or(dotted).is_some_and(|rest| !rest.is_empty());
    (suffix.is_empty() || !is_final || goes_on).then_some(Version {
        major,
        minor,
        patch,
        is_final,
    })
}

/// The number that a text begins with, at most four digits, and the rest.
fn number(text: &str) -> Option<(u16, &str)> {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at(end);
    (end <= 4).then(|| Some((digits.parse().ok()?, rest)))?
}

#[cfg(test)]
mod tests;
