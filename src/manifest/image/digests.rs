//! The images behind tags, as somebody looked them up.

use super::Image;
use crate::text::Span;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// A digest for each tag: lines such as `apache/spark:4.1.0@sha256:…`, or with a blank in the place of the `@`. Empty lines
/// and those that begin with `#` say nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Digests {
    /// By the full name of the image with its tag.
    digests: BTreeMap<String, String>,
}

/// A line that names no image with its tag and digest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct BadDigests {
    /// The line.
    pub span: Span,
    message: String,
}

impl Digests {
    /// Reads them.
    pub fn parse(text: &str) -> Result<Self, BadDigests> {
        let mut all = Self::default();
        let mut start = text.len() - text.trim_start_matches('\u{feff}').len();
        for line in text[start..].split_inclusive('\n') {
            let words: Vec<_> = line.split_whitespace().collect();
            let span = Span::new(start, start + line.trim_end().len());
            start += line.len();
            if words.first().is_none_or(|word| word.starts_with('#')) {
                continue;
            }
            let known = all.add(&words.join("@"));
            known.map_err(|message| BadDigests { span, message })?;
        }
        if all.digests.is_empty() {
            let message = "it has no digest".to_owned();
            let span = Span::empty(0);
            return Err(BadDigests { span, message });
        }
        Ok(all)
    }

    fn add(&mut self, text: &str) -> Result<(), String> {
        let image = Image::parse(text).map_err(|error| error.to_string())?;
        let (Some(digest), Some(_)) = (image.digest, image.tag) else {
            return Err(format!("`{text}` lacks its tag or its digest"));
        };
        let tagged = Image {
            digest: None,
            ..image
        };
        match self.digests.entry(tagged.full()) {
            Entry::Occupied(other) if other.get() != digest => Err(format!(
                "`{tagged}` has another digest in a line before, `{}`",
                other.get()
            )),
            entry => {
                entry.or_insert_with(|| digest.to_owned());
                Ok(())
            }
        }
    }

    /// A reference with the digest of its tag behind it; `None` where it has one already, or none is known.
    pub fn pin(&self, text: &str) -> Option<String> {
        let image = Image::parse(text).ok()?;
        let digest = self.digests.get(&image.full())?;
        Some(format!("{text}@{digest}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    #[test]
    fn a_tag_is_found_however_its_image_is_written() {
        let text = format!("# looked up\n\nspark:4.1.0@{A}\r\nquay.io/minio/mc:latest\t{A}\n");
        let digests = Digests::parse(&text).unwrap();
        for image in [
            "spark:4.1.0",
            "docker.io/library/spark:4.1.0",
            "quay.io/minio/mc",
        ] {
            assert_eq!(digests.pin(image), Some(format!("{image}@{A}")));
        }
        let pinned = format!("spark:4.1.0@{A}");
        for image in ["spark:4.1.1", "mc", &pinned, "", "{{ .Values.image }}"] {
            assert_eq!(digests.pin(image), None, "{image}");
        }
    }

    #[test]
    fn a_mark_of_windows_is_no_part_of_an_image_and_a_file_says_something() {
        let digests = Digests::parse(&format!("\u{feff}spark:4@{A}\n")).unwrap();
        assert_eq!(digests.pin("spark:4"), Some(format!("spark:4@{A}")));
        for empty in ["", "\u{feff}", "# none\n\n"] {
            let error = Digests::parse(empty).unwrap_err();
            assert_eq!(error.to_string(), "it has no digest");
        }
    }

    #[test]
    fn a_line_without_tag_or_digest_is_refused_with_its_place() {
        let other = format!("sha256:{}", "b".repeat(64));
        let wrong = |line: &str| {
            let error = Digests::parse(&format!("spark:4@{A}\n{line}\n")).unwrap_err();
            assert_eq!(error.span.start, 80);
            error.to_string()
        };
        for (line, said) in [
            (
                "spark:5",
                "`spark:5` lacks its tag or its digest".to_owned(),
            ),
            (
                &format!("spark@{A}"),
                format!("`spark@{A}` lacks its tag or its digest"),
            ),
            (
                &format!("{A} spark:5"),
                format!("`{A}@spark:5` is no image reference"),
            ),
            (
                "spark:5 sha256:abc",
                "`spark:5@sha256:abc` is no image reference".into(),
            ),
            (
                &format!("spark:5 {A}a"),
                format!("`spark:5@{A}a` is no image reference"),
            ),
            (
                &format!("spark:5@{}", A.to_uppercase()),
                format!("`spark:5@{}` is no image reference", A.to_uppercase()),
            ),
            (
                &format!("library/spark:4 {other}"),
                format!("`docker.io/library/spark:4` has another digest in a line before, `{A}`"),
            ),
        ] {
            assert_eq!(wrong(line), said);
        }
    }
}
