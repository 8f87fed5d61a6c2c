//! `explain ID`: a page for every check, and for every rule what its preset says of it.

use super::args::{InputArgs, PolicyArgs, ProjectArgs};
use super::exit::{Exit, Failure};
use super::pods::NEWEST;
use super::story::{LanguageArg, PodArg};
use super::{io, message, policy, story};
use crate::check::{Page, REMARKS, Remark, numbered, pages};
use crate::preset::{Layer, Preset, ResolvedRule, RuleFile, Verb, builtin};
use crate::report::Message;
use crate::spark::version::Version;
use crate::text::hint;
use clap::Args;
use std::fmt::Write;

/// What only `--pod` reads.
const OF_A_POD: [&str; 10] = [
    "language",
    "spark_version",
    "file",
    "host",
    "overlays",
    "sets",
    "secret_key",
    "images",
    "skips",
    "today",
];

#[derive(Debug, Args)]
#[command(
    mut_arg("presets", |arg| arg.help("A preset whose rules are to be explained; with `--pod` one to apply; repeatable [default: those of the project]")),
    mut_args(|arg| if OF_A_POD.contains(&arg.get_id().as_str()) { arg.conflicts_with_all(["id", "message"]) } else { arg }),
)]
pub(super) struct ExplainArgs {
    /// As the report names it: `pod-security/runAsNonRoot`, `default/no-privilege-escalation`
    #[arg(required_unless_present_any = ["message", "pod"])]
    id: Option<String>,
    /// What the kubelet, the API server, OpenShift or a log says; `-` reads it from standard input
    #[arg(
        long,
        value_name = "TEXT",
        conflicts_with = "id",
        allow_hyphen_values = true
    )]
    message: Option<String>,
    /// A pod that Spark will build of the manifests: how its memory adds up, for both sides
    #[arg(long, value_enum, value_name = "ROLE", conflicts_with_all = ["id", "message"])]
    pub(super) pod: Option<PodArg>,
    /// The language that a pod is explained in
    #[arg(long, value_enum, default_value_t = LanguageArg::En)]
    pub(super) language: LanguageArg,
    /// Version of Spark of applications that name none
    #[arg(long, value_name = "VERSION", default_value_t = NEWEST.version(), value_parser = Version::parse, help_heading = "Input")]
    pub(super) spark_version: Version,
    #[command(flatten)]
    pub(super) input: InputArgs,
    #[command(flatten)]
    pub(super) policy: PolicyArgs,
}

pub(super) fn run(args: &ExplainArgs) -> Result<Exit, Failure> {
    let (policy, id) = (&args.policy, args.id.as_deref().unwrap_or_default());
    match (&args.message, args.pod) {
        (Some(text), _) => message::run(text),
        (None, Some(pod)) => story::run(args, pod),
        (None, None) => page(id, &policy.presets, &policy.settings.project),
    }
}

/// Presets of the user's are asked beside all that are built in.
fn page(id: &str, presets: &[String], project: &ProjectArgs) -> Result<Exit, Failure> {
    let by_number = numbered().into_iter();
    let mut by_number = by_number.filter(|rule| rule.code.eq_ignore_ascii_case(id));
    let id = by_number.next().map_or(id, |rule| rule.id);
    let page = pages().iter().find(|page| page.id == id).map(check_page);
    let remark = || REMARKS.iter().find(|remark| remark.id == id);
    if let Some(text) = page.or_else(|| remark().map(remark_page)) {
        io::show(&text)?;
        return Ok(Exit::Ok);
    }
    let rules = rules(presets, project)?;
    if let Some(rule) = rules.iter().find(|rule| rule.id == id) {
        io::show(&rule_page(rule))?;
        return Ok(Exit::Ok);
    }
    let ids = pages().iter().map(|page| page.id);
    let ids = ids.chain(REMARKS.iter().map(|remark| remark.id));
    let ids: Vec<_> = ids
        .chain(rules.iter().map(|rule| rule.id.as_str()))
        .collect();
    let help = match crate::text::nearest(id, ids.iter().copied()) {
        Some(_) => hint(id, &ids),
        None => Some(
            "the ids are those that a report prints; for a preset of your own add `--preset FILE`, for one of an \
             environment `--env NAME`"
                .into(),
        ),
    };
    let message = Message::error(format!("nothing is called `{id}`"), None, help);
    Err(Failure {
        exit: Exit::Usage,
        text: message.render(),
    })
}

/// What a page says of a rule.
struct Rule {
    id: String,
    does: &'static str,
    on: String,
    because: String,
    help: Option<String>,
    origin: String,
    /// What `presets show` calls its preset.
    preset: String,
}

/// The rules of the chosen presets as they come out, and all rules of all built-in ones, whatever their `when` says.
fn rules(presets: &[String], project: &ProjectArgs) -> Result<Vec<Rule>, Failure> {
    let policy = policy::of_presets(presets, project)?;
    let mut rules: Vec<_> = policy.rules.into_iter().map(resolved).collect();
    let builtins = builtin::BUILTINS.iter();
    for builtin in builtins.filter(|builtin| builtin.is_preset()) {
        let preset = policy::builtin(builtin)?;
        let written = preset.written.spec.rules.iter();
        rules.extend(written.map(|rule| as_written(&preset, rule)));
    }
    Ok(rules)
}

fn resolved(rule: ResolvedRule) -> Rule {
    let does = match rule.verb {
        Verb::Default(_) => DEFAULT,
        Verb::Enforce(_) => ENFORCE,
        Verb::Include(_) => INCLUDE,
        Verb::Remove(_) => REMOVE,
        Verb::Respell(_) => RESPELL,
        Verb::Forbid(_) => FORBID,
        Verb::Require(_) => REQUIRE,
        Verb::Exists => EXISTS,
        Verb::Finds(_) => FINDS,
        Verb::Reaches(_) => REACHES,
        Verb::Patch(_) => PATCH,
    };
    Rule {
        does,
        on: rule.on.to_string(),
        origin: rule.origin.to_string(),
        preset: match rule.layer {
            Layer::BuiltIn => rule.id.split('/').next().unwrap_or_default().to_owned(),
            Layer::Project => format!("./{}", rule.origin.file.name),
        },
        id: rule.id,
        because: rule.because,
        help: rule.help,
    }
}

fn as_written(preset: &Preset, rule: &RuleFile) -> Rule {
    let verbs = [
        (&rule.default, DEFAULT),
        (&rule.enforce, ENFORCE),
        (&rule.include, INCLUDE),
        (&rule.remove, REMOVE),
        (&rule.respell, RESPELL),
        (&rule.forbid, FORBID),
        (&rule.require, REQUIRE),
        (&rule.exists, EXISTS),
        (&rule.finds, FINDS),
        (&rule.reaches, REACHES),
    ];
    let verb = verbs.into_iter().find(|(body, _)| body.is_some());
    Rule {
        id: format!("{}/{}", preset.name(), rule.id.value),
        does: verb.map_or(PATCH, |(_, does)| does),
        on: rule.on.value.to_string(),
        because: rule.because.value.clone(),
        help: rule.help.as_ref().map(|help| help.value.clone()),
        origin: preset.file.at(rule.id.span).to_string(),
        preset: preset.name().to_owned(),
    }
}

const DEFAULT: &str = "sets what is absent";
const ENFORCE: &str = "sets it, whatever was there";
const INCLUDE: &str = "adds to lists";
const FORBID: &str = "refuses what matches";
const REQUIRE: &str = "refuses what does not match";
const EXISTS: &str = "refuses a stream without any";
const FINDS: &str = "refuses what names objects that nobody has";
const REACHES: &str = "refuses addresses that lead nowhere";
const REMOVE: &str = "takes out what is written there";
const RESPELL: &str = "writes sizes as their reader takes them";
const PATCH: &str = "patches (RFC 6902)";

fn check_page(page: &Page) -> String {
    sections(
        page.id,
        page.title,
        &[
            ("what", page.what),
            ("why, for whoever runs the platform", page.why_platform),
            ("why, for whoever runs Spark", page.why_data),
            ("what to do", page.fix),
            ("before", page.before),
            ("after", page.after),
        ],
    )
}

fn remark_page(remark: &Remark) -> String {
    let parts = [("what", remark.what), ("what to do", remark.fix)];
    sections(remark.id, remark.title, &parts)
}

pub(super) fn sections(id: &str, title: &str, parts: &[(&str, &str)]) -> String {
    let mut out = format!("{id}: {title}\n");
    for (head, text) in parts {
        let indented: Vec<_> = text
            .trim_end()
            .lines()
            .map(|line| format!("  {line}"))
            .collect();
        let _ = writeln!(out, "\n{head}\n{}", indented.join("\n"));
    }
    out
}

fn rule_page(rule: &Rule) -> String {
    let mut out = format!(
        "{}: {}, on each {}\n\nwhy\n  {}\n",
        rule.id,
        rule.does,
        rule.on,
        rule.because.trim_end()
    );
    if let Some(help) = &rule.help {
        let _ = write!(out, "\nwhat to do\n  {}\n", help.trim_end());
    }
    let _ = write!(
        out,
        "\nwhere it is written\n  {}\n\nall of it\n  sparkk8s-post presets show {}\n",
        rule.origin, rule.preset
    );
    out
}
