/* SPDX-License-Identifier: AGPL-3.0-or-later
 * From letters to lines, and from lines to spans (hidden-marks F20).
 *
 * Step one follows the content stream: letters on one baseline that go forward without a gap become
 * a piece. Step two does not trust the stream: pieces of one direction are sorted by baseline and
 * place, and neighbours with a small gap become a line, whoever drew them first. That joins letters
 * that were placed one by one in any order, and cells of a table stay apart. Along and across are
 * measured in the direction of the writing, so rotated and vertical text are lines as well.
 *
 *   gap between letters < 0.15 em (Latin) or 0.3 em (Han)   nothing between them
 *   larger                                                  one blank, but none between two Han
 * letters up to 2.5 em larger than LINE_GAP                                    another line
 *
 * Letters that pages share (a template page) take part in all of this: a line that has letters of
 * the page too belongs to the page, others are told once.
 *
 * A letter that is drawn twice in nearly the same place (how bold is faked) counts once. */
#include "formats/page_text.h"

enum { NONE = -1, LINE_TEXT_MAX = 256 * 1024, LOOKS_MAX = 512 };
static const float SAME_BASELINE = 0.3F; /* em */
static const float PIECE_BACK = -0.75F;  /* em a letter may step back inside a piece */
/* em between letters of a piece: no other letter has room there */
static const float PIECE_GAP = 0.4F;
static const float STRING_GAP = 6.0F;   /* the same, when the document says that it goes on */
static const float NEAR_GAP_HAN = 2.2F; /* em between pieces that follow each other in the stream */
static const float NEAR_GAP = 1.5F;
static const float FAR_GAP_HAN = 1.3F; /* em between pieces that do not */
static const float FAR_GAP = 0.6F;

typedef struct frame {
    float ux, uy; /* direction of writing */
} frame;

static frame frame_of(uint16_t degrees)
{
    switch (degrees) {
    case 0:
        return (frame){1, 0};
    case 90:
        return (frame){0, 1};
    case 180:
        return (frame){-1, 0};
    case 270:
        return (frame){0, -1};
    default: {
        float radians = (float)degrees * 0.01745329F;
        return (frame){cosf(radians), sinf(radians)};
    }
    }
}

static float along(frame at, const page_glyph *glyph)
{
    return glyph->x * at.ux + glyph->y * at.uy;
}

static float across(frame at, const page_glyph *glyph)
{
    return glyph->y * at.ux - glyph->x * at.uy;
}

static bool same_text(const page_text *glyphs, const page_glyph *a, const page_glyph *b)
{
    return a->text_len == b->text_len &&
           memcmp(glyphs->text.ptr + a->text_at, glyphs->text.ptr + b->text_at, a->text_len) == 0;
}

/* ---- pieces ---- */

static page_piece *pieces_make(page_text *page, lj_arena *arena, uint32_t *out_count)
{
    page_piece *pieces = lj_arena_array(arena, page->count, sizeof(*pieces));
    if (pieces == NULL) {
        return NULL;
    }
    uint32_t count = 0;
    frame at = {1, 0};
    for (uint32_t i = 0; i < page->count; i++) {
        page_glyph *glyph = &page->items[i];
        page_piece *last = count > 0 ? &pieces[count - 1] : NULL;
        if (last == NULL || last->degrees != glyph->degrees) {
            at = frame_of(glyph->degrees);
        }
        float u = along(at, glyph);
        float v = across(at, glyph);
        if (last != NULL && last->degrees == glyph->degrees) {
            float em = fmaxf(fminf(last->size, glyph->size), 0.01F);
            float distance = (u - last->u1) / em;
            const page_glyph *before = &page->items[last->from + last->count - 1];
            if (fabsf(v - last->v) < 0.15F * em && fabsf(u - along(at, before)) < 0.1F * em &&
                same_text(page, glyph, before) && !glyph->is_blank) {
                /* Drawn twice. It stays out of every piece, so a new one begins behind it when more
                 * letters come. */
                last->count += 1;
                glyph->text_len = 0;
                continue;
            }
            if (fabsf(v - last->v) < 0.2F * em && distance > PIECE_BACK &&
                distance < (glyph->goes_on ? STRING_GAP : PIECE_GAP) &&
                last->from + last->count == i) {
                last->count++;
                last->u1 = fmaxf(last->u1, u + glyph->advance);
                last->size = fmaxf(last->size, glyph->size);
                continue;
            }
        }
        pieces[count++] = (page_piece){.from = i,
                                       .count = 1,
                                       .next = UINT32_MAX,
                                       .degrees = glyph->degrees,
                                       .u0 = u,
                                       .u1 = u + glyph->advance,
                                       .v = v,
                                       .size = glyph->size};
    }
    *out_count = count;
    return pieces;
}

/* ---- lines ---- */

static bool by_baseline(const void *items, uint32_t a, uint32_t b)
{
    const page_piece *left = (const page_piece *)items + a;
    const page_piece *right = (const page_piece *)items + b;
    if (left->degrees != right->degrees) {
        return left->degrees < right->degrees;
    }
    return left->v < right->v;
}

static bool by_place(const void *items, uint32_t a, uint32_t b)
{
    const page_piece *left = (const page_piece *)items + a;
    const page_piece *right = (const page_piece *)items + b;
    return left->u0 < right->u0;
}

static bool may_join(const page_text *glyphs, const page_piece *left, const page_piece *right)
{
    float em = fmaxf(fminf(left->size, right->size), 0.01F);
    float distance = (right->u0 - left->u1) / em;
    const page_glyph *before = &glyphs->items[left->from + left->count - 1];
    const page_glyph *after = &glyphs->items[right->from];
    bool han = before->is_han || after->is_han;
    bool near = right->from == left->from + left->count;
    float most = near ? (han ? NEAR_GAP_HAN : NEAR_GAP) : (han ? FAR_GAP_HAN : FAR_GAP);
    return distance > PIECE_BACK && distance < most;
}

static void line_add(page_line *line, const page_piece *piece)
{
    line->u1 = fmaxf(line->u1, piece->u1);
    line->v0 = fminf(line->v0, piece->v - piece->size * 0.88F);
    line->v1 = fmaxf(line->v1, piece->v + piece->size * 0.12F);
    line->size = fmaxf(line->size, piece->size);
    line->stream_at = piece->from < line->stream_at ? piece->from : line->stream_at;
}

/* Turns the pieces of one baseline, sorted by place, into lines. */
static uint32_t row_make(const page_text *glyphs, page_piece *pieces, const uint32_t *row,
                         uint32_t count, page_line *lines)
{
    uint32_t made = 0;
    uint32_t last = UINT32_MAX;
    for (uint32_t i = 0; i < count; i++) {
        page_piece *piece = &pieces[row[i]];
        if (last != UINT32_MAX && may_join(glyphs, &pieces[last], piece)) {
            pieces[last].next = row[i];
            line_add(&lines[made - 1], piece);
        } else {
            lines[made++] = (page_line){.first_piece = row[i],
                                        .degrees = piece->degrees,
                                        .u0 = piece->u0,
                                        .u1 = piece->u1,
                                        .v = piece->v,
                                        .v0 = piece->v - piece->size * 0.88F,
                                        .v1 = piece->v + piece->size * 0.12F,
                                        .size = piece->size,
                                        .stream_at = piece->from};
        }
        last = row[i];
    }
    return made;
}

static bool page_lines_make(page_text *page, lj_arena *arena, page_piece **out_pieces,
                            page_line **out_lines, uint32_t *out_count)
{
    uint32_t count = 0;
    page_piece *pieces = pieces_make(page, arena, &count);
    uint32_t *order = lj_arena_array(arena, count, sizeof(*order));
    page_line *lines = lj_arena_array(arena, count, sizeof(*lines));
    if (pieces == NULL || order == NULL || lines == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        order[i] = i;
    }
    if (!page_sort(arena, order, count, pieces, by_baseline)) {
        return false;
    }
    uint32_t made = 0;
    for (uint32_t from = 0; from < count;) {
        const page_piece *first = &pieces[order[from]];
        uint32_t to = from + 1;
        float v = first->v;
        while (to < count) {
            const page_piece *next = &pieces[order[to]];
            float em = fminf(next->size, first->size);
            if (next->degrees != first->degrees || next->v - v > SAME_BASELINE * em) {
                break;
            }
            to++;
        }
        if (!page_sort(arena, order + from, to - from, pieces, by_place)) {
            return false;
        }
        made += row_make(page, pieces, order + from, to - from, lines + made);
        from = to;
    }
    *out_pieces = pieces;
    *out_lines = lines;
    *out_count = made;
    return true;
}

/* ---- spans ---- */

typedef struct writer {
    page_text *page;
    const page_piece *pieces;
    lj_buf text;
    span_look *looks;
    uint32_t look_count;
    uint16_t style; /* of the newest look */
    float size;
    uint64_t hidden_all;                   /* what all letters so far have in common */
    const page_glyph *last;                /* the last letter that was no blank */
    float end;                             /* where it ended, along the baseline */
    bool has_blank;                        /* a blank letter stood since */
    uint32_t run_at, run_len;              /* letters of the page that are not in `text` yet */
    uint32_t owners[PAGE_SHARED_TOLD + 1]; /* letters by whose they are */
} writer;

static uint32_t pt100_of(float points)
{
    return !(points > 0) ? 0 : points > 1e7F ? 1000000000U : (uint32_t)lroundf(points * 100.0F);
}

/* Letters mostly stand in the page's text as they follow each other: they are copied in runs. */
static void write_run(writer *out)
{
    lj_buf_put(&out->text, lj_slice_of(out->page->text.ptr + out->run_at, out->run_len));
    out->run_len = 0;
}

/* A blank when the distance to the letter before asks for one. */
static void write_blank(writer *out, const page_glyph *glyph, float u)
{
    if (out->last == NULL) {
        return;
    }
    float em = fmaxf(fminf(out->last->size, glyph->size), 0.01F);
    float distance = (u - out->end) / em;
    bool both = out->last->is_han && glyph->is_han;
    bool either = out->last->is_han || glyph->is_han;
    bool told = out->has_blank && !both;
    out->has_blank = false;
    if (told || distance > (both ? 2.5F : either ? 0.3F : 0.15F)) {
        write_run(out);
        lj_buf_put_u8(&out->text, ' ');
        out->looks[out->look_count - 1].len++;
    }
}

static void write_look(writer *out, const page_glyph *glyph, const page_style *style)
{
    span_look *look = out->look_count > 0 ? &out->looks[out->look_count - 1] : NULL;
    bool same =
        look != NULL && out->style == glyph->style && fabsf(out->size - glyph->size) < 0.01F;
    if (!same && (look == NULL || out->look_count < LOOKS_MAX)) {
        look = &out->looks[out->look_count++];
        *look = (span_look){.from = (uint32_t)out->text.len + out->run_len,
                            .hidden_by = style->hidden,
                            .size_pt100 = pt100_of(glyph->size),
                            .fg = style->fg,
                            .bg = style->bg,
                            .flags = style->flags,
                            .known = style->known};
        out->style = glyph->style;
        out->size = glyph->size;
    }
    look->len += glyph->text_len;
}

static void write_glyph(writer *out, frame at, const page_glyph *glyph)
{
    const page_text *page = out->page;
    if (glyph->text_len == 0) {
        return;
    }
    if (glyph->is_blank) {
        out->has_blank = true;
        return;
    }
    float u = along(at, glyph);
    write_blank(out, glyph, u);
    const page_style *style = &page->styles[glyph->style];
    write_look(out, glyph, style);
    out->hidden_all = out->last == NULL ? style->hidden : out->hidden_all & style->hidden;
    if (out->run_at + out->run_len != glyph->text_at) {
        write_run(out);
        out->run_at = glyph->text_at;
    }
    out->run_len += glyph->text_len;
    out->owners[glyph->owner]++;
    out->last = glyph;
    out->end = u + glyph->advance;
}

/* The box of a line on the page, from its own directions. */
static void box_of(const page_line *line, int32_t box[4])
{
    frame at = frame_of(line->degrees);
    float us[2] = {line->u0, line->u1};
    float vs[2] = {line->v0, line->v1};
    float low_x = INFINITY, low_y = INFINITY, high_x = -INFINITY, high_y = -INFINITY;
    for (int i = 0; i < 4; i++) {
        float x = us[i & 1] * at.ux - vs[i >> 1] * at.uy;
        float y = us[i & 1] * at.uy + vs[i >> 1] * at.ux;
        low_x = fminf(low_x, x);
        low_y = fminf(low_y, y);
        high_x = fmaxf(high_x, x);
        high_y = fmaxf(high_y, y);
    }
    float all[4] = {low_x, low_y, high_x, high_y};
    for (int i = 0; i < 4; i++) {
        float value = all[i] * 100.0F;
        box[i] = value > 1e9F       ? 1000000000
                 : value < -1e9F    ? -1000000000
                 : !isfinite(value) ? 0
                                    : (int32_t)value;
    }
}

/* A line that stands in the middle of the page and leaves room on both sides. */
static bool is_centred(const page_text *page, const page_line *line)
{
    float left = line->u0;
    float right = page->width - line->u1;
    return line->degrees == 0 && left > page->width * 0.2F && right > page->width * 0.2F &&
           fabsf(left - right) < page->width * 0.03F;
}

static span_join join_of(const page_line *before, const page_line *line)
{
    bool follows = before != NULL && before->degrees == line->degrees && line->v > before->v &&
                   line->v - before->v < 2.2F * fmaxf(line->size, before->size) &&
                   line->u0 < before->u1 && before->u0 < line->u1;
    return follows ? SPAN_JOIN_LINE : SPAN_JOIN_BLOCK;
}

static void write_line(writer *out, const page_line *line, const page_line *before)
{
    page_text *page = out->page;
    frame at = frame_of(line->degrees);
    lj_buf_clear(&out->text);
    out->run_at = out->run_len = 0;
    out->look_count = 0;
    out->last = NULL;
    out->has_blank = false;
    out->hidden_all = 0;
    memset(out->owners, 0, sizeof(out->owners));
    for (uint32_t i = line->first_piece; i != UINT32_MAX; i = out->pieces[i].next) {
        const page_piece *piece = &out->pieces[i];
        for (uint32_t k = 0; k < piece->count; k++) {
            write_glyph(out, at, &page->items[piece->from + k]);
        }
    }
    write_run(out);
    if (out->text.len == 0 || !lj_buf_ok(&out->text)) {
        page->lost = page->lost || !lj_buf_ok(&out->text);
        return;
    }
    bool is_shared = out->owners[PAGE_OWN] == 0;
    if (is_shared && out->owners[PAGE_SHARED] == 0) {
        return; /* all of it was told on an earlier page */
    }
    span made = span_of(is_shared ? SPAN_MASTER : page->role, lj_buf_str(&out->text));
    made.label = page->label;
    made.rev_idx = page->rev_idx;
    if (is_centred(page, line)) {
        for (uint32_t i = 0; i < out->look_count; i++) {
            out->looks[i].flags |= SPAN_CENTRED;
            out->looks[i].known |= SPAN_KNOWS_ALIGN;
        }
    }
    made.join = join_of(before, line);
    made.story_id = page->story_id;
    made.hidden_by = page->hidden_by | out->hidden_all;
    made.place = page->place;
    made.known = SPAN_KNOWS_PAGE | SPAN_KNOWS_BOX;
    box_of(line, made.box_pt100);
    made.page_pt100[0] = (int32_t)pt100_of(page->width);
    made.page_pt100[1] = (int32_t)pt100_of(page->height);
    made.looks = out->looks;
    made.look_count = out->look_count;
    page->stop = format_emit(page->run, &made);
}

void page_lines_emit(page_text *page)
{
    lj_arena *arena = page->arena;
    lj_arena_mark mark = lj_arena_mark_of(arena);
    page_piece *pieces = NULL;
    page_line *lines = NULL;
    uint32_t count = 0;
    bool made = page_lines_make(page, arena, &pieces, &lines, &count);
    uint32_t *order = made ? page_lines_order(arena, lines, count) : NULL;
    writer out = {.page = page, .pieces = pieces};
    out.looks = lj_arena_array(arena, LOOKS_MAX, sizeof(*out.looks));
    lj_buf_init(&out.text, arena, LINE_TEXT_MAX);
    if (order == NULL || out.looks == NULL) {
        page->lost = true;
    } else {
        const page_line *before = NULL;
        for (uint32_t i = 0; i < count && page->stop == LJ_OK; i++) {
            write_line(&out, &lines[order[i]], before);
            before = &lines[order[i]];
        }
    }
    lj_arena_rewind(arena, mark);
}
