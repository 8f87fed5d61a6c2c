//! Networking, client mode, identity: SK201 to SK215.

mod driver;
mod pods;

mod driver_host_in_cluster_mode;
mod driver_host_of_several_pods;
mod driver_host_unreachable;
mod driver_pod_name_not_set;
mod driver_service_not_headless;
mod executor_prefix_not_a_name;
mod executor_prefix_shared;
mod executors_in_another_namespace;
mod port_not_reachable;

use super::rule::Rule;

pub(super) const RULES: &[&Rule] = &[
    &driver_host_in_cluster_mode::RULE,
    &driver_host_unreachable::RULE,
    &port_not_reachable::RULE,
    &driver_host_of_several_pods::RULE,
    &driver_service_not_headless::RULE,
    &driver_pod_name_not_set::RULE,
    &executor_prefix_shared::RULE,
    &executor_prefix_not_a_name::RULE,
    &executors_in_another_namespace::RULE,
];
