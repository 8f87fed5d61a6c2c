//! Where the parts of a predicted pod come from: the field or the setting that a change belongs into, of an application or
//! of a driver of the stream's own.
//!
//! A part that stands in a template is not here: it keeps its place. What is here is what Spark makes of settings
//! (`KubernetesDriverBuilder` and `KubernetesExecutorBuilder`, step by step), and what kubeflow's webhook puts over that.

mod parts;

use super::found::{Operator, application};
use super::{connect, kubeflow, stackable};
use crate::spark::memory::Settings;
use crate::spark::version::Version;
use crate::yaml::Pointer;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What a part of a pod comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartOrigin {
    /// The part, in the pod (`/spec/volumes/2`).
    pub part: Pointer,
    /// What says it, in the object; where nothing does: the place that it would have. Of a driver of the stream's own it is
    /// `/settings/KEY`, `/template/…` or `/driver`.
    pub at: Pointer,
    /// How it gets from there into the pod: lower case, no full stop.
    pub why: String,
}

/// What an application says, as far as pods are made of it.
#[derive(Debug)]
pub struct PartOrigins {
    /// Nothing, where it is a driver of the stream's own.
    operator: Option<Operator>,
    /// Where the application is in its object: `/spec/template` for the runs of a schedule.
    within: Option<&'static str>,
    application: Value,
    settings: Settings,
    /// Where the settings stand that somebody wrote, and whether that is a field of the operator's.
    places: BTreeMap<String, (Pointer, bool)>,
}

/// Where parts of a driver's executors stand, by the first segment of the place.
pub const SETTINGS: &str = "settings";
/// See [`SETTINGS`].
pub const TEMPLATE: &str = "template";
/// See [`SETTINGS`].
pub const DRIVER: &str = "driver";

/// Fields or prefixes, and the settings that they become.
type Pairs = &'static [(&'static str, &'static str)];

impl PartOrigins {
    /// Of an object; nothing where it is no application.
    pub fn of(api_version: &str, kind: &str, value: &Value) -> Option<Self> {
        let operator = Operator::building(api_version, kind)?;
        let application = application(kind, value.clone());
        let (_, told) = operator.told(&application);
        // Of two values of one setting the later counts.
        let mut places = BTreeMap::new();
        for (key, _, at) in told.given {
            let conf = told.origins.get(&key);
            let is_field = conf.is_none_or(|origin| !origin.field.ends_with("Conf"));
            // Scratch that a field mounts is a volume of its own, which keeps its place.
            let at = at.filter(|at| !at.segments().any(|segment| segment == "volumeMounts"));
            match at {
                Some(at) => places.insert(key, (at, is_field)),
                None => places.remove(&key),
            };
        }
        let settings = told.settings;
        let within = (kind == "ScheduledSparkApplication").then_some("/spec/template");
        Some(Self {
            operator: Some(operator),
            within,
            application,
            settings,
            places,
        })
    }

    /// Of a driver that asks Kubernetes for executors by itself, with what is set, and the template of executors.
    pub(super) fn of_driver(settings: Settings, template: Option<Value>) -> Self {
        let place = |key: &String| {
            let at = Pointer::from_iter([SETTINGS]).child(key.as_str());
            (key.clone(), (at, false))
        };
        Self {
            operator: None,
            within: None,
            places: settings.keys().map(place).collect(),
            application: match template {
                Some(pod) => json!({TEMPLATE: pod}),
                None => json!({DRIVER: {"spec": {}}}),
            },
            settings,
        }
    }

    /// Whether something shapes the pods of a role that the object does not hold: a template in a file, or code of
    /// somebody's own that Spark runs on each pod.
    pub fn is_shaped_elsewhere(&self, role: &str) -> bool {
        let key = |rest: &str| format!("spark.kubernetes.{role}.{rest}");
        let file = self.settings.contains_key(&key("podTemplateFile"));
        let steps = self.settings.get(&key("pod.featureSteps"));
        let is_foreign = |step: &str| !step.trim().starts_with("org.apache.spark.");
        // Kubeflow's operator writes one in any case.
        let is_own = self.operator == Some(Operator::Kubeflow);
        file && !is_own && self.template(role).is_none()
            || steps.is_some_and(|steps| steps.split(',').any(is_foreign))
    }

    /// The template of a role, where the application holds one.
    pub fn template(&self, role: &str) -> Option<&Value> {
        self.at(&self.template_at(role))
    }

    /// Whether it is a driver of the stream's own that names no template.
    fn is_bare(&self) -> bool {
        self.operator.is_none() && self.application.get(TEMPLATE).is_none()
    }

    /// The application; of a driver of the stream's own what the places of its executors' template point into.
    pub fn object(&self) -> &Value {
        &self.application
    }

    fn template_at(&self, role: &str) -> String {
        match self.operator {
            Some(Operator::Kubeflow | Operator::Connect) => format!("/spec/{role}/template"),
            Some(Operator::Apache) => format!("/spec/{role}Spec/podTemplateSpec"),
            Some(Operator::Cluster) => format!("/spec/{role}Spec/statefulSetSpec/template"),
            Some(Operator::Stackable) => format!("/spec/{role}/podOverrides"),
            None if self.is_bare() => format!("/{DRIVER}"),
            None => format!("/{TEMPLATE}"),
        }
    }

    /// Where the template of a role stands in the object, or would.
    pub fn template_place(&self, role: &str) -> Pointer {
        self.in_object(&pointer(&self.template_at(role)))
    }

    /// Whether Spark computes memory and CPU of a role, and its own builders make the pod.
    pub fn is_by_spark(&self, role: &str) -> bool {
        self.operator != Some(Operator::Cluster) && role != "server"
    }

    /// Whether the image of a role is known as it will be: the name of Stackable's own is the running operator's.
    pub fn is_image_known(&self, role: &str) -> bool {
        let key = format!("spark.kubernetes.{role}.container.image");
        self.operator != Some(Operator::Stackable) || self.places.contains_key(&key)
    }

    /// How what an object says at `at` gets into a pod, where no setting stands between.
    pub fn why(&self, role: &str, part: &Pointer, at: &Pointer) -> Option<String> {
        let is_of_template = at.is_within(&self.template_place(role));
        let is_context = part.last().is_some_and(|last| last == "securityContext");
        let kept =
            format!("Spark builds the {role} from this template, and keeps what stands here");
        match (self.operator, is_of_template) {
            (Some(Operator::Kubeflow), true) if is_context => Some(format!(
                "{kept} as long as the operator has no field of its own set for it"
            )),
            (Some(Operator::Kubeflow), false) => Some(
                "the operator's webhook writes this field over what Spark has built".to_owned(),
            ),
            (Some(Operator::Cluster), true) => Some(format!(
                "the operator builds the {role} from this template, and keeps what stands here"
            )),
            (Some(Operator::Stackable), true) => Some(format!(
                "the operator puts what stands here over its own template, which Spark builds the {role} from"
            )),
            (Some(Operator::Stackable), false) => Some(
                "the operator writes it into its templates, which Spark builds the pods from"
                    .to_owned(),
            ),
            (None, _) if self.is_bare() => Some(format!(
                "Spark builds the executors of this driver, and neither a setting nor a template says otherwise; \
                 a template is named by `spark.kubernetes.{role}.podTemplateFile`"
            )),
            (_, true) => Some(kept),
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
        self.operator == Some(Operator::Kubeflow)
            && self.at(&format!("/spec/{role}/securityContext")).is_some()
    }

    fn at(&self, at: &str) -> Option<&Value> {
        let value = self.application.pointer(at)?;
        (!value.is_null()).then_some(value)
    }

    /// Where a setting stands, and whether that is a field of the operator's.
    fn place(&self, key: &str) -> Option<&(Pointer, bool)> {
        self.places.get(key)
    }

    /// Where a setting would stand.
    fn would(&self, role: &str, key: &str) -> Pointer {
        if self.operator.is_none() {
            return Pointer::from_iter([DRIVER]);
        }
        let field = self.fields(role, key).into_iter().next();
        field.unwrap_or_else(|| Pointer::from_iter(["spec", "sparkConf"]).child(key))
    }

    /// The fields of the operator that a setting may come from, the one that counts first.
    fn fields(&self, role: &str, key: &str) -> Vec<Pointer> {
        let filled = |pattern: &str| pattern.replace('*', role);
        let (fields, maps): (Pairs, Pairs) = match self.operator {
            Some(Operator::Kubeflow) => (&kubeflow::FIELDS, &kubeflow::MAPPINGS),
            Some(Operator::Connect) => (&connect::FIELDS, &kubeflow::MAPPINGS[..1]),
            Some(Operator::Stackable) => (&stackable::FIELDS, &[]),
            Some(Operator::Apache | Operator::Cluster) | None => (&[], &[]),
        };
        let maps = maps.iter().copied().chain(match self.operator {
            Some(Operator::Kubeflow) => vec![
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

#[cfg(test)]
mod tests {
    use super::*;

    const MEMORY: &str = "spark.executor.memory";

    /// Where the executors' memory stands that counts.
    fn memory(api_version: &str, spec: &Value) -> Option<String> {
        let value = json!({"metadata": {"name": "a"}, "spec": spec});
        let origins = PartOrigins::of(api_version, "SparkApplication", &value)?;
        let (at, is_field) = origins.place(MEMORY)?;
        Some(format!("{at} {is_field}"))
    }

    #[test]
    fn the_place_is_that_of_the_value_that_counts() {
        let conf = format!("/spec/sparkConf/{MEMORY} false");
        let of = |field: Value, conf: bool| {
            let conf = if conf {
                json!({MEMORY: "2g"})
            } else {
                json!({})
            };
            json!({"executor": field, "sparkConf": conf})
        };
        let kubeflow = "sparkoperator.k8s.io/v1beta2";
        let typed = json!({"memory": "1g"});
        let own = Some("/spec/executor/memory true".to_owned());
        assert_eq!(memory(kubeflow, &of(typed, true)), own);
        assert_eq!(memory(kubeflow, &of(json!({}), true)), Some(conf.clone()));
        assert_eq!(memory(kubeflow, &of(json!({}), false)), None);
        // Stackable's operator takes `sparkConf` last, and makes a size of its own where nothing says one.
        let stackable = "spark.stackable.tech/v1alpha1";
        let typed = json!({"config": {"resources": {"memory": {"limit": "2Gi"}}}});
        let own = Some("/spec/executor/config/resources/memory/limit true".to_owned());
        assert_eq!(memory(stackable, &of(typed.clone(), false)), own);
        assert_eq!(memory(stackable, &of(typed, true)), Some(conf));
        assert_eq!(memory(stackable, &of(json!({}), false)), None);
    }

    #[test]
    fn of_a_driver_the_places_are_settings_its_template_or_itself() {
        let settings = Settings::from([(MEMORY.to_owned(), "1g".to_owned())]);
        let bare = PartOrigins::of_driver(settings.clone(), None);
        let held = PartOrigins::of_driver(settings, Some(json!({"spec": {"hostIPC": true}})));
        let key = format!("/{SETTINGS}/{MEMORY}");
        assert_eq!(bare.place(MEMORY).map(|(at, _)| at.as_str()), Some(&*key));
        assert_eq!(bare.template_place("executor").as_str(), "/driver");
        let at = held
            .template_place("executor")
            .child("spec")
            .child("hostIPC");
        assert_eq!(at.as_str(), "/template/spec/hostIPC");
        assert_eq!(at.of(held.object()), Some(&true.into()));
    }
}
