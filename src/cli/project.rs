//! The project that a run belongs to: found from the working directory upwards, or named by `--config`.

use super::exit::{Exit, Failure};
use super::{io, policy};
use crate::preset::{DEFAULT_PRESET, File, Named, PROJECT_FILE, PolicyError, Project, Request};
use crate::report::Message;
use anyhow::Context;

/// What the project, be it named or found, chooses; the default preset where there is none and none is asked for.
pub(super) fn request(config: Option<&str>, environments: &[Named]) -> Result<Request, Failure> {
    let fail = |error: PolicyError| policy::failure(&error);
    let environment = match environments {
        [] => None,
        [name] => Some(name),
        [_, other, ..] => {
            let message = "only one environment can be chosen here".to_owned();
            let help = "`sparkk8s-post diff --env A --env B` compares two".to_owned();
            return Err(fail(other.origin.error(message).help(help)));
        }
    };
    if let Some(project) = found_or_named(config)? {
        return project.request(environment).map_err(fail);
    }
    if let Some(environment) = environment {
        let message = format!(
            "there is no `{PROJECT_FILE}` here or in a folder above, and so no environment `{}`",
            environment.text
        );
        let help =
            "`sparkk8s-post init` writes one with dev and prod; `--config` names one elsewhere";
        return Err(fail(
            environment.origin.error(message).help(help.to_owned()),
        ));
    }
    Ok(Request {
        presets: vec![Named::flag("--preset", DEFAULT_PRESET)],
        ..Request::default()
    })
}

/// The project, which has to be there.
pub(super) fn needed(config: Option<&str>) -> Result<Project, Failure> {
    found_or_named(config)?.ok_or_else(|| {
        let message = format!("there is no `{PROJECT_FILE}` here or in a folder above");
        let help =
            "`sparkk8s-post init` writes one with dev and prod; `--config` names one elsewhere";
        Failure {
            exit: Exit::Usage,
            text: Message::error(message, None, Some(help.into())).render(),
        }
    })
}

/// The project that is named or found, if there is one.
pub(super) fn found_or_named(config: Option<&str>) -> Result<Option<Project>, Failure> {
    let path = match config {
        Some(path) => Some(Named::flag("--config", path)),
        None => found()?.map(|path| Named {
            origin: File::flag(path.as_str(), path.as_str()).whole(),
            text: path,
        }),
    };
    let project = path.map(|path| Project::load(&path, &io::read_text));
    project.transpose().map_err(|error| policy::failure(&error))
}

/// The nearest project, as a path from the working directory.
pub(super) fn found() -> anyhow::Result<Option<String>> {
    let here = io::folder().context("looking for a project")?;
    let mut path = PROJECT_FILE.to_owned();
    for _ in here.ancestors() {
        if io::exists(&path).with_context(|| format!("looking for `{path}`"))? {
            return Ok(Some(path));
        }
        path.insert_str(0, "../");
    }
    Ok(None)
}
