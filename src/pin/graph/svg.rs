//! The graph as a picture: pods on the left, what they read on the right; whole lines are pinned, dashed ones are not.

use super::Graph;
use std::fmt::Write;

const ROW: usize = 34;
const BOX: usize = 24;
const LEFT: usize = 16;
const GAP: usize = 160;
/// Pixels of a character of 12-pixel monospace.
const CHARACTER: usize = 8;

/// The graph as SVG, without scripts, styles or fonts from elsewhere.
pub fn svg(graph: &Graph) -> String {
    let readers: Vec<_> = graph.readers.iter().map(super::Reader::title).collect();
    let with_origin = |source: &super::Source| match source.origin() {
        Some(origin) => format!("{} ({origin})", source.title()),
        None => source.title(),
    };
    let sources: Vec<_> = graph.sources.iter().map(with_origin).collect();
    let width = |titles: &[String]| {
        let longest = titles.iter().map(|title| title.chars().count()).max();
        longest.unwrap_or(1) * CHARACTER + 16
    };
    let (left, right) = (width(&readers), width(&sources));
    let from = LEFT + left;
    let to = from + GAP;
    let height = LEFT + readers.len().max(sources.len()) * ROW;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{height}\" \
         font-family=\"monospace\" font-size=\"12\">\n",
        to + right + LEFT
    );
    for (number, reader) in graph.readers.iter().enumerate() {
        let mut edges: Vec<_> = reader
            .edges
            .iter()
            .map(|edge| (edge.source, edge.pinned))
            .collect();
        edges.sort_unstable();
        edges.dedup();
        for (source, pinned) in edges {
            let dashes = if pinned {
                ""
            } else {
                " stroke-dasharray=\"4 3\""
            };
            let _ = writeln!(
                out,
                "  <line x1=\"{from}\" y1=\"{}\" x2=\"{to}\" y2=\"{}\" stroke=\"#555\"{dashes}/>",
                middle(number),
                middle(source)
            );
        }
    }
    for (number, title) in readers.iter().enumerate() {
        boxed(&mut out, LEFT, number, left, title, false);
    }
    for (number, title) in sources.iter().enumerate() {
        let elsewhere = graph.sources[number].origin().is_some();
        boxed(&mut out, to, number, right, title, elsewhere);
    }
    out + "</svg>\n"
}

fn middle(row: usize) -> usize {
    LEFT + row * ROW + BOX / 2
}

fn boxed(out: &mut String, x: usize, row: usize, width: usize, title: &str, elsewhere: bool) {
    let y = LEFT + row * ROW;
    let fill = if elsewhere { "#fff" } else { "#e8eef7" };
    let _ = writeln!(
        out,
        "  <rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{BOX}\" rx=\"4\" fill=\"{fill}\" stroke=\"#555\"/>\n  \
         <text x=\"{}\" y=\"{}\">{}</text>",
        x + 8,
        y + BOX - 8,
        escaped(title)
    );
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
