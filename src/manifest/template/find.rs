//! The pod templates of a stream: found by what they hold, and by what names them.

use super::{Names, guess, is_sparkish, mentions};
use crate::manifest::Object;
use crate::manifest::spark::{SourceKind, source_kind, texts};
use crate::yaml::{Document, NodeRef, Pointer, Stream, Touch};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A text of a `ConfigMap` or Secret that pods are made from.
#[derive(Debug)]
pub struct Template {
    /// Where the text stands in its object.
    pub path: Pointer,
    /// Whose pods: `driver`, `executor`, or anybody's.
    pub whose: &'static str,
    /// Why nothing can be written into it.
    pub cannot: Option<String>,
}

/// The templates of a stream, by the index of the object.
pub type Templates = BTreeMap<usize, Vec<Template>>;

/// A text that may be one.
struct Candidate<'o> {
    object: &'o Object<'o>,
    path: Pointer,
    kind: SourceKind,
    text: String,
    /// Whether it may hold a pod at all: reading takes long, and scripts speak of containers, too.
    looks: bool,
    says_pod: bool,
    /// Why the text cannot be written, whatever it holds.
    in_the_way: Option<String>,
}

/// Finds the pod templates of a stream.
pub fn templates(stream: &Stream<'_>, objects: &[Object<'_>]) -> Templates {
    let node = |object: &Object<'_>| stream.documents[object.document].node(object.node);
    let value = |object: &Object<'_>| node(object).to_value();
    // The data of a Secret does not show what is in it.
    let may_hold =
        |object: &&Object<'_>, word: &str| object.kind == "Secret" || node(object).may_hold(word);
    let is_source = |object: &&Object<'_>| {
        matches!(object.kind, "ConfigMap" | "Secret")
            && (may_hold(object, "containers") || node(object).get("binaryData").is_some())
    };
    let sources = objects.iter().filter(is_source);
    let seen: Vec<_> = sources
        .flat_map(|object| candidates(object, node(object)))
        .collect();
    let mut found = Templates::new();
    if seen.is_empty() {
        return found;
    }
    let mut names = Names::default();
    let speak = objects.iter().filter(|o| may_hold(o, "podTemplateFile"));
    speak
        .flat_map(|object| mentions(&value(object)))
        .for_each(|mention| names.add(&mention));
    if !names.is_empty() && seen.iter().any(Candidate::may_have_another_name) {
        let pods = objects
            .iter()
            .filter(|o| !matches!(o.kind, "ConfigMap" | "Secret"));
        let mount = pods.filter(|o| {
            let node = node(o);
            node.may_hold("subPath") || node.may_hold("items")
        });
        mount.for_each(|object| names.add_mounts(&value(object)));
    }
    for candidate in seen {
        if let Some(template) = candidate.judged(&names) {
            let of_object = found.entry(candidate.object.index).or_default();
            of_object.push(template);
        }
    }
    found
}

fn candidates<'o>(object: &'o Object<'o>, node: NodeRef<'_>) -> Vec<Candidate<'o>> {
    let value = &node.to_value();
    let Some(kind) = source_kind(value) else {
        return Vec::new();
    };
    let told = texts(kind, value).filter(|(_, _, text)| text.contains("containers"));
    let read = told.map(|(place, key, text)| {
        let mut lines = text.lines();
        let path = Pointer::from_iter([place, key]);
        let shared = node.shared_below(object.above, &path, Touch::Replace);
        let immutable = (value["immutable"] == true)
            .then(|| format!("a {} that is immutable takes no other text", object.kind));
        Candidate {
            object,
            in_the_way: shared.map(|shared| shared.reason).or(immutable),
            path,
            kind,
            looks: looks(&text),
            says_pod: lines.any(|line| line.trim_end() == "kind: Pod"),
            text: text.into_owned(),
        }
    });
    read.collect()
}

impl Candidate<'_> {
    /// Whether it is worth looking under which name it is mounted: scripts and other texts speak of containers, too.
    fn may_have_another_name(&self) -> bool {
        let key = self.path.last().unwrap_or_default();
        self.looks || key.contains(".y") || key.contains(".json")
    }

    fn judged(&self, names: &Names) -> Option<Template> {
        let key = self.path.last().unwrap_or_default();
        let named = names.role_of_key(self.object.name, &key);
        let called = super::is_called_template(&key);
        if !self.looks && !self.says_pod && !called && named.is_none() {
            return None;
        }
        let place = self.path.segments().next()?;
        let encoded = match (self.kind, &*place) {
            (SourceKind::Secret, "data") | (SourceKind::ConfigMap, "binaryData") => {
                Some("its text is written in base64".to_owned())
            }
            _ => None,
        };
        let in_the_way = || encoded.or_else(|| self.in_the_way.clone());
        let (whose, cannot) = match pod(&self.text) {
            Ok(pod) => {
                let sparks = || is_sparkish(&pod, [self.object.name, &*key]).then(|| guess(&key));
                let is_pod = pod["kind"] == "Pod" || super::is_nothing_else(&pod);
                (
                    named.or_else(sparks).or(is_pod.then_some("pod"))?,
                    in_the_way(),
                )
            }
            Err(why) => {
                let called = || called.then(|| guess(&key));
                let whose = named.or(self.says_pod.then_some("pod")).or_else(called)?;
                (whose, Some(why))
            }
        };
        Some(Template {
            path: self.path.clone(),
            whose,
            cannot,
        })
    }
}

/// Whether a text has `spec` at its top, or is written in brackets.
fn looks(text: &str) -> bool {
    let top = |line: &str| line.trim_start_matches(['"', '\'']).starts_with("spec");
    text.trim_start().starts_with('{') || text.lines().any(top)
}

/// The pod that a text holds, or why there is none.
fn pod(text: &str) -> Result<Value, String> {
    let text = readable(text);
    if is_controlled(&text) {
        return Err("lines of `{{ }}` or `{% %}` decide what is in it".to_owned());
    }
    let stream = Stream::parse(&text).map_err(|error| {
        let line = text[..error.span.start].matches('\n').count() + 1;
        format!("its line {line} is no YAML: {}", error.message)
    })?;
    let roots = stream.documents.iter().filter_map(Document::root);
    let mut values = roots
        .map(NodeRef::to_value)
        .filter(|value| !value.is_null());
    let first = values.next().ok_or("it is empty")?;
    match values.count() {
        0 if super::is_pod(&first) => Ok(first),
        0 => Err("it holds no pod: `spec.containers` is no list, or `kind` another one".to_owned()),
        more => Err(format!("it holds {} documents", more + 1)),
    }
}

/// A text as it can be read: where it is no YAML before it has been filled in, what stands in `{{ }}`, `{% %}` and `${ }`
/// becomes as many letters, and lines of nothing else become comments, so that every other byte stays where it is.
pub fn readable(text: &str) -> Cow<'_, str> {
    if !BLOCKS.iter().any(|(begin, _)| text.contains(begin)) || Stream::parse(text).is_ok() {
        return text.into();
    }
    text.split_inclusive('\n').map(filled_in).collect()
}

/// Whether lines that become comments stand for what is not known yet.
fn is_controlled(readable: &str) -> bool {
    readable
        .lines()
        .any(|line| line.trim_start().starts_with(CONTROL))
}

/// What is filled in later, by what it begins and ends with.
const BLOCKS: [(&str, &str); 3] = [("{{", "}}"), ("{%", "%}"), ("${", "}")];

/// What a line of nothing but `{{ }}` begins with, once it is read.
const CONTROL: &str = "#xxx";

fn filled_in(line: &str) -> String {
    let body = line.trim();
    let is_block = |(begin, end): &(&str, &str)| body.starts_with(begin) && body.ends_with(end);
    let alone = BLOCKS.iter().any(is_block);
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    let first = |rest: &str| {
        let blocks = BLOCKS.iter();
        blocks
            .filter_map(|(begin, close)| Some((rest.find(begin)?, *close)))
            .min()
    };
    while let Some((begin, close)) = first(rest) {
        let Some(end) = rest[begin..].find(close) else {
            break;
        };
        let end = begin + end + close.len();
        out.push_str(&rest[..begin]);
        out.push_str(if alone { "#" } else { "x" });
        out.extend(std::iter::repeat_n('x', end - begin - 1));
        rest = &rest[end..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::objects;

    fn found(text: &str) -> Vec<String> {
        let stream = Stream::parse(text).unwrap();
        let (objects, _) = objects(&stream);
        let said = |template: &Template| {
            let cannot = template.cannot.as_ref().map(|why| format!(": {why}"));
            format!(
                "{} {}{}",
                template.path,
                template.whose,
                cannot.unwrap_or_default()
            )
        };
        templates(&stream, &objects)
            .values()
            .flatten()
            .map(said)
            .collect()
    }

    const POD: &str = "spec: {containers: [{name: c, image: i}]}";

    fn map(key: &str, pod: &str) -> String {
        let pod = pod.replace('\n', "\n    ");
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: m}}\ndata:\n  {key}: |\n    {pod}\n---\n"
        )
    }

    #[test]
    fn templates_are_found_by_what_they_hold_and_by_what_names_them() {
        assert_eq!(
            found(&map("executor.yaml", POD)),
            ["/data/executor.yaml executor"]
        );
        let typed = format!("kind: Pod\n{POD}");
        assert_eq!(
            found(&map("worker.yaml", &typed)),
            ["/data/worker.yaml pod"]
        );
        assert_eq!(found(&map("values.yaml", POD)), ["/data/values.yaml pod"]);
        let more = format!("replicas: 2\n{POD}");
        assert_eq!(found(&map("values.yaml", &more)), [""; 0]);
        let conf = map(
            "spark.conf",
            "spark.kubernetes.driver.podTemplateFile=/conf/values.yaml",
        );
        assert_eq!(
            found(&(map("values.yaml", POD) + &conf)),
            ["/data/values.yaml driver"]
        );
        let conf = conf.replace("values.yaml", "t.yaml");
        let more = format!("replicas: 2\n{POD}");
        let pod = |volume: &str, mount: &str| {
            format!(
                "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  volumes: [{{name: v, configMap: {{name: m{volume}}}}}]\n  \
                 containers: [{{name: c, volumeMounts: [{{name: v, {mount}}}]}}]\n---\n"
            )
        };
        for pod in [
            pod(
                ", items: [{key: values.yaml, path: t.yaml}]",
                "mountPath: /conf",
            ),
            pod("", "subPath: values.yaml, mountPath: /conf/t.yaml"),
            pod(
                ", items: [{key: values.yaml, path: u.yaml}]",
                "subPath: u.yaml, mountPath: /conf/t.yaml",
            ),
        ] {
            assert_eq!(
                found(&(map("values.yaml", &more) + &conf + &pod)),
                ["/data/values.yaml driver"],
                "{pod}"
            );
        }
        assert_eq!(found(&(map("values.yaml", &more) + &conf)), [""; 0]);
        let open = "spec: {containers: [{name: c, image: \"${IMAGE}\"}]}";
        assert_eq!(
            found(&map("executor.yaml.template", open)),
            ["/data/executor.yaml.template executor"]
        );
        assert_eq!(found(&map("pods.md", "kind: Pod with containers")), [""; 0]);
        let flow = "spec: {containers: [{name: c, image: ${IMAGE}}]}";
        assert_eq!(
            found(&map("executor.yaml.template", flow)),
            ["/data/executor.yaml.template executor"]
        );
    }

    #[test]
    fn what_cannot_be_written_says_why() {
        let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata:\n  executor.yaml: \
                      c3BlYzoge2NvbnRhaW5lcnM6IFt7bmFtZTogYywgaW1hZ2U6IGl9XX0=\n";
        assert_eq!(
            found(secret),
            ["/data/executor.yaml executor: its text is written in base64"]
        );
        let three = format!("kind: Pod\n{POD}\n --- \n").replace(" --- ", "...");
        assert!(found(&map("a.yaml", &three))[0].starts_with("/data/a.yaml pod"));
        let cut = "kind: Pod\nspec:\n  containers:\n  - name: \"a";
        let said = found(&map("a.yaml", cut));
        assert!(
            said[0].starts_with("/data/a.yaml pod: its line "),
            "{said:?}"
        );
        let conf = map(
            "spark.conf",
            "spark.kubernetes.executor.podTemplateFile=/conf/t.yaml",
        );
        let cut = found(&map(
            "executor-pod-template.yaml",
            &cut.replace("kind: Pod\n", ""),
        ));
        assert!(
            cut[0].starts_with("/data/executor-pod-template.yaml executor: its line "),
            "{cut:?}"
        );
        let binary = secret
            .replace("Secret", "ConfigMap")
            .replace("data:", "binaryData:");
        assert_eq!(
            found(&binary),
            ["/binaryData/executor.yaml executor: its text is written in base64"]
        );
        let wrapped = format!("template:\n  {POD}");
        let said = found(&(map("t.yaml", &wrapped) + &conf));
        assert!(
            said[0].starts_with("/data/t.yaml executor: it holds no pod"),
            "{said:?}"
        );
    }

    #[test]
    fn what_is_not_filled_in_yet_keeps_its_length() {
        let text = "spec:\n  {{- if .x }}\n  a: {{ .b }}\n  {% end %}\n  c: \"d\"\n";
        let read = readable(text);
        assert_eq!(read.len(), text.len());
        assert_eq!(
            read,
            "spec:\n  #xxxxxxxxxxx\n  a: xxxxxxxx\n  #xxxxxxxx\n  c: \"d\"\n"
        );
        assert_eq!(readable("a: \"{{ b }}\"\n"), "a: \"{{ b }}\"\n");
    }
}
