/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Folding (hidden-marks 1.4, steps 2 to 7) in one pass, with the map back.
 *
 * What a single code point becomes - deleted, NFKC, radical, variant, star - is one look-up in a
 * table made at build time (tools/fold_tables.c). What depends on neighbours is done here:
 *
 * - Overrides. A run from U+202E to the first U+202C, or to the end of the line, is walked
 *   backwards, letter by letter, and brackets in it are mirrored, because that is how it is shown.
 *   Overrides inside a run are deleted and have no effect of their own: nested runs would need the
 *   whole bidirectional algorithm, and U+202E beside Han is a finding in itself (T06).
 * - Blanks. A blank is only remembered when it is read, and decided on when the next letter comes:
 *   it stays, as one space, when both neighbours are western letters, signs or digits, but not
 *   between two digits; it goes beside Han, stars and brackets and at both ends of the line. A sign
 *   sides with what stands before it, so that the blanks of `TOP SECRET - X` stay and those of a
 *   Han level, a dash and a period go.
 * - Numerals. At 年, 月 and 日 the text written so far is looked back upon: Han numerals directly
 *   before it (or before 个 of 个月) are replaced by digits. Blanks are gone by then.
 * - Line ends become LF; CR LF becomes one.
 *
 * Speed: folding runs on windows around seed hits, but on all of the text of office documents. The
 * two loops that matter are ASCII and plain Han; everything else goes through fold_one().
 *
 * Room: nothing grows but what a row replaces by something longer, so the buffers have the length
 * of the text, and only a longer row looks whether there is room for it and for all that is still
 * to come. */
#include "text/fold_priv.h"

#include "base/num.h"

enum {
    SLACK = 16,        /* the fast loops store whole words past the end */
    NUMERALS_MAX = 12, /* letters of a numeral; longer runs are lists of figures, not periods */
    LINE_START = 0,    /* what stands before: nothing in this line */
    WEST = 1,          /* letter or sign */
    DIGIT = 2,
    TIGHT = 3,
};

typedef struct folder {
    const uint8_t *src;
    size_t src_len;
    uint8_t *out;
    uint32_t *from;
    size_t len; /* bytes written */
    size_t cap;
    lj_arena *arena;
    uint32_t facts;
    uint8_t before; /* LINE_START, WEST, DIGIT or TIGHT: the side of the last letter of the line */
    bool blank;     /* a blank was read behind it */
    uint32_t blank_at;
    bool full; /* the arena is */
} folder;

/* Which side a letter of a class takes, given the side of what stands before it. */
static const uint8_t sides[FOLD_SIGN + 1][4] = {
    [FOLD_WEST] = {WEST,  WEST,  WEST,  WEST },
      [FOLD_DIGIT] = {DIGIT, DIGIT, DIGIT, DIGIT},
    [FOLD_TIGHT] = {TIGHT, TIGHT, TIGHT, TIGHT},
      [FOLD_NUMERAL] = {TIGHT, TIGHT, TIGHT, TIGHT},
    [FOLD_UNIT] = {TIGHT, TIGHT, TIGHT, TIGHT},
      [FOLD_SIGN] = {WEST,  WEST,  WEST,  TIGHT},
};

uint32_t text_code_point(lj_str text, size_t at, size_t *out_len)
{
    const uint8_t *src = (const uint8_t *)text.ptr + at;
    size_t left = text.len - at;
    uint8_t lead = src[0];
    if (lead < 0x80) {
        *out_len = 1;
        return lead;
    }
    size_t want = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC0 || lead > 0xF7 || left < want) {
        /* The text was not UTF-8, against the contract: safe, and visible as what it is. */
        *out_len = 1;
        return 0xFFFD;
    }
    *out_len = want;
    uint32_t value = lead & (0xFFu >> (want + 1));
    for (size_t i = 1; i < want; i++) {
        value = value << 6 | (src[i] & 0x3F);
    }
    return value <= 0x10FFFF ? value : 0xFFFD;
}

bool text_is_deleted(uint32_t code_point)
{
    uint16_t cell = code_point < 0x110000 ? fold_cell_of(code_point) : FOLD_WEST;
    return cell == FOLD_DELETED || cell == FOLD_OVERRIDE;
}

bool text_is_han(uint32_t c)
{
    return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) ||
           (c >= 0xF900 && c <= 0xFAFF) || c == 0x3007 || (c >= 0x20000 && c <= 0x3FFFD);
}

size_t fold_encode(uint32_t code_point, uint8_t out[4])
{
    if (code_point < 0x80) {
        out[0] = (uint8_t)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        out[0] = (uint8_t)(0xC0 | code_point >> 6);
        out[1] = (uint8_t)(0x80 | (code_point & 0x3F));
        return 2;
    }
    if (code_point < 0x10000) {
        out[0] = (uint8_t)(0xE0 | code_point >> 12);
        out[1] = (uint8_t)(0x80 | (code_point >> 6 & 0x3F));
        out[2] = (uint8_t)(0x80 | (code_point & 0x3F));
        return 3;
    }
    out[0] = (uint8_t)(0xF0 | code_point >> 18);
    out[1] = (uint8_t)(0x80 | (code_point >> 12 & 0x3F));
    out[2] = (uint8_t)(0x80 | (code_point >> 6 & 0x3F));
    out[3] = (uint8_t)(0x80 | (code_point & 0x3F));
    return 4;
}

lj_slice fold_of(uint32_t code_point, uint8_t out[4])
{
    uint16_t cell = fold_cell_of(code_point);
    if (cell >= FOLD_ROW) {
        const fold_row *row = &fold_rows[cell - FOLD_ROW];
        return lj_slice_of(fold_pool + row->at, row->len);
    }
    return lj_slice_of(out, cell < FOLD_BLANK ? fold_encode(code_point, out) : 0);
}

/* ---- writing ---- */

/* Room for `len` bytes now and one for each byte of source that is still to come. */
static bool make_room(folder *f, size_t len, size_t left)
{
    size_t need = f->len + len + left + SLACK;
    if (need <= f->cap) {
        return true;
    }
    size_t cap = need + f->cap / 2;
    uint8_t *out = lj_arena_grow(f->arena, f->out, f->cap, cap);
    uint32_t *from = lj_arena_grow(f->arena, f->from, f->cap * sizeof(*from), cap * sizeof(*from));
    if (out == NULL || from == NULL) {
        f->full = true;
        return false;
    }
    f->out = out;
    f->from = from;
    f->cap = cap;
    return true;
}

static void put(folder *f, const uint8_t *bytes, size_t len, size_t at)
{
    for (size_t i = 0; i < len; i++) {
        f->out[f->len + i] = bytes[i];
        f->from[f->len + i] = (uint32_t)at;
    }
    f->len += len;
}

/* Does a blank stay between letters of these sides? */
static inline bool keeps_blank(uint8_t before, uint8_t side)
{
    return before != TIGHT && side != TIGHT && !(before == DIGIT && side == DIGIT);
}

/* Decides on the blank before a letter of the given side. */
static void settle_blank(folder *f, uint8_t side)
{
    f->blank = false;
    if (f->before == LINE_START) {
        return;
    }
    if (keeps_blank(f->before, side)) {
        f->out[f->len] = ' ';
        f->from[f->len++] = f->blank_at;
    } else {
        f->facts |= TEXT_FOLD_BLANK;
    }
}

/* ---- numerals ---- */

/* The numeral at the end of out[0, len), as value; false when there is none. */
static bool numeral_before(const folder *f, size_t len, uint32_t *out_value)
{
    lj_str text = {(const char *)f->out, len};
    size_t letter_len = 0;
    if (len < 3 || (f->out[len - 3] & 0xF0) != 0xE0) {
        return false;
    }
    uint32_t letter = text_code_point(text, len - 3, &letter_len);
    for (uint32_t i = 0; i < fold_numeral_count; i++) {
        if (fold_numerals[i].code_point == letter) {
            *out_value = fold_numerals[i].value;
            return true;
        }
    }
    return false;
}

/* Value of a numeral in the order of its letters: figures one by one (二〇二三), or with 十, 百, 千
 * (一百二十, 十五, 廿五). False for what is neither. *out_digits is the least number of digits to
 * write, so that 〇五 stays 05. */
static bool numeral_value(const uint32_t *values, size_t count, uint32_t *out, size_t *out_digits)
{
    bool figures = true;
    uint32_t sum = 0;
    uint32_t figure = 0;
    bool has_figure = false;
    uint32_t last = UINT32_MAX; /* multipliers must fall */
    for (size_t i = 0; i < count; i++) {
        figures = figures && values[i] < 10;
    }
    *out_digits = figures ? count : 1;
    for (size_t i = 0; i < count; i++) {
        uint32_t value = values[i];
        if (figures) {
            sum = i < 9 ? sum * 10 + value : UINT32_MAX;
            continue;
        }
        if (value < 10) {
            /* 一百零五: the zero only says that a place is empty. */
            if (has_figure) {
                return false;
            }
            figure = value;
            has_figure = value != 0;
            continue;
        }
        uint32_t unit = value < 100 ? 10 : value;
        if (unit >= last || (has_figure && value > 10 && value < 100)) {
            return false;
        }
        sum += value == 10 || value >= 100 ? (has_figure ? figure : 1) * value : value;
        last = unit;
        figure = 0;
        has_figure = false;
    }
    *out = sum + figure;
    return count > 0 && (!figures || count <= 8);
}

/* Called before a unit is written: turns the Han numeral that ends the text, or that stands before
 * a final 个, into digits. Each digit maps to the letter at its place, or to the last one. */
static void fold_numeral_before(folder *f, bool month)
{
    static const uint8_t ge[3] = {0xE4, 0xB8, 0xAA}; /* 个 */
    size_t end = f->len;
    uint32_t values[NUMERALS_MAX];
    uint32_t at[NUMERALS_MAX];
    size_t count = 0;
    uint32_t value = 0;
    if (month && end >= 3 && memcmp(f->out + end - 3, ge, 3) == 0) {
        end -= 3;
    }
    size_t begin = end;
    while (count < NUMERALS_MAX && numeral_before(f, begin, &value)) {
        begin -= 3;
        /* Filled from the back, so that the letters stand in their order from `first` on. */
        count++;
        values[NUMERALS_MAX - count] = value;
        at[NUMERALS_MAX - count] = f->from[begin];
    }
    size_t first = NUMERALS_MAX - count;
    size_t digit_count = 0;
    uint32_t total = 0;
    if (!numeral_value(values + first, count, &total, &digit_count) ||
        (count == NUMERALS_MAX && numeral_before(f, begin, &value))) {
        return;
    }
    uint8_t digits[10];
    size_t len = 0;
    for (uint32_t rest = total; rest > 0 || len < digit_count; rest /= 10) {
        digits[len++] = (uint8_t)('0' + rest % 10);
    }
    /* Three bytes a letter, at most four digits a letter with 千: never longer than the numeral but
     * for 千 alone. */
    if (len > end - begin && !make_room(f, len, f->src_len)) {
        return;
    }
    size_t tail = f->len - end; /* 个, or nothing */
    uint32_t tail_at = tail > 0 ? f->from[end] : 0;
    f->len = begin;
    for (size_t i = 0; i < len; i++) {
        f->out[f->len] = digits[len - 1 - i];
        f->from[f->len++] = at[first + lj_min_size(i, count - 1)];
    }
    if (tail > 0) {
        put(f, ge, tail, tail_at);
    }
    f->facts |= TEXT_FOLD_NUMERAL;
}

/* ---- reading ---- */

static void put_letter(folder *f, const uint8_t *bytes, size_t len, size_t at, uint8_t class_)
{
    uint8_t side = sides[class_][f->before];
    if (f->blank) {
        settle_blank(f, side);
    }
    if (class_ == FOLD_UNIT) {
        fold_numeral_before(f, bytes[1] == 0x9C && bytes[2] == 0x88);
    }
    put(f, bytes, len, at);
    f->before = side;
}

static void put_blank(folder *f, size_t at)
{
    if (!f->blank) {
        f->blank = true;
        f->blank_at = (uint32_t)at;
    }
}

/* A row of several code points, each with its own class. */
static void put_many(folder *f, const fold_row *row, size_t at)
{
    lj_str text = {(const char *)fold_pool + row->at, row->len};
    for (size_t i = 0; i < text.len;) {
        size_t len = 0;
        uint16_t class_ = fold_cell_of(text_code_point(text, i, &len));
        if (class_ == FOLD_BLANK) {
            put_blank(f, at);
        } else if (class_ < FOLD_BLANK) {
            put_letter(f, fold_pool + row->at + i, len, at, (uint8_t)class_);
        }
        i += len;
    }
}

/* One code point of any kind, of `len` bytes at src + at; `left` bytes of source come after it. */
static void fold_one(folder *f, uint16_t cell, const uint8_t *bytes, size_t len, size_t at,
                     size_t left)
{
    if (cell >= FOLD_ROW) {
        const fold_row *row = &fold_rows[cell - FOLD_ROW];
        f->facts |= row->facts;
        if ((row->len > len || row->class_ == FOLD_MANY) &&
            !make_room(f, 2u * row->len + 1, left)) {
            return;
        }
        if (row->class_ == FOLD_MANY) {
            put_many(f, row, at);
        } else {
            put_letter(f, fold_pool + row->at, row->len, at, row->class_);
        }
        return;
    }
    switch (cell) {
    case FOLD_BLANK:
        put_blank(f, at);
        return;
    case FOLD_LINE:
        f->blank = false;
        f->before = LINE_START;
        put(f, (const uint8_t *)"\n", 1, at);
        return;
    case FOLD_DELETED:
        f->facts |= TEXT_FOLD_INVISIBLE;
        return;
    case FOLD_OVERRIDE:
        f->facts |= TEXT_FOLD_BIDI;
        return;
    default:
        put_letter(f, bytes, len, at, (uint8_t)cell);
        return;
    }
}

/* ---- reversed runs ---- */

/* Brackets look the other way in a run from right to left. */
static uint32_t mirrored(uint32_t code_point)
{
    static const uint32_t pairs[][2] = {
        {'(',    ')'   },
        {'[',    ']'   },
        {'{',    '}'   },
        {'<',    '>'   },
        {0x3008, 0x3009},
        {0x300A, 0x300B},
        {0x300C, 0x300D},
        {0x300E, 0x300F},
        {0x3010, 0x3011},
        {0x3014, 0x3015},
        {0x3016, 0x3017},
        {0xFF08, 0xFF09},
        {0xFF3B, 0xFF3D},
        {0xFF5B, 0xFF5D},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(pairs); i++) {
        if (pairs[i][0] == code_point) {
            return pairs[i][1];
        }
        if (pairs[i][1] == code_point) {
            return pairs[i][0];
        }
    }
    return code_point;
}

/* Folds the run behind the U+202E that ends at `begin`, backwards. Returns the offset behind the
 * run, with its U+202C. */
static size_t fold_override(folder *f, size_t begin)
{
    lj_str text = {(const char *)f->src, f->src_len};
    size_t end = begin;
    size_t len = 0;
    size_t after = begin;
    f->facts |= TEXT_FOLD_BIDI;
    while (end < f->src_len) {
        uint32_t code_point = text_code_point(text, end, &len);
        if (code_point == 0x202C || fold_cell_of(code_point) == FOLD_LINE) {
            after = code_point == 0x202C ? end + len : end;
            break;
        }
        end += len;
        after = end;
    }
    for (size_t at = end; at > begin && !f->full;) {
        uint8_t bytes[4] = {0};
        size_t until = at;
        do {
            at--;
        } while (at > begin && (f->src[at] & 0xC0) == 0x80);
        uint32_t code_point = mirrored(text_code_point(text, at, &len));
        /* What is still to come: the rest of the run, and of the text behind it. */
        size_t left = (at - begin) + (f->src_len - end);
        len = fold_encode(code_point, bytes);
        if (len > until - at && !make_room(f, len, left)) {
            break;
        }
        fold_one(f, fold_cell_of(code_point), bytes, len, at, left);
    }
    return after;
}

/* ---- the pass ---- */

/* The side of the last character before `len`, when all from `mark` on is ASCII without blanks and
 * `side` is what stood before `mark`: signs side with what stands before them. Worked out where it
 * is needed and not for each byte, which would be a chain of loads. */
static uint8_t side_behind(const uint8_t *out, size_t mark, uint8_t side, size_t len)
{
    size_t at = len;
    while (at > mark && fold_cell[0][out[at - 1]] == FOLD_SIGN) {
        at--;
    }
    side = at > mark ? sides[fold_cell[0][out[at - 1]]][LINE_START] : side;
    return at < len ? sides[FOLD_SIGN][side] : side;
}

/* ASCII letters, signs, digits and the blanks between them, up to the first byte that needs
 * thought. */
static inline size_t fold_ascii(folder *f, size_t at)
{
    const uint8_t *src = f->src;
    size_t src_len = f->src_len;
    uint8_t *restrict out = f->out;
    uint32_t *restrict from = f->from;
    size_t len = f->len;
    size_t mark = len; /* the side of what stands before is known here */
    uint8_t side = f->before;
    while (at < src_len && src[at] < 0x80) {
        uint16_t cell = fold_cell[0][src[at]];
        if (cell < FOLD_BLANK) {
            out[len] = src[at];
            from[len++] = (uint32_t)at++;
            continue;
        }
        if (cell != FOLD_BLANK) {
            break;
        }
        size_t next = at + 1;
        while (next < src_len && src[next] < 0x80 && fold_cell[0][src[next]] == FOLD_BLANK) {
            next++;
        }
        if (next == src_len || src[next] >= 0x80 || fold_cell[0][src[next]] > FOLD_BLANK) {
            break;
        }
        side = side_behind(out, mark, side, len);
        if (side != LINE_START && keeps_blank(side, sides[fold_cell[0][src[next]]][side])) {
            out[len] = ' ';
            from[len++] = (uint32_t)at;
        } else if (side != LINE_START) {
            f->facts |= TEXT_FOLD_BLANK;
        }
        mark = len;
        at = next;
    }
    f->before = side_behind(out, mark, side, len);
    f->len = len;
    return at;
}

/* Plain Han and what folds as easily: three bytes that stay and make blanks go. */
static inline size_t fold_han(folder *f, size_t at)
{
    const uint8_t *src = f->src;
    uint8_t *restrict out = f->out;
    uint32_t *restrict from = f->from;
    size_t len = f->len;
    size_t start = len;
    /* Four bytes are read and written at a time: SLACK on the one side, the last letter left over
     * on the other. */
    while (f->src_len - at >= 4) {
        uint32_t four = 0;
        uint64_t twice = (uint64_t)at << 32 | at;
        memcpy(&four, src + at, 4);
        uint8_t lead = src[at];
        uint32_t code_point = (uint32_t)(lead & 0x0F) << 12 | (uint32_t)(src[at + 1] & 0x3F) << 6 |
                              (src[at + 2] & 0x3F);
        if ((lead & 0xF0) != 0xE0 || (fold_easy[code_point >> 5] >> (code_point & 31) & 1) == 0) {
            break;
        }
        memcpy(out + len, &four, 4);
        memcpy(from + len, &twice, 8);
        memcpy(from + len + 2, &twice, 8);
        at += 3;
        len += 3;
    }
    if (len > start) {
        f->before = TIGHT;
    }
    f->len = len;
    return at;
}

static void fold_all(folder *f)
{
    lj_str text = {(const char *)f->src, f->src_len};
    size_t at = 0;
    while (at < f->src_len && !f->full) {
        if (!f->blank) {
            at = fold_ascii(f, at);
            at = fold_han(f, at);
            if (at == f->src_len) {
                return;
            }
        }
        size_t len = 0;
        uint32_t code_point = text_code_point(text, at, &len);
        uint16_t cell = fold_cell_of(code_point);
        if (cell == FOLD_OVERRIDE) {
            at = fold_override(f, at + len);
            continue;
        }
        if (code_point == '\r' && at + 1 < f->src_len && f->src[at + 1] == '\n') {
            len = 2;
        }
        fold_one(f, cell, f->src + at, len, at, f->src_len - at - len);
        at += len;
    }
}

bool text_fold(lj_str text, lj_arena *arena, text_folded *out)
{
    if (text.len > UINT32_MAX / 16) {
        return false;
    }
    folder f = {.src = (const uint8_t *)text.ptr, .src_len = text.len, .arena = arena};
    f.cap = text.len + SLACK;
    f.out = lj_arena_alloc(arena, f.cap);
    f.from = lj_arena_array(arena, f.cap, sizeof(*f.from));
    if (f.out == NULL || f.from == NULL) {
        return false;
    }
    fold_all(&f);
    if (f.full) {
        return false;
    }
    f.from[f.len] = (uint32_t)text.len;
    *out = (text_folded){
        .text = {(const char *)f.out, f.len},
          .from = f.from, .facts = f.facts
    };
    return true;
}
