//! What is kept of `ConfigMap`s and `Secret`s, and which of several an object means.

use super::*;
use serde_json::json;
use std::collections::BTreeSet;

fn config_map(namespace: Option<&str>, text: &str) -> Value {
    json!({"kind": "ConfigMap", "metadata": {"name": "c", "namespace": namespace}, "data": {"k": text}})
}

#[test]
fn settings_win_by_order_and_mentions_are_whole_names() {
    let file = File::read(
        "spark.ui.port=4041\nspark.ui.port 4042\nspark.ui.portRange=1\n",
        false,
    );
    assert_eq!(file.setting("spark.ui.port").unwrap().text, "4042");
    assert!(!file.mentions("spark.ui.port"));

    let script = File::read(
        "#!/bin/sh\n# SPARK_MASTER_WEBUI_PORT=1\nexport SPARK_WORKER_WEBUI_PORT=$PORT\n",
        false,
    );
    assert!(script.mentions("SPARK_WORKER_WEBUI_PORT"));
    assert!(!script.mentions("SPARK_MASTER_WEBUI_PORT"));
    let notebook = File::read("s = b.config(\"spark.ui.port\", \"4041\")", false);
    assert!(notebook.mentions("spark.ui.port"));
}

#[test]
fn one_search_for_each_hint_finds_what_a_search_for_each_name_does() {
    for name in SETTINGS.iter().chain(&WAYS) {
        for text in [
            format!("set {name} $X"),
            format!("é{name}"),
            format!("x{name}"),
            format!("{name}x"),
            format!("{name}.y"),
            format!("--conf={name}=1 -D{name}=2"),
        ] {
            let mut found = Vec::new();
            mentioned(&text, &mut found);
            found.sort_unstable();
            let names = SETTINGS.iter().chain(&WAYS);
            let held: BTreeSet<_> = names.filter(|name| holds(&text, name)).copied().collect();
            assert!(found.iter().eq(&held), "{text}");
        }
    }
}

#[test]
fn secrets_are_decoded_and_marked() {
    let object = json!({"kind": "Secret", "metadata": {"name": "s"}, "data": {
        "spark-defaults.conf": "c3BhcmsudWkucG9y\ndD00MDQx",
        "keystore": "/u3+7Q==",
        "bad": "***",
    }, "stringData": {"SPARK_WORKER_PORT": "7078"}});
    let mut sources = Sources::default();
    sources.add(SourceKind::Secret, &object);
    let files = sources.get(SourceKind::Secret, "any", "s").unwrap();
    let port = &files
        .get("spark-defaults.conf")
        .unwrap()
        .setting("spark.ui.port")
        .unwrap();
    assert_eq!((port.text.as_str(), port.secret), ("4041", true));
    assert!(
        files
            .get("SPARK_WORKER_PORT")
            .unwrap()
            .plain
            .as_ref()
            .unwrap()
            .secret
    );
    assert_eq!(files.iter().count(), 2);
}

#[test]
fn an_unknown_namespace_matches_an_only_object() {
    let mut sources = Sources::default();
    sources.add(SourceKind::ConfigMap, &config_map(None, "1g"));
    assert!(sources.get(SourceKind::ConfigMap, "a", "c").is_some());
    assert!(sources.get(SourceKind::Secret, "a", "c").is_none());
    sources.add(SourceKind::ConfigMap, &config_map(Some("b"), "2g"));
    let size = |namespace| {
        let files = sources.get(SourceKind::ConfigMap, namespace, "c")?;
        Some(files.get("k")?.plain.clone()?.text)
    };
    assert_eq!(size("b").as_deref(), Some("2g"));
    assert_eq!(size("").as_deref(), Some("1g"));
    assert_eq!(size("a"), None);
}

#[test]
fn any_shape_survives() {
    for object in [
        json!(null),
        json!({"data": []}),
        json!({"data": {"a": 1}, "metadata": []}),
    ] {
        Sources::default().add(SourceKind::ConfigMap, &object);
        Sources::default().add(SourceKind::Secret, &object);
    }
}

#[test]
fn only_sizes_are_sizes() {
    for plain in ["4g", "1Gi", "0.5", "512", "1048576kb"] {
        assert!(is_size(plain), "{plain}");
    }
    for not in [
        "",
        "minioadmin",
        "123456789secret",
        "4g\n",
        "$(X)",
        "1234567890123",
    ] {
        assert!(!is_size(not), "{not}");
    }
}
