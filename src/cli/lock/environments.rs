//! The environments of a project as their guarded manifests, in the words of a lock.

use super::super::args::{GivenArgs, HostArg, PolicyArgs, ProjectArgs, SettingsArgs};
use super::super::policy::Chosen;
use super::args::SourcesArgs;
use super::command;
use super::{Exit, Failure, Message, run};
use crate::guard::Severity;
use crate::manifest::Object;
use crate::manifest::meaning::Reader;
use crate::manifest::reads::{SecretKey, sum};
use crate::pin::lock::{Names, Observer, Release, Released, Twins};
use crate::preset::{NamesFile, Policy, Project, meaning};
use crate::report::{self, Report, Summary};
use crate::yaml::Spanned;
use serde_json::Value;
use std::collections::BTreeMap;

/// Presets, `name@version`, with the digests of their files.
pub(super) type Presets = BTreeMap<String, String>;

/// What all environments come to.
pub(super) struct Environments {
    pub(super) releases: Vec<Release>,
    pub(super) presets: BTreeMap<String, Presets>,
    /// The key for Secrets.
    pub(super) key: Option<SecretKey>,
}

impl Environments {
    /// Takes the manifests of those that are asked for from where they come, and guards them.
    pub(super) fn of(
        project: &Project,
        sources: &SourcesArgs,
        is_asked: impl Fn(&str) -> bool,
    ) -> Result<Self, Failure> {
        let mut all = Self {
            releases: Vec::new(),
            presets: BTreeMap::new(),
            key: None,
        };
        for (environment, text) in command::manifests(project, &sources.from, is_asked)? {
            let policy = asked(&environment, sources.config.as_deref(), &sources.given);
            let name = format!("manifests of {environment}");
            let input = run::Input::of(name, text, HostArg::Pipe.into());
            let (release, presets, key) = guarded(&input, &policy, project, &environment)?;
            all.releases.push(release);
            all.presets.insert(environment, presets);
            all.key = key;
        }
        Ok(all)
    }

    /// Their names, in the order of the project.
    pub(super) fn names(&self) -> Vec<&str> {
        let names = self.releases.iter();
        names.map(|release| release.environment.as_str()).collect()
    }
}

/// The policy of an environment, as nobody changed it by hand.
pub(super) fn asked(environment: &str, config: Option<&str>, given: &GivenArgs) -> PolicyArgs {
    PolicyArgs {
        settings: SettingsArgs {
            project: ProjectArgs {
                environments: vec![environment.to_owned()],
                config: config.map(str::to_owned),
            },
            ..SettingsArgs::default()
        },
        given: given.clone(),
        ..PolicyArgs::default()
    }
}

/// One environment's manifests, guarded by its policy, as facts; with its presets and the key for Secrets.
fn guarded(
    input: &run::Input,
    policy: &PolicyArgs,
    project: &Project,
    environment: &str,
) -> Result<(Release, Presets, Option<SecretKey>), Failure> {
    let observer = observer(project, environment);
    let see = |_: &Chosen, all: &[Object<'_>], object: &Object<'_>, value: &Value| {
        observer.see(all, (object, value), |_, released| released);
    };
    run::observed(
        input,
        policy,
        (Some(&see), Severity::Error),
        |report, _, chosen| {
            passes(report)?;
            let seen = observer.all(environment).map_err(|twins| twice(&twins))?;
            let objects = seen.into_iter().map(|(id, seen)| {
                let template = template(report, seen.index);
                (
                    id,
                    Released {
                        template,
                        ..seen.made
                    },
                )
            });
            let release = Release {
                environment: environment.to_owned(),
                objects: objects.collect(),
            };
            Ok((release, presets(&chosen.policy), chosen.secret_key.clone()))
        },
    )
}

/// A refusal where the policy refuses the manifests themselves.
pub(super) fn passes(report: &Report<'_>) -> Result<(), Failure> {
    if Summary::of(report).errors == 0 {
        return Ok(());
    }
    let text = report::findings(report, Severity::Error) + &report::overview(report, "lock");
    Err(Failure {
        exit: Exit::No,
        text,
    })
}

/// Who looks at the objects of an environment.
pub(super) fn observer<T>(project: &Project, environment: &str) -> Observer<'static, T> {
    let reader = Reader { meaning: meaning() };
    Observer::new(reader, names(project, environment), project.random())
}

/// The template of an object, where the stream says so.
pub(super) fn template(report: &Report<'_>, index: usize) -> Option<String> {
    let document = report.objects[index].document;
    let template = report.stream.documents[document].template();
    template.map(str::to_owned)
}

/// A refusal of two objects of one identity.
pub(super) fn twice(twins: &Twins) -> Failure {
    let help = "give one of them another name".to_owned();
    Failure {
        exit: Exit::Input,
        text: Message::error(twins.to_string(), None, Some(help)).render(),
    }
}

fn presets(policy: &Policy) -> Presets {
    let presets = policy.presets.iter().map(|preset| {
        let digest = sum(&preset.origin.file.text);
        let name = format!("{}@{}", preset.name, preset.version);
        (name, format!("sha256:{digest}"))
    });
    presets.collect()
}

fn names(project: &Project, environment: &str) -> Names {
    let environments = &project.written.spec.environments.0;
    let parts = |names: &NamesFile| {
        let text = |name: &Option<Spanned<String>>| name.as_ref().map(|name| name.value.clone());
        [
            text(&names.prefix),
            text(&names.suffix),
            text(&names.namespace),
        ]
    };
    let mut all = environments.iter();
    let are_compared = all.any(|(_, other)| parts(&other.names).iter().any(Option::is_some));
    let own = environments
        .iter()
        .find(|(name, _)| name.value == environment);
    let own = own.map(|(_, own)| parts(&own.names)).unwrap_or_default();
    let [prefix, suffix, namespace] = own.map(Option::unwrap_or_default);
    Names {
        prefix,
        suffix,
        namespace,
        are_compared,
    }
}
