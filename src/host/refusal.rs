//! Helm 4 drops a post-renderer's standard error. It does show why it cannot read a document, so a refusal is one
//! document that it cannot read: the file name that its message begins with is ours to choose, and `kind` is no text.

use serde_json::{Value, json};

/// How the file name ends. Helm takes what follows the last `/` for the name proper, and drops a file whose name begins
/// with `_` without a word: a refusal that ends in a user's `/_mine.yaml` would be an empty release.
const END: &str = "nothing was applied; the rest of this line is Helm's own remark on YAML/JSON";

/// The document that makes Helm 4 stop with `reason` on the user's screen, line by line as it is.
pub fn document(reason: &str) -> String {
    // Helm's reader takes no document with a control character in it.
    let shown = |c: char| if c.is_control() && c != '\n' { ' ' } else { c };
    let reason: String = reason.chars().map(shown).collect();
    let reason = reason.trim();
    let document = json!({
        "apiVersion": "v1",
        "kind": ["sparkk8s-post refused; nothing was applied"],
        "metadata": {
            "name": "sparkk8s-post-refused",
            "annotations": {super::HELM4_FILENAME: format!("sparkk8s-post:\n{reason}\n{END}")},
        },
    });
    // JSON is YAML: no quoting rule of ours can go wrong here.
    let mut text = Value::to_string(&document);
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file_name(reason: &str) -> String {
        let text = document(reason);
        assert_eq!(text.lines().count(), 1, "{text}");
        let value: Value = serde_json::from_str(&text).unwrap();
        assert!(value["kind"].is_array());
        let name = &value["metadata"]["annotations"][super::super::HELM4_FILENAME];
        name.as_str().unwrap().to_owned()
    }

    #[test]
    fn one_document_that_cannot_be_applied_and_a_reason_in_lines() {
        assert_eq!(
            file_name("refused:\n  `Deployment/x` \"y\"\u{1b}: no\u{7f}\t\n"),
            format!("sparkk8s-post:\nrefused:\n  `Deployment/x` \"y\" : no\n{END}")
        );
    }

    #[test]
    fn no_reason_reads_as_a_file_that_helm_drops() {
        for reason in ["no file `/_mine.yaml`", "_", "/_", "a/_b/"] {
            let name = file_name(reason);
            let (_, proper) = name.trim_end_matches('/').rsplit_once('/').unwrap();
            assert!(!proper.starts_with('_'), "{name}");
        }
    }
}
