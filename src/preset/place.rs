//! Where a value of a policy stands, and what is wrong there.

use crate::text::{Position, Source, Span};
use crate::yaml::ReadError;
use std::fmt;
use std::sync::Arc;

/// A policy file, or a flag that stands for one.
#[derive(Debug, PartialEq, Eq)]
pub struct File {
    /// A path (`presets/default.yaml`), or the flag (`--set resources.size`).
    pub name: String,
    /// The whole text, for snippets; of a flag, its argument.
    pub text: String,
    /// Whether it is a flag, which has no lines.
    pub is_flag: bool,
    /// The key of the text's only document whose value is the policy; without it, the document is.
    pub key: Option<&'static str>,
}

/// The place of a value: what `presets show`, reports and errors point at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file that holds it.
    pub file: Arc<File>,
    /// Its bytes in the file's text.
    pub span: Span,
}

/// A preset, an overlay or a flag is wrong. A user sees exit code 2.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PolicyError {
    /// Where; its file's text is there for a snippet.
    pub origin: Origin,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl File {
    /// A policy file that was read from `name`.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self {
            name: name.into(),
            text: text.into(),
            is_flag: false,
            key: None,
        })
    }

    /// A policy that is the value of a key in a text of something else.
    pub fn under(name: impl Into<String>, text: impl Into<String>, key: &'static str) -> Arc<Self> {
        Arc::new(Self {
            name: name.into(),
            text: text.into(),
            is_flag: false,
            key: Some(key),
        })
    }

    /// A flag such as `--preset` with its argument.
    pub fn flag(name: impl Into<String>, argument: impl Into<String>) -> Arc<Self> {
        Arc::new(Self {
            name: name.into(),
            text: argument.into(),
            is_flag: true,
            key: None,
        })
    }

    /// A place in it.
    pub fn at(self: &Arc<Self>, span: Span) -> Origin {
        Origin {
            file: Arc::clone(self),
            span,
        }
    }

    /// All of it.
    pub fn whole(self: &Arc<Self>) -> Origin {
        self.at(Span::new(0, self.text.len()))
    }
}

impl Origin {
    /// Line and column. Linear in the length of the file: for messages, or once a rule.
    pub fn position(&self) -> Position {
        let source = Source {
            name: &self.file.name,
            text: &self.file.text,
        };
        source.position(self.span.start)
    }

    /// File, line and column, as messages name the place of something else; a flag alone.
    pub fn place(&self) -> String {
        let name = &self.file.name;
        if self.file.is_flag {
            return name.clone();
        }
        let Position { line, column } = self.position();
        format!("{name}:{line}:{column}")
    }

    /// An error at this place.
    pub fn error(&self, message: impl Into<String>) -> PolicyError {
        PolicyError {
            origin: self.clone(),
            message: message.into(),
            help: None,
        }
    }
}

impl fmt::Display for Origin {
    /// `presets/default.yaml:12`, or the flag alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file.name)?;
        if self.file.is_flag {
            return Ok(());
        }
        write!(f, ":{}", self.position().line)
    }
}

impl PolicyError {
    /// The same error with a next step, where there is one.
    #[must_use]
    pub fn help(mut self, help: impl Into<Option<String>>) -> Self {
        self.help = help.into();
        self
    }

    /// On one line: `policy.yaml:3:5: message (help: what to do)`.
    pub fn plain(&self) -> String {
        let place = self.origin.place();
        let help = self.help.as_ref().map(|help| format!(" (help: {help})"));
        format!("{place}: {}{}", self.message, help.unwrap_or_default())
    }

    pub(super) fn read(file: &Arc<File>, error: ReadError) -> Self {
        Self {
            origin: file.at(error.span),
            message: error.message,
            help: error.help,
        }
    }
}
