//! Families of settings: keys that end in a name of the user's own.

/// Every key that begins so is known. Source: the constants of the jars of 3.5.9, 4.1.4 and 4.3.0 (`deploy.k8s.Config` for
/// those of Kubernetes), and `spark.kubernetes.operator.`, which Apache's operator reads.
const PREFIXES: [&str; 41] = [
    "spark.driver.resource.",
    "spark.executor.resource.",
    "spark.executorEnv.",
    "spark.files.io.",
    "spark.hadoop.",
    "spark.hive.",
    "spark.io.encryption.commons.config.",
    "spark.kubernetes.driver.annotation.",
    "spark.kubernetes.driver.label.",
    "spark.kubernetes.driver.node.selector.",
    "spark.kubernetes.driver.secretKeyRef.",
    "spark.kubernetes.driver.secrets.",
    "spark.kubernetes.driver.service.annotation.",
    "spark.kubernetes.driver.service.label.",
    "spark.kubernetes.driver.volumes.",
    "spark.kubernetes.driverEnv.",
    "spark.kubernetes.executor.annotation.",
    "spark.kubernetes.executor.label.",
    "spark.kubernetes.executor.node.selector.",
    "spark.kubernetes.executor.secretKeyRef.",
    "spark.kubernetes.executor.secrets.",
    "spark.kubernetes.executor.volumes.",
    "spark.kubernetes.node.selector.",
    "spark.kubernetes.operator.",
    "spark.kubernetes.scheduler.volcano.",
    "spark.metrics.conf.",
    "spark.mesos.",
    "spark.network.crypto.config.",
    "spark.plugins.internal.conf.",
    "spark.rpc.io.",
    "spark.scheduler.listenerbus.eventqueue.",
    "spark.shuffle.io.",
    "spark.shuffle.plugin.__config__.",
    "spark.sql.catalog.",
    "spark.ssl.",
    "spark.task.resource.",
    "spark.worker.resource.",
    "spark.yarn.am.resource.",
    "spark.yarn.appMasterEnv.",
    "spark.yarn.driver.resource.",
    "spark.yarn.executor.resource.",
];

/// Namespaces in which nobody but Spark reads anything: a key that no release has is a mistake.
const CLOSED: [&str; 8] = [
    "spark.decommission.",
    "spark.driver.",
    "spark.dynamicAllocation.",
    "spark.eventLog.",
    "spark.executor.",
    "spark.history.",
    "spark.kubernetes.",
    "spark.storage.decommission.",
];

/// The family of a key.
pub(super) fn prefix(key: &str) -> Option<&'static str> {
    let of = |prefix: &&&str| key.len() > prefix.len() && key.starts_with(**prefix);
    PREFIXES.iter().find(of).copied()
}

/// Whether a key that no release has is nobody's.
pub(super) fn is_closed(key: &str) -> bool {
    CLOSED.iter().any(|prefix| key.starts_with(prefix))
}
