#!/usr/bin/env bash
# Signs a package of package-plugin.sh: writes TARBALL.prov, which `helm plugin install` looks for beside it.
#
#   .ci/sign-plugin.sh TARBALL [COMMAND...]
#
# COMMAND clear-signs standard input with OpenPGP; without one it is `gpg --clear-sign`. Helm signs only what it
# packs itself, and packs the hour and the user with it: this leaves the bytes of the package as they are.
set -euo pipefail

usage() { sed -n '2,7p' "$0" >&2; exit 2; }
fail() { echo "sign-plugin: $*" >&2; exit 1; }

[ $# -ge 1 ] || usage
tarball=$1
shift
[ $# -gt 0 ] || set -- gpg --clear-sign
[ -f "$tarball" ] || fail "\`$tarball\` is not there"
file=$(basename "$tarball")
[[ $file =~ ^(.+)-[0-9]+\.[0-9]+\.[0-9]+.*\.tgz$ ]] || fail "\`$file\` is not called NAME-VERSION.tgz"

# One of an earlier package would be pushed along with this one.
rm -f "$tarball.prov"
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
tar -xzOf "$tarball" "${BASH_REMATCH[1]}/plugin.yaml" > "$stage/message"
if command -v sha256sum > /dev/null; then
  sum=$(sha256sum < "$tarball")
else
  sum=$(shasum -a 256 < "$tarball")
fi
# What Helm reads of it is the checksum; the first half tells people what was signed.
printf '\n...\nfiles:\n  %s: sha256:%s\n' "$file" "${sum%% *}" >> "$stage/message"
"$@" < "$stage/message" > "$stage/signed"
grep -q '^-----BEGIN PGP SIGNED MESSAGE-----' "$stage/signed" || fail "\`$1\` wrote no clear-signed message"
install -m 0644 "$stage/signed" "$tarball.prov"
echo "$tarball.prov"
