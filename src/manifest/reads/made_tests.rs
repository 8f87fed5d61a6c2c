//! What makes Secrets and `ConfigMap`s in the cluster, and what only looks like it.

use super::super::tests::table;
use super::super::{Config, Contents, Join};
use crate::manifest::Pod;
use serde_json::{Value, json};

/// Why a Secret or a ConfigMap of that name is in no digest, where this object is in the stream.
fn unpinned(maker: &Value, name: &str, namespace: Option<&str>) -> String {
    let (table, mut contents) = (table(), Contents::new(None));
    contents.add_made(&table, maker);
    let both = json!([{"secretRef": {"name": name}}, {"configMapRef": {"name": name}}]);
    let pod = json!({"spec": {"containers": [{"name": "c", "envFrom": both}]}});
    let join = Join {
        table: &table,
        contents: &contents,
        namespace,
        live: false,
    };
    let config = Config::of(join, [Pod { value: &pod }]);
    let mut whys = config.reads.iter().filter_map(|(_, end)| end.why());
    let made = whys.find(|why| why != ABSENT);
    made.map_or_else(|| ABSENT.to_owned(), std::borrow::Cow::into_owned)
}

const ABSENT: &str = "it is not in the stream";

/// Whether an object of the name `m` makes a Secret or a ConfigMap of that name.
fn makes(maker: &Value, name: &str) -> bool {
    let why = unpinned(maker, name, None);
    let kind = maker["kind"].as_str().unwrap();
    let made = format!("`{kind}/m` makes it in the cluster, and no digest covers that");
    assert!(why == made || why == ABSENT, "{why}");
    why == made
}

fn maker(api: &str, kind: &str, spec: Value) -> Value {
    let mut object = json!({"apiVersion": api, "kind": kind, "metadata": {"name": "m"}});
    object["spec"] = spec;
    object
}

fn external(spec: Value) -> Value {
    maker("external-secrets.io/v1beta1", "ExternalSecret", spec)
}

fn cluster_external(spec: Value) -> Value {
    maker("external-secrets.io/v1", "ClusterExternalSecret", spec)
}

#[test]
fn what_an_object_makes_is_known_by_its_maker() {
    let target = json!({"target": {"name": "x"}});
    let both = json!({"externalSecretName": "y", "externalSecretSpec": target});
    let classes = json!({"secretObjects": [{"secretName": "x"}, {"secretName": "y"}]});
    let provider = maker(
        "secrets-store.csi.x-k8s.io/v1",
        "SecretProviderClass",
        classes,
    );
    // The controller gives a Secret the name of its `SealedSecret`, whatever the template says.
    let template = json!({"template": {"metadata": {"name": "x"}}});
    let sealed = maker("bitnami.com/v1alpha1", "SealedSecret", template);
    let certificate = maker(
        "cert-manager.io/v1",
        "Certificate",
        json!({"secretName": "x"}),
    );
    let application = maker(
        "spark.apache.org/v1",
        "SparkApplication",
        json!({"configMapSpecs": [{"name": "x"}]}),
    );
    let mut unseen: Vec<_> = table().makes.into_iter().map(|row| row.by).collect();
    for (maker, made, not) in [
        (external(json!({})), "m", "x"),
        (external(target), "x", "m"),
        (cluster_external(json!({})), "m", "x"),
        (
            cluster_external(json!({"externalSecretName": "x"})),
            "x",
            "m",
        ),
        (cluster_external(both), "x", "y"),
        (sealed, "m", "x"),
        (certificate, "x", "m"),
        (provider.clone(), "y", "m"),
        (provider, "x", "m"),
        (application, "x", "m"),
    ] {
        assert!(makes(&maker, made), "{maker} {made}");
        assert!(!makes(&maker, not), "{maker} {not}");
        unseen.retain(|kind| maker["kind"] != kind.as_str());
    }
    assert_eq!(unseen, [""; 0]);
}

#[test]
fn what_only_looks_like_a_maker_makes_nothing() {
    // It adds to a Secret of somebody else, or writes none.
    for policy in ["Merge", "None"] {
        let spec = json!({"target": {"creationPolicy": policy}});
        assert!(!makes(&external(spec.clone()), "m"), "{policy}");
        let spec = json!({"externalSecretSpec": spec});
        assert!(!makes(&cluster_external(spec), "m"), "{policy}");
    }
    for (api, kind) in [
        ("example.com/v1", "ExternalSecret"),
        ("external-secrets.io/v1", "SecretStore"),
    ] {
        assert!(!makes(&maker(api, kind, json!({})), "m"), "{api} {kind}");
    }
    let mut elsewhere = external(json!({}));
    elsewhere["metadata"]["namespace"] = json!("a");
    assert_ne!(unpinned(&elsewhere, "m", Some("a")), ABSENT);
    assert_eq!(unpinned(&elsewhere, "m", Some("b")), ABSENT);
}
