//! JSON pointers (RFC 6901).

use serde_json::Value;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

/// A path into a value, in the text form of RFC 6901. The empty pointer is the whole value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pointer {
    text: String,
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
            text: String::new(),
        }
    }

    /// Reads `/spec/containers/0`.
    pub fn parse(text: &str) -> Result<Self, BadPointer> {
        let begins = text.is_empty() || text.starts_with('/');
        let mut tildes = text.split('~').skip(1);
        if !begins || !tildes.all(|rest| rest.starts_with(['0', '1'])) {
            return Err(BadPointer(text.to_owned()));
        }
        Ok(Self {
            text: text.to_owned(),
        })
    }

    /// The text form.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The pointer with one more segment, given unescaped.
    #[must_use]
    pub fn child(&self, segment: impl Into<Segment>) -> Self {
        let segment = segment.into().0;
        let mut text = String::with_capacity(self.text.len() + 1 + segment.len());
        text.push_str(&self.text);
        let mut pointer = Self { text };
        pointer.push(&segment);
        pointer
    }

    /// This pointer followed by `tail`.
    #[must_use]
    pub fn join(&self, tail: &Self) -> Self {
        Self {
            text: [self.as_str(), tail.as_str()].concat(),
        }
    }

    /// The pointer without its last segment; `None` at the root.
    pub fn parent(&self) -> Option<Self> {
        let (parent, _) = self.text.rsplit_once('/')?;
        Some(Self {
            text: parent.to_owned(),
        })
    }

    /// The last segment, unescaped.
    pub fn last(&self) -> Option<Cow<'_, str>> {
        self.segments().next_back()
    }

    /// What remains after `head`, where this pointer lies at or below it.
    pub fn strip(&self, head: &Self) -> Option<Self> {
        let tail = self.below(head)?;
        Some(Self {
            text: tail.to_owned(),
        })
    }

    /// Whether this pointer lies at or below `head`.
    pub fn is_within(&self, head: &Self) -> bool {
        self.below(head).is_some()
    }

    fn below(&self, head: &Self) -> Option<&str> {
        let tail = self.text.strip_prefix(head.as_str())?;
        (tail.is_empty() || tail.starts_with('/')).then_some(tail)
    }

    /// The segments, unescaped.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = Cow<'_, str>> {
        let mut parts = self.text.split('/');
        parts.next();
        parts.map(unescape)
    }

    /// How many segments there are.
    pub fn len(&self) -> usize {
        memchr::memchr_iter(b'/', self.text.as_bytes()).count()
    }

    /// Whether it is the root.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The value that it points to, if there is one.
    pub fn of<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.segments()
            .try_fold(value, |value, segment| step(value, &segment))
    }

    fn push(&mut self, segment: &str) {
        self.text.push('/');
        if !segment.contains(['/', '~']) {
            return self.text.push_str(segment);
        }
        for c in segment.chars() {
            match c {
                '~' => self.text.push_str("~0"),
                '/' => self.text.push_str("~1"),
                c => self.text.push(c),
            }
        }
    }
}

/// Segment by segment, so that what lies below a pointer follows it without a gap.
impl Ord for Pointer {
    fn cmp(&self, other: &Self) -> Ordering {
        let (own, other) = (self.text.as_bytes(), other.text.as_bytes());
        let rank = |byte: u8| (byte != b'/', byte);
        match own.iter().zip(other).find(|(a, b)| a != b) {
            Some((a, b)) => rank(*a).cmp(&rank(*b)),
            None => own.len().cmp(&other.len()),
        }
    }
}

impl PartialOrd for Pointer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
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

fn unescape(part: &str) -> Cow<'_, str> {
    if part.contains('~') {
        part.replace("~1", "/").replace("~0", "~").into()
    } else {
        part.into()
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl<S: AsRef<str>> FromIterator<S> for Pointer {
    fn from_iter<I: IntoIterator<Item = S>>(segments: I) -> Self {
        let mut pointer = Self::root();
        for segment in segments {
            pointer.push(segment.as_ref());
        }
        pointer
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
