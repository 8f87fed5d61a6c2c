//! What Spark makes of its configuration, beside what Spark itself made of it.

mod bad;
mod bars;
mod memory;
mod pods;
mod template;

use super::support;
use std::path::PathBuf;

/// A file or folder of what Spark computed, which lies beside the corpus.
fn data(name: &str) -> Option<PathBuf> {
    let path = support::corpus()?.join("../data").join(name);
    if !path.exists() {
        super::fixtures::say(&format!("skipped: there is no `{}`", path.display()));
        return None;
    }
    Some(path)
}
