/* SPDX-License-Identifier: AGPL-3.0-or-later
 * check.h: the parts beside the pass over the records, and their order. */
#include "ledger/check.h"

#include "base/os.h"
#include "ledger/check_priv.h"
#include "ledger/duty.h"

enum {
    ARENA_BASE = 256 * 1024 * 1024, /* the values of one record in all its versions */
    SNAPSHOT_TRIES = 200,
    SNAPSHOT_NAP_MS = 5,
};

void check_tell(checking *on, check_fault_kind kind, const ledger_type *type, const uint8_t *id,
                int64_t version, const char *field)
{
    on->counts->faults[check_fault_row_of(kind)->part]++;
    const check_fault fault = {kind, type, id, version, field};
    if (on->teller != NULL) {
        on->teller->tell(on->teller->ctx, &fault);
    }
}

/* ---- entries and values that nothing names ---- */
static lj_code take_leaf(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    (void)err;
    checking *on = ctx;
    uint64_t seq = (uint64_t)columns[0].num;
    if (seq >= on->head.size || (on->moved[seq / 8] & 1u << (seq % 8)) != 0) {
        return LJ_OK;
    }
    seal_leaf leaf;
    lj_err why = {0};
    lj_arena_mark mark = lj_arena_mark_of(on->arena);
    lj_slice bytes = lj_arena_copy(on->arena, columns[1].bytes);
    if (seal_leaf_read(bytes, on->arena, &leaf, &why) == LJ_OK && leaf.seq == seq &&
        (leaf.kind == SEAL_CHANGE || leaf.kind == SEAL_OPENING)) {
        check_tell(on, CHECK_ENTRY_STRAY, ledger_type_tagged(leaf.type), leaf.record.bytes,
                   (int64_t)leaf.version, NULL);
    } /* what cannot be read is told by the check of the log */
    lj_arena_rewind(on->arena, mark);
    return LJ_OK;
}

static lj_code take_version_stray(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    (void)err;
    const uint8_t *id = columns[0].bytes.len == 16 ? columns[0].bytes.ptr : NULL;
    check_tell(ctx, CHECK_VERSION_STRAY, NULL, id, columns[1].num, NULL);
    return LJ_OK;
}

static lj_code keep_num(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    (void)err;
    *(int64_t *)ctx = columns[0].num;
    return LJ_OK;
}

typedef struct stray_scan {
    checking *on;
    const ledger_type *type;
} stray_scan;

static lj_code take_row_stray(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    (void)err;
    const stray_scan *scan = ctx;
    const uint8_t *id = columns[0].bytes.len == 16 ? columns[0].bytes.ptr : NULL;
    check_tell(scan->on, CHECK_ROW_STRAY, scan->type, id, 0, NULL);
    return LJ_OK;
}

static lj_code check_strays(checking *on, lj_err *err)
{
    store_value district = store_int(on->book->config.district);
    lj_code code = store_run(on->main, &q_check_leaves, &district, 1, take_leaf, on, err);
    if (code == LJ_OK) {
        code =
            store_run(on->main, &q_check_version_strays, &district, 1, take_version_stray, on, err);
    }
    int64_t value_count = 0;
    if (code == LJ_OK) {
        code = store_run(on->main, &q_check_value_count, &district, 1, keep_num, &value_count, err);
    }
    if (code == LJ_OK && (uint64_t)value_count != on->value_count) {
        check_tell(on, CHECK_VALUE_STRAY, NULL, NULL, 0, NULL);
    }
    for (uint32_t i = 0; i < ledger_type_count && code == LJ_OK; i++) {
        stray_scan scan = {on, ledger_types[i]};
        code = store_run(on->main, ledger_sql[i].strays, &district, 1, take_row_stray, &scan, err);
    }
    return code;
}

/* ---- duties ---- */
static lj_code take_due_stray(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    (void)err;
    const uint8_t *id = columns[2].bytes.len == 16 ? columns[2].bytes.ptr : NULL;
    check_tell(ctx, columns[0].num == 1 ? CHECK_NO_POST : CHECK_NO_RECORD,
               ledger_type_tagged(columns[1].num), id, 0, NULL);
    return LJ_OK;
}

static lj_code take_due_post(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    checking *on = ctx;
    on->counts->checked[CHECK_ANSWERERS] += (uint64_t)columns[1].num;
    if (columns[0].bytes.len != 16) {
        return LJ_OK; /* told as a duty without its post */
    }
    ledger_answerer answerer;
    lj_arena_mark mark = lj_arena_mark_of(on->arena);
    lj_code code = ledger_answerer_of(on->book, on->side, columns[0].bytes.ptr, on->today,
                                      on->arena, &answerer, err);
    if (code == LJ_OK && answerer.person.kind != STORE_BYTES) {
        check_tell(on, CHECK_NO_ANSWERER, ledger_type_lookup("post", 4), columns[0].bytes.ptr, 0,
                   NULL);
    }
    lj_arena_rewind(on->arena, mark);
    return code == LJ_E_NOT_FOUND ? LJ_OK : code;
}

static lj_code check_duties(checking *on, lj_err *err)
{
    store_value district = store_int(on->book->config.district);
    int64_t due_count = 0;
    lj_code code = store_run(on->main, &q_check_due_count, &district, 1, keep_num, &due_count, err);
    on->counts->checked[CHECK_DUTIES] = (uint64_t)due_count;
    if (code == LJ_OK) {
        code = store_run(on->main, &q_check_due_strays, &district, 1, take_due_stray, on, err);
    }
    if (code == LJ_OK) {
        code = store_run(on->main, &q_check_due_posts, &district, 1, take_due_post, on, err);
    }
    return code;
}

/* ---- the whole ---- */
/* Two snapshots of the same state: the log has as many entries in both. */
static lj_code open_snapshots(checking *on, lj_err *err)
{
    lj_code code = store_reader_open(on->book->config.db, &on->main, err);
    code = code == LJ_OK ? store_reader_open(on->book->config.db, &on->side, err) : code;
    for (int i = 0; i < SNAPSHOT_TRIES && code == LJ_OK; i++) {
        log_head other;
        code = store_read_begin(on->main, err);
        code = code == LJ_OK ? log_head_of(on->book, on->main, &on->head, err) : code;
        code = code == LJ_OK ? store_read_begin(on->side, err) : code;
        code = code == LJ_OK ? log_head_of(on->book, on->side, &other, err) : code;
        if (code != LJ_OK || other.size == on->head.size) {
            return code;
        }
        store_read_end(on->main);
        store_read_end(on->side);
        lj_os_nap_ms(SNAPSHOT_NAP_MS);
    }
    return code == LJ_OK ? lj_fail(err, LJ_E_BUSY, UINT64_MAX, "the ledger changes without a pause")
                         : code;
}

lj_code ledger_check(ledger *book, int64_t today, const check_teller *teller, check_counts *out,
                     lj_err *err)
{
    *out = (check_counts){0};
    checking on = {.book = book, .teller = teller, .counts = out, .today = today};
    lj_code code = open_snapshots(&on, err);
    code = code == LJ_OK ? seal_hasher_init(&on.hasher, on.head.suite, err) : code;
    if (code == LJ_OK) {
        on.arena = lj_arena_new(ARENA_BASE + on.head.size / 8);
        on.moved = on.arena != NULL ? lj_arena_alloc(on.arena, on.head.size / 8 + 1) : NULL;
        code = on.moved != NULL ? LJ_OK : ledger_nomem(err);
    }
    code = code == LJ_OK ? check_history(&on, err) : code;
    code = code == LJ_OK ? check_strays(&on, err) : code;
    code = code == LJ_OK ? check_duties(&on, err) : code;
    lj_arena_free(on.arena);
    seal_hasher_done(&on.hasher);
    store_reader_close(on.side);
    store_reader_close(on.main);
    return code;
}

/* ---- attachments ---- */
typedef struct attachment_scan {
    check_attachment_fn each;
    void *ctx;
} attachment_scan;

static lj_code take_attachment(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    const attachment_scan *scan = ctx;
    if (columns[0].bytes.len != 16 || columns[1].bytes.len != 32) {
        return lj_fail(err, LJ_E_FORMAT, UINT64_MAX, "a record of an attachment is damaged");
    }
    const check_attachment found = {columns[0].bytes.ptr, columns[1].bytes.ptr, columns[2].num};
    return scan->each(scan->ctx, &found, err);
}

lj_code ledger_attachments(ledger *book, store_conn *conn, check_attachment_fn each, void *ctx,
                           lj_err *err)
{
    attachment_scan scan = {each, ctx};
    store_value district = store_int(book->config.district);
    return store_run(conn, &q_check_attachments, &district, 1, take_attachment, &scan, err);
}

lj_code ledger_attached(ledger *book, store_conn *conn, const uint8_t sha256[32], bool *out,
                        lj_err *err)
{
    const store_value args[] = {store_int(book->config.district),
                                store_bytes(lj_slice_of(sha256, 32))};
    int64_t count = 0;
    lj_code code =
        store_run(conn, &q_check_attached, args, LJ_COUNT_OF(args), keep_num, &count, err);
    *out = count > 0;
    return code;
}
