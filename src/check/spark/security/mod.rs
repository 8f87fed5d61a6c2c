//! Security: SK502 to SK514.

mod authentication_secret;
mod exposed;
mod installs_packages;
mod master_rest;
mod no_authentication;
mod no_tls;
mod packages_at_start;
mod policies;
mod read_only_root;
mod token_not_needed;
mod ui_exposed;
mod user_by_name;

use super::rule::Rule;

/// SK501 is `credentials`, SK507 is `openshift/…`.
pub(super) const RULES: &[&Rule] = &[
    &no_authentication::RULE,
    &authentication_secret::RULE,
    &user_by_name::RULE,
    &read_only_root::RULE,
    &installs_packages::RULE,
    &master_rest::RULE,
    &ui_exposed::RULE,
    &no_tls::RULE,
    &token_not_needed::RULE,
    &packages_at_start::RULE,
];
