/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Limits: rows of data/limits.txt, read once, found by walking. There are some dozens. */
#include "ledger/limits.h"

#include "base/hash.h"
#include "ledger/columns.h"

/* Made by tools/embed.c out of data/limits.txt. */
struct lj_embedded {
    const char *name, *stem;
    const uint8_t *bytes;
    size_t len;
};
extern const struct lj_embedded ledger_limits_data_files[];

typedef struct limit_row {
    lj_str key, value; /* value "*": any */
    int64_t amount, from_on;
} limit_row;

enum { VERSION_LEN = 16 };
struct ledger_limits {
    const limit_row *rows;
    uint32_t count;
    char version[VERSION_LEN + 1];
};

enum { KEY, VALUE, AMOUNT, FROM, CELLS };

static lj_str str_of(lj_slice cell)
{
    return (lj_str){(const char *)cell.ptr, cell.len};
}

static lj_code read_row(const ledger_columns_reader *reader, limit_row *rows, uint32_t count,
                        lj_err *err)
{
    const lj_slice *cells = reader->cells;
    limit_row row = {.key = str_of(cells[KEY]), .value = str_of(cells[VALUE])};
    bool any = lj_slice_is(cells[VALUE], LJ_BYTES("*"));
    if (!ledger_columns_is_name(cells[KEY]) || (!any && !ledger_columns_is_name(cells[VALUE])) ||
        !ledger_columns_amount(cells[AMOUNT], &row.amount) ||
        !ledger_columns_day(cells[FROM], &row.from_on)) {
        return lj_fail(err, LJ_E_FORMAT, reader->row_off, "a key, an amount or a day is not valid");
    }
    for (uint32_t i = 0; i < count; i++) {
        if (lj_str_is(rows[i].key, row.key) && lj_str_is(rows[i].value, row.value) &&
            rows[i].from_on == row.from_on) {
            return lj_fail(err, LJ_E_FORMAT, reader->row_off, "a limit stands twice for one day");
        }
    }
    rows[count] = row;
    return LJ_OK;
}

lj_code ledger_limits_read(lj_slice text, lj_arena *arena, const ledger_limits **out, lj_err *err)
{
    size_t lines = 1;
    for (size_t i = 0; i < text.len; i++) {
        lines += text.ptr[i] == '\n' ? 1 : 0;
    }
    limit_row *rows = lj_arena_array(arena, lines, sizeof(*rows));
    ledger_limits *limits = lj_arena_alloc(arena, sizeof(*limits));
    if (rows == NULL || limits == NULL || lines > UINT32_MAX) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no room for limits");
    }
    ledger_columns_reader reader;
    ledger_columns_init(&reader, text, CELLS);
    limits->rows = rows;
    for (;;) {
        bool more = false;
        lj_code code = ledger_columns_next(&reader, &more, err);
        if (code == LJ_OK && more) {
            code = read_row(&reader, rows, limits->count, err);
        }
        if (code != LJ_OK) {
            return code;
        }
        if (!more) {
            break;
        }
        limits->count++;
    }
    lj_sha256 *sha = lj_sha256_new();
    if (sha == NULL) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no room for a hash");
    }
    uint8_t digest[LJ_SHA256_LEN];
    lj_sha256_begin(sha);
    lj_sha256_add(sha, text);
    lj_sha256_end(sha, digest);
    lj_sha256_free(sha);
    lj_hex(lj_slice_of(digest, VERSION_LEN / 2), limits->version);
    *out = limits;
    return LJ_OK;
}

lj_code ledger_limits_load(lj_arena *arena, const ledger_limits **out, lj_err *err)
{
    const struct lj_embedded *file = &ledger_limits_data_files[0];
    lj_code code = ledger_limits_read(lj_slice_of(file->bytes, file->len), arena, out, err);
    return code == LJ_E_FORMAT
               ? lj_fail(err, LJ_E_INTERNAL, UINT64_MAX, "the built-in limits are faulty")
               : code;
}

bool ledger_limits_has(const ledger_limits *limits, lj_str key)
{
    for (uint32_t i = 0; i < limits->count; i++) {
        if (lj_str_is(limits->rows[i].key, key)) {
            return true;
        }
    }
    return false;
}

static const limit_row *find_row(const ledger_limits *limits, lj_str key, lj_str value,
                                 int64_t on_day)
{
    const limit_row *found = NULL;
    for (uint32_t i = 0; i < limits->count; i++) {
        const limit_row *row = &limits->rows[i];
        if (lj_str_is(row->key, key) && lj_str_is(row->value, value) && row->from_on <= on_day &&
            (found == NULL || row->from_on > found->from_on)) {
            found = row;
        }
    }
    return found;
}

bool ledger_limits_amount(const ledger_limits *limits, lj_str key, lj_str value, int64_t on_day,
                          int64_t *out_amount)
{
    const limit_row *row = find_row(limits, key, value, on_day);
    if (row == NULL) {
        row = find_row(limits, key, LJ_STR("*"), on_day);
    }
    if (row == NULL) {
        return false;
    }
    *out_amount = row->amount;
    return true;
}

const char *ledger_limits_version(const ledger_limits *limits)
{
    return limits->version;
}
