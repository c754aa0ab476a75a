#!/usr/bin/env bash
# Make a virtual environment and install hashed requirements and our own packages into it.
#   install.sh VENV REQUIREMENTS... -- PACKAGES...
set -euo pipefail
venv=$1; shift
requirements=()
while [ "$1" != -- ]; do requirements+=(-r "$1"); shift; done
shift

say() { printf '%s\n' "$*" >&2; }

find_python() {
  local name
  for name in "${PYTHON:-}" python3.13 python3.12 python3.11 python3; do
    [ -n "$name" ] && command -v "$name" >/dev/null || continue
    "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && { command -v "$name"; return; }
  done
  say "PictoPy needs Python 3.11, 3.12 or 3.13 (Debian 12: apt install python3 python3-venv)"
  exit 1
}

has_venv() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

get_venv_module() {
  has_venv "$1" && return
  local version sudo=
  version=$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  [ "$(id -u)" = 0 ] || sudo='sudo -n'
  say "installing python$version-venv, which this Python lacks"
  { $sudo apt-get update -qq && $sudo apt-get install -y -qq "python$version-venv"; } >/dev/null 2>&1 || true
  has_venv "$1" || { say "please run as root: apt install python$version-venv"; exit 1; }
}

python=$(find_python)
[ -x "$venv/bin/python" ] || { get_venv_module "$python"; "$python" -m venv "$venv"; }
pip=("$venv/bin/python" -m pip install --quiet --disable-pip-version-check)
say "installing packages into $venv (a minute or two)"
"${pip[@]}" --require-hashes --no-deps "${requirements[@]}"  # the lists are whole
editable=()
for package in "$@"; do editable+=(-e "$package"); done
"${pip[@]}" --no-deps --no-build-isolation "${editable[@]}"
