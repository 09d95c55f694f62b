/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The reading order of the lines of a page.
 *
 * The content stream of nearly every program draws column by column, but headers, footers and text
 * boxes anywhere. So lines are first chained in the order of the stream, as long as each stands
 * below the one before in the same column, and then the chains are put into order: from top to
 * bottom; of two that stand side by side and are both running text, the left one first, whole.
 * Cells of a table are chains of one line and come row by row. Directions of writing follow each
 * other: level text first. */
#include "formats/page_text.h"

enum { CHAIN_PROSE = 3, CHAINS_SORTED_WELL = 400 };

typedef struct chain {
    uint32_t from, count; /* in the order of the stream */
    uint16_t degrees;
    float u0, u1, v0, v1, size;
} chain;

bool page_sort(lj_arena *arena, uint32_t *indices, uint32_t count, const void *items,
               page_less *less)
{
    bool sorted = true;
    for (uint32_t i = 1; i < count && sorted; i++) {
        sorted = !less(items, indices[i], indices[i - 1]);
    }
    if (sorted) {
        return true;
    }
    uint32_t *other = lj_arena_array(arena, count, sizeof(*other));
    if (other == NULL) {
        return false;
    }
    uint32_t *from = indices;
    uint32_t *to = other;
    for (uint32_t width = 1; width<count; width = width> count / 2 ? count : width * 2) {
        for (uint32_t at = 0; at < count; at += 2 * width) {
            uint32_t left = at;
            uint32_t middle = at + width < count ? at + width : count;
            uint32_t right = middle;
            uint32_t end = middle + width < count ? middle + width : count;
            for (uint32_t k = at; k < end; k++) {
                bool take_right =
                    left >= middle || (right < end && less(items, from[right], from[left]));
                to[k] = take_right ? from[right++] : from[left++];
            }
        }
        uint32_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != indices) {
        memcpy(indices, from, count * sizeof(*indices));
    }
    return true;
}

static bool by_stream(const void *items, uint32_t a, uint32_t b)
{
    const page_line *left = (const page_line *)items + a;
    const page_line *right = (const page_line *)items + b;
    if (left->degrees != right->degrees) {
        return left->degrees < right->degrees;
    }
    return left->stream_at < right->stream_at;
}

static bool continues(const chain *it, const page_line *last, const page_line *line)
{
    return it->degrees == line->degrees && line->v > last->v &&
           line->v - last->v < 3.0F * fmaxf(line->size, last->size) && line->u0 < it->u1 &&
           it->u0 < line->u1 && (line->u0 < last->u1 && last->u0 < line->u1);
}

static bool by_top(const void *items, uint32_t a, uint32_t b)
{
    const chain *left = (const chain *)items + a;
    const chain *right = (const chain *)items + b;
    if (left->degrees != right->degrees) {
        return left->degrees < right->degrees;
    }
    if (left->v0 != right->v0) {
        return left->v0 < right->v0;
    }
    return left->u0 < right->u0;
}

/* Rows of chains whose tops are within half a letter are put from left to right. */
static void rows_sort(uint32_t *order, uint32_t count, const chain *chains)
{
    for (uint32_t i = 1; i < count; i++) {
        uint32_t moved = order[i];
        uint32_t at = i;
        while (at > 0) {
            const chain *left = &chains[order[at - 1]];
            const chain *right = &chains[moved];
            float em = fminf(left->size, right->size);
            bool same_row =
                left->degrees == right->degrees && fabsf(left->v0 - right->v0) < 0.5F * em;
            if (!same_row || left->u0 <= right->u0) {
                break;
            }
            order[at] = order[at - 1];
            at--;
        }
        order[at] = moved;
    }
}

/* True when b, which begins higher, is a column to the right of a, so that a is read first. */
static bool is_left_column(const chain *a, const chain *b)
{
    float overlap = fminf(a->v1, b->v1) - fmaxf(a->v0, b->v0);
    return a->degrees == b->degrees && a->count >= CHAIN_PROSE && b->count >= CHAIN_PROSE &&
           a->u1 <= b->u0 && overlap > 0.3F * fminf(a->v1 - a->v0, b->v1 - b->v0) &&
           a->u1 - a->u0 > 10 * a->size;
}

static void columns_sort(uint32_t *order, uint32_t count, const chain *chains)
{
    for (uint32_t i = 1; i < count; i++) {
        uint32_t moved = order[i];
        uint32_t at = i;
        while (at > 0 && is_left_column(&chains[moved], &chains[order[at - 1]])) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = moved;
    }
}

static uint32_t chains_make(const page_line *lines, const uint32_t *stream, uint32_t count,
                            chain *chains)
{
    uint32_t made = 0;
    for (uint32_t i = 0; i < count; i++) {
        const page_line *line = &lines[stream[i]];
        chain *last = made > 0 ? &chains[made - 1] : NULL;
        if (last != NULL && continues(last, &lines[stream[i - 1]], line)) {
            last->count++;
            last->u0 = fminf(last->u0, line->u0);
            last->u1 = fmaxf(last->u1, line->u1);
            last->v1 = fmaxf(last->v1, line->v1);
            continue;
        }
        chains[made++] = (chain){.from = i,
                                 .count = 1,
                                 .degrees = line->degrees,
                                 .u0 = line->u0,
                                 .u1 = line->u1,
                                 .v0 = line->v0,
                                 .v1 = line->v1,
                                 .size = line->size};
    }
    return made;
}

uint32_t *page_lines_order(lj_arena *arena, const page_line *lines, uint32_t count)
{
    uint32_t *stream = lj_arena_array(arena, count, sizeof(*stream));
    uint32_t *out = lj_arena_array(arena, count, sizeof(*out));
    uint32_t *order = lj_arena_array(arena, count, sizeof(*order));
    chain *chains = lj_arena_array(arena, count, sizeof(*chains));
    if (stream == NULL || out == NULL || order == NULL || chains == NULL) {
        return NULL;
    }
    for (uint32_t i = 0; i < count; i++) {
        stream[i] = i;
    }
    if (!page_sort(arena, stream, count, lines, by_stream)) {
        return NULL;
    }
    uint32_t made = chains_make(lines, stream, count, chains);
    for (uint32_t i = 0; i < made; i++) {
        order[i] = i;
    }
    if (!page_sort(arena, order, made, chains, by_top)) {
        return NULL;
    }
    if (made <= CHAINS_SORTED_WELL) {
        rows_sort(order, made, chains);
        columns_sort(order, made, chains);
    }
    uint32_t at = 0;
    for (uint32_t i = 0; i < made; i++) {
        for (uint32_t k = 0; k < chains[order[i]].count; k++) {
            out[at++] = stream[chains[order[i]].from + k];
        }
    }
    return out;
}
