//! The memory of pods as a picture: a bar each, from the heap to the limit, all on one scale.

use super::super::junit::escaped;
use super::{built_by, count};
use crate::manifest::{Object, Quantity};
use crate::spark::memory::Part;
use crate::spark::pod::{Pod, Predicted};
use std::fmt::Write;

const LEFT: usize = 16;
/// The width of the longest bar.
const WIDTH: i128 = 720;
const BAR: usize = 24;
const LINE: usize = 20;
/// Pixels of a character of 12-pixel monospace.
const CHARACTER: usize = 8;

/// A piece of a bar.
struct Piece {
    name: &'static str,
    fill: &'static str,
    bytes: i128,
}

/// What is drawn of one pod.
struct Bar {
    title: String,
    pieces: Vec<Piece>,
    /// Where the kubelet ends the container, as it is written and in bytes.
    limit: Option<(String, i128)>,
    /// What the node sets aside for the container, as it is written.
    request: Option<String>,
}

/// What stands on one height of the picture.
enum Row {
    Text(String),
    Bar(Bar),
}

/// The summands of a pod's memory as SVG, without scripts, styles or fonts from elsewhere. The description says in words
/// what the picture shows.
pub fn svg(predicted: &[Predicted], objects: &[Object<'_>]) -> String {
    let rows = rows(predicted, objects);
    let bars = rows.iter().filter_map(Row::bar);
    let longest = bars.map(Bar::end).max().unwrap_or(0).max(1);
    let scale = |bytes: i128| usize::try_from(bytes * WIDTH / longest).unwrap_or(0);
    let texts = rows.iter().flat_map(Row::texts);
    let widest = texts.map(|text| text.chars().count() * CHARACTER).max();
    let width = widest.unwrap_or(0).max(scale(longest)) + 2 * LEFT;
    let mut drawn = String::new();
    let mut y = LEFT;
    for row in &rows {
        match row {
            Row::Text(text) => put(&mut drawn, y, text),
            Row::Bar(bar) => bar.draw(&mut drawn, y, &scale),
        }
        y += row.height();
    }
    let words: Vec<_> = rows.iter().map(Row::words).collect();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{y}\" viewBox=\"0 0 {width} {y}\" \
         role=\"img\" aria-labelledby=\"pods-title pods-description\" font-family=\"monospace\" font-size=\"12\">\n  \
         <title id=\"pods-title\">memory of the pods that Spark builds</title>\n  \
         <desc id=\"pods-description\">{}</desc>\n  \
         <rect width=\"{width}\" height=\"{y}\" fill=\"#fff\"/>\n{drawn}</svg>\n",
        escaped(&words.join("; "))
    )
}

fn rows(predicted: &[Predicted], objects: &[Object<'_>]) -> Vec<Row> {
    let mut rows = Vec::new();
    for one in predicted {
        rows.push(Row::Text(format!(
            "{}{}",
            objects[one.object],
            built_by(one)
        )));
        match &one.pods {
            Ok(pods) => rows.extend(pods.iter().map(|pod| Row::Bar(Bar::of(pod)))),
            Err(why) => rows.push(Row::Text(why.said("this"))),
        }
    }
    if predicted.is_empty() {
        rows.push(Row::Text(super::NOTHING.to_owned()));
    }
    rows
}

impl Piece {
    fn label(&self) -> String {
        format!("{} {}", self.name, size(self.bytes))
    }
}

impl Row {
    fn bar(&self) -> Option<&Bar> {
        match self {
            Self::Bar(bar) => Some(bar),
            Self::Text(_) => None,
        }
    }

    fn height(&self) -> usize {
        match self {
            Self::Text(_) => LINE + 4,
            Self::Bar(_) => 2 * LINE + BAR + 20,
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Bar(bar) => bar.words(),
        }
    }

    fn texts(&self) -> Vec<String> {
        match self {
            Self::Text(text) => vec![text.clone()],
            Self::Bar(bar) => vec![bar.heading(), bar.legend()],
        }
    }
}

impl Bar {
    fn of(pod: &Pod) -> Self {
        let resources = &pod.resources;
        let piece = |name, fill, part: &Part| Piece {
            name,
            fill,
            bytes: i128::from(part.mebibytes.max(0)) << 20,
        };
        // Colours that people tell apart who see no red or no green.
        let pieces = [
            piece("heap", "#56b4e9", &resources.heap),
            piece("overhead", "#f0e442", &resources.overhead),
            piece("off-heap", "#e69f00", &resources.off_heap),
            piece("Python", "#b8e0d2", &resources.python),
        ];
        let mut pieces: Vec<_> = pieces.into_iter().filter(|piece| piece.bytes > 0).collect();
        let limit = pod.limit("memory").and_then(|text| {
            let read = Quantity::parse(text).ok()?;
            Some((text.to_owned(), i128::from(read.bytes())))
        });
        let used: i128 = pieces.iter().map(|piece| piece.bytes).sum();
        let free = limit.as_ref().map_or(0, |(_, limit)| limit - used);
        if free > 0 {
            pieces.push(Piece {
                name: "free",
                fill: "#f2f2f2",
                bytes: free,
            });
        }
        Self {
            title: format!("{} × {}", pod.role, count(pod.count)),
            pieces,
            limit,
            request: pod.request("memory").map(str::to_owned),
        }
    }

    /// Where the bar ends, in bytes.
    fn end(&self) -> i128 {
        let pieces: i128 = self.pieces.iter().map(|piece| piece.bytes).sum();
        pieces.max(self.limit.as_ref().map_or(0, |(_, limit)| *limit))
    }

    /// Request and limit, as they are written.
    fn bounds(&self) -> String {
        let request = self.request.as_deref().unwrap_or("none");
        let limit = self.limit.as_ref();
        let limit = limit.map_or("none", |(text, _)| text.as_str());
        format!("request {request}, limit {limit}")
    }

    fn heading(&self) -> String {
        format!("{}: {}", self.title, self.bounds())
    }

    /// As wide as what stands below the bar.
    fn legend(&self) -> String {
        let labels: Vec<_> = self.pieces.iter().map(Piece::label).collect();
        labels.join("    ") + "  "
    }

    /// The bar in words.
    fn words(&self) -> String {
        let pieces: Vec<_> = self.pieces.iter().map(Piece::label).collect();
        format!("{}: {}; {}", self.title, pieces.join(" + "), self.bounds())
    }

    fn draw(&self, out: &mut String, y: usize, scale: &dyn Fn(i128) -> usize) {
        let top = y + LINE;
        let _ = writeln!(out, "  <g>\n  <title>{}</title>", escaped(&self.words()));
        put(out, y, &self.heading());
        let mut from = 0;
        for piece in &self.pieces {
            let (left, right) = (scale(from), scale(from + piece.bytes));
            from += piece.bytes;
            let (x, width) = (LEFT + left, (right - left).max(1));
            let _ = writeln!(
                out,
                "  <rect x=\"{x}\" y=\"{top}\" width=\"{width}\" height=\"{BAR}\" fill=\"{}\" stroke=\"#333\"/>",
                piece.fill
            );
            let label = size(piece.bytes);
            if label.len() * CHARACTER + 8 <= width {
                text(out, x + 4, top + BAR - 8, &label);
            }
        }
        if let Some((_, limit)) = &self.limit {
            let x = LEFT + scale(*limit);
            let (from, to) = (top - 3, top + BAR + 3);
            let _ = writeln!(
                out,
                "  <line x1=\"{x}\" y1=\"{from}\" x2=\"{x}\" y2=\"{to}\" stroke=\"#c00\" stroke-width=\"3\"/>"
            );
        }
        self.key(out, top + BAR + LINE);
        out.push_str("  </g>\n");
    }

    /// What each colour is, with its size.
    fn key(&self, out: &mut String, y: usize) {
        let mut x = LEFT;
        for piece in &self.pieces {
            let label = piece.label();
            let _ = writeln!(
                out,
                "  <rect x=\"{x}\" y=\"{}\" width=\"10\" height=\"10\" fill=\"{}\" stroke=\"#333\"/>",
                y - 10,
                piece.fill
            );
            text(out, x + 2 * CHARACTER, y, &label);
            x += (label.chars().count() + 4) * CHARACTER;
        }
    }
}

/// A line of text.
fn put(out: &mut String, y: usize, line: &str) {
    text(out, LEFT, y + 12, line);
}

fn text(out: &mut String, x: usize, y: usize, text: &str) {
    let _ = writeln!(out, "  <text x=\"{x}\" y=\"{y}\">{}</text>", escaped(text));
}

fn size(bytes: i128) -> String {
    format!("{}Mi", bytes >> 20)
}
