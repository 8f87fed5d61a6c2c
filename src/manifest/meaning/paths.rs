//! Patterns of places in objects: pointers with `*` for one segment and `**` for any number of them.

use crate::text::Glob;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Several patterns, any of which may match.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Vec<String>")]
pub struct Paths {
    /// By their last segment, where that is a word: most patterns are ruled out by it.
    by_last: BTreeMap<String, Vec<Pattern>>,
    others: Vec<Pattern>,
}

type Pattern = Vec<Segment>;

#[derive(Clone, Debug)]
enum Segment {
    Word(String),
    Glob(Glob),
    Rest,
}

impl TryFrom<Vec<String>> for Paths {
    type Error = String;

    fn try_from(patterns: Vec<String>) -> Result<Self, String> {
        let mut paths = Self {
            by_last: BTreeMap::new(),
            others: Vec::new(),
        };
        for text in patterns {
            paths.add(&text)?;
        }
        Ok(paths)
    }
}

impl Paths {
    /// One pattern.
    ///
    /// # Errors
    /// A text that begins neither with `/` nor with `**`, and what is no glob.
    pub fn parse(text: &str) -> Result<Self, String> {
        vec![text.to_owned()].try_into()
    }

    fn add(&mut self, text: &str) -> Result<(), String> {
        let inner = text
            .strip_prefix('/')
            .or(text.starts_with("**").then_some(text));
        let inner = inner.ok_or_else(|| format!("`{text}` must begin with `/` or `**`"))?;
        let segment = |segment: &str| {
            let segment = segment.replace("~1", "/").replace("~0", "~");
            if segment == "**" {
                return Ok(Segment::Rest);
            }
            let glob = Glob::new(&segment).map_err(|bad| bad.to_string())?;
            Ok(if glob.is_literal() {
                Segment::Word(segment)
            } else {
                Segment::Glob(glob)
            })
        };
        let pattern: Pattern = inner
            .split('/')
            .map(segment)
            .collect::<Result<_, String>>()?;
        match pattern.last() {
            Some(Segment::Word(word)) => {
                let word = word.clone();
                self.by_last.entry(word).or_default().push(pattern);
            }
            _ => self.others.push(pattern),
        }
        Ok(())
    }

    /// Whether any of them matches a path.
    pub fn matches(&self, path: &[&str]) -> bool {
        let known = path.last().and_then(|last| self.by_last.get(*last));
        let mut patterns = known.into_iter().flatten().chain(&self.others);
        patterns.any(|pattern| fits(pattern, path))
    }
}

fn fits(pattern: &[Segment], path: &[&str]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((Segment::Rest, rest)), _) => {
            // Nearly all have one of these: then what is behind it fits the end, or nothing.
            let has_length = rest.iter().all(|segment| !matches!(segment, Segment::Rest));
            match path.len().checked_sub(rest.len()) {
                Some(skipped) if has_length => fits(rest, &path[skipped..]),
                _ if has_length => false,
                _ => (0..=path.len()).any(|skipped| fits(rest, &path[skipped..])),
            }
        }
        (Some((Segment::Word(word), rest)), Some((first, path))) => {
            word == first && fits(rest, path)
        }
        (Some((Segment::Glob(glob), rest)), Some((first, path))) => {
            glob.matches(first) && fits(rest, path)
        }
        _ => false,
    }
}
