//! Integration tests.

mod hosts;
mod pod_security;
mod pods;
mod support;
