#!/bin/sh
# Installs the Debian 12 packages that Lijian needs. Usage: packaging/deps.sh [build] [run] [test] [bench] [peers]
# With no word: build and run. Says what it installs; installs only what is missing; needs root or sudo for that.
set -eu

# Shared libraries come with the -dev packages; a machine that only runs needs just the run list.
build="gcc libc6-dev make meson ninja-build pkg-config
    zlib1g-dev libdeflate-dev libarchive-dev libmupdf-dev mupdf-tools libfreetype-dev libharfbuzz-dev libjpeg-dev
    libopenjp2-7-dev libjbig2dec0-dev libmujs-dev libgumbo-dev libseccomp-dev libssl-dev libutf8proc-dev libjansson-dev
    libsqlite3-dev libpq-dev libmicrohttpd-dev libargon2-dev libxlsxwriter-dev locales"
run="zlib1g libdeflate0 libarchive13 libseccomp2 libssl3 libutf8proc2 libjansson4 libfreetype6 libharfbuzz0b libjpeg62-turbo
    libopenjp2-7 libjbig2dec0 libgumbo1 libsqlite3-0 libpq5 libmicrohttpd12 libargon2-1 libxlsxwriter4"
# The pages are built by Node.js 18 or newer. A machine that brings its own (with npm) needs no package.
if ! command -v npm >/dev/null 2>&1 || ! command -v node >/dev/null 2>&1; then
    build="$build nodejs npm"
fi
test="clang clang-tidy clang-format libclang-rt-14-dev llvm-14 libcmocka-dev libexpat1-dev cppcheck poppler-utils
    poppler-data unzip zip p7zip-full libarchive-tools procps time
    postgresql-15 nginx-light openssl curl chromium fonts-wqy-zenhei"
bench="ripgrep hyperfine poppler-utils poppler-data findutils"
# What ours is compared with (tests/e2e/readers.sh, rows of bench/run.sh): some 600 MB, so no other word asks for it.
peers="antiword catdoc unrtf libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-impress-nogui recollcmd clamav ugrep
    ripgrep poppler-utils poppler-data mupdf-tools unzip libarchive-tools
    python3-lxml"

want=""
[ $# -gt 0 ] || set -- build run
for group in "$@"; do
    case "$group" in
        build) want="$want $build" ;;
        run) want="$want $run" ;;
        test) want="$want $test" ;;
        bench) want="$want $bench" ;;
        peers) want="$want $peers" ;;
        *) echo "deps.sh: no such group: $group (build, run, test, bench, peers)" >&2; exit 64 ;;
    esac
done

have=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' 2>/dev/null | sed -n 's/ installed$//p' | tr '\n' ' ')
missing=""
for package in $want; do
    case " $have" in
        *" $package "*) ;;
        *) missing="$missing $package" ;;
    esac
done
if [ -z "$missing" ]; then
    exit 0
fi

as_root=""
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "deps.sh: these Debian packages are missing and neither root nor sudo is at hand:$missing" >&2
        exit 77
    fi
    as_root="sudo"
fi
echo "deps.sh: installing:$missing"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -q
# shellcheck disable=SC2086 # the list is meant to be split
$as_root apt-get install -y -q --no-install-recommends $missing
