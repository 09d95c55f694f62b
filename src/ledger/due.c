/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Duties: a move starts and stops them by the due rules of its type; they belong to posts. Who
 * answers for a post on a day is a total function (record-kernel.md 12): a stand-in, else the
 * holder, else the role that this one falls to at the same unit (or at the unit that followed it),
 * and at last the bureau leader, be it the one who held that post last. */
#include "ledger/duty.h"
#include "ledger/ledger_priv.h"

enum { HOPS_MAX = 16 /* units that followed one another; roles that fall to one another */ };

/* ---- which post ---- */
typedef struct post_ref {
    store_value id, unit;
} post_ref;

static lj_code find_post(ledger_txn *txn, const store_query *query, const store_value *args,
                         size_t count, post_ref *out, lj_err *err)
{
    const store_value *columns = NULL;
    lj_code code = store_one(txn->conn, query, args, count, txn->arena, &columns, err);
    if (code == LJ_OK && columns != NULL) {
        *out = (post_ref){columns[0], columns[1]};
    }
    return code;
}

/* The post of the role at the record's unit; where it was never set up, that of the role it falls
 * to; of bureau roles, the district's. */
static lj_code post_for(ledger_txn *txn, const ledger_record *record, uint32_t role_bit,
                        post_ref *out, lj_err *err)
{
    *out = (post_ref){0};
    store_value district = store_int(txn->book->config.district);
    lj_code code = LJ_OK;
    for (int hop = 0; hop < HOPS_MAX && role_bit != 0 && code == LJ_OK; hop++) {
        const ledger_role *role = ledger_role_of(role_bit);
        LJ_ASSERT(role != NULL);
        if (role->reach == LEDGER_REACH_DISTRICT) {
            const store_value args[] = {district, store_cstr(role->code)};
            code = find_post(txn, &q_post_of_district, args, LJ_COUNT_OF(args), out, err);
        } else if (role->reach == LEDGER_REACH_DEPARTMENT) {
            const store_value args[] = {district, record->department, store_cstr(role->code)};
            code = find_post(txn, &q_post_of_department, args, LJ_COUNT_OF(args), out, err);
        } else {
            const store_value args[] = {district, record->unit, store_cstr(role->code)};
            code = find_post(txn, &q_post_of_role, args, LJ_COUNT_OF(args), out, err);
        }
        if (out->id.kind == STORE_BYTES) {
            return code;
        }
        role_bit = role->falls_to;
    }
    if (code == LJ_OK) {
        const store_value args[] = {district, store_cstr("bureau_leader")};
        code = find_post(txn, &q_post_of_district, args, LJ_COUNT_OF(args), out, err);
    }
    return code;
}

/* ---- by when ---- */
static calendar_unit unit_of(ledger_span span)
{
    switch (span) {
    case LEDGER_HOUR:
        return CALENDAR_HOUR;
    case LEDGER_DAY:
        return CALENDAR_DAY;
    case LEDGER_WORKDAY:
        return CALENDAR_WORKDAY;
    case LEDGER_MONTH:
        return CALENDAR_MONTH;
    case LEDGER_YEAR:
        break;
    }
    return CALENDAR_YEAR;
}

/* The day on which the rule falls due for the record; LEDGER_NO_DAY without an anchor. */
static int64_t due_on(ledger *book, const ledger_due *rule, const ledger_record *record)
{
    int64_t from = record->happened_on;
    int field = ledger_field_find(record->type, rule->anchor, strlen(rule->anchor));
    if (field >= 0) {
        if (record->values[field].kind != STORE_INT) {
            return LEDGER_NO_DAY;
        }
        from = record->values[field].num;
    }
    lj_str by = {NULL, 0};
    if (rule->by_field != NULL) {
        int at = ledger_field_find(record->type, rule->by_field, strlen(rule->by_field));
        if (at >= 0 && record->values[at].kind == STORE_TEXT) {
            by = (lj_str){(const char *)record->values[at].bytes.ptr, record->values[at].bytes.len};
        }
    }
    int64_t amount = 0;
    if (!ledger_limits_amount(book->amounts, lj_cstr_str(rule->limit_key), by, from, &amount)) {
        /* An opening balance is older than the data: today's amount is the best there is. */
        (void)ledger_limits_amount(book->amounts, lj_cstr_str(rule->limit_key), by, INT32_MAX,
                                   &amount);
    }
    int32_t on = calendar_add(book->days, (int32_t)from, unit_of(rule->span), (int32_t)amount);
    if (on != CALENDAR_NO_DATE && rule->roll) {
        on = calendar_next_workday(book->days, on);
    }
    return on == CALENDAR_NO_DATE ? LEDGER_NO_DAY : on;
}

static const ledger_due *rule_named(const ledger_type *type, const char *name)
{
    for (uint32_t i = 0; i < type->due_count; i++) {
        if (strcmp(type->dues[i].name, name) == 0) {
            return &type->dues[i];
        }
    }
    return NULL;
}

static lj_code start(ledger_txn *txn, const char *name, const ledger_record *record,
                     bool only_future, lj_err *err)
{
    const ledger_due *rule = rule_named(record->type, name);
    LJ_ASSERT(rule != NULL);
    int64_t on = due_on(txn->book, rule, record);
    if (on == LEDGER_NO_DAY || (only_future && on < txn->actor->now.today)) {
        return LJ_OK; /* nothing to wait for; or an opening balance: no storm of old duties */
    }
    post_ref post;
    lj_code code = post_for(txn, record, rule->post, &post, err);
    if (code != LJ_OK) {
        return code;
    }
    if (post.id.kind != STORE_BYTES) {
        return lj_fail(err, LJ_E_INTERNAL, UINT64_MAX, "the district has no bureau leader's post");
    }
    uint8_t id[16];
    ledger_id_make(txn->book, txn->at, id);
    const store_value args[] = {
        store_int(txn->book->config.district),
        ledger_id_value(id),
        ledger_id_value(record->id),
        store_int(record->type->tag),
        store_cstr(rule->name),
        post.id,
        post.unit,
        store_int(on),
        store_int(record->happened_on),
        store_int(rule->minutes),
        store_cstr(ledger_limits_version(txn->book->amounts)),
    };
    return store_run(txn->conn, &q_due_put, args, LJ_COUNT_OF(args), NULL, NULL, err);
}

static lj_code stop(ledger_txn *txn, const char *name, const ledger_record *record, int state,
                    lj_err *err)
{
    store_value district = store_int(txn->book->config.district);
    if (strcmp(name, "*") == 0) {
        const store_value args[] = {district, ledger_id_value(record->id), store_int(state),
                                    store_int(record->happened_on)};
        return store_run(txn->conn, &q_due_stop_all, args, LJ_COUNT_OF(args), NULL, NULL, err);
    }
    const store_value args[] = {district, ledger_id_value(record->id), store_cstr(name),
                                store_int(state), store_int(record->happened_on)};
    return store_run(txn->conn, &q_due_stop, args, LJ_COUNT_OF(args), NULL, NULL, err);
}

lj_code ledger_dues_move(ledger_txn *txn, const ledger_move *move, const ledger_record *record,
                         lj_err *err)
{
    lj_code code = LJ_OK;
    if (record->is_void) {
        return stop(txn, "*", record, DUTY_VOID, err);
    }
    if (move == NULL) {
        return LJ_OK;
    }
    if (move->due_stop != NULL) {
        code = stop(txn, move->due_stop, record, DUTY_DONE, err);
    }
    if (code == LJ_OK && move->due_start != NULL) {
        code = start(txn, move->due_start, record, false, err);
    }
    return code;
}

lj_code ledger_dues_opening(ledger_txn *txn, const ledger_record *record, lj_err *err)
{
    const ledger_type *type = record->type;
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < type->move_count && code == LJ_OK; i++) {
        if (type->moves[i].to == record->state && type->moves[i].due_start != NULL) {
            code = start(txn, type->moves[i].due_start, record, true, err);
            break; /* one duty per state: several moves may lead here */
        }
    }
    return code;
}

/* ---- who answers ---- */
typedef struct walk {
    ledger *book;
    store_conn *conn;
    lj_arena *arena;
    int64_t today;
} walk;

static lj_code one(const walk *on, const store_query *query, const store_value *args, size_t count,
                   const store_value **out, lj_err *err)
{
    return store_one(on->conn, query, args, count, on->arena, out, err);
}

static void take_holder(const store_value *columns, ledger_answerer *out)
{
    out->person = columns[0];
    out->is_stand_in = columns[1].kind == STORE_INT && columns[1].num != 0;
    out->post = columns[2];
}

static lj_code holder_of(const walk *on, store_value post, ledger_answerer *out, lj_err *err)
{
    const store_value args[] = {store_int(on->book->config.district), post, store_int(on->today)};
    const store_value *columns = NULL;
    lj_code code = one(on, &q_post_holder, args, LJ_COUNT_OF(args), &columns, err);
    if (code == LJ_OK && columns != NULL) {
        take_holder(columns, out);
    }
    return code;
}

/* Whoever holds a post of the role at the unit today. */
static lj_code holder_at(const walk *on, store_value unit, const ledger_role *role,
                         ledger_answerer *out, lj_err *err)
{
    const store_value args[] = {store_int(on->book->config.district), unit, store_cstr(role->code),
                                store_int(on->today)};
    const store_value *columns = NULL;
    lj_code code = one(on, &q_role_holder, args, LJ_COUNT_OF(args), &columns, err);
    if (code == LJ_OK && columns != NULL) {
        take_holder(columns, out);
    }
    return code;
}

/* The unit that followed a merged or split one; null when it stands for itself. */
static lj_code follower_of(const walk *on, store_value unit, store_value *out, lj_err *err)
{
    *out = store_null();
    const store_value args[] = {store_int(on->book->config.district), unit};
    const store_value *columns = NULL;
    lj_code code = one(on, &q_unit_follows, args, LJ_COUNT_OF(args), &columns, err);
    if (code == LJ_OK && columns != NULL && columns[0].kind == STORE_BYTES) {
        *out = columns[0];
    }
    return code;
}

/* Down the roles of one unit, from the given one. The head of one department does not answer for
 * another one: such duties fall to the unit at once. */
static lj_code walk_roles(const walk *on, store_value unit, const ledger_role *role,
                          ledger_answerer *out, lj_err *err)
{
    lj_code code = LJ_OK;
    for (int hop = 0; hop < HOPS_MAX && role != NULL && code == LJ_OK; hop++) {
        if (role->reach != LEDGER_REACH_DEPARTMENT && role->reach != LEDGER_REACH_PERSON) {
            code = holder_at(on, unit, role, out, err);
        }
        if (out->person.kind == STORE_BYTES) {
            return code;
        }
        role = role->falls_to != 0 ? ledger_role_of(role->falls_to) : NULL;
    }
    return code;
}

/* The end of the chain: whoever leads the bureau, or led it last. */
static lj_code walk_bureau(const walk *on, ledger_answerer *out, lj_err *err)
{
    const store_value args[] = {store_int(on->book->config.district), store_int(on->today)};
    const store_value *columns = NULL;
    lj_code code = one(on, &q_leader_now, args, LJ_COUNT_OF(args), &columns, err);
    if (code == LJ_OK && columns == NULL) {
        code = one(on, &q_leader_last, args, LJ_COUNT_OF(args), &columns, err);
        out->is_former = columns != NULL;
    }
    if (code == LJ_OK && columns != NULL) {
        take_holder(columns, out);
    }
    return code;
}

lj_code ledger_answerer_of(ledger *book, store_conn *conn, const uint8_t post[16], int64_t on_day,
                           lj_arena *arena, ledger_answerer *out, lj_err *err)
{
    walk on = {book, conn, arena, on_day};
    *out = (ledger_answerer){0};
    store_value id = ledger_id_value(post);
    const store_value args[] = {store_int(book->config.district), id};
    const store_value *facts = NULL;
    lj_code code = one(&on, &q_post_facts, args, LJ_COUNT_OF(args), &facts, err);
    if (code != LJ_OK) {
        return code;
    }
    if (facts == NULL) {
        return lj_fail(err, LJ_E_NOT_FOUND, UINT64_MAX, "there is no such post");
    }
    code = holder_of(&on, id, out, err);
    const ledger_role *role =
        ledger_role_lookup((const char *)facts[0].bytes.ptr, (uint32_t)facts[0].bytes.len);
    store_value unit = facts[1];
    for (int hop = 0; hop < HOPS_MAX && code == LJ_OK && out->person.kind != STORE_BYTES &&
                      unit.kind == STORE_BYTES && role != NULL;
         hop++) {
        out->hops = (uint32_t)hop + 1;
        code = walk_roles(&on, unit, role, out, err);
        if (code == LJ_OK && out->person.kind != STORE_BYTES) {
            code = follower_of(&on, unit, &unit, err);
        }
    }
    if (code == LJ_OK && out->person.kind != STORE_BYTES) {
        code = walk_bureau(&on, out, err);
    }
    return code;
}
