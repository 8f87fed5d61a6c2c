//! `argocd parameters`: what an application may choose, with types and the values that hold now.

use super::super::args::ArgocdArgs;
use super::super::exit::{Exit, Failure};
use super::super::io;
use super::Desk;
use super::tool::Tool;
use crate::host::Announcement;
use crate::preset::{Named, Policy, Sidecar};
use serde_json::Value;

pub(in crate::cli) fn run(args: &ArgocdArgs) -> Result<Exit, Failure> {
    let desk = Desk::open(args)?;
    let policy = desk.policy()?;
    let tool = Tool::of(&desk.application, &desk.folder)?;
    let mut all = of_policy(&desk, &policy);
    if tool == Tool::Helm {
        all.extend(of_helm(&desk));
    }
    let text = serde_json::to_string(&all).expect("internal error: announcements are plain data");
    io::print(&[&text, "\n"])?;
    Ok(Exit::Ok)
}

fn of_policy(desk: &Desk, policy: &Policy) -> Vec<Announcement> {
    let Desk {
        sidecar,
        application,
        ..
    } = desk;
    let texts = |named: &[Named]| named.iter().map(|named| named.text.clone()).collect();
    let tooltip = format!("Presets beside {}", policy.mark);
    let mut all = vec![Announcement::list(
        "presets",
        texts(&application.choice.presets),
        &tooltip,
    )];
    let open = &sidecar.spec.open;
    if !open.environments.is_empty() {
        let names: Vec<_> = open
            .environments
            .iter()
            .map(|name| name.value.as_str())
            .collect();
        let tooltip = format!("One of {}", names.join(", "));
        let now = environment(desk, sidecar);
        all.push(Announcement::single("environment", "string", now, &tooltip));
    }
    for parameter in &policy.parameters {
        let name = format!("{}.{}", parameter.preset, parameter.name);
        if open.parameters.iter().any(|open| open.value == name) {
            let (kind, now) = match &parameter.setting.value {
                Value::Bool(value) => ("boolean", value.to_string()),
                Value::Number(value) => ("number", value.to_string()),
                Value::String(text) => ("string", text.clone()),
                other => ("string", other.to_string()),
            };
            all.push(Announcement::single(&name, kind, now, &parameter.summary));
        }
    }
    all
}

fn environment(desk: &Desk, sidecar: &Sidecar) -> String {
    let chosen = desk.application.choice.environment.clone();
    let now = chosen.or_else(|| sidecar.environment());
    now.map(|named| named.text).unwrap_or_default()
}

fn of_helm(desk: &Desk) -> Vec<Announcement> {
    let application = &desk.application;
    let files = application
        .values_files
        .iter()
        .map(|named| named.text.clone());
    let release = application
        .release_name
        .as_ref()
        .map(|named| named.text.clone());
    let release = release
        .or_else(|| application.name.clone())
        .unwrap_or_default();
    // Argo CD does not hide what it shows of a parameter: what its owner wrote is his to see.
    let values = application.values.as_ref().map(|named| named.text.clone());
    let values = values.unwrap_or_default();
    vec![
        Announcement::single("release-name", "string", release, "Name of Helm's release"),
        Announcement::list(
            "values-files",
            files.collect(),
            "Files of values, from the application's folder",
        ),
        Announcement::single("values", "string", values, "Values as YAML"),
    ]
}
