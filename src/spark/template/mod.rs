//! The pods that Spark builds: from a pod template, or from nothing, and the configuration.
//!
//! Source: `KubernetesDriverBuilder`, `KubernetesExecutorBuilder` and their feature steps of Spark 3.5.9, 4.1.4 and 4.3.0,
//! run. Steps that read the machine of the submission (Hadoop's and Kerberos' files, local jars) are left out.

mod driver;
mod executor;
mod options;
mod parts;
mod value;
mod volumes;

#[cfg(test)]
mod tests;

pub use driver::{driver, with_settings};
pub use executor::executor;
pub(super) use parts::app_label;
pub(super) use value::{field, list, object};

use super::memory::{Failure, Kind, Problem, Settings};
use super::version::Version;
use serde_json::{Value, json};

/// What a pod is built from.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    /// The effective configuration.
    pub settings: &'a Settings,
    /// How the application is run.
    pub kind: Kind,
    /// The version that builds the pod.
    pub version: Version,
    /// The pod of `podTemplateFile`; nothing where there is none.
    pub template: Option<&'a Value>,
    /// What only a submission decides.
    pub submission: &'a Submission,
}

/// What a submission decides, mostly names with a random part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// `spark.app.id`.
    pub id: String,
    /// The version as Spark writes it into a label: `4.1.4`.
    pub version: String,
    /// Who submits; in official images `spark`.
    pub user: String,
    /// Begins the names of what belongs to the driver: `app-c8075ca208b7e6ab`.
    pub prefix: String,
    /// Begins the names of executors, where `spark.kubernetes.executor.podNamePrefix` is not set.
    pub executors: String,
    /// The number of the executor.
    pub executor: String,
    /// The ConfigMap of executors.
    pub executor_config: String,
    /// Where executors find the driver.
    pub driver_host: String,
    /// The scratch folder, where no setting and no volume gives one.
    pub scratch: String,
    /// What the driver is started with after `--properties-file`: `--class`, the class, the main resource, arguments.
    pub arguments: Vec<String>,
}

/// A pod as feature steps leave it.
#[derive(Clone, Debug, PartialEq)]
pub struct Built {
    /// The pod without Spark's container.
    pub pod: Value,
    /// Spark's container.
    pub container: Value,
}

impl Built {
    /// The whole pod: Spark's container comes after all others.
    pub fn into_pod(self) -> Value {
        let Self { mut pod, container } = self;
        list(field(&mut pod, "spec"), "containers").push(container);
        pod
    }
}

/// A container that Spark takes for its own by this name, or else the first.
/// Source: `KubernetesUtils.selectSparkContainer`: a name that no container or more than one has counts as none.
fn select(template: Option<&Value>, name: Option<&str>, key: &str) -> Result<Built, Failure> {
    let empty = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {}, "spec": {}});
    let Some(template) = template else {
        return Ok(Built {
            pod: empty,
            container: json!({}),
        });
    };
    if !template["spec"].is_object() {
        return Err(Problem::Template.at(key));
    }
    let mut pod = template.clone();
    for header in ["apiVersion", "kind"] {
        pod[header] = empty[header].clone();
    }
    let spec = field(&mut pod, "spec");
    quantities(spec);
    let containers = list(spec, "containers");
    let named = |container: &Value| name.is_some_and(|name| container["name"] == name);
    let alone = containers.iter().filter(|c| named(c)).count() == 1;
    let place = containers.iter().position(|c| alone && named(c));
    let place = place.or((!containers.is_empty()).then_some(0));
    let container = place.map_or_else(|| json!({}), |place| containers.remove(place));
    Ok(Built { pod, container })
}

/// Makes texts of quantities that are written as numbers, as every client of Kubernetes reads them.
pub(super) fn quantities(spec: &mut Value) {
    for list in ["containers", "initContainers"] {
        let containers = spec.get_mut(list).and_then(Value::as_array_mut);
        for container in containers.into_iter().flatten() {
            for name in ["requests", "limits"] {
                let map = container.pointer_mut(&format!("/resources/{name}"));
                let map = map.and_then(Value::as_object_mut);
                let quantities = map.into_iter().flat_map(serde_json::Map::values_mut);
                for quantity in quantities.filter(|quantity| quantity.is_number()) {
                    *quantity = quantity.to_string().into();
                }
            }
        }
    }
}
