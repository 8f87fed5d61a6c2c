//! Whether an object that exists is made anew rather than patched, so that an immutable template may change.

use serde_json::Value;

/// Whether the deployer makes this object anew each time instead of patching it.
///
/// Either its name is generated; or it is a Helm hook that is gone before Helm makes it the next time; or Argo CD may
/// delete it (`Force=true`). `Replace=true` alone is not enough: `kubectl replace` without force sends a PUT, and the API
/// server refuses another template of a Job or Pod there, too.
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
    forced
        || helm_hooks(object).next().is_some() && is_gone(annotation("helm.sh/hook-delete-policy"))
}

/// Whether a hook with this delete policy is gone when Helm makes it again. Helm deletes it first, which is also what it
/// does where nothing is written, or it deleted it after success; one that failed stops the release in any case. What
/// stays after success Helm 4 patches, by server-side apply (`execHook` in `pkg/action/hooks.go`, docs/decisions/0004).
fn is_gone(policy: Option<&str>) -> bool {
    let deletes = |policy: &str| {
        let policy = policy.trim().to_ascii_lowercase();
        matches!(policy.as_str(), "before-hook-creation" | "hook-succeeded")
    };
    policy.is_none_or(|policy| policy.split(',').any(deletes))
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
    fn helm_hooks_that_are_gone_are_made_anew() {
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
        assert!(annotated(
            &json!({"helm.sh/hook": "test", "helm.sh/hook-delete-policy": "Hook-Succeeded"})
        ));
        assert!(!annotated(
            &json!({"helm.sh/hook-delete-policy": "before-hook-creation"})
        ));
        assert!(!annotated(&json!({"helm.sh/hook": ""})));
    }

    #[test]
    fn helm_4_patches_hooks_that_stay_after_success() {
        for policy in ["hook-failed", "", "keep"] {
            let hook =
                json!({"helm.sh/hook": "post-upgrade", "helm.sh/hook-delete-policy": policy});
            assert!(!annotated(&hook), "{policy}");
        }
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
