#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# What can be said of the pages without a server: words in both languages, types, the built files (size, syntax, hosts), and that a
# second build makes the same bytes. Prints TAP.
# Usage: web_checks.sh SOURCE_ROOT
set -u
web=$1/build/web/web
if ! command -v node >/dev/null 2>&1 || [ ! -d "$web/node_modules" ] || [ ! -d "$web/dist" ]; then
    echo "1..0 # SKIP the pages are not built here: node is missing, or the program was not built"
    exit 0
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/web-checks.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
# A copy: the folder is shared with builds, and what was built lies there with compressed twins that no build makes.
exec 9>"$1/build/web/lock"
flock 9
(cd "$web" && tar -cf - --exclude=./node_modules --exclude='*.gz' .) | tar -xf - -C "$work"
flock -u 9
ln -s "$web/node_modules" "$work/node_modules"
cd "$work" || exit 1
number=0
faults=0
check() {
    number=$((number + 1))
    name=$1
    shift
    if "$@" >"$work/case.log" 2>&1; then
        echo "ok $number - $name"
    else
        faults=1
        echo "not ok $number - $name"
        sed 's/^/# /' "$work/case.log" | tail -n 20 | cut -c1-400
    fi
}
check "every word of the pages is in the catalogue, in both languages" node tools/check_catalogue.mjs
check "types" node node_modules/vue-tsc/bin/vue-tsc.js --noEmit
check "built files: size, syntax, hosts, the same bytes from a second build" node tools/check_built.mjs --twice
echo "1..$number"
exit "$faults"
