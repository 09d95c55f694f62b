/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Duties: what waits for a post by a date, and who answers for a post. */
#ifndef LJ_LEDGER_DUTY_H
#define LJ_LEDGER_DUTY_H

#include "ledger/ledger.h"

typedef enum duty_state { DUTY_OPEN, DUTY_DONE, DUTY_VOID, DUTY_PAUSED } duty_state;

/* Who answers. person is null only in a district whose bureau leader's post nobody ever held. */
typedef struct ledger_answerer {
    store_value person; /* 16 bytes */
    store_value post;   /* the post that he holds: another one when the duty fell to it */
    bool is_stand_in;
    bool is_former; /* nobody leads the bureau today: the one who did last */
    uint32_t hops;  /* units gone through; 0: the post itself is held */
} ledger_answerer;
/* Total: every post that exists has an answer on every day. LJ_E_NOT_FOUND for no post. */
LJ_MUST_USE lj_code ledger_answerer_of(ledger *book, store_conn *conn, const uint8_t post[16],
                                       int64_t on_day, lj_arena *arena, ledger_answerer *out,
                                       lj_err *err);

typedef struct ledger_duty {
    uint8_t id[16], record[16], post[16];
    const ledger_type *type;
    const ledger_due *rule;
    store_value unit;
    int64_t due_on, started_on; /* day numbers */
    uint16_t minutes;
    ledger_answerer answerer;
} ledger_duty;

typedef enum duty_view {
    DUTY_OF_ACTOR,    /* of all posts that the actor answers for */
    DUTY_OF_DISTRICT, /* bureau only */
    DUTY_OF_UNIT,
} duty_view;
typedef struct duty_query {
    duty_view view;
    const uint8_t *unit; /* DUTY_OF_UNIT */
    const uint8_t *post; /* DUTY_OF_ACTOR: of this one only, when he answers for it; NULL: of all */
    uint8_t post_room[16]; /* the caller's */
    int64_t after_on;      /* INT64_MIN: from the first */
    uint8_t after_id[16];
    uint32_t most; /* 1 to 200 */
} duty_query;
/* By date. LJ_E_FORBIDDEN when the view is not the actor's. */
LJ_MUST_USE lj_code ledger_duties(ledger *book, store_conn *conn, const ledger_actor *actor,
                                  const duty_query *query, lj_arena *arena, ledger_duty **out,
                                  uint32_t *out_count, bool *out_more, lj_err *err);
/* Open duties past their date, and how many units have any. */
LJ_MUST_USE lj_code ledger_duties_late(ledger *book, store_conn *conn, int64_t today,
                                       int64_t *out_count, int64_t *out_units, lj_err *err);

#endif
