//! The Spark processes of a stream: which there are, how each is run, and what it is configured with.

mod operator;
mod owned;
mod plain;

pub use super::pod::Operator;
pub use operator::operator_of;

use super::conf::{Conf, Held};
use super::memory::launcher;
use super::version::Version;
use crate::manifest::spark::{Launch, Sources, text_of};
use crate::manifest::{Container, Pod, PodPlace};
use crate::yaml::Pointer;
use serde_json::Value;
use std::sync::Arc;

/// An object of a stream that may run Spark: its value, and the pods in it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its index in the stream, Lists flattened.
    pub index: usize,
    /// The object.
    pub value: Value,
    /// Its pods.
    pub pods: Vec<SeenPod>,
}

/// A pod of an object.
#[derive(Clone, Debug)]
pub struct SeenPod {
    /// Where the object holds each part of it.
    pub place: Arc<PodPlace>,
    /// `{"metadata": …, "spec": …}`
    pub value: Value,
    /// The role of each container, in the order of `Pod::containers`.
    pub roles: Vec<Option<String>>,
}

/// One Spark process: a driver, a server or a daemon. Executors belong to their driver.
#[derive(Clone, Debug)]
pub struct Process {
    /// The object that makes it, by its place among what was seen.
    pub seen: usize,
    /// The object's index in the stream.
    pub object: usize,
    /// `spark-driver`, `spark-connect`, `spark-thrift`, `spark-history-server`, `spark-master`, `spark-worker`, `jupyter`.
    pub role: String,
    /// The operator whose object it is; `None` where a plain pod runs it.
    pub operator: Option<Operator>,
    /// Where it runs: which pod of the object, which container of that, in the order of `Pod::containers`. Nothing where
    /// Spark or an operator makes its pod.
    pub seat: Option<(usize, usize)>,
    /// How it gets its executors.
    pub mode: Mode,
    /// Whether it asks for none though its pod is made as a driver's: its master is local, or it is a history server.
    pub alone: bool,
    /// Whether Python runs beside the JVM, or the application is a Python one.
    pub python: Option<bool>,
    /// The version of Spark, and whether nothing in the stream says it.
    pub version: Version,
    /// Whether `version` is the policy's word.
    pub assumed: bool,
    /// What it is configured with.
    pub conf: Conf,
    /// What its command line says; empty for operators.
    pub launch: Launch,
    /// The pod template of executors that its configuration names, where it runs in a pod of the stream and that holds it.
    pub template: Option<Held>,
}

/// How a process gets its executors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Spark makes the driver's pod, and the driver those of executors.
    Cluster,
    /// The driver runs in a pod of the stream.
    Client(Master),
    /// No driver: a master, a worker, a history server.
    Daemon,
}

/// What `spark.master` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Master {
    /// `k8s://…`
    Kubernetes,
    /// `spark://…`
    Standalone,
    /// `local`, `local[4]`; also where nothing sets it and the program takes that.
    Local,
    /// Not told, or told by what is not in the stream.
    Unknown,
}

impl Master {
    /// By the text of `spark.master`.
    pub fn of(text: &str) -> Self {
        match text {
            _ if text.starts_with("k8s://") => Self::Kubernetes,
            _ if text.starts_with("spark://") => Self::Standalone,
            _ if text.starts_with("local") => Self::Local,
            _ => Self::Unknown,
        }
    }
}

impl Process {
    /// Whether it is a driver of any kind.
    pub fn is_driver(&self) -> bool {
        self.mode != Mode::Daemon
    }

    /// Whether executors are pods that it asks Kubernetes for.
    pub fn makes_executors(&self) -> bool {
        !self.alone && matches!(self.mode, Mode::Cluster | Mode::Client(Master::Kubernetes))
    }

    /// Whether it runs in a pod of the stream and asks Kubernetes for executors.
    pub fn is_client(&self) -> bool {
        self.mode == Mode::Client(Master::Kubernetes)
    }

    /// Whether it serves for good: a Connect or Thrift server, a notebook.
    pub fn is_server(&self) -> bool {
        let known = launcher::Process::of(&self.role);
        known.is_some_and(launcher::Process::is_server)
    }

    /// What it is, for a message: ``the driver of `pi` ``, ``container `connect` ``.
    pub fn named(&self, seen: &Seen) -> String {
        match self.container(seen) {
            Some(container) => format!("container `{}`", container.name()),
            None => format!("the {} of `{}`", self.word(), seen.name()),
        }
    }

    /// `driver`, `Connect server`, `history server`, ….
    pub fn word(&self) -> &'static str {
        match self.role.as_str() {
            "spark-connect" => "Connect server",
            "spark-thrift" => "Thrift server",
            "spark-history-server" => "history server",
            "spark-master" => "master",
            "spark-worker" => "worker",
            "jupyter" => "notebook",
            _ => "driver",
        }
    }

    /// Its container in the stream, where it has one.
    pub fn container<'s>(&self, seen: &'s Seen) -> Option<Container<'s>> {
        let (pod, ordinal) = self.seat?;
        seen.pods.get(pod)?.pod().containers().nth(ordinal)
    }

    /// Its pod in the stream, where it has one.
    pub fn pod<'s>(&self, seen: &'s Seen) -> Option<&'s SeenPod> {
        seen.pods.get(self.seat?.0)
    }
}

impl Seen {
    /// `metadata.name`.
    pub fn name(&self) -> &str {
        text_of(&self.value["metadata"]["name"])
    }

    /// `metadata.namespace`, or nothing.
    pub fn namespace(&self) -> &str {
        text_of(&self.value["metadata"]["namespace"])
    }
}

impl SeenPod {
    /// The pod.
    pub fn pod(&self) -> Pod<'_> {
        Pod { value: &self.value }
    }

    /// Where a part of it stands in the object.
    pub fn at(&self, pointer: &Pointer) -> Pointer {
        self.place.shown(pointer)
    }
}

/// The processes of what was seen, in order; `assumed` is taken where nothing says the version.
pub fn processes(seen: &[Seen], sources: &Sources<Held>, assumed: Version) -> Vec<Process> {
    let found = seen
        .iter()
        .enumerate()
        .flat_map(|(at, seen)| match operator_of(&seen.value) {
            Some(operator) => vec![operator.process((at, seen), assumed)],
            None => plain::processes((at, seen), sources, assumed),
        });
    found.collect()
}

#[cfg(test)]
mod tests;
