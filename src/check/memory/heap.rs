//! The heap of a Spark process, looked for in what a container reads.

use crate::manifest::Pod;
use crate::manifest::spark::{Answer, Configuration, Setting, Sources, holds, text_of, written};
use crate::spark::memory::launcher::{Place, Process};
use serde_json::Value;

/// A heap that is set, and by what.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heap {
    /// Spark's own default.
    Default,
    /// Not to be known from the stream.
    Unknown,
    /// This one.
    Set { by: &'static str, setting: Setting },
}

/// What a container's process reads its memory from.
pub(super) struct Reader<'a> {
    pub(super) conf: Configuration<'a>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        sources: &'a Sources,
        namespace: &'a str,
        pod: Pod<'a>,
        container: &'a Value,
        process: &Process,
    ) -> Self {
        let mut conf = Configuration::of(sources, namespace, pod, container);
        if process.is_client() {
            conf.read_submit_arguments("PYSPARK_SUBMIT_ARGS");
        }
        Self { conf }
    }

    /// Whether no driver runs here after all: the job is handed to the cluster, or to a Connect server.
    pub(super) fn is_elsewhere(&self, process: &Process) -> bool {
        const MODE: &str = "spark.submit.deployMode";
        let submits = match self.conf.launch.conf.get(MODE) {
            Some(mode) => mode != "client",
            None => matches!(self.conf.setting(MODE), Answer::Set(mode) if mode.text == "cluster"),
        };
        process.is_client() && (submits || self.is_remote())
    }

    fn is_remote(&self) -> bool {
        let values = self
            .conf
            .variables()
            .map(|variable| text_of(&variable["value"]));
        let mut texts = values.chain(self.conf.launch.texts.iter().map(String::as_str));
        texts.any(|text| text.contains("sc://"))
            || self.conf.variable("SPARK_REMOTE") != Answer::Unset
    }

    /// Whether Python runs beside the JVM.
    pub(super) fn has_python(&self, process: &Process) -> bool {
        process.python || (process.is_client() && self.conf.launch.python)
    }

    /// Whether anything that is understood sets a heap.
    pub(super) fn sets(&self, process: &Process) -> bool {
        let mut places = process.places.iter();
        let is_set = |answer| matches!(answer, Answer::Set(_));
        self.conf.launch.java
            || places.any(|place| match *place {
                Place::Variable(name) => is_set(self.conf.variable(name)),
                Place::Setting(key) => is_set(self.conf.setting(key)),
            })
    }

    /// The heap that Spark's launcher will choose.
    pub(super) fn heap(&self, process: &Process) -> Heap {
        // The JVM takes `_JAVA_OPTIONS` after its command line.
        if let Answer::Set(options) = self.conf.variable("_JAVA_OPTIONS")
            && holds(&options.text, "-Xmx")
        {
            return Heap::Unknown;
        }
        if self.conf.launch.java {
            let heap = self
                .conf
                .launch
                .java_heap
                .as_deref()
                .map_or(Answer::Unset, written);
            return match heap {
                Answer::Set(setting) => Heap::Set {
                    by: "-Xmx",
                    setting,
                },
                _ => Heap::Unknown,
            };
        }
        for place in process.places {
            let (by, answer) = match *place {
                Place::Variable(name) => (name, self.conf.variable(name)),
                Place::Setting(key) => (key, self.conf.setting(key)),
            };
            match answer {
                Answer::Set(setting) => return Heap::Set { by, setting },
                Answer::Unset if !self.may_be_set_by(*place) => {}
                _ => return Heap::Unknown,
            }
        }
        if self.conf.incomplete().is_some() || self.may_call_java() {
            Heap::Unknown
        } else {
            Heap::Default
        }
    }

    /// Whether an entrypoint may pass `-Xmx` to a `java` of its own. What the JVM reads by itself, it reads before the
    /// `-Xmx` of Spark's launcher.
    fn may_call_java(&self) -> bool {
        let dead = ["JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"];
        self.conf.may_hold("-Xmx")
            || self.conf.variables().any(|variable| {
                holds(text_of(&variable["value"]), "-Xmx")
                    && !dead.contains(&text_of(&variable["name"]))
            })
    }

    /// Whether a script, a notebook or an init container names a place in a way that is not understood here.
    fn may_be_set_by(&self, place: Place) -> bool {
        match place {
            Place::Variable(name) => self.conf.may_hold(name),
            Place::Setting(key) => self.conf.may_hold(key) || self.conf.may_hold("--driver-memory"),
        }
    }
}
