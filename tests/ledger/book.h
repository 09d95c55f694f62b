/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A ledger for tests: a fresh SQLite file, or a fresh schema in the PostgreSQL that LIJIAN_POSTGRES
 * names, with the demonstration names of a district that does not exist. */
#ifndef LJ_TESTS_LEDGER_BOOK_H
#define LJ_TESTS_LEDGER_BOOK_H

#include "base/num.h"
#include "ledger/actor.h"
#include "ledger/duty.h"
#include "ledger/list_terms.h"
#include "ledger/setup.h"

typedef struct book {
    store *db;
    ledger *ledger;
    lj_arena *arena;
    store_conn *reader;
    int64_t at; /* the clock of the test: UTC ms */
    ledger_setup_ids ids;
    char place[256];
} book;

/* Ends the test with a message when it cannot be made. */
void book_open(book *to);
void book_close(book *to);

/* Field values by name: "name=区教育局;kind=organ". Ids stand as UUIDs. NULL on failure is an error
 * of the test. Returns the code, the outcome is kept. */
typedef struct book_change {
    const char *type;
    const uint8_t *id; /* NULL: create */
    const char *event; /* NULL: edit or create */
    const char *fields;
    const char *reason;
    int64_t seen;        /* 0: the newest */
    int64_t happened_on; /* 0: today */
    const uint8_t *for_post;
    ledger_source source;
    int state; /* opening: state + 1; 0: none */
    const uint8_t *second;
} book_change;
lj_code book_apply(book *on, const ledger_actor *actor, const book_change *change,
                   ledger_outcome *out);
/* The same, which must succeed; the id of the record. */
void book_do(book *on, const ledger_actor *actor, const book_change *change, uint8_t out_id[16]);

/* A person at a unit with a post of the role there (made when missing), and the actor that has it.
 * unit NULL: the bureau's. */
ledger_actor book_actor(book *on, const char *name, const uint8_t *unit, const char *role);
/* The id as text, in a static ring of 8. */
const char *book_id(const uint8_t id[16]);

#endif
