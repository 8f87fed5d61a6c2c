//! What a place of a part comes to where several stand, and what a typed field takes.

use serde_json::Value;

/// What several places come to that stand at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Joins {
    /// The first counts.
    #[default]
    First,
    /// True, where any of them is.
    Either,
    /// All their keys; of two, the first.
    Keys,
}

impl Joins {
    pub(super) fn of<'v>(self, mut standing: impl Iterator<Item = &'v Value>) -> Option<Value> {
        match self {
            Self::First => standing.next().cloned(),
            Self::Either => {
                let all: Vec<_> = standing.collect();
                let is_true = all.iter().find(|value| ***value == Value::Bool(true));
                is_true.or(all.first()).map(|value| (*value).clone())
            }
            Self::Keys => standing.cloned().reduce(|mut joined, more| {
                if let (Value::Object(joined), Value::Object(more)) = (&mut joined, more) {
                    for (key, value) in more {
                        joined.entry(key).or_insert(value);
                    }
                }
                joined
            }),
        }
    }
}

/// What a typed field takes, where a setting of Spark is a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Takes {
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
}

impl Takes {
    pub(super) fn read(self, text: &str) -> Result<Value, String> {
        let (value, what) = match self {
            Self::Integer => (
                text.parse().ok().map(|number: i64| number.into()),
                "a whole number",
            ),
            Self::Boolean => (
                text.parse().ok().map(|is: bool| is.into()),
                "`true` or `false`",
            ),
        };
        value.ok_or_else(|| format!("its field takes {what}, and `{text}` is none"))
    }
}
