//! The graph as lines: each pod, what it reads, and what becomes of a change.

use super::{Edge, Graph, Reader, on_one_line};
use std::fmt::Write;

/// The graph for people.
pub fn text(graph: &Graph) -> String {
    let mut out = String::new();
    for reader in &graph.readers {
        let _ = writeln!(out, "{}{}", reader.title(), head(reader, graph));
        let width = reader
            .edges
            .iter()
            .map(|edge| title(edge, graph).chars().count());
        let width = width.max().unwrap_or_default();
        for edge in &reader.edges {
            let title = title(edge, graph);
            let _ = writeln!(out, "  {title:<width$}  {}", line(edge, graph));
        }
    }
    if graph.readers.is_empty() {
        out.push_str("no pod of this stream reads anything from another object\n");
    }
    out
}

fn head(reader: &Reader, graph: &Graph) -> String {
    match (&reader.digest, &reader.why) {
        (Some(digest), _) => format!("  pinned by {}", &digest[..digest.len().min(19)]),
        (None, Some(why)) => format!("  not pinned: {why}"),
        (None, None) if reader.edges.iter().any(|edge| edge.is_data(&graph.sources)) => {
            "  not pinned".to_owned()
        }
        (None, None) => String::new(),
    }
}

fn title(edge: &Edge, graph: &Graph) -> String {
    let source = &graph.sources[edge.source];
    let keys = edge
        .keys
        .as_ref()
        .map(|keys| format!("[{}]", keys.join(", ")));
    let origin = source.origin().map(|origin| format!(" ({origin})"));
    let (keys, origin) = (keys.unwrap_or_default(), origin.unwrap_or_default());
    format!("{}{keys}{origin}", source.title())
}

fn line(edge: &Edge, graph: &Graph) -> String {
    let by = edge.container.as_ref().map_or_else(
        || edge.by.clone(),
        |container| format!("{} of `{container}`", edge.by),
    );
    let end = match (&edge.why, edge.pinned) {
        (Some(why), _) => why.clone(),
        (None, true) => "pinned".to_owned(),
        (None, false) => "a change waits for the next start".to_owned(),
    };
    let reason = graph.sources[edge.source].reason.as_ref();
    let reason = reason.map(|reason| format!(" ({})", on_one_line(reason.trim())));
    format!("{by}: {end}{}", reason.unwrap_or_default())
}
