//! `kind: Project`: the file at the root of a repository that says which presets guard it, and what each environment
//! changes. It chooses as flags do, and comes to a [`Request`].

use super::compose::{self, builtin_overlay};
use super::graph::{ReadFile, builtin_path};
use super::path::{folder, is_path};
use super::request::{Assignment, Given, Named, Request, Step};
use super::scope::check_name;
use super::{Draft, External, File, PolicyError, RandomFile, WaiversFile, load};
use crate::manifest::reads::Random;
use crate::text::hint;
use crate::yaml::{Entries, Spanned};
use serde::Deserialize;
use std::sync::Arc;

#[cfg(test)]
use super::schema;
#[cfg(test)]
use schemars::JsonSchema;

/// What a project is called, wherever it is looked for.
pub const PROJECT_FILE: &str = "sparkk8s.yaml";

/// What runs when nobody chose anything.
pub const DEFAULT_PRESET: &str = "default";

/// A project: which presets guard the manifests of a repository, and what each environment changes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(test, derive(JsonSchema), schemars(title = "Project"))]
pub struct ProjectFile {
    /// The version of this format.
    #[cfg_attr(test, schemars(schema_with = "schema::api_version"))]
    pub api_version: Spanned<String>,
    /// What the file is.
    #[cfg_attr(test, schemars(schema_with = "schema::kind_project"))]
    pub kind: Spanned<String>,
    /// Its name.
    pub metadata: ProjectMetadata,
    /// What it chooses.
    pub spec: ProjectSpec,
}

/// Name of a project.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ProjectMetadata {
    /// Lower-case letters, digits and dashes.
    #[cfg_attr(test, schemars(schema_with = "schema::name"))]
    pub name: Spanned<String>,
}

/// What a project chooses.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ProjectSpec {
    /// Presets of every environment: built in, `name@major`, or paths from the project's folder. Without it, `default`.
    pub presets: Option<Vec<Spanned<String>>>,
    /// Values of parameters in every environment: `preset.parameter`, or `parameter` alone where that is unambiguous.
    #[serde(default)]
    pub parameters: Entries<Draft>,
    /// What each environment adds and changes, by its name.
    #[serde(default)]
    pub environments: Entries<EnvironmentFile>,
    /// What may differ between environments, and why. Nothing else may.
    #[serde(default)]
    pub vary: Vec<VaryFile>,
    /// What pods read and no stream has: who puts it into the cluster, for `graph`.
    #[serde(default)]
    pub externals: Vec<External>,
    /// Values that are others at each render, so that no digest and no lock holds them.
    #[serde(default)]
    pub random: Vec<RandomFile>,
    /// Exceptions from rules and checks in every environment, each with a reason and a last day; or `forbid`.
    pub waivers: Option<WaiversFile>,
    /// The file that says which image each tag stands for, from the project's folder, as `--images` takes it.
    pub images: Option<Spanned<String>>,
    /// The file that holds environments to what they share, from the project's folder. Without it, `sparkk8s.lock`.
    pub lock: Option<Spanned<String>>,
}

/// One sanctioned difference between environments.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(test, derive(JsonSchema), schemars(rename = "Vary"))]
pub struct VaryFile {
    /// Kinds of objects, a glob.
    pub kind: Spanned<String>,
    /// Names of objects, a glob. Without it, all.
    pub name: Option<Spanned<String>>,
    /// Which place in them, as messages of `lock` name it: `*` is one segment, `**` any number. Without it, whether the
    /// object is there at all.
    pub path: Option<Spanned<String>>,
    /// The amounts between which the values may lie.
    pub between: Option<Vec<Draft>>,
    /// Whether images may differ in their tag and digest.
    #[serde(default)]
    pub tag: bool,
    /// Why, for whoever reads it in a year.
    pub reason: Spanned<String>,
}

/// What one environment adds and changes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(test, derive(JsonSchema), schemars(rename = "Environment"))]
pub struct EnvironmentFile {
    /// Presets beside those of the project.
    #[serde(default)]
    pub presets: Vec<Spanned<String>>,
    /// Overlays, built in or paths from the project's folder; later ones win.
    #[serde(default)]
    pub overlays: Vec<Spanned<String>>,
    /// Values of parameters; they count more than the overlays.
    #[serde(default)]
    pub parameters: Entries<Draft>,
    /// Exceptions from rules and checks in this environment, each with a reason and a last day; or `forbid`.
    pub waivers: Option<WaiversFile>,
    /// The command that prints the environment's manifests, run without a shell, in the project's folder.
    pub render: Option<Vec<Spanned<String>>>,
    /// What its names have of their own.
    #[serde(default)]
    pub names: NamesFile,
}

/// How the names of an environment differ from those of the others.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(test, derive(JsonSchema), schemars(rename = "Names"))]
pub struct NamesFile {
    /// What stands before the names of its objects.
    pub prefix: Option<Spanned<String>>,
    /// What stands behind them.
    pub suffix: Option<Spanned<String>>,
    /// Its namespace.
    pub namespace: Option<Spanned<String>>,
}

/// A project that was read: its names exist, whichever environment is meant.
#[derive(Clone, Debug)]
pub struct Project {
    /// Where it came from.
    pub file: Arc<File>,
    /// What it says.
    pub written: ProjectFile,
}

impl Project {
    /// Reads the project at a path.
    ///
    /// # Errors
    /// A path that cannot be read; what is no project, with its place; names of presets and overlays that do not
    /// exist, in any environment.
    pub fn load(path: &Named, read: ReadFile<'_>) -> Result<Self, PolicyError> {
        let file = compose::file(path, read)?;
        let written: ProjectFile = load::read(&file, "Project")?;
        check_name(&file, &written.metadata.name)?;
        let project = Self { file, written };
        project.judge()?;
        Ok(project)
    }

    fn judge(&self) -> Result<(), PolicyError> {
        let spec = &self.written.spec;
        self.presets_exist(spec.presets.as_deref().unwrap_or_default())?;
        let random = spec.random.iter().map(|random| &random.reason);
        let externals = spec.externals.iter().map(|external| &external.reason);
        let mut reasons = externals.chain(random);
        if let Some(empty) = reasons.find(|reason| reason.value.trim().is_empty()) {
            return Err(self.file.at(empty.span).error("a reason must say why"));
        }
        for (name, environment) in &spec.environments.0 {
            check_name(&self.file, name)?;
            self.presets_exist(&environment.presets)?;
            for overlay in &environment.overlays {
                let named = self.named(overlay);
                if !is_path(&named.text) {
                    builtin_overlay(&named)?;
                }
            }
        }
        Ok(())
    }

    fn presets_exist(&self, presets: &[Spanned<String>]) -> Result<(), PolicyError> {
        let mut names = presets.iter().filter(|preset| !is_path(&preset.value));
        names.try_for_each(|name| builtin_path(&name.value, &self.file.at(name.span)).map(|_| ()))
    }

    /// What is another value at each render.
    pub fn random(&self) -> Vec<Random> {
        let random = self.written.spec.random.iter();
        random.map(RandomFile::declared).collect()
    }

    /// What it chooses for an environment, or for none of them.
    ///
    /// # Errors
    /// An environment that it does not have.
    pub fn request(&self, environment: Option<&Named>) -> Result<Request, PolicyError> {
        let spec = &self.written.spec;
        let chosen = environment.map(|asked| self.environment(asked));
        let chosen = chosen.transpose()?;
        let mut request = Request {
            project: Some(self.place(&self.written.metadata.name)),
            environment: chosen.map(|(name, _)| self.place(name)),
            externals: spec.externals.clone(),
            random: self.random(),
            images: spec.images.as_ref().map(|path| Named {
                text: self.path(&path.value),
                origin: self.file.at(path.span),
            }),
            ..Request::default()
        };
        let own = chosen.and_then(|(_, chosen)| chosen.waivers.as_ref());
        let waivers = spec.waivers.iter().chain(own);
        let here = |written: &WaiversFile| (Arc::clone(&self.file), written.clone());
        request.waivers.extend(waivers.map(here));
        let others = spec.environments.0.iter();
        let others = others.flat_map(|(_, other)| self.all(&other.presets));
        request.elsewhere.extend(others);
        match &spec.presets {
            Some(presets) => request.presets.extend(self.all(presets)),
            None => request.presets.push(self.default()),
        }
        request.steps.extend(self.values(&spec.parameters));
        if let Some((_, chosen)) = chosen {
            request.presets.extend(self.all(&chosen.presets));
            let overlays = self.all(&chosen.overlays);
            request.steps.extend(overlays.map(Step::Overlay));
            request.steps.extend(self.values(&chosen.parameters));
        }
        if request.presets.is_empty() {
            request.presets.push(self.default());
        }
        Ok(request)
    }

    fn environment(
        &self,
        asked: &Named,
    ) -> Result<(&Spanned<String>, &EnvironmentFile), PolicyError> {
        let environments = &self.written.spec.environments.0;
        let mut found = environments
            .iter()
            .filter(|(name, _)| name.value == asked.text);
        if let Some((name, environment)) = found.next() {
            return Ok((name, environment));
        }
        let names = environments.iter().map(|(name, _)| name.value.as_str());
        let names: Vec<_> = names.collect();
        let help = hint(&asked.text, &names)
            .unwrap_or_else(|| "environments stand under `spec.environments`".to_owned());
        let message = format!("`{}` has no environment `{}`", self.file.name, asked.text);
        Err(asked.origin.error(message).help(help))
    }

    fn default(&self) -> Named {
        Named {
            text: DEFAULT_PRESET.to_owned(),
            origin: self.file.at(self.written.metadata.name.span),
        }
    }

    /// A path in the project's folder, as seen from where the project was read.
    pub fn path(&self, inner: &str) -> String {
        match inner.starts_with('/') {
            true => inner.to_owned(),
            false => format!("{}{inner}", folder(&self.file.name)),
        }
    }

    fn all<'a>(&'a self, names: &'a [Spanned<String>]) -> impl Iterator<Item = Named> {
        names.iter().map(|name| self.named(name))
    }

    /// A name as it is; a path, which is meant from the project's folder, as seen from where the project was read.
    fn named(&self, written: &Spanned<String>) -> Named {
        let mut named = self.place(written);
        if is_path(&named.text) && !named.text.starts_with('/') {
            let folder = folder(&self.file.name);
            let folder = if folder.is_empty() { "./" } else { folder };
            named.text.insert_str(0, folder);
        }
        named
    }

    fn place(&self, written: &Spanned<String>) -> Named {
        Named {
            text: written.value.clone(),
            origin: self.file.at(written.span),
        }
    }

    fn values<'a>(&'a self, values: &'a Entries<Draft>) -> impl Iterator<Item = Step> {
        values.0.iter().map(|(name, value)| {
            Step::Set(Assignment {
                name: name.value.clone(),
                name_at: self.file.at(name.span),
                value: Given::Draft(value.clone()),
                origin: self.file.at(value.span),
            })
        })
    }
}
