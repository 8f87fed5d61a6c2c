//! Image references and the table of families.

use super::*;
use crate::manifest::testing::table;
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn references_are_taken_apart() {
    for (text, registry, repository, tag, full) in [
        (
            "busybox",
            None,
            "busybox",
            None,
            "docker.io/library/busybox:latest",
        ),
        (
            "apache/spark:4.1.0",
            None,
            "apache/spark",
            Some("4.1.0"),
            "docker.io/apache/spark:4.1.0",
        ),
        (
            "localhost/a/b",
            Some("localhost"),
            "a/b",
            None,
            "localhost/a/b:latest",
        ),
        (
            "reg:5000/a",
            Some("reg:5000"),
            "a",
            None,
            "reg:5000/a:latest",
        ),
        (
            "reg.corp:5000/x/y:1",
            Some("reg.corp:5000"),
            "x/y",
            Some("1"),
            "reg.corp:5000/x/y:1",
        ),
        (
            "index.docker.io/redis:7",
            Some("index.docker.io"),
            "redis",
            Some("7"),
            "docker.io/library/redis:7",
        ),
    ] {
        let image = Image::parse(text).unwrap();
        assert_eq!(
            (image.registry, image.repository, image.tag),
            (registry, repository, tag),
            "{text}"
        );
        assert_eq!(image.full(), full);
    }
}

#[test]
fn digests_hide_the_version() {
    let digest = format!("sha256:{}", "a".repeat(64));
    let text = format!("quay.io/a/b:1@{digest}");
    let image = Image::parse(&text).unwrap();
    assert_eq!(
        (image.tag, image.digest),
        (Some("1"), Some(digest.as_str()))
    );
    let only = format!("a/b@{digest}");
    assert_eq!(Image::parse(&only).unwrap().tag_or_latest(), None);
}

#[test]
fn what_is_no_reference_is_refused() {
    for text in [
        "",
        "/",
        "a//b",
        "${IMAGE}",
        "{{ image }}",
        "a b",
        "A/b",
        "a:",
        "a@sha256:1",
        "a:b:c",
        "a/",
        "é",
        "https://a/b",
        "-a",
    ] {
        assert!(Image::parse(text).is_err(), "{text}");
    }
}

#[test]
fn the_table_is_sorted_unique_and_says_why() {
    let families: ImageFamilies = table("images");
    let ids: Vec<_> = families.families.iter().map(|f| &f.id).collect();
    assert!(ids.is_sorted() && BTreeSet::from_iter(&ids).len() == ids.len());
    let mut repositories = BTreeMap::new();
    for family in &families.families {
        assert!(family.user >= 0 && !family.why.is_empty(), "{}", family.id);
        assert!(!family.repositories.is_empty(), "{}", family.id);
        for glob in &family.repositories {
            assert!(
                glob.text().contains('/'),
                "`{}` would match anybody's image",
                glob.text()
            );
            let rows = repositories.entry(glob.text()).or_insert_with(Vec::new);
            rows.push(family.tags.len());
        }
        for glob in &family.tags {
            glob.matches("compiles");
        }
    }
    for (repository, rows) in repositories {
        let without_tags = rows.iter().filter(|tags| **tags == 0).count();
        assert!(without_tags <= 1, "`{repository}` has two rows for any tag");
    }
}

#[test]
fn known_images_with_their_users() {
    let families: ImageFamilies = table("images");
    let user = |text: &str| {
        let family = families.of_text(text)?;
        Some((
            family.family.as_str(),
            family.user,
            family.user_name.as_deref(),
        ))
    };
    let spark = Some(("spark", 185, Some("spark")));
    for text in [
        "apache/spark:4.1.0",
        "apache/spark:3.5.7-scala2.12-java17-python3-ubuntu",
        "apache/spark",
        "spark:3.4.1",
        "registry.corp:5000/mirror/apache/spark:3.5.1",
        "mirror.corp/docker/library/spark:4.0.0-java21",
    ] {
        assert_eq!(user(text), spark, "{text}");
    }
    assert_eq!(user("apache/spark:3.3.2"), Some(("spark", 0, None)));
    assert_eq!(
        user("jupyter/all-spark-notebook:spark-3.5.0"),
        Some(("jupyter", 1000, None))
    );
    assert_eq!(
        user("quay.io/jupyter/pyspark-notebook:latest"),
        Some(("jupyter", 1000, None))
    );
    assert_eq!(
        user("apache/airflow:2.11.0"),
        Some(("airflow", 50000, None))
    );
    assert_eq!(
        user("apache/hive:4.0.0"),
        Some(("hive", 1000, Some("hive")))
    );
    assert_eq!(
        user("docker.io/bitnami/spark:3.5"),
        Some(("bitnami", 1001, None))
    );
    assert_eq!(
        user("docker.io/grafana/grafana:11.0.0"),
        Some(("grafana", 472, None))
    );
    for root in [
        "busybox:1.36",
        "docker.io/library/alpine",
        "postgres:15-alpine",
        "quay.io/minio/minio:latest",
        "python:3.12",
    ] {
        assert_eq!(user(root).map(|u| u.1), Some(0), "{root}");
    }
}

#[test]
fn nobody_guesses() {
    let families: ImageFamilies = table("images");
    for text in [
        "spark-custom:3.5.7",
        "registry.corp/spark:3.5.7",
        "registry.corp/team/spark:3.5.7",
        "ghcr.io/team/spark-k8s-spark-custom:4.1.0",
        "team/airflow:2.11.0",
        "team/hive:4.0.0-pg",
        "jupyter-spark:latest",
        "corp/busybox-tools:1",
        "apache/spark:3.4.0",
        "not an image",
    ] {
        assert!(families.of_text(text).is_none(), "{text}");
    }
    let digest = format!("apache/spark@sha256:{}", "0".repeat(64));
    assert!(
        families.of_text(&digest).is_none(),
        "a digest does not tell the version"
    );
}
