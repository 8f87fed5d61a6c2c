//! What selectors look at: an object, its pods, and what is known of their containers, at one moment of a run.

use crate::manifest::reads::{Config, Join};
use crate::manifest::spark::Web;
use crate::manifest::{
    Container, ContainerKind, Digests, Facts, Family, Image, NonRoot, Object, ObjectFacts, Place,
    Pod, PodPlace, PodRoles, Scrape, Tables, evidence, helm_hooks, replaceable,
};
use crate::yaml::{NodeRef, Pointer};
use serde_json::{Map, Value};
use std::cell::OnceCell;
use std::sync::Arc;

/// All that stays the same while rules run.
#[derive(Clone, Copy)]
pub struct Context<'c> {
    /// The tables of places, roles and images.
    pub tables: &'c Tables,
    /// What the stream as a whole says.
    pub facts: &'c Facts,
    /// What tags stand for.
    pub images: Option<&'c Digests>,
}

/// One object of the stream while rules run over it.
#[derive(Clone, Copy)]
pub struct Subject<'c> {
    /// What names it.
    pub object: &'c Object<'c>,
    /// Its node in the text.
    pub node: NodeRef<'c>,
    /// Where its pods are; `None` where it makes none.
    pub place: Option<&'c Place>,
    /// Where the text that it is in stands in the object that has its name; `None` for the object itself.
    pub within: Option<&'c Pointer>,
}

/// An object at one moment.
#[derive(Clone, Copy)]
pub struct View<'v> {
    /// What names it, and where it stands.
    pub subject: Subject<'v>,
    /// What its author says of it as a whole.
    pub traits: Traits,
    /// The object.
    pub value: &'v Value,
    /// Its pods.
    pub pods: &'v [PodView<'v>],
}

/// What an author says of an object as a whole.
#[derive(Clone, Copy, Debug)]
pub struct Traits {
    /// Whether it is a hook of Helm or of Argo CD.
    pub hook: bool,
    /// Whether its pod template cannot be changed once it exists, and nobody makes it anew.
    pub frozen: bool,
}

/// A pod of an object while rules run. What it runs is found once: no guardrail changes that.
#[derive(Debug)]
pub struct PodView<'v> {
    /// Where the object holds each part of it.
    pub place: Arc<PodPlace>,
    /// `{"metadata": …, "spec": …}`
    pub value: Value,
    /// What it and its containers are.
    pub roles: PodRoles<'v>,
    /// The families of its containers' images, in the order of `Pod::containers`.
    pub families: Vec<Option<&'v Family>>,
    /// Who each container runs as, in the same order.
    pub users: Vec<NonRoot>,
    /// What the stream as a whole says.
    pub facts: &'v Facts,
    /// Which container is what the pod is for, in the same order.
    main: Option<usize>,
    scrape: OnceCell<Option<Scrape>>,
    web: OnceCell<Option<Web>>,
}

impl<'v> View<'v> {
    /// What pods of it read, and the digest of that; `None` where nobody asked for digests.
    pub fn config<'c>(
        &self,
        context: Context<'c>,
        pods: &[PodView<'_>],
        live: bool,
    ) -> Option<Config<'c>>
    where
        'v: 'c,
    {
        let join = Join {
            table: &context.tables.reads,
            contents: context.facts.contents()?,
            namespace: self.subject.object.namespace,
            live,
        };
        Some(Config::of(join, pods.iter().map(PodView::pod)))
    }
}

impl Traits {
    /// Reads them from an object.
    pub fn of(subject: Subject<'_>, value: &Value) -> Self {
        let argo = value["metadata"]["annotations"]["argocd.argoproj.io/hook"].is_string();
        Self {
            hook: argo || helm_hooks(value).next().is_some(),
            frozen: subject.place.is_some_and(Place::is_settled) && !replaceable(value),
        }
    }
}

impl<'v> PodView<'v> {
    /// The pods of an object.
    pub fn all(context: Context<'v>, subject: Subject<'v>, value: &Value) -> Vec<Self> {
        let facts = ObjectFacts::of(value);
        let places = subject.place.map(|place| place.pods(value));
        let pods = places.into_iter().flatten().filter_map(|place| {
            let pod = place.extract(value)?;
            Some(Self::of(context, subject, &facts, (place, pod)))
        });
        pods.collect()
    }

    /// A pod of an object, by its place there and its value; `facts` are the object's.
    pub fn of(
        context: Context<'v>,
        subject: Subject<'v>,
        facts: &ObjectFacts<'_>,
        (place, value): (Arc<PodPlace>, Value),
    ) -> Self {
        let families = context.tables.images.of_pod(Pod { value: &value });
        let roles = &context.tables.roles;
        let mut found = roles.recognise(facts, Pod { value: &value }, &families);
        if let Some(role) = place.role.as_ref().and_then(|role| roles.get(role)) {
            found.give(
                role,
                own(&place, Pod { value: &value }),
                subject.object.kind,
            );
        }
        let mut pod = Self {
            place,
            main: main(&found, Pod { value: &value }),
            value,
            roles: found,
            families,
            users: Vec::new(),
            facts: context.facts,
            scrape: OnceCell::new(),
            web: OnceCell::new(),
        };
        pod.look_again(context);
        pod
    }

    /// Finds out who its containers run as now.
    pub fn look_again(&mut self, context: Context<'_>) {
        let pod = Pod { value: &self.value };
        let containers = pod.containers().zip(&self.families);
        self.users = containers
            .map(|(container, family)| evidence(pod, container, context.facts, *family))
            .collect();
    }

    /// The pod.
    pub fn pod(&self) -> Pod<'_> {
        Pod { value: &self.value }
    }

    /// Where Spark's settings for its own process stand in its value; `None` where nothing tells them.
    pub fn settings(&self) -> Option<Pointer> {
        let own = self.place.settings().cloned();
        own.or_else(|| {
            let read = Pointer::from_iter(READ);
            read.of(&self.value).is_some().then_some(read)
        })
    }

    /// Spark's settings for its own process; null where nothing tells them.
    pub fn told(&self) -> &Value {
        let at = self.settings();
        at.and_then(|at| at.of(&self.value)).unwrap_or(&Value::Null)
    }

    /// Lets it have the settings that its process reads from elsewhere.
    pub fn tell(&mut self, settings: Value) {
        let read = Map::from_iter([(READ[1].to_owned(), settings)]);
        self.value[READ[0]] = read.into();
    }

    /// Whether every container is known not to run as root.
    pub fn all_non_root(&self) -> bool {
        let known =
            |user: &NonRoot| matches!(user, NonRoot::Declared { .. } | NonRoot::Inferred { .. });
        !self.users.is_empty() && self.users.iter().all(known)
    }

    /// The uid that a container's image runs as, where that is known and not root.
    pub fn image_user(&self, ordinal: usize) -> Option<i64> {
        match self.users.get(ordinal) {
            Some(NonRoot::Inferred { uid, .. }) => Some(*uid),
            _ => self
                .families
                .get(ordinal)
                .copied()
                .flatten()
                .map(|family| family.user)
                .filter(|uid| *uid > 0),
        }
    }

    /// Which container has the pod's role, in the order of `Pod::containers`.
    pub fn main_container(&self) -> Option<usize> {
        self.main
    }

    /// Who reads its metrics, at the port of its role's web interface; `None` where its role has none.
    pub fn scrape(&self, namespace: Option<&str>) -> Option<&Scrape> {
        let find = || {
            let usual = self.roles.pod?.ui.as_ref()?.port;
            let port = self.web(namespace)?.port.unwrap_or(usual);
            Some(self.facts.scrape(namespace, self.pod(), port))
        };
        self.scrape.get_or_init(find).as_ref()
    }

    /// What the configuration of its process says of its role's web interface; `None` where its role has none.
    pub fn web(&self, namespace: Option<&str>) -> Option<&Web> {
        let find = || {
            let role = self.roles.pod?;
            let container = self.pod().containers().nth(self.main?)?.value;
            let namespace = namespace.unwrap_or_default();
            Web::of(role, self.facts.sources(), namespace, self.pod(), container)
        };
        self.web.get_or_init(find).as_ref()
    }

    /// The name of its role; `None` where written as a label it would speak for another container.
    pub fn role_name(&self) -> Option<&str> {
        let role = self.roles.pod?;
        let labelled = self.roles.labelled;
        let other = labelled.is_some_and(|ordinal| self.roles.containers[ordinal] != Some(role));
        (!other).then_some(role.role.as_str())
    }

    /// A container's image with the digest of its tag, where that is known and not written.
    pub fn image_with_digest(&self, container: usize, images: Option<&Digests>) -> Option<String> {
        let mut containers = self.pod().containers();
        images?.pin(containers.nth(container)?.image())
    }

    /// The tag of the image that the pod is for, or of one of its containers: one that says a version.
    pub fn image_tag(&self, container: Option<usize>) -> Option<&str> {
        let container = self.pod().containers().nth(container.or(self.main)?)?;
        let tag = Image::parse(container.image()).ok()?.tag?;
        (tag != "latest").then_some(tag)
    }
}

/// Where a pod has the settings that its process reads from elsewhere.
const READ: [&str; 2] = ["conf", "read"];

/// Which of [`Pod::containers`] the controller adds where nobody writes it.
fn own(place: &PodPlace, pod: Pod<'_>) -> Option<usize> {
    let own = place.own()?;
    let mut containers = pod.containers();
    containers.position(|container| container.kind == ContainerKind::Main && container.index == own)
}

/// Which container has the pod's role.
fn main(roles: &PodRoles<'_>, pod: Pod<'_>) -> Option<usize> {
    let role = roles.pod?;
    let mut containers = pod.containers().zip(&roles.containers);
    containers.position(|(container, own)| {
        container.kind == ContainerKind::Main && own.is_some_and(|own| own == role)
    })
}

/// A container and which of `Pod::containers` it is.
pub type Numbered<'v> = (usize, Container<'v>);
