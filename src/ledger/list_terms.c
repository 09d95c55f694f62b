/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Row columns, and the notation of lists:  term { " " term }
 *     state?          the caller may filter by state        field?       ... by the value of a
 * field state:a,b       only records in these states          field:code   only those with the code
 * order: [-]column, a row column or a field that is always there. */
#include "ledger/list_terms.h"

#include <string.h>

#include "base/num.h"

const ledger_column_row ledger_columns[ROW_COUNT] = {
    {"district",    "int"  },
    {"id",          "bytes"},
    {"version",     "int"  },
    {"state",       "int"  },
    {"unit",        "bytes"},
    {"department",  "bytes"},
    {"person",      "bytes"},
    {"parent",      "bytes"},
    {"number",      "text" },
    {"happened_on", "int"  },
    {"created_at",  "int"  },
    {"changed_at",  "int"  },
    {"source",      "int"  },
    {"entered_by",  "bytes"},
    {"for_post",    "bytes"},
    {"void",        "int"  },
    {"sort_key",    "bytes"},
};

int ledger_column_of_field(const ledger_field *field)
{
    if (field->kind != LEDGER_REF) {
        return -1;
    }
    for (int i = ROW_UNIT; i <= ROW_PARENT; i++) {
        if (strcmp(field->name, ledger_columns[i].name) == 0) {
            return i;
        }
    }
    return -1;
}

store_kind ledger_kind_store(ledger_kind kind)
{
    switch (kind) {
    case LEDGER_TEXT:
    case LEDGER_CODE:
        return STORE_TEXT;
    case LEDGER_REF:
    case LEDGER_KEYED_HASH:
    case LEDGER_FILE_HASH:
        return STORE_BYTES;
    case LEDGER_INT:
    case LEDGER_PT100:
    case LEDGER_BOOL:
    case LEDGER_DATE:
    case LEDGER_INSTANT:
        break;
    }
    return STORE_INT;
}

const char *ledger_kind_in(ledger_kind kind)
{
    store_kind how = ledger_kind_store(kind);
    return how == STORE_TEXT ? "text" : how == STORE_BYTES ? "bytes" : "int";
}

static bool same(const char *name, const char *text, size_t len)
{
    return strlen(name) == len && memcmp(name, text, len) == 0;
}

int ledger_field_find(const ledger_type *type, const char *name, size_t len)
{
    for (int i = 0; i < type->field_count; i++) {
        if (same(type->fields[i].name, name, len)) {
            return i;
        }
    }
    return -1;
}

uint32_t ledger_state_count(const ledger_type *type)
{
    uint32_t count = 0;
    while (type->states[count] != NULL) {
        count++;
    }
    return count;
}

int ledger_state_find(const ledger_type *type, const char *name, size_t len)
{
    for (int i = 0; type->states[i] != NULL; i++) {
        if (same(type->states[i], name, len)) {
            return i;
        }
    }
    return -1;
}

/* "a,b" as bits of states; 0 when one is unknown. */
static uint32_t read_states(const ledger_type *type, const char *text, size_t len)
{
    uint32_t states = 0;
    while (len > 0) {
        const char *comma = memchr(text, ',', len);
        size_t one = comma != NULL ? (size_t)(comma - text) : len;
        int state = ledger_state_find(type, text, one);
        if (state < 0) {
            return 0;
        }
        states |= 1u << state;
        size_t step = comma != NULL ? one + 1 : one;
        text += step;
        len -= step;
    }
    return states;
}

/* A term that narrows the list; NULL or the reason why not. */
static const char *read_fixed(const ledger_type *type, const char *term, size_t len,
                              ledger_list_terms *out)
{
    const char *colon = memchr(term, ':', len);
    if (colon == NULL) {
        return "a term is `name?` or `name:value`";
    }
    size_t name_len = (size_t)(colon - term);
    const char *value = colon + 1;
    size_t value_len = len - name_len - 1;
    if (same("state", term, name_len)) {
        out->states = read_states(type, value, value_len);
        return out->states != 0 ? NULL : "unknown state";
    }
    int field = ledger_field_find(type, term, name_len);
    if (field < 0 || type->fields[field].kind != LEDGER_CODE ||
        out->fixed_count == LEDGER_FILTER_MAX) {
        return "only a CODE field can be held to a value";
    }
    out->fixed[out->fixed_count] = field;
    out->fixed_code[out->fixed_count] = value;
    out->fixed_len[out->fixed_count++] = value_len;
    return NULL;
}

static const char *read_term(const ledger_type *type, const char *term, size_t len,
                             ledger_list_terms *out)
{
    if (term[len - 1] != '?') {
        return read_fixed(type, term, len, out);
    }
    if (same("state", term, len - 1)) {
        out->state_filter = true;
        return NULL;
    }
    int field = ledger_field_find(type, term, len - 1);
    if (field < 0 || out->filter_count == LEDGER_FILTER_MAX) {
        return "unknown field in a filter";
    }
    out->filters[out->filter_count++] = field;
    return NULL;
}

static const char *read_order(const ledger_type *type, const char *order, ledger_list_terms *out)
{
    out->descending = order[0] == '-';
    const char *name = order + (out->descending ? 1 : 0);
    out->order_column = -1;
    out->order_field = -1;
    for (int i = 0; i < ROW_COUNT; i++) {
        if (strcmp(name, ledger_columns[i].name) == 0) {
            out->order_column = i;
            return NULL;
        }
    }
    int field = ledger_field_find(type, name, strlen(name));
    if (field < 0 || type->fields[field].required == NULL ||
        strcmp(type->fields[field].required, "always") != 0) {
        return "the order is a row column or a field that is always there";
    }
    out->order_field = field;
    return NULL;
}

bool ledger_list_read(const ledger_type *type, const ledger_list *list, ledger_list_terms *out,
                      const char **out_why)
{
    *out = (ledger_list_terms){0};
    const char *at = list->where != NULL ? list->where : "";
    while (*at != '\0') {
        size_t len = strcspn(at, " ");
        const char *why = len > 0 ? read_term(type, at, len, out) : NULL;
        if (why != NULL) {
            *out_why = why;
            return false;
        }
        at += len + (at[len] == ' ' ? 1 : 0);
    }
    *out_why = read_order(type, list->order, out);
    return *out_why == NULL;
}

int ledger_list_parent(const ledger_type *type, const ledger_list_terms *terms)
{
    for (uint32_t i = 0; i < terms->filter_count; i++) {
        if (strcmp(type->fields[terms->filters[i]].name, "parent") == 0) {
            return (int)i;
        }
    }
    return -1;
}

bool ledger_view_fits(const ledger_type *type, ledger_view view)
{
    switch (view) {
    case LEDGER_VIEW_DISTRICT:
        return true;
    case LEDGER_VIEW_UNIT:
    case LEDGER_VIEW_ONE_UNIT:
    case LEDGER_VIEW_GRANT:
    case LEDGER_VIEW_DEPARTMENT: /* a post of a unit may be one of a department */
        return type->scope != LEDGER_OF_DISTRICT;
    case LEDGER_VIEW_PERSON:
        return type->scope == LEDGER_OF_PERSON || type->self == LEDGER_SELF_PERSON;
    }
    return false;
}
