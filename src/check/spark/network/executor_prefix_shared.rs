//! SK207: one prefix for the executors of several drivers.

use super::driver::{POD_NAME, executors_namespace, is_closed, owner, several};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::check::spark::world::World;
use crate::spark::conf::{Given, Told};
use std::borrow::Cow;
use std::collections::BTreeMap;

pub(super) const RULE: Rule = Rule {
    code: "SK207",
    grade: Grade::High,
    page: Page {
        id: "spark/executor-prefix-shared",
        title: "a prefix of executors that is not one driver's alone",
        what: "A fixed `spark.kubernetes.executor.podNamePrefix` belongs to one driver: its workload has one replica and nothing \
               that makes more, no other application of the stream uses it in the same namespace, and a Connect or Thrift \
               server that has it also has `spark.kubernetes.driver.pod.name`, so that its executors go when it goes: \
               without that it is a warning only, for `spark/driver-pod-name-not-set` says the cause \
               (`BasicExecutorFeatureStep`: executors are called `<prefix>-exec-<number>`, and each driver counts from 1).",
        why_platform: "The second driver asks for a pod that there is already, and the API server answers 409 `AlreadyExists`: \
                       a stream of refused requests, one for each number that is taken, and again after each restart.",
        why_data: "Executors come late, although the queue is empty: each refused request costs a round of the allocator. It works \
                   in a test with one replica, and stalls with the second, or after the first crash.",
        fix: "Leave it out: Spark then makes one from the application's name and a random text. Or make it unique, from a \
              variable with the pod's name.",
        before: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: connect
          image: apache/spark:4.1.4
          env:
            - {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
          args: [spark-submit, --master, k8s://https://kubernetes.default.svc:443,
                 --conf, spark.kubernetes.driver.pod.name=$(POD_NAME),
                 --conf, spark.kubernetes.executor.podNamePrefix=connect,
                 --class, org.apache.spark.sql.connect.service.SparkConnectServer, spark-internal]
",
        after: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: connect
          image: apache/spark:4.1.4
          env:
            - {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
          args: [spark-submit, --master, k8s://https://kubernetes.default.svc:443,
                 --conf, spark.kubernetes.driver.pod.name=$(POD_NAME),
                 --conf, spark.kubernetes.executor.podNamePrefix=$(POD_NAME),
                 --class, org.apache.spark.sql.connect.service.SparkConnectServer, spark-internal]
",
    },
    judge: Judge::Stream(judge),
};

pub(super) const PREFIX: &str = "spark.kubernetes.executor.podNamePrefix";

/// The prefix that somebody fixed; not the one that an operator makes of the object's name.
fn fixed(case: Case<'_>) -> Option<Cow<'_, str>> {
    match case.conf().get(PREFIX) {
        Told::Set(known) if !matches!(known.entry.given, Given::Operator | Given::Field) => {
            Some(known.text)
        }
        _ => None,
    }
}

fn judge(world: &World<'_>) -> Vec<Said> {
    let processes = world.processes.iter();
    let cases = processes.map(|process| Case { world, process });
    let fixed: Vec<_> = cases
        .filter(|case| case.makes_executors())
        .filter_map(|case| Some((case, fixed(case)?)))
        .collect();
    let mut alike = BTreeMap::<_, Vec<_>>::new();
    for (case, prefix) in &fixed {
        if let Some(namespace) = executors_namespace(*case) {
            let same = alike.entry((prefix.as_ref(), namespace));
            same.or_default().push(*case);
        }
    }
    let said = fixed.iter().flat_map(|(case, prefix)| {
        let namespace = executors_namespace(*case);
        let same = namespace.and_then(|namespace| alike.get(&(prefix.as_ref(), namespace)));
        of_process(*case, same.map_or(&[], Vec::as_slice))
    });
    said.collect()
}

/// Why executors of one application are not the only ones of their names; `same` have its prefix and namespace.
fn of_process(case: Case<'_>, same: &[Case<'_>]) -> Vec<Said> {
    let mut why: Vec<_> = several(case).into_iter().collect();
    let others = same
        .iter()
        .filter(|other| !std::ptr::eq(other.process, case.process));
    let others = others.map(|other| format!("{} has it, too", whole(*other)));
    why.extend(others.take(3));
    let is_certain = !why.is_empty();
    if case.is_client() && is_closed(case) && case.conf().is_unset(POD_NAME) {
        let left =
            format!("without `{POD_NAME}`, executors of a driver that was killed keep their names");
        why.push(left);
    }
    if why.is_empty() {
        return Vec::new();
    }
    let message = format!(
        "`{}` is not one driver's alone: {}",
        case.shown(PREFIX),
        why.join("; ")
    );
    let help =
        format!("leave `{PREFIX}` out, or make it unique with the pod's name (`metadata.name`)");
    let said = case.at(PREFIX).say(message, help);
    let said = said.because("each driver counts its executors from 1, and the API server refuses a second pod of the same name");
    // SK206 says the same cause as gravely as it is.
    vec![if is_certain {
        said
    } else {
        said.only(Grade::Warning)
    }]
}

/// Another process, with what it is in.
fn whole(other: Case<'_>) -> String {
    match other.operator {
        Some(_) => owner(other),
        None => format!("{} of `{}`", other.name(), other.seen().name()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::said;

    fn app(name: &str, namespace: &str, prefix: &str) -> String {
        format!(
            "---\napiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec:\n  type: Scala\n  sparkVersion: 4.1.4\n  sparkConf: {{spark.kubernetes.executor.podNamePrefix: {prefix}}}\n"
        )
    }

    #[test]
    fn two_applications_in_one_namespace() {
        let told = |text: String| said(RULE.page.id, &text).len();
        assert_eq!(told(app("a", "n", "etl") + &app("b", "n", "etl")), 2);
        assert_eq!(told(app("a", "n", "etl") + &app("b", "m", "etl")), 0);
        assert_eq!(told(app("a", "n", "etl") + &app("b", "n", "load")), 0);
        assert_eq!(told(app("a", "n", "'${P}'") + &app("b", "n", "'${P}'")), 0);
    }

    #[test]
    fn a_restart_finds_the_old_executors() {
        let one = RULE.page.before.replace("replicas: 2", "replicas: 1");
        assert_eq!(said(RULE.page.id, &one), []);
        let orphans = one.replace("spark.kubernetes.driver.pod.name=$(POD_NAME)", "spark.x=1");
        let found = said(RULE.page.id, &orphans);
        assert!(found[0].1.contains("keep their names"), "{found:?}");
    }
}
