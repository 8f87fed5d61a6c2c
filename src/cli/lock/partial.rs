//! Locks of which only a part is written anew: objects that were named, or those that a merge left in dispute.

use super::desk::used;
use super::{Desk, Failure, io, locks, refused, unusable, usage};
use crate::pin::lock::{AllAhead, Lock, Locked, sides};
use crate::text::hint;
use std::collections::BTreeSet;

/// The lock that is there, with these objects as they are now.
pub(super) fn updated(desk: &Desk, asked: &[String]) -> Result<Lock, Failure> {
    let old = desk.needed(None)?;
    if old.environments.len() != desk.environments.releases.len() {
        return Err(desk.of_others());
    }
    let releases = desk.environments.releases.iter();
    let now = releases.flat_map(|release| release.objects.keys().map(String::as_str));
    let ids: BTreeSet<&str> = now.chain(old.ids()).collect();
    let mut chosen = BTreeSet::new();
    for asked in asked {
        let found: Vec<_> = ids.iter().filter(|id| is_named(id, asked)).collect();
        if found.is_empty() {
            let names: Vec<_> = ids.iter().map(|id| short(id)).collect();
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            let message = format!(
                "no environment has an object `{asked}`, and `{}` has none",
                desk.path
            );
            return Err(usage(message, hint(asked, &names).unwrap_or_default()));
        }
        chosen.extend(found);
    }
    let ahead = desk.ahead(&old)?;
    let comparison = desk.compare(&ahead);
    desk.sanctioned(&comparison, |id| chosen.contains(id))?;
    let mut ahead = used(&comparison, &ahead);
    ahead.retain(|id, _| chosen.contains(id.as_str()));
    desk.steady(&ahead, &[&old])?;
    let mut lock = old.whole().map_err(|error| unusable(&desk.path, &error))?;
    one_kind_of_key(desk, &lock)?;
    let environments = &desk.environments;
    let key = environments.key.as_ref();
    let mut now = Lock::of(
        &environments.releases,
        lock.environments.clone(),
        &ahead,
        key,
    );
    for id in chosen {
        match now.objects.remove(id) {
            Some(object) => lock.objects.insert(id.to_owned(), object),
            None => lock.objects.remove(id),
        };
    }
    Ok(lock)
}

/// A refusal where some Secrets of a lock would be recorded with a key and others without one.
fn one_kind_of_key(desk: &Desk, lock: &Lock) -> Result<(), Failure> {
    let facts = lock
        .objects
        .values()
        .flat_map(|object| object.facts.values());
    if desk.environments.key.is_none() || facts.clone().all(|fact| !fact.is_hidden()) {
        return Ok(());
    }
    let message = format!("`{}` records Secrets without a key", desk.path);
    Err(refused(
        "",
        message,
        "`sparkk8s-post lock --secret-key FILE` records all of them with it",
    ))
}

/// `Deployment/connect`, which may be of several namespaces, or all that names an object in a lock.
fn is_named(id: &str, asked: &str) -> bool {
    id == asked || short(id).eq_ignore_ascii_case(asked)
}

fn short(id: &str) -> String {
    let (kind, name) = id.split_once(' ').unwrap_or((id, ""));
    let last = |text: &str| text.rsplit('/').next().unwrap_or_default().to_owned();
    format!("{}/{}", last(kind), last(name.trim_end_matches(" (hook)")))
}

/// The lock of a merge: what both sides lock alike has to be so, the rest is as the environments are now.
pub(super) fn resolved(desk: &Desk) -> Result<Lock, Failure> {
    let path = &desk.path;
    let Some(sides) = sides(&desk.text()?).map_err(|error| unusable(path, &error))? else {
        let message = format!("`{path}` has no conflict");
        return Err(usage(message, "`sparkk8s-post lock` writes it".into()));
    };
    let [ours, theirs] = sides.map(Locked::parse);
    let (ours, theirs) = match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => (ours, theirs),
        (Err(error), _) | (_, Err(error)) => return Err(unusable(path, &error)),
    };
    for release in &desk.environments.releases {
        let mut found = desk.verify(&ours, release)?;
        found.retain(|new| ours.holds_as(&theirs, &new.object));
        if !found.is_empty() {
            let said = locks::mismatches(&found);
            let message = format!(
                "both sides of `{path}` lock {} in another way",
                release.environment
            );
            let help = "nothing was written; merge what renders it first";
            return Err(refused(&said, message, help));
        }
    }
    let disputed = ours.ids().chain(theirs.ids()).collect::<BTreeSet<_>>();
    let disputed = disputed
        .into_iter()
        .filter(|id| !ours.holds_as(&theirs, id))
        .count();
    let mut ahead: AllAhead = desk.ahead(&theirs)?;
    for (id, places) in desk.ahead(&ours)? {
        for (place, who) in places {
            let both = ahead
                .entry(id.clone())
                .or_default()
                .entry(place)
                .or_default();
            for (name, own) in who {
                // Of two days, the first.
                let known = both.entry(name).or_insert_with(|| own.clone());
                if own.until < known.until {
                    *known = own;
                }
            }
        }
    }
    let lock = desk.whole(&ahead, &[&ours, &theirs])?;
    io::tell(&format!("{disputed} objects were in dispute\n"));
    Ok(lock)
}
