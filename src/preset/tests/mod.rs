//! Presets, overlays, projects and flags as people write them, right and wrong.

mod anything;
mod builtins;
mod cases;
mod choices;
mod errors;
mod patterns;
mod project;
mod readme;
mod shown;
mod waivers;

use super::*;
use std::collections::BTreeMap;

/// What the checks of this program will say of themselves.
pub(super) const KNOWN: Known<'_> = Known {
    checks: &[
        CheckSpec {
            id: "api-validity",
            findings: &["api/request-above-limit", "kubelet/root-but-non-root"],
            settings: &[],
        },
        CheckSpec {
            id: "pod-security",
            findings: &["pod-security/runAsNonRoot", "pod-security/hostPorts"],
            settings: &[
                ("level", SettingKind::OneOf(&["baseline", "restricted"])),
                ("version", SettingKind::Text),
            ],
        },
        CheckSpec {
            id: "memory/heap-not-set",
            findings: &[],
            settings: &[
                ("from", SettingKind::Integer),
                ("strict", SettingKind::Boolean),
            ],
        },
        plain_check("memory/heap-exceeds-limit"),
        plain_check("memory/heap-refused"),
        plain_check("memory/template-overwritten"),
        plain_check("memory/unknown-key"),
        plain_check("namespace-enforces"),
        plain_check("field-overwritten"),
        CheckSpec {
            id: "openshift",
            findings: &["openshift/runAsUser"],
            settings: &[
                (
                    "uidRange",
                    SettingKind::Known {
                        is: |text| text != "none",
                        expected: "a range",
                        help: None,
                    },
                ),
                ("groupRange", SettingKind::Text),
                ("scc", SettingKind::OneOf(&["restricted-v2", "restricted"])),
            ],
        },
        plain_check("credentials"),
        plain_check("image-not-pinned"),
        plain_check("flux-substitution"),
        CheckSpec {
            id: "spark",
            findings: &[],
            settings: &[("least", SettingKind::OneOf(&["high"]))],
        },
    ],
    tables: Some(tables),
};

const fn plain_check(id: &str) -> CheckSpec<'_> {
    CheckSpec {
        id,
        findings: &[],
        settings: &[],
    }
}

/// Files by path, and what is chosen of them.
#[derive(Default)]
pub(super) struct Desk {
    files: BTreeMap<String, String>,
    request: Request,
}

impl Desk {
    pub(super) fn file(mut self, path: &str, text: &str) -> Self {
        self.files.insert(path.into(), text.into());
        self
    }

    /// A preset with that body of `spec`, each line indented by two blanks already.
    pub(super) fn preset(self, path: &str, name: &str, spec: &str) -> Self {
        let head = "apiVersion: sparkk8s.io/v1alpha1\nkind: Preset\n";
        let text = format!(
            "{head}metadata: {{name: {name}, version: 1.0.0}}\nspec:\n  summary: a test\n{spec}"
        );
        self.file(path, &text)
    }

    pub(super) fn overlay(self, path: &str, spec: &str) -> Self {
        let head = "apiVersion: sparkk8s.io/v1alpha1\nkind: Overlay\n";
        let text = format!("{head}metadata: {{name: test}}\nspec:\n{spec}");
        self.file(path, &text).over(path)
    }

    pub(super) fn choose(mut self, preset: &str) -> Self {
        self.request.presets.push(Named::flag("--preset", preset));
        self
    }

    pub(super) fn over(mut self, overlay: &str) -> Self {
        let overlay = Named::flag("--overlay", overlay);
        self.request.steps.push(Step::Overlay(overlay));
        self
    }

    pub(super) fn set(mut self, argument: &str) -> Self {
        let assignment = Assignment::flag(argument).unwrap();
        self.request.steps.push(Step::Set(assignment));
        self
    }

    pub(super) fn compose(&self) -> Result<Policy, PolicyError> {
        compose(&self.request, &KNOWN, &|path| self.read(path))
    }

    fn read(&self, path: &str) -> Result<String, String> {
        let text = self.files.get(path).cloned();
        text.ok_or_else(|| "no such file".to_owned())
    }

    pub(super) fn policy(&self) -> Policy {
        self.compose()
            .unwrap_or_else(|error| panic!("{}", error.plain()))
    }

    pub(super) fn refused(&self) -> String {
        self.compose().unwrap_err().plain()
    }
}
