/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Plain text of any kind: notes, logs, source, ini, csv, json. Recognised last, by the absence of
 * what text does not have.
 *
 * Model. Lines stay lines: a span is a block of up to 48 KiB of them, with the number of its first
 * line and the place of every character in the source. Encodings are decided per block, and per
 * line where a block is not all UTF-8 (hidden-marks T01: one log, three encodings). A table (csv.c)
 * gives cells instead, with the head of the column as label; JSON (json.c) gives its strings a
 * second time, decoded and with their keys.
 *
 * Two ways through a file. Up to 256 KiB, or when all text is wanted: everything is decoded and
 * emitted. Above: *sifting*. The raw bytes are searched for seeds (text/seeds.h) in windows of 1
 * MiB, and only CONTEXT lines around each hit, the first EDGE lines and the last EDGE lines are
 * decoded. What is skipped was searched, so it counts as read. A window that is not UTF-8 is
 * searched in UTF-8, in the base encoding and in GB18030, so a mixed log loses nothing. UTF-16,
 * UTF-32, HZ, UTF-7 and ISO-2022-CN are always decoded from end to end.
 *
 * Traps: a BOM; a line of 10 MB (cut at a character, joined); NUL bytes inside (kept as they are,
 * folding deletes them); a multi-byte letter across windows (windows end at line ends, or where no
 * letter is open). Not done here: base64, percent and the like inside text (a later version). */
#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/plain/plain.h"

enum {
    SMALL = 256 * 1024,
    BLOCK = 48 * 1024,
    WINDOW = FORMAT_WINDOW_MAX,
    CONTEXT = 12,     /* lines before and behind a hit */
    EDGE = 64,        /* lines at both ends of a sifted file */
    LONG_LINE = 4096, /* bytes kept on either side of a hit when lines do not end */
    SNIFF_TEXT = 8192,
    WHOLE_MAX = 8 * 1024 * 1024, /* JSON is read as a whole below this */
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

/* Share of bytes, in thousandths, that no text has: controls but the usual ones, and DEL. */
static uint32_t odd_bytes(lj_slice bytes)
{
    size_t odd = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        uint8_t byte = bytes.ptr[i];
        odd += byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r' && byte != '\f' &&
                       byte != 0x1B && byte != 0x1A && byte != '\b'
                   ? 1
                   : 0;
    }
    return bytes.len > 0 ? (uint32_t)(odd * 1000 / bytes.len) : 0;
}

static uint32_t plausible_as(text_charset charset, lj_slice bytes)
{
    uint8_t room[SNIFF_TEXT * 3 + 64];
    lj_buf text = {.ptr = room, .cap = sizeof(room), .max_len = sizeof(room)};
    (void)text_to_utf8(charset, bytes, true, &text, NULL);
    return text.len > 0 ? text_plausible(lj_buf_str(&text)) : 0;
}

static int text_sniff(const format_probe *probe)
{
    lj_slice head = lj_slice_part(probe->head, 0, SNIFF_TEXT);
    if (head.len == 0) {
        return 0;
    }
    size_t bom = 0;
    text_charset charset = text_charset_guess(head, TEXT_CHARSET_ANY, &bom);
    if (bom > 0) {
        return 24;
    }
    if (is_wide(charset)) {
        return plausible_as(charset, head) >= 500 ? 8 : 0;
    }
    size_t valid = 0;
    bool utf8 = text_utf8_is_valid(head, &valid) || head.len - valid < 4;
    if (odd_bytes(probe->head) > 20) {
        return 0;
    }
    if (utf8 || is_shifted(charset)) {
        return 8;
    }
    /* A log that mixes encodings is implausible in each of them; few odd bytes and many line ends
     * still make it text. */
    return plausible_as(charset, head) >= 350 ||
                   (odd_bytes(probe->head) == 0 && plain_count_lines(head) >= 4)
               ? 8
               : 0;
}

/* ---- emitting ---- */

/* Written so that the compiler turns it into vector code. */
uint64_t plain_count_lines(lj_slice bytes)
{
    uint64_t total = 0;
    size_t at = 0;
    while (at < bytes.len) {
        size_t end = lj_min_size(bytes.len, at + 255);
        uint8_t part = 0;
        for (size_t i = at; i < end; i++) {
            part = (uint8_t)(part + (bytes.ptr[i] == '\n' ? 1 : 0));
        }
        total += part;
        at = end;
    }
    return total;
}

static lj_code emit_text(plain *p, lj_str text, const span_map *maps, uint32_t map_count,
                         uint64_t src_off)
{
    span what = span_of(SPAN_BODY, text);
    what.place.row_no = p->line_no;
    what.join = p->in_line ? SPAN_JOIN_SAME : SPAN_JOIN_LINE;
    what.src_off = src_off;
    what.maps = maps;
    what.map_count = map_count;
    return format_emit(p->run, &what);
}

/* A block that has to be decoded; the map goes from text to source bytes. */
static lj_code emit_decoded(plain *p, lj_slice raw, uint64_t src_off)
{
    lj_arena *arena = format_arena(p->run);
    lj_arena_mark mark = lj_arena_mark_of(arena);
    lj_buf text;
    lj_buf rows;
    lj_buf_init(&text, arena, 4 * BLOCK + 4096);
    lj_buf_init(&rows, arena, (4 * BLOCK + 4096) * sizeof(text_map_row));
    (void)text_lines_to_utf8(p->base, raw, false, &text, &rows);
    size_t count = rows.len / sizeof(text_map_row);
    span_map *maps = lj_arena_array(arena, count, sizeof(*maps));
    for (size_t i = 0; maps != NULL && i < count; i++) {
        text_map_row row;
        memcpy(&row, rows.ptr + i * sizeof(row), sizeof(row));
        maps[i] = (span_map){.text_at = row.text_at, .src_off = src_off + row.src_off};
    }
    lj_code code = LJ_E_LIMIT;
    if (lj_buf_ok(&text) && maps != NULL) {
        code = p->separator != 0 ? plain_emit_cells(p, lj_buf_str(&text), UINT64_MAX)
                                 : emit_text(p, lj_buf_str(&text), maps, (uint32_t)count, src_off);
    }
    lj_arena_rewind(arena, mark);
    return code;
}

/* Where a block of at most BLOCK bytes ends: behind a line end, else before a byte that may begin a
 * letter. */
static size_t block_end(lj_slice raw)
{
    if (raw.len <= BLOCK) {
        return raw.len;
    }
    for (size_t i = BLOCK; i > BLOCK / 2; i--) {
        if (raw.ptr[i - 1] == '\n') {
            return i;
        }
    }
    for (size_t i = BLOCK; i > BLOCK - 64;
         i--) { /* behind an ASCII byte no letter of any of the charsets is open */
        if (raw.ptr[i - 1] < 0x30) {
            return i;
        }
    }
    size_t end = BLOCK;
    while (end > BLOCK - 4 && (raw.ptr[end] & 0xC0) == 0x80) {
        end--;
    }
    return end;
}

lj_code plain_emit(plain *p, lj_slice raw, uint64_t src_off)
{
    lj_code code = LJ_OK;
    while (raw.len > 0 && code == LJ_OK) {
        lj_slice block = lj_slice_part(raw, 0, block_end(raw));
        size_t valid = 0;
        if (text_utf8_is_valid(block, &valid)) {
            lj_str text = {(const char *)block.ptr, block.len};
            code = p->separator != 0 ? plain_emit_cells(p, text, src_off)
                                     : emit_text(p, text, NULL, 0, src_off);
        } else {
            p->was_other = true;
            p->was_utf8 = p->was_utf8 || valid > 256;
            code = emit_decoded(p, block, src_off);
        }
        p->line_no += (uint32_t)plain_count_lines(block);
        p->in_line = block.ptr[block.len - 1] != '\n';
        src_off += block.len;
        raw = lj_slice_part(raw, block.len, SIZE_MAX);
    }
    return code;
}

/* ---- the whole file ---- */

/* A window that ends with a line, or where it must; never empty before the end of the source. */
static lj_slice line_window(plain *p, uint64_t at, size_t len)
{
    lj_slice window = format_bytes(p->run, p->src, at, len);
    if (window.len < len) {
        return window;
    }
    size_t end = window.len;
    while (end > window.len / 2 && window.ptr[end - 1] != '\n') {
        end--;
    }
    if (end > window.len / 2) {
        return lj_slice_part(window, 0, end);
    }
    end = window.len;
    while (end > window.len - 64 && window.ptr[end - 1] >= 0x30) {
        end--;
    }
    return lj_slice_part(window, 0, end > window.len - 64 ? end : window.len);
}

static lj_code read_all(plain *p, uint64_t at)
{
    for (;;) {
        lj_slice window = line_window(p, at, SMALL);
        if (window.len == 0) {
            return format_src_code(p->src);
        }
        lj_code code = plain_emit(p, window, at);
        if (code != LJ_OK) {
            return code;
        }
        format_claim(p->run, at, window.len, FORMAT_READ);
        at += window.len;
    }
}

/* UTF-16, UTF-32 and the encodings with shift states: decoded from end to end. */
static lj_code read_wide(plain *p, uint64_t at)
{
    lj_arena *arena = format_arena(p->run);
    for (;;) {
        lj_arena_mark mark = lj_arena_mark_of(arena);
        lj_slice window =
            is_wide(p->base) ? format_bytes(p->run, p->src, at, BLOCK) : line_window(p, at, BLOCK);
        if (window.len == 0) {
            return format_src_code(p->src);
        }
        lj_buf text;
        lj_buf rows;
        lj_buf_init(&text, arena, 4 * BLOCK + 4096);
        lj_buf_init(&rows, arena, (4 * BLOCK + 4096) * sizeof(text_map_row));
        bool more = window.len == BLOCK;
        size_t used = text_to_utf8(p->base, window, more && is_wide(p->base), &text, &rows);
        used = used > 0 ? used : window.len;
        size_t count = rows.len / sizeof(text_map_row);
        span_map *maps = lj_arena_array(arena, count, sizeof(*maps));
        for (size_t i = 0; maps != NULL && i < count; i++) {
            text_map_row row;
            memcpy(&row, rows.ptr + i * sizeof(row), sizeof(row));
            maps[i] = (span_map){.text_at = row.text_at, .src_off = at + row.src_off};
        }
        lj_code code =
            maps != NULL ? emit_text(p, lj_buf_str(&text), maps, (uint32_t)count, at) : LJ_E_LIMIT;
        if (code != LJ_OK) {
            return code;
        }
        p->line_no += (uint32_t)plain_count_lines(lj_buf_slice(&text));
        p->in_line = text.len > 0 && text.ptr[text.len - 1] != '\n';
        format_claim(p->run, at, used, FORMAT_READ);
        at += used;
        lj_arena_rewind(arena, mark);
    }
}

/* ---- sifting ---- */

typedef struct sift {
    plain *p;
    lj_slice window;
    uint64_t at; /* of the window */
    size_t done; /* bytes of the window that were emitted or skipped for good */
    bool is_utf8;
} sift;

/* The next seed at or after `from` in any encoding that the window may hold. */
static size_t next_seed(const sift *s, size_t from)
{
    const text_seeds *seeds = format_seeds(s->p->run);
    if (s->is_utf8) {
        return text_seeds_find(seeds, TEXT_UTF8, s->window, from);
    }
    size_t hit = text_seeds_find(seeds, TEXT_GB18030, s->window, from);
    if (s->p->base != TEXT_GB18030 && text_seeds_can_search(s->p->base)) {
        hit = lj_min_size(hit, text_seeds_find(seeds, s->p->base, s->window, from));
    }
    if (s->p->was_utf8 || s->p->base == TEXT_UTF8) {
        hit = lj_min_size(hit, text_seeds_find(seeds, TEXT_UTF8, s->window, from));
    }
    return hit;
}

/* The start of the line `lines` above the one that holds `at`, not before `floor`. */
static size_t lines_up(lj_slice bytes, size_t at, size_t floor, uint32_t lines)
{
    size_t far = at > floor + (size_t)lines * LONG_LINE ? at - (size_t)lines * LONG_LINE : floor;
    while (at > far) {
        if (bytes.ptr[at - 1] == '\n' && lines-- == 0) {
            break;
        }
        at--;
    }
    return at;
}

/* Behind the end of the line `lines` below the one that holds `at`. */
static size_t lines_down(lj_slice bytes, size_t at, uint32_t lines)
{
    size_t far = lj_min_size(bytes.len, at + ((size_t)lines + 1) * LONG_LINE);
    while (at < far) {
        if (bytes.ptr[at++] == '\n' && lines-- == 0) {
            break;
        }
    }
    return at;
}

/* Emits [from, to) of the window; what lies before it is skipped, its lines are counted. */
static lj_code sift_emit(sift *s, size_t from, size_t to)
{
    plain *p = s->p;
    from = from > s->done ? from : s->done;
    if (to <= from) {
        return LJ_OK;
    }
    lj_slice skipped = lj_slice_part(s->window, s->done, from - s->done);
    if (skipped.len > 0) {
        p->line_no += (uint32_t)plain_count_lines(skipped);
        p->in_line = skipped.ptr[skipped.len - 1] != '\n';
    }
    s->done = to;
    return plain_emit(p, lj_slice_part(s->window, from, to - from), s->at + from);
}

static lj_code sift_window(sift *s, bool first, bool last)
{
    lj_code code = first ? sift_emit(s, 0, lines_down(s->window, 0, EDGE)) : LJ_OK;
    size_t from = s->done;
    while (code == LJ_OK) {
        size_t hit = next_seed(s, from);
        if (hit >= s->window.len) {
            break;
        }
        size_t to = lines_down(s->window, hit, CONTEXT);
        code = sift_emit(s, lines_up(s->window, hit, s->done, CONTEXT), to);
        from = to > hit ? to : hit + 1;
    }
    if (code == LJ_OK && last) {
        code = sift_emit(s, lines_up(s->window, s->window.len, s->done, EDGE), s->window.len);
    }
    if (code == LJ_OK && s->done < s->window.len) {
        s->p->line_no += (uint32_t)plain_count_lines(lj_slice_part(s->window, s->done, SIZE_MAX));
        s->p->in_line = s->window.ptr[s->window.len - 1] != '\n';
    }
    return code;
}

static lj_code read_sifted(plain *p, uint64_t at)
{
    bool first = true;
    for (;;) {
        lj_slice window = line_window(p, at, WINDOW);
        if (window.len == 0) {
            return format_src_code(p->src);
        }
        sift s = {.p = p, .window = window, .at = at};
        size_t valid = 0;
        s.is_utf8 = text_utf8_is_valid(window, &valid) || (window.len - valid < 4 && valid > 0);
        p->was_utf8 = p->was_utf8 || s.is_utf8 || valid > 256;
        uint64_t size = format_src_size(p->src);
        lj_code code =
            sift_window(&s, first, size != FORMAT_SIZE_UNKNOWN && at + window.len >= size);
        if (code != LJ_OK) {
            return code;
        }
        format_claim(p->run, at, window.len, FORMAT_READ);
        at += window.len;
        first = false;
    }
}

/* ---- reading ---- */

/* JSON of a modest size a second time, as keys and values. */
static lj_code read_json(plain *p, uint64_t at)
{
    lj_arena *arena = format_arena(p->run);
    lj_arena_mark mark = lj_arena_mark_of(arena);
    lj_slice raw = format_slurp(p->run, p->src, at, WHOLE_MAX);
    lj_code code = text_utf8_is_valid(raw, NULL)
                       ? plain_emit_json(p, (lj_str){(const char *)raw.ptr, raw.len})
                       : LJ_OK;
    lj_arena_rewind(arena, mark);
    return code;
}

static lj_code text_read(format_run *run, format_src *src)
{
    lj_slice head = format_bytes(run, src, 0, SMALL);
    size_t bom = 0;
    plain *p = lj_arena_alloc(format_arena(run), sizeof(*p));
    if (p == NULL) {
        return LJ_E_LIMIT;
    }
    p->run = run;
    p->src = src;
    p->line_no = 1;
    p->base = text_charset_guess(lj_slice_part(head, 0, WINDOW / 16), TEXT_CHARSET_ANY, &bom);
    if (bom > 0) {
        format_claim(run, 0, bom, FORMAT_OPAQUE);
    }
    if (is_wide(p->base) || is_shifted(p->base)) {
        return read_wide(p, bom);
    }
    bool is_utf8 = p->base == TEXT_UTF8;
    lj_str sample = {(const char *)head.ptr, lj_min_size(head.len, 16384)};
    bool json = is_utf8 && plain_is_json(sample);
    uint64_t size = format_src_size(src);
    if (is_utf8) {
        p->separator = plain_table_separator(sample);
        p->base = TEXT_GB18030; /* for lines that turn out not to be UTF-8 */
        p->was_utf8 = true;
    } else {
        uint8_t room[SNIFF_TEXT * 3 + 64];
        lj_buf text = {.ptr = room, .cap = sizeof(room), .max_len = sizeof(room)};
        (void)text_lines_to_utf8(p->base, lj_slice_part(head, 0, SNIFF_TEXT), true, &text, NULL);
        p->separator = plain_table_separator(lj_buf_str(&text));
    }
    bool small =
        format_wants_all(run) || (size != FORMAT_SIZE_UNKNOWN && size <= SMALL) || head.len < SMALL;
    lj_code code = small ? read_all(p, bom) : read_sifted(p, bom);
    if (code == LJ_OK && json) {
        code = read_json(p, bom);
    }
    if (is_utf8 && p->was_other) {
        format_tell(run, NOTE_MIXED_CHARSETS);
    }
    return code;
}

const format_row format_text_row = {
    .name = "text",
    .extensions = "txt csv tsv log ini cfg conf json md srt c h py js java sql yaml yml properties "
                  "bat sh ps1 css",
    .sniff = text_sniff,
    .read = text_read,
    .en = "text in any encoding: notes, tables, logs, source, JSON",
    .zh = "各种编码的文本：笔记、表格、日志、源代码、JSON",
};
