/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Rich Text Format, as Word, WordPad, WPS and LibreOffice write it, and as mails carry it.
 *
 * Specification: Rich Text Format 1.9.1 (Microsoft, 2008): "RTF syntax", "Conventions of an RTF
 * reader", "Unicode RTF", tables of destinations; [MS-OXRTFEX] for mails that were HTML;
 * [MS-OLEDS] 2.2 for objects. How LibreOffice, unrtf, catdoc and Word behave was looked up where
 * the specification is silent.
 *
 * Model. One pass over the bytes: groups push and pop a state (look, destination), control words
 * change it, everything else is text. Text of all runs of a paragraph is joined (hidden-marks R11)
 * and comes out as one span with looks when the paragraph or cell ends; each destination that holds
 * paragraphs is a story of its own with its role (R06, R09), each that holds a value is one span
 * (R07). A destination nobody knows is read like a value that no page shows. Pictures, objects and
 * other data in hexadecimal digits become children (R05, R13).
 *
 * Encodings. Bytes, whether as they are or as \'xx, are gathered until the font, the look or the
 * paragraph changes and then decoded at once, so that line breaks, braces and changes of look
 * between the two bytes of a letter do no harm (R03). The charset is that of the font (\fcharset,
 * \cpg), for the charsets 0 and 1 that of the document (\ansicpg). \u gives UTF-16 units, negative
 * ones too, pairs are joined; as many fallback characters as \uc says are passed over (R04): a
 * byte, a \'xx, a control word count one each; a brace, or a word that does more than stand for a
 * character, ends them.
 *
 * Traps. Groups nested 100,000 deep: the stack has RTF_STACK_MAX entries, what is deeper shares the
 * last one and is still read. \bin with a length beyond the end: when the file still ends like RTF
 * the length is a lie and the bytes are read as RTF. \'xx with bad digits. Hexadecimal data of odd
 * length, with blanks, control words and groups inside. Bytes of GBK under a Western code page.
 * Braces that close the document too early: what follows is read too, as slack.
 *
 * Limits. Names of control words are compared in their first 48 letters. Code pages other than
 * Chinese, UTF-8 and Windows-1252 are read as the latter.
 *
 * Not done: text of \htmltag when it is ASCII (tags of the mail that the RTF was made from); page
 * numbers. */
#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/rtf/rtf_priv.h"

enum {
    NAME_MAX = 48,
    DIGITS_MAX = 10,
    BLANKS_MAX = 64, /* bytes before the first brace */
    TAIL_MAX = 256,
};

/* What stands before the first brace: a byte order mark, blanks. */
static size_t head_blanks(lj_slice head)
{
    size_t at = lj_slice_has_prefix(head, LJ_BYTES("\xEF\xBB\xBF")) ? 3 : 0;
    while (at < head.len && at < BLANKS_MAX && (head.ptr[at] <= ' ' && head.ptr[at] != 0)) {
        at++;
    }
    return at;
}

/* Word takes {\rt and anything behind it. */
static int rtf_sniff(const format_probe *probe)
{
    size_t at = head_blanks(lj_slice_part(probe->head, 0, BLANKS_MAX + 8));
    lj_slice head = lj_slice_part(probe->head, at, 8);
    return lj_slice_has_prefix(head, LJ_BYTES("{\\rtf"))  ? 40
           : lj_slice_has_prefix(head, LJ_BYTES("{\\rt")) ? 32
                                                          : 0;
}

/* ---- the window ---- */

void rtf_fill(rtf *r)
{
    if (r->at_end || r->end - r->pos >= RTF_AHEAD) {
        return;
    }
    size_t left = r->end - r->pos;
    memmove(r->buf, r->buf + r->pos, left);
    r->base += r->pos;
    r->pos = 0;
    size_t came = format_pull(r->run, r->src, r->base + left, r->buf + left, RTF_WINDOW - left);
    r->end = left + came;
    r->at_end = came < RTF_WINDOW - left;
    lj_code code = format_src_code(r->src);
    if (r->at_end && (code == LJ_E_LIMIT || code == LJ_E_CANCELLED)) {
        r->code = code;
    }
    r->size = format_src_size(r->src);
}

static uint64_t here(const rtf *r)
{
    return r->base + r->pos;
}

/* ---- tokens ---- */

static bool is_letter(uint8_t c)
{
    uint8_t lower = c | 0x20U;
    return lower >= 'a' && lower <= 'z';
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static int hex_digit(uint8_t c)
{
    uint8_t lower = c | 0x20U;
    return is_digit(c) ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Decimal digits with a sign; those that do not fit make the largest number. */
static bool take_number(rtf *r, int32_t *out)
{
    size_t at = r->pos;
    bool minus = at < r->end && r->buf[at] == '-';
    at += minus ? 1 : 0;
    if (at >= r->end || !is_digit(r->buf[at])) {
        return false;
    }
    int64_t value = 0;
    for (; at < r->end && is_digit(r->buf[at]); at++) {
        value = value < INT32_MAX ? value * 10 + (r->buf[at] - '0') : value;
    }
    value = value > INT32_MAX ? INT32_MAX : value;
    *out = (int32_t)(minus ? -value : value);
    r->pos = at;
    return true;
}

/* A control word: letters, a number, one blank. pos stands behind the backslash. */
static void take_word(rtf *r)
{
    uint8_t name[NAME_MAX];
    size_t len = 0;
    while (r->pos < r->end && is_letter(r->buf[r->pos])) {
        if (len < NAME_MAX) {
            name[len++] = r->buf[r->pos];
        }
        r->pos++;
        rtf_fill(r);
    }
    int32_t param = 0;
    bool has_param = take_number(r, &param);
    rtf_fill(r);
    if (r->pos < r->end && r->buf[r->pos] == ' ') {
        r->pos++;
    }
    const rtf_word *word = rtf_word_lookup(r->word_slots, name, len);
    rtf_act act = word != NULL ? word->act : RTF_UNKNOWN;
    if (r->skip > 0 && (act == RTF_UNKNOWN || act == RTF_TEXT)) {
        r->skip--; /* a fallback */
        r->star = false;
        return;
    }
    r->skip = act == RTF_BIN ? r->skip : 0; /* words that do more may not get lost */
    if (act == RTF_UNKNOWN && r->star) {
        rtf_dest_open(r, D_UNKNOWN, lj_slice_of(name, len));
    } else if (word != NULL) {
        rtf_word_take(r, word, param, has_param);
    }
    r->star = false;
}

/* \'xx; with bad digits Word takes what is there for text. */
static void take_byte(rtf *r, uint64_t off)
{
    r->pos++;
    int high = r->pos < r->end ? hex_digit(r->buf[r->pos]) : -1;
    int low = r->pos + 1 < r->end ? hex_digit(r->buf[r->pos + 1]) : -1;
    if (high < 0) {
        r->skip -= r->skip > 0 ? 1 : 0;
        return;
    }
    r->pos += low >= 0 ? 2 : 1;
    uint8_t byte = (uint8_t)(low >= 0 ? high << 4 | low : high);
    if (rtf_top(r)->mode != RTF_HEX) {
        rtf_text_raw(r, &byte, 1, off);
    }
}

static void take_symbol(rtf *r, uint64_t off)
{
    uint8_t c = r->buf[r->pos];
    if (c == '\'') {
        take_byte(r, off);
        return;
    }
    r->pos++;
    if (c == '*') {
        r->star = true;
        return;
    }
    bool is_text = c == '\\' || c == '{' || c == '}' || c == '~' || c == '_' || c == '\t' ||
                   c == ':' || c == '\r' || c == '\n';
    if (r->skip > 0) {
        r->skip--;
        return;
    }
    if (!is_text) {
        return; /* \- and \| stand for nothing */
    }
    if (c == '\r' || c == '\n') {
        rtf_par_end(r);
    } else if (c == '~') {
        rtf_text_point(r, 0xA0, off);
    } else {
        uint8_t text = c == '_' ? '-' : c;
        rtf_text_raw(r, &text, 1, off);
    }
}

/* Bytes up to the next one that is more than text. */
static size_t text_len(const uint8_t *at, const uint8_t *end)
{
    static const bool stops[256] = {
        ['\0'] = true, ['\r'] = true, ['\n'] = true, ['\\'] = true, ['{'] = true, ['}'] = true};
    const uint8_t *from = at;
    while (at < end && !stops[*at]) {
        at++;
    }
    return (size_t)(at - from);
}

static void take_text(rtf *r)
{
    size_t len = text_len(r->buf + r->pos, r->buf + r->end);
    uint64_t off = here(r);
    if (rtf_top(r)->mode == RTF_HEX) {
        rtf_hex_add(r, r->buf + r->pos, len, off);
    } else {
        rtf_text_raw(r, r->buf + r->pos, len, off);
    }
    r->pos += len;
}

/* ---- the document ---- */

/* Tokens until the outermost group ends. True: it did. */
static bool read_group(rtf *r)
{
    while (r->code == LJ_OK) {
        rtf_fill(r);
        if (r->pos >= r->end) {
            return false;
        }
        uint8_t c = r->buf[r->pos];
        uint64_t off = here(r);
        if (c == '\\') {
            r->pos++;
            if (r->pos >= r->end) {
                return false;
            }
            if (is_letter(r->buf[r->pos])) {
                take_word(r);
            } else {
                take_symbol(r, off);
            }
        } else if (c == '{') {
            r->pos++;
            rtf_group_open(r);
        } else if (c == '}') {
            r->pos++;
            if (!rtf_group_close(r)) {
                return true;
            }
        } else if (c == '\r' || c == '\n' || c == '\0') {
            r->pos++;
        } else {
            take_text(r);
        }
    }
    return false;
}

/* Whether what stands behind the document goes on like RTF: pos is moved to its first byte. */
static bool goes_on(rtf *r)
{
    while (r->pos < r->end && (r->buf[r->pos] <= ' ')) {
        r->pos++;
        rtf_fill(r);
    }
    for (size_t i = r->pos; i + 1 < r->end; i++) {
        uint8_t next = r->buf[i + 1];
        if (r->buf[i] == '\\' && (next == '\'' || is_letter(next))) {
            return true;
        }
    }
    return false;
}

static bool make_room(rtf *r)
{
    lj_arena *arena = format_arena(r->run);
    r->buf = lj_arena_alloc_raw(arena, RTF_WINDOW);
    r->stack = lj_arena_array(arena, RTF_STACK_MAX, sizeof(*r->stack));
    r->word_slots = lj_arena_array(arena, RTF_WORD_SLOTS, sizeof(*r->word_slots));
    r->font_rows = lj_arena_array(arena, RTF_FONT_IDS, sizeof(*r->font_rows));
    lj_buf_init(&r->raw, arena, 2 * (size_t)RTF_RAW_MAX);
    lj_buf_init(&r->out, arena, 8 * (size_t)RTF_RAW_MAX);
    lj_buf_init(&r->scratch, arena, 2 * (size_t)SPAN_BLOCK_MAX);
    lj_buf_init(&r->name, arena, RTF_VALUE_MAX);
    lj_buf_init(&r->note_author, arena, RTF_VALUE_MAX);
    lj_buf_init(&r->class_name, arena, RTF_VALUE_MAX);
    lj_buf_init(&r->object_name, arena, RTF_VALUE_MAX);
    lj_buf_init(&r->hex.kept, arena, RTF_HEX_KEPT);
    r->hex.start = r->hex.bin_off = UINT64_MAX;
    if (r->buf == NULL || r->stack == NULL || r->word_slots == NULL || r->font_rows == NULL) {
        return false;
    }
    rtf_words_index(r->word_slots);
    return true;
}

/* The state at the start of a document. */
static void begin(rtf *r)
{
    r->depth = 0;
    r->beyond = r->beyond_dest = 0;
    r->skip = 0;
    r->surrogate = 0;
    r->star = false;
    r->is_dirty = true;
    r->stack[0] = (rtf_group){.uc = 1, .dest = D_BODY, .mode = RTF_STORY};
    rtf_look_reset(r, &r->stack[0].look);
}

/* Whatever is still open is emitted. */
static void finish(rtf *r)
{
    while (r->depth > 0 || r->beyond > 0) {
        r->beyond = 0; /* only what has a state has something to end */
        r->beyond_dest = 0;
        (void)rtf_group_close(r);
    }
    rtf_par_end(r);
}

static lj_code read_all(rtf *r)
{
    rtf_fill(r);
    lj_slice head = lj_slice_of(r->buf + r->pos, r->end - r->pos);
    r->pos += head_blanks(lj_slice_part(head, 0, BLANKS_MAX + 8));
    bool is_first = true;
    uint64_t read_to = 0;
    bool whole = true;
    while (r->code == LJ_OK && r->pos < r->end && (is_first || goes_on(r))) {
        begin(r);
        bool ended = read_group(r);
        whole = is_first ? ended : whole; /* what stands behind need not be in a group */
        finish(r);
        read_to = here(r);
        r->slack = SPAN_HIDE(SPAN_HIDDEN_SLACK);
        if (!is_first) {
            format_tell(r->run, NOTE_TRAILING_BYTES);
        }
        is_first = false;
        rtf_fill(r);
    }
    if (r->code != LJ_OK) {
        return r->code;
    }
    format_claim(r->run, 0, read_to, FORMAT_READ);
    if (whole && !r->is_damaged) {
        return LJ_OK;
    }
    format_gap(r->run, GAP_DAMAGED, NULL, (span_place){0}); /* beside a gap of a picture, too */
    return whole ? lj_fail(format_err(r->run), LJ_E_FORMAT, here(r), "a length beyond the end")
                 : lj_fail(format_err(r->run), LJ_E_FORMAT, here(r), "groups are open at the end");
}

static lj_code rtf_read(format_run *run, format_src *src)
{
    rtf *r = lj_arena_alloc(format_arena(run), sizeof(*r));
    if (r == NULL) {
        return LJ_E_LIMIT;
    }
    r->run = run;
    r->src = src;
    r->size = format_src_size(src);
    r->page_charset = TEXT_LATIN1;
    r->paper[RTF_PAPER_WIDTH] = 12240; /* twips: letter, the default of the specification */
    r->paper[RTF_PAPER_HEIGHT] = 15840;
    if (!make_room(r)) {
        return LJ_E_LIMIT;
    }
    rtf_story *body = &r->stories[0];
    body->dest = D_BODY;
    body->off = UINT64_MAX;
    span_block_init(&body->block, format_arena(run));
    span_block_init(&body->gone, format_arena(run));
    lj_buf_init(&body->label, format_arena(run), RTF_VALUE_MAX);
    lj_buf_init(&body->author, format_arena(run), RTF_VALUE_MAX);
    r->story_count = 1;
    return read_all(r);
}

const format_row format_rtf_row = {
    .name = "rtf",
    .extensions = "rtf doc dot wps",
    .sniff = rtf_sniff,
    .read = rtf_read,
    .en = "Rich Text Format",
    .zh = "RTF 文档",
};
