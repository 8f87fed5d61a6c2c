//! Addresses, and what a stream has to say of them.

use super::*;
use serde_json::json;

#[test]
fn hosts_of_addresses_and_never_what_stands_before_them() {
    for (text, found) in [
        (
            "sc://connect:15002/;token=abc",
            vec![("connect", Some(15002))],
        ),
        (
            "thrift://a:9083, thrift://b",
            vec![("a", Some(9083)), ("b", None)],
        ),
        (
            "jdbc:postgresql://db:5432/x?user=u",
            vec![("db", Some(5432))],
        ),
        ("postgres://u:p,w@db/x", vec![("db", None)]),
        ("minio:9000", vec![("minio", Some(9000))]),
        // What is no address, or may have a password where the host would be.
        ("postgres://u:p/w@db/x", vec![]),
        ("postgres://u:a://b@db", vec![]),
        ("jdbc:postgresql://db/x?password=a@b", vec![]),
        ("databricks", vec![]),
        ("local[*]", vec![]),
        ("sc://0.0.0.0:15002", vec![]),
        ("sc://$(HOST):15002", vec![]),
        ("k8s://https://kubernetes.default.svc", vec![]),
        ("sqlite:////opt/x.db", vec![]),
        ("http://minio:port", vec![]),
        ("", vec![]),
    ] {
        assert_eq!(hosts(text, false), found, "{text}");
    }
    assert_eq!(hosts("postgres", true), [("postgres", None)]);
    assert_eq!(hosts("10.0.0.1", true), []);
}

#[test]
fn a_name_may_mean_a_service_or_a_host_elsewhere() {
    let of = |host| Address::of(host, Some("own")).map(|a| (a.name, a.namespace, a.sure));
    assert_eq!(of("x"), Some(("x", Some("own"), true)));
    assert_eq!(of("x.ns"), Some(("x", Some("ns"), false)));
    assert_eq!(of("x.ns.svc"), Some(("x", Some("ns"), true)));
    let pod = of("x-0.x.ns.svc.cluster.local.");
    assert_eq!(pod, Some(("x", Some("ns"), true)));
    for host in ["localhost", "s3.eu.amazonaws.com", "svc", "a.b.c.d.svc"] {
        assert_eq!(of(host), None, "{host}");
    }
}

#[test]
fn variables_of_the_container_are_put_in() {
    let variables =
        json!([{"name": "A", "value": "a"}, {"name": "B", "value": "$(A)b"}, null, {"name": "C"}]);
    assert_eq!(expanded("$(B) $(C) $(D)", &variables), "ab $(C) $(D)");
}

#[test]
fn namespaces_that_nobody_wrote_may_be_any() {
    let parts = |namespace: Option<&str>| {
        let mut parts = Parts::default();
        parts.name("Secret", namespace, "s");
        parts
    };
    for (own, asked, found) in [
        (None, None, true),
        (None, Some("a"), true),
        (Some("a"), None, true),
        (Some("a"), Some("a"), true),
        (Some("a"), Some("b"), false),
    ] {
        assert_eq!(
            parts(own).has("Secret", asked, "s"),
            found,
            "{own:?} {asked:?}"
        );
    }
    assert!(parts(None).has("ServiceAccount", None, "default"));
    assert!(!parts(None).has("ConfigMap", None, "s"));
}

#[test]
fn a_service_without_a_selector_leads_where_others_say() {
    let mut parts = Parts::default();
    let service = |spec| Service::of(None, &spec);
    let services = [
        (
            "outside",
            json!({"type": "ExternalName", "externalName": "db.example.com"}),
        ),
        (
            "headless",
            json!({"clusterIP": "None", "selector": {"app": "x"}}),
        ),
    ];
    for (name, spec) in services {
        let own = BTreeMap::from([(None, vec![service(spec)])]);
        parts.services.insert(name.into(), own);
    }
    let astray = |name| {
        let address = Address::of(name, None).unwrap();
        let found = parts.astray(address, Some(5432), &|_| true);
        found.map(|astray| astray.why)
    };
    assert_eq!(astray("outside"), None);
    let nobody = "whose selector finds no pod in the stream";
    assert_eq!(astray("headless").as_deref(), Some(nobody));
}

#[test]
fn services_and_pods_of_other_namespaces_are_others() {
    let selector = json!({"selector": {"app": "x"}, "ports": [{"port": 80}]});
    let pod = |namespace: Option<&str>| Running {
        owner: "Deployment/x".into(),
        namespace: namespace.map(str::to_owned),
        labels: Labels::of(&json!({"app": "x"})).owned(),
        roles: BTreeSet::new(),
        ports: BTreeSet::new(),
    };
    // The namespaces of a Service, of a pod and of whoever asks.
    for (service, running, asks, found) in [
        (Some("a"), Some("a"), Some("a"), None),
        (None, None, Some("a"), None),
        (Some("a"), None, None, None),
        (None, Some("b"), Some("a"), None),
        (
            Some("a"),
            Some("b"),
            Some("a"),
            Some("whose selector finds no pod in the stream"),
        ),
        (
            Some("b"),
            Some("b"),
            Some("a"),
            Some("which is not in the stream"),
        ),
    ] {
        let mut parts = Parts::default();
        parts.name("Service", service, "s");
        let own = BTreeMap::from([(
            service.map(str::to_owned),
            vec![Service::of(service, &selector)],
        )]);
        parts.services.insert("s".into(), own);
        parts.run(pod(running));
        let address = Address::of("s", asks).unwrap();
        let astray = parts.astray(address, None, &|_| true);
        let why = astray.map(|astray| astray.why);
        assert_eq!(why.as_deref(), found, "{service:?} {running:?} {asks:?}");
    }
}
