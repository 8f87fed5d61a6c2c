//! SK606: what a properties file does not mean as it looks.

use super::files::{Read, files};
use crate::check::Page;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::check::spark::world::World;
use crate::manifest::spark::Property;
use crate::text::shortened;
use std::collections::BTreeMap;

pub(super) const RULE: Rule = Rule {
    code: "SK606",
    grade: Grade::Warning,
    page: Page {
        id: "spark/properties-syntax",
        title: "a properties file that does not say what it seems to",
        what: "In each properties file that a Spark process reads: no comment behind a value, no quotes around one, no key twice \
               with other values, no key without `spark.` in front, no byte order mark before the first key, no `\\u` without four \
               digits. Source: `java.util.Properties.load` of JDK 17 and `SparkSubmitArguments.ignoreNonSparkProperties`.",
        why_platform: "The file is no YAML and no shell script. Everything up to the end of the line is the value, quotes and \
                       comments too, and of two lines for one key the later one counts.",
        why_data: "`spark.hadoop.fs.s3a.endpoint=\"http://minio:9000\"` asks for a host whose name begins with a quote. \
                   `spark.executor.cores=4 # tested` is no number, and the job dies before it starts.",
        fix: "Put comments on lines of their own, take quotes off, leave one line for each key.",
        before: "\
apiVersion: v1
kind: ConfigMap
metadata: {name: history}
data:
  spark-defaults.conf: |
    spark.hadoop.fs.s3a.endpoint=\"http://minio:9000\"
    spark.history.ui.port=18080 # as the Service has it
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: history}
spec:
  template:
    spec:
      containers:
      - name: history
        image: apache/spark:4.1.1
        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.history.HistoryServer]
        volumeMounts: [{name: conf, mountPath: /opt/spark/conf}]
      volumes: [{name: conf, configMap: {name: history}}]
",
        after: "\
apiVersion: v1
kind: ConfigMap
metadata: {name: history}
data:
  spark-defaults.conf: |
    spark.hadoop.fs.s3a.endpoint=http://minio:9000
    # as the Service has it
    spark.history.ui.port=18080
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: history}
spec:
  template:
    spec:
      containers:
      - name: history
        image: apache/spark:4.1.1
        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.history.HistoryServer]
        volumeMounts: [{name: conf, mountPath: /opt/spark/conf}]
      volumes: [{name: conf, configMap: {name: history}}]
",
    },
    judge: Judge::Stream(judge),
};

fn judge(world: &World<'_>) -> Vec<Said> {
    let files = files(world);
    files.iter().flat_map(of_file).collect()
}

fn of_file(read: &Read<'_>) -> Vec<Said> {
    let mut said = Vec::new();
    let mut earlier = BTreeMap::<&str, &Property>::new();
    for property in &read.entries {
        let before = earlier.insert(&property.key, property);
        let before = before.filter(|before| before.value != property.value && property.is_kept());
        said.extend(before.map(|before| twice(read, before, property)));
        said.extend(of_entry(read, property));
    }
    said
}

fn twice(read: &Read<'_>, before: &Property, property: &Property) -> Said {
    let Property { key, line, .. } = property;
    let message = format!(
        "`{key}` has two values in this file: that of line {line} counts, and not that of line {}",
        before.line
    );
    read.at(key).say(message, "leave the line that is meant, and take the other one out").because(
        "whoever reads or changes the first line changes nothing: of two lines for one key the later one counts",
    )
}

fn of_entry(read: &Read<'_>, property: &Property) -> Option<Said> {
    let Property {
        key, line, value, ..
    } = property;
    if property.malformed.is_some() {
        let message = format!(
            "line {line} of this file has a `\\u` without four hexadecimal digits behind it"
        );
        let said = read.whole().say(message, "double the backslash: `\\\\u`");
        return Some(
            said.because("Java refuses the whole file, so that the process does not start"),
        );
    }
    if !property.is_kept() {
        return Some(dropped(read, property));
    }
    let (what, why) = if is_commented(value) {
        (
            "has a comment behind its value",
            "put the comment on a line of its own, before this one",
        )
    } else if is_quoted(value) && !key.ends_with("JavaOptions") {
        ("has quotes around its value", "take the quotes off")
    } else {
        return None;
    };
    let message = format!(
        "`{key}` in line {line} of this file {what}, and Spark reads it as a part of the value"
    );
    Some(read.at(key).say(message, why).because(
        "a properties file has no quotes and no comments behind values: what stands up to the end of the line is the value, so \
         that a number is none and a host has another name",
    ))
}

/// An entry whose key Spark drops.
fn dropped(read: &Read<'_>, property: &Property) -> Said {
    let Property { key, line, .. } = property;
    let rest = key.trim_start_matches(['\u{feff}', '"', '\'']);
    let (what, help) = match key.chars().next() {
        Some('\u{feff}') => (
            format!("the key in line {line} of this file begins with a byte order mark"),
            "save the file as UTF-8 without a byte order mark".to_owned(),
        ),
        Some('"' | '\'') if rest.starts_with("spark.") => (
            format!("the key in line {line} of this file begins with a quote"),
            format!(
                "write `{}` without quotes",
                rest.trim_end_matches(['"', '\''])
            ),
        ),
        _ => {
            // A line that is prose, or one of a Secret, may tell what nobody should read.
            let is_name = key
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
            let named = is_name && !read.secret && key.contains('.');
            let what = match named {
                true => format!(
                    "`{}` in line {line} of this file does not begin with `spark.`",
                    shortened(key)
                ),
                false => {
                    format!("line {line} of this file has a key that does not begin with `spark.`")
                }
            };
            let help = match named {
                true => format!(
                    "write `spark.hadoop.{key}`, if it is one of Hadoop's settings, or take the line out"
                ),
                false => "write the line as `spark.… value`, or begin it with `#`".to_owned(),
            };
            (what, help)
        }
    };
    let by = read.case.name();
    let message = format!("{what}, and {by} drops it");
    read.whole().say(message, help).because(
        "Spark keeps only keys that begin with `spark.`; what else stands in the file has no effect, and one line of the log \
         says so",
    )
}

/// Whether a value goes on with a comment: a blank, then `#`, then a blank or a letter.
fn is_commented(value: &str) -> bool {
    let mut parts = value.match_indices('#').filter(|(at, _)| *at > 0);
    parts.any(|(at, _)| {
        let before = value[..at].ends_with([' ', '\t']);
        let after = value[at + 1..].chars().next();
        before && after.is_none_or(|c| c == ' ' || c == '#' || c.is_alphabetic())
    })
}

/// Whether one pair of quotes is around all of it.
fn is_quoted(value: &str) -> bool {
    ['"', '\''].into_iter().any(|quote| {
        let inner = value
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote));
        inner.is_some_and(|inner| !inner.contains(quote))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::said;

    fn found(lines: &str) -> Vec<(String, String)> {
        let before = RULE.page.before;
        let (head, rest) = before.split_once("    spark.hadoop").unwrap();
        let tail = &rest[rest.find("---").unwrap()..];
        said(RULE.page.id, &format!("{head}{lines}{tail}"))
    }

    #[test]
    fn what_looks_alike_and_is_right_passes() {
        for lines in [
            "    spark.ui.port=4040\n    # a comment\n    ! another\n",
            "    spark.app.name = a#b\n",
            "    spark.executor.extraJavaOptions=\"-Da=b\"\n",
            "    spark.ui.port=4040\n    spark.ui.port=4040\n",
            "    spark.files=s3a://a/b#c\n",
            "    spark.redaction.regex='a'|'b'\n",
        ] {
            assert_eq!(found(lines), [], "{lines}");
        }
    }

    #[test]
    fn each_kind_has_its_line_and_its_place() {
        let lines = "    \"spark.a\"=1\n    spark.b=1\n    hive.metastore.uris=x\n    spark.b=2\n    spark.c=\\u12\n    \
                     # c\n    spark.d=1 #x\n    spark.e=1\n    spark.f=1\n";
        let found = found(lines);
        let places: Vec<_> = found.iter().map(|(place, _)| place.as_str()).collect();
        let file = "ConfigMap/history /data/spark-defaults.conf";
        let want = [
            file,
            file,
            &format!("{file}#spark.b"),
            file,
            &format!("{file}#spark.d"),
        ];
        assert_eq!(places, want);
        assert!(
            found[0]
                .1
                .contains("line 1 of this file begins with a quote"),
            "{found:?}"
        );
        assert!(
            found[1].1.contains("`hive.metastore.uris` in line 3"),
            "{found:?}"
        );
        assert!(
            found[2]
                .1
                .contains("that of line 4 counts, and not that of line 2"),
            "{found:?}"
        );
        assert!(found[3].1.starts_with("line 5"), "{found:?}");
        assert!(found[4].1.contains("in line 7"), "{found:?}");
    }

    #[test]
    fn a_byte_order_mark_costs_the_first_key() {
        let found = found("    \u{feff}spark.ui.port=4041\n    spark.a=1\n");
        assert_eq!(found.len(), 1);
        assert!(
            found[0]
                .1
                .contains("line 1 of this file begins with a byte order mark")
        );
    }

    /// What was blamed in field failure 019 is right: Java has three separators.
    #[test]
    fn blanks_and_colons_separate_too() {
        assert_eq!(
            found("    spark.ui.port 4041\n    spark.eventLog.dir: s3a://a\n"),
            []
        );
    }
}
