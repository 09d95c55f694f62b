/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Who calls, and may he. Where the call comes from (Origin) was asked by the table already
 * (route.c); what the caller may do with a single record is the kernel's question. */
#include "base/hash.h"
#include "base/num.h"
#include "server/session.h"
#include "server/session_cache.h"

enum { COOKIE_MAX = 160 /* bytes of Set-Cookie */ };

/* ---- the cookie ---- */
static int digit_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_id(lj_slice text, uint8_t out[SESSION_ID_LEN])
{
    if (text.len != 2 * SESSION_ID_LEN) {
        return false;
    }
    for (size_t i = 0; i < SESSION_ID_LEN; i++) {
        int high = digit_of((char)text.ptr[2 * i]);
        int low = digit_of((char)text.ptr[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* The id out of "a=b; lijian_session=0123...; c=d". */
static bool read_cookie(const http_request *request, uint8_t out[SESSION_ID_LEN])
{
    static const lj_str name = {SERVER_COOKIE "=", sizeof SERVER_COOKIE};
    lj_slice rest = lj_str_bytes(http_header(request, "Cookie"));
    while (rest.len > 0) {
        size_t end = lj_slice_find(rest, LJ_BYTES(";"));
        lj_slice pair = lj_slice_part(rest, 0, end);
        rest = end == SIZE_MAX ? (lj_slice){NULL, 0} : lj_slice_part(rest, end + 1, rest.len);
        while (pair.len > 0 && pair.ptr[0] == ' ') {
            pair = lj_slice_part(pair, 1, pair.len);
        }
        if (lj_slice_has_prefix(pair, lj_str_bytes(name))) {
            return read_id(lj_slice_part(pair, name.len, pair.len), out);
        }
    }
    return false;
}

void server_cookie_set(route_call *call, const uint8_t *id)
{
    lj_buf text;
    lj_buf_init(&text, call->arena, COOKIE_MAX);
    lj_buf_put_cstr(&text, SERVER_COOKIE "=");
    if (id != NULL) {
        char hex[2 * SESSION_ID_LEN + 1];
        lj_hex(lj_slice_of(id, SESSION_ID_LEN), hex);
        lj_buf_put_cstr(&text, hex);
    }
    lj_buf_put_cstr(&text, id != NULL ? "; HttpOnly; SameSite=Strict; Path=/"
                                      : "; HttpOnly; SameSite=Strict; Path=/; Max-Age=0");
    lj_buf_put_cstr(&text, server_of(call)->is_secure ? "; Secure" : "");
    if (lj_buf_ok(&text)) {
        http_respond_header(call->response, "Set-Cookie", lj_buf_str(&text));
    }
}

/* ---- the session ---- */
lj_code server_session_set(route_call *call, const account *owner, const uint8_t hash[32],
                           lj_err *err)
{
    server *own = server_of(call);
    server_session *session = lj_arena_alloc(call->arena, sizeof *session);
    if (session == NULL) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a session");
    }
    session->titles = NULL;
    memcpy(session->account, owner->id, sizeof session->account);
    memcpy(session->hash, hash, sizeof session->hash);
    session->name = owner->name;
    session->display = owner->display;
    session->must_change = owner->must_change;
    session->is_demo = owner->is_demo;
    lj_code code = ledger_actor_of(own->book, server_conn(call), owner->id, own->clock(),
                                   call->arena, &session->actor, err);
    if (code == LJ_OK) {
        call->session = session;
    }
    return code;
}

/* LJ_E_NOT_FOUND: nobody is logged in. */
static lj_code find_session(route_call *call, bool *out_is_demo, lj_err *err)
{
    server *own = server_of(call);
    uint8_t id[SESSION_ID_LEN];
    uint8_t hash[32];
    session_row row;
    *out_is_demo = false;
    if (!read_cookie(call->request, id)) {
        return lj_fail(err, LJ_E_NOT_FOUND, UINT64_MAX, "there is no session");
    }
    lj_code code = session_hash(id, hash, err);
    int64_t at = own->clock();
    session_cache *cache = ((server_thread *)call->thread)->sessions;
    uint64_t generation = store_generation(own->db);
    if (code == LJ_OK && cache != NULL) {
        server_session *kept = session_cache_find(cache, hash, generation, at, call->arena);
        if (kept != NULL && (!kept->is_demo || own->is_demo)) {
            call->session = kept;
            return LJ_OK;
        }
    }
    code = code == LJ_OK ? store_read_begin(server_conn(call), err) : code;
    if (code != LJ_OK) {
        return code;
    }
    code = session_find(own->book, server_conn(call), hash, at, call->arena, &row, err);
    if (code == LJ_OK && row.owner.is_demo && !own->is_demo) {
        *out_is_demo = true;
        code = lj_fail(err, LJ_E_NOT_FOUND, UINT64_MAX, "an account of the demonstration");
    }
    code = code == LJ_OK ? server_session_set(call, &row.owner, hash, err) : code;
    store_read_end(server_conn(call));
    if (code == LJ_OK) {
        if (cache != NULL) {
            session_cache_keep(cache, server_session_of(call), generation, at);
        }
        session_touch(own->book, hash, &row, at);
    }
    return code;
}

/* ---- permissions ---- */
static bool has_post(const ledger_actor *actor, uint32_t posts)
{
    for (uint32_t i = 0; i < actor->post_count; i++) {
        if ((actor->posts[i].role & posts) != 0) {
            return true;
        }
    }
    return false;
}

static bool may(const ledger_actor *actor, uint32_t permission)
{
    switch (permission) {
    case PERM_PUBLIC:
    case PERM_SESSION:
        return true;
    case PERM_BUSINESS:
        return actor->admin == 0 && (actor->post_count > 0 || actor->person.kind == STORE_BYTES);
    case PERM_BUREAU:
        return actor->admin == 0 && has_post(actor, POSTS_BUREAU);
    case PERM_ACCOUNTS:
        return (actor->admin & (POST_SYS_ADMIN | POST_SEC_ADMIN)) != 0;
    case PERM_SYS_ADMIN:
        return (actor->admin & POST_SYS_ADMIN) != 0;
    case PERM_SEC_ADMIN:
        return (actor->admin & POST_SEC_ADMIN) != 0;
    case PERM_AUDIT_ADMIN:
        return (actor->admin & POST_AUDIT_ADMIN) != 0;
    default:
        return false;
    }
}

/* What a session with a one-time password may call. */
static bool is_open_to_one_time(const route_row *row)
{
    static const char *const names[] = {"session_get", "session_end", "session_password"};
    for (size_t i = 0; i < LJ_COUNT_OF(names); i++) {
        if (strcmp(row->name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

static lj_code refuse_demo(route_call *call, lj_err *err)
{
    problem_detail(
        call->problem,
        (problem_text){"accounts of the demonstration cannot log in here", "演示账号不能在此登录"},
        LJ_STR(""), LJ_STR(""));
    return problem_set(call->problem, PROBLEM_LOGIN, err);
}

lj_code server_permit(route_call *call, lj_err *err)
{
    bool is_demo = false;
    bool is_public = call->row->permission == PERM_PUBLIC;
    lj_err none = {0};
    lj_code code = find_session(call, &is_demo, &none);
    if (is_public) {
        return LJ_OK;
    }
    if (code == LJ_E_NOT_FOUND) {
        return is_demo ? refuse_demo(call, err) : problem_set(call->problem, PROBLEM_LOGIN, err);
    }
    if (code != LJ_OK) {
        *err = none;
        return code;
    }
    if (server_session_of(call)->must_change && !is_open_to_one_time(call->row)) {
        call->problem->code = "must_change";
        problem_detail(call->problem,
                       (problem_text){"change the one-time password first", "请先修改一次性口令"},
                       LJ_STR(""), LJ_STR(""));
        return problem_set(call->problem, PROBLEM_FORBIDDEN, err);
    }
    return may(server_actor(call), call->row->permission)
               ? LJ_OK
               : problem_set(call->problem, PROBLEM_FORBIDDEN, err);
}
