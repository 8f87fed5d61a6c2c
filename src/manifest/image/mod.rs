//! Image references, and the table of image families: which user an image runs as, where that is a fact.

mod digests;

pub use digests::{BadDigests, Digests};

use super::Pod;
use crate::text::Glob;
use serde::Deserialize;
use std::borrow::Cow;
use std::fmt;

/// An image reference, taken apart. Nothing is filled in; see [`Image::full`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image<'t> {
    /// With its port: `quay.io`, `registry.corp:5000`.
    pub registry: Option<&'t str>,
    /// `apache/spark`, `busybox`.
    pub repository: &'t str,
    /// `4.1.0`.
    pub tag: Option<&'t str>,
    /// `sha256:…`.
    pub digest: Option<&'t str>,
}

/// The kubelet refuses this image reference (`InvalidImageName`), or it is a placeholder.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no image reference")]
pub struct BadImage(String);

/// What is known of images (`presets/tables/images.yaml`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageFamilies {
    /// The rows. Where several match, one with tags wins over one without.
    pub families: Vec<Family>,
}

/// One row: images that run as the same user.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Family {
    /// Unique in the table.
    pub id: String,
    /// Name of the family; several rows may share it.
    pub family: String,
    /// Globs over the last parts of a repository, as many as the glob has: `apache/spark` is also
    /// `mirror/apache/spark` in any registry. Docker's official images are `library/…`.
    pub repositories: Vec<Glob>,
    /// Globs over the tag; without any, every tag and every digest.
    #[serde(default)]
    pub tags: Vec<Glob>,
    /// The uid that it starts with unless somebody says otherwise; 0 is root.
    pub user: i64,
    /// Its `USER`, where that is a name, which the kubelet cannot check for `runAsNonRoot`.
    #[serde(default)]
    pub user_name: Option<String>,
    /// Whether it is made to run anybody's command, so that a uid elsewhere in the stream proves nothing.
    #[serde(default)]
    pub base: bool,
    /// The fact.
    pub why: String,
}

impl<'t> Image<'t> {
    /// Reads a reference as containers write it.
    pub fn parse(text: &'t str) -> Result<Self, BadImage> {
        let bad = || BadImage(text.chars().take(80).collect());
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (text, None),
        };
        let last = rest.rfind('/').map_or(0, |slash| slash + 1);
        let (name, tag) = match rest[last..].split_once(':') {
            Some((name, tag)) => (&rest[..last + name.len()], Some(tag)),
            None => (rest, None),
        };
        // Docker's rule: the first part is a registry if it looks like a host.
        let (registry, repository) = match name.split_once('/') {
            Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => {
                (Some(host), path)
            }
            _ => (None, name),
        };
        let legal = repository.split('/').all(is_part)
            && registry.is_none_or(is_host)
            && tag.is_none_or(is_tag)
            && digest.is_none_or(is_digest);
        legal
            .then_some(Self {
                registry,
                repository,
                tag,
                digest,
            })
            .ok_or_else(bad)
    }

    /// The repository with Docker's `library/` where it belongs.
    pub fn path(&self) -> Cow<'t, str> {
        let docker = self.registry.is_none_or(|host| {
            ["docker.io", "index.docker.io", "registry-1.docker.io"].contains(&host)
        });
        if docker && !self.repository.contains('/') {
            return format!("library/{}", self.repository).into();
        }
        self.repository.into()
    }

    /// The tag, `latest` where neither tag nor digest is written.
    pub fn tag_or_latest(&self) -> Option<&'t str> {
        self.tag.or(self.digest.is_none().then_some("latest"))
    }

    /// The same text for the same image: registry, `library/` and `latest` written out.
    pub fn full(&self) -> String {
        let host = match self.registry {
            None | Some("index.docker.io" | "registry-1.docker.io") => "docker.io",
            Some(host) => host,
        };
        let mut full = format!("{host}/{}", self.path());
        full.extend(self.tag_or_latest().map(|tag| format!(":{tag}")));
        full.extend(self.digest.map(|digest| format!("@{digest}")));
        full
    }

    /// Whether the last parts of the repository match, as many as the glob has.
    pub fn ends_with(&self, glob: &Glob) -> bool {
        tail_matches(glob, &self.path())
    }
}

impl fmt::Display for Image<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.full())
    }
}

impl ImageFamilies {
    /// The row for an image; `None` where nothing is known.
    pub fn of(&self, image: &Image<'_>) -> Option<&Family> {
        let path = image.path();
        let tag = image.tag_or_latest();
        let named = |family: &&Family| family.repositories.iter().any(|g| tail_matches(g, &path));
        let tagged = |family: &&Family| {
            tag.is_some_and(|tag| family.tags.iter().any(|glob| glob.matches(tag)))
        };
        let any = |family: &&Family| family.tags.is_empty();
        let mut rows = self.families.iter().filter(named);
        rows.clone().find(tagged).or_else(|| rows.find(any))
    }

    /// The rows for the images of a pod's containers, in the order of [`Pod::containers`].
    pub fn of_pod(&self, pod: Pod<'_>) -> Vec<Option<&Family>> {
        pod.containers()
            .map(|container| self.of_text(container.image()))
            .collect()
    }

    /// The row for a reference as a container writes it.
    pub fn of_text(&self, text: &str) -> Option<&Family> {
        self.of(&Image::parse(text).ok()?)
    }
}

fn tail_matches(glob: &Glob, path: &str) -> bool {
    if glob.is_literal() {
        let head = path.strip_suffix(glob.text());
        return head.is_some_and(|head| head.is_empty() || head.ends_with('/'));
    }
    let parts = glob.text().split('/').count();
    let tail = path.rmatch_indices('/').nth(parts - 1);
    let tail = tail.map_or(path, |(slash, _)| &path[slash + 1..]);
    glob.matches(tail)
}

fn is_part(part: &str) -> bool {
    let ends = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = part.as_bytes();
    ends(bytes.first())
        && ends(bytes.last())
        && part
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b))
}

fn is_host(host: &str) -> bool {
    !host.is_empty()
        && host
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b))
}

fn is_tag(tag: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    (1..=128).contains(&tag.len())
        && tag.bytes().next().is_some_and(word)
        && tag.bytes().all(|b| word(b) || b".-".contains(&b))
}

fn is_digest(digest: &str) -> bool {
    digest.split_once(':').is_some_and(|(algorithm, hex)| {
        let length = match algorithm {
            "sha256" => hex.len() == 64,
            "sha512" => hex.len() == 128,
            other => !other.is_empty() && hex.len() >= 32,
        };
        length && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

#[cfg(test)]
mod tests;
