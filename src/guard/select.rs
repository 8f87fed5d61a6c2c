//! Whether a rule holds somewhere: its selectors and its `unless`.

use super::view::{Context, PodView, View, family};
use crate::manifest::{Container, ContainerKind, NonRoot, Role, Scrape};
use crate::preset::{Glob, Jobs, ResolvedRule, Resources, Selector};
use crate::preset::{NonRoot as User, Os, Scrape as Scraped};
use serde_json::Value;

/// What a rule is tried on.
#[derive(Clone, Copy)]
pub(super) struct Target<'t> {
    pub(super) view: &'t View<'t>,
    /// For rules on pods and containers.
    pub(super) pod: Option<&'t PodView<'t>>,
    /// For rules on containers.
    pub(super) container: Option<Container<'t>>,
}

impl<'t> Target<'t> {
    /// The value that the rule is written from.
    pub(super) fn value(&self) -> &Value {
        match (self.container, self.pod) {
            (Some(container), _) => container.value,
            (None, Some(pod)) => &pod.value,
            (None, None) => self.view.value,
        }
    }

    /// What a container is by itself, a pod, or an object by all its pods. What starts before a main container or runs
    /// beside it serves its pod; another main container serves nobody that we know of.
    fn roles(&self) -> Vec<&Role> {
        let own = |pod: &'t PodView<'t>, container: Container<'t>| {
            let own = pod.roles.containers.get(pod.ordinal(container)).copied();
            let serves = container.kind != ContainerKind::Main;
            own.flatten().or(pod.roles.pod.filter(|_| serves))
        };
        let roles: Vec<Option<&Role>> = match (self.pod, self.container) {
            (Some(pod), Some(container)) => vec![own(pod, container)],
            (Some(pod), None) => vec![pod.roles.pod],
            (None, _) => self.view.pods.iter().map(|pod| pod.roles.pod).collect(),
        };
        roles.into_iter().flatten().collect()
    }
}

/// Whether a rule holds for a target; whether it then leaves it alone is another question.
pub(super) fn selects(rule: &ResolvedRule, target: &Target<'_>, context: Context<'_>) -> bool {
    rule.selectors.iter().all(|selector| {
        object_matches(selector, target)
            && target
                .pod
                .is_none_or(|pod| pod_matches(selector, target, pod, context))
            && target
                .container
                .zip(target.pod)
                .is_none_or(|(c, pod)| container_matches(selector, c, pod))
    }) && !rule
        .unless
        .iter()
        .any(|pattern| pattern.matches(target.value()))
}

/// Whether the rule does not touch an object whose pod template cannot be changed once it exists.
pub(super) fn leaves_alone(rule: &ResolvedRule, view: &View<'_>) -> bool {
    view.frozen
        && rule
            .selectors
            .iter()
            .any(|selector| selector.jobs == Some(Jobs::Leave))
}

fn any(globs: Option<&Vec<Glob>>, text: &str) -> bool {
    globs.is_none_or(|globs| globs.iter().any(|glob| glob.matches(text)))
}

fn is(wanted: Option<bool>, value: bool) -> bool {
    wanted.is_none_or(|wanted| wanted == value)
}

fn object_matches(selector: &Selector, target: &Target<'_>) -> bool {
    let view = target.view;
    let object = view.subject.object;
    let kinds = selector.kinds.as_ref();
    let labels = &view.value["metadata"]["labels"];
    let labelled = |(key, globs): &(String, Vec<Glob>)| {
        labels[key.as_str()]
            .as_str()
            .is_some_and(|value| globs.iter().any(|glob| glob.matches(value)))
    };
    let roles = target.roles();
    let role_matches = |globs: &Vec<Glob>| {
        roles
            .iter()
            .any(|role| globs.iter().any(|glob| glob.matches(&role.role)))
    };
    kinds.is_none_or(|kinds| {
        kinds
            .iter()
            .any(|kind| kind.matches(object.api_version, object.kind))
    }) && any(selector.names.as_ref(), object.name)
        && (selector.namespaces.is_none()
            || object
                .namespace
                .is_some_and(|namespace| any(selector.namespaces.as_ref(), namespace)))
        && selector.labels.iter().all(labelled)
        && is(selector.workload, view.subject.place.is_some())
        && selector.roles.as_ref().is_none_or(role_matches)
        && is(selector.spark, roles.iter().any(|role| role.spark))
        && is(selector.hooks, view.hook)
}

fn pod_matches(
    selector: &Selector,
    target: &Target<'_>,
    pod: &PodView<'_>,
    context: Context<'_>,
) -> bool {
    let os = if pod.pod().is_windows() {
        Os::Windows
    } else {
        Os::Linux
    };
    let containers = || {
        pod.pod().containers().filter(|c| {
            target
                .container
                .is_none_or(|own| own.pointer() == c.pointer())
        })
    };
    let images = selector.images.as_ref();
    let families = selector.families.as_ref();
    selector
        .os
        .as_ref()
        .is_none_or(|wanted| wanted.contains(&os))
        && images.is_none_or(|globs| {
            containers().any(|c| globs.iter().any(|glob| glob.matches(c.image())))
        })
        && families.is_none_or(|globs| {
            let names = containers()
                .filter_map(|c| family(c, context.tables))
                .map(|family| family.family.as_str());
            names
                .into_iter()
                .any(|name| globs.iter().any(|glob| glob.matches(name)))
        })
        && is(selector.all_non_root, pod.all_non_root())
        && selector
            .scrape
            .as_ref()
            .is_none_or(|wanted| scraped(target, pod, context).is_some_and(|s| wanted.contains(&s)))
}

/// Who reads the metrics of a pod, at the port of its role's web interface; `None` where its role has none.
fn scraped(target: &Target<'_>, pod: &PodView<'_>, context: Context<'_>) -> Option<Scraped> {
    let port = pod.roles.pod?.ui.as_ref()?.port;
    let namespace = target.view.subject.object.namespace;
    Some(match context.facts.scrape(namespace, pod.pod(), port) {
        Scrape::Open => Scraped::Open,
        Scrape::Monitored { .. } => Scraped::Monitored,
        Scrape::DeadMonitor { .. } => Scraped::DeadMonitor,
        Scrape::Closed { .. } => Scraped::Closed,
    })
}

fn container_matches(selector: &Selector, container: Container<'_>, pod: &PodView<'_>) -> bool {
    let user = match pod.users.get(pod.ordinal(container)) {
        Some(NonRoot::Declared { .. }) => User::Declared,
        Some(NonRoot::Inferred { .. }) => User::Inferred,
        Some(NonRoot::Root { .. }) => User::Root,
        Some(NonRoot::Unknown { .. }) | None => User::Unknown,
    };
    any(selector.containers.as_ref(), container.name())
        && selector
            .container_types
            .as_ref()
            .is_none_or(|kinds| kinds.contains(&container.kind))
        && selector
            .non_root
            .as_ref()
            .is_none_or(|wanted| wanted.contains(&user))
        && selector
            .resources
            .is_none_or(|Resources::Absent| says_nothing_of_resources(container))
}

/// Neither a request nor a limit of cpu or memory: the API takes a request from a limit.
fn says_nothing_of_resources(container: Container<'_>) -> bool {
    let resources = &container.value["resources"];
    ["requests", "limits"].iter().all(|list| {
        ["cpu", "memory"]
            .iter()
            .all(|name| resources[list][name].is_null())
    })
}
