#!/usr/bin/env bash
# Start PictoPy as containers: up.sh [FOLDER OF PHOTOS]. Makes .env and missing images, waits until all is well, adds the
# folder as a library and prints the link that opens the pages.
set -euo pipefail
cd "$(dirname "$0")"
say() { printf '%s\n' "$*" >&2; }

if [ ! -e .env ]; then
  [ -n "${1:-}" ] || { say "which folder holds your photos? make up LIBRARY=~/Pictures"; exit 1; }
  sed -e "s|^PICTOPY_PHOTOS=[^#]*|PICTOPY_PHOTOS=$(realpath "$1")  |" -e "s|^PICTOPY_UID=[^#]*|PICTOPY_UID=$(stat -c %u "$1")  |" \
    -e "s|^PICTOPY_GID=[^#]*|PICTOPY_GID=$(stat -c %g "$1")  |" .env.example >.env
  say "wrote deploy/.env; change it to your liking"
fi

mapfile -t ours < <(docker compose config --images | sort -u | grep '^pictopy/' || true)
for image in "${ours[@]}"; do
  docker image inspect "$image" >/dev/null 2>&1 && continue
  name=${image#pictopy/} name=${name%:*}
  case $name in
    model-*) ../models/images/build.sh "${name#model-}" ;;
    vision-cuda) docker build --quiet -f Dockerfile.cuda -t "$image" .. ;;
    *) images/build.sh "$name" ;;
  esac
done

# What no profile asks for any more is stopped: Compose itself would leave it running. Its data stays.
gone() { comm -23 <(docker compose --profile '*' ps --all --services | sort -u) <(docker compose config --services | sort -u); }
gone | xargs --no-run-if-empty docker compose --profile '*' rm --stop --force >/dev/null

docker compose up --detach --wait --remove-orphans || { ./doctor.sh || true; exit 1; }
docker compose exec -T ingest python3 - <<'END'
import json, pathlib, urllib.request

token = pathlib.Path("/run/secrets/pictopy_token").read_text()
headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
body = json.dumps({"path": "/photos"}).encode()
urllib.request.urlopen(urllib.request.Request("http://127.0.0.1:8000/v1/libraries", body, headers))
END
./key.sh
