//! What several integration tests share: an independent YAML reader, the corpus, the sources of hosts.
#![expect(
    clippy::disallowed_methods,
    reason = "tests read files and the environment, the engine does not"
)]

use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use yaml_rust2::parser::{Event, EventReceiver, Parser};
use yaml_rust2::{Yaml, scanner::TScalarStyle};

/// The documents of a YAML text as yaml-rust2 parses them, with Kubernetes' reading of what YAML leaves open: of two equal keys
/// the last one counts, and `yes`, `on` and the like are booleans. Merge keys are left alone.
pub(crate) fn yaml(text: &str) -> Result<Vec<Value>, String> {
    let mut reader = Reader::default();
    let read = Parser::new_from_str(text).load(&mut reader, true);
    read.map_err(|e| e.to_string())?;
    Ok(reader.documents)
}

/// Builds values from events.
#[derive(Default)]
struct Reader {
    documents: Vec<Value>,
    /// Collections that are open: their anchor, and their children so far, keys and values in turn.
    open: Vec<(usize, Vec<Value>)>,
    anchors: BTreeMap<usize, Value>,
}

impl EventReceiver for Reader {
    fn on_event(&mut self, event: Event) {
        match event {
            Event::MappingStart(anchor, _) | Event::SequenceStart(anchor, _) => {
                self.open.push((anchor, Vec::new()));
            }
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == TScalarStyle::Plain;
                let typed = plain && tag.is_none_or(|tag| tag.suffix != "str");
                let value = if typed {
                    scalar(text)
                } else {
                    Value::from(text)
                };
                self.add(anchor, value);
            }
            Event::Alias(anchor) => {
                let value = self.anchors.get(&anchor).cloned().unwrap_or_default();
                self.add(0, value);
            }
            Event::SequenceEnd => {
                let (anchor, items) = self.open.pop().expect("a sequence that is open");
                self.add(anchor, Value::from(items));
            }
            Event::MappingEnd => {
                let (anchor, children) = self.open.pop().expect("a mapping that is open");
                let pairs = children.chunks_exact(2);
                let entries = pairs.map(|pair| (key(&pair[0]), pair[1].clone()));
                self.add(anchor, entries.collect::<Map<_, _>>().into());
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart
            | Event::DocumentEnd => {}
        }
    }
}

impl Reader {
    fn add(&mut self, anchor: usize, value: Value) {
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        match self.open.last_mut() {
            Some((_, children)) => children.push(value),
            None => self.documents.push(value),
        }
    }
}

/// A plain scalar.
fn scalar(text: String) -> Value {
    match text.as_str() {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => return Value::from(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => return Value::from(false),
        _ => {}
    }
    let yaml = Yaml::from_str(&text);
    match yaml {
        Yaml::Null => Value::Null,
        Yaml::Boolean(value) => Value::from(value),
        Yaml::Integer(value) => Value::from(value),
        Yaml::Real(_) => Value::from(yaml.as_f64()),
        _ => Value::from(text),
    }
}

fn key(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// The objects of a stream's documents: Lists flattened at any depth, empty documents left out.
pub(crate) fn objects(documents: Vec<Value>) -> Vec<Value> {
    let flatten = |document: Value| match document {
        Value::Null => Vec::new(),
        mut list if list["kind"].as_str().is_some_and(|k| k.ends_with("List")) => {
            match list["items"].take() {
                Value::Array(items) => objects(items),
                _ => vec![list],
            }
        }
        object => vec![object],
    };
    documents.into_iter().flat_map(flatten).collect()
}

/// The files of a folder of the corpus, sorted; says so and gives none where the corpus is missing.
///
/// The corpus is `$SPARKK8S_CORPUS`, or else `shared/corpus` beside the repository or beside a folder that it lies in.
pub(crate) fn corpus(folder: &str) -> Vec<PathBuf> {
    let named = std::env::var_os("SPARKK8S_CORPUS").map(PathBuf::from);
    let Some(folder) = named
        .or_else(|| beside("shared/corpus"))
        .map(|c| c.join(folder))
    else {
        say("skipped: there is no corpus (folder: `$SPARKK8S_CORPUS`)");
        return Vec::new();
    };
    files(&folder)
}

/// The files of a folder, sorted.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    files
}

/// The text of a file.
pub(crate) fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
}

/// The folder with the Go sources of a host.
pub(crate) fn sources_of_host(name: &str) -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/hosts")
        .join(name);
    if own.is_dir() {
        return Some(own);
    }
    beside(&format!("shared/hosts/{name}"))
}

fn beside(path: &str) -> Option<PathBuf> {
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().skip(1);
    above
        .map(|folder| folder.join(path))
        .find(|folder| folder.is_dir())
}

/// Writes a line to standard error past the capture of the test harness, so that it is seen when the test passes.
pub(crate) fn say(line: &str) {
    writeln!(std::io::stderr(), "{line}").expect("standard error");
}

/// The objects of a stream, Lists flattened, sorted by their text.
pub(crate) fn sorted(stream: &str) -> Vec<Value> {
    let documents = yaml(stream).unwrap_or_else(|why| panic!("{why}\n{stream}"));
    let mut objects = objects(documents);
    objects.sort_by_key(Value::to_string);
    objects
}

/// Copies a folder with all that it holds.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        match entry.file_type().expect("a type").is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(std::fs::copy(entry.path(), &target).expect("a copy")),
        }
    }
}

/// Writes a program.
#[cfg(unix)]
pub(crate) fn script(file: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(file, text).expect("a file");
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).expect("a program");
}
