//! JSON pointers (RFC 6901).

use serde_json::Value;
use std::fmt;

/// A path into a value; segments are unescaped. The empty pointer is the whole value.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer {
    segments: Vec<String>,
}

/// Not an RFC 6901 pointer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no JSON pointer: it must be empty or begin with `/`, and `~` must be `~0` or `~1`"
)]
pub struct BadPointer(String);

/// One step of a pointer: a key, unescaped, or an index.
pub struct Segment(String);

impl From<&str> for Segment {
    fn from(key: &str) -> Self {
        Self(key.to_owned())
    }
}

impl From<String> for Segment {
    fn from(key: String) -> Self {
        Self(key)
    }
}

impl From<usize> for Segment {
    fn from(index: usize) -> Self {
        Self(index.to_string())
    }
}

impl Pointer {
    /// The whole value.
    pub const fn root() -> Self {
        Self {
            segments: Vec::new(),
        }
    }

    /// Reads `/spec/containers/0`.
    pub fn parse(text: &str) -> Result<Self, BadPointer> {
        let bad = || BadPointer(text.to_owned());
        if text.is_empty() {
            return Ok(Self::root());
        }
        let rest = text.strip_prefix('/').ok_or_else(bad)?;
        let segments = rest.split('/').map(|part| unescape(part).ok_or_else(bad));
        Ok(Self {
            segments: segments.collect::<Result<_, _>>()?,
        })
    }

    /// The pointer with one more segment, given unescaped.
    #[must_use]
    pub fn child(&self, segment: impl Into<Segment>) -> Self {
        let mut segments = self.segments.clone();
        segments.push(segment.into().0);
        Self { segments }
    }

    /// This pointer followed by `tail`.
    #[must_use]
    pub fn join(&self, tail: &Self) -> Self {
        Self {
            segments: [self.segments.as_slice(), tail.segments.as_slice()].concat(),
        }
    }

    /// The pointer without its last segment; `None` at the root.
    pub fn parent(&self) -> Option<Self> {
        let (_, init) = self.segments.split_last()?;
        Some(Self {
            segments: init.to_vec(),
        })
    }

    /// The last segment, unescaped.
    pub fn last(&self) -> Option<&str> {
        self.segments.last().map(String::as_str)
    }

    /// What remains after `head`, where this pointer lies at or below it.
    pub fn strip(&self, head: &Self) -> Option<Self> {
        let tail = self.segments.strip_prefix(head.segments.as_slice())?;
        Some(Self {
            segments: tail.to_vec(),
        })
    }

    /// Whether this pointer lies at or below `head`.
    pub fn is_within(&self, head: &Self) -> bool {
        self.segments.starts_with(&head.segments)
    }

    /// The segments, unescaped.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        self.segments.iter().map(String::as_str)
    }

    /// How many segments there are.
    pub fn len(&self) -> usize {
        self.segments.len()
    }

    /// Whether it is the root.
    pub fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// The value that it points to, if there is one.
    pub fn of<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.segments
            .iter()
            .try_fold(value, |value, segment| step(value, segment))
    }
}

fn step<'v>(value: &'v Value, segment: &str) -> Option<&'v Value> {
    match value {
        Value::Object(map) => map.get(segment),
        Value::Array(items) => items.get(index(segment)?),
        _ => None,
    }
}

/// An array index as RFC 6901 writes it: digits, no leading zero.
pub fn index(segment: &str) -> Option<usize> {
    let digits = !segment.is_empty() && segment.bytes().all(|b| b.is_ascii_digit());
    (digits && (segment == "0" || !segment.starts_with('0'))).then(|| segment.parse().ok())?
}

fn unescape(part: &str) -> Option<String> {
    let mut out = String::with_capacity(part.len());
    let mut chars = part.chars();
    while let Some(c) = chars.next() {
        out.push(match c {
            '~' => match chars.next()? {
                '0' => '~',
                '1' => '/',
                _ => return None,
            },
            c => c,
        });
    }
    Some(out)
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for segment in &self.segments {
            write!(f, "/{}", segment.replace('~', "~0").replace('/', "~1"))?;
        }
        Ok(())
    }
}

impl<S: Into<String>> FromIterator<S> for Pointer {
    fn from_iter<I: IntoIterator<Item = S>>(segments: I) -> Self {
        Self {
            segments: segments.into_iter().map(Into::into).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_round_trip() {
        let pointer = Pointer::parse("/metadata/annotations/prometheus.io~1port/~0").unwrap();
        assert_eq!(
            pointer.segments().collect::<Vec<_>>()[2],
            "prometheus.io/port"
        );
        assert_eq!(
            pointer.to_string(),
            "/metadata/annotations/prometheus.io~1port/~0"
        );
    }

    #[test]
    fn refuses_what_the_rfc_refuses() {
        for bad in ["a", "/~", "/~2"] {
            Pointer::parse(bad).unwrap_err();
        }
        assert_eq!(index("01"), None);
        assert_eq!(index("10"), Some(10));
        assert_eq!(index("-"), None);
    }
}
