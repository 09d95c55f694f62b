#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# The pages in a browser, against the real program: the first start of a folder of one's own, then the demonstration district
# (web/e2e). Pictures and printed pages lie behind it in build/web/pictures. Prints TAP.
# Usage: pages.sh SOURCE_ROOT PROGRAMS_FOLDER [NAME ...]     NAME: only these files of web/e2e
set -u
root=$1 programs=$2
shift 2
modules=$root/build/web/web/node_modules
skip() {
    echo "1..0 # SKIP $1"
    exit 0
}
command -v node >/dev/null 2>&1 || skip "node is not installed"
chromium=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || true)}
[ -n "$chromium" ] || skip "chromium is not installed (packaging/deps.sh test)"
[ -d "$modules/playwright-core" ] || skip "no node_modules: tools/web.sh makes them with the program"
work=$(mktemp -d "${TMPDIR:-/tmp}/pages-test.XXXXXX")
servers=
# shellcheck disable=SC2317 # called by the trap
cleanup() {
    for server in $servers; do
        kill "$server" 2>/dev/null
    done
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

# serve FOLDER: sets address.
serve() {
    : >"$work/serve"
    "$programs/lijiand" serve --data "$1" --listen 127.0.0.1:0 --quiet --lang en >"$work/serve" 2>&1 &
    servers="$servers $!"
    tries=0
    until grep -q 'http://' "$work/serve" || [ "$tries" -ge 200 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    address=$(sed -n 's/.*\(http:[^ ]*[0-9]\)\/.*/\1/p' "$work/serve")
    [ -n "$address" ] || { sed 's/^/# /' "$work/serve"; echo "Bail out! no server"; exit 1; }
}
# once NAME: its one-time password.
once() { sed -n "s/^  $1  *\([^ ]*\).*/\1/p" "$work/first"; }

"$programs/lijiand" init --data "$work/own" --lang en >"$work/first" || { echo "Bail out! no folder"; exit 1; }
"$programs/lijiand" demo --data "$work/demo" --lang en >"$work/logins" || { echo "Bail out! no demonstration"; exit 1; }
serve "$work/own"
LIJIAN_START=$address LIJIAN_START_SYS=$(once sys) LIJIAN_START_SEC=$(once sec) LIJIAN_START_AUDIT=$(once audit)
serve "$work/demo"
LIJIAN_BASE=$address LIJIAN_DEMO=1 LIJIAN_PICTURES=$root/build/web/pictures CHROMIUM=$chromium
export LIJIAN_START LIJIAN_START_SYS LIJIAN_START_SEC LIJIAN_START_AUDIT LIJIAN_BASE LIJIAN_DEMO LIJIAN_PICTURES CHROMIUM
# The tests find their packages beside themselves, and web/ stays as it is in the sources.
mkdir "$work/web"
cp -r "$root/web/e2e" "$root/web/mock" "$root/web/package.json" "$work/web/"
ln -s "$modules" "$work/web/node_modules"
cd "$work/web" || exit 1
node e2e/run.mjs "$@"
status=$?
for server in $servers; do
    if ! kill -0 "$server" 2>/dev/null; then
        status=1
        echo "# a server ended meanwhile: $(tail -n 3 "$work/serve")"
    fi
done
exit "$status"
