/* SPDX-License-Identifier: AGPL-3.0-or-later
 * check: a line for each check with what was looked at and what was found; under it the first
 * faults with their records, and what to do. */
#include <string.h>

#include "base/num.h"
#include "base/os.h"
#include "ledger/check.h"
#include "ledger/log.h"
#include "programs/keep.h"
#include "programs/lijiand.h"
#include "store/upkeep.h"

enum { LINES_MAX = 256 * 1024, ORPHANS_ROOM = 32 * 1024 };

typedef struct check_run {
    data_dir *dir;
    bool zh;
    uint64_t fault_count;
    lj_buf lines[CHECK_PART_COUNT];
    uint32_t named[CHECK_PART_COUNT];
    /* attachments */
    lj_buf files;
    uint64_t file_count, bad_count, orphan_count;
    bool has_before;
    uint8_t before[LJ_SHA256_LEN];
    store_conn *conn;
} check_run;

static void print_lines(const lj_buf *lines)
{
    fwrite(lines->ptr, 1, lines->len, stdout);
}

static void print_check(check_run *run, const char *name_zh, const char *name_en, uint64_t checked,
                        uint64_t faults)
{
    run->fault_count += faults;
    if (faults == 0) {
        printf(run->zh ? "%s：正常（%llu）\n" : "%s: good (%llu)\n", run->zh ? name_zh : name_en,
               (unsigned long long)checked);
    } else {
        printf(run->zh ? "%s：有问题 %llu 处（共 %llu）\n" : "%s: %llu faults (of %llu)\n",
               run->zh ? name_zh : name_en, (unsigned long long)faults,
               (unsigned long long)checked);
    }
}

static void put_remedy(const check_run *run, lj_buf *to, const char *zh, const char *en)
{
    lj_buf_put_cstr(to, run->zh ? "\n    处理：" : "\n    remedy: ");
    lj_buf_put_cstr(to, run->zh ? zh : en);
    lj_buf_put_u8(to, '\n');
}

/* ---- the database and the log ---- */
static lj_code check_store(check_run *run, lj_err *err)
{
    lj_buf faults;
    uint32_t count = 0;
    lj_buf_init(&faults, NULL, 16 * LJ_MIB);
    lj_code code = store_integrity(run->dir->db, &faults, &count, err);
    if (code == LJ_E_FORMAT) {
        count = 1;
        code = LJ_OK;
    }
    if (code == LJ_OK) {
        print_check(run, "数据库", "database", 1, count);
        print_lines(&faults);
        if (count > 0) {
            puts(run->zh ? "    处理：停止服务，恢复最近的备份"
                         : "    remedy: stop the server, restore the newest backup");
        }
    }
    lj_buf_done(&faults);
    return code;
}

static bool is_finding(lj_code code)
{
    return code == LJ_E_TAMPERED || code == LJ_E_NOT_FOUND || code == LJ_E_FORMAT;
}

static lj_code check_log(check_run *run, lj_err *err)
{
    log_verdict verdict = {0};
    lj_err why = {0};
    lj_code code =
        log_verify(run->dir->book, run->conn, &run->dir->key, run->dir->arena, &verdict, &why);
    if (code != LJ_OK && !is_finding(code)) {
        *err = why;
        return code;
    }
    if (code == LJ_OK) {
        char root[2 * SEAL_DIGEST_LEN + 1];
        lj_hex(seal_digest_bytes(&verdict.root), root);
        print_check(run, "日志条目", "log entries", verdict.size, 0);
        printf(run->zh ? "    根 %s；已签名检查点 %llu 个，均相符\n"
                       : "    root %s; %llu signed checkpoints, all of this log\n",
               root, (unsigned long long)verdict.checkpoints);
        return LJ_OK;
    }
    print_check(run, "日志条目", "log entries", verdict.size, 1);
    if (why.at != UINT64_MAX) {
        printf(run->zh ? "  第 %llu 条：%s\n" : "  entry %llu: %s\n", (unsigned long long)why.at,
               why.what);
    } else {
        printf("  %s\n", why.what);
    }
    puts(run->zh ? "    处理：停止服务，保全现场，恢复此前的备份并与签名检查点核对"
                 : "    remedy: stop the server, keep everything as it is, restore the backup "
                   "before it, compare with the signed checkpoints");
    return LJ_OK;
}

/* ---- the records ---- */
static void take_fault(void *ctx, const check_fault *fault)
{
    check_run *run = ctx;
    const check_fault_row *row = check_fault_row_of(fault->kind);
    if (run->named[row->part]++ >= KEEP_NAMED_MAX) {
        return;
    }
    lj_buf *to = &run->lines[row->part];
    lj_buf_put_cstr(to, "  ");
    if (fault->type != NULL) {
        lj_buf_put_cstr(to, ledger_label_of(fault->type, "type", !run->zh));
        lj_buf_put_u8(to, ' ');
    }
    if (fault->id != NULL) {
        char id[37];
        ledger_id_print(fault->id, id);
        lj_buf_put_cstr(to, id);
    }
    if (fault->version > 0) {
        lj_buf_put_cstr(to, run->zh ? " 第 " : " version ");
        lj_buf_put_dec(to, (uint64_t)fault->version);
        lj_buf_put_cstr(to, run->zh ? " 版" : "");
    }
    if (fault->field != NULL && fault->type != NULL) {
        lj_buf_put_cstr(to, run->zh ? "，" : ", ");
        lj_buf_put_cstr(to,
                        ledger_label_in(fault->type, fault->type->name, fault->field, !run->zh));
    }
    lj_buf_put_cstr(to, run->zh ? "：" : ": ");
    lj_buf_put_cstr(to, run->zh ? row->zh : row->en);
    put_remedy(run, to, row->remedy_zh, row->remedy_en);
}

static lj_code check_records(check_run *run, lj_err *err)
{
    static const char *const names[][2] = {
        {"历史版本", "versions" },
        {"字段值",    "values"   },
        {"记录",       "records"  },
        {"待办",       "duties"   },
        {"责任人",    "answerers"},
    };
    const check_teller teller = {take_fault, run};
    check_counts counts;
    for (int i = 0; i < CHECK_PART_COUNT; i++) {
        lj_buf_init(&run->lines[i], run->dir->arena, LINES_MAX);
    }
    lj_err why = {0};
    lj_code code =
        ledger_check(run->dir->book, ledger_now_of(lj_os_now_ms()).today, &teller, &counts, &why);
    if (code != LJ_OK && !is_finding(code)) {
        *err = why;
        return code;
    }
    for (int i = 0; i < CHECK_PART_COUNT; i++) {
        print_check(run, names[i][0], names[i][1], counts.checked[i], counts.faults[i]);
        print_lines(&run->lines[i]);
    }
    if (counts.erased > 0) {
        printf(run->zh ? "    依规清除的值 %llu 个\n" : "    values erased in their time: %llu\n",
               (unsigned long long)counts.erased);
    }
    if (code != LJ_OK) {
        print_check(run, "核对未完成", "not checked to the end", 0, 1);
        printf("  %s\n", why.what);
    }
    return LJ_OK;
}

/* ---- attachments ---- */
static lj_code take_attachment(void *ctx, const check_attachment *found, lj_err *err)
{
    check_run *run = ctx;
    if (run->has_before && memcmp(run->before, found->sha256, LJ_SHA256_LEN) == 0) {
        return LJ_OK;
    }
    memcpy(run->before, found->sha256, LJ_SHA256_LEN);
    run->has_before = true;
    run->file_count++;
    lj_err why = {0};
    lj_code code = keep_file_read(run->dir->fd, found->sha256, run->dir->arena, NULL, NULL, &why);
    if (code == LJ_OK) {
        return LJ_OK;
    }
    if (code == LJ_E_NOMEM) {
        *err = why;
        return code;
    }
    if (run->bad_count++ >= KEEP_NAMED_MAX) {
        return LJ_OK;
    }
    char id[37];
    char name[KEEP_FILE_NAME];
    ledger_id_print(found->id, id);
    keep_file_name(found->sha256, name);
    lj_buf_put_cstr(&run->files, run->zh ? "  附件 " : "  attachment ");
    lj_buf_put_cstr(&run->files, id);
    lj_buf_put_cstr(&run->files, run->zh ? "：" : ": ");
    lj_buf_put_cstr(&run->files, name);
    lj_buf_put_cstr(&run->files, code == LJ_E_NOT_FOUND ? (run->zh ? " 缺失" : " is missing")
                                                        : (run->zh ? " 损坏" : " is damaged"));
    put_remedy(run, &run->files, "从备份中取回该文件", "take this file from a backup");
    return LJ_OK;
}

static bool read_hash(const lj_os_entry *entry, uint8_t out[LJ_SHA256_LEN])
{
    if (entry->len != 2 * LJ_SHA256_LEN) {
        return false;
    }
    for (size_t i = 0; i < entry->len; i++) {
        char c = entry->name[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0) {
            return false;
        }
        out[i / 2] = (uint8_t)(i % 2 == 0 ? digit << 4 : out[i / 2] | digit);
    }
    return true;
}

/* Files that no record names: an upload that was not finished leaves one. No fault. */
static lj_code check_orphans(check_run *run, lj_err *err)
{
    int fd = -1;
    lj_err why = {0};
    if (lj_os_open_folder(run->dir->fd, "files", false, &fd, &why) != LJ_OK) {
        return LJ_OK; /* what is missing in it was told above */
    }
    uint64_t room[ORPHANS_ROOM / sizeof(uint64_t)];
    lj_os_dir entries;
    lj_os_entry entry;
    lj_code code = LJ_OK;
    lj_os_dir_init(&entries, fd, (uint8_t *)room, sizeof room);
    while (code == LJ_OK && lj_os_dir_next(&entries, &entry)) {
        uint8_t sha256[LJ_SHA256_LEN];
        bool is_known = false;
        if (read_hash(&entry, sha256)) {
            code = ledger_attached(run->dir->book, run->conn, sha256, &is_known, err);
        }
        if (code == LJ_OK && !is_known && run->orphan_count++ < KEEP_NAMED_MAX) {
            lj_buf_put_cstr(&run->files,
                            run->zh ? "  没有记录的文件 files/" : "  of no record: files/");
            lj_buf_put(&run->files, lj_slice_of(entry.name, entry.len));
            lj_buf_put_u8(&run->files, '\n');
        }
    }
    lj_os_close(fd);
    return code;
}

static lj_code check_files(check_run *run, lj_err *err)
{
    lj_buf_init(&run->files, NULL, LINES_MAX);
    lj_code code = ledger_attachments(run->dir->book, run->conn, take_attachment, run, err);
    code = code == LJ_OK ? check_orphans(run, err) : code;
    if (code == LJ_OK) {
        print_check(run, "附件", "attachments", run->file_count, run->bad_count);
        print_lines(&run->files);
        if (run->orphan_count > 0) {
            printf(run->zh ? "    没有记录的文件 %llu 个，核实后可移走\n"
                           : "    files of no record: %llu; may be moved away\n",
                   (unsigned long long)run->orphan_count);
        }
    }
    lj_buf_done(&run->files);
    return code;
}

lj_code keep_check(data_dir *dir, bool zh, uint64_t *out_faults, lj_err *err)
{
    check_run run = {.dir = dir, .zh = zh};
    lj_code code = check_store(&run, err);
    code = code == LJ_OK ? store_reader_open(dir->db, &run.conn, err) : code;
    code = code == LJ_OK ? check_log(&run, err) : code; /* takes a snapshot of its own */
    code = code == LJ_OK ? store_read_begin(run.conn, err) : code;
    code = code == LJ_OK ? check_files(&run, err) : code;
    store_reader_close(run.conn);
    code = code == LJ_OK ? check_records(&run, err) : code;
    *out_faults = run.fault_count;
    return code;
}

int daemon_check(void *arguments)
{
    const daemon_arguments *args = arguments;
    bool zh = daemon_zh(args);
    const char *path = daemon_data(args, zh);
    if (path == NULL) {
        return EXIT_USAGE;
    }
    data_dir dir;
    lj_err err = {0};
    lj_code code = data_dir_open(path, args->db, DATA_READ, &dir, &err);
    if (code != LJ_OK) {
        return daemon_failure(&err, path, zh);
    }
    uint64_t fault_count = 0;
    code = keep_check(&dir, zh, &fault_count, &err);
    data_dir_close(&dir);
    if (code != LJ_OK) {
        return daemon_failure(&err, path, zh);
    }
    return fault_count == 0 ? 0 : EXIT_FAILURE_OURS;
}
