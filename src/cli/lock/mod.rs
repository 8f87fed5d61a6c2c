//! `lock` and `verify`: what environments share, held in a file.

mod command;
mod sanction;

use super::args::{HostArg, LockArgs, PolicyArgs, ProjectArgs, SettingsArgs, VerifyArgs};
use super::exit::{Exit, Failure};
use super::policy::Chosen;
use super::{io, project, run};
use crate::guard::Severity;
use crate::manifest::Object;
use crate::manifest::meaning::Reader;
use crate::manifest::reads::SecretKey;
use crate::pin::lock::{
    self as locks, Comparison, LOCK_FILE, Lock, LockError, Names, Observer, Release,
};
use crate::preset::{NamesFile, Policy, Project, meaning};
use crate::report::{self, Message, Report, Summary};
use crate::yaml::Spanned;
use serde_json::Value;
use std::collections::BTreeMap;

type Presets = BTreeMap<String, String>;
type Rendered = (Vec<Release>, BTreeMap<String, Presets>, Option<SecretKey>);

/// Writes the lock of a project, or says what keeps it from being written.
pub(super) fn run(args: &LockArgs) -> Result<Exit, Failure> {
    let project = project::needed(args.config.as_deref())?;
    let sanctions = sanction::all(&project)?;
    let (releases, presets, key) = rendered(&project, args)?;
    for again in 1..args.renders {
        let (others, ..) = rendered(&project, args)?;
        stable(&releases, others, again)?;
    }
    let comparison = locks::compare(&releases, &sanctions.vary);
    if args.show {
        io::show(&locks::differences(
            comparison.differences.iter(),
            &sanctions.reasons,
        ))?;
        return Ok(verdict(&comparison));
    }
    io::tell(&sanctions.useless(&comparison));
    if verdict(&comparison) == Exit::Lock {
        return Err(unsanctioned(&comparison, &sanctions.reasons));
    }
    let lock = Lock::of(&releases, presets, key.as_ref());
    let path = path(&project);
    let text = lock.text();
    let old = io::read_text(&path).unwrap_or_default();
    if key.is_none() && old.contains(": hmac:") {
        return Err(unusable(&path, &LockError::NoKey));
    }
    // Git may have given it other line ends.
    let same = old.replace("\r\n", "\n") == text;
    if args.check && !same {
        let help = "`sparkk8s-post lock` writes it anew; `git diff` shows what that changes";
        return Err(refused(
            format!("`{path}` is not what the environments come to now"),
            help,
        ));
    }
    if !same {
        io::write(&path, &text)?;
    }
    let sanctioned = comparison.differences.len();
    let names: Vec<_> = releases
        .iter()
        .map(|release| release.environment.as_str())
        .collect();
    io::show(&format!(
        "{path}: {} objects of {}, {sanctioned} sanctioned differences{}\n",
        lock.objects.len(),
        names.join(", "),
        if same { "; nothing new" } else { "" }
    ))?;
    Ok(Exit::Ok)
}

/// Each environment's manifests, guarded, with its presets; and the key for Secrets.
fn rendered(project: &Project, args: &LockArgs) -> Result<Rendered, Failure> {
    let (mut releases, mut presets, mut key) = (Vec::new(), BTreeMap::new(), None);
    for (environment, text) in command::manifests(project, &args.from)? {
        let policy = asked(&environment, args.config.clone(), args.secret_key.clone());
        let name = format!("manifests of {environment}");
        let input = run::Input::of(name, text, HostArg::Pipe.into());
        let (release, own, secret_key) = guarded(&input, &policy, project, &environment)?;
        releases.push(release);
        presets.insert(environment, own);
        key = secret_key;
    }
    Ok((releases, presets, key))
}

/// A refusal where another render of the same came to something else.
fn stable(first: &[Release], others: Vec<Release>, again: u8) -> Result<(), Failure> {
    let mut said = String::new();
    for (first, mut other) in first.iter().zip(others) {
        let environment = first.environment.clone();
        other.environment = format!("{environment}, render {}", again + 1);
        let comparison = locks::compare(&[first.clone(), other], &[]);
        said += &locks::unstable(&comparison.differences);
    }
    if said.is_empty() {
        return Ok(());
    }
    let help = "give what a chart makes up a value of its own, such as an existing Secret; a lock cannot hold it";
    let Failure { exit, text } = refused("renders of the same are not the same".to_owned(), help);
    let text = format!("{said}{text}");
    Err(Failure { exit, text })
}

fn verdict(comparison: &Comparison) -> Exit {
    let differs = comparison.unsanctioned().next().is_some();
    if differs { Exit::Lock } else { Exit::Ok }
}

fn unsanctioned(comparison: &Comparison, reasons: &[String]) -> Failure {
    let all: Vec<_> = comparison.unsanctioned().collect();
    let many = if all.len() == 1 {
        "difference"
    } else {
        "differences"
    };
    let message = format!(
        "environments differ: {} {many} that nobody sanctioned",
        all.len()
    );
    let help = "nothing was written; sanction what is meant, remove the rest".to_owned();
    let said = locks::differences(all.into_iter(), reasons);
    let text = Message::error(message, None, Some(help)).render();
    Failure {
        exit: Exit::Lock,
        text: format!("{said}{text}"),
    }
}

/// Compares manifests with the lock.
pub(super) fn verify(args: &VerifyArgs) -> Result<Exit, Failure> {
    let project = project::needed(args.config.as_deref())?;
    let policy = asked(
        &args.environment,
        args.config.clone(),
        args.secret_key.clone(),
    );
    let input = run::Input::read(&args.input)?;
    let (release, _, key) = guarded(&input, &policy, &project, &args.environment)?;
    compare(&project, &release, key.as_ref())?;
    let hidden = if key.is_none() { release.hidden() } else { 0 };
    let note = match hidden {
        0 => String::new(),
        many => format!(
            "; {many} values that may not be shown were not compared, for want of `--secret-key`"
        ),
    };
    io::show(&format!(
        "{}: the manifests of {} are as they are locked{note}\n",
        path(&project),
        args.environment
    ))?;
    Ok(Exit::Ok)
}

/// The lock that a run is held to.
pub(super) struct Held {
    project: Project,
    environment: String,
    pub(super) observer: Observer<'static>,
}

impl Held {
    /// For `render --locked`, which names an environment.
    pub(super) fn of(args: &ProjectArgs) -> Result<Self, Failure> {
        let project = project::needed(args.config.as_deref())?;
        let environment = args.environment.clone().unwrap_or_default();
        let observer = observer(&project, &environment);
        Ok(Self {
            project,
            environment,
            observer,
        })
    }

    /// A refusal where what was seen is not what is locked.
    pub(super) fn judge(&self, report: &Report<'_>, chosen: &Chosen) -> Result<(), Failure> {
        let release = released(&self.observer, report, &self.environment)?;
        compare(&self.project, &release, chosen.secret_key.as_ref())
    }
}

fn compare(project: &Project, release: &Release, key: Option<&SecretKey>) -> Result<(), Failure> {
    let path = path(project);
    let text = io::read_text(&path).map_err(|why| {
        let help = "`sparkk8s-post lock` writes it".to_owned();
        Failure {
            exit: Exit::Usage,
            text: Message::error(format!("cannot read `{path}`: {why}"), None, Some(help)).render(),
        }
    })?;
    let lock = Lock::parse(&text).map_err(|error| unusable(&path, &error))?;
    let environment = &release.environment;
    if !lock.environments.contains_key(environment) {
        let help = "`sparkk8s-post lock` takes in all environments of the project";
        return Err(refused(
            format!("`{path}` does not lock the environment `{environment}`"),
            help,
        ));
    }
    let found = locks::verify(&lock, release, key).map_err(|error| unusable(&path, &error))?;
    if found.is_empty() {
        return Ok(());
    }
    let message = format!(
        "the manifests of {environment} are not those of `{path}`: {} differences",
        found.len()
    );
    let help = "if it is meant, `sparkk8s-post lock` records it, and refuses what environments may not differ in; else take it out";
    let Failure { exit, text } = refused(message, help);
    let text = format!("{}{text}", locks::mismatches(&found));
    Err(Failure { exit, text })
}

fn unusable(path: &str, error: &LockError) -> Failure {
    let help = match error {
        LockError::Conflict(_) => {
            "take either side whole, then run `sparkk8s-post lock`: it writes what both come to"
        }
        LockError::NoKey => "give the key that it was written with: `--secret-key FILE`",
        LockError::Schema(_) => "run `sparkk8s-post lock` with the version that the team uses",
        LockError::Unreadable(_) => "run `sparkk8s-post lock` to write it anew",
    };
    let text = format!("`{path}` is no lock that can be used: {error}");
    Failure {
        exit: Exit::Usage,
        text: Message::error(text, None, Some(help.into())).render(),
    }
}

fn refused(message: String, help: &str) -> Failure {
    Failure {
        exit: Exit::Lock,
        text: Message::error(message, None, Some(help.to_owned())).render(),
    }
}

fn path(project: &Project) -> String {
    let lock = project.written.spec.lock.as_ref();
    project.path(lock.map_or(LOCK_FILE, |lock| &lock.value))
}

/// The policy of an environment, as nobody changed it by hand.
fn asked(environment: &str, config: Option<String>, secret_key: Option<String>) -> PolicyArgs {
    PolicyArgs {
        settings: SettingsArgs {
            project: ProjectArgs {
                environment: Some(environment.to_owned()),
                config,
            },
            ..SettingsArgs::default()
        },
        secret_key,
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
    let see =
        |all: &[Object<'_>], object: &Object<'_>, value: &Value| observer.see(all, object, value);
    let (templates, own, key) = run::observed(input, policy, Some(&see), |report, _, chosen| {
        if Summary::of(report).errors > 0 {
            let text =
                report::findings(report, Severity::Error) + &report::overview(report, "lock");
            return Err(Failure {
                exit: Exit::No,
                text,
            });
        }
        Ok((
            templates(report),
            presets(&chosen.policy),
            chosen.secret_key.clone(),
        ))
    })?;
    let release = named(&observer, &templates, environment)?;
    Ok((release, own, key))
}

fn observer(project: &Project, environment: &str) -> Observer<'static> {
    let reader = Reader { meaning: meaning() };
    Observer::new(reader, names(project, environment))
}

/// The template of each object, where the stream says so.
fn templates(report: &Report<'_>) -> Vec<Option<String>> {
    let objects = report.objects.iter();
    let templates = objects.map(|object| report.stream.documents[object.document].template());
    templates
        .map(|template| template.map(str::to_owned))
        .collect()
}

fn released(
    observer: &Observer<'_>,
    report: &Report<'_>,
    environment: &str,
) -> Result<Release, Failure> {
    named(observer, &templates(report), environment)
}

fn named(
    observer: &Observer<'_>,
    templates: &[Option<String>],
    environment: &str,
) -> Result<Release, Failure> {
    let template = |index: usize| templates.get(index).cloned().flatten();
    let release = observer.release(environment, &template);
    release.map_err(|twins| {
        let help = "give one of them another name".to_owned();
        Failure {
            exit: Exit::Input,
            text: Message::error(twins.to_string(), None, Some(help)).render(),
        }
    })
}

fn presets(policy: &Policy) -> Presets {
    let presets = policy.presets.iter().map(|preset| {
        let digest = crate::manifest::reads::sum(&preset.origin.file.text);
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
