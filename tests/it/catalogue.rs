//! The catalogue of Spark's settings against what the releases themselves said (`data` beside the corpus).

use super::fixtures;
use sparkk8s_post::spark::catalogue::{DefaultValue, catalogue};
use sparkk8s_post::spark::version::Release;
use std::path::{Path, PathBuf};

/// A table of the data, by lines.
fn table(name: &str) -> Option<Vec<String>> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let corpus = std::env::var_os("SPARKK8S_CORPUS").map_or_else(beside, PathBuf::from);
    let file = corpus.join("../data").join(name);
    if !file.is_file() {
        fixtures::say(&format!("ignored: `{name}` is not beside the corpus"));
        return None;
    }
    let text = fixtures::read(&file);
    Some(text.lines().map(str::to_owned).collect())
}

/// As the data writes it.
fn written(default: DefaultValue) -> String {
    match default {
        DefaultValue::Absent => "-".to_owned(),
        DefaultValue::Unregistered => "?".to_owned(),
        DefaultValue::Unset => "<undefined>".to_owned(),
        DefaultValue::Value(text) => text.to_owned(),
        DefaultValue::Of(key) => format!("<value of {key}>"),
    }
}

#[test]
fn every_key_and_default_answers_for_three_releases() {
    let Some(rows) = table("spark-conf-catalog.tsv") else {
        return;
    };
    let mut answers = 0;
    for row in &rows[1..] {
        let [key, since, defaults @ ..] = &row.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{row}");
        };
        let setting = catalogue().setting(key).unwrap_or_else(|| panic!("{key}"));
        let said = setting.since.map(|since| since.to_string());
        assert_eq!(said.unwrap_or_default(), *since, "{key}");
        for (release, default) in Release::ALL.into_iter().zip(defaults) {
            // The address of a mirror is nothing that this program repeats.
            let mirror = *key == "spark.sql.maven.additionalRemoteRepositories";
            let want = if mirror {
                "<a mirror of Maven Central>"
            } else {
                default
            };
            assert_eq!(
                written(setting.default(release)),
                want,
                "{key} of {release}"
            );
            answers += 1;
        }
    }
    assert!(answers > 4600, "{answers}");
    fixtures::say(&format!(
        "catalogue: {answers} defaults are as the releases say"
    ));
}

#[test]
fn every_deprecated_key_answers_for_three_releases() {
    let mut answers = 0;
    for release in Release::ALL {
        let Some(rows) = table(&format!("spark-deprecated-{release}.txt")) else {
            return;
        };
        for row in rows {
            let mut row = row.split('\t');
            let (kind, key) = (row.next(), row.next().unwrap_or_default());
            let text = row.next().unwrap_or_default();
            if kind.is_some_and(|kind| kind.ends_with("configsWithAlternatives")) {
                continue;
            }
            let deprecated = catalogue().deprecated();
            let found = deprecated.iter().find(|row| row.key == key);
            let found = found.unwrap_or_else(|| panic!("{key} of {release}"));
            assert!(found.fate(release).is_some(), "{key} of {release}");
            if kind == Some("allAlternatives") {
                let new = text
                    .trim_start_matches('(')
                    .split(',')
                    .next()
                    .unwrap_or_default();
                assert!(found.instead.contains(&new), "{key} of {release}: {new}");
            }
            answers += 1;
        }
    }
    assert!(answers > 150, "{answers}");
}
