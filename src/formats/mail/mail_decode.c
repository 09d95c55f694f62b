/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Decoders of bodies: base64 (RFC 2045 6.8), quoted-printable (6.7), uuencode (POSIX uuencode).
 * Each is a stream over the document's own bytes with a buffer of INPUT_CAP bytes.
 *
 * Traps. Base64: letters that are none are passed over; padding in the middle (pieces that were
 * joined); a footer of a mailing list behind the data: from a line that is no base64 on behind the
 * padding, or that begins with two strokes, the bytes are no data, and the sweep finds them.
 * Quoted-printable: blanks between "=" and the line end, small hexadecimal letters, "=" that begins
 * no escape. Uuencode: blanks lost at line ends, "`" for the blank, further letters behind a line,
 * lines before "begin". */
#include "base/num.h"
#include "formats/mail/mail_priv.h"

enum {
    INPUT_CAP = 16 * 1024,
    SAMPLE = 1024,   /* bytes that are looked at for being base64 */
    SAMPLE_MIN = 8,  /* letters without which nothing is said */
    ODD_SHARE = 8,   /* more than a byte in so many is no letter of base64 */
    PLAUSIBLE = 350, /* of text_plausible */
};

/* Value of a letter of base64 plus one, 0 for all other bytes. */
static const uint8_t base64_values[256] = {
    0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,
    0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  63, 0,  0,  0,  64,
    53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 0,  0,  0,  0,  0,  0,  0,  1,  2,  3,  4,  5,  6,  7,
    8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 0,  0,  0,  0,  0,
    0,  27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49,
    50, 51, 52, 0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,
    0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,
    0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,
    0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,
    0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,
    0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0};

static bool is_letter(uint8_t byte)
{
    return base64_values[byte] != 0;
}

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static lj_code decoder_restart(void *ctx, lj_err *err)
{
    (void)err;
    mail_decoder *me = ctx;
    mail_input_move(&me->in, me->src, me->from, me->to);
    me->ended_at = me->to;
    me->is_ended = me->padded = me->begun = me->has_end = false;
    me->at_line = true;
    me->bits = me->letters = 0;
    me->line_at = me->line_len = 0;
    return LJ_OK;
}

static void end_here(mail_decoder *me)
{
    me->is_ended = true;
    me->ended_at = mail_input_off(&me->in);
}

/* ---- base64 ---- */

bool mail_is_base64_line(lj_slice line)
{
    enum { SHORT = 56, LONG = 100 };
    if (line.len < SHORT || line.len > LONG || line.len % 4 != 0) {
        return false;
    }
    for (size_t i = 0; i < line.len; i++) {
        if (!is_letter(line.ptr[i])) {
            return false;
        }
    }
    return true;
}

/* Does a line begin here that is no base64? */
static bool is_foreign(mail_decoder *me)
{
    lj_slice rest = mail_input_rest(&me->in);
    if (rest.len < 2 && mail_input_fill(&me->in)) {
        rest = mail_input_rest(&me->in);
    }
    if (rest.len >= 2 && (rest.ptr[0] == '-' || rest.ptr[0] == '_') && rest.ptr[1] == rest.ptr[0]) {
        return true;
    }
    if (!me->padded && me->coding != MAIL_BLOCK) {
        return false;
    }
    lj_slice line = mail_trim(mail_input_line(&me->in));
    for (size_t i = 0; i < line.len; i++) {
        if (!is_letter(line.ptr[i]) && line.ptr[i] != '=') {
            return true;
        }
    }
    return false;
}

/* Whole groups of four letters; the count of bytes used. */
static size_t decode_groups(lj_slice in, uint8_t *dst, size_t cap, size_t *out_len)
{
    size_t at = 0;
    size_t len = 0;
    while (at + 4 <= in.len && len + 3 <= cap) {
        const uint8_t *p = in.ptr + at;
        uint32_t a = base64_values[p[0]];
        uint32_t b = base64_values[p[1]];
        uint32_t c = base64_values[p[2]];
        uint32_t d = base64_values[p[3]];
        if (a == 0 || b == 0 || c == 0 || d == 0) {
            break;
        }
        uint32_t bits = (a - 1) << 18 | (b - 1) << 12 | (c - 1) << 6 | (d - 1);
        dst[len] = (uint8_t)(bits >> 16);
        dst[len + 1] = (uint8_t)(bits >> 8);
        dst[len + 2] = (uint8_t)bits;
        len += 3;
        at += 4;
    }
    *out_len = len;
    return at;
}

/* One byte that is no part of a whole group; true when it made a byte. */
static bool decode_one(mail_decoder *me, uint8_t byte, uint8_t *out)
{
    uint32_t value = base64_values[byte];
    if (value == 0) {
        if (byte == '=') {
            me->padded = true;
            me->letters = me->bits = 0;
        }
        return false;
    }
    me->padded = false;
    me->bits = (me->bits & 63) << 6 | (value - 1);
    me->letters++;
    bool made = me->letters > 1;
    *out = made ? (uint8_t)(me->bits >> (8 - 2 * me->letters)) : 0;
    me->letters %= 4;
    return made;
}

static void pull_base64(mail_decoder *me, uint8_t *dst, size_t cap, size_t *out_len)
{
    size_t len = 0;
    while (len < cap && !me->is_ended) {
        lj_slice rest = mail_input_rest(&me->in);
        if (rest.len == 0) {
            me->is_ended = !mail_input_fill(&me->in);
            continue;
        }
        if (me->at_line && !is_blank(rest.ptr[0])) {
            if (is_foreign(me)) {
                end_here(me);
                break;
            }
            rest = mail_input_rest(&me->in);
            me->at_line = false;
        }
        size_t got = 0;
        size_t used = me->letters == 0 ? decode_groups(rest, dst + len, cap - len, &got) : 0;
        me->padded = me->padded && used == 0;
        len += got;
        if (used == 0) {
            len += decode_one(me, rest.ptr[0], dst + len) ? 1 : 0;
            me->at_line = rest.ptr[0] == '\n' || (me->at_line && is_blank(rest.ptr[0]));
            used = 1;
        }
        me->in.pos += used;
    }
    *out_len = len;
}

/* Padding at the end of a line, or a line of strokes: what follows may be a footer. */
static bool ends_data(lj_slice text, size_t at)
{
    lj_slice rest = lj_slice_part(text, at, 3);
    return lj_slice_has_prefix(rest, LJ_BYTES("=\r")) ||
           lj_slice_has_prefix(rest, LJ_BYTES("=\n")) || lj_slice_is(rest, LJ_BYTES("\n--")) ||
           lj_slice_is(rest, LJ_BYTES("\n__"));
}

bool mail_base64_is_odd(format_run *run, format_src *src, uint64_t from, uint64_t to,
                        bool *out_reads)
{
    uint8_t sample[SAMPLE];
    uint8_t room[SAMPLE * 3];
    size_t len = format_pull(run, src, from, sample, (size_t)lj_min_u64(SAMPLE, to - from));
    size_t letters = 0;
    size_t odd = 0;
    for (size_t i = 0; i < len && !(letters > 0 && ends_data(lj_slice_of(sample, len), i)); i++) {
        bool inner = is_blank(sample[i]) && i > 0 && i + 1 < len && is_letter(sample[i - 1]) &&
                     is_letter(sample[i + 1]) && sample[i] != '\n';
        letters += is_letter(sample[i]) ? 1 : 0;
        odd += inner || (!is_letter(sample[i]) && !is_blank(sample[i]) && sample[i] != '=') ? 1 : 0;
    }
    *out_reads = false;
    if (letters + odd < SAMPLE_MIN || odd * ODD_SHARE <= letters) {
        return false;
    }
    lj_buf bytes = {.ptr = room, .cap = SAMPLE, .max_len = SAMPLE};
    mail_base64(lj_slice_of(sample, len), &bytes);
    lj_buf text;
    lj_arena_mark mark = lj_arena_mark_of(format_arena(run));
    lj_buf_init(&text, format_arena(run), sizeof(room));
    (void)text_lines_to_utf8(TEXT_GB18030, lj_buf_slice(&bytes), /* more= */ true, &text, NULL);
    *out_reads = text_plausible(lj_buf_str(&text)) >= PLAUSIBLE;
    lj_arena_rewind(format_arena(run), mark);
    return true;
}

/* ---- quoted-printable ---- */

static int hex_value(uint8_t byte)
{
    if (byte >= '0' && byte <= '9') {
        return byte - '0';
    }
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* What begins with "=": bytes used; *out_byte is what it stands for, or -1 for nothing. */
static size_t decode_escape(mail_decoder *me, int *out_byte)
{
    while (mail_input_rest(&me->in).len < 3 && mail_input_fill(&me->in)) {
    }
    lj_slice rest = mail_input_rest(&me->in);
    int high = rest.len >= 3 ? hex_value(rest.ptr[1]) : -1;
    int low = high >= 0 ? hex_value(rest.ptr[2]) : -1;
    if (low >= 0) {
        *out_byte = high << 4 | low;
        return 3;
    }
    if (rest.len == 1 || is_blank(rest.ptr[1])) { /* a soft line break, maybe behind blanks */
        lj_slice line = mail_input_line(&me->in);
        if (mail_trim(lj_slice_part(line, 1, SIZE_MAX)).len == 0) {
            *out_byte = -1;
            return line.len;
        }
    }
    *out_byte = '=';
    return 1;
}

static void pull_quoted(mail_decoder *me, uint8_t *dst, size_t cap, size_t *out_len)
{
    size_t len = 0;
    while (len < cap && !me->is_ended) {
        lj_slice rest = mail_input_rest(&me->in);
        if (rest.len == 0) {
            me->is_ended = !mail_input_fill(&me->in);
            continue;
        }
        rest = lj_slice_part(rest, 0, cap - len);
        const uint8_t *escape = memchr(rest.ptr, '=', rest.len);
        size_t plain = escape != NULL ? (size_t)(escape - rest.ptr) : rest.len;
        memcpy(dst + len, rest.ptr, plain);
        len += plain;
        me->in.pos += plain;
        if (escape != NULL) {
            int byte = -1;
            size_t used = decode_escape(me, &byte);
            me->in.pos += used;
            if (byte >= 0) {
                dst[len++] = (uint8_t)byte;
            }
        }
    }
    *out_len = len;
}

/* ---- uuencode ---- */

static uint32_t uu_value(lj_slice line, size_t at)
{
    return at < line.len ? (uint32_t)(line.ptr[at] - 32) & 63 : 0;
}

/* True when the line may be data: no more letters than its first one says, but for up to three that
 * some writers append; blanks at its end may have been lost. */
bool mail_uu_fits(lj_slice line)
{
    enum { FIRST = 32, LAST = 96 };
    size_t need = line.len > 0 ? (uu_value(line, 0) + 2) / 3 * 4 + 1 : 0;
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] < FIRST || line.ptr[i] > LAST) {
            return false;
        }
    }
    return line.len > 0 && line.len <= need + 3;
}

bool mail_uu_begins(lj_slice text, lj_slice *out_name)
{
    size_t end = lj_slice_find(text, LJ_BYTES("\n"));
    lj_slice line = mail_line_text(lj_slice_part(text, 0, end != SIZE_MAX ? end + 1 : SIZE_MAX));
    if (!lj_slice_has_prefix(line, LJ_BYTES("begin "))) {
        return false;
    }
    size_t at = 6;
    while (at < line.len && line.ptr[at] >= '0' && line.ptr[at] <= '7') {
        at++;
    }
    if (at < 9 || at > 11 || at + 1 >= line.len || line.ptr[at] != ' ') {
        return false;
    }
    *out_name = mail_trim(lj_slice_part(line, at, SIZE_MAX));
    if (end == SIZE_MAX) {
        return true;
    }
    lj_slice next = lj_slice_part(text, end + 1, SIZE_MAX);
    size_t next_end = lj_slice_find(next, LJ_BYTES("\n"));
    next = lj_slice_part(next, 0, next_end != SIZE_MAX ? next_end + 1 : SIZE_MAX);
    return next.len == 0 || mail_uu_fits(mail_line_text(next));
}

/* The next line of data into me->line; at the end is_ended. */
static void uu_line(mail_decoder *me)
{
    lj_slice whole = mail_input_line(&me->in);
    lj_slice line = mail_line_text(whole);
    me->line_at = me->line_len = 0;
    me->in.pos += whole.len;
    if (whole.len == 0) {
        me->is_ended = true;
        return;
    }
    if (!me->begun) {
        me->begun = lj_slice_has_prefix(line, LJ_BYTES("begin "));
        return;
    }
    if (lj_slice_is(mail_trim(line), LJ_BYTES("end"))) {
        me->has_end = true;
        end_here(me);
        return;
    }
    if (!mail_uu_fits(line)) {
        me->in.pos -= whole.len;
        end_here(me);
        return;
    }
    size_t count = uu_value(line, 0);
    for (size_t at = 1; me->line_len < count; at += 4) {
        uint32_t bits = uu_value(line, at) << 18 | uu_value(line, at + 1) << 12 |
                        uu_value(line, at + 2) << 6 | uu_value(line, at + 3);
        for (uint32_t shift = 24; shift > 0 && me->line_len < count;) {
            shift -= 8;
            me->line[me->line_len++] = (uint8_t)(bits >> shift);
        }
    }
}

static void pull_uu(mail_decoder *me, uint8_t *dst, size_t cap, size_t *out_len)
{
    size_t len = 0;
    while (len < cap) {
        if (me->line_at == me->line_len) {
            if (me->is_ended) {
                break;
            }
            uu_line(me);
            continue;
        }
        size_t part = lj_min_size(cap - len, me->line_len - me->line_at);
        memcpy(dst + len, me->line + me->line_at, part);
        me->line_at += part;
        len += part;
    }
    *out_len = len;
}

/* ---- yEnc ---- */

/* http://www.yenc.org/yenc-draft.1.3.txt: bytes plus 42; "=" and a byte plus 64 for four of them.
 */
static void pull_yenc(mail_decoder *me, uint8_t *dst, size_t cap, size_t *out_len)
{
    size_t len = 0;
    while (len < cap && !me->is_ended) {
        lj_slice rest = mail_input_rest(&me->in);
        if (rest.len < 2 && mail_input_fill(&me->in)) {
            continue;
        }
        if (rest.len == 0) {
            me->is_ended = true;
            break;
        }
        uint8_t byte = rest.ptr[0];
        size_t used = 1;
        if (me->at_line && byte == '=' && rest.len > 1 && rest.ptr[1] == 'y') {
            lj_slice line = mail_input_line(&me->in);
            used = line.len;
            me->begun = true;
            me->has_end = lj_slice_has_prefix(line, LJ_BYTES("=yend"));
        } else if (byte != '\r' && byte != '\n' && me->begun) {
            bool escaped = byte == '=' && rest.len > 1;
            byte = escaped ? (uint8_t)(rest.ptr[1] - 64) : byte;
            used = escaped ? 2 : 1;
            dst[len++] = (uint8_t)(byte - 42);
        }
        me->at_line = byte == '\n' || used > 2;
        me->in.pos += used;
        if (me->has_end) {
            end_here(me);
        }
    }
    *out_len = len;
}

/* ---- the stream ---- */

static lj_code decoder_pull(void *ctx, uint8_t *dst, size_t cap, size_t *out_len, lj_err *err)
{
    (void)err;
    mail_decoder *me = ctx;
    *out_len = 0;
    if (me->coding == MAIL_BASE64 || me->coding == MAIL_BLOCK) {
        pull_base64(me, dst, cap, out_len);
    } else if (me->coding == MAIL_QUOTED) {
        pull_quoted(me, dst, cap, out_len);
    } else if (me->coding == MAIL_YENC) {
        pull_yenc(me, dst, cap, out_len);
    } else {
        pull_uu(me, dst, cap, out_len);
    }
    if (*out_len > 0) {
        return LJ_OK;
    }
    bool wants_end = me->coding == MAIL_UU || me->coding == MAIL_YENC;
    lj_code code = format_src_code(me->src);
    return code == LJ_OK && wants_end && !me->has_end ? LJ_E_FORMAT : code;
}

format_src *mail_decode(format_run *run, format_src *src, uint64_t from, uint64_t to,
                        mail_coding coding, mail_decoder **out)
{
    static const format_stream_ops ops = {decoder_restart, decoder_pull, NULL};
    uint64_t len = to > from ? to - from : 0;
    if (out != NULL) {
        *out = NULL;
    }
    if (coding == MAIL_PLAIN) {
        return format_decode(run, src, from, len, FORMAT_CODEC_STORE, len);
    }
    mail_decoder *me = lj_arena_alloc(format_arena(run), sizeof(*me));
    if (me == NULL) {
        return NULL;
    }
    me->run = run;
    me->src = src;
    me->from = from;
    me->to = from + len;
    me->coding = coding;
    if (!mail_input_open(&me->in, run, src, me->from, me->to, INPUT_CAP)) {
        return NULL;
    }
    (void)decoder_restart(me, NULL);
    if (out != NULL) {
        *out = me;
    }
    return format_stream(run, &ops, me, len / 4 * 3, len);
}
