//! `diff`: what `render` would change, and which pods restart because of it.

use super::args::DiffArgs;
use super::exit::{Exit, Failure};
use super::{io, lock, run};
use crate::guard::Severity;
use crate::report::{self, Message, Summary};

pub(super) fn run(args: &DiffArgs) -> Result<Exit, Failure> {
    if let [one, other] = &args.policy.settings.project.environments[..] {
        return lock::between(args, [one, other]);
    }
    if !args.from.is_empty() {
        let message = "`--from` is for the comparison of two environments".to_owned();
        let help = "name both: `--env A --env B`; or read manifests with `-f`".to_owned();
        return Err(Failure {
            exit: Exit::Usage,
            text: Message::error(message, None, Some(help)).render(),
        });
    }
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
