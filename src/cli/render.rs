//! `render`: guarded manifests to standard output, and nothing else there.

use super::args::{RenderArgs, SummaryArg};
use super::exit::{Exit, Failure};
use super::policy::Chosen;
use super::{io, lock, reports, run};
use crate::guard::Severity;
use crate::host::{Host, refusal_document};
use crate::manifest::Object;
use crate::report::{self, Report, Summary};
use crate::text::EditSet;
use crate::threads::Threads;
use serde_json::Value;
use std::num::NonZeroUsize;

pub(super) fn run(args: &RenderArgs) -> Result<Exit, Failure> {
    let host: Host = args.input.host.into();
    let result = guarded(args);
    let refused = match &result {
        Ok((input, Verdict::Guarded(edits))) => {
            io::print(&input.host.finish(edits.pieces(&input.text)))?;
            return Ok(Exit::Ok);
        }
        Ok((_, Verdict::List(text, exit))) => {
            io::print(&[text])?;
            return Ok(*exit);
        }
        Ok((_, Verdict::Refused(text))) => text,
        Err(failure) => &failure.text,
    };
    if host.refuses_by_document() {
        io::tell(refused);
        let refused = anstream::adapter::strip_str(refused).to_string();
        io::print(&[&refusal_document(&refused)])?;
        return Ok(Exit::Ok);
    }
    match result {
        Ok((_, Verdict::Refused(text))) => {
            io::tell(&text);
            Ok(Exit::No)
        }
        Ok(_) => Ok(Exit::Ok),
        Err(failure) => Err(failure),
    }
}

const TWO: Threads = Threads::up_to(NonZeroUsize::MIN.saturating_add(1));

/// What becomes of the input.
enum Verdict {
    /// The edits that guard it.
    Guarded(EditSet),
    /// What answers a `ResourceList`, and how that ends.
    List(String, Exit),
    Refused(String),
}

fn guarded(args: &RenderArgs) -> Result<(run::Input, Verdict), Failure> {
    let host: Host = args.input.host.into();
    let targets = reports::targets(&args.report)?;
    // Whoever renders takes longer than reading a lock does.
    let threads = if args.locked { TWO } else { Threads::ONE };
    let held = || lock::Held::of(&args.policy.settings.project);
    let (input, held) = threads.both(
        || match args.run {
            true => lock::input(&args.policy.settings.project, host),
            false => run::Input::read(&args.input),
        },
        || args.locked.then(held).transpose(),
    );
    let (input, held) = (input?, held?);
    let see = |chosen: &Chosen, all: &[Object<'_>], object: &Object<'_>, value: &Value| {
        if let Some(held) = &held {
            held.see(chosen, all, object, value);
        }
    };
    // Nothing below a warning is shown, but in a report.
    let least = match targets.is_empty() {
        true => Severity::Warning,
        false => Severity::Info,
    };
    let see = held.is_some().then_some(&see as run::See<'_>);
    let verdict = run::observed(&input, &args.policy, (see, least), |report, rendered, _| {
        reports::write(&targets, report)?;
        if args.summary == SummaryArg::Terminal {
            io::tell_terminal(&report::three_lines(report, "render"));
        }
        judged(&input, report, rendered.edits, held.as_ref())
    })?;
    Ok((input, verdict))
}

fn judged(
    input: &run::Input,
    report: &Report<'_>,
    edits: EditSet,
    held: Option<&lock::Held>,
) -> Result<Verdict, Failure> {
    let is_krm = input.is_krm();
    let overview = report::overview(report, "render");
    if Summary::of(report).errors > 0 {
        let refused = report::findings(report, Severity::Error) + &overview;
        if is_krm {
            // Its host reads `results` and nothing else of it then; the items are those that came.
            io::tell(&refused);
            let text = run::answer(input, &input.text, report)?;
            return Ok(Verdict::List(text, Exit::No));
        }
        return Ok(Verdict::Refused(refused));
    }
    if !input.inlined.is_empty() {
        let names = input.inlined.join(", ");
        io::tell(&format!(
            "note: Helm took a List apart; aliases of these anchors were written out: {names}\n"
        ));
    }
    if let Some(held) = held {
        held.judge(report)?;
    }
    let verdict = match is_krm {
        true => Verdict::List(
            run::answer(input, &edits.apply(&input.text), report)?,
            Exit::Ok,
        ),
        false => Verdict::Guarded(edits),
    };
    io::tell(&overview);
    Ok(verdict)
}
