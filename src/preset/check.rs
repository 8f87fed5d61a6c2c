//! Checks as presets switch them on: which there are is told by whoever wrote them.

use super::model::{Open, Severity};
use super::parameter::plain;
use super::scope::{Plain, Scope, mentioned};
use super::{Draft, Glob, Origin, PolicyError, Shape};
use crate::manifest::Tables;
use crate::text::{hint, nearest, quoted};
use crate::yaml::{Entries, Spanned};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a preset may refer to beyond itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    /// The checks that there are.
    pub checks: &'a [CheckSpec<'a>],
    /// Where roles and families of images have their names; without it, any name passes.
    pub tables: Option<fn() -> &'static Tables>,
}

/// A check that presets may switch on.
#[derive(Clone, Copy, Debug)]
pub struct CheckSpec<'a> {
    /// As presets spell it: `pod-security`.
    pub id: &'a str,
    /// The ids of its findings; none where they carry the check's own.
    pub findings: &'a [&'a str],
    /// Its settings beside `severity`, `when` and `open`.
    pub settings: &'a [(&'a str, SettingKind<'a>)],
}

/// What a setting of a check takes.
#[derive(Clone, Copy, Debug)]
pub enum SettingKind<'a> {
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// Any text.
    Text,
    /// One of these texts.
    OneOf(&'a [&'a str]),
    /// A text that the function knows; what that is, in words, and what to write where a number stands instead.
    Known {
        /// Whether it is one.
        is: fn(&str) -> bool,
        /// As errors say it.
        expected: &'a str,
        /// The next step, where it is another than to write one.
        help: Option<&'a str>,
    },
}

/// A check of a policy.
#[derive(Clone, Debug, PartialEq)]
pub struct ResolvedCheck {
    /// As presets spell it.
    pub id: String,
    /// The preset that switched it on.
    pub preset: String,
    /// Where that is written.
    pub origin: Origin,
    /// How grave its findings are, overlays not considered; see `Policy::severity`.
    pub severity: Severity,
    /// Whether overlays may lower that.
    pub open: Vec<Open>,
    /// Its settings, those that the preset leaves out not among them.
    pub settings: Vec<CheckSetting>,
    /// The parameters that shaped it, as `preset.name`.
    pub parameters: Vec<String>,
}

/// A setting of a check.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckSetting {
    /// Its name.
    pub name: String,
    /// A boolean, a number or a text.
    pub value: Value,
    /// Who set it.
    pub origin: Origin,
}

impl ResolvedCheck {
    /// Its file and line, as findings show it.
    pub fn stands_at(&self) -> Arc<str> {
        self.origin.to_string().into()
    }

    /// The value of a setting.
    pub fn setting(&self, name: &str) -> Option<&Value> {
        let found = self.settings.iter().find(|setting| setting.name == name);
        found.map(|setting| &setting.value)
    }

    /// Whether it has the same settings, whoever says so and however grave it is.
    pub(super) fn asks_as(&self, other: &Self) -> bool {
        let settings = |check: &Self| {
            let mut pairs: Vec<_> = check.settings.iter().map(CheckSetting::pair).collect();
            pairs.sort_unstable();
            pairs
        };
        settings(self) == settings(other)
    }
}

impl CheckSetting {
    fn pair(&self) -> (String, String) {
        (self.name.clone(), plain(&self.value))
    }
}

impl CheckSpec<'_> {
    /// Whether any finding of it has an id that the glob matches.
    pub fn answers(&self, glob: &Glob) -> bool {
        glob.matches(self.id) || self.findings.iter().any(|id| glob.matches(id))
    }
}

/// The ids that findings of checks carry.
pub(super) fn finding_ids<'a>(checks: &'a [CheckSpec<'a>]) -> impl Iterator<Item = &'a str> {
    checks
        .iter()
        .flat_map(|check| match check.findings {
            [] => std::slice::from_ref(&check.id),
            findings => findings,
        })
        .copied()
}

impl Scope<'_> {
    /// A check and whether its `when` holds.
    pub(super) fn check(
        &self,
        id: &Spanned<String>,
        written: &Draft,
        checks: &[CheckSpec<'_>],
    ) -> Result<(ResolvedCheck, bool), PolicyError> {
        let Some(spec) = checks.iter().find(|spec| spec.id == id.value) else {
            let ids: Vec<_> = checks.iter().map(|spec| spec.id).collect();
            let error = self
                .at(id.span)
                .error(format!("there is no check `{}`", id.value));
            return Err(error.help(hint(&id.value, &ids)));
        };
        let Shape::Map(entries) = &written.shape else {
            let message = format!("expected mapping, found {}", written.describe());
            return Err(self.at(written.span).error(message));
        };
        let mut check = ResolvedCheck {
            id: id.value.clone(),
            preset: self.preset.to_owned(),
            origin: self.at(id.span),
            severity: Severity::Error,
            open: Vec::new(),
            settings: Vec::new(),
            parameters: Vec::new(),
        };
        let mut holds = true;
        let mut names = BTreeSet::new();
        mentioned(written, &mut names);
        for (name, draft) in entries {
            match name.value.as_str() {
                "severity" => check.severity = self.severity(draft)?,
                "open" => check.open = self.open(draft)?,
                "when" => holds = self.check_when(draft, &mut names)?,
                _ => check.settings.push(self.setting(name, draft, spec)?),
            }
        }
        let full = |name: &String| format!("{}.{name}", self.preset);
        check.parameters = names.iter().map(full).collect();
        Ok((check, holds))
    }

    fn check_when(&self, draft: &Draft, names: &mut BTreeSet<String>) -> Result<bool, PolicyError> {
        let Shape::Map(entries) = &draft.shape else {
            let message = format!("expected mapping, found {}", draft.describe());
            return Err(self.at(draft.span).error(message));
        };
        names.extend(entries.iter().map(|(name, _)| name.value.clone()));
        self.holds(&Entries(entries.clone()))
    }

    fn setting(
        &self,
        name: &Spanned<String>,
        draft: &Draft,
        spec: &CheckSpec<'_>,
    ) -> Result<CheckSetting, PolicyError> {
        let Some((_, kind)) = spec.settings.iter().find(|(known, _)| *known == name.value) else {
            let mut names: Vec<_> = spec.settings.iter().map(|(known, _)| *known).collect();
            names.extend(["severity", "when", "open"]);
            let message = format!("check `{}` has no setting `{}`", spec.id, name.value);
            let error = self.at(name.span).error(message);
            return Err(error.help(hint(&name.value, &names)));
        };
        let value = self.plain(draft)?;
        fits(&value, *kind)?;
        Ok(CheckSetting {
            name: name.value.clone(),
            origin: value.set_at().clone(),
            value: value.value,
        })
    }

    fn severity(&self, draft: &Draft) -> Result<Severity, PolicyError> {
        const WORDS: &[(&str, Severity)] = &[
            ("error", Severity::Error),
            ("warning", Severity::Warning),
            ("info", Severity::Info),
        ];
        self.word(draft, WORDS)
    }

    fn open(&self, draft: &Draft) -> Result<Vec<Open>, PolicyError> {
        const WORDS: &[(&str, Open)] = &[("severity", Open::Severity)];
        let Shape::List(items) = &draft.shape else {
            let message = format!("expected list, found {}", draft.describe());
            return Err(self.at(draft.span).error(message));
        };
        items.iter().map(|item| self.word(item, WORDS)).collect()
    }
}

fn fits(value: &Plain, kind: SettingKind<'_>) -> Result<(), PolicyError> {
    let found = plain(&value.value);
    let expected = match (kind, &value.value) {
        (SettingKind::Boolean, Value::Bool(_)) | (SettingKind::Text, Value::String(_)) => {
            return Ok(());
        }
        (SettingKind::Integer, Value::Number(number)) if number.is_i64() || number.is_u64() => {
            return Ok(());
        }
        (SettingKind::OneOf(words), Value::String(text)) if words.contains(&text.as_str()) => {
            return Ok(());
        }
        (SettingKind::Known { is, .. }, Value::String(text)) if is(text) => return Ok(()),
        (SettingKind::Known { expected, .. }, _) => expected.to_owned(),
        (SettingKind::Boolean, _) => "boolean".to_owned(),
        (SettingKind::Integer, _) => "integer".to_owned(),
        (SettingKind::Text, _) => "text".to_owned(),
        (SettingKind::OneOf(words), _) => format!("one of {}", quoted(words)),
    };
    let error = value.error(format!("expected {expected}, found `{found}`"));
    let help = match kind {
        SettingKind::OneOf(words) => {
            let near = nearest(&found, words.iter().copied());
            near.map(|near| format!("did you mean `{near}`?"))
        }
        SettingKind::Known { help, .. } => help.map(str::to_owned),
        _ => None,
    };
    Err(error.help(help))
}
