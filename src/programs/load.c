/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What a command line names: language, rule packs, limits, passwords; and the one place where
 * failures are said. */
#define _GNU_SOURCE /* strerrordesc_np */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/num.h"
#include "base/os.h"
#include "programs/lijian.h"
#include "scan/report.h"

enum { FILE_MAX = 16 * 1024 * 1024 };

bool arguments_zh(const arguments *args)
{
    if (args->lang != NULL) {
        return strcmp(args->lang, "zh") == 0;
    }
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES",
                                        "LANG"}; /* POSIX: the first that is set decides */
    for (size_t i = 0; i < LJ_COUNT_OF(names); i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != '\0') {
            return strncmp(value, "zh", 2) == 0;
        }
    }
    return false;
}

void say_name(const char *name)
{
    lj_buf clean;
    lj_buf_init(&clean, NULL, SIZE_MAX);
    report_put_path(&clean, lj_cstr_bytes(name));
    (void)fwrite(clean.ptr, 1, clean.len, stderr);
    lj_buf_done(&clean);
}

int say_failure(const lj_err *err, const char *subject, bool zh)
{
    const lj_code_row *row = lj_code_row_of(err->code);
    fputs("lijian: ", stderr);
    if (subject != NULL) {
        say_name(subject);
        fputs(": ", stderr);
    }
    fputs(zh ? row->zh : row->en, stderr);
    if (err->what != NULL) {
        fprintf(stderr, zh ? "（%s" : " (%s", err->what);
        if (err->os != 0) {
            fprintf(stderr, zh ? "：%s" : ": %s", strerrordesc_np(err->os));
        }
        fputs(zh ? "）" : ")", stderr);
    }
    if (row->retry != 0) {
        fputs(zh ? "；可用同一命令重试" : "; the same command may be tried again", stderr);
    }
    fputc('\n', stderr);
    return row->exit_status;
}

lj_code load_file(const char *path, lj_arena *arena, lj_slice *out, lj_err *err)
{
    lj_buf bytes;
    lj_buf_init(&bytes, arena, FILE_MAX);
    lj_code code = lj_os_load(LJ_OS_CWD, path, FILE_MAX, &bytes, err);
    if (code == LJ_OK) {
        *out = lj_buf_slice(&bytes);
    }
    return code;
}

static lj_code add_pack(detect_rules *rules, const char *path, bool zh)
{
    lj_err err = {0};
    lj_slice text = {NULL, 0};
    lj_arena *arena = lj_arena_new(2 * (size_t)FILE_MAX);
    lj_code code = arena != NULL
                       ? load_file(path, arena, &text, &err)
                       : lj_fail(&err, LJ_E_NOMEM, UINT64_MAX, "no memory for a rule pack");
    detect_fault fault = {0};
    if (code == LJ_OK) {
        code = detect_rules_add(rules, text, &fault, &err);
    }
    if (code == LJ_E_INVALID && fault.line_no > 0) {
        fprintf(stderr, "%s:%u:%u: %s\n", path, fault.line_no, fault.col_no,
                zh ? fault.zh : fault.en);
    } else if (code != LJ_OK) {
        (void)say_failure(&err, path, zh);
    }
    lj_arena_free(arena);
    return code;
}

detect_rules *load_rules(const arguments *args, bool zh)
{
    lj_err err = {0};
    detect_rules *rules = NULL;
    lj_code code = detect_rules_new(&rules, &err);
    if (code == LJ_OK) {
        code = detect_rules_add_standard(rules, &err);
    }
    if (code != LJ_OK) {
        (void)say_failure(&err, NULL, zh);
    }
    for (uint32_t i = 0; i < args->rules.count && code == LJ_OK; i++) {
        code = add_pack(rules, args->rules.words[i], zh);
    }
    if (code == LJ_OK) {
        code = detect_rules_seal(rules, &err);
        if (code != LJ_OK) {
            (void)say_failure(&err, NULL, zh);
        }
    }
    if (code != LJ_OK) {
        detect_rules_free(rules);
        return NULL;
    }
    return rules;
}

static bool load_limit(const char *word, format_limits *limits)
{
    size_t len = strcspn(word, "=");
    for (unsigned i = 0; i < FORMAT_LIMIT_COUNT && word[len] == '='; i++) {
        const char *name = format_limit_row_of((format_limit)i)->name;
        if (strlen(name) != len || memcmp(name, word, len) != 0) {
            continue;
        }
        uint64_t value = 0;
        const char *at = word + len + 1;
        if (*at == '\0') {
            return false;
        }
        for (; *at != '\0'; at++) {
            if (*at < '0' || *at > '9' || !lj_mul_u64(value, 10, &value) ||
                !lj_add_u64(value, (uint64_t)(*at - '0'), &value)) {
                return false;
            }
        }
        limits->value[i] = value;
        return value <= INT64_MAX; /* results.jsonl holds it as a number */
    }
    return false;
}

bool load_limits(const arguments *args, format_limits *limits, bool zh)
{
    *limits = format_limits_standard();
    for (uint32_t i = 0; i < args->limits.count; i++) {
        if (!load_limit(args->limits.words[i], limits)) {
            fprintf(stderr,
                    zh ? "lijian：--limit 需要 名称=整数，“%s”不是（lijian formats 列出名称）\n"
                       : "lijian: --limit takes NAME=NUMBER, '%s' is none ('lijian formats' lists "
                         "the names)\n",
                    args->limits.words[i]);
            return false;
        }
    }
    return true;
}

bool load_passwords(const char *path, lj_arena *arena, lj_str **out, uint32_t *out_count, bool zh)
{
    lj_err err = {0};
    lj_slice text = {NULL, 0};
    if (load_file(path, arena, &text, &err) != LJ_OK) {
        (void)say_failure(&err, path, zh);
        return false;
    }
    if (!lj_utf8_is_valid(text)) {
        fprintf(stderr, zh ? "lijian：%s 不是 UTF-8 文本\n" : "lijian: %s is not UTF-8 text\n",
                path);
        return false;
    }
    if (lj_slice_has_prefix(text, LJ_BYTES("\xEF\xBB\xBF"))) {
        text = lj_slice_part(text, 3, SIZE_MAX); /* a byte order mark is no part of a password */
    }
    uint32_t lines = 1;
    for (size_t i = 0; i < text.len; i++) {
        lines += text.ptr[i] == '\n' ? 1 : 0;
    }
    lj_str *words = lj_arena_array(arena, lines, sizeof(*words));
    uint32_t count = 0;
    size_t from = 0;
    while (words != NULL && from < text.len) {
        lj_slice rest = lj_slice_part(text, from, SIZE_MAX);
        size_t len = lj_min_size(lj_slice_find(rest, LJ_BYTES("\n")), rest.len);
        from += len + 1;
        while (len > 0 && rest.ptr[len - 1] == '\r') {
            len--;
        }
        if (len > 0) {
            words[count++] = (lj_str){(const char *)rest.ptr, len};
        }
    }
    *out = words;
    *out_count = count;
    return words != NULL;
}
