//! Properties files in `ConfigMap`s, in every manner of writing both: a setting is another one, and all else reads the same.

use super::dice::Dice;
use super::{same, scribe, times, values};
use crate::{fixtures, lab};
use serde_json::{Value, json};
use sparkk8s_post::manifest::spark::edit::{is_open, told};
use std::collections::BTreeMap;

/// As many streams are tried.
const CASES: u64 = 1000;

const POLICY: &str = "apiVersion: sparkk8s.io/v1alpha1\nkind: Preset\n\
    metadata: {name: team, version: 1.0.0}\nspec:\n  summary: sizes\n  rules:\n\
    \x20   - {id: a, on: settings, default: {spark.executor.memory: 4g, spark.executor.cores: 2}, because: x}\n\
    \x20   - {id: b, on: settings, enforce: {spark.sql.shuffle.partitions: 64}, because: x}\n\
    \x20   - {id: c, on: settings, respell: [spark.*], because: x}\n";

/// What a rule of the policy sets, and whether whatever was there.
const SET: [(&str, &str, bool); 3] = [
    ("spark.executor.memory", "4g", false),
    ("spark.executor.cores", "2", false),
    ("spark.sql.shuffle.partitions", "64", true),
];

/// What is written in other words, where it stands last.
const RESPELT: [(&str, &str, &str); 2] = [
    ("spark.executor.memoryOverhead", "1Gi", "1g"),
    ("spark.driver.memory", "4096", "4096m"),
];

const LINES: [&str; 23] = [
    "# a comment",
    "! sizes, \\",
    "",
    "spark.master{}k8s://https://kubernetes.default.svc:443",
    "spark.executor.memory{}8g",
    "spark.executor.memoryOverhead{}1g  ",
    "spark.executor.memoryOverhead{}1Gi  ",
    " spark.driver.memory{}\\\n  4096",
    "spark.memory.offHeap.size{}0.1g",
    "  spark.executor.cores{}1",
    "spark.executor.cores{}",
    "spark.executor.extraJavaOptions{}-Da=1 \\\n    -Db=2",
    "spark.sql.shuffle.partitions{}200",
    "spark.sql.shuffle.partitions{}${PARTITIONS}",
    "spark.sql.shuffle.partitions{}64",
    "spark.sql.ansi.enabled{}true # no comment",
    "spark.app.name{}\u{444}\u{430}\u{439}\u{43b}",
    "spark.jars{}a.jar,\\\n\tb.jar",
    "other.key{}x",
    "spark.driver.extraJavaOptions{}-Dx={{APP_ID}}",
    "\tspark.ui.port{}4041",
    "spark.a\\ b{}c",
    "spark.path{}C\\:\\\\x",
];

fn properties(dice: &mut Dice) -> String {
    let separator = dice.pick(&["=", "=", " ", ": ", " = ", "   ", "\t", ":"]);
    let ends = dice.pick(&["\n", "\n", "\n", "\r\n"]);
    let count = dice.below(9);
    let lines: Vec<_> = (0..count)
        .map(|_| dice.pick(&LINES).replace("{}", separator))
        .collect();
    let text = lines.join("\n") + if dice.one_in(4) { "" } else { "\n" };
    text.replace('\n', ends)
}

fn stream(dice: &mut Dice) -> String {
    let config = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "conf"},
        "data": {"spark-defaults.conf": properties(dice), "other.txt": "spark.executor.cores=9\n"}});
    let container = json!({"name": "spark", "image": "apache/spark:4.1.1",
        "command": ["/opt/spark/sbin/start-connect-server.sh"],
        "volumeMounts": [{"name": "conf", "mountPath": "/opt/spark/conf"}]});
    let server = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "connect"},
        "spec": {"template": {"spec": {"containers": [container],
            "volumes": [{"name": "conf", "configMap": {"name": "conf"}}]}}}});
    let documents = if dice.one_in(2) {
        [config, server]
    } else {
        [server, config]
    };
    scribe::exact(&documents, dice)
}

/// The properties of a stream, taken out of it.
fn take(documents: &mut [Value]) -> Option<String> {
    let mut texts = documents
        .iter_mut()
        .filter_map(|document| document.pointer_mut("/data/spark-defaults.conf"));
    texts.next()?.take().as_str().map(str::to_owned)
}

/// What the rules make of settings; what they leave out is said, and stays.
fn planned(before: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut after = before.clone();
    for (key, value, enforced) in SET {
        let held = before.get(key);
        let sets = held.is_none_or(|held| enforced && !is_open(held));
        if sets {
            after.insert(key.to_owned(), value.to_owned());
        }
    }
    for (key, written, spelt) in RESPELT {
        if before.get(key).is_some_and(|held| held == written) {
            after.insert(key.to_owned(), spelt.to_owned());
        }
    }
    after
}

/// Whether the stream was changed; or what is wrong.
fn tried(input: &str, policy: &sparkk8s_post::preset::Policy) -> Result<bool, String> {
    let once = match lab::guard(input, policy) {
        Ok(guarded) => guarded,
        Err(lab::Failed::Unreadable(_)) => return Ok(false),
        Err(failed) => return Err(format!("{failed:?}")),
    };
    let twice = lab::guard(&once.text, policy).map_err(|failed| format!("{failed:?}"))?;
    if twice.text != once.text {
        return Err(format!("and then\n{}", twice.text));
    }
    let mut before = values(input).ok_or("the input is not read")?;
    // Another reader, where it reads the input as this one does.
    let agrees = fixtures::yaml(input).is_ok_and(|theirs| same(&theirs, &before));
    let mut after = match agrees {
        true => fixtures::yaml(&once.text)?,
        false => values(&once.text).ok_or("the output is not read")?,
    };
    let (Some(was), Some(is)) = (take(&mut before), take(&mut after)) else {
        return Ok(false);
    };
    if !same(&before, &after) {
        return Err("something beside the text reads otherwise".into());
    }
    let findings = once.report["findings"].as_array().map_or(0, Vec::len);
    let open = told(&was)
        .get("spark.sql.shuffle.partitions")
        .is_some_and(|held| is_open(held));
    let left_out = findings > usize::from(open);
    if !left_out && told(&is) != planned(&told(&was)) {
        return Err(format!("the settings are {:?}", told(&is)));
    }
    let mut rest = is.as_str();
    let changes = |line: &str| {
        let mut respelt = RESPELT.iter();
        line.contains("partitions") || respelt.any(|(_, written, _)| line.contains(written))
    };
    for line in was.split(['\n', '\r']).filter(|line| !changes(line)) {
        let at = rest
            .find(line)
            .ok_or_else(|| format!("the line {line:?} is gone"))?;
        rest = &rest[at + line.len()..];
    }
    Ok(was != is)
}

#[test]
fn a_setting_is_another_one_and_all_else_reads_the_same() {
    let policy = lab::policy(&[POLICY], &[]);
    let mut changed = 0;
    for case in 0..times(CASES) {
        let input = stream(&mut Dice::new(case));
        match tried(&input, &policy) {
            Ok(was_changed) => changed += u64::from(was_changed),
            Err(what) => panic!("case {case}: {what}\n{input}"),
        }
    }
    assert!(changed * 10 > times(CASES) * 7, "only {changed} changed");
}
