/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A ledger for tests: a fresh SQLite file, or a fresh schema in the PostgreSQL that LIJIAN_POSTGRES
 * names, with the demonstration names of a district that does not exist. */
#ifndef LJ_TESTS_LEDGER_BOOK_H
#define LJ_TESTS_LEDGER_BOOK_H

#include "base/num.h"
#include "book_queries.h"
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
void book_open_as(book *to, bool is_classified, seal_hash suite);
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
    bool is_new;              /* with an id made elsewhere */
    const ledger_input *more; /* one value besides the fields */
} book_change;
lj_code book_apply(book *on, const ledger_actor *actor, const book_change *change,
                   ledger_outcome *out);
/* The same, and undone. */
lj_code book_try(book *on, const ledger_actor *actor, const book_change *change,
                 ledger_outcome *out);
/* The same, which must succeed; the id of the record. */
void book_do(book *on, const ledger_actor *actor, const book_change *change, uint8_t out_id[16]);

/* A person at a unit with a post of the role there (made when missing), and the actor that has it.
 * unit NULL: the bureau's. */
ledger_actor book_actor(book *on, const char *name, const uint8_t *unit, const char *role);
/* The same with a second post for somebody who is there. */
void book_appoint(book *on, const ledger_actor *actor, const uint8_t *unit, const char *role);
/* The first post of the role at the unit (NULL: the bureau's). False when there is none. */
bool book_post(book *on, const uint8_t *unit, const char *role, uint8_t out[16]);
/* The id as text, in a static ring of 8. */
const char *book_id(const uint8_t id[16]);
/* A district with two supervised units (0 and 1), each with a department, its three posts held, a
 * head of the department and a person. */
typedef struct book_town {
    book on;
    uint8_t unit[2][16], department[2][16];
    ledger_actor kernel, leader, inspector, committee, nobody;
    ledger_actor head[2], watch[2], officer[2], office[2], person[2];
} book_town;
void book_town_open(book_town *to, bool is_classified);
void book_town_close(book_town *to);
static inline const uint8_t *book_person_of(const ledger_actor *actor)
{
    return actor->person.bytes.ptr;
}

/* The template with its first %s the id a and its second the id b; in the arena. */
const char *book_text(book *on, const char *template, const uint8_t *a, const uint8_t *b);
/* A day as text, in a static ring of 8. */
const char *book_day(int64_t on_day);
int64_t book_today(const book *on);
void book_next_day(book *on, int days);

/* As the kernel sees it; NULL when it is not there. */
ledger_record *book_read(book *on, const char *type, const uint8_t id[16]);
/* The value of a field by name. */
const store_value *book_value(const ledger_record *record, const char *field);
/* The first column of the first row, 0 without a row. */
int64_t book_num(book *on, const store_query *query, const store_value *args, size_t count);
/* The same for queries of the district and a record, and those with a number behind. */
int64_t book_of(book *on, const store_query *query, const uint8_t id[16]);
int64_t book_of_state(book *on, const store_query *query, const uint8_t id[16], int64_t state);
int64_t book_log_size(book *on);

/* The root of the first `size` entries (0: of all): computed anew from the leaves and from the
 * stored nodes, which must agree; the entries must be without gaps and never go back. */
seal_digest book_root(book *on, int64_t size);

/* A signature ahead of the move. person NULL: the actor's own, in session; else on paper. */
lj_code book_sign(book *on, const ledger_actor *actor, const ledger_signing *signing,
                  ledger_outcome *out);
/* An account of the person with grants of the posts; written past the kernel. */
void book_account_make(book *on, const uint8_t person[16], const uint8_t (*posts)[16],
                       uint32_t post_count, uint8_t out_account[16]);
void book_account_grant(book *on, const uint8_t account[16], const uint8_t post[16]);

/* Numbers that follow from a seed: the same run again. */
typedef struct book_random {
    uint64_t state;
} book_random;
uint64_t book_random_next(book_random *random);
/* 0 to below - 1. */
uint32_t book_random_below(book_random *random, uint32_t below);
/* LIJIAN_SEED, else a fixed one. */
uint64_t book_seed(void);

#endif
