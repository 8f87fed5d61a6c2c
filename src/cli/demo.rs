//! `demo`: the default preset at work on the example that is built in.

use super::args::PolicyArgs;
use super::exit::{Exit, Failure};
use super::{io, run};
use crate::host::Host;
use crate::preset::DEFAULT_PRESET;
use crate::report;

const STREAM: &str = include_str!("../../examples/demo.yaml");

const AROUND: [&str; 2] = [
    "A Spark Connect server with JupyterLab, as its chart renders it, and what the preset `default` would change:\n\n",
    "\nOn your own chart: helm template NAME CHART | sparkk8s-post diff --host pipe\n",
];

pub(super) fn run() -> Result<Exit, Failure> {
    let input = run::Input::of("examples/demo.yaml".into(), STREAM.into(), Host::Pipe);
    let policy = PolicyArgs {
        presets: vec![DEFAULT_PRESET.to_owned()],
        ..PolicyArgs::default()
    };
    run::over(&input, &policy, |report, rendered, _| {
        let diff = report::diff(report, &rendered.edits);
        let restarts = report::restarts(report, &rendered.restarts);
        let overview = report::overview(report, "demo");
        io::show(&[AROUND[0], &diff, &restarts, &overview, AROUND[1]].concat())?;
        Ok(Exit::Ok)
    })
}
