//! Operators and the life of pods: SK701 to SK807.

mod cluster_container_added;
mod kubeflow;
mod never_deleted;
mod refused_by_webhook;
mod schedule_names_driver;
mod spark_conf_map_ignored;
mod template_context_lost;

use super::rule::Rule;

pub(super) const RULES: &[&Rule] = &[
    &refused_by_webhook::RULE,
    &template_context_lost::RULE,
    &spark_conf_map_ignored::RULE,
    &schedule_names_driver::RULE,
    &never_deleted::RULE,
    &cluster_container_added::RULE,
];
