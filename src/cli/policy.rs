//! From flags to a policy.

use super::args::{PolicyArgs, ProjectArgs, SettingsArgs};
use super::exit::{Exit, Failure};
use super::today::today;
use super::{io, project};
use crate::check;
use crate::guard::Waiver;
use crate::host::krm::Config;
use crate::manifest::Digests;
use crate::manifest::reads::SecretKey;
use crate::preset::builtin::Builtin;
use crate::preset::{
    Assignment, File, Known, Layer, Named, Policy, PolicyError, Preset, ReadFile, Request, Step,
    Waiving, compose, tables,
};
use crate::report::{Message, Place};
use crate::text::{Date, Source};

/// A policy with all that it needs to run.
pub(super) struct Chosen {
    pub(super) policy: Policy,
    pub(super) waivers: Vec<Waiver>,
    pub(super) secret_key: Option<SecretKey>,
    /// What tags of images stand for.
    pub(super) images: Option<Digests>,
    /// The day, where a flag says one.
    today: Option<String>,
    /// The chosen presets, `name@version`.
    pub(super) names: Vec<String>,
}

/// Composes the policy that the flags ask for, and what the host chooses beside them.
pub(super) fn choose(args: &PolicyArgs, config: Config) -> Result<Chosen, Failure> {
    let policy = composed_with(&args.presets, &args.settings, config)?;
    let waivers = args
        .skips
        .iter()
        .map(|text| Waiver::parse(text))
        .collect::<Result<Vec<_>, _>>();
    let waivers = waivers.map_err(|error| Failure::usage(&error.into()))?;
    if let day @ Some(_) = args.today.as_deref() {
        today(day)?;
    }
    for waiver in &waivers {
        let allowed = policy.waiving.judge_forbidden(&waiver.origin);
        allowed.map_err(|error| failure(&error))?;
    }
    let secret_key = args
        .given
        .secret_key
        .as_deref()
        .map(secret_key)
        .transpose()?;
    let images = args.given.images.as_ref();
    let images = images.map(|path| Named::flag("--images", path));
    Ok(Chosen {
        waivers,
        secret_key,
        today: args.today.clone(),
        ..Chosen::of(policy, images.as_ref())?
    })
}

impl Chosen {
    /// A policy, and what tags stand for by the file that is given, or else by the one that the policy names.
    pub(super) fn of(policy: Policy, images: Option<&Named>) -> Result<Self, Failure> {
        let images = images.or(policy.images.as_ref());
        let images = images.map(digests).transpose();
        let images = images.map_err(|error| failure(&error))?;
        let chosen = policy.presets.iter().filter(|preset| preset.is_chosen);
        let names = chosen.map(|preset| format!("{}@{}", preset.name, preset.version));
        Ok(Self {
            names: names.collect(),
            policy,
            waivers: Vec::new(),
            secret_key: None,
            images,
            today: None,
        })
    }

    /// The day on which the policy's waivers are looked at, where there is any.
    pub(super) fn today(&self) -> Result<Date, Failure> {
        today(self.today.as_deref())
    }

    /// Whether no waiver of a file is to hold for longer than any may.
    pub(super) fn judge_waivers(&self) -> Result<(), Failure> {
        let Waiving { entries, .. } = &self.policy.waiving;
        if entries.is_empty() {
            return Ok(());
        }
        let today = self.today()?;
        let mut lengths = entries.iter().map(|waiver| waiver.judge_length(&today));
        lengths.try_for_each(|length| length.map_err(|error| failure(&error)))
    }
}

/// What tags stand for, by the file that a flag or the project names.
fn digests(path: &Named) -> Result<Digests, PolicyError> {
    let cannot = |why| {
        let message = format!("cannot read `{}`: {why}", path.text);
        path.origin.error(message)
    };
    let text = io::read_text(&path.text).map_err(cannot)?;
    Digests::parse(&text).map_err(|bad| {
        let help = "write `IMAGE:TAG@sha256:…`, as `crane digest IMAGE:TAG` tells it".to_owned();
        let line = text[..bad.span.start].lines().count() + 1;
        let read = &text[bad.span.start..bad.span.end];
        // Another file may have been meant for `--secret-key`: what looks like no image is not shown.
        if !read.is_empty() && !read.contains(':') {
            let message = format!("line {line} of `{}` names no image", path.text);
            return path.origin.error(message).help(help);
        }
        let message = bad.to_string();
        let file = File::new(path.text.as_str(), text);
        file.at(bad.span).error(message).help(help)
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
    composed_with(presets, settings, Config::default())
}

/// The same with what the host chooses; the flags count more.
fn composed_with(
    presets: &[String],
    settings: &SettingsArgs,
    mut config: Config,
) -> Result<Policy, Failure> {
    let steps = std::mem::take(&mut config.steps);
    let mut request = request(presets, &settings.project, config)?;
    // Of two that set one thing the later counts: flags are typed by hand.
    request.steps.extend(steps);
    for text in &settings.overlays {
        let overlay = Named::flag("--overlay", text);
        request.steps.push(Step::Overlay(overlay));
    }
    for text in &settings.sets {
        let assignment = Assignment::flag(text).map_err(|error| failure(&error))?;
        request.steps.push(Step::Set(assignment));
    }
    resolved(&request, &io::read_text)
}

/// The policy of presets by name, or else of the project, as nobody changed it by hand.
pub(super) fn of_presets(presets: &[String], project: &ProjectArgs) -> Result<Policy, Failure> {
    resolved(
        &request(presets, project, Config::default())?,
        &io::read_text,
    )
}

/// The policy that a request comes to.
pub(super) fn resolved(request: &Request, read: ReadFile<'_>) -> Result<Policy, Failure> {
    compose(request, &known(), read).map_err(|error| failure(&error))
}

fn request(presets: &[String], args: &ProjectArgs, config: Config) -> Result<Request, Failure> {
    let flags = args.environments.iter();
    let mut environments: Vec<_> = flags.map(|name| Named::flag("--env", name)).collect();
    environments.extend(config.environments);
    let flags = presets.iter();
    let mut presets: Vec<_> = flags.map(|text| Named::flag("--preset", text)).collect();
    presets.extend(config.presets);
    if presets.is_empty() && config.inline.is_none() {
        return project::request(args.config.as_deref(), &environments);
    }
    let request = Request {
        presets,
        inline: config.inline,
        ..Request::default()
    };
    by_name(request, environments, args.config.as_deref())
}

/// Presets that flags or the host name; a project has no say then.
fn by_name(
    request: Request,
    environments: Vec<Named>,
    config: Option<&str>,
) -> Result<Request, Failure> {
    let config = config.map(|path| ("--config", Named::flag("--config", path)));
    let environment = environments.into_iter().next();
    let environment = environment.map(|name| ("--env", name));
    let Some((flag, asked)) = environment.or(config) else {
        return Ok(request);
    };
    let first = request.presets.first();
    let first = first.map_or("functionConfig", |preset| preset.text.as_str());
    let message =
        format!("`{flag}` chooses the presets of a project, and `{first}` is chosen by name");
    let help = "take one of them out; a project names presets under `spec.presets`".to_owned();
    Err(failure(&asked.origin.error(message).help(help)))
}

/// A wrong project, preset, overlay or flag, shown at its place.
pub(super) fn failure(error: &PolicyError) -> Failure {
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
