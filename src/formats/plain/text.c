/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Plain text of any kind: notes, logs, source, ini, csv, json, subtitles. Recognised last, by the
 * absence of what text does not have.
 *
 * Specification: none for text as such; RFC 4180 (csv.c), RFC 8259 (json.c), the charsets of
 * text/charset.h.
 *
 * Model. Lines stay lines: a span is a block of at most 64 KiB of them, with the number of its
 * first line and the place of each letter in the source, whatever the charset. The charset is
 * guessed over the head of the file; lines that are not UTF-8 are decided one by one (hidden-marks
 * T01). Two kinds of text come out in a finer form: tables as cells (csv.c), and strings with
 * escapes a second time, decoded (json.c).
 *
 * Two ways through a file. Up to 256 KiB, or when all text is wanted, everything is emitted. Above,
 * the file is sifted (text_sift.c): searched in its raw bytes, and only what lies around hits, the
 * first 64 and the last 64 lines are emitted. What was skipped was searched, so it counts as read.
 *
 * Traps in the wild: byte order marks; NUL bytes inside (kept: folding deletes them; the bytes
 * around them are swept for UTF-16, because PowerShell appends UTF-16 to any log); a file whose
 * head is ASCII and whose rest is GBK; lines of many megabytes (cut at a character, joined); CR
 * alone as line end.
 *
 * Measured on one core of a busy 2-core virtual machine with warm page cache, reader, seed search
 * and detection without hashing (bench/examine_bench): 464 MB of UTF-8 law texts in 1.2 s (0.53 s
 * of user time), 313 MB of the same in undeclared GB18030 in 2.7 s (0.9 s of user time).
 *
 * Not done: base64, percent and quoted-printable inside text (a later version). */
#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/plain/plain.h"
#include "formats/sweep.h"
#include "text/seeds.h"

enum {
    SMALL = 256 * 1024,
    TABLE_MAX = 8 * 1024 * 1024, /* a larger table is read as lines */
    HEAD = 64 * 1024,
    HEAD_LINES = 64,
    SAMPLE = 4096, /* bytes whose plausibility is asked for */
    SAMPLES = 3,
    MIXED_SAMPLE = 16 * 1024, /* bytes of a window in which the charset of lines is asked for */
    TABLE_SAMPLE = 8 * 1024,
    PIECE_TEXT = 3 * 64 * 1024 + 4096,
    BITS_BOM = 12, /* all below the evidence of any format with a structure */
    BITS_TEXT = 4,
    EVIDENCE_PLAUSIBLE = 350, /* of text_plausible */
};

/* ---- recognition ---- */

static bool is_wide(text_charset charset)
{
    return charset == TEXT_UTF16LE || charset == TEXT_UTF16BE || charset == TEXT_UTF32LE ||
           charset == TEXT_UTF32BE;
}

static bool is_shifted(text_charset charset)
{
    return charset == TEXT_HZ || charset == TEXT_UTF7 || charset == TEXT_ISO2022CN;
}

/* Bytes that no text has: controls but the usual ones. NUL bytes are counted apart. */
static void count_odd(lj_slice bytes, size_t *out_odd, size_t *out_nul)
{
    size_t odd = 0;
    size_t nul = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        uint8_t byte = bytes.ptr[i];
        nul += byte == 0;
        odd += (byte < 0x08) + (byte == 0x0B) + (byte > 0x0D && byte < 0x1A) +
               (byte > 0x1B && byte < 0x20) + (byte == 0x7F);
    }
    *out_odd = odd - nul;
    *out_nul = nul;
}

static uint32_t plausible_as(text_charset charset, lj_slice bytes)
{
    uint8_t room[SAMPLE * 3 + 64];
    lj_buf text = {.ptr = room, .cap = sizeof(room), .max_len = sizeof(room)};
    bytes = lj_slice_part(bytes, 0, SAMPLE);
    if (is_wide(charset) || is_shifted(charset)) {
        (void)text_to_utf8(charset, bytes, /* more= */ true, &text, NULL);
    } else {
        (void)text_lines_to_utf8(charset, bytes, /* more= */ true, &text, NULL);
    }
    return text_plausible(lj_buf_str(&text));
}

/* The charset of the head; a few NUL bytes in a text of bytes make no UTF-16. */
static text_charset guess_head(lj_slice head, size_t *out_bom)
{
    text_charset charset = text_charset_guess(head, TEXT_CHARSET_NONE, out_bom);
    if (is_wide(charset) && *out_bom == 0 && plausible_as(charset, head) < EVIDENCE_PLAUSIBLE) {
        size_t valid = 0;
        bool utf8 = text_utf8_is_valid(head, &valid) || head.len - valid < 4;
        charset = utf8 ? TEXT_UTF8 : TEXT_GB18030;
    }
    return charset;
}

static int text_sniff(const format_probe *probe)
{
    size_t bom = 0;
    lj_slice head = probe->head;
    text_charset charset = guess_head(head, &bom);
    if (is_wide(charset)) {
        bool good = plausible_as(charset, lj_slice_part(head, bom, SIZE_MAX)) >= EVIDENCE_PLAUSIBLE;
        return good ? (bom > 0 ? BITS_BOM : BITS_TEXT) : head.len == bom && bom > 0 ? BITS_TEXT : 0;
    }
    while (head.len > 0 && head.ptr[head.len - 1] == 0) {
        head.len--; /* a log that was given its room in advance ends in NUL bytes */
    }
    size_t odd = 0;
    size_t nul = 0;
    count_odd(head, &odd, &nul);
    odd = charset == TEXT_ISO2022CN ? 0 : odd; /* its shifts are controls */
    if (head.len * 4 < probe->head.len || odd > head.len / 32 || nul > head.len / 16) {
        return 0;
    }
    if (charset == TEXT_UTF8 || is_shifted(charset)) {
        size_t valid = 0;
        if (text_utf8_is_valid(head, &valid) || head.len - valid < 4) {
            return bom > 0 ? BITS_BOM : BITS_TEXT;
        }
    }
    /* Two of three places have to read like text. */
    int good = 0;
    for (size_t i = 0; i < SAMPLES; i++) {
        size_t from = head.len > SAMPLES * SAMPLE ? (head.len - SAMPLE) / (SAMPLES - 1) * i : 0;
        from = plain_last_line_end(lj_slice_part(head, 0, from), 0, from); /* a whole line */
        good += plausible_as(charset, lj_slice_part(head, from, SIZE_MAX)) >= EVIDENCE_PLAUSIBLE;
    }
    return good > 1 ? BITS_TEXT : 0;
}

/* ---- reading ---- */

/* What lines of this window are in that are not UTF-8: a head in ASCII says nothing about the rest.
 */
static void guess_base(plain *p, lj_slice window, size_t valid)
{
    if (p->file_base != TEXT_UTF8) {
        return;
    }
    size_t bom = 0;
    size_t from = plain_lines_up(window, valid, 0, 0, HEAD);
    text_charset guess =
        text_charset_guess(lj_slice_part(window, from, HEAD), TEXT_CHARSET_NONE, &bom);
    bool is_pairs = guess == TEXT_GB18030 || guess == TEXT_BIG5 || guess == TEXT_LATIN1;
    p->base = is_pairs ? guess : TEXT_GB18030;
}

/* Looks at the lines at the head of a window that is not all UTF-8. */
static void look_for_mixture(plain *p, lj_slice window)
{
    size_t end = plain_last_line_end(window, 0, lj_min_size(window.len, MIXED_SAMPLE));
    for (size_t at = 0; at < end && !(p->was_utf8 && p->was_other);) {
        size_t next = plain_line_end(window, at, end);
        lj_slice line = lj_slice_part(window, at, next - at);
        if (plain_has_high(line)) {
            bool utf8 = text_utf8_is_valid(line, NULL);
            p->was_utf8 = p->was_utf8 || (utf8 && line.len > 8);
            p->was_other = p->was_other || !utf8;
        }
        at = next;
    }
}

/* Charset of [searched, limit). True when all of it is UTF-8. */
static bool judge_window(plain *p, size_t limit)
{
    lj_slice window = lj_slice_part(lj_slice_of(p->in.buf, limit), p->searched, SIZE_MAX);
    size_t valid = 0;
    if (p->in.decodes) {
        return true;
    }
    if (text_utf8_is_valid(window, &valid)) {
        p->was_utf8 = p->was_utf8 || (p->whole && plain_has_high(window));
        return true;
    }
    guess_base(p, window, valid);
    if (!(p->was_utf8 && p->was_other)) {
        look_for_mixture(p, window);
    }
    return false;
}

/* How far the buffer can be worked on: to its last line end, or somewhere inside an endless line.
 */
static size_t work_limit(const plain *p)
{
    lj_slice bytes = lj_slice_of(p->in.buf, p->in.len);
    if (p->in.at_end) {
        return bytes.len;
    }
    size_t limit = plain_last_line_end(bytes, p->searched, bytes.len);
    if (limit == p->searched && bytes.len - p->searched >= PLAIN_FRESH / 2) {
        limit = plain_char_start(bytes, bytes.len - 1, p->searched);
        limit -= limit > p->searched && bytes.ptr[limit - 1] == '\r' ? 1 : 0;
    }
    return limit;
}

/* Forgets what is no longer needed: all but the lines that may be context or the file's last. */
static void slide(plain *p)
{
    lj_slice bytes = lj_slice_of(p->in.buf, p->searched);
    size_t from = p->searched;
    if (!p->whole) {
        from = plain_lines_up(bytes, p->searched, p->region_to, HEAD_LINES, HEAD);
    }
    if (from == 0) {
        return;
    }
    plain_count_to(p, from); /* it must not point before the buffer */
    plain_input_slide(&p->in, from);
    p->searched -= from;
    p->counted -= from;
    p->survey_from = p->survey_to = 0;
    p->region_from = p->region_from > from ? p->region_from - from : 0;
    p->region_to = p->region_to > from ? p->region_to - from : 0;
    p->told_to = p->told_to != SIZE_MAX && p->told_to >= from ? p->told_to - from : SIZE_MAX;
}

static lj_code work_window(plain *p, size_t limit)
{
    size_t from = p->searched;
    bool is_utf8 = judge_window(p, limit);
    lj_code code = LJ_OK;
    if (p->whole) {
        code = plain_emit(p, from, limit);
        p->searched = p->region_from = p->region_to = limit;
    } else {
        code = plain_sift(p, limit, is_utf8);
    }
    bool surveyed = p->survey_from == from && p->survey_to == limit;
    bool has_nul = !p->in.decodes && (surveyed ? (p->survey.has & TEXT_HAS_NUL) != 0
                                               : memchr(p->in.buf + from, 0, limit - from) != NULL);
    if (code == LJ_OK && has_nul) {
        code = sweep_wide(p->run, lj_slice_of(p->in.buf + from, limit - from), p->in.base + from);
    }
    return code;
}

/* Source offset of buffer byte `limit`; when decoding, of the last byte that was decoded. */
static uint64_t claimed_to(const plain *p, size_t limit)
{
    return p->in.decodes ? p->in.stage_off : p->in.base + limit;
}

static lj_code read_windows(plain *p)
{
    lj_code code = LJ_OK;
    for (;;) {
        if (!plain_input_fill(&p->in)) {
            return LJ_E_NOMEM;
        }
        size_t limit = work_limit(p);
        if (limit > p->searched) {
            code = work_window(p, limit);
            if (code != LJ_OK) {
                return code;
            }
            format_claim(p->run, 0, claimed_to(p, limit), FORMAT_READ);
        }
        if (p->in.at_end) {
            break;
        }
        slide(p);
    }
    if (p->was_utf8 && p->was_other) {
        format_tell(p->run, NOTE_MIXED_CHARSETS);
    }
    lj_code end = format_src_code(p->in.src);
    if (end == LJ_OK) {
        format_claim_all(p->run, FORMAT_READ);
    }
    return end;
}

/* Is it a table, is it JSON? Asked of the first lines. */
static void look_at_head(plain *p, lj_slice head)
{
    uint8_t room[TABLE_SAMPLE * 3 + 64];
    lj_buf text = {.ptr = room, .cap = sizeof(room), .max_len = sizeof(room)};
    head = lj_slice_part(head, 0, TABLE_SAMPLE);
    if (p->in.decodes) {
        (void)text_to_utf8(p->in.charset, head, /* more= */ true, &text, NULL);
    } else {
        (void)text_lines_to_utf8(p->base, head, /* more= */ true, &text, NULL);
    }
    p->is_json = plain_is_json(lj_buf_str(&text));
    uint64_t size = format_src_size(p->in.src);
    if (!p->is_json && size != FORMAT_SIZE_UNKNOWN && size <= TABLE_MAX) {
        p->separator = plain_table_separator(lj_buf_str(&text));
    }
}

static lj_code text_read(format_run *run, format_src *src)
{
    lj_arena *arena = format_arena(run);
    plain *p = lj_arena_alloc(arena, sizeof(*p));
    if (p == NULL) {
        return LJ_E_NOMEM;
    }
    lj_slice head = format_bytes(run, src, 0, HEAD);
    if (head.len == 0) {
        return format_src_code(src);
    }
    size_t bom = 0;
    text_charset charset = guess_head(head, &bom);
    bool decodes = is_wide(charset) || is_shifted(charset);
    uint64_t size = format_src_size(src);
    p->run = run;
    p->file_base = p->base = charset;
    p->seeds = format_seeds(run);
    p->wants_all = format_wants_all(run) || p->seeds == NULL;
    p->whole = p->wants_all || head.len < HEAD || (size != FORMAT_SIZE_UNKNOWN && size <= SMALL);
    p->line_no = 1;
    p->told_to = SIZE_MAX;
    p->owed_lines = HEAD_LINES;
    p->owed_bytes = HEAD;
    p->in.src = src;
    p->in.decodes = decodes;
    p->in.charset = charset;
    look_at_head(p, lj_slice_part(head, bom, SIZE_MAX));
    if (!plain_input_open(&p->in, run, src, bom, FORMAT_SIZE_UNKNOWN,
                          decodes ? charset : TEXT_CHARSET_NONE)) {
        return LJ_E_NOMEM;
    }
    lj_buf_init(&p->text, arena, PIECE_TEXT);
    lj_buf_init(&p->rows, arena, PIECE_TEXT * sizeof(text_map_row));
    lj_buf_init(&p->maps, arena, PIECE_TEXT * sizeof(span_map));
    lj_buf_init(&p->part_maps, arena, PIECE_TEXT * sizeof(span_map));
    lj_buf_init(&p->value, arena, PIECE_TEXT);
    lj_buf_init(&p->key, arena, SAMPLE);
    return read_windows(p);
}

const format_row format_text_row = {
    .name = "text",
    .extensions = "txt csv tsv log ini cfg conf json md srt ass lrc c h cc cpp py js ts java go rs "
                  "sql yaml yml toml properties reg inf bat cmd sh ps1 vbs css tex rst",
    .traits = FORMAT_LOOSE | FORMAT_WORDS,
    .sniff = text_sniff,
    .read = text_read,
    .en = "text in any encoding: notes, tables, logs, source, JSON",
    .zh = "各种编码的文本：笔记、表格、日志、源代码、JSON",
};
