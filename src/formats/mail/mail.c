/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Mail messages and saved web pages: RFC 5322, RFC 2045 to 2047 (MIME), RFC 2183, RFC 2231, RFC
 * 2557 (MHTML), RFC 3156 (PGP), RFC 8551 (S/MIME). Studied: Python's email package, Apache James
 * Mime4j and Tika's use of it, ripMIME, munpack.
 *
 * Model. Fields are metadata with their names; those that a mail program does not show say so.
 * Every body is read, also the alternative that nobody sees: plain text here, HTML and files as
 * children, a message inside as a child too. Text before the first and behind the last part is
 * hidden text. mail_scan.c finds the parts, this file reads them, mail_text.c plain text,
 * mail_smime.c signed messages, mail_decode.c what is coded. Of a saved page every part is a child
 * under the address that it was saved from, HTML first.
 *
 * Traps. Parts that are coded otherwise than they say. A base64 body with a footer behind it: the
 * footer is left to the sweep. Attachments whose two names differ: both are told. Fields of parts
 * that hold more than everybody writes: told. A file in a multipart/encrypted that is not
 * encrypted: read.
 *
 * Limits. A source that cannot go back cheaply (mail inside a large compressed file): small parts
 * are kept in memory for their reader; a large one costs another decoding.
 *
 * Not done: pieces of message/partial are not joined (gap `volume`); what message/external-body
 * points to is not fetched; BinHex; certificates of S/MIME are not searched. */
#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/look.h"
#include "formats/mail/mail_priv.h"

enum {
    PLACES_MAX = 4096, /* parts whose number stands in the places of their spans */
    SNIFF = 64,        /* bytes that tell encrypted data from a plain file */
};

/* ---- fields ---- */

static bool is_shown(lj_slice name)
{
    static const char *const shown[] = {"Subject",  "From", "To",        "Cc",
                                        "Reply-To", "Date", "Newsgroups"};
    for (size_t i = 0; i < LJ_COUNT_OF(shown); i++) {
        if (mail_word_is(name, shown[i])) {
            return true;
        }
    }
    return false;
}

/* Fields of a part that are read into its name, its type and its letters. */
static bool is_told_elsewhere(mail *m, const mail_field *field)
{
    bool is_word = mail_word_is(field->name, "Content-Transfer-Encoding") ||
                   mail_word_is(field->name, "MIME-Version");
    bool has_params = mail_word_is(field->name, "Content-Type") ||
                      mail_word_is(field->name, "Content-Disposition");
    if (!is_word && !has_params) {
        return mail_word_is(field->name, "Content-Location") && m->is_saved_page;
    }
    lj_buf_clear(&m->look.flat);
    mail_unfold(field->value, &m->look.flat);
    return mail_params_are_plain(lj_buf_slice(&m->look.flat));
}

static lj_code emit_field(mail *m, const mail_field *field, const mail_region *region,
                          span_place place)
{
    bool is_part = region->level > 0;
    lj_slice value = mail_trim(field->value);
    if (!field->goes_on) {
        lj_buf_clear(&m->label);
        lj_buf_put(&m->label, field->name);
        if (is_part && is_told_elsewhere(m, field)) {
            return LJ_OK;
        }
    }
    lj_buf_clear(&m->look.flat);
    lj_buf_clear(&m->look.text);
    mail_unfold(field->value, &m->look.flat);
    mail_words(lj_buf_slice(&m->look.flat), &m->look.text, &m->look.scratch);
    span what = span_of(SPAN_METADATA, lj_buf_str(&m->look.text));
    what.label = lj_buf_str(&m->label);
    what.join = field->goes_on ? SPAN_JOIN_SAME : SPAN_JOIN_BLOCK;
    what.place = place;
    what.src_off = field->off + (value.len > 0 ? (uint64_t)(value.ptr - field->value.ptr) : 0);
    what.hidden_by = is_shown(field->name) && !is_part ? 0 : SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    return format_emit(m->run, &what);
}

/* Reads the header of a region into m->head and tells its fields. */
static lj_code read_header(mail *m, const mail_region *region, span_place place)
{
    mail_field field;
    lj_code code = LJ_OK;
    mail_head_clear(&m->head, (region->flags & MAIL_DIGEST) != 0);
    mail_input_move(&m->in, m->src, region->head_at, region->body_at);
    while (code == LJ_OK && mail_field_next(&m->in, &field)) {
        mail_head_take(&m->head, &m->look, &field);
        code = emit_field(m, &field, region, place);
    }
    return code;
}

/* ---- bodies ---- */

/* A body: its bytes in the document, or in memory when going back there is dear. */
typedef struct body {
    format_src *raw;   /* holds the coded bytes ... */
    uint64_t from, to; /* ... here */
    uint64_t shift;    /* document offset = offset in raw + shift */
    mail_coding coding;
    mail_decoder *decoder;
    format_src *src; /* decoded */
    bool is_odd;     /* base64 that is none for the most part: the bytes are left to the sweep */
} body;

static bool is_written(mail_type type)
{
    return type == MAIL_TEXT || type == MAIL_HTML || type == MAIL_ENRICHED || type == MAIL_MESSAGE;
}

static bool open_body(mail *m, const mail_region *region, body *out)
{
    uint64_t len = region->body_to - region->body_at;
    *out = (body){.raw = m->src, .from = region->body_at, .to = region->body_to};
    out->coding = region->kind == MAIL_UNSPLIT ? region->coding : m->head.coding;
    if (region->kind == MAIL_PREAMBLE || region->kind == MAIL_EPILOGUE) {
        out->coding = MAIL_PLAIN;
    }
    if (m->is_stream && len <= MAIL_SMALL) {
        lj_slice bytes = format_slurp(m->run, m->src, region->body_at, len);
        out->raw = format_memory(m->run, bytes);
        out->shift = region->body_at;
        out->from = 0;
        out->to = bytes.len;
        if (out->raw == NULL) {
            return false;
        }
    }
    if (out->coding == MAIL_BASE64) {
        bool reads = false;
        out->is_odd = mail_base64_is_odd(m->run, out->raw, out->from, out->to, &reads);
        if (out->is_odd && !reads && is_written(m->head.type)) {
            out->coding = MAIL_PLAIN;
            out->is_odd = false;
        }
    }
    out->src = mail_decode(m->run, out->raw, out->from, out->to, out->coding, &out->decoder);
    return out->src != NULL;
}

static lj_code read_text(mail *m, const body *from, span_place place, uint64_t hidden_by)
{
    uint64_t len = from->to - from->from;
    mail_body text = {
        .run = m->run,
        .src = from->src,
        .len = from->decoder != NULL ? FORMAT_SIZE_UNKNOWN : len,
        .doc_off = from->decoder != NULL ? UINT64_MAX : from->from + from->shift,
        .charset = m->head.charset,
        .is_enriched = m->head.type == MAIL_ENRICHED,
        .flags = m->head.flags,
        .hidden_by = hidden_by,
        .story = ++m->story,
        .place = place,
    };
    return mail_text(&text);
}

/* The body was read. What stands behind the end of coded data is text: the footer of a list. */
static lj_code end_body(mail *m, const mail_region *region, const body *from, span_place place)
{
    if (from->is_odd) {
        return LJ_OK;
    }
    format_claim(m->run, region->body_at, region->body_to - region->body_at, FORMAT_READ);
    if (from->decoder == NULL || from->decoder->ended_at >= from->to) {
        return LJ_OK;
    }
    body rest = *from;
    rest.from = from->decoder->ended_at;
    rest.decoder = NULL;
    rest.src = mail_decode(m->run, rest.raw, rest.from, rest.to, MAIL_PLAIN, NULL);
    return rest.src != NULL ? read_text(m, &rest, place, SPAN_HIDE(SPAN_HIDDEN_SLACK)) : LJ_E_LIMIT;
}

/* ---- children ---- */

static const char *extension_of(const mail_head *head)
{
    static const struct {
        const char *kind, *extension;
    } rows[] = {
        {"text/plain",              ".txt"},
        {"text/csv",                ".csv"},
        {"image/jpeg",              ".jpg"},
        {"image/png",               ".png"},
        {"image/gif",               ".gif"},
        {"application/pdf",         ".pdf"},
        {"application/ms-tnef",     ".dat"},
        {"application/vnd.ms-tnef", ".dat"},
    };
    if (head->type == MAIL_HTML || head->type == MAIL_MESSAGE) {
        return head->type == MAIL_HTML ? ".html" : ".eml";
    }
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        if (lj_slice_is(lj_buf_slice(&head->kind), lj_cstr_bytes(rows[i].kind))) {
            return rows[i].extension;
        }
    }
    return "";
}

/* Appends the name without control characters; it is cut at a letter. */
static void put_name(lj_slice name, lj_buf *out)
{
    size_t len = lj_min_size(name.len, MAIL_NAME_MAX);
    while (len < name.len && len > 0 && (name.ptr[len] & 0xC0) == 0x80) {
        len--;
    }
    for (size_t i = 0; i < len; i++) {
        if (name.ptr[i] >= ' ') {
            lj_buf_put_u8(out, name.ptr[i]);
        }
    }
}

/* A child under its file name, its address in a saved page, or the number of its part. */
static lj_code give_child(mail *m, const mail_region *region, format_src *src)
{
    lj_buf name;
    format_child_info info = {.kind = FORMAT_ATTACHED};
    lj_buf_init(&name, format_arena(m->run), 2 * MAIL_NAME_MAX);
    if (m->is_saved_page) {
        info.kind = FORMAT_MEMBER;
        put_name(lj_buf_slice(&m->head.location), &name);
    }
    if (name.len == 0) {
        put_name(lj_buf_slice(&m->head.name), &name);
    }
    if (name.len == 0) {
        info.kind = FORMAT_EMBEDDED;
        lj_buf_put_cstr(&name, "part-");
        lj_buf_put_cstr(&name, region->no);
        lj_buf_put_cstr(&name, extension_of(&m->head));
    }
    info.name = lj_buf_slice(&name);
    info.name_utf8 = lj_buf_str(&name);
    return format_child(m->run, &info, src);
}

/* RFC 3156 4: is this the encrypted part, or something plain that pretends to be it? */
static bool is_pgp(mail *m, format_src *src)
{
    static const char armor[] = "-----BEGIN PGP MESSAGE";
    uint8_t head[SNIFF];
    lj_slice bytes = lj_slice_of(head, format_pull(m->run, src, 0, head, sizeof(head)));
    bytes = mail_trim(bytes);
    if (lj_slice_has_prefix(bytes, lj_cstr_bytes(armor))) {
        return true;
    }
    /* RFC 4880 4.2: packets of a session key, tag 1 and 3, in the old and in the new form */
    uint8_t tag = bytes.len > 0 ? bytes.ptr[0] : 0;
    return (tag & 0xFC) == 0x84 || (tag & 0xFC) == 0x8C || tag == 0xC1 || tag == 0xC3;
}

/* A name that no child bears. */
static lj_code tell_name(mail *m, const lj_buf *name, span_place place)
{
    span what = span_of(SPAN_METADATA, lj_buf_str(name));
    what.label = LJ_STR("name");
    what.origin = SPAN_NAME;
    what.place = place;
    what.hidden_by = SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    return format_emit(m->run, &what);
}

/* Text that is shown in the message, not a file that comes with it. */
static bool is_inline_text(const mail *m)
{
    bool is_file = (m->head.flags & (MAIL_ATTACHMENT | MAIL_NAMED)) != 0;
    return (m->head.type == MAIL_TEXT || m->head.type == MAIL_ENRICHED) && !is_file &&
           !m->is_saved_page;
}

static lj_code read_body(mail *m, const mail_region *region, span_place place)
{
    body from;
    lj_code code = tell_name(m, &m->head.other_name, place);
    bool is_empty = region->body_to == region->body_at && (m->head.flags & MAIL_NAMED) == 0;
    if (code != LJ_OK || is_empty) {
        return code;
    }
    if (!open_body(m, region, &from)) {
        return LJ_E_LIMIT;
    }
    if ((region->flags & MAIL_LOCKED) != 0 && m->head.type == MAIL_OTHER && is_pgp(m, from.src)) {
        format_gap(m->run, GAP_ENCRYPTED, "pgp", place);
        format_claim(m->run, region->body_at, region->body_to - region->body_at, FORMAT_LOCKED);
        return tell_name(m, &m->head.name, place);
    }
    if (m->head.type == MAIL_SMIME) {
        code = mail_smime(m->run, from.src, (m->head.flags & MAIL_ENVELOPED) != 0, place);
        if (code == LJ_E_ENCRYPTED) {
            format_claim(m->run, region->body_at, region->body_to - region->body_at, FORMAT_LOCKED);
            return tell_name(m, &m->head.name, place);
        }
        if (code != LJ_E_FORMAT) {
            format_claim(m->run, region->body_at, region->body_to - region->body_at, FORMAT_READ);
            return code == LJ_OK || code == LJ_E_UNSUPPORTED ? tell_name(m, &m->head.name, place)
                                                             : code;
        }
    }
    if ((m->head.flags & MAIL_PARTIAL) != 0) {
        format_gap(m->run, GAP_VOLUME, "partial", place);
    }
    code = is_inline_text(m) ? read_text(m, &from, place, 0) : give_child(m, region, from.src);
    return code == LJ_OK ? end_body(m, region, &from, place) : code;
}

/* ---- regions ---- */

static span_place place_of(mail *m, const mail_region *region)
{
    span_place place = {0};
    if (region->level > 0 && m->named_count < PLACES_MAX) {
        m->named_count++;
        place.part_id = format_part(m->run, lj_cstr_bytes(region->no));
    }
    return place;
}

/* The header was read. */
static lj_code read_region(mail *m, const mail_region *region, span_place place)
{
    bool is_aside = region->kind == MAIL_PREAMBLE || region->kind == MAIL_EPILOGUE;
    if (region->kind == MAIL_LEAF) {
        return read_body(m, region, place);
    }
    lj_code code = tell_name(m, &m->head.name, place);
    body from;
    if (code != LJ_OK || region->kind == MAIL_LEVEL) {
        return code;
    }
    if (region->body_to == region->body_at) {
        return LJ_OK;
    }
    m->head.type = MAIL_TEXT; /* of an unsplit multipart too */
    if (!open_body(m, region, &from)) {
        return LJ_E_LIMIT;
    }
    code = read_text(m, &from, place, is_aside ? SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED) : 0);
    return code == LJ_OK ? end_body(m, region, &from, place) : code;
}

static lj_code read_one(mail *m, const mail_region *region)
{
    lj_arena *arena = format_arena(m->run);
    span_place place = place_of(m, region);
    lj_code code = read_header(m, region, place); /* its buffers may grow: they outlive the mark */
    lj_arena_mark mark = lj_arena_mark_of(arena);
    code = code == LJ_OK ? read_region(m, region, place) : code;
    lj_arena_rewind(arena, mark);
    return code;
}

/* In their order; but of a saved page the pages first, then what they show. */
static lj_code read_regions(mail *m)
{
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < m->region_count; i++) {
        const mail_region *region = &m->regions[i];
        format_claim(m->run, m->claimed, region->body_at - lj_min_u64(region->body_at, m->claimed),
                     FORMAT_READ);
        m->claimed = region->body_to;
    }
    for (int turn = 0; turn < (m->is_saved_page ? 2 : 1); turn++) {
        for (uint32_t i = 0; i < m->region_count && code == LJ_OK; i++) {
            const mail_region *region = &m->regions[i];
            bool is_second =
                m->is_saved_page && region->kind == MAIL_LEAF && region->type != MAIL_HTML;
            if (is_second == (turn == 1)) {
                code = read_one(m, region);
            }
        }
    }
    return code;
}

/* ---- messages ---- */

static bool mail_open(mail *m)
{
    lj_arena *arena = format_arena(m->run);
    mail_look_init(&m->look, arena);
    mail_head_init(&m->head, arena);
    lj_buf_init(&m->label, arena, MAIL_FIELD_MAX);
    m->regions = lj_arena_alloc_raw(arena, MAIL_BATCH * sizeof(*m->regions));
    return m->regions != NULL && mail_scan_open(m) &&
           mail_input_open(&m->in, m->run, m->src, m->from, m->from, MAIL_INPUT);
}

lj_code mail_read_message(format_run *run, format_src *src, uint64_t from, uint64_t to,
                          bool is_saved_page)
{
    mail *m = lj_arena_alloc(format_arena(run), sizeof(*m));
    if (m == NULL) {
        return LJ_E_LIMIT;
    }
    m->run = run;
    m->src = src;
    m->from = m->claimed = from;
    m->to = to;
    m->is_saved_page = is_saved_page;
    m->is_stream = format_src_size(src) == FORMAT_SIZE_UNKNOWN;
    m->level_max = (uint32_t)lj_min_u64(MAIL_LEVELS, format_limit_value(run, FORMAT_LIMIT_DEPTH));
    if (!mail_open(m)) {
        return LJ_E_LIMIT;
    }
    lj_code code = LJ_OK;
    while (code == LJ_OK && !m->scan.is_done) {
        code = mail_scan_next(m);
        code = code == LJ_OK ? read_regions(m) : code;
    }
    if (code != LJ_OK) {
        return code;
    }
    uint64_t end = mail_input_off(&m->scan.in);
    format_claim(run, m->claimed, end - lj_min_u64(end, m->claimed), FORMAT_READ);
    if (m->scan.is_repaired) {
        format_tell(run, NOTE_REPAIRED);
    }
    if (m->scan.is_deep) {
        (void)format_gap_limit(run, FORMAT_LIMIT_DEPTH, m->level_max + 1, (span_place){0});
    }
    if (format_src_code(src) != LJ_OK) {
        return format_src_code(src);
    }
    return m->scan.is_unended ? LJ_E_FORMAT : LJ_OK;
}

/* ---- rows ---- */

static lj_code read_file(format_run *run, format_src *src, bool is_saved_page)
{
    enum { HEAD = 4096 };
    uint64_t len = 0;
    lj_slice head = format_bytes(run, src, 0, HEAD);
    if (head.len == 0) {
        return format_src_code(src);
    }
    uint64_t from = mail_header_at(head, &len);
    uint64_t size = format_src_size(src);
    format_claim(run, 0, from, FORMAT_READ);
    bool has_tail = len != FORMAT_SIZE_UNKNOWN && size != FORMAT_SIZE_UNKNOWN && len < size - from;
    lj_code code = mail_read_message(run, src, from, has_tail ? from + len : FORMAT_SIZE_UNKNOWN,
                                     is_saved_page);
    bool is_cut = len != FORMAT_SIZE_UNKNOWN && size != FORMAT_SIZE_UNKNOWN && len > size - from;
    code = code == LJ_OK && is_cut ? LJ_E_FORMAT : code;
    if (has_tail && (code == LJ_OK || code == LJ_E_FORMAT)) { /* what Apple's Mail knows about it */
        format_src *tail =
            format_decode(run, src, from + len, size - from - len, FORMAT_CODEC_STORE, size);
        format_child_info info = {.name = LJ_BYTES("emlx.plist"), .kind = FORMAT_EMBEDDED};
        lj_code tail_code = format_child(run, &info, tail);
        format_claim(run, from + len, size - from - len, FORMAT_READ);
        code = tail_code == LJ_OK ? code : tail_code;
    }
    return code;
}

static lj_code mail_read(format_run *run, format_src *src)
{
    return read_file(run, src, /* is_saved_page= */ false);
}

static lj_code mail_read_saved(format_run *run, format_src *src)
{
    return read_file(run, src, /* is_saved_page= */ true);
}

const format_row format_mail_row = {
    .name = "mail",
    .extensions = "eml emlx nws",
    .traits = FORMAT_CONTAINER | FORMAT_WORDS,
    .sniff = mail_sniff,
    .read = mail_read,
    .en = "mail message (MIME)",
    .zh = "电子邮件（MIME）",
};

const format_row format_mht_row = {
    .name = "mht",
    .extensions = "mht mhtml",
    .traits = FORMAT_CONTAINER | FORMAT_WORDS,
    .sniff = mail_sniff_saved,
    .read = mail_read_saved,
    .en = "saved web page (MHTML)",
    .zh = "网页存档（MHTML）",
};
