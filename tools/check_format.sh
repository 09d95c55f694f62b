#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Every .c and .h file as clang-format 14 writes it. Exit 0, 1 with the differences named, 77 without the formatter.
cd "$(dirname "$0")/.." || exit 70
formatter=$(command -v clang-format-14 || command -v clang-format) || exit 77
find src tests tools fuzz bench -name '*.[ch]' -print0 | xargs -0 -n 50 "$formatter" --dry-run -Werror 2>&1 |
    grep -E 'error:' | sed 's/ \[-Wclang-format-violations\]//' | sort -u -t: -k1,1 >"${TMPDIR:-/tmp}/lijian-format.$$"
faults=$(wc -l <"${TMPDIR:-/tmp}/lijian-format.$$")
cat "${TMPDIR:-/tmp}/lijian-format.$$"
rm -f "${TMPDIR:-/tmp}/lijian-format.$$"
echo "check_format: $faults files are not as clang-format writes them"
[ "$faults" -eq 0 ]
