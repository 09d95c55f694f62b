/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Mailboxes: RFC 4155, and the dialects mboxo, mboxrd, mboxcl, mboxcl2.
 *
 * Model. A line "From ..." before a header begins a message; each message is a child under its
 * number and subject. The From line itself is metadata: it names a sender. The file is gone through
 * once, the places of up to BATCH messages are kept, then these are read.
 *
 * Traps. Lines of a body that begin with "From " and were not quoted: a separator has an empty line
 * before it (or a time of day in it, for writers that forget the empty line), and a field behind
 * it. Content-Length (mboxcl2) is believed when a separator or the end stands just where it leads.
 * ">From " (mboxo, mboxrd) is left as it stands: nothing is lost by it. A message that has too few
 * fields to be known as mail is read here instead of as a child. Messages before the first
 * separator: read as text of nobody by the sweep.
 *
 * Not done: mbx and other formats of servers with fixed lengths. */
#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/mail/mail_priv.h"

enum {
    BATCH = 1024,
    BATCH_BYTES = 64 * 1024 * 1024, /* of one batch: then what was scanned is read */
    SUBJECT_MAX = 120,              /* bytes of the subject in the name of a message */
    SUBJECT_KEPT = 128,
    HEADER_MAX = 64 * 1024, /* bytes of a header in which the subject is looked for */
};

typedef struct message {
    uint64_t from_at; /* of the From line */
    uint64_t head_at; /* behind it */
    uint64_t end;
    bool is_poor; /* would not be known as mail */
    uint8_t subject_len;
    char subject[SUBJECT_KEPT];
} message;

typedef struct mbox {
    format_run *run;
    format_src *src;
    mail_input in;
    mail_look look;
    mail_head head;
    message *rows;
    uint32_t count;
    uint32_t no; /* messages that were read */
    bool is_stream;
    bool has_open;
    bool was_empty;    /* the line before was empty */
    bool is_mid;       /* inside a line longer than the buffer */
    uint64_t skip_to;  /* end of a body whose length was stated and holds */
    uint64_t last_end; /* of the line before */
} mbox;

/* "10:30": no sentence that begins with "From " is likely to have it. */
static bool has_time(lj_slice line)
{
    for (size_t i = 2; i + 2 < line.len; i++) {
        bool digits = line.ptr[i - 1] >= '0' && line.ptr[i - 1] <= '9' && line.ptr[i + 1] >= '0' &&
                      line.ptr[i + 1] <= '5';
        if (digits && line.ptr[i] == ':') {
            return true;
        }
    }
    return false;
}

/* The line of len bytes at the start of the rest: a separator? */
static bool is_separator(mbox *b, size_t len)
{
    enum { LOOK = 1024 };
    lj_slice line = lj_slice_part(mail_input_rest(&b->in), 0, len);
    if (!mbox_is_from_line(line) || (!b->was_empty && !has_time(line))) {
        return false;
    }
    while (mail_input_rest(&b->in).len < len + LOOK && mail_input_fill(&b->in)) {
    }
    line = lj_slice_part(mail_input_rest(&b->in), 0, len); /* it may have moved */
    lj_slice next = lj_slice_part(mail_input_rest(&b->in), len, LOOK);
    size_t name_len = 0;
    return mail_field_name_len(next, &name_len) > 0 ||
           (lj_slice_has_prefix(next, LJ_BYTES(">From ")) && has_time(line));
}

/* Does a separator, or the end, stand where the stated length leads? At most a line end between. */
static bool length_holds(mbox *b, uint64_t at)
{
    uint8_t room[16];
    uint64_t size = format_src_size(b->src);
    if (size != FORMAT_SIZE_UNKNOWN && at >= size) {
        return at == size;
    }
    lj_slice bytes = lj_slice_of(room, format_pull(b->run, b->src, at, room, sizeof(room)));
    bytes = mail_trim(bytes);
    return bytes.len == 0 || lj_slice_has_prefix(bytes, LJ_BYTES("From "));
}

/* Looks into the header of a new message, which the buffer holds as far as it has room. */
static void look_at_header(mbox *b, message *row)
{
    while (mail_input_rest(&b->in).len < HEADER_MAX && mail_input_fill(&b->in)) {
    }
    lj_slice head = lj_slice_part(mail_input_rest(&b->in), 0, HEADER_MAX);
    mail_input in = b->in; /* the same bytes, gone through a second time */
    bool saved = false;
    row->is_poor = mail_evidence(head, &saved) == 0;
    in.len = in.pos + head.len;
    in.at_end = true;
    in.in_field = false;
    mail_head_clear(&b->head, false);
    mail_field field;
    while (mail_field_next(&in, &field)) {
        mail_head_take(&b->head, &b->look, &field);
    }
    size_t len = lj_min_size(b->head.subject.len, SUBJECT_MAX);
    while (len > 0 && len < b->head.subject.len && (b->head.subject.ptr[len] & 0xC0) == 0x80) {
        len--;
    }
    for (size_t i = 0; i < len; i++) {
        uint8_t byte = b->head.subject.ptr[i];
        bool splits = byte < ' ' || byte == '/' || byte == '\\' || byte == '!';
        row->subject[i] = (char)(splits ? '_' : byte);
    }
    row->subject_len = (uint8_t)len;
    uint64_t body_at = in.off + in.pos;
    if (b->head.stated_len != FORMAT_SIZE_UNKNOWN && !b->is_stream &&
        length_holds(b, body_at + b->head.stated_len)) {
        b->skip_to = body_at + b->head.stated_len;
    }
}

static void open_message(mbox *b, size_t line_len)
{
    message *row = &b->rows[b->count];
    *row = (message){.from_at = mail_input_off(&b->in)};
    b->in.pos += line_len;
    row->head_at = mail_input_off(&b->in);
    look_at_header(b, row);
    b->has_open = true;
}

/* The next messages into rows; those whose end is known are counted. True when there may be more.
 */
static bool scan(mbox *b)
{
    if (b->has_open) { /* the one that was open when the last batch ended */
        b->rows[0] = b->rows[b->count];
    }
    b->count = 0;
    uint64_t from = mail_input_off(&b->in);
    for (;;) {
        lj_slice line = mail_input_line(&b->in);
        uint64_t at = mail_input_off(&b->in);
        if (line.len == 0) {
            if (b->has_open) {
                b->rows[b->count++].end = at;
                b->has_open = false;
            }
            return false;
        }
        size_t len = line.len;
        bool ends = line.ptr[len - 1] == '\n';
        if (!b->is_mid && at >= b->skip_to && line.ptr[0] == 'F' && is_separator(b, len)) {
            if (b->has_open) {
                b->rows[b->count++].end = at;
            }
            open_message(b, len);
            b->was_empty = b->is_mid = false;
            if (b->count + 1 == BATCH || at - from > BATCH_BYTES) {
                return true;
            }
            continue;
        }
        b->was_empty = ends && mail_line_text(line).len == 0;
        b->is_mid = !ends;
        b->in.pos += len;
    }
}

static lj_code emit_from_line(mbox *b, const message *row)
{
    uint8_t room[512];
    uint64_t len = lj_min_u64(row->head_at - row->from_at, sizeof(room));
    size_t got = format_pull(b->run, b->src, row->from_at, room, (size_t)len);
    lj_slice line = mail_trim(lj_slice_part(lj_slice_of(room, got), 5, SIZE_MAX));
    lj_buf_clear(&b->look.text);
    mail_to_utf8(TEXT_CHARSET_NONE, line, &b->look.text);
    span what = span_of(SPAN_METADATA, lj_buf_str(&b->look.text));
    what.label = LJ_STR("From_");
    what.src_off = row->from_at + 5;
    what.hidden_by = SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    format_claim(b->run, row->from_at, row->head_at - row->from_at, FORMAT_READ);
    return format_emit(b->run, &what);
}

static lj_code read_message(mbox *b, const message *row)
{
    lj_arena *arena = format_arena(b->run);
    uint64_t len = row->end - row->head_at;
    lj_code code = format_entry(b->run);
    code = code == LJ_OK ? emit_from_line(b, row) : code;
    b->no++;
    if (code != LJ_OK) {
        return code;
    }
    if (row->is_poor) {
        return mail_read_message(b->run, b->src, row->head_at, row->end,
                                 /* is_saved_page= */ false);
    }
    format_src *src = NULL;
    if (b->is_stream && len <= MAIL_SMALL) {
        src = format_memory(b->run, format_slurp(b->run, b->src, row->head_at, len));
    } else {
        src = format_decode(b->run, b->src, row->head_at, len, FORMAT_CODEC_STORE, len);
    }
    lj_buf name;
    lj_buf_init(&name, arena, 2 * SUBJECT_KEPT);
    lj_buf_put_dec(&name, b->no);
    lj_buf_put_u8(&name, row->subject_len > 0 ? ' ' : '.');
    if (row->subject_len > 0) {
        lj_buf_put(&name, lj_slice_of(row->subject, row->subject_len));
        lj_buf_put_u8(&name, '.');
    }
    lj_buf_put_cstr(&name, "eml");
    format_child_info info = {.name = lj_buf_slice(&name), .kind = FORMAT_MEMBER};
    info.name_utf8 = lj_buf_str(&name);
    code = format_child(b->run, &info, src);
    format_claim(b->run, row->head_at, len, FORMAT_READ);
    return code;
}

static lj_code mbox_read(format_run *run, format_src *src)
{
    lj_arena *arena = format_arena(run);
    mbox *b = lj_arena_alloc(arena, sizeof(*b));
    if (b == NULL) {
        return LJ_E_LIMIT;
    }
    b->run = run;
    b->src = src;
    b->was_empty = true;
    b->is_stream = format_src_size(src) == FORMAT_SIZE_UNKNOWN;
    b->rows = lj_arena_array(arena, BATCH + 1, sizeof(*b->rows));
    mail_look_init(&b->look, arena);
    (void)lj_buf_room(&b->look.text, 4096); /* grown while a message is read it would be rewound */
    mail_head_init(&b->head, arena);
    if (b->rows == NULL || !mail_input_open(&b->in, run, src, 0, FORMAT_SIZE_UNKNOWN, MAIL_INPUT)) {
        return LJ_E_LIMIT;
    }
    bool more = true;
    bool damaged = false;
    while (more) {
        more = scan(b);
        for (uint32_t i = 0; i < b->count; i++) {
            lj_arena_mark mark = lj_arena_mark_of(arena);
            lj_code code = read_message(b, &b->rows[i]);
            lj_arena_rewind(arena, mark);
            damaged = damaged || code == LJ_E_FORMAT;
            if (code != LJ_OK && code != LJ_E_FORMAT) {
                return code;
            }
        }
    }
    if (format_src_code(src) != LJ_OK) {
        return format_src_code(src);
    }
    return damaged ? LJ_E_FORMAT : LJ_OK;
}

const format_row format_mbox_row = {
    .name = "mbox",
    .extensions = "mbox mbx",
    .traits = FORMAT_CONTAINER | FORMAT_WORDS,
    .sniff = mbox_sniff,
    .read = mbox_read,
    .en = "mailbox",
    .zh = "邮箱文件",
};
