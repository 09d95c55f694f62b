/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tests of store/upkeep: copy, integrity, dump and load. In the run of an engine its dumps go into
 * SQLite and back, so the run on PostgreSQL proves both ways between the engines. */
#include "support.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "base/os.h"
#include "store/queries.h"
#include "store/upkeep.h"

static lj_code sink_buf(void *ctx, lj_slice part, lj_err *err)
{
    (void)err;
    lj_buf_put(ctx, part);
    return LJ_OK;
}

/* The whole dump on the heap. */
static lj_buf dump_of(test_box *box)
{
    lj_buf out;
    lj_buf_init(&out, NULL, 64 * LJ_MIB);
    lj_err err = {0};
    store_schema schema = support_schema();
    if (store_dump_with(box->db, &schema, sink_buf, &out, &err) != LJ_OK) {
        fail_msg("%s", err.what);
    }
    assert_true(lj_buf_ok(&out));
    return out;
}

typedef struct pull_state {
    lj_slice left;
    size_t step; /* bytes at once */
} pull_state;

static lj_code pull_slice(void *ctx, uint8_t *dst, size_t cap, size_t *out_len, lj_err *err)
{
    (void)err;
    pull_state *pull = ctx;
    size_t len = lj_min_size(lj_min_size(cap, pull->step), pull->left.len);
    if (len > 0) {
        memcpy(dst, pull->left.ptr, len);
    }
    pull->left = lj_slice_part(pull->left, len, SIZE_MAX);
    *out_len = len;
    return LJ_OK;
}

static lj_code load_into(test_box *box, lj_slice dump, size_t step, lj_err *err)
{
    pull_state pull = {dump, step};
    store_source source = {pull_slice, &pull};
    store_schema schema = support_schema();
    return store_load_with(box->db, &schema, &source, err);
}

/* Rows of every kind; the leader of the first unit comes after it. */
static void fill(test_box *box)
{
    static const uint8_t id_first[16] = {0};
    static const uint8_t id_last[16] = {0xFF, '\n', '\t', '\\', 0};
    lj_slice first = lj_slice_of(id_first, 16);
    lj_slice last = lj_slice_of(id_last, 16);
    store_conn *writer = writer_of(box);
    run_ok(writer, &q_unit_add, ARGS(store_bytes(last), store_cstr("b\t\\N\r\n"), store_null()));
    run_ok(writer, &q_unit_add, ARGS(store_bytes(first), store_cstr("单位"), store_bytes(last)));
    run_ok(writer, &q_answer_add, ARGS(store_bytes(last), store_cstr("b"), store_int(-1)));
    run_ok(writer, &q_answer_add, ARGS(store_bytes(last), store_cstr("B"), store_int(0)));
    run_ok(writer, &q_answer_add, ARGS(store_bytes(first), store_cstr(""), store_int(1)));
    run_ok(writer, &q_value_add,
           ARGS(store_int(INT64_MIN), store_int(INT64_MAX), store_cstr(""),
                store_bytes(LJ_BYTES(""))));
    run_ok(writer, &q_value_add,
           ARGS(store_int(INT64_MAX), store_null(), store_null(), store_null()));
    run_ok(writer, &q_value_add,
           ARGS(store_int(0), store_int(0), store_cstr("\\N"), store_bytes(LJ_BYTES("\0\xFF"))));
    run_ok(writer, &q_cache_add, ARGS(store_int(1))); /* local: not dumped */
    commit(writer);
}

static const char golden[] =
    "lijian-dump\t1\n"
    "schema\t3\n"
    "table\tcounter\tid int\ttotal int\tnote text\n"
    "table\tunit\tdistrict int\tid bytes\tversion int\tstate int\tunit bytes\tdepartment bytes\t"
    "person bytes\tparent bytes\tnumber text\thappened_on int\tcreated_at int\tchanged_at int\t"
    "source int\tentered_by bytes\tfor_post bytes\tvoid int\tsort_key bytes\tname text\t"
    "leader bytes\n"
    "r\t1\t00000000000000000000000000000000\t1\t0\t\\N\t\\N\t\\N\t\\N\t\\N\t0\t0\t0\t0\t\\N\t\\N\t"
    "0\t00000000000000000000000000000000\t单位\tff0a095c000000000000000000000000\n"
    "r\t1\tff0a095c000000000000000000000000\t1\t0\t\\N\t\\N\t\\N\t\\N\t\\N\t0\t0\t0\t0\t\\N\t\\N\t"
    "0\tff0a095c000000000000000000000000\tb\\t\\\\N\\r\\n\t\\N\n"
    "table\tanswer\tdistrict int\tunit bytes\titem text\tpoints int\n"
    "r\t1\t00000000000000000000000000000000\t\t1\n"
    "r\t1\tff0a095c000000000000000000000000\tB\t0\n"
    "r\t1\tff0a095c000000000000000000000000\tb\t-1\n"
    "table\tvalue\tid int\tnum int\tlabel text\tbytes bytes\n"
    "r\t-9223372036854775808\t9223372036854775807\t\t\n"
    "r\t0\t0\t\\\\N\t00ff\n"
    "r\t9223372036854775807\t\\N\t\\N\t\\N\n";

static void test_upkeep__a_dump_is_as_the_format_says(void **state)
{
    (void)state;
    test_box box;
    box_fresh(&box);
    fill(&box);
    lj_buf dump = dump_of(&box);
    /* the end line holds the digest of all before it */
    assert_true(dump.len > sizeof(golden) - 1);
    CHECK_ROW_TEXT("dump", dump.ptr, sizeof(golden) - 1, golden);
    CHECK_ROW("end",
              lj_slice_has_prefix(lj_slice_part(lj_buf_slice(&dump), sizeof(golden) - 1, 99),
                                  LJ_BYTES("end\t8\t")),
              true);
    CHECK_ROW("length", dump.len, sizeof(golden) - 1 + 6 + 64 + 1);
    lj_buf_done(&dump);
    box_free(&box);
}

static void test_upkeep__a_dump_goes_there_and_back(void **state)
{
    (void)state;
    static const size_t steps[] = {1, 7, SIZE_MAX};
    test_box from;
    box_fresh(&from);
    fill(&from);
    lj_buf dump = dump_of(&from);
    for (size_t i = 0; i < LJ_COUNT_OF(steps); i++) {
        lj_err err = {0};
        test_box other;
        box_new(&other, STORE_SQLITE);
        box_open(&other);
        assert_int_equal(load_into(&other, lj_buf_slice(&dump), steps[i], &err), LJ_OK);
        lj_buf there = dump_of(&other);
        assert_true(lj_slice_is(lj_buf_slice(&there), lj_buf_slice(&dump)));
        test_box again;
        box_fresh(&again);
        assert_int_equal(load_into(&again, lj_buf_slice(&there), steps[i], &err), LJ_OK);
        lj_buf back = dump_of(&again);
        assert_true(lj_slice_is(lj_buf_slice(&back), lj_buf_slice(&dump)));
        lj_buf_done(&there);
        lj_buf_done(&back);
        box_free(&other);
        box_free(&again);
    }
    lj_buf_done(&dump);
    box_free(&from);
}

static void test_upkeep__a_large_dump_goes_through(void **state)
{
    (void)state;
    static const uint8_t filler[200000] = {7};
    test_box from;
    box_fresh(&from);
    store_conn *writer = writer_of(&from);
    for (int64_t i = 0; i < 2000; i++) {
        bool is_large = i % 400 == 0;
        run_ok(writer, &q_value_add,
               ARGS(store_int(i), store_int(-i - 100), store_cstr("一行文字"),
                    is_large ? store_bytes(lj_slice_of(filler, sizeof(filler))) : store_null()));
    }
    commit(writer);
    lj_buf dump = dump_of(&from);
    lj_err err = {0};
    test_box other;
    box_fresh(&other);
    assert_int_equal(load_into(&other, lj_buf_slice(&dump), 10000, &err), LJ_OK);
    assert_int_equal(count_values(&other), 2000);
    /* not empty any more */
    assert_int_equal(load_into(&other, lj_buf_slice(&dump), 10000, &err), LJ_E_CONFLICT);
    lj_buf_done(&dump);
    box_free(&from);
    box_free(&other);
}

static void test_upkeep__a_damaged_dump_changes_nothing(void **state)
{
    (void)state;
    test_box from;
    box_fresh(&from);
    fill(&from);
    lj_buf dump = dump_of(&from);
    test_box other;
    box_fresh(&other);
    lj_err err = {0};
    for (size_t len = 0; len < dump.len; len += len < 60 ? 1 : 29) {
        CHECK_ROW("cut", load_into(&other, lj_slice_of(dump.ptr, len), 64, &err), LJ_E_FORMAT);
    }
    size_t step = support_engine() == STORE_SQLITE ? 3 : 19; /* it is the same code */
    for (size_t at = 0; at < dump.len; at += step) {
        dump.ptr[at] ^= (uint8_t)(1 << at % 7);
        lj_code code = load_into(&other, lj_buf_slice(&dump), SIZE_MAX, &err);
        dump.ptr[at] ^= (uint8_t)(1 << at % 7);
        if (code != LJ_E_FORMAT && code != LJ_E_UNSUPPORTED) {
            fail_msg("bit of byte %zu: %d", at, (int)code);
        }
    }
    lj_buf_put_u8(&dump, '\n'); /* something behind the end */
    assert_int_equal(load_into(&other, lj_buf_slice(&dump), SIZE_MAX, &err), LJ_E_FORMAT);
    assert_int_equal(load_into(&other, lj_buf_slice(&dump), dump.len - 1, &err), LJ_E_FORMAT);
    dump.len--;
    assert_int_equal(count_values(&other), 0);
    assert_int_equal(load_into(&other, lj_buf_slice(&dump), SIZE_MAX, &err), LJ_OK);
    lj_buf_done(&dump);
    box_free(&from);
    box_free(&other);
}

static void test_upkeep__only_the_one_form_of_a_value_is_taken(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *row; /* of the table value */
        lj_code code;
    } rows[] = {
        {"plus",           "r\t+1\t\\N\t\\N\t\\N",                   LJ_E_FORMAT     },
        {"zeros",          "r\t01\t\\N\t\\N\t\\N",                   LJ_E_FORMAT     },
        {"minus zero",     "r\t-0\t\\N\t\\N\t\\N",                   LJ_E_FORMAT     },
        {"too large",      "r\t9223372036854775808\t\\N\t\\N\t\\N",  LJ_E_FORMAT     },
        {"too small",      "r\t-9223372036854775809\t\\N\t\\N\t\\N", LJ_E_FORMAT     },
        {"no digits",      "r\t\t\\N\t\\N\t\\N",                     LJ_E_FORMAT     },
        {"only a minus",   "r\t-\t\\N\t\\N\t\\N",                    LJ_E_FORMAT     },
        {"hex odd",        "r\t1\t\\N\t\\N\t0",                      LJ_E_FORMAT     },
        {"hex upper",      "r\t1\t\\N\t\\N\tAA",                     LJ_E_FORMAT     },
        {"unknown escape", "r\t1\t\\N\t\\x\t\\N",                    LJ_E_FORMAT     },
        {"escape cut",     "r\t1\t\\N\ta\\\t\\N",                    LJ_E_FORMAT     },
        {"bare CR",        "r\t1\t\\N\ta\rb\t\\N",                   LJ_E_FORMAT     },
        {"column missing", "r\t1\t\\N\t\\N",                         LJ_E_FORMAT     },
        {"one too many",   "r\t1\t\\N\t\\N\t\\N\t\\N",               LJ_E_FORMAT     },
        {"key NULL",       "r\t\\N\t\\N\t\\N\t\\N",                  LJ_E_FORMAT     },
        {"check",          "r\t1\t13\t\\N\t\\N",                     LJ_E_FORMAT     },
        {"no UTF-8",       "r\t1\t\\N\t\xFF\t\\N",                   LJ_E_FORMAT     },
        {"other word",     "s\t1\t\\N\t\\N\t\\N",                    LJ_E_FORMAT     },
        {"other table",    "table\tvalue",                           LJ_E_UNSUPPORTED},
    };
    test_box other;
    box_fresh(&other);
    const char *values = strstr(golden, "table\tvalue");
    size_t head_len = (size_t)(strchr(values, '\n') - golden) + 1;
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_buf dump;
        lj_buf_init(&dump, NULL, LJ_MIB);
        lj_buf_put(&dump, lj_slice_of(golden, head_len));
        lj_buf_put_cstr(&dump, rows[i].row);
        lj_buf_put_cstr(&dump, "\nend\t6\t");
        lj_err err = {0};
        CHECK_ROW(rows[i].name, load_into(&other, lj_buf_slice(&dump), SIZE_MAX, &err),
                  rows[i].code);
        CHECK_ROW(rows[i].name, err.at, 12); /* the line, not the end */
        lj_buf_done(&dump);
    }
    assert_int_equal(count_values(&other), 0);
    box_free(&other);
}

static void test_upkeep__a_dump_of_another_schema_is_unsupported(void **state)
{
    (void)state;
    test_box from;
    box_fresh(&from);
    lj_buf dump = dump_of(&from);
    lj_err err = {0};
    test_box other;
    box_new(&other, support_engine());
    assert_int_equal(store_open(&other.options, &other.db, &err), LJ_OK);
    assert_int_equal(load_into(&other, lj_buf_slice(&dump), 64, &err), LJ_E_UNSUPPORTED);
    store_schema part = support_schema();
    part.migration_count = 2;
    assert_int_equal(store_migrate_with(other.db, &part, 1, NULL, &err), LJ_OK);
    pull_state pull = {lj_buf_slice(&dump), 64};
    store_source source = {pull_slice, &pull};
    assert_int_equal(store_load_with(other.db, &part, &source, &err), LJ_E_UNSUPPORTED);
    lj_buf_done(&dump);
    box_free(&from);
    box_free(&other);
}

static lj_code sink_full(void *ctx, lj_slice part, lj_err *err)
{
    (void)ctx;
    (void)part;
    return lj_fail(err, LJ_E_IO, UINT64_MAX, "the sink is full");
}

static void test_upkeep__a_sink_that_fails_ends_the_dump(void **state)
{
    (void)state;
    test_box from;
    box_fresh(&from);
    fill(&from);
    lj_err err = {0};
    store_schema schema = support_schema();
    assert_int_equal(store_dump_with(from.db, &schema, sink_full, NULL, &err), LJ_E_IO);
    assert_string_equal(err.what, "the sink is full");
    box_free(&from);
}

/* ---- copy ---- */

static void test_upkeep__a_copy_is_the_same_database(void **state)
{
    (void)state;
    test_box from;
    box_fresh(&from);
    fill(&from);
    char path[300];
    snprintf(path, sizeof(path), "%s.copy", from.place);
    lj_err err = {0};
    if (support_engine() == STORE_POSTGRES) {
        assert_int_equal(store_copy(from.db, "/tmp/never", &err), LJ_E_UNSUPPORTED);
        box_free(&from);
        return;
    }
    store_conn *writer = writer_of(&from); /* a copy needs no rest */
    add_value(writer, 77);
    assert_int_equal(store_copy(from.db, path, &err), LJ_OK);
    store_rollback(writer);
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(store_copy(from.db, path, &err), LJ_E_CONFLICT);
    test_box copy = from;
    copy.options.place = path;
    copy.options.read_only = true;
    assert_int_equal(store_open(&copy.options, &copy.db, &err), LJ_OK);
    lj_buf there = dump_of(&copy);
    lj_buf here = dump_of(&from);
    assert_true(lj_slice_is(lj_buf_slice(&there), lj_buf_slice(&here)));
    lj_buf_done(&there);
    lj_buf_done(&here);
    store_close(copy.db);
    box_free(&from);
}

/* ---- integrity ---- */

static uint32_t faults_of(test_box *box, char *text, size_t cap)
{
    lj_err err = {0};
    uint32_t count = 99;
    lj_buf faults;
    lj_buf_init(&faults, NULL, 64 * LJ_KIB);
    store_schema schema = support_schema();
    if (store_integrity_with(box->db, &schema, &faults, &count, &err) != LJ_OK) {
        fail_msg("%s", err.what);
    }
    snprintf(text, cap, "%.*s", (int)faults.len, faults.len > 0 ? (const char *)faults.ptr : "");
    lj_buf_done(&faults);
    return count;
}

static void break_link(test_box *box)
{
    lj_slice nobody = LJ_BYTES("nobody");
    if (support_engine() == STORE_POSTGRES) {
        store_conn *writer = writer_of(box);
        run_ok(writer, &q_checks_off, NULL, 0);
        run_ok(writer, &q_answer_add, ARGS(store_bytes(nobody), store_cstr("1"), store_int(1)));
        commit(writer);
        return;
    }
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(box->place, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "PRAGMA wal_autocheckpoint = 0; PRAGMA foreign_keys = OFF;"
                                  "INSERT INTO answer VALUES (1, CAST('nobody' AS BLOB), '1', 1)",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    (void)sqlite3_close(db);
}

static void test_upkeep__a_row_without_its_parent_is_found(void **state)
{
    (void)state;
    char text[512];
    test_box box;
    box_fresh(&box);
    fill(&box);
    assert_int_equal(faults_of(&box, text, sizeof(text)), 0);
    assert_string_equal(text, "");
    break_link(&box);
    assert_int_equal(faults_of(&box, text, sizeof(text)), 1);
    assert_string_equal(text, "1 rows of answer without their row of unit\n");
    box_free(&box);
}

static void test_upkeep__a_damaged_page_is_found(void **state)
{
    (void)state;
    if (support_engine() == STORE_POSTGRES) {
        skip();
    }
    char text[4096];
    test_box box;
    box_fresh(&box);
    store_conn *writer = writer_of(&box);
    for (int64_t i = 0; i < 5000; i++) {
        add_value(writer, i);
    }
    commit(writer);
    store_close(box.db);
    int fd = -1;
    lj_err err = {0};
    assert_int_equal(lj_os_create_file(LJ_OS_CWD, box.place, LJ_OS_UPDATE, &fd, &err), LJ_OK);
    lj_os_stat info;
    assert_int_equal(lj_os_stat_of(fd, &info, &err), LJ_OK);
    static const uint8_t rubbish[64] = {0xAA, 0x55, 0xAA};
    uint64_t last_page = (info.size - 4096) / 4096 * 4096;
    assert_int_equal(lj_os_write_at(fd, last_page, lj_slice_of(rubbish, 64), &err), LJ_OK);
    lj_os_close(fd);
    assert_int_equal(store_open(&box.options, &box.db, &err), LJ_OK);
    assert_true(faults_of(&box, text, sizeof(text)) > 0);
    assert_true(strlen(text) > 0);
    box_free(&box);
}

/* ---- queries ---- */

static void prepare_ok(store_conn *conn, const store_query *const *list, uint32_t count)
{
    const store_query *bad = NULL;
    lj_err err = {0};
    if (store_prepare_all(conn, list, count, &bad, &err) != LJ_OK) {
        fail_msg("%s: %s: %s", bad->name, err.what, store_message_of(conn));
    }
}

static void test_upkeep__what_the_tool_makes_prepares(void **state)
{
    (void)state;
    test_box box;
    box_fresh(&box);
    store_conn *reader = reader_of(&box);
    prepare_ok(reader, store_queries, store_query_count);
    for (uint32_t i = 0; i < test_store_table_count; i++) {
        const store_table *table = &test_store_tables[i];
        const store_query *list[] = {table->all, table->some, table->add};
        prepare_ok(reader, list, 3);
    }
    assert_int_equal(test_store_link_count, 2);
    for (uint32_t i = 0; i < test_store_link_count; i++) {
        prepare_ok(reader, &test_store_links[i].orphans, 1);
    }
    store_reader_close(reader);
    box_free(&box);
}

static void test_upkeep__every_query_of_the_tests_prepares(void **state)
{
    (void)state;
    static const store_query wrong = {
        .name = "wrong", .sqlite = "SELECT nothing", .postgres = "SELECT nothing", .in = ""};
    const store_query *list[] = {&q_value_of, &wrong, &q_value_add};
    test_box box;
    box_fresh(&box);
    store_conn *reader = reader_of(&box);
    const store_query *bad = NULL;
    lj_err err = {0};
    prepare_ok(reader, test_store_queries, test_store_query_count);
    assert_int_equal(store_prepare_all(reader, list, 3, &bad, &err), LJ_E_INTERNAL);
    assert_ptr_equal(bad, &wrong);
    assert_non_null(strstr(store_message_of(reader), "nothing"));
    assert_int_equal(ask_num(reader, &q_value_count, NULL, 0), 0);
    store_reader_close(reader);
    box_free(&box);
}

int main(int argc, char **argv)
{
    if (!support_begin(argc, argv)) {
        return 64;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_upkeep__a_dump_is_as_the_format_says),
        cmocka_unit_test(test_upkeep__a_dump_goes_there_and_back),
        cmocka_unit_test(test_upkeep__a_large_dump_goes_through),
        cmocka_unit_test(test_upkeep__a_damaged_dump_changes_nothing),
        cmocka_unit_test(test_upkeep__only_the_one_form_of_a_value_is_taken),
        cmocka_unit_test(test_upkeep__a_dump_of_another_schema_is_unsupported),
        cmocka_unit_test(test_upkeep__a_sink_that_fails_ends_the_dump),
        cmocka_unit_test(test_upkeep__a_copy_is_the_same_database),
        cmocka_unit_test(test_upkeep__a_row_without_its_parent_is_found),
        cmocka_unit_test(test_upkeep__a_damaged_page_is_found),
        cmocka_unit_test(test_upkeep__what_the_tool_makes_prepares),
        cmocka_unit_test(test_upkeep__every_query_of_the_tests_prepares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
