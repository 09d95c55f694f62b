/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the files of the reader of Outlook messages share. See msg.c for the model. */
#ifndef LJ_FORMATS_MAIL_MSG_H
#define LJ_FORMATS_MAIL_MSG_H

#include "formats/format.h"
#include "formats/ole2/ole2.h"

enum {
    MSG_NAMES_MAX = 4096, /* named properties that are known by name */
    MSG_NAMED_FIRST = 0x8000,
};

/* Property types, [MS-OXCDATA] 2.11.1. */
enum {
    MSG_TYPE_INT32 = 0x0003,
    MSG_TYPE_OBJECT = 0x000D,
    MSG_TYPE_STRING8 = 0x001E,
    MSG_TYPE_UNICODE = 0x001F,
    MSG_TYPE_BINARY = 0x0102,
    MSG_TYPE_MANY = 0x1000, /* several values */
};

/* Properties that something is done for, [MS-OXPROPS]. */
enum {
    MSG_SUBJECT = 0x0037,
    MSG_HEADERS = 0x007D,
    MSG_BODY = 0x1000,
    MSG_RTF = 0x1009,
    MSG_HTML = 0x1013,
    MSG_DISPLAY_NAME = 0x3001,
    MSG_DATA = 0x3701,
    MSG_SHORT_NAME = 0x3704,
    MSG_LONG_NAME = 0x3707,
    MSG_LOCALE_CODE_PAGE = 0x3FFD,
    MSG_INTERNET_CODE_PAGE = 0x3FDE,
    MSG_CODE_PAGE_ID = 0x66C3,
};

typedef struct msg_name {
    lj_str name; /* of the property 8000h + index; empty when it has a number only */
} msg_name;

typedef struct msg_file {
    format_run *run;
    lj_arena *arena;
    ole2_file *ole2;
    text_charset charset; /* of strings of 8 bits; TEXT_CHARSET_NONE: not stated */
    msg_name *names;
    uint32_t name_count;
    uint32_t children;
    uint32_t story_count;
    bool is_damaged;
    lj_buf words;          /* one decoded piece */
    lj_buf clear, scratch; /* the same without encoded words (RFC 2047) */
} msg_file;

/* A property that has a stream of its own. */
typedef struct msg_property {
    uint16_t id, type;
    bool is_lengths; /* of several values, which stand in streams of their own */
} msg_property;

/* ---- msg_props.c ---- */

/* False when the entry is no stream or storage of a property. */
bool msg_property_of(const ole2_entry *entry, msg_property *out);
/* Code pages among the fixed properties of the message. */
void msg_read_fixed(msg_file *msg);
/* Names of the named properties; the names themselves are told as metadata. */
LJ_MUST_USE lj_code msg_read_names(msg_file *msg);
/* A string of the entry, at most len bytes of it, in msg->words. */
lj_str msg_string(msg_file *msg, uint32_t idx, const msg_property *what, size_t len);
/* The text of a string property as spans. */
LJ_MUST_USE lj_code msg_emit_string(msg_file *msg, uint32_t idx, const msg_property *what,
                                    span_role role, uint64_t hidden_by);

#endif
