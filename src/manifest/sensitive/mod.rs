//! What must not be shown: lines of Secrets, and lines that look like credentials.

mod document;
mod lines;
mod literal;
#[cfg(test)]
mod literal_tests;
mod masked;

pub use document::{Hidden, is_hidden, within_secret, without_hidden};
pub use lines::Lines;
pub use literal::{Literal, is_literal, literals};
pub use masked::{HIDDEN, holds_literal, masked_value};

use serde_json::{Map, Value};

const TELLING: [&str; 18] = [
    "password",
    "passwd",
    "secret",
    "token",
    "access_key",
    "access-key",
    "accesskey",
    "access.key",
    "credential",
    "api_key",
    "apikey",
    "passphrase",
    "private_key",
    "private-key",
    "privatekey",
    "account.key",
    "requirepass",
    "_pwd",
];

/// The bytes that those words begin with.
const BEGINS: [bool; 256] = {
    let (mut begins, mut at) = ([false; 256], 0);
    while at < TELLING.len() {
        begins[TELLING[at].as_bytes()[0] as usize] = true;
        at += 1;
    }
    begins
};

/// One of these stands before every credential that a line tells of.
const SEPARATORS: &[u8] = b":=\"' \t,";

/// Whether a line may hold a credential: a telling word, then a separator and something behind it.
pub fn looks_like_credential(line: &str) -> bool {
    credential(line).is_some()
}

/// Where what may be a credential begins: behind the separator.
fn credential(line: &str) -> Option<usize> {
    // Most values are one word.
    if !line.bytes().any(|b| SEPARATORS.contains(&b)) {
        return None;
    }
    let address = user_info(line);
    let line = line.to_ascii_lowercase();
    let bearer = ["bearer ", "basic "].map(|word| Some(line.find(word)? + word.len()));
    let told = holds_telling(line.as_bytes());
    let begins = TELLING.iter().filter(|_| told).filter_map(|word| {
        let at = line.find(word)?;
        let rest = &line[at..];
        // A blank or a comma ends a flag (`--password, x`) and a property of Spark (`a.secret.key x`), and no word else.
        let begins = line[..at]
            .rfind([' ', '\t', '[', '"', '\''])
            .map_or(0, |n| n + 1);
        let end = rest.find([' ', '\t', ',']).filter(|end| {
            let key = &line[begins..at + end];
            key.starts_with('-') && key.len() > 1 || key.contains('.')
        });
        let separator = rest.find([':', '=', '"', '\'']);
        let from = at + separator.into_iter().chain(end).min()? + 1;
        Some(from)
    });
    begins
        .chain(address)
        .chain(bearer.into_iter().flatten())
        .min()
}

/// Judges the lines of a text one after the other.
#[derive(Debug, Default)]
pub struct Teller<'t> {
    before: &'t str,
    in_key: bool,
}

impl<'t> Teller<'t> {
    /// Whether the next line may hold a credential, by itself or because of those before it.
    pub fn tells(&mut self, line: &'t str) -> bool {
        self.in_key |= begins_key(line);
        let before = self.before.trim().trim_end_matches(['{', ' ']);
        let open = before.strip_suffix(':').is_some_and(tells);
        let told = self.in_key
            || open && !line.contains(':')
            || looks_like_credential(line)
            || line.contains("value") && (tells(self.before) || named(line).is_some_and(tells));
        self.in_key &= !line.contains("-----END");
        self.before = line;
        told
    }
}

/// Whether a private key follows, as PEM has it.
fn begins_key(line: &str) -> bool {
    line.contains("-----BEGIN ") && line.contains("PRIVATE KEY")
}

/// The name of a property of Hadoop's whose value stands on its line.
fn named(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("<name>")?;
    rest.split_once("</name>").map(|(name, _)| name.trim())
}

/// Where user and password of an address begin: `https://user:password@host`.
fn user_info(line: &str) -> Option<usize> {
    let mut schemes = line.match_indices("://").map(|(at, _)| at + 3);
    schemes.find(|begins| {
        let rest = &line[*begins..];
        let ends = rest.find(['/', ' ', '"', '\'']).unwrap_or(rest.len());
        rest[..ends]
            .split_once('@')
            .is_some_and(|(user, _)| user.contains(':'))
    })
}

/// A value of an object as a report may show it: what may be a credential is an ellipsis. `key` is what it is the value
/// of, or the name of the variable.
pub fn shown_value(value: &Value, key: &str) -> Value {
    match value {
        Value::Object(map) => {
            let named = map.get("name").and_then(Value::as_str).unwrap_or_default();
            let shown = map.iter().map(|(key, value)| {
                let key = if key == "value" { named } else { key };
                shown_value(value, key)
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
                .map(|(item, flag)| shown_value(item, flag.unwrap_or_default()))
                .collect()
        }
        Value::String(text)
            if !text.is_empty() && (tells(key) || text.lines().any(looks_like_credential)) =>
        {
            "…".into()
        }
        other => other.clone(),
    }
}

/// Whether what stands under a key may be a credential; not the name of a Secret, or where one lies.
pub fn tells(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let of_another = ["name", "ref", "path", "file"]
        .iter()
        .any(|end| key.ends_with(end));
    let mut parts = key.split(['_', '-', '.']);
    let short = parts.any(|part| ["pass", "pwd", "passwd", "auth"].contains(&part));
    !of_another && (short || holds_telling(key.as_bytes()))
}

/// Whether one of the telling words stands in a text, which is short: a search for each would cost more to begin.
fn holds_telling(key: &[u8]) -> bool {
    let stands = |at: usize| {
        let mut words = TELLING.iter().map(|word| word.as_bytes());
        BEGINS[usize::from(key[at])] && words.any(|word| key[at..].starts_with(word))
    };
    (0..key.len()).any(stands)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_diff_hides_values_and_not_names() {
        let shown = |text: &str| {
            let lines = Lines::of(text.split_inclusive('\n').collect::<Vec<_>>());
            lines.all_shown().collect::<Vec<_>>().join("\n")
        };
        assert_eq!(
            shown(
                "env:\n- name: DB_PASSWORD\n  value: hunter\n- {name: API_TOKEN, value: hunter}\n- name: SIZE\n  value: 4g\n"
            ),
            "env:\n- name: DB_PASSWORD\n  value: …\n- {name: API_TOKEN, value: …\n- name: SIZE\n  value: 4g"
        );
        assert_eq!(
            shown(
                "kind: Secret\nmetadata: {name: s}\nstringData:\n  a: hunter\n  b: |\n    hunter\n---\nkind: A\na: b\n"
            ),
            "kind: Secret\nmetadata: …\nstringData:\n  a: …\n  b: …\n     …\n---\nkind: A\na: b"
        );
        assert_eq!(
            shown(
                "args:\n- --password\n- hunter\n- --size\n- 4g\nx: [--db-token, hunter]\n  fs.s3a.secret.key hunter\n"
            ),
            "args:\n- --password\n- …\n- --size\n- 4g\nx: [--db-token, …\n  fs.s3a.secret.key  …"
        );
        for plain in [
            "# the secret is kept elsewhere",
            "automountServiceAccountToken: false",
            "secretKeyRef:",
            "- secret: {",
        ] {
            assert_eq!(shown(plain), plain);
        }
    }

    #[test]
    fn a_report_hides_values_and_not_names() {
        let shown = |value| shown_value(&value, "");
        assert_eq!(
            shown(
                json!({"env": [{"name": "DB_PASSWORD", "value": "x"}, {"name": "SIZE", "value": "4g"}]})
            ),
            json!({"env": [{"name": "DB_PASSWORD", "value": "…"}, {"name": "SIZE", "value": "4g"}]})
        );
        assert_eq!(
            shown(json!([
                "--conf",
                "a.secret.key=x",
                "--password",
                "x",
                "--size",
                "4g"
            ])),
            json!(["--conf", "…", "--password", "…", "--size", "4g"])
        );
        let volume = json!({"name": "v", "secret": {"secretName": "s"}, "tokenPath": "/t"});
        assert_eq!(shown(volume.clone()), volume);
        assert_eq!(shown_value(&json!("x"), "password"), json!("…"));
        assert_eq!(shown(json!("a=1\nfs.s3a.secret.key x")), json!("…"));
    }

    #[test]
    fn credentials() {
        assert!(looks_like_credential("  POSTGRES_PASSWORD: hive123"));
        assert!(looks_like_credential("spark.hadoop.fs.s3a.secret.key=abc"));
        assert!(!looks_like_credential("  runAsUser: 0"));
        let text = "kind: A\nx: 1\n---\nkind: \"Secret\"\nx: 2\n---\nx: 3\n";
        assert!(!within_secret(text, 9));
        assert!(within_secret(text, text.find('2').unwrap()));
        assert!(!within_secret(text, text.find('3').unwrap()));
    }
}
