/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Logging in and out, and the own password. A login answers the same for an unknown account and a
 * wrong password, in words and in time. */
#include "base/num.h"
#include "ledger/role.h"
#include "server/login.h"
#include "server/session.h"

enum { BODY_MAX = 8 * 1024, SESSION_JSON_MAX = 64 * 1024, ACCOUNT_TEXT_MAX = 64 };

/* ---- the session as JSON ---- */
static void put_id(lj_json *json, const char *key, const uint8_t id[16])
{
    char text[37];
    ledger_id_print(id, text);
    lj_json_cstr(json, key, text);
}

static lj_code put_post(route_call *call, lj_json *json, const ledger_post *post, lj_err *err)
{
    ledger *book = server_of(call)->book;
    lj_slice title = {NULL, 0};
    lj_slice unit_title = {NULL, 0};
    lj_code code = ledger_title_lookup(book, server_conn(call), ledger_type_lookup("post", 4),
                                       post->id, call->arena, &title, err);
    if (code == LJ_OK && post->unit.kind == STORE_BYTES) {
        code = ledger_title_lookup(book, server_conn(call), ledger_type_lookup("unit", 4),
                                   post->unit.bytes.ptr, call->arena, &unit_title, err);
    }
    if (code != LJ_OK) {
        return code;
    }
    lj_json_object_begin(json, NULL);
    put_id(json, "id", post->id);
    const ledger_role *role = ledger_role_of(post->role);
    lj_json_cstr(json, "role", role != NULL ? role->code : "");
    if (post->unit.kind == STORE_BYTES) {
        lj_json_object_begin(json, "unit");
        put_id(json, "id", post->unit.bytes.ptr);
        lj_json_text(json, "title", unit_title);
        lj_json_object_end(json);
    } else {
        lj_json_null(json, "unit");
    }
    lj_json_text(json, "title", title);
    lj_json_bool(json, "stand_in", post->is_stand_in);
    lj_json_object_end(json);
    return LJ_OK;
}

static lj_code answer_session(route_call *call, lj_err *err)
{
    const server_session *session = server_session_of(call);
    lj_buf text;
    lj_buf_init(&text, call->arena, SESSION_JSON_MAX);
    lj_json json = lj_json_of(&text);
    lj_json_object_begin(&json, NULL);
    lj_json_text(&json, "account", session->name);
    lj_json_text(&json, "name", session->display);
    lj_json_bool(&json, "must_change", session->must_change);
    lj_json_array_begin(&json, "admin");
    for (uint32_t bit = POST_SYS_ADMIN; bit <= POST_AUDIT_ADMIN; bit <<= 1) {
        if ((session->actor.admin & bit) != 0) {
            lj_json_cstr(&json, NULL, ledger_role_of(bit)->code);
        }
    }
    lj_json_array_end(&json);
    if (session->actor.person.kind == STORE_BYTES) {
        put_id(&json, "person", session->actor.person.bytes.ptr);
    } else {
        lj_json_null(&json, "person");
    }
    lj_json_array_begin(&json, "posts");
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < session->actor.post_count && code == LJ_OK; i++) {
        code = put_post(call, &json, &session->actor.posts[i], err);
    }
    lj_json_array_end(&json);
    lj_json_bool(&json, "demo", server_of(call)->is_demo);
    lj_json_object_end(&json);
    if (code == LJ_OK && !lj_buf_ok(&text)) {
        code = lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "the answer is too large");
    }
    if (code == LJ_OK) {
        route_json(call, 200, lj_buf_slice(&text));
    }
    return code;
}

/* ---- logging in ---- */
typedef struct attempt {
    route_call *call;
    lj_str name, password;
    login_source source;
    account seen;
    bool is_known, is_right;
    const char *new_hash; /* of today's parameters, or NULL */
} attempt;

/* ASCII letters small, as names of accounts are. */
static lj_str small(lj_arena *arena, lj_str text)
{
    char *copy = lj_arena_alloc(arena, text.len + 1);
    for (size_t i = 0; copy != NULL && i < text.len; i++) {
        char c = text.ptr[i];
        copy[i] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
    }
    return copy != NULL ? (lj_str){copy, text.len} : (lj_str){"", 0};
}

static lj_code say_wait(route_call *call, uint32_t seconds, lj_err *err)
{
    call->problem->retry_after_s = seconds;
    return problem_set(call->problem, PROBLEM_WAIT, err);
}

/* May this source try, and is the password right? Takes its turn at hashing. */
static lj_code check_password(attempt *on, lj_err *err)
{
    server *own = server_of(on->call);
    uint32_t seconds = login_admit(own->logins, &on->source, own->clock());
    if (seconds > 0) {
        return say_wait(on->call, seconds, err);
    }
    if (!login_hash_begin(own->logins)) {
        login_forgive(own->logins, &on->source);
        return problem_set(on->call->problem, PROBLEM_BUSY, err);
    }
    lj_slice hash = on->is_known ? on->seen.hash : (lj_slice){NULL, 0};
    lj_code code = password_check(hash, lj_str_bytes(on->password), &on->is_right, err);
    if (code == LJ_OK && on->is_right && !password_is_current(hash)) {
        char *fresh = lj_arena_alloc(on->call->arena, PASSWORD_HASH_MAX);
        code = fresh != NULL ? password_hash(lj_str_bytes(on->password), fresh, err)
                             : lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a hash");
        on->new_hash = fresh;
    }
    login_hash_end(own->logins);
    if (code != LJ_OK) {
        login_forgive(own->logins, &on->source);
    } else if (on->is_right) {
        login_right(own->logins, &on->source);
    }
    return code;
}

/* Writes that it was refused, then answers 401. */
static lj_code refuse_login(attempt *on, problem_text detail, lj_err *err)
{
    route_call *call = on->call;
    server *own = server_of(call);
    ledger_actor actor = ledger_actor_kernel(own->clock());
    ledger_txn *txn = NULL;
    lj_code code = ledger_begin(own->book, &actor, call->arena, &txn, err);
    if (code == LJ_OK) {
        code = session_refused(txn, on->is_known ? &on->seen : NULL, !on->is_right, err);
        if (code == LJ_OK) {
            code = ledger_commit(txn, err);
        } else {
            ledger_rollback(txn);
        }
    }
    if (code != LJ_OK) {
        return code;
    }
    problem_detail(call->problem, detail, LJ_STR(""), LJ_STR(""));
    return problem_set(call->problem, PROBLEM_LOGIN, err);
}

static const problem_text wrong = {"account or password are wrong", "账号或口令错误"};
static const problem_text closed = {"the account is locked or closed: ask the system administrator",
                                    "账号已锁定或注销，请联系系统管理员"};
static const problem_text demo = {"accounts of the demonstration cannot log in here",
                                  "演示账号不能在此登录"};

/* A session, and the end of the one that the browser had. */
static lj_code open_session(attempt *on, lj_err *err)
{
    route_call *call = on->call;
    server *own = server_of(call);
    const server_session *old = call->session;
    ledger_actor actor = {.account = store_bytes(lj_slice_of(on->seen.id, 16)),
                          .now = ledger_now_of(own->clock())};
    ledger_txn *txn = NULL;
    uint8_t id[SESSION_ID_LEN];
    uint8_t hash[32];
    lj_code code = ledger_begin(own->book, &actor, call->arena, &txn, err);
    if (code != LJ_OK) {
        return code;
    }
    code = old != NULL ? session_end(txn, old->account, old->hash, err) : LJ_OK;
    code = code == LJ_OK ? session_begin(txn, &on->seen, on->new_hash, id, err) : code;
    code = code == LJ_OK ? session_hash(id, hash, err) : code;
    if (code != LJ_OK) {
        ledger_rollback(txn);
        return code == LJ_E_CONFLICT ? problem_set(call->problem, PROBLEM_LOGIN, err) : code;
    }
    code = ledger_commit(txn, err);
    code = code == LJ_OK ? server_session_set(call, &on->seen, hash, err) : code;
    code = code == LJ_OK ? answer_session(call, err) : code;
    if (code == LJ_OK) {
        server_cookie_set(call, id);
    }
    return code;
}

static lj_code session_post(route_call *call, lj_err *err)
{
    static const char *const names[] = {"account", "password", NULL};
    attempt on = {.call = call};
    json_in_only(call->problem, call->json, names);
    json_in_text(call->problem, call->json, "account", JSON_REQUIRED, 1, ACCOUNT_TEXT_MAX,
                 &on.name);
    json_in_text(call->problem, call->json, "password", JSON_REQUIRED, 1, PASSWORD_MAX_LEN,
                 &on.password);
    if (call->problem->error_count > 0) {
        return LJ_OK; /* the table answers 422 */
    }
    server *own = server_of(call);
    on.name = small(call->arena, on.name);
    on.source = login_source_of(own->logins, call->request, on.name);
    lj_code code = account_of_name(own->book, server_conn(call), lj_str_bytes(on.name), call->arena,
                                   &on.seen, err);
    on.is_known = code == LJ_OK;
    if (code != LJ_OK && code != LJ_E_NOT_FOUND) {
        return code;
    }
    code = check_password(&on, err);
    if (code != LJ_OK) {
        return code;
    }
    if (!on.is_right) {
        return refuse_login(&on, wrong, err);
    }
    if (on.seen.state != ACCOUNT_ACTIVE) {
        return refuse_login(&on, closed, err);
    }
    return on.seen.is_demo && !own->is_demo ? refuse_login(&on, demo, err) : open_session(&on, err);
}

static lj_code session_get(route_call *call, lj_err *err)
{
    return answer_session(call, err);
}

/* ---- logging out ---- */
static lj_code end_sessions(route_call *call, bool all, lj_err *err)
{
    const server_session *session = server_session_of(call);
    ledger_txn *txn = NULL;
    lj_code code = ledger_begin(server_of(call)->book, &session->actor, call->arena, &txn, err);
    if (code != LJ_OK) {
        return code;
    }
    code = all ? session_end_all(txn, session->account, err)
               : session_end(txn, session->account, session->hash, err);
    if (code != LJ_OK) {
        ledger_rollback(txn);
        return code;
    }
    code = ledger_commit(txn, err);
    if (code == LJ_OK) {
        server_cookie_set(call, NULL);
        http_respond(call->response, 204, NULL, (lj_slice){NULL, 0});
    }
    return code;
}

static lj_code session_delete(route_call *call, lj_err *err)
{
    return end_sessions(call, /* all= */ false, err);
}

static lj_code sessions_delete(route_call *call, lj_err *err)
{
    return end_sessions(call, /* all= */ true, err);
}

/* ---- the own password ---- */
static const struct {
    const char *code, *en, *zh;
} password_faults[] = {
    {"too_short",  "at least 10 characters",                 "至少 10 个字符"              },
    {"too_long",   "at most 1,024 bytes",                    "至多 1024 字节"               },
    {"is_account", "it must not be the name of the account", "口令不得与账号名相同"   },
    {"unchanged",  "it must differ from the one before",     "新口令不得与原口令相同"},
};

static void say_fault(route_call *call, const char *code)
{
    for (size_t i = 0; i < LJ_COUNT_OF(password_faults); i++) {
        if (strcmp(password_faults[i].code, code) == 0) {
            json_in_fault(call->problem, call->json, "new", password_faults[i].code,
                          (problem_text){password_faults[i].en, password_faults[i].zh});
        }
    }
}

/* The old one is asked for like at a login: whoever found an open browser guesses no further. */
static lj_code check_old(attempt *on, const server_session *session, lj_err *err)
{
    server *own = server_of(on->call);
    lj_code code = account_of_id(own->book, server_conn(on->call), session->account,
                                 on->call->arena, &on->seen, err);
    if (code != LJ_OK) {
        return code;
    }
    on->is_known = true;
    on->name = (lj_str){(const char *)on->seen.name.ptr, on->seen.name.len};
    on->source = login_source_of(own->logins, on->call->request, on->name);
    return check_password(on, err);
}

static lj_code hash_new(route_call *call, lj_str chosen, char out[PASSWORD_HASH_MAX], lj_err *err)
{
    server *own = server_of(call);
    if (!login_hash_begin(own->logins)) {
        return problem_set(call->problem, PROBLEM_BUSY, err);
    }
    lj_code code = password_hash(lj_str_bytes(chosen), out, err);
    login_hash_end(own->logins);
    return code;
}

static lj_code session_password(route_call *call, lj_err *err)
{
    static const char *const names[] = {"old", "new", NULL};
    const server_session *session = server_session_of(call);
    attempt on = {.call = call};
    lj_str chosen = {"", 0};
    json_in_only(call->problem, call->json, names);
    json_in_text(call->problem, call->json, "old", JSON_REQUIRED, 1, PASSWORD_MAX_LEN,
                 &on.password);
    if (json_in_text(call->problem, call->json, "new", JSON_REQUIRED, 1, PASSWORD_MAX_LEN,
                     &chosen)) {
        const char *why =
            password_refusal(lj_str_bytes(chosen), session->name, lj_str_bytes(on.password));
        if (why != NULL) {
            say_fault(call, why);
        }
    }
    if (call->problem->error_count > 0) {
        return LJ_OK;
    }
    lj_code code = check_old(&on, session, err);
    if (code != LJ_OK) {
        return code;
    }
    if (!on.is_right) {
        json_in_fault(call->problem, call->json, "old", "wrong",
                      (problem_text){"this is not the password", "原口令错误"});
        return LJ_OK;
    }
    char hash[PASSWORD_HASH_MAX];
    ledger_txn *txn = NULL;
    code = hash_new(call, chosen, hash, err);
    code = code == LJ_OK
               ? ledger_begin(server_of(call)->book, &session->actor, call->arena, &txn, err)
               : code;
    if (code != LJ_OK) {
        return code;
    }
    code = account_password(txn, session->account, hash, session->hash, err);
    if (code != LJ_OK) {
        ledger_rollback(txn);
        return code;
    }
    code = ledger_commit(txn, err);
    if (code == LJ_OK) {
        http_respond(call->response, 204, NULL, (lj_slice){NULL, 0});
    }
    return code;
}

/* Two lines a row. */
/* clang-format off */
static const route_row rows[] = {
    {"POST", "/api/v1/session", PERM_PUBLIC, ROUTE_BODY_JSON, BODY_MAX, 0,
     session_post, "session_begin", "Log in", "登录", NULL},
    {"GET", "/api/v1/session", PERM_SESSION, ROUTE_BODY_NONE, 0, 0,
     session_get, "session_get", "Who is logged in", "当前登录人", NULL},
    {"DELETE", "/api/v1/session", PERM_SESSION, ROUTE_BODY_NONE, 0, 0,
     session_delete, "session_end", "Log out", "退出登录", NULL},
    {"DELETE", "/api/v1/sessions", PERM_SESSION, ROUTE_BODY_NONE, 0, 0,
     sessions_delete, "session_end_all", "Log out everywhere", "退出全部登录", NULL},
    {"PUT", "/api/v1/session/password", PERM_SESSION, ROUTE_BODY_JSON, BODY_MAX, 0,
     session_password, "session_password", "Change the own password", "修改本人口令", NULL},
};
/* clang-format on */
const route_table session_routes = {rows, LJ_COUNT_OF(rows)};
