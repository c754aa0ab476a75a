#!/usr/bin/env bash
# Build the images of the services that are named, or of all: build.sh [SERVICE...]
#   PICTOPY_IMAGES   where they are named below (pictopy)        PICTOPY_VERSION  their tag (0.1.0)
#   PIP_CONFIG_FILE  settings of pip, for the build alone        PLATFORM         linux/amd64 or linux/arm64
set -euo pipefail
cd "$(dirname "$0")/../.."
: "${PICTOPY_IMAGES:=pictopy}" "${PICTOPY_VERSION:=0.1.0}"
options=(--build-arg "VERSION=$PICTOPY_VERSION")
options+=(--build-arg "REVISION=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)")
[ -z "${PIP_CONFIG_FILE:-}" ] || options+=(--secret "id=pip,src=$PIP_CONFIG_FILE")
[ -z "${PLATFORM:-}" ] || options+=(--platform "$PLATFORM")
services=("$@")
[ $# -gt 0 ] || for folder in services/*/; do services+=("$(basename "$folder")"); done
for service in "${services[@]}"; do
  printf 'building %s\n' "$PICTOPY_IMAGES/$service:$PICTOPY_VERSION" >&2
  docker build --quiet "${options[@]}" -f deploy/Dockerfile --build-arg "SERVICE=$service" \
    -t "$PICTOPY_IMAGES/$service:$PICTOPY_VERSION" . >/dev/null
done
