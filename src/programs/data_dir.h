/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The data folder of lijiand:
 *
 *     config          text: what was settled when it was made (below)
 *     ledger.db       the database, unless it is PostgreSQL
 *     files/          attachments by their SHA-256
 *     keys/hash.key   32 bytes: keyed hashes; keys/seal.pem: the key that signs checkpoints
 *     lijiand.sock    listening address of `--listen unix` without a path
 *
 * Mode 0700. Everything that must be backed up lies in here; the keys are part of a backup, since
 * keyed hashes mean nothing without theirs. */
#ifndef LJ_PROGRAMS_DATA_DIR_H
#define LJ_PROGRAMS_DATA_DIR_H

#include "ledger/ledger.h"
#include "seal/key.h"

typedef struct data_config {
    int64_t district; /* leading key of every row */
    seal_hash suite;
    bool is_classified; /* may hold classified fields */
    bool is_demo;       /* made by `lijiand demo`: its accounts may log in */
    char db[512];       /* "postgres://...", or empty: ledger.db */
} data_config;

typedef struct data_dir {
    int fd;
    lj_arena *arena;
    char path[4096]; /* absolute */
    data_config config;
    store *db;
    ledger *book;
    seal_key key;
} data_dir;

typedef enum data_open_mode {
    DATA_WRITE,   /* the one process that writes */
    DATA_READ,    /* beside a running server */
    DATA_UPGRADE, /* migrations that are missing are applied */
    DATA_LOOK,    /* as DATA_READ, whatever migrations are missing: for backup and migrate */
} data_open_mode;

/* Where chance and time come from when the bytes are to be the same again: the demonstration. */
typedef struct data_origin {
    void (*random)(void *ctx, uint8_t *dst, size_t len); /* keys, ids and salts, until closed */
    void *random_ctx;
    int64_t at; /* UTC ms of the making */
} data_origin;
/* Makes the folder with its keys; LJ_E_CONFLICT when it is not empty. */
LJ_MUST_USE lj_code data_dir_make(const char *path, const data_config *config, data_dir *out,
                                  lj_err *err);
/* The same in a folder that is there, whatever else is in it: one that appears when it is whole
 * (fresh.h). origin NULL: the system's chance and clock; with one the seal's key is an Ed25519 pair
 * made out of its bytes. */
LJ_MUST_USE lj_code data_dir_fill(const char *path, const data_config *config,
                                  const data_origin *origin, data_dir *out, lj_err *err);
/* db: another database than the config says ("postgres://..."), or NULL. LJ_E_NOT_FOUND when it is
 * no data folder; LJ_E_UNSUPPORTED when migrations are missing (and not DATA_UPGRADE). */
LJ_MUST_USE lj_code data_dir_open(const char *path, const char *db, data_open_mode mode,
                                  data_dir *out, lj_err *err);
/* `config` as bytes, and into a folder; for restore. */
LJ_MUST_USE lj_code data_config_read(lj_slice text, data_config *out, lj_err *err);
LJ_MUST_USE lj_code data_config_write(int dir, const data_config *config, lj_arena *arena,
                                      lj_err *err);
void data_dir_close(data_dir *dir); /* accepts a zeroed one */

#endif
