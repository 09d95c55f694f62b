#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# The end of `make run`: makes the sample folder when it is not there or older than its generator, scans it, or the folder that
# was asked for, and says where the report lies. Usage: run_scan.sh GENERATOR SAMPLE SAMPLE_RESULT SCAN OUT
# Findings and files that could not be read (exit bits 0 and 1 of the scan) are what a scan is for: no failure here.
set -eu
generator=$1 sample=$2 result=$3 scan=$4 out=$5

if [ -z "$scan" ]; then
    if [ ! -f "$sample.made" ] || [ -n "$(find "$generator" -newer "$sample.made")" ]; then
        rm -rf "$sample" "$result"
        "$generator" "$sample"
        : >"$sample.made"
    fi
    scan=$sample
    out=$result
fi
status=0
build/lijian scan "$scan" --out "$out" || status=$?
if [ "$status" -gt 3 ]; then
    echo "make run: the scan ended with status $status" >&2
    exit "$status"
fi
report=$(cd "$out" && pwd)/report.html
[ -f "$report" ] || { echo "make run: the scan wrote no report" >&2; exit 70; }
echo "report: $report"
