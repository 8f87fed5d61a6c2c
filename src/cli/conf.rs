//! `conf`: what each Spark process of the guarded manifests is configured with.

use super::args::{InputArgs, PolicyArgs};
use super::exit::{Exit, Failure};
use super::{io, run};
use crate::check::spark_processes;
use crate::guard::Severity;
use crate::manifest::objects;
use crate::report::{self, Report};
use crate::spark::version::{Release, Version};
use crate::yaml::Stream;
use anyhow::Context;
use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub(super) struct ConfArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,
    #[command(flatten)]
    pub(super) policy: PolicyArgs,
    /// Only settings that begin so, as in `spark.executor.`
    #[arg(
        long,
        value_name = "PREFIX",
        default_value = "",
        help_heading = "Output"
    )]
    pub(super) key: String,
    /// Version of Spark of processes whose image, field or jar names none
    #[arg(long, value_name = "VERSION", default_value_t = Release::V4_3_0.version(), value_parser = Version::parse, help_heading = "Input")]
    pub(super) spark_version: Version,
    /// Format on standard output
    #[arg(short = 'o', long = "output", value_enum, default_value_t = ConfFormat::Text, help_heading = "Output")]
    pub(super) output: ConfFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ConfFormat {
    /// For people
    Text,
    /// All of it, for programs
    Json,
}

pub(super) fn run(args: &ConfArgs) -> Result<Exit, Failure> {
    let input = run::Input::read(&args.input)?;
    run::over(&input, &args.policy, |report, rendered, policy| {
        io::tell(&report::findings(report, Severity::Error));
        let guarded = rendered.edits.apply(&input.text);
        let stream = Stream::parse(&guarded).context("what was guarded cannot be read")?;
        let (objects, _) = objects(&stream);
        let tables = policy.policy.tables();
        let (seen, processes) = spark_processes(&stream, &objects, tables, args.spark_version);
        let told = Report::new(report.name, &stream, &objects, (&[], &[]), &[]);
        let settings = report::Configurations {
            report: &told,
            seen: &seen,
            processes: &processes,
            prefix: &args.key,
        };
        io::show(&match args.output {
            ConfFormat::Text => settings.text(),
            ConfFormat::Json => settings.json(),
        })?;
        Ok(Exit::Ok)
    })
}
