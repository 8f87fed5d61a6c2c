//! What tools around Helm ask it for: helm-diff renders with `helm template` and compares with what the cluster has.

use super::server::places;
use super::{example, objects, violation};

/// What helm-diff adds to `helm template` for Helm 3 and Helm 4 alike (its `cmd/helm3.go`).
const ASKED: [&str; 2] = ["--is-upgrade", "--dry-run=client"];

#[test]
fn what_helm_diff_compares_differs_only_without_the_program() {
    let Some(places) = places("helm-diff", &[]) else {
        return;
    };
    for place in places {
        let version = place.helm.version;
        let path = example("spark-connect-jupyter");
        let size = ["--set=resources.size=large"];
        place.guarded(&["install", "spark", &path], &size).done();
        let deployed = objects(&place.helm(&["get", "manifest", "spark"]).done());
        let template = [&["template", "spark", &path][..], &ASKED].concat();
        let template = [&template[..], &["--no-hooks"]].concat();
        let rendered = objects(&place.guarded(&template, &size).done());
        assert_eq!(rendered, deployed, "{version:?}");
        assert_ne!(objects(&place.guarded(&template, &[]).done()), deployed);
        assert_ne!(objects(&place.helm(&template).done()), deployed);

        let bad = violation("spark-connect-jupyter");
        let refused = place.guarded(&[&template[..], &["--values", &bad]].concat(), &[]);
        assert_eq!(refused.code, Some(1), "{version:?} {}", refused.out);
    }
}
