//! Where the parts of a predicted pod come from: the field or the setting of the application that a change belongs into.
//!
//! A part that stands in a template is not here: it keeps its place. What is here is what Spark makes of settings
//! (`KubernetesDriverBuilder` and `KubernetesExecutorBuilder`, step by step), and what kubeflow's webhook puts over that.

mod parts;

use super::found::{Operator, application};
use super::{apache, connect, kubeflow};
use crate::spark::memory::Settings;
use crate::spark::version::Version;
use crate::yaml::Pointer;
use serde_json::Value;

/// What a part of a pod comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartOrigin {
    /// The part, in the pod (`/spec/volumes/2`).
    pub part: Pointer,
    /// What says it, in the object; where nothing does: the place that it would have.
    pub at: Pointer,
    /// How it gets from there into the pod: lower case, no full stop.
    pub why: String,
}

/// What an application says, as far as pods are made of it.
#[derive(Debug)]
pub struct PartOrigins {
    operator: Operator,
    /// Where the application is in its object: `/spec/template` for the runs of a schedule.
    within: Option<&'static str>,
    application: Value,
    settings: Settings,
}

/// Fields or prefixes, and the settings that they become.
type Pairs = &'static [(&'static str, &'static str)];

impl PartOrigins {
    /// Of an object; nothing where it is no application, or one whose operator writes templates of its own: what its object
    /// says of pods is judged as it is written.
    pub fn of(api_version: &str, kind: &str, value: &Value) -> Option<Self> {
        let operator = Operator::of(api_version, kind)?;
        let application = application(kind, value.clone());
        let settings = match operator {
            Operator::Kubeflow => kubeflow::settings(&application),
            Operator::Connect => connect::settings(&application),
            Operator::Apache => apache::settings(&application),
            Operator::Cluster | Operator::Stackable => return None,
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
            _ => format!("/spec/{role}Spec/podTemplateSpec"),
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
    ) -> Vec<PartOrigin> {
        parts::of(self, role, version, (pod, container))
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
            value.is_some_and(|value| !value.is_null() && value != "")
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
        let (fields, maps): (Pairs, Pairs) = match self.operator {
            Operator::Kubeflow => (&kubeflow::FIELDS, &kubeflow::MAPPINGS),
            Operator::Connect => (&connect::FIELDS, &kubeflow::MAPPINGS[..1]),
            _ => (&[], &[]),
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

fn pointer(text: &str) -> Pointer {
    let plain = text.split('/').skip(1);
    plain.collect()
}
