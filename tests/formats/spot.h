/* SPDX-License-Identifier: AGPL-3.0-or-later
 * For tests of readers of text: words in any charset, and where in the source a word of a span
 * stands. Only for test programs: everything is static. */
#ifndef LJ_TESTS_FORMATS_SPOT_H
#define LJ_TESTS_FORMATS_SPOT_H

#include <iconv.h>
#include <stdlib.h>

#include "../check.h"
#include "base/num.h"
#include "collect.h"
#include "text/seeds.h"

/* Appends the UTF-8 words in a charset that iconv knows. */
static inline void spot_put(lj_buf *out, const char *charset, const char *words)
{
    char room[65536];
    union {
        const char *given;
        char *taken;
    } in = {.given = words};
    char *dst = room;
    size_t left = strlen(words);
    size_t space = sizeof(room);
    iconv_t convert = iconv_open(charset, "UTF-8");
    assert_true(convert != (iconv_t)-1);
    assert_true(iconv(convert, &in.taken, &left, &dst, &space) != (size_t)-1);
    assert_true(iconv(convert, NULL, NULL, &dst, &space) != (size_t)-1);
    iconv_close(convert);
    lj_buf_put(out, lj_slice_of((const uint8_t *)room, sizeof(room) - space));
}

/* Fills up with the same line until the buffer holds len bytes. */
static inline void spot_fill(lj_buf *out, const char *charset, const char *line, size_t len)
{
    lj_buf one;
    lj_buf_init(&one, /* arena= */ NULL, 65536);
    spot_put(&one, charset, line);
    while (out->len < len) {
        lj_buf_put(out, lj_buf_slice(&one));
    }
    lj_buf_done(&one);
}

static inline void spot_init(lj_buf *out)
{
    lj_buf_init(out, /* arena= */ NULL, (size_t)256 << 20);
}

/* Seeds of the levels. Yours to free. */
static inline text_seeds *spot_seeds(void)
{
    const lj_str words[] = {LJ_STR("绝密"), LJ_STR("机密"), LJ_STR("秘密")};
    text_seeds *seeds = NULL;
    lj_err err = {0};
    assert_int_equal(text_seeds_new(words, LJ_COUNT_OF(words), &seeds, &err), LJ_OK);
    return seeds;
}

/* What a word was seen in. */
typedef struct spot {
    const char *word;
    uint32_t count;   /* spans that hold it */
    uint64_t src_off; /* of the word in the last of them */
    uint32_t line_no; /* of the word: row_no and the line ends before it */
    span_role role;
    uint64_t hidden_by;            /* of the span */
    uint64_t span_count, text_len; /* of all spans but names */
    bool goes_back;                /* a map row went back */
} spot;

static inline uint64_t spot_place(const span *what, size_t at)
{
    uint64_t off = what->src_off;
    if (what->map_count == 0) {
        return off != UINT64_MAX ? off + at : off;
    }
    for (uint32_t i = 0; i < what->map_count && what->maps[i].text_at <= at; i++) {
        off = what->maps[i].src_off + (at - what->maps[i].text_at);
    }
    return off;
}

static inline lj_code spot_span(void *ctx, const format_doc *doc, const span *what)
{
    spot *seen = ctx;
    (void)doc;
    if (what->origin == SPAN_NAME) {
        return LJ_OK;
    }
    seen->span_count++;
    seen->text_len += what->text.len;
    for (uint32_t i = 1; i < what->map_count; i++) {
        seen->goes_back = seen->goes_back || what->maps[i].text_at < what->maps[i - 1].text_at;
    }
    size_t at = lj_slice_find(lj_str_bytes(what->text), lj_cstr_bytes(seen->word));
    if (at != SIZE_MAX) {
        seen->count++;
        seen->src_off = spot_place(what, at);
        seen->role = what->role;
        seen->hidden_by = what->hidden_by;
        seen->line_no = what->place.row_no;
        for (size_t i = 0; i < at; i++) {
            bool crlf = what->text.ptr[i] == '\r' && what->text.ptr[i + 1] == '\n';
            seen->line_no += what->text.ptr[i] == '\n' || (what->text.ptr[i] == '\r' && !crlf);
        }
    }
    return LJ_OK;
}

static inline void spot_doc(void *ctx, const format_doc *doc)
{
    (void)ctx;
    (void)doc;
}

static inline void spot_gap(void *ctx, const format_doc *doc, const gap *what)
{
    (void)ctx;
    (void)doc;
    (void)what;
}

static inline void spot_note(void *ctx, const format_doc *doc, format_note note)
{
    (void)ctx;
    (void)doc;
    (void)note;
}

static inline void spot_end(void *ctx, const format_doc *doc, const format_doc_end *end)
{
    (void)ctx;
    (void)doc;
    (void)end;
}

static inline lj_code spot_read(void *ctx, uint64_t off, uint8_t *dst, size_t len, size_t *out_len,
                                lj_err *err)
{
    const lj_slice *bytes = ctx;
    (void)err;
    lj_slice part = off <= SIZE_MAX ? lj_slice_part(*bytes, (size_t)off, len) : (lj_slice){NULL, 0};
    if (part.len > 0) {
        memcpy(dst, part.ptr, part.len);
    }
    *out_len = part.len;
    return LJ_OK;
}

/* Examines the bytes and looks for the word; seeds may be NULL: all text. */
static inline spot spot_find(lj_slice bytes, const text_seeds *seeds, const char *word)
{
    spot seen = {.word = word, .src_off = UINT64_MAX};
    format_context *context = format_context_new((size_t)64 << 20);
    assert_non_null(context);
    lj_err err = {0};
    format_input input = {.ctx = &bytes, .size = bytes.len, .read = spot_read};
    format_options options = {
        .limits = format_limits_standard(), .seeds = seeds, .wants_all = seeds == NULL};
    format_sink sink = {.ctx = &seen,
                        .doc_begin = spot_doc,
                        .emit = spot_span,
                        .gap_found = spot_gap,
                        .note = spot_note,
                        .doc_end = spot_end};
    assert_int_equal(format_examine(context, &input, &options, &sink, &err), LJ_OK);
    format_context_free(context);
    assert_false(seen.goes_back);
    return seen;
}

/* The fixed sequence of noise. */
static inline uint8_t spot_noise(uint64_t *state)
{
    *state = *state * 6364136223846793005U + 1442695040888963407U;
    return (uint8_t)(*state >> 56);
}

/* Writes the samples of a folder: name, bytes as a C string. */
static inline void spot_write(const char *folder, const char *name, lj_slice bytes)
{
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "wbe");
    assert_non_null(file);
    (void)fwrite(bytes.ptr, 1, bytes.len, file);
    (void)fclose(file);
}

#endif
