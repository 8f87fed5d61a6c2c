//! What a pod asks for that Spark does not size: a server, a master, a worker. Its container says so, or nobody does.

use super::{Cores, Failure, Part, Problem, Resources};
use crate::manifest::Quantity;
use serde_json::Value;

/// Of the container's requests, where a limit stands for a request that is absent; 0 where there is neither.
///
/// Spark adds nothing to the heap here, whatever the settings say.
pub fn given(heap: Part, container: &Value) -> Result<Resources, Failure> {
    let text = |list: &str, resource: &str| container["resources"][list][resource].as_str();
    let request = |resource| text("requests", resource).or_else(|| text("limits", resource));
    let memory = request("memory").map_or(Ok(0), |text| {
        let read = Quantity::parse(text).map(|read| read.bytes() >> 20);
        read.map_err(|_| Problem::Quantity.at("resources.requests.memory"))
    })?;
    let cores = |text: &str| Cores {
        text: text.to_owned(),
        from: None,
    };
    Ok(Resources {
        heap,
        overhead: Part::not_counted(),
        off_heap: Part::not_counted(),
        python: Part::not_counted(),
        memory,
        cores: 1,
        request: cores(request("cpu").unwrap_or("0")),
        limit: text("limits", "cpu").map(cores),
        devices: Vec::new(),
    })
}
