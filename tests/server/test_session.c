/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Logging in and out over HTTP. */
#define _GNU_SOURCE
#include <argon2.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "../check.h"
#include "desk.h"

static desk_answer try_login(desk *on, const char *name, const char *password, const char *from)
{
    char body[512];
    snprintf(body, sizeof body, "{\"account\":\"%s\",\"password\":\"%s\"}", name, password);
    return desk_ask(on, &(desk_call){"POST", "/session", .body = body, .from = from});
}

static void test_session__login_answers(void **state)
{
    (void)state;
    desk on;
    desk_open(&on, 2);
    const char *sys = desk_admin(&on, 0);
    desk_account locked = desk_account_new(&on, sys, "locked", NULL);
    desk_account closed = desk_account_new(&on, sys, "closed", NULL);
    desk_change(&on, sys, "POST", locked.id, "moves", "{\"event\":\"lock\"}");
    desk_change(&on, sys, "POST", closed.id, "moves", "{\"event\":\"close\"}");
    const struct {
        const char *name, *account, *password;
        int status;
        const char *part;
    } rows[] = {
        {"right",         "sys",    DESK_PASSWORD,    200, "\"account\":\"sys\""},
        {"capitals",      "SYS",    DESK_PASSWORD,    200, "sys_admin"          },
        {"wrong",         "sys",    "something else", 401, "are wrong"          },
        {"the first one", "sys",    on.made[0].text,  401, "are wrong"          },
        {"unknown",       "nobody", DESK_PASSWORD,    401, "are wrong"          },
        {"locked",        "locked", locked.password,  401, "locked or closed"   },
        {"locked, wrong", "locked", "something else", 401, "are wrong"          },
        {"closed",        "closed", closed.password,  401, "locked or closed"   },
        {"no account",    "",       "x",              422, "/account"           },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        desk_answer answer = try_login(&on, rows[i].account, rows[i].password, NULL);
        CHECK_ROW(rows[i].name, answer.status, rows[i].status);
        if (!desk_has(&answer, rows[i].part)) {
            fail_msg("row '%s': %s", rows[i].name, answer.body);
        }
    }
    desk_answer right = try_login(&on, "sys", DESK_PASSWORD, NULL);
    const char *cookie = desk_header(&right, "Set-Cookie");
    assert_non_null(strstr(cookie, "; HttpOnly; SameSite=Strict; Path=/"));
    assert_null(strstr(cookie, "Secure"));
    assert_int_equal(strcspn(cookie, ";"), strlen("lijian_session=") + 64);
    on.server.is_secure = true;
    right = try_login(&on, "sys", DESK_PASSWORD, NULL);
    assert_non_null(strstr(desk_header(&right, "Set-Cookie"), "; Secure"));
    desk_close(&on);
}

static void test_session__one_time_password_opens_only_its_change(void **state)
{
    (void)state;
    desk on;
    desk_open(&on, 2);
    const char *cookie = desk_login(&on, "audit", on.made[2].text);
    assert_non_null(cookie);
    desk_answer answer = desk_ask(&on, &(desk_call){"GET", "/session", .cookie = cookie});
    assert_true(desk_has(&answer, "\"must_change\":true"));
    answer = desk_ask(&on, &(desk_call){"GET", "/log/entries", .cookie = cookie});
    assert_int_equal(answer.status, 403);
    assert_string_equal(desk_text(&answer, "code"), "must_change");
    answer = desk_ask(&on, &(desk_call){"GET", "/probe/session", .cookie = cookie});
    assert_int_equal(answer.status, 403);
    const struct {
        const char *name, *old, *new;
        int status;
        const char *code;
    } rows[] = {
        {"short",     on.made[2].text, "shorter 9",                            422, "too_short"},
        {"unchanged", on.made[2].text, on.made[2].text,                        422, "unchanged"},
        {"wrong old", "not this one",  "long enough 1",                        422, "wrong"    },
        {"right",     on.made[2].text, "十个汉字也是足够长的口令", 204, ""         },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        char body[400];
        snprintf(body, sizeof body, "{\"old\":\"%s\",\"new\":\"%s\"}", rows[i].old, rows[i].new);
        answer =
            desk_ask(&on, &(desk_call){"PUT", "/session/password", .body = body, .cookie = cookie});
        CHECK_ROW(rows[i].name, answer.status, rows[i].status);
        if (rows[i].code[0] != '\0') {
            char part[64];
            snprintf(part, sizeof part, "\"code\":\"%s\"", rows[i].code);
            CHECK_ROW(rows[i].name, desk_has(&answer, part), true);
        }
    }
    desk_want(&on, &(desk_call){"GET", "/log/entries", .cookie = cookie}, 200);
    desk_close(&on);
}

static void test_session__the_name_is_no_password(void **state)
{
    (void)state;
    desk on;
    desk_open(&on, 2);
    const char *sys = desk_admin(&on, 0);
    desk_account one = desk_account_new(&on, sys, "a-long-account", NULL);
    const char *cookie = desk_login(&on, "a-long-account", one.password);
    char body[300];
    snprintf(body, sizeof body, "{\"old\":\"%s\",\"new\":\"A-long-Account\"}", one.password);
    desk_answer answer =
        desk_ask(&on, &(desk_call){"PUT", "/session/password", .body = body, .cookie = cookie});
    assert_int_equal(answer.status, 422);
    assert_true(desk_has(&answer, "is_account"));
    desk_close(&on);
}

static void test_session__a_source_waits_and_others_do_not(void **state)
{
    (void)state;
    desk on;
    desk_open(&on, 2);
    desk_admin(&on, 0);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(try_login(&on, "sys", "not the password", "192.0.2.7").status, 401);
    }
    desk_answer answer = try_login(&on, "sys", DESK_PASSWORD, "192.0.2.7");
    assert_int_equal(answer.status, 429);
    assert_string_equal(desk_header(&answer, "Retry-After"), "2");
    /* What the caller wrote in front counts nothing, what the proxy added does. */
    assert_int_equal(try_login(&on, "sys", DESK_PASSWORD, "203.0.113.1, 192.0.2.7").status, 429);
    assert_int_equal(try_login(&on, "sys", DESK_PASSWORD, "192.0.2.7, 203.0.113.1").status, 200);
    assert_int_equal(try_login(&on, "sec", "not the password", "192.0.2.7").status, 401);
    desk_wait(&on, 2000);
    assert_int_equal(try_login(&on, "sys", "not the password", "192.0.2.7").status, 401);
    answer = try_login(&on, "sys", DESK_PASSWORD, "192.0.2.7");
    assert_int_equal(answer.status, 429);
    assert_string_equal(desk_header(&answer, "Retry-After"), "4");
    for (int i = 0; i < 12; i++) {
        desk_wait(&on, 15 * 60 * 1000);
        assert_int_equal(try_login(&on, "sys", "not the password", "192.0.2.7").status, 401);
    }
    answer = try_login(&on, "sys", DESK_PASSWORD, "192.0.2.7");
    assert_string_equal(desk_header(&answer, "Retry-After"), "900");
    desk_wait(&on, 900 * 1000);
    assert_int_equal(try_login(&on, "sys", DESK_PASSWORD, "192.0.2.7").status, 200);
    assert_int_equal(try_login(&on, "sys", "not the password", "192.0.2.7").status, 401);
    assert_int_equal(try_login(&on, "sys", DESK_PASSWORD, "192.0.2.7").status, 200);
    /* A computer has a whole network of IPv6. */
    for (int i = 0; i < 5; i++) {
        char from[40];
        snprintf(from, sizeof from, "2001:db8:0:1::%x", i + 1);
        assert_int_equal(try_login(&on, "sys", "not the password", from).status, 401);
    }
    assert_int_equal(try_login(&on, "sys", DESK_PASSWORD, "2001:db8:0:1::99").status, 429);
    assert_int_equal(try_login(&on, "sys", DESK_PASSWORD, "2001:db8:0:2::99").status, 200);
    desk_close(&on);
}

static void test_session__wrong_ones_are_counted_for_the_administrator(void **state)
{
    (void)state;
    desk on;
    desk_open(&on, 2);
    const char *sys = desk_admin(&on, 0);
    const char *audit = desk_admin(&on, 2);
    desk_wait(&on, 61 * 1000);
    for (int i = 0; i < 3; i++) {
        try_login(&on, "sec", "not the password", "192.0.2.7");
        try_login(&on, "no-such-one", "not the password", "192.0.2.7");
    }
    desk_answer answer = desk_ask(&on, &(desk_call){"GET", "/accounts", .cookie = sys});
    assert_true(desk_has(&answer, "\"failed\":3"));
    answer = desk_ask(&on, &(desk_call){"GET", "/log/entries?limit=200", .cookie = audit});
    int count = 0;
    for (const char *at = answer.body; (at = strstr(at, "\"event\":\"refused\"")) != NULL; at++) {
        count++;
    }
    assert_int_equal(count, 2); /* one for the account, one for unknown names */
    desk_wait(&on, 61 * 1000);
    try_login(&on, "sec", "not the password", "192.0.2.7");
    answer = desk_ask(&on, &(desk_call){"GET", "/log/entries?limit=1", .cookie = audit});
    assert_string_equal(desk_text(&answer, "event"), "refused");
    desk_close(&on);
}

static void test_session__ends_idle_and_by_age(void **state)
{
    (void)state;
    desk on;
    desk_open(&on, 2);
    const char *cookie = desk_admin(&on, 0);
    desk_wait(&on, SESSION_IDLE_MS - 1000);
    desk_want(&on, &(desk_call){"GET", "/session", .cookie = cookie}, 200);
    desk_wait(&on, SESSION_IDLE_MS - 1000);
    desk_want(&on, &(desk_call){"GET", "/session", .cookie = cookie}, 200);
    desk_wait(&on, SESSION_IDLE_MS);
    desk_want(&on, &(desk_call){"GET", "/session", .cookie = cookie}, 401);
    cookie = desk_login(&on, "sys", DESK_PASSWORD);
    int64_t left = SESSION_LIFE_MS;
    for (; left > 20 * 60 * 1000; left -= 20 * 60 * 1000) {
        desk_wait(&on, 20 * 60 * 1000);
        desk_want(&on, &(desk_call){"GET", "/session", .cookie = cookie}, 200);
    }
    desk_wait(&on, left);
    desk_want(&on, &(desk_call){"GET", "/session", .cookie = cookie}, 401);
    desk_close(&on);
}

static void test_session__logging_out(void **state)
{
    (void)state;
    desk on;
    desk_open(&on, 2);
    const char *first = desk_admin(&on, 0);
    const char *second = desk_login(&on, "sys", DESK_PASSWORD);
    const char *third = desk_login(&on, "sys", DESK_PASSWORD);
    assert_string_not_equal(second, third);
    desk_answer answer = desk_ask(&on, &(desk_call){"DELETE", "/session", .cookie = first});
    assert_int_equal(answer.status, 204);
    assert_non_null(strstr(desk_header(&answer, "Set-Cookie"), "Max-Age=0"));
    desk_want(&on, &(desk_call){"GET", "/session", .cookie = first}, 401);
    desk_want(&on, &(desk_call){"GET", "/session", .cookie = second}, 200);
    desk_want(&on, &(desk_call){"DELETE", "/sessions", .cookie = second}, 204);
    desk_want(&on, &(desk_call){"GET", "/session", .cookie = second}, 401);
    desk_want(&on, &(desk_call){"GET", "/session", .cookie = third}, 401);
    /* A new password ends the others, a new login the one that the browser had. */
    first = desk_login(&on, "sys", DESK_PASSWORD);
    second = desk_login(&on, "sys", DESK_PASSWORD);
    const char *body = "{\"old\":\"" DESK_PASSWORD "\",\"new\":\"another one, long\"}";
    desk_want(&on, &(desk_call){"PUT", "/session/password", .body = body, .cookie = second}, 204);
    desk_want(&on, &(desk_call){"GET", "/session", .cookie = first}, 401);
    desk_want(&on, &(desk_call){"GET", "/session", .cookie = second}, 200);
    body = "{\"account\":\"sys\",\"password\":\"another one, long\"}";
    desk_want(&on, &(desk_call){"POST", "/session", .body = body, .cookie = second}, 200);
    desk_want(&on, &(desk_call){"GET", "/session", .cookie = second}, 401);
    desk_close(&on);
}

static void test_session__origin(void **state)
{
    (void)state;
    desk on;
    desk_open(&on, 2);
    const char *cookie = desk_admin(&on, 0);
    const struct {
        const char *name, *method, *path, *more, *type;
        int status;
    } rows[] = {
        {"a program",       "POST", "/probe/change", NULL,                                 NULL,         200},
        {"our page",        "POST", "/probe/change", "Origin: https://lijian.test\r\n",    NULL,         200},
        {"our page, plain", "POST", "/probe/change", "Origin: http://lijian.test\r\n",     NULL,         200},
        {"another host",    "POST", "/probe/change", "Origin: https://evil.test\r\n",      NULL,         403},
        {"another port",    "POST", "/probe/change", "Origin: https://lijian.test:81\r\n", NULL,         403},
        {"a longer host",   "POST", "/probe/change", "Origin: https://lijian.test.x\r\n",  NULL,         403},
        {"a hidden one",    "POST", "/probe/change", "Origin: null\r\n",                   NULL,         403},
        {"cross-site",      "POST", "/probe/change", "Sec-Fetch-Site: cross-site\r\n",     NULL,         403},
        {"same-origin",     "POST", "/probe/change", "Sec-Fetch-Site: same-origin\r\n",    NULL,         200},
        {"a form",          "POST", "/probe/change", NULL,                                 "text/plain", 415},
        {"reading",         "GET",  "/session",      "Origin: https://evil.test\r\n",      NULL,         200},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        desk_answer answer = desk_ask(
            &on, &(desk_call){rows[i].method, rows[i].path,
                              .body = rows[i].method[0] == 'P' ? "{}" : NULL, .cookie = cookie,
                              .more = rows[i].more, .type = rows[i].type});
        CHECK_ROW(rows[i].name, answer.status, rows[i].status);
    }
    desk_close(&on);
}

static void test_session__cookies_that_are_none(void **state)
{
    (void)state;
    desk on;
    desk_open(&on, 2);
    const char *cookie = desk_admin(&on, 0);
    char with_others[512];
    snprintf(with_others, sizeof with_others, "a=b; %s; c=d", cookie);
    char longer[512];
    snprintf(longer, sizeof longer, "%s0", cookie);
    char changed[512];
    snprintf(changed, sizeof changed, "%s", cookie);
    changed[strlen(changed) - 1] = changed[strlen(changed) - 1] == '0' ? '1' : '0';
    const struct {
        const char *name, *cookie;
        int status;
    } rows[] = {
        {"none",        NULL,                                                               401},
        {"with others", with_others,                                                        200},
        {"longer",      longer,                                                             401},
        {"changed",     changed,                                                            401},
        {"empty",       "lijian_session=",                                                  401},
        {"letters",
         "lijian_session=zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", 401},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        desk_answer answer =
            desk_ask(&on, &(desk_call){"GET", "/session", .cookie = rows[i].cookie});
        CHECK_ROW(rows[i].name, answer.status, rows[i].status);
    }
    desk_want(&on, &(desk_call){"GET", "/probe/public", .cookie = changed}, 200);
    desk_close(&on);
}

static void test_session__demonstration_accounts(void **state)
{
    (void)state;
    desk on;
    desk_open(&on, 2);
    char hash[PASSWORD_HASH_MAX];
    lj_err err = {0};
    assert_int_equal(password_hash(LJ_BYTES("demo"), hash, &err), LJ_OK);
    ledger_actor kernel = ledger_actor_kernel(on.book.at);
    ledger_txn *txn = NULL;
    assert_int_equal(ledger_begin(on.book.ledger, &kernel, on.book.arena, &txn, &err), LJ_OK);
    const account_new wanted = {
        .name = LJ_BYTES("demo"), .display = LJ_BYTES("演示"), .hash = hash, .is_demo = true};
    uint8_t id[16];
    const account_refusal *why = NULL;
    assert_int_equal(account_create(txn, &wanted, id, &why, &err), LJ_OK);
    assert_int_equal(ledger_commit(txn, &err), LJ_OK);
    desk_answer answer = try_login(&on, "demo", "demo", NULL);
    assert_int_equal(answer.status, 401);
    assert_true(desk_has(&answer, "demonstration"));
    on.server.is_demo = true;
    const char *cookie = desk_login(&on, "demo", "demo");
    assert_non_null(cookie);
    desk_want(&on, &(desk_call){"GET", "/session", .cookie = cookie}, 200);
    on.server.is_demo = false;
    answer = desk_ask(&on, &(desk_call){"GET", "/session", .cookie = cookie});
    assert_int_equal(answer.status, 401);
    assert_true(desk_has(&answer, "demonstration"));
    desk_close(&on);
}

/* An account whose hash has the parameters of yesterday: made anew at the login. */
static void test_session__old_parameters_are_made_anew(void **state)
{
    (void)state;
    desk on;
    desk_open(&on, 2);
    char old_hash[PASSWORD_HASH_MAX];
    assert_int_equal(argon2id_hash_encoded(1, 64, 1, "an old password", 15, "somesaltsomesalt", 16,
                                           32, old_hash, sizeof old_hash),
                     ARGON2_OK);
    lj_err err = {0};
    ledger_actor kernel = ledger_actor_kernel(on.book.at);
    ledger_txn *txn = NULL;
    assert_int_equal(ledger_begin(on.book.ledger, &kernel, on.book.arena, &txn, &err), LJ_OK);
    const account_new wanted = {
        .name = LJ_BYTES("old"), .display = LJ_BYTES("甲"), .hash = old_hash};
    uint8_t id[16];
    const account_refusal *why = NULL;
    assert_int_equal(account_create(txn, &wanted, id, &why, &err), LJ_OK);
    assert_int_equal(ledger_commit(txn, &err), LJ_OK);
    account now;
    for (int i = 0; i < 2; i++) {
        assert_non_null(desk_login(&on, "old", "an old password"));
        assert_int_equal(
            account_of_id(on.book.ledger, on.book.reader, id, on.book.arena, &now, &err), LJ_OK);
        assert_true(password_is_current(now.hash));
    }
    desk_close(&on);
}

/* ---- many at once ---- */
enum { CALLERS = 20 };
typedef struct caller {
    desk *on;
    pthread_t thread;
    int no, status;
    const char *password;
} caller;

static void *call_login(void *ctx)
{
    caller *own = ctx;
    char from[40];
    snprintf(from, sizeof from, "10.1.0.%d", own->no);
    own->status = try_login(own->on, "sys", own->password, from).status;
    return NULL;
}

static void test_session__twenty_logins_at_once(void **state)
{
    (void)state;
    desk on;
    desk_open(&on, 8);
    desk_admin(&on, 0);
    caller callers[CALLERS];
    for (int i = 0; i < CALLERS; i++) {
        callers[i] = (caller){.on = &on, .no = i, .password = DESK_PASSWORD};
        assert_int_equal(pthread_create(&callers[i].thread, NULL, call_login, &callers[i]), 0);
    }
    for (int i = 0; i < CALLERS; i++) {
        pthread_join(callers[i].thread, NULL);
        assert_int_equal(callers[i].status, 200);
    }
    assert_in_range(login_hash_peak(on.server.logins), 1, LOGIN_HASH_COUNT);
    desk_close(&on);
}

/* A burst is no way around the five. */
static void test_session__a_burst_is_counted(void **state)
{
    (void)state;
    desk on;
    desk_open(&on, 8);
    caller callers[CALLERS];
    for (int i = 0; i < CALLERS; i++) {
        callers[i] = (caller){.on = &on, .no = 1, .password = "not the password"};
        assert_int_equal(pthread_create(&callers[i].thread, NULL, call_login, &callers[i]), 0);
    }
    int tried = 0;
    for (int i = 0; i < CALLERS; i++) {
        pthread_join(callers[i].thread, NULL);
        tried += callers[i].status == 401;
        assert_true(callers[i].status == 401 || callers[i].status == 429);
    }
    assert_int_equal(tried, LOGIN_FREE_COUNT);
    desk_close(&on);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_session__login_answers),
        cmocka_unit_test(test_session__one_time_password_opens_only_its_change),
        cmocka_unit_test(test_session__the_name_is_no_password),
        cmocka_unit_test(test_session__a_source_waits_and_others_do_not),
        cmocka_unit_test(test_session__wrong_ones_are_counted_for_the_administrator),
        cmocka_unit_test(test_session__ends_idle_and_by_age),
        cmocka_unit_test(test_session__logging_out),
        cmocka_unit_test(test_session__origin),
        cmocka_unit_test(test_session__cookies_that_are_none),
        cmocka_unit_test(test_session__demonstration_accounts),
        cmocka_unit_test(test_session__old_parameters_are_made_anew),
        cmocka_unit_test(test_session__twenty_logins_at_once),
        cmocka_unit_test(test_session__a_burst_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
