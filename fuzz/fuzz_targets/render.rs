//! Any bytes: no panic; with no rule the output is the input; what the default preset writes is read again and stays.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sparkk8s_post::check;
use sparkk8s_post::manifest::objects;
use sparkk8s_post::guard::Severity;
use sparkk8s_post::preset::{Known, Named, Policy, Request, compose, tables};
use sparkk8s_post::render::{RenderError, Setup, render};
use sparkk8s_post::threads::Threads;
use sparkk8s_post::yaml::{Stream, decode};
use std::sync::LazyLock;

static DEFAULT: LazyLock<Policy> = LazyLock::new(|| {
    let known = Known { checks: check::specs(), tables: None };
    let request = Request { presets: vec![Named::flag("--preset", "default")], ..Request::default() };
    compose(&request, &known, &|_| Err("no files here".into())).expect("the default preset")
});

fn guarded(text: &str, policy: &Policy) -> Option<String> {
    let stream = Stream::parse(text).ok()?;
    let (objects, strangers) = objects(&stream);
    let setup = Setup { policy, waivers: &[], tables: tables(), secret_key: None, images: None, observe: None, least: Severity::Info, threads: Threads::ONE };
    match render(&stream, (&objects, &strangers), setup) {
        Ok(rendered) => Some(rendered.edits.apply(stream.text)),
        // No edit may leak; that it is refused is an answer.
        Err(RenderError::Policy(_) | RenderError::Shared { .. } | RenderError::TooLarge { .. }) => None,
        Err(bug) => panic!("{bug}"),
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = decode(bytes) else { return };
    let Some(same) = guarded(text, &Policy::default()) else { return };
    assert_eq!(same, text);
    let Some(once) = guarded(text, &DEFAULT) else { return };
    let twice = guarded(&once, &DEFAULT).expect("what was written can be read, and is not refused");
    assert_eq!(once, twice);
});
