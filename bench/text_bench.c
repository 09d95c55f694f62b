/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Speed of src/text on Chinese prose: the law texts of the corpus, repeated to 64 MB.
 *
 *   text_bench FOLDER      FOLDER holds *.txt in UTF-8, e.g. ../shared/corpus/law/txt-utf8
 *
 * Prints the best of several runs, in GB of source bytes per second of processor time: what the
 * code can do, not what a busy machine allows. */
#define _GNU_SOURCE /* clock_gettime, asprintf under -std=c17 */
#include <dirent.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/num.h"
#include "text/charset.h"
#include "text/fold.h"
#include "text/seeds.h"

enum { TARGET = 64 * 1024 * 1024, RUNS = 7, WINDOW = 4096 };

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static bool read_folder(const char *folder, lj_buf *out)
{
    DIR *dir = opendir(folder);
    if (dir == NULL) {
        return false;
    }
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        char *path = NULL;
        size_t name_len = strlen(entry->d_name);
        if (name_len < 4 || strcmp(entry->d_name + name_len - 4, ".txt") != 0 ||
            asprintf(&path, "%s/%s", folder, entry->d_name) < 0) {
            continue;
        }
        FILE *in = fopen(path, "re");
        while (in != NULL) {
            uint8_t part[65536];
            size_t len = fread(part, 1, sizeof(part), in);
            lj_buf_put(out, lj_slice_of(part, len));
            if (len == 0) {
                break;
            }
        }
        if (in != NULL) {
            fclose(in);
        }
        free(path);
    }
    closedir(dir);
    return out->len > 0;
}

static void repeat(lj_buf *buf)
{
    size_t once = buf->len;
    while (buf->len + once <= TARGET && lj_buf_room(buf, once) != NULL) {
        memcpy(buf->ptr + buf->len, buf->ptr, once);
        buf->len += once;
    }
}

/* UTF-8 to another charset by iconv; what has no code there is dropped. */
static bool convert(const char *charset, lj_slice src, lj_buf *out)
{
    char name[64];
    snprintf(name, sizeof(name), "%s//IGNORE", charset);
    iconv_t cd = iconv_open(name, "UTF-8");
    size_t cap = src.len * 2 + 16;
    char *from = (char *)(uintptr_t)src.ptr;
    char *to = (char *)lj_buf_room(out, cap);
    size_t left = src.len;
    size_t room = cap;
    if (cd == (iconv_t)-1 || to == NULL) {
        return false;
    }
    iconv(cd, &from, &left, &to, &room);
    out->len += cap - room;
    iconv_close(cd);
    return true;
}

typedef struct job {
    lj_slice bytes;
    text_charset charset;
    const text_seeds *seeds;
    lj_arena *arena;
    lj_buf *out;
    lj_buf *rows;
} job;

typedef size_t job_fn(const job *task);

static size_t run_valid(const job *task)
{
    size_t valid = 0;
    text_utf8_is_valid(task->bytes, &valid);
    return valid;
}

static size_t run_seeds(const job *task)
{
    size_t hits = 0;
    for (size_t at = 0; at < task->bytes.len; hits++) {
        at = text_seeds_find(task->seeds, task->charset, task->bytes, at) + 1;
    }
    return hits - 1;
}

static size_t run_fold(const job *task)
{
    size_t sum = 0;
    for (size_t at = 0; at < task->bytes.len;) {
        /* Windows end with a line, as those of the scanner do. */
        size_t end = lj_min_size(at + WINDOW, task->bytes.len);
        while (end < task->bytes.len && task->bytes.ptr[end - 1] != '\n') {
            end++;
        }
        lj_arena_mark mark = lj_arena_mark_of(task->arena);
        text_folded folded;
        if (!text_fold((lj_str){(const char *)task->bytes.ptr + at, end - at}, task->arena,
                       &folded)) {
            return 0;
        }
        sum += folded.text.len;
        lj_arena_rewind(task->arena, mark);
        at = end;
    }
    return sum;
}

static size_t run_decode(const job *task)
{
    for (size_t at = 0; at < task->bytes.len;) {
        lj_slice part = lj_slice_part(task->bytes, at, 256 * 1024);
        lj_buf_clear(task->out);
        if (task->rows != NULL) {
            lj_buf_clear(task->rows);
        }
        size_t used = text_to_utf8(task->charset, part, at + part.len < task->bytes.len, task->out,
                                   task->rows);
        if (used == 0) {
            return 0;
        }
        at += used;
    }
    return task->out->len;
}

static size_t run_lines(const job *task)
{
    for (size_t at = 0; at < task->bytes.len;) {
        lj_slice part = lj_slice_part(task->bytes, at, 256 * 1024);
        lj_buf_clear(task->out);
        size_t used = text_lines_to_utf8(task->charset, part, at + part.len < task->bytes.len,
                                         task->out, NULL);
        if (used == 0) {
            return 0;
        }
        at += used;
    }
    return task->out->len;
}

static size_t run_plausible(const job *task)
{
    return text_plausible((lj_str){(const char *)task->bytes.ptr, task->bytes.len});
}

static size_t run_iconv(const job *task)
{
    iconv_t cd = iconv_open("UTF-8", "GB18030");
    char *from = (char *)(uintptr_t)task->bytes.ptr;
    size_t left = task->bytes.len;
    while (left > 0) {
        lj_buf_clear(task->out);
        size_t room = 256 * 1024;
        char *to = (char *)lj_buf_room(task->out, room);
        if (to == NULL) {
            break;
        }
        iconv(cd, &from, &left, &to, &room);
    }
    iconv_close(cd);
    return left;
}

static void measure(const char *name, job_fn *fn, const job *task)
{
    double best = 1e9;
    size_t result = 0;
    for (int i = 0; i < RUNS; i++) {
        double begin = now_s();
        result = fn(task);
        double took = now_s() - begin;
        best = took < best ? took : best;
    }
    printf("%-34s %7.2f GB/s   (%zu MB, result %zu)\n", name, (double)task->bytes.len / best / 1e9,
           task->bytes.len >> 20, result);
}

int main(int argc, char **argv)
{
    static const char *const words[] = {"密",         "内部",         "外传",       "限阅",
                                        "SECRET",     "CONFIDENTIAL", "RESTRICTED", "CUI",
                                        "Classified", "Derived"};
    lj_str texts[LJ_COUNT_OF(words)];
    lj_buf utf8;
    lj_buf gb;
    lj_buf ascii;
    lj_buf out;
    lj_buf rows;
    text_seeds *seeds = NULL;
    lj_err err;
    lj_buf_init(&utf8, NULL, 4 * (size_t)TARGET);
    lj_buf_init(&gb, NULL, 4 * (size_t)TARGET);
    lj_buf_init(&ascii, NULL, 4 * (size_t)TARGET);
    lj_buf_init(&out, NULL, 4 * (size_t)TARGET);
    lj_buf_init(&rows, NULL, 4 * (size_t)TARGET);
    lj_arena *arena = lj_arena_new(TARGET);
    for (size_t i = 0; i < LJ_COUNT_OF(words); i++) {
        texts[i] = lj_cstr_str(words[i]);
    }
    if (argc != 2 || !read_folder(argv[1], &utf8) || arena == NULL) {
        fprintf(stderr, "usage: text_bench FOLDER\n");
        return 64;
    }
    repeat(&utf8);
    if (!convert("GB18030", lj_buf_slice(&utf8), &gb)) {
        return 70;
    }
    while (ascii.len < TARGET) {
        lj_buf_put_cstr(
            &ascii,
            "2026-03-04T10:11:12 INFO The Scanner has read 1,024 files (Class A) in 12.5 ms.\n");
    }
    double begin = now_s();
    if (text_seeds_new(texts, LJ_COUNT_OF(words), &seeds, &err) != LJ_OK) {
        return 70;
    }
    printf("%-34s %7.2f ms\n", "seeds: make", (now_s() - begin) * 1e3);
    lj_slice u = lj_buf_slice(&utf8);
    lj_slice g = lj_buf_slice(&gb);
    lj_slice a = lj_buf_slice(&ascii);
    measure("valid UTF-8, prose", run_valid, &(job){.bytes = u});
    measure("valid UTF-8, ASCII log", run_valid, &(job){.bytes = a});
    measure("seeds in UTF-8", run_seeds, &(job){.bytes = u, .seeds = seeds, .charset = TEXT_UTF8});
    measure("seeds in GB18030", run_seeds,
            &(job){.bytes = g, .seeds = seeds, .charset = TEXT_GB18030});
    measure("seeds in ASCII log", run_seeds,
            &(job){.bytes = a, .seeds = seeds, .charset = TEXT_UTF8});
    measure("fold, prose", run_fold, &(job){.bytes = u, .arena = arena});
    measure("fold, ASCII log", run_fold, &(job){.bytes = a, .arena = arena});
    measure("GB18030 to UTF-8", run_decode,
            &(job){.bytes = g, .charset = TEXT_GB18030, .out = &out});
    measure("GB18030 to UTF-8 with map", run_decode,
            &(job){.bytes = g, .charset = TEXT_GB18030, .out = &out, .rows = &rows});
    measure("GB18030 to UTF-8 by iconv", run_iconv, &(job){.bytes = g, .out = &out});
    measure("UTF-8 to UTF-8", run_decode, &(job){.bytes = u, .charset = TEXT_UTF8, .out = &out});
    measure("lines: UTF-8", run_lines, &(job){.bytes = u, .charset = TEXT_UTF8, .out = &out});
    measure("lines: GB18030", run_lines, &(job){.bytes = g, .charset = TEXT_GB18030, .out = &out});
    measure("lines: ASCII log", run_lines, &(job){.bytes = a, .charset = TEXT_UTF8, .out = &out});
    measure("plausible", run_plausible, &(job){.bytes = u});
    text_seeds_free(seeds);
    lj_arena_free(arena);
    lj_buf_done(&utf8);
    lj_buf_done(&gb);
    lj_buf_done(&ascii);
    lj_buf_done(&out);
    lj_buf_done(&rows);
    return 0;
}
