//! An environment ahead of the others, until the others follow.

use super::super::args::ProjectArgs;
use super::super::project;
use super::super::today::today;
use super::args::PromoteArgs;
use super::desk;
use super::held::not_locked;
use super::{Desk, Exit, Failure, io, locks, path, refused, usage};
use crate::guard::{Finding, Severity};
use crate::pin::lock::{Ahead, AllAhead, Lock, Locked, Mismatch, Sanction, covers, overdue, place};
use crate::text::Date;
use anyhow::anyhow;
use std::collections::{BTreeMap, BTreeSet};

/// The lock with what an environment has and the others do not have yet, which have to be as they are locked.
pub(super) fn ahead(
    desk: &Desk,
    environment: &str,
    reason: &str,
    until: Option<&str>,
) -> Result<Lock, Failure> {
    let environment = desk.named(environment)?;
    let ahead = entry(reason, until.unwrap_or_default())?;
    let old = desk.needed(Some(environment))?;
    as_locked(desk, &old, |name| name != environment)?;
    let mut all = desk.ahead(&old)?;
    let mut recorded = 0;
    // What it has now where it was ahead already, and what it did not have before.
    let found = mismatches(desk, &old, environment)?;
    for (object, places) in &mut all {
        for (place, who) in places {
            let is_new = found
                .iter()
                .any(|new| new.object == *object && covers(place, &new.path));
            if is_new && who.contains_key(environment) {
                who.insert(environment.to_owned(), ahead.clone());
                recorded += 1;
            }
        }
    }
    for difference in desk.compare(&all).unsanctioned() {
        let places = all.entry(difference.object.clone()).or_default();
        let place = place(&difference.path, difference.whole);
        let who = places.entry(place).or_default();
        who.insert(environment.to_owned(), ahead.clone());
        recorded += 1;
    }
    if recorded == 0 {
        renew(&mut all, environment, &ahead)?;
    }
    let releases = desk.environments.releases.iter();
    let mut objects = releases.flat_map(|release| release.objects.values());
    if desk.environments.key.is_none() && objects.any(|object| object.hidden() > 0) {
        io::tell(
            "note: values that may not be shown are not compared with the lock, for want of `--secret-key`\n",
        );
    }
    desk.whole(&all, &[])
}

/// Another reason and day for all that an environment is ahead with.
fn renew(all: &mut AllAhead, environment: &str, ahead: &Ahead) -> Result<(), Failure> {
    let who = all.values_mut().flat_map(|places| places.values_mut());
    let own: Vec<_> = who.filter_map(|who| who.get_mut(environment)).collect();
    if own.is_empty() {
        let message = format!("{environment} has nothing that the others do not have");
        return Err(refused(
            "",
            message,
            "nothing was written; `diff --env A --env B` shows what differs",
        ));
    }
    for own in own {
        *own = ahead.clone();
    }
    Ok(())
}

fn entry(reason: &str, until: &str) -> Result<Ahead, Failure> {
    let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    if reason.is_empty() {
        return Err(usage("`--ahead` must say why".into(), String::new()));
    }
    let day = Date::parse(until).ok_or_else(|| {
        let message = format!("`--until {until}` is no day");
        usage(message, "write it as 2027-01-31".into())
    })?;
    if day < today(None)? {
        return Err(usage(
            format!("`--until {until}` is over already"),
            String::new(),
        ));
    }
    Ok(Ahead { until: day, reason })
}

/// A refusal where environments are not as they are locked.
fn as_locked(desk: &Desk, old: &Locked, asked: impl Fn(&str) -> bool) -> Result<(), Failure> {
    for release in &desk.environments.releases {
        if asked(&release.environment) {
            let found = desk.verify(old, release)?;
            if !found.is_empty() {
                return Err(not_locked(&desk.path, &release.environment, &found));
            }
        }
    }
    Ok(())
}

fn mismatches(desk: &Desk, old: &Locked, environment: &str) -> Result<Vec<Mismatch>, Failure> {
    let mut releases = desk.environments.releases.iter();
    let release = releases.find(|release| release.environment == environment);
    release.map_or(Ok(Vec::new()), |release| desk.verify(old, release))
}

/// Settles what one environment was ahead with and another one has now, if nothing else has changed.
pub(in crate::cli) fn promote(args: &PromoteArgs) -> Result<Exit, Failure> {
    let desk = Desk::of(&args.sources)?;
    let (from, to) = (
        desk.named(&args.from_environment)?,
        desk.named(&args.to_environment)?,
    );
    if from == to {
        return Err(usage(
            format!("`{from}` is named twice"),
            "name who was ahead, and who has followed".into(),
        ));
    }
    let old = desk.needed(None)?;
    as_locked(&desk, &old, |name| name != to)?;
    let mut all = desk.ahead(&old)?;
    let mut found = mismatches(&desk, &old, to)?;
    let settled = settle(&desk, &mut all, [from, to], &mut found);
    let varied = desk.compare(&all).differences.into_iter();
    let varied = varied.filter(|difference| matches!(difference.sanction, Some(Sanction::Vary(_))));
    let varied: BTreeSet<_> = varied.map(|d| (d.object, d.path)).collect();
    found.retain(|new| !varied.contains(&(new.object.clone(), new.path.clone())));
    if !found.is_empty() {
        let said = locks::mismatches(&found);
        let path = &desk.path;
        let message = format!(
            "{to} differs from `{path}` in more than what {from} is ahead with and {to} has now"
        );
        let help = "nothing was written; take it out, or let all of a place follow";
        return Err(refused(&said, message, help));
    }
    if settled == 0 {
        let message = format!("{to} has nothing yet that {from} is ahead with");
        let help = "change what renders it first; `sparkk8s-post lock --show` says who is ahead, and where";
        return Err(refused("", message, help));
    }
    let lock = desk.whole(&all, &[])?;
    io::tell(&format!(
        "{to} has what {from} was ahead with, in {settled} places\n"
    ));
    desk.write(&lock, false)
}

/// Counts the places in which one environment has what the other one was ahead with, and takes what is new of them from
/// what was found. Where all are ahead then, those are left that have something else.
fn settle(
    desk: &Desk,
    all: &mut AllAhead,
    [from, to]: [&str; 2],
    found: &mut Vec<Mismatch>,
) -> usize {
    let names = desk.environments.names();
    let who = || all.values().flat_map(|places| places.values());
    let waiting: BTreeMap<_, _> = names
        .iter()
        .filter(|name| who().any(|who| who.contains_key(**name)))
        .map(|name| (*name, waiting(desk, all, name, to)))
        .collect();
    let differs = |name: &str, object: &str, place: &str| {
        let waiting = waiting.get(name);
        waiting.is_some_and(|all| all.contains(&(object.to_owned(), place.to_owned())))
    };
    let mut settled = 0;
    for (object, places) in all {
        for (place, who) in places {
            let Some(ahead) = who.get(from).filter(|_| !who.contains_key(to)).cloned() else {
                continue;
            };
            if differs(from, object, place) {
                continue;
            }
            settled += 1;
            found.retain(|new| new.object != *object || !covers(place, &new.path));
            who.insert(to.to_owned(), ahead);
            if names.iter().all(|name| who.contains_key(*name)) {
                who.retain(|name, _| differs(name, object, place));
            }
        }
    }
    settled
}

/// Where one environment is ahead and the other one is not where it is: object and place.
fn waiting(desk: &Desk, all: &AllAhead, from: &str, to: &str) -> BTreeSet<(String, String)> {
    let releases = desk.environments.releases.iter();
    let both = releases.filter(|release| [from, to].contains(&release.environment.as_str()));
    let both: Vec<_> = both.cloned().collect();
    let mut own = all.clone();
    for places in own.values_mut() {
        places.retain(|_, who| who.contains_key(from));
        for who in places.values_mut() {
            who.retain(|name, _| name == from);
        }
    }
    let differences = locks::compare(&both, &desk.sanctions.vary, &own).differences;
    let waiting = differences
        .into_iter()
        .filter_map(|difference| match difference.sanction {
            Some(Sanction::Ahead { place, .. }) => Some((difference.object, place)),
            _ => None,
        });
    waiting.collect()
}

/// What `check` has to say of a project's lock: who is ahead for longer than was said. A lock that cannot be used is no
/// matter of manifests.
pub(in crate::cli) fn lapsed(
    args: &ProjectArgs,
    day: Option<&str>,
) -> Result<Vec<Finding>, Failure> {
    let project = project::found_or_named(args.config.as_deref())?;
    let Some(path) = project.as_ref().map(path).filter(|path| io::is_file(path)) else {
        return Ok(Vec::new());
    };
    let text = io::read_text(&path).map_err(|why| anyhow!("reading `{path}`: {why}"))?;
    let all = match Locked::parse(text).and_then(|locked| desk::ahead(&locked)) {
        Ok(all) => all,
        Err(error) => {
            io::tell(&format!(
                "note: `{path}` is no lock that can be used: {error}\n"
            ));
            return Ok(Vec::new());
        }
    };
    let today = today(day)?;
    let finding = |message| Finding {
        within: None,
        id: "ahead-too-long".into(),
        severity: Severity::Warning,
        object: None,
        container: None,
        path: crate::yaml::Pointer::root(),
        message,
        because: Some(
            "what was to be tried for a while has become a difference that nobody decided".into(),
        ),
        help: Some(format!(
            "let the others follow and run `sparkk8s-post promote`, or take it back (`{path}`)"
        )),
        needed_by: None,
        waived: None,
    };
    Ok(overdue(&all, &today).map(finding).collect())
}
