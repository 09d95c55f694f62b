/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Opening a PDF with MuPDF: the stream over the core's bytes, the guard around exceptions,
 * passwords, claims.
 *
 * A file of at most SLURP_MAX bytes is copied once and every seek stays inside that copy; a larger
 * one is read through a window of WINDOW bytes, and a seek into the window costs nothing. The bytes
 * are copied because a child of this document may rewind the memory in which the core keeps its own
 * window.
 *
 * Encryption (ISO 32000-2 7.6): the empty user password opens silently (NOTE_PASSWORD_USED); then
 * the inspector's list is tried, as user and as owner password; then the gap `encrypted` names the
 * method. Security handlers other than Standard (public key) cannot be opened by MuPDF at all. */
#include "formats/pdf/pdf_priv.h"

enum {
    SLURP_MAX = 4 * 1024 * 1024,
    WINDOW = 64 * 1024,
    STORE_MAX = 8 * 1024 * 1024, /* of MuPDF's cache: fonts and maps */
    WORK_STEP = 1 << 16,         /* work that is collected before the core is asked */
    HEAD_SPAN = 1024,            /* where %PDF- may stand (Annex H.3, note 13) */
    TAIL_SPAN = 64 * 1024,
    MAX_PASSWORD = 127,
};
/* What the rest of the worker needs beside MuPDF: arenas, windows, tables. */
static const uint64_t MEMORY_RESERVE = 96 * LJ_MIB;
static const uint64_t MEMORY_LEAST = 16 * LJ_MIB;

/* ---- guard, work, emit ---- */

lj_code format_pdf_guard(format_pdf *pdf, format_pdf_body *body, void *arg)
{
    fz_context *ctx = pdf->ctx;
    fz_try(ctx)
    {
        body(ctx, arg);
    }
    fz_catch(ctx)
    {
        if (pdf->stop != LJ_OK) {
            return pdf->stop;
        }
        if (fz_caught(ctx) == FZ_ERROR_MEMORY) {
            pdf->no_memory = true;
            return LJ_E_NOMEM;
        }
        const char *message = fz_caught_message(ctx);
        if (message != NULL && (strstr(message, "encryption handler") != NULL ||
                                strstr(message, "encryption version") != NULL)) {
            pdf->foreign_crypt = true;
        }
        pdf->damaged = true;
        return LJ_E_FORMAT;
    }
    return pdf->stop;
}

lj_code format_pdf_work(format_pdf *pdf, uint64_t units)
{
    pdf->pending += units;
    if (pdf->stop == LJ_OK && pdf->pending >= WORK_STEP) {
        pdf->stop = format_work(pdf->run, pdf->pending);
        pdf->pending = 0;
    }
    return pdf->stop;
}

lj_code format_pdf_emit(format_pdf *pdf, const span *what)
{
    if (pdf->stop == LJ_OK) {
        pdf->stop = format_emit(pdf->run, what);
    }
    return pdf->stop;
}

static void keep_silent(void *user, const char *message)
{
    (void)user;
    (void)message;
}

/* ---- the stream ---- */

typedef struct source {
    format_pdf *pdf;
    uint64_t from; /* of the bytes in the window */
    size_t len;
    size_t cap;
    uint8_t *window;
} source;

static int source_next(fz_context *ctx, fz_stream *stream, size_t max)
{
    (void)ctx;
    (void)max;
    source *it = stream->state;
    uint64_t at = (uint64_t)stream->pos;
    if (it->pdf->stop != LJ_OK || at >= it->pdf->size) {
        return EOF;
    }
    /* A little before the place, because the parser steps back by a few bytes. */
    uint64_t from = at > 256 && it->cap > 4096 ? at - 256 : at;
    lj_slice got = format_bytes(it->pdf->run, it->pdf->src, from, it->cap);
    if (got.len <= at - from) {
        lj_code code = format_src_code(it->pdf->src);
        if (code == LJ_E_LIMIT || code == LJ_E_CANCELLED || code == LJ_E_IO) {
            it->pdf->stop = code;
        }
        it->pdf->damaged = true;
        return EOF;
    }
    memcpy(it->window, got.ptr, got.len);
    it->from = from;
    it->len = got.len;
    stream->rp = it->window + (at - from);
    stream->wp = it->window + got.len;
    stream->pos = (int64_t)(from + got.len);
    return *stream->rp++;
}

static void source_seek(fz_context *ctx, fz_stream *stream, int64_t off, int whence)
{
    (void)ctx;
    source *it = stream->state;
    if (whence == SEEK_END) {
        off += (int64_t)it->pdf->size;
    }
    uint64_t at = off < 0 ? 0 : lj_min_u64((uint64_t)off, it->pdf->size);
    if (at >= it->from && at - it->from <= it->len) {
        stream->rp = it->window + (at - it->from);
        stream->wp = it->window + it->len;
        stream->pos = (int64_t)(it->from + it->len);
        return;
    }
    stream->rp = stream->wp = it->window;
    stream->pos = (int64_t)at;
}

static void source_drop(fz_context *ctx, void *state)
{
    /* The state lies in the arena, the window goes with the document's memory. */
    (void)ctx;
    (void)state;
}

static void source_open(fz_context *ctx, format_pdf *pdf, source *it, fz_stream **out)
{
    it->cap = pdf->size <= SLURP_MAX ? (size_t)pdf->size : WINDOW;
    it->window = fz_malloc(ctx, it->cap + 1);
    if (pdf->size <= SLURP_MAX) {
        while (it->len < it->cap) {
            size_t want = lj_min_size(it->cap - it->len, FORMAT_WINDOW_MAX);
            lj_slice got = format_bytes(pdf->run, pdf->src, it->len, want);
            memcpy(it->window + it->len, got.ptr == NULL ? it->window : got.ptr, got.len);
            it->len += got.len;
            if (got.len < want) {
                lj_code code = format_src_code(pdf->src);
                pdf->stop = code == LJ_E_FORMAT ? LJ_OK : code;
                pdf->damaged = true;
                break;
            }
        }
        pdf->size = it->len;
    }
    *out = fz_new_stream(ctx, it, source_next, source_drop);
    (*out)->seek = source_seek;
}

/* ---- opening ---- */

typedef struct opening {
    format_pdf *pdf;
    source *source;
    const char *password;
    int opened;
    const char *method;
    int count;
} opening;

static void document_open(fz_context *ctx, void *arg)
{
    opening *job = arg;
    fz_stream *stream = NULL;
    source_open(ctx, job->pdf, job->source, &stream);
    job->pdf->doc = pdf_open_document_with_stream(ctx, stream);
    job->opened = !pdf_needs_password(ctx, job->pdf->doc);
    job->count = pdf_xref_len(ctx, job->pdf->doc);
}

static void password_try(fz_context *ctx, void *arg)
{
    opening *job = arg;
    job->opened = pdf_authenticate_password(ctx, job->pdf->doc, job->password) != 0;
}

static void method_find(fz_context *ctx, void *arg)
{
    opening *job = arg;
    pdf_obj *crypt = pdf_dict_get(ctx, pdf_trailer(ctx, job->pdf->doc), PDF_NAME(Encrypt));
    int version = pdf_dict_get_int(ctx, crypt, PDF_NAME(V));
    int bits = pdf_dict_get_int(ctx, crypt, PDF_NAME(Length));
    job->method = "rc4-40";
    if (version == 4) {
        pdf_obj *filter = pdf_dict_get(ctx, pdf_dict_get(ctx, crypt, PDF_NAME(CF)),
                                       pdf_dict_get(ctx, crypt, PDF_NAME(StmF)));
        bool is_aes = pdf_name_eq(ctx, pdf_dict_get(ctx, filter, PDF_NAME(CFM)), PDF_NAME(AESV2));
        job->method = is_aes ? "aes-128" : "rc4-128";
    } else if (version >= 5) {
        job->method = "aes-256";
    } else if (version >= 2 && (bits > 40 || (bits > 5 && bits <= 16))) {
        job->method = "rc4-128";
    }
}

/* True when one of the inspector's passwords opens it. */
static bool passwords_try(format_pdf *pdf, opening *job)
{
    for (uint32_t i = 0; i < format_password_count(pdf->run) && pdf->stop == LJ_OK; i++) {
        lj_str password = format_password(pdf->run, i);
        char text[MAX_PASSWORD + 1];
        if (password.len > MAX_PASSWORD || memchr(password.ptr, 0, password.len) != NULL) {
            continue;
        }
        memcpy(text, password.ptr, password.len);
        text[password.len] = 0;
        job->password = text;
        job->opened = 0;
        bool tried = format_pdf_guard(pdf, password_try, job) == LJ_OK;
        job->password = NULL;
        if (tried && job->opened) {
            return true;
        }
    }
    return false;
}

static lj_code locked(format_pdf *pdf, const char *method)
{
    format_pdf_claim(pdf, FORMAT_LOCKED);
    format_gap(pdf->run, GAP_ENCRYPTED, method, (span_place){0});
    return lj_fail(format_err(pdf->run), LJ_E_ENCRYPTED, UINT64_MAX,
                   "no password opens the document");
}

/* LJ_OK, or what ends the document when MuPDF could not open it. */
static lj_code open_failed(format_pdf *pdf, lj_code code)
{
    if (code == LJ_E_FORMAT && pdf->foreign_crypt) {
        pdf->damaged = false;
        return locked(pdf, "public-key");
    }
    if (code == LJ_E_NOMEM) {
        format_gap(pdf->run, GAP_MEMORY, NULL, (span_place){0});
        pdf->no_memory = false;
        return lj_fail(format_err(pdf->run), LJ_E_NOMEM, UINT64_MAX, "memory of the document");
    }
    if (code == LJ_E_FORMAT) {
        return lj_fail(format_err(pdf->run), LJ_E_FORMAT, UINT64_MAX, "no objects of a document");
    }
    return code;
}

lj_code format_pdf_open(format_pdf *pdf)
{
    uint64_t limit = format_limit_value(pdf->run, FORMAT_LIMIT_MEMORY);
    limit = limit > MEMORY_RESERVE + MEMORY_LEAST ? limit - MEMORY_RESERVE : MEMORY_LEAST;
    pdf->memory = format_pdf_memory_new(pdf, (size_t)lj_min_u64(limit, SIZE_MAX / 2));
    source *stream = lj_arena_alloc(pdf->arena, sizeof(*stream));
    if (pdf->memory == NULL || stream == NULL) {
        return lj_fail(format_err(pdf->run), LJ_E_NOMEM, 0, "memory of the reader");
    }
    pdf->ctx = fz_new_context(format_pdf_memory_hooks(pdf->memory), NULL, STORE_MAX);
    if (pdf->ctx == NULL) {
        return pdf->stop != LJ_OK
                   ? pdf->stop
                   : lj_fail(format_err(pdf->run), LJ_E_NOMEM, 0, "memory of the context");
    }
    fz_disable_icc(pdf->ctx);
    fz_set_warning_callback(pdf->ctx, keep_silent, NULL);
    fz_set_error_callback(pdf->ctx, keep_silent, NULL);

    stream->pdf = pdf;
    opening job = {.pdf = pdf, .source = stream};
    lj_code code = format_pdf_guard(pdf, document_open, &job);
    if (code != LJ_OK) {
        return open_failed(pdf, code);
    }
    uint64_t objects = format_limit_value(pdf->run, FORMAT_LIMIT_PDF_OBJECTS);
    if ((uint64_t)job.count > objects) { /* told, not refused: pages, work and memory end it */
        (void)format_gap_limit(pdf->run, FORMAT_LIMIT_PDF_OBJECTS, (uint64_t)job.count,
                               (span_place){0});
    }
    if (pdf->doc->crypt != NULL) {
        if (!job.opened && !passwords_try(pdf, &job)) {
            if (pdf->stop != LJ_OK) {
                return pdf->stop;
            }
            pdf->damaged = false;
            code = format_pdf_guard(pdf, method_find, &job);
            return locked(pdf, code == LJ_OK ? job.method : NULL);
        }
        format_tell(pdf->run, NOTE_PASSWORD_USED);
    }
    return LJ_OK;
}

/* ---- claims ---- */

/* Offset behind the last %%EOF and its line end; the size when there is none near the end. */
static uint64_t document_end(format_pdf *pdf)
{
    uint64_t from = pdf->size > TAIL_SPAN ? pdf->size - TAIL_SPAN : 0;
    lj_slice tail = format_bytes(pdf->run, pdf->src, from, TAIL_SPAN);
    for (size_t i = tail.len; i >= 5; i--) {
        if (tail.ptr[i - 5] != '%' || memcmp(tail.ptr + i - 5, "%%EOF", 5) != 0) {
            continue;
        }
        pdf->has_end = true;
        size_t end = i;
        while (end < tail.len && (tail.ptr[end] <= ' ')) {
            end++;
        }
        return from + end;
    }
    return pdf->size;
}

void format_pdf_claim(format_pdf *pdf, format_claim_kind kind)
{
    lj_slice head = format_bytes(pdf->run, pdf->src, 0, HEAD_SPAN);
    size_t from = lj_slice_find(head, LJ_BYTES("%PDF-"));
    if (from == SIZE_MAX) {
        from = 0;
    }
    uint64_t end = document_end(pdf);
    if (end <= from) {
        end = pdf->size;
    }
    if (from > 0 || end < pdf->size) {
        format_tell(pdf->run, NOTE_TRAILING_BYTES);
    }
    format_claim(pdf->run, from, end - from, kind);
}
