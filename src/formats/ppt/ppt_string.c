/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Strings beside the text of slides: what a CString is depends on the record it stands in.
 *
 * Specification: [MS-PPT] 2.4.15 (headers and footers), 2.10.16 (hyperlinks), 2.4.16 (sounds),
 * 2.4.22, 2.4.23 (tags), 2.5.23 (comments), 2.6.2 (named shows). All are UTF-16.
 *
 * Trap. A footer that its HeadersFootersAtom turns off is still stored; it is told as not printed.
 */
#include "formats/ppt/ppt.h"

#include "base/cur.h"

enum {
    ANY = -1,
    HAS_DATE = 0x01,
    HAS_USER_DATE = 0x04,
    HAS_HEADER = 0x10,
    HAS_FOOTER = 0x20,
};

typedef struct string_row {
    uint16_t parent;
    int16_t instance; /* ANY: all others */
    span_role role;
    uint8_t shown_by; /* flags of headers and footers, all of which are needed; 0: never shown */
    const char *label;
} string_row;

static const string_row string_rows[] = {
    {PPT_HEADERS_FOOTERS, 0,   SPAN_FOOTER,   HAS_DATE | HAS_USER_DATE, "date"       },
    {PPT_HEADERS_FOOTERS, 1,   SPAN_HEADER,   HAS_HEADER,               ""           },
    {PPT_HEADERS_FOOTERS, ANY, SPAN_FOOTER,   HAS_FOOTER,               ""           },
    {PPT_HYPERLINK,       0,   SPAN_LINK,     0,                        "link text"  },
    {PPT_HYPERLINK,       ANY, SPAN_LINK,     0,                        ""           },
    {PPT_HYPERLINK_9,     ANY, SPAN_LINK,     0,                        "screen tip" },
    {PPT_SOUND,           ANY, SPAN_METADATA, 0,                        "sound"      },
    {PPT_NAMED_SHOW,      ANY, SPAN_BOOKMARK, 0,                        "show"       },
    {PPT_STRING_TAG,      0,   SPAN_METADATA, 0,                        "tag"        },
    {PPT_STRING_TAG,      ANY, SPAN_METADATA, 0,                        "tag value"  },
    {PPT_BINARY_TAG,      ANY, SPAN_METADATA, 0,                        "tag"        },
    {PPT_EMBED,           ANY, SPAN_METADATA, 0,                        "object"     },
    {PPT_OLE_LINK,        ANY, SPAN_LINK,     0,                        "object"     },
    {PPT_CONTROL,         ANY, SPAN_METADATA, 0,                        "control"    },
    {PPT_INTERACTIVE,     ANY, SPAN_METADATA, 0,                        "macro"      },
    {PPT_COMMENT_INDEX,   ANY, SPAN_METADATA, 0,                        "author"     },
    {PPT_KINSOKU,         ANY, SPAN_METADATA, 0,                        "line breaks"},
    {PPT_MASTER,          2,   SPAN_METADATA, 0,                        "template"   },
    {PPT_VIDEO,           ANY, SPAN_LINK,     0,                        "media"      },
    {PPT_AVI,             ANY, SPAN_LINK,     0,                        "media"      },
    {PPT_MCI,             ANY, SPAN_LINK,     0,                        "media"      },
    {PPT_MIDI,            ANY, SPAN_LINK,     0,                        "media"      },
    {PPT_CD,              ANY, SPAN_LINK,     0,                        "media"      },
    {PPT_WAV,             ANY, SPAN_LINK,     0,                        "media"      },
    {PPT_WAV_LINK,        ANY, SPAN_LINK,     0,                        "media"      },
};

void ppt_place(const ppt_file *file, const ppt_scope *scope, span *what)
{
    what->place.part_id = file->part_id;
    what->place.page_no = scope->page_no;
    what->hidden_by |= scope->hidden_by;
    what->rev_idx = scope->is_old ? 1 : 0;
    if (scope->has_page && scope->page_size[0] > 0) {
        what->page_pt100[0] = scope->page_size[0];
        what->page_pt100[1] = scope->page_size[1];
        what->known |= scope->page_no > 0 ? SPAN_KNOWS_PAGE : 0;
    }
}

lj_str ppt_decode(ppt_file *file, text_charset charset, lj_slice bytes)
{
    lj_buf_clear(&file->words);
    (void)text_to_utf8(charset, bytes, /* more= */ false, &file->words, /* rows= */ NULL);
    for (size_t i = 0; i < file->words.len; i++) {
        uint8_t c = file->words.ptr[i];
        if (c < ' ' && c != '\t' && c != '\n') {
            file->words.ptr[i] = c == 0x0B || c == '\r' ? '\n' : ' ';
        }
    }
    return lj_buf_str(&file->words);
}

lj_code ppt_emit_unseen(ppt_file *file, const ppt_scope *scope, span_role role, const char *label,
                        lj_slice utf16)
{
    while (utf16.len >= 2 && utf16.ptr[utf16.len - 1] == 0 && utf16.ptr[utf16.len - 2] == 0) {
        utf16.len -= 2; /* ended by NUL */
    }
    lj_str text = ppt_decode(file, TEXT_UTF16LE, utf16);
    if (look_is_blank(text) || (scope->only_new && ppt_seen_before(file, lj_str_bytes(text)))) {
        return LJ_OK;
    }
    if (!scope->only_new) {
        (void)ppt_seen_before(file, lj_str_bytes(text));
    }
    span what = span_of(role, text);
    what.label = lj_cstr_str(label);
    ppt_place(file, scope, &what);
    what.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    return format_emit(file->run, &what);
}

static const string_row *find_row(uint16_t parent, uint16_t instance)
{
    static const string_row rest = {0, ANY, SPAN_METADATA, 0, "string"};
    for (size_t i = 0; i < LJ_COUNT_OF(string_rows); i++) {
        const string_row *row = &string_rows[i];
        if (row->parent == parent && (row->instance == ANY || row->instance == (int)instance)) {
            return row;
        }
    }
    return &rest;
}

lj_code ppt_emit_string(ppt_file *file, const ppt_scope *scope, const ppt_level *parent,
                        const ppt_head *head)
{
    const string_row *row = find_row(parent->head.type, head->instance);
    lj_slice bytes = ppt_body(file, head, PPT_ATOM_MAX);
    if (row->parent == PPT_BINARY_TAG &&
        lj_slice_has_prefix(bytes, LJ_BYTES("_\0_\0_\0P\0P\0T\0"))) {
        return LJ_OK; /* the tag of PowerPoint's own extensions */
    }
    if (row->shown_by == 0 || (parent->flags & row->shown_by) != row->shown_by) {
        return ppt_emit_unseen(file, scope, row->role, row->label, bytes);
    }
    lj_str text = ppt_decode(file, TEXT_UTF16LE, bytes);
    if (look_is_blank(text) || (scope->only_new && ppt_seen_before(file, lj_str_bytes(text)))) {
        return LJ_OK;
    }
    span what = span_of(row->role, text);
    what.label = lj_cstr_str(row->label);
    ppt_place(file, scope, &what);
    return format_emit(file->run, &what);
}

/* ---- comments ---- */

/* SYSTEMTIME to UTC milliseconds; the zone is not stored. */
static int64_t time_of(lj_cur *cur)
{
    uint16_t part[8];
    for (size_t i = 0; i < LJ_COUNT_OF(part); i++) {
        part[i] = lj_cur_u16le(cur);
    }
    static const struct {
        uint8_t idx;
        uint16_t scale;
        char behind;
    } digits[] = {
        {0, 1000, '-'},
        {1, 10,   '-'},
        {3, 10,   'T'},
        {4, 10,   ':'},
        {5, 10,   ':'},
        {6, 10,   0  },
    };
    char text[32];
    size_t len = 0;
    for (size_t i = 0; i < LJ_COUNT_OF(digits); i++) {
        for (uint32_t scale = digits[i].scale; scale > 0; scale /= 10) {
            text[len++] = (char)('0' + part[digits[i].idx] / scale % 10);
        }
        if (digits[i].behind != 0) {
            text[len++] = digits[i].behind;
        }
    }
    return lj_cur_ok(cur) ? look_time((lj_str){text, len}) : 0;
}

lj_code ppt_emit_comment(ppt_file *file, const ppt_scope *scope, const ppt_head *head)
{
    enum { AUTHOR_MAX = 256 };
    lj_buf *author = &file->raw_style; /* free at the moment */
    ppt_head text = {0};
    span what = span_of(SPAN_COMMENT, (lj_str){NULL, 0});
    lj_buf_clear(author);
    ppt_head at_hand;
    for (uint64_t at = head->body; ppt_head_at(file, at, head->end, &at_hand); at = at_hand.end) {
        if (at_hand.type == PPT_COMMENT_ATOM) {
            lj_cur cur = lj_cur_of(ppt_body(file, &at_hand, 20));
            lj_cur_skip(&cur, 4);
            what.changed_at = time_of(&cur);
        } else if (at_hand.type == PPT_CSTRING && at_hand.instance == 0) {
            lj_buf_clear(author);
            lj_str name =
                ppt_decode(file, TEXT_UTF16LE, ppt_body(file, &at_hand, 2 * (size_t)AUTHOR_MAX));
            lj_buf_put(author, lj_str_bytes(name));
        } else if (at_hand.type == PPT_CSTRING && at_hand.instance == 1) {
            text = at_hand;
        }
    }
    if (text.end == 0) {
        return LJ_OK;
    }
    what.text = ppt_decode(file, TEXT_UTF16LE, ppt_body(file, &text, PPT_ATOM_MAX));
    what.author = lj_buf_str(author);
    ppt_place(file, scope, &what);
    bool seen = ppt_seen_before(file, lj_str_bytes(what.text));
    return look_is_blank(what.text) || (scope->only_new && seen) ? LJ_OK
                                                                 : format_emit(file->run, &what);
}
