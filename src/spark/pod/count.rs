//! How many executors there will be.

use crate::spark::memory::{Failure, Problem, Reader, Settings};
use crate::spark::version::Version;

/// How many pods of a kind there will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// At the least, once the application runs.
    pub least: u64,
    /// At the start.
    pub initial: u64,
    /// At most; nothing where only the cluster sets a bound.
    pub most: Option<u64>,
}

impl Count {
    /// One, always.
    pub const ONE: Self = Self::fixed(1);

    pub(super) const fn fixed(count: u64) -> Self {
        Self {
            least: count,
            initial: count,
            most: Some(count),
        }
    }
}

/// Executors where `spark.executor.instances` is not set. Source: `SchedulerBackendUtils.DEFAULT_NUMBER_EXECUTORS`.
const DEFAULT: u64 = 2;

/// How many executors an application has, fixed or by dynamic allocation.
///
/// Source: `SchedulerBackendUtils`, `Utils.getDynamicAllocationInitialExecutors`, `ExecutorAllocationManager`: the start is
/// the largest of minimum, `initialExecutors` and `spark.executor.instances`, and more than the most is refused.
pub fn executors(settings: &Settings, version: Version) -> Result<Count, Failure> {
    const MOST: &str = "spark.dynamicAllocation.maxExecutors";
    let reader = Reader { settings, version };
    let number = |key: &str| match reader.integer(key)? {
        Some((count, name)) => match u64::try_from(count) {
            Ok(count) => Ok(Some(count)),
            Err(_) => Err(Problem::Negative.at(name)),
        },
        None => Ok(None),
    };
    let instances = number("spark.executor.instances")?;
    if !reader.is_on("spark.dynamicAllocation.enabled")? {
        return Ok(Count::fixed(instances.unwrap_or(DEFAULT)));
    }
    let least = number("spark.dynamicAllocation.minExecutors")?.unwrap_or(0);
    let initial = number("spark.dynamicAllocation.initialExecutors")?.unwrap_or(least);
    let most = number(MOST)?.filter(|most| *most < u64::from(i32::MAX.unsigned_abs()));
    let initial = initial.max(least).max(instances.unwrap_or(0));
    if most.is_some_and(|most| most == 0 || most < initial) {
        return Err(Problem::Bounds.at(MOST));
    }
    Ok(Count {
        least,
        initial,
        most,
    })
}
