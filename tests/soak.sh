#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# `make soak`: SOAK_SECONDS (default 1800) of what is too long for every commit, in rounds. A round
#   1. damages files of the corpus (LIJIAN_CORPUS, or ../shared/corpus) and all samples: cuts and bit flips of a new seed, under
#      sanitizers (tests/formats/sweep_test.c)
#   2. damages every file of the corpus and scans that with the program that ships (tests/damage.sh): some 50,000 files
#   3. scans the corpus with a number of workers that changes, and compares: every round must give the same records
#   4. looks at the peak of memory of the whole scan: it must not grow from round to round
# Before the rounds: growth to a million files (row P11M of bench/run.sh, 5 GB of disk; SOAK_MILLION=no leaves it out).
# Exit 1 at the first fault, which is named with the seed of its round: SOAK_SEED=N starts there.
set -eu
cd "$(dirname "$0")/.."
seconds=${SOAK_SECONDS:-1800}
seed=${SOAK_SEED:-1}
corpus=${LIJIAN_CORPUS:-../shared/corpus}
work=build/soak
until=$(($(date +%s) + seconds))
[ -d "$corpus" ] || { echo "soak: no corpus at $corpus: only the samples are damaged"; corpus=""; }
mkdir -p "$work"
ninja -C build/asan --quiet tests/formats/sweep_test
[ -d build/sample ] || build/release/tests/samples/lijian-samples build/sample

# Records of a result folder without header and trailer.
records() {
    sed '1d;$d' "$1/results.jsonl"
}

if [ -n "$corpus" ] && [ "${SOAK_MILLION:-yes}" != no ]; then
    ninja -C build/release --quiet bench/bench bench/make_data bench/examine_bench
    bench/run.sh build/release build/lijian "$corpus" P11M >"$work/growth.log" 2>&1 || { cat "$work/growth.log"; exit 1; }
    grep -A 4 '^P11M' "$work/growth.log"
    ! grep -q MISSED "$work/growth.log" || { echo "soak: a million files cost more each than a thousand"; exit 1; }
fi

first_peak=0
rounds=0
while [ "$(date +%s)" -lt "$until" ]; do
    rounds=$((rounds + 1))
    # a slice of the files, another one each round
    find build/sample ${corpus:+"$corpus"} -type f -size -64k | sort | awk -v n="$seed" 'NR % 16 == n % 16' >"$work/slice"
    SWEEP_SEED=$seed SWEEP_SECONDS=120 SWEEP_MAX=65536 xargs -d '\n' nice -n 5 build/asan/tests/formats/sweep_test \
        <"$work/slice" >"$work/sweep.log" 2>&1 || {
        echo "soak: round with SOAK_SEED=$seed: damage"
        grep -vE '^ok |quiet' "$work/sweep.log" | head -n 60
        exit 1
    }
    if [ -n "$corpus" ]; then
        DAMAGE_SEED=$seed nice -n 5 tests/damage.sh "$corpus" >"$work/damage.log" 2>&1 || {
            echo "soak: round with SOAK_SEED=$seed: damaged files (kept in build/damage-findings)"
            grep -aE '^FAULT|^damage|^  made' "$work/damage.log" | head -n 60
            exit 1
        }
        jobs=$((seed % 4 + 1))
        status=0
        rm -rf "$work/out"
        /usr/bin/env time -f '%M' -o "$work/peak" build/lijian scan "$corpus" --out "$work/out" --all --quiet --jobs "$jobs" ||
            status=$?
        [ "$status" -le 3 ] || { echo "soak: the scan ended with $status (SOAK_SEED=$seed, $jobs workers)"; exit 1; }
        records "$work/out" | sha256sum >"$work/sum"
        [ -f "$work/sum-first" ] && [ "$rounds" -gt 1 ] || cp "$work/sum" "$work/sum-first"
        cmp -s "$work/sum" "$work/sum-first" || { echo "soak: other records with $jobs workers (SOAK_SEED=$seed)"; exit 1; }
        peak=$(tail -n 1 "$work/peak")
        [ "$rounds" -gt 1 ] || first_peak=$peak
        [ "$peak" -le $((first_peak * 3 / 2 + 16384)) ] || { echo "soak: memory grew from $first_peak to $peak KiB"; exit 1; }
    fi
    echo "soak: round $rounds done (seed $seed)"
    seed=$((seed + 1))
done
echo "soak: $rounds rounds without a fault"
