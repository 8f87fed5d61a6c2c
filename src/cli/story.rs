//! `explain --pod ROLE`: the memory of a pod that Spark will build, told to both sides.

use super::exit::{Exit, Failure};
use super::explain::ExplainArgs;
use super::{io, pods};
use crate::report::{self, Language, Message};
use crate::spark::pod::Predicted;
use clap::ValueEnum;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum PodArg {
    Driver,
    Executor,
    /// Of Spark Connect
    Server,
    Master,
    Worker,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LanguageArg {
    /// English
    En,
    /// Russian
    Ru,
}

pub(super) fn run(args: &ExplainArgs, pod: PodArg) -> Result<Exit, Failure> {
    let role = match pod {
        PodArg::Driver => "driver",
        PodArg::Executor => "executor",
        PodArg::Server => "server",
        PodArg::Master => "master",
        PodArg::Worker => "worker",
    };
    let language = match args.language {
        LanguageArg::En => Language::English,
        LanguageArg::Ru => Language::Russian,
    };
    pods::of(
        &args.input,
        &args.policy,
        args.spark_version,
        |predicted, objects| {
            let told = report::story(predicted, objects, role, language);
            match told.is_empty() {
                true => Err(nothing(role, predicted)),
                false => Ok(io::show(&told)?),
            }
        },
    )
}

/// That no pod of the role is known, and which are.
fn nothing(role: &str, predicted: &[Predicted]) -> Failure {
    let known = predicted.iter().filter_map(|one| one.pods.as_ref().ok());
    let mut roles: Vec<_> = known.flatten().map(|pod| pod.role).collect();
    roles.sort_unstable();
    roles.dedup();
    let help = match roles.as_slice() {
        [] => "`sparkk8s-post pods` says what is known of the applications in it".to_owned(),
        roles => format!("it has: {}", roles.join(", ")),
    };
    let message = format!("no `{role}` of this stream is known");
    Failure {
        exit: Exit::No,
        text: Message::error(message, None, Some(help)).render(),
    }
}
