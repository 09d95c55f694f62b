/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The check of the whole log (`lijiand check`): the tree is built a second time out of the entries,
 * and every node that comes out is compared with the one that is kept. What it cannot tell is
 * whether the log as a whole was replaced: that is what signed checkpoints on paper are for. */
#include "ledger/account_priv.h"
#include "ledger/log.h"

enum { BLOCK_COUNT = 64, POINTS_BLOCK = 16 };

typedef struct verifying {
    ledger *book;
    store_conn *conn;
    lj_arena *arena;
    seal_hasher hasher;
    seal_digest edge[SEAL_LEVELS][2]; /* newest left and right nodes, by level */
    uint64_t size, node_count;
    lj_slice leaves[BLOCK_COUNT];
    uint32_t leaf_count;
} verifying;

static lj_code keep_leaf(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    verifying *on = ctx;
    if ((uint64_t)columns[0].num != on->size + on->leaf_count) {
        return lj_fail(err, LJ_E_TAMPERED, on->size + on->leaf_count,
                       "an entry of the log is missing");
    }
    store_value copy;
    lj_code code = ledger_value_copy(on->arena, &columns[2], &copy, err);
    on->leaves[on->leaf_count++] = copy.bytes;
    return code;
}

/* A node that comes out of the entries must be the one that is kept. */
static lj_code compare_node(void *ctx, uint32_t level, uint64_t idx, const seal_digest *node,
                            lj_err *err)
{
    verifying *on = ctx;
    on->edge[level][idx & 1] = *node;
    on->node_count++;
    const store_value args[] = {store_int(on->book->config.district), store_int(level),
                                store_int((int64_t)idx)};
    const store_value *columns = NULL;
    lj_code code =
        store_one(on->conn, &q_audit_node_of, args, LJ_COUNT_OF(args), on->arena, &columns, err);
    if (code == LJ_OK &&
        (columns == NULL || !lj_slice_is(columns[0].bytes, seal_digest_bytes(node)))) {
        code =
            lj_fail(err, LJ_E_TAMPERED, on->size, "a node of the log is not that of its entries");
    }
    return code;
}

/* The left neighbour of what came last is the newest left one of its level. */
static lj_code newest_node(void *ctx, uint32_t level, uint64_t idx, seal_digest *out, lj_err *err)
{
    (void)err;
    const verifying *on = ctx;
    *out = on->edge[level][idx & 1];
    return LJ_OK;
}

static lj_code add_leaf(verifying *on, lj_slice bytes, lj_err *err)
{
    seal_leaf leaf;
    lj_err why = {0};
    lj_code code = seal_leaf_read(bytes, on->arena, &leaf, &why);
    if (code == LJ_E_NOMEM) {
        return ledger_nomem(err);
    }
    if (code != LJ_OK || leaf.seq != on->size) {
        return lj_fail(err, LJ_E_TAMPERED, on->size,
                       "an entry of the log is not as it was written");
    }
    const seal_nodes nodes = {on, compare_node, newest_node};
    seal_digest hash = seal_leaf_hash(&on->hasher, bytes);
    code = seal_merkle_append(&on->hasher, &nodes, on->size, &hash, err);
    on->size += code == LJ_OK ? 1 : 0;
    return code;
}

static lj_code add_leaves(verifying *on, lj_err *err)
{
    lj_code code = LJ_OK;
    do {
        lj_arena_mark mark = lj_arena_mark_of(on->arena);
        const store_value args[] = {store_int(on->book->config.district),
                                    store_int((int64_t)on->size), store_int(BLOCK_COUNT)};
        on->leaf_count = 0;
        code = store_run(on->conn, &q_audit_leaves, args, LJ_COUNT_OF(args), keep_leaf, on, err);
        for (uint32_t i = 0; i < on->leaf_count && code == LJ_OK; i++) {
            code = add_leaf(on, on->leaves[i], err);
        }
        lj_arena_rewind(on->arena, mark);
    } while (code == LJ_OK && on->leaf_count == BLOCK_COUNT);
    return code;
}

/* The head says as many as there are, and there is no node beside theirs. */
static lj_code check_head(verifying *on, const log_head *head, lj_err *err)
{
    store_value district = store_int(on->book->config.district);
    const store_value *columns = NULL;
    if (on->size != head->size) {
        return lj_fail(err, LJ_E_TAMPERED, on->size,
                       "the head of the log is not that of its entries");
    }
    lj_code code = store_one(on->conn, &q_audit_node_count, &district, 1, on->arena, &columns, err);
    if (code == LJ_OK && (columns == NULL || (uint64_t)columns[0].num != on->node_count)) {
        code = lj_fail(err, LJ_E_TAMPERED, on->size, "the log has nodes of no entry");
    }
    return code;
}

/* ---- checkpoints ---- */
typedef struct point_scan {
    lj_arena *arena;
    lj_slice text[POINTS_BLOCK];
    int64_t size[POINTS_BLOCK];
    uint32_t count;
} point_scan;

static lj_code keep_point(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    point_scan *scan = ctx;
    store_value copy;
    lj_code code = ledger_value_copy(scan->arena, &columns[2], &copy, err);
    scan->size[scan->count] = columns[0].num;
    scan->text[scan->count++] = copy.bytes;
    return code;
}

static lj_code check_point(verifying *on, const log_head *head, const seal_key *key, lj_slice text,
                           int64_t size, lj_err *err)
{
    seal_checkpoint point;
    seal_digest root;
    lj_err why = {0};
    lj_code code = seal_checkpoint_read(text, &point, &why);
    if (code == LJ_OK && key != NULL && memcmp(point.key.bytes, key->id.bytes, SEAL_ID_LEN) == 0) {
        code = seal_checkpoint_check(text, key, &point, &why);
    }
    if (code != LJ_OK || point.head.size != (uint64_t)size || point.head.size > on->size ||
        memcmp(point.log.bytes, head->log.bytes, SEAL_ID_LEN) != 0) {
        return lj_fail(err, LJ_E_TAMPERED, (uint64_t)size, "a checkpoint is not as it was signed");
    }
    code = log_root(on->book, on->conn, point.head.size, on->arena, &root, err);
    if (code == LJ_OK && !seal_digest_is(&root, &point.head.root)) {
        code = lj_fail(err, LJ_E_TAMPERED, (uint64_t)size,
                       "the log is not the one whose checkpoint was signed");
    }
    return code;
}

static lj_code check_points(verifying *on, const log_head *head, const seal_key *key,
                            uint64_t *out_count, lj_err *err)
{
    int64_t after = -1;
    lj_code code = LJ_OK;
    point_scan scan = {.arena = on->arena};
    *out_count = 0;
    do {
        lj_arena_mark mark = lj_arena_mark_of(on->arena);
        const store_value args[] = {store_int(on->book->config.district), store_int(after),
                                    store_int(POINTS_BLOCK)};
        scan.count = 0;
        code = store_run(on->conn, &q_audit_checkpoints, args, LJ_COUNT_OF(args), keep_point, &scan,
                         err);
        for (uint32_t i = 0; i < scan.count && code == LJ_OK; i++) {
            code = check_point(on, head, key, scan.text[i], scan.size[i], err);
            after = scan.size[i];
            (*out_count)++;
        }
        lj_arena_rewind(on->arena, mark);
    } while (code == LJ_OK && scan.count == POINTS_BLOCK);
    return code;
}

static lj_code verify(verifying *on, const seal_key *key, log_verdict *out, lj_err *err)
{
    log_head head;
    lj_code code = log_head_of(on->book, on->conn, &head, err);
    code = code == LJ_OK ? seal_hasher_init(&on->hasher, head.suite, err) : code;
    if (code != LJ_OK) {
        return code;
    }
    code = add_leaves(on, err);
    code = code == LJ_OK ? check_head(on, &head, err) : code;
    code = code == LJ_OK ? check_points(on, &head, key, &out->checkpoints, err) : code;
    code =
        code == LJ_OK ? log_root(on->book, on->conn, on->size, on->arena, &out->root, err) : code;
    out->size = on->size;
    return code;
}

lj_code log_verify(ledger *book, store_conn *conn, const seal_key *key, lj_arena *arena,
                   log_verdict *out, lj_err *err)
{
    verifying *on = lj_arena_alloc(arena, sizeof *on);
    lj_code code = on != NULL ? store_read_begin(conn, err) : ledger_nomem(err);
    if (code != LJ_OK) {
        return code;
    }
    on->book = book;
    on->conn = conn;
    on->arena = arena;
    code = verify(on, key, out, err);
    seal_hasher_done(&on->hasher);
    store_read_end(conn);
    return code;
}
