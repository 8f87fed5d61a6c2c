//! SK512: connections whose other end nobody checks.

use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;

pub(super) const RULE: Rule = Rule {
    code: "SK512",
    grade: Grade::Warning,
    page: Page {
        id: "spark/no-tls",
        title: "connections whose other end nobody checks",
        what: "`spark.kubernetes.trust.certificates` is not `true`; where `spark.hadoop.fs.s3a.endpoint` is outside the cluster, it is \
               no `http://` address, and `spark.hadoop.fs.s3a.connection.ssl.enabled` is not `false`. Names of Services, `.local`, \
               `.internal`, addresses by number and names that are not known pass. Source: `deploy.k8s.Config`, Hadoop's `S3AUtils`.",
        why_platform: "`trust.certificates` takes any certificate for the API server's: whoever is in between reads the token of the \
                       driver's account, which makes pods.",
        why_data: "Without TLS keys are signed and data is not: tables and event logs cross the network in clear.",
        fix: "Name the certificate (`spark.kubernetes.authenticate.caCertFile`), and use `https://`.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.kubernetes.trust.certificates: \"true\"
    spark.hadoop.fs.s3a.endpoint: http://storage.example.com
  driver: {memory: 2g}
  executor: {memory: 4g}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.hadoop.fs.s3a.endpoint: https://storage.example.com
  driver: {memory: 2g}
  executor: {memory: 4g}
",
    },
    judge: Judge::Process(judge),
};

const TRUST: &str = "spark.kubernetes.trust.certificates";
const ENDPOINT: &str = "spark.hadoop.fs.s3a.endpoint";
const TLS: &str = "spark.hadoop.fs.s3a.connection.ssl.enabled";

/// Ends of names that only a cluster or a company resolves.
const LOCAL: [&str; 8] = [
    ".svc",
    ".local",
    ".internal",
    ".lan",
    ".localhost",
    ".corp",
    ".intranet",
    ".home",
];

fn judge(case: Case<'_>) -> Vec<Said> {
    let conf = case.conf();
    let mut said = Vec::new();
    if conf.entry(TRUST).is_some() && conf.flag(TRUST) == Some(true) {
        let message = format!(
            "`{}` takes any certificate for that of the API server",
            case.shown(TRUST)
        );
        let help = "take it out, and name the authority by `spark.kubernetes.authenticate.caCertFile` where it is not the cluster's own";
        said.push(case.at(TRUST).say(message, help).because(
            "whoever is in between gets the token of the driver's account, which may make pods",
        ));
    }
    let endpoint = conf.text(ENDPOINT);
    let Some(host) = endpoint
        .as_deref()
        .filter(|text| !text.starts_with("https://"))
        .and_then(public)
    else {
        return said;
    };
    // A scheme in the endpoint counts before the switch. Source: `DefaultS3ClientFactory.getS3Endpoint` of Hadoop.
    let is_plain = endpoint
        .as_deref()
        .is_some_and(|text| text.starts_with("http://"));
    let key = match is_plain {
        true => ENDPOINT,
        false if conf.entry(TLS).is_some() && conf.text(TLS).as_deref() == Some("false") => TLS,
        false => return said,
    };
    let is_secret = conf.entry(ENDPOINT).is_some_and(|entry| entry.secret);
    let (to, endpoint) = match is_secret {
        true => ("its endpoint".to_owned(), "https://…".to_owned()),
        false => (format!("`{host}`"), format!("https://{host}")),
    };
    let message = format!("`{}` sends data to {to} in clear", case.shown(key));
    let help = format!("write `{endpoint}` as the endpoint");
    said.push(case.at(key).say(message, help).because(
        "requests to an object store are signed and not encrypted: tables and event logs can be read on the way",
    ));
    said
}

/// The host of an address, where it is one that is certainly outside the cluster: three parts at least, the last one a word.
fn public(endpoint: &str) -> Option<&str> {
    let rest = endpoint
        .split_once("://")
        .map_or(endpoint, |(_, rest)| rest);
    let host = rest.split(['/', ':', '?']).next()?;
    let parts: Vec<_> = host.split('.').collect();
    let is_word = parts
        .last()
        .is_some_and(|last| last.len() > 1 && last.bytes().all(|b| b.is_ascii_alphabetic()));
    let is_local = LOCAL.iter().any(|end| host.ends_with(end)) || host.contains(".svc.");
    (parts.len() > 2 && is_word && !is_local).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_outside() {
        for (endpoint, want) in [
            (
                "http://storage.example.com:9000/a",
                Some("storage.example.com"),
            ),
            (
                "s3.eu-west-1.amazonaws.com",
                Some("s3.eu-west-1.amazonaws.com"),
            ),
            ("http://minio:9000", None),
            ("http://minio.spark-infra:9000", None),
            ("http://minio.spark-infra.svc.cluster.local:9000", None),
            ("http://minio.infra.svc:9000", None),
            ("http://10.0.0.1:9000", None),
            ("http://[fd00::1]:9000", None),
            ("store.team.internal", None),
        ] {
            assert_eq!(public(endpoint), want, "{endpoint}");
        }
    }
}
