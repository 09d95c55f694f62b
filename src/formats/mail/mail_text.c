/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Text bodies: blocks of lines, as they are shown. RFC 3676 (format=flowed), RFC 1896
 * (text/enriched), RFC 4880 6.2 (PGP armor), POSIX uuencode, yEnc.
 *
 * Model. A span is a block of at most BLOCK bytes of lines. Lines of a flowed text are joined to
 * paragraphs; the commands of an enriched one go. Between the lines may stand what is no text:
 *   a uuencoded or yEncoded file: a child, its lines are not given as text;
 *   a PGP message: gap `encrypted`, its lines are not given;
 *   base64 that nobody declared: when it is a known format or reads like text, a child besides.
 * Everything that only looks like one of these stays text: the first line that does not fit ends
 * it.
 *
 * Traps. A wrong or missing charset: guessed over the head, and line by line (text/charset.h). A
 * line longer than the block: cut, the spans are joined. UTF-16 under base64: decoded before lines
 * are looked for. */
#include "base/num.h"
#include "formats/look.h"
#include "formats/mail/mail_priv.h"

enum {
    BLOCK = 20 * 1024,           /* bytes of a span at most, about */
    SAMPLE = 16 * 1024,          /* bytes in which the charset is guessed */
    FILES_MAX = 256,             /* coded files inside one text ... */
    FILES_DEAR = 8,              /* ... when each costs another decoding of the text */
    SLURP_MAX = 2 * 1024 * 1024, /* decoded text that is kept whole while files inside are read */
    PLAUSIBLE = 350,
    PEEK = 96,
};

typedef enum special {
    NOTHING,
    UU,
    YENC,
    PGP,
    BASE64,
} special;

typedef struct text_job {
    const mail_body *body;
    format_run *run;
    format_src *src;
    uint64_t len; /* of src, or FORMAT_SIZE_UNKNOWN */
    mail_input in;
    text_charset charset;
    bool is_whole; /* decoded as a whole, not line by line */
    bool goes_on;  /* the next span belongs to the line of the last one */
    bool was_told;
    bool was_base64; /* the line before was base64: no new block begins here */
    uint32_t line_no;
    uint32_t file_count, file_max;
    bool told_pgp;
    lj_buf text, rows, maps, aside;
} text_job;

/* ---- format=flowed ---- */

typedef struct flow_line {
    size_t from, len; /* without its line end */
    uint32_t quotes;
    bool is_soft;
} flow_line;

static flow_line flow_line_at(const uint8_t *text, size_t len, size_t at, size_t *out_next)
{
    const uint8_t *lf = memchr(text + at, '\n', len - at);
    size_t end = lf != NULL ? (size_t)(lf - text) : len;
    flow_line line = {.from = at};
    *out_next = lf != NULL ? end + 1 : len;
    end -= end > at && text[end - 1] == '\r' ? 1 : 0;
    while (line.from < end && text[line.from] == '>') {
        line.quotes++;
        line.from++;
    }
    line.from += line.from < end && text[line.from] == ' ' ? 1 : 0; /* 4.4: stuffed */
    line.len = end - line.from;
    bool is_sign = line.len == 3 && memcmp(text + line.from, "-- ", 3) == 0; /* 4.3 */
    line.is_soft = line.len > 0 && text[end - 1] == ' ' && !is_sign;
    return line;
}

size_t mail_unflow(uint8_t *text, size_t len, bool del_space)
{
    size_t out = 0;
    size_t at = 0;
    bool was_soft = false;
    uint32_t quotes = 0;
    while (at < len) {
        size_t next = 0;
        flow_line line = flow_line_at(text, len, at, &next);
        bool joins = was_soft && line.quotes == quotes;
        if (was_soft && !joins) {
            text[out++] = '\n'; /* 4.5: the depth of quotes changes: the paragraph ends */
        }
        for (uint32_t i = 0; i < line.quotes && !joins; i++) {
            text[out++] = '>';
        }
        size_t part = line.len - (line.is_soft && del_space ? 1 : 0);
        memmove(text + out, text + line.from, part);
        out += part;
        if (!line.is_soft && next > at + line.quotes + line.len && text[next - 1] == '\n') {
            text[out++] = '\n';
        }
        was_soft = line.is_soft;
        quotes = line.quotes;
        at = next;
    }
    return out;
}

/* ---- text/enriched ---- */

static bool tag_is(lj_slice tag, const char *name)
{
    return mail_word_is(tag, name);
}

/* Bytes that are kept of a run of line ends: one is a blank, n are n - 1. */
static size_t put_breaks(uint8_t *text, size_t out, size_t count)
{
    if (count == 1) {
        text[out++] = ' ';
    }
    for (size_t i = 1; i < count; i++) {
        text[out++] = '\n';
    }
    return out;
}

size_t mail_unenrich(uint8_t *text, size_t len, lj_buf *aside)
{
    size_t out = 0;
    size_t breaks = 0;
    bool in_param = false;
    bool no_fill = false;
    for (size_t at = 0; at < len; at++) {
        uint8_t byte = text[at];
        if (byte == '\r') {
            continue;
        }
        if (byte == '\n' && !no_fill && !in_param) {
            breaks++;
            continue;
        }
        out = put_breaks(text, out, breaks);
        breaks = 0;
        bool is_double = byte == '<' && at + 1 < len && text[at + 1] == '<';
        const uint8_t *end =
            byte == '<' && !is_double ? memchr(text + at, '>', lj_min_size(len - at, PEEK)) : NULL;
        if (end != NULL) {
            lj_slice tag = lj_slice_of(text + at + 1, (size_t)(end - text) - at - 1);
            if (tag_is(tag, "param") || tag_is(tag, "comment")) {
                in_param = true;
            } else if (tag_is(tag, "/param") || tag_is(tag, "/comment")) {
                in_param = false;
                lj_buf_put_u8(aside, '\n');
            } else if (tag_is(tag, "nofill") || tag_is(tag, "/nofill")) {
                no_fill = tag.len == 6;
            } else if (tag_is(tag, "nl") || tag_is(tag, "np") || tag_is(tag, "lt")) {
                text[out++] = tag_is(tag, "lt") ? '<' : '\n'; /* RFC 1341 7.1.3 */
            }
            at = (size_t)(end - text);
            continue;
        }
        at += is_double ? 1 : 0;
        if (in_param) {
            lj_buf_put_u8(aside, byte);
        } else {
            text[out++] = byte;
        }
    }
    return put_breaks(text, out, breaks > 1 ? breaks : 0);
}

/* ---- spans ---- */

static void make_maps(text_job *t, uint64_t off)
{
    size_t count = t->rows.len / sizeof(text_map_row);
    lj_buf_clear(&t->maps);
    for (size_t i = 0; i < count; i++) {
        text_map_row row;
        memcpy(&row, t->rows.ptr + i * sizeof(row), sizeof(row));
        span_map map = {.text_at = row.text_at, .src_off = off + row.src_off};
        lj_buf_put(&t->maps, lj_slice_of(&map, sizeof(map)));
    }
}

static lj_code tell_aside(text_job *t)
{
    if (t->aside.len == 0) {
        return LJ_OK;
    }
    span what = span_of(SPAN_ATTRIBUTE, lj_buf_str(&t->aside));
    what.place = t->body->place;
    what.hidden_by = t->body->hidden_by | SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    lj_code code = format_emit(t->run, &what);
    lj_buf_clear(&t->aside);
    return code;
}

static uint32_t count_lines(lj_slice text)
{
    uint32_t count = 0;
    for (size_t at = 0; at < text.len;) {
        const uint8_t *lf = memchr(text.ptr + at, '\n', text.len - at);
        if (lf == NULL) {
            break;
        }
        count++;
        at = (size_t)(lf - text.ptr) + 1;
    }
    return count;
}

/* Decodes the next len bytes of the input, or less when they end inside a letter, and moves over
 * them. */
static lj_code emit_block(text_job *t, size_t len)
{
    lj_slice raw = lj_slice_part(mail_input_rest(&t->in), 0, len);
    const mail_body *body = t->body;
    bool is_last = t->in.at_end && len == mail_input_rest(&t->in).len;
    bool ends = raw.len > 0 && raw.ptr[raw.len - 1] == '\n';
    bool maps =
        body->doc_off != UINT64_MAX && !body->is_enriched && (body->flags & MAIL_FLOWED) == 0;
    lj_buf_clear(&t->text);
    lj_buf_clear(&t->rows);
    size_t used = t->is_whole
                      ? text_to_utf8(t->charset, raw, !is_last, &t->text, maps ? &t->rows : NULL)
                      : text_lines_to_utf8(t->charset, raw, !is_last && !ends, &t->text,
                                           maps ? &t->rows : NULL);
    used = used > 0 ? used : raw.len;
    uint64_t off = mail_input_off(&t->in);
    t->in.pos += used;
    uint32_t lines = count_lines(lj_buf_slice(&t->text));
    if ((body->flags & MAIL_FLOWED) != 0 && t->text.len > 0) {
        t->text.len = mail_unflow(t->text.ptr, t->text.len, (body->flags & MAIL_DELSP) != 0);
    }
    if (body->is_enriched && t->text.len > 0) {
        t->text.len = mail_unenrich(t->text.ptr, t->text.len, &t->aside);
    }
    span what = span_of(SPAN_BODY, lj_buf_str(&t->text));
    what.story_id = body->story;
    what.place = body->place;
    what.place.row_no = t->line_no;
    what.hidden_by = body->hidden_by;
    what.join = t->goes_on ? SPAN_JOIN_SAME : t->was_told ? SPAN_JOIN_LINE : SPAN_JOIN_BLOCK;
    if (body->doc_off != UINT64_MAX) {
        what.src_off = body->doc_off + off;
    }
    make_maps(t, body->doc_off + off);
    if (maps && t->maps.len > sizeof(span_map) && lj_buf_ok(&t->maps)) {
        what.maps = (const span_map *)(const void *)t->maps.ptr;
        what.map_count = (uint32_t)(t->maps.len / sizeof(span_map));
    }
    t->line_no += lines;
    t->goes_on = (body->flags & MAIL_FLOWED) != 0 && t->text.len > 0
                     ? t->text.ptr[t->text.len - 1] != '\n'
                     : !ends;
    t->was_told = true;
    lj_code code = look_is_blank(what.text) ? LJ_OK : format_emit(t->run, &what);
    return code == LJ_OK ? tell_aside(t) : code;
}

/* ---- what is no text ---- */

/* What begins with the line at `at` of the rest? */
static special special_at(lj_slice rest, size_t at)
{
    lj_slice name;
    lj_slice text = lj_slice_part(rest, at, SIZE_MAX);
    uint8_t first = text.ptr[0];
    if (first == 'b' && mail_uu_begins(text, &name)) {
        return UU;
    }
    if (first == '=' && lj_slice_has_prefix(text, LJ_BYTES("=ybegin "))) {
        return YENC;
    }
    if (first == '-' && lj_slice_has_prefix(text, LJ_BYTES("-----BEGIN PGP MESSAGE"))) {
        return PGP;
    }
    return NOTHING;
}

/* A line of base64 with another one of its length below it. */
static bool begins_base64(lj_slice rest, size_t at, size_t line_len)
{
    lj_slice line = mail_line_text(lj_slice_part(rest, at, line_len));
    if (!mail_is_base64_line(line)) {
        return false;
    }
    lj_slice below = lj_slice_part(rest, at + line_len, line_len);
    return mail_is_base64_line(mail_line_text(below)) && mail_line_text(below).len == line.len;
}

static format_src *file_source(text_job *t, mail_coding coding, uint64_t to)
{
    return mail_decode(t->run, t->src, mail_input_off(&t->in), to, coding, NULL);
}

static lj_slice yenc_name(lj_slice line)
{
    size_t at = lj_slice_find(line, LJ_BYTES(" name="));
    return at != SIZE_MAX ? mail_trim(lj_slice_part(line, at + 6, SIZE_MAX)) : (lj_slice){NULL, 0};
}

/* Moves over the lines of a coded file. */
static void skip_file(text_job *t, special what)
{
    bool first = true;
    for (;;) {
        lj_slice line = mail_input_line(&t->in);
        lj_slice text = mail_trim(line);
        if (line.len == 0) {
            return;
        }
        bool ends = what == UU ? lj_slice_is(text, LJ_BYTES("end"))
                               : lj_slice_has_prefix(text, LJ_BYTES("=yend"));
        if (what == UU && !first && !ends && !mail_uu_fits(mail_line_text(line))) {
            return;
        }
        t->line_no++;
        t->in.pos += line.len;
        first = false;
        if (ends) {
            return;
        }
    }
}

static lj_code read_file(text_job *t, special what)
{
    lj_slice name = {NULL, 0};
    lj_slice line = mail_line_text(mail_input_line(&t->in));
    lj_arena *arena = format_arena(t->run);
    lj_arena_mark mark = lj_arena_mark_of(arena);
    lj_code code = format_entry(t->run);
    if (code != LJ_OK) {
        return code;
    }
    if (t->file_count == t->file_max) {
        format_gap(t->run, GAP_UNSUPPORTED, what == UU ? "uuencode" : "yenc", t->body->place);
    }
    if (t->file_count++ < t->file_max) {
        (void)(what == UU && mail_uu_begins(line, &name));
        name = what == UU ? name : yenc_name(line);
        lj_buf utf8;
        lj_buf_init(&utf8, arena, 4 * MAIL_NAME_MAX);
        mail_to_utf8(TEXT_CHARSET_NONE, lj_slice_part(name, 0, MAIL_NAME_MAX), &utf8);
        format_child_info info = {.name = lj_buf_slice(&utf8), .kind = FORMAT_ATTACHED};
        info.name_utf8 = lj_buf_str(&utf8);
        code =
            format_child(t->run, &info, file_source(t, what == UU ? MAIL_UU : MAIL_YENC, t->len));
    }
    lj_arena_rewind(arena, mark);
    skip_file(t, what);
    t->was_told = t->goes_on = false;
    return code;
}

/* Armor: fields, an empty line, base64. Whatever does not look like it is text again. */
static lj_code read_pgp(text_job *t)
{
    uint64_t from = mail_input_off(&t->in);
    bool in_fields = true;
    bool first = true;
    bool ends = false;
    while (!ends) {
        lj_slice line = mail_input_line(&t->in);
        lj_slice text = mail_trim(line);
        size_t name_len = 0;
        ends = lj_slice_has_prefix(text, LJ_BYTES("-----END PGP MESSAGE"));
        bool is_field = in_fields && mail_field_name_len(text, &name_len) > 0;
        bool is_data = true;
        for (size_t i = 0; i < text.len && is_data; i++) {
            uint8_t byte = text.ptr[i];
            is_data = (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
                      (byte >= '0' && byte <= '9') || byte == '+' || byte == '/' || byte == '=';
        }
        if (line.len == 0 || (!first && !ends && !is_field && !is_data)) {
            break;
        }
        in_fields = in_fields && (first || text.len > 0);
        first = false;
        t->line_no++;
        t->in.pos += line.len;
    }
    if (!t->told_pgp) {
        format_gap(t->run, GAP_ENCRYPTED, "pgp", t->body->place);
        t->told_pgp = true;
    }
    if (t->body->doc_off != UINT64_MAX) {
        format_claim(t->run, t->body->doc_off + from, mail_input_off(&t->in) - from, FORMAT_LOCKED);
    }
    t->was_told = t->goes_on = false;
    return LJ_OK;
}

/* Base64 that nobody declared: a child when it is something. */
static lj_code read_base64(text_job *t, uint64_t off)
{
    uint8_t head[1024];
    uint8_t room[3 * sizeof(head)];
    lj_arena *arena = format_arena(t->run);
    lj_arena_mark mark = lj_arena_mark_of(arena);
    format_src *src = mail_decode(t->run, t->src, off, t->len, MAIL_BLOCK, NULL);
    lj_code code = LJ_OK;
    if (src == NULL) {
        return LJ_E_LIMIT;
    }
    lj_slice bytes = lj_slice_of(head, format_pull(t->run, src, 0, head, sizeof(head)));
    lj_buf text = {.ptr = room, .cap = sizeof(room), .max_len = sizeof(room)};
    (void)text_lines_to_utf8(TEXT_GB18030, bytes, /* more= */ true, &text, NULL);
    if (format_recognise(bytes) != NULL || text_plausible(lj_buf_str(&text)) >= PLAUSIBLE) {
        code = format_entry(t->run);
        format_child_info info = {.name = LJ_BYTES("base64"), .kind = FORMAT_EMBEDDED};
        code = code == LJ_OK ? format_child(t->run, &info, src) : code;
    }
    lj_arena_rewind(arena, mark);
    return code;
}

/* ---- the way through ---- */

static void guess_charset(text_job *t)
{
    size_t bom = 0;
    text_charset declared = t->body->charset;
    while (mail_input_rest(&t->in).len < SAMPLE && mail_input_fill(&t->in)) {
    }
    lj_slice sample = lj_slice_part(mail_input_rest(&t->in), 0, SAMPLE);
    text_charset guess = mail_guess(sample, declared, &bom);
    if (guess == TEXT_UTF8) { /* the head is ASCII, or its lines are UTF-8 anyway */
        guess = declared != TEXT_CHARSET_NONE && !mail_is_whole(declared) ? declared : TEXT_GB18030;
    }
    t->charset = guess;
    t->is_whole = mail_is_whole(guess);
    t->in.pos += bom;
}

/* Lines from the start of the rest that can be given as one block, until something else begins. */
static size_t block_len(text_job *t, special *out_next, uint64_t *out_base64)
{
    lj_slice rest = mail_input_rest(&t->in);
    size_t at = 0;
    *out_next = NOTHING;
    *out_base64 = UINT64_MAX;
    while (at < rest.len && at < BLOCK) {
        const uint8_t *lf = memchr(rest.ptr + at, '\n', rest.len - at);
        size_t len = lf != NULL ? (size_t)(lf - rest.ptr) + 1 - at : rest.len - at;
        if (lf == NULL && !t->in.at_end && at > 0) {
            break; /* a line that is not here as a whole is looked at later */
        }
        bool at_start = at > 0 || !t->goes_on;
        if (at_start) {
            *out_next = special_at(rest, at);
        }
        if (*out_next != NOTHING) {
            return at;
        }
        bool is_coded = len > 56 && len < 104 &&
                        mail_is_base64_line(mail_line_text(lj_slice_part(rest, at, len)));
        if (is_coded && !t->was_base64 && at_start && *out_base64 == UINT64_MAX &&
            begins_base64(rest, at, len)) {
            *out_base64 = mail_input_off(&t->in) + at;
        }
        t->was_base64 = is_coded;
        at += len;
    }
    return at;
}

static lj_code read_lines(text_job *t)
{
    special next = NOTHING;
    uint64_t base64_at = UINT64_MAX;
    if (t->is_whole) {
        return emit_block(t, lj_min_size(mail_input_rest(&t->in).len, BLOCK));
    }
    size_t len = block_len(t, &next, &base64_at);
    lj_code code = len > 0 ? emit_block(t, len) : LJ_OK;
    if (code == LJ_OK && base64_at != UINT64_MAX && t->file_count < t->file_max) {
        t->file_count++;
        code = read_base64(t, base64_at);
    }
    if (code != LJ_OK || next == NOTHING) {
        return code;
    }
    return next == PGP ? read_pgp(t) : read_file(t, next);
}

/* Decoded text of modest size is kept whole: a file inside would have it decoded again. */
static void keep_whole(text_job *t)
{
    t->file_max = FILES_MAX;
    if (t->body->doc_off != UINT64_MAX) {
        return;
    }
    lj_slice bytes = format_slurp(t->run, t->src, 0, SLURP_MAX);
    if (bytes.len < SLURP_MAX) {
        format_src *kept = format_memory(t->run, bytes);
        t->src = kept != NULL ? kept : t->src;
        t->len = kept != NULL ? bytes.len : t->len;
    } else {
        t->file_max = FILES_DEAR;
    }
}

lj_code mail_text(const mail_body *body)
{
    text_job *t = lj_arena_alloc(format_arena(body->run), sizeof(*t));
    if (t == NULL) {
        return LJ_E_LIMIT;
    }
    lj_arena *arena = format_arena(body->run);
    t->body = body;
    t->run = body->run;
    t->src = body->src;
    t->len = body->len;
    t->line_no = 1;
    keep_whole(t);
    size_t cap = (size_t)lj_min_u64(MAIL_INPUT, t->len);
    lj_buf_init(&t->text, arena, 4 * MAIL_INPUT);
    lj_buf_init(&t->rows, arena, 2 * MAIL_INPUT * sizeof(text_map_row));
    lj_buf_init(&t->maps, arena, 2 * MAIL_INPUT * sizeof(span_map));
    lj_buf_init(&t->aside, arena, 4 * MAIL_INPUT);
    if (!mail_input_open(&t->in, t->run, t->src, 0, t->len, cap)) {
        return LJ_E_LIMIT;
    }
    guess_charset(t);
    lj_code code = LJ_OK;
    while (code == LJ_OK) {
        if (mail_input_rest(&t->in).len < BLOCK + BLOCK / 4) {
            (void)mail_input_fill(&t->in);
        }
        if (mail_input_rest(&t->in).len == 0) {
            break;
        }
        code = read_lines(t);
    }
    return code;
}
