//! What the pages of `api/…` show as wrong, the real API server refuses; what they show as mended, it takes.

use super::server::{Place, places};
use crate::fixtures;
use serde_json::{Value, json};
use sparkk8s_post::check::pages;

/// A pod, and a Deployment of it, from the piece that a page shows.
fn objects(piece: &str, name: &str) -> [Value; 2] {
    let mut pod = fixtures::yaml(piece).unwrap().remove(0);
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        let items = pod["spec"][list].as_array_mut();
        for container in items.into_iter().flatten() {
            container["image"] = json!("acme/spark:1");
        }
    }
    let labels = json!({"app": name});
    let template = json!({"metadata": {"labels": labels}, "spec": pod["spec"]});
    [
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": pod["spec"]}),
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
            "spec": {"selector": {"matchLabels": labels}, "template": template}}),
    ]
}

/// What the server says of an object, where it refuses it.
fn refusal(place: &Place, object: &Value) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("object.json");
    std::fs::write(&file, object.to_string()).unwrap();
    let file = file.to_string_lossy().into_owned();
    let answer = place.kubectl(&["create", "--dry-run=server", "--filename", &file]);
    (!answer.err.is_empty()).then_some(answer.err)
}

#[test]
fn the_api_server_refuses_what_the_pages_say_it_refuses() {
    let Some([place, _]) = places("validity", &[]) else {
        return;
    };
    let mut seen = 0;
    for page in pages().iter().filter(|page| page.id.starts_with("api/")) {
        for object in objects(page.before, "wrong") {
            let said = refusal(&place, &object);
            assert!(said.is_some(), "{}: {object} is taken", page.id);
        }
        // Whatever an ephemeral container looks like, nothing is created with one.
        let mended = objects(page.after, "mended");
        let mended = mended
            .iter()
            .filter(|_| page.id != "api/ephemeral-resources");
        for object in mended {
            assert_eq!(refusal(&place, object), None, "{}: {object}", page.id);
        }
        seen += 1;
    }
    assert!(seen > 9, "only {seen} pages");
}
