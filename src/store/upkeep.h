/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Keeping a database: a consistent copy while it is in use, an integrity check, and moving a whole
 * district from one engine to the other. */
#ifndef LJ_STORE_UPKEEP_H
#define LJ_STORE_UPKEEP_H

#include "store/catalogue.h"

/* A consistent copy of the SQLite database into a new file (VACUUM INTO on a reader), on the disk
 * when it returns. LJ_E_CONFLICT when the file is there; LJ_E_UNSUPPORTED for PostgreSQL, whose own
 * tools do it: there the dump below is used. */
LJ_MUST_USE lj_code store_copy(store *db, const char *path, lj_err *err);

/* Integrity of the engine and of the foreign keys. *out_fault_count with the first faults as lines
 * of text in `faults`. */
LJ_MUST_USE lj_code store_integrity(store *db, lj_buf *faults, uint32_t *out_fault_count,
                                    lj_err *err);
LJ_MUST_USE lj_code store_integrity_with(store *db, const store_schema *schema, lj_buf *faults,
                                         uint32_t *out_fault_count, lj_err *err);

/* Prepares every query on the connection: what the build has tried on SQLite only. *out_bad (may be
 * NULL) is the first that fails, err says why in general; store_message_of (store_priv.h) in the
 * engine's words. */
LJ_MUST_USE lj_code store_prepare_all(store_conn *conn, const store_query *const *queries,
                                      uint32_t count, const store_query **out_bad, lj_err *err);

/* Every table of the catalogue (catalogue.h) as a stream of bytes that does not depend on the
 * engine: the same rows, the same bytes. One snapshot; rows are ordered by primary key. Format:
 * docs/formats/dump.md. */
typedef lj_code (*store_dump_fn)(void *ctx, lj_slice part, lj_err *err);
LJ_MUST_USE lj_code store_dump(store *db, store_dump_fn sink, void *ctx, lj_err *err);
LJ_MUST_USE lj_code store_dump_with(store *db, const store_schema *schema, store_dump_fn sink,
                                    void *ctx, lj_err *err);

/* The same in the snapshot that the connection has (store_read_begin), so that other queries see
 * the state that is dumped. */
LJ_MUST_USE lj_code store_dump_snapshot(store_conn *conn, store_dump_fn sink, void *ctx,
                                        lj_err *err);

typedef struct store_source {
    /* Fills up to cap bytes; *out_len 0 at the end. */
    lj_code (*pull)(void *ctx, uint8_t *dst, size_t cap, size_t *out_len, lj_err *err);
    void *ctx;
} store_source;
/* Into an empty, migrated database; all or nothing. LJ_E_CONFLICT when it is not empty,
 * LJ_E_UNSUPPORTED when the dump or the database is of another schema number, LJ_E_FORMAT when
 * damaged (it ends with a digest; err->at is the line). */
LJ_MUST_USE lj_code store_load(store *db, const store_source *source, lj_err *err);
LJ_MUST_USE lj_code store_load_with(store *db, const store_schema *schema,
                                    const store_source *source, lj_err *err);

#endif
