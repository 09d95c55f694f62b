/* SPDX-License-Identifier: AGPL-3.0-or-later
 * From the kernel to JSON: records, references, refusals. Shapes: docs/api.md. */
#include "base/hash.h"
#include "base/num.h"
#include "ledger/list_terms.h"
#include "server/server.h"

/* ---- buffers ---- */
void server_json_begin(route_call *call, lj_buf *buf, lj_json *out)
{
    lj_buf_init(buf, call->arena, SERVER_JSON_MAX);
    *out = lj_json_of(buf);
}

lj_code server_json_end(route_call *call, uint32_t status, const lj_buf *buf, lj_err *err)
{
    if (!lj_buf_ok(buf)) {
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "the answer is too large");
    }
    route_json(call, status, lj_buf_slice(buf));
    return LJ_OK;
}

bool server_id(const route_call *call, const char *name, uint8_t out[16])
{
    return ledger_id_read(lj_str_bytes(route_param_of(call, name)), out);
}

bool server_read_num(lj_str text, int64_t *out)
{
    bool is_negative = text.len > 0 && text.ptr[0] == '-';
    int64_t num = 0;
    for (size_t i = is_negative ? 1 : 0; i < text.len; i++) {
        int digit = text.ptr[i] >= '0' && text.ptr[i] <= '9' ? text.ptr[i] - '0' : -1;
        if (digit < 0 || __builtin_mul_overflow(num, (int64_t)10, &num) ||
            __builtin_add_overflow(num, (int64_t)digit, &num)) {
            return false;
        }
    }
    *out = is_negative ? -num : num;
    return text.len > (is_negative ? 1u : 0u);
}

/* ---- small values ---- */
static void put_printed(lj_json *json, const char *key, ledger_kind kind, int64_t num)
{
    const ledger_field field = {.kind = kind};
    const store_value value = store_int(num);
    uint8_t room[64];
    lj_buf text = {.ptr = room, .cap = sizeof room, .max_len = sizeof room};
    ledger_value_print(&field, &value, &text);
    lj_json_text(json, key, lj_slice_of(room, text.len));
}

void server_put_day(lj_json *json, const char *key, int64_t day)
{
    put_printed(json, key, LEDGER_DATE, day);
}

void server_put_instant(lj_json *json, const char *key, int64_t at)
{
    put_printed(json, key, LEDGER_INSTANT, at);
}

void server_put_id(lj_json *json, const char *key, const uint8_t id[16])
{
    char text[37];
    ledger_id_print(id, text);
    lj_json_cstr(json, key, text);
}

/* Rows of a list name the same few units, notices and people again and again. Ids are unique over
 * all types, so that a slot needs no type. */
enum { TITLE_SLOTS = 256 };
typedef struct server_titles {
    struct title_slot {
        bool is_known;
        uint8_t id[16];
        lj_slice title;
    } slots[TITLE_SLOTS];
} server_titles;

/* The title of a record, or, type NULL, the name of an account; empty when it cannot be had. */
static lj_slice title_of(route_call *call, store_conn *conn, const ledger_type *type,
                         const uint8_t id[16])
{
    server_session *session = call->session;
    if (session != NULL && session->titles == NULL) {
        session->titles = lj_arena_alloc(call->arena, sizeof *session->titles);
    }
    struct title_slot *slot = session != NULL && session->titles != NULL
                                  ? &session->titles->slots[(id[14] ^ id[15]) % TITLE_SLOTS]
                                  : NULL;
    if (slot != NULL && slot->is_known && memcmp(slot->id, id, 16) == 0) {
        return slot->title;
    }
    ledger *book = server_of(call)->book;
    lj_slice title = {0};
    lj_code code = type != NULL
                       ? ledger_title_lookup(book, conn, type, id, call->arena, &title, NULL)
                       : ledger_account_title(book, conn, id, call->arena, &title, NULL);
    title = code == LJ_OK ? title : (lj_slice){0};
    if (slot != NULL) {
        *slot = (struct title_slot){.is_known = code == LJ_OK, .title = title};
        memcpy(slot->id, id, 16);
    }
    return title;
}

void server_put_ref(route_call *call, store_conn *conn, lj_json *json, const char *key,
                    const ledger_type *type, const store_value *id)
{
    if (id->kind != STORE_BYTES || id->bytes.len != 16) {
        lj_json_null(json, key);
        return;
    }
    lj_slice title = type != NULL ? title_of(call, conn, type, id->bytes.ptr) : (lj_slice){0};
    lj_json_object_begin(json, key);
    server_put_id(json, "id", id->bytes.ptr);
    if (type != NULL) {
        lj_json_cstr(json, "type", type->name);
    }
    lj_json_text(json, "title", title);
    lj_json_object_end(json);
}

void server_put_account(route_call *call, store_conn *conn, lj_json *json, const char *key,
                        const store_value *id)
{
    if (id->kind != STORE_BYTES || id->bytes.len != 16) {
        lj_json_null(json, key);
        return;
    }
    lj_slice title = title_of(call, conn, NULL, id->bytes.ptr);
    lj_json_object_begin(json, key);
    server_put_id(json, "id", id->bytes.ptr);
    lj_json_text(json, "title", title);
    lj_json_object_end(json);
}

static const ledger_type *type_named(const char *name)
{
    return name != NULL ? ledger_type_lookup(name, strlen(name)) : NULL;
}

void server_put_value(route_call *call, store_conn *conn, lj_json *json, const char *key,
                      const ledger_field *field, const store_value *value)
{
    if (value->kind == STORE_NULL) {
        lj_json_null(json, key);
        return;
    }
    switch (field->kind) {
    case LEDGER_INT:
    case LEDGER_PT100:
        lj_json_int(json, key, value->num);
        return;
    case LEDGER_BOOL:
        lj_json_bool(json, key, value->num != 0);
        return;
    case LEDGER_REF:
        server_put_ref(call, conn, json, key, type_named(field->of), value);
        return;
    case LEDGER_TEXT:
    case LEDGER_CODE:
        lj_json_text(json, key, value->bytes);
        return;
    case LEDGER_DATE:
    case LEDGER_INSTANT:
        put_printed(json, key, field->kind, value->num);
        return;
    case LEDGER_KEYED_HASH:
    case LEDGER_FILE_HASH:
        break;
    }
    uint8_t room[80];
    lj_buf text = {.ptr = room, .cap = sizeof room, .max_len = sizeof room};
    ledger_value_print(field, value, &text);
    lj_json_text(json, key, lj_slice_of(room, text.len));
}

/* ---- records ---- */
/* A reference to records of any type: its neighbour "record_type" says which. */
static const ledger_type *type_beside(const ledger_record *record, const ledger_field *field)
{
    if (field->kind != LEDGER_REF || strcmp(field->of, "*") != 0) {
        return NULL;
    }
    int at = ledger_field_find(record->type, "record_type", 11);
    if (at < 0 || record->values[at].kind != STORE_TEXT) {
        return NULL;
    }
    lj_slice name = record->values[at].bytes;
    return ledger_type_lookup((const char *)name.ptr, name.len);
}

static bool may_write(const ledger_record *record, const ledger_field *field,
                      const ledger_rights *rights)
{
    return (field->flags & (LEDGER_KERNEL | LEDGER_FIXED)) == 0 && !record->is_void &&
           (rights->write_groups & 1u << field->group) != 0;
}

/* Moves from this state that the caller's posts may make; guards and signatures speak when tried.
 */
static void put_can(lj_json *json, const ledger_record *record, const ledger_rights *rights)
{
    const ledger_type *type = record->type;
    lj_json_object_begin(json, "can");
    lj_json_array_begin(json, "write");
    for (uint32_t i = 0; i < type->field_count; i++) {
        if (may_write(record, &type->fields[i], rights)) {
            lj_json_cstr(json, NULL, type->fields[i].name);
        }
    }
    lj_json_array_end(json);
    lj_json_array_begin(json, "moves");
    for (uint32_t i = 0; i < type->move_count && !record->is_void; i++) {
        const ledger_move *move = &type->moves[i];
        if ((move->from & 1u << record->state) != 0 && (move->from & LEDGER_NEW) == 0 &&
            (move->flags & LEDGER_INNER) == 0 && (move->posts & rights->posts) != 0) {
            lj_json_cstr(json, NULL, move->event);
        }
    }
    if (!record->is_void && (type->void_posts & rights->posts) != 0) {
        lj_json_cstr(json, NULL, "void");
    }
    lj_json_array_end(json);
    lj_json_object_end(json);
}

static void put_head(route_call *call, store_conn *conn, lj_json *json, const ledger_record *record)
{
    static const char *const sources[LEDGER_SOURCE_COUNT] = {"live", "paper", "opening", "import",
                                                             "package"};
    const ledger_type *type = record->type;
    server_put_id(json, "id", record->id);
    lj_json_cstr(json, "type", type->name);
    lj_json_int(json, "version", record->version);
    lj_json_cstr(json, "state",
                 record->state < ledger_state_count(type) ? type->states[record->state] : "");
    if (record->number.kind == STORE_TEXT) {
        lj_json_text(json, "number", record->number.bytes);
    } else {
        lj_json_null(json, "number");
    }
    lj_slice title = {0};
    if (ledger_name_of(server_of(call)->book, conn, record, call->arena, &title, NULL) != LJ_OK) {
        title = ledger_title_of(record);
    }
    lj_json_text(json, "title", title);
    lj_json_bool(json, "void", record->is_void);
    server_put_ref(call, conn, json, "unit", type_named("unit"), &record->unit);
    server_put_ref(call, conn, json, "department", type_named("department"), &record->department);
    server_put_ref(call, conn, json, "person", type_named("person"), &record->person);
    server_put_ref(call, conn, json, "parent", type_named(type->parent), &record->parent);
    server_put_day(json, "happened_on", record->happened_on);
    server_put_instant(json, "created_at", record->created_at);
    server_put_instant(json, "changed_at", record->changed_at);
    lj_json_cstr(json, "source",
                 record->source < LEDGER_SOURCE_COUNT ? sources[record->source] : "");
    server_put_account(call, conn, json, "entered_by", &record->entered_by);
    server_put_ref(call, conn, json, "for_post", type_named("post"), &record->for_post);
}

void server_put_record(route_call *call, store_conn *conn, lj_json *json, const char *key,
                       const ledger_record *record, const ledger_rights *rights, bool with_can)
{
    const ledger_type *type = record->type;
    lj_json_object_begin(json, key);
    put_head(call, conn, json, record);
    lj_json_object_begin(json, "fields");
    for (uint32_t i = 0; i < type->field_count; i++) {
        const ledger_field *field = &type->fields[i];
        if ((rights->read_groups & 1u << field->group) != 0) {
            const ledger_type *of = type_beside(record, field);
            if (of != NULL) {
                server_put_ref(call, conn, json, field->name, of, &record->values[i]);
            } else {
                server_put_value(call, conn, json, field->name, field, &record->values[i]);
            }
        }
    }
    lj_json_object_end(json);
    if (with_can) {
        put_can(json, record, rights);
    }
    lj_json_object_end(json);
}

/* ---- refusals ---- */
static void add_problem(route_call *call, const ledger_type *type, const ledger_problem *found)
{
    bool is_field = ledger_field_find(type, found->field, strlen(found->field)) >= 0;
    lj_buf pointer;
    lj_buf_init(&pointer, call->arena, 128);
    lj_buf_put_cstr(&pointer, is_field ? "/fields/" : "/");
    lj_buf_put_cstr(&pointer, found->field);
    lj_str bound = {0};
    problem_text text =
        server_problem_text(call->arena, found->code, found->min, found->max, &bound);
    problem_error_add(call->problem, lj_buf_str(&pointer), found->code, text, bound, (lj_str){0});
}

static void add_missing(route_call *call, const ledger_type *type, const ledger_outcome *outcome)
{
    lj_buf buf;
    lj_json json;
    server_json_begin(call, &buf, &json);
    lj_json_array_begin(&json, NULL);
    for (uint32_t i = 0; i < outcome->missing_count; i++) {
        const ledger_missing *missing = &outcome->missing[i];
        lj_json_object_begin(&json, NULL);
        lj_json_cstr(&json, "role", missing->role);
        lj_json_cstr(&json, "label",
                     ledger_label_in(type, "role", missing->role, server_english(call)));
        lj_json_uint(&json, "min", missing->count);
        lj_json_array_begin(&json, "posts");
        for (uint32_t j = 0; j < ledger_role_count; j++) {
            if ((ledger_roles[j].bit & missing->posts) != 0) {
                lj_json_cstr(&json, NULL, ledger_roles[j].code);
            }
        }
        lj_json_array_end(&json);
        lj_json_object_end(&json);
    }
    lj_json_array_end(&json);
    problem_member(call->problem, "missing", lj_buf_slice(&buf));
}

static void add_current(route_call *call, const ledger_outcome *outcome)
{
    ledger_rights rights;
    lj_code code = ledger_rights_of(server_of(call)->book, server_conn(call), server_actor(call),
                                    outcome->record, &rights, NULL);
    lj_buf buf;
    lj_json json;
    server_json_begin(call, &buf, &json);
    if (code == LJ_OK) {
        server_put_record(call, server_conn(call), &json, NULL, outcome->record, &rights, true);
        problem_member(call->problem, "current", lj_buf_slice(&buf));
        call->problem->version = (uint64_t)outcome->record->version;
    }
}

lj_code server_refused(route_call *call, const ledger_type *type, const ledger_outcome *outcome,
                       lj_code code, lj_err *err)
{
    if (outcome->is_stale && outcome->record != NULL) {
        add_current(call, outcome);
        return problem_set(call->problem, PROBLEM_STALE, err);
    }
    if (outcome->is_lacking_signatures) {
        add_missing(call, type, outcome);
        return problem_set(call->problem, PROBLEM_SIGNATURES, err);
    }
    if (outcome->refused != NULL && strcmp(outcome->refused, "right") == 0) {
        return problem_set(call->problem, PROBLEM_FORBIDDEN, err);
    }
    if (outcome->refused != NULL) {
        problem_detail(call->problem, server_refusal_text(type, outcome->refused), (lj_str){0},
                       (lj_str){0});
        lj_buf buf;
        lj_json json;
        server_json_begin(call, &buf, &json);
        lj_json_cstr(&json, NULL, outcome->refused);
        problem_member(call->problem, "refused", lj_buf_slice(&buf));
        if (outcome->waiver != NULL) {
            lj_buf waiver;
            server_json_begin(call, &waiver, &json);
            lj_json_cstr(&json, NULL, outcome->waiver);
            problem_member(call->problem, "waiver", lj_buf_slice(&waiver));
        }
        return problem_set(call->problem, PROBLEM_REFUSED, err);
    }
    for (uint32_t i = 0; i < outcome->problem_count; i++) {
        add_problem(call, type, &outcome->problems[i]);
    }
    return code;
}
