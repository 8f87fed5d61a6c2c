//! The house: layers point down only, files are short, and what only one place may do is done there only.

use super::lab;
use std::path::{Path, PathBuf};

/// From the top down: a module may use what stands after it, or itself.
const LAYERS: [&str; 14] = [
    "cli", "host", "report", "render", "drift", "pin", "check", "guard", "preset", "spark",
    "manifest", "yaml", "text", "threads",
];
/// Longest file, tests left out.
const MOST_LINES: usize = 400;

/// A source file without its tests.
struct Source {
    /// `src/yaml/parse.rs`
    path: String,
    text: String,
}

#[test]
fn arrows_point_down_only() {
    let mut wrong = Vec::new();
    let mut arrows = 0;
    for source in sources() {
        let own = layer_of(&source.path);
        for (line, name) in imports(&source.text) {
            let Some(other) = LAYERS.iter().position(|layer| *layer == name) else {
                wrong.push(format!("{}:{line}: `{name}` is no layer", source.path));
                continue;
            };
            arrows += 1;
            if own.is_some_and(|own| other < own) {
                let own = LAYERS[own.unwrap_or_default()];
                wrong.push(format!("{}:{line}: `{own}` uses `{name}`", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(arrows > 100, "only {arrows} imports were found");
}

#[test]
fn every_folder_is_a_layer() {
    for source in sources() {
        let part = source.path.trim_start_matches("src/");
        let top = part.split('/').next().unwrap_or_default();
        let known =
            ["lib.rs", "main.rs"].contains(&top) || LAYERS.contains(&top.trim_end_matches(".rs"));
        assert!(known, "{} belongs to no layer", source.path);
    }
}

#[test]
fn files_are_short() {
    let long = sources()
        .into_iter()
        .map(|s| (s.text.lines().count(), s.path));
    let long: Vec<_> = long.filter(|(lines, _)| *lines > MOST_LINES).collect();
    assert!(long.is_empty(), "longer than {MOST_LINES} lines: {long:?}");
}

#[test]
fn nothing_is_left_over() {
    found_nowhere(
        &["todo!(", "unimplemented!(", "dbg!(", ".unwrap()", "unsafe"],
        &[],
    );
}

#[test]
fn only_one_place_names_the_parser() {
    found_nowhere(
        &["granit_parser"],
        &["src/yaml/parse.rs", "src/yaml/parse/"],
    );
    assert!(
        sources().iter().any(|s| s.text.contains("granit_parser")),
        "nobody names the parser"
    );
}

#[test]
fn only_the_command_line_does_io() {
    let io = [
        "std::fs",
        "std::env::",
        "std::process",
        "std::io",
        "std::net",
        "std::time",
    ];
    found_nowhere(&io, &["src/cli/", "src/main.rs"]);
    found_nowhere(
        &["fs::", "env::", "stdin(", "stdout(", "stderr("],
        &["src/cli/", "src/main.rs"],
    );
}

#[test]
fn the_engine_iterates_no_hash_map() {
    found_nowhere(&["HashMap", "HashSet"], &[]);
}

/// That none of these words stands in the code, but where a path begins like this.
fn found_nowhere(words: &[&str], but: &[&str]) {
    let mut found = Vec::new();
    for source in sources() {
        if but.iter().any(|path| source.path.starts_with(path)) {
            continue;
        }
        for (number, line) in code(&source.text) {
            for word in words.iter().filter(|word| has(line, word)) {
                found.push(format!("{}:{number}: `{word}`", source.path));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Whether a word stands in a line, not as the end of a longer name.
fn has(line: &str, word: &str) -> bool {
    let begins_name = word.starts_with(|c: char| c.is_ascii_alphabetic());
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !begins_name || before.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '_')
    })
}

/// Lines that are no comments, with their numbers.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
    lines
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .filter(|(_, line)| !line.contains("env!(") && !line.contains("forbid"))
}

/// The layer of a file; `None` for `lib.rs` and `main.rs`.
fn layer_of(path: &str) -> Option<usize> {
    let top = path.trim_start_matches("src/").split(['/', '.']).next()?;
    LAYERS.iter().position(|layer| *layer == top)
}

/// What a file uses of this crate: the line, and the first name after `crate::`; groups are taken apart.
fn imports(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in code(text) {
        for (at, _) in line.match_indices("crate::") {
            let rest = &line[at + "crate::".len()..];
            let names: Vec<&str> = match rest.strip_prefix('{') {
                Some(group) => group.split(',').collect(),
                None => vec![rest],
            };
            let names = names.iter().map(|name| name.trim());
            let names = names.map(|n| n.split(|c: char| !c.is_alphanumeric() && c != '_').next());
            let names = names.flatten().filter(|name| !name.is_empty());
            found.extend(names.map(|name| (number, name.to_owned())));
        }
    }
    found
}

/// All of `src`, without what is compiled for tests only.
fn sources() -> Vec<Source> {
    let mut files = Vec::new();
    collect(&lab::own("src"), &mut files);
    files.sort();
    let sources = files.into_iter().filter_map(|file| {
        let root = lab::own("");
        let path = file
            .strip_prefix(&root)
            .ok()?
            .to_string_lossy()
            .into_owned();
        let text = super::fixtures::read(&file);
        Some(Source {
            text: without_tests(&text),
            path,
        })
    });
    let all: Vec<_> = sources.collect();
    let declared = test_modules(&all);
    let is_test = |source: &Source| {
        let named = source.path.contains("/tests/") || source.path.ends_with("tests.rs");
        named || declared.contains(&source.path)
    };
    all.into_iter().filter(|source| !is_test(source)).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for path in super::fixtures::files(folder) {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// A text up to and without its test module, and without other items for tests only.
fn without_tests(text: &str) -> String {
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    let mut out = Vec::new();
    let mut skip = false;
    for line in text[..end].lines() {
        let is_mark = line.trim() == "#[cfg(test)]";
        if !is_mark && !skip {
            out.push(line);
        }
        // What follows the mark is one line, a further attribute, or an item up to its closing brace.
        let goes_on =
            line.trim_start().starts_with("#[") || line.ends_with('{') || line.ends_with(',');
        skip = is_mark || (skip && (goes_on || !(line.ends_with(';') || line.trim_end() == "}")));
    }
    out.join("\n")
}

/// Files that only tests compile: `#[cfg(test)] mod schema;` names them.
fn test_modules(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        let text = super::fixtures::read(&lab::own(&source.path));
        let folder = match source.path.rsplit_once('/') {
            Some((folder, "mod.rs" | "lib.rs" | "main.rs")) => folder.to_owned(),
            _ => source.path.trim_end_matches(".rs").to_owned(),
        };
        for part in text.split("#[cfg(test)]\n").skip(1) {
            let line = part.lines().find(|line| !line.starts_with("#["));
            let name = line.and_then(|line| line.strip_suffix(';')?.rsplit_once("mod "));
            if let Some((_, name)) = name {
                found.push(format!("{folder}/{name}.rs"));
                found.push(format!("{folder}/{name}/mod.rs"));
            }
        }
    }
    found
}

#[test]
fn the_reader_of_sources_leaves_out_tests_and_nothing_else() {
    let text = "use crate::text::Span;\n#[cfg(test)]\nuse schemars::JsonSchema;\npub fn a() {}\n\
                #[cfg(test)]\n#[path = \"x.rs\"]\nmod tests;\nfn b() {\n    x.unwrap_or(1);\n}\n\
                #[cfg(test)]\nmod tests {\n    fn c() { x.unwrap() }\n}\n";
    assert_eq!(
        without_tests(text),
        "use crate::text::Span;\npub fn a() {}\nfn b() {\n    x.unwrap_or(1);\n}"
    );
    let found = imports(
        "use crate::{yaml, text::Span};\nlet x = crate::guard::family(1);\n// crate::cli\n",
    );
    let names: Vec<_> = found
        .iter()
        .map(|(line, name)| (*line, name.as_str()))
        .collect();
    assert_eq!(names, [(1, "yaml"), (1, "text"), (2, "guard")]);
    assert!(has("let x = std::fs::read", "std::fs") && !has("let offs::x", "fs::"));
}
