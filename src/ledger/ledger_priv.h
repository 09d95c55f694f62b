/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the kernel's own files share. */
#ifndef LJ_LEDGER_LEDGER_PRIV_H
#define LJ_LEDGER_LEDGER_PRIV_H

#include "base/num.h"
#include "ledger/ledger.h"
#include "ledger/list_terms.h"
#include "ledger/queries.h"

enum {
    LEDGER_COLUMN_MAX = ROW_COUNT + LEDGER_FIELD_MAX,
    LEDGER_PENDING_MAX = 20000,    /* effects of one change: a notice to every unit of a district */
    LEDGER_SIGN_MAX = 64,          /* open signatures of one move */
    LEDGER_PART_MAX = 8,           /* savepoints in one another */
    LEDGER_VALUE_MAX = 128 * 1024, /* bytes of one field: 20,000 characters of prose and room */
};

struct ledger {
    ledger_config config;
    lj_arena *arena; /* process: calendar, code lists, limits */
    const calendar *days;
    const ledger_codes *code_lists;
    const ledger_limits *amounts;
};

/* An effect that waits until the change before it is written. */
typedef struct ledger_pending {
    ledger_change change;
    struct ledger_pending *next;
} ledger_pending;

struct ledger_txn {
    ledger *book;
    const ledger_actor *actor;
    lj_arena *arena;
    store_conn *conn;
    seal_hasher hasher;
    int64_t size;                        /* of the log */
    int64_t at;                          /* of the entries: never less than that of the last one */
    int64_t kept_sizes[LEDGER_PART_MAX]; /* of the log at the open savepoints */
    uint32_t part_count;
    ledger_pending *first, *last;
    uint32_t pending_count;
    const uint8_t *import; /* of which changes are marked as made by it; or NULL */
};

static inline store_value ledger_id_value(const uint8_t id[16])
{
    return store_bytes(lj_slice_of(id, 16));
}
static inline store_value ledger_id_or_null(const uint8_t *id)
{
    return id != NULL ? ledger_id_value(id) : store_null();
}
bool ledger_same_value(const store_value *a, const store_value *b);
/* A copy whose bytes live in the arena. */
LJ_MUST_USE lj_code ledger_value_copy(lj_arena *arena, const store_value *value, store_value *out,
                                      lj_err *err);
/* The canonical bytes of a value (seal/leaf.h) back into a value; history.c. */
LJ_MUST_USE lj_code ledger_value_stored(lj_arena *arena, lj_slice bytes, store_value *out,
                                        lj_err *err);
lj_code ledger_nomem(lj_err *err);

/* ---- row.c ---- */
ledger_record *ledger_record_new(const ledger_type *type, lj_arena *arena);
ledger_record *ledger_record_dup(const ledger_record *record, lj_arena *arena);
/* A row as columns of a generated query give it; bytes are copied. */
LJ_MUST_USE lj_code ledger_row_read(const ledger_type *type, const store_value *columns,
                                    lj_arena *arena, ledger_record **out, lj_err *err);
/* Arguments of the generated insert (and, with the version seen, update); returns their count. */
size_t ledger_row_args(const ledger *book, const ledger_record *record, lj_slice sort_key,
                       store_value args[LEDGER_COLUMN_MAX]);
/* LJ_E_NOT_FOUND when it is not there. */
LJ_MUST_USE lj_code ledger_row_load(ledger *book, store_conn *conn, const ledger_type *type,
                                    const uint8_t id[16], bool lock, lj_arena *arena,
                                    ledger_record **out, lj_err *err);
/* The row column that a field is, or its own value: where it lives in the record. */
store_value *ledger_field_slot(ledger_record *record, uint32_t field);
/* Named queries of a type's .sql file, bound from the record: district id unit department person
 * parent today, whichever the query's head names. */
const store_query *ledger_query_lookup(const char *name);
size_t ledger_bind(const ledger *book, const store_query *query, const ledger_record *record,
                   const ledger_now *now, store_value *args, size_t cap);
LJ_MUST_USE lj_code ledger_facts_of(ledger_txn *txn, const char *name, const ledger_record *record,
                                    ledger_facts *out, lj_err *err);

/* ---- change.c ---- */
/* What decides whether a field may be written. */
typedef struct ledger_writing {
    bool is_classified; /* the installation */
    bool is_trusted;    /* an effect, or the program itself */
    bool is_new;        /* the record */
    bool is_named;      /* the field must stand at this move */
    bool is_local_on;   /* the district switched the field on */
    uint32_t write_groups;
} ledger_writing;
/* Pure. NULL when it may be written, else the code of the problem. */
const char *ledger_field_closed(const ledger_field *field, const ledger_writing *writing);

/* ---- setting.c ---- */
LJ_MUST_USE lj_code ledger_local_is_on(ledger *book, store_conn *conn, const ledger_type *type,
                                       const ledger_field *field, lj_arena *arena, bool *out,
                                       lj_err *err);

/* ---- write.c: row, versions, log ---- */
typedef struct ledger_done {
    const ledger_change *change;
    ledger_record *record;       /* as it is now */
    const ledger_record *before; /* NULL: new */
    uint16_t event;
    const uint8_t *post; /* whose right was used, or NULL */
} ledger_done;
LJ_MUST_USE lj_code ledger_write(ledger_txn *txn, const ledger_done *done, lj_err *err);
/* The row alone, with its search grams. */
LJ_MUST_USE lj_code ledger_write_row(ledger_txn *txn, const ledger_record *record,
                                     const ledger_record *before, lj_err *err);
LJ_MUST_USE lj_code ledger_write_moved(ledger_txn *txn, const ledger_done *done, int64_t leaf,
                                       lj_err *err);
/* import_file.c: that txn->import made or changed the record, effects included. */
LJ_MUST_USE lj_code ledger_import_mark(ledger_txn *txn, const ledger_record *record, bool is_new,
                                       lj_err *err);
LJ_MUST_USE lj_code ledger_log(ledger_txn *txn, seal_leaf *leaf, lj_err *err);

/* ---- effect.c ---- */
LJ_MUST_USE lj_code ledger_effects_set(ledger_txn *txn, const ledger_move *move,
                                       ledger_record *record, lj_err *err);
LJ_MUST_USE lj_code ledger_effects_queue(ledger_txn *txn, const ledger_move *move,
                                         const ledger_record *record, const ledger_change *cause,
                                         lj_err *err);

/* ---- due.c ---- */
LJ_MUST_USE lj_code ledger_dues_move(ledger_txn *txn, const ledger_move *move,
                                     const ledger_record *record, lj_err *err);
LJ_MUST_USE lj_code ledger_dues_opening(ledger_txn *txn, const ledger_record *record, lj_err *err);

/* ---- sign.c ---- */
LJ_MUST_USE lj_code ledger_signs_check(ledger_txn *txn, const ledger_move *move,
                                       const ledger_record *record, bool actor_signs,
                                       ledger_outcome *out, lj_err *err);
/* The second signature of an opening balance. */
LJ_MUST_USE lj_code ledger_signs_opening(ledger_txn *txn, const ledger_move *move,
                                         const ledger_record *record, const uint8_t person[16],
                                         lj_err *err);
LJ_MUST_USE lj_code ledger_signs_use(ledger_txn *txn, const ledger_move *move,
                                     const ledger_record *before, int64_t seq, lj_err *err);

/* ---- search.c ---- */
/* before: NULL for a new record. */
LJ_MUST_USE lj_code ledger_search_write(ledger_txn *txn, const ledger_record *record,
                                        const ledger_record *before, lj_err *err);
/* Up to three grams of what is searched for; the count. */
uint32_t ledger_search_grams(lj_slice text, int64_t grams[3]);
bool ledger_search_hits(const ledger_record *record, lj_slice text);

#endif
