//! Files that pods read and whose last line break Helm 4 may have taken before it sent them.

use crate::guard::{Finding, Severity};
use crate::manifest::reads::Read;
use crate::manifest::{Object, Pod, Tables, helm4_template};
use crate::yaml::{NodeRef, Pointer, Stream, Style};
use std::collections::BTreeMap;

/// A remark for each such object.
pub fn findings(stream: &Stream<'_>, objects: &[Object<'_>], tables: &Tables) -> Vec<Finding> {
    let suspects = objects.iter().filter_map(|object| suspect(stream, object));
    let suspects: Vec<_> = suspects.collect();
    if suspects.is_empty() {
        return Vec::new();
    }
    let mut by_name: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for suspect in &suspects {
        let name = (suspect.object.kind, suspect.object.name);
        by_name.entry(name).or_default().push(suspect);
    }
    // By their objects: one remark each, about the first that reads it.
    let mut found = BTreeMap::new();
    each_read(stream, objects, tables, &mut |reader, read| {
        let named = by_name.get(&(read.row.kind.as_str(), read.name.as_str()));
        let meant = named.into_iter().flatten().filter(|suspect| {
            let namespaces = [suspect.object.namespace, reader.namespace];
            let is_one = namespaces[0] == namespaces[1] || namespaces.contains(&None);
            is_one && read.takes(suspect.key)
        });
        for suspect in meant {
            let index = suspect.object.index;
            found
                .entry(index)
                .or_insert_with(|| suspect.finding(reader));
        }
    });
    found.into_values().collect()
}

/// Everything that a pod of the stream reads of configuration, with the object that makes the pod.
fn each_read(
    stream: &Stream<'_>,
    objects: &[Object<'_>],
    tables: &Tables,
    found: &mut dyn FnMut(&Object<'_>, &Read<'_>),
) {
    for object in objects {
        let Some(place) = tables.places.of(object.api_version, object.kind) else {
            continue;
        };
        let node = stream.documents[object.document].node(object.node);
        let value = node.to_value();
        for pod in place
            .pods(&value)
            .iter()
            .filter_map(|pod| pod.extract(&value))
        {
            let reads = tables.reads.of(Pod { value: &pod });
            let data = reads.iter().filter(|read| read.row.unpinned.is_none());
            data.for_each(|read| found(object, read));
        }
    }
}

/// A file at the end of a document of Helm 4, without a line break at its own end.
struct Suspect<'o> {
    object: &'o Object<'o>,
    template: &'o str,
    place: &'static str,
    key: &'o str,
}

/// The file of an object that may have lost its last line break.
fn suspect<'o>(stream: &'o Stream<'_>, object: &'o Object<'o>) -> Option<Suspect<'o>> {
    // A line break inside base64 means nothing.
    let place = match object.kind {
        "ConfigMap" => "data",
        "Secret" => "stringData",
        _ => return None,
    };
    let document = &stream.documents[object.document];
    let root = document.root().filter(|root| root.id == object.node)?;
    let template = helm4_template(root)?;
    let (_, data) = root
        .entries()
        .last()
        .filter(|(name, _)| name.text() == place)?;
    let (key, value) = data.entries().last()?;
    let is_last = document.text[value.span().end..].trim().is_empty();
    let is_file = key.text().contains('.') || value.text().contains('\n');
    // Whoever strips other files, too, has written it so.
    let files = data.entries().filter(|(_, value)| is_stripped(*value));
    let is_stripped_alone = is_stripped(value) && files.count() == 1;
    (is_last && is_file && is_stripped_alone).then_some(Suspect {
        object,
        template,
        place,
        key: key.text(),
    })
}

/// Whether it is a block scalar with `-` in its head.
fn is_stripped(value: NodeRef<'_>) -> bool {
    let is_block = matches!(value.style(), Style::Literal | Style::Folded);
    is_block
        && value
            .source()
            .bytes()
            .skip(1)
            .take(2)
            .any(|byte| byte == b'-')
}

impl Suspect<'_> {
    fn finding(&self, reader: &Object<'_>) -> Finding {
        let Self { key, template, .. } = self;
        Finding {
within: None,
            id: "helm4-lost-newline".into(),
            severity: Severity::Info,
            object: Some(self.object.index),
            container: None,
            path: Pointer::from_iter([self.place, key]),
            message: format!(
                "`{key}` has no line break at its end, which Helm 4 may have taken; `{reader}` reads it, and its \
                 digest may be another than through Helm 3"
            ),
            because: Some(
                "Helm 4 takes it where a template ends without a line break; 4.2.0 to 4.2.3 do at the end of other \
                 documents, too"
                    .into(),
            ),
            help: Some(format!(
                "end `{template}` with a line break, and use Helm 4.2.4 or later; where the author wrote `|-`, nothing \
                 is wrong"
            )),
            needed_by: None,
            waived: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::findings;
    use crate::manifest::objects;
    use crate::preset::tables;
    use crate::yaml::Stream;

    /// Keys that are remarked of a ConfigMap `c` that ends so, and of whatever else is in the stream.
    fn said(stream: &str) -> Vec<String> {
        let stream = Stream::parse(stream).unwrap();
        let (objects, _) = objects(&stream);
        let said = findings(&stream, &objects, tables()).into_iter();
        said.map(|finding| finding.path.to_string()).collect()
    }

    fn object(head: &str, data: &str) -> String {
        format!(
            "{head}\nmetadata:\n  name: c\n  annotations: {{postrenderer.helm.sh/postrender-filename: t.yaml}}\n{data}\n---\n"
        )
    }

    const CONFIG_MAP: &str = "apiVersion: v1\nkind: ConfigMap";

    /// A pod that reads all of `kind/c`.
    fn pod(source: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {{containers: [{{name: m, envFrom: [{{{source}: {{name: c}}}}]}}]}}\n"
        )
    }

    fn of_config_map(data: &str) -> usize {
        said(&(object(CONFIG_MAP, data) + &pod("configMapRef"))).len()
    }

    #[test]
    fn the_last_file_of_a_document_is_suspect_where_it_alone_is_stripped() {
        for (data, count) in [
            ("data:\n  a.conf: |-\n    x", 1),
            ("data:\n  a: |-\n    x\n    y", 1),
            ("data:\n  a.conf: >-\n    x", 1),
            ("data:\n  a.conf: |2-\n    x", 1),
            ("data:\n  a.conf: |-2\n    x", 1),
            ("data:\n  b.conf: |\n    x\n  a.conf: |-\n    x", 1),
            // A word; what is kept; other styles; text of the file.
            ("data:\n  a: |-\n    x", 0),
            ("data:\n  a.conf: |\n    x", 0),
            ("data:\n  a.conf: |+\n    x", 0),
            ("data:\n  a.conf: | #-\n    x", 0),
            ("data:\n  a.conf: \"|-\"", 0),
            // Something stands behind it.
            ("data:\n  a.conf: |-\n    x\n  b.conf: y", 0),
            ("data:\n  a.conf: |-\n    x\nimmutable: false", 0),
            ("data:\n  a.conf: |-\n    x\n# the end", 0),
            // Its author strips.
            ("data:\n  b.conf: |-\n    x\n  a.conf: |-\n    x", 0),
            ("binaryData:\n  a.conf: |-\n    x", 0),
            ("data: []", 0),
            ("data: {}", 0),
            ("data: |-\n  a.conf\n  b", 0),
        ] {
            assert_eq!(of_config_map(data), count, "{data}");
        }
    }

    #[test]
    fn secrets_are_read_where_they_are_text() {
        let of = |data| {
            let secret = object("apiVersion: v1\nkind: Secret", data);
            said(&(secret + &pod("secretRef")))
        };
        let found = of("stringData:\n  a.conf: |-\n    x");
        assert_eq!(found, ["/stringData/a.conf"]);
        assert_eq!(of("data:\n  a.conf: |-\n    eA=="), [""; 0]);
    }

    #[test]
    fn one_remark_where_a_pod_reads_the_file_in_a_stream_of_helm_4() {
        let file = "data:\n  a.conf: |-\n    x";
        let config_map = object(CONFIG_MAP, file);
        let reader = pod("configMapRef");
        let twice = format!("{config_map}{reader}---\n{reader}");
        assert_eq!(said(&twice), ["/data/a.conf"]);
        let not = |stream: &str| assert_eq!(said(stream), [""; 0], "{stream}");
        not(&config_map);
        not(&format!("{config_map}{}", pod("secretRef")));
        not(&format!("{config_map}{reader}").replace("postrender-filename", "other"));
        not(&format!(
            "{config_map}{}",
            reader.replace("name: c", "name: d")
        ));
        let key = reader.replace(
            "envFrom: [{configMapRef: {name: c}}]",
            "env: [{name: A, valueFrom: {configMapKeyRef: {name: c, key: b.conf}}}]",
        );
        not(&format!("{config_map}{key}"));
        let key = key.replace("b.conf", "a.conf");
        assert_eq!(said(&format!("{config_map}{key}")), ["/data/a.conf"]);
        let a = config_map.replace("name: c", "name: c\n  namespace: a");
        assert_eq!(said(&format!("{a}{reader}")), ["/data/a.conf"]);
        not(&format!(
            "{a}{}",
            reader.replace("name: p", "name: p, namespace: b")
        ));
    }
}
