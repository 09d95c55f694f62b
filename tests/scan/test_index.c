/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The table of known files. */
#include <stdlib.h>

#include "scan/index.h"
#include "support.h"

static void key_of(uint64_t no, uint8_t key[LJ_SIP_LEN])
{
    static const uint8_t sip_key[16] = {1};
    lj_sip128(sip_key, lj_slice_of(&no, sizeof(no)), key);
}

static index_value value_of(uint64_t no)
{
    return (index_value){.off = no + 1,
                         .verdict = (uint32_t)(no % 7),
                         .class_ = (uint32_t)(no % 4),
                         .format = (uint32_t)(no % 500),
                         .flags = (uint32_t)(no % 16)};
}

enum { MANY = 20000 };

static scan_index *filled(void)
{
    scan_index *index = index_new();
    assert_non_null(index);
    for (uint64_t i = 0; i < MANY; i++) {
        uint8_t key[LJ_SIP_LEN];
        lj_err err;
        key_of(i, key);
        index_value value = value_of(i);
        assert_int_equal(index_put(index, key, &value, &err), LJ_OK);
    }
    return index;
}

static void check_all(const scan_index *index)
{
    assert_int_equal(index_count(index), MANY);
    for (uint64_t i = 0; i < MANY + 1000; i++) {
        uint8_t key[LJ_SIP_LEN];
        index_value found;
        key_of(i, key);
        assert_int_equal(index_find(index, key, &found), i < MANY);
        if (i < MANY) {
            index_value wanted = value_of(i);
            assert_memory_equal(&found, &wanted, sizeof(found));
        }
    }
}

static void test_index__finds_what_was_put_and_nothing_else(void **state)
{
    (void)state;
    scan_index *index = filled();
    check_all(index);
    index_free(index);
}

static void test_index__walks_over_every_entry_once(void **state)
{
    (void)state;
    scan_index *index = filled();
    uint8_t *met = calloc(MANY + 1, 1);
    assert_non_null(met);
    index_cursor cursor = {0, 0};
    uint8_t key[LJ_SIP_LEN];
    index_value value;
    size_t count = 0;
    while (index_next(index, &cursor, key, &value)) {
        assert_int_equal(met[value.off], 0);
        met[value.off] = 1;
        count++;
    }
    assert_int_equal(count, MANY);
    free(met);
    index_free(index);
}

static void test_index__keeps_what_it_had_over_a_file_but_not_what_was_seen(void **state)
{
    (void)state;
    static const uint8_t id[LJ_SIP_LEN] = {7};
    char *dir = folder_make();
    int fd = -1;
    lj_err err;
    assert_int_equal(lj_os_open_folder(LJ_OS_CWD, dir, true, &fd, &err), LJ_OK);
    scan_index *index = filled();
    uint8_t key[LJ_SIP_LEN];
    key_of(5, key);
    assert_true(index_flag_set(index, key, INDEX_SEEN | INDEX_CHECKED));
    assert_false(index_flag_set(index, key, INDEX_SEEN));
    assert_int_equal(index_save(index, fd, "index", id, 4711, &err), LJ_OK);
    index_free(index);

    uint64_t len = 0;
    scan_index *again = NULL;
    assert_int_equal(index_load(fd, "index", id, &again, &len, &err), LJ_OK);
    assert_int_equal(len, 4711);
    assert_false(index_is_changed(again));
    check_all(again);
    index_value value = value_of(3);
    key_of(MANY + 5, key); /* grows a table that lies in the mapping */
    for (uint64_t i = 0; i < MANY; i++) {
        key_of(MANY + 5 + i, key);
        assert_int_equal(index_put(again, key, &value, &err), LJ_OK);
    }
    assert_true(index_is_changed(again));
    assert_int_equal(index_count(again), 2 * MANY);
    index_free(again);
    lj_os_close(fd);
    folder_remove(dir);
    free(dir);
}

static void test_index__a_file_of_another_journal_or_a_cut_one_is_refused(void **state)
{
    (void)state;
    static const uint8_t id[LJ_SIP_LEN] = {7};
    static const uint8_t other[LJ_SIP_LEN] = {8};
    char *dir = folder_make();
    int fd = -1;
    lj_err err;
    uint64_t len = 0;
    scan_index *again = NULL;
    assert_int_equal(lj_os_open_folder(LJ_OS_CWD, dir, true, &fd, &err), LJ_OK);
    assert_int_equal(index_load(fd, "index", id, &again, &len, &err), LJ_E_NOT_FOUND);
    scan_index *index = filled();
    assert_int_equal(index_save(index, fd, "index", id, 1, &err), LJ_OK);
    index_free(index);
    assert_int_equal(index_load(fd, "index", other, &again, &len, &err), LJ_E_FORMAT);
    size_t size = 0;
    char *bytes = file_read_all(dir, "index", &size);
    for (size_t cut = 0; cut < size; cut += cut < 8192 ? 997 : size / 7) {
        file_write_bytes(dir, "index", bytes, cut);
        CHECK_ROW("cut", index_load(fd, "index", id, &again, &len, &err), LJ_E_FORMAT);
    }
    free(bytes);
    lj_os_close(fd);
    folder_remove(dir);
    free(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_index__finds_what_was_put_and_nothing_else),
        cmocka_unit_test(test_index__walks_over_every_entry_once),
        cmocka_unit_test(test_index__keeps_what_it_had_over_a_file_but_not_what_was_seen),
        cmocka_unit_test(test_index__a_file_of_another_journal_or_a_cut_one_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
