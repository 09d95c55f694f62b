/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Whole scans of small folders: what is found, what is listed, what goes on after the next run, and
 * what happens when workers, disks and people misbehave. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hooks.h"
#include "scan/report.h"
#include "support.h"

#define MARK "机密★10年\n\n关于某项工作的报告\n\n各单位：\n"

typedef struct place {
    char *root, *out;
    scan_setup setup;
    scan_outcome outcome;
    lj_err err;
} place;

static int place_make(void **state)
{
    place *at = calloc(1, sizeof(*at));
    char *base = folder_make();
    assert_non_null(at);
    folder_add(base, "data");
    at->root = path_of(base, "data");
    at->out = path_of(base, "out");
    free(base);
    scan_setup_init(&at->setup, at->root, at->out);
    *state = at;
    return 0;
}

static int place_remove(void **state)
{
    place *at = *state;
    char *base = strdup(at->root);
    *strrchr(base, '/') = '\0';
    folder_remove(base);
    free(base);
    free(at->root);
    free(at->out);
    free(at);
    return 0;
}

static lj_code run(place *at)
{
    at->err = (lj_err){0};
    lj_code code = scan_run(&at->setup.options, &at->outcome, &at->err);
    if (code != LJ_OK) {
        print_message("# %s: %s\n", lj_code_row_of(code)->name, at->err.what);
    }
    return code;
}

static void check_record(const place *at, const char *name, const char *verdict,
                         const char *coverage)
{
    json_t *record = record_of(at->out, at->root, name);
    if (record == NULL) {
        fail_msg("no record of %s", name);
    }
    if (strcmp(text_of(record, "verdict"), verdict) != 0 ||
        strcmp(text_of(record, "coverage"), coverage) != 0) {
        fail_msg("%s: %s, %s; wanted %s, %s", name, text_of(record, "verdict"),
                 text_of(record, "coverage"), verdict, coverage);
    }
    json_decref(record);
}

/* ---- what a scan says ---- */

static void test_scan__tells_marked_from_clean_and_lists_every_file(void **state)
{
    place *at = *state;
    file_write(at->root, "marked.txt", MARK);
    file_write(at->root, "clean.txt", "明天上午九点开会。\n");
    file_write(at->root, "empty.txt", "");
    at->setup.options.all = true;
    assert_int_equal(run(at), LJ_OK);
    check_record(at, "marked.txt", "marked", "full");
    check_record(at, "clean.txt", "clean", "full");
    check_record(at, "empty.txt", "clean", "full");
    assert_int_equal(at->outcome.counts.files, 3);
    assert_int_equal(at->outcome.counts.recount, 3);
    assert_int_equal(at->outcome.exit_bits, SCAN_EXIT_ALARM);
    assert_int_equal(record_count(at->out), 3);
}

static void test_scan__the_points_of_the_first_hit_add_up_to_the_score(void **state)
{
    place *at = *state;
    folder_add(at->root, "机密★10年");
    file_write(at->root, "机密★10年/plain.txt", "明天上午九点开会。\n");
    file_write(at->root, "marked.txt", MARK);
    file_write(at->root, "秘密★5年.txt", "明天上午九点开会。\n");
    assert_int_equal(run(at), LJ_OK);
    static const struct {
        const char *name, *class_, *role;
    } rows[] = {
        {"marked.txt",               "confirmed", "body"     },
        {"机密★10年/plain.txt", "look",      "file_name"}, /* the folder alone is no alarm */
        {"秘密★5年.txt",        "probable",  "file_name"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        json_t *record = record_of(at->out, at->root, rows[i].name);
        assert_non_null(record);
        assert_string_equal(text_of(record, "class"), rows[i].class_);
        json_int_t sum = 0;
        const json_t *reasons = json_object_get(record, "reasons");
        assert_true(json_array_size(reasons) > 0);
        for (size_t k = 0; k < json_array_size(reasons); k++) {
            const json_t *reason = json_array_get(reasons, k);
            if (json_integer_value(json_object_get(reason, "hit")) == 1) {
                sum += json_integer_value(json_object_get(reason, "points"));
                assert_string_equal(text_of(reason, "role"), rows[i].role);
            }
        }
        assert_int_equal(sum, json_integer_value(json_object_get(record, "score")));
        json_decref(record);
    }
}

static void test_scan__same_content_is_one_record_with_all_places(void **state)
{
    place *at = *state;
    folder_add(at->root, "b");
    file_write(at->root, "z.txt", MARK);
    file_write(at->root, "a.txt", MARK);
    file_write(at->root, "b/c.txt", MARK);
    file_write(at->root, "b/秘密★5年.txt", MARK); /* its name speaks for itself: not merged */
    char *from = path_of(at->root, "z.txt");
    char *to = path_of(at->root, "hard.txt");
    assert_int_equal(link(from, to), 0);
    free(from);
    free(to);
    assert_int_equal(run(at), LJ_OK);
    assert_int_equal(record_count(at->out), 2);
    json_t *record = record_of(at->out, at->root, "a.txt");
    assert_non_null(record);
    const json_t *also = json_object_get(record, "also_at");
    static const char *const others[] = {"b/c.txt", "hard.txt", "z.txt"};
    assert_int_equal(json_array_size(also), 3);
    for (size_t i = 0; i < 3; i++) {
        char *path = path_of(at->root, others[i]);
        assert_string_equal(json_string_value(json_array_get(also, i)), path);
        free(path);
    }
    json_decref(record);
    assert_int_equal(at->outcome.counts.by_verdict[DETECT_MARKED], 5);
}

static void test_scan__large_twins_are_examined_once(void **state)
{
    place *at = *state;
    enum { LEN = 300 * 1024 };
    char *text = malloc(LEN);
    memset(text, 'x', LEN);
    memcpy(text, MARK, sizeof(MARK) - 1);
    for (int i = 0; i < 12; i++) {
        char name[32];
        snprintf(name, sizeof(name), "twin-%02d.txt", i);
        file_write_bytes(at->root, name, text, LEN);
    }
    free(text);
    at->setup.options.jobs = 1;
    assert_int_equal(run(at), LJ_OK);
    assert_int_equal(at->outcome.counts.same_content, 11);
    assert_int_equal(record_count(at->out), 1);
    assert_int_equal(at->outcome.counts.by_verdict[DETECT_MARKED], 12);
}

static void test_scan__any_number_of_workers_gives_the_same_bytes(void **state)
{
    place *at = *state;
    for (int i = 0; i < 200; i++) {
        char name[32], text[128];
        snprintf(name, sizeof(name), "f%03d.txt", (i * 37) % 200);
        snprintf(text, sizeof(text), "%s第%d号\n", i % 3 == 0 ? MARK : "普通内容\n", i % 20);
        file_write(at->root, name, text);
    }
    at->setup.options.all = true;
    char *bodies[4];
    static const uint32_t jobs[4] = {1, 2, 8, 3};
    for (int i = 0; i < 4; i++) {
        at->setup.options.jobs = jobs[i];
        at->setup.options.recycle_files = i == 3 ? 5 : 0;
        assert_int_equal(run(at), LJ_OK);
        bodies[i] = results_body(at->out);
        folder_remove(at->out);
    }
    for (int i = 1; i < 4; i++) {
        assert_string_equal(bodies[0], bodies[i]);
    }
    for (int i = 0; i < 4; i++) {
        free(bodies[i]);
    }
}

/* ---- the next run ---- */

static void test_scan__the_next_run_opens_only_what_is_new_or_changed(void **state)
{
    place *at = *state;
    for (int i = 0; i < 50; i++) {
        char name[32];
        snprintf(name, sizeof(name), "f%02d.txt", i);
        file_write(at->root, name, i == 7 ? MARK : "普通\n");
    }
    assert_int_equal(run(at), LJ_OK);
    assert_int_equal(at->outcome.counts.unchanged, 0);
    char *first = results_body(at->out);
    assert_int_equal(run(at), LJ_OK);
    assert_int_equal(at->outcome.counts.unchanged, 50);
    char *second = results_body(at->out);
    assert_string_equal(first, second);
    free(first);
    free(second);

    file_write(at->root, "f03.txt", MARK);
    file_write(at->root, "new.txt", MARK "新\n");
    char *gone = path_of(at->root, "f07.txt");
    assert_int_equal(unlink(gone), 0);
    free(gone);
    assert_int_equal(run(at), LJ_OK);
    assert_int_equal(at->outcome.counts.unchanged, 48);
    assert_int_equal(at->outcome.counts.files, 50);
    assert_int_equal(record_count(at->out), 2);
    check_record(at, "f03.txt", "marked", "full");
    check_record(at, "new.txt", "marked", "full");
}

static void test_scan__a_share_of_unchanged_files_is_read_again(void **state)
{
    place *at = *state;
    for (int i = 0; i < 200; i++) {
        char name[32];
        snprintf(name, sizeof(name), "f%03d.txt", i);
        file_write(at->root, name, "普通\n");
    }
    assert_int_equal(run(at), LJ_OK);
    at->setup.options.reread_seed = 7;
    at->setup.options.reread_bp = 2000;
    assert_int_equal(run(at), LJ_OK);
    uint64_t reread = at->outcome.counts.reread;
    assert_true(reread > 10 && reread < 80);
    assert_int_equal(at->outcome.counts.unchanged, 200 - reread);
    assert_int_equal(run(at), LJ_OK);
    assert_int_equal(at->outcome.counts.reread, reread); /* the same seed chooses the same files */
}

static void test_scan__another_limit_or_rule_reads_everything_again(void **state)
{
    place *at = *state;
    file_write(at->root, "a.txt", MARK);
    assert_int_equal(run(at), LJ_OK);
    at->setup.options.limits.value[FORMAT_LIMIT_ENTRIES]++;
    assert_int_equal(run(at), LJ_OK);
    assert_int_equal(at->outcome.counts.unchanged, 0);
}

static void test_scan__all_asks_again_for_containers_whose_clean_members_were_left_out(void **state)
{
    place *at = *state;
    file_write(at->root, "a.txt", MARK);
    assert_int_equal(run(at), LJ_OK);
    at->setup.options.all = true;
    assert_int_equal(run(at), LJ_OK);
    assert_int_equal(at->outcome.counts.unchanged, 1);
    assert_int_equal(record_count(at->out), 1);
}

static void test_scan__the_journal_is_renewed_when_most_of_it_is_dead(void **state)
{
    place *at = *state;
    enum { MANY = 500, DEEP = 14, NAME = 240 };
    char name[DEEP * (NAME + 1) + 64];
    size_t len = 0;
    for (int i = 0; i < DEEP; i++) { /* long paths make long records */
        memset(name + len, 'd', NAME);
        name[len + NAME] = '\0';
        folder_add(at->root, name);
        len += NAME;
        name[len++] = '/';
    }
    uint64_t sizes[4] = {0};
    for (int round = 0; round < 4; round++) {
        for (int i = 0; i < MANY && round < 3; i++) {
            char text[128];
            snprintf(name + len, 32, "f%03d.txt", i);
            snprintf(text, sizeof(text), "第%d次，第%d号。\n%s", round, i, i == 3 ? MARK : "");
            file_write(at->root, name, text);
        }
        assert_int_equal(run(at), LJ_OK);
        CHECK_ROW("unchanged", at->outcome.counts.unchanged, round < 3 ? 0 : MANY);
        CHECK_ROW("marked", at->outcome.counts.by_verdict[DETECT_MARKED], 1);
        size_t size = 0;
        free(file_read_all(at->out, "state/journal", &size));
        sizes[round] = size;
    }
    assert_true(sizes[1] > sizes[0] * 3 / 2);
    assert_true(sizes[2] < sizes[1]);
    assert_true(sizes[3] < sizes[2] + 1000);
}

/* ---- workers that misbehave ---- */

static void test_scan__a_file_that_kills_its_worker_is_listed_and_keeps_its_hits(void **state)
{
    place *at = *state;
    file_write(at->root, "crash.bin", "CRASH");
    file_write(at->root, "silent.bin", "CRASH-1");
    file_write(at->root, "twice.bin", "TWICE");
    for (int i = 0; i < 60; i++) {
        char name[32], text[64];
        snprintf(name, sizeof(name), "f%02d.txt", i);
        snprintf(text, sizeof(text), "普通 %d\n", i);
        file_write(at->root, name, text);
    }
    at->setup.options.examine = hooks_examine;
    at->setup.options.all = true;
    assert_int_equal(run(at), LJ_OK);
    assert_int_equal(at->outcome.counts.files, 63);
    assert_int_equal(at->outcome.counts.by_verdict[DETECT_CLEAN], 60);
    check_record(at, "crash.bin", "marked", "none");
    check_record(at, "silent.bin", "unreadable", "none");
    check_record(at, "twice.bin", "unreadable", "none");
    static const struct {
        const char *name, *detail;
    } rows[] = {
        {"crash.bin",  "SIGABRT" },
        {"silent.bin", "SIGABRT" },
        {"twice.bin",  "protocol"}
    };
    for (size_t i = 0; i < 3; i++) {
        json_t *record = record_of(at->out, at->root, rows[i].name);
        assert_true(has_gap(record, "crash"));
        const json_t *gaps = json_object_get(record, "gaps");
        assert_string_equal(text_of(json_array_get(gaps, json_array_size(gaps) - 1), "detail"),
                            rows[i].detail);
        json_decref(record);
    }
    assert_int_equal(at->outcome.exit_bits, SCAN_EXIT_ALARM | SCAN_EXIT_GAPS);
}

static void test_scan__a_file_that_hangs_is_ended_by_the_clock_and_keeps_its_hits(void **state)
{
    place *at = *state;
    file_write(at->root, "hang.bin", "HANG");
    file_write(at->root, "loop.bin", "LOOP");
    file_write(at->root, "plain.txt", "普通\n");
    at->setup.options.examine = hooks_examine;
    at->setup.options.limits.value[FORMAT_LIMIT_SILENCE_MS] = 400;
    at->setup.options.limits.value[FORMAT_LIMIT_WALL_MS] = 900;
    at->setup.options.limits.value[FORMAT_LIMIT_CPU_MS] = 700;
    assert_int_equal(run(at), LJ_OK);
    check_record(at, "hang.bin", "marked", "none");
    check_record(at, "loop.bin", "unreadable", "none");
    json_t *record = record_of(at->out, at->root, "loop.bin");
    assert_true(has_gap(record, "time"));
    json_decref(record);
    assert_int_equal(at->outcome.counts.by_verdict[DETECT_CLEAN], 1);
}

static void test_scan__a_forbidden_call_is_named(void **state)
{
    place *at = *state;
    file_write(at->root, "open.bin", "OPEN");
    at->setup.options.examine = hooks_examine;
    assert_int_equal(run(at), LJ_OK);
    if (at->outcome.posture.sanitizer) {
        skip();
    }
    json_t *record = record_of(at->out, at->root, "open.bin");
    assert_true(has_gap(record, "crash"));
    const char *detail = text_of(json_array_get(json_object_get(record, "gaps"), 0), "detail");
    assert_true(strstr(detail, "system call ") == detail);
    assert_true(strstr(detail, "open") != NULL);
    json_decref(record);
}

static void test_scan__a_file_that_needs_too_much_memory_says_so(void **state)
{
    place *at = *state;
    file_write(at->root, "memory.bin", "MEMORY");
    at->setup.options.examine = hooks_examine;
    scan_posture posture;
    assert_int_equal(scan_posture_probe(&at->setup.options, &posture, &at->err), LJ_OK);
    if (posture.sanitizer) {
        skip(); /* it would take all there is */
    }
    assert_int_equal(run(at), LJ_OK);
    json_t *record = record_of(at->out, at->root, "memory.bin");
    assert_true(has_gap(record, "memory"));
    json_decref(record);
}

/* Hits of the list in a record, by the numbers of its reasons. */
static json_int_t hits_of(const json_t *record)
{
    const json_t *reasons = json_object_get(record, "reasons");
    json_int_t most = 0;
    for (size_t i = 0; i < json_array_size(reasons); i++) {
        json_int_t hit = json_integer_value(json_object_get(json_array_get(reasons, i), "hit"));
        most = hit > most ? hit : most;
    }
    return most;
}

/* The limit `findings` at N-1, N, N+1: what is not listed is counted, and is no gap. */
static void test_scan__findings_beyond_the_limit_are_counted(void **state)
{
    place *at = *state;
    enum { MARKS = 5 };
    static const char text[] = MARK "\n\n" MARK "\n\n" MARK "\n\n" MARK "\n\n" MARK;
    file_write(at->root, "marked.txt", text);
    for (json_int_t most = MARKS - 1; most <= MARKS + 1; most++) {
        at->setup.options.limits.value[FORMAT_LIMIT_FINDINGS] = (uint64_t)most;
        assert_int_equal(run(at), LJ_OK);
        json_t *record = record_of(at->out, at->root, "marked.txt");
        assert_non_null(record);
        json_int_t listed = most < MARKS ? most : MARKS;
        assert_int_equal(hits_of(record), listed);
        assert_int_equal(json_integer_value(json_object_get(record, "more_hits")), MARKS - listed);
        assert_string_equal(text_of(record, "coverage"), "full");
        json_decref(record);
    }
}

/* ---- disks and people that misbehave ---- */

static void test_scan__the_result_folder_may_not_lie_below_a_root(void **state)
{
    place *at = *state;
    static const char *const patterns[] = {"results"};
    file_write(at->root, "a.txt", MARK);
    char *inside = path_of(at->root, "results");
    at->setup.options.out_dir = inside;
    assert_int_equal(run(at), LJ_E_INVALID);
    at->setup.options.excludes = patterns;
    at->setup.options.exclude_count = 1;
    assert_int_equal(run(at), LJ_OK);
    assert_int_equal(at->outcome.counts.files, 1);
    free(inside);
}

static void test_scan__a_second_scan_on_the_same_result_folder_is_refused(void **state)
{
    place *at = *state;
    file_write(at->root, "a.txt", MARK);
    assert_int_equal(run(at), LJ_OK);
    char *lock = path_of(at->out, "state/lock");
    int ready[2];
    int leave[2];
    assert_true(pipe(ready) == 0 && pipe(leave) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(leave[1]);
        lj_err err;
        int fd = open(lock, O_RDWR | O_CLOEXEC);
        char told = lj_os_lock(fd, &err) == LJ_OK ? 'y' : 'n';
        _exit(write(ready[1], &told, 1) == 1 && read(leave[0], &told, 1) == 0 ? 0 : 1);
    }
    char told = 0;
    assert_true(read(ready[0], &told, 1) == 1 && told == 'y');
    assert_int_equal(run(at), LJ_E_BUSY);
    close(leave[1]);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    close(ready[0]);
    close(ready[1]);
    close(leave[0]);
    free(lock);
    assert_int_equal(run(at), LJ_OK);
}

static void test_scan__a_result_folder_that_cannot_be_written_is_an_error(void **state)
{
    place *at = *state;
    file_write(at->root, "a.txt", MARK);
    at->setup.options.out_dir = "/proc/lijian-out";
    lj_code code = run(at);
    assert_true(code == LJ_E_NOT_FOUND || code == LJ_E_FORBIDDEN || code == LJ_E_IO);
    static const char *const nowhere[] = {"/nonexistent/folder"};
    at->setup.options.out_dir = at->out;
    at->setup.options.roots = nowhere;
    assert_int_equal(run(at), LJ_E_INVALID);
}

/* A full disk: no file may grow beyond a limit. In a child, because the limit stays. */
static void test_scan__a_full_disk_loses_nothing(void **state)
{
    place *at = *state;
    for (int i = 0; i < 400; i++) {
        char name[64], text[64];
        snprintf(name, sizeof(name), "a-rather-long-name-of-a-file-%03d.txt", i);
        snprintf(text, sizeof(text), "普通 %d\n", i);
        file_write(at->root, name, i % 2 == 0 ? MARK : text);
    }
    at->setup.options.all = true;
    pid_t pid = fork();
    if (pid == 0) {
        struct rlimit limit = {48 * 1024, 48 * 1024};
        (void)signal(SIGXFSZ, SIG_IGN);
        (void)setrlimit(RLIMIT_FSIZE, &limit);
        _exit(scan_run(&at->setup.options, &at->outcome, &at->err) == LJ_E_IO ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(run(at), LJ_OK);
    assert_true(at->outcome.resumed);
    assert_true(at->outcome.counts.unchanged > 50); /* what had been journaled was not read again */
    assert_int_equal(at->outcome.counts.files, 400);
    assert_int_equal(at->outcome.counts.by_verdict[DETECT_MARKED], 200);
}

static void test_scan__stops_when_asked_and_goes_on_with_the_same_call(void **state)
{
    place *at = *state;
    for (int i = 0; i < 100; i++) {
        char name[32];
        snprintf(name, sizeof(name), "f%03d.txt", i);
        file_write(at->root, name, MARK);
    }
    static const sig_atomic_t stop = 1;
    at->setup.options.stop = &stop;
    assert_int_equal(run(at), LJ_E_CANCELLED);
    at->setup.options.stop = NULL;
    assert_int_equal(run(at), LJ_OK);
    assert_true(at->outcome.resumed);
    assert_int_equal(at->outcome.counts.by_verdict[DETECT_MARKED], 100);
}

/* Removes the last file of the folder while the scan is busy with the first ones. */
static void on_progress(void *ctx, const scan_progress *progress)
{
    (void)progress;
    (void)unlink(ctx);
}

static void test_scan__a_file_that_vanishes_is_listed(void **state)
{
    place *at = *state;
    enum {
        MANY = 600
    }; /* more than are under way at once: the last ones have not been looked at */
    for (int i = 0; i < MANY; i++) {
        char name[32];
        snprintf(name, sizeof(name), "f%03d.txt", i);
        file_write(at->root, name, "普通\n");
    }
    char *last = path_of(at->root, "f599.txt");
    at->setup.options.progress = on_progress;
    at->setup.options.progress_ctx = last;
    assert_int_equal(run(at), LJ_OK);
    check_record(at, "f599.txt", "unreadable", "none");
    json_t *record = record_of(at->out, at->root, "f599.txt");
    assert_true(has_gap(record, "open"));
    json_decref(record);
    assert_int_equal(at->outcome.counts.files, MANY);
    free(last);
}

static void test_scan__nested_roots_are_walked_once(void **state)
{
    place *at = *state;
    folder_add(at->root, "sub");
    file_write(at->root, "sub/a.txt", MARK);
    file_write(at->root, "b.txt", "普通\n");
    char *sub = path_of(at->root, "sub");
    at->setup.roots[0] = sub;
    at->setup.roots[1] = at->root;
    at->setup.roots[2] = sub;
    at->setup.options.root_count = 3;
    assert_int_equal(run(at), LJ_OK);
    assert_int_equal(at->outcome.counts.files, 2);
    free(sub);
}

/* A root that the walk of another one would not reach is walked itself. */
static void test_scan__a_root_behind_an_exclusion_is_walked(void **state)
{
    place *at = *state;
    folder_add(at->root, "x");
    folder_add(at->root, "x/b");
    file_write(at->root, "x/b/a.txt", MARK);
    char *middle = path_of(at->root, "x");
    char *inner = path_of(at->root, "x/b");
    static const char *const out[] = {"x/b"};
    at->setup.roots[0] = at->root;
    at->setup.roots[1] = middle;
    at->setup.roots[2] = inner;
    at->setup.options.root_count = 3;
    at->setup.options.excludes = out;
    at->setup.options.exclude_count = 1;
    assert_int_equal(run(at), LJ_OK);
    assert_int_equal(at->outcome.counts.files, 1);
    assert_int_equal(at->outcome.counts.by_verdict[DETECT_MARKED], 1);
    free(middle);
    free(inner);
}

/* Whoever reads "nothing found" must be able to see what was left out. */
static void test_scan__results_and_report_say_what_was_left_out(void **state)
{
    place *at = *state;
    file_write(at->root, "a.txt", MARK);
    static const char *const out[] = {"*.c", "甲/<b>"};
    at->setup.options.excludes = out;
    at->setup.options.exclude_count = 2;
    assert_int_equal(run(at), LJ_OK);
    size_t len = 0;
    char *results = file_read_all(at->out, "results.jsonl", &len);
    *strchr(results, '\n') = '\0';
    assert_non_null(strstr(results, "\"excludes\":[\"*.c\",\"甲/<b>\"]"));
    free(results);
    lj_err err;
    assert_int_equal(report_write(at->out, at->setup.options.rules, true, &err), LJ_OK);
    char *report = file_read_all(at->out, "report.html", &len);
    assert_non_null(report);
    assert_non_null(strstr(report, "*.c; 甲/&lt;b&gt;"));
    assert_non_null(strstr(report, at->root));
    free(report);
}

/* A link under the name of a draft must not lead the report out of the result folder. */
static void test_scan__the_report_follows_no_link(void **state)
{
    place *at = *state;
    file_write(at->root, "a.txt", "普通\n");
    file_write(at->root, "victim", "unharmed");
    assert_int_equal(run(at), LJ_OK);
    char *victim = path_of(at->root, "victim");
    char *draft = path_of(at->out, "report.html.new");
    lj_err err;
    (void)unlink(draft);
    assert_int_equal(symlink(victim, draft), 0);
    assert_int_equal(report_write(at->out, at->setup.options.rules, true, &err), LJ_OK);
    size_t size = 0;
    char *text = file_read_all(at->root, "victim", &size);
    assert_int_equal(size, 8);
    assert_memory_equal(text, "unharmed", 8);
    free(text);
    free(victim);
    free(draft);
}

static void test_scan__names_that_are_no_text_come_back_exactly(void **state)
{
    place *at = *state;
    file_write(at->root,
               "\xBB\xFA\xC3\xDC\xA1\xEF"
               "10\xC4\xEA.txt",
               "普通\n"); /* 机密★10年 in GBK */
    file_write(at->root, "line\nbreak", "普通\n");
    at->setup.options.all = true;
    assert_int_equal(run(at), LJ_OK);
    char *body = results_body(at->out);
    assert_non_null(strstr(body, "\"path_base64\":"));
    assert_non_null(strstr(body, "line\\nbreak"));
    free(body);
    assert_int_equal(at->outcome.counts.by_verdict[DETECT_MARKED],
                     1); /* judged by its decoded name */
}

static void test_scan__special_files_are_listed_and_not_opened(void **state)
{
    place *at = *state;
    char *path = path_of(at->root, "秘密★5年.fifo");
    assert_int_equal(mkfifo(path, 0600), 0);
    free(path);
    path = path_of(at->root, "plain.fifo");
    assert_int_equal(mkfifo(path, 0600), 0);
    free(path);
    assert_int_equal(run(at), LJ_OK);
    check_record(at, "plain.fifo", "unreadable", "none");
    check_record(at, "秘密★5年.fifo", "marked",
                 "none"); /* what cannot be opened is still judged by its name */
}

/* ---- explain ---- */

typedef struct told {
    uint32_t kinds[6];
    bool has_mark;
} told;

static void on_line(void *ctx, scan_explain_kind kind, uint32_t depth, lj_str text)
{
    told *all = ctx;
    (void)depth;
    all->kinds[kind]++;
    all->has_mark =
        all->has_mark || memmem(text.ptr, text.len, "机密★10年", strlen("机密★10年")) != NULL;
}

static void test_scan__explains_one_file(void **state)
{
    place *at = *state;
    file_write(at->root, "marked.txt", MARK);
    char *path = path_of(at->root, "marked.txt");
    told all = {0};
    assert_int_equal(scan_explain(&at->setup.options, path, on_line, &all, &at->err), LJ_OK);
    assert_true(all.has_mark);
    assert_true(all.kinds[SCAN_EXPLAIN_DOCUMENT] > 0 && all.kinds[SCAN_EXPLAIN_SPAN] > 0);
    assert_true(all.kinds[SCAN_EXPLAIN_CANDIDATE] > 0 && all.kinds[SCAN_EXPLAIN_TERM] > 0);
    assert_int_equal(all.kinds[SCAN_EXPLAIN_RESULT], 1);
    free(path);
    assert_int_equal(scan_explain(&at->setup.options, at->root, on_line, &all, &at->err),
                     LJ_E_INVALID);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, place_make, place_remove)
    const struct CMUnitTest tests[] = {
        CASE(test_scan__tells_marked_from_clean_and_lists_every_file),
        CASE(test_scan__the_points_of_the_first_hit_add_up_to_the_score),
        CASE(test_scan__same_content_is_one_record_with_all_places),
        CASE(test_scan__large_twins_are_examined_once),
        CASE(test_scan__any_number_of_workers_gives_the_same_bytes),
        CASE(test_scan__the_next_run_opens_only_what_is_new_or_changed),
        CASE(test_scan__a_share_of_unchanged_files_is_read_again),
        CASE(test_scan__another_limit_or_rule_reads_everything_again),
        CASE(test_scan__all_asks_again_for_containers_whose_clean_members_were_left_out),
        CASE(test_scan__the_journal_is_renewed_when_most_of_it_is_dead),
        CASE(test_scan__a_file_that_kills_its_worker_is_listed_and_keeps_its_hits),
        CASE(test_scan__a_file_that_hangs_is_ended_by_the_clock_and_keeps_its_hits),
        CASE(test_scan__a_forbidden_call_is_named),
        CASE(test_scan__a_file_that_needs_too_much_memory_says_so),
        CASE(test_scan__findings_beyond_the_limit_are_counted),
        CASE(test_scan__the_result_folder_may_not_lie_below_a_root),
        CASE(test_scan__a_second_scan_on_the_same_result_folder_is_refused),
        CASE(test_scan__a_result_folder_that_cannot_be_written_is_an_error),
        CASE(test_scan__a_full_disk_loses_nothing),
        CASE(test_scan__stops_when_asked_and_goes_on_with_the_same_call),
        CASE(test_scan__a_file_that_vanishes_is_listed),
        CASE(test_scan__nested_roots_are_walked_once),
        CASE(test_scan__a_root_behind_an_exclusion_is_walked),
        CASE(test_scan__results_and_report_say_what_was_left_out),
        CASE(test_scan__the_report_follows_no_link),
        CASE(test_scan__names_that_are_no_text_come_back_exactly),
        CASE(test_scan__special_files_are_listed_and_not_opened),
        CASE(test_scan__explains_one_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
