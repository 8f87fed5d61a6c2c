//! A stream against a lock.

use super::file::{HIDDEN, Recorded, lines, record};
use super::{LockError, Locked, Release, Released, Written};
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

/// What of a release is not as it is locked, hooks included.
///
/// # Errors
/// A line that `lock` does not write; the lock records Secrets with a key, and there is none.
pub fn verify(
    locked: &Locked,
    release: &Release,
    key: Option<&SecretKey>,
) -> Result<Vec<Mismatch>, LockError> {
    let environment = release.environment.as_str();
    let mut found = locked.missing(environment, true, &|id| release.objects.contains_key(id))?;
    for (id, object) in &release.objects {
        found.extend(locked.mismatches(environment, (id, object), key)?);
    }
    found.sort_by(|a, b| (&a.object, &a.path).cmp(&(&b.object, &b.path)));
    Ok(found)
}

impl Locked {
    /// What of an object is not as it is locked for an environment.
    ///
    /// # Errors
    /// A line that `lock` does not write; the lock records Secrets with a key, and there is none.
    pub fn mismatches(
        &self,
        environment: &str,
        (id, object): (&str, &Released),
        key: Option<&SecretKey>,
    ) -> Result<Vec<Mismatch>, LockError> {
        // Nearly all of them are the same everywhere, and then nothing needs to be read.
        if self.lines(id) == Some(&lines(id, object, key)) {
            return Ok(Vec::new());
        }
        match self.object(id)? {
            Some(written) if written.is_in(environment) => {
                Of { id, object, key }.facts(&written, environment)
            }
            _ => Ok(vec![whole(id, Some(object), false)]),
        }
    }

    /// What is locked for an environment and was not seen; some hosts never send hooks, and then those do not count.
    ///
    /// # Errors
    /// A line that `lock` does not write.
    pub fn missing(
        &self,
        environment: &str,
        hooks: bool,
        is_seen: &dyn Fn(&str) -> bool,
    ) -> Result<Vec<Mismatch>, LockError> {
        let mut found = Vec::new();
        for id in self.ids().filter(|id| !is_seen(id)) {
            let written = self.object(id)?.unwrap_or_default();
            if written.is_in(environment) && (hooks || !written.hook) {
                found.push(whole(id, None, true));
            }
        }
        Ok(found)
    }
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
        Ok(is_known || *locked == *record(fact, self.key, (self.id, path)))
    }
}
