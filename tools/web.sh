#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Builds the pages (web/) and makes the C source that lijiand embeds: each file, and its gzip variant as NAME.gz.
# Usage: web.sh EMBED SOURCE WORK OUT.c
#   WORK  shared by all builds of this tree: the pages are built there once per state of web/, never inside web/
set -eu
embed=$(realpath "$1")
source=$(cd "$2" && pwd)
mkdir -p "$3"
work=$(cd "$3" && pwd)
out=$(realpath "$4")
exec 9>"$work/lock"
flock 9
state=$(cd "$source/web" && find . -path ./node_modules -prune -o -path ./dist -prune -o -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum)
if [ "$(cat "$work/state" 2>/dev/null)" != "$state" ]; then
    rm -f "$work/state"
    mkdir -p "$work/web"
    # node_modules stays where it is: npm decides by the lock file whether it must be made anew
    find "$work/web" -mindepth 1 -maxdepth 1 ! -name node_modules -exec rm -rf {} +
    (cd "$source/web" && tar -cf - --exclude=./node_modules --exclude=./dist .) | tar -xf - -C "$work/web"
    cd "$work/web"
    if ! cmp -s package-lock.json "$work/lock-file" || [ ! -d node_modules ]; then
        rm -f "$work/lock-file"
        npm ci --no-audit --no-fund >"$work/npm.log" 2>&1 || { tail -n 30 "$work/npm.log" >&2; exit 70; }
        cp package-lock.json "$work/lock-file"
    fi
    npm run build >"$work/build.log" 2>&1 || { tail -n 40 "$work/build.log" >&2; exit 70; }
    find dist -name '*.gz' -delete
    # without name and date: the same pages, the same bytes
    find dist -type f \( -name '*.js' -o -name '*.css' -o -name '*.html' -o -name '*.svg' \) -exec gzip -9nk {} +
    printf '%s\n' "$state" >"$work/state"
fi
cd "$work/web"
# shellcheck disable=SC2046 # names of built files hold no blanks
"$embed" "$out" web $(find dist -type f | LC_ALL=C sort)
