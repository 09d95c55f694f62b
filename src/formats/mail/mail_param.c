/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Parameters of structured fields: RFC 2045 5.1, RFC 2183 2, RFC 2231 3 and 4 (continuations,
 * charsets).
 *
 *     filename*0*=gb2312''%CD%A8; filename*1="tail.doc"; filename="=?GB2312?B?zai?="
 *
 * Traps. Values without quotes that hold blanks, quotes that do not close, a missing semicolon
 * before the first parameter, continuations in the wrong order, encoded words inside quotes
 * (against RFC 2047, and usual), percent signs in a plain value, backslashes of Windows paths. */
#include "base/num.h"
#include "formats/mail/mail_priv.h"

typedef struct param {
    lj_slice name;  /* with its stars */
    lj_slice value; /* without quotes; escapes are still in it */
    bool is_quoted;
    bool has_comment; /* one stood before or behind it */
} param;

typedef struct param_cur {
    lj_slice text;
    size_t at;
} param_cur;

/* Behind the comment that begins at `at` (RFC 5322 3.2.2: they nest). */
static size_t skip_comment(lj_slice text, size_t at)
{
    size_t depth = 0;
    for (; at < text.len; at++) {
        uint8_t byte = text.ptr[at];
        if (byte == '\\') {
            at++;
        } else if (byte == '(') {
            depth++;
        } else if (byte == ')' && --depth == 0) {
            return at + 1;
        }
    }
    return text.len;
}

static size_t skip_blanks(lj_slice text, size_t at, bool *has_comment)
{
    while (at < text.len) {
        uint8_t byte = text.ptr[at];
        if (byte == '(') {
            *has_comment = true;
            at = skip_comment(text, at);
        } else if (byte == ' ' || byte == '\t' || byte == ';') {
            at++;
        } else {
            break;
        }
    }
    return at;
}

/* The first word, and where it ends. */
static lj_slice first_word(lj_slice value, size_t *out_end, bool *has_comment)
{
    size_t from = skip_blanks(value, 0, has_comment);
    size_t at = from;
    while (at < value.len && value.ptr[at] != ';' && value.ptr[at] != '(' && value.ptr[at] != ' ' &&
           value.ptr[at] != '\t' && value.ptr[at] != '\r' && value.ptr[at] != '\n') {
        at++;
    }
    *out_end = at;
    return lj_slice_part(value, from, at - from);
}

lj_slice mail_value_word(lj_slice value)
{
    size_t end = 0;
    bool has_comment = false;
    return first_word(value, &end, &has_comment);
}

static bool param_next(param_cur *cur, param *out)
{
    lj_slice text = cur->text;
    out->has_comment = false;
    size_t at = skip_blanks(text, cur->at, &out->has_comment);
    size_t from = at;
    while (at < text.len && text.ptr[at] != '=' && text.ptr[at] != ';') {
        at++;
    }
    out->name = mail_trim(lj_slice_part(text, from, at - from));
    out->value = (lj_slice){NULL, 0};
    out->is_quoted = false;
    if (at < text.len && text.ptr[at] == '=') {
        at++;
        while (at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\t')) {
            at++;
        }
        out->is_quoted = at < text.len && text.ptr[at] == '"';
        at += out->is_quoted ? 1 : 0;
        from = at;
        while (at < text.len && text.ptr[at] != (out->is_quoted ? '"' : ';')) {
            at += out->is_quoted && text.ptr[at] == '\\' && at + 1 < text.len ? 2 : 1;
        }
        out->value = lj_slice_part(text, from, at - from);
        if (!out->is_quoted) {
            out->value = mail_trim(out->value);
        } else {
            at++;
        }
    }
    cur->at = at;
    return from < text.len || out->name.len > 0;
}

/* Appends a value without its escapes. Before other letters than these a backslash is one: writers
 * of Windows paths do not know better. */
static void put_value(const param *one, lj_buf *out)
{
    for (size_t i = 0; i < one->value.len; i++) {
        uint8_t byte = one->value.ptr[i];
        if (one->is_quoted && byte == '\\' && i + 1 < one->value.len &&
            (one->value.ptr[i + 1] == '"' || one->value.ptr[i + 1] == '\\')) {
            byte = one->value.ptr[++i];
        }
        lj_buf_put_u8(out, byte);
    }
}

static int hex_value(uint8_t byte)
{
    if (byte >= '0' && byte <= '9') {
        return byte - '0';
    }
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* False when there was no escape of a byte beyond ASCII. */
static bool put_percent(lj_slice text, lj_buf *out)
{
    bool has_high = false;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t byte = text.ptr[i];
        int high = byte == '%' && i + 2 < text.len ? hex_value(text.ptr[i + 1]) : -1;
        int low = high >= 0 ? hex_value(text.ptr[i + 2]) : -1;
        if (low >= 0) {
            byte = (uint8_t)(high << 4 | low);
            has_high = has_high || byte >= 0x80;
            i += 2;
        }
        lj_buf_put_u8(out, byte);
    }
    return has_high;
}

/* ---- one parameter, put together ---- */

typedef struct segment {
    uint32_t no;
    bool is_coded; /* percent */
    param from;
} segment;

typedef struct parts {
    segment rows[MAIL_SEGMENTS_MAX]; /* by number */
    uint32_t count;
    param plain;
    bool has_plain;
    bool is_full;
} parts;

static void add_segment(parts *all, uint32_t no, bool is_coded, const param *from)
{
    if (all->count == MAIL_SEGMENTS_MAX) {
        all->is_full = true;
        return;
    }
    uint32_t at = all->count++;
    while (at > 0 && all->rows[at - 1].no > no) {
        all->rows[at] = all->rows[at - 1];
        at--;
    }
    all->rows[at] = (segment){no, is_coded, *from};
}

/* name, name*, name*3, name*3* */
static void sort_param(parts *all, const param *one, const char *name)
{
    size_t len = strlen(name);
    if (!mail_word_is(lj_slice_part(one->name, 0, len), name)) {
        return;
    }
    lj_slice rest = lj_slice_part(one->name, len, SIZE_MAX);
    if (rest.len == 0) {
        if (!all->has_plain) {
            all->plain = *one;
            all->has_plain = true;
        }
        return;
    }
    bool is_coded = rest.ptr[rest.len - 1] == '*';
    uint32_t no = 0;
    for (size_t i = 1; rest.ptr[0] == '*' && i < rest.len && i < 8; i++) {
        if (rest.ptr[i] >= '0' && rest.ptr[i] <= '9') {
            no = no * 10 + (uint32_t)(rest.ptr[i] - '0');
        } else if (i + 1 < rest.len) {
            return;
        }
    }
    if (rest.ptr[0] == '*') {
        add_segment(all, no, is_coded, one);
    }
}

/* charset'language'text; the bytes of all segments belong together. */
static void put_segments(const parts *all, mail_look *look, bool is_raw, lj_buf *out)
{
    text_charset charset = TEXT_CHARSET_NONE;
    lj_buf_clear(&look->bytes);
    for (uint32_t i = 0; i < all->count; i++) {
        const segment *one = &all->rows[i];
        if (!one->is_coded) {
            put_value(&one->from, &look->bytes);
            continue;
        }
        lj_slice value = one->from.value;
        size_t first = i == 0 ? lj_slice_find(value, LJ_BYTES("'")) : SIZE_MAX;
        lj_slice behind =
            first != SIZE_MAX ? lj_slice_part(value, first + 1, SIZE_MAX) : (lj_slice){NULL, 0};
        size_t second = lj_slice_find(behind, LJ_BYTES("'"));
        if (second != SIZE_MAX) {
            charset = mail_charset_of(lj_slice_part(value, 0, first));
            value = lj_slice_part(behind, second + 1, SIZE_MAX);
        }
        (void)put_percent(value, &look->bytes);
    }
    if (is_raw) {
        lj_buf_put(out, lj_buf_slice(&look->bytes));
    } else if (all->count > 0 && !all->rows[0].is_coded) { /* encoded words cut into segments */
        mail_words(lj_buf_slice(&look->bytes), out, &look->scratch);
    } else {
        mail_to_utf8(charset, lj_buf_slice(&look->bytes), out);
    }
}

static void put_plain(const parts *all, mail_look *look, bool is_raw, lj_buf *out)
{
    lj_buf_clear(&look->bytes);
    put_value(&all->plain, &look->bytes);
    lj_slice bytes = lj_buf_slice(&look->bytes);
    if (is_raw) {
        lj_buf_put(out, bytes);
        return;
    }
    lj_buf_clear(&look->scratch);
    if (put_percent(bytes, &look->scratch) && text_utf8_is_valid(bytes, NULL) &&
        text_utf8_is_valid(lj_buf_slice(&look->scratch), NULL)) {
        lj_buf_put(out, lj_buf_slice(&look->scratch)); /* names as browsers write them */
        return;
    }
    mail_words(bytes, out, &look->scratch);
}

bool mail_param(mail_look *look, lj_slice value, const char *name, bool is_raw, lj_buf *out)
{
    parts all = {.count = 0};
    param_cur cur = {value, 0};
    param one;
    bool has_comment = false;
    (void)first_word(value, &cur.at, &has_comment);
    while (param_next(&cur, &one)) {
        sort_param(&all, &one, name);
    }
    if (all.count > 0) {
        put_segments(&all, look, is_raw, out);
    } else if (all.has_plain) {
        put_plain(&all, look, is_raw, out);
    }
    return all.count > 0 || all.has_plain;
}

bool mail_params_are_plain(lj_slice value)
{
    static const char *const known[] = {"charset",
                                        "name",
                                        "filename",
                                        "boundary",
                                        "format",
                                        "delsp",
                                        "type",
                                        "start",
                                        "size",
                                        "protocol",
                                        "micalg",
                                        "smime-type",
                                        "modification-date",
                                        "reply-type",
                                        "method",
                                        "x-unix-mode",
                                        "creation-date",
                                        "read-date",
                                        "report-type",
                                        "differences",
                                        "x-mac-type",
                                        "x-mac-creator",
                                        "x-apple-part-url"};
    param_cur cur = {value, 0};
    param one = {.has_comment = false};
    bool has_comment = false;
    uint32_t segments = 0;
    (void)first_word(value, &cur.at, &has_comment);
    while (!has_comment && param_next(&cur, &one)) {
        size_t star = lj_slice_find(one.name, LJ_BYTES("*"));
        bool is_known = one.name.len == 0 && one.value.len == 0;
        for (size_t i = 0; i < LJ_COUNT_OF(known) && !is_known; i++) {
            is_known = mail_word_is(lj_slice_part(one.name, 0, star), known[i]);
        }
        segments += star != SIZE_MAX ? 1 : 0;
        if (!is_known || one.has_comment || segments > MAIL_SEGMENTS_MAX) {
            return false;
        }
    }
    return !has_comment && !one.has_comment;
}
