//! What somebody chose: presets, overlays, values of parameters, each with the place where it was said.

use super::{File, Origin, PolicyError};

/// Everything that a policy is composed from.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The presets, in order.
    pub presets: Vec<Named>,
    /// The overlays; of two that set one thing, the later counts.
    pub overlays: Vec<Named>,
    /// Single values; they come after all overlays.
    pub set: Vec<Assignment>,
}

/// A preset or an overlay by name, `name@major` or path.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    /// What was written.
    pub text: String,
    /// Where: a flag, or a line of a project.
    pub origin: Origin,
}

/// A value for a parameter, as text: its type is the parameter's.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// `preset.parameter`, or `parameter` alone where that is unambiguous.
    pub name: String,
    /// The value as written.
    pub value: String,
    /// Where.
    pub origin: Origin,
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
        Ok(Self {
            name: name.to_owned(),
            value: value.to_owned(),
            origin: File::flag(format!("--set {name}"), argument).whole(),
        })
    }
}
