/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Reads the dump of docs/formats/dump.md into an empty database, in one transaction that is
 * committed only when the digest at the end fits and nothing follows it.
 *
 * The stream is input like any other: it may be cut, damaged or forged. A line is read as a whole
 * (ceiling DUMP_LINE_MAX), values are decoded where they stand. Only the one written form of each
 * value is taken: what was loaded and is dumped again gives the same bytes. The heads of the tables
 * must be those that this program would write, in its order, so the stream chooses no table and no
 * column. Links to rows that come later are checked at the end of the transaction. */
#include "base/hash.h"
#include "base/num.h"
#include "store/dump_priv.h"
#include "store/store_priv.h"
#include "store/upkeep.h"

typedef struct load_run {
    const store_source *source;
    const store_schema *schema;
    store_conn *conn;
    lj_sha256 *sha;
    lj_buf chunk; /* what was pulled */
    size_t chunk_at;
    lj_buf line; /* without its line end */
    lj_buf head; /* what a head must be */
    uint64_t line_no;
    uint64_t row_count;
    uint32_t table_count; /* heads seen */
    bool is_over;         /* the source has no more */
} load_run;

static lj_code fail_format(const load_run *run, lj_err *err)
{
    return lj_fail(err, LJ_E_FORMAT, run->line_no, "the dump is damaged");
}

/* ---- lines ---- */

static lj_code chunk_pull(load_run *run, lj_err *err)
{
    lj_buf_clear(&run->chunk);
    run->chunk_at = 0;
    uint8_t *room = lj_buf_room(&run->chunk, DUMP_PART_LEN);
    if (room == NULL) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a dump");
    }
    size_t len = 0;
    lj_code code = run->source->pull(run->source->ctx, room, DUMP_PART_LEN, &len, err);
    if (code == LJ_OK) {
        run->chunk.len = len;
        run->is_over = len == 0;
    }
    return code;
}

/* The next line into run->line; at the end of the source it is LJ_E_FORMAT: a dump says where it
 * ends. */
static lj_code line_read(load_run *run, lj_err *err)
{
    lj_buf_clear(&run->line);
    run->line_no++;
    for (;;) {
        if (run->chunk_at == run->chunk.len) {
            lj_code code = chunk_pull(run, err);
            if (code != LJ_OK) {
                return code;
            }
            if (run->is_over) {
                return fail_format(run, err);
            }
        }
        const uint8_t *at = run->chunk.ptr + run->chunk_at;
        size_t left = run->chunk.len - run->chunk_at;
        const uint8_t *stop = memchr(at, '\n', left);
        size_t len = stop != NULL ? (size_t)(stop - at) : left;
        lj_buf_put(&run->line, lj_slice_of(at, len));
        run->chunk_at += len + (stop != NULL ? 1 : 0);
        if (!lj_buf_ok(&run->line)) {
            return lj_fail(err, LJ_E_LIMIT, run->line_no, "a line of the dump is too long");
        }
        if (stop != NULL) {
            return LJ_OK;
        }
    }
}

static void line_sum(load_run *run)
{
    lj_sha256_add(run->sha, lj_buf_slice(&run->line));
    lj_sha256_add(run->sha, LJ_BYTES("\n"));
}

/* The line is what stands in run->head. */
static bool line_is_head(const load_run *run)
{
    return lj_buf_ok(&run->head) && run->head.len > 0 &&
           lj_slice_is(lj_buf_slice(&run->line), lj_slice_of(run->head.ptr, run->head.len - 1));
}

/* ---- values: each decoded where it stands ---- */

static bool decode_int(lj_slice written, int64_t *out)
{
    size_t at = written.len > 0 && written.ptr[0] == '-' ? 1 : 0;
    size_t digits = written.len - at;
    bool good = digits > 0 && digits < 20 && (written.ptr[at] != '0' || written.len == 1);
    uint64_t num = 0;
    for (size_t i = at; good && i < written.len; i++) {
        good = written.ptr[i] >= '0' && written.ptr[i] <= '9' && lj_mul_u64(num, 10, &num) &&
               lj_add_u64(num, written.ptr[i] - (uint64_t)'0', &num);
    }
    uint64_t most = (uint64_t)INT64_MAX + at;
    if (!good || num > most) {
        return false;
    }
    *out = at == 0 ? (int64_t)num : (int64_t)(0 - num);
    return true;
}

static bool decode_text(uint8_t *ptr, size_t len, lj_slice *out)
{
    size_t to = 0;
    for (size_t i = 0; i < len; i++, to++) {
        ptr[to] = ptr[i];
        if (ptr[i] == '\r') {
            return false;
        }
        if (ptr[i] != '\\') {
            continue;
        }
        uint8_t letter = i + 1 < len ? ptr[++i] : 0;
        ptr[to] = letter == '\\' ? '\\' : letter == 't' ? '\t' : letter == 'n' ? '\n' : '\r';
        if (letter != '\\' && letter != 't' && letter != 'n' && letter != 'r') {
            return false;
        }
    }
    *out = lj_slice_of(ptr, to);
    return true;
}

static int hex_value(uint8_t letter)
{
    if (letter >= '0' && letter <= '9') {
        return letter - '0';
    }
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

static bool decode_bytes(uint8_t *ptr, size_t len, lj_slice *out)
{
    if (len % 2 != 0) {
        return false;
    }
    for (size_t i = 0; i < len; i += 2) {
        int high = hex_value(ptr[i]);
        int low = hex_value(ptr[i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        ptr[i / 2] = (uint8_t)(high << 4 | low);
    }
    *out = lj_slice_of(ptr, len / 2);
    return true;
}

static bool decode(char kind, uint8_t *ptr, size_t len, store_value *out)
{
    lj_slice bytes = {NULL, 0};
    if (lj_slice_is(lj_slice_of(ptr, len), LJ_BYTES(DUMP_NULL))) {
        *out = store_null();
        return true;
    }
    if (kind == 'i') {
        out->kind = STORE_INT;
        return decode_int(lj_slice_of(ptr, len), &out->num);
    }
    if (kind == 't') {
        bool good = decode_text(ptr, len, &bytes);
        *out = store_text(bytes);
        return good;
    }
    bool good = decode_bytes(ptr, len, &bytes);
    *out = store_bytes(bytes);
    return good;
}

/* ---- rows, tables, the end ---- */

/* A row that the schema refuses was not written by a dump. */
static lj_code refused(const load_run *run, lj_code code, lj_err *err)
{
    if (code == LJ_E_CONFLICT || code == LJ_E_INVALID) {
        return lj_fail(err, LJ_E_FORMAT, run->line_no, "the dump holds a row that does not fit");
    }
    return code;
}

static lj_code load_row(load_run *run, lj_err *err)
{
    if (run->table_count == 0) {
        return fail_format(run, err);
    }
    const store_table *table = &run->schema->tables[run->table_count - 1];
    store_value values[STORE_COLUMNS_MAX];
    size_t from = sizeof(DUMP_ROW) - 1;
    uint8_t count = 0;
    while (from <= run->line.len) {
        uint8_t *at = run->line.ptr + from;
        size_t left = run->line.len - from;
        const uint8_t *stop = left > 0 ? memchr(at, '\t', left) : NULL;
        size_t len = stop != NULL ? (size_t)(stop - at) : left;
        if (count == table->column_count || !decode(table->kinds[count], at, len, &values[count]) ||
            (values[count].kind == STORE_NULL && table->nulls[count] == '-')) {
            return fail_format(run, err); /* a key of NULL: SQLite would number the row itself */
        }
        count++;
        from += len + 1;
    }
    if (count != table->column_count) {
        return fail_format(run, err);
    }
    run->row_count++;
    lj_code code = store_run(run->conn, table->add, values, count, NULL, NULL, err);
    return refused(run, code, err);
}

static lj_code load_table(load_run *run, lj_err *err)
{
    lj_buf_clear(&run->head);
    if (run->table_count < run->schema->table_count) {
        store_dump_table_line(&run->schema->tables[run->table_count], &run->head);
    }
    if (!line_is_head(run)) {
        return lj_fail(err, LJ_E_UNSUPPORTED, run->line_no, "the dump is of another schema");
    }
    run->table_count++;
    return LJ_OK;
}

static lj_code load_end(load_run *run, lj_err *err)
{
    uint8_t digest[LJ_SHA256_LEN];
    char hex[2 * LJ_SHA256_LEN + 1];
    lj_sha256_end(run->sha, digest);
    lj_hex(lj_slice_of(digest, sizeof(digest)), hex);
    lj_buf_clear(&run->head);
    lj_buf_put_cstr(&run->head, DUMP_END);
    lj_buf_put_dec(&run->head, run->row_count);
    lj_buf_put_u8(&run->head, '\t');
    lj_buf_put_cstr(&run->head, hex);
    lj_buf_put_u8(&run->head, '\n');
    if (!line_is_head(run) || run->table_count != run->schema->table_count ||
        run->chunk_at != run->chunk.len) {
        return fail_format(run, err);
    }
    lj_code code = chunk_pull(run, err);
    return code == LJ_OK && !run->is_over ? fail_format(run, err) : code;
}

static lj_code load_heads(load_run *run, lj_err *err)
{
    lj_sha256_begin(run->sha);
    lj_buf_put_cstr(&run->head, DUMP_HEAD);
    lj_code code = line_read(run, err);
    if (code == LJ_OK && !line_is_head(run)) {
        code = lj_fail(err, LJ_E_FORMAT, run->line_no, "not a dump of this version");
    }
    if (code != LJ_OK) {
        return code;
    }
    line_sum(run);
    lj_buf_clear(&run->head);
    store_dump_schema_line(run->schema, &run->head);
    code = line_read(run, err);
    if (code == LJ_OK && !line_is_head(run)) {
        bool is_schema = lj_slice_has_prefix(lj_buf_slice(&run->line), LJ_BYTES("schema\t"));
        code = is_schema ? lj_fail(err, LJ_E_UNSUPPORTED, run->line_no,
                                   "the dump is of another schema number")
                         : fail_format(run, err);
    }
    if (code == LJ_OK) {
        line_sum(run);
    }
    return code;
}

static lj_code load_all(load_run *run, lj_err *err)
{
    lj_code code = LJ_OK;
    while (code == LJ_OK) {
        code = line_read(run, err);
        if (code != LJ_OK) {
            return code;
        }
        lj_slice line = lj_buf_slice(&run->line);
        if (lj_slice_has_prefix(line, LJ_BYTES(DUMP_END))) {
            return load_end(run, err);
        }
        line_sum(run);
        if (lj_slice_has_prefix(line, LJ_BYTES(DUMP_ROW))) {
            code = load_row(run, err);
        } else if (lj_slice_has_prefix(line, LJ_BYTES(DUMP_TABLE))) {
            code = load_table(run, err);
        } else {
            code = fail_format(run, err);
        }
    }
    return code;
}

static lj_code some_row(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)columns;
    (void)count;
    (void)err;
    *(bool *)ctx = true;
    return LJ_OK;
}

static lj_code empty_check(store_conn *conn, const store_schema *schema, lj_err *err)
{
    bool some = false;
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < schema->table_count && code == LJ_OK && !some; i++) {
        code = store_run(conn, schema->tables[i].some, NULL, 0, some_row, &some, err);
    }
    return code == LJ_OK && some
               ? lj_fail(err, LJ_E_CONFLICT, UINT64_MAX, "the database is not empty")
               : code;
}

static lj_code load_transaction(store *db, load_run *run, lj_err *err)
{
    lj_code code = store_write_begin(db, &run->conn, err);
    if (code != LJ_OK) {
        return code;
    }
    code = run->conn->driver->defer_links(run->conn, err);
    if (code == LJ_OK) {
        code = load_heads(run, err);
    }
    if (code == LJ_OK) {
        code = empty_check(run->conn, run->schema, err);
    }
    if (code == LJ_OK) {
        code = load_all(run, err);
    }
    if (code != LJ_OK) {
        store_rollback(run->conn);
        return code;
    }
    return refused(run, store_commit(run->conn, err), err);
}

lj_code store_load_with(store *db, const store_schema *schema, const store_source *source,
                        lj_err *err)
{
    store_schema_state state = {0, 0};
    lj_code code = store_schema_with(db, schema, &state, err);
    if (code == LJ_OK && state.have != state.want) {
        code = lj_fail(err, LJ_E_UNSUPPORTED, UINT64_MAX, "the database must be migrated first");
    }
    if (code != LJ_OK) {
        return code;
    }
    load_run run = {.source = source, .schema = schema, .sha = lj_sha256_new()};
    lj_buf_init(&run.chunk, NULL, DUMP_PART_LEN);
    lj_buf_init(&run.line, NULL, DUMP_LINE_MAX);
    lj_buf_init(&run.head, NULL, LJ_MIB);
    code = run.sha != NULL ? load_transaction(db, &run, err)
                           : lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a digest");
    lj_buf_done(&run.chunk);
    lj_buf_done(&run.line);
    lj_buf_done(&run.head);
    lj_sha256_free(run.sha);
    return code;
}

lj_code store_load(store *db, const store_source *source, lj_err *err)
{
    store_schema schema = store_schema_of_product();
    return store_load_with(db, &schema, source, err);
}
