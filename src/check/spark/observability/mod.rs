//! History server, event logs, metrics: SK401 to SK412.

mod event_log_lost;
mod history_looks_elsewhere;
mod history_never_cleaned;
mod log_place;

use super::rule::Rule;

pub(super) const RULES: &[&Rule] = &[
    &event_log_lost::RULE,
    &history_looks_elsewhere::RULE,
    &history_never_cleaned::RULE,
];
