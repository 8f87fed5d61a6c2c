//! What `ConfigMap`s and Secrets hold, as digests: no value is kept, and of a Secret nothing without a key.

use super::{Maker, Random, ReadTable};
use crate::manifest::named::Named;
use crate::manifest::spark::{Few, SourceKind, source_kind, text_of};
use crate::yaml::base64;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// SHA-256, or HMAC-SHA-256 for Secrets.
pub(super) type Sum = [u8; 32];

/// What digests of Secrets are made with, so that nobody finds out a weak secret by trying.
#[derive(Clone)]
pub struct SecretKey(Vec<u8>);

/// Why no key came of some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key for Secrets has 32 bytes at the least, and this has {0}")]
pub struct ShortKey(usize);

impl SecretKey {
    /// The bytes of a key.
    ///
    /// # Errors
    /// What is short enough to be tried.
    pub fn new(bytes: &[u8]) -> Result<Self, ShortKey> {
        let bytes = bytes.trim_ascii_end();
        if bytes.len() < 32 {
            return Err(ShortKey(bytes.len()));
        }
        Ok(Self(bytes.to_vec()))
    }
}

impl SecretKey {
    /// The keyed digest of a text: 32 hexadecimal digits.
    pub fn sum(&self, text: &str) -> String {
        let mac = Hmac::<Sha256>::new_from_slice(&self.0);
        let Ok(mut mac) = mac else {
            return String::new();
        };
        mac.update(text.as_bytes());
        hex(&mac.finalize().into_bytes()[..16])
    }
}

/// The digest of a text: 32 hexadecimal digits, the first half of SHA-256.
pub fn sum(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes())[..16])
}

pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |four: u8| char::from(b"0123456789abcdef"[usize::from(four)]);
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.extend([digit(byte >> 4), digit(byte & 15)]);
    }
    text
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey")
    }
}

/// What every ConfigMap and Secret of the stream holds.
#[derive(Debug, Default)]
pub struct Contents {
    by_name: Named<Content>,
    made: Named<Maker>,
    key: Option<SecretKey>,
    random: Vec<Random>,
}

/// What one ConfigMap or Secret holds.
#[derive(Debug)]
pub struct Content {
    /// Its index in the stream, Lists flattened.
    pub object: usize,
    /// Why it is in no digest, where it is in none.
    pub unpinned: Option<&'static str>,
    /// What is known of each key.
    pub(super) keys: Few<String, Known>,
}

/// What is known of the data under a key.
#[derive(Debug)]
pub(super) enum Known {
    /// Its digest.
    Sum(Sum),
    /// It holds placeholders that are filled in later.
    Open,
    /// It is declared to be another value at each render.
    Random,
}

impl Contents {
    /// Secrets count with a key only.
    pub fn new(key: Option<SecretKey>) -> Self {
        Self {
            key,
            ..Self::default()
        }
    }

    /// Without values that are others at each render.
    #[must_use]
    pub fn without(mut self, random: &[Random]) -> Self {
        self.random = random.to_vec();
        self
    }

    /// Takes in an object; a later one of the same name takes its place, as in a cluster.
    pub fn add(&mut self, index: usize, object: &Value) {
        let Some(kind) = source_kind(object) else {
            return;
        };
        let unpinned = self.unpinned(kind, object);
        let metadata = &object["metadata"];
        let names = (text_of(&metadata["namespace"]), text_of(&metadata["name"]));
        let random = self.random.iter();
        let random: Vec<_> = random
            .filter(|random| random.is_in(kind, names.0, names.1))
            .collect();
        let known = |(key, bytes): (&str, Cow<'_, [u8]>)| {
            let known = match random.iter().any(|random| random.takes(key)) {
                true => Known::Random,
                false if is_open(&bytes) => Known::Open,
                false => Known::Sum(self.sum(kind, &bytes)),
            };
            (key.to_owned(), known)
        };
        let keys = match unpinned {
            Some(_) => Few::default(),
            None => data(kind, object).into_iter().map(known).collect(),
        };
        let content = Content {
            object: index,
            unpinned,
            keys,
        };
        self.by_name.insert(kind, names, content);
    }

    /// Takes in what an object makes in the cluster.
    pub fn add_made(&mut self, table: &ReadTable, object: &Value) {
        let metadata = &object["metadata"];
        let namespace = text_of(&metadata["namespace"]);
        for (kind, name) in table.made_by(object) {
            let maker = Maker {
                kind: text_of(&object["kind"]).to_owned(),
                namespace: metadata["namespace"].as_str().map(str::to_owned),
                name: text_of(&metadata["name"]).to_owned(),
            };
            self.made.insert(kind, (namespace, &name), maker);
        }
    }

    /// What makes the object that a pod of `namespace` means.
    pub fn maker(&self, kind: SourceKind, namespace: &str, name: &str) -> Option<&Maker> {
        self.made.get(kind, namespace, name)
    }

    /// Whether several objects could be meant by a name.
    pub(super) fn is_ambiguous(&self, kind: SourceKind, name: &str) -> bool {
        self.by_name.is_ambiguous(kind, name)
    }

    /// The object that a pod of `namespace` means.
    pub fn get(&self, kind: SourceKind, namespace: &str, name: &str) -> Option<&Content> {
        self.by_name.get(kind, namespace, name)
    }

    fn unpinned(&self, kind: SourceKind, object: &Value) -> Option<&'static str> {
        let metadata = &object["metadata"];
        let says = |value: &Value| value == "enabled" || value == "true";
        let marked = NEEDS_HASH
            .iter()
            .any(|key| says(&metadata["annotations"][key]));
        if !object["sops"].is_null() {
            return Some("it is encrypted with SOPS, whose text changes while its data stays");
        }
        if object["immutable"] == true {
            return Some("it is immutable, so that other content has another name");
        }
        if marked || has_hash(text_of(&metadata["name"])) {
            return Some("kustomize gives other content another name");
        }
        if kind == SourceKind::Secret && self.key.is_none() {
            return Some("Secrets are pinned only with a key, given by `--secret-key`");
        }
        None
    }

    fn sum(&self, kind: SourceKind, bytes: &[u8]) -> Sum {
        let keyed = self.key.as_ref().filter(|_| kind == SourceKind::Secret);
        match keyed.and_then(|key| Hmac::<Sha256>::new_from_slice(&key.0).ok()) {
            Some(mut mac) => {
                mac.update(bytes);
                mac.finalize().into_bytes().into()
            }
            None => Sha256::digest(bytes).into(),
        }
    }
}

/// What kustomize writes on objects whose name it will make of their content.
const NEEDS_HASH: [&str; 2] = [
    "internal.config.kubernetes.io/needsHashSuffix",
    "kustomize.config.k8s.io/needs-hash-suffix",
];

/// Placeholders of Argo CD's vault plugin, `<path:kv/data/x#key>`, and of Bank-Vaults.
fn is_open(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let mut paths = text.match_indices("<path:").map(|(at, _)| &text[at..]);
    let is_path = |rest: &str| {
        let inner = rest.split_once('>').map(|(inner, _)| inner);
        inner.is_some_and(|inner| inner.contains('#') && !inner.contains(char::is_whitespace))
    };
    paths.any(is_path) || text.contains("vault:secret/")
}

/// Whether a name ends as kustomize's: ten characters of its alphabet behind a dash.
fn has_hash(name: &str) -> bool {
    let tail = name.rsplit_once('-').map(|(_, tail)| tail);
    tail.is_some_and(|tail| {
        tail.len() == 10 && tail.bytes().all(|b| b"bcdfghkmt2456789".contains(&b))
    })
}

/// The decoded data by key: what pods see.
///
/// `stringData` comes over `data`, as the API server merges them. What is no base64 stays as it is written.
fn data(kind: SourceKind, object: &Value) -> BTreeMap<&str, Cow<'_, [u8]>> {
    let places = match kind {
        SourceKind::ConfigMap => [("data", false), ("binaryData", true)],
        SourceKind::Secret => [("data", true), ("stringData", false)],
    };
    let mut all = BTreeMap::new();
    for (place, encoded) in places {
        for (key, value) in object[place].as_object().into_iter().flatten() {
            let text = match value {
                Value::String(text) => Cow::Borrowed(text.as_bytes()),
                other => Cow::Owned(other.to_string().into_bytes()),
            };
            let decoded = value
                .as_str()
                .filter(|_| encoded)
                .and_then(base64::decode_bytes);
            all.insert(key.as_str(), decoded.map_or(text, Cow::Owned));
        }
    }
    all
}
