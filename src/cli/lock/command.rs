//! Where the manifests of environments come from: files, standard input, or commands that the project names.

use super::{Exit, Failure, Message, io, usage};
use crate::preset::Project;
use crate::text::hint;
use crate::yaml::{Spanned, decode};
use anyhow::{Context, anyhow};
use std::collections::BTreeMap;
use std::process::{Command, Stdio};

/// Those environments of the project that are asked for, in its order, with their manifests.
pub(super) fn manifests(
    project: &Project,
    from: &[String],
    is_asked: impl Fn(&str) -> bool,
) -> Result<Vec<(String, String)>, Failure> {
    let environments = &project.written.spec.environments.0;
    let names: Vec<_> = environments
        .iter()
        .map(|(name, _)| name.value.as_str())
        .collect();
    if names.is_empty() {
        let message = format!("`{}` has no environments", project.file.name);
        return Err(usage(message, "name them under `spec.environments`".into()));
    }
    let mut files = BTreeMap::new();
    for argument in from {
        let Some((name, file)) = argument.split_once('=') else {
            return Err(usage(
                format!("`--from {argument}` must read ENV=FILE"),
                String::new(),
            ));
        };
        if !names.contains(&name) {
            let message = format!("`{}` has no environment `{name}`", project.file.name);
            return Err(usage(message, hint(name, &names).unwrap_or_default()));
        }
        files.insert(name, file);
    }
    let mut all = Vec::new();
    let asked = environments
        .iter()
        .filter(|(name, _)| is_asked(&name.value));
    for (name, environment) in asked {
        let text = match (files.get(name.value.as_str()), &environment.render) {
            (Some(file), _) => text(&io::read(file)?, file)?,
            (None, Some(words)) => printed(project, &name.value, words)?,
            (None, None) => {
                let message = format!(
                    "nothing says where the manifests of `{}` come from",
                    name.value
                );
                let help = format!(
                    "`--from {}=FILE`, or `render: [helm, template, …]` at {}",
                    name.value,
                    project.file.at(name.span)
                );
                return Err(usage(message, help));
            }
        };
        all.push((name.value.clone(), text));
    }
    Ok(all)
}

/// What a command prints. Its words go to no shell; its standard error is the user's.
fn printed(
    project: &Project,
    environment: &str,
    words: &[Spanned<String>],
) -> Result<String, Failure> {
    let Some((program, arguments)) = words.split_first() else {
        let message = format!("the command of `{environment}` is empty");
        return Err(usage(message, "write `render: [helm, template, …]`".into()));
    };
    let folder = project.path("");
    let mut command = Command::new(&program.value);
    command
        .args(arguments.iter().map(|word| &word.value))
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    if !folder.is_empty() {
        command.current_dir(&folder);
    }
    let at = project.file.at(program.span);
    let failed = |why: String| Failure {
        exit: Exit::Command,
        text: Message::error(
            format!(
                "the command of `{environment}` ({at}) failed: `{}`: {why}",
                program.value
            ),
            None,
            Some("nothing was written; run it by hand in the project's folder".into()),
        )
        .render(),
    };
    let output = command
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(output.status.to_string()));
    }
    text(&output.stdout, &program.value)
}

fn text(bytes: &[u8], name: &str) -> Result<String, Failure> {
    let text = decode(bytes).map_err(|error| anyhow!("{}", error.message));
    Ok(text
        .with_context(|| format!("the output of `{name}`"))?
        .to_owned())
}
