//! Rules: from what a preset writes to what the engine applies.

use super::body::{Blank, Body, BodyValue, Written};
use super::model::{Open, Root, RuleFile, Severity};
use super::need::Reach;
use super::patch::PatchStep;
use super::pattern::Pattern;
use super::scope::{Scope, check_name, mentioned};
use super::selector::Selector;
use super::settings::settings;
use super::{Draft, Glob, Known, Origin, PolicyError, SelectorFile, Shape};
use crate::text::quoted;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A rule of a policy. It holds no parameter any more.
#[derive(Clone, Debug, PartialEq)]
pub struct ResolvedRule {
    /// `<preset>/<rule>`.
    pub id: String,
    /// Whose rule it is: of two that want different values in one place, the nearer layer wins.
    pub layer: Layer,
    /// Where it is written. Its `Display` is linear in the file's length: ask it once a rule.
    pub origin: Origin,
    /// What its values are written from.
    pub on: Root,
    /// All must match: the preset's own `where`, then the rule's.
    pub selectors: Vec<Selector>,
    /// Where this matches, the rule does not hold.
    pub except: Option<Selector>,
    /// Where any of these matches the root, the rule does not hold.
    pub unless: Vec<Pattern>,
    /// What it does.
    pub verb: Verb,
    /// What goes into the pod, with the same verb, beside a container's change: both happen, or neither.
    pub pod: Option<Written>,
    /// Why.
    pub because: String,
    /// How grave a finding of `forbid` or `require` is, overlays not considered; see `Policy::severity`.
    pub severity: Severity,
    /// Whether overlays may lower that.
    pub open: Vec<Open>,
    /// What to do about a finding.
    pub help: Option<String>,
    /// What changes remember of it.
    pub label: Arc<RuleLabel>,
}

/// What a change remembers of its rule.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RuleLabel {
    /// `<preset>/<rule>`.
    pub id: String,
    /// Its file and line: `presets/default.yaml:12`.
    pub origin: Arc<str>,
    /// The parameters that shaped it, as `preset.name`.
    pub parameters: Vec<String>,
}

impl ResolvedRule {
    /// Whether it writes a digest or a tag: what would be wrong in the next rendering, and nobody would notice.
    pub fn is_of_one_rendering(&self) -> bool {
        let is_digest = |blank| {
            matches!(
                blank,
                Blank::ConfigDigest { .. } | Blank::ImageWithDigest | Blank::ImageTag
            )
        };
        let beside = self.pod.iter().map(|written| &written.body);
        let mut bodies = self.verb.bodies().chain(beside);
        bodies.any(|body| body.blank(is_digest).is_some())
    }
}

/// Whose rules they are. Overlays hold none: they set parameters and severities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// Shipped inside the program.
    BuiltIn,
    /// A file of the user's.
    Project,
}

/// What a rule does.
#[derive(Clone, Debug, PartialEq)]
pub enum Verb {
    /// Set what is absent, deep; always a mapping.
    Default(Written),
    /// Set it, and record what was there; always a mapping.
    Enforce(Written),
    /// Lists hold these; a mapping whose leaves are lists.
    Include(Written),
    /// What makes any of these match is taken out.
    Remove(Vec<Pattern>),
    /// Sizes of memory of settings, or variables, of these names are written as their reader takes them.
    Respell(Vec<Glob>),
    /// A finding where any of these matches.
    Forbid(Vec<Pattern>),
    /// A finding where none of these matches.
    Require(Vec<Pattern>),
    /// A finding about the stream where nothing in it is selected.
    Exists,
    /// A finding where the pod names an object of such a kind that nobody has.
    Finds(Vec<Glob>),
    /// A finding where an address leads nowhere, or elsewhere.
    Reaches(Box<Reach>),
    /// RFC 6902 operations, in order.
    Patch(Vec<PatchStep>),
}

pub(super) const VERBS: [&str; 11] = [
    "default", "enforce", "include", "remove", "respell", "forbid", "require", "exists", "finds",
    "reaches", "patch",
];

impl Verb {
    /// Whether it only looks: its rules make findings and change nothing.
    pub fn reports(&self) -> bool {
        matches!(self, Self::Forbid(_) | Self::Require(_)) || self.needs()
    }

    /// Whether what it asks for stands elsewhere in the stream.
    pub fn needs(&self) -> bool {
        matches!(self, Self::Exists | Self::Finds(_) | Self::Reaches(_))
    }

    /// The digest of a pod's configuration that it writes; such a rule comes after all others.
    pub fn digest(&self) -> Option<Blank> {
        match self {
            Self::Default(written) | Self::Enforce(written) | Self::Include(written) => {
                written.digest()
            }
            _ => self.bodies().find_map(Body::digest),
        }
    }

    /// All that it writes.
    fn bodies(&self) -> impl Iterator<Item = &Body> {
        let (body, steps) = match self {
            Self::Default(written) | Self::Enforce(written) | Self::Include(written) => {
                (Some(&written.body), &[][..])
            }
            Self::Patch(steps) => (None, &steps[..]),
            _ => (None, &[][..]),
        };
        let values = steps.iter().filter_map(|step| step.value.as_ref());
        body.into_iter().chain(values)
    }
}

impl RuleFile {
    fn verbs(&self) -> impl Iterator<Item = (&'static str, &Draft)> {
        let drafts = [
            &self.default,
            &self.enforce,
            &self.include,
            &self.remove,
            &self.respell,
            &self.forbid,
            &self.require,
            &self.exists,
            &self.finds,
            &self.reaches,
            &self.patch,
        ];
        let pairs = VERBS.into_iter().zip(drafts);
        pairs.filter_map(|(name, draft)| Some((name, draft.as_ref()?)))
    }

    /// The parameters that it mentions.
    fn mentions(&self, preset: Option<&SelectorFile>) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        let mut look = |draft| mentioned(draft, &mut names);
        self.verbs().for_each(|(_, draft)| look(draft));
        self.pod.iter().chain(&self.unless).for_each(&mut look);
        let selectors = self.selector.iter().chain(&self.except).chain(preset);
        selectors.flat_map(SelectorFile::drafts).for_each(look);
        names.extend(self.when.0.iter().map(|(name, _)| name.value.clone()));
        names
    }
}

impl Scope<'_> {
    /// A rule, whether its `when` holds or not. `preset` is the preset's own `where`.
    pub(super) fn rule(
        &self,
        written: &RuleFile,
        preset: Option<&SelectorFile>,
        layer: Layer,
        known: &Known<'_>,
    ) -> Result<ResolvedRule, PolicyError> {
        check_name(self.file, &written.id)?;
        let on = written.on.value;
        let (name, draft) = self.only_verb(written)?;
        let verb = self.verb(name, draft, on, known)?;
        self.fields_fit(written, name)?;
        let mut selectors = Vec::new();
        for file in preset.into_iter().chain(&written.selector) {
            let mut selector = self.selector(file, on, known)?;
            if verb.reports() {
                // Leaving a workload alone is no reason not to look at it.
                selector.jobs = None;
            }
            if !selector.is_empty() {
                selectors.push(selector);
            }
        }
        let except = written.except.as_ref();
        let except = except.map(|file| self.selector(file, on, known));
        let unless = written.unless.as_ref().map(|draft| self.patterns(draft));
        let pod = written
            .pod
            .as_ref()
            .map(|draft| self.changes(name, draft, on));
        let full = |parameter: String| format!("{}.{parameter}", self.preset);
        Ok(ResolvedRule {
            id: format!("{}/{}", self.preset, written.id.value),
            layer,
            origin: self.at(written.id.span),
            on,
            selectors,
            except: except.transpose()?,
            unless: unless.transpose()?.unwrap_or_default(),
            verb,
            pod: pod.transpose()?,
            because: written.because.value.trim_end().to_owned(),
            severity: written
                .severity
                .map_or(Severity::Error, |severity| severity.value),
            open: written.open.iter().map(|open| open.value).collect(),
            help: written
                .help
                .as_ref()
                .map(|help| help.value.trim_end().to_owned()),
            label: Arc::new(RuleLabel {
                id: format!("{}/{}", self.preset, written.id.value),
                origin: self.at(written.id.span).to_string().into(),
                parameters: written.mentions(preset).into_iter().map(full).collect(),
            }),
        })
    }

    fn only_verb<'r>(&self, rule: &'r RuleFile) -> Result<(&'static str, &'r Draft), PolicyError> {
        let verbs: Vec<_> = rule.verbs().collect();
        match verbs.as_slice() {
            [only] => Ok(*only),
            [] => {
                let message = format!("rule `{}` has no verb", rule.id.value);
                let help = format!("expected one of {}", quoted(&VERBS));
                Err(self.at(rule.id.span).error(message).help(help))
            }
            [(first, _), (second, draft), ..] => {
                let message = format!(
                    "rule `{}` has two verbs, `{first}` and `{second}`",
                    rule.id.value
                );
                let help = "write one rule for each".to_owned();
                Err(self.at(draft.span).error(message).help(help))
            }
        }
    }

    fn verb(
        &self,
        name: &str,
        draft: &Draft,
        on: Root,
        known: &Known<'_>,
    ) -> Result<Verb, PolicyError> {
        let wanted = match name {
            "exists" => Root::Object,
            "finds" => Root::Pod,
            "reaches" => Root::Container,
            _ => on,
        };
        if wanted != on {
            let message = format!("`{name}` goes with `on: {wanted}`, and the rule is `on: {on}`");
            return Err(self.at(draft.span).error(message));
        }
        self.goes_with(name, draft, on)?;
        Ok(match name {
            "default" => Verb::Default(self.changes(name, draft, on)?),
            "enforce" => Verb::Enforce(self.changes(name, draft, on)?),
            "include" => Verb::Include(self.changes(name, draft, on)?),
            "remove" => Verb::Remove(self.removed(draft)?),
            "respell" => Verb::Respell(self.respelt(draft, on)?),
            "forbid" => Verb::Forbid(self.patterns(draft)?),
            "require" => Verb::Require(self.patterns(draft)?),
            "exists" => self.exists(draft).map(|()| Verb::Exists)?,
            "finds" => Verb::Finds(self.finds(draft)?),
            "reaches" => Verb::Reaches(self.reaches(draft, known)?.into()),
            _ => Verb::Patch(self.patch(draft, on)?),
        })
    }

    /// What `default`, `enforce` and `include` write.
    fn changes(&self, verb: &str, draft: &Draft, on: Root) -> Result<Written, PolicyError> {
        if !matches!(draft.shape, Shape::Map(_)) {
            let message = format!("expected mapping, found {}", draft.describe());
            return Err(self.at(draft.span).error(message));
        }
        let body = self.body(draft, on)?;
        let BodyValue::Map(_) = body.value else {
            return Err(self
                .at(draft.span)
                .error("expected mapping, found a single value"));
        };
        if verb == "include" {
            holds_lists(&body)?;
        }
        let body = match on {
            Root::Settings => settings(body)?,
            Root::Object | Root::Pod | Root::Container => body,
        };
        Ok(Written::new(body))
    }

    /// The patterns of `remove`: each leads to one place, so that nobody has to guess what goes.
    fn removed(&self, draft: &Draft) -> Result<Vec<Pattern>, PolicyError> {
        let patterns = self.patterns(draft)?;
        if patterns.iter().all(Pattern::leads_to_one) {
            return Ok(patterns);
        }
        let message = "a pattern of `remove` has one key in each mapping, one item in each list, and no `null`";
        let help = "write one pattern for each thing, and conditions into `where` and `unless`";
        Err(self
            .at(draft.span)
            .error(message)
            .help(Some(help.to_owned())))
    }

    /// Fields that only some verbs have.
    fn fields_fit(&self, rule: &RuleFile, verb: &str) -> Result<(), PolicyError> {
        let changes = ["default", "enforce", "include", "respell", "patch"];
        let reports = !changes.contains(&verb);
        let of_findings = format!("belongs to findings, and `{verb}` makes none");
        if let Some(severity) = rule.severity.as_ref().filter(|_| !reports) {
            let message = format!("`severity` {of_findings}");
            return Err(self.at(severity.span).error(message));
        }
        if let Some(open) = rule.open.first().filter(|_| !reports) {
            let message = format!("`open` {of_findings}");
            return Err(self.at(open.span).error(message));
        }
        let Some(pod) = &rule.pod else {
            return Ok(());
        };
        if rule.on.value != Root::Container {
            let message = format!(
                "`pod` stands beside a container's change, and the rule is `on: {}`",
                rule.on.value
            );
            return Err(self.at(pod.span).error(message));
        }
        if !matches!(verb, "default" | "enforce" | "include") {
            let message =
                format!("`pod` goes with `default`, `enforce` or `include`, not with `{verb}`");
            return Err(self.at(pod.span).error(message));
        }
        Ok(())
    }
}

/// `include` adds items, so what it names are lists.
fn holds_lists(body: &Body) -> Result<(), PolicyError> {
    match &body.value {
        BodyValue::List(_) => Ok(()),
        BodyValue::Map(entries) if !entries.is_empty() => {
            entries.iter().try_for_each(|(_, body)| holds_lists(body))
        }
        _ => {
            let help = "use `default` or `enforce` for other values".to_owned();
            Err(body
                .origin
                .error("`include` adds items to lists, and this is none")
                .help(help))
        }
    }
}
