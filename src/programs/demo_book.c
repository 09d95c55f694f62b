/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Changes of the demonstration: names of fields instead of positions, the version that is there,
 * and a failure that says which change it was. */
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "programs/demo.h"

enum { JOIN_MAX = 64 * 1024 };

/* ---- chance ---- */
uint64_t demo_random_next(demo_random *random)
{
    random->state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t mixed = random->state;
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94D049BB133111EB);
    return mixed ^ (mixed >> 31);
}

void demo_random_fill(void *ctx, uint8_t *dst, size_t len)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < len; i++) {
        bits = i % 8 == 0 ? demo_random_next(ctx) : bits >> 8;
        dst[i] = (uint8_t)bits;
    }
}

uint32_t demo_random_below(demo_random *random, uint32_t count)
{
    return (uint32_t)((demo_random_next(random) >> 32) * count >> 32);
}

/* ---- text ---- */
const char *demo_join(lj_arena *arena, const char *const *parts)
{
    lj_buf text;
    lj_buf_init(&text, arena, JOIN_MAX);
    for (; *parts != NULL; parts++) {
        lj_buf_put_cstr(&text, *parts);
    }
    lj_buf_put_u8(&text, '\0');
    return lj_buf_ok(&text) ? (const char *)text.ptr : "";
}

const char *demo_dec(demo *on, uint32_t num)
{
    lj_buf text;
    lj_buf_init(&text, on->scratch, 16);
    lj_buf_put_dec(&text, num);
    lj_buf_put_u8(&text, '\0');
    return lj_buf_ok(&text) ? (const char *)text.ptr : "";
}

/* ---- transactions ---- */
void demo_fail(demo *on, lj_code code, const char *what)
{
    if (on->code == LJ_OK && code != LJ_OK) {
        on->code = code;
        if (on->failed[0] == '\0') {
            snprintf(on->failed, sizeof on->failed, "%s", what);
        }
    }
}

void demo_begin(demo *on, int64_t at)
{
    if (on->code != LJ_OK) {
        return;
    }
    on->scratch_mark = lj_arena_mark_of(on->scratch);
    on->actor.now = ledger_now_of(at);
    on->on = (int32_t)on->actor.now.today;
    demo_fail(on, ledger_begin(on->dir->book, &on->actor, on->scratch, &on->txn, &on->err),
              "begin");
}

void demo_end(demo *on)
{
    if (on->txn == NULL) {
        return;
    }
    if (on->code == LJ_OK) {
        demo_fail(on, ledger_commit(on->txn, &on->err), "commit");
    } else {
        ledger_rollback(on->txn);
    }
    on->txn = NULL;
    lj_arena_rewind(on->scratch, on->scratch_mark);
}

/* ---- changes ---- */
static void refused(demo *on, const demo_change *change, const ledger_outcome *outcome,
                    lj_code code)
{
    if (on->code != LJ_OK) {
        return;
    }
    const ledger_problem *problem = outcome->problem_count > 0 ? &outcome->problems[0] : NULL;
    snprintf(on->failed, sizeof on->failed, "%s %s: %s %s %s", change->type,
             change->event != NULL ? change->event
             : change->id != NULL  ? "edit"
                                   : "create",
             outcome->refused != NULL ? outcome->refused : "",
             problem != NULL ? problem->field : "", problem != NULL ? problem->code : "");
    demo_fail(on, code, on->failed);
}

static const ledger_type *type_of(const char *name)
{
    const ledger_type *type = ledger_type_lookup(name, strlen(name));
    LJ_ASSERT(type != NULL);
    return type;
}

static ledger_record *read_record(demo *on, const ledger_type *type, const uint8_t id[16])
{
    ledger_record *record = NULL;
    demo_fail(on,
              ledger_read(on->dir->book, ledger_conn_of(on->txn), &on->actor, type, id, on->scratch,
                          &record, NULL, &on->err),
              type->name);
    return record;
}

int demo_state(demo *on, const char *type, const uint8_t id[16])
{
    if (on->code != LJ_OK) {
        return -1;
    }
    const ledger_record *record = read_record(on, type_of(type), id);
    return record != NULL && !record->is_void ? record->state : -1;
}

static int state_named(const ledger_type *type, const char *name)
{
    for (int i = 0; name != NULL && type->states[i] != NULL; i++) {
        if (strcmp(type->states[i], name) == 0) {
            return i;
        }
    }
    LJ_ASSERT(name == NULL);
    return -1;
}

static uint32_t read_values(const ledger_type *type, const demo_value *values, ledger_input *inputs)
{
    uint32_t count = 0;
    for (; count < DEMO_VALUES_MAX && values[count].field != NULL; count++) {
        int field = ledger_field_find(type, values[count].field, strlen(values[count].field));
        LJ_ASSERT(field >= 0);
        inputs[count] = (ledger_input){(uint32_t)field, values[count].value};
    }
    return count;
}

void demo_apply(demo *on, const demo_change *change, uint8_t *out_id)
{
    if (on->code != LJ_OK) {
        return;
    }
    const ledger_type *type = type_of(change->type);
    ledger_input inputs[DEMO_VALUES_MAX];
    ledger_change own = {.type = type,
                         .id = change->id,
                         .is_new = change->id == NULL,
                         .event = change->event,
                         .state = state_named(type, change->opening),
                         .inputs = inputs,
                         .input_count = read_values(type, change->values, inputs),
                         .happened_on = on->on,
                         .for_post = change->for_post,
                         .source = change->opening != NULL    ? LEDGER_OPENING
                                   : change->for_post != NULL ? LEDGER_PAPER
                                                              : LEDGER_LIVE};
    if (change->reason != NULL) {
        own.reason = lj_cstr_bytes(change->reason);
    }
    if (change->id != NULL) {
        const ledger_record *record = read_record(on, type, change->id);
        own.seen = record != NULL ? record->version : 0;
    }
    ledger_outcome outcome = {0};
    lj_code code = on->code == LJ_OK ? ledger_apply(on->txn, &own, &outcome, &on->err) : on->code;
    if (code != LJ_OK) {
        refused(on, change, &outcome, code);
    } else if (out_id != NULL) {
        memcpy(out_id, outcome.record->id, 16);
    }
}

/* A signature is a person's own: the program signs for nobody, so the person acts. */
void demo_sign(demo *on, const demo_signing *signing)
{
    const ledger_type *type = type_of(signing->type);
    const ledger_record *record = on->code == LJ_OK ? read_record(on, type, signing->id) : NULL;
    if (record == NULL) {
        return;
    }
    const ledger_actor before = on->actor;
    on->actor = (ledger_actor){.person = DEMO_ID(signing->person), .now = before.now};
    const ledger_signing own = {.type = type,
                                .id = signing->id,
                                .seen = record->version,
                                .event = signing->event,
                                .role = signing->role,
                                .mode = LEDGER_BY_SESSION};
    ledger_outcome outcome = {0};
    lj_code code = ledger_sign_move(on->txn, &own, &outcome, &on->err);
    on->actor = before;
    if (code != LJ_OK) {
        refused(on, &(demo_change){.type = signing->type, .event = signing->role}, &outcome, code);
    }
}
