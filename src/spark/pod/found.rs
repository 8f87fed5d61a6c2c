//! The applications of a stream, and the pods that will be made for each.

use super::passed::Passed;
use super::{Origins, Pod, apache, cluster, connect, kubeflow, stackable};
use crate::manifest::Object;
use crate::spark::memory::{Failure, Kind};
use crate::spark::version::{BadVersion, Version, of_field, of_spark_image};
use crate::yaml::Stream;
use serde_json::{Value, json};

/// An application and its pods.
#[derive(Debug)]
pub struct Predicted {
    /// Its place in the stream, Lists flattened.
    pub object: usize,
    /// The version of Spark that the pods are built by.
    pub version: String,
    /// Whether neither a field nor an image says it.
    pub assumed: bool,
    /// How it is run.
    pub kind: Kind,
    /// The settings that its fields say.
    pub origins: Origins,
    /// The driver, where Spark makes one, and an executor; or why it makes none.
    pub pods: Result<Vec<Pod>, NoPods>,
}

/// Why there are no pods to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoPods {
    /// Whether Spark may make pods all the same, which cannot be told from here.
    pub is_unknown: bool,
    /// What stands in the way.
    pub why: String,
    /// The setting that does, and what is wrong with it, where it is one.
    pub failure: Option<Failure>,
}

impl NoPods {
    /// What is not known stands in the way.
    pub(super) fn unknown(why: String) -> Self {
        Self {
            is_unknown: true,
            why,
            failure: None,
        }
    }

    /// The whole sentence, of something by its name.
    pub fn said(&self, of: &str) -> String {
        match self.is_unknown {
            true => format!("the pods of {of} are not known: {}", self.why),
            false => format!("Spark makes no pod of {of}: {}", self.why),
        }
    }
}

impl From<Failure> for NoPods {
    fn from(failure: Failure) -> Self {
        Self {
            is_unknown: !failure.problem.is_thrown(),
            why: failure.to_string(),
            failure: Some(failure),
        }
    }
}

/// An operator's kind of object that pods of Spark are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `sparkoperator.k8s.io`: `SparkApplication`, `ScheduledSparkApplication`.
    Kubeflow,
    /// `sparkoperator.k8s.io`: `SparkConnect`.
    Connect,
    /// `spark.apache.org`: `SparkApplication`.
    Apache,
    /// `spark.apache.org`: `SparkCluster`, whose daemons are processes of their own.
    Cluster,
    /// `spark.stackable.tech`: `SparkApplication`.
    Stackable,
}

/// The objects of operators in a stream ([`Operator`]), in order, each with its pods. `newest` is taken where nothing says the
/// version.
pub fn found(stream: &Stream<'_>, objects: &[Object<'_>], newest: &str) -> Vec<Predicted> {
    let found = objects.iter().filter_map(|object| {
        let node = stream.documents[object.document].node(object.node);
        Operator::building(object.api_version, object.kind)?;
        of_object(object, &node.to_value(), newest)
    });
    found.collect()
}

/// The pods of one object, whose value is `value`; nothing where it is no application.
pub fn of_object(object: &Object<'_>, value: &Value, newest: &str) -> Option<Predicted> {
    let operator = Operator::building(object.api_version, object.kind)?;
    let field = of_field(value);
    let application = application(object.kind, value.clone());
    let (kind, told) = operator.told(&application);
    let origins = told.origins;
    let (version, assumed) = match version(field, &application) {
        Ok(Some(version)) => (version.to_string(), false),
        Ok(None) => (newest.to_owned(), true),
        Err(why) => {
            return Some(Predicted {
                object: object.index,
                version: String::new(),
                assumed: false,
                kind,
                origins,
                pods: Err(NoPods {
                    is_unknown: false,
                    why,
                    failure: None,
                }),
            });
        }
    };
    let pods = operator.predicted(&application, &version);
    Some(Predicted {
        object: object.index,
        pods: pods.map_err(NoPods::from),
        version,
        assumed,
        kind,
        origins,
    })
}

impl Operator {
    /// The operator of a kind of object, by its `apiVersion` and `kind`.
    pub fn of(api_version: &str, kind: &str) -> Option<Self> {
        let group = api_version.split('/').next()?;
        Some(match (group, kind) {
            ("sparkoperator.k8s.io", "SparkApplication" | "ScheduledSparkApplication") => {
                Self::Kubeflow
            }
            ("sparkoperator.k8s.io", "SparkConnect") => Self::Connect,
            ("spark.apache.org", "SparkApplication") => Self::Apache,
            ("spark.apache.org", "SparkCluster") => Self::Cluster,
            ("spark.stackable.tech", "SparkApplication") => Self::Stackable,
            _ => return None,
        })
    }

    /// The same, where its pods can be told. Stackable's runs the driver itself from `v1alpha2` on, in client mode.
    pub(super) fn building(api_version: &str, kind: &str) -> Option<Self> {
        let operator = Self::of(api_version, kind)?;
        (operator != Self::Stackable || api_version.ends_with("/v1alpha1")).then_some(operator)
    }

    fn predicted(self, application: &Value, version: &str) -> Result<Vec<Pod>, Failure> {
        match self {
            Self::Kubeflow => kubeflow::predicted(application, version),
            Self::Connect => connect::predicted(application, version),
            Self::Apache => apache::predicted(application, version),
            Self::Cluster => cluster::predicted(application, version),
            Self::Stackable => stackable::predicted(application, version),
        }
    }

    /// How an application is run, and the settings that its fields say.
    pub(in crate::spark) fn told(self, application: &Value) -> (Kind, Passed<'_>) {
        match self {
            Self::Kubeflow => (kubeflow::kind(application), kubeflow::told(application)),
            Self::Connect => (Kind::Client, connect::told(application)),
            Self::Apache => (apache::kind(application), apache::told(application)),
            Self::Cluster => (Kind::Client, cluster::told(application)),
            Self::Stackable => (stackable::kind(application), stackable::told(application)),
        }
    }
}

/// A run of a `ScheduledSparkApplication` is an application of its template.
pub(in crate::spark) fn application(kind: &str, value: Value) -> Value {
    match kind {
        "ScheduledSparkApplication" => {
            json!({"metadata": value["metadata"], "spec": value["spec"]["template"]})
        }
        _ => value,
    }
}

/// What a field says, or the tag of an image.
pub(in crate::spark) fn version(
    told: Option<(&str, Result<Version, BadVersion>)>,
    application: &Value,
) -> Result<Option<Version>, String> {
    if let Some((field, version)) = told {
        let version = version.map_err(|bad| format!("`{field}`: {bad}"));
        return version.map(Some);
    }
    let spec = &application["spec"];
    let images = [
        &spec["image"],
        &spec["driver"]["image"],
        &spec["executor"]["image"],
        &spec["sparkConf"]["spark.kubernetes.container.image"],
        &spec["sparkImage"]["custom"],
    ];
    let mut images = images.into_iter().filter_map(Value::as_str);
    Ok(images.find_map(of_spark_image))
}
