//! The text of a policy file to what it says, judged as far as the file alone can tell.

use super::model::{API_VERSION, OverlayFile, PresetFile, UseEntry};
use super::parameter::{Parameter, Setting};
use super::scope::{Scope, check_name};
use super::{Draft, File, Known, Layer, PolicyError};
use crate::text::{Span, hint};
use crate::yaml::{NodeRef, ReadError, Spanned, Stream, from_node};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A preset that was read and judged with the values that its parameters have where nobody chose.
#[derive(Clone, Debug)]
pub struct Preset {
    /// Where it came from.
    pub file: Arc<File>,
    /// Whose it is.
    pub layer: Layer,
    /// What it says.
    pub written: PresetFile,
    /// Its parameters, in its order.
    pub parameters: Vec<Parameter>,
}

/// An overlay that was read. What it means depends on the presets that it meets.
#[derive(Clone, Debug)]
pub struct Overlay {
    /// Where it came from.
    pub file: Arc<File>,
    /// What it says.
    pub written: OverlayFile,
}

impl Preset {
    /// Reads a preset.
    ///
    /// # Errors
    /// What is no preset, with its place: YAML that Kubernetes would not read, an unknown field, a wrong type, a rule
    /// without a verb, a parameter that is not declared, and so on.
    pub fn load(file: &Arc<File>, layer: Layer, known: &Known<'_>) -> Result<Self, PolicyError> {
        let loaded = Self::read(file, layer)?;
        loaded.judge(known)?;
        Ok(loaded)
    }

    /// Reads a preset that was judged before: the built-in ones are, by a test, and a short run has no time to spare.
    pub(super) fn read(file: &Arc<File>, layer: Layer) -> Result<Self, PolicyError> {
        let written: PresetFile = read(file, "Preset")?;
        check_name(file, &written.metadata.name)?;
        version(file, &written.metadata.version)?;
        let preset = &written.metadata.name.value;
        let declare = |(name, parameter)| Parameter::declare(file, preset, name, parameter);
        let pairs = written.spec.parameters.0.iter();
        let parameters: Vec<_> = pairs
            .map(|(name, parameter)| declare((name, parameter)))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            file: Arc::clone(file),
            layer,
            written,
            parameters,
        })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.written.metadata.name.value
    }

    /// Its version, `major.minor.patch`.
    pub fn version(&self) -> &str {
        &self.written.metadata.version.value
    }

    /// A declared parameter.
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|known| known.name == name)
    }

    /// What its parameters are worth where nobody chose.
    pub fn defaults(&self) -> BTreeMap<String, Setting> {
        let pair = |parameter: &Parameter| (parameter.name.clone(), parameter.default.clone());
        self.parameters.iter().map(pair).collect()
    }

    pub(super) fn scope<'a>(
        &'a self,
        values: &'a BTreeMap<String, Setting>,
        mark: &'a str,
    ) -> Scope<'a> {
        Scope {
            file: &self.file,
            preset: self.name(),
            declared: &self.parameters,
            values,
            mark,
        }
    }

    fn judge(&self, known: &Known<'_>) -> Result<(), PolicyError> {
        let values = self.defaults();
        let scope = self.scope(&values, "");
        let spec = &self.written.spec;
        let mut ids: BTreeMap<&str, Span> = BTreeMap::new();
        for rule in &spec.rules {
            scope.rule(rule, spec.selector.as_ref(), self.layer, known)?;
            scope.holds(&rule.when)?;
            if let Some(first) = ids.insert(&rule.id.value, rule.id.span) {
                let line = self.file.at(first).position().line;
                let message = format!("rule `{}` is also in line {line}", rule.id.value);
                return Err(self.file.at(rule.id.span).error(message));
            }
        }
        for (id, check) in &spec.checks.0 {
            scope.check(id, check, known.checks)?;
        }
        spec.uses
            .iter()
            .try_for_each(|entry| judge_use(&scope, entry))
    }
}

fn judge_use(scope: &Scope<'_>, entry: &UseEntry) -> Result<(), PolicyError> {
    scope.holds(&entry.when)?;
    let plain = |(_, value): &(Spanned<String>, Draft)| scope.plain(value).map(|_| ());
    entry.parameters.0.iter().try_for_each(plain)
}

impl Overlay {
    /// Reads an overlay.
    ///
    /// # Errors
    /// What is no overlay, with its place.
    pub fn load(file: &Arc<File>) -> Result<Self, PolicyError> {
        let written: OverlayFile = read(file, "Overlay")?;
        check_name(file, &written.metadata.name)?;
        Ok(Self {
            file: Arc::clone(file),
            written,
        })
    }
}

/// The only document of a policy file, or what stands under the file's key there, as what `kind` says.
pub(super) fn read<T: DeserializeOwned>(file: &Arc<File>, kind: &str) -> Result<T, PolicyError> {
    let read = |error: ReadError| PolicyError::read(file, error);
    let stream = Stream::parse(&file.text).map_err(read)?;
    let mut documents = stream.documents.iter().filter(|d| d.root().is_some());
    let Some(document) = documents.next() else {
        return Err(file.at(Span::empty(0)).error("the file is empty"));
    };
    if let Some(second) = documents.next() {
        let span = second.root().map(NodeRef::span).unwrap_or_default();
        let origin = file.at(span.shifted(second.offset));
        let help = "put the second one into a file of its own".to_owned();
        return Err(origin.error("a policy file holds one document").help(help));
    }
    let root = document.root();
    let node = match file.key {
        Some(key) => root.and_then(|root| root.get(key)),
        None => root,
    };
    let node = node.expect("internal error: a policy was seen there");
    head(file, node, "apiVersion", API_VERSION)?;
    head(file, node, "kind", kind)?;
    from_node(node).map_err(read)
}

/// Fields that decide what all others mean are looked at first.
fn head(file: &Arc<File>, node: NodeRef<'_>, key: &str, wanted: &str) -> Result<(), PolicyError> {
    let Some(value) = node.get(key) else {
        return Ok(());
    };
    let found = value.to_value();
    let Some(found) = found.as_str().filter(|found| *found != wanted) else {
        return Ok(());
    };
    let origin = file.at(value.span().shifted(node.document.offset));
    let error = origin.error(format!("expected `{key}: {wanted}`, found `{found}`"));
    Err(error.help(match found {
        "Overlay" => Some("overlays are chosen with `--overlay`".to_owned()),
        "Preset" => Some("presets are chosen with `--preset`, or in `use`".to_owned()),
        "Project" => Some("projects are found by themselves, or named by `--config`".to_owned()),
        "Sidecar" => Some("a sidecar's file is for `argocd generate --config`".to_owned()),
        _ => hint(found, &[wanted]),
    }))
}

/// `major.minor.patch` as numbers.
pub(super) fn version(
    file: &Arc<File>,
    written: &Spanned<String>,
) -> Result<[u64; 3], PolicyError> {
    let number = |part: &str| {
        let digits = part.bytes().all(|b| b.is_ascii_digit());
        let canonical = digits && (part == "0" || !part.starts_with('0'));
        canonical.then(|| part.parse().ok()).flatten()
    };
    let parts: Option<Vec<u64>> = written.value.split('.').map(number).collect();
    let parts = parts.and_then(|parts| <[u64; 3]>::try_from(parts).ok());
    parts.ok_or_else(|| {
        let message = format!("`{}` is no version", written.value);
        let help = "write `major.minor.patch`, such as `1.0.0`".to_owned();
        file.at(written.span).error(message).help(help)
    })
}
