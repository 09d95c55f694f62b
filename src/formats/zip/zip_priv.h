/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Shared by the files of this folder. */
#ifndef LJ_FORMATS_ZIP_ZIP_PRIV_H
#define LJ_FORMATS_ZIP_ZIP_PRIV_H

#include "formats/claims.h"
#include "formats/zip/zip.h"
#include "text/charset.h"

enum {
    ZIP_LOCAL_LEN = 30,
    ZIP_CENTRAL_LEN = 46,
    ZIP_END_LEN = 22,
    ZIP_METHOD_AES = 99,
    ZIP_FAILS_MAX = 8,   /* after so many members only the last fitting password is tried */
    ZIP_RESTS_MAX = 256, /* ranges behind the end of a stream that are searched */
    ZIP_GAPS_MAX = 4096, /* gaps of one archive that name their member; the rest has no place */
};

/* The index being made. */
typedef struct zip_walk {
    format_run *run;
    format_src *src;
    lj_arena *arena;
    zip_index *index;
    uint64_t size;
    uint32_t member_max;
    lj_code code; /* LJ_OK, or what a call said that means: stop */
} zip_walk;

/* What opening members has learnt. */
typedef struct zip_memory {
    uint32_t password; /* number of the one that fitted last, tried first */
    uint32_t failed;   /* members for which the whole list failed */
    uint32_t gap_count;
    uint32_t rest_count;
    zip_range rests[ZIP_RESTS_MAX]; /* inside stated data, behind the end of its stream */
    claim_set searched;             /* of them: what holds no member that was not found */
} zip_memory;

/* Four bytes of a signature at the start of bytes. */
static inline bool zip_starts(lj_slice bytes, const char *signature)
{
    return bytes.len >= 4 && memcmp(bytes.ptr, signature, 4) == 0;
}

/* ---- zip_index.c ---- */
lj_code zip_index_make(format_run *run, format_src *src, format_probe *probe);
/* A new member at the end; NULL when the limit on entries or the arena is reached. */
zip_member *zip_member_add(zip_walk *walk);
void zip_claim_add(zip_walk *walk, uint64_t from, uint64_t to);
void zip_hole_add(zip_walk *walk, uint64_t from, uint64_t to);
/* An index of one range only: what stands behind the end of a stream; NULL when there is nothing.
 * The range is noted as searched, but for the data of what was found. */
zip_index *zip_index_of_range(format_run *run, format_src *src, const zip_index *whole,
                              zip_range range);
/* Sorts by place and drops what is there twice. */
void zip_members_sort(zip_index *index);

/* ---- zip_directory.c ---- */
/* All end records in reach and what they lead to. */
void zip_directories_read(zip_walk *walk);
/* How far a directory is believed. */
typedef enum zip_trust {
    ZIP_LISTED, /* the one that counts: its entries are members, whatever stands at their place */
    ZIP_FOUND,  /* the only one, without its end record: entries whose local headers agree */
    ZIP_OTHER,  /* another one: the same, but what it lists is hidden by the one that counts */
} zip_trust;
/* One directory entry at *at, moved behind it; false when none stands there. */
bool zip_entry_read(zip_walk *walk, uint64_t *at, uint64_t shift, zip_trust trust);
/* An end record at `at`: follows it when it leads to a directory, and claims it. */
bool zip_end_read(zip_walk *walk, uint64_t at, zip_trust trust);

/* ---- zip_local.c ---- */
/* What the local header at off says; false when none stands there. Names are in the arena. */
bool zip_local_read(zip_walk *walk, uint64_t off, zip_member *out);
/* Length of the descriptor behind the data; 0 when none stands there. */
uint8_t zip_descriptor_len(zip_walk *walk, const zip_member *member);
/* Searches every range that neither members nor claims cover for members and directories. */
void zip_hidden_find(zip_walk *walk);
void zip_range_search(zip_walk *walk, uint64_t from, uint64_t to);

/* ---- zip_name.c ---- */
/* Extra fields (APPNOTE 4.5) at extra_off: sizes, AES and Unicode path into the member; fields that
 * are not known become holes. header_off may be NULL (local headers). */
void zip_extra_read(zip_walk *walk, zip_member *member, lj_slice extra, uint64_t extra_off,
                    uint64_t *header_off);
/* Chooses one charset for all names and comments that are not UTF-8 and decodes the names. */
void zip_names_decode(zip_walk *walk);
/* Any stored text as UTF-8; what is valid UTF-8 is not copied. */
lj_str zip_text_of(lj_arena *arena, text_charset charset, lj_slice bytes);

/* ---- zip_foreign.c ---- */
/* A member through libarchive: methods that we do not decode, and encrypted ones. NULL when it
 * cannot be opened; *out_code then says LJ_E_ENCRYPTED, LJ_E_UNSUPPORTED, LJ_E_FORMAT, LJ_E_LIMIT
 * or LJ_E_NOMEM. */
format_src *zip_foreign_open(format_run *run, format_src *zip, const zip_member *member,
                             lj_code *out_code);
/* True when the data is not encrypted, whatever the flags say: it decodes to the stated CRC. */
bool zip_is_falsely_locked(format_run *run, format_src *zip, const zip_member *member);
/* "zipcrypto", "aes-256" ...; for the gap. */
const char *zip_encryption_name(const zip_member *member);
/* "bzip2", "lzma" ...; "method" for one without a name. */
const char *zip_method_name(uint16_t method);

#endif
