//! Executors that drivers in pods of the stream ask Kubernetes for, judged as Spark will build them.

use super::foreseen::{Foreseen, executor};
use super::run::Checks;
use super::spark::{self, World};
use super::{credentials, image, overwritten};
use crate::guard::{self, Context, Finding, Outcome, Subject, Traits};
use crate::manifest::Object;
use crate::spark::pod::{Pod, SETTINGS, TEMPLATE, client_executor};
use crate::spark::process::{Process, Seen};
use crate::yaml::{Pointer, Stream};
use std::collections::{BTreeMap, BTreeSet};

/// A place in the stream: an object, a text in it, and where in either.
type Site = (usize, Option<Pointer>, Pointer);
/// A template in a text: its object, and where the text stands.
type Text = (usize, Pointer);

/// What is wrong with an executor, and what it surely lost of its template.
struct Judged {
    found: Vec<Finding>,
    lost: BTreeSet<Pointer>,
}

impl Checks<'_> {
    /// Adds what is wrong with executors. What is said of the template that they are built from is not said again: it is told
    /// of the pod that comes of it.
    pub(super) fn executors(
        &self,
        context: Context<'_>,
        stream: &Stream<'_>,
        world: &World<'_>,
        said: &mut Vec<Finding>,
    ) {
        let objects = world.objects();
        let mut written = Written::of(said);
        let mut lost = BTreeMap::<Text, BTreeSet<Pointer>>::new();
        for process in &world.processes {
            let driver = Driver {
                process,
                seen: &world.seen[process.seen],
                objects,
            };
            let judged = self.of_driver(context, stream, driver);
            if let Some(held) = &process.template {
                let own = judged.as_ref().map(|judged| judged.lost.clone());
                let own = own.unwrap_or_default();
                let text = (held.object, held.path.clone());
                let all = lost.entry(text).or_insert_with(|| own.clone());
                all.retain(|part| own.contains(part));
            }
            // Two findings of one executor may share a place, as that of its driver.
            let before = said.len();
            for mut finding in judged.into_iter().flat_map(|judged| judged.found) {
                let of = finding.object.map(|index| &objects[index]);
                let place = of.map(|of| (of, stream.documents[of.document].node(of.node)));
                let container = finding.container.as_deref();
                finding.waived =
                    place.and_then(|place| self.waivers.find(&finding.id, place, container));
                written.put(finding, said);
            }
            written.add(said, before);
        }
        let mut at = 0..;
        said.retain(|finding| {
            let is_old = at.next().is_some_and(|at| written.is_old(at));
            !(is_old && is_lost(finding, &lost))
        });
    }

    /// Nothing where it makes no executors, or they are not known.
    fn of_driver(
        &self,
        context: Context<'_>,
        stream: &Stream<'_>,
        driver: Driver<'_>,
    ) -> Option<Judged> {
        let Driver {
            process,
            seen,
            objects,
        } = driver;
        let (pod, parts) = client_executor(process, seen, objects)?;
        let of = driver.pod(&pod);
        let subject = Subject {
            object: &of,
            node: stream.documents[of.document].node(of.node),
            place: context.tables.places.of("v1", "Pod"),
            within: None,
        };
        let told = (process.version, process.assumed);
        let built = executor(context, subject, (&pod, &parts), told)?;
        let settings = Pointer::from_iter([SETTINGS]);
        let mut found = self.of_executor(context, subject, &built);
        for finding in &mut found {
            if finding.id == image::PAGE.id && finding.path.is_within(&settings) {
                finding.help = Some(pinned(context, &pod));
            }
            let (object, within, path) = driver.site(&finding.path);
            (finding.object, finding.within, finding.path) = (Some(object), within, path);
        }
        let template = Pointer::from_iter([TEMPLATE]);
        let lost = built.lost.iter().filter(|_| built.is_certain());
        let lost = lost.filter_map(|(at, _)| at.strip(&template)).collect();
        Some(Judged { found, lost })
    }

    fn of_executor(
        &self,
        context: Context<'_>,
        subject: Subject<'_>,
        built: &Foreseen<'_>,
    ) -> Vec<Finding> {
        let value = built.view.value.clone();
        let outcome = Outcome {
            traits: Traits::of(subject, &value),
            value,
            pods: Vec::new(),
            changes: Vec::new(),
            findings: Vec::new(),
            meets: Vec::new(),
        };
        let pod = &built.view;
        let mut found = guard::of_pod(self.policy, self.waivers, context, subject, (&outcome, pod));
        found.extend(self.foreseen(subject, built));
        found
    }
}

/// A driver in a pod of the stream.
#[derive(Clone, Copy)]
struct Driver<'d> {
    process: &'d Process,
    seen: &'d Seen,
    objects: &'d [Object<'d>],
}

impl<'d> Driver<'d> {
    /// What names an executor; it stands where its driver does.
    fn pod(self, pod: &'d Pod) -> Object<'d> {
        let text = |name: &str| pod.value["metadata"][name].as_str();
        Object {
            api_version: "v1",
            kind: "Pod",
            namespace: text("namespace"),
            name: text("name").unwrap_or_default(),
            ..self.objects[self.process.object].clone()
        }
    }

    /// Where a part of its executors stands in the stream.
    fn site(self, at: &Pointer) -> Site {
        let below = |name: &str| at.strip(&Pointer::from_iter([name]));
        if let Some(rest) = below(SETTINGS) {
            let key = rest.last().unwrap_or_default();
            if let Some(entry) = self.process.conf.entry(&key) {
                let path = entry.spot.path.clone();
                return match entry.spot.inside {
                    Some(_) => (entry.spot.object, Some(path), rest),
                    None => (entry.spot.object, None, path),
                };
            }
        }
        match (&self.process.template, below(TEMPLATE)) {
            (Some(held), Some(rest)) => (held.object, Some(held.path.clone()), rest),
            _ => self.here(),
        }
    }

    /// Its own container.
    fn here(self) -> Site {
        let own = self
            .process
            .pod(self.seen)
            .zip(self.process.container(self.seen));
        let path = own.map(|(pod, container)| pod.at(&container.pointer()));
        (self.process.object, None, path.unwrap_or_default())
    }
}

/// What pins the image of Spark's container, which stands in a setting.
fn pinned(context: Context<'_>, pod: &Pod) -> String {
    let containers = pod.value["spec"]["containers"].as_array().into_iter();
    let mut own = containers
        .flatten()
        .filter(|own| own["name"] == *pod.container);
    let known = own.find_map(|own| context.images?.pin(own["image"].as_str()?));
    match known {
        Some(image) => format!("write `{image}` here: the file of `--images` reaches no setting"),
        None => {
            "put the digest behind it here: the file of `--images` reaches no setting".to_owned()
        }
    }
}

/// What was said, by object; executors add to it.
struct Written {
    by_object: BTreeMap<Option<usize>, Vec<usize>>,
    /// How many there were before the first executor.
    old: usize,
    /// Which of those are an executor's now.
    replaced: BTreeSet<usize>,
}

impl Written {
    fn of(said: &[Finding]) -> Self {
        let mut written = Self {
            by_object: BTreeMap::new(),
            old: said.len(),
            replaced: BTreeSet::new(),
        };
        written.add(said, 0);
        written
    }

    /// Whether what stands there was said of the stream as it is written.
    fn is_old(&self, at: usize) -> bool {
        at < self.old && !self.replaced.contains(&at)
    }

    /// Takes in what was said from one place on.
    fn add(&mut self, said: &[Finding], from: usize) {
        for (at, finding) in said.iter().enumerate().skip(from) {
            let of = self.by_object.entry(finding.object).or_default();
            of.push(at);
        }
    }

    /// Adds a finding, or puts it in the place of one that says the same.
    fn put(&mut self, finding: Finding, said: &mut Vec<Finding>) {
        let of = self.by_object.get(&finding.object);
        let of = of.map_or(&[][..], Vec::as_slice);
        if of.iter().any(|at| is_told(&finding, &said[*at])) {
            return;
        }
        match of.iter().find(|at| is_same(&said[**at], &finding)) {
            Some(at) => {
                self.replaced.insert(*at);
                said[*at] = finding;
            }
            None => said.push(finding),
        }
    }
}

/// Whether it is about a part of a template that no executor of the stream has.
fn is_lost(finding: &Finding, lost: &BTreeMap<Text, BTreeSet<Pointer>>) -> bool {
    let text = finding.object.zip(finding.within.clone());
    let parts = text.and_then(|text| lost.get(&text));
    let is_of_text = spark::check_of(&finding.id).is_some() || finding.id == credentials::PAGE.id;
    !is_of_text && parts.is_some_and(|parts| parts.iter().any(|part| finding.path.is_within(part)))
}

/// Whether two findings say the same of one place.
fn is_same(one: &Finding, other: &Finding) -> bool {
    (&one.id, one.object, &one.within, &one.path)
        == (&other.id, other.object, &other.within, &other.path)
        && (one.container == other.container || one.container.is_none())
}

/// Whether a rule that a finding names tells the same of its text already.
fn is_told(finding: &Finding, rule: &Finding) -> bool {
    let text = finding.within.as_ref();
    let code = finding.because.as_deref().and_then(overwritten::code);
    let place = rule.within.as_ref().or(Some(&rule.path));
    finding.id == overwritten::PAGE.id
        && finding.id != rule.id
        && finding.severity <= rule.severity
        && text.is_some()
        && (finding.object, text) == (rule.object, place)
        && code.is_some_and(|code| {
            rule.because
                .as_deref()
                .is_some_and(|why| why.ends_with(code))
        })
}
