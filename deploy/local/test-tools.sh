#!/usr/bin/env bash
# The programs that read what we wrote, and the browser: from Debian's packages, where we may install them.
# A plain user without sudo goes on without: the tests that need one say so and are skipped.
set -euo pipefail
declare -A package=([exiftool]=libimage-exiftool-perl [exiv2]=exiv2 [chromium]=chromium [chromedriver]=chromium-driver [ffmpeg]=ffmpeg)
missing=()
for program in "${!package[@]}"; do
  command -v "$program" >/dev/null || missing+=("${package[$program]}")
done
[ ${#missing[@]} = 0 ] && exit 0
sudo=
[ "$(id -u)" = 0 ] || sudo='sudo -n'
printf 'installing %s\n' "${missing[*]}" >&2
if ! { $sudo apt-get update -qq &&
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null 2>&1; then
  printf 'not installed (root is needed): %s. The tests that need them will be skipped and say so.\n' "${missing[*]}" >&2
  [ "${CI:-}" != true ]
fi
