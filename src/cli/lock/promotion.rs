//! An environment ahead of the others, until the others follow.

use super::super::args::{ProjectArgs, PromoteArgs};
use super::super::project;
use super::held::not_locked;
use super::{Desk, Exit, Failure, io, locks, path, refused, usage};
use crate::guard::{Finding, Severity};
use crate::pin::lock::{
    Ahead, AllAhead, Date, Lock, Locked, Mismatch, Sanction, covers, overdue, verify,
};
use anyhow::anyhow;
use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};

/// The lock with what an environment has and the others do not have yet, which have to be as they are locked.
pub(super) fn ahead(
    desk: &Desk,
    environment: &str,
    reason: &str,
    until: Option<&str>,
) -> Result<Lock, Failure> {
    let environment = desk.named(environment)?;
    let ahead = entry(reason, until.unwrap_or_default())?;
    let old = desk.needed()?;
    as_locked(desk, &old, |name| name != environment)?;
    let mut all = Desk::ahead(&old)?;
    for difference in desk.compare(&all).unsanctioned() {
        let below = if difference.whole { "/**" } else { "" };
        let places = all.entry(difference.object.clone()).or_default();
        let who = places
            .entry(format!("{}{below}", difference.path))
            .or_default();
        who.insert(environment.to_owned(), ahead.clone());
    }
    desk.whole(&all)
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
    if day < today()? {
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
            let found = mismatches(desk, old, &release.environment)?;
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
    let found = release.map(|release| verify(old, release, desk.environments.key.as_ref()));
    let found = found
        .transpose()
        .map_err(|error| super::unusable(&desk.path, &error))?;
    Ok(found.unwrap_or_default())
}

/// Settles what one environment was ahead with and another one has now, if nothing else has changed.
pub(in crate::cli) fn promote(args: &PromoteArgs) -> Result<Exit, Failure> {
    let desk = Desk::of(&args.sources)?;
    let (from, to) = (
        desk.named(&args.from_environment)?,
        desk.named(&args.to_environment)?,
    );
    let old = desk.needed()?;
    as_locked(&desk, &old, |name| name != to)?;
    let mut all = Desk::ahead(&old)?;
    let waiting = waiting(&desk, &all, from, to);
    let is_settled =
        |object: &str, place: &str| !waiting.contains(&(object.to_owned(), place.to_owned()));
    let mut settled = 0;
    let mut found = mismatches(&desk, &old, to)?;
    for (object, places) in &mut all {
        for (place, who) in places.iter_mut() {
            let Some(ahead) = who.get(from).filter(|_| is_settled(object, place)).cloned() else {
                continue;
            };
            let before = found.len();
            found.retain(|new| new.object != *object || !covers(place, &new.path));
            settled += usize::from(found.len() < before);
            who.insert(to.to_owned(), ahead);
        }
    }
    if !found.is_empty() {
        let said = locks::mismatches(&found);
        let message = format!(
            "{to} differs from `{}` in more than {from} is ahead with",
            desk.path
        );
        let help = "nothing was written; take it out, or record it first with `sparkk8s-post lock`";
        return Err(refused(&said, message, help));
    }
    if settled == 0 {
        let message = format!("{to} has nothing yet that {from} is ahead with");
        let help = "change what renders it first; `sparkk8s-post lock --show` says who is ahead, and where";
        return Err(refused("", message, help));
    }
    let lock = desk.whole(&all)?;
    io::tell(&format!(
        "{to} has what {from} was ahead with, in {settled} places\n"
    ));
    desk.write(&lock, false)
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

/// What `check` has to say of a project's lock: who is ahead for longer than was said.
pub(in crate::cli) fn lapsed(args: &ProjectArgs) -> Result<Vec<Finding>, Failure> {
    let project = project::found_or_named(args.config.as_deref())?;
    let Some(path) = project.as_ref().map(path).filter(|path| io::is_file(path)) else {
        return Ok(Vec::new());
    };
    let text = io::read_text(&path).map_err(|why| anyhow!("reading `{path}`: {why}"))?;
    let locked = Locked::parse(&text).map_err(|error| super::unusable(&path, &error))?;
    let today = today()?;
    let all = Desk::ahead(&locked)?;
    let finding = |message| Finding {
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

/// The day in UTC: of `SOURCE_DATE_EPOCH` where that is set, as for other builds that are to come out the same.
fn today() -> Result<Date, Failure> {
    #[expect(clippy::disallowed_methods, reason = "cli/ reads the environment")]
    if let Ok(seconds) = std::env::var("SOURCE_DATE_EPOCH") {
        return seconds.parse().map(Date::of_epoch).map_err(|_| {
            let message = format!("`SOURCE_DATE_EPOCH={seconds}` is no number of seconds");
            usage(message, String::new())
        });
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "whether a day is over depends on the date, and no manifest does"
    )]
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    Ok(Date::of_epoch(now.unwrap_or_default().as_secs()))
}
