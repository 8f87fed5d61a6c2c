//! The verb `respell`: a size that its reader refuses is written as it takes it, where that is the same size.

use super::Op;
use super::merge::Step;
use super::select::Target;
use crate::preset::{Glob, Root};
use crate::spark::memory::reads;
use crate::spark::size::Reading;
use crate::yaml::Pointer;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The places of texts with these names that somebody reads as a size, and how. `root` is where the settings, or the
/// container, stand in the pod.
pub(super) fn places(
    names: &[Glob],
    target: &Target<'_>,
    on: Root,
    root: &Pointer,
) -> Vec<(Pointer, Reading)> {
    match on {
        Root::Settings => {
            let settings = target.value_on(on).as_object().into_iter().flatten();
            let read =
                settings.filter_map(|(key, _)| Some((root.child(key.as_str()), of(names, key)?)));
            read.collect()
        }
        _ => of_variables(names, target, root),
    }
}

/// Each variable of a container whose value is written there.
fn of_variables(names: &[Glob], target: &Target<'_>, root: &Pointer) -> Vec<(Pointer, Reading)> {
    let Some(role) = target.role() else {
        return Vec::new();
    };
    let variables = target.value()["env"].as_array().into_iter().flatten();
    let read = variables.enumerate().filter_map(|(at, variable)| {
        let name = variable["name"].as_str()?;
        let reading = reads::of_variable(role, name).filter(|_| is_named(names, name))?;
        let place = root.child("env").child(at).child("value");
        variable["value"].is_string().then_some((place, reading))
    });
    read.collect()
}

/// What is done where `current` stands at `place`.
pub(super) fn step(reading: Reading, current: Option<&Value>, place: &Pointer) -> Option<Step> {
    let current = current?;
    let spelt = reading.respelt(current.as_str()?)?;
    Some(Step {
        op: Op::Replace,
        path: place.clone(),
        place: place.clone(),
        value: Some(Arc::new(spelt.into())),
        before: Some(Arc::new(current.clone())),
    })
}

/// The settings of a text that are respelt, with their values.
pub(super) fn settings(names: &[Glob], told: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let spelt = told.iter().filter_map(|(key, value)| {
        let spelt = of(names, key)?.respelt(value)?;
        Some((key.clone(), spelt))
    });
    spelt.collect()
}

fn of(names: &[Glob], key: &str) -> Option<Reading> {
    reads::of_setting(key).filter(|_| is_named(names, key))
}

fn is_named(names: &[Glob], name: &str) -> bool {
    names.iter().any(|glob| glob.matches(name))
}
