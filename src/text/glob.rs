//! A glob of a table or a selector: checked and compiled when it is read.

use glob::Pattern;
use serde::Deserialize;
use std::str::Chars;

/// What is not itself in a glob; the first is by far the most common.
const SIGNS: [char; 7] = ['*', '?', '[', ']', '{', '}', '\\'];

/// Longer globs are refused: matching one takes the longer the longer it is.
const LONGEST: usize = 500;

/// More texts than these may not come of the braces of one glob: they multiply.
const MOST: usize = 100;

/// `*`, `?`, `[a-z]`, `[!a-z]`, `{a,b}` and `\\` before a sign over a whole text; `*` crosses slashes. A text without
/// those signs is compared as it is.
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
    /// Anything: one pattern for each text that the braces come to.
    Signs(Vec<Pattern>),
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
            Kind::Signs(patterns(text).map_err(|why| BadGlob {
                text: text.to_owned(),
                why,
            })?)
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
            Kind::Signs(patterns) => patterns.iter().any(|pattern| pattern.matches(text)),
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

fn patterns(glob: &str) -> Result<Vec<Pattern>, String> {
    let mut rest = glob.chars();
    let texts = alternatives(&mut rest, false)?;
    let compiled = texts.iter().map(|text| Pattern::new(text));
    compiled
        .collect::<Result<_, _>>()
        .map_err(|error| error.msg.to_owned())
}

/// The texts without braces that `rest` comes to, up to its end or that of the braces.
fn alternatives(rest: &mut Chars<'_>, inside: bool) -> Result<Vec<String>, String> {
    let (mut done, mut texts) = (Vec::new(), vec![String::new()]);
    loop {
        texts = match rest.next() {
            None if inside => return Err("`}` is missing; a brace itself is `[{]`".to_owned()),
            Some('}') if !inside => {
                return Err("`{` is missing; a brace itself is `[}]`".to_owned());
            }
            None | Some('}') => {
                done.append(&mut texts);
                return Ok(done);
            }
            Some(',') if inside => {
                done.append(&mut texts);
                vec![String::new()]
            }
            Some('{') => each(&texts, &alternatives(rest, true)?)?,
            Some('[') => each(&texts, &[class(rest)?])?,
            Some('\\') => {
                let sign = rest.next().ok_or("nothing stands behind `\\`")?;
                each(&texts, &[Pattern::escape(sign.encode_utf8(&mut [0; 4]))])?
            }
            Some(other) => each(&texts, &[other.into()])?,
        };
    }
}

/// Each text with each of the ends.
fn each(texts: &[String], ends: &[String]) -> Result<Vec<String>, String> {
    if texts.len() * ends.len() > MOST {
        return Err(format!("its braces come to more than {MOST} texts"));
    }
    let joined = texts.iter().flat_map(|text| {
        ends.iter().map(move |end| {
            // One star is any text already; two mean something else to the library.
            let twice = text.ends_with('*') && end.starts_with('*');
            format!("{text}{}", &end[usize::from(twice)..])
        })
    });
    Ok(joined.collect())
}

/// `[…]`, as the library writes it.
fn class(rest: &mut Chars<'_>) -> Result<String, String> {
    let mut class = "[".to_owned();
    let is_open = |class: &str| matches!(class, "[" | "[!");
    for sign in rest {
        let not = class == "[" && sign == '^';
        let end = sign == ']' && !is_open(&class);
        class.push(if not { '!' } else { sign });
        if end {
            return Ok(class);
        }
    }
    Err("`]` is missing".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn long_globs_are_refused_and_do_not_panic() {
        Glob::new(&"?".repeat(LONGEST)).unwrap().matches("x");
        Glob::new(&"{a*,".repeat(100)).unwrap_err();
        Glob::new(&"{a,b}".repeat(7)).unwrap_err();
        Glob::new("{a*,b}**").unwrap().matches("ac");
        Glob::new(&"*".repeat(1_000_000)).unwrap_err();
    }

    proptest! {
        #[test]
        fn globs_mean_what_they_mean_to_globset(
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    "a", "b", "/", "*", "?", "{", "}", ",", "[ab]", "[!a]", "[^b]", "[a-c/]", "\\\\*", "\\\\a",
                ]),
                0..9,
            ),
            text in "[abc/*,{]{0,6}",
        ) {
            let glob = parts.concat();
            // There it has a meaning of its own.
            prop_assume!(!glob.contains("**"));
            let theirs = globset::GlobBuilder::new(&glob).empty_alternates(true).build().map(|glob| glob.compile_matcher());
            match (Glob::new(&glob), theirs) {
                (Ok(ours), Ok(theirs)) => {
                    prop_assert_eq!(ours.matches(&text), theirs.is_match(&text), "{}", glob);
                }
                (ours, theirs) => prop_assert_eq!(ours.is_err(), theirs.is_err(), "{}", glob),
            }
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
            "`{a` is no glob: `}` is missing; a brace itself is `[{]`"
        );
    }
}
