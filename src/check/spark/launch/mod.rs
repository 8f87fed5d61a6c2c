//! Configuration, versions, launch: SK601 to SK615.

pub(super) mod artefacts;
mod changed_defaults;
mod class_options;
mod connect_client;
mod daemonizes;
mod deprecated_setting;
mod files;
mod images;
mod images_differ;
mod label_value;
mod properties_syntax;
mod template_container;
mod template_image;
mod template_missing;
mod templates;
mod unknown_setting;
mod version_skew;
mod writes_configuration;

use super::rule::Rule;

/// SK612, what a pod names and the stream does not have, is the preset block `references`.
pub(super) const RULES: &[&Rule] = &[
    &unknown_setting::RULE,
    &deprecated_setting::RULE,
    &images_differ::RULE,
    &version_skew::RULE,
    &connect_client::RULE,
    &properties_syntax::RULE,
    &template_missing::RULE,
    &template_container::RULE,
    &class_options::RULE,
    &daemonizes::RULE,
    &writes_configuration::RULE,
    &changed_defaults::RULE,
    &template_image::RULE,
    &label_value::RULE,
];
