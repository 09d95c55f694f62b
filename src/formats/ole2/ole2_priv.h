/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside of the compound file reader: what its files share. */
#ifndef LJ_FORMATS_OLE2_OLE2_PRIV_H
#define LJ_FORMATS_OLE2_OLE2_PRIV_H

#include "formats/ole2/ole2.h"

enum {
    OLE2_HEADER_LEN = 512,
    OLE2_ENTRY_LEN = 128, /* [MS-CFB] 2.6.1 */
    OLE2_NAME_UNITS = 32,
    OLE2_DIFAT_IN_HEADER = 109,
    OLE2_CUTOFF = 4096, /* streams below it lie in the mini stream */
};

/* Special sector numbers, [MS-CFB] 2.1. */
#define OLE2_SECT_MAX   0xFFFFFFFAU /* the largest number of a sector */
#define OLE2_SECT_DIFAT 0xFFFFFFFCU
#define OLE2_SECT_FAT   0xFFFFFFFDU
#define OLE2_SECT_END   0xFFFFFFFEU
#define OLE2_SECT_FREE  0xFFFFFFFFU
#define OLE2_NO_STREAM  0xFFFFFFFFU

typedef struct ole2_chain {
    format_piece *pieces; /* in the file, or in the mini stream */
    uint32_t count;
    bool is_built;
    format_src *src;
} ole2_chain;

struct ole2_file {
    format_run *run;
    format_src *src;
    uint64_t size; /* of the source; what is there */
    uint32_t sector_shift, mini_shift;
    uint32_t sector_count; /* whole and cut sectors behind the header */
    uint32_t *fat;         /* sector_count numbers; OLE2_SECT_FREE where no FAT sector tells */
    uint8_t *owned;        /* a bit per sector that a chain holds */
    uint32_t *mini_fat;
    uint32_t mini_count; /* mini sectors that the mini FAT knows of */
    uint8_t *mini_owned;
    uint64_t cutoff;
    ole2_entry *entries;
    ole2_chain *chains;     /* of the entries; that of the root is the mini stream */
    uint32_t *first, *next; /* by entry: its first child, the next child of its parent */
    uint32_t count;
    ole2_chain directory; /* sectors of the directory */
    uint64_t directory_len;
    bool is_damaged; /* structure that is not as it should be */
};

/* ole2.c */
/* The chain from `start` as pieces of the file, cut to `len` bytes (FORMAT_SIZE_UNKNOWN: to its
 * end). False when it ends, loops or crosses another chain before. */
bool ole2_chain_build(ole2_file *file, uint32_t start, uint64_t len, ole2_chain *out);
/* Claims [off, off + len) of what the pieces make up. */
void ole2_claim_pieces(ole2_file *file, const ole2_chain *chain, uint64_t off, uint64_t len,
                       format_claim_kind kind);

/* The index of the row. */
lj_code ole2_index_make(format_run *run, format_src *src, format_probe *probe);

/* ole2_native.c: OLE 1 objects in a stream \1Ole10Native ([MS-OLEDS] 2.3.6); taken is false when it
 * is none. */
lj_code ole2_read_native(ole2_file *file, uint32_t idx, bool *out_taken);

/* ole2_vba.c */
/* True for a storage that holds a VBA project ([MS-OVBA] 2.2.1). */
bool ole2_is_vba(const ole2_file *file, uint32_t storage);
/* Reads the source of all modules as scripts; takes the streams that it understands. */
lj_code ole2_read_vba(ole2_file *file, uint32_t storage);

#endif
