#!/bin/sh
# The model repository of Triton, from the models on the shelf: configurations are made from their catalogue entries.
set -eu
for profile in $(echo "$PROFILES" | tr ',' ' '); do
  [ ! -d "/shelf/$profile" ] || python3 -m pictopy_vision.triton_repository /triton --models "/shelf/$profile"
done
