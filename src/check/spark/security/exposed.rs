//! Who lets people from outside the cluster reach a port of a process.

use crate::check::spark::case::Case;
use crate::manifest::spark::text_of;
use serde_json::Value;

/// Something of the stream that leads from outside to a port of a process.
pub(super) struct Way {
    /// The object, by its index in the stream.
    pub(super) object: usize,
    /// `Ingress`, `Route`, or the Service itself and its type.
    pub(super) what: String,
    /// Whether it asks for a password or a token before it lets anybody through.
    pub(super) is_guarded: bool,
}

/// Annotations of ingress controllers that send people to a login first. Sources: ingress-nginx, Traefik, `HAProxy`.
const LOGIN: [&str; 6] = [
    "nginx.ingress.kubernetes.io/auth-url",
    "nginx.ingress.kubernetes.io/auth-type",
    "nginx.ingress.kubernetes.io/auth-tls-secret",
    "nginx.ingress.kubernetes.io/whitelist-source-range",
    "traefik.ingress.kubernetes.io/router.middlewares",
    "haproxy.org/auth-type",
];

/// Every way to this port of the process's pod.
pub(super) fn ways(case: Case<'_>, port: i64) -> Vec<Way> {
    let Some(pod) = case.own_pod() else {
        return Vec::new();
    };
    let labels = &pod.value["metadata"]["labels"];
    let services = case.world.services(case.namespace(), labels);
    let mut found = Vec::new();
    for (service, value) in services {
        let ports = value["spec"]["ports"].as_array().into_iter().flatten();
        let ports: Vec<_> = ports
            .filter(|own| target(case, own) == Some(port))
            .collect();
        if ports.is_empty() {
            continue;
        }
        let kind = text_of(&value["spec"]["type"]);
        if ["LoadBalancer", "NodePort"].contains(&kind) {
            found.push(Way {
                object: service.index,
                what: format!("a Service of type {kind}"),
                is_guarded: !value["spec"]["loadBalancerSourceRanges"].is_null(),
            });
        }
        found.extend(ingresses(case, service.name, &ports));
        found.extend(routes(case, service.name));
    }
    found
}

/// The port of the pod that a port of a Service leads to.
fn target(case: Case<'_>, port: &Value) -> Option<i64> {
    match &port["targetPort"] {
        Value::Null => port["port"].as_i64(),
        Value::String(name) => {
            let ports = case.own()?.value["ports"].as_array()?;
            let own = ports.iter().find(|own| own["name"] == *name)?;
            own["containerPort"].as_i64()
        }
        number => number.as_i64(),
    }
}

fn ingresses<'w>(case: Case<'w>, service: &'w str, ports: &[&Value]) -> Vec<Way> {
    let leads = |backend: &Value| {
        let port = &backend["service"]["port"];
        let meant = |own: &&&Value| {
            let both = [("port", "number"), ("name", "name")];
            let mut both = both.iter();
            both.any(|(mine, its)| !port[its].is_null() && own[mine] == port[its])
        };
        backend["service"]["name"] == service && ports.iter().any(|own| meant(&own))
    };
    let ingresses = case.world.routes("Ingress", service).filter(|(_, value)| {
        let rules = value["spec"]["rules"].as_array().into_iter().flatten();
        let mut paths =
            rules.flat_map(|rule| rule["http"]["paths"].as_array().into_iter().flatten());
        leads(&value["spec"]["defaultBackend"]) || paths.any(|path| leads(&path["backend"]))
    });
    let ways = ingresses.map(|(object, value)| Way {
        object: object.index,
        what: "an Ingress".to_owned(),
        is_guarded: LOGIN
            .iter()
            .any(|key| !value["metadata"]["annotations"][key].is_null()),
    });
    ways.collect()
}

fn routes<'w>(case: Case<'w>, service: &'w str) -> Vec<Way> {
    let routes = case
        .world
        .routes("Route", service)
        .filter(|(object, value)| {
            object.api_version.starts_with("route.openshift.io/")
                && value["spec"]["to"]["name"] == service
        });
    let ways = routes.map(|(object, _)| Way {
        object: object.index,
        what: "a Route".to_owned(),
        is_guarded: false,
    });
    ways.collect()
}
