//! `scripts/image`: what it makes is pushed to a registry, pulled, and run in a root of its own.
#![expect(
    clippy::disallowed_methods,
    reason = "tests read files and the environment, the engine does not"
)]
#![expect(
    clippy::unwrap_used,
    reason = "what cannot be unwrapped fails its test"
)]

mod root;

pub(crate) use root::within;

use super::{fixtures, hosts, lab};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// An image of `scripts/image`: its name, its user, and its files.
pub(crate) struct Image {
    pub(crate) name: &'static str,
    user: &'static str,
    files: &'static [&'static str],
}

pub(crate) const ALONE: Image = Image {
    name: "sparkk8s-post",
    user: "65532:65532",
    files: &[
        "-rw-r--r-- LICENSE",
        "drwxr-xr-x usr",
        "drwxr-xr-x usr/local",
        "drwxr-xr-x usr/local/bin",
        "-rwxr-xr-x usr/local/bin/sparkk8s-post",
    ],
};

pub(crate) const ARGO_CD: Image = Image {
    name: "sparkk8s-post-argocd",
    user: "999:999",
    files: &[
        "-rw-r--r-- LICENSE",
        "drwxrwxrwt tmp",
        "drwxr-xr-x usr",
        "drwxr-xr-x usr/local",
        "drwxr-xr-x usr/local/bin",
        "-rwxr-xr-x usr/local/bin/helm",
        "-rwxr-xr-x usr/local/bin/kustomize",
        "-rwxr-xr-x usr/local/bin/sparkk8s-post",
    ],
};

/// A folder with the programs of one platform in `programs/`, and room for what is made of them.
pub(crate) struct Shop {
    folder: TempDir,
    crane: PathBuf,
    is_static: bool,
}

impl Shop {
    /// With the program of this test, which needs libraries of the system.
    fn open() -> Option<Self> {
        Self::with(Path::new(env!("CARGO_BIN_EXE_sparkk8s-post")), false)
    }

    /// With the static program.
    pub(crate) fn real() -> Option<Self> {
        Self::with(&hosts::static_program()?, true)
    }

    fn with(program: &Path, is_static: bool) -> Option<Self> {
        let [crane, helm, kustomize] = ["crane", "helm3", "kustomize"].map(hosts::host);
        let (crane, helm, kustomize) = (crane?, helm?, kustomize?);
        let folder = TempDir::new().unwrap();
        let shop = Self {
            folder,
            crane,
            is_static,
        };
        fs::create_dir(shop.path("programs")).unwrap();
        for (name, from) in [
            ("sparkk8s-post", program),
            ("helm", &helm),
            ("kustomize", &kustomize),
        ] {
            fs::copy(from, shop.path("programs").join(name)).unwrap();
        }
        Some(shop)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The script, with the folders of these programs.
    fn script(&self, image: &Image, out: &str, programs: &[&str]) -> Output {
        let mut script = Command::new(lab::own("scripts/image"));
        if !self.is_static {
            script.arg("--dynamic");
        }
        script.arg(image.name).arg(self.path(out));
        script.args(programs.iter().map(|folder| self.path(folder)));
        script.output().unwrap()
    }

    /// Makes an image in the folder `out`; gives the digest that the script tells.
    fn make(&self, image: &Image, out: &str, programs: &[&str]) -> String {
        let made = self.script(image, out, programs);
        assert!(made.status.success(), "{made:?}");
        let told = String::from_utf8(made.stdout).unwrap();
        let digest = told.trim().strip_prefix(&format!("{}@", image.name));
        digest.unwrap().to_owned()
    }

    fn crane(&self, arguments: &[&str]) -> String {
        hosts::ask(&self.crane, arguments, "")
    }

    /// Makes an image, pushes it, and unpacks what the registry then has into a folder of that name.
    pub(crate) fn exported(&self, image: &Image) -> PathBuf {
        let out = format!("{}.layout", image.name);
        let digest = self.make(image, &out, &["programs"]);
        let (_registry, address) = hosts::registry().unwrap();
        let place = format!("{address}/{}", image.name);
        self.crane(&["push", self.path(&out).to_str().unwrap(), &place]);
        let pinned = format!("{place}@{digest}");
        self.crane(&["validate", "--remote", &pinned]);
        let config: Value = serde_json::from_str(&self.crane(&["config", &pinned])).unwrap();
        assert_eq!(config["config"]["User"], image.user);
        assert_eq!(
            config["config"]["Entrypoint"][0],
            "/usr/local/bin/sparkk8s-post"
        );
        let archive = self.path(&format!("{}.tar", image.name));
        self.crane(&["export", &pinned, archive.to_str().unwrap()]);
        assert_eq!(listed(&archive), image.files);
        let root = self.path(image.name);
        fs::create_dir(&root).unwrap();
        let mut tar = Command::new("tar");
        tar.arg("--extract").arg("--file").arg(&archive);
        let unpacked = tar.arg("--directory").arg(&root).status().unwrap();
        assert!(unpacked.success());
        root
    }
}

/// The entries of an archive, which are all of root and of one time.
fn listed(archive: &Path) -> Vec<String> {
    let mut tar = Command::new("tar");
    tar.args(["--list", "--verbose", "--numeric-owner", "--utc", "--file"]);
    let listed = tar.arg(archive).output().unwrap();
    let lines = String::from_utf8(listed.stdout).unwrap();
    let entry = |line: &str| {
        let words: Vec<_> = line.split_whitespace().collect();
        let [mode, owner, _, date, time, name] = words[..] else {
            panic!("{line}");
        };
        assert_eq!(
            [owner, date, time],
            ["0/0", "1980-01-01", "00:00"],
            "{line}"
        );
        format!("{mode} {name}")
    };
    lines.lines().map(entry).collect()
}

/// What the program of this test makes of the example.
fn guarded(stream: &str) -> String {
    let guarded = lab::run(&["render", "--host", "pipe"], stream);
    assert!(guarded.stdout.contains("sparkk8s.io/policy"), "{guarded:?}");
    guarded.stdout
}

#[test]
fn the_same_programs_give_the_same_digest() {
    let Some(shop) = Shop::open() else {
        return;
    };
    // A smaller program will do in the place of Helm.
    fs::copy(shop.path("programs/kustomize"), shop.path("programs/helm")).unwrap();
    // Only names and bytes count: neither times nor rights.
    fixtures::copy(&shop.path("programs"), &shop.path("again"));
    for file in fixtures::files(&shop.path("again")) {
        fs::set_permissions(file, fs::Permissions::from_mode(0o700)).unwrap();
    }
    for image in [ALONE, ARGO_CD] {
        let (first, second) = (format!("{}.1", image.name), format!("{}.2", image.name));
        let digest = shop.make(&image, &first, &["programs"]);
        assert_eq!(shop.make(&image, &second, &["again"]), digest);
        let names = |out: &str| {
            let files = fixtures::files(&shop.path(out).join("blobs/sha256"));
            let name = |file: PathBuf| file.file_name().unwrap().to_owned();
            files.into_iter().map(name).collect::<Vec<_>>()
        };
        assert_eq!(names(&first), names(&second));
        for file in ["index.json", "oci-layout"] {
            let [left, right] =
                [&first, &second].map(|out| fs::read(shop.path(out).join(file)).unwrap());
            assert_eq!(left, right, "{file}");
        }
    }
    fs::copy(shop.path("again/helm"), shop.path("again/sparkk8s-post")).unwrap();
    let other = shop.make(&ALONE, "other", &["again"]);
    let first = shop.path("sparkk8s-post.1/blobs");
    assert!(!first.join(other.replace(':', "/")).exists());
}

#[test]
fn what_a_registry_gives_back_guards_as_the_pipe_does() {
    let Some(shop) = Shop::open() else {
        return;
    };
    let program = shop.exported(&ALONE).join("usr/local/bin/sparkk8s-post");
    let stream = fs::read_to_string(lab::own("examples/demo.yaml")).unwrap();
    let answer = hosts::ask(&program, &["render", "--host", "pipe"], &stream);
    assert_eq!(answer, guarded(&stream));
}

#[test]
fn the_image_for_argo_cd_holds_what_renders() {
    let Some(shop) = Shop::open() else {
        return;
    };
    let inside = shop.exported(&ARGO_CD).join("usr/local/bin");
    let overlay = shop.path("overlay");
    lab::write(
        &overlay.join("kustomization.yaml"),
        "resources: [all.yaml]\n",
    );
    fs::copy(lab::own("examples/demo.yaml"), overlay.join("all.yaml")).unwrap();
    for application in [lab::own("examples/history-server"), overlay] {
        // Nothing but the programs of one folder is found.
        let generated = |programs: &Path| {
            let mut command = Command::new(programs.join("sparkk8s-post"));
            command.args(["argocd", "generate"]).env_clear();
            command.env("PATH", programs).env("HOME", shop.path("home"));
            let answer = command.current_dir(&application).output().unwrap();
            assert!(answer.status.success(), "{answer:?}");
            String::from_utf8(answer.stdout).unwrap()
        };
        let answer = generated(&inside);
        assert!(answer.contains("sparkk8s.io/policy"), "{answer}");
        assert_eq!(answer, generated(&shop.path("programs")));
    }
}

#[test]
fn several_platforms_are_one_image() {
    let Some(shop) = Shop::open() else {
        return;
    };
    fixtures::copy(&shop.path("programs"), &shop.path("arm64"));
    // What says of a program that it is for 64-bit ARM.
    let program = shop.path("arm64/sparkk8s-post");
    let mut bytes = fs::read(&program).unwrap();
    bytes[18] = 183;
    fs::write(&program, bytes).unwrap();
    let digest = shop.make(&ALONE, "both", &["programs", "arm64"]);
    let (_registry, address) = hosts::registry().unwrap();
    let place = format!("{address}/both");
    let layout = shop.path("both");
    shop.crane(&["push", "--index", layout.to_str().unwrap(), &place]);
    let pinned = format!("{place}@{digest}");
    for architecture in ["amd64", "arm64"] {
        let platform = format!("linux/{architecture}");
        let config = shop.crane(&["config", "--platform", &platform, &pinned]);
        let config: Value = serde_json::from_str(&config).unwrap();
        assert_eq!(config["architecture"], architecture);
    }
    // Programs for two machines in one folder are a mistake.
    let mixed = shop.script(&ARGO_CD, "mixed", &["arm64"]);
    let said = String::from_utf8_lossy(&mixed.stderr);
    assert!(said.contains("for arm64 and for amd64"), "{mixed:?}");
    assert!(!mixed.status.success() && !shop.path("mixed/index.json").exists());
}

#[test]
fn a_program_that_would_not_run_there_is_refused() {
    let Some(mut shop) = Shop::open() else {
        return;
    };
    shop.is_static = true;
    let refused = |program: &[u8], why: &str| {
        fs::write(shop.path("programs/sparkk8s-post"), program).unwrap();
        let ended = shop.script(&ALONE, "refused", &["programs"]);
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(!ended.status.success() && said.contains(why), "{ended:?}");
        assert_eq!(ended.stdout, b"");
        assert!(!shop.path("refused").exists());
    };
    let dynamic = fs::read("/bin/sh").unwrap();
    refused(&dynamic, "is not static");
    refused(&dynamic[..100], "is not whole");
    refused(b"#!/bin/sh\n", "is no program for 64-bit Linux");
}
