//! Files that a container has under a path: its own, or what an init container made of another one.

use super::Held;
use super::process::Reader;
use crate::manifest::ContainerKind;
use crate::manifest::spark::{Found, Launch, Property, base, commands, properties};

/// The setting that names the pod template of executors.
const TEMPLATE: &str = "spark.kubernetes.executor.podTemplateFile";

impl<'s> Reader<'_, 's> {
    /// What an init container may have made a properties file of: the texts that it is copied from, or else all that set
    /// anything of Spark's.
    pub(super) fn rendered(&self, path: &str) -> Vec<&'s Held> {
        let from = self.copied(path);
        if !from.is_empty() {
            return from;
        }
        let sets = |held: &&Held| properties(&held.text).iter().any(Property::is_kept);
        self.mounts.files().filter(sets).collect()
    }

    /// The text of the pod template of executors; nothing where none is named, where its path is not known, where the
    /// stream does not hold it, or where more than one text may be it.
    pub(super) fn template(&self) -> Option<&'s Held> {
        let path = self.conf.text(TEMPLATE)?;
        let path = ["file://", "local://"]
            .iter()
            .find_map(|scheme| path.strip_prefix(scheme))
            .unwrap_or(&path);
        match self.mounts.at(path) {
            Found::File(held) => Some(held),
            Found::Rendered => {
                let mut found = self.copied(path).into_iter();
                let first = found.next()?;
                let is_same =
                    |held: &Held| (held.object, &held.path) == (first.object, &first.path);
                found.all(is_same).then_some(first)
            }
            Found::Foreign | Found::Image => None,
        }
    }

    /// The texts that an init container makes a file of: what the command that writes it reads, or else files that are
    /// called like it (`spark.conf.template`).
    fn copied(&self, path: &str) -> Vec<&'s Held> {
        let all = || self.mounts.files();
        let key = |held: &Held| held.path.last().unwrap_or_default().into_owned();
        let sources = self.sources_of(path);
        let from: Vec<_> = all().filter(|held| sources.contains(&key(held))).collect();
        if !from.is_empty() {
            return from;
        }
        let name = base(path);
        let called = |held: &&Held| {
            let key = key(held);
            let rest = key.strip_prefix(name);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        all().filter(called).collect()
    }

    /// The names of files that commands name beside the file that they write: `envsubst < FROM > PATH`, `cp FROM PATH`.
    fn sources_of(&self, path: &str) -> Vec<String> {
        let init = self.seat.pod.containers();
        let init = init.filter(|container| container.kind == ContainerKind::Init);
        let init = init.flat_map(|container| Launch::of(container.value).texts);
        let texts: Vec<_> = init.chain(self.launch.texts.iter().cloned()).collect();
        let mut names = Vec::new();
        for command in texts.iter().flat_map(|text| commands(text)) {
            let word = |word: &String| word.trim_start_matches(['<', '>']).to_owned();
            let words: Vec<_> = command.iter().map(word).collect();
            if words.last().is_some_and(|last| last == path) {
                let others = &words[..words.len() - 1];
                names.extend(others.iter().map(|word| base(word).to_owned()));
            }
        }
        names
    }
}
