//! The tables of places, roles and images, as they are shipped inside the program.

use crate::manifest::meaning::Meaning;
use crate::manifest::{Places, Tables};
use crate::yaml::{Document, from_document};
use serde::de::DeserializeOwned;
use std::sync::LazyLock;

/// The built-in tables, read when they are first asked for.
pub fn tables() -> &'static Tables {
    static TABLES: LazyLock<Tables> = LazyLock::new(|| Tables {
        places: table::<Places>(include_str!("../../presets/tables/places.yaml")).with(operators),
        roles: table(include_str!("../../presets/tables/roles.yaml")),
        images: table(include_str!("../../presets/tables/images.yaml")),
        reads: table(include_str!("../../presets/tables/reads.yaml")),
    });
    &TABLES
}

fn operators() -> &'static Places {
    static OPERATORS: LazyLock<Places> =
        LazyLock::new(|| table(include_str!("../../presets/tables/operators.yaml")));
    &OPERATORS
}

/// The table of what objects mean, which only locks ask for.
pub fn meaning() -> &'static Meaning {
    static MEANING: LazyLock<Meaning> =
        LazyLock::new(|| table(include_str!("../../presets/tables/meaning.yaml")));
    &MEANING
}

fn table<T: DeserializeOwned>(text: &str) -> T {
    let document = Document::parse(text, 0).expect("internal error: a built-in table is YAML");
    from_document(&document).expect("internal error: a built-in table has its type")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_built_in_tables_have_their_types() {
        let tables = super::tables();
        assert!(tables.places.of("apps/v1", "Deployment").is_some());
        assert!(tables.roles.get("spark-connect").is_some());
    }
}
