/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Binary documents of the nineties in a compound file ([MS-CFB]), as small as their readers accept
 * them: Word ([MS-DOC]), Excel ([MS-XLS]), PowerPoint ([MS-PPT]). Streams are filled up to 4,096
 * bytes, so that no mini stream is needed. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "samples/packages.h"

enum { SECTOR = 512, STREAM_MIN = 4096, BYTES_MAX = 65536 };

#define MARK "机密★10年"

/* Growing bytes with a fixed end; what does not fit is left out and told at the end. */
typedef struct bytes {
    uint8_t at[BYTES_MAX];
    size_t len;
    bool full;
} bytes;

static void put(bytes *to, uint32_t value, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (to->len < BYTES_MAX) {
            to->at[to->len++] = (uint8_t)(value >> (8 * i));
        } else {
            to->full = true;
        }
    }
}

static void put_zero(bytes *to, size_t until)
{
    while (to->len < until && !to->full) {
        put(to, 0, 1);
    }
}

static void poke(bytes *to, size_t at, uint32_t value, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        to->at[at + i] = (uint8_t)(value >> (8 * i));
    }
}

/* UTF-16, lines ended by 0Dh; the number of letters. */
static uint32_t put_wide(bytes *to, const char *text, size_t len)
{
    static uint8_t wide[BYTES_MAX];
    static char piece[BYTES_MAX];
    if (len >= sizeof(piece)) {
        to->full = true;
        return 0;
    }
    memcpy(piece, text, len);
    piece[len] = '\0';
    size_t made = samples_utf16le(piece, wide, sizeof(wide));
    for (size_t i = 2; i < made; i += 2) { /* behind the byte order mark */
        uint32_t unit = (uint32_t)(wide[i] | wide[i + 1] << 8);
        put(to, unit == '\n' ? '\r' : unit, 2);
    }
    return made > 2 ? (uint32_t)(made - 2) / 2 : 0;
}

/* ---- the container ---- */

typedef struct stream {
    const char *name;
    bytes *data;
} stream;

static void put_entry(bytes *out, const char *name, uint8_t kind, uint32_t right, uint32_t child,
                      uint32_t start, size_t size)
{
    size_t from = out->len;
    for (size_t i = 0; name[i] != '\0'; i++) {
        put(out, (uint8_t)name[i], 2);
    }
    size_t name_len = out->len - from + 2;
    put_zero(out, from + 64);
    put(out, name[0] != '\0' ? (uint32_t)name_len : 0, 2);
    put(out, kind, 1);
    put(out, 1, 1);
    put(out, 0xFFFFFFFF, 4);
    put(out, right, 4);
    put(out, child, 4);
    put_zero(out, from + 116);
    put(out, start, 4);
    put(out, (uint32_t)size, 4);
    put(out, 0, 4);
}

static int compound_write(const char *path, const stream *streams, uint32_t count)
{
    static bytes out;
    out = (bytes){.len = 0};
    static const uint8_t magic[] = {0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1};
    for (size_t i = 0; i < sizeof(magic); i++) {
        put(&out, magic[i], 1);
    }
    put_zero(&out, 24);
    put(&out, 0x0003003E, 4);
    put(&out, 0x0009FFFE, 4);
    put(&out, 6, 2);
    put_zero(&out, 44);
    put(&out, 1, 4); /* one FAT sector, then the directory */
    put(&out, 1, 4);
    put(&out, 0, 4);
    put(&out, STREAM_MIN, 4);
    put(&out, 0xFFFFFFFE, 4);
    put(&out, 0, 4);
    put(&out, 0xFFFFFFFE, 4);
    put(&out, 0, 4);
    put(&out, 0, 4);
    while (out.len < SECTOR) {
        put(&out, 0xFFFFFFFF, 4);
    }
    put(&out, 0xFFFFFFFD, 4);
    put(&out, 0xFFFFFFFE, 4);
    uint32_t at = 2;
    uint32_t starts[4] = {0};
    for (uint32_t i = 0; i < count; i++) {
        put_zero(streams[i].data, STREAM_MIN);
        starts[i] = at;
        uint32_t sectors = (uint32_t)((streams[i].data->len + SECTOR - 1) / SECTOR);
        for (uint32_t k = 1; k <= sectors; k++) {
            put(&out, k == sectors ? 0xFFFFFFFE : at + k, 4);
        }
        at += sectors;
    }
    while (out.len < 2 * SECTOR) {
        put(&out, 0xFFFFFFFF, 4);
    }
    put_entry(&out, "Root Entry", 5, 0xFFFFFFFF, 1, 0xFFFFFFFE, 0);
    for (uint32_t i = 0; i < count; i++) {
        put_entry(&out, streams[i].name, 2, i + 1 < count ? i + 2 : 0xFFFFFFFF, 0xFFFFFFFF,
                  starts[i], streams[i].data->len);
    }
    put_zero(&out, 3 * SECTOR);
    bool full = out.full || out.len != 3 * SECTOR;
    FILE *file = fopen(path, "we");
    if (file == NULL) {
        return -1;
    }
    bool good = fwrite(out.at, 1, out.len, file) == out.len;
    for (uint32_t i = 0; i < count; i++) {
        bytes *data = streams[i].data;
        full = full || data->full;
        put_zero(data, (data->len + SECTOR - 1) / SECTOR * SECTOR);
        good = good && fwrite(data->at, 1, data->len, file) == data->len;
    }
    return fclose(file) == 0 && good && !full ? 0 : -1;
}

/* ---- Word ---- */

/* FIB of Word 97, the text in one piece of UTF-16 behind it, the piece table in 1Table. */
static int write_doc(const char *path, const char *text, bool in_header)
{
    enum { TEXT_AT = 2048, FIB_LONGS = 64, FC_LCB = 154, CLX = 33, HDD = 11 };
    static bytes body;
    static bytes table;
    body = (bytes){.len = 0};
    table = (bytes){.len = 0};
    put(&body, 0xA5EC, 2);
    put(&body, 0xC1, 2);
    put_zero(&body, 10);
    put(&body, 0x1200, 2); /* fExtChar, 1Table */
    put(&body, 0xBF, 2);
    put_zero(&body, 32);
    put(&body, 14, 2);
    put_zero(&body, 62);
    put(&body, 22, 2);
    put_zero(&body, 152);
    put(&body, 93, 2);
    put_zero(&body, TEXT_AT);
    uint32_t main_len = put_wide(&body, text, strlen(text));
    uint32_t head_len = in_header ? put_wide(&body, MARK "\n", strlen(MARK "\n")) : 0;
    uint32_t all = main_len + head_len;
    if (in_header) { /* one more mark behind the last story */
        all += put_wide(&body, "\n", 1);
    }
    poke(&body, FIB_LONGS, (uint32_t)body.len, 4);
    poke(&body, FIB_LONGS + 12, main_len, 4); /* ccpText, ccpFtn, ccpHdd */
    poke(&body, FIB_LONGS + 20, head_len, 4);
    put(&table, 2, 1); /* Clx: a Pcdt with one piece */
    put(&table, 16, 4);
    put(&table, 0, 4);
    put(&table, all, 4);
    put(&table, 0, 2);
    put(&table, TEXT_AT, 4);
    put(&table, 0, 2);
    poke(&body, FC_LCB + 8 * CLX, 0, 4);
    poke(&body, FC_LCB + 8 * CLX + 4, (uint32_t)table.len, 4);
    if (in_header) { /* PlcfHdd: six separators without text, then the even header ... */
        uint32_t from = (uint32_t)table.len;
        for (int i = 0; i <= 7; i++) {
            put(&table, 0, 4);
        }
        for (int i = 0; i < 6; i++) { /* ... the odd header holds it all */
            put(&table, head_len, 4);
        }
        poke(&body, FC_LCB + 8 * HDD, from, 4);
        poke(&body, FC_LCB + 8 * HDD + 4, (uint32_t)table.len - from, 4);
    }
    stream streams[] = {
        {"WordDocument", &body },
        {"1Table",       &table}
    };
    return compound_write(path, streams, 2);
}

/* ---- Excel ---- */

static size_t begin_record(bytes *out, uint16_t kind)
{
    put(out, kind, 2);
    put(out, 0, 2);
    return out->len;
}

static void end_record(bytes *out, size_t from)
{
    poke(out, from - 2, (uint32_t)(out->len - from), 2);
}

static void put_bof(bytes *out, uint16_t kind)
{
    size_t from = begin_record(out, 0x0809);
    put(out, 0x0600, 2);
    put(out, kind, 2);
    put(out, 0x07CC0DBB, 4);
    put(out, 0, 4);
    put(out, 6, 4);
    end_record(out, from);
}

/* XLUnicodeString: letters, the flag of UTF-16, text. */
static void put_string(bytes *out, const char *text, size_t len, size_t count_len)
{
    size_t from = out->len;
    put(out, 0, count_len);
    put(out, 1, 1);
    uint32_t letters = put_wide(out, text, len);
    poke(out, from, letters, count_len);
}

static int write_xls(const char *path, const char *text, bool in_header)
{
    static bytes book;
    book = (bytes){.len = 0};
    put_bof(&book, 5);
    size_t from = begin_record(&book, 0x0042); /* CODEPAGE */
    put(&book, 1200, 2);
    end_record(&book, from);
    size_t sheet = begin_record(&book, 0x0085); /* BOUNDSHEET */
    put(&book, 0, 4);
    put(&book, 0, 2);
    put_string(&book, "台账", strlen("台账"), 1);
    end_record(&book, sheet);
    end_record(&book, begin_record(&book, 0x000A));
    poke(&book, sheet, (uint32_t)book.len, 4);
    put_bof(&book, 0x10);
    if (in_header) {
        from = begin_record(&book, 0x0014);
        put_string(&book, "&L&\"黑体\"&16" MARK, strlen("&L&\"黑体\"&16" MARK), 2);
        end_record(&book, from);
    }
    for (uint32_t row = 0; *text != '\0'; row++) {
        size_t len = strcspn(text, "\n");
        if (len > 0) {
            from = begin_record(&book, 0x0204); /* LABEL */
            put(&book, row, 2);
            put(&book, 0, 4);
            put_string(&book, text, len, 2);
            end_record(&book, from);
        }
        text += len + (text[len] == '\n' ? 1 : 0);
    }
    end_record(&book, begin_record(&book, 0x000A));
    stream streams[] = {
        {"Workbook", &book}
    };
    return compound_write(path, streams, 1);
}

/* ---- PowerPoint ---- */

static size_t begin_atom(bytes *out, uint16_t version, uint16_t kind)
{
    put(out, version, 2);
    put(out, kind, 2);
    put(out, 0, 4);
    return out->len;
}

static void end_atom(bytes *out, size_t from)
{
    poke(out, from - 4, (uint32_t)(out->len - from), 4);
}

/* Document > SlideListWithText > text of one slide. */
static int write_ppt(const char *path, const char *text)
{
    static bytes show;
    static bytes user;
    show = (bytes){.len = 0};
    user = (bytes){.len = 0};
    size_t document = begin_atom(&show, 0x000F, 0x03E8);
    size_t list = begin_atom(&show, 0x000F, 0x0FF0);
    size_t slide = begin_atom(&show, 0, 0x03F3);
    put(&show, 1, 4);
    put_zero(&show, show.len + 16);
    end_atom(&show, slide);
    size_t head = begin_atom(&show, 0, 0x0F9F);
    put(&show, 1, 4);
    end_atom(&show, head);
    size_t atom = begin_atom(&show, 0, 0x0FA0);
    (void)put_wide(&show, text, strlen(text));
    end_atom(&show, atom);
    end_atom(&show, list);
    end_atom(&show, document);
    size_t who = begin_atom(&user, 0, 0x0FF6);
    put(&user, 20, 4);
    put(&user, 0xE391C05F, 4);
    put_zero(&user, user.len + 12);
    end_atom(&user, who);
    stream streams[] = {
        {"PowerPoint Document", &show},
        {"Current User",        &user}
    };
    return compound_write(path, streams, 2);
}

int samples_compound(const char *path, const char *text, int variant)
{
    switch (variant) {
    case SAMPLE_DOC:
    case SAMPLE_DOC_HEADER:
        return write_doc(path, text, variant == SAMPLE_DOC_HEADER);
    case SAMPLE_XLS:
    case SAMPLE_XLS_HEADER:
        return write_xls(path, text, variant == SAMPLE_XLS_HEADER);
    default:
        return write_ppt(path, text);
    }
}
