//! Integration tests: one binary.

mod fixtures;
mod hosts;
mod memory;
mod pod_security;
mod pods;
mod reading;
mod support;
