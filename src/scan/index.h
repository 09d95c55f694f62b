/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Which files are known: a table from the 128-bit identity of a file to where its record stands in
 * the journal and to what the summary needs of it, 24 bytes per file. A scan of 10^6 unchanged
 * files asks it 10^6 times and reads no record of a clean one. Kept in state/index between runs; it
 * can always be made again from the journal. */
#ifndef LJ_SCAN_INDEX_H
#define LJ_SCAN_INDEX_H

#include "base/err.h"
#include "base/hash.h"

typedef struct scan_index scan_index;

/* What is known of one file, packed into 64 bits. */
typedef struct index_value {
    uint64_t off;     /* of its record in the journal; never 0; below 2^40 */
    uint32_t verdict; /* detect_verdict */
    uint32_t class_;  /* detect_class */
    uint32_t format;  /* scan_format_idx() */
    uint32_t flags;   /* index_flag */
} index_value;

typedef enum index_flag {
    INDEX_GAPS = 1 << 0,    /* coverage not full */
    INDEX_RETRY = 1 << 1,   /* RECORD_RETRY */
    INDEX_OMITTED = 1 << 2, /* RECORD_OMITTED */
    INDEX_PLAIN = 1 << 3,   /* RECORD_PLAIN: nothing of it stands in results without --all */
    INDEX_SEEN = 1 << 4,    /* met in this run; not kept */
    INDEX_ALIAS = 1 << 5,   /* not a file: key of a content or of a hard link */
    INDEX_CHECKED = 1 << 6, /* read again in this run and found the same; not kept */
} index_flag;

enum { INDEX_FORMAT_MAX = 1 << 10 };
#define INDEX_OFF_MAX ((uint64_t)1 << 40)

scan_index *index_new(void); /* NULL without memory */
void index_free(scan_index *index);
bool index_find(const scan_index *index, const uint8_t key[LJ_SIP_LEN], index_value *out);
/* Adds or replaces. LJ_E_NOMEM. */
LJ_MUST_USE lj_code index_put(scan_index *index, const uint8_t key[LJ_SIP_LEN],
                              const index_value *value, lj_err *err);
/* Sets flags of a key that is there; true when at least one was not set before. */
bool index_flag_set(scan_index *index, const uint8_t key[LJ_SIP_LEN], uint32_t flags);
uint64_t index_count(const scan_index *index);
/* Length of the journal when it was last as short as it could be; 0 = not known. Kept in the file.
 */
uint64_t index_base(const scan_index *index);
void index_base_set(scan_index *index, uint64_t journal_len);
/* Whether an entry was added or replaced since it was loaded. */
bool index_is_changed(const scan_index *index);

typedef struct index_cursor {
    uint32_t part, at;
} index_cursor;
/* Entries in no useful order; begin with a zeroed cursor. */
bool index_next(const scan_index *index, index_cursor *cursor, uint8_t out_key[LJ_SIP_LEN],
                index_value *out);

/* The file holds the journal's id and how far into the journal it goes. Load gives LJ_E_NOT_FOUND
 * or LJ_E_FORMAT when there is none that fits: then the journal is replayed. */
LJ_MUST_USE lj_code index_save(const scan_index *index, int dir, const char *name,
                               const uint8_t journal_id[LJ_SIP_LEN], uint64_t journal_len,
                               lj_err *err);
LJ_MUST_USE lj_code index_load(int dir, const char *name, const uint8_t journal_id[LJ_SIP_LEN],
                               scan_index **out, uint64_t *out_journal_len, lj_err *err);

#endif
