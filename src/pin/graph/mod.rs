//! Who reads what: the pods of a guarded stream, the objects that they read, and what no digest covers.

mod mermaid;
mod svg;
mod text;

pub use mermaid::mermaid;
pub use svg::svg;
pub use text::text;

use crate::guard::Finding;
use crate::manifest::reads::{Config, Contents, End, Join, Maker, Read, Sees};
use crate::manifest::spark::SourceKind;
use crate::manifest::{Object, Pod, Tables};
use crate::pin::on_one_line;
use crate::preset::External;
use crate::yaml::Stream;
use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The graph: readers in the order of the stream, and what they read, by kind, namespace and name.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Graph {
    /// Raised when a field changes its meaning.
    pub schema_version: u32,
    /// Pods that read anything.
    pub readers: Vec<Reader>,
    /// What they read.
    pub sources: Vec<Source>,
}

/// A pod, by the object that makes it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Reader {
    /// Kind of the object.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its namespace, where it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Which of its pods, where it makes several kinds of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pod: Option<String>,
    /// The digest on its template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Why there is none, where it reads configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What it reads.
    pub edges: Vec<Edge>,
}

/// A field of a pod that names an object.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Edge {
    /// Which of the sources.
    pub source: usize,
    /// What kind of field: a row of the table of reads.
    pub by: String,
    /// Its place in the pod, an RFC 6901 pointer.
    pub at: String,
    /// The container that reads it, where it is one alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// The keys that are read; absent for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keys: Option<Vec<String>>,
    /// Whether the pod starts without it.
    pub optional: bool,
    /// How a running pod sees a change.
    pub sees: &'static str,
    /// Whether the digest on the template covers it.
    pub pinned: bool,
    /// Why it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// An object that pods read.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Source {
    /// Its kind.
    pub kind: String,
    /// The namespace in which it is looked for, where that is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// Whether it is neither in the stream nor made by an object of it.
    pub external: bool,
    /// The object of the stream that makes it in the cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made_by: Option<Maker>,
    /// Whether the project declares it under `externals`, where it is external configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared: Option<bool>,
    /// The reason that the project gives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The objects of a stream by kind and name, with their namespaces.
type Names<'o> = BTreeMap<(&'o str, &'o str), Vec<Option<&'o str>>>;

impl Graph {
    /// The graph of a guarded stream. `said` is what the run had to say of its objects, `externals` what the project declares.
    pub fn of(
        stream: &Stream<'_>,
        objects: &[Object<'_>],
        tables: &Tables,
        contents: &Contents,
        externals: &[External],
        said: &[Finding],
    ) -> Self {
        let mut names = Names::new();
        for object in objects {
            let named = names.entry((object.kind, object.name)).or_default();
            named.push(object.namespace);
        }
        let mut drawn = Vec::new();
        for object in objects {
            let Some(place) = tables.places.of(object.api_version, object.kind) else {
                continue;
            };
            let node = stream.documents[object.document].node(object.node);
            let value = node.to_value();
            for pod in place.pods(&value) {
                let Some(inner) = pod.extract(&value) else {
                    continue;
                };
                let join = Join {
                    table: &tables.reads,
                    contents,
                    namespace: object.namespace,
                    live: false,
                };
                let drawing = Drawing {
                    object,
                    pod: pod.name.as_deref(),
                    names: &names,
                    externals,
                };
                drawn.extend(drawing.reader(join, &inner, said));
            }
        }
        numbered(drawn)
    }
}

/// One pod while it is drawn.
struct Drawing<'d> {
    object: &'d Object<'d>,
    pod: Option<&'d str>,
    names: &'d Names<'d>,
    externals: &'d [External],
}

impl Drawing<'_> {
    /// The pod, and the source of each of its edges; nothing where it reads nothing.
    fn reader(
        &self,
        join: Join<'_>,
        pod: &Value,
        said: &[Finding],
    ) -> Option<(Reader, Vec<Source>)> {
        let annotations = pod["metadata"]["annotations"].as_object();
        let stands = |digest: &String| {
            let mut values = annotations.into_iter().flat_map(|map| map.values());
            values.any(|value| value == digest)
        };
        let view = Pod { value: pod };
        let with = |live| Config::of(Join { live, ..join }, [view]);
        let (mut config, live) = (with(false), with(true));
        // The digest may be either of the two.
        if live.digest.as_ref().is_some_and(stands) {
            config = live;
        }
        let digest = config.digest.clone().filter(stands);
        let why = said
            .iter()
            .filter(|finding| finding.id == "config-not-pinned")
            .find(|finding| finding.object == Some(self.object.index))
            .and_then(|finding| finding.message.split_once(": "))
            .map(|(_, why)| why.to_owned());
        let edges = config.reads.iter().map(|(read, end)| Edge {
            source: 0,
            by: read.row.id.clone(),
            at: read.at.to_string(),
            container: read.container.clone(),
            keys: read
                .keys
                .as_ref()
                .map(|keys| keys.iter().cloned().collect()),
            optional: read.optional,
            sees: sees(read.sees),
            pinned: digest.is_some() && matches!(end, End::Pinned(_)),
            why: end.why().map(Cow::into_owned),
        });
        let edges: Vec<_> = edges.collect();
        let sources = config
            .reads
            .iter()
            .map(|(read, _)| self.source(join.contents, read));
        (!edges.is_empty()).then(|| {
            let reader = Reader {
                kind: self.object.kind.to_owned(),
                name: self.object.name.to_owned(),
                namespace: self.object.namespace.map(str::to_owned),
                pod: self.pod.map(str::to_owned),
                why: why.filter(|_| digest.is_none()),
                digest,
                edges,
            };
            (reader, sources.collect())
        })
    }

    fn source(&self, contents: &Contents, read: &Read<'_>) -> Source {
        let namespace = self.object.namespace;
        let named = self
            .names
            .get(&(read.row.kind.as_str(), read.name.as_str()));
        let fits =
            |other: Option<&str>| namespace.is_none() || other.is_none() || other == namespace;
        let is_here = named.is_some_and(|all| all.iter().copied().any(fits));
        let absent = SourceKind::of(&read.row.kind).filter(|_| !is_here);
        let maker =
            absent.and_then(|kind| contents.maker(kind, namespace.unwrap_or_default(), &read.name));
        let kind = absent.filter(|_| maker.is_none());
        let declaration = kind.map(|kind| {
            let mut all = self.externals.iter();
            all.find(|external| external.covers(kind.as_str(), namespace, &read.name))
        });
        Source {
            kind: read.row.kind.clone(),
            namespace: namespace.map(str::to_owned),
            name: read.name.clone(),
            external: !is_here && maker.is_none(),
            made_by: maker.cloned(),
            declared: declaration.map(|found| found.is_some()),
            reason: declaration
                .flatten()
                .map(|found| found.reason.value.clone()),
        }
    }
}

const fn sees(how: Sees<'_>) -> &'static str {
    match how {
        Sees::Never => "never",
        Sees::Files => "files",
        Sees::Live(_) => "live",
        Sees::Nowhere => "nowhere",
    }
}

/// Each source once, and its number in each edge.
fn numbered(drawn: Vec<(Reader, Vec<Source>)>) -> Graph {
    let mut sources: Vec<_> = drawn.iter().flat_map(|(_, all)| all).cloned().collect();
    sources.sort();
    sources.dedup();
    let readers = drawn.into_iter().map(|(mut reader, own)| {
        for (edge, source) in reader.edges.iter_mut().zip(own) {
            edge.source = sources.binary_search(&source).unwrap_or_default();
        }
        reader
    });
    let readers = readers.collect();
    Graph {
        schema_version: 1,
        readers,
        sources,
    }
}

/// The graph for machines: a contract (`docs/schema/graph.json`).
pub fn json(graph: &Graph) -> String {
    let text = serde_json::to_string_pretty(graph);
    text.expect("internal error: a graph is JSON") + "\n"
}

impl Reader {
    /// `Deployment/connect`, with the pod where there are several.
    fn title(&self) -> String {
        let pod = self.pod.as_ref().map(|pod| format!(" ({pod})"));
        let name = titled(&self.kind, self.namespace.as_deref(), &self.name);
        name + &pod.unwrap_or_default()
    }
}

impl Source {
    fn title(&self) -> String {
        titled(&self.kind, self.namespace.as_deref(), &self.name)
    }

    /// Where it comes from, where that is not the stream.
    fn origin(&self) -> Option<String> {
        let maker = self.made_by.as_ref();
        let made = maker.map(|by| titled(&by.kind, by.namespace.as_deref(), &by.name));
        let external = match self.declared {
            None => "external",
            Some(true) => "external, declared",
            Some(false) => "external, not declared",
        };
        made.map(|by| format!("made by {by}"))
            .or_else(|| self.external.then(|| external.to_owned()))
    }
}

/// `Deployment/connect`, `Deployment/spark/connect` with its namespace; what is no text is an ellipsis.
fn titled(kind: &str, namespace: Option<&str>, name: &str) -> String {
    let namespace = namespace.map(|namespace| format!("{namespace}/"));
    let title = format!("{kind}/{}{name}", namespace.unwrap_or_default());
    on_one_line(&title)
}

impl Edge {
    /// Whether it is about configuration: what a digest may cover.
    fn is_data(&self, sources: &[Source]) -> bool {
        let kind = sources[self.source].kind.as_str();
        matches!(kind, "ConfigMap" | "Secret")
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_schema_of_the_graph_is_current() {
        crate::text::current::assert_schema("graph.json", &schemars::schema_for!(super::Graph));
    }
}
