/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A large text is sifted: only lines around seeds that detection lets pass are decoded. The same
 * text with every seed let through must give the same hits, in each charset that is searched raw.
 */
#include "../check.h"

#include <iconv.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/num.h"
#include "formats/examine.h"
#include "gen.h"
#include "run_rows.h"
#include "text/charset.h"

enum { TEXT_LEN = 600 * 1024, MEMORY = 64 * 1024 * 1024, ROOM = 4 * TEXT_LEN };

/* Lines of prose with the text of invented cases between them, marks and mentions alike. */
static lj_buf text_of(uint64_t seed)
{
    lj_buf out;
    lj_buf_init(&out, NULL, 16 * LJ_MIB);
    gen_random random = {seed};
    lj_arena *arena = lj_arena_new(4 * LJ_MIB);
    gen_case *made = malloc(sizeof(*made));
    assert_true(arena != NULL && made != NULL);
    while (out.len < TEXT_LEN) {
        for (uint32_t i = gen_below(&random, 60); i > 0; i--) {
            gen_expand(&random, "{sentence}{sentence}{sentence}\n", &out);
        }
        uint32_t which = gen_below(&random, 3);
        const gen_kind *kind =
            which == 0   ? &gen_mark_kinds[gen_below(&random, gen_mark_kind_count)]
            : which == 1 ? &gen_mention_kinds[gen_below(&random, gen_mention_kind_count)]
                         : &gen_negative_kinds[gen_below(&random, gen_negative_kind_count)];
        lj_arena_mark mark = lj_arena_mark_of(arena);
        gen_make(kind, gen_next(&random), arena, made);
        for (uint32_t i = 0; i < made->count; i++) {
            lj_buf_put(&out, lj_str_bytes(made->spans[i].text));
            lj_buf_put_u8(&out, '\n');
        }
        lj_arena_rewind(arena, mark);
    }
    assert_true(lj_buf_ok(&out));
    free(made);
    lj_arena_free(arena);
    return out;
}

/* What the charset cannot spell becomes a blank. */
static lj_buf encode(lj_buf text, const char *charset)
{
    lj_buf out;
    lj_buf_init(&out, NULL, ROOM * 2);
    iconv_t into = iconv_open(charset, "UTF-8");
    assert_true(into != (iconv_t)-1);
    char *from = (char *)text.ptr;
    size_t left = text.len;
    while (left > 0) {
        char room[4096];
        char *to = room;
        size_t space = sizeof(room);
        size_t before = left;
        (void)iconv(into, &from, &left, &to, &space);
        lj_buf_put(&out, lj_slice_of(room, sizeof(room) - space));
        if (left == before) {
            size_t step = lj_utf8_step(lj_slice_of(from, left));
            from += step > 0 ? step : 1;
            left -= step > 0 ? step : 1;
            lj_buf_put_u8(&out, ' ');
        }
    }
    (void)iconv_close(into);
    return out;
}

typedef struct sifted {
    detect_doc *doc;
    uint32_t seeds, dismissed, spans;
    lj_buf hits; /* one line each */
    lj_slice bytes;
} sifted;

static void on_begin(void *ctx, const format_doc *doc)
{
    (void)doc;
    ((sifted *)ctx)->doc = run_begin(false);
}

static lj_code on_span(void *ctx, const format_doc *doc, const span *what)
{
    sifted *mine = ctx;
    (void)doc;
    mine->spans++;
    detect_span(mine->doc, what);
    return LJ_OK;
}

static bool on_seed(void *ctx, const format_doc *doc, text_charset charset, lj_slice bytes,
                    size_t hit, size_t *out_next)
{
    sifted *mine = ctx;
    (void)doc;
    bool counts = detect_seed_counts(mine->doc, charset, bytes, hit, out_next);
    assert_true(counts || *out_next > hit);
    mine->seeds++;
    mine->dismissed += counts ? 0 : 1;
    return counts;
}

static void on_gap(void *ctx, const format_doc *doc, const gap *what)
{
    (void)ctx;
    (void)doc;
    fail_msg("a gap: %d", (int)what->cause);
}

static void on_note(void *ctx, const format_doc *doc, format_note note)
{
    (void)ctx;
    (void)doc;
    (void)note;
}

static uint64_t line_of(lj_slice bytes, uint64_t off)
{
    uint64_t line = 1;
    for (uint64_t i = 0; i < off && i < bytes.len; i++) {
        line += bytes.ptr[i] == '\n';
    }
    return line;
}

static void on_end(void *ctx, const format_doc *doc, const format_doc_end *end)
{
    sifted *mine = ctx;
    (void)doc;
    (void)end;
    const detect_result *found = detect_end(mine->doc);
    for (uint32_t i = 0; i < found->hit_count; i++) {
        char line[128];
        (void)snprintf(line, sizeof(line), "%llu score %d\n",
                       (unsigned long long)found->hits[i].src_off, found->hits[i].score);
        lj_buf_put_cstr(&mine->hits, line);
        CHECK_ROW(line, found->hits[i].place.row_no, line_of(mine->bytes, found->hits[i].src_off));
    }
    lj_buf_put_u8(&mine->hits, '\0');
    detect_free(mine->doc);
}

static lj_code read_bytes(void *ctx, uint64_t off, uint8_t *dst, size_t len, size_t *out_len,
                          lj_err *err)
{
    (void)err;
    lj_slice part = lj_slice_part(((sifted *)ctx)->bytes, (size_t)off, len);
    memcpy(dst, part.ptr, part.len);
    *out_len = part.len;
    return LJ_OK;
}

static void sift(sifted *mine, lj_slice bytes, bool asks)
{
    *mine = (sifted){.bytes = bytes};
    lj_buf_init(&mine->hits, NULL, LJ_MIB);
    format_context *context = format_context_new(MEMORY);
    format_sink sink = {mine,   on_begin, on_span, asks ? on_seed : NULL,
                        on_gap, on_note,  on_end,  NULL};
    format_input input = {mine, bytes.len, read_bytes};
    format_options options = {.limits = format_limits_standard(),
                              .seeds = detect_rules_seeds(run_rules)};
    lj_err err;
    assert_int_equal(format_examine(context, &input, &options, &sink, &err), LJ_OK);
    format_context_free(context);
}

static void test_sift__dismissing_seeds_changes_no_hit(void **state)
{
    (void)state;
    static const char *const charsets[] = {"UTF-8", "GB18030", "BIG5"};
    uint32_t hits = 0;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        lj_buf text = text_of(seed);
        for (size_t i = 0; i < LJ_COUNT_OF(charsets); i++) {
            lj_buf bytes = encode(text, charsets[i]);
            sifted asked;
            sifted all;
            sift(&asked, lj_buf_slice(&bytes), true);
            sift(&all, lj_buf_slice(&bytes), false);
            CHECK_ROW_TEXT(charsets[i], asked.hits.ptr, asked.hits.len - 1,
                           (const char *)all.hits.ptr);
            assert_true(asked.dismissed > 0 && asked.spans <= all.spans);
            hits += asked.hits.len > 1 ? 1 : 0;
            lj_buf_done(&asked.hits);
            lj_buf_done(&all.hits);
            lj_buf_done(&bytes);
        }
        lj_buf_done(&text);
    }
    assert_int_equal(hits, 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sift__dismissing_seeds_changes_no_hit),
    };
    return cmocka_run_group_tests(tests, run_setup, run_teardown);
}
