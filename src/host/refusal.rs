//! Helm 4 drops a post-renderer's standard error. It does show why it cannot read a document, so a refusal is one
//! document that it cannot read: the file name that its message begins with is ours to choose, and `kind` is no text.

use serde_json::{Value, json};

/// The document that makes Helm 4 stop with `reason` on the user's screen.
pub fn document(reason: &str) -> String {
    let words: Vec<_> = reason.split_whitespace().collect();
    let document = json!({
        "apiVersion": "v1",
        "kind": ["sparkk8s-post refused; nothing was applied"],
        "metadata": {
            "name": "sparkk8s-post-refused",
            "annotations": {super::HELM4_FILENAME: format!("sparkk8s-post: {}", words.join(" "))},
        },
    });
    // JSON is YAML: no quoting rule of ours can go wrong here.
    let mut text = Value::to_string(&document);
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn one_line_that_cannot_be_applied() {
        let text = super::document("refused:\n  `Deployment/x` \"y\": no");
        assert_eq!(text.lines().count(), 1);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(value["kind"].is_array());
        let name = &value["metadata"]["annotations"][super::super::HELM4_FILENAME];
        assert_eq!(name, "sparkk8s-post: refused: `Deployment/x` \"y\": no");
    }
}
