//! The table of where pods live: how a pointer in a pod becomes a pointer in the object that holds it.

mod joins;
mod pod_place;
mod row;

use crate::yaml::Pointer;
pub use pod_place::{Cannot, Made, PodPlace};
use row::PodRow;
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Value;
use std::sync::Arc;

/// Every kind that holds pods (`presets/tables/places.yaml`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Places {
    /// The rows of Kubernetes' own kinds, and of those that a policy adds.
    pub places: Vec<Place>,
    /// API groups whose rows are in `more`.
    #[serde(default)]
    groups: Vec<String>,
    /// Rows that most streams need not: reading them takes as long as a small chart.
    #[serde(skip)]
    more: Option<fn() -> &'static Places>,
}

/// One kind that holds pods.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Place {
    /// Unique in the table.
    pub id: String,
    /// `group/version`, or `v1`; matched exactly, for another version may have another shape.
    pub api_versions: Vec<String>,
    /// As written in `kind`.
    pub kinds: Vec<String>,
    /// Whether an object that exists refuses another pod template.
    #[serde(default)]
    pub immutable: bool,
    /// What a changed template does; see [`Place::rolls`] for one object.
    pub rolls: Rolls,
    /// Settings of an object under which only pods that are made later see the change.
    #[serde(default)]
    pub rolls_unless: Vec<Unless>,
    /// What people do for its pods to see a change, where its controller does nothing; `{name}` is the object's.
    #[serde(default)]
    renew: Option<String>,
    /// Where all pointers of the row begin.
    #[serde(default, deserialize_with = "pointer")]
    under: Pointer,
    /// What changes its pods and is not read, as a text in another language; `*` is any key or item.
    #[serde(default, deserialize_with = "pointers")]
    unread: Vec<Pointer>,
    /// The pods that it holds; never none.
    pods: Vec<PodRow>,
}

/// What a changed pod template does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rolls {
    /// The controller replaces the running pods.
    Pods,
    /// Only pods that are made later have it.
    NewPods,
    /// The next run has it.
    NextRun,
    /// The controller ends what runs, or ran, and starts it again.
    Again,
    /// Nobody makes pods from it again.
    Nothing,
}

/// A setting of an object.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unless {
    /// Where in the object.
    #[serde(deserialize_with = "pointer")]
    pub at: Pointer,
    /// The value that counts.
    pub is: Value,
}

impl Places {
    /// The row for a kind.
    pub fn of(&self, api_version: &str, kind: &str) -> Option<&Place> {
        let mut rows = self.places.iter();
        let own = rows.find(|place| {
            place.kinds.iter().any(|k| k == kind)
                && place.api_versions.iter().any(|v| v == api_version)
        });
        own.or_else(|| self.more(group_of(api_version))?.of(api_version, kind))
    }

    /// The same rows with more of them, for the API groups that it names.
    #[must_use]
    pub fn with(self, more: fn() -> &'static Self) -> Self {
        let more = Some(more);
        Self { more, ..self }
    }

    /// The versions in which the kind of that group is known; none where it is known in no version.
    pub fn versions(&self, group: &str, kind: &str) -> Vec<&str> {
        let more = self.more(group).map_or(&[][..], |more| &more.places);
        let rows = self.places.iter().chain(more);
        let rows = rows.filter(|place| place.kinds.iter().any(|k| k == kind));
        let versions = rows.flat_map(|place| &place.api_versions);
        let of_group = versions.filter(|version| group_of(version) == group);
        of_group.map(String::as_str).collect()
    }

    /// The row of a pod template in a text, by whose pods it is for.
    pub fn template(&self, whose: &str) -> Option<&Place> {
        let more = self.more.map(|more| more())?;
        let row = |whose| {
            more.places
                .iter()
                .find(|place| place.id == format!("template-{whose}"))
        };
        row(whose).or_else(|| row("pod"))
    }

    /// Whether a row has this id.
    pub fn has(&self, id: &str) -> bool {
        let more = || self.more.is_some_and(|more| more().has(id));
        self.places.iter().any(|place| place.id == id) || more()
    }

    fn more(&self, group: &str) -> Option<&'static Self> {
        let named = self.groups.iter().any(|known| known == group);
        self.more.filter(|_| named).map(|more| more())
    }
}

impl Place {
    /// The first of its fields that may not be empty, and is.
    pub fn lacks(&self) -> Option<&'static str> {
        let lists = [
            ("apiVersions", self.api_versions.is_empty()),
            ("kinds", self.kinds.is_empty()),
            ("id", self.id.is_empty()),
            ("pods", self.pods.is_empty()),
        ];
        lists
            .into_iter()
            .find_map(|(name, empty)| empty.then_some(name))
    }

    /// The roles that its pods have by their kind.
    pub fn roles(&self) -> impl Iterator<Item = String> {
        self.pods.iter().flat_map(PodRow::roles)
    }

    /// Every version and kind that it is for.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        let versions = self.api_versions.iter();
        versions.flat_map(|version| self.kinds.iter().map(move |kind| (&**version, &**kind)))
    }

    /// Whether it is for this kind.
    pub fn is_of(&self, api_version: &str, kind: &str) -> bool {
        self.all().any(|one| one == (api_version, kind))
    }

    /// The pods of one object, as it is now: where each part of them stands.
    pub fn pods(&self, object: &Value) -> Vec<Arc<PodPlace>> {
        let rows = self.pods.iter();
        rows.flat_map(|row| row.places(&self.under, object))
            .collect()
    }

    /// Where the object holds something else than the mapping that a pod is in.
    pub fn misshapen(&self, object: &Value) -> Option<Pointer> {
        let mut shaped = self.pods.iter().filter(|row| row.is_shaped());
        shaped.find_map(|row| row.misshapen(&self.under, object))
    }

    /// Whether the kind is one of Kubernetes' own, whose fields are all known.
    pub fn is_plain(&self) -> bool {
        let mut versions = self.api_versions.iter();
        versions.all(|version| !group_of(version).contains('.'))
    }

    /// The parts of the object that change its pods and are not read.
    pub fn unread(&self, object: &Value) -> Vec<Pointer> {
        let unread = self.unread.iter();
        unread
            .flat_map(|at| row::standing(&self.under.join(at), object))
            .collect()
    }

    /// Whether a run of it cannot be changed: the API server refuses that, or what runs would be ended and start again.
    pub fn is_settled(&self) -> bool {
        self.immutable || self.rolls == Rolls::Again
    }

    /// What people do for the pods of the object of that name to see a change.
    pub fn renewal(&self, name: &str) -> Option<String> {
        let renew = self.renew.as_ref()?;
        Some(renew.replace("{name}", name))
    }

    /// What a changed pod template of this object does.
    pub fn rolls(&self, object: &Value) -> Rolls {
        let held = |unless: &Unless| unless.at.of(object) == Some(&unless.is);
        if self.rolls_unless.iter().any(held) {
            return Rolls::NewPods;
        }
        self.rolls
    }
}

/// `apps` of `apps/v1`; nothing of `v1`.
fn group_of(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

fn pointer<'de, D: Deserializer<'de>>(from: D) -> Result<Pointer, D::Error> {
    Pointer::parse(&String::deserialize(from)?).map_err(D::Error::custom)
}

fn pointers<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Pointer>, D::Error> {
    let texts = Vec::<String>::deserialize(from)?;
    let read = |text: &String| Pointer::parse(text).map_err(D::Error::custom);
    texts.iter().map(read).collect()
}

#[cfg(test)]
mod tests;
