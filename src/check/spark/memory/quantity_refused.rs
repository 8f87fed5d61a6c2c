//! SK103: an amount that Kubernetes does not read, in Spark's words, or reads as next to nothing.

use super::parts::{application, made, written};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::{Said, Site};
use crate::check::spark::world::World;
use crate::manifest::{BadQuantity, Container, Quantity};
use crate::spark::conf::Told;
use crate::spark::memory::MIB;
use crate::spark::pod::as_limit;
use crate::spark::process::{Operator, Seen, SeenPod};
use crate::yaml::Pointer;
use serde_json::Value;

pub(super) const RULE: Rule = Rule {
    code: "SK103",
    grade: Grade::Error,
    page: Page {
        id: "spark/quantity-refused",
        title: "an amount that Kubernetes does not read, or reads as next to nothing",
        what: "What Spark hands to Kubernetes is a quantity: `spark.kubernetes.*.request.cores` and `.limit.cores`, \
               `….volumes.*.options.sizeLimit`, Kubeflow's `memoryLimit` (whose Java units its webhook changes into \
               Kubernetes' own: `4g` becomes `4Gi`, and `4G` becomes `4GGi`). Memory in its `batchSchedulerOptions`, of containers in pods that run Spark, and Stackable's `memory.limit`, is 1 MiB or more. \
               What is no quantity at all in a container is said by the check `api-validity`.",
        why_platform: "In Kubernetes `m` is a thousandth: `512m` of memory is half a byte. It is valid, and no container \
                       starts under it. `4gb` is no quantity: the API server refuses the pod.",
        why_data: "Spark writes 512 MiB as `512m`, Kubernetes as `512Mi`. In `resources` of a pod it is Kubernetes that reads.",
        fix: "Write `512Mi` and `4Gi` wherever Kubernetes reads; `512m` and `4g` in Spark's own settings.",
        before: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: history}
spec:
  template:
    spec:
      containers:
      - name: history
        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.history.HistoryServer]
        resources: {limits: {memory: 2048m}}
",
        after: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: history}
spec:
  template:
    spec:
      containers:
      - name: history
        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.history.HistoryServer]
        resources: {limits: {memory: 2048Mi}}
",
    },
    judge: Judge::Stream(judge),
};

fn judge(world: &World<'_>) -> Vec<Said> {
    let processes = world.processes.iter();
    let cases = processes.map(|process| Case { world, process });
    let settings = cases.flat_map(|case| {
        let mut found = of_settings(case);
        found.extend(of_fields(case));
        found
    });
    let containers = world.seen.iter().flat_map(of_object);
    settings.chain(containers).collect()
}

/// The settings that Spark hands on as they are.
fn of_settings(case: Case<'_>) -> Vec<Said> {
    let conf = case.conf();
    let mut found = Vec::new();
    for role in made(case) {
        let cores =
            ["request", "limit"].map(|what| format!("spark.kubernetes.{role}.{what}.cores"));
        let volumes = format!("spark.kubernetes.{role}.volumes.");
        let volumes = conf.family(&volumes).map(|(key, _)| key.to_owned());
        let sizes: Vec<_> = volumes
            .filter(|key| key.ends_with(".options.sizeLimit"))
            .collect();
        for key in cores.iter().chain(&sizes) {
            let Told::Set(known) = conf.get(key) else {
                continue;
            };
            match Quantity::parse(&known.text) {
                Err(bad) => {
                    let message = format!("`{}` is no quantity of Kubernetes", case.shown(key));
                    found.push(refused(case.at(key), message, &bad, known.entry.secret));
                }
                Ok(amount) if sizes.contains(key) && !known.entry.secret => {
                    found.extend(small(case.at(key), &case.shown(key), &known.text, amount));
                }
                Ok(_) => {}
            }
        }
    }
    found
}

/// Fields of operators that are amounts of memory.
fn of_fields(case: Case<'_>) -> Vec<Said> {
    let (spec, at) = application(case);
    let site = |path: &[&str]| {
        let all: Vec<_> = at.iter().chain(path).copied().collect();
        case.at_object(&all)
    };
    let mut found = Vec::new();
    for role in ["driver", "executor"] {
        let limit = &spec[role]["memoryLimit"];
        if let (Some(Operator::Kubeflow), Some(text)) = (case.operator, limit.as_str())
            && !is_open(text)
            && let limit = as_limit(text)
            && let Err(bad) = Quantity::parse(&limit)
        {
            let made = match limit == text {
                true => String::new(),
                false => format!(": the operator makes `{limit}` of it"),
            };
            let message =
                format!("`memoryLimit: {text}` of the {role} is no quantity of Kubernetes{made}");
            found.push(refused(site(&[role, "memoryLimit"]), message, &bad, false));
        }
    }
    let gang = &spec["batchSchedulerOptions"]["resources"];
    for (name, value) in gang.as_object().into_iter().flatten() {
        if let (true, Ok(amount)) = (name.ends_with("memory"), Quantity::of(value)) {
            let text = written(value);
            let what = format!("batchSchedulerOptions.resources.{name}: {text}");
            let path = ["batchSchedulerOptions", "resources", name];
            found.extend(small(site(&path), &what, &text, amount));
        }
    }
    if case.operator == Some(Operator::Stackable) {
        for role in ["job", "driver", "executor"] {
            let path = [role, "config", "resources", "memory", "limit"];
            let limit = path.iter().fold(spec, |value, key| &value[*key]);
            if let Ok(amount) = Quantity::of(limit) {
                let text = written(limit);
                let what = format!("memory.limit: {text}");
                found.extend(small(site(&path), &what, &text, amount));
            }
        }
    }
    found
}

/// Memory of each container of each pod of an object.
fn of_object(seen: &Seen) -> Vec<Said> {
    let mut found = Vec::new();
    for pod in &seen.pods {
        for container in pod.pod().containers() {
            for (list, kind) in [
                ("requests", "memory"),
                ("limits", "memory"),
                ("requests", "ephemeral-storage"),
                ("limits", "ephemeral-storage"),
            ] {
                let value = &container.value["resources"][list][kind];
                found.extend(of_amount((seen, pod, container), [list, kind], value));
            }
        }
    }
    found
}

fn of_amount(
    (seen, pod, container): (&Seen, &SeenPod, Container<'_>),
    [list, kind]: [&str; 2],
    value: &Value,
) -> Option<Said> {
    let amount = Quantity::of(value).ok()?;
    let path = Pointer::from_iter(["resources", list, kind]);
    let at = pod.at(&container.pointer().join(&path));
    let site = Site::object(seen.index, at).in_container(container.name());
    let text = written(value);
    small(site, &format!("{list}.{kind}: {text}"), &text, amount)
}

/// An amount of bytes that is next to nothing.
fn small(site: Site, what: &str, text: &str, amount: Quantity) -> Option<Said> {
    let bytes = u64::try_from(amount.bytes()).ok()?;
    if !(1..MIB).contains(&bytes) {
        return None;
    }
    let unit = if bytes == 1 { "byte" } else { "bytes" };
    let message = format!("`{what}` comes to {bytes} {unit}");
    let digits = text.trim_end_matches('m');
    let help = match digits.bytes().all(|b| b.is_ascii_digit()) {
        true => format!("write `{digits}Mi`, if MiB are meant"),
        false => "write Mi or Gi behind the number".to_owned(),
    };
    let because = "Kubernetes counts bytes, and `m` is a thousandth of one: the amount is valid, and nothing starts under it";
    Some(
        site.say(message, help)
            .because(because)
            .only(Grade::Warning),
    )
}

fn refused(site: Site, message: String, bad: &BadQuantity, is_secret: bool) -> Said {
    let instead = bad.instead.first().filter(|_| !is_secret);
    let help = match instead {
        Some(instead) => format!("write `{instead}`"),
        None => "write it as Kubernetes does: `500m` or `2` for cores, `512Mi` or `4Gi` for sizes"
            .to_owned(),
    };
    site.say(message, help)
        .because("the API server refuses the pod, and Spark or the operator tries again and again")
}

fn is_open(text: &str) -> bool {
    text.contains('$') || text.contains("{{")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::said;

    #[test]
    fn each_reader_has_its_own_units() {
        let of = |spec: &str| {
            let text = format!(
                "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nmetadata: {{name: pi}}\nspec:\n  type: Scala\n  \
                 sparkVersion: 4.1.4\n  {spec}\n"
            );
            said(RULE.page.id, &text).len()
        };
        for (spec, wanted) in [
            ("executor: {memoryLimit: 512m}", 0),
            ("executor: {memoryLimit: 4G}", 1),
            ("executor: {memoryLimit: 4GB}", 1),
            ("executor: {memoryLimit: '${LIMIT}'}", 0),
            (
                "batchSchedulerOptions: {resources: {cpu: '2', memory: 4096m}}",
                1,
            ),
            ("batchSchedulerOptions: {resources: {memory: 4096Mi}}", 0),
            ("executor: {coreRequest: 500m}", 0),
            ("executor: {coreRequest: 2cores}", 1),
            (
                "sparkConf: {spark.kubernetes.executor.volumes.emptyDir.a.options.sizeLimit: 10gb}",
                1,
            ),
            (
                "sparkConf: {spark.kubernetes.executor.volumes.emptyDir.a.options.sizeLimit: 10g}",
                1,
            ),
            (
                "sparkConf: {spark.kubernetes.executor.volumes.emptyDir.a.options.sizeLimit: 10Gi}",
                0,
            ),
        ] {
            assert_eq!(of(spec), wanted, "{spec}");
        }
    }
}
