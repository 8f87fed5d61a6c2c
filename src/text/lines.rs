//! Where the lines of a text begin, for many positions in it.

use crate::text::Position;

/// An index of line starts: 4 bytes a line.
#[derive(Clone, Debug)]
pub struct Lines<'a> {
    text: &'a str,
    starts: Vec<u32>,
}

impl<'a> Lines<'a> {
    /// Indexes a text of at most 4 GiB.
    pub fn new(text: &'a str) -> Self {
        let breaks = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32 + 1);
        Self {
            text,
            starts: std::iter::once(0).chain(breaks).collect(),
        }
    }

    /// The line and column of a byte offset.
    pub fn position(&self, offset: usize) -> Position {
        let line = self
            .starts
            .partition_point(|start| *start as usize <= offset);
        let start = self.starts[line - 1] as usize;
        Position {
            line,
            column: self.text[start..offset.min(self.text.len())]
                .chars()
                .count()
                + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Source;

    #[test]
    fn agrees_with_counting() {
        let text = "a: é\n\nб: x\n";
        let source = Source { name: "t", text };
        for at in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
            assert_eq!(Lines::new(text).position(at), source.position(at), "{at}");
        }
    }
}
