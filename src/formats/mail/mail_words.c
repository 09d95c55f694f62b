/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Letters of header fields: RFC 2047 (encoded words), RFC 2231 5 (language in them), and bytes that
 * nobody declares.
 *
 * Traps. A letter of two bytes that two words share: the bytes of words with the same charset that
 * only blanks part are joined before they are decoded. Base64 that is cut anywhere between two
 * words. A wrong label (UTF-8 under "gb2312"): the charset is guessed, with the label as a hint.
 * Words with blanks or without their end. Words inside quotes, against RFC 2047 5. */
#include "base/num.h"
#include "formats/mail/mail_priv.h"

enum { LABEL_MAX = 64 };

/* ---- charsets ---- */

text_charset mail_charset_of(lj_slice label)
{
    size_t star = lj_slice_find(label, LJ_BYTES("*")); /* RFC 2231 5: a language behind it */
    label = mail_trim(lj_slice_part(label, 0, star));
    text_charset charset = TEXT_CHARSET_NONE;
    if (mail_word_is(label, "us-ascii") || mail_word_is(label, "ascii") ||
        !text_charset_lookup(label, &charset)) {
        return TEXT_CHARSET_NONE;
    }
    return charset;
}

static bool is_shifted(text_charset charset)
{
    return charset == TEXT_HZ || charset == TEXT_UTF7 || charset == TEXT_ISO2022CN;
}

static bool is_wide(text_charset charset)
{
    return charset == TEXT_UTF16LE || charset == TEXT_UTF16BE || charset == TEXT_UTF32LE ||
           charset == TEXT_UTF32BE;
}

bool mail_is_whole(text_charset charset)
{
    return is_shifted(charset) || is_wide(charset);
}

/* The byte order of UTF-16 is as often wrong as it is missing, and letters of 7 bits that are no
 * ASCII look like ASCII: there the label decides. */
text_charset mail_guess(lj_slice sample, text_charset declared, size_t *out_bom)
{
    text_charset guess = text_charset_guess(sample, declared, out_bom);
    if (*out_bom > 0 || declared == TEXT_CHARSET_NONE) {
        return guess;
    }
    bool is_other = is_wide(declared) && !is_wide(guess);
    return is_shifted(declared) || is_other || guess == TEXT_LATIN1 ? declared : guess;
}

void mail_to_utf8(text_charset declared, lj_slice bytes, lj_buf *out)
{
    if (bytes.len == 0) {
        return;
    }
    if (declared == TEXT_CHARSET_NONE) {
        (void)text_lines_to_utf8(TEXT_GB18030, bytes, /* more= */ false, out, NULL);
        return;
    }
    size_t bom = 0;
    text_charset guess = mail_guess(bytes, declared, &bom);
    (void)text_to_utf8(guess, lj_slice_part(bytes, bom, SIZE_MAX), /* more= */ false, out, NULL);
}

void mail_look_init(mail_look *look, lj_arena *arena)
{
    enum { GROWTH = 4 };
    lj_buf_init(&look->flat, arena, GROWTH * MAIL_FIELD_MAX);
    lj_buf_init(&look->text, arena, GROWTH * MAIL_FIELD_MAX);
    lj_buf_init(&look->bytes, arena, GROWTH * MAIL_FIELD_MAX);
    lj_buf_init(&look->scratch, arena, GROWTH * MAIL_FIELD_MAX);
}

void mail_unfold(lj_slice value, lj_buf *out)
{
    value = mail_trim(value);
    size_t at = 0;
    while (at < value.len) {
        lj_slice rest = lj_slice_part(value, at, SIZE_MAX);
        const uint8_t *lf = memchr(rest.ptr, '\n', rest.len);
        size_t len = lf != NULL ? (size_t)(lf - rest.ptr) : rest.len;
        bool has_cr = lf != NULL && len > 0 && rest.ptr[len - 1] == '\r';
        lj_buf_put(out, lj_slice_part(rest, 0, has_cr ? len - 1 : len));
        at += lf != NULL ? len + 1 : len;
    }
}

/* ---- encoded words ---- */

typedef struct mail_word {
    lj_slice label, text;
    bool is_base64;
    size_t len; /* of all of it */
} mail_word;

/* Words of one charset, one behind the other. */
typedef struct word_run {
    text_charset charset;
    bool is_open;
    bool is_base64;
    uint32_t bits;
    uint32_t letters; /* of base64, behind the last whole group of four */
} word_run;

static int base64_value(uint8_t byte)
{
    if (byte >= 'A' && byte <= 'Z') {
        return byte - 'A';
    }
    if (byte >= 'a' && byte <= 'z') {
        return byte - 'a' + 26;
    }
    if (byte >= '0' && byte <= '9') {
        return byte - '0' + 52;
    }
    return byte == '+' ? 62 : byte == '/' ? 63 : -1;
}

static uint32_t count_letters(lj_slice text)
{
    uint32_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        count += base64_value(text.ptr[i]) >= 0 ? 1 : 0;
    }
    return count;
}

/* Decodes on from where the run stands. */
static void run_base64(word_run *run, lj_slice text, lj_buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        int value = base64_value(text.ptr[i]);
        if (value < 0) {
            if (text.ptr[i] == '=') {
                run->letters = run->bits = 0;
            }
            continue;
        }
        run->bits = run->bits << 6 | (uint32_t)value;
        run->letters++;
        if (run->letters > 1) {
            lj_buf_put_u8(out, (uint8_t)(run->bits >> (8 - 2 * run->letters)));
        }
        run->letters %= 4;
        run->bits = run->letters == 0 ? 0 : run->bits & 63;
    }
}

void mail_base64(lj_slice text, lj_buf *out)
{
    word_run run = {0};
    run_base64(&run, text, out);
}

static int hex_value(uint8_t byte)
{
    if (byte >= '0' && byte <= '9') {
        return byte - '0';
    }
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* RFC 2047 4.2. */
static void put_quoted(lj_slice text, lj_buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t byte = text.ptr[i];
        int high = byte == '=' && i + 2 < text.len ? hex_value(text.ptr[i + 1]) : -1;
        int low = high >= 0 ? hex_value(text.ptr[i + 2]) : -1;
        if (low >= 0) {
            byte = (uint8_t)(high << 4 | low);
            i += 2;
        } else if (byte == '_') {
            byte = ' ';
        }
        lj_buf_put_u8(out, byte);
    }
}

/* The word at value[from], where "=?" stands. *end_at: the last "?=" that was found, so that nobody
 * searches a long field again and again. */
static bool word_parse(lj_slice value, size_t from, size_t *end_at, mail_word *out)
{
    lj_slice text = lj_slice_part(value, from, SIZE_MAX);
    size_t label_len = lj_slice_find(lj_slice_part(text, 2, LABEL_MAX), LJ_BYTES("?"));
    size_t at = label_len != SIZE_MAX ? 2 + label_len + 1 : text.len;
    if (label_len == 0 || at + 1 >= text.len || text.ptr[at + 1] != '?') {
        return false;
    }
    uint8_t way = text.ptr[at] | 0x20;
    if (way != 'b' && way != 'q') {
        return false;
    }
    out->label = lj_slice_part(text, 2, label_len);
    out->is_base64 = way == 'b';
    lj_slice rest = lj_slice_part(text, at + 2, SIZE_MAX);
    size_t rest_at = from + at + 2;
    if (*end_at < rest_at) {
        size_t found = lj_slice_find(rest, LJ_BYTES("?="));
        *end_at = found != SIZE_MAX ? rest_at + found : SIZE_MAX;
    }
    size_t end = *end_at != SIZE_MAX ? *end_at - rest_at : SIZE_MAX;
    size_t tail = 2;
    size_t next = lj_slice_find(lj_slice_part(rest, 0, end), LJ_BYTES("=?"));
    if (end == SIZE_MAX || next != SIZE_MAX) { /* its end is missing: up to the next blank */
        size_t limit = lj_min_size(rest.len, lj_min_size(end, next));
        for (end = 0; end < limit && rest.ptr[end] != ' ' && rest.ptr[end] != '\t';) {
            end++;
        }
        tail = 0;
    }
    out->text = lj_slice_part(rest, 0, end);
    out->len = at + 2 + end + tail;
    return true;
}

static void run_close(word_run *run, lj_buf *out, lj_buf *scratch)
{
    if (run->is_open) {
        mail_to_utf8(run->charset, lj_buf_slice(scratch), out);
    }
    lj_buf_clear(scratch);
    *run = (word_run){0};
}

static void run_add(word_run *run, const mail_word *word, lj_buf *out, lj_buf *scratch)
{
    text_charset charset = mail_charset_of(word->label);
    if (!run->is_open || run->charset != charset) {
        run_close(run, out, scratch);
        run->charset = charset;
    }
    /* base64 without its padding goes on in the next word only when that makes it whole */
    bool goes_on = run->is_open && run->is_base64 && word->is_base64 &&
                   (run->letters + count_letters(word->text)) % 4 == 0;
    if (!goes_on) {
        run->letters = run->bits = 0;
    }
    run->is_open = true;
    run->is_base64 = word->is_base64;
    if (word->is_base64) {
        run_base64(run, word->text, scratch);
    } else {
        put_quoted(word->text, scratch);
    }
}

void mail_words(lj_slice value, lj_buf *out, lj_buf *scratch)
{
    word_run run = {0};
    size_t from = 0; /* of what was not given yet */
    size_t at = 0;
    size_t end_at = 0;
    lj_buf_clear(scratch);
    for (;;) {
        size_t hit = lj_slice_find(lj_slice_part(value, at, SIZE_MAX), LJ_BYTES("=?"));
        if (hit == SIZE_MAX) {
            break;
        }
        at += hit;
        mail_word word = {
            {NULL, 0},
            {NULL, 0},
            false, 0
        };
        if (!word_parse(value, at, &end_at, &word)) {
            at += 2;
            continue;
        }
        lj_slice between = lj_slice_part(value, from, at - from);
        if (!run.is_open || mail_trim(between).len > 0) {
            run_close(&run, out, scratch);
            mail_to_utf8(TEXT_CHARSET_NONE, between, out);
        }
        run_add(&run, &word, out, scratch);
        at += word.len;
        from = at;
    }
    run_close(&run, out, scratch);
    mail_to_utf8(TEXT_CHARSET_NONE, lj_slice_part(value, from, SIZE_MAX), out);
}
