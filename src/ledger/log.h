/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Reading the log: entries, proofs, checkpoints, the export, and the check of the whole. Entries
 * hold commitments and no values, so the audit administrator may read all of it. Writing is the
 * kernel's (write.c). */
#ifndef LJ_LEDGER_LOG_H
#define LJ_LEDGER_LOG_H

#include "ledger/ledger.h"
#include "seal/checkpoint.h"
#include "seal/log_export.h"

typedef struct log_head {
    uint64_t size;
    int64_t at; /* of the last entry */
    seal_hash suite;
    seal_id log;
} log_head;
/* LJ_E_NOT_FOUND before the district is set up. */
LJ_MUST_USE lj_code log_head_of(ledger *book, store_conn *conn, log_head *out, lj_err *err);

typedef struct log_entry {
    seal_leaf leaf; /* decoded; commitments in the arena */
    lj_slice bytes; /* canonical */
} log_entry;
/* Newest first: at most `most` (1 to 200) entries with a number below `before`. LJ_E_TAMPERED when
 * one cannot be read. */
LJ_MUST_USE lj_code log_entries(ledger *book, store_conn *conn, uint64_t before, uint32_t most,
                                lj_arena *arena, log_entry **out, uint32_t *out_count, lj_err *err);
/* Of a leaf: "create", "edit", "login" ...; "" for none. */
const char *log_event_name(const seal_leaf *leaf);

/* Of the first `size` entries. */
LJ_MUST_USE lj_code log_root(ledger *book, store_conn *conn, uint64_t size, lj_arena *arena,
                             seal_digest *out, lj_err *err);
/* LJ_E_INVALID unless seq < size <= entries. */
LJ_MUST_USE lj_code log_inclusion(ledger *book, store_conn *conn, uint64_t seq, uint64_t size,
                                  lj_arena *arena, seal_proof *out, lj_err *err);
/* LJ_E_INVALID unless 0 < from <= to <= entries. */
LJ_MUST_USE lj_code log_consistency(ledger *book, store_conn *conn, uint64_t from, uint64_t to,
                                    lj_arena *arena, seal_proof *out, lj_err *err);

/* Signs the log as it is, keeps the text, and notes that it did. *out in the transaction's arena.
 */
LJ_MUST_USE lj_code log_checkpoint(ledger_txn *txn, const seal_key *key, lj_slice *out,
                                   lj_err *err);

/* The log as a file for lijian-verify, in pieces: begin, fill until it is at its end, done. One
 * connection of its own (with a snapshot when values go along: theirs is no append-only order). */
typedef struct log_export log_export;
typedef enum log_values { LOG_WITHOUT_VALUES, LOG_WITH_VALUES } log_values;
/* Lives in the arena. size 0: all entries. */
LJ_MUST_USE lj_code log_export_begin(ledger *book, store_conn *conn, uint64_t size,
                                     log_values values, lj_arena *arena, log_export **out,
                                     lj_err *err);
/* The next bytes, at most cap; *out_len 0: the end. */
LJ_MUST_USE lj_code log_export_fill(log_export *export, uint8_t *dst, size_t cap, size_t *out_len,
                                    lj_err *err);
void log_export_done(log_export *export); /* accepts NULL */

/* Whether the log is whole: every entry can be read, has its number, every node is that of its
 * entries, the head is theirs, and so is every checkpoint that was signed (its signature too when
 * key is not NULL and of the same id). LJ_E_TAMPERED with err->at, the entry, else. */
typedef struct log_verdict {
    uint64_t size, checkpoints;
    seal_digest root;
} log_verdict;
LJ_MUST_USE lj_code log_verify(ledger *book, store_conn *conn, const seal_key *key, lj_arena *arena,
                               log_verdict *out, lj_err *err);

#endif
