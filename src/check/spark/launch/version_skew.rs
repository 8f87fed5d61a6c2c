//! SK604: parts of one application that are of different versions of Spark or Scala.

use super::artefacts::{Artefact, artefacts};
use super::images::{Role, image_of};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::{Said, Site};
use crate::spark::version::{Version, of_field, of_image, of_jar};
use crate::yaml::Pointer;

pub(super) const RULE: Rule = Rule {
    code: "SK604",
    grade: Grade::High,
    page: Page {
        id: "spark/version-skew",
        title: "parts of one application from different versions of Spark",
        what: "The driver's image, the executors' image, the operator's field (`sparkVersion`, `runtimeVersions`) and each jar or \
               Maven coordinate agree in Spark's major and minor version, as far as they tell one; artefacts for Scala 2.12 do not \
               meet Spark 4, which has 2.13 only; a jar of Spark's own below `/opt/spark/jars` has the very version of the image. \
               Sources: tags of images that are versioned by Spark's, `spark.jars`, `spark.jars.packages`, the command line.",
        why_platform: "The versions stand in four places, and an upgrade changes three of them. The API server takes all of it.",
        why_data: "Driver and executors talk in serialised Java classes. With two versions the first task ends with \
                   `InvalidClassException` or `NoSuchMethodError`; a jar for another Scala does not even load.",
        fix: "Bring all of them to one version; take it from one value of the chart.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  image: apache/spark:4.1.4
  sparkConf:
    spark.jars.packages: org.apache.spark:spark-avro_2.12:3.5.7
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
  image: apache/spark:4.1.4
  sparkConf:
    spark.jars.packages: org.apache.spark:spark-avro_2.13:4.1.4
  driver: {memory: 2g}
  executor: {memory: 4g}
",
    },
    judge: Judge::Process(judge),
};

/// Artefacts of others whose name tells the line of Spark that they are built for: `iceberg-spark-runtime-3.5_2.12`.
const BUILT_FOR: [&str; 5] = [
    "iceberg-spark-extensions-",
    "iceberg-spark-runtime-",
    "celeborn-client-spark-",
    "hudi-spark",
    "paimon-spark-",
];

/// Scala 2.12 in the name of a jar or in coordinates.
const OLD_SCALA: [&str; 3] = ["_2.12-", "_2.12:", "_2.12.jar"];

/// What tells a version, for a message.
struct Told {
    version: Version,
    what: String,
    site: Site,
}

fn judge(case: Case<'_>) -> Vec<Said> {
    let artefacts = artefacts(case);
    let mut told: Vec<Told> = Vec::new();
    told.extend(driver(case));
    told.extend(executor(case));
    told.extend(field(case));
    // The first one counts as meant: the image is what runs.
    let Some(first) = told.first() else {
        return among(&artefacts);
    };
    let version = first.version;
    let others = told[1..]
        .iter()
        .filter(|other| other.version.line() != version.line());
    let mut said: Vec<_> = others.map(|other| differs(first, other)).collect();
    said.extend(
        artefacts
            .iter()
            .filter_map(|artefact| of_artefact(first, artefact)),
    );
    said
}

fn driver(case: Case<'_>) -> Option<Told> {
    let image = image_of(case, Role::Driver)?;
    let version = of_image(&image.text)?;
    let what = format!("the image `{}`", image.text);
    Some(Told {
        version,
        what,
        site: image.site,
    })
}

fn executor(case: Case<'_>) -> Option<Told> {
    let image = case
        .makes_executors()
        .then(|| image_of(case, Role::Executor))??;
    let version = of_image(&image.text)?;
    let what = format!("the executors' image `{}`", image.text);
    Some(Told {
        version,
        what,
        site: image.site,
    })
}

fn field(case: Case<'_>) -> Option<Told> {
    let (at, version) = of_field(&case.seen().value)?;
    let version = version.ok()?;
    let at: Pointer = at.split('/').skip(1).collect();
    let what = format!("`{}: {version}`", at.last()?);
    Some(Told {
        version,
        what,
        site: Site::object(case.object, at),
    })
}

fn differs(first: &Told, other: &Told) -> Said {
    let Told { version, what, .. } = first;
    let message = format!(
        "{} is Spark {}, and {what} is Spark {version}",
        other.what, other.version
    );
    let help = format!("bring both to one version, such as {version}");
    other.site.clone().say(message, help).because(WHY)
}

const WHY: &str = "driver and executors talk in serialised Java classes, and jars call Spark's own: with two versions the first \
                   task ends with `InvalidClassException` or `NoSuchMethodError`";

/// Artefacts that disagree with each other, where nothing else tells a version.
fn among(artefacts: &[Artefact]) -> Vec<Said> {
    let mut told = artefacts.iter().filter_map(|artefact| {
        let version = of_jar(&artefact.text)?;
        Some(Told {
            version,
            what: artefact.shown.clone(),
            site: artefact.site.clone(),
        })
    });
    let Some(first) = told.next() else {
        return Vec::new();
    };
    let others = told.filter(|other| other.version.line() != first.version.line());
    others.map(|other| differs(&first, &other)).collect()
}

fn of_artefact(first: &Told, artefact: &Artefact) -> Option<Said> {
    let Told { version, what, .. } = first;
    let Artefact { text, shown, site } = artefact;
    let say = |message: String, help: String| Some(site.clone().say(message, help).because(WHY));
    let own = of_jar(text);
    let line = own.map(Version::line).or_else(|| built_for(text));
    if let Some((major, minor)) = line.filter(|line| *line != version.line()) {
        let message =
            format!("{shown} is for Spark {major}.{minor}, and {what} is Spark {version}");
        let (major, minor) = version.line();
        return say(
            message,
            format!("take the artefact for Spark {major}.{minor}"),
        );
    }
    if OLD_SCALA.iter().any(|end| text.contains(end)) && version.since(4, 0) {
        let message = format!(
            "{shown} is built with Scala 2.12, and {what} is Spark {version}, which has Scala 2.13 only"
        );
        return say(
            message,
            "take the artefact whose name ends with `_2.13`".to_owned(),
        );
    }
    let (own, installed) = own.zip(text.strip_prefix("local://"))?;
    let inside = is_in_image(installed) && what.starts_with("the image");
    if inside && own.patch.is_some() && version.patch.is_some() && own.patch != version.patch {
        let message = format!("{shown} is not in {what}, whose jars are those of Spark {version}");
        let help = "write `spark-internal` in its place, or take the version from the image's tag"
            .to_owned();
        let said = site.clone().say(message, help);
        return Some(said.because("the driver goes on without it after a warning, and executors, which are told to load the same path, fail their first task with `NoSuchFileException`"));
    }
    None
}

/// Where Spark's images keep its jars.
fn is_in_image(path: &str) -> bool {
    path.starts_with("/opt/spark/jars/") || path.starts_with("/opt/bitnami/spark/jars/")
}

/// The line that an artefact of somebody else is built for.
fn built_for(text: &str) -> Option<(u16, u16)> {
    let name = text
        .rsplit(['/', ':'])
        .find(|part| BUILT_FOR.iter().any(|known| part.starts_with(known)))?;
    let rest = BUILT_FOR
        .iter()
        .find_map(|known| name.strip_prefix(known))?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    Some(Version::parse(&rest[..end]).ok()?.line())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::said;

    fn application(fields: &str) -> Vec<(String, String)> {
        let text = format!(
            "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nmetadata: {{name: a}}\nspec:\n  type: Scala\n{fields}\n"
        );
        said(RULE.page.id, &text)
    }

    #[test]
    fn images_and_fields() {
        let fields = "  sparkVersion: 3.5.7\n  driver: {image: \"apache/spark:4.1.1\"}\n  executor: {image: \"apache/spark:4.0.1\"}";
        let found = application(fields);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].0.ends_with("/spec/executor/image"), "{found:?}");
        assert!(found[1].0.ends_with("/spec/sparkVersion"), "{found:?}");
        for same in [
            "  sparkVersion: 4.1.0\n  image: apache/spark:4.1.1\n  driver: {}\n  executor: {}",
            "  sparkVersion: 3.5.7\n  image: team/own:9.9\n  driver: {}\n  executor: {}",
            "  sparkVersion: 3.5.7\n  image: \"apache/spark:${TAG}\"\n  driver: {}\n  executor: {}",
        ] {
            assert_eq!(application(same), [], "{same}");
        }
    }

    #[test]
    fn artefacts_of_others() {
        let of = |jar: &str| {
            application(&format!("  sparkVersion: 4.1.1\n  deps: {{packages: [{jar}]}}\n  driver: {{}}\n  executor: {{}}")).len()
        };
        for wrong in [
            "\"org.apache.iceberg:iceberg-spark-runtime-3.5_2.13:1.9.0\"",
            "\"com.example:thing_2.12:1.0\"",
            "\"org.apache.spark:spark-sql-kafka-0-10_2.13:4.0.1\"",
        ] {
            assert_eq!(of(wrong), 1, "{wrong}");
        }
        for right in [
            "\"org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:1.11.0\"",
            "\"org.apache.hadoop:hadoop-aws:3.4.1\"",
            "\"com.example:thing_2.13:1.0\"",
            "\"com.example:thing_2.12:${V}\"",
        ] {
            assert_eq!(of(right), 0, "{right}");
        }
    }

    #[test]
    fn a_jar_of_another_patch_is_not_in_the_image() {
        let pod = |tag: &str, jar: &str| {
            format!(
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a}}\nspec:\n  template:\n    spec:\n      containers:\n      \
                 - name: c\n        image: apache/spark:{tag}\n        command: [/opt/spark/bin/spark-submit, --class, \
                 org.apache.spark.sql.connect.service.SparkConnectServer, \"{jar}\"]\n"
            )
        };
        let jar = "local:///opt/spark/jars/spark-connect_2.13-4.1.0.jar";
        let found = said(RULE.page.id, &pod("4.1.1", jar));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0]
                .1
                .contains("is not in the image `apache/spark:4.1.1`"),
            "{found:?}"
        );
        assert!(found[0].0.ends_with("/containers/0/command/3"), "{found:?}");
        assert_eq!(said(RULE.page.id, &pod("4.1.0", jar)), []);
        assert_eq!(
            said(
                RULE.page.id,
                &pod("4.1.1", "local:///jars/spark-connect_2.13-4.1.0.jar")
            ),
            []
        );
    }
}
