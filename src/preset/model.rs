//! `kind: Preset` and `kind: Overlay` as they are written. Nothing here has been judged yet beyond its type.

use super::{Draft, WaiversFile};
use crate::manifest::Place;
use crate::yaml::{Entries, Spanned};
use serde::{Deserialize, Serialize};
use std::fmt;

#[cfg(test)]
use super::schema;
#[cfg(test)]
use schemars::JsonSchema;

/// The only `apiVersion` so far.
pub const API_VERSION: &str = "sparkk8s.io/v1alpha1";

/// A preset: rules, checks and parameters under one name and version.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(test, derive(JsonSchema), schemars(title = "Preset"))]
pub struct PresetFile {
    /// The version of this format.
    #[cfg_attr(test, schemars(schema_with = "schema::api_version"))]
    pub api_version: Spanned<String>,
    /// What the file is.
    #[cfg_attr(test, schemars(schema_with = "schema::kind_preset"))]
    pub kind: Spanned<String>,
    /// Name and version.
    pub metadata: PresetMetadata,
    /// What the preset asks for.
    pub spec: PresetSpec,
}

/// Name and version of a preset.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(test, derive(JsonSchema))]
pub struct PresetMetadata {
    /// Lower-case letters, digits and dashes. The ids of the rules begin with it.
    #[cfg_attr(test, schemars(schema_with = "schema::name"))]
    pub name: Spanned<String>,
    /// `major.minor.patch`. A released version never changes what it does.
    #[cfg_attr(test, schemars(schema_with = "schema::version"))]
    pub version: Spanned<String>,
    /// What other tools write here, of Kubernetes' own; it says nothing to us.
    #[serde(default)]
    pub annotations: Entries<Draft>,
    /// The same.
    #[serde(default)]
    pub labels: Entries<Draft>,
}

/// What a preset asks for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(test, derive(JsonSchema))]
pub struct PresetSpec {
    /// What it is for, in one line.
    pub summary: Spanned<String>,
    /// Other presets that this one builds on; their rules come first.
    #[serde(default, rename = "use")]
    pub uses: Vec<UseEntry>,
    /// What may be chosen, with the value that holds where nobody chose.
    #[serde(default)]
    pub parameters: Entries<ParameterFile>,
    /// What every rule of this preset asks for beside its own `where`.
    #[serde(default, rename = "where")]
    pub selector: Option<SelectorFile>,
    /// The rules.
    #[serde(default)]
    pub rules: Vec<RuleFile>,
    /// The checks that are switched on, by id, with their settings, `severity`, `when` and `open`.
    #[serde(default)]
    pub checks: Entries<Draft>,
    /// Kinds of your own that hold pods, as rows of `presets/tables/places.yaml`.
    #[serde(default)]
    #[cfg_attr(test, schemars(schema_with = "schema::places"))]
    pub places: Vec<Spanned<Place>>,
}

/// One entry of `use`: a name, `name@major`, a path, or one of these with parameters.
#[derive(Clone, Debug)]
pub struct UseEntry {
    /// A built-in preset, or the path of a file beside this one.
    pub preset: Spanned<String>,
    /// Values for the parameters of the used preset.
    pub parameters: Entries<Draft>,
    /// Use it only where the parameters of this preset have these values.
    pub when: Entries<Draft>,
}

/// One entry of `use` with more than a name.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(test, derive(JsonSchema), schemars(rename = "Use"))]
pub(super) struct UseFile {
    /// A built-in preset, or the path of a file beside this one.
    pub(super) preset: Spanned<String>,
    /// Values for the parameters of the used preset.
    #[serde(default)]
    pub(super) parameters: Entries<Draft>,
    /// Use it only where the parameters of this preset have these values.
    #[serde(default)]
    pub(super) when: Entries<Draft>,
}

/// A parameter: its type, its bounds, and the value that holds where nobody chose.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(test, derive(JsonSchema), schemars(rename = "Parameter"))]
pub struct ParameterFile {
    /// What kind of value it takes.
    #[serde(rename = "type")]
    pub kind: Spanned<ParameterType>,
    /// The value where nobody chose.
    pub default: Draft,
    /// The least value, for integers and numbers.
    pub minimum: Option<Draft>,
    /// The greatest value, for integers and numbers.
    pub maximum: Option<Draft>,
    /// All values there are.
    #[serde(rename = "enum")]
    pub choices: Option<Vec<Draft>>,
    /// What it decides, in one line.
    pub summary: Spanned<String>,
}

/// What kind of value a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(JsonSchema))]
pub enum ParameterType {
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// A text.
    String,
    /// `true` or `false`: a feature that is on or off.
    Boolean,
    /// An amount as Kubernetes writes it: `500m`, `2Gi`.
    Quantity,
}

/// A rule: where it holds, and exactly one verb.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(
    test,
    derive(JsonSchema),
    schemars(rename = "Rule", transform = schema::exactly_one_verb)
)]
pub struct RuleFile {
    /// Unique in its preset; public as `<preset>/<rule>`.
    #[cfg_attr(test, schemars(schema_with = "schema::name"))]
    pub id: Spanned<String>,
    /// What the values below are written from: the object's root, a pod's `metadata` and `spec`, one container, or Spark's
    /// settings of a process.
    pub on: Spanned<Root>,
    /// Where it holds; without it, everywhere.
    #[serde(rename = "where")]
    pub selector: Option<SelectorFile>,
    /// Where it does not hold, although `where` matches.
    pub except: Option<SelectorFile>,
    /// Where it does not hold: a pattern, or several of which any counts.
    pub unless: Option<Draft>,
    /// Holds only where the parameters have these values.
    #[serde(default)]
    pub when: Entries<Draft>,
    /// Set what is absent.
    pub default: Option<Draft>,
    /// Set it, and record what was there.
    pub enforce: Option<Draft>,
    /// Lists hold these.
    pub include: Option<Draft>,
    /// Take out what makes this pattern (or any of several) match, and record what was there.
    pub remove: Option<Draft>,
    /// Sizes that their reader refuses are written as it takes them: names of settings or variables.
    #[cfg_attr(test, schemars(schema_with = "schema::texts"))]
    pub respell: Option<Draft>,
    /// A finding where this pattern (or any of several) matches.
    pub forbid: Option<Draft>,
    /// A finding where this pattern (or none of several) matches.
    pub require: Option<Draft>,
    /// A finding where no object of the stream is one that `where` selects: `true`.
    #[cfg_attr(test, schemars(schema_with = "schema::only_true"))]
    pub exists: Option<Draft>,
    /// A finding where the pod names an object of these kinds that is neither in the stream nor declared external.
    #[cfg_attr(test, schemars(schema_with = "schema::texts"))]
    pub finds: Option<Draft>,
    /// A finding where an address leads to no Service of the stream, to a port that it does not have, or to other pods.
    #[cfg_attr(test, schemars(schema_with = "schema::reach"))]
    pub reaches: Option<Draft>,
    /// RFC 6902 operations.
    pub patch: Option<Draft>,
    /// What goes into the pod with a container's change: both happen, or neither.
    pub pod: Option<Draft>,
    /// Why, for whoever meets the rule in a report.
    pub because: Spanned<String>,
    /// How grave a finding is, of a rule that changes nothing.
    pub severity: Option<Spanned<Severity>>,
    /// What overlays may weaken.
    #[serde(default)]
    pub open: Vec<Spanned<Open>>,
    /// What to do about a finding.
    pub help: Option<Spanned<String>>,
}

/// What the values of a rule are written from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(JsonSchema))]
pub enum Root {
    /// The object itself.
    Object,
    /// A pod, wherever it lives: `metadata` and `spec`.
    Pod,
    /// Each container of a pod, of all three lists.
    Container,
    /// What each process of Spark is configured with that reads settings by itself: keys and texts.
    Settings,
}

impl fmt::Display for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Object => "object",
            Self::Pod => "pod",
            Self::Container => "container",
            Self::Settings => "settings",
        })
    }
}

/// How grave a finding is. `Error` makes `render` and `check` answer no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(JsonSchema))]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Works, but will hurt.
    Warning,
    /// Refused.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// What a rule or a check lets overlays weaken. What is not open can only be made stricter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(JsonSchema))]
pub enum Open {
    /// Its severity may be lowered.
    Severity,
}

/// Where a rule holds: every field that is there must match. A list means any of its items, texts are globs, and each
/// value may be `{$parameter: name}`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(test, derive(JsonSchema), schemars(rename = "Selector"))]
pub struct SelectorFile {
    /// `Deployment`, or `apps/Deployment` with the API group.
    #[cfg_attr(test, schemars(schema_with = "schema::texts"))]
    pub kinds: Option<Draft>,
    /// Names of objects.
    #[cfg_attr(test, schemars(schema_with = "schema::texts"))]
    pub names: Option<Draft>,
    /// Namespaces, as far as the manifests name them.
    #[cfg_attr(test, schemars(schema_with = "schema::texts"))]
    pub namespaces: Option<Draft>,
    /// Labels of the object: name, and globs of its value.
    #[cfg_attr(test, schemars(schema_with = "schema::labels"))]
    pub labels: Option<Draft>,
    /// Whether the object makes pods.
    #[cfg_attr(test, schemars(schema_with = "schema::boolean"))]
    pub workload: Option<Draft>,
    /// What the workload is: `spark-connect`, `jupyter`, …. Of a container, its own role.
    #[cfg_attr(test, schemars(schema_with = "schema::texts"))]
    pub roles: Option<Draft>,
    /// Whether the role is one of Spark's own.
    #[cfg_attr(test, schemars(schema_with = "schema::boolean"))]
    pub spark: Option<Draft>,
    /// Repositories of images (`apache/spark`), or whole references where the glob has a `:` or `@`. Of a pod, any container's.
    #[cfg_attr(test, schemars(schema_with = "schema::texts"))]
    pub images: Option<Draft>,
    /// Families of images. Of a pod, any container's.
    #[cfg_attr(test, schemars(schema_with = "schema::texts"))]
    pub families: Option<Draft>,
    /// Names of containers.
    #[cfg_attr(test, schemars(schema_with = "schema::texts"))]
    pub containers: Option<Draft>,
    /// How a container runs.
    #[cfg_attr(test, schemars(schema_with = "schema::container_types"))]
    pub container_types: Option<Draft>,
    /// What the pod runs on.
    #[cfg_attr(test, schemars(schema_with = "schema::os"))]
    pub os: Option<Draft>,
    /// Whether the object is a hook of Helm or Argo CD.
    #[cfg_attr(test, schemars(schema_with = "schema::boolean"))]
    pub hooks: Option<Draft>,
    /// What is known of the container's user.
    #[cfg_attr(test, schemars(schema_with = "schema::non_root"))]
    pub non_root: Option<Draft>,
    /// Whether every container of the pod is `declared` or `inferred`.
    #[cfg_attr(test, schemars(schema_with = "schema::boolean"))]
    pub all_non_root: Option<Draft>,
    /// `absent`: the container has neither a request nor a limit for cpu or memory.
    #[cfg_attr(test, schemars(schema_with = "schema::resources"))]
    pub resources: Option<Draft>,
    /// Who reads the metrics of the pod.
    #[cfg_attr(test, schemars(schema_with = "schema::scrape"))]
    pub scrape: Option<Draft>,
    /// Whether Prometheus can read the metrics of the pod's role, by its configuration.
    #[cfg_attr(test, schemars(schema_with = "schema::metrics"))]
    pub metrics: Option<Draft>,
    /// What the pod has: a pattern, or several of which any counts.
    #[cfg_attr(test, schemars(schema_with = "schema::patterns"))]
    pub pod: Option<Draft>,
    /// Labels that no selector in the stream reads.
    #[cfg_attr(test, schemars(schema_with = "schema::texts"))]
    pub unread: Option<Draft>,
    /// What a changed pod template does to the object's pods.
    #[cfg_attr(test, schemars(schema_with = "schema::rolls"))]
    pub rolls: Option<Draft>,
    /// `leave`: workloads whose template cannot be changed once created are left alone.
    #[cfg_attr(test, schemars(schema_with = "schema::jobs"))]
    pub jobs: Option<Draft>,
}

/// An overlay: what one environment changes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(test, derive(JsonSchema), schemars(title = "Overlay"))]
pub struct OverlayFile {
    /// The version of this format.
    #[cfg_attr(test, schemars(schema_with = "schema::api_version"))]
    pub api_version: Spanned<String>,
    /// What the file is.
    #[cfg_attr(test, schemars(schema_with = "schema::kind_overlay"))]
    pub kind: Spanned<String>,
    /// Its name.
    pub metadata: OverlayMetadata,
    /// What it changes.
    pub spec: OverlaySpec,
}

/// Name of an overlay.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(test, derive(JsonSchema))]
pub struct OverlayMetadata {
    /// Lower-case letters, digits and dashes.
    #[cfg_attr(test, schemars(schema_with = "schema::name"))]
    pub name: Spanned<String>,
    /// What other tools write here, of Kubernetes' own; it says nothing to us.
    #[serde(default)]
    pub annotations: Entries<Draft>,
    /// The same.
    #[serde(default)]
    pub labels: Entries<Draft>,
}

/// What an overlay changes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(test, derive(JsonSchema))]
pub struct OverlaySpec {
    /// What it is for, in one line.
    pub summary: Option<Spanned<String>>,
    /// Values of parameters: preset, then parameter.
    #[serde(default)]
    pub parameters: Entries<Entries<Draft>>,
    /// Severities by the id of a rule or a check, or a glob of ids.
    #[serde(default)]
    pub severity: Entries<Spanned<Severity>>,
    /// Exceptions from rules and checks, each with a reason and a last day; or `forbid`.
    pub waivers: Option<WaiversFile>,
}
