//! On the examples and the corpus.

use super::{Objects, built, component, left, objects, patched};
use crate::krm::kustomize::{EXAMPLES, Site, chart, done};
use crate::lab::run;
use crate::{fixtures, support};
use serde_json::Value;

/// Takes back in `ours` what the head of an export names.
fn without_left(mut ours: Objects, plain: &Objects, export: &str) -> Objects {
    for (object, path, _) in left(export) {
        let (object, namespace) = object.split_once(" in ").unwrap_or((object, ""));
        let is_meant = |key: &&String| {
            key.split(' ').next() == Some(object) && key.split(' ').nth(2) == Some(namespace)
        };
        let keys: Vec<_> = ours.keys().filter(is_meant).cloned().collect();
        assert!(!keys.is_empty(), "{object}");
        for key in keys {
            let was = plain[&key].pointer(path).cloned();
            let (parent, last) = path.rsplit_once('/').unwrap();
            let last = last.replace("~1", "/").replace("~0", "~");
            let parent = ours.get_mut(&key).unwrap().pointer_mut(parent);
            let Some(Value::Object(parent)) = parent else {
                continue;
            };
            match was {
                Some(was) => drop(parent.insert(last, was)),
                None => drop(parent.remove(&last)),
            }
        }
    }
    ours
}

/// Whether the patches of a stream give what `render` gives; how many changes they say, where kustomize reads the stream.
fn equal(name: &str, stream: &str, flags: &[&str]) -> Option<usize> {
    let plain = built(stream, None)?;
    if plain.code != Some(0) {
        return Some(0);
    }
    let plain = objects(&plain.stdout);
    let export = component(stream, flags);
    let ours = run(&[&["--host", "pipe"], flags].concat(), stream);
    let ours = objects(done(&built(done(&ours), None)?));
    let wanted = without_left(ours, &plain, done(&export));
    let patched = patched(stream, &export.stdout)?;
    for (key, wanted) in &wanted {
        assert_eq!(&patched[key], wanted, "{name}: {key}\n{}", export.stdout);
    }
    assert_eq!(patched.len(), wanted.len(), "{name}");
    let digests = left(&export.stdout);
    assert!(
        digests
            .iter()
            .all(|(_, _, why)| why.contains("this rendering alone") || why.contains("longer text")),
        "{name}: {digests:?}"
    );
    Some(export.stdout.matches("op: add").count())
}

#[test]
fn on_the_examples_patches_give_what_render_gives() {
    for example in EXAMPLES {
        let Some(stream) = chart(example) else { return };
        let Some(changes) = equal(example, &stream, &[]) else {
            return;
        };
        assert!(changes > 3, "{example}");
    }
}

#[test]
fn another_preset_is_exported_as_well() {
    let Some(stream) = chart(EXAMPLES[0]) else {
        return;
    };
    let changes = equal(EXAMPLES[0], &stream, &["--preset", "restricted"]);
    assert!(changes.is_none_or(|changes| changes > 3));
}

#[test]
fn on_the_corpus_patches_give_what_render_gives() {
    let Some(corpus) = support::corpus() else {
        return;
    };
    let mut read = 0;
    // Every third of the charts, and what is none.
    let charts = support::files(&corpus.join("spark-charts"))
        .into_iter()
        .step_by(3);
    for file in charts.chain(support::files(&corpus.join("plain-manifests"))) {
        let name = file.display().to_string();
        let Some(changes) = equal(&name, &fixtures::read(&file), &[]) else {
            return;
        };
        read += usize::from(changes > 0);
    }
    assert!(read >= 20, "kustomize reads only {read} of them");
}

/// `kubectl kustomize`, which runs no function, takes a component as well.
#[test]
fn kubectl_builds_the_same() {
    let Some(stream) = chart(EXAMPLES[0]) else {
        return;
    };
    let export = component(&stream, &[]);
    let Some(site) = Site::new(&stream, "components: [guard]\n") else {
        return;
    };
    site.write("guard/kustomization.yaml", done(&export));
    let (theirs, kubectl) = (site.build(&[]), site.kubectl(&[]));
    assert_eq!(objects(done(&kubectl)), objects(done(&theirs)));
}
