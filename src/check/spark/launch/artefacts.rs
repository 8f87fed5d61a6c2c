//! Jars and Maven coordinates that a process is started with, and where they are written.

use crate::check::spark::case::Case;
use crate::check::spark::said::Site;
use crate::manifest::sensitive::holds_literal;
use crate::manifest::spark::base;
use crate::spark::conf::Told;
use crate::yaml::Pointer;
use serde_json::Value;

/// One jar or coordinate.
pub(in crate::check::spark) struct Artefact {
    /// `local:///opt/spark/jars/spark-connect_2.13-4.1.0.jar`, `org.apache.spark:spark-avro_2.13:4.1.0`.
    pub(in crate::check::spark) text: String,
    /// What a message calls it: no more than the setting or the file's name, where the rest may not be shown.
    pub(in crate::check::spark) shown: String,
    pub(in crate::check::spark) site: Site,
}

/// Settings that list them.
const KEYS: [&str; 2] = ["spark.jars", "spark.jars.packages"];

/// Fields of operators' objects that list them, below the application's `spec`. Sources: `v1beta2/sparkapplication_types.go`
/// (kubeflow), `ApplicationSpec.java` (Apache), `crd/mod.rs` (Stackable).
const FIELDS: [&[&str]; 5] = [
    &["mainApplicationFile"],
    &["jars"],
    &["deps", "jars"],
    &["deps", "packages"],
    &["deps", "archives"],
];

/// All of them, once for each place.
pub(in crate::check::spark) fn artefacts(case: Case<'_>) -> Vec<Artefact> {
    let mut found = Vec::new();
    for key in KEYS {
        if let Told::Set(known) = case.conf().get(key) {
            let of_secret = known.entry.secret.then_some(key);
            add(&mut found, &known.text, &case.at(key), of_secret);
        }
    }
    match case.own() {
        Some(container) => {
            for list in ["command", "args"] {
                let words = container.value[list].as_array().into_iter().flatten();
                for (at, word) in words.enumerate() {
                    let word = word.as_str().unwrap_or_default();
                    add(
                        &mut found,
                        word,
                        &case.at_container(&[list, &at.to_string()]),
                        None,
                    );
                }
            }
        }
        None => in_fields(case, &mut found),
    }
    found
}

fn in_fields(case: Case<'_>, found: &mut Vec<Artefact>) {
    let object = &case.seen().value;
    let scheduled = object["kind"] == "ScheduledSparkApplication";
    let base: Pointer = match scheduled {
        true => Pointer::from_iter(["spec", "template"]),
        false => Pointer::from_iter(["spec"]),
    };
    for field in FIELDS {
        let at = base.join(&field.iter().collect());
        match object.pointer(at.as_str()) {
            Some(Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    let site = Site::object(case.object, at.child(index));
                    add(found, item.as_str().unwrap_or_default(), &site, None);
                }
            }
            Some(Value::String(text)) => add(found, text, &Site::object(case.object, at), None),
            _ => {}
        }
    }
}

/// Adds the artefacts of a text; what is still to be filled in is none. `of_secret` is the setting whose value stands in a
/// Secret.
fn add(found: &mut Vec<Artefact>, text: &str, site: &Site, of_secret: Option<&str>) {
    let parts = text.split(|c: char| c.is_whitespace() || ",=\"'".contains(c));
    let known = parts.filter(|part| !part.contains('$') && !part.contains("{{"));
    let artefacts = known.filter(|part| is_artefact(part));
    for text in artefacts {
        let is_new = found.iter().all(|own: &Artefact| own.text != text);
        if is_new {
            found.push(Artefact {
                text: text.to_owned(),
                shown: match of_secret {
                    Some(key) => format!("what `{key}` names"),
                    None if holds_literal("", text) => format!("`{}`", base(text)),
                    None => format!("`{text}`"),
                },
                site: site.clone(),
            });
        }
    }
}

/// A jar, or three parts between colons without a slash.
fn is_artefact(text: &str) -> bool {
    let is_jar = text
        .strip_suffix(".jar")
        .is_some_and(|rest| !rest.is_empty());
    is_jar || (text.split(':').count() == 3 && !text.contains('/') && text.contains('.'))
}
