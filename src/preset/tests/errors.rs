//! What a preset file gets wrong: every message with its place.

use super::*;
use insta::assert_snapshot;

/// A preset `p` with that `spec`, judged.
fn spec(spec: &str) -> String {
    Desk::default()
        .preset("p.yaml", "p", spec)
        .choose("p.yaml")
        .refused()
}

/// A preset with one rule whose fields, but `id` and `because`, these are; the rule begins in line 7.
fn rule(fields: &str) -> String {
    let fields = fields.replace('\n', "\n      ");
    spec(&format!(
        "  parameters: {{size: {{type: string, default: small, enum: [small, large], summary: s}}}}\n  rules:\n    - id: r\n      because: b\n      {fields}\n"
    ))
}

fn file(text: &str) -> String {
    Desk::default()
        .file("p.yaml", text)
        .choose("p.yaml")
        .refused()
}

fn all(judge: impl Fn(&str) -> String, texts: &[&str]) -> String {
    let lines: Vec<_> = texts.iter().map(|text| judge(text)).collect();
    lines.join("\n")
}

const HEAD: &str = "apiVersion: sparkk8s.io/v1alpha1\nkind: Preset\n";

#[test]
fn files_that_are_no_presets() {
    let version = format!("{HEAD}metadata: {{name: p, version: 1.0}}\nspec: {{summary: s}}\n");
    let name =
        format!("{HEAD}metadata: {{name: My Preset, version: 1.0.0}}\nspec: {{summary: s}}\n");
    let short = format!("{HEAD}metadata: {{name: p, version: \"1.0\"}}\nspec: {{summary: s}}\n");
    let two =
        format!("{HEAD}metadata: {{name: p, version: 1.0.0}}\nspec: {{summary: s}}\n---\na: b\n");
    assert_snapshot!(all(file, &[
        "",
        "# only a comment\n",
        "a: [",
        "[]",
        "kind: Overlay\n",
        "apiVersion: v1\nkind: ConfigMap\n",
        "apiVersion: sparkk8s.io/v1alpha1\nkind: Presett\n",
        HEAD,
        &version,
        &short,
        &name,
        &two,
    ]), @"");
}

#[test]
fn fields_that_there_are_not() {
    assert_snapshot!(all(spec, &[
        "  waivers: []\n",
        "  rule: []\n",
        "  rules: {}\n",
        "  rules:\n    - id: r\n",
        "  rules:\n    - {id: r, on: pod, becuase: b}\n",
        "  rules:\n    - {id: r, id: s}\n",
        "  use: [{preset: resources, params: {}}]\n",
        "  use: [[resources]]\n",
        "  summary: again\n",
    ]), @"");
}

#[test]
fn verbs() {
    assert_snapshot!(all(rule, &[
        "on: pod",
        "on: pod\ndefualt: {}",
        "on: pod\ndefault: {a: b}\nenforce: {a: b}",
        "on: pods\ndefault: {a: b}",
        "on: pod\ndefault: [a]",
        "on: pod\ndefault: {$policy: true}",
        "on: pod\ninclude: {spec: {hostPID: true}}",
        "on: pod\ninclude: {}",
        "on: pod\nforbid: true",
        "on: pod\nforbid: []",
        "on: pod\nforbid: [{a: b}, c]",
        "on: pod\npatch: {op: add}",
        "on: pod\npatch: [{op: ad, path: /a, value: 1}]",
        "on: pod\npatch: [{op: add, path: /a}]",
        "on: pod\npatch: [{op: remove, path: /a, value: 1}]",
        "on: pod\npatch: [{op: add, path: a, value: 1}]",
        "on: pod\npatch: [{op: add, pth: /a, value: 1}]",
    ]), @"");
}

#[test]
fn fields_that_do_not_go_together() {
    assert_snapshot!(all(rule, &[
        "on: pod\ndefault: {a: b}\nseverity: error",
        "on: pod\ndefault: {a: b}\nopen: [severity]",
        "on: pod\nforbid: {a: b}\nseverity: off",
        "on: pod\nforbid: {a: b}\nseverity: fatal",
        "on: pod\nforbid: {a: b}\nopen: [waivers]",
        "on: pod\ndefault: {a: b}\npod: {c: d}",
        "on: container\nforbid: {a: b}\npod: {c: d}",
        "on: container\ndefault: {a: b}\npod: [c]",
    ]), @"");
}

#[test]
fn values_that_stand_for_others() {
    assert_snapshot!(all(rule, &[
        "on: pod\ndefault: {a: {$paramter: size}}",
        "on: pod\ndefault: {a: {$parameter: sise}}",
        "on: pod\ndefault: {a: {$parameter: 3}}",
        "on: pod\ndefault: {a: {$parameter: size, b: c}}",
        "on: pod\ndefault: {a: {$imageUser: true}}",
        "on: container\ndefault: {a: {$imageUser: yes please}}",
        "on: container\ndefault: {a: [{$policy: false}]}",
        "on: pod\nunless: {a: {$policy: true}}\ndefault: {a: b}",
        "on: pod\nunless: {a: {$parameter: colour}}\ndefault: {a: b}",
        "on: pod\nunless: {a: \"[\"}\ndefault: {a: b}",
        "on: pod\nwhen: {siz: small}\ndefault: {a: b}",
        "on: pod\nwhen: {size: [small, lagre]}\ndefault: {a: b}",
        "on: pod\nwhen: {size: 3}\ndefault: {a: b}",
    ]), @"");
}

#[test]
fn selectors() {
    let selector = |text: &str| rule(&format!("on: pod\nwhere: {{{text}}}\ndefault: {{a: b}}"));
    assert_snapshot!(all(selector, &[
        "role: [spark-connect]",
        "roles: [spark-conect]",
        "roles: [\"flink-*\"]",
        "roles: []",
        "roles: [[a]]",
        "roles: 3",
        "families: [sparc]",
        "kinds: [\"{a\"]",
        "workload: yes please",
        "os: [linux, macos]",
        "nonRoot: [declared]",
        "resources: absent",
        "containers: [a]",
        "scrape: [dead-monitors]",
        "jobs: [leave]",
        "jobs: {$parameter: size}",
        "labels: [a]",
        "images: {$imageUser: true}",
    ]), @"");
    assert_snapshot!(
        rule("on: object\nwhere: {os: linux}\ndefault: {a: b}"), @"");
    assert_snapshot!(
        spec("  where: {nonRoot: declared}\n  rules:\n    - {id: r, on: pod, default: {a: b}, because: b}\n"), @"");
}

#[test]
fn rules_of_one_name() {
    assert_snapshot!(spec(
        "  rules:\n    - {id: r, on: pod, forbid: {a: b}, because: b}\n    - {id: r, on: pod, forbid: {a: b}, because: b}\n"
    ), @"");
    assert_snapshot!(spec("  rules:\n    - {id: R 1, on: pod, forbid: {a: b}, because: b}\n"), @"");
}

#[test]
fn checks() {
    let check = |text: &str| spec(&format!("  checks:\n    {text}\n"));
    assert_snapshot!(all(check, &[
        "pod-securty: {}",
        "pod-security: restricted",
        "pod-security: {levl: restricted}",
        "pod-security: {level: restrictd}",
        "pod-security: {version: 1.37}",
        "pod-security: {severity: warn}",
        "pod-security: {open: severity}",
        "pod-security: {open: [waiver]}",
        "pod-security: {when: {size: small}}",
        "pod-security: {when: small}",
        "memory/heap-not-set: {from: 2.5}",
        "memory/heap-not-set: {strict: [true]}",
    ]), @"");
}

#[test]
fn declared_parameters() {
    let parameter = |text: &str| spec(&format!("  parameters:\n    n: {{{text}, summary: s}}\n"));
    assert_snapshot!(all(parameter, &[
        "type: int, default: 3",
        "type: integer",
        "type: integer, default: three",
        "type: integer, default: 1.5",
        "type: integer, default: 0, minimum: 1",
        "type: integer, default: 9, maximum: 8",
        "type: integer, default: 9, maximum: many",
        "type: string, default: a, minimum: 1",
        "type: string, default: c, enum: [a, b]",
        "type: string, default: a, enum: [a, 1]",
        "type: boolean, default: \"true\"",
        "type: quantity, default: 4gb",
        "type: quantity, default: {a: b}",
        "type: string, default: a, pattern: b",
    ]), @"");
}
