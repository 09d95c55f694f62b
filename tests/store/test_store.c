/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tests of store/store: the same promises on both engines, which the argument names. */
#define _GNU_SOURCE
#include "support.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/num.h"
#include "base/os.h"

static bool on_sqlite(void)
{
    return support_engine() == STORE_SQLITE;
}

/* ---- values ---- */

static void check_value(const char *name, const store_value *found, const store_value *wanted)
{
    CHECK_ROW(name, found->kind, wanted->kind);
    if (wanted->kind == STORE_INT) {
        CHECK_ROW(name, found->num, wanted->num);
    } else if (wanted->kind != STORE_NULL) {
        CHECK_ROW(name, lj_slice_is(found->bytes, wanted->bytes), true);
        CHECK_ROW(name, found->bytes.ptr != NULL, true);
    }
}

static void test_store__values_come_back_as_they_went(void **state)
{
    (void)state;
    static const uint8_t all_bytes[] = {0, 1, 0x7F, 0x80, 0xFF, '\\', '\'', 0};
    const struct {
        const char *name;
        store_value num, label, bytes;
    } rows[] = {
        {"nothing",        store_null(),         store_null(),         store_null()                               },
        {"zero and empty", store_int(0),         store_cstr(""),       store_bytes(LJ_BYTES(""))                  },
        {"smallest",       store_int(INT64_MIN), store_cstr("a"),      store_bytes(LJ_BYTES("\0"))                },
        {"largest",        store_int(INT64_MAX), store_cstr("保密"),
         store_bytes(lj_slice_of(all_bytes,                                                                         sizeof(all_bytes)))},
        {"minus one",                store_int(-1),                          store_cstr("𠮷'\"\\\n\t:x $1 ?1"),                  store_null()},
        {"above 32 bits",                store_int(4294967297),                      store_cstr(" "),      store_bytes(LJ_BYTES("text"))            },
    };
    test_box box;
    box_fresh(&box);
    store_conn *writer = writer_of(&box);
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        run_ok(writer, &q_value_add,
               ARGS(store_int((int64_t)i), rows[i].num, rows[i].label, rows[i].bytes));
        CHECK_ROW(rows[i].name, store_changed(writer), 1);
    }
    commit(writer);
    store_conn *reader = reader_of(&box);
    lj_arena *arena = lj_arena_new(LJ_MIB);
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        const store_value *found = NULL;
        lj_err err = {0};
        assert_int_equal(
            store_one(reader, &q_value_of, ARGS(store_int((int64_t)i)), arena, &found, &err),
            LJ_OK);
        assert_non_null(found);
        check_value(rows[i].name, &found[0], &rows[i].num);
        check_value(rows[i].name, &found[1], &rows[i].label);
        check_value(rows[i].name, &found[2], &rows[i].bytes);
    }
    lj_arena_free(arena);
    store_reader_close(reader);
    box_free(&box);
}

static void test_store__a_large_value_comes_back(void **state)
{
    (void)state;
    test_box box;
    box_fresh(&box);
    size_t len = LJ_MIB;
    lj_arena *arena = lj_arena_new(16 * LJ_MIB);
    uint8_t *bytes = lj_arena_alloc(arena, len);
    uint8_t *text = lj_arena_alloc(arena, len);
    for (size_t i = 0; i < len; i++) {
        bytes[i] = (uint8_t)(i * 7 + i / 256);
        text[i] = (uint8_t)('a' + i % 26);
    }
    store_conn *writer = writer_of(&box);
    run_ok(writer, &q_value_add,
           ARGS(store_int(1), store_null(), store_text(lj_slice_of(text, len)),
                store_bytes(lj_slice_of(bytes, len))));
    const store_value *found = NULL;
    lj_err err = {0};
    assert_int_equal(store_one(writer, &q_value_of, ARGS(store_int(1)), arena, &found, &err),
                     LJ_OK);
    assert_true(lj_slice_is(found[1].bytes, lj_slice_of(text, len)));
    assert_true(lj_slice_is(found[2].bytes, lj_slice_of(bytes, len)));
    commit(writer);
    lj_arena_free(arena);
    box_free(&box);
}

static void test_store__one_gives_null_without_a_row_and_limit_without_room(void **state)
{
    (void)state;
    test_box box;
    box_fresh(&box);
    store_conn *writer = writer_of(&box);
    run_ok(writer, &q_value_add,
           ARGS(store_int(1), store_null(), store_cstr("text"), store_null()));
    lj_err err = {0};
    lj_arena *arena = lj_arena_new(LJ_KIB);
    const store_value *found = (const store_value *)arena;
    assert_int_equal(store_one(writer, &q_value_of, ARGS(store_int(2)), arena, &found, &err),
                     LJ_OK);
    assert_null(found);
    lj_arena_free(arena);
    arena = lj_arena_new(16);
    assert_int_equal(store_one(writer, &q_value_of, ARGS(store_int(1)), arena, &found, &err),
                     LJ_E_LIMIT);
    assert_null(found);
    lj_arena_free(arena);
    commit(writer); /* the arena is the caller's affair */
    assert_int_equal(count_values(&box), 1);
    box_free(&box);
}

typedef struct label_list {
    const char *const *wanted;
    size_t count;
} label_list;

static lj_code next_label(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    (void)err;
    label_list *list = ctx;
    CHECK_ROW_TEXT("label", columns[0].bytes.ptr, columns[0].bytes.len, list->wanted[list->count]);
    list->count++;
    return LJ_OK;
}

static void test_store__text_sorts_by_its_bytes(void **state)
{
    (void)state;
    static const char *const sorted[] = {"", "A", "Z", "_", "a", "a ", "aa", "b", "é", "中", "𠮷"};
    test_box box;
    box_fresh(&box);
    store_conn *writer = writer_of(&box);
    for (size_t i = 0; i < LJ_COUNT_OF(sorted); i++) {
        const char *label = sorted[i * 7 % LJ_COUNT_OF(sorted)];
        run_ok(writer, &q_value_add,
               ARGS(store_int((int64_t)i), store_null(), store_cstr(label), store_null()));
    }
    commit(writer);
    store_conn *reader = reader_of(&box);
    label_list list = {sorted, 0};
    lj_err err = {0};
    assert_int_equal(store_run(reader, &q_value_labels, NULL, 0, next_label, &list, &err), LJ_OK);
    assert_int_equal(list.count, LJ_COUNT_OF(sorted));
    store_reader_close(reader);
    box_free(&box);
}

static void test_store__truth_and_sums_are_numbers(void **state)
{
    (void)state;
    test_box box;
    box_fresh(&box);
    store_conn *writer = writer_of(&box);
    add_value(writer, 1);
    add_value(writer, 2);
    lj_arena *arena = lj_arena_new(LJ_KIB);
    const store_value *found = NULL;
    lj_err err = {0};
    assert_int_equal(store_one(writer, &q_value_truth, ARGS(store_int(2)), arena, &found, &err),
                     LJ_OK);
    assert_int_equal(found[0].kind, STORE_INT);
    assert_int_equal(found[0].num, 1);
    assert_int_equal(found[1].num, 30);
    assert_int_equal(found[2].kind, STORE_NULL);
    assert_int_equal(run(writer, &q_value_half, NULL, 0), LJ_OK); /* nobody looks */
    assert_int_equal(store_one(writer, &q_value_half, NULL, 0, arena, &found, &err), LJ_E_INTERNAL);
    store_rollback(writer);
    lj_arena_free(arena);
    box_free(&box);
}

static void test_store__a_parameter_may_stand_twice(void **state)
{
    (void)state;
    test_box box;
    box_fresh(&box);
    store_conn *writer = writer_of(&box);
    run_ok(writer, &q_value_add, ARGS(store_int(7), store_null(), store_cstr("b"), store_null()));
    assert_int_equal(ask_num(writer, &q_value_find, ARGS(store_cstr("a"), store_cstr("b"))), 7);
    assert_int_equal(ask_num(writer, &q_value_find, ARGS(store_cstr("b"), store_null())), 7);
    assert_int_equal(ask_num(writer, &q_value_find, ARGS(store_cstr("a"), store_cstr("a"))), -1);
    assert_int_equal(ask_num(writer, &q_value_find, ARGS(store_cstr("any :label"), store_null())),
                     7);
    store_rollback(writer);
    box_free(&box);
}

/* ---- faults of a query ---- */

static void test_store__faults_have_their_codes(void **state)
{
    (void)state;
    static const uint8_t broken[] = {'a', 0xC3};
    const struct {
        const char *name;
        const store_query *query;
        store_value args[4];
        size_t count;
        lj_code code;
        const char *what;
    } rows[] = {
        {"key twice",
         &q_value_add,
         {store_int(1), store_null(), store_null(), store_null()},
         4, LJ_E_CONFLICT,
         "unique: the key is there already"          },
        {"unique twice",
         &q_unit_add,
         {store_bytes(LJ_BYTES("2")), store_cstr("one"), store_null()},
         3, LJ_E_CONFLICT,
         "unique: the key is there already"          },
        {"parent missing",
         &q_answer_add,
         {store_bytes(LJ_BYTES("none")), store_cstr("1"), store_int(1)},
         3, LJ_E_CONFLICT,
         "foreign key: the other row is missing"     },
        {"no value",
         &q_unit_add,
         {store_bytes(LJ_BYTES("2")), store_null(), store_null()},
         3, LJ_E_INVALID,
         "a column without a value"                  },
        {"check",
         &q_value_add,
         {store_int(2), store_int(13), store_null(), store_null()},
         4, LJ_E_INVALID,
         "a value that the column refuses"           },
        {"NUL in text",
         &q_value_add,
         {store_int(2), store_null(), store_text(LJ_BYTES("a\0b")), store_null()},
         4, LJ_E_INVALID,
         "text that is not UTF-8 or holds NUL"       },
        {"text cut",
         &q_value_add,
         {store_int(2), store_null(), store_text(lj_slice_of(broken, 2)), store_null()},
         4, LJ_E_INVALID,
         "text that is not UTF-8 or holds NUL"       },
        {"a value missing",
         &q_value_of,
         {store_int(1)},
         0, LJ_E_INTERNAL,
         "another count of values than the query has"},
        {"another kind",
         &q_value_of,
         {store_cstr("1")},
         1, LJ_E_INTERNAL,
         "a value of another kind than the query has"},
    };
    test_box box;
    box_fresh(&box);
    store_conn *writer = writer_of(&box);
    add_value(writer, 1);
    run_ok(writer, &q_unit_add, ARGS(store_bytes(LJ_BYTES("1")), store_cstr("one"), store_null()));
    commit(writer);
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        writer = writer_of(&box);
        add_value(writer, 100 + (int64_t)i);
        lj_err err = {0};
        CHECK_ROW(rows[i].name,
                  store_run(writer, rows[i].query, rows[i].args, rows[i].count, NULL, NULL, &err),
                  rows[i].code);
        CHECK_ROW_TEXT(rows[i].name, err.what, strlen(err.what), rows[i].what);
        CHECK_ROW(rows[i].name, err.code, rows[i].code);
        /* the transaction is lost, whatever comes */
        CHECK_ROW(rows[i].name, run(writer, &q_value_count, NULL, 0), rows[i].code);
        CHECK_ROW(rows[i].name, store_savepoint(writer, &err), rows[i].code);
        CHECK_ROW(rows[i].name, store_commit(writer, &err), rows[i].code);
        CHECK_ROW(rows[i].name, count_values(&box), 1);
    }
    /* and the same statements go on working */
    writer = writer_of(&box);
    add_value(writer, 2);
    run_ok(writer, &q_unit_add, ARGS(store_bytes(LJ_BYTES("2")), store_cstr("two"), store_null()));
    run_ok(writer, &q_answer_add, ARGS(store_bytes(LJ_BYTES("2")), store_cstr("1"), store_int(3)));
    commit(writer);
    assert_int_equal(count_values(&box), 2);
    box_free(&box);
}

static void test_store__a_reader_cannot_write(void **state)
{
    (void)state;
    test_box box;
    box_fresh(&box);
    store_conn *reader = reader_of(&box);
    assert_int_equal(
        run(reader, &q_value_add, ARGS(store_int(1), store_null(), store_null(), store_null())),
        LJ_E_INTERNAL);
    assert_int_equal(ask_num(reader, &q_value_count, NULL, 0), 0);
    store_reader_close(reader);
    box_free(&box);
}

/* ---- transactions ---- */

static void test_store__rollback_undoes_everything(void **state)
{
    (void)state;
    test_box box;
    box_fresh(&box);
    store_conn *writer = writer_of(&box);
    add_value(writer, 1);
    store_rollback(writer);
    store_rollback(NULL);
    assert_int_equal(count_values(&box), 0);
    writer = writer_of(&box);
    add_value(writer, 1);
    commit(writer);
    assert_int_equal(count_values(&box), 1);
    box_free(&box);
}

static void test_store__savepoints_nest(void **state)
{
    (void)state;
    test_box box;
    box_fresh(&box);
    lj_err err = {0};
    store_conn *writer = writer_of(&box);
    add_value(writer, 1);
    assert_int_equal(store_savepoint(writer, &err), LJ_OK);
    add_value(writer, 2);
    assert_int_equal(store_savepoint(writer, &err), LJ_OK);
    add_value(writer, 3);
    store_undo(writer); /* 3 goes */
    add_value(writer, 4);
    assert_int_equal(store_savepoint(writer, &err), LJ_OK);
    add_value(writer, 5);
    assert_int_equal(store_release(writer, &err), LJ_OK);
    assert_int_equal(ask_num(writer, &q_value_count, NULL, 0), 4); /* 1 2 4 5 */
    store_undo(writer);                                            /* 2 4 5 go */
    assert_int_equal(ask_num(writer, &q_value_count, NULL, 0), 1);
    add_value(writer, 6);
    commit(writer);
    assert_int_equal(count_values(&box), 2);
    box_free(&box);
}

static void test_store__undo_heals_a_failed_part(void **state)
{
    (void)state;
    test_box box;
    box_fresh(&box);
    lj_err err = {0};
    store_conn *writer = writer_of(&box);
    add_value(writer, 1);
    for (int64_t i = 0; i < 5; i++) {
        assert_int_equal(store_savepoint(writer, &err), LJ_OK);
        add_value(writer, 10 + i);
        assert_int_equal(
            run(writer, &q_value_add, ARGS(store_int(1), store_null(), store_null(), store_null())),
            LJ_E_CONFLICT);
        assert_int_equal(store_release(writer, &err), LJ_E_CONFLICT);
        store_undo(writer);
    }
    add_value(writer, 2);
    commit(writer);
    assert_int_equal(count_values(&box), 2);
    box_free(&box);
}

/* ---- rows ---- */

typedef struct row_count {
    int64_t seen, most;
    lj_code then;
} row_count;

static lj_code count_up_to(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    row_count *rows = ctx;
    assert_int_equal(count, 1);
    assert_int_equal(columns[0].kind, STORE_INT);
    rows->seen++;
    if (rows->seen < rows->most) {
        return LJ_OK;
    }
    return rows->then == LJ_E_CANCELLED
               ? rows->then
               : lj_fail(err, rows->then, UINT64_MAX, "the row function has enough");
}

static void test_store__a_row_function_may_stop_or_fail(void **state)
{
    (void)state;
    test_box box;
    box_fresh(&box);
    lj_err err = {0};
    store_conn *writer = writer_of(&box);
    for (int64_t i = 0; i < 100; i++) {
        add_value(writer, i);
    }
    row_count stop = {0, 3, LJ_E_CANCELLED};
    assert_int_equal(store_run(writer, &q_value_list, NULL, 0, count_up_to, &stop, &err), LJ_OK);
    assert_int_equal(stop.seen, 3);
    row_count fail = {0, 4, LJ_E_LIMIT};
    assert_int_equal(store_run(writer, &q_value_list, NULL, 0, count_up_to, &fail, &err),
                     LJ_E_LIMIT);
    assert_int_equal(fail.seen, 4);
    assert_string_equal(err.what, "the row function has enough");
    /* the transaction lives, and the connection is free */
    row_count all = {0, 1000, LJ_E_LIMIT};
    assert_int_equal(store_run(writer, &q_value_list, NULL, 0, count_up_to, &all, &err), LJ_OK);
    assert_int_equal(all.seen, 100);
    assert_int_equal(run(writer, &q_value_list, NULL, 0), LJ_OK);
    commit(writer);
    assert_int_equal(count_values(&box), 100);
    box_free(&box);
}

static void test_store__a_change_is_whole_when_its_rows_are_not_read(void **state)
{
    (void)state;
    test_box box;
    box_fresh(&box);
    lj_err err = {0};
    store_conn *writer = writer_of(&box);
    for (int64_t i = 0; i < 20; i++) {
        add_value(writer, i);
    }
    row_count stop = {0, 1, LJ_E_CANCELLED};
    assert_int_equal(store_run(writer, &q_value_drop, ARGS(store_int(9)), count_up_to, &stop, &err),
                     LJ_OK);
    assert_int_equal(stop.seen, 1);
    assert_int_equal(store_changed(writer), 10);
    assert_int_equal(run(writer, &q_value_drop, ARGS(store_int(7))), LJ_OK);
    assert_int_equal(store_changed(writer), 2);
    run_ok(writer, &q_value_shift, ARGS(store_int(1)));
    assert_int_equal(store_changed(writer), 8);
    assert_int_equal(ask_num(writer, &q_value_count, NULL, 0), 8);
    assert_int_equal(store_changed(writer), 0);
    commit(writer);
    box_free(&box);
}

/* ---- readers and writers ---- */

static void test_store__a_snapshot_sees_one_state(void **state)
{
    (void)state;
    test_box box;
    box_fresh(&box);
    lj_err err = {0};
    store_conn *frozen = reader_of(&box);
    store_conn *live = reader_of(&box);
    assert_int_equal(store_read_begin(frozen, &err), LJ_OK);
    for (int64_t i = 1; i <= 3; i++) {
        store_conn *writer = writer_of(&box);
        add_value(writer, i);
        assert_int_equal(ask_num(live, &q_value_count, NULL, 0), i - 1);
        commit(writer);
        assert_int_equal(ask_num(live, &q_value_count, NULL, 0), i);
        /* the state of the begin, though the first question comes after a commit */
        assert_int_equal(ask_num(frozen, &q_value_count, NULL, 0), 0);
    }
    store_read_end(frozen);
    store_read_end(frozen);
    assert_int_equal(ask_num(frozen, &q_value_count, NULL, 0), 3);
    store_reader_close(frozen);
    store_reader_close(live);
    store_reader_close(NULL);
    box_free(&box);
}

typedef struct adder {
    store *db;
    int64_t retries;
} adder;

enum { ADDERS = 4, ADDS = 50 };

/* One step of a counter; LJ_E_BUSY means once more. */
static lj_code add_one(store *db, lj_err *err)
{
    store_conn *conn = NULL;
    lj_code code = store_write_begin(db, &conn, err);
    if (code != LJ_OK) {
        return code;
    }
    const store_value *found = NULL;
    lj_arena *arena = lj_arena_new(LJ_KIB);
    code = store_one(conn, &q_counter_of, ARGS(store_int(1)), arena, &found, err);
    int64_t total = code == LJ_OK && found != NULL ? found[0].num : 0;
    lj_arena_free(arena);
    if (code == LJ_OK) {
        code = store_run(conn, &q_counter_set, ARGS(store_int(1), store_int(total + 1)), NULL, NULL,
                         err);
    }
    if (code != LJ_OK) {
        store_rollback(conn);
        return code;
    }
    return store_commit(conn, err);
}

static void *add_many(void *ctx)
{
    adder *self = ctx;
    lj_err err = {0};
    for (int i = 0; i < ADDS;) {
        lj_code code = add_one(self->db, &err);
        if (code == LJ_OK) {
            i++;
        } else if (code != LJ_E_BUSY || ++self->retries > 1000) {
            return self;
        }
    }
    return NULL;
}

static void test_store__threads_lose_nothing(void **state)
{
    (void)state;
    test_box box;
    box_new(&box, support_engine());
    box.options.writer_max = 3; /* fewer than threads */
    box.options.wait_ms = 20000;
    box_open(&box);
    store_conn *writer = writer_of(&box);
    run_ok(writer, &q_counter_add, ARGS(store_int(1)));
    commit(writer);
    pthread_t threads[ADDERS];
    adder adders[ADDERS];
    for (int i = 0; i < ADDERS; i++) {
        adders[i] = (adder){box.db, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, add_many, &adders[i]), 0);
    }
    for (int i = 0; i < ADDERS; i++) {
        void *failed = NULL;
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    store_conn *reader = reader_of(&box);
    assert_int_equal(ask_num(reader, &q_counter_read, ARGS(store_int(1))), ADDERS * ADDS);
    store_reader_close(reader);
    box_free(&box);
}

static void test_store__a_writer_waits_and_then_is_busy(void **state)
{
    (void)state;
    test_box box;
    box_new(&box, support_engine());
    box.options.writer_max = 1;
    box.options.wait_ms = 200;
    box_open(&box);
    store_conn *first = writer_of(&box);
    add_value(first, 1);
    lj_err err = {0};
    store_conn *second = NULL;
    uint64_t from = lj_os_mono_ms();
    assert_int_equal(store_write_begin(box.db, &second, &err), LJ_E_BUSY);
    assert_true(lj_os_mono_ms() - from >= 190);
    assert_null(second);
    commit(first);
    assert_int_equal(count_values(&box), 1);
    box_free(&box);
}

/* ---- other processes ---- */

/* In the child: holds a lock until a byte comes, says so by a byte of its own. */
static void hold_sqlite(const char *place, int say, int hear)
{
    sqlite3 *db = NULL;
    char byte = 0;
    bool good = sqlite3_open(place, &db) == SQLITE_OK &&
                sqlite3_exec(db, "PRAGMA wal_autocheckpoint = 0; BEGIN IMMEDIATE", NULL, NULL,
                             NULL) == SQLITE_OK;
    good = good && write(say, "x", 1) == 1 && read(hear, &byte, 1) == 1;
    good = good && sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL) == SQLITE_OK;
    _exit(good ? 0 : 1);
}

static void hold_postgres(const test_box *box, int say, int hear)
{
    lj_err err = {0};
    store *db = NULL;
    store_conn *conn = NULL;
    char byte = 0;
    bool good = store_open(&box->options, &db, &err) == LJ_OK &&
                store_write_begin(db, &conn, &err) == LJ_OK &&
                store_run(conn, &q_counter_of, ARGS(store_int(1)), NULL, NULL, &err) == LJ_OK;
    good = good && write(say, "x", 1) == 1 && read(hear, &byte, 1) == 1;
    store_rollback(conn);
    _exit(good ? 0 : 1);
}

static void test_store__a_lock_of_another_process_is_busy(void **state)
{
    (void)state;
    test_box box;
    box_new(&box, support_engine());
    box.options.wait_ms = 200;
    box_open(&box);
    store_conn *writer = writer_of(&box);
    run_ok(writer, &q_counter_add, ARGS(store_int(1)));
    commit(writer);
    int up[2];
    int down[2];
    assert_int_equal(pipe(up), 0);
    assert_int_equal(pipe(down), 0);
    int child = fork();
    if (child == 0) {
        if (on_sqlite()) {
            hold_sqlite(box.place, up[1], down[0]);
        }
        hold_postgres(&box, up[1], down[0]);
    }
    char byte = 0;
    assert_int_equal(read(up[0], &byte, 1), 1);
    lj_err err = {0};
    assert_int_equal(add_one(box.db, &err), LJ_E_BUSY);
    assert_int_equal(err.code, LJ_E_BUSY);
    assert_int_equal(write(down[1], "x", 1), 1);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(add_one(box.db, &err), LJ_OK);
    store_conn *reader = reader_of(&box);
    assert_int_equal(ask_num(reader, &q_counter_read, ARGS(store_int(1))), 1);
    store_reader_close(reader);
    for (int i = 0; i < 2; i++) {
        (void)close(up[i]);
        (void)close(down[i]);
    }
    box_free(&box);
}

static void test_store__a_sqlite_file_has_one_writing_process(void **state)
{
    (void)state;
    if (!on_sqlite()) {
        skip();
    }
    test_box box;
    box_fresh(&box);
    store_conn *writer = writer_of(&box);
    add_value(writer, 1);
    commit(writer);
    int child = fork();
    if (child == 0) {
        lj_err err = {0};
        store *db = NULL;
        lj_code code = store_open(&box.options, &db, &err);
        store_options reading = box.options;
        reading.read_only = true;
        store_conn *conn = NULL;
        bool good = code == LJ_E_BUSY && store_open(&reading, &db, &err) == LJ_OK &&
                    store_write_begin(db, &conn, &err) == LJ_E_FORBIDDEN &&
                    store_reader_open(db, &conn, &err) == LJ_OK &&
                    ask_num(conn, &q_value_count, NULL, 0) == 1;
        store_reader_close(conn);
        store_close(db);
        _exit(good ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    writer = writer_of(&box);
    add_value(writer, 2);
    commit(writer);
    assert_int_equal(count_values(&box), 2);
    box_free(&box);
}

/* ---- opening ---- */

static void test_store__opening_says_what_is_wrong(void **state)
{
    (void)state;
    test_box box;
    box_new(&box, support_engine());
    lj_err err = {0};
    box.options.create = false;
    assert_int_equal(store_open(&box.options, &box.db, &err), LJ_E_NOT_FOUND);
    assert_null(box.db);
    store_options odd = box.options;
    odd.schema = "Bad; name";
    assert_int_equal(store_open(&odd, &box.db, &err), LJ_E_INVALID);
    if (on_sqlite()) {
        FILE *out = fopen(box.place, "we");
        assert_non_null(out);
        assert_true(fputs("this is a letter and no database, and it is long enough to be one. "
                          "this is a letter and no database, and it is long enough to be one.",
                          out) >= 0);
        assert_int_equal(fclose(out), 0);
        assert_int_equal(store_open(&box.options, &box.db, &err), LJ_E_FORMAT);
        odd = box.options;
        odd.place = box.folder;
        assert_int_equal(store_open(&odd, &box.db, &err), LJ_E_FORMAT);
        odd.place = ":memory:";
        assert_int_equal(store_open(&odd, &box.db, &err), LJ_E_INVALID);
    } else {
        odd = box.options;
        odd.place = "postgresql:///postgres?host=/nowhere&user=lijian";
        assert_int_equal(store_open(&odd, &box.db, &err), LJ_E_IO);
    }
    assert_null(box.db);
    box_free(&box);
}

static void test_store__a_new_file_is_a_secret(void **state)
{
    (void)state;
    if (!on_sqlite()) {
        skip();
    }
    mode_t old = umask(0);
    test_box box;
    box_fresh(&box);
    store_conn *writer = writer_of(&box);
    add_value(writer, 1);
    commit(writer);
    static const char *const ends[] = {"", "-wal", "-shm", "-lock"};
    for (size_t i = 0; i < LJ_COUNT_OF(ends); i++) {
        char path[300];
        struct stat info;
        snprintf(path, sizeof(path), "%s%s", box.place, ends[i]);
        assert_int_equal(stat(path, &info), 0);
        CHECK_ROW(ends[i], info.st_mode & 0777, 0600);
    }
    (void)umask(old);
    box_free(&box);
}

/* ---- faults of the machine ---- */

static void test_store__a_full_disk_loses_only_what_was_not_committed(void **state)
{
    (void)state;
    if (!on_sqlite()) {
        skip();
    }
    test_box box;
    box_fresh(&box);
    lj_err err = {0};
    store_conn *writer = writer_of(&box);
    add_value(writer, 1);
    commit(writer);
    static const uint8_t filler[64 * 1024] = {1};
    for (int savepoints = 0; savepoints < 2; savepoints++) {
        assert_int_equal(store_cap_pages(box.db, 64, &err), LJ_OK);
        writer = writer_of(&box);
        if (savepoints > 0) {
            assert_int_equal(store_savepoint(writer, &err), LJ_OK);
        }
        lj_code code = LJ_OK;
        for (int64_t i = 2; i < 200 && code == LJ_OK; i++) {
            code = run(writer, &q_value_add,
                       ARGS(store_int(i), store_null(), store_null(),
                            store_bytes(lj_slice_of(filler, sizeof(filler)))));
        }
        assert_int_equal(code, LJ_E_IO);
        assert_int_equal(run(writer, &q_value_count, NULL, 0), LJ_E_IO);
        if (savepoints > 0) {
            store_undo(writer); /* whatever SQLite has left of it */
        }
        code = store_commit(writer, &err);
        assert_true(code == LJ_E_IO || (savepoints > 0 && code == LJ_OK));
        assert_int_equal(count_values(&box), 1);
        assert_int_equal(store_cap_pages(box.db, 1000000, &err), LJ_OK);
    }
    writer = writer_of(&box);
    add_value(writer, 2);
    commit(writer);
    assert_int_equal(count_values(&box), 2);
    box_free(&box);
}

/* An administrator ends every connection but his own. */
static void end_others(test_box *box)
{
    store *db = NULL;
    lj_err err = {0};
    assert_int_equal(store_open(&box->options, &db, &err), LJ_OK);
    store_conn *conn = NULL;
    assert_int_equal(store_reader_open(db, &conn, &err), LJ_OK);
    assert_true(ask_num(conn, &q_others_end, NULL, 0) > 0);
    store_reader_close(conn);
    store_close(db);
    (void)usleep(200 * 1000); /* until they have gone */
}

static void test_store__a_broken_connection_is_made_anew_but_never_a_success(void **state)
{
    (void)state;
    if (on_sqlite()) {
        skip();
    }
    test_box box;
    box_fresh(&box);
    lj_err err = {0};
    store_conn *reader = reader_of(&box);
    store_conn *writer = writer_of(&box);
    add_value(writer, 1);
    commit(writer);

    end_others(&box); /* idle: nobody notices */
    writer = writer_of(&box);
    add_value(writer, 2);
    commit(writer);
    assert_int_equal(store_read_begin(reader, &err), LJ_OK);
    assert_int_equal(ask_num(reader, &q_value_count, NULL, 0), 2);
    store_read_end(reader);

    writer = writer_of(&box);
    add_value(writer, 3);
    end_others(&box); /* between a query and the commit */
    assert_int_equal(store_commit(writer, &err), LJ_E_IO);
    assert_int_equal(count_values(&box), 2);

    writer = writer_of(&box);
    add_value(writer, 3);
    end_others(&box); /* between two queries */
    assert_int_equal(
        run(writer, &q_value_add, ARGS(store_int(4), store_null(), store_null(), store_null())),
        LJ_E_IO);
    assert_int_equal(store_commit(writer, &err), LJ_E_IO);

    /* a reader without a snapshot asks once more, on a new connection */
    end_others(&box);
    assert_int_equal(ask_num(reader, &q_value_count, NULL, 0), 2);

    writer = writer_of(&box);
    add_value(writer, 3);
    commit(writer);
    assert_int_equal(count_values(&box), 3);
    store_reader_close(reader);
    box_free(&box);
}

int main(int argc, char **argv)
{
    if (!support_begin(argc, argv)) {
        return 64;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_store__values_come_back_as_they_went),
        cmocka_unit_test(test_store__a_large_value_comes_back),
        cmocka_unit_test(test_store__one_gives_null_without_a_row_and_limit_without_room),
        cmocka_unit_test(test_store__text_sorts_by_its_bytes),
        cmocka_unit_test(test_store__truth_and_sums_are_numbers),
        cmocka_unit_test(test_store__a_parameter_may_stand_twice),
        cmocka_unit_test(test_store__faults_have_their_codes),
        cmocka_unit_test(test_store__a_reader_cannot_write),
        cmocka_unit_test(test_store__rollback_undoes_everything),
        cmocka_unit_test(test_store__savepoints_nest),
        cmocka_unit_test(test_store__undo_heals_a_failed_part),
        cmocka_unit_test(test_store__a_row_function_may_stop_or_fail),
        cmocka_unit_test(test_store__a_change_is_whole_when_its_rows_are_not_read),
        cmocka_unit_test(test_store__a_snapshot_sees_one_state),
        cmocka_unit_test(test_store__threads_lose_nothing),
        cmocka_unit_test(test_store__a_writer_waits_and_then_is_busy),
        cmocka_unit_test(test_store__a_lock_of_another_process_is_busy),
        cmocka_unit_test(test_store__a_sqlite_file_has_one_writing_process),
        cmocka_unit_test(test_store__opening_says_what_is_wrong),
        cmocka_unit_test(test_store__a_new_file_is_a_secret),
        cmocka_unit_test(test_store__a_full_disk_loses_only_what_was_not_committed),
        cmocka_unit_test(test_store__a_broken_connection_is_made_anew_but_never_a_success),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
