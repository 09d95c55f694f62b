#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# lijian-verify is an independent judge only as long as it shares nothing with what it judges and can be read in one
# sitting. Prints TAP. Usage: verifier.sh SOURCE PROGRAM
source=$1/src/programs/lijian_verify.c program=$2
no=0
status=0

# check NAME FOUND: FOUND must be empty.
check() {
    no=$((no + 1))
    if [ -z "$2" ]; then
        echo "ok $no - $1"
    else
        echo "not ok $no - $1"
        echo "$2" | sed 's/^/# /'
        status=1
    fi
}

lines=$(wc -l <"$source")
check "the verifier has fewer than 1,000 lines" "$([ "$lines" -lt 1000 ] || echo "$lines lines")"
check "it includes no header of ours" "$(grep -n '^[[:space:]]*#[[:space:]]*include[[:space:]]*[^<[:space:]]' "$source")"
check "it includes headers of the C library and OpenSSL only" "$(grep '^#include <' "$source" |
    grep -v -E '<(openssl/[a-z0-9_]+|sys/(mman|stat)|fcntl|stdbool|stdint|stdio|stdlib|string|time|unistd)\.h>')"
check "it links libc and libcrypto only" "$(LC_ALL=C readelf -d "$program" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
    grep -v -E '^(libc|libcrypto|libm|libgcc_s|libdl|libpthread|librt|libresolv)\.so')"
check "it holds no function of ours" "$(nm "$program" | grep -E ' [Tt] (lj|seal|store|ledger|text|format|detect)_')"
echo "1..$no"
exit $status
