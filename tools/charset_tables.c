/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The mapping tables of src/text/charset*.c, made at build time from data/text/.
 *
 *   charset_tables build GB18030.TXT BIG5.TXT FREQUENT.TXT OUT.C     every build
 *   charset_tables dump gb18030|big5 > data/text/...                 once, by a developer
 *
 * `dump` asks glibc's iconv for every code and writes the data file; it is run by hand when a
 * mapping is to change, and its output is reviewed and committed. `build` never calls iconv, so
 * that the machine that builds cannot change what the scanner reads.
 *
 * The data format, one item a line, `#` starts a comment:
 *
 * - `8140 4E02 4E04+2 4E0F ...`: codes from 0x8140 on, in the order of trail bytes 40..7E, 80..FE;
 *   `4E04+2` is 4E04 to 4E06; `00CA.0304` is one code that stands for two code points.
 * - `R 81308130 0080 36`: a range; 36 four-byte codes from 81 30 81 30 on stand for U+0080 and the
 *   following.
 *
 * The C tables hold each character as its UTF-8 bytes in one 32-bit number, first byte lowest, so
 * that decoding is one load and one store. Four-byte codes of GB 18030 outside the BMP are
 * arithmetic and need no table. */
#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LEADS = 128,  /* 0x80 to 0xFF; the first and the last stay empty */
    TRAILS = 256, /* 0x00 to 0xFF */
    RANGES = 512,
    ROW_ITEMS = 12,
    LINE = 4096,
    CODE_POINTS = 0x10000, /* the class table covers the BMP */
};

typedef struct range {
    uint32_t linear; /* of the first four-byte code, counted from 81 30 81 30 */
    uint32_t code_point;
    uint32_t count;
} range;

typedef struct charset {
    uint32_t first[LEADS][TRAILS];  /* code point, 0 = none */
    uint32_t second[LEADS][TRAILS]; /* of a code for two code points */
    range ranges[RANGES];
    size_t range_count;
} charset;

static bool is_trail(uint32_t byte)
{
    return byte >= 0x40 && byte != 0x7F && byte <= 0xFE;
}

static uint32_t linear_of(uint32_t code)
{
    return (((code >> 24) - 0x81) * 10 + ((code >> 16 & 0xFF) - 0x30)) * 1260 +
           ((code >> 8 & 0xFF) - 0x81) * 10 + ((code & 0xFF) - 0x30);
}

/* ---- dump ---- */

/* The code points of one code, up to two; 0 when iconv rejects it. */
static size_t ask(iconv_t cd, uint8_t *code, size_t len, uint32_t out[2])
{
    uint8_t bytes[16];
    char *src = (char *)code;
    char *dst = (char *)bytes;
    size_t src_left = len;
    size_t dst_left = sizeof(bytes);
    iconv(cd, NULL, NULL, NULL, NULL);
    /* The call with NULL flushes a letter that iconv held back to see whether a combining one
     * follows. */
    if (iconv(cd, &src, &src_left, &dst, &dst_left) == (size_t)-1 ||
        iconv(cd, NULL, NULL, &dst, &dst_left) == (size_t)-1) {
        return 0;
    }
    size_t count = (sizeof(bytes) - dst_left) / 4;
    for (size_t i = 0; i < count && i < 2; i++) {
        out[i] = (uint32_t)bytes[4 * i] << 24 | (uint32_t)bytes[4 * i + 1] << 16 |
                 (uint32_t)bytes[4 * i + 2] << 8 | bytes[4 * i + 3];
    }
    return count;
}

/* Big5 has no single table. BIG5-HKSCS (2008) is what Hong Kong sends and what browsers read as
 * Big5; it holds the ETEN letters, where glibc's BIG5 (alias CP950) has private-use code points
 * only. The dozen codes which HKSCS leaves out, among them the second U+5341 of A2CC, come from
 * BIG5. */
static size_t ask_both(const iconv_t cds[2], uint8_t *code, size_t len, uint32_t out[2])
{
    size_t count = ask(cds[0], code, len, out);
    if (count == 0 && cds[1] != (iconv_t)-1) {
        count = ask(cds[1], code, len, out);
        count = count == 1 && out[0] >= 0xE000 && out[0] <= 0xF8FF ? 0 : count;
    }
    return count;
}

static void print_run(uint32_t from, uint32_t more)
{
    printf(more > 0 ? " %04X+%u" : " %04X", from, more);
}

static void dump_pairs(const iconv_t cds[2])
{
    for (uint32_t lead = 0x81; lead <= 0xFE; lead++) {
        size_t items = 0;
        bool open = false;   /* a line has been begun and its codes are consecutive */
        uint32_t from = 0;   /* a run of consecutive code points not yet printed */
        uint32_t length = 0; /* of that run; 0 = none */
        for (uint32_t trail = 0x40; trail <= 0xFF; trail++) {
            uint32_t out[2] = {0, 0};
            uint8_t code[2] = {(uint8_t)lead, (uint8_t)trail};
            size_t count = is_trail(trail) ? ask_both(cds, code, 2, out) : 0;
            if (trail == 0x7F) {
                continue;
            }
            if (count == 1 && length > 0 && out[0] == from + length) {
                length++;
                continue;
            }
            if (length > 0) {
                print_run(from, length - 1);
                length = 0;
                items++;
            }
            if (open && (count == 0 || items >= ROW_ITEMS)) {
                printf("\n");
                open = false;
            }
            if (count == 0) {
                continue;
            }
            if (!open) {
                printf("%02X%02X", lead, trail);
                open = true;
                items = 0;
            }
            if (count == 2) {
                printf(" %04X.%04X", out[0], out[1]);
                items++;
            } else {
                from = out[0];
                length = 1;
            }
        }
    }
}

static void dump_ranges(iconv_t cd)
{
    range now = {0, 0, 0};
    for (uint32_t i = 0; i < 4 * 12600; i++) {
        uint32_t out[2] = {0, 0};
        uint8_t code[4] = {(uint8_t)(0x81 + i / 12600), (uint8_t)(0x30 + i / 1260 % 10),
                           (uint8_t)(0x81 + i / 10 % 126), (uint8_t)(0x30 + i % 10)};
        size_t count = ask(cd, code, 4, out);
        if (count == 1 && now.count > 0 && out[0] == now.code_point + now.count) {
            now.count++;
            continue;
        }
        if (now.count > 0) {
            printf("R %02X%02X%02X%02X %04X %u\n", 0x81 + now.linear / 12600,
                   0x30 + now.linear / 1260 % 10, 0x81 + now.linear / 10 % 126,
                   0x30 + now.linear % 10, now.code_point, now.count);
        }
        now = (range){i, out[0], count == 1 ? 1 : 0};
    }
}

static int dump(const char *name)
{
    bool gb = strcmp(name, "gb18030") == 0;
    iconv_t cds[2] = {iconv_open("UTF-32BE", gb ? "GB18030" : "BIG5-HKSCS"),
                      gb ? (iconv_t)-1 : iconv_open("UTF-32BE", "BIG5")};
    if (cds[0] == (iconv_t)-1) {
        fprintf(stderr, "charset_tables: no such charset\n");
        return 69;
    }
    dump_pairs(cds);
    if (gb) {
        dump_ranges(cds[0]);
    }
    iconv_close(cds[0]);
    if (cds[1] != (iconv_t)-1) {
        iconv_close(cds[1]);
    }
    return 0;
}

/* ---- build ---- */

static bool parse_hex(const char **at, uint32_t *out)
{
    char *end = NULL;
    errno = 0;
    unsigned long value = strtoul(*at, &end, 16);
    if (end == *at || errno != 0 || value > UINT32_MAX) {
        return false;
    }
    *out = (uint32_t)value;
    *at = end;
    return true;
}

static bool parse_dec(const char **at, uint32_t *out)
{
    char *end = NULL;
    errno = 0;
    unsigned long value = strtoul(*at, &end, 10);
    if (end == *at || errno != 0 || value > UINT32_MAX) {
        return false;
    }
    *out = (uint32_t)value;
    *at = end;
    return true;
}

static bool put_pair(charset *set, uint32_t lead, uint32_t trail, uint32_t first, uint32_t second)
{
    if (lead < 0x81 || lead > 0xFE || !is_trail(trail) || first < 0x80 || first > 0x10FFFF ||
        set->first[lead - 0x80][trail] != 0) {
        return false;
    }
    set->first[lead - 0x80][trail] = first;
    set->second[lead - 0x80][trail] = second;
    return true;
}

static bool read_pairs(charset *set, const char *at)
{
    uint32_t code = 0;
    if (!parse_hex(&at, &code) || code > 0xFFFF) {
        return false;
    }
    uint32_t trail = code & 0xFF;
    while (*at == ' ') {
        uint32_t first = 0;
        uint32_t second = 0;
        uint32_t more = 0;
        at++;
        if (!parse_hex(&at, &first)) {
            return false;
        }
        if (*at == '+') {
            at++;
            if (!parse_dec(&at, &more)) {
                return false;
            }
        } else if (*at == '.') {
            at++;
            if (!parse_hex(&at, &second)) {
                return false;
            }
        }
        for (uint32_t i = 0; i <= more; i++) {
            if (!put_pair(set, code >> 8, trail, first + i, second)) {
                return false;
            }
            trail += trail == 0x7E ? 2 : 1;
        }
    }
    return *at == '\n';
}

static bool read_range(charset *set, const char *at)
{
    uint32_t code = 0;
    range row = {0, 0, 0};
    if (set->range_count == RANGES || !parse_hex(&at, &code) || !parse_hex(&at, &row.code_point) ||
        !parse_dec(&at, &row.count)) {
        return false;
    }
    row.linear = linear_of(code);
    set->ranges[set->range_count++] = row;
    return *at == '\n' && row.count > 0;
}

static bool read_charset(const char *path, charset *set)
{
    char line[LINE];
    int line_no = 0;
    FILE *in = fopen(path, "re");
    bool good = in != NULL;
    while (good && fgets(line, sizeof(line), in) != NULL) {
        line_no++;
        if (line[0] == '#' || line[0] == '\n') {
            continue;
        }
        good = line[0] == 'R' ? read_range(set, line + 1) : read_pairs(set, line);
    }
    if (!good) {
        fprintf(stderr, "%s:%d: not understood\n", path, line_no);
    }
    if (in != NULL) {
        fclose(in);
    }
    return good;
}

static uint32_t utf8_put(uint32_t code_point, uint8_t *out)
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

/* Both code points as UTF-8 in one number; two letters of the Latin blocks fit into four bytes. */
static uint32_t packed(uint32_t first, uint32_t second)
{
    uint8_t bytes[8] = {0};
    if (first == 0) {
        return 0;
    }
    uint32_t len = utf8_put(first, bytes);
    len += second != 0 ? utf8_put(second, bytes + len) : 0;
    if (len > 4) {
        fprintf(stderr, "charset_tables: two code points that do not fit\n");
        exit(65);
    }
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

static void write_pairs(FILE *out, const char *name, const charset *set)
{
    fprintf(out, "const uint32_t %s[%d] = {", name, LEADS * TRAILS);
    for (size_t i = 0; i < (size_t)LEADS * TRAILS; i++) {
        uint32_t value =
            packed(set->first[i / TRAILS][i % TRAILS], set->second[i / TRAILS][i % TRAILS]);
        fprintf(out, "%s0x%x,", i % 16 == 0 ? "\n    " : "", value);
    }
    fprintf(out, "\n};\n\n");
}

static void write_ranges(FILE *out, const charset *set)
{
    fprintf(out, "const charset_range charset_gb_ranges[] = {\n");
    for (size_t i = 0; i < set->range_count; i++) {
        const range *row = &set->ranges[i];
        fprintf(out, "    {%u, 0x%04X, %u},\n", row->linear, row->code_point, row->count);
    }
    fprintf(out, "};\nconst uint32_t charset_gb_range_count = %zu;\n\n", set->range_count);
}

/* Raises the class of the code point; the highest of several wins. */
static void raise_class(uint8_t *classes, uint32_t code_point, uint8_t class_)
{
    if (code_point < CODE_POINTS && classes[code_point] < class_) {
        classes[code_point] = class_;
    }
}

/* Every Han letter of the file is a frequent one; everything else in it is prose about it. */
static bool read_frequent(const char *path, uint8_t *classes)
{
    char line[LINE];
    FILE *in = fopen(path, "re");
    while (in != NULL && fgets(line, sizeof(line), in) != NULL) {
        if (line[0] == '#') {
            continue;
        }
        for (const uint8_t *at = (const uint8_t *)line; at[0] != '\0'; at++) {
            if ((at[0] & 0xF0) == 0xE0 && at[1] != '\0' && at[2] != '\0') {
                raise_class(classes,
                            ((at[0] & 0xFu) << 12) | ((at[1] & 0x3Fu) << 6) | (at[2] & 0x3Fu), 3);
                at += 2;
            }
        }
    }
    if (in == NULL) {
        fprintf(stderr, "%s: cannot be opened\n", path);
        return false;
    }
    fclose(in);
    return true;
}

/* Class 2: level 1 of GB 2312 (3,755 letters ordered by sound) and of Big5 (5,401 ordered by
 * strokes): what the two standards held for the letters of daily use. Class 1: everything else that
 * GBK's first half or Big5 has in its second level, so that only letters which nearly nobody writes
 * stay in class 0. */
static void classes_of(uint8_t *classes, const charset *gb, const charset *big5)
{
    for (uint32_t lead = 0xB0; lead <= 0xF7; lead++) {
        for (uint32_t trail = 0xA1; trail <= 0xFE; trail++) {
            raise_class(classes, gb->first[lead - 0x80][trail], lead <= 0xD7 ? 2 : 1);
        }
    }
    for (uint32_t lead = 0xA4; lead <= 0xF9; lead++) {
        for (uint32_t trail = 0x40; trail <= 0xFE; trail++) {
            bool level1 = lead < 0xC6 || (lead == 0xC6 && trail <= 0x7E);
            bool level2 = lead > 0xC9 || (lead == 0xC9 && trail <= 0x7E);
            if (level1 || level2) {
                raise_class(classes, big5->first[lead - 0x80][trail], level1 ? 2 : 1);
            }
        }
    }
}

static void write_classes(FILE *out, const uint8_t *classes)
{
    fprintf(out, "const uint8_t charset_han_class[%d] = {", CODE_POINTS / 4);
    for (size_t i = 0; i < CODE_POINTS; i += 4) {
        unsigned four = (unsigned)(classes[i] | classes[i + 1] << 2 | classes[i + 2] << 4 |
                                   classes[i + 3] << 6);
        fprintf(out, "%s%u,", i % 128 == 0 ? "\n    " : "", four);
    }
    fprintf(out, "\n};\n");
}

static int build(char **paths)
{
    charset *gb = calloc(1, sizeof(*gb));
    charset *big5 = calloc(1, sizeof(*big5));
    uint8_t *classes = calloc(CODE_POINTS, 1);
    FILE *out = fopen(paths[3], "we");
    int status = 70;
    if (gb != NULL && big5 != NULL && classes != NULL && out != NULL) {
        status = 65;
        if (read_charset(paths[0], gb) && read_charset(paths[1], big5) &&
            read_frequent(paths[2], classes)) {
            classes_of(classes, gb, big5);
            fprintf(out, "/* Made from data/text/ by tools/charset_tables.c. */\n"
                         "#include \"text/charset_priv.h\"\n\n");
            write_pairs(out, "charset_gb_pairs", gb);
            write_pairs(out, "charset_big5_pairs", big5);
            write_ranges(out, gb);
            write_classes(out, classes);
            status = 0;
        }
    }
    if (out != NULL && fclose(out) != 0) {
        status = 74;
    }
    free(gb);
    free(big5);
    free(classes);
    return status;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "dump") == 0) {
        return dump(argv[2]);
    }
    if (argc == 6 && strcmp(argv[1], "build") == 0) {
        return build(argv + 2);
    }
    fprintf(stderr, "usage: charset_tables build GB18030 BIG5 FREQUENT OUT | dump gb18030|big5\n");
    return 64;
}
