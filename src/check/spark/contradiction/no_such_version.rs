//! SK617: a version of Spark that does not exist.

use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::{Said, Site};
use crate::spark::version::of_field;
use crate::yaml::Pointer;

pub(super) const RULE: Rule = Rule {
    code: "SK617",
    grade: Grade::High,
    page: Page {
        id: "spark/no-such-version",
        title: "a version of Spark that does not exist",
        what: "`sparkVersion` of kubeflow's operator, `runtimeVersions.sparkVersion` of Apache's and `productVersion` of \
               Stackable's name a line of Spark that there is, or the next one. The number is our own.",
        why_platform: "Operators choose by it: kubeflow's passes a pod template from 3.0 on only, Stackable's and Apache's make \
                       the name of an image of it, which no registry has.",
        why_data: "Defaults differ from version to version. With a wrong one, every figure that is reckoned by it, here and in \
                   other tools, is of another Spark than the one that runs.",
        fix: "Write the version of the image, as in `4.1.4`.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 3.9.0
  driver: {memory: 2g}
  executor: {memory: 8g}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 3.5.9
  driver: {memory: 2g}
  executor: {memory: 8g}
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    let Some((field, Err(bad))) = of_field(&case.seen().value) else {
        return Vec::new();
    };
    let at = Pointer::parse(field).unwrap_or_default();
    let said = Site::object(case.object, at).say(
        bad.to_string(),
        "write the version of the image, as in `4.1.4`",
    );
    vec![said.because("operators and other tools choose images, fields and defaults by it")]
}
