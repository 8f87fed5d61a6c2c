#!/usr/bin/env bash
# Renders environments of a project, guards them, holds them to the lock, and pushes each as an OCI artifact for Flux.
#
#   publish.sh [--check] REPOSITORY TAG REVISION ENVIRONMENT...
#
# Runs in the project's folder (sparkk8s.yaml). The artifact is oci://REPOSITORY/ENVIRONMENT:TAG; REVISION is what Flux
# shows, such as main@sha1:COMMIT. Every environment is rendered before anything is pushed. --check pushes nothing.
# Reports lie in the folder $REPORTS, where that is set, as JSON and Markdown. Where COSIGN_KEY is set, or COSIGN=keyless, artifacts are signed.
set -euo pipefail

usage() { sed -n '2,8p' "$0" >&2; exit 2; }
check=''
[ "${1:-}" != --check ] || { check=yes; shift; }
[ $# -ge 4 ] || usage
repository=$1 tag=$2 revision=$3
shift 3

work=$(mktemp -d) said=$(mktemp)
trap 'rm -rf "$work" "$said"' EXIT
for environment in "$@"; do
  mkdir "$work/$environment"
  reports=()
  if [ -n "${REPORTS:-}" ]; then
    mkdir -p "$REPORTS"
    reports=(--report "json=$REPORTS/$environment.json" --report "markdown=$REPORTS/$environment.md")
  fi
  # Files and no pipe: whatever fails here ends the script.
  status=0
  sparkk8s-post render --host pipe --env "$environment" --run --locked ${reports[@]+"${reports[@]}"} \
    > "$work/$environment/manifests.yaml" 2> "$said" || status=$?
  cat "$said" >&2
  if [ "$status" -ne 0 ]; then
    # The report knows of the manifests, and not of the lock.
    [ -z "${REPORTS:-}" ] || printf '\n`%s` ends with %s:\n\n````text\n%s\n````\n' \
      "$environment" "$status" "$(cat "$said")" >> "$REPORTS/$environment.md"
    exit "$status"
  fi
done
[ -z "$check" ] || exit 0

# Flux writes it into the artifact: without the credentials that runners put there.
source=$(git config --get remote.origin.url | sed -E 's|^([a-z+]+://)[^/]*@|\1|' || true)
for environment in "$@"; do
  artifact=$repository/$environment
  digest=$(flux push artifact "oci://$artifact:$tag" --path "$work/$environment" \
    --source "${source:-unknown}" --revision "$revision" --output json | sed -E -n 's/.*"digest": *"([^"]*)".*/\1/p')
  [ -n "$digest" ] || { echo "publish: flux told no digest for $artifact:$tag" >&2; exit 1; }
  echo "$artifact@$digest"
  if [ -n "${COSIGN_KEY:-}" ]; then
    cosign sign --yes --key "$COSIGN_KEY" "$artifact@$digest"
  elif [ "${COSIGN:-}" = keyless ]; then
    cosign sign --yes "$artifact@$digest"
  fi
done
