#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# The second half of `make run`: makes the demonstration district once and serves it on this computer until interrupted.
# Usage: run_ledger.sh PROGRAM LOGIN_TOOL DEMO_FOLDER [ONCE]
# With ONCE it ends after it has answered and let somebody in. The port is 8717, or the next free one of ten.
set -eu
program=$1 login=$2 demo=$3 once=${4:-}
first_port=${LIJIAN_PORT:-8717}

# A folder that this program cannot read (of another version) is made again: it is only a demonstration.
if ! "$program" report --data "$demo" >/dev/null 2>&1 || [ ! -f "$demo.logins" ]; then
    rm -rf "$demo" "$demo.logins"
    "$program" demo --data "$demo" >"$demo.new"
    mv "$demo.new" "$demo.logins"
fi
cat "$demo.logins"

log=$demo.log
server=
stop() { [ -z "$server" ] || kill "$server" 2>/dev/null || true; }
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
port=$first_port
while :; do
    : >"$log"
    "$program" serve --data "$demo" --listen "127.0.0.1:$port" --quiet --lang en >"$log" 2>&1 &
    server=$!
    tries=0
    until grep -q "http://127.0.0.1:$port/" "$log" || ! kill -0 "$server" 2>/dev/null || [ "$tries" -ge 100 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    grep -q "http://127.0.0.1:$port/" "$log" && break
    kill "$server" 2>/dev/null || true
    wait "$server" || true
    server=
    port=$((port + 1))
    if [ "$port" -ge $((first_port + 10)) ]; then
        cat "$log" >&2
        echo "make run: the ledger did not start" >&2
        exit 70
    fi
done
echo "ledger: http://127.0.0.1:$port/ (walk through it with docs/first-hour.md)"
if [ -n "$once" ]; then
    "$login" "$port" officer demo-officer-1
    kill "$server"
    wait "$server"
    server=
    exit 0
fi
echo "Ctrl-C ends it."
wait "$server"
