/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Search of lists: pairs of neighbouring characters of the fields marked LEDGER_SEARCH and of the
 * number, folded to one case. A query of one character looks for it alone, a longer one for up to
 * three of its pairs; what is found is then compared in full, so that nothing false is shown. */
#include <stdlib.h>

#include "ledger/ledger_priv.h"

#include "base/json.h"

enum { TEXT_MAX = 512 /* characters of a field that are indexed */ };

/* The code point at the head, folded; 0 at the end or for what is no text. */
static uint32_t take(lj_slice *text)
{
    size_t step = text->len > 0 ? lj_utf8_step(*text) : 0;
    if (step == 0) {
        return 0;
    }
    const uint8_t *at = text->ptr;
    uint32_t c = at[0];
    if (step > 1) {
        c &= 0xFFu >> (step + 1);
        for (size_t i = 1; i < step; i++) {
            c = c << 6 | (at[i] & 0x3Fu);
        }
    }
    *text = lj_slice_part(*text, step, text->len);
    if (c >= 0xFF01 && c <= 0xFF5E) {
        c -= 0xFEE0; /* full-width forms of ASCII */
    }
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static int64_t gram_of(uint32_t first, uint32_t second)
{
    return (int64_t)first << 21 | second;
}

/* The grams of a record, each once, in ascending order. */
typedef struct gram_list {
    int64_t *grams;
    uint32_t count, cap;
} gram_list;

static void add_gram(gram_list *to, int64_t gram)
{
    if (to->count < to->cap) {
        to->grams[to->count++] = gram;
    }
}

static void add_text(gram_list *to, lj_slice text)
{
    uint32_t before = 0;
    for (int i = 0; i < TEXT_MAX; i++) {
        uint32_t c = take(&text);
        if (c == 0) {
            break;
        }
        add_gram(to, gram_of(c, 0));
        if (before != 0) {
            add_gram(to, gram_of(before, c));
        }
        before = c;
    }
}

static bool is_searched(const ledger_record *record, uint32_t field)
{
    return (record->type->fields[field].flags & LEDGER_SEARCH) != 0 &&
           record->values[field].kind == STORE_TEXT;
}

static int by_gram(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* record NULL: none. */
static bool list_grams(const ledger_record *record, lj_arena *arena, gram_list *out)
{
    *out = (gram_list){0};
    if (record == NULL) {
        return true;
    }
    size_t most = record->number.kind == STORE_TEXT ? record->number.bytes.len : 0;
    for (uint32_t i = 0; i < record->type->field_count; i++) {
        most += is_searched(record, i) ? record->values[i].bytes.len : 0;
    }
    out->cap = (uint32_t)(2 * most);
    out->grams = lj_arena_array(arena, 2 * most + 1, sizeof *out->grams);
    if (out->grams == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < record->type->field_count; i++) {
        if (is_searched(record, i)) {
            add_text(out, record->values[i].bytes);
        }
    }
    if (record->number.kind == STORE_TEXT) {
        add_text(out, record->number.bytes);
    }
    qsort(out->grams, out->count, sizeof *out->grams, by_gram);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < out->count; i++) {
        if (kept == 0 || out->grams[kept - 1] != out->grams[i]) {
            out->grams[kept++] = out->grams[i];
        }
    }
    out->count = kept;
    return true;
}

static lj_code run_gram(ledger_txn *txn, const store_query *query, const ledger_record *record,
                        int64_t gram, lj_err *err)
{
    const store_value args[] = {store_int(txn->book->config.district), store_int(record->type->tag),
                                store_int(gram), ledger_id_value(record->id)};
    return store_run(txn->conn, query, args, LJ_COUNT_OF(args), NULL, NULL, err);
}

/* Only what differs is written: a move seldom touches a name. */
lj_code ledger_search_write(ledger_txn *txn, const ledger_record *record,
                            const ledger_record *before, lj_err *err)
{
    gram_list new;
    gram_list old;
    if (!list_grams(record, txn->arena, &new) || !list_grams(before, txn->arena, &old)) {
        return ledger_nomem(err);
    }
    lj_code code = LJ_OK;
    uint32_t i = 0;
    uint32_t j = 0;
    while ((i < new.count || j < old.count) && code == LJ_OK) {
        if (j == old.count || (i < new.count &&new.grams[i] < old.grams[j])) {
            code = run_gram(txn, &q_search_put, record, new.grams[i++], err);
        } else if (i == new.count || old.grams[j] < new.grams[i]) {
            code = run_gram(txn, &q_search_drop, record, old.grams[j++], err);
        } else {
            i++;
            j++;
        }
    }
    return code;
}

uint32_t ledger_search_grams(lj_slice text, int64_t grams[3])
{
    uint32_t points[64];
    uint32_t count = 0;
    while (count < LJ_COUNT_OF(points) && (points[count] = take(&text)) != 0) {
        count++;
    }
    if (count == 0) {
        return 0;
    }
    if (count == 1) {
        grams[0] = grams[1] = grams[2] = gram_of(points[0], 0);
        return 3;
    }
    uint32_t last = count - 2;
    const uint32_t at[3] = {0, last / 2, last};
    for (int i = 0; i < 3; i++) {
        grams[i] = gram_of(points[at[i]], points[at[i] + 1]);
    }
    return 3;
}

static bool has_text(lj_slice in, lj_slice wanted)
{
    while (in.len > 0) {
        lj_slice a = in;
        lj_slice b = wanted;
        uint32_t c = 0;
        do {
            c = take(&b);
        } while (c != 0 && c == take(&a));
        if (c == 0) {
            return true;
        }
        if (take(&in) == 0) {
            break;
        }
    }
    return false;
}

bool ledger_search_hits(const ledger_record *record, lj_slice text)
{
    if (record->number.kind == STORE_TEXT && has_text(record->number.bytes, text)) {
        return true;
    }
    for (uint32_t i = 0; i < record->type->field_count; i++) {
        if (is_searched(record, i) && has_text(record->values[i].bytes, text)) {
            return true;
        }
    }
    return false;
}
