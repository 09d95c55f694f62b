/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the commands that keep a ledger share: backup, restore, check, migrate, export, import. */
#ifndef LJ_PROGRAMS_KEEP_H
#define LJ_PROGRAMS_KEEP_H

#include <stdio.h>

#include "base/hash.h"
#include "programs/backup.h"
#include "programs/data_dir.h"
#include "programs/fresh.h"

enum {
    KEEP_ROOM = 256 * 1024, /* bytes read at once */
    KEEP_NAMED_MAX = 10,    /* faults that are named, of each kind */
    KEEP_FILE_NAME = 6 + 2 * LJ_SHA256_LEN + 1,
};

/* "files/" and the hash in hex. */
void keep_file_name(const uint8_t sha256[LJ_SHA256_LEN], char out[KEEP_FILE_NAME]);
/* Reads an attachment and compares its hash; each part goes to `sink` when that is not NULL.
 * LJ_E_NOT_FOUND, LJ_E_TAMPERED (other bytes), LJ_E_IO. */
typedef lj_code (*keep_part_fn)(void *ctx, lj_slice part, lj_err *err);
LJ_MUST_USE lj_code keep_file_read(int data, const uint8_t sha256[LJ_SHA256_LEN], lj_arena *arena,
                                   keep_part_fn sink, void *ctx, lj_err *err);
/* A new file in the folder, synced. */
LJ_MUST_USE lj_code keep_file_put(int dir, const char *name, lj_slice bytes, lj_err *err);

typedef struct keep_backup {
    uint64_t log_size, files, file_bytes, lacking, len;
    seal_digest root;
    bool has_root;
} keep_backup;
/* Writes a backup to a new file. with_files: the dump and the attachments; else a copy of the
 * SQLite file as it is, of any schema, for the way back from a migration. Attachments that cannot
 * be read are named on stderr and counted. */
LJ_MUST_USE lj_code keep_backup_write(data_dir *dir, const char *path, bool with_files, bool zh,
                                      keep_backup *out, lj_err *err);

/* Checks an open data folder and prints a line for each check; *out_faults 0: all is well. */
LJ_MUST_USE lj_code keep_check(data_dir *dir, bool zh, uint64_t *out_faults, lj_err *err);

#endif
