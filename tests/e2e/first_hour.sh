#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Runs the calls of docs/first-hour.md out of the page against a fresh server of the demonstration, block by block in one shell.
# A block passes when its commands end well and its output contains every text behind "#> ". A block that says "# not yet: CALL" is
# skipped, and fails as soon as the program knows that call: then the page must be told. Prints TAP.
# Usage: first_hour.sh SOURCE_ROOT PROGRAMS_FOLDER
set -u
root=$1 programs=$2
page=$root/docs/first-hour.md
work=$(mktemp -d "${TMPDIR:-/tmp}/first-hour.XXXXXX")
server=
# shellcheck disable=SC2317 # called by the trap
cleanup() {
    [ -z "$server" ] || kill "$server" 2>/dev/null
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM
if ! command -v curl >/dev/null 2>&1; then
    echo "1..0 # SKIP curl is not installed"
    exit 0
fi

# The blocks, one file each, with a name from the heading before it.
awk -v work="$work" '
    /^## / { title = substr($0, 4) }
    /^```sh$/ { n++; file = sprintf("%s/block.%02d", work, n); print title > (file ".title"); inside = 1; printf "" > file; next }
    /^```$/ { inside = 0 }
    inside { print > file }' "$page"
set -- "$work"/block.??
echo "1..$#"

"$programs/lijiand" demo --data "$work/demo" --lang en >"$work/logins" || { echo "Bail out! no demonstration"; exit 1; }
: >"$work/serve"
"$programs/lijiand" serve --data "$work/demo" --listen 127.0.0.1:0 --quiet --lang en >"$work/serve" 2>&1 &
server=$!
tries=0
until grep -q 'http://' "$work/serve" || [ "$tries" -ge 100 ]; do
    tries=$((tries + 1))
    sleep 0.1
done
address=$(sed -n 's/.*\(http:[^ ]*[0-9]\)\/.*/\1/p' "$work/serve")
[ -n "$address" ] || { cat "$work/serve"; echo "Bail out! no server"; exit 1; }

# The page's own values for where things are.
sed -i "s|^LIJIAN=.*|LIJIAN=$address/api/v1|; s|^BIN=.*|BIN=$programs DEMO=$work/demo|; s|^TRY=.*|TRY=$work|" "$work/block.01"

# is_known CALL: whether the program has this route or command by now.
is_known() {
    case $1 in
        lijiand\ *)
            "$programs/lijiand" "${1#lijiand }" "$work/nothing" --data "$work/none" >/dev/null 2>&1
            [ $? -ne 64 ]
            ;;
        *) "$programs/lijiand" routes | sed 's/  */ /g' | grep -q "^$1 " ;;
    esac
}

number=0
faults=0
for block in "$@"; do
    number=$((number + 1))
    title=$(cat "$block.title")
    pending=$(sed -n 's/^# not yet: //p' "$block")
    if [ -n "$pending" ]; then
        if is_known "$pending"; then
            faults=1
            echo "not ok $number - $title"
            echo "# the page says that $pending is not there yet"
        else
            echo "ok $number - $title # SKIP $pending is not there yet"
        fi
        continue
    fi
    good=1
    # shellcheck source=/dev/null
    . "$block" >"$work/output" 2>&1 || good=0
    sed -n 's/^#> //p' "$block" >"$work/wanted"
    while read -r text; do
        if ! grep -qF -- "$text" "$work/output"; then
            echo "# missing: $text"
            good=0
        fi
    done <"$work/wanted"
    if [ "$good" = 1 ]; then
        echo "ok $number - $title"
    else
        faults=1
        echo "not ok $number - $title"
        sed 's/^/# /' "$work/output" | cut -c1-2000 | tail -n 40
    fi
done
exit "$faults"
