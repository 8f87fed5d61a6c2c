//! From flags to a policy.

use super::args::{PolicyArgs, SettingsArgs};
use super::exit::{Exit, Failure};
use super::io;
use crate::check;
use crate::guard::Waiver;
use crate::manifest::reads::SecretKey;
use crate::preset::builtin::Builtin;
use crate::preset::{
    Assignment, Known, Layer, Named, Policy, PolicyError, Preset, Request, compose, tables,
};
use crate::report::{Message, Place};
use crate::text::Source;

/// What runs when nobody chose anything.
const DEFAULT: &str = "default";

/// A policy with all that it needs to run.
pub(super) struct Chosen {
    pub(super) policy: Policy,
    pub(super) waivers: Vec<Waiver>,
    pub(super) secret_key: Option<SecretKey>,
    /// The chosen presets, `name@version`.
    pub(super) names: Vec<String>,
}

/// Composes the policy that the flags ask for.
pub(super) fn choose(args: &PolicyArgs) -> Result<Chosen, Failure> {
    let policy = composed(&args.presets, &args.settings)?;
    let waivers = args
        .skips
        .iter()
        .map(|text| Waiver::parse(text))
        .collect::<Result<_, _>>();
    let waivers = waivers.map_err(|error| Failure::usage(&error.into()))?;
    let secret_key = args.secret_key.as_deref().map(secret_key).transpose()?;
    let chosen = policy.presets.iter().filter(|preset| preset.is_chosen);
    let names = chosen
        .map(|preset| format!("{}@{}", preset.name, preset.version))
        .collect();
    Ok(Chosen {
        policy,
        waivers,
        secret_key,
        names,
    })
}

/// The key in a file, which messages name and never show.
fn secret_key(path: &str) -> Result<SecretKey, Failure> {
    let bytes = io::read(path)?;
    SecretKey::new(&bytes).map_err(|short| {
        let help = "make one: `head -c 32 /dev/urandom | base64 > FILE`".to_owned();
        let message = format!("`--secret-key {path}`: {short}");
        Failure {
            exit: Exit::Usage,
            text: Message::error(message, None, Some(help)).render(),
        }
    })
}

/// A built-in preset as it is written.
pub(super) fn builtin(builtin: &Builtin) -> Result<Preset, Failure> {
    Preset::load(&builtin.file(), Layer::BuiltIn, &known()).map_err(|error| failure(&error))
}

/// What presets may refer to.
fn known() -> Known<'static> {
    Known {
        checks: check::specs(),
        tables: Some(tables),
    }
}

/// The policy of presets, overlays and parameters.
pub(super) fn composed(presets: &[String], settings: &SettingsArgs) -> Result<Policy, Failure> {
    let default = [DEFAULT.to_owned()];
    let presets = if presets.is_empty() {
        &default
    } else {
        presets
    };
    let sets = settings.sets.iter().map(|set| Assignment::flag(set));
    let request = Request {
        presets: presets
            .iter()
            .map(|text| Named::flag("--preset", text))
            .collect(),
        overlays: settings
            .overlays
            .iter()
            .map(|text| Named::flag("--overlay", text))
            .collect(),
        set: sets
            .collect::<Result<_, _>>()
            .map_err(|error| failure(&error))?,
    };
    compose(&request, &known(), &io::read_text).map_err(|error| failure(&error))
}

/// A wrong preset, overlay or flag, shown at its place.
fn failure(error: &PolicyError) -> Failure {
    let file = &error.origin.file;
    let source = Source {
        name: &file.name,
        text: &file.text,
    };
    let message = Message::error(
        error.message.as_str(),
        Some(Place::new(source, error.origin.span)),
        error.help.clone(),
    );
    Failure {
        exit: Exit::Usage,
        text: message.render(),
    }
}
