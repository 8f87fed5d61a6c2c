//! Whether an object that exists is made anew rather than patched, so that an immutable template may change.

use serde_json::Value;

/// Whether the deployer makes this object anew each time instead of patching it.
///
/// Either its name is generated; or it is a Helm hook, which Helm only ever creates, whatever its delete policy
/// (`execHook` in `pkg/action/hooks.go`); or Argo CD may delete it (`Force=true`). `Replace=true` alone is not enough:
/// `kubectl replace` without force sends a PUT, and the API server refuses another template of a Job or Pod there, too.
pub fn replaceable(object: &Value) -> bool {
    let metadata = &object["metadata"];
    let name = metadata["name"].as_str().unwrap_or_default();
    let generated = metadata["generateName"].as_str().unwrap_or_default();
    if name.is_empty() && !generated.is_empty() {
        return true;
    }
    let annotation = |key: &str| metadata["annotations"][key].as_str();
    let forced = words(annotation("argocd.argoproj.io/sync-options").unwrap_or_default())
        .any(|option| option == "Force=true");
    forced || helm_hooks(object).next().is_some()
}

/// The events that this object is a Helm hook of (`pre-install`, `test`); none for an ordinary object.
pub fn helm_hooks(object: &Value) -> impl Iterator<Item = &str> {
    words(
        object["metadata"]["annotations"]["helm.sh/hook"]
            .as_str()
            .unwrap_or_default(),
    )
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn annotated(annotations: &Value) -> bool {
        replaceable(&json!({"metadata": {"name": "a", "annotations": annotations}}))
    }

    #[test]
    fn helm_hooks_are_made_anew() {
        assert!(annotated(
            &json!({"helm.sh/hook": "post-install, post-upgrade"})
        ));
        assert!(annotated(&json!({
            "helm.sh/hook": "test",
            "helm.sh/hook-delete-policy": "hook-succeeded, before-hook-creation",
        })));
        assert!(annotated(&json!({
            "helm.sh/hook": "test",
            "helm.sh/hook-delete-policy": "hook-succeeded,hook-failed",
        })));
        assert!(!annotated(
            &json!({"helm.sh/hook-delete-policy": "before-hook-creation"})
        ));
        assert!(!annotated(&json!({"helm.sh/hook": ""})));
    }

    #[test]
    fn argo_cd_must_be_allowed_to_delete() {
        let options = |text: &str| annotated(&json!({"argocd.argoproj.io/sync-options": text}));
        assert!(options("Force=true"));
        assert!(options("Replace=true, Force=true"));
        assert!(!options("Replace=true"));
        assert!(!options("Force=false,Prune=false"));
    }

    #[test]
    fn generated_names_are_new_each_time() {
        assert!(replaceable(&json!({"metadata": {"generateName": "a-"}})));
        assert!(!replaceable(
            &json!({"metadata": {"generateName": "a-", "name": "a"}})
        ));
        assert!(!annotated(&json!({})));
        assert!(!replaceable(&json!("text")));
    }
}
