//! The table of runs.

use super::Row;
use super::texts::{BROKEN, PLAIN_PROJECT, PRESET, PROJECT, REFUSALS, RULES, STREAM, json, other};

const KEY: (&str, &str) = ("key", "0123456789abcdef0123456789abcdef\n");

/// Runs over [`STREAM`]: name, what is typed, how it ends.
const OVER_STREAM: &[(&str, &str, i32)] = &[
    (
        "render",
        "render -f in.yaml --report json=report.json --report text=report.txt",
        0,
    ),
    (
        "render-restricted",
        "render -f in.yaml --preset restricted --report json=report.json --report text=report.txt",
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
        "render -f in.yaml --preset ./own.yaml --report json=report.json --report text=report.txt",
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
        "render -f in.yaml --preset ./no.yaml --report json=report.json --report text=report.txt",
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

/// Policies and projects that are refused beside a credential.
fn refusals() -> Vec<Row> {
    let rule = |body: &str| {
        format!("  rules:\n    - id: one\n      on: container\n      {body}\n      because: b\n")
    };
    let enforce =
        |seed: &str| format!("enforce: {{env: [{{name: DB_PASSWORD, value: {{{{{seed}}}}}}}]}}");
    let (one, two) = (rule(&enforce("one")), rule(&enforce("two")));
    let two = two.replace("  rules:\n", "").replace("id: one", "id: two");
    let stream = || ("in.yaml", STREAM.to_owned());
    let shared = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - {name: a, env: &e [{name: DB_PASSWORD, value: {{a}}}]}\n  - {name: b, env: *e}\n";
    let shared_lines = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: a\n    env:\n    - &e\n      name: DB_PASSWORD\n      value: {{a}}\n  - name: b\n    env:\n    - *e\n";
    let on_a = rule(
        "where: {containers: [a]}\n      enforce: {env: [{name: DB_PASSWORD, value: {{new}}}]}",
    );
    let patch = rule(
        "patch: [{op: test, path: /env/0/value, value: {{new}}}, {op: replace, path: /env/0/value, value: {{newer}}}]",
    );
    let data = rule("patch: [{op: replace, path: /data/api-token, value: {{new}}}]");
    let data = data.replace("on: container", "on: object");
    let failing = PROJECT.replace(
        "dev: {}",
        "dev: {render: [sparkk8s-no-such-program, --password, {{typed}}]}",
    );
    vec![
        row(
            "clash",
            vec![stream(), ("own.yaml", own(&(one + &two)))],
            &["render -f in.yaml --preset ./own.yaml"],
            2,
        ),
        row(
            "unknown-field",
            vec![
                stream(),
                (
                    "own.yaml",
                    own(&rule(
                        "enforce: {env: [{name: DB_PASSWORD, value: {{a}}}]}, enforc: 1",
                    )),
                ),
            ],
            &["check -f in.yaml --preset ./own.yaml"],
            2,
        ),
        row(
            "unknown-verb",
            vec![
                stream(),
                (
                    "own.yaml",
                    own(&rule("enforc: {env: [{name: DB_PASSWORD, value: {{a}}}]}")),
                ),
            ],
            &["check -f in.yaml --preset ./own.yaml"],
            2,
        ),
        row(
            "unknown-parameter",
            vec![
                stream(),
                (
                    "own.yaml",
                    own(&rule(
                        "enforce: {env: [{name: DB_PASSWORD, value: {{a}}}, {name: B, value: {$parameter: b}}]}",
                    )),
                ),
            ],
            &["check -f in.yaml --preset ./own.yaml"],
            2,
        ),
        row(
            "unreadable-preset",
            vec![
                stream(),
                (
                    "own.yaml",
                    own(&rule(
                        "enforce: {env: [{name: DB_PASSWORD, value: `{{a}}}]}",
                    )),
                ),
            ],
            &["check -f in.yaml --preset ./own.yaml"],
            2,
        ),
        row(
            "patch-show",
            vec![("own.yaml", own(&data))],
            &["presets show ./own.yaml"],
            0,
        ),
        row(
            "patch",
            vec![stream(), ("own.yaml", own(&patch))],
            &["render -f in.yaml --preset ./own.yaml --report json=report.json"],
            0,
        ),
        row(
            "shared",
            vec![("in.yaml", shared.to_owned()), ("own.yaml", own(&on_a))],
            &["render -f in.yaml --preset ./own.yaml"],
            0,
        ),
        row(
            "shared-lines",
            vec![
                ("in.yaml", shared_lines.to_owned()),
                ("own.yaml", own(&on_a)),
            ],
            &["check -f in.yaml --preset ./own.yaml"],
            0,
        ),
        row(
            "set",
            vec![stream()],
            &["render -f in.yaml --set pins.password={{typed}}"],
            2,
        ),
        row(
            "command",
            vec![("sparkk8s.yaml", failing), ("own.yaml", own(""))],
            &["lock"],
            5,
        ),
        row(
            "short-key",
            vec![stream(), ("key", "{{key}}".to_owned())],
            &["graph -f in.yaml --secret-key key"],
            2,
        ),
    ]
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

fn row(name: &str, mut files: Vec<(&'static str, String)>, runs: &[&str], code: i32) -> Row {
    if !files.iter().any(|(name, _)| *name == KEY.0) {
        files.push((KEY.0, KEY.1.to_owned()));
    }
    if !files.iter().any(|(name, _)| *name == "sparkk8s.yaml") {
        files.push(("sparkk8s.yaml", PLAIN_PROJECT.to_owned()));
    }
    let words = |run: &&str| run.split(' ').map(str::to_owned).collect();
    Row {
        name: name.to_owned(),
        files,
        runs: runs.iter().map(words).collect(),
        code,
    }
}
