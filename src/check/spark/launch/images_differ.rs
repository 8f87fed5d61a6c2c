//! SK603: driver and executors run two builds of one image.

use super::images::{Role, image_of};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::manifest::Image;
use crate::spark::version::of_image;

pub(super) const RULE: Rule = Rule {
    code: "SK603",
    grade: Grade::Warning,
    page: Page {
        id: "spark/images-differ",
        title: "two builds of one image for driver and executors",
        what: "Where driver and executors run images of one name, they run the same one: tag and digest are equal. Images of \
               different names are somebody's decision and pass; other versions of Spark are SK604; that a tag can be moved is \
               `image-not-pinned`. Source: `spark.kubernetes.{driver,executor}.container.image` and the image of the pod.",
        why_platform: "Executors are made long after the driver was checked, from an image that nobody looked at again.",
        why_data: "Python packages and jars differ by a build: a function that the driver pickled does not load on an executor, \
                   on some nodes and not on others.",
        fix: "Name one image for both: `spark.kubernetes.container.image` as the driver's own.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Python
  sparkVersion: 4.1.4
  driver: {image: \"team/spark:4.1.4-7\", memory: 2g}
  executor: {image: \"team/spark:4.1.4-5\", memory: 4g}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Python
  sparkVersion: 4.1.4
  driver: {image: \"team/spark:4.1.4-7\", memory: 2g}
  executor: {image: \"team/spark:4.1.4-7\", memory: 4g}
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    // A notebook is made for people, and its executors for work.
    if !case.makes_executors() || case.role == "jupyter" {
        return Vec::new();
    }
    let Some((driver, executor)) = image_of(case, Role::Driver).zip(image_of(case, Role::Executor))
    else {
        return Vec::new();
    };
    let (own, other) = (driver.text.as_ref(), executor.text.as_ref());
    let lines = of_image(own).zip(of_image(other));
    if lines.is_some_and(|(own, other)| own.line() != other.line()) || !differ(own, other) {
        return Vec::new();
    }
    let message =
        format!("executors run `{other}`, and the driver `{own}`: two builds of one image");
    let help = format!("name one image for both: `{own}`");
    vec![executor.site.say(message, help).because(
        "driver and executors exchange code and objects; a class or a Python package that differs by a build fails at the first \
         task that needs it",
    )]
}

/// Whether two references are images of one name and not the same one.
fn differ(one: &str, other: &str) -> bool {
    let (Ok(one), Ok(other)) = (Image::parse(one), Image::parse(other)) else {
        return false;
    };
    let name = |image: &Image<'_>| image.path().rsplit('/').next().map(str::to_owned);
    if name(&one) != name(&other) {
        return false;
    }
    match (one.digest, other.digest) {
        (Some(one), Some(other)) => one != other,
        // One that a tag names may be the other one's digest.
        (Some(_), None) | (None, Some(_)) => {
            one.tag.is_some() && other.tag.is_some() && one.tag != other.tag
        }
        (None, None) => one.tag_or_latest() != other.tag_or_latest(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tags_and_digests() {
        let digest = |c: &str| format!("a/spark:1@sha256:{}", c.repeat(64));
        for (one, other, want) in [
            ("a/spark:1", "a/spark:2", true),
            ("a/spark:1", "mirror.example/a/spark:1", false),
            ("a/spark:1", "a/spark-gpu:2", false),
            ("a/spark", "a/spark:latest", false),
            ("a/spark", "a/spark:1", true),
            (&digest("1"), &digest("2"), true),
            (&digest("1"), "a/spark:1", false),
            ("a/spark:${TAG}", "a/spark:1", false),
        ] {
            assert_eq!(differ(one, other), want, "{one} {other}");
        }
    }
}
