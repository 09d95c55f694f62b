/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Writes the dump of docs/formats/dump.md: lines of text, one per row, tables in the order of the
 * catalogue, rows in the order of their primary key, a digest at the end. Both engines sort text
 * and bytes by their bytes, so the stream is the same whichever wrote it.
 *
 * Everything is read in one snapshot of one reader. Memory: one row and one part of 64 KiB. */
#include "store/dump_priv.h"

#include "base/hash.h"
#include "base/num.h"
#include "store/store_priv.h"
#include "store/upkeep.h"

typedef struct dump_run {
    store_dump_fn sink;
    void *ctx;
    lj_sha256 *sha;
    lj_buf out;
    const store_table *table;
    uint64_t row_count;
} dump_run;

void store_dump_schema_line(const store_schema *schema, lj_buf *out)
{
    lj_buf_put_cstr(out, "schema\t");
    lj_buf_put_dec(out, schema->migrations[schema->migration_count - 1].no);
    lj_buf_put_u8(out, '\n');
}

void store_dump_table_line(const store_table *table, lj_buf *out)
{
    lj_buf_put_cstr(out, DUMP_TABLE);
    lj_buf_put_cstr(out, table->name);
    for (uint8_t i = 0; i < table->column_count; i++) {
        char kind = table->kinds[i];
        lj_buf_put_u8(out, '\t');
        lj_buf_put_cstr(out, table->columns[i]);
        lj_buf_put_cstr(out, kind == 'i' ? " int" : kind == 't' ? " text" : " bytes");
    }
    lj_buf_put_u8(out, '\n');
}

/* ---- values ---- */

static void put_int(lj_buf *out, int64_t num)
{
    if (num < 0) {
        lj_buf_put_u8(out, '-');
    }
    lj_buf_put_dec(out, num < 0 ? 0 - (uint64_t)num : (uint64_t)num);
}

static void put_text(lj_buf *out, lj_slice text)
{
    size_t from = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char *escape = text.ptr[i] == '\\'   ? "\\\\"
                             : text.ptr[i] == '\t' ? "\\t"
                             : text.ptr[i] == '\n' ? "\\n"
                             : text.ptr[i] == '\r' ? "\\r"
                                                   : NULL;
        if (escape != NULL) {
            lj_buf_put(out, lj_slice_part(text, from, i - from));
            lj_buf_put_cstr(out, escape);
            from = i + 1;
        }
    }
    lj_buf_put(out, lj_slice_part(text, from, text.len - from));
}

static void put_hex(lj_buf *out, lj_slice bytes)
{
    static const char digits[] = "0123456789abcdef";
    size_t len = 0;
    uint8_t *room = lj_mul_size(bytes.len, 2, &len) ? lj_buf_room(out, len) : NULL;
    if (room == NULL) {
        out->bad = true;
        return;
    }
    for (size_t i = 0; i < bytes.len; i++) {
        room[2 * i] = (uint8_t)digits[bytes.ptr[i] >> 4];
        room[2 * i + 1] = (uint8_t)digits[bytes.ptr[i] & 0x0F];
    }
    out->len += len;
}

static void put_value(lj_buf *out, const store_value *value)
{
    switch (value->kind) {
    case STORE_NULL:
        lj_buf_put_cstr(out, DUMP_NULL);
        break;
    case STORE_INT:
        put_int(out, value->num);
        break;
    case STORE_TEXT:
        put_text(out, value->bytes);
        break;
    case STORE_BYTES:
        put_hex(out, value->bytes);
        break;
    }
}

/* ---- the stream ---- */

/* What is written so far goes out, when it is a part or when it must. */
static lj_code flush(dump_run *run, bool all, lj_err *err)
{
    if (!lj_buf_ok(&run->out)) {
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "a row too long for a dump");
    }
    if (run->out.len == 0 || (!all && run->out.len < DUMP_PART_LEN)) {
        return LJ_OK;
    }
    lj_sha256_add(run->sha, lj_buf_slice(&run->out));
    lj_code code = run->sink(run->ctx, lj_buf_slice(&run->out), err);
    lj_buf_clear(&run->out);
    return code;
}

static lj_code dump_row(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    dump_run *run = ctx;
    lj_buf_put_cstr(&run->out, "r");
    for (size_t i = 0; i < count; i++) {
        lj_buf_put_u8(&run->out, '\t');
        put_value(&run->out, &columns[i]);
    }
    lj_buf_put_u8(&run->out, '\n');
    run->row_count++;
    lj_code code = flush(run, /* all= */ false, err);
    /* a sink that has enough has not got a dump */
    return code == LJ_E_CANCELLED ? lj_fail(err, LJ_E_IO, UINT64_MAX, "the dump was not taken")
                                  : code;
}

static lj_code dump_end(dump_run *run, lj_err *err)
{
    lj_code code = flush(run, /* all= */ true, err);
    if (code != LJ_OK) {
        return code;
    }
    uint8_t digest[LJ_SHA256_LEN];
    char hex[2 * LJ_SHA256_LEN + 1];
    lj_sha256_end(run->sha, digest);
    lj_hex(lj_slice_of(digest, sizeof(digest)), hex);
    lj_buf_put_cstr(&run->out, DUMP_END);
    lj_buf_put_dec(&run->out, run->row_count);
    lj_buf_put_u8(&run->out, '\t');
    lj_buf_put_cstr(&run->out, hex);
    lj_buf_put_u8(&run->out, '\n');
    if (!lj_buf_ok(&run->out)) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a dump");
    }
    return run->sink(run->ctx, lj_buf_slice(&run->out), err);
}

static lj_code dump_all(store_conn *conn, const store_schema *schema, dump_run *run, lj_err *err)
{
    lj_sha256_begin(run->sha);
    lj_buf_put_cstr(&run->out, DUMP_HEAD);
    store_dump_schema_line(schema, &run->out);
    for (uint32_t i = 0; i < schema->table_count; i++) {
        store_dump_table_line(&schema->tables[i], &run->out);
        lj_code code = store_run(conn, schema->tables[i].all, NULL, 0, dump_row, run, err);
        if (code != LJ_OK) {
            return code;
        }
    }
    return dump_end(run, err);
}

static lj_code dump_on(store_conn *conn, const store_schema *schema, store_dump_fn sink, void *ctx,
                       lj_err *err)
{
    dump_run run = {.sink = sink, .ctx = ctx, .sha = lj_sha256_new()};
    lj_buf_init(&run.out, NULL, DUMP_LINE_MAX + DUMP_PART_LEN);
    lj_code code = run.sha != NULL ? dump_all(conn, schema, &run, err)
                                   : lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a digest");
    lj_buf_done(&run.out);
    lj_sha256_free(run.sha);
    return code;
}

static lj_code must_be_newest(store *db, const store_schema *schema, lj_err *err)
{
    store_schema_state state = {0, 0};
    lj_code code = store_schema_with(db, schema, &state, err);
    if (code == LJ_OK && state.have != state.want) {
        code = lj_fail(err, LJ_E_UNSUPPORTED, UINT64_MAX, "the database must be migrated first");
    }
    return code;
}

lj_code store_dump_with(store *db, const store_schema *schema, store_dump_fn sink, void *ctx,
                        lj_err *err)
{
    lj_code code = must_be_newest(db, schema, err);
    store_conn *conn = NULL;
    if (code == LJ_OK) {
        code = store_reader_open(db, &conn, err);
    }
    if (code == LJ_OK) {
        code = store_read_begin(conn, err);
    }
    if (code == LJ_OK) {
        code = dump_on(conn, schema, sink, ctx, err);
    }
    store_reader_close(conn);
    return code;
}

lj_code store_dump_snapshot(store_conn *conn, store_dump_fn sink, void *ctx, lj_err *err)
{
    store_schema schema = store_schema_of_product();
    lj_code code = must_be_newest(conn->db, &schema, err);
    return code == LJ_OK ? dump_on(conn, &schema, sink, ctx, err) : code;
}

lj_code store_dump(store *db, store_dump_fn sink, void *ctx, lj_err *err)
{
    store_schema schema = store_schema_of_product();
    return store_dump_with(db, &schema, sink, ctx, err);
}
