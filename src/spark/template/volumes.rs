//! Volumes that settings add: `spark.kubernetes.driver.volumes.TYPE.NAME.…`.

use super::parts::Role;
use super::value::{field, list};
use super::{Built, Plan};
use crate::spark::memory::{Failure, Problem};
use serde_json::{Map, Value, json};

/// One volume of the settings.
struct Volume<'a> {
    plan: Plan<'a>,
    /// `spark.kubernetes.driver.volumes.TYPE.NAME.`
    prefix: String,
    /// Its type, its name.
    kind: &'a str,
    name: &'a str,
}

/// Adds all volumes, in the order of their keys.
/// Source: `KubernetesVolumeUtils.parseVolumesWithPrefix`, `MountVolumesFeatureStep`.
pub(super) fn volumes(plan: Plan<'_>, role: Role, built: &mut Built) -> Result<(), Failure> {
    let prefix = role.key("volumes.");
    let mut names: Vec<(&str, &str)> = Vec::new();
    for (rest, _) in plan.under(&prefix) {
        let mut parts = rest.splitn(3, '.');
        if let (Some(kind), Some(name), Some(_)) = (parts.next(), parts.next(), parts.next())
            && !names.contains(&(kind, name))
        {
            names.push((kind, name));
        }
    }
    for (number, (kind, name)) in names.into_iter().enumerate() {
        let prefix = format!("{prefix}{kind}.{name}.");
        let volume = Volume {
            plan,
            prefix,
            kind,
            name,
        };
        let source = volume.source(role, number)?;
        let mount = volume.mount()?;
        let spec = field(&mut built.pod, "spec");
        list(spec, "volumes").push(json!({"name": name, kind: source}));
        list(&mut built.container, "volumeMounts").push(mount);
    }
    Ok(())
}

impl Volume<'_> {
    fn text(&self, rest: &str) -> Option<Value> {
        let key = format!("{}{rest}", self.prefix);
        // Settings of volumes are read as they are: `$(…)` is for Kubernetes.
        let text = self.plan.settings.get(&key).map(String::as_str);
        text.filter(|text| !text.is_empty())
            .map(|text| self.named(text).into())
    }

    fn required(&self, rest: &str) -> Result<Value, Failure> {
        let missing = || Problem::Missing.at(format!("{}{rest}", self.prefix));
        self.text(rest).ok_or_else(missing)
    }

    /// A text in which Spark puts the application and the executor.
    fn named(&self, text: &str) -> String {
        let submission = self.plan.submission;
        let text = text.replace("SPARK_APPLICATION_ID", &submission.id);
        text.replace("SPARK_EXECUTOR_ID", &submission.executor)
    }

    fn mount(&self) -> Result<Value, Failure> {
        let mut mount = Map::new();
        mount.insert("name".to_owned(), self.name.into());
        mount.insert("mountPath".to_owned(), self.required("mount.path")?);
        let mut optional = vec!["subPath"];
        if self.plan.version.since(4, 0) {
            optional.push("subPathExpr");
        }
        for name in optional {
            if let Some(text) = self.text(&format!("mount.{name}")) {
                mount.insert(name.to_owned(), text);
            }
        }
        if self
            .plan
            .reader()
            .is_on(&format!("{}mount.readOnly", self.prefix))?
        {
            mount.insert("readOnly".to_owned(), true.into());
        }
        Ok(mount.into())
    }

    /// What the volume is; `number` is its place among all volumes of the settings.
    fn source(&self, role: Role, number: usize) -> Result<Value, Failure> {
        let options: &[&str] = match self.kind {
            "hostPath" if self.plan.version.since(4, 0) => &["path", "type"],
            "hostPath" => &["path"],
            "nfs" => &["path", "server"],
            "emptyDir" => &["medium", "sizeLimit"],
            "persistentVolumeClaim" => &["claimName"],
            _ => return Err(Problem::Volume.at(self.prefix.trim_end_matches('.'))),
        };
        let mut source = Map::new();
        for option in options {
            let optional = ["type", "medium", "sizeLimit"].contains(option);
            let rest = format!("options.{option}");
            let text = match optional {
                true => self.text(&rest),
                false => Some(self.required(&rest)?),
            };
            source.extend(text.map(|text| ((*option).to_owned(), text)));
        }
        if source
            .get("claimName")
            .is_some_and(|name| name == "OnDemand")
        {
            source.insert("claimName".to_owned(), self.claim(role, number).into());
        }
        Ok(source.into())
    }

    /// The claim that Spark makes for this pod alone.
    fn claim(&self, role: Role, number: usize) -> String {
        match role {
            Role::Driver => format!("{}-driver-pvc-{number}", self.plan.submission.prefix),
            Role::Executor => format!("{}-pvc-{number}", super::executor::name(self.plan)),
        }
    }
}
