/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The record kernel: the only code that changes records. One call applies one change: rights, the
 * version seen, bounds, guard, signatures, write, duties, effects, log entry, all in one
 * transaction. It knows no HTTP and reads no clock: the time comes in with the actor.
 *
 *     ledger_begin(ledger, actor, arena, &txn)
 *     ledger_apply(txn, &change, &outcome) ...      any number of changes
 *     ledger_commit(txn) or ledger_rollback(txn)
 *
 * What a person did wrong comes back in the outcome (problems by field, a refusal, missing
 * signatures) together with LJ_E_INVALID, LJ_E_CONFLICT or LJ_E_FORBIDDEN; after any code but LJ_OK
 * the transaction must be rolled back. Values live in the arena that was given to ledger_begin. */
#ifndef LJ_LEDGER_LEDGER_H
#define LJ_LEDGER_LEDGER_H

#include "ledger/calendar.h"
#include "ledger/codes.h"
#include "ledger/limits.h"
#include "ledger/record.h"
#include "seal/leaf.h"

typedef struct ledger ledger;
typedef struct ledger_txn ledger_txn;

typedef struct ledger_config {
    store *db;            /* stays the caller's */
    int64_t district;     /* leading key of every row */
    uint8_t hash_key[32]; /* of keyed hashes; kept outside of the database */
    seal_hash suite;      /* of a log that begins now */
    /* Random bytes for ids and salts; NULL: the system's. Only the demonstration brings its own, so
     * that the same seed makes the same bytes. */
    void (*random)(void *ctx, uint8_t *dst, size_t len);
    void *random_ctx;
    bool is_classified; /* installation may hold classified fields */
} ledger_config;

/* LJ_E_INTERNAL when a table of ours is faulty. Yours to close. */
LJ_MUST_USE lj_code ledger_open(const ledger_config *config, ledger **out, lj_err *err);
void ledger_close(ledger *book); /* accepts NULL */
store *ledger_store_of(const ledger *book);
const calendar *ledger_calendar_of(const ledger *book);
const ledger_codes *ledger_codes_of(const ledger *book);
int64_t ledger_district_of(const ledger *book);
ledger_now ledger_now_of(int64_t at);

/* NULL when there is none. */
const ledger_type *ledger_type_lookup(const char *name, size_t len);
const ledger_type *ledger_type_plural(const char *plural, size_t len);
const ledger_type *ledger_type_tagged(int64_t tag);
uint32_t ledger_type_idx(const ledger_type *type);
/* The text of a label; the key itself when there is none (a test holds that there is). */
const char *ledger_label_of(const ledger_type *type, const char *key, bool english);
/* The same for "prefix.name". */
const char *ledger_label_in(const ledger_type *type, const char *prefix, const char *name,
                            bool english);

/* ---- who acts ---- */
typedef struct ledger_post {
    uint8_t id[16];
    store_value unit, department;
    uint32_t role; /* POST_ bit */
    bool is_stand_in;
} ledger_post;
enum { LEDGER_POSTS_MAX = 16 };

typedef struct ledger_actor {
    store_value account; /* 16 bytes; null: the program itself */
    store_value person;  /* 16 bytes or null */
    uint32_t admin;      /* POST_ bits of administrators */
    bool is_kernel;      /* init, demo, migration: every right */
    ledger_post posts[LEDGER_POSTS_MAX];
    uint32_t post_count;
    ledger_now now;
} ledger_actor;

/* What an actor may do with a record (or with a type, for a record yet to come). */
typedef struct ledger_rights {
    uint32_t posts; /* POST_ bits that apply to it */
    uint32_t read_groups, write_groups;
} ledger_rights;
LJ_MUST_USE lj_code ledger_rights_of(ledger *book, store_conn *conn, const ledger_actor *actor,
                                     const ledger_record *record, ledger_rights *out, lj_err *err);

/* ---- changes ---- */
typedef struct ledger_input {
    uint32_t field; /* position in the type's table */
    store_value value;
} ledger_input;
#define LEDGER_NO_DAY INT64_MIN

typedef struct ledger_change {
    const ledger_type *type;
    const uint8_t *id; /* NULL: a new record, or an id made elsewhere together with is_new */
    bool is_new;
    int64_t seen;      /* version that the caller saw; ignored for a new record */
    const char *event; /* NULL: an edit; "void"; else a move. New records: NULL is "create" */
    int state;         /* LEDGER_OPENING only: state of the new record; -1: as the move says */
    const ledger_input *inputs;
    uint32_t input_count;
    lj_slice reason;         /* UTF-8 */
    int64_t happened_on;     /* day number, or LEDGER_NO_DAY: today */
    const uint8_t *for_post; /* proxy: the post on whose behalf, or NULL */
    ledger_source source;
    const uint8_t *opening_signer; /* LEDGER_OPENING: person of the second signature */
    const uint8_t *parent;         /* new records: the parent, where it is no field; or NULL */
    const uint8_t *request;        /* SHA-256 of the request, or NULL */
    bool is_inner;                 /* effects: rights were checked by the move that has them */
} ledger_change;

typedef struct ledger_problem {
    const char *field; /* name, or "" for the change itself */
    const char *code;  /* required, too_short, too_long, too_small, too_large, unknown_code ... */
    int64_t min, max;
} ledger_problem;
enum { LEDGER_PROBLEM_MAX = 64 };

typedef struct ledger_missing {
    const char *role; /* label "role.<role>" of the type */
    uint32_t posts;   /* who may sign */
    uint32_t count;   /* how many are missing */
} ledger_missing;

typedef struct ledger_outcome {
    ledger_record *record; /* as it is after the change, or as it is now when it was refused */
    bool is_stale;         /* another version than the one seen: `record` is the current one */
    const char *refused; /* key of a refusal: "state", "right", or one of the guard's; else NULL */
    const char *waiver;  /* event that lifts it, or NULL */
    ledger_problem problems[LEDGER_PROBLEM_MAX];
    uint32_t problem_count;
    ledger_missing missing[8]; /* signatures; the move was not made */
    uint32_t missing_count;
    bool is_lacking_signatures;
} ledger_outcome;

LJ_MUST_USE lj_code ledger_begin(ledger *book, const ledger_actor *actor, lj_arena *arena,
                                 ledger_txn **out, lj_err *err);
LJ_MUST_USE lj_code ledger_apply(ledger_txn *txn, const ledger_change *change, ledger_outcome *out,
                                 lj_err *err);
LJ_MUST_USE lj_code ledger_commit(ledger_txn *txn, lj_err *err);
void ledger_rollback(ledger_txn *txn); /* accepts NULL */
store_conn *ledger_conn_of(ledger_txn *txn);
/* A part that can be undone alone, for batches; at most 8 in one another. */
LJ_MUST_USE lj_code ledger_savepoint(ledger_txn *txn, lj_err *err);
LJ_MUST_USE lj_code ledger_release(ledger_txn *txn, lj_err *err);
void ledger_undo(ledger_txn *txn);

/* One signature of a move's set. person NULL: the actor's own, mode SESSION. */
typedef struct ledger_signing {
    const ledger_type *type;
    const uint8_t *id;
    int64_t seen;
    const char *event, *role;
    const uint8_t *person;
    ledger_sign_mode mode;
    lj_slice proof; /* SHA-256 of the scan: paper */
    lj_slice place; /* of the paper original */
} ledger_signing;
LJ_MUST_USE lj_code ledger_sign_move(ledger_txn *txn, const ledger_signing *signing,
                                     ledger_outcome *out, lj_err *err);

/* Erases the values of fields (ascending positions) in the row and in every version: the end of
 * retention. The commitments stay in the log, with an entry that names them; history says
 * is_erased. The program itself only, else LJ_E_FORBIDDEN; LJ_E_INVALID for a field that always
 * stands. Without a value to erase nothing is written. */
LJ_MUST_USE lj_code ledger_erase(ledger_txn *txn, const ledger_type *type, const uint8_t id[16],
                                 const uint32_t *fields, uint32_t field_count, ledger_outcome *out,
                                 lj_err *err);
/* Switches a field marked LEDGER_LOCAL on or off for the district, with an entry of the log. Off at
 * the beginning: people's input is then refused as "switched_off". Rights are the caller's to
 * check. */
LJ_MUST_USE lj_code ledger_local_set(ledger_txn *txn, const ledger_type *type, uint32_t field,
                                     bool is_on, lj_err *err);

/* An entry of the log about something that is no record (accounts, exports ...). */
LJ_MUST_USE lj_code ledger_note(ledger_txn *txn, seal_kind kind, const uint8_t *subject_sha256,
                                uint16_t event, lj_err *err);

/* ---- reading ---- */
/* LJ_E_NOT_FOUND also when the actor may not see it: nobody learns that it exists. */
LJ_MUST_USE lj_code ledger_read(ledger *book, store_conn *conn, const ledger_actor *actor,
                                const ledger_type *type, const uint8_t id[16], lj_arena *arena,
                                ledger_record **out, ledger_rights *out_rights, lj_err *err);
/* The record as the ledger knew it at an instant (recorded_at <= known_at). */
LJ_MUST_USE lj_code ledger_read_known(ledger *book, store_conn *conn, const ledger_actor *actor,
                                      const ledger_type *type, const uint8_t id[16],
                                      int64_t known_at, lj_arena *arena, ledger_record **out,
                                      lj_err *err);
/* What people call the record: its title field, else its number; "" for none. */
lj_slice ledger_title_of(const ledger_record *record);
/* The same for people who look at it: where its type has no title field, the number and the titles
 * of its parent, its person and its post, as far as it has them. */
LJ_MUST_USE lj_code ledger_name_of(ledger *book, store_conn *conn, const ledger_record *record,
                                   lj_arena *arena, lj_slice *out, lj_err *err);
/* The title of a record by type and id, for REF values; empty when it is not there. Titles are
 * names for people who see the record that refers to it. */
LJ_MUST_USE lj_code ledger_title_lookup(ledger *book, store_conn *conn, const ledger_type *type,
                                        const uint8_t id[16], lj_arena *arena, lj_slice *out,
                                        lj_err *err);

/* The same record as a whole, for its number beside the title; LJ_E_NOT_FOUND. */
LJ_MUST_USE lj_code ledger_named_lookup(ledger *book, store_conn *conn, const ledger_type *type,
                                        const uint8_t id[16], lj_arena *arena, ledger_record **out,
                                        lj_err *err);

typedef struct ledger_query {
    const ledger_type *type;
    uint32_t list;          /* position in the type's table */
    int state;              /* -1: any */
    store_value filters[8]; /* by position in the terms; null: any */
    lj_slice unit;          /* 16 bytes: of that unit only; empty: all that the actor sees */
    lj_slice search;        /* UTF-8; empty: none */
    store_value after_key;
    lj_slice after_id; /* 16 bytes; empty: the first page */
    uint32_t most;     /* 1 to 200 */
} ledger_query;
typedef struct ledger_page {
    ledger_record **records;
    ledger_rights *rights; /* one per record */
    uint32_t count;
    bool has_more;
    store_value next_key;
    uint8_t next_id[16];
} ledger_page;
LJ_MUST_USE lj_code ledger_list_page(ledger *book, store_conn *conn, const ledger_actor *actor,
                                     const ledger_query *query, lj_arena *arena, ledger_page *out,
                                     lj_err *err);
LJ_MUST_USE lj_code ledger_list_count(ledger *book, store_conn *conn, const ledger_actor *actor,
                                      const ledger_query *query, int64_t *out, lj_err *err);

typedef struct ledger_was {
    uint32_t field;
    store_value before, after;
    bool is_erased; /* retention ended: only the commitment is left */
} ledger_was;
typedef struct ledger_event {
    int64_t version, recorded_at, happened_on, leaf;
    int64_t event; /* tag */
    int from, to;  /* states; -1: none */
    store_value by_account, post, for_post, reason;
    ledger_was *changes;
    uint32_t change_count;
} ledger_event;
/* Newest first; fields that the actor may not read are left out. */
LJ_MUST_USE lj_code ledger_history(ledger *book, store_conn *conn, const ledger_actor *actor,
                                   const ledger_type *type, const uint8_t id[16], lj_arena *arena,
                                   ledger_event **out, uint32_t *out_count, lj_err *err);

typedef struct ledger_signature {
    int64_t event; /* tag of the move */
    int role;      /* row of the type's table of signatures */
    int mode;      /* ledger_sign_mode */
    int64_t at, seen;
    store_value person, place;
    bool is_used; /* by the move that it was made for */
} ledger_signature;
/* In the order in which they were made; whoever may read the record may read who signed it. */
LJ_MUST_USE lj_code ledger_signatures(ledger *book, store_conn *conn, const ledger_actor *actor,
                                      const ledger_type *type, const uint8_t id[16],
                                      lj_arena *arena, ledger_signature **out, uint32_t *out_count,
                                      lj_err *err);
/* The name of an account's owner; empty when there is no such account. */
LJ_MUST_USE lj_code ledger_account_title(ledger *book, store_conn *conn, const uint8_t id[16],
                                         lj_arena *arena, lj_slice *out, lj_err *err);

/* ---- values ---- */
/* Text as typed or imported into a value of the field; NULL when good, else the problem's code. */
const char *ledger_value_read(ledger *book, const ledger_field *field, lj_slice text,
                              lj_arena *arena, store_value *out);
/* The value as text: dates 2023-05-01, codes as they are, points "1.50"; ids as UUID. */
void ledger_value_print(const ledger_field *field, const store_value *value, lj_buf *dst);
/* Checks a value against kind, bounds and code list; NULL when good. */
const char *ledger_value_check(ledger *book, const ledger_field *field, const store_value *value,
                               int64_t today);

/* ---- ids ---- */
void ledger_id_make(const ledger *book, int64_t at, uint8_t out[16]); /* UUIDv7, RFC 9562 */
/* For ids and salts. */
void ledger_random(const ledger *book, uint8_t *dst, size_t len);
bool ledger_id_read(lj_slice text, uint8_t out[16]);
void ledger_id_print(const uint8_t id[16], char out[37]);

#endif
