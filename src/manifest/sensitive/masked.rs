//! Pods that were made of settings, as they may be shown: only the credentials in them are taken out.

use super::literal::{is_literal, literals};
use super::{begins_key, user_info};
use serde_json::{Map, Value};

/// What stands for a credential. It refers to nothing, and no check takes it for a credential.
pub const HIDDEN: &str = "<hidden>";
/// How a quote stands in a text in quotes for a shell.
const ESCAPED: &str = r#"'"'"'"#;

/// Whether a value is a credential, or has one in it: `-Djavax.net.ssl.keyStorePassword=x`, `https://user:x@host`.
pub fn holds_literal(name: &str, value: &str) -> bool {
    is_literal(name, value) || masked(value) != value || !literals(value, false).is_empty()
}

/// A part of a pod without its credentials. `key` is what it is the value of, or the name of the variable.
pub fn masked_value(value: &Value, key: &str) -> Value {
    match value {
        Value::Object(map) => {
            let named = map.get("name").and_then(Value::as_str).unwrap_or_default();
            let shown = map.iter().map(|(key, value)| {
                let key = if key == "value" { named } else { key };
                masked_value(value, key)
            });
            map.keys().cloned().zip(shown).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => {
            // What follows a flag is its value.
            let flags = items
                .iter()
                .map(|item| item.as_str().filter(|text| text.starts_with('-')));
            let before = std::iter::once(None).chain(flags);
            let shown = items.iter().zip(before);
            shown
                .map(|(item, flag)| masked_value(item, flag.unwrap_or_default()))
                .collect()
        }
        Value::String(text) if is_literal(key, text) || text.lines().any(begins_key) => {
            HIDDEN.into()
        }
        Value::String(text) => match text.split_once('=') {
            Some((name, rest)) if is_name(name) && is_literal(name, rest) => {
                format!("{name}={HIDDEN}").into()
            }
            _ => masked(text).into(),
        },
        other => other.clone(),
    }
}

/// A text without the values of what is assigned in it, where they are credentials, and without passwords in addresses.
fn masked(text: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find('=') {
        let (before, value) = (&rest[..at], &rest[at + 1..]);
        let name_at = before.rfind(|c| !is_part(c)).map_or(0, |before_name| {
            let wide = before[before_name..].chars().next();
            before_name + wide.map_or(1, char::len_utf8)
        });
        let quoted = before[..name_at].chars().next_back();
        let (begins, ends) = span(value, quoted);
        out.push_str(&rest[..=at]);
        rest = value;
        if is_literal(&before[name_at..], &value[begins..ends]) {
            out.push_str(&value[..begins]);
            out.push_str(HIDDEN);
            rest = &value[ends..];
        }
    }
    out.push_str(rest);
    without_password(out)
}

/// Where a value begins and ends. `before` stands before its name: a quote there goes around both.
fn span(value: &str, before: Option<char>) -> (usize, usize) {
    let is_quote = |c: &char| matches!(c, '"' | '\'');
    let own = value.chars().next().filter(is_quote);
    let Some(quote) = own.or(before.filter(is_quote)) else {
        let word = value.find(char::is_whitespace).unwrap_or(value.len());
        let bare = value[..word].trim_end_matches(['"', '\'']);
        return (0, bare.len());
    };
    let begins = usize::from(own.is_some());
    let mut at = begins;
    while let Some(found) = value[at..].find(quote) {
        let end = at + found;
        if value[end..].starts_with(ESCAPED) {
            at = end + ESCAPED.len();
            continue;
        }
        // A quote that stands in the text for itself has more of it behind.
        let behind = value[end + 1..].trim_start();
        let is_apart = behind.len() < value.len() - end - 1;
        if behind.is_empty() || is_apart && (behind.starts_with('-') || own.is_none()) {
            return (begins, end);
        }
        at = end + 1;
    }
    (begins, value.len())
}

/// A text without the passwords of addresses: `https://user:password@host`.
fn without_password(mut text: String) -> String {
    let mut from = 0;
    while let Some(at) = user_info(&text[from..]).map(|at| from + at) {
        let ends = text[at..].find(['/', ' ', '"', '\'']);
        let ends = ends.map_or(text.len(), |n| at + n);
        let colon = text[at..ends].find(':').map(|n| at + n + 1);
        let sign = text[at..ends].rfind('@').map(|n| at + n);
        from = at;
        if let Some((colon, sign)) = colon.zip(sign).filter(|(colon, sign)| colon < sign) {
            let password = &text[colon..sign];
            let is_known = is_literal("password", password);
            let shown = if is_known { HIDDEN } else { password };
            from = colon + shown.len();
            text = format!("{}{shown}{}", &text[..colon], &text[sign..]);
        }
    }
    text
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_part)
}

fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_.-".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_credentials_are_taken_out_of_a_text() {
        for (text, shown) in [
            (
                "a.memory=1g b.password=x c=d",
                "a.memory=1g b.password=<hidden> c=d",
            ),
            (
                "--conf 'a.secret=x y' --conf 'b=c d'",
                "--conf 'a.secret=<hidden>' --conf 'b=c d'",
            ),
            (
                r#"--conf 'a.secret=x'"'"' y' --conf b=c"#,
                "--conf 'a.secret=<hidden>' --conf b=c",
            ),
            (
                r#"-Da.secret="x "y" z" -Db="c" "#,
                r#"-Da.secret="<hidden>" -Db="c" "#,
            ),
            (
                "'a.javaOptions=-Dx.keyStorePassword=x -Xss4m'",
                "'a.javaOptions=-Dx.keyStorePassword=<hidden> -Xss4m'",
            ),
            ("'o=-Da.password=x' é=ü", "'o=-Da.password=<hidden>' é=ü"),
            (
                "jdbc:pg://u:x@h/d s3://u:y@h",
                "jdbc:pg://u:<hidden>@h/d s3://u:<hidden>@h",
            ),
            (
                "a.password=${X} https://u:$(P)@h",
                "a.password=${X} https://u:$(P)@h",
            ),
        ] {
            assert_eq!(masked(text), shown, "{text}");
            assert_eq!(masked(shown), shown, "hidden already");
        }
    }

    #[test]
    fn a_pod_keeps_what_is_no_credential() {
        let pod = json!({"spec": {
            "containers": [{
                "env": [{"name": "A_TOKEN", "value": "x"}, {"name": "B", "value": "c"}],
                "args": ["--password", "x", "--conf", "a.secret=x y", "--size", "4g"],
            }],
            "volumes": [{"name": "token", "secret": {"secretName": "s"}}],
        }});
        let shown = masked_value(&pod, "");
        assert!(!shown.to_string().contains("\"x"), "{shown}");
        let container = &shown["spec"]["containers"][0];
        let args = json!([
            "--password",
            HIDDEN,
            "--conf",
            "a.secret=<hidden>",
            "--size",
            "4g"
        ]);
        assert_eq!(container["args"], args);
        assert_eq!(container["env"][0]["value"], HIDDEN);
        assert_eq!(container["env"][1], pod["spec"]["containers"][0]["env"][1]);
        assert_eq!(shown["spec"]["volumes"], pod["spec"]["volumes"]);
    }
}
