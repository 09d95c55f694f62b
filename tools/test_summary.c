/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Sums the test cases of a whole test run.
 * Usage: test_summary FILE...: a FILE that ends in .json is meson's log (meson-logs/testlog.json,
 * one object per line with the TAP output of one program); any other FILE is TAP itself (a step of
 * tests/run_all.sh). Prints every case that failed and every reason to skip, and as the last line,
 * alone, "N passed, N failed, N skipped". Exit 0 when nothing failed, 1 when something did, 64
 * usage, 66 when a log is missing.
 *
 * A program that dies counts as failed by its name: when its exit status is not 0 and none of its
 * lines says so, when it ran fewer cases than its plan promised, or when it printed no TAP at all
 * and meson calls it failed. A program without TAP that passed is one case. cmocka prints one plan
 * per group, so that plans are summed; it writes a skipped case as "not ok N # SKIP name", which
 * TAP 13 allows. */
#define _GNU_SOURCE /* getline, getdelim */
#include <ctype.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct tally {
    unsigned passed;
    unsigned failed;
    unsigned skipped;
} tally;

/* Moves behind the prefix when it stands there. */
static bool take(const char **at, const char *prefix)
{
    size_t len = strlen(prefix);
    if (strncmp(*at, prefix, len) != 0) {
        return false;
    }
    *at += len;
    return true;
}

static unsigned number_at(const char *text)
{
    unsigned value = 0;
    for (; isdigit((unsigned char)*text) && value < 1000000; text++) {
        value = value * 10 + (unsigned)(*text - '0');
    }
    return value;
}

/* One line of TAP; what is no result is passed over. */
static void count_line(const char *program, const char *line, int len, tally *sum,
                       unsigned *planned)
{
    const char *rest = line;
    if (take(&rest, "1..")) {
        *planned += number_at(rest);
        return;
    }
    bool is_good = take(&rest, "ok");
    if (!is_good && !take(&rest, "not ok")) {
        return;
    }
    if (*rest != ' ' && *rest != '\n' && *rest != '\0') {
        return; /* prose that begins with the word */
    }
    char text[512];
    snprintf(text, sizeof(text), "%.*s", len, line);
    const char *skip = strstr(text, "# SKIP");
    if (skip == NULL) {
        skip = strstr(text, "# skip");
    }
    if (skip != NULL) {
        sum->skipped++;
        printf("skipped: %s: %s\n", program, text);
    } else if (is_good) {
        sum->passed++;
    } else {
        sum->failed++;
        printf("FAILED: %s: %s\n", program, text);
    }
}

/* The TAP of one program. `is_bad`: its exit status says that it failed; `is_skipped`: it skipped
 * as a whole. */
static void count_program(const char *program, const char *output, bool is_bad, bool is_skipped,
                          tally *total)
{
    tally sum = {0};
    unsigned planned = 0;
    for (const char *at = output; *at != '\0';) {
        size_t len = strcspn(at, "\n");
        count_line(program, at, (int)(len < 400 ? len : 400), &sum, &planned);
        at += len;
        at += *at == '\n';
    }
    unsigned seen = sum.passed + sum.failed + sum.skipped;
    if (is_skipped && seen == 0) {
        sum.skipped = 1;
        printf("skipped: %s\n", program);
    } else if (is_bad && sum.failed == 0) {
        sum.failed = 1;
        printf("FAILED: %s: ended badly after %u of %u cases\n", program, seen, planned);
    } else if (seen < planned) {
        sum.failed++;
        printf("FAILED: %s: ran %u of %u cases\n", program, seen, planned);
    } else if (seen == 0) {
        sum.passed = 1;
    }
    total->passed += sum.passed;
    total->failed += sum.failed;
    total->skipped += sum.skipped;
}

static const char *text_of(json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static void count_meson(FILE *in, tally *total)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t len = 0;
    while ((len = getline(&line, &cap, in)) > 0) {
        json_t *object =
            json_loadb(line, (size_t)len, JSON_ALLOW_NUL | JSON_DISABLE_EOF_CHECK, NULL);
        if (object == NULL) {
            total->failed++;
            printf("FAILED: a line of the log cannot be read\n");
            continue;
        }
        const char *result = text_of(object, "result");
        bool is_skipped = strcmp(result, "SKIP") == 0;
        bool is_bad =
            strcmp(result, "OK") != 0 && strcmp(result, "EXPECTEDFAIL") != 0 && !is_skipped;
        count_program(text_of(object, "name"), text_of(object, "stdout"), is_bad, is_skipped,
                      total);
        json_decref(object);
    }
    free(line);
}

static void count_tap(const char *name, FILE *in, tally *total)
{
    char *text = NULL;
    size_t cap = 0;
    ssize_t len = getdelim(&text, &cap, '\0', in);
    const char *slash = strrchr(name, '/');
    count_program(slash != NULL ? slash + 1 : name, len > 0 ? text : "", len <= 0, false, total);
    free(text);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: test_summary FILE...\n");
        return 64;
    }
    tally total = {0};
    int status = 0;
    for (int i = 1; i < argc; i++) {
        FILE *in = fopen(argv[i], "re");
        if (in == NULL) {
            printf("FAILED: %s: no such log\n", argv[i]);
            total.failed++;
            status = 66;
            continue;
        }
        size_t len = strlen(argv[i]);
        if (len > 5 && strcmp(argv[i] + len - 5, ".json") == 0) {
            count_meson(in, &total);
        } else {
            count_tap(argv[i], in, &total);
        }
        fclose(in);
    }
    printf("%u passed, %u failed, %u skipped\n", total.passed, total.failed, total.skipped);
    return status != 0 ? status : total.failed != 0;
}
