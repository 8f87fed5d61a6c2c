//! The driver's pod, which cluster mode builds.

use super::parts::{
    Role, account, app_label, container, of_field, pod, scratch, secrets, variable,
};
use super::value::{field, list};
use super::volumes::volumes;
use super::{Built, Plan};
use crate::spark::memory::{self, Failure, Kind};
use serde_json::{Value, json};

/// The driver pod as the feature steps leave it; nothing in client mode.
///
/// The ConfigMap of Spark's settings is mounted only when the pod is created: see [`with_settings`].
pub fn driver(plan: Plan<'_>) -> Option<Result<Built, Failure>> {
    let resources = memory::driver(plan.settings, plan.kind, plan.version)?;
    Some(resources.and_then(|resources| build(plan, &resources)))
}

fn build(plan: Plan<'_>, resources: &memory::Resources) -> Result<Built, Failure> {
    let role = Role::Driver;
    let mut built = plan.select(role)?;
    let submission = plan.submission;
    let app = plan.text("spark.app.name")?.unwrap_or("spark");
    container(plan, role, resources, &mut built.container)?;
    ports(plan, &mut built.container)?;
    variables(plan, &mut built.container)?;
    let labels = [
        ("spark-version", submission.version.clone()),
        ("spark-app-selector", submission.id.clone()),
        ("spark-app-name", app_label(app)),
        ("spark-role", role.name().to_owned()),
    ];
    pod(plan, role, &labels, &mut built.pod)?;
    let name = plan.text("spark.kubernetes.driver.pod.name")?;
    let name = name.map_or_else(|| format!("{}-driver", submission.prefix), str::to_owned);
    field(&mut built.pod, "metadata")["name"] = name.into();
    account(
        &mut built.pod,
        plan.text("spark.kubernetes.authenticate.driver.serviceAccountName")?,
    );
    secrets(plan, role, &mut built)?;
    volumes(plan, role, &mut built)?;
    command(plan, &mut built.container);
    hadoop(plan, &mut built)?;
    template(plan, &mut built)?;
    scratch(plan, &mut built)?;
    Ok(built)
}

fn ports(plan: Plan<'_>, container: &mut Value) -> Result<(), Failure> {
    let blocks = ["spark.driver.blockManager.port", "spark.blockManager.port"];
    let mut ports = vec![
        ("driver-rpc-port", plan.port(&["spark.driver.port"], 7078)?),
        ("blockmanager", plan.port(&blocks, 7079)?),
        ("spark-ui", plan.port(&["spark.ui.port"], 4040)?),
    ];
    if plan.version.since(4, 1) {
        let port = plan.port(&["spark.connect.grpc.binding.port"], 15002)?;
        ports.push(("spark-connect", port));
    }
    let ports = ports
        .into_iter()
        .map(|(name, port)| json!({"name": name, "containerPort": port, "protocol": "TCP"}));
    list(container, "ports").extend(ports);
    Ok(())
}

fn variables(plan: Plan<'_>, container: &mut Value) -> Result<(), Failure> {
    let env = list(container, "env");
    env.push(variable("SPARK_USER", &plan.submission.user));
    env.push(variable("SPARK_APPLICATION_ID", &plan.submission.id));
    let own = plan.under("spark.kubernetes.driverEnv.");
    env.extend(own.map(|(name, text)| variable(name, text)));
    env.push(of_field("SPARK_DRIVER_BIND_ADDRESS", "status.podIP"));
    if plan.kind == Kind::Python {
        let python = plan.text("spark.pyspark.python")?;
        let driver = plan.text("spark.pyspark.driver.python")?;
        let pairs = [
            ("PYSPARK_PYTHON", python),
            ("PYSPARK_DRIVER_PYTHON", driver.or(python)),
        ];
        let set = pairs
            .into_iter()
            .filter_map(|(name, text)| Some((name, text?)));
        env.extend(set.map(|(name, text)| variable(name, text)));
    }
    Ok(())
}

/// The arguments come after those of the template. Source: `DriverCommandFeatureStep`.
fn command(plan: Plan<'_>, container: &mut Value) {
    let arguments = list(container, "args");
    let own = [
        "driver",
        "--properties-file",
        "/opt/spark/conf/spark.properties",
    ];
    arguments.extend(own.map(Value::from));
    arguments.extend(
        plan.submission
            .arguments
            .iter()
            .map(|text| text.as_str().into()),
    );
}

/// A ConfigMap of Hadoop's files that a setting names. Source: `HadoopConfDriverFeatureStep`.
fn hadoop(plan: Plan<'_>, built: &mut Built) -> Result<(), Failure> {
    const NAME: &str = "hadoop-properties";
    const PATH: &str = "/opt/hadoop/conf";
    if let Some(name) = plan.text("spark.kubernetes.hadoop.configMapName")? {
        let volume = json!({"name": NAME, "configMap": {"name": name}});
        list(field(&mut built.pod, "spec"), "volumes").push(volume);
        let mount = json!({"name": NAME, "mountPath": PATH});
        list(&mut built.container, "volumeMounts").push(mount);
        list(&mut built.container, "env").push(variable("HADOOP_CONF_DIR", PATH));
    }
    Ok(())
}

/// The template of executors, which the driver will read. Source: `PodTemplateConfigMapStep`.
fn template(plan: Plan<'_>, built: &mut Built) -> Result<(), Failure> {
    const NAME: &str = "pod-template-volume";
    if plan
        .text("spark.kubernetes.executor.podTemplateFile")?
        .is_some()
    {
        let items = json!([{"key": "podspec-configmap-key", "path": "pod-spec-template.yml"}]);
        let name = format!("{}-driver-podspec-conf-map", plan.submission.prefix);
        let volume = json!({"name": NAME, "configMap": {"name": name, "items": items}});
        list(field(&mut built.pod, "spec"), "volumes").push(volume);
        let mount = json!({"name": NAME, "mountPath": "/opt/spark/pod-template"});
        list(&mut built.container, "volumeMounts").push(mount);
    }
    Ok(())
}

/// Mounts the settings, as a client does when it creates the driver.
/// Source: `KubernetesClientApplication.Client.run`; `config` is the name of the ConfigMap.
pub fn with_settings(mut built: Built, config: &str) -> Built {
    const NAME: &str = "spark-conf-volume-driver";
    const PATH: &str = "/opt/spark/conf";
    let items = json!([{"key": "spark.properties", "mode": 420, "path": "spark.properties"}]);
    let volume = json!({"name": NAME, "configMap": {"name": config, "items": items}});
    list(field(&mut built.pod, "spec"), "volumes").push(volume);
    list(&mut built.container, "env").push(variable("SPARK_CONF_DIR", PATH));
    let mount = json!({"name": NAME, "mountPath": PATH});
    list(&mut built.container, "volumeMounts").push(mount);
    built
}
