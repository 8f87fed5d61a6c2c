//! Nothing on standard input, which both Helms send for good reason.

use super::{Helm, MARK, Version, chart, example, is_hook, objects, read};
use std::path::Path;

#[test]
fn a_chart_that_renders_nothing_is_no_error() {
    let Some(helms) = Helm::both() else { return };
    for helm in helms {
        let path = chart("nothing");
        let template = ["template", "spark", &path];
        let printed = helm.guarded(&template, &[]).done();
        assert!(objects(&printed).is_empty(), "{printed}");
        // And this needs care: a post-renderer that prints what it was sent, which is nothing, stops Helm 4.
        if helm.version == Version::Four {
            let seen = helm.with_script("cat").guarded(&template, &[]).refused();
            assert!(seen.contains("produced empty output"), "{seen}");
        }
    }
}

#[test]
fn a_chart_of_nothing_but_hooks_keeps_its_hooks() {
    let Some(helms) = Helm::both() else { return };
    for helm in helms {
        let path = chart("only-hooks");
        let template = ["template", "spark", &path];
        let printed = helm.guarded(&template, &[]).done();
        let hook = &objects(&printed)["Job/spark-migrate"];
        assert!(is_hook(hook));
        let guarded = hook.pointer(MARK).is_some();
        assert_eq!(guarded, helm.version == Version::Four, "{hook:#}");
        // Helm 3's manifest is this comment: never nothing, which it takes for "delete everything".
        let comment = printed.lines().any(|line| line == "# no resources");
        assert_eq!(comment, helm.version == Version::Three, "{printed}");
    }
}

#[test]
fn with_output_dir_helm_3_writes_unguarded_files_and_helm_4_guarded_ones() {
    let Some(helms) = Helm::both() else { return };
    for helm in helms {
        let path = example("history-server");
        let folder = helm.home.path().join("files");
        let folder = folder.to_str().unwrap();
        let template = ["template", "spark", &path];
        let to_files = [&template[..], &["--output-dir", folder]].concat();
        let printed = helm.guarded(&to_files, &[]).done();
        let file = Path::new(folder).join("history-server/templates/minio.yaml");
        let guarded = read(&file).contains("sparkk8s.io/policy");
        assert_eq!(guarded, helm.version == Version::Four, "{printed}");
        let said = printed.lines().filter(|line| !line.starts_with("wrote "));
        let said: Vec<_> = said.filter(|line| !line.is_empty()).collect();
        match helm.version {
            // It starts the post-renderer after the files are written, and sends it nothing.
            Version::Three => assert_eq!(said, ["# no resources"]),
            Version::Four => assert!(said.is_empty(), "{said:?}"),
        }
    }
}
