//! `presets`: what there is, and what it comes to.

use super::args::PresetsVerb;
use super::exit::{Exit, Failure};
use super::{cases, io, policy};
use crate::preset::builtin::{BUILTINS, BuiltinKind};
use crate::preset::show;
use std::fmt::Write;

pub(super) fn run(verb: &PresetsVerb) -> Result<Exit, Failure> {
    match verb {
        PresetsVerb::List => io::show(&list())?,
        PresetsVerb::Show { presets, settings } => {
            let policy = policy::composed(presets, settings)?;
            io::show(&show(&policy))?;
        }
        PresetsVerb::Test { folder, update } => return cases::run(folder, *update),
    }
    Ok(Exit::Ok)
}

fn list() -> String {
    let mut out = String::new();
    for (kind, head) in [
        (BuiltinKind::Stack, "presets"),
        (
            BuiltinKind::Block,
            "blocks: presets with one purpose, to build with",
        ),
        (
            BuiltinKind::Overlay,
            "overlays: what an environment changes",
        ),
    ] {
        let _ = writeln!(out, "{head}");
        for builtin in BUILTINS.iter().filter(|builtin| builtin.kind == kind) {
            let name = match builtin.version {
                "" => builtin.name.to_owned(),
                version => format!("{}@{version}", builtin.name),
            };
            let _ = writeln!(out, "  {name:<32} {}", builtin.summary());
        }
    }
    out.push_str(
        "\nall of one, each value with the line that set it: sparkk8s-post presets show NAME\n",
    );
    out
}
