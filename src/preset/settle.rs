//! What each parameter is worth: declared, then set by whoever uses the preset, then step by step by overlays and
//! single values.

use super::graph::Graph;
use super::parameter::{Setting, plain, same};
use super::request::{Assignment, Given};
use super::scope::{Directive, Scope};
use super::{Draft, Layer, Origin, Overlay, PolicyError, Preset, builtin};
use crate::text::{hint, quoted};
use crate::yaml::{Entries, Spanned};
use std::collections::BTreeMap;

/// Values by name of the parameter.
pub(super) type Settings = BTreeMap<String, Setting>;

/// A step of the request, read.
pub(super) enum Change<'a> {
    Overlay(Box<Overlay>),
    Set(&'a Assignment),
}

impl Change<'_> {
    pub(super) fn overlay(&self) -> Option<&Overlay> {
        match self {
            Self::Overlay(overlay) => Some(overlay),
            Self::Set(_) => None,
        }
    }
}

/// What the steps set, for each preset of the graph; of two that set one parameter, the later counts.
pub(super) fn overrides(
    graph: &Graph,
    changes: &[Change<'_>],
) -> Result<Vec<Settings>, PolicyError> {
    let mut all = vec![Settings::new(); graph.nodes.len()];
    for change in changes {
        match change {
            Change::Overlay(overlay) => {
                for (name, values) in &overlay.written.spec.parameters.0 {
                    match graph.named(&name.value) {
                        Some(node) => {
                            let preset = &graph.nodes[node].preset;
                            all[node].extend(given(preset, overlay, values)?);
                        }
                        None => elsewhere(graph, overlay, name, values)?,
                    }
                }
            }
            Change::Set(assignment) => {
                let (node, name, setting) = assigned(graph, assignment)?;
                all[node].insert(name.to_owned(), setting);
            }
        }
    }
    Ok(all)
}

/// What a single value sets: in which preset, and which parameter.
fn assigned<'a>(
    graph: &Graph,
    assignment: &'a Assignment,
) -> Result<(usize, &'a str, Setting), PolicyError> {
    let (node, name) = meant(graph, assignment)?;
    let preset = &graph.nodes[node].preset;
    let Some(parameter) = preset.parameter(name) else {
        return Err(no_parameter(preset, name, &assignment.name_at));
    };
    let origin = assignment.origin.clone();
    let value = match &assignment.value {
        Given::Text(text) => parameter.take_text(preset.name(), text),
        Given::Draft(draft) => {
            only_plain("a project", draft, &origin)?;
            parameter.take(preset.name(), draft)
        }
    };
    let value = value.map_err(|misfit| misfit.at(&origin))?;
    Ok((node, name, Setting { value, origin }))
}

fn only_plain(who: &str, draft: &Draft, origin: &Origin) -> Result<(), PolicyError> {
    if draft.directive().is_none() {
        return Ok(());
    }
    let message = format!("{who} sets plain values; it has no parameters of its own");
    Err(origin.error(message))
}

/// What an overlay sets in one preset.
fn given(
    preset: &Preset,
    overlay: &Overlay,
    values: &Entries<Draft>,
) -> Result<Settings, PolicyError> {
    let mut settings = Settings::new();
    for (name, draft) in &values.0 {
        let Some(parameter) = preset.parameter(&name.value) else {
            return Err(no_parameter(
                preset,
                &name.value,
                &overlay.file.at(name.span),
            ));
        };
        let origin = overlay.file.at(draft.span);
        only_plain("an overlay", draft, &origin)?;
        let value = parameter.take(preset.name(), draft);
        let value = value.map_err(|misfit| misfit.at(&origin))?;
        settings.insert(name.value.clone(), Setting { value, origin });
    }
    Ok(settings)
}

/// Overlays are written for any presets: one may set a built-in that is not used here, but not one that nobody has.
fn elsewhere(
    graph: &Graph,
    overlay: &Overlay,
    name: &Spanned<String>,
    values: &Entries<Draft>,
) -> Result<(), PolicyError> {
    if let Some(builtin) = builtin::preset(&name.value).filter(|_| !name.value.contains('@')) {
        let preset = Preset::read(&builtin.file(), Layer::BuiltIn)?;
        return given(&preset, overlay, values).map(|_| ());
    }
    let mut names = builtin::names(true);
    names.extend(graph.nodes.iter().map(|node| node.preset.name()));
    names.sort_unstable();
    names.dedup();
    let error = overlay
        .file
        .at(name.span)
        .error(format!("there is no preset `{}`", name.value));
    Err(error.help(hint(&name.value, &names)))
}

/// The preset and parameter that an assignment names. A bare name is looked for in the chosen presets first.
fn meant<'a>(graph: &Graph, assignment: &'a Assignment) -> Result<(usize, &'a str), PolicyError> {
    let presets = || graph.nodes.iter().map(|node| &node.preset);
    if let Some((preset, name)) = assignment.name.split_once('.') {
        let node = graph.named(preset).ok_or_else(|| {
            let names: Vec<_> = presets().map(Preset::name).collect();
            let message = format!("no preset `{preset}` is in use");
            assignment.name_at.error(message).help(hint(preset, &names))
        })?;
        return Ok((node, name));
    }
    let name = assignment.name.as_str();
    let has = |node: &usize| graph.nodes[*node].preset.parameter(name).is_some();
    let chosen: Vec<_> = graph.roots.iter().copied().filter(has).collect();
    let all: Vec<_> = (0..graph.nodes.len()).filter(has).collect();
    let found = if chosen.is_empty() { all } else { chosen };
    let nested = matches!(&assignment.value, Given::Draft(draft) if draft.is_map());
    match found.as_slice() {
        [only] => Ok((*only, name)),
        [] if nested && graph.named(name).is_some() => {
            let message = format!("`{name}` is a preset; its parameters are set one by one here");
            let help = format!("write `{name}.PARAMETER: VALUE`");
            Err(assignment.name_at.error(message).help(help))
        }
        [] => {
            let mut names: Vec<_> = presets()
                .flat_map(|preset| preset.parameters.iter().map(|p| p.name.as_str()))
                .collect();
            names.sort_unstable();
            names.dedup();
            let message = format!("no preset in use has a parameter `{name}`");
            Err(assignment.name_at.error(message).help(hint(name, &names)))
        }
        many => {
            let full = |&node: &usize| format!("{}.{name}", graph.nodes[node].preset.name());
            let full: Vec<_> = many.iter().map(full).collect();
            let full: Vec<_> = full.iter().map(String::as_str).collect();
            let message = format!("`{name}` may be any of {}", quoted(&full));
            let help = match &assignment.value {
                Given::Text(text) => format!("write `--set {}={text}`", full[0]),
                Given::Draft(_) => format!("write `{}`", full[0]),
            };
            Err(assignment.name_at.error(message).help(help))
        }
    }
}

fn no_parameter(preset: &Preset, name: &str, origin: &Origin) -> PolicyError {
    let names: Vec<_> = preset.parameters.iter().map(|p| p.name.as_str()).collect();
    let message = format!("`{}` has no parameter `{name}`", preset.name());
    origin.error(message).help(hint(name, &names))
}

/// What every parameter of the presets that take part is worth; nothing for presets that no `use` switched on.
pub(super) fn values(
    graph: &Graph,
    overrides: &[Settings],
) -> Result<Vec<Option<Settings>>, PolicyError> {
    let mut asked: Vec<Option<Asked>> = vec![None; graph.nodes.len()];
    for &root in &graph.roots {
        asked[root] = Some(Asked::new());
    }
    let mut settled = vec![None; graph.nodes.len()];
    // Whoever uses a preset comes before it, so that all that is asked of it is known.
    for &node in graph.order.iter().rev() {
        let Some(users) = asked[node].take() else {
            continue;
        };
        let preset = &graph.nodes[node].preset;
        let mut values = preset.defaults();
        values.extend(users.into_iter().map(|(name, asked)| (name, asked.setting)));
        values.extend(overrides[node].clone());
        let scope = preset.scope(&values, "");
        let entries = preset.written.spec.uses.iter();
        for (entry, &used) in entries.zip(&graph.nodes[node].uses) {
            if scope.holds(&entry.when)? {
                let wanted = asked[used].get_or_insert_default();
                let used = (&graph.nodes[used].preset, &overrides[used]);
                ask(&scope, used, &entry.parameters, wanted)?;
            }
        }
        settled[node] = Some(values);
    }
    Ok(settled)
}

/// What those who use a preset set in it, by name of the parameter.
type Asked = BTreeMap<String, Wish>;

/// A value that a `use` sets.
#[derive(Clone)]
struct Wish {
    setting: Setting,
    /// The parameter that it was handed on from.
    from: Option<String>,
}

/// Adds what one `use` sets; two that disagree are an error, unless an overlay or a flag has the last word anyway.
fn ask(
    scope: &Scope<'_>,
    (used, overrides): (&Preset, &Settings),
    values: &Entries<Draft>,
    wanted: &mut Asked,
) -> Result<(), PolicyError> {
    for (name, draft) in &values.0 {
        let here = scope.at(draft.span);
        let Some(parameter) = used.parameter(&name.value) else {
            return Err(no_parameter(used, &name.value, &scope.at(name.span)));
        };
        let mut from = None;
        let taken = match scope.directive(draft)? {
            // It was set elsewhere: whoever did is to hear that it does not fit here either.
            Some(Directive::Parameter(own, setting)) => {
                from = Some(format!("{}.{own}", scope.preset));
                let found = format!("`{}`", plain(&setting.value));
                let value = parameter.judge(used.name(), setting.value.clone(), &found);
                value.map(|value| (value, setting.origin.clone()))
            }
            _ => parameter
                .take(used.name(), draft)
                .map(|value| (value, here.clone())),
        };
        let (value, origin) = taken.map_err(|misfit| {
            let set_at = match scope.directive(draft) {
                Ok(Some(Directive::Parameter(_, setting))) => setting.origin.clone(),
                _ => here.clone(),
            };
            misfit.at(&set_at)
        })?;
        let wish = Wish {
            setting: Setting { value, origin },
            from,
        };
        let decided = overrides.contains_key(&name.value);
        let other = wanted
            .get(&name.value)
            .filter(|other| !decided && !same(&other.setting.value, &wish.setting.value));
        if let Some(other) = other {
            return Err(disagree(
                &here,
                &format!("{}.{}", used.name(), name.value),
                &wish,
                other,
            ));
        }
        wanted.insert(name.value.clone(), wish);
    }
    Ok(())
}

/// Two uses of one preset want different values; the help says how to make them agree.
fn disagree(here: &Origin, name: &str, wish: &Wish, other: &Wish) -> PolicyError {
    let message = format!(
        "`{name}` is `{}` here and `{}` at {}",
        plain(&wish.setting.value),
        plain(&other.setting.value),
        other.setting.origin
    );
    let set = |from: &Wish, value: &Wish| {
        let from = from.from.as_ref()?;
        Some(format!("`--set {from}={}`", plain(&value.setting.value)))
    };
    let ways = [set(other, wish), set(wish, other)];
    let ways: Vec<_> = ways.into_iter().flatten().collect();
    let ways = match ways.as_slice() {
        [] => format!("`--set {name}=VALUE`"),
        ways => ways.join(" or "),
    };
    here.error(message)
        .help(format!("two uses of one preset must agree: {ways}"))
}
