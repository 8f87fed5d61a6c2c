//! Which cluster, and as whom: a kubeconfig as kubectl finds it, or the credentials of a pod.

use super::trouble;
use crate::cli::args::DriftArgs;
use crate::cli::exit::{Exit, Failure};
use crate::report::Message;
use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::{Client, Config};
use std::time::Duration;

/// How long to wait for an answer: nobody watches anything here.
const PATIENCE: Duration = Duration::from_secs(30);

/// A client, and what to call the cluster.
pub(super) async fn client(args: &DriftArgs) -> Result<(Client, String), Failure> {
    let (mut config, context) = match kubeconfig(args) {
        Ok(kubeconfig) => {
            let context = args.context.clone().or(kubeconfig.current_context.clone());
            let options = KubeConfigOptions {
                context: args.context.clone(),
                ..KubeConfigOptions::default()
            };
            let config = Config::from_custom_kubeconfig(kubeconfig, &options).await;
            (
                config.map_err(|error| wrong(&error))?,
                context.unwrap_or_default(),
            )
        }
        Err(error) if is_absent(&error) && args.kubeconfig.is_none() && args.context.is_none() => {
            let config = Config::incluster().map_err(|_| nowhere())?;
            (config, "in-cluster".to_owned())
        }
        Err(error) => return Err(wrong(&error)),
    };
    config.connect_timeout = Some(PATIENCE);
    config.read_timeout = Some(PATIENCE);
    let client = Client::try_from(config).map_err(|error| trouble::fatal(&error, &context))?;
    Ok((client, context))
}

fn kubeconfig(args: &DriftArgs) -> Result<Kubeconfig, KubeconfigError> {
    match &args.kubeconfig {
        Some(file) => Kubeconfig::read_from(file),
        None => Kubeconfig::read(),
    }
}

fn is_absent(error: &KubeconfigError) -> bool {
    match error {
        KubeconfigError::FindPath => true,
        KubeconfigError::ReadConfig(error, _) => error.kind() == std::io::ErrorKind::NotFound,
        _ => false,
    }
}

/// No kubeconfig and no pod.
fn nowhere() -> Failure {
    let what = "no cluster is configured: there is no kubeconfig, and this is no pod of a cluster";
    usage(
        what.to_owned(),
        "name one with `--kubeconfig FILE` or `KUBECONFIG`",
    )
}

fn wrong(error: &KubeconfigError) -> Failure {
    let what = match error {
        // The parser would show the lines around it, and credentials in them.
        KubeconfigError::Parse(_) => "the kubeconfig is not YAML of the kind `Config`".to_owned(),
        KubeconfigError::ReadConfig(error, file) => {
            format!("reading the kubeconfig `{}`: {error}", file.display())
        }
        KubeconfigError::LoadContext(name) => format!("the kubeconfig has no context `{name}`"),
        error => format!("the kubeconfig cannot be used: {error}"),
    };
    usage(what, "`kubectl config get-contexts` lists what there is")
}

fn usage(what: String, help: &str) -> Failure {
    Failure {
        exit: Exit::Usage,
        text: Message::error(what, None, Some(help.to_owned())).render(),
    }
}
