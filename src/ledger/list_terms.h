/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The small notation of ledger_list.where, read once here for the generator of the queries
 * (tools/records.c) and for the kernel that binds them. */
#ifndef LJ_LEDGER_LIST_TERMS_H
#define LJ_LEDGER_LIST_TERMS_H

#include "ledger/record.h"

/* Row columns in the order of every generated query. */
typedef enum ledger_column {
    ROW_DISTRICT,
    ROW_ID,
    ROW_VERSION,
    ROW_STATE,
    ROW_UNIT,
    ROW_DEPARTMENT,
    ROW_PERSON,
    ROW_PARENT,
    ROW_NUMBER,
    ROW_HAPPENED_ON,
    ROW_CREATED_AT,
    ROW_CHANGED_AT,
    ROW_SOURCE,
    ROW_ENTERED_BY,
    ROW_FOR_POST,
    ROW_VOID,
    ROW_SORT_KEY,
} ledger_column;
enum { ROW_COUNT = ROW_SORT_KEY + 1 };

typedef struct ledger_column_row {
    const char *name;
    const char *in; /* "int", "text", "bytes" */
} ledger_column_row;
extern const ledger_column_row ledger_columns[ROW_COUNT];

/* The row column that a field is, or -1 when it has a column of its own. */
int ledger_column_of_field(const ledger_field *field);
/* "int", "text" or "bytes": how a field of the kind is stored. */
const char *ledger_kind_in(ledger_kind kind);
store_kind ledger_kind_store(ledger_kind kind);

/* Position of a field or state by name (len bytes), or -1. */
int ledger_field_find(const ledger_type *type, const char *name, size_t len);
int ledger_state_find(const ledger_type *type, const char *name, size_t len);
uint32_t ledger_state_count(const ledger_type *type);

enum { LEDGER_FILTER_MAX = 8 };
/* What a list's `where` and `order` say. */
typedef struct ledger_list_terms {
    uint32_t states;   /* bits; 0: any */
    bool state_filter; /* the caller may name one state */
    uint32_t filter_count;
    int filters[LEDGER_FILTER_MAX]; /* fields the caller may name a value for */
    uint32_t fixed_count;
    int fixed[LEDGER_FILTER_MAX]; /* fields with a given code */
    const char *fixed_code[LEDGER_FILTER_MAX];
    size_t fixed_len[LEDGER_FILTER_MAX];
    int order_column; /* ledger_column, or -1 */
    int order_field;  /* field, or -1 */
    bool descending;
} ledger_list_terms;

/* False with a reason in *out_why when the notation is wrong. */
bool ledger_list_read(const ledger_type *type, const ledger_list *list, ledger_list_terms *out,
                      const char **out_why);

/* Who sees which rows: the scopes that a list's queries are made for. */
typedef enum ledger_view {
    LEDGER_VIEW_DISTRICT,
    LEDGER_VIEW_UNIT,     /* two to four units */
    LEDGER_VIEW_ONE_UNIT, /* alone, so that an index gives its rows in order */
    LEDGER_VIEW_DEPARTMENT,
    LEDGER_VIEW_PERSON,
    LEDGER_VIEW_GRANT,
} ledger_view;
enum { LEDGER_VIEW_COUNT = LEDGER_VIEW_GRANT + 1, LEDGER_VIEW_UNITS = 4 };
/* Position of the filter `parent` in the terms; -1 when the list has none. */
int ledger_list_parent(const ledger_type *type, const ledger_list_terms *terms);
/* Which views make sense for a type's scope. */
bool ledger_view_fits(const ledger_type *type, ledger_view view);

/* The generated queries of a type: built from the tables by tools/records.c, prepared at build
 * time. */
typedef struct ledger_list_sql {
    const store_query *page[LEDGER_VIEW_COUNT][2][2]; /* [view][after a key][with search] */
    const store_query *count[LEDGER_VIEW_COUNT];
    /* The same below one parent; NULL where the list has no such filter. */
    const store_query *under[LEDGER_VIEW_COUNT][2][2];
    const store_query *under_count[LEDGER_VIEW_COUNT];
} ledger_list_sql;
typedef struct ledger_type_sql {
    const store_query *read, *lock, *insert, *update;
    const store_query *strays;                   /* rows that no version made */
    const store_query *numbered;                 /* id by number; NULL where there are none */
    const store_query *unique[LEDGER_FIELD_MAX]; /* by field; NULL where not unique */
    ledger_list_sql lists[LEDGER_LIST_MAX];
} ledger_type_sql;
/* In the order of ledger_types. */
extern const ledger_type_sql ledger_sql[];

#endif
