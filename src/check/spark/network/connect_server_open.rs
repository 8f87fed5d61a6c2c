//! SK215: a Connect server that anybody may use.

use super::driver::{Service, grpc_port, may_have_variable};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::index::ROUTES;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::{Said, Site};
use crate::check::spark::world::same_namespace;
use crate::manifest::spark::text_of;
use crate::spark::process::Operator;
use crate::yaml::Pointer;
use serde_json::Value;

pub(super) const RULE: Rule = Rule {
    code: "SK215",
    grade: Grade::High,
    page: Page {
        id: "spark/connect-server-open",
        title: "a Connect server that everybody may run code on",
        what: "A Service that sends to the port of a Spark Connect server is not of the type `LoadBalancer` or `NodePort`, and no \
               Ingress, Route or Gateway route leads to it, unless the server asks for a token \
               (`spark.connect.authenticate.token` or `SPARK_CONNECT_AUTHENTICATE_TOKEN`, from 4.0), has interceptors of its own \
               (`spark.connect.grpc.interceptor.classes`), or a proxy stands before it: another container in the pod, or an \
               annotation of the Ingress that speaks of `auth` (`SparkConnectService`, `Connect`, 3.5 to 4.3).",
        why_platform: "Spark Connect has no accounts. Whoever reaches port 15002 runs code as the server's ServiceAccount, with \
                       its rights in the namespace and its keys to the data.",
        why_data: "Your data is as safe as that port. A client needs no more than `sc://host:15002` to read each table and to \
                   upload files.",
        fix: "Use `ClusterIP` and a NetworkPolicy; from 4.0, a token from a Secret in `SPARK_CONNECT_AUTHENTICATE_TOKEN`, behind \
              TLS; before that, a proxy that authenticates.",
        before: "\
apiVersion: v1
kind: Service
metadata: {name: connect}
spec:
  type: LoadBalancer
  selector: {app: connect}
  ports: [{name: grpc, port: 15002}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    metadata: {labels: {app: connect}}
    spec:
      containers:
        - name: connect
          image: apache/spark:4.1.4
          args: [spark-submit, --class, org.apache.spark.sql.connect.service.SparkConnectServer, spark-internal]
",
        after: "\
apiVersion: v1
kind: Service
metadata: {name: connect}
spec:
  type: ClusterIP
  selector: {app: connect}
  ports: [{name: grpc, port: 15002}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    metadata: {labels: {app: connect}}
    spec:
      containers:
        - name: connect
          image: apache/spark:4.1.4
          args: [spark-submit, --class, org.apache.spark.sql.connect.service.SparkConnectServer, spark-internal]
",
    },
    judge: Judge::Process(judge),
};

const TOKEN: &str = "spark.connect.authenticate.token";
const TOKEN_VARIABLE: &str = "SPARK_CONNECT_AUTHENTICATE_TOKEN";
const INTERCEPTORS: &str = "spark.connect.grpc.interceptor.classes";
const OPEN: [&str; 2] = ["LoadBalancer", "NodePort"];

fn judge(case: Case<'_>) -> Vec<Said> {
    let asks = case.version.since(4, 0)
        && (!case.conf().is_unset(TOKEN) || may_have_variable(case, TOKEN_VARIABLE));
    let guarded = asks || !case.conf().is_unset(INTERCEPTORS);
    if case.role != "spark-connect" || guarded {
        return Vec::new();
    }
    if case.operator == Some(Operator::Connect) {
        return kubeflow(case).into_iter().collect();
    }
    let Some(port) = grpc_port(case) else {
        return Vec::new();
    };
    let open = Service::around(case).filter(|service| {
        let ports = service.ports(case);
        ports.iter().any(|(_, target)| *target == Some(port))
    });
    // A proxy in the pod listens elsewhere; what is sent to the server's own port goes past it.
    open.flat_map(|service| {
        by_type(case, service)
            .into_iter()
            .chain(by_route(case, service, port))
    })
    .collect()
}

fn by_type(case: Case<'_>, service: Service<'_>) -> Option<Said> {
    let kind = text_of(&service.value["spec"]["type"]);
    OPEN.contains(&kind).then(|| {
        let at = Site::object(service.object.index, Pointer::from_iter(["spec", "type"]));
        said(
            case,
            at,
            &format!("Service `{}` (`type: {kind}`)", service.object.name),
        )
    })
}

/// Kubeflow's `SparkConnect` writes its Service itself.
fn kubeflow(case: Case<'_>) -> Option<Said> {
    let path = ["spec", "server", "service", "spec", "type"];
    let pointer: Pointer = path.iter().collect();
    let kind = text_of(case.seen().value.pointer(pointer.as_str())?);
    OPEN.contains(&kind)
        .then(|| said(case, case.at_object(&path), &format!("`type: {kind}`")))
}

fn by_route(case: Case<'_>, service: Service<'_>, port: u64) -> Vec<Said> {
    let ports = service.ports(case);
    let own = |number: Option<u64>| match number {
        Some(number) => ports
            .iter()
            .any(|(own, target)| *own == number && *target == Some(port)),
        None => ports.len() == 1,
    };
    let routes = ROUTES
        .into_iter()
        .flat_map(|kind| case.world.routes(kind, service.object.name));
    let leads = routes.filter(|(route, value)| {
        let here = same_namespace(
            route.namespace.unwrap_or_default(),
            service.object.namespace.unwrap_or_default(),
        );
        let leads = match route.kind {
            "Route" => route_leads_to(&value["spec"], service, port, case),
            _ => leads_to(&value["spec"], service, &own),
        };
        here && leads && !has_auth(value)
    });
    leads
        .map(|(route, _)| {
            let at = Site::object(route.index, Pointer::from_iter(["spec"]));
            said(case, at, &format!("{} `{}`", route.kind, route.name))
        })
        .collect()
}

/// Whether an OpenShift Route leads to the server: its port is one of the Service's by name, or a port of the pods.
fn route_leads_to(spec: &Value, service: Service<'_>, port: u64, case: Case<'_>) -> bool {
    let others = spec["alternateBackends"].as_array().into_iter().flatten();
    let mut backends = others.chain([&spec["to"]]);
    let ports = service.ports(case);
    let target = &spec["port"]["targetPort"];
    let leads = match number(target, service) {
        _ if target.is_null() => ports.len() == 1,
        Some(number) if target.is_string() => ports
            .iter()
            .any(|(own, target)| *own == number && *target == Some(port)),
        number => number == Some(port),
    };
    leads && backends.any(|backend| backend["name"] == service.object.name)
}

/// Whether its annotations, or its filters, speak of authentication.
fn has_auth(route: &Value) -> bool {
    let annotations = route["metadata"]["annotations"].as_object();
    let mut keys = annotations.into_iter().flat_map(|all| all.keys());
    keys.any(|key| key.contains("auth") || key.contains("middlewares"))
        || route["spec"].to_string().contains("ExtensionRef")
}

/// Whether anything in it names the Service, with a port that is the server's. `own` judges the port; nothing is any port.
fn leads_to(spec: &Value, service: Service<'_>, own: &dyn Fn(Option<u64>) -> bool) -> bool {
    match spec {
        Value::Array(items) => items.iter().any(|item| leads_to(item, service, own)),
        Value::Object(map) => {
            let name = map.get("name").or_else(|| map.get("serviceName"));
            let is_service = map.get("kind").is_none_or(|kind| kind == "Service");
            let named = is_service && name.is_some_and(|name| name == service.object.name);
            let port = map.get("port").or_else(|| map.get("servicePort"));
            let port = port.map(|port| {
                port.get("number")
                    .or_else(|| port.get("name"))
                    .unwrap_or(port)
            });
            named && own(port.and_then(|port| number(port, service)))
                || map.values().any(|value| leads_to(value, service, own))
        }
        _ => false,
    }
}

/// A port of a Service, by its number or its name.
fn number(port: &Value, service: Service<'_>) -> Option<u64> {
    let name = port.as_str();
    let mut ports = service.value["spec"]["ports"]
        .as_array()
        .into_iter()
        .flatten();
    let mut named = || ports.find(|own| name.is_some() && own["name"].as_str() == name);
    port.as_u64().or_else(|| named()?["port"].as_u64())
}

fn said(case: Case<'_>, at: Site, by: &str) -> Said {
    let message = format!(
        "{by} lets everybody run code on the Connect server of {}: it asks for no token",
        case.name()
    );
    let help = if case.version.since(4, 0) {
        format!("use `type: ClusterIP`, or set `{TOKEN_VARIABLE}` from a Secret")
    } else {
        "use `type: ClusterIP`: before 4.0 a Connect server knows no token, and a proxy has to ask for one".to_owned()
    };
    at.say(message, help).because(
        "whoever reaches the port runs code with the server's rights, on all that it may read",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::places;

    fn with(more: &str) -> Vec<String> {
        places(RULE.page.id, &format!("{}---\n{more}", RULE.page.after))
    }

    #[test]
    fn routes_that_lead_to_it() {
        let ingress = |port: &str, more: &str| {
            with(&format!(
                "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: i{more}}}\nspec: {{rules: [{{http: {{paths: [{{path: /, backend: {{service: {{name: connect, port: {port}}}}}}}]}}}}]}}\n"
            ))
        };
        assert_eq!(ingress("{number: 15002}", ""), ["Ingress/i /spec"]);
        assert_eq!(ingress("{name: grpc}", ""), ["Ingress/i /spec"]);
        assert_eq!(ingress("{number: 4040}", ""), [""; 0]);
        let auth = ", annotations: {nginx.ingress.kubernetes.io/auth-url: 'https://x'}";
        assert_eq!(ingress("{number: 15002}", auth), [""; 0]);
        let route = "apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {name: r}\nspec: {to: {kind: Service, name: connect}, port: {targetPort: grpc}}\n";
        assert_eq!(with(route), ["Route/r /spec"]);
        let two = |port: &str| {
            let text = RULE.page.after.replace(
                "ports: [{name: grpc, port: 15002}]",
                "ports: [{name: grpc, port: 15002}, {name: ui, port: 4040}]",
            );
            places(
                RULE.page.id,
                &format!("{text}---\n{}", route.replace("grpc", port)),
            )
        };
        assert_eq!(two("grpc"), ["Route/r /spec"]);
        assert_eq!(two("15002"), ["Route/r /spec"]);
        assert_eq!(two("ui"), [""; 0]);
        let grpc = "apiVersion: gateway.networking.k8s.io/v1\nkind: GRPCRoute\nmetadata: {name: g}\nspec: {rules: [{backendRefs: [{name: connect, port: 15002}]}]}\n";
        assert_eq!(with(grpc), ["GRPCRoute/g /spec"]);
    }

    #[test]
    fn a_server_that_asks_for_a_token() {
        let before =
            |from: &str, to: &str| places(RULE.page.id, &RULE.page.before.replace(from, to));
        let token = "image: apache/spark:4.1.4\n          env: [{name: SPARK_CONNECT_AUTHENTICATE_TOKEN, valueFrom: {secretKeyRef: {name: t, key: t}}}]";
        let image = "image: apache/spark:4.1.4";
        assert_eq!(before(image, token), [""; 0]);
        // 3.5 does not know it.
        assert_eq!(before(image, &token.replace("4.1.4", "3.5.7")).len(), 1);
        assert_eq!(
            before("port: 15002", "port: 443, targetPort: 8443"),
            [""; 0]
        );
    }

    #[test]
    fn kubeflows_connect_server() {
        let connect = "apiVersion: sparkoperator.k8s.io/v1alpha1\nkind: SparkConnect\nmetadata: {name: c}\nspec:\n  sparkVersion: 4.1.4\n  server: {service: {spec: {type: LoadBalancer}}}\n";
        assert_eq!(
            places(RULE.page.id, connect),
            ["SparkConnect/c /spec/server/service/spec/type"]
        );
        assert_eq!(
            places(RULE.page.id, &connect.replace("LoadBalancer", "ClusterIP")),
            [""; 0]
        );
    }
}
