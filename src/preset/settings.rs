//! Rules on Spark's settings and variables: what they write are keys and texts, what they respell are sizes.

use super::body::{Body, BodyValue};
use super::scope::Scope;
use super::{Draft, Glob, PolicyError, Root};
use crate::manifest::spark::edit;
use crate::spark::memory::reads;
use crate::text::{nearest, quoted};

/// The verbs that go with settings.
const VERBS: [&str; 3] = ["default", "enforce", "respell"];

impl Scope<'_> {
    /// Whether the verb goes with what the rule is on.
    pub(super) fn goes_with(&self, verb: &str, draft: &Draft, on: Root) -> Result<(), PolicyError> {
        let fits = match on {
            Root::Settings => VERBS.contains(&verb),
            Root::Container => true,
            Root::Object | Root::Pod => verb != "respell",
        };
        if fits {
            return Ok(());
        }
        let message = format!("`{verb}` does not go with `on: {on}`");
        let help = match verb {
            "respell" => "write it `on: settings` or `on: container`".to_owned(),
            _ => format!("expected one of {}", quoted(&VERBS)),
        };
        Err(self.at(draft.span).error(message).help(help))
    }

    /// The names of `respell`: of each there is a setting, or a container's variable, that is a size.
    pub(super) fn respelt(&self, draft: &Draft, on: Root) -> Result<Vec<Glob>, PolicyError> {
        let (names, what): (Vec<_>, _) = match on {
            Root::Settings => (reads::settings().collect(), "setting"),
            _ => (reads::variables().collect(), "variable"),
        };
        let globs = self.globs(draft)?;
        for (glob, item) in globs.iter().zip(draft.one_or_many()) {
            if !names.iter().any(|name| glob.matches(name)) {
                let message = format!("no {what} `{}` is a size of memory", glob.text());
                let near = nearest(glob.text(), names.iter().copied());
                let help = near.map(|near| format!("did you mean `{near}`?"));
                return Err(self.plain(item)?.error(message).help(help));
            }
        }
        Ok(globs)
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
