#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# The demonstration district: the same bytes again, its figures, who may log in and where. Prints TAP.
# Usage: demo.sh PROGRAMS_FOLDER LOGIN_TOOL
# shellcheck disable=SC2317 # functions that check() calls
set -u
lijiand=$1/lijiand login=$2
work=$(mktemp -d "${TMPDIR:-/tmp}/demo-test.XXXXXX")
server=
address=
port=
# shellcheck disable=SC2317 # called by the trap
cleanup() {
    [ -z "$server" ] || kill "$server" 2>/dev/null
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM
number=0
faults=0
# check NAME COMMAND...: one case.
check() {
    number=$((number + 1))
    name=$1
    shift
    if "$@" >"$work/case" 2>&1; then
        echo "ok $number - $name"
    else
        faults=1
        echo "not ok $number - $name"
        sed 's/^/# /' "$work/case" | tail -n 20 | cut -c1-400
    fi
}
differ() { ! cmp -s "$1" "$2"; }
has_status() {
    wanted=$1
    shift
    "$@"
    status=$?
    echo "status $status"
    [ "$status" -eq "$wanted" ]
}
# serve FOLDER: sets server, address, port.
serve() {
    : >"$work/serve"
    "$lijiand" serve --data "$1" --listen 127.0.0.1:0 --quiet --lang en >"$work/serve" 2>&1 &
    server=$!
    tries=0
    until grep -q 'http://' "$work/serve" || [ "$tries" -ge 200 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    address=$(sed -n 's/.*\(http:[^ ]*[0-9]\)\/.*/\1/p' "$work/serve")
    port=${address##*:}
}
stop() {
    kill "$server" 2>/dev/null
    wait "$server" 2>/dev/null
    server=
}
# figure NAME LEAST MOST: of the report.
figure() {
    grep "^$1  " "$work/report"
    value=$(sed -n "s/^$1  *//p" "$work/report")
    [ -n "$value" ] && [ "$value" -ge "$2" ] && [ "$value" -le "$3" ]
}
is_refused() {
    ! "$login" "$port" "$1" "$2" >"$work/answer" && cat "$work/answer" && grep -q '^POST /api/v1/session: 40[13]$' "$work/answer"
}

day=2026-09-30
make() { "$lijiand" demo --data "$work/$1" --seed "$2" --today "$3" --lang en >"$work/$1.logins"; }
check "the demonstration is made" make a 5 "$day"
check "and once more" make b 5 "$day"
check "with another seed" make c 6 "$day"
check "and on another day" make d 5 2026-09-29
for name in a b c d; do
    check "$name is exported" "$lijiand" export "$work/$name.dump" --data "$work/$name" --lang en
done
check "there is something in it" test "$(wc -l <"$work/a.dump")" -gt 10000
check "the log, the database and the keys agree" "$lijiand" check --data "$work/a" --lang en
check "the same seed and day: the same rows" cmp "$work/a.dump" "$work/b.dump"
check "the same keys" diff -r "$work/a/keys" "$work/b/keys"
check "the same words for people" cmp "$work/a.logins" "$work/b.logins"
check "another seed: another district" differ "$work/a.dump" "$work/c.dump"
check "another day: another past" differ "$work/a.dump" "$work/d.dump"
check "a folder that is not empty is refused" has_status 70 "$lijiand" demo --data "$work/a" --lang en
check "so is a day to come" has_status 64 make e 5 2999-01-01
check "and what is no day" has_status 64 make e 5 2026-02-30

"$lijiand" report --data "$work/a" --lang en >"$work/report"
# 82 supervised, 5 that only get guidance, the bureau, and two that are no more
check "units" figure Units 90 90
check "people" figure People 380 520
check "departments" figure Departments 180 400
check "handovers" figure Handovers 15 25
check "notices" figure Notices 15 25
check "receipts of notices" figure "Receipts of notices" 1000 1800
check "tasks of meetings" figure "Tasks of meetings" 60 200
check "replies to directives" figure "Replies to directives" 60 200

serve "$work/a"
for name in leader inspector officer unithead respleader depthead sysadmin secadmin auditadmin; do
    check "$name can log in" "$login" "$port" "$name" "demo-$name-1"
done
for name in sys sec audit; do
    check "$name can log in once" "$login" "$port" "$name" "$(sed -n "s/^  $name  *//p" "$work/a.logins")"
done
check "a wrong password does not" is_refused leader demo-leader-2
check "accounts of other officers let nobody in" is_refused u104 demo-officer-1
if command -v curl >/dev/null 2>&1; then
    curl -sf -c "$work/jar" -H 'Content-Type: application/json' -d '{"account":"leader","password":"demo-leader-1"}' \
        "$address/api/v1/session" >/dev/null
    curl -sf -b "$work/jar" "$address/api/v1/duties?all=1&limit=200" | tr '{' '\n' >"$work/duties"
    check "duties are open" test "$(grep -c '^"id".*"answerer"\|"verb":' "$work/duties")" -gt 40
    check "every one of them has an answerer" has_status 1 grep '"answerer":null' "$work/duties"
    check "the matrix has 82 rows" test "$(curl -sf -b "$work/jar" "$address/api/v1/units/matrix" | grep -o '"cells":\[' | wc -l)" -eq 82
fi
stop

# The same ledger in a folder that was not made by `lijiand demo`.
sed -i 's/^demo 1$/demo 0/' "$work/b/config"
serve "$work/b"
check "elsewhere the demonstration logins are refused" is_refused leader demo-leader-1
check "also the administrators" is_refused sysadmin demo-sysadmin-1
check "and the three first accounts are not" "$login" "$port" sys "$(sed -n "s/^  sys  *//p" "$work/b.logins")"
stop
echo "1..$number"
exit "$faults"
