/* SPDX-License-Identifier: AGPL-3.0-or-later
 * lijiand: the ledger of a district. The tables of commands and options, and main. */
#include "programs/lijiand.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/os.h"

#define FIELD(name) offsetof(daemon_arguments, name)

#define OPTION_LANG                                                                                \
    {                                                                                              \
        .name = "lang", .kind = OPTION_CHOICE, .offset = FIELD(lang), .choices = "zh en",          \
        .value = "zh|en", .en = "language of messages", .zh = "提示的语言"                    \
    }
#define OPTION_DATA                                                                                \
    {                                                                                              \
        .name = "data", .kind = OPTION_WORD, .offset = FIELD(data), .value = "DIR",                \
        .en = "data folder", .zh = "数据文件夹"                                               \
    }
#define OPTION_DB                                                                                  \
    {                                                                                              \
        .name = "db", .kind = OPTION_WORD, .offset = FIELD(db), .value = "postgres://...",         \
        .en = "PostgreSQL instead of the database in the data folder",                             \
        .zh = "使用 PostgreSQL，而非数据文件夹内的数据库"                           \
    }

/* clang-format off */
static const option_row init_rows[] = {
    OPTION_DATA,
    OPTION_DB,
    OPTION_LANG,
    {.name = "district",
      .kind = OPTION_WORD,
      .offset = FIELD(district),
      .value = "NAME",
      .en = "name of the district",
      .zh = "区名称"},
    {.name = "code",
      .kind = OPTION_WORD,
      .offset = FIELD(code),
      .value = "CODE",
      .en = "area code of the district",
      .zh = "行政区划代码"},
    {.name = "bureau",
      .kind = OPTION_WORD,
      .offset = FIELD(bureau),
      .value = "NAME",
      .en = "name of the bureau's unit",
      .zh = "保密局所在单位名称"},
    {.name = "suite",
      .kind = OPTION_CHOICE,
      .offset = FIELD(suite),
      .choices = "sm3 sha256",
      .value = "sm3|sha256",
      .en = "hash of the log, for good",
      .zh = "日志的杂凑算法，确定后不能更改"},
    {.name = "classified",
      .kind = OPTION_FLAG,
      .offset = FIELD(classified),
      .en = "part of an approved classified system: classified fields may be filled in",
      .zh = "安装在经批准的涉密信息系统内：可填写涉密字段"},
};
static const option_row serve_rows[] = {
    OPTION_DATA,
    OPTION_DB,
    OPTION_LANG,
    {.name = "listen",
      .kind = OPTION_WORD,
      .offset = FIELD(listen),
      .value = "127.0.0.1:PORT|unix:PATH",
      .en = "where to listen, by default 127.0.0.1:8717; only this computer or a Unix socket",
      .zh = "监听地址，默认 127.0.0.1:8717；只能是本机或 Unix 套接字"},
    {.name = "metrics",
      .kind = OPTION_WORD,
      .offset = FIELD(metrics),
      .value = "unix:PATH",
      .en = "Prometheus text on a local socket",
      .zh = "在本地套接字上提供 Prometheus 指标"},
    {.name = "secure",
      .kind = OPTION_FLAG,
      .offset = FIELD(secure),
      .en = "behind TLS: cookies are marked Secure",
      .zh = "前置 TLS：Cookie 标记 Secure"                                                                },
    {.name = "once",
      .kind = OPTION_FLAG,
      .offset = FIELD(once),
      .en = "start and end at once",
      .zh = "启动后立即结束"                                                                  },
    {.name = "quiet",
      .kind = OPTION_FLAG,
      .offset = FIELD(quiet),
      .en = "no line per request",
      .zh = "不逐条输出请求"                                                                 },
};
static const option_row demo_rows[] = {
    OPTION_DATA,
    OPTION_DB,
    OPTION_LANG,
    {.name = "seed",
      .kind = OPTION_NUMBER,
      .offset = FIELD(seed),
      .min = 0,
      .max = 4294967295u,
      .value = "N",
      .en = "the same seed and day make the same bytes",
      .zh = "同一种子、同一日期，字节相同"},
    {.name = "today",
      .kind = OPTION_WORD,
      .offset = FIELD(today),
      .value = "DATE",
      .en = "the day at which the demonstration ends, by default today",
      .zh = "演示数据截止日，默认今天"},
};
static const option_row migrate_rows[] = {
    OPTION_DATA,
    OPTION_DB,
    OPTION_LANG,
    {.name = "saved",
      .kind = OPTION_FLAG,
      .offset = FIELD(saved),
      .en = "PostgreSQL: the database was saved with pg_dump",
      .zh = "PostgreSQL：已用 pg_dump 备份数据库"},
};
static const option_row data_rows[] = {OPTION_DATA, OPTION_DB, OPTION_LANG};
static const option_row lang_rows[] = {OPTION_LANG};

static int help_all(void *args);

#define ROWS(rows) (rows), LJ_COUNT_OF(rows)
static const command_row commands[] = {
    {"init",    "--data DIR [OPTIONS]",       ROWS(init_rows),    0, 0, daemon_init,
     "makes a data folder and prints three one-time passwords",                                                       "建立数据文件夹，并给出三个一次性口令"                  },
    {"serve",   "--data DIR [OPTIONS]",       ROWS(serve_rows),   0, 0, daemon_serve,
     "serves pages and interface until interrupted",                                                                  "提供网页和接口，直到中断"                                    },
    {"demo",    "--data DIR [--seed N]",      ROWS(demo_rows),    0, 0, daemon_demo,
     "makes a data folder with the demonstration district",                                                           "建立带演示区数据的数据文件夹"                              },
    {"user",    "list|reset NAME --data DIR", ROWS(data_rows),    1, 2, daemon_user,
     "lists accounts, or gives an administrator a one-time password when nobody can log in",                          "列出账号；在无人能登录时为管理员重发一次性口令"   },
    {"backup",  "FILE --data DIR",            ROWS(data_rows),    1, 1, daemon_backup,
     "writes a consistent copy with attachments and keys, also while serving",                                        "写出一致的备份，含附件和密钥，服务中也可"            },
    {"restore", "FILE --data DIR",            ROWS(data_rows),    1, 1, daemon_restore,
     "makes a data folder out of a backup, and checks it",                                                            "由备份恢复数据文件夹并核对"                                 },
    {"check",   "--data DIR",                 ROWS(data_rows),    0, 0, daemon_check,
     "checks the database, the log's root and the attachments",                                                       "核对数据库、日志根和附件"                                    },
    {"migrate", "--data DIR",                 ROWS(migrate_rows), 0, 0, daemon_migrate,
     "brings the database to this version",                                                                           "将数据库升级到本版本"                                          },
    {"export",  "FILE --data DIR",            ROWS(data_rows),    1, 1, daemon_export,
     "writes the whole database, independent of its engine",                                                          "导出整个数据库，与数据库引擎无关"                        },
    {"import",  "FILE --data DIR",            ROWS(data_rows),    1, 1, daemon_import,
     "reads an export into an empty database",                                                                        "将导出文件读入空数据库"                                       },
    {"routes",  "",                           ROWS(lang_rows),    0, 0, daemon_routes,
     "prints the calls of the interface and who may make them",                                                       "列出接口及其权限"                                                },
    {"records", "[TYPE]",                     ROWS(lang_rows),    0, 1, daemon_records,
     "prints the record types, or one with fields, states, moves and rights",                                         "列出记录类型，或某一类型的字段、状态、步骤和权限"},
    {"report",  "--data DIR",                 ROWS(data_rows),    0, 0, daemon_report,  "prints the figures at hand",
     "输出现有数据统计"                                                                                                                                                                 },
    {"help",    "",                           ROWS(lang_rows),    0, 1, help_all,       "shows this",                 "显示本帮助"                                                         },
};
/* clang-format on */

static int help_all(void *args)
{
    bool zh = daemon_zh(args);
    fputs(zh ? "利剑台账（lijiand）：一个区的保密监管台账\n\n"
             : "lijiand: the secrecy-oversight ledger of a district\n\n",
          stdout);
    commands_help(stdout, "lijiand", commands, LJ_COUNT_OF(commands), zh);
    return 0;
}

bool daemon_zh(const daemon_arguments *args)
{
    if (args->lang != NULL) {
        return strcmp(args->lang, "zh") == 0;
    }
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < LJ_COUNT_OF(names); i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != '\0') {
            return strncmp(value, "zh", 2) == 0;
        }
    }
    return false;
}

int daemon_failure(const lj_err *err, const char *subject, bool zh)
{
    const lj_code_row *row = lj_code_row_of(err->code);
    fprintf(stderr, zh ? "lijiand：%s：%s" : "lijiand: %s: %s", subject, zh ? row->zh : row->en);
    if (err->what != NULL) {
        fprintf(stderr, zh ? "（%s）" : " (%s)", err->what);
    }
    if (err->os != 0) {
        fprintf(stderr, " [%s]", strerror(err->os));
    }
    fputc('\n', stderr);
    return row->exit_status;
}

const char *daemon_data(const daemon_arguments *args, bool zh)
{
    if (args->data == NULL) {
        fputs(zh ? "lijiand：须用 --data 指定数据文件夹\n"
                 : "lijiand: name the data folder with --data DIR\n",
              stderr);
    }
    return args->data;
}

int main(int argc, char **argv)
{
    lj_os_prepare_libraries();
    static daemon_arguments args;
    const char *name = argc > 1 ? argv[1] : "help";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        name = "help";
    }
    bool zh = daemon_zh(&args);
    const command_row *command = command_lookup(commands, LJ_COUNT_OF(commands), name, zh);
    if (command == NULL) {
        return EXIT_USAGE;
    }
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            command_help(stdout, "lijiand", command, zh);
            return 0;
        }
    }
    if (argc > 2 && !options_read(command, argv + 2, &args, &args.words, zh)) {
        return EXIT_USAGE;
    }
    if (argc <= 2 && command->min_words > 0) {
        command_help(stderr, "lijiand", command, zh);
        return EXIT_USAGE;
    }
    int status = command->run(&args);
    return fflush(stdout) == 0 && ferror(stdout) == 0 ? status : EXIT_FAILURE_OURS;
}
