//! What a refusal says: where, why, and what to do.

use super::{rows, unescaped};
use sparkk8s_post::text::Source;
use sparkk8s_post::yaml::Stream;

/// The stream (escaped), line and column, message, next step.
const REFUSALS: &str = include_str!("refusals.tsv");

#[test]
fn refusals_say_where_why_and_what_next() {
    for [stream, place, message, help] in rows::<4>(REFUSALS) {
        let text = unescaped(stream);
        let Err(error) = Stream::parse(&text) else {
            panic!("accepted: {stream}");
        };
        let source = Source {
            name: "stdin",
            text: &text,
        };
        let position = source.position(error.span.start);
        assert_eq!(
            format!("{}:{}", position.line, position.column),
            place,
            "{stream}"
        );
        assert_eq!(error.message, message, "{stream}");
        assert_eq!(error.help.as_deref(), Some(help), "{stream}");
    }
}

#[test]
fn refusals_are_phrases_in_our_style() {
    for [stream, _, message, help] in rows::<4>(REFUSALS) {
        for phrase in [message, help] {
            let names = phrase.matches('`').count();
            assert!(
                !phrase.ends_with('.') && names % 2 == 0,
                "{stream}: {phrase}"
            );
            let first = phrase.chars().next().unwrap();
            assert!(
                first.is_lowercase() || "`<".contains(first) || phrase.starts_with("Kubernetes"),
                "{stream}: {phrase}"
            );
        }
    }
}

#[test]
fn the_snippet_of_a_refusal_is_in_the_text() {
    for [stream, ..] in rows::<4>(REFUSALS) {
        let text = unescaped(stream);
        let span = Stream::parse(&text).unwrap_err().span;
        assert!(text.get(span.range()).is_some(), "{stream}: {span:?}");
    }
}
