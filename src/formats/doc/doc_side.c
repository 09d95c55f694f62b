/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What stands beside the text of a Word document: tables of strings (bookmarks, titles, people,
 * file names, variables), texts of numberings.
 *
 * Specification: [MS-DOC] 2.2.4 (STTB), 2.7 and 2.9 for each: SttbfAssoc 2.9.274, SttbSavedBy
 * 2.9.290, StwUser 2.9.297, GrpXstAtnOwners 2.9.104, PlfLst 2.9.192, LSTF 2.9.147, LVL 2.9.148,
 * LVLF 2.9.150. Before 97: a length of two bytes, then strings of 8 bits with a length of one byte.
 *
 * Model. A row of `tables` for each table; all of it is text on no page. Numberings are emitted
 * when they hold words: a mark may be a numbering.
 *
 * Traps. The levels of numberings stand behind their table, outside of the length that the FIB
 * tells. */
#include "formats/doc/doc.h"

#include "base/num.h"
#include "formats/look.h"

enum {
    STRING_MAX = 8 * 1024, /* bytes of a string that are decoded */
    PEOPLE_MAX = 4096,
    STRING_WORK = 16,
};

lj_code doc_emit_unseen(doc *d, doc_stream_kind kind, span_role role, lj_str label, lj_str text)
{
    span what = span_of(role, text);
    what.label = label;
    what.place.part_id = d->streams[kind].part;
    what.hidden_by = d->hidden_by | SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    return look_is_blank(text) ? LJ_OK : format_emit(d->run, &what);
}

/* ---- tables of strings ---- */

typedef struct doc_sttb {
    lj_cur cur;
    uint32_t count, extra; /* strings; bytes behind each */
    bool wide;
} doc_sttb;

static doc_sttb sttb_open(const doc *d, lj_slice table)
{
    enum { EXTENDED = 0xFFFF };
    doc_sttb out = {.cur = lj_cur_of(table)};
    uint16_t first = lj_cur_u16le(&out.cur);
    if (d->fib.age != DOC_AGE_97) {
        out.count = UINT32_MAX;
        return out;
    }
    out.wide = first == EXTENDED;
    out.count = out.wide ? lj_cur_u16le(&out.cur) : first;
    out.extra = lj_cur_u16le(&out.cur);
    return out;
}

static bool sttb_next(doc_sttb *table, lj_slice *out)
{
    if (table->count == 0 || lj_cur_left(&table->cur) == 0) {
        return false;
    }
    table->count--;
    size_t len = table->wide ? 2 * (size_t)lj_cur_u16le(&table->cur) : lj_cur_u8(&table->cur);
    *out = lj_cur_bytes(&table->cur, len);
    bool whole = lj_cur_ok(&table->cur);
    lj_cur_skip(&table->cur, lj_min_size(table->extra, lj_cur_left(&table->cur)));
    return whole;
}

/* Decodes into the buffer; the string is cut at STRING_MAX. */
static lj_str string_of(const doc *d, lj_slice raw, bool wide, lj_buf *buf)
{
    lj_buf_clear(buf);
    doc_decode(d, lj_slice_part(raw, 0, STRING_MAX), wide, buf);
    return lj_buf_ok(buf) ? lj_buf_str(buf) : (lj_str){NULL, 0};
}

typedef struct doc_table_row {
    doc_pair pair;
    span_role role;
    const char *label;
} doc_table_row;

static const doc_table_row tables[] = {
    {DOC_BOOKMARKS,         SPAN_BOOKMARK, ""           },
    {DOC_GLOSSARY,          SPAN_METADATA, "autoText"   },
    {DOC_MACRO_NAMES,       SPAN_METADATA, "macro"      },
    {DOC_COMMENT_BOOKMARKS, SPAN_BOOKMARK, ""           },
    {DOC_FORM_NAMES,        SPAN_FORM,     "formField"  },
    {DOC_CAPTIONS,          SPAN_METADATA, "caption"    },
    {DOC_AUTO_CAPTIONS,     SPAN_METADATA, "autoCaption"},
    {DOC_ROUTE_SLIP,        SPAN_METADATA, "routeSlip"  },
    {DOC_SAVED_BY,          SPAN_METADATA, "savedBy"    },
    {DOC_FILE_NAMES,        SPAN_METADATA, "fileName"   },
    {DOC_LIST_NAMES,        SPAN_METADATA, "list"       },
};

/* 2.9.274, by row; an empty name: nothing of interest. */
static const char *const assoc_names[] = {
    "",       "template",   "title",    "subject",    "keywords", "comments",
    "author", "lastAuthor", "mailData", "mailHeader", "",         "",
    "",       "",           "",         "",           "",         "writeReservation"};

static lj_code emit_table(doc *d, const doc_table_row *row, lj_buf *buf)
{
    doc_sttb table = sttb_open(d, doc_pair_of(d, row->pair));
    lj_slice raw;
    lj_code code = LJ_OK;
    while (code == LJ_OK && sttb_next(&table, &raw)) {
        lj_str text = string_of(d, raw, table.wide, buf);
        code = format_work(d->run, STRING_WORK);
        if (code == LJ_OK) {
            code = doc_emit_unseen(d, doc_table_kind(d), row->role, lj_cstr_str(row->label), text);
        }
    }
    return code;
}

static lj_code emit_assoc(doc *d, lj_buf *buf)
{
    doc_sttb table = sttb_open(d, doc_pair_of(d, DOC_ASSOC));
    lj_slice raw;
    lj_code code = LJ_OK;
    for (size_t i = 0; code == LJ_OK && i < LJ_COUNT_OF(assoc_names) && sttb_next(&table, &raw);
         i++) {
        code = doc_emit_unseen(d, doc_table_kind(d), SPAN_METADATA, lj_cstr_str(assoc_names[i]),
                               string_of(d, raw, table.wide, buf));
    }
    return code;
}

/* Strings of 16 bits with their length before them, as GrpXstAtnOwners and the values of StwUser
 * have them. */
static bool xst_next(lj_cur *cur, bool wide, lj_slice *out)
{
    if (lj_cur_left(cur) < 2) {
        return false;
    }
    size_t len = wide ? 2 * (size_t)lj_cur_u16le(cur) : lj_cur_u8(cur);
    *out = lj_cur_bytes(cur, len);
    return lj_cur_ok(cur);
}

/* 2.9.297: names, then as many values, each with a NUL. */
static lj_code emit_variables(doc *d, lj_buf *buf)
{
    doc_sttb names = sttb_open(d, doc_pair_of(d, DOC_VARIABLES));
    doc_sttb skip = names;
    lj_slice raw;
    while (sttb_next(&skip, &raw)) {
    }
    lj_cur values = skip.cur;
    lj_buf name;
    lj_buf_init(&name, d->arena, 4 * (size_t)STRING_MAX);
    lj_code code = LJ_OK;
    while (code == LJ_OK && sttb_next(&names, &raw)) {
        lj_str label = string_of(d, raw, names.wide, &name);
        lj_str value = {NULL, 0};
        if (xst_next(&values, /* wide= */ true, &raw)) {
            value = string_of(d, raw, /* wide= */ true, buf);
            lj_cur_skip(&values, lj_min_size(2, lj_cur_left(&values)));
        }
        code = format_work(d->run, STRING_WORK);
        if (code == LJ_OK) {
            code = doc_emit_unseen(d, DOC_TABLE, SPAN_FIELD, label, value);
        }
    }
    return code;
}

/* ---- people ---- */

static lj_str keep(doc *d, lj_str text)
{
    lj_slice copy = lj_arena_copy(d->arena, lj_str_bytes(text));
    return (lj_str){(const char *)copy.ptr, copy.len};
}

lj_code doc_people_read(doc *d)
{
    lj_buf buf;
    lj_slice raw;
    lj_buf_init(&buf, d->arena, 4 * (size_t)STRING_MAX);
    d->revisers = lj_arena_array(d->arena, PEOPLE_MAX, sizeof(*d->revisers));
    d->owners = lj_arena_array(d->arena, PEOPLE_MAX, sizeof(*d->owners));
    if (d->revisers == NULL || d->owners == NULL) {
        return LJ_E_LIMIT;
    }
    lj_code code = LJ_OK;
    d->reviser_count = d->owner_count = 0;
    doc_sttb table = sttb_open(d, doc_pair_of(d, DOC_REVISERS));
    while (code == LJ_OK && d->reviser_count < PEOPLE_MAX && sttb_next(&table, &raw)) {
        lj_str name = keep(d, string_of(d, raw, table.wide, &buf));
        d->revisers[d->reviser_count++] = name;
        code = doc_emit_unseen(d, doc_table_kind(d), SPAN_METADATA, LJ_STR("reviser"), name);
    }
    bool wide = d->fib.age == DOC_AGE_97;
    lj_cur cur = lj_cur_of(doc_pair_of(d, DOC_OWNERS));
    while (code == LJ_OK && d->owner_count < PEOPLE_MAX && xst_next(&cur, wide, &raw)) {
        lj_str name = keep(d, string_of(d, raw, wide, &buf));
        d->owners[d->owner_count++] = name;
        code = doc_emit_unseen(d, doc_table_kind(d), SPAN_METADATA, LJ_STR("commenter"), name);
    }
    return code;
}

/* ---- numberings ---- */

enum { LSTF_LEN = 28, LSTF_FLAGS = 26, LVLF_LEN = 28, LEVELS = 9 };

/* 2.9.148: a number stands as its level, below 9. */
static lj_str level_text(const doc *d, lj_slice raw, lj_buf *buf)
{
    lj_buf_clear(buf);
    size_t plain = 0;
    raw = lj_slice_part(raw, 0, STRING_MAX);
    for (size_t at = 0; at + 2 <= raw.len; at += 2) {
        if (raw.ptr[at] < LEVELS && raw.ptr[at + 1] == 0) {
            doc_decode(d, lj_slice_part(raw, plain, at - plain), /* wide= */ true, buf);
            lj_buf_put_u8(buf, '%');
            lj_buf_put_u8(buf, (uint8_t)('1' + raw.ptr[at]));
            plain = at + 2;
        }
    }
    doc_decode(d, lj_slice_part(raw, plain, SIZE_MAX), /* wide= */ true, buf);
    return lj_buf_ok(buf) ? lj_buf_str(buf) : (lj_str){NULL, 0};
}

/* Letters that are read: bullets stand in the private use area or beyond the Latin letters. */
static bool has_words(lj_str text)
{
    size_t words = 0;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = (uint8_t)text.ptr[i];
        uint8_t lower = c | 0x20U;
        bool latin = lower >= 'a' && lower <= 'z';
        words += latin ? 1 : c >= 0xE3 && c <= 0xE9 ? 4 : 0; /* U+3000 to U+9FFF */
    }
    return words >= 4;
}

static bool level_next(lj_cur *cur, lj_slice *out)
{
    lj_slice fixed = lj_cur_bytes(cur, LVLF_LEN);
    if (fixed.len < LVLF_LEN) {
        return false;
    }
    lj_cur_skip(cur, (size_t)fixed.ptr[24] + fixed.ptr[25]); /* modifiers of both kinds */
    size_t len = 2 * (size_t)lj_cur_u16le(cur);
    *out = lj_cur_bytes(cur, len);
    return lj_cur_ok(cur);
}

static lj_code emit_lists(doc *d, lj_buf *buf)
{
    lj_slice lists = doc_pair_of(d, DOC_LISTS);
    lj_cur cur = lj_cur_of(lists);
    uint32_t count = lj_cur_u16le(&cur);
    const doc_stream *table = &d->streams[DOC_TABLE];
    if (lists.len < 2 || table->ptr == NULL) {
        return LJ_OK;
    }
    size_t behind = (size_t)(lists.ptr - table->ptr) + lists.len;
    lj_cur levels = lj_cur_of(lj_slice_part(lj_slice_of(table->ptr, table->len), behind, SIZE_MAX));
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < count && code == LJ_OK; i++) {
        lj_slice list = lj_cur_bytes(&cur, LSTF_LEN);
        bool simple = list.len == LSTF_LEN && (list.ptr[LSTF_FLAGS] & 1) != 0;
        lj_slice raw;
        for (int k = 0; k < (simple ? 1 : LEVELS) && code == LJ_OK; k++) {
            size_t from = levels.pos;
            if (list.len < LSTF_LEN || !level_next(&levels, &raw)) {
                return LJ_OK;
            }
            (void)doc_bytes(d, DOC_TABLE, behind + from, levels.pos - from);
            lj_str text = level_text(d, raw, buf);
            code = format_work(d->run, STRING_WORK);
            if (code == LJ_OK && has_words(text)) {
                code = doc_emit_unseen(d, DOC_TABLE, SPAN_STYLE, LJ_STR("numbering"), text);
            }
        }
    }
    return code;
}

/* ---- all of it ---- */

/* Tables that hold numbers only: they need no sweep. */
static void claim_numbers(doc *d)
{
    static const uint8_t numbers[] = {2,  3,  6,  7,  8,  10, 14, 16, 17, 18, 19, 20, 22,
                                      23, 31, 34, 40, 41, 42, 43, 46, 47, 48, 54, 55, 56,
                                      57, 58, 59, 74, 75, 76, 85, 86, 88, 89, 90};
    for (size_t i = 0; i < LJ_COUNT_OF(numbers); i++) {
        (void)doc_pair_of(d, (doc_pair)numbers[i]);
    }
}

lj_code doc_side_read(doc *d)
{
    lj_buf buf;
    lj_buf_init(&buf, d->arena, 4 * (size_t)STRING_MAX);
    if (d->fib.age == DOC_AGE_2) {
        return LJ_OK; /* its tables are left to the sweep */
    }
    claim_numbers(d);
    lj_code code = LJ_OK;
    for (size_t i = 0; i < LJ_COUNT_OF(tables) && code == LJ_OK; i++) {
        code = emit_table(d, &tables[i], &buf);
    }
    if (code == LJ_OK) {
        code = emit_assoc(d, &buf);
    }
    if (code == LJ_OK && d->fib.age == DOC_AGE_97) {
        code = emit_variables(d, &buf);
    }
    return code == LJ_OK && d->fib.age == DOC_AGE_97 ? emit_lists(d, &buf) : code;
}
