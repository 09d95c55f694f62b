/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Reads results.jsonl. A line longer than LINE_MAX, or one that is not JSON, is an error with its
 * line number: a report that silently left records out would be worse than none. */
#define _GNU_SOURCE /* getline */
#include "scan/report_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"

enum { LINE_MAX_LEN = 4 * 1024 * 1024 };

struct report_reader {
    FILE *file;
    char *line;
    size_t line_cap;
    uint64_t line_no;
    json_t *header, *record, *trailer;
};

bool report_path(const char *dir, const char *name, char *out, size_t cap)
{
    int len = snprintf(out, cap, "%s/%s", dir, name);
    return len > 0 && (size_t)len < cap;
}

void report_close(report_reader *reader)
{
    if (reader == NULL) {
        return;
    }
    if (reader->file != NULL) {
        (void)fclose(reader->file); /* read only */
    }
    json_decref(reader->header);
    json_decref(reader->record);
    json_decref(reader->trailer);
    free(reader->line);
    free(reader);
}

/* The next line as an object; NULL in *out at the end of the file. */
static lj_code next_object(report_reader *reader, json_t **out, lj_err *err)
{
    *out = NULL;
    ssize_t len = getline(&reader->line, &reader->line_cap, reader->file);
    if (len < 0) {
        return ferror(reader->file) != 0
                   ? lj_fail_os(err, LJ_E_IO, errno, "results.jsonl cannot be read")
                   : LJ_OK;
    }
    reader->line_no++;
    if (len > LINE_MAX_LEN) {
        return lj_fail(err, LJ_E_FORMAT, reader->line_no, "a line of results.jsonl is too long");
    }
    json_error_t fault;
    *out = json_loadb(reader->line, (size_t)len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &fault);
    if (!json_is_object(*out)) {
        json_decref(*out);
        *out = NULL;
        return lj_fail(err, LJ_E_FORMAT, reader->line_no,
                       "a line of results.jsonl is not an object");
    }
    return LJ_OK;
}

/* A file and nothing else: a pipe of that name would wait for ever. */
static lj_code results_open(const char *path, FILE **out, lj_err *err)
{
    int fd = -1;
    lj_os_stat about = {0};
    lj_code code = lj_os_open_file(LJ_OS_CWD, path, &fd, NULL, err);
    if (code == LJ_OK) {
        code = lj_os_stat_of(fd, &about, err);
    }
    if (code == LJ_OK && about.kind == LJ_OS_FILE) {
        *out = fdopen(fd, "r");
    }
    if (*out == NULL) {
        lj_os_close(fd);
        code = lj_fail(err, code == LJ_OK ? LJ_E_FORMAT : code, UINT64_MAX,
                       "there is no results.jsonl to read");
    }
    return code;
}

lj_code report_open(const char *dir, report_reader **out, lj_err *err)
{
    char path[4096];
    if (!report_path(dir, "results.jsonl", path, sizeof(path))) {
        return lj_fail(err, LJ_E_INVALID, UINT64_MAX, "the path of the result folder is too long");
    }
    report_reader *reader = calloc(1, sizeof(*reader));
    if (reader == NULL) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for reading results");
    }
    lj_code code = results_open(path, &reader->file, err);
    if (code != LJ_OK) {
        report_close(reader);
        return code;
    }
    code = next_object(reader, &reader->header, err);
    if (code == LJ_OK && json_object_get(reader->header, "schema") == NULL) {
        code = lj_fail(err, LJ_E_FORMAT, 1, "results.jsonl does not begin with a header");
    }
    if (code != LJ_OK) {
        report_close(reader);
        return code;
    }
    *out = reader;
    return LJ_OK;
}

lj_code report_next(report_reader *reader, const json_t **out, lj_err *err)
{
    json_decref(reader->record);
    reader->record = NULL;
    *out = NULL;
    json_t *object = NULL;
    lj_code code = next_object(reader, &object, err);
    if (code != LJ_OK || object == NULL) {
        return code;
    }
    if (json_object_get(object, "path") == NULL) {
        json_decref(reader->trailer);
        reader->trailer = object;
        return LJ_OK;
    }
    reader->record = object;
    *out = object;
    return LJ_OK;
}

const json_t *report_header(const report_reader *reader)
{
    return reader->header;
}

const json_t *report_trailer(const report_reader *reader)
{
    return reader->trailer;
}

const char *report_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

int64_t report_number(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

report_section report_section_of(const json_t *record)
{
    const char *verdict = report_text(record, "verdict");
    const char *class_ = report_text(record, "class");
    if (strcmp(verdict, "unreadable") == 0) {
        return REPORT_UNREADABLE;
    }
    if (strcmp(verdict, "clean") == 0 && strcmp(class_, "look") != 0) {
        return REPORT_CLEAN;
    }
    if (strcmp(class_, "look") == 0) {
        return REPORT_LOOK;
    }
    if (strcmp(verdict, "sensitive") == 0) {
        return REPORT_SENSITIVE;
    }
    return strcmp(class_, "confirmed") == 0 ? REPORT_CONFIRMED : REPORT_PROBABLE;
}
