//! What a pod weighs on a node: requests and limits as they stand in it, and the class that Kubernetes puts it in.

use super::Pod;
use crate::manifest::Quantity;
use crate::spark::memory::Rule;
use serde_json::Value;
use std::cmp::Ordering;
use std::fmt;

/// Who is taken away first when a node has no memory left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quality {
    /// Every container has limits of CPU and memory, and asks for just as much.
    Guaranteed,
    /// Something is asked for.
    Burstable,
    /// Nothing is.
    BestEffort,
}

impl fmt::Display for Quality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Guaranteed => "Guaranteed",
            Self::Burstable => "Burstable",
            Self::BestEffort => "BestEffort",
        })
    }
}

/// The two resources that the class is made of.
const COUNTED: [&str; 2] = ["cpu", "memory"];

impl Pod {
    /// The container that Spark runs in; null where a template hid it.
    pub fn container(&self) -> &Value {
        let containers = self.value["spec"]["containers"].as_array();
        let mut containers = containers.into_iter().flatten();
        let own = containers.find(|one| one["name"] == self.container.as_str());
        own.unwrap_or(&Value::Null)
    }

    /// What Spark's container asks for of a resource; a limit alone counts as a request.
    pub fn request(&self, resource: &str) -> Option<&str> {
        request(self.container(), resource)
    }

    /// What Spark's container may take of a resource.
    pub fn limit(&self, resource: &str) -> Option<&str> {
        amount(self.container(), "limits", resource)
    }

    /// What a node sets aside for the pod of memory, in bytes: all its containers at once, or the largest of those that
    /// run before them. Source: `PodRequests` of Kubernetes' `component-helpers`, without a pod's own `resources`.
    pub fn set_aside(&self) -> i128 {
        let bytes = |container: &Value| {
            let asked = request(container, "memory").and_then(read);
            asked.map_or(0, |asked| i128::from(asked.bytes()))
        };
        let mut beside: i128 = 0;
        let mut before: i128 = 0;
        for container in self.listed("initContainers") {
            match container["restartPolicy"] == "Always" {
                true => {
                    beside += bytes(container);
                    before = before.max(beside);
                }
                false => before = before.max(beside + bytes(container)),
            }
        }
        let all: i128 = self.listed("containers").map(bytes).sum();
        before.max(beside + all)
    }

    /// The class of the pod. Source: `ComputePodQOS` of Kubernetes' `pkg/apis/core/v1/helper/qos`.
    pub fn quality(&self) -> Quality {
        let containers = || {
            self.listed("initContainers")
                .chain(self.listed("containers"))
        };
        let above_nothing = |text: Option<&str>| {
            let asked = text.and_then(read);
            asked.filter(|asked| asked.millis() > 0)
        };
        let asks = |container: &Value| {
            let mut asked = COUNTED.iter().map(|resource| request(container, resource));
            asked.any(|asked| above_nothing(asked).is_some())
        };
        let is_whole = |container: &Value| {
            COUNTED.iter().all(|resource| {
                let limit = above_nothing(amount(container, "limits", resource));
                limit.is_some() && limit == above_nothing(request(container, resource))
            })
        };
        match (containers().any(asks), containers().all(is_whole)) {
            (false, _) => Quality::BestEffort,
            (true, true) => Quality::Guaranteed,
            (true, false) => Quality::Burstable,
        }
    }

    /// Whether Spark itself writes request and limit of memory: of pods that it builds, and of no others.
    pub fn is_sized(&self) -> bool {
        self.resources.overhead.rule != Rule::NotCounted
    }

    /// How the request of memory compares with its limit; nothing where there are not both.
    pub fn order(&self) -> Option<Ordering> {
        let [request, limit] = [self.request("memory"), self.limit("memory")];
        Some(read(request?)?.cmp(&read(limit?)?))
    }

    /// How many containers of the pod are not Spark's.
    pub fn others(&self) -> usize {
        self.listed("containers").count().saturating_sub(1)
    }

    fn listed(&self, name: &str) -> impl Iterator<Item = &Value> {
        let list = self.value["spec"][name].as_array();
        list.into_iter().flatten()
    }
}

fn amount<'a>(container: &'a Value, list: &str, resource: &str) -> Option<&'a str> {
    container["resources"][list][resource].as_str()
}

/// The API server writes a limit in the place of a request that is absent.
fn request<'a>(container: &'a Value, resource: &str) -> Option<&'a str> {
    amount(container, "requests", resource).or_else(|| amount(container, "limits", resource))
}

fn read(text: &str) -> Option<Quantity> {
    Quantity::parse(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spark::memory::{Settings, given, launcher::Process};
    use crate::spark::pod::Count;
    use serde_json::json;

    fn pod(spec: &Value) -> Pod {
        Pod {
            role: "driver",
            container: "main".to_owned(),
            value: json!({"spec": spec}),
            resources: given(
                Process::of("spark-master").unwrap(),
                &Settings::new(),
                &Value::Null,
            )
            .unwrap(),
            count: Count::ONE,
        }
    }

    fn container(requests: &Value, limits: &Value) -> Value {
        json!({"name": "main", "resources": {"requests": requests, "limits": limits}})
    }

    #[test]
    fn the_class_is_that_of_all_containers() {
        let both = json!({"cpu": "1", "memory": "1Gi"});
        let cpu = json!({"cpu": "1000m", "memory": "1024Mi"});
        let whole = container(&both, &cpu);
        let class = |spec: Value| pod(&spec).quality();
        assert_eq!(class(json!({"containers": [whole]})), Quality::Guaranteed);
        let memory = json!({"memory": "1Gi"});
        let without = container(&memory, &memory);
        assert_eq!(class(json!({"containers": [without]})), Quality::Burstable);
        let limits = container(&Value::Null, &both);
        assert_eq!(class(json!({"containers": [limits]})), Quality::Guaranteed);
        let beside = json!({"containers": [whole, {"name": "side"}]});
        assert_eq!(class(beside), Quality::Burstable);
        let before = json!({"containers": [{"name": "main"}], "initContainers": [whole]});
        assert_eq!(class(before), Quality::Burstable);
        let zero = container(&json!({"cpu": "0"}), &Value::Null);
        assert_eq!(class(json!({"containers": [zero]})), Quality::BestEffort);
    }

    #[test]
    fn a_node_sets_aside_what_runs_at_once() {
        let asks = |memory: &str| container(&json!({"memory": memory}), &Value::Null);
        let mut sidecar = asks("2Mi");
        sidecar["restartPolicy"] = "Always".into();
        let mut spec = json!({
            "initContainers": [asks("20Mi"), sidecar, asks("5Mi")],
            "containers": [asks("4Mi"), asks("8Mi"), {"name": "free"}],
        });
        assert_eq!(pod(&spec).set_aside(), 20 << 20);
        spec["initContainers"][0] = asks("10Mi");
        assert_eq!(pod(&spec).set_aside(), 14 << 20);
    }
}
