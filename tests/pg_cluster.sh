#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Runs a command with a PostgreSQL cluster of its own. Usage: tests/pg_cluster.sh COMMAND ARGS...
# The cluster lies in a new folder below /tmp, listens on a Unix socket there and nowhere else, and is gone when the command
# has ended, also when this script or its caller was killed: a keeper in a session of its own waits for the end of a pipe that
# only this script holds. The command finds LIJIAN_POSTGRES (a connection URI) and LIJIAN_POSTGRES_DATA (the cluster's folder).
# Ends with the status of the command; 77 with a TAP line where PostgreSQL is missing. No other server is touched.
set -u
[ $# -gt 0 ] || { echo "usage: pg_cluster.sh COMMAND ARGS..." >&2; exit 64; }

skip() {
    printf 'ok 1 - PostgreSQL # SKIP %s\n1..1\n' "$1"
    exit 77
}

bin=""
for folder in /usr/lib/postgresql/*/bin; do
    [ ! -x "$folder/initdb" ] || bin=$folder
done
[ -n "$bin" ] || skip "PostgreSQL is not installed"

# The server refuses to run as root.
as=""
if [ "$(id -u)" -eq 0 ]; then
    user=postgres
    getent passwd postgres >/dev/null || user=nobody
    command -v setpriv >/dev/null || skip "setpriv is missing"
    as="setpriv --reuid=$user --regid=$(id -g "$user") --clear-groups --"
fi

work=$(mktemp -d /tmp/lijian-pg.XXXXXX) || exit 70
mkfifo "$work/life"
[ -z "$as" ] || chown -R "$user" "$work"
# shellcheck disable=SC2016 # the keeper expands it
setsid sh -c '
    trap "" INT TERM HUP
    read -r nothing <"$1/life"
    cd / && $2 "$3/pg_ctl" -D "$1/data" -m immediate -w stop
    rm -rf "$1"' keeper "$work" "$as" "$bin" >/dev/null 2>&1 </dev/null &
keeper=$!
exec 9>"$work/life"

fail() {
    echo "pg_cluster.sh: $1" >&2
    sed 's/^/# /' "$work/log" >&2
    exec 9>&-
    wait "$keeper"
    exit 70
}

cd "$work" || exit 70 # a folder that the server's user may enter
# shellcheck disable=SC2086 # $as is a command with its options
$as "$bin/initdb" -D "$work/data" -U lijian -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$work/log" 2>&1 9>&- ||
    fail "initdb failed"
options="-c listen_addresses= -c unix_socket_directories=$work -c fsync=off -c full_page_writes=off -c max_connections=60"
options="$options -c shared_buffers=32MB -c autovacuum=off -c logging_collector=off"
# shellcheck disable=SC2086
$as "$bin/pg_ctl" -D "$work/data" -o "$options" -l "$work/data/log" -w -t 60 start >>"$work/log" 2>&1 9>&- ||
    fail "the server does not start"
cd "$OLDPWD" || exit 70

LIJIAN_POSTGRES="postgresql:///postgres?host=$work&user=lijian"
LIJIAN_POSTGRES_DATA="$work/data"
export LIJIAN_POSTGRES LIJIAN_POSTGRES_DATA
"$@" 9>&- &
command=$!
trap 'kill -TERM "$command" 2>/dev/null' INT TERM HUP
wait "$command"
status=$?
while kill -0 "$command" 2>/dev/null; do # a signal woke us
    wait "$command"
    status=$?
done
exec 9>&-
wait "$keeper"
exit "$status"
