#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Line and branch coverage per source file of src/formats, from samples, fuzz seeds, the grown fuzz corpora (when `make fuzz`
# left some), the sample folder and the corpus (LIJIAN_CORPUS, or ../shared/corpus). Coverage is read, not worshipped.
# Usage: tools/coverage.sh [--with-tests] [FOLDER...]: FOLDER below src (formats); --with-tests also counts the unit tests.
# Each input runs in a process of its own batch with a time limit: a file that kills the reader is named and passed over.
set -eu
cd "$(dirname "$0")/.."
packaging/deps.sh build run test
with_tests=no
if [ "${1:-}" = --with-tests ]; then
    with_tests=yes
    shift
fi
[ $# -gt 0 ] || set -- formats
build=build/coverage
profiles=$PWD/$build/profiles
corpus=${LIJIAN_CORPUS:-../shared/corpus}
version=14

if [ ! -f "$build/build.ninja" ]; then
    CC=clang meson setup "$build" --buildtype=debug -Dc_args='-fprofile-instr-generate -fcoverage-mapping' \
        -Dc_link_args='-fprofile-instr-generate' >build/configure-coverage.log 2>&1 || {
        tail -n 20 build/configure-coverage.log >&2
        exit 70
    }
fi
ninja -C "$build" --quiet
rm -rf "$profiles"
mkdir -p "$profiles"

runner=$build/fuzz/fuzz_format_seeds
inputs=$build/inputs
{
    find tests/formats fuzz/seeds -mindepth 2 -type f ! -name '*.expect' ! -name '*.c' ! -name SOURCES
    [ -d build/fuzz-corpus ] && find build/fuzz-corpus -type f
    [ -d build/sample ] && find build/sample -type f
    [ -d "$corpus" ] && find "$corpus" -type f -size -4M
} >"$inputs" || true
echo "coverage: $(wc -l <"$inputs") files"
export LLVM_PROFILE_FILE="$profiles/%m.profraw" # %m: runs of one program merge into one file
tr '\n' '\0' <"$inputs" | xargs -0 -n 40 -P 2 sh -c '
    runner=$1
    shift
    timeout 120 "$runner" batch "$@" >/dev/null 2>&1 && exit 0
    for file in "$@"; do
        timeout 20 "$runner" one "$file" >/dev/null 2>&1 || echo "passed over: $file"
    done' sh "$runner"
LIJIAN_SOURCE=. timeout 300 "$build/tests/golden/golden" >/dev/null 2>&1 || true
objects="$runner -object $build/tests/golden/golden"
if [ "$with_tests" = yes ]; then
    meson test -C "$build" --no-rebuild --suite unit >/dev/null 2>&1 || true
    for program in "$build"/tests/formats/test_* "$build"/tests/text/test_*; do
        [ -f "$program" ] && [ -x "$program" ] && objects="$objects -object $program"
    done
fi
llvm-profdata-$version merge -sparse "$profiles"/*.profraw -o "$build/all.profdata"
sources=""
for folder in "$@"; do
    sources="$sources $(find "src/$folder" -name '*.c')"
done
# shellcheck disable=SC2086 # lists
llvm-cov-$version export -summary-only -instr-profile="$build/all.profdata" $objects -sources $sources |
    sed 's/{"filename"/\n{"filename"/g' |
    sed -n 's/^{"filename":"\([^"]*\)".*"branches":{"count":\([0-9]*\),"covered":\([0-9]*\).*"lines":{"count":\([0-9]*\),"covered":\([0-9]*\).*/\1 \2 \3 \4 \5/p' |
    awk -v root="$PWD/" '
        function share(part, all) { return all > 0 ? sprintf("%5.1f %%", 100 * part / all) : "     -" }
        BEGIN { printf "%-44s %7s %9s %9s\n", "file", "lines", "lines", "branches" }
        {
            sub(root, "", $1); sub(/^.*\/src\//, "src/", $1)
            printf "%-44s %7d %9s %9s\n", $1, $4, share($5, $4), share($3, $2)
            lines += $4; hit += $5; branches += $2; taken += $3
        }
        END { printf "%-44s %7d %9s %9s\n", "all", lines, share(hit, lines), share(taken, branches) }'
