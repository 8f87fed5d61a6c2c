//! The cluster: it is asked which kinds it knows, what it has, and by dry runs what it would make of the stream.

use super::trouble;
use crate::drift::{
    self, MANAGER, Verdict, differences, differences_as_written, is_as_written, is_segment,
};
use kube::api::{GetParams, Patch, PatchParams};
use kube::core::Request;
use kube::{Client, Error};
use serde_json::Value;
use std::collections::BTreeMap;

/// An object of the stream.
pub(super) struct Wanted {
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) namespace: Option<String>,
    pub(super) name: String,
    value: Value,
}

impl Wanted {
    /// An object as it is sent.
    pub(super) fn of(value: Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let metadata = &value["metadata"];
        let name = match metadata.get("name") {
            Some(name) => text(name),
            None => text(&metadata["generateName"]),
        };
        Self {
            api_version: text(&value["apiVersion"]),
            kind: text(&value["kind"]),
            namespace: metadata["namespace"]
                .as_str()
                .filter(|name| !name.is_empty())
                .map(str::to_owned),
            name,
            value,
        }
    }
}

/// Where objects of a kind are.
#[derive(Clone)]
struct Resource {
    kind: String,
    plural: String,
    namespaced: bool,
}

/// A cluster, and what is known of it.
pub(super) struct Cluster {
    client: Client,
    /// Of objects that name none.
    namespace: String,
    /// By group and version; `None` for one that the cluster does not have.
    known: BTreeMap<String, Option<Vec<Resource>>>,
}

/// An answer about one object: where it was looked for, and what was found.
type Answer = (Option<String>, Verdict);

impl Cluster {
    pub(super) fn new(client: Client, namespace: String) -> Self {
        Self {
            client,
            namespace,
            known: BTreeMap::new(),
        }
    }

    /// Compares one object. An error is one of the connection, or of credentials: no other object would fare better.
    pub(super) async fn compare(&mut self, wanted: &Wanted) -> Result<Answer, Error> {
        let named = wanted.namespace.as_ref().unwrap_or(&self.namespace).clone();
        if let Some(why) = misleading(wanted, &named) {
            return Ok((wanted.namespace.clone(), Verdict::Failed(why)));
        }
        let resource = match self.resource(wanted).await {
            Ok(Some(resource)) => resource,
            Ok(None) => {
                let why = format!(
                    "the cluster knows no kind `{}` of `{}`: is its CustomResourceDefinition installed?",
                    wanted.kind, wanted.api_version
                );
                return Ok((wanted.namespace.clone(), Verdict::Failed(why)));
            }
            Err(error) => {
                let verdict = trouble::of_object(error, false)?;
                return Ok((wanted.namespace.clone(), verdict));
            }
        };
        let namespace = resource.namespaced.then_some(named);
        let path = path(&wanted.api_version, namespace.as_deref(), &resource.plural);
        let secret = wanted.kind == "Secret";
        let verdict = match self.ask(&path, wanted).await {
            Ok(verdict) => verdict,
            Err(error) => trouble::of_object(error, secret)?,
        };
        Ok((namespace, verdict))
    }

    async fn ask(&self, path: &str, wanted: &Wanted) -> Result<Verdict, Error> {
        let request = Request::new(path);
        let get = request.get(&wanted.name, &GetParams::default());
        let live: Value = match self.client.request(get.map_err(Error::BuildRequest)?).await {
            Ok(live) => live,
            Err(Error::Api(status)) if status.code == 404 => return Ok(Verdict::Missing),
            Err(error) => return Err(error),
        };
        if is_as_written(&wanted.api_version) {
            return Ok(verdict(differences_as_written(&live, &wanted.value)));
        }
        let params = PatchParams {
            dry_run: true,
            force: true,
            field_manager: Some(MANAGER.to_owned()),
            ..PatchParams::default()
        };
        let patch = request.patch(&wanted.name, &params, &Patch::Apply(&wanted.value));
        let patch = patch.map_err(Error::BuildRequest)?;
        let mut query = patch.uri().query().unwrap_or_default().split('&');
        if !query.any(|pair| pair == "dryRun=All") {
            return Ok(Verdict::Failed(
                "internal error: the request is no dry run".into(),
            ));
        }
        let applied: Value = match self.client.request(patch).await {
            Ok(applied) => applied,
            // Some fields of a Job, say, stay as they were made. What differs can be told all the same.
            Err(Error::Api(status)) if status.code == 422 => {
                let found = differences_as_written(&live, &wanted.value);
                let refused = Error::Api(status);
                return if found.is_empty() {
                    Err(refused)
                } else {
                    Ok(verdict(found))
                };
            }
            Err(error) => return Err(error),
        };
        Ok(differences(&live, &applied).map_or_else(
            || Verdict::Failed("the server does not tell which fields were applied".into()),
            verdict,
        ))
    }

    /// Where objects of this kind are; what a group has is asked once.
    async fn resource(&mut self, wanted: &Wanted) -> Result<Option<Resource>, Error> {
        let version = &wanted.api_version;
        if !self.known.contains_key(version) {
            let listed = if version.contains('/') {
                self.client.list_api_group_resources(version).await
            } else {
                self.client.list_core_api_resources(version).await
            };
            let resources = match listed {
                Ok(list) => Some(list.resources),
                Err(Error::Api(status)) if status.code == 404 => None,
                Err(error) => return Err(error),
            };
            let resources = resources.map(|resources| {
                let own = resources.into_iter().filter(|one| !one.name.contains('/'));
                let own = own.map(|one| Resource {
                    kind: one.kind,
                    plural: one.name,
                    namespaced: one.namespaced,
                });
                own.collect()
            });
            self.known.insert(version.clone(), resources);
        }
        let resources = self.known.get(version).and_then(Option::as_ref);
        let mut resources = resources.into_iter().flatten();
        Ok(resources.find(|one| one.kind == wanted.kind).cloned())
    }
}

/// What in an object's names would lead a request elsewhere, or end its path, and with it the words `dryRun=All`.
fn misleading(wanted: &Wanted, namespace: &str) -> Option<String> {
    let (group, version) = match wanted.api_version.split_once('/') {
        Some((group, version)) => (Some(group), version),
        None => (None, &*wanted.api_version),
    };
    let mut parts = group.into_iter().chain([version, namespace, &*wanted.name]);
    let part = parts.find(|part| !is_segment(part))?;
    Some(format!("`{part}` cannot be part of the path of a request"))
}

fn path(api_version: &str, namespace: Option<&str>, plural: &str) -> String {
    let root = if api_version.contains('/') {
        "apis"
    } else {
        "api"
    };
    let within = namespace.map(|name| format!("namespaces/{name}/"));
    format!(
        "/{root}/{api_version}/{}{plural}",
        within.unwrap_or_default()
    )
}

fn verdict(found: Vec<drift::Difference>) -> Verdict {
    if found.is_empty() {
        Verdict::Same
    } else {
        Verdict::Differs(found)
    }
}
