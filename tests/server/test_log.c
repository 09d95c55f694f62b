/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The log over HTTP, judged with nothing but what came over HTTP. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#include "../check.h"
#include "desk.h"
#include "ledger/log.h"
#include "seal/base64.h"

static json_t *get(desk *on, const char *cookie, const char *path)
{
    desk_answer answer = desk_ask(on, &(desk_call){"GET", path, .cookie = cookie});
    if (answer.status != 200) {
        fail_msg("%s: %d %s", path, answer.status, answer.body);
    }
    json_t *read = json_loads(answer.body, 0, NULL);
    assert_non_null(read);
    return read;
}

static void take(json_t *text, uint8_t *out, size_t cap, size_t *out_len)
{
    lj_slice bytes = lj_cstr_bytes(json_string_value(text));
    assert_true(seal_base64_take(bytes, out, cap, out_len));
}

/* Every entry from 0, by pages of `limit`; leaf hashes into out. */
static size_t read_all(desk *on, const char *cookie, int limit, seal_hasher *hasher,
                       seal_digest *out, size_t cap)
{
    char after[40] = "";
    size_t count = 0;
    for (;;) {
        char path[100];
        snprintf(path, sizeof path, "/log/entries?limit=%d%s%s", limit,
                 after[0] != '\0' ? "&after=" : "", after);
        json_t *page = get(on, cookie, path);
        json_t *items = json_object_get(page, "items");
        for (size_t i = 0; i < json_array_size(items); i++) {
            json_t *item = json_array_get(items, i);
            size_t seq = (size_t)json_integer_value(json_object_get(item, "seq"));
            count = count == 0 ? seq + 1 : count;
            static uint8_t leaf[SEAL_LEAF_MAX];
            size_t len = 0;
            assert_in_range(seq, 0, cap - 1);
            take(json_object_get(item, "leaf"), leaf, sizeof leaf, &len);
            out[seq] = seal_leaf_hash(hasher, lj_slice_of(leaf, len));
        }
        const char *next = json_string_value(json_object_get(page, "next"));
        snprintf(after, sizeof after, "%s", next != NULL ? next : "");
        json_decref(page);
        if (after[0] == '\0') {
            return count;
        }
    }
}

static seal_digest root_of(seal_hasher *hasher, const seal_digest *leaves, size_t count)
{
    seal_edge edge = {0};
    for (size_t i = 0; i < count; i++) {
        seal_edge_add(&edge, hasher, &leaves[i]);
    }
    return seal_edge_root(&edge, hasher);
}

static seal_proof proof_of(desk *on, const char *cookie, const char *path)
{
    seal_proof proof = {.count = 0};
    json_t *answer = get(on, cookie, path);
    json_t *nodes = json_object_get(answer, "path");
    for (size_t i = 0; i < json_array_size(nodes); i++) {
        size_t len = 0;
        take(json_array_get(nodes, i), proof.nodes[proof.count++].bytes, SEAL_DIGEST_LEN, &len);
        assert_int_equal(len, SEAL_DIGEST_LEN);
    }
    json_decref(answer);
    return proof;
}

enum { LEAVES_MAX = 400 };
static seal_digest leaves[LEAVES_MAX];

static void test_log__pages_and_proofs(void **state)
{
    (void)state;
    desk on;
    desk_open(&on, 2);
    const char *sys = desk_admin(&on, 0);
    const char *audit = desk_admin(&on, 2);
    for (int i = 0; i < 5; i++) {
        char name[20];
        snprintf(name, sizeof name, "one-%d", i);
        desk_account_new(&on, sys, name, NULL);
    }
    seal_hasher hasher;
    lj_err err = {0};
    assert_int_equal(seal_hasher_init(&hasher, SEAL_SM3, &err), LJ_OK);
    json_t *answer = get(&on, audit, "/log/checkpoint");
    const char *text = json_string_value(json_object_get(answer, "text"));
    seal_checkpoint point;
    assert_int_equal(seal_checkpoint_check(lj_cstr_bytes(text), &on.key, &point, &err), LJ_OK);
    size_t count = read_all(&on, audit, 7, &hasher, leaves, LEAVES_MAX);
    assert_int_equal(count, point.head.size + 1); /* the checkpoint is an entry */
    seal_digest root = root_of(&hasher, leaves, point.head.size);
    assert_true(seal_digest_is(&root, &point.head.root));
    json_decref(answer);
    char path[100];
    for (uint64_t seq = 0; seq < point.head.size; seq++) {
        snprintf(path, sizeof path, "/log/inclusion?seq=%d&size=%d", (int)seq,
                 (int)point.head.size);
        seal_proof proof = proof_of(&on, audit, path);
        assert_true(
            seal_merkle_includes(&hasher, &leaves[seq], seq, point.head.size, &proof, &root));
        assert_false(seal_merkle_includes(&hasher, &leaves[(seq + 1) % point.head.size], seq,
                                          point.head.size, &proof, &root));
    }
    for (uint64_t from = 1; from <= point.head.size; from++) {
        snprintf(path, sizeof path, "/log/consistency?from=%d&to=%d", (int)from,
                 (int)point.head.size);
        seal_proof proof = proof_of(&on, audit, path);
        seal_head before = {from, root_of(&hasher, leaves, from)};
        assert_true(seal_merkle_extends(&hasher, &before, &point.head, &proof));
    }
    static const char *const bad[] = {
        "/log/inclusion?seq=5&size=5",
        "/log/inclusion?seq=0&size=100000",
        "/log/consistency?from=0&to=5",
        "/log/consistency?from=6&to=5",
        "/log/inclusion?seq=-1&size=5",
        "/log/entries?limit=0",
        "/log/entries?limit=201",
        "/log/entries?after=x",
        "/log/consistency?from=1&to=99999999",
    };
    for (size_t i = 0; i < LJ_COUNT_OF(bad); i++) {
        CHECK_ROW(bad[i], desk_ask(&on, &(desk_call){"GET", bad[i], .cookie = audit}).status, 400);
    }
    seal_hasher_done(&hasher);
    desk_close(&on);
}

/* Every entry about an account is told, granted and withdrawn ones too. */
static void test_log__entries_say_which_account(void **state)
{
    (void)state;
    desk on;
    desk_open(&on, 2);
    const char *sys = desk_admin(&on, 0);
    const char *sec = desk_admin(&on, 1);
    const char *audit = desk_admin(&on, 2);
    char body[128];
    desk_account one = desk_account_new(&on, sys, "one", NULL);
    desk_account head = desk_account_new(&on, sys, "head", NULL);
    desk_change(&on, sec, "POST", one.id, "grants", "{\"admin\":\"sec_admin\"}");
    desk_change(&on, sec, "DELETE", one.id, "grants/sec_admin", NULL);
    snprintf(body, sizeof body, "{\"post\":\"%s\"}", book_id(on.book.ids.leader_post));
    desk_change(&on, sec, "POST", head.id, "grants", body);
    desk_change(&on, sys, "POST", one.id, "moves", "{\"event\":\"close\"}");
    json_t *page = get(&on, audit, "/log/entries?limit=200");
    json_t *items = json_object_get(page, "items");
    for (size_t i = 0; i < json_array_size(items); i++) {
        json_t *item = json_array_get(items, i);
        const char *kind = json_string_value(json_object_get(item, "kind"));
        bool is_wanted = strcmp(kind, "account") == 0 || strcmp(kind, "session") == 0;
        CHECK_ROW(json_string_value(json_object_get(item, "event")),
                  json_object_get(item, "about") != NULL, is_wanted);
    }
    json_decref(page);
    desk_close(&on);
}

static void test_log__entries_say_who_did_what(void **state)
{
    (void)state;
    desk on;
    desk_open(&on, 2);
    const char *sys = desk_admin(&on, 0);
    const char *audit = desk_admin(&on, 2);
    desk_account_new(&on, sys, "one", NULL);
    json_t *page = get(&on, audit, "/log/entries?limit=1");
    json_t *item = json_array_get(json_object_get(page, "items"), 0);
    assert_string_equal(json_string_value(json_object_get(item, "type")), "account");
    assert_string_equal(json_string_value(json_object_get(item, "event")), "create");
    assert_string_equal(json_string_value(json_object_get(json_object_get(item, "by"), "title")),
                        "sys");
    assert_true(json_is_null(json_object_get(item, "record")));
    assert_string_equal(json_string_value(json_object_get(json_object_get(item, "about"), "title")),
                        "one");
    json_decref(page);
    page = get(&on, audit, "/log/entries?limit=200");
    json_t *items = json_object_get(page, "items");
    item = json_array_get(items, json_array_size(items) - 1);
    assert_string_equal(json_string_value(json_object_get(item, "type")), "unit");
    assert_string_equal(json_string_value(json_object_get(item, "event")), "create");
    assert_int_equal(json_integer_value(json_object_get(item, "version")), 1);
    json_decref(page);
    desk_close(&on);
}

/* ---- the export, judged by the program that shares no code ---- */
static void write_file(const char *path, const void *bytes, size_t len)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static int run(const char *program, char *const argv[])
{
    pid_t child = fork();
    if (child == 0) {
        int nowhere = open("/dev/null", O_WRONLY);
        dup2(nowhere, 1);
        dup2(nowhere, 2);
        execv(program, argv);
        _exit(127);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The exit status of lijian-verify for the export against the checkpoint; 0 without the program. */
static int judge(desk *on, json_t *point, const void *bytes, size_t len)
{
    const char *program = getenv("LIJIAN_VERIFY");
    char export_path[100], point_path[100], key_path[100];
    snprintf(export_path, sizeof export_path, "%s/log", on->folder);
    snprintf(point_path, sizeof point_path, "%s/point", on->folder);
    snprintf(key_path, sizeof key_path, "%s/key", on->folder);
    const char *text = json_string_value(json_object_get(point, "text"));
    lj_buf pem;
    lj_err err = {0};
    lj_buf_init(&pem, on->book.arena, SEAL_PEM_MAX);
    assert_int_equal(seal_key_export(&on->key, &pem, &err), LJ_OK);
    write_file(export_path, bytes, len);
    write_file(point_path, text, strlen(text));
    write_file(key_path, pem.ptr, pem.len);
    char verb[] = "log";
    char key_option[] = "--key";
    char *argv[] = {verb, verb, export_path, point_path, key_option, key_path, NULL};
    int status = program != NULL ? run(program, argv) : 0;
    unlink(export_path);
    unlink(point_path);
    unlink(key_path);
    return status;
}

static void test_log__the_export_verifies(void **state)
{
    (void)state;
    desk on;
    desk_open(&on, 2);
    const char *sys = desk_admin(&on, 0);
    const char *audit = desk_admin(&on, 2);
    for (int i = 0; i < 70; i++) { /* more than a block */
        char name[20];
        snprintf(name, sizeof name, "one-%d", i);
        desk_account_new(&on, sys, name, NULL);
    }
    json_t *answer = get(&on, audit, "/log/checkpoint");
    desk_answer log = desk_ask(&on, &(desk_call){"GET", "/log/export", .cookie = audit});
    assert_int_equal(log.status, 200);
    assert_non_null(strstr(desk_header(&log, "Content-Disposition"), "attachment"));
    assert_memory_equal(log.body, "LIJIANLG", 8);
    assert_int_equal(judge(&on, answer, log.body, log.len), 0);
    log.body[log.len / 2] ^= 1;
    if (getenv("LIJIAN_VERIFY") != NULL) {
        assert_int_not_equal(judge(&on, answer, log.body, log.len), 0);
    }
    json_decref(answer);
    desk_close(&on);
}

/* With values and salts: everything that the commitments of the entries stand for. */
static void test_log__the_export_with_values_verifies(void **state)
{
    (void)state;
    desk on;
    desk_open(&on, 2);
    const char *audit = desk_admin(&on, 2);
    json_t *answer = get(&on, audit, "/log/checkpoint");
    lj_err err = {0};
    lj_buf bytes;
    log_export *export = NULL;
    lj_buf_init(&bytes, on.book.arena, 1 << 24);
    assert_int_equal(store_read_begin(on.book.reader, &err), LJ_OK);
    assert_int_equal(log_export_begin(on.book.ledger, on.book.reader, 0, LOG_WITH_VALUES,
                                      on.book.arena, &export, &err),
                     LJ_OK);
    size_t len = 0;
    do {
        uint8_t part[1000];
        assert_int_equal(log_export_fill(export, part, sizeof part, &len, &err), LJ_OK);
        lj_buf_put(&bytes, lj_slice_of(part, len));
    } while (len > 0);
    log_export_done(export);
    store_read_end(on.book.reader);
    assert_int_equal(judge(&on, answer, bytes.ptr, bytes.len), 0);
    json_decref(answer);
    desk_close(&on);
}

static void test_log__no_key_no_checkpoint(void **state)
{
    (void)state;
    desk on;
    desk_open(&on, 2);
    const char *audit = desk_admin(&on, 2);
    on.server.key = NULL;
    desk_want(&on, &(desk_call){"GET", "/log/checkpoint", .cookie = audit}, 501);
    desk_close(&on);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log__pages_and_proofs),
        cmocka_unit_test(test_log__entries_say_which_account),
        cmocka_unit_test(test_log__entries_say_who_did_what),
        cmocka_unit_test(test_log__the_export_verifies),
        cmocka_unit_test(test_log__the_export_with_values_verifies),
        cmocka_unit_test(test_log__no_key_no_checkpoint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
