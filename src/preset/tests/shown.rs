//! What `presets show` prints.

use super::*;
use insta::assert_snapshot;

#[test]
fn every_value_says_who_set_it() {
    let spec = "  parameters:
    size: {type: string, default: small, enum: [small, large], summary: s}
    uid: {type: integer, default: 185, summary: s}
  where: {jobs: guard}
  rules:
    - id: user
      on: container
      where: {kinds: [apps/Deployment, Pod], labels: {app: [a, \"b*\"]}, images: \"*spark*:4*\", containerTypes: main, spark: true}
      unless: [{securityContext: {runAsUser: 0}}, {securityContext: null}]
      default: {securityContext: {runAsUser: {$parameter: uid}, runAsGroup: {$imageUser: true}}, args: [a, {b: {}}]}
      pod: {spec: {volumes: []}}
      because: b
    - {id: size, on: object, when: {size: large}, patch: [{op: add, path: /a~1b, value: {c: on}}, {op: move, from: /d, path: /e}], because: b}
    - {id: host, on: pod, forbid: {spec: {hostPID: true}}, severity: info, because: 'it: is'}
  checks:
    pod-security: {level: baseline, version: {$parameter: size}}
";
    let desk = Desk::default()
        .preset("p.yaml", "p", spec)
        .choose("p.yaml")
        .overlay(
            "o.yaml",
            "  parameters: {p: {size: large}}\n  severity: {p/*: warning}\n",
        )
        .set("uid=1000");
    assert_snapshot!(show(&desk.policy()), @r#"
    presets:
      - p@1.0.0  # p.yaml: a test
    parameters:
      p:
        size: large  # o.yaml:5
        uid: 1000  # --set uid
    severity:
      "p/*": warning  # o.yaml:6
    checks:
      pod-security:  # p.yaml:21
        severity: error
        level: baseline  # p.yaml:21
        version: large  # o.yaml:5
    rules:
      - id: p/user  # p.yaml:11
        on: container
        where:
          - {jobs: guard}  # p.yaml:9
          - {kinds: [apps/Deployment, Pod], labels: {app: [a, "b*"]}, spark: true, images: ["*spark*:4*"], containerTypes: [main]}  # p.yaml:13
        unless:
          - {securityContext: {runAsUser: 0}}
          - {securityContext: null}
        default:
          securityContext:
            runAsUser: 1000  # --set uid (p.uid)
            runAsGroup: {$imageUser: true}  # p.yaml:15
          args:
            - a  # p.yaml:15
            -
              b: {}  # p.yaml:15
        pod:
          spec:
            volumes: []  # p.yaml:16
        because: b
      - id: p/size  # p.yaml:18
        on: object
        where: {jobs: guard}  # p.yaml:9
        patch:
          - {op: add, path: "/a~1b", value: {c: true}}  # p.yaml:18
          - {op: move, path: /e, from: /d}  # p.yaml:18
        because: b
      - id: p/host  # p.yaml:19
        on: pod
        forbid: {spec: {hostPID: true}}
        severity: warning  # o.yaml:6
        because: "it: is"
    "#);
}

#[test]
fn what_is_shown_can_be_read() {
    for name in ["default", "restricted", "spark-scratch"] {
        let text = show(&Desk::default().choose(name).policy());
        let stream = crate::yaml::Stream::parse(&text).unwrap();
        let value = stream.documents[0].root().unwrap().to_value();
        assert!(
            value["rules"]
                .as_array()
                .is_some_and(|rules| !rules.is_empty())
        );
    }
}
