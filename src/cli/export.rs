//! `export`: what `render` would change, as patches of kustomize.

use super::args::ExportVerb;
use super::exit::{Exit, Failure};
use super::{io, run};
use crate::guard::Severity;
use crate::host::Host;
use crate::host::kustomize::{Export, Form};
use crate::report::{self, Summary};

pub(super) fn run(verb: &ExportVerb) -> Result<Exit, Failure> {
    let (args, form) = match verb {
        ExportVerb::Flux(args) => (args, Form::HelmRelease),
        ExportVerb::Kustomize(args) => (args, Form::Component),
    };
    // No host sends an empty stream here.
    let input = run::Input::read_as(&args.source.file, Host::Pipe)?;
    run::over(&input, &args.policy, |report, _, chosen| {
        let overview = report::overview(report, "export");
        if Summary::of(report).errors > 0 {
            io::tell(&(report::findings(report, Severity::Error) + &overview));
            return Ok(Exit::No);
        }
        let rules = chosen.policy.rules.iter();
        let of_rendering = rules.filter(|rule| rule.is_of_one_rendering());
        let of_rendering = of_rendering.map(|rule| rule.id.as_str()).collect();
        let export = Export::of(report, &of_rendering);
        let export = export.map_err(|error| run::failed(&input, &error))?;
        io::print(&[&export.text(form)])?;
        if export.left() > 0 {
            let left = report::count(export.left(), "change");
            io::tell(&format!(
                "note: no patch says {left}; what is printed names them\n"
            ));
        }
        io::tell(&overview);
        Ok(Exit::Ok)
    })
}
