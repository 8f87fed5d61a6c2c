//! The configuration of a pod, or of several: each thing that it reads, whether a digest covers it, and the digest.

use super::content::{Content, Contents, Known, Sum, hex};
use super::{Maker, Read, ReadTable, Sees};
use crate::manifest::Pod;
use crate::manifest::spark::SourceKind;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What is joined to a pod's reads.
#[derive(Clone, Copy, Debug)]
pub struct Join<'c> {
    /// The fields that name objects.
    pub table: &'c ReadTable,
    /// The objects of the stream.
    pub contents: &'c Contents,
    /// The pod's namespace, where it is written.
    pub namespace: Option<&'c str>,
    /// Whether data counts that the process reads again while it runs.
    pub live: bool,
}

/// What pods read, and what becomes of each.
#[derive(Debug)]
pub struct Config<'c> {
    /// Pod by pod, in the order of the table.
    pub reads: Vec<(Read<'c>, End<'c>)>,
    /// `sha256:…` over everything that is pinned; `None` where nothing is.
    pub digest: Option<String>,
}

/// What becomes of something that a pod reads.
#[derive(Clone, Debug)]
pub enum End<'c> {
    /// It is in the digest.
    Pinned(&'c Content),
    /// It is in the stream, and not in the digest.
    Left(&'c Content, String),
    /// It is not in the stream, and this makes it in the cluster.
    Made(&'c Maker),
    /// It is not in the stream.
    External(&'c str),
    /// It is of a kind that holds no configuration.
    Other(&'c str),
}

impl End<'_> {
    /// Why it is in no digest; `None` where it is in one.
    pub fn why(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Pinned(_) => None,
            Self::Left(_, why) => Some(why.into()),
            Self::Made(maker) => Some(Cow::Owned(format!(
                "`{maker}` makes it in the cluster, and no digest covers that"
            ))),
            Self::External(why) | Self::Other(why) => Some((*why).into()),
        }
    }
}

impl<'c> Config<'c> {
    /// Joins what pods read to the objects of the stream.
    pub fn of<'p>(join: Join<'c>, pods: impl IntoIterator<Item = Pod<'p>>) -> Self {
        let joined = |read| {
            let end = join.end(&read);
            (read, end)
        };
        let reads = pods.into_iter().flat_map(|pod| join.table.of(pod));
        let reads: Vec<_> = reads.map(joined).collect();
        let mut sums = BTreeMap::new();
        for (read, end) in &reads {
            if let End::Pinned(content) = end {
                add(&mut sums, read, content);
            }
        }
        let pinned = reads.iter().any(|(_, end)| matches!(end, End::Pinned(_)));
        let digest = pinned.then(|| digest(&sums));
        Self { reads, digest }
    }

    /// What it reads of configuration.
    pub fn data(&self) -> impl Iterator<Item = &(Read<'c>, End<'c>)> {
        let reads = self.reads.iter();
        reads.filter(|(_, end)| !matches!(end, End::Other(_)))
    }
}

impl<'c> Join<'c> {
    fn end(self, read: &Read<'c>) -> End<'c> {
        if let Some(why) = &read.row.unpinned {
            return End::Other(why);
        }
        let kind = match read.row.kind.as_str() {
            "Secret" => SourceKind::Secret,
            _ => SourceKind::ConfigMap,
        };
        let namespace = self.namespace.unwrap_or_default();
        let Some(content) = self.contents.get(kind, namespace, &read.name) else {
            if let Some(maker) = self.contents.maker(kind, namespace, &read.name) {
                return End::Made(maker);
            }
            return End::External(if self.contents.is_ambiguous(kind, &read.name) {
                "several objects of the stream have that name, and nothing says which is meant"
            } else if read.optional {
                "it is not in the stream, and the pod starts without it"
            } else {
                "it is not in the stream"
            });
        };
        let why = match read.sees {
            _ if content.unpinned.is_some() => content.unpinned.unwrap_or_default(),
            Sees::Nowhere => "no container mounts it",
            Sees::Live(row) if !self.live => &row.why,
            _ => match unknown(read, content) {
                Some(why) => why,
                None => return End::Pinned(content),
            },
        };
        End::Left(content, why.to_owned())
    }
}

/// Why no digest covers the keys that are read.
fn unknown(read: &Read<'_>, content: &Content) -> Option<&'static str> {
    let keys = content.keys.iter().filter(|(key, _)| read.takes(key));
    let (mut open, mut random, mut known) = (false, false, false);
    for (_, key) in keys {
        match key {
            Known::Sum(_) => known = true,
            Known::Open => open = true,
            Known::Random => random = true,
        }
    }
    if open {
        return Some("it holds placeholders that are filled in later");
    }
    let why = "the project declares that its values are others at each render";
    (random && !known).then_some(why)
}

/// One key: kind, name of the object, name of the key.
type Key<'k> = (&'k str, &'k str, &'k str);

fn add<'k>(sums: &mut BTreeMap<Key<'k>, &'k Sum>, read: &'k Read<'_>, content: &'k Content) {
    for (key, known) in content.keys.iter().filter(|(key, _)| read.takes(key)) {
        if let Known::Sum(sum) = known {
            sums.insert((&read.row.kind, &read.name, key), sum);
        }
    }
}

/// Version 1: for each key that is read, in the order of kind, object and key: the three names, each with its length
/// before it as 8 bytes, big-endian, then the sum of its data.
fn digest(sums: &BTreeMap<Key<'_>, &Sum>) -> String {
    let mut hasher = Sha256::new_with_prefix(b"sparkk8s.io/config-digest/v1\n");
    for ((kind, name, key), sum) in sums {
        for part in [kind, name, key] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.update(sum);
    }
    format!("sha256:{}", hex(&hasher.finalize()))
}
