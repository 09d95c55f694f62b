/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the bureau sees first: who is late, what waits this week, what changed since last year, and
 * the matrix of units by record types. Every number is a count over records at hand; what recurs
 * and what is serious come with findings. */
#ifndef LJ_LEDGER_OVERVIEW_H
#define LJ_LEDGER_OVERVIEW_H

#include "ledger/duty.h"

enum { LEDGER_OVERVIEW_MAX = 10, LEDGER_COMPARED_COUNT = 6, LEDGER_MATRIX_COLUMNS = 6 };

/* A count of the year up to today against the same days of the year before. */
typedef struct ledger_compared {
    const char *key, *zh, *en;
    int64_t now, before;
} ledger_compared;

typedef struct ledger_overview {
    const ledger_duty *late; /* the oldest ones */
    uint32_t late_count;
    int64_t late_total, late_units;
    const ledger_duty *week; /* due from today to the sixth day after */
    uint32_t week_count;
    int64_t week_total;
    ledger_compared changed[LEDGER_COMPARED_COUNT];
} ledger_overview;
/* LJ_E_FORBIDDEN for whoever has no post of the bureau. */
LJ_MUST_USE lj_code ledger_overview_of(ledger *book, store_conn *conn, const ledger_actor *actor,
                                       lj_arena *arena, ledger_overview *out, lj_err *err);

typedef struct ledger_cell {
    int64_t count, open, overdue; /* records at hand, open duties, of these past their day */
} ledger_cell;
typedef struct ledger_matrix_row {
    uint8_t unit[16];
    lj_slice name;
    ledger_cell cells[LEDGER_MATRIX_COLUMNS];
} ledger_matrix_row;
typedef struct ledger_matrix {
    ledger_matrix_row *rows; /* supervised units by number */
    uint32_t count;
} ledger_matrix;
/* Tags of the record types of the columns. */
extern const uint16_t ledger_matrix_types[LEDGER_MATRIX_COLUMNS];
/* LJ_E_FORBIDDEN for whoever has no post of the bureau. */
LJ_MUST_USE lj_code ledger_matrix_of(ledger *book, store_conn *conn, const ledger_actor *actor,
                                     lj_arena *arena, ledger_matrix *out, lj_err *err);

/* Duties of the actor's own posts that were done this year. */
LJ_MUST_USE lj_code ledger_duties_done(ledger *book, store_conn *conn, const ledger_actor *actor,
                                       int64_t *out, lj_err *err);

#endif
