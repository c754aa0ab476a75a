#!/bin/sh
# First of all services, at each start: make every secret that is not there yet, and hand each service its own.
# `origin/` has one file a secret, for this script alone; a file removed there is made anew at the next start.
# May only change owners (no other capability): so files are made readable first and given away last.
set -eu
umask 022
cd /secrets
mkdir -p origin

origin() { # NAME: made once from the kernel's random numbers
  if [ ! -e "origin/$1" ]; then
    head -c 30 /dev/urandom | base64 | tr -d '\n' | tr '+/' '-_' >"origin/.$1"
    chmod 400 "origin/.$1"
    mv "origin/.$1" "origin/$1"
  fi
  cat "origin/$1"
}

give() { # OWNER FOLDER NAME TEXT: a file that this owner alone can read
  mkdir -p "$2"
  rm -f "$2/.$3"
  printf '%s' "$4" >"$2/.$3"
  chmod 400 "$2/.$3"
  chown "$1" "$2/.$3"
  mv -f "$2/.$3" "$2/$3"
}

us=$PICTOPY_UID:$PICTOPY_GID
token=$(origin token) nats=$(origin nats) qdrant=$(origin qdrant) key=$(origin key) super=$(origin postgres)
for service in ingest vision cluster search memories exif ui; do
  give "$us" "$service" pictopy_token "$token"
  give "$us" "$service" pictopy_nats_token "$nats"
done
for service in ingest cluster search memories exif; do
  password=$(origin "postgres_$service")
  give "$us" "$service" "${service}_postgres_dsn" "postgresql://pictopy_$service:$password@postgres/pictopy"
  give root roles "$service" "$password"
done
for service in cluster search; do give "$us" "$service" pictopy_qdrant_api_key "$qdrant"; done
give root roles postgres "$super"
give postgres postgres password "$super"
give "$us" nats nats.conf "authorization { token: \"$nats\" }"
give "$us" qdrant api_key "$qdrant"
give "$us" proxy key "$key"
give "$us" grafana password "$(origin grafana)"

# The volumes belong to whoever the services run as; a change of PICTOPY_UID is followed.
for volume in /volumes/*; do
  [ "$(stat -c %u:%g "$volume")" = "$us" ] || chown -R "$us" "$volume"
done
