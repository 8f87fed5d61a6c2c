//! `diff`: what `render` would change, and which pods restart because of it.

use super::args::DiffArgs;
use super::exit::{Exit, Failure};
use super::{io, run};
use crate::guard::Severity;
use crate::report::{self, Summary};

pub(super) fn run(args: &DiffArgs) -> Result<Exit, Failure> {
    let input = run::Input::read(&args.input)?;
    run::over(&input, &args.policy, |report, rendered, _| {
        io::tell(&report::findings(report, Severity::Error));
        let diff = report::diff(report, &rendered.edits);
        io::show(&(diff.clone() + &report::restarts(report, &rendered.restarts)))?;
        io::tell(&report::overview(report, "diff"));
        let same = diff.is_empty() && Summary::of(report).errors == 0;
        Ok(if same { Exit::Ok } else { Exit::No })
    })
}
