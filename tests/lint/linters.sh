#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# The linters themselves: a small tree with one fault at a time must be refused, the sound one accepted. Prints TAP.
# Usage: linters.sh CHECK_LAYERS CHECK_SOURCE
layers=$1 source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
spdx='/* SPDX-License-Identifier: AGPL-3.0-or-later'
no=0
status=0

# The sound tree: two folders, one may use the other.
fresh() {
    rm -rf "$work/t"
    mkdir -p "$work/t/src/low" "$work/t/src/high/inner" "$work/t/tools"
    printf 'low:\nhigh: low\n' >"$work/t/src/LAYERS"
    printf '%s\n * x */\n#ifndef LJ_LOW_A_H\n#define LJ_LOW_A_H\nint low_a(int x);\n#endif\n' "$spdx" >"$work/t/src/low/a.h"
    printf '%s\n * x */\n#include "low/a.h"\n\nint low_a(int x)\n{\n    return x;\n}\n' "$spdx" >"$work/t/src/low/a.c"
    printf '%s\n * x */\n#ifndef LJ_HIGH_B_H\n#define LJ_HIGH_B_H\n#include "low/a.h"\n#endif\n' "$spdx" >"$work/t/src/high/b.h"
    printf '%s\n * x */\n#ifndef LJ_INNER_C_PRIV_H\n#define LJ_INNER_C_PRIV_H\n#endif\n' "$spdx" >"$work/t/src/high/inner/c_priv.h"
}

# expect WANTED(0|1) NAME COMMAND...
expect() {
    wanted=$1 name=$2
    shift 2
    no=$((no + 1))
    "$@" >"$work/out" 2>&1
    found=$?
    if [ "$found" -eq "$wanted" ]; then
        echo "ok $no - $name"
    else
        echo "not ok $no - $name: status $found, wanted $wanted"
        sed 's/^/# /' "$work/out"
        status=1
    fi
}

# bad_layers NAME FILE TEXT: with this file the tree has a fault of layers.
bad_layers() {
    fresh
    mkdir -p "$work/t/src/third"
    printf '%b' "$3" >"$work/t/src/$2"
    expect 1 "check_layers finds: $1" "$layers" "$work/t/src"
}

# bad_source NAME CODE: a function of src/low/a.c with this code has a fault of style.
bad_source() {
    fresh
    printf '%s\n * x */\n#include "low/a.h"\n\nint low_a(int x)\n{\n%b\n    return x;\n}\n' "$spdx" "$2" >"$work/t/src/low/a.c"
    expect 1 "check_source finds: $1" "$source" "$work/t" src
}

good_source() {
    fresh
    printf '%s\n * x */\n#include "low/a.h"\n\nint low_a(int x)\n{\n%b\n    return x;\n}\n' "$spdx" "$2" >"$work/t/src/low/a.c"
    expect 0 "check_source accepts: $1" "$source" "$work/t" src
}

fresh
expect 0 "check_layers accepts the sound tree" "$layers" "$work/t/src"
expect 0 "check_source accepts the sound tree" "$source" "$work/t" src
bad_layers "an include upwards" low/d.c '#include "high/b.h"\n'
bad_layers "an include of a folder without a row" high/d.c '#include "other/x.h"\n'
bad_layers "a folder without a row" third/stray.c '#include "low/a.h"\n'
bad_layers "an include without its folder" high/d.c '#include "b.h"\n'
bad_layers "a private header of another folder" high/d.c '#include "high/inner/c_priv.h"\n'
fresh
printf '#include "low/f.h"\n' >"$work/t/src/low/e.h"
printf '#include "low/e.h"\n' >"$work/t/src/low/f.h"
expect 1 "check_layers finds: headers in a circle" "$layers" "$work/t/src"
bad_layers "an own header that does not come first" low/a.c '#include <stdio.h>\n#include "low/a.h"\n'
bad_layers "a row that names a folder below it" LAYERS 'low: high\nhigh: low\n'

bad_source "strcpy" '    strcpy(0, 0);'
bad_source "malloc outside base" '    malloc(1);'
bad_source "an assertion of the C library" '    assert(x);'
bad_source "a goto to another label" '    goto again;'
bad_source "a second word for bytes" '    size_t name_length = 1;'
bad_source "a second word for milliseconds" '    uint32_t wait_msec = 1;'
bad_source "SQL in C" '    x += "SELECT id FROM unit"[0];'
bad_source "SQL in small letters" '    x += "select id from unit"[0];'
bad_source "a change in SQL" '    x += "UPDATE unit SET id = 1"[0];'
bad_source "a postponed promise" '    /* TO''DO later */'
nine=xxxxxxxxx
ninety=$nine$nine$nine$nine$nine$nine$nine$nine$nine$nine
bad_source "a line of 101 columns" "    /* x$ninety */"
bad_source "a line too wide by its Chinese letters" "    /* $nine$nine$nine$nine$nine$nine$nine$nine$nine国家秘密国 */"
bad_source "a tab" '\tx++;'
bad_source "a blank at the end" '    x++; '
bad_source "a test for a system" '#ifdef _WIN32\n#endif'
good_source "a banned word in a comment" '    /* strcpy is banned */'
good_source "a banned word in a string" '    x += "strcpy(a, b)"[0];'
good_source "words that SQL has too" '    x += "update: select one; SELECTED, UPDATE of the SET"[0];'
good_source "SQL in a comment" '    /* SELECT id FROM unit */'
good_source "a field of that name" '    x += x_of.system;'
good_source "a longer word" '    x = my_strcpy_count;'
good_source "a line of 100 columns" "    /* $ninety */"
good_source "goto done" '    goto done;\ndone:'

fresh
printf 'int x;\n' >"$work/t/src/low/g.c"
expect 1 "check_source finds: no licence line" "$source" "$work/t" src
fresh
printf '%s */\n#ifndef WRONG_H\n#define WRONG_H\n#endif\n' "$spdx" >"$work/t/src/low/h.h"
expect 1 "check_source finds: another guard" "$source" "$work/t" src
fresh
printf '%s */\nvoid *f(void)\n{\n    return malloc(1);\n}\n' "$spdx" >"$work/t/src/low/m.c"
printf 'src/low/m.c malloc | a test\n' >"$work/t/tools/check_source.allow"
expect 0 "check_source accepts: a named exception" "$source" "$work/t"
printf 'src/low/m.c malloc | a test\nsrc/low/a.c realloc | a test\n' >"$work/t/tools/check_source.allow"
expect 1 "check_source finds: an exception that nothing needs" "$source" "$work/t"
printf 'src/low/m.c malloc\n' >"$work/t/tools/check_source.allow"
expect 1 "check_source finds: an exception without a reason" "$source" "$work/t"
echo "1..$no"
exit $status
