/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Records between parent and worker: the way there and back, and everything that must not pass. */
#include <stdlib.h>

#include "scan/frames.h"
#include "scan/intake.h"
#include "support.h"

enum { ROOM = 4 * FRAME_MAX };

/* A hit as detection makes it. doc owns its strings. */
static detect_doc *real_hit(detect_hit *out)
{
    detect_about about = {.today_on = 20000, .changed_on = INT32_MIN};
    detect_doc *doc = detect_begin(rules_standard(), &about, (size_t)1 << 20, NULL, NULL);
    assert_non_null(doc);
    span what = span_of(SPAN_BODY, LJ_STR("机密★10年"));
    detect_span(doc, &what);
    const detect_result *found = detect_end(doc);
    assert_true(found->hit_count > 0);
    *out = found->hits[0];
    return doc;
}

typedef struct all_frames {
    lj_buf buf;
    size_t from[16], to[16];
    frame_type type[16];
    uint32_t count;
    detect_doc *doc;
} all_frames;

static void frames_mark(all_frames *all, frame_type type)
{
    assert_true(lj_buf_ok(&all->buf));
    all->from[all->count] = all->count > 0 ? all->to[all->count - 1] : 0;
    all->to[all->count] = all->buf.len;
    all->type[all->count++] = type;
}

/* One of each, in the order of a job. */
static void frames_make(all_frames *all)
{
    *all = (all_frames){0};
    lj_buf_init(&all->buf, NULL, ROOM);
    detect_hit hit;
    all->doc = real_hit(&hit);
    frame_hello hello = {.mode = FRAME_MODE_EXPLAIN,
                         .all = true,
                         .today_on = -5,
                         .limits = format_limits_standard()};
    frame_put_hello(&all->buf, &hello);
    frames_mark(all, FRAME_HELLO);
    static const lj_str keys[] = {
        {"one",          3},
        {"\xE4\xBA\x8C", 3}
    };
    frame_put_keys(&all->buf, keys, 2);
    frames_mark(all, FRAME_KEYS);
    frame_job job = {.fd_count = 1,
                     .ask_sha = true,
                     .size = 77,
                     .mtime_ns = -1,
                     .name_from = 5,
                     .path = LJ_BYTES("/data/\xFF.txt")};
    frame_put_job(&all->buf, 9, &job);
    frames_mark(all, FRAME_JOB);
    frame_ready ready = {.posture_bits = 5, .landlock_abi = 7, .sanitizer = true};
    frame_put_ready(&all->buf, &ready);
    frames_mark(all, FRAME_READY);
    frame_put_beat(&all->buf, 9, &(frame_beat){1, 2});
    frames_mark(all, FRAME_BEAT);
    frame_doc doc = {.doc = 3,
                     .parent = 1,
                     .kind = FORMAT_MEMBER,
                     .depth = 2,
                     .format = LJ_STR("docx"),
                     .member = LJ_BYTES("a.zip!\xD6\xD0.docx"),
                     .label = LJ_STR("a.zip!中.docx"),
                     .parent_len = 5};
    frame_put_doc(&all->buf, 9, &doc);
    frames_mark(all, FRAME_DOC);
    frame_hit what = {
        .doc = 3, .from = FRAME_FROM_CONTENT, .hit = hit, .part = LJ_STR("word/document.xml")};
    frame_put_hit(&all->buf, 9, &what, rules_standard());
    frames_mark(all, FRAME_HIT);
    frame_gap gap_ = {
        .doc = 3,
        .what = {.cause = GAP_LIMIT,
                 .next = GAP_NEXT_LIMIT,
                 .limit = FORMAT_LIMIT_ENTRIES,
                 .allowed = 1,
                 .reached = 2},
        .detail = LJ_STR("aes-256"),
        .part = LJ_STR("x")
    };
    frame_put_gap(&all->buf, 9, &gap_);
    frames_mark(all, FRAME_GAP);
    frame_sum sum = {.doc = 3,
                     .size = 10,
                     .examined = 9,
                     .has_sha256 = true,
                     .notes = 1u << NOTE_MACROS,
                     .hits = 1,
                     .verdict = DETECT_MARKED,
                     .class_ = DETECT_CONFIRMED,
                     .score = 80};
    frame_put_sum(&all->buf, 9, &sum);
    frames_mark(all, FRAME_SUM);
    frame_put_end(&all->buf, 9,
                  &(frame_end){.units = 1, .peak_bytes = 2, .changed = true, .documents = 4});
    frames_mark(all, FRAME_END);
    static const uint8_t sha[LJ_SHA256_LEN] = {1};
    frame_put_sha(&all->buf, 9, sha);
    frames_mark(all, FRAME_SHA);
    frame_put_span(&all->buf, 9,
                   &(frame_span){.kind = 1, .depth = 2, .text = LJ_STR("text\nmore")});
    frames_mark(all, FRAME_SPAN);
}

static void frames_free(all_frames *all)
{
    detect_free(all->doc);
    lj_buf_done(&all->buf);
}

static bool no_key(void *ctx, lj_str password)
{
    (void)ctx;
    (void)password;
    return true;
}

/* Decodes a payload as what its type says. */
static bool takes(frame_type type, lj_slice payload)
{
    union {
        frame_hello hello;
        frame_job job;
        frame_ready ready;
        frame_beat beat;
        frame_doc doc;
        frame_hit hit;
        frame_gap gap_;
        frame_sum sum;
        frame_end end;
        frame_span span_;
        uint8_t sha[LJ_SHA256_LEN];
    } to;
    switch (type) {
    case FRAME_HELLO:
        return frame_take_hello(payload, &to.hello);
    case FRAME_KEYS:
        return frame_take_keys(payload, no_key, NULL);
    case FRAME_JOB:
        return frame_take_job(payload, &to.job);
    case FRAME_READY:
        return frame_take_ready(payload, &to.ready);
    case FRAME_BEAT:
        return frame_take_beat(payload, &to.beat);
    case FRAME_DOC:
        return frame_take_doc(payload, &to.doc);
    case FRAME_HIT:
        return frame_take_hit(payload, rules_standard(), &to.hit);
    case FRAME_GAP:
        return frame_take_gap(payload, &to.gap_);
    case FRAME_SUM:
        return frame_take_sum(payload, &to.sum);
    case FRAME_END:
        return frame_take_end(payload, &to.end);
    case FRAME_SHA:
        return frame_take_sha(payload, to.sha);
    case FRAME_SPAN:
        return frame_take_span(payload, &to.span_);
    default:
        return payload.len == 0;
    }
}

static void test_frames__come_back_as_they_were_sent(void **state)
{
    (void)state;
    all_frames all;
    frames_make(&all);
    size_t at = 0;
    for (uint32_t i = 0; i < all.count; i++) {
        frame next;
        assert_true(frame_next(lj_buf_slice(&all.buf), &at, &next));
        CHECK_ROW("type", next.type, all.type[i]);
        CHECK_ROW("decodes", takes(next.type, next.payload), true);
        if (next.type == FRAME_JOB) {
            frame_job job;
            assert_true(frame_take_job(next.payload, &job));
            assert_int_equal(next.job, 9);
            assert_int_equal(job.size, 77);
            assert_int_equal(job.mtime_ns, -1);
            assert_true(job.ask_sha);
            assert_true(lj_slice_is(job.path, LJ_BYTES("/data/\xFF.txt")));
        } else if (next.type == FRAME_DOC) {
            frame_doc doc;
            assert_true(frame_take_doc(next.payload, &doc));
            assert_int_equal(doc.parent_len, 5);
            assert_true(lj_str_is(doc.label, LJ_STR("a.zip!中.docx")));
        } else if (next.type == FRAME_HIT) {
            frame_hit hit;
            detect_hit wanted;
            detect_doc *doc = real_hit(&wanted);
            assert_true(frame_take_hit(next.payload, rules_standard(), &hit));
            assert_true(lj_str_is(hit.hit.mark, wanted.mark));
            assert_true(lj_str_is(hit.hit.period, wanted.period));
            assert_int_equal(hit.hit.score, wanted.score);
            assert_int_equal(hit.hit.term_count, wanted.term_count);
            assert_int_equal(hit.hit.src_off, wanted.src_off);
            detect_free(doc);
        } else if (next.type == FRAME_SUM) {
            frame_sum sum;
            assert_true(frame_take_sum(next.payload, &sum));
            assert_int_equal(sum.examined, 9);
            assert_int_equal(sum.score, 80);
        }
    }
    assert_int_equal(at, all.buf.len);
    frames_free(&all);
}

static void test_frames__no_truncation_decodes(void **state)
{
    (void)state;
    all_frames all;
    frames_make(&all);
    for (uint32_t i = 0; i < all.count; i++) {
        lj_slice whole =
            lj_slice_part(lj_buf_slice(&all.buf), all.from[i], all.to[i] - all.from[i]);
        lj_slice payload = lj_slice_part(whole, FRAME_HEAD_LEN, SIZE_MAX);
        for (size_t len = 0; len < payload.len; len++) {
            CHECK_ROW("truncated payload", takes(all.type[i], lj_slice_part(payload, 0, len)),
                      false);
        }
        for (size_t len = 1; len < whole.len; len++) {
            frame next;
            size_t at = 0;
            CHECK_ROW("truncated frame", frame_next(lj_slice_part(whole, 0, len), &at, &next),
                      false);
        }
        lj_buf longer;
        lj_buf_init(&longer, NULL, ROOM);
        lj_buf_put(&longer, payload);
        lj_buf_put_u8(&longer, 0);
        CHECK_ROW("a byte too many", takes(all.type[i], lj_buf_slice(&longer)), false);
        lj_buf_done(&longer);
    }
    frames_free(&all);
}

/* Every bit: it decodes or not, but what decodes keeps its promises (and the sanitizers watch). */
static void test_frames__flipped_bits_never_give_what_is_out_of_range(void **state)
{
    (void)state;
    all_frames all;
    frames_make(&all);
    uint32_t refused = 0;
    for (size_t bit = 0; bit < all.buf.len * 8; bit++) {
        all.buf.ptr[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        size_t at = 0;
        frame next;
        bool fine = true;
        while (fine && at < all.buf.len) {
            fine = frame_next(lj_buf_slice(&all.buf), &at, &next);
            if (fine && next.type == FRAME_HIT) {
                frame_hit hit;
                if (frame_take_hit(next.payload, rules_standard(), &hit)) {
                    detect_verdict verdict;
                    detect_class class_;
                    assert_true(detect_hit_check(rules_standard(), &hit.hit, &verdict, &class_));
                    assert_true(hit.hit.term_count <= DETECT_TERM_MAX);
                    assert_true((unsigned)hit.hit.role < SPAN_ROLE_COUNT);
                    assert_true(hit.hit.mark.len <= (size_t)DETECT_MARK_MAX * 4);
                }
            } else if (fine && next.type == FRAME_DOC) {
                frame_doc doc;
                if (frame_take_doc(next.payload, &doc)) {
                    assert_true(doc.parent_len <= doc.member.len && doc.depth <= FRAME_DEPTH_MAX);
                }
            } else if (fine) {
                fine = takes(next.type, next.payload);
            }
        }
        refused += fine ? 0 : 1;
        all.buf.ptr[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    assert_true(refused > all.buf.len); /* most of them */
    frames_free(&all);
}

static void test_frames__refuse_hits_that_the_rules_do_not_know(void **state)
{
    (void)state;
    detect_hit hit;
    detect_doc *doc = real_hit(&hit);
    static const struct {
        const char *name;
        int what;
    } rows[] = {
        {"as it is",      0},
        {"pack",          1},
        {"rule",          2},
        {"level",         3},
        {"score",         4},
        {"hidden fact",   5},
        {"mark too long", 6},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        frame_hit sent = {.hit = hit};
        char long_mark[DETECT_MARK_MAX + 2];
        memset(long_mark, 'x', sizeof(long_mark));
        sent.hit.hidden_by |= rows[i].what == 5 ? SPAN_HIDE(SPAN_HIDDEN_COUNT) : 0;
        sent.hit.score += rows[i].what == 4 ? 1 : 0;
        sent.hit.rule_idx = rows[i].what == 2 ? 999 : hit.rule_idx;
        sent.hit.level_idx = rows[i].what == 3 ? 999 : hit.level_idx;
        if (rows[i].what == 6) {
            sent.hit.mark = (lj_str){long_mark, DETECT_MARK_MAX + 1};
        }
        lj_buf buf;
        lj_buf_init(&buf, NULL, ROOM);
        frame_put_hit(&buf, 1, &sent, rules_standard());
        if (rows[i].what == 1) {
            buf.ptr[FRAME_HEAD_LEN + 6] = 200; /* u32 doc, u8 from, u8 family, u16 pack */
        }
        frame_hit got;
        CHECK_ROW(rows[i].name,
                  frame_take_hit(lj_slice_part(lj_buf_slice(&buf), FRAME_HEAD_LEN, SIZE_MAX),
                                 rules_standard(), &got),
                  rows[i].what == 0);
        lj_buf_done(&buf);
    }
    detect_free(doc);
}

static void test_frames__split_many_passwords_into_several(void **state)
{
    (void)state;
    static char text[3000];
    memset(text, 'p', sizeof(text));
    lj_str keys[60];
    for (size_t i = 0; i < 60; i++) {
        keys[i] = (lj_str){text, sizeof(text)};
    }
    lj_buf buf;
    lj_buf_init(&buf, NULL, ROOM);
    frame_put_keys(&buf, keys, 60);
    assert_true(lj_buf_ok(&buf));
    size_t at = 0;
    uint32_t frames = 0;
    while (at < buf.len) {
        frame next;
        assert_true(frame_next(lj_buf_slice(&buf), &at, &next));
        assert_true(frame_take_keys(next.payload, no_key, NULL));
        frames++;
    }
    assert_int_equal(frames, 3);
    lj_buf_done(&buf);
}

/* ---- the order of records ---- */

typedef struct step {
    frame_type type;
    uint32_t doc, depth;
    frame_from from;
    bool fits;
} step;

static bool feed(intake *said, const step *row, const detect_hit *hit)
{
    lj_buf buf;
    lj_buf_init(&buf, NULL, ROOM);
    frame_doc doc = {
        .doc = row->doc,
        .kind = row->doc == 0 ? FORMAT_ROOT : FORMAT_MEMBER,
        .depth = row->depth,
        .format = LJ_STR("unknown"),
        .member = row->doc == 0 ? (lj_slice){NULL, 0}
              : LJ_BYTES("m")
    };
    frame_hit what = {.doc = row->doc, .from = row->from, .hit = *hit};
    what.hit.role = row->from == FRAME_FROM_NAME ? SPAN_FILE_NAME : SPAN_BODY;
    frame_gap gap_ = {.doc = row->doc, .what = {.cause = GAP_DAMAGED}};
    frame_sum sum = {.doc = row->doc, .size = 1, .examined = 1, .has_sha256 = true};
    static const uint8_t sha[LJ_SHA256_LEN];
    switch (row->type) {
    case FRAME_DOC:
        frame_put_doc(&buf, 1, &doc);
        break;
    case FRAME_HIT:
        frame_put_hit(&buf, 1, &what, rules_standard());
        break;
    case FRAME_GAP:
        frame_put_gap(&buf, 1, &gap_);
        break;
    case FRAME_SUM:
        frame_put_sum(&buf, 1, &sum);
        break;
    case FRAME_END:
        frame_put_end(&buf, 1, &(frame_end){0});
        break;
    case FRAME_SHA:
        frame_put_sha(&buf, 1, sha);
        break;
    case FRAME_SPAN:
        frame_put_span(&buf, 1, &(frame_span){.text = LJ_STR("x")});
        break;
    default:
        frame_put_plain(&buf, row->type, 1);
        break;
    }
    size_t at = 0;
    frame next;
    assert_true(frame_next(lj_buf_slice(&buf), &at, &next));
    bool fits = intake_take(said, &next, lj_buf_slice(&buf));
    lj_buf_done(&buf);
    return fits;
}

enum { STEPS = 8 };
static const struct {
    const char *name;
    step steps[STEPS]; /* ends with a zero type */
} orders[] = {
    {"a plain job",
     {{.type = FRAME_START, .fits = true},
      {.type = FRAME_DOC, .fits = true},
      {.type = FRAME_SUM, .fits = true},
      {.type = FRAME_END, .fits = true}}                                                             },
    {"nothing before START",             {{.type = FRAME_DOC}}                                       },
    {"START once",                       {{.type = FRAME_START, .fits = true}, {.type = FRAME_START}}},
    {"nothing behind END",
     {{.type = FRAME_START, .fits = true}, {.type = FRAME_END, .fits = true}, {.type = FRAME_DOC}}   },
    {"a hit needs its document",         {{.type = FRAME_START, .fits = true}, {.type = FRAME_HIT}}  },
    {"a gap needs its document",         {{.type = FRAME_START, .fits = true}, {.type = FRAME_GAP}}  },
    {"a hit of the name needs none",
     {{.type = FRAME_START, .fits = true},
      {.type = FRAME_HIT, .from = FRAME_FROM_NAME, .fits = true}}                                    },
    {"inner documents nest",
     {{.type = FRAME_START, .fits = true},
      {.type = FRAME_DOC, .fits = true},
      {.type = FRAME_DOC, .doc = 2, .depth = 1, .fits = true},
      {.type = FRAME_GAP, .doc = 0, .fits = true},
      {.type = FRAME_SUM, .doc = 2, .fits = true},
      {.type = FRAME_DOC, .doc = 3, .depth = 1, .fits = true},
      {.type = FRAME_SUM, .doc = 3, .fits = true},
      {.type = FRAME_SUM, .doc = 0, .fits = true}}                                                   },
    {"numbers ascend",
     {{.type = FRAME_START, .fits = true},
      {.type = FRAME_DOC, .fits = true},
      {.type = FRAME_DOC, .doc = 2, .depth = 1, .fits = true},
      {.type = FRAME_SUM, .doc = 2, .fits = true},
      {.type = FRAME_DOC, .doc = 1, .depth = 1}}                                                     },
    {"the innermost ends first",
     {{.type = FRAME_START, .fits = true},
      {.type = FRAME_DOC, .fits = true},
      {.type = FRAME_DOC, .doc = 1, .depth = 1, .fits = true},
      {.type = FRAME_SUM, .doc = 0}}                                                                 },
    {"only one file",
     {{.type = FRAME_START, .fits = true},
      {.type = FRAME_DOC, .fits = true},
      {.type = FRAME_SUM, .fits = true},
      {.type = FRAME_DOC}}                                                                           },
    {"the file comes first",
     {{.type = FRAME_START, .fits = true}, {.type = FRAME_DOC, .doc = 1, .depth = 1}}                },
    {"no END with open documents",
     {{.type = FRAME_START, .fits = true}, {.type = FRAME_DOC, .fits = true}, {.type = FRAME_END}}   },
    {"hits are as many as the SUM says",
     {{.type = FRAME_START, .fits = true},
      {.type = FRAME_DOC, .fits = true},
      {.type = FRAME_HIT, .fits = true},
      {.type = FRAME_SUM}}                                                                           },
    {"provisional hits are not counted",
     {{.type = FRAME_START, .fits = true},
      {.type = FRAME_DOC, .fits = true},
      {.type = FRAME_HIT, .from = FRAME_FROM_EARLY, .fits = true},
      {.type = FRAME_SUM, .fits = true},
      {.type = FRAME_END, .fits = true}}                                                             },
    {"one question for a content",
     {{.type = FRAME_START, .fits = true}, {.type = FRAME_SHA, .fits = true}, {.type = FRAME_SHA}}   },
    {"no question behind a document",
     {{.type = FRAME_START, .fits = true}, {.type = FRAME_DOC, .fits = true}, {.type = FRAME_SHA}}   },
    {"no text in a scan",                {{.type = FRAME_START, .fits = true}, {.type = FRAME_SPAN}} },
    {"no orders from below",             {{.type = FRAME_START, .fits = true}, {.type = FRAME_GO}}   },
};

static void test_intake__keeps_the_order_of_records(void **state)
{
    (void)state;
    detect_hit hit;
    detect_doc *doc = real_hit(&hit);
    intake *said = calloc(1, sizeof(*said));
    assert_non_null(said);
    intake_init(said, rules_standard());
    for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
        intake_begin(said, 1, 1, false);
        for (size_t k = 0; k < STEPS && orders[i].steps[k].type != 0; k++) {
            CHECK_ROW(orders[i].name, feed(said, &orders[i].steps[k], &hit),
                      orders[i].steps[k].fits);
        }
    }
    intake_done(said);
    free(said);
    detect_free(doc);
}

static void test_intake__refuses_frames_of_another_job(void **state)
{
    (void)state;
    detect_hit hit;
    detect_doc *doc = real_hit(&hit);
    intake *said = calloc(1, sizeof(*said));
    assert_non_null(said);
    intake_init(said, rules_standard());
    intake_begin(said, 2, 1, false);
    assert_false(feed(said, &(step){.type = FRAME_START}, &hit));
    intake_done(said);
    free(said);
    detect_free(doc);
}

static void test_rollup__a_provisional_hit_counts_until_the_document_ends(void **state)
{
    (void)state;
    detect_hit hit;
    detect_doc *doc = real_hit(&hit);
    intake *said = calloc(1, sizeof(*said));
    assert_non_null(said);
    intake_init(said, rules_standard());
    static const step died[] = {
        {.type = FRAME_START},
        {                 .type = FRAME_DOC                  },
        { .type = FRAME_HIT,                   .from = FRAME_FROM_EARLY},
    };
    intake_begin(said, 1, 1, false);
    for (size_t i = 0; i < 3; i++) {
        assert_true(feed(said, &died[i], &hit));
    }
    rollup_feed_gap(&said->roll, &(gap){.cause = GAP_CRASH});
    rollup_finish(&said->roll);
    assert_int_equal(rollup_verdict(&said->roll), DETECT_MARKED);
    assert_int_equal(rollup_coverage_of(&said->roll), ROLLUP_NONE);

    intake_begin(said, 1, 1, false);
    for (size_t i = 0; i < 3; i++) {
        assert_true(feed(said, &died[i], &hit));
    }
    assert_true(feed(said, &(step){.type = FRAME_SUM}, &hit));
    rollup_finish(&said->roll);
    assert_int_equal(rollup_verdict(&said->roll), DETECT_CLEAN);
    intake_done(said);
    free(said);
    detect_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames__come_back_as_they_were_sent),
        cmocka_unit_test(test_frames__no_truncation_decodes),
        cmocka_unit_test(test_frames__flipped_bits_never_give_what_is_out_of_range),
        cmocka_unit_test(test_frames__refuse_hits_that_the_rules_do_not_know),
        cmocka_unit_test(test_frames__split_many_passwords_into_several),
        cmocka_unit_test(test_intake__keeps_the_order_of_records),
        cmocka_unit_test(test_intake__refuses_frames_of_another_job),
        cmocka_unit_test(test_rollup__a_provisional_hit_counts_until_the_document_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
