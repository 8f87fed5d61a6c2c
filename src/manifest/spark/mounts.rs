//! Which keys of a ConfigMap or Secret a container sees as files, and where.

use super::few::Few;
use super::source::{File, SourceKind, text_of};
use crate::manifest::{ContainerKind, Pod};
use serde_json::Value;

/// Where the files of `ConfigMap`s and Secrets are looked up, as whatever is known of each.
pub trait Shelf<F> {
    /// The files of the object that a pod of `namespace` means.
    fn files(&self, kind: SourceKind, namespace: &str, name: &str) -> Option<&Few<String, F>>;
}

/// The files that can configure a container.
#[derive(Debug)]
pub struct Mounts<'s, F = File> {
    /// Files at their path in the container itself.
    own: Vec<(String, &'s F)>,
    /// Files that only init containers see; they may copy or render them.
    pub rendered: Vec<&'s F>,
    /// Mount paths of the container's other volumes, and of those that are not in the stream.
    opaque: Vec<(String, Opaque)>,
    /// The first thing that may hold configuration and is not in the stream.
    pub incomplete: Option<String>,
}

/// A volume whose files are not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Opaque {
    /// `emptyDir`: empty until an init container writes into it.
    Rendered,
    /// A claim, a host path, an object that is not in the stream.
    Foreign,
}

/// Where a path leads.
pub enum Found<'s, F = File> {
    /// To this file.
    File(&'s F),
    /// Into a directory that init containers fill: any file of the pod may be there.
    Rendered,
    /// Into a volume that nobody here knows.
    Foreign,
    /// To a file of the image, or to none.
    Image,
}

impl<F> Default for Mounts<'_, F> {
    fn default() -> Self {
        Self {
            own: Vec::new(),
            rendered: Vec::new(),
            opaque: Vec::new(),
            incomplete: None,
        }
    }
}

impl<'s, F> Mounts<'s, F> {
    /// Looks at the volumes of a container and of the init containers before it.
    pub fn of(sources: &'s dyn Shelf<F>, namespace: &str, pod: Pod<'_>, container: &Value) -> Self {
        let mut mounts = Self::default();
        let look = Look {
            sources,
            namespace,
            pod,
        };
        look.at(container, &mut mounts);
        let own = std::mem::take(&mut mounts.own);
        let opaque = std::mem::take(&mut mounts.opaque);
        let init = pod.containers().filter(|c| c.kind == ContainerKind::Init);
        init.for_each(|init| look.at(init.value, &mut mounts));
        let rendered = mounts.own.into_iter().map(|(_, file)| file).collect();
        Self {
            own,
            rendered,
            opaque,
            incomplete: mounts.incomplete,
        }
    }

    /// All files, the container's own first.
    pub fn files(&self) -> impl Iterator<Item = &'s F> {
        let own = self.own.iter().map(|(_, file)| *file);
        own.chain(self.rendered.iter().copied())
    }

    /// The container's own files of a name, wherever they lie.
    pub fn named(&self, name: &str) -> impl Iterator<Item = &'s F> {
        let own = self.own.iter();
        own.filter(move |(path, _)| super::launch::base(path) == name)
            .map(|(_, file)| *file)
    }

    /// What a path means in the container.
    pub fn at(&self, path: &str) -> Found<'s, F> {
        if let Some((_, file)) = self.own.iter().rev().find(|(own, _)| own == path) {
            return Found::File(file);
        }
        let inside = self
            .opaque
            .iter()
            .filter(|(mount, _)| is_within(path, mount));
        match inside.max_by_key(|(mount, _)| mount.len()) {
            Some((_, Opaque::Rendered)) => Found::Rendered,
            Some((_, Opaque::Foreign)) => Found::Foreign,
            None => Found::Image,
        }
    }
}

fn is_within(path: &str, mount: &str) -> bool {
    let rest = path.strip_prefix(mount.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

struct Look<'s, 'a, F> {
    sources: &'s dyn Shelf<F>,
    namespace: &'a str,
    pod: Pod<'a>,
}

impl<'s, F> Look<'s, '_, F> {
    fn at(&self, container: &Value, into: &mut Mounts<'s, F>) {
        let mounts = container["volumeMounts"].as_array();
        for mount in mounts.into_iter().flatten() {
            let volumes = self.pod.spec()["volumes"].as_array();
            let mut volumes = volumes.into_iter().flatten();
            let named =
                |volume: &&Value| mount["name"].is_string() && volume["name"] == mount["name"];
            let Some(volume) = volumes.find(named) else {
                continue;
            };
            let path = text_of(&mount["mountPath"]);
            let objects = objects(volume);
            if objects.is_empty() {
                let rendered = volume["emptyDir"].is_object();
                let opaque = if rendered {
                    Opaque::Rendered
                } else {
                    Opaque::Foreign
                };
                into.opaque.push((path.to_owned(), opaque));
            }
            for (kind, object) in objects {
                self.object(mount, kind, object, into);
            }
        }
    }

    fn object(&self, mount: &Value, kind: SourceKind, object: &Value, into: &mut Mounts<'s, F>) {
        let path = text_of(&mount["mountPath"]);
        let sub_path = text_of(&mount["subPath"]).trim_matches('/');
        let name = object["name"]
            .as_str()
            .unwrap_or(text_of(&object["secretName"]));
        if let Some(files) = self.sources.files(kind, self.namespace, name) {
            for (key, file) in projected(files, &object["items"]) {
                into.own
                    .extend(place(path, sub_path, &key).map(|path| (path, file)));
            }
        } else {
            into.opaque.push((path.to_owned(), Opaque::Foreign));
            // A Secret somewhere else holds keys and passwords, not Spark's settings.
            if kind == SourceKind::ConfigMap || path.contains("conf") {
                into.incomplete
                    .get_or_insert_with(|| format!("`{kind:?}/{name}`"));
            }
        }
    }
}

/// Each ConfigMap and Secret behind a volume.
fn objects(volume: &Value) -> Vec<(SourceKind, &Value)> {
    let sources = volume["projected"]["sources"]
        .as_array()
        .into_iter()
        .flatten();
    std::iter::once(volume)
        .chain(sources)
        .flat_map(|source| {
            [
                (SourceKind::ConfigMap, &source["configMap"]),
                (SourceKind::Secret, &source["secret"]),
            ]
        })
        .filter(|(_, object)| object.is_object())
        .collect()
}

/// The files as the volume names them: `items` choose and rename.
fn projected<'s, F>(files: &'s Few<String, F>, items: &Value) -> Vec<(String, &'s F)> {
    match items.as_array() {
        None => files
            .iter()
            .map(|(key, file)| (key.clone(), file))
            .collect(),
        Some(items) => {
            let chosen = items.iter().filter_map(|item| {
                let file = files.get(text_of(&item["key"]))?;
                Some((text_of(&item["path"]).to_owned(), file))
            });
            chosen.collect()
        }
    }
}

/// Where a file of a volume lies in the container; nowhere, where `subPath` leaves it out.
fn place(mount: &str, sub_path: &str, file: &str) -> Option<String> {
    let mount = mount.trim_end_matches('/');
    if sub_path.is_empty() {
        return Some(format!("{mount}/{file}"));
    }
    if file == sub_path {
        return Some(mount.to_owned());
    }
    let rest = file.strip_prefix(sub_path)?.strip_prefix('/')?;
    Some(format!("{mount}/{rest}"))
}
