//! The real kustomize, by itself and inside kubectl: exec functions, the legacy plugin, and what is skipped in silence.
#![expect(
    clippy::disallowed_methods,
    reason = "tests write files and read the environment, the engine does not"
)]

use super::value;
use crate::lab::{Ended, own, run, write};
use crate::{fixtures, hosts};
use serde_json::Value;
use std::collections::BTreeMap;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_sparkk8s-post");
pub(crate) const EXAMPLES: [&str; 3] =
    ["spark-connect-jupyter", "airflow-mlflow", "history-server"];
const FUNCTIONS: [&str; 2] = ["--enable-alpha-plugins", "--enable-exec"];
const PLUGINS: [&str; 1] = ["--enable-alpha-plugins"];

/// A folder with a kustomization of `base.yaml`, and the programs that read it.
pub(crate) struct Site {
    folder: TempDir,
    kustomize: PathBuf,
    kubectl: PathBuf,
}

impl Site {
    pub(crate) fn new(base: &str, rest: &str) -> Option<Self> {
        let site = Self {
            kustomize: hosts::host("kustomize")?,
            kubectl: hosts::host("kubectl")?,
            folder: TempDir::new().unwrap(),
        };
        site.write("base.yaml", base);
        site.write(
            "kustomization.yaml",
            &format!("resources: [base.yaml]\n{rest}"),
        );
        symlink(PROGRAM, site.folder.path().join("sparkk8s-post")).unwrap();
        Some(site)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        write(&self.folder.path().join(name), text);
    }

    /// An object of kustomize's `transformers:` or `validators:` that runs the program.
    fn function(&self, name: &str, args: &str, rest: &str) {
        let stem = name.trim_end_matches(".yaml");
        let head = format!(
            "metadata:\n  name: {stem}\n  annotations:\n    config.kubernetes.io/function: |\n      \
             exec: {{path: ./sparkk8s-post, args: [{args}]}}\n"
        );
        self.write(name, &format!("{head}{rest}"));
    }

    pub(crate) fn build(&self, flags: &[&str]) -> Ended {
        self.run(Command::new(&self.kustomize).arg("build").args(flags))
    }

    pub(crate) fn kubectl(&self, flags: &[&str]) -> Ended {
        self.run(Command::new(&self.kubectl).arg("kustomize").args(flags))
    }

    /// In nobody's environment, with the program on the `PATH`.
    fn run(&self, command: &mut Command) -> Ended {
        let folder = self.folder.path();
        let path = std::env::var("PATH").unwrap();
        let path = format!("{}:{path}", folder.display());
        command.env_clear().env("PATH", path).env("HOME", folder);
        command.env("XDG_CONFIG_HOME", folder.join("config"));
        let output = command.arg(".").current_dir(folder).stdin(Stdio::null());
        let output = output.output().unwrap();
        Ended {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Puts the wrapper that is delivered where kustomize looks for the kind `SparkGuard`.
    fn plug_in(&self) {
        let place = "config/kustomize/plugin/sparkk8s.io/v1alpha1/sparkguard/SparkGuard";
        let place = self.folder.path().join(place);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::copy(own("deploy/kustomize/SparkGuard"), place).unwrap();
        let guard = "apiVersion: sparkk8s.io/v1alpha1\nkind: SparkGuard\nmetadata: {name: guard}\n";
        self.write("guard.yaml", guard);
    }
}

const MAP: &str = "apiVersion: v1\nkind: ConfigMap\n";
/// kustomize compares what a validator gives back node by node, with lines and styles, and its own round trip changes
/// them: a function that changes nothing has to come before it.
const VALIDATED: &str = "transformers: [guard.yaml, check.yaml]\nvalidators: [check.yaml]\n";
const GUARD: &str = "transformers: [guard.yaml]\n";

#[track_caller]
pub(crate) fn done(ended: &Ended) -> &str {
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    &ended.stdout
}

/// The objects of a stream by kind and name.
fn objects(stream: &str) -> BTreeMap<String, Value> {
    let documents = fixtures::yaml(stream).unwrap_or_else(|error| panic!("{error}\n{stream}"));
    let named = fixtures::objects(documents).into_iter().map(|object| {
        let name = format!("{}/{}", object["kind"], object["metadata"]["name"]);
        (name, object)
    });
    named.collect()
}

/// The digests on pod templates, by kind and name.
fn pins(objects: &BTreeMap<String, Value>) -> BTreeMap<&str, &str> {
    let place = "/spec/template/metadata/annotations/sparkk8s.io~1config-digest";
    let pins = objects.iter();
    pins.filter_map(|(name, object)| Some((name.as_str(), object.pointer(place)?.as_str()?)))
        .collect()
}

fn pipe(text: &str) -> String {
    done(&run(&["--host", "pipe"], text)).to_owned()
}

/// What Helm makes of an example.
pub(crate) fn chart(name: &str) -> Option<String> {
    let helm = hosts::host("helm3")?;
    let chart = own(&format!("examples/{name}"));
    Some(hosts::ask(
        &helm,
        &["template", "release", chart.to_str().unwrap()],
        "",
    ))
}

#[test]
fn every_way_through_kustomize_guards_as_the_pipe_does() {
    let mut pinned = 0;
    for example in EXAMPLES {
        let Some(base) = chart(example) else { return };
        let Some(plain) = Site::new(&base, "") else {
            return;
        };
        let plain = plain.build(&[]);
        let wanted = objects(&pipe(done(&plain)));
        assert_ne!(wanted, objects(&plain.stdout), "{example}");

        let site = Site::new(&base, VALIDATED).unwrap();
        site.function("guard.yaml", "render, --host, krm", MAP);
        site.function("check.yaml", "check, --host, krm, --require-marker", MAP);
        let function = site.build(&FUNCTIONS);
        assert_eq!(objects(done(&function)), wanted, "{example}");

        let legacy = Site::new(&base, GUARD).unwrap();
        legacy.plug_in();
        let legacy = legacy.kubectl(&PLUGINS);
        assert_eq!(objects(done(&legacy)), wanted, "{example}");

        let straight = objects(&pipe(&base));
        assert_eq!(pins(&wanted), pins(&straight), "{example}");
        pinned += pins(&wanted).len();
    }
    assert!(pinned > 3, "only {pinned} digests");
}

#[test]
fn no_function_at_all_passes_as_kustomizes_only_validator() {
    let base = include_str!("violation.yaml").replace("privileged: true", "privileged: false");
    let Some(site) = Site::new(&base, "validators: [guard.yaml]\n") else {
        return;
    };
    let by = |program: &str| {
        let head = "metadata:\n  name: v\n  annotations:\n    config.kubernetes.io/function: |\n";
        let text = format!("{MAP}{head}      exec: {{path: {program}}}\n");
        site.write("guard.yaml", &text);
        site.build(&FUNCTIONS).stderr
    };
    let cat = by("/bin/cat");
    assert!(cat.contains("validator shouldn't modify"), "{cat}");
    site.write(
        "kustomization.yaml",
        "resources: [base.yaml]\ntransformers: [guard.yaml]\nvalidators: [guard.yaml]\n",
    );
    site.function("guard.yaml", "check, --host, krm", MAP);
    done(&site.build(&FUNCTIONS));
}

#[test]
fn a_refusal_stops_kustomize_and_is_on_the_screen() {
    let base = include_str!("violation.yaml");
    let Some(site) = Site::new(base, GUARD) else {
        return;
    };
    site.function("guard.yaml", "render, --host, krm", MAP);
    let function = site.build(&FUNCTIONS);
    let legacy = Site::new(base, GUARD).unwrap();
    legacy.plug_in();
    let validator = Site::new(base, "validators: [guard.yaml]\n").unwrap();
    validator.function("guard.yaml", "check, --host, krm", MAP);
    for ended in [
        function,
        legacy.kubectl(&PLUGINS),
        validator.build(&FUNCTIONS),
    ] {
        assert_eq!(ended.code, Some(1), "{}", ended.stdout);
        assert_eq!(ended.stdout, "");
        assert!(
            ended.stderr.contains("error[default/spark-privileged]"),
            "{}",
            ended.stderr
        );
    }
}

#[test]
fn a_function_that_was_skipped_in_silence_is_seen_by_the_marker() {
    let base = include_str!("violation.yaml").replace("privileged: true", "privileged: false");
    let Some(site) = Site::new(&base, GUARD) else {
        return;
    };
    site.function("guard.yaml", "render, --host, krm", MAP);
    let check = |text: &str| run(&["check", "--require-marker", "--host", "pipe"], text);
    let skipped = site.kubectl(&PLUGINS);
    assert!(!done(&skipped).contains("sparkk8s.io/policy"));
    let seen = check(&skipped.stdout);
    assert_eq!(seen.code, Some(1), "{}", seen.stdout);
    assert!(
        seen.stdout.contains("error[marker-missing]"),
        "{}",
        seen.stdout
    );
    let guarded = site.build(&FUNCTIONS);
    assert_eq!(check(done(&guarded)).code, Some(0));
}

#[test]
fn what_kustomize_names_by_its_content_is_not_pinned_and_the_graph_says_why() {
    let base = include_str!("violation.yaml").replace("privileged: true", "privileged: false");
    let generated = "configMapGenerator: [{name: settings, literals: [a=b]}]\n";
    let Some(site) = Site::new(&base, &format!("{generated}{GUARD}")) else {
        return;
    };
    site.function("guard.yaml", "render, --host, krm", MAP);
    let built = site.build(&FUNCTIONS);
    assert!(pins(&objects(done(&built))).is_empty(), "{}", built.stdout);
    assert!(built.stdout.contains("name: settings-"), "{}", built.stdout);
    let list = include_str!("generated.yaml");
    let graph = run(&["graph", "--host", "krm"], list);
    assert!(
        done(&graph).contains("kustomize gives other content another name"),
        "{}",
        graph.stdout
    );
    let answer = value(done(&run(&["--host", "krm"], list)));
    assert!(!answer.to_string().contains("config-digest"));
}

#[test]
fn overlays_are_kustomizations_own_objects() {
    let base = include_str!("violation.yaml").replace("privileged: true", "privileged: false");
    let Some(site) = Site::new(&base, GUARD) else {
        return;
    };
    let spec = "apiVersion: sparkk8s.io/v1alpha1\nkind: Overlay\nspec: {parameters: {resources: {size: large}}}\n";
    site.function("guard.yaml", "render, --host, krm", spec);
    let built = site.build(&FUNCTIONS);
    let plain = Site::new(&base, "").unwrap().build(&[]);
    let piped = run(
        &["--host", "pipe", "--set", "resources.size=large"],
        done(&plain),
    );
    assert_eq!(objects(done(&built)), objects(done(&piped)));
    assert_ne!(objects(&built.stdout), objects(&pipe(&plain.stdout)));
    // A mistake there stops kustomize, too.
    site.function(
        "guard.yaml",
        "render, --host, krm",
        &spec.replace("large", "lagre"),
    );
    let wrong = site.build(&FUNCTIONS);
    assert_eq!((wrong.code, wrong.stdout.as_str()), (Some(1), ""));
    assert!(
        wrong.stderr.contains("did you mean `large`"),
        "{}",
        wrong.stderr
    );
}

#[test]
fn the_legacy_plugin_never_answers_with_nothing() {
    let Some(corpus) = crate::support::corpus() else {
        return;
    };
    let text = corpus.join("host-streams/kustomize_legacy_exec_stdin_example.yaml");
    let text = fixtures::read(&text);
    assert_eq!(pipe(&text), text);
    // kustomize would take an empty answer for "delete everything".
    let nothing = run(&["render", "--host", "pipe"], "");
    assert_eq!(nothing.code, Some(3));
}
