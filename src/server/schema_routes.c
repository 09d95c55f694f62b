/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the record tables say of themselves: the schema that the pages draw from, and the schemas of
 * the OpenAPI document. Nothing of a type is written anywhere else. */
#include "base/num.h"
#include "ledger/list_terms.h"
#include "server/openapi.h"
#include "server/server.h"

typedef struct flag_row {
    uint32_t bit;
    const char *name;
} flag_row;
static const flag_row field_flags[] = {
    {LEDGER_UNIQUE,     "unique"    },
    {LEDGER_PERSONAL,   "personal"  },
    {LEDGER_CLASSIFIED, "classified"},
    {LEDGER_SEARCH,     "search"    },
    {LEDGER_LOCAL,      "local"     },
    {LEDGER_FIXED,      "fixed"     },
    {LEDGER_KERNEL,     "kernel"    },
    {LEDGER_LONG,       "long"      },
};
static const char *const kind_names[LEDGER_KIND_COUNT] = {
    "text", "int", "pt100", "bool", "code", "date", "instant", "ref", "keyed_hash", "file_hash"};
static const char *const scope_names[] = {"district", "unit", "department", "person", "grant"};

static void put_field(lj_json *json, const ledger_type *type, const ledger_field *field,
                      bool english)
{
    lj_json_object_begin(json, NULL);
    lj_json_cstr(json, "name", field->name);
    lj_json_cstr(json, "label", ledger_label_in(type, type->name, field->name, english));
    const char *help = ledger_label_in(type, "help", field->name, english);
    if (help != field->name) {
        lj_json_cstr(json, "help", help);
    }
    lj_json_cstr(json, "kind", kind_names[field->kind]);
    if (field->of != NULL) {
        lj_json_cstr(json, "of", field->of);
    }
    if (field->min != 0 || field->max != 0) {
        lj_json_int(json, "min", field->min);
        lj_json_int(json, "max", field->max);
    }
    lj_json_cstr(json, "required", field->required != NULL ? field->required : "never");
    lj_json_uint(json, "group", field->group);
    lj_json_array_begin(json, "flags");
    for (size_t i = 0; i < LJ_COUNT_OF(field_flags); i++) {
        if ((field->flags & field_flags[i].bit) != 0) {
            lj_json_cstr(json, NULL, field_flags[i].name);
        }
    }
    lj_json_array_end(json);
    lj_json_object_end(json);
}

static void put_posts(lj_json *json, uint32_t posts)
{
    lj_json_array_begin(json, "posts");
    for (uint32_t i = 0; i < ledger_role_count; i++) {
        if ((ledger_roles[i].bit & posts) != 0) {
            lj_json_cstr(json, NULL, ledger_roles[i].code);
        }
    }
    lj_json_array_end(json);
}

static void put_signatures(lj_json *json, const ledger_type *type, const char *set, bool english)
{
    lj_json_array_begin(json, "signatures");
    for (uint32_t i = 0; set != NULL && i < type->sign_count; i++) {
        const ledger_sign *row = &type->signs[i];
        if (strcmp(row->set, set) != 0) {
            continue;
        }
        lj_json_object_begin(json, NULL);
        lj_json_cstr(json, "role", row->role);
        lj_json_cstr(json, "label", ledger_label_in(type, "role", row->role, english));
        lj_json_uint(json, "min", row->min);
        put_posts(json, row->posts);
        if (row->signer != NULL) {
            lj_json_cstr(json, "signer", row->signer);
        }
        lj_json_array_begin(json, "modes");
        static const flag_row modes[] = {
            {LEDGER_BY_SESSION, "session"},
            {LEDGER_BY_PAPER,   "paper"  },
            {LEDGER_BY_PACKAGE, "package"}
        };
        for (size_t j = 0; j < LJ_COUNT_OF(modes); j++) {
            if ((row->modes & modes[j].bit) != 0) {
                lj_json_cstr(json, NULL, modes[j].name);
            }
        }
        lj_json_array_end(json);
        lj_json_object_end(json);
    }
    lj_json_array_end(json);
}

/* The move whose refusal this one lifts. */
static const char *waived_by(const ledger_type *type, const ledger_move *move)
{
    for (uint32_t i = 0; i < type->move_count; i++) {
        if (type->moves[i].waiver != NULL && strcmp(type->moves[i].waiver, move->event) == 0) {
            return type->moves[i].event;
        }
    }
    return NULL;
}

static void put_move(lj_json *json, const ledger_type *type, const ledger_move *move, bool english)
{
    lj_json_object_begin(json, NULL);
    lj_json_cstr(json, "event", move->event);
    lj_json_cstr(json, "label", ledger_label_in(type, "event", move->event, english));
    lj_json_array_begin(json, "from");
    for (uint32_t i = 0; i < ledger_state_count(type); i++) {
        if ((move->from & LEDGER_NEW) == 0 && (move->from & 1u << i) != 0) {
            lj_json_cstr(json, NULL, type->states[i]);
        }
    }
    lj_json_array_end(json);
    lj_json_cstr(json, "to", type->states[move->to]);
    lj_json_bool(json, "reason", (move->flags & LEDGER_REASON) != 0);
    put_posts(json, move->posts);
    const char *waives = waived_by(type, move);
    if (waives != NULL) {
        lj_json_cstr(json, "waives", waives);
    } else {
        lj_json_null(json, "waives");
    }
    put_signatures(json, type, move->sign_set, english);
    lj_json_array_begin(json, "needs");
    for (uint32_t i = 0; i < type->field_count; i++) {
        const ledger_field *field = &type->fields[i];
        bool is_named = field->required != NULL && strcmp(field->required, move->event) == 0;
        if ((field->flags & LEDGER_KERNEL) == 0 &&
            (is_named || (move->needs_groups & 1u << field->group) != 0)) {
            lj_json_cstr(json, NULL, field->name);
        }
    }
    lj_json_array_end(json);
    lj_json_object_end(json);
}

/* Blank-separated words as an array. */
static void put_words(lj_json *json, const char *key, const char *words)
{
    lj_json_array_begin(json, key);
    while (*words != '\0') {
        size_t len = strcspn(words, " ");
        if (len > 0) {
            lj_json_text(json, NULL, lj_slice_of(words, len));
        }
        words += len + (words[len] == ' ' ? 1 : 0);
    }
    lj_json_array_end(json);
}

static void put_list(lj_json *json, const ledger_type *type, const ledger_list *list, bool english)
{
    ledger_list_terms terms = {0};
    const char *why = NULL;
    bool is_read = ledger_list_read(type, list, &terms, &why);
    LJ_ASSERT(is_read);
    lj_json_object_begin(json, NULL);
    lj_json_cstr(json, "name", list->name);
    lj_json_cstr(json, "label", ledger_label_in(type, "list", list->name, english));
    put_words(json, "columns", list->columns);
    lj_json_array_begin(json, "filters");
    if (terms.state_filter) {
        lj_json_cstr(json, NULL, "state");
    }
    for (uint32_t i = 0; i < terms.filter_count; i++) {
        lj_json_cstr(json, NULL, type->fields[terms.filters[i]].name);
    }
    int unit = ledger_field_find(type, "unit", 4);
    bool is_named = false;
    for (uint32_t i = 0; i < terms.filter_count; i++) {
        is_named = is_named || terms.filters[i] == unit;
    }
    if (type->scope != LEDGER_OF_DISTRICT && !is_named) {
        lj_json_cstr(json, NULL, "unit");
    }
    lj_json_array_end(json);
    lj_json_cstr(json, "order", list->order);
    lj_json_object_end(json);
}

static void put_groups(lj_json *json, const ledger_type *type, bool english)
{
    uint32_t groups = 0;
    for (uint32_t i = 0; i < type->field_count; i++) {
        groups |= 1u << type->fields[i].group;
    }
    lj_json_array_begin(json, "groups");
    for (uint32_t i = 0; i < 32; i++) {
        if ((groups & 1u << i) == 0) {
            continue;
        }
        char no[3] = {(char)(i < 10 ? '0' + i : '0' + i / 10), (char)(i < 10 ? 0 : '0' + i % 10),
                      0};
        lj_json_object_begin(json, NULL);
        lj_json_uint(json, "n", i);
        lj_json_cstr(json, "label", ledger_label_in(type, "group", no, english));
        lj_json_object_end(json);
    }
    lj_json_array_end(json);
}

/* The posts of the session decide which types are shown; the kernel decides again with each record.
 */
static bool may_read(const ledger_type *type, uint32_t posts)
{
    for (uint32_t i = 0; i < type->access_count; i++) {
        if ((type->access[i].posts & posts) != 0 && type->access[i].read_groups != 0) {
            return true;
        }
    }
    return false;
}

static bool may_create(const ledger_type *type, uint32_t posts)
{
    for (uint32_t i = 0; i < type->move_count; i++) {
        const ledger_move *move = &type->moves[i];
        if ((move->from & LEDGER_NEW) != 0 && (move->posts & posts) != 0 &&
            (move->flags & LEDGER_INNER) == 0) {
            return true;
        }
    }
    return false;
}

/* Mermaid, for the manual: the same table that moves records. */
static void put_diagram(route_call *call, lj_json *json, const ledger_type *type, bool english)
{
    lj_buf text;
    lj_buf_init(&text, call->arena, 16384);
    lj_buf_put_cstr(&text, "stateDiagram-v2\n");
    for (uint32_t i = 0; i < type->move_count; i++) {
        const ledger_move *move = &type->moves[i];
        for (uint32_t j = 0; j <= ledger_state_count(type); j++) {
            bool is_new = j == ledger_state_count(type);
            if ((move->from & (is_new ? LEDGER_NEW : 1u << j)) == 0) {
                continue;
            }
            lj_buf_put_cstr(&text, "  ");
            lj_buf_put_cstr(&text, is_new ? "[*]" : type->states[j]);
            lj_buf_put_cstr(&text, " --> ");
            lj_buf_put_cstr(&text, type->states[move->to]);
            lj_buf_put_cstr(&text, ": ");
            lj_buf_put_cstr(&text, ledger_label_in(type, "event", move->event, english));
            lj_buf_put_u8(&text, '\n');
        }
    }
    lj_json_text(json, "diagram", lj_buf_slice(&text));
}

static void put_type(route_call *call, lj_json *json, const ledger_type *type, uint32_t posts,
                     bool english)
{
    lj_json_object_begin(json, NULL);
    lj_json_cstr(json, "name", type->name);
    lj_json_cstr(json, "plural", type->plural);
    lj_json_cstr(json, "label", ledger_label_of(type, "type", english));
    lj_json_cstr(json, "label_plural", ledger_label_of(type, "plural", english));
    lj_json_cstr(json, "scope", scope_names[type->scope]);
    if (type->parent != NULL) {
        lj_json_cstr(json, "parent", type->parent);
    } else {
        lj_json_null(json, "parent");
    }
    lj_json_bool(json, "create", may_create(type, posts));
    put_groups(json, type, english);
    lj_json_array_begin(json, "fields");
    for (uint32_t i = 0; i < type->field_count; i++) {
        put_field(json, type, &type->fields[i], english);
    }
    lj_json_array_end(json);
    lj_json_array_begin(json, "states");
    for (uint32_t i = 0; i < ledger_state_count(type); i++) {
        lj_json_object_begin(json, NULL);
        lj_json_cstr(json, "name", type->states[i]);
        lj_json_cstr(json, "label", ledger_label_in(type, "state", type->states[i], english));
        lj_json_bool(json, "end", (type->end_states & 1u << i) != 0);
        lj_json_object_end(json);
    }
    lj_json_array_end(json);
    lj_json_array_begin(json, "moves");
    for (uint32_t i = 0; i < type->move_count; i++) {
        if ((type->moves[i].flags & LEDGER_INNER) == 0) { /* what a person may start */
            put_move(json, type, &type->moves[i], english);
        }
    }
    lj_json_array_end(json);
    lj_json_array_begin(json, "lists");
    for (uint32_t i = 0; i < type->list_count; i++) {
        put_list(json, type, &type->lists[i], english);
    }
    lj_json_array_end(json);
    put_diagram(call, json, type, english);
    lj_json_object_end(json);
}

static void put_codes(route_call *call, lj_json *json, bool english)
{
    const ledger_codes *codes = ledger_codes_of(server_of(call)->book);
    lj_json_object_begin(json, "codes");
    for (uint32_t i = 0; i < ledger_type_count; i++) {
        for (uint32_t j = 0; j < ledger_types[i]->field_count; j++) {
            const ledger_field *field = &ledger_types[i]->fields[j];
            bool is_first = field->kind == LEDGER_CODE;
            for (uint32_t k = 0; k <= i && is_first; k++) {
                uint32_t end = k < i ? ledger_types[k]->field_count : j;
                for (uint32_t m = 0; m < end && is_first; m++) {
                    const ledger_field *other = &ledger_types[k]->fields[m];
                    is_first = other->kind != LEDGER_CODE || strcmp(other->of, field->of) != 0;
                }
            }
            if (!is_first) {
                continue;
            }
            lj_json_array_begin(json, field->of);
            lj_str list = lj_cstr_str(field->of);
            for (uint32_t k = 0; k < ledger_codes_count(codes, list); k++) {
                const ledger_code_row *row = ledger_codes_at(codes, list, k);
                lj_json_object_begin(json, NULL);
                lj_json_text(json, "code", lj_str_bytes(row->code));
                lj_json_text(json, "label", lj_str_bytes(english ? row->en : row->zh));
                lj_json_object_end(json);
            }
            lj_json_array_end(json);
        }
    }
    lj_json_object_end(json);
}

static uint32_t posts_of(const ledger_actor *actor)
{
    uint32_t posts = actor->person.kind == STORE_BYTES ? POST_PERSON : 0;
    for (uint32_t i = 0; i < actor->post_count; i++) {
        posts |= actor->posts[i].role;
    }
    return actor->is_kernel ? ~0u : posts;
}

static lj_code schema_get(route_call *call, lj_err *err)
{
    bool english = server_english(call);
    uint32_t posts = posts_of(server_actor(call));
    lj_buf buf;
    lj_json json;
    server_json_begin(call, &buf, &json);
    lj_json_object_begin(&json, NULL);
    lj_json_array_begin(&json, "types");
    for (uint32_t i = 0; i < ledger_type_count; i++) {
        if (may_read(ledger_types[i], posts)) {
            put_type(call, &json, ledger_types[i], posts, english);
        }
    }
    lj_json_array_end(&json);
    put_codes(call, &json, english);
    lj_json_array_begin(&json, "roles");
    for (uint32_t i = 0; i < ledger_role_count; i++) {
        lj_json_object_begin(&json, NULL);
        lj_json_cstr(&json, "code", ledger_roles[i].code);
        lj_json_cstr(&json, "label", english ? ledger_roles[i].en : ledger_roles[i].zh);
        lj_json_object_end(&json);
    }
    lj_json_array_end(&json);
    lj_json_object_end(&json);
    return server_json_end(call, 200, &buf, err);
}

/* ---- OpenAPI ---- */
static void put_json_type(lj_json *json, const ledger_field *field)
{
    switch (field->kind) {
    case LEDGER_INT:
    case LEDGER_PT100:
        lj_json_cstr(json, "type", "integer");
        if (field->min != 0 || field->max != 0) {
            lj_json_int(json, "minimum", field->min);
            lj_json_int(json, "maximum", field->max);
        }
        return;
    case LEDGER_BOOL:
        lj_json_cstr(json, "type", "boolean");
        return;
    case LEDGER_TEXT:
        lj_json_cstr(json, "type", "string");
        lj_json_int(json, "minLength", field->min);
        lj_json_int(json, "maxLength", field->max);
        return;
    case LEDGER_DATE:
        lj_json_cstr(json, "type", "string");
        lj_json_cstr(json, "format", "date");
        return;
    case LEDGER_INSTANT:
        lj_json_cstr(json, "type", "string");
        lj_json_cstr(json, "format", "date-time");
        return;
    case LEDGER_REF:
        lj_json_cstr(json, "type", "string");
        lj_json_cstr(json, "format", "uuid");
        return;
    case LEDGER_CODE:
    case LEDGER_KEYED_HASH:
    case LEDGER_FILE_HASH:
        break;
    }
    lj_json_cstr(json, "type", "string");
}

/* "unit_fields": what a change of a unit may hold. */
static void put_fields_schema(lj_json *json, const ledger_type *type, bool english)
{
    lj_json_object_begin(json, type->name);
    lj_json_cstr(json, "type", "object");
    lj_json_cstr(json, "title", ledger_label_of(type, "type", english));
    lj_json_bool(json, "additionalProperties", false);
    lj_json_object_begin(json, "properties");
    for (uint32_t i = 0; i < type->field_count; i++) {
        const ledger_field *field = &type->fields[i];
        if ((field->flags & LEDGER_KERNEL) != 0) {
            continue;
        }
        lj_json_object_begin(json, field->name);
        lj_json_cstr(json, "description", ledger_label_in(type, type->name, field->name, english));
        put_json_type(json, field);
        lj_json_object_end(json);
    }
    lj_json_object_end(json);
    lj_json_object_end(json);
}

static void openapi_schemas(const void *ctx, http_lang lang, lj_json *json)
{
    (void)ctx;
    for (uint32_t i = 0; i < ledger_type_count; i++) {
        put_fields_schema(json, ledger_types[i], lang == HTTP_EN);
    }
}

static bool is_record_row(const route_row *row, const char *end, const ledger_type **out)
{
    for (uint32_t i = 0; i < ledger_type_count; i++) {
        size_t len = strlen(ledger_types[i]->name);
        if (row->data == ledger_types[i] && strncmp(row->name, ledger_types[i]->name, len) == 0 &&
            strcmp(row->name + len, end) == 0) {
            *out = ledger_types[i];
            return true;
        }
    }
    return false;
}

static void put_string(lj_json *json, const char *name)
{
    lj_json_object_begin(json, name);
    lj_json_cstr(json, "type", "string");
    lj_json_object_end(json);
}

static void openapi_body(const void *ctx, const route_row *row, lj_json *json)
{
    (void)ctx;
    const ledger_type *type = NULL;
    bool is_move = is_record_row(row, "_move", &type);
    if (!is_move && !is_record_row(row, "_create", &type) && !is_record_row(row, "_edit", &type)) {
        return;
    }
    lj_buf ref;
    uint8_t room[128];
    ref = (lj_buf){.ptr = room, .cap = sizeof room, .max_len = sizeof room};
    lj_buf_put_cstr(&ref, "#/components/schemas/");
    lj_buf_put_cstr(&ref, type->name);
    lj_json_object_begin(json, "schema");
    lj_json_cstr(json, "type", "object");
    lj_json_object_begin(json, "properties");
    lj_json_object_begin(json, "fields");
    lj_json_text(json, "$ref", lj_slice_of(room, ref.len));
    lj_json_object_end(json);
    put_string(json, "reason");
    put_string(json, "happened_on");
    if (is_move) {
        put_string(json, "event");
    }
    lj_json_object_end(json);
    if (is_move) {
        lj_json_array_begin(json, "required");
        lj_json_cstr(json, NULL, "event");
        lj_json_array_end(json);
    }
    lj_json_object_end(json);
}

static void put_query(lj_json *json, const char *name)
{
    lj_json_object_begin(json, NULL);
    lj_json_cstr(json, "name", name);
    lj_json_cstr(json, "in", "query");
    lj_json_object_begin(json, "schema");
    lj_json_cstr(json, "type", "string");
    lj_json_object_end(json);
    lj_json_object_end(json);
}

static void openapi_query(const void *ctx, const route_row *row, http_lang lang, lj_json *json)
{
    (void)ctx;
    (void)lang;
    const ledger_type *type = NULL;
    if (!is_record_row(row, "_list", &type)) {
        return;
    }
    static const char *const names[] = {"list", "state", "q", "after", "limit", "total"};
    for (size_t i = 0; i < LJ_COUNT_OF(names); i++) {
        put_query(json, names[i]);
    }
}

static const char *permission_name(const void *ctx, uint32_t permission)
{
    (void)ctx;
    static const char *const names[] = {"",          "public",    "session",
                                        "business",  "bureau",    "accounts",
                                        "sys_admin", "sec_admin", "audit_admin"};
    return permission < LJ_COUNT_OF(names) ? names[permission] : "";
}

static const openapi_info info = {
    .title_en = "Lijian ledger",
    .title_zh = "利剑台账",
    .version = "1",
    .schemas = openapi_schemas,
    .body = openapi_body,
    .query = openapi_query,
    .permission = permission_name,
};

const char *server_permission_name(uint32_t permission)
{
    return permission_name(NULL, permission);
}

static const route_row rows[] = {
    {.method = "GET",
     .pattern = "/api/v1/schema",
     .permission = PERM_SESSION,
     .handler = schema_get,
     .name = "schema_read",
     .en = "What the record tables say of themselves",
     .zh = "记录类型的结构"     },
    {.method = "GET",
     .pattern = "/api/v1/openapi.json",
     .permission = PERM_PUBLIC,
     .handler = openapi_get,
     .name = "openapi_read",
     .en = "This description",
     .zh = "接口说明",
     .data = &info},
    {.method = "GET",
     .pattern = "/healthz",
     .permission = PERM_PUBLIC,
     .handler = health_get,
     .name = "health_read",
     .en = "Whether the server answers",
     .zh = "服务是否正常"},
};
const route_table schema_routes = {rows, LJ_COUNT_OF(rows)};
