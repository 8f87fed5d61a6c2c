//! Who reads the objects that hold pod templates.

use crate::check::spark::world::{World, same_namespace};
use crate::manifest::Object;
use crate::spark::process::{Master, Mode, Process, SeenPod};
use serde_json::Value;
use std::collections::BTreeMap;

/// The pods that mount an object, by its kind and name: each one's namespace, and whether it makes no executor pods.
pub(super) struct Readers<'w>(BTreeMap<(&'static str, &'w str), Vec<(&'w str, bool)>>);

impl<'w> Readers<'w> {
    /// Looks at every pod once.
    pub(super) fn of(world: &'w World<'_>) -> Self {
        let mut idle = BTreeMap::<*const SeenPod, bool>::new();
        for process in &world.processes {
            if let Some(pod) = process.pod(&world.seen[process.seen]) {
                *idle.entry(pod).or_insert(true) &= makes_no_pods(process);
            }
        }
        let mut readers = BTreeMap::<_, Vec<_>>::new();
        for (index, pod) in world.pods() {
            let is_idle = idle.get(&std::ptr::from_ref(pod)) == Some(&true);
            let namespace = world.object(index).namespace.unwrap_or_default();
            let volumes = pod.value["spec"]["volumes"].as_array();
            for held in volumes.into_iter().flatten().flat_map(mounted) {
                readers.entry(held).or_default().push((namespace, is_idle));
            }
        }
        Self(readers)
    }

    /// Whether pods mount this object, and only drivers whose executors are no pods: Spark reads no template in it.
    pub(super) fn are_idle(&self, object: &Object<'_>) -> bool {
        let own = object.namespace.unwrap_or_default();
        let all = self.0.get(&(object.kind, object.name)).into_iter();
        let mut own = all
            .flatten()
            .filter(|(namespace, _)| same_namespace(namespace, own))
            .peekable();
        own.peek().is_some() && own.all(|(_, is_idle)| *is_idle)
    }
}

fn makes_no_pods(process: &Process) -> bool {
    let masters = [Master::Local, Master::Standalone];
    masters.map(Mode::Client).contains(&process.mode)
}

/// The kind and name of each object that a volume holds, by itself or among others.
fn mounted(volume: &Value) -> impl Iterator<Item = (&'static str, &str)> {
    let parts = volume["projected"]["sources"].as_array();
    let parts = parts.into_iter().flatten();
    let projected = parts.flat_map(|part| {
        [
            ("ConfigMap", &part["configMap"]["name"]),
            ("Secret", &part["secret"]["name"]),
        ]
    });
    let own = [
        ("ConfigMap", &volume["configMap"]["name"]),
        ("Secret", &volume["secret"]["secretName"]),
    ];
    let all = own.into_iter().chain(projected);
    all.filter_map(|(kind, name)| Some((kind, name.as_str()?)))
}
