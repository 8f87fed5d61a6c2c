//! What an executor pod asks for.

use super::read::{Reader, quantity};
use super::{
    BASE_FACTOR, Cores, Failure, Kind, Part, Problem, Resources, Rule, Settings, Version, devices,
    heap, limit, overhead, request,
};

/// The key that switches off-heap memory on.
const OFF_HEAP: &str = "spark.memory.offHeap.enabled";
const OFF_HEAP_SIZE: &str = "spark.memory.offHeap.size";

/// What an executor pod of the default resource profile asks for.
///
/// In client mode nobody tells the executors that an application is Python: the factor is that of a JVM and
/// `spark.executor.pyspark.memory` is left out, unless `spark.kubernetes.resource.type` is `python`.
pub fn executor(settings: &Settings, kind: Kind, version: Version) -> Result<Resources, Failure> {
    let reader = Reader { settings, version };
    let cores = reader.integer("spark.executor.cores")?;
    let heap = heap(reader.profile("spark.executor.memory")?);
    let set = reader.profile("spark.executor.memoryOverhead")?;
    let python = python(reader, kind)?;
    let off_heap = off_heap(reader)?;
    let devices = devices(reader, "spark.executor.resource.")?;
    let keys = ["spark.executor.memoryOverheadFactor", BASE_FACTOR];
    let overhead = overhead(
        reader,
        kind,
        heap.mebibytes,
        set,
        keys,
        "spark.executor.minMemoryOverhead",
    )?;
    let request = request(
        reader,
        "spark.kubernetes.executor.request.cores",
        cores.as_ref(),
    )?;
    let limit = limit(reader, "spark.kubernetes.executor.limit.cores")?;
    if let Some(limit) = limit.as_ref().filter(|_| version.since(4, 0)) {
        compare(&request, limit)?;
    }
    let parts = [&heap, &overhead, &off_heap, &python];
    // Spark adds 64-bit numbers that wrap around.
    let memory = parts
        .iter()
        .fold(0_i64, |sum, part| sum.wrapping_add(part.mebibytes));
    Ok(Resources {
        heap,
        overhead,
        off_heap,
        python,
        memory,
        cores: cores.map_or(1, |(cores, _)| cores),
        request,
        limit,
        devices,
    })
}

fn python(reader: Reader<'_>, kind: Kind) -> Result<Part, Failure> {
    let set = reader.profile("spark.executor.pyspark.memory")?;
    let is_python = match kind {
        Kind::Python => true,
        Kind::Java | Kind::R => false,
        Kind::Client => {
            let told = reader.text("spark.kubernetes.resource.type")?;
            told.is_some_and(|(text, _)| text == "python")
        }
    };
    Ok(match set {
        Some(set) if is_python => Part::set(set),
        Some((_, from)) => Part {
            from: Some(from),
            ..Part::not_counted()
        },
        None => Part::not_counted(),
    })
}

/// Off-heap memory, read even where it is off.
/// Source: `Utils.executorOffHeapMemorySizeAsMb`, which cuts MiB to 32 bits.
fn off_heap(reader: Reader<'_>) -> Result<Part, Failure> {
    let size = reader.bytes(OFF_HEAP_SIZE)?;
    if let Some((..0, name)) = &size {
        return Err(Problem::Negative.at(name));
    }
    if !reader.is_on(OFF_HEAP)? {
        return Ok(Part {
            from: size.map(|(_, from)| from),
            ..Part::not_counted()
        });
    }
    let (bytes, from) = size.unwrap_or((0, OFF_HEAP_SIZE.to_owned()));
    #[expect(clippy::cast_possible_truncation, reason = "as in Spark: `.toInt`")]
    match (bytes >> 20) as i32 {
        ..=0 => Err(Problem::NoOffHeap.at(from)),
        mebibytes => Ok(Part {
            mebibytes: i64::from(mebibytes),
            rule: Rule::Set,
            from: Some(from),
        }),
    }
}

/// Refuses a limit below the request, as 4.1.4 and 4.3.0 do for executors; 3.5.9 builds a pod that the API refuses.
fn compare(request: &Cores, limit: &Cores) -> Result<(), Failure> {
    const REQUEST: &str = "spark.kubernetes.executor.request.cores";
    const LIMIT: &str = "spark.kubernetes.executor.limit.cores";
    let asked = quantity(request.from.as_deref().unwrap_or(REQUEST), &request.text)?;
    if quantity(LIMIT, &limit.text)? < asked {
        return Err(Problem::LimitBelowRequest.at(LIMIT));
    }
    Ok(())
}
