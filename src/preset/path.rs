//! Paths of policy files, as text: what `use: ./blocks/x.yaml` means, and whether it stays where it may.

/// Whether a reference is a path and not the name of a built-in.
pub(super) fn is_path(text: &str) -> bool {
    let yaml = [".yaml", ".yml"].iter().any(|end| text.ends_with(end));
    yaml || text.contains('/') || text == "." || text == ".."
}

/// The path without `.` and with `..` taken back, as far as it goes.
pub(super) fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !matches!(*part, "" | ".")) {
        match parts.last() {
            Some(last) if part == ".." && *last != ".." => {
                parts.pop();
            }
            _ if part == ".." && path.starts_with('/') => {}
            _ => parts.push(part),
        }
    }
    let root = if path.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

/// The folder of a normal path, with its slash; nothing where it has none.
pub(super) fn folder(path: &str) -> &str {
    path.rfind('/').map_or("", |at| &path[..=at])
}

/// A path that a file in `folder` mentions, normal.
pub(super) fn join(folder: &str, path: &str) -> String {
    normal(&format!("{folder}{path}"))
}

/// Whether a normal path lies in `folder` or below.
pub(super) fn is_within(path: &str, folder: &str) -> bool {
    path.starts_with(folder)
        && !path[folder.len()..].starts_with("../")
        && !(folder.is_empty() && path.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_path() {
        for path in ["./x", "../x", "/x", "a/b", "x.yaml", "x.yml"] {
            assert!(is_path(path), "{path}");
        }
        for name in ["default", "default@1", "pod-security-restricted"] {
            assert!(!is_path(name), "{name}");
        }
    }

    #[test]
    fn joins_and_stays() {
        let within = |file: &str, path: &str| {
            let root = folder(file);
            let joined = join(root, path);
            is_within(&joined, root).then_some(joined)
        };
        let some = |path: &str| Some(path.to_owned());
        assert_eq!(
            within("policy/main.yaml", "./a.yaml"),
            some("policy/a.yaml")
        );
        assert_eq!(
            within("policy/main.yaml", "x/../a.yaml"),
            some("policy/a.yaml")
        );
        assert_eq!(within("main.yaml", "./b/a.yaml"), some("b/a.yaml"));
        assert_eq!(within("../up/main.yaml", "./a.yaml"), some("../up/a.yaml"));
        assert_eq!(
            within("/etc/p/main.yaml", "a/b.yaml"),
            some("/etc/p/a/b.yaml")
        );
        assert_eq!(within("policy/main.yaml", "../a.yaml"), None);
        assert_eq!(within("main.yaml", "../a.yaml"), None);
        assert_eq!(within("policy/main.yaml", "x/../../policy2/a.yaml"), None);
        assert_eq!(within("/etc/p/main.yaml", "../../../../a.yaml"), None);
    }
}
