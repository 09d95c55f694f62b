/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A unit as a whole: what a successor must take over (the pack of a handover), and why a cell of
 * the matrix is as it is. Both only read lists that the caller may see anyway. */
#include "base/num.h"
#include "ledger/list_terms.h"
#include "server/duty_json.h"
#include "server/server.h"

enum { DUTIES_MAX = 200, SOON_DAYS = 60, CONTACTS_MAX = 50 };

static const ledger_type *type_named(const char *name)
{
    return ledger_type_lookup(name, strlen(name));
}

/* The unit must be one that the caller may read. */
static lj_code open_unit(route_call *call, uint8_t id[16], ledger_record **out, lj_err *err)
{
    if (!server_id(call, "id", id)) {
        return problem_set(call->problem, PROBLEM_NOT_FOUND, err);
    }
    return ledger_read(server_of(call)->book, server_conn(call), server_actor(call),
                       type_named("unit"), id, call->arena, out, NULL, err);
}

static lj_code duties_of(route_call *call, const uint8_t unit[16], ledger_duty **out,
                         uint32_t *out_count, lj_err *err)
{
    const duty_query query = {
        .view = DUTY_OF_UNIT, .unit = unit, .after_on = INT64_MIN, .most = DUTIES_MAX};
    bool has_more = false;
    return ledger_duties(server_of(call)->book, server_conn(call), server_actor(call), &query,
                         call->arena, out, out_count, &has_more, err);
}

/* ---- the pack ---- */
static lj_code put_ledgers(route_call *call, lj_json *json, const uint8_t unit[16], lj_err *err)
{
    lj_code code = LJ_OK;
    lj_json_array_begin(json, "ledgers");
    for (uint32_t i = 0; i < ledger_type_count && code == LJ_OK; i++) {
        const ledger_type *type = ledger_types[i];
        if (type->scope == LEDGER_OF_DISTRICT || type->self == LEDGER_SELF_UNIT) {
            continue;
        }
        const ledger_query query = {
            .type = type, .state = -1, .unit = lj_slice_of(unit, 16), .most = 1};
        int64_t count = 0;
        code = ledger_list_count(server_of(call)->book, server_conn(call), server_actor(call),
                                 &query, &count, err);
        if (code == LJ_OK && count > 0) {
            lj_json_object_begin(json, NULL);
            lj_json_cstr(json, "type", type->name);
            lj_json_cstr(json, "label", ledger_label_of(type, "plural", server_english(call)));
            lj_json_int(json, "count", count);
            lj_json_object_end(json);
        }
    }
    lj_json_array_end(json);
    return code;
}

static const store_value *value_of(const ledger_record *record, const char *field)
{
    int at = ledger_field_find(record->type, field, strlen(field));
    LJ_ASSERT(at >= 0);
    return &record->values[at];
}

static lj_code put_contact(route_call *call, lj_json *json, const ledger_record *assignment,
                           lj_err *err)
{
    server *app = server_of(call);
    ledger_record *person = NULL;
    ledger_record *post = NULL;
    lj_code code =
        ledger_read(app->book, server_conn(call), server_actor(call), type_named("person"),
                    value_of(assignment, "person")->bytes.ptr, call->arena, &person, NULL, err);
    code = code == LJ_OK
               ? ledger_read(app->book, server_conn(call), server_actor(call), type_named("post"),
                             value_of(assignment, "post")->bytes.ptr, call->arena, &post, NULL, err)
               : code;
    if (code == LJ_E_NOT_FOUND) {
        return LJ_OK; /* not for this caller's eyes */
    }
    if (code != LJ_OK) {
        return code;
    }
    lj_slice code_text = value_of(post, "role")->bytes;
    const ledger_role *role =
        ledger_role_lookup((const char *)code_text.ptr, (uint32_t)code_text.len);
    lj_json_object_begin(json, NULL);
    lj_json_text(json, "title", ledger_title_of(person));
    lj_json_cstr(json, "role_label",
                 role == NULL           ? ""
                 : server_english(call) ? role->en
                                        : role->zh);
    lj_json_text(json, "phone", value_of(person, "phone")->bytes);
    lj_json_object_end(json);
    return LJ_OK;
}

static lj_code put_contacts(route_call *call, lj_json *json, const uint8_t unit[16], lj_err *err)
{
    const ledger_type *type = type_named("assignment");
    ledger_query query = {
        .type = type, .state = -1, .unit = lj_slice_of(unit, 16), .most = CONTACTS_MAX};
    for (uint32_t i = 0; i < type->list_count; i++) {
        query.list = strcmp(type->lists[i].name, "current") == 0 ? i : query.list;
    }
    ledger_page page;
    lj_code code = ledger_list_page(server_of(call)->book, server_conn(call), server_actor(call),
                                    &query, call->arena, &page, err);
    lj_json_array_begin(json, "contacts");
    for (uint32_t i = 0; i < page.count && code == LJ_OK; i++) {
        code = put_contact(call, json, page.records[i], err);
    }
    lj_json_array_end(json);
    return code;
}

static lj_code pack_post(route_call *call, lj_err *err)
{
    uint8_t id[16];
    ledger_record *unit = NULL;
    ledger_duty *duties = NULL;
    uint32_t count = 0;
    lj_code code = open_unit(call, id, &unit, err);
    code = code == LJ_OK ? duties_of(call, id, &duties, &count, err) : code;
    if (code != LJ_OK) {
        return code;
    }
    lj_buf buf;
    lj_json json;
    server_json_begin(call, &buf, &json);
    lj_json_object_begin(&json, NULL);
    lj_json_text(&json, "unit", ledger_title_of(unit));
    lj_json_array_begin(&json, "duties");
    for (uint32_t i = 0; i < count; i++) {
        duty_json_put(call, &json, &duties[i]);
    }
    lj_json_array_end(&json);
    lj_json_array_begin(&json, "findings");
    lj_json_array_end(&json);
    lj_json_array_begin(&json, "due_soon");
    for (uint32_t i = 0; i < count; i++) {
        if (duties[i].due_on <= server_actor(call)->now.today + SOON_DAYS) {
            duty_json_put(call, &json, &duties[i]);
        }
    }
    lj_json_array_end(&json);
    code = put_ledgers(call, &json, id, err);
    code = code == LJ_OK ? put_contacts(call, &json, id, err) : code;
    lj_json_object_end(&json);
    return code == LJ_OK ? server_json_end(call, 200, &buf, err) : code;
}

/* ---- why ---- */
static void put_reason(route_call *call, lj_json *json, const ledger_duty *duty)
{
    store_value record = store_bytes(lj_slice_of(duty->record, 16));
    lj_json_object_begin(json, NULL);
    lj_json_cstr(json, "text",
                 ledger_label_in(duty->type, "verb", duty->rule->verb, server_english(call)));
    server_put_ref(call, server_conn(call), json, "record", duty->type, &record);
    server_put_day(json, "due_on", duty->due_on);
    lj_json_object_end(json);
}

static lj_code why_get(route_call *call, lj_err *err)
{
    uint8_t id[16];
    ledger_record *unit = NULL;
    ledger_duty *duties = NULL;
    uint32_t count = 0;
    lj_str column = http_query(call->request, "column");
    const ledger_type *type =
        column.ptr != NULL ? ledger_type_lookup(column.ptr, column.len) : NULL;
    if (type == NULL) {
        return problem_set(call->problem, PROBLEM_BAD_REQUEST, err);
    }
    lj_code code = open_unit(call, id, &unit, err);
    code = code == LJ_OK ? duties_of(call, id, &duties, &count, err) : code;
    if (code != LJ_OK) {
        return code;
    }
    lj_buf buf;
    lj_json json;
    server_json_begin(call, &buf, &json);
    lj_json_object_begin(&json, NULL);
    lj_json_array_begin(&json, "items");
    for (uint32_t i = 0; i < count; i++) {
        if (duties[i].type == type) {
            put_reason(call, &json, &duties[i]);
        }
    }
    lj_json_array_end(&json);
    lj_json_object_end(&json);
    return server_json_end(call, 200, &buf, err);
}

static const route_row rows[] = {
    {.method = "POST",
     .pattern = "/api/v1/units/{id}/handover_pack",
     .permission = PERM_BUSINESS,
     .body = ROUTE_BODY_JSON,
     .body_max = 1024,
     .handler = pack_post,
     .name = "unit_handover_pack",
     .en = "What a successor takes over at a unit",
     .zh = "单位交接清单"},
    {.method = "GET",
     .pattern = "/api/v1/units/{id}/matrix",
     .permission = PERM_BUSINESS,
     .handler = why_get,
     .name = "unit_matrix_why",
     .en = "Why a cell of the matrix is as it is",
     .zh = "一览表中某格的原因"   },
};
const route_table unit_routes = {rows, LJ_COUNT_OF(rows)};
