//! Values that are written in many ways, in one.

use crate::manifest::{Image, Quantity};
use serde_json::Value;

/// Powers of two, with their units.
const UNITS: [(u32, &str); 6] = [
    (60, "Ei"),
    (50, "Pi"),
    (40, "Ti"),
    (30, "Gi"),
    (20, "Mi"),
    (10, "Ki"),
];

/// An amount as short as it gets: `1000m` is `1`, `4096Mi` is `4Gi`. What is no amount stays as it is.
pub(super) fn quantity(value: &Value) -> Value {
    let Ok(quantity) = Quantity::of(value) else {
        return value.clone();
    };
    let millis = quantity.millis();
    if millis % 1000 != 0 {
        return Value::from(format!("{millis}m"));
    }
    let whole = millis / 1000;
    let unit = UNITS
        .iter()
        .find(|(bits, _)| whole != 0 && whole % (1 << bits) == 0);
    Value::from(match unit {
        Some((bits, unit)) => format!("{}{unit}", whole >> bits),
        None => whole.to_string(),
    })
}

/// An image with its registry and tag written out.
pub(super) fn image(value: &Value) -> Value {
    let text = value.as_str().unwrap_or_default();
    Image::parse(text).map_or_else(|_| value.clone(), |image| Value::from(image.full()))
}
