#!/bin/sh
# Makes the built-in samples of `lijian selftest`: selftest_make.sh LIJIAN-SAMPLES SELFTEST_MAKE LIST OUTPUT
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$1" "$folder" >/dev/null
"$2" "$folder" "$3" "$4"
