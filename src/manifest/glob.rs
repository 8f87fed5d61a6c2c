//! A glob as tables write it: checked when it is read, compiled when it is first needed.

use globset::GlobMatcher;
use serde::Deserialize;
use std::sync::OnceLock;

/// `*`, `?`, `[a-z]` and `{a,b}` over a whole text; `*` crosses slashes.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Glob {
    text: String,
    // Most entries of tables are plain words; compiling is the larger part of a short run.
    pattern: Option<globset::Glob>,
    matcher: OnceLock<GlobMatcher>,
}

/// Not a glob.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no glob: {why}")]
pub struct BadGlob {
    text: String,
    why: String,
}

impl Glob {
    /// Checks the text.
    pub fn new(text: &str) -> Result<Self, BadGlob> {
        let special = text.contains(['*', '?', '[', ']', '{', '}', '\\']);
        let parse = || globset::Glob::new(text);
        let pattern = special.then(parse).transpose().map_err(|error| BadGlob {
            text: text.to_owned(),
            why: error.kind().to_string(),
        })?;
        Ok(Self {
            text: text.to_owned(),
            pattern,
            matcher: OnceLock::new(),
        })
    }

    /// Whether the whole of `text` matches.
    pub fn matches(&self, text: &str) -> bool {
        match &self.pattern {
            None => self.text == text,
            Some(pattern) => self
                .matcher
                .get_or_init(|| pattern.compile_matcher())
                .is_match(text),
        }
    }

    /// As written.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl TryFrom<String> for Glob {
    type Error = BadGlob;

    fn try_from(text: String) -> Result<Self, BadGlob> {
        Self::new(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_patterns() {
        let matches = |glob, text| Glob::new(glob).unwrap().matches(text);
        assert!(matches("spark", "spark"));
        assert!(!matches("spark", "spark2"));
        assert!(matches("*spark*/sbin/*", "/opt/spark/sbin/start-master.sh"));
        assert!(matches("{3.5,4.}*", "4.1.0"));
        assert!(!matches("[34].*", "2.4"));
        Glob::new("[").unwrap_err();
    }
}
