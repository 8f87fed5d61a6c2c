//! The images of a driver and of its executors, and where they are written.

use crate::check::spark::case::Case;
use crate::check::spark::said::Site;
use std::borrow::Cow;

/// Whose image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Driver,
    Executor,
}

/// An image that is known, and its place.
pub(super) struct Written<'w> {
    pub(super) text: Cow<'w, str>,
    pub(super) site: Site,
}

/// Which image the driver's pod or those of executors run; nothing where it is not known. Daemons have a driver's.
pub(super) fn image_of(case: Case<'_>, role: Role) -> Option<Written<'_>> {
    if role == Role::Driver
        && let Some(container) = case.own()
    {
        let text = Some(container.image()).filter(|image| !image.is_empty() && !is_open(image))?;
        return Some(Written {
            text: text.into(),
            site: case.at_container(&["image"]),
        });
    }
    let own = match role {
        Role::Driver => "spark.kubernetes.driver.container.image",
        Role::Executor => "spark.kubernetes.executor.container.image",
    };
    let text = case.conf().effective(own)?;
    let key = match case.conf().entry(own) {
        Some(_) => own,
        None => "spark.kubernetes.container.image",
    };
    let site = case.at(key);
    (!text.is_empty() && !is_open(&text)).then_some(Written { text, site })
}

fn is_open(text: &str) -> bool {
    text.contains('$') || text.contains("{{")
}
