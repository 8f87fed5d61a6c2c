//! Memory and CPU: SK101 to SK126.

mod cpu_limit_below_cores;
mod cpu_limit_below_request;
mod daemon_memory_wins;
mod executor_too_small;
mod heap;
mod heap_exceeds_limit;
mod heap_in_options;
mod heap_not_set;
mod heap_refused;
mod limit_not_request;
mod memory_backed_scratch;
mod no_memory_bound;
mod off_heap_in_bytes;
mod off_heap_without_size;
mod overhead_below_floor;
mod parts;
mod profile_drops_template;
mod python_not_counted;
mod quantity_refused;
mod quota_counts_more;
mod ram_percentage_ignored;
mod readers;
mod scratch_without_limit;
mod size_refused;
mod store_exceeds_heap;
mod template_overwritten;
mod unknown_key;
mod worker_offers_too_much;

#[cfg(test)]
mod tests;

use super::rule::Rule;

pub(super) const RULES: &[&Rule] = &[
    &heap_refused::RULE,
    &size_refused::RULE,
    &quantity_refused::RULE,
    &heap_exceeds_limit::RULE,
    &heap_not_set::RULE,
    &daemon_memory_wins::RULE,
    &worker_offers_too_much::RULE,
    &heap_in_options::RULE,
    &ram_percentage_ignored::RULE,
    &template_overwritten::RULE,
    &unknown_key::RULE,
    &overhead_below_floor::RULE,
    &python_not_counted::RULE,
    &off_heap_without_size::RULE,
    &off_heap_in_bytes::RULE,
    &memory_backed_scratch::RULE,
    &scratch_without_limit::RULE,
    &cpu_limit_below_request::RULE,
    &cpu_limit_below_cores::RULE,
    &profile_drops_template::RULE,
    &limit_not_request::RULE,
    &executor_too_small::RULE,
    &store_exceeds_heap::RULE,
    &no_memory_bound::RULE,
    &quota_counts_more::RULE,
];
