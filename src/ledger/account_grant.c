/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Grants: posts and the roles of administrators. See account.h for the rules. */
#include "ledger/account_priv.h"

typedef struct granting {
    ledger_txn *txn;
    account now;
    uint32_t admin; /* what the account has */
    const account_refusal **out_why;
    lj_err *err;
} granting;

static lj_code refuse(const granting *on, const char *key)
{
    return account_refuse(on->out_why, key, on->err);
}

/* Right and account: what every change asks first. */
static lj_code begin(granting *on, ledger_txn *txn, const uint8_t id[16],
                     const account_refusal **out_why, lj_err *err)
{
    *on = (granting){.txn = txn, .out_why = out_why, .err = err};
    lj_code code = account_right(txn, POST_SEC_ADMIN, out_why, err);
    code = code == LJ_OK ? account_load(txn, id, &on->now, err) : code;
    code = code == LJ_OK ? account_admin_of(txn, id, &on->admin, err) : code;
    return code;
}

/* A grant asks more: the account is open, and nobody grants to himself. */
static lj_code begin_grant(granting *on, ledger_txn *txn, const uint8_t id[16],
                           const account_refusal **out_why, lj_err *err)
{
    lj_code code = begin(on, txn, id, out_why, err);
    const ledger_actor *actor = txn->actor;
    if (code != LJ_OK || actor->is_kernel) {
        return code;
    }
    store_value own = ledger_id_value(id);
    bool is_self =
        ledger_same_value(&actor->account, &own) ||
        (actor->person.kind == STORE_BYTES && ledger_same_value(&actor->person, &on->now.person));
    if (is_self) {
        return refuse(on, "self");
    }
    return on->now.state == ACCOUNT_CLOSED ? refuse(on, "state") : LJ_OK;
}

static lj_code put_grant(granting *on, const uint8_t *post, uint32_t admin, lj_slice object)
{
    uint8_t id[16];
    ledger_id_make(on->txn->book, account_at(on->txn), id);
    const store_value args[] = {store_int(on->txn->book->config.district),
                                ledger_id_value(id),
                                ledger_id_value(on->now.id),
                                ledger_id_or_null(post),
                                store_int(admin),
                                store_int(account_at(on->txn)),
                                on->txn->actor->account};
    lj_code code = store_run(on->txn->conn, &q_account_grant_put, args, LJ_COUNT_OF(args), NULL,
                             NULL, on->err);
    return code == LJ_OK
               ? account_note(on->txn, SEAL_ACCOUNT, on->now.id, ACCOUNT_GRANT, object, on->err)
               : code;
}

typedef struct grant_scan {
    const uint8_t *post; /* looked for */
    bool has_post, has_any;
} grant_scan;

static lj_code see_grant(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    (void)err;
    grant_scan *scan = ctx;
    if (columns[0].kind == STORE_BYTES) {
        scan->has_any = true;
        scan->has_post = scan->has_post || (scan->post != NULL && columns[0].bytes.len == 16 &&
                                            memcmp(columns[0].bytes.ptr, scan->post, 16) == 0);
    }
    return LJ_OK;
}

static lj_code scan_posts(granting *on, const uint8_t *post, grant_scan *out)
{
    *out = (grant_scan){.post = post};
    const store_value args[] = {store_int(on->txn->book->config.district),
                                ledger_id_value(on->now.id), store_int(account_at(on->txn))};
    return store_run(on->txn->conn, &q_account_grants, args, LJ_COUNT_OF(args), see_grant, out,
                     on->err);
}

/* ---- administrators ---- */
static lj_slice role_code(uint32_t admin)
{
    const ledger_role *role = ledger_role_of(admin);
    LJ_ASSERT(role != NULL && (admin & POSTS_ADMIN) != 0);
    return lj_cstr_bytes(role->code);
}

lj_code account_grant_admin(ledger_txn *txn, const uint8_t id[16], uint32_t admin,
                            const account_refusal **out_why, lj_err *err)
{
    granting on;
    lj_code code = begin_grant(&on, txn, id, out_why, err);
    if (code == LJ_OK && (on.admin & admin) != 0) {
        code = refuse(&on, "granted");
    }
    grant_scan scan = {0};
    code = code == LJ_OK ? scan_posts(&on, NULL, &scan) : code;
    if (code == LJ_OK && scan.has_any) {
        code = refuse(&on, "mixed");
    }
    code = code == LJ_OK ? account_person_fits(txn, &on.now.person, on.admin | admin, out_why, err)
                         : code;
    return code == LJ_OK ? put_grant(&on, NULL, admin, role_code(admin)) : code;
}

lj_code account_revoke_admin(ledger_txn *txn, const uint8_t id[16], uint32_t admin,
                             const account_refusal **out_why, lj_err *err)
{
    granting on;
    lj_code code = begin(&on, txn, id, out_why, err);
    if (code == LJ_OK && (on.admin & admin) == 0) {
        code = lj_fail(err, LJ_E_NOT_FOUND, UINT64_MAX, "it is not granted");
    }
    code = code == LJ_OK ? account_not_last(txn, id, admin, out_why, err) : code;
    const store_value args[] = {store_int(txn->book->config.district), ledger_id_value(id),
                                store_int(admin), store_int(account_at(txn))};
    code = code == LJ_OK ? store_run(txn->conn, &q_account_admin_end, args, LJ_COUNT_OF(args), NULL,
                                     NULL, err)
                         : code;
    return code == LJ_OK
               ? account_note(txn, SEAL_ACCOUNT, id, ACCOUNT_REVOKE, role_code(admin), err)
               : code;
}

/* ---- posts ---- */
/* The role and place of the post, and who held it. */
typedef struct post_facts {
    const store_value *unit;
    bool is_leader, was_held, is_holder;
} post_facts;

static lj_code facts_of(granting *on, const uint8_t post[16], post_facts *out)
{
    const store_value args[] = {store_int(on->txn->book->config.district), ledger_id_value(post),
                                on->now.person, store_int(on->txn->actor->now.today)};
    const store_value *columns = NULL;
    lj_code code = store_one(on->txn->conn, &q_grant_facts, args, LJ_COUNT_OF(args), on->txn->arena,
                             &columns, on->err);
    if (code != LJ_OK) {
        return code;
    }
    if (columns == NULL) {
        return refuse(on, "unknown_post");
    }
    *out = (post_facts){
        .unit = &columns[1],
        .is_leader = lj_slice_is(columns[0].bytes, LJ_BYTES("bureau_leader")),
        .was_held = columns[2].num > 0,
        .is_holder = columns[3].num > 0,
    };
    return LJ_OK;
}

static lj_code bind(granting *on, const uint8_t person[16])
{
    store_value wanted = ledger_id_value(person);
    if (on->now.person.kind == STORE_BYTES) {
        return ledger_same_value(&on->now.person, &wanted) ? LJ_OK : refuse(on, "bound");
    }
    lj_code code = account_person_fits(on->txn, &wanted, on->admin, on->out_why, on->err);
    code =
        code == LJ_OK ? ledger_value_copy(on->txn->arena, &wanted, &on->now.person, on->err) : code;
    const store_value args[] = {store_int(on->txn->book->config.district),
                                ledger_id_value(on->now.id), on->now.person};
    code = code == LJ_OK ? store_run(on->txn->conn, &q_account_person_set, args, LJ_COUNT_OF(args),
                                     NULL, NULL, on->err)
                         : code;
    return code == LJ_OK ? account_note(on->txn, SEAL_ACCOUNT, on->now.id, ACCOUNT_BIND,
                                        on->now.person.bytes, on->err)
                         : code;
}

typedef struct named_value {
    const char *field;
    store_value value;
} named_value;

/* A record that nobody could enter yet. */
static lj_code make_record(granting *on, const char *type_name, const named_value *values,
                           uint32_t count, uint8_t out_id[16])
{
    const ledger_type *type = ledger_type_lookup(type_name, strlen(type_name));
    ledger_input inputs[4];
    LJ_ASSERT(type != NULL && count <= LJ_COUNT_OF(inputs));
    for (uint32_t i = 0; i < count; i++) {
        int field = ledger_field_find(type, values[i].field, strlen(values[i].field));
        LJ_ASSERT(field >= 0);
        inputs[i] = (ledger_input){(uint32_t)field, values[i].value};
    }
    const ledger_change change = {.type = type,
                                  .is_new = true,
                                  .state = -1,
                                  .inputs = inputs,
                                  .input_count = count,
                                  .happened_on = LEDGER_NO_DAY,
                                  .is_inner = true};
    ledger_outcome outcome;
    lj_code code = ledger_apply(on->txn, &change, &outcome, on->err);
    if (code == LJ_E_INVALID || code == LJ_E_CONFLICT) {
        return refuse(on, "display_form"); /* the name of an account that is none of a person */
    }
    if (code == LJ_OK) {
        memcpy(out_id, outcome.record->id, 16);
    }
    return code;
}

/* The first leader of the bureau: person and assignment come with the grant. */
static lj_code make_leader(granting *on, const uint8_t post[16], const post_facts *facts)
{
    uint8_t person[16];
    uint8_t assignment[16];
    const named_value of_person[] = {
        {"name", store_text(on->now.display)},
        {"unit", *facts->unit               }
    };
    lj_code code = make_record(on, "person", of_person, LJ_COUNT_OF(of_person), person);
    const named_value of_assignment[] = {
        {"person", ledger_id_value(person)             },
        {"post",   ledger_id_value(post)               },
        {"since",  store_int(on->txn->actor->now.today)}
    };
    code = code == LJ_OK ? make_record(on, "assignment", of_assignment, LJ_COUNT_OF(of_assignment),
                                       assignment)
                         : code;
    return code == LJ_OK ? bind(on, person) : code;
}

lj_code account_grant_post(ledger_txn *txn, const uint8_t id[16], const uint8_t post[16],
                           const uint8_t *person, const account_refusal **out_why, lj_err *err)
{
    granting on;
    grant_scan scan = {0};
    post_facts facts = {0};
    lj_code code = begin_grant(&on, txn, id, out_why, err);
    if (code == LJ_OK && on.admin != 0) {
        code = refuse(&on, "mixed");
    }
    code = code == LJ_OK ? scan_posts(&on, post, &scan) : code;
    if (code == LJ_OK && scan.has_post) {
        code = refuse(&on, "granted");
    }
    code = code == LJ_OK && person != NULL ? bind(&on, person) : code;
    code = code == LJ_OK ? facts_of(&on, post, &facts) : code;
    if (code == LJ_OK && on.now.person.kind != STORE_BYTES) {
        code = facts.is_leader && !facts.was_held ? make_leader(&on, post, &facts)
                                                  : refuse(&on, "no_person");
    } else if (code == LJ_OK && !facts.is_holder) {
        code = refuse(&on, "not_held");
    }
    return code == LJ_OK ? put_grant(&on, post, 0, lj_slice_of(post, 16)) : code;
}

lj_code account_revoke_post(ledger_txn *txn, const uint8_t id[16], const uint8_t post[16],
                            const account_refusal **out_why, lj_err *err)
{
    granting on;
    lj_code code = begin(&on, txn, id, out_why, err);
    const store_value args[] = {store_int(txn->book->config.district), ledger_id_value(id),
                                ledger_id_value(post), store_int(account_at(txn))};
    code = code == LJ_OK ? store_run(txn->conn, &q_account_grant_end, args, LJ_COUNT_OF(args), NULL,
                                     NULL, err)
                         : code;
    if (code == LJ_OK && store_changed(txn->conn) == 0) {
        code = lj_fail(err, LJ_E_NOT_FOUND, UINT64_MAX, "it is not granted");
    }
    return code == LJ_OK
               ? account_note(txn, SEAL_ACCOUNT, id, ACCOUNT_REVOKE, lj_slice_of(post, 16), err)
               : code;
}
