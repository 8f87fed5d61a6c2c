//! Amounts of cpu, memory and the like that the API server refuses.

use super::super::{Page, Violation, holder::Holder};
use super::pages;
use crate::manifest::Pod;
use serde_json::Value;

/// The pages of what [`rejected`] finds.
pub(super) const PAGES: &[Page] = &[
    pages::QUANTITY,
    pages::REQUEST_ABOVE_LIMIT,
    pages::REQUEST_NOT_LIMIT,
];

/// Reads a quantity as Kubernetes does, in thousandths of its unit (`100m` is 100); `None` for what is none.
///
/// Thousandths, rounded up, because that is what the API server keeps before it compares.
pub type Millis = fn(&Value) -> Option<i128>;

/// Requests and limits of containers and of the pod that cannot be read, are negative, or do not fit each other.
pub fn rejected(pod: Pod<'_>, millis: Millis) -> Vec<Violation> {
    Holder::all(pod)
        .flat_map(|holder| {
            let mut found = amounts(holder, "limits", millis);
            found.extend(amounts(holder, "requests", millis));
            found.extend(above_limit(holder, millis));
            found.extend(not_limit(holder, millis));
            found
        })
        .collect()
}

/// Amounts of one list that are no amounts.
fn amounts(holder: Holder<'_>, list: &str, millis: Millis) -> Vec<Violation> {
    let entries = holder.get(&["resources", list]).as_object();
    entries
        .into_iter()
        .flatten()
        .filter_map(|(name, amount)| {
            let fault = match millis(amount) {
                // Null is 0, as Kubernetes decodes it.
                None if amount.is_null() => return None,
                None => "is no quantity",
                Some(n) if n < 0 => "is negative",
                Some(_) => return None,
            };
            Some(holder.violation(
                pages::QUANTITY.id,
                &["resources", list, name],
                format!(
                    "{holder} sets `resources.{list}.{name}` to {amount}, which {fault}: the \
                    API server refuses it"
                ),
                "write it as Kubernetes does: `500m` or `2` for cpu, `512Mi` or `4Gi` for memory \
                (Spark's `4g` is none)",
            ))
        })
        .collect()
}

fn above_limit(holder: Holder<'_>, millis: Millis) -> Vec<Violation> {
    let requests = holder.get(&["resources", "requests"]).as_object();
    requests
        .into_iter()
        .flatten()
        .filter_map(|(name, request)| {
            let limit = holder.get(&["resources", "limits", name]);
            let above = millis(request)? > millis(limit)? && overcommits(name);
            above.then(|| {
                holder.violation(
                    pages::REQUEST_ABOVE_LIMIT.id,
                    &["resources", "requests", name],
                    format!(
                        "{holder} requests {request} of {name}, above its own limit of \
                        {limit}: the API server refuses it"
                    ),
                    "lower the request or raise the limit",
                )
            })
        })
        .collect()
}

/// Whether a node may promise more of a resource than it has: not devices (`nvidia.com/gpu`) and huge pages.
/// Source: `IsOvercommitAllowed` of `pkg/apis/core/v1/helper`.
fn overcommits(name: &str) -> bool {
    let native = !name.contains('/') || name.contains("kubernetes.io/");
    native && !name.starts_with("hugepages-")
}

/// Requests of what cannot be overcommitted that are not their own limit.
fn not_limit(holder: Holder<'_>, millis: Millis) -> Vec<Violation> {
    let requests = holder.get(&["resources", "requests"]).as_object();
    requests
        .into_iter()
        .flatten()
        .filter(|(name, _)| !overcommits(name))
        .filter_map(|(name, request)| {
            let limit = holder.get(&["resources", "limits", name]);
            let message = if limit.is_null() {
                format!("{holder} requests {request} of {name} and has no limit of it: the API server refuses it")
            } else if millis(request)? != millis(limit)? {
                format!(
                    "{holder} requests {request} of {name}, and its limit is {limit}: the API server refuses all but \
                     the same"
                )
            } else {
                return None;
            };
            Some(holder.violation(
                pages::REQUEST_NOT_LIMIT.id,
                &["resources", "requests", name],
                message,
                "write the limit alone: the request is taken from it",
            ))
        })
        .collect()
}
