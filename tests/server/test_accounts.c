/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The three administrators over HTTP: who may do what, and what the rules refuse. */
#include <stdlib.h>

#include "../check.h"
#include "desk.h"

/* A desk with the three logged in. */
typedef struct office {
    desk desk;
    const char *cookie[ACCOUNT_FIRST_COUNT]; /* sys, sec, audit */
} office;
enum { SYS, SEC, AUDIT };

static void open_office(office *to)
{
    desk_open(&to->desk, 2);
    for (uint32_t i = 0; i < ACCOUNT_FIRST_COUNT; i++) {
        to->cookie[i] = desk_admin(&to->desk, i);
    }
}

static desk_answer ask(office *on, uint32_t who, const char *method, const char *path,
                       const char *body)
{
    return desk_ask(&on->desk, &(desk_call){method, path, .body = body, .cookie = on->cookie[who]});
}

/* A change of an account as it is now. */
static desk_answer change(office *on, uint32_t who, const char *method, const char *account_id,
                          const char *rest, const char *body)
{
    char path[160];
    snprintf(path, sizeof path, "/accounts/%s/%s", account_id, rest);
    char match[64];
    desk_version(&on->desk, account_id, match);
    return desk_ask(&on->desk, &(desk_call){method, path, .body = body, .cookie = on->cookie[who],
                                            .more = match});
}

static desk_answer grant(office *on, const char *account_id, const char *body)
{
    return change(on, SEC, "POST", account_id, "grants", body);
}

static int grant_admin(office *on, const char *account_id, const char *admin)
{
    char body[128];
    snprintf(body, sizeof body, "{\"admin\":\"%s\"}", admin);
    return grant(on, account_id, body).status;
}

static int grant_post(office *on, const char *account_id, const uint8_t post[16])
{
    char body[128];
    snprintf(body, sizeof body, "{\"post\":\"%s\"}", book_id(post));
    return grant(on, account_id, body).status;
}

static int revoke(office *on, const char *account_id, const char *what)
{
    char rest[80];
    snprintf(rest, sizeof rest, "grants/%s", what);
    return change(on, SEC, "DELETE", account_id, rest, NULL).status;
}

static desk_answer move(office *on, const char *account_id, const char *event)
{
    char body[64];
    snprintf(body, sizeof body, "{\"event\":\"%s\"}", event);
    return change(on, SYS, "POST", account_id, "moves", body);
}

/* Ids of the first three, by their place. */
static const char *id_of(office *on, uint32_t which)
{
    lj_err err = {0};
    account found;
    lj_code code = account_of_name(on->desk.book.ledger, on->desk.book.reader,
                                   lj_cstr_bytes(account_first_names[which]), on->desk.book.arena,
                                   &found, &err);
    assert_int_equal(code, LJ_OK);
    return book_id(found.id);
}

/* A person at the bureau; the post is held when it is not NULL. */
static void make_person(desk *on, const char *name, const uint8_t *post, uint8_t out_id[16])
{
    ledger_actor kernel = ledger_actor_kernel(on->book.at);
    char fields[300];
    snprintf(fields, sizeof fields, "name=%s;unit=%s", name, book_id(on->book.ids.bureau));
    book_do(&on->book, &kernel, &(book_change){.type = "person", .fields = fields}, out_id);
    if (post != NULL) {
        snprintf(fields, sizeof fields, "person=%s;post=%s;since=2023-01-01", book_id(out_id),
                 book_id(post));
        book_do(&on->book, &kernel, &(book_change){.type = "assignment", .fields = fields}, NULL);
    }
}

static void make_post(desk *on, const char *role, uint8_t out_id[16])
{
    ledger_actor kernel = ledger_actor_kernel(on->book.at);
    char fields[300];
    snprintf(fields, sizeof fields, "unit=%s;role=%s;title=%s", book_id(on->book.ids.bureau), role,
             role);
    book_do(&on->book, &kernel, &(book_change){.type = "post", .fields = fields}, out_id);
}

static void test_accounts__permissions(void **state)
{
    (void)state;
    office on;
    open_office(&on);
    const struct {
        const char *path;
        int status[4]; /* sys, sec, audit, nobody */
    } rows[] = {
        {"/probe/public",   {200, 200, 200, 200}},
        {"/probe/session",  {200, 200, 200, 401}},
        {"/probe/business", {403, 403, 403, 401}},
        {"/probe/bureau",   {403, 403, 403, 401}},
        {"/probe/accounts", {200, 200, 403, 401}},
        {"/probe/sys",      {200, 403, 403, 401}},
        {"/probe/sec",      {403, 200, 403, 401}},
        {"/probe/audit",    {403, 403, 200, 401}},
        {"/accounts",       {200, 200, 403, 401}},
        {"/log/entries",    {403, 403, 200, 401}},
        {"/log/export",     {403, 403, 200, 401}},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        for (uint32_t who = 0; who < 4; who++) {
            desk_answer answer =
                desk_ask(&on.desk, &(desk_call){"GET", rows[i].path,
                                                .cookie = who < 3 ? on.cookie[who] : NULL});
            CHECK_ROW(rows[i].path, answer.status, rows[i].status[who]);
        }
    }
    const char *body = "{\"account\":\"zhang\",\"name\":\"张\"}";
    assert_int_equal(ask(&on, SEC, "POST", "/accounts", body).status, 403);
    assert_int_equal(ask(&on, AUDIT, "POST", "/accounts", body).status, 403);
    assert_int_equal(ask(&on, SYS, "POST", "/accounts", body).status, 201);
    desk_close(&on.desk);
}

static void test_accounts__names(void **state)
{
    (void)state;
    office on;
    open_office(&on);
    const struct {
        const char *name, *body;
        int status;
        const char *code;
    } rows[] = {
        {"good",      "{\"account\":\"a.b_c-1\",\"name\":\"甲\"}",                           201, ""              },
        {"taken",     "{\"account\":\"a.b_c-1\",\"name\":\"甲\"}",                           422, "name_taken"    },
        {"short",     "{\"account\":\"a\",\"name\":\"甲\"}",                                 422, "name_form"     },
        {"long",      "{\"account\":\"a23456789012345678901234567890123\",\"name\":\"甲\"}", 422,
         "name_form"                                                                                               },
        {"32",        "{\"account\":\"a2345678901234567890123456789012\",\"name\":\"甲\"}",  201, ""              },
        {"capital",   "{\"account\":\"Zhang\",\"name\":\"甲\"}",                             422, "name_form"     },
        {"Han",       "{\"account\":\"张三\",\"name\":\"甲\"}",                            422, "name_form"     },
        {"dot first", "{\"account\":\".ab\",\"name\":\"甲\"}",                               422, "name_form"     },
        {"no name",   "{\"account\":\"abc\"}",                                                422, "required"      },
        {"more",      "{\"account\":\"abc\",\"name\":\"甲\",\"admin\":\"sys_admin\"}",       422, "unknown"       },
        {"no person",
         "{\"account\":\"abc\",\"name\":\"甲\",\"person\":\"01900000-0000-7000-8000-"
         "000000000000\"}",                                                                   422, "unknown_person"},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        desk_answer answer = ask(&on, SYS, "POST", "/accounts", rows[i].body);
        CHECK_ROW(rows[i].name, answer.status, rows[i].status);
        if (!desk_has(&answer, rows[i].code)) {
            fail_msg("row '%s': %s", rows[i].name, answer.body);
        }
    }
    desk_answer page = ask(&on, SYS, "GET", "/accounts?limit=2", NULL);
    assert_true(desk_has(&page, "\"next\":\"a2345678901234567890123456789012\""));
    page = ask(&on, SYS, "GET", "/accounts?limit=2&after=audit", NULL);
    assert_true(desk_has(&page, "\"account\":\"sec\"") && desk_has(&page, "\"next\":null"));
    assert_int_equal(ask(&on, SYS, "GET", "/accounts?limit=201", NULL).status, 400);
    desk_close(&on.desk);
}

static void test_accounts__roles_that_exclude_each_other(void **state)
{
    (void)state;
    office on;
    open_office(&on);
    /* Two accounts of one person: what the first has, what the second one is granted. */
    const struct {
        const char *has, *second;
        int on_one, on_person; /* on the same account; on another one of the same person */
    } rows[] = {
        {"sys_admin",   "sec_admin",   200, 200},
        {"sec_admin",   "sys_admin",   200, 200},
        {"sys_admin",   "audit_admin", 409, 409},
        {"audit_admin", "sys_admin",   409, 409},
        {"sec_admin",   "audit_admin", 409, 409},
        {"audit_admin", "sec_admin",   409, 409},
        {"sys_admin",   "sys_admin",   409, 200},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        uint8_t person[16];
        char name[40];
        char row[80];
        snprintf(row, sizeof row, "%s then %s", rows[i].has, rows[i].second);
        make_person(&on.desk, "兼职", NULL, person);
        snprintf(name, sizeof name, "one-%zu", i);
        desk_account one = desk_account_new(&on.desk, on.cookie[SYS], name, book_id(person));
        snprintf(name, sizeof name, "two-%zu", i);
        desk_account two = desk_account_new(&on.desk, on.cookie[SYS], name, book_id(person));
        CHECK_ROW(row, grant_admin(&on, one.id, rows[i].has), 200);
        CHECK_ROW(row, grant_admin(&on, one.id, rows[i].second), rows[i].on_one);
        if (rows[i].on_one == 200) {
            CHECK_ROW(row, revoke(&on, one.id, rows[i].second), 204);
        }
        CHECK_ROW(row, grant_admin(&on, two.id, rows[i].second), rows[i].on_person);
    }
    desk_account bare = desk_account_new(&on.desk, on.cookie[SYS], "bare", NULL);
    assert_int_equal(grant_admin(&on, bare.id, "sys_admin"), 200);
    assert_int_equal(grant_admin(&on, bare.id, "audit_admin"), 409);
    assert_int_equal(grant_admin(&on, bare.id, "bureau_leader"), 422);
    assert_int_equal(grant(&on, bare.id, "{}").status, 422);
    desk_close(&on.desk);
}

static void test_accounts__administrators_hold_no_posts(void **state)
{
    (void)state;
    office on;
    open_office(&on);
    uint8_t post[16];
    uint8_t person[16];
    make_post(&on.desk, "inspector", post);
    make_person(&on.desk, "检查员甲", post, person);
    desk_account one = desk_account_new(&on.desk, on.cookie[SYS], "one", book_id(person));
    desk_account two = desk_account_new(&on.desk, on.cookie[SYS], "two", book_id(person));
    assert_int_equal(grant_post(&on, one.id, post), 200);
    assert_int_equal(grant_post(&on, one.id, post), 409); /* it is granted */
    assert_int_equal(grant_admin(&on, one.id, "sys_admin"), 409);
    assert_int_equal(grant_admin(&on, two.id, "sys_admin"), 200);
    assert_int_equal(grant_post(&on, two.id, post), 409);
    assert_int_equal(revoke(&on, one.id, book_id(post)), 204);
    assert_int_equal(revoke(&on, one.id, book_id(post)), 404);
    assert_int_equal(grant_admin(&on, one.id, "sec_admin"), 200);
    desk_close(&on.desk);
}

static void test_accounts__nobody_grants_to_himself(void **state)
{
    (void)state;
    office on;
    open_office(&on);
    desk_answer answer = grant(&on, id_of(&on, SEC), "{\"admin\":\"sys_admin\"}");
    assert_int_equal(answer.status, 409);
    assert_string_equal(desk_text(&answer, "code"), "self");
    /* Nor to another account of the same person. */
    uint8_t person[16];
    make_person(&on.desk, "安全员", NULL, person);
    desk_account one = desk_account_new(&on.desk, on.cookie[SYS], "one", book_id(person));
    desk_account two = desk_account_new(&on.desk, on.cookie[SYS], "two", book_id(person));
    assert_int_equal(grant_admin(&on, one.id, "sec_admin"), 200);
    on.cookie[SEC] = desk_enter(&on.desk, "one", one.password);
    assert_int_equal(grant_admin(&on, two.id, "sys_admin"), 409);
    desk_close(&on.desk);
}

static void test_accounts__the_last_administrator_stays(void **state)
{
    (void)state;
    office on;
    open_office(&on);
    static const char *const roles[] = {"sys_admin", "sec_admin", "audit_admin"};
    for (uint32_t i = 0; i < ACCOUNT_FIRST_COUNT; i++) {
        CHECK_ROW(roles[i], move(&on, id_of(&on, i), "lock").status, 409);
        CHECK_ROW(roles[i], move(&on, id_of(&on, i), "close").status, 409);
        CHECK_ROW(roles[i], revoke(&on, id_of(&on, i), roles[i]), 409);
    }
    desk_account more = desk_account_new(&on.desk, on.cookie[SYS], "more", NULL);
    assert_int_equal(grant_admin(&on, more.id, "audit_admin"), 200);
    assert_int_equal(move(&on, more.id, "lock").status, 200);
    assert_int_equal(move(&on, id_of(&on, AUDIT), "close").status, 409); /* the other is locked */
    assert_int_equal(move(&on, more.id, "unlock").status, 200);
    assert_int_equal(move(&on, id_of(&on, AUDIT), "close").status, 200);
    assert_int_equal(move(&on, more.id, "close").status, 409);
    assert_int_equal(revoke(&on, more.id, "audit_admin"), 409);
    assert_int_equal(
        desk_ask(&on.desk, &(desk_call){"GET", "/session", .cookie = on.cookie[AUDIT]}).status,
        401);
    desk_close(&on.desk);
}

static void test_accounts__moves(void **state)
{
    (void)state;
    office on;
    open_office(&on);
    desk_account one = desk_account_new(&on.desk, on.cookie[SYS], "one", NULL);
    const char *cookie = desk_enter(&on.desk, "one", one.password);
    desk_want(&on.desk, &(desk_call){"GET", "/session", .cookie = cookie}, 200);
    assert_int_equal(move(&on, one.id, "unlock").status, 409);
    assert_int_equal(move(&on, one.id, "lock").status, 200);
    desk_want(&on.desk, &(desk_call){"GET", "/session", .cookie = cookie}, 401);
    assert_int_equal(move(&on, one.id, "lock").status, 409);
    assert_int_equal(move(&on, one.id, "unlock").status, 200);
    desk_want(&on.desk, &(desk_call){"GET", "/session", .cookie = cookie}, 401);
    assert_non_null(desk_login(&on.desk, "one", DESK_PASSWORD));
    desk_answer answer = move(&on, one.id, "reset");
    assert_int_equal(answer.status, 200);
    const char *password = desk_text(&answer, "one_time_password");
    assert_int_equal(strlen(password), PASSWORD_ONE_TIME_LEN);
    assert_null(desk_login(&on.desk, "one", DESK_PASSWORD));
    desk_enter(&on.desk, "one", password);
    answer = move(&on, one.id, "close");
    assert_int_equal(answer.status, 200);
    assert_string_equal(desk_text(&answer, "state"), "closed");
    assert_int_equal(move(&on, one.id, "reset").status, 409);
    assert_int_equal(move(&on, one.id, "open").status, 422);
    assert_int_equal(grant_admin(&on, one.id, "sys_admin"), 409);
    assert_int_equal(move(&on, "01900000-0000-7000-8000-000000000000", "lock").status, 404);
    desk_close(&on.desk);
}

static void test_accounts__a_change_says_what_it_saw(void **state)
{
    (void)state;
    office on;
    open_office(&on);
    desk_account one = desk_account_new(&on.desk, on.cookie[SYS], "one", NULL);
    char path[128];
    char match[64];
    snprintf(path, sizeof path, "/accounts/%s/moves", one.id);
    const char *body = "{\"event\":\"lock\"}";
    assert_int_equal(ask(&on, SYS, "POST", path, body).status, 428);
    desk_version(&on.desk, one.id, match);
    assert_int_equal(grant_admin(&on, one.id, "sys_admin"), 200);
    desk_answer answer = desk_ask(&on.desk, &(desk_call){"POST", path, .body = body,
                                                         .cookie = on.cookie[SYS], .more = match});
    assert_int_equal(answer.status, 412);
    assert_true(desk_has(&answer, "\"current\":{\"id\":"));
    assert_true(desk_has(&answer, "sys_admin"));
    assert_int_equal(move(&on, one.id, "lock").status, 200);
    desk_close(&on.desk);
}

static void test_accounts__people_for_accounts(void **state)
{
    (void)state;
    office on;
    open_office(&on);
    uint8_t person[16];
    make_person(&on.desk, "张三丰", NULL, person);
    desk_answer answer = ask(&on, SYS, "GET", "/accounts/persons?q=%E4%B8%89", NULL);
    assert_int_equal(answer.status, 200);
    assert_true(desk_has(&answer, book_id(person)) && desk_has(&answer, "清河区保密局"));
    answer = ask(&on, SYS, "GET", "/accounts/persons", NULL);
    assert_true(desk_has(&answer, book_id(person)));
    answer = ask(&on, SYS, "GET", "/accounts/persons?q=%25", NULL);
    assert_string_equal(answer.body, "{\"items\":[]}");
    assert_int_equal(ask(&on, SEC, "GET", "/accounts/persons", NULL).status, 403);
    desk_close(&on.desk);
}

static void test_accounts__the_first_leader(void **state)
{
    (void)state;
    office on;
    open_office(&on);
    desk_account head = desk_account_new(&on.desk, on.cookie[SYS], "head", NULL);
    desk_account other = desk_account_new(&on.desk, on.cookie[SYS], "other", NULL);
    uint8_t post[16];
    make_post(&on.desk, "inspector", post);
    desk_answer answer =
        grant(&on, other.id, "{\"post\":\"01900000-0000-7000-8000-000000000000\"}");
    assert_int_equal(answer.status, 422);
    assert_int_equal(grant_post(&on, other.id, post), 422); /* no person, and no leader's post */
    char body[128];
    snprintf(body, sizeof body, "{\"post\":\"%s\"}", book_id(on.desk.book.ids.leader_post));
    answer = grant(&on, head.id, body);
    assert_int_equal(answer.status, 200);
    assert_true(desk_has(&answer, "\"person\":{\"id\":") && desk_has(&answer, "持有人"));
    const char *cookie = desk_enter(&on.desk, "head", head.password);
    answer = desk_ask(&on.desk, &(desk_call){"GET", "/session", .cookie = cookie});
    assert_true(desk_has(&answer, "\"role\":\"bureau_leader\""));
    assert_true(desk_has(&answer, "清河区保密局"));
    desk_want(&on.desk, &(desk_call){"GET", "/probe/bureau", .cookie = cookie}, 200);
    desk_want(&on.desk, &(desk_call){"GET", "/probe/accounts", .cookie = cookie}, 403);
    /* Only once: now the bureau enters who follows. */
    answer = grant(&on, other.id, body);
    assert_int_equal(answer.status, 422);
    assert_true(desk_has(&answer, "no_person"));
    desk_close(&on.desk);
}

static void test_accounts__grants_count_from_the_next_request(void **state)
{
    (void)state;
    office on;
    open_office(&on);
    uint8_t post[16];
    uint8_t next[16];
    uint8_t person[16];
    make_post(&on.desk, "inspector", post);
    make_post(&on.desk, "squad_member", next);
    make_person(&on.desk, "检查员乙", post, person);
    desk_account one = desk_account_new(&on.desk, on.cookie[SYS], "one", book_id(person));
    desk_answer answer = ask(&on, SEC, "GET", "/accounts", NULL);
    const char *waiting = strstr(answer.body, "\"waiting\":[{");
    assert_non_null(waiting);
    assert_non_null(strstr(waiting, book_id(post)));
    const char *cookie = desk_enter(&on.desk, "one", one.password);
    desk_want(&on.desk, &(desk_call){"GET", "/probe/bureau", .cookie = cookie}, 403);
    desk_want(&on.desk, &(desk_call){"GET", "/probe/business", .cookie = cookie}, 200);
    assert_int_equal(grant_post(&on, one.id, post), 200);
    desk_want(&on.desk, &(desk_call){"GET", "/probe/bureau", .cookie = cookie}, 200);
    answer = ask(&on, SEC, "GET", "/accounts", NULL);
    assert_null(strstr(answer.body, "\"waiting\":[{"));
    assert_int_equal(revoke(&on, one.id, book_id(post)), 204);
    desk_want(&on.desk, &(desk_call){"GET", "/probe/bureau", .cookie = cookie}, 403);
    answer = grant(&on, one.id, "{\"post\":\"x\"}");
    assert_int_equal(answer.status, 422);
    assert_int_equal(grant_post(&on, one.id, next), 422); /* not held */
    /* A grant can name the person. */
    desk_account two = desk_account_new(&on.desk, on.cookie[SYS], "two", NULL);
    char body[200];
    snprintf(body, sizeof body, "{\"post\":\"%s\",\"person\":\"%s\"}", book_id(post),
             book_id(person));
    assert_int_equal(grant(&on, two.id, body).status, 200);
    uint8_t stranger[16];
    make_person(&on.desk, "另一人", NULL, stranger);
    snprintf(body, sizeof body, "{\"post\":\"%s\",\"person\":\"%s\"}", book_id(next),
             book_id(stranger));
    answer = grant(&on, two.id, body);
    assert_int_equal(answer.status, 422);
    assert_true(desk_has(&answer, "bound"));
    /* The end of the assignment ends the right, without a write to the account. */
    cookie = desk_enter(&on.desk, "two", two.password);
    desk_want(&on.desk, &(desk_call){"GET", "/probe/bureau", .cookie = cookie}, 200);
    ledger_actor kernel = ledger_actor_kernel(on.desk.book.at);
    book_do(&on.desk.book, &kernel,
            &(book_change){.type = "person",
                           .id = person,
                           .event = "leave",
                           .fields = "left_on=2023-05-10",
                           .reason = "调离"},
            NULL);
    desk_want(&on.desk, &(desk_call){"GET", "/probe/bureau", .cookie = cookie}, 403);
    desk_close(&on.desk);
}

/* Whoever resets a password sees it: alone he must not become somebody else. */
static void test_accounts__a_reset_password_opens_no_post(void **state)
{
    (void)state;
    office on;
    open_office(&on);
    uint8_t post[16];
    uint8_t person[16];
    make_post(&on.desk, "inspector", post);
    make_person(&on.desk, "检查员丙", post, person);
    desk_account one = desk_account_new(&on.desk, on.cookie[SYS], "one", book_id(person));
    assert_int_equal(grant_post(&on, one.id, post), 200);
    desk_answer answer = move(&on, one.id, "reset");
    assert_int_equal(answer.status, 200);
    const char *cookie = desk_enter(&on.desk, "one", desk_text(&answer, "one_time_password"));
    desk_want(&on.desk, &(desk_call){"GET", "/probe/bureau", .cookie = cookie}, 403);
    assert_int_equal(grant_post(&on, one.id, post), 200);
    desk_want(&on.desk, &(desk_call){"GET", "/probe/bureau", .cookie = cookie}, 200);
    for (uint32_t i = 0; i < ACCOUNT_FIRST_COUNT; i++) {
        answer = move(&on, id_of(&on, i), "reset");
        CHECK_ROW(account_first_names[i], answer.status, 409);
        assert_true(desk_has(&answer, "admin_reset"));
    }
    desk_close(&on.desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accounts__a_reset_password_opens_no_post),
        cmocka_unit_test(test_accounts__permissions),
        cmocka_unit_test(test_accounts__names),
        cmocka_unit_test(test_accounts__roles_that_exclude_each_other),
        cmocka_unit_test(test_accounts__administrators_hold_no_posts),
        cmocka_unit_test(test_accounts__nobody_grants_to_himself),
        cmocka_unit_test(test_accounts__the_last_administrator_stays),
        cmocka_unit_test(test_accounts__moves),
        cmocka_unit_test(test_accounts__a_change_says_what_it_saw),
        cmocka_unit_test(test_accounts__people_for_accounts),
        cmocka_unit_test(test_accounts__the_first_leader),
        cmocka_unit_test(test_accounts__grants_count_from_the_next_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
