#!/usr/bin/env bash
# A real tritonserver for the tests, from a wheel: deploy/local/triton.sh [FOLDER]   (.venv/triton)
# Its Python backend embeds a Python: Debian's own works, another patch level of the same version crashes. So the
# packages go into a folder of their own for /usr/bin/python3. Where that cannot be, the tests say so and are skipped.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=${1:-.venv/triton}
python=/usr/bin/python3
skip() { printf 'no tritonserver for the tests: %s\n' "$1" >&2; [ "${CI:-}" != true ]; exit; }
[ -f "$folder/.done" ] && [ requirements/triton.txt -ot "$folder/.done" ] && exit 0
[ "$(uname -sm)" = 'Linux x86_64' ] || skip 'its wheel is for Linux on x86-64'
[ -x $python ] || skip "needs Debian's python3"
version=$($python -c 'import sys; print("%d.%d" % sys.version_info[:2])')
case $version in 3.9 | 3.10 | 3.11 | 3.12) ;; *) skip "Debian's Python is $version; the wheel and numpy 1 have 3.9 to 3.12" ;; esac
if ! /usr/sbin/ldconfig -p | grep -q "libpython$version.so.1.0"; then
  sudo=
  [ "$(id -u)" = 0 ] || sudo='sudo -n'
  { $sudo apt-get update -qq && $sudo apt-get install -y -qq --no-install-recommends "libpython$version"; } >/dev/null 2>&1 ||
    skip "needs Debian's package libpython$version, and root to install it"
fi
rm -rf "$folder"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
  --python-version "$version" --target "$folder" -r requirements/triton.txt
server=$folder/pytriton/tritonserver
cp "$server/python_backend_stubs/$version/triton_python_backend_stub" "$server/backends/python/"
touch "$folder/.done"
