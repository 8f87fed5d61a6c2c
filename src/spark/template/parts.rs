//! What driver and executor pods have in common: labels, variables, secrets, accounts, scratch space.

use super::value::{field, list, object, put};
use super::{Built, Plan};
use crate::spark::memory::{Failure, Problem, Reader, Resources};
use serde_json::{Value, json};

/// Which of the two pods is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Driver,
    Executor,
}

impl Role {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Driver => "driver",
            Self::Executor => "executor",
        }
    }

    /// A key of this role under `spark.kubernetes`.
    pub(super) fn key(self, rest: &str) -> String {
        format!("spark.kubernetes.{}.{rest}", self.name())
    }
}

impl<'a> Plan<'a> {
    pub(super) fn reader(self) -> Reader<'a> {
        Reader {
            settings: self.settings,
            version: self.version,
        }
    }

    /// The text of a setting.
    pub(super) fn text(self, key: &str) -> Result<Option<&'a str>, Failure> {
        Ok(self.reader().text(key)?.map(|(text, _)| text))
    }

    /// All settings under a prefix, as name and text.
    pub(super) fn under(self, prefix: &str) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let settings = self.settings.iter();
        let pairs: Vec<_> = settings
            .filter_map(|(key, text)| Some((key.strip_prefix(prefix)?, text.as_str())))
            .collect();
        pairs.into_iter()
    }

    /// A port, or its default.
    pub(super) fn port(self, keys: &[&str], default: i32) -> Result<i32, Failure> {
        for key in keys {
            if let Some((port, _)) = self.reader().integer(key)? {
                return Ok(port);
            }
        }
        Ok(default)
    }

    /// The image: the role's own, or that of both.
    pub(super) fn image(self, role: Role) -> Result<&'a str, Failure> {
        const BOTH: &str = "spark.kubernetes.container.image";
        let own = self.text(&role.key("container.image"))?;
        let image = own.map_or_else(|| self.text(BOTH), |own| Ok(Some(own)))?;
        image.ok_or_else(|| Problem::NoImage.at(BOTH))
    }

    /// The container of the role that a template has for Spark.
    pub(super) fn select(self, role: Role) -> Result<Built, Failure> {
        let name = self.text(&role.key("podTemplateContainerName"))?;
        super::select(self.template, name, &role.key("podTemplateFile"))
    }
}

/// Image, pull policy, resources, and a name where there is none.
pub(super) fn container(
    plan: Plan<'_>,
    role: Role,
    resources: &Resources,
    container: &mut Value,
) -> Result<(), Failure> {
    const POLICY: &str = "spark.kubernetes.container.image.pullPolicy";
    let image = plan.image(role)?;
    let policy = plan.text(POLICY)?.unwrap_or("IfNotPresent");
    let map = object(container);
    if !map.get("name").is_some_and(Value::is_string) {
        let name = format!("spark-kubernetes-{}", role.name());
        map.insert("name".to_owned(), name.into());
    }
    map.insert("image".to_owned(), image.into());
    map.insert("imagePullPolicy".to_owned(), policy.into());
    let asked = field(container, "resources");
    put(asked, "requests", resources.requests());
    put(asked, "limits", resources.limits());
    escalation(plan, role, container)
}

/// From 4.3 on Spark decides this field, whatever the template says.
fn escalation(plan: Plan<'_>, role: Role, container: &mut Value) -> Result<(), Failure> {
    const BOTH: &str = "spark.kubernetes.securityContext.allowPrivilegeEscalation";
    if plan.version.since(4, 3) {
        let own = role.key("securityContext.allowPrivilegeEscalation");
        let key = if plan.settings.contains_key(&own) {
            &own
        } else {
            BOTH
        };
        let may = plan.reader().is_on(key)?;
        field(container, "securityContext")["allowPrivilegeEscalation"] = may.into();
    }
    Ok(())
}

/// Labels, annotations, node selectors, pull secrets, scheduler, restart policy; Spark's own labels win.
pub(super) fn pod(
    plan: Plan<'_>,
    role: Role,
    own: &[(&str, String)],
    pod: &mut Value,
) -> Result<(), Failure> {
    let prefix = role.key("label.");
    let labels: Vec<_> = plan.under(&prefix).map(owned).collect();
    if let Some((name, _)) = labels
        .iter()
        .find(|(name, _)| own.iter().any(|(o, _)| o == name))
    {
        return Err(Problem::Reserved.at(format!("{prefix}{name}")));
    }
    let own = own
        .iter()
        .map(|(name, text)| ((*name).to_owned(), text.clone()));
    let metadata = field(pod, "metadata");
    put(metadata, "labels", labels.into_iter().chain(own));
    let executor = match role {
        Role::Driver => "",
        Role::Executor => plan.submission.executor.as_str(),
    };
    let annotations = plan.under(&role.key("annotation.")).map(|(name, text)| {
        let text = text.replace("{{APP_ID}}", &plan.submission.id);
        (name.to_owned(), text.replace("{{EXECUTOR_ID}}", executor))
    });
    put(metadata, "annotations", annotations);
    let spec = field(pod, "spec");
    let shared = plan.under("spark.kubernetes.node.selector.").map(owned);
    let nodes = shared.chain(plan.under(&role.key("node.selector.")).map(owned));
    put(spec, "nodeSelector", nodes);
    let secrets = plan.text("spark.kubernetes.container.image.pullSecrets")?;
    let secrets = secrets.unwrap_or_default().split(',').map(str::trim);
    for name in secrets.filter(|name| !name.is_empty()) {
        list(spec, "imagePullSecrets").push(json!({"name": name}));
    }
    let scheduler = match plan.text(&role.key("scheduler.name"))? {
        None => plan.text("spark.kubernetes.scheduler.name")?,
        own => own,
    };
    if let Some(name) = scheduler {
        spec["schedulerName"] = name.into();
    }
    spec["restartPolicy"] = "Never".into();
    Ok(())
}

fn owned((name, text): (&str, &str)) -> (String, String) {
    (name.to_owned(), text.to_owned())
}

/// The label `spark-app-name`. Source: `KubernetesConf.getAppNameLabel`.
pub(in crate::spark) fn app_label(name: &str) -> String {
    let mut label = String::new();
    for c in name.trim().to_lowercase().chars() {
        let c = if c.is_ascii_lowercase() || c.is_ascii_digit() {
            c
        } else {
            '-'
        };
        if c != '-' || !label.ends_with('-') {
            label.push(c);
        }
    }
    label.truncate(63);
    let label = label.strip_prefix('-').unwrap_or(&label);
    label.strip_suffix('-').unwrap_or(label).to_owned()
}

/// A variable with a text.
pub(super) fn variable(name: &str, text: &str) -> Value {
    json!({"name": name, "value": text})
}

/// A variable with a field of the pod.
pub(super) fn of_field(name: &str, path: &str) -> Value {
    json!({"name": name, "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": path}}})
}

/// Writes a service account into both of its fields.
pub(super) fn account(pod: &mut Value, name: Option<&str>) {
    if let Some(name) = name {
        let spec = field(pod, "spec");
        spec["serviceAccount"] = name.into();
        spec["serviceAccountName"] = name.into();
    }
}

/// Secrets as files and as variables. Source: `MountSecretsFeatureStep`, `EnvSecretsFeatureStep`.
pub(super) fn secrets(plan: Plan<'_>, role: Role, built: &mut Built) -> Result<(), Failure> {
    let spec = field(&mut built.pod, "spec");
    for (name, path) in plan.under(&role.key("secrets.")) {
        let volume = format!("{name}-volume");
        list(spec, "volumes").push(json!({"name": volume, "secret": {"secretName": name}}));
        let mount = json!({"name": volume, "mountPath": path});
        list(&mut built.container, "volumeMounts").push(mount);
    }
    let prefix = role.key("secretKeyRef.");
    for (name, from) in plan.under(&prefix) {
        let Some((secret, key)) = from.split_once(':') else {
            return Err(Problem::Reference.at(format!("{prefix}{name}")));
        };
        let from = json!({"secretKeyRef": {"name": secret, "key": key}});
        list(&mut built.container, "env").push(json!({"name": name, "valueFrom": from}));
    }
    Ok(())
}

/// Scratch space: mounts whose volume is called `spark-local-dir-…`, or else empty folders.
/// Source: `LocalDirsFeatureStep`. The order of several folders is random in Spark; here it is that of the setting.
pub(super) fn scratch(plan: Plan<'_>, built: &mut Built) -> Result<(), Failure> {
    const PREFIX: &str = "spark-local-dir-";
    let mounts = list(&mut built.container, "volumeMounts").iter();
    let is_scratch = |mount: &&Value| {
        mount["name"]
            .as_str()
            .is_some_and(|n| n.starts_with(PREFIX))
    };
    let paths = mounts
        .filter(is_scratch)
        .filter_map(|mount| mount["mountPath"].as_str());
    let mut folders: Vec<String> = paths.map(str::to_owned).collect();
    if folders.is_empty() {
        let set = plan
            .text("spark.local.dir")?
            .unwrap_or(&plan.submission.scratch);
        folders.extend(set.split(',').map(str::to_owned));
        let medium = match plan.reader().is_on("spark.kubernetes.local.dirs.tmpfs")? {
            true => json!({"medium": "Memory"}),
            false => json!({}),
        };
        for (number, path) in (1..).zip(&folders) {
            let name = format!("{PREFIX}{number}");
            let volume = json!({"name": name, "emptyDir": medium});
            list(field(&mut built.pod, "spec"), "volumes").push(volume);
            let mount = json!({"name": name, "mountPath": path});
            list(&mut built.container, "volumeMounts").push(mount);
        }
    }
    let variable = variable("SPARK_LOCAL_DIRS", &folders.join(","));
    list(&mut built.container, "env").push(variable);
    Ok(())
}
