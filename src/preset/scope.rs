//! What parameters are worth inside one preset, and the one place that reads `{$parameter: name}`.

use super::model::ParameterType;
use super::parameter::{Parameter, Setting, plain, same};
use super::{Blank, Draft, File, Origin, PolicyError, Shape};
use crate::text::{Span, hint};
use crate::yaml::{Entries, Spanned};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What may stand in the place of a value.
const DIRECTIVES: [&str; 10] = [
    "$parameter",
    "$policy",
    "$configDigest",
    "$configDigestWithLive",
    "$imageTag",
    "$imageUser",
    "$imageWithDigest",
    "$namespace",
    "$role",
    "$uiPort",
];

/// A preset's file and what its parameters are worth.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) file: &'a Arc<File>,
    /// The preset's name.
    pub(super) preset: &'a str,
    pub(super) declared: &'a [Parameter],
    /// One value for each declared parameter.
    pub(super) values: &'a BTreeMap<String, Setting>,
    /// What `{$policy: true}` stands for.
    pub(super) mark: &'a str,
}

/// A value as the file has it, or what stands for it.
pub(super) enum Directive<'a> {
    Parameter(&'a str, &'a Setting),
    Blank(Blank),
    Policy,
}

/// A scalar with its parameter put in.
pub(super) struct Plain {
    pub(super) value: Value,
    /// Where it stands in the preset.
    pub(super) origin: Origin,
    /// The parameter's name and who set it, for messages.
    via: Option<(String, Origin)>,
}

impl Plain {
    /// An error about this value: at the value, and with whoever set the parameter.
    pub(super) fn error(&self, message: String) -> PolicyError {
        let message = match &self.via {
            Some((name, origin)) => {
                format!("{message} (parameter `{name}`, set at {origin})")
            }
            None => message,
        };
        self.origin.error(message)
    }

    /// The text, or an error that names what else it is.
    pub(super) fn text(&self, expected: &str) -> Result<&str, PolicyError> {
        self.value.as_str().ok_or_else(|| {
            let found = plain(&self.value);
            self.error(format!("expected {expected}, found `{found}`"))
        })
    }

    /// What the word stands for in `table`.
    pub(super) fn word<T: Copy>(&self, table: &[(&str, T)]) -> Result<T, PolicyError> {
        let text = self.text("text")?;
        let found = table.iter().find(|(name, _)| *name == text);
        found.map(|(_, value)| *value).ok_or_else(|| {
            let names: Vec<_> = table.iter().map(|(name, _)| *name).collect();
            let error = self.error(format!("unknown value `{text}`"));
            error.help(hint(text, &names))
        })
    }

    /// Who wrote the value: the file, or whoever set the parameter.
    pub(super) fn set_at(&self) -> &Origin {
        self.via.as_ref().map_or(&self.origin, |(_, origin)| origin)
    }
}

impl<'a> Scope<'a> {
    pub(super) fn at(&self, span: Span) -> Origin {
        self.file.at(span)
    }

    /// What a mapping with a key that begins with `$` stands for; nothing for any other value.
    pub(super) fn directive(&self, draft: &Draft) -> Result<Option<Directive<'a>>, PolicyError> {
        let Shape::Map(entries) = &draft.shape else {
            return Ok(None);
        };
        let Some((key, value)) = entries.iter().find(|(key, _)| key.value.starts_with('$')) else {
            return Ok(None);
        };
        if !DIRECTIVES.contains(&key.value.as_str()) {
            let error = self
                .at(key.span)
                .error(format!("unknown value `{}`", key.value));
            return Err(error.help(hint(&key.value, &DIRECTIVES)));
        }
        if entries.len() > 1 {
            let message = format!("`{}` is a whole value; nothing stands beside it", key.value);
            let help = (key.value == "$parameter")
                .then(|| "a value for each choice may stand in what a rule writes".to_owned());
            return Err(self.at(key.span).error(message).help(help));
        }
        match (key.value.as_str(), &value.shape) {
            ("$parameter", Shape::Text(name)) => {
                let (parameter, setting) = self.parameter(name, value.span)?;
                Ok(Some(Directive::Parameter(&parameter.name, setting)))
            }
            ("$parameter", _) => Err(self.at(value.span).error(format!(
                "expected the name of a parameter, found {}",
                value.describe()
            ))),
            ("$policy", Shape::Bool(true)) => Ok(Some(Directive::Policy)),
            (name, Shape::Bool(true)) => {
                let blank = Blank::ALL.iter().find(|(word, _)| *word == name);
                Ok(blank.map(|(_, blank)| Directive::Blank(*blank)))
            }
            (name, _) => Err(self.at(value.span).error(format!(
                "`{name}` is written `{{{name}: true}}`, found {}",
                value.describe()
            ))),
        }
    }

    /// `{$parameter: size, small: 1Gi, large: 4Gi}`: the values for each choice, and whether it is the one that counts.
    pub(super) fn cases<'d>(
        &self,
        draft: &'d Draft,
    ) -> Result<Option<Vec<(&'d Draft, bool)>>, PolicyError> {
        let Shape::Map(entries) = &draft.shape else {
            return Ok(None);
        };
        let (names, cases): (Vec<_>, Vec<_>) = entries
            .iter()
            .partition(|(key, _)| key.value == "$parameter");
        let (Some((_, name)), false) = (names.first(), cases.is_empty()) else {
            return Ok(None);
        };
        let Shape::Text(text) = &name.shape else {
            return Ok(None);
        };
        let (parameter, setting) = self.parameter(text, name.span)?;
        let choices = match parameter.kind {
            ParameterType::Boolean => vec![true.into(), false.into()],
            _ => parameter.choices.clone(),
        };
        let chosen = choices.iter().find(|choice| same(choice, &setting.value));
        let chosen = chosen.map(plain);
        let choices: Vec<_> = choices.iter().map(plain).collect();
        let names: Vec<_> = choices.iter().map(String::as_str).collect();
        if names.is_empty() {
            let message = format!("`{text}` has no choices that values could stand for");
            let help = "give it an `enum`, or make it a boolean".to_owned();
            return Err(self.at(name.span).error(message).help(help));
        }
        let is_unknown = |(case, _): &&&(Spanned<String>, Draft)| !choices.contains(&case.value);
        if let Some((case, _)) = cases.iter().find(is_unknown) {
            let message = format!("`{text}` is never `{}`", case.value);
            let help = hint(&case.value, &names);
            return Err(self.at(case.span).error(message).help(help));
        }
        let is_missing = |choice: &&String| cases.iter().all(|(case, _)| case.value != **choice);
        if let Some(missing) = choices.iter().find(is_missing) {
            let message = format!("nothing stands here for `{text}: {missing}`");
            return Err(self.at(draft.span).error(message));
        }
        let pairs = cases
            .iter()
            .map(|(case, value)| (value, Some(&case.value) == chosen.as_ref()));
        Ok(Some(pairs.collect()))
    }

    /// A declared parameter and what it is worth.
    pub(super) fn parameter(
        &self,
        name: &str,
        span: Span,
    ) -> Result<(&'a Parameter, &'a Setting), PolicyError> {
        let parameter = self.declared.iter().find(|known| known.name == name);
        let found = parameter.zip(self.values.get(name));
        found.ok_or_else(|| {
            let names: Vec<_> = self.declared.iter().map(|p| p.name.as_str()).collect();
            let message = format!("`{}` has no parameter `{name}`", self.preset);
            let help = hint(name, &names).unwrap_or("declare it under `parameters`".into());
            self.at(span).error(message).help(help)
        })
    }

    /// A scalar, which may be a parameter.
    pub(super) fn plain(&self, draft: &Draft) -> Result<Plain, PolicyError> {
        let origin = self.at(draft.span);
        let value = match (self.directive(draft)?, &draft.shape) {
            (Some(Directive::Parameter(name, setting)), _) => {
                return Ok(Plain {
                    value: setting.value.clone(),
                    origin,
                    via: Some((name.to_owned(), setting.origin.clone())),
                });
            }
            (None, Shape::Bool(value)) => Value::Bool(*value),
            (None, Shape::Number(value)) => Value::Number(value.clone()),
            (None, Shape::Text(text)) => Value::String(text.clone()),
            (Some(_), _) => {
                let message = "only a plain value or `$parameter` may stand here";
                return Err(origin.error(message));
            }
            (None, _) => {
                let message = format!("expected a plain value, found {}", draft.describe());
                return Err(origin.error(message));
            }
        };
        Ok(Plain {
            value,
            origin,
            via: None,
        })
    }

    /// What a word, which may be a parameter, stands for in `table`.
    pub(super) fn word<T: Copy>(
        &self,
        draft: &Draft,
        table: &[(&str, T)],
    ) -> Result<T, PolicyError> {
        self.plain(draft)?.word(table)
    }

    /// Whether every parameter in `when` has the value, or any of the values, that stands there.
    pub(super) fn holds(&self, when: &Entries<Draft>) -> Result<bool, PolicyError> {
        let mut holds = true;
        for (name, wanted) in &when.0 {
            let (parameter, setting) = self.parameter(&name.value, name.span)?;
            let mut any = false;
            for draft in wanted.one_or_many() {
                let value = parameter.take(self.preset, draft);
                let value = value.map_err(|misfit| misfit.at(&self.at(draft.span)))?;
                any |= same(&value, &setting.value);
            }
            holds &= any;
        }
        Ok(holds)
    }
}

/// Adds the names of the parameters that a value mentions.
pub(super) fn mentioned(draft: &Draft, names: &mut BTreeSet<String>) {
    match &draft.shape {
        Shape::List(items) => items.iter().for_each(|item| mentioned(item, names)),
        Shape::Map(entries) => {
            for (key, value) in entries {
                match (key.value.as_str(), &value.shape) {
                    ("$parameter", Shape::Text(name)) => {
                        names.insert(name.clone());
                    }
                    _ => mentioned(value, names),
                }
            }
        }
        Shape::Null | Shape::Bool(_) | Shape::Number(_) | Shape::Text(_) => {}
    }
}

/// Names of files, presets, rules and parameters: `[a-z0-9][a-z0-9-]*`, so that ids and flags need no quotes.
pub(super) fn check_name(file: &Arc<File>, name: &Spanned<String>) -> Result<(), PolicyError> {
    let fine = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if !name.value.is_empty() && name.value.bytes().all(fine) && !name.value.starts_with('-') {
        return Ok(());
    }
    let message = format!("`{}` is no name", name.value);
    let help = "lower-case letters, digits and dashes".to_owned();
    Err(file.at(name.span).error(message).help(help))
}
