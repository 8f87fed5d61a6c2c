//! `lock`, `promote` and `verify`: what environments share, held in a file.

mod args;
mod between;
mod command;
mod desk;
mod environments;
mod held;
mod partial;
mod promotion;
mod sanction;

pub(super) use args::{LockArgs, PromoteArgs};
pub(super) use between::between;
pub(super) use held::{Held, verify};
pub(super) use promotion::{lapsed, promote};

use super::args::ProjectArgs;
use super::exit::{Exit, Failure};
use super::{io, run};
use crate::host::Host;
use crate::pin::lock::{self as locks, AllAhead, LOCK_FILE, LockError, Release};
use crate::preset::Project;
use crate::report::Message;
use desk::Desk;
use environments::Environments;

/// Writes the lock of a project, or says what keeps it from being written.
pub(super) fn run(args: &LockArgs) -> Result<Exit, Failure> {
    let desk = Desk::of(&args.sources)?;
    for again in 1..args.renders {
        let others = Environments::of(&desk.project, &args.sources, |_| true)?;
        stable(&desk.environments.releases, others.releases, again)?;
    }
    if args.show {
        return desk.show();
    }
    let lock = if let (Some(environment), Some(reason)) = (&args.environment, &args.ahead) {
        promotion::ahead(&desk, environment, reason, args.until.as_deref())?
    } else if !args.update.is_empty() {
        partial::updated(&desk, &args.update)?
    } else if args.resolve {
        partial::resolved(&desk)?
    } else {
        match desk.old()? {
            Some(old) => desk.whole(&desk.ahead(&old)?, &[&old])?,
            None => desk.whole(&AllAhead::new(), &[])?,
        }
    };
    desk.write(&lock, args.check)
}

/// What the project's command for the environment prints; nothing for one that is not there, which is said where the
/// policy is chosen.
pub(super) fn input(args: &ProjectArgs, host: Host) -> Result<run::Input, Failure> {
    let project = super::project::needed(args.config.as_deref())?;
    let asked = args.environments.first().cloned().unwrap_or_default();
    let manifests = command::manifests(&project, &[], |name| name == asked)?;
    let text = manifests.into_iter().map(|(_, text)| text).collect();
    Ok(run::Input::of(asked, text, host))
}

/// A refusal where another render of the same came to something else.
fn stable(first: &[Release], others: Vec<Release>, again: u8) -> Result<(), Failure> {
    let mut said = String::new();
    for (first, mut other) in first.iter().zip(others) {
        let environment = first.environment.clone();
        other.environment = format!("{environment}, render {}", again + 1);
        let comparison = locks::compare(&[first.clone(), other], &[], &AllAhead::new());
        said += &locks::unstable(&comparison.differences);
    }
    if said.is_empty() {
        return Ok(());
    }
    let help = "give what a chart makes up a value of its own, such as an existing Secret, or declare it under `random` in the project; a lock cannot hold it";
    Err(refused(
        &said,
        "renders of the same are not the same".into(),
        help,
    ))
}

/// A refusal by the lock, behind what there is to say of each object.
fn refused(said: &str, message: String, help: &str) -> Failure {
    let message = Message::error(message, None, Some(help.to_owned())).render();
    Failure {
        exit: Exit::Lock,
        text: format!("{said}{message}"),
    }
}

fn usage(message: String, help: String) -> Failure {
    let help = Some(help).filter(|help| !help.is_empty());
    Failure {
        exit: Exit::Usage,
        text: Message::error(message, None, help).render(),
    }
}

fn unusable(path: &str, error: &LockError) -> Failure {
    let help = match error {
        LockError::Conflict(_) => {
            "`sparkk8s-post lock --resolve` writes what both sides come to, if nothing else has changed"
        }
        LockError::NoKey => "give the key that it was written with: `--secret-key FILE`",
        LockError::Schema(_) => "run `sparkk8s-post lock` with the version that the team uses",
        LockError::Unreadable(_) => "run `sparkk8s-post lock` to write it anew",
    };
    usage(
        format!("`{path}` is no lock that can be used: {error}"),
        help.into(),
    )
}

fn path(project: &Project) -> String {
    let lock = project.written.spec.lock.as_ref();
    project.path(lock.map_or(LOCK_FILE, |lock| &lock.value))
}
