/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside of the tokenizer: bytes of a source as valid UTF-8 in a buffer that slides along. */
#ifndef LJ_FORMATS_XML_INPUT_H
#define LJ_FORMATS_XML_INPUT_H

#include "base/buf.h"
#include "formats/format.h"
#include "formats/xml_token.h"
#include "text/charset.h"

enum { XML_TOKEN_MAX = 8 * 1024 * 1024 }; /* the longest token that is seen whole */

typedef struct xml_input {
    const uint8_t *buf; /* visible: [pos, end), valid UTF-8, ends with a whole character */
    size_t pos, end;
    uint64_t base;    /* offset of buf[0] in the UTF-8 of the source, byte order mark left out */
    uint64_t bom_len; /* to be added for an offset in the source */
    bool at_end;      /* nothing comes behind `end` */
    bool is_bad;      /* bytes did not fit the charset */
    uint64_t bad_off;
    text_charset charset;
    lj_code code; /* LJ_OK, or why there is no more */
    /* private */
    format_run *run;
    format_src *src; /* NULL: memory, all of it in raw, or a stream */
    const xml_source *stream;
    lj_buf window;    /* of the stream */
    lj_slice raw;     /* borrowed, not taken in yet */
    uint64_t raw_at;  /* where the source goes on */
    bool raw_end;     /* nothing comes behind raw */
    lj_buf own;       /* buf, when the bytes had to move */
    lj_buf stage;     /* raw bytes before conversion */
    uint8_t carry[8]; /* raw bytes of an incomplete character */
    size_t carry_len;
} xml_input;

/* src NULL: `memory` is everything, and arena is where buffers come from. in->stream: set before,
 * all else zeroed, when a stream is read instead. */
void xml_input_open(xml_input *in, format_run *run, format_src *src, lj_arena *arena,
                    lj_slice memory);
/* Makes more bytes visible behind `end`; [pos, end) stays but may move to the front of another
 * buffer. False: that is all there is, or the token at pos has reached XML_TOKEN_MAX. */
bool xml_input_fill(xml_input *in);

#endif
