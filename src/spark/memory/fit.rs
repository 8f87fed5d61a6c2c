//! A heap and the limit of the container around it, for pods that Spark does not build.
//!
//! The rule is Spark's own for pods that it builds: a share of the heap, at least a minimum. For other pods it is a
//! heuristic, with figures that a preset may set.

/// Bytes in a mebibyte.
pub const MIB: u64 = 1 << 20;

/// The least heap, in MiB, that Spark documents for an executor and a driver starts with; smaller ones are not advised.
pub const LEAST_HEAP: u64 = 450;

/// What is kept beside a heap, in MiB: `percent` of it, at least `minimum`.
/// Source: `BasicDriverFeatureStep`, `max(floor(factor * memory), 384 MiB)`.
pub fn overhead_percent(heap: u64, percent: u64, minimum: u64) -> u64 {
    let share = u128::from(heap) * u128::from(percent) / 100;
    u64::try_from(share).unwrap_or(u64::MAX).max(minimum)
}

/// The largest heap, in MiB, that fits into `room` with its overhead; nothing where none does.
pub fn largest_heap(room: u64, percent: u64, minimum: u64) -> Option<u64> {
    let by_minimum = room.checked_sub(minimum)?;
    let fits = |heap: u64| heap.saturating_add(overhead_percent(heap, percent, minimum)) <= room;
    let heap = if fits(by_minimum) {
        by_minimum
    } else {
        // The share is rounded down, so this is the largest whole number below (room + 1) / (1 + percent / 100).
        let above = ((u128::from(room) + 1) * 100).div_ceil(100 + u128::from(percent));
        u64::try_from(above - 1).ok()?
    };
    Some(heap).filter(|heap| *heap > 0)
}

/// What a standalone worker offers its executors together, in MiB, where `SPARK_WORKER_MEMORY` is not set: all of the
/// container's memory but 1 GiB, and 1 GiB at the least. Nothing is kept for the worker itself, nor beside a heap.
/// Source: `WorkerArguments.inferDefaultMemory`.
pub fn offered_by_worker(limit: u64) -> u64 {
    limit.saturating_sub(1024).max(1024)
}

/// MiB as Kubernetes writes it: `4Gi`, `1408Mi`.
pub fn as_quantity(mib: u64) -> String {
    match (mib / 1024, mib % 1024) {
        (gib @ 1.., 0) => format!("{gib}Gi"),
        _ => format!("{mib}Mi"),
    }
}

/// MiB as Spark and `-Xmx` write it: `4g`, `3723m`.
pub fn as_heap(mib: u64) -> String {
    match (mib / 1024, mib % 1024) {
        (gib @ 1.., 0) => format!("{gib}g"),
        _ => format!("{mib}m"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vectors that Spark 3.5.9 and 4.1.4 themselves computed for pods of the same heap.
    #[test]
    fn heap_plus_overhead_is_what_spark_computes() {
        for (heap, percent, pod) in [
            (1024, 10, 1408),
            (8192, 10, 9011),
            (8192, 40, 11468),
            (1024, 40, 1433),
        ] {
            assert_eq!(heap + overhead_percent(heap, percent, 384), pod);
        }
    }

    #[test]
    fn the_largest_heap_fits_and_a_larger_one_does_not() {
        for room in [385, 1024, 1408, 2048, 4096, 4224, 4225, 16384] {
            for percent in [10, 40] {
                let heap = largest_heap(room, percent, 384).unwrap();
                assert!(heap + overhead_percent(heap, percent, 384) <= room);
                assert!(heap + 1 + overhead_percent(heap + 1, percent, 384) > room);
            }
        }
        assert_eq!(largest_heap(384, 10, 384), None);
    }
}
