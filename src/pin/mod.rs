//! What each pod reads, and whether a change of that rolls it.

pub mod graph;
