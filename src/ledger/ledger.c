/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The open ledger: its data (calendar, code lists, limits), transactions, and the look-ups of types
 * and labels. */
#include "ledger/ledger.h"

#include "base/os.h"
#include "ledger/ledger_priv.h"

enum {
    PROCESS_MAX = 32 * 1024 * 1024, /* bytes of calendars, code lists and limits */
    HOURS_EAST = 8,                 /* civil days are those of UTC+8 */
};

lj_code ledger_open(const ledger_config *config, ledger **out, lj_err *err)
{
    lj_arena *arena = lj_arena_new(PROCESS_MAX);
    ledger *book = arena != NULL ? lj_arena_alloc(arena, sizeof *book) : NULL;
    if (book == NULL) {
        lj_arena_free(arena);
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for the ledger's data");
    }
    book->config = *config;
    book->arena = arena;
    lj_code code = calendar_load(arena, &book->days, err);
    if (code == LJ_OK) {
        code = ledger_codes_load(arena, &book->code_lists, err);
    }
    if (code == LJ_OK) {
        code = ledger_limits_load(arena, &book->amounts, err);
    }
    if (code != LJ_OK) {
        lj_arena_free(arena);
        return code;
    }
    *out = book;
    return LJ_OK;
}

void ledger_close(ledger *book)
{
    if (book != NULL) {
        lj_arena_free(book->arena);
    }
}

store *ledger_store_of(const ledger *book)
{
    return book->config.db;
}
const calendar *ledger_calendar_of(const ledger *book)
{
    return book->days;
}
const ledger_codes *ledger_codes_of(const ledger *book)
{
    return book->code_lists;
}
int64_t ledger_district_of(const ledger *book)
{
    return book->config.district;
}

ledger_now ledger_now_of(int64_t at)
{
    return (ledger_now){.at = at, .today = calendar_on_at(at)};
}

/* ---- transactions ---- */
/* The head of the log is locked first: changes of one district come one after another, and the
 * entries' instants never go back, whatever the clock does. */
static lj_code lock_head(ledger_txn *txn, lj_err *err)
{
    store_value district = store_int(txn->book->config.district);
    const store_value *columns = NULL;
    lj_code code =
        store_one(txn->conn, &q_audit_head_lock, &district, 1, txn->arena, &columns, err);
    if (code != LJ_OK) {
        return code;
    }
    seal_hash suite = txn->book->config.suite;
    txn->at = txn->actor->now.at;
    if (columns != NULL) {
        txn->size = columns[0].num;
        txn->at = columns[1].num > txn->at ? columns[1].num : txn->at;
        suite = (seal_hash)columns[2].num;
    } else {
        uint8_t log[SEAL_ID_LEN];
        ledger_random(txn->book, log, sizeof log);
        const store_value args[] = {district, store_int(txn->at), store_int(suite),
                                    store_bytes(lj_slice_of(log, sizeof log))};
        code = store_run(txn->conn, &q_audit_head_new, args, LJ_COUNT_OF(args), NULL, NULL, err);
    }
    return code == LJ_OK ? seal_hasher_init(&txn->hasher, suite, err) : code;
}

lj_code ledger_begin(ledger *book, const ledger_actor *actor, lj_arena *arena, ledger_txn **out,
                     lj_err *err)
{
    ledger_txn *txn = lj_arena_alloc(arena, sizeof *txn);
    if (txn == NULL) {
        return ledger_nomem(err);
    }
    *txn = (ledger_txn){.book = book, .actor = actor, .arena = arena};
    lj_code code = store_write_begin(book->config.db, &txn->conn, err);
    if (code != LJ_OK) {
        return code;
    }
    code = lock_head(txn, err);
    if (code != LJ_OK) {
        ledger_rollback(txn);
        return code;
    }
    *out = txn;
    return LJ_OK;
}

lj_code ledger_commit(ledger_txn *txn, lj_err *err)
{
    seal_hasher_done(&txn->hasher);
    return store_commit(txn->conn, err);
}

void ledger_rollback(ledger_txn *txn)
{
    if (txn != NULL) {
        seal_hasher_done(&txn->hasher);
        store_rollback(txn->conn);
    }
}

store_conn *ledger_conn_of(ledger_txn *txn)
{
    return txn->conn;
}

/* What a part added to the log is forgotten with it. */
lj_code ledger_savepoint(ledger_txn *txn, lj_err *err)
{
    if (txn->part_count == LEDGER_PART_MAX) {
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "too many savepoints in one another");
    }
    lj_code code = store_savepoint(txn->conn, err);
    if (code == LJ_OK) {
        txn->kept_sizes[txn->part_count++] = txn->size;
    }
    return code;
}

lj_code ledger_release(ledger_txn *txn, lj_err *err)
{
    LJ_ASSERT(txn->part_count > 0);
    txn->part_count--;
    return store_release(txn->conn, err);
}

void ledger_undo(ledger_txn *txn)
{
    LJ_ASSERT(txn->part_count > 0);
    txn->size = txn->kept_sizes[--txn->part_count];
    txn->first = txn->last = NULL;
    txn->pending_count = 0;
    store_undo(txn->conn);
}

/* ---- types and labels ---- */
static bool is_name(const char *name, const char *text, size_t len)
{
    return strlen(name) == len && memcmp(name, text, len) == 0;
}

const ledger_type *ledger_type_lookup(const char *name, size_t len)
{
    for (uint32_t i = 0; i < ledger_type_count; i++) {
        if (is_name(ledger_types[i]->name, name, len)) {
            return ledger_types[i];
        }
    }
    return NULL;
}

const ledger_type *ledger_type_plural(const char *plural, size_t len)
{
    for (uint32_t i = 0; i < ledger_type_count; i++) {
        if (is_name(ledger_types[i]->plural, plural, len)) {
            return ledger_types[i];
        }
    }
    return NULL;
}

const ledger_type *ledger_type_tagged(int64_t tag)
{
    for (uint32_t i = 0; i < ledger_type_count; i++) {
        if (ledger_types[i]->tag == tag) {
            return ledger_types[i];
        }
    }
    return NULL;
}

uint32_t ledger_type_idx(const ledger_type *type)
{
    for (uint32_t i = 0; i < ledger_type_count; i++) {
        if (ledger_types[i] == type) {
            return i;
        }
    }
    LJ_ASSERT(type == NULL);
    return 0;
}

const char *ledger_label_of(const ledger_type *type, const char *key, bool english)
{
    for (uint32_t i = 0; i < type->label_count; i++) {
        if (strcmp(type->labels[i].key, key) == 0) {
            return english ? type->labels[i].en : type->labels[i].zh;
        }
    }
    return key;
}

const char *ledger_label_in(const ledger_type *type, const char *prefix, const char *name,
                            bool english)
{
    size_t prefix_len = strlen(prefix);
    for (uint32_t i = 0; i < type->label_count; i++) {
        const ledger_label *label = &type->labels[i];
        if (strncmp(label->key, prefix, prefix_len) == 0 && label->key[prefix_len] == '.' &&
            strcmp(label->key + prefix_len + 1, name) == 0) {
            return english ? label->en : label->zh;
        }
    }
    return name;
}
