/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Texts: the paragraphs of a text box or an outline entry with their looks.
 *
 * Specification: [MS-PPT] 2.9.37 TextHeaderAtom, 2.9.42 TextCharsAtom (UTF-16), 2.9.43
 * TextBytesAtom (the low bytes of UTF-16), 2.9.44 StyleTextPropAtom, 2.9.49 ff. (meta characters).
 *
 * Model. A text is a header, characters and what describes them, one record behind the other. It
 * is loaded as UTF-16, cut at 0Dh into paragraphs and at the runs into pieces with a look each;
 * 0Bh is a line break inside a paragraph. Meta characters (slide number, date, footer) stand for
 * something else: their place holder is not text.
 *
 * Traps. Surrogates that a run cuts: the piece takes both. Runs that end before the text: the rest
 * has the look of its level. PowerPoint 95 stores bytes in the code page of its computer. */
#include "formats/ppt/ppt.h"

#include "base/cur.h"

enum { TYPE_NOTES = 2, TYPE_OTHER = 4, PARAGRAPH = 0x0D };

/* ---- finding ---- */

static bool is_meta(uint16_t type)
{
    return type == PPT_SLIDE_NUMBER_META || type == PPT_DATE_META ||
           type == PPT_GENERIC_DATE_META || type == PPT_HEADER_META || type == PPT_FOOTER_META ||
           type == PPT_RTF_DATE_META;
}

bool ppt_unit_at(ppt_file *file, uint64_t at, uint64_t end, ppt_unit *out)
{
    ppt_head head;
    *out = (ppt_unit){.at = at, .end = at, .type = PPT_TYPES};
    while (ppt_head_at(file, at, end, &head)) {
        if (head.type == PPT_TEXT_HEADER && at == out->at) {
            lj_cur cur = lj_cur_of(ppt_body(file, &head, 4));
            uint32_t type = lj_cur_u32le(&cur);
            out->type = lj_cur_ok(&cur) ? type : PPT_TYPES;
        } else if ((head.type == PPT_TEXT_CHARS || head.type == PPT_TEXT_BYTES) && !out->has_text) {
            out->text = head;
            out->has_text = true;
        } else if (head.type == PPT_TEXT_STYLE && !out->has_style) {
            out->style = head;
            out->has_style = true;
        } else if (head.type == PPT_TEXT_HEADER || head.type == PPT_TEXT_CHARS ||
                   head.type == PPT_TEXT_BYTES || head.type == PPT_SLIDE_PERSIST) {
            break; /* of the next one */
        }
        at = head.end;
        out->end = at;
    }
    return out->has_text;
}

/* ---- loading ---- */

/* The characters as UTF-16 in file->raw; bytes are widened. */
static void load_text(ppt_file *file, const ppt_unit *unit)
{
    lj_slice bytes = ppt_body_kept(file, &unit->text, &file->raw);
    if (unit->text.type == PPT_TEXT_CHARS) {
        return;
    }
    size_t len = bytes.len;
    if (lj_buf_room(&file->raw, len) == NULL) {
        return;
    }
    for (size_t i = len; i-- > 0;) {
        file->raw.ptr[2 * i] = file->raw.ptr[i];
        file->raw.ptr[2 * i + 1] = 0;
    }
    file->raw.len = 2 * len;
}

/* Blanks for what stands for a number, a date, a footer. */
static void blank_meta(ppt_file *file, const ppt_unit *unit)
{
    ppt_head head;
    for (uint64_t at = unit->at; ppt_head_at(file, at, unit->end, &head); at = head.end) {
        if (!is_meta(head.type)) {
            continue;
        }
        lj_cur cur = lj_cur_of(ppt_body(file, &head, 4));
        uint64_t pos = lj_cur_u32le(&cur);
        if (lj_cur_ok(&cur) && 2 * pos + 1 < file->raw.len) {
            file->raw.ptr[2 * pos] = ' ';
            file->raw.ptr[2 * pos + 1] = 0;
        }
    }
}

/* ---- paragraphs ---- */

typedef struct text_state {
    ppt_file *file;
    const ppt_scope *scope;
    const uint8_t *units;
    size_t count;              /* UTF-16 units */
    size_t para_idx, para_end; /* the run at hand and where it ends */
    size_t char_idx, char_end;
    uint32_t type;
    uint32_t ground;
} text_state;

static uint16_t unit_at(const text_state *state, size_t at)
{
    return (uint16_t)(state->units[2 * at] | state->units[2 * at + 1] << 8);
}

/* Moves to the run that holds the character. */
static const ppt_run *run_at(const ppt_runs *runs, size_t *idx, size_t *end, size_t at)
{
    while (*idx < runs->count && at >= *end) {
        (*idx)++;
        if (*idx < runs->count) {
            *end += runs->row[*idx].count;
        }
    }
    return *idx < runs->count ? &runs->row[*idx] : NULL;
}

/* One paragraph into the block. */
static void add_paragraph(text_state *state, size_t from, size_t to)
{
    ppt_file *file = state->file;
    const ppt_run *para = run_at(&file->paras, &state->para_idx, &state->para_end, from);
    ppt_look level = ppt_style_of(file, state->scope, state->type, para != NULL ? para->level : 0);
    while (from < to) {
        const ppt_run *chars = run_at(&file->chars, &state->char_idx, &state->char_end, from);
        size_t end = chars != NULL && state->char_end < to ? state->char_end : to;
        if (end < to && (unit_at(state, end - 1) & 0xFC00) == 0xD800) {
            end++;
        }
        ppt_look look = chars != NULL ? chars->look : (ppt_look){0};
        if (para != NULL) {
            ppt_look_under(&look, &para->look);
        }
        ppt_look_under(&look, &level);
        lj_str text =
            ppt_decode(file, TEXT_UTF16LE, lj_slice_of(state->units + 2 * from, 2 * (end - from)));
        span_look shown = ppt_look_of(file, state->scope, &look, state->ground);
        span_block_add(&file->block, text, &shown);
        from = end;
    }
}

static span_role role_of(const ppt_scope *scope, const ppt_shape *shape, uint32_t type)
{
    enum { /* placeholder kinds, 2.13.21 */
           DATE = 7,
           NUMBER = 8,
           FOOTER = 9,
           HEADER = 10
    };
    uint32_t kind = shape != NULL ? shape->placeholder : 0;
    if (scope->role == SPAN_MASTER) {
        return SPAN_MASTER;
    }
    if (kind == HEADER) {
        return SPAN_HEADER;
    }
    if (kind == DATE || kind == NUMBER || kind == FOOTER) {
        return SPAN_FOOTER;
    }
    if (shape != NULL && shape->row > 0) {
        return SPAN_CELL;
    }
    if (scope->role == SPAN_BODY && (type == 0 || type == 6)) {
        return SPAN_TITLE;
    }
    return type == TYPE_NOTES ? SPAN_NOTES : scope->role;
}

static span span_for(ppt_file *file, const ppt_scope *scope, const ppt_shape *shape, uint32_t type)
{
    span what = span_of(role_of(scope, shape, type), (lj_str){NULL, 0});
    ppt_place(file, scope, &what);
    what.story_id = file->story_count;
    if (shape != NULL) {
        what.hidden_by |= shape->hidden_by;
        what.place.row_no = shape->row;
        what.place.col_no = shape->col;
        if (shape->has_box && scope->has_page) {
            memcpy(what.box_pt100, shape->box, sizeof(what.box_pt100));
            what.known |= SPAN_KNOWS_BOX;
        }
    }
    return what;
}

static lj_code emit_paragraphs(text_state *state, const ppt_shape *shape)
{
    ppt_file *file = state->file;
    size_t from = 0;
    bool is_first = true;
    while (from < state->count) {
        size_t to = from;
        while (to < state->count && unit_at(state, to) != PARAGRAPH) {
            to++;
        }
        add_paragraph(state, from, to);
        span what = span_for(file, state->scope, shape, state->type);
        what.join = what.role == SPAN_CELL && !is_first ? SPAN_JOIN_LINE : SPAN_JOIN_BLOCK;
        lj_code code = span_block_emit(file->run, &file->block, &what, &file->alt_count);
        if (code != LJ_OK) {
            return code;
        }
        is_first = false;
        from = to + 1;
    }
    return LJ_OK;
}

/* Text beyond what is read as a whole: piece by piece, without looks. */
static lj_code emit_rest(ppt_file *file, const ppt_scope *scope, const ppt_unit *unit)
{
    text_charset charset = unit->text.type == PPT_TEXT_CHARS ? TEXT_UTF16LE : TEXT_LATIN1;
    lj_code code = LJ_OK;
    uint64_t at = unit->text.body + PPT_ATOM_MAX;
    while (code == LJ_OK && at < unit->text.end) {
        lj_slice bytes = format_bytes(file->run, file->src, at,
                                      (size_t)lj_min_u64(PPT_ATOM_MAX / 4, unit->text.end - at));
        if (bytes.len == 0) {
            break;
        }
        span what = span_for(file, scope, /* shape= */ NULL, unit->type);
        what.text = ppt_decode(file, charset, bytes);
        what.join = SPAN_JOIN_SAME;
        at += bytes.len;
        code = look_is_blank(what.text) ? LJ_OK : format_emit(file->run, &what);
    }
    return code;
}

lj_code ppt_emit_unit(ppt_file *file, const ppt_scope *scope, const ppt_shape *shape,
                      const ppt_unit *unit)
{
    load_text(file, unit);
    text_charset charset = TEXT_UTF16LE;
    if (file->is_95 && unit->text.type == PPT_TEXT_BYTES) {
        /* bytes of some code page: back to bytes, and from there to UTF-16's place */
        for (size_t i = 0; 2 * i < file->raw.len; i++) {
            file->raw.ptr[i] = file->raw.ptr[2 * i];
        }
        file->raw.len /= 2;
        size_t bom = 0;
        charset = text_charset_guess(lj_buf_slice(&file->raw), TEXT_CHARSET_NONE, &bom);
        span what = span_for(file, scope, shape, unit->type);
        what.text = ppt_decode(file, charset, lj_buf_slice(&file->raw));
        return look_is_blank(what.text) ? LJ_OK : format_emit(file->run, &what);
    }
    bool seen = ppt_seen_before(file, lj_buf_slice(&file->raw));
    if (seen && scope->only_new) {
        return LJ_OK;
    }
    blank_meta(file, unit);
    file->paras.count = file->chars.count = 0;
    if (unit->has_style) {
        ppt_read_runs(file, ppt_body_kept(file, &unit->style, &file->raw_style), file->raw.len / 2);
    }
    file->story_count++;
    text_state state = {
        .file = file,
        .scope = scope,
        .units = file->raw.ptr,
        .count = file->raw.len / 2,
        .para_end = file->paras.count > 0 ? file->paras.row[0].count : 0,
        .char_end = file->chars.count > 0 ? file->chars.row[0].count : 0,
        .type = unit->type < PPT_TYPES ? unit->type : TYPE_OTHER,
        .ground = shape != NULL ? shape->ground : scope->ground,
    };
    lj_code code = emit_paragraphs(&state, shape);
    return code == LJ_OK ? emit_rest(file, scope, unit) : code;
}
