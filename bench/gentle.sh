#!/bin/sh
# Row P17: how much a foreground job is slowed down by a scan with --gentle. Usage: bench/gentle.sh LIJIAN SCRATCH CORPUS
# The foreground counts with rg in the tiny files, ten times in a row. Five rounds, in turn: alone; beside scans with --gentle,
# one behind the other; beside scans without it. Goal: at most 5 % slower beside --gentle.
set -eu
lijian=$1 scratch=$2 corpus=$3

foreground() {
    from=$(date +%s%N)
    for i in 1 2 3 4 5 6 7 8 9 10; do
        rg --no-ignore -j1 -c 机密 "$scratch/tiny" >"$scratch/p17" || true
    done
    echo $((($(date +%s%N) - from) / 1000000))
}

# The scans that run beside it, until they are ended by the number of their process group.
beside() {
    # shellcheck disable=SC2016 # the inner shell expands them
    setsid sh -c 'while :; do rm -rf "$2/r17"; "$1" scan --quiet $4 "$3" "$2/pdf" --out "$2/r17" || :; done' \
        sh "$lijian" "$scratch" "$corpus" "$1" >/dev/null 2>&1 &
    group=$!
    sleep 0.5
    time=$(foreground)
    kill -9 -- "-$group"
    wait "$group" 2>/dev/null || true
    sleep 0.3
    echo "$time"
}

: >"$scratch/gentle"
for round in 1 2 3 4 5; do
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
