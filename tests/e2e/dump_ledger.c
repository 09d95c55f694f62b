/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Writes every row of a SQLite ledger to standard output (docs/formats/dump.md), so that two can be
 * compared byte by byte. Usage: dump_ledger LEDGER.DB */
#include <stdio.h>

#include "store/store.h"
#include "store/upkeep.h"

static lj_code write_part(void *ctx, lj_slice part, lj_err *err)
{
    return fwrite(part.ptr, 1, part.len, ctx) == part.len
               ? LJ_OK
               : lj_fail(err, LJ_E_IO, UINT64_MAX, "standard output");
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: dump_ledger LEDGER.DB\n", stderr);
        return 64;
    }
    lj_err err = {0};
    store *db = NULL;
    const store_options options = {.place = argv[1], .read_only = true};
    lj_code code = store_open(&options, &db, &err);
    code = code == LJ_OK ? store_dump(db, write_part, stdout, &err) : code;
    store_close(db);
    if (code != LJ_OK || fflush(stdout) != 0) {
        fprintf(stderr, "dump_ledger: %s\n", err.what != NULL ? err.what : "");
        return 1;
    }
    return 0;
}
