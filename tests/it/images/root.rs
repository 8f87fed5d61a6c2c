//! An image as a container's root: read-only, and for a user who is nobody.

use super::{ALONE, Shop, guarded, hosts, lab};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Mounts for a root, which is then closed; the command comes last.
const ENTER: &str = r#"set -e
root=$1 user=$2
shift 2
mount --bind "$root" "$root"
while [ "$1" != -- ]; do
  mkdir -p "$root$2"
  mount --rbind "$1" "$root$2"
  shift 2
done
shift
mount -o remount,bind,ro "$root"
exec unshare --user --map-user="$user" --map-group="$user" --root="$root" --wd=/ "$@""#;

/// A command to which `root` is all there is: nobody may write it, and the user has no rights that root would have.
pub(crate) fn within(
    root: &Path,
    user: u32,
    mounts: &[(PathBuf, String)],
    words: &[&str],
) -> Command {
    let mut command = Command::new("unshare");
    command
        .args(["--map-root-user", "--mount", "sh", "-c", ENTER, "enter"])
        .arg(root)
        .arg(user.to_string());
    for (from, to) in mounts {
        command.arg(from).arg(to);
    }
    command.arg("--").args(words);
    command
}

#[test]
fn the_image_needs_nothing_but_itself() {
    let (Some(shop), Some(())) = (Shop::real(), hosts::user_namespaces()) else {
        return;
    };
    let root = shop.exported(&ALONE);
    let stream = fs::read_to_string(lab::own("examples/demo.yaml")).unwrap();
    let run = |more: &[&str]| {
        let words = ["/usr/local/bin/sparkk8s-post", "render", "--host", "pipe"];
        let mut command = within(&root, 65532, &[], &[&words, more].concat());
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(stream.as_bytes()).unwrap();
        drop(stdin);
        child.wait_with_output().unwrap()
    };
    let answer = run(&[]);
    assert!(answer.status.success(), "{answer:?}");
    assert_eq!(String::from_utf8(answer.stdout).unwrap(), guarded(&stream));
    // That the root is closed is seen by who tries to write there.
    let answer = run(&["--report", "json=/report.json"]);
    let said = String::from_utf8_lossy(&answer.stderr);
    assert_eq!(answer.status.code(), Some(2), "{said}");
    assert!(said.contains("Read-only file system"), "{said}");
}
