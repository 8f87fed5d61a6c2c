//! What goes wrong between us and a cluster, told without anything that might be a credential.

use crate::cli::exit::{Exit, Failure};
use crate::drift::Verdict;
use crate::report::{Message, without_credentials};
use kube::Error;
use kube::core::Status;

/// What an error says of one object. An error that would meet every object is given back.
pub(super) fn of_object(error: Error, secret: bool) -> Result<Verdict, Error> {
    match error {
        Error::Api(status) if status.code != 401 => Ok(Verdict::Failed(refusal(&status, secret))),
        error => Err(error),
    }
}

/// What a server's refusal says. Its words may repeat values, which of a Secret nobody may see.
fn refusal(status: &Status, secret: bool) -> String {
    let causes = status.details.iter().flat_map(|details| &details.causes);
    let fields: Vec<_> = causes
        .filter(|cause| !cause.field.is_empty())
        .map(|cause| format!("`{}` ({})", cause.field, cause.reason))
        .collect();
    if !fields.is_empty() {
        return format!("the server would not take it: {}", fields.join(", "));
    }
    if secret || status.message.is_empty() {
        return format!("the server refuses: {} ({})", status.reason, status.code);
    }
    format!(
        "the server refuses: {}",
        without_credentials(&status.message)
    )
}

/// An error that ends the run.
pub(super) fn fatal(error: &Error, context: &str) -> Failure {
    let (what, help) = match error {
        Error::Api(status) if status.code == 401 => (
            "does not accept the credentials (401)".to_owned(),
            "`kubectl auth whoami` with the same context says who you are",
        ),
        Error::Api(status) => (
            format!("refuses: {}", without_credentials(&status.message)),
            "`deploy/drift/rbac.yaml` has the rights that are needed",
        ),
        // A plugin's output may be a token.
        Error::Auth(_) => (
            "cannot be asked: the kubeconfig's command or file gives no credentials".to_owned(),
            "`kubectl get --raw /version` with the same context says why",
        ),
        Error::SerdeError(_) => (
            "answers what is no JSON of an API server".to_owned(),
            "is the address in the kubeconfig that of an API server?",
        ),
        error => (
            format!("cannot be reached: {}", chain(error)),
            "is its address right, and is it up?",
        ),
    };
    let what = format!("the cluster of `{context}` {what}");
    Failure {
        exit: Exit::Cluster,
        text: Message::error(what, None, Some(help.to_owned())).render(),
    }
}

/// The innermost cause says most.
fn chain(error: &Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    without_credentials(&cause.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn status(value: serde_json::Value) -> Status {
        serde_json::from_value(value).expect("a status")
    }

    #[test]
    fn a_refusal_repeats_no_value() {
        let invalid = status(
            json!({"code": 422, "reason": "Invalid", "message": "data[a]: Invalid value: \"hunter\"",
            "details": {"causes": [{"reason": "FieldValueInvalid", "message": "hunter", "field": "data[a]"}]}}),
        );
        assert_eq!(
            refusal(&invalid, true),
            "the server would not take it: `data[a]` (FieldValueInvalid)"
        );
        let other = status(json!({"code": 500, "reason": "InternalError", "message": "hunter"}));
        assert_eq!(
            refusal(&other, true),
            "the server refuses: InternalError (500)"
        );
        let telling =
            status(json!({"code": 400, "reason": "BadRequest", "message": "x\npassword: hunter"}));
        assert!(!refusal(&telling, false).contains("hunter"));
    }

    #[test]
    fn what_meets_every_object_ends_the_run() {
        let error = |code: u16| Error::Api(Box::new(status(json!({"code": code, "message": "m"}))));
        assert!(of_object(error(401), false).is_err());
        assert!(of_object(error(403), false).is_ok());
        let failure = fatal(&error(401), "prod");
        assert_eq!(failure.exit, Exit::Cluster);
        assert!(failure.text.contains("`prod`"), "{}", failure.text);
    }
}
