//! Policy as data.
