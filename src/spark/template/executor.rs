//! An executor's pod, which the driver builds in either mode.

use super::options::options;
use super::parts::{
    Role, account, app_label, container, of_field, pod, scratch, secrets, variable,
};
use super::value::{field, list};
use super::volumes::volumes;
use super::{Built, Plan};
use crate::spark::memory::{self, Failure, Problem};
use serde_json::{Value, json};

/// Where executors find their configuration.
const CONFIG: &str = "/opt/spark/conf";
/// The key that leaves out the ConfigMap of executors.
const NO_CONFIG: &str = "spark.kubernetes.executor.disableConfigMap";

/// What the names of executors begin with.
const PREFIX: &str = "spark.kubernetes.executor.podNamePrefix";
/// The port that executors offer blocks on.
const PORT: &str = "spark.blockManager.port";

/// The pod of an executor of the default resource profile.
pub fn executor(plan: Plan<'_>) -> Result<Built, Failure> {
    let role = Role::Executor;
    let resources = memory::executor(plan.settings, plan.kind, plan.version)?;
    checked_prefix(plan)?;
    let mut built = plan.select(role)?;
    container(plan, role, &resources, &mut built.container)?;
    let port = plan.port(&[PORT], 7079)?;
    if port != 0 && !(1024..65536).contains(&port) {
        return Err(Problem::Port.at(PORT));
    }
    if port != 0 {
        let port = json!({"name": "blockmanager", "containerPort": port});
        list(&mut built.container, "ports").push(port);
    }
    variables(plan, &resources, &mut built.container)?;
    list(&mut built.container, "args").push("executor".into());
    metadata(plan, &mut built.pod)?;
    if !plan.reader().is_on(NO_CONFIG)? {
        const NAME: &str = "spark-conf-volume-exec";
        let config = json!({"name": plan.submission.executor_config});
        let volume = json!({"name": NAME, "configMap": config});
        list(field(&mut built.pod, "spec"), "volumes").push(volume);
        let mount = json!({"name": NAME, "mountPath": CONFIG});
        list(&mut built.container, "volumeMounts").push(mount);
    }
    ends(plan, &mut built)?;
    accounts(plan, &mut built.pod)?;
    secrets(plan, role, &mut built)?;
    volumes(plan, role, &mut built)?;
    scratch(plan, &mut built)?;
    Ok(built)
}

/// Refuses a prefix that no pod's name can begin with: a DNS subdomain of at most 237 characters.
fn checked_prefix(plan: Plan<'_>) -> Result<(), Failure> {
    let Some((prefix, key)) = plan.reader().text(PREFIX)? else {
        return Ok(());
    };
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_label = |label: &str| {
        label.starts_with(is_word)
            && label.ends_with(is_word)
            && label.chars().all(|c| is_word(c) || c == '-')
    };
    if prefix.len() <= 237 && prefix.split('.').all(is_label) {
        return Ok(());
    }
    Err(Problem::Name.at(key))
}

/// The name of the pod.
pub(super) fn name(plan: Plan<'_>) -> String {
    let set = plan.settings.get(PREFIX);
    let prefix = set.unwrap_or(&plan.submission.executors);
    format!("{prefix}-exec-{}", plan.submission.executor)
}

/// The end of the name that a host may have: at most 63 characters, none but letters, digits, `_` and `-`.
fn hostname(name: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let skip = name.chars().count().saturating_sub(63);
    let end: String = name.chars().skip(skip).collect();
    let mut host = String::new();
    for c in end.trim_start_matches(|c| !is_word(c)).chars() {
        if is_word(c) || c == '-' {
            host.push(c);
        } else if !host.ends_with('_') {
            host.push('_');
        }
    }
    host
}

fn variables(
    plan: Plan<'_>,
    resources: &memory::Resources,
    container: &mut Value,
) -> Result<(), Failure> {
    let submission = plan.submission;
    let port = plan.port(&["spark.driver.port"], 7078)?;
    let host = plan
        .text("spark.driver.host")?
        .unwrap_or(&submission.driver_host);
    let own = [
        ("SPARK_USER", submission.user.clone()),
        (
            "SPARK_DRIVER_URL",
            format!("spark://CoarseGrainedScheduler@{host}:{port}"),
        ),
        ("SPARK_EXECUTOR_CORES", resources.cores.to_string()),
        (
            "SPARK_EXECUTOR_MEMORY",
            format!("{}m", resources.heap.mebibytes),
        ),
        ("SPARK_APPLICATION_ID", submission.id.clone()),
        ("SPARK_CONF_DIR", CONFIG.to_owned()),
        ("SPARK_EXECUTOR_ID", submission.executor.clone()),
        ("SPARK_RESOURCE_PROFILE_ID", "0".to_owned()),
    ];
    let env = list(container, "env");
    env.extend(own.iter().map(|(name, text)| variable(name, text)));
    let set = plan.under("spark.executorEnv.");
    env.extend(set.map(|(name, text)| variable(name, text)));
    if let Some(path) = plan.text("spark.executor.extraClassPath")? {
        env.push(variable("SPARK_CLASSPATH", path));
    }
    for (number, option) in options(plan)?.iter().enumerate() {
        env.push(variable(&format!("SPARK_JAVA_OPT_{number}"), option));
    }
    env.push(of_field("SPARK_EXECUTOR_POD_IP", "status.podIP"));
    env.push(of_field("SPARK_EXECUTOR_POD_NAME", "metadata.name"));
    Ok(())
}

fn metadata(plan: Plan<'_>, executor: &mut Value) -> Result<(), Failure> {
    let submission = plan.submission;
    let app = plan.text("spark.app.name")?.unwrap_or("spark");
    let labels = [
        ("spark-version", submission.version.clone()),
        ("spark-exec-id", submission.executor.clone()),
        ("spark-app-selector", submission.id.clone()),
        ("spark-app-name", app_label(app)),
        ("spark-role", "executor".to_owned()),
        ("spark-exec-resourceprofile-id", "0".to_owned()),
    ];
    pod(plan, Role::Executor, &labels, executor)?;
    let name = name(plan);
    let spec = field(executor, "spec");
    spec["hostname"] = hostname(&name).into();
    if plan.text("spark.kubernetes.allocation.pods.allocator")? == Some("statefulset") {
        spec["restartPolicy"] = "Always".into();
    }
    field(executor, "metadata")["name"] = name.into();
    Ok(())
}

/// How the pod ends: its grace period from 4.1 on, the script that moves blocks away, what a resize may restart.
fn ends(plan: Plan<'_>, built: &mut Built) -> Result<(), Failure> {
    const GRACE: &str = "spark.kubernetes.executor.terminationGracePeriodSeconds";
    if plan.version.since(4, 1) {
        let seconds = plan.reader().seconds(GRACE)?.unwrap_or(30);
        if seconds < 0 {
            return Err(Problem::Negative.at(GRACE));
        }
        field(&mut built.pod, "spec")["terminationGracePeriodSeconds"] = seconds.into();
    }
    if plan.reader().is_on("spark.decommission.enabled")? {
        let script = plan.text("spark.kubernetes.decommission.script")?;
        let command = json!([script.unwrap_or("/opt/decom.sh")]);
        *field(&mut built.container, "lifecycle") =
            json!({"preStop": {"exec": {"command": command}}});
    }
    if plan.version.since(4, 3) {
        let policy = |name| json!({"resourceName": name, "restartPolicy": "NotRequired"});
        list(&mut built.container, "resizePolicy").extend([policy("cpu"), policy("memory")]);
    }
    Ok(())
}

/// The executor's account, or else the driver's: also over a template's, unless that has the older field.
/// Source: `ExecutorKubernetesCredentialsFeatureStep`, which looks at `serviceAccount` and not at `serviceAccountName`.
fn accounts(plan: Plan<'_>, executor: &mut Value) -> Result<(), Failure> {
    const OWN: &str = "spark.kubernetes.authenticate.executor.serviceAccountName";
    const DRIVERS: &str = "spark.kubernetes.authenticate.driver.serviceAccountName";
    if executor["spec"]["serviceAccount"].is_string() {
        return Ok(());
    }
    let name = match plan.text(OWN)? {
        None => plan.text(DRIVERS)?,
        own => own,
    };
    account(executor, name);
    Ok(())
}
