//! Applications of the corpus, as pods; the figures were reckoned by hand.

use super::super::{fixtures, support};
use serde_json::json;
use sparkk8s_post::spark::pod::kubeflow;

/// A file; then memory of driver and executor, and the executors.
const APPLICATIONS: [(&str, i64, i64, u64); 4] = [
    ("docs-examples-spark-application-celeborn", 896, 896, 2),
    ("docs-examples-spark-pi-basic", 896, 896, 2),
    ("docs-examples-spark-pi-scheduled", 896, 896, 2),
    ("docs-examples-spark-pyspark-celeborn", 1433, 5734, 5),
];

#[test]
fn applications_of_the_corpus_come_to_pods() {
    let Some(corpus) = support::corpus() else {
        return;
    };
    for (name, driver, executor, count) in APPLICATIONS {
        let file = corpus.join(format!("plain-manifests/{name}.yaml"));
        let mut documents = fixtures::yaml(&fixtures::read(&file)).expect("YAML");
        let mut app = documents.pop().expect("an application");
        if app["kind"] == "ScheduledSparkApplication" {
            let spec = app["spec"]["template"].take();
            app = json!({"metadata": app["metadata"], "spec": spec});
        }
        let pods = kubeflow::predicted(&app, "4.1.4").expect("pods");
        let memory: Vec<_> = pods.iter().map(|pod| pod.resources.memory).collect();
        assert_eq!(memory, [driver, executor], "{name}");
        assert_eq!(pods[1].count.most, Some(count), "{name}");
        let account = &pods[1].value["spec"]["serviceAccountName"];
        assert_eq!(
            account, "spark-41",
            "{name}: executors take the driver's account"
        );
    }
}
