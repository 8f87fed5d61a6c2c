//! Processes of plain pods, as Deployments and Jobs make them.

use super::{Master, Mode, Process, Seen, owned};
use crate::manifest::spark::{Launch, Sources, text_of};
use crate::manifest::{Container, ContainerKind};
use crate::spark::conf::{Conf, Held, Read, Seat, Told, of_container};
use crate::spark::memory::launcher;
use crate::spark::version::{Version, of_field, of_jar, of_spark_image};

/// Each container whose role is one of Spark's JVMs.
pub(super) fn processes(
    (at, seen): (usize, &Seen),
    sources: &Sources<Held>,
    assumed: Version,
) -> Vec<Process> {
    let mut found = Vec::new();
    for (index, pod) in seen.pods.iter().enumerate() {
        for (ordinal, container) in pod.pod().containers().enumerate() {
            let role = pod.roles.get(ordinal).and_then(Option::as_deref);
            let runs_on = matches!(container.kind, ContainerKind::Main | ContainerKind::Sidecar);
            let known = role.and_then(launcher::Process::of).filter(|_| runs_on);
            let Some(known) = known else {
                continue;
            };
            let seat = Seat {
                object: seen.index,
                namespace: seen.namespace(),
                place: &pod.place,
                pod: pod.pod(),
                container,
                role: known.role,
            };
            let Read {
                mut conf,
                launch,
                template,
            } = of_container(sources, seat);
            owned::add(seen, &mut conf);
            let field = of_field(&seen.value).and_then(|(_, version)| version.ok());
            let told = version(container, &launch).or(field);
            let conf = conf.with_version(told.unwrap_or(assumed));
            if let Some(mode) = mode(known, container, &conf) {
                found.push(Process {
                    seen: at,
                    object: seen.index,
                    role: known.role.to_owned(),
                    operator: None,
                    seat: Some((index, ordinal)),
                    mode,
                    alone: false,
                    python: Some(launch.python || known.python),
                    version: told.unwrap_or(assumed),
                    assumed: told.is_none(),
                    conf,
                    launch,
                    template,
                });
            }
        }
    }
    found
}

/// How it gets its executors; nothing where no driver runs here after all: the job is handed to the cluster, or to a Connect
/// server.
fn mode(known: &launcher::Process, container: Container<'_>, conf: &Conf) -> Option<Mode> {
    if !known.is_driver() {
        return Some(Mode::Daemon);
    }
    let is_cluster = match conf.get("spark.submit.deployMode") {
        Told::Set(mode) => mode.text == "cluster",
        // `SparkSubmit` refuses cluster mode for servers and shells.
        Told::Unknown if known.is_server() => false,
        Told::Unknown => return None,
        Told::Unset => false,
    };
    let env = container.value["env"].as_array().into_iter().flatten();
    let mut words = ["command", "args"].into_iter().flat_map(|list| {
        let words = container.value[list].as_array().into_iter().flatten();
        words.map(text_of)
    });
    let mut values = env.map(|variable| text_of(&variable["value"]));
    let is_remote = known.is_client()
        && (conf.variable("SPARK_REMOTE") != Told::Unset
            || words.any(|word| word.contains("sc://"))
            || values.any(|value| value.contains("sc://")));
    if is_cluster || is_remote {
        return None;
    }
    // The master may be written with a variable in it (`k8s://https://$(HOST):443`): its scheme is told all the same.
    let master = conf.entry("spark.master").filter(|entry| !entry.doubtful);
    let master = master.map_or(Master::Unknown, |entry| Master::of(&entry.text));
    Some(Mode::Client(master))
}

/// What the image's tag says, or a jar of Spark's own on the command line.
fn version(container: Container<'_>, launch: &Launch) -> Option<Version> {
    let words = || {
        let texts = launch.texts.iter();
        let mut words =
            texts.flat_map(|text| text.split(|c: char| c.is_whitespace() || ",=\"'".contains(c)));
        words.find_map(of_jar)
    };
    of_spark_image(container.image()).or_else(words)
}
