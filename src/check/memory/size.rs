//! Sizes: bytes as Spark's settings have them, and Kubernetes' quantities.

use crate::manifest::Quantity;
use crate::spark::memory::MIB;
use crate::spark::size::{Unit, byte_string};
use crate::spark::version::Release;
use serde_json::Value;

/// A Spark byte string in MiB, rounded down, where a number alone counts bytes; nothing where Spark before 4.3 would refuse
/// it (`4Gi`, `1.5g`).
pub(super) fn spark(text: &str) -> Option<u64> {
    let size = byte_string(text, Unit::Byte, Release::V3_5_9).ok()?;
    Some(u64::try_from(size).ok()? / MIB)
}

/// A Kubernetes quantity of memory in bytes, rounded up as Kubernetes does; nothing where the API would refuse it.
pub(super) fn quantity(value: &Value) -> Option<u64> {
    u64::try_from(Quantity::of(value).ok()?.bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn sizes_are_in_mebibytes_whatever_a_plain_number_counts() {
        for (text, want) in [
            ("4g", 4096),
            ("512", 0),
            ("1048000k", 1023),
            ("2147483648", 2048),
            ("2g", 2048),
        ] {
            assert_eq!(spark(text), Some(want), "{text}");
        }
        assert_eq!(spark("4Gi"), None);
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
}
