/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Property sets: title, keywords, company, custom properties of binary documents.
 *
 * Specification: [MS-OLEPS] 2.21 stream, 2.20 set, 2.17 dictionary, 2.15 typed values; the names of
 * [MS-OSHARED] 2.3.3. Models read: Apache POI's HPSF (its test files hold odd ones), libgsf.
 *
 * How it maps: every string of every value is metadata, its label the standard name of the property
 * or the one of the dictionary; names of the dictionary with letters beyond ASCII are metadata too.
 * Numbers and dates are no text; a picture (the thumbnail of the first page) is not looked at and
 * said so: gap `picture`. Bytes between the values are swept as slack.
 *
 * Traps seen in the wild
 * - VT_LPSTR in the code page of the set: 1200 means UTF-16, its count bytes then; absent means
 *   what the writer's system had: guessed.
 * - Strings without their NUL, counts that reach beyond the set, offsets that point into others.
 * - Elements of vectors of VT_LPSTR are padded to four bytes by some writers and not by others. */
#include <stdlib.h>

#include "base/cur.h"
#include "base/num.h"
#include "formats/look.h"
#include "formats/ole2/ole2_priv.h"

enum {
    SET_MOST = 4 * 1024 * 1024, /* bytes of a property set that are looked at */
    PROPERTIES_MOST = 65536,
    SETS_MOST = 8,
    CLIPBOARD_HEAD = 16, /* bytes of a clipboard value that is no more than its head */
    GAP_MIN = 8,         /* bytes between values that may hold a word */
    VT_BSTR = 0x08,
    VT_VARIANT = 0x0C,
    VT_LPSTR = 0x1E,
    VT_LPWSTR = 0x1F,
    VT_BLOB = 0x41,
    VT_CF = 0x47, /* a picture: the thumbnail */
    VT_VECTOR = 0x1000,
    VT_ELEMENT = 0x0FFF,
    CODEPAGE_NONE = 0,
    CODEPAGE_UTF16 = 1200,
};

typedef struct property_row {
    uint32_t id;
    const char *name;
} property_row;

static const property_row summary_rows[] = {
    {2,  "title"      },
    {3,  "subject"    },
    {4,  "author"     },
    {5,  "keywords"   },
    {6,  "comments"   },
    {7,  "template"   },
    {8,  "lastAuthor" },
    {9,  "revision"   },
    {18, "application"},
};
static const property_row document_rows[] = {
    {2,  "category"          },
    {3,  "presentationFormat"},
    {13, "titlesOfParts"     },
    {14, "manager"           },
    {15, "company"           },
    {26, "contentType"       },
    {27, "contentStatus"     },
    {28, "language"          },
};

typedef struct covered_range {
    uint32_t from, to;
} covered_range;

typedef struct property_set {
    format_run *run;
    uint32_t part_id;
    lj_slice stream; /* all of it */
    lj_slice set;    /* from the begin of the set on */
    uint64_t set_off;
    uint32_t codepage;
    const property_row *rows;
    size_t row_count;
    uint32_t *name_ids; /* of the dictionary */
    lj_str *names;
    uint32_t name_count;
    covered_range *covered;
    uint32_t covered_count;
    bool has_picture;
    lj_code code;
} property_set;

static bool charset_of(uint32_t codepage, text_charset *out)
{
    static const struct {
        uint32_t codepage;
        text_charset charset;
    } rows[] = {
        {936,   TEXT_GB18030},
        {54936, TEXT_GB18030},
        {950,   TEXT_BIG5   },
        {65001, TEXT_UTF8   },
        {1200,  TEXT_UTF16LE},
        {1201,  TEXT_UTF16BE},
        {1252,  TEXT_LATIN1 },
        {10000, TEXT_LATIN1 },
        {28591, TEXT_LATIN1 }
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        if (rows[i].codepage == codepage) {
            *out = rows[i].charset;
            return true;
        }
    }
    return false;
}

/* True when all bytes beyond ASCII are pairs of GB 2312: Western words hardly ever look so. */
static bool is_gb2312(lj_slice bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        uint8_t lead = bytes.ptr[i];
        if (lead < 0x80) {
            continue;
        }
        bool pair = i + 1 < bytes.len && bytes.ptr[i + 1] >= 0xA1 && bytes.ptr[i + 1] != 0xFF;
        if (!pair || lead < 0xA1 || lead > 0xF7) {
            return false;
        }
        i++;
    }
    return true;
}

static lj_str decode(property_set *p, lj_slice bytes, uint32_t codepage)
{
    lj_buf utf8;
    lj_buf_init(&utf8, format_arena(p->run), 3 * bytes.len + 64);
    text_charset charset = TEXT_LATIN1;
    bool known = charset_of(codepage, &charset);
    bool wide = charset == TEXT_UTF16LE || charset == TEXT_UTF16BE;
    size_t step = known && wide ? 2 : 1;
    size_t len = 0;
    while (len + step <= bytes.len && (bytes.ptr[len] != 0 || bytes.ptr[len + step - 1] != 0)) {
        len += step;
    }
    bytes = lj_slice_part(bytes, 0, len);
    if (known && (charset != TEXT_LATIN1 || !is_gb2312(bytes))) {
        (void)text_to_utf8(charset, bytes, false, &utf8, NULL);
    } else { /* also for 1252: Chinese writers often leave it beside GBK bytes */
        (void)text_lines_to_utf8(TEXT_GB18030, bytes, false, &utf8, NULL);
    }
    return lj_buf_str(&utf8);
}

static lj_str label_of(const property_set *p, uint32_t id)
{
    for (uint32_t i = 0; i < p->name_count; i++) {
        if (p->name_ids[i] == id) {
            return p->names[i];
        }
    }
    for (size_t i = 0; i < p->row_count; i++) {
        if (p->rows[i].id == id) {
            return lj_cstr_str(p->rows[i].name);
        }
    }
    return LJ_STR("property");
}

static void emit_value(property_set *p, lj_str label, lj_str text)
{
    if (p->code != LJ_OK || look_is_blank(text)) {
        return;
    }
    span what = span_of(SPAN_METADATA, text);
    what.label = label;
    what.place.part_id = p->part_id;
    what.hidden_by = SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    p->code = format_emit(p->run, &what);
}

/* One value without its type word; false when it does not fit or is no string. */
static bool take_string(property_set *p, lj_cur *cur, uint32_t type, lj_str *out)
{
    if (type != VT_LPSTR && type != VT_LPWSTR && type != VT_BSTR) {
        return false;
    }
    uint32_t count = lj_cur_u32le(cur);
    uint64_t len = type == VT_LPWSTR ? (uint64_t)2 * count : count;
    if (!lj_cur_ok(cur) || len > lj_cur_left(cur)) {
        return false;
    }
    lj_slice bytes = lj_cur_bytes(cur, (size_t)len);
    *out = decode(p, bytes, type == VT_LPWSTR ? CODEPAGE_UTF16 : p->codepage);
    return true;
}

/* The next element of a vector may stand at once or at the next multiple of four: where its count
 * fits. */
static void align_element(lj_cur *cur)
{
    while (lj_cur_left(cur) > 4 && cur->pos % 4 != 0 && cur->src.ptr[cur->pos] == 0) {
        cur->pos++;
    }
}

static void read_value(property_set *p, uint32_t id, uint32_t off)
{
    lj_cur cur = lj_cur_of(p->set);
    lj_cur_skip(&cur, off);
    uint32_t type = lj_cur_u32le(&cur) & 0xFFFF;
    uint32_t count = (type & VT_VECTOR) != 0 ? lj_cur_u32le(&cur) : 1;
    uint32_t element = type & VT_ELEMENT;
    lj_str label = label_of(p, id);
    for (uint32_t i = 0; i < count && lj_cur_left(&cur) > 4 && p->code == LJ_OK; i++) {
        lj_str text = {NULL, 0};
        uint32_t kind = element;
        if (element == VT_VARIANT) {
            align_element(&cur);
            kind = lj_cur_u32le(&cur) & VT_ELEMENT;
        } else if (i > 0) {
            align_element(&cur);
        }
        if (take_string(p, &cur, kind, &text)) {
            emit_value(p, label, text);
        } else if (kind == VT_CF || kind == VT_BLOB) {
            uint32_t len = lj_cur_u32le(&cur);
            if (len > lj_cur_left(&cur)) {
                return; /* not what it says: swept */
            }
            lj_cur_skip(&cur, len);
            p->has_picture = p->has_picture || (kind == VT_CF && len > CLIPBOARD_HEAD);
        } else if (element == VT_VARIANT && kind == 3) {
            lj_cur_skip(&cur, 4); /* the counts of heading pairs */
        } else {
            return;
        }
    }
    if (p->covered_count < PROPERTIES_MOST) {
        p->covered[p->covered_count++] = (covered_range){off, (uint32_t)cur.pos};
    }
}

static void read_dictionary(property_set *p, uint32_t off)
{
    lj_cur cur = lj_cur_of(p->set);
    lj_cur_skip(&cur, off);
    uint32_t count = lj_cur_u32le(&cur);
    if (!lj_cur_ok(&cur) || count > lj_cur_left(&cur) / 8) {
        return;
    }
    count = (uint32_t)lj_min_u64(count, 4096);
    p->name_ids = lj_arena_array(format_arena(p->run), count, sizeof(*p->name_ids));
    p->names = lj_arena_array(format_arena(p->run), count, sizeof(*p->names));
    for (uint32_t i = 0; p->name_ids != NULL && p->names != NULL && i < count; i++) {
        uint32_t id = lj_cur_u32le(&cur);
        uint32_t len = lj_cur_u32le(&cur);
        bool wide = p->codepage == CODEPAGE_UTF16;
        uint64_t bytes = wide ? (uint64_t)2 * len : len;
        if (!lj_cur_ok(&cur) || bytes > lj_cur_left(&cur)) {
            break;
        }
        p->name_ids[i] = id;
        p->names[i] = decode(p, lj_cur_bytes(&cur, (size_t)bytes), p->codepage);
        p->name_count = i + 1;
        while (wide && cur.pos % 4 != off % 4 && lj_cur_left(&cur) > 0) {
            lj_cur_skip(&cur, 1);
        }
        if (look_has_high_byte(p->names[i])) {
            emit_value(p, LJ_STR("name"), p->names[i]);
        }
    }
    if (lj_cur_ok(&cur)) {
        p->covered[p->covered_count++] = (covered_range){off, (uint32_t)cur.pos};
    }
}

static int by_from(const void *a, const void *b)
{
    const covered_range *left = a;
    const covered_range *right = b;
    return left->from < right->from ? -1 : left->from > right->from ? 1 : 0;
}

/* Bytes between the values. Numbers are there too: a few bytes are no text. */
static void sweep_between(property_set *p, format_src *src, uint64_t from, uint64_t end)
{
    qsort(p->covered, p->covered_count, sizeof(*p->covered), by_from);
    uint64_t at = from;
    for (uint32_t i = 0; i <= p->covered_count && p->code == LJ_OK; i++) {
        uint64_t to = i < p->covered_count ? p->set_off + p->covered[i].from : end;
        if (to > at + GAP_MIN) {
            p->code = format_sweep(p->run, src, at, to - at, SPAN_HIDE(SPAN_HIDDEN_SLACK));
        }
        at = lj_max_u64(at, i < p->covered_count ? p->set_off + p->covered[i].to : end);
    }
}

static void choose_names(property_set *p, lj_slice fmtid)
{
    if (lj_slice_has_prefix(fmtid, LJ_BYTES("\xE0\x85\x9F\xF2\xF9\x4F\x68\x10"))) {
        p->rows = summary_rows;
        p->row_count = LJ_COUNT_OF(summary_rows);
    } else if (lj_slice_has_prefix(fmtid, LJ_BYTES("\x02\xD5\xCD\xD5\x9C\x2E\x1B\x10"))) {
        p->rows = document_rows;
        p->row_count = LJ_COUNT_OF(document_rows);
    }
}

/* One set: code page first, then the dictionary, then the values. */
static bool read_set(property_set *p, uint32_t *out_size)
{
    lj_cur cur = lj_cur_of(p->set);
    *out_size = lj_cur_u32le(&cur);
    uint32_t count = lj_cur_u32le(&cur);
    if (!lj_cur_ok(&cur) || count > lj_cur_left(&cur) / 8 || count > PROPERTIES_MOST) {
        return false;
    }
    lj_slice rows = lj_cur_bytes(&cur, 8 * (size_t)count);
    p->covered = lj_arena_array(format_arena(p->run), (size_t)count + 2, sizeof(*p->covered));
    if (p->covered == NULL) {
        p->code = LJ_E_LIMIT;
        return false;
    }
    p->covered_count = 0;
    p->name_count = 0;
    p->codepage = CODEPAGE_NONE;
    enum { PASS_CODEPAGE, PASS_DICTIONARY, PASS_VALUES };
    for (int pass = PASS_CODEPAGE; pass <= PASS_VALUES; pass++) {
        lj_cur at = lj_cur_of(rows);
        bool named = false;
        for (uint32_t i = 0; i < count && p->code == LJ_OK; i++) {
            uint32_t id = lj_cur_u32le(&at);
            uint32_t off = lj_cur_u32le(&at);
            if (id == 1 && pass == PASS_CODEPAGE) {
                lj_cur value = lj_cur_of(p->set);
                lj_cur_skip(&value, off);
                lj_cur_skip(&value, 4);
                p->codepage = lj_cur_u16le(&value);
            } else if (id == 0 && pass == PASS_DICTIONARY && !named) {
                named = true; /* one set has one dictionary */
                read_dictionary(p, off);
            } else if (id > 1 && pass == PASS_VALUES) {
                read_value(p, id, off);
            }
        }
    }
    if (p->code == LJ_OK) {
        p->code = format_work(p->run, 4 * (uint64_t)count);
    }
    return p->code == LJ_OK;
}

lj_code ole2_read_properties(format_run *run, format_src *src, uint32_t part_id)
{
    lj_arena_mark mark = lj_arena_mark_of(format_arena(run));
    property_set p = {.run = run, .part_id = part_id};
    p.stream = format_slurp(run, src, 0, SET_MOST);
    lj_cur cur = lj_cur_of(p.stream);
    uint16_t order = lj_cur_u16le(&cur);
    lj_cur_skip(&cur, 2 + 4 + 16);
    uint32_t count = lj_cur_u32le(&cur);
    bool good = lj_cur_ok(&cur) && order == 0xFFFE && count > 0 && count <= SETS_MOST;
    for (uint32_t i = 0; good && i < count && p.code == LJ_OK; i++) {
        lj_slice fmtid = lj_cur_bytes(&cur, 16);
        uint32_t off = lj_cur_u32le(&cur);
        p.rows = NULL;
        p.row_count = 0;
        choose_names(&p, fmtid);
        p.set_off = off;
        p.set = lj_slice_part(p.stream, off, SIZE_MAX);
        uint32_t size = 0;
        good = lj_cur_ok(&cur) && read_set(&p, &size);
        if (good) {
            uint64_t rows_end = off + 8 + 8 * (uint64_t)p.covered_count;
            sweep_between(&p, src, rows_end, lj_min_u64((uint64_t)off + size, p.stream.len));
        }
    }
    if (p.code == LJ_OK && (!good || format_src_size(src) > p.stream.len)) {
        /* no property set after all, or one longer than is looked at */
        p.code = format_sweep_part(run, src, part_id, SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED));
    }
    if (p.has_picture) {
        format_gap(run, GAP_PICTURE, "thumbnail", (span_place){.part_id = part_id});
    }
    lj_arena_rewind(format_arena(run), mark);
    return p.code;
}
