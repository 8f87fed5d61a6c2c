//! Texts of objects, in which findings and changes have their places: each is read once, however many these are, but for
//! YAML with placeholders.

use crate::manifest::spark::{Property, edit, properties};
use crate::manifest::template::readable;
use crate::text::Span;
use crate::yaml::{Document, Nested, NodeRef, Pointer, Stream};
use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

/// The texts that somebody asked about, by object and place.
#[derive(Default)]
pub(super) struct Held<'a>(RefCell<BTreeMap<usize, BTreeMap<Pointer, Rc<Text<'a>>>>>);

/// One of them, read as far as somebody asked.
struct Text<'a> {
    node: NodeRef<'a>,
    /// Its lines in the document, where each line of the text is one of the document.
    lines: OnceCell<Option<Nested>>,
    settings: OnceCell<Settings>,
    structure: OnceCell<Structure<'a>>,
}

/// A text of properties.
struct Settings {
    entries: Vec<Property>,
    /// By key; of equal ones in their order.
    by_key: Vec<usize>,
}

/// A text of YAML.
enum Structure<'a> {
    Read(Stream<'a>),
    /// What is to be filled in stands in it as letters; it is parsed for each place.
    FilledIn(String),
    Unreadable,
}

impl<'a> Held<'a> {
    /// Where in a document something stands that is looked for in an object, or in a text of it: at its own line, where each
    /// line of the text is one of the document.
    pub(super) fn find(
        &self,
        (object, root): (usize, NodeRef<'a>),
        within: Option<&Pointer>,
        path: &Pointer,
        find: impl Fn(NodeRef<'_>) -> (Span, bool),
    ) -> (Span, bool) {
        let Some(text) = within.and_then(|within| self.text((object, root), within)) else {
            return find(root);
        };
        let inner = match key(path) {
            Some(key) => Some(text.settings().find(&key, text.node.text().len())),
            None => text.find(find),
        };
        match (inner, text.lines()) {
            (Some((span, exact)), Some(lines)) => {
                let outer = Span::new(lines.outer(span.start), lines.outer(span.end));
                (outer, exact)
            }
            // What is no line of the document is nowhere for sure; a value inside is, where its text is one.
            (Some((_, exact)), None) => (text.node.span(), exact && key(path).is_none()),
            (None, _) => (text.node.span(), false),
        }
    }

    fn text(&self, (object, root): (usize, NodeRef<'a>), within: &Pointer) -> Option<Rc<Text<'a>>> {
        let mut all = self.0.borrow_mut();
        let own = all.entry(object).or_default();
        if let Some(known) = own.get(within) {
            return Some(Rc::clone(known));
        }
        let text = Rc::new(Text {
            node: root.at_pointer(within)?.resolved(),
            lines: OnceCell::new(),
            settings: OnceCell::new(),
            structure: OnceCell::new(),
        });
        own.insert(within.clone(), Rc::clone(&text));
        Some(text)
    }
}

/// The setting that a path into a text is one of.
fn key(path: &Pointer) -> Option<String> {
    let key = path.last().filter(|_| path.len() == 1)?;
    key.starts_with("spark.").then(|| key.into_owned())
}

impl Text<'_> {
    fn lines(&self) -> Option<&Nested> {
        self.lines.get_or_init(|| Nested::of(self.node)).as_ref()
    }

    fn settings(&self) -> &Settings {
        let read = || Settings::of(properties(self.node.text()));
        self.settings.get_or_init(read)
    }

    /// Where something stands in the structure of the text.
    fn find(&self, find: impl Fn(NodeRef<'_>) -> (Span, bool)) -> Option<(Span, bool)> {
        let of = |stream: &Stream<'_>| {
            let inner = stream.documents.iter().find_map(Document::root)?;
            let (span, exact) = find(inner);
            Some((span.shifted(inner.document.offset), exact))
        };
        match self.structure.get_or_init(|| Structure::of(self.node)) {
            Structure::Read(stream) => of(stream),
            Structure::FilledIn(text) => of(&Stream::parse(text).ok()?),
            Structure::Unreadable => None,
        }
    }
}

impl Settings {
    fn of(entries: Vec<Property>) -> Self {
        let mut by_key: Vec<_> = (0..entries.len()).collect();
        by_key.sort_by(|one, other| entries[*one].key.cmp(&entries[*other].key));
        Self { entries, by_key }
    }

    /// Where the text has a setting, its last entry; the one that it would stand behind, where it has none.
    fn find(&self, key: &str, length: usize) -> (Span, bool) {
        let whole = |entry: &Property| Span::new(entry.key_span.start, entry.value_span.end);
        let behind = self
            .by_key
            .partition_point(|at| *self.entries[*at].key <= *key);
        let last = self.by_key[..behind].last().map(|at| &self.entries[*at]);
        if let Some(own) = last.filter(|entry| entry.key == key) {
            return (whole(own), true);
        }
        let nearest = edit::neighbour(&self.entries, key).or(self.entries.last());
        (nearest.map_or(Span::empty(length), whole), false)
    }
}

impl<'a> Structure<'a> {
    fn of(node: NodeRef<'a>) -> Self {
        match readable(node.text()) {
            Cow::Borrowed(text) => Stream::parse(text).map_or(Self::Unreadable, Self::Read),
            Cow::Owned(text) => Self::FilledIn(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Held;
    use crate::yaml::{Pointer, Stream};
    use std::rc::Rc;

    #[test]
    fn a_text_is_read_once_and_each_place_is_its_own_line() {
        let text = "data:\n  a: |\n    spark.x=1\n    spark.y=2\n    spark.x=3\n  b: |\n    k:\n      l: 4\n";
        let stream = Stream::parse(text).unwrap();
        let root = stream.documents[0].root().unwrap();
        let held = Held::default();
        let pointer = |text: &str| Pointer::parse(text).unwrap();
        let found = |within: &str, path: &str| {
            let path = pointer(path);
            let find = |root: crate::yaml::NodeRef<'_>| root.locate(&path);
            let (span, exact) = held.find((0, root), Some(&pointer(within)), &path, find);
            (&text[span.range()], exact)
        };
        assert_eq!(found("/data/a", "/spark.x"), ("spark.x=3", true));
        assert_eq!(found("/data/a", "/spark.y"), ("spark.y=2", true));
        assert_eq!(found("/data/a", "/spark.x.z"), ("spark.x=3", false));
        assert_eq!(found("/data/b", "/k/l"), ("4", true));
        assert_eq!(found("/data/b", "/k/m"), ("k", false));
        let [one, again] = [(); 2].map(|()| held.text((0, root), &pointer("/data/a")).unwrap());
        assert!(Rc::ptr_eq(&one, &again) && one.settings.get().is_some());
    }
}
