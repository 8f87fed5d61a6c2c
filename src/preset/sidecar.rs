//! `kind: Sidecar`: what the plugin sidecar of Argo CD runs with. Whoever runs the sidecar writes it; an application may
//! choose only what it opens.

use super::compose;
use super::graph::ReadFile;
use super::load;
use super::path::{folder, is_path};
use super::project::{DEFAULT_PRESET, Project, ProjectMetadata};
use super::request::{Assignment, Given, Named, Request, Step};
use super::scope::check_name;
use super::{File, PolicyError};
use crate::text::hint;
use crate::yaml::Spanned;
use serde::Deserialize;
use std::sync::Arc;

#[cfg(test)]
use super::schema;
#[cfg(test)]
use schemars::JsonSchema;

/// What the plugin sidecar of Argo CD runs with.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(test, derive(JsonSchema), schemars(title = "Sidecar"))]
pub struct SidecarFile {
    /// The version of this format.
    #[cfg_attr(test, schemars(schema_with = "schema::api_version"))]
    pub api_version: Spanned<String>,
    /// What the file is.
    #[cfg_attr(test, schemars(schema_with = "schema::kind_sidecar"))]
    pub kind: Spanned<String>,
    /// Its name.
    pub metadata: ProjectMetadata,
    /// What it decides.
    pub spec: SidecarSpec,
}

/// What the sidecar decides, and what it leaves to applications.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(test, derive(JsonSchema))]
pub struct SidecarSpec {
    /// The project whose presets, parameters and environments count, a path from this file's folder. Without it, the
    /// preset `default`.
    pub project: Option<Spanned<String>>,
    /// The environment of the project for applications that choose none.
    pub environment: Option<Spanned<String>>,
    /// What an application may choose.
    #[serde(default)]
    pub open: OpenToApplications,
    /// How `helm template` is run.
    #[serde(default)]
    pub helm: ToolFile,
    /// How `kustomize build` is run.
    #[serde(default)]
    pub kustomize: ToolFile,
}

/// What an application may choose. It may always add presets that are built in, for they only tighten.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(test, derive(JsonSchema))]
pub struct OpenToApplications {
    /// Environments of the project.
    #[serde(default)]
    pub environments: Vec<Spanned<String>>,
    /// Parameters, as `preset.parameter`.
    #[serde(default)]
    pub parameters: Vec<Spanned<String>>,
    /// Whether it may add presets of its own repository, by their paths.
    #[serde(default)]
    pub repository_presets: bool,
}

/// How a tool is run.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(test, derive(JsonSchema), schemars(rename = "Tool"))]
pub struct ToolFile {
    /// Further arguments, word by word.
    #[serde(default)]
    pub arguments: Vec<Spanned<String>>,
}

/// A sidecar's file that was read.
#[derive(Clone, Debug)]
pub struct Sidecar {
    /// What it says.
    pub spec: SidecarSpec,
    /// Where it came from; `None` where nobody wrote one.
    file: Option<Arc<File>>,
    project: Option<Project>,
}

impl Sidecar {
    /// What holds where nobody wrote a file: the preset `default`, and nothing open.
    pub fn unwritten() -> Self {
        Self {
            spec: SidecarSpec::default(),
            file: None,
            project: None,
        }
    }

    /// Reads the sidecar's file at a path, and its project.
    ///
    /// # Errors
    /// A file that cannot be read or is no `Sidecar`; a project that is wrong; environments that it does not have.
    pub fn load(path: &Named, read: ReadFile<'_>) -> Result<Self, PolicyError> {
        let file = compose::file(path, read)?;
        let written: SidecarFile = load::read(&file, "Sidecar")?;
        check_name(&file, &written.metadata.name)?;
        let spec = written.spec;
        let project = spec.project.as_ref().map(|project| {
            let path = format!("{}{}", folder(&file.name), project.value);
            let text = match project.value.starts_with('/') {
                true => project.value.clone(),
                false => path,
            };
            let origin = file.at(project.span);
            Project::load(&Named { text, origin }, read)
        });
        let sidecar = Self {
            project: project.transpose()?,
            spec,
            file: Some(file),
        };
        let open = &sidecar.spec.open;
        for name in sidecar.spec.environment.iter().chain(&open.environments) {
            sidecar.request(Some(&sidecar.named(name)))?;
        }
        Ok(sidecar)
    }

    /// The environment for applications that choose none.
    pub fn environment(&self) -> Option<Named> {
        self.spec.environment.as_ref().map(|name| self.named(name))
    }

    fn named(&self, written: &Spanned<String>) -> Named {
        let file = self.file.as_ref();
        let file = file.expect("internal error: what is written has a file");
        Named {
            text: written.value.clone(),
            origin: file.at(written.span),
        }
    }

    /// What holds in an environment before an application chooses anything.
    ///
    /// # Errors
    /// An environment that the project does not have.
    pub fn request(&self, environment: Option<&Named>) -> Result<Request, PolicyError> {
        match (&self.project, environment) {
            (Some(project), _) => project.request(environment),
            (None, None) => Ok(Request {
                presets: vec![Named::flag("--preset", DEFAULT_PRESET)],
                ..Request::default()
            }),
            (None, Some(name)) => {
                let message = format!("there is no environment `{}`", name.text);
                let help = "environments belong to a project, which `spec.project` names";
                Err(name.origin.error(message).help(help.to_owned()))
            }
        }
    }

    /// What holds for an application that chose.
    ///
    /// # Errors
    /// Whatever the sidecar does not open.
    pub fn chosen(&self, choice: &Choice) -> Result<Request, PolicyError> {
        let open = &self.spec.open;
        if let Some(name) = &choice.environment {
            allowed(name, &open.environments, "the environment")?;
        }
        let own = self.environment();
        let mut request = self.request(choice.environment.as_ref().or(own.as_ref()))?;
        for preset in &choice.presets {
            if is_path(&preset.text) && !open.repository_presets {
                let message = format!("the preset `{}` is not built in", preset.text);
                let help = "presets of a repository count only where the sidecar's file sets \
                            `open.repositoryPresets`";
                return Err(preset.origin.error(message).help(help.to_owned()));
            }
            request.presets.push(preset.clone());
        }
        for (name, value) in &choice.parameters {
            allowed(name, &open.parameters, "the parameter")?;
            request.steps.push(Step::Set(Assignment {
                name: name.text.clone(),
                name_at: name.origin.clone(),
                value: Given::Text(value.clone()),
                origin: name.origin.clone(),
            }));
        }
        Ok(request)
    }
}

/// What an application chose.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Presets beside those of the sidecar.
    pub presets: Vec<Named>,
    /// The environment.
    pub environment: Option<Named>,
    /// Parameters, as `preset.parameter`, and their values.
    pub parameters: Vec<(Named, String)>,
}

fn allowed(asked: &Named, open: &[Spanned<String>], what: &str) -> Result<(), PolicyError> {
    let open: Vec<_> = open.iter().map(|name| name.value.as_str()).collect();
    if open.contains(&asked.text.as_str()) {
        return Ok(());
    }
    let message = format!("{what} `{}` is not open to applications", asked.text);
    let help = hint(&asked.text, &open)
        .unwrap_or_else(|| "whoever runs the sidecar opens it, under `spec.open`".to_owned());
    Err(asked.origin.error(message).help(help))
}
