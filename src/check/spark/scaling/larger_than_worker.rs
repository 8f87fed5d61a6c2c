//! SK320: executors that no worker of the standalone cluster has room for. The number is this tool's own.

use super::facts::{is_settled, is_standalone};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::check::spark::world::World;
use crate::manifest::Quantity;
use crate::manifest::spark::text_of;
use crate::spark::memory::{MIB, as_heap, offered_by_worker};
use crate::spark::process::Process;
use crate::spark::size::{Unit, setting};
use crate::yaml::Pointer;
use serde_json::Value;

const MEMORY: &str = "spark.executor.memory";
const OFFERED: &str = "SPARK_WORKER_MEMORY";

pub(super) const RULE: Rule = Rule {
    code: "SK320",
    grade: Grade::Error,
    page: Page {
        id: "spark/executor-larger-than-workers",
        title: "executors that no worker of the standalone cluster has room for",
        what: "A driver whose `spark.master` is a Service of the stream, and the stream's workers: `spark.executor.memory` is at \
               most what a worker offers, which is `SPARK_WORKER_MEMORY`, or else the container's limit less 1 GiB \
               (`WorkerArguments.inferDefaultMemory`, 3.5 to 4.3). Silent where one worker's memory is not known. The number \
               SK320 is this tool's own.",
        why_platform: "Workers are up and idle, the driver is up and idle. No pod fails, and nothing restarts.",
        why_data: "The master gives an executor to a worker with enough free memory. There is none, now or ever: the log repeats \
                   `Initial job has not accepted any resources`.",
        fix: "Lower `spark.executor.memory`, or raise `SPARK_WORKER_MEMORY` and the workers' limit with it.",
        before: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    spec:
      containers:
      - name: connect
        image: apache/spark:4.1.4
        command: [/opt/spark/sbin/start-connect-server.sh]
        args: [--master, \"spark://master:7077\", --conf, spark.executor.memory=4g]
---
apiVersion: v1
kind: Service
metadata: {name: master}
spec: {ports: [{port: 7077}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: worker}
spec:
  template:
    spec:
      containers:
      - name: worker
        image: apache/spark:4.1.4
        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.worker.Worker, \"spark://master:7077\"]
        env: [{name: SPARK_WORKER_MEMORY, value: 2g}]
        resources: {limits: {memory: 4Gi}}
",
        after: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    spec:
      containers:
      - name: connect
        image: apache/spark:4.1.4
        command: [/opt/spark/sbin/start-connect-server.sh]
        args: [--master, \"spark://master:7077\", --conf, spark.executor.memory=2g]
---
apiVersion: v1
kind: Service
metadata: {name: master}
spec: {ports: [{port: 7077}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: worker}
spec:
  template:
    spec:
      containers:
      - name: worker
        image: apache/spark:4.1.4
        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.worker.Worker, \"spark://master:7077\"]
        env: [{name: SPARK_WORKER_MEMORY, value: 2g}]
        resources: {limits: {memory: 4Gi}}
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    found(case).into_iter().collect()
}

fn found(case: Case<'_>) -> Option<Said> {
    let master = case
        .conf()
        .text("spark.master")
        .filter(|_| is_standalone(case))?;
    let host = master
        .strip_prefix("spark://")?
        .split([':', '.', ','])
        .next()?;
    case.world.named("Service", case.namespace(), host)?;
    // Of a job, the code may set what the stream leaves out.
    (case.conf().entry(MEMORY).is_some() || is_settled(case)).then_some(())?;
    let asked = case.conf().bytes(MEMORY, Unit::Mebibyte)? / i128::from(MIB);
    let asked = u64::try_from(asked).ok()?;
    let offered = largest(case.world)?;
    if asked <= offered {
        return None;
    }
    let subject = match case.conf().entry(MEMORY) {
        Some(_) => format!("`{}`", case.shown(MEMORY)),
        None => format!("`{MEMORY}`, 1g by default,"),
    };
    let message = format!(
        "{subject} fits no worker of the stream: the largest offers {}",
        as_heap(offered)
    );
    let help = format!(
        "lower it to `{}` or less, or raise `{OFFERED}` of the workers",
        as_heap(offered)
    );
    Some(case.at(MEMORY).say(message, help).because(
        "a standalone master looks for a worker with that much free memory, finds none, and the application waits for good \
         without an error",
    ))
}

/// What the largest worker of the stream offers, in MiB; nothing where there is none, or where one is not known.
fn largest(world: &World<'_>) -> Option<u64> {
    let workers = world.processes.iter();
    let mut workers = workers
        .filter(|process| process.role == "spark-worker")
        .peekable();
    workers.peek()?;
    let all: Option<Vec<u64>> = workers.map(|process| offered(world, process)).collect();
    all?.into_iter().max()
}

fn offered(world: &World<'_>, worker: &Process) -> Option<u64> {
    let container = worker.container(&world.seen[worker.seen])?;
    let words = worker.launch.texts.iter();
    let by_argument = |word: &str| {
        ["-m", "--memory"]
            .into_iter()
            .any(|option| word.split_whitespace().any(|part| part == option))
    };
    // Options, whole files of variables, and properties may all say it.
    let elsewhere = words.map(String::as_str).any(by_argument)
        || !container.value["envFrom"].is_null()
        || !worker.conf.gaps().is_empty()
        || worker.conf.may_hold(OFFERED);
    let mut env = container.value["env"].as_array().into_iter().flatten();
    let set = env.rfind(|variable| variable["name"] == OFFERED);
    match set.map(|variable| &variable["value"]) {
        Some(Value::String(text)) if !text.contains(['$', '{']) => {
            // Without a unit it counts bytes. Source: `Utils.memoryStringToMb`; a worker without memory does not start.
            let bytes = setting(text, Unit::Byte, worker.version.release()).ok()?;
            let mebibytes = u64::try_from(bytes).ok()? / MIB;
            (mebibytes > 0).then_some(mebibytes)
        }
        None if !elsewhere && !worker.launch.variables.contains_key(OFFERED) => {
            let at = Pointer::from_iter(["resources", "limits", "memory"]);
            let limit = at
                .of(container.value)
                .filter(|limit| !text_of(limit).is_empty())?;
            let bytes = u64::try_from(Quantity::of(limit).ok()?.bytes()).ok()?;
            Some(offered_by_worker(bytes / MIB))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::{places, said};

    const SIZE: &str = "env: [{name: SPARK_WORKER_MEMORY, value: 2g}]\n        ";

    #[test]
    fn without_a_figure_a_worker_offers_its_limit_less_one_gibibyte() {
        let text = RULE.page.before.replace(SIZE, "");
        let found = said(RULE.page.id, &text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].1.ends_with("the largest offers 3g"), "{found:?}");
        assert_eq!(places(RULE.page.id, &text.replace("4Gi", "5Gi")), [""; 0]);
    }

    #[test]
    fn what_is_not_known_is_not_too_small() {
        for (from, to) in [
            ("value: 2g", "value: \"${SIZE}\""),
            (
                "value: 2g",
                "valueFrom: {configMapKeyRef: {name: sizes, key: worker}}",
            ),
            (
                "spark://master:7077\", --conf",
                "spark://elsewhere:7077\", --conf",
            ),
            (
                "spark.executor.memory=4g",
                "\"spark.executor.memory=${SIZE}\"",
            ),
        ] {
            let text = RULE.page.before.replace(from, to);
            assert_ne!(text, RULE.page.before);
            assert_eq!(places(RULE.page.id, &text), [""; 0], "{to}");
        }
    }
}
