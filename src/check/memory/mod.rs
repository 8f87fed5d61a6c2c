//! Memory that is fiction: sizes in manifests that no JVM and no pod will have. The arithmetic is Spark's own.
//!
//! Reads ConfigMap and Secret data, command lines and variables; never changes anything, never shows a Secret's value, and
//! says nothing about a figure that the stream does not tell.

mod collect;
mod heap;
mod judge;
mod pages;
mod settings;
mod size;
mod template;
mod unknown_key;

#[cfg(test)]
mod tests;

pub use collect::Collector;
pub use pages::pages;
pub(super) use settings::{parameters, settings};

use crate::guard::Severity;

/// What a preset may set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// How grave the findings are.
    pub severity: Severity,
    /// Bytes of memory limit from which a heap is expected to be set.
    pub heap_expected_from: u64,
    /// MiB beside a heap, at the least (Spark's `spark.driver.minMemoryOverhead`).
    pub overhead_minimum: u64,
    /// Percent of a heap that are needed beside it (Spark's `spark.driver.memoryOverheadFactor`).
    pub overhead_percent: u64,
    /// The same where a Python process shares the container (Spark's factor for Python applications).
    pub overhead_percent_python: u64,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            severity: Severity::Warning,
            heap_expected_from: 2 << 30,
            overhead_minimum: 384,
            overhead_percent: 10,
            overhead_percent_python: 40,
        }
    }
}
