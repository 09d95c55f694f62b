/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The core as the scan sees it: examine one file, get documents, spans, gaps and notes through a
 * sink. One examination at a time per context; no threads; everything is released when
 * format_examine returns. */
#ifndef LJ_FORMATS_EXAMINE_H
#define LJ_FORMATS_EXAMINE_H

#include "formats/format.h"

/* A document as the sink sees it; borrowed until its doc_end. */
typedef struct format_doc {
    uint32_t no;        /* from 0 = the file itself, in the order of beginning */
    uint32_t parent_no; /* of the document that holds it; 0 for the file itself */
    uint32_t depth;     /* 0 = the file itself */
    format_kind kind;
    const char *format; /* name of the row that was chosen, "unknown" when none fits, "empty" for no
                           bytes */
    lj_slice name;      /* raw name inside the parent; empty for the file itself */
    lj_str name_utf8;   /* for people */
    lj_slice path; /* names from the file down, joined with '!' as in "a.zip!b.docx" without the
                      file's own */
    uint64_t size; /* bytes, FORMAT_SIZE_UNKNOWN when the end was not reached */
    uint64_t hidden_by;    /* why a person would not see the whole document */
    const lj_slice *parts; /* names of parts; span_place.part_id - 1 is the index; grows while the
                              document is read */
    uint32_t part_count;
} format_doc;

typedef struct format_doc_end {
    uint64_t size;     /* known at the end at the latest; FORMAT_SIZE_UNKNOWN when cut by a limit */
    uint64_t examined; /* bytes of its source that were read and understood, or swept */
    bool has_sha256; /* SHA-256 of the whole source: always for the file itself unless it failed */
    uint8_t sha256[32];
} format_doc_end;

typedef struct format_sink {
    void *ctx;
    void (*doc_begin)(void *ctx, const format_doc *doc);
    lj_code (*emit)(void *ctx, const format_doc *doc,
                    const span *what); /* LJ_OK or LJ_E_CANCELLED */
    /* format_seed_counts; NULL: every seed counts */
    bool (*seed_counts)(void *ctx, const format_doc *doc, text_charset charset, lj_slice bytes,
                        size_t hit, size_t *out_next);
    void (*gap_found)(void *ctx, const format_doc *doc, const gap *what);
    void (*note)(void *ctx, const format_doc *doc, format_note note);
    void (*doc_end)(void *ctx, const format_doc *doc, const format_doc_end *end);
    void (*beat)(void *ctx, uint64_t work,
                 uint64_t bytes); /* about once a second of work; may be NULL */
} format_sink;

/* Reads bytes of the file at off: the descriptor in a worker, memory in tests. Fewer than len only
 * at the end. */
typedef struct format_input {
    void *ctx;
    uint64_t size;
    lj_code (*read)(void *ctx, uint64_t off, uint8_t *dst, size_t len, size_t *out_len,
                    lj_err *err);
} format_input;

typedef struct format_options {
    format_limits limits;
    const struct text_seeds *seeds; /* NULL: all text is wanted */
    bool wants_all;
    bool wants_sha256; /* of the file itself */
    const lj_str *passwords;
    uint32_t password_count;
    lj_slice name; /* last path component, for NOTE_NAME_DISAGREES only; may be empty */
} format_options;

/* A context keeps buffers warm between files. memory: ceiling of its arenas in bytes. NULL without
 * memory. */
typedef struct format_context format_context;
format_context *format_context_new(size_t memory);
void format_context_free(format_context *context);

/* LJ_OK when the file was taken through (gaps and all); else what stopped everything (LJ_E_IO,
 * LJ_E_CANCELLED). */
LJ_MUST_USE lj_code format_examine(format_context *context, const format_input *input,
                                   const format_options *options, const format_sink *sink,
                                   lj_err *err);
/* Work units charged by the last examination. */
uint64_t format_context_work(const format_context *context);

/* The row of that name, or NULL. */
const format_row *format_row_lookup(const char *name);

#endif
