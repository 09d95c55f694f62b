/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Reading a command line by its table. */
#include "programs/options.h"

#include <string.h>

/* How many letters differ, roughly: enough to name the nearest right word. */
static unsigned distance(const char *a, const char *b)
{
    enum { LONGEST = 32 };
    unsigned row[LONGEST + 1];
    size_t a_len = strlen(a);
    size_t b_len = strlen(b);
    if (a_len > LONGEST || b_len > LONGEST) {
        return LONGEST;
    }
    for (size_t j = 0; j <= b_len; j++) {
        row[j] = (unsigned)j;
    }
    for (size_t i = 1; i <= a_len; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_len; j++) {
            unsigned swap = diagonal + (a[i - 1] != b[j - 1] ? 1 : 0);
            unsigned step = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = swap < step ? swap : step;
        }
    }
    return row[b_len];
}

static void say_unknown(bool zh, const char *what_zh, const char *what_en, const char *word,
                        const char *nearest)
{
    fprintf(stderr, zh ? "lijian：没有%s“%s”" : "lijian: there is no %s '%s'",
            zh ? what_zh : what_en, word);
    if (nearest != NULL) {
        fprintf(stderr, zh ? "，是否想用“%s”？" : ", did you mean '%s'?", nearest);
    }
    fputs(zh ? "（lijian help 显示用法）\n" : " ('lijian help' shows the usage)\n", stderr);
}

const command_row *command_lookup(const command_row *rows, size_t count, const char *name, bool zh)
{
    const char *nearest = NULL;
    unsigned best = 4;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].name, name) == 0) {
            return &rows[i];
        }
        unsigned far = distance(rows[i].name, name);
        if (far < best) {
            best = far;
            nearest = rows[i].name;
        }
    }
    say_unknown(zh, "命令", "command", name, nearest);
    return NULL;
}

static const option_row *option_lookup(const command_row *command, const char *name, size_t len)
{
    for (size_t i = 0; i < command->option_count; i++) {
        const option_row *row = &command->options[i];
        if (strlen(row->name) == len && memcmp(row->name, name, len) == 0) {
            return row;
        }
    }
    return NULL;
}

static void say_unknown_option(const command_row *command, const char *name, bool zh)
{
    const char *nearest = NULL;
    unsigned best = 4;
    for (size_t i = 0; i < command->option_count; i++) {
        unsigned far = distance(command->options[i].name, name);
        if (far < best) {
            best = far;
            nearest = command->options[i].name;
        }
    }
    char shown[64];
    (void)snprintf(shown, sizeof(shown), "--%s", nearest != NULL ? nearest : "");
    char word[128];
    (void)snprintf(word, sizeof(word), "--%s", name);
    say_unknown(zh, "选项", "option", word, nearest != NULL ? shown : NULL);
}

static bool read_number(const char *text, uint32_t *out)
{
    uint64_t value = 0;
    if (*text == '\0') {
        return false;
    }
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9') {
            return false;
        }
        value = value * 10 + (uint64_t)(*text - '0');
        if (value > UINT32_MAX) {
            return false;
        }
    }
    *out = (uint32_t)value;
    return true;
}

static bool is_choice(const char *choices, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = choices; at != NULL && *at != '\0';) {
        size_t part = strcspn(at, " ");
        if (part == len && memcmp(at, word, len) == 0) {
            return true;
        }
        at += part + (at[part] == ' ' ? 1 : 0);
    }
    return false;
}

static bool list_add(option_list *list, const char *word)
{
    if (list->count >= OPTION_LIST_MAX) {
        return false;
    }
    list->words[list->count++] = word;
    return true;
}

/* Puts one value into the field of its row. */
static bool store(const option_row *row, const char *value, void *into, bool zh)
{
    void *field = (char *)into + row->offset;
    bool good = true;
    switch (row->kind) {
    case OPTION_FLAG:
        *(bool *)field = true;
        break;
    case OPTION_NUMBER: {
        uint32_t number = 0;
        good = read_number(value, &number) && number >= row->min && number <= row->max;
        if (good) {
            *(uint32_t *)field = number;
        } else {
            fprintf(stderr,
                    zh ? "lijian：--%s 需要 %u 到 %u 之间的整数，而不是“%s”\n"
                       : "lijian: --%s takes a whole number from %u to %u, not '%s'\n",
                    row->name, row->min, row->max, value);
            return false;
        }
        break;
    }
    case OPTION_WORD:
        *(const char **)field = value;
        break;
    case OPTION_CHOICE:
        good = is_choice(row->choices, value);
        *(const char **)field = value;
        break;
    case OPTION_LIST:
        good = list_add(field, value);
        break;
    }
    if (!good) {
        fprintf(stderr,
                zh ? "lijian：--%s 不接受“%s”%s%s\n" : "lijian: --%s does not take '%s'%s%s\n",
                row->name, value, row->choices != NULL ? (zh ? "；可用：" : "; it takes: ") : "",
                row->choices != NULL ? row->choices : "");
    }
    return good;
}

static bool is_option(const char *word)
{
    return word[0] == '-' && word[1] == '-' && word[2] != '\0';
}

/* One option at argv[*at]; moves *at behind it and its values. */
static bool read_option(const command_row *command, char **argv, size_t *at, void *into,
                        bool has_words, bool zh)
{
    const char *word = argv[*at] + 2;
    size_t len = strcspn(word, "=");
    const option_row *row = option_lookup(command, word, len);
    (*at)++;
    if (row == NULL) {
        say_unknown_option(command, word, zh);
        return false;
    }
    bool glued = word[len] == '=';
    if (row->kind == OPTION_FLAG) {
        if (glued) {
            fprintf(stderr, zh ? "lijian：--%s 不带取值\n" : "lijian: --%s takes no value\n",
                    row->name);
            return false;
        }
        return store(row, "", into, zh);
    }
    const char *value = glued ? word + len + 1 : argv[*at];
    if (value == NULL || (!glued && is_option(value))) {
        fprintf(stderr, zh ? "lijian：--%s 之后缺少 %s\n" : "lijian: --%s needs %s behind it\n",
                row->name, row->value);
        return false;
    }
    *at += glued ? 0 : 1;
    bool good = store(row, value, into, zh);
    while (good && row->kind == OPTION_LIST && !glued && has_words && argv[*at] != NULL &&
           argv[*at][0] != '-') {
        good = store(row, argv[(*at)++], into, zh);
    }
    return good;
}

bool options_read(const command_row *command, char **argv, void *into, option_list *words, bool zh)
{
    bool ended = false;
    size_t at = 0;
    words->count = 0;
    while (argv[at] != NULL) {
        const char *word = argv[at];
        if (!ended && strcmp(word, "--") == 0) {
            ended = true;
            at++;
        } else if (!ended && is_option(word)) {
            if (!read_option(command, argv, &at, into, words->count > 0, zh)) {
                return false;
            }
        } else if (!ended && word[0] == '-' && word[1] != '\0') {
            fprintf(stderr,
                    zh ? "lijian：选项以“--”开头，不识别“%s”（以“-”开头的路径请写成 ./%s）\n"
                       : "lijian: options begin with '--', '%s' is none (write a path that begins "
                         "with '-' as ./%s)\n",
                    word, word);
            return false;
        } else {
            if (words->count >= command->max_words || !list_add(words, word)) {
                fprintf(stderr, zh ? "lijian：%s 多出了“%s”\n" : "lijian: %s does not take '%s'\n",
                        command->name, word);
                return false;
            }
            at++;
        }
    }
    if (words->count < command->min_words) {
        fprintf(stderr, zh ? "lijian：用法：lijian %s %s\n" : "lijian: usage: lijian %s %s\n",
                command->name, command->synopsis);
        return false;
    }
    return true;
}

void command_help(FILE *out, const char *program, const command_row *command, bool zh)
{
    fprintf(out, "%s %s %s\n    %s\n", program, command->name, command->synopsis,
            zh ? command->zh : command->en);
    for (size_t i = 0; i < command->option_count; i++) {
        const option_row *row = &command->options[i];
        char left[48];
        (void)snprintf(left, sizeof(left), "--%s%s%s", row->name, row->value != NULL ? " " : "",
                       row->value != NULL ? row->value : "");
        fprintf(out, "    %-22s %s\n", left, zh ? row->zh : row->en);
    }
}

void commands_help(FILE *out, const char *program, const command_row *rows, size_t count, bool zh)
{
    for (size_t i = 0; i < count; i++) {
        command_help(out, program, &rows[i], zh);
    }
}
