//! What each host sends, accepts and shows.

mod alias;
mod argocd;
pub mod krm;
pub mod kustomize;
mod refusal;

pub use alias::{Inlined, inline};
pub use argocd::{Announcement, AppParameter, app_parameters};
pub use refusal::document as refusal_document;

use crate::manifest::HELM4_FILENAME;
use crate::yaml::Stream;

/// Who runs us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// A plain pipe: an empty input is a mistake.
    Pipe,
    /// `helm --post-renderer` of Helm 3: shows standard error on failure only.
    Helm3,
    /// A `postrenderer/v1` plugin of Helm 4: never shows standard error.
    Helm4,
    /// The plugin sidecar of Argo CD: an empty answer would delete everything.
    ArgoCd,
    /// kustomize or kpt, with a `ResourceList`.
    Krm,
    /// Not told; what the stream looks like decides what differs.
    Auto,
}

impl Host {
    /// Whether an input without objects is an answer and no mistake: Helm sends one for good reason, and a list may be empty.
    pub fn accepts_no_objects(self) -> bool {
        !matches!(self, Self::Pipe | Self::ArgoCd)
    }

    /// What may be wrong where it is none.
    pub fn why_no_objects(self) -> &'static str {
        match self {
            Self::ArgoCd => {
                "Argo CD would take an empty result for \"delete everything\"; do the values switch all of it off?"
            }
            _ => "did the command before the pipe fail? `set -o pipefail` shows it",
        }
    }

    /// Whether a refusal must reach the user through the manifests.
    pub fn refuses_by_document(self) -> bool {
        self == Self::Helm4
    }

    /// What goes to standard output, in pieces like the manifests that are given. Helm takes nothing for a failure, or
    /// for "delete everything", and without a last line break Helm 4 strips the last block scalar.
    pub fn finish(self, mut manifests: Vec<&str>) -> Vec<&str> {
        let blank = manifests.iter().all(|piece| piece.trim().is_empty());
        if blank && self.accepts_no_objects() {
            return vec!["# no resources\n"];
        }
        let helm = match self {
            Self::Pipe | Self::ArgoCd | Self::Krm => false,
            Self::Helm3 | Self::Helm4 => true,
            Self::Auto => manifests.iter().any(|piece| is_helm4(piece)),
        };
        let last = manifests.iter().rfind(|piece| !piece.is_empty());
        if helm && !last.is_some_and(|last| last.ends_with('\n')) {
            manifests.push("\n");
        }
        manifests
    }
}

/// Whether Helm 4 sent the text.
pub fn is_helm4(text: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), HELM4_FILENAME.as_bytes()).is_some()
}

/// Whether Helm 3 sent the stream: each document begins with its template's name.
pub fn is_helm3(stream: &Stream<'_>) -> bool {
    stream
        .documents
        .first()
        .is_some_and(|document| document.template().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_never_printed_to_helm() {
        for host in [Host::Helm3, Host::Helm4, Host::Auto] {
            assert_eq!(host.finish(vec![""]), ["# no resources\n"]);
            assert_eq!(host.finish(vec![" ", "\n"]), ["# no resources\n"]);
            assert_eq!(host.finish(vec!["# c\n", ""]), ["# c\n", ""]);
        }
    }

    #[test]
    fn a_last_line_break_for_helm_only() {
        assert_eq!(Host::Helm4.finish(vec!["a: |\n  b"]), ["a: |\n  b", "\n"]);
        assert_eq!(Host::Pipe.finish(vec!["a: 1"]), ["a: 1"]);
        assert_eq!(Host::Auto.finish(vec!["a: 1"]), ["a: 1"]);
    }
}
