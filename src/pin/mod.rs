//! What each pod reads, and what environments have in common: the graph, and the lock.

pub mod graph;
pub mod lock;
