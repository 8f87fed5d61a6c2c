//! SK314: settings that Celeborn's client refuses or does not have.

use super::facts::{MANAGER, SERVICE, has_executors, is_settled};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::conf::Told;

const SERIALIZER: &str = "spark.serializer";
const PRESENT: &str = "org.apache.spark.shuffle.celeborn.SparkShuffleManager";
const FORMER: &str = "org.apache.spark.shuffle.celeborn.RssShuffleManager";
const KRYO: &str = "org.apache.spark.serializer.KryoSerializer";

pub(super) const RULE: Rule = Rule {
    code: "SK314",
    grade: Grade::Error,
    page: Page {
        id: "spark/celeborn-refused",
        title: "settings that Celeborn's client does not take",
        what: "`spark.shuffle.manager` is one of Celeborn's. Its name is `…celeborn.SparkShuffleManager` since Celeborn 0.3, and \
               the former `…celeborn.RssShuffleManager` is gone since 0.4; `spark.serializer` must be Kryo's, and \
               `spark.shuffle.service.enabled` off (Celeborn's README and migration guide). A serializer that is not set is \
               said of operators' applications and of Connect and Thrift servers, and is a warning; the service on Kubernetes \
               is SK302's.",
        why_platform: "The driver ends with ClassNotFoundException when it starts, and the workers of Celeborn never hear of it.",
        why_data: "Java's serializer writes a stream that cannot be taken apart and put together again. Celeborn does just that: \
                   shuffles of RDDs break; those of DataFrames have a serializer of their own.",
        fix: "Write the present name, and `spark.serializer=org.apache.spark.serializer.KryoSerializer`.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 3.5.6
  sparkConf:
    spark.shuffle.manager: org.apache.spark.shuffle.celeborn.RssShuffleManager
    spark.serializer: org.apache.spark.serializer.KryoSerializer
    spark.celeborn.master.endpoints: celeborn-master-0.celeborn-master:9097
  driver: {memory: 2g}
  executor: {memory: 8g, instances: 4}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 3.5.6
  sparkConf:
    spark.shuffle.manager: org.apache.spark.shuffle.celeborn.SparkShuffleManager
    spark.serializer: org.apache.spark.serializer.KryoSerializer
    spark.celeborn.master.endpoints: celeborn-master-0.celeborn-master:9097
  driver: {memory: 2g}
  executor: {memory: 8g, instances: 4}
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    let manager = case.conf().text(MANAGER).filter(|_| has_executors(case));
    let Some(manager) = manager.filter(|manager| [FORMER, PRESENT].contains(&&**manager)) else {
        return Vec::new();
    };
    let former = (manager == FORMER).then(|| {
        let message = format!("`{}` is no class of Celeborn since 0.4", case.shown(MANAGER));
        let help = format!("set `{MANAGER}={PRESENT}`");
        case.at(MANAGER)
            .say(message, help)
            .because("the class was renamed in Celeborn 0.3 and the former name is gone: the driver ends while it starts")
    });
    let service = (!case.makes_executors() && case.conf().flag(SERVICE) == Some(true)).then(|| {
        let message = format!("`{}` does not go with Celeborn", case.shown(SERVICE));
        case.at(SERVICE)
            .say(message, format!("set `{SERVICE}=false`"))
            .because("Celeborn keeps the shuffle files itself, and asks for the service to be off")
    });
    [former, serializer(case), service]
        .into_iter()
        .flatten()
        .collect()
}

fn serializer(case: Case<'_>) -> Option<Said> {
    let (at, subject) = match case.conf().get(SERIALIZER) {
        Told::Set(known) if known.text != KRYO => (
            SERIALIZER,
            format!("`{}` is not Kryo's", case.shown(SERIALIZER)),
        ),
        Told::Unset if is_settled(case) => (
            MANAGER,
            format!("`{SERIALIZER}` is not set, which is Java's"),
        ),
        _ => return None,
    };
    let message =
        format!("{subject}: Celeborn's shuffle needs a serializer whose records can be moved");
    let help = format!("set `{SERIALIZER}={KRYO}`");
    // DataFrames have a serializer of their own: many jobs never come to harm.
    let said = case.at(at).say(message, help).only(Grade::Warning);
    Some(said.because(
        "Celeborn puts parts of shuffle files together anew, which Java's serializer cannot read again: shuffles of RDDs break",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::{found, said};
    use crate::preset::Severity;

    #[test]
    fn the_serializer_is_kryos() {
        let told = |text: &str| {
            said(RULE.page.id, text)
                .into_iter()
                .map(|(_, message)| message)
                .collect::<Vec<_>>()
        };
        let java = RULE.page.after.replace("KryoSerializer", "JavaSerializer");
        assert!(told(&java)[0].contains("is not Kryo's"));
        let unset = RULE.page.after.replace(
            "    spark.serializer: org.apache.spark.serializer.KryoSerializer\n",
            "",
        );
        assert!(told(&unset)[0].starts_with("`spark.serializer` is not set"));
        let unknown = RULE.page.after.replace(
            "org.apache.spark.serializer.KryoSerializer",
            "\"${SERIALIZER}\"",
        );
        assert_eq!(told(&unknown), [""; 0]);
    }

    /// Many jobs shuffle rows of SQL alone.
    #[test]
    fn another_serializer_is_no_error() {
        let both = RULE.page.before.replace("KryoSerializer", "JavaSerializer");
        let own = found(&both)
            .into_iter()
            .filter(|own| own.id == RULE.page.id);
        let grades: Vec<_> = own.map(|own| own.severity).collect();
        assert_eq!(grades, [Severity::Error, Severity::Warning]);
    }
}
