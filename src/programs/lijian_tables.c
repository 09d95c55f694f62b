/* SPDX-License-Identifier: AGPL-3.0-or-later
 * lijian formats, detectors, rules: the tables print themselves. */
#include <string.h>

#include "base/num.h"
#include "detect/detect.h"
#include "programs/lijian.h"

int command_formats(void *arguments_)
{
    bool zh = arguments_zh(arguments_);
    puts(zh ? "可读取的格式（* = 仅识别并扫读文字）："
            : "formats (* = recognised and swept for text only):");
    for (uint32_t i = 0; format_row_at(i) != NULL; i++) {
        const format_row *row = format_row_at(i);
        printf("  %-16s %s %s\n", row->name, row->read != NULL ? " " : "*", zh ? row->zh : row->en);
    }
    printf("  %-16s   %s\n", "unknown",
           zh ? "其他内容：扫读其中的文字" : "anything else: swept for text");
    puts(zh ? "上限（--limit 名称=取值）：" : "limits (--limit NAME=VALUE):");
    for (unsigned i = 0; i < FORMAT_LIMIT_COUNT; i++) {
        const format_limit_row *row = format_limit_row_of((format_limit)i);
        printf("  %-16s %14llu %-10s %s\n", row->name, (unsigned long long)row->standard, row->unit,
               zh ? row->zh : row->en);
    }
    return 0;
}

static void print_pack(const detect_rules *rules, uint32_t pack_idx, bool zh)
{
    const detect_pack *pack = detect_pack_of(rules, pack_idx);
    printf(zh ? "规则包 %s %s：%s（确认 %d，疑似 %d，待看 %d）\n"
              : "pack %s %s: %s (confirmed %d, probable %d, look %d)\n",
           pack->name, pack->version, zh ? pack->zh : pack->en, (int)pack->confirmed,
           (int)pack->probable, (int)pack->look);
    const detect_weight *weight = NULL;
    for (uint32_t i = 0; (weight = detect_weight_of(rules, pack_idx, i)) != NULL; i++) {
        printf("  %-24s %+5d  %s\n", weight->code, (int)weight->points,
               zh ? weight->zh : weight->en);
    }
}

int command_detectors(void *arguments_)
{
    const arguments *args = arguments_;
    bool zh = arguments_zh(args);
    detect_rules *rules = load_rules(args, zh);
    if (rules == NULL) {
        return EXIT_USAGE;
    }
    for (uint32_t i = 0; i < detector_row_count; i++) {
        printf("%-20s %s\n", detector_rows[i].name, zh ? detector_rows[i].zh : detector_rows[i].en);
    }
    for (uint32_t i = 0; i < detect_pack_count(rules); i++) {
        print_pack(rules, i, zh);
    }
    detect_rules_free(rules);
    return 0;
}

static int rules_list(void)
{
    const char *name = NULL;
    for (uint32_t i = 0; detect_standard_pack(i, &name).len > 0; i++) {
        puts(name);
    }
    return 0;
}

static int rules_show(const char *word, bool zh)
{
    const char *name = NULL;
    lj_slice text = {NULL, 0};
    for (uint32_t i = 0; (text = detect_standard_pack(i, &name)).len > 0; i++) {
        if (strcmp(name, word) == 0) {
            (void)fwrite(text.ptr, 1, text.len, stdout); /* main asks the stream at the end */
            return 0;
        }
    }
    lj_err err = {0};
    lj_arena *arena = lj_arena_new(40 * LJ_MIB);
    lj_code code = arena != NULL
                       ? load_file(word, arena, &text, &err)
                       : lj_fail(&err, LJ_E_NOMEM, UINT64_MAX, "no memory for a rule pack");
    if (code == LJ_OK) {
        (void)fwrite(text.ptr, 1, text.len, stdout);
    }
    lj_arena_free(arena);
    return code == LJ_OK ? 0 : say_failure(&err, word, zh);
}

/* Each pack is loaded beside the built-in ones, as a scan would do. */
static int rules_check(const char *path, bool zh)
{
    arguments alone = {
        .rules = {.words = {path}, .count = 1}
    };
    detect_rules *rules = load_rules(&alone, zh);
    if (rules == NULL) {
        return EXIT_USAGE;
    }
    detect_rules_free(rules);
    printf(zh ? "%s：正确\n" : "%s: good\n", path);
    return 0;
}

int command_rules(void *arguments_)
{
    const arguments *args = arguments_;
    bool zh = arguments_zh(args);
    const char *verb = args->words.words[0];
    bool is_check = strcmp(verb, "check") == 0;
    bool is_show = strcmp(verb, "show") == 0;
    if (!is_check && !is_show) {
        fprintf(stderr,
                zh ? "lijian：rules 之后应为 check 或 show，而不是“%s”\n"
                   : "lijian: rules takes check or show, not '%s'\n",
                verb);
        return EXIT_USAGE;
    }
    if (args->words.count == 1) {
        if (is_show) {
            return rules_list();
        }
        fputs(zh ? "lijian：rules check 需要规则包文件\n"
                 : "lijian: rules check needs a rule pack file\n",
              stderr);
        return EXIT_USAGE;
    }
    int status = 0;
    for (uint32_t i = 1; i < args->words.count; i++) {
        int one =
            is_check ? rules_check(args->words.words[i], zh) : rules_show(args->words.words[i], zh);
        status = one != 0 ? one : status;
    }
    return status;
}
