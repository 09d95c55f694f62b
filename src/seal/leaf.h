/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The bytes of one log entry: ids, tags and salted commitments, never values. One canonical form:
 * what decodes encodes to the same bytes again. Field by field: docs/formats/audit.md. */
#ifndef LJ_SEAL_LEAF_H
#define LJ_SEAL_LEAF_H

#include "base/buf.h"
#include "seal/hash.h"

/* What happened. The values stand in the log: never renumbered, never used again. */
typedef enum seal_kind {
    SEAL_CHANGE = 1,     /* a record was made, changed or moved */
    SEAL_SIGNED = 2,     /* somebody signed a move */
    SEAL_ERASURE = 3,    /* values were erased; the commitments are theirs */
    SEAL_ACCOUNT = 4,    /* an account or a grant changed */
    SEAL_CHECKPOINT = 5, /* a checkpoint was signed; subject: hash of its text */
    SEAL_IMPORT = 6,     /* a package or file came in; subject: its hash */
    SEAL_OPENING = 7,    /* a record of the time before the system */
    SEAL_EXPORT = 8,     /* data left: export, package, report; subject: its hash */
    SEAL_KEY = 9,        /* the signing key changed; subject: hash of the new public key */
    SEAL_SETTING = 10,   /* a setting or data of the system changed */
    SEAL_SESSION = 11,   /* logged in, logged out, was refused */
} seal_kind;
enum { SEAL_KIND_LAST = SEAL_SESSION };

/* Tags of the fields; (1 << tag) in seal_leaf.has. Never used twice. */
typedef enum seal_tag {
    SEAL_TAG_SEQ = 1,
    SEAL_TAG_AT = 2,
    SEAL_TAG_KIND = 3,
    SEAL_TAG_BY = 4,
    SEAL_TAG_POST = 5,
    SEAL_TAG_FOR_POST = 6,
    SEAL_TAG_REQUEST = 7,
    SEAL_TAG_TYPE = 8,
    SEAL_TAG_RECORD = 9,
    SEAL_TAG_VERSION = 10,
    SEAL_TAG_EVENT = 11,
    SEAL_TAG_FROM = 12,
    SEAL_TAG_TO = 13,
    SEAL_TAG_HAPPENED_ON = 14,
    SEAL_TAG_SUBJECT = 15,
    SEAL_TAG_COMMITMENTS = 16,
} seal_tag;
enum { SEAL_TAG_LAST = SEAL_TAG_COMMITMENTS };
#define SEAL_HAS(tag) ((uint32_t)1 << (tag))

enum { SEAL_COMMITMENTS_MAX = 400, SEAL_LEAF_MAX = 16384, SEAL_SALT_LEN = 16 };

typedef struct seal_commitment {
    uint16_t field; /* tag of the field */
    seal_digest digest;
} seal_commitment;

typedef struct seal_leaf {
    uint64_t seq;     /* from 0, without gaps */
    int64_t at;       /* recorded at, UTC milliseconds from 1970 to 9999 */
    uint64_t version; /* of the record after the entry */
    uint32_t has;     /* SEAL_HAS(tag) of the optional fields that are present: BY to SUBJECT */
    seal_kind kind;
    uint16_t type;       /* tag of the record type; present together with record */
    uint16_t event;      /* tag of the move */
    uint8_t from, to;    /* states */
    int32_t happened_on; /* days since 1970-01-01, years 1 to 9999 */
    seal_id by;          /* account */
    seal_id post, for_post;
    seal_id record;
    seal_digest request;                /* hash of the request that asked for it */
    seal_digest subject;                /* hash of what the entry is about outside the records */
    const seal_commitment *commitments; /* by their bytes, none twice: seal_commitments_sort */
    uint32_t commitment_count;          /* more than 0 only with a record */
} seal_leaf;

/* Appends the bytes. LJ_E_INVALID when a field is out of range or the commitments are not in order
 * (seal_commitments_sort), LJ_E_NOMEM. */
LJ_MUST_USE lj_code seal_leaf_write(const seal_leaf *leaf, lj_buf *dst, lj_err *err);
/* The commitments go into the arena. LJ_E_FORMAT for anything that seal_leaf_write would not have
 * written, LJ_E_NOMEM. */
LJ_MUST_USE lj_code seal_leaf_read(lj_slice bytes, lj_arena *arena, seal_leaf *out, lj_err *err);
void seal_commitments_sort(seal_commitment *commitments, size_t count);
/* "change", "signed", "erasure" ...; NULL for a value that is none. */
const char *seal_kind_name(seal_kind kind);

/* ---- values ---- */

typedef enum seal_value_kind {
    SEAL_NULL = 0,
    SEAL_INT = 1,  /* 8 bytes, little-endian, two's complement */
    SEAL_TEXT = 2, /* UTF-8 */
    SEAL_BYTES = 3,
} seal_value_kind;

/* Appends the canonical bytes of a value: one byte kind, then the value. These, with their salt,
 * are what is kept beside the log and can be erased. */
void seal_value_put_null(lj_buf *dst);
void seal_value_put_int(lj_buf *dst, int64_t num);
void seal_value_put_text(lj_buf *dst, lj_slice utf8);
void seal_value_put_bytes(lj_buf *dst, lj_slice bytes);

/* Which field of which record. */
typedef struct seal_place {
    uint16_t type;
    seal_id record;
    uint16_t field;
} seal_place;

/* H("lijian/commitment/v1" || salt || u16 type || record || u16 field || value). The salt is 16
 * random bytes, new for every commitment (lj_os_random): without it a short value could be
 * guessed. */
seal_digest seal_commit(seal_hasher *hasher, const uint8_t salt[SEAL_SALT_LEN],
                        const seal_place *place, lj_slice value);

#endif
