/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Eight threads change a few records at once: no change is lost, the log has no gap, its tree is
 * the one of its leaves. Threads do not call cmocka: they count what went wrong. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "../check.h"
#include "book.h"

enum { THREADS = 8, RECORDS = 3, ROUNDS = 40 };

typedef struct worker {
    book_town *town;
    const uint8_t (*ids)[16];
    uint64_t seed;
    int number;
    int done[RECORDS];
    int stale, busy, wrong;
    const char *what;
} worker;

static lj_code read_record(worker *on, store_conn *reader, const ledger_actor *actor, int at,
                           lj_arena *arena, ledger_record **out)
{
    lj_err err = {0};
    return ledger_read(on->town->on.ledger, reader, actor, ledger_type_lookup("meeting", 7),
                       on->ids[at], arena, out, NULL, &err);
}

/* Adds one to the attendance that it saw: a lost update would show in the sum. */
static lj_code add_one(worker *on, const ledger_actor *actor, const ledger_record *seen, int at,
                       lj_arena *arena, bool *out_stale)
{
    const ledger_type *type = seen->type;
    uint32_t field = (uint32_t)ledger_field_find(type, "attendance", 10);
    const store_value *was = &seen->values[field];
    const ledger_input input = {field, store_int(was->kind == STORE_INT ? was->num + 1 : 1)};
    const ledger_change change = {.type = type,
                                  .id = on->ids[at],
                                  .seen = seen->version,
                                  .state = -1,
                                  .inputs = &input,
                                  .input_count = 1,
                                  .happened_on = LEDGER_NO_DAY};
    ledger_txn *txn = NULL;
    ledger_outcome out;
    lj_err err = {0};
    lj_code code = ledger_begin(on->town->on.ledger, actor, arena, &txn, &err);
    if (code != LJ_OK) {
        return code;
    }
    code = ledger_apply(txn, &change, &out, &err);
    *out_stale = code == LJ_E_CONFLICT && out.is_stale;
    if (code != LJ_OK) {
        ledger_rollback(txn);
        return code;
    }
    return ledger_commit(txn, &err);
}

static void *work(void *ctx)
{
    worker *on = ctx;
    book_random random = {on->seed};
    store_conn *reader = NULL;
    lj_err err = {0};
    lj_arena *arena = lj_arena_new(64 * 1024 * 1024);
    if (arena == NULL || store_reader_open(on->town->on.db, &reader, &err) != LJ_OK) {
        on->wrong++;
        on->what = "no reader";
        lj_arena_free(arena);
        return NULL;
    }
    ledger_actor actor = on->town->officer[0];
    for (int i = 0; i < ROUNDS; i++) {
        lj_arena_mark bare = lj_arena_mark_of(arena);
        int at = (int)book_random_below(&random, RECORDS);
        actor.now = ledger_now_of(on->town->on.at + (int64_t)book_random_below(&random, 5000));
        ledger_record *seen = NULL;
        bool is_stale = false;
        lj_code code = read_record(on, reader, &actor, at, arena, &seen);
        code = code == LJ_OK ? add_one(on, &actor, seen, at, arena, &is_stale) : code;
        if (code == LJ_OK) {
            on->done[at]++;
        } else if (is_stale) {
            on->stale++;
        } else if (code == LJ_E_BUSY) {
            on->busy++;
        } else {
            on->wrong++;
            on->what = lj_code_row_of(code)->name;
        }
        lj_arena_rewind(arena, bare);
    }
    store_reader_close(reader);
    lj_arena_free(arena);
    return NULL;
}

static void test_concurrency__no_change_is_lost(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    uint8_t ids[RECORDS][16];
    for (int i = 0; i < RECORDS; i++) {
        book_do(on, &town.officer[0],
                &(book_change){
                    .type = "meeting",
                    .fields = book_text(on, "unit=%s;kind=study;title=并发", town.unit[0], NULL)},
                ids[i]);
    }
    int64_t before = book_log_size(on);
    worker workers[THREADS];
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (worker){.town = &town,
                              .ids = (const uint8_t(*)[16])ids,
                              .seed = book_seed() + (uint64_t)i * 7919,
                              .number = i};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    int done[RECORDS] = {0};
    int all = 0;
    int stale = 0;
    int busy = 0;
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        if (workers[i].wrong > 0) {
            fail_msg("thread %d: %d times %s", i, workers[i].wrong, workers[i].what);
        }
        for (int j = 0; j < RECORDS; j++) {
            done[j] += workers[i].done[j];
            all += workers[i].done[j];
        }
        stale += workers[i].stale;
        busy += workers[i].busy;
    }
    print_message("%d done, %d stale, %d busy\n", all, stale, busy);
    for (int i = 0; i < RECORDS; i++) {
        ledger_record *record = book_read(on, "meeting", ids[i]);
        CHECK_ROW("version", record->version, done[i] + 1);
        CHECK_ROW("sum", book_value(record, "attendance")->num, done[i]);
    }
    CHECK_ROW("entries of the log", book_log_size(on), before + all);
    CHECK_ROW("something was done by many", all >= THREADS, true);
    book_root(on, 0);
    book_town_close(&town);
}

/* New records of a numbered type: each gets a number of its own. */
static void *make_units(void *ctx)
{
    worker *on = ctx;
    lj_arena *arena = lj_arena_new(64 * 1024 * 1024);
    ledger_actor kernel = ledger_actor_kernel(on->town->on.at);
    const ledger_type *type = ledger_type_lookup("unit", 4);
    for (int i = 0; i < 10 && arena != NULL; i++) {
        char name[60];
        snprintf(name, sizeof name, "并发单位%d之%d", on->number, i);
        const ledger_input inputs[] = {
            {(uint32_t)ledger_field_find(type, "name", 4), store_cstr(name)   },
            {(uint32_t)ledger_field_find(type, "kind", 4), store_cstr("organ")}
        };
        const ledger_change change = {.type = type,
                                      .is_new = true,
                                      .state = -1,
                                      .inputs = inputs,
                                      .input_count = 2,
                                      .happened_on = LEDGER_NO_DAY};
        ledger_txn *txn = NULL;
        ledger_outcome out;
        lj_err err = {0};
        lj_code code = ledger_begin(on->town->on.ledger, &kernel, arena, &txn, &err);
        if (code == LJ_OK) {
            code = ledger_apply(txn, &change, &out, &err);
            if (code == LJ_OK && i % 3 != 2) {
                code = ledger_commit(txn, &err);
                on->done[0] += code == LJ_OK ? 1 : 0;
            } else {
                ledger_rollback(txn);
            }
        }
        if (code != LJ_OK && code != LJ_E_BUSY) {
            on->wrong++;
            on->what = lj_code_row_of(code)->name;
        }
    }
    lj_arena_free(arena);
    return NULL;
}

static void test_concurrency__numbers_are_given_once(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    worker workers[THREADS];
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (worker){.town = &town, .number = i};
        assert_int_equal(pthread_create(&threads[i], NULL, make_units, &workers[i]), 0);
    }
    int done = 0;
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        if (workers[i].wrong > 0) {
            fail_msg("thread %d: %d times %s", i, workers[i].wrong, workers[i].what);
        }
        done += workers[i].done[0];
    }
    store_value district = store_int(1);
    const store_value *columns = NULL;
    lj_err err = {0};
    assert_int_equal(
        store_one(on->reader, &q_book_numbers, &district, 1, on->arena, &columns, &err), LJ_OK);
    CHECK_ROW("units: the bureau's, two, and new ones", columns[0].num, 3 + done);
    CHECK_ROW("numbers", columns[1].num, columns[0].num);
    book_root(on, 0);
    book_town_close(&town);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_concurrency__no_change_is_lost),
        cmocka_unit_test(test_concurrency__numbers_are_given_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
