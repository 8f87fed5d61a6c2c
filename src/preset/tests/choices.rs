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
    assert_eq!(policy.mark(), "main@1.0.0,sized@1.0.0");
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
        "1000 by policy/main.yaml:6"
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
    assert_eq!(body.to_value(None), Some(expected));
    assert_eq!(policy.rules[0].parameters, ["sized.uid"]);
    assert_eq!(policy.rules[1].parameters, ["sized.size"]);
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
    assert_snapshot!(wrong.refused(), @"");
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
    assert_snapshot!(messages.join("\n"), @"");
    let argument = Assignment::flag("size").unwrap_err();
    assert_snapshot!(argument.plain(), @"");
}

#[test]
fn a_bare_name_must_be_clear() {
    let desk = Desk::default()
        .preset("a.yaml", "a", SIZED)
        .preset("b.yaml", "b", SIZED)
        .choose("a.yaml")
        .choose("b.yaml");
    assert_snapshot!(desk.set("uid=1").refused(), @"");
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
    assert_snapshot!(desk.refused(), @"");
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
    assert_snapshot!(messages.join("\n"), @"");
}

#[test]
fn cycles_show_the_way_round() {
    let desk = Desk::default()
        .preset("p/a.yaml", "a", "  use: [./b.yaml]\n")
        .preset("p/b.yaml", "b", "  use: [x/c.yaml]\n")
        .preset("p/x/c.yaml", "c", "  use: [../b.yaml]\n")
        .choose("p/a.yaml");
    assert_snapshot!(desk.refused(), @"");
    let deep = (0..40).fold(Desk::default(), |desk, n| {
        desk.preset(
            &format!("p{n}.yaml"),
            &format!("p{n}"),
            &format!("  use: [./p{}.yaml]\n", n + 1),
        )
    });
    assert_snapshot!(deep.choose("p0.yaml").refused(), @"");
}

#[test]
fn one_name_is_one_preset() {
    let desk = Desk::default()
        .preset("resources.yaml", "resources", "")
        .choose("default")
        .choose("resources.yaml");
    assert_snapshot!(desk.refused(), @"");
}

#[test]
fn versions_can_be_pinned() {
    assert_eq!(
        Desk::default().choose("default@1").policy().mark(),
        "default@1.0.0"
    );
    assert_eq!(
        Desk::default()
            .choose("default")
            .choose("default@1")
            .policy()
            .presets
            .len(),
        3
    );
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
    let twice = Desk::default()
        .choose("pod-security-baseline")
        .choose("default");
    assert_snapshot!(twice.refused(), @"");
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
    // A rule of other presets is not here, but it exists.
    graded("default/spark-privileged: error").policy();
    let messages = [
        graded("p/*: info").refused(),
        graded("pod-security/hostPorts: info").refused(),
        graded("p/opne: info").refused(),
        graded("\"[\": info").refused(),
        graded("p/open: off").refused(),
    ];
    assert_snapshot!(messages.join("\n"), @"");
}

#[test]
fn overlays_are_strict() {
    let overlay = |text: &str| Desk::default().overlay("o.yaml", text).refused();
    let messages = [
        overlay("  waivers: []\n"),
        overlay("  rules: []\n"),
        overlay("  severity: {a: b}\n"),
        Desk::default()
            .preset("p.yaml", "p", "")
            .over("p.yaml")
            .refused(),
    ];
    assert_snapshot!(messages.join("\n"), @"");
}

#[test]
fn leaving_jobs_alone_is_no_reason_not_to_look() {
    let policy = Desk::default().choose("default").policy();
    for rule in &policy.rules {
        let jobs = rule.selectors.iter().filter_map(|selector| selector.jobs);
        let looks = matches!(rule.verb, Verb::Forbid(_) | Verb::Require(_));
        let expected = if looks { vec![] } else { vec![Jobs::Leave] };
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
