//! History server, event logs, metrics: SK401 to SK412.

mod event_log_lost;
mod executor_metrics_off;
mod executors;
mod executors_scraped;
mod executors_walled_off;
mod history_looks_elsewhere;
mod history_never_cleaned;
mod history_too_old;
mod log_place;
mod log_prefix_missing;
mod make_bucket;
mod metrics_named_by_run;
mod metrics_without_sink;
mod nothing_to_scrape;
mod scrape;
mod two_ways_of_metrics;

use super::rule::Rule;

pub(super) const RULES: &[&Rule] = &[
    &event_log_lost::RULE,
    &history_looks_elsewhere::RULE,
    &log_prefix_missing::RULE,
    &history_never_cleaned::RULE,
    &metrics_without_sink::RULE,
    &executors_scraped::RULE,
    &executor_metrics_off::RULE,
    &metrics_named_by_run::RULE,
    &nothing_to_scrape::RULE,
    &two_ways_of_metrics::RULE,
    &executors_walled_off::RULE,
    &history_too_old::RULE,
];
