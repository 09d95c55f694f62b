/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Sources of bytes: the file, ranges of it, decoders over ranges, bytes in memory, decoders of
 * libraries.
 *
 * Model. Two ways lead into a source: source_read() copies bytes to the caller and leaves windows
 * alone; format_bytes() gives a window. A window belongs to one source only, so reading a child
 * never moves the window of its container. What a source allocates (window, decoder state) comes
 * out of the arena at the first read, that is inside the scope of the child which reads it;
 * source_rest() forgets it when that scope is rewound. The source of a document has its window from
 * the context, one for each level of depth, because its reader rewinds the arena while the source
 * goes on.
 *
 * The decoder of a document keeps what it gave, up to KEEP_MAX bytes, on the heap and counted
 * against a quarter of the context's memory: directories at the end of an inner ZIP cost nothing
 * then. Beyond that it streams; going backwards starts again, and is charged again. A deflated
 * range of known and modest size is decoded in one go by libdeflate (1.7 x zlib on office parts);
 * when that fails - damaged, wrong size - zlib's stream takes over, because half of a text is
 * better than none.
 *
 * Limits charged here: bytes in, bytes decoded, both ratios. A source that hit its own ratio is at
 * its end with LJ_E_LIMIT; a limit of the whole file stops everything. */
#include <libdeflate.h>
#include <zlib.h>

#include "base/num.h"
#include "formats/core.h"
#include "formats/inflate_memory.h"

enum {
    WINDOW_MIN = 64 * 1024,
    CHUNK_IN = 64 * 1024,
    KEEP_MAX = 32 * 1024 * 1024,
    WHOLE_MAX = 32 * 1024 * 1024, /* decoded in one go below this */
    NEAR_END = 4 * 1024 * 1024,
    BEHIND = 64, /* bytes that are hidden behind what format_bytes gives */
};

typedef enum source_kind {
    SOURCE_INPUT,
    SOURCE_RANGE,
    SOURCE_MEMORY,
    SOURCE_INFLATE,
    SOURCE_STREAM,
    SOURCE_GATHER,
} source_kind;

struct format_src {
    format_context *context;
    source_kind kind;
    lj_code code;       /* sticky: why nothing more comes */
    uint64_t size;      /* bytes, FORMAT_SIZE_UNKNOWN until a decoder ended */
    uint64_t stated;    /* expected size of a decoder, for one-go decoding */
    format_src *parent; /* RANGE, INFLATE */
    uint64_t off, len;  /* of the range in the parent; len also the stored bytes for the ratio */
    format_codec codec; /* INFLATE */
    const format_stream_ops *ops; /* STREAM */
    void *ops_ctx;
    const format_piece *pieces; /* GATHER */
    uint32_t piece_count;
    lj_slice memory; /* MEMORY, and decoders that were decoded in one go */
    bool is_whole;   /* memory holds everything */
    /* window of format_bytes */
    uint8_t *window;
    size_t window_cap, window_len;
    uint64_t window_off;
    /* decoder state */
    bool started;
    bool ended;
    uint64_t made;    /* bytes decoded since the last start */
    uint64_t reached; /* most bytes ever decoded */
    uint64_t taken;   /* stored bytes used since the last start */
    bool is_settled;  /* the source of a document: may keep what it gave, until source_rest() */
    lj_buf kept;      /* the first kept.len decoded bytes; on the heap, counted in the context */
    bool keeps;       /* still appending to kept */
    z_stream *inflate;
    uint8_t *chunk_in;
};

static lj_code source_read(format_src *src, uint64_t at, uint8_t *dst, size_t len, size_t *out_len);

static lj_code source_fail(format_src *src, lj_code code)
{
    if (src->code == LJ_OK) {
        src->code = code;
    }
    return code;
}

/* ---- making ---- */

static format_src *source_new(format_context *context, source_kind kind)
{
    format_src *src = lj_arena_alloc(context->arena, sizeof(*src));
    if (src != NULL) {
        src->context = context;
        src->kind = kind;
        src->size = FORMAT_SIZE_UNKNOWN;
        src->stated = FORMAT_SIZE_UNKNOWN;
    }
    return src;
}

format_src *source_of_input(format_context *context)
{
    format_src *src = source_new(context, SOURCE_INPUT);
    if (src != NULL) {
        src->size = context->input->size;
        src->window = context->root_window;
        src->window_cap = FORMAT_WINDOW_MAX;
    }
    return src;
}

format_src *format_memory(format_run *run, lj_slice bytes)
{
    format_src *src = source_new(run->context, SOURCE_MEMORY);
    if (src != NULL) {
        src->memory = bytes;
        src->is_whole = true;
        src->size = bytes.len;
    }
    return src;
}

format_src *format_decode(format_run *run, format_src *src, uint64_t off, uint64_t len,
                          format_codec codec, uint64_t out_len)
{
    format_src *made =
        source_new(run->context, codec == FORMAT_CODEC_STORE ? SOURCE_RANGE : SOURCE_INFLATE);
    if (made == NULL) {
        return NULL;
    }
    uint64_t size = format_src_size(src);
    if (size != FORMAT_SIZE_UNKNOWN) {
        off = lj_min_u64(off, size);
        len = lj_min_u64(len, size - off);
    }
    made->parent = src;
    made->off = off;
    made->len = len;
    if (src->kind == SOURCE_RANGE) { /* a range of a range is a range of what lies below */
        made->parent = src->parent;
        made->off = src->off + off;
    }
    made->codec = codec;
    made->stated = out_len;
    if (codec == FORMAT_CODEC_STORE) {
        made->size = len;
    }
    return made;
}

format_src *format_stream(format_run *run, const format_stream_ops *ops, void *ctx,
                          uint64_t out_len, uint64_t stored_len)
{
    format_src *src = source_new(run->context, SOURCE_STREAM);
    if (src != NULL) {
        src->ops = ops;
        src->ops_ctx = ctx;
        src->stated = out_len;
        src->len = stored_len;
    }
    return src;
}

format_src *format_gather(format_run *run, format_piece *pieces, uint32_t count)
{
    format_src *made = source_new(run->context, SOURCE_GATHER);
    if (made == NULL) {
        return NULL;
    }
    uint64_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        pieces[i].at = at;
        at += pieces[i].len;
    }
    made->pieces = pieces;
    made->piece_count = count;
    made->size = at;
    return made;
}

/* A window of at least `len` bytes (if the arena has them) for this source. */
static bool window_room(format_src *src, size_t len)
{
    if (src->window_cap >= len) {
        return true;
    }
    size_t cap = len <= WINDOW_MIN ? WINDOW_MIN : FORMAT_WINDOW_MAX;
    if (src->size < cap) {
        cap = (size_t)lj_max_u64(src->size, len);
    }
    uint8_t *window = lj_arena_alloc_raw(src->context->arena, cap);
    if (window == NULL) {
        return false;
    }
    src->window = window;
    src->window_cap = cap;
    src->window_len = 0;
    return true;
}

static void kept_drop(format_src *src)
{
    src->context->kept_total -= src->kept.cap;
    lj_buf_done(&src->kept);
    src->kept = (lj_buf){0};
}

/* Keeps decoded bytes for going back. Not in the arena: a reader rewinds it while its source goes
 * on. */
static void kept_put(format_src *src, lj_slice bytes)
{
    size_t cap = src->kept.cap;
    lj_buf_put(&src->kept, bytes);
    src->context->kept_total += src->kept.cap - cap;
    src->keeps = lj_buf_ok(&src->kept) && src->context->kept_total <= src->context->kept_max;
}

void source_settle(format_src *src)
{
    src->is_settled = true;
    bool windowed = src->kind == SOURCE_RANGE || src->kind == SOURCE_STREAM ||
                    src->kind == SOURCE_GATHER ||
                    (src->kind == SOURCE_INFLATE &&
                     (src->stated == FORMAT_SIZE_UNKNOWN || src->stated > WHOLE_MAX));
    format_context *context = src->context;
    if (windowed && src->window == NULL && context->depth < LEVEL_MAX) {
        lj_buf *level = &context->windows[context->depth];
        src->window = lj_buf_room(level, FORMAT_WINDOW_MAX);
        src->window_cap = src->window != NULL ? FORMAT_WINDOW_MAX : 0;
        src->window_len = 0;
    }
}

void source_rest(format_src *src)
{
    if (src->kind == SOURCE_INPUT || src->kind == SOURCE_MEMORY) {
        return;
    }
    if (src->kind == SOURCE_STREAM && src->started && src->ops->close != NULL) {
        src->ops->close(src->ops_ctx);
    }
    src->window = NULL;
    src->window_cap = src->window_len = 0;
    src->started = false;
    src->made = 0;
    src->inflate = NULL;
    src->chunk_in = NULL;
    kept_drop(src);
    src->keeps = false;
    src->memory = (lj_slice){NULL, 0};
    src->is_whole = false;
}

uint64_t format_src_size(const format_src *src)
{
    return src->size;
}

uint64_t source_reached(const format_src *src)
{
    return src->size != FORMAT_SIZE_UNKNOWN ? src->size : src->reached;
}

lj_code format_src_code(const format_src *src)
{
    return src->code;
}

uint64_t format_src_taken(const format_src *src)
{
    bool ended = src->kind == SOURCE_INFLATE && src->size != FORMAT_SIZE_UNKNOWN;
    return ended && src->code == LJ_OK ? src->taken : src->len;
}

/* What lies at its end can be read, and then its start again, without decoding everything twice. */
static bool is_at_hand(const format_src *src)
{
    return src->kind == SOURCE_INPUT || src->kind == SOURCE_MEMORY || src->kind == SOURCE_GATHER ||
           src->is_whole || (src->ended && src->kept.len == src->made);
}

bool source_end_is_near(const format_src *src)
{
    if (src->kind == SOURCE_RANGE) {
        return is_at_hand(src->parent) || src->off + src->len <= src->parent->kept.len;
    }
    return is_at_hand(src) || (src->kind == SOURCE_INFLATE && src->len <= NEAR_END) ||
           (src->stated != FORMAT_SIZE_UNKNOWN && src->stated <= NEAR_END);
}

/* ---- decoders ---- */

/* Charges decoded bytes and looks at the ratios. LJ_E_LIMIT: this source, or the whole file, ends
 * here. */
static lj_code charge_decoded(format_src *src, uint64_t bytes)
{
    format_context *context = src->context;
    const uint64_t *limit = context->options->limits.value;
    lj_code code = core_charge(context, FORMAT_LIMIT_INFLATED, bytes);
    if (code == LJ_OK) {
        code = core_charge(context, FORMAT_LIMIT_WORK, bytes);
    }
    if (code != LJ_OK) {
        return source_fail(src, code);
    }
    uint64_t stored = src->kind == SOURCE_INFLATE ? src->taken : src->len;
    uint64_t most = 0;
    if (src->made > limit[FORMAT_LIMIT_RATIO_FREE] && stored > 0 &&
        lj_mul_u64(stored, limit[FORMAT_LIMIT_RATIO_ENTRY], &most) && src->made > most) {
        core_gap(context->top, &(gap){.cause = GAP_LIMIT,
                                      .next = GAP_NEXT_LIMIT,
                                      .limit = FORMAT_LIMIT_RATIO_ENTRY,
                                      .allowed = limit[FORMAT_LIMIT_RATIO_ENTRY],
                                      .reached = src->made / stored});
        return source_fail(src, LJ_E_LIMIT);
    }
    uint64_t all = context->used[FORMAT_LIMIT_INFLATED];
    uint64_t size = lj_max_u64(context->input->size, 1);
    if (all > limit[FORMAT_LIMIT_RATIO_FREE] &&
        lj_mul_u64(size, limit[FORMAT_LIMIT_RATIO_FILE], &most) && all > most) {
        context->stopped = LJ_E_LIMIT;
        context->stop_limit = FORMAT_LIMIT_RATIO_FILE;
        context->stop_reached = all / size;
        return source_fail(src, LJ_E_LIMIT);
    }
    return LJ_OK;
}

static int window_bits(format_codec codec)
{
    return codec == FORMAT_CODEC_DEFLATE ? -15 : codec == FORMAT_CODEC_ZLIB ? 15 : 15 + 16;
}

static lj_code inflate_start(format_src *src)
{
    lj_arena *arena = src->context->arena;
    if (src->inflate != NULL) {
        return inflateReset2(src->inflate, window_bits(src->codec)) == Z_OK ? LJ_OK : LJ_E_INTERNAL;
    }
    src->inflate = lj_arena_alloc(arena, sizeof(*src->inflate));
    src->chunk_in = lj_arena_alloc_raw(arena, CHUNK_IN);
    if (src->inflate == NULL || src->chunk_in == NULL) {
        src->inflate = NULL;
        return LJ_E_NOMEM;
    }
    src->inflate->zalloc = format_inflate_alloc;
    src->inflate->zfree = format_inflate_free;
    src->inflate->opaque = arena;
    return inflateInit2(src->inflate, window_bits(src->codec)) == Z_OK ? LJ_OK : LJ_E_NOMEM;
}

/* (Re)starts a decoder at its first byte. */
static lj_code decoder_start(format_src *src)
{
    lj_code code = LJ_OK;
    if (src->kind == SOURCE_INFLATE) {
        code = inflate_start(src);
        if (code == LJ_OK) {
            src->inflate->avail_in = 0;
        }
    } else {
        code = src->ops->restart(src->ops_ctx, &src->context->top->err);
    }
    if (code != LJ_OK) {
        return source_fail(src, code);
    }
    if (!src->started) {
        lj_buf_init(&src->kept, /* arena= */ NULL, KEEP_MAX);
        src->keeps = src->is_settled;
    }
    src->started = true;
    src->ended = false;
    src->made = 0;
    src->taken = 0;
    return LJ_OK;
}

/* NOLINTBEGIN(misc-no-recursion): a source reads from its parent; the depth limit bounds it. */

/* Refills the compressed bytes; false at their end. */
static bool inflate_refill(format_src *src, lj_code *code)
{
    size_t want = (size_t)lj_min_u64(CHUNK_IN, src->len - src->taken);
    size_t have = 0;
    *code = want > 0 ? source_read(src->parent, src->off + src->taken, src->chunk_in, want, &have)
                     : LJ_OK;
    src->taken += have;
    src->inflate->next_in = src->chunk_in;
    src->inflate->avail_in = (uInt)have;
    return have > 0;
}

/* Looks behind the end of a member, also over the end of what was taken in: members may follow each
 * other (RFC 1952 2.2), and tapes and disks pad them with zeroes. */
static bool gzip_goes_on(format_src *src, lj_code *code)
{
    enum { MEMBER_MIN = 18 };
    z_stream *z = src->inflate;
    for (;;) {
        while (z->avail_in > 0 && z->next_in[0] == 0) {
            z->next_in++;
            z->avail_in--;
        }
        if (z->avail_in >= MEMBER_MIN || src->taken >= src->len) {
            break;
        }
        memmove(src->chunk_in, z->next_in, z->avail_in);
        size_t want = (size_t)lj_min_u64(CHUNK_IN - z->avail_in, src->len - src->taken);
        size_t have = 0;
        *code = source_read(src->parent, src->off + src->taken, src->chunk_in + z->avail_in, want,
                            &have);
        z->next_in = src->chunk_in;
        z->avail_in += (uInt)have;
        src->taken += have;
        if (*code != LJ_OK || have == 0) {
            break;
        }
    }
    return z->avail_in >= MEMBER_MIN && z->next_in[0] == 0x1F && z->next_in[1] == 0x8B;
}

static lj_code inflate_pull(format_src *src, uint8_t *dst, size_t cap, size_t *out_len)
{
    z_stream *z = src->inflate;
    z->next_out = dst;
    z->avail_out = (uInt)cap;
    *out_len = 0;
    for (;;) {
        lj_code code = LJ_OK;
        if (z->avail_in == 0 && !inflate_refill(src, &code)) {
            *out_len = cap - z->avail_out;
            /* an input that ends before its stream is damaged, but what came out stays */
            return code != LJ_OK ? code : LJ_E_FORMAT;
        }
        int status = inflate(z, Z_NO_FLUSH);
        *out_len = cap - z->avail_out;
        if (status == Z_STREAM_END) {
            uint64_t used = src->taken - z->avail_in; /* what stands behind it was not */
            bool goes_on = src->codec == FORMAT_CODEC_GZIP && gzip_goes_on(src, &code);
            if (!goes_on || inflateReset2(z, window_bits(src->codec)) != Z_OK) {
                src->ended = true;
                src->taken = used;
                z->avail_in = 0;
                return code;
            }
        } else if (status != Z_OK && status != Z_BUF_ERROR) {
            return status == Z_MEM_ERROR ? LJ_E_NOMEM : LJ_E_FORMAT;
        }
        if (z->avail_out == 0) {
            return LJ_OK;
        }
    }
}

/* Decodes the next bytes of src into dst, in order. *out_len 0 with LJ_OK is the end. */
static lj_code decoder_pull(format_src *src, uint8_t *dst, size_t cap, size_t *out_len)
{
    *out_len = 0;
    if (src->ended) {
        return LJ_OK;
    }
    lj_code code = src->kind == SOURCE_INFLATE
                       ? inflate_pull(src, dst, cap, out_len)
                       : src->ops->pull(src->ops_ctx, dst, cap, out_len, &src->context->top->err);
    if (src->kind == SOURCE_STREAM && code == LJ_OK && *out_len == 0) {
        src->ended = true;
    }
    bool keeps = src->keeps && src->kept.len == src->made;
    if (keeps && *out_len > 0) {
        kept_put(src, lj_slice_of(dst, *out_len));
    }
    src->made += *out_len;
    src->reached = lj_max_u64(src->reached, src->made);
    if (code != LJ_OK) {
        src->ended = true;
        (void)source_fail(src, code);
    }
    if (src->ended && src->size == FORMAT_SIZE_UNKNOWN) {
        src->size = src->made;
    }
    lj_code charged = *out_len > 0 ? charge_decoded(src, *out_len) : LJ_OK;
    if (charged != LJ_OK) {
        src->ended = true;
        return charged;
    }
    return *out_len > 0 ? LJ_OK : code;
}

/* Reads at a place of a decoder: out of what is kept, or by decoding on (or again) up to it. */
static lj_code decoder_read(format_src *src, uint64_t at, uint8_t *dst, size_t len, size_t *out_len)
{
    *out_len = 0;
    lj_code code = LJ_OK;
    if (!src->started) {
        code = decoder_start(src);
    }
    while (code == LJ_OK && *out_len < len) {
        uint64_t pos = at + *out_len;
        if (pos < src->kept.len) {
            size_t part = lj_min_size(len - *out_len, src->kept.len - (size_t)pos);
            memcpy(dst + *out_len, src->kept.ptr + pos, part);
            *out_len += part;
            continue;
        }
        if (pos < src->made) {
            if (src->code == LJ_E_LIMIT || src->context->stopped != LJ_OK) {
                return LJ_E_LIMIT;
            }
            code = decoder_start(src);
            continue;
        }
        uint8_t skipped[16 * 1024];
        size_t got = 0;
        if (pos == src->made) {
            code = decoder_pull(src, dst + *out_len, len - *out_len, &got);
            *out_len += got;
        } else {
            size_t part = (size_t)lj_min_u64(sizeof(skipped), pos - src->made);
            code = decoder_pull(src, skipped, part, &got);
        }
        if (got == 0) {
            break;
        }
    }
    return code;
}

/* Decodes a modest deflated range in one go; leaves src as it was when that does not work. */
static void inflate_whole(format_src *src)
{
    format_context *context = src->context;
    if (src->codec != FORMAT_CODEC_DEFLATE || src->stated > WHOLE_MAX || src->len > WHOLE_MAX ||
        src->stated == 0 || src->len + src->stated > lj_arena_left(context->arena) / 2) {
        return;
    }
    uint8_t *out = lj_arena_alloc_raw(context->arena, (size_t)src->stated);
    lj_arena_mark mark = lj_arena_mark_of(context->arena);
    uint8_t *in = lj_arena_alloc_raw(context->arena, (size_t)src->len);
    size_t have = 0;
    size_t used = 0;
    size_t got = 0;
    bool fits =
        out != NULL && in != NULL &&
        source_read(src->parent, src->off, in, (size_t)src->len, &have) == LJ_OK &&
        libdeflate_deflate_decompress_ex(context->inflater, in, have, out, (size_t)src->stated,
                                         &used, &got) == LIBDEFLATE_SUCCESS;
    lj_arena_rewind(context->arena, mark);
    if (fits) {
        src->memory = lj_slice_of(out, got);
        src->is_whole = true;
        src->size = got;
        src->made = got;
        src->taken = used;
        (void)charge_decoded(src, got);
    }
}

/* ---- reading ---- */

static lj_code input_read(format_src *src, uint64_t at, uint8_t *dst, size_t len, size_t *out_len)
{
    format_context *context = src->context;
    *out_len = 0;
    if (at >= src->size) {
        return LJ_OK;
    }
    len = (size_t)lj_min_u64(len, src->size - at);
    lj_code code =
        context->input->read(context->input->ctx, at, dst, len, out_len, &context->top->err);
    context->bytes_in += *out_len;
    if (code == LJ_OK) {
        code = core_charge(context, FORMAT_LIMIT_WORK, *out_len / 8);
    }
    return code == LJ_OK ? LJ_OK : source_fail(src, code);
}

/* The piece that holds `at`, which lies inside the source; bytes are read piece by piece. */
static lj_code gather_read(format_src *src, uint64_t at, uint8_t *dst, size_t len, size_t *out_len)
{
    uint32_t low = 0;
    uint32_t high = src->piece_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (src->pieces[middle].at <= at) {
            low = middle;
        } else {
            high = middle;
        }
    }
    lj_code code = LJ_OK;
    for (uint32_t i = low; code == LJ_OK && *out_len < len && i < src->piece_count; i++) {
        const format_piece *piece = &src->pieces[i];
        uint64_t from = at + *out_len - piece->at;
        size_t part = (size_t)lj_min_u64(len - *out_len, piece->len - from);
        size_t got = part;
        if (piece->src == NULL) {
            memset(dst + *out_len, 0, part);
        } else if (part > 0) {
            code = source_read(piece->src, piece->off + from, dst + *out_len, part, &got);
        }
        *out_len += got;
        if (got < part) {
            break;
        }
    }
    return code == LJ_OK ? LJ_OK : source_fail(src, code);
}

/* Copies up to len bytes at `at`; fewer at the end or with a code. The nesting of decoders is
 * bounded by the depth limit. */
static lj_code source_read(format_src *src, uint64_t at, uint8_t *dst, size_t len, size_t *out_len)
{
    *out_len = 0;
    if (src->context->stopped != LJ_OK) {
        return source_fail(src, src->context->stopped);
    }
    if (src->kind == SOURCE_INFLATE && !src->is_whole && !src->started &&
        src->stated != FORMAT_SIZE_UNKNOWN) {
        inflate_whole(src);
    }
    if (src->is_whole) {
        lj_slice part = at < src->memory.len ? lj_slice_part(src->memory, (size_t)at, len)
                                             : (lj_slice){NULL, 0};
        if (part.len > 0) {
            memcpy(dst, part.ptr, part.len);
        }
        *out_len = part.len;
        return LJ_OK;
    }
    switch (src->kind) {
    case SOURCE_INPUT:
        return input_read(src, at, dst, len, out_len);
    case SOURCE_RANGE: {
        if (at >= src->len) {
            return LJ_OK;
        }
        lj_code code = source_read(src->parent, src->off + at, dst,
                                   (size_t)lj_min_u64(len, src->len - at), out_len);
        return code == LJ_OK ? LJ_OK : source_fail(src, code);
    }
    case SOURCE_GATHER:
        return at < src->size ? gather_read(src, at, dst, len, out_len) : LJ_OK;
    case SOURCE_MEMORY:
    case SOURCE_INFLATE:
    case SOURCE_STREAM:
        break;
    }
    return decoder_read(src, at, dst, len, out_len);
}

/* NOLINTEND(misc-no-recursion) */

/* A part of the window. What lies behind it is hidden: a reader that runs over its end is found. */
static lj_slice give_window(format_src *src, size_t from, size_t len)
{
    size_t to = from + lj_min_size(len, src->window_len - from);
    LJ_ARENA_SHOW(src->window, to);
    LJ_ARENA_HIDE(src->window + to, lj_min_size(src->window_cap - to, BEHIND));
    return lj_slice_of(src->window + from, to - from);
}

lj_slice format_bytes(format_run *run, format_src *src, uint64_t off, size_t len)
{
    (void)run;
    len = lj_min_size(len, FORMAT_WINDOW_MAX);
    if (src->kind == SOURCE_INFLATE && !src->is_whole && !src->started &&
        src->stated != FORMAT_SIZE_UNKNOWN && src->context->stopped == LJ_OK) {
        inflate_whole(src);
    }
    if (src->is_whole) {
        return off < src->memory.len ? lj_slice_part(src->memory, (size_t)off, len)
                                     : (lj_slice){NULL, 0};
    }
    if (src->size != FORMAT_SIZE_UNKNOWN) {
        if (off >= src->size) {
            return (lj_slice){NULL, 0};
        }
        len = (size_t)lj_min_u64(len, src->size - off);
    }
    if (off >= src->window_off && off - src->window_off <= src->window_len &&
        len <= src->window_len - (size_t)(off - src->window_off)) {
        return give_window(src, (size_t)(off - src->window_off), len);
    }
    if (!window_room(src, len)) {
        (void)source_fail(src, LJ_E_NOMEM);
        return (lj_slice){NULL, 0};
    }
    /* read ahead one small window, so that headers cost one call; a large request reads just itself
     */
    size_t want = lj_max_u64(len, lj_min_size(src->window_cap, WINDOW_MIN));
    src->window_off = off;
    src->window_len = 0;
    LJ_ARENA_SHOW(src->window, want);
    while (src->window_len < len) {
        size_t got = 0;
        lj_code code = source_read(src, off + src->window_len, src->window + src->window_len,
                                   want - src->window_len, &got);
        src->window_len += got;
        if (code != LJ_OK || got == 0) {
            break;
        }
    }
    return give_window(src, 0, len);
}

size_t format_pull(format_run *run, format_src *src, uint64_t off, uint8_t *dst, size_t len)
{
    (void)run;
    size_t have = 0;
    if (src->size != FORMAT_SIZE_UNKNOWN) {
        len = off < src->size ? (size_t)lj_min_u64(len, src->size - off) : 0;
    }
    if (off >= src->window_off && off - src->window_off < src->window_len) { /* read before */
        size_t from = (size_t)(off - src->window_off);
        have = lj_min_size(len, src->window_len - from);
        LJ_ARENA_SHOW(src->window, src->window_len);
        memcpy(dst, src->window + from, have);
    }
    bool goes_on = true;
    while (have < len && goes_on) {
        size_t got = 0;
        lj_code code = source_read(src, off + have, dst + have, len - have, &got);
        have += got;
        goes_on = code == LJ_OK && got > 0;
    }
    return have;
}

lj_slice format_slurp(format_run *run, format_src *src, uint64_t off, uint64_t len)
{
    if (src->is_whole && src->kind == SOURCE_MEMORY) {
        return off < src->memory.len
                   ? lj_slice_part(src->memory, (size_t)off, (size_t)lj_min_u64(len, SIZE_MAX))
                   : (lj_slice){NULL, 0};
    }
    if (src->size != FORMAT_SIZE_UNKNOWN) {
        if (off >= src->size) {
            return (lj_slice){NULL, 0};
        }
        len = lj_min_u64(len, src->size - off);
    }
    lj_buf buf;
    lj_buf_init(&buf, run->context->arena, lj_arena_left(run->context->arena) / 2);
    while (buf.len < len) {
        size_t part = (size_t)lj_min_u64(len - buf.len, WINDOW_MIN);
        if (src->size != FORMAT_SIZE_UNKNOWN && buf.len == 0) {
            part = (size_t)len;
        }
        uint8_t *room = lj_buf_room(&buf, part);
        if (room == NULL) {
            (void)source_fail(src, LJ_E_LIMIT);
            break;
        }
        size_t got = 0;
        lj_code code = source_read(src, off + buf.len, room, part, &got);
        buf.len += got;
        if (code != LJ_OK || got == 0) {
            break;
        }
    }
    return lj_buf_slice(&buf);
}
