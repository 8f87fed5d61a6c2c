//! What must not be shown: lines of Secrets, and lines that look like credentials.

/// Whether a line may hold a credential: a telling word, then a separator and something behind it.
pub(super) fn looks_like_credential(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    [
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
    ]
    .iter()
    .any(|word| {
        line.find(word)
            .is_some_and(|at| line[at..].contains([':', '=', '"', '\'']))
    })
}

/// Whether the document around `at` is a Secret, judged by its text: it may not be readable.
pub(super) fn within_secret(text: &str, at: usize) -> bool {
    let start = text[..at].rfind("\n---").map_or(0, |n| n + 1);
    let end = text[at..].find("\n---").map_or(text.len(), |n| at + n);
    text[start..end].lines().any(|line| {
        let line: String = line
            .chars()
            .filter(|c| !matches!(c, ' ' | '"' | '\'' | '{' | ','))
            .collect();
        line.contains("kind:Secret")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
