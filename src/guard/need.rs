//! `exists`, `finds` and `reaches`: what a rule asks of the rest of the stream. What is not there is said to be unknown.

use super::Finding;
use super::select::Target;
use super::view::Context;
use crate::manifest::spark::{Answer, Configuration, SETTINGS, text_of};
use crate::manifest::{Address, Astray, expanded, hosts};
use crate::preset::{Glob, Policy, Reach, ResolvedRule, Verb};
use crate::text::quoted;
use crate::yaml::Pointer;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a rule misses somewhere.
#[derive(Debug, Default)]
pub(super) struct Lack {
    /// The place, from the rule's root.
    pub(super) place: Pointer,
    /// The container, where the rule is not on one.
    pub(super) container: Option<String>,
    pub(super) message: String,
    /// What to do, in place of what the rule says.
    pub(super) help: Option<String>,
}

/// The findings of `exists` rules that no object of the stream satisfies.
pub fn absent(policy: &Policy, meets: &BTreeSet<usize>) -> Vec<Finding> {
    let rules = policy.rules.iter().enumerate();
    let absent =
        rules.filter(|(number, rule)| rule.verb == Verb::Exists && !meets.contains(number));
    absent
        .map(|(_, rule)| Finding {
            within: None,
            id: rule.id.clone(),
            severity: policy.severity(&rule.id, rule.severity),
            object: None,
            container: None,
            path: Pointer::root(),
            message: format!("no {} is in the stream", wanted(rule)),
            because: Some(rule.because.clone()),
            help: rule.help.clone(),
            needed_by: Some(Arc::clone(&rule.label.origin)),
            waived: None,
        })
        .collect()
}

/// What a rule selects, in a few words.
fn wanted(rule: &ResolvedRule) -> String {
    let selectors = || rule.selectors.iter();
    let kinds = selectors().flat_map(|selector| selector.kinds.iter().flatten());
    let kinds: Vec<_> = kinds.map(|kind| kind.kind.text()).collect();
    let roles = selectors().flat_map(|selector| selector.roles.iter().flatten());
    let roles: Vec<_> = roles.map(Glob::text).collect();
    match (kinds.as_slice(), roles.as_slice()) {
        ([], []) => "such object".to_owned(),
        (kinds, []) => quoted(kinds),
        ([], roles) => format!("workload with role {}", quoted(roles)),
        (kinds, roles) => format!("{} with role {}", quoted(kinds), quoted(roles)),
    }
}

/// What a rule misses at a target.
pub(super) fn lacks(
    policy: &Policy,
    rule: &ResolvedRule,
    target: &Target<'_>,
    context: Context<'_>,
) -> Vec<Lack> {
    let asked = Asked {
        policy,
        target,
        context,
        namespace: target.view.subject.object.namespace,
    };
    match &rule.verb {
        Verb::Finds(kinds) => asked.finds(kinds),
        Verb::Reaches(reach) => asked.reaches(reach),
        _ => Vec::new(),
    }
}

struct Asked<'a> {
    policy: &'a Policy,
    target: &'a Target<'a>,
    context: Context<'a>,
    namespace: Option<&'a str>,
}

impl Asked<'_> {
    /// The objects that a pod names and nobody has.
    fn finds(&self, kinds: &[Glob]) -> Vec<Lack> {
        let (Some(pod), Some(parts)) = (self.target.pod, self.context.facts.parts()) else {
            return Vec::new();
        };
        let mut lacks = Vec::new();
        for read in self.context.tables.reads.of(pod.pod()) {
            let kind = read.row.kind.as_str();
            let is_meant = !read.optional && kinds.iter().any(|glob| glob.matches(kind));
            if !is_meant
                || parts.has(kind, self.namespace, &read.name)
                || self.is_declared(kind, self.namespace, &read.name)
            {
                continue;
            }
            lacks.push(Lack {
                place: read.name_at(),
                container: read.container,
                message: format!(
                    "`{kind}/{}` is not in the stream, nor declared external",
                    read.name
                ),
                help: Some(declare(kind, &read.name)),
            });
        }
        lacks
    }

    fn is_declared(&self, kind: &str, namespace: Option<&str>, name: &str) -> bool {
        let mut externals = self.policy.externals.iter();
        externals.any(|external| external.covers(kind, namespace, name))
    }

    /// The addresses of a container that lead nowhere, or elsewhere.
    fn reaches(&self, reach: &Reach) -> Vec<Lack> {
        let (Some(pod), Some((_, container))) = (self.target.pod, self.target.container) else {
            return Vec::new();
        };
        let mut lacks = Vec::new();
        let conf = Configuration::of(
            self.context.facts.sources(),
            self.namespace.unwrap_or_default(),
            pod.pod(),
            container.value,
        );
        let variables = &container.value["env"];
        let listed = variables.as_array().map_or(&[][..], Vec::as_slice);
        for (index, variable) in listed.iter().enumerate() {
            let name = text_of(&variable["name"]);
            // The last one of a name wins.
            let is_last = listed[index + 1..]
                .iter()
                .all(|other| other["name"] != name);
            let is_named = |globs: &[Glob]| globs.iter().any(|glob| glob.matches(name));
            let only_name = is_named(&reach.hosts);
            if is_last && (only_name || is_named(&reach.variables)) {
                let text = expanded(text_of(&variable["value"]), variables);
                let place = Pointer::from_iter(["env"]).child(index);
                let (text, place) = match conf.variable(name) {
                    Answer::Set(setting)
                        if variable["valueFrom"].is_object() && !setting.secret =>
                    {
                        (setting.text, place.child("valueFrom"))
                    }
                    _ => (text, place.child("value")),
                };
                lacks.extend(self.astray(reach, (name, &text), &place, only_name));
            }
        }
        let is_listed = |name: &String| listed.iter().any(|own| own["name"] == **name);
        for name in conf.given().into_iter().filter(|name| !is_listed(name)) {
            let is_named = reach.variables.iter().any(|glob| glob.matches(&name));
            if let (true, Answer::Set(setting)) = (is_named, conf.variable(&name))
                && !setting.secret
            {
                let place = Pointer::from_iter(["envFrom"]);
                lacks.extend(self.astray(reach, (&name, &setting.text), &place, false));
            }
        }
        lacks.extend(self.properties(reach, &conf));
        lacks
    }

    fn properties(&self, reach: &Reach, conf: &Configuration<'_>) -> Vec<Lack> {
        let is_meant = |name: &&&str| reach.properties.iter().any(|glob| glob.matches(name));
        let mut lacks = Vec::new();
        for name in SETTINGS.iter().filter(is_meant) {
            if let Answer::Set(setting) = conf.setting(name)
                && !setting.secret
            {
                let text = (*name, setting.text.as_str());
                lacks.extend(self.astray(reach, text, &Pointer::root(), false));
            }
        }
        lacks
    }

    /// What is wrong with the first host of an address that does not lead where it must.
    fn astray(
        &self,
        reach: &Reach,
        (name, text): (&str, &str),
        place: &Pointer,
        only_name: bool,
    ) -> Option<Lack> {
        let parts = self.context.facts.parts()?;
        let is_role = |role: &str| {
            reach.roles.is_empty() || reach.roles.iter().any(|glob| glob.matches(role))
        };
        hosts(text, only_name).into_iter().find_map(|(host, port)| {
            let address = Address::of(host, self.namespace)?;
            let usual = reach.port.filter(|_| !only_name);
            let astray = parts.astray(address, port.or(usual), &is_role)?;
            if self.is_declared("Service", address.namespace, address.name) {
                return None;
            }
            let nor = if astray.absent {
                ", nor declared external"
            } else {
                ""
            };
            let message = format!(
                "`{name}` leads to `Service/{}`, {}{nor}",
                address.name, astray.why
            );
            Some(Lack {
                place: place.clone(),
                container: None,
                message,
                help: help(&astray, address.name),
            })
        })
    }
}

/// What to do about an address; nothing beyond the rule's own word where nothing is known.
fn help(astray: &Astray, name: &str) -> Option<String> {
    let others: Vec<_> = astray.others.iter().map(String::as_str).collect();
    let near = format!("the stream has {} for this", quoted(&others));
    match (others.is_empty(), astray.absent) {
        (true, false) => None,
        (true, true) => Some(declare("Service", name)),
        (false, false) => Some(near),
        (false, true) => Some(format!("{near}; otherwise {}", declare("Service", name))),
    }
}

fn declare(kind: &str, name: &str) -> String {
    format!(
        "if somebody else makes it, say so under `externals` of `sparkk8s.yaml`: \
         `{{kind: {kind}, name: {name}, reason: …}}`"
    )
}
