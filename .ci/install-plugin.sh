#!/usr/bin/env bash
# Makes the Helm 4 plugin from this checkout, for this machine: a release build, and a folder that
# `helm plugin install` takes. Helm links to the folder, so it has to stay; run this again after a change.
#
#   .ci/install-plugin.sh [--binary FILE] [--folder DIR] [HELM]
#
# --binary takes a program that is built already. The folder is dist/sparkk8s-post. With HELM, a Helm 4,
# the plugin is installed as well; without, the line to do it is printed.
set -euo pipefail

usage() { sed -n '2,8p' "$0" >&2; exit 2; }

root=$(cd "$(dirname "$0")/.." && pwd)
folder=$root/dist/sparkk8s-post binary='' helm=''
while [ $# -gt 0 ]; do
  case "$1" in
    --binary) [ $# -ge 2 ] || usage; binary=$2; shift 2 ;;
    --folder) [ $# -ge 2 ] || usage; folder=$2; shift 2 ;;
    -*) usage ;;
    *) [ -z "$helm" ] || usage; helm=$1; shift ;;
  esac
done

case "$(uname -s)" in
  Linux) os=linux exe='' ;;
  Darwin) os=darwin exe='' ;;
  MINGW* | MSYS* | CYGWIN*) os=windows exe=.exe ;;
  *) echo "plugin.yaml has no command for \`$(uname -s)\`" >&2; exit 1 ;;
esac
case "$(uname -m)" in
  x86_64 | amd64) arch=amd64 ;;
  aarch64 | arm64) arch=arm64 ;;
  *) echo "plugin.yaml has no command for \`$(uname -m)\`" >&2; exit 1 ;;
esac

if [ -z "$binary" ]; then
  cargo build --release --locked --manifest-path "$root/Cargo.toml"
  target=$(cargo metadata --no-deps --format-version 1 --manifest-path "$root/Cargo.toml" |
    sed -E 's/.*"target_directory":"([^"]*)".*/\1/')
  binary=$target/release/sparkk8s-post$exe
fi

mkdir -p "$folder/bin"
for file in plugin.yaml LICENSE README.md; do
  install -m 0644 "$root/$file" "$folder/"
done
install -m 0755 "$binary" "$folder/bin/sparkk8s-post-$os-$arch$exe"
folder=$(cd "$folder" && pwd)

if [ -z "$helm" ]; then
  printf 'helm plugin install %q\n' "$folder"
elif "$helm" plugin list | grep '^sparkk8s-post[[:space:]]' > /dev/null; then
  # Helm refuses a second installation, and needs none where it links to this folder.
  echo "the plugin is installed already; if it came from elsewhere: $helm plugin uninstall sparkk8s-post" >&2
else
  "$helm" plugin install "$folder"
fi
