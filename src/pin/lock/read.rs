//! Reading a lock: its objects are found first, and their lines are read where somebody asks for them. It may be large.

use super::file::{Recorded, SCHEMA};
use super::{Ahead, Lock, LockError, Written};
use crate::manifest::meaning::Facet;
use crate::yaml::Stream;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// A lock as its file holds it, with objects that are not read yet.
#[derive(Clone, Debug, Default)]
pub struct Locked {
    text: String,
    /// Each environment's presets, `name@version`, with the digest of their files.
    pub environments: BTreeMap<String, BTreeMap<String, String>>,
    objects: BTreeMap<String, Section>,
}

/// The lines of an object, its own first.
#[derive(Clone, Debug)]
struct Section {
    bytes: Range<usize>,
    /// The number of the first, 0-based.
    line: usize,
}

const MARKS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

impl Locked {
    /// Finds what a lock is about.
    ///
    /// # Errors
    /// A conflict of a merge, another schema, a line that `lock` does not write.
    pub fn parse(text: impl Into<String>) -> Result<Self, LockError> {
        let mut text = text.into();
        // Git may have given it other line ends.
        if memchr::memchr(b'\r', text.as_bytes()).is_some() {
            text = text.replace("\r\n", "\n");
        }
        let (mut reading, mut at) = (Reading::default(), 0);
        let mut ends = memchr::memchr_iter(b'\n', text.as_bytes()).map(|end| end + 1);
        for number in 0.. {
            let bytes = at..ends.next().unwrap_or(text.len());
            if bytes.is_empty() {
                break;
            }
            at = bytes.end;
            let line = &text[bytes.clone()];
            if !line.starts_with(' ') && MARKS.iter().any(|mark| line.starts_with(mark)) {
                return Err(LockError::Conflict(number + 1));
            }
            // Most lines are of an object, and are not looked at yet.
            if reading.object.is_some() && line.starts_with("   ") {
                continue;
            }
            let section = Section {
                bytes,
                line: number,
            };
            let read = reading.line(line, section);
            read.map_err(|wrong| wrong.at(number))?;
        }
        reading.end(at);
        if !reading.is_lock {
            return Err(LockError::Unreadable("it is no `kind: Lock`".into()));
        }
        Ok(Self {
            text,
            ..reading.locked
        })
    }

    /// What names its objects.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.objects.keys().map(String::as_str)
    }

    /// The lines of an object; nothing where it is not locked.
    pub(super) fn lines(&self, id: &str) -> Option<&str> {
        Some(&self.text[self.objects.get(id)?.bytes.clone()])
    }

    /// Whether another lock says the same of an object.
    pub fn holds_as(&self, other: &Self, id: &str) -> bool {
        self.lines(id) == other.lines(id)
    }

    /// What is locked of an object.
    ///
    /// # Errors
    /// A line that `lock` does not write.
    pub fn object(&self, id: &str) -> Result<Option<Written>, LockError> {
        let Some(section) = self.objects.get(id) else {
            return Ok(None);
        };
        let (mut written, mut part) = (Written::default(), None);
        let lines = self.text[section.bytes.clone()].lines().enumerate().skip(1);
        for (number, line) in lines {
            read(line, &mut written, &mut part).map_err(|wrong| wrong.at(section.line + number))?;
        }
        Ok(Some(written))
    }

    /// The lock as a whole.
    ///
    /// # Errors
    /// A line that `lock` does not write.
    pub fn whole(&self) -> Result<Lock, LockError> {
        let mut lock = Lock {
            environments: self.environments.clone(),
            ..Lock::default()
        };
        for id in self.ids() {
            let written = self.object(id)?.unwrap_or_default();
            lock.objects.insert(id.to_owned(), written);
        }
        Ok(lock)
    }
}

/// What is wrong with a line.
enum Wrong {
    Schema(u64),
    Line(&'static str),
}

impl Wrong {
    fn at(self, line: usize) -> LockError {
        match self {
            Self::Schema(schema) => LockError::Schema(schema),
            Self::Line(what) => LockError::Unreadable(format!("line {}: {what}", line + 1)),
        }
    }
}

const NO_SUCH_LINE: Wrong = Wrong::Line("`lock` writes no such line");

/// The line without what it is indented by, and by how much; `None` where it says nothing.
fn indented(line: &str) -> Option<(usize, &str)> {
    let line = line.trim_end();
    let inner = line.trim_start_matches(' ');
    (!inner.is_empty() && !line.starts_with('#')).then_some((line.len() - inner.len(), inner))
}

#[derive(Default)]
struct Reading {
    locked: Locked,
    is_lock: bool,
    in_objects: bool,
    /// The environment that the lines are about.
    environment: Option<String>,
    /// The object that the lines are about, which ends where something else begins.
    object: Option<(String, Section)>,
}

impl Reading {
    fn line(&mut self, line: &str, section: Section) -> Result<(), Wrong> {
        let Some((indent, inner)) = indented(line) else {
            return Ok(());
        };
        self.end(section.bytes.start);
        let (key, value) = entry(inner).ok_or(NO_SUCH_LINE)?;
        match (indent, self.in_objects, &self.environment) {
            (0, ..) => self.head(&key, value),
            (2, true, _) if self.locked.objects.contains_key(&key) => {
                Err(Wrong::Line("the object stands here twice"))
            }
            (2, true, _) if ["", "{}"].contains(&value) => {
                self.object = Some((key, section));
                Ok(())
            }
            (2, false, _) if value.is_empty() => {
                self.locked.environments.entry(key.clone()).or_default();
                self.environment = Some(key);
                Ok(())
            }
            (4, false, Some(own)) => {
                let presets = self.locked.environments.entry(own.clone()).or_default();
                presets.insert(key, text(value));
                Ok(())
            }
            (2, ..) => Err(NO_SUCH_LINE),
            _ => Err(Wrong::Line("it stands where `lock` writes nothing")),
        }
    }

    /// Ends the object before this byte, if there is one.
    fn end(&mut self, at: usize) {
        if let Some((id, mut section)) = self.object.take() {
            section.bytes.end = at;
            self.locked.objects.insert(id, section);
        }
    }

    fn head(&mut self, key: &str, value: &str) -> Result<(), Wrong> {
        self.in_objects = key == "objects";
        self.environment = None;
        match (key, value) {
            ("kind", "Lock") => self.is_lock = true,
            ("schema", other) => {
                let schema = other
                    .parse()
                    .map_err(|_| Wrong::Line("a schema is a number"))?;
                if schema != SCHEMA {
                    return Err(Wrong::Schema(schema));
                }
            }
            ("apiVersion" | "tool", _) | ("environments" | "objects", "") => {}
            _ => return Err(Wrong::Line("a lock has no such field")),
        }
        Ok(())
    }
}

/// A part of an object whose lines follow.
#[derive(Clone, Copy)]
enum Part {
    Ahead,
    Facts(Facet),
}

/// Reads a line of an object.
fn read(line: &str, written: &mut Written, part: &mut Option<Part>) -> Result<(), Wrong> {
    let Some((indent, inner)) = indented(line) else {
        return Ok(());
    };
    let (key, value) = entry(inner).ok_or(NO_SUCH_LINE)?;
    match (indent, *part) {
        (4, _) => *part = begin(&key, value, written)?,
        (6, Some(Part::Facts(facet))) => {
            let twice = written.facts.insert((facet, key), recorded(value)?);
            if twice.is_some() {
                return Err(Wrong::Line("the fact stands here twice"));
            }
        }
        (6, Some(Part::Ahead)) => {
            let ahead = each(value).and_then(|each| {
                let read =
                    |(name, value): (String, Value)| Some((name, Ahead::parse(value.as_str()?)?));
                each.into_iter().map(read).collect()
            });
            let ahead = ahead.ok_or(Wrong::Line("what is ahead cannot be read"))?;
            written.ahead.insert(key, ahead);
        }
        _ => return Err(Wrong::Line("it belongs to no part of the object")),
    }
    Ok(())
}

/// Reads a line that begins a part of an object, or is one.
fn begin(key: &str, value: &str, written: &mut Written) -> Result<Option<Part>, Wrong> {
    match (key, value) {
        ("in", list) => {
            let names = list
                .strip_prefix('[')
                .and_then(|list| list.strip_suffix(']'));
            let names = names.ok_or(Wrong::Line("`in` is a list of environments"))?;
            let only: BTreeSet<_> = names.split(", ").map(text).collect();
            written.only = Some(only);
            Ok(None)
        }
        ("hook", "true") => {
            written.hook = true;
            Ok(None)
        }
        ("ahead", "") => Ok(Some(Part::Ahead)),
        (facet, "") => {
            let mut all = Facet::ALL.into_iter();
            let known = all.find(|known| known.to_string() == facet);
            let known = known.ok_or(Wrong::Line("an object has no such part"))?;
            Ok(Some(Part::Facts(known)))
        }
        _ => Err(Wrong::Line("an object has no such part")),
    }
}

fn recorded(value: &str) -> Result<Recorded, Wrong> {
    Ok(if value.starts_with('{') && value != "{}" {
        Recorded::Each(each(value).ok_or(Wrong::Line("its environments cannot be read"))?)
    } else {
        Recorded::Shared(scalar(value))
    })
}

/// Key and value of a line; the key is plain or in quotes, as JSON has them.
fn entry(line: &str) -> Option<(String, &str)> {
    if !line.starts_with('"') {
        // A plain key has no such pair in it.
        let split = line.split_once(": ");
        let (key, value) = split.or(line.strip_suffix(':').map(|key| (key, "")))?;
        return Some((key.to_owned(), value));
    }
    let mut keys = serde_json::Deserializer::from_str(line).into_iter::<String>();
    let key = keys.next()?.ok()?;
    let value = line[keys.byte_offset()..].strip_prefix(':')?;
    Some((key, value.trim_start()))
}

/// A value as `lock` writes it: JSON, or a plain text.
fn scalar(value: &str) -> Value {
    let is_json = value.starts_with(|c: char| c.is_ascii_digit() || "\"[{-tfn".contains(c));
    let json = is_json.then(|| serde_json::from_str(value).ok()).flatten();
    json.unwrap_or_else(|| Value::from(value))
}

fn text(value: &str) -> String {
    match scalar(value) {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// A value for each environment; few facts have them.
fn each(value: &str) -> Option<BTreeMap<String, Value>> {
    let stream = Stream::parse(value).ok()?;
    match stream.documents.first()?.root()?.to_value() {
        Value::Object(map) => Some(map.into_iter().collect()),
        _ => None,
    }
}
