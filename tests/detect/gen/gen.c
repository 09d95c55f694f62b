/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Expands templates and cuts the result into spans. */
#include "gen.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"

/* The end of the alternative group that begins behind '[': its ']' on the same depth. */
static const char *gen_group_end(const char *at)
{
    int depth = 1;
    for (; *at != '\0'; at++) {
        depth += *at == '[' ? 1 : *at == ']' ? -1 : 0;
        if (depth == 0) {
            break;
        }
    }
    return at;
}

static uint32_t gen_alternatives(const char *from, const char *to)
{
    uint32_t count = 1;
    int depth = 0;
    for (; from < to; from++) {
        depth += *from == '[' ? 1 : *from == ']' ? -1 : 0;
        count += depth == 0 && *from == '|';
    }
    return count;
}

/* Replaces the first innermost-left group by one of its alternatives until none is left. Works on a
 * copy, iteratively. */
static void gen_choose(gen_random *random, lj_buf *text)
{
    for (uint32_t guard = 0; guard < 4000; guard++) {
        char *all = (char *)text->ptr;
        char *open = memchr(all, '[', text->len);
        if (open == NULL) {
            return;
        }
        const char *end = gen_group_end(open + 1);
        uint32_t pick = gen_below(random, gen_alternatives(open + 1, end));
        const char *from = open + 1;
        int depth = 0;
        const char *at = from;
        for (; at < end; at++) {
            depth += *at == '[' ? 1 : *at == ']' ? -1 : 0;
            if (depth == 0 && *at == '|') {
                if (pick == 0) {
                    break;
                }
                pick--;
                from = at + 1;
            }
        }
        size_t len = (size_t)(at - from);
        size_t open_at = (size_t)(open - all);
        size_t rest_at = (size_t)(end - all) + 1;
        memmove(all + open_at, from, len);
        memmove(all + open_at + len, all + rest_at, text->len - rest_at);
        text->len = open_at + len + (text->len - rest_at);
        text->ptr[text->len] = '\0';
    }
}

void gen_expand(gen_random *random, const char *text, lj_buf *out)
{
    lj_buf work;
    lj_buf_init(&work, NULL, 1 << 20);
    lj_buf_put_cstr(&work, text);
    lj_buf_put_u8(&work, 0);
    work.len--;
    gen_choose(random, &work);
    size_t at = 0;
    while (at < work.len) {
        uint8_t *open = memchr(work.ptr + at, '{', work.len - at);
        size_t plain = open != NULL ? (size_t)(open - work.ptr) - at : work.len - at;
        lj_buf_put(out, lj_slice_of(work.ptr + at, plain));
        at += plain;
        if (open == NULL) {
            break;
        }
        uint8_t *close = memchr(open, '}', work.len - at);
        lj_slice word = {open + 1, close != NULL ? (size_t)(close - open) - 1 : 0};
        if (close == NULL || word.len == 0 || !gen_word(random, word, out)) {
            fprintf(stderr, "gen: unknown word near %.30s\n", (const char *)open);
            abort();
        }
        at = (size_t)(close - work.ptr) + 1;
    }
    lj_buf_done(&work);
}

static span_role gen_role(lj_slice name)
{
    for (uint32_t role = 0; role < SPAN_ROLE_COUNT; role++) {
        if (lj_slice_is(name, lj_cstr_bytes(span_role_row((span_role)role)->name))) {
            return (span_role)role;
        }
    }
    fprintf(stderr, "gen: unknown role %.*s\n", (int)name.len, (const char *)name.ptr);
    abort();
}

static uint32_t gen_uint(lj_slice text)
{
    uint32_t value = 0;
    for (size_t i = 0; i < text.len; i++) {
        value = value * 10 + (uint32_t)(text.ptr[i] - '0');
    }
    return value;
}

static void gen_option(span *what, span_look *look, lj_slice key, lj_slice value)
{
    if (lj_slice_is(key, LJ_BYTES("r"))) {
        what->place.row_no = gen_uint(value);
        what->place.sheet_no = 1;
    } else if (lj_slice_is(key, LJ_BYTES("c"))) {
        what->place.col_no = gen_uint(value);
    } else if (lj_slice_is(key, LJ_BYTES("page"))) {
        what->place.page_no = gen_uint(value);
    } else if (lj_slice_is(key, LJ_BYTES("label"))) {
        what->label = (lj_str){(const char *)value.ptr, value.len};
    } else if (lj_slice_is(key, LJ_BYTES("origin"))) {
        what->origin = SPAN_DECODED;
    } else if (lj_slice_is(key, LJ_BYTES("size"))) {
        look->size_pt100 = gen_uint(value);
        look->known = SPAN_KNOWS_SIZE | SPAN_KNOWS_FONT;
        look->flags = SPAN_HEI;
    } else if (lj_slice_is(key, LJ_BYTES("hide"))) {
        for (uint32_t fact = 0; fact < SPAN_HIDDEN_COUNT; fact++) {
            if (lj_slice_is(value, lj_cstr_bytes(span_hidden_row((span_hidden)fact)->name))) {
                what->hidden_by = SPAN_HIDE(fact);
                return;
            }
        }
        abort();
    } else {
        fprintf(stderr, "gen: unknown option %.*s\n", (int)key.len, (const char *)key.ptr);
        abort();
    }
}

/* `@role key=value ...` */
static void gen_header(lj_slice line, span *what, span_look *look)
{
    size_t at = 1;
    bool first = true;
    while (at < line.len) {
        size_t end = at;
        while (end < line.len && line.ptr[end] != ' ') {
            end++;
        }
        lj_slice word = lj_slice_part(line, at, end - at);
        size_t sign = lj_slice_find(word, LJ_BYTES("="));
        if (first) {
            what->role = gen_role(word);
        } else if (sign != SIZE_MAX) {
            gen_option(what, look, lj_slice_part(word, 0, sign),
                       lj_slice_part(word, sign + 1, word.len));
        }
        first = false;
        at = end + 1;
    }
}

/* Takes \x01 and \x02 out and makes the look of the first such part. */
static void gen_hide(lj_arena *arena, span *what, span_look *look)
{
    lj_slice kept = lj_arena_copy(arena, lj_str_bytes(what->text));
    char *text = lj_arena_alloc(arena, kept.len + 1);
    size_t len = 0;
    size_t from = SIZE_MAX;
    for (size_t i = 0; i < kept.len; i++) {
        if (kept.ptr[i] == 1) {
            from = len;
        } else if (kept.ptr[i] == 2) {
            look->from = (uint32_t)from;
            look->len = (uint32_t)(len - from);
            look->hidden_by = SPAN_HIDE(SPAN_HIDDEN_VANISH);
        } else {
            text[len++] = (char)kept.ptr[i];
        }
    }
    what->text = (lj_str){text, len};
    if (look->hidden_by == 0 && look->known != 0) {
        look->len = (uint32_t)len;
    }
    if (look->hidden_by != 0 || look->known != 0) {
        what->looks = look;
        what->look_count = 1;
    }
}

static void gen_add(lj_arena *arena, gen_case *out, const span *what, const span_look *look,
                    lj_slice text)
{
    if (out->count == GEN_SPAN_MAX || text.len == 0) {
        return;
    }
    span *last = &out->spans[out->count];
    out->looks[out->count] = *look;
    *last = *what;
    last->text = (lj_str){(const char *)text.ptr, text.len};
    gen_hide(arena, last, &out->looks[out->count]);
    out->count++;
}

/* The text of one span: as it is, or one span for each line. */
static void gen_block(lj_arena *arena, gen_case *out, const span *what, const span_look *look,
                      lj_slice text, bool by_line)
{
    while (text.len > 0 && text.ptr[text.len - 1] == '\n') {
        text.len--;
    }
    if (!by_line || what->role != SPAN_BODY) {
        gen_add(arena, out, what, look, text);
        return;
    }
    size_t at = 0;
    while (at < text.len) {
        const uint8_t *end = memchr(text.ptr + at, '\n', text.len - at);
        size_t to = end != NULL ? (size_t)(end - text.ptr) : text.len;
        gen_add(arena, out, what, look, lj_slice_part(text, at, to - at));
        at = to + 1;
    }
}

void gen_make(const gen_kind *kind, uint64_t seed, lj_arena *arena, gen_case *out)
{
    gen_random random = {seed};
    lj_buf text;
    lj_buf_init(&text, arena, 1 << 20);
    memset(out, 0, sizeof(*out));
    bool by_line = gen_below(&random, 2) == 1;
    gen_expand(&random, kind->text, &text);
    lj_slice all = lj_buf_slice(&text);
    span what = span_of(SPAN_BODY, (lj_str){NULL, 0});
    span_look look = {0};
    size_t from = 0;
    size_t at = 0;
    while (at < all.len) {
        const uint8_t *end = memchr(all.ptr + at, '\n', all.len - at);
        size_t to = end != NULL ? (size_t)(end - all.ptr) : all.len;
        if (all.ptr[at] == '@') {
            if (at > from) {
                gen_block(arena, out, &what, &look, lj_slice_part(all, from, at - from), by_line);
            }
            what = span_of(SPAN_BODY, (lj_str){NULL, 0});
            look = (span_look){0};
            gen_header(lj_slice_part(all, at, to - at), &what, &look);
            from = to + 1;
        }
        at = to + 1;
    }
    if (from < all.len) {
        gen_block(arena, out, &what, &look, lj_slice_part(all, from, all.len - from), by_line);
    }
}
