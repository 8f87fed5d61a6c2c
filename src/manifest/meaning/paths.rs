//! Patterns of places in objects: pointers with `*` for one segment and `**` for any number of them.

use crate::text::Glob;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Several patterns, any of which may match.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Vec<String>")]
pub struct Paths(Table<()>);

/// Patterns and what each of them says of the places that it matches.
#[derive(Clone, Debug)]
pub(super) struct Table<T> {
    /// By their last segment, where that is a word: most patterns are ruled out by it.
    by_last: BTreeMap<String, Vec<(Pattern, T)>>,
    /// The others by the last word in them, which the path must hold somewhere.
    by_word: BTreeMap<String, Vec<(Pattern, T)>>,
    others: Vec<(Pattern, T)>,
}

#[derive(Clone, Debug)]
struct Pattern {
    /// Whether `**` stands before the segments, and nowhere in them: then they fit the end of a path, or nothing.
    is_tail: bool,
    segments: Vec<Segment>,
}

#[derive(Clone, Debug)]
enum Segment {
    Word(String),
    Glob(Glob),
    Rest,
}

impl TryFrom<Vec<String>> for Paths {
    type Error = String;

    fn try_from(patterns: Vec<String>) -> Result<Self, String> {
        let mut table = Table::default();
        for text in patterns {
            table.add(&text, ())?;
        }
        Ok(Self(table))
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

    /// Whether any of them matches a path.
    pub fn matches(&self, path: &[&str]) -> bool {
        self.0.of(path).next().is_some()
    }
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            by_last: BTreeMap::new(),
            by_word: BTreeMap::new(),
            others: Vec::new(),
        }
    }
}

impl<T> Table<T> {
    /// Adds a pattern.
    pub(super) fn add(&mut self, text: &str, says: T) -> Result<(), String> {
        let pattern = Pattern::parse(text)?;
        let is_last = matches!(pattern.segments.last(), Some(Segment::Word(_)));
        let word = pattern
            .segments
            .iter()
            .rev()
            .find_map(|segment| match segment {
                Segment::Word(word) => Some(word.clone()),
                _ => None,
            });
        let patterns = match word {
            Some(word) if is_last => self.by_last.entry(word).or_default(),
            Some(word) => self.by_word.entry(word).or_default(),
            None => &mut self.others,
        };
        patterns.push((pattern, says));
        Ok(())
    }

    /// What the patterns that match a path say, in no order; a word that stands in the path twice may be told of twice.
    pub(super) fn of<'t>(&'t self, path: &'t [&str]) -> impl Iterator<Item = &'t T> {
        let known = path.last().and_then(|last| self.by_last.get(*last));
        let held = path.iter().filter_map(|word| self.by_word.get(*word));
        let patterns = known.into_iter().chain(held).flatten().chain(&self.others);
        patterns.filter_map(|(pattern, says)| pattern.fits(path).then_some(says))
    }
}

impl Pattern {
    fn parse(text: &str) -> Result<Self, String> {
        let inner = text
            .strip_prefix('/')
            .or(text.starts_with("**").then_some(text));
        let inner = inner.ok_or_else(|| format!("`{text}` must begin with `/` or `**`"))?;
        let segments = inner.split('/').map(Segment::parse);
        let mut segments: Vec<_> = segments.collect::<Result<_, String>>()?;
        let is_rest = |segment: &Segment| matches!(segment, Segment::Rest);
        let rests = segments.iter().filter(|segment| is_rest(segment)).count();
        let is_tail = rests == 1 && segments.first().is_some_and(is_rest);
        if is_tail {
            segments.remove(0);
        }
        Ok(Self { is_tail, segments })
    }

    fn fits(&self, path: &[&str]) -> bool {
        if !self.is_tail {
            return fits(&self.segments, path);
        }
        let above = path.len().checked_sub(self.segments.len());
        above.is_some_and(|above| fits(&self.segments, &path[above..]))
    }
}

impl Segment {
    fn parse(text: &str) -> Result<Self, String> {
        let text = text.replace("~1", "/").replace("~0", "~");
        if text == "**" {
            return Ok(Self::Rest);
        }
        let glob = Glob::new(&text).map_err(|bad| bad.to_string())?;
        Ok(if glob.is_literal() {
            Self::Word(text)
        } else {
            Self::Glob(glob)
        })
    }
}

fn fits(pattern: &[Segment], path: &[&str]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((Segment::Rest, rest)), _) => {
            (0..=path.len()).any(|skipped| fits(rest, &path[skipped..]))
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
