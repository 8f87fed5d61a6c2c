#!/usr/bin/env bash
# What pre-commit runs, with the program of the version that this file belongs to: from the PATH, or else as released.
#
#   hook.sh check [FLAG...] FILE...             checks each file as a stream of its own
#   hook.sh locked [FLAG...] ENVIRONMENT...     renders each environment of the project, and holds it to the lock
#
# A flag is one word, as --flag=value. What is downloaded stays in ~/.cache/sparkk8s-post.
set -euo pipefail

usage() { sed -n '2,7p' "$0" >&2; exit 2; }
[ $# -ge 1 ] || usage
verb=$1
shift
flags=(--host=pipe)
# A file of a commit may be called like a flag, and would waive what it holds.
while [[ "${1:-}" == -* && ! ("$verb" = check && -e "$1") ]]; do
  flags+=("$1")
  shift
done
[ $# -ge 1 ] || usage

root=$(cd "$(dirname "$0")/../.." && pwd)
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -n 1)
program=sparkk8s-post
if [ "$("$program" --version 2> /dev/null)" != "sparkk8s-post $version" ]; then
  cache=${XDG_CACHE_HOME:-$HOME/.cache}/sparkk8s-post/$version
  program=$cache/sparkk8s-post
  [ "$("$program" --version 2> /dev/null)" = "sparkk8s-post $version" ] ||
    sh "$root/install.sh" --version "$version" --to "$cache" >&2
fi

worst=0
for name in "$@"; do
  status=0
  case "$verb" in
    check) "$program" check "${flags[@]}" "--filename=$name" || status=$? ;;
    locked) "$program" render "${flags[@]}" --run --locked "--env=$name" > /dev/null || status=$? ;;
    *) usage ;;
  esac
  [ "$status" -le "$worst" ] || worst=$status
done
exit "$worst"
