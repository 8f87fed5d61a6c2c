//! The verb: the guarded stream's objects, each compared with the cluster's.

use super::cluster::{Cluster, Wanted};
use super::{connect, trouble};
use crate::cli::args::{DriftArgs, Format};
use crate::cli::exit::{Exit, Failure};
use crate::cli::{io, run};
use crate::drift::{Compared, Drift, LeftOut, left_out, sent};
use crate::guard::Severity;
use crate::manifest::objects;
use crate::report::{self, Message};
use crate::yaml::Stream;
use anyhow::Context;
use serde_json::Value;

pub(in crate::cli) fn run(args: &DriftArgs) -> Result<Exit, Failure> {
    let input = run::Input::read(&args.input)?;
    let values = run::over(&input, &args.policy, |report, rendered, _| {
        io::tell(&report::findings(report, Severity::Error));
        values(&rendered.edits.apply(&input.text))
    })?;
    if values.is_empty() {
        // Nothing in, nothing differs: that must not pass for a comparison.
        let message = format!("{} holds no Kubernetes object to compare", input.name);
        let help = "did the command before the pipe fail? `set -o pipefail` shows it";
        let text = Message::error(message, None, Some(help.into())).render();
        return Err(Failure {
            exit: Exit::Input,
            text,
        });
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("starting the client")?;
    let (context, drift) = runtime.block_on(compare(args, values))?;
    match args.output {
        Format::Text => io::show(&report::drift_text(&drift))?,
        Format::Json => io::show(&report::drift_json(&drift, &context))?,
    }
    io::tell(&report::drift_overview(&drift, &context));
    Ok(match (drift.failures(), drift.differences()) {
        (0, 0) => Exit::Ok,
        (0, _) => Exit::No,
        _ => Exit::Cluster,
    })
}

/// The objects of the guarded text.
fn values(guarded: &str) -> Result<Vec<Value>, Failure> {
    let stream = Stream::parse(guarded).context("what was guarded cannot be read")?;
    let (objects, _) = objects(&stream);
    let values = objects.iter().map(|object| {
        let node = stream.documents[object.document].node(object.node);
        let mut value = node.to_value();
        if let Some(map) = value.as_object_mut() {
            // Items of a typed list may leave out what the list says of them.
            map.insert("apiVersion".into(), object.api_version.into());
            map.insert("kind".into(), object.kind.into());
        }
        value
    });
    Ok(values.collect())
}

async fn compare(args: &DriftArgs, values: Vec<Value>) -> Result<(String, Drift), Failure> {
    let (client, context) = connect::client(args).await?;
    let namespace = args
        .namespace
        .clone()
        .unwrap_or_else(|| client.default_namespace().to_owned());
    let mut cluster = Cluster::new(client, namespace);
    let mut drift = Drift {
        objects: Vec::new(),
        left_out: Vec::new(),
    };
    for value in values {
        let why = left_out(&value);
        let wanted = Wanted::of(sent(value));
        if let Some(why) = why {
            drift.left_out.push(LeftOut {
                kind: wanted.kind,
                name: wanted.name,
                why,
            });
            continue;
        }
        let answer = cluster.compare(&wanted).await;
        let (namespace, verdict) = answer.map_err(|error| trouble::fatal(&error, &context))?;
        drift.objects.push(Compared {
            api_version: wanted.api_version,
            kind: wanted.kind,
            namespace,
            name: wanted.name,
            verdict,
        });
    }
    Ok((context, drift))
}
