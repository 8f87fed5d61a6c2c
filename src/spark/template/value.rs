//! Fields of a pod of any shape, made where they are absent.

use serde_json::{Map, Value};

/// A value as a mapping; what is none becomes an empty one.
pub(in crate::spark) fn object(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    value
        .as_object_mut()
        .expect("internal error: it was made a mapping")
}

/// A field of a mapping, made where it is absent.
pub(in crate::spark) fn field<'v>(value: &'v mut Value, name: &str) -> &'v mut Value {
    object(value).entry(name).or_insert(Value::Null)
}

/// A field as a list, made where it is absent.
pub(in crate::spark) fn list<'v>(value: &'v mut Value, name: &str) -> &'v mut Vec<Value> {
    let field = field(value, name);
    if !field.is_array() {
        *field = Value::Array(Vec::new());
    }
    field
        .as_array_mut()
        .expect("internal error: it was made a list")
}

/// Puts texts into a mapping under a field; nothing is made where there are none.
pub(super) fn put(
    value: &mut Value,
    name: &str,
    texts: impl IntoIterator<Item = (String, String)>,
) {
    let mut texts = texts.into_iter().peekable();
    if texts.peek().is_some() {
        object(field(value, name)).extend(texts.map(|(key, text)| (key, Value::String(text))));
    }
}
