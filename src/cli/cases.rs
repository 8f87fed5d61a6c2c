//! `presets test`: cases as folders, each run by this program as its users run it, and compared byte for byte.

use super::exit::{Exit, Failure};
use super::io;
use crate::report::{Message, unified};
use anyhow::{Context, Result, anyhow, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The files that are given; other `.yaml` files are policies, and `.txt` files hold digests.
const ARGUMENTS: &str = "args";
const INPUT: &str = "input.yaml";
/// What came out of every run.
const CODE: &str = "code";
const STDERR: &str = "stderr";
const STDOUT: &str = "stdout";
const ALWAYS: [&str; 3] = [CODE, STDERR, STDOUT];
/// What stands in an expectation for the version of the program: an upgrade is no difference.
const VERSION: &str = "VERSION";
/// Folders inside folders; a link may lead back.
const DEEPEST: usize = 8;

/// Texts by the names of their files.
type Files = BTreeMap<String, String>;

/// A folder that is a case.
struct Case {
    name: String,
    folder: PathBuf,
    arguments: Vec<String>,
    files: Files,
}

/// How a case came out.
enum Outcome {
    Ok,
    Updated,
    Failed(String),
}

pub(super) fn run(folder: &str, update: bool) -> Result<Exit, Failure> {
    let mut folders = Vec::new();
    find(Path::new(folder), DEEPEST, &mut folders)?;
    if folders.is_empty() {
        let message = format!("`{folder}` holds no case");
        let help = format!("a case is a folder with the files `{ARGUMENTS}` and `{INPUT}`");
        let text = Message::error(message, None, Some(help)).render();
        return Err(Failure {
            exit: Exit::Usage,
            text,
        });
    }
    let (mut failed, mut bad) = (0, 0);
    for path in &folders {
        let name = path
            .strip_prefix(folder)
            .ok()
            .filter(|name| *name != Path::new(""));
        let name = name.unwrap_or(path).display().to_string();
        let (word, more) = match Case::read(&name, path).and_then(|case| case.outcome(update)) {
            Ok(Outcome::Ok) => ("ok", String::new()),
            Ok(Outcome::Updated) => ("updated", String::new()),
            Ok(Outcome::Failed(why)) => {
                failed += 1;
                ("FAILED", why)
            }
            Err(error) => {
                bad += 1;
                ("BAD", format!("{error:#}\n"))
            }
        };
        io::show(&format!("case {name} ... {word}\n{more}"))?;
    }
    let total = folders.len();
    let cases = if total == 1 { "case" } else { "cases" };
    let ok = total - failed - bad;
    io::show(&format!(
        "\n{total} {cases}: {ok} ok, {failed} failed, {bad} bad\n"
    ))?;
    Ok(match (failed, bad) {
        (0, 0) => Exit::Ok,
        (_, 0) => Exit::No,
        _ => Exit::Usage,
    })
}

/// The cases in a folder, in the order of their names. What has either file is meant to be one.
fn find(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("reading `{}`", folder.display()))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut paths: Vec<_> = paths
        .collect::<Result<_, _>>()
        .context("reading a folder")?;
    paths.sort();
    if paths
        .iter()
        .any(|path| path.ends_with(ARGUMENTS) || path.ends_with(INPUT))
    {
        found.push(folder.to_owned());
        return Ok(());
    }
    let folders = paths.iter().filter(|path| path.is_dir() && depth > 0);
    folders
        .into_iter()
        .try_for_each(|path| find(path, depth - 1, found))
}

/// The files of a folder; other folders in it are no part of the case.
fn files(folder: &Path) -> Result<Files> {
    let mut files = Files::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            bail!("`{}`: its name is no UTF-8", path.display());
        };
        if path.is_file() {
            let text = io::read_text(&path.to_string_lossy());
            let text = text.map_err(|why| anyhow!("`{}`: {why}", path.display()))?;
            files.insert(name.to_owned(), text);
        }
    }
    Ok(files)
}

impl Case {
    fn read(name: &str, folder: &Path) -> Result<Self> {
        let files = files(folder)?;
        for wanted in [ARGUMENTS, INPUT] {
            if !files.contains_key(wanted) {
                bail!("`{}` is missing", folder.join(wanted).display());
            }
        }
        let arguments: Vec<_> = files[ARGUMENTS].lines().map(str::to_owned).collect();
        let verb = arguments.first().map_or("", String::as_str);
        if !["render", "check", "diff", "graph"].contains(&verb) && !verb.starts_with('-') {
            bail!(
                "`{}:1`: a case begins with `render`, `check`, `diff`, `graph` or an option, not with `{verb}`; one \
                 argument stands in each line",
                folder.join(ARGUMENTS).display()
            );
        }
        Ok(Self {
            name: name.to_owned(),
            folder: folder.to_owned(),
            arguments,
            files,
        })
    }

    /// Whether a file is given: the arguments, the input, a policy or digests.
    fn is_given(&self, name: &str) -> bool {
        let extension = Path::new(name).extension();
        let is_report = self.arguments.contains(&format!("text={name}"));
        let is_policy = extension.is_some_and(|e| e == "yaml" || e == "txt");
        [ARGUMENTS, INPUT].contains(&name) || (is_policy && !is_report)
    }

    /// Runs it and compares what came out; files that the run writes are put back as they were, unless they are to stay.
    fn outcome(&self, update: bool) -> Result<Outcome> {
        let expected: Files = self
            .files
            .clone()
            .into_iter()
            .filter(|(name, _)| !self.is_given(name))
            .collect();
        let reports = expected
            .keys()
            .filter(|name| !ALWAYS.contains(&name.as_str()));
        for name in reports {
            // What is there after the run was written by it.
            fs::remove_file(self.folder.join(name)).with_context(|| format!("`{name}`"))?;
        }
        let found = self.run();
        let keep = match &found {
            Ok(found) if update => found,
            _ => &expected,
        };
        self.restore(keep)?;
        let found = found?;
        let wrong = self.wrong(&expected, &found, update);
        Ok(match (update, wrong.is_empty()) {
            (_, true) => Outcome::Ok,
            (true, _) if found != expected && self.unnamed().is_empty() => Outcome::Updated,
            _ => Outcome::Failed(wrong),
        })
    }

    fn restore(&self, keep: &Files) -> Result<()> {
        for name in files(&self.folder)?.keys() {
            if !self.files.contains_key(name) && !keep.contains_key(name) {
                fs::remove_file(self.folder.join(name))?;
            }
        }
        for (name, text) in keep {
            let path = self.folder.join(name);
            fs::File::create(&path)
                .and_then(|mut file| file.write_all(text.as_bytes()))
                .with_context(|| format!("writing `{}`", path.display()))?;
        }
        Ok(())
    }

    /// What comes of a run in the case's folder, by file name.
    fn run(&self) -> Result<Files> {
        let program = std::env::current_exe().context("finding this program")?;
        let mut child = Command::new(program)
            .args(&self.arguments)
            .current_dir(&self.folder)
            .env_remove("CLICOLOR_FORCE")
            .env("NO_COLOR", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("starting this program")?;
        let mut stdin = child.stdin.take().context("no standard input")?;
        // A run that refuses its arguments reads nothing.
        let _ = stdin.write_all(self.files[INPUT].as_bytes());
        drop(stdin);
        let output = child.wait_with_output()?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let code = output.status.code();
        let mut found = Files::from([
            (
                CODE.to_owned(),
                code.map_or_else(|| "none\n".into(), |code| format!("{code}\n")),
            ),
            (STDERR.to_owned(), text(&output.stderr)),
            (STDOUT.to_owned(), text(&output.stdout)),
        ]);
        let written = files(&self.folder)?.into_iter();
        let is_report = |name: &str| !self.is_given(name) && !ALWAYS.contains(&name);
        found.extend(written.filter(|(name, _)| is_report(name)));
        for text in found.values_mut() {
            *text = without_version(text);
        }
        Ok(found)
    }

    /// Policies and digests that no argument and no other policy names.
    fn unnamed(&self) -> BTreeSet<&str> {
        let policies = self.files.iter().filter(|(name, _)| self.is_given(name));
        let policies = policies.filter(|(name, _)| ![ARGUMENTS, INPUT].contains(&name.as_str()));
        let named = |wanted: &str| {
            let mut others = policies.clone().filter(|(name, _)| *name != wanted);
            self.files[ARGUMENTS].contains(wanted) || others.any(|(_, text)| text.contains(wanted))
        };
        let names = policies.clone().map(|(name, _)| name.as_str());
        names.filter(|name| !named(name)).collect()
    }

    /// What is not as it is written; nothing where all is.
    fn wrong(&self, expected: &Files, found: &Files, update: bool) -> String {
        let mut out = String::new();
        for name in self.unnamed() {
            let _ = writeln!(out, "{}/{name}: nothing names it", self.name);
        }
        let names: BTreeSet<_> = expected.keys().chain(found.keys()).collect();
        for name in names {
            let place = format!("{}/{name}", self.name);
            let _ = match (expected.get(name), found.get(name)) {
                (Some(expected), Some(found)) => {
                    let heads = (format!("{place} (expected)"), format!("{place} (found)"));
                    write!(out, "{}", unified(expected, found, (&heads.0, &heads.1)))
                }
                (Some(_), None) => writeln!(out, "{place}: the run did not write it"),
                (None, _) if update => writeln!(out, "{place}: new"),
                (None, _) => writeln!(out, "{place} is missing; `--update` writes it"),
            };
        }
        out
    }
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
