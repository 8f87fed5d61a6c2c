//! Removing children of a collection, together where they stand together: comments on their lines go, lines after stay.

use super::node::Style;
use super::splice::Splicer;
use crate::text::Span;

/// A child of a collection.
pub(super) struct Child {
    /// From its key, or its dash, to the end of its content.
    pub(super) span: Span,
    /// Whether it goes.
    pub(super) goes: bool,
}

impl Splicer<'_> {
    /// Removes those children that go; one at least stays.
    pub(super) fn remove_children(&mut self, children: &[Child], style: Style) {
        let mut begin = 0;
        for run in children.chunk_by(|a, b| a.goes == b.goes) {
            let end = begin + run.len();
            if run[0].goes {
                let before = begin.checked_sub(1).map(|index| children[index].span.end);
                let after = children.get(end).map(|child| child.span.start);
                self.remove_run(run, before, after, style);
            }
            begin = end;
        }
    }

    fn remove_run(
        &mut self,
        run: &[Child],
        before: Option<usize>,
        after: Option<usize>,
        style: Style,
    ) {
        let (first, last) = (run[0].span, run[run.len() - 1].span);
        match (style, before, after) {
            (Style::Flow, _, Some(after)) => self.edit(Span::new(first.start, after), ""),
            (Style::Flow, Some(before), None) => {
                let blank = self.document.text[last.end..].starts_with([' ', '\n', '\r']);
                let gap = if blank { "" } else { self.gap(before) };
                self.edit(Span::new(before, last.end), gap);
            }
            (Style::Flow, None, None) => {}
            // The first key of an item stands behind its dash, which stays.
            (_, _, Some(after)) if !self.document.begins_line(first.start) => {
                self.edit(Span::new(first.start, after), "");
            }
            // At the end of the collection something may be added: the break before goes, the last one stays.
            (_, Some(_), None) => {
                for child in run {
                    self.edit(self.lines_and_break_before(child.span), "");
                }
            }
            _ => {
                for child in run {
                    self.edit(self.whole_lines(child.span), "");
                }
            }
        }
    }

    /// The lines of `span` with the last line break.
    fn whole_lines(&self, span: Span) -> Span {
        Span::new(
            self.document.line_start(span.start),
            self.document.next_line(span.end),
        )
    }

    /// The lines of `span` with the line break before them, so that what is new may follow at their end.
    pub(super) fn lines_and_break_before(&self, span: Span) -> Span {
        let before = self.document.line_start(span.start).saturating_sub(1);
        Span::new(
            self.document.line_end(self.document.line_start(before)),
            self.document.line_end(span.end),
        )
    }
}

#[cfg(test)]
mod tests {
    use crate::yaml::splice::tests::case;

    const PUSH_1: &str = r#"[{"op":"add","path":"/a/-","value":1}]"#;
    const DROP_X: &str = r#"[{"op":"remove","path":"/a/x"}]"#;
    const SWAP: &str = r#"[{"op":"remove","path":"/a/x"},{"op":"add","path":"/a/y","value":1}]"#;
    const SET_X: &str = r#"[{"op":"add","path":"/a/x","value":1}]"#;

    #[test]
    fn absent_values_in_brackets() {
        for (before, after) in [
            ("a: {b: }\n", "a: {b: , x: 1 }\n"),
            ("a: {\"b\":}\n", "a: {\"b\": , \"x\": 1}\n"),
            ("a: {b}\n", "a: {b, x: 1}\n"),
            ("a: {? b}\n", "a: {? b, x: 1}\n"),
            ("a: {? b : }\n", "a: {? b : , x: 1 }\n"),
            ("a: {b: , }\n", "a: {b: , x: 1 , }\n"),
            ("a: {b: !!str }\n", "a: {b: !!str , x: 1 }\n"),
            ("a: {b: &b }\n", "a: {b: &b, x: 1 }\n"),
            ("a: {b: # c\n  }\n", "a: {b: , x: 1 # c\n  }\n"),
            ("a: {\n  b: \n}\n", "a: {\n  b: ,\n  x: 1 \n}\n"),
            ("a: {x: }\n", "a: {x: 1 }\n"),
            ("a: {x: , b: }\n", "a: {x: 1 , b: }\n"),
            ("a: {\"x\":}\n", "a: {\"x\": 1}\n"),
            ("a: {x}\n", "a: {x: 1}\n"),
            ("a: {x, b}\n", "a: {x: 1, b}\n"),
            ("a: {? x}\n", "a: {? x: 1}\n"),
            ("a: {? x : }\n", "a: {? x : 1 }\n"),
        ] {
            case(before, SET_X, after);
        }
        for (before, after) in [
            ("a: [b, c: ]\n", "a: [b, c: , 1]\n"),
            ("a: [b, \"c\":]\n", "a: [b, \"c\": , 1]\n"),
            ("a: [b, ? c]\n", "a: [b, ? c, 1]\n"),
            ("a: [b, c: !!str ]\n", "a: [b, c: !!str , 1]\n"),
            ("a: [b, !!str ]\n", "a: [b, !!str , 1 ]\n"),
            ("a: [b, {c: }]\n", "a: [b, {c: }, 1]\n"),
        ] {
            case(before, PUSH_1, after);
        }
        case("a: {b: , x: 1}\n", DROP_X, "a: {b: }\n");
        case("a: {b: !!str , x: }\n", DROP_X, "a: {b: !!str }\n");
        case("a: {b: , x: 1}\n", SWAP, "a: {b: , \"y\": 1 }\n");
    }
}
