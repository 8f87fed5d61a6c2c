//! Generated files of the repository, compared with what the code writes today.

use std::path::Path;

/// Asserts that `docs/schema/<file>` is this schema; with `UPDATE` set, writes it first.
pub(crate) fn assert_schema(file: &str, schema: &schemars::Schema) {
    let text = serde_json::to_string_pretty(schema).unwrap() + "\n";
    assert_file(&format!("docs/schema/{file}"), &text);
}

/// Asserts that a file of the repository is this text; with `UPDATE` set, writes it first.
#[expect(
    clippy::disallowed_methods,
    reason = "a generated file, compared with the one of the repository"
)]
pub(crate) fn assert_file(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == text,
        "{file} is not current: run with UPDATE=1, and read the diff"
    );
}

/// The schema of what is written, where a field that is left out when it has nothing to say is not required.
pub(crate) fn schema_of_output<T: schemars::JsonSchema>() -> schemars::Schema {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<T>()
}
