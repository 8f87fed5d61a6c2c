//! Networking, client mode, identity: SK201 to SK215.

mod access;
mod driver;
mod peer;
mod pods;
mod policy;

mod connect_server_open;
mod driver_host_in_cluster_mode;
mod driver_host_of_several_pods;
mod driver_host_unreachable;
mod driver_may_not;
mod driver_pod_name_not_set;
mod driver_service_not_headless;
mod executor_prefix_not_a_name;
mod executor_prefix_shared;
mod executors_in_another_namespace;
mod executors_inherit_account;
mod master_not_kubernetes;
mod mesh_sidecar_stays;
mod network_policy_cuts;
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
    &driver_may_not::RULE,
    &executors_inherit_account::RULE,
    &network_policy_cuts::RULE,
    &master_not_kubernetes::RULE,
    &mesh_sidecar_stays::RULE,
    &connect_server_open::RULE,
];
