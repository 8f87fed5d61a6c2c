//! Kubernetes without policy: objects, where pods live, containers, quantities, roles.

mod command;
mod facts;
mod glob;
mod image;
mod list;
mod place;
mod pod;
mod port;
mod quantity;
mod replace;
mod role;
#[cfg(test)]
pub(crate) mod testing;

pub use command::Command;
pub use facts::{Facts, FactsBuilder, NonRoot, Scrape, Source, evidence};
pub use glob::{BadGlob, Glob};
pub use image::{BadImage, Family, Image, ImageFamilies};
pub use list::{Item, is_list, items, objects};
pub use place::{Cannot, Place, Places, PodPlace, Rolls, Unless};
pub use pod::{Container, ContainerKind, Pod};
pub use port::Port;
pub use quantity::{BadQuantity, Problem, Quantity};
pub use replace::{helm_hooks, replaceable};
pub use role::{Metrics, ObjectFacts, PodRoles, Role, Roles, Ui};
