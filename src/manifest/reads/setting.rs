//! Settings of Spark that name what its pods read.

use super::{Read, ReadRow, Sees};
use crate::yaml::Pointer;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// A setting that names an object, in its key or in its value.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Setting {
    /// `*` is whose settings they are, the last step of the row's `at`; `{}` is any name.
    key: String,
    #[serde(default)]
    names: Names,
    /// A value that names nothing.
    #[serde(default)]
    unless: Option<String>,
}

/// Where the object's name stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Names {
    /// The value is the name.
    #[default]
    Value,
    /// The value is `name:key`.
    ValueWithKey,
    /// The value is several names with commas between them.
    Values,
    /// The name stands in the place of `{}` in the key.
    Key,
}

const HOLE: &str = "{}";

impl Setting {
    /// What the settings at `at` name.
    pub(super) fn reads<'t>(
        &self,
        row: &'t ReadRow,
        at: &Pointer,
        settings: &Value,
    ) -> Vec<Read<'t>> {
        let whose = at.last().unwrap_or_default();
        let pattern = self.key.replace('*', &whose);
        let settings = settings.as_object().into_iter().flatten();
        let named = settings.filter_map(|(key, value)| {
            let value = value
                .as_str()
                .filter(|value| self.unless.as_deref() != Some(value))?;
            Some((key, self.names(hole(&pattern, key)?, value)))
        });
        let read = |key: &str, (name, own): (&str, Option<&str>)| Read {
            row,
            name: name.to_owned(),
            keys: own.map(|own| BTreeSet::from([own.to_owned()])),
            optional: false,
            at: at.child(key),
            container: None,
            sees: if row.mounted {
                Sees::Files
            } else {
                Sees::Never
            },
        };
        let reads =
            named.flat_map(|(key, names)| names.into_iter().map(move |name| read(key, name)));
        reads.collect()
    }

    #[cfg(test)]
    pub(super) fn is_of_one_key(&self) -> bool {
        self.names == Names::ValueWithKey
    }

    /// A setting that names an object, and a key of it where it can.
    #[cfg(test)]
    pub(super) fn example(&self, whose: &str, name: &str, own: &str) -> Value {
        let value = match self.names {
            Names::Key => "/mnt".to_owned(),
            Names::ValueWithKey => format!("{name}:{own}"),
            Names::Value | Names::Values => name.to_owned(),
        };
        let key = self.key.replace('*', whose).replace(HOLE, name);
        Value::from_iter([(key, value)])
    }

    /// Each name, and the key that is read of it alone.
    fn names<'v>(&self, hole: &'v str, value: &'v str) -> Vec<(&'v str, Option<&'v str>)> {
        let all = match self.names {
            Names::Key => vec![(hole, None)],
            Names::Value => vec![(value, None)],
            Names::Values => value.split(',').map(|name| (name.trim(), None)).collect(),
            Names::ValueWithKey => {
                let pair = value.split_once(':');
                pair.map(|(name, key)| (name, Some(key)))
                    .into_iter()
                    .collect()
            }
        };
        all.into_iter()
            .filter(|(name, _)| !name.is_empty())
            .collect()
    }
}

/// What stands in a key where the pattern has `{}`; nothing where the pattern has none and is the key.
fn hole<'k>(pattern: &str, key: &'k str) -> Option<&'k str> {
    match pattern.split_once(HOLE) {
        None => (pattern == key).then_some(""),
        Some((before, after)) => {
            let name = key.strip_prefix(before)?.strip_suffix(after)?;
            (!name.is_empty()).then_some(name)
        }
    }
}
