//! The page of exit codes says what the program does: every code of every verb on it is met here, and no other.

use super::said::{rows, text};
use crate::lab::{Ended, program, write};
use crate::{fixtures, hosts};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tempfile::TempDir;

type Codes = BTreeMap<String, BTreeSet<i32>>;

const PLAIN: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: one}\n";

/// A Spark server with the processes of its node.
const REFUSED: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec:\n  selector: {matchLabels: {a: b}}\n  \
    template:\n    metadata: {labels: {a: b}}\n    spec:\n      hostPID: true\n      containers:\n      \
    - {name: main, image: apache/spark, command: [/opt/spark/sbin/start-connect-server.sh]}\n";

/// By the time of the second operation the first item is another one, which somebody else shares.
const SHARED: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\nl:\n- name: one\n- &two\n  name: two\nother: *two\n";
const TOUCH: &str = "apiVersion: sparkk8s.io/v1alpha1\nkind: Preset\nmetadata: {name: touch, version: 1.0.0}\nspec:\n  \
    summary: s\n  rules:\n  - id: r\n    on: object\n    because: b\n    \
    patch: [{op: remove, path: /l/0}, {op: add, path: /l/0/x, value: 1}]\n";

/// An application whose executors Spark refuses.
const NO_SIZE: &str = "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nmetadata: {name: a}\nspec:\n  \
    image: apache/spark:4.1.1\n  driver: {}\n  executor: {memory: 0.5g}\n";

/// One whose executors are known.
const EXECUTORS: &str = "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nmetadata: {name: a}\nspec:\n  \
    image: apache/spark:4.1.1\n  driver: {}\n  executor: {memory: 1g}\n";

/// Verb, code, further arguments, standard input; they run one after the other in one folder.
const MET: &[(&str, i32, &str, &str)] = &[
    ("render", 0, "--host pipe -f demo.yaml", ""),
    ("render", 1, "--host pipe -f refused.yaml", ""),
    ("render", 2, "--host pipe --preset none", PLAIN),
    ("render", 3, "--host pipe", "a: [1"),
    ("check", 0, "-f demo.yaml", ""),
    ("check", 1, "-f refused.yaml", ""),
    ("check", 2, "-f none.yaml", ""),
    ("check", 3, "--host pipe", ""),
    ("diff", 0, "--host pipe", PLAIN),
    ("diff", 1, "-f demo.yaml", ""),
    ("diff", 2, "--from dev=plain.yaml --env dev", PLAIN),
    ("diff", 3, "", "a: [1"),
    ("diff", 0, "--env dev --env prod --config same.yaml", ""),
    ("diff", 4, "--env dev --env prod --config other.yaml", ""),
    ("diff", 5, "--env dev --env prod --config fails.yaml", ""),
    ("graph", 0, "-f refused.yaml", ""),
    ("graph", 1, "--preset ./touch.yaml", SHARED),
    ("graph", 2, "--env none", PLAIN),
    ("graph", 3, "", "a: [1"),
    ("pods", 0, "-f refused.yaml", ""),
    ("pods", 1, "", NO_SIZE),
    ("pods", 2, "--env none", PLAIN),
    ("pods", 3, "", "a: [1"),
    ("conf", 0, "-f refused.yaml", ""),
    ("conf", 1, "--preset ./touch.yaml", SHARED),
    ("conf", 2, "--env none", PLAIN),
    ("conf", 3, "", "a: [1"),
    ("lock", 0, "--config same.yaml", ""),
    ("lock", 1, "--config refused.project.yaml", ""),
    ("lock", 2, "--config none.yaml", ""),
    ("lock", 3, "--config twice.yaml", ""),
    ("lock", 4, "--config other.yaml", ""),
    ("lock", 5, "--config fails.yaml", ""),
    (
        "render",
        4,
        "--locked --env dev --config same.yaml -f demo.yaml",
        "",
    ),
    ("render", 5, "--run --env dev --config fails.yaml", ""),
    (
        "verify",
        0,
        "--env dev --config same.yaml -f plain.yaml",
        "",
    ),
    (
        "verify",
        1,
        "--env dev --config same.yaml -f refused.yaml",
        "",
    ),
    (
        "verify",
        2,
        "--env dev --config none.yaml -f plain.yaml",
        "",
    ),
    (
        "verify",
        2,
        "--env none --config same.yaml -f plain.yaml",
        "",
    ),
    ("verify", 3, "--env dev --config same.yaml", "a: [1"),
    ("verify", 4, "--env dev --config same.yaml -f demo.yaml", ""),
    ("lock", 0, "--config ahead.yaml --from dev=plain.yaml", ""),
    (
        "lock",
        0,
        "--config ahead.yaml --env dev --ahead r --until 2099-01-01",
        "",
    ),
    (
        "promote",
        0,
        "dev prod --config ahead.yaml --from prod=changed.yaml",
        "",
    ),
    (
        "promote",
        1,
        "dev prod --config ahead.yaml --from prod=refused.yaml",
        "",
    ),
    ("promote", 2, "dev none --config ahead.yaml", ""),
    (
        "promote",
        3,
        "dev prod --config ahead.yaml --from prod=twice.txt",
        "",
    ),
    (
        "promote",
        4,
        "dev prod --config ahead.yaml --from prod=demo.yaml",
        "",
    ),
    ("promote", 5, "dev prod --config fails.yaml", ""),
    ("explain", 0, "left-alone", ""),
    ("explain", 1, "--message hello", ""),
    ("explain", 0, "--pod executor --preset pins", EXECUTORS),
    ("explain", 1, "--pod driver", PLAIN),
    ("explain", 2, "none", ""),
    ("explain", 3, "--pod executor", "a: [1"),
    ("presets", 0, "list", ""),
    ("presets", 2, "show none", ""),
    ("presets", 1, "test cases", ""),
    ("init", 0, "", ""),
    ("init", 2, "", ""),
    ("init", 3, "-f - --config new.yaml", "a: [1"),
    ("export", 0, "kustomize -f demo.yaml", ""),
    ("export", 1, "flux -f refused.yaml", ""),
    ("export", 2, "flux -f none.yaml", ""),
    ("export", 3, "kustomize", ""),
    ("argocd", 0, "generate", PLAIN),
    ("argocd", 1, "generate", "refused"),
    ("argocd", 2, "generate --config relative.yaml", ""),
    ("argocd", 3, "generate", ""),
    ("argocd", 5, "generate", "fail"),
    ("demo", 0, "", ""),
    ("demo", 2, "--none", ""),
    ("completions", 0, "bash", ""),
    ("completions", 2, "none", ""),
    ("man", 0, "", ""),
    ("man", 2, "--none", ""),
];

#[test]
fn each_verb_answers_with_the_codes_of_the_page() {
    let folder = folder();
    let mut met = Codes::new();
    for (verb, code, arguments, input) in MET {
        let answer = answer(folder.path(), verb, arguments, input);
        let said = &answer.stderr;
        assert_eq!(answer.code, Some(*code), "{verb} {arguments}: {said}");
        met.entry((*verb).to_owned()).or_default().insert(*code);
    }
    // With a cluster, or without one, the tests of `drift` meet these.
    met.insert("drift".into(), [0, 1, 2, 3, 6].into());
    for page in ["docs/en/exit-codes.md", "docs/ru/exit-codes.md"] {
        assert_eq!(written(page), met, "{page}");
    }
    let mut verbs = verbs();
    verbs.insert("drift".into());
    assert_eq!(met.into_keys().collect::<BTreeSet<_>>(), verbs);
}

/// The verbs of the page's table with their codes.
fn written(page: &str) -> Codes {
    let rows = rows(&text(page)).into_iter();
    let verb = |cells: &[String]| Some(cells[0].strip_prefix('`')?.strip_suffix('`')?.to_owned());
    let codes = |cells: &[String]| {
        let codes = cells.get(1)?.split(' ').map(|code| code.parse().ok());
        codes.collect::<Option<BTreeSet<i32>>>()
    };
    rows.filter_map(|cells| Some((verb(&cells)?, codes(&cells)?)))
        .collect()
}

/// The verbs that the program names.
fn verbs() -> BTreeSet<String> {
    let ours = Path::new(env!("CARGO_BIN_EXE_sparkk8s-post"));
    let help = hosts::ask(ours, &["--help"], "");
    let (_, verbs) = help.split_once("Commands:\n").expect("verbs");
    let (verbs, _) = verbs.split_once("\n\n").expect("what follows them");
    let names = verbs.lines().filter_map(|line| {
        let name = line.strip_prefix("  ")?.split(' ').next()?;
        (!name.is_empty() && name != "help").then(|| name.to_owned())
    });
    names.collect()
}

/// What one of `MET` answers. `argocd` runs beside a chart that a Helm of ours renders.
fn answer(folder: &Path, verb: &str, arguments: &str, input: &str) -> Ended {
    write(&folder.join("rendered"), input);
    let words: Vec<_> = [verb]
        .into_iter()
        .chain(arguments.split_whitespace())
        .collect();
    let path = std::env::var("PATH").expect("PATH");
    let path = format!("{}:{path}", folder.join("bin").display());
    let within = match verb {
        "argocd" => folder.join("chart"),
        _ => folder.to_owned(),
    };
    let program = program(&words).env("PATH", &path).within(&within);
    program.input(input).run()
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let demo = text("examples/demo.yaml");
    let project = |dev: &str, prod: &str| {
        format!(
            "apiVersion: sparkk8s.io/v1alpha1\nkind: Project\nmetadata: {{name: p}}\nspec:\n  environments:\n    \
             dev: {{render: [{dev}]}}\n    prod: {{render: [{prod}]}}\n"
        )
    };
    let (plain, changed) = ("cat, plain.yaml", "cat, changed.yaml");
    let helm = "#!/bin/sh\ncase $(cat ../rendered) in fail) exit 1 ;; refused) cat ../refused.yaml ;; *) cat ../rendered ;; esac\n";
    let files = [
        ("demo.yaml", demo),
        ("refused.yaml", REFUSED.to_owned()),
        ("plain.yaml", PLAIN.to_owned()),
        ("changed.yaml", PLAIN.replace("one", "two")),
        ("twice.txt", format!("{PLAIN}---\n{PLAIN}")),
        ("touch.yaml", TOUCH.to_owned()),
        ("same.yaml", project(plain, plain)),
        (
            "other.yaml",
            project(plain, changed) + "  lock: other.lock\n",
        ),
        ("fails.yaml", project("\"false\"", "\"false\"")),
        ("refused.project.yaml", project("cat, refused.yaml", plain)),
        ("twice.yaml", project("cat, twice.txt", plain)),
        (
            "ahead.yaml",
            project(changed, plain) + "  lock: ahead.lock\n",
        ),
        ("chart/Chart.yaml", "name: c\n".to_owned()),
        ("cases/one/args", "render\n".to_owned()),
        ("cases/one/input.yaml", PLAIN.to_owned()),
    ];
    for (name, text) in files {
        write(&folder.path().join(name), text);
    }
    write(&folder.path().join("bin/README"), "");
    fixtures::script(&folder.path().join("bin/helm"), helm);
    folder
}
