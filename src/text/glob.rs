//! A glob of a table or a selector: checked when it is read, compiled when it is first needed.

use globset::GlobMatcher;
use serde::Deserialize;
use std::sync::OnceLock;

/// What is not itself in a glob; the first is by far the most common.
const SIGNS: [char; 7] = ['*', '?', '[', ']', '{', '}', '\\'];

/// Longer globs are refused: what they would compile to has a limit.
const LONGEST: usize = 500;

/// `*`, `?`, `[a-z]` and `{a,b}` over a whole text; `*` crosses slashes. A text without those signs is compared as it is.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Glob {
    text: String,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    /// No sign at all.
    Word,
    /// No sign but single `*`.
    Stars,
    /// Anything.
    Signs(Box<Signs>),
}

/// Compiling one takes as long as a hundred words: it waits until it is needed.
#[derive(Clone, Debug)]
struct Signs {
    pattern: globset::Glob,
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
        let kind = if !text.contains(SIGNS) {
            Kind::Word
        } else if !text.contains(&SIGNS[1..]) && !text.contains("**") {
            Kind::Stars
        } else {
            let pattern = globset::Glob::new(text).map_err(|error| BadGlob {
                text: text.to_owned(),
                why: error.kind().to_string(),
            })?;
            let matcher = OnceLock::new();
            Kind::Signs(Box::new(Signs { pattern, matcher }))
        };
        Ok(Self {
            text: text.to_owned(),
            kind,
        })
    }

    /// Whether the whole of `text` matches.
    pub fn matches(&self, text: &str) -> bool {
        match &self.kind {
            Kind::Word => self.text == text,
            Kind::Stars => stars(&self.text, text),
            Kind::Signs(signs) => {
                let compile = || signs.pattern.compile_matcher();
                signs.matcher.get_or_init(compile).is_match(text)
            }
        }
    }

    /// As written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is a text without signs, which only itself matches.
    pub fn is_literal(&self) -> bool {
        matches!(self.kind, Kind::Word)
    }
}

/// What stands between stars must be found in order, the first at the start and the last at the end.
fn stars(glob: &str, text: &str) -> bool {
    let mut parts = glob.split('*');
    let first = parts.next().unwrap_or_default();
    let last = parts.next_back().unwrap_or_default();
    let inner = text.strip_prefix(first);
    let Some(mut inner) = inner.and_then(|text| text.strip_suffix(last)) else {
        return false;
    };
    parts.all(|part| {
        let found = inner.split_once(part);
        inner = found.map_or("", |(_, rest)| rest);
        found.is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn long_globs_are_refused_and_do_not_panic() {
        Glob::new(&"?".repeat(LONGEST)).unwrap().matches("x");
        Glob::new(&"{a*,".repeat(100)).unwrap_err();
        Glob::new(&"*".repeat(1_000_000)).unwrap_err();
    }

    proptest! {
        #[test]
        fn stars_mean_what_they_mean_to_globset(glob in "[ab*/]{0,6}", text in "[ab/]{0,8}") {
            let glob = glob.replace("***", "*").replace("**", "*").replace("**", "*");
            let globset = globset::Glob::new(&glob).unwrap().compile_matcher();
            prop_assert_eq!(Glob::new(&glob).unwrap().matches(&text), globset.is_match(&text));
        }
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
