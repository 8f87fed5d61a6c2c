//! Each report is what its format asks for, and tells the same as the others.

use super::{of_goldens, of_text};
use crate::{fixtures, lab};
use boon::{Compiler, Draft, SchemaIndex, Schemas};
use roxmltree::{Document, Node};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

/// One error, one warning and more, one waived finding, changes.
const STREAM: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {template: {spec: {containers: [\
    {name: spark, image: 'apache/spark:4.1.1', command: [/opt/spark/sbin/start-connect-server.sh], \
    securityContext: {privileged: true}}]}}}\n";

/// A schema, read once.
struct Validator {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Validator {
    fn new(schema: Value) -> Self {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.enable_format_assertions();
        compiler.set_default_draft(Draft::V2020_12);
        let name = "file:///schema.json";
        compiler.add_resource(name, schema).expect("a schema");
        let index = compiler.compile(name, &mut schemas);
        let index = index.unwrap_or_else(|error| panic!("{error:#}"));
        Self { schemas, index }
    }

    fn sarif() -> Self {
        let text = fixtures::read(&package("serde-sarif").join("src/schema.json"));
        Self::new(serde_json::from_str(&text).expect("JSON"))
    }

    /// The schema that we publish, and no field that it does not name.
    fn json() -> Self {
        let text = fixtures::read(&lab::own("docs/schema/report.json"));
        Self::new(closed(serde_json::from_str(&text).expect("JSON")))
    }

    /// What is wrong.
    fn wrong(&self, value: &Value) -> Option<String> {
        let verdict = self.schemas.validate(value, self.index);
        verdict.err().map(|error| format!("{error:#}"))
    }
}

/// The folder of a package that the tests depend on, as Cargo has it.
fn package(name: &str) -> PathBuf {
    let compiler = Command::new("rustc").arg("-vV").output().expect("rustc");
    let compiler = String::from_utf8(compiler.stdout).expect("text");
    let host = compiler
        .lines()
        .find_map(|line| line.strip_prefix("host: "));
    // A fresh machine has fetched the packages of its own platform alone.
    let words = ["metadata", "--format-version", "1", "--locked", "--offline"];
    let mut cargo = Command::new(env!("CARGO"));
    let cargo = cargo
        .args(words)
        .args(["--filter-platform", host.expect("a host")]);
    let told = cargo.output();
    let told = told.expect("Cargo");
    let told: Value = serde_json::from_slice(&told.stdout).expect("what Cargo tells");
    let mut packages = told["packages"].as_array().expect("packages").iter();
    let found = packages.find(|package| package["name"] == name);
    let manifest = found.and_then(|package| package["manifest_path"].as_str());
    let manifest = PathBuf::from(manifest.expect("the manifest of the package"));
    manifest.parent().expect("a folder").to_owned()
}

/// A schema without room for more.
fn closed(schema: Value) -> Value {
    match schema {
        Value::Object(map) => {
            let is_object = map.get("properties").is_some_and(Value::is_object);
            let closed = map.into_iter().map(|(key, value)| (key, closed(value)));
            let mut map: serde_json::Map<_, _> = closed.collect();
            if is_object {
                map.insert("additionalProperties".into(), false.into());
            }
            Value::Object(map)
        }
        Value::Array(items) => items.into_iter().map(closed).collect(),
        other => other,
    }
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// A number of an attribute.
fn number(node: Node<'_, '_>, name: &str) -> usize {
    let text = node
        .attribute(name)
        .unwrap_or_else(|| panic!("no `{name}` in {node:?}"));
    text.parse().expect("a number")
}

/// That the counts of an element are those of what is in it.
fn counts_itself(node: Node<'_, '_>) {
    let inside = |name| node.descendants().filter(|n| n.has_tag_name(name)).count();
    for (attribute, element) in [
        ("tests", "testcase"),
        ("failures", "failure"),
        ("skipped", "skipped"),
        ("errors", "error"),
    ] {
        assert_eq!(number(node, attribute), inside(element), "{attribute}");
    }
}

/// What a run's reports must have in common.
fn agree(reports: &BTreeMap<String, String>) {
    let json = parsed(&reports["json"]);
    let findings = json["findings"].as_array().expect("findings");
    let count = |name: &str| json["summary"][name].as_u64().expect("a number") as usize;
    let (errors, warnings, waived) = (count("errors"), count("warnings"), count("waived"));

    let sarif = parsed(&reports["sarif"]);
    let run = &sarif["runs"][0];
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), findings.len());
    let suppressed = results.iter().filter(|one| one["suppressions"].is_array());
    assert_eq!(suppressed.count(), waived);
    for (result, finding) in results.iter().zip(findings) {
        let index = result["ruleIndex"].as_u64().expect("an index") as usize;
        let rule = &run["tool"]["driver"]["rules"][index];
        assert_eq!(
            (&result["ruleId"], &rule["id"]),
            (&finding["id"], &finding["id"])
        );
        let region = &result["locations"][0]["physicalLocation"]["region"];
        match finding["template"].is_string() {
            true => assert!(
                region.is_null(),
                "a line of the stream is none of a template"
            ),
            false => assert_eq!(region["startLine"], finding["line"]),
        }
    }

    let xml = Document::parse(&reports["junit"]).unwrap_or_else(|error| panic!("{error}"));
    let root = xml.root_element();
    assert_eq!(
        (number(root, "failures"), number(root, "skipped")),
        (errors, waived)
    );
    counts_itself(root);
    let suites: Vec<_> = root.children().filter(Node::is_element).collect();
    for suite in &suites {
        counts_itself(*suite);
    }
    let streams = usize::from(findings.iter().any(|finding| finding["object"].is_null()));
    assert_eq!(suites.len(), count("objects") + streams);

    let github: Vec<_> = reports["github"].lines().collect();
    let of = |command: &str| github.iter().filter(|l| l.starts_with(command)).count();
    assert_eq!((of("::error "), of("::warning ")), (errors, warnings));
    let waivers = json["waivers"].as_array();
    let needed = waivers.into_iter().flatten().filter(|w| w["used"] == true);
    let needed = needed.count();
    assert_eq!(of("waiver: "), needed);
    assert_eq!(github.len(), findings.len() - waived + needed + 1);
    let listed = run["properties"]["waivers"].as_array().map_or(0, Vec::len);
    assert_eq!(listed, needed);
    let properties = root.descendants().filter(|n| n.has_tag_name("property"));
    assert_eq!(properties.count(), needed);

    let said = format!("{errors} refused, {warnings} warned, {waived} waived.");
    assert!(
        reports["markdown"].contains(&said),
        "{}",
        reports["markdown"]
    );
}

#[test]
fn reports_are_valid_and_agree() {
    let (sarif, json) = (Validator::sarif(), Validator::json());
    let mut seen = [0; 4];
    of_goldens(|case, reports| {
        let (Some(one), Some(other)) = (reports.get("json"), reports.get("sarif")) else {
            assert!(reports.is_empty(), "{case}: only some reports");
            return;
        };
        assert_eq!(json.wrong(&parsed(one)), None, "{case}");
        assert_eq!(sarif.wrong(&parsed(other)), None, "{case}");
        agree(reports);
        let count = |name: &str| parsed(one)["summary"][name].as_u64().unwrap();
        for (at, name) in ["errors", "warnings", "waived", "changes"]
            .iter()
            .enumerate()
        {
            seen[at] += usize::from(count(name) > 0);
        }
    });
    fixtures::say(&format!(
        "reports: errors in {}, warnings in {}, waived findings in {}, changes in {} runs",
        seen[0], seen[1], seen[2], seen[3]
    ));
    assert!(
        seen[0] > 30 && seen[1] > 10 && seen[2] > 1 && seen[3] > 50,
        "{seen:?}"
    );
}

#[test]
fn what_is_no_report_is_seen() {
    let reports = of_text(STREAM, &[]);
    let (sarif, json) = (Validator::sarif(), Validator::json());
    let (one, other) = (parsed(&reports["sarif"]), parsed(&reports["json"]));
    assert_eq!((sarif.wrong(&one), json.wrong(&other)), (None, None));
    for (pointer, value) in [
        ("/version", json!("2.0.0")),
        ("/runs/0/results/0/level", json!("fatal")),
        ("/runs/0/results/0/message", json!({})),
        (
            "/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri",
            json!("a b"),
        ),
        ("/runs/0/tool/driver/informationUri", json!("not a URI")),
        ("/runs/0/invocations/0", json!({})),
    ] {
        let mut broken = one.clone();
        *broken.pointer_mut(pointer).expect(pointer) = value;
        assert!(sarif.wrong(&broken).is_some(), "{pointer}");
    }
    for (pointer, value) in [
        ("/summary/errors", json!("1")),
        ("/summary", json!({})),
        ("/findings/0/id", Value::Null),
        ("/findings/0", json!({"id": "a"})),
        ("/tool", json!({"name": "a", "version": "b", "more": 1})),
    ] {
        let mut broken = other.clone();
        *broken.pointer_mut(pointer).expect(pointer) = value;
        assert!(json.wrong(&broken).is_some(), "{pointer}");
    }
    assert!(Document::parse(&reports["junit"].replace("</testsuite>", "")).is_err());
}

/// The lines move, and a neighbour comes: what was known is known again.
#[test]
fn fingerprints_stay_when_lines_move() {
    let prints = |text: &str| {
        let sarif = parsed(&of_text(text, &[])["sarif"]);
        let results = sarif["runs"][0]["results"].as_array().unwrap().clone();
        let print = |result: &Value| result["partialFingerprints"].to_string();
        let lines: Vec<_> = results.iter().map(|r| r["locations"].to_string()).collect();
        (results.iter().map(print).collect::<Vec<_>>(), lines)
    };
    let (before, lines) = prints(STREAM);
    let (moved, other_lines) = prints(&format!("# a\n# b\n{STREAM}"));
    assert_eq!(before, moved);
    assert_ne!(lines, other_lines);
    let (mut all, _) = prints(&format!(
        "{STREAM}---\n{}",
        STREAM.replace("name: a}", "name: b}")
    ));
    assert_eq!(all.len(), 2 * before.len());
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 2 * before.len(), "two findings with one print");
}
