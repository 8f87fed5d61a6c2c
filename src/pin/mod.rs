//! What each pod reads, and what environments have in common: the graph, and the lock.

pub mod graph;
pub mod lock;

/// A text without what would begin a line, or what a terminal would obey.
fn on_one_line(text: &str) -> String {
    text.replace(char::is_control, "…")
}
