/* SPDX-License-Identifier: AGPL-3.0-or-later
 * log.h. Everything that goes over many entries works in blocks with a rewound arena, so that a log
 * of a million entries takes no more memory than one of a hundred. */
#include "ledger/log.h"

#include "ledger/account_priv.h"

enum { BLOCK_COUNT = 64, ENTRIES_MOST = 200 };

lj_code log_head_of(ledger *book, store_conn *conn, log_head *out, lj_err *err)
{
    enum { ROW_MAX = 4096 };
    lj_arena *arena = lj_arena_new(ROW_MAX);
    if (arena == NULL) {
        return ledger_nomem(err);
    }
    store_value district = store_int(book->config.district);
    const store_value *columns = NULL;
    lj_code code = store_one(conn, &q_audit_head_read, &district, 1, arena, &columns, err);
    if (code == LJ_OK && (columns == NULL || columns[3].bytes.len != SEAL_ID_LEN)) {
        code = lj_fail(err, LJ_E_NOT_FOUND, UINT64_MAX, "there is no log yet");
    }
    if (code == LJ_OK) {
        *out = (log_head){.size = (uint64_t)columns[0].num,
                          .at = columns[1].num,
                          .suite = (seal_hash)columns[2].num};
        memcpy(out->log.bytes, columns[3].bytes.ptr, SEAL_ID_LEN);
    }
    lj_arena_free(arena);
    return code;
}

/* ---- entries ---- */
typedef struct leaf_fill {
    lj_arena *arena;
    int64_t seq[ENTRIES_MOST];
    lj_slice bytes[ENTRIES_MOST];
    uint32_t count;
} leaf_fill;

static lj_code keep_leaf(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    leaf_fill *fill = ctx;
    if (fill->count == ENTRIES_MOST) {
        return LJ_E_CANCELLED;
    }
    store_value copy;
    lj_code code = ledger_value_copy(fill->arena, &columns[2], &copy, err);
    if (code == LJ_OK) {
        fill->seq[fill->count] = columns[0].num;
        fill->bytes[fill->count++] = copy.bytes;
    }
    return code;
}

static lj_code read_leaf(const leaf_fill *fill, uint32_t at, seal_leaf *out, lj_err *err)
{
    lj_err why = {0};
    lj_code code = seal_leaf_read(fill->bytes[at], fill->arena, out, &why);
    if (code == LJ_E_NOMEM) {
        return ledger_nomem(err);
    }
    if (code != LJ_OK || out->seq != (uint64_t)fill->seq[at]) {
        return lj_fail(err, LJ_E_TAMPERED, (uint64_t)fill->seq[at],
                       "an entry of the log is not as it was written");
    }
    return LJ_OK;
}

lj_code log_entries(ledger *book, store_conn *conn, uint64_t before, uint32_t most, lj_arena *arena,
                    log_entry **out, uint32_t *out_count, lj_err *err)
{
    LJ_ASSERT(most >= 1 && most <= ENTRIES_MOST);
    leaf_fill *fill = lj_arena_alloc(arena, sizeof *fill);
    log_entry *entries = lj_arena_array(arena, most, sizeof *entries);
    if (fill == NULL || entries == NULL) {
        return ledger_nomem(err);
    }
    fill->arena = arena;
    const store_value args[] = {store_int(book->config.district),
                                store_int(before > INT64_MAX ? INT64_MAX : (int64_t)before),
                                store_int(most)};
    lj_code code =
        store_run(conn, &q_audit_leaves_before, args, LJ_COUNT_OF(args), keep_leaf, fill, err);
    for (uint32_t i = 0; i < fill->count && code == LJ_OK; i++) {
        entries[i].bytes = fill->bytes[i];
        code = read_leaf(fill, i, &entries[i].leaf, err);
    }
    *out = entries;
    *out_count = fill->count;
    return code;
}

const char *log_event_name(const seal_leaf *leaf)
{
    const ledger_type *type =
        (leaf->has & SEAL_HAS(SEAL_TAG_TYPE)) != 0 ? ledger_type_tagged(leaf->type) : NULL;
    if (leaf->kind == SEAL_ACCOUNT || leaf->kind == SEAL_SESSION) {
        const char *name = account_event_name(leaf->event);
        return name != NULL ? name : "";
    }
    if (type == NULL || (leaf->has & SEAL_HAS(SEAL_TAG_EVENT)) == 0) {
        return "";
    }
    for (uint32_t i = 0; i < type->move_count; i++) {
        if (type->moves[i].tag == leaf->event) {
            return type->moves[i].event;
        }
    }
    return leaf->event == LEDGER_EDIT_TAG ? "edit" : leaf->event == LEDGER_VOID_TAG ? "void" : "";
}

/* ---- the tree ---- */
typedef struct node_reader {
    ledger *book;
    store_conn *conn;
    lj_arena *arena;
} node_reader;

static lj_code look_up(void *ctx, uint32_t level, uint64_t idx, seal_digest *out, lj_err *err)
{
    const node_reader *reader = ctx;
    const store_value args[] = {store_int(reader->book->config.district), store_int(level),
                                store_int((int64_t)idx)};
    const store_value *columns = NULL;
    lj_arena_mark mark = lj_arena_mark_of(reader->arena);
    lj_code code = store_one(reader->conn, &q_audit_node_of, args, LJ_COUNT_OF(args), reader->arena,
                             &columns, err);
    if (code == LJ_OK && (columns == NULL || columns[0].bytes.len != SEAL_DIGEST_LEN)) {
        code = lj_fail(err, LJ_E_NOT_FOUND, UINT64_MAX, "a node of the log is missing");
    }
    if (code == LJ_OK) {
        memcpy(out->bytes, columns[0].bytes.ptr, SEAL_DIGEST_LEN);
    }
    lj_arena_rewind(reader->arena, mark);
    return code;
}

/* What the tree of the log is asked. */
typedef enum tree_question { TREE_ROOT, TREE_INCLUSION, TREE_CONSISTENCY } tree_question;

typedef struct tree_ask {
    tree_question what;
    uint64_t a, b; /* seq and size; from and to; size */
    seal_digest root;
    seal_proof proof;
} tree_ask;

static lj_code ask_tree(node_reader *reader, tree_ask *ask, lj_err *err)
{
    log_head head = {0};
    lj_code code = log_head_of(reader->book, reader->conn, &head, err);
    if (code != LJ_OK) {
        return code;
    }
    if (ask->b > head.size) {
        return lj_fail(err, LJ_E_INVALID, UINT64_MAX, "the log has not so many entries");
    }
    seal_hasher hasher;
    code = seal_hasher_init(&hasher, head.suite, err);
    if (code != LJ_OK) {
        return code;
    }
    const seal_nodes nodes = {.ctx = reader, .lookup = look_up};
    switch (ask->what) {
    case TREE_ROOT:
        code = seal_merkle_root(&hasher, &nodes, ask->b, &ask->root, err);
        break;
    case TREE_INCLUSION:
        code = seal_merkle_inclusion(&hasher, &nodes, ask->a, ask->b, &ask->proof, err);
        break;
    case TREE_CONSISTENCY:
        code = seal_merkle_consistency(&hasher, &nodes, ask->a, ask->b, &ask->proof, err);
        break;
    }
    seal_hasher_done(&hasher);
    return code;
}

lj_code log_root(ledger *book, store_conn *conn, uint64_t size, lj_arena *arena, seal_digest *out,
                 lj_err *err)
{
    node_reader reader = {book, conn, arena};
    tree_ask ask = {.what = TREE_ROOT, .b = size};
    lj_code code = ask_tree(&reader, &ask, err);
    *out = ask.root;
    return code;
}

lj_code log_inclusion(ledger *book, store_conn *conn, uint64_t seq, uint64_t size, lj_arena *arena,
                      seal_proof *out, lj_err *err)
{
    node_reader reader = {book, conn, arena};
    tree_ask ask = {.what = TREE_INCLUSION, .a = seq, .b = size};
    lj_code code = ask_tree(&reader, &ask, err);
    *out = ask.proof;
    return code;
}

lj_code log_consistency(ledger *book, store_conn *conn, uint64_t from, uint64_t to, lj_arena *arena,
                        seal_proof *out, lj_err *err)
{
    node_reader reader = {book, conn, arena};
    tree_ask ask = {.what = TREE_CONSISTENCY, .a = from, .b = to};
    lj_code code = ask_tree(&reader, &ask, err);
    *out = ask.proof;
    return code;
}

/* ---- checkpoints ---- */
lj_code log_checkpoint(ledger_txn *txn, const seal_key *key, lj_slice *out, lj_err *err)
{
    log_head head = {0};
    seal_checkpoint point = {.district = (uint64_t)txn->book->config.district, .at = txn->at};
    lj_code code = log_head_of(txn->book, txn->conn, &head, err);
    point.log = head.log;
    point.hash = head.suite;
    point.head.size = (uint64_t)txn->size;
    code = code == LJ_OK
               ? log_root(txn->book, txn->conn, point.head.size, txn->arena, &point.head.root, err)
               : code;
    lj_buf text;
    lj_buf_init(&text, txn->arena, SEAL_CHECKPOINT_MAX);
    code = code == LJ_OK ? seal_checkpoint_write(&point, key, &text, err) : code;
    if (code == LJ_OK && !lj_buf_ok(&text)) {
        code = ledger_nomem(err);
    }
    if (code != LJ_OK) {
        return code;
    }
    lj_slice bytes = lj_buf_slice(&text);
    const store_value args[] = {store_int(txn->book->config.district), store_int(txn->size),
                                store_int(txn->at), store_text(bytes)};
    code = store_run(txn->conn, &q_audit_checkpoint_put, args, LJ_COUNT_OF(args), NULL, NULL, err);
    uint8_t subject[32];
    code = code == LJ_OK ? account_sha256(&bytes, 1, subject, err) : code;
    code = code == LJ_OK ? ledger_note(txn, SEAL_CHECKPOINT, subject, 0, err) : code;
    *out = bytes;
    return code;
}

/* ---- the export ---- */
typedef enum export_stage { EXPORT_LEAVES, EXPORT_VALUES, EXPORT_END, EXPORT_DONE } export_stage;

struct log_export {
    ledger *book;
    store_conn *conn;
    log_values values;
    export_stage stage;
    uint64_t seq;
    uint8_t after[SEAL_DIGEST_LEN]; /* commitment of the last value */
    uint32_t after_len;
    lj_buf pending; /* heap: written and not yet given away */
    size_t given;
    seal_log_export writer;
};

static lj_code take_bytes(void *ctx, lj_slice bytes, lj_err *err)
{
    log_export *export = ctx;
    lj_buf_put(&export->pending, bytes);
    return lj_buf_ok(&export->pending)
               ? LJ_OK
               : lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for the export");
}

lj_code log_export_begin(ledger *book, store_conn *conn, uint64_t size, log_values values,
                         lj_arena *arena, log_export **out, lj_err *err)
{
    enum { PENDING_MAX = BLOCK_COUNT * (SEAL_LEAF_MAX + 64) + SEAL_VALUE_MAX + 1024 };
    log_head head = {0};
    log_export *export = lj_arena_alloc(arena, sizeof *export);
    lj_code code = export != NULL ? log_head_of(book, conn, &head, err) : ledger_nomem(err);
    if (code == LJ_OK && size > head.size) {
        code = lj_fail(err, LJ_E_INVALID, UINT64_MAX, "the log has not so many entries");
    }
    if (code != LJ_OK) {
        return code;
    }
    *export = (log_export){.book = book, .conn = conn, .values = values};
    lj_buf_init(&export->pending, NULL, PENDING_MAX);
    const seal_log_head announced = {.district = (uint64_t)book->config.district,
                                     .log = head.log,
                                     .size = size > 0 ? size : head.size,
                                     .hash = head.suite};
    code = seal_log_export_begin(&export->writer, (seal_sink){export, take_bytes}, &announced, err);
    if (code != LJ_OK) {
        log_export_done(export);
        return code;
    }
    *out = export;
    return LJ_OK;
}

static lj_code put_leaf(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    log_export *export = ctx;
    if (export->seq == export->writer.head.size) {
        return LJ_E_CANCELLED;
    }
    if ((uint64_t)columns[0].num != export->seq) {
        return lj_fail(err, LJ_E_TAMPERED, export->seq, "an entry of the log is missing");
    }
    export->seq++;
    return seal_log_export_leaf(&export->writer, columns[2].bytes, err);
}

static lj_code put_value(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    log_export *export = ctx;
    seal_digest commitment;
    if (columns[0].bytes.len != SEAL_DIGEST_LEN || columns[1].bytes.len != SEAL_SALT_LEN) {
        return lj_fail(err, LJ_E_TAMPERED, UINT64_MAX, "a value beside the log is damaged");
    }
    memcpy(commitment.bytes, columns[0].bytes.ptr, SEAL_DIGEST_LEN);
    memcpy(export->after, columns[0].bytes.ptr, SEAL_DIGEST_LEN);
    export->after_len = SEAL_DIGEST_LEN;
    return seal_log_export_value(&export->writer, &commitment, columns[1].bytes.ptr,
                                 columns[2].bytes, err);
}

static lj_code next_leaves(log_export *export, lj_err *err)
{
    if (export->seq == export->writer.head.size) {
        export->stage = export->values == LOG_WITH_VALUES ? EXPORT_VALUES : EXPORT_END;
        return LJ_OK;
    }
    uint64_t before = export->seq;
    const store_value args[] = {store_int(export->book->config.district),
                                store_int((int64_t)before), store_int(BLOCK_COUNT)};
    lj_code code =
        store_run(export->conn, &q_audit_leaves, args, LJ_COUNT_OF(args), put_leaf, export, err);
    if (code == LJ_OK && export->seq == before) {
        code = lj_fail(err, LJ_E_TAMPERED, before, "an entry of the log is missing");
    }
    return code;
}

static lj_code next_values(log_export *export, lj_err *err)
{
    uint64_t before = export->writer.value_count;
    const store_value args[] = {store_int(export->book->config.district),
                                store_bytes(lj_slice_of(export->after, export->after_len)),
                                store_int(1 + BLOCK_COUNT / 2)};
    lj_code code =
        store_run(export->conn, &q_value_page, args, LJ_COUNT_OF(args), put_value, export, err);
    if (code == LJ_OK && export->writer.value_count == before) {
        export->stage = EXPORT_END;
    }
    return code;
}

static lj_code next_block(log_export *export, lj_err *err)
{
    lj_buf_clear(&export->pending);
    export->given = 0;
    switch (export->stage) {
    case EXPORT_LEAVES:
        return next_leaves(export, err);
    case EXPORT_VALUES:
        return next_values(export, err);
    case EXPORT_END:
        export->stage = EXPORT_DONE;
        return seal_log_export_end(&export->writer, NULL, err);
    case EXPORT_DONE:
        break;
    }
    return LJ_OK;
}

lj_code log_export_fill(log_export *export, uint8_t *dst, size_t cap, size_t *out_len, lj_err *err)
{
    lj_code code = LJ_OK;
    while (code == LJ_OK && export->given == export->pending.len && export->stage != EXPORT_DONE) {
        code = next_block(export, err);
    }
    if (code != LJ_OK) {
        return code;
    }
    size_t len = lj_min_size(cap, export->pending.len - export->given);
    if (len > 0) {
        memcpy(dst, export->pending.ptr + export->given, len);
    }
    export->given += len;
    *out_len = len;
    return LJ_OK;
}

void log_export_done(log_export *export)
{
    if (export != NULL) {
        seal_log_export_done(&export->writer);
        lj_buf_done(&export->pending);
    }
}
