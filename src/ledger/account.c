/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Accounts: making and moving them. Grants are in account_grant.c, sessions in session.c. A
 * transaction of the ledger locks the head of its log first, so the counts that the rules ask for
 * cannot change between the question and the write. */
#include "ledger/account.h"

#include "base/hash.h"
#include "base/json.h"
#include "ledger/account_priv.h"

enum { NAME_MIN = 2, NAME_MAX = 32, DISPLAY_MAX = 40 };

const char *const account_state_names[ACCOUNT_STATE_COUNT] = {"active", "locked", "closed"};
const char *const account_first_names[ACCOUNT_FIRST_COUNT] = {"sys", "sec", "audit"};

const account_refusal account_refusals[] = {
  /* code, field, English, Chinese */
    {"name_form",      "account",
     "2 to 32 of a-z, 0-9, dot, underscore and hyphen; the first a letter or a digit",              "账号名为 2 至 32 个字符，只用小写字母、数字、点、下划线和连字符，以字母或数字开头"},
    {"name_taken",     "account", "This name is taken, also by closed accounts",
     "该账号名已被使用（含已注销账号）"                                                                                                                                                                     },
    {"display_form",   "name",    "1 to 40 characters",                                             "姓名为 1 至 40 个字符"                                                                                          },
    {"unknown_person", "person",  "There is no such person",                                        "没有此人员"                                                                                                       },
    {"person_left",    "person",  "This person has left",                                           "该人员已离职"                                                                                                    },
    {"bound",          "person",  "The account belongs to another person",                          "该账号已属于其他人员"                                                                                        },
    {"unknown_post",   "post",    "There is no such post, or it is closed",                         "没有此岗位，或岗位已撤销"                                                                                  },
    {"no_person",      "person",  "The account belongs to no person yet: name one",
     "该账号尚未对应人员，请指定人员"                                                                                                                                                                        },
    {"not_held",       "post",    "The person does not hold this post; enter the assignment first",
     "该人员未任此岗位，请先登记任职"                                                                                                                                                                        },
    {"unknown_admin",  "admin",   "sys_admin, sec_admin or audit_admin",
     "只能是 sys_admin、sec_admin 或 audit_admin"                                                                                                                                                                      },
    {"granted",        NULL,      "It is granted already",                                          "已授权"                                                                                                             },
    {"state",          NULL,      "The state of the account does not allow it",                     "账号的现状不允许此操作"                                                                                     },
    {"self",           NULL,      "Nobody grants to himself",                                       "不得给自己授权"                                                                                                 },
    {"separate",       NULL,
     "The audit administrator is never the system or security administrator as well",               "安全审计员不得由系统管理员或安全保密管理员兼任"                                                 },
    {"mixed",          NULL,      "Administrators hold no posts: use another account",
     "管理员账号不得兼有业务岗位，请另设账号"                                                                                                                                                            },
    {"admin_reset",    NULL,
     "Passwords of administrators are reset at the server: lijiand user reset NAME",                "管理员口令只能在服务器上重置：lijiand user reset 账号"                                                },
    {"last_admin",     NULL,      "It is the last active account with this administrator's role",
     "这是该管理员角色的最后一个可用账号"                                                                                                                                                                  },
};
const uint32_t account_refusal_count = LJ_COUNT_OF(account_refusals);

static const struct {
    account_event event;
    const char *name;
} event_names[] = {
    {ACCOUNT_CREATE,     "create"    },
    {ACCOUNT_RESET,      "reset"     },
    {ACCOUNT_LOCK,       "lock"      },
    {ACCOUNT_UNLOCK,     "unlock"    },
    {ACCOUNT_CLOSE,      "close"     },
    {ACCOUNT_GRANT,      "grant"     },
    {ACCOUNT_REVOKE,     "revoke"    },
    {ACCOUNT_BIND,       "bind"      },
    {ACCOUNT_PASSWORD,   "password"  },
    {ACCOUNT_LOGIN,      "login"     },
    {ACCOUNT_REFUSED,    "refused"   },
    {ACCOUNT_LOGOUT,     "logout"    },
    {ACCOUNT_LOGOUT_ALL, "logout_all"},
};

const char *account_event_name(uint16_t event)
{
    for (size_t i = 0; i < LJ_COUNT_OF(event_names); i++) {
        if (event_names[i].event == event) {
            return event_names[i].name;
        }
    }
    return NULL;
}

/* ---- what the files of accounts share ---- */
lj_code account_refuse(const account_refusal **out_why, const char *key, lj_err *err)
{
    for (uint32_t i = 0; i < account_refusal_count; i++) {
        if (strcmp(account_refusals[i].code, key) == 0) {
            *out_why = &account_refusals[i];
            return account_refusals[i].field != NULL
                       ? lj_fail(err, LJ_E_INVALID, UINT64_MAX, "a value of an account is wrong")
                       : lj_fail(err, LJ_E_CONFLICT, UINT64_MAX, "a rule for accounts forbids it");
        }
    }
    return lj_fail(err, LJ_E_INTERNAL, UINT64_MAX, "a refusal of accounts has no text");
}

lj_code account_right(const ledger_txn *txn, uint32_t admin, const account_refusal **out_why,
                      lj_err *err)
{
    *out_why = NULL;
    if (txn->actor->is_kernel || (txn->actor->admin & admin) != 0) {
        return LJ_OK;
    }
    return lj_fail(err, LJ_E_FORBIDDEN, UINT64_MAX, "another administrator's business");
}

lj_code account_sha256(const lj_slice *parts, size_t count, uint8_t out[32], lj_err *err)
{
    lj_sha256 *sha = lj_sha256_new();
    if (sha == NULL) {
        return ledger_nomem(err);
    }
    lj_sha256_begin(sha);
    for (size_t i = 0; i < count; i++) {
        lj_sha256_add(sha, parts[i]);
    }
    lj_sha256_end(sha, out);
    lj_sha256_free(sha);
    return LJ_OK;
}

lj_code account_note(ledger_txn *txn, seal_kind kind, const uint8_t id[16], account_event event,
                     lj_slice object, lj_err *err)
{
    uint8_t subject[32];
    const uint8_t tag[2] = {(uint8_t)event, (uint8_t)(event >> 8)};
    const lj_slice parts[] = {lj_slice_of(id, 16), lj_slice_of(tag, sizeof tag), object};
    lj_code code = account_sha256(parts, LJ_COUNT_OF(parts), subject, err);
    const store_value args[] = {store_int(txn->book->config.district), ledger_id_value(id),
                                store_int(account_at(txn))};
    if (code == LJ_OK && kind == SEAL_ACCOUNT) {
        code = store_run(txn->conn, &q_account_touch, args, LJ_COUNT_OF(args), NULL, NULL, err);
    }
    return code == LJ_OK ? ledger_note(txn, kind, subject, (uint16_t)event, err) : code;
}

static void read_account(const store_value *columns, account *out)
{
    *out = (account){
        .name = columns[1].bytes,
        .display = columns[2].bytes,
        .person = columns[3],
        .state = (account_state)columns[4].num,
        .hash = columns[5].bytes,
        .must_change = columns[6].num != 0,
        .failed = columns[7].num,
        .failed_at = columns[8].num,
        .is_demo = columns[9].num != 0,
    };
    memcpy(out->id, columns[0].bytes.ptr, 16);
}

static lj_code one_account(store_conn *conn, const store_query *query, const store_value args[2],
                           lj_arena *arena, account *out, lj_err *err)
{
    const store_value *columns = NULL;
    lj_code code = store_one(conn, query, args, 2, arena, &columns, err);
    if (code != LJ_OK) {
        return code;
    }
    if (columns == NULL || columns[0].bytes.len != 16) {
        return lj_fail(err, LJ_E_NOT_FOUND, UINT64_MAX, "there is no such account");
    }
    read_account(columns, out);
    return LJ_OK;
}

lj_code account_of_name(ledger *book, store_conn *conn, lj_slice name, lj_arena *arena,
                        account *out, lj_err *err)
{
    const store_value args[2] = {store_int(book->config.district), store_text(name)};
    return one_account(conn, &q_account_of_name, args, arena, out, err);
}

lj_code account_of_id(ledger *book, store_conn *conn, const uint8_t id[16], lj_arena *arena,
                      account *out, lj_err *err)
{
    const store_value args[2] = {store_int(book->config.district), ledger_id_value(id)};
    return one_account(conn, &q_account_of_id, args, arena, out, err);
}

lj_code account_load(ledger_txn *txn, const uint8_t id[16], account *out, lj_err *err)
{
    return account_of_id(txn->book, txn->conn, id, txn->arena, out, err);
}

/* ---- rules that several changes ask for ---- */
static lj_code add_admin(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    (void)err;
    *(uint32_t *)ctx |= (uint32_t)columns[0].num;
    return LJ_OK;
}

lj_code account_admin_of(ledger_txn *txn, const uint8_t id[16], uint32_t *out, lj_err *err)
{
    *out = 0;
    const store_value args[] = {store_int(txn->book->config.district), ledger_id_value(id),
                                store_int(account_at(txn))};
    return store_run(txn->conn, &q_account_admin, args, LJ_COUNT_OF(args), add_admin, out, err);
}

lj_code account_not_last(ledger_txn *txn, const uint8_t id[16], uint32_t admin,
                         const account_refusal **out_why, lj_err *err)
{
    for (uint32_t bit = POST_SYS_ADMIN; bit <= POST_AUDIT_ADMIN; bit <<= 1) {
        if ((admin & bit) == 0) {
            continue;
        }
        const store_value args[] = {store_int(txn->book->config.district), store_int(bit),
                                    ledger_id_value(id)};
        const store_value *columns = NULL;
        lj_code code = store_one(txn->conn, &q_admin_others, args, LJ_COUNT_OF(args), txn->arena,
                                 &columns, err);
        if (code != LJ_OK) {
            return code;
        }
        if (columns == NULL || columns[0].num == 0) {
            return account_refuse(out_why, "last_admin", err);
        }
    }
    return LJ_OK;
}

/* audit_admin together with another one. */
static bool is_mixed(uint32_t admin)
{
    return (admin & POST_AUDIT_ADMIN) != 0 && (admin & (POST_SYS_ADMIN | POST_SEC_ADMIN)) != 0;
}

lj_code account_person_fits(ledger_txn *txn, const store_value *person, uint32_t admin,
                            const account_refusal **out_why, lj_err *err)
{
    const store_value args[] = {store_int(txn->book->config.district), *person};
    uint32_t all = admin;
    if (person->kind != STORE_BYTES) {
        return is_mixed(all) ? account_refuse(out_why, "separate", err) : LJ_OK;
    }
    const store_value *columns = NULL;
    lj_code code =
        store_one(txn->conn, &q_person_state, args, LJ_COUNT_OF(args), txn->arena, &columns, err);
    if (code != LJ_OK) {
        return code;
    }
    if (columns == NULL || columns[1].num != 0) {
        return account_refuse(out_why, "unknown_person", err);
    }
    if (columns[0].num != 0) {
        return account_refuse(out_why, "person_left", err);
    }
    code = store_run(txn->conn, &q_person_admins, args, LJ_COUNT_OF(args), add_admin, &all, err);
    return code == LJ_OK && is_mixed(all) ? account_refuse(out_why, "separate", err) : code;
}

/* ---- making ---- */
static bool is_name(lj_slice name)
{
    bool good = name.len >= NAME_MIN && name.len <= NAME_MAX;
    for (size_t i = 0; i < name.len && good; i++) {
        uint8_t c = name.ptr[i];
        bool is_alnum = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        good = is_alnum || (i > 0 && (c == '.' || c == '_' || c == '-'));
    }
    return good;
}

static bool is_display(lj_slice display)
{
    size_t count = 0;
    for (size_t i = 0; i < display.len; i++) {
        count += (display.ptr[i] & 0xC0) != 0x80;
    }
    return count >= 1 && count <= DISPLAY_MAX && lj_utf8_is_valid(display);
}

static lj_code check_new(ledger_txn *txn, const account_new *wanted,
                         const account_refusal **out_why, lj_err *err)
{
    if (!is_name(wanted->name)) {
        return account_refuse(out_why, "name_form", err);
    }
    if (!is_display(wanted->display)) {
        return account_refuse(out_why, "display_form", err);
    }
    account other;
    lj_err none = {0};
    lj_code code = account_of_name(txn->book, txn->conn, wanted->name, txn->arena, &other, &none);
    if (code == LJ_OK) {
        return account_refuse(out_why, "name_taken", err);
    }
    if (code != LJ_E_NOT_FOUND) {
        return lj_fail(err, code, UINT64_MAX, "accounts cannot be read");
    }
    store_value person = ledger_id_or_null(wanted->person);
    return account_person_fits(txn, &person, 0, out_why, err);
}

lj_code account_create(ledger_txn *txn, const account_new *wanted, uint8_t out_id[16],
                       const account_refusal **out_why, lj_err *err)
{
    lj_code code = account_right(txn, POST_SYS_ADMIN, out_why, err);
    code = code == LJ_OK ? check_new(txn, wanted, out_why, err) : code;
    if (code != LJ_OK) {
        return code;
    }
    uint8_t id[16];
    ledger_id_make(txn->book, account_at(txn), id);
    const store_value args[] = {store_int(txn->book->config.district),
                                ledger_id_value(id),
                                store_text(wanted->name),
                                store_text(wanted->display),
                                ledger_id_or_null(wanted->person),
                                store_cstr(wanted->hash),
                                store_int(wanted->must_change),
                                store_int(account_at(txn)),
                                txn->actor->account,
                                store_int(wanted->is_demo && txn->actor->is_kernel)};
    code = store_run(txn->conn, &q_account_put, args, LJ_COUNT_OF(args), NULL, NULL, err);
    code = code == LJ_OK ? account_note(txn, SEAL_ACCOUNT, id, ACCOUNT_CREATE,
                                        ledger_id_or_null(wanted->person).bytes, err)
                         : code;
    if (code == LJ_OK) {
        memcpy(out_id, id, 16);
    }
    return code;
}

/* ---- moves ---- */
static lj_code end_sessions(ledger_txn *txn, const uint8_t id[16], lj_slice spared, lj_err *err)
{
    const store_value args[] = {store_int(txn->book->config.district), ledger_id_value(id),
                                store_bytes(spared)};
    return store_run(txn->conn, &q_session_drop_all, args, LJ_COUNT_OF(args), NULL, NULL, err);
}

static lj_code set_state(ledger_txn *txn, const uint8_t id[16], account_state state, lj_err *err)
{
    const store_value args[] = {store_int(txn->book->config.district), ledger_id_value(id),
                                store_int(state)};
    return store_run(txn->conn, &q_account_state_set, args, LJ_COUNT_OF(args), NULL, NULL, err);
}

static lj_code set_hash(ledger_txn *txn, const uint8_t id[16], const char *hash, bool must_change,
                        lj_err *err)
{
    const store_value args[] = {store_int(txn->book->config.district), ledger_id_value(id),
                                store_cstr(hash), store_int(must_change)};
    return store_run(txn->conn, &q_account_hash_set, args, LJ_COUNT_OF(args), NULL, NULL, err);
}

static lj_code end_grants(ledger_txn *txn, const uint8_t id[16], lj_err *err)
{
    const store_value args[] = {store_int(txn->book->config.district), ledger_id_value(id),
                                store_int(account_at(txn))};
    return store_run(txn->conn, &q_account_grants_end, args, LJ_COUNT_OF(args), NULL, NULL, err);
}

static lj_code check_move(ledger_txn *txn, const account *now, account_event event,
                          const account_refusal **out_why, lj_err *err)
{
    bool fits = event == ACCOUNT_UNLOCK ? now->state == ACCOUNT_LOCKED
                : event == ACCOUNT_LOCK ? now->state == ACCOUNT_ACTIVE
                                        : now->state != ACCOUNT_CLOSED;
    if (!fits) {
        return account_refuse(out_why, "state", err);
    }
    if (event == ACCOUNT_UNLOCK) {
        return LJ_OK;
    }
    uint32_t admin = 0;
    lj_code code = account_admin_of(txn, now->id, &admin, err);
    if (event == ACCOUNT_RESET) {
        return code == LJ_OK && admin != 0 && !txn->actor->is_kernel
                   ? account_refuse(out_why, "admin_reset", err)
                   : code;
    }
    return code == LJ_OK ? account_not_last(txn, now->id, admin, out_why, err) : code;
}

lj_code account_move(ledger_txn *txn, const uint8_t id[16], account_event event, const char *hash,
                     const account_refusal **out_why, lj_err *err)
{
    account now = {0};
    lj_code code = account_right(txn, POST_SYS_ADMIN, out_why, err);
    code = code == LJ_OK ? account_load(txn, id, &now, err) : code;
    code = code == LJ_OK ? check_move(txn, &now, event, out_why, err) : code;
    if (code == LJ_OK && event != ACCOUNT_UNLOCK) {
        code = end_sessions(txn, id, LJ_BYTES(""), err);
    }
    if (code == LJ_OK && event == ACCOUNT_RESET) {
        LJ_ASSERT(hash != NULL);
        code = set_hash(txn, id, hash, /* must_change= */ true, err);
    } else if (code == LJ_OK) {
        code = set_state(txn, id,
                         event == ACCOUNT_LOCK    ? ACCOUNT_LOCKED
                         : event == ACCOUNT_CLOSE ? ACCOUNT_CLOSED
                                                  : ACCOUNT_ACTIVE,
                         err);
    }
    /* Who resets a password sees it: posts are granted anew by the security administrator, so that
     * nobody can make himself somebody else alone. */
    bool is_foreign_reset = event == ACCOUNT_RESET && !txn->actor->is_kernel;
    if (code == LJ_OK && (event == ACCOUNT_CLOSE || is_foreign_reset)) {
        code = end_grants(txn, id, err);
    }
    return code == LJ_OK ? account_note(txn, SEAL_ACCOUNT, id, event, LJ_BYTES(""), err) : code;
}

lj_code account_password(ledger_txn *txn, const uint8_t id[16], const char *hash,
                         const uint8_t session_sha256[32], lj_err *err)
{
    lj_code code = set_hash(txn, id, hash, /* must_change= */ false, err);
    code = code == LJ_OK ? end_sessions(txn, id, lj_slice_of(session_sha256, 32), err) : code;
    return code == LJ_OK ? account_note(txn, SEAL_ACCOUNT, id, ACCOUNT_PASSWORD, LJ_BYTES(""), err)
                         : code;
}

/* ---- the first three ---- */
lj_code account_first(ledger_txn *txn, const password_made made[ACCOUNT_FIRST_COUNT], lj_err *err)
{
    static const char *const displays[] = {"系统管理员", "安全保密管理员", "安全审计员"};
    static const uint32_t roles[] = {POST_SYS_ADMIN, POST_SEC_ADMIN, POST_AUDIT_ADMIN};
    store_value district = store_int(txn->book->config.district);
    const store_value *columns = NULL;
    lj_code code = store_one(txn->conn, &q_account_count, &district, 1, txn->arena, &columns, err);
    if (code == LJ_OK && columns != NULL && columns[0].num > 0) {
        code = lj_fail(err, LJ_E_CONFLICT, UINT64_MAX, "there are accounts already");
    }
    for (uint32_t i = 0; i < ACCOUNT_FIRST_COUNT && code == LJ_OK; i++) {
        const account_new wanted = {.name = lj_cstr_bytes(account_first_names[i]),
                                    .display = lj_cstr_bytes(displays[i]),
                                    .hash = made[i].hash,
                                    .must_change = true};
        uint8_t id[16];
        const account_refusal *why = NULL;
        code = account_create(txn, &wanted, id, &why, err);
        code = code == LJ_OK ? account_grant_admin(txn, id, roles[i], &why, err) : code;
    }
    return code;
}

lj_code account_seen(ledger_txn *txn, const uint8_t id[16], int64_t version, bool *out_is_stale,
                     lj_err *err)
{
    const store_value args[] = {store_int(txn->book->config.district), ledger_id_value(id)};
    const store_value *columns = NULL;
    lj_code code = store_one(txn->conn, &q_account_version, args, LJ_COUNT_OF(args), txn->arena,
                             &columns, err);
    *out_is_stale = false;
    if (code == LJ_OK && columns == NULL) {
        return lj_fail(err, LJ_E_NOT_FOUND, UINT64_MAX, "there is no such account");
    }
    if (code == LJ_OK && columns[0].num != version) {
        *out_is_stale = true;
        return lj_fail(err, LJ_E_CONFLICT, UINT64_MAX, "the account changed in the meantime");
    }
    return code;
}
