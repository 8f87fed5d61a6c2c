//! Whether a rule holds somewhere: its selectors and its `unless`.

use super::view::{Context, Numbered, PodView, View};
use crate::manifest::spark::Metering;
use crate::manifest::{Container, ContainerKind, NonRoot, Object, Role, Scrape};
use crate::preset::{
    Blank, Glob, ImageGlob, Jobs, Policy, ResolvedRule, Resources, Root, Selector,
};
use crate::preset::{NonRoot as User, Os, Scrape as Scraped};
use crate::yaml::Pointer;
use serde_json::Value;

/// What a rule is tried on.
#[derive(Clone, Copy)]
pub(super) struct Target<'t> {
    pub(super) view: &'t View<'t>,
    /// For rules on pods and containers.
    pub(super) pod: Option<&'t PodView<'t>>,
    /// For rules on containers.
    pub(super) container: Option<Numbered<'t>>,
}

impl Target<'_> {
    /// Where that value stands in the pod, or the object.
    pub(super) fn root(&self, on: Root) -> Pointer {
        match (self.container, self.pod) {
            (Some((_, container)), _) => container.pointer(),
            (None, Some(pod)) if on == Root::Settings => pod.settings().unwrap_or_default(),
            (None, _) => Pointer::root(),
        }
    }

    /// The value that a rule on that root is written from.
    pub(super) fn value_on(&self, root: Root) -> &Value {
        let settings = self.pod.filter(|_| root == Root::Settings);
        settings.map_or_else(|| self.value(), PodView::told)
    }

    /// The value that a rule on an object, a pod or a container is written from.
    pub(super) fn value(&self) -> &Value {
        match (self.container, self.pod) {
            (Some((_, container)), _) => container.value,
            (None, Some(pod)) => &pod.value,
            (None, None) => self.view.value,
        }
    }

    /// What the container runs itself.
    pub(super) fn role(&self) -> Option<&str> {
        let (ordinal, _) = self.container?;
        let role = self.pod?.roles.containers.get(ordinal)?.as_ref()?;
        Some(&role.role)
    }

    /// What a rule may write of it.
    pub(super) fn fill(&self, blank: Blank, context: Context<'_>) -> Option<Value> {
        let pod = self.pod.or(self.view.pods.first())?;
        let ordinal = self.container.map(|(ordinal, _)| ordinal);
        match blank {
            Blank::ConfigDigest { live } => {
                // Of an object, all that its pods read.
                let pods = self.pod.map_or(self.view.pods, std::slice::from_ref);
                let config = self.view.config(context, pods, live)?;
                config.digest.map(Value::from)
            }
            Blank::ImageUser => pod.image_user(ordinal?).map(Value::from),
            Blank::ImageWithDigest => {
                let image = pod.image_with_digest(ordinal?, context.images);
                image.map(Value::from)
            }
            Blank::ImageTag => pod
                .image_tag(ordinal)
                .filter(|tag| is_label(tag))
                .map(Value::from),
            Blank::Namespace => self.view.subject.object.namespace.map(Value::from),
            Blank::Role => pod.role_name().map(Value::from),
            Blank::UiPort => {
                let web = pod.web(self.view.subject.object.namespace)?;
                web.port.map(|port| port.to_string().into())
            }
        }
    }

    /// Why the words of a rule's `scrape` and `metrics` hold, in words.
    pub(super) fn reason(&self, rule: &ResolvedRule) -> Option<String> {
        let pod = self.pod?;
        let namespace = self.view.subject.object.namespace;
        let asks = |field: &dyn Fn(&Selector) -> bool| rule.selectors.iter().any(field);
        if asks(&|selector| selector.metrics.is_some()) {
            return Some(pod.web(namespace)?.because.clone());
        }
        if !asks(&|selector| selector.scrape.is_some()) {
            return None;
        }
        Some(pod.scrape(namespace)?.to_string())
    }
}

/// Whether a text may be the value of a label.
fn is_label(text: &str) -> bool {
    let ends = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    text.len() <= 63 && ends(text.as_bytes().first()) && ends(text.as_bytes().last())
}

/// Whether any rule may look at an object that makes no pods.
pub fn concerns(policy: &Policy, object: &Object<'_>) -> bool {
    policy
        .rules
        .iter()
        .filter(|rule| rule.on == Root::Object)
        .any(|rule| {
            rule.selectors.iter().all(|selector| {
                let kinds = selector.kinds.as_ref();
                // What has a role, or rolls, makes pods.
                selector.workload != Some(true)
                    && selector.roles.is_none()
                    && selector.rolls.is_none()
                    && kinds.is_none_or(|kinds| {
                        kinds
                            .iter()
                            .any(|kind| kind.matches(object.api_version, object.kind))
                    })
            })
        })
}

/// Whether a rule holds for a target; whether it then leaves it alone is another question. What is cheap is asked first.
pub(super) fn selects(rule: &ResolvedRule, target: &Target<'_>, context: Context<'_>) -> bool {
    let except = || {
        let except = rule.except.as_ref();
        except.is_some_and(|selector| matches(selector, target, context))
    };
    let mut unless = rule.unless.iter();
    is_meant(rule, target, context)
        && !except()
        && !unless.any(|pattern| pattern.matches(target.value_on(rule.on)))
}

/// Whether all that a rule selects by matches, whatever it leaves out of that.
pub(super) fn is_meant(rule: &ResolvedRule, target: &Target<'_>, context: Context<'_>) -> bool {
    let mut selectors = rule.selectors.iter();
    selectors.all(|selector| matches(selector, target, context))
}

fn matches(selector: &Selector, target: &Target<'_>, context: Context<'_>) -> bool {
    object_matches(selector, target.view)
        && roles_match(selector, target)
        && target
            .container
            .zip(target.pod)
            .is_none_or(|(c, pod)| container_matches(selector, c, pod))
        && target
            .pod
            .is_none_or(|pod| pod_matches(selector, target, pod))
        && unread(selector, context)
}
/// Whether the rule does not touch an object whose pod template cannot be changed once it exists.
pub(super) fn leaves_alone(rule: &ResolvedRule, view: &View<'_>) -> bool {
    view.traits.frozen
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

fn object_matches(selector: &Selector, view: &View<'_>) -> bool {
    let object = view.subject.object;
    let kinds = selector.kinds.as_ref();
    let labels = &view.value["metadata"]["labels"];
    let labelled = |(key, globs): &(String, Vec<Glob>)| {
        labels[key.as_str()]
            .as_str()
            .is_some_and(|value| globs.iter().any(|glob| glob.matches(value)))
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
        && is(selector.hooks, view.traits.hook)
        && selector.rolls.as_ref().is_none_or(|wanted| {
            let place = view.subject.place;
            place.is_some_and(|place| wanted.contains(&place.rolls(view.value)))
        })
}

/// A rule on containers asks for the container's role, another one for the roles of the pods.
fn roles_match(selector: &Selector, target: &Target<'_>) -> bool {
    if selector.roles.is_none() && selector.spark.is_none() {
        return true;
    }
    let any = |wanted: &dyn Fn(&Role) -> bool| match (target.container, target.pod) {
        (Some(container), Some(pod)) => role_of(container, pod).is_some_and(wanted),
        (None, Some(pod)) => pod.roles.pod.is_some_and(wanted),
        (_, None) => target
            .view
            .pods
            .iter()
            .filter_map(|pod| pod.roles.pod)
            .any(wanted),
    };
    let named = |globs: &Vec<Glob>| any(&|role| globs.iter().any(|glob| glob.matches(&role.role)));
    selector.roles.as_ref().is_none_or(named)
        && selector
            .spark
            .is_none_or(|wanted| any(&|role| role.spark) == wanted)
}

/// What a container is by itself. What starts before a main container or runs beside it serves its pod; another main
/// container serves nobody that we know of.
fn role_of<'r>((ordinal, container): Numbered<'_>, pod: &PodView<'r>) -> Option<&'r Role> {
    let own = pod.roles.containers.get(ordinal).copied().flatten();
    own.or(pod
        .roles
        .pod
        .filter(|_| container.kind != ContainerKind::Main))
}

fn pod_matches(selector: &Selector, target: &Target<'_>, pod: &PodView<'_>) -> bool {
    let own = |ordinal: usize| target.container.is_none_or(|(own, _)| own == ordinal);
    let image_matches = |globs: &Vec<ImageGlob>| {
        let mut containers = pod
            .pod()
            .containers()
            .enumerate()
            .filter(|(ordinal, _)| own(*ordinal));
        containers.any(|(_, container)| globs.iter().any(|glob| glob.matches(container.image())))
    };
    let family_matches = |globs: &Vec<Glob>| {
        let families = pod
            .families
            .iter()
            .enumerate()
            .filter(|(ordinal, _)| own(*ordinal));
        families
            .filter_map(|(_, family)| *family)
            .any(|family| globs.iter().any(|glob| glob.matches(&family.family)))
    };
    let scraped = |wanted: &Vec<Scraped>| {
        let scrape = pod.scrape(target.view.subject.object.namespace);
        scrape.is_some_and(|scrape| wanted.contains(&word_for(scrape)))
    };
    let metered = |wanted: &Vec<Metering>| {
        let web = pod.web(target.view.subject.object.namespace);
        web.is_some_and(|web| wanted.contains(&web.metering))
    };
    let os = || {
        if pod.pod().is_windows() {
            Os::Windows
        } else {
            Os::Linux
        }
    };
    selector
        .os
        .as_ref()
        .is_none_or(|wanted| wanted.contains(&os()))
        && is(
            selector.all_non_root,
            selector.all_non_root.is_some() && pod.all_non_root(),
        )
        && selector.images.as_ref().is_none_or(image_matches)
        && selector.families.as_ref().is_none_or(family_matches)
        && selector.scrape.as_ref().is_none_or(scraped)
        && selector.metrics.as_ref().is_none_or(metered)
        && selector
            .pod
            .as_ref()
            .is_none_or(|patterns| patterns.iter().any(|pattern| pattern.matches(&pod.value)))
}

/// Whether no selector in the stream reads any of the labels.
fn unread(selector: &Selector, context: Context<'_>) -> bool {
    let read = |glob: &Glob| context.facts.reads_label(glob);
    !selector.unread.iter().flatten().any(read)
}

fn word_for(scrape: &Scrape) -> Scraped {
    match scrape {
        Scrape::Open => Scraped::Open,
        Scrape::Monitored { .. } => Scraped::Monitored,
        Scrape::DeadMonitor { .. } => Scraped::DeadMonitor,
        Scrape::Closed { .. } => Scraped::Closed,
    }
}

fn container_matches(
    selector: &Selector,
    (ordinal, container): Numbered<'_>,
    pod: &PodView<'_>,
) -> bool {
    let user = match pod.users.get(ordinal) {
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
