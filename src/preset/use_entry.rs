//! Entries of `use`: a name alone, or a mapping.

use super::model::{UseEntry, UseFile};
use crate::yaml::{Entries, Spanned};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use std::fmt;

impl<'de> Deserialize<'de> for UseEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Spanned { span, value } = Spanned::<Form>::deserialize(deserializer)?;
        Ok(match value {
            Form::Name(value) => Self {
                preset: Spanned { span, value },
                parameters: Entries::default(),
                when: Entries::default(),
            },
            Form::Full(full) => Self {
                preset: full.preset,
                parameters: full.parameters,
                when: full.when,
            },
        })
    }
}

enum Form {
    Name(String),
    Full(UseFile),
}

impl<'de> Deserialize<'de> for Form {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyForm)
    }
}

struct AnyForm;

impl<'de> Visitor<'de> for AnyForm {
    type Value = Form;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a preset, or a mapping with `preset`")
    }

    fn visit_str<E>(self, text: &str) -> Result<Form, E> {
        Ok(Form::Name(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Form, A::Error> {
        UseFile::deserialize(MapAccessDeserializer::new(map)).map(Form::Full)
    }
}
