/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Text of groups becomes spans.
 *
 * Model. Text waits in two buffers: `out` (UTF-8) and behind it `raw` (bytes that are not decoded
 * yet). It goes to the block of its story when the look or the story changes, and the block is
 * emitted when its paragraph, cell or value ends. Deleted text stays in its paragraph with the
 * reason on its look, and comes a second time by itself, as an alternative (hidden-marks R02, W12).
 *
 * Traps. A letter of two bytes may stand with one byte on either side of a change of look: the
 * first one waits. Bytes of GBK where the code page is Western are known by pairs that make common
 * Han letters. In Wingdings some letters are stars. */
#include "base/num.h"
#include "formats/look.h"
#include "formats/rtf/rtf_priv.h"

enum {
    TINY_HALF_POINTS = 8,
    PT100_PER_HALF_POINT = 50,
    SOLID = 5000, /* hundredths of a percent of shading from which the ground is not known */
    WHITE = 0xFFFFFF,
    PAIRS_MIN = 2, /* of GBK under a Western code page */
    PLAUSIBLE_MIN = 700,
};

/* ---- looks ---- */

static uint32_t colour_of(const rtf *r, uint32_t idx)
{
    return idx > 0 && idx < r->colour_count ? r->colours[idx] : LOOK_NO_COLOUR;
}

/* The colour behind the text: the nearest thing that is painted there. */
static uint32_t ground_of(const rtf *r, const rtf_look *look)
{
    uint32_t ground = LOOK_NO_COLOUR;
    const rtf_story *story = &r->stories[r->story];
    if ((look->flags & RTF_IN_TABLE) != 0 && story->col_no < r->cell_defs) {
        ground = colour_of(r, r->cell_grounds[story->col_no]);
    }
    for (int i = RTF_PARAGRAPH_BG; i <= RTF_HIGHLIGHT; i++) {
        uint32_t over = colour_of(r, look->grounds[i]);
        ground = over != LOOK_NO_COLOUR ? over : ground;
        if (i == RTF_CHARACTER_BG && look->shading >= SOLID) {
            ground = LOOK_PAINTED;
        }
    }
    return ground;
}

span_look rtf_look_span(const rtf *r, const rtf_look *look)
{
    span_look out = {.known = SPAN_KNOWS_SIZE};
    out.size_pt100 = (uint32_t)look->size_halves * PT100_PER_HALF_POINT;
    uint32_t flags = look->flags;
    if (look->size_halves <= TINY_HALF_POINTS || (flags & RTF_NARROW) != 0) {
        out.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_TINY);
    }
    uint32_t ground = ground_of(r, look);
    if (ground < LOOK_PAINTED) {
        out.known |= SPAN_KNOWS_BG;
        out.bg = ground;
    }
    uint32_t fg = colour_of(r, look->fg);
    if (fg != LOOK_NO_COLOUR) {
        out.known |= SPAN_KNOWS_FG;
        out.fg = fg;
        if (ground != LOOK_PAINTED &&
            look_no_contrast(fg, ground != LOOK_NO_COLOUR ? ground : WHITE)) {
            out.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_NO_CONTRAST);
        }
    }
    uint16_t font = look->east_font > 0 ? look->east_font : look->font;
    if (font > 0) {
        out.known |= SPAN_KNOWS_FONT;
        out.flags |= r->fonts[font - 1].is_hei ? SPAN_HEI : 0;
    }
    out.known |= (flags & RTF_ALIGNED) != 0 ? SPAN_KNOWS_ALIGN : 0;
    out.flags |= (uint16_t)(((flags & RTF_BOLD) != 0 ? SPAN_BOLD : 0) |
                            ((flags & RTF_ITALIC) != 0 ? SPAN_ITALIC : 0) |
                            ((flags & (RTF_STRIKE | RTF_STRIKE_2)) != 0 ? SPAN_STRUCK : 0) |
                            ((flags & RTF_CENTRE) != 0 ? SPAN_CENTRED : 0) |
                            ((flags & RTF_TO_RIGHT) != 0 ? SPAN_RIGHT : 0) |
                            ((flags & RTF_HAS_INDENT) != 0 ? SPAN_INDENT : 0));
    out.hidden_by |=
        (flags & (RTF_HIDDEN | RTF_WEB_HIDDEN)) != 0 ? SPAN_HIDE(SPAN_HIDDEN_VANISH) : 0;
    out.hidden_by |= (flags & RTF_DELETED) != 0 ? SPAN_HIDE(SPAN_HIDDEN_DELETED) : 0;
    return out;
}

/* ---- decoding ---- */

static bool is_wingdings(const rtf *r, const rtf_look *look)
{
    return look->font > 0 && r->fonts[look->font - 1].is_wingdings;
}

static void decode_symbols(rtf *r, lj_slice raw)
{
    bool stars = is_wingdings(r, &r->look);
    for (size_t i = 0; i < raw.len; i++) {
        uint32_t code = raw.ptr[i];
        lj_buf_put_utf8(&r->out, code < 0xA0 ? code : stars ? look_wingdings(code) : 0xF000 + code);
    }
}

/* True when what is called Western is Chinese: all high bytes come in pairs, and these make common
 * letters. */
static bool looks_chinese(rtf *r, lj_slice raw)
{
    uint32_t pairs = 0;
    for (size_t i = 0; i < raw.len; i++) {
        if (raw.ptr[i] >= 0x80) {
            if (raw.ptr[i] < 0xA1 || i + 1 >= raw.len || raw.ptr[i + 1] < 0xA1) {
                return false;
            }
            pairs++;
            i++;
        }
    }
    if (pairs < PAIRS_MIN) {
        return false;
    }
    lj_buf_clear(&r->scratch);
    (void)text_to_utf8(TEXT_GB18030, raw, /* more= */ false, &r->scratch, /* rows= */ NULL);
    return lj_buf_ok(&r->scratch) && text_plausible(lj_buf_str(&r->scratch)) >= PLAUSIBLE_MIN;
}

/* raw becomes UTF-8 behind out; but for a final call the first bytes of a letter may stay. */
static void decode_raw(rtf *r, bool is_final)
{
    lj_slice raw = lj_buf_slice(&r->raw);
    size_t used = raw.len;
    if (raw.len == 0) {
        return;
    }
    if (!look_has_high_byte((lj_str){(const char *)raw.ptr, raw.len})) {
        lj_buf_put(&r->out, raw);
    } else if (r->look.charset == RTF_SYMBOLS) {
        decode_symbols(r, raw);
    } else {
        text_charset charset = (text_charset)r->look.charset;
        if (charset == TEXT_LATIN1 && looks_chinese(r, raw)) {
            charset = TEXT_GB18030;
        }
        used = text_to_utf8(charset, raw, /* more= */ !is_final, &r->out, /* rows= */ NULL);
    }
    size_t left = raw.len - used;
    LJ_ARENA_SHOW(r->raw.ptr, raw.len);
    memmove(r->raw.ptr, r->raw.ptr + used, left);
    r->raw.len = left;
}

/* ---- text that waits ---- */

static void emit_block(rtf *r, rtf_story *story, span_join join, bool in_cell);

static bool in_cell_now(const rtf *r)
{
    return (r->stack[r->depth].look.flags & RTF_IN_TABLE) != 0;
}

void rtf_text_flush(rtf *r, bool is_final)
{
    decode_raw(r, is_final);
    if (r->out.len == 0) {
        return;
    }
    rtf_story *story = &r->stories[r->story];
    lj_str text = lj_buf_str(&r->out);
    if (story->dest == D_FONT_TABLE) {
        rtf_font_name(r, text);
    }
    if (story->block.text.len == 0) {
        story->off = r->text_off;
    }
    span_look look = rtf_look_span(r, &r->look);
    bool has_look = rtf_dest_row_of((rtf_dest)story->dest)->mode == RTF_STORY;
    if (!has_look) { /* of a value only this much matters */
        look = (span_look){.hidden_by = look.hidden_by & SPAN_HIDE(SPAN_HIDDEN_DELETED)};
    }
    span_block_add(&story->block, text, &look);
    if ((r->look.flags & RTF_DELETED) != 0) {
        span_block_add(&story->gone, text, &look);
        uint16_t author = r->look.deleted_by;
        if (story->author.len == 0 && author < r->author_count) {
            lj_buf_put(&story->author, lj_str_bytes(r->authors[author]));
        }
    } else {
        story->has_kept = true;
    }
    lj_buf_clear(&r->out);
    if (story->block.text.len > SPAN_BLOCK_MAX) {
        emit_block(r, story, story->goes_on ? SPAN_JOIN_SAME : SPAN_JOIN_BLOCK, in_cell_now(r));
        story->goes_on = true;
    }
}

void rtf_text_sync(rtf *r)
{
    const rtf_group *top = rtf_top(r);
    r->is_dirty = false;
    bool same_story = r->story == top->story;
    if (r->raw.len + r->out.len > 0) {
        if (same_story && memcmp(&r->look, &top->look, sizeof(r->look)) == 0) {
            return;
        }
        rtf_text_flush(r, !same_story || r->look.charset != top->look.charset);
    }
    r->look = top->look;
    r->story = top->story;
}

static void take_off(rtf *r, uint64_t off)
{
    if (r->raw.len + r->out.len == 0) {
        r->text_off = off;
    }
}

void rtf_text_raw(rtf *r, const uint8_t *bytes, size_t len, uint64_t off)
{
    size_t skipped = lj_min_size(r->skip, len);
    r->skip -= (uint32_t)skipped;
    r->surrogate = skipped < len ? 0 : r->surrogate;
    lj_slice rest = lj_slice_part(lj_slice_of(bytes, len), skipped, SIZE_MAX);
    off += skipped;
    rtf_mode mode = (rtf_mode)rtf_top(r)->mode;
    if (mode == RTF_HEX || rest.len == 0 ||
        (rest.len == 1 && rest.ptr[0] < ' ' && rest.ptr[0] != '\t')) {
        return;
    }
    if (mode == RTF_COLOURS) {
        for (size_t i = 0; i < rest.len; i++) {
            if (rest.ptr[i] == ';') {
                rtf_colour_end(r);
            }
        }
        return;
    }
    if (r->is_dirty) {
        rtf_text_sync(r);
    }
    while (rest.len > 0) {
        lj_slice part = lj_slice_part(rest, 0, RTF_RAW_MAX);
        take_off(r, off);
        lj_buf_put(&r->raw, part);
        if (r->raw.len >= RTF_RAW_MAX) {
            rtf_text_flush(r, /* is_final= */ false);
        }
        rest = lj_slice_part(rest, part.len, SIZE_MAX);
        off += part.len;
    }
}

void rtf_text_point(rtf *r, uint32_t point, uint64_t off)
{
    rtf_mode mode = (rtf_mode)rtf_top(r)->mode;
    if (mode == RTF_HEX || mode == RTF_COLOURS) {
        return;
    }
    if (r->is_dirty) {
        rtf_text_sync(r);
    }
    take_off(r, off);
    decode_raw(r, /* is_final= */ true);
    bool symbol = (point & 0xFF00U) == 0xF000U || (point >= 0xA0 && point < 0x100);
    if (symbol && is_wingdings(r, &r->look)) {
        point = look_wingdings(point & 0xFFU);
    }
    lj_buf_put_utf8(&r->out, point);
    if (r->out.len >= RTF_RAW_MAX) {
        rtf_text_flush(r, /* is_final= */ true);
    }
}

/* ---- spans ---- */

static void keep_code(rtf *r, lj_code code)
{
    if (r->code == LJ_OK) {
        r->code = code;
    }
}

static uint64_t hidden_of(const rtf *r, const rtf_story *story)
{
    const rtf_dest_row *row = rtf_dest_row_of((rtf_dest)story->dest);
    return story->hidden_by | r->slack | (row->unseen ? SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED) : 0);
}

static uint64_t hash_of(lj_slice text)
{
    uint64_t hash = 0xCBF29CE484222325U + text.len;
    for (size_t i = 0; i < text.len; i++) {
        hash = (hash ^ text.ptr[i]) * 0x100000001B3U;
    }
    return hash;
}

/* The old form of a shape repeats its text as a rule: once is enough. */
static bool is_repeated(rtf *r, const rtf_story *story)
{
    if (story->alt_group == 0 || story->alt_group != r->shape_alt) {
        return false;
    }
    uint64_t hash = hash_of(lj_buf_slice(&story->block.text));
    for (uint32_t i = 0; i < r->shape_hash_count && r->in_result; i++) {
        if (r->shape_hashes[i] == hash) {
            return true;
        }
    }
    if (!r->in_result && r->shape_hash_count < LJ_COUNT_OF(r->shape_hashes)) {
        r->shape_hashes[r->shape_hash_count++] = hash;
    }
    return false;
}

/* Minutes, hours, days, months, years since 1900 in one number (RTF 1.9.1, \revdttm). */
static int64_t time_of(uint32_t dttm)
{
    char text[] = "0000-00-00T00:00:00";
    const struct {
        uint32_t value;
        uint8_t at, digits;
    } parts[] = {
        {1900 + (dttm >> 20 & 0x1FF), 0,  4},
        {dttm >> 16 & 0xF,            5,  2},
        {dttm >> 11 & 0x1F,           8,  2},
        {dttm >> 6 & 0x1F,            11, 2},
        {dttm & 0x3F,                 14, 2},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(parts); i++) {
        uint32_t value = parts[i].value;
        for (size_t k = parts[i].digits; k > 0; k--) {
            text[parts[i].at + k - 1] = (char)('0' + value % 10);
            value /= 10;
        }
    }
    return dttm != 0 ? look_time((lj_str){text, sizeof(text) - 1}) : 0;
}

static void emit_block(rtf *r, rtf_story *story, span_join join, bool in_cell)
{
    if (story->block.text.len == 0 || is_repeated(r, story)) {
        span_block_clear(&story->block);
        span_block_clear(&story->gone);
        return;
    }
    const rtf_dest_row *row = rtf_dest_row_of((rtf_dest)story->dest);
    span what = span_of(row->role, (lj_str){NULL, 0});
    what.label = story->label.len > 0 ? lj_buf_str(&story->label) : lj_cstr_str(row->label);
    what.join = join;
    what.story_id = story->story_id;
    what.alt_group = story->alt_group;
    what.src_off = story->off;
    what.hidden_by = hidden_of(r, story);
    what.author = lj_buf_str(&story->author);
    if (in_cell) {
        bool nested = (r->stack[r->depth].look.flags & RTF_NESTED) != 0;
        what.role = what.role == SPAN_BODY ? SPAN_CELL : what.role;
        what.place.row_no = (nested ? story->nest_row_no : story->row_no) + 1;
        what.place.col_no = (nested ? story->nest_col_no : story->col_no) + 1;
    }
    bool mixed = story->gone.text.len > 0 && story->has_kept;
    if (story->gone.text.len > 0) {
        what.changed_at = story->changed_at;
    }
    if (mixed && what.alt_group == 0) {
        what.alt_group = ++r->alt_count;
    }
    span gone = what;
    keep_code(r, span_block_emit(r->run, &story->block, &what, &r->alt_count));
    if (mixed && r->code == LJ_OK) {
        gone.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_DELETED);
        keep_code(r, span_block_emit(r->run, &story->gone, &gone, &r->alt_count));
    }
    span_block_clear(&story->gone);
    if (story->dest != D_ANNOTATION) {
        lj_buf_clear(&story->author);
    }
    story->has_kept = false;
}

void rtf_emit_value(rtf *r, rtf_dest dest, lj_str label, lj_str text)
{
    const rtf_dest_row *row = rtf_dest_row_of(dest);
    span what = span_of(row->role, text);
    what.label = label.len > 0 ? label : lj_cstr_str(row->label);
    what.hidden_by = r->slack | (row->unseen ? SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED) : 0);
    if (r->code == LJ_OK && !look_is_blank(text)) {
        keep_code(r, format_emit(r->run, &what));
    }
}

/* ---- stories ---- */

/* Twips of the shape against the page: relative to margin or column it may begin anywhere on it. */
static bool shape_is_off(const rtf *r)
{
    const int32_t *at = r->shape;
    if (at[RTF_SHAPE_LEFT] == at[RTF_SHAPE_RIGHT] || r->paper[RTF_PAPER_WIDTH] <= 0 ||
        r->paper[RTF_PAPER_HEIGHT] <= 0) {
        return false;
    }
    int64_t slack_x = at[RTF_SHAPE_ON_PAGE_X] != 0 ? 0 : r->paper[RTF_PAPER_WIDTH];
    int64_t slack_y = at[RTF_SHAPE_ON_PAGE_Y] != 0 ? 0 : r->paper[RTF_PAPER_HEIGHT];
    return at[RTF_SHAPE_RIGHT] <= -slack_x || at[RTF_SHAPE_LEFT] >= r->paper[RTF_PAPER_WIDTH] ||
           at[RTF_SHAPE_BOTTOM] <= -slack_y || at[RTF_SHAPE_TOP] >= r->paper[RTF_PAPER_HEIGHT];
}

bool rtf_story_open(rtf *r, rtf_dest dest)
{
    if (r->story_count == RTF_STORIES_MAX) {
        return false;
    }
    rtf_group *top = rtf_top(r);
    rtf_story *story = &r->stories[r->story_count];
    lj_arena *arena = format_arena(r->run);
    if (story->block.arena == NULL) {
        span_block_init(&story->block, arena);
        span_block_init(&story->gone, arena);
        lj_buf_init(&story->label, arena, RTF_VALUE_MAX);
        lj_buf_init(&story->author, arena, RTF_VALUE_MAX);
    }
    span_block_clear(&story->block);
    span_block_clear(&story->gone);
    lj_buf_clear(&story->label);
    lj_buf_clear(&story->author);
    story->dest = (uint8_t)dest;
    story->story_id = ++r->story_ids;
    story->off = UINT64_MAX;
    story->hidden_by = 0;
    story->changed_at = 0;
    story->row_no = story->col_no = story->nest_row_no = story->nest_col_no = 0;
    story->cell_pars = 0;
    story->alt_group = r->upr_alt;
    story->is_quiet = rtf_dest_row_of(dest)->mode == RTF_QUIET || top->is_upr;
    story->has_kept = story->goes_on = false;
    if (dest == D_SHAPE_TEXT) {
        story->alt_group = r->shape_alt;
        story->hidden_by |= shape_is_off(r) ? SPAN_HIDE(SPAN_HIDDEN_OFF_PAGE) : 0;
        story->hidden_by |= r->shape_is_gone ? SPAN_HIDE(SPAN_HIDDEN_INVISIBLE) : 0;
    } else if (dest == D_ANNOTATION) {
        lj_buf_put(&story->author, lj_buf_slice(&r->note_author));
    }
    top->story = (uint8_t)r->story_count++;
    top->owns_story = true;
    r->is_dirty = true;
    return true;
}

void rtf_story_close(rtf *r)
{
    rtf_story *story = &r->stories[r->story_count - 1];
    emit_block(r, story, story->goes_on ? SPAN_JOIN_SAME : SPAN_JOIN_BLOCK, /* in_cell= */ false);
    r->story_count--;
    r->is_dirty = true;
}

/* The waiting text belongs to the paragraph that ends. NULL: nothing ends in such a destination. */
static rtf_story *story_at_end(rtf *r)
{
    rtf_group *top = rtf_top(r);
    r->skip = 0;
    if (top->mode == RTF_HEX || top->mode == RTF_COLOURS || top->mode == RTF_FONTS) {
        return NULL;
    }
    rtf_text_sync(r);
    if (top->mode != RTF_STORY) {
        rtf_text_point(r, '\n', UINT64_MAX);
        return NULL;
    }
    rtf_text_flush(r, /* is_final= */ true);
    return &r->stories[top->story];
}

static span_join join_of(const rtf_story *story, bool in_cell)
{
    return story->goes_on                    ? SPAN_JOIN_SAME
           : in_cell && story->cell_pars > 0 ? SPAN_JOIN_LINE
                                             : SPAN_JOIN_BLOCK;
}

static void end_block(rtf *r, rtf_story *story, bool in_cell)
{
    bool has_text = story->block.text.len > 0;
    story->changed_at = time_of(r->look.deleted_on);
    emit_block(r, story, join_of(story, in_cell), in_cell);
    story->goes_on = false;
    story->cell_pars += has_text && in_cell ? 1 : 0;
}

void rtf_par_end(rtf *r)
{
    rtf_story *story = story_at_end(r);
    if (story == NULL) {
        return;
    }
    bool in_cell = in_cell_now(r);
    if (!in_cell) {
        story->row_no = story->col_no = story->cell_pars = 0;
    }
    end_block(r, story, in_cell);
}

void rtf_cell_end(rtf *r, bool nested)
{
    rtf_story *story = story_at_end(r);
    if (story == NULL) {
        return;
    }
    end_block(r, story, /* in_cell= */ true);
    story->cell_pars = 0;
    *(nested ? &story->nest_col_no : &story->col_no) += 1;
}

void rtf_row_end(rtf *r, bool nested)
{
    rtf_story *story = story_at_end(r);
    if (story == NULL) {
        return;
    }
    end_block(r, story, /* in_cell= */ true);
    story->cell_pars = 0;
    if (nested) {
        story->nest_row_no++;
        story->nest_col_no = 0;
    } else {
        story->row_no++;
        story->col_no = story->nest_row_no = story->nest_col_no = 0;
    }
}
