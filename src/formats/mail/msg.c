/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Messages of Outlook: msg, oft.
 *
 * Specification: [MS-OXMSG] (storages and streams), [MS-OXPROPS] (properties), [MS-OXRTFCP]
 * (compressed RTF, lzfu.c). Models: Apache POI's HSMF, libpst.
 *
 * Model. The message is the root storage, or a storage that was embedded and is now the root of a
 * file of its own. Each property of variable length is a stream (msg_props.c).
 *   0037 subject              title
 *   1000 body                 body, in pieces that end with a line
 *   1013 HTML                 child "body.html"
 *   1009 compressed RTF       child "body.rtf"
 *   all other strings         metadata with the property's name, not printed
 *   __recip...                recipients: metadata
 *   __attach...  3701         child with its long file name
 *                3701 (000D)  child: an embedded message or an OLE object
 *   __nameid...               names of named properties: labels, and metadata themselves
 *
 * Body, HTML and RTF say the same as a rule, but nobody forces them to: all are read.
 *
 * Traps. HTML as a string instead of bytes: UTF-16 gets its mark. Several values of one property.
 * An attachment without a long name. Binary properties that are not understood (entry identifiers,
 * for instance) are left to the container's reader, which sweeps them.
 *
 * Not done. Signed or protected messages are told by what is in their attachment (smime.p7m,
 * message.rpmsg); text that RTF keeps of HTML is read twice. */
#include "formats/mail/msg.h"

#include "base/cur.h"
#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/look.h"
#include "formats/mail/lzfu.h"

enum { WORDS_MAX = 1024 * 1024, NAME_BYTES = 2048 };

static bool is_string(const msg_property *what)
{
    return what->type == MSG_TYPE_STRING8 || what->type == MSG_TYPE_UNICODE;
}

static bool name_begins(const ole2_entry *entry, lj_slice head)
{
    return lj_slice_is_nocase(lj_slice_part(lj_str_bytes(entry->name), 0, head.len), head);
}

/* Entry identifiers, search keys, indices: addresses and numbers that other properties say too. */
static bool is_identifier(uint16_t id)
{
    static const uint16_t ids[] = {
        0x003B, 0x003F, 0x0041, 0x0043, 0x0051, 0x0052, 0x0071, 0x0C19, 0x0C1D, 0x0FF6, 0x0FF9,
        0x0FFF, 0x300B, 0x3702, 0x370A, 0x3FF9, 0x3FFB, 0x5FF7, 0x65E0, 0x65E1, 0x65E2, 0x65E3,
    };
    for (size_t i = 0; i < LJ_COUNT_OF(ids); i++) {
        if (ids[i] == id) {
            return true;
        }
    }
    return false;
}

/* ---- children ---- */

static lj_code hand_on(msg_file *msg, lj_slice name, format_kind kind, format_src *src)
{
    format_child_info info = {.name = name, .kind = kind};
    return format_child(msg->run, &info, src);
}

static lj_code read_html(msg_file *msg, uint32_t idx, const msg_property *what)
{
    format_src *src = ole2_stream(msg->ole2, idx);
    if (src == NULL || format_src_size(src) == 0) {
        return LJ_OK;
    }
    ole2_take(msg->ole2, idx, FORMAT_READ);
    lj_arena_mark mark = lj_arena_mark_of(msg->arena);
    format_src *child = src;
    if (what->type == MSG_TYPE_UNICODE) {
        format_piece *pieces = lj_arena_array(msg->arena, 2, sizeof(*pieces));
        format_src *bom = format_memory(msg->run, LJ_BYTES("\xFF\xFE"));
        if (pieces != NULL && bom != NULL) {
            pieces[0] = (format_piece){.src = bom, .len = 2};
            pieces[1] = (format_piece){.src = src, .len = format_src_size(src)};
            child = format_gather(msg->run, pieces, 2);
        }
    } else {
        child = format_decode(msg->run, src, 0, format_src_size(src), FORMAT_CODEC_STORE,
                              format_src_size(src));
    }
    lj_code code = hand_on(msg, LJ_BYTES("body.html"), FORMAT_MEMBER, child);
    lj_arena_rewind(msg->arena, mark);
    return code;
}

static lj_code read_rtf(msg_file *msg, uint32_t idx)
{
    format_src *src = ole2_stream(msg->ole2, idx);
    if (src == NULL || format_src_size(src) == 0) {
        return LJ_OK;
    }
    lj_arena_mark mark = lj_arena_mark_of(msg->arena);
    lj_code code = LJ_OK;
    format_src *child = lzfu_open(msg->run, src, 0, format_src_size(src), &code);
    if (child != NULL) {
        ole2_take(msg->ole2, idx, FORMAT_READ);
        code = hand_on(msg, LJ_BYTES("body.rtf"), FORMAT_MEMBER, child);
    } else if (code == LJ_E_FORMAT) {
        msg->is_damaged = true; /* the container's reader sweeps it */
        code = LJ_OK;
    }
    lj_arena_rewind(msg->arena, mark);
    return code;
}

/* ---- attachments ---- */

/* The best name there is, in room; empty when there is none. */
static lj_slice attachment_name(msg_file *msg, uint32_t storage, lj_buf *room)
{
    static const uint16_t ids[] = {MSG_LONG_NAME, MSG_SHORT_NAME, MSG_DISPLAY_NAME};
    for (size_t k = 0; k < LJ_COUNT_OF(ids); k++) {
        for (uint32_t i = ole2_first(msg->ole2, storage); i != OLE2_NONE;
             i = ole2_next(msg->ole2, i)) {
            msg_property what;
            if (!msg_property_of(ole2_entry_at(msg->ole2, i), &what) || what.id != ids[k] ||
                !is_string(&what)) {
                continue;
            }
            lj_str name = msg_string(msg, i, &what, NAME_BYTES);
            if (!look_is_blank(name)) {
                lj_buf_clear(room);
                lj_buf_put(room, lj_str_bytes(name));
                return lj_buf_slice(room);
            }
        }
    }
    lj_buf_clear(room);
    lj_buf_put_cstr(room, "attachment");
    return lj_buf_slice(room);
}

static lj_code read_data(msg_file *msg, uint32_t storage, uint32_t idx, const msg_property *what)
{
    lj_arena_mark mark = lj_arena_mark_of(msg->arena);
    lj_buf room;
    lj_buf_init(&room, msg->arena, 4 * (size_t)NAME_BYTES);
    lj_slice name = attachment_name(msg, storage, &room);
    format_src *child = NULL;
    if (what->type == MSG_TYPE_OBJECT) {
        child = ole2_storage(msg->ole2, idx);
    } else {
        format_src *src = ole2_stream(msg->ole2, idx);
        child = src != NULL ? format_decode(msg->run, src, 0, format_src_size(src),
                                            FORMAT_CODEC_STORE, format_src_size(src))
                            : NULL;
        ole2_take(msg->ole2, idx, FORMAT_READ);
    }
    lj_code code = child != NULL ? hand_on(msg, name, FORMAT_ATTACHED, child) : LJ_OK;
    lj_arena_rewind(msg->arena, mark);
    return code;
}

/* ---- storages ---- */

/* Strings of a storage, all but the subject and the body: metadata. */
static lj_code read_strings(msg_file *msg, uint32_t storage)
{
    lj_code code = LJ_OK;
    for (uint32_t i = ole2_first(msg->ole2, storage); i != OLE2_NONE && code == LJ_OK;
         i = ole2_next(msg->ole2, i)) {
        const ole2_entry *entry = ole2_entry_at(msg->ole2, i);
        msg_property what;
        if (entry->kind != OLE2_STREAM) {
            continue;
        }
        if (name_begins(entry, LJ_BYTES("__properties_version1.0"))) {
            ole2_take(msg->ole2, i, FORMAT_OPAQUE);
            continue;
        }
        bool is_property = msg_property_of(entry, &what);
        bool is_known = is_property && is_string(&what) && !what.is_lengths;
        if (is_property &&
            (what.is_lengths || (what.type == MSG_TYPE_BINARY && is_identifier(what.id)))) {
            ole2_take(msg->ole2, i, FORMAT_OPAQUE);
        }
        bool is_text = storage == OLE2_ROOT && is_known &&
                       (what.id == MSG_BODY || what.id == MSG_SUBJECT || what.id == MSG_HTML);
        if (is_known && !is_text) {
            code =
                msg_emit_string(msg, i, &what, SPAN_METADATA, SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED));
        }
    }
    return code;
}

/* Streams of one property of the message. */
static lj_code read_message_part(msg_file *msg, uint16_t id)
{
    lj_code code = LJ_OK;
    for (uint32_t i = ole2_first(msg->ole2, OLE2_ROOT); i != OLE2_NONE && code == LJ_OK;
         i = ole2_next(msg->ole2, i)) {
        msg_property what;
        if (ole2_entry_at(msg->ole2, i)->kind != OLE2_STREAM ||
            !msg_property_of(ole2_entry_at(msg->ole2, i), &what) || what.id != id ||
            what.is_lengths) {
            continue;
        }
        if (id == MSG_HTML && (is_string(&what) || what.type == MSG_TYPE_BINARY)) {
            code = read_html(msg, i, &what);
        } else if (id == MSG_RTF && what.type == MSG_TYPE_BINARY) {
            code = read_rtf(msg, i);
        } else if (is_string(&what)) {
            code = msg_emit_string(msg, i, &what, id == MSG_SUBJECT ? SPAN_TITLE : SPAN_BODY, 0);
        }
    }
    return code;
}

static lj_code read_attachment(msg_file *msg, uint32_t storage)
{
    lj_code code = format_entry(msg->run);
    code = code == LJ_OK ? read_strings(msg, storage) : code;
    for (uint32_t i = ole2_first(msg->ole2, storage); i != OLE2_NONE && code == LJ_OK;
         i = ole2_next(msg->ole2, i)) {
        msg_property what;
        if (msg_property_of(ole2_entry_at(msg->ole2, i), &what) && what.id == MSG_DATA &&
            (what.type == MSG_TYPE_BINARY || what.type == MSG_TYPE_OBJECT)) {
            code = read_data(msg, storage, i, &what);
        }
    }
    return code;
}

/* Recipients, or attachments. */
static lj_code read_storages(msg_file *msg, bool attachments)
{
    lj_code code = LJ_OK;
    for (uint32_t i = ole2_first(msg->ole2, OLE2_ROOT); i != OLE2_NONE && code == LJ_OK;
         i = ole2_next(msg->ole2, i)) {
        const ole2_entry *entry = ole2_entry_at(msg->ole2, i);
        if (entry->kind != OLE2_STORAGE) {
            continue;
        }
        if (attachments && name_begins(entry, LJ_BYTES("__attach"))) {
            ole2_take(msg->ole2, i, FORMAT_READ);
            code = read_attachment(msg, i);
        } else if (!attachments && name_begins(entry, LJ_BYTES("__recip"))) {
            ole2_take(msg->ole2, i, FORMAT_READ);
            code = read_strings(msg, i);
        }
    }
    return code;
}

static lj_code msg_read(format_run *run, format_src *src)
{
    static const uint16_t texts[] = {MSG_BODY, MSG_HTML, MSG_RTF};
    (void)src;
    msg_file msg = {.run = run, .arena = format_arena(run), .ole2 = ole2_of(run)};
    if (msg.ole2 == NULL) {
        return LJ_E_FORMAT;
    }
    lj_buf_init(&msg.words, msg.arena, WORDS_MAX);
    lj_buf_init(&msg.clear, msg.arena, WORDS_MAX);
    lj_buf_init(&msg.scratch, msg.arena, WORDS_MAX);
    msg_read_fixed(&msg);
    lj_code code = read_message_part(&msg, MSG_SUBJECT);
    code = code == LJ_OK ? msg_read_names(&msg) : code;
    code = code == LJ_OK ? read_strings(&msg, OLE2_ROOT) : code;
    code = code == LJ_OK ? read_storages(&msg, /* attachments= */ false) : code;
    for (size_t i = 0; i < LJ_COUNT_OF(texts) && code == LJ_OK; i++) {
        code = read_message_part(&msg, texts[i]);
    }
    code = code == LJ_OK ? read_storages(&msg, /* attachments= */ true) : code;
    if (code != LJ_OK) {
        return code;
    }
    code = ole2_read_rest(msg.ole2);
    return code == LJ_OK && msg.is_damaged ? LJ_E_FORMAT : code;
}

static int msg_sniff(const format_probe *probe)
{
    return format_probe_has(probe, LJ_BYTES("__properties_version1.0")) ? 128 : 0;
}

const format_row format_msg_row = {
    .name = "msg",
    .base = "ole2",
    .extensions = "msg oft",
    .sniff = msg_sniff,
    .read = msg_read,
    .en = "Outlook message",
    .zh = "Outlook 邮件",
};
