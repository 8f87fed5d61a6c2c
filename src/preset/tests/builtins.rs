//! The presets and overlays that are shipped.

use super::*;
use crate::preset::builtin::{BUILTINS, BuiltinKind};

#[test]
fn every_built_in_is_what_the_table_says() {
    for builtin in BUILTINS {
        let file = builtin.file();
        if builtin.is_preset() {
            let preset = Preset::load(&file, Layer::BuiltIn, &KNOWN)
                .unwrap_or_else(|error| panic!("{}", error.plain()));
            assert_eq!(preset.name(), builtin.name);
            assert_eq!(preset.version(), builtin.version, "{}", builtin.name);
        } else {
            let overlay = Overlay::load(&file).unwrap_or_else(|error| panic!("{}", error.plain()));
            assert_eq!(overlay.written.metadata.name.value, builtin.name);
        }
        assert_eq!(
            builtin.path.starts_with("presets/blocks/"),
            builtin.kind == BuiltinKind::Block
        );
    }
}

#[test]
fn every_built_in_composes_alone_and_under_every_overlay() {
    for builtin in BUILTINS.iter().filter(|b| b.is_preset()) {
        for overlay in [None, Some("dev"), Some("staging"), Some("prod")] {
            let desk = Desk::default().choose(builtin.name);
            let desk = overlay.into_iter().fold(desk, Desk::over);
            let policy = desk.policy();
            assert!(!policy.rules.is_empty() || !policy.checks.is_empty());
        }
    }
}

#[test]
fn all_files_of_the_folders_are_in_the_table() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["presets", "presets/blocks", "overlays"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let path = format!("{folder}/{name}");
            let is_policy = !matches!(name.as_str(), "blocks" | "tables" | "README.md");
            assert!(
                !is_policy || BUILTINS.iter().any(|b| b.path == path),
                "{path}"
            );
        }
    }
}
