/* SPDX-License-Identifier: AGPL-3.0-or-later
 * See support.h. */
#define _GNU_SOURCE
#include "support.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

char *folder_make(void)
{
    const char *base = getenv("TMPDIR");
    char *path = NULL;
    assert_true(asprintf(&path, "%s/lijian-test-XXXXXX", base != NULL ? base : "/tmp") > 0);
    assert_non_null(mkdtemp(path));
    return path;
}

static int remove_one(const char *path, const struct stat *stat, int kind, struct FTW *where)
{
    (void)stat;
    (void)kind;
    (void)where;
    return remove(path);
}

static int open_up(const char *path, const struct stat *stat, int kind, struct FTW *where)
{
    (void)stat;
    (void)where;
    if (kind == FTW_D || kind == FTW_DNR) {
        (void)chmod(path, 0700);
    }
    return 0;
}

void folder_remove(const char *path)
{
    (void)nftw(path, open_up, 16, FTW_PHYS);
    (void)nftw(path, remove_one, 16, FTW_PHYS | FTW_DEPTH);
}

char *path_of(const char *dir, const char *name)
{
    char *path = NULL;
    assert_true(asprintf(&path, "%s/%s", dir, name) > 0);
    return path;
}

void file_write_bytes(const char *dir, const char *name, const void *bytes, size_t len)
{
    char *path = path_of(dir, name);
    FILE *out = fopen(path, "we");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, len, out), len);
    fclose(out);
    free(path);
}

void file_write(const char *dir, const char *name, const char *text)
{
    file_write_bytes(dir, name, text, strlen(text));
}

char *file_read_all(const char *dir, const char *name, size_t *out_len)
{
    char *path = path_of(dir, name);
    FILE *in = fopen(path, "re");
    free(path);
    if (in == NULL) {
        return NULL;
    }
    assert_int_equal(fseek(in, 0, SEEK_END), 0);
    long len = ftell(in);
    rewind(in);
    assert_true(len >= 0);
    char *text = malloc((size_t)len + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, (size_t)len, in), (size_t)len);
    fclose(in);
    text[len] = '\0';
    if (out_len != NULL) {
        *out_len = (size_t)len;
    }
    return text;
}

void folder_add(const char *dir, const char *name)
{
    char *path = path_of(dir, name);
    assert_int_equal(mkdir(path, 0755), 0);
    free(path);
}

const detect_rules *rules_standard(void)
{
    static detect_rules *rules;
    if (rules == NULL) {
        lj_err err;
        assert_int_equal(detect_rules_new(&rules, &err), LJ_OK);
        assert_int_equal(detect_rules_add_standard(rules, &err), LJ_OK);
        assert_int_equal(detect_rules_seal(rules, &err), LJ_OK);
    }
    return rules;
}

void scan_setup_init(scan_setup *setup, const char *root, const char *out)
{
    *setup = (scan_setup){.roots = {root}, .out = out, .options = scan_options_standard()};
    setup->options.roots = setup->roots;
    setup->options.root_count = 1;
    setup->options.out_dir = out;
    setup->options.jobs = 2;
    setup->options.rules = rules_standard();
    setup->options.reread_bp = UINT32_MAX;
}

char *results_body(const char *out)
{
    size_t len = 0;
    char *text = file_read_all(out, "results.jsonl", &len);
    assert_non_null(text);
    char *first = strchr(text, '\n');
    assert_non_null(first);
    char *last = strstr(text, "\n{\"trailer\":true");
    assert_non_null(last);
    size_t body = last > first ? (size_t)(last - first) : 0;
    memmove(text, first + 1, body);
    text[body] = '\0';
    return text;
}

json_t *record_of(const char *out, const char *root, const char *name)
{
    char *body = results_body(out);
    char *wanted = path_of(root, name);
    json_t *found = NULL;
    char *rest = body;
    for (char *line = strsep(&rest, "\n"); line != NULL && found == NULL;
         line = strsep(&rest, "\n")) {
        json_t *record = *line != '\0' ? json_loads(line, 0, NULL) : NULL;
        if (record != NULL && strcmp(text_of(record, "path"), wanted) == 0 &&
            json_object_get(record, "member") == NULL) {
            found = json_incref(record);
        }
        json_decref(record);
    }
    free(body);
    free(wanted);
    return found;
}

const char *text_of(const json_t *record, const char *key)
{
    const char *text = json_string_value(json_object_get(record, key));
    return text != NULL ? text : "";
}

size_t record_count(const char *out)
{
    char *body = results_body(out);
    size_t count = 0;
    for (const char *at = body; *at != '\0'; at++) {
        count += *at == '\n' ? 1 : 0;
    }
    free(body);
    return count;
}

bool has_gap(const json_t *record, const char *cause)
{
    const json_t *gaps = json_object_get(record, "gaps");
    for (size_t i = 0; i < json_array_size(gaps); i++) {
        if (strcmp(text_of(json_array_get(gaps, i), "cause"), cause) == 0) {
            return true;
        }
    }
    return false;
}
