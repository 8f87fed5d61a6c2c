//! The pods of an application as Spark and its operator will build them, with the place of each part in the application:
//! where a change survives. Rules and checks see them as pods like any other.

use super::overwritten::{self, Lost, Pair};
use crate::guard::{Context, Outcome, PodView, Subject};
use crate::manifest::{Made, ObjectFacts, PodPlace};
use crate::spark::pod::{PartOrigins, Pod, of_object};
use crate::spark::version::{Release, Version};
use crate::yaml::Pointer;
use serde_json::Value;
use std::sync::Arc;

/// A pod that will be built.
pub(super) struct Foreseen<'v> {
    /// The pod, with its places.
    pub(super) view: PodView<'v>,
    /// Whether something shapes it that the application does not hold, as a template in a file.
    pub(super) is_shaped_elsewhere: bool,
    /// What its template says and it does not have, with the place in the application.
    pub(super) lost: Vec<(Pointer, Lost)>,
    /// Whether nothing tells which version of Spark builds it.
    is_assumed: bool,
}

/// All that are known; none of an object that is no application, and none where Spark makes no pod of it or a placeholder
/// is in the way.
pub(super) fn all<'v>(
    context: Context<'v>,
    subject: Subject<'v>,
    outcome: &Outcome<'_>,
) -> Vec<Foreseen<'v>> {
    let object = subject.object;
    let origins = PartOrigins::of(object.api_version, object.kind, &outcome.value);
    let Some(origins) = origins.filter(|_| subject.within.is_none()) else {
        return Vec::new();
    };
    let newest = Release::ALL[Release::ALL.len() - 1].version().to_string();
    let Some(predicted) = of_object(object, &outcome.value, &newest) else {
        return Vec::new();
    };
    let version = Version::parse(&predicted.version);
    let (Ok(pods), Ok(version)) = (predicted.pods, version) else {
        return Vec::new();
    };
    let facts = ObjectFacts::of(&outcome.value);
    let built = pods.into_iter().filter_map(|pod| {
        let is_its = |written: &&PodView<'_>| written.place.name.as_deref() == Some(pod.role);
        let written = outcome.pods.iter().find(is_its)?;
        let join = Join {
            written: (&written.place, &written.value),
            base: Pointer::root(),
            object: &outcome.value,
            pod: &pod,
            origins: &origins,
            version,
        };
        join.foreseen(context, (subject, &facts), predicted.assumed)
    });
    built.collect()
}

/// An executor of a driver of the stream's own, which nobody writes but for its template; `subject` is the pod.
pub(super) fn executor<'v>(
    context: Context<'v>,
    subject: Subject<'v>,
    (pod, origins): (&Pod, &PartOrigins),
    (version, is_assumed): (Version, bool),
) -> Option<Foreseen<'v>> {
    let (base, object) = (origins.template_place(pod.role), origins.object());
    let template = base.of(object)?;
    let row = context.tables.places.template(pod.role)?;
    let place = row.pods(template).into_iter().next()?;
    let join = Join {
        written: (&place, &place.extract(template)?),
        base,
        object,
        pod,
        origins,
        version,
    };
    join.foreseen(context, (subject, &ObjectFacts::of(&pod.value)), is_assumed)
}

impl Foreseen<'_> {
    /// Whether it is what a pod of the application will be.
    pub(super) fn is_of(&self, pod: &PodView<'_>) -> bool {
        self.view.place.name == pod.place.name
    }

    /// Whether it will be so, and not otherwise.
    pub(super) fn is_certain(&self) -> bool {
        !self.is_assumed && !self.is_shaped_elsewhere
    }
}

/// A pod as it is written, and as it will be built.
struct Join<'j> {
    written: (&'j PodPlace, &'j Value),
    /// Where what is written stands in the object, as its place has it.
    base: Pointer,
    object: &'j Value,
    pod: &'j Pod,
    origins: &'j PartOrigins,
    version: Version,
}

/// Lists of a pod, and of its containers, whose items have other indexes once they are built.
const OF_POD: [&str; 6] = [
    "volumes",
    "tolerations",
    "hostAliases",
    "imagePullSecrets",
    "initContainers",
    "containers",
];
const OF_CONTAINER: [&str; 4] = ["env", "envFrom", "ports", "volumeMounts"];
/// Fields of a container that an operator may have a place of its own for, also where nothing is written.
const FIELDS: [&str; 5] = [
    "image",
    "imagePullPolicy",
    "lifecycle",
    "resources",
    "securityContext",
];

impl Join<'_> {
    /// The pod with its places; nothing where Spark's container is not in it.
    fn foreseen<'v>(
        &self,
        context: Context<'v>,
        (subject, facts): (Subject<'v>, &ObjectFacts<'_>),
        is_assumed: bool,
    ) -> Option<Foreseen<'v>> {
        let own = self.own()?;
        let role = self.pod.role;
        let place = self.written.0.made(own, self.parts(own));
        let mut value = self.pod.value.clone();
        if !self.origins.is_image_known(role) {
            value["spec"]["containers"][own]["image"] = Value::Null;
        }
        Some(Foreseen {
            lost: self.lost(own),
            view: PodView::of(context, subject, facts, (Arc::new(place), value)),
            is_shaped_elsewhere: self.origins.is_shaped_elsewhere(role),
            is_assumed: is_assumed && self.origins.is_by_spark(role),
        })
    }

    /// Where a part that is written stands in the object.
    fn shown(&self, part: &Pointer) -> Pointer {
        self.base.join(&self.written.0.shown(part))
    }

    /// Which of `spec.containers` is Spark's.
    fn own(&self) -> Option<usize> {
        let containers = items(&self.pod.value["spec"]["containers"]);
        let is_own = |own: &Value| own["name"] == *self.pod.container;
        containers.iter().rposition(is_own)
    }

    /// What the template says and the pod does not have.
    fn lost(&self, own: usize) -> Vec<(Pointer, Lost)> {
        let at = self.origins.template_place(self.pod.role);
        let Some(template) = at.of(self.object).filter(|held| held.is_object()) else {
            return Vec::new();
        };
        let held = items(&template["spec"]["containers"]);
        let name = &self.pod.value["spec"]["containers"][own]["name"];
        let is_its = |from: &usize| {
            let held = held.get(*from).map(|held| &held["name"]);
            held.is_some_and(|held| held.is_null() || held == name)
        };
        let pair = Pair {
            rows: match self.origins.is_by_spark(self.pod.role) {
                true => &overwritten::BY_SPARK,
                false => &overwritten::BY_OPERATOR,
            },
            template,
            pod: &self.pod.value,
            own: (self.written.0.own().filter(is_its), own),
        };
        let mut lost = overwritten::lost(pair);
        if !lost.is_empty() {
            let origins = self
                .origins
                .parts(self.pod.role, self.version, &self.pod.value, own);
            for one in &mut lost {
                if let Some(origin) = origins.iter().find(|origin| origin.part == one.part) {
                    one.why = match overwritten::code(&one.why) {
                        Some(code) => format!("{} {code}", origin.why),
                        None => origin.why.clone(),
                    };
                }
            }
        }
        let lost = lost.into_iter();
        lost.map(|lost| (at.join(&lost.field), lost)).collect()
    }

    /// The place of each part; of two of one part the later counts.
    fn parts(&self, own: usize) -> Vec<Made> {
        let mut parts = Vec::new();
        let spec = Pointer::from_iter(["spec"]);
        let fields = self.written.0.fields().cloned();
        let metadata = (!self.base.is_empty()).then(|| Pointer::from_iter(["metadata"]));
        for field in metadata.into_iter().chain([spec.clone()]).chain(fields) {
            self.keep(&mut parts, (&field, &field));
        }
        for name in OF_POD {
            let (was, is) = (
                items(&self.written.1["spec"][name]),
                items(&self.pod.value["spec"][name]),
            );
            let list = spec.child(name);
            for (to, item) in is.iter().enumerate() {
                let is_own = name == "containers" && to == own;
                let same = place_of(was, item);
                let from = same.or_else(|| self.written.0.own().filter(|_| is_own));
                if let Some(from) = from {
                    let places = (list.child(from), list.child(to));
                    self.keep(&mut parts, (&places.0, &places.1));
                    if name.ends_with("ontainers") {
                        self.container(&mut parts, (&places.0, &places.1), is_own);
                    }
                }
            }
        }
        let origins = self
            .origins
            .parts(self.pod.role, self.version, &self.pod.value, own);
        parts.extend(origins.into_iter().map(|origin| Made {
            part: origin.part,
            at: origin.at,
            why: Some(origin.why),
            is_text: true,
        }));
        parts
    }

    /// A part that stands somewhere else in the pod than where it is written.
    fn keep(&self, parts: &mut Vec<Made>, (from, to): (&Pointer, &Pointer)) {
        let at = self.shown(from);
        let why = self.origins.why(self.pod.role, to, &at);
        parts.push(Made {
            part: to.clone(),
            at,
            why,
            is_text: false,
        });
    }

    fn container(&self, parts: &mut Vec<Made>, (from, to): (&Pointer, &Pointer), is_own: bool) {
        let written = from.of(self.written.1).unwrap_or(&Value::Null);
        let built = to.of(&self.pod.value).unwrap_or(&Value::Null);
        for field in FIELDS {
            self.keep(parts, (&from.child(field), &to.child(field)));
        }
        for name in OF_CONTAINER {
            for (index, item) in items(&built[name]).iter().enumerate() {
                if let Some(same) = place_of(items(&written[name]), item) {
                    let (from, to) = (from.child(name).child(same), to.child(name).child(index));
                    self.keep(parts, (&from, &to));
                }
            }
        }
        self.resources(parts, (from, to), is_own);
    }

    /// Amounts that a template says and Spark keeps. Of its own container Spark computes the requests of cpu and memory: where
    /// one does not fit a limit, the limit is what can be moved.
    fn resources(&self, parts: &mut Vec<Made>, (from, to): (&Pointer, &Pointer), is_own: bool) {
        let template = self.shown(from).child("resources");
        let by_spark = self.origins.is_by_spark(self.pod.role);
        for list in ["requests", "limits"] {
            let amounts = to.child("resources").child(list);
            let held = amounts.of(&self.pod.value).and_then(Value::as_object);
            for name in held.into_iter().flat_map(|held| held.keys()) {
                let is_computed = is_own && by_spark && matches!(name.as_str(), "cpu" | "memory");
                let from = if is_computed { "limits" } else { list };
                let at = template.child(from).child(name.as_str());
                if at.of(self.object).is_some() {
                    let part = amounts.child(name.as_str());
                    let why = self.origins.why(self.pod.role, &part, &at);
                    parts.push(Made {
                        part,
                        at,
                        why,
                        is_text: true,
                    });
                }
            }
        }
    }
}

/// Which item of a list is the same as this one: equal, or else of the same name and kind.
fn place_of(list: &[Value], item: &Value) -> Option<usize> {
    let equal = list.iter().position(|other| other == item);
    let kind = |value: &Value| {
        let mut keys = value.as_object().into_iter().flat_map(|map| map.keys());
        keys.find(|key| *key != "name").cloned()
    };
    let is_container = item["image"].is_string();
    let is_alike = |other: &Value| {
        item["name"].is_string()
            && item["name"] == other["name"]
            && (is_container || kind(item) == kind(other))
    };
    equal.or_else(|| list.iter().position(is_alike))
}

fn items(list: &Value) -> &[Value] {
    list.as_array().map_or(&[], Vec::as_slice)
}
