//! `spec.waivers` as it is written in an overlay, a project or one of its environments: a word, a list, or a mapping.

use super::Draft;
use crate::text::Span;
use crate::yaml::Spanned;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;

#[cfg(test)]
use super::schema;
#[cfg(test)]
use schemars::JsonSchema;

/// The word that refuses all waivers.
pub(super) const FORBID: &str = "forbid";

/// What is excepted from rules and checks, and who may except more.
#[derive(Clone, Debug)]
pub struct WaiversFile {
    /// Where `forbid` stands, if it does.
    pub forbid: Option<Span>,
    /// Everything else.
    pub spec: WaiversSpec,
}

/// Waivers, and what holds for all of them.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(test, derive(JsonSchema), schemars(rename = "Waivers"))]
pub struct WaiversSpec {
    /// `refuse`: what is past its last day waives no more, also for `render`. Without it, only `check` answers no.
    pub expired: Option<Spanned<Expired>>,
    /// Ids of rules and checks, or globs of them, that an annotation on an object may waive.
    #[serde(default)]
    pub annotations: Vec<Spanned<String>>,
    /// The waivers.
    #[serde(default)]
    pub entries: Vec<WaiverFile>,
}

/// What becomes of a waiver past its last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(JsonSchema))]
pub enum Expired {
    /// It waives no more.
    Refuse,
}

/// A written exception: one rule, one place, a reason, a last day.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(test, derive(JsonSchema), schemars(rename = "Waiver"))]
pub struct WaiverFile {
    /// The id of a rule or a check as reports print it, or a glob of ids.
    pub rule: Spanned<String>,
    /// The objects that it is for.
    #[serde(rename = "where")]
    pub place: Spanned<PlaceFile>,
    /// The container that it is for, by its name or a glob. Without it, the object with all its containers.
    pub container: Option<Spanned<String>>,
    /// Why, on one line.
    pub reason: Spanned<String>,
    /// The last day on which it holds, `2027-01-31`: at most a year from today.
    #[cfg_attr(test, schemars(schema_with = "schema::day"))]
    pub expires: Spanned<String>,
}

/// Objects, as the `where` of a rule selects them. Every field that is there must match, and one has to be there.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(test, derive(JsonSchema), schemars(rename = "WaiverPlace"))]
pub struct PlaceFile {
    /// `Deployment`, or `apps/Deployment` with the API group.
    #[cfg_attr(test, schemars(schema_with = "schema::plain_texts"))]
    pub kinds: Option<Draft>,
    /// Names of objects.
    #[cfg_attr(test, schemars(schema_with = "schema::plain_texts"))]
    pub names: Option<Draft>,
    /// Namespaces, as far as the manifests name them.
    #[cfg_attr(test, schemars(schema_with = "schema::plain_texts"))]
    pub namespaces: Option<Draft>,
    /// Labels of the object as it came: name, and globs of its value.
    #[cfg_attr(test, schemars(schema_with = "schema::plain_labels"))]
    pub labels: Option<Draft>,
}

impl<'de> Deserialize<'de> for WaiversFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Spanned { span, value } = Spanned::<Form>::deserialize(deserializer)?;
        Ok(match value {
            Form::Forbid => Self {
                forbid: Some(span),
                spec: WaiversSpec::default(),
            },
            Form::Spec(spec) => Self { forbid: None, spec },
        })
    }
}

enum Form {
    Forbid,
    Spec(WaiversSpec),
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
        f.write_str("`forbid`, a list of waivers, or a mapping with `entries`")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Form, E> {
        match text {
            FORBID => Ok(Form::Forbid),
            _ => Err(E::unknown_variant(text, &[FORBID])),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Form, A::Error> {
        let entries = Vec::deserialize(SeqAccessDeserializer::new(seq))?;
        Ok(Form::Spec(WaiversSpec {
            entries,
            ..WaiversSpec::default()
        }))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Form, A::Error> {
        WaiversSpec::deserialize(MapAccessDeserializer::new(map)).map(Form::Spec)
    }
}
