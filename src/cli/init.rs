//! `init`: a first project for a chart or a stream, and what to do next.

use super::args::InitArgs;
use super::exit::{Exit, Failure};
use super::{io, project, run};
use crate::host::Host;
use crate::manifest::{ObjectFacts, Pod};
use crate::preset::{PROJECT_FILE, tables};
use crate::report::Message;
use crate::yaml::{Document, NodeRef, Stream};
use anyhow::{Context, anyhow};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

/// The environments that it writes; each has the built-in overlay of its name.
const ENVIRONMENTS: [&str; 2] = ["dev", "prod"];

const HEAD: &str = "\
# What guards the manifests of this repository, and what differs between its environments. Every run in this folder or
# below it finds this file by itself. Paths in it begin here.
# What it comes to, each value with the line that set it: sparkk8s-post presets show --env prod
";

const SPEC: &str = "\
spec:
  # What holds in every environment: built-in presets (`sparkk8s-post presets list`) or files (`./policy/team.yaml`).
  # `default` fills gaps by evidence and stops nothing that works.
  presets: [default]
  # Values of parameters, as preset.parameter. This one: whether memory has limits beside requests.
  parameters:
    resources.limits: false
  # Which image each tag stands for: lines such as `apache/spark:4.1.2@sha256:…`, as `crane digest` tells them.
  # images: images.txt
  # What `--env NAME` adds: presets, overlays, parameters. Overlays count more than the parameters above, and the
  # parameters of an environment more than its overlays. What a preset did not open, none of them can weaken.
  environments:
    dev:
      # Built in: small requests, and two remarks about memory only in the report.
      overlays: [dev]
    prod:
      # Built in: large requests, and refused are a heap that does not fit its container and an image by its tag alone.
      overlays: [prod]
      # A value of this environment alone would be: parameters: {resources.size: medium}
";

/// What the project is for.
struct Subject {
    /// What the project is called.
    name: String,
    /// Comments for its file: what was seen.
    seen: String,
    /// For each environment the command, up to the pipe, that gives its manifests, and our arguments that read them.
    commands: [(String, String); 2],
    /// What there is to say beside the commands.
    note: String,
}

pub(super) fn run(args: &InitArgs) -> Result<Exit, Failure> {
    let target = args.config.as_str();
    if io::exists(target).with_context(|| format!("looking for `{target}`"))? {
        let help =
            "`sparkk8s-post presets show` prints what it comes to; `--config` writes elsewhere";
        let message = format!("`{target}` is there already, and stays as it is");
        return Err(Failure {
            exit: Exit::Usage,
            text: Message::error(message, None, Some(help.into())).render(),
        });
    }
    let above = project::found()?.filter(|_| target == PROJECT_FILE);
    let subject = match (&args.chart, &args.file) {
        (Some(chart), _) => of_chart(chart)?,
        (None, Some(file)) => of_stream(file, target)?,
        (None, None) => of_nothing(target),
    };
    let Subject { name, seen, .. } = &subject;
    let text = format!(
        "{HEAD}{seen}apiVersion: {}\nkind: Project\nmetadata:\n  name: {name}\n{SPEC}",
        crate::preset::API_VERSION
    );
    io::write_new(target, &text)?;
    io::show(&next(&subject, target, above.as_deref()))?;
    Ok(Exit::Ok)
}

/// What to do next.
fn next(subject: &Subject, target: &str, above: Option<&str>) -> String {
    let (config, passed) = if target == PROJECT_FILE {
        (String::new(), String::new())
    } else {
        let target = quoted(target);
        let passed = format!(" --post-renderer-args --config={target}");
        (format!(" --config {target}"), passed)
    };
    let mut out = format!(
        "{target}: the project `{}` with the environments dev and prod\n{}",
        subject.name, subject.note
    );
    if let Some(above) = above {
        let _ = writeln!(out, "{above} no longer counts in this folder and below it");
    }
    out.push_str("\nwhat would change in each, and which pods restart because of it:\n");
    for (environment, (command, input)) in ENVIRONMENTS.iter().zip(&subject.commands) {
        let ours = format!("sparkk8s-post diff{input} --env {environment}{config}");
        let _ = writeln!(out, "  {command}{ours}");
    }
    let _ = write!(
        out,
        "\nthe policy, each value with the line that set it:\n  sparkk8s-post presets show --env prod{config}\n\
         \nuse it: `render` in place of `diff`, or through Helm: --post-renderer sparkk8s-post --post-renderer-args --env=prod{passed}\n"
    );
    out
}

/// A chart: its name, and values files of environments in it or in this folder.
fn of_chart(chart: &str) -> Result<Subject, Failure> {
    let chart = chart.trim_end_matches('/');
    let file = format!("{chart}/Chart.yaml");
    let text = io::read_text(&file).map_err(|why| {
        let help = "a chart is a folder with Chart.yaml; manifests are read with `-f FILE`";
        Failure {
            exit: Exit::Usage,
            text: Message::error(
                format!("cannot read `{file}`: {why}"),
                None,
                Some(help.into()),
            )
            .render(),
        }
    })?;
    let stream = Stream::parse(&text).map_err(|why| anyhow!("`{file}` cannot be read: {why}"))?;
    let root = stream.documents.first().and_then(Document::root);
    let name = root.and_then(|root| root.get("name"));
    let name = name.map(NodeRef::to_value);
    let name = name.as_ref().and_then(|name| name.as_str());
    let name = slug(name.ok_or_else(|| anyhow!("`{file}` says no `name`"))?);
    let mut note = String::new();
    let mut commands = Vec::new();
    for environment in ENVIRONMENTS {
        let values = values(chart, environment);
        if values.is_none() {
            let _ = writeln!(note, "no values file of {environment} was found");
        }
        let values = values.map(|file| format!(" -f {}", quoted(&file)));
        let values = values.unwrap_or_default();
        let command = format!("helm template {name} {}{values} | ", quoted(chart));
        commands.push((command, " --host pipe".to_owned()));
    }
    Ok(Subject {
        seen: String::new(),
        commands: commands
            .try_into()
            .expect("internal error: one for each environment"),
        name,
        note,
    })
}

/// The values file of an environment: in the chart, or else beside the project.
fn values(chart: &str, environment: &str) -> Option<String> {
    let names = [
        format!("values-{environment}.yaml"),
        format!("values/{environment}.yaml"),
        format!("environments/{environment}/values.yaml"),
    ];
    for folder in [format!("{chart}/"), String::new()] {
        for name in &names {
            let path = format!("{folder}{name}");
            if io::is_file(&path) {
                return Some(path);
            }
        }
    }
    None
}

/// A stream: what it holds that matters for choosing.
fn of_stream(file: &str, target: &str) -> Result<Subject, Failure> {
    let input = run::Input::read_as(file, Host::Pipe)?;
    let stream = input.stream()?;
    let (objects, _) = input.objects(&stream)?;
    let mut roles: BTreeMap<Option<&str>, usize> = BTreeMap::new();
    for object in &objects {
        let Some(place) = tables().places.of(object.api_version, object.kind) else {
            continue;
        };
        let value = stream.documents[object.document]
            .node(object.node)
            .to_value();
        let facts = ObjectFacts::of(&value);
        for pod in place
            .pods(&value)
            .iter()
            .filter_map(|pod| pod.extract(&value))
        {
            let pod = Pod { value: &pod };
            let families = tables().images.of_pod(pod);
            let found = tables().roles.recognise(&facts, pod, &families);
            let role = found.pod.map(|role| role.role.as_str());
            *roles.entry(role).or_default() += 1;
        }
    }
    let mut seen = format!(
        "#\n# What `init` saw to make pods, of {} objects in all:\n",
        objects.len()
    );
    if roles.is_empty() {
        seen.push_str("#   nothing\n");
    }
    for (role, count) in &roles {
        let role =
            role.unwrap_or("of no known role: no requests are set there, for those go by role");
        let _ = writeln!(seen, "#   {count} {role}");
    }
    let command = match file {
        "-" => ("COMMAND | ".to_owned(), " --host pipe".to_owned()),
        file => (String::new(), format!(" -f {}", quoted(file))),
    };
    let note = match file {
        "-" => "COMMAND below is what printed these manifests\n".to_owned(),
        _ => String::new(),
    };
    Ok(Subject {
        name: folder_name(target),
        seen,
        commands: [command.clone(), command],
        note,
    })
}

/// Neither a chart nor a stream: a project as such.
fn of_nothing(target: &str) -> Subject {
    let command = (
        "helm template NAME CHART | ".to_owned(),
        " --host pipe".to_owned(),
    );
    Subject {
        name: folder_name(target),
        seen: String::new(),
        commands: [command.clone(), command],
        note: "with the folder of a chart, `init CHART` prints the commands in full\n".to_owned(),
    }
}

/// A project is called like its folder.
fn folder_name(target: &str) -> String {
    let here = io::folder().unwrap_or_default();
    let folder = here.join(Path::new(target));
    let name = folder.parent().and_then(Path::file_name);
    slug(&name.unwrap_or_default().to_string_lossy())
}

/// What may be a name of ours and of a release.
fn slug(text: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    let slug: String = text.chars().map(plain).collect();
    match slug.trim_matches('-') {
        "" => "project".to_owned(),
        slug => slug.to_owned(),
    }
}

/// As a shell takes it for one word.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}
