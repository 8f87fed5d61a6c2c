//! Kubernetes without policy: objects, where pods live, containers, quantities, roles.

mod pod;

pub use pod::{Container, ContainerKind, Pod};
