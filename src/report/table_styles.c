/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Which cell formats make a date of a number.
 *
 * Specification: ECMA-376 part 1 18.8.30 (built-in number formats, with those of Chinese editions:
 * 27 to 36, 50 to 58), 18.8.31 (format codes).
 *
 * Model. Only the first section of a code is looked at, without quotes, escapes, fillers and
 * brackets (but [h], [m], [s] count hours). y, d, e and g are dates; so is m without h and s beside
 * it and without digits; h and s are times.
 *
 * Traps. "General" holds e and a; "0.00E+00" holds E; "AM/PM" holds M; colours and locales stand in
 * brackets. Formats 32 to 35 and 55, 56 are times in Chinese editions. */
#include "report/table_in_priv.h"

#include "base/num.h"

typedef struct code_facts {
    bool date, month, time, digits;
} code_facts;

/* Behind the partner of what opens at `at`. */
static size_t skip_to(lj_slice code, size_t at, uint8_t close)
{
    at++;
    while (at < code.len && code.ptr[at] != close) {
        at++;
    }
    return at + 1;
}

/* [h], [mm], [ss]: hours that go on behind 24. */
static bool is_elapsed(lj_slice code, size_t at)
{
    uint8_t c = at + 1 < code.len ? code.ptr[at + 1] | 0x20U : 0;
    size_t end = at + 1;
    while (end < code.len && (code.ptr[end] | 0x20U) == c) {
        end++;
    }
    return (c == 'h' || c == 'm' || c == 's') && end < code.len && code.ptr[end] == ']';
}

static bool starts(lj_slice code, size_t at, lj_slice word)
{
    return lj_slice_is_nocase(lj_slice_part(code, at, word.len), word);
}

/* One letter outside quotes; returns where to go on. */
static size_t take_letter(lj_slice code, size_t at, code_facts *facts)
{
    uint8_t lower = code.ptr[at] | 0x20U;
    switch (lower) {
    case 'g':
        if (starts(code, at, LJ_BYTES("General"))) {
            return at + 7;
        }
        facts->date = true;
        break;
    case 'e':
        if (at + 1 < code.len && (code.ptr[at + 1] == '+' || code.ptr[at + 1] == '-')) {
            return at + 2;
        }
        facts->date = true;
        break;
    case 'y':
    case 'd':
        facts->date = true;
        break;
    case 'm':
        facts->month = true;
        break;
    case 'h':
    case 's':
        facts->time = true;
        break;
    case 'a':
        if (starts(code, at, LJ_BYTES("AM/PM"))) {
            return at + 5;
        }
        if (starts(code, at, LJ_BYTES("A/P"))) {
            return at + 3;
        }
        break;
    default:
        break;
    }
    return at + 1;
}

table_style table_style_of_code(lj_slice code)
{
    code_facts facts = {false, false, false, false};
    for (size_t at = 0; at < code.len && code.ptr[at] != ';';) {
        uint8_t c = code.ptr[at];
        if (c == '"') {
            at = skip_to(code, at, '"');
        } else if (c == '[') {
            facts.time = facts.time || is_elapsed(code, at);
            at = skip_to(code, at, ']');
        } else if (c == '\\' || c == '_' || c == '*' || c == '!') {
            at += 2;
        } else if (c == '0' || c == '#' || c == '?') {
            facts.digits = true;
            at++;
        } else {
            at = (c | 0x20U) >= 'a' && (c | 0x20U) <= 'z' ? take_letter(code, at, &facts) : at + 1;
        }
    }
    bool is_month = facts.month && !facts.time && !facts.digits;
    return facts.date || is_month ? TABLE_STYLE_DATE
           : facts.time           ? TABLE_STYLE_TIME
                                  : TABLE_STYLE_PLAIN;
}

static table_style built_in(uint32_t id)
{
    static const struct {
        uint8_t from, to;
        table_style style;
    } rows[] = {
        {14, 17, TABLE_STYLE_DATE},
        {18, 21, TABLE_STYLE_TIME},
        {22, 22, TABLE_STYLE_DATE},
        {27, 31, TABLE_STYLE_DATE},
        {32, 35, TABLE_STYLE_TIME},
        {36, 36, TABLE_STYLE_DATE},
        {45, 47, TABLE_STYLE_TIME},
        {50, 54, TABLE_STYLE_DATE},
        {55, 56, TABLE_STYLE_TIME},
        {57, 58, TABLE_STYLE_DATE},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        if (id >= rows[i].from && id <= rows[i].to) {
            return rows[i].style;
        }
    }
    return TABLE_STYLE_PLAIN;
}

table_style table_style_of_xf(const table_book *book, int64_t xf)
{
    if (xf < 0 || xf >= (int64_t)book->xf_count) {
        return TABLE_STYLE_PLAIN;
    }
    uint16_t fmt = book->fmt_of_xf[xf];
    uint8_t own = book->style_of_fmt != NULL ? book->style_of_fmt[fmt] : 0;
    return own > 0 ? (table_style)(own - 1) : built_in(fmt);
}

static void add_xf(table_book *book, const xml_token *token)
{
    enum { XFS_MAX = 65536, FIRST = 64 };
    if (book->xf_count == book->xf_cap) {
        uint32_t cap = book->xf_cap == 0 ? FIRST : book->xf_cap * 2;
        if (cap > XFS_MAX) {
            (void)table_stop(book->run, TABLE_FAULT_DAMAGED, 0, 0);
            return;
        }
        uint16_t *more = lj_arena_grow(book->run->arena, book->fmt_of_xf,
                                       book->xf_cap * sizeof(*more), cap * sizeof(*more));
        if (more == NULL) {
            (void)table_stop(book->run, TABLE_FAULT_MEMORY, 0, 0);
            return;
        }
        book->fmt_of_xf = more;
        book->xf_cap = cap;
    }
    int64_t fmt = 0;
    (void)xml_int(XML_VALUE(token, "numFmtId"), &fmt);
    book->fmt_of_xf[book->xf_count++] = fmt >= 0 && fmt < TABLE_NUM_FMT_MAX ? (uint16_t)fmt : 0;
}

/* Own formats are kept as style + 1, so that 0 says "built in". */
static void add_format(table_book *book, const xml_token *token)
{
    int64_t id = -1;
    if (xml_int(XML_VALUE(token, "numFmtId"), &id) && id >= 0 && id < TABLE_NUM_FMT_MAX) {
        lj_str code = XML_VALUE(token, "formatCode");
        book->style_of_fmt[id] = (uint8_t)(table_style_of_code(lj_str_bytes(code)) + 1);
    }
}

void table_styles_read(table_book *book, const table_member *member)
{
    table_run *run = book->run;
    table_xml xml;
    book->style_of_fmt = lj_arena_alloc(run->arena, TABLE_NUM_FMT_MAX);
    if (book->style_of_fmt == NULL) {
        (void)table_stop(run, TABLE_FAULT_MEMORY, 0, 0);
        return;
    }
    bool open = table_xml_open(&xml, run, &book->zip, member, book->names);
    uint32_t xfs_depth = 0; /* of cellXfs while inside it; cellStyleXfs has xf too */
    for (const xml_token *token = open ? table_xml_next(&xml) : NULL; token != NULL;
         token = table_xml_next(&xml)) {
        if (token->kind == XML_END && token->id == TABLE_NAME_CELL_XFS) {
            xfs_depth = 0;
        } else if (token->kind == XML_START && token->id == TABLE_NAME_CELL_XFS) {
            xfs_depth = token->depth;
        } else if (token->kind == XML_START && token->id == TABLE_NAME_NUM_FMT) {
            add_format(book, token);
        } else if (token->kind == XML_START && token->id == TABLE_NAME_XF && xfs_depth > 0 &&
                   token->depth == xfs_depth + 1) {
            add_xf(book, token);
        }
    }
    table_xml_close(&xml);
}
