//! What is scraped of executors, and whether anything listens there.

use super::scrape::{is_monitored, looks_into, serves};
use crate::check::spark::case::Case;
use crate::check::spark::said::Site;
use crate::check::spark::world::World;
use crate::manifest::Object;
use crate::manifest::spark::text_of;
use crate::spark::conf::Told;
use crate::spark::process::SeenPod;
use crate::yaml::Pointer;
use serde_json::Value;

const SCRAPE: &str = "prometheus.io/scrape";
const CONF: &str = "spark.kubernetes.executor.annotation.prometheus.io/scrape";

/// Where the annotation stands that makes Prometheus read of a driver's executors.
pub(super) fn annotated(case: Case<'_>) -> Option<Site> {
    if !case.makes_executors() {
        return None;
    }
    let on = |text: &str| text.eq_ignore_ascii_case("true");
    let pod = case.written_pod("executor");
    let written = pod.map(|pod| &pod.pod().metadata()["annotations"][SCRAPE]);
    let value = written.filter(|value| on(text_of(value)) || **value == true);
    match pod.zip(value) {
        Some((pod, _)) => {
            let at = Pointer::from_iter(["metadata", "annotations", SCRAPE]);
            Some(Site::object(case.object, pod.at(&at)))
        }
        None if case.conf().text(CONF).is_some_and(|text| on(&text)) => Some(case.at(CONF)),
        None => None,
    }
}

/// Whether something in executors may listen: an agent, a plugin, a port or a container of their own.
pub(super) fn listen(case: Case<'_>) -> bool {
    let conf = case.conf();
    let keys = [
        "spark.executor.extraJavaOptions",
        "spark.executor.defaultJavaOptions",
    ];
    let agent = keys.into_iter().any(|key| serves(conf.get(key)));
    let plugin = conf.get("spark.plugins") != Told::Unset;
    let pod = case.written_pod("executor");
    agent || plugin || may_hold_ports(case) || is_monitored(case) || pod.is_some_and(is_wider)
}

/// Whether more is written of a pod than Spark's own container without a port.
fn is_wider(seen: &SeenPod) -> bool {
    let mut containers = seen.pod().containers();
    let more = seen.pod().containers().count() > 1;
    more || containers.any(|container| container.ports().next().is_some())
}

/// Whether a template in a text declares a port; one that is not in the stream may hold a sidecar.
fn may_hold_ports(case: Case<'_>) -> bool {
    let named = case.operator.is_none() && case.has_template_file("executor");
    let text = case.template_text();
    named && text.is_none_or(|held| held.text.contains("containerPort"))
}

/// Each PodMonitor that selects executors, with the namespace's own word for it.
pub(super) fn monitors<'w>(
    world: &'w World<'_>,
) -> impl Iterator<Item = (&'w Object<'w>, &'w Value)> {
    world.of_kind("PodMonitor").filter(|(_, value)| {
        let selector = &value["spec"]["selector"];
        let listed = selector["matchExpressions"].as_array();
        let expressed = listed.into_iter().flatten().any(|need| {
            let values = need["values"].as_array();
            need["key"] == "spark-role"
                && need["operator"] == "In"
                && values.is_some_and(|values| values.iter().all(|value| value == "executor"))
        });
        expressed || selector["matchLabels"]["spark-role"] == "executor"
    })
}

/// Whether one of them looks into the namespace of a process.
pub(super) fn is_monitored_here(case: Case<'_>) -> bool {
    monitors(case.world).any(|(object, value)| {
        let own = object.namespace.unwrap_or_default();
        looks_into(&value["spec"]["namespaceSelector"], own, case.namespace())
    })
}
