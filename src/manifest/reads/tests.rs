//! Pods and what they read: every row of the table, and what moves a digest.

use super::{Config, Contents, Join, ReadTable, SecretKey};
use crate::manifest::{Pod, testing};
use serde_json::{Value, json};

pub(super) fn table() -> ReadTable {
    testing::table("reads")
}

fn key() -> SecretKey {
    SecretKey::new(&[b'k'; 32]).unwrap()
}

/// The digest of a pod, and what is said of each thing that it reads.
fn config(pod: &Value, objects: &[Value], key: Option<SecretKey>) -> (Option<String>, String) {
    let (table, mut contents) = (table(), Contents::new(key));
    for (index, object) in objects.iter().enumerate() {
        contents.add(index, object);
    }
    let join = Join {
        table: &table,
        contents: &contents,
        namespace: None,
        live: false,
    };
    let config = Config::of(join, [Pod { value: pod }]);
    let ends: Vec<_> = config
        .reads
        .iter()
        .map(|(read, end)| format!("{} {} {end:?}", read.row.id, read.name))
        .collect();
    (config.digest, ends.join("\n"))
}

fn source(kind: &str, name: &str) -> Value {
    let place = if kind == "Secret" {
        "stringData"
    } else {
        "data"
    };
    json!({"kind": kind, "metadata": {"name": name}, place: {"read": "1", "unread": "2"}})
}

/// A value at a pointer with `*` for the first item of a list.
fn put(at: &str, value: Value) -> Value {
    let steps: Vec<_> = at.split('/').skip(1).collect();
    steps.iter().rev().fold(value, |inner, step| match *step {
        "*" => json!([inner]),
        key => json!({key: inner}),
    })
}

/// A pod whose only read is that of a row: one key where the row can say so.
fn reader(row: &super::ReadRow) -> Value {
    if let Some(setting) = &row.setting {
        let at = row.at.to_string().replace('*', "driver");
        return put(&at, setting.example("driver", "x", "read"));
    }
    let mut reference = put(&row.name.to_string(), json!("x"));
    match row.keys {
        Some(super::KeysAt::Key) => reference["key"] = json!("read"),
        Some(super::KeysAt::Items) => reference["items"] = json!([{"key": "read", "path": "p"}]),
        None => {}
    }
    let at = row.at.to_string();
    let mount = json!({"name": "v", "mountPath": "/v"});
    match row.on {
        super::Holder::Container => {
            let mut container = put(&at, reference);
            container["name"] = json!("c");
            json!({"spec": {"containers": [container]}})
        }
        super::Holder::Pod => {
            let mut pod = put(&at, reference);
            if let Some(volume) = pod.pointer_mut("/spec/volumes/0") {
                volume["name"] = json!("v");
            }
            pod["spec"]["containers"] = json!([{"name": "c", "volumeMounts": [mount]}]);
            pod
        }
    }
}

#[test]
fn a_byte_that_is_read_moves_the_digest_and_no_other_does() {
    let mut pinned = 0;
    for row in table().reads {
        let pod = reader(&row);
        let digest =
            |object: Value| config(&pod, &[object, source("ConfigMap", "other")], Some(key())).0;
        let before = digest(source(&row.kind, "x"));
        if row.unpinned.is_some() {
            assert_eq!(before, None, "{}", row.id);
            continue;
        }
        pinned += 1;
        assert!(before.is_some(), "{}", row.id);
        let changed = |change: &dyn Fn(&mut Value)| {
            let mut object = source(&row.kind, "x");
            change(&mut object);
            digest(object) != before
        };
        let place = if row.kind == "Secret" {
            "stringData"
        } else {
            "data"
        };
        assert!(changed(&|o| o[place]["read"] = json!("1 ")), "{}", row.id);
        assert!(
            changed(&|o| o["metadata"]["name"] = json!("y")),
            "{}",
            row.id
        );
        let of_one_key = |setting: &super::Setting| setting.is_of_one_key();
        let all = row.keys.is_none() && !row.setting.as_ref().is_some_and(of_one_key);
        assert_eq!(
            changed(&|o| o[place]["unread"] = json!("3")),
            all,
            "{}",
            row.id
        );
        assert_eq!(
            changed(&|o| o[place]["new"] = json!("3")),
            all,
            "{}",
            row.id
        );
        assert!(!changed(&|o| o["metadata"]["labels"] = json!({"a": "b"})));
        assert!(!changed(
            &|o| o["metadata"]["annotations"] = json!({"config.kubernetes.io/index": "1"})
        ));
    }
    assert_eq!(pinned, 27);
}

#[test]
fn it_is_the_data_that_counts_not_how_it_is_written() {
    let pod = json!({"spec": {"containers": [{"name": "c", "envFrom": [
        {"configMapRef": {"name": "c"}}, {"secretRef": {"name": "s"}}]}]}});
    let digest =
        |config_map: Value, secret: Value| config(&pod, &[config_map, secret], Some(key())).0;
    let map = |data: Value| json!({"kind": "ConfigMap", "metadata": {"name": "c"}, "data": data});
    let secret = |data: Value, text: Value| json!({"kind": "Secret", "metadata": {"name": "s"}, "data": data, "stringData": text});
    let before = digest(
        map(json!({"a": "1", "b": "2"})),
        secret(json!({"p": "aGk="}), json!(null)),
    );
    assert!(before.is_some());
    let binary = json!({"kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"b": "2"}, "binaryData": {"a": "MQ=="}});
    for (config_map, secret) in [
        (
            map(json!({"b": "2", "a": "1"})),
            secret(json!({}), json!({"p": "hi"})),
        ),
        (binary, secret(json!({"p": "b2xk"}), json!({"p": "hi"}))),
    ] {
        assert_eq!(digest(config_map, secret), before);
    }
    // Where a key ends and its value begins is not lost.
    let moved = digest(
        map(json!({"a": "12", "b": ""})),
        secret(json!({"p": "aGk="}), json!(null)),
    );
    assert_ne!(moved, before);
}

#[test]
fn secrets_count_with_a_key_only() {
    let pod =
        json!({"spec": {"containers": [{"name": "c", "envFrom": [{"secretRef": {"name": "x"}}]}]}});
    let secret = [source("Secret", "x")];
    let (digest, said) = config(&pod, &secret, None);
    assert_eq!(digest, None);
    assert!(said.contains("only with a key"), "{said}");
    let other = SecretKey::new(&[b'o'; 32]).unwrap();
    let keyed = config(&pod, &secret, Some(key())).0;
    assert!(keyed.is_some());
    assert_ne!(keyed, config(&pod, &secret, Some(other)).0);
    // A line break at the end of its file is no part of a key.
    let line = SecretKey::new(&[&[b'k'; 32][..], b"\n"].concat()).unwrap();
    assert_eq!(keyed, config(&pod, &secret, Some(line)).0);
    SecretKey::new(b"password").unwrap_err();
}

#[test]
fn parts_of_a_volume() {
    let pod = |mounts: Value, items: Value| {
        json!({"spec": {"containers": [{"name": "c", "volumeMounts": mounts}],
            "volumes": [{"name": "v", "configMap": {"name": "x", "items": items}}]}})
    };
    let digest = |pod: &Value, unread: &str| {
        let mut object = source("ConfigMap", "x");
        object["data"]["unread"] = json!(unread);
        config(pod, &[object], None).0
    };
    let part = json!([{"name": "v", "mountPath": "/a", "subPath": "read"}]);
    let whole = json!([{"name": "v", "mountPath": "/a"}]);
    let both = json!([part[0], whole[0]]);
    let computed = json!([{"name": "v", "mountPath": "/a", "subPathExpr": "$(NAME)"}]);
    let item = json!([{"key": "read", "path": "d/read"}, {"key": "unread", "path": "e/unread"}]);
    let folder = json!([{"name": "v", "mountPath": "/a", "subPath": "d"}]);
    for (pod, sees_all) in [
        (pod(part, json!(null)), false),
        (pod(whole, json!(null)), true),
        (pod(both, json!(null)), true),
        (pod(computed, json!(null)), true),
        (pod(folder, item), false),
    ] {
        assert!(digest(&pod, "2").is_some(), "{pod}");
        assert_eq!(digest(&pod, "2") != digest(&pod, "3"), sees_all, "{pod}");
    }
    assert_eq!(digest(&pod(json!([]), json!(null)), "2"), None);
    for (path, sees_all) in [
        ("./read", false),
        ("read/", false),
        ("..data/read", false),
        (".", true),
        ("read/x", true),
    ] {
        let pod = pod(
            json!([{"name": "v", "mountPath": "/a", "subPath": path}]),
            json!(null),
        );
        assert!(digest(&pod, "2").is_some(), "{path}");
        assert_eq!(digest(&pod, "2") != digest(&pod, "3"), sees_all, "{path}");
    }
    // A part that no item is: whatever the kubelet makes of it, a change counts.
    let item = json!([{"key": "unread", "path": "./x//y"}]);
    for path in ["x", "x/y", "./x", "elsewhere"] {
        let pod = pod(
            json!([{"name": "v", "mountPath": "/a", "subPath": path}]),
            item.clone(),
        );
        assert_ne!(digest(&pod, "2"), digest(&pod, "3"), "{path}");
    }
}

#[test]
fn a_part_of_a_projected_volume_is_of_the_object_that_has_it() {
    let source = |name: &str, key: &str| json!({"configMap": {"name": name, "items": [{"key": key, "path": format!("{name}/{key}")}]}});
    let pod = |part: &str| {
        json!({"spec": {"containers": [{"name": "c", "volumeMounts": [{"name": "v", "mountPath": "/a", "subPath": part}]}],
            "volumes": [{"name": "v", "projected": {"sources": [source("x", "read"), source("y", "unread")]}}]}})
    };
    let digest = |part: &str, unread: &str| {
        let mut other = self::source("ConfigMap", "y");
        other["data"]["unread"] = json!(unread);
        config(&pod(part), &[self::source("ConfigMap", "x"), other], None).0
    };
    for (part, moves) in [("x/read", false), ("y", true), ("elsewhere", true)] {
        assert!(digest(part, "2").is_some(), "{part}");
        assert_eq!(digest(part, "2") != digest(part, "3"), moves, "{part}");
    }
}

#[test]
fn placeholders_keep_their_own_key_from_being_pinned() {
    let read = |key: &str| {
        let reference = json!({"configMapKeyRef": {"name": "x", "key": key}});
        json!({"spec": {"containers": [{"name": "c", "env": [{"name": "A", "valueFrom": reference}]}]}})
    };
    let object = json!({"kind": "ConfigMap", "metadata": {"name": "x"},
        "data": {"open": "<path:kv/data/x#key>", "plain": "see <path: to file>", "bank": "vault:secret/data/x#key"}});
    for (key, is_pinned) in [("open", false), ("bank", false), ("plain", true)] {
        let digest = config(&read(key), std::slice::from_ref(&object), None).0;
        assert_eq!(digest.is_some(), is_pinned, "{key}");
    }
}

#[test]
fn any_shape_survives() {
    for junk in [
        json!(null),
        json!(1),
        json!("x"),
        json!([[]]),
        json!({"a": [1]}),
    ] {
        let container = json!({"env": junk, "envFrom": junk, "volumeMounts": junk, "name": junk});
        let pod =
            json!({"spec": {"containers": [container], "volumes": junk, "imagePullSecrets": junk}});
        let object =
            json!({"kind": "ConfigMap", "metadata": junk, "data": junk, "binaryData": {"a": junk}});
        assert_eq!(config(&pod, &[object, junk.clone()], Some(key())).0, None);
        let maker = json!({"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": junk, "spec": {"target": junk}});
        Contents::default().add_made(&table(), &maker);
    }
}

#[test]
fn of_several_objects_of_one_name_that_of_the_pods_namespace_is_meant() {
    let pod = json!({"spec": {"containers": [{"name": "c", "envFrom": [{"configMapRef": {"name": "x"}}]}]}});
    let in_namespace = |namespace: &str| {
        let mut object = source("ConfigMap", "x");
        object["metadata"]["namespace"] = json!(namespace);
        object
    };
    let (digest, said) = config(&pod, &[in_namespace("a"), in_namespace("b")], None);
    assert_eq!(digest, None);
    assert!(said.contains("nothing says which is meant"), "{said}");
    // An only one is taken for the release's.
    assert!(config(&pod, &[in_namespace("a")], None).0.is_some());
}
