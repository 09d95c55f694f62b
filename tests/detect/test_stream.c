/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tests of the way of spans: how text is cut into spans changes nothing, places are right, state is
 * bounded. */
#include "../check.h"

#include <stdlib.h>

#include "base/num.h"
#include "run_rows.h"

static void take(detect_doc *doc, lj_str text, span_join join, uint64_t src_off, uint32_t row_no)
{
    span what = span_of(SPAN_BODY, text);
    what.join = join;
    what.src_off = src_off;
    what.place.row_no = row_no;
    detect_span(doc, &what);
}

typedef struct outcome {
    detect_verdict verdict;
    detect_class class_;
    uint32_t hits, weak;
    int32_t score;
} outcome;

static outcome outcome_of(detect_doc *doc)
{
    const detect_result *result = detect_end(doc);
    outcome out = {result->verdict, result->class_, result->hit_count, result->weak_count,
                   result->score};
    detect_free(doc);
    return out;
}

static void check_same(const char *name, outcome found, outcome wanted)
{
    CHECK_ROW(name, found.verdict, wanted.verdict);
    CHECK_ROW(name, found.class_, wanted.class_);
    CHECK_ROW(name, found.hits, wanted.hits);
    CHECK_ROW(name, (uintmax_t)found.score, (uintmax_t)wanted.score);
    CHECK_ROW(name, found.weak, wanted.weak);
}

/* All body text of a generated case as one block. */
static lj_str joined_text(const gen_case *made, lj_arena *arena)
{
    lj_buf all;
    lj_buf_init(&all, arena, 1 << 20);
    for (uint32_t i = 0; i < made->count; i++) {
        lj_buf_put(&all, lj_str_bytes(made->spans[i].text));
        lj_buf_put_u8(&all, '\n');
    }
    return lj_buf_str(&all);
}

static bool is_plain(const gen_case *made)
{
    for (uint32_t i = 0; i < made->count; i++) {
        const span *what = &made->spans[i];
        if (what->role != SPAN_BODY || what->look_count > 0 || what->hidden_by != 0 ||
            what->origin != SPAN_NATIVE || what->place.page_no > 0) {
            return false;
        }
    }
    return made->count > 0;
}

static void check_cuts(const gen_kind *kind, uint64_t seed)
{
    static gen_case made;
    lj_arena *arena = lj_arena_new(1 << 24);
    gen_make(kind, seed, arena, &made);
    if (!is_plain(&made)) {
        lj_arena_free(arena);
        return;
    }
    lj_str text = joined_text(&made, arena);
    detect_doc *doc = run_begin(false);
    take(doc, text, SPAN_JOIN_BLOCK, 0, 0);
    outcome wanted = outcome_of(doc);
    /* Line by line. */
    doc = run_begin(false);
    size_t at = 0;
    while (at < text.len) {
        const char *end = memchr(text.ptr + at, '\n', text.len - at);
        size_t to = end != NULL ? (size_t)(end - text.ptr) : text.len;
        take(doc, (lj_str){text.ptr + at, to - at}, SPAN_JOIN_LINE, 0, 0);
        at = to + 1;
    }
    check_same(kind->name, outcome_of(doc), wanted);
    /* In pieces of any length at character boundaries, each going on in the line before. */
    gen_random random = {seed};
    doc = run_begin(false);
    at = 0;
    while (at < text.len) {
        size_t to = lj_min_size(text.len, at + 1 + gen_below(&random, 90));
        while (to < text.len && ((uint8_t)text.ptr[to] & 0xC0) == 0x80) {
            to++;
        }
        take(doc, (lj_str){text.ptr + at, to - at}, SPAN_JOIN_SAME, 0, 0);
        at = to;
    }
    check_same(kind->name, outcome_of(doc), wanted);
    lj_arena_free(arena);
}

static void test_stream__the_cut_into_spans_changes_nothing(void **state)
{
    (void)state;
    const struct {
        const gen_kind *kinds;
        uint32_t count;
    } sets[] = {
        {gen_mark_kinds,     gen_mark_kind_count    },
        {gen_mention_kinds,  gen_mention_kind_count },
        {gen_negative_kinds, gen_negative_kind_count}
    };
    for (size_t set = 0; set < LJ_COUNT_OF(sets); set++) {
        for (uint32_t i = 0; i < sets[set].count; i++) {
            for (uint64_t seed = 0; seed < 12; seed++) {
                check_cuts(&sets[set].kinds[i], seed * 977 + i);
            }
        }
    }
}

static void test_stream__places_count_lines_and_bytes(void **state)
{
    (void)state;
    static const char *const ends[] = {"\n", "\r\n", "\r"};
    for (size_t i = 0; i < LJ_COUNT_OF(ends); i++) {
        char text[40000];
        size_t len = 0;
        for (int line = 0; line < 700; line++) {
            len += (size_t)snprintf(text + len, sizeof(text) - len, "第%d行没有什么%s%s", line,
                                    line % 7 == 0 ? ends[i] : "", ends[i]);
        }
        uint32_t line_no = 701 + 100;
        size_t mark_at = len;
        len += (size_t)snprintf(text + len, sizeof(text) - len, "机密★10年%s后面的话%s", ends[i],
                                ends[i]);
        detect_doc *doc = run_begin(false);
        take(doc, (lj_str){text, len}, SPAN_JOIN_BLOCK, 1000, 5);
        const detect_result *result = detect_end(doc);
        CHECK_ROW(ends[i], result->hit_count, 1);
        CHECK_ROW(ends[i], result->hits[0].src_off, 1000 + mark_at);
        CHECK_ROW(ends[i], result->hits[0].place.row_no, 4 + line_no);
        detect_free(doc);
    }
}

static void test_stream__maps_lead_back_to_the_source(void **state)
{
    (void)state;
    static const span_map maps[] = {
        {0,  6, 100 },
        {6,  0, 5000},
        {12, 9, 7000}
    };
    span what = span_of(SPAN_BODY, LJ_STR("标题\n机密★10年"));
    what.maps = maps;
    what.map_count = LJ_COUNT_OF(maps);
    detect_doc *doc = run_begin(false);
    detect_span(doc, &what);
    const detect_result *result = detect_end(doc);
    assert_int_equal(result->hit_count, 1);
    assert_int_equal(result->hits[0].src_off, 5001);
    detect_free(doc);
}

static void test_stream__a_mark_cut_by_two_spans_of_a_line_is_found(void **state)
{
    (void)state;
    detect_doc *doc = run_begin(false);
    take(doc, LJ_STR("机"), SPAN_JOIN_BLOCK, 10, 0);
    take(doc, LJ_STR("密★1"), SPAN_JOIN_SAME, 50, 0);
    take(doc, LJ_STR("0年"), SPAN_JOIN_SAME, 90, 0);
    take(doc, LJ_STR("下一段"), SPAN_JOIN_BLOCK, 200, 0);
    const detect_result *result = detect_end(doc);
    assert_int_equal(result->hit_count, 1);
    assert_int_equal(result->hits[0].src_off, 10);
    assert_int_equal(result->hits[0].mark.len, strlen("机密★10年"));
    detect_free(doc);
}

/* What the seeds let pass over must hold nothing: a mark in every kind of dull text, at every
 * distance. */
static void test_stream__a_line_between_long_texts_is_found_wherever_it_stands(void **state)
{
    (void)state;
    gen_random random = {3};
    char *text = test_calloc(1, 1 << 20);
    for (int round = 0; round < 60; round++) {
        size_t len = 0;
        uint32_t before = gen_below(&random, 3000);
        for (uint32_t i = 0; i < before; i++) {
            len += (size_t)snprintf(text + len, 200, "%s%u号%s",
                                    i % 3 == 0 ? "加密机保密柜" : "平淡无奇的第", i,
                                    i % 5 == 0 ? "\n" : "，");
        }
        len += (size_t)snprintf(text + len, 200, "\n绝密★20年\n");
        for (uint32_t i = gen_below(&random, 3000); i > 0; i--) {
            len += (size_t)snprintf(text + len, 200, "密切配合%u，%s", i, i % 4 == 0 ? "\n" : "");
        }
        detect_doc *doc = run_begin(false);
        take(doc, (lj_str){text, len}, SPAN_JOIN_BLOCK, 0, 1);
        assert_true(detect_end(doc)->class_ >= DETECT_PROBABLE);
        detect_free(doc);
    }
    test_free(text);
}

/* Naive twin: the same lines, once with all else left out, so that no seed search decides what is
 * read. */
static void test_stream__seeds_find_what_reading_every_line_finds(void **state)
{
    (void)state;
    static gen_case made;
    for (uint32_t i = 0; i < gen_mark_kind_count; i++) {
        for (uint64_t seed = 100; seed < 106; seed++) {
            lj_arena *arena = lj_arena_new(1 << 24);
            gen_make(&gen_mark_kinds[i], seed, arena, &made);
            uint32_t counts[2] = {0, 0};
            for (int naive = 0; naive < 2; naive++) {
                detect_doc *doc = run_begin(true);
                for (uint32_t j = 0; j < made.count; j++) {
                    span what = made.spans[j];
                    /* A look that hides nothing of weight makes the reader take every line of the
                     * span. */
                    span_look look = {
                        .from = 0, .len = 0, .hidden_by = SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED)};
                    if (naive == 1 && what.look_count == 0) {
                        what.looks = &look;
                        what.look_count = 1;
                    }
                    detect_span(doc, &what);
                }
                (void)detect_end(doc);
                (void)detect_candidates(doc, &counts[naive]);
                detect_free(doc);
            }
            CHECK_ROW(gen_mark_kinds[i].name, counts[0], counts[1]);
            lj_arena_free(arena);
        }
    }
}

static void test_stream__a_million_candidates_stay_within_the_memory(void **state)
{
    (void)state;
    detect_about about = {.today_on = GEN_TODAY_ON, .changed_on = INT32_MIN};
    detect_doc *doc = detect_begin(run_rules, &about, 1 << 20, NULL, NULL);
    assert_non_null(doc);
    lj_buf block;
    lj_buf_init(&block, NULL, 1 << 20);
    for (int i = 0; i < 2000; i++) {
        lj_buf_put_cstr(&block, "秘密★5年的文件\n");
    }
    for (int i = 0; i < 500; i++) {
        take(doc, lj_buf_str(&block), SPAN_JOIN_BLOCK, 0, 1);
        if (i == 250) {
            take(doc,
                 LJ_STR("甲\n乙丙\n丁戊\n己庚\n辛壬\n癸子\n丑寅\n绝密★30年\n甲乙\n乙丙\n丁戊\n己庚"
                        "\n辛壬\n癸子\n"),
                 SPAN_JOIN_BLOCK, 0, 1);
        }
    }
    const detect_result *result = detect_end(doc);
    assert_int_equal(result->hit_count + result->more_count + result->weak_count, 1000001);
    assert_int_equal(result->hits[0].mark.len, strlen("绝密★30年"));
    detect_free(doc);
    lj_buf_done(&block);
}

static void test_stream__too_little_memory_gives_no_document(void **state)
{
    (void)state;
    detect_about about = {0};
    assert_null(detect_begin(run_rules, &about, 1000, NULL, NULL));
    for (size_t memory = 1 << 12; memory < 1 << 20; memory += 40961) {
        detect_doc *doc = detect_begin(run_rules, &about, memory, NULL, NULL);
        if (doc != NULL) {
            take(doc, LJ_STR("机密★10年\n秘密★5年\n"), SPAN_JOIN_BLOCK, 0, 1);
            (void)detect_end(doc);
        }
        detect_free(doc);
    }
}

typedef struct told {
    uint32_t count;
    int32_t best;
} told;

static void tell(void *ctx, const detect_hit *hit)
{
    told *heard = ctx;
    heard->count++;
    heard->best = hit->score > heard->best ? hit->score : heard->best;
}

static void test_stream__hits_are_told_before_the_end(void **state)
{
    (void)state;
    told heard = {0, 0};
    detect_about about = {.today_on = GEN_TODAY_ON, .changed_on = INT32_MIN};
    detect_doc *doc = detect_begin(run_rules, &about, 1 << 20, tell, &heard);
    take(doc, LJ_STR("机密★10年"), SPAN_JOIN_BLOCK, 0, 1);
    for (int i = 0; i < 12; i++) {
        take(doc, LJ_STR("平淡的一行"), SPAN_JOIN_BLOCK, 0, 1);
    }
    assert_int_equal(heard.count, 1);
    assert_true(heard.best >= 65);
    (void)detect_end(doc);
    assert_int_equal(heard.count, 1);
    detect_free(doc);
}

static void test_stream__line_without_end_is_read_in_windows(void **state)
{
    (void)state;
    static const char filler[] = "密切联系群众保密柜";
    char *text = test_calloc(1, 1 << 21);
    size_t len = 0;
    for (int i = 0; i < 40000; i++) {
        memcpy(text + len, filler, sizeof(filler) - 1);
        len += sizeof(filler) - 1;
    }
    static const char mark[] = "（机密★10年）";
    memcpy(text + len / 27 / 2 * 27, mark, sizeof(mark) - 1);
    detect_doc *doc = run_begin(true);
    take(doc, (lj_str){text, len}, SPAN_JOIN_BLOCK, 0, 1);
    (void)detect_end(doc);
    uint32_t count = 0;
    const detect_hit *hits = detect_candidates(doc, &count);
    assert_int_equal(count, 1);
    assert_int_equal(hits[0].src_off, len / 27 / 2 * 27 + 3);
    detect_free(doc);
    test_free(text);
}

/* Runs out of a binary file: they lie megabytes apart, so they are no list of levels. */
static void test_stream__swept_runs_far_apart_are_no_neighbours(void **state)
{
    (void)state;
    for (int far = 0; far < 2; far++) {
        detect_doc *doc = run_begin(false);
        span what = span_of(SPAN_RAW, LJ_STR("机密★10年"));
        what.origin = SPAN_SWEPT;
        what.src_off = 1000;
        detect_span(doc, &what);
        what.text = LJ_STR("绝密★5年");
        what.src_off = far == 1 ? 5 << 20 : 1040;
        detect_span(doc, &what);
        const detect_result *found = detect_end(doc);
        assert_int_equal(found->class_ >= DETECT_PROBABLE, far == 1);
        for (uint32_t i = 0; i < found->hit_count; i++) {
            assert_int_equal(run_points(&found->hits[i], "levels_near") != 0, far == 0);
        }
        detect_free(doc);
    }
}

/* Written downwards in the middle of a block: its place is that of its first letter. */
static void test_stream__a_vertical_mark_knows_its_line_and_offset(void **state)
{
    (void)state;
    lj_buf text;
    lj_buf_init(&text, NULL, LJ_MIB);
    for (int i = 0; i < 300; i++) {
        lj_buf_put_cstr(&text, "会议讨论了食堂管理的安排。\n");
    }
    size_t wanted = text.len;
    lj_buf_put_cstr(&text, "秘\n密\n★\n5\n年\n会议于下午结束。\n");
    detect_doc *doc = run_begin(false);
    span what = span_of(SPAN_BODY, lj_buf_str(&text));
    what.src_off = 1000;
    what.place.row_no = 1;
    detect_span(doc, &what);
    const detect_result *found = detect_end(doc);
    assert_int_equal(found->hit_count, 1);
    assert_int_equal(found->hits[0].place.row_no, 301);
    assert_int_equal(found->hits[0].src_off, 1000 + wanted);
    detect_free(doc);
    lj_buf_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stream__swept_runs_far_apart_are_no_neighbours),
        cmocka_unit_test(test_stream__a_vertical_mark_knows_its_line_and_offset),
        cmocka_unit_test(test_stream__the_cut_into_spans_changes_nothing),
        cmocka_unit_test(test_stream__places_count_lines_and_bytes),
        cmocka_unit_test(test_stream__maps_lead_back_to_the_source),
        cmocka_unit_test(test_stream__a_mark_cut_by_two_spans_of_a_line_is_found),
        cmocka_unit_test(test_stream__a_line_between_long_texts_is_found_wherever_it_stands),
        cmocka_unit_test(test_stream__seeds_find_what_reading_every_line_finds),
        cmocka_unit_test(test_stream__a_million_candidates_stay_within_the_memory),
        cmocka_unit_test(test_stream__too_little_memory_gives_no_document),
        cmocka_unit_test(test_stream__hits_are_told_before_the_end),
        cmocka_unit_test(test_stream__line_without_end_is_read_in_windows),
    };
    return cmocka_run_group_tests(tests, run_setup, run_teardown);
}
