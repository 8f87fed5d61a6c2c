//! Kubernetes without policy: objects, where pods live, containers, quantities, roles.

mod command;
mod facts;
mod image;
pub mod meaning;
mod named;
mod object;
mod place;
mod pod;
mod port;
mod quantity;
pub mod reads;
mod replace;
mod role;
pub mod sensitive;
pub mod spark;
pub mod template;
#[cfg(test)]
pub(crate) mod testing;

pub use command::Command;
pub use facts::{
    Address, Astray, Facts, FactsBuilder, NonRoot, Scrape, Source, evidence, expanded, hosts,
};
pub use image::{BadDigests, BadImage, Digests, Family, Image, ImageFamilies};
pub use object::{HELM4_FILENAME, Object, Stranger, helm4_template, objects};
pub use place::{Cannot, Made, Place, Places, PodPlace, Rolls, Unless};
pub use pod::{Container, ContainerKind, Pod};
pub use port::Port;
pub use quantity::{BadQuantity, Problem, Quantity};
pub use replace::{helm_hooks, replaceable};
pub use role::{MAIN_CONTAINER, Metrics, ObjectFacts, PodRoles, Role, Roles, Ui};

/// The tables that say what is what: data, handed in by whoever read it.
#[derive(Clone, Debug)]
pub struct Tables {
    /// Where pods live.
    pub places: Places,
    /// What workloads are.
    pub roles: Roles,
    /// What is known of images.
    pub images: ImageFamilies,
    /// What pods read.
    pub reads: reads::ReadTable,
}

impl Tables {
    /// The names of all roles.
    pub fn role_names(&self) -> Vec<&str> {
        let roles = self.roles.roles.iter();
        roles.map(|role| role.role.as_str()).collect()
    }

    /// The names of all image families, one for each row.
    pub fn family_names(&self) -> Vec<&str> {
        let families = self.images.families.iter();
        families.map(|row| row.family.as_str()).collect()
    }
}
