//! Why Spark makes no pod of a configuration, or why it cannot be known.

use std::fmt;

/// What stands in the way, and which setting does. It repeats no value: one may come from a Secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{key}` {problem}")]
pub struct Failure {
    /// The setting, by the name that was written.
    pub key: String,
    /// What is wrong with its value.
    pub problem: Problem,
}

/// What is wrong with a value. All but [`Problem::Unknown`] stop Spark itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It holds a placeholder (`${…}`, `$(…)`, `{{…}}`), or is written in a way that is not understood here.
    Unknown,
    /// It is no byte string: `1.5g`, and `4Gi` before 4.3.
    Size,
    /// It is more than 2^63-1 of the unit that it is counted in.
    TooLarge,
    /// A size of executors or of off-heap memory, or a time, is below zero.
    Negative,
    /// It is no whole number of 32 bits.
    Integer,
    /// It is no number.
    Number,
    /// A factor is 0 or less; the deprecated one may be 0.
    Factor,
    /// It is neither `true` nor `false`.
    Boolean,
    /// It is no quantity that Kubernetes' client reads.
    Quantity,
    /// Off-heap memory is switched on and comes to less than 1 MiB.
    NoOffHeap,
    /// The CPU limit of executors is below their request, which 4.0 and later refuse.
    LimitBelowRequest,
    /// A device is asked for without the vendor that names it.
    NoVendor,
    /// A device is named without how many.
    NoAmount,
    /// No image is named.
    NoImage,
    /// A pod template is no pod: it has no `spec`.
    Template,
    /// A label that Spark sets itself.
    Reserved,
    /// A volume lacks a setting.
    Missing,
    /// There is no such type of volume.
    Volume,
    /// It is no time.
    Time,
    /// It is neither 0 nor a port from 1024 on.
    Port,
    /// It does not have the form `NAME:KEY`.
    Reference,
    /// It cannot begin the name of a pod.
    Name,
    /// The most that dynamic allocation may ask for is 0, or below what it starts with.
    Bounds,
    /// It is no version.
    Version,
    /// `spark-submit` takes no application without executors.
    NoExecutors,
    /// `spark-submit` takes no driver with such a heap: it is 0 or less.
    NoHeap,
    /// A JVM takes no such `-Xmx`.
    Heap,
    /// A template has no list of containers.
    NoContainers,
    /// A mount of scratch space has no volume that Kubeflow's operator passes on.
    NoScratch,
}

impl Problem {
    /// Whether Spark throws; otherwise the configuration alone does not tell.
    pub fn is_thrown(self) -> bool {
        self != Self::Unknown
    }

    pub(crate) fn at(self, key: impl Into<String>) -> Failure {
        let key = key.into();
        Failure { key, problem: self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "holds a placeholder, so that its value is not known",
            Self::Size => "is no size that this version of Spark reads",
            Self::TooLarge => "is larger than Spark can count",
            Self::Negative => "is below zero, which Spark refuses",
            Self::Integer => "is no whole number of 32 bits",
            Self::Number => "is no number",
            Self::Factor => "must be above 0",
            Self::Boolean => "is neither `true` nor `false`",
            Self::Quantity => "is no quantity",
            Self::NoOffHeap => "must be 1m or more where `spark.memory.offHeap.enabled` is true",
            Self::LimitBelowRequest => "is below the CPU request",
            Self::NoVendor => "is missing: it names the device to Kubernetes",
            Self::NoAmount => "is missing: it says how many devices are asked for",
            Self::NoImage => "is missing: Spark needs an image",
            Self::Template => "holds no pod with a `spec`",
            Self::Reserved => "is a label that Spark sets itself",
            Self::Missing => "is missing",
            Self::Volume => "is no type of volume that Spark knows",
            Self::Time => "is no time",
            Self::Reference => "does not have the form `NAME:KEY`",
            Self::Bounds => "is 0 or below the number at the start",
            Self::Version => "is no version such as 4.1.4",
            Self::NoExecutors => "must be 1 or more for `spark-submit`",
            Self::NoHeap => "must be above 0 for `spark-submit`",
            Self::Heap => "is no heap that a JVM reads",
            Self::NoContainers => "has no `containers`: the operator passes `containers: null` on, and Spark cannot load that",
            Self::NoScratch => "mounts a `spark-local-dir-` that is no `emptyDir`, `hostPath`, `nfs` or `persistentVolumeClaim` of `spec.volumes`: the operator submits nothing",
            Self::Name => "cannot begin the name of a pod",
            Self::Port => "is neither 0 nor a port from 1024 on",
        })
    }
}
