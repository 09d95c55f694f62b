/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tests of base/arena: the ceiling, zeroed and aligned memory, scopes. */
#include "base/arena.h"

#include "../check.h"

static bool is_zero(const uint8_t *ptr, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (ptr[i] != 0) {
            return false;
        }
    }
    return true;
}

static void test_arena__memory_is_zeroed_and_aligned(void **state)
{
    (void)state;
    lj_arena *arena = lj_arena_new(1 << 20);
    for (size_t len = 0; len < 200; len++) {
        lj_arena_mark mark = lj_arena_mark_of(arena);
        uint8_t *ptr = lj_arena_alloc(arena, len);
        assert_non_null(ptr);
        assert_int_equal((uintptr_t)ptr % 16, 0);
        assert_true(is_zero(ptr, len));
        memset(ptr, 0xAA, len);
        if (len % 2 == 0) {
            lj_arena_rewind(arena, mark); /* the next one gets dirty memory and must clean it */
        }
    }
    lj_arena_free(arena);
}

static void test_arena__ceiling_holds_at_its_edge(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t max_len, len;
        bool fits;
    } rows[] = {
        {"below",                  1024, 1008,          true },
        {"exact",                  1024, 1024,          true },
        {"one above",              1024, 1025,          false},
        {"nothing allowed",        0,    1,             false},
        {"wraps when rounded",     1024, SIZE_MAX,      false},
        {"wraps when rounded too", 1024, SIZE_MAX - 14, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        lj_arena *arena = lj_arena_new(rows[i].max_len);
        CHECK_ROW(rows[i].name, lj_arena_alloc(arena, rows[i].len) != NULL, rows[i].fits);
        lj_arena_free(arena);
    }
}

static void test_arena__small_pieces_add_up_to_the_ceiling(void **state)
{
    (void)state;
    lj_arena *arena = lj_arena_new(64 * 1024);
    size_t count = 0;
    while (lj_arena_alloc(arena, 16) != NULL) {
        count++;
    }
    assert_int_equal(count, 4096);
    assert_int_equal(lj_arena_left(arena), 0);
    assert_int_equal(lj_arena_used(arena), 64 * 1024);
    lj_arena_free(arena);
}

static void test_arena__array_refuses_a_product_that_wraps(void **state)
{
    (void)state;
    lj_arena *arena = lj_arena_new(SIZE_MAX / 2);
    assert_null(lj_arena_array(arena, SIZE_MAX / 4, 8));
    assert_null(lj_arena_array(arena, (size_t)1 << 33, (size_t)1 << 31));
    assert_non_null(lj_arena_array(arena, 3, 8));
    lj_arena_free(arena);
}

static void test_arena__rewind_gives_the_room_back(void **state)
{
    (void)state;
    lj_arena *arena = lj_arena_new(8 << 20);
    char *kept = lj_arena_cstr(arena, LJ_BYTES("kept"));
    size_t used = lj_arena_used(arena);
    for (int round = 0; round < 100; round++) {
        lj_arena_mark mark = lj_arena_mark_of(arena);
        for (int i = 0; i < 4; i++) {
            assert_non_null(
                lj_arena_alloc(arena, (size_t)1 << 20)); /* 400 MiB in all, 4 at a time */
        }
        lj_arena_rewind(arena, mark);
        assert_int_equal(lj_arena_used(arena), used);
    }
    assert_string_equal(kept, "kept");
    lj_arena_free(arena);
}

static void test_arena__nested_marks_rewind_in_order(void **state)
{
    (void)state;
    lj_arena *arena = lj_arena_new(1 << 20);
    lj_arena_mark bottom = lj_arena_mark_of(arena);
    (void)lj_arena_alloc(arena, 20000);
    lj_arena_mark middle = lj_arena_mark_of(arena);
    (void)lj_arena_alloc(arena, 40000);
    lj_arena_rewind(arena, middle);
    assert_int_equal(lj_arena_used(arena), 20000);
    lj_arena_rewind(arena, bottom);
    assert_int_equal(lj_arena_used(arena), 0);
    assert_non_null(lj_arena_alloc(arena, (1 << 20) - 16));
    lj_arena_free(arena);
}

static void test_arena__grow_keeps_the_bytes_and_zeroes_the_rest(void **state)
{
    (void)state;
    static const size_t steps[] = {1, 15, 16, 17, 100, 16 * 1024, 16 * 1024 + 1, 300000};
    for (int between = 0; between < 2;
         between++) { /* with something allocated in between: no growth in place */
        lj_arena *arena = lj_arena_new(4 << 20);
        uint8_t *ptr = NULL;
        size_t len = 0;
        for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
            ptr = lj_arena_grow(arena, ptr, len, steps[i]);
            assert_non_null(ptr);
            for (size_t k = 0; k < len; k++) {
                assert_int_equal(ptr[k], 0x55);
            }
            assert_true(is_zero(ptr + len, steps[i] - len));
            len = steps[i];
            memset(ptr, 0x55, len);
            if (between) {
                uint8_t *other = lj_arena_alloc(arena, 32);
                memset(other, 0xAA, 32);
            }
        }
        lj_arena_free(arena);
    }
}

static void test_arena__grow_stops_at_the_ceiling(void **state)
{
    (void)state;
    lj_arena *arena = lj_arena_new(1024);
    uint8_t *ptr = lj_arena_alloc(arena, 512);
    assert_non_null(lj_arena_grow(arena, ptr, 512, 1024)); /* in place */
    assert_null(lj_arena_grow(arena, ptr, 1024, 1025));
    assert_null(lj_arena_grow(arena, ptr, 1024, SIZE_MAX));
    lj_arena_free(arena);
}

static void test_arena__copies(void **state)
{
    (void)state;
    lj_arena *arena = lj_arena_new(64);
    char *text = lj_arena_cstr(arena, LJ_BYTES("sixteen bytes ok"));
    assert_string_equal(text, "sixteen bytes ok");
    lj_slice copy = lj_arena_copy(arena, LJ_BYTES("ab"));
    assert_int_equal(copy.len, 2);
    copy = lj_arena_copy(arena, (lj_slice){NULL, 0});
    assert_null(copy.ptr);
    assert_null(lj_arena_copy(arena, LJ_BYTES("seventeen bytes!!")).ptr);
    assert_null(lj_arena_cstr(arena, LJ_BYTES("sixteen bytes no")));
    lj_arena_free(arena);
    lj_arena_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arena__memory_is_zeroed_and_aligned),
        cmocka_unit_test(test_arena__ceiling_holds_at_its_edge),
        cmocka_unit_test(test_arena__small_pieces_add_up_to_the_ceiling),
        cmocka_unit_test(test_arena__array_refuses_a_product_that_wraps),
        cmocka_unit_test(test_arena__rewind_gives_the_room_back),
        cmocka_unit_test(test_arena__nested_marks_rewind_in_order),
        cmocka_unit_test(test_arena__grow_keeps_the_bytes_and_zeroes_the_rest),
        cmocka_unit_test(test_arena__grow_stops_at_the_ceiling),
        cmocka_unit_test(test_arena__copies),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
