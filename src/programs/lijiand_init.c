/* SPDX-License-Identifier: AGPL-3.0-or-later
 * init and user: the first accounts of an installation, and the way back in when nobody can log in.
 */
#include <string.h>

#include "base/num.h"
#include "base/os.h"
#include "ledger/account.h"
#include "ledger/actor.h"
#include "ledger/setup.h"
#include "programs/lijiand.h"

static const char *or_else(const char *text, const char *otherwise)
{
    return text != NULL ? text : otherwise;
}

static lj_code set_up(data_dir *dir, const daemon_arguments *args,
                      const password_made made[ACCOUNT_FIRST_COUNT], ledger_outcome *outcome,
                      lj_err *err)
{
    const ledger_setup setup = {lj_cstr_bytes(or_else(args->district, "本区")),
                                lj_cstr_bytes(or_else(args->code, "000000")),
                                lj_cstr_bytes(or_else(args->bureau, "区国家保密局"))};
    const ledger_actor kernel = ledger_actor_kernel(lj_os_now_ms());
    ledger_txn *txn = NULL;
    ledger_setup_ids ids;
    lj_code code = ledger_begin(dir->book, &kernel, dir->arena, &txn, err);
    if (code != LJ_OK) {
        return code;
    }
    code = ledger_set_up(txn, &setup, &ids, outcome, err);
    code = code == LJ_OK ? account_first(txn, made, err) : code;
    if (code != LJ_OK) {
        ledger_rollback(txn);
        return code;
    }
    return ledger_commit(txn, err);
}

static void print_first(const password_made made[ACCOUNT_FIRST_COUNT], bool zh)
{
    static const char *const who_zh[] = {"系统管理员", "安全保密管理员", "安全审计员"};
    static const char *const who_en[] = {"system administrator", "security administrator",
                                         "audit administrator"};
    fputs(zh ? "一次性口令（只显示这一次，首次登录须修改）：\n"
             : "One-time passwords (shown once, to be changed at the first login):\n",
          stdout);
    for (int i = 0; i < ACCOUNT_FIRST_COUNT; i++) {
        printf("  %-6s %s   %s\n", account_first_names[i], made[i].text,
               zh ? who_zh[i] : who_en[i]);
    }
}

static data_config config_of(const daemon_arguments *args)
{
    data_config config = {
        .district = 1,
        .suite = args->suite != NULL && strcmp(args->suite, "sha256") == 0 ? SEAL_SHA256 : SEAL_SM3,
        .is_classified = args->classified};
    if (args->db != NULL && strlen(args->db) < sizeof config.db) {
        memcpy(config.db, args->db, strlen(args->db) + 1);
    }
    return config;
}

int daemon_init(void *arguments)
{
    const daemon_arguments *args = arguments;
    bool zh = daemon_zh(args);
    const char *path = daemon_data(args, zh);
    if (path == NULL) {
        return EXIT_USAGE;
    }
    data_config config = config_of(args);
    password_made made[ACCOUNT_FIRST_COUNT];
    data_dir dir;
    lj_err err = {0};
    lj_code code = LJ_OK;
    for (int i = 0; i < ACCOUNT_FIRST_COUNT && code == LJ_OK; i++) {
        code = password_make(&made[i], &err);
    }
    code = code == LJ_OK ? data_dir_make(path, &config, &dir, &err) : code;
    if (code != LJ_OK) {
        return daemon_failure(&err, path, zh);
    }
    ledger_outcome outcome = {0};
    code = set_up(&dir, args, made, &outcome, &err);
    data_dir_close(&dir);
    if (code != LJ_OK) {
        return daemon_failure(&err, outcome.problem_count > 0 ? outcome.problems[0].field : path,
                              zh);
    }
    print_first(made, zh);
    return 0;
}

/* ---- user ---- */
static int user_list(data_dir *dir, bool zh)
{
    lj_err err = {0};
    store_conn *conn = NULL;
    lj_code code = store_reader_open(dir->db, &conn, &err);
    lj_slice after = {0};
    bool has_more = code == LJ_OK;
    const ledger_now now = ledger_now_of(lj_os_now_ms());
    while (has_more && code == LJ_OK) {
        account_row *rows = NULL;
        uint32_t count = 0;
        code = account_list(dir->book, conn, after, 200, &now, dir->arena, &rows, &count, &has_more,
                            &err);
        for (uint32_t i = 0; i < count && code == LJ_OK; i++) {
            printf("%-24.*s %-8s %.*s\n", (int)rows[i].name.len, (const char *)rows[i].name.ptr,
                   account_state_names[rows[i].state], (int)rows[i].display.len,
                   (const char *)rows[i].display.ptr);
            after = rows[i].name;
        }
        has_more = has_more && count > 0;
    }
    store_reader_close(conn);
    return code == LJ_OK ? 0 : daemon_failure(&err, "user", zh);
}

static int user_reset(data_dir *dir, const char *name, bool zh)
{
    lj_err err = {0};
    password_made made;
    const ledger_actor kernel = ledger_actor_kernel(lj_os_now_ms());
    ledger_txn *txn = NULL;
    lj_code code = password_make(&made, &err);
    code = code == LJ_OK ? ledger_begin(dir->book, &kernel, dir->arena, &txn, &err) : code;
    account found;
    const account_refusal *why = NULL;
    if (code == LJ_OK) {
        code = account_of_name(dir->book, ledger_conn_of(txn), lj_cstr_bytes(name), dir->arena,
                               &found, &err);
        code = code == LJ_OK ? account_move(txn, found.id, ACCOUNT_RESET, made.hash, &why, &err)
                             : code;
        if (code == LJ_OK) {
            code = ledger_commit(txn, &err);
        } else {
            ledger_rollback(txn);
        }
    }
    if (code != LJ_OK) {
        return daemon_failure(&err, why != NULL ? (zh ? why->zh : why->en) : name, zh);
    }
    printf("%s %s\n", name, made.text);
    return 0;
}

int daemon_user(void *arguments)
{
    const daemon_arguments *args = arguments;
    bool zh = daemon_zh(args);
    const char *path = daemon_data(args, zh);
    const char *what = args->words.words[0];
    bool is_reset = strcmp(what, "reset") == 0;
    if (path == NULL || args->words.count != (is_reset ? 2u : 1u) ||
        (!is_reset && strcmp(what, "list") != 0)) {
        fputs(zh ? "用法：lijiand user list|reset NAME --data DIR\n"
                 : "usage: lijiand user list|reset NAME --data DIR\n",
              stderr);
        return EXIT_USAGE;
    }
    data_dir dir;
    lj_err err = {0};
    lj_code code = data_dir_open(path, args->db, is_reset ? DATA_WRITE : DATA_READ, &dir, &err);
    if (code != LJ_OK) {
        return daemon_failure(&err, path, zh);
    }
    int status = is_reset ? user_reset(&dir, args->words.words[1], zh) : user_list(&dir, zh);
    data_dir_close(&dir);
    return status;
}
