//! `argocd generate`: renders an application and guards it. What Argo CD takes for an answer is all or nothing.

use super::super::args::ArgocdArgs;
use super::super::exit::{Exit, Failure};
use super::super::policy::Chosen;
use super::super::{io, run};
use super::application::variable;
use super::tool::Tool;
use super::{Desk, refused};
use crate::guard::Severity;
use crate::host::Host;
use crate::report::{self, Summary};

/// What Argo CD takes in one message where nobody set `ARGOCD_GRPC_MAX_SIZE_MB`, in MiB.
const MOST_MEBIBYTES: usize = 100;
/// What Argo CD shows of an error is read in a small panel.
const MOST_SHOWN: usize = 4_000;

pub(in crate::cli) fn run(args: &ArgocdArgs) -> Result<Exit, Failure> {
    let desk = Desk::open(args)?;
    let policy = desk.policy()?;
    let tool = Tool::of(&desk.application, &desk.folder)?;
    let bytes = tool.run(&desk.sidecar.spec, &desk.application, &desk.folder)?;
    // What is too much already need not be guarded first.
    fits(bytes.len())?;
    let input = run::Input::decoded(tool.name().to_owned(), bytes, Host::ArgoCd)?;
    let choose = |_| Chosen::of(policy, None);
    let edits = run::with(
        &input,
        choose,
        (None, Severity::Warning),
        |report, rendered, _| {
            let overview = report::overview(report, "argocd generate");
            if Summary::of(report).errors > 0 {
                return Ok(Err(report::errors_within(report, MOST_SHOWN) + &overview));
            }
            Ok(Ok((rendered.edits, overview)))
        },
    )?;
    match edits {
        Err(refusal) => {
            io::tell(&refusal);
            Ok(Exit::No)
        }
        Ok((edits, overview)) => {
            let pieces = input.host.finish(edits.pieces(&input.text));
            fits(pieces.iter().map(|piece| piece.len()).sum())?;
            io::print(&pieces)?;
            io::tell(&overview);
            Ok(Exit::Ok)
        }
    }
}

/// Whether Argo CD takes so many bytes.
fn fits(bytes: usize) -> Result<(), Failure> {
    let most = variable("ARGOCD_GRPC_MAX_SIZE_MB").and_then(|text| text.parse().ok());
    let most = most.unwrap_or(MOST_MEBIBYTES);
    if bytes < most.saturating_mul(1 << 20) {
        return Ok(());
    }
    let message = format!(
        "the manifests are {} MiB, and Argo CD takes less than {most} MiB in one message",
        bytes >> 20
    );
    let help =
        "divide the application, or raise `ARGOCD_GRPC_MAX_SIZE_MB` in Argo CD and in the sidecar";
    Err(refused(Exit::No, message, help))
}
