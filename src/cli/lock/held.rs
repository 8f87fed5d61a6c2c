//! `verify` and `render --locked`: manifests against the lock.

use super::super::args::{ProjectArgs, VerifyArgs};
use super::super::policy::{self, Chosen};
use super::super::project;
use super::environments::{asked, observer, passes, template, twice};
use super::{Exit, Failure, io, path, refused, run, unusable};
use crate::guard::Severity;
use crate::manifest::Object;
use crate::pin::lock::{LockError, Locked, Mismatch, Observer, mismatches};
use crate::preset::{Named, Project};
use crate::report::{Message, Report, count};
use serde_json::Value;

/// The lock that a run is held to.
pub(in crate::cli) struct Held {
    path: String,
    locked: Locked,
    environment: String,
    observer: Observer<'static, Judged>,
}

/// What is to say of one object.
struct Judged {
    found: Result<Vec<Mismatch>, LockError>,
    /// How many of its facts were not compared.
    hidden: usize,
}

impl Held {
    /// For `render --locked`, which names an environment.
    pub(in crate::cli) fn of(args: &ProjectArgs) -> Result<Self, Failure> {
        let project = project::needed(args.config.as_deref())?;
        let environment = args.environments.first().cloned().unwrap_or_default();
        Self::to(&project, environment)
    }

    fn to(project: &Project, environment: String) -> Result<Self, Failure> {
        let known = project.request(Some(&Named::flag("--env", &environment)));
        known.map_err(|error| policy::failure(&error))?;
        let path = path(project);
        let text = io::read_text(&path).map_err(|why| {
            let help = "`sparkk8s-post lock` writes it".to_owned();
            let message = format!("cannot read `{path}`: {why}");
            Failure {
                exit: Exit::Usage,
                text: Message::error(message, None, Some(help)).render(),
            }
        })?;
        let locked = Locked::parse(text).map_err(|error| unusable(&path, &error))?;
        if !locked.environments.contains_key(&environment) {
            let help = "`sparkk8s-post lock` takes in all environments of the project";
            let message = format!("`{path}` does not lock the environment `{environment}`");
            return Err(refused("", message, help));
        }
        Ok(Self {
            observer: observer(project, &environment),
            path,
            locked,
            environment,
        })
    }

    /// Compares an object with the lock as it goes by.
    pub(in crate::cli) fn see(
        &self,
        chosen: &Chosen,
        all: &[Object<'_>],
        object: &Object<'_>,
        value: &Value,
    ) {
        let key = chosen.secret_key.as_ref();
        self.observer.see(all, (object, value), |id, released| {
            let found = self
                .locked
                .mismatches(&self.environment, (id, &released), key);
            let hidden = match key {
                Some(_) => 0,
                None => released.hidden(),
            };
            Judged { found, hidden }
        });
    }

    /// How many values were not compared, or a refusal where what was seen is not what is locked.
    pub(in crate::cli) fn judge(&self, report: &Report<'_>) -> Result<usize, Failure> {
        let seen = self.observer.all(&self.environment);
        let seen = seen.map_err(|twins| twice(&twins))?;
        let unusable = |error| unusable(&self.path, &error);
        let missing = self
            .locked
            .missing(&self.environment, false, &|id| seen.contains_key(id));
        let (mut found, mut hidden) = (missing.map_err(unusable)?, 0);
        for seen in seen.into_values() {
            hidden += seen.made.hidden;
            for mut mismatch in seen.made.found.map_err(unusable)? {
                mismatch.template = template(report, seen.index);
                found.push(mismatch);
            }
        }
        if found.is_empty() {
            return Ok(hidden);
        }
        found.sort_by(|a, b| (&a.object, &a.path).cmp(&(&b.object, &b.path)));
        Err(not_locked(&self.path, &self.environment, &found))
    }
}

/// A refusal of manifests that are not those of the lock.
pub(super) fn not_locked(path: &str, environment: &str, found: &[Mismatch]) -> Failure {
    let many = count(found.len(), "difference");
    let message = format!("the manifests of {environment} are not those of `{path}`: {many}");
    let help = "if it is meant, `sparkk8s-post lock` records it, and refuses what environments may not differ in; else take it out";
    refused(&mismatches(found), message, help)
}

/// Compares manifests with the lock.
pub(in crate::cli) fn verify(args: &VerifyArgs) -> Result<Exit, Failure> {
    let project = project::needed(args.config.as_deref())?;
    let policy = asked(&args.environment, args.config.as_deref(), &args.given);
    let input = run::Input::read(&args.input)?;
    let held = Held::to(&project, args.environment.clone())?;
    let see = |chosen: &Chosen, all: &[Object<'_>], object: &Object<'_>, value: &Value| {
        held.see(chosen, all, object, value);
    };
    let hidden = run::observed(
        &input,
        &policy,
        (Some(&see), Severity::Error),
        |report, _, _| {
            passes(report)?;
            held.judge(report)
        },
    )?;
    let note = match hidden {
        0 => String::new(),
        many => format!(
            "; {many} values that may not be shown were not compared, for want of `--secret-key`"
        ),
    };
    let (path, environment) = (&held.path, &args.environment);
    io::show(&format!(
        "{path}: the manifests of {environment} are as they are locked{note}\n"
    ))?;
    Ok(Exit::Ok)
}
