//! What each layer takes, on a chart and on small dense documents: `cargo bench`, or `cargo bench splice`.
//!
//! The figures are for whoever changes a layer. Budgets are judged by `benches/budgets`, on whole runs of the program.

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use serde_json::{Value, json};
use sparkk8s_post::check;
use sparkk8s_post::guard::Severity;
use sparkk8s_post::manifest::objects;
use sparkk8s_post::preset::{Known, Named, Policy, Request, compose, tables};
use sparkk8s_post::render::{Setup, render};
use sparkk8s_post::text::EditSet;
use sparkk8s_post::threads::Threads;
use sparkk8s_post::yaml::{Document, NodeRef, Stream, Touched};
use std::fmt;

/// The program's own: half of a run is small values.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CHART: &str = include_str!("../examples/demo.yaml");
const APPLICATION: &str = include_str!("inputs/application.yaml");
const DEPLOYMENT: &str = include_str!("inputs/deployment.yaml");

/// What is read and edited.
#[derive(Clone, Copy)]
enum Input {
    /// A rendered chart with scripts in block scalars.
    Chart,
    /// A hundred applications of four objects each; the author decided most.
    Applications,
    /// A hundred Deployments whose author decided nothing: every guardrail is put in.
    Deployments,
}

const INPUTS: [Input; 3] = [Input::Chart, Input::Applications, Input::Deployments];

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Chart => "chart",
            Self::Applications => "applications",
            Self::Deployments => "deployments",
        })
    }
}

impl Input {
    fn text(self) -> String {
        let many = |text: &str| {
            let numbered = (0..100).map(|number| text.replace("NUMBER", &number.to_string()));
            numbered.collect()
        };
        match self {
            Self::Chart => CHART.to_owned(),
            Self::Applications => many(APPLICATION),
            Self::Deployments => many(DEPLOYMENT),
        }
    }
}

fn main() {
    divan::main();
}

/// Text to nodes with byte spans; `cargo run --release --example parse` is the floor of it.
#[divan::bench(args = INPUTS)]
fn parse(bencher: Bencher<'_, '_>, input: Input) {
    let text = input.text();
    bencher
        .counter(BytesCount::of_str(&text))
        .bench_local(|| stream(black_box(&text)).documents.len());
}

/// Nodes to values.
#[divan::bench(args = INPUTS)]
fn values(bencher: Bencher<'_, '_>, input: Input) {
    let text = input.text();
    let stream = stream(&text);
    bencher
        .counter(ItemsCount::new(stream.documents.len()))
        .bench_local(|| stream.documents.iter().map(value).collect::<Vec<_>>());
}

/// A value that differs in two places to edits, for each pod template.
#[divan::bench(args = INPUTS)]
fn splice(bencher: Bencher<'_, '_>, input: Input) {
    let text = input.text();
    let stream = stream(&text);
    let targets: Vec<_> = stream.documents.iter().filter_map(target).collect();
    bencher
        .counter(ItemsCount::new(targets.len()))
        .bench_local(|| {
            let edits = targets.iter().map(|(document, target)| {
                let edits = document.splice(black_box(target), Touched::everything());
                edits.expect("no anchor is in the way").len()
            });
            edits.sum::<usize>()
        });
}

/// Presets to a policy: what every run pays, whatever its input.
#[divan::bench]
fn policy() -> Policy {
    default()
}

/// A parsed stream to edits: rules, checks, and the proof of each edited document.
#[divan::bench(args = INPUTS)]
fn guard(bencher: Bencher<'_, '_>, input: Input) {
    let text = input.text();
    let stream = stream(&text);
    let policy = default();
    bencher
        .counter(ItemsCount::new(stream.documents.len()))
        .bench_local(|| edits(black_box(&stream), &policy));
}

/// Text to guarded text.
#[divan::bench(args = INPUTS)]
fn whole(bencher: Bencher<'_, '_>, input: Input) {
    let text = input.text();
    let policy = default();
    bencher
        .counter(BytesCount::of_str(&text))
        .bench_local(|| edits(&stream(black_box(&text)), &policy).apply(&text));
}

fn stream(text: &str) -> Stream<'_> {
    Stream::parse(text).expect("readable YAML")
}

fn value(document: &Document<'_>) -> Value {
    document.root().map(NodeRef::to_value).unwrap_or_default()
}

/// A document that holds a pod template, and what it shall be.
fn target<'d, 't>(document: &'d Document<'t>) -> Option<(&'d Document<'t>, Value)> {
    let mut target = value(document);
    let pod = target.pointer_mut("/spec/template/spec")?.as_object_mut()?;
    let context = pod.entry("securityContext").or_insert_with(|| json!({}));
    context["runAsNonRoot"] = json!(true);
    target["metadata"]["annotations"]["example.com/team"] = json!("data");
    Some((document, target))
}

/// The policy of who chose nothing.
fn default() -> Policy {
    let request = Request {
        presets: vec![Named::flag("--preset", "default")],
        ..Request::default()
    };
    let known = Known {
        checks: check::specs(),
        ..Known::default()
    };
    compose(&request, &known, &|path| {
        Err(format!("{path} is not there"))
    })
    .expect("a policy")
}

fn edits(stream: &Stream<'_>, policy: &Policy) -> EditSet {
    let (objects, strangers) = objects(stream);
    let setup = Setup {
        policy,
        waivers: &[],
        tables: tables(),
        secret_key: None,
        images: None,
        observe: None,
        least: Severity::Info,
        threads: Threads::ONE,
    };
    let rendered = render(stream, (&objects, &strangers), setup);
    rendered.expect("nothing is in the way").edits
}
