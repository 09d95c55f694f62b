/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The journal: the truth about a scan (docs/formats/state.md). Append-only records, each with a
 * keyed check; what a kill or a power cut leaves half-written at the end is cut off when it is
 * opened again. Everything a killed process had flushed is there; after a power cut at most the
 * last seconds are missing. */
#ifndef LJ_SCAN_JOURNAL_H
#define LJ_SCAN_JOURNAL_H

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"

typedef struct journal journal;

typedef enum journal_type {
    JOURNAL_RUN = 1,     /* i64 started at, i32 today: a run begins */
    JOURNAL_RUN_END = 2, /* the run is complete, results were written */
    JOURNAL_OPENED = 3,  /* key: the file was handed to a worker */
    JOURNAL_FILE = 4,    /* scan_record */
    JOURNAL_PART = 5,    /* frames of a large content, ahead of its FILE */
    JOURNAL_ALIAS = 6,   /* key, u64 offset of a FILE: content or hard link of it */
    JOURNAL_HIT = 7,     /* key, HIT frame on its arrival; a FILE of the same key supersedes it */
} journal_type;
enum {
    JOURNAL_TYPE_MAX = JOURNAL_HIT,
    JOURNAL_HEAD_LEN = 96,
    JOURNAL_RECORD_MAX = 4 * 1024 * 1024
};

/* Opens `name` in the folder, or begins a new one when there is none, when it is damaged at its
 * head, or when it was made with another config (engine, rules, limits ...), whose verdicts would
 * not hold any more. */
LJ_MUST_USE lj_code journal_open(int dir, const char *name, const uint8_t config[LJ_SHA256_LEN],
                                 journal **out, lj_err *err);
void journal_close(journal *log); /* accepts NULL; what was not flushed is lost */

const uint8_t *journal_id(const journal *log);  /* LJ_SIP_LEN bytes */
const uint8_t *journal_key(const journal *log); /* LJ_SIP_LEN bytes: for identities of files */
uint64_t journal_len(const journal *log);       /* with what is not flushed yet */

/* Called for each record from `from` (JOURNAL_HEAD_LEN for all) on. Ends at the first that is torn,
 * and cuts there. */
typedef lj_code journal_fn(void *ctx, journal_type type, uint64_t off, lj_slice payload,
                           lj_err *err);
LJ_MUST_USE lj_code journal_replay(journal *log, uint64_t from, journal_fn *record, void *ctx,
                                   lj_err *err);

/* Adds a record; *out_off (may be NULL) is where it stands. Buffered. */
LJ_MUST_USE lj_code journal_add(journal *log, journal_type type, lj_slice payload,
                                uint64_t *out_off, lj_err *err);
/* Hands everything to the system: survives the death of this process. */
LJ_MUST_USE lj_code journal_flush(journal *log, lj_err *err);
/* Flushes, and asks the disk to keep it: survives a power cut. */
LJ_MUST_USE lj_code journal_sync(journal *log, lj_err *err);
/* The record at off, its payload appended to dst. LJ_E_FORMAT when it is not whole or not of that
 * type. */
LJ_MUST_USE lj_code journal_read(journal *log, uint64_t off, journal_type type, lj_buf *dst,
                                 lj_err *err);

/* A second journal of the same key, to copy into what is still needed; takes the first one's place
 * when done. */
LJ_MUST_USE lj_code journal_renew(const journal *log, journal **out, lj_err *err);
LJ_MUST_USE lj_code journal_replace(journal *log, journal *by,
                                    lj_err *err); /* log stays open, to be closed */

#endif
