/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Runs of text become one block with looks; see span_block.h. */
#include "formats/span_block.h"

#include "base/num.h"
#include "formats/look.h"

enum {
    LOOKS_FIRST = 16,
    LOOKS_MAX = 65536,
    ONE_LINE_MAX = 600, /* bytes of a block that is given again without its line breaks */
};

void span_block_init(span_block *block, lj_arena *arena)
{
    *block = (span_block){.arena = arena};
    lj_buf_init(&block->text, arena, 4 * (size_t)SPAN_BLOCK_MAX);
}

void span_block_clear(span_block *block)
{
    lj_buf_clear(&block->text);
    block->look_count = 0;
    block->has_break = false;
}

static bool same_look(const span_look *a, const span_look *b)
{
    return a->hidden_by == b->hidden_by && a->size_pt100 == b->size_pt100 && a->fg == b->fg &&
           a->bg == b->bg && a->flags == b->flags && a->known == b->known;
}

static void add_look(span_block *block, const span_look *look, size_t from, size_t len)
{
    if (block->look_count > 0) {
        span_look *last = &block->looks[block->look_count - 1];
        if (last->from + last->len == from && same_look(last, look)) {
            last->len += (uint32_t)len;
            return;
        }
    }
    if (block->look_count == block->look_cap) {
        uint32_t cap = block->look_cap == 0 ? LOOKS_FIRST : block->look_cap * 2;
        span_look *looks =
            cap <= LOOKS_MAX ? lj_arena_array(block->arena, cap, sizeof(*looks)) : NULL;
        if (looks == NULL) {
            return; /* the text stays, its look is not known */
        }
        if (block->look_count > 0) {
            memcpy(looks, block->looks, block->look_count * sizeof(*looks));
        }
        block->looks = looks;
        block->look_cap = cap;
    }
    span_look *fresh = &block->looks[block->look_count++];
    *fresh = *look;
    fresh->from = (uint32_t)from;
    fresh->len = (uint32_t)len;
}

void span_block_add(span_block *block, lj_str text, const span_look *look)
{
    size_t from = block->text.len;
    lj_buf_put(&block->text, lj_str_bytes(text));
    if (text.len == 0 || !lj_buf_ok(&block->text)) {
        return;
    }
    block->has_break = block->has_break || look_has_byte(text, '\n');
    if (look != NULL && (look->known != 0 || look->flags != 0 || look->hidden_by != 0)) {
        add_look(block, look, from, text.len);
    }
}

/* What all looks say together, when they cover the whole text. */
static uint64_t shared_reasons(const span_block *block)
{
    uint64_t shared = UINT64_MAX;
    size_t covered = 0;
    for (uint32_t i = 0; i < block->look_count; i++) {
        shared &= block->looks[i].hidden_by;
        covered += block->looks[i].len;
    }
    return covered == block->text.len ? shared : 0;
}

static uint32_t count_breaks(const uint8_t *text, size_t len)
{
    uint32_t count = 0;
    for (size_t i = 0; i < len; i++) {
        count += text[i] == '\n' ? 1 : 0;
    }
    return count;
}

/* The same text on one line; the block is short. */
static lj_code emit_one_line(format_run *run, span_block *block, span *what)
{
    uint8_t *text = block->text.ptr;
    for (uint32_t i = 0; i < block->look_count; i++) {
        span_look *look = &block->looks[i];
        uint32_t inside = count_breaks(text + look->from, look->len);
        look->from -= count_breaks(text, look->from);
        look->len -= inside;
    }
    size_t out = 0;
    for (size_t at = 0; at < block->text.len; at++) {
        if (text[at] != '\n') {
            text[out++] = text[at];
        }
    }
    block->text.len = out;
    what->text = lj_buf_str(&block->text);
    return format_emit(run, what);
}

/* A line break with text on both sides. */
static bool breaks_inside(lj_str text)
{
    size_t from = 0;
    size_t to = text.len;
    while (from < to && (uint8_t)text.ptr[from] <= ' ') {
        from++;
    }
    while (to > from && (uint8_t)text.ptr[to - 1] <= ' ') {
        to--;
    }
    return memchr(text.ptr + from, '\n', to - from) != NULL;
}

lj_code span_block_emit(format_run *run, span_block *block, span *what, uint16_t *alt_count)
{
    lj_str text = lj_buf_str(&block->text);
    if (look_is_blank(text)) {
        span_block_clear(block);
        return LJ_OK;
    }
    what->text = text;
    what->looks = block->looks;
    what->look_count = block->look_count;
    what->hidden_by |= shared_reasons(block);
    bool again = block->has_break && text.len <= ONE_LINE_MAX && breaks_inside(text);
    if (again && what->alt_group == 0) {
        what->alt_group = ++*alt_count;
    }
    lj_code code = format_emit(run, what);
    if (code == LJ_OK && again) {
        code = emit_one_line(run, block, what);
    }
    span_block_clear(block);
    return code;
}
