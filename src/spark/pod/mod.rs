//! The pods of an application before there are any: driver and executors, complete, with how many of each.

pub mod apache;
mod client;
pub mod cluster;
pub mod connect;
mod count;
mod found;
pub mod kubeflow;
mod origin;
mod passed;
mod server;
pub mod stackable;
mod weight;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod written_tests;

pub use client::{client, client_executor};
pub use count::{Count, executors};
pub use found::{NoPods, Operator, Predicted, found, of_object};
pub(super) use found::{application, version};
pub use kubeflow::as_limit;
pub use origin::{DRIVER, PartOrigin, PartOrigins, SETTINGS, TEMPLATE};
pub use passed::{GivenValue, Origin, Origins};
pub use weight::Quality;

use super::memory::{self, Failure, Kind, Problem, Resources, Settings};
use super::template::{self, Built, Plan, Submission};
use super::version::Version;
use serde_json::Value;

/// A pod that Spark will make.
#[derive(Clone, Debug, PartialEq)]
pub struct Pod {
    /// `driver` or `executor`.
    pub role: &'static str,
    /// The name of the container that Spark runs in.
    pub container: String,
    /// The whole pod, as a manifest.
    pub value: Value,
    /// What it asks for, summand by summand.
    pub resources: Resources,
    /// How many of them there will be.
    pub count: Count,
}

/// What pods are predicted from.
#[derive(Clone, Copy, Debug)]
pub struct Application<'a> {
    /// The name of the application, where `spark.app.name` is not set.
    pub name: &'a str,
    /// The effective configuration.
    pub settings: &'a Settings,
    /// How it is run.
    pub kind: Kind,
    /// The version of Spark, as in `4.1.4`.
    pub version: &'a str,
    /// The template of the driver, the template of executors.
    pub templates: [Option<&'a Value>; 2],
    /// What the driver is started with.
    pub arguments: &'a [String],
}

/// The driver, in cluster mode, and an executor. Names lack the random part that a submission gives them.
pub fn predicted(application: Application<'_>) -> Result<Vec<Pod>, Failure> {
    const NAMESPACE: &str = "spark.kubernetes.namespace";
    let Application { settings, kind, .. } = application;
    let version = Version::parse(application.version);
    let version = version.map_err(|_| Problem::Version.at("the version of Spark"))?;
    let namespace = settings.get(NAMESPACE).map_or("default", String::as_str);
    let submission = submission(application, namespace);
    let plan = Plan {
        settings,
        kind,
        version,
        template: application.templates[0],
        submission: &submission,
    };
    let mut pods = Vec::new();
    if let Some(built) = template::driver(plan) {
        memory::submits(settings, version)?;
        let config = format!("{}-driver-conf-map", submission.prefix);
        let built = template::with_settings(built?, &config);
        let resources = memory::driver(settings, kind, version);
        if let Some(resources) = resources.transpose()? {
            pods.push(pod("driver", built, resources, Count::ONE));
        }
    }
    let told = told(settings, kind);
    let plan = Plan {
        settings: &told,
        template: application.templates[1],
        ..plan
    };
    let built = template::executor(plan)?;
    let resources = memory::executor(&told, kind, version)?;
    let count = executors(settings, version)?;
    pods.push(pod("executor", built, resources, count));
    for pod in &mut pods {
        pod.value["metadata"]["namespace"] = namespace.into();
    }
    Ok(pods)
}

fn pod(role: &'static str, built: Built, resources: Resources, count: Count) -> Pod {
    Pod {
        role,
        container: kubeflow::plain(&built.container["name"]),
        value: built.into_pod(),
        resources,
        count,
    }
}

/// Names without a random part, so that two runs print the same.
fn submission(application: Application<'_>, namespace: &str) -> Submission {
    let name = application.settings.get("spark.app.name");
    let name = template::app_label(name.map_or(application.name, String::as_str));
    Submission {
        id: format!("spark-{name}"),
        version: application.version.to_owned(),
        user: "spark".to_owned(),
        executors: name.clone(),
        executor: "1".to_owned(),
        executor_config: format!("{name}-exec-conf-map"),
        driver_host: format!("{name}-driver-svc.{namespace}.svc"),
        scratch: "/var/data/spark".to_owned(),
        arguments: application.arguments.to_vec(),
        prefix: name,
    }
}

/// What a driver of cluster mode tells its executors beside the settings.
/// Source: `DriverServiceFeatureStep.getAdditionalPodSystemProperties`.
fn told(settings: &Settings, kind: Kind) -> Settings {
    let mut told = settings.clone();
    if kind != Kind::Client {
        let blocks = settings.get("spark.blockManager.port");
        let blocks = blocks.map_or("7079", String::as_str);
        for (key, port) in [
            ("spark.driver.port", "7078"),
            ("spark.driver.blockManager.port", blocks),
        ] {
            told.entry(key.to_owned()).or_insert(port.to_owned());
        }
        told.remove("spark.driver.host");
    }
    told
}
