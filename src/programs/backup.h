/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The file of a backup: blocks, and a digest over all of them at the end. Field by field:
 * docs/formats/backup.md. Writing and reading are streams of constant memory. */
#ifndef LJ_PROGRAMS_BACKUP_H
#define LJ_PROGRAMS_BACKUP_H

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"

/* The values stand in files: never renumbered. */
typedef enum backup_kind {
    BACKUP_HEAD = 1,       /* lines of text: schema, rows ... */
    BACKUP_CONFIG = 2,     /* the file config */
    BACKUP_HASH_KEY = 3,   /* 32 bytes */
    BACKUP_SEAL_KEY = 4,   /* PEM */
    BACKUP_CHECKPOINT = 5, /* text: docs/formats/audit.md */
    BACKUP_DUMP = 6,       /* a part of the dump: docs/formats/dump.md */
    BACKUP_COPY = 7,       /* a part of a SQLite file */
    BACKUP_FILE = 8,       /* an attachment begins: its SHA-256 */
    BACKUP_PART = 9,       /* a part of it */
    BACKUP_LACKING = 10,   /* an attachment that could not be read: its SHA-256 and why, a byte */
    BACKUP_SUMMARY = 11,   /* lines of text: what was written */
    BACKUP_END = 255,      /* SHA-256 of all before it */
} backup_kind;

enum { BACKUP_BLOCK_MAX = 1024 * 1024, BACKUP_MISSING = 1, BACKUP_DAMAGED = 2 };

typedef struct backup_writer {
    int fd;
    lj_sha256 *sha;
    lj_buf out;
    uint64_t len;   /* bytes written */
    bool is_broken; /* a write failed */
} backup_writer;

/* The descriptor stays the caller's. */
LJ_MUST_USE lj_code backup_write_begin(backup_writer *writer, int fd, lj_err *err);
/* Longer bytes become several blocks. */
LJ_MUST_USE lj_code backup_write(backup_writer *writer, backup_kind kind, lj_slice bytes,
                                 lj_err *err);
/* The digest; synced. */
LJ_MUST_USE lj_code backup_write_end(backup_writer *writer, lj_err *err);
void backup_write_done(backup_writer *writer); /* in any case; accepts a zeroed one */

typedef struct backup_block {
    backup_kind kind;
    lj_slice bytes; /* borrowed until the next */
} backup_block;

typedef struct backup_reader {
    int fd;
    uint64_t at, end; /* of the blocks, without the last */
    lj_buf room;
    bool is_kept; /* the newest block was given back */
    backup_block block;
} backup_reader;

/* Reads the file once and compares the digest: LJ_E_FORMAT when it is cut, damaged or none;
 * LJ_E_UNSUPPORTED for another version. Until then nothing of it is used. */
LJ_MUST_USE lj_code backup_open(backup_reader *reader, int fd, lj_err *err);
/* Back to the first block. */
void backup_rewind(backup_reader *reader);
/* *out_more false behind the last one. */
LJ_MUST_USE lj_code backup_next(backup_reader *reader, backup_block *out, bool *out_more,
                                lj_err *err);
/* The next backup_next gives the same block again. */
void backup_give_back(backup_reader *reader);
void backup_close(backup_reader *reader); /* accepts a zeroed one; the descriptor stays */

#endif
