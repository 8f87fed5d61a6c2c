//! Rules `on: settings`: what they write are Spark's settings, keys and texts.

use super::body::{Body, BodyValue};
use super::scope::Scope;
use super::{Draft, PolicyError, Root};
use crate::manifest::spark::edit;

/// The verbs that go with settings.
const VERBS: [&str; 2] = ["default", "enforce"];

impl Scope<'_> {
    /// Whether the verb goes with what the rule is on.
    pub(super) fn goes_with(&self, verb: &str, draft: &Draft, on: Root) -> Result<(), PolicyError> {
        if on != Root::Settings || VERBS.contains(&verb) {
            return Ok(());
        }
        let message = format!("`{verb}` does not go with `on: {on}`");
        let help = "expected one of `default`, `enforce`".to_owned();
        Err(self.at(draft.span).error(message).help(help))
    }
}

/// A body as settings: one text for each key, however it is written.
pub(super) fn settings(mut body: Body) -> Result<Body, PolicyError> {
    let BodyValue::Map(entries) = &mut body.value else {
        return Ok(body);
    };
    for (key, own) in entries {
        if !key.starts_with("spark.") || !edit::is_key(key) {
            let message = format!("`{key}` is no setting of Spark: they begin with `spark.`");
            return Err(own.origin.error(message));
        }
        let text = match &own.value {
            BodyValue::Text(_) | BodyValue::Blank(_) => continue,
            BodyValue::Bool(value) => value.to_string(),
            BodyValue::Number(value) => value.to_string(),
            BodyValue::Null | BodyValue::List(_) | BodyValue::Map(_) => {
                let message = format!("the value of `{key}` is no text, number or boolean");
                return Err(own.origin.error(message));
            }
        };
        own.value = BodyValue::Text(text);
    }
    Ok(body)
}
