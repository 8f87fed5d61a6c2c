//! Parameters, `use`, overlays and `--set`: who may say what, and what comes of it.

use super::*;
use insta::assert_snapshot;
use serde_json::json;

const SIZED: &str = "  parameters:
    size: {type: string, default: small, enum: [small, medium, large], summary: s}
    uid: {type: integer, default: 185, minimum: 1, maximum: 65535, summary: s}
  rules:
    - {id: user, on: pod, default: {spec: {securityContext: {runAsUser: {$parameter: uid}}}}, because: b}
    - {id: large, on: pod, when: {size: [medium, large]}, forbid: {a: b}, because: b}
";

fn sized() -> Desk {
    Desk::default().preset("policy/sized.yaml", "sized", SIZED)
}

fn using(uses: &str) -> Desk {
    let spec = format!(
        "  use:\n{uses}  rules:\n    - {{id: own, on: pod, forbid: {{c: d}}, because: b}}\n"
    );
    sized()
        .preset("policy/main.yaml", "main", &spec)
        .choose("policy/main.yaml")
}

fn ids(policy: &Policy) -> Vec<&str> {
    policy.rules.iter().map(|rule| rule.id.as_str()).collect()
}

fn value(policy: &Policy, preset: &str, name: &str) -> String {
    let mut found = policy
        .parameters
        .iter()
        .filter(|p| (p.preset.as_str(), p.name.as_str()) == (preset, name));
    let setting = &found.next().unwrap().setting;
    format!("{} by {}", setting.value, setting.origin)
}

#[test]
fn used_presets_come_first_and_once() {
    let desk = using("    - ./sized.yaml\n    - preset: sized.yaml\n").choose("policy/sized.yaml");
    let policy = desk.policy();
    assert_eq!(ids(&policy), ["sized/user", "main/own"]);
    assert_eq!(policy.mark, "main@1.0.0,sized@1.0.0");
    assert_eq!(policy.rules[0].layer, Layer::Project);
    assert_eq!(policy.rules[0].origin.to_string(), "policy/sized.yaml:10");
    let names: Vec<_> = policy
        .presets
        .iter()
        .map(|p| (p.name.as_str(), p.is_chosen))
        .collect();
    assert_eq!(names, [("sized", true), ("main", true)]);
}

#[test]
fn the_nearer_word_counts() {
    let desk = using("    - {preset: ./sized.yaml, parameters: {uid: 1000, size: medium}}\n");
    assert_eq!(
        value(&desk.policy(), "sized", "uid"),
        "1000 by policy/main.yaml:7"
    );
    let desk = desk
        .overlay("o.yaml", "  parameters: {sized: {uid: 2000}}\n")
        .overlay("o2.yaml", "  parameters:\n    sized:\n      uid: 3000\n");
    assert_eq!(value(&desk.policy(), "sized", "uid"), "3000 by o2.yaml:7");
    let desk = desk.set("sized.uid=4000").set("size=large");
    let policy = desk.policy();
    assert_eq!(value(&policy, "sized", "uid"), "4000 by --set sized.uid");
    assert_eq!(ids(&policy), ["sized/user", "sized/large", "main/own"]);
    let Verb::Default(body) = &policy.rules[0].verb else {
        panic!("{:?}", policy.rules[0].verb);
    };
    let expected = json!({"spec": {"securityContext": {"runAsUser": 4000}}});
    assert_eq!(body.to_value(&|_| None).as_deref(), Ok(&expected));
    assert_eq!(policy.rules[0].label.parameters, ["sized.uid"]);
    assert_eq!(policy.rules[1].label.parameters, ["sized.size"]);
}

#[test]
fn parameters_are_handed_on() {
    let spec = "  parameters: {big: {type: string, default: medium, summary: s}, on: {type: boolean, default: true, summary: s}}\n  use: [{preset: ./sized.yaml, when: {on: true}, parameters: {size: {$parameter: big}}}]\n";
    let desk = sized()
        .preset("policy/main.yaml", "main", spec)
        .choose("policy/main.yaml");
    assert_eq!(
        value(&desk.policy(), "sized", "size"),
        "\"medium\" by policy/main.yaml:6"
    );
    let big = sized()
        .preset("policy/main.yaml", "main", spec)
        .choose("policy/main.yaml")
        .set("big=large");
    assert_eq!(
        value(&big.policy(), "sized", "size"),
        "\"large\" by --set big"
    );
    let wrong = sized()
        .preset("policy/main.yaml", "main", spec)
        .choose("policy/main.yaml")
        .set("big=huge");
    assert_snapshot!(wrong.refused(), @"--set big: `sized.size` is one of `small`, `medium`, `large`, found `huge`");
    let off = desk.set("on=false").policy();
    assert!(off.rules.is_empty());
    assert!(
        off.parameters
            .iter()
            .all(|parameter| parameter.preset == "main")
    );
}

#[test]
fn wrong_values_are_told_where_they_stand() {
    let uses = |values: &str| {
        using(&format!(
            "    - preset: ./sized.yaml\n      parameters: {values}\n"
        ))
        .refused()
    };
    let set = |argument: &str| using("    - ./sized.yaml\n").set(argument).refused();
    let overlay = |text: &str| {
        using("    - ./sized.yaml\n")
            .overlay("o.yaml", &format!("  parameters:\n    {text}\n"))
            .refused()
    };
    let messages = [
        uses("{uid: x}"),
        uses("{uid: 0}"),
        uses("{uid: [1]}"),
        uses("{uid: {$parameter: uid}}"),
        uses("{uids: 1}"),
        set("uid=x"),
        set("sized.uid=70000"),
        set("sized.size=lrage"),
        set("size=on"),
        set("sizes=small"),
        set("size.sized=small"),
        set("sized.color=red"),
        overlay("sized: {uid: 0}"),
        overlay("sized: {uid: {$parameter: uid}}"),
        overlay("sized: {uuid: 1}"),
        overlay("sizd: {uid: 1}"),
        overlay("resources: {size: huge}"),
        overlay("sized: 3"),
    ];
    assert_snapshot!(messages.join("\n"), @r"
    policy/main.yaml:8:25: `sized.uid`: expected integer, found text `x`
    policy/main.yaml:8:25: `sized.uid` is at least `1`, found number `0`
    policy/main.yaml:8:25: expected a plain value, found a list
    policy/main.yaml:8:38: `main` has no parameter `uid` (help: declare it under `parameters`)
    policy/main.yaml:8:20: `sized` has no parameter `uids` (help: did you mean `uid`?)
    --set uid: `sized.uid`: expected integer, found text `x`
    --set sized.uid: `sized.uid` is at most `65535`, found number `70000`
    --set sized.size: `sized.size` is one of `small`, `medium`, `large`, found text `lrage` (help: did you mean `large`?)
    --set size: `sized.size` is one of `small`, `medium`, `large`, found text `on`
    --set sizes: no preset in use has a parameter `sizes` (help: did you mean `size`?)
    --set size.sized: no preset `size` is in use (help: did you mean `sized`?)
    --set sized.color: `sized` has no parameter `color` (help: expected one of `size`, `uid`)
    o.yaml:6:18: `sized.uid` is at least `1`, found number `0`
    o.yaml:6:18: an overlay sets plain values; it has no parameters of its own
    o.yaml:6:13: `sized` has no parameter `uuid` (help: did you mean `uid`?)
    o.yaml:6:5: there is no preset `sizd` (help: did you mean `sized`?)
    o.yaml:6:23: `resources.size` is one of `small`, `medium`, `large`, found text `huge`
    o.yaml:6:12: expected mapping, found number `3`
    ");
    let argument = Assignment::flag("size").unwrap_err();
    assert_snapshot!(argument.plain(), @"--set size: there is no `=` (help: write `--set PRESET.NAME=VALUE`)");
}

#[test]
fn a_bare_name_must_be_clear() {
    let desk = Desk::default()
        .preset("a.yaml", "a", SIZED)
        .preset("b.yaml", "b", SIZED)
        .choose("a.yaml")
        .choose("b.yaml");
    assert_snapshot!(desk.set("uid=1").refused(), @"--set uid: `uid` may be any of `a.uid`, `b.uid` (help: write `--set a.uid=1`)");
    // What was chosen goes before what is used.
    let spec =
        "  use: [./sized.yaml]\n  parameters: {uid: {type: integer, default: 7, summary: s}}\n";
    let desk = sized()
        .preset("policy/main.yaml", "main", spec)
        .choose("policy/main.yaml");
    let policy = desk.set("uid=8").policy();
    assert_eq!(value(&policy, "main", "uid"), "8 by --set uid");
    assert_eq!(value(&policy, "sized", "uid"), "185 by policy/sized.yaml:8");
}

#[test]
fn two_uses_must_agree() {
    let desk = using(
        "    - {preset: ./sized.yaml, parameters: {uid: 1000}}\n    - {preset: ./sized.yaml, parameters: {uid: 2000}}\n",
    );
    assert_snapshot!(desk.refused(), @"policy/main.yaml:8:48: `sized.uid` is `2000` here and `1000` at policy/main.yaml:7 (help: two uses of one preset must agree: `--set sized.uid=VALUE`)");
    assert_eq!(
        value(&desk.set("sized.uid=3000").policy(), "sized", "uid"),
        "3000 by --set sized.uid"
    );
    using("    - {preset: ./sized.yaml, parameters: {uid: 1000}}\n    - ./sized.yaml\n").policy();
}

#[test]
fn uses_that_lead_nowhere() {
    let uses = |text: &str| using(&format!("    - {text}\n")).refused();
    let choose = |text: &str| Desk::default().choose(text).refused();
    let messages = [
        uses("./size.yaml"),
        uses("../sized.yaml"),
        uses("./x/../../sized.yaml"),
        uses("/etc/sized.yaml"),
        uses("resorces"),
        uses("sized"),
        uses("default@9"),
        uses("./main.yaml"),
        uses("{preset: ./sized.yaml, when: {a: b}}"),
        choose("defalt"),
        choose("default@2"),
        choose("./mine.yaml"),
        Desk::default().over("production").refused(),
        Desk::default().over("./o.yaml").refused(),
        Desk::default().over("prd").refused(),
    ];
    assert_snapshot!(messages.join("\n"), @r"
    policy/main.yaml:7:7: cannot read `policy/size.yaml`: no such file
    policy/main.yaml:7:7: `../` in `use`: `../sized.yaml` leaves the folder of the chosen preset (help: put the file beside the preset or below)
    policy/main.yaml:7:7: `../` in `use`: `./x/../../sized.yaml` leaves the folder of the chosen preset (help: put the file beside the preset or below)
    policy/main.yaml:7:7: `/` in `use`: `/etc/sized.yaml` leaves the folder of the chosen preset (help: put the file beside the preset or below)
    policy/main.yaml:7:7: there is no preset `resorces` (help: did you mean `resources`?)
    policy/main.yaml:7:7: there is no preset `sized` (help: expected one of `default`, `restricted`, `airflow-mlflow`, `jupyter-spark-connect`, `spark-operator`, `openshift-restricted`, `credentials`, `flux`, `images`, `observability`, `openshift`, `pins`, `pod-security-baseline`, `pod-security-enforce`, `pod-security-restricted`, `references`, `resources`, `service-account-token`, `spark-client-mode`, `spark-decommission`, `spark-history`, `spark-k8s-compat`, `spark-metrics`, `spark-scratch`, `spark-shuffle`, `spark-sizing`, `spark-units`, or `./sized.yaml` for a file)
    policy/main.yaml:7:7: there is no version `9` of `default` (help: the newest is `default@1`)
    policy/main.yaml:7:7: a preset uses itself: `main` (policy/main.yaml) → `main` (policy/main.yaml)
    policy/main.yaml:7:37: `main` has no parameter `a` (help: declare it under `parameters`)
    --preset defalt: there is no preset `defalt` (help: did you mean `default`?)
    --preset default@2: there is no version `2` of `default` (help: the newest is `default@1`)
    --preset ./mine.yaml: cannot read `mine.yaml`: no such file
    --overlay production: there is no overlay `production` (help: expected one of `dev`, `staging`, `prod`)
    --overlay ./o.yaml: cannot read `o.yaml`: no such file
    --overlay prd: there is no overlay `prd` (help: did you mean `prod`?)
    ");
}

#[test]
fn cycles_show_the_way_round() {
    let desk = Desk::default()
        .preset("p/a.yaml", "a", "  use: [./b.yaml]\n")
        .preset("p/b.yaml", "b", "  use: [x/c.yaml]\n")
        .preset("p/x/c.yaml", "c", "  use: [../b.yaml]\n")
        .choose("p/a.yaml");
    assert_snapshot!(desk.refused(), @"p/x/c.yaml:6:9: a preset uses itself: `b` (p/b.yaml) → `c` (p/x/c.yaml) → `b` (p/b.yaml)");
    let deep = (0..40).fold(Desk::default(), |desk, n| {
        desk.preset(
            &format!("p{n}.yaml"),
            &format!("p{n}"),
            &format!("  use: [./p{}.yaml]\n", n + 1),
        )
    });
    assert_snapshot!(deep.choose("p0.yaml").refused(), @"p31.yaml:6:9: presets use each other more than 32 levels deep");
}

#[test]
fn one_name_is_one_preset() {
    let desk = Desk::default()
        .preset("resources.yaml", "resources", "")
        .choose("default")
        .choose("resources.yaml");
    assert_snapshot!(desk.refused(), @"--preset resources.yaml: two presets are named `resources`: presets/blocks/resources.yaml and resources.yaml (help: give yours another name, or use one version only)");
}

#[test]
fn a_preset_overrides_the_checks_that_it_uses() {
    let policy = Desk::default().choose("pod-security-restricted").policy();
    let levels: Vec<_> = policy
        .checks
        .iter()
        .map(|check| check.setting("level"))
        .collect();
    assert_eq!(levels, [Some(&json!("restricted"))]);
    let both = Desk::default()
        .choose("default")
        .choose("pod-security-restricted")
        .policy();
    let found = both.checks.iter().find(|check| check.id == "pod-security");
    assert_eq!(found.unwrap().severity, Severity::Error);
    let level = |name: &str, level: &str| {
        let spec = format!("  checks: {{pod-security: {{level: {level}}}}}\n");
        (format!("{name}.yaml"), spec)
    };
    let desk = [("a", "baseline"), ("b", "restricted")].into_iter();
    let twice = desk.fold(Desk::default(), |desk, (name, wanted)| {
        let (path, spec) = level(name, wanted);
        desk.preset(&path, name, &spec).choose(&path)
    });
    assert_snapshot!(twice.refused(), @"b.yaml:6:12: check `pod-security` has other settings at a.yaml:6, and neither preset uses the other (help: choose one of them, or write a preset that uses both and says which)");
}

#[test]
fn severities_go_up_and_only_where_open_down() {
    let graded = |severity: &str| {
        let spec = "  rules:\n    - {id: shut, on: pod, forbid: {a: b}, severity: warning, because: b}\n    - {id: open, on: pod, forbid: {a: b}, open: [severity], because: b}\n  checks:\n    pod-security: {severity: warning}\n    memory/unknown-key: {open: [severity]}\n";
        let desk = Desk::default().preset("p.yaml", "p", spec).choose("p.yaml");
        desk.overlay("o.yaml", &format!("  severity:\n    {severity}\n"))
    };
    let policy =
        graded("p/*: error\n    pod-security/hostPorts: error\n    memory/*: info").policy();
    let asked = [
        ("p/shut", Severity::Error),
        ("pod-security/hostPorts", Severity::Error),
        ("pod-security/runAsNonRoot", Severity::Warning),
        ("memory/unknown-key", Severity::Info),
    ];
    for (id, severity) in asked {
        assert_eq!(policy.severity(id, Severity::Warning), severity, "{id}");
    }
    let later = graded("p/*: error\n    p/open: info\n    p/op*: warning").policy();
    assert_eq!(later.severity("p/open", Severity::Error), Severity::Warning);
    // A rule of other presets is not here, but it exists.
    graded("default/spark-privileged: error").policy();
    let messages = [
        graded("p/*: info").refused(),
        graded("pod-security/hostPorts: info").refused(),
        graded("p/opne: info").refused(),
        graded("\"[\": info").refused(),
        graded("p/open: off").refused(),
    ];
    assert_snapshot!(messages.join("\n"), @r"
    o.yaml:6:10: `p/shut` is `warning` by p.yaml:7, and no overlay may lower it to `info` (help: only what its preset marks `open: [severity]` can be lowered)
    o.yaml:6:29: `pod-security` is `warning` by p.yaml:10, and no overlay may lower it to `info` (help: only what its preset marks `open: [severity]` can be lowered)
    o.yaml:6:5: no rule and no check has an id like `p/opne` (help: did you mean `p/open`?)
    o.yaml:6:5: `[` is no glob: `]` is missing
    o.yaml:6:13: expected one of `info`, `warning`, `error`, found boolean `false`
    ");
}

#[test]
fn overlays_are_strict() {
    let overlay = |text: &str| Desk::default().overlay("o.yaml", text).refused();
    let messages = [
        overlay("  waiver: []\n"),
        overlay("  rules: []\n"),
        overlay("  severity: {a: b}\n"),
        Desk::default()
            .preset("p.yaml", "p", "")
            .over("p.yaml")
            .refused(),
    ];
    assert_snapshot!(messages.join("\n"), @r"
    o.yaml:5:3: unknown field `waiver` (help: did you mean `waivers`?)
    o.yaml:5:3: unknown field `rules` (help: expected one of `summary`, `parameters`, `severity`, `waivers`)
    o.yaml:5:17: unknown value `b` (help: expected one of `info`, `warning`, `error`)
    p.yaml:2:7: expected `kind: Overlay`, found `Preset` (help: presets are chosen with `--preset`, or in `use`)
    ");
}

#[test]
fn leaving_jobs_alone_is_no_reason_not_to_look() {
    let policy = Desk::default().choose("default").policy();
    for rule in &policy.rules {
        let jobs = rule.selectors.iter().filter_map(|selector| selector.jobs);
        let looks = rule.verb.reports();
        // Digests go where a changed template makes new pods, and nowhere else.
        let rolls = rule.selectors.iter().any(|s| s.rolls.is_some());
        let expected = if looks || rolls {
            vec![]
        } else {
            vec![Jobs::Leave]
        };
        assert_eq!(jobs.collect::<Vec<_>>(), expected, "{}", rule.id);
    }
    let guard = Desk::default().choose("default").set("jobs=guard").policy();
    let jobs = guard
        .rules
        .iter()
        .flat_map(|rule| &rule.selectors)
        .filter_map(|s| s.jobs);
    assert!(jobs.into_iter().all(|jobs| jobs == Jobs::Guard));
}

#[test]
fn the_later_step_counts_whatever_it_is() {
    let desk = using("    - ./sized.yaml\n").set("sized.uid=4000");
    assert_eq!(
        value(&desk.policy(), "sized", "uid"),
        "4000 by --set sized.uid"
    );
    let desk = desk.overlay("o.yaml", "  parameters: {sized: {uid: 2000}}\n");
    assert_eq!(value(&desk.policy(), "sized", "uid"), "2000 by o.yaml:5");
}
