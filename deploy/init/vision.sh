#!/bin/sh
# Vision as the profiles have it: one folder of the shelf a profile is looked into, and Triton is asked where it runs.
# A profile that is not chosen any more is not looked into: what its models found stays, nothing new is looked for.
set -eu
for profile in $(echo "$PROFILES" | tr ',' ' '); do
  VISION_OTHER_MODEL_DIRS=${VISION_OTHER_MODEL_DIRS:+$VISION_OTHER_MODEL_DIRS:}/shelf/$profile
  [ "$profile" != gpu ] || VISION_TRITON_URL=${VISION_TRITON_URL:-triton:8001}
done
export VISION_OTHER_MODEL_DIRS VISION_TRITON_URL
exec python3 -m pictopy_vision
