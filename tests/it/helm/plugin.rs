//! The plugin as a user gets it: from a checkout, and as the tarball of a release.

use super::{Answer, Helm, PROGRAM, binary_name, example, repository};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// The version that everything in the repository has to say.
pub(super) const OURS: &str = env!("CARGO_PKG_VERSION");

/// What the plugin is made from, in a folder that tests may write to.
pub(super) fn checkout() -> TempDir {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at(".ci")).unwrap();
    for name in [
        ".ci/package-plugin.sh",
        ".ci/install-plugin.sh",
        ".ci/sign-plugin.sh",
        ".ci/push-plugin.sh",
        "plugin.yaml",
        "Cargo.toml",
        "LICENSE",
    ] {
        fs::copy(repository(name), at(name)).unwrap();
    }
    fs::write(at("README.md"), "How it is used.\n").unwrap();
    folder
}

/// A folder with a program for this machine only.
fn binaries(checkout: &Path, program: &Path) -> PathBuf {
    let folder = checkout.join("binaries");
    fs::create_dir_all(&folder).unwrap();
    symlink(program, folder.join(binary_name())).unwrap();
    folder
}

pub(super) fn script(checkout: &Path, name: &str, args: &[&str]) -> Answer {
    let mut command = Command::new("bash");
    command.arg(checkout.join(".ci").join(name)).args(args);
    command.output().unwrap().into()
}

/// The package of a release with a program for this machine; the folder that it was made from is gone.
pub(super) fn package(checkout: &Path, program: &Path) -> PathBuf {
    let binaries = binaries(checkout, program);
    let out = checkout.join("out");
    let args = [
        OURS,
        binaries.to_str().unwrap(),
        out.to_str().unwrap(),
        "--partial",
    ];
    let packed = script(checkout, "package-plugin.sh", &args).done();
    let tarball = out.join(format!("sparkk8s-post-{OURS}.tgz"));
    assert_eq!(packed.trim_end(), tarball.to_str().unwrap());
    fs::remove_dir_all(binaries).unwrap();
    tarball
}

/// The chart is guarded by whatever plugin `helm` has.
#[track_caller]
pub(super) fn works(helm: &Helm) {
    let listed = helm.run(&["plugin", "list"]).done();
    let line = listed.lines().find(|l| l.starts_with("sparkk8s-post"));
    let words: Vec<_> = line.unwrap_or(&listed).split_whitespace().collect();
    assert_eq!(
        words[..3],
        ["sparkk8s-post", OURS, "postrenderer/v1"],
        "{listed}"
    );
    let printed = helm.guarded(&["template", "spark", &example("history-server")], &[]);
    assert!(printed.done().contains("sparkk8s.io/policy: default@"));
}

/// A Helm 4 without the plugin.
pub(super) fn without() -> Option<Helm> {
    let helm = Helm::four()?;
    helm.run(&["plugin", "uninstall", "sparkk8s-post"]).done();
    Some(helm)
}

#[test]
fn it_is_installed_from_a_checkout_and_again_without_harm() {
    let Some(helm) = without() else { return };
    let checkout = checkout();
    let folder = checkout.path().join("dist");
    let folder = folder.to_str().unwrap();
    let args = ["--binary", PROGRAM, "--folder", folder];
    // Without a Helm: the line to type.
    let said = script(checkout.path(), "install-plugin.sh", &args).done();
    assert_eq!(said, format!("helm plugin install {folder}\n"));
    let wrapper = checkout.path().join("helm");
    let home = helm.home.path().display();
    let text = format!(
        "#!/bin/sh\nHELM_DATA_HOME='{home}/data' HELM_CACHE_HOME='{home}/cache' exec '{}' \"$@\"\n",
        helm.program.display()
    );
    fs::write(&wrapper, text).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&wrapper, mode).unwrap();
    let args = [&args[..], &[wrapper.to_str().unwrap()]].concat();
    script(checkout.path(), "install-plugin.sh", &args).done();
    works(&helm);
    let again = script(checkout.path(), "install-plugin.sh", &args);
    assert!(again.err.contains("installed already"), "{}", again.err);
    again.done();
    works(&helm);
}

#[test]
fn it_is_installed_from_the_tarball_of_a_release() {
    let Some(helm) = without() else { return };
    let checkout = checkout();
    let tarball = package(checkout.path(), Path::new(PROGRAM));
    let install = ["plugin", "install", tarball.to_str().unwrap()];
    let seen = helm.run(&install).err;
    assert!(
        seen.contains("no provenance file"),
        "Helm wants a signature: {seen}"
    );
    helm.run(&[&install[..], &["--verify=false"]].concat())
        .done();
    works(&helm);
    let kept = helm
        .home
        .path()
        .join("data/plugins/sparkk8s-post")
        .join("README.md");
    assert!(kept.is_file(), "{}", kept.display());
}

#[test]
fn a_package_is_the_same_twice_and_never_lacks_a_platform_in_silence() {
    let checkout = checkout();
    let folder = checkout.path().join("stubs");
    fs::create_dir_all(&folder).unwrap();
    let plugin = fs::read_to_string(repository("plugin.yaml")).unwrap();
    let named: Vec<_> = plugin
        .lines()
        .filter_map(|l| l.rsplit_once("{HELM_PLUGIN_DIR}/bin/"))
        .map(|(_, name)| name)
        .collect();
    assert_eq!(named.len(), 5, "{plugin}");
    let pack = |out: &str, version: &str| {
        let out = checkout.path().join(out);
        let args = [version, folder.to_str().unwrap(), out.to_str().unwrap()];
        script(checkout.path(), "package-plugin.sh", &args)
    };
    for (at, name) in named.iter().enumerate() {
        let seen = pack("a", OURS);
        let missing = format!("{}` is missing", named[at]);
        assert!(seen.err.contains(&missing), "{}", seen.err);
        seen.refused();
        fs::write(folder.join(name), format!("#!/bin/sh\necho {name}\n")).unwrap();
    }
    let read = |file: String| fs::read(file.trim_end()).unwrap();
    let first = read(pack("a", OURS).done());
    assert_eq!(
        first,
        read(pack("b", OURS).done()),
        "the same bytes each time"
    );
    let seen = pack("c", "9.9.9").refused();
    assert!(
        seen.contains(&format!("`plugin.yaml` says version `{OURS}`")),
        "{seen}"
    );
}

#[test]
fn helm_3_loads_no_plugin_where_it_meets_this_one_so_the_two_share_no_folder() {
    let Some(helm) = Helm::three() else { return };
    let folder = helm.home.path().join("data/plugins/sparkk8s-post");
    fs::create_dir_all(&folder).unwrap();
    fs::copy(repository("plugin.yaml"), folder.join("plugin.yaml")).unwrap();
    let answer = helm.guarded(&["template", "spark", &example("history-server")], &[]);
    assert!(
        answer.err.contains("failed to load plugins"),
        "{}",
        answer.err
    );
    // Post-rendering by path works all the same.
    assert!(answer.done().contains("sparkk8s.io/policy: default@"));
}
