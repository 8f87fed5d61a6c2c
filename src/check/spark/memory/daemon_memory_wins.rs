//! SK106: `SPARK_DAEMON_MEMORY` beside `spark.driver.memory` of a Connect or Thrift server.

use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::conf::Told;
use crate::spark::size;

pub(super) const RULE: Rule = Rule {
    code: "SK106",
    grade: Grade::High,
    page: Page {
        id: "spark/daemon-memory-wins",
        title: "`SPARK_DAEMON_MEMORY` overrules the heap of a Connect or Thrift server",
        what: "A container that runs a Connect or a Thrift server sets `SPARK_DAEMON_MEMORY`, and something also sets \
               `spark.driver.memory` (or `SPARK_DRIVER_MEMORY`) to another size. Spark's launcher takes these two servers for \
               daemons and asks for the variable first (`SparkSubmitCommandBuilder`, 3.5 to 4.3).",
        why_platform: "The limit of the container was reckoned for one heap, and the JVM has another: it is killed, or half of \
                       its memory is never used.",
        why_data: "`spark.driver.memory` stands in the configuration and on the Environment page, and the heap is another. \
                   `--driver-memory` changes nothing either.",
        fix: "Set one of them: leave out `SPARK_DAEMON_MEMORY` and keep `spark.driver.memory`.",
        before: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    spec:
      containers:
      - name: connect
        image: apache/spark:4.1.1
        command: [/opt/spark/sbin/start-connect-server.sh]
        args: [--driver-memory, 4g]
        env:
        - {name: SPARK_DAEMON_MEMORY, value: 1g}
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
        image: apache/spark:4.1.1
        command: [/opt/spark/sbin/start-connect-server.sh]
        args: [--driver-memory, 4g]
",
    },
    judge: Judge::Process(judge),
};

const DAEMON: &str = "SPARK_DAEMON_MEMORY";
const HEAP: &str = "spark.driver.memory";

fn judge(case: Case<'_>) -> Vec<Said> {
    let is_server = ["spark-connect", "spark-thrift"].contains(&case.role.as_str());
    if !is_server || case.launch.java {
        return Vec::new();
    }
    let conf = case.conf();
    let (Told::Set(daemon), Told::Set(driver)) = (conf.variable(DAEMON), conf.get(HEAP)) else {
        return Vec::new();
    };
    if size::heap(&daemon.text) == size::heap(&driver.text) {
        return Vec::new();
    }
    let message = format!(
        "`{}` counts, and `{}` does not",
        case.shown_variable(DAEMON),
        case.shown(HEAP)
    );
    let help = format!("take `{DAEMON}` out, and keep `{HEAP}`");
    let said = case.at_entry(DAEMON, daemon.entry).say(message, help).because(
        "Spark's launcher asks a Connect or Thrift server for this variable first: the heap is not the one that the \
         configuration shows, and the limit of the container was reckoned for the other",
    );
    vec![said]
}
