//! Integration tests: one binary.

mod docs;
mod fixtures;
mod hosts;
mod memory;
mod pod_security;
mod pods;
mod reading;
mod support;
