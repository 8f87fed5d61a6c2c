//! SK514: jars that are fetched when a driver starts.

use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::{Said, Site};
use crate::spark::conf::Told;
use crate::yaml::Pointer;
use serde_json::Value;

pub(super) const RULE: Rule = Rule {
    code: "SK514",
    grade: Grade::Warning,
    page: Page {
        id: "spark/packages-at-start",
        title: "jars that are fetched at each start",
        what: "Neither `spark.jars.packages` (`--packages`, `deps.packages` of the operators) nor `spark.jars.repositories` is set: the \
               jars are in the image. Source: `DependencyUtils.resolveMavenDependencies`, `MavenUtils`, 3.5.9 to 4.3.0.",
        why_platform: "Each start needs a way to Maven's repositories and brings whatever they serve, without a digest. A NetworkPolicy \
                       or a mirror that is down keeps drivers from starting.",
        why_data: "Ivy unpacks into the home folder, which uid 185 does not have in the official images: `spark.jars.ivy` has to name \
                   another one, such as `/tmp/.ivy`. The download is on every job's clock.",
        fix: "Build an image with these jars in `/opt/spark/jars`; until then set `spark.jars.ivy=/tmp/.ivy`.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf: {spark.jars.packages: \"org.apache.spark:spark-avro_2.13:4.1.4\"}
  driver: {memory: 2g}
  executor: {memory: 4g}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf: {spark.jars: \"local:///opt/spark/jars/spark-avro_2.13-4.1.4.jar\"}
  driver: {memory: 2g}
  executor: {memory: 4g}
",
    },
    judge: Judge::Process(judge),
};

const KEYS: [&str; 2] = ["spark.jars.packages", "spark.jars.repositories"];

fn judge(case: Case<'_>) -> Vec<Said> {
    if !case.is_driver() {
        return Vec::new();
    }
    let conf = case.conf();
    let set = KEYS.into_iter().find_map(|key| match conf.get(key) {
        Told::Set(known) if !known.text.trim().is_empty() => Some((case.shown(key), case.at(key))),
        _ => None,
    });
    let Some((shown, site)) = set.or_else(|| field(case)) else {
        return Vec::new();
    };
    let ivy = "spark.jars.ivy";
    let help = match conf.is_unset(ivy) {
        true => format!(
            "build an image that has these jars; until then set `{ivy}=/tmp/.ivy`, since uid 185 has no home folder"
        ),
        false => "build an image that has these jars".to_owned(),
    };
    let message = format!("`{shown}` makes {} fetch jars at each start", case.name());
    vec![site.say(message, help).because(
        "a start then needs a way to Maven's repositories and takes what they serve that day; a mirror that is down keeps drivers from \
         starting",
    )]
}

/// The operator's own field, where it has packages: `deps.packages` of kubeflow's and Stackable's.
fn field(case: Case<'_>) -> Option<(String, Site)> {
    let object = case.operator.map(|_| &case.seen().value)?;
    let bases: [&[&str]; 2] = [&["spec", "deps"], &["spec", "template", "deps"]];
    let mut fields = bases.iter().flat_map(|base| {
        ["packages", "repositories"].map(|last| {
            let at: Pointer = base.iter().chain([&last]).collect();
            (last, at)
        })
    });
    let (last, at) = fields.find(|(_, at)| {
        let listed = object.pointer(at.as_str()).and_then(Value::as_array);
        listed.is_some_and(|listed| !listed.is_empty())
    })?;
    Some((format!("deps.{last}"), Site::object(case.object, at)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::said;

    #[test]
    fn fields_and_options() {
        let conf = "sparkConf: {spark.jars.packages: \"org.apache.spark:spark-avro_2.13:4.1.4\"}";
        let field = RULE
            .page
            .before
            .replace(conf, "deps: {packages: [\"a.b:c:1\"]}");
        assert_eq!(
            said(RULE.page.id, &field)[0].0,
            "SparkApplication/pi /spec/deps/packages"
        );
        let pod = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  template:\n    spec:\n      containers:\n      - \
                   name: c\n        image: apache/spark:4.1.1\n        command: [spark-submit, --packages, \"a.b:c:1\", --class, \
                   org.apache.spark.sql.connect.service.SparkConnectServer, spark-internal]\n";
        let found = said(RULE.page.id, pod);
        assert_eq!(
            found[0].0,
            "Deployment/a /spec/template/spec/containers/0/command/2"
        );
        assert!(
            found[0]
                .1
                .contains("`spark.jars.packages=a.b:c:1` makes container `c`"),
            "{found:?}"
        );
        assert_eq!(
            said(RULE.page.id, &pod.replace("a.b:c:1", "$(PACKAGES)")),
            []
        );
    }
}
