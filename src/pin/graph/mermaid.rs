//! The graph as a Mermaid flowchart: whole lines are pinned, dotted ones are not.

use super::Graph;
use std::fmt::Write;

/// The graph for a page that draws Mermaid.
pub fn mermaid(graph: &Graph) -> String {
    let mut out = String::from("flowchart LR\n");
    for (number, reader) in graph.readers.iter().enumerate() {
        let _ = writeln!(out, "  r{number}[\"{}\"]", label(&reader.title()));
    }
    for (number, source) in graph.sources.iter().enumerate() {
        let title = label(&source.title());
        // What is not in the stream has round corners.
        let _ = match source.origin() {
            Some(origin) => writeln!(out, "  s{number}([\"{title}<br/>{}\"])", label(&origin)),
            None => writeln!(out, "  s{number}[\"{title}\"]"),
        };
    }
    for (number, reader) in graph.readers.iter().enumerate() {
        let edges = reader.edges.iter();
        let mut lines: Vec<_> = edges
            .map(|edge| {
                let arrow = if edge.pinned { "-->" } else { "-.->" };
                format!("  r{number} {arrow} s{}", edge.source)
            })
            .collect();
        lines.sort();
        lines.dedup();
        for line in lines {
            let _ = writeln!(out, "{line}");
        }
    }
    out
}

fn label(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "#quot;")
        .replace('<', "&lt;")
}
