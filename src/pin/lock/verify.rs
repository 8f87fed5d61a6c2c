//! A stream against a lock.

use super::file::{HIDDEN, Recorded, record};
use super::{Lock, LockError, Release, Released, Written};
use crate::manifest::meaning::{Facet, Fact};
use crate::manifest::reads::SecretKey;
use serde_json::Value;
use std::collections::BTreeMap;

/// Something that is not as it is locked.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// What names the object.
    pub object: String,
    /// The part of it; `None` for the object as a whole.
    pub facet: Option<Facet>,
    /// The place in it.
    pub path: String,
    /// What is locked; `None` where nothing is.
    pub locked: Option<Value>,
    /// What is there now.
    pub now: Option<Fact>,
    /// The template of it, where one is known.
    pub template: Option<String>,
}

/// What of a release is not as it is locked.
///
/// # Errors
/// The lock records Secrets with a key, and there is none.
pub fn verify(
    lock: &Lock,
    release: &Release,
    key: Option<&SecretKey>,
) -> Result<Vec<Mismatch>, LockError> {
    let environment = release.environment.as_str();
    let mut found = Vec::new();
    for (id, written) in &lock.objects {
        let only = written.only.as_ref();
        let is_here = only.is_none_or(|only| only.contains(environment));
        match (release.objects.get(id), is_here) {
            (Some(object), true) => {
                let of = Of { id, object, key };
                found.extend(of.facts(written, environment)?);
            }
            (Some(object), false) => found.push(whole(id, Some(object), false)),
            // Some hosts never send hooks.
            (None, true) if !written.hook => found.push(whole(id, None, true)),
            (None, _) => {}
        }
    }
    let new = release.objects.iter();
    let new = new.filter(|(id, _)| !lock.objects.contains_key(*id));
    found.extend(new.map(|(id, object)| whole(id, Some(object), false)));
    found.sort_by(|a, b| (&a.object, &a.path).cmp(&(&b.object, &b.path)));
    Ok(found)
}

/// An object that is locked and not there, or there and not locked.
fn whole(id: &str, object: Option<&Released>, locked: bool) -> Mismatch {
    Mismatch {
        object: id.to_owned(),
        facet: None,
        path: String::new(),
        locked: locked.then(|| "is there".into()),
        now: None,
        template: object.and_then(|object| object.template.clone()),
    }
}

/// An object that is in the stream and locked.
struct Of<'o> {
    id: &'o str,
    object: &'o Released,
    key: Option<&'o SecretKey>,
}

impl Of<'_> {
    fn facts(&self, written: &Written, environment: &str) -> Result<Vec<Mismatch>, LockError> {
        let locked = written
            .facts
            .iter()
            .filter_map(|((facet, path), recorded)| {
                let value = match recorded {
                    Recorded::Shared(value) => value,
                    Recorded::Each(each) => each.get(environment)?,
                };
                Some(((*facet, path.as_str()), value))
            });
        let mut locked: BTreeMap<_, _> = locked.collect();
        let mut found = Vec::new();
        let facts = self.object.facts.iter();
        for (path, fact) in facts.filter(|(_, fact)| !fact.is_default) {
            let value = locked.remove(&(fact.facet, path.as_str()));
            if !self.holds(value, fact, path)? {
                found.push(self.mismatch(fact.facet, path, value, Some(fact)));
            }
        }
        let gone = locked.into_iter();
        found.extend(
            gone.map(|((facet, path), value)| self.mismatch(facet, path, Some(value), None)),
        );
        Ok(found)
    }

    fn mismatch(
        &self,
        facet: Facet,
        path: &str,
        locked: Option<&Value>,
        now: Option<&Fact>,
    ) -> Mismatch {
        Mismatch {
            facet: Some(facet),
            path: path.to_owned(),
            locked: locked.cloned(),
            now: now.cloned(),
            ..whole(self.id, Some(self.object), true)
        }
    }

    /// Whether a fact is as it is locked.
    fn holds(&self, locked: Option<&Value>, fact: &Fact, path: &str) -> Result<bool, LockError> {
        let Some(locked) = locked else {
            return Ok(false);
        };
        let keyed = locked
            .as_str()
            .is_some_and(|text| text.starts_with("hmac:"));
        if fact.hidden && keyed && self.key.is_none() {
            return Err(LockError::NoKey);
        }
        // What was locked without a key is known to be there, and no more.
        let is_known = fact.hidden && locked == HIDDEN;
        Ok(is_known || *locked == record(fact, self.key, (self.id, path)))
    }
}
