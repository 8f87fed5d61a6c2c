//! The pages of the built-in presets: written from their files and their goldens, in both languages, and checked here.

use super::golden::Golden;
use super::page::pages;
use crate::fixtures;
use crate::lab::{matches_file, own};
use serde_json::Value;
use sparkk8s_post::preset::builtin::{BUILTINS, Builtin, BuiltinKind};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// What is the same text in another language, by the English one.
type Words = BTreeMap<String, String>;

/// The words of the pages themselves.
struct Language {
    name: &'static str,
    title: &'static str,
    note: &'static str,
    about: [&'static str; 5],
    kinds: [&'static str; 2],
    when: &'static str,
    parameters: [&'static str; 5],
    rules: &'static str,
    todo: &'static str,
    shown: [&'static str; 2],
    checks: [&'static str; 4],
    asked: &'static str,
    all: &'static str,
    words: Words,
}

fn languages() -> [Language; 2] {
    let table = fixtures::read(&own("docs/ru/presets.tsv"));
    let pair = |line: &str| {
        let (english, russian) = line.split_once('\t').expect("two columns");
        (english.to_owned(), russian.to_owned())
    };
    [
        Language {
            name: "en",
            title: "The preset",
            note: "A test writes this page from the preset and its [cases](../../tests/goldens/README.md).",
            about: ["version", "kind", "file", "uses", "where"],
            kinds: ["stack", "block"],
            when: "where",
            parameters: [
                "Parameters",
                "parameter",
                "type",
                "default",
                "what it decides",
            ],
            rules: "Rules",
            todo: "What to do",
            shown: ["Before and after:", "What it says:"],
            checks: ["Checks", "check", "severity", "settings"],
            asked: "What they ask for: [findings](findings.md).",
            all: "All of it as it comes out:",
            words: Words::new(),
        },
        Language {
            name: "ru",
            title: "Пресет",
            note: "Эту страницу пишет тест по самому пресету и [примерам](../../tests/goldens/README.md) к нему.",
            about: ["версия", "вид", "файл", "использует", "где"],
            kinds: ["стек", "блок"],
            when: "при",
            parameters: ["Параметры", "параметр", "тип", "по умолчанию", "что решает"],
            rules: "Правила",
            todo: "Что делать",
            shown: ["До и после:", "Что сообщается:"],
            checks: ["Проверки", "проверка", "важность", "настройки"],
            asked: "Чего они требуют: [замечания](findings.md).",
            all: "Весь пресет в том виде, в каком он применяется:",
            words: table.lines().map(pair).collect(),
        },
    ]
}

/// The newest version of each preset.
fn newest() -> Vec<&'static Builtin> {
    let mut seen = BTreeSet::new();
    let presets = BUILTINS.iter().filter(|builtin| builtin.is_preset());
    presets
        .filter(|builtin| seen.insert(builtin.name))
        .collect()
}

#[test]
fn the_pages_of_the_built_in_presets_are_current() {
    let languages = languages();
    let mut wanted = BTreeSet::new();
    for builtin in newest() {
        let shown = Shown::of(builtin);
        for language in &languages {
            let path = format!("docs/{}/preset-{}.md", language.name, builtin.name);
            matches_file(&path, &language.page(builtin, &shown));
            wanted.insert(path);
        }
    }
    let there = pages().into_iter().map(|page| page.path);
    let there = there.filter(|path| path.starts_with("docs/") && path.contains("/preset-"));
    assert_eq!(there.collect::<BTreeSet<_>>(), wanted);
}

#[test]
fn every_text_of_the_presets_is_there_in_russian_and_no_other() {
    let [_, russian] = languages();
    let mut texts = BTreeSet::new();
    for builtin in newest() {
        let spec = &spec(builtin)["spec"];
        let parameters = spec["parameters"].as_object().into_iter().flatten();
        let of_parameters = parameters.map(|(_, parameter)| &parameter["summary"]);
        let rules = spec["rules"].as_array().into_iter().flatten();
        let of_rules = rules.flat_map(|rule| [&rule["because"], &rule["help"]]);
        let all = of_parameters.chain(of_rules).chain([&spec["summary"]]);
        texts.extend(all.filter_map(Value::as_str).map(str::to_owned));
    }
    let known: BTreeSet<_> = russian.words.keys().cloned().collect();
    let missing: Vec<_> = texts.difference(&known).collect();
    let stray: Vec<_> = known.difference(&texts).collect();
    assert!(
        missing.is_empty() && stray.is_empty(),
        "docs/ru/presets.tsv lacks {missing:#?}\nand has {stray:#?}"
    );
    for (english, russian) in &russian.words {
        let codes = |text: &str| text.matches('`').count();
        assert_eq!(codes(english), codes(russian), "{english}");
        assert!(
            russian.chars().any(|c| ('а'..='я').contains(&c)),
            "{russian}"
        );
    }
}

fn spec(builtin: &Builtin) -> Value {
    fixtures::yaml(&builtin.file().text)
        .expect("a preset")
        .remove(0)
}

/// A rule with what the goldens show of it.
struct Shown {
    preset: Value,
    rules: Vec<(String, String)>,
}

impl Shown {
    fn of(builtin: &Builtin) -> Self {
        let preset = spec(builtin);
        let rules = preset["spec"]["rules"].as_array().into_iter().flatten();
        let rules = rules.map(|rule| {
            let id = rule["id"].as_str().expect("an id");
            (written(&builtin.file().text, id), came_out(builtin, id))
        });
        let rules = rules.collect();
        Self { preset, rules }
    }
}

/// A rule as it stands in its file, without what the page says in prose.
fn written(text: &str, id: &str) -> String {
    let head = format!("    - id: {id}");
    let lines = text.lines().skip_while(|line| *line != head);
    let own = |line: &&str| line.starts_with("      ") || line.is_empty();
    let lines = lines.take(1).chain(
        text.lines()
            .skip_while(|line| *line != head)
            .skip(1)
            .take_while(own),
    );
    let is_prose = |line: &&str| {
        ["because: ", "help: "]
            .iter()
            .any(|key| line.trim_start().starts_with(key))
    };
    let lines: Vec<_> = lines
        .filter(|line| !is_prose(line))
        .map(|line| line.get(4..).unwrap_or_default())
        .collect();
    lines.join("\n").trim_end().to_owned() + "\n"
}

/// What a rule's golden shows: the first hunk that it changes, else the first thing that it says.
fn came_out(builtin: &Builtin, id: &str) -> String {
    let golden = Golden::of(&format!("rules-{}@{}-{id}", builtin.name, builtin.major()));
    let rule = format!("{}/{id}", builtin.name);
    match golden.changes(&rule) {
        Some(hunk) => format!("```diff\n{hunk}\n```\n"),
        None => format!("```text\n{}\n```\n", golden.says(&rule)),
    }
}

impl Language {
    fn said<'t>(&'t self, text: &'t str) -> &'t str {
        self.words.get(text).map_or(text, String::as_str)
    }

    fn page(&self, builtin: &Builtin, shown: &Shown) -> String {
        let spec = &shown.preset["spec"];
        let summary = self.said(spec["summary"].as_str().expect("a summary"));
        let mut out = format!(
            "# {} `{}`\n\n{summary}.\n\n{}\n\n",
            self.title, builtin.name, self.note
        );
        self.about(builtin, spec, &mut out);
        self.parameters(spec, &mut out);
        let rules = spec["rules"].as_array().into_iter().flatten();
        for (index, (rule, (written, came_out))) in rules.zip(&shown.rules).enumerate() {
            if index == 0 {
                let _ = writeln!(out, "## {}\n", self.rules);
            }
            let text = |key: &str| rule[key].as_str().map(|text| self.said(text));
            let _ = writeln!(out, "### `{}`\n", rule["id"].as_str().expect("an id"));
            let _ = writeln!(out, "{}\n", text("because").expect("a reason"));
            let _ = writeln!(out, "```text\n{written}```\n");
            if let Some(help) = text("help") {
                let _ = writeln!(out, "{}: {help}.\n", self.todo);
            }
            let head = self.shown[usize::from(came_out.starts_with("```text"))];
            let _ = writeln!(out, "{head}\n\n{came_out}");
        }
        self.checks(spec, &mut out);
        let _ = writeln!(
            out,
            "{}\n\n```sh\nsparkk8s-post presets show {}\n```",
            self.all, builtin.name
        );
        out
    }

    fn about(&self, builtin: &Builtin, spec: &Value, out: &mut String) {
        let [version, kind, file, uses, place] = self.about;
        let is_block = builtin.kind == BuiltinKind::Block;
        let _ = writeln!(out, "| | |\n|---|---|\n| {version} | {} |", builtin.version);
        let _ = writeln!(out, "| {kind} | {} |", self.kinds[usize::from(is_block)]);
        let _ = writeln!(out, "| {file} | [{0}](../../{0}) |", builtin.path);
        let used = spec["use"].as_array().into_iter().flatten().map(|entry| {
            let name = entry.as_str().or(entry["preset"].as_str()).expect("a name");
            let when = entry["when"].as_object().into_iter().flatten();
            let when: Vec<_> = when
                .map(|(key, value)| format!("`{key}: {}`", plain(value)))
                .collect();
            let when = match when.is_empty() {
                true => String::new(),
                false => format!(" {} {}", self.when, when.join(", ")),
            };
            format!("[`{name}`](preset-{name}.md){when}")
        });
        let used: Vec<_> = used.collect();
        if !used.is_empty() {
            let _ = writeln!(out, "| {uses} | {} |", used.join(", "));
        }
        if spec["where"].is_object() {
            let _ = writeln!(out, "| {place} | `{}` |", plain(&spec["where"]));
        }
        out.push('\n');
    }

    fn parameters(&self, spec: &Value, out: &mut String) {
        let Some(parameters) = spec["parameters"].as_object().filter(|all| !all.is_empty()) else {
            return;
        };
        let [head, name, kind, default, decides] = self.parameters;
        let _ = writeln!(
            out,
            "## {head}\n\n| {name} | {kind} | {default} | {decides} |\n|---|---|---|---|"
        );
        for (name, parameter) in parameters {
            let choices = parameter["enum"].as_array().into_iter().flatten();
            let choices: Vec<_> = choices
                .map(|choice| format!("`{}`", plain(choice)))
                .collect();
            let kind = match choices.is_empty() {
                true => plain(&parameter["type"]),
                false => choices.join(", "),
            };
            let summary = self.said(parameter["summary"].as_str().expect("a summary"));
            let _ = writeln!(
                out,
                "| `{name}` | {kind} | `{}` | {summary} |",
                plain(&parameter["default"])
            );
        }
        out.push('\n');
    }

    fn checks(&self, spec: &Value, out: &mut String) {
        let Some(checks) = spec["checks"].as_object().filter(|all| !all.is_empty()) else {
            return;
        };
        let [head, name, severity, settings] = self.checks;
        let _ = writeln!(
            out,
            "## {head}\n\n| {name} | {severity} | {settings} |\n|---|---|---|"
        );
        for (id, check) in checks {
            let others = check.as_object().into_iter().flatten();
            let others = others.filter(|(key, _)| *key != "severity");
            let others: Vec<_> = others
                .map(|(key, value)| format!("`{key}: {}`", plain(value)))
                .collect();
            let severity = check["severity"].as_str().unwrap_or("error");
            let _ = writeln!(out, "| `{id}` | {severity} | {} |", others.join(", "));
        }
        let _ = writeln!(out, "\n{}\n", self.asked);
    }
}

/// A value as a preset writes it.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(entries) => {
            let entries = entries
                .iter()
                .map(|(key, value)| format!("{key}: {}", plain(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => format!(
            "[{}]",
            items.iter().map(plain).collect::<Vec<_>>().join(", ")
        ),
        other => other.to_string(),
    }
}
