/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Sorting with little memory. */
#include <stdlib.h>

#include "scan/extsort.h"
#include "support.h"

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* Adds `count` items with random keys, and checks order, number and sum. */
static void sort_some(size_t memory, uint32_t count)
{
    char *dir = folder_make();
    int fd = -1;
    lj_err err;
    assert_int_equal(lj_os_open_folder(LJ_OS_CWD, dir, true, &fd, &err), LJ_OK);
    extsort *sort = extsort_new(fd, memory);
    assert_non_null(sort);
    uint64_t seed = 42;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint8_t key[24];
        size_t len = 1 + next_random(&seed) % sizeof(key);
        for (size_t k = 0; k < len; k++) {
            key[k] = (uint8_t)(next_random(&seed) % 5); /* many equal beginnings */
        }
        sum += i;
        assert_int_equal(extsort_add(sort, lj_slice_of(key, len), lj_slice_of(&i, sizeof(i)), &err),
                         LJ_OK);
    }
    assert_int_equal(extsort_finish(sort, &err), LJ_OK);
    uint8_t last[32] = {0};
    size_t last_len = 0;
    for (uint32_t i = 0; i < count; i++) {
        bool more = false;
        lj_slice key, value;
        uint32_t no = 0;
        assert_int_equal(extsort_next(sort, &more, &key, &value, &err), LJ_OK);
        assert_true(more);
        assert_int_equal(value.len, sizeof(no));
        assert_true(lj_slice_compare(lj_slice_of(last, last_len), key) <= 0);
        memcpy(&no, value.ptr, sizeof(no));
        sum -= no;
        last_len = key.len;
        memcpy(last, key.ptr, key.len);
    }
    bool more = true;
    lj_slice key, value;
    assert_int_equal(extsort_next(sort, &more, &key, &value, &err), LJ_OK);
    assert_false(more);
    assert_int_equal(sum, 0);
    extsort_free(sort);
    lj_os_close(fd);
    folder_remove(dir);
    free(dir);
}

static void test_extsort__sorts_within_memory(void **state)
{
    (void)state;
    sort_some((size_t)4 << 20, 0);
    sort_some((size_t)4 << 20, 1);
    sort_some((size_t)4 << 20, 5000);
}

static void test_extsort__sorts_with_runs_on_disk(void **state)
{
    (void)state;
    sort_some(4096, 5000);
    sort_some(300000, 50000);
}

static void test_extsort__an_item_larger_than_the_memory_still_fits(void **state)
{
    (void)state;
    char *dir = folder_make();
    int fd = -1;
    lj_err err;
    assert_int_equal(lj_os_open_folder(LJ_OS_CWD, dir, true, &fd, &err), LJ_OK);
    extsort *sort = extsort_new(fd, 1024);
    static uint8_t large[200000];
    for (uint8_t i = 0; i < 5; i++) {
        uint8_t key = (uint8_t)(5 - i);
        assert_int_equal(
            extsort_add(sort, lj_slice_of(&key, 1), lj_slice_of(large, sizeof(large)), &err),
            LJ_OK);
    }
    assert_int_equal(extsort_finish(sort, &err), LJ_OK);
    for (uint8_t i = 1; i <= 5; i++) {
        bool more = false;
        lj_slice key, value;
        assert_int_equal(extsort_next(sort, &more, &key, &value, &err), LJ_OK);
        assert_true(more);
        assert_int_equal(key.ptr[0], i);
        assert_int_equal(value.len, sizeof(large));
    }
    extsort_free(sort);
    lj_os_close(fd);
    folder_remove(dir);
    free(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_extsort__sorts_within_memory),
        cmocka_unit_test(test_extsort__sorts_with_runs_on_disk),
        cmocka_unit_test(test_extsort__an_item_larger_than_the_memory_still_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
