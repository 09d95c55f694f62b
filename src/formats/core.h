/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside of the core: what examine.c, source.c, identify.c and claims.c share. Readers never
 * include this. */
#ifndef LJ_FORMATS_CORE_H
#define LJ_FORMATS_CORE_H

#include "base/buf.h"
#include "base/cipher.h"
#include "base/hash.h"
#include "formats/claims.h"
#include "formats/examine.h"

struct libdeflate_decompressor;

enum { LEVEL_MAX = 64 };

/* One examination of one top file. */
struct format_context {
    lj_arena *home;  /* lives as long as the context */
    lj_arena *arena; /* documents, in nested scopes; readers mark and rewind in it as they like */
    lj_arena
        *books; /* claims, parts and names of documents: what a reader's rewind must not take */
    lj_sha256 *sha;
    lj_cipher *cipher;
    struct libdeflate_decompressor *inflater;
    uint8_t *root_window;      /* FORMAT_WINDOW_MAX bytes */
    lj_buf windows[LEVEL_MAX]; /* the same for documents below, by depth; on the heap, kept */
    const format_input *input;
    const format_options *options;
    const format_sink *sink;
    struct format_run *top; /* the innermost document */
    uint32_t doc_count;
    uint32_t depth;
    /* what was charged so far */
    uint64_t used[FORMAT_LIMIT_COUNT];
    uint64_t bytes_in;
    size_t kept_total, kept_max; /* bytes that decoders keep for going back: now, and at most */
    uint64_t next_beat;          /* work at which the next beat is due */
    lj_code stopped; /* LJ_OK, or why the whole file ends: LJ_E_LIMIT, LJ_E_CANCELLED, LJ_E_IO */
    format_limit stop_limit;
    uint64_t stop_reached;
};

enum { RUN_ROWS_MAX = 4, RUN_PENDING_MAX = 4 };

/* One document. */
struct format_run {
    format_context *context;
    format_run *parent;
    format_doc doc;
    format_src *src;
    lj_err err;
    const void *index;
    claim_set covered; /* not to be swept */
    claim_set lost;    /* not examined: locked or broken */
    lj_slice *parts;
    uint32_t part_cap;
    uint32_t gap_count;
    bool has_limit_gap;
    bool begun; /* doc_begin was called; before it gaps wait in pending */
    uint32_t pending_count;
    gap pending[RUN_PENDING_MAX];
    uint32_t told; /* format_note bits that were reported */
};

/* ---- charging: examine.c ---- */
/* Adds to a counter of the whole file; at the limit reports the gap and stops everything. */
lj_code core_charge(format_context *context, format_limit limit, uint64_t amount);
void core_gap(format_run *run, const gap *what);

/* ---- sources: source.c ---- */
format_src *source_of_input(format_context *context);
/* Makes src the source of a document: takes its window, lets its decoder keep what it gives. */
void source_settle(format_src *src);
/* Forgets windows and decoder states that lie in memory which is about to be rewound; the source
 * can be read again. */
void source_rest(format_src *src);
/* Its size, or of a decoder that did not reach its end how many bytes it gave. */
uint64_t source_reached(const format_src *src);
/* True when its end can be reached without decoding more than a few megabytes. */
bool source_end_is_near(const format_src *src);

/* ---- identify.c ---- */
typedef struct identity {
    const format_row *base[RUN_ROWS_MAX]; /* every base row with enough evidence, strongest first */
    const format_row *row[RUN_ROWS_MAX];  /* the dialect that shadows it, or the base itself */
    const void *index[RUN_ROWS_MAX];      /* what the base's index kept */
    uint32_t count;
} identity;
lj_code identify(format_run *run, identity *out);

#endif
