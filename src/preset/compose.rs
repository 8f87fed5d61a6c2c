//! Presets, overlays and flags to a policy.

use super::graph::{Graph, ReadFile, load};
use super::path::{is_path, normal};
use super::policy::{Policy, PolicyPreset, ResolvedParameter};
use super::request::{Named, Request};
use super::settle::{Settings, overrides, values};
use super::{File, Known, Overlay, PolicyError, ResolvedCheck, builtin, severity};
use crate::text::hint;

/// Resolves everything that was chosen. `read` gives the text of a file by its path, or says why it cannot; paths are
/// as written, those in `use` relative to the file that uses them.
///
/// # Errors
/// Whatever is wrong in a preset, an overlay or a flag, at its place there.
pub fn compose(
    request: &Request,
    known: &Known<'_>,
    read: ReadFile<'_>,
) -> Result<Policy, PolicyError> {
    let graph = load(&request.presets, known, read)?;
    let overlays = request.overlays.iter();
    let overlays: Vec<_> = overlays
        .map(|named| overlay(named, read))
        .collect::<Result<_, _>>()?;
    let overrides = overrides(&graph, &overlays, &request.set, known)?;
    let values = values(&graph, &overrides)?;
    let mut policy = Policy {
        presets: presets(&graph, &values),
        parameters: parameters(&graph, &values),
        ..Policy::default()
    };
    let mark = policy.mark();
    for &node in &graph.order {
        let Some(values) = &values[node] else {
            continue;
        };
        let preset = &graph.nodes[node].preset;
        let scope = preset.scope(values, &mark);
        let spec = &preset.written.spec;
        for rule in &spec.rules {
            let (rule, holds) = scope.rule(rule, spec.selector.as_ref(), preset.layer, known)?;
            if holds {
                policy.rules.push(rule);
            }
        }
        for (id, check) in &spec.checks.0 {
            let (check, holds) = scope.check(id, check, known.checks)?;
            if holds {
                add_check(&graph, node, check, &mut policy.checks)?;
            }
        }
    }
    policy.severities = severity::changes(&overlays, &policy.rules, &policy.checks, known)?;
    Ok(policy)
}

fn overlay(named: &Named, read: ReadFile<'_>) -> Result<Overlay, PolicyError> {
    if is_path(&named.text) {
        let path = normal(&named.text);
        let cannot = |why| named.origin.error(format!("cannot read `{path}`: {why}"));
        let text = read(&path).map_err(cannot)?;
        return Overlay::load(&File::new(path, text));
    }
    match builtin::overlay_named(&named.text) {
        Some(builtin) => Overlay::load(&builtin.file()),
        None => {
            let error = named
                .origin
                .error(format!("there is no overlay `{}`", named.text));
            Err(error.help(hint(&named.text, &builtin::names(false))))
        }
    }
}

fn presets(graph: &Graph, values: &[Option<Settings>]) -> Vec<PolicyPreset> {
    let active = graph.order.iter().filter(|&&node| values[node].is_some());
    active
        .map(|&node| {
            let preset = &graph.nodes[node].preset;
            PolicyPreset {
                name: preset.name().to_owned(),
                version: preset.version().to_owned(),
                summary: preset.written.spec.summary.value.clone(),
                origin: preset.file.whole(),
                is_chosen: graph.roots.contains(&node),
            }
        })
        .collect()
}

fn parameters(graph: &Graph, values: &[Option<Settings>]) -> Vec<ResolvedParameter> {
    let mut all = Vec::new();
    for &node in &graph.order {
        let Some(values) = &values[node] else {
            continue;
        };
        let preset = &graph.nodes[node].preset;
        for parameter in &preset.parameters {
            let setting = values.get(&parameter.name);
            all.push(ResolvedParameter {
                preset: preset.name().to_owned(),
                name: parameter.name.clone(),
                setting: setting.unwrap_or(&parameter.default).clone(),
                summary: parameter.summary.clone(),
            });
        }
    }
    all
}

/// A check that a used preset has already is replaced by the one that uses it; others must agree.
fn add_check(
    graph: &Graph,
    node: usize,
    check: ResolvedCheck,
    checks: &mut Vec<ResolvedCheck>,
) -> Result<(), PolicyError> {
    let Some(other) = checks.iter_mut().find(|other| other.id == check.id) else {
        checks.push(check);
        return Ok(());
    };
    let owner = graph.named(&other.preset);
    if owner.is_some_and(|owner| graph.reaches(node, owner)) {
        *other = check;
        return Ok(());
    }
    if other.asks_as(&check) {
        return Ok(());
    }
    let message = format!(
        "check `{}` is asked for otherwise at {}, and neither preset uses the other",
        check.id, other.origin
    );
    let help = "choose one of them, or write a preset that uses both and says which".to_owned();
    Err(check.origin.error(message).help(help))
}
