/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A query as tools/sql.c makes it out of a .sql file:
 *
 *     -- query: duty_list   in: district int, post bytes, after_on int, most int   out: 6
 *     SELECT ... WHERE district = :district AND ...;
 *
 * Parameters are named (:name) and typed (int, text, bytes) in the head; `out:` is the number of
 * columns, 0 for none. The tool applies all migrations to a SQLite database in memory and prepares
 * every query there, so a typing mistake is a build error. The query above becomes the object
 * `q_duty_list` in the header of its folder (ledger/queries.h). A connection remembers a query by
 * its address: queries are never made at run time. */
#ifndef LJ_STORE_QUERY_H
#define LJ_STORE_QUERY_H

#include <stdint.h>

enum {
    STORE_ARGS_MAX = 128,    /* parameters of a query; tools/sql.c refuses more */
    STORE_COLUMNS_MAX = 128, /* columns of a query, and of a table */
};

typedef struct store_query {
    const char *name;          /* "duty_list" */
    const char *sqlite;        /* with ?1, ?2 ... */
    const char *postgres;      /* with $1, $2 ... */
    const char *const *params; /* names of the parameters; NULL for queries of store itself */
    const char *in;            /* a letter per parameter: i int, t text, b bytes */
    uint8_t in_count;
    uint8_t out_count; /* columns */
} store_query;

#endif
