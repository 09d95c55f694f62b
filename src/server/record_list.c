/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Cursor: kind of the key (i, t, b), the key in hexadecimal (numbers: decimal), ".", the id. It
 * only says behind which row the next page begins; who may see what is asked anew with every page.
 */
#include "server/record_list.h"

#include "base/hash.h"
#include "base/num.h"
#include "ledger/list_terms.h"

enum { PAGE_DEFAULT = 50, PAGE_MAX = 200, CURSOR_MAX = 1200, SEARCH_MAX = 100 };

/* ---- cursor ---- */
static int digit_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_hex(lj_str text, lj_arena *arena, lj_slice *out)
{
    uint8_t *bytes = lj_arena_alloc(arena, text.len / 2 + 1);
    if (bytes == NULL || text.len % 2 != 0) {
        return false;
    }
    for (size_t i = 0; i < text.len; i += 2) {
        int high = digit_of(text.ptr[i]);
        int low = digit_of(text.ptr[i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        bytes[i / 2] = (uint8_t)(high << 4 | low);
    }
    *out = lj_slice_of(bytes, text.len / 2);
    return true;
}

static bool read_cursor(lj_str text, lj_arena *arena, ledger_query *out)
{
    const char *dot = text.len > 1 ? memchr(text.ptr, '.', text.len) : NULL;
    if (dot == NULL || text.len > CURSOR_MAX) {
        return false;
    }
    lj_str key = {text.ptr + 1, (size_t)(dot - text.ptr) - 1};
    lj_str id = {dot + 1, text.len - key.len - 2};
    lj_slice bytes = {0};
    int64_t num = 0;
    switch (text.ptr[0]) {
    case 'i':
        if (!server_read_num(key, &num)) {
            return false;
        }
        out->after_key = store_int(num);
        break;
    case 't':
    case 'b':
        if (!read_hex(key, arena, &bytes)) {
            return false;
        }
        out->after_key = text.ptr[0] == 't' ? store_text(bytes) : store_bytes(bytes);
        break;
    default:
        return false;
    }
    return read_hex(id, arena, &out->after_id) && out->after_id.len == 16;
}

static void put_hex(lj_buf *dst, lj_slice bytes)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < bytes.len; i++) {
        lj_buf_put_u8(dst, (uint8_t)digits[bytes.ptr[i] >> 4]);
        lj_buf_put_u8(dst, (uint8_t)digits[bytes.ptr[i] & 15]);
    }
}

static void put_cursor(route_call *call, lj_json *json, const ledger_page *page)
{
    if (!page->has_more) {
        lj_json_null(json, "next");
        return;
    }
    lj_buf text;
    lj_buf_init(&text, call->arena, CURSOR_MAX);
    const store_value *key = &page->next_key;
    if (key->kind == STORE_INT) {
        lj_buf_put_cstr(&text, key->num < 0 ? "i-" : "i");
        lj_buf_put_dec(&text, key->num < 0 ? (uint64_t)0 - (uint64_t)key->num : (uint64_t)key->num);
    } else {
        lj_buf_put_u8(&text, key->kind == STORE_TEXT ? 't' : 'b');
        put_hex(&text, key->bytes);
    }
    lj_buf_put_u8(&text, '.');
    put_hex(&text, lj_slice_of(page->next_id, 16));
    lj_json_text(json, "next", lj_buf_slice(&text));
}

/* ---- query string ---- */
static void fault(route_call *call, lj_str name, const char *code, problem_text text)
{
    const char *member = lj_arena_cstr(call->arena, lj_str_bytes(name));
    json_in_fault(call->problem, NULL, member, code, text);
}

static const problem_text not_offered = {"not offered by this list", "此列表不支持该参数或取值"};

static bool is_filter(const ledger_type *type, const ledger_list_terms *terms, lj_str name,
                      uint32_t *out_at)
{
    for (uint32_t i = 0; i < terms->filter_count; i++) {
        if (lj_str_is(lj_cstr_str(type->fields[terms->filters[i]].name), name)) {
            *out_at = i;
            return true;
        }
    }
    return false;
}

static void read_own(route_call *call, const ledger_list_terms *terms, const http_pair *pair,
                     ledger_query *out)
{
    const ledger_type *type = out->type;
    uint32_t at = 0;
    uint8_t *id = lj_arena_alloc(call->arena, 16);
    bool is_unit = lj_str_is(pair->name, LJ_STR("unit"));
    if ((!is_unit || type->scope == LEDGER_OF_DISTRICT) &&
        is_filter(type, terms, pair->name, &at)) {
        const ledger_field *field = &type->fields[terms->filters[at]];
        const char *why = ledger_value_read(server_of(call)->book, field, lj_str_bytes(pair->value),
                                            call->arena, &out->filters[at]);
        if (why != NULL) {
            fault(call, pair->name, why, not_offered);
        }
    } else if (is_unit && id != NULL) {
        if (pair->value.len > 0 && !ledger_id_read(lj_str_bytes(pair->value), id)) {
            fault(call, pair->name, "not_an_id", not_offered);
        } else if (pair->value.len > 0) {
            out->unit = lj_slice_of(id, 16);
        }
    } else {
        fault(call, pair->name, "unknown", not_offered);
    }
}

static void read_limit(route_call *call, const http_pair *pair, ledger_query *out)
{
    static const problem_text range = {"from 1 to 200", "应为 1 到 200"};
    int64_t num = 0;
    if (!server_read_num(pair->value, &num) || num < 1 || num > PAGE_MAX) {
        fault(call, pair->name, "too_large", range);
        return;
    }
    out->most = (uint32_t)num;
}

static void read_pair(route_call *call, const ledger_list_terms *terms, const http_pair *pair,
                      ledger_query *out)
{
    static const problem_text too_long = {"at most 100 bytes", "最多 100 字节"};
    if (lj_str_is(pair->name, LJ_STR("list")) || lj_str_is(pair->name, LJ_STR("total")) ||
        lj_str_is(pair->name, LJ_STR("format")) || lj_str_is(pair->name, LJ_STR("language"))) {
        return;
    }
    if (lj_str_is(pair->name, LJ_STR("limit"))) {
        read_limit(call, pair, out);
    } else if (lj_str_is(pair->name, LJ_STR("q"))) {
        if (pair->value.len > SEARCH_MAX) {
            fault(call, pair->name, "too_long", too_long);
        }
        out->search = lj_str_bytes(pair->value);
    } else if (lj_str_is(pair->name, LJ_STR("after"))) {
        if (pair->value.len > 0 && !read_cursor(pair->value, call->arena, out)) {
            fault(call, pair->name, "unknown", not_offered);
        }
    } else if (lj_str_is(pair->name, LJ_STR("state"))) {
        out->state = ledger_state_find(out->type, pair->value.ptr, pair->value.len);
        if (pair->value.len > 0 && (out->state < 0 || !terms->state_filter)) {
            fault(call, pair->name, "unknown_code", not_offered);
        }
    } else {
        read_own(call, terms, pair, out);
    }
}

static bool find_list(route_call *call, const ledger_type *type, uint32_t *out)
{
    lj_str name = http_query(call->request, "list");
    *out = 0;
    for (uint32_t i = 0; i < type->list_count; i++) {
        if (name.ptr == NULL || lj_str_is(lj_cstr_str(type->lists[i].name), name)) {
            *out = i;
            return true;
        }
    }
    return false;
}

/* The key must be of the kind that the list is ordered by. */
static bool key_fits(const ledger_query *query, const ledger_list_terms *terms)
{
    if (query->after_id.len == 0) {
        return true;
    }
    const char *in = terms->order_column >= 0
                         ? ledger_columns[terms->order_column].in
                         : ledger_kind_in(query->type->fields[terms->order_field].kind);
    store_kind kind = query->after_key.kind;
    return (kind == STORE_INT && in[0] == 'i') || (kind == STORE_TEXT && in[0] == 't') ||
           (kind == STORE_BYTES && in[0] == 'b');
}

lj_code record_list_query(route_call *call, const ledger_type *type, ledger_query *out, lj_err *err)
{
    *out = (ledger_query){.type = type, .state = -1, .most = PAGE_DEFAULT};
    ledger_list_terms terms = {0};
    const char *why = NULL;
    if (!find_list(call, type, &out->list) ||
        !ledger_list_read(type, &type->lists[out->list], &terms, &why)) {
        fault(call, LJ_STR("list"), "unknown_code", not_offered);
        return lj_fail(err, LJ_E_INVALID, UINT64_MAX, "no such list");
    }
    for (size_t i = 0; i < call->request->query_count; i++) {
        read_pair(call, &terms, &call->request->query[i], out);
    }
    if (!key_fits(out, &terms)) {
        fault(call, LJ_STR("after"), "unknown", not_offered);
    }
    if (call->problem->error_count > 0) {
        return lj_fail(err, LJ_E_INVALID, UINT64_MAX, "the query is not valid");
    }
    return LJ_OK;
}

/* ---- the page ---- */
lj_code record_list_get(route_call *call, lj_err *err)
{
    ledger_query query;
    lj_code code = record_list_query(call, call->row->data, &query, err);
    if (code != LJ_OK) {
        return code;
    }
    server *app = server_of(call);
    store_conn *conn = server_conn(call);
    ledger_page page;
    code = ledger_list_page(app->book, conn, server_actor(call), &query, call->arena, &page, err);
    int64_t total = -1;
    lj_str wants_total = http_query(call->request, "total");
    if (code == LJ_OK && lj_str_is(wants_total, LJ_STR("1"))) {
        code = ledger_list_count(app->book, conn, server_actor(call), &query, &total, err);
    }
    if (code != LJ_OK) {
        return code;
    }
    lj_buf buf;
    lj_json json;
    server_json_begin(call, &buf, &json);
    lj_json_object_begin(&json, NULL);
    lj_json_array_begin(&json, "items");
    for (uint32_t i = 0; i < page.count; i++) {
        server_put_record(call, conn, &json, NULL, page.records[i], &page.rights[i], false);
    }
    lj_json_array_end(&json);
    put_cursor(call, &json, &page);
    if (total >= 0) {
        lj_json_int(&json, "total", total);
    }
    lj_json_object_end(&json);
    return server_json_end(call, 200, &buf, err);
}
