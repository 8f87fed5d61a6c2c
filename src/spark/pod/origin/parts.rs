//! Which settings and fields the parts of one pod come from.

use super::{Operator, PartOrigin, PartOrigins, pointer};
use crate::spark::pod::kubeflow;
use crate::spark::version::Version;
use crate::yaml::Pointer;
use serde_json::Value;

/// Parts of a pod whose items have the names that end a setting; `*` is the role.
const MAPS: [(&str, &str); 4] = [
    ("/metadata/labels", "spark.kubernetes.*.label."),
    ("/metadata/annotations", "spark.kubernetes.*.annotation."),
    ("/spec/nodeSelector", "spark.kubernetes.node.selector."),
    ("/spec/nodeSelector", "spark.kubernetes.*.node.selector."),
];

/// Parts of a pod, and of Spark's container, that one of some settings decides: the first that is set.
const OF_POD: [(&str, &[&str]); 4] = [
    (
        "/spec/schedulerName",
        &[
            "spark.kubernetes.*.scheduler.name",
            "spark.kubernetes.scheduler.name",
        ],
    ),
    (
        "/spec/serviceAccountName",
        &[
            "spark.kubernetes.authenticate.*.serviceAccountName",
            "spark.kubernetes.authenticate.driver.serviceAccountName",
        ],
    ),
    (
        "/spec/imagePullSecrets",
        &["spark.kubernetes.container.image.pullSecrets"],
    ),
    (
        "/spec/terminationGracePeriodSeconds",
        &["spark.kubernetes.*.terminationGracePeriodSeconds"],
    ),
];
const OF_CONTAINER: [(&str, &[&str]); 6] = [
    (
        "/image",
        &[
            "spark.kubernetes.*.container.image",
            "spark.kubernetes.container.image",
        ],
    ),
    (
        "/imagePullPolicy",
        &["spark.kubernetes.container.image.pullPolicy"],
    ),
    ("/resources/limits/cpu", &["spark.kubernetes.*.limit.cores"]),
    (
        "/resources/requests/cpu",
        &["spark.kubernetes.*.request.cores", "spark.*.cores"],
    ),
    ("/resources/requests/memory", &["spark.*.memory"]),
    ("/lifecycle", &["spark.decommission.enabled"]),
];

/// The same of pods that Apache's operator writes for a `SparkCluster`: parts and settings.
const OF_CLUSTER: [(&str, &str); 2] = [
    ("/spec/schedulerName", "spark.kubernetes.scheduler.name"),
    ("/image", "spark.kubernetes.container.image"),
];

/// The settings of a field that Spark decides from 4.3 on, whatever the template says.
const ESCALATION: [&str; 2] = [
    "spark.kubernetes.*.securityContext.allowPrivilegeEscalation",
    "spark.kubernetes.securityContext.allowPrivilegeEscalation",
];

/// The parts of a pod that settings decide; `container` is which of `spec.containers` is Spark's.
pub(super) fn of(
    origins: &PartOrigins,
    role: &str,
    version: Version,
    (pod, container): (&Value, usize),
) -> Vec<PartOrigin> {
    let own = Pointer::from_iter(["spec", "containers"]).child(container);
    let mut parts = Parts {
        origins,
        role,
        pod,
        found: Vec::new(),
    };
    if origins.operator == Some(Operator::Cluster) {
        for (at, key) in OF_CLUSTER {
            let base = if at.starts_with("/spec") {
                &Pointer::root()
            } else {
                &own
            };
            parts.set(base.join(&pointer(at)), key);
        }
        return parts.found;
    }
    for (at, prefix) in MAPS {
        parts.map(at, prefix);
    }
    for (at, keys) in OF_POD {
        parts.one(pointer(at), keys);
    }
    for (at, keys) in OF_CONTAINER {
        parts.one(own.join(&pointer(at)), keys);
    }
    parts.volumes(&own);
    parts.variables(&own);
    // Where nobody limits the CPU, this is where somebody would.
    let limit = own.join(&pointer("/resources/limits/cpu"));
    if limit.of(pod).is_none() {
        parts.set(limit, &format!("spark.kubernetes.{role}.limit.cores"));
    }
    if version.since(4, 3) && !origins.replaces_context(role) {
        let at = own.join(&pointer("/securityContext/allowPrivilegeEscalation"));
        let key = parts.first(&ESCALATION).unwrap_or(ESCALATION[0].to_owned());
        parts.set(at, &key.replace('*', role));
    }
    if origins.operator == Some(Operator::Kubeflow) {
        parts.limit(&own);
    }
    parts.requests(&own);
    parts.found
}

/// What is found of one pod.
struct Parts<'p> {
    origins: &'p PartOrigins,
    role: &'p str,
    pod: &'p Value,
    found: Vec<PartOrigin>,
}

impl Parts<'_> {
    /// The first of some settings that is set.
    fn first(&self, keys: &[&str]) -> Option<String> {
        let keys = keys.iter().map(|key| key.replace('*', self.role));
        let mut set = keys.filter(|key| self.origins.settings.contains_key(key));
        set.next()
    }

    fn one(&mut self, part: Pointer, keys: &[&str]) {
        let stands = part.of(self.pod).is_some();
        if let Some(key) = self.first(keys).filter(|_| stands)
            && self.origins.place(&key).is_some()
        {
            self.set(part, &key);
        }
    }

    /// A part by its setting, which nothing has to say.
    fn set(&mut self, part: Pointer, key: &str) {
        let by = match self.origins.operator {
            Some(Operator::Cluster) => "the operator",
            _ => "Spark",
        };
        let set = format!("{by} sets it by `{key}`, whatever a template says");
        let passed = format!("the operator passes it to Spark as `{key}`");
        let (at, why) = match self.origins.place(key) {
            Some((at, true)) => (at.clone(), passed),
            Some((at, false)) => (at.clone(), set),
            None => (self.origins.would(self.role, key), set),
        };
        self.add(part, &at, why);
    }

    fn add(&mut self, part: Pointer, at: &Pointer, why: String) {
        let at = self.origins.in_object(at);
        self.found.push(PartOrigin { part, at, why });
    }

    fn map(&mut self, at: &str, prefix: &str) {
        let at = pointer(at);
        let names = at.of(self.pod).and_then(Value::as_object);
        let names: Vec<_> = names.into_iter().flat_map(|map| map.keys()).collect();
        for name in names {
            let key = format!("{}{name}", prefix.replace('*', self.role));
            self.one(at.child(name.as_str()), &[&key]);
        }
    }

    /// Volumes that settings make, with their mounts. The setting that is named is the one that says what is mounted.
    fn volumes(&mut self, own: &Pointer) {
        let at = Pointer::from_iter(["spec", "volumes"]);
        for (index, volume) in items(at.of(self.pod)).iter().enumerate() {
            let name = volume["name"].as_str().unwrap_or_default();
            let Some(kind) = volume
                .as_object()
                .and_then(|map| map.keys().find(|key| *key != "name"))
            else {
                continue;
            };
            let prefix = format!("spark.kubernetes.{}.volumes.{kind}.{name}.", self.role);
            let options = ["options.path", "options.claimName", "mount.path"];
            let mut keys: Vec<_> = options.map(|rest| format!("{prefix}{rest}")).into();
            if let Some(secret) = name.strip_suffix("-volume") {
                keys.push(format!("spark.kubernetes.{}.secrets.{secret}", self.role));
            }
            let keys: Vec<_> = keys.iter().map(String::as_str).collect();
            let found = self.found.len();
            self.one(at.child(index), &keys);
            if matches!(kind.as_str(), "hostPath" | "nfs") {
                for origin in &mut self.found[found..] {
                    origin.why += " (SK505)";
                }
            }
            let mounts = own.child("volumeMounts");
            for (number, mount) in items(mounts.of(self.pod)).iter().enumerate() {
                if mount["name"] == name {
                    let last = keys.iter().rev().copied().collect::<Vec<_>>();
                    self.one(mounts.child(number), &last);
                }
            }
        }
    }

    fn variables(&mut self, own: &Pointer) {
        let at = own.child("env");
        for (index, variable) in items(at.of(self.pod)).iter().enumerate() {
            let name = variable["name"].as_str().unwrap_or_default();
            let key = match variable["value"].is_string() {
                true => format!("{}{name}", kubeflow::variable_prefix(self.role)),
                false => format!("spark.kubernetes.{}.secretKeyRef.{name}", self.role),
            };
            let said = self.origins.settings.get(&key);
            if variable["value"].is_null() || said.is_some_and(|said| variable["value"] == **said) {
                self.one(at.child(index), &[&key]);
            }
        }
    }

    /// Source: `addMemoryLimit` of kubeflow's `internal/webhook/sparkpod_defaulter.go`.
    fn limit(&mut self, own: &Pointer) {
        let field = format!("/spec/{}/memoryLimit", self.role);
        if self.origins.at(&field).is_some() {
            let part = own.join(&pointer("/resources/limits/memory"));
            let why = "the operator's webhook sets the limit to it, and leaves the request as Spark computed it";
            self.add(part, &pointer(&field), why.to_owned());
        }
    }

    /// A request that is not its limit is there by Spark's arithmetic: what can be moved is the limit.
    fn requests(&mut self, own: &Pointer) {
        let part = |list: &str, name: &str| own.child("resources").child(list).child(name);
        for name in ["cpu", "memory"] {
            let (request, limit) = (part("requests", name), part("limits", name));
            let stands = limit.of(self.pod).is_some();
            if stands && request.of(self.pod) != limit.of(self.pod) {
                self.found.retain(|origin| origin.part != request);
                let of_limit = self.found.iter().find(|origin| origin.part == limit);
                let moved = of_limit.cloned().map(|origin| PartOrigin {
                    part: request,
                    ..origin
                });
                self.found.extend(moved);
            }
        }
    }
}

fn items(list: Option<&Value>) -> &[Value] {
    list.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
