/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Search of lists: pairs of neighbouring characters of the fields marked LEDGER_SEARCH and of the
 * number, folded to one case. A query of one character looks for it alone, a longer one for up to
 * three of its pairs; what is found is then compared in full, so that nothing false is shown. */
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

static lj_code put_gram(ledger_txn *txn, const ledger_record *record, int64_t gram, lj_err *err)
{
    const store_value args[] = {store_int(txn->book->config.district), store_int(record->type->tag),
                                store_int(gram), ledger_id_value(record->id)};
    return store_run(txn->conn, &q_search_put, args, LJ_COUNT_OF(args), NULL, NULL, err);
}

static lj_code put_text(ledger_txn *txn, const ledger_record *record, lj_slice text, lj_err *err)
{
    uint32_t before = 0;
    lj_code code = LJ_OK;
    for (int i = 0; i < TEXT_MAX && code == LJ_OK; i++) {
        uint32_t c = take(&text);
        if (c == 0) {
            break;
        }
        code = put_gram(txn, record, gram_of(c, 0), err);
        if (code == LJ_OK && before != 0) {
            code = put_gram(txn, record, gram_of(before, c), err);
        }
        before = c;
    }
    return code;
}

static bool is_searched(const ledger_record *record, uint32_t field)
{
    return (record->type->fields[field].flags & LEDGER_SEARCH) != 0 &&
           record->values[field].kind == STORE_TEXT;
}

/* Most changes leave the searched text alone, and then its grams stand. */
static bool is_same_text(const ledger_record *record, const ledger_record *before)
{
    bool is_same = ledger_same_value(&record->number, &before->number);
    for (uint32_t i = 0; i < record->type->field_count && is_same; i++) {
        is_same = (record->type->fields[i].flags & LEDGER_SEARCH) == 0 ||
                  ledger_same_value(&record->values[i], &before->values[i]);
    }
    return is_same;
}

lj_code ledger_search_write(ledger_txn *txn, const ledger_record *record,
                            const ledger_record *before, lj_err *err)
{
    lj_code code = LJ_OK;
    if (before != NULL && is_same_text(record, before)) {
        return LJ_OK;
    }
    if (before != NULL) {
        const store_value args[] = {store_int(txn->book->config.district),
                                    store_int(record->type->tag), ledger_id_value(record->id)};
        code = store_run(txn->conn, &q_search_drop, args, LJ_COUNT_OF(args), NULL, NULL, err);
    }
    for (uint32_t i = 0; i < record->type->field_count && code == LJ_OK; i++) {
        if (is_searched(record, i)) {
            code = put_text(txn, record, record->values[i].bytes, err);
        }
    }
    if (code == LJ_OK && record->number.kind == STORE_TEXT) {
        code = put_text(txn, record, record->number.bytes, err);
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
