//! A value for each choice of a parameter.

use super::*;
use insta::assert_snapshot;
use serde_json::{Value, json};

fn desk(cases: &str) -> Desk {
    let spec = format!(
        "  parameters:\n    \
         size: {{type: string, default: small, enum: [small, large], summary: x}}\n    \
         copies: {{type: integer, default: 2, enum: [1, 2], summary: x}}\n    \
         fast: {{type: boolean, default: true, summary: x}}\n    \
         name: {{type: string, default: x, summary: x}}\n  \
         rules:\n    \
         - {{id: r, on: pod, default: {{spec: {cases}}}, because: x}}\n"
    );
    Desk::default()
        .preset("p.yaml", "p", &spec)
        .choose("p.yaml")
}

fn written(desk: &Desk) -> Value {
    let policy = desk.policy();
    let Verb::Default(written) = &policy.rules[0].verb else {
        panic!("{:?}", policy.rules[0].verb);
    };
    written.to_value(&|_| None).unwrap()["spec"].clone()
}

#[test]
fn the_value_of_the_choice_is_written() {
    let memory = "{memory: {$parameter: size, small: 1Gi, large: {$parameter: fast, true: 4Gi, false: 8Gi}}}";
    assert_eq!(written(&desk(memory)), json!({"memory": "1Gi"}));
    let large = desk(memory).set("size=large");
    assert_eq!(written(&large), json!({"memory": "4Gi"}));
    let off = desk(memory).set("size=large").set("fast=false");
    assert_eq!(written(&off), json!({"memory": "8Gi"}));
    let list = desk("{$parameter: copies, 1: [a], 2: [a, b]}");
    assert_eq!(written(&list), json!(["a", "b"]));
}

#[test]
fn each_choice_has_one_value_and_the_others_are_judged_too() {
    let all = [
        "{$parameter: size, small: 1Gi, lage: 4Gi}",
        "{$parameter: size, small: 1Gi}",
        "{$parameter: name, x: 1Gi}",
        "{$parameter: sise, small: 1Gi, large: 4Gi}",
        "{$parameter: size, small: 1Gi, large: {$parametr: size}}",
    ];
    let said: Vec<_> = all.iter().map(|cases| desk(cases).refused()).collect();
    assert_snapshot!(said.join("\n"), @r"
    p.yaml:12:71: `size` is never `lage` (help: did you mean `large`?)
    p.yaml:12:40: nothing stands here for `size: large`
    p.yaml:12:53: `name` has no choices that values could stand for (help: give it an `enum`, or make it a boolean)
    p.yaml:12:53: `p` has no parameter `sise` (help: did you mean `size`?)
    p.yaml:12:79: unknown value `$parametr` (help: did you mean `$parameter`?)
    ");
}
