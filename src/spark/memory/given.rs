//! What a pod asks for that Spark does not size: a server, a master, a worker. Its container says so, or nobody does.

use super::launcher::{Place, Process};
use super::{Cores, DEFAULT_HEAP, Failure, Part, Problem, Resources, Rule, Settings, fit};
use crate::manifest::Quantity;
use crate::spark::size::{self, Unit};
use crate::spark::version::Version;
use serde_json::Value;

/// What the container of a process asks for, and the heap that Spark's launcher gives it, to which Spark adds nothing.
///
/// Requests are the container's, where a limit stands for a request that is absent; 0 where there is neither. Variables
/// count by their `value`; one that comes from elsewhere is not known.
pub fn given(
    process: &Process,
    settings: &Settings,
    container: &Value,
) -> Result<Resources, Failure> {
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
        heap: heap(process, settings, container)?,
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

/// What a standalone worker offers its executors together, in MiB: as `SPARK_WORKER_MEMORY` says, or what its limit
/// leaves. Nothing where the node decides.
pub fn offered(container: &Value, version: Version) -> Result<Option<Part>, Failure> {
    const NAME: &str = "SPARK_WORKER_MEMORY";
    if let Some(text) = variable(container, NAME)? {
        // Source: `WorkerArguments`, `Utils.memoryStringToMb`, which reads a bare number as bytes.
        let bytes = size::setting(text, Unit::Byte, version.release());
        let bytes = bytes.map_err(|_| Problem::Size.at(NAME))?;
        return Ok(Some(Part::set((bytes >> 20, NAME.to_owned()))));
    }
    let limit = container["resources"]["limits"]["memory"].as_str();
    let limit = limit.and_then(|text| Quantity::parse(text).ok());
    Ok(limit.map(|limit| {
        let limit = u64::try_from(limit.bytes() >> 20).unwrap_or(0);
        Part {
            mebibytes: i64::try_from(fit::offered_by_worker(limit)).unwrap_or(i64::MAX),
            rule: Rule::Default,
            from: None,
        }
    }))
}

fn heap(process: &Process, settings: &Settings, container: &Value) -> Result<Part, Failure> {
    for place in process.places {
        let text = match place {
            Place::Setting(key) => settings.get(*key).map(String::as_str),
            Place::Variable(name) => variable(container, name)?,
        };
        let name = place.name();
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            if super::read::has_placeholder(text) {
                return Err(Problem::Unknown.at(name));
            }
            let bytes = size::heap(text).map_err(|_| Problem::Heap.at(name))?;
            return Ok(Part::set((mebibytes(bytes), name.to_owned())));
        }
    }
    Ok(Part {
        mebibytes: DEFAULT_HEAP,
        rule: Rule::Default,
        from: None,
    })
}

/// The text of a variable; of two the later counts.
fn variable<'v>(container: &'v Value, name: &str) -> Result<Option<&'v str>, Failure> {
    let env = container["env"].as_array().into_iter().flatten();
    let Some(variable) = env.rev().find(|one| one["name"] == name) else {
        return Ok(None);
    };
    match &variable["value"] {
        Value::String(text) if !super::read::has_placeholder(text) => Ok(Some(text)),
        Value::Null if variable["valueFrom"].is_null() => Ok(None),
        _ => Err(Problem::Unknown.at(name)),
    }
}

fn mebibytes(bytes: u64) -> i64 {
    i64::try_from(bytes >> 20).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(role: &str, settings: &[(&str, &str)], container: &Value) -> Result<Part, Failure> {
        let settings = settings.iter();
        let settings = settings.map(|(key, text)| ((*key).to_owned(), (*text).to_owned()));
        let process = Process::of(role).unwrap();
        given(process, &settings.collect(), container).map(|resources| resources.heap)
    }

    #[test]
    fn a_heap_is_that_of_the_launcher() {
        let env = |value: Value| json!({"env": [{"name": "SPARK_DAEMON_MEMORY", "value": value}]});
        let conf = [("spark.driver.memory", "4g")];
        let size = |heap: Result<Part, Failure>| heap.unwrap().mebibytes;
        assert_eq!(size(of("spark-connect", &conf, &json!({}))), 4096);
        // `SparkSubmitCommandBuilder`: the daemon's variable counts before an explicit setting.
        assert_eq!(size(of("spark-connect", &conf, &env("2g".into()))), 2048);
        assert_eq!(size(of("spark-master", &conf, &json!({}))), 1024);
        assert_eq!(size(of("spark-master", &[], &env("".into()))), 1024);
        for (text, problem) in [
            ("4096", Problem::Heap),
            ("4Gi", Problem::Heap),
            ("$(HEAP)", Problem::Unknown),
        ] {
            let failure = of("spark-worker", &[], &env(text.into())).unwrap_err();
            assert_eq!(
                (failure.key.as_str(), failure.problem),
                ("SPARK_DAEMON_MEMORY", problem)
            );
        }
        let from =
            json!({"env": [{"name": "SPARK_DAEMON_MEMORY", "valueFrom": {"configMapKeyRef": {}}}]});
        let failure = of("spark-master", &[], &from).unwrap_err();
        assert_eq!(failure.problem, Problem::Unknown);
    }

    #[test]
    fn a_worker_offers_what_is_set_or_what_its_limit_leaves() {
        let limited = json!({"resources": {"limits": {"memory": "8Gi"}}});
        let version = Version::parse("4.1.4").unwrap();
        let offer = |container: &Value| {
            offered(container, version)
                .unwrap()
                .map(|part| part.mebibytes)
        };
        assert_eq!(offer(&limited), Some(7168));
        assert_eq!(offer(&json!({})), None);
        let set = json!({"env": [{"name": "SPARK_WORKER_MEMORY", "value": "6gb"}]});
        assert_eq!(offer(&set), Some(6144));
    }
}
