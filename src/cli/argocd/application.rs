//! What the owner of an application says, and what Argo CD says of the application. The owner controls
//! `ARGOCD_APP_PARAMETERS`, all of `ARGOCD_ENV_*` and `PARAM_*`; so does whoever may write `.argocd-source.yaml` into the
//! repository. Only the first is read: names of `PARAM_*` can collide.

use super::super::policy;
use super::{Exit, Failure, refused};
use crate::host::{AppParameter, app_parameters};
use crate::preset::{Choice, File, Named, PolicyError};
use crate::text::hint;
use std::collections::BTreeSet;

const PARAMETERS: &str = "ARGOCD_APP_PARAMETERS";

/// The parameters that are not those of presets.
const OWN: [&str; 6] = [
    "presets",
    "environment",
    "tool",
    "release-name",
    "values-files",
    "values",
];

/// An application.
#[derive(Debug, Default)]
pub(super) struct Application {
    /// What it chooses of the policy.
    pub(super) choice: Choice,
    /// `helm` or `kustomize`, where it says.
    pub(super) tool: Option<Named>,
    /// The release, where it is not the application's name.
    pub(super) release_name: Option<Named>,
    /// Files of values, from the application's folder.
    pub(super) values_files: Vec<Named>,
    /// Values as YAML; they count more than the files.
    pub(super) values: Option<Named>,
    /// `ARGOCD_APP_NAME`, without the namespace that stands before it where applications live in any.
    pub(super) name: Option<String>,
    /// The namespace that it is deployed to.
    pub(super) namespace: Option<String>,
    /// The cluster's version.
    pub(super) kube_version: Option<String>,
    /// What the cluster serves.
    pub(super) api_versions: Vec<String>,
}

#[expect(clippy::disallowed_methods, reason = "cli/ reads the environment")]
pub(super) fn variable(name: &str) -> Option<String> {
    let value = std::env::var_os(name)?.into_string().ok()?;
    (!value.is_empty()).then_some(value)
}

impl Application {
    pub(super) fn of_environment() -> Result<Self, Failure> {
        let name = variable("ARGOCD_APP_NAME");
        let mut application = Self {
            name: name.map(|name| match name.split_once('_') {
                Some((_, name)) => name.to_owned(),
                None => name,
            }),
            namespace: variable("ARGOCD_APP_NAMESPACE"),
            kube_version: variable("KUBE_VERSION"),
            api_versions: variable("KUBE_API_VERSIONS")
                .map(|all| all.split(',').map(str::to_owned).collect())
                .unwrap_or_default(),
            ..Self::default()
        };
        let given = variable(PARAMETERS).unwrap_or_else(|| "null".to_owned());
        let given = app_parameters(&given).map_err(|place| {
            let message = format!("`{PARAMETERS}` is no list of parameters: {place}");
            refused(
                Exit::Usage,
                message,
                "Argo CD makes it of `spec.source.plugin.parameters`",
            )
        })?;
        let mut seen = BTreeSet::new();
        for parameter in given {
            if !seen.insert(parameter.name.clone()) {
                let error = at(&parameter).error("it is given twice");
                return Err(policy::failure(&error));
            }
            application
                .take(parameter)
                .map_err(|error| policy::failure(&error))?;
        }
        Ok(application)
    }

    /// Refuses what only Helm understands.
    pub(super) fn no_helm(&self) -> Result<(), PolicyError> {
        let mut given = self
            .release_name
            .iter()
            .chain(&self.values_files)
            .chain(&self.values);
        given.next().map_or(Ok(()), |given| {
            Err(given
                .origin
                .error("it is for charts, and kustomize renders this application"))
        })
    }

    fn take(&mut self, given: AppParameter) -> Result<(), PolicyError> {
        match given.name.as_str() {
            "presets" => {
                let presets = list(given)?;
                if let Some(absolute) = presets.iter().find(|preset| preset.text.starts_with('/')) {
                    let message = format!("`{}` is an absolute path", absolute.text);
                    let help = "name it from the application's folder: `./policy/mine.yaml`";
                    return Err(absolute.origin.error(message).help(help.to_owned()));
                }
                self.choice.presets = presets;
            }
            "environment" => self.choice.environment = Some(single(given)?),
            "tool" => self.tool = Some(single(given)?),
            "release-name" => self.release_name = Some(single(given)?),
            "values-files" => self.values_files = list(given)?,
            "values" => self.values = Some(single(given)?),
            name if name.contains('.') => {
                let name = Named {
                    text: name.to_owned(),
                    origin: at(&given),
                };
                let value = single(given)?.text;
                self.choice.parameters.push((name, value));
            }
            name => {
                let message = format!("there is no parameter `{name}`");
                let help = hint(name, &OWN);
                return Err(at(&given).error(message).help(help));
            }
        }
        Ok(())
    }
}

/// Where a parameter is said: its name, for its value may be a password.
fn at(given: &AppParameter) -> crate::preset::Origin {
    let name = format!("parameter `{}` of the application", given.name);
    File::flag(name, given.name.as_str()).whole()
}

fn single(given: AppParameter) -> Result<Named, PolicyError> {
    let origin = at(&given);
    match given {
        AppParameter {
            string: Some(text),
            array: None,
            map: None,
            ..
        } => Ok(Named { text, origin }),
        _ => Err(origin.error("it takes one text, under `string`")),
    }
}

fn list(given: AppParameter) -> Result<Vec<Named>, PolicyError> {
    let origin = at(&given);
    match given {
        AppParameter {
            string: None,
            array: Some(texts),
            map: None,
            ..
        } => {
            let named = |text| Named {
                text,
                origin: origin.clone(),
            };
            Ok(texts.into_iter().map(named).collect())
        }
        _ => Err(origin.error("it takes a list of texts, under `array`")),
    }
}
