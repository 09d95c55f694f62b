/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Answers to requests with an Idempotency-Key, kept for a day, so that a laptop that repeats a
 * request gets the answer of the first. A handler asks before it begins its change, and puts its
 * answer in the transaction of the change: either both are there or none.
 *
 * Answers that hold a secret (one-time passwords) are never put here. */
#ifndef LJ_LEDGER_REQUEST_H
#define LJ_LEDGER_REQUEST_H

#include "ledger/ledger.h"

enum { REQUEST_KEPT_MS = 24 * 60 * 60 * 1000 };

/* SHA-256 over "METHOD /path" and the body, with the length of the first in between. */
LJ_MUST_USE lj_code request_digest(lj_slice route, lj_slice body, uint8_t out[32], lj_err *err);

typedef struct request_answer {
    bool is_there;
    uint32_t status;
    lj_slice body; /* in the arena */
} request_answer;
/* LJ_E_INVALID when the key was used for another request (problem key_reused). An actor without an
 * account has no keys. */
LJ_MUST_USE lj_code request_find(ledger *book, store_conn *conn, const ledger_actor *actor,
                                 lj_str key, const uint8_t digest[32], lj_arena *arena,
                                 request_answer *out, lj_err *err);
/* LJ_E_BUSY when the same key came in at the same time: roll back, then request_find has it. Drops
 * up to 100 answers that are older than a day. */
LJ_MUST_USE lj_code request_put(ledger_txn *txn, lj_str key, const uint8_t digest[32],
                                uint32_t status, lj_slice answer, lj_err *err);

#endif
