/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Streams of a Word document, its file information block (FIB), decryption.
 *
 * Specification: [MS-DOC] 2.1 (streams), 2.2.6 (encryption), 2.5 (FIB); for versions before 97 the
 * layout that antiword, wvWare and POI agree on: no FibRgW, counts of letters from 34h, the same
 * pairs from 58h (2.0: 6 bytes each), everything in one stream.
 *
 * Traps seen in the wild
 * - cbRgFcLcb smaller or larger than the version's: pairs beyond it do not exist.
 * - fWhichTblStm names a stream that is not there: the other one is taken.
 * - Encrypted documents: the first 68 bytes are plain, but use up the key stream all the same; the
 *   header at the head of the table stream is plain, too (lKey bytes).
 * - Word 95 obfuscates from byte 52 on.
 * - The stream of a version before 97 may be larger than cbMac: the rest is slack. */
#include "formats/doc/doc.h"

#include "base/num.h"

enum {
    IDENT_97 = 0xA5EC, /* and 95, 6.0 says A5DC */
    IDENT_95 = 0xA5DC,
    IDENT_2 = 0xA5DB,
    VERSION_97 = 106, /* nFib from which the layout is that of 97 */
    VERSION_6 = 100,
    FLAGS_OFF = 0x0A,
    FIB_97_PAIRS = 0x9A,
    FIB_97_COUNTS = 0x4C,
    FIB_OLD_PAIRS = 0x58,
    FIB_OLD_COUNTS = 0x34,
    FIB_OLD_LEN = 0x2AA,
    FIB_TAIL = 12,   /* 2.5.1: FibRgCswNew behind the pairs */
    PAIRS_MAX = 183, /* of the latest version */
    PLAIN_97 = 68,   /* bytes of the FIB that are never encrypted */
    PLAIN_95 = 52,
    RC4_BLOCK = 512,
    PAGE = 512,
};

static bool is_far_east(uint16_t ident)
{
    return ident == 0xA697 || ident == 0xA699 || ident == 0x8098 || ident == 0x8099;
}

lj_slice doc_bytes(doc *d, doc_stream_kind kind, uint64_t off, uint64_t len)
{
    doc_stream *stream = &d->streams[kind];
    if (!lj_range_fits(off, len, stream->len)) {
        return (lj_slice){NULL, 0};
    }
    claim_add(&stream->known, d->arena, off, off + len);
    return lj_slice_of(stream->ptr + off, (size_t)len);
}

doc_stream_kind doc_table_kind(const doc *d)
{
    return d->fib.age == DOC_AGE_97 ? DOC_TABLE : DOC_WORD;
}

lj_slice doc_pair_of(doc *d, doc_pair pair)
{
    const doc_fib *fib = &d->fib;
    const doc_stream *word = &d->streams[DOC_WORD];
    if ((uint32_t)pair >= fib->pairs_count) {
        return (lj_slice){NULL, 0};
    }
    uint64_t at = fib->pairs_off + (uint64_t)pair * fib->pair_len;
    lj_cur cur = lj_cur_of(lj_slice_part(lj_slice_of(word->ptr, word->len), (size_t)at, 8));
    uint32_t off = lj_cur_u32le(&cur);
    uint32_t len = fib->pair_len == 8 ? lj_cur_u32le(&cur) : lj_cur_u16le(&cur);
    if (!lj_cur_ok(&cur) || len == 0) {
        return (lj_slice){NULL, 0};
    }
    lj_slice bytes = doc_bytes(d, doc_table_kind(d), off, len);
    d->is_damaged = d->is_damaged || bytes.len == 0;
    return bytes;
}

static void fib_97(doc_fib *fib, lj_slice head)
{
    lj_cur cur = lj_cur_of(lj_slice_part(head, FIB_97_COUNTS, SIZE_MAX));
    for (int i = 0; i < DOC_STORY_COUNT; i++) {
        fib->story_len[i] = lj_cur_u32le(&cur);
    }
    lj_cur pairs = lj_cur_of(lj_slice_part(head, FIB_97_PAIRS - 2, 2));
    fib->pairs_count = lj_cur_u16le(&pairs);
    fib->pair_len = 8;
}

static void fib_old(doc_fib *fib, lj_slice head)
{
    lj_cur cur = lj_cur_of(lj_slice_part(head, FIB_OLD_COUNTS, SIZE_MAX));
    int count = fib->age == DOC_AGE_2 ? DOC_COMMENTS + 1 : DOC_STORY_COUNT;
    for (int i = 0; i < count; i++) {
        fib->story_len[i] = lj_cur_u32le(&cur);
    }
    fib->pairs_count = DOC_PAIRS_OLD;
    fib->pair_len = fib->age == DOC_AGE_2 ? 6 : 8;
}

lj_code doc_fib_read(doc *d, uint64_t off, doc_fib *out)
{
    const doc_stream *word = &d->streams[DOC_WORD];
    lj_slice head = off < word->len
                        ? lj_slice_part(lj_slice_of(word->ptr, word->len), (size_t)off, SIZE_MAX)
                        : (lj_slice){NULL, 0};
    lj_cur cur = lj_cur_of(head);
    uint16_t ident = lj_cur_u16le(&cur);
    *out = (doc_fib){.version = lj_cur_u16le(&cur)};
    lj_cur_skip(&cur, 2);
    out->lid = lj_cur_u16le(&cur);
    out->next_page = lj_cur_u16le(&cur);
    out->flags = lj_cur_u16le(&cur);
    lj_cur_skip(&cur, 2);
    out->key = lj_cur_u32le(&cur);
    lj_cur_skip(&cur, 6);
    out->text_off = lj_cur_u32le(&cur);
    out->text_end = lj_cur_u32le(&cur);
    bool known = ident == IDENT_97 || ident == IDENT_95 || ident == IDENT_2 || is_far_east(ident);
    if (!lj_cur_ok(&cur) || (!known && out->version < VERSION_97)) {
        return lj_fail(format_err(d->run), LJ_E_FORMAT, off, "no file information block");
    }
    out->flags |= is_far_east(ident) ? DOC_FLAG_WIDE : 0;
    out->age = out->version >= VERSION_97  ? DOC_AGE_97
               : out->version >= VERSION_6 ? DOC_AGE_95
                                           : DOC_AGE_2;
    uint32_t pairs = out->age == DOC_AGE_97 ? FIB_97_PAIRS : FIB_OLD_PAIRS;
    out->pairs_off = (uint32_t)off + pairs;
    if (out->age == DOC_AGE_97) {
        fib_97(out, head);
    } else {
        fib_old(out, head);
    }
    size_t stated = lj_min_size(out->pairs_count, PAIRS_MAX); /* a lie must not hide text */
    size_t len = out->age == DOC_AGE_97 ? pairs + 8 * stated + FIB_TAIL : FIB_OLD_LEN;
    len = lj_min_size(len, head.len);
    (void)doc_bytes(d, DOC_WORD, off, len);
    return LJ_OK;
}

/* ---- streams ---- */

static lj_code stream_load(doc *d, doc_stream_kind kind, lj_slice name)
{
    doc_stream *stream = &d->streams[kind];
    format_src *src = d->src;
    stream->idx = OLE2_NONE;
    if (d->ole != NULL) {
        stream->idx = ole2_lookup(d->ole, OLE2_ROOT, name);
        src = ole2_stream(d->ole, stream->idx);
    }
    if (src == NULL) {
        return LJ_OK;
    }
    stream->part = d->ole != NULL ? ole2_part(d->ole, stream->idx) : 0;
    uint64_t size = format_src_size(src);
    if (size == FORMAT_SIZE_UNKNOWN || size > lj_arena_left(d->arena) / 2) {
        return format_gap_limit(d->run, FORMAT_LIMIT_MEMORY, size, (span_place){0});
    }
    stream->ptr = lj_arena_alloc_raw(d->arena, (size_t)size);
    if (stream->ptr == NULL) {
        return LJ_E_LIMIT;
    }
    stream->len = format_pull(d->run, src, 0, stream->ptr, (size_t)size);
    lj_code code = format_src_code(src);
    return code == LJ_E_FORMAT ? LJ_OK : code;
}

static void decrypt(doc *d, const office_crypt *crypt, const office_xor *pad)
{
    for (int kind = 0; kind < DOC_STREAM_COUNT; kind++) {
        doc_stream *stream = &d->streams[kind];
        size_t from = kind == DOC_WORD    ? d->fib.age == DOC_AGE_97 ? PLAIN_97 : PLAIN_95
                      : kind == DOC_TABLE ? pad == NULL ? d->fib.key : 0
                                          : 0;
        from = lj_min_size(from, stream->len);
        uint8_t *at = stream->ptr != NULL ? stream->ptr + from : NULL;
        if (at == NULL) {
            continue;
        }
        if (pad != NULL) {
            office_xor_apply_doc(pad, from, at, at, stream->len - from);
        } else {
            office_crypt_apply(crypt, from, RC4_BLOCK, at, at, stream->len - from);
        }
    }
}

/* [MS-OFFCRYPTO] 2.3.5.4: property sets may be encrypted in a stream of their own, which is not
 * decrypted. True when there is one. */
static bool lock_summary(doc *d)
{
    uint32_t idx =
        d->ole != NULL ? ole2_lookup(d->ole, OLE2_ROOT, LJ_BYTES("encryption")) : OLE2_NONE;
    if (idx != OLE2_NONE) {
        ole2_take(d->ole, idx, FORMAT_LOCKED);
    }
    return idx != OLE2_NONE;
}

static lj_code stay_locked(doc *d, const char *detail)
{
    for (int kind = 0; kind < DOC_STREAM_COUNT; kind++) {
        if (d->ole != NULL && d->streams[kind].idx != OLE2_NONE) {
            ole2_take(d->ole, d->streams[kind].idx, FORMAT_LOCKED);
        } else if (d->ole == NULL) {
            format_claim_all(d->run, FORMAT_LOCKED);
        }
    }
    (void)lock_summary(d);
    format_gap(d->run, GAP_ENCRYPTED, detail, (span_place){0});
    return LJ_E_ENCRYPTED;
}

static lj_code unlock(doc *d)
{
    const doc_stream *table = &d->streams[DOC_TABLE];
    if ((d->fib.flags & DOC_FLAG_OBFUSCATED) != 0 || d->fib.age != DOC_AGE_97) {
        office_xor pad;
        if (!office_xor_open(&pad, d->run, (uint16_t)(d->fib.key >> 16), (uint16_t)d->fib.key,
                             OFFICE_XOR_DOC, /* standard= */ NULL)) {
            return stay_locked(d, "doc-xor");
        }
        decrypt(d, /* crypt= */ NULL, &pad);
        d->is_encrypted = true;
        return LJ_OK;
    }
    office_crypt crypt;
    lj_slice header = lj_slice_part(lj_slice_of(table->ptr, table->len), 0, d->fib.key);
    lj_code code = office_crypt_init(&crypt, d->run, header);
    if (code != LJ_OK) {
        return stay_locked(d, "office-unknown");
    }
    if (!office_crypt_open(&crypt, d->run, /* standard= */ NULL)) {
        return stay_locked(d, crypt.detail);
    }
    decrypt(d, &crypt, /* pad= */ NULL);
    if (lock_summary(d)) {
        format_gap(d->run, GAP_UNSUPPORTED, "office-summary", (span_place){0});
    }
    (void)doc_bytes(d, DOC_TABLE, 0, header.len);
    d->is_encrypted = true;
    return LJ_OK;
}

/* [MS-LCID]: the code page of 8-bit text follows from the language of the program that wrote it. */
static text_charset charset_of(uint16_t lid)
{
    switch (lid) {
    case 0x0804:
    case 0x1004:
    case 0x0004:
        return TEXT_GB18030;
    case 0x0404:
    case 0x0C04:
    case 0x1404:
        return TEXT_BIG5;
    default:
        return TEXT_LATIN1;
    }
}

/* Chinese text in a Western version: what the bytes look like decides. Far Eastern versions have
 * letters of 16 bits, and names in the code page of their system. */
static text_charset charset_seen(const doc *d)
{
    enum { SAMPLE = 64 * 1024 };
    const doc_fib *fib = &d->fib;
    const doc_stream *word = &d->streams[DOC_WORD];
    text_charset charset = charset_of(fib->lid);
    if (charset != TEXT_LATIN1 || (fib->flags & DOC_FLAG_WIDE) != 0) {
        return charset == TEXT_BIG5 ? TEXT_BIG5 : TEXT_GB18030;
    }
    size_t len = fib->text_end > fib->text_off ? fib->text_end - fib->text_off : 0;
    lj_slice text = lj_slice_part(lj_slice_of(word->ptr, word->len), fib->text_off, len);
    size_t bom = 0;
    text_charset seen = text_charset_guess(lj_slice_part(text, 0, SAMPLE), TEXT_CHARSET_NONE, &bom);
    return seen == TEXT_GB18030 || seen == TEXT_BIG5 ? seen : charset;
}

lj_code doc_open(doc *d)
{
    lj_code code = stream_load(d, DOC_WORD, LJ_BYTES("WordDocument"));
    if (code == LJ_OK) {
        code = doc_fib_read(d, 0, &d->fib);
    }
    if (code != LJ_OK) {
        return code;
    }
    if (d->ole != NULL) {
        bool second = (d->fib.flags & DOC_FLAG_TABLE1) != 0;
        lj_slice names[2] = {LJ_BYTES("0Table"), LJ_BYTES("1Table")};
        code = stream_load(d, DOC_TABLE, names[second ? 1 : 0]);
        if (code == LJ_OK && d->streams[DOC_TABLE].ptr == NULL) {
            code = stream_load(d, DOC_TABLE, names[second ? 0 : 1]);
        }
        if (code == LJ_OK) {
            code = stream_load(d, DOC_DATA, LJ_BYTES("Data"));
        }
    } else {
        d->streams[DOC_TABLE].idx = d->streams[DOC_DATA].idx = OLE2_NONE;
    }
    if (code == LJ_OK && (d->fib.flags & DOC_FLAG_ENCRYPTED) != 0) {
        code = unlock(d);
        if (code == LJ_OK) { /* what stands behind the plain bytes is readable only now */
            d->streams[DOC_WORD].known = (claim_set){0};
            code = doc_fib_read(d, 0, &d->fib);
        }
    }
    d->charset = code == LJ_OK && d->fib.age != DOC_AGE_97 ? charset_seen(d) : TEXT_LATIN1;
    return code;
}

/* What no table and no piece covers, of a stream that the core's sweep cannot read. */
static lj_code sweep_rest(doc *d, const doc_stream *stream)
{
    claim_range hole;
    uint64_t at = 0;
    lj_code code = LJ_OK;
    while (code == LJ_OK && claim_next_gap(&stream->known, at, stream->len, &hole)) {
        format_src *src = format_memory(
            d->run, lj_slice_of(stream->ptr + hole.from, (size_t)(hole.to - hole.from)));
        code = src != NULL
                   ? format_sweep_part(d->run, src, stream->part, SPAN_HIDE(SPAN_HIDDEN_SLACK))
                   : LJ_E_LIMIT;
        at = hole.to;
    }
    return code;
}

lj_code doc_close(doc *d)
{
    lj_code code = LJ_OK;
    for (int kind = 0; kind < DOC_STREAM_COUNT && code == LJ_OK; kind++) {
        const doc_stream *stream = &d->streams[kind];
        if (stream->ptr == NULL) {
            continue;
        }
        if (d->is_encrypted) {
            code = sweep_rest(d, stream);
        }
        if (d->ole == NULL) {
            for (uint32_t i = 0; i < stream->known.count; i++) {
                const claim_range *range = &stream->known.ranges[i];
                format_claim(d->run, range->from, range->to - range->from, FORMAT_READ);
            }
        } else if (d->is_encrypted) {
            ole2_take(d->ole, stream->idx, FORMAT_READ);
        } else {
            ole2_take_part(d->ole, stream->idx, 0, 0, FORMAT_READ); /* also when nothing is known */
            for (uint32_t i = 0; i < stream->known.count; i++) {
                const claim_range *range = &stream->known.ranges[i];
                ole2_take_part(d->ole, stream->idx, range->from, range->to - range->from,
                               FORMAT_READ);
            }
        }
    }
    return code;
}
