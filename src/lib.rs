//! Guardrails, refusals and a report for Spark manifests on Kubernetes.

pub mod check;
mod cli;
pub mod guard;
pub mod host;
pub mod manifest;
pub mod preset;
pub mod render;
pub mod report;
pub mod text;
pub mod yaml;

pub use cli::main;
