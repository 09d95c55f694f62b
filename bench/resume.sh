#!/bin/sh
# Row P16: a scan that is killed (-9) at a random moment and started again gives the same records, and costs little more.
# Usage: bench/resume.sh LIJIAN SCRATCH FOLDER...
# Five rounds: an undisturbed scan, then one that is killed after a part of that time, drawn anew each round, and resumed.
# Records are compared byte for byte after sorting, without header and trailer. Extra time: killed part and resumed part
# together, less the undisturbed scan; goal: at most 2 % and 5 s.
set -eu
lijian=$1 scratch=$2
shift 2
ms() { echo $(($(date +%s%N) / 1000000)); }
records() { sed '1d;$d' "$1/results.jsonl" | LC_ALL=C sort | sha256sum; }

different=0
: >"$scratch/resume"
for _ in 1 2 3 4 5; do
    rm -rf "$scratch/r16" "$scratch/r16k"
    from=$(ms)
    "$lijian" scan --quiet --all "$@" --out "$scratch/r16" || [ $? -le 3 ]
    whole=$(($(ms) - from))
    part=$(awk -v w="$whole" -v r="$(od -An -N4 -tu4 /dev/urandom)" 'BEGIN {printf "%.3f", w / 1000 * (0.1 + 0.8 * r / 4294967296)}')
    from=$(ms)
    "$lijian" scan --quiet --all "$@" --out "$scratch/r16k" &
    pid=$!
    sleep "$part"
    kill -9 "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
    killed=$(($(ms) - from))
    from=$(ms)
    "$lijian" scan --quiet --all "$@" --out "$scratch/r16k" || [ $? -le 3 ]
    resumed=$(($(ms) - from))
    same=yes
    [ "$(records "$scratch/r16")" = "$(records "$scratch/r16k")" ] || { same=no; different=$((different + 1)); }
    twice=$(sed -n 's/.*"opened_twice":\([0-9]*\).*/\1/p' "$scratch/r16k/summary.json")
    echo "$whole $killed $resumed $((killed + resumed - whole)) $same $twice" >>"$scratch/resume"
done
echo "P16: killed with -9 at a random moment, then resumed: $*"
awk '{printf "  whole %7.3f s  killed after %7.3f s  resumed in %7.3f s  extra %7.3f s  same records: %s  files opened twice: %s\n",
    $1 / 1000, $2 / 1000, $3 / 1000, $4 / 1000, $5, $6}' "$scratch/resume"
sort -n -k 4 "$scratch/resume" | awk -v d="$different" '{whole[NR] = $1; extra[NR] = $4}
END {
    worst = extra[NR]
    allowed = whole[NR] * 0.02 + 5000
    printf "  extra median %.3f s, worst %.3f s, goal %.3f s: %s; %d of %d rounds with other records: %s\n", extra[int((NR + 1) / 2)] / 1000,
        worst / 1000, allowed / 1000, worst <= allowed ? "reached" : "MISSED", d, NR, d == 0 ? "reached" : "MISSED"
}'
