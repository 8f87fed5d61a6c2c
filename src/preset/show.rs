//! A policy as `presets show` prints it: YAML with the place of every value behind it.

use super::need::spelt;
use super::parameter::plain;
use super::spell::{flow, pattern, scalar, selector};
use super::{
    Body, BodyValue, Origin, OwnPlace, PatchStep, Pattern, Policy, ResolvedCheck, ResolvedRule,
    Severity, Verb, Waiving,
};
use crate::manifest::sensitive::Lines;
use std::fmt::Write;

/// The whole policy. Reads like a preset whose parameters are put in; `# file:line` says who set a value.
pub fn show(policy: &Policy) -> String {
    let mut page = Page::default();
    for (key, named) in [
        ("project", &policy.project),
        ("environment", &policy.environment),
    ] {
        if let Some(named) = named {
            let text = format!("{key}: {}", scalar(&named.text));
            page.line(0, &text, Some(&named.origin));
        }
    }
    page.line(0, "presets:", None);
    for preset in &policy.presets {
        let chosen = if preset.is_chosen { "" } else { " (used)" };
        let text = format!("- {}@{}", preset.name, preset.version);
        let note = format!("{}{chosen}: {}", preset.origin.file.name, preset.summary);
        page.noted(2, &text, &note);
    }
    parameters(policy, &mut page);
    if !policy.severities.is_empty() {
        page.line(0, "severity:", None);
    }
    for change in &policy.severities {
        let text = format!("{}: {}", scalar(change.glob.text()), change.severity);
        page.line(2, &text, Some(&change.origin));
    }
    waivers(&policy.waiving, &mut page);
    if !policy.places.is_empty() {
        page.line(0, "places:", None);
    }
    for OwnPlace { row, origin } in &policy.places {
        let [versions, kinds] = [&row.api_versions, &row.kinds].map(|all| all.join(", "));
        let id = scalar(&row.id);
        let text = format!("- {{id: {id}, apiVersions: [{versions}], kinds: [{kinds}]}}");
        page.line(2, &text, Some(origin));
    }
    if !policy.checks.is_empty() {
        page.line(0, "checks:", None);
    }
    policy
        .checks
        .iter()
        .for_each(|c| check(c, policy, &mut page));
    if !policy.rules.is_empty() {
        page.line(0, "rules:", None);
    }
    policy.rules.iter().for_each(|r| rule(r, policy, &mut page));
    page.text()
}

fn waivers(waiving: &Waiving, page: &mut Page) {
    if let Some(who) = &waiving.forbidden {
        return page.line(0, "waivers: forbid", Some(who));
    }
    let is_said = waiving.refuses_expired.is_some() || !waiving.open.is_empty();
    if is_said || !waiving.entries.is_empty() {
        page.line(0, "waivers:", None);
    }
    if let Some(who) = &waiving.refuses_expired {
        page.line(2, "expired: refuse", Some(who));
    }
    if !waiving.open.is_empty() {
        let globs = waiving.open.iter().map(|glob| scalar(glob.text()));
        let globs: Vec<_> = globs.collect();
        page.line(2, &format!("annotations: [{}]", globs.join(", ")), None);
    }
    if !waiving.entries.is_empty() {
        page.line(2, "entries:", None);
    }
    for waiver in &waiving.entries {
        let day = waiver.expires.as_ref().map(ToString::to_string);
        let text = format!(
            "- {{rule: {}, for: {}, until: {}}}",
            scalar(waiver.rule.text()),
            scalar(&waiver.place.to_string()),
            day.unwrap_or_default()
        );
        page.line(4, &text, Some(&waiver.origin));
    }
}

#[derive(Default)]
struct Page {
    /// Each line, and the note behind it.
    lines: Vec<(String, Option<String>)>,
    /// Which of them hold values of rules.
    values: Vec<usize>,
}

impl Page {
    fn line(&mut self, indent: usize, text: &str, origin: Option<&Origin>) {
        let line = format!("{:indent$}{text}", "");
        self.lines.push((line, origin.map(Origin::to_string)));
    }

    fn noted(&mut self, indent: usize, text: &str, note: &str) {
        let line = format!("{:indent$}{text}", "");
        self.lines.push((line, Some(note.to_owned())));
    }

    /// The whole text; what rules may hold of credentials is an ellipsis.
    fn text(&self) -> String {
        let lines: Vec<_> = self.lines.iter().map(|(line, _)| line.as_str()).collect();
        let lines = Lines::of(lines);
        let mut out = String::new();
        for (at, (line, note)) in self.lines.iter().enumerate() {
            let line = match self.values.binary_search(&at) {
                Ok(_) => lines.shown(at),
                Err(_) => line.into(),
            };
            let _ = match note {
                Some(note) => writeln!(out, "{line}  # {note}"),
                None => writeln!(out, "{line}"),
            };
        }
        out
    }

    /// A value under a key (or behind a dash): its own line, or its entries below.
    fn value(&mut self, indent: usize, key: &str, body: &Body) {
        let note = match &body.parameter {
            Some(parameter) => format!("{} ({parameter})", body.origin),
            None => body.origin.to_string(),
        };
        match &body.value {
            BodyValue::Map(entries) if !entries.is_empty() => {
                self.line(indent, key, None);
                for (key, body) in entries {
                    self.value(indent + 2, &format!("{}:", scalar(key)), body);
                }
            }
            BodyValue::List(items) if !items.is_empty() => {
                self.line(indent, key, None);
                for item in items {
                    self.value(indent + 2, "-", item);
                }
            }
            _ => {
                self.values.push(self.lines.len());
                self.noted(indent, &format!("{key} {}", flow(body)), &note);
            }
        }
    }

    fn patterns(&mut self, indent: usize, key: &str, patterns: &[Pattern]) {
        match patterns {
            [] => {}
            [only] => {
                self.values.push(self.lines.len());
                self.line(indent, &format!("{key}: {}", pattern(only)), None);
            }
            many => {
                self.line(indent, &format!("{key}:"), None);
                for one in many {
                    self.values.push(self.lines.len());
                    self.line(indent + 2, &format!("- {}", pattern(one)), None);
                }
            }
        }
    }
}

fn parameters(policy: &Policy, page: &mut Page) {
    if policy.parameters.is_empty() {
        return;
    }
    page.line(0, "parameters:", None);
    let mut preset = "";
    for parameter in &policy.parameters {
        if parameter.preset != preset {
            preset = &parameter.preset;
            page.line(2, &format!("{preset}:"), None);
        }
        let value = match &parameter.setting.value {
            serde_json::Value::String(text) => scalar(text),
            other => plain(other),
        };
        let text = format!("{}: {value}", parameter.name);
        page.line(4, &text, Some(&parameter.setting.origin));
    }
}

fn check(check: &ResolvedCheck, policy: &Policy, page: &mut Page) {
    page.line(2, &format!("{}:", check.id), Some(&check.origin));
    severity(&check.id, check.severity, policy, page);
    for setting in &check.settings {
        let value = match &setting.value {
            serde_json::Value::String(text) => scalar(text),
            other => plain(other),
        };
        let text = format!("{}: {value}", setting.name);
        page.line(4, &text, Some(&setting.origin));
    }
}

/// How grave, and the overlay that says so; without one, the rule or check itself does.
fn severity(id: &str, declared: Severity, policy: &Policy, page: &mut Page) {
    let change = policy.severity_change(id);
    let text = format!("severity: {}", policy.severity(id, declared));
    page.line(4, &text, change.map(|change| &change.origin));
}

fn rule(rule: &ResolvedRule, policy: &Policy, page: &mut Page) {
    page.line(2, &format!("- id: {}", rule.id), Some(&rule.origin));
    page.line(4, &format!("on: {}", rule.on), None);
    match rule.selectors.as_slice() {
        [] => {}
        [only] => {
            let text = format!("where: {}", selector(only));
            page.line(4, &text, Some(&only.origin));
        }
        many => {
            page.line(4, "where:", None);
            for one in many {
                page.line(6, &format!("- {}", selector(one)), Some(&one.origin));
            }
        }
    }
    if let Some(except) = &rule.except {
        let text = format!("except: {}", selector(except));
        page.line(4, &text, Some(&except.origin));
    }
    page.patterns(4, "unless", &rule.unless);
    match &rule.verb {
        Verb::Default(body) => page.value(4, "default:", &body.body),
        Verb::Enforce(body) => page.value(4, "enforce:", &body.body),
        Verb::Include(body) => page.value(4, "include:", &body.body),
        Verb::Remove(patterns) => page.patterns(4, "remove", patterns),
        Verb::Respell(names) => page.line(4, &format!("respell: {}", spelt(names)), None),
        Verb::Forbid(patterns) => page.patterns(4, "forbid", patterns),
        Verb::Require(patterns) => page.patterns(4, "require", patterns),
        Verb::Exists => page.line(4, "exists: true", None),
        Verb::Finds(kinds) => page.line(4, &format!("finds: {}", spelt(kinds)), None),
        Verb::Reaches(reach) => page.line(4, &format!("reaches: {}", reach.spelt()), None),
        Verb::Patch(steps) => {
            page.line(4, "patch:", None);
            for one in steps {
                step(one, page);
            }
        }
    }
    if let Some(body) = &rule.pod {
        page.value(4, "pod:", &body.body);
    }
    if rule.verb.reports() {
        severity(&rule.id, rule.severity, policy, page);
    }
    page.line(4, &format!("because: {}", scalar(&rule.because)), None);
}

fn step(step: &PatchStep, page: &mut Page) {
    let mut text = format!(
        "- {{op: {}, path: {}",
        step.op,
        scalar(&step.path.to_string())
    );
    if let Some(from) = &step.from {
        let _ = write!(text, ", from: {}", scalar(&from.to_string()));
    }
    if let Some(body) = &step.value {
        let _ = write!(text, ", value: {}", flow(body));
    }
    page.values.push(page.lines.len());
    page.line(6, &format!("{text}}}"), Some(&step.origin));
}
