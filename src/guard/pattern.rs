//! Patterns: what `unless`, `forbid` and `require` compare a value with.

use crate::yaml::Pointer;
use serde_json::Value;

/// Whether `value` is as `pattern` says: a mapping holds these keys, a list holds for each item of the pattern one
/// that matches, text may be a glob with `*`, anything else is equal.
pub fn matches(pattern: &Value, value: Option<&Value>) -> bool {
    mismatch(pattern, value, &Pointer::root()).is_none()
}

/// The first place where `value` is not as `pattern` says.
pub fn mismatch(pattern: &Value, value: Option<&Value>, at: &Pointer) -> Option<Pointer> {
    match (pattern, value) {
        (Value::Object(pattern), Some(Value::Object(map))) => pattern
            .iter()
            .find_map(|(key, pattern)| mismatch(pattern, map.get(key), &at.child(key.as_str()))),
        (Value::Array(pattern), Some(Value::Array(items))) => {
            let held = |pattern: &Value| items.iter().any(|item| matches(pattern, Some(item)));
            pattern
                .iter()
                .any(|pattern| !held(pattern))
                .then(|| at.clone())
        }
        (Value::Null, None) => None,
        (Value::String(glob), Some(Value::String(text))) => {
            (!glob_matches(glob, text)).then(|| at.clone())
        }
        (pattern, Some(value)) if crate::yaml::same_value(pattern, value) => None,
        _ => Some(at.clone()),
    }
}

/// The deepest place that a matching pattern speaks of: where a finding points.
pub fn place(pattern: &Value, at: &Pointer) -> Pointer {
    match pattern {
        Value::Object(map) if map.len() == 1 => map.iter().next().map_or_else(
            || at.clone(),
            |(key, inner)| place(inner, &at.child(key.as_str())),
        ),
        _ => at.clone(),
    }
}

/// `*` stands for any text; everything else for itself.
pub(super) fn glob_matches(glob: &str, text: &str) -> bool {
    let mut parts = glob.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let mut parts: Vec<_> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn patterns() {
        let value = json!({"privileged": true, "caps": {"add": ["NET_ADMIN", "SYS_TIME"]}, "image": "a/spark:4"});
        for yes in [
            json!({"privileged": true}),
            json!({"caps": {"add": ["SYS_*"]}}),
            json!({"image": "*spark:4*"}),
            json!({"x": null}),
        ] {
            assert!(matches(&yes, Some(&value)), "{yes}");
        }
        for no in [
            json!({"privileged": false}),
            json!({"caps": {"add": ["ALL"]}}),
            json!({"x": {"y": 1}}),
            json!({"image": "spark"}),
        ] {
            assert!(!matches(&no, Some(&value)), "{no}");
        }
        let at = mismatch(
            &json!({"caps": {"drop": ["ALL"]}}),
            Some(&value),
            &Pointer::root(),
        );
        assert_eq!(at.unwrap().to_string(), "/caps/drop");
    }

    #[test]
    fn globs() {
        for (glob, text) in [
            ("*", ""),
            ("a*", "ab"),
            ("*b", "ab"),
            ("a*c*e", "abcde"),
            ("a", "a"),
            ("*a*", "bab"),
        ] {
            assert!(glob_matches(glob, text), "{glob} {text}");
        }
        for (glob, text) in [("a", "ab"), ("a*b", "a"), ("ab*ba", "aba"), ("", "x")] {
            assert!(!glob_matches(glob, text), "{glob} {text}");
        }
    }
}
