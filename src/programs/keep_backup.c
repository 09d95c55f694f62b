/* SPDX-License-Identifier: AGPL-3.0-or-later
 * backup: one file with everything that a data folder is, taken in one snapshot beside a running
 * server. The order: what was settled, the keys, the checkpoint, the database, the attachments. */
#include <string.h>

#include "base/num.h"
#include "base/os.h"
#include "ledger/check.h"
#include "ledger/log.h"
#include "programs/keep.h"
#include "programs/lijiand.h"
#include "store/migrate.h"
#include "store/upkeep.h"

enum { SMALL_MAX = 192 * 1024, COPY_NAME_MAX = FRESH_PATH_MAX + 8 };

typedef struct backing {
    data_dir *dir;
    backup_writer writer;
    store_conn *conn;
    keep_backup *out;
    bool zh, has_before;
    uint8_t before[LJ_SHA256_LEN]; /* the attachment before */
} backing;

/* ---- what is in files of its own ---- */
static lj_code put_small(backing *on, backup_kind kind, const char *name, lj_err *err)
{
    lj_buf bytes;
    lj_arena_mark mark = lj_arena_mark_of(on->dir->arena);
    lj_buf_init(&bytes, on->dir->arena, SMALL_MAX);
    lj_code code = lj_os_load(on->dir->fd, name, SEAL_PEM_MAX, &bytes, err);
    code = code == LJ_OK ? backup_write(&on->writer, kind, lj_buf_slice(&bytes), err) : code;
    lj_arena_rewind(on->dir->arena, mark);
    return code;
}

static void put_line(lj_buf *text, const char *name, uint64_t num)
{
    lj_buf_put_cstr(text, name);
    lj_buf_put_u8(text, ' ');
    lj_buf_put_dec(text, num);
    lj_buf_put_u8(text, '\n');
}

static lj_code put_head(backing *on, bool with_files, lj_err *err)
{
    store_schema_state state = {0};
    lj_code code = store_schema_of(on->dir->db, &state, err);
    lj_buf text;
    lj_buf_init(&text, on->dir->arena, SMALL_MAX);
    put_line(&text, "schema", state.have);
    put_line(&text, "at", (uint64_t)lj_os_now_ms());
    put_line(&text, "files", with_files ? 1 : 0);
    code = code == LJ_OK ? backup_write(&on->writer, BACKUP_HEAD, lj_buf_slice(&text), err) : code;
    code = code == LJ_OK ? put_small(on, BACKUP_CONFIG, "config", err) : code;
    code = code == LJ_OK ? put_small(on, BACKUP_HASH_KEY, "keys/hash.key", err) : code;
    return code == LJ_OK ? put_small(on, BACKUP_SEAL_KEY, "keys/seal.pem", err) : code;
}

/* ---- what is in the database ---- */
static lj_code put_checkpoint(backing *on, lj_err *err)
{
    log_head head;
    data_dir *dir = on->dir;
    lj_code code = log_head_of(dir->book, on->conn, &head, err);
    if (code == LJ_E_NOT_FOUND) {
        return LJ_OK; /* a ledger that nobody set up has no log to sign */
    }
    code = code == LJ_OK ? log_root(dir->book, on->conn, head.size, dir->arena, &on->out->root, err)
                         : code;
    seal_checkpoint point = {
        .district = (uint64_t)dir->config.district,
        .log = head.log,
        .head = {head.size, on->out->root},
        .at = lj_os_now_ms(),
        .hash = head.suite
    };
    lj_buf text;
    lj_buf_init(&text, dir->arena, SMALL_MAX);
    code = code == LJ_OK ? seal_checkpoint_write(&point, &dir->key, &text, err) : code;
    on->out->log_size = head.size;
    on->out->has_root = true;
    return code == LJ_OK ? backup_write(&on->writer, BACKUP_CHECKPOINT, lj_buf_slice(&text), err)
                         : code;
}

static lj_code put_dump(void *ctx, lj_slice part, lj_err *err)
{
    return backup_write(&((backing *)ctx)->writer, BACKUP_DUMP, part, err);
}

static lj_code put_part(void *ctx, lj_slice part, lj_err *err)
{
    backing *on = ctx;
    on->out->file_bytes += part.len;
    return backup_write(&on->writer, BACKUP_PART, part, err);
}

static lj_code put_lacking(backing *on, const check_attachment *found, lj_code why, lj_err *err)
{
    uint8_t bytes[LJ_SHA256_LEN + 1];
    memcpy(bytes, found->sha256, LJ_SHA256_LEN);
    bytes[LJ_SHA256_LEN] = why == LJ_E_NOT_FOUND ? BACKUP_MISSING : BACKUP_DAMAGED;
    if (on->out->lacking++ < KEEP_NAMED_MAX) {
        char id[37];
        char name[KEEP_FILE_NAME];
        ledger_id_print(found->id, id);
        keep_file_name(found->sha256, name);
        fprintf(
            stderr,
            why == LJ_E_NOT_FOUND
                ? (on->zh ? "附件缺失：%s（记录 %s）\n" : "attachment missing: %s (record %s)\n")
                : (on->zh ? "附件损坏：%s（记录 %s）\n" : "attachment damaged: %s (record %s)\n"),
            name, id);
    }
    return backup_write(&on->writer, BACKUP_LACKING, lj_slice_of(bytes, sizeof bytes), err);
}

static lj_code put_attachment(void *ctx, const check_attachment *found, lj_err *err)
{
    backing *on = ctx;
    if (on->has_before && memcmp(on->before, found->sha256, LJ_SHA256_LEN) == 0) {
        return LJ_OK;
    }
    memcpy(on->before, found->sha256, LJ_SHA256_LEN);
    on->has_before = true;
    lj_code code =
        backup_write(&on->writer, BACKUP_FILE, lj_slice_of(found->sha256, LJ_SHA256_LEN), err);
    if (code != LJ_OK) {
        return code;
    }
    lj_err why = {0};
    uint64_t written = on->writer.len;
    code = keep_file_read(on->dir->fd, found->sha256, on->dir->arena, put_part, on, &why);
    if (code == LJ_OK) {
        on->out->files++;
        return LJ_OK;
    }
    bool is_ours = on->writer.is_broken; /* the backup cannot be written: a full disk */
    if (is_ours || code == LJ_E_NOMEM) {
        *err = why;
        return code;
    }
    return put_lacking(
        on, found, code == LJ_E_NOT_FOUND && written == on->writer.len ? code : LJ_E_TAMPERED, err);
}

static lj_code put_summary(backing *on, lj_err *err)
{
    lj_buf text;
    lj_buf_init(&text, on->dir->arena, SMALL_MAX);
    put_line(&text, "entries", on->out->log_size);
    put_line(&text, "files", on->out->files);
    put_line(&text, "bytes", on->out->file_bytes);
    put_line(&text, "lacking", on->out->lacking);
    return backup_write(&on->writer, BACKUP_SUMMARY, lj_buf_slice(&text), err);
}

static lj_code put_ledger(backing *on, lj_err *err)
{
    lj_code code = store_reader_open(on->dir->db, &on->conn, err);
    code = code == LJ_OK ? store_read_begin(on->conn, err) : code;
    code = code == LJ_OK ? put_checkpoint(on, err) : code;
    code = code == LJ_OK ? store_dump_snapshot(on->conn, put_dump, on, err) : code;
    code =
        code == LJ_OK ? ledger_attachments(on->dir->book, on->conn, put_attachment, on, err) : code;
    store_reader_close(on->conn);
    return code;
}

/* The SQLite file as it is: VACUUM INTO beside the backup, then into it. */
static lj_code put_copy(backing *on, const char *path, lj_err *err)
{
    char name[COPY_NAME_MAX];
    size_t len = strlen(path);
    if (len + sizeof ".copy" > sizeof name) {
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "the path is too long");
    }
    memcpy(name, path, len);
    memcpy(name + len, ".copy", sizeof ".copy");
    lj_code code = lj_os_remove(LJ_OS_CWD, name, err); /* of a process that was killed */
    code = code == LJ_OK ? store_copy(on->dir->db, name, err) : code;
    int fd = -1;
    code = code == LJ_OK ? lj_os_open_file(LJ_OS_CWD, name, &fd, NULL, err) : code;
    uint8_t *room = lj_arena_alloc_raw(on->dir->arena, KEEP_ROOM);
    if (room == NULL && code == LJ_OK) {
        code = lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a copy");
    }
    size_t got = KEEP_ROOM;
    for (uint64_t at = 0; code == LJ_OK && got == KEEP_ROOM; at += got) {
        code = lj_os_read_at(fd, at, room, KEEP_ROOM, &got, err);
        code = code == LJ_OK && got > 0
                   ? backup_write(&on->writer, BACKUP_COPY, lj_slice_of(room, got), err)
                   : code;
    }
    lj_os_close(fd);
    lj_err why = {0};
    lj_code removed = lj_os_remove(LJ_OS_CWD, name, code == LJ_OK ? err : &why);
    return code == LJ_OK ? removed : code;
}

lj_code keep_backup_write(data_dir *dir, const char *path, bool with_files, bool zh,
                          keep_backup *out, lj_err *err)
{
    *out = (keep_backup){0};
    backing on = {.dir = dir, .out = out, .zh = zh};
    fresh_file file;
    lj_code code = fresh_file_begin(&file, path, err);
    code = code == LJ_OK ? backup_write_begin(&on.writer, file.fd, err) : code;
    code = code == LJ_OK ? put_head(&on, with_files, err) : code;
    if (code == LJ_OK) {
        code = with_files ? put_ledger(&on, err) : put_copy(&on, path, err);
    }
    code = code == LJ_OK ? put_summary(&on, err) : code;
    code = code == LJ_OK ? backup_write_end(&on.writer, err) : code;
    out->len = on.writer.len;
    code = code == LJ_OK ? fresh_file_keep(&file, err) : code;
    backup_write_done(&on.writer);
    fresh_file_drop(&file);
    return code;
}

int daemon_backup(void *arguments)
{
    const daemon_arguments *args = arguments;
    bool zh = daemon_zh(args);
    const char *path = daemon_data(args, zh);
    const char *to = args->words.words[0];
    if (path == NULL) {
        return EXIT_USAGE;
    }
    data_dir dir;
    lj_err err = {0};
    lj_code code = data_dir_open(path, args->db, DATA_READ, &dir, &err);
    if (code != LJ_OK) {
        return daemon_failure(&err, path, zh);
    }
    keep_backup made;
    code = keep_backup_write(&dir, to, true, zh, &made, &err);
    data_dir_close(&dir);
    if (code != LJ_OK) {
        return daemon_failure(&err, to, zh);
    }
    char root[2 * SEAL_DIGEST_LEN + 1] = "-";
    if (made.has_root) {
        lj_hex(seal_digest_bytes(&made.root), root);
    }
    printf(zh ? "备份：%s（%llu 字节）\n日志：%llu 条，根 %s，已签名\n"
              : "backup: %s (%llu bytes)\nlog: %llu entries, root %s, signed\n",
           to, (unsigned long long)made.len, (unsigned long long)made.log_size, root);
    printf(zh ? "附件：%llu 个，%llu 字节；缺失或损坏 %llu 个\n"
                "文件内含密钥，须与密钥同样保管\n"
              : "attachments: %llu, %llu bytes; missing or damaged %llu\n"
                "the file holds the keys: keep it as you keep them\n",
           (unsigned long long)made.files, (unsigned long long)made.file_bytes,
           (unsigned long long)made.lacking);
    return made.lacking == 0 ? 0 : EXIT_FAILURE_OURS;
}
