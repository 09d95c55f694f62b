/* SPDX-License-Identifier: AGPL-3.0-or-later
 * lijian scan, explain, report: what a person sees of a scan. */
#define _GNU_SOURCE /* isatty, sigaction */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "base/os.h"
#include "programs/lijian.h"
#include "scan/report.h"

enum {
    LIST_ROWS = 200,
    PLAIN_EVERY_MS = 10000,
    LINE_CAP = 512,
    PASSWORD_MEMORY = 40 * 1024 * 1024
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_no)
{
    interrupted = signal_no;
}

/* ---- progress ---- */

typedef struct progress_view {
    bool zh, terminal;
    uint64_t last_ms;
    bool shown;
} progress_view;

/* 1536 -> "1.5 KiB". */
static void put_size(char *out, size_t cap, uint64_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;
    uint64_t tenths = bytes * 10;
    while (tenths >= 10240 && unit + 1 < LJ_COUNT_OF(units)) {
        tenths /= 1024;
        unit++;
    }
    (void)snprintf(out, cap, "%llu.%llu %s", (unsigned long long)(tenths / 10),
                   (unsigned long long)(tenths % 10), units[unit]);
}

static void progress_text(const scan_progress *now, bool zh, char *out, size_t cap)
{
    char done[32];
    char rate[32];
    char left[48] = "";
    put_size(done, sizeof(done), now->bytes);
    put_size(rate, sizeof(rate), now->bytes_per_s);
    if (now->eta_ms >= 0) {
        long long seconds = now->eta_ms / 1000;
        (void)snprintf(left, sizeof(left), zh ? "，约剩 %lld:%02lld" : ", about %lld:%02lld left",
                       seconds / 60, seconds % 60);
    }
    (void)snprintf(out, cap,
                   zh ? "%llu 个文件，%s，%s/秒%s；报警 %llu，待看 %llu，未读完 %llu"
                      : "%llu files, %s, %s/s%s; alarms %llu, to look at %llu, not read %llu",
                   (unsigned long long)now->files, done, rate, left,
                   (unsigned long long)now->marked, (unsigned long long)now->looks,
                   (unsigned long long)now->unreadable);
    if (now->slow_path.len > 0) {
        lj_buf path;
        lj_buf_init(&path, NULL, 4096);
        report_put_path(&path, lj_slice_part(now->slow_path, 0, 1024));
        size_t used = strlen(out);
        (void)snprintf(out + used, cap - used,
                       zh ? "；正在读 %.*s（%llu 秒）" : "; reading %.*s (%llu s)",
                       (int)lj_min_size(path.len, 120), (const char *)path.ptr,
                       (unsigned long long)(now->slow_ms / 1000));
        lj_buf_done(&path);
    }
}

static void on_progress(void *ctx, const scan_progress *now)
{
    progress_view *view = ctx;
    if (!view->terminal && now->elapsed_ms - view->last_ms < PLAIN_EVERY_MS) {
        return;
    }
    view->last_ms = now->elapsed_ms;
    char text[LINE_CAP];
    progress_text(now, view->zh, text, sizeof(text));
    fprintf(stderr, view->terminal ? "\r\033[K%s" : "%s\n", text);
    view->shown = view->terminal;
}

/* ---- scan ---- */

static void print_line(void *ctx, lj_str line)
{
    (void)ctx;
    printf("%.*s\n", (int)line.len, line.ptr);
}

static void print_count(const char *name, uint64_t value)
{
    if (value > 0) {
        printf("  %-28s %llu\n", name, (unsigned long long)value);
    }
}

static void print_summary(const scan_outcome *outcome, const char *dir, bool zh)
{
    const scan_counts *counts = &outcome->counts;
    char size[32];
    put_size(size, sizeof(size), counts->bytes);
    printf(zh ? "\n检查了 %llu 个文件（%s），用时 %llu.%llu 秒\n"
              : "\n%llu files (%s) in %llu.%llu s\n",
           (unsigned long long)counts->files, size,
           (unsigned long long)(outcome->elapsed_ms / 1000),
           (unsigned long long)(outcome->elapsed_ms % 1000 / 100));
    for (unsigned i = DETECT_VERDICT_COUNT; i-- > 0;) {
        const span_name_row *row = detect_verdict_row((detect_verdict)i);
        print_count(zh ? row->zh : row->en, counts->by_verdict[i]);
    }
    if (counts->incomplete > 0) {
        puts(zh ? "未能完整检查的文件，按原因：" : "files not completely examined, by cause:");
        for (unsigned i = 0; i < GAP_CAUSE_COUNT; i++) {
            const gap_row *row = gap_cause_row((gap_cause)i);
            print_count(zh ? row->zh : row->en, counts->by_gap[i]);
        }
    }
    print_count(zh ? "未变化，未重新打开" : "unchanged, not opened again", counts->unchanged);
    char posture[160];
    scan_posture_text(&outcome->posture, posture);
    printf(zh ? "防护状态：%s\n" : "sandbox: %s\n", posture);
    printf(zh ? "报告：%s/report.html\n" : "report: %s/report.html\n", dir);
}

static int print_json(const char *dir, bool zh)
{
    char path[4096];
    lj_err err = {0};
    lj_slice text = {NULL, 0};
    lj_arena *arena = lj_arena_new(40 * LJ_MIB);
    int len = snprintf(path, sizeof(path), "%s/summary.json", dir);
    lj_code code =
        arena != NULL && len > 0 && (size_t)len < sizeof(path)
            ? load_file(path, arena, &text, &err)
            : lj_fail(&err, LJ_E_INVALID, UINT64_MAX, "the path of the result folder is too long");
    if (code == LJ_OK) {
        (void)fwrite(text.ptr, 1, text.len, stdout); /* main asks the stream at the end */
    }
    lj_arena_free(arena);
    return code == LJ_OK ? 0 : say_failure(&err, path, zh);
}

static scan_options options_of(const arguments *args, const detect_rules *rules, bool zh)
{
    scan_options options = scan_options_standard();
    options.rules = rules;
    options.zh = zh;
    options.jobs = args->jobs;
    options.all = args->all;
    options.look = args->look;
    options.gentle = args->gentle;
    options.cross_mounts = args->cross_mounts;
    options.require_sandbox = args->require_sandbox;
    options.roots = args->words.words;
    options.root_count = args->words.count;
    options.out_dir = args->out;
    options.excludes = args->excludes.words;
    options.exclude_count = args->excludes.count;
    return options;
}

/* Runs the scan and writes the report; the exit status. */
static int run_scan(const arguments *args, scan_options *options, bool zh)
{
    progress_view view = {.zh = zh, .terminal = isatty(STDERR_FILENO) == 1};
    struct sigaction action = {.sa_handler = on_interrupt};
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    options->stop = &interrupted;
    if (!args->quiet && !args->json) {
        options->progress = on_progress;
        options->progress_ctx = &view;
    }
    lj_err err = {0};
    scan_outcome outcome = {0};
    lj_code code = scan_run(options, &outcome, &err);
    if (view.shown) {
        fputs("\r\033[K", stderr);
    }
    if (code == LJ_E_CANCELLED) {
        fputs(zh ? "lijian：已中断；用同一命令继续\n"
                 : "lijian: interrupted; the same command goes on\n",
              stderr);
        return EXIT_FAILURE_OURS;
    }
    if (code != LJ_OK) {
        return say_failure(&err, args->out, zh);
    }
    code = report_write(args->out, options->rules, zh, &err);
    if (code == LJ_OK && !args->quiet && !args->json) {
        code = report_list(args->out, options->rules, zh, LIST_ROWS, print_line, NULL, &err);
    }
    if (code != LJ_OK) {
        return say_failure(&err, args->out, zh);
    }
    if (args->json) {
        int status = print_json(args->out, zh);
        return status != 0 ? status : outcome.exit_bits;
    }
    if (!args->quiet) {
        print_summary(&outcome, args->out, zh);
    }
    return outcome.exit_bits;
}

int command_scan(void *arguments_)
{
    const arguments *args = arguments_;
    bool zh = arguments_zh(args);
    if (args->out == NULL) {
        fputs(zh ? "lijian：缺少 --out 结果文件夹\n"
                 : "lijian: --out DIR is missing: where shall the results go?\n",
              stderr);
        return EXIT_USAGE;
    }
    for (uint32_t i = 0; i < args->words.count; i++) {
        lj_os_stat about;
        if (lj_os_stat_at(LJ_OS_CWD, args->words.words[i], &about, NULL) != LJ_OK) {
            fputs(zh ? "lijian：没有“" : "lijian: there is no '", stderr);
            say_name(args->words.words[i]);
            fputs(zh ? "”\n" : "' to scan\n", stderr);
            return EXIT_USAGE;
        }
    }
    detect_rules *rules = load_rules(args, zh);
    if (rules == NULL) {
        return EXIT_USAGE;
    }
    scan_options options = options_of(args, rules, zh);
    lj_arena *arena = lj_arena_new(PASSWORD_MEMORY);
    lj_str *passwords = NULL;
    bool ready = arena != NULL && load_limits(args, &options.limits, zh) &&
                 (args->passwords == NULL ||
                  load_passwords(args->passwords, arena, &passwords, &options.password_count, zh));
    options.passwords = passwords;
    int status = ready ? run_scan(args, &options, zh) : EXIT_USAGE;
    lj_arena_free(arena);
    detect_rules_free(rules);
    return status;
}

/* ---- explain ---- */

static void print_explained(void *ctx, scan_explain_kind kind, uint32_t depth, lj_str text)
{
    (void)ctx;
    static const char *const signs[] = {"", "  ", "? ", "    ", "! ", "= "};
    printf("%*s%s%.*s\n", (int)(2 * depth), "",
           (size_t)kind < LJ_COUNT_OF(signs) ? signs[kind] : "", (int)text.len, text.ptr);
}

int command_explain(void *arguments_)
{
    const arguments *args = arguments_;
    bool zh = arguments_zh(args);
    detect_rules *rules = load_rules(args, zh);
    if (rules == NULL) {
        return EXIT_USAGE;
    }
    scan_options options = options_of(args, rules, zh);
    lj_arena *arena = lj_arena_new(PASSWORD_MEMORY);
    lj_str *passwords = NULL;
    int status = EXIT_USAGE;
    if (arena != NULL && load_limits(args, &options.limits, zh) &&
        (args->passwords == NULL ||
         load_passwords(args->passwords, arena, &passwords, &options.password_count, zh))) {
        options.passwords = passwords;
        lj_err err = {0};
        lj_code code = scan_explain(&options, args->words.words[0], print_explained, NULL, &err);
        status = code == LJ_OK ? 0 : say_failure(&err, args->words.words[0], zh);
    }
    lj_arena_free(arena);
    detect_rules_free(rules);
    return status;
}

/* ---- report ---- */

int command_report(void *arguments_)
{
    const arguments *args = arguments_;
    bool zh = arguments_zh(args);
    detect_rules *rules = load_rules(args, zh);
    if (rules == NULL) {
        return EXIT_USAGE;
    }
    lj_err err = {0};
    lj_code code = report_write(args->words.words[0], rules, zh, &err);
    detect_rules_free(rules);
    if (code != LJ_OK) {
        return say_failure(&err, args->words.words[0], zh);
    }
    printf("%s/report.html\n", args->words.words[0]);
    return 0;
}
