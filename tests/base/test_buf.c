/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tests of base/buf: the ceiling holds at N-1, N and N+1, failure is sticky, both memories behave
 * the same. */
#include "base/buf.h"

#include "../check.h"

static void test_buf__ceiling_holds_at_its_edge(void **state)
{
    (void)state;
    static const struct {
        size_t max_len, len;
        bool fits;
    } rows[] = {
        {0,   0,   true },
        {0,   1,   false},
        {1,   1,   true },
        {63,  63,  true },
        {63,  64,  false},
        {64,  64,  true },
        {64,  65,  false},
        {100, 99,  true },
        {100, 100, true },
        {100, 101, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        lj_arena *arena = lj_arena_new(4096);
        for (int heap = 0; heap < 2; heap++) {
            char name[64];
            snprintf(name, sizeof(name), "max %zu, %zu bytes, %s", rows[i].max_len, rows[i].len,
                     heap ? "heap" : "arena");
            lj_buf buf;
            lj_buf_init(&buf, heap ? NULL : arena, rows[i].max_len);
            for (size_t k = 0; k < rows[i].len; k++) {
                lj_buf_put_u8(&buf, (uint8_t)k);
            }
            CHECK_ROW(name, lj_buf_ok(&buf), rows[i].fits);
            CHECK_ROW(name, buf.len, rows[i].fits ? rows[i].len : rows[i].max_len);
            for (size_t k = 0; k < buf.len; k++) {
                CHECK_ROW(name, buf.ptr[k], (uint8_t)k);
            }
            lj_buf_done(&buf);
        }
        lj_arena_free(arena);
    }
}

static void test_buf__failure_is_sticky_until_cleared(void **state)
{
    (void)state;
    lj_buf buf;
    lj_buf_init(&buf, NULL, 4);
    lj_buf_put_cstr(&buf, "abc");
    lj_buf_put_cstr(&buf, "de");
    assert_false(lj_buf_ok(&buf));
    lj_buf_put_u8(&buf, 'x'); /* would fit */
    assert_int_equal(buf.len, 3);
    assert_null(lj_buf_room(&buf, 1));
    lj_buf_clear(&buf);
    assert_true(lj_buf_ok(&buf));
    lj_buf_put_cstr(&buf, "wxyz");
    assert_true(lj_buf_ok(&buf));
    assert_memory_equal(buf.ptr, "wxyz", 4);
    lj_buf_done(&buf);
    assert_int_equal(buf.len, 0);
    lj_buf_done(&buf); /* twice is fine */
}

static void test_buf__full_arena_makes_it_bad(void **state)
{
    (void)state;
    lj_arena *arena = lj_arena_new(128);
    lj_buf buf;
    lj_buf_init(&buf, arena, 1 << 20);
    for (int i = 0; i < 300; i++) {
        lj_buf_put_u8(&buf, 'a');
    }
    assert_false(lj_buf_ok(&buf));
    assert_true(buf.len <= 128);
    lj_arena_free(arena);
}

static void test_buf__room_of_a_wrapping_length_is_refused(void **state)
{
    (void)state;
    lj_buf buf;
    lj_buf_init(&buf, NULL, SIZE_MAX);
    lj_buf_put_u8(&buf, 'a');
    assert_null(lj_buf_room(&buf, SIZE_MAX));
    assert_false(lj_buf_ok(&buf));
    lj_buf_done(&buf);
}

static void test_buf__integers_are_little_endian(void **state)
{
    (void)state;
    static const uint8_t wanted[] = {0x02, 0x01, 0x06, 0x05, 0x04, 0x03, 0x0E,
                                     0x0D, 0x0C, 0x0B, 0x0A, 0x09, 0x08, 0x07};
    lj_buf buf;
    lj_buf_init(&buf, NULL, 64);
    lj_buf_put_u16le(&buf, 0x0102);
    lj_buf_put_u32le(&buf, 0x03040506);
    lj_buf_put_u64le(&buf, 0x0708090A0B0C0D0E);
    assert_int_equal(buf.len, sizeof(wanted));
    assert_memory_equal(buf.ptr, wanted, sizeof(wanted));
    lj_buf_done(&buf);
}

static void test_buf__decimal_digits(void **state)
{
    (void)state;
    static const struct {
        uint64_t value;
        const char *wanted;
    } rows[] = {
        {0,          "0"                   },
        {9,          "9"                   },
        {10,         "10"                  },
        {UINT64_MAX, "18446744073709551615"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        lj_buf buf;
        lj_buf_init(&buf, NULL, 64);
        lj_buf_put_dec(&buf, rows[i].value);
        CHECK_ROW_TEXT(rows[i].wanted, buf.ptr, buf.len, rows[i].wanted);
        lj_buf_done(&buf);
    }
}

static void test_buf__code_points_become_utf8(void **state)
{
    (void)state;
    static const struct {
        uint32_t code_point;
        const char *wanted;
    } rows[] = {
        {0x41,       "A"               },
        {0x7F,       "\x7F"            },
        {0x80,       "\xC2\x80"        },
        {0x7FF,      "\xDF\xBF"        },
        {0x800,      "\xE0\xA0\x80"    },
        {0x5BC6,     "密"             },
        {0xFFFF,     "\xEF\xBF\xBF"    },
        {0x10000,    "\xF0\x90\x80\x80"},
        {0x10FFFF,   "\xF4\x8F\xBF\xBF"},
        {0x110000,   "\xEF\xBF\xBD"    },
        {0xD800,     "\xEF\xBF\xBD"    },
        {0xDFFF,     "\xEF\xBF\xBD"    },
        {UINT32_MAX, "\xEF\xBF\xBD"    },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char name[16];
        snprintf(name, sizeof(name), "U+%04X", (unsigned)rows[i].code_point);
        lj_buf buf;
        lj_buf_init(&buf, NULL, 8);
        lj_buf_put_utf8(&buf, rows[i].code_point);
        CHECK_ROW_TEXT(name, buf.ptr, buf.len, rows[i].wanted);
        lj_buf_done(&buf);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buf__ceiling_holds_at_its_edge),
        cmocka_unit_test(test_buf__failure_is_sticky_until_cleared),
        cmocka_unit_test(test_buf__full_arena_makes_it_bad),
        cmocka_unit_test(test_buf__room_of_a_wrapping_length_is_refused),
        cmocka_unit_test(test_buf__integers_are_little_endian),
        cmocka_unit_test(test_buf__decimal_digits),
        cmocka_unit_test(test_buf__code_points_become_utf8),
    };
    return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
