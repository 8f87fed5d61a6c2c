//! Exit codes: one table for every verb.

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// Done; for `check` nothing above a warning, for `diff` and `drift` no difference.
    Ok = 0,
    /// The answer is no: refused, findings at error, differences.
    No = 1,
    /// Usage, project, preset or overlay is wrong, or a file cannot be read or written.
    Usage = 2,
    /// The input cannot be read as Kubernetes YAML, or holds no object where the host needs one.
    Input = 3,
    /// The manifests are not those of the lock, or environments differ in what nobody sanctioned.
    Lock = 4,
    /// A command of the project, or of `argocd generate`, failed.
    Command = 5,
    /// The cluster cannot be reached or denies access, or an object cannot be compared.
    #[cfg(feature = "live")]
    Cluster = 6,
    /// A bug of ours: the planned edit did not come out as planned.
    Bug = 70,
}

/// A run that ended early: its code and what to tell the user, already rendered.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) exit: Exit,
    pub(super) text: String,
}

impl Failure {
    /// Usage, files: `error: …` on one line, with the chain of causes.
    pub(super) fn usage(error: &anyhow::Error) -> Self {
        Self {
            exit: Exit::Usage,
            text: crate::report::Message::error(format!("{error:#}"), None, None).render(),
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::usage(&error)
    }
}
