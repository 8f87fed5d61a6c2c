//! `--skip`: a waiver given by hand, for those who have no project file yet.

use crate::manifest::Object;
use crate::text::Glob;
use std::sync::atomic::{AtomicBool, Ordering};

/// `RULE=KIND/NAME[/CONTAINER]: REASON`; rule, name and container may hold `*`.
#[derive(Debug)]
pub struct Waiver {
    rule: Glob,
    kind: String,
    name: Glob,
    container: Option<Glob>,
    /// Why.
    pub reason: String,
    /// As it was typed.
    pub text: String,
    used: AtomicBool,
}

/// Not a waiver.
#[derive(Debug, thiserror::Error)]
#[error("`--skip {0}` must read RULE=KIND/NAME[/CONTAINER]: REASON")]
pub struct BadWaiver(String);

impl Waiver {
    /// Reads the flag's argument.
    pub fn parse(text: &str) -> Result<Self, BadWaiver> {
        Self::read(text).ok_or_else(|| BadWaiver(text.to_owned()))
    }

    fn read(text: &str) -> Option<Self> {
        let (rule, rest) = text.split_once('=')?;
        let (target, reason) = rest.split_once(':')?;
        let mut parts = target.trim().split('/');
        let glob = |text: &str| {
            Glob::new(text.trim())
                .ok()
                .filter(|_| !text.trim().is_empty())
        };
        let waiver = Self {
            rule: glob(rule)?,
            kind: parts.next()?.to_owned(),
            name: glob(parts.next()?)?,
            container: parts
                .next()
                .map(|text| glob(text).ok_or(()))
                .transpose()
                .ok()?,
            reason: reason.trim().to_owned(),
            text: text.to_owned(),
            used: AtomicBool::new(false),
        };
        let whole = parts.next().is_none() && !waiver.kind.is_empty() && !waiver.reason.is_empty();
        whole.then_some(waiver)
    }

    /// Whether it speaks of this rule on this object and container; remembers that it was used.
    pub fn covers(&self, rule: &str, object: &Object<'_>, container: Option<&str>) -> bool {
        let covers = self.rule.matches(rule)
            && self.kind == object.kind
            && self.name.matches(object.name)
            && self
                .container
                .as_ref()
                .is_none_or(|glob| container.is_some_and(|name| glob.matches(name)));
        self.used.fetch_or(covers, Ordering::Relaxed);
        covers
    }

    /// Whether it covered anything yet.
    pub fn was_used(&self) -> bool {
        self.used.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_mandatory() {
        let waiver =
            Waiver::parse("pod-security/*=Deployment/minio/init: owns its volume").unwrap();
        assert_eq!(
            (
                waiver.container.as_ref().map(Glob::text),
                waiver.reason.as_str()
            ),
            (Some("init"), "owns its volume")
        );
        for bad in [
            "a=Deployment/x",
            "a=Deployment/x:  ",
            "a=x: r",
            "Deployment/x: r",
            "a=D/x/c/d: r",
        ] {
            Waiver::parse(bad).unwrap_err();
        }
    }
}
