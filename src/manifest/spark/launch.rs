//! What the command line of a container says to Spark's launcher.

use super::settings::{Answer, written};
use super::words::commands;
use serde_json::Value;
use std::collections::BTreeMap;

/// Options and variables of a command line. Values are as written; `$…` in them is not expanded.
#[derive(Clone, Debug, Default)]
pub struct Launch {
    /// Spark settings: `--conf`, and options that are short for one. The last one wins, as in Spark's launcher.
    pub conf: BTreeMap<String, String>,
    /// Java system properties (`-Dkey=value`) for a JVM that is called by hand.
    options: BTreeMap<String, String>,
    /// Variables that the script sets.
    pub variables: BTreeMap<String, String>,
    /// `--properties-file`, which takes the place of `spark-defaults.conf`.
    pub properties_file: Option<String>,
    /// `--load-spark-defaults` (Spark 4): `spark-defaults.conf` counts as well.
    pub loads_defaults: bool,
    /// Whether Python runs beside the JVM: a `.py` application or `pyspark`.
    pub python: bool,
    /// Whether `java` is called without Spark's launcher.
    pub java: bool,
    /// The `-Xmx` that it is given.
    pub java_heap: Option<String>,
    /// Everything that was said, for what the options above do not catch.
    pub texts: Vec<String>,
}

/// Options that are short for a Spark setting. Source: `SparkSubmit.prepareSubmitEnvironment`, 3.5.9 to 4.3.0.
const SHORT: [(&str, &str); 20] = [
    ("--archives", "spark.archives"),
    ("--deploy-mode", "spark.submit.deployMode"),
    ("--driver-class-path", "spark.driver.extraClassPath"),
    ("--driver-cores", "spark.driver.cores"),
    ("--driver-java-options", "spark.driver.extraJavaOptions"),
    ("--driver-library-path", "spark.driver.extraLibraryPath"),
    ("--driver-memory", "spark.driver.memory"),
    ("--exclude-packages", "spark.jars.excludes"),
    ("--executor-cores", "spark.executor.cores"),
    ("--executor-memory", "spark.executor.memory"),
    ("--files", "spark.files"),
    ("--jars", "spark.jars"),
    ("--master", "spark.master"),
    ("--name", "spark.app.name"),
    ("--num-executors", "spark.executor.instances"),
    ("--packages", "spark.jars.packages"),
    ("--py-files", "spark.submit.pyFiles"),
    ("--remote", "spark.remote"),
    ("--repositories", "spark.jars.repositories"),
    ("--total-executor-cores", "spark.cores.max"),
];

/// Options of `spark-submit` without a value; every other one takes the next word.
const SWITCHES: [&str; 8] = [
    "--help",
    "-h",
    "--supervise",
    "--usage-error",
    "--verbose",
    "-v",
    "--version",
    "--load-spark-defaults",
];

/// Main classes after whose resource Spark's launcher still reads options.
const MIXED: [&str; 4] = [
    "org.apache.spark.repl.Main",
    "org.apache.spark.sql.hive.thriftserver.SparkSQLCLIDriver",
    "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2",
    "org.apache.spark.sql.connect.service.SparkConnectServer",
];

const SHELLS: [&str; 6] = ["sh", "bash", "ash", "dash", "ksh", "zsh"];

impl Launch {
    /// Reads `command` and `args` of a container.
    pub fn of(container: &Value) -> Self {
        let words: Vec<String> = ["command", "args"]
            .into_iter()
            .filter_map(|key| container[key].as_array())
            .flatten()
            .filter_map(|word| word.as_str().map(str::to_owned))
            .collect();
        let mut launch = Self::default();
        match script(&words) {
            Some(script) => launch.read_script(script),
            None => launch.read_command(&words),
        }
        launch.texts = words;
        launch
    }

    /// A Java system property that a JVM is called with.
    pub fn option(&self, key: &str) -> Answer {
        self.options
            .get(key)
            .map_or(Answer::Unset, |value| written(value))
    }

    /// Reads options that stand in one string (`PYSPARK_SUBMIT_ARGS`); what was said before wins.
    pub fn fall_back_to(&mut self, options: &str) {
        let mut other = Self::default();
        other.read_script(options);
        for (key, value) in other.conf {
            self.conf.entry(key).or_insert(value);
        }
        self.properties_file = self.properties_file.take().or(other.properties_file);
        self.loads_defaults |= other.loads_defaults;
    }

    fn read_script(&mut self, script: &str) {
        for command in commands(script) {
            self.read_command(&command);
        }
    }

    fn read_command(&mut self, words: &[String]) {
        let mut words = words;
        while let Some((first, rest)) = words.split_first() {
            match assignment(first) {
                Some((name, value)) => {
                    self.variables.insert(name.to_owned(), value.to_owned());
                }
                None if ["exec", "export", "env", "nohup"].contains(&first.as_str()) => {}
                None => break,
            }
            words = rest;
        }
        let before_options = words.iter().take_while(|word| !word.starts_with('-'));
        let program = |names: &[&str]| {
            let mut programs = before_options.clone();
            programs.position(|word| names.contains(&base(word)))
        };
        if program(&["java"]).is_some() {
            let heap = words
                .iter()
                .rev()
                .find_map(|word| word.strip_prefix("-Xmx"));
            let options = words.iter().filter_map(|word| word.strip_prefix("-D"));
            let options = options.filter_map(|option| option.split_once('='));
            self.options
                .extend(options.map(|(key, value)| (key.to_owned(), value.to_owned())));
            self.java = true;
            self.java_heap = heap.map(str::to_owned);
        } else if let Some(at) = program(&["spark-submit"]) {
            self.read_options(&words[at + 1..], false);
        } else {
            self.python |= program(&["pyspark"]).is_some();
            self.read_options(words, true);
        }
    }

    /// `mixed`: whether an application's own arguments may stand between options. Where the program is unknown
    /// (an image's entrypoint), they may, and only options with `=` or known ones are taken.
    fn read_options(&mut self, words: &[String], mut mixed: bool) {
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if SWITCHES.contains(&word.as_str()) {
                self.loads_defaults |= word == "--load-spark-defaults";
                continue;
            }
            let joined = word.split_once('=').filter(|_| word.starts_with("--"));
            let option = joined.map_or(word.as_str(), |(option, _)| option);
            if !option.starts_with('-') {
                self.python |= is_python(word);
                if mixed {
                    continue;
                }
                return;
            }
            let known = matches!(option, "--conf" | "-c" | "--properties-file" | "--class")
                || SHORT.iter().any(|(short, _)| *short == option);
            if mixed && !known {
                continue;
            }
            let Some(value) = joined
                .map(|(_, value)| value)
                .or_else(|| words.next().map(String::as_str))
            else {
                return;
            };
            self.read_option(option, value);
            mixed |= option == "--class" && MIXED.contains(&value);
        }
    }

    fn read_option(&mut self, option: &str, value: &str) {
        let short = SHORT.iter().find(|(short, _)| *short == option);
        if let Some((_, key)) = short {
            self.conf.insert((*key).to_owned(), value.to_owned());
        } else if option == "--properties-file" {
            self.properties_file = Some(value.to_owned());
        } else if matches!(option, "--conf" | "-c")
            && let Some((key, value)) = value.split_once('=')
        {
            self.conf.insert(key.trim().to_owned(), value.to_owned());
        }
    }
}

/// The text after `sh -c`, however the shell is called.
fn script(words: &[String]) -> Option<&str> {
    let shell = words.iter().position(|word| SHELLS.contains(&base(word)))?;
    let runs = |word: &&String| {
        word.strip_prefix('-')
            .and_then(|flags| flags.strip_suffix('c'))
            .is_some_and(|flags| flags.bytes().all(|b| b.is_ascii_lowercase()))
    };
    let mut rest = words[shell + 1..].iter();
    rest.find(runs)?;
    rest.next().map(String::as_str)
}

/// `NAME=VALUE` as a shell reads it.
fn assignment(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let mut bytes = name.bytes();
    let starts = bytes
        .next()
        .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    let is_name = starts && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_');
    is_name.then_some((name, value))
}

fn is_python(word: &str) -> bool {
    word.rsplit_once('.')
        .is_some_and(|(_, extension)| extension == "py")
}

/// The last segment of a path.
pub fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn heap(command: &Value) -> Option<String> {
        let launch = Launch::of(&json!({"command": command}));
        launch.conf.get("spark.driver.memory").cloned()
    }

    /// Each line was tried with the launcher of Spark 4.1.1.
    #[test]
    fn options_are_read_as_spark_reads_them() {
        let connect =
            "--class org.apache.spark.sql.connect.service.SparkConnectServer local:///x.jar";
        for (options, want) in [
            ("--driver-memory 4g app.jar", Some("4g")),
            ("app.jar --driver-memory 4g", None),
            ("--driver-memory=6g app.jar", Some("6g")),
            ("--conf=spark.driver.memory=6g app.jar", Some("6g")),
            ("-c spark.driver.memory=6g app.jar", Some("6g")),
            (
                "--driver-memory 4g --conf spark.driver.memory=5g app.jar",
                Some("5g"),
            ),
            (
                "--conf spark.driver.memory=5g --driver-memory 4g app.jar",
                Some("4g"),
            ),
            (&format!("{connect} --driver-memory 4g"), Some("4g")),
            ("--verbose --driver-memory 4g a.py", Some("4g")),
            ("--name --driver-memory 4g", None),
        ] {
            let words: Vec<_> = ["spark-submit"]
                .into_iter()
                .chain(options.split(' '))
                .collect();
            assert_eq!(heap(&json!(words)).as_deref(), want, "{options}");
        }
    }

    /// Source: `SparkSubmitArguments.handle`, from 3.4 on.
    #[test]
    fn the_address_of_a_connect_server() {
        let launch = Launch::of(&json!({"args": ["pyspark", "--remote", "sc://connect:15002"]}));
        assert_eq!(launch.conf["spark.remote"], "sc://connect:15002");
    }

    #[test]
    fn options_that_are_short_for_a_setting() {
        let words = [
            "spark-submit",
            "--executor-memory",
            "4g",
            "--executor-cores=2",
            "--num-executors",
            "3",
            "a.jar",
            "--driver-cores",
            "9",
        ];
        let conf = Launch::of(&json!({"command": words})).conf;
        let text = |key: &str| conf.get(key).map(String::as_str);
        assert_eq!(text("spark.executor.memory"), Some("4g"));
        assert_eq!(text("spark.executor.cores"), Some("2"));
        assert_eq!(text("spark.executor.instances"), Some("3"));
        assert_eq!(text("spark.driver.cores"), None);
    }

    #[test]
    fn scripts_and_entrypoints() {
        for words in [
            json!([
                "sh",
                "-c",
                "exec spark-submit --driver-memory 4g --class X y.jar"
            ]),
            json!([
                "/bin/bash",
                "-o",
                "pipefail",
                "-ec",
                "a=1; spark-submit\\\n --driver-memory '4g'"
            ]),
            json!([
                "tini",
                "--",
                "bash",
                "-c",
                "/opt/spark/sbin/start-connect-server.sh --driver-memory 4g"
            ]),
            json!(["--driver-memory", "4g"]),
            json!(["driver", "--conf", "spark.driver.memory=4g", "--class", "X"]),
        ] {
            assert_eq!(heap(&words).as_deref(), Some("4g"), "{words}");
        }
        assert_eq!(heap(&json!(["sh", "-c"])), None);
        assert_eq!(heap(&json!(["spark-submit", "--driver-memory"])), None);
    }

    #[test]
    fn variables_java_and_python() {
        let launch = Launch::of(&json!({"command": ["sh", "-c"], "args": [
            "export SPARK_DAEMON_MEMORY=2g\nA=1 exec /usr/bin/java -Xmx3g -cp x Main"
        ]}));
        assert_eq!(launch.variables["SPARK_DAEMON_MEMORY"], "2g");
        assert!(launch.java);
        assert_eq!(launch.java_heap.as_deref(), Some("3g"));
        assert!(Launch::of(&json!({"args": ["spark-submit", "s3a://x/job.py"]})).python);
        assert!(!Launch::of(&json!({"args": ["spark-submit", "job.jar", "x.py"]})).python);
    }
}
