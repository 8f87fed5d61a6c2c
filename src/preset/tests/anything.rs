//! Whatever stands in a policy file: an answer, never a panic, and places that exist.

use super::*;
use crate::preset::builtin::BUILTINS;
use proptest::prelude::*;

fn place_is_real(error: &PolicyError) {
    let origin = &error.origin;
    assert!(
        origin.file.text.get(origin.span.range()).is_some(),
        "{error:?}"
    );
    assert!(!error.message.is_empty() && !error.message.ends_with('.'));
    error.plain();
}

fn survives(text: &str) {
    for choose in ["p.yaml", "default"] {
        let desk = Desk::default()
            .file("p.yaml", text)
            .choose(choose)
            .over("p.yaml");
        if let Err(error) = desk.compose() {
            place_is_real(&error);
        }
    }
    let project = Project::load(&Named::flag("--config", "p.yaml"), &|_| Ok(text.into()));
    if let Err(error) = project.and_then(|project| project.request(None)) {
        place_is_real(&error);
    }
    match (Desk::default().file("p.yaml", text).choose("p.yaml")).compose() {
        Ok(policy) => drop(show(&policy)),
        Err(error) => place_is_real(&error),
    }
}

/// Words that mean something, and some that do not.
const WORDS: &[&str] = &[
    "{}",
    "[]",
    "null",
    "true",
    "3",
    "1.5",
    "\"\"",
    "é",
    "{$parameter: jobs}",
    "{$parameter: x}",
    "{$imageUser: true}",
    "{$policy: true}",
    "[[a]]",
    "{a: [b, {c: d}]}",
    "leave",
    "error",
    "integer",
    "small",
    "2Gi",
    "[",
    "}",
    ": ",
    "\n",
    "- ",
    "*request",
    "&a",
    "<<: {a: b}",
    "default",
    "./p.yaml",
    "../x",
    "\"*\"",
    "{a",
    "| \n      x\n",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn built_ins_with_one_piece_exchanged(file in 0..BUILTINS.len(), at in any::<prop::sample::Index>(), word in 0..WORDS.len(), len in 0_usize..12) {
        let text = BUILTINS[file].file().text.clone();
        let boundary = |at: usize| (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        let start = boundary(at.index(text.len()));
        let end = boundary(start + len).max(start);
        survives(&format!("{}{}{}", &text[..start], WORDS[word], &text[end..]));
    }

    #[test]
    fn any_text(text in "\\PC{0,60}") {
        survives(&text);
        for kind in ["Preset", "Overlay", "Project"] {
            survives(&format!("apiVersion: sparkk8s.io/v1alpha1\nkind: {kind}\nmetadata: {{name: p}}\nspec: {text}"));
        }
    }
}

#[test]
fn deep_and_long_values_are_refused_or_read() {
    let head = "apiVersion: sparkk8s.io/v1alpha1\nkind: Preset\nmetadata: {name: p, version: 1.0.0}\nspec:\n  summary: s\n";
    let deep = "[".repeat(900) + &"]".repeat(900);
    survives(&format!(
        "{head}  rules: [{{id: r, on: pod, because: b, default: {{a: {deep}}}}}]\n"
    ));
    survives(&"[".repeat(100_000));
    survives(&format!(
        "{head}  rules: [{{id: {}, on: pod, because: b, forbid: {{a: b}}}}]\n",
        "x".repeat(100_000)
    ));
    let aliases = (1..20).fold("a0: &a0 [x, x]\n".to_owned(), |text, n| {
        format!("{text}a{n}: &a{n} [*a{m}, *a{m}]\n", m = n - 1)
    });
    survives(&format!(
        "{head}  checks:\n    pod-security:\n      {}",
        aliases.replace('\n', "\n      ")
    ));
}
