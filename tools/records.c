/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Makes the queries that every record type needs out of the tables in src/ledger/records/: read,
 * lock, insert, update, unique, and the pages of its named lists for every view. Usage: records
 * OUT.sql OUT.c. The .sql goes through tools/sql.c like one written by hand, so a table that does
 * not fit its migration is a build error. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/list_terms.h"

static FILE *sql;
static FILE *c_file;

static const char *const view_names[LEDGER_VIEW_COUNT] = {"district",   "unit",   "one_unit",
                                                          "department", "person", "grant"};

static void fail(const ledger_type *type, const char *list, const char *why)
{
    fprintf(stderr, "records: %s, list %s: %s\n", type->name, list, why);
    exit(1);
}

/* Columns of a type: the row's, then the fields that have their own. */
typedef struct columns {
    const char *names[ROW_COUNT + LEDGER_FIELD_MAX];
    const char *in[ROW_COUNT + LEDGER_FIELD_MAX];
    int count;
} columns;

static columns columns_of(const ledger_type *type)
{
    columns all = {.count = 0};
    for (int i = 0; i < ROW_COUNT; i++) {
        all.names[all.count] = ledger_columns[i].name;
        all.in[all.count++] = ledger_columns[i].in;
    }
    for (int i = 0; i < type->field_count; i++) {
        if (ledger_column_of_field(&type->fields[i]) < 0) {
            all.names[all.count] = type->fields[i].name;
            all.in[all.count++] = ledger_kind_in(type->fields[i].kind);
        }
    }
    return all;
}

static void put_names(const columns *all, const char *prefix)
{
    for (int i = 0; i < all->count; i++) {
        fprintf(sql, "%s%s%s", i > 0 ? ", " : "", prefix, all->names[i]);
    }
}

static void put_record(const ledger_type *type, const columns *all)
{
    for (int lock = 0; lock < 2; lock++) {
        fprintf(sql, "-- query: %s_%s   in: district int, id bytes   out: %d\nSELECT ", type->name,
                lock ? "lock" : "read", all->count);
        put_names(all, "");
        fprintf(sql, " FROM %s WHERE district = :district AND id = :id%s;\n\n", type->name,
                lock ? " {LOCK}" : "");
    }
    if (type->number != NULL) {
        fprintf(sql,
                "-- query: %s_numbered   in: district int, number text   out: 1\n"
                "SELECT id FROM %s WHERE district = :district AND number = :number LIMIT 1;\n\n",
                type->name, type->name);
    }
    fprintf(sql, "-- query: %s_insert   in: ", type->name);
    for (int i = 0; i < all->count; i++) {
        fprintf(sql, "%s%s %s", i > 0 ? ", " : "", all->names[i], all->in[i]);
    }
    fprintf(sql, "   out: 0\nINSERT INTO %s (", type->name);
    put_names(all, "");
    fprintf(sql, ") VALUES (");
    put_names(all, ":");
    fprintf(sql, ");\n\n");
    fprintf(sql, "-- query: %s_update   in: ", type->name);
    for (int i = 0; i < all->count; i++) {
        fprintf(sql, "%s%s %s", i > 0 ? ", " : "", all->names[i], all->in[i]);
    }
    fprintf(sql, ", seen int   out: 0\nUPDATE %s SET ", type->name);
    for (int i = ROW_VERSION; i < all->count; i++) {
        fprintf(sql, "%s%s = :%s", i > ROW_VERSION ? ", " : "", all->names[i], all->names[i]);
    }
    fprintf(sql, " WHERE district = :district AND id = :id AND version = :seen;\n\n");
    fprintf(sql,
            "-- query: %s_strays   in: district int   out: 1\n"
            "SELECT t.id FROM %s t WHERE t.district = :district AND NOT EXISTS (SELECT 1 FROM "
            "moved m WHERE m.district = t.district AND m.record = t.id AND m.seq = 1) "
            "ORDER BY t.id LIMIT 100;\n\n",
            type->name, type->name);
    for (int i = 0; i < type->field_count; i++) {
        const ledger_field *field = &type->fields[i];
        if ((field->flags & LEDGER_UNIQUE) != 0) {
            fprintf(
                sql,
                "-- query: %s_unique_%s   in: district int, wanted %s, id bytes   out: 1\n"
                "SELECT id FROM %s WHERE district = :district AND %s = :wanted AND void = 0 AND "
                "id <> :id;\n\n",
                type->name, field->name, ledger_kind_in(field->kind), type->name, field->name);
        }
    }
}

/* The head of a list query: its parameters in the order in which ledger/list.c binds them. */
static void put_list_head(const ledger_type *type, const ledger_list_terms *terms, ledger_view view,
                          bool after, bool search, const char *order_in)
{
    fprintf(sql, "district int");
    switch (view) {
    case LEDGER_VIEW_DISTRICT:
        break;
    case LEDGER_VIEW_UNIT:
        fprintf(sql, ", unit1 bytes, unit2 bytes, unit3 bytes, unit4 bytes");
        break;
    case LEDGER_VIEW_ONE_UNIT:
        fprintf(sql, ", unit bytes");
        break;
    case LEDGER_VIEW_DEPARTMENT:
        fprintf(sql, ", department bytes");
        break;
    case LEDGER_VIEW_PERSON:
        fprintf(sql, ", person bytes");
        break;
    case LEDGER_VIEW_GRANT:
        fprintf(sql, ", post bytes, today int");
        break;
    }
    if (terms->state_filter) {
        fprintf(sql, ", state int");
    }
    for (uint32_t i = 0; i < terms->filter_count; i++) {
        const ledger_field *field = &type->fields[terms->filters[i]];
        fprintf(sql, ", f_%s %s", field->name, ledger_kind_in(field->kind));
    }
    if (search) {
        fprintf(sql, ", gram1 int, gram2 int, gram3 int");
    }
    if (after) {
        fprintf(sql, ", after_key %s, after_id bytes", order_in);
    }
}

/* A filter that may be left out hides the index behind it: the one for the parent, which the pages
 * of parents always give, has queries of its own. */
typedef struct variant {
    ledger_view view;
    bool after, search, under;
} variant;

/* One state as an equality: so a partial index of that state is seen to fit. */
static void put_states(uint32_t states)
{
    bool is_one = (states & (states - 1)) == 0;
    const char *comma = "";
    for (uint32_t i = 0; i < LEDGER_STATE_MAX && states != 0; i++) {
        if ((states & 1u << i) != 0) {
            fprintf(sql, "%s%s%u", *comma == '\0' ? " AND t.state " : "",
                    *comma != '\0' ? comma
                    : is_one       ? "= "
                                   : "IN (",
                    i);
            comma = ", ";
        }
    }
    fprintf(sql, "%s", states != 0 && !is_one ? ")" : "");
}

static void put_where(const ledger_type *type, const ledger_list_terms *terms, variant of)
{
    fprintf(sql, " FROM %s t WHERE t.district = :district AND t.void = 0", type->name);
    switch (of.view) {
    case LEDGER_VIEW_DISTRICT:
        break;
    case LEDGER_VIEW_UNIT:
        fprintf(sql, " AND t.unit IN (:unit1, :unit2, :unit3, :unit4)");
        break;
    case LEDGER_VIEW_ONE_UNIT:
        fprintf(sql, " AND t.unit = :unit");
        break;
    case LEDGER_VIEW_DEPARTMENT:
        fprintf(sql, " AND t.department = :department");
        break;
    case LEDGER_VIEW_PERSON:
        fprintf(sql, " AND t.person = :person");
        break;
    case LEDGER_VIEW_GRANT:
        fprintf(sql, " AND EXISTS (SELECT 1 FROM granted g WHERE g.district = :district AND "
                     "g.post = :post AND g.record IN (t.id, t.unit) AND g.since <= :today AND "
                     "(g.until IS NULL OR g.until >= :today))");
        break;
    }
    put_states(terms->states);
    if (terms->state_filter) {
        fprintf(sql, " AND (:state IS NULL OR t.state = :state)");
    }
    for (uint32_t i = 0; i < terms->filter_count; i++) {
        const char *name = type->fields[terms->filters[i]].name;
        if (of.under && (int)i == ledger_list_parent(type, terms)) {
            fprintf(sql, " AND t.parent = :f_parent");
        } else {
            fprintf(sql, " AND (:f_%s IS NULL OR t.%s = :f_%s)", name, name, name);
        }
    }
    for (uint32_t i = 0; i < terms->fixed_count; i++) {
        fprintf(sql, " AND t.%s = '%.*s'", type->fields[terms->fixed[i]].name,
                (int)terms->fixed_len[i], terms->fixed_code[i]);
    }
    for (int i = 1; of.search && i <= 3; i++) {
        fprintf(sql,
                " AND t.id IN (SELECT s.id FROM search s WHERE s.district = :district AND s.type = "
                "%u AND s.gram = :gram%d)",
                type->tag, i);
    }
}

static void put_query_name(const ledger_type *type, const ledger_list *list, variant of)
{
    fprintf(sql, "-- query: %s_%s_%s%s%s%s", type->name, list->name, view_names[of.view],
            of.under ? "_under" : "", of.search ? "_search" : "", of.after ? "_after" : "");
}

static void put_page(const ledger_type *type, const columns *all, const ledger_list *list,
                     const ledger_list_terms *terms, variant of)
{
    const char *order = terms->order_column >= 0 ? ledger_columns[terms->order_column].name
                                                 : type->fields[terms->order_field].name;
    const char *order_in = terms->order_column >= 0
                               ? ledger_columns[terms->order_column].in
                               : ledger_kind_in(type->fields[terms->order_field].kind);
    put_query_name(type, list, of);
    fprintf(sql, "   in: ");
    put_list_head(type, terms, of.view, of.after, of.search, order_in);
    fprintf(sql, ", most int   out: %d\nSELECT ", all->count);
    put_names(all, "t.");
    put_where(type, terms, of);
    const char *sign = terms->descending ? "<" : ">";
    const char *way = terms->descending ? " DESC" : "";
    if (of.after) {
        fprintf(sql, " AND (t.%s, t.id) %s (:after_key, :after_id)", order, sign);
    }
    fprintf(sql, " ORDER BY t.%s%s, t.id%s LIMIT :most;\n\n", order, way, way);
}

static void put_count(const ledger_type *type, const ledger_list *list,
                      const ledger_list_terms *terms, variant of)
{
    put_query_name(type, list, of);
    fprintf(sql, "_count   in: ");
    put_list_head(type, terms, of.view, false, false, "");
    fprintf(sql, "   out: 1\nSELECT count(*)");
    put_where(type, terms, of);
    fprintf(sql, ";\n\n");
}

static void put_list(const ledger_type *type, const columns *all, const ledger_list *list)
{
    ledger_list_terms terms;
    const char *why = NULL;
    if (!ledger_list_read(type, list, &terms, &why)) {
        fail(type, list->name, why);
    }
    int variants = ledger_list_parent(type, &terms) >= 0 ? 2 : 1;
    for (int at = 0; at < LEDGER_VIEW_COUNT * variants; at++) {
        variant of = {.view = (ledger_view)(at % LEDGER_VIEW_COUNT),
                      .under = at >= LEDGER_VIEW_COUNT};
        if (!ledger_view_fits(type, of.view)) {
            continue;
        }
        for (int i = 0; i < 4; i++) {
            of.after = (i & 1) != 0;
            of.search = (i & 2) != 0;
            put_page(type, all, list, &terms, of);
        }
        of.after = of.search = false;
        put_count(type, list, &terms, of);
    }
}

/* The members page and count, or under and under_count. */
static void put_list_members(const ledger_type *type, const ledger_list *list, bool under)
{
    fprintf(c_file, "                .%s = {\n", under ? "under" : "page");
    for (int view = 0; view < LEDGER_VIEW_COUNT; view++) {
        if (!ledger_view_fits(type, (ledger_view)view)) {
            fprintf(c_file, "                    {{NULL, NULL}, {NULL, NULL}},\n");
            continue;
        }
        char base[200];
        snprintf(base, sizeof base, "%s_%s_%s%s", type->name, list->name, view_names[view],
                 under ? "_under" : "");
        fprintf(c_file,
                "                    {{&q_%s, &q_%s_search}, {&q_%s_after, "
                "&q_%s_search_after}},\n",
                base, base, base, base);
    }
    fprintf(c_file, "                },\n                .%scount = {", under ? "under_" : "");
    for (int view = 0; view < LEDGER_VIEW_COUNT; view++) {
        if (ledger_view_fits(type, (ledger_view)view)) {
            fprintf(c_file, "&q_%s_%s_%s%s_count, ", type->name, list->name, view_names[view],
                    under ? "_under" : "");
        } else {
            fprintf(c_file, "NULL, ");
        }
    }
    fprintf(c_file, "},\n");
}

static void put_list_object(const ledger_type *type, const ledger_list *list)
{
    ledger_list_terms terms;
    const char *why = NULL;
    if (!ledger_list_read(type, list, &terms, &why)) {
        fail(type, list->name, why);
    }
    fprintf(c_file, "            {\n");
    put_list_members(type, list, false);
    if (ledger_list_parent(type, &terms) >= 0) {
        put_list_members(type, list, true);
    }
    fprintf(c_file, "            },\n");
}

static void put_object(const ledger_type *type)
{
    const char *name = type->name;
    fprintf(c_file, "    {\n        .read = &q_%s_read,\n        .lock = &q_%s_lock,\n", name,
            name);
    fprintf(c_file, "        .insert = &q_%s_insert,\n        .update = &q_%s_update,\n", name,
            name);
    fprintf(c_file, "        .strays = &q_%s_strays,\n", name);
    if (type->number != NULL) {
        fprintf(c_file, "        .numbered = &q_%s_numbered,\n", name);
    }
    for (int i = 0; i < type->field_count; i++) {
        if ((type->fields[i].flags & LEDGER_UNIQUE) != 0) {
            fprintf(c_file, "        .unique[%d] = &q_%s_unique_%s,\n", i, name,
                    type->fields[i].name);
        }
    }
    fprintf(c_file, "        .lists = {\n");
    for (int i = 0; i < type->list_count; i++) {
        put_list_object(type, &type->lists[i]);
    }
    fprintf(c_file, "        },\n    },\n");
}

int main(int argc, char **argv)
{
    if (argc != 3 || (sql = fopen(argv[1], "w")) == NULL ||
        (c_file = fopen(argv[2], "w")) == NULL) {
        fprintf(stderr, "usage: records OUT.sql OUT.c\n");
        return 64;
    }
    fprintf(sql, "-- Made by tools/records.c out of the record tables: do not edit.\n\n");
    fprintf(c_file, "/* Made by tools/records.c out of the record tables: do not edit. */\n"
                    "#include \"ledger/list_terms.h\"\n#include \"ledger/queries.h\"\n\n"
                    "const ledger_type_sql ledger_sql[] = {\n");
    for (uint32_t i = 0; i < ledger_type_count; i++) {
        const ledger_type *type = ledger_types[i];
        columns all = columns_of(type);
        put_record(type, &all);
        for (int j = 0; j < type->list_count; j++) {
            put_list(type, &all, &type->lists[j]);
        }
        put_object(type);
    }
    fprintf(c_file, "};\n");
    return fclose(sql) == 0 && fclose(c_file) == 0 ? 0 : 1;
}
