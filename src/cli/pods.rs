//! `pods`: the pods that Spark will build of the guarded manifests.

use super::args::{InputArgs, PolicyArgs};
use super::exit::{Exit, Failure};
use super::{io, run};
use crate::check::spark_processes;
use crate::guard::Severity;
use crate::manifest::{Object, objects};
use crate::report::{self, Message};
use crate::spark::pod::{Predicted, client, found};
use crate::spark::version::{Release, Version};
use crate::yaml::Stream;
use anyhow::Context;
use clap::{Args, ValueEnum};

/// Taken where nothing names a version.
pub(super) const NEWEST: Release = Release::V4_3_0;

#[derive(Debug, Args)]
pub(super) struct PodsArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,
    #[command(flatten)]
    pub(super) policy: PolicyArgs,
    /// Version of Spark of applications that name none
    #[arg(long, value_name = "VERSION", default_value_t = NEWEST.version(), value_parser = Version::parse, help_heading = "Input")]
    pub(super) spark_version: Version,
    /// Format on standard output
    #[arg(short = 'o', long = "output", value_enum, default_value_t = PodsFormat::Table, help_heading = "Output")]
    pub(super) output: PodsFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum PodsFormat {
    /// Memory, pod by pod
    Table,
    /// Whole pods, a document each
    Yaml,
    /// Whole pods as one List
    Json,
    /// A picture of their memory
    Svg,
}

pub(super) fn run(args: &PodsArgs) -> Result<Exit, Failure> {
    of(
        &args.input,
        &args.policy,
        args.spark_version,
        |predicted, objects| {
            io::show(&match args.output {
                PodsFormat::Table => report::pods(predicted, objects),
                PodsFormat::Yaml => report::pod_manifests(predicted),
                PodsFormat::Json => report::pod_list(predicted),
                PodsFormat::Svg => report::pod_bars(predicted, objects),
            })?;
            Ok(())
        },
    )
}

/// Shows the pods of the guarded manifests, and says of which application there are none.
pub(super) fn of(
    input: &InputArgs,
    policy: &PolicyArgs,
    version: Version,
    show: impl FnOnce(&[Predicted], &[Object<'_>]) -> Result<(), Failure>,
) -> Result<Exit, Failure> {
    let input = run::Input::read(input)?;
    run::over(&input, policy, |report, rendered, policy| {
        io::tell(&report::findings(report, Severity::Error));
        let guarded = rendered.edits.apply(&input.text);
        let stream = Stream::parse(&guarded).context("what was guarded cannot be read")?;
        let (objects, _) = objects(&stream);
        let mut predicted = found(&stream, &objects, &version.to_string());
        let tables = policy.policy.tables();
        let (seen, processes) = spark_processes(&stream, &objects, tables, version);
        let drivers = processes.iter();
        predicted.extend(drivers.filter_map(|one| client(one, &seen[one.seen], &objects)));
        predicted.sort_by_key(|one| one.object);
        let failed = predicted
            .iter()
            .filter_map(|one| Some((one.object, one.pods.as_ref().err()?)));
        let mut exit = Exit::Ok;
        for (object, why) in failed {
            exit = Exit::No;
            let message = why.said(&format!("`{}`", objects[object]));
            io::tell(&Message::error(message, None, None).render());
        }
        show(&predicted, &objects)?;
        Ok(exit)
    })
}
