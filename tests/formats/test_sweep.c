/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The byte sweep: marks in noise are found, noise itself is silent. */
#include <zlib.h>

#include "spot.h"

#define MARK "机密★10年"

enum { NOISE = 32 << 20 };

static void put_noise(lj_buf *out, size_t len, uint64_t seed)
{
    for (size_t i = 0; i < len; i++) {
        lj_buf_put_u8(out, spot_noise(&seed));
    }
}

static void test_sweep__finds_a_mark_in_noise(void **state)
{
    (void)state;
    static const struct {
        const char *charset, *words;
    } rows[] = {
        {"UTF-8",    MARK                },
        {"GB18030",  MARK                },
        {"UTF-16LE", MARK                },
        {"UTF-16BE", MARK                },
        {"BIG5",     "機密★10年"    },
        {"UTF-8",    "绝密★启用前"},
    };
    static const size_t places[] = {300,        70001,         262144 - 7, 262144 - 2048,
                                    524288 - 3, 524288 - 2050, 600000};
    text_seeds *seeds = spot_seeds();
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        for (size_t k = 0; k < LJ_COUNT_OF(places); k++) {
            lj_buf bytes;
            spot_init(&bytes);
            put_noise(&bytes, places[k] - 2, 11 + k);
            lj_buf_put(&bytes, lj_slice_of((const uint8_t *)"\0\0", 2));
            spot_put(&bytes, rows[i].charset, rows[i].words);
            lj_buf_put(&bytes, lj_slice_of((const uint8_t *)"\0\0", 2));
            put_noise(&bytes, 100000, 99 + k);
            spot seen = spot_find(lj_buf_slice(&bytes), seeds, rows[i].words);
            CHECK_ROW(rows[i].charset, seen.count, 1);
            CHECK_ROW(rows[i].charset, seen.src_off, places[k]);
            CHECK_ROW(rows[i].charset, seen.role, SPAN_RAW);
            lj_buf_done(&bytes);
        }
    }
    text_seeds_free(seeds);
}

static void test_sweep__without_seeds_runs_of_text_come_out(void **state)
{
    (void)state;
    static const char *const charsets[] = {"UTF-8", "GB18030", "UTF-16LE", "UTF-16BE"};
    static const char words[] = "各单位应当在每年三月底以前完成整理工作";
    for (size_t i = 0; i < LJ_COUNT_OF(charsets); i++) {
        lj_buf bytes;
        spot_init(&bytes);
        put_noise(&bytes, 5000, 3);
        lj_buf_put(&bytes, lj_slice_of((const uint8_t *)"\0\0", 2));
        size_t at = bytes.len;
        spot_put(&bytes, charsets[i], words);
        lj_buf_put(&bytes, lj_slice_of((const uint8_t *)"\0\0", 2));
        put_noise(&bytes, 5000, 4);
        spot seen = spot_find(lj_buf_slice(&bytes), NULL, words);
        CHECK_ROW(charsets[i], seen.count, 1);
        CHECK_ROW(charsets[i], seen.src_off, at);
        lj_buf_done(&bytes);
    }
}

static void test_sweep__noise_is_silent(void **state)
{
    (void)state;
    text_seeds *seeds = spot_seeds();
    lj_buf bytes;
    spot_init(&bytes);
    put_noise(&bytes, NOISE, 1);
    spot seen = spot_find(lj_buf_slice(&bytes), seeds, "密★");
    assert_int_equal(seen.count, 0);
    print_message("# %llu spans of %d MB of noise with seeds\n",
                  (unsigned long long)seen.span_count, NOISE >> 20);
    assert_true(seen.span_count <= 2);
    lj_slice part = lj_slice_part(lj_buf_slice(&bytes), 0, NOISE / 8);
    seen = spot_find(part, NULL, "密★");
    print_message("# %llu spans of %d MB of noise without\n", (unsigned long long)seen.span_count,
                  NOISE >> 23);
    assert_true(seen.span_count <= 40);
    lj_buf_done(&bytes);
    text_seeds_free(seeds);
}

static void test_sweep__compressed_bytes_are_silent(void **state)
{
    (void)state;
    lj_buf bytes;
    spot_init(&bytes);
    for (uint32_t i = 0; bytes.len < (4U << 20); i++) {
        lj_buf_put_cstr(&bytes, "第");
        lj_buf_put_dec(&bytes, (uint64_t)i * 2654435761U % 1000003);
        lj_buf_put_cstr(&bytes, "条 各单位应当在每年三月底以前完成整理\n");
    }
    uLongf len = compressBound(bytes.len);
    uint8_t *packed = malloc(len);
    assert_non_null(packed);
    assert_int_equal(compress2(packed, &len, bytes.ptr, bytes.len, 9), Z_OK);
    packed[0] = packed[1] = 0xFF; /* no longer a stream of any format */
    text_seeds *seeds = spot_seeds();
    spot seen = spot_find(lj_slice_of(packed, len), seeds, "密★");
    assert_int_equal(seen.span_count, 0);
    text_seeds_free(seeds);
    free(packed);
    lj_buf_done(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sweep__finds_a_mark_in_noise),
        cmocka_unit_test(test_sweep__without_seeds_runs_of_text_come_out),
        cmocka_unit_test(test_sweep__noise_is_silent),
        cmocka_unit_test(test_sweep__compressed_bytes_are_silent),
    };
    return cmocka_run_group_tests_name("sweep", tests, NULL, NULL);
}
