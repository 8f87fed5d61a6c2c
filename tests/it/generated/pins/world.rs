//! Configuration and those who read it, thrown together: who reads which key is known from how the reader was made.

use super::super::dice::Dice;
use super::reader::Reader;
use crate::support;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;

pub(super) const KEYS: [&str; 6] = [
    "a",
    "b.conf",
    "c.properties",
    "D_1",
    "spark-defaults.conf",
    "log4j2.properties",
];

const TEXTS: [&str; 22] = [
    "",
    "x",
    "yes",
    "no",
    "null",
    "~",
    "1",
    "0x1F",
    "4g",
    " lead",
    "trail ",
    "it's",
    "say \"x\"",
    "été 💥",
    "{a: [b]}",
    "*a",
    "key: value # no comment",
    "\ttab",
    "a=1\nb=2\n",
    "a=1\n\n  b=2",
    "# only a comment\n",
    "spark.master k8s://x\nspark.driver.memory 4g\n",
];

/// How a value stands in its object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// As text: in `data`, or in a Secret's `stringData`.
    Text,
    /// As base64: in `binaryData`, or in a Secret's `data`.
    Encoded,
    /// In a Secret's `stringData`, over another value in `data`.
    Over,
}

/// What stands under one key.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) bytes: Vec<u8>,
    pub(super) manner: Manner,
}

/// A `ConfigMap` or a Secret.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) namespace: Option<&'static str>,
    pub(super) immutable: bool,
    pub(super) entries: BTreeMap<String, Entry>,
    /// What stands in `data` below a value of `stringData`.
    pub(super) below: &'static str,
}

/// A stream, before anybody wrote it down.
#[derive(Clone)]
pub(super) struct World {
    pub(super) sources: Vec<Source>,
    pub(super) readers: Vec<Reader>,
    /// Objects that have nothing to do with it.
    pub(super) noise: Vec<Value>,
    /// Whether Secrets count.
    pub(super) keyed: bool,
}

/// Where objects may be: nowhere said, all of them in one of two namespaces, or some here and some there.
const SPACES: [&[Option<&str>]; 3] = [
    &[None],
    &[Some("a"), Some("b")],
    &[None, None, Some("a"), Some("b")],
];

impl World {
    pub(super) fn new(dice: &mut Dice) -> Self {
        let spaces = dice.pick(&SPACES);
        let mut sources: Vec<Source> = Vec::new();
        for _ in 0..=dice.below(5) {
            let source = Source::new(dice, spaces);
            let same = |other: &Source| {
                (other.kind, &other.name, other.namespace)
                    == (source.kind, &source.name, source.namespace)
            };
            // Of two objects of one name the last one counts: another test's.
            if !sources.iter().any(same) {
                sources.push(source);
            }
        }
        let many = 1 + dice.below(4);
        let readers = (0..many).map(|n| Reader::new(dice, n, &sources, spaces));
        let readers = readers.collect();
        let many = dice.below(3);
        let noise = (0..many).map(|n| noise(dice, &format!("n{n}"))).collect();
        Self {
            sources,
            readers,
            noise,
            keyed: dice.one_in(2),
        }
    }

    /// All objects.
    pub(super) fn objects(&self) -> Vec<Value> {
        let sources = self.sources.iter().map(Source::object);
        let readers = self.readers.iter().map(Reader::object);
        sources
            .chain(readers)
            .chain(self.noise.iter().cloned())
            .collect()
    }

    /// Whether a reader's pod carries a digest.
    pub(super) fn is_pinned(&self, reader: &Reader) -> bool {
        let counts = |source: &Source| self.counts(source);
        let mut meant = reader.reads.iter().filter(|read| read.counts);
        reader.rolls
            && meant.any(|read| {
                let meant = self.meant(reader.namespace, read.kind, &read.name);
                meant.is_some_and(counts)
            })
    }

    /// Whether the pod of a reader carries a digest over this key of a source.
    pub(super) fn is_read(&self, reader: &Reader, source: &Source, key: &str) -> bool {
        let mut reads = reader.reads.iter().filter(|read| read.counts);
        reader.rolls
            && self.counts(source)
            && reads.any(|read| {
                let meant = self.meant(reader.namespace, read.kind, &read.name);
                meant.is_some_and(|meant| std::ptr::eq(meant, source)) && read.takes(key)
            })
    }

    fn counts(&self, source: &Source) -> bool {
        !source.immutable && (source.kind == "ConfigMap" || self.keyed)
    }

    /// The object that a name means in a namespace. Who says none lives in that of the release, which may be any.
    fn meant(&self, namespace: Option<&str>, kind: &str, name: &str) -> Option<&Source> {
        let named = self.sources.iter();
        let named: Vec<_> = named.filter(|s| s.kind == kind && s.name == name).collect();
        let here = named.iter().find(|source| source.namespace == namespace);
        let only = named.first().filter(|source| {
            named.len() == 1 && (source.namespace.is_none() || namespace.is_none())
        });
        here.or(only).copied()
    }
}

/// As JSON, for whoever reads why a test failed.
impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&support::json_stream(&self.objects()))
    }
}

impl Source {
    fn new(dice: &mut Dice, spaces: &[Option<&'static str>]) -> Self {
        let mut entries = BTreeMap::new();
        let kind = dice.pick(&["ConfigMap", "ConfigMap", "Secret"]);
        for _ in 0..=dice.below(4) {
            let key = dice.pick(&KEYS).to_owned();
            entries.insert(key, Entry::new(dice, kind));
        }
        Self {
            kind,
            name: dice.pick(&["one", "two", "three"]).to_owned(),
            namespace: dice.pick(spaces),
            immutable: dice.one_in(12),
            entries,
            below: "below",
        }
    }

    pub(super) fn object(&self) -> Value {
        let mut object =
            json!({"apiVersion": "v1", "kind": self.kind, "metadata": {"name": self.name}});
        if let Some(namespace) = self.namespace {
            object["metadata"]["namespace"] = json!(namespace);
        }
        if self.immutable {
            object["immutable"] = json!(true);
        }
        let (plain, encoded) = match self.kind {
            "Secret" => ("stringData", "data"),
            _ => ("data", "binaryData"),
        };
        for (key, entry) in &self.entries {
            if entry.manner == Manner::Encoded {
                object[encoded][key] = json!(support::base64(&entry.bytes));
                continue;
            }
            object[plain][key] = json!(String::from_utf8_lossy(&entry.bytes));
            if entry.manner == Manner::Over {
                object[encoded][key] = json!(support::base64(self.below.as_bytes()));
            }
        }
        object
    }
}

impl Entry {
    pub(super) fn new(dice: &mut Dice, kind: &str) -> Self {
        let text = dice.pick(&TEXTS);
        let mut bytes = text.as_bytes().to_vec();
        let manner = match dice.below(6) {
            0 | 1 => Manner::Encoded,
            2 if kind == "Secret" => Manner::Over,
            _ => Manner::Text,
        };
        if manner == Manner::Encoded && dice.one_in(3) {
            bytes.extend([0, 0xff, 0x80]);
        }
        Self { bytes, manner }
    }

    /// One byte becomes another one, comes, or goes.
    pub(super) fn change(&mut self, dice: &mut Dice) {
        let at = dice.below(self.bytes.len() + 1);
        let is_text = self.manner != Manner::Encoded;
        match self.bytes.get_mut(at) {
            Some(byte) if !is_text => *byte ^= 1 << dice.below(8),
            Some(byte) if byte.is_ascii_alphanumeric() && dice.one_in(2) => *byte ^= 1,
            Some(byte) if byte.is_ascii() && dice.one_in(2) => _ = self.bytes.remove(at),
            _ => self.bytes.push(dice.pick(b"\n z")),
        }
    }

    /// The same bytes in another manner, where there is one.
    pub(super) fn rewrite(&mut self) {
        let is_text = std::str::from_utf8(&self.bytes).is_ok();
        self.manner = match self.manner {
            Manner::Encoded if is_text => Manner::Text,
            _ => Manner::Encoded,
        };
    }
}

/// An object that nobody reads.
pub(super) fn noise(dice: &mut Dice, name: &str) -> Value {
    let metadata = json!({"name": name});
    match dice.below(4) {
        0 => json!({"apiVersion": "v1", "kind": "Service", "metadata": metadata,
            "spec": {"ports": [{"port": 80}], "selector": {"app": "x"}}}),
        1 => json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}),
        2 => json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata,
            "data": {"a": dice.pick(&TEXTS)}}),
        _ => {
            json!({"apiVersion": "example.com/v1", "kind": "ConfigMap", "metadata": {"name": "other"},
            "data": {"a": dice.pick(&TEXTS)}})
        }
    }
}
