#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Holds the walls that includes do not show: which foreign functions each library may call, and that the lower layers keep
# no state. Usage: check_symbols.sh BUILD [LIBRARY...] (base text formats detect scan store seal ledger server report when none is named).
# BUILD must be an ordinary build without sanitizers. Prints "library/object: symbol: what"; exit 0 without a fault, 1 with.
#
#   1. Every undefined symbol of src/<library>/lib<library>.a that no library of ours defines must be named in
#      tools/check_symbols.allow for that library.
#   2. No symbol of base, text, formats, detect, seal, ledger or report lies in .data or .bss: no mutable globals.
set -eu
build=$1
shift
here=$(dirname "$0")
[ $# -gt 0 ] || set -- base text formats detect scan store seal ledger server report
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

: >"$work/ours"
for archive in "$build"/src/*/lib*.a; do
    nm --defined-only -g "$archive" 2>/dev/null | awk 'NF == 3 {print $3}' >>"$work/ours"
done
faults=0
for library in "$@"; do
    archive="$build/src/$library/lib$library.a"
    [ -f "$archive" ] || continue
    # thin archives print "path/lib.a:object.o:", fat ones "object.o:"; both end in ".o:"
    nm -u "$archive" 2>/dev/null | awk -v library="$library" '
        /:$/ { sub(/:$/, ""); sub(/^.*[\/:]/, ""); sub(/\.o$/, ""); object = $0; next }
        NF == 2 && $1 ~ /^[Uw]$/ { print library "/" object, $2 }' >"$work/undefined"
    nm -f sysv "$archive" 2>/dev/null | awk -F'|' -v library="$library" '
        /:$/ { sub(/:$/, ""); sub(/^.*[\/:]/, ""); sub(/\[/, ""); sub(/\].*/, ""); sub(/\.o$/, ""); object = $0; next }
        NF == 7 && $4 ~ /OBJECT/ && $7 ~ /^[ ]*\.(data|bss)(\.[^r].*)?[ ]*$/ { gsub(/ /, "", $1); print library "/" object, $1 }' >"$work/state"
    awk -v ours="$work/ours" -v allow="$here/check_symbols.allow" '
        function fits(pattern, text, head) {
            if (pattern ~ /\*$/) {
                head = substr(pattern, 1, length(pattern) - 1)
                return substr(text, 1, length(head)) == head
            }
            return pattern == text
        }
        BEGIN {
            while ((getline line < ours) > 0) is_ours[line] = 1
            while ((getline line < allow) > 0) {
                if (line ~ /^#/ || line ~ /^[ ]*$/) continue
                split(line, sides, "|")
                count = split(sides[1], words, /[ ]+/)
                for (i = 2; i <= count; i++) if (words[i] != "") { sub(/\*$/, "", words[1]); where[++rows] = words[1]; what[rows] = words[i] }
            }
        }
        {
            if ($2 in is_ours) next
            for (i = 1; i <= rows; i++) {
                if (fits(what[i], $2) && (where[i] == "all" || substr($1, 1, length(where[i])) == where[i])) next
            }
            print $1 ": " $2 ": not in tools/check_symbols.allow"
        }' "$work/undefined" | sort -u >"$work/faults"
    case "$library" in
        base | text | formats | detect | seal | ledger | report)
            awk -v allow="$here/check_symbols.allow" '
                BEGIN { while ((getline line < allow) > 0) { split(line, w, /[ ]+/); if (w[1] == "state") ok[w[2] " " w[3]] = 1 } }
                !(($1 " " $2) in ok) { print $1 ": " $2 ": a mutable global" }' "$work/state" >>"$work/faults" ;;
    esac
    cat "$work/faults"
    faults=$((faults + $(wc -l <"$work/faults")))
done
echo "check_symbols: $# libraries, $faults faults"
[ "$faults" -eq 0 ]
