//! A page of `explain`: one finding id, told to a platform engineer and to a data engineer.

/// What `explain ID` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// The id of the finding (`memory/heap-not-set`).
    pub id: &'static str,
    /// What it is about, in a line.
    pub title: &'static str,
    /// What was found, and how Spark or Kubernetes treats it.
    pub what: &'static str,
    /// Why it matters, in the words of pods, limits and the kernel.
    pub why_platform: &'static str,
    /// Why it matters, in the words of heaps, drivers and executors.
    pub why_data: &'static str,
    /// What to change.
    pub fix: &'static str,
    /// A manifest that has it.
    pub before: &'static str,
    /// The same manifest, mended.
    pub after: &'static str,
}
