/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Compressed RTF of Outlook: [MS-OXRTFCP] 2.1 (header, dictionary, runs), 3.1.3 (decoding).
 *
 * Model. A header of 16 bytes: length of what follows its first field, length of the RTF, kind
 * ("LZFu" compressed, "MELA" as it is), checksum. Then runs: a byte of eight flags, lowest bit
 * first; 0 is a byte of RTF, 1 two bytes big endian, 12 bits of place in a ring of 4096 bytes and 4
 * bits of length less 2. The ring begins with 207 bytes of RTF that most documents begin with. A
 * place that is the one where the next byte will be written ends the stream.
 *
 * Traps. A stated length that is longer than the property: what is there is decoded. A stream that
 * ends without the end mark but with as many bytes as it stated is whole. The checksum (CRC-32
 * without both inversions) is 0 in the "MELA" kind, and 0 in files of writers that do not count
 * it. Bytes behind the length that the header states are not decoded: the caller sweeps them.
 *
 * Not done: nothing known. */
#include "formats/mail/lzfu.h"

#include <zlib.h>

#include "base/cur.h"
#include "base/num.h"

enum {
    HEADER = 16,
    RING = 4096,
    CHUNK_IN = 16 * 1024,
    REST_MAX = 17 * 8, /* bytes of RTF that one byte of flags may bring */
    KIND_PACKED = 0x75465A4C,
    KIND_PLAIN = 0x414C454D,
};

static const char ring_start[] =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    "\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
    "\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

typedef struct lzfu {
    format_run *run;
    format_src *src;
    uint64_t from, to; /* the packed bytes in src, behind the header */
    uint64_t at;       /* the next one to be taken in */
    uint32_t raw_len;  /* stated bytes of RTF */
    uint32_t stated_crc;
    bool is_plain;
    bool is_ended;
    uint64_t made; /* bytes of RTF since the start */
    uLong crc;     /* of the packed bytes so far, inverted as zlib has it */
    size_t ring_at;
    size_t in_at, in_len;
    size_t rest_at, rest_len; /* decoded, not given yet */
    uint8_t ring[RING];
    uint8_t rest[REST_MAX];
    uint8_t in[CHUNK_IN];
} lzfu;

static lj_code lzfu_restart(void *ctx, lj_err *err)
{
    (void)err;
    lzfu *me = ctx;
    memset(me->ring, ' ', sizeof(me->ring));
    memcpy(me->ring, ring_start, sizeof(ring_start) - 1);
    me->ring_at = sizeof(ring_start) - 1;
    me->at = me->from;
    me->in_at = me->in_len = 0;
    me->rest_at = me->rest_len = 0;
    me->made = 0;
    me->crc = 0xFFFFFFFF; /* the format begins with 0, and zlib inverts before and behind */
    me->is_ended = false;
    return LJ_OK;
}

/* Makes sure of `want` packed bytes; false at their end. */
static bool has_input(lzfu *me, size_t want)
{
    if (me->in_len - me->in_at >= want) {
        return true;
    }
    memmove(me->in, me->in + me->in_at, me->in_len - me->in_at);
    me->in_len -= me->in_at;
    me->in_at = 0;
    size_t part = (size_t)lj_min_u64(CHUNK_IN - me->in_len, me->to - me->at);
    size_t got = part > 0 ? format_pull(me->run, me->src, me->at, me->in + me->in_len, part) : 0;
    me->in_len += got;
    me->at += got;
    return me->in_len >= want;
}

static void put(lzfu *me, uint8_t byte)
{
    me->ring[me->ring_at] = byte;
    me->ring_at = (me->ring_at + 1) % RING;
    me->rest[me->rest_len++] = byte;
}

/* One byte of flags and its eight runs; at the end of the stream is_ended. */
static void decode_runs(lzfu *me)
{
    me->rest_at = me->rest_len = 0;
    if (!has_input(me, 1)) {
        me->is_ended = true;
        return;
    }
    size_t first = me->in_at;
    uint8_t flags = me->in[me->in_at++];
    for (int bit = 0; bit < 8 && !me->is_ended; bit++) {
        bool is_copy = (flags >> bit & 1) != 0;
        if (me->in_len - me->in_at < (is_copy ? 2 : 1)) {
            me->is_ended = true;
        } else if (is_copy) {
            size_t place = (size_t)me->in[me->in_at] << 4 | me->in[me->in_at + 1] >> 4;
            size_t len = (size_t)(me->in[me->in_at + 1] & 15) + 2;
            me->in_at += 2;
            me->is_ended = place == me->ring_at;
            for (size_t i = 0; i < len && !me->is_ended; i++) {
                put(me, me->ring[(place + i) % RING]);
            }
        } else {
            put(me, me->in[me->in_at++]);
        }
    }
    me->crc = crc32(me->crc, me->in + first, (uInt)(me->in_at - first));
}

/* The stream has ended: as its header says, or is something missing or wrong? */
static lj_code code_of_end(const lzfu *me)
{
    if (format_src_code(me->src) != LJ_OK) {
        return format_src_code(me->src);
    }
    uint32_t crc = (uint32_t)me->crc ^ 0xFFFFFFFF;
    bool counted = !me->is_plain && me->stated_crc != 0;
    return me->made < me->raw_len || (counted && crc != me->stated_crc) ? LJ_E_FORMAT : LJ_OK;
}

static lj_code pull_plain(lzfu *me, uint8_t *dst, size_t cap, size_t *out_len)
{
    size_t part = (size_t)lj_min_u64(cap, me->to - me->at);
    *out_len = part > 0 ? format_pull(me->run, me->src, me->at, dst, part) : 0;
    me->at += *out_len;
    me->made += *out_len;
    me->is_ended = *out_len < part || me->at == me->to;
    return me->is_ended ? code_of_end(me) : LJ_OK;
}

static lj_code lzfu_pull(void *ctx, uint8_t *dst, size_t cap, size_t *out_len, lj_err *err)
{
    (void)err;
    enum { FLAGS_AND_RUNS = 17 };
    lzfu *me = ctx;
    *out_len = 0;
    if (me->is_plain) {
        return me->is_ended ? LJ_OK : pull_plain(me, dst, cap, out_len);
    }
    while (*out_len < cap) {
        if (me->rest_at == me->rest_len) {
            if (me->is_ended) {
                return code_of_end(me);
            }
            (void)has_input(me, FLAGS_AND_RUNS); /* fewer are fine at the end */
            decode_runs(me);
        }
        size_t part = lj_min_size(cap - *out_len, me->rest_len - me->rest_at);
        memcpy(dst + *out_len, me->rest + me->rest_at, part);
        me->rest_at += part;
        me->made += part;
        *out_len += part;
    }
    return LJ_OK;
}

format_src *lzfu_open(format_run *run, format_src *src, uint64_t off, uint64_t len,
                      lj_code *out_code)
{
    static const format_stream_ops ops = {lzfu_restart, lzfu_pull, NULL};
    uint8_t head[HEADER];
    *out_code = LJ_E_FORMAT;
    if (len < HEADER || format_pull(run, src, off, head, HEADER) < HEADER) {
        return NULL;
    }
    lj_cur cur = lj_cur_of(lj_slice_of(head, HEADER));
    uint64_t packed_len = lj_cur_u32le(&cur);
    uint32_t raw_len = lj_cur_u32le(&cur);
    uint32_t kind = lj_cur_u32le(&cur);
    if (kind != KIND_PACKED && kind != KIND_PLAIN) {
        return NULL;
    }
    lzfu *me = lj_arena_alloc_raw(format_arena(run), sizeof(*me));
    if (me == NULL) {
        *out_code = LJ_E_LIMIT;
        return NULL;
    }
    me->run = run;
    me->src = src;
    me->from = off + HEADER;
    uint64_t stated = kind == KIND_PLAIN ? raw_len : packed_len > 12 ? packed_len - 12 : 0;
    me->to = me->from + lj_min_u64(len - HEADER, stated);
    me->raw_len = raw_len;
    me->stated_crc = lj_cur_u32le(&cur);
    me->is_plain = kind == KIND_PLAIN;
    (void)lzfu_restart(me, NULL);
    *out_code = LJ_OK;
    return format_stream(run, &ops, me, raw_len, me->to - me->from + HEADER);
}
