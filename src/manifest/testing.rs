//! The tables that ship with the program, read by an independent YAML reader.

use serde::de::DeserializeOwned;
use serde_json::Value;
use yaml_rust2::{Yaml, YamlLoader};

/// The table of that name, typed.
pub(crate) fn table<T: DeserializeOwned>(name: &str) -> T {
    let text = match name {
        "places" => include_str!("../../presets/tables/places.yaml"),
        "images" => include_str!("../../presets/tables/images.yaml"),
        "operators" => include_str!("../../presets/tables/operators.yaml"),
        "meaning" => include_str!("../../presets/tables/meaning.yaml"),
        "reads" => include_str!("../../presets/tables/reads.yaml"),

        "roles" => include_str!("../../presets/tables/roles.yaml"),
        _ => panic!("no table {name}"),
    };
    serde_json::from_value(yaml(text)).unwrap()
}

/// One YAML document.
pub(crate) fn yaml(text: &str) -> Value {
    json(&YamlLoader::load_from_str(text).unwrap()[0])
}

fn json(yaml: &Yaml) -> Value {
    match yaml {
        Yaml::Integer(number) => Value::from(*number),
        Yaml::Boolean(bool) => Value::from(*bool),
        Yaml::String(text) | Yaml::Real(text) => Value::from(text.as_str()),
        Yaml::Array(items) => items.iter().map(json).collect(),
        Yaml::Hash(map) => map
            .iter()
            .map(|(key, value)| (key.as_str().unwrap().to_owned(), json(value)))
            .collect(),
        _ => Value::Null,
    }
}
