//! What `unless`, `remove`, `forbid` and `require` compare with.

use super::scope::{Directive, Scope};
use super::{Draft, Glob, ImageGlob, PolicyError, Shape};
use crate::yaml::Pointer;
use serde_json::{Number, Value};

/// A pattern matches a value that has at least what it says.
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    /// `null`: nothing is there, or null.
    Absent,
    /// This boolean.
    Bool(bool),
    /// This number.
    Number(Number),
    /// A text that the glob matches; `"*"` is any text.
    Text(Glob),
    /// An image reference, under a key `image`: its digest counts only where the glob has one.
    Image(ImageGlob),
    /// A list that has, for each of these, an item that matches; `[]` is any list.
    List(Vec<Pattern>),
    /// A mapping in which each of these keys has a value that matches, others may be there; `{}` is any mapping. A key
    /// may be a glob: then one key that it matches is enough.
    Map(Vec<(Glob, Pattern)>),
    /// `{$not: …}`: something is there, and none of these matches it.
    Not(Vec<Pattern>),
}

impl Pattern {
    /// Whether it matches.
    pub fn matches(&self, value: &Value) -> bool {
        self.fits(Some(value))
    }

    /// Every place that makes it match, none where it does not: what findings of `forbid` point at, and `remove` takes out.
    ///
    /// Of several keys, all of which must match, the one with the most such places stands for all.
    pub fn hits(&self, value: &Value) -> Vec<Pointer> {
        self.judge(Some(value), &Pointer::root())
            .unwrap_or_default()
    }

    /// Whether what it hits stands at the end of one way down.
    pub(super) fn leads_to_one(&self) -> bool {
        match self {
            Self::Absent => false,
            Self::List(items) => items.len() < 2 && items.iter().all(Self::leads_to_one),
            Self::Map(entries) => {
                entries.len() < 2 && entries.iter().all(|(_, next)| next.leads_to_one())
            }
            _ => true,
        }
    }

    /// The first place that keeps it from matching, which may not exist: what a finding of `require` points at.
    pub fn miss(&self, value: &Value) -> Option<Pointer> {
        self.judge(Some(value), &Pointer::root()).err()
    }

    /// As `judge`, without building a pointer for each step: this is asked of every pod.
    fn fits(&self, value: Option<&Value>) -> bool {
        let value = value.filter(|value| !value.is_null());
        match (self, value) {
            (Self::List(wanted), Some(Value::Array(items))) => wanted
                .iter()
                .all(|pattern| items.iter().any(|item| pattern.fits(Some(item)))),
            (Self::Map(wanted), Some(Value::Object(map))) => wanted.iter().all(|(key, pattern)| {
                if key.is_literal() {
                    return pattern.fits(map.get(key.text()));
                }
                let mut matching = map.iter().filter(|(name, _)| key.matches(name)).peekable();
                match matching.peek() {
                    None => pattern.fits(None),
                    Some(_) => matching.any(|(_, value)| pattern.fits(Some(value))),
                }
            }),
            (Self::Map(wanted), None) if !wanted.is_empty() => {
                wanted.iter().all(|(_, pattern)| pattern.fits(None))
            }
            (Self::Map(_) | Self::List(_), _) => false,
            (scalar, value) => scalar.is(value),
        }
    }

    fn is(&self, value: Option<&Value>) -> bool {
        match (self, value) {
            (Self::Absent, value) => value.is_none(),
            (Self::Bool(wanted), Some(Value::Bool(value))) => wanted == value,
            (Self::Number(wanted), Some(Value::Number(value))) => {
                wanted == value || wanted.as_f64() == value.as_f64()
            }
            (Self::Text(glob), Some(Value::String(text))) => glob.matches(text),
            (Self::Image(glob), Some(Value::String(text))) => glob.matches_whole(text),
            (Self::Not(none), Some(value)) => !none.iter().any(|pattern| pattern.matches(value)),
            _ => false,
        }
    }

    fn judge(&self, value: Option<&Value>, at: &Pointer) -> Result<Vec<Pointer>, Pointer> {
        let value = value.filter(|value| !value.is_null());
        match (self, value) {
            (Self::List(wanted), Some(Value::Array(items))) => all(wanted, at, |pattern| {
                let hits = |(index, item)| pattern.judge(Some(item), &at.child(index)).ok();
                let found: Vec<_> = items
                    .iter()
                    .enumerate()
                    .filter_map(hits)
                    .flatten()
                    .collect();
                some(found).ok_or_else(|| at.clone())
            }),
            (Self::Map(wanted), Some(value @ Value::Object(_))) => {
                all(wanted, at, |(key, pattern)| field(key, pattern, value, at))
            }
            (Self::Map(wanted), None) if !wanted.is_empty() => all(wanted, at, |(key, pattern)| {
                pattern.judge(None, &at.child(key.text()))
            }),
            (Self::Map(_) | Self::List(_), _) => Err(at.clone()),
            (scalar, value) if scalar.is(value) => Ok(vec![at.clone()]),
            _ => Err(at.clone()),
        }
    }
}

/// The hits of the part that has most of them, where every part matches; else the first miss.
fn all<T>(
    parts: &[T],
    at: &Pointer,
    judge: impl Fn(&T) -> Result<Vec<Pointer>, Pointer>,
) -> Result<Vec<Pointer>, Pointer> {
    let mut most = Vec::new();
    for part in parts {
        let hits = judge(part)?;
        if hits.len() > most.len() {
            most = hits;
        }
    }
    Ok(some(most).unwrap_or_else(|| vec![at.clone()]))
}

fn some<T>(items: Vec<T>) -> Option<Vec<T>> {
    (!items.is_empty()).then_some(items)
}

fn field(
    key: &Glob,
    pattern: &Pattern,
    value: &Value,
    at: &Pointer,
) -> Result<Vec<Pointer>, Pointer> {
    if key.is_literal() {
        return pattern.judge(value.get(key.text()), &at.child(key.text()));
    }
    let matching: Vec<_> = value
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, _)| key.matches(name))
        .collect();
    if matching.is_empty() {
        return pattern.judge(None, at);
    }
    let hits = |(name, value): &(&String, &Value)| {
        pattern.judge(Some(value), &at.child(name.as_str())).ok()
    };
    let found: Vec<_> = matching.iter().filter_map(hits).flatten().collect();
    some(found).ok_or_else(|| at.child(matching[0].0.as_str()))
}

/// A text that stands under `image` is a reference.
fn of_image(pattern: Pattern) -> Pattern {
    match pattern {
        Pattern::Text(glob) => Pattern::Image(ImageGlob(glob)),
        Pattern::Not(none) => Pattern::Not(none.into_iter().map(of_image).collect()),
        other => other,
    }
}

impl Scope<'_> {
    /// The patterns of a value: a list is several, of which any counts.
    pub(super) fn patterns(&self, draft: &Draft) -> Result<Vec<Pattern>, PolicyError> {
        let patterns = draft.one_or_many();
        if patterns.is_empty() {
            return Err(self.at(draft.span).error("an empty list matches nothing"));
        }
        for pattern in patterns {
            if !matches!(pattern.shape, Shape::Map(_)) {
                let message = format!("expected a mapping, found {}", pattern.describe());
                return Err(self.at(pattern.span).error(message));
            }
        }
        patterns.iter().map(|draft| self.pattern(draft)).collect()
    }

    fn pattern(&self, draft: &Draft) -> Result<Pattern, PolicyError> {
        let glob = |text: &str, span| {
            Glob::new(text).map_err(|error| self.at(span).error(error.to_string()))
        };
        if let Shape::Map(entries) = &draft.shape
            && let [(key, value)] = entries.as_slice()
            && key.value == "$not"
        {
            let none = value.one_or_many().iter().map(|one| self.pattern(one));
            return Ok(Pattern::Not(none.collect::<Result<_, _>>()?));
        }
        match self.directive(draft)? {
            None => {}
            Some(Directive::Parameter(_, setting)) => {
                return Ok(match &setting.value {
                    Value::Bool(value) => Pattern::Bool(*value),
                    Value::Number(value) => Pattern::Number(value.clone()),
                    Value::String(text) => Pattern::Text(glob(text, draft.span)?),
                    _ => Pattern::Absent,
                });
            }
            Some(_) => {
                let message = "only `$parameter` and `$not` may stand in a pattern";
                return Err(self.at(draft.span).error(message));
            }
        }
        Ok(match &draft.shape {
            Shape::Null => Pattern::Absent,
            Shape::Bool(value) => Pattern::Bool(*value),
            Shape::Number(value) => Pattern::Number(value.clone()),
            Shape::Text(text) => Pattern::Text(glob(text, draft.span)?),
            Shape::List(items) => {
                let items = items.iter().map(|item| self.pattern(item));
                Pattern::List(items.collect::<Result<_, _>>()?)
            }
            Shape::Map(entries) => {
                let entries = entries.iter().map(|(key, value)| {
                    let pattern = self.pattern(value)?;
                    let pattern = match key.value.as_str() {
                        "image" => of_image(pattern),
                        _ => pattern,
                    };
                    Ok((glob(&key.value, key.span)?, pattern))
                });
                Pattern::Map(entries.collect::<Result<_, PolicyError>>()?)
            }
        })
    }
}
