/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The files of attachments, beside the database: files/abcdef... by the SHA-256 of their bytes.
 * A file is written under a temporary name, synced and renamed before the record that names it is
 * committed: what a crash leaves behind is a file without a record, never a record without its
 * file. */
#ifndef LJ_SERVER_FILES_H
#define LJ_SERVER_FILES_H

#include "ledger/file_hashes.h"

enum { FILES_BYTES_MAX = 20 * 1024 * 1024 };

LJ_MUST_USE lj_code files_hash(lj_slice bytes, uint8_t out[32], lj_err *err);
/* dir: the data folder. What is there already and whole is left as it is. */
LJ_MUST_USE lj_code files_put(int dir, const uint8_t sha256[32], lj_slice bytes, lj_err *err);
/* Appends the bytes. LJ_E_TAMPERED when they are not those of the hash, LJ_E_NOT_FOUND. */
LJ_MUST_USE lj_code files_get(int dir, const uint8_t sha256[32], lj_buf *dst, lj_err *err);

/* What the first bytes are, against what was declared. The media type to keep (a literal or the
 * declared one), or NULL: not taken. declared may have parameters; "" and application/octet-stream
 * declare nothing. */
const char *files_media_type(lj_str declared, lj_slice bytes);

/* ---- checking: for `lijiand check` ---- */
typedef enum files_finding {
    FILES_MISSING, /* an attachment without its file */
    FILES_DAMAGED, /* other bytes than the hash says */
    FILES_ORPHAN,  /* no attachment keeps it: a crash in between, or erased */
    FILES_STRANGE, /* not the name of one of ours: a temporary file of a crash */
} files_finding;
enum { FILES_FINDING_COUNT = FILES_STRANGE + 1 };
/* name: below files/, borrowed. A code but LJ_OK ends the check and is passed on. */
typedef lj_code (*files_told)(void *ctx, files_finding finding, const char *name, lj_err *err);
/* Reads every file; changes nothing. dir: the data folder. */
LJ_MUST_USE lj_code files_check(int dir, ledger *book, store_conn *conn, files_told told, void *ctx,
                                lj_err *err);

#endif
