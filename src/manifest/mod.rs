//! Kubernetes without policy: objects, where pods live, containers, quantities, roles.

mod object;
mod pod;

pub use object::{Object, objects};
pub use pod::{Container, ContainerKind, Pod};
