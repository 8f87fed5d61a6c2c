//! What each Spark process is configured with: every value, where it stands, and what it overrules. No credential is shown.

use super::{Report, entry::object_name};
use crate::manifest::Container;
use crate::manifest::sensitive::holds_literal;
use crate::spark::conf::{Conf, Entry, Given, Told};
use crate::spark::process::{Master, Mode, Process, Seen};
use crate::text::{Position, shortened};
use crate::yaml::Pointer;
use serde::Serialize;
use std::fmt::Write;

/// The processes of a stream.
pub struct Configurations<'s> {
    /// The stream that places are in.
    pub report: &'s Report<'s>,
    /// The objects that run processes.
    pub seen: &'s [Seen],
    /// The processes, in order.
    pub processes: &'s [Process],
    /// Only settings that begin so.
    pub prefix: &'s str,
}

#[derive(Serialize)]
struct WireProcess<'s> {
    object: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    container: Option<&'s str>,
    role: &'s str,
    mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    master: Option<&'static str>,
    #[serde(rename = "sparkVersion")]
    spark_version: String,
    #[serde(rename = "versionAssumed")]
    version_assumed: bool,
    /// What may hold more settings and is not in the stream.
    gaps: &'s [String],
    settings: Vec<WireSetting<'s>>,
}

#[derive(Serialize)]
struct WireSetting<'s> {
    key: &'s str,
    /// `set` or `unknown`.
    state: &'static str,
    /// What Spark reads; nothing where it is unknown, or hidden.
    value: Option<String>,
    /// The places, the one that counts first.
    given: Vec<WireValue<'s>>,
}

#[derive(Serialize)]
struct WireValue<'s> {
    by: &'static str,
    value: Option<&'s str>,
    hidden: bool,
    object: String,
    path: &'s str,
    file: &'s str,
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<&'s str>,
    line: usize,
    column: usize,
}

impl<'s> Configurations<'s> {
    /// For programs: a list of processes.
    pub fn json(&self) -> String {
        let processes: Vec<_> = self.processes.iter().map(|one| self.wire(one)).collect();
        let text = serde_json::to_string_pretty(&processes);
        text.expect("internal error: texts and numbers are JSON") + "\n"
    }

    /// For people: a line for each value, those that are overruled below the one that counts.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for process in self.processes {
            self.head(process, &mut out);
            let rows = self.rows(&process.conf);
            let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max();
            let [key, value] = [0, 1].map(|at| width(at).unwrap_or_default().min(60));
            for [setting, text, place] in &rows {
                let line = format!("  {setting:<key$}  {text:<value$}  {place}");
                let _ = writeln!(out, "{}", line.trim_end());
            }
        }
        if self.processes.is_empty() {
            out.push_str("no Spark process is in this stream\n");
        }
        out
    }

    fn head(&self, process: &Process, out: &mut String) {
        let seen = &self.seen[process.seen];
        let container = process.container(seen);
        let container = container.map(|own| format!(", container `{}`", own.name()));
        let assumed = if process.assumed {
            ", which nothing here names"
        } else {
            ""
        };
        let _ = writeln!(
            out,
            "{}{}: {}{}, Spark {}{assumed}",
            object_name(self.report, process.object),
            container.unwrap_or_default(),
            process.word(),
            match process.mode {
                Mode::Cluster => " in cluster mode",
                Mode::Client(_) => " in client mode",
                Mode::Daemon => "",
            },
            process.version,
        );
        for gap in process.conf.gaps() {
            let _ = writeln!(out, "  {gap} may set more and is not in the stream");
        }
    }

    /// Setting, value, place.
    fn rows(&self, conf: &'s Conf) -> Vec<[String; 3]> {
        let own = conf.iter().filter(|(key, _)| self.chooses(key));
        let rows = own.flat_map(|(key, entries)| {
            entries.iter().enumerate().map(move |(at, entry)| {
                let value = shown(key, entry).map_or("(hidden)".to_owned(), shortened);
                let unknown = at == 0 && conf.get(key) == Told::Unknown;
                let place = self.place(key, entry);
                [
                    if at == 0 { key } else { "" }.to_owned(),
                    value,
                    match (at, unknown) {
                        (0, true) => format!("unknown before it runs: {place}"),
                        (0, false) => place,
                        _ => format!("overruled: {place}"),
                    },
                ]
            })
        });
        rows.collect()
    }

    /// Whether a key is shown: Spark drops others than its own.
    fn chooses(&self, key: &str) -> bool {
        key.starts_with("spark.") && key.starts_with(self.prefix)
    }

    fn place(&self, key: &str, entry: &Entry) -> String {
        if entry.given == Given::Operator {
            return by(entry.given).to_owned();
        }
        let (at, _) = self.locate(key, entry);
        let object = object_name(self.report, entry.spot.object);
        format!(
            "{} {object} {} ({}:{})",
            by(entry.given),
            entry.spot.path,
            at.line,
            at.column
        )
    }

    fn locate(&self, key: &str, entry: &Entry) -> (Position, Option<&'s str>) {
        let own = Pointer::root().child(key);
        let (within, path) = match entry.spot.inside {
            Some(_) => (Some(&entry.spot.path), &own),
            None => (None, &entry.spot.path),
        };
        let location = self.report.locate(entry.spot.object, within, path);
        let mut at = self.report.lines().position(location.span.start);
        // Of several entries of one key the last is found: an earlier one stands on its own line.
        if let Some((line, _)) = entry.spot.inside {
            let text = self
                .report
                .locate(entry.spot.object, None, &entry.spot.path);
            let first = self.report.lines().position(text.span.start);
            if first.line + line <= at.line {
                at = Position {
                    line: first.line + line,
                    ..at
                };
            }
        }
        (at, location.template)
    }

    fn wire(&self, process: &'s Process) -> WireProcess<'s> {
        let (mode, master) = match process.mode {
            Mode::Cluster => ("cluster", Some(Master::Kubernetes)),
            Mode::Client(master) => ("client", Some(master)),
            Mode::Daemon => ("daemon", None),
        };
        let own = process.conf.iter().filter(|(key, _)| self.chooses(key));
        WireProcess {
            object: object_name(self.report, process.object),
            container: process
                .container(&self.seen[process.seen])
                .map(Container::name),
            role: &process.role,
            mode,
            master: master.map(|master| match master {
                Master::Kubernetes => "kubernetes",
                Master::Standalone => "standalone",
                Master::Local => "local",
                Master::Unknown => "unknown",
            }),
            spark_version: process.version.to_string(),
            version_assumed: process.assumed,
            gaps: process.conf.gaps(),
            settings: own
                .map(|(key, given)| self.setting(process, key, given))
                .collect(),
        }
    }

    fn setting(&self, process: &'s Process, key: &'s str, given: &'s [Entry]) -> WireSetting<'s> {
        let told = match process.conf.get(key) {
            Told::Set(known) => Some(known),
            Told::Unset | Told::Unknown => None,
        };
        let given = given.iter().map(|entry| {
            let (at, template) = self.locate(key, entry);
            WireValue {
                by: by(entry.given),
                value: shown(key, entry),
                hidden: shown(key, entry).is_none(),
                object: object_name(self.report, entry.spot.object),
                path: entry.spot.path.as_str(),
                file: self.report.name,
                template,
                line: at.line,
                column: at.column,
            }
        });
        WireSetting {
            key,
            state: if told.is_some() { "set" } else { "unknown" },
            value: told
                .filter(|known| shown(key, known.entry).is_some())
                .map(|known| known.text.into_owned()),
            given: given.collect(),
        }
    }
}

/// What gives a value, in a word or two.
fn by(given: Given) -> &'static str {
    match given {
        Given::Field => "field",
        Given::Conf => "sparkConf",
        Given::Operator => "the operator's own",
        Given::Argument => "command line",
        Given::File => "properties file",
        Given::Defaults => "spark-defaults.conf",
        Given::Option => "-D option",
        Given::Variable => "variable",
    }
}

/// A value as it is written; nothing where it may not be shown.
fn shown<'e>(key: &str, entry: &'e Entry) -> Option<&'e str> {
    let hidden = entry.secret || holds_literal(key, &entry.text);
    (!hidden).then_some(&entry.text)
}
