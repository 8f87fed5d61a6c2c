//! `man` and `completions`, from the same arguments as `--help`.

use super::args::Cli;
use super::exit::{Exit, Failure};
use super::io;
use anyhow::Context;
use clap::CommandFactory;
use clap_complete::Shell;

pub(super) fn completions(shell: Shell) -> Result<Exit, Failure> {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "sparkk8s-post", &mut out);
    io::show(&String::from_utf8_lossy(&out))?;
    Ok(Exit::Ok)
}

pub(super) fn page() -> Result<Exit, Failure> {
    let mut out = Vec::new();
    let man = clap_mangen::Man::new(Cli::command());
    man.render(&mut out).context("making the manual page")?;
    io::show(&String::from_utf8_lossy(&out))?;
    Ok(Exit::Ok)
}
