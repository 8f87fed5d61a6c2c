#!/usr/bin/env bash
# Renders examples/demo.yaml, the stream that the verb `demo` carries inside the binary, so that it works
# without Helm. Run it after every change of the chart; Helm 3 only, as Helm 4 sets other blank lines.
#
#   examples/render-demo.sh HELM
set -euo pipefail

[ $# -eq 1 ] || { sed -n '2,5p' "$0" >&2; exit 2; }
helm=$1
here=$(cd "$(dirname "$0")" && pwd)

version=$("$helm" version --template '{{.Version}}')
case "$version" in
  v3.*) ;;
  *) echo "\`$helm\` is Helm $version, and the demo is a stream of Helm 3" >&2; exit 1 ;;
esac

# Into a file beside it first: a chart that fails to render leaves the old demo alone.
new=$(mktemp "$here/.demo.XXXXXX")
trap 'rm -f "$new"' EXIT
"$helm" template spark "$here/spark-connect-jupyter" --namespace demo > "$new"
chmod 0644 "$new"
mv "$new" "$here/demo.yaml"
