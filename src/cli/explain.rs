//! `explain ID`: a page for every check, and for every rule what its preset says of it.

use super::args::SettingsArgs;
use super::exit::{Exit, Failure};
use super::{io, policy};
use crate::check::{Page, pages};
use crate::preset::{ResolvedRule, Verb, builtin, tables};
use crate::report::Message;
use crate::text::hint;
use std::fmt::Write;

pub(super) fn run(id: &str) -> Result<Exit, Failure> {
    let rules = rules()?;
    if let Some(page) = pages().iter().find(|page| page.id == id) {
        io::show(&check_page(page))?;
        return Ok(Exit::Ok);
    }
    if let Some(rule) = rules.iter().find(|rule| rule.id == id) {
        io::show(&rule_page(rule))?;
        return Ok(Exit::Ok);
    }
    let ids = pages()
        .iter()
        .map(|page| page.id)
        .chain(rules.iter().map(|rule| rule.id.as_str()));
    let ids: Vec<_> = ids.collect();
    let help = hint(id, &ids).unwrap_or_else(|| "the ids are those that a report prints".into());
    let message = Message::error(format!("nothing is called `{id}`"), None, Some(help));
    Err(Failure {
        exit: Exit::Usage,
        text: message.render(),
    })
}

/// The rules of all built-in presets.
fn rules() -> Result<Vec<ResolvedRule>, Failure> {
    let tables = tables();
    let mut rules = Vec::new();
    for preset in builtin::BUILTINS
        .iter()
        .filter(|builtin| builtin.is_preset())
    {
        let policy =
            policy::composed(&[preset.name.to_owned()], &SettingsArgs::default(), &tables)?;
        for rule in policy.rules {
            if !rules.iter().any(|known: &ResolvedRule| known.id == rule.id) {
                rules.push(rule);
            }
        }
    }
    Ok(rules)
}

fn check_page(page: &Page) -> String {
    let mut out = format!("{}: {}\n", page.id, page.title);
    for (head, text) in [
        ("what", page.what),
        ("why, for whoever runs the platform", page.why_platform),
        ("why, for whoever runs Spark", page.why_data),
        ("what to do", page.fix),
        ("before", page.before),
        ("after", page.after),
    ] {
        let indented: Vec<_> = text
            .trim_end()
            .lines()
            .map(|line| format!("  {line}"))
            .collect();
        let _ = writeln!(out, "\n{head}\n{}", indented.join("\n"));
    }
    out
}

fn rule_page(rule: &ResolvedRule) -> String {
    let verb = match &rule.verb {
        Verb::Default(_) => "sets what is absent",
        Verb::Enforce(_) => "sets it, whatever was there",
        Verb::Include(_) => "adds to lists",
        Verb::Forbid(_) => "refuses what matches",
        Verb::Require(_) => "refuses what does not match",
        Verb::Patch(_) => "patches (RFC 6902)",
    };
    let mut out = format!(
        "{}: {verb}, on each {}\n\nwhy\n  {}\n",
        rule.id,
        rule.on,
        rule.because.trim_end()
    );
    if let Some(help) = &rule.help {
        let _ = write!(out, "\nwhat to do\n  {help}\n");
    }
    let preset = rule.id.split('/').next().unwrap_or_default();
    let _ = write!(
        out,
        "\nwhere it is written\n  {}\n\nall of it\n  sparkk8s-post presets show {preset}\n",
        rule.origin
    );
    out
}
