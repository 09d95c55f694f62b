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
extern const struct lj_embedded limits_data_files[];

typedef struct limit_row {
    lj_slice key, value; /* value "*": any */
    int64_t amount, from_on;
} limit_row;

enum { VERSION_LEN = 16 };
struct limits {
    const limit_row *rows;
    uint32_t count;
    char version[VERSION_LEN + 1];
};

enum { KEY, VALUE, AMOUNT, FROM, CELLS };

static lj_code read_row(const ledger_columns_reader *reader, limit_row *rows, uint32_t count,
                        lj_err *err)
{
    const lj_slice *cells = reader->cells;
    limit_row row = {.key = cells[KEY], .value = cells[VALUE]};
    bool any = lj_slice_is(cells[VALUE], LJ_BYTES("*"));
    if (!ledger_columns_is_name(cells[KEY]) || (!any && !ledger_columns_is_name(cells[VALUE])) ||
        !ledger_columns_amount(cells[AMOUNT], &row.amount) ||
        !ledger_columns_day(cells[FROM], &row.from_on)) {
        return lj_fail(err, LJ_E_FORMAT, reader->row_off, "a key, an amount or a day is not valid");
    }
    for (uint32_t i = 0; i < count; i++) {
        if (lj_slice_is(rows[i].key, row.key) && lj_slice_is(rows[i].value, row.value) &&
            rows[i].from_on == row.from_on) {
            return lj_fail(err, LJ_E_FORMAT, reader->row_off, "a limit stands twice for one day");
        }
    }
    rows[count] = row;
    return LJ_OK;
}

lj_code limits_read(lj_slice text, lj_arena *arena, const limits **out, lj_err *err)
{
    size_t lines = 1;
    for (size_t i = 0; i < text.len; i++) {
        lines += text.ptr[i] == '\n' ? 1 : 0;
    }
    limit_row *rows = lj_arena_array(arena, lines, sizeof(*rows));
    limits *all = lj_arena_alloc(arena, sizeof(*all));
    if (rows == NULL || all == NULL || lines > UINT32_MAX) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no room for limits");
    }
    ledger_columns_reader reader;
    ledger_columns_init(&reader, text, CELLS);
    all->rows = rows;
    for (;;) {
        bool more = false;
        lj_code code = ledger_columns_next(&reader, &more, err);
        if (code == LJ_OK && more) {
            code = read_row(&reader, rows, all->count, err);
        }
        if (code != LJ_OK) {
            return code;
        }
        if (!more) {
            break;
        }
        all->count++;
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
    lj_hex(lj_slice_of(digest, VERSION_LEN / 2), all->version);
    *out = all;
    return LJ_OK;
}

lj_code limits_load(lj_arena *arena, const limits **out, lj_err *err)
{
    const struct lj_embedded *file = &limits_data_files[0];
    lj_code code = limits_read(lj_slice_of(file->bytes, file->len), arena, out, err);
    return code == LJ_E_FORMAT
               ? lj_fail(err, LJ_E_INTERNAL, UINT64_MAX, "the built-in limits are faulty")
               : code;
}

/* The newest row that holds on the day; none holds yet: the oldest. */
static const limit_row *find_row(const limits *all, lj_slice key, lj_slice value, int64_t on_day)
{
    const limit_row *found = NULL;
    for (uint32_t i = 0; i < all->count; i++) {
        const limit_row *row = &all->rows[i];
        if (!lj_slice_is(row->key, key) || !lj_slice_is(row->value, value)) {
            continue;
        }
        bool is_better = found == NULL;
        if (found != NULL) {
            is_better = found->from_on > on_day
                            ? row->from_on < found->from_on
                            : row->from_on <= on_day && row->from_on > found->from_on;
        }
        found = is_better ? row : found;
    }
    return found;
}

bool limits_has(const limits *all, const char *key)
{
    return find_row(all, lj_cstr_bytes(key), LJ_BYTES("*"), 0) != NULL;
}

int64_t limits_amount(const limits *all, const char *key, lj_slice value, int64_t on_day)
{
    const limit_row *row = find_row(all, lj_cstr_bytes(key), value, on_day);
    if (row == NULL) {
        row = find_row(all, lj_cstr_bytes(key), LJ_BYTES("*"), on_day);
    }
    return row != NULL ? row->amount : 0;
}

const char *limits_version(const limits *all)
{
    return all->version;
}
