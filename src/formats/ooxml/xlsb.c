/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Parts of workbooks that are records instead of XML: xlsb.
 *
 * Specification: [MS-XLSB] 2.1.4 (records), 2.1.7 (parts), 2.3 (record numbers), 2.5.168
 * (XLWideString), 2.5.122 (RichStr). Models read: Apache POI's XSSFB, LibreOffice's oox.
 *
 * Model. The package, its relationships, its XML parts, styles, strings, cells: all as in xlsx.
 * Only the bytes of a part differ: a record is a number and a length, each in bytes of seven bits,
 * and a body. Which part it is, its first record says. What no taker wants, a whole record or the
 * rest of one, is swept when the part is done.
 *
 * Traps. A length of four bytes reaches 256 MiB: bodies beyond the window are swept, not kept.
 * Strings of 4,294,967,295 letters are absent ones.
 *
 * Not done. Colours of conditional formats; slicers and timelines are swept. */
#include "formats/ooxml/xlsb.h"

#include "base/num.h"

#define ABSENT 0xFFFFFFFFU /* count of a string that is not there */

enum {
    INDEX_BLOCK = 42,
    BEGIN_SHEET = 129,
    BEGIN_BOOK = 131,
    BEGIN_SST = 159,
    BEGIN_PIVOT_CACHE = 179,
    BEGIN_PIVOT_RECORDS = 193,
    BEGIN_STYLES = 278,
    BEGIN_PIVOT = 280,
    BEGIN_METADATA = 332,
    BEGIN_LIST = 343,
    BEGIN_SUPBOOK = 360,
    BEGIN_QUERY = 447,
    BEGIN_CALC_CHAIN = 528,
    BEGIN_COMMENTS = 628,
    LETTERS_MAX = 64 * 1024,
    REST_MIN = 6,
    PIECES_MAX = 65000,
    HEADER_MAX = 6,
    RICH = 1,
};

/* ---- records ---- */

/* A number in bytes of seven bits, the lowest first; at most `most` bytes. */
static uint32_t take_varied(lj_cur *cur, int most)
{
    uint32_t value = 0;
    for (int i = 0; i < most; i++) {
        uint8_t byte = lj_cur_u8(cur);
        value |= (uint32_t)(byte & 0x7F) << (7 * i);
        if ((byte & 0x80) == 0) {
            break;
        }
    }
    return value;
}

/* 2.1.4: the number of a record keeps the upper bits as they stand: two bytes at most. */
static bool next_record(xlsb *b)
{
    enum { BODY_ROOM = 128 * 1024 };
    uint64_t in = b->next - b->window_at;
    bool inside = b->window.len > 0 && b->next >= b->window_at && in <= b->window.len;
    bool ended = inside && b->window.len < FORMAT_WINDOW_MAX; /* the window holds the end */
    if (!inside || (b->window.len - in < BODY_ROOM + HEADER_MAX && !ended)) {
        b->window = format_bytes(b->x->pkg->run, b->x->src, b->next, FORMAT_WINDOW_MAX);
        b->window_at = b->next;
        in = 0;
    }
    lj_cur cur = lj_cur_of(lj_slice_part(b->window, (size_t)in, SIZE_MAX));
    if (lj_cur_left(&cur) == 0) {
        return false;
    }
    b->id = take_varied(&cur, 2);
    uint32_t len = take_varied(&cur, 4);
    if (!lj_cur_ok(&cur)) {
        b->is_cut = true;
        return false;
    }
    b->body_at = b->next + cur.pos;
    size_t some = lj_min_size(len, lj_cur_left(&cur));
    b->is_cut = b->is_cut || (some < len && b->window.len < FORMAT_WINDOW_MAX);
    b->cur = lj_cur_of(lj_cur_bytes(&cur, some));
    b->next = b->body_at + len;
    return true;
}

void xlsb_code(xlsb *b, lj_code code)
{
    b->x->code = b->x->code == LJ_OK ? code : b->x->code;
}

static void sweep_slack(xlsb *b)
{
    opc_xml *x = b->x;
    uint32_t count = b->slack.count;
    b->slack.count = 0;
    format_src *src = count > 0 ? format_gather(x->pkg->run, b->slack.ptr, count) : NULL;
    if (src == NULL || x->code != LJ_OK) {
        return;
    }
    xlsb_code(b, format_sweep_part(x->pkg->run, src, opc_part_id(x->pkg, x->part),
                                   x->base.hidden_by | SPAN_HIDE(SPAN_HIDDEN_SLACK)));
    b->window = (lj_slice){NULL, 0};
}

/* The rest of the record, from the cursor on, also what the window does not hold. */
static void leave_rest(xlsb *b)
{
    uint64_t from = b->body_at + b->cur.pos;
    if (b->next < from + REST_MIN) {
        return;
    }
    format_piece *piece = sheet_rows_add(&b->slack, b->x->pkg->arena, sizeof(*piece));
    if (piece != NULL) {
        *piece = (format_piece){.src = b->x->src, .off = from, .len = b->next - from};
    }
    piece = sheet_rows_add(&b->slack, b->x->pkg->arena, sizeof(*piece)); /* between two: zeroes */
    if (piece != NULL) {
        *piece = (format_piece){.src = NULL, .len = REST_MIN};
    }
    if (b->slack.count > PIECES_MAX) {
        sweep_slack(b);
    }
}

/* ---- strings ---- */

bool xlsb_string(xlsb *b)
{
    lj_buf_clear(&b->text);
    uint32_t count = lj_cur_u32le(&b->cur);
    if (count == ABSENT || !lj_cur_ok(&b->cur)) {
        return false;
    }
    bool whole = count <= LETTERS_MAX && (size_t)count * 2 <= lj_cur_left(&b->cur);
    size_t len = whole ? (size_t)count * 2 : lj_cur_left(&b->cur) / 2 * 2;
    b->is_cut = b->is_cut || !whole;
    lj_slice letters = lj_cur_bytes(&b->cur, len);
    (void)text_to_utf8(TEXT_UTF16LE, lj_slice_part(letters, 0, 2 * (size_t)LETTERS_MAX), false,
                       &b->text, NULL);
    return whole;
}

/* The text byte at which UTF-16 unit `units` further on begins. */
static size_t walk_units(lj_str text, size_t at, uint32_t units)
{
    while (units > 0 && at < text.len) {
        uint8_t c = (uint8_t)text.ptr[at];
        size_t len = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
        units -= len == 4 && units > 1 ? 2 : 1;
        at += len;
    }
    return lj_min_size(at, text.len);
}

/* A part of a text that may be empty and have no pointer. */
static lj_str part_of(lj_str text, size_t from, size_t len)
{
    lj_slice part = lj_slice_part(lj_str_bytes(text), from, len);
    return (lj_str){(const char *)part.ptr, part.len};
}

void xlsb_rich(xlsb *b)
{
    uint8_t flags = lj_cur_u8(&b->cur);
    (void)xlsb_string(b);
    span_block_clear(&b->block);
    lj_str text = lj_buf_str(&b->text);
    size_t at = 0;
    uint32_t unit = 0;
    span_look look = {.known = 0};
    bool has_look = false;
    uint32_t runs = (flags & RICH) != 0 ? lj_cur_u32le(&b->cur) : 0;
    for (uint32_t i = 0; i < runs && lj_cur_left(&b->cur) >= 4; i++) {
        uint32_t from = lj_cur_u16le(&b->cur);
        uint32_t font = lj_cur_u16le(&b->cur);
        if (from < unit) {
            continue;
        }
        size_t to = walk_units(text, at, from - unit);
        span_block_add(&b->block, part_of(text, at, to - at), has_look ? &look : NULL);
        at = to;
        unit = from;
        has_look = font < b->context->font_count;
        if (has_look) {
            look = sheet_look(&b->context->fonts[font], LOOK_PAINTED, 0);
        }
    }
    span_block_add(&b->block, part_of(text, at, SIZE_MAX), has_look ? &look : NULL);
}

void xlsb_emit_unseen(xlsb *b, span_role role, const char *label)
{
    opc_emit_unseen(b->x, role, label != NULL ? lj_cstr_str(label) : (lj_str){NULL, 0},
                    lj_buf_str(&b->text));
}

void xlsb_emit_constants(xlsb *b, span_role role, const char *label)
{
    static const sheet_dialect dialect = {SHEET_BIFF12, TEXT_LATIN1};
    size_t len = lj_cur_u32le(&b->cur);
    lj_slice tokens = lj_cur_bytes(&b->cur, lj_min_size(len, lj_cur_left(&b->cur)));
    size_t more = lj_cur_left(&b->cur) >= 4 ? lj_cur_u32le(&b->cur) : 0;
    uint64_t at = b->cur.pos;
    lj_buf_clear(&b->text);
    sheet_fold_tokens(&dialect, tokens, &b->text);
    for (size_t i = 0; i < b->text.len; i++) {
        b->text.ptr[i] = b->text.ptr[i] == 0 ? '\n' : b->text.ptr[i];
    }
    if (look_is_wordy(lj_buf_str(&b->text))) {
        span what = opc_span(b->x, role);
        what.label = label != NULL ? lj_cstr_str(label) : (lj_str){NULL, 0};
        what.text = lj_buf_str(&b->text);
        what.origin = SPAN_DECODED;
        what.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
        opc_emit(b->x, &what);
    }
    b->cur.pos = (size_t)at;
    lj_cur_skip(&b->cur, lj_min_size(more, lj_cur_left(&b->cur)));
}

/* ---- parts ---- */

typedef struct part_kind {
    uint32_t first; /* number of its first record */
    span_role role;
    const xlsb_row *rows;
    const uint32_t *row_count;
} part_kind;

static const part_kind part_kinds[] = {
    {BEGIN_SHEET,         SPAN_CELL,       xlsb_sheet_rows, &xlsb_sheet_row_count},
    {BEGIN_BOOK,          SPAN_SHEET_NAME, xlsb_part_rows,  &xlsb_part_row_count },
    {BEGIN_SST,           SPAN_CELL,       xlsb_part_rows,  &xlsb_part_row_count },
    {BEGIN_PIVOT_CACHE,   SPAN_CELL,       xlsb_part_rows,  &xlsb_part_row_count },
    {BEGIN_PIVOT_RECORDS, SPAN_CELL,       xlsb_part_rows,  &xlsb_part_row_count },
    {BEGIN_STYLES,        SPAN_STYLE,      xlsb_style_rows, &xlsb_style_row_count},
    {BEGIN_PIVOT,         SPAN_CELL,       xlsb_part_rows,  &xlsb_part_row_count },
    {BEGIN_LIST,          SPAN_SHEET_NAME, xlsb_part_rows,  &xlsb_part_row_count },
    {BEGIN_SUPBOOK,       SPAN_CELL,       xlsb_part_rows,  &xlsb_part_row_count },
    {BEGIN_QUERY,         SPAN_CELL,       xlsb_part_rows,  &xlsb_part_row_count },
    {INDEX_BLOCK,         SPAN_CELL,       xlsb_part_rows,  &xlsb_part_row_count },
    {BEGIN_METADATA,      SPAN_CELL,       xlsb_part_rows,  &xlsb_part_row_count },
    {BEGIN_CALC_CHAIN,    SPAN_CELL,       xlsb_part_rows,  &xlsb_part_row_count },
    {BEGIN_COMMENTS,      SPAN_COMMENT,    xlsb_part_rows,  &xlsb_part_row_count },
};

static const part_kind *kind_of(lj_slice head, lj_slice name)
{
    lj_cur cur = lj_cur_of(head);
    uint32_t id = take_varied(&cur, 2);
    (void)take_varied(&cur, 4);
    if (!lj_cur_ok(&cur) || !opc_name_has_suffix(name, LJ_BYTES(".bin"))) {
        return NULL;
    }
    for (size_t i = 0; i < LJ_COUNT_OF(part_kinds); i++) {
        if (part_kinds[i].first == id) {
            return &part_kinds[i];
        }
    }
    return NULL;
}

static const xlsb_row *row_of(const part_kind *kind, uint32_t id)
{
    size_t from = 0;
    size_t to = *kind->row_count;
    while (from < to) {
        size_t mid = (from + to) / 2;
        if (kind->rows[mid].id < id) {
            from = mid + 1;
        } else {
            to = mid;
        }
    }
    return from < *kind->row_count && kind->rows[from].id == id ? &kind->rows[from] : NULL;
}

static void read_records(xlsb *b, const part_kind *kind)
{
    opc_xml *x = b->x;
    while (x->code == LJ_OK && next_record(b)) {
        const xlsb_row *row = row_of(kind, b->id);
        if (row != NULL && row->take != NULL) {
            row->take(b);
        }
        if (row == NULL || row->take != NULL) {
            leave_rest(b);
        }
    }
    sweep_slack(b);
}

bool xlsb_read_part(opc_xml *x, lj_slice head, void *ctx)
{
    enum { TEXT_MAX = 1024 * 1024 };
    const part_kind *kind = kind_of(head, x->pkg->parts[x->part].name);
    if (kind == NULL) {
        return false;
    }
    xlsb *b = lj_arena_alloc(x->pkg->arena, sizeof(*b));
    if (b == NULL) {
        x->code = LJ_E_LIMIT;
        return true;
    }
    b->x = x;
    b->context = ctx;
    x->base.role = kind->role;
    lj_buf_init(&b->text, x->pkg->arena, TEXT_MAX);
    span_block_init(&b->block, x->pkg->arena);
    if (kind->first == BEGIN_SHEET) {
        xlsb_sheet_begin(b);
    }
    read_records(b, kind);
    if (kind->first == BEGIN_STYLES) {
        xlsb_styles_end(b);
    }
    lj_code source = format_src_code(x->src);
    xlsb_code(b, source == LJ_E_FORMAT ? LJ_OK : source);
    if (x->code == LJ_OK && (b->is_cut || source == LJ_E_FORMAT)) {
        span_place place = x->base.place;
        place.part_id = opc_part_id(x->pkg, x->part);
        format_gap(x->pkg->run, GAP_DAMAGED, "part", place);
    }
    return true;
}
