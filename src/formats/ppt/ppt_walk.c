/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Walks the records of an object, container by container, with a stack of its own.
 *
 * Specification: [MS-PPT] 2.13.24 (record types), 2.3.1; [MS-ODRAW] 2.1.4.
 *
 * Model. A record is a container when its version says so; tags of PowerPoint's own hold records
 * too. What holds no text is claimed; a record that is not known is left to the sweep, so that
 * text in it is found all the same. A shape is looked at as a whole before its records are walked,
 * because where it stands matters for the text in it.
 *
 * Traps. Containers deeper than the stack, lengths that lead out of what they stand in. A text in
 * the lists of the live document belongs to a shape that refers to it: it is told there. */
#include "formats/ppt/ppt.h"

#include "base/cur.h"

typedef struct walk {
    ppt_file *file;
    ppt_scope *scope;
    bool paints_only;
    ppt_level levels[PPT_DEPTH_MAX];
    uint32_t depth;
    ppt_shape shape;
    uint32_t shape_depth; /* levels when it began; 0: in no shape */
    uint32_t shape_count;
    uint64_t unit_end; /* records of a text that was told end here */
} walk;

/* Atoms that hold numbers only, in ascending order. */
/* clang-format off: one row a line */
static const uint16_t plain_types[] = {
    PPT_DOCUMENT_ATOM,
    0x03EA, /* end of the document */
    PPT_SLIDE_ATOM,
    PPT_NOTES_ATOM,
    PPT_SLIDE_PERSIST,
    PPT_SLIDE_INFO,
    0x03FB, /* guide */
    0x03FD, /* views */
    0x03FE,
    0x0400, /* VBA info */
    0x0401, /* slide show */
    0x040A, /* external objects */
    0x040D, /* grid */
    0x0412, /* slides of a show */
    0x0415, /* normal view */
    0x041C, /* round-trip numbers */
    0x041D,
    0x041F,
    0x0420,
    0x0422,
    0x0424,
    0x0425,
    0x0426,
    0x07E5, /* sounds */
    0x07E9, /* bookmarks' seed */
    PPT_COLOUR_SCHEME,
    0x0BC1, /* object reference */
    PPT_PLACEHOLDER,
    0x0BDB,
    0x0BDC,
    0x0BDD,
    PPT_OUTLINE_REF,
    PPT_TEXT_STYLE,
    0x0FA2, /* master text levels */
    PPT_MASTER_STYLE,
    0x0FA4, /* default looks */
    0x0FA5,
    0x0FA6, /* ruler */
    0x0FA7, /* bookmark in a text */
    0x0FA9, /* languages */
    0x0FAA,
    0x0FAB,
    0x0FAC, /* styles of PowerPoint 9 to 11 */
    0x0FAD,
    0x0FAF,
    0x0FB0,
    0x0FB1,
    0x0FB2,
    0x0FB4,
    0x0FB6,
    0x0FB8, /* an embedded font */
    0x0FC3, /* objects */
    0x0FCD,
    0x0FD1,
    0x0FD2, /* kinsoku */
    0x0FD3, /* hyperlink number */
    PPT_SLIDE_NUMBER_META,
    PPT_HEADERS_FOOTERS_ATOM,
    0x0FDF, /* range of a link */
    0x0FE7, /* recolouring */
    0x0FF1, /* animation */
    0x0FF3,
    PPT_USER_EDIT,
    PPT_DATE_META,
    PPT_GENERIC_DATE_META,
    PPT_HEADER_META,
    PPT_FOOTER_META,
    0x0FFB, /* control */
    0x1004, /* media */
    0x1012,
    0x1013,
    PPT_RTF_DATE_META,
    0x1018, /* hyperlink flags */
    0x1770, /* printing */
    PPT_PERSIST_DIRECTORY,
    0x177A,
    0x2B00, /* hash */
    0x2B01,
    0x2B03, /* builds */
    PPT_COMMENT_ATOM,
    0x2EE5,
    0x2EEA, /* slide flags, time */
    0x2EEB,
    0x2EEE,
    0x2EEF,
    0x2EF0,
    0x32C8,
    0x36B0,
    0x36B1,
    0x36B2,
    0xF006, /* drawing numbers */
    0xF008,
    ART_SPGR,
    ART_SP,
    ART_CHILD_ANCHOR,
    ART_CLIENT_ANCHOR,
    0xF012, /* connector rules */
    0xF014,
    0xF017,
    0xF118, /* regroup */
    0xF11A, /* recent colours */
    0xF11D, /* deleted shape */
    0xF11E,
    0xF127, /* animation: timing */
    0xF128,
    0xF12F,
    0xF132,
    0xF133,
    0xF134,
    0xF135,
    0xF136,
    0xF137,
    0xF138,
    0xF139,
    0xF13A,
    0xF13B,
    0xF13E,
    0xF140,
    0xF141,
};
/* clang-format on */

static bool is_plain(uint16_t type)
{
    size_t low = 0;
    size_t high = LJ_COUNT_OF(plain_types);
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (plain_types[mid] < type) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low < LJ_COUNT_OF(plain_types) && plain_types[low] == type;
}

static bool is_container(walk *w, const ppt_level *parent, const ppt_head *head)
{
    enum { VERSION_CONTAINER = 0x0F };
    if (head->type == PPT_TAG_DATA) {
        ppt_head name;
        return ppt_head_at(w->file, parent->head.body, parent->head.end, &name) &&
               name.type == PPT_CSTRING &&
               lj_slice_has_prefix(ppt_body(w->file, &name, 12), LJ_BYTES("_\0_\0_\0P\0P\0T\0"));
    }
    return head->version == VERSION_CONTAINER || head->type == ART_TEXT_BOX ||
           head->type == ART_CLIENT_DATA;
}

static bool push(walk *w, const ppt_head *head)
{
    if (w->depth == PPT_DEPTH_MAX) {
        w->file->is_damaged = true; /* nothing real is that deep; the sweep sees it */
        return false;
    }
    w->levels[w->depth++] = (ppt_level){.head = *head, .at = head->body};
    return true;
}

/* ---- shapes ---- */

static void begin_shape(walk *w, ppt_level *parent, const ppt_head *head)
{
    ppt_read_shape(w->file, head, w->levels, w->depth, &w->shape);
    w->shape.paint_idx = w->shape_count++;
    if (w->shape.is_group) {
        parent->has_space = w->shape.has_space && w->shape.has_box;
        memcpy(parent->inner, w->shape.space, sizeof(parent->inner));
        memcpy(parent->outer, w->shape.box, sizeof(parent->outer));
        parent->is_table = w->shape.is_table;
        w->shape.has_box = false;
    } else if (parent->is_table && w->shape.has_box) {
        bool is_new_row = parent->row == 0 || w->shape.box[0] <= parent->last_left;
        parent->row += is_new_row ? 1 : 0;
        parent->col = is_new_row ? 1 : parent->col + 1;
        parent->last_left = w->shape.box[0];
        w->shape.row = parent->row;
        w->shape.col = parent->col;
    }
    w->shape_depth = w->depth;
}

static void add_paint(walk *w)
{
    if (w->scope->paint_count < PPT_PAINTS_MAX) {
        w->scope->paints[w->scope->paint_count++] = ppt_paint_of(w->scope, &w->shape);
    }
}

static const ppt_shape *shape_of(const walk *w)
{
    return w->shape_depth > 0 ? &w->shape : NULL;
}

/* ---- records ---- */

static lj_code read_text(walk *w, ppt_level *parent, const ppt_head *head)
{
    ppt_file *file = w->file;
    ppt_claim(file, head->at, head->end);
    if (head->at < w->unit_end) {
        return LJ_OK;
    }
    bool is_list = parent->head.type == PPT_SLIDE_LIST;
    ppt_unit unit;
    bool found = ppt_unit_at(file, head->at, parent->head.end, &unit);
    w->unit_end = unit.end;
    if (!found || (is_list && w->scope->is_main_document && head->at < file->list_limit)) {
        return LJ_OK;
    }
    if (!is_list) {
        return ppt_emit_unit(file, w->scope, shape_of(w), &unit);
    }
    ppt_scope scope = *w->scope;
    scope.page_no = parent->head.instance == 0 ? parent->row : 0;
    scope.role = parent->head.instance == 1   ? SPAN_MASTER
                 : parent->head.instance == 2 ? SPAN_NOTES
                                              : SPAN_BODY;
    return ppt_emit_unit(file, &scope, /* shape= */ NULL, &unit);
}

static lj_code read_outline_ref(walk *w, const ppt_head *head)
{
    ppt_file *file = w->file;
    lj_cur cur = lj_cur_of(ppt_body(file, head, 4));
    uint32_t idx = lj_cur_u32le(&cur);
    if (!lj_cur_ok(&cur) || w->scope->entry == PPT_NONE ||
        idx >= file->entries[w->scope->entry].text_count) {
        return LJ_OK;
    }
    ppt_outline *text = &file->outline[file->entries[w->scope->entry].text_first + idx];
    ppt_unit unit;
    if (!ppt_unit_at(file, text->at, text->end, &unit)) {
        return LJ_OK;
    }
    text->is_taken = true;
    return ppt_emit_unit(file, w->scope, shape_of(w), &unit);
}

static lj_code read_variant(walk *w, const ppt_head *head)
{
    enum { STRING = 3 };
    lj_slice body = ppt_body(w->file, head, PPT_ATOM_MAX);
    ppt_claim(w->file, head->at, head->end);
    if (body.len < 2 || body.ptr[0] != STRING) {
        return LJ_OK;
    }
    ppt_scope scope = *w->scope;
    scope.only_new = true; /* the names of animated properties come again and again */
    return ppt_emit_unseen(w->file, &scope, SPAN_ATTRIBUTE, "animation",
                           lj_slice_part(body, 1, SIZE_MAX));
}

static lj_code read_bookmark(walk *w, const ppt_head *head)
{
    ppt_claim(w->file, head->at, head->end);
    lj_slice name = lj_slice_part(ppt_body(w->file, head, 68), 4, 64);
    size_t len = 0;
    while (len + 2 <= name.len && (name.ptr[len] != 0 || name.ptr[len + 1] != 0)) {
        len += 2;
    }
    return ppt_emit_unseen(w->file, w->scope, SPAN_BOOKMARK, "", lj_slice_part(name, 0, len));
}

static lj_code read_font(walk *w, const ppt_head *head)
{
    ppt_claim(w->file, head->at, head->end);
    lj_slice name = lj_slice_part(ppt_body(w->file, head, 64), 0, 64);
    size_t len = 0;
    while (len + 2 <= name.len && (name.ptr[len] != 0 || name.ptr[len + 1] != 0)) {
        len += 2;
    }
    return ppt_emit_unseen(w->file, w->scope, SPAN_STYLE, "font", lj_slice_part(name, 0, len));
}

static lj_code read_atom(walk *w, ppt_level *parent, const ppt_head *head)
{
    ppt_file *file = w->file;
    switch (head->type) {
    case PPT_TEXT_HEADER:
    case PPT_TEXT_CHARS:
    case PPT_TEXT_BYTES:
        return read_text(w, parent, head);
    case PPT_OUTLINE_REF:
        ppt_claim(file, head->at, head->end);
        return read_outline_ref(w, head);
    case PPT_CSTRING:
        ppt_claim(file, head->at, head->end);
        return ppt_emit_string(file, w->scope, parent, head);
    case PPT_FONT:
        return read_font(w, head);
    case PPT_BOOKMARK:
        return read_bookmark(w, head);
    case PPT_TIME_VARIANT:
        return read_variant(w, head);
    case ART_OPT:
    case ART_OPT_2:
    case ART_OPT_3:
        ppt_claim(file, head->at, head->body);
        return ppt_emit_options(file, w->scope, shape_of(w), head);
    case ART_BSE:
        return ppt_read_bse(file, w->scope, head);
    case PPT_THEME_12:
    case PPT_CONTENT_MASTER_12:
    case PPT_TEXT_STYLES_12:
    case PPT_NOTES_STYLES_12:
    case PPT_TABLE_STYLES_12:
        ppt_claim(file, head->at, head->end);
        return ppt_child(file, w->scope, "roundtrip.zip", head->body, head->end - head->body);
    case PPT_OLE_STORAGE:
        return ppt_read_storage(file, w->scope, head);
    case PPT_SLIDE_PERSIST:
        parent->row++;
        break;
    case PPT_HEADERS_FOOTERS_ATOM: {
        lj_slice body = ppt_body(file, head, 4);
        parent->flags = body.len == 4 ? body.ptr[2] : 0;
        break;
    }
    default:
        break;
    }
    ppt_claim(file, head->at, is_plain(head->type) ? head->end : head->body);
    return LJ_OK;
}

/* One record on top of the stack. */
static lj_code step(walk *w, const ppt_head *head)
{
    ppt_level *parent = &w->levels[w->depth - 1];
    parent->at = head->end;
    w->file->is_damaged = w->file->is_damaged || head->is_cut;
    if (!is_container(w, parent, head)) {
        return w->paints_only ? LJ_OK : read_atom(w, parent, head);
    }
    if (head->type == ART_SP_CONTAINER) {
        begin_shape(w, parent, head);
        if (w->paints_only) {
            add_paint(w);
            return LJ_OK;
        }
        ppt_judge_shape(w->scope, &w->shape);
    }
    if (head->type == PPT_COMMENT && !w->paints_only) {
        ppt_claim(w->file, head->at, head->end);
        return ppt_emit_comment(w->file, w->scope, head);
    }
    if (push(w, head) && !w->paints_only) {
        ppt_claim(w->file, head->at, head->body);
    }
    return LJ_OK;
}

static lj_code run_walk(walk *w, const ppt_head *top)
{
    enum { VERSION_CONTAINER = 0x0F };
    if (!w->paints_only) {
        ppt_claim(w->file, top->at, top->body);
    }
    if (top->version != VERSION_CONTAINER) {
        ppt_level none = {.head = *top};
        return w->paints_only ? LJ_OK : read_atom(w, &none, top);
    }
    (void)push(w, top);
    lj_code code = LJ_OK;
    while (w->depth > 0 && code == LJ_OK) {
        ppt_level *level = &w->levels[w->depth - 1];
        ppt_head head;
        if (ppt_head_at(w->file, level->at, level->head.end, &head)) {
            code = step(w, &head);
            code = code == LJ_OK ? format_work(w->file->run, 1) : code;
            continue;
        }
        w->depth--;
        if (w->depth <= w->shape_depth) {
            w->shape_depth = 0;
        }
    }
    return code;
}

lj_code ppt_walk(ppt_file *file, ppt_scope *scope, const ppt_head *top)
{
    walk w = {.file = file, .scope = scope};
    return run_walk(&w, top);
}

lj_code ppt_walk_paints(ppt_file *file, ppt_scope *scope, const ppt_head *top)
{
    scope->paint_count = 0;
    walk w = {.file = file, .scope = scope, .paints_only = true};
    return scope->paints != NULL ? run_walk(&w, top) : LJ_OK;
}
