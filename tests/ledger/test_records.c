/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Every record type against what the kernel expects of it: what the compiler cannot see of tables
 * that name other tables. Named queries are looked up in the heads of records/<type>.sql, refusals
 * in the guards of records/<type>.c. A failing row names the type and what is missing. */
#include "../check.h"

#include <stdlib.h>

#include "ledger/codes.h"
#include "ledger/limits.h"
#include "ledger/list_terms.h"

enum { ROOM = 16 * 1024 * 1024, QUERIES_MAX = 256, QUERY_PARAMS_MAX = 8 };

#define FAIL(on, what, which) fail_msg("%s: %s: %s", (on)->name, (what), (which))
#define CHECK(truth, on, what, which)                                                              \
    do {                                                                                           \
        if (!(truth)) {                                                                            \
            FAIL(on, what, which);                                                                 \
        }                                                                                          \
    } while (0)

/* The head of a named query. */
typedef struct query_head {
    lj_slice name;
    lj_slice params[QUERY_PARAMS_MAX];
    uint32_t param_count;
    uint32_t out_count;
} query_head;

static struct {
    lj_arena *arena;
    const ledger_codes *codes;
    const ledger_limits *limits;
    query_head queries[QUERIES_MAX];
    uint32_t query_count;
} all;

static const ledger_type *type_at(uint32_t i)
{
    return ledger_types[i];
}

static const ledger_type *type_named(const char *name)
{
    for (uint32_t i = 0; i < ledger_type_count; i++) {
        if (strcmp(type_at(i)->name, name) == 0) {
            return type_at(i);
        }
    }
    return NULL;
}

static const ledger_field *field_of(const ledger_type *type, lj_slice name)
{
    int at = ledger_field_find(type, (const char *)name.ptr, name.len);
    return at >= 0 ? &type->fields[at] : NULL;
}

static const ledger_field *field_named(const ledger_type *type, const char *name)
{
    return field_of(type, lj_cstr_bytes(name));
}

static const ledger_move *move_named(const ledger_type *type, const char *event)
{
    for (uint32_t i = 0; i < type->move_count; i++) {
        if (strcmp(type->moves[i].event, event) == 0) {
            return &type->moves[i];
        }
    }
    return NULL;
}

static bool is_row_column(lj_slice name)
{
    for (uint32_t i = 0; i < ROW_COUNT; i++) {
        if (lj_slice_is(name, lj_cstr_bytes(ledger_columns[i].name))) {
            return true;
        }
    }
    return false;
}

static bool is_text(const char *text)
{
    return text != NULL && text[0] != '\0';
}

/* The label of a key, in both languages. */
static bool has_label(const ledger_type *type, const char *prefix, const char *name)
{
    char key[128];
    (void)snprintf(key, sizeof key, "%s%s%s", prefix, prefix[0] != '\0' ? "." : "", name);
    for (uint32_t i = 0; i < type->label_count; i++) {
        const ledger_label *label = &type->labels[i];
        if (strcmp(label->key, key) == 0) {
            return is_text(label->zh) && is_text(label->en);
        }
    }
    return false;
}

static lj_slice read_source(const char *folder, const char *name, const char *ending)
{
    char path[512];
    const char *root = getenv("LIJIAN_SOURCE");
    (void)snprintf(path, sizeof path, "%s/%s/%s%s", root != NULL ? root : ".", folder, name,
                   ending);
    FILE *in = fopen(path, "rbe");
    if (in == NULL) {
        fail_msg("cannot open %s", path);
    }
    enum { SOURCE_MAX = 256 * 1024 };
    uint8_t *bytes = lj_arena_alloc_raw(all.arena, SOURCE_MAX);
    assert_non_null(bytes);
    size_t len = fread(bytes, 1, SOURCE_MAX, in);
    assert_int_equal(fclose(in), 0);
    return lj_slice_of(bytes, len);
}

/* ---- heads of queries ---- */
static lj_slice word_at(lj_slice text, size_t from)
{
    size_t len = 0;
    while (from + len < text.len && text.ptr[from + len] != ' ' && text.ptr[from + len] != ',' &&
           text.ptr[from + len] != '\n') {
        len++;
    }
    return lj_slice_part(text, from, len);
}

/* "-- query: NAME   in: a int, b bytes   out: N" */
static void read_head(lj_slice line)
{
    assert_true(all.query_count < QUERIES_MAX);
    query_head *head = &all.queries[all.query_count++];
    size_t in = lj_slice_find(line, LJ_BYTES("   in: "));
    size_t out = lj_slice_find(line, LJ_BYTES("   out: "));
    assert_true(in != SIZE_MAX && out != SIZE_MAX && in < out);
    head->name = word_at(line, sizeof "-- query: " - 1);
    for (size_t at = in + 7; at < out;) {
        assert_true(head->param_count < QUERY_PARAMS_MAX);
        lj_slice name = word_at(line, at);
        lj_slice kind = word_at(line, at + name.len + 1);
        head->params[head->param_count++] = name;
        at += name.len + kind.len + 3;
    }
    head->out_count = (uint32_t)strtoul((const char *)line.ptr + out + 8, NULL, 10);
}

static void read_queries(const ledger_type *type)
{
    lj_slice text = read_source("src/ledger/records", type->name, ".sql");
    for (size_t at = 0; at < text.len;) {
        lj_slice rest = lj_slice_part(text, at, text.len - at);
        size_t len = lj_slice_find(rest, LJ_BYTES("\n"));
        assert_true(len != SIZE_MAX);
        if (lj_slice_has_prefix(rest, LJ_BYTES("-- query: "))) {
            read_head(lj_slice_part(rest, 0, len));
        }
        at += len + 1;
    }
}

static const query_head *query_named(const char *name)
{
    for (uint32_t i = 0; i < all.query_count; i++) {
        if (lj_slice_is(all.queries[i].name, lj_cstr_bytes(name))) {
            return &all.queries[i];
        }
    }
    return NULL;
}

/* The query is there, and the kernel can bind what it asks for. */
static const query_head *check_query(const ledger_type *type, const char *name)
{
    const query_head *head = query_named(name);
    CHECK(head != NULL, type, "no such query", name);
    static const char *const known[] = {"district", "id",     "unit", "department",
                                        "person",   "parent", "today"};
    for (uint32_t i = 0; i < head->param_count; i++) {
        bool is_known = field_of(type, head->params[i]) != NULL;
        for (size_t j = 0; j < sizeof known / sizeof known[0]; j++) {
            is_known = is_known || lj_slice_is(head->params[i], lj_cstr_bytes(known[j]));
        }
        CHECK(is_known, type, "a parameter is neither the row's nor a field", name);
    }
    return head;
}

static int open_all(void **state)
{
    (void)state;
    all.arena = lj_arena_new(ROOM);
    if (all.arena == NULL || ledger_codes_load(all.arena, &all.codes, NULL) != LJ_OK ||
        ledger_limits_load(all.arena, &all.limits, NULL) != LJ_OK) {
        return -1;
    }
    for (uint32_t i = 0; i < ledger_type_count; i++) {
        read_queries(type_at(i));
    }
    return 0;
}
static int close_all(void **state)
{
    (void)state;
    lj_arena_free(all.arena);
    return 0;
}

/* ---- types ---- */
static void test_records__types_are_in_order_and_named_once(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < ledger_type_count; i++) {
        const ledger_type *type = type_at(i);
        CHECK(i == 0 || type_at(i - 1)->tag < type->tag, type, "tag", "does not ascend");
        CHECK(type->schema > 0, type, "schema", "0");
        for (uint32_t j = 0; j < i; j++) {
            const ledger_type *other = type_at(j);
            CHECK(strcmp(other->name, type->name) != 0, type, "name twice", other->name);
            CHECK(strcmp(other->plural, type->plural) != 0, type, "plural twice", other->plural);
            CHECK(type->number == NULL || other->number == NULL ||
                      strcmp(type->number, other->number) != 0,
                  type, "prefix of numbers twice", other->name);
        }
        CHECK(type->parent == NULL || type_named(type->parent) != NULL, type, "parent",
              "no such type");
        const ledger_field *title = type->title != NULL ? field_named(type, type->title) : NULL;
        CHECK(type->title == NULL || (title != NULL && title->kind == LEDGER_TEXT), type, "title",
              "no such text field");
        CHECK(type->list_count > 0 && type->list_count <= LEDGER_LIST_MAX, type, "lists", "count");
        CHECK(type->void_posts != 0 || has_label(type, "help", "void"), type, "void_posts",
              "nobody may void it, and help.void does not say why");
        if (type->owner != NULL) {
            const ledger_field *owner = field_named(type, type->owner);
            CHECK(owner != NULL && owner->kind == LEDGER_REF, type, "owner", type->owner);
        }
    }
}

/* ---- fields ---- */
/* Reserved in SQLite or PostgreSQL: no name of a column. */
static const char reserved[] =
    " "
    "all alter analyse analyze and any array as asc between both by case cast check collate "
    "column commit constraint create cross current_date default delete desc distinct do drop "
    "else end escape except exists false fetch for foreign freeze from full grant group "
    "having ilike in index initially inner insert intersect into is isnull join lateral "
    "leading left like limit natural not notnull null offset on only or order outer overlaps "
    "placing primary references returning right select set similar some symmetric table then "
    "to trailing transaction true union unique update user using values variadic verbose "
    "when where window with ";

static void check_field(const ledger_type *type, const ledger_field *field)
{
    lj_slice name = lj_cstr_bytes(field->name);
    CHECK(field->tag > 0 && field->since > 0 && field->since <= type->schema, type, "tag or since",
          field->name);
    char word[64];
    (void)snprintf(word, sizeof word, " %s ", field->name);
    CHECK(strstr(reserved, word) == NULL, type, "reserved in SQL", field->name);
    CHECK(!is_row_column(name) || ledger_column_of_field(field) >= 0, type, "is a row column",
          field->name);
    CHECK(has_label(type, type->name, field->name), type, "field without labels", field->name);
    char group[8];
    (void)snprintf(group, sizeof group, "%u", field->group);
    CHECK(field->group < 32 && has_label(type, "group", group), type, "group without labels",
          group);
    CHECK((field->kind == LEDGER_CODE || field->kind == LEDGER_REF) == (field->of != NULL), type,
          "`of` is for CODE and REF", field->name);
    if (field->kind == LEDGER_CODE) {
        CHECK(ledger_codes_count(all.codes, lj_cstr_str(field->of)) > 0, type, "no such code list",
              field->of);
    }
    if (field->kind == LEDGER_REF) {
        CHECK(strcmp(field->of, "*") == 0 || type_named(field->of) != NULL, type, "no such type",
              field->of);
    }
    bool has_bounds = field->kind == LEDGER_TEXT || field->kind == LEDGER_INT;
    CHECK(!has_bounds || field->max > field->min, type, "no bounds", field->name);
    bool is_event = field->required != NULL && strcmp(field->required, "always") != 0;
    CHECK(!is_event || move_named(type, field->required) != NULL, type,
          "required at an event that is not there", field->name);
    CHECK((field->flags & LEDGER_PERSONAL) == 0 || type->retention_key != NULL, type,
          "personal, but the type has no retention_key", field->name);
}

static void test_records__fields_are_complete(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < ledger_type_count; i++) {
        const ledger_type *type = type_at(i);
        CHECK(type->field_count <= LEDGER_FIELD_MAX, type, "fields", "too many");
        for (uint32_t j = 0; j < type->field_count; j++) {
            const ledger_field *field = &type->fields[j];
            check_field(type, field);
            for (uint32_t k = 0; k < j; k++) {
                CHECK(type->fields[k].tag != field->tag, type, "tag of a field twice", field->name);
                CHECK(strcmp(type->fields[k].name, field->name) != 0, type, "name of a field twice",
                      field->name);
            }
        }
    }
}

/* ---- who ---- */
static void test_records__rights_are_those_of_known_roles_and_never_of_administrators(void **state)
{
    (void)state;
    uint32_t known = 0;
    for (uint32_t i = 0; i < ledger_role_count; i++) {
        known |= ledger_roles[i].bit;
    }
    known &= ~POSTS_ADMIN;
    for (uint32_t i = 0; i < ledger_type_count; i++) {
        const ledger_type *type = type_at(i);
        uint32_t groups = 0;
        uint32_t states = (1u << ledger_state_count(type)) - 1;
        for (uint32_t j = 0; j < type->field_count; j++) {
            groups |= 1u << type->fields[j].group;
        }
        uint32_t writers = 0;
        for (uint32_t j = 0; j < type->access_count; j++) {
            const ledger_access *row = &type->access[j];
            CHECK(row->posts != 0 && (row->posts & ~known) == 0, type, "access", "posts");
            CHECK((row->states & states) != 0 &&
                      (row->states == LEDGER_ANY_STATE || (row->states & ~states) == 0),
                  type, "access", "states");
            CHECK((row->read_groups & groups) != 0, type, "access", "reads no group");
            CHECK(row->read_groups == LEDGER_ALL_GROUPS || (row->read_groups & ~groups) == 0, type,
                  "access", "reads a group that is not there");
            CHECK((row->write_groups & ~row->read_groups) == 0, type, "access",
                  "writes what it does not read");
            writers |= row->write_groups != 0 ? row->posts : 0;
        }
        CHECK((type->void_posts & ~known) == 0, type, "void_posts", "posts");
        for (uint32_t j = 0; j < type->move_count; j++) {
            const ledger_move *move = &type->moves[j];
            CHECK(move->posts != 0 && (move->posts & ~known) == 0, type, "posts of a move",
                  move->event);
            bool makes = (move->from & LEDGER_NEW) != 0 && (move->flags & LEDGER_INNER) == 0;
            CHECK(!makes || (move->posts & ~writers) == 0, type,
                  "may create, but writes no field in any state", move->event);
        }
        for (uint32_t j = 0; j < type->sign_count; j++) {
            CHECK(type->signs[j].posts != 0 && (type->signs[j].posts & ~known) == 0, type,
                  "posts of a signature", type->signs[j].role);
        }
    }
}

static void test_records__roles_are_a_code_list(void **state)
{
    (void)state;
    assert_int_equal(ledger_codes_count(all.codes, LJ_STR("role")), ledger_role_count);
    for (uint32_t i = 0; i < ledger_role_count; i++) {
        const ledger_role *role = &ledger_roles[i];
        const ledger_code_row *row = ledger_codes_at(all.codes, LJ_STR("role"), i);
        CHECK_ROW_TEXT(role->code, row->code.ptr, row->code.len, role->code);
        CHECK_ROW_TEXT(role->code, row->zh.ptr, row->zh.len, role->zh);
        CHECK_ROW_TEXT(role->code, row->en.ptr, row->en.len, role->en);
    }
}

/* ---- states and moves ---- */
static uint32_t reach_from(const ledger_type *type, uint32_t reached)
{
    for (uint32_t i = 0; i < type->move_count; i++) {
        if ((type->moves[i].from & reached) != 0) {
            reached |= 1u << type->moves[i].to;
        }
    }
    return reached;
}

static void test_records__states_are_reached_and_only_ends_have_no_exit(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < ledger_type_count; i++) {
        const ledger_type *type = type_at(i);
        uint32_t count = ledger_state_count(type);
        CHECK(count > 0 && count <= LEDGER_STATE_MAX, type, "states", "count");
        uint32_t reached = LEDGER_NEW;
        uint32_t exits = 0;
        for (uint32_t j = 0; j < count; j++) {
            reached = reach_from(type, reached);
            CHECK(has_label(type, "state", type->states[j]), type, "state without labels",
                  type->states[j]);
        }
        for (uint32_t j = 0; j < type->move_count; j++) {
            exits |= type->moves[j].from;
        }
        for (uint32_t j = 0; j < count; j++) {
            CHECK((reached & 1u << j) != 0, type, "state never reached", type->states[j]);
            bool is_end = (type->end_states & 1u << j) != 0;
            CHECK(((exits & 1u << j) == 0) == is_end, type, "end states are those without an exit",
                  type->states[j]);
        }
        CHECK((exits & ~LEDGER_NEW) < 1u << count, type, "moves", "from a state that is not there");
    }
}

static void check_move(const ledger_type *type, const ledger_move *move)
{
    CHECK(has_label(type, "event", move->event), type, "event without labels", move->event);
    CHECK(strcmp(move->event, "void") != 0 && move->tag > 0 && move->tag < LEDGER_EDIT_TAG, type,
          "name or tag of a move", move->event);
    CHECK((move->from & LEDGER_NEW) == 0 || move->from == LEDGER_NEW, type,
          "creation is a move of its own", move->event);
    CHECK((move->facts == NULL || move->guard != NULL), type, "facts without guard", move->event);
    if (move->facts != NULL) {
        CHECK(check_query(type, move->facts)->out_count <= LEDGER_FACT_MAX, type, "too many facts",
              move->facts);
    }
    bool is_signed = move->sign_set == NULL;
    for (uint32_t i = 0; i < type->sign_count && !is_signed; i++) {
        is_signed = strcmp(type->signs[i].set, move->sign_set) == 0;
    }
    CHECK(is_signed, type, "no such set of signatures", move->event);
    bool is_there = move->effects == NULL;
    for (uint32_t i = 0; i < type->effect_count && !is_there; i++) {
        is_there = strcmp(type->effects[i].set, move->effects) == 0;
    }
    CHECK(is_there, type, "no such set of effects", move->event);
    for (uint32_t i = 0; i < 32; i++) {
        bool is_used = (move->needs_groups & 1u << i) == 0;
        for (uint32_t j = 0; j < type->field_count && !is_used; j++) {
            is_used = type->fields[j].group == i;
        }
        CHECK(is_used, type, "needs a group without fields", move->event);
    }
    if (move->waiver != NULL) {
        const ledger_move *waiver = move_named(type, move->waiver);
        CHECK(waiver != NULL && (waiver->flags & LEDGER_WAIVER) != 0 && waiver->sign_set != NULL &&
                  (waiver->flags & LEDGER_REASON) != 0 && (waiver->from & move->from) != 0,
              type, "waiver: a move with WAIVER, REASON and signatures", move->waiver);
    }
    const char *const rules[] = {move->due_start, move->due_stop};
    for (size_t i = 0; i < 2; i++) {
        bool is_rule = rules[i] == NULL || (i == 1 && strcmp(rules[i], "*") == 0);
        for (uint32_t j = 0; j < type->due_count && !is_rule; j++) {
            is_rule = strcmp(type->dues[j].name, rules[i]) == 0;
        }
        CHECK(is_rule, type, "no such due rule", move->event);
    }
}

static void test_records__moves_resolve(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < ledger_type_count; i++) {
        const ledger_type *type = type_at(i);
        for (uint32_t j = 0; j < type->move_count; j++) {
            const ledger_move *move = &type->moves[j];
            check_move(type, move);
            for (uint32_t k = 0; k < j; k++) {
                CHECK(type->moves[k].tag != move->tag, type, "tag of a move twice", move->event);
                CHECK(strcmp(type->moves[k].event, move->event) != 0 ||
                          (type->moves[k].from & move->from) == 0,
                      type, "event twice from one state", move->event);
            }
        }
        CHECK(move_named(type, "create") != NULL && move_named(type, "create")->from == LEDGER_NEW,
              type, "no move", "create");
        if (type->check != NULL) {
            CHECK(type->valid != NULL, type, "check without valid", type->check);
            CHECK(check_query(type, type->check)->out_count <= LEDGER_FACT_MAX, type,
                  "too many facts", type->check);
        }
    }
}

static void test_records__signatures_resolve(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < ledger_type_count; i++) {
        const ledger_type *type = type_at(i);
        for (uint32_t j = 0; j < type->sign_count; j++) {
            const ledger_sign *sign = &type->signs[j];
            CHECK(has_label(type, "role", sign->role), type, "role without labels", sign->role);
            CHECK(sign->min > 0 && sign->modes != 0 && sign->modes < 8, type, "min or modes",
                  sign->role);
            const ledger_field *signer =
                sign->signer != NULL ? field_named(type, sign->signer) : NULL;
            CHECK(sign->signer == NULL || (signer != NULL && signer->kind == LEDGER_REF &&
                                           strcmp(signer->of, "person") == 0),
                  type, "signer is no field with a person", sign->role);
            bool is_used = false;
            for (uint32_t k = 0; k < type->move_count; k++) {
                is_used = is_used || (type->moves[k].sign_set != NULL &&
                                      strcmp(type->moves[k].sign_set, sign->set) == 0);
            }
            CHECK(is_used, type, "set of signatures of no move", sign->set);
            for (uint32_t k = 0; k < 32; k++) {
                CHECK((sign->distinct_from & 1u << k) == 0 ||
                          (k < type->sign_count && k != j &&
                           strcmp(type->signs[k].set, sign->set) == 0),
                      type, "distinct from a role of another set", sign->role);
            }
        }
    }
}

/* ---- effects ---- */
/* Where a value comes from: a field, a row column, the row of `each`, a constant. */
static bool is_source(const ledger_type *type, const query_head *each, const ledger_field *target,
                      lj_slice source)
{
    static const char *const columns[] = {"unit", "department", "person", "parent", "happened_on"};
    static const char *const words[] = {"$id",     "$unit",  "$department",
                                        "$person", "$today", "$self"};
    if (source.len == 0) {
        return false;
    }
    if (source.ptr[0] == '\'') {
        lj_slice text = lj_slice_part(source, 1, source.len - 2);
        return source.len > 2 && source.ptr[source.len - 1] == '\'' &&
               (target->kind == LEDGER_TEXT ||
                (target->kind == LEDGER_CODE &&
                 ledger_codes_lookup(all.codes, lj_cstr_str(target->of),
                                     (lj_str){(const char *)text.ptr, text.len}) != NULL));
    }
    if (source.ptr[0] == '$' && source.len == 2) {
        return each != NULL && source.ptr[1] >= '5' && source.ptr[1] <= '9' &&
               (uint32_t)(source.ptr[1] - '0') <= each->out_count;
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (lj_slice_is(source, lj_cstr_bytes(words[i]))) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        if (lj_slice_is(source, lj_cstr_bytes(columns[i]))) {
            return true;
        }
    }
    const ledger_field *field = field_of(type, source);
    if (field != NULL) {
        return ledger_kind_store(field->kind) == ledger_kind_store(target->kind);
    }
    return source.ptr[0] >= '0' && source.ptr[0] <= '9' &&
           ledger_kind_store(target->kind) == STORE_INT;
}

/* Resolves the map; *out_filled gets a bit per field of the target that it fills. */
static void check_map(const ledger_type *type, const ledger_effect *effect,
                      const ledger_type *target, const query_head *each, uint64_t *out_filled)
{
    *out_filled = 0;
    lj_slice map = lj_cstr_bytes(effect->map != NULL ? effect->map : "");
    for (size_t at = 0; at < map.len;) {
        lj_slice rest = lj_slice_part(map, at, map.len - at);
        size_t len = lj_slice_find(rest, LJ_BYTES(";"));
        len = len == SIZE_MAX ? rest.len : len;
        lj_slice term = lj_slice_part(rest, 0, len);
        size_t equals = lj_slice_find(term, LJ_BYTES("="));
        CHECK(equals != SIZE_MAX, type, "map without =", effect->map);
        int field = ledger_field_find(target, (const char *)term.ptr, equals);
        CHECK(field >= 0, type, "map of a field that is not there", effect->map);
        lj_slice source = lj_slice_part(term, equals + 1, term.len - equals - 1);
        CHECK(is_source(type, each, &target->fields[field], source), type, "map from nowhere",
              effect->map);
        *out_filled |= (uint64_t)1 << field;
        at += len + 1;
    }
}

static void check_filled(const ledger_type *type, const ledger_type *target,
                         const ledger_move *move, uint64_t filled)
{
    for (uint32_t i = 0; i < target->field_count; i++) {
        const ledger_field *field = &target->fields[i];
        bool is_parent = target->parent != NULL && strcmp(target->parent, type->name) == 0 &&
                         strcmp(field->name, "parent") == 0;
        bool is_always = field->required != NULL && strcmp(field->required, "always") == 0;
        bool is_here = field->required != NULL && strcmp(field->required, move->event) == 0;
        bool is_new = move->from == LEDGER_NEW;
        CHECK((filled & (uint64_t)1 << i) != 0 || is_parent || (!is_here && !(is_always && is_new)),
              type, "an effect leaves out a field that must be filled", field->name);
    }
}

static void check_effect(const ledger_type *type, const ledger_effect *effect)
{
    const query_head *each = effect->each != NULL ? check_query(type, effect->each) : NULL;
    CHECK(each == NULL || each->out_count >= 4, type, "each has no four columns", effect->set);
    bool is_used = false;
    for (uint32_t i = 0; i < type->move_count; i++) {
        is_used = is_used || (type->moves[i].effects != NULL &&
                              strcmp(type->moves[i].effects, effect->set) == 0);
    }
    CHECK(is_used, type, "set of effects of no move", effect->set);
    uint64_t filled = 0;
    const ledger_type *target = effect->type != NULL ? type_named(effect->type) : type;
    CHECK(target != NULL, type, "effect on no type", effect->set);
    check_map(type, effect, target, each, &filled);
    const char *event = effect->event != NULL ? effect->event : "create";
    switch (effect->kind) {
    case LEDGER_CREATE:
    case LEDGER_MOVE: {
        if (effect->kind == LEDGER_MOVE && strcmp(event, "void") == 0) {
            CHECK(effect->type != NULL && each != NULL && effect->map == NULL, type, "voids what",
                  effect->set);
            break;
        }
        const ledger_move *move = move_named(target, event);
        CHECK(effect->type != NULL && move != NULL &&
                  (effect->kind == LEDGER_CREATE) == (move->from == LEDGER_NEW),
              type, "no such move of the other type", event);
        CHECK(effect->kind == LEDGER_CREATE || each != NULL, type, "moves what", event);
        check_filled(type, target, move, filled);
        break;
    }
    case LEDGER_SET:
        CHECK(effect->type == NULL && filled != 0, type, "sets nothing", effect->set);
        break;
    case LEDGER_LINK:
        CHECK(effect->event != NULL && each != NULL, type, "links nothing", effect->set);
        break;
    case LEDGER_GRANT:
        CHECK(each != NULL, type, "grants nothing", effect->set);
        break;
    }
}

static void test_records__effects_resolve(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < ledger_type_count; i++) {
        for (uint32_t j = 0; j < type_at(i)->effect_count; j++) {
            check_effect(type_at(i), &type_at(i)->effects[j]);
        }
    }
}

static void test_records__queries_are_used_and_named_once(void **state)
{
    (void)state;
    for (uint32_t q = 0; q < all.query_count; q++) {
        const char *name = lj_arena_cstr(all.arena, all.queries[q].name);
        assert_non_null(name);
        bool is_used = false;
        for (uint32_t i = 0; i < ledger_type_count; i++) {
            const ledger_type *type = type_at(i);
            is_used = is_used || (type->check != NULL && strcmp(type->check, name) == 0);
            for (uint32_t j = 0; j < type->move_count; j++) {
                const char *facts = type->moves[j].facts;
                is_used = is_used || (facts != NULL && strcmp(facts, name) == 0);
            }
            for (uint32_t j = 0; j < type->effect_count; j++) {
                const char *each = type->effects[j].each;
                is_used = is_used || (each != NULL && strcmp(each, name) == 0);
            }
        }
        if (!is_used || query_named(name) != &all.queries[q]) {
            fail_msg("query %s: not used, or there twice", name);
        }
    }
}

/* ---- duties ---- */
static void check_due(const ledger_type *type, const ledger_due *due)
{
    const char *const keys[] = {due->limit_key, due->remind_key, due->escalate_key};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        CHECK((i > 0 && keys[i] == NULL) ||
                  ledger_limits_has(all.limits, lj_cstr_str(keys[i] != NULL ? keys[i] : "")),
              type, "no such limit", keys[i]);
    }
    int64_t amount = 0;
    CHECK(ledger_limits_amount(all.limits, lj_cstr_str(due->limit_key), LJ_STR(""), 20000, &amount),
          type, "limit without a row for any value", due->limit_key);
    CHECK(due->by_field == NULL || field_named(type, due->by_field) != NULL, type, "by_field",
          due->name);
    const ledger_field *anchor = field_named(type, due->anchor);
    CHECK(strcmp(due->anchor, "happened") == 0 || (anchor != NULL && anchor->kind == LEDGER_DATE),
          type, "anchor is no date", due->name);
    CHECK(ledger_role_of(due->post) != NULL, type, "not one role", due->name);
    CHECK(has_label(type, "verb", due->verb), type, "verb without labels", due->verb);
    CHECK(due->event == NULL || move_named(type, due->event) != NULL, type, "no such move",
          due->name);
    bool is_started = false;
    for (uint32_t i = 0; i < type->move_count; i++) {
        is_started = is_started || (type->moves[i].due_start != NULL &&
                                    strcmp(type->moves[i].due_start, due->name) == 0);
    }
    CHECK(is_started, type, "due rule that never starts", due->name);
}

static void test_records__due_rules_have_limits(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < ledger_type_count; i++) {
        const ledger_type *type = type_at(i);
        for (uint32_t j = 0; j < type->due_count; j++) {
            check_due(type, &type->dues[j]);
        }
        CHECK(type->retention_key == NULL ||
                  ledger_limits_has(all.limits, lj_cstr_str(type->retention_key)),
              type, "no such limit", type->retention_key);
    }
}

/* ---- lists ---- */
static void test_records__lists_resolve(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < ledger_type_count; i++) {
        const ledger_type *type = type_at(i);
        for (uint32_t j = 0; j < type->list_count; j++) {
            const ledger_list *list = &type->lists[j];
            CHECK(has_label(type, "list", list->name), type, "list without labels", list->name);
            ledger_list_terms terms;
            const char *why = "";
            if (!ledger_list_read(type, list, &terms, &why)) {
                FAIL(type, list->name, why);
            }
            lj_slice columns = lj_cstr_bytes(list->columns);
            for (size_t at = 0; at < columns.len;) {
                lj_slice name = word_at(columns, at);
                CHECK(field_of(type, name) != NULL || is_row_column(name), type,
                      "no such column of the list", list->name);
                at += name.len + 1;
            }
        }
    }
}

/* ---- labels ---- */
static bool is_label_of(const ledger_type *type, const char *key)
{
    const char *dot = strchr(key, '.');
    if (dot == NULL) {
        return strcmp(key, "type") == 0 || strcmp(key, "plural") == 0;
    }
    size_t len = (size_t)(dot - key);
    const char *name = dot + 1;
    lj_slice prefix = lj_slice_of(key, len);
    if (lj_slice_is(prefix, lj_cstr_bytes(type->name))) {
        return field_named(type, name) != NULL;
    }
    if (lj_slice_is(prefix, LJ_BYTES("help"))) {
        return field_named(type, name) != NULL || strcmp(name, "void") == 0;
    }
    if (lj_slice_is(prefix, LJ_BYTES("state"))) {
        return ledger_state_find(type, name, strlen(name)) >= 0;
    }
    if (lj_slice_is(prefix, LJ_BYTES("event"))) {
        return move_named(type, name) != NULL;
    }
    static const char *const others[] = {"group", "list", "role", "verb", "refused"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (lj_slice_is(prefix, lj_cstr_bytes(others[i]))) {
            return true;
        }
    }
    return false;
}

static void test_records__labels_are_of_something_and_in_both_languages(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < ledger_type_count; i++) {
        const ledger_type *type = type_at(i);
        CHECK(has_label(type, "", "type") && has_label(type, "", "plural"), type, "labels",
              "type or plural");
        for (uint32_t j = 0; j < type->label_count; j++) {
            const ledger_label *label = &type->labels[j];
            CHECK(is_text(label->zh) && is_text(label->en), type, "one language", label->key);
            CHECK(is_label_of(type, label->key), type, "label of nothing", label->key);
            for (uint32_t k = 0; k < j; k++) {
                CHECK(strcmp(type->labels[k].key, label->key) != 0, type, "label twice",
                      label->key);
            }
        }
    }
}

/* The literals inside the guards of a type's file, one after the other; empty at the end. */
static lj_slice next_refusal(lj_slice text, size_t *at)
{
    static const char head[] = "static const char *guard_";
    while (*at < text.len) {
        lj_slice rest = lj_slice_part(text, *at, text.len - *at);
        size_t quote = lj_slice_find(rest, LJ_BYTES("\""));
        size_t end = lj_slice_find(rest, LJ_BYTES("\n}\n"));
        if (*at > 0 && quote < end) {
            lj_slice after = lj_slice_part(rest, quote + 1, rest.len - quote - 1);
            size_t len = lj_slice_find(after, LJ_BYTES("\""));
            *at += quote + len + 2;
            /* A literal that a field is compared with is no refusal. */
            if (after.ptr[len + 1] == ')') {
                continue;
            }
            return lj_slice_part(after, 0, len);
        }
        size_t next = lj_slice_find(rest, lj_cstr_bytes(head));
        if (next == SIZE_MAX) {
            break;
        }
        *at += next + sizeof head - 1;
    }
    *at = text.len;
    return (lj_slice){NULL, 0};
}

static void check_refusals(const ledger_type *type)
{
    enum { REFUSALS_MAX = 32 };
    const char *keys[REFUSALS_MAX];
    uint32_t count = 0;
    lj_slice text = read_source("src/ledger/records", type->name, ".c");
    for (size_t at = 0; at < text.len;) {
        lj_slice found = next_refusal(text, &at);
        if (found.len > 0) {
            const char *key = lj_arena_cstr(all.arena, found);
            assert_true(key != NULL && count < REFUSALS_MAX);
            CHECK(has_label(type, "refused", key), type, "refusal without labels", key);
            keys[count++] = key;
        }
    }
    bool has_guard = type->valid != NULL;
    for (uint32_t i = 0; i < type->move_count; i++) {
        has_guard = has_guard || type->moves[i].guard != NULL;
    }
    CHECK(has_guard == (count > 0), type, "guards", "their names begin with guard_");
    for (uint32_t i = 0; i < type->label_count; i++) {
        const char *label = type->labels[i].key;
        bool is_used = strncmp(label, "refused.", 8) != 0;
        for (uint32_t j = 0; j < count && !is_used; j++) {
            is_used = strcmp(label + 8, keys[j]) == 0;
        }
        CHECK(is_used, type, "no guard refuses this", label);
    }
}

static void test_records__refusals_have_labels(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < ledger_type_count; i++) {
        check_refusals(type_at(i));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records__types_are_in_order_and_named_once),
        cmocka_unit_test(test_records__fields_are_complete),
        cmocka_unit_test(test_records__rights_are_those_of_known_roles_and_never_of_administrators),
        cmocka_unit_test(test_records__roles_are_a_code_list),
        cmocka_unit_test(test_records__states_are_reached_and_only_ends_have_no_exit),
        cmocka_unit_test(test_records__moves_resolve),
        cmocka_unit_test(test_records__signatures_resolve),
        cmocka_unit_test(test_records__effects_resolve),
        cmocka_unit_test(test_records__queries_are_used_and_named_once),
        cmocka_unit_test(test_records__due_rules_have_limits),
        cmocka_unit_test(test_records__lists_resolve),
        cmocka_unit_test(test_records__labels_are_of_something_and_in_both_languages),
        cmocka_unit_test(test_records__refusals_have_labels),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
