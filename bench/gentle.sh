#!/bin/sh
# Row P17: how much a foreground job is slowed down by a scan with --gentle. Usage: bench/gentle.sh LIJIAN SCRATCH CORPUS
# The foreground counts with rg in the tiny files, five times in a row. Five rounds, in turn: alone; beside scans with --gentle,
# one behind the other; beside scans without it. Goal: at most 5 % slower beside --gentle.
set -eu
lijian=$1 scratch=$2 corpus=$3
runs=$scratch/gentle-runs
trap 'rm -f "$runs"' EXIT

foreground() {
    from=$(date +%s%N)
    for _ in 1 2 3 4 5; do
        rg --no-ignore -j1 -c 机密 "$scratch/tiny" >"$scratch/p17" || true
    done
    echo $((($(date +%s%N) - from) / 1000000))
}

# The foreground beside scans that follow each other as long as the file `runs` is there.
beside() {
    : >"$runs"
    while [ -e "$runs" ]; do
        rm -rf "$scratch/r17"
        # shellcheck disable=SC2086 # one word or none
        "$lijian" scan --quiet $1 "$corpus" --out "$scratch/r17" || :
    done >/dev/null 2>&1 &
    loop=$!
    sleep 0.3
    foreground
    rm -f "$runs"
    wait "$loop" || :
}

: >"$scratch/gentle"
for _ in 1 2 3 4 5; do
    echo "$(foreground) $(beside --gentle) $(beside "")" >>"$scratch/gentle"
done
echo "P17: a loop of rg beside a scan with --gentle"
for column in 1 2 3; do
    cut -d ' ' -f "$column" "$scratch/gentle" | sort -n | awk '{a[NR] = $1} END {print a[int((NR + 1) / 2)], a[NR]}'
done | awk '{median[NR] = $1; worst[NR] = $2}
END {
    split("alone,beside --gentle,beside a plain scan", name, ",")
    for (i = 1; i <= 3; i++)
        printf "  %-20s median %8.3f s  worst %8.3f s  slower by %5.1f %%\n", name[i], median[i] / 1000, worst[i] / 1000, (median[i] / median[1] - 1) * 100
    slower = (median[2] / median[1] - 1) * 100
    printf "  goal at most 5.0 %%: %s\n", slower <= 5 ? "reached" : "MISSED"
}'
