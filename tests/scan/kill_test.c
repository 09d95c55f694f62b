/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Fifty seeded kills: the scan or one of its workers is killed at a chosen moment, the same call
 * goes on, and in the end results.jsonl is the one of an undisturbed run, byte for byte but for
 * header and trailer. Files that are read more than once are at most those that were in flight at
 * the kills: counted by the examinations themselves. The moments are parts of the time that an
 * undisturbed run takes on this machine; what is checked does not depend on where they fall. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "hooks.h"
#include "scan/pool.h"
#include "support.h"

enum { FILES = 400, SEEDS = 50, JOBS = 2, SPIN = 600000, KILLS_MAX = 4 };

static hooks_page *page;

static uint64_t now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void sleep_us(uint64_t us)
{
    struct timespec time = {(time_t)(us / 1000000), (long)(us % 1000000) * 1000};
    (void)nanosleep(&time, NULL);
}

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* Marked, clean, twins, links, a mark in a name, a special file. */
static void tree_make(const char *root)
{
    char name[64], text[256];
    folder_add(root, "a");
    folder_add(root, "b");
    folder_add(root, "机密★5年");
    for (int i = 0; i < FILES; i++) {
        static const char *const folders[] = {"a", "b", "机密★5年"};
        snprintf(name, sizeof(name), "%s/f%03d.txt", folders[i % 3], i);
        snprintf(text, sizeof(text), "%s各单位：请于本周内报送第%d号材料。\n",
                 i % 4 == 0 ? "秘密★3年\n" : "", i % 90);
        file_write(root, name, text);
    }
    char *large = malloc(200 * 1024);
    memset(large, 'x', 200 * 1024);
    for (int i = 0; i < 6; i++) {
        snprintf(name, sizeof(name), "b/large-%d.txt", i);
        file_write_bytes(root, name, large, 200 * 1024);
    }
    free(large);
    char *from = path_of(root, "a/f000.txt");
    char *to = path_of(root, "b/link.txt");
    assert_int_equal(link(from, to), 0);
    free(from);
    free(to);
}

/* One run in a process of its own; returns its pid. */
static pid_t run_start(const scan_setup *setup)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        scan_outcome outcome;
        lj_err err = {0};
        lj_code code = scan_run(&setup->options, &outcome, &err);
        if (code != LJ_OK) {
            print_message("# %s: %s (%d)\n", lj_code_row_of(code)->name, err.what, err.os);
        }
        _exit(code == LJ_OK ? 0 : 1);
    }
    return pid;
}

/* A child of the process that is a worker, or the process itself when there is none. */
static pid_t worker_of(pid_t scan, uint64_t pick)
{
    char path[64];
    pid_t found[64];
    size_t count = 0;
    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)scan, (int)scan);
    FILE *in = fopen(path, "re");
    int pid = 0;
    while (in != NULL && count < 64 && fscanf(in, "%d", &pid) == 1) {
        found[count++] = pid;
    }
    if (in != NULL) {
        fclose(in);
    }
    return count > 0 ? found[pick % count] : scan;
}

static uint64_t duration_us; /* of an undisturbed run */
static char *root, *base, *wanted;

static int setup_all(void **state)
{
    (void)state;
    page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(page != MAP_FAILED);
    hooks_slow_set(page, SPIN);
    base = folder_make();
    folder_add(base, "data");
    root = path_of(base, "data");
    tree_make(root);
    char *out = path_of(base, "out-whole");
    scan_setup setup;
    scan_setup_init(&setup, root, out);
    setup.options.all = true;
    setup.options.jobs = JOBS;
    setup.options.examine = hooks_examine_slowly;
    uint64_t start = now_us();
    int status = 0;
    assert_int_equal(waitpid(run_start(&setup), &status, 0) > 0, 1);
    assert_int_equal(status, 0);
    duration_us = now_us() - start;
    wanted = results_body(out);
    free(out);
    return 0;
}

static int teardown_all(void **state)
{
    (void)state;
    folder_remove(base);
    free(wanted);
    free(root);
    free(base);
    return 0;
}

/* The examinations that one undisturbed run makes at least: one per content that is not a twin. */
static uint64_t examinations_once(void)
{
    return FILES + 1;
}

static void kill_and_resume(uint64_t number)
{
    char name[32];
    snprintf(name, sizeof(name), "out-%02d", (int)number);
    char *out = path_of(base, name);
    scan_setup setup;
    scan_setup_init(&setup, root, out);
    setup.options.all = true;
    setup.options.jobs = JOBS;
    setup.options.examine = hooks_examine_slowly;
    uint64_t seed = number * 0x9E3779B97F4A7C15U + 1;
    uint64_t kills = 0;
    page->examined = 0;
    for (;;) {
        pid_t pid = run_start(&setup);
        int status = 0;
        if (kills < 1 + number % KILLS_MAX) {
            sleep_us(next_random(&seed) % (duration_us + duration_us / 10));
            bool worker = next_random(&seed) % 2 == 0;
            pid_t victim = worker ? worker_of(pid, next_random(&seed)) : pid;
            kills++;
            (void)kill(victim, SIGKILL);
            (void)waitpid(pid, &status, 0);
            if (!WIFSIGNALED(status)) {
                CHECK_ROW(name, WEXITSTATUS(status), 0);
            }
            continue;
        }
        (void)waitpid(pid, &status, 0);
        CHECK_ROW(name, status, 0);
        break;
    }
    char *body = results_body(out);
    if (strcmp(body, wanted) != 0) {
        size_t at = 0;
        while (body[at] == wanted[at]) {
            at++;
        }
        while (at > 0 && body[at - 1] != '\n') {
            at--;
        }
        print_message("# found  %.1000s\n# wanted %.1000s\n", body + at, wanted + at);
        fail_msg("seed %d: the results differ from those of an undisturbed run", (int)number);
    }
    /* twins that were in flight together are read again in any run: six at most */
    uint64_t allowed = examinations_once() + 6 + kills * JOBS * POOL_FLIGHT;
    if (page->examined > allowed) {
        fail_msg("seed %d: %d examinations, at most %d allowed", (int)number, (int)page->examined,
                 (int)allowed);
    }
    free(body);
    folder_remove(out);
    free(out);
}

static void test_kill__fifty_kills_leave_no_trace_in_the_results(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < SEEDS; i++) {
        kill_and_resume(i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kill__fifty_kills_leave_no_trace_in_the_results),
    };
    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
