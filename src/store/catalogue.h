/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The tables that the migrations make, as tools/sql.c finds them when it applies the migrations:
 * what a dump writes and a load fills, in an order that foreign keys allow (parents first, else by
 * name), the same on both engines. Left out are `migration` and what a migration calls local. */
#ifndef LJ_STORE_CATALOGUE_H
#define LJ_STORE_CATALOGUE_H

#include "store/migrate.h"

typedef struct store_table {
    const char *name;
    const char *const *columns; /* column_count names, in the order of the table */
    const char *kinds;          /* a letter per column: i int, t text, b bytes */
    const char *nulls;          /* a letter per column: n NULL may stand there, - it may not */
    uint8_t column_count;
    const store_query *all;  /* every row, ordered by primary key */
    const store_query *some; /* one row when there is any */
    const store_query *add;  /* a row; one parameter per column */
} store_table;

typedef struct store_link {
    const char *child;
    const char *parent;
    const store_query *orphans; /* count of rows of the child without their parent */
} store_link;

/* A schema: the migrations with what they make. */
typedef struct store_schema {
    const store_migration *migrations;
    uint32_t migration_count;
    const store_table *tables;
    uint32_t table_count;
    const store_link *links;
    uint32_t link_count;
} store_schema;

extern const store_table store_tables[]; /* generated */
extern const uint32_t store_table_count;
extern const store_link store_links[]; /* generated */
extern const uint32_t store_link_count;

/* The product's own. */
store_schema store_schema_of_product(void);

#endif
