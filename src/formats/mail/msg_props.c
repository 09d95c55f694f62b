/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Properties of an Outlook message: names, code pages, strings.
 *
 * Specification: [MS-OXMSG] 2.1.3 (names of streams), 2.2.3 (named properties), 2.4 (property
 * stream); [MS-OXCDATA] 2.11.1 (types); [MS-OXPROPS] (labels).
 *
 * Model. A property of variable length has a stream "__substg1.0_" + number + type in hexadecimal,
 * one of several values "-" + index behind it. Strings of type 001F are UTF-16, those of 001E in
 * the code page that the message states (3FFD, else 3FDE, else 66C3); without one the letters
 * decide. A long text goes out in pieces that end with a line.
 *
 * Not done. Single-byte code pages beyond Latin-1: their letters above ASCII come out wrong. */
#include "formats/mail/msg.h"

#include "base/cur.h"
#include "base/num.h"
#include "formats/look.h"
#include "formats/mail/mail_priv.h"

enum {
    ENTRY_LEN = 16,    /* of the property stream */
    FIXED_MAX = 65536, /* bytes of it that are read */
    PIECE = 64 * 1024, /* bytes of a string at once */
    LABEL_MAX = 255,   /* bytes of a name that is kept as a label */
    LABEL_LEN = 6,     /* "0x1234" */
    NAME_HEAD = 12,    /* "__substg1.0_" */
};

typedef struct label_row {
    uint16_t id;
    const char *label;
} label_row;

static const label_row labels[] = {
    {0x001A,           "message class"       },
    {0x0037,           "subject"             },
    {0x003D,           "subject prefix"      },
    {0x0040,           "received by"         },
    {0x0042,           "sent for"            },
    {0x0044,           "received for"        },
    {0x0050,           "reply to"            },
    {0x0065,           "sent for address"    },
    {0x0070,           "conversation"        },
    {0x0076,           "received by address" },
    {0x0078,           "received for address"},
    {MSG_HEADERS,      "headers"             },
    {0x0C1A,           "sender"              },
    {0x0C1F,           "sender address"      },
    {0x0E02,           "bcc"                 },
    {0x0E03,           "cc"                  },
    {0x0E04,           "to"                  },
    {0x0E1D,           "normalized subject"  },
    {0x0E28,           "account"             },
    {0x0E29,           "account"             },
    {0x1035,           "message id"          },
    {0x1039,           "references"          },
    {0x1042,           "in reply to"         },
    {MSG_DISPLAY_NAME, "name"                },
    {0x3003,           "address"             },
    {0x3004,           "comment"             },
    {MSG_SHORT_NAME,   "file name"           },
    {MSG_LONG_NAME,    "file name"           },
    {0x3703,           "extension"           },
    {0x3708,           "path"                },
    {0x370D,           "path"                },
    {0x370E,           "media type"          },
    {0x3712,           "content id"          },
    {0x3713,           "content location"    },
    {0x39FE,           "smtp address"        },
    {0x3A16,           "company"             },
    {0x3A17,           "title"               },
    {0x3A18,           "department"          },
    {0x3FFA,           "last author"         },
    {0x5D01,           "sender address"      },
    {0x5D02,           "sent for address"    },
};

/* ---- names of streams ---- */

static bool hex_of(lj_str text, size_t at, uint16_t *out)
{
    uint32_t value = 0;
    for (size_t i = at; i < at + 4; i++) {
        uint8_t c = (uint8_t)text.ptr[i];
        uint8_t lower = c | 0x20U;
        if (c >= '0' && c <= '9') {
            value = value << 4 | (uint32_t)(c - '0');
        } else if (lower >= 'a' && lower <= 'f') {
            value = value << 4 | (uint32_t)(lower - 'a' + 10);
        } else {
            return false;
        }
    }
    *out = (uint16_t)value;
    return true;
}

bool msg_property_of(const ole2_entry *entry, msg_property *out)
{
    lj_str name = entry->name;
    if (name.len < NAME_HEAD + 8 ||
        !lj_slice_is_nocase(lj_slice_part(lj_str_bytes(name), 0, NAME_HEAD),
                            LJ_BYTES("__substg1.0_")) ||
        !hex_of(name, NAME_HEAD, &out->id) || !hex_of(name, NAME_HEAD + 4, &out->type)) {
        return false;
    }
    out->is_lengths = (out->type & MSG_TYPE_MANY) != 0 && name.len == NAME_HEAD + 8;
    out->type &= (uint16_t)~MSG_TYPE_MANY;
    return true;
}

/* ---- fixed properties ---- */

static text_charset charset_of(uint32_t code_page)
{
    static const struct {
        uint32_t code_page;
        text_charset charset;
    } rows[] = {
        {936,   TEXT_GB18030  },
        {54936, TEXT_GB18030  },
        {20936, TEXT_GB18030  },
        {10008, TEXT_GB18030  },
        {51936, TEXT_GB18030  },
        {52936, TEXT_HZ       },
        {50227, TEXT_ISO2022CN},
        {950,   TEXT_BIG5     },
        {65000, TEXT_UTF7     },
        {65001, TEXT_UTF8     },
        {1200,  TEXT_UTF16LE  },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        if (rows[i].code_page == code_page) {
            return rows[i].charset;
        }
    }
    return TEXT_CHARSET_NONE;
}

void msg_read_fixed(msg_file *msg)
{
    uint32_t idx = ole2_lookup(msg->ole2, OLE2_ROOT, LJ_BYTES("__properties_version1.0"));
    format_src *src = ole2_stream(msg->ole2, idx);
    msg->charset = TEXT_CHARSET_NONE;
    if (src == NULL) {
        return;
    }
    uint64_t size = format_src_size(src);
    /* 2.4.1: the head of a message has 32 bytes, that of an embedded one 24 */
    lj_cur cur = lj_cur_of(format_bytes(msg->run, src, 0, FIXED_MAX));
    lj_cur_skip(&cur, size % ENTRY_LEN == 0 ? 32 : 24);
    int best = 3;
    while (lj_cur_left(&cur) >= ENTRY_LEN) {
        uint16_t type = lj_cur_u16le(&cur);
        uint16_t id = lj_cur_u16le(&cur);
        lj_cur_skip(&cur, 4);
        uint32_t value = lj_cur_u32le(&cur);
        lj_cur_skip(&cur, 4);
        int rank = id == MSG_LOCALE_CODE_PAGE     ? 0
                   : id == MSG_INTERNET_CODE_PAGE ? 1
                   : id == MSG_CODE_PAGE_ID       ? 2
                                                  : 3;
        if (type == MSG_TYPE_INT32 && rank < best && charset_of(value) != TEXT_CHARSET_NONE) {
            best = rank;
            msg->charset = charset_of(value);
        }
    }
}

/* ---- named properties ---- */

/* The string at that place of the string stream: a length and UTF-16. */
static lj_code read_name(msg_file *msg, format_src *strings, uint32_t off, msg_name *out)
{
    enum { NAME_MAX = 1024 };
    lj_cur cur = lj_cur_of(format_bytes(msg->run, strings, off, 4 + (size_t)NAME_MAX));
    uint32_t len = lj_cur_u32le(&cur);
    lj_slice wide = lj_cur_bytes(&cur, lj_min_size(len, lj_cur_left(&cur)));
    lj_buf_clear(&msg->words);
    (void)text_to_utf8(TEXT_UTF16LE, wide, /* more= */ false, &msg->words, /* rows= */ NULL);
    lj_str name = lj_buf_str(&msg->words);
    if (look_is_blank(name)) {
        return LJ_OK;
    }
    if (name.len <= LABEL_MAX) {
        lj_slice kept = lj_arena_copy(msg->arena, lj_str_bytes(name));
        out->name = (lj_str){(const char *)kept.ptr, kept.len};
    }
    span what = span_of(SPAN_METADATA, name);
    what.label = LJ_STR("property");
    what.hidden_by = SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    return format_emit(msg->run, &what);
}

lj_code msg_read_names(msg_file *msg)
{
    enum { ROW_LEN = 8, IS_STRING = 1 };
    uint32_t storage = ole2_lookup(msg->ole2, OLE2_ROOT, LJ_BYTES("__nameid_version1.0"));
    if (storage == OLE2_NONE) {
        return LJ_OK;
    }
    uint32_t row_idx = ole2_lookup(msg->ole2, storage, LJ_BYTES("__substg1.0_00030102"));
    uint32_t string_idx = ole2_lookup(msg->ole2, storage, LJ_BYTES("__substg1.0_00040102"));
    for (uint32_t i = ole2_first(msg->ole2, storage); i != OLE2_NONE; i = ole2_next(msg->ole2, i)) {
        if (i != string_idx) {
            ole2_take(msg->ole2, i, FORMAT_OPAQUE); /* numbers and identifiers */
        }
    }
    format_src *rows = ole2_stream(msg->ole2, row_idx);
    format_src *strings = ole2_stream(msg->ole2, string_idx);
    if (rows == NULL || strings == NULL) {
        return LJ_OK;
    }
    ole2_take(msg->ole2, string_idx, FORMAT_READ);
    uint64_t count = lj_min_u64(format_src_size(rows) / ROW_LEN, MSG_NAMES_MAX);
    msg->names = lj_arena_array(msg->arena, (size_t)count, sizeof(*msg->names));
    lj_code code = msg->names != NULL ? LJ_OK : LJ_E_LIMIT;
    for (uint32_t i = 0; i < count && code == LJ_OK; i++) {
        lj_cur cur = lj_cur_of(format_bytes(msg->run, rows, (uint64_t)i * ROW_LEN, ROW_LEN));
        uint32_t off = lj_cur_u32le(&cur);
        uint16_t kind = lj_cur_u16le(&cur);
        uint16_t idx = lj_cur_u16le(&cur);
        if (!lj_cur_ok(&cur)) {
            break;
        }
        if ((kind & IS_STRING) != 0 && idx < count) {
            code = read_name(msg, strings, off, &msg->names[idx]);
        }
        code = code == LJ_OK ? format_work(msg->run, 1) : code;
    }
    msg->name_count = (uint32_t)count;
    return code;
}

/* ---- strings ---- */

static lj_str label_of(const msg_file *msg, uint16_t id, char room[LABEL_LEN])
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < LJ_COUNT_OF(labels); i++) {
        if (labels[i].id == id) {
            return lj_cstr_str(labels[i].label);
        }
    }
    uint32_t named = (uint32_t)id - MSG_NAMED_FIRST;
    if (id >= MSG_NAMED_FIRST && named < msg->name_count && msg->names[named].name.len > 0) {
        return msg->names[named].name;
    }
    room[0] = '0';
    room[1] = 'x';
    for (int i = 0; i < 4; i++) {
        room[2 + i] = digits[id >> (12 - 4 * i) & 0xF];
    }
    return (lj_str){room, LABEL_LEN};
}

/* Decodes a piece; line ends become LF, other controls blanks. Strings of 8 bits are decided line
 * by line by their letters, the code page breaks the tie: Chinese writers often leave a Western one
 * beside GBK. */
static lj_str decode(msg_file *msg, const msg_property *what, lj_slice bytes, bool more,
                     size_t *out_used)
{
    lj_buf *words = &msg->words;
    text_charset base = msg->charset == TEXT_BIG5 ? TEXT_BIG5 : TEXT_GB18030;
    lj_buf_clear(words);
    *out_used = what->type == MSG_TYPE_UNICODE
                    ? text_to_utf8(TEXT_UTF16LE, bytes, more, words, /* rows= */ NULL)
                    : text_lines_to_utf8(base, bytes, more, words, /* rows= */ NULL);
    size_t len = 0;
    for (size_t i = 0; i < words->len; i++) {
        uint8_t c = words->ptr[i];
        if (c == '\r' && i + 1 < words->len && words->ptr[i + 1] == '\n') {
            continue;
        }
        words->ptr[len++] = c < ' ' && c != '\n' && c != '\t' ? (c == '\r' ? '\n' : ' ') : c;
    }
    words->len = len;
    return lj_buf_str(words);
}

/* NULs that end a string. */
static lj_str trimmed(lj_str text)
{
    while (text.len > 0 && text.ptr[text.len - 1] == ' ') {
        text.len--;
    }
    return text;
}

lj_str msg_string(msg_file *msg, uint32_t idx, const msg_property *what, size_t len)
{
    format_src *src = ole2_stream(msg->ole2, idx);
    if (src == NULL) {
        return (lj_str){NULL, 0};
    }
    lj_slice bytes = format_bytes(msg->run, src, 0, len);
    size_t used = 0;
    return trimmed(decode(msg, what, bytes, /* more= */ false, &used));
}

/* Headers as they were sent hold encoded words. */
static lj_str without_words(msg_file *msg, lj_str text)
{
    if (lj_slice_find(lj_str_bytes(text), LJ_BYTES("=?")) == SIZE_MAX) {
        return text;
    }
    lj_buf_clear(&msg->clear);
    mail_words(lj_str_bytes(text), &msg->clear, &msg->scratch);
    return lj_buf_str(&msg->clear);
}

/* Where the piece ends: behind its last line, when it has one. */
static size_t line_end(const msg_property *what, lj_slice bytes)
{
    size_t step = what->type == MSG_TYPE_UNICODE ? 2 : 1;
    size_t at = bytes.len - bytes.len % step;
    for (; at > bytes.len / 2; at -= step) {
        bool is_end = bytes.ptr[at - step] == '\n' && (step == 1 || bytes.ptr[at - 1] == 0);
        if (is_end) {
            return at;
        }
    }
    return bytes.len;
}

lj_code msg_emit_string(msg_file *msg, uint32_t idx, const msg_property *what, span_role role,
                        uint64_t hidden_by)
{
    format_src *src = ole2_stream(msg->ole2, idx);
    if (src == NULL) {
        return LJ_OK;
    }
    ole2_take(msg->ole2, idx, FORMAT_READ);
    char room[LABEL_LEN];
    uint64_t size = format_src_size(src);
    span shape = span_of(role, (lj_str){NULL, 0});
    shape.label = role == SPAN_METADATA ? label_of(msg, what->id, room) : (lj_str){NULL, 0};
    shape.hidden_by = hidden_by;
    shape.story_id = ++msg->story_count;
    shape.place.part_id = ole2_part(msg->ole2, idx);
    uint32_t line = 1;
    for (uint64_t at = 0; at < size;) {
        lj_slice bytes = format_bytes(msg->run, src, at, PIECE);
        bool more = at + bytes.len < size;
        size_t used = 0;
        bytes.len = more ? line_end(what, bytes) : bytes.len;
        lj_str text = decode(msg, what, bytes, more, &used);
        if (used == 0) {
            break;
        }
        at += used;
        span out = shape;
        out.text = role == SPAN_BODY ? trimmed(text) : without_words(msg, trimmed(text));
        out.place.row_no = role == SPAN_BODY ? line : 0;
        for (size_t i = 0; i < text.len; i++) {
            line += text.ptr[i] == '\n' ? 1 : 0;
        }
        lj_code code = look_is_blank(out.text) ? LJ_OK : format_emit(msg->run, &out);
        if (code != LJ_OK) {
            return code;
        }
        shape.join = SPAN_JOIN_LINE;
    }
    return LJ_OK;
}
