//! Sizes: Spark's byte strings and Kubernetes' quantities.

use crate::manifest::Quantity;
use crate::spark::memory::MIB;
use serde_json::Value;

/// What a Spark size without a unit counts in; each setting has its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// `spark.memory.offHeap.size`, and `-Xmx`.
    Byte,
    /// `spark.driver.memory` and its like.
    Mebibyte,
}

/// A Spark byte string in MiB, rounded down; nothing where Spark before 4.3 would refuse it (`4Gi`, `1.5g`).
pub(super) fn spark(text: &str, plain: Unit) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let letters = text.find(|c: char| !c.is_ascii_digit());
    let (digits, unit) = text.split_at(letters.unwrap_or(text.len()));
    let shift = match (unit, plain) {
        ("", Unit::Byte) | ("b", _) => 0,
        ("k" | "kb", _) => 10,
        ("", Unit::Mebibyte) | ("m" | "mb", _) => 20,
        ("g" | "gb", _) => 30,
        ("t" | "tb", _) => 40,
        ("p" | "pb", _) => 50,
        _ => return None,
    };
    let bytes = digits.parse::<u64>().ok()?.checked_mul(1 << shift)?;
    Some(bytes / MIB)
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
    fn spark_sizes_are_binary_and_count_in_their_own_unit() {
        let mib = |text| spark(text, Unit::Mebibyte);
        for (text, want) in [
            ("4g", 4096),
            (" 4GB ", 4096),
            ("512", 512),
            ("512m", 512),
            ("1048000k", 1023),
            ("1t", 1 << 20),
            ("1p", 1 << 30),
            ("1048576b", 1),
        ] {
            assert_eq!(mib(text), Some(want), "{text}");
        }
        for refused in ["4Gi", "1.5g", "", "g", "-1g", "4 g", "${HEAP}", "20000p"] {
            assert_eq!(mib(refused), None, "{refused}");
        }
        assert_eq!(spark("2147483648", Unit::Byte), Some(2048));
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
