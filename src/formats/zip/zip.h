/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A ZIP as its reader and its dialects (docx, ofd ...) see it: every member that the directory or
 * the local headers know of. The zip row's `index` makes it; dialect readers get it with
 * format_index_of(run). */
#ifndef LJ_FORMATS_ZIP_ZIP_H
#define LJ_FORMATS_ZIP_ZIP_H

#include "formats/format.h"

typedef enum zip_flag {
    ZIP_ENCRYPTED = 1 << 0,
    ZIP_LENGTH_BEHIND = 1 << 3, /* sizes stand in a descriptor behind the data */
    ZIP_STRONG = 1 << 6,        /* strong encryption */
    ZIP_UTF8 = 1 << 11,
    ZIP_MASKED = 1 << 13, /* directory encryption: local headers are masked */
} zip_flag;

typedef struct zip_member {
    lj_slice name;       /* raw bytes as stored */
    lj_str name_utf8;    /* decoded: extra field 0x7075, valid UTF-8, else GB18030 or Big5 */
    lj_slice comment;    /* raw; of the directory entry */
    lj_slice local_name; /* raw; of the local header when it differs, else empty */
    uint64_t header_off, data_off;
    uint64_t stored_len; /* cut to what the file holds */
    uint64_t real_len;   /* as stated; FORMAT_SIZE_UNKNOWN when nobody states it */
    uint32_t crc;
    uint16_t method;   /* APPNOTE 4.4.5; of an AES member the method inside */
    uint16_t flags;    /* zip_flag and others */
    uint16_t time;     /* DOS time: the check byte of ZipCrypto needs it */
    uint8_t aes;       /* AE-x strength 1 to 3, 0 = none */
    uint8_t behind;    /* bytes of the descriptor behind the data */
    bool encrypted;    /* as the flags state it; may be a lie */
    bool in_directory; /* false: only a local header, or another directory, knows of it */
    bool in_local;     /* false: no local header stands where the directory says */
    bool is_twin;      /* what the local header says where it contradicts the directory */
    bool is_folder;
    bool is_link;      /* Unix symbolic link: the data is the target */
    bool is_cut;       /* the file ends before the data */
    bool is_guessed;   /* nobody states where the data ends */
    bool is_elsewhere; /* not in the range that is searched: its name counts, its data does not */
} zip_member;

typedef struct zip_range {
    uint64_t from, to; /* [from, to) */
} zip_range;

typedef struct zip_index {
    zip_member *members; /* by place in the file, hidden ones included */
    uint32_t count, cap;
    lj_slice comment;         /* of the archive; raw */
    uint32_t directory_count; /* end records with a directory that were found */
    zip_range *claims;        /* directories and end records, by place */
    uint32_t claim_count, claim_cap;
    zip_range *holes; /* parts of headers that hold what we do not know: left to the sweep */
    uint32_t hole_count, hole_cap;
    uint64_t first_off; /* of the first header: what stands before is a stub or junk */
    uint64_t end_off;   /* behind the last structure */
    uint16_t charset;   /* text_charset of names and comments that are not UTF-8 */
    bool disagrees;     /* directory and local headers tell different stories */
    bool has_hidden;    /* members that the directory does not list */
    bool trails;        /* bytes behind the last structure */
    bool overlaps;      /* two members share bytes */
    bool is_cut;        /* no directory, or members that are missing or reach beyond the end */
    bool is_masked;     /* the directory itself is encrypted */
    bool split;         /* the archive goes on in other volumes */
    bool full;          /* more members than the limit on entries */
    bool holes_full;    /* more holes than are kept: headers are left to the sweep */
    struct zip_memory *memory; /* what opening members has learnt; inside the folder */
} zip_index;

/* The member's bytes, decoded, and its data claimed as read; NULL when it is encrypted without a
 * fitting password, when its method is not supported, or without memory: zip_member_gap() says
 * which. A source that goes through a library is closed when it was read to its end or when the
 * child that reads it has ended: read all of it. */
format_src *zip_member_open(format_run *run, format_src *zip, const zip_member *member);
/* Reports why a member could not be opened (encrypted, unsupported), with its name as the part,
 * claims its data as locked or broken, and emits the name. */
lj_code zip_member_gap(format_run *run, const zip_member *member);
/* Claims headers, directories, end records, and the data of members that need no password and no
 * library; emits archive and member comments and names that only local headers know; tells the
 * notes and the gaps of the index (cut, masked, other volumes). Gaps in between are left to the
 * sweep. */
lj_code zip_claim_structure(format_run *run, const zip_index *index);
/* For dialects, when a member was read to its end: sweeps the bytes inside its stated data that
 * stand behind the end of its stream. The zip row does it itself. */
lj_code zip_member_rest(format_run *run, format_src *zip, const format_src *src,
                        const zip_member *member);
/* The names of the members as the probe of dialect rows wants them; NULL without memory. */
lj_slice *zip_index_names(lj_arena *arena, const zip_index *index);

#endif
