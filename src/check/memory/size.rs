//! Sizes: Spark's byte strings, Kubernetes' quantities, and the arithmetic between a heap and a limit.

use crate::manifest::Quantity;
use crate::spark::size::{Unit, byte_string};
use crate::spark::version::Release;
use serde_json::Value;

/// Bytes in a mebibyte.
pub(super) const MIB: u64 = 1 << 20;

/// The least heap, in MiB, that Spark documents for an executor and a driver starts with; smaller ones are not advised.
pub(super) const LEAST_HEAP: u64 = 450;

/// A Spark byte string in MiB, rounded down; nothing where Spark before 4.3 would refuse it (`4Gi`, `1.5g`).
pub(super) fn spark(text: &str, plain: Unit) -> Option<u64> {
    // In its own unit first: a number alone counts in that.
    let size = byte_string(text, plain, Release::V3_5_9).ok()?;
    let size = u64::try_from(size).ok()?;
    Some(if plain == Unit::Byte {
        size / MIB
    } else {
        size
    })
}

/// A Kubernetes quantity of memory in bytes, rounded up as Kubernetes does; nothing where the API would refuse it.
pub(super) fn quantity(value: &Value) -> Option<u64> {
    u64::try_from(Quantity::of(value).ok()?.bytes()).ok()
}

/// What Spark keeps beside a heap, in MiB: `percent` of it, at least `minimum`.
/// Source: `BasicDriverFeatureStep`, `max(floor(factor * memory), 384 MiB)`.
pub(super) fn overhead(heap: u64, percent: u64, minimum: u64) -> u64 {
    let share = u128::from(heap) * u128::from(percent) / 100;
    u64::try_from(share).unwrap_or(u64::MAX).max(minimum)
}

/// The largest heap, in MiB, that fits into `room` with its overhead; nothing where none does.
pub(super) fn largest_heap(room: u64, percent: u64, minimum: u64) -> Option<u64> {
    let by_minimum = room.checked_sub(minimum)?;
    let fits = |heap: u64| heap.saturating_add(overhead(heap, percent, minimum)) <= room;
    let heap = if fits(by_minimum) {
        by_minimum
    } else {
        // The share is rounded down, so this is the largest whole number below (room + 1) / (1 + percent / 100).
        let above = ((u128::from(room) + 1) * 100).div_ceil(100 + u128::from(percent));
        u64::try_from(above - 1).ok()?
    };
    Some(heap).filter(|heap| *heap > 0)
}

/// MiB as Kubernetes writes it: `4Gi`, `1408Mi`.
pub(super) fn as_quantity(mib: u64) -> String {
    match (mib / 1024, mib % 1024) {
        (gib @ 1.., 0) => format!("{gib}Gi"),
        _ => format!("{mib}Mi"),
    }
}

/// MiB as Spark and `-Xmx` write it: `4g`, `3723m`.
pub(super) fn as_heap(mib: u64) -> String {
    match (mib / 1024, mib % 1024) {
        (gib @ 1.., 0) => format!("{gib}g"),
        _ => format!("{mib}m"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn sizes_are_in_mebibytes_whatever_a_plain_number_counts() {
        for (text, want) in [("4g", 4096), ("512", 512), ("1048000k", 1023)] {
            assert_eq!(spark(text, Unit::Mebibyte), Some(want), "{text}");
        }
        assert_eq!(spark("2147483648", Unit::Byte), Some(2048));
        assert_eq!(spark("2g", Unit::Byte), Some(2048));
        assert_eq!(spark("4Gi", Unit::Mebibyte), None);
    }

    #[test]
    fn quantities_are_read_as_kubernetes_reads_them() {
        for (value, want) in [
            (json!("4Gi"), Some(4 << 30)),
            (json!("8G"), Some(8_000_000_000)),
            (json!("1.5Gi"), Some(1_610_612_736)),
            (json!(".5Gi"), Some(1 << 29)),
            (json!("512m"), Some(1)),
            (json!("2e9"), Some(2_000_000_000)),
            (json!("1E3"), Some(1000)),
            (json!("1E"), Some(1_000_000_000_000_000_000)),
            (json!(2_147_483_648u64), Some(1 << 31)),
            (json!(2e9), Some(2_000_000_000)),
            (json!("4g"), None),
            (json!("4GB"), None),
            (json!("16Ei"), None),
            (json!("1.2.3"), None),
            (json!("-1Gi"), None),
            (json!("$(LIMIT)"), None),
            (json!(null), None),
        ] {
            assert_eq!(quantity(&value), want, "{value}");
        }
    }

    /// Vectors that Spark 3.5.9 and 4.1.4 themselves computed for pods of the same heap.
    #[test]
    fn heap_plus_overhead_is_what_spark_computes() {
        for (heap, percent, pod) in [
            (1024, 10, 1408),
            (8192, 10, 9011),
            (8192, 40, 11468),
            (1024, 40, 1433),
        ] {
            assert_eq!(heap + overhead(heap, percent, 384), pod);
        }
    }

    #[test]
    fn the_largest_heap_fits_and_a_larger_one_does_not() {
        for room in [385, 1024, 1408, 2048, 4096, 4224, 4225, 16384] {
            for percent in [10, 40] {
                let heap = largest_heap(room, percent, 384).unwrap();
                assert!(heap + overhead(heap, percent, 384) <= room);
                assert!(heap + 1 + overhead(heap + 1, percent, 384) > room);
            }
        }
        assert_eq!(largest_heap(384, 10, 384), None);
    }
}
