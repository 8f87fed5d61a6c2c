#!/usr/bin/env bash
# Pushes a package and its signature to an OCI registry, as the artifact that `helm plugin install oci://…` takes.
#
#   .ci/push-plugin.sh TARBALL REPOSITORY [FLAG...]
#
# REPOSITORY is REGISTRY/PATH without a tag. Helm takes its last part for the plugin's name, so that part has to be
# the name; the tag is the version. FLAG goes to `oras push`, which has to be on the PATH. The same input gives the
# same digest.
set -euo pipefail

usage() { sed -n '2,9p' "$0" >&2; exit 2; }
fail() { echo "push-plugin: $*" >&2; exit 1; }

[ $# -ge 2 ] || usage
tarball=$1 repository=$2
shift 2
file=$(basename "$tarball")
[[ $file =~ ^(.+)-([0-9]+\.[0-9]+\.[0-9]+.*)\.tgz$ ]] || fail "\`$file\` is not called NAME-VERSION.tgz"
name=${BASH_REMATCH[1]} version=${BASH_REMATCH[2]}
[ "${repository##*/}" = "$name" ] || fail "\`$repository\` does not end with \`/$name\`, which Helm would ask for"
for part in "$tarball" "$tarball.prov"; do
  [ -f "$part" ] || fail "\`$part\` is not there; .ci/sign-plugin.sh makes the signature"
done
if command -v sha256sum > /dev/null; then
  sum=$(sha256sum < "$tarball")
else
  sum=$(shasum -a 256 < "$tarball")
fi
grep -qF "$file: sha256:${sum%% *}" "$tarball.prov" || fail "\`$tarball.prov\` signs another package"

# oras names a layer as the file is named on its command line.
cd "$(dirname "$tarball")"
oras push "$@" \
  --artifact-type application/vnd.helm.plugin.v1+json \
  --annotation org.opencontainers.image.created=1980-01-01T00:00:00Z \
  "$repository:$version" \
  "$file:application/vnd.oci.image.layer.v1.tar+gzip" \
  "$file.prov:application/vnd.oci.image.layer.v1.tar"
