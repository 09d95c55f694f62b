#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# `make test`: all that CI needs, ending with one line "N passed, N failed, N skipped" of individual cases.
#   1. gcc build without a warning, then every test of it: unit, golden, structure, lint, fuzz seeds, end to end
#   2. clang build of the program without a warning
#   3. clang build with sanitizers, then the tests again on it (all but lint and those that measure the machine)
# A step that does not build counts as one failed case and what could be built is tested all the same.
set -u
cd "$(dirname "$0")/.." || exit 70
steps=build/steps.tap
mkdir -p build
: >"$steps"
count=0

# step NAME COMMAND...: one case; shows the log when it fails.
step() {
    name=$1
    shift
    count=$((count + 1))
    if "$@" >build/step.log 2>&1; then
        echo "ok $count - $name" | tee -a "$steps"
    else
        echo "not ok $count - $name" | tee -a "$steps"
        grep -aE '(error|warning):|^FAILED|ERROR' build/step.log | cut -c1-240 | head -n 60 | grep . || tail -n 40 build/step.log
    fi
}

# The tests of a build whose program is there, by name; the others are failed cases. meson itself would run none.
runnable() {
    meson introspect --tests "build/$1" | sed 's/{"cmd"/\n{"cmd"/g' |
        sed -n 's/^{"cmd": \["\([^"]*\)".*"name": "\([^"]*\)".*/\1 \2/p' | while read -r program name; do
        if [ -x "$program" ]; then
            echo "$name"
        else
            echo "not ok 0 - $1: $name was not built" >>"$steps"
        fi
    done
}

# suite BUILD ARGUMENT...: runs meson's tests; meson's log is what is counted.
suite() {
    folder=$1
    shift
    [ -f "build/$folder/build.ninja" ] || return
    rm -f "build/$folder/meson-logs/testlog.json"
    # shellcheck disable=SC2046 # names without blanks
    meson test -C "build/$folder" --no-rebuild --print-errorlogs "$@" $(runnable "$folder") >"build/$folder/test.out" 2>&1 ||
        grep -avE '^ *[0-9]+/[0-9]+ .* (OK|SKIP) ' "build/$folder/test.out" | head -n 400
}

step "gcc: configured" tests/configure.sh gcc
step "gcc: builds without a warning" ninja -C build/gcc -k 0
export SWEEP_SECONDS=15 # the long sweep is the one under sanitizers
suite gcc
unset SWEEP_SECONDS
step "clang: configured" tests/configure.sh clang
step "clang: the program builds without a warning" ninja -C build/clang -k 0 src/programs/lijian
step "sanitizers: configured" tests/configure.sh asan
step "sanitizers: builds without a warning" ninja -C build/asan -k 0
# The kernel and the server run under sanitizers on SQLite; of PostgreSQL it is the store's own tests that matter there.
suite asan --timeout-multiplier 4 --no-suite lint --no-suite machine --no-suite postgres

summary=build/gcc/tools/test_summary
if [ ! -x "$summary" ]; then # nothing could be built: the steps alone are counted
    echo "$(grep -c "^ok" "$steps") passed, $(grep -c "^not ok" "$steps") failed, 0 skipped"
    exit 1
fi
"$summary" "$steps" build/gcc/meson-logs/testlog.json build/asan/meson-logs/testlog.json
