/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Stories of a Word document: letters become paragraphs and cells with looks.
 *
 * Specification: [MS-DOC] 2.3 (stories), 2.4.1 (letters), 2.4.2 to 2.4.5 (paragraphs, tables),
 * 2.4.6 (properties), 2.8.21 (PlcfHdd), 2.8.8 (PlcfandTxt), 2.9.3 (ATRDPre10), 2.9.70 (Dttm).
 *
 *   letter          means
 *   0D, 0C          end of a paragraph; page or section break
 *   07              end of a cell, of a row when the paragraph is marked so
 *   0B, 0E          line break, column break
 *   13 14 15        begin of a field, begin of its result, its end
 *   1E, 1F          non-breaking hyphen, optional hyphen
 *   28              letter of a symbol font, when the run's properties name one
 *   01 02 05 08     picture, note number, comment, drawing: no text
 *
 * Model. All stories are read in the order of their letters, each through the pieces; in a piece
 * the text goes from run to run, in a run from paragraph to paragraph. A paragraph collects all its
 * text, and its deleted text a second time, so that both readings are searched. The look is worked
 * out when run or paragraph change. What stands behind the last story is on no page.
 *
 * Traps. Fields nest, and their instructions may hold fields: everything up to the outermost result
 * is one instruction. The end of a field may be missing: at the end of a story all fields end. */
#include "base/num.h"
#include "formats/doc/doc_box.h"
#include "formats/doc/doc_text.h"
#include "formats/look.h"

enum {
    SEGMENT_MAX = 32 * 1024, /* bytes that are decoded at once */
    FIELD_MAX = 64 * 1024,
    FIELD_LEVELS = 64,
    ROW_AHEAD = 512, /* paragraphs that are looked through for the end of a row */
    SEGMENT_WORK = 16,
    HEADER_FIXED = 6, /* 2.8.21: separators of notes come first */
    HEADER_KINDS = 6,
    ATRD_LEN = 30,
};

typedef struct doc_walk {
    doc *d;
    doc_story story;
    span_role role;
    uint32_t story_id;
    uint64_t hidden_by;
    lj_str author; /* of a comment */
    uint32_t piece_idx;
    doc_boxes boxes; /* of the story, when it is one of boxes */
    doc_box box;     /* that the text stands in */
    /* the paragraph */
    span_block block, gone;
    bool is_open, has_kept, goes_on;
    uint16_t reviser;
    uint32_t revised_at;
    doc_pap pap;
    doc_chp pap_chp;
    /* the run */
    doc_chp chp;
    span_look look;
    bool look_ready, wingdings;
    uint32_t look_from, look_to; /* of the run that look was made of */
    uint16_t look_prm;
    /* the table */
    uint32_t row_no, col_no, cell_paras;
    bool row_seen, row_painted; /* of the row that is read */
    /* fields */
    lj_buf field;
    bool field_gone;
    bool in_code[FIELD_LEVELS];
    uint32_t field_level, code_level;
    lj_buf text; /* decoded letters */
} doc_walk;

/* ---- emitting ---- */

/* 2.9.70, taken as UTC; 0 when it is no date. */
static int64_t dttm_ms(uint32_t dttm)
{
    enum { MINUTE = 60000, DAY_MINUTES = 24 * 60 };
    int64_t minute = dttm & 0x3F;
    int64_t hour = dttm >> 6 & 0x1F;
    int64_t day = dttm >> 11 & 0x1F;
    int64_t month = dttm >> 16 & 0xF;
    int64_t year = 1900 + (int64_t)(dttm >> 20 & 0x1FF);
    if (day == 0 || month == 0 || month > 12) {
        return 0;
    }
    /* days since 1970 by the usual formula, years beginning in March */
    year -= month <= 2 ? 1 : 0;
    int64_t era = year / 400;
    int64_t of_era = year % 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t days = era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
    return (days * DAY_MINUTES + hour * 60 + minute) * MINUTE;
}

static span span_base(const doc_walk *w, span_role role)
{
    span what = span_of(role, (lj_str){NULL, 0});
    what.place.part_id = w->d->streams[DOC_WORD].part;
    what.story_id = w->story_id;
    what.hidden_by = w->hidden_by | w->d->hidden_by;
    what.author = w->author;
    if (w->box.is_known) {
        what.known |= SPAN_KNOWS_BOX;
        memcpy(what.box_pt100, w->box.box_pt100, sizeof(what.box_pt100));
    }
    what.hidden_by |= w->box.is_off_page ? SPAN_HIDE(SPAN_HIDDEN_OFF_PAGE) : 0;
    return what;
}

static lj_code para_emit(doc_walk *w, span_join join)
{
    doc *d = w->d;
    bool in_cell = w->pap.in_table;
    span what = span_base(w, in_cell && w->role == SPAN_BODY ? SPAN_CELL : w->role);
    if (in_cell) {
        what.place.row_no = w->row_no;
        what.place.col_no = w->col_no;
    }
    what.join = join;
    bool mixed = w->gone.text.len > 0 && w->has_kept;
    if (w->gone.text.len > 0) {
        what.author = w->reviser < d->reviser_count ? d->revisers[w->reviser] : what.author;
        what.changed_at = dttm_ms(w->revised_at);
    }
    if (mixed) {
        what.alt_group = ++d->alt_count;
    }
    span gone = what;
    lj_code code = span_block_emit(d->run, &w->block, &what, &d->alt_count);
    if (code == LJ_OK && mixed) {
        gone.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_DELETED);
        code = span_block_emit(d->run, &w->gone, &gone, &d->alt_count);
    }
    span_block_clear(&w->gone);
    w->has_kept = false;
    return code;
}

static lj_code para_end(doc_walk *w)
{
    bool has_text = w->block.text.len > 0;
    span_join join = w->goes_on                             ? SPAN_JOIN_SAME
                     : w->pap.in_table && w->cell_paras > 0 ? SPAN_JOIN_LINE
                                                            : SPAN_JOIN_BLOCK;
    w->is_open = w->goes_on = w->look_ready = false;
    w->cell_paras += has_text ? 1 : 0;
    return has_text ? para_emit(w, join) : LJ_OK;
}

static lj_code field_emit(doc_walk *w)
{
    span what = span_base(w, SPAN_FIELD);
    what.text = lj_buf_str(&w->field);
    what.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    what.hidden_by |= w->field_gone ? SPAN_HIDE(SPAN_HIDDEN_DELETED) : 0;
    w->field_gone = false;
    lj_code code = look_is_blank(what.text) ? LJ_OK : format_emit(w->d->run, &what);
    lj_buf_clear(&w->field);
    return code;
}

/* ---- text ---- */

static lj_code text_add(doc_walk *w, lj_str text)
{
    bool deleted = (w->chp.bits & DOC_DELETED) != 0;
    if (text.len == 0) {
        return LJ_OK;
    }
    if (w->code_level > 0) {
        lj_code code = w->field.len + text.len > FIELD_MAX ? field_emit(w) : LJ_OK;
        lj_buf_put(&w->field, lj_str_bytes(text));
        w->field_gone = w->field_gone || deleted;
        return code;
    }
    span_block_add(&w->block, text, &w->look);
    if (deleted) {
        if (w->gone.text.len == 0) {
            w->reviser = w->chp.reviser;
            w->revised_at = w->chp.revised_at;
        }
        span_block_add(&w->gone, text, &w->look);
    } else {
        w->has_kept = true;
    }
    if (w->block.text.len <= SPAN_BLOCK_MAX) {
        return LJ_OK;
    }
    lj_code code = para_emit(w, w->goes_on ? SPAN_JOIN_SAME : SPAN_JOIN_BLOCK);
    w->goes_on = true;
    return code;
}

static lj_code point_add(doc_walk *w, uint32_t point)
{
    lj_buf_clear(&w->text);
    lj_buf_put_utf8(&w->text, point);
    return text_add(w, lj_buf_str(&w->text));
}

static lj_code raw_add(doc_walk *w, lj_slice raw, bool wide)
{
    if (raw.len == 0) {
        return LJ_OK;
    }
    lj_buf_clear(&w->text);
    doc_decode(w->d, raw, wide, &w->text);
    return lj_buf_ok(&w->text) ? text_add(w, lj_buf_str(&w->text)) : LJ_E_LIMIT;
}

static lj_code field_mark(doc_walk *w, uint32_t letter)
{
    enum { BEGIN = 0x13, RESULT = 0x14 };
    if (letter == BEGIN) {
        if (w->field_level < FIELD_LEVELS) {
            w->in_code[w->field_level] = true;
            w->code_level++;
        }
        w->field_level++;
        return LJ_OK;
    }
    if (w->field_level == 0) {
        return LJ_OK;
    }
    uint32_t top = w->field_level - 1;
    bool ends_code = top < FIELD_LEVELS && w->in_code[top];
    if (ends_code) {
        w->in_code[top] = false;
        w->code_level--;
    }
    w->field_level = letter == RESULT ? w->field_level : top;
    return ends_code && w->code_level == 0 ? field_emit(w) : LJ_OK;
}

/* A letter that is more than itself. */
static lj_code special_add(doc_walk *w, uint32_t letter)
{
    switch (letter) {
    case 0x07:
        if (w->pap.row_end) {
            span_block_clear(&w->block);
            w->row_no++;
            w->col_no = 1;
            w->cell_paras = 0;
            w->row_seen = false;
            return para_end(w);
        }
        if (w->pap.in_table) {
            lj_code code = para_end(w);
            w->col_no++;
            w->cell_paras = 0;
            return code;
        }
        return para_end(w);
    case 0x0C:
    case 0x0D:
        return para_end(w);
    case 0x09:
        return text_add(w, LJ_STR("\t"));
    case 0x0B:
    case 0x0E:
        return text_add(w, LJ_STR("\n"));
    case 0x13:
    case 0x14:
    case 0x15:
        return field_mark(w, letter);
    case 0x1E:
        return text_add(w, LJ_STR("\xE2\x80\x91"));
    case 0x28: {
        bool stars = (doc_font_kind(w->d, w->chp.symbol_font) & DOC_FONT_WINGDINGS) != 0;
        return point_add(w, stars ? doc_wingdings_point(w->chp.symbol) : w->chp.symbol);
    }
    default:
        return LJ_OK;
    }
}

/* Takes the letters of a run up to the end of a paragraph; *out_used are the bytes that were. */
static lj_code run_take(doc_walk *w, lj_slice raw, uint32_t width, size_t *out_used)
{
    uint32_t symbol = (w->chp.bits & DOC_HAS_SYMBOL) != 0 ? 0x28 : 0;
    size_t plain = 0;
    size_t at = 0;
    lj_code code = LJ_OK;
    while (code == LJ_OK && w->is_open && at + width <= raw.len) {
        uint32_t letter = raw.ptr[at] | (width == 2 ? (uint32_t)raw.ptr[at + 1] << 8 : 0);
        at += width;
        if (letter >= 0x20 && letter != symbol && !w->wingdings) {
            continue;
        }
        code = raw_add(w, lj_slice_part(raw, plain, at - width - plain), width == 2);
        plain = at;
        if (code != LJ_OK) {
            break;
        }
        bool in_font = w->wingdings && ((letter >= 0xA0 && letter < 0x100) || letter >> 8 == 0xF0);
        if (in_font) {
            code = point_add(w, doc_wingdings_point(letter));
        } else if (letter >= 0x20 && letter != symbol) {
            code = raw_add(w, lj_slice_part(raw, at - width, width), width == 2);
        } else {
            code = special_add(w, letter);
        }
    }
    if (code == LJ_OK) {
        code = raw_add(w, lj_slice_part(raw, plain, at - plain), width == 2);
    }
    *out_used = at;
    return code;
}

/* ---- properties ---- */

static doc_pap pap_at(doc *d, doc_fkp *fkp, uint32_t off, uint16_t prm, doc_chp *chp)
{
    doc_pap pap;
    doc_fkp_seek(d, fkp, off);
    lj_cur cur = lj_cur_of(fkp->mods);
    uint16_t style = lj_cur_u16le(&cur);
    doc_style_of(d, style, &pap, chp);
    doc_pap_apply(d, &pap, lj_slice_part(fkp->mods, 2, SIZE_MAX));
    doc_pap_apply_prm(d, &pap, prm);
    return pap;
}

/* The shades of cells stand at the end of their row. */
static bool row_is_painted(doc_walk *w, uint32_t off)
{
    doc_fkp ahead = w->d->paps;
    doc_chp chp;
    for (int i = 0; i < ROW_AHEAD; i++) {
        doc_pap pap = pap_at(w->d, &ahead, off, 0, &chp);
        if (pap.row_end || !pap.in_table || ahead.to == UINT32_MAX) {
            return pap.cells_painted;
        }
        off = ahead.to;
    }
    return false;
}

static void para_begin(doc_walk *w, uint32_t off, uint16_t prm)
{
    bool was_in_table = w->pap.in_table;
    w->pap = pap_at(w->d, &w->d->paps, off, prm, &w->pap_chp);
    w->is_open = true;
    w->look_ready = false;
    if (!w->pap.in_table) {
        w->row_no = w->col_no = w->cell_paras = 0;
        w->row_seen = false;
        return;
    }
    if (!was_in_table || w->row_no == 0) {
        w->row_no = w->col_no = 1;
        w->cell_paras = 0;
    }
    if (!w->row_seen && !w->pap.row_end) {
        w->row_painted = row_is_painted(w, off);
        w->row_seen = true;
    }
    w->pap.cells_painted = w->row_painted;
}

static lj_code run_begin(doc_walk *w, uint32_t off, uint16_t prm)
{
    doc *d = w->d;
    doc_fkp_seek(d, &d->chps, off);
    if (w->look_ready && w->look_from == d->chps.from && w->look_prm == prm) {
        return LJ_OK;
    }
    w->look_ready = true;
    w->look_from = d->chps.from;
    w->look_prm = prm;
    w->chp = w->pap_chp;
    size_t used = doc_chp_take(d, &w->chp, d->chps.mods) + d->paps.mods.len;
    doc_chp_apply_prm(d, &w->chp, prm);
    w->look = doc_look_of(d, &w->chp, &w->pap);
    w->wingdings =
        (w->chp.bits & DOC_FONT) != 0 && (doc_font_kind(d, w->chp.font) & DOC_FONT_WINGDINGS) != 0;
    return format_work(d->run, used / 2);
}

/* ---- pieces and stories ---- */

static lj_code bytes_take(doc_walk *w, uint64_t off, uint64_t end, const doc_piece *piece)
{
    doc *d = w->d;
    lj_code code = LJ_OK;
    while (code == LJ_OK && off + piece->width <= end) {
        if (!w->is_open) {
            para_begin(w, (uint32_t)off, piece->prm);
        }
        code = run_begin(w, (uint32_t)off, piece->prm);
        if (code != LJ_OK) {
            break;
        }
        uint64_t to = lj_min_u64(lj_min_u64(end, d->chps.to), off + SEGMENT_MAX);
        size_t len = (size_t)(to - off) / piece->width * piece->width;
        len = len < piece->width ? piece->width : len;
        size_t used = 0;
        code = run_take(w, lj_slice_of(d->streams[DOC_WORD].ptr + off, len), piece->width, &used);
        if (code == LJ_OK) {
            code = format_work(d->run, used + SEGMENT_WORK);
        }
        off += used;
    }
    return code;
}

/* Letters [from, to) of the document. */
static lj_code range_take(doc_walk *w, uint64_t from, uint64_t to)
{
    doc *d = w->d;
    lj_code code = LJ_OK;
    doc_piece piece;
    while (code == LJ_OK && from < to && doc_piece_at(d, w->piece_idx, &piece)) {
        if (piece.to <= from || piece.to <= piece.from) {
            w->piece_idx++;
            continue;
        }
        uint64_t first = lj_max_u64(from, piece.from);
        uint64_t last = lj_min_u64(to, piece.to);
        if (first >= last) {
            break; /* a hole between pieces */
        }
        uint64_t off = piece.off + (first - piece.from) * piece.width;
        uint64_t end = piece.off + (last - piece.from) * piece.width;
        size_t have = d->streams[DOC_WORD].len;
        if (end > have) {
            d->is_damaged = true;
            end = have;
        }
        if (off < end) {
            claim_add(&d->streams[DOC_WORD].known, d->arena, off, end);
            code = format_work(d->run, d->streams[DOC_WORD].known.count / 4);
        }
        if (code == LJ_OK && off < end) {
            code = bytes_take(w, off, end, &piece);
        }
        from = last;
    }
    return code;
}

/* A story, or a part of one that stands for itself. */
static lj_code part_take(doc_walk *w, span_role role, uint64_t from, uint64_t to)
{
    w->role = role;
    w->story_id++;
    w->pap = (doc_pap){0};
    w->row_no = w->col_no = w->cell_paras = 0;
    w->row_seen = false;
    lj_code code = range_take(w, from, to);
    if (code == LJ_OK && w->field.len > 0) {
        code = field_emit(w);
    }
    w->field_level = w->code_level = 0;
    return code == LJ_OK ? para_end(w) : code;
}

static uint32_t word_at(lj_slice table, size_t idx)
{
    lj_cur cur = lj_cur_of(lj_slice_part(table, 4 * idx, 4));
    return lj_cur_u32le(&cur);
}

/* 2.8.21: six separators of notes, then for each section headers and footers of even, odd and first
 * pages. Before 97 only those that there are. */
static lj_code headers_take(doc_walk *w, uint64_t from, uint64_t to)
{
    static const span_role roles[HEADER_KINDS] = {SPAN_HEADER, SPAN_HEADER, SPAN_FOOTER,
                                                  SPAN_FOOTER, SPAN_HEADER, SPAN_FOOTER};
    lj_slice table = doc_pair_of(w->d, DOC_HEADER_TEXT);
    size_t count = table.len / 4;
    uint64_t at = from;
    lj_code code = LJ_OK;
    for (size_t i = 0; i + 1 < count && code == LJ_OK && at < to; i++) {
        uint64_t end = lj_min_u64(from + word_at(table, i + 1), to);
        span_role role = w->d->fib.age != DOC_AGE_97 ? SPAN_HEADER
                         : i < HEADER_FIXED          ? SPAN_FOOTNOTE
                                                     : roles[(i - HEADER_FIXED) % HEADER_KINDS];
        if (end > at) {
            code = part_take(w, role, at, end);
            at = end;
        }
    }
    return code == LJ_OK && at < to ? part_take(w, SPAN_HEADER, at, to) : code;
}

/* Who wrote a comment: 2.9.3, a row of the owners behind 20 bytes of initials. */
static lj_str comment_author(const doc *d, lj_slice refs, size_t idx)
{
    size_t count = refs.len >= 4 ? (refs.len - 4) / (4 + ATRD_LEN) : 0;
    lj_cur cur = lj_cur_of(lj_slice_part(refs, 4 * (count + 1) + idx * ATRD_LEN + 20, 2));
    uint16_t row = lj_cur_u16le(&cur);
    return lj_cur_ok(&cur) && idx < count && row < d->owner_count ? d->owners[row]
                                                                  : (lj_str){NULL, 0};
}

static lj_code comments_take(doc_walk *w, uint64_t from, uint64_t to)
{
    doc *d = w->d;
    lj_slice table = doc_pair_of(d, DOC_COMMENT_TEXT);
    lj_slice refs =
        d->fib.age == DOC_AGE_97 ? doc_pair_of(d, DOC_COMMENT_REF) : (lj_slice){NULL, 0};
    size_t count = table.len / 4;
    uint64_t at = from;
    lj_code code = LJ_OK;
    for (size_t i = 0; i + 1 < count && code == LJ_OK && at < to; i++) {
        uint64_t end = lj_min_u64(from + word_at(table, i + 1), to);
        if (end > at) {
            w->author = comment_author(d, refs, i);
            code = part_take(w, SPAN_COMMENT, at, end);
            at = end;
        }
    }
    w->author = (lj_str){NULL, 0};
    return code == LJ_OK && at < to ? part_take(w, SPAN_COMMENT, at, to) : code;
}

/* Each box stands for itself, at its place. */
static lj_code boxes_take(doc_walk *w, uint64_t from, uint64_t to, bool in_headers)
{
    uint64_t at = from;
    lj_code code = LJ_OK;
    doc_boxes_open(w->d, &w->boxes, in_headers);
    for (uint32_t i = 0; code == LJ_OK && at < to && doc_box_at(&w->boxes, i, &w->box); i++) {
        uint64_t end = lj_min_u64(from + w->box.to, to);
        code = format_work(w->d->run, 1 + w->boxes.anchor_count / 4);
        if (code == LJ_OK && end > at) {
            code = part_take(w, SPAN_TEXTBOX, at, end);
            at = end;
        }
    }
    w->box = (doc_box){0};
    return code == LJ_OK && at < to ? part_take(w, SPAN_TEXTBOX, at, to) : code;
}

static lj_code story_take(doc_walk *w, doc_story story, uint64_t from, uint64_t to)
{
    static const span_role roles[] = {SPAN_BODY,    SPAN_FOOTNOTE, SPAN_HEADER,
                                      SPAN_SCRIPT,  SPAN_COMMENT,  SPAN_FOOTNOTE,
                                      SPAN_TEXTBOX, SPAN_TEXTBOX,  SPAN_BODY};
    w->story = story;
    w->hidden_by = story == DOC_REST ? SPAN_HIDE(SPAN_HIDDEN_UNREACHABLE) : 0;
    if (from >= to) {
        return LJ_OK;
    }
    if (story == DOC_HEADERS) {
        return headers_take(w, from, to);
    }
    if (story == DOC_COMMENTS) {
        return comments_take(w, from, to);
    }
    if (story == DOC_BOXES || story == DOC_HEADER_BOXES) {
        return boxes_take(w, from, to, story == DOC_HEADER_BOXES);
    }
    return part_take(w, roles[story], from, to);
}

lj_code doc_stories_read(doc *d)
{
    doc_walk *w = lj_arena_alloc(d->arena, sizeof(*w));
    if (w == NULL) {
        return LJ_E_LIMIT;
    }
    *w = (doc_walk){.d = d};
    span_block_init(&w->block, d->arena);
    span_block_init(&w->gone, d->arena);
    lj_buf_init(&w->field, d->arena, 2 * (size_t)FIELD_MAX + 4 * (size_t)SEGMENT_MAX);
    lj_buf_init(&w->text, d->arena, 4 * (size_t)SEGMENT_MAX);
    lj_code code = doc_pieces_open(d);
    doc_fkp_open(d, &d->chps, DOC_BTE_CHPX);
    doc_fkp_open(d, &d->paps, DOC_BTE_PAPX);
    uint64_t at = 0;
    for (int story = 0; story < DOC_STORY_COUNT && code == LJ_OK; story++) {
        uint64_t to = at + d->fib.story_len[story];
        code = story_take(w, (doc_story)story, at, to);
        at = to;
    }
    return code == LJ_OK ? story_take(w, DOC_REST, at, UINT32_MAX) : code;
}
