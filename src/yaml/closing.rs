//! What a block scalar would take for its own text once the lines that ended it are gone: deeper comments, blank lines.

use super::extent::header_text;
use super::node::{Document, NodeId, NodeRef, Style};
use crate::text::{Edit, Span};

/// The bytes of an edit, and whether nothing comes in their place.
type Edited = (Span, bool);

impl Document<'_> {
    /// Adds the edits that keep what follows removed lines out of the block scalar before them: a comment moves to the
    /// column of what went, a blank line that would be text goes along.
    pub(super) fn close_scalars(&self, edits: &mut Vec<Edit>) {
        let touched = edits.iter().map(|edit| (edit.span, edit.insert.is_empty()));
        let mut touched: Vec<Edited> = touched.collect();
        if touched.iter().all(|(_, removed)| !removed) {
            return;
        }
        touched.sort_unstable_by_key(|(span, _)| (span.start, span.end));
        let nodes = (0..self.nodes.len() as u32).map(|id| self.node(NodeId(id)));
        for scalar in nodes.filter(|node| matches!(node.style(), Style::Literal | Style::Folded)) {
            self.close_scalar(scalar, &touched, edits);
        }
    }

    /// Follows the lines behind `scalar` up to what ends it.
    fn close_scalar(&self, scalar: NodeRef<'_>, touched: &[Edited], edits: &mut Vec<Edit>) {
        let Span { start, mut end } = scalar.span();
        if edits_in(touched, start, start).any(|(span, _)| span.end > start) {
            return;
        }
        let keeps_blanks = header_text(self.text, start).contains('+');
        // The column of the first line that goes, and where the removal of the last one ends.
        let (mut column, mut gone) = (None, 0);
        let mut next = self.next_line(end);
        while next < self.text.len() {
            let line = Span::new(next, self.line_end(next));
            next = self.next_line(line.end);
            let text = &self.text[line.range()];
            let indent = text.len() - text.trim_start_matches([' ', '\t']).len();
            if edits_in(touched, end, line.end).any(|(_, removed)| !removed) {
                return;
            }
            let mut removals = edits_in(touched, line.start, line.end);
            if let Some((span, _)) = removals.find(|(span, _)| self.takes(*span, line)) {
                (column, gone) = (column.or(Some(indent)), span.end);
            } else if indent == text.len() {
                if column.is_some_and(|column| keeps_blanks || indent > column) {
                    // In the manner of the removal before it, so that no two edits want one line break.
                    let span = match gone > end {
                        true => Span::new(line.start, next),
                        false => Span::new(end, line.end),
                    };
                    gone = span.end;
                    edits.push(removal(span));
                }
            } else {
                let column =
                    column.filter(|column| indent > *column && text[indent..].starts_with('#'));
                let moves =
                    column.map(|column| Span::new(line.start + column, line.start + indent));
                return edits.extend(moves.map(removal));
            }
            end = line.end;
        }
    }

    /// Whether a removal, with the line break before it or the one behind, takes this line.
    fn takes(&self, removal: Span, line: Span) -> bool {
        let end = line.end + usize::from(line.end < self.text.len() || line.is_empty());
        match self.text[removal.start..].starts_with(['\r', '\n']) {
            true => removal.start < line.start && removal.end >= line.end,
            false => removal.start <= line.start && removal.end >= end,
        }
    }
}

fn edits_in(touched: &[Edited], from: usize, to: usize) -> impl Iterator<Item = &Edited> {
    let first = touched.partition_point(|(span, _)| span.end < from);
    let rest = touched[first..].iter();
    rest.take_while(move |(span, _)| span.start <= to)
}

fn removal(span: Span) -> Edit {
    Edit {
        span,
        insert: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::yaml::splice::tests::case;

    const REMOVE_B: &str = r#"[{"op":"remove","path":"/b"}]"#;

    #[test]
    fn a_block_scalar_takes_nothing_in_of_what_follows_a_removed_key() {
        for (before, after) in [
            (
                "a: |\n  t\nb: 1\n    # deep\n# not\nc: 2\n",
                "a: |\n  t\n# deep\n# not\nc: 2\n",
            ),
            (
                "a: >-\n  t\n\nb: {x: 1,\n y: 2}\n\n  # deep\n  # deep, too\nc: 2\n",
                "a: >-\n  t\n\n\n# deep\n  # deep, too\nc: 2\n",
            ),
            // A comment before the key has ended the text.
            (
                "a: |\n  t\n# c\nb: 1\n    # deep\nc: 2\n",
                "a: |\n  t\n# c\n    # deep\nc: 2\n",
            ),
            ("a: |\nb: 1\n  # deep\nc: 2\n", "a: |\n# deep\nc: 2\n"),
            // Of kept line breaks there may not be more.
            (
                "a: |+\n  t\nb: 1\n\n    \n# c\n\nc: 2\n",
                "a: |+\n  t\n# c\n\nc: 2\n",
            ),
            ("a: |+\n  t\nb: 1\n\n", "a: |+\n  t\n"),
            ("a: |\r\n  t\r\nb: 1\r\n  # d", "a: |\r\n  t\r\n# d"),
            ("a: |\n  t\nb: 1\n     \nc: 2\n", "a: |\n  t\nc: 2\n"),
        ] {
            case(before, REMOVE_B, after);
        }
        case(
            "a:\n- k: >\n    t\n- x\n      # deep\n- y\n",
            r#"[{"op":"remove","path":"/a/1"}]"#,
            "a:\n- k: >\n    t\n# deep\n- y\n",
        );
        case(
            "w: |+\n  t\na:\n  x: 1\n\n  y: 2\n    # deep\n\nb: 3\n\nc: 4\n",
            r#"[{"op":"remove","path":"/a"},{"op":"remove","path":"/b"}]"#,
            "w: |+\n  t\n# deep\n\n\nc: 4\n",
        );
        // What comes in its place ends the text.
        case(
            "a: |\n  t\nb: 1\n    # deep\n",
            r#"[{"op":"remove","path":"/b"},{"op":"add","path":"/c","value":2}]"#,
            "a: |\n  t\nc: 2\n    # deep\n",
        );
    }
}
