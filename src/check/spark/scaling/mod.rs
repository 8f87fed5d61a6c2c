//! Dynamic allocation, shuffle, decommissioning and scratch space: SK301 to SK317; quotas, limit ranges and workers against
//! what is asked for: SK318 to SK320, numbers of our own.

mod bad_scratch;
mod batch;
mod celeborn;
mod claims_on_demand;
mod decommission_moves_nothing;
mod demand;
mod executors_out_of_range;
mod external_shuffle_service;
mod facts;
mod fallback_never_cleaned;
mod grace_too_short;
mod larger_than_worker;
mod limit_range;
mod no_most_executors;
mod no_shuffle_source;
mod pre_stop_replaced;
mod quota;
mod shared_claim;
mod spot;
mod tracking_beside_another;
mod tracking_without_timeout;
mod two_counts;
mod volumes;

use super::rule::Rule;

pub(super) const RULES: &[&Rule] = &[
    &no_shuffle_source::RULE,
    &external_shuffle_service::RULE,
    &tracking_beside_another::RULE,
    &tracking_without_timeout::RULE,
    &no_most_executors::RULE,
    &executors_out_of_range::RULE,
    &two_counts::RULE,
    &decommission_moves_nothing::RULE,
    &grace_too_short::RULE,
    &pre_stop_replaced::RULE,
    &fallback_never_cleaned::RULE,
    &spot::RULE,
    &claims_on_demand::RULE,
    &celeborn::RULE,
    &batch::RULE,
    &shared_claim::RULE,
    &bad_scratch::RULE,
    &quota::RULE,
    &limit_range::RULE,
    &larger_than_worker::RULE,
];
