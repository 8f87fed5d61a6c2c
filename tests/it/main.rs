//! Integration tests: one binary.

mod corpus;
mod fixtures;
mod hosts;
mod lab;
mod memory;
mod pod_security;
mod pods;
mod reading;
mod support;
mod tidy;
