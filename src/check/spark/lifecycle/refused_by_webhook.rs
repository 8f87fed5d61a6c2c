//! SK701: an application that the operator's webhook refuses.

use super::kubeflow::{application, is_open, site};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::manifest::spark::text_of;
use serde_json::Value;

pub(super) const RULE: Rule = Rule {
    code: "SK701",
    grade: Grade::Error,
    page: Page {
        id: "spark/refused-by-webhook",
        title: "an application that the operator's webhook refuses",
        what: "A SparkApplication or ScheduledSparkApplication of kubeflow's operator: `sparkConf` has none of the keys that \
               it keeps for its own fields (service accounts, tokens, `spark.master`, images), and \
               `spark.kubernetes.namespace` is the object's namespace; the name is a label of DNS-1035, since a Service is \
               called after it; `nodeSelector` stands at one level; a pod template goes with Spark 3.0 or later \
               (`internal/webhook/sparkconf_validator.go`, `sparkapplication_validator.go` of kubeflow/spark-operator 2; the \
               list of keys is in its newest releases).",
        why_platform: "The API server takes the manifest only with the webhook's word: `helm upgrade` or the sync fails half \
                       way, on this object.",
        why_data: "Most of these keys have a field in the application; copied from a `spark-submit` command line they are refused.",
        fix: "Move the key to its field: `spec.driver.serviceAccount`, `spec.image`, `spec.driver.image`; take out what the \
              operator sets itself.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.kubernetes.authenticate.driver.serviceAccountName: spark
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  driver: {serviceAccount: spark}
",
    },
    judge: Judge::Process(judge),
};

/// Keys that `sparkConf` may not have, and what to write instead.
const DENIED: [(&str, &str); 13] = [
    (
        "spark.kubernetes.authenticate.driver.serviceAccountName",
        "write `driver.serviceAccount`",
    ),
    (
        "spark.kubernetes.authenticate.executor.serviceAccountName",
        "write `executor.serviceAccount`",
    ),
    ("spark.kubernetes.authenticate.oauthToken", TOKEN),
    ("spark.kubernetes.authenticate.oauthTokenFile", TOKEN),
    ("spark.kubernetes.authenticate.driver.oauthToken", TOKEN),
    ("spark.kubernetes.authenticate.driver.oauthTokenFile", TOKEN),
    ("spark.kubernetes.authenticate.executor.oauthToken", TOKEN),
    (
        "spark.kubernetes.authenticate.executor.oauthTokenFile",
        TOKEN,
    ),
    ("spark.master", "take it out: the operator sets it"),
    (
        "spark.kubernetes.driver.master",
        "take it out: the operator sets it",
    ),
    ("spark.kubernetes.container.image", "write `image`"),
    (
        "spark.kubernetes.driver.container.image",
        "write `driver.image`",
    ),
    (
        "spark.kubernetes.executor.container.image",
        "write `executor.image`",
    ),
];
const TOKEN: &str = "take it out: the operator brings its own credentials";
const NAMESPACE: &str = "spark.kubernetes.namespace";
const BECAUSE: &str = "the operator's webhook refuses the object, and the upgrade stops there";

fn judge(case: Case<'_>) -> Vec<Said> {
    let Some((spec, base)) = application(case) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (key, next) in DENIED {
        if !spec["sparkConf"][key].is_null() {
            let message = format!("`{key}` may not stand in `sparkConf`");
            found.push(
                site(case, &base, &["sparkConf", key])
                    .say(message, next)
                    .because(BECAUSE),
            );
        }
    }
    let namespace = text_of(&spec["sparkConf"][NAMESPACE]);
    let own = case.namespace();
    let known = [namespace, own]
        .into_iter()
        .all(|text| !text.is_empty() && !is_open(text));
    if known && namespace != own {
        let message =
            format!("`{NAMESPACE}={namespace}` is not the application's namespace `{own}`");
        let help = "take it out: the operator sets it";
        found.push(
            site(case, &base, &["sparkConf", NAMESPACE])
                .say(message, help)
                .because(BECAUSE),
        );
    }
    found.extend(of_name(case));
    found.extend(of_selectors(case, spec, &base));
    found.extend(of_templates(case, spec, &base));
    found
}

fn of_name(case: Case<'_>) -> Option<Said> {
    let name = case.seen().name();
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let fits = name.len() <= 63
        && name.chars().all(letters)
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && !name.ends_with('-');
    (!fits && !name.is_empty() && !is_open(name)).then(|| {
        let message = format!("the name `{}` is no label of DNS-1035", crate::text::shortened(name));
        let help = "at most 63 small letters, digits and `-`, a letter first, no `-` at the end, and no dots";
        case.at_object(&["metadata", "name"]).say(message, help).because(BECAUSE)
    })
}

fn of_selectors(case: Case<'_>, spec: &Value, base: &crate::yaml::Pointer) -> Option<Said> {
    let set = |value: &Value| value.as_object().is_some_and(|map| !map.is_empty());
    let roles = ["driver", "executor"];
    let below = roles
        .into_iter()
        .find(|role| set(&spec[*role]["nodeSelector"]));
    let role = below.filter(|_| set(&spec["nodeSelector"]))?;
    let message = format!("`nodeSelector` stands both at the top and at `{role}`");
    let help = "write it at `driver` and at `executor` alone";
    Some(
        site(case, base, &["nodeSelector"])
            .say(message, help)
            .because(BECAUSE),
    )
}

fn of_templates(case: Case<'_>, spec: &Value, base: &crate::yaml::Pointer) -> Option<Said> {
    let mut roles = ["driver", "executor"].into_iter();
    let role = roles.find(|role| spec[*role]["template"].is_object())?;
    let old = !case.assumed && !case.version.since(3, 0);
    old.then(|| {
        let message = format!(
            "`template` of the {role} with Spark {}, which has no pod templates",
            case.version
        );
        let help = "use the fields of driver and executor, or Spark 3.0 or later";
        site(case, base, &[role, "template"])
            .say(message, help)
            .because(BECAUSE)
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::places;

    fn app(name: &str, spec: &str) -> Vec<String> {
        let text = format!(
            "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: ScheduledSparkApplication\nmetadata: {{name: \"{name}\", namespace: jobs}}\nspec:\n  template: {{type: Scala, {spec}}}\n"
        );
        places(RULE.page.id, &text)
    }

    #[test]
    fn each_way_of_being_refused() {
        let first = |found: Vec<String>| found.into_iter().next().unwrap_or_default();
        for (spec, path) in [
            (
                "sparkConf: {spark.master: \"k8s://x\"}",
                "/sparkConf/spark.master",
            ),
            (
                "sparkConf: {spark.kubernetes.namespace: other}",
                "/sparkConf/spark.kubernetes.namespace",
            ),
            (
                "nodeSelector: {a: b}, executor: {nodeSelector: {a: c}}",
                "/nodeSelector",
            ),
            (
                "sparkVersion: 2.4.8, driver: {template: {spec: {}}}",
                "/driver/template",
            ),
        ] {
            let found = first(app("a", spec));
            assert!(found.ends_with(path), "{spec}: {found}");
        }
        assert!(first(app("a.b", "x: y")).ends_with("/metadata/name"));
        for (name, spec) in [
            ("a-1", "sparkConf: {spark.kubernetes.namespace: jobs}"),
            ("a", "sparkConf: {spark.kubernetes.namespace: \"${NS}\"}"),
            ("${NAME}", "nodeSelector: {a: b}"),
            ("a", "driver: {template: {spec: {}}}"),
        ] {
            assert!(app(name, spec).is_empty(), "{name} {spec}");
        }
    }
}
