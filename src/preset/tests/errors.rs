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
    ]), @r"
    p.yaml:1:1: the file is empty
    p.yaml:1:1: the file is empty
    p.yaml:1:4: a bracket is never closed (help: close it, or put the text in quotes)
    p.yaml:1:1: expected mapping, found a list
    p.yaml:1:7: expected `kind: Preset`, found `Overlay` (help: overlays are chosen with `--overlay`)
    p.yaml:1:13: expected `apiVersion: sparkk8s.io/v1alpha1`, found `v1` (help: expected `sparkk8s.io/v1alpha1`)
    p.yaml:2:7: expected `kind: Preset`, found `Presett` (help: did you mean `Preset`?)
    p.yaml:1:1: the field `metadata` is missing
    p.yaml:3:30: expected text, found number `1.0`
    p.yaml:3:30: `1.0` is no version (help: write `major.minor.patch`, such as `1.0.0`)
    p.yaml:3:18: `My Preset` is no name (help: lower-case letters, digits and dashes)
    p.yaml:6:1: a policy file holds one document (help: put the second one into a file of its own)
    ");
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
    ]), @r"
    p.yaml:6:3: unknown field `waivers` (help: expected one of `summary`, `use`, `parameters`, `where`, `rules`, `checks`, `places`)
    p.yaml:6:3: unknown field `rule` (help: did you mean `rules`?)
    p.yaml:6:10: expected list, found a mapping
    p.yaml:7:7: the field `on` is missing
    p.yaml:7:24: unknown field `becuase` (help: did you mean `because`?)
    p.yaml:7:15: the key `id` is written twice
    p.yaml:6:29: unknown field `params` (help: expected one of `preset`, `parameters`, `when`)
    p.yaml:6:9: expected the name of a preset, or a mapping with `preset`, found a list
    p.yaml:6:3: the key `summary` is written twice
    ");
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
        "on: pod\nremove: {a: 1, b: {$not: 2}}",
        "on: pod\nremove: {a: null}",
        "on: pod\nrespell: SPARK_*",
        "on: settings\nrespell: [spark.*, spark.exeutor.memory]",
        "on: container\nrespell: spark.*",
        "on: pod\nforbid: true",
        "on: pod\nforbid: []",
        "on: pod\nforbid: [{a: b}, c]",
        "on: pod\npatch: {op: add}",
        "on: pod\npatch: [{op: ad, path: /a, value: 1}]",
        "on: pod\npatch: [{op: add, path: /a}]",
        "on: pod\npatch: [{op: remove, path: /a, value: 1}]",
        "on: pod\npatch: [{op: add, path: a, value: 1}]",
        "on: pod\npatch: [{op: add, pth: /a, value: 1}]",
    ]), @r"
    p.yaml:8:11: rule `r` has no verb (help: expected one of `default`, `enforce`, `include`, `remove`, `respell`, `forbid`, `require`, `exists`, `finds`, `reaches`, `patch`)
    p.yaml:11:7: unknown field `defualt` (help: did you mean `default`?)
    p.yaml:12:16: rule `r` has two verbs, `default` and `enforce` (help: write one rule for each)
    p.yaml:10:11: unknown value `pods` (help: did you mean `pod`?)
    p.yaml:11:16: expected mapping, found a list
    p.yaml:11:16: expected mapping, found a single value
    p.yaml:11:33: `include` adds items to lists, and this is none (help: use `default` or `enforce` for other values)
    p.yaml:11:16: `include` adds items to lists, and this is none (help: use `default` or `enforce` for other values)
    p.yaml:11:15: a pattern of `remove` has one key in each mapping, one item in each list, and no `null` (help: write one pattern for each thing, and conditions into `where` and `unless`)
    p.yaml:11:15: a pattern of `remove` has one key in each mapping, one item in each list, and no `null` (help: write one pattern for each thing, and conditions into `where` and `unless`)
    p.yaml:11:16: `respell` does not go with `on: pod` (help: write it `on: settings` or `on: container`)
    p.yaml:11:26: no setting `spark.exeutor.memory` is a size of memory (help: did you mean `spark.executor.memory`?)
    p.yaml:11:16: no variable `spark.*` is a size of memory
    p.yaml:11:15: expected a mapping, found boolean `true`
    p.yaml:11:15: an empty list matches nothing
    p.yaml:11:24: expected a mapping, found text `c`
    p.yaml:11:14: expected a list of operations, found a mapping
    p.yaml:11:20: unknown value `ad` (help: did you mean `add`?)
    p.yaml:11:15: the field `value` is missing
    p.yaml:11:45: this operation has no `value`
    p.yaml:11:31: `a` is no JSON pointer: it must be empty or begin with `/`, and `~` must be `~0` or `~1`
    p.yaml:11:25: unknown field `pth` (help: did you mean `path`?)
    ");
}

#[test]
fn parts_that_nobody_can_look_for() {
    assert_snapshot!(all(rule, &[
        "on: pod\nexists: true",
        "on: object\nexists: false",
        "on: container\nfinds: [Secret]",
        "on: pod\nfinds: [Secrets]",
        "on: pod\nfinds: []",
        "on: pod\nreaches: {variables: [A]}",
        "on: container\nreaches: [A]",
        "on: container\nreaches: {roles: [jupyter]}",
        "on: container\nreaches: {variable: [A]}",
        "on: container\nreaches: {variables: [A], roles: [jupiter]}",
        "on: container\nreaches: {variables: [A], port: 0}",
        "on: container\nreaches: {properties: [spark.remot]}",
        "on: container\nreaches: {variables: [\"{A\"]}",
    ]), @r"
    p.yaml:11:15: `exists` goes with `on: object`, and the rule is `on: pod`
    p.yaml:11:15: expected `true`, found boolean `false`
    p.yaml:11:14: `finds` goes with `on: pod`, and the rule is `on: container`
    p.yaml:11:15: there is no kind that pods name `Secrets` (help: did you mean `Secret`?)
    p.yaml:11:14: an empty list matches nothing
    p.yaml:11:16: `reaches` goes with `on: container`, and the rule is `on: pod`
    p.yaml:11:16: expected mapping, found a list
    p.yaml:11:16: `reaches` names no address (help: `variables`, `hosts` or `properties`)
    p.yaml:11:17: unknown field `variable` (help: did you mean `variables`?)
    p.yaml:11:41: there is no role `jupiter` (help: did you mean `jupyter`?)
    p.yaml:11:39: expected a port from 1 to 65535
    p.yaml:11:30: there is no property with an address `spark.remot` (help: did you mean `spark.remote`?)
    p.yaml:11:29: `{A` is no glob: `}` is missing; a brace itself is `[{]`
    ");
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
    ]), @r"
    p.yaml:12:17: `severity` belongs to findings, and `default` makes none
    p.yaml:12:14: `open` belongs to findings, and `default` makes none
    p.yaml:12:17: expected one of `info`, `warning`, `error`, found boolean `false`
    p.yaml:12:17: unknown value `fatal` (help: expected one of `info`, `warning`, `error`)
    p.yaml:12:14: unknown value `waivers` (help: expected `severity`)
    p.yaml:12:12: `pod` stands beside a container's change, and the rule is `on: pod`
    p.yaml:12:12: `pod` goes with `default`, `enforce` or `include`, not with `forbid`
    p.yaml:12:12: expected mapping, found a list
    ");
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
    ]), @r"
    p.yaml:11:21: unknown value `$paramter` (help: did you mean `$parameter`?)
    p.yaml:11:33: `p` has no parameter `sise` (help: did you mean `size`?)
    p.yaml:11:33: expected the name of a parameter, found number `3`
    p.yaml:11:39: `size` is never `b` (help: expected one of `small`, `large`)
    p.yaml:11:20: `$imageUser` is of a container, and the rule is `on: pod`
    p.yaml:11:33: `$imageUser` is written `{$imageUser: true}`, found text `yes please`
    p.yaml:11:31: `$policy` is written `{$policy: true}`, found boolean `false`
    p.yaml:11:19: only `$parameter` and `$not` may stand in a pattern
    p.yaml:11:32: `p` has no parameter `colour` (help: expected `size`)
    p.yaml:11:19: `[` is no glob: `]` is missing
    p.yaml:11:14: `p` has no parameter `siz` (help: did you mean `size`?)
    p.yaml:11:28: `p.size` is one of `small`, `large`, found text `lagre` (help: did you mean `large`?)
    p.yaml:11:20: `p.size`: expected string, found number `3` (help: a text that looks like a number stands in quotes)
    ");
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
    ]), @r"
    p.yaml:11:15: unknown field `role` (help: did you mean `roles`?)
    p.yaml:11:23: there is no role `spark-conect` (help: did you mean `spark-connect`?)
    p.yaml:11:23: there is no role `flink-*` (help: expected one of `airflow`, `database`, `hive-metastore`, `jupyter`, `mlflow`, `object-store`, `spark-connect`, `spark-driver`, `spark-executor`, `spark-history-server`, `spark-master`, `spark-thrift`, `spark-worker`)
    p.yaml:11:22: an empty list matches nothing
    p.yaml:11:23: expected a plain value, found a list
    p.yaml:11:22: expected text, found `3`
    p.yaml:11:26: there is no image family `sparc` (help: did you mean `spark`?)
    p.yaml:11:23: `{a` is no glob: `}` is missing; a brace itself is `[{]`
    p.yaml:11:25: expected boolean, found text `yes please`
    p.yaml:11:27: unknown value `macos` (help: expected one of `linux`, `windows`)
    p.yaml:11:24: `nonRoot` is about a container, and the rule is `on: pod`
    p.yaml:11:26: `resources` is about a container, and the rule is `on: pod`
    p.yaml:11:27: `containers` is about a container, and the rule is `on: pod`
    p.yaml:11:24: unknown value `dead-monitors` (help: did you mean `dead-monitor`?)
    p.yaml:11:21: expected a plain value, found a list
    p.yaml:11:21: unknown value `small` (parameter `size`, set at p.yaml:6) (help: expected one of `leave`, `guard`)
    p.yaml:11:23: expected mapping, found a list
    p.yaml:11:23: only a plain value or `$parameter` may stand here
    ");
    assert_snapshot!(
        rule("on: object\nwhere: {os: linux}\ndefault: {a: b}"), @"p.yaml:11:19: `os` is about a pod, and the rule is `on: object`");
    assert_snapshot!(
        spec("  where: {nonRoot: declared}\n  rules:\n    - {id: r, on: pod, default: {a: b}, because: b}\n"), @"p.yaml:6:20: `nonRoot` is about a container, and the rule is `on: pod`");
}

#[test]
fn rules_of_one_name() {
    assert_snapshot!(spec(
        "  rules:\n    - {id: r, on: pod, forbid: {a: b}, because: b}\n    - {id: r, on: pod, forbid: {a: b}, because: b}\n"
    ), @"p.yaml:8:12: rule `r` is also in line 7");
    assert_snapshot!(spec("  rules:\n    - {id: R 1, on: pod, forbid: {a: b}, because: b}\n"), @"p.yaml:7:12: `R 1` is no name (help: lower-case letters, digits and dashes)");
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
    ]), @r"
    p.yaml:7:5: there is no check `pod-securty` (help: did you mean `pod-security`?)
    p.yaml:7:19: expected mapping, found text `restricted`
    p.yaml:7:20: check `pod-security` has no setting `levl` (help: did you mean `level`?)
    p.yaml:7:27: expected one of `baseline`, `restricted`, found `restrictd` (help: did you mean `restricted`?)
    p.yaml:7:29: expected text, found `1.37`
    p.yaml:7:30: unknown value `warn` (help: expected one of `error`, `warning`, `info`)
    p.yaml:7:26: expected list, found text `severity`
    p.yaml:7:27: unknown value `waiver` (help: expected `severity`)
    p.yaml:7:27: `p` has no parameter `size` (help: declare it under `parameters`)
    p.yaml:7:26: expected mapping, found text `small`
    p.yaml:7:33: expected integer, found `2.5`
    p.yaml:7:35: expected a plain value, found a list
    ");
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
    ]), @r"
    p.yaml:7:15: unknown value `int` (help: expected one of `integer`, `number`, `string`, `boolean`, `quantity`)
    p.yaml:7:8: the field `default` is missing
    p.yaml:7:33: `p.n`: expected integer, found text `three`
    p.yaml:7:33: `p.n`: expected integer, found number `1.5`
    p.yaml:7:33: `p.n` is at least `1`, found number `0`
    p.yaml:7:33: `p.n` is at most `8`, found number `9`
    p.yaml:7:45: expected number, found text `many`
    p.yaml:7:44: only integers and numbers have bounds, and the type is `string`
    p.yaml:7:32: `p.n` is one of `a`, `b`, found text `c`
    p.yaml:7:45: `p.n`: expected string, found number `1` (help: a text that looks like a number stands in quotes)
    p.yaml:7:33: `p.n`: expected boolean, found text `true`
    p.yaml:7:34: `p.n`: expected quantity: `4gb` has a suffix that Kubernetes does not know (it writes `500m`, `2Gi`)
    p.yaml:7:34: `p.n`: expected quantity, found a mapping
    p.yaml:7:35: unknown field `pattern` (help: expected one of `type`, `default`, `minimum`, `maximum`, `enum`, `summary`)
    ");
}

#[test]
fn rows_for_kinds_that_hold_pods() {
    let row = |fields: &str| {
        spec(&format!(
            "  places:\n    - id: mine\n      apiVersions: [example.com/v1]\n      kinds: [Mine]\n      rolls: pods\n{fields}"
        ))
    };
    let pods = "      pods: [{map: [{pod: /spec, object: /spec/template/spec}]}]\n";
    assert_snapshot!(all(row, &[
        "",
        "      pods: []\n",
        "      pods: [{map: [{pod: /spec}]}]\n",
        "      pods: [{map: [{pod: spec, object: /a}]}]\n",
        "      pods: [{map: [{pod: /spce, object: /a}]}]\n",
        "      pods: [{role: spark-drivr, map: [{pod: /spec, object: /a}]}]\n",
        "      pods: [{maps: []}]\n",
        &format!("{pods}      role: x\n"),
        &format!("{pods}    - id: mine\n      apiVersions: [example.com/v2]\n      kinds: [Mine]\n      rolls: pods\n{pods}"),
        &format!("{pods}    - id: other\n      apiVersions: [example.com/v2, example.com/v1]\n      kinds: [Mine]\n      rolls: again\n{pods}"),
        &format!("{pods}    - id: job\n      apiVersions: [example.com/v2]\n      kinds: [Job]\n      rolls: never\n{pods}"),
        &format!("{pods}    - id: job\n      apiVersions: [example.com/v2]\n      kinds: [Job]\n      rolls: pods\n{pods}"),
        &format!("{pods}    - id: canary\n      apiVersions: [argoproj.io/v1alpha1]\n      kinds: [Canary, Rollout]\n      rolls: pods\n{pods}"),
    ]), @r"
    p.yaml:7:7: the field `pods` is missing
    p.yaml:7:7: the row `mine` has nothing in `pods`
    p.yaml:11:20: `/spec` needs `object` or `cannot`
    p.yaml:11:20: `spec` is no JSON pointer: it must be empty or begin with `/`, and `~` must be `~0` or `~1`
    p.yaml:11:20: `/spce` is no part of a pod: one of `/metadata`, `/spec`, `/operator`, `/conf`
    p.yaml:7:7: the row `mine`: there is no role `spark-drivr` (help: did you mean `spark-driver`?)
    p.yaml:11:15: unknown field `maps` (help: did you mean `map`?)
    p.yaml:12:7: unknown field `role` (help: expected one of `id`, `apiVersions`, `kinds`, `immutable`, `rolls`, `rollsUnless`, `renew`, `under`, `unread`, `pods`)
    p.yaml:12:7: the row `mine` is also at p.yaml:7:7
    p.yaml:12:7: the row `other` is for `Mine` of `example.com/v1`, and so is `mine` at p.yaml:7:7 (help: a kind of one version has one row; leave it out here)
    p.yaml:15:14: unknown value `never` (help: expected one of `pods`, `new-pods`, `next-run`, `again`, `nothing`)
    p.yaml:12:7: the row `job` has the id of a built-in one
    p.yaml:12:7: the row `canary` is for `Rollout` of `argoproj.io/v1alpha1`, and so is `argo-rollout`, which is built in (help: a kind of one version has one row; leave it out here)
    ");
}
