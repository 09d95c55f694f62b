/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Sources: windows, ranges, decoders, and the limits that are charged there. The context is set up
 * by hand, because the subject is source.c below any reader. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/num.h"
#include "formats/core.h"

typedef struct fixture {
    format_context *context;
    format_options options;
    format_input input;
    format_sink sink;
    format_run run;
    lj_slice bytes;
    uint32_t gaps;
    gap last_gap;
} fixture;

static lj_code read_bytes(void *ctx, uint64_t off, uint8_t *dst, size_t len, size_t *out_len,
                          lj_err *err)
{
    const fixture *f = ctx;
    (void)err;
    lj_slice part = lj_slice_part(f->bytes, (size_t)off, len);
    memcpy(dst, part.ptr, part.len);
    *out_len = part.len;
    return LJ_OK;
}

static void on_gap(void *ctx, const format_doc *doc, const gap *what)
{
    fixture *f = ctx;
    (void)doc;
    f->gaps++;
    f->last_gap = *what;
}

static fixture *fixture_new(lj_slice bytes)
{
    fixture *f = calloc(1, sizeof(*f));
    f->bytes = bytes;
    f->context = format_context_new(64 * LJ_MIB);
    f->options.limits = format_limits_standard();
    f->input = (format_input){f, bytes.len, read_bytes};
    f->sink.ctx = f;
    f->sink.gap_found = on_gap;
    f->run.context = f->context;
    f->run.begun = true;
    f->context->input = &f->input;
    f->context->options = &f->options;
    f->context->sink = &f->sink;
    f->context->top = &f->run;
    f->context->next_beat = UINT64_MAX;
    return f;
}

static void fixture_free(fixture *f)
{
    format_context_free(f->context);
    free(f);
}

/* Deflates raw (or with a gzip frame) at the given window bits; the caller frees. */
static uint8_t *pack(const uint8_t *bytes, size_t len, int bits, size_t *out_len)
{
    uint8_t *out = malloc(len + len / 100 + 128);
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)bytes;
    z.avail_in = (uInt)len;
    z.next_out = out;
    z.avail_out = (uInt)(len + len / 100 + 128);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    *out_len = z.total_out;
    deflateEnd(&z);
    return out;
}

/* Text that does not compress to nothing and differs everywhere. */
static uint8_t *make_text(size_t len)
{
    uint8_t *text = malloc(len);
    uint64_t seed = 11;
    for (size_t i = 0; i < len; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        text[i] = (uint8_t)('a' + (seed >> 60));
    }
    return text;
}

static void check_places(fixture *f, format_src *src, const uint8_t *text, size_t len)
{
    static const uint64_t places[] = {0, 5, 70000, 3, 199999, 100000, 65535, 131072, 1};
    for (size_t i = 0; i < LJ_COUNT_OF(places); i++) {
        lj_slice got = format_bytes(&f->run, src, places[i], 100);
        size_t want = (size_t)lj_min_u64(100, len - places[i]);
        assert_int_equal(got.len, want);
        assert_memory_equal(got.ptr, text + places[i], want);
    }
    assert_int_equal(format_bytes(&f->run, src, len, 10).len, 0);
}

static void test_source__decoders_give_the_same_bytes_in_any_order_of_reading(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int bits;
        format_codec codec;
        bool size_known;
    } rows[] = {
        {"raw, in one go", -15, FORMAT_CODEC_DEFLATE, true },
        {"raw, streamed",  -15, FORMAT_CODEC_DEFLATE, false},
        {"zlib",           15,  FORMAT_CODEC_ZLIB,    false},
        {"gzip",           31,  FORMAT_CODEC_GZIP,    false}
    };
    size_t len = 200000;
    uint8_t *text = make_text(len);
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        size_t packed_len = 0;
        uint8_t *packed = pack(text, len, rows[i].bits, &packed_len);
        fixture *f = fixture_new(lj_slice_of(packed, packed_len));
        format_src *root = source_of_input(f->context);
        format_src *src = format_decode(&f->run, root, 0, packed_len, rows[i].codec,
                                        rows[i].size_known ? len : FORMAT_SIZE_UNKNOWN);
        print_message("row: %s\n", rows[i].name);
        check_places(f, src, text, len);
        assert_int_equal(format_src_code(src), LJ_OK);
        assert_int_equal(format_src_size(src), len);
        fixture_free(f);
        free(packed);
    }
    free(text);
}

static void test_source__a_lie_about_the_size_loses_nothing(void **state)
{
    (void)state;
    size_t len = 200000;
    uint8_t *text = make_text(len);
    size_t packed_len = 0;
    uint8_t *packed = pack(text, len, -15, &packed_len);
    static const uint64_t lies[] = {1, 199999, 200001, 30000000};
    for (size_t i = 0; i < LJ_COUNT_OF(lies); i++) {
        fixture *f = fixture_new(lj_slice_of(packed, packed_len));
        format_src *src = format_decode(&f->run, source_of_input(f->context), 0, packed_len,
                                        FORMAT_CODEC_DEFLATE, lies[i]);
        lj_slice all = format_slurp(&f->run, src, 0, UINT64_MAX);
        assert_int_equal(all.len, len);
        assert_memory_equal(all.ptr, text, len);
        fixture_free(f);
    }
    free(packed);
    free(text);
}

static void test_source__a_damaged_stream_gives_what_stands_before_the_damage(void **state)
{
    (void)state;
    size_t len = 200000;
    uint8_t *text = make_text(len);
    size_t packed_len = 0;
    uint8_t *packed = pack(text, len, -15, &packed_len);
    fixture *f = fixture_new(lj_slice_of(packed, packed_len / 2)); /* cut in the middle */
    format_src *src = format_decode(&f->run, source_of_input(f->context), 0, packed_len,
                                    FORMAT_CODEC_DEFLATE, len);
    lj_slice got = format_slurp(&f->run, src, 0, UINT64_MAX);
    assert_true(got.len > len / 3);
    assert_memory_equal(got.ptr, text, got.len);
    assert_int_equal(format_src_code(src), LJ_E_FORMAT);
    fixture_free(f);
    free(packed);
    free(text);
}

static void test_source__gzip_members_follow_each_other(void **state)
{
    (void)state;
    static const uint8_t words[] = "onetwo";
    uint8_t both[256];
    size_t first = 0;
    size_t second = 0;
    uint8_t *a = pack(words, 3, 31, &first);
    uint8_t *b = pack(words + 3, 3, 31, &second);
    memcpy(both, a, first);
    memcpy(both + first, b, second);
    fixture *f = fixture_new(lj_slice_of(both, first + second));
    format_src *src = format_decode(&f->run, source_of_input(f->context), 0, first + second,
                                    FORMAT_CODEC_GZIP, FORMAT_SIZE_UNKNOWN);
    lj_slice all = format_slurp(&f->run, src, 0, UINT64_MAX);
    assert_true(lj_slice_is(all, LJ_BYTES("onetwo")));
    fixture_free(f);
    free(a);
    free(b);
}

static void test_source__reading_a_child_leaves_the_window_of_its_container_alone(void **state)
{
    (void)state;
    size_t len = 400000;
    uint8_t *text = make_text(len);
    fixture *f = fixture_new(lj_slice_of(text, len));
    format_src *root = source_of_input(f->context);
    lj_slice window = format_bytes(&f->run, root, 0, 1000);
    format_src *child = format_decode(&f->run, root, 300000, 50000, FORMAT_CODEC_STORE, 50000);
    format_src *grandchild =
        format_decode(&f->run, child, 1000, 100000, FORMAT_CODEC_STORE, 100000);
    assert_int_equal(format_src_size(grandchild), 49000);
    assert_memory_equal(format_bytes(&f->run, grandchild, 10, 500).ptr, text + 301010, 500);
    assert_memory_equal(window.ptr, text, 1000);
    fixture_free(f);
    free(text);
}

/* Zeros deflate to about 1000 : 1. */
static void test_source__limits_hold_at_n_minus_1_n_and_n_plus_1(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        format_limit limit;
        uint64_t allowed, free_part;
        bool hits;
    } rows[] = {
        {"inflated: one more than there is",       FORMAT_LIMIT_INFLATED,    1000001, UINT64_MAX, false},
        {"inflated: just what there is",           FORMAT_LIMIT_INFLATED,    1000000, UINT64_MAX, false},
        {"inflated: one less",                     FORMAT_LIMIT_INFLATED,    999999,  UINT64_MAX, true },
        {"ratio of an entry above",                FORMAT_LIMIT_RATIO_ENTRY, 2000,    1000,       false},
        {"ratio of an entry below",                FORMAT_LIMIT_RATIO_ENTRY, 500,     1000,       true },
        {"ratio of an entry inside the free part", FORMAT_LIMIT_RATIO_ENTRY, 500,     1000000,    false},
        {"ratio of a file above",                  FORMAT_LIMIT_RATIO_FILE,  2000,    1000,       false},
        {"ratio of a file below",                  FORMAT_LIMIT_RATIO_FILE,  500,     1000,       true },
    };
    size_t len = 1000000;
    uint8_t *zeros = calloc(1, len);
    size_t packed_len = 0;
    uint8_t *packed = pack(zeros, len, -15, &packed_len);
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        for (int known = 0; known < 2; known++) {
            print_message("row: %s, size %s\n", rows[i].name, known ? "known" : "not known");
            fixture *f = fixture_new(lj_slice_of(packed, packed_len));
            f->options.limits.value[FORMAT_LIMIT_RATIO_ENTRY] = UINT32_MAX;
            f->options.limits.value[FORMAT_LIMIT_RATIO_FILE] = UINT32_MAX;
            f->options.limits.value[FORMAT_LIMIT_RATIO_FREE] = rows[i].free_part;
            f->options.limits.value[rows[i].limit] = rows[i].allowed;
            format_src *src =
                format_decode(&f->run, source_of_input(f->context), 0, packed_len,
                              FORMAT_CODEC_DEFLATE, known ? len : FORMAT_SIZE_UNKNOWN);
            lj_slice all = format_slurp(&f->run, src, 0, UINT64_MAX);
            bool hit = format_src_code(src) == LJ_E_LIMIT || f->context->stopped == LJ_E_LIMIT;
            assert_int_equal(hit, rows[i].hits);
            assert_true(hit || all.len == len);
            fixture_free(f);
        }
    }
    free(packed);
    free(zeros);
}

static void test_source__gathered_pieces_read_as_one(void **state)
{
    (void)state;
    uint8_t bytes[4096];
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)(i * 31 >> 3);
    }
    fixture *f = fixture_new(lj_slice_of(bytes, sizeof(bytes)));
    format_src *root = source_of_input(f->context);
    format_src *more = format_memory(&f->run, LJ_BYTES("memory"));
    format_piece pieces[] = {
        {.src = root, .off = 1024, .len = 512},
        {.src = more, .off = 2,    .len = 4  },
        {.src = NULL, .len = 3   },
        {.src = root,   .off = 0,  .len = 512          }
    };
    format_src *all = format_gather(&f->run, pieces, 4);
    assert_int_equal(format_src_size(all), 512 + 4 + 3 + 512);
    uint8_t wanted[1031];
    memcpy(wanted, bytes + 1024, 512);
    memcpy(wanted + 512, "mory\0\0\0", 7);
    memcpy(wanted + 519, bytes, 512);
    for (size_t at = 0; at < sizeof(wanted); at += 7) { /* backwards and forwards, any window */
        size_t len = lj_min_size(100, sizeof(wanted) - at);
        lj_slice part = format_bytes(&f->run, all, at, len);
        assert_int_equal(part.len, len);
        assert_memory_equal(part.ptr, wanted + at, len);
        uint8_t pulled[4];
        size_t back = sizeof(wanted) - 1 - at;
        assert_int_equal(format_pull(&f->run, all, back, pulled, 1), 1);
        assert_int_equal(pulled[0], wanted[back]);
    }
    assert_int_equal(format_bytes(&f->run, all, sizeof(wanted), 8).len, 0);
    /* a piece that its source does not hold ends the whole */
    format_piece beyond[] = {
        {.src = root, .off = 4000, .len = 200},
        {.src = more,           .len = 6           }
    };
    format_src *cut = format_gather(&f->run, beyond, 2);
    assert_int_equal(format_bytes(&f->run, cut, 0, 206).len, 96);
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_source__gathered_pieces_read_as_one),
        cmocka_unit_test(test_source__decoders_give_the_same_bytes_in_any_order_of_reading),
        cmocka_unit_test(test_source__a_lie_about_the_size_loses_nothing),
        cmocka_unit_test(test_source__a_damaged_stream_gives_what_stands_before_the_damage),
        cmocka_unit_test(test_source__gzip_members_follow_each_other),
        cmocka_unit_test(test_source__reading_a_child_leaves_the_window_of_its_container_alone),
        cmocka_unit_test(test_source__limits_hold_at_n_minus_1_n_and_n_plus_1),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
