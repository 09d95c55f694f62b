/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Passwords, accounts, sessions and kept answers below HTTP. */
#include <stdio.h>
#include <string.h>

#include "../check.h"
#include "book.h"
#include "ledger/account.h"
#include "ledger/log.h"
#include "ledger/queries.h"
#include "ledger/request.h"
#include "ledger/session.h"

static void test_password__one_time_ones(void **state)
{
    (void)state;
    password_made made[2];
    lj_err err = {0};
    assert_int_equal(password_make(&made[0], &err), LJ_OK);
    assert_int_equal(password_make(&made[1], &err), LJ_OK);
    assert_string_not_equal(made[0].text, made[1].text);
    assert_string_not_equal(made[0].hash, made[1].hash);
    assert_int_equal(strlen(made[0].text), PASSWORD_ONE_TIME_LEN);
    assert_null(strpbrk(made[0].text, "ilo01IOL"));
    bool is_right = false;
    lj_slice hash = lj_cstr_bytes(made[0].hash);
    assert_true(password_is_current(hash));
    assert_int_equal(password_check(hash, lj_cstr_bytes(made[0].text), &is_right, &err), LJ_OK);
    assert_true(is_right);
    assert_int_equal(password_check(hash, lj_cstr_bytes(made[1].text), &is_right, &err), LJ_OK);
    assert_false(is_right);
}

static void test_password__what_is_checked_against(void **state)
{
    (void)state;
    const struct {
        const char *name, *hash, *password;
    } rows[] = {
        {"no account", "",                              "password"},
        {"no hash",    "x",                             "password"},
        {"not ours",   "$2b$12$abcdefghijklmnopqrstuv", "password"},
        {"empty",      "",                              ""        },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        bool is_right = true;
        lj_err err = {0};
        CHECK_ROW(rows[i].name,
                  password_check(lj_cstr_bytes(rows[i].hash), lj_cstr_bytes(rows[i].password),
                                 &is_right, &err),
                  LJ_OK);
        CHECK_ROW(rows[i].name, is_right, false);
    }
}

static void test_password__refusals(void **state)
{
    (void)state;
    static char long_one[PASSWORD_MAX_LEN + 2];
    memset(long_one, 'a', sizeof long_one - 1);
    const struct {
        const char *name, *chosen, *account, *before, *why;
    } rows[] = {
        {"nine",        "123456789",                      "zhang",         "",            "too_short" },
        {"ten",         "1234567890",                     "zhang",         "",            NULL        },
        {"nine Han",    "一二三四五六七八九",    "zhang",         "",            "too_short" },
        {"ten Han",     "一二三四五六七八九十", "zhang",         "",            NULL        },
        {"blanks",      "          ",                     "zhang",         "",            NULL        },
        {"the account", "Zhang.SanFeng",                  "zhang.sanfeng", "",            "is_account"},
        {"the same",    "long enough",                    "zhang",         "long enough", "unchanged" },
        {"too long",    long_one,                         "zhang",         "",            "too_long"  },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        const char *why =
            password_refusal(lj_cstr_bytes(rows[i].chosen), lj_cstr_bytes(rows[i].account),
                             lj_cstr_bytes(rows[i].before));
        if ((why == NULL) != (rows[i].why == NULL) ||
            (why != NULL && strcmp(why, rows[i].why) != 0)) {
            fail_msg("row '%s': %s", rows[i].name, why != NULL ? why : "taken");
        }
    }
}

/* ---- accounts ---- */
static ledger_txn *begin(book *on, ledger_actor *actor)
{
    ledger_txn *txn = NULL;
    lj_err err = {0};
    actor->now = ledger_now_of(on->at);
    assert_int_equal(ledger_begin(on->ledger, actor, on->arena, &txn, &err), LJ_OK);
    return txn;
}

static void commit(ledger_txn *txn)
{
    lj_err err = {0};
    assert_int_equal(ledger_commit(txn, &err), LJ_OK);
}

/* A weak hash will do: nobody hashes here. */
#define SOME_HASH "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAA"

static void make_account(book *on, const char *name, uint8_t out_id[16])
{
    ledger_actor kernel = ledger_actor_kernel(on->at);
    ledger_txn *txn = begin(on, &kernel);
    const account_new wanted = {
        .name = lj_cstr_bytes(name), .display = LJ_BYTES("甲"), .hash = SOME_HASH};
    const account_refusal *why = NULL;
    lj_err err = {0};
    assert_int_equal(account_create(txn, &wanted, out_id, &why, &err), LJ_OK);
    commit(txn);
}

static ledger_actor admin_actor(const uint8_t id[16], uint32_t admin)
{
    return (ledger_actor){.account = store_bytes(lj_slice_of(id, 16)), .admin = admin};
}

typedef enum change_kind {
    CREATE,
    MOVE,
    GRANT_POST,
    GRANT_ADMIN,
    REVOKE_POST,
    REVOKE_ADMIN
} change_kind;

static lj_code change_as(book *on, ledger_actor *actor, change_kind kind, const uint8_t id[16])
{
    ledger_txn *txn = begin(on, actor);
    const account_refusal *why = NULL;
    lj_err err = {0};
    lj_code code = LJ_OK;
    uint8_t made[16];
    const account_new wanted = {
        .name = LJ_BYTES("new-one"), .display = LJ_BYTES("甲"), .hash = SOME_HASH};
    switch (kind) {
    case CREATE:
        code = account_create(txn, &wanted, made, &why, &err);
        break;
    case MOVE:
        code = account_move(txn, id, ACCOUNT_LOCK, NULL, &why, &err);
        break;
    case GRANT_POST:
        code = account_grant_post(txn, id, on->ids.leader_post, NULL, &why, &err);
        break;
    case GRANT_ADMIN:
        code = account_grant_admin(txn, id, POST_AUDIT_ADMIN, &why, &err);
        break;
    case REVOKE_POST:
        code = account_revoke_post(txn, id, on->ids.leader_post, &why, &err);
        break;
    case REVOKE_ADMIN:
        code = account_revoke_admin(txn, id, POST_AUDIT_ADMIN, &why, &err);
        break;
    }
    ledger_rollback(txn);
    return code;
}

/* The kernel asks too, whatever the table of routes lets through. */
static void test_account__each_change_has_its_administrator(void **state)
{
    (void)state;
    book on;
    book_open(&on);
    uint8_t own[16];
    uint8_t other[16];
    make_account(&on, "own", own);
    make_account(&on, "other", other);
    const struct {
        const char *name;
        change_kind kind;
        lj_code sys, sec;
    } rows[] = {
        {"create",       CREATE,       LJ_OK,          LJ_E_FORBIDDEN},
        {"move",         MOVE,         LJ_OK,          LJ_E_FORBIDDEN},
        {"grant post",   GRANT_POST,   LJ_E_FORBIDDEN, LJ_E_INVALID  }, /* one letter is no name */
        {"grant admin",  GRANT_ADMIN,  LJ_E_FORBIDDEN, LJ_OK         },
        {"revoke post",  REVOKE_POST,  LJ_E_FORBIDDEN, LJ_E_NOT_FOUND},
        {"revoke admin", REVOKE_ADMIN, LJ_E_FORBIDDEN, LJ_E_NOT_FOUND},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        ledger_actor sys = admin_actor(own, POST_SYS_ADMIN);
        ledger_actor sec = admin_actor(own, POST_SEC_ADMIN);
        ledger_actor audit = admin_actor(own, POST_AUDIT_ADMIN);
        ledger_actor nobody = admin_actor(own, 0);
        CHECK_ROW(rows[i].name, change_as(&on, &sys, rows[i].kind, other), rows[i].sys);
        CHECK_ROW(rows[i].name, change_as(&on, &sec, rows[i].kind, other), rows[i].sec);
        CHECK_ROW(rows[i].name, change_as(&on, &audit, rows[i].kind, other), LJ_E_FORBIDDEN);
        CHECK_ROW(rows[i].name, change_as(&on, &nobody, rows[i].kind, other), LJ_E_FORBIDDEN);
    }
    book_close(&on);
}

static void test_account__the_first_three_come_once(void **state)
{
    (void)state;
    book on;
    book_open(&on);
    password_made made[ACCOUNT_FIRST_COUNT];
    memset(made, 0, sizeof made);
    for (uint32_t i = 0; i < ACCOUNT_FIRST_COUNT; i++) {
        snprintf(made[i].hash, sizeof made[i].hash, "%s", SOME_HASH);
    }
    lj_err err = {0};
    ledger_actor kernel = ledger_actor_kernel(on.at);
    ledger_txn *txn = begin(&on, &kernel);
    assert_int_equal(account_first(txn, made, &err), LJ_OK);
    commit(txn);
    txn = begin(&on, &kernel);
    assert_int_equal(account_first(txn, made, &err), LJ_E_CONFLICT);
    ledger_rollback(txn);
    account_row *rows = NULL;
    uint32_t count = 0;
    bool has_more = true;
    ledger_now now = ledger_now_of(on.at);
    assert_int_equal(account_list(on.ledger, on.reader, LJ_BYTES(""), 50, &now, on.arena, &rows,
                                  &count, &has_more, &err),
                     LJ_OK);
    assert_int_equal(count, 3);
    assert_false(has_more);
    assert_int_equal(rows[0].admin, POST_AUDIT_ADMIN);
    assert_int_equal(rows[1].admin, POST_SEC_ADMIN);
    assert_int_equal(rows[2].admin, POST_SYS_ADMIN);
    assert_true(rows[0].must_change && rows[1].must_change && rows[2].must_change);
    book_close(&on);
}

static void test_account__every_refusal_and_event_has_its_text(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < account_refusal_count; i++) {
        assert_true(strlen(account_refusals[i].en) > 0 && strlen(account_refusals[i].zh) > 0);
    }
    for (uint16_t event = ACCOUNT_CREATE; event <= ACCOUNT_PASSWORD; event++) {
        assert_non_null(account_event_name(event));
    }
    assert_string_equal(account_event_name(ACCOUNT_REFUSED), "refused");
    assert_null(account_event_name(99));
}

/* Each change is exactly one entry, in its transaction. */
static void test_account__changes_are_entries(void **state)
{
    (void)state;
    book on;
    book_open(&on);
    uint8_t id[16];
    make_account(&on, "one", id);
    ledger_actor kernel = ledger_actor_kernel(on.at);
    static const account_event moves[] = {ACCOUNT_LOCK, ACCOUNT_UNLOCK, ACCOUNT_RESET,
                                          ACCOUNT_CLOSE};
    lj_err err = {0};
    for (size_t i = 0; i < LJ_COUNT_OF(moves); i++) {
        log_head before;
        assert_int_equal(log_head_of(on.ledger, on.reader, &before, &err), LJ_OK);
        const account_refusal *why = NULL;
        ledger_txn *txn = begin(&on, &kernel);
        assert_int_equal(account_move(txn, id, moves[i], SOME_HASH, &why, &err), LJ_OK);
        commit(txn);
        log_entry *entries = NULL;
        uint32_t count = 0;
        assert_int_equal(
            log_entries(on.ledger, on.reader, UINT64_MAX, 1, on.arena, &entries, &count, &err),
            LJ_OK);
        assert_int_equal(entries[0].leaf.seq, before.size);
        assert_int_equal(entries[0].leaf.kind, SEAL_ACCOUNT);
        assert_string_equal(log_event_name(&entries[0].leaf),
                            account_event_name((uint16_t)moves[i]));
    }
    book_close(&on);
}

/* ---- sessions ---- */
static void test_session__is_seen_once_a_minute(void **state)
{
    (void)state;
    book on;
    book_open(&on);
    uint8_t id[16];
    uint8_t session_id[SESSION_ID_LEN];
    uint8_t hash[32];
    make_account(&on, "one", id);
    account seen;
    lj_err err = {0};
    assert_int_equal(account_of_id(on.ledger, on.reader, id, on.arena, &seen, &err), LJ_OK);
    ledger_actor actor = admin_actor(id, 0);
    ledger_txn *txn = begin(&on, &actor);
    assert_int_equal(session_begin(txn, &seen, NULL, session_id, &err), LJ_OK);
    commit(txn);
    assert_int_equal(session_hash(session_id, hash, &err), LJ_OK);
    session_row row;
    static const struct {
        const char *name;
        int64_t at_ms, seen_ms;
    } rows[] = {
        {"at once",        0,          0         },
        {"a second",       1000,       0         },
        {"59 seconds",     59 * 1000,  0         },
        {"a minute",       60 * 1000,  60 * 1000 },
        {"clock set back", 30 * 1000,  60 * 1000 },
        {"two minutes",    120 * 1000, 120 * 1000},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        int64_t at = on.at + rows[i].at_ms;
        assert_int_equal(session_find(on.ledger, on.reader, hash, at, on.arena, &row, &err), LJ_OK);
        session_touch(on.ledger, hash, &row, at);
        assert_int_equal(session_find(on.ledger, on.reader, hash, at, on.arena, &row, &err), LJ_OK);
        CHECK_ROW(rows[i].name, row.seen_at - on.at, rows[i].seen_ms);
    }
    book_close(&on);
}

static void test_session__not_for_an_account_that_changed_meanwhile(void **state)
{
    (void)state;
    book on;
    book_open(&on);
    uint8_t id[16];
    make_account(&on, "one", id);
    account seen;
    lj_err err = {0};
    assert_int_equal(account_of_id(on.ledger, on.reader, id, on.arena, &seen, &err), LJ_OK);
    ledger_actor kernel = ledger_actor_kernel(on.at);
    const account_refusal *why = NULL;
    ledger_txn *txn = begin(&on, &kernel);
    assert_int_equal(account_move(txn, id, ACCOUNT_RESET, SOME_HASH "B", &why, &err), LJ_OK);
    commit(txn);
    ledger_actor actor = admin_actor(id, 0);
    uint8_t session_id[SESSION_ID_LEN];
    txn = begin(&on, &actor);
    assert_int_equal(session_begin(txn, &seen, NULL, session_id, &err), LJ_E_CONFLICT);
    ledger_rollback(txn);
    /* Old parameters are taken over at the login. */
    assert_int_equal(account_of_id(on.ledger, on.reader, id, on.arena, &seen, &err), LJ_OK);
    assert_false(password_is_current(lj_cstr_bytes(SOME_HASH)));
    txn = begin(&on, &actor);
    assert_int_equal(session_begin(txn, &seen, SOME_HASH "C", session_id, &err), LJ_OK);
    commit(txn);
    assert_int_equal(account_of_id(on.ledger, on.reader, id, on.arena, &seen, &err), LJ_OK);
    assert_true(lj_slice_is(seen.hash, lj_cstr_bytes(SOME_HASH "C")));
    assert_true(seen.must_change);
    book_close(&on);
}

/* ---- kept answers ---- */
static void digest_of(const char *route, const char *body, uint8_t out[32])
{
    lj_err err = {0};
    assert_int_equal(request_digest(lj_cstr_bytes(route), lj_cstr_bytes(body), out, &err), LJ_OK);
}

static lj_code find(book *on, ledger_actor *actor, const char *key, const uint8_t digest[32],
                    request_answer *out)
{
    lj_err err = {0};
    actor->now = ledger_now_of(on->at);
    return request_find(on->ledger, on->reader, actor, lj_cstr_str(key), digest, on->arena, out,
                        &err);
}

static lj_code put(book *on, ledger_actor *actor, const char *key, const uint8_t digest[32])
{
    lj_err err = {0};
    ledger_txn *txn = begin(on, actor);
    lj_code code = request_put(txn, lj_cstr_str(key), digest, 201, LJ_BYTES("{\"id\":1}"), &err);
    if (code == LJ_OK) {
        commit(txn);
    } else {
        ledger_rollback(txn);
    }
    return code;
}

static void test_request__is_answered_again(void **state)
{
    (void)state;
    book on;
    book_open(&on);
    uint8_t id[16];
    uint8_t other_id[16];
    uint8_t digest[32];
    uint8_t other[32];
    ledger_id_make(on.ledger, on.at, id);
    ledger_id_make(on.ledger, on.at, other_id);
    ledger_actor actor = admin_actor(id, 0);
    ledger_actor stranger = admin_actor(other_id, 0);
    digest_of("POST /a", "{}", digest);
    digest_of("POST /", "a{}", other);
    assert_memory_not_equal(digest, other, 32);
    request_answer answer;
    assert_int_equal(find(&on, &actor, "k1", digest, &answer), LJ_OK);
    assert_false(answer.is_there);
    assert_int_equal(put(&on, &actor, "k1", digest), LJ_OK);
    assert_int_equal(find(&on, &actor, "k1", digest, &answer), LJ_OK);
    assert_true(answer.is_there);
    assert_int_equal(answer.status, 201);
    assert_true(lj_slice_is(answer.body, LJ_BYTES("{\"id\":1}")));
    assert_int_equal(find(&on, &actor, "k1", other, &answer), LJ_E_INVALID);
    assert_int_equal(put(&on, &actor, "k1", digest), LJ_E_BUSY); /* at the same time */
    assert_int_equal(find(&on, &stranger, "k1", other, &answer), LJ_OK);
    assert_false(answer.is_there);
    on.at += REQUEST_KEPT_MS - 1;
    assert_int_equal(find(&on, &actor, "k1", digest, &answer), LJ_OK);
    assert_true(answer.is_there);
    on.at += 1;
    assert_int_equal(find(&on, &actor, "k1", other, &answer), LJ_OK);
    assert_false(answer.is_there);
    assert_int_equal(put(&on, &actor, "k1", other), LJ_OK);
    assert_int_equal(find(&on, &actor, "k1", other, &answer), LJ_OK);
    assert_true(answer.is_there);
    ledger_actor kernel = ledger_actor_kernel(on.at);
    assert_int_equal(find(&on, &kernel, "k1", other, &answer), LJ_OK);
    assert_false(answer.is_there);
    book_close(&on);
}

static void test_request__rolls_back_with_its_change(void **state)
{
    (void)state;
    book on;
    book_open(&on);
    uint8_t id[16];
    uint8_t digest[32];
    ledger_id_make(on.ledger, on.at, id);
    ledger_actor actor = admin_actor(id, 0);
    digest_of("POST /a", "{}", digest);
    ledger_txn *txn = begin(&on, &actor);
    lj_err err = {0};
    assert_int_equal(request_put(txn, LJ_STR("k"), digest, 200, LJ_BYTES("{}"), &err), LJ_OK);
    ledger_rollback(txn);
    request_answer answer;
    assert_int_equal(find(&on, &actor, "k", digest, &answer), LJ_OK);
    assert_false(answer.is_there);
    book_close(&on);
}

/* ---- the whole log ---- */
static lj_code verify(book *on, log_verdict *out)
{
    lj_err err = {0};
    return log_verify(on->ledger, on->reader, NULL, on->arena, out, &err);
}

/* Writes past the kernel, as somebody with the database file would. */
static void forge(book *on, const store_query *query, const store_value *args, size_t count)
{
    store_conn *conn = NULL;
    lj_err err = {0};
    assert_int_equal(store_write_begin(on->db, &conn, &err), LJ_OK);
    assert_int_equal(store_run(conn, query, args, count, NULL, NULL, &err), LJ_OK);
    assert_int_equal(store_commit(conn, &err), LJ_OK);
}

static void grow(book *on, int count)
{
    for (int i = 0; i < count; i++) {
        char name[20];
        uint8_t id[16];
        snprintf(name, sizeof name, "grow-%d", i);
        make_account(on, name, id);
    }
}

static void test_log__is_whole(void **state)
{
    (void)state;
    book on;
    book_open(&on);
    grow(&on, 150); /* more than two blocks */
    seal_key key;
    lj_err err = {0};
    lj_slice text = {NULL, 0};
    assert_int_equal(seal_key_make(SEAL_SM2, &key, &err), LJ_OK);
    ledger_actor kernel = ledger_actor_kernel(on.at);
    ledger_txn *txn = begin(&on, &kernel);
    assert_int_equal(log_checkpoint(txn, &key, &text, &err), LJ_OK);
    commit(txn);
    log_verdict verdict;
    log_head head;
    seal_digest root;
    assert_int_equal(log_verify(on.ledger, on.reader, &key, on.arena, &verdict, &err), LJ_OK);
    assert_int_equal(log_head_of(on.ledger, on.reader, &head, &err), LJ_OK);
    assert_int_equal(verdict.size, head.size);
    assert_int_equal(verdict.checkpoints, 1);
    assert_int_equal(log_root(on.ledger, on.reader, head.size, on.arena, &root, &err), LJ_OK);
    assert_true(seal_digest_is(&root, &verdict.root));
    seal_key_done(&key);
    book_close(&on);
}

static void test_log__forgeries_are_seen(void **state)
{
    (void)state;
    static const char *const names[] = {"a head that is too large", "an entry more", "a node more",
                                        "a checkpoint of another log",
                                        "a checkpoint of another size"};
    for (size_t i = 0; i < LJ_COUNT_OF(names); i++) {
        book on;
        book_open(&on);
        grow(&on, 5);
        seal_key key;
        lj_err err = {0};
        lj_slice text = {NULL, 0};
        assert_int_equal(seal_key_make(SEAL_ED25519, &key, &err), LJ_OK);
        ledger_actor kernel = ledger_actor_kernel(on.at);
        ledger_txn *txn = begin(&on, &kernel);
        assert_int_equal(log_checkpoint(txn, &key, &text, &err), LJ_OK);
        commit(txn);
        log_verdict verdict;
        log_head head;
        assert_int_equal(verify(&on, &verdict), LJ_OK);
        assert_int_equal(log_head_of(on.ledger, on.reader, &head, &err), LJ_OK);
        int64_t size = (int64_t)head.size;
        store_value district = store_int(1);
        char other[SEAL_CHECKPOINT_MAX] = {0};
        memcpy(other, text.ptr, text.len);
        other[strcspn(other, "\n") + strlen("\ndistrict 1\nlog ")] ^= 1;
        const store_value larger[] = {district, store_int(size + 1), store_int(on.at)};
        const store_value leaf[] = {district, store_int(size), store_int(on.at),
                                    store_bytes(LJ_BYTES("x"))};
        const store_value node[] = {district, store_int(40), store_int(1),
                                    store_bytes(seal_digest_bytes(&verdict.root))};
        const store_value log[] = {district, store_int(size - 1), store_int(on.at),
                                   store_cstr(other)};
        const store_value point[] = {district, store_int(3), store_int(on.at), store_text(text)};
        switch (i) {
        case 0:
            forge(&on, &q_audit_head_set, larger, LJ_COUNT_OF(larger));
            break;
        case 1:
            forge(&on, &q_audit_leaf_put, leaf, LJ_COUNT_OF(leaf));
            break;
        case 2:
            forge(&on, &q_audit_node_put, node, LJ_COUNT_OF(node));
            break;
        case 3:
            forge(&on, &q_audit_checkpoint_put, log, LJ_COUNT_OF(log));
            break;
        default:
            forge(&on, &q_audit_checkpoint_put, point, LJ_COUNT_OF(point));
        }
        CHECK_ROW(names[i], verify(&on, &verdict), LJ_E_TAMPERED);
        seal_key_done(&key);
        book_close(&on);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_password__one_time_ones),
        cmocka_unit_test(test_password__what_is_checked_against),
        cmocka_unit_test(test_password__refusals),
        cmocka_unit_test(test_account__each_change_has_its_administrator),
        cmocka_unit_test(test_account__the_first_three_come_once),
        cmocka_unit_test(test_account__every_refusal_and_event_has_its_text),
        cmocka_unit_test(test_account__changes_are_entries),
        cmocka_unit_test(test_session__is_seen_once_a_minute),
        cmocka_unit_test(test_session__not_for_an_account_that_changed_meanwhile),
        cmocka_unit_test(test_request__is_answered_again),
        cmocka_unit_test(test_request__rolls_back_with_its_change),
        cmocka_unit_test(test_log__is_whole),
        cmocka_unit_test(test_log__forgeries_are_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
