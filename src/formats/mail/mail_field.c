/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Fields of a header: RFC 5322 2.2 (fields), 2.2.3 (folding), 4.5 (blanks before the colon).
 *
 * A header ends with an empty line, or, in mail that lost it, at the first line that is neither a
 * field nor the continuation of one. Two kinds of such lines stand inside headers all the same: the
 * "From " line of a mailbox, and a damaged line before fields of MIME; they are given without a
 * name. A field that is longer than MAIL_FIELD_MAX comes in pieces, cut at a line end or a blank
 * when there is one. */
#include "base/num.h"
#include "formats/mail/mail_priv.h"

bool mail_word_is(lj_slice word, const char *name)
{
    return lj_slice_is_nocase(word, lj_cstr_bytes(name));
}

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

lj_slice mail_trim(lj_slice text)
{
    while (text.len > 0 && is_blank(text.ptr[0])) {
        text.ptr++;
        text.len--;
    }
    while (text.len > 0 && is_blank(text.ptr[text.len - 1])) {
        text.len--;
    }
    return text;
}

size_t mail_field_name_len(lj_slice line, size_t *out_name_len)
{
    size_t at = 0;
    while (at < line.len && line.ptr[at] > 32 && line.ptr[at] < 127 && line.ptr[at] != ':') {
        at++;
    }
    *out_name_len = at;
    while (at < line.len && at > 0 && (line.ptr[at] == ' ' || line.ptr[at] == '\t')) {
        at++;
    }
    return at > 0 && at < line.len && line.ptr[at] == ':' ? at + 1 : 0;
}

/* The end of the line that begins `from` bytes behind pos, with its line end, counted from pos. 0
 * when the buffer has no room for it. */
static size_t line_end(mail_input *in, size_t from)
{
    size_t searched = from;
    for (;;) {
        lj_slice rest = mail_input_rest(in);
        const uint8_t *lf =
            rest.len > searched ? memchr(rest.ptr + searched, '\n', rest.len - searched) : NULL;
        if (lf != NULL) {
            return (size_t)(lf - rest.ptr) + 1;
        }
        searched = lj_min_size(rest.len, in->len - in->pos);
        if (!mail_input_fill(in)) {
            return in->at_end ? mail_input_rest(in).len : 0;
        }
    }
}

/* Does the line that begins `from` bytes behind pos continue a field? */
static bool continues(mail_input *in, size_t from)
{
    if (mail_input_rest(in).len <= from) {
        (void)mail_input_fill(in);
    }
    lj_slice rest = mail_input_rest(in);
    return rest.len > from && (rest.ptr[from] == ' ' || rest.ptr[from] == '\t');
}

/* Behind the last blank of the second half of the first MAIL_FIELD_MAX bytes, or behind all of
 * them. */
static size_t piece_end(lj_slice rest)
{
    size_t end = lj_min_size(rest.len, MAIL_FIELD_MAX);
    for (size_t at = end; at > end / 2; at--) {
        if (is_blank(rest.ptr[at - 1])) {
            return at;
        }
    }
    return end;
}

/* Bytes of the field, or of the piece of it that comes next; sets whether it goes on. */
static size_t field_len(mail_input *in, size_t used, bool *out_goes_on)
{
    bool more = true;
    while (more) {
        size_t end = line_end(in, used);
        if (end == 0 || end > MAIL_FIELD_MAX) {
            *out_goes_on = true;
            return used > 0 ? used : piece_end(mail_input_rest(in));
        }
        more = end > used && continues(in, end);
        used = end;
    }
    *out_goes_on = false;
    return used;
}

/* A line that is no field: is it one that headers hold all the same? */
static bool is_odd_line(mail_input *in, lj_slice line)
{
    if (lj_slice_has_prefix(line, LJ_BYTES("From ")) ||
        lj_slice_has_prefix(line, LJ_BYTES(">From "))) {
        return true;
    }
    size_t end = line_end(in, 0);
    if (end == 0) {
        return false;
    }
    (void)line_end(in, end);
    lj_slice next = lj_slice_part(mail_input_rest(in), end, SIZE_MAX);
    return lj_slice_is_nocase(lj_slice_part(next, 0, 8), LJ_BYTES("Content-")) ||
           lj_slice_is_nocase(lj_slice_part(next, 0, 13), LJ_BYTES("MIME-Version:"));
}

bool mail_field_next(mail_input *in, mail_field *out)
{
    *out = (mail_field){.goes_on = in->in_field};
    if (in->in_field) {
        size_t len = field_len(in, 0, &in->in_field);
        out->off = mail_input_off(in);
        out->value = lj_slice_part(mail_input_rest(in), 0, len);
        in->pos += len;
        return len > 0;
    }
    lj_slice line = mail_input_line(in);
    if (mail_line_text(line).len == 0) {
        in->pos += line.len;
        return false;
    }
    size_t name_len = 0;
    size_t value_at = mail_field_name_len(line, &name_len);
    if (value_at == 0 && !is_odd_line(in, line)) {
        return false;
    }
    size_t len = field_len(in, 0, &in->in_field);
    lj_slice all = lj_slice_part(mail_input_rest(in), 0, len);
    value_at = lj_min_size(value_at, len);
    out->name = lj_slice_part(all, 0, value_at > 0 ? name_len : 0);
    out->value = lj_slice_part(all, value_at, SIZE_MAX);
    out->off = mail_input_off(in) + value_at;
    in->pos += len;
    return true;
}
