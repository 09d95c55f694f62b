/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Every limit of an examination, named once (scanner-aims C.3, scanner-core 13). format_limit_rows
 * gives name, unit, default and texts; each can be set (`lijian scan --limit NAME=VALUE`) and
 * stands in the header of the results. The core charges them inside the calls that readers make: a
 * reader cannot forget one. */
#ifndef LJ_FORMATS_LIMITS_H
#define LJ_FORMATS_LIMITS_H

#include "base/slice.h"

typedef enum format_limit {
    FORMAT_LIMIT_FILE_BYTES,  /* size of one file read fully; above that head, tail and carved
                                 windows */
    FORMAT_LIMIT_INFLATED,    /* bytes that all decoders of one top file may give */
    FORMAT_LIMIT_RATIO_ENTRY, /* decoded : stored bytes of one decoder after the free part */
    FORMAT_LIMIT_RATIO_FILE,  /* the same over one top file */
    FORMAT_LIMIT_RATIO_FREE,  /* decoded bytes before ratios are looked at */
    FORMAT_LIMIT_ENTRIES,     /* members of all containers of one top file */
    FORMAT_LIMIT_DEPTH,       /* documents inside documents */
    FORMAT_LIMIT_XML_DEPTH,
    FORMAT_LIMIT_XML_ATTRIBUTES, /* of one element */
    FORMAT_LIMIT_PDF_OBJECTS,
    FORMAT_LIMIT_PDF_PAGES,
    FORMAT_LIMIT_SPANS,      /* per top file */
    FORMAT_LIMIT_CHARACTERS, /* UTF-8 bytes / 3 of all spans of one top file; plain text that was
                                sifted is not charged */
    FORMAT_LIMIT_WORK,       /* work units: bytes in + bytes out + objects */
    FORMAT_LIMIT_CPU_MS,     /* processor time of one top file */
    FORMAT_LIMIT_WALL_MS,
    FORMAT_LIMIT_SILENCE_MS, /* between two heartbeats of a worker */
    FORMAT_LIMIT_MEMORY,     /* bytes of a worker */
    FORMAT_LIMIT_FINDINGS,   /* per top file, then counted */
} format_limit;
enum { FORMAT_LIMIT_COUNT = FORMAT_LIMIT_FINDINGS + 1 };

typedef struct format_limit_row {
    const char *name; /* "inflated": stable; in results as gaps[].limit */
    const char *unit; /* "bytes", "entries" ... */
    uint64_t standard;
    const char *en;
    const char *zh;
} format_limit_row;

typedef struct format_limits {
    uint64_t value[FORMAT_LIMIT_COUNT];
} format_limits;

const format_limit_row *format_limit_row_of(format_limit limit);
format_limits format_limits_standard(void);

#endif
