//! Where the parts of a predicted pod come from: the field or the setting of the application that a change belongs into.
//!
//! A part that stands in a template is not here: it keeps its place. What is here is what Spark makes of settings
//! (`KubernetesDriverBuilder` and `KubernetesExecutorBuilder`, step by step), and what kubeflow's webhook puts over that.

use super::found::{Operator, application};
use super::{connect, kubeflow};
use crate::spark::memory::Settings;
use crate::spark::version::Version;
use crate::yaml::Pointer;
use serde_json::Value;

/// What a part of a pod comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The part, in the pod (`/spec/volumes/2`).
    pub part: Pointer,
    /// What says it, in the object; where nothing does: the place that it would have.
    pub at: Pointer,
    /// How it gets from there into the pod: lower case, no full stop.
    pub why: String,
}

/// What an application says, as far as pods are made of it.
#[derive(Debug)]
pub struct Origins {
    operator: Operator,
    /// Where the application is in its object: `/spec/template` for the runs of a schedule.
    within: Option<&'static str>,
    application: Value,
    settings: Settings,
}

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

/// The settings of a field that Spark decides from 4.3 on, whatever the template says.
const ESCALATION: [&str; 2] = [
    "spark.kubernetes.*.securityContext.allowPrivilegeEscalation",
    "spark.kubernetes.securityContext.allowPrivilegeEscalation",
];

impl Origins {
    /// Of an object; nothing where it is no application.
    pub fn of(api_version: &str, kind: &str, value: &Value) -> Option<Self> {
        let operator = Operator::of(api_version, kind)?;
        let application = application(kind, value.clone());
        let settings = match operator {
            Operator::Kubeflow => kubeflow::settings(&application),
            Operator::Connect => connect::settings(&application),
            Operator::Apache => super::apache::settings(&application),
        };
        let within = (kind == "ScheduledSparkApplication").then_some("/spec/template");
        Some(Self {
            operator,
            within,
            application,
            settings,
        })
    }

    /// Whether something shapes the pods of a role that the object does not hold: a template in a file, or code of
    /// somebody's own that Spark runs on each pod.
    pub fn is_shaped_elsewhere(&self, role: &str) -> bool {
        let key = |rest: &str| format!("spark.kubernetes.{role}.{rest}");
        let template = self.template(role);
        let file = self.settings.contains_key(&key("podTemplateFile"));
        let steps = self.settings.get(&key("pod.featureSteps"));
        let is_foreign = |step: &str| !step.trim().starts_with("org.apache.spark.");
        file && self.at(&template).is_none()
            || steps.is_some_and(|steps| steps.split(',').any(is_foreign))
    }

    fn template(&self, role: &str) -> String {
        match self.operator {
            Operator::Kubeflow | Operator::Connect => format!("/spec/{role}/template"),
            Operator::Apache => format!("/spec/{role}Spec/podTemplateSpec"),
        }
    }

    /// Where the template of a role stands in the object, or would.
    pub fn template_place(&self, role: &str) -> Pointer {
        self.in_object(&pointer(&self.template(role)))
    }

    /// How what an object says at `at` gets into a pod, where no setting stands between.
    pub fn why(&self, role: &str, part: &Pointer, at: &Pointer) -> Option<String> {
        let template = self.template_place(role);
        let is_context = part.last().is_some_and(|last| last == "securityContext");
        let kept =
            format!("Spark builds the {role} from this template, and keeps what stands here");
        match self.operator {
            Operator::Kubeflow if at.is_within(&template) && is_context => Some(format!(
                "{kept} as long as the operator has no field of its own set for it"
            )),
            _ if at.is_within(&template) => Some(kept),
            Operator::Kubeflow => Some(
                "the operator's webhook writes this field over what Spark has built".to_owned(),
            ),
            _ => None,
        }
    }

    /// The parts of a pod that settings decide, and the operator's fields that come after them; `container` is which of
    /// `spec.containers` is Spark's.
    pub fn parts(
        &self,
        role: &str,
        version: Version,
        pod: &Value,
        container: usize,
    ) -> Vec<Origin> {
        let own = Pointer::from_iter(["spec", "containers"]).child(container);
        let mut parts = Parts {
            origins: self,
            role,
            pod,
            found: Vec::new(),
        };
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
        if version.since(4, 3) && !self.replaces_context(role) {
            let at = own.join(&pointer("/securityContext/allowPrivilegeEscalation"));
            let key = parts.first(&ESCALATION).unwrap_or(ESCALATION[0].to_owned());
            parts.set(at, &key.replace('*', role));
        }
        if self.operator == Operator::Kubeflow {
            parts.limit(&own);
        }
        parts.requests(&own);
        parts.found
    }

    /// Whether kubeflow's webhook puts a field of its own in the place of the container's security context.
    fn replaces_context(&self, role: &str) -> bool {
        self.operator == Operator::Kubeflow
            && self.at(&format!("/spec/{role}/securityContext")).is_some()
    }

    fn at(&self, at: &str) -> Option<&Value> {
        let value = self.application.pointer(at)?;
        (!value.is_null()).then_some(value)
    }

    /// Where a setting stands, and whether the operator has a field for it.
    fn place(&self, role: &str, key: &str) -> Option<(Pointer, bool)> {
        let is_set = |at: &Pointer| {
            let value = at.of(&self.application);
            value.is_some_and(|value| !value.is_null() && *value != Value::from(""))
        };
        if let Some(at) = self.fields(role, key).into_iter().find(is_set) {
            return Some((at, true));
        }
        let at = Pointer::from_iter(["spec", "sparkConf"]).child(key);
        is_set(&at).then_some((at, false))
    }

    /// The fields of the operator that a setting may come from, the one that counts first.
    fn fields(&self, role: &str, key: &str) -> Vec<Pointer> {
        let filled = |pattern: &str| pattern.replace('*', role);
        let (fields, maps): (&[(&str, &str)], &[(&str, &str)]) = match self.operator {
            Operator::Kubeflow => (&kubeflow::FIELDS, &kubeflow::MAPPINGS),
            Operator::Connect => (&connect::FIELDS, &kubeflow::MAPPINGS[..1]),
            Operator::Apache => (&[], &[]),
        };
        let maps = maps.iter().copied().chain(match self.operator {
            Operator::Kubeflow => vec![
                ("/spec/*/envVars", kubeflow::variable_prefix(role)),
                (
                    "/spec/*/envSecretKeyRefs",
                    "spark.kubernetes.*.secretKeyRef.",
                ),
            ],
            _ => Vec::new(),
        });
        let of_maps = maps.filter_map(|(at, prefix)| {
            let name = key.strip_prefix(&filled(prefix))?;
            Some(pointer(&filled(at)).child(name))
        });
        let fields = fields.iter().filter(|(_, known)| filled(known) == key);
        let mut found: Vec<_> = of_maps.collect();
        found.extend(fields.map(|(at, _)| pointer(&filled(at))));
        found.reverse();
        found
    }

    /// A place of the application as one of its object.
    fn in_object(&self, at: &Pointer) -> Pointer {
        let own = self.within.and_then(|within| {
            let tail = at.strip(&pointer("/spec"))?;
            Some(pointer(within).join(&tail))
        });
        own.unwrap_or_else(|| at.clone())
    }
}

/// What is found of one pod.
struct Parts<'p> {
    origins: &'p Origins,
    role: &'p str,
    pod: &'p Value,
    found: Vec<Origin>,
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
            && self.origins.place(self.role, &key).is_some()
        {
            self.set(part, &key);
        }
    }

    /// A part by its setting, which nothing has to say.
    fn set(&mut self, part: Pointer, key: &str) {
        let (at, why) = match self.origins.place(self.role, key) {
            Some((at, true)) => (at, format!("the operator passes it to Spark as `{key}`")),
            Some((at, false)) => (
                at,
                format!("Spark sets it by `{key}`, whatever a template says"),
            ),
            None => {
                let would = self.origins.fields(self.role, key).into_iter().next();
                let conf = Pointer::from_iter(["spec", "sparkConf"]).child(key);
                let why = format!("Spark sets it by `{key}`, whatever a template says");
                (would.unwrap_or(conf), why)
            }
        };
        self.add(part, &at, why);
    }

    fn add(&mut self, part: Pointer, at: &Pointer, why: String) {
        let at = self.origins.in_object(at);
        self.found.push(Origin { part, at, why });
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
                let made = &mut self.found[found..];
                made.iter_mut().for_each(|origin| origin.why += " (SK505)");
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
                let moved = of_limit.cloned().map(|origin| Origin {
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

fn pointer(text: &str) -> Pointer {
    let plain = text.split('/').skip(1);
    plain.collect()
}
