//! `diff` of two environments.

use super::super::args::{DiffArgs, PolicyArgs, SettingsArgs};
use super::args::SourcesArgs;
use super::desk::verdict;
use super::{Desk, Exit, Failure, io, locks, usage};

/// Prints what differs between two environments, sanctioned or not.
pub(in crate::cli) fn between(args: &DiffArgs, names: [&str; 2]) -> Result<Exit, Failure> {
    let project = &args.policy.settings.project;
    let own = PolicyArgs {
        settings: SettingsArgs {
            project: project.clone(),
            ..SettingsArgs::default()
        },
        given: args.policy.given.clone(),
        ..PolicyArgs::default()
    };
    if args.policy != own || args.input.source.file != "-" {
        let message = "two environments are compared as the project has them".to_owned();
        let help = "take other flags of policy and input out; `--from ENV=FILE` names the manifests of one";
        return Err(usage(message, help.into()));
    }
    let sources = SourcesArgs {
        from: args.from.clone(),
        config: project.config.clone(),
        given: args.policy.given.clone(),
    };
    let mut desk = Desk::with(&sources, |name| names.contains(&name))?;
    for name in names {
        desk.named(name)?;
    }
    if names[0] == names[1] {
        let message = format!("`{}` is named twice", names[0]);
        return Err(usage(message, "name two environments to compare".into()));
    }
    // In the order in which they were named.
    let releases = &mut desk.environments.releases;
    releases.sort_by_key(|release| release.environment != names[0]);
    let comparison = desk.differences()?;
    io::show(&locks::unified(
        names,
        &comparison.differences,
        &desk.sanctions.reasons,
    ))?;
    Ok(verdict(&comparison))
}
