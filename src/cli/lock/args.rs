//! What can be typed for `lock` and `promote`.

use super::super::args::GivenArgs;
use clap::Args;

/// Where the manifests of all environments come from.
#[derive(Debug, Args)]
pub(in crate::cli) struct SourcesArgs {
    /// Manifests of an environment; `-` is standard input; repeatable [default: the command that the project names]
    #[arg(long = "from", value_name = "ENV=FILE", help_heading = "Input")]
    pub(in crate::cli) from: Vec<String>,
    /// The project [default: `sparkk8s.yaml` here or in the nearest folder above]
    #[arg(long = "config", value_name = "FILE", help_heading = "Policy")]
    pub(in crate::cli) config: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) given: GivenArgs,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct LockArgs {
    #[command(flatten)]
    pub(in crate::cli) sources: SourcesArgs,
    /// Render each environment so often, and refuse what is not the same each time
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..), help_heading = "Input")]
    pub(in crate::cli) renders: u8,
    /// The environment that is ahead of the others
    #[arg(
        long = "env",
        value_name = "NAME",
        requires = "ahead",
        help_heading = "Promotion"
    )]
    pub(in crate::cli) environment: Option<String>,
    /// Record that it has what the others do not have yet, and why; the others must be as they are locked
    #[arg(long, value_name = "REASON", requires_all = ["environment", "until"], help_heading = "Promotion")]
    pub(in crate::cli) ahead: Option<String>,
    /// The last day on which that is no finding of `check`
    #[arg(
        long,
        value_name = "YYYY-MM-DD",
        requires = "ahead",
        help_heading = "Promotion"
    )]
    pub(in crate::cli) until: Option<String>,
    /// Write only this object anew: `Deployment/connect`, or as the lock names it; repeatable
    #[arg(long, value_name = "OBJECT", conflicts_with_all = ["ahead", "resolve"], help_heading = "Output")]
    pub(in crate::cli) update: Vec<String>,
    /// Settle the conflicts that a merge left in the lock, if nothing else has changed
    #[arg(long, conflicts_with = "ahead", help_heading = "Output")]
    pub(in crate::cli) resolve: bool,
    /// Write nothing; exit with 4 where the lock would change
    #[arg(long, help_heading = "Output")]
    pub(in crate::cli) check: bool,
    /// Print all differences between environments, sanctioned or not, and write nothing
    #[arg(long, help_heading = "Output", conflicts_with_all = ["check", "ahead", "update", "resolve"])]
    pub(in crate::cli) show: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct PromoteArgs {
    /// The environment that was ahead
    #[arg(value_name = "FROM")]
    pub(in crate::cli) from_environment: String,
    /// The environment that has followed
    #[arg(value_name = "TO")]
    pub(in crate::cli) to_environment: String,
    #[command(flatten)]
    pub(in crate::cli) sources: SourcesArgs,
}
