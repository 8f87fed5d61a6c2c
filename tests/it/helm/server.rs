//! One real API server for all tests that install something; each test has namespaces of its own.

use super::{Answer, Helm, hosts, repository};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

/// An API server without nodes and controllers: objects are checked and kept, and no pod ever runs.
pub(super) struct Server {
    kubectl: PathBuf,
    kubeconfig: PathBuf,
    /// Stops the server when its standard input ends, hence when this process ends, whichever way.
    _keeper: Child,
}

/// The server, started at the first use; `None` where its programs are not built.
pub(super) fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    SERVER.get_or_init(start).as_ref()
}

fn start() -> Option<Server> {
    let [apiserver, _, kubectl] = ["kube-apiserver", "etcd", "kubectl"].map(hosts::host);
    let (apiserver, kubectl) = (apiserver?, kubectl?);
    hosts::host("etcd")?;
    let mut command = Command::new("bash");
    command
        .arg(repository("tests/hosts/apiserver.sh"))
        .args([Path::new("serve"), apiserver.parent()?])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut keeper = command.spawn().unwrap();
    let mut line = String::new();
    let out = keeper.stdout.take().unwrap();
    BufReader::new(out).read_line(&mut line).unwrap();
    let kubeconfig = PathBuf::from(line.trim_end());
    assert!(kubeconfig.is_file(), "the API server did not start");
    Some(Server {
        kubectl,
        kubeconfig,
        _keeper: keeper,
    })
}

/// A kubeconfig of a new namespace on the server; `None` where its programs are not built.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
pub(crate) fn kubeconfig(namespace: &str) -> Option<String> {
    let server = server()?;
    let mut create = Command::new(&server.kubectl);
    create
        .env("KUBECONFIG", &server.kubeconfig)
        .args(["create", "namespace", namespace]);
    Answer::from(create.output().unwrap()).done();
    let text = super::read(&server.kubeconfig);
    Some(text.replace(
        "user: admin}",
        &format!("user: admin, namespace: {namespace}}}"),
    ))
}

/// A namespace, and a Helm that works in it.
pub(super) struct Place {
    pub(super) helm: Helm,
    pub(super) namespace: String,
    server: &'static Server,
}

/// A place for each Helm; `None` where a host is missing. The namespaces carry `labels`.
pub(super) fn places(name: &str, labels: &[&str]) -> Option<[Place; 2]> {
    let server = server()?;
    Some(Helm::both()?.map(|mut helm| {
        helm.kubeconfig.clone_from(&server.kubeconfig);
        let namespace = format!("{name}-{:?}", helm.version).to_lowercase();
        let place = Place {
            helm,
            namespace,
            server,
        };
        place
            .kubectl(&["create", "namespace", &place.namespace])
            .done();
        for label in labels {
            place
                .kubectl(&["label", "namespace", &place.namespace, label])
                .done();
        }
        place
    }))
}

impl Place {
    /// `kubectl` in the namespace.
    pub(super) fn kubectl(&self, args: &[&str]) -> Answer {
        let mut command = Command::new(&self.server.kubectl);
        self.helm.surround(&mut command);
        command.args(["--namespace", &self.namespace]).args(args);
        command.output().unwrap().into()
    }

    /// Helm in the namespace.
    pub(super) fn helm(&self, args: &[&str]) -> Answer {
        self.helm
            .run(&[args, &["--namespace", &self.namespace]].concat())
    }

    /// Helm in the namespace, with the post-renderer.
    pub(super) fn guarded(&self, args: &[&str], ours: &[&str]) -> Answer {
        self.helm
            .guarded(&[args, &["--namespace", &self.namespace]].concat(), ours)
    }

    /// An object as the API server has it: `Deployment/name`.
    pub(super) fn get(&self, name: &str) -> Value {
        let text = self.kubectl(&["get", name, "--output", "json"]).done();
        serde_json::from_str(&text).unwrap()
    }

    /// The release's workloads as the API server has them, by `Kind/name`.
    pub(super) fn workloads(&self) -> Vec<(String, Value)> {
        let kinds = "deployments,statefulsets,cronjobs,jobs,pods";
        let text = self.kubectl(&["get", kinds, "--output", "json"]).done();
        let mut list: Value = serde_json::from_str(&text).unwrap();
        let Value::Array(items) = list["items"].take() else {
            panic!("{list}")
        };
        items
            .into_iter()
            .map(|object| (super::name(&object), object))
            .collect()
    }
}
