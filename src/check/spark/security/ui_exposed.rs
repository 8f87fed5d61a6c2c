//! SK511: a web interface of Spark that is open to whoever finds it.

use super::exposed::ways;
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::{Said, Site};
use crate::yaml::Pointer;

pub(super) const RULE: Rule = Rule {
    code: "SK511",
    grade: Grade::Warning,
    page: Page {
        id: "spark/ui-exposed",
        title: "a web interface that is open to whoever finds it",
        what: "No Ingress, Route or Service of type LoadBalancer or NodePort leads to the web interface of a driver (4040), a history \
               server (18080) or a master (8080), where neither Spark nor the way in asks who it is: `spark.acls.enable` or \
               `spark.history.ui.acls.enable` with `spark.ui.filters`, an annotation for a login, a range of addresses. A proxy in \
               front of it passes. Source: `SecurityManager`, `JettyUtils.addFilters`, 3.5.9 to 4.3.0.",
        why_platform: "Spark has no login of its own. The interface shows environment variables, host names and SQL texts, and its \
                       thread dumps.",
        why_data: "Everybody with the address can kill your jobs (`spark.ui.killEnabled` is on by default) and read your queries.",
        fix: "Put a proxy with a login in front of it, or set `spark.ui.filters` to a filter that asks; turn `spark.ui.killEnabled` off.",
        before: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: history}
spec:
  template:
    metadata: {labels: {app: history}}
    spec:
      containers:
      - name: history
        image: apache/spark:4.1.1
        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.history.HistoryServer]
---
apiVersion: v1
kind: Service
metadata: {name: history}
spec: {type: LoadBalancer, selector: {app: history}, ports: [{port: 18080}]}
",
        after: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: history}
spec:
  template:
    metadata: {labels: {app: history}}
    spec:
      containers:
      - name: history
        image: apache/spark:4.1.1
        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.history.HistoryServer]
---
apiVersion: v1
kind: Service
metadata: {name: history}
spec: {selector: {app: history}, ports: [{port: 18080}]}
",
    },
    judge: Judge::Process(judge),
};

/// The setting of the port, and what it is by default where the catalogue has none.
fn port(case: Case<'_>) -> Option<i64> {
    let (key, default) = match case.role.as_str() {
        "spark-history-server" => ("spark.history.ui.port", 18080),
        "spark-master" => ("spark.master.ui.port", 8080),
        "spark-driver" | "spark-connect" | "spark-thrift" => ("spark.ui.port", 4040),
        _ => return None,
    };
    match case.conf().entry(key) {
        Some(_) => case.conf().number(key),
        None => Some(default),
    }
}

fn judge(case: Case<'_>) -> Vec<Said> {
    let conf = case.conf();
    let is_off = case.is_driver() && conf.flag("spark.ui.enabled") == Some(false);
    // A filter may be a login; nobody here knows what it does.
    if is_off || conf.entry("spark.ui.filters").is_some() || conf.may_hold("spark.ui.filters") {
        return Vec::new();
    }
    let Some(port) = port(case) else {
        return Vec::new();
    };
    let ways = ways(case, port).into_iter().filter(|way| !way.is_guarded);
    let said = ways.map(|way| {
        let message = format!(
            "{} leads people from outside to port {port} of {}, and nothing asks who they are",
            way.what,
            case.name()
        );
        let help = "put a proxy with a login in front of it, or set `spark.ui.filters` to a filter that asks";
        let because = match case.role == "spark-history-server" {
            true => {
                "Spark has no login of its own: whoever has the address reads settings, host names and SQL texts of all that ran"
            }
            false => {
                "Spark has no login of its own: whoever has the address reads settings, host names and SQL texts, and can kill jobs"
            }
        };
        let site = Site::object(way.object, Pointer::from_iter(["spec"]));
        site.say(message, help).because(because)
    });
    said.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::places;

    fn ingress(annotations: &str, port: &str) -> Vec<String> {
        let text = format!(
            "{}---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: i, annotations: {{{annotations}}}}}\nspec:\n  \
             rules: [{{http: {{paths: [{{path: /, backend: {{service: {{name: history, port: {{number: {port}}}}}}}}}]}}}}]\n",
            RULE.page.after
        );
        places(RULE.page.id, &text)
    }

    #[test]
    fn an_ingress_with_a_login_passes() {
        assert_eq!(ingress("", "18080"), ["Ingress/i /spec"]);
        assert_eq!(
            ingress("nginx.ingress.kubernetes.io/auth-url: a", "18080"),
            [""; 0]
        );
        assert_eq!(ingress("", "80"), [""; 0]);
    }

    #[test]
    fn another_port_is_another_program() {
        let proxy = RULE
            .page
            .before
            .replace("{port: 18080}", "{port: 18080, targetPort: 4180}");
        assert_eq!(places(RULE.page.id, &proxy), [""; 0]);
    }
}
