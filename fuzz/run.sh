#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# `make fuzz`: runs the libFuzzer targets of build/fuzz, FUZZ_SECONDS each (default 180), as many at a time as there are
# processors. Usage: fuzz/run.sh [TARGET...] (names without fuzz_; all when none is given).
# Prints one row per target: executions, edges, inputs kept, findings. Findings lie in build/fuzz-findings/, the grown corpus in
# build/fuzz-corpus/<target>/ and is used again. Exit 1 when there was a finding.
# Every input runs under a budget: 64 KiB at most, 10 seconds, 1 GiB resident (scanner limits apply inside, see fuzz_format.c).
set -eu
cd "$(dirname "$0")/.."
seconds=${FUZZ_SECONDS:-180}
jobs=${FUZZ_JOBS:-$(nproc)}
max_len=${FUZZ_MAX_LEN:-65536}
build=build/fuzz
findings=build/fuzz-findings
corpus=build/fuzz-corpus
logs=build/fuzz-logs
export LSAN_OPTIONS="print_suppressions=0:suppressions=$PWD/tests/lsan.supp"

ninja -C "$build" --quiet
if [ $# -eq 0 ]; then
    for program in "$build"/fuzz/fuzz_*; do
        [ -f "$program" ] && [ -x "$program" ] && set -- "$@" "${program##*/fuzz_}"
    done
fi
mkdir -p "$findings" "$corpus" "$logs"

one() {
    name=$1
    mkdir -p "$corpus/$name"
    set -- "$corpus/$name"
    for folder in "fuzz/seeds/$name" "tests/formats/$name"; do
        [ -d "$folder" ] && set -- "$@" "$folder"
    done
    dictionary=
    [ -f "fuzz/dict/$name.dict" ] && dictionary="-dict=fuzz/dict/$name.dict"
    rm -f "$findings/$name"-*
    nice -n 5 "$build/fuzz/fuzz_$name" $dictionary -max_total_time="$seconds" -max_len="$max_len" -timeout=10 \
        -rss_limit_mb=1024 -print_final_stats=1 -use_value_profile=1 -artifact_prefix="$findings/$name-" "$@" \
        >"$logs/$name.log" 2>&1 || true
}

running=0
for name in "$@"; do
    one "$name" &
    running=$((running + 1))
    if [ "$running" -ge "$jobs" ]; then
        wait
        running=0
    fi
done
wait

total=0
printf '%-12s %12s %8s %8s %9s\n' target executions edges corpus findings
for name in "$@"; do
    log="$logs/$name.log"
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -n 1)
    edges=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
    kept=$(find "$corpus/$name" -type f | wc -l)
    found=$(find "$findings" -type f -name "$name-*" | wc -l)
    printf '%-12s %12s %8s %8s %9s\n' "$name" "${executions:-?}" "${edges:-?}" "$kept" "$found"
    [ -n "$executions" ] || { echo "  did not run to its end: $log" >&2; total=$((total + 1)); }
    total=$((total + found))
done
if [ "$total" -gt 0 ]; then
    echo "fuzz: $total findings in $findings"
    exit 1
fi
echo "fuzz: no finding"
