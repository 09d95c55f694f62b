/* SPDX-License-Identifier: AGPL-3.0-or-later
 * See base64_source.h. A decoder with a window of its own: it fetches the letters from the range
 * piece by piece and keeps the bits that are over between two pulls. Letters that are no base64
 * are passed over and told at the end; the first "=" ends the data. */
#include "formats/base64_source.h"

#include "base/num.h"

enum { PIECE = 48 * 1024, PADDING = 0xFE };

typedef struct base64_state {
    format_run *run;
    format_src *src;
    uint64_t off, len; /* the range; bytes */
    uint64_t at;       /* in the range */
    uint32_t bits;
    uint32_t bit_count;
    bool ended;
    bool in_reference; /* inside "&...;" */
    bool bad;          /* a letter that is none of base64, or a rest of bits that is no byte */
} base64_state;

/* Letter to value; 0xFF is no letter. */
static const uint8_t *value_table(void)
{
    static const uint8_t table[256] = {
#define N16                                                                                        \
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF
        N16,  N16,  0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 62,
        0xFF, 0xFF, 0xFF, 63,   52,   53,   54,   55,   56,   57,   58,   59,   60,   61,
        0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0xFF, 0xFF, 0,    1,    2,    3,    4,    5,    6,
        7,    8,    9,    10,   11,   12,   13,   14,   15,   16,   17,   18,   19,   20,
        21,   22,   23,   24,   25,   0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 26,   27,   28,
        29,   30,   31,   32,   33,   34,   35,   36,   37,   38,   39,   40,   41,   42,
        43,   44,   45,   46,   47,   48,   49,   50,   51,   0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        N16,  N16,  N16,  N16,  N16,  N16,  N16,  N16,
#undef N16
    };
    return table;
}

static lj_code restart(void *ctx, lj_err *err)
{
    (void)err;
    base64_state *s = ctx;
    s->at = 0;
    s->bits = s->bit_count = 0;
    s->ended = s->in_reference = s->bad = false;
    return LJ_OK;
}

/* Decodes one piece; returns the bytes written, at most three for four letters. */
static size_t decode(base64_state *s, lj_slice text, uint8_t *dst)
{
    const uint8_t *table = value_table();
    size_t out = 0;
    for (size_t i = 0; i < text.len && !s->ended; i++) {
        uint8_t c = text.ptr[i];
        uint8_t value = table[c];
        if (c == '&' || s->in_reference) {
            s->in_reference = c != ';';
        } else if (value < 64) {
            s->bits = s->bits << 6 | value;
            s->bit_count += 6;
            if (s->bit_count >= 8) {
                s->bit_count -= 8;
                dst[out++] = (uint8_t)(s->bits >> s->bit_count);
            }
        } else {
            s->ended = value == PADDING || c == '<'; /* the range may reach into the next tag */
            s->bad = s->bad || (!s->ended && c != ' ' && c != '\n' && c != '\r' && c != '\t');
        }
    }
    return out;
}

static lj_code pull(void *ctx, uint8_t *dst, size_t cap, size_t *out_len, lj_err *err)
{
    (void)err;
    base64_state *s = ctx;
    *out_len = 0;
    while (*out_len == 0 && !s->ended && s->at < s->len) {
        size_t want = (size_t)lj_min_u64(s->len - s->at, lj_min_size(cap, PIECE));
        lj_slice text = format_bytes(s->run, s->src, s->off + s->at, want);
        if (text.len == 0) {
            return format_src_code(s->src);
        }
        *out_len = decode(s, text, dst);
        s->at += text.len;
    }
    bool rest = s->bit_count >= 6; /* one letter alone is no byte */
    return *out_len == 0 && (s->bad || rest) ? LJ_E_FORMAT : LJ_OK;
}

format_src *base64_source(format_run *run, format_src *src, uint64_t off, uint64_t len)
{
    static const format_stream_ops ops = {restart, pull, NULL};
    base64_state *s = lj_arena_alloc(format_arena(run), sizeof(*s));
    if (s == NULL) {
        return NULL;
    }
    *s = (base64_state){.run = run, .src = src, .off = off, .len = len};
    return format_stream(run, &ops, s, FORMAT_SIZE_UNKNOWN, len);
}
