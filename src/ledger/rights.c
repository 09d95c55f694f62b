/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Who may see and change what: the reach of the posts that the actor holds, against the record's
 * row columns, then the access rows of the type. Rights that a move granted for a time count like
 * the reach of a unit. */
#include "ledger/ledger_priv.h"

static bool within(const ledger_post *post, const ledger_role *role, const ledger_record *record)
{
    const ledger_type *type = record->type;
    if (role->reach == LEDGER_REACH_DISTRICT) {
        return true;
    }
    if (role->reach == LEDGER_REACH_NONE || role->reach == LEDGER_REACH_GRANT) {
        return false;
    }
    if (type->scope == LEDGER_OF_DISTRICT) {
        return true;
    }
    bool same_unit =
        record->unit.kind == STORE_BYTES && ledger_same_value(&record->unit, &post->unit);
    if (role->reach == LEDGER_REACH_UNIT) {
        return same_unit;
    }
    bool is_own_unit = type->self == LEDGER_SELF_UNIT && same_unit;
    if (role->reach == LEDGER_REACH_PERSON) {
        return is_own_unit; /* and the own record, which ledger_rights_of adds */
    }
    return is_own_unit || (record->department.kind == STORE_BYTES &&
                           ledger_same_value(&record->department, &post->department));
}

static lj_code note_row(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)columns;
    (void)count;
    (void)err;
    *(bool *)ctx = true;
    return LJ_E_CANCELLED;
}

static lj_code is_granted(ledger *book, store_conn *conn, const ledger_actor *actor,
                          const ledger_post *post, const ledger_record *record, bool *out,
                          lj_err *err)
{
    const store_value args[] = {store_int(book->config.district), ledger_id_value(record->id),
                                record->unit, ledger_id_value(post->id),
                                store_int(actor->now.today)};
    *out = false;
    return store_run(conn, &q_grant_has, args, LJ_COUNT_OF(args), note_row, out, err);
}

lj_code ledger_rights_of(ledger *book, store_conn *conn, const ledger_actor *actor,
                         const ledger_record *record, ledger_rights *out, lj_err *err)
{
    ledger_rights rights = {0};
    if (actor->is_kernel) {
        *out = (ledger_rights){~0u, LEDGER_ALL_GROUPS, LEDGER_ALL_GROUPS};
        return LJ_OK;
    }
    for (uint32_t i = 0; i < actor->post_count; i++) {
        const ledger_post *post = &actor->posts[i];
        const ledger_role *role = ledger_role_of(post->role);
        bool applies = role != NULL && within(post, role, record);
        if (!applies && role != NULL && role->reach != LEDGER_REACH_NONE &&
            role->reach != LEDGER_REACH_PERSON && conn != NULL && record->version > 0) {
            lj_code code = is_granted(book, conn, actor, post, record, &applies, err);
            if (code != LJ_OK) {
                return code;
            }
        }
        rights.posts |= applies ? post->role : 0;
    }
    bool is_own = record->person.kind == STORE_BYTES && actor->person.kind == STORE_BYTES &&
                  ledger_same_value(&record->person, &actor->person);
    if (is_own || (actor->person.kind == STORE_BYTES && actor->post_count > 0 &&
                   record->type->scope == LEDGER_OF_DISTRICT)) {
        rights.posts |= POST_PERSON;
    }
    for (uint32_t i = 0; i < record->type->access_count; i++) {
        const ledger_access *row = &record->type->access[i];
        if ((row->states & 1u << record->state) != 0 && (row->posts & rights.posts) != 0) {
            rights.read_groups |= row->read_groups;
            rights.write_groups |= row->write_groups;
        }
    }
    if (record->is_void) {
        rights.write_groups = 0;
    }
    *out = rights;
    return LJ_OK;
}
