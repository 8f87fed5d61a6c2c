//! Guardrails, refusals and a report for Spark manifests on Kubernetes.

pub mod check;
pub mod guard;
pub mod manifest;
pub mod preset;
pub mod text;
pub mod yaml;
