//! The patches of `export flux` where helm-controller applies them: by kustomize, as a post-renderer inside of Helm 3, and
//! inside of Helm 4, which adds an annotation of its own before.

use super::{EXAMPLES, Helm, Version, example, fixtures, hosts, objects, pipe};
use serde_json::{Value, json};
use std::fs;

const DIGEST: &str = "sparkk8s.io/config-digest";

#[test]
fn patches_of_a_helm_release_guard_as_the_program_does() {
    let Some(kustomize) = hosts::host("kustomize") else {
        return;
    };
    let kustomize = kustomize.display();
    let Some(ours) = Helm::both() else { return };
    let mut marked = 0;
    for ours in ours {
        let host = match ours.version {
            Version::Three => "helm3",
            Version::Four => "helm4",
        };
        let theirs = Helm::new(ours.version, host, "").unwrap();
        let home = theirs.home.path().display().to_string();
        let theirs = theirs.with_script(&format!(
            "cd '{home}' && cat > all.yaml && exec '{kustomize}' build ."
        ));
        for name in EXAMPLES {
            let (chart, template) = (example(name), ["template", "spark"]);
            let template = [&template[..], &[&chart]].concat();
            let export = pipe(&["export", "flux"], &theirs.run(&template).done()).done();
            let release = fixtures::yaml(&export).unwrap().remove(0);
            let patches = &release["spec"]["postRenderers"][0]["kustomize"]["patches"];
            let kustomization = json!({"resources": ["all.yaml"], "patches": patches});
            fs::write(
                theirs.home.path().join("kustomization.yaml"),
                kustomization.to_string(),
            )
            .unwrap();
            let mut patched = objects(&theirs.guarded(&template, &[]).done());
            let mut guarded = objects(&ours.guarded(&template, &[]).done());
            for object in guarded.values_mut() {
                forget_digest(object);
                marked += usize::from(object.pointer(super::MARK).is_some());
            }
            forget_template(&mut patched);
            forget_template(&mut guarded);
            assert_eq!(patched, guarded, "{name}: {export}");
        }
    }
    assert!(marked > 6, "only {marked} objects have a mark");
}

/// Takes a pod template in a text out, of which no patch says a part.
fn forget_template(objects: &mut std::collections::BTreeMap<String, Value>) {
    for object in objects.values_mut() {
        if let Some(Value::Object(data)) = object.get_mut("data") {
            data.remove("executor-template.yaml");
        }
    }
}

/// Takes the digest out, which no patch holds.
fn forget_digest(object: &mut Value) {
    let Some(Value::Object(metadata)) = object.pointer_mut("/spec/template/metadata") else {
        return;
    };
    if let Some(Value::Object(annotations)) = metadata.get_mut("annotations") {
        annotations.remove(DIGEST);
        if annotations.is_empty() {
            metadata.remove("annotations");
        }
    }
}
