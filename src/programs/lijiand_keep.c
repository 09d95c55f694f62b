/* SPDX-License-Identifier: AGPL-3.0-or-later
 * migrate, export and import. backup, restore and check have a file each (keep_*.c). */
#include <string.h>

#include "base/num.h"
#include "base/os.h"
#include "ledger/log.h"
#include "programs/keep.h"
#include "programs/lijiand.h"
#include "store/migrate.h"
#include "store/upkeep.h"

enum { NAME_LEN = FRESH_PATH_MAX + 64 };

/* ---- migrate ---- */
/* The way back. PostgreSQL has its own tools for it; what they made must be said with --saved. */
static lj_code save_before(data_dir *dir, const daemon_arguments *args, uint32_t want,
                           char name[NAME_LEN], lj_err *err)
{
    name[0] = '\0';
    if (store_engine_of(dir->db) != STORE_SQLITE) {
        return args->saved
                   ? LJ_OK
                   : lj_fail(err, LJ_E_UNSUPPORTED, UINT64_MAX,
                             "PostgreSQL: save the database with pg_dump, then migrate with "
                             "--saved");
    }
    lj_err why = {0};
    lj_os_stat stat;
    for (uint32_t i = 0; i < 1000; i++) { /* a migration that failed leaves its backup */
        if (i == 0) {
            snprintf(name, NAME_LEN, "%s/backup-before-%04u.ljb", dir->path, want);
        } else {
            snprintf(name, NAME_LEN, "%s/backup-before-%04u-%u.ljb", dir->path, want, i + 1);
        }
        if (lj_os_stat_at(LJ_OS_CWD, name, &stat, &why) == LJ_E_NOT_FOUND) {
            break;
        }
    }
    keep_backup made;
    return keep_backup_write(dir, name, false, daemon_zh(args), &made, err);
}

static void print_applied(uint32_t have, uint32_t want, bool zh)
{
    for (uint32_t i = 0; i < store_migration_count; i++) {
        const store_migration *row = &store_migrations[i];
        if (row->no > have && row->no <= want) {
            printf(zh ? "已升级：%04u %s\n" : "applied: %04u %s\n", row->no, row->name);
        }
    }
}

int daemon_migrate(void *arguments)
{
    const daemon_arguments *args = arguments;
    bool zh = daemon_zh(args);
    const char *path = daemon_data(args, zh);
    if (path == NULL) {
        return EXIT_USAGE;
    }
    data_dir dir;
    lj_err err = {0};
    store_schema_state state = {0};
    char name[NAME_LEN];
    lj_code code = data_dir_open(path, args->db, DATA_LOOK, &dir, &err);
    if (code != LJ_OK) {
        return daemon_failure(&err, path, zh);
    }
    code = store_schema_of(dir.db, &state, &err);
    bool has_work = code == LJ_OK && state.have < state.want;
    code = has_work ? save_before(&dir, args, state.want, name, &err) : code;
    data_dir_close(&dir);
    if (code != LJ_OK) {
        return daemon_failure(&err, path, zh);
    }
    if (!has_work) {
        printf(zh ? "数据库已是最新版本 %u\n" : "the database is of the newest version, %u\n",
               state.have);
        return 0;
    }
    if (name[0] != '\0') {
        printf(zh ? "升级前备份：%s\n" : "backup before it: %s\n", name);
    }
    code = data_dir_open(path, args->db, DATA_UPGRADE, &dir, &err);
    if (code != LJ_OK) {
        return daemon_failure(&err, path, zh);
    }
    data_dir_close(&dir);
    print_applied(state.have, state.want, zh);
    return 0;
}

/* ---- export ---- */
static lj_code put_part(void *ctx, lj_slice part, lj_err *err)
{
    return lj_os_write(((fresh_file *)ctx)->fd, part, err);
}

int daemon_export(void *arguments)
{
    const daemon_arguments *args = arguments;
    bool zh = daemon_zh(args);
    const char *path = daemon_data(args, zh);
    const char *to = args->words.words[0];
    if (path == NULL) {
        return EXIT_USAGE;
    }
    data_dir dir;
    fresh_file file;
    lj_err err = {0};
    lj_code code = data_dir_open(path, args->db, DATA_READ, &dir, &err);
    if (code != LJ_OK) {
        return daemon_failure(&err, path, zh);
    }
    code = fresh_file_begin(&file, to, &err);
    code = code == LJ_OK ? store_dump(dir.db, put_part, &file, &err) : code;
    code = code == LJ_OK ? fresh_file_keep(&file, &err) : code;
    fresh_file_drop(&file);
    data_dir_close(&dir);
    if (code != LJ_OK) {
        return daemon_failure(&err, to, zh);
    }
    printf(zh ? "已导出数据库：%s（不含密钥和附件；完整备份用 backup）\n"
              : "database exported: %s (without keys and attachments: `backup` has all)\n",
           to);
    return 0;
}

/* ---- import ---- */
typedef struct import_source {
    int fd;
    uint64_t at;
} import_source;

static lj_code pull(void *ctx, uint8_t *dst, size_t cap, size_t *out_len, lj_err *err)
{
    import_source *source = ctx;
    lj_code code = lj_os_read_at(source->fd, source->at, dst, cap, out_len, err);
    source->at += code == LJ_OK ? *out_len : 0;
    return code;
}

static lj_code load(data_dir *dir, int fd, lj_err *err)
{
    import_source at = {.fd = fd};
    const store_source source = {pull, &at};
    store_conn *conn = NULL;
    log_head head = {0};
    lj_code code = store_load(dir->db, &source, err);
    code = code == LJ_OK ? store_reader_open(dir->db, &conn, err) : code;
    code = code == LJ_OK ? log_head_of(dir->book, conn, &head, err) : code;
    store_reader_close(conn);
    if (code == LJ_E_NOT_FOUND) {
        return lj_fail(err, LJ_E_UNSUPPORTED, UINT64_MAX,
                       "the export holds no ledger of district 1");
    }
    return code;
}

static lj_code import(const daemon_arguments *args, int fd, lj_err *err)
{
    data_config config = {.district = 1, .suite = SEAL_SM3, .is_classified = args->classified};
    if (args->db != NULL) {
        size_t len = strlen(args->db);
        if (len >= sizeof config.db) {
            return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "the name of the database is too long");
        }
        memcpy(config.db, args->db, len + 1);
    }
    fresh_folder folder;
    data_dir dir = {.fd = -1};
    lj_code code = fresh_folder_begin(&folder, args->data, err);
    code = code == LJ_OK ? data_dir_fill(folder.part, &config, NULL, &dir, err) : code;
    if (code == LJ_OK) {
        code = load(&dir, fd, err);
        data_dir_close(&dir);
    }
    code = code == LJ_OK ? fresh_folder_keep(&folder, err) : code;
    fresh_folder_drop(&folder);
    return code;
}

int daemon_import(void *arguments)
{
    const daemon_arguments *args = arguments;
    bool zh = daemon_zh(args);
    const char *path = daemon_data(args, zh);
    const char *from = args->words.words[0];
    if (path == NULL) {
        return EXIT_USAGE;
    }
    int fd = -1;
    lj_err err = {0};
    lj_code code = lj_os_open_file(LJ_OS_CWD, from, &fd, NULL, &err);
    code = code == LJ_OK ? import(args, fd, &err) : code;
    lj_os_close(fd);
    if (code != LJ_OK) {
        return daemon_failure(&err, code == LJ_E_CONFLICT ? path : from, zh);
    }
    printf(
        zh ? "已导入：%s\n"
             "注意：本文件夹的密钥是新的。原有带密钥校验值不再可比对，原检查点由原密钥验证；\n"
             "附件不在导出文件中。要连同密钥和附件迁移，请用 backup 和 restore。\n"
           : "imported: %s\n"
             "note: the keys of this folder are new. Keyed hashes made before cannot be matched,\n"
             "checkpoints signed before are those of the other key, attachments are not in an\n"
             "export. To move a ledger with keys and attachments use `backup` and `restore`.\n",
        path);
    return 0;
}
