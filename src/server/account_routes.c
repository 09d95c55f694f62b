/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Accounts and grants. Their rules are the ledger's (ledger/account.h); here they become JSON. No
 * row takes an Idempotency-Key: an answer with a one-time password is kept nowhere, and a repeated
 * change is refused by its rule (name_taken, granted, state). */
#include "base/num.h"
#include "base/os.h"
#include "ledger/account.h"
#include "server/login.h"
#include "server/server.h"

enum {
    BODY_MAX = 4 * 1024,
    PAGE_MAX = 4 * 1024 * 1024,
    LIMIT_DEFAULT = 50,
    LIMIT_MOST = 200,
    PERSONS_MOST = 20
};

/* ---- JSON ---- */
static void put_id(lj_json *json, const char *key, const uint8_t id[16])
{
    char text[37];
    ledger_id_print(id, text);
    lj_json_cstr(json, key, text);
}

static void put_ref(lj_json *json, const char *key, const char *type, const store_value *id,
                    lj_slice title)
{
    if (id->kind != STORE_BYTES || id->bytes.len != 16) {
        lj_json_null(json, key);
        return;
    }
    lj_json_object_begin(json, key);
    put_id(json, "id", id->bytes.ptr);
    lj_json_cstr(json, "type", type);
    lj_json_text(json, "title", title);
    lj_json_object_end(json);
}

/* "区教育局 保密员": 82 units have a post of that title. */
static void put_post(lj_json *json, const account_post *post, lj_arena *arena)
{
    lj_buf title;
    lj_buf_init(&title, arena, 4096);
    lj_buf_put(&title, post->unit_title);
    lj_buf_put_cstr(&title, post->unit_title.len > 0 ? " " : "");
    lj_buf_put(&title, post->title);
    lj_json_object_begin(json, NULL);
    put_id(json, "id", post->id);
    lj_json_cstr(json, "type", "post");
    lj_json_text(json, "title", lj_buf_slice(&title));
    lj_json_text(json, "role", post->role);
    put_ref(json, "unit", "unit", &post->unit, post->unit_title);
    lj_json_object_end(json);
}

static void put_posts(lj_json *json, const char *key, const account_post *posts, uint32_t count,
                      lj_arena *arena)
{
    lj_json_array_begin(json, key);
    for (uint32_t i = 0; i < count; i++) {
        put_post(json, &posts[i], arena);
    }
    lj_json_array_end(json);
}

static void put_account(lj_json *json, const account_row *row, const char *password,
                        lj_arena *arena)
{
    lj_json_object_begin(json, NULL);
    put_id(json, "id", row->id);
    lj_json_text(json, "account", row->name);
    lj_json_text(json, "name", row->display);
    lj_json_cstr(json, "state", account_state_names[row->state]);
    lj_json_int(json, "version", row->version);
    put_ref(json, "person", "person", &row->person, row->person_title);
    lj_json_bool(json, "must_change", row->must_change);
    lj_json_int(json, "failed", row->failed);
    if (row->failed_at > 0) {
        char at[32];
        lj_os_time_text(row->failed_at, at);
        lj_json_cstr(json, "failed_at", at);
    } else {
        lj_json_null(json, "failed_at");
    }
    lj_json_array_begin(json, "admin");
    for (uint32_t bit = POST_SYS_ADMIN; bit <= POST_AUDIT_ADMIN; bit <<= 1) {
        if ((row->admin & bit) != 0) {
            lj_json_cstr(json, NULL, ledger_role_of(bit)->code);
        }
    }
    lj_json_array_end(json);
    put_posts(json, "posts", row->posts, row->post_count, arena);
    put_posts(json, "waiting", row->waiting, row->waiting_count, arena);
    if (password != NULL) {
        lj_json_cstr(json, "one_time_password", password);
    }
    lj_json_object_end(json);
}

static lj_code answer_account(route_call *call, uint32_t status, const uint8_t id[16],
                              const char *password, lj_err *err)
{
    account_row row;
    lj_code code = account_read(server_of(call)->book, server_conn(call), id,
                                &server_actor(call)->now, call->arena, &row, err);
    lj_buf text;
    lj_buf_init(&text, call->arena, PAGE_MAX);
    lj_json json = lj_json_of(&text);
    if (code == LJ_OK) {
        put_account(&json, &row, password, call->arena);
        route_etag(call, (uint64_t)row.version);
        route_json(call, status, lj_buf_slice(&text));
    }
    return code;
}

/* ---- what the ledger refused ---- */
static lj_code say_refusal(route_call *call, const account_refusal *why, lj_code code, lj_err *err)
{
    if (why == NULL) {
        return code;
    }
    const problem_text text = {why->en, why->zh};
    if (why->field != NULL) {
        json_in_fault(call->problem, call->json, why->field, why->code, text);
        return LJ_E_INVALID;
    }
    call->problem->code = why->code;
    problem_detail(call->problem, text, LJ_STR(""), LJ_STR(""));
    return problem_set(call->problem, PROBLEM_REFUSED, err);
}

/* Somebody changed it meanwhile: 412 with the account as it is. */
static lj_code say_stale(route_call *call, const uint8_t id[16], lj_err *err)
{
    account_row row;
    lj_code code = account_read(server_of(call)->book, server_conn(call), id,
                                &server_actor(call)->now, call->arena, &row, err);
    if (code != LJ_OK) {
        return code;
    }
    lj_buf text;
    lj_buf_init(&text, call->arena, PAGE_MAX);
    lj_json json = lj_json_of(&text);
    put_account(&json, &row, NULL, call->arena);
    problem_member(call->problem, "current", lj_buf_slice(&text));
    call->problem->version = (uint64_t)row.version;
    return problem_set(call->problem, PROBLEM_STALE, err);
}

/* The end of a change. */
static lj_code finish(route_call *call, ledger_txn *txn, lj_code code, const account_refusal *why,
                      lj_err *err)
{
    if (code == LJ_OK) {
        return ledger_commit(txn, err);
    }
    ledger_rollback(txn);
    return say_refusal(call, why, code, err);
}

static lj_code begin(route_call *call, ledger_txn **out, lj_err *err)
{
    return ledger_begin(server_of(call)->book, server_actor(call), call->arena, out, err);
}

/* The same for a change of an account that the caller saw. */
static lj_code begin_seen(route_call *call, const uint8_t id[16], ledger_txn **out, lj_err *err)
{
    bool is_stale = false;
    lj_code code = begin(call, out, err);
    if (code != LJ_OK) {
        return code;
    }
    code = account_seen(*out, id, (int64_t)call->version, &is_stale, err);
    if (code != LJ_OK) {
        ledger_rollback(*out);
    }
    return is_stale ? say_stale(call, id, err) : code;
}

/* Of the pattern: an id, or the table would not have routed it here. */
static lj_code read_param(const route_call *call, const char *name, uint8_t out[16], lj_err *err)
{
    return ledger_id_read(lj_str_bytes(route_param_of(call, name)), out)
               ? LJ_OK
               : lj_fail(err, LJ_E_NOT_FOUND, UINT64_MAX, "there is no such account");
}

/* An optional id of the body; *out_is_there. */
static void read_member(const route_call *call, const char *name, uint8_t out[16],
                        bool *out_is_there)
{
    lj_str text = {NULL, 0};
    *out_is_there = json_in_id(call->problem, call->json, name, JSON_OPTIONAL, &text) &&
                    ledger_id_read(lj_str_bytes(text), out);
}

/* ---- calls ---- */
static uint32_t limit_of(const route_call *call, lj_err *err, lj_code *out_code)
{
    lj_str text = http_query(call->request, "limit");
    uint32_t limit = 0;
    *out_code = LJ_OK;
    if (text.ptr == NULL) {
        return LIMIT_DEFAULT;
    }
    for (size_t i = 0; i < text.len && text.len <= 3; i++) {
        uint32_t digit = (uint32_t)(uint8_t)text.ptr[i] - '0';
        limit = digit <= 9 ? limit * 10 + digit : LIMIT_MOST + 1;
    }
    if (limit < 1 || limit > LIMIT_MOST) {
        *out_code = lj_fail(err, LJ_E_FORMAT, UINT64_MAX, "limit is 1 to 200");
    }
    return limit;
}

static lj_code account_list_get(route_call *call, lj_err *err)
{
    account_row *rows = NULL;
    uint32_t count = 0;
    bool has_more = false;
    lj_code code = LJ_OK;
    uint32_t most = limit_of(call, err, &code);
    lj_str after = http_query(call->request, "after");
    code = code == LJ_OK
               ? account_list(server_of(call)->book, server_conn(call), lj_str_bytes(after), most,
                              &server_actor(call)->now, call->arena, &rows, &count, &has_more, err)
               : code;
    if (code != LJ_OK) {
        return code;
    }
    lj_buf text;
    lj_buf_init(&text, call->arena, PAGE_MAX);
    lj_json json = lj_json_of(&text);
    lj_json_object_begin(&json, NULL);
    lj_json_array_begin(&json, "items");
    for (uint32_t i = 0; i < count; i++) {
        put_account(&json, &rows[i], NULL, call->arena);
    }
    lj_json_array_end(&json);
    if (has_more) {
        lj_json_text(&json, "next", rows[count - 1].name);
    } else {
        lj_json_null(&json, "next");
    }
    lj_json_object_end(&json);
    if (!lj_buf_ok(&text)) {
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "the page is too large");
    }
    route_json(call, 200, lj_buf_slice(&text));
    return LJ_OK;
}

static lj_code account_persons_get(route_call *call, lj_err *err)
{
    account_person *people = NULL;
    uint32_t count = 0;
    lj_str wanted = http_query(call->request, "q");
    lj_code code = account_persons(server_of(call)->book, server_conn(call), lj_str_bytes(wanted),
                                   PERSONS_MOST, call->arena, &people, &count, err);
    if (code != LJ_OK) {
        return code;
    }
    lj_buf text;
    lj_buf_init(&text, call->arena, PAGE_MAX);
    lj_json json = lj_json_of(&text);
    lj_json_object_begin(&json, NULL);
    lj_json_array_begin(&json, "items");
    for (uint32_t i = 0; i < count; i++) {
        lj_buf title;
        lj_buf_init(&title, call->arena, 4096);
        lj_buf_put(&title, people[i].name);
        lj_buf_put_cstr(&title, " ");
        lj_buf_put(&title, people[i].unit_title);
        lj_json_object_begin(&json, NULL);
        put_id(&json, "id", people[i].id);
        lj_json_text(&json, "title", lj_buf_slice(&title));
        lj_json_object_end(&json);
    }
    lj_json_array_end(&json);
    lj_json_object_end(&json);
    route_json(call, 200, lj_buf_slice(&text));
    return LJ_OK;
}

/* Made before the transaction begins: it takes its time. */
static lj_code make_password(route_call *call, password_made *out, lj_err *err)
{
    server_logins *logins = server_of(call)->logins;
    if (!login_hash_begin(logins)) {
        return problem_set(call->problem, PROBLEM_BUSY, err);
    }
    lj_code code = password_make(out, err);
    login_hash_end(logins);
    return code;
}

static lj_code account_post_new(route_call *call, lj_err *err)
{
    static const char *const names[] = {"account", "name", "person", NULL};
    lj_str name = {"", 0};
    lj_str display = {"", 0};
    uint8_t person[16];
    bool has_person = false;
    json_in_only(call->problem, call->json, names);
    json_in_text(call->problem, call->json, "account", JSON_REQUIRED, 1, 64, &name);
    json_in_text(call->problem, call->json, "name", JSON_REQUIRED, 1, 80, &display);
    read_member(call, "person", person, &has_person);
    if (call->problem->error_count > 0) {
        return LJ_OK; /* the table answers 422 */
    }
    password_made made;
    ledger_txn *txn = NULL;
    lj_code code = make_password(call, &made, err);
    code = code == LJ_OK ? begin(call, &txn, err) : code;
    if (code != LJ_OK) {
        return code;
    }
    const account_new wanted = {.name = lj_str_bytes(name),
                                .display = lj_str_bytes(display),
                                .person = has_person ? person : NULL,
                                .hash = made.hash,
                                .must_change = true};
    uint8_t id[16];
    const account_refusal *why = NULL;
    code = account_create(txn, &wanted, id, &why, err);
    code = finish(call, txn, code, why, err);
    return code == LJ_OK ? answer_account(call, 201, id, made.text, err) : code;
}

static const struct {
    const char *name;
    account_event event;
} move_events[] = {
    {"reset",  ACCOUNT_RESET },
    {"lock",   ACCOUNT_LOCK  },
    {"unlock", ACCOUNT_UNLOCK},
    {"close",  ACCOUNT_CLOSE },
};

static bool read_event(route_call *call, account_event *out)
{
    static const char *const names[] = {"event", NULL};
    lj_str event = {"", 0};
    json_in_only(call->problem, call->json, names);
    if (!json_in_text(call->problem, call->json, "event", JSON_REQUIRED, 1, 16, &event)) {
        return false;
    }
    for (size_t i = 0; i < LJ_COUNT_OF(move_events); i++) {
        if (lj_str_is(event, lj_cstr_str(move_events[i].name))) {
            *out = move_events[i].event;
            return call->problem->error_count == 0;
        }
    }
    json_in_fault(
        call->problem, call->json, "event", "unknown",
        (problem_text){"reset, lock, unlock or close", "只能是 reset、lock、unlock 或 close"});
    return false;
}

static lj_code account_move_post(route_call *call, lj_err *err)
{
    account_event event = ACCOUNT_RESET;
    uint8_t id[16];
    lj_code code = read_param(call, "id", id, err);
    if (code != LJ_OK || !read_event(call, &event)) {
        return code;
    }
    password_made made = {.text = ""};
    bool is_reset = event == ACCOUNT_RESET;
    ledger_txn *txn = NULL;
    code = is_reset ? make_password(call, &made, err) : LJ_OK;
    code = code == LJ_OK ? begin_seen(call, id, &txn, err) : code;
    if (code != LJ_OK) {
        return code;
    }
    const account_refusal *why = NULL;
    code = account_move(txn, id, event, made.hash, &why, err);
    code = finish(call, txn, code, why, err);
    return code == LJ_OK ? answer_account(call, 200, id, is_reset ? made.text : NULL, err) : code;
}

/* The role of an administrator by its code; 0: none. */
static uint32_t admin_of(lj_str code)
{
    const ledger_role *role = ledger_role_lookup(code.ptr, (uint32_t)code.len);
    return role != NULL ? role->bit & POSTS_ADMIN : 0;
}

/* What is granted: a post, or the role of an administrator. */
typedef struct grant_body {
    uint8_t post[16], person[16];
    bool has_post, has_person;
    uint32_t admin;
} grant_body;

static bool read_grant(route_call *call, grant_body *out)
{
    static const char *const names[] = {"post", "admin", "person", NULL};
    lj_str admin = {"", 0};
    *out = (grant_body){.admin = 0};
    json_in_only(call->problem, call->json, names);
    read_member(call, "post", out->post, &out->has_post);
    read_member(call, "person", out->person, &out->has_person);
    if (json_in_text(call->problem, call->json, "admin", JSON_OPTIONAL, 1, 32, &admin)) {
        out->admin = admin_of(admin);
        if (out->admin == 0) {
            json_in_fault(call->problem, call->json, "admin", "unknown_admin",
                          (problem_text){"sys_admin, sec_admin or audit_admin",
                                         "只能是 sys_admin、sec_admin 或 audit_admin"});
        }
    }
    if (call->problem->error_count == 0 && out->has_post == (out->admin != 0)) {
        json_in_fault(call->problem, call->json, NULL, "one_of",
                      (problem_text){"either a post or an administrator's role",
                                     "请指定岗位或管理员角色之一"});
    }
    return call->problem->error_count == 0;
}

static lj_code account_grant_post_new(route_call *call, lj_err *err)
{
    grant_body body;
    uint8_t id[16];
    ledger_txn *txn = NULL;
    lj_code code = read_param(call, "id", id, err);
    if (code != LJ_OK || !read_grant(call, &body)) {
        return code;
    }
    code = begin_seen(call, id, &txn, err);
    if (code != LJ_OK) {
        return code;
    }
    const account_refusal *why = NULL;
    code = body.has_post ? account_grant_post(txn, id, body.post,
                                              body.has_person ? body.person : NULL, &why, err)
                         : account_grant_admin(txn, id, body.admin, &why, err);
    code = finish(call, txn, code, why, err);
    return code == LJ_OK ? answer_account(call, 200, id, NULL, err) : code;
}

static lj_code account_grant_delete(route_call *call, lj_err *err)
{
    uint8_t id[16];
    uint8_t post[16];
    lj_str word = route_param_of(call, "admin");
    uint32_t admin = word.len > 0 ? admin_of(word) : 0;
    ledger_txn *txn = NULL;
    lj_code code = read_param(call, "id", id, err);
    if (code == LJ_OK && admin == 0) {
        code = read_param(call, "post", post, err);
    }
    code = code == LJ_OK ? begin_seen(call, id, &txn, err) : code;
    if (code != LJ_OK) {
        return code;
    }
    const account_refusal *why = NULL;
    code = admin != 0 ? account_revoke_admin(txn, id, admin, &why, err)
                      : account_revoke_post(txn, id, post, &why, err);
    code = finish(call, txn, code, why, err);
    if (code == LJ_OK) {
        http_respond(call->response, 204, NULL, (lj_slice){NULL, 0});
    }
    return code;
}

/* Two lines a row. */
/* clang-format off */
static const route_row rows[] = {
    {"GET", "/api/v1/accounts", PERM_ACCOUNTS, ROUTE_BODY_NONE, 0, 0,
     account_list_get, "account_list", "Accounts", "账号", NULL},
    {"GET", "/api/v1/accounts/persons", PERM_SYS_ADMIN, ROUTE_BODY_NONE, 0, 0,
     account_persons_get, "account_persons", "People for accounts", "可开设账号的人员", NULL},
    {"POST", "/api/v1/accounts", PERM_SYS_ADMIN, ROUTE_BODY_JSON, BODY_MAX, 0,
     account_post_new, "account_create", "Make an account", "新建账号", NULL},
    {"POST", "/api/v1/accounts/{id}/moves", PERM_SYS_ADMIN, ROUTE_BODY_JSON, BODY_MAX,
     ROUTE_IF_MATCH, account_move_post, "account_move", "Reset, lock, unlock or close",
     "重置、锁定、解锁或注销账号", NULL},
    {"POST", "/api/v1/accounts/{id}/grants", PERM_SEC_ADMIN, ROUTE_BODY_JSON, BODY_MAX,
     ROUTE_IF_MATCH, account_grant_post_new, "account_grant", "Grant a post or a role",
     "授予岗位或管理员角色", NULL},
    {"DELETE", "/api/v1/accounts/{id}/grants/{post}", PERM_SEC_ADMIN, ROUTE_BODY_NONE, 0,
     ROUTE_IF_MATCH, account_grant_delete, "account_revoke", "Withdraw a post",
     "收回岗位授权", NULL},
    {"DELETE", "/api/v1/accounts/{id}/grants/{admin:word}", PERM_SEC_ADMIN, ROUTE_BODY_NONE, 0,
     ROUTE_IF_MATCH, account_grant_delete, "account_revoke_admin", "Withdraw a role",
     "收回管理员角色", NULL},
};
/* clang-format on */
const route_table account_routes = {rows, LJ_COUNT_OF(rows)};
