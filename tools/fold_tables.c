/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The folding table of src/text/fold.c, made at build time.
 *
 *   fold_tables DELETED RADICALS VARIANTS STARS NUMERALS OUT.C      (inputs: data/text/)
 *
 * Steps 3 to 6 of the folding work on one code point at a time, so their whole effect is worked out
 * here for every code point and stored: delete, NFKC (libutf8proc), radicals, variants, stars,
 * repeated until nothing changes. At run time folding is then one look-up, needs no Unicode library
 * and cannot differ between machines.
 *
 * NFKC of single code points leaves one thing undone: letters that compose across code points (a
 * kana followed by its voicing mark, Korean jamo). No mark is written in them.
 *
 * Table form: fold_page maps code point / 256 to a page of 256 cells; equal pages are stored once,
 * so that the large empty and the plain Han parts of Unicode cost nothing. A cell is a class or the
 * number of a row; rows point into a pool of UTF-8. See src/text/fold_priv.h. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "text/fold_priv.h"

enum {
    CODE_POINTS = 0x110000,
    SEQUENCE = 32, /* code points that one may fold to; NFKC's longest is 18 */
    ROWS = 16000,
    POOL = 65535,
    LINE_LEN = 4096,
    PAGES = 0x1100,
    NUMERALS = 64,
    STAR = 0x2605,
    ROUNDS = 8, /* no chain of replacements is nearly that long */
};

typedef struct tables {
    bool deleted[CODE_POINTS];
    uint32_t radical[CODE_POINTS]; /* 0 = none */
    uint32_t variant[CODE_POINTS];
    bool star[CODE_POINTS];
    fold_numeral numerals[NUMERALS];
    size_t numeral_count;
    uint16_t cells[CODE_POINTS];
    fold_row rows[ROWS];
    size_t row_count;
    uint8_t pool[POOL];
    size_t pool_len;
} tables;

/* ---- input ---- */

static bool parse_hex(const char **at, uint32_t *out)
{
    char *end = NULL;
    errno = 0;
    unsigned long value = strtoul(*at, &end, 16);
    if (end == *at || errno != 0 || value >= CODE_POINTS) {
        return false;
    }
    *out = (uint32_t)value;
    *at = end;
    return true;
}

/* The code point at *at, which is moved on; 0 at the end of the line or at a blank. */
static uint32_t next_letter(const char **at)
{
    utf8proc_int32_t code_point = 0;
    if (**at == '\n' || **at == '\0' || **at == ' ') {
        return 0;
    }
    utf8proc_ssize_t len = utf8proc_iterate((const utf8proc_uint8_t *)*at, -1, &code_point);
    if (len <= 0) {
        return 0;
    }
    *at += len;
    return (uint32_t)code_point;
}

static bool read_range(const char **at, uint32_t *first, uint32_t *last)
{
    if (!parse_hex(at, first)) {
        return false;
    }
    *last = *first;
    if (**at != '-') {
        return true;
    }
    (*at)++;
    return parse_hex(at, last) && *last >= *first;
}

static bool read_deleted(tables *t, const char *at)
{
    uint32_t first = 0;
    uint32_t last = 0;
    if (!read_range(&at, &first, &last)) {
        return false;
    }
    for (uint32_t i = first; i <= last; i++) {
        t->deleted[i] = true;
    }
    return true;
}

static bool read_radical(tables *t, const char *at)
{
    uint32_t first = 0;
    uint32_t last = 0;
    uint32_t target = 0;
    if (!read_range(&at, &first, &last) || !parse_hex(&at, &target)) {
        return false;
    }
    for (uint32_t i = first; i <= last; i++) {
        t->radical[i] = target;
    }
    return true;
}

static bool read_variant(tables *t, const char *at)
{
    uint32_t target = next_letter(&at);
    if (target == 0 || *at != ' ') {
        return false;
    }
    at++;
    for (uint32_t source = next_letter(&at); source != 0; source = next_letter(&at)) {
        if (t->variant[source] != 0 || source == target) {
            return false;
        }
        t->variant[source] = target;
    }
    return *at == '\n';
}

static bool read_star(tables *t, const char *at)
{
    uint32_t star = 0;
    while (parse_hex(&at, &star)) {
        t->star[star] = true;
    }
    return *at == '\n';
}

static bool read_numeral(tables *t, const char *at)
{
    fold_numeral row = {next_letter(&at), 0};
    char *end = NULL;
    row.value = (uint32_t)strtoul(at, &end, 10);
    if (row.code_point == 0 || end == at || t->numeral_count == NUMERALS) {
        return false;
    }
    t->numerals[t->numeral_count++] = row;
    return true;
}

static bool read_file(tables *t, const char *path, bool (*read_line)(tables *, const char *))
{
    char line[LINE_LEN];
    int line_no = 0;
    FILE *in = fopen(path, "re");
    bool good = in != NULL;
    while (good && fgets(line, sizeof(line), in) != NULL) {
        line_no++;
        good = line[0] == '#' || line[0] == '\n' || read_line(t, line);
    }
    if (!good) {
        fprintf(stderr, "%s:%d: not understood\n", path, line_no);
    }
    if (in != NULL) {
        fclose(in);
    }
    return good;
}

/* ---- folding of one code point ---- */

typedef struct sequence {
    uint32_t at[SEQUENCE];
    size_t count;
} sequence;

/* NFKC; false when it is too long. */
static bool normalise(uint32_t code_point, sequence *out)
{
    utf8proc_int32_t buf[SEQUENCE];
    utf8proc_uint8_t bytes[4];
    utf8proc_option_t options =
        (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
    utf8proc_ssize_t len = utf8proc_encode_char((utf8proc_int32_t)code_point, bytes);
    utf8proc_ssize_t count = utf8proc_decompose(bytes, len, buf, SEQUENCE, options);
    if (count > SEQUENCE) {
        return false;
    }
    count = count > 0 ? utf8proc_normalize_utf32(buf, count, options) : 0;
    out->count = 0;
    for (utf8proc_ssize_t i = 0; i < count; i++) {
        out->at[out->count++] = (uint32_t)buf[i];
    }
    if (count <= 0) {
        out->at[out->count++] = code_point; /* unassigned */
    }
    return true;
}

/* One round of all steps over `now`. Returns false when nothing changed. */
static bool fold_once(const tables *t, sequence *now, unsigned *facts)
{
    sequence next = {.count = 0};
    bool changed = false;
    for (size_t i = 0; i < now->count; i++) {
        uint32_t code_point = now->at[i];
        sequence part = {.count = 0};
        if (t->deleted[code_point]) {
            changed = true;
            continue;
        }
        if (!normalise(code_point, &part) || next.count + part.count > SEQUENCE) {
            fprintf(stderr, "fold_tables: U+%04X is too long\n", code_point);
            exit(65);
        }
        if (part.count == 1 && t->radical[part.at[0]] != 0) {
            part.at[0] = t->radical[part.at[0]];
        }
        if (part.count != 1 || part.at[0] != code_point) {
            *facts |= TEXT_FOLD_COMPAT;
        }
        for (size_t k = 0; k < part.count; k++) {
            uint32_t letter = part.at[k];
            if (t->variant[letter] != 0) {
                letter = t->variant[letter];
                *facts |= TEXT_FOLD_VARIANT;
            }
            if (t->star[letter] && letter != STAR) {
                letter = STAR;
                *facts |= TEXT_FOLD_STAR;
            }
            next.at[next.count++] = letter;
        }
        changed = changed || part.count != 1 || next.at[next.count - 1] != code_point;
    }
    *now = next;
    return changed;
}

static bool is_between(uint32_t code_point, uint32_t first, uint32_t last)
{
    return code_point >= first && code_point <= last;
}

static bool is_tight(uint32_t c)
{
    return c == '(' || c == ')' || c == '[' || c == ']' || c == '{' || c == '}' || c == STAR ||
           is_between(c, 0x2E80, 0x31FF) || is_between(c, 0x3400, 0x4DBF) ||
           is_between(c, 0x4E00, 0x9FFF) || is_between(c, 0xF900, 0xFAFF) ||
           is_between(c, 0xFE10, 0xFE6F) || is_between(c, 0xFF00, 0xFFEF) ||
           is_between(c, 0x20000, 0x3FFFF);
}

static bool is_sign(uint32_t c)
{
    bool letter = is_between(c, 'A', 'Z') || is_between(c, 'a', 'z');
    return (is_between(c, 0x21, 0x7E) && !letter) ||
           (is_between(c, 0xA1, 0xBF) && c != 0xAA && c != 0xBA) || c == 0xD7 || c == 0xF7 ||
           is_between(c, 0x2010, 0x205F) || is_between(c, 0x2190, 0x2BFF) ||
           is_between(c, 0xE000, 0xF8FF);
}

/* The class of a code point that folding leaves as it is. */
static fold_class class_of(const tables *t, uint32_t c)
{
    if (c == 0x202E) {
        return FOLD_OVERRIDE;
    }
    if (t->deleted[c]) {
        return FOLD_DELETED;
    }
    if (c == ' ' || c == '\t') {
        return FOLD_BLANK;
    }
    if (is_between(c, 0x0A, 0x0D) || c == 0x2028 || c == 0x2029) {
        return FOLD_LINE;
    }
    if (is_between(c, '0', '9')) {
        return FOLD_DIGIT;
    }
    for (size_t i = 0; i < t->numeral_count; i++) {
        if (t->numerals[i].code_point == c) {
            return FOLD_NUMERAL;
        }
    }
    if (c == 0x5E74 || c == 0x6708 || c == 0x65E5) {
        return FOLD_UNIT;
    }
    return is_tight(c) ? FOLD_TIGHT : is_sign(c) ? FOLD_SIGN : FOLD_WEST;
}

/* Where the bytes stand in the pool, which they are added to when they are new. */
static uint16_t pool_at(tables *t, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i + len <= t->pool_len; i++) {
        if (memcmp(t->pool + i, bytes, len) == 0) {
            return (uint16_t)i;
        }
    }
    if (t->pool_len + len > POOL) {
        fprintf(stderr, "fold_tables: the pool is full\n");
        exit(65);
    }
    memcpy(t->pool + t->pool_len, bytes, len);
    t->pool_len += len;
    return (uint16_t)(t->pool_len - len);
}

static uint16_t cell_of(tables *t, uint32_t code_point)
{
    sequence now = {.at = {code_point}, .count = 1};
    unsigned facts = 0;
    uint8_t bytes[4 * SEQUENCE];
    size_t len = 0;
    fold_class own = class_of(t, code_point);
    if (own == FOLD_OVERRIDE || own == FOLD_DELETED || own == FOLD_LINE || own == FOLD_BLANK) {
        return (uint16_t)own;
    }
    int rounds = 0;
    while (fold_once(t, &now, &facts)) {
        if (++rounds > ROUNDS) {
            fprintf(stderr, "fold_tables: U+%04X folds in a circle\n", code_point);
            exit(65);
        }
    }
    if (now.count == 0) {
        return FOLD_DELETED;
    }
    if (now.count == 1 && (now.at[0] == code_point || now.at[0] == ' ')) {
        return (uint16_t)class_of(t, now.at[0]);
    }
    for (size_t i = 0; i < now.count; i++) {
        len += (size_t)utf8proc_encode_char((utf8proc_int32_t)now.at[i], bytes + len);
    }
    fold_row row = {.at = pool_at(t, bytes, len),
                    .len = (uint8_t)len,
                    .facts = (uint8_t)facts,
                    .class_ = (uint8_t)(now.count == 1 ? class_of(t, now.at[0]) : FOLD_MANY)};
    for (size_t i = 0; i < t->row_count; i++) {
        if (t->rows[i].at == row.at && t->rows[i].len == row.len && t->rows[i].facts == row.facts) {
            return (uint16_t)(FOLD_ROW + i);
        }
    }
    if (t->row_count == ROWS) {
        fprintf(stderr, "fold_tables: too many rows\n");
        exit(65);
    }
    t->rows[t->row_count++] = row;
    return (uint16_t)(FOLD_ROW + t->row_count - 1);
}

/* ---- output ---- */

static void write_cells(const tables *t, FILE *out)
{
    static uint8_t pages[PAGES];
    static size_t firsts[256]; /* a page number of Unicode for each stored page */
    size_t count = 0;
    for (size_t page = 0; page < PAGES; page++) {
        size_t same = 0;
        while (same < count && memcmp(t->cells + firsts[same] * 256, t->cells + page * 256,
                                      256 * sizeof(uint16_t)) != 0) {
            same++;
        }
        if (same == 256) {
            fprintf(stderr, "fold_tables: too many pages\n");
            exit(65);
        }
        if (same == count) {
            firsts[count++] = page;
        }
        pages[page] = (uint8_t)same;
    }
    fprintf(out, "const uint8_t fold_page[0x1100] = {");
    for (size_t i = 0; i < PAGES; i++) {
        fprintf(out, "%s%d,", i % 32 == 0 ? "\n    " : "", pages[i]);
    }
    fprintf(out, "\n};\n\nconst uint16_t fold_cell[][256] = {\n");
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "    {");
        for (size_t k = 0; k < 256; k++) {
            fprintf(out, "%d,", t->cells[firsts[i] * 256 + k]);
        }
        fprintf(out, "},\n");
    }
    fprintf(out, "};\n\n");
}

/* One bit for each code point of the BMP: three bytes of UTF-8 that stay and that make blanks go. A
 * table of its own, because its 8 KiB stay in the nearest cache where the cells of all Han letters
 * do not. */
static void write_easy(const tables *t, FILE *out)
{
    fprintf(out, "const uint32_t fold_easy[2048] = {");
    for (size_t i = 0; i < 0x10000; i += 32) {
        uint32_t bits = 0;
        for (size_t k = 0; k < 32; k++) {
            bool easy = t->cells[i + k] == FOLD_TIGHT || t->cells[i + k] == FOLD_NUMERAL;
            bits |= (uint32_t)(easy && i + k >= 0x800) << k;
        }
        fprintf(out, "%s0x%x,", i % 256 == 0 ? "\n    " : "", bits);
    }
    fprintf(out, "\n};\n\n");
}

static void write_tables(const tables *t, FILE *out)
{
    fprintf(out, "/* Made from data/text/ by tools/fold_tables.c. */\n"
                 "#include \"text/fold_priv.h\"\n\n");
    write_cells(t, out);
    write_easy(t, out);
    fprintf(out, "const fold_row fold_rows[] = {\n");
    for (size_t i = 0; i < t->row_count; i++) {
        const fold_row *row = &t->rows[i];
        fprintf(out, "    {%d, %d, %d, %d},\n", row->at, row->len, row->facts, row->class_);
    }
    fprintf(out, "};\n\nconst uint8_t fold_pool[] = {");
    for (size_t i = 0; i < t->pool_len; i++) {
        fprintf(out, "%s%d,", i % 32 == 0 ? "\n    " : "", t->pool[i]);
    }
    fprintf(out, "\n};\n\nconst fold_numeral fold_numerals[] = {\n");
    for (size_t i = 0; i < t->numeral_count; i++) {
        fprintf(out, "    {0x%04X, %u},\n", t->numerals[i].code_point, t->numerals[i].value);
    }
    fprintf(out, "};\nconst uint32_t fold_numeral_count = %zu;\n", t->numeral_count);
}

int main(int argc, char **argv)
{
    if (argc != 7) {
        fprintf(stderr, "usage: fold_tables DELETED RADICALS VARIANTS STARS NUMERALS OUT\n");
        return 64;
    }
    tables *t = calloc(1, sizeof(*t));
    if (t == NULL) {
        return 70;
    }
    int status = 65;
    if (read_file(t, argv[1], read_deleted) && read_file(t, argv[2], read_radical) &&
        read_file(t, argv[3], read_variant) && read_file(t, argv[4], read_star) &&
        read_file(t, argv[5], read_numeral)) {
        for (uint32_t i = 0; i < CODE_POINTS; i++) {
            t->cells[i] = i >= 0xD800 && i <= 0xDFFF ? FOLD_WEST : cell_of(t, i);
        }
        FILE *out = fopen(argv[6], "we");
        status = 70;
        if (out != NULL) {
            write_tables(t, out);
            status = fclose(out) == 0 ? 0 : 74;
        }
    }
    free(t);
    return status;
}
