//! SK309: a grace period in which blocks cannot be moved.

use super::facts::{
    DECOMMISSION, MIGRATION, Template, field, is_kubeflow, is_settled, keeps_shuffle_elsewhere,
    template_of,
};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::{Said, Site};
use crate::spark::conf::Told;
use crate::spark::time::{TimeUnit, time_string};
use crate::yaml::Pointer;

/// Since 4.1.
const GRACE: &str = "spark.kubernetes.executor.terminationGracePeriodSeconds";
const FIELD: &str = "terminationGracePeriodSeconds";
/// What Kubernetes and Spark take where nothing is set.
const DEFAULT: i64 = 30;

pub(super) const RULE: Rule = Rule {
    code: "SK309",
    grade: Grade::High,
    page: Page {
        id: "spark/grace-too-short-for-decommission",
        title: "a grace period that is too short to move blocks",
        what: "`spark.decommission.enabled` and `spark.storage.decommission.enabled` are on, and executor pods have no more than \
               the seconds of `decommissionSeconds` (30) to end. From 4.1 on Spark writes \
               `spark.kubernetes.executor.terminationGracePeriodSeconds` into each executor, 30s where it is not set, over what \
               a template says (`BasicExecutorFeatureStep`); before, the template counts. Kubeflow's operator writes \
               `executor.terminationGracePeriodSeconds` after Spark (`sparkpod_defaulter.go`).",
        why_platform: "The preStop script waits until Spark has moved its blocks. When the grace period is over, the kubelet kills \
                       the container in the middle of that, and the drain of a node looks clean all the same.",
        why_data: "Half of the shuffle files have moved. The other half is fetched in vain, and its stages run again.",
        fix: "Set the grace period to what moving an executor's blocks takes: 120s is a beginning. Spot nodes leave less.",
        before: "\
apiVersion: spark.apache.org/v1
kind: SparkApplication
metadata: {name: pi}
spec:
  runtimeVersions: {sparkVersion: 4.1.4}
  jars: local:///app.jar
  mainClass: Pi
  sparkConf:
    spark.decommission.enabled: \"true\"
    spark.storage.decommission.enabled: \"true\"
  executorSpec:
    podTemplateSpec:
      spec:
        terminationGracePeriodSeconds: 120
",
        after: "\
apiVersion: spark.apache.org/v1
kind: SparkApplication
metadata: {name: pi}
spec:
  runtimeVersions: {sparkVersion: 4.1.4}
  jars: local:///app.jar
  mainClass: Pi
  sparkConf:
    spark.decommission.enabled: \"true\"
    spark.storage.decommission.enabled: \"true\"
    spark.kubernetes.executor.terminationGracePeriodSeconds: 120s
",
    },
    judge: Judge::Process(judge),
};

/// How long executors have, and what says so.
struct Grace {
    seconds: i64,
    site: Site,
    by: String,
}

fn judge(case: Case<'_>) -> Vec<Said> {
    let conf = case.conf();
    let moves = case.makes_executors()
        && conf.flag(DECOMMISSION) == Some(true)
        && conf.flag(MIGRATION) == Some(true)
        && keeps_shuffle_elsewhere(case) == Some(false);
    let Some(grace) = moves.then(|| grace(case)).flatten() else {
        return Vec::new();
    };
    if grace.seconds > case.world.parameters.decommission_seconds {
        return Vec::new();
    }
    let message = format!(
        "{}: executors are killed after {} seconds, whether their blocks have moved or not",
        grace.by, grace.seconds
    );
    let help = match (is_kubeflow(case), case.version.since(4, 1)) {
        (true, _) => {
            "set `executor.terminationGracePeriodSeconds: 120` in the application".to_owned()
        }
        (false, true) => format!("set `{GRACE}=120s`"),
        (false, false) => format!("set `spec.{FIELD}: 120` in the template of executors"),
    };
    vec![grace.site.say(message, help).because(
        "decommissioning copies shuffle and cached blocks while the pod ends; what is left when the grace period is over is \
         lost and computed again",
    )]
}

fn grace(case: Case<'_>) -> Option<Grace> {
    let (value, site) = field(case, &["executor", FIELD]);
    if let Some(seconds) = value.as_i64().filter(|_| is_kubeflow(case)) {
        let by = format!("`executor.{FIELD}: {seconds}`");
        return Some(Grace { seconds, site, by });
    }
    let written = match template_of(case, "executor") {
        Template::Known(pod) => {
            let at = Pointer::from_iter(["spec", FIELD]);
            let seconds = pod.value["spec"][FIELD].as_i64();
            seconds.map(|seconds| (seconds, pod.at(&at)))
        }
        Template::Unknown if !case.version.since(4, 1) => return None,
        Template::None | Template::Unknown => None,
    };
    match (case.version.since(4, 1), written) {
        (true, written) => by_setting(case, written),
        (false, Some((seconds, site))) => {
            let by = format!("`spec.{FIELD}: {seconds}`");
            Some(Grace { seconds, site, by })
        }
        (false, None) => is_settled(case).then(|| unset(case, FIELD)),
    }
}

/// What Spark 4.1 writes, whatever the template says.
fn by_setting(case: Case<'_>, written: Option<(i64, Site)>) -> Option<Grace> {
    match (case.conf().get(GRACE), written) {
        (Told::Unknown, _) => None,
        (Told::Set(known), _) => Some(Grace {
            seconds: time_string(&known.text, TimeUnit::Second).ok()?,
            site: case.at(GRACE),
            by: format!("`{}`", case.shown(GRACE)),
        }),
        (Told::Unset, Some((seconds, site))) if seconds > DEFAULT => Some(Grace {
            seconds: DEFAULT,
            site,
            by: format!(
                "`spec.{FIELD}: {seconds}` is overwritten by Spark {}, without `{GRACE}`",
                case.version
            ),
        }),
        (Told::Unset, _) => is_settled(case).then(|| unset(case, GRACE)),
    }
}

fn unset(case: Case<'_>, missing: &str) -> Grace {
    Grace {
        seconds: DEFAULT,
        site: case.at(DECOMMISSION),
        by: format!("`{}` and no `{missing}`", case.shown(DECOMMISSION)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::{places, said};

    #[test]
    fn before_4_1_the_template_counts() {
        let older = |text: &str| text.replace("4.1.4", "3.5.6");
        assert_eq!(places(RULE.page.id, &older(RULE.page.before)), [""; 0]);
        let short = older(RULE.page.before).replace("Seconds: 120", "Seconds: 20");
        let found = places(RULE.page.id, &short);
        assert_eq!(found.len(), 1);
        assert!(
            found[0]
                .ends_with("/spec/executorSpec/podTemplateSpec/spec/terminationGracePeriodSeconds")
        );
        assert_eq!(
            places(RULE.page.id, &older(RULE.page.after)).len(),
            1,
            "4.1 brought the setting"
        );
    }

    #[test]
    fn kubeflows_field_is_written_after_spark() {
        let app = |more: &str| {
            format!(
                "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nmetadata: {{name: pi}}\nspec:\n  type: \
                 Scala\n  sparkVersion: 4.1.4\n  sparkConf: {{spark.decommission.enabled: \"true\", \
                 spark.storage.decommission.enabled: \"true\"}}\n  executor: {{instances: 2{more}}}\n"
            )
        };
        assert_eq!(
            places(RULE.page.id, &app(", terminationGracePeriodSeconds: 120")),
            [""; 0]
        );
        let found = said(RULE.page.id, &app(", terminationGracePeriodSeconds: 10"));
        assert!(
            found[0]
                .0
                .ends_with("/spec/executor/terminationGracePeriodSeconds"),
            "{found:?}"
        );
        assert_eq!(places(RULE.page.id, &app("")).len(), 1);
    }
}
