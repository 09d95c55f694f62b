/* SPDX-License-Identifier: AGPL-3.0-or-later
 * lijian: finds classified documents where they must not be. The tables of commands and options,
 * and main. */
#include "programs/lijian.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/os.h"

#define FIELD(name) offsetof(arguments, name)

#define OPTION_LANG                                                                                  \
    {                                                                                                \
        .name = "lang", .kind = OPTION_CHOICE, .offset = FIELD(lang), .choices = "zh en",            \
        .value = "zh|en", .en = "language of messages and reports", .zh = "提示和报告的语言" \
    }
#define OPTION_RULES                                                                               \
    {                                                                                              \
        .name = "rules", .kind = OPTION_LIST, .offset = FIELD(rules), .value = "FILE...",          \
        .en = "rule packs besides the built-in ones; one of the same name replaces it",            \
        .zh = "内置规则包之外的规则包；同名者替换内置的"                       \
    }
#define OPTION_PASSWORDS                                                                               \
    {                                                                                                  \
        .name = "passwords", .kind = OPTION_WORD, .offset = FIELD(passwords), .value = "FILE",         \
        .en = "passwords to try, one a line, UTF-8", .zh = "要尝试的口令，每行一个，UTF-8" \
    }
#define OPTION_LIMIT                                                                               \
    {                                                                                              \
        .name = "limit", .kind = OPTION_LIST, .offset = FIELD(limits), .value = "NAME=VALUE",      \
        .en = "sets a limit of the examination ('lijian formats' lists them)",                     \
        .zh = "设定检查上限（lijian formats 列出全部）"                                \
    }
#define OPTION_SANDBOX                                                                                      \
    {                                                                                                       \
        .name = "require-sandbox", .kind = OPTION_FLAG, .offset = FIELD(require_sandbox),                   \
        .en = "refuse to run when a part of the sandbox is missing", .zh = "防护不完整时拒绝运行" \
    }

static const option_row scan_options_rows[] = {
    {.name = "out",
     .kind = OPTION_WORD,
     .offset = FIELD(out),
     .value = "DIR",
     .en = "result folder; the same command goes on with an interrupted scan",
     .zh = "结果文件夹；同一命令可继续中断的检查"},
    {.name = "jobs",
     .kind = OPTION_NUMBER,
     .offset = FIELD(jobs),
     .min = 1,
     .max = 64,
     .value = "N",
     .en = "worker processes, by default one per core",
     .zh = "工作进程数，默认每核一个"},
    OPTION_RULES,
    {.name = "exclude",
     .kind = OPTION_LIST,
     .offset = FIELD(excludes),
     .value = "GLOB...",
     .en = "leave out files and folders whose name or path fits",
     .zh = "排除名称或路径符合的文件和文件夹"},
    OPTION_PASSWORDS,
    OPTION_LIMIT,
    OPTION_LANG,
    {.name = "json",
     .kind = OPTION_FLAG,
     .offset = FIELD(json),
     .en = "print summary.json instead of text",
     .zh = "输出 summary.json 而非文字"              },
    {.name = "quiet",
     .kind = OPTION_FLAG,
     .offset = FIELD(quiet),
     .en = "print nothing but errors",
     .zh = "只输出错误"                },
    {.name = "all",
     .kind = OPTION_FLAG,
     .offset = FIELD(all),
     .en = "records for clean files and inner documents, too",
     .zh = "干净的文件和内部文档也写入结果"                               },
    {.name = "look",
     .kind = OPTION_FLAG,
     .offset = FIELD(look),
     .en = "class look sets bit 0 of the exit status",
     .zh = "“待看”也计入退出码位 0"},
    {.name = "gentle",
     .kind = OPTION_FLAG,
     .offset = FIELD(gentle),
     .en = "run only when the computer is idle",
     .zh = "仅在计算机空闲时运行"                                         },
    {.name = "cross-mounts",
     .kind = OPTION_FLAG,
     .offset = FIELD(cross_mounts),
     .en = "go into other file systems below a folder",
     .zh = "进入其下挂载的其他文件系统"},
    OPTION_SANDBOX,
};
static const option_row explain_rows[] = {OPTION_RULES, OPTION_PASSWORDS, OPTION_LIMIT, OPTION_LANG,
                                          OPTION_SANDBOX};
static const option_row rules_rows[] = {OPTION_RULES, OPTION_LANG};
static const option_row lang_rows[] = {OPTION_LANG};
static const option_row selftest_rows[] = {OPTION_LANG, OPTION_SANDBOX};

static int command_help_all(void *args);

static const command_row commands[] = {
    {"scan",      "PATH... --out DIR [OPTIONS]", scan_options_rows, LJ_COUNT_OF(scan_options_rows), 1,
     OPTION_LIST_MAX,                                                                                                   command_scan,
     "scans files and folders, writes results.jsonl, summary.json and report.html",                                                                                                                             "检查文件和文件夹，写出 results.jsonl、summary.json 和 report.html"},
    {"explain",   "FILE",                        explain_rows,      LJ_COUNT_OF(explain_rows),      1, 1,               command_explain,
     "shows the spans, candidates and score terms of one file",                                                                                                                                                 "显示一个文件的文字段、候选标志和计分项"                     },
    {"report",    "DIR",                         rules_rows,        LJ_COUNT_OF(rules_rows),        1, 1,               command_report,
     "writes report.html of a result folder again",                                                                                                                                                             "重新生成结果文件夹的 report.html"                                    },
    {"formats",   "",                            lang_rows,         LJ_COUNT_OF(lang_rows),         0, 0,               command_formats,
     "lists the formats that are recognised and read, and the limits",                                                                                                                                          "列出可识别和可读取的格式及各项上限"                           },
    {"detectors", "",                            rules_rows,        LJ_COUNT_OF(rules_rows),        0, 0,               command_detectors,
     "lists detectors and the weights of the rule packs",                                                                                                                                                       "列出检测器和规则包的权重"                                          },
    {"rules",     "check|show FILE...",          rules_rows,        LJ_COUNT_OF(rules_rows),        1, OPTION_LIST_MAX,
     command_rules,                                                                                                                        "checks rule packs, or shows one (also a built-in one by its name)",
     "检查规则包，或显示规则包（内置的可用名称）"                                                                                                                                                                                                                          },
    {"selftest",  "",                            selftest_rows,     LJ_COUNT_OF(selftest_rows),     0, 0,               command_selftest,
     "proves on built-in samples that readers, sandbox and rules work here",                                                                                                                                    "用内置样例证明读取、防护和规则在本机有效"                  },
    {"help",      "",                            lang_rows,         LJ_COUNT_OF(lang_rows),         0, 1,               command_help_all,  "shows this",
     "显示本帮助"                                                                                                                                                                                                                                                                          },
};

static const char about_en[] = "lijian: finds classified documents where they must not be\n\n";
static const char about_zh[] = "利剑（lijian）：在不该出现涉密文件的地方找出涉密文件\n\n";
static const char exits_en[] =
    "\nexit status: bit 0 alarms, bit 1 not everything could be examined; 64 usage, 70 failure\n";
static const char exits_zh[] = "\n退出码：位 0 有报警，位 1 有内容未能检查；64 用法错误，70 失败\n";

static int command_help_all(void *args)
{
    bool zh = arguments_zh(args);
    fputs(zh ? about_zh : about_en, stdout);
    commands_help(stdout, "lijian", commands, LJ_COUNT_OF(commands), zh);
    fputs(zh ? exits_zh : exits_en, stdout);
    return 0;
}

/* What was to be printed and could not be is a failure, whatever the command found. */
static int after_output(int status, bool zh)
{
    if (fflush(stdout) == 0 && ferror(stdout) == 0) {
        return status;
    }
    fputs(zh ? "lijian：标准输出写不进去（磁盘已满或已关闭）\n"
             : "lijian: standard output cannot be written (full, or closed)\n",
          stderr);
    return EXIT_FAILURE_OURS;
}

int main(int argc, char **argv)
{
    /* libarchive turns member names into UTF-8 through the locale; no other category is touched */
    lj_os_prepare_libraries();
    static arguments args;
    const char *name = argc > 1 ? argv[1] : "help";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        name = "help";
    }
    if (strcmp(name, "--version") == 0) {
        puts(SCAN_ENGINE);
        return after_output(0, false);
    }
    bool zh = arguments_zh(&args);
    const command_row *command = command_lookup(commands, LJ_COUNT_OF(commands), name, zh);
    if (command == NULL) {
        return EXIT_USAGE;
    }
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            command_help(stdout, "lijian", command, zh);
            return after_output(0, zh);
        }
    }
    if (argc > 2 && !options_read(command, argv + 2, &args, &args.words, zh)) {
        return EXIT_USAGE;
    }
    if (argc <= 2 && command->min_words > 0) {
        command_help(stderr, "lijian", command, zh);
        return EXIT_USAGE;
    }
    return after_output(command->run(&args), zh);
}
