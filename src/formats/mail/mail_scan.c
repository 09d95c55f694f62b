/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Where the parts of a message are: RFC 2046 5.1 (multipart), RFC 5322 (the message around it).
 *
 *              header                  delimiter          close delimiter
 *     BEGIN ----------> PREAMBLE ----------------> header --+---> EPILOGUE --> (of the level
 * around) |                     ^                   |
 *                 +--> LEAF ------------+-------------------+
 *
 * Model. An explicit stack of open multiparts. A line that begins with two strokes is compared with
 * their boundaries from the inside out; one that fits closes everything inside of its level.
 *
 * Traps. A boundary that is the beginning of another: a delimiter has to fit to its line's end, but
 * for blanks. A multipart without a boundary, or whose boundary never comes: a line of strokes
 * before a field of MIME is taken as a second delimiter (note `repaired`). A delimiter inside a
 * header ends it. A message inside that has too few fields to be known as mail would be read as
 * plain text by the core: it is read as a part of this one. More than MAIL_LEVELS levels: what lies
 * below is text. The end of the bytes before a closing delimiter: the message was cut (gap
 * `damaged`). */
#include "base/num.h"
#include "formats/mail/mail_priv.h"

enum { EVIDENCE_LEN = 16 * 1024 };

bool mail_scan_open(mail *m)
{
    mail_scan *scan = &m->scan;
    scan->levels = lj_arena_alloc_raw(format_arena(m->run), MAIL_LEVELS * sizeof(*scan->levels));
    return scan->levels != NULL &&
           mail_input_open(&scan->in, m->run, m->src, m->from, m->to, MAIL_INPUT);
}

/* ---- delimiters ---- */

static bool fits(const uint8_t *boundary, size_t len, lj_slice text, bool *out_close)
{
    if (len == 0 || text.len < len || memcmp(text.ptr, boundary, len) != 0) {
        return false;
    }
    lj_slice rest = mail_trim(lj_slice_part(text, len, SIZE_MAX));
    *out_close = lj_slice_is(rest, LJ_BYTES("--"));
    return rest.len == 0 || *out_close;
}

/* The level that the line delimits, counted from 1; 0 when it is an ordinary line. */
static uint32_t level_of(const mail_scan *scan, lj_slice line, bool *out_close)
{
    if (line.len < 3 || line.ptr[0] != '-' || line.ptr[1] != '-') {
        return 0;
    }
    lj_slice text = lj_slice_part(line, 2, SIZE_MAX);
    for (uint32_t i = scan->depth; i > 0; i--) {
        const mail_level *level = &scan->levels[i - 1];
        if (fits(level->boundary, level->len, text, out_close) ||
            fits(level->alias, level->alias_len, text, out_close)) {
            return i;
        }
    }
    return 0;
}

/* A multipart in which no delimiter was seen yet: does this line of strokes look like one? Then it
 * is taken as a second boundary. */
static bool adopt(mail_scan *scan, lj_slice line)
{
    mail_level *top = scan->depth > 0 ? &scan->levels[scan->depth - 1] : NULL;
    bool waits = scan->has_open && scan->open.kind == MAIL_PREAMBLE && top != NULL &&
                 !top->is_known && scan->open.level == scan->depth;
    size_t len = line.len;
    if (!waits || len < 4 || line.ptr[0] != '-' || line.ptr[1] != '-' || mail_trim(line).len < 4 ||
        mail_trim(line).len - 2 > MAIL_BOUNDARY_MAX) {
        return false;
    }
    /* the line may move when more is taken in */
    while (mail_input_rest(&scan->in).len < len + 8 && mail_input_fill(&scan->in)) {
    }
    lj_slice rest = mail_input_rest(&scan->in);
    if (!lj_slice_is_nocase(lj_slice_part(rest, len, 8), LJ_BYTES("Content-"))) {
        return false;
    }
    line = mail_trim(lj_slice_part(rest, 2, len - 2));
    top->alias_len = line.len;
    memcpy(top->alias, line.ptr, line.len);
    scan->is_repaired = true;
    return true;
}

/* ---- regions ---- */

/* Ends the open region at `to` and keeps it; empty text between parts is not kept. */
static void close_region(mail *m, uint64_t to)
{
    mail_scan *scan = &m->scan;
    mail_region *open = &scan->open;
    if (!scan->has_open) {
        return;
    }
    scan->has_open = false;
    open->body_to = lj_max_u64(open->body_at, to);
    bool is_aside = open->kind == MAIL_PREAMBLE || open->kind == MAIL_EPILOGUE;
    if (open->kind == MAIL_PREAMBLE && scan->depth == open->level && scan->depth > 0 &&
        !scan->levels[scan->depth - 1].is_known) {
        open->kind = MAIL_UNSPLIT;
    }
    if (!is_aside || open->body_to > open->body_at) {
        m->regions[m->region_count++] = *open;
    }
}

static void open_aside(mail_scan *scan, mail_region_kind kind, const mail_region *like)
{
    scan->open = *like;
    scan->open.kind = kind;
    scan->open.head_at = scan->open.body_at = mail_input_off(&scan->in);
    scan->open.level = (uint8_t)scan->depth;
    scan->has_open = true;
    scan->line_end = 0;
}

/* "2.1.3": the numbers of the parts on the way down. Cut when it is too long. */
static void number_part(const mail_scan *scan, char *no)
{
    uint8_t room[MAIL_NO_MAX];
    lj_buf text = {.ptr = room, .cap = sizeof(room), .max_len = MAIL_NO_MAX - 1};
    for (uint32_t i = 0; i < scan->depth; i++) {
        if (i > 0) {
            lj_buf_put_u8(&text, '.');
        }
        lj_buf_put_dec(&text, scan->levels[i].count);
    }
    if (scan->depth == 0) {
        lj_buf_put_u8(&text, '1');
    }
    memcpy(no, room, text.len);
    no[text.len] = '\0';
}

static void push_level(mail *m)
{
    mail_scan *scan = &m->scan;
    mail_level *level = &scan->levels[scan->depth++];
    level->len = level->alias_len = 0;
    level->count = 0;
    level->is_known = false;
    level->flags = m->head.flags & (MAIL_DIGEST | MAIL_LOCKED);
    lj_slice boundary = mail_trim(lj_buf_slice(&m->head.boundary));
    if (boundary.len <= MAIL_BOUNDARY_MAX) {
        level->len = boundary.len;
        if (boundary.len > 0) {
            memcpy(level->boundary, boundary.ptr, boundary.len);
        }
    }
}

/* A message that begins here but would not be known as one. */
static bool is_poor_message(mail *m)
{
    mail_input *in = &m->scan.in;
    if (m->head.type != MAIL_MESSAGE || m->head.coding != MAIL_PLAIN) {
        return false;
    }
    while (mail_input_rest(in).len < EVIDENCE_LEN && mail_input_fill(in)) {
    }
    lj_slice rest = mail_input_rest(in);
    size_t name_len = 0;
    bool saved = false;
    return mail_field_name_len(rest, &name_len) > 0 &&
           mail_evidence(lj_slice_part(rest, 0, EVIDENCE_LEN), &saved) == 0;
}

/* Reads a header and opens what follows it. */
static lj_code open_part(mail *m)
{
    mail_scan *scan = &m->scan;
    uint32_t flags = scan->depth > 0 ? scan->levels[scan->depth - 1].flags : 0;
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < MAIL_MESSAGES_MAX && code == LJ_OK; i++) {
        bool is_close = false;
        mail_field field;
        mail_region *open = &scan->open;
        *open = (mail_region){.kind = MAIL_LEAF, .level = (uint8_t)scan->depth, .flags = flags};
        open->head_at = mail_input_off(&scan->in);
        number_part(scan, open->no);
        mail_head_clear(&m->head, (flags & MAIL_DIGEST) != 0);
        while (level_of(scan, mail_input_line(&scan->in), &is_close) == 0 &&
               mail_field_next(&scan->in, &field)) {
            mail_head_take(&m->head, &m->look, &field);
            code = format_work(m->run, 1);
            if (code != LJ_OK) {
                return code;
            }
        }
        open->body_at = mail_input_off(&scan->in);
        scan->in.in_field = false;
        open->type = m->head.type;
        open->coding = m->head.coding;
        scan->has_open = true;
        scan->line_end = 0;
        code = format_entry(m->run);
        if (!is_poor_message(m) || i + 1 == MAIL_MESSAGES_MAX) {
            break;
        }
        open->kind = MAIL_LEVEL;
        close_region(m, open->body_at);
        flags &= ~(uint32_t)MAIL_DIGEST;
    }
    if (code == LJ_OK && m->head.type == MAIL_MULTIPART) {
        if (scan->depth >= m->level_max) {
            scan->is_deep = true;
            scan->open.kind = MAIL_UNSPLIT;
        } else {
            mail_region whole = scan->open;
            scan->open.kind = MAIL_LEVEL;
            close_region(m, whole.body_at);
            push_level(m);
            open_aside(scan, MAIL_PREAMBLE, &whole);
        }
    }
    return code;
}

/* A delimiter line of the level: what is inside ends before it. */
static lj_code take_delimiter(mail *m, uint32_t level, bool is_close)
{
    mail_scan *scan = &m->scan;
    lj_slice line = mail_input_line(&scan->in);
    uint64_t at = mail_input_off(&scan->in);
    if (level == scan->depth) {
        scan->levels[level - 1].is_known = true;
    }
    close_region(m, at - lj_min_u64(at, scan->line_end));
    scan->depth = level;
    scan->levels[level - 1].is_known = true;
    scan->in.pos += line.len;
    if (!is_close) {
        scan->levels[level - 1].count++;
        return open_part(m);
    }
    scan->depth = level - 1;
    mail_region none = {.flags = 0};
    number_part(scan, none.no);
    open_aside(scan, MAIL_EPILOGUE, &none);
    return LJ_OK;
}

static void take_end(mail *m)
{
    mail_scan *scan = &m->scan;
    scan->is_unended = scan->depth > 0;
    close_region(m, mail_input_off(&scan->in));
    scan->is_done = true;
}

lj_code mail_scan_next(mail *m)
{
    mail_scan *scan = &m->scan;
    lj_code code = LJ_OK;
    m->region_count = 0;
    if (!scan->is_begun) {
        scan->is_begun = true;
        code = open_part(m);
    }
    while (code == LJ_OK && !scan->is_done &&
           m->region_count + MAIL_MESSAGES_MAX + 4 < MAIL_BATCH) {
        lj_slice line = mail_input_line(&scan->in);
        bool is_close = false;
        if (line.len == 0) {
            take_end(m);
            break;
        }
        if (!scan->in_line && line.len > 2 && line.ptr[0] == '-' && line.ptr[1] == '-') {
            code = format_work(m->run, scan->depth + 1);
            uint32_t level = level_of(scan, line, &is_close);
            if (level == 0 && adopt(scan, line)) {
                level = scan->depth;
            }
            if (level > 0 && code == LJ_OK) {
                code = take_delimiter(m, level, is_close);
                continue;
            }
            line = mail_input_line(&scan->in);
        }
        bool has_end = line.ptr[line.len - 1] == '\n';
        scan->line_end = (uint32_t)(line.len - mail_line_text(line).len);
        scan->in_line = !has_end;
        scan->in.pos += line.len;
    }
    return code;
}
