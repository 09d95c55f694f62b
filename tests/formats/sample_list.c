/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Finding the samples. */
#define _GNU_SOURCE /* asprintf, scandir */
#include "sample_list.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static bool has_suffix(const char *text, const char *suffix)
{
    size_t len = strlen(text);
    size_t tail = strlen(suffix);
    return len >= tail && strcmp(text + len - tail, suffix) == 0;
}

static char *joined(const char *a, const char *between, const char *b)
{
    char *path = NULL;
    return asprintf(&path, "%s%s%s", a, between, b) >= 0 ? path : NULL;
}

char *sample_root_path(const char *rest)
{
    const char *root = getenv("LIJIAN_SOURCE");
    return joined(root != NULL ? root : ".", rest[0] != '\0' ? "/" : "", rest);
}

/* A file of a sample folder that is a sample and not a word about one. */
static bool is_sample(const char *name)
{
    return name[0] != '.' && !has_suffix(name, ".expect") && !has_suffix(name, ".limits") &&
           !has_suffix(name, ".c") && !has_suffix(name, ".h") && strcmp(name, "SOURCES") != 0 &&
           strcmp(name, "passwords") != 0 && strcmp(name, "README.md") != 0 &&
           strcmp(name, "meson.build") != 0;
}

static void list_folder(sample_list *list, const char *base, const char *folder)
{
    char *path = joined(base, "/", folder);
    struct dirent **names = NULL;
    int count = scandir(path, &names, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char *file = joined(path, "/", names[i]->d_name);
        struct stat info;
        if (is_sample(names[i]->d_name) && stat(file, &info) == 0 && S_ISREG(info.st_mode) &&
            list->count < SAMPLE_MAX) {
            char *expect = joined(file, "", ".expect");
            list->rows[list->count++] =
                (sample){file, joined(folder, "/", names[i]->d_name), stat(expect, &info) == 0};
            free(expect);
            file = NULL;
        }
        free(file);
        free(names[i]);
    }
    free(names);
    free(path);
}

sample_list *sample_list_new(void)
{
    sample_list *list = calloc(1, sizeof(*list));
    char *base = sample_root_path("tests/formats");
    struct dirent **names = NULL;
    int count = list != NULL && base != NULL ? scandir(base, &names, NULL, alphasort) : 0;
    for (int i = 0; i < count; i++) {
        char *path = joined(base, "/", names[i]->d_name);
        struct stat info;
        if (names[i]->d_name[0] != '.' && stat(path, &info) == 0 && S_ISDIR(info.st_mode)) {
            list_folder(list, base, names[i]->d_name);
        }
        free(path);
        free(names[i]);
    }
    free(names);
    free(base);
    return list;
}

void sample_list_free(sample_list *list)
{
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        free(list->rows[i].path);
        free(list->rows[i].name);
    }
    free(list);
}

lj_slice sample_load(const char *path, bool *out_found)
{
    FILE *in = fopen(path, "re");
    struct stat info;
    uint8_t *bytes = NULL;
    size_t len = 0;
    *out_found = false;
    if (in != NULL && fstat(fileno(in), &info) == 0 && S_ISREG(info.st_mode) &&
        info.st_size < (64 << 20)) {
        bytes = malloc((size_t)info.st_size + 1);
        len = bytes != NULL ? fread(bytes, 1, (size_t)info.st_size, in) : 0;
        *out_found = bytes != NULL && len == (size_t)info.st_size;
    }
    if (in != NULL) {
        fclose(in);
    }
    /* Exactly as long as the file, so that a checker sees the first byte too many. */
    uint8_t *exact = len > 0 ? malloc(len) : NULL;
    if (exact != NULL) {
        memcpy(exact, bytes, len);
    }
    free(bytes);
    return lj_slice_of(exact, exact != NULL ? len : 0);
}

void sample_unload(lj_slice bytes)
{
    union {
        const uint8_t *given;
        void *ptr;
    } same = {.given = bytes.ptr};
    free(same.ptr);
}

/* The next line of text at *at without its end. */
static lj_slice next_line(lj_slice text, size_t *at)
{
    lj_slice rest = lj_slice_part(text, *at, SIZE_MAX);
    size_t len = lj_slice_find(rest, LJ_BYTES("\n"));
    lj_slice line = lj_slice_part(rest, 0, len);
    *at += line.len + 1;
    return line;
}

static void set_limit(format_limits *limits, lj_slice line, const char *path)
{
    size_t equals = lj_slice_find(line, LJ_BYTES("="));
    for (unsigned i = 0; i < FORMAT_LIMIT_COUNT && equals != SIZE_MAX; i++) {
        if (lj_slice_is(lj_slice_part(line, 0, equals),
                        lj_cstr_bytes(format_limit_row_of((format_limit)i)->name))) {
            uint64_t value = 0;
            for (size_t k = equals + 1; k < line.len && line.ptr[k] >= '0' && line.ptr[k] <= '9';
                 k++) {
                value = value * 10 + (uint64_t)(line.ptr[k] - '0');
            }
            limits->value[i] = value;
            return;
        }
    }
    fprintf(stderr, "%s: no such limit: %.*s\n", path, (int)line.len, (const char *)line.ptr);
}

static void load_limits(format_limits *limits, const sample *what)
{
    bool found = false;
    char *path = joined(what->path, "", ".limits");
    lj_slice text = sample_load(path, &found);
    for (size_t at = 0; at < text.len;) {
        lj_slice line = next_line(text, &at);
        if (line.len > 0) {
            set_limit(limits, line, path);
        }
    }
    sample_unload(text);
    free(path);
}

void sample_options_init(sample_options *out, const sample *what)
{
    memset(out, 0, sizeof(*out));
    out->options.limits = format_limits_standard();
    out->options.wants_all = true;
    const char *base = strrchr(what->name, '/') + 1;
    out->options.name = lj_cstr_bytes(base);
    load_limits(&out->options.limits, what);
    bool found = false;
    char *folder = joined(what->path, "", "");
    folder[strlen(folder) - strlen(base)] = '\0';
    char *path = joined(folder, "", "passwords");
    out->password_file = sample_load(path, &found);
    for (size_t at = 0;
         at < out->password_file.len && out->options.password_count < SAMPLE_PASSWORDS_MAX;) {
        lj_slice line = next_line(out->password_file, &at);
        if (line.len > 0) {
            out->passwords[out->options.password_count++] =
                (lj_str){(const char *)line.ptr, line.len};
        }
    }
    out->options.passwords = out->passwords;
    free(path);
    free(folder);
}

void sample_options_done(sample_options *options)
{
    sample_unload(options->password_file);
}
