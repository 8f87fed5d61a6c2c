//! Arguments to validated options, one thin file a verb. The only place with IO, environment and terminal.

mod argocd;
mod args;
mod cases;
mod check;
mod conf;
mod demo;
mod diff;
mod drift;
mod exit;
mod explain;
mod export;
mod graph;
mod init;
mod io;
mod lock;
mod man;
mod message;
mod pods;
mod policy;
mod presets;
mod project;
mod render;
mod reports;
mod run;
mod story;
mod today;

use args::{Cli, Verb};
use clap::{CommandFactory, Parser};
use exit::{Exit, Failure};
use std::io::IsTerminal;
use std::process::ExitCode;

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&arguments, &error),
    };
    let result = match &cli.verb {
        None if std::io::stdin().is_terminal() && cli.render.input.source.file == "-" => help(),
        None => render::run(&cli.render),
        Some(Verb::Render(args)) => render::run(args),
        Some(Verb::Check(args)) => check::run(args),
        Some(Verb::Diff(args)) => diff::run(args),
        Some(Verb::Lock(args)) => lock::run(args),
        Some(Verb::Promote(args)) => lock::promote(args),
        Some(Verb::Verify(args)) => lock::verify(args),
        Some(Verb::Drift(args)) => drift::run(args),
        Some(Verb::Graph(args)) => graph::run(args),
        Some(Verb::Pods(args)) => pods::run(args),
        Some(Verb::Conf(args)) => conf::run(args),
        Some(Verb::Export { verb }) => export::run(verb),
        Some(Verb::Argocd { verb }) => match verb {
            args::ArgocdVerb::Generate(args) => argocd::generate(args),
            args::ArgocdVerb::Parameters(args) => argocd::parameters(args),
        },
        Some(Verb::Explain(args)) => explain::run(args),
        Some(Verb::Presets { verb }) => presets::run(verb),
        Some(Verb::Init(args)) => init::run(args),
        Some(Verb::Demo) => demo::run(),
        Some(Verb::Completions { shell }) => man::completions(*shell),
        Some(Verb::Man) => man::page(),
    };
    let exit = result.unwrap_or_else(|failure| {
        io::tell(&failure.text);
        failure.exit
    });
    ExitCode::from(exit as u8)
}

/// `sparkk8s-post` alone on a terminal.
fn help() -> Result<Exit, Failure> {
    io::show(&Cli::command().render_help().ansi().to_string())?;
    Ok(Exit::Usage)
}

/// Wrong arguments, `--help` and `--version`. Helm 4 shows no standard error, so it is told by a document: where its plugin
/// says so, which writes its own `--host` before all that users add.
fn usage(arguments: &[std::ffi::OsString], error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        let _ = io::show(&error.render().ansi().to_string());
        return ExitCode::from(Exit::Ok as u8);
    }
    io::tell(&error.render().ansi().to_string());
    let words: Vec<_> = arguments
        .iter()
        .map(|word| word.to_string_lossy())
        .collect();
    let mut hosts = words.iter().enumerate().filter_map(|(at, word)| {
        let next = (word == "--host").then(|| words.get(at + 1)).flatten();
        word.strip_prefix("--host=").or(next.map(AsRef::as_ref))
    });
    let renders = |word: &std::borrow::Cow<'_, str>| word == "render" || word.starts_with('-');
    let helm4 = hosts.next() == Some("helm4") && words.get(1).is_none_or(renders);
    if helm4 && io::print(&[&crate::host::refusal_document(&error.render().to_string())]).is_ok() {
        return ExitCode::from(Exit::Ok as u8);
    }
    ExitCode::from(Exit::Usage as u8)
}
