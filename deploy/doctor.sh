#!/usr/bin/env bash
# What is wrong with the containers, in plain words. Ends with the number of complaints.
set -uo pipefail
cd "$(dirname "$0")"
complaints=0
fine() { printf '  ok    %s\n' "$*"; }
wrong() { printf '  WRONG %s\n' "$*"; complaints=$((complaints + 1)); }

older() { [ "$(printf '%s\n' "$1" "$2" | sort -V | head -1)" != "$2" ]; } # whether $1 is older than $2

if ! engine=$(docker version --format '{{.Server.Version}}' 2>&1); then
  wrong "Docker does not answer: ${engine##*$'\n'}. Is it installed and started, and may you use it (group docker)?"
  exit 1
fi
older "$engine" 25.0 && wrong "Docker Engine $engine is too old: 25.0 or newer is needed" || fine "Docker Engine $engine"
compose=$(docker compose version --short 2>/dev/null)
older "${compose#v}" 2.24 && wrong "Docker Compose ${compose:-is missing}: 2.24 or newer is needed" || fine "Docker Compose $compose"

if ! settings=$(docker compose config --format json 2>&1); then
  wrong "the settings are not right: ${settings##*$'\n'}"
  exit "$complaints"
fi
photos=$(docker compose config | sed -n 's/^ *source: \(.*\)$/\1/p; /target: \/photos$/q' | tail -1)
if [ ! -d "$photos" ]; then wrong "PICTOPY_PHOTOS=$photos is no folder"; else fine "photos are in $photos"; fi
free_gb=$(df --output=avail -BG "$(docker info --format '{{.DockerRootDir}}' 2>/dev/null || echo /)" 2>/dev/null | tail -1 | tr -dc 0-9)
[ "${free_gb:-99}" -lt 5 ] && wrong "only $free_gb GB are free where Docker keeps its data" || fine "${free_gb:-?} GB free"

while IFS='|' read -r name state health code; do
  [ -n "$name" ] || continue
  if [ "$state" = exited ] && [ "$code" = 0 ]; then fine "$name has done its part"
  elif [ "$state" = running ] && [ "$health" != unhealthy ]; then fine "$name runs${health:+ ($health)}"
  else
    wrong "$name is $state${health:+, $health} (code $code). Its last words:"
    docker compose logs --no-log-prefix --tail 3 "$name" 2>&1 | cut -c1-300 | sed 's/^/          /'
  fi
done < <(docker compose ps --all --format '{{.Service}}|{{.State}}|{{.Health}}|{{.ExitCode}}')

for service in ingest vision cluster search; do
  answer=$(docker compose exec -T "$service" python3 -c '
import urllib.error, urllib.request
try:
    print(urllib.request.urlopen("http://127.0.0.1:8000/readyz", timeout=5).read().decode())
except urllib.error.HTTPError as error:
    print(error.read().decode())' 2>/dev/null) || continue
  case $answer in *'"ready"'*) fine "$service reaches what it needs" ;; *) wrong "$service is not ready: $answer" ;; esac
done
[ "$complaints" = 0 ] && echo "Nothing is wrong."
exit "$complaints"
