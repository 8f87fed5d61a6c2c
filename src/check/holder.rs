//! The two things in a pod that hold settings, its spec and each container, read without trust in their shape.

use super::Violation;
use crate::manifest::{Container, Pod};
use crate::yaml::{Pointer, index};
use serde_json::Value;
use std::fmt;

/// A pod's spec, or one of its containers. Paths below it are keys and indexes, unescaped.
#[derive(Clone, Copy, Debug)]
pub(super) struct Holder<'v> {
    container: Option<Container<'v>>,
    value: &'v Value,
}

impl<'v> Holder<'v> {
    /// The pod's spec.
    pub(super) fn pod(pod: Pod<'v>) -> Self {
        Self {
            container: None,
            value: pod.spec(),
        }
    }

    /// Containers of all three lists, in upstream's order.
    pub(super) fn containers(pod: Pod<'v>) -> impl Iterator<Item = Self> {
        pod.containers().map(|container| Self {
            container: Some(container),
            value: container.value,
        })
    }

    /// The pod's spec, then its containers.
    pub(super) fn all(pod: Pod<'v>) -> impl Iterator<Item = Self> {
        std::iter::once(Self::pod(pod)).chain(Self::containers(pod))
    }

    /// What stands at `path`; null where nothing does.
    pub(super) fn get(self, path: &[&str]) -> &'v Value {
        path.iter()
            .try_fold(self.value, |value, segment| match value {
                Value::Object(map) => map.get(*segment),
                Value::Array(items) => items.get(index(segment)?),
                _ => None,
            })
            .unwrap_or(&Value::Null)
    }

    /// Whether something other than null stands at `path`.
    pub(super) fn has(self, path: &[&str]) -> bool {
        !self.get(path).is_null()
    }

    /// The items of the list at `path`; none where there is no list.
    pub(super) fn items(self, path: &[&str]) -> &'v [Value] {
        self.get(path).as_array().map_or(&[], Vec::as_slice)
    }

    /// What holds for it at `path`: its own value, or else its pod's.
    pub(super) fn effective(self, pod: Pod<'v>, path: &[&str]) -> &'v Value {
        match self.get(path) {
            Value::Null => Holder::pod(pod).get(path),
            own => own,
        }
    }

    /// The container; `None` for the pod.
    pub(super) fn container(self) -> Option<Container<'v>> {
        self.container
    }

    /// A violation at `path`, absent where nothing stands there.
    pub(super) fn violation(
        self,
        check: &'static str,
        path: &[&str],
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Violation {
        let base = self
            .container
            .map_or_else(|| Pointer::from_iter(["spec"]), Container::pointer);
        let name = self.container.map_or("", Container::name);
        Violation {
            check,
            container: (!name.is_empty()).then(|| name.to_owned()),
            path: base.join(&path.iter().copied().collect()),
            absent: !self.has(path),
            message: message.into(),
            help: help.into(),
        }
    }
}

impl fmt::Display for Holder<'_> {
    /// As messages begin: ``pod``, ``container `spark` ``.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.container.map(Container::name) {
            None => f.write_str("pod"),
            Some("") => f.write_str("container without a name"),
            Some(name) => write!(f, "container `{name}`"),
        }
    }
}
