//! `docs/evidence.md`: what `default` put in, warned about and left alone in the corpus, by role and image.

use super::super::lab;
use super::{by_default, compat};
use serde_json::Value;
use sparkk8s_post::guard::{Context, PodView, Subject};
use sparkk8s_post::manifest::{Container, FactsBuilder, NonRoot, Object, Tables, objects};
use sparkk8s_post::preset::tables;
use sparkk8s_post::yaml::{Pointer, Stream};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// One line of a table: how often, and for each column what stands there how often.
#[derive(Default)]
struct Row {
    count: usize,
    columns: [BTreeMap<String, usize>; 3],
}

type Table = BTreeMap<(String, String, String), Row>;

#[derive(Default)]
struct Tally {
    containers: Table,
    pods: Table,
}

#[test]
fn the_table_of_evidence_is_current() {
    if by_default().is_empty() {
        return;
    }
    let tables = tables();
    let mut tally = Tally::default();
    for (file, guarded) in by_default() {
        tally.stream(&file.text, &guarded.report, tables);
    }
    let mut page = HEAD.replace("{charts}", &by_default().len().to_string());
    page.push_str(&table(
        "## Containers",
        [
            "role",
            "image",
            "container",
            "seen",
            "user",
            "put in",
            "warned",
        ],
        &tally.containers,
    ));
    page.push_str(&table(
        "## Pods and their objects",
        [
            "role",
            "object",
            "pod level",
            "seen",
            "containers",
            "put in",
            "warned, left alone",
        ],
        &tally.pods,
    ));
    page.push_str(&compat::section());
    lab::matches_file("docs/evidence.md", &page);
}

const HEAD: &str = "\
# What `default` does to real charts

{charts} renders of public Spark charts, every container and pod in them. A test writes this page and fails where it is
not current; numbers in brackets say how often. Rules and checks: `sparkk8s-post explain ID`.

*user* is what is known of the user: `declared` by the author, `inferred` from the image or from another container with
the same image, `root`, or `unknown`. Only the first two are guarded; of all others one warning,
`pod-security/incomplete`, says what they lack. `-` is no role, or nothing.
";

impl Tally {
    fn stream(&mut self, text: &str, report: &Value, tables: &Tables) {
        let stream = Stream::parse(text).expect("a stream");
        let (objects, _) = objects(&stream);
        let mut facts = FactsBuilder::new(&objects);
        let node = |object: &Object<'_>| stream.documents[object.document].node(object.node);
        for object in &objects {
            let place = tables.places.of(object.api_version, object.kind);
            facts.add(object.index, &node(object).to_value(), place);
        }
        let facts = facts.finish();
        let context = Context {
            tables,
            facts: &facts,
            images: None,
        };
        for object in &objects {
            let place = tables.places.of(object.api_version, object.kind);
            let document = &stream.documents[object.document];
            let subject = Subject {
                object,
                node: document.node(object.node),
                place,
                within: None,
            };
            let value = subject.node.to_value();
            for pod in &PodView::all(context, subject, &value) {
                self.pod(object, pod, &Told::of(report, object.index));
            }
        }
    }

    fn pod(&mut self, object: &Object<'_>, pod: &PodView<'_>, told: &Told<'_>) {
        let mut inside = BTreeSet::new();
        for (ordinal, container) in pod.pod().containers().enumerate() {
            let at = pod.place.resolve(&container.pointer()).expect("a place");
            let role = pod.roles.containers[ordinal].map_or("-", |role| &role.role);
            let kind = format!("{:?}", container.kind).to_lowercase();
            let key = (role.to_owned(), image(container), kind);
            let row = self.containers.entry(key).or_default();
            row.count += 1;
            row.add(0, user(&pod.users[ordinal]));
            told.changes_within(&at).for_each(|rule| row.add(1, rule));
            told.findings_of(Some(container.name()))
                .for_each(|id| row.add(2, id));
            inside.insert(at);
        }
        let role = pod.roles.pod.map_or("-", |role| &role.role);
        let written = &pod.pod().spec()["securityContext"]["runAsNonRoot"];
        let level = match (written, pod.all_non_root()) {
            (Value::Null, true) => "every container is known",
            (Value::Null, false) => "not every container is known",
            _ => "`runAsNonRoot` is written",
        };
        let key = (role.to_owned(), object.kind.to_owned(), level.to_owned());
        let row = self.pods.entry(key).or_default();
        row.count += 1;
        row.add(0, pod.pod().containers().count().to_string());
        told.changes_outside(&inside)
            .for_each(|rule| row.add(1, rule));
        told.findings_of(None).for_each(|id| row.add(2, id));
    }
}

/// What the report says of one object.
struct Told<'r> {
    changes: Vec<(Pointer, &'r str)>,
    findings: Vec<(Option<&'r str>, &'r str)>,
}

impl<'r> Told<'r> {
    fn of(report: &'r Value, index: usize) -> Self {
        let own = |list: &'r str| {
            let items = report[list].as_array().into_iter().flatten();
            items.filter(move |item| item["object"]["index"] == index)
        };
        let text = |value: &'r Value| value.as_str().expect("a text");
        let changes = own("changes").map(|change| {
            let path = Pointer::parse(text(&change["path"])).expect("a pointer");
            (path, text(&change["rule"]))
        });
        let warned = own("findings").filter(|f| f["severity"] != "info");
        let findings = warned.map(|f| (f["container"].as_str(), text(&f["id"])));
        Self {
            changes: changes.collect(),
            findings: findings.collect(),
        }
    }

    fn changes_within(&self, at: &Pointer) -> impl Iterator<Item = String> {
        let own = self.changes.iter().filter(|(path, _)| path.is_within(at));
        unique(own.map(|(_, rule)| (*rule).to_owned()))
    }

    fn changes_outside(&self, inside: &BTreeSet<Pointer>) -> impl Iterator<Item = String> {
        let own = self.changes.iter();
        let own = own.filter(|(path, _)| !inside.iter().any(|at| path.is_within(at)));
        unique(own.map(|(_, rule)| (*rule).to_owned()))
    }

    fn findings_of<'s>(&'s self, container: Option<&'s str>) -> impl Iterator<Item = String> {
        let own = self
            .findings
            .iter()
            .filter(move |(name, _)| *name == container);
        unique(own.map(|(_, id)| (*id).to_owned()))
    }
}

/// A rule that makes several operations in one place is one thing.
fn unique(names: impl Iterator<Item = String>) -> impl Iterator<Item = String> {
    names.collect::<BTreeSet<_>>().into_iter()
}

fn image(container: Container<'_>) -> String {
    match container.image() {
        "" => "-".to_owned(),
        image => format!("`{image}`"),
    }
}

fn user(user: &NonRoot) -> String {
    match user {
        NonRoot::Declared { uid: Some(uid) } => format!("declared {uid}"),
        NonRoot::Declared { uid: None } => "declared".to_owned(),
        NonRoot::Inferred { uid, .. } => format!("inferred {uid}"),
        NonRoot::Root { because } => format!("root: {}", reason(because)),
        NonRoot::Unknown { because } => format!("unknown: {}", reason(because)),
    }
}

/// A reason without the names in it, which differ from chart to chart.
fn reason(because: &str) -> String {
    let parts: Vec<_> = because.split('`').collect();
    let kept = |(at, part): (usize, &&str)| match at % 2 == 1 && !part.contains("runAs") {
        true => "…".to_owned(),
        false => (*part).to_owned(),
    };
    parts.iter().enumerate().map(kept).collect()
}

impl Row {
    fn add(&mut self, column: usize, what: String) {
        *self.columns[column].entry(what).or_default() += 1;
    }
}

fn table(title: &str, head: [&str; 7], rows: &Table) -> String {
    let mut out = format!(
        "\n{title}\n\n| {} |\n|{}\n",
        head.join(" | "),
        "---|".repeat(7)
    );
    for ((first, second, third), row) in rows {
        let [a, b, c] = row.columns.each_ref().map(|column| {
            let cells = column
                .iter()
                .map(|(what, times)| match *times == row.count {
                    true => what.clone(),
                    false => format!("{what} ({times})"),
                });
            let cells: Vec<_> = cells.collect();
            if cells.is_empty() {
                "-".to_owned()
            } else {
                cells.join("<br>")
            }
        });
        let _ = writeln!(
            out,
            "| {first} | {second} | {third} | {} | {a} | {b} | {c} |",
            row.count
        );
    }
    out
}
