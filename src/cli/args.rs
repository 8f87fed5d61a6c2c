//! What can be typed. Nothing here travels further than the verb that takes it.

use super::lock::{LockArgs, PromoteArgs};
use super::reports::ReportFormat;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// Guardrails, refusals and a report for Spark manifests on Kubernetes
///
/// Rendered manifests in on standard input, the same manifests out on standard output: gaps filled by presets,
/// everything that the author decided kept byte for byte. Without a verb it is `render`.
#[derive(Debug, Parser)]
#[command(name = "sparkk8s-post", version, args_conflicts_with_subcommands = true, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(super) verb: Option<Verb>,
    #[command(flatten)]
    pub(super) render: RenderArgs,
}

const EXIT_CODES: &str = "\
Exit codes:
  0   done; `check`: nothing above a warning; `diff`, `drift`: no difference, or between environments none that nobody sanctioned
  1   the answer is no: refused, findings at error, differences
  2   usage, project, preset or overlay is wrong, or a file cannot be read or written
  3   the input cannot be read as Kubernetes YAML, or holds no object where the host needs one
  4   the manifests are not those of the lock, or environments differ in what nobody sanctioned
  5   a command that we ran for you failed: of the project for an environment, or of `argocd generate`
  6   `drift`: the cluster cannot be reached or denies access, or an object cannot be compared
  70  a bug: the planned edit did not come out as planned; nothing was written";

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Write the guarded manifests to standard output
    Render(RenderArgs),
    /// Report every finding with its place; write no manifests
    Check(CheckArgs),
    /// Show what `render` would change, the rule beside each hunk, and which pods restart because of it
    Diff(DiffArgs),
    /// Draw which pods read which objects, what is pinned, and what cannot be and why
    Graph(GraphArgs),
    /// Show the pods that Spark will build: their memory, and whole manifests
    Pods(super::pods::PodsArgs),
    /// Show what each Spark process is configured with, where each value stands, and what it overrules
    Conf(super::conf::ConfArgs),
    /// Write what environments share, and refuse what nobody sanctioned to differ
    Lock(LockArgs),
    /// Settle what one environment was ahead with and another one has now
    Promote(PromoteArgs),
    /// Compare the manifests of an environment with the lock
    Verify(VerifyArgs),
    /// Compare what a cluster runs with the guarded manifests, and say who changed what differs
    ///
    /// Needs a build with the feature `live`. Nothing is written: the cluster is read, and asked by server-side dry
    /// runs what it would make of the manifests.
    #[command(hide = cfg!(not(feature = "live")))]
    Drift(DriftArgs),
    /// Explain a rule or a check, what a cluster says of a pod that does not start, or the memory of a pod of Spark
    Explain(super::explain::ExplainArgs),
    /// The policy: what there is, and what it comes to
    Presets {
        #[command(subcommand)]
        verb: PresetsVerb,
    },
    /// Write a first project with the environments dev and prod, and say what to do next
    Init(InitArgs),
    /// Print what `render` would change as patches, for pipelines where no program runs
    Export {
        #[command(subcommand)]
        verb: ExportVerb,
    },
    /// The plugin sidecar of Argo CD
    Argocd {
        #[command(subcommand)]
        verb: ArgocdVerb,
    },
    /// Show the default preset at work on an example that is built in
    Demo,
    /// Print a completion script for a shell
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Print the manual page
    Man,
}

#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// The chart that it is for: a folder with Chart.yaml
    #[arg(value_name = "CHART", conflicts_with = "file")]
    pub(super) chart: Option<String>,
    /// The manifests that it is for; `-` is standard input
    #[arg(short = 'f', long = "filename", value_name = "FILE")]
    pub(super) file: Option<String>,
    /// Where to write it
    #[arg(long = "config", value_name = "FILE", default_value = crate::preset::PROJECT_FILE)]
    pub(super) config: String,
}

#[derive(Debug, Subcommand)]
pub(super) enum ExportVerb {
    /// Print the `spec.postRenderers` of a release of Flux
    Flux(ExportArgs),
    /// Print a component of kustomize
    Kustomize(ExportArgs),
}

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    #[command(flatten)]
    pub(super) source: SourceArgs,
    #[command(flatten)]
    pub(super) policy: PolicyArgs,
}

#[derive(Debug, Subcommand)]
pub(super) enum ArgocdVerb {
    /// Render the application in this folder with Helm or Kustomize, and print the guarded manifests
    ///
    /// An empty result is refused, because Argo CD takes it for "delete everything".
    Generate(ArgocdArgs),
    /// Print what the application may choose, as Argo CD asks for it
    Parameters(ArgocdArgs),
}

#[derive(Debug, Args)]
pub(super) struct ArgocdArgs {
    /// The sidecar's file, by an absolute path [default: the preset `default`, and nothing is open to applications]
    #[arg(long, value_name = "FILE", help_heading = "Policy")]
    pub(super) config: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum PresetsVerb {
    /// List the built-in presets and overlays
    List,
    /// Print a preset with everything that it uses, each value with the line that set it
    Show {
        /// Built-in presets, `name@major`, or files; those of the project, else `default`, where none is named
        #[arg(value_name = "PRESET")]
        presets: Vec<String>,
        #[command(flatten)]
        settings: SettingsArgs,
    },
    /// Run the cases of a folder: input, arguments and what is expected, a folder each
    Test {
        /// A case, or a folder with cases, at any depth
        #[arg(value_name = "DIR")]
        folder: String,
        /// Write what came out as what is expected
        #[arg(long)]
        update: bool,
    },
}

#[derive(Clone, Debug, Default, PartialEq, Args)]
#[command(next_help_heading = "Policy")]
pub(super) struct ProjectArgs {
    /// Environment of the project, whose presets, overlays and parameters are used
    #[arg(id = "environment", long = "env", value_name = "NAME")]
    pub(super) environments: Vec<String>,
    /// The project [default: `sparkk8s.yaml` here or in the nearest folder above]
    #[arg(long = "config", value_name = "FILE")]
    pub(super) config: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Args)]
#[command(next_help_heading = "Policy")]
pub(super) struct SettingsArgs {
    #[command(flatten)]
    pub(super) project: ProjectArgs,
    /// Overlay of an environment: `dev`, `staging`, `prod`, or a file; repeatable, later ones win
    #[arg(long = "overlay", value_name = "OVERLAY")]
    pub(super) overlays: Vec<String>,
    /// Set a parameter; repeatable
    #[arg(long = "set", value_name = "PRESET.NAME=VALUE")]
    pub(super) sets: Vec<String>,
}

/// What no file of the repository says by itself.
#[derive(Clone, Debug, Default, PartialEq, Args)]
pub(super) struct GivenArgs {
    /// Pin and lock Secrets, too, by digests that are made with the key in this file: 32 bytes or more
    #[arg(long, value_name = "FILE", help_heading = "Policy")]
    pub(super) secret_key: Option<String>,
    /// Name images by the digests that this file has for their tags: lines such as `IMAGE:TAG@sha256:…` [default: that of
    /// the project]
    #[arg(long, value_name = "FILE", help_heading = "Policy")]
    pub(super) images: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Args)]
pub(super) struct PolicyArgs {
    /// Preset to apply: built in, `name@major`, or a file; repeatable [default: those of the project, else `default`]
    #[arg(long = "preset", value_name = "PRESET", help_heading = "Policy")]
    pub(super) presets: Vec<String>,
    #[command(flatten)]
    pub(super) settings: SettingsArgs,
    #[command(flatten)]
    pub(super) given: GivenArgs,
    /// Waive a rule by hand, with a reason; repeatable
    #[arg(
        long = "skip",
        value_name = "RULE=KIND/NAME[/CONTAINER]: REASON",
        help_heading = "Policy"
    )]
    pub(super) skips: Vec<String>,
    /// Look at waivers and locks as on this day [default: today in UTC, or the day of `SOURCE_DATE_EPOCH`]
    #[arg(long, value_name = "DATE", help_heading = "Policy")]
    pub(super) today: Option<String>,
}

#[derive(Debug, Default, Args)]
pub(super) struct SourceArgs {
    /// Read manifests from here; `-` is standard input
    #[arg(
        short = 'f',
        long = "filename",
        value_name = "FILE",
        default_value = "-",
        help_heading = "Input"
    )]
    pub(super) file: String,
}

#[derive(Debug, Default, Args)]
pub(super) struct InputArgs {
    #[command(flatten)]
    pub(super) source: SourceArgs,
    /// Who runs this: decides about empty input and how a refusal reaches the user
    #[arg(long, value_enum, default_value_t = HostArg::Auto, help_heading = "Input")]
    pub(super) host: HostArg,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum HostArg {
    /// Judge by the stream
    #[default]
    Auto,
    /// Helm 3's --post-renderer
    Helm3,
    /// A Helm 4 plugin, which shows no standard error
    Helm4,
    /// kustomize or kpt: a ResourceList in and out, with results
    Krm,
    /// A shell pipe, where an empty input is a mistake
    Pipe,
}

#[derive(Debug, Default, Args)]
pub(super) struct ReportArgs {
    /// Write a report; repeatable; formats: text, json, sarif, junit, github, markdown
    #[arg(long = "report", value_name = "FORMAT=FILE", help_heading = "Output")]
    pub(super) reports: Vec<String>,
}

#[derive(Debug, Default, Args)]
pub(super) struct RenderArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,
    #[command(flatten)]
    pub(super) policy: PolicyArgs,
    #[command(flatten)]
    pub(super) report: ReportArgs,
    /// Read what the project's command for the environment prints
    #[arg(
        long,
        requires = "environment",
        conflicts_with = "file",
        help_heading = "Input"
    )]
    pub(super) run: bool,
    /// Refuse manifests that are not those of the lock
    #[arg(long, requires = "environment", help_heading = "Policy")]
    pub(super) locked: bool,
    /// Where to put three lines about the run, beside standard error
    #[arg(long, value_enum, default_value_t = SummaryArg::None, help_heading = "Output")]
    pub(super) summary: SummaryArg,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum SummaryArg {
    /// Nowhere else
    #[default]
    None,
    /// The user's terminal, where a host swallows standard error
    Terminal,
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,
    #[command(flatten)]
    pub(super) policy: PolicyArgs,
    /// Refuse workloads without the mark of a policy: a host that skipped us left none
    #[arg(long, help_heading = "Policy")]
    pub(super) require_marker: bool,
    #[command(flatten)]
    pub(super) report: ReportArgs,
    /// Format on standard output
    #[arg(short = 'o', long = "output", value_enum, default_value_t = ReportFormat::Text, help_heading = "Output")]
    pub(super) output: ReportFormat,
}

/// What `drift` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
}

#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// The environment that the manifests are of
    #[arg(long = "env", value_name = "NAME", help_heading = "Policy")]
    pub(super) environment: String,
    /// The project [default: `sparkk8s.yaml` here or in the nearest folder above]
    #[arg(long = "config", value_name = "FILE", help_heading = "Policy")]
    pub(super) config: Option<String>,
    #[command(flatten)]
    pub(super) given: GivenArgs,
}

#[derive(Debug, Args)]
pub(super) struct GraphArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,
    #[command(flatten)]
    pub(super) policy: PolicyArgs,
    /// Format on standard output
    #[arg(short = 'o', long = "output", value_enum, default_value_t = GraphFormat::Text, help_heading = "Output")]
    pub(super) output: GraphFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum GraphFormat {
    Text,
    Json,
    Mermaid,
    Svg,
}

#[derive(Debug, Args)]
#[command(mut_arg("environment", |arg| arg.help(
    "Environment of the project, whose presets, overlays and parameters are used; given twice, the two are compared"
)))]
pub(super) struct DiffArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// Manifests of one of two environments [default: the command that the project names]
    #[arg(
        long = "from",
        value_name = "ENV=FILE",
        requires = "environment",
        conflicts_with = "file",
        help_heading = "Input"
    )]
    pub(super) from: Vec<String>,
    #[command(flatten)]
    pub(super) policy: PolicyArgs,
}

#[derive(Debug, Args)]
pub(super) struct DriftArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,
    #[command(flatten)]
    pub(super) policy: PolicyArgs,
    /// Context of the kubeconfig [default: the current one, else the pod's own credentials]
    #[arg(long, value_name = "NAME", help_heading = "Cluster")]
    pub(super) context: Option<String>,
    /// The kubeconfig [default: those of `KUBECONFIG`, else `~/.kube/config`]
    #[arg(long, value_name = "FILE", help_heading = "Cluster")]
    pub(super) kubeconfig: Option<String>,
    /// Namespace of objects that name none [default: that of the context]
    #[arg(short = 'n', long, value_name = "NAMESPACE", help_heading = "Cluster")]
    pub(super) namespace: Option<String>,
    /// Format on standard output
    #[arg(short = 'o', long = "output", value_enum, default_value_t = Format::Text, help_heading = "Output")]
    pub(super) output: Format,
}
