//! Integration tests: one binary.

mod docs;
mod fixtures;
#[cfg(unix)]
mod helm;
mod hosts;
mod memory;
mod pod_security;
mod pods;
mod reading;
mod support;
