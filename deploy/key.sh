#!/usr/bin/env bash
# Print the link that opens the pages of the running stack.
set -euo pipefail
cd "$(dirname "$0")"
address=$(docker compose port proxy 8080)
key=$(docker compose exec -T proxy cat /run/secrets/key)
printf 'http://%s/?key=%s\n' "${address/#0.0.0.0/localhost}" "$key"
