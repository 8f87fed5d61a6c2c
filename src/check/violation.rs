//! What a check found wrong with one pod, before a preset grades it and a stream places it.

use crate::yaml::Pointer;

/// One requirement that a pod does not meet, at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which requirement: upstream's id for Pod Security (`runAsNonRoot`), `api/…` or `kubelet/…` for validity.
    pub check: &'static str,
    /// The container that it is about; `None` for the pod as a whole, and for a container without a name.
    pub container: Option<String>,
    /// Where in the pod (`/spec/containers/0/securityContext/runAsNonRoot`). Where nothing stands: the place it would have.
    pub path: Pointer,
    /// Whether adding alone would mend it: nothing stands at `path`, or a `drop` list that only lacks `ALL`.
    pub absent: bool,
    /// What is wrong. It begins with what is to blame (``container `x` …``, `pod …`), so that an object's name can go before it.
    pub message: String,
    /// What to do next.
    pub help: String,
}
