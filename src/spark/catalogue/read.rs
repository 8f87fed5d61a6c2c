//! The tables of the catalogue, read.

use super::{Between, Catalogue, DefaultValue, Deprecated, Fate, Kind, Setting};
use crate::spark::size::Unit;
use crate::spark::time::TimeUnit;
use crate::spark::version::Version;

/// Reads the three tables; nothing where a row is malformed.
pub(super) fn catalogue(
    settings: &'static str,
    deprecated: &'static str,
    between: &'static str,
) -> Option<Catalogue> {
    let mut above = String::new();
    let settings = rows(settings).map(|row| {
        let setting = setting(&row, &above)?;
        above.clone_from(&setting.key);
        Some(setting)
    });
    Some(Catalogue {
        settings: settings.collect::<Option<_>>()?,
        deprecated: rows(deprecated)
            .map(|row| deprecation(&row))
            .collect::<Option<_>>()?,
        between: rows(between)
            .map(|row| row_between(&row))
            .collect::<Option<_>>()?,
    })
}

fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    rows.map(|line| line.split('\t').collect())
}

/// A key begins with the number of its parts that are those of the key above.
fn setting(row: &[&'static str], above: &str) -> Option<Setting> {
    let [key, since, kind, defaults @ ..] = row else {
        return None;
    };
    let (shared, rest) = key.split_at_checked(1)?;
    let shared: usize = shared.parse().ok()?;
    let mut key = String::new();
    above
        .split('.')
        .take(shared)
        .for_each(|part| key.extend([part, "."]));
    key.push_str(rest);
    let defaults = match *defaults {
        [one] => [one; 3],
        [one, two, three] => [one, two, three],
        _ => return None,
    };
    Some(Setting {
        key,
        since: version(since),
        kinds: kinds(kind)?,
        defaults: defaults.map(default),
    })
}

fn row_between(row: &[&'static str]) -> Option<Between> {
    let [key, line, value] = row else {
        return None;
    };
    Some(Between {
        key,
        line: version(line)?.line(),
        default: default(value),
    })
}

/// A version that was checked when the table was made, or nothing at all.
fn version(text: &str) -> Option<Version> {
    Version::parse(text).ok()
}

/// One word for all releases, or three with commas.
fn kinds(text: &str) -> Option<[Kind; 3]> {
    if let Some((one, rest)) = text.split_once(',') {
        let (two, three) = rest.split_once(',')?;
        return Some([kind_of(one)?, kind_of(two)?, kind_of(three)?]);
    }
    Some([kind_of(text)?; 3])
}

fn kind_of(word: &str) -> Option<Kind> {
    Some(match word {
        "B" => Kind::Size(Unit::Byte),
        "KiB" => Kind::Size(Unit::Kibibyte),
        "MiB" => Kind::Size(Unit::Mebibyte),
        "ns" => Kind::Time(TimeUnit::Nanosecond),
        "ms" => Kind::Time(TimeUnit::Millisecond),
        "s" => Kind::Time(TimeUnit::Second),
        "min" => Kind::Time(TimeUnit::Minute),
        "bool" => Kind::Boolean,
        "int" => Kind::Integer,
        "num" => Kind::Number,
        "text" => Kind::Text,
        _ => return None,
    })
}

fn default(text: &'static str) -> DefaultValue {
    match text {
        "-" => DefaultValue::Absent,
        "?" => DefaultValue::Unregistered,
        "_" => DefaultValue::Unset,
        text => match text.strip_prefix('=') {
            Some(key) => DefaultValue::Of(key),
            None => DefaultValue::Value(text),
        },
    }
}

fn deprecation(row: &[&'static str]) -> Option<Deprecated> {
    let [key, since, instead, fates @ ..] = row else {
        return None;
    };
    let fates: [&str; 3] = fates.try_into().ok()?;
    Some(Deprecated {
        key,
        since: version(since),
        instead: instead.split(',').filter(|key| !key.is_empty()).collect(),
        fates: fates.map(|fate| match fate {
            "read" => Some(Fate::Read),
            "ignored" => Some(Fate::Ignored),
            _ => None,
        }),
    })
}
