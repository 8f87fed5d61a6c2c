//! `graph`: who reads what, what is pinned, and what cannot be.

use super::args::{GraphArgs, GraphFormat};
use super::exit::{Exit, Failure};
use super::{io, run};
use crate::manifest::objects;
use crate::manifest::reads::Contents;
use crate::pin::graph::{self, Graph};
use crate::yaml::Stream;
use anyhow::Context;

pub(super) fn run(args: &GraphArgs) -> Result<Exit, Failure> {
    let input = run::Input::read(&args.input)?;
    run::over(&input, &args.policy, |report, rendered, chosen| {
        let guarded = rendered.edits.apply(&input.text);
        let stream = Stream::parse(&guarded).context("what was guarded cannot be read")?;
        let (objects, _) = objects(&stream);
        let contents = Contents::new(chosen.secret_key.clone());
        let mut contents = contents.without(&chosen.policy.random);
        let tables = chosen.policy.tables();
        for object in &objects {
            let node = stream.documents[object.document].node(object.node);
            if matches!(object.kind, "ConfigMap" | "Secret") {
                contents.add(object.index, &node.to_value());
            } else if tables.reads.makes(object.api_version, object.kind) {
                contents.add_made(&tables.reads, &node.to_value());
            }
        }
        let externals = &chosen.policy.externals;
        let graph = Graph::of(
            &stream,
            &objects,
            tables,
            &contents,
            externals,
            report.findings,
        );
        io::show(&match args.output {
            GraphFormat::Text => graph::text(&graph),
            GraphFormat::Json => graph::json(&graph),
            GraphFormat::Mermaid => graph::mermaid(&graph),
            GraphFormat::Svg => graph::svg(&graph),
        })?;
        Ok(Exit::Ok)
    })
}
