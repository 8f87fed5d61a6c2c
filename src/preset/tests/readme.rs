//! The examples of `presets/README.md` are presets and overlays that work.

use super::*;

const README: &str = include_str!("../../../presets/README.md");

fn examples() -> impl Iterator<Item = &'static str> {
    let blocks = README.split("```yaml\n").skip(1);
    blocks.map(|rest| rest.split("```").next().unwrap_or_default())
}

#[test]
fn the_presets_compose() {
    let mut seen = 0;
    for text in examples().filter(|text| text.contains("kind: Preset")) {
        let desk = Desk::default()
            .file("policy/p.yaml", text)
            .choose("./policy/p.yaml");
        assert!(!desk.policy().rules.is_empty());
        seen += 1;
    }
    assert_eq!(seen, 5);
    let team = examples().next().unwrap();
    let desk = Desk::default()
        .file("team.yaml", team)
        .choose("team.yaml")
        .set("readOnly=true");
    let rules = desk.policy().rules;
    assert!(
        rules
            .iter()
            .any(|rule| rule.id == "spark-scratch/read-only-root")
    );
    assert!(rules.iter().any(|rule| rule.id == "default/mark"));
}

#[test]
fn the_overlay_applies() {
    let text = examples()
        .find(|text| text.contains("kind: Overlay"))
        .unwrap();
    let desk = Desk::default()
        .file("o.yaml", text)
        .over("o.yaml")
        .choose("default");
    let policy = desk.policy();
    let severity = policy.severity("pod-security/runAsNonRoot", Severity::Warning);
    assert_eq!(severity, Severity::Error);
    assert!(
        policy
            .rules
            .iter()
            .any(|rule| rule.id == "resources/jupyter")
    );
}

#[test]
fn every_field_of_a_selector_is_in_its_table() {
    let schema = schemars::schema_for!(SelectorFile);
    for (field, _) in schema.get("properties").unwrap().as_object().unwrap() {
        assert!(README.contains(&format!("`{field}`")), "{field}");
    }
}

#[test]
fn every_built_in_is_in_the_first_table() {
    for builtin in builtin::BUILTINS {
        assert!(
            README.contains(&format!("`{}`", builtin.name)),
            "{}",
            builtin.name
        );
    }
}
