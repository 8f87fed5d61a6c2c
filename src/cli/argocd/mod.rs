//! `argocd`: the plugin sidecar of Argo CD. What decides is the sidecar's file; what an application gives is a choice
//! among what that file opens.

mod application;
mod folder;
mod generate;
mod parameters;
mod tool;

pub(super) use generate::run as generate;
pub(super) use parameters::run as parameters;

use super::args::ArgocdArgs;
use super::exit::{Exit, Failure};
use super::{io, policy};
use crate::preset::{Named, Policy, Sidecar};
use crate::report::Message;
use application::Application;
use folder::Folder;

/// What both verbs begin with.
struct Desk {
    sidecar: Sidecar,
    application: Application,
    folder: Folder,
}

impl Desk {
    fn open(args: &ArgocdArgs) -> Result<Self, Failure> {
        let sidecar = match &args.config {
            Some(path) => sidecar(path)?,
            None => Sidecar::unwritten(),
        };
        Ok(Self {
            sidecar,
            application: Application::of_environment()?,
            folder: Folder::here()?,
        })
    }

    /// The policy that the sidecar and the application come to.
    fn policy(&self) -> Result<Policy, Failure> {
        let request = self.sidecar.chosen(&self.application.choice);
        let request = request.map_err(|error| policy::failure(&error))?;
        // The sidecar's file is named by an absolute path, and so is all that it names.
        let read = |path: &str| match path.starts_with('/') {
            true => io::read_text(path),
            false => io::read_text(&self.folder.inside(path)?),
        };
        policy::resolved(&request, &read)
    }
}

fn sidecar(path: &str) -> Result<Sidecar, Failure> {
    if !path.starts_with('/') {
        let message = format!("`--config {path}` must be an absolute path");
        let help = "a relative one would be looked for in the application's own folder";
        return Err(refused(Exit::Usage, message, help));
    }
    let named = Named::flag("--config", path);
    Sidecar::load(&named, &io::read_text).map_err(|error| policy::failure(&error))
}

fn refused(exit: Exit, message: String, help: &str) -> Failure {
    Failure {
        exit,
        text: Message::error(message, None, Some(help.to_owned())).render(),
    }
}
