#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Configures one of the build folders of the tests when it is not there yet. Usage: tests/configure.sh gcc|clang|asan|fuzz
#   gcc    what the tests run on       clang  the same sources through the second compiler
#   asan   clang, AddressSanitizer and UndefinedBehaviorSanitizer; any report ends the program
#   fuzz   clang, libFuzzer
set -eu
cd "$(dirname "$0")/.."
kind=$1
shift
[ ! -f "build/$kind/build.ninja" ] || exit 0
mkdir -p build
case "$kind" in
    gcc) cc=gcc; set -- ;;
    clang) cc=clang; set -- ;;
    asan) cc=clang; set -- -Db_sanitize=address,undefined -Db_lundef=false -Doptimization=1 ;;
    fuzz) cc=clang; set -- -Dfuzz=true -Db_lundef=false ;;
    *) echo "configure.sh: gcc, clang, asan or fuzz" >&2; exit 64 ;;
esac
log=build/configure-$kind.log
CC=$cc meson setup "build/$kind" -Dwerror=true "$@" >"$log" 2>&1 || { tail -n 20 "$log" >&2; rm -rf "build/$kind"; exit 70; }
