//! Tags and the digests behind them: what is written, locked and refused.

use super::Place;
use insta::assert_snapshot;

const IMAGE: &str = "apache/spark:4.1.0";

fn pod(image: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: connect}}\nspec:\n  template:\n    spec:\n      \
         containers: [{{name: connect, image: {image}}}]\n"
    )
}

fn digests(digit: &str) -> String {
    format!("{IMAGE}@sha256:{}\n", digit.repeat(64))
}

/// A project whose presets write digests.
fn place(more: &str) -> Place {
    let pod = pod(IMAGE);
    let place = Place::new(&[("dev", &pod), ("prod", &pod)], more);
    let project = place.read("sparkk8s.yaml");
    place.write("sparkk8s.yaml", &project.replace("./none.yaml", "images"));
    place.write("images.txt", &digests("a"));
    place
}

#[test]
fn a_moved_tag_is_a_difference() {
    let place = place("  images: images.txt\n");
    let locked = place.lock(&["dev", "prod"], &[]);
    assert_eq!(locked.code, Some(0), "{}", locked.stderr);
    let lock = place.read("sparkk8s.lock");
    assert!(lock.contains(&digests("a").trim().to_owned()), "{lock}");
    // The chart may name the digest by itself.
    place.write("prod.yaml", &pod(digests("a").trim()));
    assert_eq!(place.verify("prod").code, Some(0));
    place.write("prod.yaml", &pod(IMAGE));
    place.write("images.txt", &digests("b"));
    let refused = place.verify("prod");
    assert_eq!(refused.code, Some(4));
    assert_snapshot!(refused.stderr, @r"
    `apps/Deployment connect` is not as it is locked: images `/spec/template/spec/containers/connect/image`
      locked  docker.io/apache/spark:4.1.0@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      now     docker.io/apache/spark:4.1.0@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
    error: the manifests of prod are not those of `sparkk8s.lock`: 1 difference
     |
     = help: if it is meant, `sparkk8s-post lock` records it, and refuses what environments may not differ in; else take it out
    ");
    // Whoever passes the file of another day gets that one.
    place.write("old.txt", &digests("a"));
    let render = ["render", "--locked", "--env", "prod", "-f", "prod.yaml"];
    assert_eq!(place.run(&render).code, Some(4));
    let old = place.run(&[&render[..], &["--images", "old.txt"]].concat());
    let image = format!("\"{}\"", digests("a").trim());
    assert_eq!((old.code, old.stdout), (Some(0), pod(&image)));
}

#[test]
fn environments_have_one_image_behind_a_tag() {
    let place = place("");
    place.write("prod.yaml", &pod(digests("b").trim()));
    let refused = place.lock(&["dev", "prod"], &["--images", "images.txt"]);
    assert_eq!(refused.code, Some(4));
    assert_snapshot!(refused.stderr, @r#"
    `apps/Deployment connect` is not the same in all environments: images `/spec/template/spec/containers/connect/image`
      dev   docker.io/apache/spark:4.1.0@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      prod  docker.io/apache/spark:4.1.0@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
      sanction it under `vary` in the project, or remove it:
        - {kind: Deployment, name: "connect", path: "/spec/template/spec/containers/connect/image", reason: "…"}

    error: environments differ: 1 difference that nobody sanctioned
     |
     = help: nothing was written; sanction what is meant, or record for a while who is `--ahead`; remove the rest
    "#);
}

#[test]
fn a_file_of_digests_that_cannot_be_read_stops_everything() {
    let place = place("  images: images.txt\n");
    let said = |text: &str| {
        place.write("images.txt", text);
        let ended = place.run(&["render", "--env", "dev", "-f", "dev.yaml"]);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
        ended.stderr
    };
    assert_snapshot!(said("apache/spark:4.1.0\n"), @r"
    error: `apache/spark:4.1.0` lacks its tag or its digest
     --> images.txt:1:1
      |
    1 | apache/spark:4.1.0
      | ^^^^^^^^^^^^^^^^^^
      |
      = help: write `IMAGE:TAG@sha256:…`, as `crane digest IMAGE:TAG` tells it
    ");
    // The file that `--secret-key` takes, say.
    let key = "Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5LXN0YXBsZQ==";
    let told = said(&format!("# a key\n{key}\n"));
    assert!(
        told.contains("line 2 of `images.txt` names no image"),
        "{told}"
    );
    assert!(!told.contains(key), "{told}");
    std::fs::remove_file(place.path().join("images.txt")).unwrap();
    let gone = place.run(&["render", "--env", "dev", "-f", "dev.yaml"]);
    assert_eq!((gone.code, gone.stdout.as_str()), (Some(2), ""));
    assert_snapshot!(gone.stderr, @r"
    error: cannot read `images.txt`: No such file or directory (os error 2)
     --> sparkk8s.yaml:9:11
      |
    9 |   images: images.txt
      |           ^^^^^^^^^^
    ");
}
