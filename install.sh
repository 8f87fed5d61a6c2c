#!/bin/sh
# Installs a release of sparkk8s-post: one program, checked against the release's checksums.
#
#   sh install.sh [--version VERSION] [--to FOLDER] [--help]
#
# VERSION is such as 0.1.0; without one it is the latest release. FOLDER is ~/.local/bin.
# The variable SPARKK8S_POST_BASE_URL names another place of the files (http://, https:// or file://), a mirror
# for instance: sparkk8s-post-OS-ARCH and SHA256SUMS are looked for right there, whatever the version.
set -eu

name=sparkk8s-post
releases=https://github.com/sparkk8s/sparkk8s-post/releases
version=''
folder=''
work=''
staged=''

usage() { sed -n '2,8p' "$0" | sed 's/^# \{0,1\}//'; }
fail() {
  echo "install.sh: $*" >&2
  exit 1
}
misused() {
  echo "install.sh: $*; see --help" >&2
  exit 2
}
clean() {
  [ -z "$work" ] || rm -rf "$work"
  [ -z "$staged" ] || rm -f "$staged"
}
has() { command -v "$1" > /dev/null 2>&1; }

# read_arguments ARGUMENT...
read_arguments() {
  while [ $# -gt 0 ]; do
    case "$1" in
      --version | --to)
        [ -n "${2:-}" ] || misused "\`$1\` needs a value"
        if [ "$1" = --to ]; then folder=$2; else version=${2#v}; fi
        shift 2
        ;;
      --help | -h)
        usage
        exit 0
        ;;
      *) misused "\`$1\` is unknown" ;;
    esac
  done
  if [ -z "$folder" ]; then
    [ -n "${HOME:-}" ] || misused "there is no home folder; name one with \`--to\`"
    folder=$HOME/.local/bin
  fi
}

# The name of the program that is built for this machine.
built_for_here() {
  system=$(uname -s) machine=$(uname -m) end=''
  case "$system" in
    Linux) os=linux ;;
    Darwin) os=darwin ;;
    MINGW* | MSYS* | CYGWIN*) os=windows end=.exe ;;
    *) fail "no release is built for the system \`$system\`" ;;
  esac
  case "$machine" in
    x86_64 | amd64) arch=amd64 ;;
    aarch64 | arm64) arch=arm64 ;;
    *) fail "no release is built for the processor \`$machine\`" ;;
  esac
  [ "$os-$arch" != windows-arm64 ] || fail "no release is built for \`$os-$arch\`"
  file=$name-$os-$arch$end
}

# An address without the credentials that it may hold.
shown() { printf '%s' "$1" | sed 's|//[^/]*@|//|'; }

# fetch URL FILE
fetch() {
  case "$1" in
    file://*) cp "${1#file://}" "$2" ;;
    http://* | https://*)
      if has curl; then
        # What begins with TLS goes on with it, and what stands still ends.
        case "$1" in https://*) only='--proto-redir =https' ;; *) only='' ;; esac
        # shellcheck disable=SC2086 # it is two words, or none
        curl --fail --silent --show-error --location $only --connect-timeout 20 --speed-limit 1 --speed-time 60 \
          --retry 2 --output "$2" "$1"
      elif has wget; then
        wget -q -O "$2" "$1"
      else
        fail "neither \`curl\` nor \`wget\` is here, and one of them has to fetch \`$(shown "$1")\`"
      fi
      ;;
    *) misused "\`$(shown "$1")\` begins with none of https://, http:// and file://" ;;
  esac || fail "\`$(shown "$1")\` cannot be fetched"
}

# sum_of FILE
sum_of() {
  if has sha256sum; then
    sha256sum < "$1"
  elif has shasum; then
    shasum -a 256 < "$1"
  else
    fail "neither \`sha256sum\` nor \`shasum\` is here; nothing is installed unchecked"
  fi
}

# Compares the program with the line that the release has for it.
verify() {
  expected=$(awk -v file="$file" '$2 == file || $2 == "*" file { print tolower($1) }' "$work/SHA256SUMS")
  [ -n "$expected" ] || fail "\`$(shown "$base")/SHA256SUMS\` has no checksum of \`$file\`"
  found=$(sum_of "$work/$file")
  found=${found%% *}
  [ "$found" = "$expected" ] ||
    fail "\`$file\` is not what the release holds: its SHA-256 is $found, and SHA256SUMS says $expected"
}

# Puts the program in its place in one step: one that is there already stays until the new one is whole and runs.
put() {
  mkdir -p "$folder" || fail "the folder \`$folder\` cannot be made; name another one with \`--to\`"
  target=$folder/$name$end
  [ ! -d "$target" ] || fail "\`$target\` is a folder"
  staged=$folder/.$name.$$$end
  { cp "$work/$file" "$staged" && chmod 0755 "$staged"; } ||
    fail "\`$folder\` cannot be written to; name another folder with \`--to\`"
  said=$("$staged" --version) || fail "\`$file\` does not start on this machine"
  [ -z "$version" ] || [ "$said" = "$name $version" ] || fail "\`$(shown "$base")\` has \`$said\`, asked for was $version"
  mv -f "$staged" "$target" || fail "\`$target\` cannot be replaced"
  staged=''
}

tell() {
  echo "$said is installed: $target"
  case ":${PATH:-}:" in
    *":$folder:"*) echo "next: $name demo" ;;
    *) echo "next: put \`$folder\` on your PATH, then: $name demo" ;;
  esac
}

main() {
  read_arguments "$@"
  if [ -n "${SPARKK8S_POST_BASE_URL:-}" ]; then
    base=${SPARKK8S_POST_BASE_URL%/}
  elif [ -n "$version" ]; then
    base=$releases/download/v$version
  else
    base=$releases/latest/download
  fi
  built_for_here
  trap clean EXIT
  trap 'exit 1' HUP INT TERM
  work=$(mktemp -d)
  fetch "$base/SHA256SUMS" "$work/SHA256SUMS"
  fetch "$base/$file" "$work/$file"
  verify
  put
  tell
}

main "$@"
