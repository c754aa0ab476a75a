#!/usr/bin/env bash
# Pin and hash all requirements. No address of a package index is written.
set -euo pipefail
cd "$(dirname "$0")/../.."
ours=()
for project in libs/*/pyproject.toml services/*/pyproject.toml deploy/local/pyproject.toml; do
  ours+=(--no-emit-package "$(sed -n 's/^name = "\(.*\)"/\1/p' "$project")")
done
compile() {
  local out=$1; shift
  .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
    --override requirements/left-out.in \
    "${ours[@]}" "$@" -o "requirements/$out.txt"
  printf '%s: %s packages\n' "$out" "$(grep -c '==' "requirements/$out.txt")"
}
compile build requirements/build.in
compile run deploy/local/pyproject.toml -c requirements/limits.in
compile dev requirements/dev.in -c requirements/run.txt
for service in services/*; do compile "$(basename "$service")" "$service/pyproject.toml" -c requirements/run.txt; done
compile triton requirements/triton.in --no-deps
# The vision image for NVIDIA cards: one platform, and its ONNX Runtime stands in the place of the usual one.
.venv/bin/uv pip compile --quiet --python-version 3.12 --python-platform x86_64-manylinux_2_28 --generate-hashes \
  --no-emit-index-url --no-annotate --no-header --override requirements/left-out.in \
  "${ours[@]}" --no-emit-package onnxruntime \
  services/vision/pyproject.toml --extra cuda --extra triton -o requirements/vision-cuda.txt
