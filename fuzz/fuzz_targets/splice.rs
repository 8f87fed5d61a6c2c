//! Any document and any change of its value: the edits are disjoint, or are refused, and nothing panics.
#![no_main]

use arbitrary::{Arbitrary, Unstructured};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};
use sparkk8s_post::text::EditSet;
use sparkk8s_post::yaml::{Document, Touched};

fn value(bytes: &mut Unstructured<'_>, depth: u32) -> arbitrary::Result<Value> {
    Ok(match bytes.int_in_range(0..=if depth > 3 { 4 } else { 6 })? {
        0 => Value::Null,
        1 => Value::Bool(bool::arbitrary(bytes)?),
        2 => Value::from(i32::arbitrary(bytes)?),
        3 | 4 => Value::from(String::arbitrary(bytes)?),
        5 => (0..bytes.int_in_range(0..=3)?).map(|_| value(bytes, depth + 1)).collect::<arbitrary::Result<Vec<_>>>()?.into(),
        _ => {
            let mut map = Map::new();
            for _ in 0..bytes.int_in_range(0..=3)? {
                map.insert(String::arbitrary(bytes)?, value(bytes, depth + 1)?);
            }
            Value::Object(map)
        }
    })
}

/// Changes something somewhere in `target`.
fn mutate(target: &mut Value, bytes: &mut Unstructured<'_>) -> arbitrary::Result<()> {
    match target {
        Value::Object(map) if bytes.ratio(3, 4)? => match map.len() {
            0 => drop(map.insert(String::arbitrary(bytes)?, value(bytes, 0)?)),
            len => {
                let key = map.keys().nth(bytes.choose_index(len)?).cloned().unwrap_or_default();
                match bytes.int_in_range(0..=3)? {
                    0 => drop(map.remove(&key)),
                    1 => drop(map.insert(String::arbitrary(bytes)?, value(bytes, 0)?)),
                    _ => mutate(&mut map[&key], bytes)?,
                }
            }
        },
        Value::Array(items) if bytes.ratio(3, 4)? => match items.len() {
            0 => items.push(value(bytes, 0)?),
            len => {
                let at = bytes.choose_index(len)?;
                match bytes.int_in_range(0..=3)? {
                    0 => drop(items.remove(at)),
                    1 => items.insert(at, value(bytes, 0)?),
                    _ => mutate(&mut items[at], bytes)?,
                }
            }
        },
        other => *other = value(bytes, 0)?,
    }
    Ok(())
}

fuzz_target!(|input: (&str, &[u8])| {
    let (text, changes) = input;
    let Ok(document) = Document::parse(text, 0) else { return };
    let Some(root) = document.root() else { return };
    let mut target = root.to_value();
    if mutate(&mut target, &mut Unstructured::new(changes)).is_err() {
        return;
    }
    let Ok(edits) = document.splice(&target, Touched::everything()) else { return };
    let edited = EditSet::new(edits).expect("disjoint edits").apply(text);
    // That it reads as planned is asserted by the generated tests; here no edit may overlap, and nothing may panic.
    let _ = Document::parse(&edited, 0);
});
