#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Line coverage per reader from the corpus (LIJIAN_CORPUS, or ../shared/corpus), samples and fuzz seeds: by the fuzz targets,
# and by what a scan does (examine_bench). Coverage is read, not worshipped; at least 80 % of each reader is asked for.
# Usage: tools/coverage.sh [--files] [--with-fuzz] [--with-tests]
#   --files       a row per source file, with branches     --with-fuzz   also the grown corpora that `make fuzz` left
#   --with-tests  also the golden run and the unit tests
# Each input runs in a process of its batch with a time limit: a file that kills the reader is named and passed over.
# The lines of one file: llvm-cov-14 show -instr-profile=build/coverage/all.profdata build/coverage/fuzz/fuzz_format_seeds FILE
set -eu
cd "$(dirname "$0")/.."
packaging/deps.sh build run test
files=no
with_fuzz=no
with_tests=no
for word in "$@"; do
    case "$word" in
        --files) files=yes ;;
        --with-fuzz) with_fuzz=yes ;;
        --with-tests) with_tests=yes ;;
        *) echo "coverage.sh: --files, --with-fuzz, --with-tests" >&2; exit 64 ;;
    esac
done
build=build/coverage
profiles=$PWD/$build/profiles
corpus=${LIJIAN_CORPUS:-../shared/corpus}
version=14

if [ ! -f "$build/build.ninja" ]; then
    mkdir -p build
    CC=clang meson setup "$build" --buildtype=debug -Dc_args='-fprofile-instr-generate -fcoverage-mapping' \
        -Dc_link_args='-fprofile-instr-generate' >build/configure-coverage.log 2>&1 || {
        tail -n 20 build/configure-coverage.log >&2
        exit 70
    }
fi
ninja -C "$build" --quiet fuzz/fuzz_format_seeds fuzz/fuzz_sift_seeds bench/examine_bench
rm -rf "$profiles"
mkdir -p "$profiles"
export LLVM_PROFILE_FILE="$profiles/%m.profraw" # %m: runs of one program merge into one file

inputs=$build/inputs
{
    find tests/formats fuzz/seeds -mindepth 2 -type f ! -name '*.expect' ! -name '*.c' ! -name SOURCES
    [ "$with_fuzz" = no ] || find build/fuzz-corpus -type f
    [ ! -d "$corpus" ] || find "$corpus" -type f -size -4M
} >"$inputs"
echo "coverage: $(wc -l <"$inputs") files"
# $1: the program and its first words
each() {
    # shellcheck disable=SC2016 # expanded by the inner shell
    tr '\n' '\0' <"$inputs" | xargs -0 -n 40 -P 2 sh -c '
        program=$1
        shift
        timeout 120 $program "$@" >/dev/null 2>&1 && exit 0
        for file in "$@"; do
            timeout 20 $program "$file" >/dev/null 2>&1 || echo "passed over: $file"
        done' sh "$1"
}
each "$build/fuzz/fuzz_format_seeds batch"
each "$build/bench/examine_bench"
"$build/fuzz/fuzz_sift_seeds" sift fuzz/seeds/sift >/dev/null
objects="$build/fuzz/fuzz_format_seeds -object $build/bench/examine_bench -object $build/fuzz/fuzz_sift_seeds"
if [ "$with_tests" = yes ]; then
    ninja -C "$build" --quiet
    LIJIAN_SOURCE=. timeout 300 "$build/tests/golden/golden" >/dev/null 2>&1 || true
    meson test -C "$build" --no-rebuild --suite unit >/dev/null 2>&1 || true
    for program in "$build"/tests/golden/golden "$build"/tests/formats/test_* "$build"/tests/text/test_*; do
        [ -f "$program" ] && [ -x "$program" ] && objects="$objects -object $program"
    done
fi
llvm-profdata-$version merge -sparse "$profiles"/*.profraw -o "$build/all.profdata"

# Each file belongs to the first reader whose pattern it fits.
# shellcheck disable=SC2046,SC2086 # lists
llvm-cov-$version export -summary-only -instr-profile="$build/all.profdata" $objects $(find src/formats -name '*.c') |
    sed 's/{"filename"/\n{"filename"/g' |
    sed 's/^{"filename":"[^"]*\/src\/formats\//{"filename":"/' |
    tr -d '\n' | sed 's/{"filename"/\n{"filename"/g' |
    sed -n 's/^{"filename":"\([^"]*\.c\)".*"branches":{"count":\([0-9]*\),"covered":\([0-9]*\).*"lines":{"count":\([0-9]*\),"covered":\([0-9]*\).*/\1 \2 \3 \4 \5/p' |
    awk -v files="$files" '
        function share(part, all) { return all > 0 ? sprintf("%5.1f", 100 * part / all) : "-" }
        BEGIN {
            count = split("plain=^plain/ html=^markup/html xml=^(markup/xml|xml_) epub=^zip/epub zip=^zip/ archive=^archive/ " \
                "xlsb=^ooxml/xlsb vsdx=^ooxml/vsdx flat-xml=^ooxml/(opc_flat|docx_2003|xlsx_2003) sheet=^sheet/ " \
                "doc=^doc/ xls=^xls/ ppt=^ppt/ msg=^mail/(msg|lzfu) tnef=^mail/tnef mail=^mail/ rtf=^rtf/ odf=^odf/ ofd=^ofd/ " \
                "crypt=^ole2/.*crypt ole2=^ole2/ metafile=^picture/(metafile|emf|wmf) picture=^picture/ page=^page_ " \
                "docx=^ooxml/docx xlsx=^ooxml/xlsx pptx=^ooxml/pptx ooxml=^ooxml/ pdf=^pdf/ sweep=^sweep core=^(examine|claims|identify|source|limits|format_table|others)[.]c", row, " ")
            if (files == "yes") printf "%-36s %7s %7s %8s %8s\n", "file", "lines", "covered", "percent", "branches"
        }
        $1 ~ /^\// || $1 ~ /^\.\./ || $1 ~ /^(fuzz|tests|bench|build)\// { next }
        {
            if (files == "yes") printf "%-36s %7d %7d %8s %8s\n", $1, $4, $5, share($5, $4), share($3, $2)
            for (i = 1; i <= count; i++) {
                split(row[i], part, "=")
                if ($1 ~ part[2]) { lines[i] += $4; hit[i] += $5; break }
            }
        }
        END {
            printf "%-8s %7s %7s %8s\n", "reader", "lines", "covered", "percent"
            for (i = 1; i <= count; i++) {
                split(row[i], part, "=")
                printf "%-8s %7d %7d %8s%s\n", part[1], lines[i], hit[i], share(hit[i], lines[i]),
                    hit[i] * 5 < lines[i] * 4 ? "  below 80" : ""
            }
        }'
