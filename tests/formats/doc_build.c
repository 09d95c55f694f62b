/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Writes binary Word documents; see the header. The encryption is written down a second time here,
 * from [MS-OFFCRYPTO] 2.3.5 to 2.3.7, so that the reader is not tested by itself. */
#include "doc_build.h"

#include "base/cipher.h"
#include "base/num.h"
#include "formats/ole2/office_crypt.h"

enum {
    MOST = 16 << 20,
    PAGE = 512,
    PAIRS_97 = 0x9A,
    PAIRS_OLD = 0x58,
    COUNTS_97 = 0x4C,
    COUNTS_OLD = 0x34,
    STSH = 1,
    BTE_CHPX = 12,
    BTE_PAPX = 13,
    FONTS = 15,
    CLX = 33,
    COMPRESSED = 1 << 30,
};

void doc_build_init(doc_build *b, doc_build_age age)
{
    memset(b, 0, sizeof(*b));
    b->age = age;
    b->lid = 0x804;
    lj_buf *const all[] = {&b->text, &b->mods, &b->lists, &b->styles, &b->fonts,
                           &b->data, &b->tail, &b->word,  &b->table};
    for (size_t i = 0; i < LJ_COUNT_OF(all); i++) {
        lj_buf_init(all[i], NULL, MOST);
    }
    for (size_t i = 0; i < DOC_BUILD_PAIRS; i++) {
        lj_buf_init(&b->pairs[i], NULL, MOST);
    }
    ole2_build_init(&b->file, 9);
}

void doc_build_done(doc_build *b)
{
    lj_buf *const all[] = {&b->text, &b->mods, &b->lists, &b->styles, &b->fonts,
                           &b->data, &b->tail, &b->word,  &b->table};
    for (size_t i = 0; i < LJ_COUNT_OF(all); i++) {
        lj_buf_done(all[i]);
    }
    for (size_t i = 0; i < DOC_BUILD_PAIRS; i++) {
        lj_buf_done(&b->pairs[i]);
    }
    ole2_build_done(&b->file);
}

/* ---- text ---- */

static uint32_t next_point(const char **at)
{
    const uint8_t *p = (const uint8_t *)*at;
    size_t width = p[0] < 0x80 ? 1 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    uint32_t point = width == 1 ? p[0] : p[0] & (0x7FU >> width);
    for (size_t i = 1; i < width; i++) {
        point = point << 6 | (p[i] & 0x3FU);
    }
    *at += width;
    return point;
}

void doc_build_put_wide(lj_buf *out, const char *text)
{
    while (*text != '\0') {
        uint32_t point = next_point(&text);
        if (point >= 0x10000) {
            lj_buf_put_u16le(out, (uint16_t)(0xD800 + ((point - 0x10000) >> 10)));
            point = 0xDC00 + ((point - 0x10000) & 0x3FF);
        }
        lj_buf_put_u16le(out, (uint16_t)point);
    }
}

static void piece_for(doc_build *b, bool narrow)
{
    doc_build_piece *last = b->piece_count > 0 ? &b->pieces[b->piece_count - 1] : NULL;
    bool fresh = last != NULL && last->cp == b->cp; /* begun, and nothing in it */
    if (last != NULL && (fresh || last->narrow == narrow)) {
        last->narrow = narrow;
        last->off = fresh ? (uint32_t)b->text.len : last->off;
        return;
    }
    doc_build_piece_begin(b, 0);
    b->pieces[b->piece_count - 1].narrow = narrow;
}

void doc_build_piece_begin(doc_build *b, uint16_t prm)
{
    LJ_ASSERT(b->piece_count < DOC_BUILD_PIECES);
    b->pieces[b->piece_count++] =
        (doc_build_piece){b->cp, (uint32_t)b->text.len, b->age != DOC_BUILD_97, prm};
}

static void run_end(doc_build *b, uint32_t from, lj_slice mods)
{
    LJ_ASSERT(b->run_count < DOC_BUILD_RUNS);
    b->runs[b->run_count++] =
        (doc_build_run){from, (uint32_t)b->text.len, (uint32_t)b->mods.len, (uint32_t)mods.len};
    lj_buf_put(&b->mods, mods);
}

void doc_build_story(doc_build *b, uint32_t story)
{
    b->story = story;
}

static void count_letters(doc_build *b, uint32_t letters)
{
    b->cp += letters;
    b->story_len[b->story] += letters;
}

void doc_build_text(doc_build *b, const char *text, lj_slice mods)
{
    uint32_t from = (uint32_t)b->text.len;
    piece_for(b, false);
    doc_build_put_wide(&b->text, text);
    count_letters(b, (uint32_t)(b->text.len - from) / 2);
    run_end(b, from, mods);
}

void doc_build_narrow(doc_build *b, lj_slice text, lj_slice mods)
{
    uint32_t from = (uint32_t)b->text.len;
    piece_for(b, true);
    lj_buf_put(&b->text, text);
    count_letters(b, (uint32_t)text.len);
    run_end(b, from, mods);
}

void doc_build_hole(doc_build *b, lj_slice bytes)
{
    lj_buf_put(&b->text, bytes);
    doc_build_piece_begin(b, 0);
}

void doc_build_para(doc_build *b, uint8_t letter, uint32_t style, lj_slice mods)
{
    LJ_ASSERT(b->para_count < DOC_BUILD_RUNS);
    bool narrow =
        b->piece_count > 0 ? b->pieces[b->piece_count - 1].narrow : b->age != DOC_BUILD_97;
    uint32_t from = (uint32_t)b->text.len;
    piece_for(b, narrow);
    lj_buf_put_u8(&b->text, letter);
    if (!narrow) {
        lj_buf_put_u8(&b->text, 0);
    }
    count_letters(b, 1);
    run_end(b, from, (lj_slice){NULL, 0});
    b->paras[b->para_count++] = (doc_build_run){b->para_from, (uint32_t)b->text.len,
                                                (uint32_t)b->mods.len, (uint32_t)mods.len + 2};
    lj_buf_put_u16le(&b->mods, (uint16_t)style);
    lj_buf_put(&b->mods, mods);
    b->para_from = (uint32_t)b->text.len;
}

void doc_build_line(doc_build *b, const char *text)
{
    doc_build_text(b, text, (lj_slice){NULL, 0});
    doc_build_para(b, 0x0D, 0, (lj_slice){NULL, 0});
}

/* ---- tables ---- */

static void put_upx(lj_buf *std, lj_slice bytes, bool with_number)
{
    size_t len = bytes.len + (with_number ? 2 : 0);
    lj_buf_put_u16le(std, (uint16_t)len);
    if (with_number) {
        lj_buf_put_u16le(std, 0);
    }
    lj_buf_put(std, bytes);
    if (len % 2 != 0) {
        lj_buf_put_u8(std, 0);
    }
}

void doc_build_style(doc_build *b, const char *name, uint32_t kind, uint32_t base, lj_slice pap,
                     lj_slice chp)
{
    lj_buf std;
    lj_buf_init(&std, NULL, MOST);
    lj_buf_put_u16le(&std, 0);
    lj_buf_put_u16le(&std, (uint16_t)(kind | base << 4));
    lj_buf_put_u16le(&std, 2);
    lj_buf_put_u32le(&std, 0);
    if (b->age == DOC_BUILD_97) {
        size_t at = std.len;
        lj_buf_put_u16le(&std, 0);
        doc_build_put_wide(&std, name);
        std.ptr[at] = (uint8_t)((std.len - at - 2) / 2);
        lj_buf_put_u16le(&std, 0);
    } else {
        lj_buf_put_u8(&std, (uint8_t)strlen(name));
        lj_buf_put_cstr(&std, name);
        lj_buf_put_u8(&std, 0);
        if (std.len % 2 != 0) {
            lj_buf_put_u8(&std, 0);
        }
    }
    if (kind == 1) {
        put_upx(&std, pap, true);
    }
    put_upx(&std, chp, false);
    lj_buf_put_u16le(&b->styles, (uint16_t)std.len);
    lj_buf_put(&b->styles, lj_buf_slice(&std));
    lj_buf_done(&std);
    b->style_count++;
}

void doc_build_font(doc_build *b, const char *name)
{
    lj_buf row;
    lj_buf_init(&row, NULL, MOST);
    bool wide = b->age == DOC_BUILD_97;
    for (int i = 0; i < (wide ? 39 : 5); i++) {
        lj_buf_put_u8(&row, 0);
    }
    if (wide) {
        doc_build_put_wide(&row, name);
        lj_buf_put_u16le(&row, 0);
    } else {
        lj_buf_put_cstr(&row, name);
        lj_buf_put_u8(&row, 0);
    }
    lj_buf_put_u8(&b->fonts, (uint8_t)row.len);
    lj_buf_put(&b->fonts, lj_buf_slice(&row));
    lj_buf_done(&row);
    b->font_count++;
}

void doc_build_strings(doc_build *b, uint32_t pair, const char *const *rows, uint32_t count,
                       uint32_t extra)
{
    lj_buf *out = &b->pairs[pair];
    lj_buf_put_u16le(out, 0xFFFF);
    lj_buf_put_u16le(out, (uint16_t)count);
    lj_buf_put_u16le(out, (uint16_t)extra);
    for (uint32_t i = 0; i < count; i++) {
        size_t at = out->len;
        lj_buf_put_u16le(out, 0);
        doc_build_put_wide(out, rows[i]);
        size_t letters = (out->len - at - 2) / 2;
        out->ptr[at] = (uint8_t)letters;
        out->ptr[at + 1] = (uint8_t)(letters >> 8);
        for (uint32_t k = 0; k < extra; k++) {
            lj_buf_put_u8(out, 0);
        }
    }
}

/* ---- pages of properties ---- */

static void put_zero_to(lj_buf *out, size_t to)
{
    while (out->len < to) {
        lj_buf_put_u8(out, 0);
    }
}

static void poke32(lj_buf *out, size_t at, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        out->ptr[at + i] = (uint8_t)(value >> 8 * i);
    }
}

typedef struct page_maker {
    doc_build *b;
    bool is_pap;
    lj_buf starts, numbers; /* of the table of pages */
} page_maker;

/* Writes as many rows as fit into one page; returns how many. */
static uint32_t put_page(page_maker *m, const doc_build_run *rows, uint32_t count)
{
    const doc_build *b = m->b;
    uint8_t page[PAGE] = {0};
    size_t width = !m->is_pap ? 1 : b->age == DOC_BUILD_97 ? 13 : 7;
    size_t free_at = PAGE - 1;
    uint32_t fit = 0;
    size_t places[PAGE];
    for (; fit < count && fit < 100; fit++) {
        size_t need = rows[fit].mods_len + 2;
        size_t place = free_at > need ? (free_at - need) & ~(size_t)1 : 0;
        if (place < 4 * ((size_t)fit + 2) + (fit + 1) * width) {
            break;
        }
        places[fit] = rows[fit].mods_len > 0 ? place : 0;
        free_at = rows[fit].mods_len > 0 ? place : free_at;
    }
    LJ_ASSERT(fit > 0);
    for (uint32_t i = 0; i < fit; i++) {
        uint32_t from = DOC_BUILD_TEXT + rows[i].from;
        uint32_t to = DOC_BUILD_TEXT + rows[i].to;
        for (int k = 0; k < 4; k++) {
            page[4 * i + k] = (uint8_t)(from >> 8 * k);
            page[4 * (i + 1) + k] = (uint8_t)(to >> 8 * k);
        }
        size_t len = rows[i].mods_len;
        page[4 * ((size_t)fit + 1) + i * width] = (uint8_t)(places[i] / 2);
        if (places[i] == 0) {
            continue;
        }
        uint8_t *at = page + places[i];
        if (!m->is_pap) {
            *at++ = (uint8_t)len;
        } else if (b->age == DOC_BUILD_97 && len % 2 == 0) {
            *at++ = 0;
            *at++ = (uint8_t)(len / 2);
        } else {
            *at++ = (uint8_t)((len + 1) / 2);
        }
        memcpy(at, b->mods.ptr + rows[i].mods_at, len);
    }
    page[PAGE - 1] = (uint8_t)fit;
    lj_buf_put_u32le(&m->starts, DOC_BUILD_TEXT + rows[0].from);
    uint32_t number = (uint32_t)(m->b->word.len / PAGE);
    if (b->age == DOC_BUILD_97) {
        lj_buf_put_u32le(&m->numbers, number);
    } else {
        lj_buf_put_u16le(&m->numbers, (uint16_t)number);
    }
    lj_buf_put(&m->b->word, lj_slice_of(page, PAGE));
    return fit;
}

static void put_pages(doc_build *b, bool is_pap)
{
    page_maker m = {.b = b, .is_pap = is_pap};
    const doc_build_run *rows = is_pap ? b->paras : b->runs;
    uint32_t count = is_pap ? b->para_count : b->run_count;
    lj_buf_init(&m.starts, NULL, MOST);
    lj_buf_init(&m.numbers, NULL, MOST);
    for (uint32_t at = 0; at < count;) {
        at += put_page(&m, rows + at, count - at);
    }
    lj_buf_put_u32le(&m.starts, count > 0 ? DOC_BUILD_TEXT + rows[count - 1].to : DOC_BUILD_TEXT);
    lj_buf *out = &b->pairs[is_pap ? BTE_PAPX : BTE_CHPX];
    lj_buf_put(out, lj_buf_slice(&m.starts));
    lj_buf_put(out, lj_buf_slice(&m.numbers));
    lj_buf_done(&m.starts);
    lj_buf_done(&m.numbers);
}

static void put_clx(doc_build *b)
{
    lj_buf *out = &b->pairs[CLX];
    lj_buf_put(out, lj_buf_slice(&b->lists));
    lj_buf_put_u8(out, 2);
    lj_buf_put_u32le(out, 4 + 12 * b->piece_count);
    for (uint32_t i = 0; i < b->piece_count; i++) {
        lj_buf_put_u32le(out, b->pieces[i].cp);
    }
    lj_buf_put_u32le(out, b->cp);
    for (uint32_t i = 0; i < b->piece_count; i++) {
        const doc_build_piece *piece = &b->pieces[i];
        uint32_t off = DOC_BUILD_TEXT + piece->off;
        bool doubled = piece->narrow && b->age == DOC_BUILD_97;
        lj_buf_put_u16le(out, 0);
        lj_buf_put_u32le(out, doubled ? 2 * off | COMPRESSED : off);
        lj_buf_put_u16le(out, piece->prm);
    }
}

static void put_styles_and_fonts(doc_build *b)
{
    lj_buf *out = &b->pairs[STSH];
    if (b->style_count > 0) {
        lj_buf_put_u16le(out, 4);
        lj_buf_put_u16le(out, (uint16_t)b->style_count);
        lj_buf_put_u16le(out, 10);
        lj_buf_put(out, lj_buf_slice(&b->styles));
    }
    out = &b->pairs[FONTS];
    if (b->font_count > 0) {
        lj_buf_put_u16le(out,
                         (uint16_t)(b->age == DOC_BUILD_97 ? b->font_count : b->fonts.len + 2));
        if (b->age == DOC_BUILD_97) {
            lj_buf_put_u16le(out, 0);
        }
        lj_buf_put(out, lj_buf_slice(&b->fonts));
    }
}

/* ---- encryption ---- */

static const uint8_t salt[16] = {7, 1, 9, 2, 8, 4, 6, 3, 5, 5, 3, 6, 4, 8, 2, 9};
static const uint8_t verifier[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

static void block_key(const doc_build *b, lj_cipher *cipher, uint32_t block, lj_rc4 *rc4)
{
    uint8_t sum[LJ_DIGEST_MAX];
    uint8_t many[16 * 21];
    uint8_t number[4] = {(uint8_t)block, (uint8_t)(block >> 8), 0, 0};
    lj_buf wide;
    lj_buf_init(&wide, NULL, MOST);
    doc_build_put_wide(&wide, b->password);
    if (b->lock == DOC_BUILD_CRYPTOAPI) {
        lj_digest_of(cipher, LJ_SHA1, lj_slice_of(salt, 16), lj_buf_slice(&wide), sum);
        lj_digest_of(cipher, LJ_SHA1, lj_slice_of(sum, 20), lj_slice_of(number, 4), sum);
        lj_rc4_init(rc4, lj_slice_of(sum, 16));
    } else {
        lj_digest_of(cipher, LJ_MD5, lj_buf_slice(&wide), (lj_slice){NULL, 0}, sum);
        for (size_t i = 0; i < 16; i++) {
            memcpy(many + 21 * i, sum, 5);
            memcpy(many + 21 * i + 5, salt, 16);
        }
        lj_digest_of(cipher, LJ_MD5, lj_slice_of(many, sizeof(many)), (lj_slice){NULL, 0}, sum);
        lj_digest_of(cipher, LJ_MD5, lj_slice_of(sum, 5), lj_slice_of(number, 4), sum);
        lj_rc4_init(rc4, lj_slice_of(sum, 16));
    }
    lj_buf_done(&wide);
}

static void put_verifier(const doc_build *b, lj_cipher *cipher, lj_buf *out)
{
    bool api = b->lock == DOC_BUILD_CRYPTOAPI;
    lj_rc4 rc4;
    uint8_t sum[LJ_DIGEST_MAX];
    uint8_t hidden[16];
    lj_digest_of(cipher, api ? LJ_SHA1 : LJ_MD5, lj_slice_of(verifier, 16), (lj_slice){NULL, 0},
                 sum);
    block_key(b, cipher, 0, &rc4);
    lj_rc4_apply(&rc4, verifier, hidden, 16);
    lj_rc4_apply(&rc4, sum, sum, api ? 20 : 16);
    lj_buf_put_u16le(out, api ? 2 : 1);
    lj_buf_put_u16le(out, api ? 2 : 1);
    if (api) {
        static const uint32_t head[] = {4, 32, 4, 0, 0x6801, 0x8004, 128, 1, 0, 0, 16};
        for (size_t i = 0; i < LJ_COUNT_OF(head); i++) {
            lj_buf_put_u32le(out, head[i]);
        }
    }
    lj_buf_put(out, lj_slice_of(salt, 16));
    lj_buf_put(out, lj_slice_of(hidden, 16));
    if (api) {
        lj_buf_put_u32le(out, 20);
    }
    lj_buf_put(out, lj_slice_of(sum, api ? 20 : 16));
}

/* A stream from `plain` bytes on; the key stream runs from its begin. */
static void lock_stream(const doc_build *b, lj_cipher *cipher, lj_buf *stream, size_t plain)
{
    for (size_t block = 0; block * PAGE < stream->len; block++) {
        lj_rc4 rc4;
        uint8_t bytes[PAGE];
        size_t len = lj_min_size(PAGE, stream->len - block * PAGE);
        memcpy(bytes, stream->ptr + block * PAGE, len);
        block_key(b, cipher, (uint32_t)block, &rc4);
        lj_rc4_apply(&rc4, bytes, bytes, len);
        for (size_t i = 0; i < len; i++) {
            if (block * PAGE + i >= plain) {
                stream->ptr[block * PAGE + i] = bytes[i];
            }
        }
    }
}

/* 2.3.7.6: each byte with the pad, unless it is 0 or would become 0. */
static void xor_stream(const office_xor *pad, lj_buf *stream, size_t plain)
{
    for (size_t i = plain; i < stream->len; i++) {
        uint8_t byte = stream->ptr[i] ^ pad->pad[i % 16];
        stream->ptr[i] = stream->ptr[i] == 0 || byte == 0 ? stream->ptr[i] : byte;
    }
}

static void lock_all(doc_build *b, lj_buf *header, size_t header_len)
{
    size_t plain = b->age == DOC_BUILD_97 ? 68 : 52;
    if (b->lock == DOC_BUILD_XOR) {
        office_xor pad;
        office_xor_init(&pad, lj_cstr_bytes(b->password), OFFICE_XOR_DOC);
        poke32(&b->word, 0x0E, (uint32_t)pad.key << 16 | pad.hash);
        xor_stream(&pad, &b->word, plain);
        xor_stream(&pad, &b->table, 0);
        xor_stream(&pad, &b->data, 0);
        return;
    }
    lj_cipher *cipher = lj_cipher_new();
    LJ_ASSERT(cipher != NULL);
    put_verifier(b, cipher, header);
    LJ_ASSERT(header->len == header_len);
    memcpy(b->table.ptr, header->ptr, header_len);
    lock_stream(b, cipher, &b->word, plain);
    lock_stream(b, cipher, &b->table, header_len);
    lock_stream(b, cipher, &b->data, 0);
    lj_cipher_free(cipher);
}

/* ---- streams ---- */

static void put_head(doc_build *b)
{
    static const uint16_t idents[] = {0xA5EC, 0xA5DC, 0xA5DB};
    static const uint16_t versions[] = {0x00C1, 104, 45};
    uint16_t lock = b->lock == DOC_BUILD_OPEN ? 0 : b->lock == DOC_BUILD_XOR ? 0x8100 : 0x0100;
    bool complex = b->age != DOC_BUILD_97 && b->piece_count > 1;
    lj_buf *word = &b->word;
    lj_buf_put_u16le(word, idents[b->age]);
    lj_buf_put_u16le(word, versions[b->age]);
    lj_buf_put_u16le(word, 0);
    lj_buf_put_u16le(word, b->lid);
    lj_buf_put_u16le(word, b->next_page);
    lj_buf_put_u16le(word, (uint16_t)(b->flags | lock | (complex ? 4 : 0) |
                                      (b->age == DOC_BUILD_97 ? 0x1200 : 0)));
    lj_buf_put_u16le(word, 0);
    lj_buf_put_u32le(word, 0);
    put_zero_to(word, 0x18);
    lj_buf_put_u32le(word, DOC_BUILD_TEXT);
    lj_buf_put_u32le(word, DOC_BUILD_TEXT + (uint32_t)b->text.len);
    size_t counts = b->age == DOC_BUILD_97 ? COUNTS_97 : COUNTS_OLD;
    put_zero_to(word, counts);
    for (int i = 0; i < DOC_BUILD_STORIES; i++) {
        lj_buf_put_u32le(word, b->story_len[i]);
    }
    put_zero_to(word, PAIRS_97 - 2);
    if (b->age == DOC_BUILD_97) {
        lj_buf_put_u16le(word, DOC_BUILD_PAIRS);
    }
    put_zero_to(word, DOC_BUILD_TEXT);
}

void doc_build_streams(doc_build *b)
{
    size_t header_len = b->lock == DOC_BUILD_RC4 ? 52 : b->lock == DOC_BUILD_CRYPTOAPI ? 104 : 0;
    put_head(b);
    lj_buf_put(&b->word, lj_buf_slice(&b->text));
    lj_buf_put(&b->word, lj_buf_slice(&b->tail));
    put_zero_to(&b->word, (b->word.len + PAGE - 1) / PAGE * PAGE);
    if (b->age != DOC_BUILD_2) {
        put_pages(b, false);
        put_pages(b, true);
        put_styles_and_fonts(b);
    }
    if (b->age == DOC_BUILD_97 || b->piece_count > 1) {
        put_clx(b);
    }
    lj_buf *tables = b->age == DOC_BUILD_97 ? &b->table : &b->word;
    put_zero_to(&b->table, header_len);
    size_t pairs = b->age == DOC_BUILD_97 ? PAIRS_97 : PAIRS_OLD;
    size_t pair_len = b->age == DOC_BUILD_2 ? 6 : 8;
    for (size_t i = 0; i < (b->age == DOC_BUILD_97 ? DOC_BUILD_PAIRS : 38); i++) {
        if (b->pairs[i].len > 0) {
            uint32_t off = (uint32_t)tables->len;
            lj_buf_put(tables, lj_buf_slice(&b->pairs[i]));
            poke32(&b->word, pairs + pair_len * i, off);
            if (pair_len == 8) {
                poke32(&b->word, pairs + pair_len * i + 4, (uint32_t)b->pairs[i].len);
            } else {
                b->word.ptr[pairs + pair_len * i + 4] = (uint8_t)b->pairs[i].len;
                b->word.ptr[pairs + pair_len * i + 5] = (uint8_t)(b->pairs[i].len >> 8);
            }
        }
    }
    if (b->lock != DOC_BUILD_OPEN) {
        lj_buf header;
        lj_buf_init(&header, NULL, MOST);
        poke32(&b->word, 0x0E, (uint32_t)header_len);
        lock_all(b, &header, header_len);
        lj_buf_done(&header);
    }
}

lj_slice doc_build_end(doc_build *b)
{
    if (b->word.len == 0) {
        doc_build_streams(b);
    }
    (void)ole2_build_stream(&b->file, OLE2_BUILD_ROOT, "WordDocument", lj_buf_slice(&b->word));
    if (b->age == DOC_BUILD_97) {
        (void)ole2_build_stream(&b->file, OLE2_BUILD_ROOT, "1Table", lj_buf_slice(&b->table));
    }
    if (b->data.len > 0) {
        (void)ole2_build_stream(&b->file, OLE2_BUILD_ROOT, "Data", lj_buf_slice(&b->data));
    }
    return ole2_build_end(&b->file);
}
