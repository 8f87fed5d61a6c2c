//! What somebody chose: presets, overlays, values of parameters, each with the place where it was said.

use super::{Draft, External, File, Origin, PolicyError, WaiversFile};
use crate::manifest::reads::Random;
use std::sync::Arc;

/// Everything that a policy is composed from.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The presets, in order.
    pub presets: Vec<Named>,
    /// One more preset, which was given as a whole and not by its name.
    pub inline: Option<Arc<File>>,
    /// What is changed in them, in order: of two steps that set one thing, the later counts.
    pub steps: Vec<Step>,
    /// The project that chose, by its name.
    pub project: Option<Named>,
    /// The environment of the project.
    pub environment: Option<Named>,
    /// What the project declares to come from elsewhere.
    pub externals: Vec<External>,
    /// Values that the project declares to be others at each render.
    pub random: Vec<Random>,
    /// The file that says what tags of images stand for.
    pub images: Option<Named>,
    /// What the project and its environment except, each with the file that says so.
    pub waivers: Vec<(Arc<File>, WaiversFile)>,
    /// The presets of all environments, whose rules a waiver for every environment may name.
    pub elsewhere: Vec<Named>,
}

/// What is changed in the presets.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// All that an overlay says.
    Overlay(Named),
    /// The same, of one that was given as a whole and not by its name.
    Inline(Arc<File>),
    /// One parameter.
    Set(Assignment),
}

/// A preset or an overlay by name, `name@major` or path; a project or an environment by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    /// What was written.
    pub text: String,
    /// Where: a flag, or a line of a project.
    pub origin: Origin,
}

/// A value for a parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// `preset.parameter`, or `parameter` alone where that is unambiguous.
    pub name: String,
    /// Where the name stands.
    pub name_at: Origin,
    /// The value.
    pub value: Given,
    /// Where the value stands.
    pub origin: Origin,
}

/// A value as somebody gave it.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// By a flag: text, whose type is the parameter's.
    Text(String),
    /// By a file: it has its own type, which must fit.
    Draft(Draft),
}

impl Named {
    /// Chosen by a flag such as `--preset`.
    pub fn flag(flag: &str, text: &str) -> Self {
        Self {
            text: text.to_owned(),
            origin: File::flag(format!("{flag} {text}"), text).whole(),
        }
    }
}

impl Assignment {
    /// The argument of `--set`: `resources.size=large`.
    ///
    /// # Errors
    /// An argument without `=`.
    pub fn flag(argument: &str) -> Result<Self, PolicyError> {
        let Some((name, value)) = argument.split_once('=') else {
            let origin = File::flag(format!("--set {argument}"), argument).whole();
            let help = "write `--set PRESET.NAME=VALUE`".to_owned();
            return Err(origin.error("there is no `=`").help(help));
        };
        let origin = File::flag(format!("--set {name}"), argument).whole();
        Ok(Self {
            name: name.to_owned(),
            name_at: origin.clone(),
            value: Given::Text(value.to_owned()),
            origin,
        })
    }
}
