/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Examines files in this process, without hashes, sandbox or records: the reader, the seed search
 * and the detectors alone. Usage: examine_bench [--dump] [--list LIST] [--repeat N] FILE... :
 * prints seconds and hits; LIST names files, one a line. For rows P1 and PF and for profiling. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/num.h"
#include "base/os.h"
#include "detect/detect.h"
#include "formats/examine.h"
#include "formats/span_dump.h"

enum { MEMORY = 192 * 1024 * 1024, DETECT_MEMORY = 8 * 1024 * 1024, NEST_MAX = 40 };

typedef struct bench_run {
    const detect_rules *rules;
    detect_doc *open[NEST_MAX];
    uint64_t hits, gaps, spans;
    bool dumps;
    lj_buf line;
} bench_run;

static void dump(bench_run *run)
{
    (void)fwrite(run->line.ptr, 1, run->line.len, stdout);
    lj_buf_clear(&run->line);
}

static void on_begin(void *ctx, const format_doc *doc)
{
    bench_run *run = ctx;
    if (run->dumps) {
        span_dump_doc(&run->line, doc);
        dump(run);
    }
    detect_about about = {.changed_on = INT32_MIN, .hidden_by = doc->hidden_by};
    if (doc->depth < NEST_MAX) {
        run->open[doc->depth] = detect_begin(run->rules, &about, DETECT_MEMORY, NULL, NULL);
    }
}

static lj_code on_span(void *ctx, const format_doc *doc, const span *what)
{
    bench_run *run = ctx;
    run->spans++;
    if (run->dumps) {
        span_dump(&run->line, doc, what);
        dump(run);
    }
    if (doc->depth < NEST_MAX) {
        detect_span(run->open[doc->depth], what);
    }
    return LJ_OK;
}

static bool on_seed(void *ctx, const format_doc *doc, text_charset charset, lj_slice bytes,
                    size_t hit, size_t *out_next)
{
    bench_run *run = ctx;
    return doc->depth >= NEST_MAX ||
           detect_seed_counts(run->open[doc->depth], charset, bytes, hit, out_next);
}

static void on_gap(void *ctx, const format_doc *doc, const gap *what)
{
    bench_run *run = ctx;
    run->gaps++;
    if (run->dumps) {
        gap_dump(&run->line, doc, what);
        dump(run);
    }
}

static void on_note(void *ctx, const format_doc *doc, format_note note)
{
    bench_run *run = ctx;
    if (run->dumps) {
        note_dump(&run->line, doc, note);
        dump(run);
    }
}

static void on_end(void *ctx, const format_doc *doc, const format_doc_end *end)
{
    bench_run *run = ctx;
    if (run->dumps) {
        span_dump_end(&run->line, doc, end);
        dump(run);
    }
    if (doc->depth < NEST_MAX) {
        const detect_result *result = detect_end(run->open[doc->depth]);
        run->hits += result->hit_count + result->more_count;
        detect_free(run->open[doc->depth]);
    }
}

static lj_code read_file(void *ctx, uint64_t off, uint8_t *dst, size_t len, size_t *out_len,
                         lj_err *err)
{
    return lj_os_read_at(*(const int *)ctx, off, dst, len, out_len, err);
}

static int run_file(format_context *context, const detect_rules *rules, const char *path,
                    bench_run *run)
{
    int fd = -1;
    lj_err err = {0};
    lj_os_stat about = {0};
    if (lj_os_open_file(LJ_OS_CWD, path, &fd, NULL, &err) != LJ_OK ||
        lj_os_stat_of(fd, &about, &err) != LJ_OK) {
        fprintf(stderr, "examine_bench: cannot open %s\n", path);
        return -1;
    }
    format_sink sink = {run, on_begin, on_span, on_seed, on_gap, on_note, on_end, NULL};
    format_input input = {&fd, about.size, read_file};
    format_options options = {.limits = format_limits_standard(),
                              .seeds = detect_rules_seeds(rules)};
    lj_code code = format_examine(context, &input, &options, &sink, &err);
    lj_os_close(fd);
    return code == LJ_OK ? 0 : -1;
}

typedef struct bench_args {
    bool dumps;
    unsigned long repeat;
    char **paths;
    size_t count, cap;
} bench_args;

static bool add_path(bench_args *args, char *path)
{
    if (args->count == args->cap) {
        args->cap = args->cap == 0 ? 256 : args->cap * 2;
        char **grown = realloc(args->paths, args->cap * sizeof(*grown));
        if (grown == NULL) {
            return false;
        }
        args->paths = grown;
    }
    args->paths[args->count++] = path;
    return path != NULL;
}

static bool add_list(bench_args *args, const char *path)
{
    FILE *in = fopen(path, "re");
    char *line = NULL;
    size_t cap = 0;
    ssize_t len = 0;
    bool good = in != NULL;
    while (good && (len = getline(&line, &cap, in)) > 0) {
        line[len - (line[len - 1] == '\n' ? 1 : 0)] = '\0';
        good = add_path(args, strdup(line));
    }
    free(line);
    if (in != NULL) {
        (void)fclose(in);
    }
    return good;
}

static bool take_args(bench_args *args, int argc, char **argv)
{
    *args = (bench_args){.repeat = 1};
    bool good = true;
    for (int i = 1; i < argc && good; i++) {
        if (strcmp(argv[i], "--dump") == 0) {
            args->dumps = true;
        } else if (strcmp(argv[i], "--repeat") == 0 && i + 1 < argc) {
            args->repeat = strtoul(argv[++i], NULL, 10);
        } else if (strcmp(argv[i], "--list") == 0 && i + 1 < argc) {
            good = add_list(args, argv[++i]);
        } else {
            good = add_path(args, strdup(argv[i]));
        }
    }
    return good;
}

int main(int argc, char **argv)
{
    lj_err err = {0};
    detect_rules *rules = NULL;
    bench_args args;
    if (!take_args(&args, argc, argv)) {
        fprintf(stderr, "examine_bench: no list, or no memory\n");
        return 66;
    }
    format_context *context = format_context_new(MEMORY);
    if (context == NULL || detect_rules_new(&rules, &err) != LJ_OK ||
        detect_rules_add_standard(rules, &err) != LJ_OK ||
        detect_rules_seal(rules, &err) != LJ_OK) {
        fprintf(stderr, "examine_bench: %s\n", err.what != NULL ? err.what : "no memory");
        return 70;
    }
    bench_run run = {.rules = rules, .dumps = args.dumps};
    lj_buf_init(&run.line, NULL, 64 * LJ_MIB);
    int status = 0;
    uint64_t from = lj_os_mono_ms();
    for (unsigned long i = 0; i < args.repeat; i++) {
        for (size_t f = 0; f < args.count; f++) {
            status = run_file(context, rules, args.paths[f], &run) == 0 ? status : 70;
        }
    }
    struct rusage used;
    (void)getrusage(RUSAGE_SELF, &used);
    printf("%llu ms, %llu spans, %llu hits, %llu gaps, %lld processor ms\n",
           (unsigned long long)(lj_os_mono_ms() - from), (unsigned long long)run.spans,
           (unsigned long long)run.hits, (unsigned long long)run.gaps,
           (long long)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000 +
               (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000);
    for (size_t f = 0; f < args.count; f++) {
        free(args.paths[f]);
    }
    free(args.paths);
    lj_buf_done(&run.line);
    format_context_free(context);
    detect_rules_free(rules);
    return status;
}
