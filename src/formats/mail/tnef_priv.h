/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Shared by tnef.c (attributes, attachments) and tnef_props.c (MAPI properties). */
#ifndef LJ_FORMATS_MAIL_TNEF_PRIV_H
#define LJ_FORMATS_MAIL_TNEF_PRIV_H

#include "base/buf.h"
#include "formats/format.h"

enum { TNEF_NAME_MAX = 1024 };

/* A range of the source. */
typedef struct tnef_range {
    uint64_t off, len;
} tnef_range;

/* An attachment whose attributes are being collected: [MS-OXTNEF] 2.1.3.3.15 begins one. */
typedef struct tnef_file {
    bool is_open;
    bool is_message; /* data is a TNEF stream */
    bool has_data;
    tnef_range data;
    lj_buf name;        /* UTF-8, the best so far */
    uint32_t name_rank; /* how good it is */
} tnef_file;

typedef struct tnef {
    format_run *run;
    format_src *src;
    text_charset charset; /* of 8-bit text: attOemCodepage */
    tnef_file file;
    lj_buf raw, text, label;
    bool is_damaged;
    bool has_body; /* a plain body was given */
} tnef;

/* Reads a list of properties (2.1.3.4) in the range; of an attachment: into t->file too. */
LJ_MUST_USE lj_code tnef_read_props(tnef *t, tnef_range in, bool of_attachment);
/* A table of recipients (2.1.3.5). */
LJ_MUST_USE lj_code tnef_read_recipients(tnef *t, tnef_range in);
/* Text of 8 bits or UTF-16 at a range as a span; a body is given in pieces. */
LJ_MUST_USE lj_code tnef_emit_text(tnef *t, tnef_range in, bool is_wide, lj_str label,
                                   bool is_shown);
LJ_MUST_USE lj_code tnef_emit_body(tnef *t, tnef_range in, bool is_wide);
/* The name of the attachment, when it is better than the one before. */
void tnef_take_name(tnef *t, tnef_range in, bool is_wide, uint32_t rank);

#endif
