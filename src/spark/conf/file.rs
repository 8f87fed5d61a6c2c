//! Properties files in `ConfigMap`s and Secrets, whole.

use super::{Conf, Entry, Given, Spot};
use crate::manifest::spark::{SourceKind, Sources, properties, source_kind, text_of, texts};
use crate::yaml::Pointer;
use serde_json::Value;

/// A text of a `ConfigMap` or Secret.
#[derive(Clone, Debug)]
pub struct Held {
    /// The object's index in the stream, Lists flattened.
    pub object: usize,
    /// Where it stands (`/data/spark-defaults.conf`).
    pub path: Pointer,
    /// The text, decoded.
    pub text: String,
    /// Whether it stands in a Secret.
    pub secret: bool,
    /// Whether its lines are those of the value in the object: not so where that is in base64.
    pub plain: bool,
}

/// Remembers the texts of an object, where it is a `ConfigMap` or a Secret.
pub fn hold(sources: &mut Sources<Held>, index: usize, object: &Value) {
    let Some(kind) = source_kind(object) else {
        return;
    };
    let files = texts(kind, object).map(|(place, key, text)| {
        let held = Held {
            object: index,
            path: Pointer::from_iter([place, key]),
            plain: matches!(text, std::borrow::Cow::Borrowed(_)),
            text: text.into_owned(),
            secret: kind == SourceKind::Secret,
        };
        (key.to_owned(), held)
    });
    let metadata = &object["metadata"];
    let names = (text_of(&metadata["namespace"]), text_of(&metadata["name"]));
    sources.insert(kind, names, files.collect());
}

impl Conf {
    /// Adds what files say of which any may be the right one: where they disagree on a key, it is doubtful. `given` is what
    /// makes the process read them.
    pub(super) fn add_files(&mut self, files: &[&Held], given: Given) {
        let mut said = Self::default();
        for held in files {
            let mut own = std::collections::BTreeMap::new();
            // Of two entries in one file the later counts; the earlier one is overruled.
            for property in properties(&held.text).into_iter().rev() {
                let spot = Spot {
                    object: held.object,
                    path: held.path.clone(),
                    inside: held.plain.then_some((property.line, property.value_span)),
                };
                let entry = Entry {
                    text: property.value,
                    secret: held.secret,
                    doubtful: false,
                    given,
                    spot,
                };
                own.entry(property.key).or_insert_with(Vec::new).push(entry);
            }
            for (key, entries) in own {
                let before = said.entries.entry(key).or_default();
                let agree = before.first().is_none_or(|b| b.text == entries[0].text);
                before.extend(entries);
                before[0].doubtful |= !agree;
            }
        }
        for (key, entries) in said.entries {
            self.entries.entry(key).or_default().extend(entries);
        }
    }
}
