/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Accounts and what is granted to them. Three administrators keep them, and accounts are no
 * business records: sys_admin makes, resets, locks and closes them, sec_admin grants posts and the
 * roles of administrators, audit_admin reads what both did. Every change here writes an entry of
 * the log in the same transaction.
 *
 * The rules, each a row of account_refusals:
 *   - audit_admin never together with sys_admin or sec_admin, on one account or for one person
 *   - an account with the role of an administrator has no posts, and the reverse
 *   - the last active holder of an administrator's role can be neither closed, locked nor revoked
 *   - nobody grants to himself
 *   - a post is granted to who holds it or will hold it, so that a grant alone gives no right
 *   - a password that sys_admin resets ends the grants of posts: sec_admin grants them anew; those
 * of administrators are reset at the server only (lijiand user reset) The first leader: while
 * nobody ever was the bureau leader, nobody could enter who is. Then the grant of that post to an
 * account without a person makes the person and the assignment. */
#ifndef LJ_LEDGER_ACCOUNT_H
#define LJ_LEDGER_ACCOUNT_H

#include "ledger/ledger.h"
#include "ledger/password.h"

typedef enum account_state { ACCOUNT_ACTIVE, ACCOUNT_LOCKED, ACCOUNT_CLOSED } account_state;
enum { ACCOUNT_STATE_COUNT = ACCOUNT_CLOSED + 1 };
extern const char *const account_state_names[ACCOUNT_STATE_COUNT];

/* Events in the log (SEAL_ACCOUNT and SEAL_SESSION): the values stand there, never renumbered. */
typedef enum account_event {
    ACCOUNT_CREATE = 1,
    ACCOUNT_RESET = 2,
    ACCOUNT_LOCK = 3,
    ACCOUNT_UNLOCK = 4,
    ACCOUNT_CLOSE = 5,
    ACCOUNT_GRANT = 6,
    ACCOUNT_REVOKE = 7,
    ACCOUNT_BIND = 8, /* the account belongs to a person now */
    ACCOUNT_PASSWORD = 9,
    ACCOUNT_LOGIN = 20,
    ACCOUNT_REFUSED = 21,
    ACCOUNT_LOGOUT = 22,
    ACCOUNT_LOGOUT_ALL = 23,
} account_event;
/* "create" ...; NULL for a value that is none. */
const char *account_event_name(uint16_t event);

typedef struct account {
    uint8_t id[16];
    lj_slice name, display;
    store_value person; /* 16 bytes or null */
    account_state state;
    lj_slice hash;
    bool must_change, is_demo;
    int64_t failed, failed_at; /* wrong passwords since the last right one */
} account;
/* LJ_E_NOT_FOUND when it is not there. */
LJ_MUST_USE lj_code account_of_name(ledger *book, store_conn *conn, lj_slice name, lj_arena *arena,
                                    account *out, lj_err *err);
LJ_MUST_USE lj_code account_of_id(ledger *book, store_conn *conn, const uint8_t id[16],
                                  lj_arena *arena, account *out, lj_err *err);

/* Why a change was refused: for people, in both languages. */
typedef struct account_refusal {
    const char *code;  /* "name_taken": stable */
    const char *field; /* "name" of the request that is wrong, or NULL: a rule forbids it */
    const char *en, *zh;
} account_refusal;
extern const account_refusal account_refusals[];
extern const uint32_t account_refusal_count;

/* ---- changes, in the caller's transaction ----
 * After LJ_E_INVALID, LJ_E_CONFLICT or LJ_E_FORBIDDEN *out_why is a row of account_refusals (NULL
 * only for LJ_E_FORBIDDEN: not this administrator's business). */
typedef struct account_new {
    lj_slice name;         /* 2 to 32 of a-z 0-9 . _ -, begins with a letter or digit */
    lj_slice display;      /* 1 to 40 code points */
    const uint8_t *person; /* or NULL */
    const char *hash;      /* encoded */
    bool must_change;      /* the hash is of a one-time password */
    bool is_demo;          /* only the program itself */
} account_new;
LJ_MUST_USE lj_code account_create(ledger_txn *txn, const account_new *wanted, uint8_t out_id[16],
                                   const account_refusal **out_why, lj_err *err);
/* Asked first where the caller says which version he saw: LJ_E_CONFLICT with *out_is_stale for
 * another one. */
LJ_MUST_USE lj_code account_seen(ledger_txn *txn, const uint8_t id[16], int64_t version,
                                 bool *out_is_stale, lj_err *err);
/* event: ACCOUNT_RESET (hash: of a one-time password), _LOCK, _UNLOCK, _CLOSE. Reset, lock and
 * close end its sessions, close also what was granted. */
LJ_MUST_USE lj_code account_move(ledger_txn *txn, const uint8_t id[16], account_event event,
                                 const char *hash, const account_refusal **out_why, lj_err *err);
/* The owner's own: ends every session but the one with this hash. Not refused here: password.h. */
LJ_MUST_USE lj_code account_password(ledger_txn *txn, const uint8_t id[16], const char *hash,
                                     const uint8_t session_sha256[32], lj_err *err);

/* person: binds the account to it, or NULL. */
LJ_MUST_USE lj_code account_grant_post(ledger_txn *txn, const uint8_t id[16],
                                       const uint8_t post[16], const uint8_t *person,
                                       const account_refusal **out_why, lj_err *err);
/* admin: one of POSTS_ADMIN. */
LJ_MUST_USE lj_code account_grant_admin(ledger_txn *txn, const uint8_t id[16], uint32_t admin,
                                        const account_refusal **out_why, lj_err *err);
/* LJ_E_NOT_FOUND when it is not granted. */
LJ_MUST_USE lj_code account_revoke_post(ledger_txn *txn, const uint8_t id[16],
                                        const uint8_t post[16], const account_refusal **out_why,
                                        lj_err *err);
LJ_MUST_USE lj_code account_revoke_admin(ledger_txn *txn, const uint8_t id[16], uint32_t admin,
                                         const account_refusal **out_why, lj_err *err);

/* The three accounts of a new installation: sys, sec, audit, each with a one-time password, in this
 * order. As the kernel's own actor; LJ_E_CONFLICT when there are accounts already. */
enum { ACCOUNT_FIRST_COUNT = 3 };
extern const char *const account_first_names[ACCOUNT_FIRST_COUNT];
LJ_MUST_USE lj_code account_first(ledger_txn *txn, const password_made made[ACCOUNT_FIRST_COUNT],
                                  lj_err *err);

/* ---- reading, for administrators ---- */
typedef struct account_post {
    uint8_t id[16];
    lj_slice title, role, unit_title;
    store_value unit;
} account_post;
enum { ACCOUNT_POSTS_MAX = 32 };
typedef struct account_row {
    uint8_t id[16];
    lj_slice name, display;
    store_value person;
    lj_slice person_title;
    account_state state;
    bool must_change;
    int64_t failed, failed_at;
    int64_t version; /* grows with every change, grants too */
    uint32_t admin;  /* POST_ bits */
    account_post *posts,
        *waiting; /* granted; held today and not granted, or the leader's that nobody ever held */
    uint32_t post_count, waiting_count;
} account_row;
LJ_MUST_USE lj_code account_read(ledger *book, store_conn *conn, const uint8_t id[16],
                                 const ledger_now *now, lj_arena *arena, account_row *out,
                                 lj_err *err);
/* At most `most` by name behind `after`; *out_has_more when others follow. */
LJ_MUST_USE lj_code account_list(ledger *book, store_conn *conn, lj_slice after, uint32_t most,
                                 const ledger_now *now, lj_arena *arena, account_row **out,
                                 uint32_t *out_count, bool *out_has_more, lj_err *err);

/* At most `most` (1 to 50) people at work whose name holds the text: whose an account may be. */
typedef struct account_person {
    uint8_t id[16];
    lj_slice name, unit_title;
} account_person;
LJ_MUST_USE lj_code account_persons(ledger *book, store_conn *conn, lj_slice wanted, uint32_t most,
                                    lj_arena *arena, account_person **out, uint32_t *out_count,
                                    lj_err *err);

/* Which account each entry of the log is about (SEAL_ACCOUNT, SEAL_SESSION): one per entry. */
struct log_entry;
typedef struct account_about {
    uint8_t id[16];
    lj_slice name;
    bool is_found;
} account_about;
LJ_MUST_USE lj_code account_abouts(ledger *book, store_conn *conn, const struct log_entry *entries,
                                   uint32_t count, lj_arena *arena, account_about **out,
                                   lj_err *err);

#endif
