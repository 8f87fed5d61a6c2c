//! What selectors look at: an object, its pods, and what is known of their containers, at one moment of a run.

use crate::manifest::{
    Container, Facts, Family, NonRoot, Object, ObjectFacts, Place, Pod, PodPlace, PodRoles, Tables,
    evidence, helm_hooks, replaceable,
};
use crate::yaml::NodeRef;
use serde_json::Value;

/// All that stays the same while rules run.
#[derive(Clone, Copy)]
pub struct Context<'c> {
    /// The tables of places, roles and images.
    pub tables: &'c Tables,
    /// What the stream as a whole says.
    pub facts: &'c Facts,
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
}

/// An object at one moment.
pub struct View<'v> {
    /// What names it, and where it stands.
    pub subject: Subject<'v>,
    /// The object.
    pub value: &'v Value,
    /// Whether it is a hook of Helm or of Argo CD.
    pub hook: bool,
    /// Whether its pod template cannot be changed once it exists, and nobody makes it anew.
    pub frozen: bool,
    /// Its pods.
    pub pods: Vec<PodView<'v>>,
}

/// A pod at one moment.
pub struct PodView<'v> {
    /// Where the object holds each part of it.
    pub place: &'v PodPlace,
    /// `{"metadata": …, "spec": …}`
    pub value: Value,
    /// What it and its containers are.
    pub roles: PodRoles<'v>,
    /// Who each container runs as, in the order of `Pod::containers`.
    pub users: Vec<NonRoot>,
}

impl<'v> View<'v> {
    /// Looks at an object.
    pub fn new(context: Context<'v>, subject: Subject<'v>, value: &'v Value) -> Self {
        let facts = ObjectFacts::of(value);
        let places = subject.place.map_or(&[][..], |place| &place.pods);
        let pods = places.iter().filter_map(|place| {
            let value = place.extract(value)?;
            let pod = Pod { value: &value };
            let roles = context
                .tables
                .roles
                .recognise(&facts, pod, &context.tables.images);
            let users = pod
                .containers()
                .map(|container| evidence(pod, container, context.facts, &context.tables.images))
                .collect();
            Some(PodView {
                place,
                value,
                roles,
                users,
            })
        });
        let argo = value["metadata"]["annotations"]["argocd.argoproj.io/hook"].is_string();
        Self {
            subject,
            value,
            hook: argo || helm_hooks(value).next().is_some(),
            frozen: subject.place.is_some_and(|place| place.immutable) && !replaceable(value),
            pods: pods.collect(),
        }
    }
}

impl PodView<'_> {
    /// The pod.
    pub fn pod(&self) -> Pod<'_> {
        Pod { value: &self.value }
    }

    /// Whether every container is known not to run as root.
    pub fn all_non_root(&self) -> bool {
        !self.users.is_empty()
            && self
                .users
                .iter()
                .all(|user| matches!(user, NonRoot::Declared { .. } | NonRoot::Inferred { .. }))
    }

    /// Which of `Pod::containers` this is.
    pub fn ordinal(&self, container: Container<'_>) -> usize {
        self.pod()
            .containers()
            .take_while(|other| other.pointer() != container.pointer())
            .count()
    }

    /// The uid that a container's image runs as, where that is known and not root.
    pub fn image_user(&self, container: Container<'_>, tables: &Tables) -> Option<i64> {
        let inferred = match self.users.get(self.ordinal(container)) {
            Some(NonRoot::Inferred { uid, .. }) => Some(*uid),
            _ => None,
        };
        inferred.or_else(|| {
            family(container, tables)
                .map(|family| family.user)
                .filter(|uid| *uid > 0)
        })
    }
}

/// The family of a container's image.
pub fn family<'t>(container: Container<'_>, tables: &'t Tables) -> Option<&'t Family> {
    tables.images.of_text(container.image())
}
