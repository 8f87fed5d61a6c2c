//! Real messages, and what has nothing to do with them.

use super::{recognised, table};

/// The first id of each answer.
fn ids(message: &str) -> Vec<&'static str> {
    let all = recognised(message).into_iter();
    all.map(|(said, _)| said.ids.first().copied().unwrap_or("-"))
        .collect()
}

#[test]
fn a_message_is_answered_with_all_that_it_says() {
    let message = "Error creating: pods \"p-\" is forbidden: violates PodSecurity \"restricted:latest\": allowPrivilegeEscalation != false \
        (container \"c\" must set securityContext.allowPrivilegeEscalation=false), seccompProfile (pod or container \"c\" must set …)";
    assert_eq!(
        ids(message),
        [
            "pod-security/incomplete",
            "pod-security/allowPrivilegeEscalation",
            "pod-security/seccompProfile_restricted"
        ]
    );
    let message = "unable to validate against any security context constraint: [provider \"anyuid\": Forbidden: not usable by user or \
        serviceaccount, provider restricted-v2: .spec.securityContext.fsGroup: Invalid value: []int64{185}: 185 is not an allowed group, \
        provider restricted-v2: .containers[0].runAsUser: Invalid value: 185: must be in the ranges: [1000650000, 1000659999], \
        spec.volumes[0]: Invalid value: \"hostPath\": hostPath volumes are not allowed to be used]";
    assert_eq!(
        ids(message),
        [
            "openshift/runAsUser",
            "openshift/runAsUser",
            "openshift/fsGroup",
            "openshift/volumes"
        ]
    );
}

#[test]
fn case_line_breaks_and_escapes_do_not_count() {
    for message in [
        "container has runAsNonRoot and image has non-numeric user (spark), cannot verify user is non-root",
        "Container has runAsNonRoot and image has\n    non-numeric user (spark),   cannot verify user is non-root (pod: \\\"x\\\")",
    ] {
        assert_eq!(ids(message), ["pod-security/runAsNonRoot"], "{message}");
    }
    assert_eq!(ids("secret \\\"db\\\" not found"), ["-"]);
}

#[test]
fn what_nobody_knows_is_not_guessed() {
    for message in [
        "",
        "…",
        "hello",
        "secret not found",
        "cannot verify user is non-root: image has non-numeric user",
        "not found",
        "the pod is fine",
        "runAsUser",
    ] {
        assert_eq!(ids(message), [""; 0], "{message}");
    }
}

#[test]
fn every_entry_recognises_its_own_words() {
    for said in table() {
        for words in said.words {
            let found = recognised(words);
            assert!(found.iter().any(|(own, _)| own == &said), "{words}");
        }
        assert!(!said.place.is_empty() && !said.words.is_empty());
        assert!(
            !said.ids.is_empty() || !said.fix.is_empty(),
            "{:?}",
            said.words
        );
    }
}
