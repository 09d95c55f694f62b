/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The byte sweep: text in bytes that no reader understands - unknown formats, formats without a
 * reader, gaps in containers, slack, trailing bytes.
 *
 * Model. The bytes go through a sliding buffer, strictly forwards. With seeds, the raw bytes are
 * searched in UTF-8, UTF-16 of both orders, GB18030 and Big5; around each hit the letters are
 * decoded as far as they go, at most REACH bytes either way, and the run is what reads like text
 * around the hit: it ends before two letters in a row that people hardly write. Without seeds, or
 * when all text is wanted, every run of at least RUN_MIN letters is looked at; plain ASCII only
 * when it holds a seed, because every program file is full of it.
 *
 * What counts as text. Any two bytes above 7Fh are a letter of GBK, any two at all are one of
 * UTF-16, and most of these are Han that people hardly write. Three quarters of a run have to be
 * letters of daily use, and half of it of the 700 most frequent; ASCII among them counts for
 * nothing. A star beside a level is six given bytes and needs no more proof.
 *
 * Measured with the seeds of the three levels: no span in 32 MB of noise, one in 4 MB when all runs
 * are wanted (tests/formats/test_sweep.c).
 *
 * Traps: the same bytes read in two encodings (a hit inside what was emitted is passed over);
 * strings in programs that end without a blank before the next; text that a window cuts (windows
 * overlap by REACH).
 *
 * Not done: UTF-32, Latin text beyond ASCII, compressed or encrypted bytes. */
#include "formats/sweep.h"

#include "base/json.h"
#include "base/num.h"
#include "formats/plain/plain.h"
#include "text/fold.h"
#include "text/seeds.h"

enum {
    REACH = 2048,     /* bytes of a run on either side of a seed */
    RUN_MIN = 6,      /* letters of a run without a seed */
    HIT_MIN = 5,      /* letters of a run with one */
    ASCII_MIN = 8,    /* letters of a run of ASCII with one */
    STAR_MIN = 3,     /* letters of a run with one and a star */
    RUN_MAX = 8192,   /* bytes of a run without a seed, at once */
    POOR = 300,       /* plausibility of a letter that people hardly write: below */
    STRONG = 700,     /* of one that they write: from */
    COMMON = 900,     /* of one of the 700 most frequent: from */
    ASCII_GOOD = 700, /* of a run of ASCII */
    STAR = 0x2605,
    EMITTED_MAX = 32,
    TEXT_CAP = 3 * RUN_MAX + 64,
};

/* What the letters of a run are. */
typedef struct run_stats {
    size_t letters, beyond; /* all; those beyond ASCII */
    size_t strong, common;  /* of the latter */
    bool has_star;
} run_stats;

typedef struct sweep {
    format_run *run;
    uint64_t hidden_by;
    uint32_t part_id;
    const struct text_seeds *seeds;
    bool all;
    lj_slice bytes;
    uint64_t base; /* source offset of bytes[0] */
    size_t from;   /* where new runs may begin */
    size_t emitted[EMITTED_MAX][2];
    uint32_t emitted_count;
    lj_buf text, rows, maps;
} sweep;

/* ---- letters in raw bytes ---- */

static bool is_plain_ascii(uint32_t unit)
{
    return (unit >= 0x20 && unit < 0x7F) || unit == '\n' || unit == '\r' || unit == '\t';
}

/* Units of UTF-16 that Chinese text is made of. */
static bool is_wide_letter(uint32_t unit)
{
    return is_plain_ascii(unit) || (unit >= 0x4E00 && unit <= 0x9FFF) ||
           (unit >= 0x3000 && unit <= 0x303F) || (unit >= 0xFF01 && unit <= 0xFF5E) ||
           (unit >= 0x2000 && unit <= 0x206F) || (unit >= 0x2100 && unit <= 0x22FF) ||
           (unit >= 0x2460 && unit <= 0x2BFF) || (unit >= 0x2E80 && unit <= 0x2FDF) ||
           (unit >= 0x3200 && unit <= 0x33FF) || (unit >= 0xF900 && unit <= 0xFAFF) ||
           (unit >= 0xA0 && unit <= 0xFF) || unit == 0xFEFF;
}

/* Length of the letter at `at`, or 0 when it is none that a text would hold here. */
static size_t letter(text_charset charset, lj_slice bytes, size_t at)
{
    size_t left = bytes.len - at;
    uint8_t a = bytes.ptr[at];
    uint8_t b = left > 1 ? bytes.ptr[at + 1] : 0;
    if (charset == TEXT_UTF16LE || charset == TEXT_UTF16BE) {
        uint32_t unit = charset == TEXT_UTF16LE ? (uint32_t)(a | b << 8) : (uint32_t)(b | a << 8);
        return left > 1 && is_wide_letter(unit) ? 2 : 0;
    }
    if (a < 0x80) {
        return is_plain_ascii(a) ? 1 : 0;
    }
    if (charset == TEXT_UTF8) {
        return lj_utf8_step(lj_slice_part(bytes, at, 4));
    }
    uint8_t floor = charset == TEXT_BIG5 ? 0xA1 : 0x81;
    return left > 1 && a >= floor && a <= 0xFE && b >= 0x40 && b != 0x7F && b != 0xFF ? 2 : 0;
}

/* Length of the letter that ends right before `at`, or 0. A byte below 80h is taken for ASCII,
 * though it may end a letter of GBK. */
static size_t letter_before(text_charset charset, lj_slice bytes, size_t at)
{
    lj_slice head = lj_slice_part(bytes, 0, at);
    bool ascii =
        at > 0 && bytes.ptr[at - 1] < 0x80 && charset != TEXT_UTF16LE && charset != TEXT_UTF16BE;
    size_t most = ascii ? 1 : charset == TEXT_UTF8 ? 4 : 2;
    for (size_t len = ascii ? 1 : 2; len <= most && len <= at; len++) {
        if (letter(charset, head, at - len) == len) {
            return len;
        }
    }
    return 0;
}

/* ---- judging ---- */

static uint32_t weight_of(lj_str text, size_t at, size_t len)
{
    return text_plausible((lj_str){text.ptr + at, len});
}

static run_stats stats_of(lj_str text)
{
    run_stats out = {0};
    for (size_t at = 0; at < text.len;) {
        size_t len = 0;
        uint32_t point = text_code_point(text, at, &len);
        out.letters += point > ' ';
        if (point >= 0x80) {
            out.beyond++;
            uint32_t weight = weight_of(text, at, len);
            out.strong += weight >= STRONG;
            out.common += weight >= COMMON;
            out.has_star = out.has_star || point == STAR;
        }
        at += len;
    }
    return out;
}

/* around_seed: a seed stands in it. */
static bool is_text(lj_str text, bool around_seed)
{
    run_stats stats = stats_of(text);
    if (stats.beyond == 0) {
        return around_seed && stats.letters >= ASCII_MIN && text_plausible(text) >= ASCII_GOOD;
    }
    if (around_seed && stats.has_star && stats.strong >= 2 && stats.letters >= STAR_MIN &&
        stats.beyond <= 2 * stats.strong) {
        return true;
    }
    /* without a seed ASCII letters do not count: random bytes are full of them */
    size_t least = around_seed ? HIT_MIN : RUN_MIN;
    size_t letters = around_seed ? stats.letters : stats.beyond;
    return letters >= least && stats.common >= 3 && stats.common * 2 >= stats.beyond &&
           stats.strong * 4 >= stats.beyond * 3;
}

/* The part of the text around `at` that reads like text: each side ends before two poor letters. */
static lj_str readable_around(lj_str text, size_t at)
{
    size_t to = at;
    int poor = 0;
    for (size_t next = at; next < text.len && poor < 2;) {
        size_t len = 0;
        uint32_t point = text_code_point(text, next, &len);
        bool good = point < 0x80 || point == STAR || weight_of(text, next, len) >= POOR;
        poor = good ? 0 : poor + 1;
        next += len;
        to = good ? next : to;
    }
    size_t from = at;
    poor = 0;
    for (size_t next = at; next > 0 && poor < 2;) {
        size_t start = next - 1;
        while (start > 0 && ((uint8_t)text.ptr[start] & 0xC0) == 0x80) {
            start--;
        }
        size_t len = 0;
        uint32_t point = text_code_point(text, start, &len);
        bool good = point < 0x80 || point == STAR || weight_of(text, start, next - start) >= POOR;
        poor = good ? 0 : poor + 1;
        next = start;
        from = good ? start : from;
    }
    return (lj_str){text.ptr + from, to > from ? to - from : 0};
}

/* ---- emitting ---- */

static bool decode(sweep *s, text_charset charset, size_t from, size_t to)
{
    lj_buf_clear(&s->text);
    lj_buf_clear(&s->rows);
    (void)text_to_utf8(charset, lj_slice_part(s->bytes, from, to - from), /* more= */ false,
                       &s->text, &s->rows);
    return lj_buf_ok(&s->text) && lj_buf_ok(&s->rows);
}

/* The map of a part of the decoded text. */
static void map_part(sweep *s, size_t run_from, size_t part_from, size_t part_len)
{
    lj_buf_clear(&s->maps);
    size_t count = s->rows.len / sizeof(text_map_row);
    span_map open = {.text_at = 0, .src_off = UINT64_MAX};
    for (size_t i = 0; i < count; i++) {
        text_map_row row;
        memcpy(&row, s->rows.ptr + i * sizeof(row), sizeof(row));
        span_map map = {.text_at = row.text_at, .src_off = s->base + run_from + row.src_off};
        if (row.text_at <= part_from) {
            open = (span_map){.text_at = 0, .src_off = map.src_off + (part_from - row.text_at)};
            continue;
        }
        if (open.src_off != UINT64_MAX) {
            lj_buf_put(&s->maps, lj_slice_of(&open, sizeof(open)));
            open.src_off = UINT64_MAX;
        }
        if (row.text_at - part_from >= part_len) {
            break;
        }
        map.text_at = (uint32_t)(row.text_at - part_from);
        lj_buf_put(&s->maps, lj_slice_of(&map, sizeof(map)));
    }
    if (open.src_off != UINT64_MAX) {
        lj_buf_put(&s->maps, lj_slice_of(&open, sizeof(open)));
    }
}

/* Emits a part of the text that was decoded from [run_from, run_to) of the bytes. */
static lj_code emit_part(sweep *s, size_t run_from, size_t run_to, lj_str part)
{
    map_part(s, run_from, (size_t)(part.ptr - (const char *)s->text.ptr), part.len);
    span what = span_of(SPAN_RAW, part);
    what.origin = SPAN_SWEPT;
    what.hidden_by = s->hidden_by;
    what.place.part_id = s->part_id;
    /* offsets inside a part say nothing about the document's own bytes */
    if (s->part_id == 0 && lj_buf_ok(&s->maps) && s->maps.len > 0) {
        what.maps = (const span_map *)(const void *)s->maps.ptr;
        what.map_count = (uint32_t)(s->maps.len / sizeof(span_map));
        what.src_off = what.maps[0].src_off;
    }
    uint32_t slot = s->emitted_count++ % EMITTED_MAX;
    s->emitted[slot][0] = run_from;
    s->emitted[slot][1] = run_to;
    return format_emit(s->run, &what);
}

static bool was_emitted(const sweep *s, size_t at)
{
    for (uint32_t i = 0; i < s->emitted_count && i < EMITTED_MAX; i++) {
        if (at >= s->emitted[i][0] && at < s->emitted[i][1]) {
            return true;
        }
    }
    return false;
}

/* ---- the two ways ---- */

/* Takes the run around a hit; *out_to is behind it. */
static lj_code take_hit(sweep *s, text_charset charset, size_t hit, size_t *out_to)
{
    size_t from = hit;
    size_t to = hit;
    while (hit - from < REACH) {
        size_t len = letter_before(charset, s->bytes, from);
        if (len == 0) {
            break;
        }
        from -= len;
    }
    while (to < s->bytes.len && to - hit < REACH) {
        size_t len = letter(charset, s->bytes, to);
        if (len == 0) {
            break;
        }
        to += len;
    }
    *out_to = to > hit ? to : hit + 1;
    if (to - from < STAR_MIN || !decode(s, charset, from, to)) {
        return LJ_OK;
    }
    size_t at = hit > from ? s->text.len : 0; /* of the hit in the text */
    for (size_t i = s->rows.len / sizeof(text_map_row); hit > from && i > 0; i--) {
        text_map_row row;
        memcpy(&row, s->rows.ptr + (i - 1) * sizeof(row), sizeof(row));
        if (row.src_off <= hit - from) {
            at = lj_min_size(row.text_at + (hit - from - row.src_off), s->text.len);
            break;
        }
    }
    while (at > 0 && at < s->text.len && (s->text.ptr[at] & 0xC0) == 0x80) {
        at--;
    }
    lj_str part = readable_around(lj_buf_str(&s->text), at);
    return is_text(part, /* around_seed= */ true) ? emit_part(s, from, to, part) : LJ_OK;
}

static lj_code sweep_hits(sweep *s, text_charset charset, size_t limit)
{
    size_t at = s->from;
    lj_code code = LJ_OK;
    while (code == LJ_OK) {
        at = text_seeds_find(s->seeds, charset, s->bytes, at);
        if (at >= limit) {
            break;
        }
        if (was_emitted(s, at)) {
            at++;
            continue;
        }
        size_t to = 0;
        code = take_hit(s, charset, at, &to);
        at = to;
    }
    return code;
}

static lj_code sweep_runs(sweep *s, text_charset charset, size_t limit)
{
    size_t at = s->from;
    lj_code code = LJ_OK;
    bool halved = false;
    while (at < limit && code == LJ_OK) {
        size_t to = at;
        size_t letters = 0;
        bool beyond = charset == TEXT_UTF16LE || charset == TEXT_UTF16BE;
        while (to < s->bytes.len && to - at < RUN_MAX) {
            size_t len = letter(charset, s->bytes, to);
            if (len == 0) {
                break;
            }
            beyond = beyond || s->bytes.ptr[to] >= 0x80;
            to += len;
            letters++;
        }
        /* a short run of UTF-16 may hide the other halves of its pairs */
        bool is_short = beyond && letters < RUN_MIN;
        size_t next = to > at && !is_short ? to : at + 1;
        if (letters >= RUN_MIN && !was_emitted(s, at) && (beyond || s->seeds != NULL) &&
            decode(s, charset, at, to)) {
            lj_str text = lj_buf_str(&s->text);
            bool seed = s->seeds != NULL &&
                        text_seeds_find(s->seeds, TEXT_UTF8, lj_str_bytes(text), 0) < text.len;
            if (is_text(text, seed)) {
                code = emit_part(s, at, to, text);
            } else if (!halved && (charset == TEXT_UTF16LE || charset == TEXT_UTF16BE)) {
                next = at + 1; /* perhaps the other half of each pair begins a letter: tried once */
            }
        }
        halved = next == at + 1 && to > next;
        at = next;
    }
    return code;
}

static lj_code sweep_bytes(sweep *s, bool wide_only, size_t limit)
{
    static const text_charset charsets[] = {TEXT_UTF16LE, TEXT_UTF16BE, TEXT_UTF8, TEXT_GB18030,
                                            TEXT_BIG5};
    lj_code code = LJ_OK;
    s->emitted_count = 0;
    for (size_t i = 0; i < LJ_COUNT_OF(charsets) && code == LJ_OK; i++) {
        bool wide = charsets[i] == TEXT_UTF16LE || charsets[i] == TEXT_UTF16BE;
        /* without a seed the two pair encodings would repeat each other's finds */
        bool skip = (wide_only && !wide) || (s->all && charsets[i] == TEXT_BIG5);
        if (!skip) {
            code = s->all ? sweep_runs(s, charsets[i], limit) : sweep_hits(s, charsets[i], limit);
        }
    }
    return code;
}

static void sweep_init(sweep *s, format_run *run, uint64_t hidden_by)
{
    lj_arena *arena = format_arena(run);
    *s = (sweep){.run = run, .hidden_by = hidden_by, .seeds = format_seeds(run)};
    s->all = format_wants_all(run) || s->seeds == NULL;
    lj_buf_init(&s->text, arena, TEXT_CAP);
    lj_buf_init(&s->rows, arena, TEXT_CAP * sizeof(text_map_row));
    lj_buf_init(&s->maps, arena, TEXT_CAP * sizeof(span_map));
}

lj_code sweep_wide(format_run *run, lj_slice bytes, uint64_t off)
{
    lj_arena_mark mark = lj_arena_mark_of(format_arena(run));
    sweep s;
    sweep_init(&s, run, 0);
    s.bytes = bytes;
    s.base = off;
    lj_code code = sweep_bytes(&s, /* wide_only= */ true, bytes.len);
    lj_arena_rewind(format_arena(run), mark);
    return code;
}

static lj_code sweep_source(format_run *run, format_src *src, uint64_t off, uint64_t end,
                            uint64_t hidden_by, uint32_t part_id)
{
    plain_input in;
    sweep s;
    sweep_init(&s, run, hidden_by);
    s.part_id = part_id;
    if (!plain_input_open(&in, run, src, off, end, TEXT_CHARSET_NONE)) {
        return LJ_E_NOMEM;
    }
    lj_code code = LJ_OK;
    while (code == LJ_OK) {
        (void)plain_input_fill(&in);
        size_t limit = in.at_end ? in.len : in.len > REACH ? in.len - REACH : 0;
        s.bytes = lj_slice_of(in.buf, in.len);
        s.base = in.base;
        if (limit > s.from) {
            code = sweep_bytes(&s, /* wide_only= */ false, limit);
            s.from = limit;
        }
        if (in.at_end) {
            break;
        }
        size_t from = s.from > REACH ? s.from - REACH : 0;
        plain_input_slide(&in, from);
        s.from -= from;
    }
    return code == LJ_OK ? format_src_code(src) : code;
}

lj_code format_sweep(format_run *run, format_src *src, uint64_t off, uint64_t len,
                     uint64_t hidden_by)
{
    uint64_t end = 0;
    if (!lj_add_u64(off, len, &end)) {
        end = FORMAT_SIZE_UNKNOWN;
    }
    return sweep_source(run, src, off, end, hidden_by, 0);
}

lj_code format_sweep_part(format_run *run, format_src *src, uint32_t part_id, uint64_t hidden_by)
{
    lj_arena_mark mark = lj_arena_mark_of(format_arena(run));
    lj_code code = sweep_source(run, src, 0, FORMAT_SIZE_UNKNOWN, hidden_by, part_id);
    lj_arena_rewind(format_arena(run), mark);
    return code;
}
