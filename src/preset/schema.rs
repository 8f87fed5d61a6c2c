//! JSON Schemas of policy files, for editors: written from the types, and checked to be current.

use super::model::{API_VERSION, UseFile};
use super::rule::VERBS;
use super::{Draft, OverlayFile, PresetFile, ProjectFile, SidecarFile, UseEntry};
use super::{WaiverFile, WaiversFile, WaiversSpec};
use crate::text::current::assert_schema;
use crate::yaml::{Entries, Spanned};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};
use std::borrow::Cow;

impl<T: JsonSchema> JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl<T: JsonSchema> JsonSchema for Entries<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("MapOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<T>();
        json_schema!({"type": "object", "additionalProperties": value})
    }
}

impl JsonSchema for Draft {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Value".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        true.into()
    }
}

impl JsonSchema for UseEntry {
    fn schema_name() -> Cow<'static, str> {
        "UseEntry".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let full = generator.subschema_for::<UseFile>();
        json_schema!({"anyOf": [{"type": "string"}, full]})
    }
}

impl JsonSchema for WaiversFile {
    fn schema_name() -> Cow<'static, str> {
        "WaiversOrForbid".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let entry = generator.subschema_for::<WaiverFile>();
        let spec = generator.subschema_for::<WaiversSpec>();
        json_schema!({"anyOf": [{"const": "forbid"}, {"type": "array", "items": entry}, spec]})
    }
}

pub(super) fn api_version(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"const": API_VERSION})
}

pub(super) fn kind_preset(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"const": "Preset"})
}

pub(super) fn kind_overlay(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"const": "Overlay"})
}

pub(super) fn kind_project(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"const": "Project"})
}

pub(super) fn kind_sidecar(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"const": "Sidecar"})
}

pub(super) fn name(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "pattern": "^[a-z0-9][a-z0-9-]*$"})
}

pub(super) fn glob(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string"})
}

pub(super) fn version(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "pattern": "^(0|[1-9][0-9]*)(\\.(0|[1-9][0-9]*)){2}$"})
}

pub(super) fn texts(_: &mut SchemaGenerator) -> Schema {
    many(&json!({"type": "string"}))
}

pub(super) fn labels(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "object", "additionalProperties": many(&json!({"type": "string"}))})
}

pub(super) fn day(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"})
}

pub(super) fn plain_texts(_: &mut SchemaGenerator) -> Schema {
    let text = json!({"type": "string"});
    json_schema!({"anyOf": [text, {"type": "array", "minItems": 1, "items": text}]})
}

pub(super) fn plain_labels(generator: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "object", "additionalProperties": plain_texts(generator)})
}

pub(super) fn boolean(_: &mut SchemaGenerator) -> Schema {
    one(&json!({"type": "boolean"}))
}

pub(super) fn container_types(_: &mut SchemaGenerator) -> Schema {
    many(&json!({"enum": ["init", "sidecar", "main", "ephemeral"]}))
}

pub(super) fn os(_: &mut SchemaGenerator) -> Schema {
    many(&json!({"enum": ["linux", "windows"]}))
}

pub(super) fn non_root(_: &mut SchemaGenerator) -> Schema {
    many(&json!({"enum": ["declared", "inferred", "root", "unknown"]}))
}

pub(super) fn resources(_: &mut SchemaGenerator) -> Schema {
    one(&json!({"enum": ["absent"]}))
}

pub(super) fn scrape(_: &mut SchemaGenerator) -> Schema {
    many(&json!({"enum": ["open", "monitored", "dead-monitor", "closed"]}))
}

pub(super) fn patterns(_: &mut SchemaGenerator) -> Schema {
    let pattern = json!({"type": "object"});
    json_schema!({"anyOf": [pattern, {"type": "array", "items": pattern}]})
}

pub(super) fn metrics(_: &mut SchemaGenerator) -> Schema {
    many(&json!({"enum": ["enabled", "unset", "disabled", "unknown"]}))
}

pub(super) fn rolls(_: &mut SchemaGenerator) -> Schema {
    many(&json!({"enum": ["pods", "new-pods", "next-run", "again", "nothing"]}))
}

pub(super) fn jobs(_: &mut SchemaGenerator) -> Schema {
    one(&json!({"enum": ["leave", "guard"]}))
}

pub(super) fn places(_: &mut SchemaGenerator) -> Schema {
    let text = json!({"type": "string"});
    let texts = json!({"type": "array", "minItems": 1, "items": text});
    let pointer = json!({"type": "string", "pattern": "^(/.*)?$"});
    let object = |required: Value, properties: Value| json!({"type": "object", "required": required, "properties": properties, "additionalProperties": false});
    let flag = json!({"type": "boolean"});
    let part = object(
        json!(["pod"]),
        json!({
            "pod": pointer,
            "object": {"anyOf": [pointer, {"type": "array", "minItems": 1, "items": pointer}]},
            "cannot": text, "quiet": flag, "containers": flag, "if": pointer, "joins": {"enum": ["first", "either", "keys"]},
        }),
    );
    let container = json!({"name": text, "orFirst": flag});
    let pod = object(
        json!(["map"]),
        json!({
            "names": texts, "role": text, "each": pointer, "unless": pointer,
            "container": object(json!(["name"]), container),
            "map": {"type": "array", "minItems": 1, "items": part},
        }),
    );
    let rolls = json!({"enum": ["pods", "new-pods", "next-run", "again", "nothing"]});
    let unless = object(json!(["at", "is"]), json!({"at": pointer, "is": true}));
    let row = object(
        json!(["id", "apiVersions", "kinds", "rolls", "pods"]),
        json!({
            "id": text, "apiVersions": texts, "kinds": texts, "immutable": flag, "rolls": rolls,
            "rollsUnless": {"type": "array", "items": unless}, "renew": text, "under": pointer,
            "unread": {"type": "array", "items": pointer},
            "pods": {"type": "array", "minItems": 1, "items": pod},
        }),
    );
    json_schema!({"type": "array", "items": row})
}

pub(super) fn only_true(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"const": true})
}

pub(super) fn reach(_: &mut SchemaGenerator) -> Schema {
    let texts = many(&json!({"type": "string"}));
    json_schema!({
        "type": "object",
        "properties": {
            "variables": texts,
            "hosts": texts,
            "properties": texts,
            "roles": texts,
            "port": one(&json!({"type": "integer", "minimum": 1, "maximum": 65535})),
        },
        "additionalProperties": false,
    })
}

fn parameter() -> Value {
    json!({
        "type": "object",
        "required": ["$parameter"],
        "properties": {"$parameter": {"type": "string"}},
        "additionalProperties": false,
    })
}

fn one(value: &Value) -> Schema {
    json_schema!({"anyOf": [value, parameter()]})
}

fn many(value: &Value) -> Schema {
    let item = one(value);
    json_schema!({"anyOf": [value, parameter(), {"type": "array", "minItems": 1, "items": item}]})
}

pub(super) fn exactly_one_verb(schema: &mut Schema) {
    let one: Vec<_> = VERBS
        .iter()
        .map(|verb| json!({"required": [verb]}))
        .collect();
    schema.insert("oneOf".into(), one.into());
}

fn is_current<T: JsonSchema>(file: &str) {
    let generator = SchemaSettings::draft07().into_generator();
    let schema = generator.into_root_schema_for::<T>();
    assert_schema(file, &schema);
}

#[test]
fn the_schema_of_presets_is_current() {
    is_current::<PresetFile>("preset.json");
}

#[test]
fn the_schema_of_overlays_is_current() {
    is_current::<OverlayFile>("overlay.json");
}

#[test]
fn the_schema_of_projects_is_current() {
    is_current::<ProjectFile>("project.json");
}

#[test]
fn the_schema_of_sidecars_is_current() {
    is_current::<SidecarFile>("sidecar.json");
}
