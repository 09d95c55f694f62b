/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A sink that holds the core and its readers to the promises of formats/examine.h and
 * formats/span.h, whatever the input is. Golden tests, sweeps and fuzz targets all use it; it can
 * also write down what it sees. */
#ifndef LJ_TESTS_FORMATS_CONTRACT_H
#define LJ_TESTS_FORMATS_CONTRACT_H

#include "base/buf.h"
#include "formats/examine.h"

enum { CONTRACT_DEPTH_MAX = 256 };

typedef struct contract {
    lj_buf *dump;      /* what was seen, one line each (formats/span_dump.h), or NULL */
    const char *fault; /* the first promise that was broken, or NULL */
    uint32_t open[CONTRACT_DEPTH_MAX]; /* numbers of documents between begin and end */
    bool told[CONTRACT_DEPTH_MAX];     /* a gap was told of it or of a document inside it */
    uint32_t open_count;
    uint32_t doc_count;
    uint32_t gap_count;
    uint32_t note_count;
    uint64_t span_count;
    uint64_t text_len; /* bytes of all spans but names */
} contract;

/* The contract stays the caller's and must outlive the sink. */
void contract_init(contract *checked, lj_buf *dump);
format_sink contract_sink(contract *checked);
/* True when everything that was begun has ended and no promise was broken; else fault is set. */
bool contract_holds(contract *checked);

/* Reads from memory; *bytes is borrowed. */
format_input contract_input(const lj_slice *bytes);

/* Examines bytes; the context is warm, as in a worker. */
LJ_MUST_USE lj_code contract_examine_in(format_context *context, contract *checked, lj_slice bytes,
                                        const format_options *options);
/* The same with a context of its own of that size. LJ_E_NOMEM when the context itself does not fit.
 */
LJ_MUST_USE lj_code contract_examine(contract *checked, lj_slice bytes,
                                     const format_options *options, size_t memory);

#endif
