/* SPDX-License-Identifier: AGPL-3.0-or-later
 * TNEF, the file winmail.dat that Outlook sends: [MS-OXTNEF] 2.1.3.1 (stream), 2.1.3.2
 * (attributes), 2.1.3.3 (what they are), 2.1.3.4 (properties); [MS-OXPROPS]. Studied: ytnef, tnef,
 * Apache POI HMEF.
 *
 *     signature, key, { level, id, type, length, data, checksum }
 *
 * Model. Attributes of the message are metadata, its body is body text; compressed RTF and HTML are
 * children. An attachment is collected from its rendering data to the next one, then it is a child
 * under the best of its names; a message inside is a TNEF of its own.
 *
 * Traps. A length that leads outside: what is there is read, and the stream is damaged. Bytes
 * between attributes that begin none: left to the sweep. Names in 8 bits beside names in Unicode.
 *
 * Not done: checksums of attributes are not compared, as other readers do not either. */
#include "formats/mail/tnef_priv.h"

#include "base/cur.h"
#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/look.h"

enum {
    HEAD = 6,
    ATTRIBUTE_HEAD = 9,
    CHECKSUM = 2,
    TEXT_MAX = 64 * 1024,
    LABEL_MAX = 2048, /* 256 units of UTF-16 */
    BODY_PIECE = 32 * 1024,
    RANK_TITLE = 1,
};

/* 2.1.3.3: identifier and type in one number. */
typedef enum tnef_id {
    ATT_FROM = 0x00008000,
    ATT_SUBJECT = 0x00018004,
    ATT_MESSAGE_ID = 0x00018009,
    ATT_BODY = 0x0002800C,
    ATT_MESSAGE_CLASS = 0x00078008,
    ATT_ORIGINAL_CLASS = 0x00070600,
    ATT_CODEPAGE = 0x00069007,
    ATT_PROPS = 0x00069003,
    ATT_RECIPIENTS = 0x00069004,
    ATT_ATTACH_PROPS = 0x00069005,
    ATT_ATTACH_REND = 0x00069002,
    ATT_ATTACH_TITLE = 0x00018010,
    ATT_ATTACH_DATA = 0x0006800F,
    ATT_ATTACH_FILENAME = 0x00069001,
} tnef_id;

static int tnef_sniff(const format_probe *probe)
{
    lj_cur cur = lj_cur_of(lj_slice_part(probe->head, 0, HEAD + 1));
    bool magic = lj_cur_u32le(&cur) == 0x223E9F78;
    lj_cur_skip(&cur, 2);
    uint8_t level = lj_cur_u8(&cur);
    return !magic ? 0 : lj_cur_ok(&cur) && (level == 1 || level == 2) ? 40 : 32;
}

/* ---- text ---- */

static void trim_zeros(lj_buf *raw, bool is_wide)
{
    size_t unit = is_wide ? 2 : 1;
    while (raw->len >= unit && raw->ptr[raw->len - 1] == 0 && raw->ptr[raw->len - unit] == 0) {
        raw->len -= unit;
    }
}

static void decode(tnef *t, bool is_wide, lj_buf *out)
{
    lj_slice raw = lj_buf_slice(&t->raw);
    if (is_wide) {
        (void)text_to_utf8(TEXT_UTF16LE, raw, /* more= */ false, out, NULL);
        return;
    }
    size_t bom = 0;
    text_charset charset = text_charset_guess(raw, t->charset, &bom);
    bool keeps = charset == TEXT_LATIN1 && t->charset != TEXT_CHARSET_NONE;
    charset = keeps ? t->charset : charset;
    (void)text_lines_to_utf8(charset == TEXT_UTF8 ? TEXT_GB18030 : charset, raw, /* more= */ false,
                             out, NULL);
}

/* The text of a range into t->raw, without its zeros; cut at TEXT_MAX. */
static void load(tnef *t, tnef_range in, bool is_wide)
{
    size_t want = (size_t)lj_min_u64(in.len, TEXT_MAX);
    lj_buf_clear(&t->raw);
    uint8_t *room = lj_buf_room(&t->raw, want);
    if (room != NULL) {
        t->raw.len += format_pull(t->run, t->src, in.off, room, want);
    }
    trim_zeros(&t->raw, is_wide);
}

lj_code tnef_emit_text(tnef *t, tnef_range in, bool is_wide, lj_str label, bool is_shown)
{
    lj_code code = LJ_OK;
    bool first = true;
    while (code == LJ_OK && in.len > 0) { /* mostly one piece */
        tnef_range piece = {in.off, lj_min_u64(in.len, TEXT_MAX)};
        load(t, piece, is_wide);
        lj_buf_clear(&t->text);
        decode(t, is_wide, &t->text);
        span what = span_of(SPAN_METADATA, lj_buf_str(&t->text));
        what.label = label;
        what.join = first ? SPAN_JOIN_BLOCK : SPAN_JOIN_SAME;
        what.hidden_by = is_shown ? 0 : SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
        what.src_off = in.off;
        code = look_is_blank(what.text) ? LJ_OK : format_emit(t->run, &what);
        in.off += piece.len;
        in.len -= piece.len;
        first = false;
    }
    return code;
}

lj_code tnef_emit_body(tnef *t, tnef_range in, bool is_wide)
{
    lj_code code = LJ_OK;
    span_join join = SPAN_JOIN_BLOCK;
    t->has_body = true;
    while (code == LJ_OK && in.len > 0) {
        tnef_range piece = {in.off, lj_min_u64(in.len, BODY_PIECE)};
        load(t, piece, is_wide);
        if (piece.len < in.len && !is_wide) { /* cut at a line end when there is one */
            size_t cut = t->raw.len;
            while (cut > 0 && t->raw.ptr[cut - 1] != '\n') {
                cut--;
            }
            piece.len = cut > 0 ? cut : piece.len;
            t->raw.len = cut > 0 ? cut : t->raw.len;
        }
        bool ends = t->raw.len > 0 && !is_wide && t->raw.ptr[t->raw.len - 1] == '\n';
        lj_buf_clear(&t->text);
        decode(t, is_wide, &t->text);
        span what = span_of(SPAN_BODY, lj_buf_str(&t->text));
        what.join = join;
        what.src_off = in.off;
        join = ends ? SPAN_JOIN_LINE : SPAN_JOIN_SAME;
        code = look_is_blank(what.text) ? LJ_OK : format_emit(t->run, &what);
        in.off += piece.len;
        in.len -= piece.len;
    }
    return code;
}

void tnef_take_name(tnef *t, tnef_range in, bool is_wide, uint32_t rank)
{
    if (!t->file.is_open || rank <= t->file.name_rank) {
        return;
    }
    load(t, (tnef_range){in.off, lj_min_u64(in.len, TNEF_NAME_MAX)}, is_wide);
    lj_buf_clear(&t->file.name);
    decode(t, is_wide, &t->file.name);
    t->file.name_rank = rank;
}

/* ---- attachments ---- */

static lj_code end_file(tnef *t)
{
    tnef_file *file = &t->file;
    if (!file->is_open) {
        return LJ_OK;
    }
    file->is_open = false;
    lj_code code = format_entry(t->run);
    if (code != LJ_OK || (!file->has_data && file->name.len == 0)) {
        return code;
    }
    lj_arena *arena = format_arena(t->run);
    lj_arena_mark mark = lj_arena_mark_of(arena);
    format_child_info info = {.name = lj_buf_slice(&file->name), .kind = FORMAT_ATTACHED};
    info.name_utf8 = lj_buf_str(&file->name);
    if (file->is_message) {
        info.kind = FORMAT_EMBEDDED;
    }
    code = format_child(t->run, &info,
                        format_decode(t->run, t->src, file->data.off, file->data.len,
                                      FORMAT_CODEC_STORE, file->data.len));
    lj_arena_rewind(arena, mark);
    return code;
}

static void begin_file(tnef *t)
{
    t->file.is_open = true;
    t->file.is_message = t->file.has_data = false;
    t->file.data = (tnef_range){0, 0};
    t->file.name_rank = 0;
    lj_buf_clear(&t->file.name);
}

/* ---- attributes ---- */

static void take_codepage(tnef *t, tnef_range in)
{
    uint8_t room[4];
    lj_cur cur = lj_cur_of(lj_slice_of(
        room, format_pull(t->run, t->src, in.off, room, (size_t)lj_min_u64(in.len, 4))));
    uint32_t page = lj_cur_u32le(&cur);
    uint8_t digits[16];
    lj_buf text = {.ptr = digits, .cap = sizeof(digits), .max_len = sizeof(digits)};
    lj_buf_put_dec(&text, page);
    if (!lj_cur_ok(&cur) || !text_charset_lookup(lj_buf_slice(&text), &t->charset)) {
        t->charset = TEXT_CHARSET_NONE;
    }
}

static lj_code take_attribute(tnef *t, uint32_t id, tnef_range in)
{
    enum { FROM_HEAD = 8 };
    lj_code code = LJ_OK;
    switch (id) {
    case ATT_CODEPAGE:
        take_codepage(t, in);
        return LJ_OK;
    case ATT_SUBJECT:
        return tnef_emit_text(t, in, false, LJ_STR("subject"), true);
    case ATT_MESSAGE_ID:
        return tnef_emit_text(t, in, false, LJ_STR("message-id"), false);
    case ATT_MESSAGE_CLASS:
    case ATT_ORIGINAL_CLASS:
        return tnef_emit_text(t, in, false, LJ_STR("message-class"), false);
    case ATT_BODY:
        return tnef_emit_body(t, in, false);
    case ATT_FROM: /* TRP: four numbers of 2 bytes, then name and address */
        in.off += lj_min_u64(in.len, FROM_HEAD);
        in.len -= lj_min_u64(in.len, FROM_HEAD);
        return tnef_emit_text(t, in, false, LJ_STR("from"), true);
    case ATT_PROPS:
        return tnef_read_props(t, in, /* of_attachment= */ false);
    case ATT_RECIPIENTS:
        return tnef_read_recipients(t, in);
    case ATT_ATTACH_REND:
        code = end_file(t);
        begin_file(t);
        return code;
    case ATT_ATTACH_TITLE:
        if (!t->file.is_open) {
            begin_file(t);
        }
        tnef_take_name(t, in, false, RANK_TITLE);
        return LJ_OK;
    case ATT_ATTACH_DATA:
        if (!t->file.is_open || t->file.has_data) {
            code = end_file(t);
            begin_file(t);
        }
        t->file.data = in;
        t->file.has_data = true;
        return code;
    case ATT_ATTACH_PROPS:
        if (!t->file.is_open) {
            begin_file(t);
        }
        return tnef_read_props(t, in, /* of_attachment= */ true);
    case ATT_ATTACH_FILENAME:
        return tnef_emit_text(t, in, false, LJ_STR("transport-filename"), false);
    default:
        break;
    }
    uint32_t type = id >> 16; /* 2.1.3.2: strings and texts that nobody names here */
    bool is_text = type == 1 || type == 2;
    return is_text ? tnef_emit_text(t, in, false, LJ_STR("attribute"), false) : LJ_OK;
}

static lj_code tnef_read(format_run *run, format_src *src)
{
    lj_arena *arena = format_arena(run);
    tnef t = {.run = run, .src = src, .charset = TEXT_CHARSET_NONE};
    lj_buf_init(&t.raw, arena, TEXT_MAX);
    lj_buf_init(&t.text, arena, 4 * TEXT_MAX);
    lj_buf_init(&t.label, arena, LABEL_MAX);
    lj_buf_init(&t.file.name, arena, 4 * TNEF_NAME_MAX);
    /* grown while a value or an attachment is read they would be rewound */
    (void)lj_buf_room(&t.raw, TEXT_MAX);
    (void)lj_buf_room(&t.text, 4 * TEXT_MAX);
    (void)lj_buf_room(&t.label, LABEL_MAX);
    (void)lj_buf_room(&t.file.name, 4 * TNEF_NAME_MAX);
    uint64_t at = HEAD;
    lj_code code = LJ_OK;
    format_claim(run, 0, HEAD, FORMAT_OPAQUE);
    for (;;) {
        uint8_t head[ATTRIBUTE_HEAD];
        size_t got = format_pull(run, src, at, head, sizeof(head));
        lj_cur cur = lj_cur_of(lj_slice_of(head, got));
        uint8_t level = lj_cur_u8(&cur);
        uint32_t id = lj_cur_u32le(&cur);
        uint64_t len = lj_cur_u32le(&cur);
        if (!lj_cur_ok(&cur) || (level != 1 && level != 2)) {
            t.is_damaged = t.is_damaged || got > 0;
            break;
        }
        uint64_t size = format_src_size(src);
        uint64_t left = size != FORMAT_SIZE_UNKNOWN ? size - at - ATTRIBUTE_HEAD : len + CHECKSUM;
        t.is_damaged = t.is_damaged || left < len + CHECKSUM;
        tnef_range in = {at + ATTRIBUTE_HEAD, lj_min_u64(len, left)};
        code = format_work(run, ATTRIBUTE_HEAD);
        code = code == LJ_OK ? take_attribute(&t, id, in) : code;
        if (code != LJ_OK) {
            return code;
        }
        format_claim(run, at, ATTRIBUTE_HEAD + in.len + CHECKSUM, FORMAT_READ);
        at = in.off + in.len + CHECKSUM;
        if (left < len + CHECKSUM) {
            break;
        }
    }
    code = end_file(&t);
    if (code == LJ_OK && format_src_code(src) != LJ_OK) {
        return format_src_code(src);
    }
    return code == LJ_OK && t.is_damaged ? LJ_E_FORMAT : code;
}

const format_row format_tnef_row = {
    .name = "tnef",
    .extensions = "tnef",
    .traits = FORMAT_CONTAINER,
    .sniff = tnef_sniff,
    .read = tnef_read,
    .en = "TNEF attachment (winmail.dat)",
    .zh = "TNEF 附件（winmail.dat）",
};
