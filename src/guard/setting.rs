//! Rules on settings for processes that read them from a text of the stream: what each wants of which key.

use super::application::parts;
use super::finding::{Change, Finding};
use super::merge::Step;
use super::select::{self, Target};
use super::view::{Context, PodView, Subject, Traits, View};
use super::waiver::Waivers;
use super::{Op, PolicyConflict, respell};
use crate::preset::{Policy, ResolvedRule, Root, Severity, Verb};
use crate::yaml::Pointer;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a rule wants of a process.
#[derive(Debug)]
pub struct Wanted<'r> {
    /// The rule.
    pub rule: &'r ResolvedRule,
    /// Each setting that is another one, with its value; none of a rule that goes by what stands in the text.
    pub settings: Vec<(String, String)>,
}

/// A process whose settings are told from a text of the stream.
#[derive(Clone, Copy)]
pub struct Told<'t> {
    /// The object whose pod it is in.
    pub subject: Subject<'t>,
    /// That object.
    pub value: &'t Value,
    /// Its pods, which were told their settings.
    pub pods: &'t [PodView<'t>],
    /// Which of them.
    pub pod: usize,
}

impl Wanted<'_> {
    /// Whether it is set whatever was there.
    pub fn is_enforced(&self) -> bool {
        matches!(self.rule.verb, Verb::Enforce(_))
    }

    /// Whether it goes by what stands in the text, whoever wrote that.
    pub fn is_respelt(&self) -> bool {
        matches!(self.rule.verb, Verb::Respell(_))
    }

    /// What it wants of a text; `told` are the settings there, for rules that go by them.
    pub fn of(&self, told: impl FnOnce() -> BTreeMap<String, String>) -> Vec<(String, String)> {
        match &self.rule.verb {
            Verb::Respell(names) => respell::settings(names, &told()),
            _ => self.settings.clone(),
        }
    }
}

/// What the rules of a policy want of a process; a rule that selects it and wants nothing is there, too. And what is to be
/// said of rules whose values nobody knows.
pub fn wanted<'r>(
    policy: &'r Policy,
    waivers: &Waivers<'_>,
    context: Context<'_>,
    told: Told<'_>,
) -> (Vec<Wanted<'r>>, Vec<Finding>) {
    let Told { subject, pods, .. } = told;
    let view = View {
        subject,
        traits: Traits::of(subject, told.value),
        value: told.value,
        pods,
    };
    let pod = &pods[told.pod];
    let target = Target {
        view: &view,
        pod: Some(pod),
        container: None,
    };
    let (mut wanted, mut said) = (Vec::new(), Vec::new());
    let rules = policy.rules.iter().filter(|rule| rule.on == Root::Settings);
    for rule in rules {
        let place = (subject.object, subject.node);
        if !select::selects(rule, &target, context) || waivers.find(&rule.id, place, None).is_some()
        {
            continue;
        }
        if let Verb::Respell(_) = rule.verb {
            let settings = Vec::new();
            wanted.push(Wanted { rule, settings });
            continue;
        }
        let fill = |blank| target.fill(blank, context);
        match parts(rule, &target, &fill) {
            Ok(parts) => {
                let steps = parts.iter().filter_map(|part| part.steps(&pod.value).ok());
                wanted.push(Wanted {
                    rule,
                    settings: steps.flatten().filter_map(|step| setting(&step)).collect(),
                });
            }
            Err(blank) => {
                let message = format!(
                    "`{}` is not applied: nothing says what `{}` is here",
                    rule.id,
                    blank.word()
                );
                let at = pod.place.shown(&Pointer::from_iter(["spec"]));
                let place = (subject.object.index, &at);
                said.push(remark(
                    ("value-unknown", Severity::Info),
                    rule,
                    place,
                    message,
                ));
            }
        }
    }
    (wanted, said)
}

fn setting(step: &Step) -> Option<(String, String)> {
    let value = step.value.as_ref()?.as_str()?;
    Some((step.path.last()?.into_owned(), value.to_owned()))
}

/// What is to be said of a rule that cannot put settings into the text of a process.
pub fn not_set(rule: &ResolvedRule, place: (usize, &Pointer), keys: &[&str], why: &str) -> Finding {
    let message = format!(
        "`{}` is not applied: {why}; left out: {}",
        rule.id,
        crate::text::quoted(keys)
    );
    remark(("not-applied", Severity::Warning), rule, place, message)
}

fn remark(
    (id, severity): (&str, Severity),
    rule: &ResolvedRule,
    (object, path): (usize, &Pointer),
    message: String,
) -> Finding {
    Finding {
        within: None,
        id: id.to_owned(),
        severity,
        object: Some(object),
        container: None,
        path: path.clone(),
        message,
        because: Some(rule.because.clone()),
        help: rule.help.clone(),
        needed_by: Some(Arc::clone(&rule.label.origin)),
        waived: None,
    }
}

/// A setting that a rule put into a text of an object.
pub fn set_in_text(
    rule: &ResolvedRule,
    (object, text): (usize, &Pointer),
    key: &str,
    (before, value): (Option<&str>, &str),
) -> Change {
    let path = Pointer::root().child(key);
    let json = |text: &str| Arc::new(Value::from(text));
    let step = Step {
        op: if before.is_some() {
            Op::Replace
        } else {
            Op::Add
        },
        place: path.clone(),
        path,
        value: Some(json(value)),
        before: before.map(json),
    };
    Change::new(&rule.label, object, step).within(text)
}

/// What a rule enforces another one would write otherwise, again and again.
pub fn restless(rules: [&ResolvedRule; 2], object: String) -> PolicyConflict {
    PolicyConflict::restless(rules.iter().map(|rule| &*rule.label), object)
}

/// Two rules of one layer want different values of one setting.
pub fn disagree(rules: [&ResolvedRule; 2], key: &str, object: String) -> PolicyConflict {
    PolicyConflict::clash(rules, Pointer::root().child(key), object)
}
