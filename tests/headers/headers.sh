#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Every header compiles alone, and twice (its guard works). Prints TAP. Usage: headers.sh SOURCE BUILD CC [MUPDF_FLAGS...]
# Model: libgit2 tests/headertest.
src=$1 build=$2 cc=$3
shift 3
no=0
status=0
# core of the flags of meson.build; warnings of headers show where they are used
for header in $(cd "$src/src" && find . -name '*.h' | sed 's|^\./||' | sort); do
    no=$((no + 1))
    if out=$(printf '#include "%s"\n#include "%s"\n' "$header" "$header" |
        "$cc" -std=c17 -fsyntax-only -Wall -Wextra -Wpedantic -Werror -I"$src/src" -I"$build/src" "$@" -x c - 2>&1); then
        echo "ok $no - $header compiles alone"
    else
        echo "not ok $no - $header compiles alone"
        echo "$out" | head -n 8 | sed 's/^/# /'
        status=1
    fi
done
echo "1..$no"
exit $status
