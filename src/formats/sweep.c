/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The byte sweep: text in bytes that no reader understands - unknown formats, gaps in containers,
 * slack, trailing bytes.
 *
 * Model. In windows of 1 MiB the bytes are searched for seeds in UTF-8, GB18030, UTF-16LE, UTF-16BE
 * and Big5; around each hit the run of letters is taken as far as it goes in that encoding (at most
 * REACH bytes either way), and emitted when it has at least RUN_MIN letters and reads like text.
 * Without seeds (all text wanted) every run is taken. Windows overlap by REACH, so that a run
 * across a border is seen whole; a run is emitted by the window in which it begins.
 *
 * Traps. Any two bytes above 0xA0 are a Han letter in GB18030: a run counts only when its letters
 * are frequent ones (text_plausible). Compressed and random bytes must give nothing;
 * tests/formats/test_sweep.c measures it. */
#include "base/buf.h"
#include "base/json.h"
#include "base/num.h"
#include "formats/format.h"
#include "text/charset.h"
#include "text/fold.h"
#include "text/seeds.h"

enum {
    WINDOW = FORMAT_WINDOW_MAX,
    REACH = 1024,      /* bytes of a run on either side of a seed */
    RUN_MIN = 6,       /* letters */
    RUN_MAX = 8192,    /* bytes of a run when all text is wanted */
    PLAUSIBLE = 750,   /* of 1000 */
    CHUNK_LETTERS = 2, /* Han letters a run beyond ASCII must have */
};

/* The length of the letter at `at`, or 0 when it is none that a text would hold here. Han are
 * limited to what GB 2312 and the BMP's main block hold: the rare ones are what random bytes look
 * like. */
static size_t letter(text_charset charset, lj_slice bytes, size_t at)
{
    size_t left = bytes.len - at;
    uint8_t a = bytes.ptr[at];
    uint8_t b = left > 1 ? bytes.ptr[at + 1] : 0;
    bool ascii = (a >= 0x20 && a < 0x7F) || a == '\n' || a == '\r' || a == '\t';
    switch (charset) {
    case TEXT_GB18030:
        return ascii ? 1 : left > 1 && a >= 0xA1 && a <= 0xF7 && b >= 0xA1 && b <= 0xFE ? 2 : 0;
    case TEXT_BIG5:
        return ascii ? 1
               : left > 1 && a >= 0xA1 && a <= 0xF9 &&
                       ((b >= 0x40 && b <= 0x7E) || (b >= 0xA1 && b <= 0xFE))
                   ? 2
                   : 0;
    case TEXT_UTF16LE:
    case TEXT_UTF16BE: {
        uint32_t unit = charset == TEXT_UTF16LE ? (uint32_t)(a | b << 8) : (uint32_t)(b | a << 8);
        bool text = (unit >= 0x20 && unit < 0x7F) || unit == '\n' || unit == '\r' || unit == '\t' ||
                    (unit >= 0x4E00 && unit <= 0x9FA5) || (unit >= 0x3000 && unit <= 0x303F) ||
                    (unit >= 0xFF01 && unit <= 0xFF5E) || (unit >= 0x2010 && unit <= 0x206F) ||
                    (unit >= 0x2500 && unit <= 0x2BFF) || (unit >= 0x2E80 && unit <= 0x2FDF);
        return left > 1 && text ? 2 : 0;
    }
    case TEXT_UTF8:
        return ascii ? 1 : a >= 0x80 ? lj_utf8_step(lj_slice_part(bytes, at, 4)) : 0;
    case TEXT_UTF32LE:
    case TEXT_UTF32BE:
    case TEXT_HZ:
    case TEXT_UTF7:
    case TEXT_ISO2022CN:
    case TEXT_LATIN1:
        break;
    }
    return 0;
}

/* The length of the letter that ends right before `at`, or 0. */
static size_t letter_before(text_charset charset, lj_slice bytes, size_t at)
{
    for (size_t len = 1; len <= 4 && len <= at; len++) {
        if (letter(charset, lj_slice_part(bytes, 0, at), at - len) == len) {
            return len;
        }
    }
    return 0;
}

typedef struct sweep {
    format_run *run;
    uint64_t hidden_by;
    lj_slice window;
    uint64_t at; /* of the window in the source */
    size_t end;  /* runs that begin at or behind it belong to the next window */
} sweep;

static bool is_text(lj_str text)
{
    size_t letters = 0;
    size_t han = 0;
    bool ascii = true;
    for (size_t i = 0; i < text.len;) {
        size_t step = 0;
        uint32_t code_point = text_code_point(text, i, &step);
        letters++;
        han += text_is_han(code_point) ? 1 : 0;
        ascii = ascii && code_point < 0x80;
        i += step;
    }
    return letters >= RUN_MIN && (ascii || han >= CHUNK_LETTERS) &&
           text_plausible(text) >= PLAUSIBLE;
}

static lj_code emit_run(sweep *s, text_charset charset, size_t from, size_t to)
{
    lj_arena *arena = format_arena(s->run);
    lj_arena_mark mark = lj_arena_mark_of(arena);
    lj_buf text;
    lj_buf rows;
    lj_buf_init(&text, arena, 4 * RUN_MAX);
    lj_buf_init(&rows, arena, 4 * RUN_MAX * sizeof(text_map_row));
    (void)text_to_utf8(charset, lj_slice_part(s->window, from, to - from), false, &text, &rows);
    lj_code code = LJ_OK;
    if (lj_buf_ok(&text) && is_text(lj_buf_str(&text))) {
        size_t count = rows.len / sizeof(text_map_row);
        span_map *maps = lj_arena_array(arena, count, sizeof(*maps));
        for (size_t i = 0; maps != NULL && i < count; i++) {
            text_map_row row;
            memcpy(&row, rows.ptr + i * sizeof(row), sizeof(row));
            maps[i] = (span_map){.text_at = row.text_at, .src_off = s->at + from + row.src_off};
        }
        span what = span_of(SPAN_RAW, lj_buf_str(&text));
        what.origin = SPAN_SWEPT;
        what.hidden_by = s->hidden_by;
        what.src_off = s->at + from;
        what.maps = maps;
        what.map_count = maps != NULL ? (uint32_t)count : 0;
        code = format_emit(s->run, &what);
    }
    lj_arena_rewind(arena, mark);
    return code;
}

/* The run of letters around a hit. */
static void run_around(const sweep *s, text_charset charset, size_t hit, size_t *out_from,
                       size_t *out_to)
{
    size_t from = hit;
    size_t to = hit;
    for (size_t len = 1; len > 0 && hit - from < REACH; from -= len) {
        len = letter_before(charset, s->window, from);
    }
    for (size_t len = 1; len > 0 && to < s->window.len && to - hit < REACH; to += len) {
        len = letter(charset, s->window, to);
    }
    *out_from = from;
    *out_to = to;
}

static lj_code sweep_seeds(sweep *s, text_charset charset)
{
    const text_seeds *seeds = format_seeds(s->run);
    size_t at = 0;
    lj_code code = LJ_OK;
    while (code == LJ_OK) {
        size_t hit = text_seeds_find(seeds, charset, s->window, at);
        if (hit >= s->end) {
            break;
        }
        size_t from = 0;
        size_t to = 0;
        run_around(s, charset, hit, &from, &to);
        if (to > hit) {
            code = emit_run(s, charset, from, to);
        }
        at = to > hit ? to : hit + 1;
    }
    return code;
}

static lj_code sweep_all(sweep *s, text_charset charset)
{
    size_t at = 0;
    lj_code code = LJ_OK;
    while (at < s->end && code == LJ_OK) {
        size_t to = at;
        size_t letters = 0;
        for (size_t len = 1; len > 0 && to < s->window.len && to - at < RUN_MAX; to += len) {
            len = letter(charset, s->window, to);
            letters += len > 0 ? 1 : 0;
        }
        if (letters >= RUN_MIN) {
            code = emit_run(s, charset, at, to);
        }
        at = letters >= RUN_MIN ? to : at + 1;
    }
    return code;
}

lj_code format_sweep(format_run *run, format_src *src, uint64_t off, uint64_t len,
                     uint64_t hidden_by)
{
    static const text_charset charsets[] = {TEXT_UTF8, TEXT_GB18030, TEXT_UTF16LE, TEXT_UTF16BE,
                                            TEXT_BIG5};
    bool all = format_wants_all(run);
    uint64_t done = 0;
    lj_code code = LJ_OK;
    while (code == LJ_OK && done < len) {
        size_t want = (size_t)lj_min_u64(WINDOW, len - done);
        lj_slice window = format_bytes(run, src, off + done, want);
        if (window.len == 0) {
            code = format_src_code(src);
            break;
        }
        bool last = window.len < WINDOW || done + window.len >= len;
        sweep s = {.run = run, .hidden_by = hidden_by, .window = window, .at = off + done};
        s.end = last ? window.len : window.len - REACH;
        for (size_t i = 0; i < LJ_COUNT_OF(charsets) && code == LJ_OK; i++) {
            /* without seeds the ambiguous encodings would repeat each other's finds */
            bool skip = all && charsets[i] == TEXT_BIG5;
            code = skip ? LJ_OK : all ? sweep_all(&s, charsets[i]) : sweep_seeds(&s, charsets[i]);
        }
        done += s.end;
        if (last) {
            break;
        }
    }
    return code;
}
