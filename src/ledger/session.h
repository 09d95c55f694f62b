/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Sessions. The id stands in the cookie of the browser and nowhere here: the table holds its
 * SHA-256, so a copy of the database lets nobody in. What a session may do is looked up at every
 * request (ledger_actor_of): a grant counts from the next request, and so does its end. */
#ifndef LJ_LEDGER_SESSION_H
#define LJ_LEDGER_SESSION_H

#include "ledger/account.h"

enum {
    SESSION_ID_LEN = 32,                   /* random bytes: 256 bits cannot be guessed */
    SESSION_IDLE_MS = 30 * 60 * 1000,      /* a computer left alone over lunch is closed */
    SESSION_LIFE_MS = 12 * 60 * 60 * 1000, /* a long working day, never overnight */
    SESSION_SEEN_MS = 60 * 1000,           /* written at most so often: reading stays reading */
    SESSION_REFUSED_MS = 60 * 1000,        /* one entry of refused logins in this time */
};

typedef struct session_row {
    account owner; /* hash and failed are not filled */
    int64_t created_at, seen_at;
} session_row;

/* SHA-256 of the id. */
LJ_MUST_USE lj_code session_hash(const uint8_t id[SESSION_ID_LEN], uint8_t out[32], lj_err *err);
/* LJ_E_NOT_FOUND for a session that is not there, that ended, or whose account is not active. */
LJ_MUST_USE lj_code session_find(ledger *book, store_conn *conn, const uint8_t hash[32], int64_t at,
                                 lj_arena *arena, session_row *out, lj_err *err);
/* Writes that it was used, when a minute has passed. A failure costs nothing but the minute. */
void session_touch(ledger *book, const uint8_t hash[32], const session_row *row, int64_t at);

/* ---- in the caller's transaction, with an entry of the log ----
 * The password was right: a new session. LJ_E_CONFLICT when the account changed since `seen` was
 * read. new_hash: the password hashed with the parameters of today, or NULL. */
LJ_MUST_USE lj_code session_begin(ledger_txn *txn, const account *seen, const char *new_hash,
                                  uint8_t out_id[SESSION_ID_LEN], lj_err *err);
/* The login was refused. seen NULL: there is no such account, which takes the same time. is_wrong:
 * a wrong password, to be counted. */
LJ_MUST_USE lj_code session_refused(ledger_txn *txn, const account *seen, bool is_wrong,
                                    lj_err *err);
LJ_MUST_USE lj_code session_end(ledger_txn *txn, const uint8_t account_id[16],
                                const uint8_t hash[32], lj_err *err);
LJ_MUST_USE lj_code session_end_all(ledger_txn *txn, const uint8_t account_id[16], lj_err *err);

#endif
