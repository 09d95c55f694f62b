/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Whether a ledger is what its log says: every version has its entry and every entry its version,
 * every value fits the commitment in the entry, every row is what its versions add up to, every
 * duty has somebody who answers. The log itself is log_verify's (log.h).
 *
 * Everything is read once, in the order of the records: memory does not grow with the ledger but
 * for one bit per entry of the log. */
#ifndef LJ_LEDGER_CHECK_H
#define LJ_LEDGER_CHECK_H

#include "ledger/ledger.h"

typedef enum check_part {
    CHECK_HISTORY,
    CHECK_VALUES,
    CHECK_RECORDS,
    CHECK_DUTIES,
    CHECK_ANSWERERS,
} check_part;
enum { CHECK_PART_COUNT = CHECK_ANSWERERS + 1 };

typedef enum check_fault_kind {
    CHECK_NO_ENTRY,
    CHECK_OTHER_ENTRY,
    CHECK_VERSION_GAP,
    CHECK_ENTRY_STRAY,
    CHECK_UNKNOWN_TYPE,
    CHECK_OTHER_COMMITMENTS,
    CHECK_VERSION_STRAY,
    CHECK_OTHER_VALUE,
    CHECK_VALUE_GONE,
    CHECK_VALUE_STRAY,
    CHECK_NO_ROW,
    CHECK_OTHER_ROW,
    CHECK_ROW_STRAY,
    CHECK_NO_POST,
    CHECK_NO_RECORD,
    CHECK_NO_ANSWERER,
} check_fault_kind;

/* A kind of fault in words. */
typedef struct check_fault_row {
    check_part part;
    const char *zh, *en;
    const char *remedy_zh, *remedy_en;
} check_fault_row;
const check_fault_row *check_fault_row_of(check_fault_kind kind);

typedef struct check_fault {
    check_fault_kind kind;
    const ledger_type *type; /* NULL: not known */
    const uint8_t *id;       /* of the record (CHECK_NO_ANSWERER: of the post); NULL: none */
    int64_t version;         /* 0: none */
    const char *field;       /* name of the field, or NULL */
} check_fault;

typedef struct check_teller {
    void (*tell)(void *ctx, const check_fault *fault);
    void *ctx;
} check_teller;

typedef struct check_counts {
    uint64_t checked[CHECK_PART_COUNT];
    uint64_t faults[CHECK_PART_COUNT];
    uint64_t erased; /* values whose time was over */
} check_counts;

/* LJ_OK also with faults: they are told and counted. Reads with two connections of its own, beside
 * a running server too. today: day number on which somebody must answer. */
LJ_MUST_USE lj_code ledger_check(ledger *book, int64_t today, const check_teller *teller,
                                 check_counts *out, lj_err *err);

/* ---- attachments ---- */
typedef struct check_attachment {
    const uint8_t *id;     /* 16 bytes, borrowed */
    const uint8_t *sha256; /* 32 bytes, borrowed */
    int64_t size;
} check_attachment;
typedef lj_code (*check_attachment_fn)(void *ctx, const check_attachment *found, lj_err *err);
/* Those whose bytes must be there, in the order of their hashes; several may have the same. */
LJ_MUST_USE lj_code ledger_attachments(ledger *book, store_conn *conn, check_attachment_fn each,
                                       void *ctx, lj_err *err);
/* Whether there is one with these bytes. */
LJ_MUST_USE lj_code ledger_attached(ledger *book, store_conn *conn, const uint8_t sha256[32],
                                    bool *out, lj_err *err);

#endif
