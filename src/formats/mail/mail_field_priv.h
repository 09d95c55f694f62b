/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Below the messages: bytes strictly forwards, fields of a header, their letters and parameters. */
#ifndef LJ_FORMATS_MAIL_MAIL_FIELD_PRIV_H
#define LJ_FORMATS_MAIL_MAIL_FIELD_PRIV_H

#include "base/buf.h"
#include "formats/format.h"
#include "text/charset.h"

enum {
    MAIL_FIELD_MAX = 64 * 1024, /* bytes of a field that are looked at in one go */
    MAIL_SEGMENTS_MAX = 128,    /* pieces of a parameter (RFC 2231 3) that are put together */
};

/* ---- bytes, strictly forwards: mail_input.c ---- */

typedef struct mail_input {
    format_run *run;
    format_src *src;
    uint64_t off; /* in src, of buf[0] */
    uint64_t to;  /* end of what may be read, or FORMAT_SIZE_UNKNOWN */
    uint8_t *buf;
    size_t len, cap;
    size_t pos;    /* the next byte that was not used */
    bool at_end;   /* nothing comes behind buf[len] */
    bool in_field; /* a field was given in part */
} mail_input;

/* False: no memory. */
bool mail_input_open(mail_input *in, format_run *run, format_src *src, uint64_t off, uint64_t to,
                     size_t cap);
/* The same buffer for another range. */
void mail_input_move(mail_input *in, format_src *src, uint64_t off, uint64_t to);
/* Forgets what was used and takes in more; false when there is no more, or no room. */
bool mail_input_fill(mail_input *in);
static inline uint64_t mail_input_off(const mail_input *in)
{
    return in->off + in->pos;
}
/* What is in the buffer and was not used; valid until the next fill. */
static inline lj_slice mail_input_rest(const mail_input *in)
{
    return (lj_slice){in->buf + in->pos, in->len - in->pos};
}
/* The line that begins at pos, with its end (LF, CR LF), not moved over: the buffer is filled until
 * it holds it. A line longer than the buffer comes in pieces. Empty at the end. */
lj_slice mail_input_line(mail_input *in);
/* A line without its line end. */
lj_slice mail_line_text(lj_slice line);

/* ---- fields: mail_field.c ---- */

typedef struct mail_field {
    lj_slice name;  /* as written; empty when the line is no field */
    lj_slice value; /* as written, folded */
    uint64_t off;   /* of the value in the source */
    bool goes_on;   /* a further piece of the field before: it was longer than the buffer */
} mail_field;

/* The next field of the header that the input stands in, borrowed until the next call. False at
 * the end of the header: then the input stands at the body. */
bool mail_field_next(mail_input *in, mail_field *out);
/* Length of the field name with its colon that the line begins with, or 0 (RFC 5322 2.2, 4.5). */
size_t mail_field_name_len(lj_slice line, size_t *out_name_len);
bool mail_word_is(lj_slice word, const char *name); /* without case */
lj_slice mail_trim(lj_slice text);                  /* blanks, tabs, line ends */

/* ---- letters: mail_words.c ---- */

/* Room for one field, used again and again. */
typedef struct mail_look {
    lj_buf flat;    /* unfolded */
    lj_buf text;    /* decoded */
    lj_buf bytes;   /* of a parameter */
    lj_buf scratch; /* of encoded words */
} mail_look;
void mail_look_init(mail_look *look, lj_arena *arena);

/* Bytes that a label says the charset of, or TEXT_CHARSET_NONE: wrong labels are found out. */
void mail_to_utf8(text_charset declared, lj_slice bytes, lj_buf *out);
/* The charset of a sample of bytes with that label (or none); *out_bom: bytes of its mark. */
text_charset mail_guess(lj_slice sample, text_charset declared, size_t *out_bom);
/* True for charsets that are not decoded line by line: letters of 16 bits, or of 7 with shifts. */
bool mail_is_whole(text_charset charset);
/* What a label of MIME means; TEXT_CHARSET_NONE when it is none of ours. */
text_charset mail_charset_of(lj_slice label);
/* A field value: unfolded, its encoded words (RFC 2047) decoded, raw bytes guessed. */
void mail_words(lj_slice value, lj_buf *out, lj_buf *scratch);
/* Bytes of base64, without padding or with; letters that are none are passed over. */
void mail_base64(lj_slice text, lj_buf *out);

/* ---- parameters: mail_param.c ---- */

/* The first word of a structured field ("text/plain"), comments left out. */
lj_slice mail_value_word(lj_slice value);
/* Appends the value of a parameter, put together and (unless raw) decoded (RFC 2231, RFC 2047,
 * guessed); false when there is none. `value` is unfolded. */
bool mail_param(mail_look *look, lj_slice value, const char *name, bool is_raw, lj_buf *out);
/* True when the field holds nothing but its word and parameters that everybody writes. */
bool mail_params_are_plain(lj_slice value);

#endif
