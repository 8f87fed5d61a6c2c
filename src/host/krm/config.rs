//! `functionConfig`: what a kustomization or a Kptfile chooses. It comes to steps of a `Request`, as flags do, so that it
//! can lower no more than they can.

use crate::preset::{Assignment, File, Given, Named, Origin, PolicyError, Step};
use crate::text::hint;
use crate::yaml::{Kind, NodeRef};
use std::sync::Arc;

const KEY: &str = "functionConfig";
const KINDS: [&str; 3] = ["ConfigMap", "Overlay", "Preset"];
const FIELDS: [&str; 5] = ["apiVersion", "kind", "metadata", "data", "immutable"];
const CHOICES: [&str; 3] = ["preset", "overlay", "env"];

/// What `functionConfig` chooses, each with its place in the input.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Presets by name, beside those of flags.
    pub presets: Vec<Named>,
    /// `kind: Preset`.
    pub inline: Option<Arc<File>>,
    /// Environments of the project.
    pub environments: Vec<Named>,
    /// Overlays and parameters, after those of flags.
    pub steps: Vec<Step>,
}

impl Config {
    /// What the list `name`, whose text is the input, says.
    ///
    /// # Errors
    /// A kind or a key that nobody knows, or a value of the wrong type.
    pub fn of(list: NodeRef<'_>, (name, text): (&str, &str)) -> Result<Self, PolicyError> {
        let mut config = Self::default();
        let Some(given) = list.get(KEY).filter(|given| !super::is_null(*given)) else {
            return Ok(config);
        };
        let file = File::under(name, text, KEY);
        let at = |node: NodeRef<'_>| file.at(node.span().shifted(node.document.offset));
        if given.kind() != Kind::Mapping {
            return Err(at(given).error(format!("`{KEY}` is a mapping")));
        }
        let kind = given.get("kind");
        match kind.map(NodeRef::text) {
            Some("ConfigMap") => config.map(given, &at)?,
            Some("Overlay") => config.steps.push(Step::Inline(Arc::clone(&file))),
            Some("Preset") => config.inline = Some(Arc::clone(&file)),
            None => {
                let error = at(given).error(format!("`{KEY}` has no `kind`"));
                return Err(error.help(hint("", &KINDS)));
            }
            Some("Project") => {
                let error = at(kind.unwrap_or(given)).error(format!("`{KEY}` is no project"));
                let help = "projects are found by themselves; a ConfigMap with `env: NAME` chooses an environment";
                return Err(error.help(help.to_owned()));
            }
            Some(other) => {
                let message = format!("`{KEY}` of kind `{other}` is not known");
                let error = at(kind.unwrap_or(given)).error(message);
                return Err(error.help(hint(other, &KINDS)));
            }
        }
        Ok(config)
    }

    /// kpt's ConfigMap, made of `-- KEY=VALUE`.
    fn map(
        &mut self,
        given: NodeRef<'_>,
        at: &dyn Fn(NodeRef<'_>) -> Origin,
    ) -> Result<(), PolicyError> {
        for (key, _) in given.entries() {
            if !FIELDS.contains(&key.text()) {
                let error = at(key).error(format!("unknown field `{}`", key.text()));
                return Err(error.help(hint(key.text(), &FIELDS)));
            }
        }
        let Some(data) = given.get("data").filter(|data| !super::is_null(*data)) else {
            return Ok(());
        };
        if data.kind() != Kind::Mapping {
            return Err(at(data).error("`data` is a mapping"));
        }
        for (key, value) in data.entries() {
            let value = value.resolved();
            if value.kind() != Kind::Scalar {
                return Err(at(value).error(format!("`{}` takes a text", key.text())));
            }
            self.choice(key, value, at)?;
        }
        Ok(())
    }

    fn choice(
        &mut self,
        key: NodeRef<'_>,
        value: NodeRef<'_>,
        at: &dyn Fn(NodeRef<'_>) -> Origin,
    ) -> Result<(), PolicyError> {
        let names = value.text().split([',', '\n']).map(str::trim);
        let names = names.filter(|name| !name.is_empty()).map(|name| Named {
            text: name.to_owned(),
            origin: at(value),
        });
        match key.text() {
            "preset" => self.presets.extend(names),
            "overlay" => self.steps.extend(names.map(Step::Overlay)),
            "env" => self.environments.extend(names),
            name if name.contains('.') => self.steps.push(Step::Set(Assignment {
                name: name.to_owned(),
                name_at: at(key),
                value: Given::Text(value.text().to_owned()),
                origin: at(value),
            })),
            unknown => {
                let help = hint(unknown, &CHOICES).unwrap_or_default();
                let help = format!("{help}; a parameter is `PRESET.NAME`");
                return Err(at(key).error(format!("unknown key `{unknown}`")).help(help));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Stream;

    fn of(config: &str) -> Result<Config, String> {
        let text = format!("kind: ResourceList\nfunctionConfig: {config}\n");
        let stream = Stream::parse(&text).unwrap();
        let root = stream.documents[0].root().unwrap();
        Config::of(root, ("stdin", &text)).map_err(|error| error.plain())
    }

    #[test]
    fn a_config_map_chooses_as_flags_do() {
        let config = of(
            "{kind: ConfigMap, data: {preset: 'a, b', overlay: \"x\\ny\", env: e, p.size: '3'}}",
        )
        .unwrap();
        let names: Vec<_> = config
            .presets
            .iter()
            .map(|named| named.text.as_str())
            .collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(config.environments[0].text, "e");
        assert_eq!(config.steps.len(), 3);
    }

    #[test]
    fn nothing_chooses_nothing() {
        for text in [
            "",
            "null",
            "{kind: ConfigMap}",
            "{kind: ConfigMap, data: }",
            "{kind: ConfigMap, data: {preset: ''}}",
        ] {
            let config = of(text).unwrap();
            let is_empty = config.presets.is_empty() && config.steps.is_empty();
            assert!(is_empty && config.inline.is_none(), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_at_its_place() {
        for (text, wanted) in [
            ("3", "stdin:2:17: `functionConfig` is a mapping"),
            ("{data: {}}", "stdin:2:17: `functionConfig` has no `kind`"),
            (
                "{kind: Overlai}",
                "stdin:2:24: `functionConfig` of kind `Overlai` is not known (help: did you mean `Overlay`?)",
            ),
            (
                "{kind: Project}",
                "stdin:2:24: `functionConfig` is no project",
            ),
            (
                "{kind: ConfigMap, dta: {}}",
                "stdin:2:35: unknown field `dta` (help: did you mean `data`?)",
            ),
            (
                "{kind: ConfigMap, data: 3}",
                "stdin:2:41: `data` is a mapping",
            ),
            (
                "{kind: ConfigMap, data: {preset: [a]}}",
                "stdin:2:50: `preset` takes a text",
            ),
            (
                "{kind: ConfigMap, data: {overlai: a}}",
                "stdin:2:42: unknown key `overlai` (help: did you mean `overlay`?",
            ),
        ] {
            let error = of(text).unwrap_err();
            assert!(error.starts_with(wanted), "{text}: {error}");
        }
    }
}
