/* SPDX-License-Identifier: AGPL-3.0-or-later
 * One change of one record, in this order (c-style 1.10): who may, the version seen, bounds, guard,
 * second person, write, duties, log entry, effects; all in the transaction of the caller. No other
 * code writes a state column.
 *
 *      edit            the state stays; fields of groups that the actor may write
 *      void            the state stays, the record counts no more; a reason
 *      move            a row of the type's table of moves, from LEDGER_NEW for creation
 *
 * Effects are changes too: they wait in a queue until the change before them is written, and run
 * without a check of rights, because the move that has them was checked. */
#include "ledger/ledger_priv.h"

typedef struct work {
    ledger_txn *txn;
    const ledger_change *change;
    ledger_outcome *out;
    lj_err *err;
    const ledger_type *type;
    const ledger_move *move;     /* NULL: edit or void */
    bool is_void;                /* the void event */
    ledger_record *record;       /* as it will be */
    const ledger_record *before; /* NULL: new */
    ledger_rights rights;        /* by the posts that count: the actor's, or the proxied one */
    const uint8_t *post;         /* whose right is used */
    const uint8_t *second;       /* who signed an opening balance, or NULL */
} work;

static lj_code refuse(work *on, const char *key, lj_code code)
{
    on->out->refused = key;
    return lj_fail(on->err, code, UINT64_MAX, "the change was refused");
}

static void problem_at(work *on, const char *field, const char *code, int64_t min, int64_t max)
{
    if (on->out->problem_count < LEDGER_PROBLEM_MAX) {
        on->out->problems[on->out->problem_count++] = (ledger_problem){field, code, min, max};
    }
}

static void problem(work *on, const char *field, const char *code)
{
    problem_at(on, field, code, 0, 0);
}

static lj_code end_problems(work *on)
{
    return on->out->problem_count == 0
               ? LJ_OK
               : lj_fail(on->err, LJ_E_INVALID, UINT64_MAX, "fields are not valid");
}

static bool is_stale(const work *on)
{
    return on->before != NULL && !on->change->is_inner && on->change->seen != on->before->version;
}

static lj_code stale(work *on)
{
    on->out->is_stale = true;
    return lj_fail(on->err, LJ_E_CONFLICT, UINT64_MAX, "the record changed in the meantime");
}

/* ---- which move ---- */
static lj_code find_move(work *on)
{
    const ledger_change *change = on->change;
    const char *event = change->event != NULL ? change->event : change->is_new ? "create" : NULL;
    if (event == NULL) {
        return LJ_OK;
    }
    if (strcmp(event, "void") == 0 && !change->is_new) {
        on->is_void = true;
        return LJ_OK;
    }
    uint32_t from = change->is_new ? LEDGER_NEW : 1u << on->before->state;
    bool is_known = false;
    for (uint32_t i = 0; i < on->type->move_count; i++) {
        const ledger_move *move = &on->type->moves[i];
        if (strcmp(move->event, event) != 0) {
            continue;
        }
        is_known = true;
        if ((move->from & from) != 0) {
            on->move = move;
            return LJ_OK;
        }
    }
    if (!is_known) {
        problem(on, "event", "unknown_code");
        return end_problems(on);
    }
    /* A second click finds the record moved on: that is news of the record, no wrong move. */
    return is_stale(on) ? stale(on) : refuse(on, "state", LJ_E_CONFLICT);
}

/* ---- who ---- */
static const ledger_actor *acting(const work *on, ledger_actor *room)
{
    if (on->change->for_post == NULL) {
        return on->txn->actor;
    }
    return room;
}

/* Entry by proxy (record-kernel.md 4): the bureau for anybody, an officer for posts of the own
 * unit; from paper only. Rights are those of the post it is done for. */
static lj_code read_proxy(work *on, ledger_actor *out)
{
    const ledger_change *change = on->change;
    *out = *on->txn->actor;
    if (change->for_post == NULL) {
        return LJ_OK;
    }
    if (change->source != LEDGER_PAPER && change->source != LEDGER_OPENING) {
        problem(on, "source", "proxy_needs_paper");
        return end_problems(on);
    }
    const store_value args[] = {store_int(on->txn->book->config.district),
                                ledger_id_value(change->for_post)};
    const store_value *facts = NULL;
    lj_code code = store_one(on->txn->conn, &q_post_facts, args, LJ_COUNT_OF(args), on->txn->arena,
                             &facts, on->err);
    if (code != LJ_OK) {
        return code;
    }
    const ledger_role *role = facts != NULL ? ledger_role_lookup((const char *)facts[0].bytes.ptr,
                                                                 (uint32_t)facts[0].bytes.len)
                                            : NULL;
    bool may = on->txn->actor->is_kernel;
    for (uint32_t i = 0; i < on->txn->actor->post_count && facts != NULL; i++) {
        const ledger_post *post = &on->txn->actor->posts[i];
        may = may || (post->role & POSTS_BUREAU) != 0 ||
              (post->role == POST_SECRECY_OFFICER && ledger_same_value(&post->unit, &facts[1]));
    }
    if (role == NULL || !may) {
        problem(on, "for_post", role == NULL ? "unknown_record" : "not_entitled");
        return end_problems(on);
    }
    out->post_count = 1;
    out->posts[0] = (ledger_post){.unit = facts[1], .department = facts[2], .role = role->bit};
    memcpy(out->posts[0].id, change->for_post, 16);
    out->person = store_null();
    return LJ_OK;
}

static const uint8_t *post_used(const ledger_actor *actor, uint32_t wanted)
{
    for (uint32_t i = 0; i < actor->post_count; i++) {
        if ((actor->posts[i].role & wanted) != 0) {
            return actor->posts[i].id;
        }
    }
    return NULL;
}

/* Whether the caller, and the post he acts for, may see the record at all: before anything else is
 * said about it. */
static lj_code check_sight(work *on)
{
    ledger_rights own = {0};
    lj_code code = LJ_OK;
    if (!on->change->is_inner) {
        code = ledger_rights_of(on->txn->book, on->txn->conn, on->txn->actor, on->before, &own,
                                on->err);
    }
    if (code == LJ_OK && !on->change->is_inner && own.read_groups == 0) {
        code = lj_fail(on->err, LJ_E_NOT_FOUND, UINT64_MAX, "there is no such record");
    }
    if (code == LJ_OK) {
        on->out->record = on->record;
    }
    return code;
}

/* Rights on the record as it stands in `at`; what the change needs beyond seeing it. */
static lj_code check_rights(work *on, const ledger_record *at)
{
    ledger_actor room;
    lj_code code = read_proxy(on, &room);
    if (code != LJ_OK) {
        return code;
    }
    const ledger_actor *actor = acting(on, &room);
    code = ledger_rights_of(on->txn->book, on->txn->conn, actor, at, &on->rights, on->err);
    if (code != LJ_OK || on->change->is_inner) {
        return code;
    }
    uint32_t wanted = on->is_void ? on->type->void_posts : on->move != NULL ? on->move->posts : 0;
    bool is_inner_only = on->move != NULL && (on->move->flags & LEDGER_INNER) != 0;
    bool may = wanted != 0 ? (on->rights.posts & wanted) != 0 && !is_inner_only
               : on->move == NULL && !on->is_void ? on->rights.write_groups != 0
                                                  : false;
    if (!may && !on->txn->actor->is_kernel) {
        return refuse(on, "right", LJ_E_FORBIDDEN);
    }
    on->post = on->change->for_post != NULL
                   ? on->change->for_post
                   : post_used(on->txn->actor, (wanted != 0 ? wanted : ~0u) & on->rights.posts);
    return LJ_OK;
}

/* ---- fields ---- */
static bool is_named_at(const ledger_field *field, const ledger_move *move)
{
    return move != NULL && field->required != NULL && strcmp(field->required, move->event) == 0;
}

const char *ledger_field_closed(const ledger_field *field, const ledger_writing *writing)
{
    if ((field->flags & LEDGER_CLASSIFIED) != 0 && !writing->is_classified) {
        return "classified"; /* nobody, the program itself included */
    }
    if (writing->is_trusted) {
        return NULL;
    }
    if ((field->flags & LEDGER_KERNEL) != 0) {
        return "not_writable";
    }
    if ((field->flags & LEDGER_LOCAL) != 0 && !writing->is_local_on) {
        return "switched_off";
    }
    if (writing->is_named) {
        return NULL;
    }
    if ((field->flags & LEDGER_FIXED) != 0 && !writing->is_new) {
        return "fixed";
    }
    bool may = (writing->write_groups & 1u << field->group) != 0;
    return may ? NULL : "not_writable";
}

/* Why a field may not be written by this change; *out_why NULL when it may. */
static lj_code closed_field(work *on, const ledger_field *field, const char **out_why)
{
    ledger_writing writing = {
        .is_classified = on->txn->book->config.is_classified,
        .is_trusted = on->change->is_inner || on->txn->actor->is_kernel,
        .is_new = on->change->is_new,
        .is_named = is_named_at(field, on->move),
        .write_groups = on->rights.write_groups,
    };
    lj_code code = LJ_OK;
    if ((field->flags & LEDGER_LOCAL) != 0 && !writing.is_trusted) {
        code = ledger_local_is_on(on->txn->book, on->txn->conn, on->type, field, on->txn->arena,
                                  &writing.is_local_on, on->err);
    }
    *out_why = ledger_field_closed(field, &writing);
    return code;
}

static lj_code take_inputs(work *on)
{
    for (uint32_t i = 0; i < on->change->input_count; i++) {
        const ledger_input *input = &on->change->inputs[i];
        const ledger_field *field = &on->type->fields[input->field];
        store_value *slot = &on->record->values[input->field];
        if (ledger_same_value(slot, &input->value)) {
            continue; /* a form sends what it shows */
        }
        const char *why = NULL;
        lj_code code = closed_field(on, field, &why);
        if (code != LJ_OK) {
            return code;
        }
        if (why == NULL) {
            why =
                ledger_value_check(on->txn->book, field, &input->value, on->txn->actor->now.today);
        }
        if (why != NULL) {
            problem_at(on, field->name, why, field->min, field->max);
            continue;
        }
        *slot = input->value;
    }
    return end_problems(on);
}

static bool is_required(const work *on, const ledger_field *field)
{
    if ((field->flags & LEDGER_KERNEL) != 0) {
        return false;
    }
    bool always = field->required != NULL && strcmp(field->required, "always") == 0;
    bool here = is_named_at(field, on->move) && on->change->source != LEDGER_OPENING;
    bool in_group = on->move != NULL && (on->move->needs_groups & 1u << field->group) != 0;
    return always || here || in_group;
}

static lj_code check_required(work *on)
{
    for (uint32_t i = 0; i < on->type->field_count && !on->is_void; i++) {
        const ledger_field *field = &on->type->fields[i];
        if (on->record->values[i].kind == STORE_NULL && is_required(on, field)) {
            problem(on, field->name, "required");
        }
    }
    bool wants_reason = on->is_void || (on->move != NULL && (on->move->flags & LEDGER_REASON) != 0);
    if (wants_reason && on->change->reason.len == 0 && !on->change->is_inner) {
        problem(on, "reason", "required");
    }
    return end_problems(on);
}

/* ---- other records that it names ---- */
static lj_code check_ref(work *on, const ledger_field *field, const store_value *value)
{
    const ledger_type *type = ledger_type_lookup(field->of, strlen(field->of));
    if (type == NULL) {
        return LJ_OK; /* "*": any type, checked by who writes it */
    }
    ledger_record *target = NULL;
    lj_code code = ledger_row_load(on->txn->book, on->txn->conn, type, value->bytes.ptr, false,
                                   on->txn->arena, &target, NULL);
    if (code == LJ_E_NOT_FOUND) {
        problem(on, field->name, "unknown_record");
        return LJ_OK;
    }
    if (code != LJ_OK) {
        return lj_fail(on->err, code, UINT64_MAX, "a record that is named could not be read");
    }
    if (target->is_void) {
        problem(on, field->name, "void_record");
        return LJ_OK;
    }
    if (on->change->is_inner) {
        return LJ_OK;
    }
    ledger_rights rights;
    code = ledger_rights_of(on->txn->book, on->txn->conn, on->txn->actor, target, &rights, on->err);
    if (code == LJ_OK && rights.read_groups == 0) {
        problem(on, field->name, "other_unit");
    }
    return code;
}

static lj_code check_unique(work *on, uint32_t field)
{
    const store_query *query = ledger_sql[ledger_type_idx(on->type)].unique[field];
    const store_value args[] = {store_int(on->txn->book->config.district),
                                on->record->values[field], ledger_id_value(on->record->id)};
    const store_value *columns = NULL;
    lj_code code =
        store_one(on->txn->conn, query, args, LJ_COUNT_OF(args), on->txn->arena, &columns, on->err);
    if (code == LJ_OK && columns != NULL) {
        problem(on, on->type->fields[field].name, "not_unique");
    }
    return code;
}

static lj_code check_world(work *on)
{
    for (uint32_t i = 0; i < on->type->field_count; i++) {
        const ledger_field *field = &on->type->fields[i];
        const store_value *value = &on->record->values[i];
        if (value->kind == STORE_NULL ||
            (on->before != NULL && ledger_same_value(value, &on->before->values[i]))) {
            continue;
        }
        lj_code code = LJ_OK;
        if (field->kind == LEDGER_REF) {
            code = check_ref(on, field, value);
        }
        if (code == LJ_OK && (field->flags & LEDGER_UNIQUE) != 0) {
            code = check_unique(on, i);
        }
        if (code != LJ_OK) {
            return code;
        }
    }
    return end_problems(on);
}

/* ---- where it belongs ---- */
static lj_code inherit_owner(work *on)
{
    if (on->type->owner == NULL) {
        return LJ_OK;
    }
    int at = ledger_field_find(on->type, on->type->owner, strlen(on->type->owner));
    LJ_ASSERT(at >= 0);
    const store_value *value = &on->record->values[at];
    const ledger_type *type =
        ledger_type_lookup(on->type->fields[at].of, strlen(on->type->fields[at].of));
    if (value->kind != STORE_BYTES || value->bytes.len != 16 || type == NULL) {
        return LJ_OK;
    }
    ledger_record *owner = NULL;
    lj_code code = ledger_row_load(on->txn->book, on->txn->conn, type, value->bytes.ptr, false,
                                   on->txn->arena, &owner, on->err);
    if (code == LJ_E_NOT_FOUND) {
        problem(on, on->type->owner, "unknown_record");
        return end_problems(on);
    }
    if (code == LJ_OK) {
        on->record->unit = owner->unit;
        on->record->department = owner->department;
    }
    return code;
}

/* The row columns follow from the fields, from the record itself, or from its owner. */
static lj_code place_row(work *on)
{
    ledger_record *record = on->record;
    if (on->change->parent != NULL) {
        record->parent = ledger_id_value(on->change->parent);
    }
    lj_code code = inherit_owner(on);
    for (uint32_t i = 0; i < on->type->field_count && code == LJ_OK; i++) {
        if (ledger_column_of_field(&on->type->fields[i]) >= 0) {
            store_value *slot = ledger_field_slot(record, i);
            if (record->values[i].kind == STORE_NULL && slot == &record->parent &&
                on->before == NULL) {
                record->values[i] = *slot;
            }
            *slot = record->values[i];
        }
    }
    switch (on->type->self) {
    case LEDGER_SELF_UNIT:
        record->unit = ledger_id_value(record->id);
        break;
    case LEDGER_SELF_DEPARTMENT:
        record->department = ledger_id_value(record->id);
        break;
    case LEDGER_SELF_PERSON:
        record->person = ledger_id_value(record->id);
        break;
    case LEDGER_SELF_NONE:
        break;
    }
    return code;
}

/* ---- time, and the past of a first year ---- */
static lj_code check_day(work *on)
{
    const ledger_change *change = on->change;
    int64_t today = on->txn->actor->now.today;
    int64_t day = change->happened_on != LEDGER_NO_DAY ? change->happened_on : today;
    if (day > today) {
        problem(on, "happened_on", "in_future");
    } else if (day < CALENDAR_FIRST_ON) {
        problem(on, "happened_on", "too_small");
    }
    on->record->happened_on = day;
    return end_problems(on);
}

typedef struct second_scan {
    const ledger_record *record;
    bool is_fit;
} second_scan;

static lj_code check_second(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    (void)err;
    const ledger_role *role =
        ledger_role_lookup((const char *)columns[0].bytes.ptr, (uint32_t)columns[0].bytes.len);
    second_scan *scan = ctx;
    bool is_bureau = role != NULL && (role->bit & POST_BUREAU_LEADER) != 0;
    bool is_unit = role != NULL && (role->bit & POSTS_UNIT_LEADER) != 0 &&
                   ledger_same_value(&scan->record->unit, &columns[1]);
    scan->is_fit = scan->is_fit || is_bureau || is_unit;
    return LJ_OK;
}

/* Opening balance (record-kernel.md 3): any state, its own date, and the signature of a leader
 * (the bureau's, or of the unit it is of) who is not the one who enters it. */
static lj_code open_balance(work *on)
{
    const ledger_change *change = on->change;
    if (change->source != LEDGER_OPENING) {
        if (change->state >= 0) {
            problem(on, "state", "opening_only");
        }
        return end_problems(on);
    }
    if (!change->is_new) {
        problem(on, "source", "opening_only");
        return end_problems(on);
    }
    if (change->state >= (int)ledger_state_count(on->type)) {
        problem(on, "state", "unknown_code");
    }
    if (change->happened_on == LEDGER_NO_DAY) {
        problem(on, "happened_on", "required");
    }
    if (on->out->problem_count == 0 && change->state >= 0) {
        on->record->state = (uint8_t)change->state;
    }
    if (on->txn->actor->is_kernel || on->out->problem_count > 0) {
        return end_problems(on);
    }
    if (change->opening_signer == NULL ||
        (on->txn->actor->person.kind == STORE_BYTES &&
         memcmp(change->opening_signer, on->txn->actor->person.bytes.ptr, 16) == 0)) {
        problem(on, "opening_signer", "required");
        return end_problems(on);
    }
    second_scan scan = {on->record, false};
    const store_value args[] = {store_int(on->txn->book->config.district),
                                ledger_id_value(change->opening_signer),
                                store_int(on->txn->actor->now.today)};
    lj_code code = store_run(on->txn->conn, &q_person_posts, args, LJ_COUNT_OF(args), check_second,
                             &scan, on->err);
    if (code == LJ_OK && !scan.is_fit) {
        problem(on, "opening_signer", "not_entitled");
        code = end_problems(on);
    }
    on->second = change->opening_signer;
    return code;
}

/* ---- guards ---- */
static lj_code ask_guard(work *on, ledger_guard guard, const char *facts_name, const char *waiver)
{
    if (guard == NULL) {
        return LJ_OK;
    }
    ledger_facts facts;
    lj_code code = ledger_facts_of(on->txn, facts_name, on->record, &facts, on->err);
    if (code != LJ_OK) {
        return code;
    }
    ledger_now now = on->txn->actor->now;
    now.by_posts = on->change->is_inner ? 0 : on->rights.posts;
    const char *key = guard(on->record, &facts, &now);
    if (key != NULL) {
        on->out->waiver = waiver;
        return refuse(on, key, LJ_E_CONFLICT);
    }
    return LJ_OK;
}

static lj_code check_guards(work *on)
{
    lj_code code = ask_guard(on, on->type->valid, on->type->check, NULL);
    if (code == LJ_OK && on->move != NULL && on->change->source != LEDGER_OPENING) {
        code = ask_guard(on, on->move->guard, on->move->facts, on->move->waiver);
    }
    if (code == LJ_OK && on->move != NULL && on->before != NULL && !on->change->is_inner) {
        code = ledger_signs_check(on->txn, on->move, on->before, on->change->for_post == NULL,
                                  on->out, on->err);
    }
    return code;
}

/* ---- the number ---- */
static lj_code give_number(work *on)
{
    if (on->type->number == NULL) {
        return LJ_OK;
    }
    store_value district = store_int(on->txn->book->config.district);
    const store_value args[] = {district, store_cstr(on->type->number)};
    const store_value *columns = NULL;
    lj_code code = store_one(on->txn->conn, &q_counter_lock, args, LJ_COUNT_OF(args),
                             on->txn->arena, &columns, on->err);
    if (code != LJ_OK) {
        return code;
    }
    int64_t next = columns != NULL ? columns[0].num : 1;
    lj_buf text;
    lj_buf_init(&text, on->txn->arena, 32);
    lj_buf_put_cstr(&text, on->type->number);
    lj_buf_put_u8(&text, '-');
    for (int64_t limit = 1000; limit > 1 && next < limit; limit /= 10) {
        lj_buf_put_u8(&text, '0');
    }
    lj_buf_put_dec(&text, (uint64_t)next);
    if (!lj_buf_ok(&text)) {
        return ledger_nomem(on->err);
    }
    on->record->number = store_text(lj_buf_slice(&text));
    const store_value put[] = {district, store_cstr(on->type->number), store_int(next + 1)};
    return store_run(on->txn->conn, &q_counter_put, put, LJ_COUNT_OF(put), NULL, NULL, on->err);
}

/* ---- the whole ---- */
static lj_code load(work *on)
{
    const ledger_change *change = on->change;
    ledger_txn *txn = on->txn;
    if (!change->is_new) {
        ledger_record *now = NULL;
        lj_code code = ledger_row_load(txn->book, txn->conn, on->type, change->id, true, txn->arena,
                                       &now, on->err);
        on->before = now;
        on->record = code == LJ_OK ? ledger_record_dup(now, txn->arena) : NULL;
        return code != LJ_OK ? code : on->record != NULL ? LJ_OK : ledger_nomem(on->err);
    }
    on->record = ledger_record_new(on->type, txn->arena);
    if (on->record == NULL) {
        return ledger_nomem(on->err);
    }
    if (change->id != NULL) {
        memcpy(on->record->id, change->id, 16);
    } else {
        ledger_id_make(txn->book, txn->at, on->record->id);
    }
    on->record->created_at = txn->at;
    on->record->source = (uint8_t)change->source;
    on->record->entered_by = txn->actor->account;
    on->record->for_post = ledger_id_or_null(change->for_post);
    return LJ_OK;
}

static lj_code check_version(work *on)
{
    if (is_stale(on)) {
        return stale(on);
    }
    return on->before != NULL && on->before->is_void ? refuse(on, "void", LJ_E_CONFLICT) : LJ_OK;
}

/* For a new record the rights are asked for where it will lie: its unit must be within reach. */
static lj_code check_all(work *on)
{
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < on->change->input_count; i++) {
        LJ_ASSERT(on->change->inputs[i].field < on->type->field_count);
    }
    if (!on->change->is_new) {
        code = check_sight(on);
        code = code == LJ_OK ? find_move(on) : code;
        code = code == LJ_OK ? check_rights(on, on->before) : code;
        code = code == LJ_OK ? check_version(on) : code;
        code = code == LJ_OK ? take_inputs(on) : code;
        code = code == LJ_OK ? place_row(on) : code;
    } else {
        code = find_move(on);
        /* Inputs go in first, unchecked by group, to know the unit; then again with the rights. */
        for (uint32_t i = 0; i < on->change->input_count && code == LJ_OK; i++) {
            on->record->values[on->change->inputs[i].field] = on->change->inputs[i].value;
        }
        on->record->state = on->move != NULL ? on->move->to : 0;
        code = code == LJ_OK ? place_row(on) : code;
        code = code == LJ_OK ? check_rights(on, on->record) : code;
        if (code == LJ_OK) {
            memset(on->record->values, 0, on->type->field_count * sizeof *on->record->values);
            code = take_inputs(on);
        }
        code = code == LJ_OK ? place_row(on) : code;
    }
    return code;
}

/* A change must not move the record out of the reach of who makes it. */
static lj_code check_reach(work *on)
{
    if (on->before == NULL || on->change->is_inner || on->txn->actor->is_kernel ||
        (ledger_same_value(&on->before->unit, &on->record->unit) &&
         ledger_same_value(&on->before->department, &on->record->department))) {
        return LJ_OK;
    }
    ledger_rights rights;
    lj_code code = ledger_rights_of(on->txn->book, on->txn->conn, on->txn->actor, on->record,
                                    &rights, on->err);
    if (code == LJ_OK && rights.read_groups == 0) {
        problem(on, "unit", "other_unit");
        code = end_problems(on);
    }
    return code;
}

static lj_code settle(work *on)
{
    lj_code code = check_day(on);
    if (code == LJ_OK && on->move != NULL) {
        on->record->state = on->move->to;
        code = ledger_effects_set(on->txn, on->move, on->record, on->err);
        code = code == LJ_OK ? place_row(on) : code;
    }
    code = code == LJ_OK ? open_balance(on) : code;
    code = code == LJ_OK ? check_required(on) : code;
    code = code == LJ_OK ? check_world(on) : code;
    code = code == LJ_OK ? check_reach(on) : code;
    on->record->is_void = on->record->is_void || on->is_void;
    return code == LJ_OK ? check_guards(on) : code;
}

static lj_code carry_out(work *on)
{
    ledger_txn *txn = on->txn;
    ledger_record *record = on->record;
    record->version = on->before != NULL ? on->before->version + 1 : 1;
    record->changed_at = txn->at;
    lj_code code = on->before == NULL ? give_number(on) : LJ_OK;
    const ledger_done done = {
        .change = on->change,
        .record = record,
        .before = on->before,
        .event = on->is_void        ? (uint16_t)LEDGER_VOID_TAG
                 : on->move != NULL ? on->move->tag
                                    : (uint16_t)LEDGER_EDIT_TAG,
        .post = on->post,
    };
    code = code == LJ_OK ? ledger_write(txn, &done, on->err) : code;
    if (code == LJ_OK && on->move != NULL && on->before != NULL) {
        code = ledger_signs_use(txn, on->move, on->before, record->version, on->err);
    }
    if (code == LJ_OK && on->second != NULL && on->move != NULL) {
        code = ledger_signs_opening(txn, on->move, record, on->second, on->err);
    }
    if (code == LJ_OK) {
        code = on->change->source == LEDGER_OPENING && on->before == NULL
                   ? ledger_dues_opening(txn, record, on->err)
                   : ledger_dues_move(txn, on->move, record, on->err);
    }
    if (code == LJ_OK && on->move != NULL) {
        code = ledger_effects_queue(txn, on->move, record, on->change, on->err);
    }
    return code;
}

static lj_code apply_one(ledger_txn *txn, const ledger_change *change, ledger_outcome *out,
                         lj_err *err)
{
    *out = (ledger_outcome){0};
    work on = {.txn = txn, .change = change, .out = out, .err = err, .type = change->type};
    lj_code code = load(&on);
    code = code == LJ_OK ? check_all(&on) : code;
    code = code == LJ_OK ? settle(&on) : code;
    code = code == LJ_OK ? carry_out(&on) : code;
    if (code == LJ_OK) {
        out->record = on.record;
    }
    return code;
}

lj_code ledger_apply(ledger_txn *txn, const ledger_change *change, ledger_outcome *out, lj_err *err)
{
    lj_code code = apply_one(txn, change, out, err);
    while (code == LJ_OK && txn->first != NULL) {
        const ledger_pending *next = txn->first;
        txn->first = next->next;
        if (txn->first == NULL) {
            txn->last = NULL;
        }
        ledger_outcome inner;
        code = apply_one(txn, &next->change, &inner, err);
        if (code != LJ_OK) {
            /* What an effect refuses is told of the move that has it. */
            ledger_record *record = out->record;
            *out = inner;
            out->record = record;
        }
    }
    txn->pending_count = 0;
    return code;
}
