//! How a document is laid out: columns, line ends, and the manner of its author.

use super::emit::Manner;
use super::node::{Document, Kind, NodeId, NodeRef, Style};

impl Document<'_> {
    /// 0-based column of an offset, in bytes: what precedes on the line is blanks and dashes wherever it matters.
    pub(super) fn column(&self, offset: usize) -> usize {
        offset - self.line_start(offset)
    }

    /// Where the line begins that `offset` lies on; behind a byte order mark.
    pub(super) fn line_start(&self, offset: usize) -> usize {
        let start = memchr::memrchr(b'\n', &self.text.as_bytes()[..offset]).map_or(0, |n| n + 1);
        let mark = '\u{feff}'.len_utf8();
        if start == 0 && offset >= mark && self.text.starts_with('\u{feff}') {
            mark
        } else {
            start
        }
    }

    /// Where the line ends that `offset` lies on: before its line break.
    pub(super) fn line_end(&self, offset: usize) -> usize {
        let end = memchr::memchr(b'\n', &self.text.as_bytes()[offset..])
            .map_or(self.text.len(), |n| offset + n);
        if end > offset && self.text.as_bytes()[end - 1] == b'\r' {
            end - 1
        } else {
            end
        }
    }

    /// The line break that stands at `offset`, a line's end; `None` at the end of the text.
    pub(super) fn newline_at(&self, offset: usize) -> Option<&'static str> {
        let rest = &self.text[offset..];
        let windows = rest.starts_with("\r\n").then_some("\r\n");
        windows.or(rest.starts_with('\n').then_some("\n"))
    }

    /// After the line break of the line that `offset` lies on.
    pub(super) fn next_line(&self, offset: usize) -> usize {
        memchr::memchr(b'\n', &self.text.as_bytes()[offset..])
            .map_or(self.text.len(), |n| offset + n + 1)
    }

    /// Whether only blanks stand before `offset` on its line.
    pub(super) fn begins_line(&self, offset: usize) -> bool {
        self.text[self.line_start(offset)..offset]
            .trim_matches([' ', '\u{feff}'])
            .is_empty()
    }

    /// The manner of the document: from its first nested mapping, first sequence and first quoted scalar.
    pub(super) fn manner(&self) -> Manner {
        let newline = match memchr::memchr(b'\n', self.text.as_bytes()) {
            Some(at) if at > 0 && self.text.as_bytes()[at - 1] == b'\r' => "\r\n",
            _ => "\n",
        };
        let mut manner = Manner {
            step: 0,
            dash: usize::MAX,
            quote: '\0',
            json: false,
            newline,
        };
        for id in 0..self.nodes.len() as u32 {
            observe(
                NodeRef {
                    document: self,
                    id: NodeId(id),
                },
                &mut manner,
            );
            if manner.step > 0 && manner.dash != usize::MAX && manner.quote != '\0' {
                break;
            }
        }
        let first_key = self.root().and_then(|root| root.children().next());
        manner.json = self.root().is_some_and(|root| root.style() == Style::Flow)
            && first_key.is_none_or(|key| key.style() == Style::DoubleQuoted);
        manner.step = if manner.step == 0 { 2 } else { manner.step };
        manner.dash = if manner.dash == usize::MAX {
            0
        } else {
            manner.dash
        };
        manner.quote = if manner.quote == '\'' { '\'' } else { '"' };
        manner
    }
}

/// Takes in what a node shows of its author's manner.
fn observe(node: NodeRef<'_>, manner: &mut Manner) {
    match node.style() {
        Style::SingleQuoted if manner.quote == '\0' => manner.quote = '\'',
        Style::DoubleQuoted if manner.quote == '\0' => manner.quote = '"',
        Style::Block
            if node.kind() == Kind::Mapping && (manner.step == 0 || manner.dash == usize::MAX) =>
        {
            for (key, value) in node.entries() {
                let column = node.document.column(key.outer_span().start);
                if value.style() != Style::Block || value.span().is_empty() {
                    continue;
                }
                let inner = node.document.column(value.span().start);
                if value.kind() == Kind::Sequence && manner.dash == usize::MAX {
                    manner.dash = inner.saturating_sub(column);
                } else if value.kind() == Kind::Mapping && manner.step == 0 {
                    manner.step = inner.saturating_sub(column);
                }
            }
        }
        _ => {}
    }
}

/// Whether a flow collection is written as JSON: its keys, or else its text, in double quotes.
pub(super) fn is_json(flow: NodeRef<'_>) -> bool {
    let quoted = |node: NodeRef<'_>| node.style() == Style::DoubleQuoted;
    match flow.kind() {
        Kind::Mapping => flow.children().next().is_some_and(quoted),
        _ => false,
    }
}
