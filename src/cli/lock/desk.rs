//! All that a lock is made of: the project, what it lets differ, and what its environments come to.

use super::super::project;
use super::args::SourcesArgs;
use super::environments::Environments;
use super::sanction::{self, Sanctions};
use super::{Exit, Failure, io, locks, path, refused, unusable, usage};
use crate::pin::lock::{
    AllAhead, Comparison, Lock, LockError, Locked, Mismatch, Release, Sanction, covers,
};
use crate::preset::Project;
use crate::report::count;
use crate::text::hint;
use anyhow::anyhow;

/// The environments of a project beside their lock.
pub(super) struct Desk {
    pub(super) project: Project,
    pub(super) sanctions: Sanctions,
    pub(super) environments: Environments,
    pub(super) path: String,
}

impl Desk {
    /// Renders all environments.
    pub(super) fn of(sources: &SourcesArgs) -> Result<Self, Failure> {
        Self::with(sources, |_| true)
    }

    /// Renders those that are asked for.
    pub(super) fn with(
        sources: &SourcesArgs,
        is_asked: impl Fn(&str) -> bool,
    ) -> Result<Self, Failure> {
        let project = project::needed(sources.config.as_deref())?;
        Ok(Self {
            sanctions: sanction::all(&project)?,
            environments: Environments::of(&project, sources, is_asked)?,
            path: path(&project),
            project,
        })
    }

    /// The text of the lock, or nothing where there is none; what cannot be read is not to be written over.
    pub(super) fn text(&self) -> Result<String, Failure> {
        let path = &self.path;
        if !io::exists(path).map_err(|why| anyhow!("reading `{path}`: {why}"))? {
            return Ok(String::new());
        }
        Ok(io::read_text(path).map_err(|why| anyhow!("reading `{path}`: {why}"))?)
    }

    /// What of an environment is not as a lock has it.
    pub(super) fn verify(
        &self,
        locked: &Locked,
        release: &Release,
    ) -> Result<Vec<Mismatch>, Failure> {
        let found = locks::verify(locked, release, self.environments.key.as_ref());
        found.map_err(|error| unusable(&self.path, &error))
    }

    /// The lock that is there; what cannot be read is written anew, and said.
    pub(super) fn old(&self) -> Result<Option<Locked>, Failure> {
        let text = self.text()?;
        let is_there = !text.is_empty();
        let whole = Locked::parse(text).and_then(|locked| locked.whole().map(|_| locked));
        match whole {
            Ok(locked) => Ok(Some(locked)),
            Err(LockError::Unreadable(why)) => {
                if is_there {
                    let path = &self.path;
                    io::tell(&format!(
                        "note: `{path}` cannot be read and is written anew, without who was ahead: {why}\n"
                    ));
                }
                Ok(None)
            }
            Err(error) => Err(unusable(&self.path, &error)),
        }
    }

    /// The lock that has to be there, and to be of the environments of the project, but for one that may be new.
    pub(super) fn needed(&self, new: Option<&str>) -> Result<Locked, Failure> {
        let locked = Locked::parse(self.text()?).map_err(|error| unusable(&self.path, &error))?;
        let mut own = self.environments.names().into_iter();
        let is_there = |name: &str| Some(name) == new || locked.environments.contains_key(name);
        if own.all(is_there) {
            return Ok(locked);
        }
        Err(self.of_others())
    }

    /// A refusal of a lock that is of other environments.
    pub(super) fn of_others(&self) -> Failure {
        let message = format!("`{}` is of other environments than the project", self.path);
        let help = "`sparkk8s-post lock` takes in all environments of the project";
        refused("", message, help)
    }

    /// Who of the project's environments is ahead, as a lock has it.
    pub(super) fn ahead(&self, locked: &Locked) -> Result<AllAhead, Failure> {
        let mut all = ahead(locked).map_err(|error| unusable(&self.path, &error))?;
        let names = self.names();
        for places in all.values_mut() {
            for who in places.values_mut() {
                who.retain(|name, _| names.contains(&name.as_str()));
            }
            places.retain(|_, who| !who.is_empty());
        }
        Ok(all)
    }

    fn names(&self) -> Vec<&str> {
        let all = self.project.written.spec.environments.0.iter();
        all.map(|(name, _)| name.value.as_str()).collect()
    }

    /// An environment of the project.
    pub(super) fn named<'n>(&self, name: &'n str) -> Result<&'n str, Failure> {
        let names = self.names();
        if names.contains(&name) {
            return Ok(name);
        }
        let message = format!("`{}` has no environment `{name}`", self.project.file.name);
        Err(usage(message, hint(name, &names).unwrap_or_default()))
    }

    pub(super) fn compare(&self, ahead: &AllAhead) -> Comparison {
        locks::compare(&self.environments.releases, &self.sanctions.vary, ahead)
    }

    /// What differs, as the lock that is there lets it; where it cannot be used, as if nobody were ahead.
    pub(super) fn differences(&self) -> Result<Comparison, Failure> {
        let ahead = match self.old() {
            Ok(Some(locked)) => self.ahead(&locked)?,
            Ok(None) => AllAhead::new(),
            Err(failure) => {
                io::tell(&failure.text);
                AllAhead::new()
            }
        };
        Ok(self.compare(&ahead))
    }

    /// Prints every difference.
    pub(super) fn show(&self) -> Result<Exit, Failure> {
        let comparison = self.differences()?;
        let all = comparison.differences.iter();
        io::show(&locks::differences(all, &self.sanctions.reasons))?;
        Ok(verdict(&comparison))
    }

    /// The lock of all objects, or a refusal of what nobody sanctioned. Who is not ahead any more is left out; where
    /// somebody is, all have to be as one of the `olds` has them, if there are any.
    pub(super) fn whole(&self, ahead: &AllAhead, olds: &[&Locked]) -> Result<Lock, Failure> {
        let comparison = self.compare(ahead);
        io::tell(&self.sanctions.useless(&comparison));
        self.sanctioned(&comparison, |_| true)?;
        let used = used(&comparison, ahead);
        self.steady(&used, olds)?;
        let Environments {
            releases,
            presets,
            key,
        } = &self.environments;
        Ok(Lock::of(releases, presets.clone(), &used, key.as_ref()))
    }

    /// A refusal where somebody is ahead and something is in none of these locks.
    pub(super) fn steady(&self, ahead: &AllAhead, olds: &[&Locked]) -> Result<(), Failure> {
        let Some((first, others)) = olds.split_first() else {
            return Ok(());
        };
        let known = self.environments.releases.iter();
        for release in known.filter(|r| first.environments.contains_key(&r.environment)) {
            let mut found = self.verify(first, release)?;
            found.retain(|new| {
                let places = ahead.get(&new.object).into_iter().flatten();
                places
                    .into_iter()
                    .any(|(place, _)| covers(place, &new.path))
            });
            for other in others {
                let also = self.verify(other, release)?;
                found.retain(|new| {
                    also.iter()
                        .any(|o| (&o.object, &o.path) == (&new.object, &new.path))
                });
            }
            if !found.is_empty() {
                let name = &release.environment;
                let message = format!("{name} has changed where an environment is ahead");
                let help = "`lock --env NAME --ahead REASON --until DATE` records it of the one that is ahead, `promote` of one that follows";
                return Err(refused(&locks::mismatches(&found), message, help));
            }
        }
        Ok(())
    }

    /// A refusal of what nobody sanctioned in these objects.
    pub(super) fn sanctioned(
        &self,
        comparison: &Comparison,
        is_asked: impl Fn(&str) -> bool,
    ) -> Result<(), Failure> {
        let all = comparison.unsanctioned();
        let all: Vec<_> = all
            .filter(|difference| is_asked(&difference.object))
            .collect();
        if all.is_empty() {
            return Ok(());
        }
        let many = count(all.len(), "difference");
        let message = format!("environments differ: {many} that nobody sanctioned");
        let help = "nothing was written; sanction what is meant, or record for a while who is `--ahead`; remove the rest";
        let said = locks::differences(all.into_iter(), &self.sanctions.reasons);
        Err(refused(&said, message, help))
    }

    /// Writes a lock, or says that it would be another one.
    pub(super) fn write(&self, lock: &Lock, check: bool) -> Result<Exit, Failure> {
        let (path, text, old) = (&self.path, lock.text(), self.text()?);
        if self.environments.key.is_none() && old.contains(": hmac:") {
            return Err(unusable(path, &LockError::NoKey));
        }
        // Git may have given it other line ends.
        let same = old.replace("\r\n", "\n") == text;
        if check && !same {
            let help = "`sparkk8s-post lock` writes it anew; `git diff` shows what that changes";
            let message = format!("`{path}` is not what the environments come to now");
            return Err(refused("", message, help));
        }
        if !same {
            io::write(path, &text)?;
        }
        let ahead = lock.objects.values().map(|object| object.ahead.len()).sum();
        let comparison = self.compare(&AllAhead::new());
        let sanctioned = comparison.differences.len() - comparison.unsanctioned().count();
        io::show(&format!(
            "{path}: {} objects of {}, {sanctioned} sanctioned differences{}{}\n",
            lock.objects.len(),
            self.environments.names().join(", "),
            match ahead {
                0 => String::new(),
                places => format!(", ahead in {places}"),
            },
            if same { "; nothing new" } else { "" }
        ))?;
        Ok(Exit::Ok)
    }
}

/// Whether anything differs that nobody sanctioned.
pub(super) fn verdict(comparison: &Comparison) -> Exit {
    match comparison.unsanctioned().next() {
        Some(_) => Exit::Lock,
        None => Exit::Ok,
    }
}

/// Who is ahead, as a lock has it.
pub(super) fn ahead(locked: &Locked) -> Result<AllAhead, LockError> {
    let objects = locked.whole()?.objects.into_iter();
    let ahead = objects.map(|(id, object)| (id, object.ahead));
    Ok(ahead.filter(|(_, places)| !places.is_empty()).collect())
}

/// Those who are ahead where anything still differs.
pub(super) fn used(comparison: &Comparison, ahead: &AllAhead) -> AllAhead {
    let mut used = AllAhead::new();
    for difference in &comparison.differences {
        if let Some(Sanction::Ahead { place, .. }) = &difference.sanction {
            let places = used.entry(difference.object.clone()).or_default();
            places.insert(place.clone(), ahead[&difference.object][place].clone());
        }
    }
    used
}
