//! What each release of Spark knows of a setting: whether it has it, its default, what became of it.

mod family;
mod read;

use super::size::Unit;
use super::time::TimeUnit;
use super::version::{Nearness, Release, Version};
use crate::text;
use std::sync::LazyLock;

/// The settings of all catalogued releases (`presets/tables/spark-settings.tsv`, `spark-deprecated.tsv`), and what the lines
/// between them have otherwise (`spark-between.tsv`).
#[derive(Debug)]
pub struct Catalogue {
    /// By key.
    settings: Vec<Setting>,
    /// By key.
    deprecated: Vec<Deprecated>,
    /// By key and line.
    between: Vec<Between>,
}

/// The default of a setting in a line between two catalogued releases, where it is not that of its neighbour.
#[derive(Debug)]
struct Between {
    key: &'static str,
    line: (u16, u16),
    default: DefaultValue,
}

/// A setting that a catalogued release registers, or reads without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// `spark.executor.memory`.
    pub key: String,
    /// The version that first had it, as Spark says; it does not always.
    pub since: Option<Version>,
    kinds: [Kind; 3],
    defaults: [DefaultValue; 3],
}

/// What the value of a setting is: how Spark reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A byte string; a number alone counts in this unit ([`super::size::setting`]).
    Size(Unit),
    /// A time string; a number alone counts in this unit ([`super::time::time_string`]).
    Time(TimeUnit),
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// A number that may have a fraction.
    Number,
    /// Any text: also lists, words of a choice, and what Spark reads by itself.
    Text,
}

/// The default of a setting in a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultValue {
    /// The release does not have the setting.
    Absent,
    /// The release reads it and registers none, so that its default is not known here.
    Unregistered,
    /// None: unset until somebody sets it.
    Unset,
    /// This text.
    Value(&'static str),
    /// The value of another setting.
    Of(&'static str),
}

/// A setting that Spark warns of, or reads for the sake of a later name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deprecated {
    /// `spark.yarn.executor.memoryOverhead`.
    pub key: &'static str,
    /// Since which version; where Spark says.
    pub since: Option<Version>,
    /// What to set instead, the first first.
    pub instead: Vec<&'static str>,
    fates: [Option<Fate>; 3],
}

/// What a release does with a deprecated setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It has its effect, as itself or for its later name.
    Read,
    /// It has none.
    Ignored,
}

/// What a key is to a version of Spark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing<'c> {
    /// A setting, and its default there.
    Known(&'c Setting, DefaultValue),
    /// Of a family of which every key is known: the prefix (`spark.kubernetes.driver.label.`).
    Family(&'static str),
    /// Spark warns of it, or has a later name for it.
    Deprecated(&'c Deprecated, Fate),
    /// A later version has it: the first that is known to.
    Later(Version),
    /// An earlier release had it: the last catalogued one that did.
    Removed(Release),
    /// Nothing reads it: no release has it, and the names of this namespace are Spark's alone.
    Unknown,
    /// No release has it; others may read it (`spark.openlineage.…`, `spark.sql.catalog.…`), or it is no setting at all.
    Foreign,
}

/// The catalogue, read when it is first asked for.
pub fn catalogue() -> &'static Catalogue {
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
        read::catalogue(
            include_str!("../../../presets/tables/spark-settings.tsv"),
            include_str!("../../../presets/tables/spark-deprecated.tsv"),
            include_str!("../../../presets/tables/spark-between.tsv"),
        )
        .expect("internal error: the built-in catalogue is well formed")
    });
    &CATALOGUE
}

impl Kind {
    /// What a size counts in.
    const fn unit(self) -> Option<Unit> {
        match self {
            Self::Size(unit) => Some(unit),
            _ => None,
        }
    }
}

impl Setting {
    /// Its default in a release.
    pub const fn default(&self, release: Release) -> DefaultValue {
        self.defaults[release as usize]
    }

    /// What its value is in a release; where the release does not have it, in the nearest one that does.
    pub const fn kind(&self, release: Release) -> Kind {
        self.kinds[release as usize]
    }

    fn is_in(&self, release: Release) -> bool {
        self.default(release) != DefaultValue::Absent
    }

    /// The first later release that has it.
    fn after(&self, release: Release) -> Option<Release> {
        let mut later = Release::ALL.into_iter().filter(|other| *other > release);
        later.find(|other| self.is_in(*other))
    }
}

impl Deprecated {
    /// What a release does with it; nothing where it is no deprecated setting there.
    pub const fn fate(&self, release: Release) -> Option<Fate> {
        self.fates[release as usize]
    }
}

impl Catalogue {
    /// Every setting, by key.
    pub fn settings(&self) -> &[Setting] {
        &self.settings
    }

    /// Every deprecated one, by key.
    pub fn deprecated(&self) -> &[Deprecated] {
        &self.deprecated
    }

    /// A setting of any release.
    pub fn setting(&self, key: &str) -> Option<&Setting> {
        let at = self.settings.binary_search_by(|row| (*row.key).cmp(key));
        Some(&self.settings[at.ok()?])
    }

    /// What a setting counts in, where its value is a size in any release; they agree on it.
    pub fn unit(&self, key: &str) -> Option<Unit> {
        let kinds = self.setting(key)?.kinds;
        kinds.into_iter().find_map(Kind::unit)
    }

    /// What a key is to a version. The release that answers for it ([`Version::release`]) is asked first; a version between
    /// two of them also has what the later one has had since then, and defaults of its own.
    pub fn standing(&self, key: &str, version: Version) -> Standing<'_> {
        let release = version.release();
        let at = self.deprecated.binary_search_by(|row| row.key.cmp(key));
        let deprecated = at.ok().map(|at| &self.deprecated[at]);
        let fate = |row: &Deprecated| row.fate(release).or_else(|| self.renamed(row, version));
        if let Some((row, fate)) = deprecated.and_then(|row| Some((row, fate(row)?))) {
            return Standing::Deprecated(row, fate);
        }
        if let Some(setting) = self.setting(key) {
            return self.of_setting(setting, version);
        }
        match family::prefix(key) {
            Some(prefix) => Standing::Family(prefix),
            None if family::is_closed(key) => Standing::Unknown,
            None => Standing::Foreign,
        }
    }

    /// Whether no catalogued release has ever read a key, and no other program may.
    pub fn is_nobodys(&self, key: &str) -> bool {
        let nowhere =
            |release: &Release| self.standing(key, release.version()) == Standing::Unknown;
        Release::ALL.iter().all(nowhere)
    }

    /// The setting of a version that was meant by a key with typing errors: one that differs in few letters of few parts.
    pub fn nearest(&self, key: &str, version: Version) -> Option<&Setting> {
        let known = |row: &&Setting| matches!(self.of_setting(row, version), Standing::Known(..));
        let known = self.settings.iter().filter(known).map(|row| &*row.key);
        let near = text::nearest(key, known)?;
        // A long key may differ in a whole word and still in few of its letters: `….request.memory`, `….request.cores`.
        let (mine, its) = differing(key, near);
        if !its.is_empty() && mine != its {
            text::nearest(mine, [its])?;
        }
        self.setting(near)
    }

    fn of_setting<'c>(&self, setting: &'c Setting, version: Version) -> Standing<'c> {
        match self.between(&setting.key, version) {
            None => of_setting(setting, version),
            Some(DefaultValue::Absent) if setting.is_in(version.release()) => {
                Standing::Removed(version.release())
            }
            Some(DefaultValue::Absent) => match setting.after(version.release()) {
                Some(later) => Standing::Later(later.version()),
                None => of_setting(setting, version),
            },
            Some(default) => Standing::Known(setting, default),
        }
    }

    /// What a version has otherwise than the release that answers for it.
    fn between(&self, key: &str, version: Version) -> Option<DefaultValue> {
        let row = (key, version.line());
        let rows = &self.between;
        let at = rows.binary_search_by(|own| (own.key, own.line).cmp(&row));
        Some(rows[at.ok()?].default)
    }

    /// What the next release does with a key that a version between the two registers no more: it had its later name by then.
    fn renamed(&self, row: &Deprecated, version: Version) -> Option<Fate> {
        let mut later = Release::ALL.into_iter();
        let next = later.find(|release| *release > version.release())?;
        let is_gone = self.between(row.key, version) == Some(DefaultValue::Absent);
        row.fate(next).filter(|_| is_gone)
    }
}

/// What a setting that the catalogue has is to a version.
fn of_setting(setting: &Setting, version: Version) -> Standing<'_> {
    let release = version.release();
    let line = |since: Version| since.line() == version.line() && version.patch.is_some();
    let before =
        |since: Version| since > version && (line(since) || version.nearness() == Nearness::Older);
    if setting.is_in(release) {
        return match setting.since.filter(|since| before(*since)) {
            Some(since) => Standing::Later(since),
            None => Standing::Known(setting, setting.default(release)),
        };
    }
    let Some(later) = setting.after(release) else {
        let has = |release: &Release| setting.is_in(*release);
        let last = Release::ALL.into_iter().rev().find(has);
        return Standing::Removed(last.unwrap_or(release));
    };
    match setting.since {
        Some(since) if since <= version && release.version() < version => {
            Standing::Known(setting, setting.default(later))
        }
        // An older Spark read it before it was registered.
        Some(since) if since <= version => Standing::Known(setting, DefaultValue::Unregistered),
        Some(since) => Standing::Later(since),
        None => Standing::Later(later.version()),
    }
}

/// What is left of two keys without the parts that both begin and end with.
fn differing<'k>(mut one: &'k str, mut other: &'k str) -> (&'k str, &'k str) {
    while let (Some((a, rest)), Some((b, more))) = (one.split_once('.'), other.split_once('.'))
        && a == b
    {
        (one, other) = (rest, more);
    }
    while let (Some((rest, a)), Some((more, b))) = (one.rsplit_once('.'), other.rsplit_once('.'))
        && a == b
    {
        (one, other) = (rest, more);
    }
    (one, other)
}

#[cfg(test)]
mod tests;
