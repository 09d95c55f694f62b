/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Signatures are sets (record-kernel.md 5): each row of a type's table of signatures is one role of
 * a set, with who may sign, how many, and which other roles must be other persons. They are
 * collected one by one against the version of the record that each person saw; a change of the
 * record leaves them behind, unused. Whoever makes the move signs with it, in the first role still
 * open to him. */
#include "ledger/ledger_priv.h"

typedef struct open_signs {
    uint8_t persons[LEDGER_SIGN_MAX][16];
    int64_t roles[LEDGER_SIGN_MAX];
    uint32_t count;
} open_signs;

static lj_code keep_sign(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    open_signs *signs = ctx;
    if (signs->count == LEDGER_SIGN_MAX || columns[1].bytes.len != 16) {
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "too many signatures for one move");
    }
    signs->roles[signs->count] = columns[0].num;
    memcpy(signs->persons[signs->count++], columns[1].bytes.ptr, 16);
    return LJ_OK;
}

static lj_code load_signs(ledger_txn *txn, const ledger_move *move, const ledger_record *record,
                          open_signs *out, lj_err *err)
{
    out->count = 0;
    const store_value args[] = {store_int(txn->book->config.district), ledger_id_value(record->id),
                                store_int(move->tag), store_int(record->version)};
    return store_run(txn->conn, &q_signed_open, args, LJ_COUNT_OF(args), keep_sign, out, err);
}

static bool in_set(const ledger_sign *row, const char *set)
{
    return strcmp(row->set, set) == 0;
}

static uint32_t count_role(const open_signs *signs, uint32_t role)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < signs->count; i++) {
        count += signs->roles[i] == role ? 1 : 0;
    }
    return count;
}

/* Whether this person may still fill the role, given who filled the others. */
static bool is_free_for(const ledger_type *type, const open_signs *signs, uint32_t role,
                        const uint8_t *person)
{
    for (uint32_t i = 0; i < signs->count; i++) {
        if (memcmp(signs->persons[i], person, 16) != 0) {
            continue;
        }
        uint32_t other = (uint32_t)signs->roles[i];
        bool must_differ = other == role || (type->signs[role].distinct_from & 1u << other) != 0 ||
                           (type->signs[other].distinct_from & 1u << role) != 0;
        if (must_differ) {
            return false;
        }
    }
    return true;
}

/* A row's signer field names the only person who may. */
static bool is_named(const ledger_record *record, const ledger_sign *row, const uint8_t *person)
{
    if (row->signer == NULL) {
        return true;
    }
    int field = ledger_field_find(record->type, row->signer, strlen(row->signer));
    LJ_ASSERT(field >= 0);
    const store_value *value = &record->values[field];
    return value->kind == STORE_BYTES && value->bytes.len == 16 &&
           memcmp(value->bytes.ptr, person, 16) == 0;
}

typedef struct post_scan {
    const ledger_record *record;
    uint32_t posts; /* wanted */
    bool is_fit;
} post_scan;

static lj_code check_post(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    (void)err;
    post_scan *scan = ctx;
    const ledger_role *role =
        ledger_role_lookup((const char *)columns[0].bytes.ptr, (uint32_t)columns[0].bytes.len);
    if (role == NULL || (role->bit & scan->posts) == 0) {
        return LJ_OK;
    }
    bool is_near = role->reach == LEDGER_REACH_DISTRICT || role->reach == LEDGER_REACH_GRANT ||
                   scan->record->unit.kind == STORE_NULL ||
                   ledger_same_value(&scan->record->unit, &columns[1]);
    scan->is_fit = scan->is_fit || is_near;
    return LJ_OK;
}

/* A row with a named signer needs no post: the incoming officer has none yet. */
static lj_code may_sign(ledger_txn *txn, const ledger_record *record, const ledger_sign *row,
                        const uint8_t *person, bool *out, lj_err *err)
{
    *out = is_named(record, row, person);
    if (!*out || row->signer != NULL) {
        return LJ_OK;
    }
    post_scan scan = {record, row->posts, false};
    const store_value args[] = {store_int(txn->book->config.district), ledger_id_value(person),
                                store_int(txn->actor->now.today)};
    lj_code code =
        store_run(txn->conn, &q_person_posts, args, LJ_COUNT_OF(args), check_post, &scan, err);
    *out = scan.is_fit;
    return code;
}

/* The mover's own signature: the first role of the set that is open to him. */
static lj_code add_mover(ledger_txn *txn, const ledger_move *move, const ledger_record *record,
                         open_signs *signs, int *out_role, lj_err *err)
{
    const store_value *person = &txn->actor->person;
    *out_role = -1;
    if (person->kind != STORE_BYTES || signs->count == LEDGER_SIGN_MAX) {
        return LJ_OK;
    }
    const ledger_type *type = record->type;
    for (uint32_t i = 0; i < type->sign_count && *out_role < 0; i++) {
        const ledger_sign *row = &type->signs[i];
        if (!in_set(row, move->sign_set) || (row->modes & LEDGER_BY_SESSION) == 0 ||
            count_role(signs, i) >= row->min || !is_free_for(type, signs, i, person->bytes.ptr)) {
            continue;
        }
        bool is_fit = false;
        lj_code code = may_sign(txn, record, row, person->bytes.ptr, &is_fit, err);
        if (code != LJ_OK) {
            return code;
        }
        if (is_fit) {
            *out_role = (int)i;
            signs->roles[signs->count] = i;
            memcpy(signs->persons[signs->count++], person->bytes.ptr, 16);
        }
    }
    return LJ_OK;
}

static void list_missing(const ledger_type *type, const char *set, const open_signs *signs,
                         ledger_outcome *out)
{
    out->missing_count = 0;
    for (uint32_t i = 0; i < type->sign_count; i++) {
        const ledger_sign *row = &type->signs[i];
        uint32_t have = count_role(signs, i);
        if (in_set(row, set) && have < row->min && out->missing_count < LJ_COUNT_OF(out->missing)) {
            out->missing[out->missing_count++] =
                (ledger_missing){row->role, row->posts, row->min - have};
        }
    }
}

typedef struct sign_row {
    uint16_t event;
    uint32_t role;
    const uint8_t *person;
    ledger_sign_mode mode;
    lj_slice proof, place;
} sign_row;

static lj_code put_sign(ledger_txn *txn, const ledger_record *record, const sign_row *sign,
                        lj_err *err)
{
    uint8_t id[16];
    ledger_id_make(txn->book, txn->at, id);
    const store_value args[] = {
        store_int(txn->book->config.district),
        ledger_id_value(id),
        ledger_id_value(record->id),
        store_int(record->type->tag),
        store_int(sign->event),
        store_int(record->version),
        store_int(sign->role),
        ledger_id_value(sign->person),
        txn->actor->account,
        store_int(sign->mode),
        sign->proof.len > 0 ? store_bytes(sign->proof) : store_null(),
        sign->place.len > 0 ? store_text(sign->place) : store_null(),
        store_int(txn->at),
    };
    return store_run(txn->conn, &q_signed_put, args, LJ_COUNT_OF(args), NULL, NULL, err);
}

static lj_code log_sign(ledger_txn *txn, const ledger_record *record, uint16_t event, lj_err *err)
{
    seal_leaf leaf = {.kind = SEAL_SIGNED,
                      .has = SEAL_HAS(SEAL_TAG_TYPE) | SEAL_HAS(SEAL_TAG_RECORD) |
                             SEAL_HAS(SEAL_TAG_VERSION) | SEAL_HAS(SEAL_TAG_EVENT),
                      .type = record->type->tag,
                      .version = (uint64_t)record->version,
                      .event = event};
    memcpy(leaf.record.bytes, record->id, SEAL_ID_LEN);
    if (txn->actor->account.kind == STORE_BYTES) {
        memcpy(leaf.by.bytes, txn->actor->account.bytes.ptr, SEAL_ID_LEN);
        leaf.has |= SEAL_HAS(SEAL_TAG_BY);
    }
    return ledger_log(txn, &leaf, err);
}

lj_code ledger_signs_check(ledger_txn *txn, const ledger_move *move, const ledger_record *record,
                           bool actor_signs, ledger_outcome *out, lj_err *err)
{
    if (move->sign_set == NULL || txn->actor->is_kernel) {
        return LJ_OK;
    }
    open_signs signs;
    lj_code code = load_signs(txn, move, record, &signs, err);
    int role = -1;
    if (code == LJ_OK && actor_signs) {
        code = add_mover(txn, move, record, &signs, &role, err);
    }
    if (code != LJ_OK) {
        return code;
    }
    list_missing(record->type, move->sign_set, &signs, out);
    if (out->missing_count > 0) {
        out->is_lacking_signatures = true;
        return lj_fail(err, LJ_E_CONFLICT, UINT64_MAX, "signatures are missing");
    }
    if (role >= 0) {
        sign_row own = {.event = move->tag,
                        .role = (uint32_t)role,
                        .person = txn->actor->person.bytes.ptr,
                        .mode = LEDGER_BY_SESSION};
        code = put_sign(txn, record, &own, err);
    }
    return code;
}

lj_code ledger_signs_opening(ledger_txn *txn, const ledger_move *move, const ledger_record *record,
                             const uint8_t person[16], lj_err *err)
{
    const sign_row own = {
        .event = move->tag, .role = LEDGER_SECOND_ROLE, .person = person, .mode = LEDGER_BY_PAPER};
    lj_code code = put_sign(txn, record, &own, err);
    if (code == LJ_OK) {
        const store_value args[] = {store_int(txn->book->config.district),
                                    ledger_id_value(record->id), store_int(move->tag),
                                    store_int(record->version), store_int(record->version)};
        code = store_run(txn->conn, &q_signed_use, args, LJ_COUNT_OF(args), NULL, NULL, err);
    }
    return code == LJ_OK ? log_sign(txn, record, move->tag, err) : code;
}

lj_code ledger_signs_use(ledger_txn *txn, const ledger_move *move, const ledger_record *before,
                         int64_t seq, lj_err *err)
{
    if (move->sign_set == NULL) {
        return LJ_OK;
    }
    const store_value args[] = {store_int(txn->book->config.district), ledger_id_value(before->id),
                                store_int(move->tag), store_int(before->version), store_int(seq)};
    return store_run(txn->conn, &q_signed_use, args, LJ_COUNT_OF(args), NULL, NULL, err);
}

/* ---- signing ahead of the move ---- */
static const ledger_move *signed_move(const ledger_record *record, const char *event)
{
    const ledger_type *type = record->type;
    for (uint32_t i = 0; i < type->move_count; i++) {
        const ledger_move *move = &type->moves[i];
        if (strcmp(move->event, event) == 0 && move->sign_set != NULL &&
            (move->from & 1u << record->state) != 0) {
            return move;
        }
    }
    return NULL;
}

static int role_of_set(const ledger_type *type, const char *set, const char *role)
{
    for (int i = 0; i < type->sign_count; i++) {
        if (in_set(&type->signs[i], set) && strcmp(type->signs[i].role, role) == 0) {
            return i;
        }
    }
    return -1;
}

static lj_code problem(ledger_outcome *out, const char *field, const char *code_text, lj_err *err)
{
    out->problems[out->problem_count++] = (ledger_problem){.field = field, .code = code_text};
    return lj_fail(err, LJ_E_INVALID, UINT64_MAX, "a signature that cannot be taken");
}

/* By paper: entered by whoever may see the record, with the hash of the scan and where the original
 * lies. By session: only one's own. */
static lj_code check_mode(const ledger_txn *txn, const ledger_signing *signing,
                          const ledger_sign *row, ledger_outcome *out, lj_err *err)
{
    if ((row->modes & (uint32_t)signing->mode) == 0) {
        return problem(out, "mode", "unknown_code", err);
    }
    if (signing->mode == LEDGER_BY_PAPER) {
        if (signing->person == NULL) {
            return problem(out, "person", "required", err);
        }
        if (signing->proof.len != 32) {
            return problem(out, "scan", "required", err);
        }
        return signing->place.len > 0 ? LJ_OK : problem(out, "place", "required", err);
    }
    if (txn->actor->person.kind != STORE_BYTES ||
        (signing->person != NULL &&
         memcmp(signing->person, txn->actor->person.bytes.ptr, 16) != 0)) {
        return problem(out, "person", "only_own", err);
    }
    return LJ_OK;
}

static lj_code sign_in_role(ledger_txn *txn, const ledger_signing *signing, const ledger_move *move,
                            ledger_outcome *out, lj_err *err)
{
    const ledger_record *record = out->record;
    int role = role_of_set(record->type, move->sign_set, signing->role);
    if (role < 0) {
        return problem(out, "role", "unknown_code", err);
    }
    const ledger_sign *row = &record->type->signs[role];
    lj_code code = check_mode(txn, signing, row, out, err);
    if (code != LJ_OK) {
        return code;
    }
    const uint8_t *person =
        signing->person != NULL ? signing->person : txn->actor->person.bytes.ptr;
    open_signs signs;
    code = load_signs(txn, move, record, &signs, err);
    bool is_fit = false;
    if (code == LJ_OK) {
        code = may_sign(txn, record, row, person, &is_fit, err);
    }
    if (code != LJ_OK) {
        return code;
    }
    if (!is_fit) {
        return problem(out, "person", "not_entitled", err);
    }
    if (!is_free_for(record->type, &signs, (uint32_t)role, person)) {
        return problem(out, "person", "signed_already", err);
    }
    sign_row own = {move->tag,     (uint32_t)role, person,
                    signing->mode, signing->proof, signing->place};
    code = put_sign(txn, record, &own, err);
    if (code == LJ_OK && signs.count < LEDGER_SIGN_MAX) {
        signs.roles[signs.count] = role;
        memcpy(signs.persons[signs.count++], person, 16);
        list_missing(record->type, move->sign_set, &signs, out);
        code = log_sign(txn, record, move->tag, err);
    }
    return code;
}

lj_code ledger_sign_move(ledger_txn *txn, const ledger_signing *signing, ledger_outcome *out,
                         lj_err *err)
{
    *out = (ledger_outcome){0};
    ledger_rights rights;
    lj_code code = ledger_row_load(txn->book, txn->conn, signing->type, signing->id, true,
                                   txn->arena, &out->record, err);
    if (code == LJ_OK) {
        code = ledger_rights_of(txn->book, txn->conn, txn->actor, out->record, &rights, err);
    }
    if (code != LJ_OK) {
        return code;
    }
    const ledger_move *move = signed_move(out->record, signing->event);
    int role = move != NULL ? role_of_set(signing->type, move->sign_set, signing->role) : -1;
    /* The one whom the record names may sign without seeing the rest of the unit. */
    bool is_called =
        role >= 0 && signing->type->signs[role].signer != NULL &&
        txn->actor->person.kind == STORE_BYTES &&
        is_named(out->record, &signing->type->signs[role], txn->actor->person.bytes.ptr);
    if (rights.read_groups == 0 && !is_called) {
        out->record = NULL;
        return lj_fail(err, LJ_E_NOT_FOUND, UINT64_MAX, "there is no such record");
    }
    if (signing->seen != out->record->version) {
        out->is_stale = true;
        return lj_fail(err, LJ_E_CONFLICT, UINT64_MAX, "the record changed in the meantime");
    }
    if (move == NULL || out->record->is_void) {
        out->refused = move == NULL ? "state" : "void";
        return lj_fail(err, LJ_E_CONFLICT, UINT64_MAX, "no such move from this state");
    }
    return sign_in_role(txn, signing, move, out, err);
}
