/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What tests/programs/keep.sh cannot do by itself. Usage:
 *   keep_tool sql PLACE TEXT        runs SQL behind the ledger's back
 *   keep_tool older PLACE NUMBER    an empty database with the migrations up to NUMBER
 *   keep_tool fill DATA COUNT       COUNT new records
 *   keep_tool attach DATA TEXT      an attachment whose bytes are TEXT; prints its file
 *   keep_tool flip FILE OFFSET      turns one bit
 * PLACE is a SQLite file or postgres://... */
#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/os.h"
#include "ledger/actor.h"
#include "ledger/list_terms.h"
#include "programs/keep.h"
#include "store/store_priv.h"

static int fail(const char *what, const char *why)
{
    fprintf(stderr, "keep_tool: %s: %s\n", what, why != NULL ? why : "");
    return 1;
}

static int run_sql(const char *place, const char *text)
{
    if (strncmp(place, "postgres", 8) == 0) {
        PGconn *conn = PQconnectdb(place);
        PGresult *set = PQexec(conn, "SET search_path = lijian");
        PQclear(set);
        PGresult *result = PQexec(conn, text);
        bool good = PQresultStatus(result) == PGRES_COMMAND_OK;
        int status = good ? 0 : fail(text, PQerrorMessage(conn));
        PQclear(result);
        PQfinish(conn);
        return status;
    }
    sqlite3 *db = NULL;
    char *why = NULL;
    bool good = sqlite3_open(place, &db) == SQLITE_OK &&
                sqlite3_exec(db, text, NULL, NULL, &why) == SQLITE_OK;
    int status = good ? 0 : fail(text, why);
    sqlite3_free(why);
    sqlite3_close(db);
    return status;
}

static int older(const char *place, const char *number)
{
    store_schema schema = store_schema_of_product();
    uint32_t count = 0;
    while (count < schema.migration_count &&
           schema.migrations[count].no <= strtoul(number, NULL, 10)) {
        count++;
    }
    schema.migration_count = count;
    const store_options options = {.place = place, .create = true};
    store *db = NULL;
    lj_err err = {0};
    uint32_t applied = 0;
    lj_code code = store_open(&options, &db, &err);
    code = code == LJ_OK ? store_migrate_with(db, &schema, lj_os_now_ms(), &applied, &err) : code;
    store_close(db);
    return code == LJ_OK ? 0 : fail(place, err.what);
}

/* ---- records ---- */
static void give(const ledger_type *type, ledger_input *inputs, uint32_t *count, const char *name,
                 store_value value)
{
    inputs[*count].field = (uint32_t)ledger_field_find(type, name, strlen(name));
    inputs[(*count)++].value = value;
}

static lj_code make(data_dir *dir, ledger_txn *txn, uint64_t no, const char *hash, lj_err *err)
{
    const char *name = hash != NULL ? "attachment" : "notice";
    const ledger_type *type = ledger_type_lookup(name, strlen(name));
    ledger_input inputs[8];
    uint32_t count = 0;
    char text[64];
    snprintf(text, sizeof text, "Notice %llu", (unsigned long long)no);
    if (hash != NULL) {
        give(type, inputs, &count, "name", store_cstr("scan.pdf"));
        give(type, inputs, &count, "size", store_int((int64_t)no));
        give(type, inputs, &count, "sha256", store_bytes(lj_slice_of(hash, 32)));
    } else {
        give(type, inputs, &count, "title", store_cstr(text));
        give(type, inputs, &count, "kind", store_cstr("notice"));
        give(type, inputs, &count, "body", store_cstr("keep"));
    }
    const ledger_change change = {.type = type,
                                  .is_new = true,
                                  .state = -1,
                                  .inputs = inputs,
                                  .input_count = count,
                                  .happened_on = LEDGER_NO_DAY};
    ledger_outcome outcome = {0};
    lj_code code = ledger_apply(txn, &change, &outcome, err);
    for (uint32_t i = 0; i < outcome.problem_count; i++) {
        (void)fail(outcome.problems[i].field, outcome.problems[i].code);
    }
    (void)dir;
    return code;
}

static lj_code make_many(data_dir *dir, uint64_t from, uint64_t count, const char *hash,
                         lj_err *err)
{
    const ledger_actor kernel = ledger_actor_kernel(lj_os_now_ms());
    lj_arena *arena = lj_arena_new(256 * LJ_MIB);
    ledger_txn *txn = NULL;
    lj_code code = ledger_begin(dir->book, &kernel, arena, &txn, err);
    for (uint64_t i = 0; i < count && code == LJ_OK; i++) {
        code = make(dir, txn, from + i, hash, err);
    }
    if (code == LJ_OK) {
        code = ledger_commit(txn, err);
    } else {
        ledger_rollback(txn);
    }
    lj_arena_free(arena);
    return code;
}

static int fill(const char *path, const char *number, const char *db)
{
    data_dir dir;
    lj_err err = {0};
    uint64_t count = strtoull(number, NULL, 10);
    lj_code code = data_dir_open(path, db, DATA_WRITE, &dir, &err);
    for (uint64_t at = 0; at < count && code == LJ_OK; at += 500) {
        code = make_many(&dir, at, lj_min_u64(500, count - at), NULL, &err);
    }
    if (code != LJ_OK) {
        return fail(path, err.what);
    }
    data_dir_close(&dir);
    return 0;
}

static int attach(const char *path, const char *text, const char *db)
{
    data_dir dir;
    lj_err err = {0};
    uint8_t hash[LJ_SHA256_LEN];
    char name[KEEP_FILE_NAME];
    lj_sha256 *sha = lj_sha256_new();
    lj_sha256_begin(sha);
    lj_sha256_add(sha, lj_cstr_bytes(text));
    lj_sha256_end(sha, hash);
    lj_sha256_free(sha);
    keep_file_name(hash, name);
    lj_code code = data_dir_open(path, db, DATA_WRITE, &dir, &err);
    if (code != LJ_OK) {
        return fail(path, err.what);
    }
    code = keep_file_put(dir.fd, name, lj_cstr_bytes(text), &err);
    code = code == LJ_OK ? make_many(&dir, strlen(text), 1, (const char *)hash, &err) : code;
    data_dir_close(&dir);
    puts(name);
    return code == LJ_OK ? 0 : fail(path, err.what);
}

static int flip(const char *path, const char *number)
{
    int fd = -1;
    uint8_t byte = 0;
    size_t got = 0;
    lj_err err = {0};
    uint64_t at = strtoull(number, NULL, 10);
    lj_code code = lj_os_create_file(LJ_OS_CWD, path, LJ_OS_UPDATE, &fd, &err);
    code = code == LJ_OK ? lj_os_read_at(fd, at, &byte, 1, &got, &err) : code;
    byte ^= (uint8_t)(1u << (at % 8));
    code = code == LJ_OK && got == 1 ? lj_os_write_at(fd, at, lj_slice_of(&byte, 1), &err) : code;
    lj_os_close(fd);
    return code == LJ_OK && got == 1 ? 0 : fail(path, err.what);
}

int main(int argc, char **argv)
{
    lj_os_prepare_libraries();
    if (argc < 4) {
        return 64;
    }
    const char *db = argc > 4 ? argv[4] : NULL;
    if (strcmp(argv[1], "sql") == 0) {
        return run_sql(argv[2], argv[3]);
    }
    if (strcmp(argv[1], "older") == 0) {
        return older(argv[2], argv[3]);
    }
    if (strcmp(argv[1], "fill") == 0) {
        return fill(argv[2], argv[3], db);
    }
    if (strcmp(argv[1], "attach") == 0) {
        return attach(argv[2], argv[3], db);
    }
    return strcmp(argv[1], "flip") == 0 ? flip(argv[2], argv[3]) : 64;
}
