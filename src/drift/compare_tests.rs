//! Comparison on values, as API servers give them.

use super::*;
use serde_json::json;

const NAMED: &str = r#"k:{"name":"main"}"#;

/// What a dry run answers to a Deployment that sets an image, a memory limit, a variable and replicas.
fn dry_run() -> Value {
    json!({"kind": "Deployment", "metadata": {"annotations": {"mark": "m"}, "managedFields": [{
        "manager": MANAGER, "operation": "Apply", "fieldsV1": {
            "f:metadata": {"f:annotations": {"f:mark": {}}},
            "f:spec": {"f:replicas": {}, "f:containers": {NAMED: {
                ".": {}, "f:name": {}, "f:image": {}, "f:args": {}, "f:resources": {"f:limits": {"f:memory": {}}},
                "f:env": {r#"k:{"name":"A"}"#: {".": {}, "f:name": {}, "f:value": {}}}}}}}}]},
        "spec": {"replicas": 1, "defaulted": "x", "containers": [{"name": "main", "image": "i:1", "args": ["a", "b"],
            "resources": {"limits": {"memory": "4Gi"}}, "env": [{"name": "A", "value": "1"}]}]}})
}

/// The same as Helm installed it.
fn live() -> Value {
    let mut live = dry_run();
    let fields = json!({"f:spec": {"f:replicas": {}, "f:containers": {NAMED: {
        ".": {}, "f:image": {}, "f:env": {".": {}, r#"k:{"name":"A"}"#: {".": {}, "f:value": {}}}}}}});
    live["metadata"]["managedFields"] = json!([{"manager": "helm", "operation": "Update", "time": "2026-01-01T00:00:00Z",
        "fieldsV1": fields}]);
    live
}

/// Lets a manager own fields of `live`.
fn own(live: &mut Value, manager: &str, fields: &Value) {
    let entry = json!({"manager": manager, "operation": "Update", "time": "2026-01-02T00:00:00Z", "fieldsV1": fields});
    live["metadata"]["managedFields"]
        .as_array_mut()
        .expect("a list")
        .push(entry);
}

/// Path, live, wanted and managers of each difference.
fn found(live: &Value) -> Vec<(String, Value, Value, Vec<String>)> {
    let found = differences(live, &dry_run()).expect("an answer");
    let found = found.into_iter().map(|difference| {
        let owners = difference.owners.into_iter().map(|owner| owner.manager);
        (
            difference.path,
            difference.live.unwrap_or_default(),
            difference.wanted.unwrap_or_default(),
            owners.collect(),
        )
    });
    found.collect()
}

#[test]
fn what_is_as_applied_does_not_differ() {
    assert_eq!(found(&live()), []);
}

#[test]
fn what_the_stream_does_not_set_does_not_differ() {
    let mut live = live();
    live["spec"]["defaulted"] = json!("y");
    live["spec"]["containers"][0]["resources"]["limits"]["cpu"] = json!("1");
    live["metadata"]["annotations"]["other"] = json!("z");
    assert_eq!(found(&live), []);
}

#[test]
fn a_changed_field_names_its_latest_owner() {
    let mut live = live();
    live["spec"]["replicas"] = json!(3);
    own(&mut live, "kubectl", &json!({"f:spec": {"f:replicas": {}}}));
    let managers = vec!["kubectl".to_owned(), "helm".to_owned()];
    assert_eq!(
        found(&live),
        [(".spec.replicas".into(), json!(3), json!(1), managers)]
    );
}

#[test]
fn items_are_found_by_their_keys_and_not_by_their_places() {
    let mut live = live();
    let containers = live["spec"]["containers"].as_array_mut().expect("a list");
    containers.insert(0, json!({"name": "injected", "image": "x"}));
    containers[1]["image"] = json!("i:2");
    let found = found(&live);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, r#".spec.containers[name="main"].image"#);
}

#[test]
fn a_removed_field_is_told_once_and_nobody_is_blamed() {
    let mut live = live();
    live["metadata"]["annotations"] = json!({});
    live["spec"]["containers"][0]
        .as_object_mut()
        .expect("a map")
        .remove("resources");
    let none = Vec::<String>::new();
    let wanted = json!({"limits": {"memory": "4Gi"}});
    assert_eq!(
        found(&live),
        [
            (
                ".metadata.annotations.mark".into(),
                Value::Null,
                json!("m"),
                none.clone()
            ),
            (
                r#".spec.containers[name="main"].resources"#.into(),
                Value::Null,
                wanted,
                none
            ),
        ]
    );
}

#[test]
fn an_item_that_somebody_else_added_differs_and_an_injected_one_does_not() {
    let mut live = live();
    let env = live["spec"]["containers"][0]["env"]
        .as_array_mut()
        .expect("a list");
    env.push(json!({"name": "B", "value": "2"}));
    let item = json!({"f:spec": {"f:containers": {NAMED: {"f:env": {r#"k:{"name":"B"}"#: {".": {}, "f:value": {}}}}}}});
    let mut injected = live.clone();
    own(&mut injected, "helm", &item);
    assert_eq!(found(&injected), []);
    own(&mut live, "kubectl-set", &item);
    let found = found(&live);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, r#".spec.containers[name="main"].env[name="B"]"#);
    assert_eq!(found[0].3, ["kubectl-set"]);
}

#[test]
fn a_list_without_keys_is_compared_as_a_whole() {
    let mut live = live();
    live["spec"]["containers"][0]["args"] = json!(["a"]);
    let found = found(&live);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (&found[0].1, &found[0].2),
        (&json!(["a"]), &json!(["a", "b"]))
    );
}

#[test]
fn what_is_written_as_text_of_a_secret_is_compared_where_it_is_kept() {
    let secret = |value: &str| {
        json!({"kind": "Secret", "data": {"a": value}, "metadata": {"managedFields": [
            {"manager": MANAGER, "operation": "Apply", "fieldsV1": {"f:stringData": {"f:a": {}}}}]}})
    };
    assert_eq!(differences(&secret("eA=="), &secret("eA==")), Some(vec![]));
    let found = differences(&secret("eQ=="), &secret("eA==")).expect("an answer");
    assert_eq!(found[0].path, ".data.a");
}

#[test]
fn the_key_tells_whose_value_it_is() {
    let key = |words: &[&str]| {
        let steps = words.iter().map(|word| Step::parse(word).expect("a step"));
        key(&steps.collect::<Vec<_>>())
    };
    assert_eq!(key(&["f:env", r#"k:{"name":"TOKEN"}"#, "f:value"]), "TOKEN");
    assert_eq!(key(&["f:env", r#"k:{"name":"TOKEN"}"#]), "TOKEN");
    assert_eq!(key(&["f:data", "f:password"]), "password");
    assert_eq!(key(&["f:finalizers", "v:1"]), "finalizers");
    assert_eq!(key(&["f:value"]), "value");
    assert_eq!(key(&[]), "");
}

#[test]
fn any_shape_is_survived() {
    let odd = [json!(null), json!([]), json!({"metadata": 1}), json!("x")];
    for live in &odd {
        for dry in &odd {
            assert_eq!(differences(live, dry), None);
        }
        let _ = differences(live, &dry_run());
    }
}
