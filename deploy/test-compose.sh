#!/usr/bin/env bash
# The container tests, from nothing: an engine and stand-ins for public images where the machine has the means for them,
# our images, two model images from the mirror, then the stack for real. Ends with 0 where there is no engine at all.
set -euo pipefail
cd "$(dirname "$0")/.."
shared=${PICTOPY_SHARED:-../shared}
python=${PYTHON:-.venv/bin/python}
if [ -x "$shared/containers/prepare" ] && [ "$(id -u)" = 0 ]; then
  mapfile -t images < <(sed -n 's/.*image: .*:-\(\(postgres\|nats\|qdrant\|caddy\).*\)}$/\1/p' deploy/compose.yaml)
  "$shared/containers/prepare" debian:trixie-slim "${images[@]}"
fi
if ! docker info >/dev/null 2>&1; then
  echo "no container engine: the container tests are left out" >&2
  exit 0
fi
: "${PICTOPY_MODELS_MIRROR:=$shared/models}"
export PICTOPY_MODELS_MIRROR PICTOPY_TEST_CONTAINERS=1
deploy/images/build.sh
models/images/build.sh yunet_n_dynamic face-reidentification-retail-0095 yolox_nano
exec "$python" -m pytest -q -m containers tests/e2e/test_compose.py "$@"
