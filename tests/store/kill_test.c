/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A process that commits is killed at any moment: what it had been told is committed is there, the
 * database is whole, and nothing stands in the way of the next. 20 rounds on the same database;
 * each child counts up and says each number through a pipe after the commit of it. */
#define _GNU_SOURCE
#include "support.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/num.h"
#include "store/upkeep.h"

enum { ROUNDS = 20 };

/* In the child: never returns. */
static void count_up(const test_box *box, int say)
{
    lj_err err = {0};
    store *db = NULL;
    lj_code code = store_open(&box->options, &db, &err);
    store_conn *reader = NULL;
    if (code == LJ_OK) {
        code = store_reader_open(db, &reader, &err);
    }
    int64_t total = code == LJ_OK ? ask_num(reader, &q_counter_read, ARGS(store_int(1))) : 0;
    while (code == LJ_OK) {
        store_conn *conn = NULL;
        code = store_write_begin(db, &conn, &err);
        if (code != LJ_OK) {
            break;
        }
        total++;
        code =
            store_run(conn, &q_counter_set, ARGS(store_int(1), store_int(total)), NULL, NULL, &err);
        if (code == LJ_OK) { /* a second row must come with the first */
            code = store_run(conn, &q_value_add,
                             ARGS(store_int(total), store_null(), store_cstr("x"), store_null()),
                             NULL, NULL, &err);
        }
        if (code != LJ_OK) {
            break;
        }
        code = store_commit(conn, &err);
        if (code == LJ_OK && write(say, &total, sizeof(total)) != sizeof(total)) {
            code = LJ_E_IO;
        }
    }
    _exit(70);
}

/* The last number that was said before the end; `last` when none was. */
static int64_t hear(int from, int64_t last)
{
    int64_t total = 0;
    while (read(from, &total, sizeof(total)) == sizeof(total)) {
        last = total;
    }
    return last;
}

static void check_whole(test_box *box, int64_t said)
{
    lj_err err = {0};
    uint32_t fault_count = 99;
    lj_buf faults;
    lj_buf_init(&faults, NULL, LJ_MIB);
    store_schema schema = support_schema();
    assert_int_equal(store_integrity_with(box->db, &schema, &faults, &fault_count, &err), LJ_OK);
    assert_int_equal(fault_count, 0);
    lj_buf_done(&faults);
    store_conn *reader = reader_of(box);
    int64_t total = ask_num(reader, &q_counter_read, ARGS(store_int(1)));
    if (total < said || total > said + 1) {
        fail_msg("said %lld, found %lld", (long long)said, (long long)total);
    }
    assert_int_equal(ask_num(reader, &q_value_count, NULL, 0), total);
    store_reader_close(reader);
}

static void test_kill__no_acknowledged_commit_is_lost(void **state)
{
    (void)state;
    test_box box;
    box_fresh(&box);
    store_conn *writer = writer_of(&box);
    run_ok(writer, &q_counter_add, ARGS(store_int(1)));
    commit(writer);
    int64_t said = 0;
    for (int round = 0; round < ROUNDS; round++) {
        store_close(box.db);
        box.db = NULL;
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        int child = fork();
        if (child == 0) {
            (void)close(ends[0]);
            count_up(&box, ends[1]);
        }
        (void)close(ends[1]);
        int64_t total = 0; /* it works by now */
        assert_int_equal(read(ends[0], &total, sizeof(total)), sizeof(total));
        said = total;
        (void)usleep((useconds_t)(1000 * (round * 7 % 23) + 137 * round));
        assert_int_equal(kill(child, SIGKILL), 0);
        said = hear(ends[0], said);
        (void)close(ends[0]);
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        box_open(&box);
        check_whole(&box, said);
    }
    assert_true(said > ROUNDS);
    box_free(&box);
}

int main(int argc, char **argv)
{
    if (!support_begin(argc, argv)) {
        return 64;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kill__no_acknowledged_commit_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
