//! One process, as a rule judges it.

use super::said::Site;
use super::world::World;
use crate::manifest::Container;
use crate::manifest::sensitive::holds_literal;
use crate::spark::conf::{Conf, Entry, Given, Held, Told};
use crate::spark::process::{Process, Seen, SeenPod};
use crate::yaml::Pointer;
use serde_json::Value;
use std::ops::Deref;

/// A process and the stream that it is in.
#[derive(Clone, Copy)]
pub(super) struct Case<'w> {
    pub(super) world: &'w World<'w>,
    pub(super) process: &'w Process,
}

impl Deref for Case<'_> {
    type Target = Process;

    fn deref(&self) -> &Process {
        self.process
    }
}

impl<'w> Case<'w> {
    /// What it is configured with.
    pub(super) fn conf(self) -> &'w Conf {
        &self.process.conf
    }

    /// The object that makes it.
    pub(super) fn seen(self) -> &'w Seen {
        &self.world.seen[self.process.seen]
    }

    /// Its namespace, where that is written.
    pub(super) fn namespace(self) -> &'w str {
        self.seen().namespace()
    }

    /// Its container in the stream, where it has one.
    pub(super) fn own(self) -> Option<Container<'w>> {
        self.process.container(self.seen())
    }

    /// Its pod in the stream, where it has one.
    pub(super) fn own_pod(self) -> Option<&'w SeenPod> {
        self.process.pod(self.seen())
    }

    /// The pods that an operator's object writes for `driver` or `executor`, and those of its own.
    pub(super) fn written_pod(self, role: &str) -> Option<&'w SeenPod> {
        let mut pods = self.seen().pods.iter();
        pods.find(|pod| pod.place.name.as_deref() == Some(role))
    }

    /// The pod of its JVM as far as it is written: its own, or what an operator's object says of driver or server.
    pub(super) fn driver_pod(self) -> Option<&'w SeenPod> {
        let of_operator = || {
            let mut roles = ["driver", "server"].into_iter();
            roles.find_map(|role| self.written_pod(role))
        };
        self.own_pod().or_else(of_operator)
    }

    /// An application's `spec`, and where it stands: a schedule has it in its `spec.template`.
    pub(super) fn application(self) -> (&'w Value, Pointer) {
        let object = &self.seen().value;
        match object["kind"].as_str() {
            Some("ScheduledSparkApplication") => {
                let at = Pointer::from_iter(["spec", "template"]);
                (&object["spec"]["template"], at)
            }
            _ => (&object["spec"], Pointer::from_iter(["spec"])),
        }
    }

    /// The text of the template of executors that a driver in a pod of the stream reads; none of a Secret.
    pub(super) fn template_text(self) -> Option<&'w Held> {
        let held = self.process.template.as_ref();
        held.filter(|held| !held.secret)
    }

    /// Whether a setting of somebody's own names a template of a role: what an operator's object writes is not all then.
    pub(super) fn has_template_file(self, role: &str) -> bool {
        let key = format!("spark.kubernetes.{role}.podTemplateFile");
        match self.conf().entry(&key) {
            Some(entry) => entry.given != Given::Operator,
            None => !self.conf().is_unset(&key),
        }
    }

    /// What it is, for a message.
    pub(super) fn name(self) -> String {
        self.process.named(self.seen())
    }

    /// Where a setting has its value; the process where nothing sets it.
    pub(super) fn at(self, key: &str) -> Site {
        match self.conf().entry(key) {
            Some(entry) => self.at_entry(key, entry),
            None => self.here(),
        }
    }

    /// Where a value stands.
    pub(super) fn at_entry(self, key: &str, entry: &Entry) -> Site {
        let site = Site::entry(key, entry);
        match self.own() {
            Some(container) if entry.spot.object == self.object => {
                site.in_container(container.name())
            }
            _ => site,
        }
    }

    /// The process: its container, or the application's `spec`.
    pub(super) fn here(self) -> Site {
        match self.own() {
            Some(_) => self.at_container(&[]),
            None => Site::object(self.object, Pointer::from_iter(["spec"])),
        }
    }

    /// A place in its container; the application's `spec` where it has none.
    pub(super) fn at_container(self, path: &[&str]) -> Site {
        let Some((pod, container)) = self.own_pod().zip(self.own()) else {
            return Site::object(self.object, Pointer::from_iter(["spec"]));
        };
        let at = container.pointer().join(&path.iter().collect());
        Site::object(self.object, pod.at(&at)).in_container(container.name())
    }

    /// A place in its pod; the application's `spec` where it has none.
    pub(super) fn at_pod(self, path: &[&str]) -> Site {
        match self.own_pod() {
            Some(pod) => Site::object(self.object, pod.at(&path.iter().collect())),
            None => Site::object(self.object, Pointer::from_iter(["spec"])),
        }
    }

    /// A place in the object.
    pub(super) fn at_object(self, path: &[&str]) -> Site {
        Site::object(self.object, path.iter().collect())
    }

    /// How many pods run it; one, where it says nothing, nothing where that is not known.
    pub(super) fn replicas(self) -> Option<u64> {
        match &self.seen().value["spec"]["replicas"] {
            Value::Null => Some(1),
            number => number.as_u64(),
        }
    }

    /// `NAME=value` of a variable as it is written; only the name, where the value may not be shown.
    pub(super) fn shown_variable(self, name: &str) -> String {
        match self.conf().variable(name) {
            Told::Set(known) if !known.entry.secret && !holds_literal(name, &known.entry.text) => {
                format!("{name}={}", crate::text::shortened(&known.entry.text))
            }
            _ => name.to_owned(),
        }
    }

    /// `key=value` as it is written; only the key, where the value may not be shown.
    pub(super) fn shown(self, key: &str) -> String {
        match self.conf().get(key) {
            Told::Set(known) if !self.hides(key) => {
                format!("{key}={}", crate::text::shortened(&known.entry.text))
            }
            _ => key.to_owned(),
        }
    }

    /// Whether a setting has a value that may not be shown: one of a Secret, or a credential.
    pub(super) fn hides(self, key: &str) -> bool {
        let entry = self.conf().entry(key);
        entry.is_some_and(|entry| entry.secret || holds_literal(key, &entry.text))
    }
}
