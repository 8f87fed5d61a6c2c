//! Reports: the formats, which `-o` and `--report` share, and the files that they go to.

use super::args::ReportArgs;
use super::exit::{Exit, Failure};
use super::io;
use crate::guard::Severity;
use crate::report::{self, Message, Report};
use crate::text::{nearest, quoted};
use anyhow::Context;
use clap::ValueEnum;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// For people
    Text,
    /// All of it, for programs
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Results of tests as XML, as most systems read them
    Junit,
    /// Annotations of GitHub Actions
    Github,
    /// For a step summary or a comment
    Markdown,
}

impl ReportFormat {
    /// The report; where it is for people without findings below a severity, and with the verb that ran.
    pub(super) fn text(self, report: &Report<'_>, (least, verb): (Severity, &str)) -> String {
        match self {
            Self::Text => report::findings(report, least) + &report::overview(report, verb),
            Self::Json => report::json(report),
            Self::Sarif => report::sarif(report),
            Self::Junit => report::junit(report),
            Self::Github => report::github(report),
            Self::Markdown => report::markdown(report),
        }
    }

    /// All formats by name.
    fn all() -> Vec<(String, Self)> {
        let name =
            |format: &Self| Some((format.to_possible_value()?.get_name().to_owned(), *format));
        Self::value_variants().iter().filter_map(name).collect()
    }
}

/// A report and its file.
pub(super) struct Target {
    format: ReportFormat,
    file: String,
}

/// Reads `--report FORMAT=FILE`.
pub(super) fn targets(args: &ReportArgs) -> Result<Vec<Target>, Failure> {
    let mut targets: Vec<Target> = Vec::new();
    for given in &args.reports {
        let target = target(given)?;
        if targets.iter().any(|other| other.file == target.file) {
            let what = format!("two reports go to `{}`", target.file);
            return Err(wrong(
                what,
                "each `--report` needs a file of its own".into(),
            ));
        }
        targets.push(target);
    }
    Ok(targets)
}

fn target(given: &str) -> Result<Target, Failure> {
    let formats = ReportFormat::all();
    let names: Vec<_> = formats.iter().map(|(name, _)| name.as_str()).collect();
    let there_are = format!("the formats are {}", quoted(&names));
    let Some((name, file)) = given.split_once('=').filter(|(_, file)| !file.is_empty()) else {
        return Err(wrong(
            format!("`--report {given}` must read FORMAT=FILE"),
            there_are,
        ));
    };
    let Some((_, format)) = formats.iter().find(|(known, _)| known == name) else {
        let near = nearest(name, names.iter().copied());
        let near = near.map(|near| format!("did you mean `{near}`? "));
        let what = format!("`--report {given}`: no format of reports is called `{name}`");
        return Err(wrong(what, near.unwrap_or_default() + &there_are));
    };
    if file == "-" {
        let help = format!(
            "standard output is for manifests: name a file, or print the report with `check -o {name}`"
        );
        return Err(wrong(
            format!("`--report {given}`: a report goes to a file"),
            help,
        ));
    }
    Ok(Target {
        format: *format,
        file: file.to_owned(),
    })
}

fn wrong(what: String, help: String) -> Failure {
    Failure {
        exit: Exit::Usage,
        text: Message::error(what, None, Some(help)).render(),
    }
}

/// Writes the reports, all of them or none, before anything goes to standard output.
pub(super) fn write(targets: &[Target], report: &Report<'_>) -> Result<(), Failure> {
    let of = |target: &Target| {
        let text = target.format.text(report, (Severity::Info, "report"));
        match target.format {
            ReportFormat::Text => anstream::adapter::strip_str(&text).to_string(),
            _ => text,
        }
    };
    let texts: Vec<_> = targets.iter().map(of).collect();
    let files: Vec<_> = targets
        .iter()
        .zip(&texts)
        .map(|(target, text)| (target.file.as_str(), text.as_str()))
        .collect();
    io::write_all(&files).context("the reports could not be written")?;
    Ok(())
}
