#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# `make lint`: every check, the slow ones too; goes on after a fault and says at the end which checks failed.
# CPPCHECK=no or TIDY=no leaves one out; TIDY_FILES="..." names the files for clang-tidy (else base text formats detect store seal ledger report server).
set -u
cd "$(dirname "$0")/.." || exit 70
failed=""

check() {
    name=$1
    shift
    echo "== $name"
    "$@" || failed="$failed $name"
}

run_cppcheck() {
    # Left out: what cppcheck 2.10 gets wrong in C (arrays of function pointers, compound literals); compilers and
    # clang-analyzer look for the same.
    cppcheck --quiet --std=c11 --language=c --enable=warning,portability --inline-suppr --error-exitcode=1 -j 2 \
        --suppress=missingIncludeSystem --suppress=nullPointerArithmetic --suppress=unknownEvaluationOrder --suppress=uninitvar \
        --max-configs=2 -I src -I build/clang/src src/base src/text src/formats src/detect src/store src/seal src/ledger src/report src/server src/programs/lijian_verify.c
}

run_tidy() {
    files=${TIDY_FILES:-$(find src/base src/text src/formats src/detect src/store src/seal src/ledger src/report src/server -name '*.c' | sort)}
    # shellcheck disable=SC2086 # a list of files
    # one line per fault: the paths of the analyzer are for a run by hand
    found=$(printf '%s\n' $files | xargs -P 2 -n 4 clang-tidy -p build/clang --quiet 2>/dev/null |
        grep -E '(warning|error): .*\[' | sort -u)
    [ -z "$found" ] || { echo "$found"; return 1; }
}

tests/configure.sh gcc && tests/configure.sh clang || exit 70
# The generated headers and the libraries; what does not build is named by `make test`.
ninja -C build/gcc -k 0 --quiet >/dev/null 2>&1
ninja -C build/clang -k 0 --quiet src/programs/lijian >/dev/null 2>&1
check check_format tools/check_format.sh
check check_layers build/gcc/tools/check_layers src
check check_source build/gcc/tools/check_source .
check check_symbols tools/check_symbols.sh build/gcc
[ "${CPPCHECK:-yes}" = no ] || check cppcheck run_cppcheck
[ "${TIDY:-yes}" = no ] || check clang-tidy run_tidy
echo "== sizes (a report, no fault)"
build/gcc/tools/check_source --sizes .
if [ -n "$failed" ]; then
    echo "lint: failed:$failed"
    exit 1
fi
echo "lint: no fault"
