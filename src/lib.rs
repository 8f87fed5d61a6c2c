//! Guardrails, refusals and a report for Spark manifests on Kubernetes.

pub mod check;
pub mod guard;
pub mod host;
pub mod manifest;
pub mod report;
pub mod text;
pub mod yaml;
