//! SK605: a Spark Connect client that is newer than its server.

use crate::check::Page;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::{Said, Site};
use crate::check::spark::world::{World, same_namespace};
use crate::manifest::Container;
use crate::manifest::spark::text_of;
use crate::spark::process::{Operator, Process, SeenPod};
use crate::spark::version::of_image;

pub(super) const RULE: Rule = Rule {
    code: "SK605",
    grade: Grade::Warning,
    page: Page {
        id: "spark/connect-client-newer",
        title: "a Spark Connect client that is newer than its server",
        what: "A container whose variables hold an address `sc://…` that leads to a Connect server of the stream runs an image \
               whose Spark is not of a later line than the server's. Both versions are known from the tags of images, or from the \
               operator's field.",
        why_platform: "A notebook's image and a server's image are two values of a chart. Nothing fails when the pods start.",
        why_data: "An older client works with a newer server, and the other way round is not promised: a plan with a message that \
                   the server does not know fails at the query. Since 4.0 clients also need other packages (`grpcio`, \
                   `zstandard`).",
        fix: "Upgrade the server first, or give clients an image of its version.",
        before: BEFORE,
        after: AFTER,
    },
    judge: Judge::Stream(judge),
};

const BEFORE: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    metadata: {labels: {app: connect}}
    spec:
      containers:
      - name: connect
        image: apache/spark:3.5.7
        args: [/opt/spark/sbin/start-connect-server.sh]
        env: [{name: SPARK_NO_DAEMONIZE, value: \"1\"}]
---
apiVersion: v1
kind: Service
metadata: {name: connect}
spec:
  selector: {app: connect}
  ports: [{port: 15002}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: notebook}
spec:
  template:
    spec:
      containers:
      - name: jupyter
        image: quay.io/jupyter/pyspark-notebook:spark-4.1.1
        env: [{name: SPARK_REMOTE, value: \"sc://connect:15002\"}]
";
const AFTER: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    metadata: {labels: {app: connect}}
    spec:
      containers:
      - name: connect
        image: apache/spark:4.1.1
        args: [/opt/spark/sbin/start-connect-server.sh]
        env: [{name: SPARK_NO_DAEMONIZE, value: \"1\"}]
---
apiVersion: v1
kind: Service
metadata: {name: connect}
spec:
  selector: {app: connect}
  ports: [{port: 15002}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: notebook}
spec:
  template:
    spec:
      containers:
      - name: jupyter
        image: quay.io/jupyter/pyspark-notebook:spark-4.1.1
        env: [{name: SPARK_REMOTE, value: \"sc://connect:15002\"}]
";

fn judge(world: &World<'_>) -> Vec<Said> {
    let servers: Vec<_> = world
        .processes
        .iter()
        .filter(|own| own.role == "spark-connect" && !own.assumed)
        .collect();
    if servers.is_empty() {
        return Vec::new();
    }
    let pods = world.pods().flat_map(|(object, pod)| {
        let containers: Vec<_> = pod.pod().containers().collect();
        containers
            .into_iter()
            .map(move |container| (object, pod, container))
    });
    pods.filter_map(|at| of_client(world, &servers, at))
        .collect()
}

fn of_client(
    world: &World<'_>,
    servers: &[&Process],
    at: (usize, &SeenPod, Container<'_>),
) -> Option<Said> {
    let (object, pod, container) = at;
    let version = of_image(container.image())?;
    let namespace = world.object(object).namespace.unwrap_or_default();
    let env = container.value["env"].as_array()?;
    let (place, server) = env.iter().enumerate().find_map(|(index, variable)| {
        let host = host(text_of(&variable["value"]))?;
        let mut servers = servers.iter().filter(|server| server.object != object);
        let server = servers.find(|server| leads(world, (namespace, host), server))?;
        Some((index, server))
    })?;
    if version.line() <= server.version.line() {
        return None;
    }
    let name = text_of(&env[place]["name"]);
    let message = format!(
        "`{name}` of container `{}` leads to {} with Spark {}, and its image is of Spark {version}: the client is newer than the \
         server",
        container.name(),
        server.named(&world.seen[server.seen]),
        server.version
    );
    let pointer = container.pointer().join(&["image"].iter().collect());
    let site = Site::object(object, pod.at(&pointer)).in_container(container.name());
    let help = format!(
        "upgrade the server first, or take an image with Spark {} for the client",
        server.version
    );
    Some(site.say(message, help).because(
        "an older client works with a newer server, and not the other way round: a query with a message that the server does not \
         know fails when it is run",
    ))
}

/// The host of `sc://host:15002/;token=…`.
fn host(address: &str) -> Option<&str> {
    let rest = address.strip_prefix("sc://")?;
    let host = rest.split([':', '/', ';']).next()?;
    (!host.is_empty() && !host.contains(['$', '{'])).then_some(host)
}

/// Whether a name leads to the pod of a server: by a Service of the stream, or by the one that the operator makes.
fn leads(world: &World<'_>, (namespace, host): (&str, &str), server: &Process) -> bool {
    let seen = &world.seen[server.seen];
    let mut parts = host.split('.');
    let name = parts.next().unwrap_or_default();
    let namespace = parts.next().unwrap_or(namespace);
    if server.operator == Some(Operator::Connect) {
        let made = name.strip_suffix("-server") == Some(seen.name());
        return made && same_namespace(namespace, seen.namespace());
    }
    let labels = server.pod(seen).map(|pod| &pod.value["metadata"]["labels"]);
    labels.is_some_and(|labels| {
        let mut services = world.services(namespace, labels);
        same_namespace(namespace, seen.namespace())
            && services.any(|(service, _)| service.name == name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::said;

    #[test]
    fn only_what_leads_to_the_server_and_is_newer() {
        for other in [
            BEFORE.replace("sc://connect:15002", "sc://other:15002"),
            BEFORE.replace("sc://connect:15002", "sc://$(HOST):15002"),
            BEFORE.replace("apache/spark:3.5.7", "team/own:1"),
            BEFORE.replace("spark-4.1.1", "spark-3.4.1"),
        ] {
            assert_eq!(said(RULE.page.id, &other), [], "{other}");
        }
        let long = BEFORE.replace(
            "sc://connect:15002",
            "sc://connect.default.svc.cluster.local:15002/;user_id=a",
        );
        assert_eq!(said(RULE.page.id, &long).len(), 1);
    }
}
