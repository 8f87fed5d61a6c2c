//! The table of runs.

use super::texts::{BROKEN, PRESET, PROJECT, REFUSALS, RULES, STREAM, json, other};
use super::{Row, row};

/// Runs over [`STREAM`]: name, what is typed, how it ends.
const OVER_STREAM: &[(&str, &str, i32)] = &[
    ("render", "render -f in.yaml REPORTS", 0),
    (
        "render-restricted",
        "render -f in.yaml --preset restricted REPORTS",
        0,
    ),
    (
        "render-helm4",
        "render --host helm4 -f in.yaml --preset restricted",
        0,
    ),
    (
        "render-keyed",
        "render -f in.yaml --secret-key key --report json=report.json",
        0,
    ),
    ("check", "check -f in.yaml", 0),
    ("check-json", "check -f in.yaml -o json", 0),
    (
        "check-restricted",
        "check -f in.yaml --preset restricted",
        0,
    ),
    (
        "check-restricted-json",
        "check -f in.yaml --preset restricted -o json",
        0,
    ),
    (
        "credentials",
        "render -f in.yaml --preset credentials REPORTS",
        0,
    ),
    ("diff", "diff -f in.yaml", 1),
    ("diff-restricted", "diff -f in.yaml --preset restricted", 1),
    ("graph", "graph -f in.yaml", 0),
    ("graph-json", "graph -f in.yaml -o json", 0),
    ("graph-mermaid", "graph -f in.yaml -o mermaid", 0),
    ("graph-svg", "graph -f in.yaml -o svg", 0),
    ("graph-keyed", "graph -f in.yaml --secret-key key", 0),
    (
        "graph-json-keyed",
        "graph -f in.yaml --secret-key key -o json",
        0,
    ),
    (
        "graph-svg-keyed",
        "graph -f in.yaml --secret-key key -o svg",
        0,
    ),
    ("init", "init -f in.yaml --config new.yaml", 0),
    (
        "own-render",
        "render -f in.yaml --preset ./own.yaml REPORTS",
        0,
    ),
    ("own-check", "check -f in.yaml --preset ./own.yaml", 0),
    (
        "own-check-json",
        "check -f in.yaml --preset ./own.yaml -o json",
        0,
    ),
    ("own-diff", "diff -f in.yaml --preset ./own.yaml", 1),
    ("own-explain", "explain own/variable --preset ./own.yaml", 0),
    ("own-show", "presets show ./own.yaml", 0),
    (
        "no-render",
        "render -f in.yaml --preset ./no.yaml REPORTS",
        1,
    ),
    (
        "no-render-helm4",
        "render --host helm4 -f in.yaml --preset ./no.yaml",
        0,
    ),
    ("no-check", "check -f in.yaml --preset ./no.yaml", 1),
    (
        "no-check-json",
        "check -f in.yaml --preset ./no.yaml -o json",
        1,
    ),
    ("no-graph", "graph -f in.yaml --preset ./no.yaml", 0),
    ("no-explain", "explain own/required --preset ./no.yaml", 0),
    ("no-show", "presets show ./no.yaml", 0),
];

/// Runs over a project whose environments are in dev.yaml and prod.yaml, the same, or not.
const LOCKS: &[(&str, bool, &str, i32)] = &[
    ("lock", true, "", 0),
    (
        "lock-check",
        true,
        "lock --from=dev=dev.yaml --from=prod=prod.yaml --check",
        0,
    ),
    (
        "lock-renders",
        true,
        "lock --from=dev=dev.yaml --from=prod=prod.yaml --renders 2",
        0,
    ),
    (
        "lock-show",
        true,
        "lock --from=dev=dev.yaml --from=prod=prod.yaml --show",
        0,
    ),
    ("verify", true, "verify --env dev -f dev.yaml", 0),
    ("verify-other", true, "verify --env dev -f other.yaml", 4),
    (
        "render-locked-other",
        true,
        "render --locked --env dev -f other.yaml",
        4,
    ),
    (
        "lock-check-other",
        true,
        "lock --from=dev=other.yaml --from=prod=other.yaml --check",
        4,
    ),
    (
        "diff",
        true,
        "diff --env dev --env prod --from=dev=dev.yaml --from=prod=other.yaml",
        4,
    ),
    (
        "ahead",
        true,
        "lock --from=dev=other.yaml --from=prod=prod.yaml --env dev --ahead tried --until 2099-12-31",
        0,
    ),
    (
        "promote",
        true,
        "promote dev prod --from=dev=dev.yaml --from=prod=other.yaml",
        4,
    ),
    (
        "differ",
        false,
        "lock --from=dev=dev.yaml --from=prod=other.yaml",
        4,
    ),
    (
        "differ-show",
        false,
        "lock --from=dev=dev.yaml --from=prod=other.yaml --show",
        4,
    ),
    (
        "differ-keyed",
        false,
        "lock --from=dev=dev.yaml --from=prod=other.yaml --secret-key key",
        4,
    ),
    (
        "differ-show-keyed",
        false,
        "lock --from=dev=dev.yaml --from=prod=other.yaml --secret-key key --show",
        4,
    ),
];

pub(super) fn all() -> Vec<Row> {
    let mut rows = Vec::new();
    for (style, stream) in [
        ("yaml", STREAM.to_owned()),
        ("json", json(STREAM, false)),
        ("json-lines", json(STREAM, true)),
    ] {
        for (name, typed, code) in OVER_STREAM {
            let files = vec![
                ("in.yaml", stream.clone()),
                ("own.yaml", own(RULES)),
                ("no.yaml", own(REFUSALS)),
            ];
            rows.push(row(&format!("{name}-{style}"), files, &[typed], *code));
        }
    }
    for &(name, locked, typed, code) in LOCKS {
        rows.push(lock(name, locked, typed, code, ""));
        if locked {
            rows.push(lock(
                &format!("{name}-keyed"),
                locked,
                typed,
                code,
                " --secret-key key",
            ));
        }
    }
    for &(name, text) in BROKEN {
        for typed in [
            "render -f in.yaml",
            "check -f in.yaml -o json",
            "graph -f in.yaml",
        ] {
            let text = format!("apiVersion: v1\n{text}");
            rows.push(row(
                &format!("broken-{name}"),
                vec![("in.yaml", text)],
                &[typed],
                3,
            ));
        }
    }
    rows.extend(refusals());
    rows
}

/// Runs of one rule over [`STREAM`]: name, the rule's lines, what is typed, how it ends.
const ONE_RULE: &[(&str, &str, &str, i32)] = &[
    (
        "unknown-field",
        "on: container\n      enforce: {env: [{name: DB_PASSWORD, value: {{a}}}]}, enforc: 1",
        "check",
        2,
    ),
    (
        "unknown-verb",
        "on: container\n      enforc: {env: [{name: DB_PASSWORD, value: {{a}}}]}",
        "check",
        2,
    ),
    (
        "unknown-parameter",
        "on: container\n      enforce: {env: [{name: DB_PASSWORD, value: {{a}}}, {name: B, value: {$parameter: b}}]}",
        "check",
        2,
    ),
    (
        "unreadable-preset",
        "on: container\n      enforce: {env: [{name: DB_PASSWORD, value: `{{a}}}]}",
        "check",
        2,
    ),
    (
        "patch",
        "on: container\n      patch: [{op: test, path: /env/0/value, value: {{a}}}, {op: replace, path: /env/0/value, value: {{b}}}]",
        "render --report json=report.json",
        0,
    ),
    (
        "patched",
        "on: object\n      where: {kinds: [ConfigMap]}\n      patch: [{op: replace, path: /data/api-token, value: {{a}}}]",
        "render --report json=report.json",
        0,
    ),
    (
        "patched-diff",
        "on: object\n      where: {kinds: [ConfigMap]}\n      patch: [{op: replace, path: /data/api-token, value: {{a}}}]",
        "diff",
        1,
    ),
];

const SHARED: &str = "apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers:
  - {name: a, env: &e [{name: DB_PASSWORD, value: {{a}}}]}
  - {name: b, env: *e}
";
const SHARED_LINES: &str = "apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers:
  - name: a
    env:
    - &e
      name: DB_PASSWORD
      value: {{a}}
  - name: b
    env:
    - *e
";

fn rule(id: &str, lines: &str) -> String {
    format!("    - id: {id}\n      {lines}\n      because: b\n")
}

/// Policies and projects that are refused beside a credential.
fn refusals() -> Vec<Row> {
    let stream = || ("in.yaml", STREAM.to_owned());
    let rules = |rules: &str| ("own.yaml", own(&format!("  rules:\n{rules}")));
    let mut rows = Vec::new();
    for (name, lines, typed, code) in ONE_RULE {
        let typed = format!("{typed} -f in.yaml --preset ./own.yaml");
        let files = vec![stream(), rules(&rule("one", lines))];
        rows.push(row(name, files, &[&typed], *code));
        // Not shown by `presets show` are values that their own rule names as credentials: `/env/0/value` names nothing.
        if name.starts_with("patched") {
            let files = vec![rules(&rule("one", lines))];
            rows.push(row(
                &format!("{name}-show"),
                files,
                &["presets show ./own.yaml"],
                0,
            ));
        }
    }
    let enforce = "on: container\n      enforce: {env: [{name: DB_PASSWORD, value: {{SEED}}}]}";
    let two = ["one", "two"].map(|id| rule(id, &enforce.replace("SEED", id)));
    let typed = "render -f in.yaml --preset ./own.yaml";
    rows.push(row(
        "clash",
        vec![stream(), rules(&two.concat())],
        &[typed],
        2,
    ));
    let of_a = enforce
        .replace("SEED", "new")
        .replace("enforce", "where: {containers: [a]}\n      enforce");
    for (name, text) in [("shared", SHARED), ("shared-lines", SHARED_LINES)] {
        for typed in ["render", "check", "diff"] {
            let files = vec![("in.yaml", text.to_owned()), rules(&rule("one", &of_a))];
            let all = format!("{typed} -f in.yaml --preset ./own.yaml");
            rows.push(row(&format!("{name}-{typed}"), files, &[&all], 0));
        }
    }
    let set = "render -f in.yaml --set pins.password={{typed}}";
    rows.push(row("set", vec![stream()], &[set], 2));
    let render = "dev: {render: [sparkk8s-no-such-program, --password, {{typed}}]}";
    let failing = ("sparkk8s.yaml", PROJECT.replace("dev: {}", render));
    rows.push(row(
        "command",
        vec![failing, ("own.yaml", own(""))],
        &["lock"],
        5,
    ));
    let short = vec![stream(), ("key", "{{key}}".to_owned())];
    rows.push(row(
        "short-key",
        short,
        &["graph -f in.yaml --secret-key key"],
        2,
    ));
    rows
}

fn own(rules: &str) -> String {
    format!("{PRESET}{rules}")
}

/// A run over a project, that is locked before.
fn lock(name: &str, locked: bool, typed: &'static str, code: i32, key: &'static str) -> Row {
    let files = vec![
        ("sparkk8s.yaml", PROJECT.to_owned()),
        ("own.yaml", own("")),
        ("dev.yaml", STREAM.to_owned()),
        ("prod.yaml", STREAM.to_owned()),
        ("other.yaml", other(STREAM)),
    ];
    let before = format!("lock --from=dev=dev.yaml --from=prod=prod.yaml{key}");
    let typed = format!("{typed}{key}");
    let mut runs: Vec<&str> = Vec::new();
    if locked {
        runs.push(&before);
    }
    if !typed.trim().starts_with("--") && !typed.is_empty() {
        runs.push(&typed);
    }
    row(name, files, &runs, code)
}
