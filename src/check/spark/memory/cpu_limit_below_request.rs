//! SK119: a CPU limit below the CPU request of a pod that Spark makes.

use super::parts::{made, written, written_container};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::{Said, Site};
use crate::manifest::Quantity;
use crate::spark::conf::Told;
use crate::yaml::Pointer;

pub(super) const RULE: Rule = Rule {
    code: "SK119",
    grade: Grade::Error,
    page: Page {
        id: "spark/cpu-limit-below-request",
        title: "a CPU limit below the CPU request",
        what: "`spark.kubernetes.{driver,executor}.limit.cores`, or else `limits.cpu` of the template in the operator's object, \
               is at least the request: `….request.cores`, or else `spark.{driver,executor}.cores`, which is 1 where nothing \
               sets it. Spark overwrites `requests.cpu` of a template and keeps its `limits.cpu` \
               (`BasicDriverFeatureStep`, `BasicExecutorFeatureStep`).",
        why_platform: "A pod whose request is above its limit is refused by the API server. Spark 4 compares the two of \
                       executors and throws before it asks.",
        why_data: "No executor ever starts, or no driver; the log repeats the same refusal.",
        fix: "Raise `limit.cores`, or set `request.cores` to what the pod needs.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  executor: {cores: 4, coreLimit: 2000m}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  executor: {cores: 4, coreLimit: 4000m}
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    made(case)
        .iter()
        .filter_map(|role| of_role(case, role))
        .collect()
}

fn of_role(case: Case<'_>, role: &str) -> Option<Said> {
    let (asked, what) = request(case, role)?;
    let (limit, text, site) = limit(case, role)?;
    (limit < asked).then(|| {
        let message = format!("the CPU limit of the {role}, {text}, is less than its request, {what}");
        let help = format!(
            "raise the limit, or set `spark.kubernetes.{role}.request.cores` to no more than it"
        );
        site.say(message, help).because(
            "the API server refuses such a pod, and Spark 4 throws before it asks for an executor: none ever starts",
        )
    })
}

/// What the pod asks for, and the setting that says so.
fn request(case: Case<'_>, role: &str) -> Option<(Quantity, String)> {
    let conf = case.conf();
    let request = format!("spark.kubernetes.{role}.request.cores");
    let cores = format!("spark.{role}.cores");
    for key in [request, cores.clone()] {
        match conf.get(&key) {
            Told::Unset => {}
            Told::Unknown => return None,
            Told::Set(known) => {
                let quantity = Quantity::parse(known.text.trim()).ok()?;
                return Some((quantity, format!("`{}`", case.shown(&key))));
            }
        }
    }
    Some((Quantity::whole(1), format!("1, as `{cores}` is not set")))
}

/// The limit, as it is written, and where.
fn limit(case: Case<'_>, role: &str) -> Option<(Quantity, String, Site)> {
    let key = format!("spark.kubernetes.{role}.limit.cores");
    match case.conf().get(&key) {
        Told::Set(known) => {
            let quantity = Quantity::parse(known.text.trim()).ok()?;
            Some((quantity, format!("`{}`", case.shown(&key)), case.at(&key)))
        }
        Told::Unknown => None,
        Told::Unset => {
            let pod = case.written_pod(role)?;
            let container = written_container(case, role)?;
            let limit = &container.value["resources"]["limits"]["cpu"];
            let quantity = Quantity::of(limit).ok()?;
            let path = Pointer::from_iter(["resources", "limits", "cpu"]);
            let site = Site::object(case.object, pod.at(&container.pointer().join(&path)));
            let text = format!("`limits.cpu: {}` of its template", written(limit));
            Some((quantity, text, site.in_container(container.name())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::places;

    #[test]
    fn by_what_counts() {
        let of = |executor: &str| {
            let text = RULE
                .page
                .before
                .replace("{cores: 4, coreLimit: 2000m}", executor);
            places(RULE.page.id, &text)
        };
        let at = "SparkApplication/pi /spec/executor/coreLimit";
        assert_eq!(of("{coreLimit: 500m}"), [at]);
        assert_eq!(of("{coreRequest: 500m, coreLimit: 500m}"), [""; 0]);
        assert_eq!(
            of("{cores: 4, coreRequest: '${C}', coreLimit: 500m}"),
            [""; 0]
        );
        let template = |limit: &str| {
            format!(
                "{{cores: 2, template: {{spec: {{containers: [{{name: spark-kubernetes-executor, resources: {{limits: {{cpu: {limit}}}}}}}]}}}}}}"
            )
        };
        assert_eq!(of(&template("2")), [""; 0]);
        assert_eq!(
            of(&template("1")),
            ["SparkApplication/pi /spec/executor/template/spec/containers/0"]
        );
    }
}
