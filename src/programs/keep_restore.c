/* SPDX-License-Identifier: AGPL-3.0-or-later
 * restore: a data folder out of a backup. The backup is read three times: whole against its digest
 * before anything is written; then files and keys; then the database, in one transaction. The
 * folder is made beside its name, checked, and renamed last: what was not proven never serves. */
#include <string.h>

#include "base/num.h"
#include "base/os.h"
#include "ledger/log.h"
#include "programs/keep.h"
#include "programs/lijiand.h"
#include "store/migrate.h"
#include "store/upkeep.h"

enum { ARENA_MAX = 4 * 1024 * 1024, NAME_MAX_LEN = FRESH_PATH_MAX + 16 };

typedef struct restoring {
    lj_arena *arena;
    backup_reader reader;
    fresh_folder folder;
    data_config config;
    const char *db; /* --db, or NULL */
    int64_t schema, with_files;
    bool has_config, has_hash_key, has_seal_key, has_dump, has_copy;
    char checkpoint[SEAL_CHECKPOINT_MAX];
    size_t checkpoint_len;
    /* the attachment that is being written */
    int file;
    char file_name[KEEP_FILE_NAME];
    uint8_t wanted[LJ_SHA256_LEN];
    lj_sha256 *sha;
    uint64_t files, lacking;
    /* the dump as it came, and as it is read back */
    lj_sha256 *dump;
    uint8_t came[LJ_SHA256_LEN];
} restoring;

static lj_code damaged(lj_err *err)
{
    return lj_fail(err, LJ_E_FORMAT, UINT64_MAX, "the backup is not one that lijiand wrote");
}

/* ---- files and keys ---- */
static int64_t line_value(lj_slice text, lj_slice name)
{
    size_t at = lj_slice_find(text, name);
    int64_t num = 0;
    if (at == SIZE_MAX) {
        return -1;
    }
    for (size_t i = at + name.len;
         i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9' && num < INT32_MAX; i++) {
        num = num * 10 + (text.ptr[i] - '0');
    }
    return num;
}

static lj_code end_file(restoring *on, bool drop, lj_err *err)
{
    if (on->file < 0) {
        return LJ_OK;
    }
    uint8_t found[LJ_SHA256_LEN];
    lj_sha256_end(on->sha, found);
    lj_code code = drop ? LJ_OK : lj_os_sync(on->file, err);
    lj_os_close(on->file);
    on->file = -1;
    if (drop) {
        return lj_os_remove(on->folder.fd, on->file_name, err);
    }
    on->files++;
    return code == LJ_OK && memcmp(found, on->wanted, sizeof found) != 0 ? damaged(err) : code;
}

static lj_code begin_file(restoring *on, lj_slice hash, lj_err *err)
{
    lj_code code = hash.len == LJ_SHA256_LEN ? end_file(on, false, err) : damaged(err);
    if (code != LJ_OK) {
        return code;
    }
    memcpy(on->wanted, hash.ptr, LJ_SHA256_LEN);
    keep_file_name(on->wanted, on->file_name);
    lj_sha256_begin(on->sha);
    return lj_os_create_file(on->folder.fd, on->file_name, LJ_OS_FRESH, &on->file, err);
}

static lj_code lack_file(restoring *on, lj_slice bytes, lj_err *err)
{
    if (bytes.len != LJ_SHA256_LEN + 1 || on->file < 0 ||
        memcmp(bytes.ptr, on->wanted, LJ_SHA256_LEN) != 0) {
        return damaged(err);
    }
    on->lacking++;
    return end_file(on, true, err);
}

static lj_code take_copy(restoring *on, lj_slice bytes, lj_err *err)
{
    if (on->db != NULL) {
        return lj_fail(err, LJ_E_UNSUPPORTED, UINT64_MAX,
                       "this backup holds a SQLite file: it cannot go into PostgreSQL");
    }
    int fd = -1;
    on->has_copy = true;
    lj_code code = lj_os_create_file(on->folder.fd, "ledger.db", LJ_OS_APPEND, &fd, err);
    code = code == LJ_OK ? lj_os_write(fd, bytes, err) : code;
    lj_os_close(fd);
    return code;
}

static lj_code take_text(restoring *on, const backup_block *block, lj_err *err)
{
    if (block->kind == BACKUP_HEAD) {
        on->schema = line_value(block->bytes, LJ_BYTES("schema "));
        on->with_files = line_value(block->bytes, LJ_BYTES("files "));
        return LJ_OK;
    }
    if (block->kind == BACKUP_CONFIG) {
        on->has_config = true;
        return data_config_read(block->bytes, &on->config, err);
    }
    if (block->bytes.len > sizeof on->checkpoint) {
        return damaged(err);
    }
    memcpy(on->checkpoint, block->bytes.ptr, block->bytes.len);
    on->checkpoint_len = block->bytes.len;
    return LJ_OK;
}

static lj_code take_block(restoring *on, const backup_block *block, lj_err *err)
{
    switch (block->kind) {
    case BACKUP_HEAD:
    case BACKUP_CONFIG:
    case BACKUP_CHECKPOINT:
        return take_text(on, block, err);
    case BACKUP_HASH_KEY:
        on->has_hash_key = true;
        return keep_file_put(on->folder.fd, "keys/hash.key", block->bytes, err);
    case BACKUP_SEAL_KEY:
        on->has_seal_key = true;
        return keep_file_put(on->folder.fd, "keys/seal.pem", block->bytes, err);
    case BACKUP_DUMP:
        on->has_dump = true;
        return LJ_OK; /* its turn comes */
    case BACKUP_COPY:
        return take_copy(on, block->bytes, err);
    case BACKUP_FILE:
        return begin_file(on, block->bytes, err);
    case BACKUP_PART:
        if (on->file < 0) {
            return damaged(err);
        }
        lj_sha256_add(on->sha, block->bytes);
        return lj_os_write(on->file, block->bytes, err);
    case BACKUP_LACKING:
        return lack_file(on, block->bytes, err);
    case BACKUP_SUMMARY:
        return LJ_OK;
    case BACKUP_END:
        break;
    }
    return damaged(err);
}

static lj_code take_files(restoring *on, lj_err *err)
{
    lj_code code = lj_os_make_folder(on->folder.fd, "keys", err);
    code = code == LJ_OK ? lj_os_make_folder(on->folder.fd, "files", err) : code;
    bool more = true;
    while (code == LJ_OK && more) {
        backup_block block;
        code = backup_next(&on->reader, &block, &more, err);
        if (code == LJ_OK && more) {
            code = take_block(on, &block, err);
        }
    }
    code = code == LJ_OK ? end_file(on, false, err) : code;
    if (code == LJ_OK && (!on->has_config || !on->has_hash_key || !on->has_seal_key ||
                          on->has_dump == on->has_copy)) {
        code = damaged(err);
    }
    return code;
}

/* ---- the database ---- */
static lj_code pull_dump(void *ctx, uint8_t *dst, size_t cap, size_t *out_len, lj_err *err)
{
    restoring *on = ctx;
    backup_block *block = &on->reader.block; /* what is left of it */
    bool more = true;
    lj_code code = LJ_OK;
    while (code == LJ_OK && more && (block->kind != BACKUP_DUMP || block->bytes.len == 0)) {
        backup_block next;
        bool was_dump = block->kind == BACKUP_DUMP;
        code = backup_next(&on->reader, &next, &more, err);
        if (code == LJ_OK && was_dump && block->kind != BACKUP_DUMP) {
            backup_give_back(&on->reader);
            *block = (backup_block){.kind = BACKUP_DUMP}; /* at the end, and it stays there */
            more = false;
        }
    }
    *out_len = 0;
    if (code == LJ_OK && more) {
        size_t len = lj_min_size(cap, block->bytes.len);
        memcpy(dst, block->bytes.ptr, len);
        lj_sha256_add(on->dump, lj_slice_of(dst, len));
        block->bytes = lj_slice_part(block->bytes, len, block->bytes.len);
        *out_len = len;
    }
    return code;
}

static lj_code load(restoring *on, store *db, lj_err *err)
{
    store_schema_state state = {0};
    lj_code code = store_schema_of(db, &state, err);
    if (code == LJ_OK && state.have != 0 && state.have < state.want) {
        code = lj_fail(err, LJ_E_CONFLICT, UINT64_MAX, "the database is in use by an older ledger");
    }
    if (code == LJ_OK && on->schema != (int64_t)state.want) {
        code = lj_fail(err, LJ_E_UNSUPPORTED, UINT64_MAX,
                       "the backup is of another version: restore with that one, then migrate");
    }
    uint32_t applied = 0;
    code = code == LJ_OK ? store_migrate(db, lj_os_now_ms(), &applied, err) : code;
    const store_source source = {pull_dump, on};
    backup_rewind(&on->reader);
    memset(&on->reader.block, 0, sizeof on->reader.block);
    lj_sha256_begin(on->dump);
    code = code == LJ_OK ? store_load(db, &source, err) : code;
    lj_sha256_end(on->dump, on->came);
    return code;
}

static lj_code take_dump(restoring *on, lj_err *err)
{
    char file[NAME_MAX_LEN];
    size_t len = strlen(on->folder.part);
    memcpy(file, on->folder.part, len);
    memcpy(file + len, "/ledger.db", sizeof "/ledger.db");
    const store_options options = {.place = on->db != NULL ? on->db : file, .create = true};
    store *db = NULL;
    lj_code code = store_open(&options, &db, err);
    code = code == LJ_OK ? load(on, db, err) : code;
    store_close(db);
    return code;
}

static lj_code take_all(restoring *on, lj_err *err)
{
    lj_code code = take_files(on, err);
    if (code == LJ_OK && on->has_dump) {
        code = take_dump(on, err);
    }
    on->config.db[0] = '\0';
    if (code == LJ_OK && on->db != NULL) {
        size_t len = strlen(on->db);
        if (len >= sizeof on->config.db) {
            return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "the name of the database is too long");
        }
        memcpy(on->config.db, on->db, len + 1);
    }
    return code == LJ_OK ? data_config_write(on->folder.fd, &on->config, on->arena, err) : code;
}

/* ---- the proof ---- */
static lj_code add_dump(void *ctx, lj_slice part, lj_err *err)
{
    (void)err;
    lj_sha256_add(ctx, part);
    return LJ_OK;
}

/* Every row is as it was: what is dumped now are the bytes that came. */
static lj_code prove_rows(restoring *on, data_dir *dir, bool zh, lj_err *err)
{
    uint8_t found[LJ_SHA256_LEN];
    lj_sha256_begin(on->dump);
    lj_code code = store_dump(dir->db, add_dump, on->dump, err);
    lj_sha256_end(on->dump, found);
    if (code == LJ_OK && memcmp(found, on->came, sizeof found) != 0) {
        code =
            lj_fail(err, LJ_E_TAMPERED, UINT64_MAX, "the database is not the one that was saved");
    }
    if (code == LJ_OK) {
        char hex[2 * LJ_SHA256_LEN + 1];
        lj_hex(lj_slice_of(found, sizeof found), hex);
        printf(zh ? "数据库：与备份逐字节相同（%s）\n" : "database: every row as saved (%s)\n",
               hex);
    }
    return code;
}

static lj_code prove_log(restoring *on, data_dir *dir, bool zh, uint64_t *faults, lj_err *err)
{
    if (on->checkpoint_len == 0) {
        return LJ_OK;
    }
    seal_checkpoint point;
    seal_digest root;
    store_conn *conn = NULL;
    log_head head;
    lj_code code = seal_checkpoint_check(lj_slice_of(on->checkpoint, on->checkpoint_len), &dir->key,
                                         &point, err);
    code = code == LJ_OK ? store_reader_open(dir->db, &conn, err) : code;
    code = code == LJ_OK ? log_head_of(dir->book, conn, &head, err) : code;
    if (code == LJ_OK && (head.size != point.head.size ||
                          memcmp(head.log.bytes, point.log.bytes, SEAL_ID_LEN) != 0)) {
        code = lj_fail(err, LJ_E_TAMPERED, UINT64_MAX, "the log has not as many entries as signed");
    }
    code = code == LJ_OK ? log_root(dir->book, conn, head.size, dir->arena, &root, err) : code;
    store_reader_close(conn);
    if (code != LJ_OK) {
        return code;
    }
    bool is_same = seal_digest_is(&root, &point.head.root);
    *faults += is_same ? 0 : 1;
    printf(is_same ? (zh ? "日志：%llu 条，根与签名检查点相符\n"
                         : "log: %llu entries, root as signed\n")
                   : (zh ? "日志：%llu 条，根与签名检查点不符\n"
                         : "log: %llu entries, root NOT as signed\n"),
           (unsigned long long)head.size);
    return LJ_OK;
}

static lj_code prove(restoring *on, bool zh, uint64_t *faults, lj_err *err)
{
    data_dir dir;
    lj_code code = data_dir_open(on->folder.part, NULL, DATA_LOOK, &dir, err);
    if (code != LJ_OK) {
        return code;
    }
    store_schema_state state = {0};
    code = store_schema_of(dir.db, &state, err);
    if (code == LJ_OK && state.have < state.want) {
        printf(zh ? "数据库版本 %u，本程序为 %u：运行 lijiand migrate 后再核对\n"
                  : "database of version %u, this program has %u: run `lijiand migrate`, then "
                    "`lijiand check`\n",
               state.have, state.want);
        data_dir_close(&dir);
        return LJ_OK;
    }
    code = code == LJ_OK && on->has_dump ? prove_rows(on, &dir, zh, err) : code;
    code = code == LJ_OK ? prove_log(on, &dir, zh, faults, err) : code;
    uint64_t found = 0;
    code = code == LJ_OK ? keep_check(&dir, zh, &found, err) : code;
    *faults += found;
    data_dir_close(&dir);
    return code;
}

static lj_code restore(restoring *on, const char *path, bool zh, uint64_t *faults, lj_err *err)
{
    lj_code code = fresh_folder_begin(&on->folder, path, err);
    code = code == LJ_OK ? take_all(on, err) : code;
    code = code == LJ_OK ? prove(on, zh, faults, err) : code;
    return code == LJ_OK ? fresh_folder_keep(&on->folder, err) : code;
}

static lj_code run(restoring *on, const char *from, const char *path, bool zh, uint64_t *faults,
                   lj_err *err)
{
    on->arena = lj_arena_new(ARENA_MAX);
    on->sha = lj_sha256_new();
    on->dump = lj_sha256_new();
    on->file = on->folder.fd = on->folder.lock = -1;
    int fd = -1;
    lj_code code = on->arena != NULL && on->sha != NULL && on->dump != NULL
                       ? lj_os_open_file(LJ_OS_CWD, from, &fd, NULL, err)
                       : lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory");
    code = code == LJ_OK ? backup_open(&on->reader, fd, err) : code;
    code = code == LJ_OK ? restore(on, path, zh, faults, err) : code;
    lj_os_close(on->file);
    fresh_folder_drop(&on->folder);
    backup_close(&on->reader);
    lj_os_close(fd);
    lj_sha256_free(on->dump);
    lj_sha256_free(on->sha);
    lj_arena_free(on->arena);
    return code;
}

int daemon_restore(void *arguments)
{
    const daemon_arguments *args = arguments;
    bool zh = daemon_zh(args);
    const char *path = daemon_data(args, zh);
    const char *from = args->words.words[0];
    if (path == NULL) {
        return EXIT_USAGE;
    }
    static restoring on;
    on.db = args->db;
    uint64_t faults = 0;
    lj_err err = {0};
    lj_code code = run(&on, from, path, zh, &faults, &err);
    if (code != LJ_OK) {
        return daemon_failure(&err, code == LJ_E_CONFLICT ? path : from, zh);
    }
    if (on.with_files == 0) {
        puts(zh ? "此备份为升级前快照，不含附件：请将原 files/ 复制到新文件夹"
                : "this backup was made before a migration and has no attachments: copy files/");
    } else {
        printf(zh ? "附件：恢复 %llu 个；备份时已缺失或损坏 %llu 个\n"
                  : "attachments: %llu restored; missing or damaged already when saved: %llu\n",
               (unsigned long long)on.files, (unsigned long long)on.lacking);
    }
    printf(faults == 0
               ? (zh ? "已恢复：%s\n" : "restored: %s\n")
               : (zh ? "已恢复，但有上述问题：%s\n" : "restored, with the faults above: %s\n"),
           path);
    return faults == 0 && on.lacking == 0 ? 0 : EXIT_FAILURE_OURS;
}
