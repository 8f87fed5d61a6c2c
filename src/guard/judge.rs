//! `forbid` and `require`: what rules have to say about the result.

use super::Finding;
use super::engine::Outcome;
use super::need::{Lack, lacks};
use super::select::{Target, selects};
use super::view::{Context, PodView, Subject, View};
use super::waiver::Waivers;
use crate::preset::{Pattern, Policy, ResolvedRule, Root, Verb};
use crate::yaml::Pointer;
use std::sync::Arc;

/// Adds the findings of all `forbid` and `require` rules about an object.
pub(super) fn rules(
    policy: &Policy,
    waivers: &Waivers<'_>,
    context: Context<'_>,
    subject: Subject<'_>,
    outcome: &mut Outcome<'_>,
) {
    let rules = policy.rules.iter().enumerate();
    let rules = rules.filter(|(_, rule)| rule.verb.reports());
    let rules: Vec<_> = rules.collect();
    if rules.is_empty() {
        return;
    }
    let view = View {
        subject,
        traits: outcome.traits,
        value: &outcome.value,
        pods: &outcome.pods,
    };
    let mut findings = Vec::new();
    for (number, rule) in rules {
        for (target, resolve) in targets(rule, &view) {
            if !selects(rule, &target, context) {
                continue;
            }
            let root = target
                .container
                .map_or_else(Pointer::root, |(_, container)| container.pointer());
            if rule.verb == Verb::Exists {
                outcome.meets.push(number);
            }
            for lack in lacks(policy, rule, &target, context) {
                let path = resolve(&root.join(&lack.place));
                findings.push(finding(policy, rule, waivers, &target, (lack, path)));
            }
            said(policy, rule, waivers, (&target, &resolve), &mut findings);
        }
    }
    outcome.findings.extend(findings);
}

/// What `forbid` and `require` have to say about one pod of an object, in whatever form it is given.
pub fn of_pod(
    policy: &Policy,
    waivers: &Waivers<'_>,
    context: Context<'_>,
    subject: Subject<'_>,
    (outcome, pod): (&Outcome<'_>, &PodView<'_>),
) -> Vec<Finding> {
    let view = View {
        subject,
        traits: outcome.traits,
        value: &outcome.value,
        pods: std::slice::from_ref(pod),
    };
    let mut findings = Vec::new();
    for rule in policy.rules.iter().filter(|rule| judges_pods(rule)) {
        for (target, resolve) in targets(rule, &view) {
            if selects(rule, &target, context) {
                said(policy, rule, waivers, (&target, &resolve), &mut findings);
            }
        }
    }
    findings
}

/// Whether a rule says what pods must be like.
pub fn judges_pods(rule: &ResolvedRule) -> bool {
    rule.on != Root::Object && matches!(rule.verb, Verb::Forbid(_) | Verb::Require(_))
}

/// Adds what breaks the rule in a target.
fn said(
    policy: &Policy,
    rule: &ResolvedRule,
    waivers: &Waivers<'_>,
    (target, resolve): (&Target<'_>, &Resolve<'_>),
    findings: &mut Vec<Finding>,
) {
    let root = target
        .container
        .map_or_else(Pointer::root, |(_, container)| container.pointer());
    for place in broken(&rule.verb, target) {
        let in_pod = root.join(&place);
        let why = target.pod.and_then(|pod| pod.place.why(&in_pod));
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        let lack = Lack {
            message: message(rule, target, &place) + &why,
            ..Lack::default()
        };
        findings.push(finding(
            policy,
            rule,
            waivers,
            target,
            (lack, resolve(&in_pod)),
        ));
    }
}

type Resolve<'v> = Box<dyn Fn(&Pointer) -> Pointer + 'v>;

fn targets<'v>(rule: &ResolvedRule, view: &'v View<'v>) -> Vec<(Target<'v>, Resolve<'v>)> {
    if rule.on == Root::Object && view.subject.within.is_some() {
        return Vec::new();
    }
    if rule.on == Root::Object {
        return vec![(
            Target {
                view,
                pod: None,
                container: None,
            },
            Box::new(Pointer::clone),
        )];
    }
    let mut out: Vec<(Target<'v>, Resolve<'v>)> = Vec::new();
    for pod in view.pods {
        let resolve = |pointer: &Pointer| pod.place.shown(pointer);
        if rule.on == Root::Pod {
            out.push((
                Target {
                    view,
                    pod: Some(pod),
                    container: None,
                },
                Box::new(resolve),
            ));
            continue;
        }
        for container in pod.pod().containers().enumerate() {
            out.push((
                Target {
                    view,
                    pod: Some(pod),
                    container: Some(container),
                },
                Box::new(resolve),
            ));
        }
    }
    out
}

/// The places that break the rule, inside the target's value: all that are forbidden, the first that is required.
fn broken(verb: &Verb, target: &Target<'_>) -> Vec<Pointer> {
    match verb {
        Verb::Forbid(patterns) => {
            let mut places = Vec::new();
            for place in patterns.iter().flat_map(|one| one.hits(target.value())) {
                if !places.contains(&place) {
                    places.push(place);
                }
            }
            places
        }
        Verb::Require(patterns) => {
            let misses: Option<Vec<_>> = patterns
                .iter()
                .map(|pattern: &Pattern| pattern.miss(target.value()))
                .collect();
            misses.into_iter().flatten().take(1).collect()
        }
        _ => Vec::new(),
    }
}

fn finding(
    policy: &Policy,
    rule: &ResolvedRule,
    waivers: &Waivers<'_>,
    target: &Target<'_>,
    (lack, path): (Lack, Pointer),
) -> Finding {
    let Subject { object, node, .. } = target.view.subject;
    let own = target.container.map(|(_, own)| own.name().to_owned());
    let container = own.or(lack.container);
    Finding {
        within: None,
        id: rule.id.clone(),
        severity: policy.severity(&rule.id, rule.severity),
        object: Some(object.index),
        waived: waivers.find(&rule.id, (object, node), container.as_deref()),
        container,
        path,
        message: lack.message,
        because: Some(rule.because.clone()),
        help: lack.help.or_else(|| rule.help.clone()),
        needed_by: Some(Arc::clone(&rule.label.origin)),
    }
}

fn message(rule: &ResolvedRule, target: &Target<'_>, place: &Pointer) -> String {
    let who = match (target.container, rule.on) {
        (Some((_, own)), _) => format!("container `{}`", own.name()),
        (None, Root::Object) => "the object".to_owned(),
        (None, _) => "pod".to_owned(),
    };
    let field: Vec<_> = place.segments().collect();
    let field = field.join(".");
    let stands = place
        .of(target.value())
        .is_some_and(|value| !value.is_null());
    match rule.verb {
        // The selector alone decides: nothing that is set is to blame.
        _ if field.is_empty() => {
            let why = target.reason(rule).map(|why| format!(": {why}"));
            format!("{who} meets `{}`{}", rule.id, why.unwrap_or_default())
        }
        Verb::Require(_) => format!("{who} does not have `{field}` as `{}` requires", rule.id),
        _ if stands => format!("{who} sets `{field}`, which `{}` forbids", rule.id),
        _ => format!(
            "{who} does not have `{field}`, and `{}` forbids that",
            rule.id
        ),
    }
}
