//! Replacements of byte ranges, applied in one pass. Everything outside them stays as it was.

use crate::text::Span;

/// `span` becomes `insert`; an empty span is an insertion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes that go.
    pub span: Span,
    /// What stands there afterwards.
    pub insert: String,
}

/// Edits of one text, sorted and disjoint.
#[derive(Clone, Debug, Default)]
pub struct EditSet {
    edits: Vec<Edit>,
}

/// Two edits want the same bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("edits overlap at bytes {}..{} and {}..{}", .0.start, .0.end, .1.start, .1.end)]
pub struct Conflict(pub Span, pub Span);

impl EditSet {
    /// Sorts the edits and refuses overlaps. Insertions at one place keep their order; an insertion at the
    /// edge of a replacement is no overlap.
    pub fn new(mut edits: Vec<Edit>) -> Result<Self, Conflict> {
        let place = |edit: &Edit| (edit.span.start, edit.span.end);
        // Sorting takes room, and those of whole documents come in order.
        if !edits.is_sorted_by_key(place) {
            edits.sort_by_key(place);
        }
        for pair in edits.windows(2) {
            if pair[1].span.start < pair[0].span.end {
                return Err(Conflict(pair[0].span, pair[1].span));
            }
        }
        Ok(Self { edits })
    }

    /// The edits in order.
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }

    /// The edits in order, given away.
    pub fn into_edits(self) -> impl Iterator<Item = Edit> {
        self.edits.into_iter()
    }

    /// Whether applying changes nothing.
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// The text with all edits made.
    pub fn apply(&self, text: &str) -> String {
        self.pieces(text).concat()
    }

    /// The text with all edits made, in pieces: a large one need not be held twice.
    pub fn pieces<'t>(&'t self, text: &'t str) -> Vec<&'t str> {
        let mut pieces = Vec::with_capacity(2 * self.edits.len() + 1);
        let mut done = 0;
        for edit in &self.edits {
            pieces.extend([&text[done..edit.span.start], &edit.insert]);
            done = edit.span.end;
        }
        pieces.push(&text[done..]);
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(start: usize, end: usize, insert: &str) -> Edit {
        Edit {
            span: Span::new(start, end),
            insert: insert.into(),
        }
    }

    #[test]
    fn applies_in_one_pass_whatever_the_order() {
        let set = EditSet::new(vec![edit(4, 5, "E"), edit(0, 1, "AA"), edit(2, 2, "x")]).unwrap();
        assert_eq!(set.apply("abcdef"), "AAbxcdEf");
    }

    #[test]
    fn overlap_is_refused() {
        let refused = EditSet::new(vec![edit(0, 3, ""), edit(2, 4, "")]).unwrap_err();
        assert_eq!(refused, Conflict(Span::new(0, 3), Span::new(2, 4)));
    }

    #[test]
    fn no_edit_is_identity() {
        assert_eq!(
            EditSet::new(vec![]).unwrap().apply("a\r\n\u{feff}"),
            "a\r\n\u{feff}"
        );
    }
}
