//! Operators and the life of pods: SK701 to SK807.

mod claim_in_other_zone;
mod cluster_container_added;
mod conf_by_sub_path;
mod drain_blocked;
mod driver_not_above;
mod kubeflow;
mod liveness_too_tight;
mod never_deleted;
mod refused_by_webhook;
mod rolled_side_by_side;
mod runs_overlap;
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
    &rolled_side_by_side::RULE,
    &drain_blocked::RULE,
    &liveness_too_tight::RULE,
    &conf_by_sub_path::RULE,
    &driver_not_above::RULE,
    &runs_overlap::RULE,
    &claim_in_other_zone::RULE,
];
