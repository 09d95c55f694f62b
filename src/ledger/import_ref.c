/* SPDX-License-Identifier: AGPL-3.0-or-later
 * References as people write them in a sheet: "U-0007", "U-0007 区教育局", "区教育局", or an id
 * where the type has no numbers. What a text meant is remembered for the pass; that it meant
 * nothing is not, because a row further up may make it. */
#include "base/hash.h"
#include "ledger/import_priv.h"

enum { NUMBER_MAX = 32, TITLE_MAX = 2000, PAGES_MAX = 50 };

lj_slice ledger_import_trim(lj_slice text)
{
    while (text.len > 0 && text.ptr[0] == ' ') {
        text = lj_slice_part(text, 1, text.len);
    }
    while (text.len > 0 && text.ptr[text.len - 1] == ' ') {
        text.len--;
    }
    return text;
}

/* ---- numbers and ids ---- */
/* "u-0007" as "U-0007"; false when it has not the form of the type's numbers. */
static bool read_number(const ledger_type *type, lj_slice text, char out[NUMBER_MAX],
                        size_t *out_len)
{
    size_t prefix_len = type->number != NULL ? strlen(type->number) : 0;
    if (prefix_len == 0 || text.len <= prefix_len + 1 || text.len > NUMBER_MAX ||
        !lj_slice_is_nocase(lj_slice_part(text, 0, prefix_len), lj_cstr_bytes(type->number)) ||
        text.ptr[prefix_len] != '-') {
        return false;
    }
    memcpy(out, type->number, prefix_len);
    out[prefix_len] = '-';
    for (size_t i = prefix_len + 1; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return false;
        }
        out[i] = (char)text.ptr[i];
    }
    *out_len = text.len;
    return true;
}

lj_code ledger_import_keyed(ledger_import *pass, const ledger_type *type, lj_slice text,
                            bool *out_is_key, store_value *out, lj_err *err)
{
    char number[NUMBER_MAX];
    size_t len = 0;
    ledger_txn *txn = pass->txn;
    *out = store_null();
    *out_is_key = true;
    uint8_t *id = lj_arena_alloc(txn->arena, 16);
    if (id == NULL) {
        return ledger_nomem(err);
    }
    if (ledger_id_read(text, id)) {
        *out = ledger_id_value(id);
        return LJ_OK;
    }
    *out_is_key = read_number(type, text, number, &len);
    if (!*out_is_key) {
        return LJ_OK;
    }
    const store_value args[] = {store_int(txn->book->config.district),
                                store_text(lj_slice_of(number, len))};
    const store_value *columns = NULL;
    lj_code code = store_one(txn->conn, ledger_sql[ledger_type_idx(type)].numbered, args,
                             LJ_COUNT_OF(args), txn->arena, &columns, err);
    if (code == LJ_OK && columns != NULL) {
        *out = columns[0];
    }
    return code;
}

/* ---- titles ---- */
typedef struct title_scan {
    lj_slice title;
    uint32_t count;
    uint8_t id[16];
} title_scan;

static void take_page(title_scan *scan, const ledger_page *page)
{
    for (uint32_t i = 0; i < page->count && scan->count < 2; i++) {
        if (lj_slice_is(ledger_title_of(page->records[i]), scan->title)) {
            memcpy(scan->id, page->records[i]->id, 16);
            scan->count++;
        }
    }
}

/* Records of that title among those that the actor sees; unit: of that unit only, or null. */
static lj_code scan_titles(ledger_import *pass, const ledger_type *type, const store_value *unit,
                           title_scan *scan, lj_err *err)
{
    ledger_txn *txn = pass->txn;
    ledger_query query = {.type = type, .state = -1, .search = scan->title, .most = 200};
    if (unit != NULL) {
        query.unit = unit->bytes;
    }
    ledger_page page = {.has_more = true};
    scan->count = 0;
    for (int i = 0; i < PAGES_MAX && page.has_more && scan->count < 2; i++) {
        lj_code code =
            ledger_list_page(txn->book, txn->conn, txn->actor, &query, txn->arena, &page, err);
        if (code != LJ_OK) {
            return code;
        }
        take_page(scan, &page);
        uint8_t *after = lj_arena_alloc(txn->arena, 16);
        if (after == NULL) {
            return ledger_nomem(err);
        }
        memcpy(after, page.next_id, 16);
        query.after_key = page.next_key;
        query.after_id = lj_slice_of(after, 16);
    }
    return LJ_OK;
}

static bool is_searched_title(const ledger_type *type)
{
    int at = type->title != NULL ? ledger_field_find(type, type->title, strlen(type->title)) : -1;
    return at >= 0 && (type->fields[at].flags & LEDGER_SEARCH) != 0;
}

static lj_code by_title(ledger_import *pass, const ledger_type *type, lj_slice text,
                        const store_value *unit, store_value *out, const char **out_why,
                        lj_err *err)
{
    title_scan scan = {.title = text};
    lj_code code = LJ_OK;
    if (is_searched_title(type) && text.len <= TITLE_MAX) {
        code = scan_titles(pass, type, NULL, &scan, err);
    }
    if (code == LJ_OK && scan.count > 1 && unit->kind == STORE_BYTES &&
        type->scope != LEDGER_OF_DISTRICT) {
        code = scan_titles(pass, type, unit, &scan, err);
        scan.count = scan.count == 0 ? 2 : scan.count; /* of other units, and of several */
    }
    if (code != LJ_OK) {
        return code;
    }
    *out_why = scan.count == 0 ? "unknown_record" : scan.count > 1 ? "ambiguous" : NULL;
    if (scan.count == 1) {
        uint8_t *id = lj_arena_alloc(pass->txn->arena, 16);
        if (id == NULL) {
            return ledger_nomem(err);
        }
        memcpy(id, scan.id, 16);
        *out = ledger_id_value(id);
    }
    return LJ_OK;
}

/* ---- what was found before ---- */
static void name_key(const ledger_import *pass, const ledger_type *type, lj_slice text,
                     const store_value *unit, uint8_t out[LJ_SIP_LEN])
{
    uint8_t room[1024];
    lj_buf all = {.ptr = room, .cap = sizeof room, .max_len = sizeof room};
    lj_buf_put_u32le(&all, ledger_type_idx(type));
    lj_buf_put(&all, unit->kind == STORE_BYTES ? unit->bytes : LJ_BYTES("no unit, 16 byte"));
    lj_buf_put(&all, text);
    lj_sip128(pass->hash_key, lj_slice_of(room, all.len), out);
}

/* The slot of the key, or the free one where it belongs. */
static ledger_import_named *slot_of(const ledger_import *pass, const uint8_t key[LJ_SIP_LEN])
{
    uint32_t at = (uint32_t)key[0] | (uint32_t)key[1] << 8;
    while (pass->named[at].is_used && memcmp(pass->named[at].key, key, LJ_SIP_LEN) != 0) {
        at = (at + 1) % LEDGER_IMPORT_SLOTS;
    }
    return &pass->named[at];
}

static void remember(ledger_import *pass, const uint8_t key[LJ_SIP_LEN], const store_value *id)
{
    ledger_import_named *slot = slot_of(pass, key);
    if (!slot->is_used && pass->named_count < LEDGER_IMPORT_SLOTS / 2) {
        memcpy(slot->key, key, LJ_SIP_LEN);
        memcpy(slot->id, id->bytes.ptr, 16);
        slot->is_used = true;
        pass->named_count++;
    }
}

/* ---- the whole ---- */
/* A title behind a number must be the record's: somebody may have changed one of the two. */
static lj_code check_name(ledger_import *pass, const ledger_type *type, const store_value *id,
                          lj_slice name, const char **out_why, lj_err *err)
{
    lj_slice title = {0};
    lj_code code = ledger_title_lookup(pass->txn->book, pass->txn->conn, type, id->bytes.ptr,
                                       pass->txn->arena, &title, err);
    if (code == LJ_OK && !lj_slice_is(title, name)) {
        *out_why = title.len == 0 ? "unknown_record" : "other_name";
    }
    return code;
}

static lj_code find(ledger_import *pass, const ledger_type *type, lj_slice text,
                    const store_value *unit, store_value *out, const char **out_why, lj_err *err)
{
    size_t end = lj_slice_find(text, LJ_BYTES(" "));
    lj_slice head = lj_slice_part(text, 0, end);
    lj_slice name =
        end == SIZE_MAX ? (lj_slice){0} : ledger_import_trim(lj_slice_part(text, end, text.len));
    bool is_key = false;
    lj_code code = ledger_import_keyed(pass, type, head, &is_key, out, err);
    if (code != LJ_OK) {
        return code;
    }
    if (!is_key) {
        return by_title(pass, type, text, unit, out, out_why, err);
    }
    *out_why = out->kind == STORE_NULL ? "unknown_record" : NULL;
    return *out_why == NULL && name.len > 0 ? check_name(pass, type, out, name, out_why, err)
                                            : LJ_OK;
}

lj_code ledger_import_ref(ledger_import *pass, const ledger_field *field, lj_slice text,
                          const store_value *unit, store_value *out, const char **out_why,
                          lj_err *err)
{
    const ledger_type *type = ledger_type_lookup(field->of, strlen(field->of));
    *out = store_null();
    *out_why = NULL;
    text = ledger_import_trim(text);
    if (text.len == 0) {
        return LJ_OK;
    }
    if (type == NULL) { /* "*": any type, by its id */
        *out_why = ledger_value_read(pass->txn->book, field, text, pass->txn->arena, out);
        return LJ_OK;
    }
    uint8_t key[LJ_SIP_LEN];
    name_key(pass, type, text, unit, key);
    const ledger_import_named *known = slot_of(pass, key);
    if (known->is_used && text.len <= 900) {
        *out = ledger_id_value(known->id);
        return LJ_OK;
    }
    lj_code code = find(pass, type, text, unit, out, out_why, err);
    if (code == LJ_OK && *out_why == NULL && out->kind == STORE_BYTES && text.len <= 900) {
        remember(pass, key, out);
    }
    return code;
}
