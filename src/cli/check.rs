//! `check`: every finding with its place; no manifests.

use super::args::CheckArgs;
use super::exit::{Exit, Failure};
use super::{io, lock, reports, run};
use crate::check;
use crate::guard::Severity;
use crate::host::Host;
use crate::report::Summary;

pub(super) fn run(args: &CheckArgs) -> Result<Exit, Failure> {
    let targets = reports::targets(&args.report)?;
    let input = run::Input::read(&args.input)?;
    // Presets by name are no project's.
    let lapsed = match args.policy.presets.is_empty() {
        true => lock::lapsed(&args.policy.settings.project, args.policy.today.as_deref())?,
        false => Vec::new(),
    };
    run::over(&input, &args.policy, |report, _, chosen| {
        let unmarked = match args.require_marker {
            true => {
                let tables = chosen.policy.tables();
                check::unmarked(report.stream, report.objects, report.findings, tables)
            }
            false => Vec::new(),
        };
        let mut findings = [report.findings, &unmarked].concat();
        // `render` goes on; whoever reads this can still mend it.
        let expired = findings.iter_mut().filter(|one| one.id == check::EXPIRED);
        expired.for_each(|finding| finding.severity = Severity::Error);
        let waivers = report.waivers.iter();
        findings.extend(waivers.filter_map(|listed| check::soon(listed.one, listed.days)));
        findings.sort_by_key(|finding| finding.object);
        findings.extend(lapsed);
        let report = &report.with(&findings);
        reports::write(&targets, report)?;
        let text = args.output.text(report, (Severity::Warning, "check"));
        if input.host == Host::Krm {
            // A validator gives back what it was given.
            io::tell(&text);
            io::print(&[&run::answer(&input, &input.text, report)?])?;
        } else {
            io::show(&text)?;
        }
        Ok(if Summary::of(report).errors > 0 {
            Exit::No
        } else {
            Exit::Ok
        })
    })
}
