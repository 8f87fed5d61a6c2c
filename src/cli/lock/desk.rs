//! All that a lock is made of: the project, what it lets differ, and what its environments come to.

use super::super::args::SourcesArgs;
use super::super::project;
use super::environments::Environments;
use super::sanction::{self, Sanctions};
use super::{Exit, Failure, io, locks, path, refused, unusable, usage};
use crate::pin::lock::{AllAhead, Comparison, Lock, LockError, Locked, Sanction};
use crate::preset::Project;
use crate::text::hint;
use std::collections::BTreeSet;

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

    /// The text of the lock that is there, or nothing.
    pub(super) fn text(&self) -> String {
        io::read_text(&self.path).unwrap_or_default()
    }

    /// The lock that is there; what cannot be read is written anew.
    pub(super) fn old(&self) -> Result<Option<Locked>, Failure> {
        match Locked::parse(&self.text()) {
            Ok(locked) => Ok(Some(locked)),
            Err(LockError::Unreadable(_)) => Ok(None),
            Err(error) => Err(unusable(&self.path, &error)),
        }
    }

    /// The lock that has to be there, and to be of these environments.
    pub(super) fn needed(&self) -> Result<Locked, Failure> {
        let locked = Locked::parse(&self.text()).map_err(|error| unusable(&self.path, &error))?;
        let own: BTreeSet<_> = self.environments.names().into_iter().collect();
        if locked.environments.keys().map(String::as_str).eq(own) {
            return Ok(locked);
        }
        let message = format!("`{}` is of other environments than the project", self.path);
        Err(refused(
            "",
            message,
            "`sparkk8s-post lock` takes in all environments of the project",
        ))
    }

    /// Who is ahead, as a lock has it.
    pub(super) fn ahead(locked: &Locked) -> Result<AllAhead, Failure> {
        let whole = locked
            .whole()
            .map_err(|error| unusable("the lock", &error))?;
        let objects = whole.objects.into_iter();
        let ahead = objects.map(|(id, object)| (id, object.ahead));
        Ok(ahead.filter(|(_, places)| !places.is_empty()).collect())
    }

    /// An environment of the project.
    pub(super) fn named<'n>(&self, name: &'n str) -> Result<&'n str, Failure> {
        let all = self.project.written.spec.environments.0.iter();
        let names: Vec<_> = all.map(|(name, _)| name.value.as_str()).collect();
        if names.contains(&name) {
            return Ok(name);
        }
        let message = format!("`{}` has no environment `{name}`", self.project.file.name);
        Err(usage(message, hint(name, &names).unwrap_or_default()))
    }

    pub(super) fn compare(&self, ahead: &AllAhead) -> Comparison {
        locks::compare(&self.environments.releases, &self.sanctions.vary, ahead)
    }

    /// What differs, as the lock that is there lets it.
    pub(super) fn differences(&self) -> Result<Comparison, Failure> {
        let old = self.old()?;
        let ahead = old.as_ref().map_or(Ok(AllAhead::new()), Self::ahead)?;
        Ok(self.compare(&ahead))
    }

    /// Prints every difference.
    pub(super) fn show(&self) -> Result<Exit, Failure> {
        let comparison = self.differences()?;
        let all = comparison.differences.iter();
        io::show(&locks::differences(all, &self.sanctions.reasons))?;
        Ok(verdict(&comparison))
    }

    /// The lock of all objects, or a refusal of what nobody sanctioned. Who is not ahead any more is left out.
    pub(super) fn whole(&self, ahead: &AllAhead) -> Result<Lock, Failure> {
        let comparison = self.compare(ahead);
        io::tell(&self.sanctions.useless(&comparison));
        self.sanctioned(&comparison, |_| true)?;
        let mut used = AllAhead::new();
        for difference in &comparison.differences {
            let Some(Sanction::Ahead { place, .. }) = &difference.sanction else {
                continue;
            };
            let places = used.entry(difference.object.clone()).or_default();
            places.insert(place.clone(), ahead[&difference.object][place].clone());
        }
        let Environments {
            releases,
            presets,
            key,
        } = &self.environments;
        Ok(Lock::of(releases, presets.clone(), &used, key.as_ref()))
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
        let many = match all.len() {
            1 => "1 difference".to_owned(),
            many => format!("{many} differences"),
        };
        let message = format!("environments differ: {many} that nobody sanctioned");
        let help = "nothing was written; sanction what is meant, remove the rest";
        let said = locks::differences(all.into_iter(), &self.sanctions.reasons);
        Err(refused(&said, message, help))
    }

    /// Writes a lock, or says that it would be another one.
    pub(super) fn write(&self, lock: &Lock, check: bool) -> Result<Exit, Failure> {
        let (path, text, old) = (&self.path, lock.text(), self.text());
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
