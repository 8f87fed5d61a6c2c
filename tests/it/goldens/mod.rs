//! Goldens: a folder a case under `tests/goldens`, its outcome compared byte by byte; the README there says what is in one.
//! A released version of a preset never changes what it does, and these folders hold it.

mod complete;

use super::fixtures;
use super::lab::{self, own, program, write};
use similar::TextDiff;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, OnceLock};
use std::thread;

/// The files that are given; other `.yaml` files are policies, and `.txt` files hold digests.
const ARGUMENTS: &str = "args";
const INPUT: &str = "input.yaml";
/// What stands in a golden for the version of the program: a release is no difference.
const VERSION: &str = "VERSION";

/// A folder: what the program is told and given.
struct Case {
    name: String,
    folder: PathBuf,
    arguments: Vec<String>,
    input: String,
    /// Presets, overlays and digests, by file name.
    policies: BTreeMap<String, String>,
    outcome: OnceLock<Outcome>,
}

/// What came of a run, by file name: `code`, `stderr`, `stdout` and the files that it wrote.
type Outcome = BTreeMap<String, String>;

#[test]
fn every_case_comes_out_as_written() {
    let wrong = of_each(cases(), |case| {
        if lab::updates() {
            case.write();
        }
        case.compare()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rendering_the_output_of_a_case_again_gives_the_output() {
    let wrong = of_each(cases(), |case| {
        let arguments = case.arguments_of("render");
        let once = if arguments == case.arguments {
            case.outcome().clone()
        } else {
            case.run(&arguments, &case.input)
        };
        let text = &once["stdout"];
        if once["code"] != "0\n" || text.contains("\"sparkk8s-post-refused\"") {
            return Vec::new();
        }
        let twice = case.run(&arguments, text);
        differences(&format!("{}, again", case.name), text, &twice["stdout"])
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_changed_a_stray_and_a_missing_file_are_seen() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    write(&file(ARGUMENTS), "render\n--preset\n./own.yaml\n");
    write(&file(INPUT), "kind: Pod\napiVersion: v1\n");
    write(&file("own.yaml"), lab::EMPTY);
    let case = || Case::read(folder.path());
    let compare = || case().compare();
    assert_eq!(
        compare().len(),
        3,
        "neither `code` nor `stderr` nor `stdout`"
    );
    case().write();
    assert_eq!(compare(), [""; 0]);
    write(&file("stdout"), "kind: Pod\napiVersion: v1");
    assert!(compare()[0].contains("No newline at end of file"));
    case().write();
    write(&file("unused.yaml"), lab::EMPTY);
    write(&file("report.json"), "{}\n");
    let wrong = compare();
    assert!(wrong[0].contains("`unused.yaml`") && wrong[1].contains("`report.json`"));
    case().write();
    assert!(!file("report.json").exists() && file("unused.yaml").exists());
}

/// All cases, by name.
fn cases() -> &'static [Case] {
    static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
        let entries = fixtures::files(&own("tests/goldens"));
        let folders = entries.iter().filter(|path| path.is_dir());
        folders.map(|folder| Case::read(folder)).collect()
    });
    &CASES
}

/// What is wrong with any case, in the order of their names.
fn of_each(cases: &[Case], wrong: impl Fn(&Case) -> Vec<String> + Sync) -> Vec<String> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let size = cases.len().div_ceil(threads).max(1);
    let ask = &|part: &[Case]| part.iter().flat_map(&wrong).collect::<Vec<_>>();
    thread::scope(|scope| {
        let parts = cases.chunks(size);
        let running: Vec<_> = parts.map(|part| scope.spawn(move || ask(part))).collect();
        let answers = running.into_iter().map(thread::ScopedJoinHandle::join);
        answers
            .flat_map(|answer| answer.expect("an answer"))
            .collect()
    })
}

impl Case {
    fn read(folder: &Path) -> Self {
        let file = |name: &str| fixtures::read(&folder.join(name));
        let paths = fixtures::files(folder);
        let names = paths.iter().map(|path| file_name(path));
        let arguments: Vec<_> = file(ARGUMENTS).lines().map(str::to_owned).collect();
        let is_policy = |name: &String| {
            let extension = Path::new(name).extension();
            let is_report = arguments.contains(&format!("text={name}"));
            extension.is_some_and(|e| e == "yaml" || e == "txt") && name != INPUT && !is_report
        };
        Self {
            name: file_name(folder),
            folder: folder.to_owned(),
            arguments: arguments.clone(),
            input: file(INPUT),
            policies: names
                .filter(is_policy)
                .map(|name| (name.clone(), file(&name)))
                .collect(),
            outcome: OnceLock::new(),
        }
    }

    /// What comes of the case, asked once.
    fn outcome(&self) -> &Outcome {
        self.outcome
            .get_or_init(|| self.run(&self.arguments, &self.input))
    }

    /// What comes of these arguments and this input, in a folder of its own.
    fn run(&self, arguments: &[String], input: &str) -> Outcome {
        let folder = tempfile::tempdir().expect("a folder");
        write(&folder.path().join(INPUT), input);
        for (name, text) in &self.policies {
            write(&folder.path().join(name), text);
        }
        let ended = program(arguments).within(folder.path()).input(input).run();
        let code = ended
            .code
            .map_or_else(|| "none".into(), |code| code.to_string());
        let mut outcome = Outcome::from([
            ("code".to_owned(), code + "\n"),
            ("stderr".to_owned(), ended.stderr),
            ("stdout".to_owned(), ended.stdout),
        ]);
        for path in fixtures::files(folder.path()) {
            let name = file_name(&path);
            if name != INPUT && !self.policies.contains_key(&name) {
                outcome.insert(name, fixtures::read(&path));
            }
        }
        for text in outcome.values_mut() {
            *text = without_version(text);
        }
        outcome
    }

    /// The case's arguments, with another verb and without reports.
    fn arguments_of(&self, verb: &str) -> Vec<String> {
        let mut rest = self.arguments.iter().peekable();
        rest.next_if(|word| ["render", "check", "diff"].contains(&word.as_str()));
        let mut arguments = vec![verb.to_owned()];
        while let Some(word) = rest.next() {
            if ["-o", "--report", "--summary"].contains(&word.as_str()) {
                rest.next();
            } else {
                arguments.push(word.clone());
            }
        }
        arguments
    }

    /// The names of files in the folder that are no input.
    fn outputs(&self) -> Vec<String> {
        let names = fixtures::files(&self.folder);
        let names = names.iter().map(|path| file_name(path));
        let given = |name: &String| {
            [ARGUMENTS, INPUT].contains(&name.as_str()) || self.policies.contains_key(name)
        };
        names.filter(|name| !given(name)).collect()
    }

    /// Makes the folder's outcome this one.
    fn write(&self) {
        for name in self.outputs() {
            std::fs::remove_file(self.folder.join(name)).expect("a file that goes");
        }
        for (name, text) in self.outcome() {
            write(&self.folder.join(name), text);
        }
    }

    /// What in the folder is not as it came out.
    fn compare(&self) -> Vec<String> {
        let outcome = self.outcome();
        let mut wrong = Vec::new();
        let given: Vec<_> = self
            .arguments
            .iter()
            .chain(self.policies.values())
            .collect();
        for policy in self.policies.keys() {
            if !given.iter().any(|text| text.contains(policy.as_str())) {
                wrong.push(format!("{}: nothing names `{policy}`", self.name));
            }
        }
        for name in self.outputs() {
            if !outcome.contains_key(&name) {
                wrong.push(format!("{}: nobody wrote `{name}`", self.name));
            }
        }
        for (name, text) in outcome {
            let what = format!("{}/{name}", self.name);
            let path = self.folder.join(name);
            if path.exists() {
                wrong.extend(differences(&what, &fixtures::read(&path), text));
            } else {
                wrong.push(format!("{what} is missing (UPDATE=1 writes it):\n{text}"));
            }
        }
        wrong
    }
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().expect("a name");
    name.to_str().expect("UTF-8").to_owned()
}

/// The places where the program's version shows: in JSON, and in SARIF behind its rules.
fn without_version(text: &str) -> String {
    let json =
        |version| format!("\"tool\":{{\"name\":\"sparkk8s-post\",\"version\":\"{version}\"}}");
    let sarif = |version| format!("],\"version\":\"{version}\"}}}}}}],\"version\":\"2.1.0\"}}");
    let own = env!("CARGO_PKG_VERSION");
    text.replace(&json(own), &json(VERSION))
        .replace(&sarif(own), &sarif(VERSION))
}

/// Nothing, or a diff that people can read.
fn differences(what: &str, written: &str, found: &str) -> Vec<String> {
    if written == found {
        return Vec::new();
    }
    // Reports are one line; carriage returns are not seen.
    let shown = |text: &str| text.replace(",\"", ",\n\"").replace('\r', "␍");
    let (written, found) = (shown(written), shown(found));
    let diff = TextDiff::from_lines(&written, &found);
    let mut diff = diff.unified_diff();
    let diff = diff.header("golden", "found (UPDATE=1 writes it)");
    vec![format!("{what} is different:\n{diff}")]
}
