/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The demonstration district: two years of a ledger, played day by day through the record kernel,
 * so that its history, log and duties are those of a real one. Everything in it is invented; the
 * same seed and day make the same bytes.
 *
 * How it works: steps wait in a queue by instant (demo_later). The player takes the earliest, opens
 * a transaction at that instant and runs it; a step changes records (demo_apply) and puts further
 * steps in the queue. What would happen today or later is dropped, and so open duties remain.
 * The first failure stays in the demo, and every later call does nothing. */
#ifndef LJ_PROGRAMS_DEMO_H
#define LJ_PROGRAMS_DEMO_H

#include "ledger/account.h"
#include "ledger/list_terms.h"
#include "programs/data_dir.h"

/* ---- chance: SplitMix64, for what must be the same again and need not be secret ---- */
typedef struct demo_random {
    uint64_t state;
} demo_random;
uint64_t demo_random_next(demo_random *random);
void demo_random_fill(void *ctx, uint8_t *dst, size_t len); /* ctx: a demo_random */
/* 0 to count - 1; count > 0. */
uint32_t demo_random_below(demo_random *random, uint32_t count);

/* ---- the district ---- */
#define DEMO_NOBODY UINT32_MAX
enum { DEMO_DAYS = 730, DEMO_VALUES_MAX = 12, DEMO_DEPARTMENTS_MAX = 5 };
typedef enum demo_role { DEMO_HEAD, DEMO_LEADER, DEMO_OFFICER, DEMO_ROLE_COUNT } demo_role;

typedef struct demo_department {
    uint8_t id[16], head_post[16];
} demo_department;
typedef struct demo_unit {
    uint8_t id[16], posts[DEMO_ROLE_COUNT][16];
    uint32_t holders[DEMO_ROLE_COUNT]; /* numbers of persons, or DEMO_NOBODY */
    demo_department departments[DEMO_DEPARTMENTS_MAX];
    uint32_t department_count, staff, care; /* care: how often of 100 it does what is asked */
    const char *name;
    uint8_t account[16]; /* of its officer, where has_account */
    uint32_t account_count;
    bool is_supervised, is_on_paper, is_gone, has_account;
} demo_unit;
typedef struct demo_person {
    uint8_t id[16];
    uint32_t unit;
    bool is_gone;
} demo_person;

/* Units by number: 0 is the one whose people have demonstration logins. */
enum { DEMO_UNITS_MAX = 96, DEMO_PERSONS_MAX = 600, DEMO_INSPECTORS = 3 };
enum { DEMO_UNIT_OF_LOGINS = 0 };

typedef struct demo demo;
typedef struct demo_event demo_event;
typedef void (*demo_step)(demo *on, const demo_event *event);
struct demo_event {
    int64_t at;
    uint32_t order; /* of those at one instant: the order in which they were put in */
    demo_step step;
    uint32_t a, b;
    uint8_t id[16];
};

struct demo {
    data_dir *dir;
    demo_random random;
    ledger_actor actor;
    ledger_txn *txn;
    lj_arena *arena, *scratch; /* lasting; until the end of the transaction */
    lj_arena_mark scratch_mark;
    int32_t first_on, today, on; /* begins, ends before, is now */
    demo_event *events;          /* a heap, the earliest first */
    uint32_t event_count, event_cap, event_order;
    demo_unit units[DEMO_UNITS_MAX];
    uint32_t unit_count;
    demo_person persons[DEMO_PERSONS_MAX];
    uint32_t person_count;
    uint8_t bureau[16], leader_post[16], inspector_post[16], squad_post[16];
    uint32_t leader, inspectors[DEMO_INSPECTORS];
    uint32_t department_head; /* of the unit of the logins */
    uint8_t inspector_account[16];
    char nobody[PASSWORD_HASH_MAX]; /* hash of a password that nobody knows */
    password_made first[ACCOUNT_FIRST_COUNT];
    lj_code code;
    lj_err err;
    char failed[160]; /* which change was refused, and why */
};

/* ---- demo_book.c: changes ---- */
typedef struct demo_value {
    const char *field; /* NULL ends a list */
    store_value value;
} demo_value;
#define DEMO_TEXT(text) store_cstr(text)
#define DEMO_ID(id)     store_bytes(lj_slice_of((id), 16))

typedef struct demo_change {
    const char *type, *event, *reason;
    const uint8_t *id;       /* NULL: a new record */
    const char *opening;     /* state of an opening balance */
    const uint8_t *for_post; /* entered from paper on behalf of this post */
    demo_value values[DEMO_VALUES_MAX];
} demo_change;
/* out_id: NULL when nobody asks. */
void demo_apply(demo *on, const demo_change *change, uint8_t *out_id);
typedef struct demo_signing {
    const char *type, *event, *role;
    const uint8_t *id, *person;
} demo_signing;
void demo_sign(demo *on, const demo_signing *signing);
/* State of a record: for steps that may come too late. -1 when it cannot be read. */
int demo_state(demo *on, const char *type, const uint8_t id[16]);

void demo_begin(demo *on, int64_t at);
void demo_end(demo *on);
void demo_fail(demo *on, lj_code code, const char *what);
/* Text out of parts, the last of them NULL; lives in the arena. "" without memory. */
const char *demo_join(lj_arena *arena, const char *const *parts);
#define DEMO_JOIN(arena, ...) demo_join((arena), (const char *const[]){__VA_ARGS__, NULL})
const char *demo_dec(demo *on, uint32_t num);

/* ---- demo_play.c: the queue ---- */
/* On the day (the next working day when it is none), at some minute of the working hours. Dropped
 * when that is today or later. id: kept as it is, or NULL. */
void demo_later(demo *on, int32_t day, demo_step step, uint32_t a, uint32_t b, const uint8_t *id);
void demo_play(demo *on);
bool demo_chance(demo *on, uint32_t of_hundred);
uint32_t demo_between(demo *on, uint32_t least, uint32_t most);
int32_t demo_workday(const demo *on, int32_t day);

/* ---- demo_units.c, demo_people.c: what stands on the first day ---- */
void demo_open_units(demo *on);
/* The posts that were made with the unit and its departments. */
void demo_find_posts(demo *on, demo_unit *unit);
void demo_open_bureau(demo *on);
uint32_t demo_person_new(demo *on, uint32_t unit, uint32_t department, bool is_opening);
/* Takes a post of the unit; `basis` is the paper. */
void demo_appoint(demo *on, uint32_t person, const uint8_t post[16], bool is_opening,
                  bool is_stand_in);

/* ---- demo_year.c, demo_changes.c: what happens ---- */
void demo_plan_notices(demo *on);
void demo_plan_meetings(demo *on);
void demo_plan_directives(demo *on);
void demo_plan_changes(demo *on);

/* ---- demo_accounts.c ---- */
typedef struct demo_login {
    const char *name, *password, *display, *zh, *en;
} demo_login;
extern const demo_login demo_logins[];
extern const uint32_t demo_login_count;
void demo_make_accounts(demo *on);
/* Officers have accounts where the unit does not work on paper: makes the one of its officer of
 * now, and closes that of the one before. Nobody can log in with them. */
void demo_officer_account(demo *on, uint32_t unit);
void demo_close_account(demo *on, uint32_t unit);
/* Who enters what comes next: the program, the bureau, the unit's officer (of a unit without an
 * account the bureau, from paper). The player begins every step as the bureau. */
void demo_as_program(demo *on);
void demo_as_bureau(demo *on);
void demo_as_unit(demo *on, uint32_t unit);

#endif
