//! SK503: authentication that is half switched on, and a secret that lands in every executor's environment.

use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::manifest::sensitive::is_literal;

pub(super) const RULE: Rule = Rule {
    code: "SK503",
    grade: Grade::Error,
    page: Page {
        id: "spark/authentication-secret",
        title: "encryption without authentication, or a secret in the environment",
        what: "`spark.network.crypto.enabled` and `spark.authenticate.enableSaslEncryption` are `true` only where \
               `spark.authenticate` is; `spark.authenticate.secret` is not set on Kubernetes, where a file or nothing does. A secret \
               that is written out is judged by `credentials`. Source: `SparkConf.validateSettings` and \
               `SecurityManager.initializeAuth`, 3.5.9 to 4.3.0.",
        why_platform: "The secret goes to executors as an environment variable: whoever may read pods can read it.",
        why_data: "With encryption and no authentication the application does not start: Spark refuses the pair when it reads its \
                   configuration.",
        fix: "Set `spark.authenticate=true` beside it. Leave `spark.authenticate.secret` out: on Kubernetes Spark makes one for each \
              application; or mount a Secret and name it by `spark.authenticate.secret.file`.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf: {spark.network.crypto.enabled: \"true\"}
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
  sparkConf: {spark.network.crypto.enabled: \"true\", spark.authenticate: \"true\"}
  driver: {memory: 2g}
  executor: {memory: 4g}
",
    },
    judge: Judge::Process(judge),
};

const AUTHENTICATE: &str = "spark.authenticate";
const SECRET: &str = "spark.authenticate.secret";
const ENCRYPTION: [&str; 2] = [
    "spark.network.crypto.enabled",
    "spark.authenticate.enableSaslEncryption",
];

fn judge(case: Case<'_>) -> Vec<Said> {
    let conf = case.conf();
    let mut said = Vec::new();
    let asked = ENCRYPTION
        .into_iter()
        .find(|key| conf.entry(key).is_some() && conf.flag(key) == Some(true));
    if let Some(key) = asked.filter(|_| conf.flag(AUTHENTICATE) == Some(false)) {
        let message = format!(
            "`{}` without `{AUTHENTICATE}=true`: Spark refuses to start",
            case.shown(key)
        );
        let help = format!("set `{AUTHENTICATE}=true` beside it");
        said.push(case.at(key).say(message, help).because(
            "the key that traffic is encrypted with is derived from the secret of authentication; Spark checks the pair when it \
             reads its configuration",
        ));
    }
    let entry = conf.entry(SECRET).filter(|entry| {
        case.makes_executors() && !entry.text.is_empty() && !is_literal(SECRET, &entry.text)
    });
    if let Some(entry) = entry {
        let message = format!(
            "`{SECRET}` is set: Spark hands it to every executor in an environment variable"
        );
        let help = format!(
            "leave it out, so that Spark makes one by itself, or name a mounted file by `{SECRET}.file`"
        );
        let site = case.at_entry(SECRET, entry);
        said.push(site.say(message, help).only(Grade::Warning).because(
            "the environment of a container stands in its manifest, where everybody who may read pods reads it",
        ));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::found;
    use crate::preset::Severity;

    fn graded(conf: &str) -> Vec<(String, Severity)> {
        let text = RULE
            .page
            .before
            .replace("spark.network.crypto.enabled: \"true\"", conf);
        let found = found(&text)
            .into_iter()
            .filter(|finding| finding.id == RULE.page.id);
        found
            .map(|finding| (finding.message, finding.severity))
            .collect()
    }

    #[test]
    fn a_secret_is_a_warning_and_what_is_written_out_is_left_to_credentials() {
        let set = graded("spark.authenticate: \"true\", spark.authenticate.secret: \"${SECRET}\"");
        assert_eq!(set.len(), 1);
        assert_eq!(set[0].1, Severity::Warning);
        assert_eq!(
            graded("spark.authenticate: \"true\", spark.authenticate.secret: aB3dE6gH9"),
            []
        );
        assert_eq!(graded("spark.network.crypto.enabled: \"${CRYPTO}\""), []);
        assert_eq!(
            graded("spark.network.crypto.enabled: \"true\"")[0].1,
            Severity::Error
        );
    }
}
