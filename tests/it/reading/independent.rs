//! Another parser of YAML as witness: the same shape and the same texts on real charts.

use crate::support::{corpus, files};
use sparkk8s_post::yaml::{Document, Kind, NodeRef, Stream, Style};
use yaml_rust2::Event;
use yaml_rust2::parser::Parser;
use yaml_rust2::scanner::TScalarStyle;

/// A node's text, or the edge of a collection.
#[derive(Debug, PartialEq)]
enum Piece {
    Text(String),
    Alias,
    Open(Kind),
    Close,
}

/// The other parser's pieces of a document.
fn witnessed(text: &str) -> Result<Vec<Piece>, String> {
    let mut parser = Parser::new_from_str(text);
    let mut pieces = vec![];
    loop {
        let (event, _) = parser.next_token().map_err(|error| error.to_string())?;
        pieces.push(match event {
            Event::StreamEnd => return Ok(pieces),
            // An absent value is reported as one.
            Event::Scalar(text, TScalarStyle::Plain, ..) if text == "~" => {
                Piece::Text(String::new())
            }
            Event::Scalar(text, ..) => Piece::Text(text),
            Event::Alias(_) => Piece::Alias,
            Event::SequenceStart(..) => Piece::Open(Kind::Sequence),
            Event::MappingStart(..) => Piece::Open(Kind::Mapping),
            Event::SequenceEnd | Event::MappingEnd => Piece::Close,
            _ => continue,
        });
    }
}

fn pieces(node: NodeRef<'_>, out: &mut Vec<Piece>) {
    match node.kind() {
        Kind::Alias => out.push(Piece::Alias),
        Kind::Scalar => {
            let absent = node.style() == Style::Plain && node.text() == "~";
            let text = if absent { "" } else { node.text() };
            out.push(Piece::Text(text.to_owned()));
        }
        kind => {
            out.push(Piece::Open(kind));
            node.children().for_each(|child| pieces(child, out));
            out.push(Piece::Close);
        }
    }
}

fn ours(document: &Document<'_>) -> Vec<Piece> {
    let mut out = vec![];
    if let Some(root) = document.root() {
        pieces(root, &mut out);
    }
    out
}

#[test]
fn another_parser_sees_the_same_shape_and_texts() {
    let Some(corpus) = corpus() else {
        return;
    };
    let (mut compared, mut pieces) = (0, 0);
    for folder in ["spark-charts", "plain-manifests", "host-streams"] {
        for file in files(&corpus.join(folder)) {
            let text = std::fs::read_to_string(&file).unwrap();
            let Ok(stream) = Stream::parse(&text) else {
                continue;
            };
            for document in &stream.documents {
                let place = format!("{}, byte {}", file.display(), document.offset);
                let witnessed = witnessed(document.text).unwrap_or_else(|e| panic!("{place}: {e}"));
                let ours = ours(document);
                // It reports a document of nothing but comments as one absent value.
                if ours.is_empty() && witnessed.len() <= 1 {
                    continue;
                }
                let first = ours.iter().zip(&witnessed).find(|(a, b)| a != b);
                assert!(first.is_none(), "{place}: {first:?}");
                assert_eq!(ours.len(), witnessed.len(), "{place}");
                compared += 1;
                pieces += ours.len();
            }
        }
    }
    assert!(compared > 2_000 && pieces > 100_000, "{compared} {pieces}");
}
