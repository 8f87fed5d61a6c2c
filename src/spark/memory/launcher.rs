//! The heap of a Spark JVM that no pod of Spark's own runs, by the order in which Spark's launcher looks for it.
//!
//! Source: `SparkClassCommandBuilder` and `SparkSubmitCommandBuilder` of 3.5.9, 4.1.4 and 4.3.0, run with each setting; they
//! agree. The launcher always passes `-Xmx`, as it was written: `4096` is 4096 bytes there.

use super::Settings;

/// Where a heap can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// An environment variable.
    Variable(&'static str),
    /// A Spark setting: command line, then properties file.
    Setting(&'static str),
}

/// A kind of Spark JVM.
#[derive(Debug, PartialEq, Eq)]
pub struct Process {
    /// The role that it is recognised by.
    pub role: &'static str,
    /// Where its heap is looked for; the first that is set wins, and 1g is taken where none is.
    pub places: &'static [Place],
    /// What else shares out the container's memory: where it is set, somebody has thought about it.
    pub shares: Option<&'static str>,
    /// Whether a Python process lives beside the JVM.
    pub python: bool,
}

const HEAP: &str = "spark.driver.memory";
const DAEMON: &[Place] = &[Place::Variable("SPARK_DAEMON_MEMORY")];
const DRIVER: &[Place] = &[
    Place::Setting(HEAP),
    Place::Variable("SPARK_DRIVER_MEMORY"),
    Place::Variable("SPARK_MEM"),
];
/// Spark Connect and Thrift servers are drivers that a daemon's variable overrules.
const SERVER: &[Place] = &[
    Place::Variable("SPARK_DAEMON_MEMORY"),
    Place::Setting(HEAP),
    Place::Variable("SPARK_DRIVER_MEMORY"),
    Place::Variable("SPARK_MEM"),
];
const EXECUTOR: &[Place] = &[
    Place::Variable("SPARK_EXECUTOR_MEMORY"),
    Place::Variable("SPARK_MEM"),
];
/// A class that `spark-class` does not know reads no settings.
const OTHER: &[Place] = &[
    Place::Variable("SPARK_DRIVER_MEMORY"),
    Place::Variable("SPARK_MEM"),
];

/// Main classes whose order differs; `spark-submit` runs the servers, `spark-class` the rest.
const CLASSES: [(&str, &[Place]); 7] = [
    ("org.apache.spark.deploy.history.HistoryServer", DAEMON),
    ("org.apache.spark.deploy.master.Master", DAEMON),
    ("org.apache.spark.deploy.worker.Worker", DAEMON),
    ("org.apache.spark.deploy.ExternalShuffleService", DAEMON),
    (
        "org.apache.spark.executor.CoarseGrainedExecutorBackend",
        EXECUTOR,
    ),
    (
        "org.apache.spark.sql.connect.service.SparkConnectServer",
        SERVER,
    ),
    (
        "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2",
        SERVER,
    ),
];

const fn process(role: &'static str, places: &'static [Place]) -> Process {
    Process {
        role,
        places,
        shares: None,
        python: false,
    }
}

const PROCESSES: [Process; 7] = [
    process("spark-history-server", DAEMON),
    process("spark-master", DAEMON),
    Process {
        shares: Some("SPARK_WORKER_MEMORY"),
        ..process("spark-worker", DAEMON)
    },
    process("spark-connect", SERVER),
    process("spark-thrift", SERVER),
    process("spark-driver", DRIVER),
    Process {
        python: true,
        ..process("jupyter", DRIVER)
    },
];

impl Place {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Variable(name) | Self::Setting(name) => name,
        }
    }
}

impl Process {
    /// The process that a role runs.
    pub fn of(role: &str) -> Option<&'static Self> {
        PROCESSES.iter().find(|process| process.role == role)
    }

    /// All that are known.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        PROCESSES.iter()
    }

    /// Whether it is a driver, which Spark's settings reach; daemons only read variables.
    pub fn is_driver(&self) -> bool {
        self.places.len() > 1
    }

    /// Whether it is a driver that serves for good, always in client mode: a Connect or Thrift server, a notebook.
    pub fn is_server(&self) -> bool {
        ["spark-connect", "spark-thrift", "jupyter"].contains(&self.role)
    }

    /// Whether it is a driver that may be the thin client of a Connect server instead, and reads `PYSPARK_SUBMIT_ARGS`.
    pub fn is_client(&self) -> bool {
        matches!(self.places, [Place::Setting(_), ..])
    }
}

/// Where the heap of a main class is looked for; `submits` tells `spark-submit` in client mode from `spark-class`.
pub fn places(class: &str, submits: bool) -> &'static [Place] {
    let known = CLASSES.iter().find(|(name, _)| *name == class);
    match known {
        Some((_, places)) if submits == (*places == SERVER) => places,
        _ if submits => DRIVER,
        _ => OTHER,
    }
}

/// The heap that is set first, as text, and the name that sets it; nothing where the launcher takes 1g.
///
/// An empty variable counts as unset.
pub fn heap<'a>(
    places: &[Place],
    settings: &'a Settings,
    variables: &'a Settings,
) -> Option<(&'static str, &'a str)> {
    places.iter().find_map(|place| {
        let text = match place {
            Place::Setting(key) => settings.get(*key),
            Place::Variable(name) => variables.get(*name),
        };
        let text = text.map(String::as_str).filter(|text| !text.is_empty());
        Some((place.name(), text?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The launchers' own answers.
    #[test]
    fn each_class_is_sized_as_the_launcher_sizes_it() {
        let all = |names: &[(&str, &str)]| -> Settings {
            let names = names.iter();
            names
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
                .collect()
        };
        let variables = all(&[
            ("SPARK_DAEMON_MEMORY", "3g"),
            ("SPARK_DRIVER_MEMORY", "4g"),
            ("SPARK_MEM", "5g"),
            ("SPARK_EXECUTOR_MEMORY", "6g"),
        ]);
        let conf = all(&[(HEAP, "2g")]);
        let none = Settings::new();
        let connect = "org.apache.spark.sql.connect.service.SparkConnectServer";
        for (class, submits, settings, variables, wanted) in [
            (
                "org.apache.spark.deploy.history.HistoryServer",
                false,
                &conf,
                &variables,
                Some("3g"),
            ),
            (
                "org.apache.spark.deploy.worker.Worker",
                false,
                &conf,
                &none,
                None,
            ),
            (
                "org.apache.spark.executor.CoarseGrainedExecutorBackend",
                false,
                &conf,
                &variables,
                Some("6g"),
            ),
            ("org.example.Other", false, &conf, &variables, Some("4g")),
            (connect, true, &conf, &variables, Some("3g")),
            (connect, true, &conf, &none, Some("2g")),
            ("Foo", true, &conf, &variables, Some("2g")),
            ("Foo", true, &none, &variables, Some("4g")),
            ("Foo", true, &none, &none, None),
        ] {
            let found = heap(places(class, submits), settings, variables);
            assert_eq!(found.map(|(_, text)| text), wanted, "{class}");
        }
    }
}
