//! Any text as a preset, as an overlay and as a project: no panic, and an error has a place.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sparkk8s_post::check;
use sparkk8s_post::preset::{Known, Named, Project, Request, Step, compose};

fuzz_target!(|text: &str| {
    let known = Known { checks: check::specs(), tables: None };
    let read = |_: &str| Ok(text.to_owned());
    for request in [
        Request { presets: vec![Named::flag("--preset", "./p.yaml")], ..Request::default() },
        Request {
            presets: vec![Named::flag("--preset", "default")],
            steps: vec![Step::Overlay(Named::flag("--overlay", "./o.yaml"))],
            ..Request::default()
        },
    ] {
        if let Err(error) = compose(&request, &known, &read) {
            assert!(!error.message.is_empty());
            let _ = error.plain();
        }
    }
    let project = Project::load(&Named::flag("--config", "./sparkk8s.yaml"), &read);
    if let Err(error) = project.and_then(|project| project.request(None)) {
        assert!(!error.message.is_empty());
        let _ = error.plain();
    }
});
