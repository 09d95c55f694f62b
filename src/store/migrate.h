/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The schema, forward only. src/store/migrations/NNNN_what.sql are embedded in the order of their
 * numbers; each is applied in one transaction and noted with its checksum in the table
 * `migration(number, name, checksum, applied_at)`. A migration that was edited after it was applied
 * is LJ_E_TAMPERED; a database with a number that this program does not know is LJ_E_UNSUPPORTED
 * (an older program must not write into it).
 *
 * Dialects: the type macros {INT} {TEXT} {BYTES} {STRICT} and {ROW} (the columns that every record
 * has), and sections between `-- only: sqlite` / `-- only: postgres` and `-- end`; tools/sql.c says
 * what else a migration may and must do. */
#ifndef LJ_STORE_MIGRATE_H
#define LJ_STORE_MIGRATE_H

#include "store/store.h"

typedef struct store_migration {
    uint32_t no;
    const char *name;
    const char *sqlite; /* macros replaced */
    const char *postgres;
    const char *checksum; /* SHA-256 of the source file, hex */
} store_migration;

extern const store_migration store_migrations[]; /* generated */
extern const uint32_t store_migration_count;

typedef struct store_schema_state {
    uint32_t have; /* highest number applied; 0: an empty database */
    uint32_t want; /* highest number of this program */
} store_schema_state;

/* LJ_E_TAMPERED, LJ_E_UNSUPPORTED as above; have < want: store_migrate has work. */
LJ_MUST_USE lj_code store_schema_of(store *db, store_schema_state *out, lj_err *err);
/* Applies what is missing. now_at: UTC milliseconds. What was applied before a failure stays. */
LJ_MUST_USE lj_code store_migrate(store *db, int64_t now_at, uint32_t *out_applied, lj_err *err);

#endif
