/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Duties, and the bureau's five questions: who is late, what recurs, what is serious, what changed
 * since last year, what this week. */
#include "base/num.h"
#include "ledger/duty.h"
#include "ledger/overview.h"
#include "server/duty_json.h"
#include "server/server.h"

enum { PAGE_DEFAULT = 50, PAGE_MAX = 200 };

static const ledger_type *type_named(const char *name)
{
    return ledger_type_lookup(name, strlen(name));
}

void duty_json_put(route_call *call, lj_json *json, const ledger_duty *duty)
{
    store_conn *conn = server_conn(call);
    bool english = server_english(call);
    int64_t today = server_actor(call)->now.today;
    store_value record = store_bytes(lj_slice_of(duty->record, 16));
    store_value post = store_bytes(lj_slice_of(duty->post, 16));
    lj_json_object_begin(json, NULL);
    server_put_id(json, "id", duty->id);
    server_put_ref(call, conn, json, "record", duty->type, &record);
    lj_json_cstr(json, "verb", duty->rule->event != NULL ? duty->rule->event : "edit");
    lj_json_cstr(json, "verb_label",
                 ledger_label_in(duty->type, "verb", duty->rule->verb, english));
    server_put_day(json, "due_on", duty->due_on);
    server_put_day(json, "started_on", duty->started_on);
    lj_json_int(json, "days_left", duty->due_on - today);
    lj_json_bool(json, "overdue", duty->due_on < today);
    lj_json_uint(json, "minutes", duty->minutes);
    server_put_ref(call, conn, json, "post", type_named("post"), &post);
    server_put_ref(call, conn, json, "unit", type_named("unit"), &duty->unit);
    server_put_ref(call, conn, json, "answerer", type_named("person"), &duty->answerer.person);
    lj_json_bool(json, "stand_in", duty->answerer.is_stand_in);
    lj_json_bool(json, "fallen", duty->answerer.hops > 0 || duty->answerer.is_former);
    lj_json_object_end(json);
}

/* after: the day number, ".", the id. */
static bool read_after(lj_str text, duty_query *out)
{
    const char *dot = text.len > 1 ? memchr(text.ptr, '.', text.len) : NULL;
    if (dot == NULL) {
        return false;
    }
    lj_str day = {text.ptr, (size_t)(dot - text.ptr)};
    lj_slice id = lj_slice_of(dot + 1, text.len - day.len - 1);
    return server_read_num(day, &out->after_on) && ledger_id_read(id, out->after_id);
}

static void put_next(route_call *call, lj_json *json, const ledger_duty *last)
{
    lj_buf text;
    lj_buf_init(&text, call->arena, 80);
    if (last->due_on < 0) {
        lj_buf_put_u8(&text, '-');
    }
    lj_buf_put_dec(&text, (uint64_t)(last->due_on < 0 ? -last->due_on : last->due_on));
    lj_buf_put_u8(&text, '.');
    char id[37];
    ledger_id_print(last->id, id);
    lj_buf_put_cstr(&text, id);
    lj_json_text(json, "next", lj_buf_slice(&text));
}

static lj_code duties_query(route_call *call, duty_query *out, uint8_t unit[16], lj_err *err)
{
    *out = (duty_query){.view = DUTY_OF_ACTOR, .after_on = INT64_MIN, .most = PAGE_DEFAULT};
    for (size_t i = 0; i < call->request->query_count; i++) {
        const http_pair *pair = &call->request->query[i];
        int64_t num = 0;
        bool is_good = true;
        if (lj_str_is(pair->name, LJ_STR("post"))) {
            is_good = ledger_id_read(lj_str_bytes(pair->value), out->post_room);
            out->post = out->post_room;
        } else if (lj_str_is(pair->name, LJ_STR("all"))) {
            bool is_all = lj_str_is(pair->value, LJ_STR("1")) && out->unit == NULL;
            out->view = is_all ? DUTY_OF_DISTRICT : out->view;
        } else if (lj_str_is(pair->name, LJ_STR("unit"))) {
            is_good = ledger_id_read(lj_str_bytes(pair->value), unit);
            out->view = DUTY_OF_UNIT;
            out->unit = unit;
        } else if (lj_str_is(pair->name, LJ_STR("after"))) {
            is_good = read_after(pair->value, out);
        } else if (lj_str_is(pair->name, LJ_STR("limit"))) {
            is_good = server_read_num(pair->value, &num) && num >= 1 && num <= PAGE_MAX;
            out->most = is_good ? (uint32_t)num : out->most;
        } else {
            is_good = false;
        }
        if (!is_good) {
            static const problem_text bad = {"not a value of this parameter", "该参数取值无效"};
            const char *member = lj_arena_cstr(call->arena, lj_str_bytes(pair->name));
            json_in_fault(call->problem, NULL, member, "unknown", bad);
        }
    }
    return call->problem->error_count == 0
               ? LJ_OK
               : lj_fail(err, LJ_E_INVALID, UINT64_MAX, "the query is not valid");
}

static lj_code duties_get(route_call *call, lj_err *err)
{
    duty_query query;
    uint8_t unit[16];
    lj_code code = duties_query(call, &query, unit, err);
    ledger_duty *duties = NULL;
    uint32_t count = 0;
    bool has_more = false;
    if (code == LJ_OK) {
        code = ledger_duties(server_of(call)->book, server_conn(call), server_actor(call), &query,
                             call->arena, &duties, &count, &has_more, err);
    }
    int64_t done = 0;
    if (code == LJ_OK) {
        code = ledger_duties_done(server_of(call)->book, server_conn(call), server_actor(call),
                                  &done, err);
    }
    if (code != LJ_OK) {
        return code;
    }
    lj_buf buf;
    lj_json json;
    server_json_begin(call, &buf, &json);
    lj_json_object_begin(&json, NULL);
    lj_json_array_begin(&json, "items");
    for (uint32_t i = 0; i < count; i++) {
        duty_json_put(call, &json, &duties[i]);
    }
    lj_json_array_end(&json);
    if (has_more && count > 0) {
        put_next(call, &json, &duties[count - 1]);
    } else {
        lj_json_null(&json, "next");
    }
    lj_json_int(&json, "done", done);
    lj_json_object_end(&json);
    return server_json_end(call, 200, &buf, err);
}

/* ---- the bureau's home ---- */
static void put_part(route_call *call, lj_json *json, const char *key, const ledger_duty *duties,
                     uint32_t count, int64_t total, int64_t units)
{
    lj_json_object_begin(json, key);
    lj_json_int(json, "count", total);
    if (units >= 0) {
        lj_json_int(json, "units", units);
    }
    lj_json_array_begin(json, "items");
    for (uint32_t i = 0; i < count; i++) {
        duty_json_put(call, json, &duties[i]);
    }
    lj_json_array_end(json);
    lj_json_object_end(json);
}

static void put_change(lj_json *json, const ledger_compared *row, bool english)
{
    lj_json_object_begin(json, NULL);
    lj_json_cstr(json, "key", row->key);
    lj_json_cstr(json, "label", english ? row->en : row->zh);
    lj_json_int(json, "now", row->now);
    lj_json_int(json, "before", row->before);
    lj_json_object_end(json);
}

static lj_code overview_get(route_call *call, lj_err *err)
{
    ledger_overview *all = lj_arena_alloc(call->arena, sizeof *all);
    if (all == NULL) {
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "no room for the overview");
    }
    lj_code code = ledger_overview_of(server_of(call)->book, server_conn(call), server_actor(call),
                                      call->arena, all, err);
    if (code != LJ_OK) {
        return code;
    }
    lj_buf buf;
    lj_json json;
    server_json_begin(call, &buf, &json);
    lj_json_object_begin(&json, NULL);
    put_part(call, &json, "late", all->late, all->late_count, all->late_total, all->late_units);
    put_part(call, &json, "recurs", NULL, 0, 0, -1);
    put_part(call, &json, "serious", NULL, 0, 0, -1);
    lj_json_object_begin(&json, "changed");
    lj_json_array_begin(&json, "items");
    for (uint32_t i = 0; i < LEDGER_COMPARED_COUNT; i++) {
        put_change(&json, &all->changed[i], server_english(call));
    }
    lj_json_array_end(&json);
    lj_json_object_end(&json);
    put_part(call, &json, "week", all->week, all->week_count, all->week_total, -1);
    lj_json_object_end(&json);
    return server_json_end(call, 200, &buf, err);
}

/* ---- units x record types ---- */
static const char *cell_level(const ledger_cell *cell)
{
    return cell->overdue > 0 ? "bad" : cell->open > 0 ? "warn" : cell->count > 0 ? "good" : "none";
}

static const char *cell_letter(const ledger_cell *cell)
{
    return cell->overdue > 0 ? "L" : cell->open > 0 ? "O" : cell->count > 0 ? "C" : "-";
}

static lj_code matrix_get(route_call *call, lj_err *err)
{
    ledger_matrix matrix;
    lj_code code = ledger_matrix_of(server_of(call)->book, server_conn(call), server_actor(call),
                                    call->arena, &matrix, err);
    if (code != LJ_OK) {
        return code;
    }
    lj_buf buf;
    lj_json json;
    server_json_begin(call, &buf, &json);
    lj_json_object_begin(&json, NULL);
    lj_json_array_begin(&json, "columns");
    for (uint32_t i = 0; i < LEDGER_MATRIX_COLUMNS; i++) {
        const ledger_type *type = ledger_type_tagged(ledger_matrix_types[i]);
        lj_json_object_begin(&json, NULL);
        lj_json_cstr(&json, "key", type->name);
        lj_json_cstr(&json, "label", ledger_label_of(type, "plural", server_english(call)));
        lj_json_object_end(&json);
    }
    lj_json_array_end(&json);
    lj_json_array_begin(&json, "rows");
    for (uint32_t i = 0; i < matrix.count; i++) {
        const ledger_matrix_row *row = &matrix.rows[i];
        lj_json_object_begin(&json, NULL);
        lj_json_object_begin(&json, "unit");
        server_put_id(&json, "id", row->unit);
        lj_json_cstr(&json, "type", "unit");
        lj_json_text(&json, "title", row->name);
        lj_json_object_end(&json);
        lj_json_array_begin(&json, "cells");
        for (uint32_t j = 0; j < LEDGER_MATRIX_COLUMNS; j++) {
            const ledger_cell *cell = &row->cells[j];
            lj_json_object_begin(&json, NULL);
            lj_json_cstr(&json, "letter", cell_letter(cell));
            lj_json_cstr(&json, "level", cell_level(cell));
            lj_json_int(&json, "count", cell->count);
            lj_json_int(&json, "open", cell->open);
            lj_json_int(&json, "overdue", cell->overdue);
            lj_json_object_end(&json);
        }
        lj_json_array_end(&json);
        lj_json_object_end(&json);
    }
    lj_json_array_end(&json);
    lj_json_object_end(&json);
    return server_json_end(call, 200, &buf, err);
}

static const route_row rows[] = {
    {.method = "GET",
     .pattern = "/api/v1/duties",
     .permission = PERM_BUSINESS,
     .handler = duties_get,
     .name = "duty_list",
     .en = "Duties by date",
     .zh = "待办事项，按日期"},
    {.method = "GET",
     .pattern = "/api/v1/overview",
     .permission = PERM_BUREAU,
     .handler = overview_get,
     .name = "overview_read",
     .en = "The bureau's five questions",
     .zh = "保密局首页五问"   },
    {.method = "GET",
     .pattern = "/api/v1/units/matrix",
     .permission = PERM_BUREAU,
     .handler = matrix_get,
     .name = "unit_matrix",
     .en = "Units by record types",
     .zh = "单位与台账一览"   },
};
const route_table duty_routes = {rows, LJ_COUNT_OF(rows)};
