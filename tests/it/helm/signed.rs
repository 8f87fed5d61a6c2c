//! Signed packages: from a file and from a registry, with Helm's verification on, as it is unless somebody turns it off.

use super::plugin::{OURS, checkout, package, script, without, works};
use super::{Answer, Helm, PROGRAM, example, objects, pipe};
use crate::{fixtures, hosts, install::server};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A package, a key that signed it and a key that did not.
struct Release {
    checkout: TempDir,
    tarball: PathBuf,
    pgp: PathBuf,
}

impl Release {
    /// Signed with the key `release`.
    fn signed() -> Option<Self> {
        let pgp = hosts::host("pgp")?;
        let checkout = checkout();
        for name in ["release", "other"] {
            let [public, secret] =
                ["public", "secret"].map(|kind| checkout.path().join(format!("{name}-{kind}.gpg")));
            let mut made = Command::new(&pgp);
            made.args(["key", name]).args([public, secret]);
            assert!(made.status().unwrap().success());
        }
        let release = Self {
            tarball: small(checkout.path()),
            checkout,
            pgp,
        };
        let secret = release.file("release-secret.gpg");
        let pgp = release.pgp.to_str().unwrap();
        let args = [release.package(), pgp, "clear-sign", &secret];
        let said = script(release.checkout.path(), "sign-plugin.sh", &args).done();
        assert_eq!(said, format!("{}.prov\n", release.package()));
        Some(release)
    }

    fn file(&self, name: &str) -> String {
        self.checkout.path().join(name).display().to_string()
    }

    fn package(&self) -> &str {
        self.tarball.to_str().unwrap()
    }

    /// `helm plugin install`, where the key `key` is trusted.
    fn install(&self, helm: &Helm, from: &str, key: &str, flags: &[&str]) -> Answer {
        let keyring = self.file(&format!("{key}-public.gpg"));
        let args = ["plugin", "install", from, "--keyring", &keyring];
        helm.run(&[&args[..], flags].concat())
    }

    /// `.ci/push-plugin.sh` to a repository of the registry.
    fn push(&self, oras: &Path, repository: &str) -> Answer {
        let folder = oras.parent().unwrap().display();
        let path = std::env::var("PATH").unwrap();
        let mut command = Command::new("bash");
        command
            .arg(self.file(".ci/push-plugin.sh"))
            .args([self.package(), repository, "--plain-http"])
            .env("PATH", format!("{folder}:{path}"))
            .env("HOME", self.checkout.path());
        command.output().unwrap().into()
    }
}

/// A package in which a script stands for the program, to be packed in no time.
fn small(checkout: &Path) -> PathBuf {
    let file = checkout.join("program");
    fixtures::script(&file, &format!("#!/bin/sh\nexec '{PROGRAM}' \"$@\"\n"));
    package(checkout, &file)
}

#[track_caller]
fn refused(answer: &Answer, why: &str) {
    assert_eq!(answer.code, Some(1), "{}\n{}", answer.out, answer.err);
    assert!(answer.err.contains(why), "{}", answer.err);
}

#[test]
fn a_signed_package_is_verified_and_what_is_not_signed_so_is_refused() {
    let Some(helm) = without() else { return };
    let Some(release) = Release::signed() else {
        return;
    };
    refused(
        &release.install(&helm, release.package(), "other", &[]),
        "signature made by unknown entity",
    );
    let said = release.install(&helm, release.package(), "release", &[]);
    let said = said.done();
    assert!(said.contains("Signed by: release"), "{said}");
    works(&helm);
    let listed = helm.run(&["plugin", "list"]).done();
    assert!(listed.contains("signed"), "{listed}");

    // One byte more, and the signature is of something else.
    helm.run(&["plugin", "uninstall", "sparkk8s-post"]).done();
    let mut bytes = fs::read(&release.tarball).unwrap();
    bytes.push(0);
    fs::write(&release.tarball, bytes).unwrap();
    refused(
        &release.install(&helm, release.package(), "release", &[]),
        "sha256 sum does not match",
    );
    fs::remove_file(release.file(&format!("out/sparkk8s-post-{OURS}.tgz.prov"))).unwrap();
    refused(
        &release.install(&helm, release.package(), "release", &[]),
        "no provenance file",
    );
    let listed = helm.run(&["plugin", "list"]).done();
    assert!(!listed.contains("sparkk8s-post"), "{listed}");
}

#[test]
fn a_signed_package_is_verified_where_a_server_has_it() {
    let Some(helm) = without() else { return };
    let Some(release) = Release::signed() else {
        return;
    };
    let base = server::serve(release.tarball.parent().unwrap());
    let from = format!("{base}/sparkk8s-post-{OURS}.tgz");
    refused(
        &release.install(&helm, &from, "other", &[]),
        "signature made by unknown entity",
    );
    release.install(&helm, &from, "release", &[]).done();
    works(&helm);
}

#[test]
fn helm_itself_packs_and_signs_what_a_package_holds() {
    let Some(helm) = without() else { return };
    let Some(release) = Release::signed() else {
        return;
    };
    let mut unpack = Command::new("tar");
    unpack.args(["-xzf", release.package(), "-C"]);
    let status = unpack.arg(release.checkout.path()).status().unwrap();
    assert!(status.success());
    let folder = release.file("sparkk8s-post");
    let [ring, out] = ["release-secret.gpg", "by-helm"].map(|name| release.file(name));
    let args = ["plugin", "package", &folder, "--sign", "--key", "release"];
    let args = [&args[..], &["--keyring", &ring, "--destination", &out]].concat();
    helm.run(&args).done();
    let packed = format!("{out}/sparkk8s-post-{OURS}.tgz");
    release.install(&helm, &packed, "release", &[]).done();
    works(&helm);
}

#[test]
fn a_package_in_a_registry_is_verified_and_renders_what_the_pipe_renders() {
    let Some(helm) = without() else { return };
    let Some(release) = Release::signed() else {
        return;
    };
    let Some((_registry, address)) = hosts::registry() else {
        return;
    };
    let Some(oras) = hosts::host("oras") else {
        return;
    };
    let repository = format!("{address}/tools/sparkk8s-post");
    let from = format!("{repository}:{OURS}");
    let manifest = || {
        release.push(&oras, &repository).done();
        let mut fetch = Command::new(&oras);
        fetch.args(["manifest", "fetch", "--plain-http", &from]);
        Answer::from(fetch.output().unwrap()).done()
    };
    let pushed = manifest();
    assert_eq!(pushed, manifest(), "the same each time");
    // Nothing of the hour is in it, which two pushes in one second would not show.
    assert!(pushed.contains("1980-01-01T00:00:00Z"), "{pushed}");
    let wrong = release.push(&oras, &format!("{address}/tools/plugin"));
    assert!(
        wrong
            .refused()
            .contains("does not end with `/sparkk8s-post`")
    );

    let from = format!("oci://{from}");
    refused(
        &release.install(&helm, &from, "other", &["--plain-http"]),
        "signature made by unknown entity",
    );
    let said = release.install(&helm, &from, "release", &["--plain-http"]);
    let said = said.done();
    assert!(said.contains("Signed by: release"), "{said}");
    works(&helm);
    // Helm 4.3.1 cannot update what it has from a registry, as the page says.
    let update = helm.run(&["plugin", "update", "sparkk8s-post"]);
    refused(&update, "cannot get information about plugin source");
    let template = ["template", "spark", &example("spark-connect-jupyter")];
    let piped = pipe(&["--host", "pipe"], &helm.run(&template).done()).done();
    let guarded = helm.guarded(&template, &[]).done();
    assert_eq!(objects(&guarded), objects(&piped));
}

#[test]
fn an_artifact_without_its_signature_is_neither_pushed_nor_installed() {
    let Some(helm) = without() else { return };
    let Some(release) = Release::signed() else {
        return;
    };
    let Some((_registry, address)) = hosts::registry() else {
        return;
    };
    let Some(oras) = hosts::host("oras") else {
        return;
    };
    let repository = format!("{address}/sparkk8s-post");
    let signature = format!("{}.prov", release.package());
    let other = fixtures::read(Path::new(&signature)).replace("sha256:", "sha256:0");
    fs::write(&signature, other).unwrap();
    let seen = release.push(&oras, &repository).refused();
    assert!(seen.contains("signs another package"), "{seen}");
    fs::remove_file(signature).unwrap();
    let seen = release.push(&oras, &repository).refused();
    assert!(seen.contains("tgz.prov` is not there"), "{seen}");

    let file = format!("sparkk8s-post-{OURS}.tgz");
    let mut by_hand = Command::new(oras);
    by_hand
        .args(["push", "--plain-http", "--artifact-type"])
        .arg("application/vnd.helm.plugin.v1+json")
        .args([&format!("{repository}:{OURS}"), &file])
        .current_dir(release.tarball.parent().unwrap());
    Answer::from(by_hand.output().unwrap()).done();
    let from = format!("oci://{repository}:{OURS}");
    refused(
        &release.install(&helm, &from, "release", &["--plain-http"]),
        "no provenance file",
    );
    let flags = ["--plain-http", "--verify=false"];
    release.install(&helm, &from, "release", &flags).done();
    works(&helm);
}

#[test]
fn a_signer_that_signs_nothing_leaves_no_signature() {
    let checkout = checkout();
    let tarball = small(checkout.path());
    let sign = |signer: &[&str]| {
        let args = [&[tarball.to_str().unwrap()], signer].concat();
        script(checkout.path(), "sign-plugin.sh", &args)
    };
    let seen = sign(&["cat"]).refused();
    assert!(seen.contains("wrote no clear-signed message"), "{seen}");
    sign(&["false"]).refused();
    let signature = format!("{}.prov", tarball.display());
    assert!(!Path::new(&signature).exists());
}
