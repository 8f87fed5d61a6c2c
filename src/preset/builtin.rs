//! The presets and overlays that are shipped inside the program.

use super::File;
use std::sync::Arc;

/// A file of this repository, compiled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Builtin {
    /// The preset's or overlay's name.
    pub name: &'static str,
    /// Its version; overlays have none.
    pub version: &'static str,
    /// What it is.
    pub kind: BuiltinKind,
    /// Its path in this repository, which messages show.
    pub path: &'static str,
    text: &'static str,
}

/// What a built-in file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuiltinKind {
    /// What people choose by name.
    Stack,
    /// A preset with one purpose, to build with.
    Block,
    /// What an environment changes.
    Overlay,
}

const fn stack(name: &'static str, path: &'static str, text: &'static str) -> Builtin {
    Builtin {
        name,
        version: "1.0.0",
        kind: BuiltinKind::Stack,
        path,
        text,
    }
}

const fn block(name: &'static str, path: &'static str, text: &'static str) -> Builtin {
    Builtin {
        kind: BuiltinKind::Block,
        ..stack(name, path, text)
    }
}

const fn overlay(name: &'static str, path: &'static str, text: &'static str) -> Builtin {
    Builtin {
        version: "",
        kind: BuiltinKind::Overlay,
        ..stack(name, path, text)
    }
}

impl Builtin {
    /// Another version than the first.
    const fn at(self, version: &'static str) -> Self {
        Self { version, ..self }
    }
}

/// All of them. Of several versions of one preset the newest stands first.
pub const BUILTINS: &[Builtin] = &[
    stack(
        "default",
        "presets/default.yaml",
        include_str!("../../presets/default.yaml"),
    ),
    stack(
        "restricted",
        "presets/restricted.yaml",
        include_str!("../../presets/restricted.yaml"),
    )
    .at("1.1.0"),
    stack(
        "airflow-mlflow",
        "presets/airflow-mlflow.yaml",
        include_str!("../../presets/airflow-mlflow.yaml"),
    ),
    stack(
        "jupyter-spark-connect",
        "presets/jupyter-spark-connect.yaml",
        include_str!("../../presets/jupyter-spark-connect.yaml"),
    ),
    stack(
        "spark-operator",
        "presets/spark-operator.yaml",
        include_str!("../../presets/spark-operator.yaml"),
    ),
    stack(
        "openshift-restricted",
        "presets/openshift-restricted.yaml",
        include_str!("../../presets/openshift-restricted.yaml"),
    ),
    block(
        "credentials",
        "presets/blocks/credentials.yaml",
        include_str!("../../presets/blocks/credentials.yaml"),
    ),
    block(
        "flux",
        "presets/blocks/flux.yaml",
        include_str!("../../presets/blocks/flux.yaml"),
    ),
    block(
        "images",
        "presets/blocks/images.yaml",
        include_str!("../../presets/blocks/images.yaml"),
    ),
    block(
        "observability",
        "presets/blocks/observability.yaml",
        include_str!("../../presets/blocks/observability.yaml"),
    ),
    block(
        "openshift",
        "presets/blocks/openshift.yaml",
        include_str!("../../presets/blocks/openshift.yaml"),
    ),
    block(
        "pins",
        "presets/blocks/pins.yaml",
        include_str!("../../presets/blocks/pins.yaml"),
    ),
    block(
        "pod-security-baseline",
        "presets/blocks/pod-security-baseline.yaml",
        include_str!("../../presets/blocks/pod-security-baseline.yaml"),
    )
    .at("1.1.0"),
    block(
        "pod-security-enforce",
        "presets/blocks/pod-security-enforce.yaml",
        include_str!("../../presets/blocks/pod-security-enforce.yaml"),
    ),
    block(
        "pod-security-restricted",
        "presets/blocks/pod-security-restricted.yaml",
        include_str!("../../presets/blocks/pod-security-restricted.yaml"),
    )
    .at("1.1.0"),
    block(
        "references",
        "presets/blocks/references.yaml",
        include_str!("../../presets/blocks/references.yaml"),
    ),
    block(
        "resources",
        "presets/blocks/resources.yaml",
        include_str!("../../presets/blocks/resources.yaml"),
    ),
    block(
        "service-account-token",
        "presets/blocks/service-account-token.yaml",
        include_str!("../../presets/blocks/service-account-token.yaml"),
    ),
    block(
        "spark-client-mode",
        "presets/blocks/spark-client-mode.yaml",
        include_str!("../../presets/blocks/spark-client-mode.yaml"),
    ),
    block(
        "spark-decommission",
        "presets/blocks/spark-decommission.yaml",
        include_str!("../../presets/blocks/spark-decommission.yaml"),
    ),
    block(
        "spark-history",
        "presets/blocks/spark-history.yaml",
        include_str!("../../presets/blocks/spark-history.yaml"),
    ),
    block(
        "spark-k8s-compat",
        "presets/blocks/spark-k8s-compat.yaml",
        include_str!("../../presets/blocks/spark-k8s-compat.yaml"),
    ),
    block(
        "spark-metrics",
        "presets/blocks/spark-metrics.yaml",
        include_str!("../../presets/blocks/spark-metrics.yaml"),
    ),
    block(
        "spark-scratch",
        "presets/blocks/spark-scratch.yaml",
        include_str!("../../presets/blocks/spark-scratch.yaml"),
    ),
    block(
        "spark-shuffle",
        "presets/blocks/spark-shuffle.yaml",
        include_str!("../../presets/blocks/spark-shuffle.yaml"),
    ),
    block(
        "spark-sizing",
        "presets/blocks/spark-sizing.yaml",
        include_str!("../../presets/blocks/spark-sizing.yaml"),
    ),
    block(
        "spark-units",
        "presets/blocks/spark-units.yaml",
        include_str!("../../presets/blocks/spark-units.yaml"),
    ),
    overlay(
        "dev",
        "overlays/dev.yaml",
        include_str!("../../overlays/dev.yaml"),
    ),
    overlay(
        "staging",
        "overlays/staging.yaml",
        include_str!("../../overlays/staging.yaml"),
    ),
    overlay(
        "prod",
        "overlays/prod.yaml",
        include_str!("../../overlays/prod.yaml"),
    ),
];

impl Builtin {
    /// The file, for reading.
    pub fn file(&self) -> Arc<File> {
        File::new(self.path, self.text)
    }

    /// What it is for, in one line.
    pub fn summary(&self) -> &'static str {
        let line = self
            .text
            .lines()
            .find_map(|line| line.strip_prefix("  summary: "));
        line.unwrap_or_default()
    }

    /// Its major version.
    pub fn major(&self) -> &'static str {
        self.version.split('.').next().unwrap_or_default()
    }

    /// Whether it is a preset.
    pub fn is_preset(&self) -> bool {
        self.kind != BuiltinKind::Overlay
    }
}

/// The preset of that name, `name@major` of that major version, a bare name of the newest.
pub fn preset(name: &str) -> Option<&'static Builtin> {
    let (name, major) = match name.split_once('@') {
        Some((name, major)) => (name, Some(major)),
        None => (name, None),
    };
    let fits = |builtin: &&Builtin| {
        builtin.name == name && major.is_none_or(|major| builtin.major() == major)
    };
    BUILTINS
        .iter()
        .filter(|builtin| builtin.is_preset())
        .find(fits)
}

/// The overlay of that name.
pub fn overlay_named(name: &str) -> Option<&'static Builtin> {
    let mut overlays = BUILTINS.iter().filter(|builtin| !builtin.is_preset());
    overlays.find(|builtin| builtin.name == name)
}

/// What there is to choose from, for "did you mean".
pub(super) fn names(presets: bool) -> Vec<&'static str> {
    let wanted = BUILTINS.iter().filter(|b| b.is_preset() == presets);
    let mut names: Vec<_> = wanted.map(|builtin| builtin.name).collect();
    names.dedup();
    names
}
