//! The Java options of executors, which travel as variables.

use super::Plan;
use crate::spark::memory::Failure;

/// Every option in order: default options, the user's, and settings that an executor needs before it has any.
/// Source: `BasicExecutorFeatureStep`, `SparkConf.isExecutorStartupConf`. Spark's order of the last is that of a hash.
pub(super) fn options(plan: Plan<'_>) -> Result<Vec<String>, Failure> {
    let keys = [
        "spark.executor.defaultJavaOptions",
        "spark.executor.extraJavaOptions",
    ];
    let mut options = Vec::new();
    for key in keys {
        let text = plan.text(key)?.unwrap_or_default();
        let text = text.replace("{{APP_ID}}", &plan.submission.id);
        options.extend(split(
            &text.replace("{{EXECUTOR_ID}}", &plan.submission.executor),
        ));
    }
    let settings = plan
        .settings
        .iter()
        .filter(|(key, _)| is_startup(plan, key));
    options.extend(settings.map(|(key, text)| format!("-D{key}={text}")));
    Ok(options)
}

fn is_startup(plan: Plan<'_>, key: &str) -> bool {
    let begins = |prefix| key.starts_with(prefix);
    let is_port =
        begins("spark.") && key.rsplit('.').next() == Some("port") || begins("spark.port.");
    let is_secret = key == "spark.authenticate.secret" || key.ends_with("assword");
    let is_ssl = begins("spark.ssl") && plan.version.since(4, 0);
    let is_early = begins("spark.auth") || begins("spark.rpc") || begins("spark.network");
    (is_port || is_ssl || is_early) && !is_secret
}

/// Words between blanks: quotes hold one together, and between double ones a backslash keeps what follows.
/// Source: `Utils.splitCommandString`.
fn split(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, quote) {
            ('\\', Some('"')) if chars.peek().is_some() => {
                let kept = chars.next().unwrap_or('\\');
                word.get_or_insert_default().push(kept);
            }
            (c, Some(open)) if c == open => quote = None,
            ('"' | '\'', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (' ' | '\t' | '\n', None) => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn quotes_hold_words_together() {
        let words = split("-Da=b -Dc='d e'  \"-Df=\\\"g\\\"\" ''");
        assert_eq!(words, ["-Da=b", "-Dc=d e", "-Df=\"g\"", ""]);
        assert!(split("  ").is_empty());
    }
}
