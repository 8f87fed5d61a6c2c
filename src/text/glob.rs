//! A glob of a table or a selector: checked when it is read, compiled when it is first needed.

use globset::GlobMatcher;
use serde::Deserialize;
use std::sync::OnceLock;

/// What is not itself in a glob.
const SIGNS: [char; 7] = ['*', '?', '[', ']', '{', '}', '\\'];

/// Longer globs are refused: what they would compile to has a limit.
const LONGEST: usize = 500;

/// `*`, `?`, `[a-z]` and `{a,b}` over a whole text; `*` crosses slashes. A text without those signs is compared as it is.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Glob {
    text: String,
    pattern: Option<globset::Glob>,
    // Compiling takes longer than all else that a short run does; most globs are plain words.
    matcher: OnceLock<GlobMatcher>,
}

/// Not a glob.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no glob: {why}")]
pub struct BadGlob {
    text: String,
    why: String,
}

impl TryFrom<String> for Glob {
    type Error = BadGlob;

    fn try_from(text: String) -> Result<Self, BadGlob> {
        Self::new(&text)
    }
}

impl PartialEq for Glob {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Glob {
    /// Checks the text.
    pub fn new(text: &str) -> Result<Self, BadGlob> {
        if text.len() > LONGEST {
            return Err(BadGlob {
                text: text.chars().take(40).chain(['…']).collect(),
                why: format!("it is longer than {LONGEST} bytes"),
            });
        }
        let special = text.contains(SIGNS);
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
            Some(pattern) => {
                let compile = || pattern.compile_matcher();
                text.starts_with(self.literal_start())
                    && self.matcher.get_or_init(compile).is_match(text)
            }
        }
    }

    /// What every match begins with: most texts are told apart by it, and then nothing is compiled.
    fn literal_start(&self) -> &str {
        let sign = self.text.find(SIGNS).unwrap_or(self.text.len());
        &self.text[..sign]
    }

    /// As written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is a text without signs, which only itself matches.
    pub fn is_literal(&self) -> bool {
        self.pattern.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_globs_are_refused_and_do_not_panic() {
        Glob::new(&"?".repeat(LONGEST)).unwrap().matches("x");
        Glob::new(&"{a*,".repeat(100)).unwrap_err();
        Glob::new(&"*".repeat(1_000_000)).unwrap_err();
    }

    #[test]
    fn words_and_patterns() {
        let matches = |glob, text| Glob::new(glob).unwrap().matches(text);
        assert!(matches("apache/spark", "apache/spark"));
        assert!(!matches("spark", "apache/spark"));
        assert!(matches("*spark*:4*", "ghcr.io/acme/spark-custom:4.1.0"));
        assert!(matches("{SYS_ADMIN,CAP_SYS_ADMIN}", "CAP_SYS_ADMIN"));
        assert!(Glob::new("spark").unwrap().is_literal());
        assert_eq!(
            Glob::new("{a").unwrap_err().to_string(),
            "`{a` is no glob: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)"
        );
    }
}
