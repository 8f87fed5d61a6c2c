//! Integration tests: one binary.

mod reading;
mod support;
