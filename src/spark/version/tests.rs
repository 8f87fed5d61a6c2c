use super::*;
use serde_json::json;

fn version(text: &str) -> Version {
    Version::parse(text).unwrap_or_else(|bad| panic!("{bad}"))
}

#[test]
fn versions_are_read_and_ordered() {
    let ascending = [
        "0.9.2",
        "2.4.8",
        "3.3",
        "3.5",
        "3.5.0",
        "3.5.9",
        "3.5.10",
        "4.0.0-preview2",
        "4.0.0",
        "4.1.4",
        "4.3.0-SNAPSHOT",
        "4.3.0",
        "4.4.0",
        "5.0.0",
    ];
    let read: Vec<_> = ascending.into_iter().map(version).collect();
    assert!(read.is_sorted(), "{read:?}");
    for (text, shown) in [
        ("v3.1.1", "3.1.1"),
        (" 4.1.4 ", "4.1.4"),
        ("3.5.1-amzn-1", "3.5.1"),
        ("3.3.1.3.3.7190.0-91", "3.3.1"),
        ("4.1.4-scala2.13-java17-python3-ubuntu", "4.1.4"),
        ("4.3.0-rc1", "4.3.0-SNAPSHOT"),
        ("4.2.0.dev1", "4.2.0-SNAPSHOT"),
        ("3.5", "3.5"),
    ] {
        assert_eq!(version(text).to_string(), shown, "{text}");
    }
}

#[test]
fn what_is_no_version_says_what_to_write() {
    for text in [
        "",
        " ",
        "4",
        "latest",
        "python3",
        "4.",
        "4.x",
        "3.5.x",
        "4.1.4foo",
        "4.1.4-",
        ".5",
        "-4.1",
        "99999.1",
        "4.99999",
        "${VERSION}",
        "４.1",
    ] {
        let bad = Version::parse(text).expect_err(text);
        assert!(matches!(bad, BadVersion::Shape(_)), "{text}: {bad}");
    }
    assert_eq!(
        Version::parse("3.5.x").map_err(|bad| bad.to_string()),
        Err("`3.5.x` is no version of Spark: write one as `4.1.4` or `4.1`".to_owned())
    );
}

#[test]
fn what_does_not_exist_is_refused_by_name() {
    for (text, why) in [
        (
            "9.9.9",
            "there is no Spark 9.9.9: the newest that is known is 4.3",
        ),
        ("3.6.0", "there is no Spark 3.6.0: after 3.5 came 4.0"),
        ("2.9", "there is no Spark 2.9: after 2.4 came 3.0"),
        ("0.1", "there is no Spark 0.1: the first is 0.5"),
        (
            "4.10.0",
            "there is no Spark 4.10.0: the newest that is known is 4.3",
        ),
    ] {
        let said = Version::parse(text).map_err(|bad| bad.to_string());
        assert_eq!(said, Err(why.to_owned()));
    }
}

#[test]
fn the_nearest_release_not_above_answers_and_says_so() {
    use Nearness::{Between, Line, Newer, Older};
    use Release::{V3_5_9, V4_1_4, V4_3_0};
    for (text, release, nearness) in [
        ("2.4.8", V3_5_9, Older),
        ("3.4", V3_5_9, Older),
        ("3.5.0", V3_5_9, Line),
        ("3.5.9", V3_5_9, Line),
        ("4.0.2", V3_5_9, Between),
        ("4.1.0", V4_1_4, Line),
        ("4.2.0", V4_1_4, Between),
        ("4.3.0-SNAPSHOT", V4_3_0, Line),
        ("4.4.0", V4_3_0, Newer),
    ] {
        let version = version(text);
        assert_eq!(
            (version.release(), version.nearness()),
            (release, nearness),
            "{text}"
        );
        assert_eq!(version.remark().is_some(), nearness != Line, "{text}");
    }
    let remark = "nothing is known of Spark 4.4.0 itself: what is said holds for 4.3.0, the newest that is known";
    assert_eq!(version("4.4.0").remark().as_deref(), Some(remark));
}

#[test]
fn tags_of_known_repositories_tell_the_version_and_others_nothing() {
    for (image, want) in [
        (
            "apache/spark:4.1.4-scala2.13-java17-python3-ubuntu",
            Some("4.1.4"),
        ),
        ("spark:3.5.7", Some("3.5.7")),
        ("docker.io/library/spark:4.0.0-java21-r", Some("4.0.0")),
        (
            "registry.corp:5000/mirror/apache/spark:v3.4.1",
            Some("3.4.1"),
        ),
        ("bitnami/spark:3.5.6-debian-12-r1", Some("3.5.6")),
        (
            "quay.io/jupyter/pyspark-notebook:spark-4.0.0",
            Some("4.0.0"),
        ),
        (
            "ghcr.io/fall-out-bug/spark-k8s-spark-custom:4.1.0-gpu",
            Some("4.1.0"),
        ),
        ("apache/spark:latest", None),
        ("apache/spark", None),
        ("apache/spark:python3", None),
        ("apache/spark:9.9.9", None),
        ("apache/spark:${TAG}", None),
        ("apache/spark-kubernetes-operator:0.5.0", None),
        ("corp/my-spark:3.5.1", None),
        ("registry.corp/spark:3.5.1", None),
        ("quay.io/jupyter/pyspark-notebook:2024-10-07", None),
        ("", None),
    ] {
        assert_eq!(of_image(image), want.map(version), "{image}");
    }
}

#[test]
fn operators_say_it_in_fields_of_their_own() {
    let kubeflow = json!({"apiVersion": "sparkoperator.k8s.io/v1beta2", "kind": "SparkApplication",
        "spec": {"sparkVersion": "4.0.1"}});
    assert_eq!(
        of_field(&kubeflow),
        Some(("/spec/sparkVersion", Ok(version("4.0.1"))))
    );
    let scheduled = json!({"apiVersion": "sparkoperator.k8s.io/v1beta2",
        "spec": {"template": {"sparkVersion": "9.9.9"}}});
    let (field, said) = of_field(&scheduled).expect("a field");
    assert_eq!(field, "/spec/template/sparkVersion");
    assert!(matches!(said, Err(BadVersion::Absent(..))), "{said:?}");
    let apache = json!({"apiVersion": "spark.apache.org/v1",
        "spec": {"runtimeVersions": {"sparkVersion": "4.1.1"}}});
    let (_, said) = of_field(&apache).expect("a field");
    assert_eq!(said, Ok(version("4.1.1")));
    let stackable = json!({"apiVersion": "spark.stackable.tech/v1alpha1",
        "spec": {"sparkImage": {"productVersion": "3.5.6"}}});
    assert_eq!(
        of_field(&stackable).map(|(_, said)| said),
        Some(Ok(version("3.5.6")))
    );
    for open in [
        json!({"apiVersion": "sparkoperator.k8s.io/v1beta2", "spec": {"sparkVersion": "${VERSION}"}}),
        json!({"apiVersion": "sparkoperator.k8s.io/v1beta2", "spec": {"sparkVersion": 4.1}}),
        json!({"apiVersion": "apps/v1", "spec": {"sparkVersion": "4.1.0"}}),
        json!({"apiVersion": "spark.apache.org/v1", "spec": null}),
        json!(null),
    ] {
        assert_eq!(of_field(&open), None, "{open}");
    }
}

#[test]
fn jars_of_spark_tell_it_and_those_of_others_do_not() {
    for (jar, want) in [
        ("spark-connect_2.13-4.1.0.jar", Some("4.1.0")),
        (
            "local:///opt/spark/jars/spark-core_2.12-3.5.9.jar",
            Some("3.5.9"),
        ),
        ("spark-sql-kafka-0-10_2.13-4.0.0.jar", Some("4.0.0")),
        ("org.apache.spark:spark-connect_2.12:3.5.1", Some("3.5.1")),
        ("spark-nlp_2.12-5.1.0.jar", None),
        ("spark-excel_2.12-3.5.0_0.20.3.jar", None),
        ("com.databricks:spark-xml_2.12:0.17.0", None),
        ("spark-connect.jar", None),
        ("spark-connect_2.13-${VERSION}.jar", None),
        ("iceberg-spark-runtime-3.5_2.12-1.5.0.jar", None),
        ("", None),
    ] {
        assert_eq!(of_jar(jar), want.map(version), "{jar}");
    }
}

#[test]
fn an_image_that_runs_spark_tells_its_version_where_its_name_says_spark() {
    let told = |image: &str| of_spark_image(image).map(|version| version.to_string());
    for (image, version) in [
        ("spark-custom:3.5.7", Some("3.5.7")),
        ("example.org/team/spark-custom:3.5.7-gpu", Some("3.5.7")),
        ("spark:3.5.x", Some("3.5")),
        ("my_pyspark:4.1.0", Some("4.1.0")),
        ("spark-jobs:1.4.0", None),
        ("sparkling:3.5.1", None),
        ("app:3.5.1", None),
        ("spark-custom:latest", None),
        ("spark-custom", None),
    ] {
        assert_eq!(told(image).as_deref(), version, "{image}");
    }
}
