//! Selectors of a preset file to selectors of a policy.

use super::model::SelectorFile;
use super::scope::{Plain, Scope};
use super::selector::{ImageGlob, Jobs, KindGlob, NonRoot, Os, Resources, Scrape, Selector};
use super::spell::list;
use super::{Draft, Glob, Known, PolicyError, Root, Shape};
use crate::manifest::spark::Metering;
use crate::manifest::{ContainerKind, Rolls, Tables};
use crate::text::hint;
use crate::yaml::Spanned;
use serde_json::Value;

/// What a field of a selector is about, widest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum About {
    Objects,
    Pods,
    Containers,
}

const OS: &[(&str, Os)] = &[("linux", Os::Linux), ("windows", Os::Windows)];
const NON_ROOT: &[(&str, NonRoot)] = &[
    ("declared", NonRoot::Declared),
    ("inferred", NonRoot::Inferred),
    ("root", NonRoot::Root),
    ("unknown", NonRoot::Unknown),
];
const RESOURCES: &[(&str, Resources)] = &[("absent", Resources::Absent)];
const SCRAPE: &[(&str, Scrape)] = &[
    ("open", Scrape::Open),
    ("monitored", Scrape::Monitored),
    ("dead-monitor", Scrape::DeadMonitor),
    ("closed", Scrape::Closed),
];
const METRICS: &[(&str, Metering)] = &[
    ("enabled", Metering::On),
    ("unset", Metering::Unset),
    ("disabled", Metering::Off),
    ("unknown", Metering::Unknown),
];
const ROLLS: &[(&str, Rolls)] = &[
    ("pods", Rolls::Pods),
    ("new-pods", Rolls::NewPods),
    ("next-run", Rolls::NextRun),
    ("again", Rolls::Again),
    ("nothing", Rolls::Nothing),
];
const JOBS: &[(&str, Jobs)] = &[("leave", Jobs::Leave), ("guard", Jobs::Guard)];
const CONTAINER_TYPES: &[(&str, ContainerKind)] = &[
    ("init", ContainerKind::Init),
    ("sidecar", ContainerKind::Sidecar),
    ("main", ContainerKind::Main),
    ("ephemeral", ContainerKind::Ephemeral),
];

impl SelectorFile {
    fn fields(&self) -> impl Iterator<Item = (&'static str, &Draft, About)> {
        let fields = [
            ("kinds", &self.kinds, About::Objects),
            ("names", &self.names, About::Objects),
            ("namespaces", &self.namespaces, About::Objects),
            ("labels", &self.labels, About::Objects),
            ("workload", &self.workload, About::Objects),
            ("roles", &self.roles, About::Objects),
            ("spark", &self.spark, About::Objects),
            ("hooks", &self.hooks, About::Objects),
            ("rolls", &self.rolls, About::Objects),
            ("jobs", &self.jobs, About::Objects),
            ("unread", &self.unread, About::Objects),
            ("images", &self.images, About::Pods),
            ("families", &self.families, About::Pods),
            ("os", &self.os, About::Pods),
            ("allNonRoot", &self.all_non_root, About::Pods),
            ("scrape", &self.scrape, About::Pods),
            ("metrics", &self.metrics, About::Pods),
            ("pod", &self.pod, About::Pods),
            ("containers", &self.containers, About::Containers),
            ("containerTypes", &self.container_types, About::Containers),
            ("nonRoot", &self.non_root, About::Containers),
            ("resources", &self.resources, About::Containers),
        ];
        fields
            .into_iter()
            .filter_map(|(name, draft, about)| Some((name, draft.as_ref()?, about)))
    }

    /// The values of all fields, for whoever looks for parameters in them.
    pub(super) fn drafts(&self) -> impl Iterator<Item = &Draft> {
        self.fields().map(|(_, draft, _)| draft)
    }
}

impl Scope<'_> {
    /// A selector of a rule `on` that root.
    pub(super) fn selector(
        &self,
        written: &SelectorFile,
        on: Root,
        known: &Known<'_>,
    ) -> Result<Selector, PolicyError> {
        let mut span = None;
        for (name, draft, about) in written.fields() {
            span.get_or_insert(draft.span);
            self.belongs(name, draft, about, on)?;
        }
        let words = |draft: &Option<Draft>| self.maybe_globs(draft.as_ref());
        let names = |draft: &Option<Draft>, names: fn(&Tables) -> Vec<&str>, what: &str| {
            let names = || known.tables.map_or_else(Vec::new, |tables| names(tables()));
            let draft = draft.as_ref();
            draft.map(|d| self.known(d, &names(), what)).transpose()
        };
        let boolean = |draft: &Option<Draft>| draft.as_ref().map(|d| self.boolean(d)).transpose();
        Ok(Selector {
            origin: self.at(span.unwrap_or_default()),
            kinds: words(&written.kinds)?.map(kinds),
            names: words(&written.names)?,
            namespaces: words(&written.namespaces)?,
            labels: written
                .labels
                .as_ref()
                .map_or(Ok(vec![]), |d| self.labels(d))?,
            workload: boolean(&written.workload)?,
            roles: names(&written.roles, Tables::role_names, "role")?,
            spark: boolean(&written.spark)?,
            images: words(&written.images)?.map(|all| all.into_iter().map(ImageGlob).collect()),
            families: names(&written.families, Tables::family_names, "image family")?,
            containers: words(&written.containers)?,
            container_types: self.any(written.container_types.as_ref(), CONTAINER_TYPES)?,
            os: self.any(written.os.as_ref(), OS)?,
            hooks: boolean(&written.hooks)?,
            non_root: self.any(written.non_root.as_ref(), NON_ROOT)?,
            all_non_root: boolean(&written.all_non_root)?,
            resources: self.one(written.resources.as_ref(), RESOURCES)?,
            scrape: self.any(written.scrape.as_ref(), SCRAPE)?,
            metrics: self.any(written.metrics.as_ref(), METRICS)?,
            pod: written.pod.as_ref().map(|d| self.patterns(d)).transpose()?,
            unread: words(&written.unread)?,
            rolls: self.any(written.rolls.as_ref(), ROLLS)?,
            jobs: self.one(written.jobs.as_ref(), JOBS)?,
        })
    }

    fn belongs(
        &self,
        name: &str,
        draft: &Draft,
        about: About,
        on: Root,
    ) -> Result<(), PolicyError> {
        let (reach, word) = match about {
            About::Objects => return Ok(()),
            About::Pods => (Root::Pod, "a pod"),
            About::Containers => (Root::Container, "a container"),
        };
        let is_of_pod = on == Root::Settings && reach == Root::Pod;
        let fits = on == Root::Container || on == reach || is_of_pod;
        let message = || format!("`{name}` is about {word}, and the rule is `on: {on}`");
        fits.then_some(())
            .ok_or_else(|| self.at(draft.span).error(message()))
    }

    /// The globs of a field, if it is there.
    pub(super) fn maybe_globs(
        &self,
        draft: Option<&Draft>,
    ) -> Result<Option<Vec<Glob>>, PolicyError> {
        draft.map(|draft| self.globs(draft)).transpose()
    }

    /// One value, or a list of any.
    fn several(&self, draft: &Draft) -> Result<Vec<Plain>, PolicyError> {
        let items = draft.one_or_many();
        if items.is_empty() {
            return Err(self.at(draft.span).error("an empty list matches nothing"));
        }
        items.iter().map(|item| self.plain(item)).collect()
    }

    pub(super) fn globs(&self, draft: &Draft) -> Result<Vec<Glob>, PolicyError> {
        let glob = |plain: Plain| {
            let text = plain.text("text")?;
            Glob::new(text).map_err(|error| plain.error(error.to_string()))
        };
        self.several(draft)?.into_iter().map(glob).collect()
    }

    /// Globs, each of which must match one of `names`; any where there are none.
    pub(super) fn known(
        &self,
        draft: &Draft,
        names: &[&str],
        what: &str,
    ) -> Result<Vec<Glob>, PolicyError> {
        let globs = self.globs(draft)?;
        for (glob, item) in globs.iter().zip(draft.one_or_many()) {
            if !names.is_empty() && !names.iter().any(|name| glob.matches(name)) {
                let message = format!("there is no {what} `{}`", glob.text());
                let error = self.plain(item)?.error(message);
                return Err(error.help(hint(glob.text(), names)));
            }
        }
        Ok(globs)
    }

    pub(super) fn labels(&self, draft: &Draft) -> Result<Vec<(String, Vec<Glob>)>, PolicyError> {
        let Shape::Map(entries) = &draft.shape else {
            let message = format!("expected mapping, found {}", draft.describe());
            return Err(self.at(draft.span).error(message));
        };
        let entry =
            |(key, value): &(Spanned<String>, Draft)| Ok((key.value.clone(), self.globs(value)?));
        entries.iter().map(entry).collect()
    }

    fn boolean(&self, draft: &Draft) -> Result<bool, PolicyError> {
        let plain = self.plain(draft)?;
        match plain.value {
            Value::Bool(value) => Ok(value),
            _ => Err(plain.error(format!("expected boolean, found {}", draft.describe()))),
        }
    }

    fn any<T: Copy>(
        &self,
        draft: Option<&Draft>,
        table: &[(&str, T)],
    ) -> Result<Option<Vec<T>>, PolicyError> {
        let Some(draft) = draft else {
            return Ok(None);
        };
        let words = self.several(draft)?;
        let words = words.iter().map(|plain| plain.word(table));
        words.collect::<Result<_, _>>().map(Some)
    }

    fn one<T: Copy>(
        &self,
        draft: Option<&Draft>,
        table: &[(&str, T)],
    ) -> Result<Option<T>, PolicyError> {
        draft.map(|draft| self.word(draft, table)).transpose()
    }
}

pub(super) fn kinds(globs: Vec<Glob>) -> Vec<KindGlob> {
    let part = |text: &str| Glob::new(text).ok();
    let kind = |glob: Glob| {
        let halves = glob.text().split_once('/');
        let parts = halves.and_then(|(group, kind)| Some((part(group)?, part(kind)?)));
        match parts {
            Some((group, kind)) => KindGlob {
                group: Some(group),
                kind,
            },
            None => KindGlob {
                group: None,
                kind: glob,
            },
        }
    };
    globs.into_iter().map(kind).collect()
}

/// The fields of a selector that are words of a table, as files spell them.
pub(super) fn words(selector: &Selector) -> [(&'static str, Option<String>); 8] {
    fn many<T: PartialEq>(values: Option<&Vec<T>>, table: &[(&str, T)]) -> Option<String> {
        let spelt = values?.iter().map(|value| spell(value, table));
        Some(list(spelt))
    }
    fn spell<T: PartialEq>(value: &T, table: &[(&str, T)]) -> String {
        let row = table.iter().find(|(_, known)| known == value);
        row.map_or_else(String::new, |(word, _)| (*word).to_owned())
    }
    let resources = selector.resources.as_ref();
    let jobs = selector.jobs.as_ref();
    [
        (
            "containerTypes",
            many(selector.container_types.as_ref(), CONTAINER_TYPES),
        ),
        ("os", many(selector.os.as_ref(), OS)),
        ("nonRoot", many(selector.non_root.as_ref(), NON_ROOT)),
        ("resources", resources.map(|value| spell(value, RESOURCES))),
        ("scrape", many(selector.scrape.as_ref(), SCRAPE)),
        ("metrics", many(selector.metrics.as_ref(), METRICS)),
        ("rolls", many(selector.rolls.as_ref(), ROLLS)),
        ("jobs", jobs.map(|value| spell(value, JOBS))),
    ]
}
