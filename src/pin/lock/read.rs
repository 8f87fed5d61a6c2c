//! Reading a lock, line by line as it is written: it may be large, and nothing else may be in it.

use super::file::{Recorded, SCHEMA, Written};
use super::{Lock, LockError};
use crate::manifest::meaning::Facet;
use crate::yaml::Stream;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

impl Lock {
    /// Reads a lock.
    ///
    /// # Errors
    /// A conflict of a merge, another schema, a line that `lock` does not write.
    pub fn parse(text: &str) -> Result<Self, LockError> {
        let mut reading = Reading::default();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim_end();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let marks = ["<<<<<<<", "=======", ">>>>>>>"];
            if marks.iter().any(|mark| line.starts_with(mark)) {
                return Err(LockError::Conflict(index + 1));
            }
            let unreadable =
                |what: &str| LockError::Unreadable(format!("line {}: {what}", index + 1));
            reading.line(line).map_err(|error| match error {
                Wrong::Schema(schema) => LockError::Schema(schema),
                Wrong::Line(what) => unreadable(what),
            })?;
        }
        if !reading.is_lock {
            return Err(LockError::Unreadable("it is no `kind: Lock`".into()));
        }
        Ok(reading.lock)
    }
}

/// What is wrong with a line.
enum Wrong {
    Schema(u64),
    Line(&'static str),
}

#[derive(Default)]
struct Reading {
    lock: Lock,
    is_lock: bool,
    in_objects: bool,
    /// The environment or the object that the lines are about.
    own: String,
    facet: Option<Facet>,
}

impl Reading {
    fn line(&mut self, line: &str) -> Result<(), Wrong> {
        let inner = line.trim_start_matches(' ');
        let (key, value) = entry(inner).ok_or(Wrong::Line("`lock` writes no such line"))?;
        match (line.len() - inner.len(), self.in_objects) {
            (0, _) => self.head(&key, value),
            (2, _) => {
                self.own = key;
                self.facet = None;
                self.begin(value)
            }
            (4, false) => {
                let presets = self.lock.environments.entry(self.own.clone()).or_default();
                presets.insert(key, text(value));
                Ok(())
            }
            (4, true) => self.of_object(&key, value),
            (6, true) => self.fact(key, value),
            _ => Err(Wrong::Line("it stands where `lock` writes nothing")),
        }
    }

    fn head(&mut self, key: &str, value: &str) -> Result<(), Wrong> {
        self.in_objects = key == "objects";
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

    fn begin(&mut self, value: &str) -> Result<(), Wrong> {
        if self.in_objects && ["", "{}"].contains(&value) {
            let twice = self
                .lock
                .objects
                .insert(self.own.clone(), Written::default());
            return twice.map_or(Ok(()), |_| Err(Wrong::Line("the object stands here twice")));
        }
        if !self.in_objects && value.is_empty() {
            self.lock.environments.entry(self.own.clone()).or_default();
            return Ok(());
        }
        Err(Wrong::Line("`lock` writes no such line"))
    }

    fn object(&mut self) -> Result<&mut Written, Wrong> {
        let object = self.lock.objects.get_mut(&self.own);
        object.ok_or(Wrong::Line("it belongs to no object"))
    }

    fn of_object(&mut self, key: &str, value: &str) -> Result<(), Wrong> {
        match (key, value) {
            ("in", list) => {
                let names = list
                    .strip_prefix('[')
                    .and_then(|list| list.strip_suffix(']'));
                let names = names.ok_or(Wrong::Line("`in` is a list of environments"))?;
                let only: BTreeSet<_> = names.split(", ").map(text).collect();
                self.object()?.only = Some(only);
            }
            ("hook", "true") => self.object()?.hook = true,
            (facet, "") => {
                let mut all = Facet::ALL.into_iter();
                let known = all.find(|known| known.to_string() == facet);
                self.facet = Some(known.ok_or(Wrong::Line("an object has no such part"))?);
            }
            _ => return Err(Wrong::Line("an object has no such part")),
        }
        Ok(())
    }

    fn fact(&mut self, path: String, value: &str) -> Result<(), Wrong> {
        let facet = self
            .facet
            .ok_or(Wrong::Line("it belongs to no part of the object"))?;
        let recorded = if value.starts_with('{') && value != "{}" {
            Recorded::Each(each(value).ok_or(Wrong::Line("its environments cannot be read"))?)
        } else {
            Recorded::Shared(scalar(value))
        };
        let twice = self.object()?.facts.insert((facet, path), recorded);
        twice.map_or(Ok(()), |_| Err(Wrong::Line("the fact stands here twice")))
    }
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
