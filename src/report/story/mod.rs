//! The arithmetic of a pod, told twice: to whoever runs Spark and to whoever runs the platform. What is said is a list of
//! facts; a language is a file that puts each into words.

mod en;
mod facts;
mod ru;

use crate::manifest::Object;
use crate::spark::pod::{Pod, Predicted};
use facts::{Memory, Place};
use std::fmt::Write;

/// The language that a pod is explained in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Russian.
    Russian,
}

/// The words of a language.
struct Words {
    /// What stands above a pod: the object, the version, whether it was assumed, the pod.
    title: fn(&Object<'_>, &Predicted, &Pod) -> String,
    /// What stands above the two paragraphs.
    heads: [&'static str; 2],
    memory: fn(&Memory<'_>) -> String,
    place: fn(&Place<'_>) -> String,
}

const COLUMNS: usize = 96;

/// Every pod of a role that is known, with a paragraph for each side; nothing where there is none.
pub fn story(
    predicted: &[Predicted],
    objects: &[Object<'_>],
    role: &str,
    language: Language,
) -> String {
    let words = match language {
        Language::English => en::WORDS,
        Language::Russian => ru::WORDS,
    };
    let mut told = Vec::new();
    for one in predicted {
        let pods = one.pods.iter().flatten();
        for pod in pods.filter(|pod| pod.role == role) {
            let mut out = (words.title)(&objects[one.object], one, pod);
            out.push('\n');
            let memory: Vec<_> = facts::memory(one, pod).iter().map(words.memory).collect();
            let place: Vec<_> = facts::place(pod).iter().map(words.place).collect();
            for (head, side) in words.heads.iter().zip([memory, place]) {
                let _ = write!(out, "\n{head}\n{}", wrapped(&side.join(" ")));
            }
            told.push(out);
        }
    }
    told.join("\n")
}

/// Lines of words, indented; a name in back-ticks is one word where it holds no blank.
fn wrapped(text: &str) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > COLUMNS {
            out.push('\n');
            column = 0;
        }
        out.push_str(if column == 0 { "  " } else { " " });
        column += length + if column == 0 { 2 } else { 1 };
        out.push_str(word);
    }
    out.push('\n');
    out
}
