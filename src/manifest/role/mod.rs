//! Roles: what a workload is in Spark's terms, recognised from a table, each with the reason.

mod clue;

use super::{Command, Container, ContainerKind, Family, Image, Pod};
use clue::{Clue, Seen};
use serde::Deserialize;
use serde_json::Value;

/// Every role and how to tell (`presets/tables/roles.yaml`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roles {
    /// Programs that start a JVM with the main class among their arguments.
    launchers: Vec<String>,
    /// Kinds whose labels say what they serve; those of a Job or a test Pod often only say what it is for.
    servers: Vec<String>,
    /// The rows.
    pub roles: Vec<Role>,
}

/// One role, with what rules need to know about it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Role {
    /// As presets write it: `spark-connect`.
    pub role: String,
    /// Whether it is a process of Spark itself.
    #[serde(default)]
    pub spark: bool,
    /// Whether the process itself calls the Kubernetes API.
    #[serde(default)]
    pub talks_to_api: bool,
    /// Its web interface.
    #[serde(default)]
    pub ui: Option<Ui>,
    /// What Prometheus can read at the port of the web interface.
    #[serde(default)]
    pub metrics: Vec<Metrics>,
    clues: Vec<Clue>,
}

/// A web interface.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ui {
    /// Where it listens unless told otherwise.
    pub port: u16,
    /// The Spark property that moves it.
    #[serde(default)]
    pub property: Option<String>,
    /// The variable that moves it where no property does.
    #[serde(default)]
    pub variable: Option<String>,
    /// The argument that moves it where no property does.
    #[serde(default)]
    pub flag: Option<String>,
    /// The Spark property that turns it off.
    #[serde(default)]
    pub enabled: Option<String>,
    /// The variable with options of `spark-submit`.
    #[serde(default)]
    pub arguments: Option<String>,
    /// Variables whose `-Dkey=value` are properties of the process.
    #[serde(default)]
    pub options: Vec<String>,
}

/// A path with metrics in Prometheus' format.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// Spark's major version.
    pub spark: u32,
    /// The path.
    pub path: String,
    /// The Spark property that turns it on or off; `*` stands for any instance.
    pub property: String,
    /// Whether it is there where nobody sets the property.
    pub default: bool,
}

/// The annotation of a pod that names the container it is for, to `kubectl` as to us.
pub const MAIN_CONTAINER: &str = "kubectl.kubernetes.io/default-container";

/// What is known of an object besides its pod.
#[derive(Clone, Copy, Debug)]
pub struct ObjectFacts<'v> {
    /// Its kind, or nothing.
    pub kind: &'v str,
    /// Its name, or nothing.
    pub name: &'v str,
    /// Its namespace; `None` is the release's, whatever that will be.
    pub namespace: Option<&'v str>,
    /// Its labels, or null.
    pub labels: &'v Value,
}

/// The roles in one pod.
#[derive(Clone, Debug)]
pub struct PodRoles<'r> {
    /// What the pod is for: the role of the main container with the heaviest clue.
    pub pod: Option<&'r Role>,
    /// One for each container, in the order of [`Pod::containers`].
    pub containers: Vec<Option<&'r Role>>,
    /// Which of them the pod's labels speak for.
    pub labelled: Option<usize>,
    /// Why the pod has its role, or that nothing names one.
    pub because: String,
}

struct Found<'r> {
    role: &'r Role,
    weight: u32,
    why: String,
}

impl Roles {
    /// The role of that name.
    pub fn get(&self, role: &str) -> Option<&Role> {
        self.roles.iter().find(|row| row.role == role)
    }

    /// Recognises the roles of a pod and its containers; `families` are those of the containers' images, in the order
    /// of [`Pod::containers`].
    ///
    /// Labels speak for the main container alone: the only one, or the one that `kubectl`'s annotation names.
    /// All others, init containers and sidecars among them, need evidence of their own.
    pub fn recognise<'r>(
        &'r self,
        object: &ObjectFacts<'_>,
        pod: Pod<'_>,
        families: &[Option<&Family>],
    ) -> PodRoles<'r> {
        let containers: Vec<_> = pod.containers().collect();
        let main = main_container(pod, &containers);
        let mut best: Option<(Found<'r>, &str)> = None;
        let mut roles = Vec::new();
        for (ordinal, container) in containers.iter().enumerate() {
            let speaks = main.is_some_and(|main| main.pointer() == container.pointer());
            let seen = Seen {
                container: *container,
                commands: Command::all(container.value),
                image: Image::parse(container.image()).ok(),
                family: families
                    .get(ordinal)
                    .copied()
                    .flatten()
                    .map(|row| row.family.as_str()),
                labels: speaks.then_some([&pod.metadata()["labels"], object.labels]),
                server: self.servers.iter().any(|kind| kind == object.kind),
                launchers: &self.launchers,
            };
            let found = self.heaviest(&seen);
            roles.push(found.as_ref().map(|found| found.role));
            let Some(found) = found else { continue };
            let heavier = best.as_ref().is_none_or(|(b, _)| found.weight > b.weight);
            if container.kind == ContainerKind::Main && heavier {
                best = Some((found, container.name()));
            }
        }
        PodRoles {
            pod: best.as_ref().map(|(found, _)| found.role),
            labelled: containers
                .iter()
                .position(|container| main.is_some_and(|m| m.pointer() == container.pointer())),
            containers: roles,
            because: match best {
                Some((found, name)) => format!("container `{name}`: {}", found.why),
                None => "no command, image, port, name or label says what it runs".to_owned(),
            },
        }
    }

    fn heaviest<'r>(&'r self, seen: &Seen<'_>) -> Option<Found<'r>> {
        let mut best: Option<Found<'r>> = None;
        for role in &self.roles {
            for clue in &role.clues {
                let floor = best.as_ref().map_or(0, |found| found.weight);
                if clue.weight > floor
                    && let Some(why) = clue.holds(seen)
                {
                    best = Some(Found {
                        role,
                        weight: clue.weight,
                        why,
                    });
                }
            }
        }
        best
    }
}

impl<'r> PodRoles<'r> {
    /// Takes the role that the object's kind gives to one of the containers.
    pub fn give(&mut self, role: &'r Role, container: Option<usize>, kind: &str) {
        self.pod = Some(role);
        self.because = format!("a pod of a `{kind}`");
        if let Some(own) = container.and_then(|index| self.containers.get_mut(index)) {
            *own = Some(role);
            self.labelled = container;
        }
    }
}

impl Role {
    /// The paths that a major version of Spark can serve; all, where the version is unknown.
    pub fn metrics_of(&self, major: Option<u32>) -> impl Iterator<Item = &Metrics> {
        self.metrics
            .iter()
            .filter(move |path| major.is_none_or(|major| path.spark == major))
    }
}

impl PartialEq for Role {
    fn eq(&self, other: &Self) -> bool {
        self.role == other.role
    }
}

impl<'v> ObjectFacts<'v> {
    /// Reads them from an object.
    pub fn of(object: &'v Value) -> Self {
        let metadata = &object["metadata"];
        Self {
            kind: object["kind"].as_str().unwrap_or_default(),
            name: metadata["name"].as_str().unwrap_or_default(),
            namespace: metadata["namespace"].as_str().filter(|n| !n.is_empty()),
            labels: &metadata["labels"],
        }
    }
}

fn main_container<'v>(pod: Pod<'v>, containers: &[Container<'v>]) -> Option<Container<'v>> {
    let named = &pod.metadata()["annotations"][MAIN_CONTAINER];
    let mut mains = containers.iter().filter(|c| c.kind == ContainerKind::Main);
    let named = mains.clone().find(|c| *named == c.name());
    let only = mains.next().filter(|_| mains.next().is_none());
    named.or(only).copied()
}

#[cfg(test)]
mod tests;
