//! Presets, overlays and flags to a policy.

use super::builtin::Builtin;
use super::graph::{Graph, ReadFile, load};
use super::path::{is_path, normal};
use super::policy::{Policy, PolicyPreset, ResolvedParameter};
use super::request::{Named, Request, Step};
use super::settle::{Change, Settings, overrides, values};
use super::{
    File, Known, Open, Overlay, PolicyError, ResolvedCheck, Waiving, builtin, kinds, severity,
    waiver,
};
use crate::text::hint;
use std::sync::Arc;

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
    let graph = load(&request.presets, request.inline.as_ref(), known, read)?;
    let steps = request.steps.iter();
    let changes: Vec<_> = steps
        .map(|step| match step {
            Step::Overlay(named) => {
                overlay(named, read).map(|overlay| Change::Overlay(Box::new(overlay)))
            }
            Step::Inline(file) => {
                Overlay::load(file).map(|overlay| Change::Overlay(Box::new(overlay)))
            }
            Step::Set(assignment) => Ok(Change::Set(assignment)),
        })
        .collect::<Result<_, _>>()?;
    let overrides = overrides(&graph, &changes)?;
    let values = values(&graph, &overrides)?;
    let mut policy = Policy {
        mark: mark(&graph),
        project: request.project.clone(),
        environment: request.environment.clone(),
        externals: request.externals.clone(),
        random: request.random.clone(),
        images: request.images.clone(),
        presets: presets(&graph, &values),
        parameters: parameters(&graph, &values),
        places: kinds::places(&graph, &values, known)?,
        ..Policy::default()
    };
    policy.own_tables = kinds::with(&policy.places, known);
    let mut checks = Vec::new();
    for &node in &graph.order {
        let Some(values) = &values[node] else {
            continue;
        };
        let preset = &graph.nodes[node].preset;
        let scope = preset.scope(values, &policy.mark);
        let spec = &preset.written.spec;
        for rule in &spec.rules {
            if scope.holds(&rule.when)? {
                let rule = scope.rule(rule, spec.selector.as_ref(), preset.layer, known)?;
                policy.rules.push(rule);
            }
        }
        for (id, check) in &spec.checks.0 {
            let (check, holds) = scope.check(id, check, known.checks)?;
            if holds {
                checks.push((node, check));
            }
        }
    }
    policy.checks = settle_checks(&graph, checks)?;
    let overlays = changes.iter().filter_map(Change::overlay);
    policy.severities = severity::changes(overlays, &policy.rules, &policy.checks, known)?;
    policy.waiving = waiving((request, &changes), &graph, known, read)?;
    Ok(policy)
}

/// What the project and the overlays say of waivers.
fn waiving(
    (request, changes): (&Request, &[Change<'_>]),
    graph: &Graph,
    known: &Known<'_>,
    read: ReadFile<'_>,
) -> Result<Waiving, PolicyError> {
    let own = request.waivers.iter();
    let own = own.map(|(file, written)| (file, written));
    let overlays = changes.iter().filter_map(Change::overlay);
    let overlays = overlays.filter_map(|o| Some((&o.file, o.written.spec.waivers.as_ref()?)));
    let elsewhere = || {
        // Two environments may call different presets the same; what is wrong with one is said where it is chosen.
        let each = request.elsewhere.iter().map(std::slice::from_ref);
        let each = each.filter_map(|named| load(named, None, known, read).ok());
        each.flat_map(|graph| waiver::ids(&graph)).collect()
    };
    waiver::settle(own.chain(overlays), graph, known, &elsewhere)
}

fn overlay(named: &Named, read: ReadFile<'_>) -> Result<Overlay, PolicyError> {
    if is_path(&named.text) {
        return Overlay::load(&file(named, read)?);
    }
    Overlay::load(&builtin_overlay(named)?.file())
}

/// The file that a path means.
pub(super) fn file(named: &Named, read: ReadFile<'_>) -> Result<Arc<File>, PolicyError> {
    let path = normal(&named.text);
    let cannot = |why| named.origin.error(format!("cannot read `{path}`: {why}"));
    let text = read(&path).map_err(cannot)?;
    Ok(File::new(path, text))
}

pub(super) fn builtin_overlay(named: &Named) -> Result<&'static Builtin, PolicyError> {
    if let Some(builtin) = builtin::overlay_named(&named.text) {
        return Ok(builtin);
    }
    let message = format!("there is no overlay `{}`", named.text);
    let help = hint(&named.text, &builtin::names(false));
    Err(named.origin.error(message).help(help))
}

fn mark(graph: &Graph) -> String {
    let chosen = graph.roots.iter().map(|&root| &graph.nodes[root].preset);
    let names = chosen.map(|preset| format!("{}@{}", preset.name(), preset.version()));
    names.collect::<Vec<_>>().join(",")
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

/// One check an id. That of a used preset gives way to the one of its user. Of others with the same settings the graver
/// counts, and what only one of them opens stays shut; other settings are an error.
fn settle_checks(
    graph: &Graph,
    all: Vec<(usize, ResolvedCheck)>,
) -> Result<Vec<ResolvedCheck>, PolicyError> {
    let pairs: Vec<_> = all
        .iter()
        .map(|(node, check)| (*node, check.id.clone()))
        .collect();
    let gives_way = |node: usize, id: &str| {
        let mut others = pairs.iter();
        others.any(|(user, other)| other == id && graph.reaches(*user, node))
    };
    let mut checks: Vec<ResolvedCheck> = Vec::new();
    for (node, check) in all {
        if gives_way(node, &check.id) {
            continue;
        }
        match checks.iter_mut().find(|other| other.id == check.id) {
            Some(other) => merge(other, check)?,
            None => checks.push(check),
        }
    }
    Ok(checks)
}

fn merge(other: &mut ResolvedCheck, check: ResolvedCheck) -> Result<(), PolicyError> {
    if !other.asks_as(&check) {
        let message = format!(
            "check `{}` has other settings at {}, and neither preset uses the other",
            check.id, other.origin
        );
        let help = "choose one of them, or write a preset that uses both and says which".to_owned();
        return Err(check.origin.error(message).help(help));
    }
    let is_open = |open: &Open| other.open.contains(open);
    let open = check.open.iter().copied().filter(is_open).collect();
    if check.severity > other.severity {
        *other = check;
    }
    other.open = open;
    Ok(())
}
