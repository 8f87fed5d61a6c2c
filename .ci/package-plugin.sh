#!/usr/bin/env bash
# Makes OUT/sparkk8s-post-VERSION.tgz, the Helm 4 plugin for all platforms: plugin.yaml, LICENSE, README.md
# and every binary of plugin.yaml. The same input gives the same bytes, on any machine with GNU tar.
#
#   .ci/package-plugin.sh VERSION BINARY_DIR OUT [--partial]
#
# BINARY_DIR holds sparkk8s-post-<os>-<arch>, with .exe for windows. One that plugin.yaml names and that is
# not there is an error; --partial makes it a note, for a package that is only tried out.
set -euo pipefail

usage() { sed -n '2,8p' "$0" >&2; exit 2; }
fail() { echo "package-plugin: $*" >&2; exit 1; }

[ $# -eq 3 ] || { [ $# -eq 4 ] && [ "$4" = --partial ]; } || usage
version=$1 binaries=$2 out=$3 partial=${4:-}
name=sparkk8s-post
root=$(cd "$(dirname "$0")/.." && pwd)

# Helm shows the version of plugin.yaml and the binary that of Cargo.toml: a package in which they differ lies.
for file in plugin.yaml Cargo.toml; do
  declared=$(sed -n -E 's/^version( =|:) *"?([^" ]+)"?$/\2/p' "$root/$file" | head -n 1)
  [ "$declared" = "$version" ] || fail "\`$file\` says version \`$declared\`, asked for was \`$version\`"
done
[[ $(tar --version) == *'GNU tar'* ]] || fail "GNU tar is needed for an archive that comes out the same everywhere"

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
mkdir -p "$stage/$name/bin" "$out"
install -m 0644 "$root/plugin.yaml" "$root/LICENSE" "$root/README.md" "$stage/$name/"

packed=0
while read -r binary; do
  if [ -f "$binaries/$binary" ]; then
    install -m 0755 "$binaries/$binary" "$stage/$name/bin/"
    packed=$((packed + 1))
  elif [ "$partial" = --partial ]; then
    echo "package-plugin: without \`$binary\`" >&2
  else
    fail "\`$binaries/$binary\` is missing, which plugin.yaml names"
  fi
done < <(sed -n 's|^ *command: ${HELM_PLUGIN_DIR}/bin/||p' "$root/plugin.yaml")
[ "$packed" -gt 0 ] || fail "\`$binaries\` holds none of the binaries that plugin.yaml names"

chmod 0755 "$stage/$name" "$stage/$name/bin"
# Sorted, without owner, clock or gzip header: 1980-01-01, unless the caller sets SOURCE_DATE_EPOCH.
tar --directory "$stage" --create --format=ustar --sort=name --mtime="@${SOURCE_DATE_EPOCH:-315532800}" \
  --owner=0 --group=0 --numeric-owner "$name" | gzip --no-name --best > "$stage/package.tgz"
install -m 0644 "$stage/package.tgz" "$out/$name-$version.tgz"
echo "$out/$name-$version.tgz"
