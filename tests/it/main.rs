//! Integration tests: one binary.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::format_push_string,
    clippy::format_collect,
    reason = "a test fails by panic, reads files and the environment, and may be slow"
)]

#[cfg(unix)]
mod argocd;
mod bad_input;
mod cases;
mod catalogue;
#[cfg(unix)]
mod ci;
mod cli;
mod corpus;
mod docs;
mod edits;
#[cfg(unix)]
mod export;
mod fixtures;
#[cfg(unix)]
mod flux;
mod foreseen;
mod generated;
mod goldens;
#[cfg(unix)]
mod helm;
mod hosts;
#[cfg(target_os = "linux")]
mod images;
mod init;
#[cfg(unix)]
mod install;
mod krm;
mod lab;
mod lock;
mod message;
mod observability;
mod places;
mod pod_security;
mod pods;
mod project;
mod reading;
mod reports;
mod said;
mod secrets;
mod spark;
mod support;
mod threads;
mod tidy;
mod waivers;
