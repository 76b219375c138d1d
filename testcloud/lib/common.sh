# shellcheck shell=bash
# What every command begins with: the settings, messages, and ways into the namespace and the chroots.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=testcloud/settings.sh
. "$HERE/settings.sh"
CLEAN_ENV=(/usr/bin/env -i HOME=/root LANG=C.UTF-8 PYTHONUNBUFFERED=1 PYTHONWARNINGS=ignore
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)

say() { printf '%s [%s] %s\n' "$(date -u +%H:%M:%S)" "${0##*/}" "$*"; }
die() {
  say "ERROR: $*" >&2
  exit 1
}
active() { cat "$DATA/active" 2>/dev/null || true; } # the release that runs, or nothing

# in_net CMD…: inside the cloud's network namespace. Not `ip netns exec`: that makes a mount namespace for each
# process, and then the mounts of one service are not seen by the others.
in_net() { nsenter --net="/run/netns/$NS" "$@"; }

# in_cloud RELEASE CMD…: inside the release's chroot and the network namespace
in_cloud() {
  local rel=$1
  shift
  in_net chroot "$ROOT/$rel" "${CLEAN_ENV[@]}" "$@"
}

# client CMD…: likewise, in the release that runs, with the admin's clouds.yaml
client() { in_cloud "$(active)" OS_CLIENT_CONFIG_FILE=/srv/data/client/clouds.yaml OS_CLOUD=testcloud "$@"; }

# logged FILE CMD…: the output goes to a log; a failure says where to look
logged() {
  local log=$LOGS/$1 rc=0
  shift
  echo "### $*" >>"$log"
  "$@" >>"$log" 2>&1 || rc=$?
  [ $rc = 0 ] || say "failed ($rc): $* (see $log)" >&2
  return $rc
}

# until_true SECONDS CMD…
until_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.3
  done
}

# build FILE: the program that is tried; that of the environment's PROGRAM, or made from this tree
build() {
  rm -f "$1" # it may still run
  if [ -n "${PROGRAM:-}" ]; then
    cp "$PROGRAM" "$1"
  else
    (cd "$HERE/.." && CGO_ENABLED=0 go build -o "$1" ./cmd/persistent-resources)
  fi
}

# some_cloud: the cloud that is up, or one of Zed that ends with this command ($started is 1 then). What another command starts is left to it.
some_cloud() {
  started=
  [ ! -e "$DATA/complete" ] || return 0
  [ ! -e "$DATA/active" ] || die "another start is under way, or did not finish: wait for it, or testcloud/down first"
  # shellcheck disable=SC2034 # commands with a trap of their own read it
  started=1
  trap '"$HERE/down"' EXIT
  "$HERE/up" zed
}

mounted() { mountpoint -q "$1"; }
