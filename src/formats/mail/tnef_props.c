/* SPDX-License-Identifier: AGPL-3.0-or-later
 * MAPI properties inside TNEF: [MS-OXTNEF] 2.1.3.4 (MsgPropertyList), 2.1.3.5 (recipients),
 * [MS-OXCDATA] 2.11.1 (types), [MS-OXPROPS] (what they mean).
 *
 *     count, { type, id, [named: GUID, kind, number or name], value }
 *     value: fixed, in steps of 4 bytes; or count, { length, bytes, padding }
 *
 * Every string is metadata under the name of its property; a name that somebody gave a property is
 * a text of its own. Compressed RTF and HTML are children. Binary values are not looked into: what
 * they hold is numbers, keys and copies. */
#include "base/cur.h"
#include "base/num.h"
#include "formats/look.h"
#include "formats/mail/lzfu.h"
#include "formats/mail/tnef_priv.h"

enum {
    TYPE_MULTIPLE = 0x1000,
    TYPE_STRING8 = 0x001E,
    TYPE_UNICODE = 0x001F,
    TYPE_BINARY = 0x0102,
    TYPE_OBJECT = 0x000D,
    TYPE_CLSID = 0x0048,
    GUID = 16,
    NAMED = 0x8000,
    RANK_SHORT = 2,
    RANK_DISPLAY = 3,
    RANK_LONG = 4,
};

typedef enum mapi_id {
    MAPI_SUBJECT = 0x0037,
    MAPI_SENDER = 0x0C1A,
    MAPI_TO = 0x0E04,
    MAPI_CC = 0x0E03,
    MAPI_BODY = 0x1000,
    MAPI_RTF = 0x1009,
    MAPI_HTML = 0x1013,
    MAPI_DISPLAY_NAME = 0x3001,
    MAPI_ATTACH_DATA = 0x3701,
    MAPI_ATTACH_NAME = 0x3704,
    MAPI_ATTACH_LONG_NAME = 0x3707,
} mapi_id;

typedef struct prop {
    uint32_t type, id;
    tnef_range name; /* of a named one, UTF-16; or empty */
} prop;

/* A cursor over a range of the source. */
typedef struct range_cur {
    tnef *t;
    uint64_t at, end;
    bool bad;
} range_cur;

static uint32_t take_u32(range_cur *cur)
{
    uint8_t room[4];
    if (cur->bad || cur->end - cur->at < sizeof(room) ||
        format_pull(cur->t->run, cur->t->src, cur->at, room, sizeof(room)) < sizeof(room)) {
        cur->bad = true;
        return 0;
    }
    cur->at += sizeof(room);
    lj_cur one = lj_cur_of(lj_slice_of(room, sizeof(room)));
    return lj_cur_u32le(&one);
}

/* A range of len bytes and its padding to 4. */
static tnef_range take_range(range_cur *cur, uint64_t len)
{
    if (cur->bad || cur->end - cur->at < len) {
        cur->bad = true;
        return (tnef_range){cur->at, 0};
    }
    tnef_range out = {cur->at, len};
    cur->at += lj_min_u64(cur->end - cur->at, (len + 3) / 4 * 4);
    return out;
}

static uint32_t fixed_len(uint32_t type)
{
    switch (type) {
    case 0x0002: /* short, in 4 bytes */
    case 0x0003:
    case 0x0004:
    case 0x000A:
    case 0x000B:
        return 4;
    case 0x0005:
    case 0x0006:
    case 0x0007:
    case 0x0014:
    case 0x0040:
        return 8;
    case TYPE_CLSID:
        return GUID;
    default:
        return 0;
    }
}

static const char *known_label(uint32_t id)
{
    static const struct {
        uint32_t id;
        const char *label;
    } rows[] = {
        {0x001A,                "message-class"            },
        {MAPI_SUBJECT,          "subject"                  },
        {0x003D,                "subject-prefix"           },
        {0x0042,                "sent-representing"        },
        {0x0065,                "sent-representing-address"},
        {0x0070,                "conversation-topic"       },
        {0x007D,                "transport-headers"        },
        {MAPI_SENDER,           "sender"                   },
        {0x0C1F,                "sender-address"           },
        {0x0E02,                "bcc"                      },
        {MAPI_CC,               "cc"                       },
        {MAPI_TO,               "to"                       },
        {0x0E1D,                "normalized-subject"       },
        {0x1035,                "message-id"               },
        {MAPI_DISPLAY_NAME,     "display-name"             },
        {0x3003,                "address"                  },
        {0x3004,                "comment"                  },
        {0x3703,                "attachment-extension"     },
        {MAPI_ATTACH_NAME,      "attachment-name"          },
        {MAPI_ATTACH_LONG_NAME, "attachment-long-name"     },
        {0x370D,                "attachment-path"          },
        {0x370E,                "attachment-type"          },
        {0x3712,                "attachment-content-id"    },
        {0x39FE,                "smtp-address"             },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        if (rows[i].id == id) {
            return rows[i].label;
        }
    }
    return NULL;
}

/* The property's name for people, or its number; or the name that somebody gave it. */
static lj_str label_of(tnef *t, const prop *what)
{
    static const char digits[] = "0123456789ABCDEF";
    const char *known = known_label(what->id);
    if (known != NULL) {
        return lj_cstr_str(known);
    }
    lj_buf_clear(&t->label);
    if (what->name.len > 0) {
        uint8_t room[2 * 256];
        size_t got = format_pull(t->run, t->src, what->name.off, room,
                                 (size_t)lj_min_u64(what->name.len, sizeof(room)));
        while (got > 1 && room[got - 1] == 0 && room[got - 2] == 0) {
            got -= 2;
        }
        (void)text_to_utf8(TEXT_UTF16LE, lj_slice_of(room, got), false, &t->label, NULL);
        return lj_buf_str(&t->label);
    }
    lj_buf_put_cstr(&t->label, "0x");
    for (int shift = 12; shift >= 0; shift -= 4) {
        lj_buf_put_u8(&t->label, (uint8_t)digits[what->id >> shift & 15]);
    }
    return lj_buf_str(&t->label);
}

static lj_code take_string(tnef *t, const prop *what, tnef_range value, bool of_attachment)
{
    bool is_wide = (what->type & 0xFFF) == TYPE_UNICODE;
    uint32_t better = is_wide ? 8 : 0; /* Unicode is the better of two spellings */
    if (of_attachment && what->id == MAPI_ATTACH_NAME) {
        tnef_take_name(t, value, is_wide, RANK_SHORT + better);
    } else if (of_attachment && what->id == MAPI_ATTACH_LONG_NAME) {
        tnef_take_name(t, value, is_wide, RANK_LONG + better);
    } else if (of_attachment && what->id == MAPI_DISPLAY_NAME) {
        tnef_take_name(t, value, is_wide, RANK_DISPLAY + better);
    }
    if (!of_attachment && what->id == MAPI_BODY) {
        return tnef_emit_body(t, value, is_wide);
    }
    bool is_shown = !of_attachment && (what->id == MAPI_SUBJECT || what->id == MAPI_SENDER ||
                                       what->id == MAPI_TO || what->id == MAPI_CC);
    return tnef_emit_text(t, value, is_wide, label_of(t, what), is_shown);
}

static lj_code give_child(tnef *t, const char *name, format_src *src)
{
    format_child_info info = {.name = lj_cstr_bytes(name), .kind = FORMAT_EMBEDDED};
    lj_code code = format_entry(t->run);
    return code == LJ_OK ? format_child(t->run, &info, src) : code;
}

static lj_code take_rtf(tnef *t, tnef_range value)
{
    lj_code code = LJ_OK;
    format_src *rtf = lzfu_open(t->run, t->src, value.off, value.len, &code);
    if (rtf == NULL) {
        t->is_damaged = t->is_damaged || code == LJ_E_FORMAT;
        return code == LJ_E_FORMAT ? LJ_OK : code;
    }
    return give_child(t, "body.rtf", rtf);
}

/* [MS-OXTNEF] 2.1.3.4.1: the data of an attachment may stand among its properties; an object begins
 * with the identifier of its interface. */
static void take_attach_data(tnef *t, const prop *what, tnef_range value)
{
    static const uint8_t message[GUID] = {0x07, 0x03, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00,
                                          0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46};
    uint8_t room[GUID];
    if (t->file.has_data && t->file.data.len > 0 && what->type == TYPE_BINARY) {
        return;
    }
    if (what->type == TYPE_OBJECT && value.len >= GUID &&
        format_pull(t->run, t->src, value.off, room, GUID) == GUID) {
        t->file.is_message = memcmp(room, message, GUID) == 0;
        value.off += GUID;
        value.len -= GUID;
    }
    t->file.data = value;
    t->file.has_data = true;
}

static lj_code take_value(tnef *t, const prop *what, tnef_range value, bool of_attachment)
{
    uint32_t type = what->type & 0xFFF;
    if (type == TYPE_STRING8 || type == TYPE_UNICODE) {
        bool is_html = what->id == MAPI_HTML && !of_attachment;
        return is_html ? give_child(t, "body.html",
                                    format_decode(t->run, t->src, value.off, value.len,
                                                  FORMAT_CODEC_STORE, value.len))
                       : take_string(t, what, value, of_attachment);
    }
    if (of_attachment && what->id == MAPI_ATTACH_DATA) {
        take_attach_data(t, what, value);
    } else if (!of_attachment && what->id == MAPI_RTF) {
        return take_rtf(t, value);
    } else if (!of_attachment && what->id == MAPI_HTML) {
        return give_child(
            t, "body.html",
            format_decode(t->run, t->src, value.off, value.len, FORMAT_CODEC_STORE, value.len));
    }
    return LJ_OK;
}

/* The head of a property: type, number, name. */
static prop take_prop(range_cur *cur)
{
    uint32_t tag = take_u32(cur);
    prop what = {.type = tag & 0xFFFF, .id = tag >> 16};
    if (what.id >= NAMED && !cur->bad) {
        (void)take_range(cur, GUID);
        uint32_t kind = take_u32(cur);
        uint32_t number = take_u32(cur); /* or the length of the name */
        if (kind == 1) {
            what.name = take_range(cur, number);
        }
    }
    return what;
}

static lj_code read_list(range_cur *cur, bool of_attachment)
{
    tnef *t = cur->t;
    uint32_t count = take_u32(cur);
    lj_arena *arena = format_arena(t->run);
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < count && !cur->bad && code == LJ_OK; i++) {
        prop what = take_prop(cur);
        uint32_t fixed = fixed_len(what.type & 0xFFF);
        bool is_counted = fixed == 0 || (what.type & TYPE_MULTIPLE) != 0;
        uint32_t values = is_counted ? take_u32(cur) : 1;
        code = format_work(t->run, 1);
        for (uint32_t k = 0; k < values && !cur->bad && code == LJ_OK; k++) {
            tnef_range value = take_range(cur, fixed > 0 ? fixed : take_u32(cur));
            if (fixed == 0 && !cur->bad) {
                lj_arena_mark mark = lj_arena_mark_of(arena);
                code = take_value(t, &what, value, of_attachment);
                lj_arena_rewind(arena, mark);
            }
        }
    }
    t->is_damaged = t->is_damaged || cur->bad;
    return code;
}

lj_code tnef_read_props(tnef *t, tnef_range in, bool of_attachment)
{
    range_cur cur = {.t = t, .at = in.off, .end = in.off + in.len};
    return read_list(&cur, of_attachment);
}

lj_code tnef_read_recipients(tnef *t, tnef_range in)
{
    range_cur cur = {.t = t, .at = in.off, .end = in.off + in.len};
    uint32_t rows = take_u32(&cur);
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < rows && !cur.bad && code == LJ_OK; i++) {
        code = read_list(&cur, /* of_attachment= */ false);
    }
    return code;
}
