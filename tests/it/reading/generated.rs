//! Generated documents: no value of ours differs from what Kubernetes reads, and we accept nothing that it refuses.

use super::generator::Writer;
use super::{Reading, Verdict, judge, ours, theirs_each};
use crate::support::host;
use sparkk8s_post::yaml::{Document, NodeRef, Stream};
use std::collections::BTreeMap;
use std::path::Path;

/// Pieces that documents are mutilated with.
const PIECES: &[&str] = &[
    ":", ": ", "- ", "-", "? ", "\n", "\n  ", "\n ", "\t", " ", "{", "}", "[", "]", ",", "#",
    " #c", "\"", "'", "|\n", ">", "&a ", "*a", "!!str ", "!", "<<", "~", "...", "\n...\n", "\n\n",
    "\n\t", "\\", "é", "\u{a0}", "%", "@", "--", "\r", "\r\n", "\r\r\n", "\u{85}", "\u{2028}",
    "\u{feff}",
];

/// A document with a few pieces put in, taken out or changed.
fn mutilated(writer: &mut Writer) -> String {
    let mut chars: Vec<char> = writer.document().chars().collect();
    for _ in 0..=writer.below(2) {
        let at = writer.below(chars.len().max(1)).min(chars.len());
        let end = (at + 1 + writer.below(8)).min(chars.len());
        match writer.below(4) {
            0 => drop(chars.drain(at..end)),
            1 => {
                let copy = chars[at..end].to_vec();
                chars.splice(at..at, copy);
            }
            _ => drop(chars.splice(at..at, writer.one_of(PIECES).chars()).count()),
        }
    }
    chars.into_iter().collect()
}

/// Compares each document on as many threads as there are halves, and gives how often each verdict came.
fn compare(readers: &Path, documents: &[String]) -> BTreeMap<Verdict, usize> {
    let mut count = BTreeMap::new();
    let mut refusals: BTreeMap<String, (usize, &str)> = BTreeMap::new();
    let theirs: Vec<Reading> = std::thread::scope(|scope| {
        let halves = documents.chunks(documents.len().div_ceil(2));
        let threads: Vec<_> = halves
            .map(|half| scope.spawn(|| theirs_each(readers, &[], half)))
            .collect();
        let readings = threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap());
        readings.collect()
    });
    for (document, their) in documents.iter().zip(&theirs) {
        // Between others, a document always has its line break.
        let line_break = if document.ends_with('\n') { "" } else { "\n" };
        let our = ours(format!("---\n---\n{document}{line_break}").as_bytes());
        let verdict = judge(&our, their);
        if verdict == Verdict::DifferentValue && collides(readers, document, &our) {
            continue;
        }
        *count.entry(verdict).or_default() += 1;
        match verdict {
            Verdict::Same => {}
            Verdict::OnlyTheyAccept => {
                let reason = our.error.unwrap_or_default();
                let class = refusals.entry(reason).or_insert((0, document));
                class.0 += 1;
            }
            _ => panic!("{verdict:?}\n{document:?}\n{our:?}\n{their:?}"),
        }
    }
    for (reason, (times, document)) in refusals {
        println!("only they accept, {times} times: {reason}\n    {document:?}");
    }
    count
}

/// Whether Kubernetes reads the document now so, now so: keys that are one after conversion have no order.
fn collides(readers: &Path, document: &str, our: &Reading) -> bool {
    let again = theirs_each(readers, &[], &vec![document.to_owned(); 12]);
    again.iter().any(|their| judge(our, their) == Verdict::Same)
}

/// Nodes lie in the text, children inside their parents' bytes or behind them, one after the other.
fn assert_in_order(node: NodeRef<'_>) {
    let mut end = node.span().start;
    for child in node.children() {
        let (outer, own) = (child.outer_span(), child.span());
        let text = child.document.text;
        assert!(
            outer.start >= end.min(own.start) && own.end >= own.start,
            "{outer:?} {text:?}"
        );
        assert!(text.get(outer.range()).is_some(), "{outer:?} {text:?}");
        assert!(
            own.is_empty() || own.start >= end,
            "{own:?} behind {end}: {text:?}"
        );
        end = end.max(own.end);
        assert_in_order(child);
    }
}

#[test]
fn nodes_lie_one_after_the_other() {
    let mut writer = Writer::new();
    for _ in 0..4_000 {
        let document = match writer.odds(500) {
            true => writer.document(),
            false => mutilated(&mut writer),
        };
        let Ok(stream) = Stream::parse(&document) else {
            continue;
        };
        for root in stream.documents.iter().filter_map(Document::root) {
            assert_in_order(root);
        }
    }
}

#[test]
fn ten_thousand_documents_read_as_kubernetes_reads_them() {
    let mut writer = Writer::new();
    let documents: Vec<_> = (0..10_000).map(|_| writer.document()).collect();
    let Some(readers) = host("readers") else {
        return;
    };
    let count = compare(&readers, &documents);
    println!("{count:?}");
    assert!(
        count.get(&Verdict::OnlyTheyAccept).unwrap_or(&0) < &200,
        "{count:?}"
    );
    let accepted = documents
        .iter()
        .filter(|text| ours(text.as_bytes()).error.is_none());
    assert!(accepted.count() > 7_000);
}

#[test]
fn mutilated_documents_read_as_kubernetes_reads_them() {
    let mut writer = Writer::new();
    let documents: Vec<_> = (0..2_000).map(|_| mutilated(&mut writer)).collect();
    for document in &documents {
        let _ = ours(document.as_bytes());
    }
    let Some(readers) = host("readers") else {
        return;
    };
    let documents: Vec<_> = documents
        .into_iter()
        // The readers would split here, and what follows would be another document's.
        .filter(|document| !document.starts_with("---") && !document.contains("\n---"))
        .collect();
    let count = compare(&readers, &documents);
    println!("{count:?}");
    assert!(
        count.get(&Verdict::OnlyTheyAccept).unwrap_or(&0) < &200,
        "{count:?}"
    );
}
