#!/bin/sh
# Row PF: each format by itself: the files of the corpus that our recognition calls so, examined again and again in one process
# (bench/examine_bench.c: readers, seed search and detectors; no hashes, no sandbox) for some half second, five times. Printed:
# files, MB, files/s and MB/s of the format's own bytes (median of five, by processor time: other work on the machine counts
# less), peak memory of the process. What it takes to begin, once measured with no file, is taken off.
# Usage: bench/formats.sh EXAMINE_BENCH LIJIAN SCRATCH CORPUS
set -eu
bench=$1 lijian=$2 scratch=$3 corpus=$4
rm -rf "$scratch/rf" "$scratch/formats"
mkdir -p "$scratch/formats"
"$lijian" scan --quiet --all "$corpus" --out "$scratch/rf" || [ $? -le 3 ]
grep -v '"member":' "$scratch/rf/results.jsonl" |
    sed -n 's/^{"path":"\([^"\\]*\)","format":"\([^"]*\)","size":\([0-9]*\).*/\2\t\3\t\1/p' |
    awk -F '\t' -v out="$scratch/formats" '{print $3 >(out "/" $1 ".list"); bytes[$1] += $2; files[$1]++}
        END {for (f in files) print f "\t" files[f] "\t" bytes[f] >(out "/all.tsv")}'
: >"$scratch/formats/none.list"
begin=$("$bench" --list "$scratch/formats/none.list" | sed -n 's/.* \([0-9]*\) processor ms/\1/p')
echo "PF: each format by itself, one process"
printf '  %-18s %6s %9s %11s %9s %10s\n' format files MB files/s MB/s "peak MiB"
LC_ALL=C sort "$scratch/formats/all.tsv" | while read -r format files bytes; do
    list=$scratch/formats/$format.list
    once=$("$bench" --list "$list" --repeat 1 | sed -n 's/.* \([0-9]*\) processor ms/\1/p')
    once=$((once > begin ? once - begin : 1))
    repeat=$((500 / once + 1))
    : >"$scratch/formats/times"
    for _ in 1 2 3 4 5; do
        /usr/bin/env time -f '%M' -o "$scratch/formats/peak" "$bench" --list "$list" --repeat "$repeat" |
            sed -n 's/.* \([0-9]*\) processor ms/\1/p' >>"$scratch/formats/times"
    done
    sort -n "$scratch/formats/times" | awk -v f="$format" -v n="$files" -v b="$bytes" -v r="$repeat" -v g="$begin" \
        -v p="$(tail -n 1 "$scratch/formats/peak")" '{t[NR] = $1}
        END {s = (t[3] - g) / 1000 / r; if (s <= 0) s = 1e-6
            printf "  %-18s %6d %9.2f %11.0f %9.1f %10.1f\n", f, n, b / 1e6, n / s, b / 1e6 / s, p / 1024}'
done
