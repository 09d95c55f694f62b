/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The past of a record: what each version changed, and how it stood at an instant. Both are read
 * from the versions, never from the row, so they also prove the row (`lijiand check`). */
#include "ledger/ledger_priv.h"

enum { VERSIONS_MAX = 10000, VALUES_MAX = 100000 };

typedef struct change_row {
    int64_t version;
    uint32_t field;
    store_value value;
    bool is_erased, is_known; /* is_known: the field still exists in the table */
    struct change_row *next;
} change_row;

typedef struct past {
    const ledger_type *type;
    lj_arena *arena;
    ledger_event *events;
    uint32_t event_count;
    uint32_t event_cap;
    change_row *first, *last;
    uint32_t value_count;
} past;

static lj_code keep_event(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    past *to = ctx;
    if (to->event_count == to->event_cap) {
        uint32_t cap = to->event_cap == 0 ? 16 : to->event_cap * 2;
        void *grown = lj_arena_grow(to->arena, to->events, to->event_cap * sizeof *to->events,
                                    cap * sizeof *to->events);
        if (grown == NULL || cap > VERSIONS_MAX * 2) {
            return ledger_nomem(err);
        }
        to->events = grown;
        to->event_cap = cap;
    }
    ledger_event *event = &to->events[to->event_count++];
    *event = (ledger_event){.version = columns[0].num,
                            .event = columns[1].num,
                            .from = columns[2].kind == STORE_INT ? (int)columns[2].num : -1,
                            .to = (int)columns[3].num,
                            .happened_on = columns[4].num,
                            .recorded_at = columns[5].num,
                            .leaf = columns[10].num};
    lj_code code = ledger_value_copy(to->arena, &columns[6], &event->by_account, err);
    code = code == LJ_OK ? ledger_value_copy(to->arena, &columns[7], &event->post, err) : code;
    code = code == LJ_OK ? ledger_value_copy(to->arena, &columns[8], &event->for_post, err) : code;
    code = code == LJ_OK ? ledger_value_copy(to->arena, &columns[9], &event->reason, err) : code;
    return code;
}

/* The canonical bytes of a value (seal/leaf.h) back into a value. */
lj_code ledger_value_stored(lj_arena *arena, lj_slice bytes, store_value *out, lj_err *err)
{
    if (bytes.len == 0) {
        return lj_fail(err, LJ_E_FORMAT, 0, "a stored value has no kind");
    }
    lj_slice rest = lj_slice_part(bytes, 1, bytes.len);
    switch (bytes.ptr[0]) {
    case SEAL_NULL:
        *out = store_null();
        return LJ_OK;
    case SEAL_INT: {
        uint64_t num = 0;
        if (rest.len != 8) {
            break;
        }
        for (int i = 7; i >= 0; i--) {
            num = num << 8 | rest.ptr[i];
        }
        *out = store_int((int64_t)num);
        return LJ_OK;
    }
    case SEAL_TEXT: {
        store_value text = store_text(rest);
        return ledger_value_copy(arena, &text, out, err);
    }
    case SEAL_BYTES: {
        store_value raw = store_bytes(rest);
        return ledger_value_copy(arena, &raw, out, err);
    }
    default:
        break;
    }
    return lj_fail(err, LJ_E_FORMAT, 0, "a stored value is damaged");
}

static int field_tagged(const ledger_type *type, int64_t tag)
{
    for (int i = 0; i < type->field_count; i++) {
        if (type->fields[i].tag == tag) {
            return i;
        }
    }
    return -1;
}

static lj_code keep_change(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    past *to = ctx;
    change_row *row = lj_arena_alloc(to->arena, sizeof *row);
    if (row == NULL || ++to->value_count > VALUES_MAX) {
        return ledger_nomem(err);
    }
    int field = field_tagged(to->type, columns[1].num);
    row->version = columns[0].num;
    row->is_known = field >= 0;
    row->field = field >= 0 ? (uint32_t)field : 0;
    row->is_erased = columns[2].kind != STORE_BYTES;
    lj_code code =
        row->is_erased ? LJ_OK : ledger_value_stored(to->arena, columns[2].bytes, &row->value, err);
    if (to->last != NULL) {
        to->last->next = row;
    } else {
        to->first = row;
    }
    to->last = row;
    return code;
}

static lj_code load_past(ledger *book, store_conn *conn, const ledger_type *type,
                         const uint8_t id[16], lj_arena *arena, past *out, lj_err *err)
{
    *out = (past){.type = type, .arena = arena};
    const store_value args[] = {store_int(book->config.district), ledger_id_value(id)};
    lj_code code = store_run(conn, &q_moved_of, args, LJ_COUNT_OF(args), keep_event, out, err);
    if (code == LJ_OK) {
        code = store_run(conn, &q_version_of, args, LJ_COUNT_OF(args), keep_change, out, err);
    }
    return code;
}

/* Changes of one version: what the actor may read, with the value before. */
static lj_code list_changes(past *on, const change_row **at, ledger_record *running,
                            uint32_t read_groups, ledger_event *event, lj_err *err)
{
    uint32_t count = 0;
    for (const change_row *row = *at; row != NULL && row->version == event->version;
         row = row->next) {
        count++;
    }
    event->changes = lj_arena_array(on->arena, count + 1, sizeof *event->changes);
    if (event->changes == NULL) {
        return ledger_nomem(err);
    }
    for (; *at != NULL && (*at)->version == event->version; *at = (*at)->next) {
        const change_row *row = *at;
        if (!row->is_known) {
            continue;
        }
        store_value *slot = &running->values[row->field];
        if ((read_groups & 1u << on->type->fields[row->field].group) != 0) {
            event->changes[event->change_count++] =
                (ledger_was){row->field, *slot, row->value, row->is_erased};
        }
        *slot = row->value;
    }
    return LJ_OK;
}

/* NOLINTNEXTLINE(readability-function-size): where, who and in which memory are said each time */
lj_code ledger_history(ledger *book, store_conn *conn, const ledger_actor *actor,
                       const ledger_type *type, const uint8_t id[16], lj_arena *arena,
                       ledger_event **out, uint32_t *out_count, lj_err *err)
{
    ledger_record *record = NULL;
    ledger_rights rights;
    lj_code code = ledger_read(book, conn, actor, type, id, arena, &record, &rights, err);
    past on = {0};
    if (code == LJ_OK) {
        code = load_past(book, conn, type, id, arena, &on, err);
    }
    ledger_record *running = code == LJ_OK ? ledger_record_new(type, arena) : NULL;
    if (code != LJ_OK || running == NULL) {
        return code != LJ_OK ? code : ledger_nomem(err);
    }
    const change_row *at = on.first;
    for (uint32_t i = 0; i < on.event_count && code == LJ_OK; i++) {
        code = list_changes(&on, &at, running, rights.read_groups, &on.events[i], err);
    }
    for (uint32_t i = 0; i < on.event_count / 2; i++) {
        ledger_event swap = on.events[i];
        on.events[i] = on.events[on.event_count - 1 - i];
        on.events[on.event_count - 1 - i] = swap;
    }
    *out = on.events;
    *out_count = on.event_count;
    return code;
}

/* NOLINTNEXTLINE(readability-function-size): where, who and in which memory are said each time */
lj_code ledger_read_known(ledger *book, store_conn *conn, const ledger_actor *actor,
                          const ledger_type *type, const uint8_t id[16], int64_t known_at,
                          lj_arena *arena, ledger_record **out, lj_err *err)
{
    ledger_record *now = NULL;
    lj_code code = ledger_read(book, conn, actor, type, id, arena, &now, NULL, err);
    past on = {0};
    if (code == LJ_OK) {
        code = load_past(book, conn, type, id, arena, &on, err);
    }
    if (code != LJ_OK) {
        return code;
    }
    ledger_record *then = ledger_record_dup(now, arena);
    if (then == NULL) {
        return ledger_nomem(err);
    }
    then->version = 0;
    then->is_void = false;
    memset(then->values, 0, type->field_count * sizeof *then->values);
    for (uint32_t i = 0; i < on.event_count && on.events[i].recorded_at <= known_at; i++) {
        then->version = on.events[i].version;
        then->state = (uint8_t)on.events[i].to;
        then->happened_on = on.events[i].happened_on;
        then->changed_at = on.events[i].recorded_at;
        then->is_void = then->is_void || on.events[i].event == LEDGER_VOID_TAG;
    }
    if (then->version == 0) {
        return lj_fail(err, LJ_E_NOT_FOUND, UINT64_MAX, "the record was not known then");
    }
    for (const change_row *row = on.first; row != NULL && row->version <= then->version;
         row = row->next) {
        if (row->is_known) {
            then->values[row->field] = row->value;
        }
    }
    for (uint32_t i = 0; i < type->field_count; i++) {
        if (ledger_column_of_field(&type->fields[i]) >= 0) {
            *ledger_field_slot(then, i) = then->values[i];
        }
    }
    *out = then;
    return LJ_OK;
}

/* ---- signatures ---- */
enum { SIGNATURES_MAX = 1000 };
typedef struct sign_list {
    lj_arena *arena;
    ledger_signature *signs;
    uint32_t count;
} sign_list;

static lj_code keep_signature(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    sign_list *to = ctx;
    if (to->count == SIGNATURES_MAX) {
        return ledger_nomem(err);
    }
    ledger_signature *sign = &to->signs[to->count++];
    *sign = (ledger_signature){.event = columns[0].num,
                               .role = (int)columns[1].num,
                               .mode = (int)columns[3].num,
                               .at = columns[4].num,
                               .seen = columns[6].num,
                               .is_used = columns[7].kind == STORE_INT};
    lj_code code = ledger_value_copy(to->arena, &columns[2], &sign->person, err);
    return code == LJ_OK ? ledger_value_copy(to->arena, &columns[5], &sign->place, err) : code;
}

/* NOLINTNEXTLINE(readability-function-size): where, who and in which memory are said each time */
lj_code ledger_signatures(ledger *book, store_conn *conn, const ledger_actor *actor,
                          const ledger_type *type, const uint8_t id[16], lj_arena *arena,
                          ledger_signature **out, uint32_t *out_count, lj_err *err)
{
    ledger_record *record = NULL;
    lj_code code = ledger_read(book, conn, actor, type, id, arena, &record, NULL, err);
    sign_list list = {.arena = arena,
                      .signs = lj_arena_array(arena, SIGNATURES_MAX, sizeof *list.signs)};
    if (code != LJ_OK || list.signs == NULL) {
        return code != LJ_OK ? code : ledger_nomem(err);
    }
    const store_value args[] = {store_int(book->config.district), ledger_id_value(id)};
    code = store_run(conn, &q_signed_of, args, LJ_COUNT_OF(args), keep_signature, &list, err);
    *out = list.signs;
    *out_count = list.count;
    return code;
}
