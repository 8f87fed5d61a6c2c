//! One pod of one object: where each part of it stands.

use super::joins::{Joins, Takes};
use crate::yaml::Pointer;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// One pod of an object, as the object is now.
#[derive(Clone, Debug)]
pub struct PodPlace {
    /// Which of several pods (`driver`); `None` where there is one.
    pub name: Option<String>,
    /// Its role, where the kind alone says it.
    pub role: Option<String>,
    /// Shortest pointers first; of the same length, the later ones count.
    links: Vec<Link>,
    /// The container that the controller adds where nobody writes it: its place in the pod, and its name.
    own: Option<(Pointer, String)>,
    /// What its containers get in its stead.
    spread: Option<Pointer>,
}

/// Where one part of a pod stands.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) pod: Pointer,
    /// The first that stands is what the pod has.
    pub(super) objects: Vec<Pointer>,
    /// Where it is written, or why it cannot be.
    pub(super) to: Result<Pointer, String>,
    pub(super) quiet: bool,
    pub(super) joins: Joins,
    /// How it gets into the pod, where that has to be said.
    pub(super) why: Option<String>,
    /// Whether the place is that of all below it, too: one text of the object becomes a whole part of the pod.
    pub(super) is_text: bool,
    /// What the first place takes instead of a text.
    pub(super) takes: Option<Takes>,
}

/// A part of a pod that is made of an object, with its place there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The part, in the pod.
    pub part: Pointer,
    /// Its place in the object.
    pub at: Pointer,
    /// How it gets from there into the pod.
    pub why: Option<String>,
    /// Whether one text there becomes all of the part.
    pub is_text: bool,
}

/// The object has no place for this part of a pod.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{pod}` of the pod cannot be written: {because}")]
pub struct Cannot {
    /// The pointer that was asked for.
    pub pod: Pointer,
    /// Why.
    pub because: String,
    /// Whether nobody has to be told: the object says the same in other words.
    pub quiet: bool,
}

impl PodPlace {
    pub(super) fn new(name: Option<String>, role: Option<String>) -> Self {
        Self {
            name,
            role,
            links: Vec::new(),
            own: None,
            spread: None,
        }
    }

    pub(super) fn spread(&mut self, pod: &Pointer) {
        self.spread = Some(pod.clone());
    }

    /// A part of the pod that cannot be written, and that its containers get in its stead, as far as they have such fields.
    pub fn spreads(&self) -> Option<&Pointer> {
        self.spread.as_ref()
    }

    pub(super) fn link(&mut self, link: Link) {
        self.links.push(link);
    }

    /// The items of the list at `at` follow those of the pod's list; new ones stand where that list itself does.
    pub(super) fn follow(&mut self, list: &Pointer, at: &Pointer, object: &Value) {
        let count = |value: Option<&Value>| value.and_then(Value::as_array).map_or(0, Vec::len);
        let parts = self.parts(object);
        let from = count(list.of(&parts));
        let more = count(at.of(object));
        let mut link = |index: usize, objects: Vec<Pointer>, to| {
            let pod = list.child(index);
            self.links.push(Link {
                pod,
                objects,
                to,
                quiet: false,
                joins: Joins::First,
                why: None,
                is_text: false,
                takes: None,
            });
        };
        for index in 0..more {
            let item = at.child(index);
            link(from + index, vec![item.clone()], Ok(item));
        }
        let end = |own: Pointer| own.child(count(own.of(object)));
        let next = self.resolve(list).map(end).map_err(|cannot| cannot.because);
        let pod = list.child(from + more);
        self.links.push(Link {
            pod,
            objects: Vec::new(),
            to: next,
            quiet: false,
            joins: Joins::First,
            why: None,
            is_text: false,
            takes: None,
        });
    }

    /// The place of a pod that somebody makes of this one: its parts have other indexes there, and come from elsewhere.
    /// `own` is the controller's own container in it; of two places of one part, the later counts.
    #[must_use]
    pub fn made(&self, own: usize, parts: Vec<Made>) -> Self {
        const WHOLE: usize = 2;
        let name = self.own.as_ref().map_or("", |(_, name)| name.as_str());
        let mut made = Self::new(self.name.clone(), self.role.clone());
        let whole = self.links.iter().filter(|link| link.pod.len() <= WHOLE);
        made.links.extend(whole.cloned());
        made.links.extend(parts.into_iter().map(|made| Link {
            pod: made.part,
            objects: Vec::new(),
            to: Ok(made.at),
            quiet: false,
            joins: Joins::First,
            why: made.why,
            takes: None,
            is_text: made.is_text,
        }));
        made.add_own(own, name);
        made
    }

    /// How what stands at `pod` gets there, where that is known.
    pub fn why(&self, pod: &Pointer) -> Option<&str> {
        self.nearest(pod)?.0.why.as_deref()
    }

    /// The parts of the pod as a whole that have places of their own: `/spec/securityContext`, not `/spec`.
    pub fn fields(&self) -> impl Iterator<Item = &Pointer> {
        let parts = self.links.iter().map(|link| &link.pod);
        parts.filter(|part| part.len() == 2)
    }

    pub(super) fn add_own(&mut self, index: usize, name: &str) {
        let at = Pointer::from_iter(["spec", "containers"]).child(index);
        self.own = Some((at, name.to_owned()));
    }

    /// The index of the container that the controller adds where nobody writes it.
    pub fn own(&self) -> Option<usize> {
        crate::yaml::index(&self.own.as_ref()?.0.last()?)
    }

    /// The pod as `{"metadata": …, "spec": …}`, put together from its parts; `None` where the object holds no pod spec.
    pub fn extract(&self, object: &Value) -> Option<Value> {
        let pod = self.parts(object);
        pod["spec"].is_object().then_some(pod)
    }

    pub(super) fn parts(&self, object: &Value) -> Value {
        let mut pod = Value::Object(Map::new());
        let mut own = self.own.as_ref();
        for link in &self.links {
            if link.pod.len() > 2 {
                add_own(&mut pod, own.take());
            }
            // What is added below finds its own place, link by link.
            if let Some(parent) = link.pod.parent().filter(|parent| !parent.is_empty())
                && parent.of(&pod).is_none_or(Value::is_null)
                && link
                    .pod
                    .last()
                    .is_some_and(|last| crate::yaml::index(&last).is_none())
            {
                let segments: Vec<_> = parent.segments().collect();
                put(&mut pod, &segments, Value::Object(Map::new()));
            }
            let written = link.objects.iter().filter_map(|at| at.of(object));
            // Of a part that stands in one place alone, null is what the author wrote.
            let only = written.clone().next().filter(|_| link.objects.len() == 1);
            let standing = written.filter(|part| !part.is_null());
            if let Some(mut part) = link.joins.of(standing).or_else(|| only.cloned()) {
                let segments: Vec<_> = link.pod.segments().collect();
                if segments[0] == SETTINGS {
                    as_text(&mut part);
                }
                put(&mut pod, &segments, part);
            }
        }
        add_own(&mut pod, own);
        pod
    }

    /// Whether a place of the object is in a part of the pod.
    pub fn covers(&self, at: &Pointer) -> bool {
        let places = self.links.iter().flat_map(|link| {
            let to = link.to.as_ref().ok();
            link.objects.iter().chain(to)
        });
        places.into_iter().any(|place| at.is_within(place))
    }

    /// Whether a part of the pod stands at, above or below a place of the object.
    pub fn meets(&self, at: &Pointer) -> bool {
        let parts = self.links.iter().filter_map(|link| link.to.as_ref().ok());
        parts
            .into_iter()
            .any(|part| at.is_within(part) || part.is_within(at))
    }

    /// Where the object holds what stands at `pod` in the pod.
    pub fn resolve(&self, pod: &Pointer) -> Result<Pointer, Cannot> {
        let cannot = |because: &str, quiet| Cannot {
            pod: pod.clone(),
            because: because.to_owned(),
            quiet,
        };
        let Some((link, tail)) = self.nearest(pod) else {
            return Err(cannot("it has no single place in the object", false));
        };
        match &link.to {
            Ok(at) => Ok(at.join(&tail)),
            Err(why) => Err(cannot(why, link.quiet)),
        }
    }

    /// The value for `pod` as its place takes it: a typed field of an operator holds numbers and truth values, and a setting
    /// of Spark is a text.
    pub fn spelt(&self, pod: &Pointer, value: &Value) -> Result<Value, Cannot> {
        let link = self.nearest(pod).filter(|(_, tail)| tail.is_empty());
        let typed = link.filter(|(link, _)| link.to.as_ref().ok() == link.objects.first());
        let takes = typed.and_then(|(link, _)| link.takes);
        let Some((takes, text)) = takes.zip(value.as_str()) else {
            return Ok(value.clone());
        };
        takes.read(text).map_err(|because| Cannot {
            pod: pod.clone(),
            because,
            quiet: false,
        })
    }

    /// Where Spark's settings for this pod's own process stand in the pod; `None` where the object has none, or another
    /// process tells it them.
    pub fn settings(&self) -> Option<&Pointer> {
        let mut links = self.links.iter().map(|link| &link.pod);
        links.find(|pod| {
            let mut segments = pod.segments();
            pod.len() == 2
                && segments.next().as_deref() == Some(SETTINGS)
                && segments.next().is_none_or(|whose| !TOLD.contains(&&*whose))
        })
    }

    /// Where a finding about `pod` points: where it is written, or would be if it could.
    pub fn shown(&self, pod: &Pointer) -> Pointer {
        let mut above = Some(pod.clone());
        while let Some(pod) = above {
            if let Some((link, tail)) = self.nearest(&pod) {
                if let (true, Ok(at)) = (link.is_text, &link.to) {
                    return at.clone();
                }
                // What cannot be written may stand, where an earlier link has it.
                let mut same = self
                    .links
                    .iter()
                    .rev()
                    .filter(|other| other.pod == link.pod);
                let written = same.find_map(|link| link.to.as_ref().ok());
                if let Some(at) = written.or(link.objects.first()) {
                    return at.join(&tail);
                }
            }
            above = pod.parent();
        }
        Pointer::root()
    }

    /// The last of the longest links that a pointer lies in, and what is left of it there.
    fn nearest(&self, pod: &Pointer) -> Option<(&Link, Pointer)> {
        let found = self
            .links
            .iter()
            .filter_map(|link| Some((link, pod.strip(&link.pod)?)));
        found.max_by_key(|(link, _)| link.pod.len())
    }

    /// What is written where `at` is, with all that is missing on the way: the first place that is not there yet, and
    /// the value for it.
    pub fn rooted(&self, object: &Value, at: &Pointer, value: &Value) -> Option<(Pointer, Value)> {
        let own = self.own.as_ref();
        let own = own.and_then(|(at, name)| Some((self.resolve(at).ok()?, name)));
        let (mut at, mut value) = (at.clone(), value.clone());
        let mut moved = false;
        loop {
            if let Some((_, name)) = own.as_ref().filter(|(own, _)| *own == at)
                && let Some(container) = value.as_object_mut()
                && at.of(object).is_none_or(Value::is_null)
            {
                container
                    .entry("name")
                    .or_insert_with(|| name.as_str().into());
            }
            let parent = at.parent()?;
            if parent.of(object).is_some_and(|parent| !parent.is_null()) {
                return moved.then_some((at, value));
            }
            let last = at.last()?.into_owned();
            value = match last.as_str() {
                "0" => Value::Array(vec![value]),
                _ => Value::Object(Map::from_iter([(last, value)])),
            };
            (at, moved) = (parent, true);
        }
    }
}

/// The part of a pod that Spark's settings are.
const SETTINGS: &str = "conf";
/// Whose settings are the driver's: executors are told them, and what submits hands them on.
const TOLD: [&str; 2] = ["executor", "job"];

/// Settings are texts, however their author spells them.
fn as_text(part: &mut Value) {
    match part {
        Value::Number(_) | Value::Bool(_) => *part = part.to_string().into(),
        Value::Object(map) => map.values_mut().for_each(as_text),
        _ => {}
    }
}

/// Puts the controller's own container where nobody wrote it.
fn add_own(pod: &mut Value, own: Option<&(Pointer, String)>) {
    let Some((at, name)) = own else { return };
    if at.of(pod).is_none() {
        let segments: Vec<_> = at.segments().collect();
        put(pod, &segments, serde_json::json!({ "name": name }));
    }
}

/// Sets a value, with the mappings and lists on the way to it; a part that does not fit is left out.
pub(super) fn put(target: &mut Value, segments: &[Cow<'_, str>], part: Value) {
    let Some((first, rest)) = segments.split_first() else {
        *target = part;
        return;
    };
    if target.is_null() {
        *target = if *first == "0" {
            Value::Array(Vec::new())
        } else {
            Value::Object(Map::new())
        };
    }
    match target {
        Value::Object(map) => put(map.entry(&**first).or_insert(Value::Null), rest, part),
        Value::Array(items) => {
            let Some(index) = crate::yaml::index(first).filter(|i| *i <= items.len()) else {
                return;
            };
            if index == items.len() {
                items.push(Value::Null);
            }
            put(&mut items[index], rest, part);
        }
        _ => {}
    }
}
