/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The program on the sample folder, as a user runs it: one scan with all records, looked at from
 * every side, then scans again. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../check.h"
#include "run_program.h"
#include "schema.h"

enum { EXPECTED_MAX = 256 };

static struct {
    char *folder;  /* of this test */
    char *sample;  /* the sample folder */
    char *out;     /* its result folder */
    json_t *lines; /* results.jsonl */
    run_result run;
    run_result list;
    struct {
        const char *path, *verdict;
    } expected[EXPECTED_MAX];
    size_t expected_count;
    uint64_t prints_before; /* over names, sizes and times of the sample folder */
} scan;

static run_result scratch;

/* FNV-1a over everything that a scan must not touch. */
static uint64_t prints;

static void print_bytes(const void *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        prints = (prints ^ ((const unsigned char *)bytes)[i]) * 1099511628211U;
    }
}

static int print_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)kind;
    (void)at;
    print_bytes(path, strlen(path));
    print_bytes(&info->st_size, sizeof(info->st_size));
    print_bytes(&info->st_mtim, sizeof(info->st_mtim));
    print_bytes(&info->st_ctim, sizeof(info->st_ctim));
    if (S_ISREG(info->st_mode)) {
        print_bytes(&info->st_atim, sizeof(info->st_atim));
    }
    return 0;
}

static uint64_t prints_of(const char *folder)
{
    prints = 14695981039346656037U;
    (void)nftw(folder, print_one, 16, FTW_PHYS);
    return prints;
}

/* "path<TAB>verdict" lines. */
static void take_list(char *text)
{
    char *line = text;
    while (*line != '\0' && scan.expected_count < EXPECTED_MAX) {
        char *tab = strchr(line, '\t');
        char *end = strchr(line, '\n');
        if (tab == NULL || end == NULL || tab > end) {
            break;
        }
        *tab = '\0';
        *end = '\0';
        scan.expected[scan.expected_count].path = line;
        scan.expected[scan.expected_count].verdict = tab + 1;
        scan.expected_count++;
        line = end + 1;
    }
}

static int setup(void **state)
{
    (void)state;
    if (run_lijian() == NULL || run_samples() == NULL) {
        print_message("# the program or the generator was not built\n");
        return 0; /* every test fails */
    }
    scan.folder = run_folder_new();
    scan.sample = run_join(scan.folder, "sample");
    scan.out = run_join(scan.folder, "out");
    (void)mkdir(scan.sample, 0755);
    run_program((const char *[]){run_samples(), scan.sample, NULL}, NULL, &scratch);
    if (scratch.status != 0) {
        print_message("# the generator failed: %s\n", scratch.output);
        return -1;
    }
    run_program((const char *[]){run_samples(), "--list", NULL}, NULL, &scan.list);
    take_list(scan.list.output);
    scan.prints_before = prints_of(scan.sample);
    run_program((const char *[]){run_lijian(), "scan", scan.sample, "--out", scan.out, "--all",
                                 "--lang", "en", NULL},
                NULL, &scan.run);
    scan.lines = run_results(scan.out);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    json_decref(scan.lines);
    run_folder_remove(scan.folder);
    free(scan.sample);
    free(scan.out);
    return 0;
}

static void need_program(void)
{
    if (scan.folder == NULL) {
        fail_msg("the program was not built");
    }
}

static void need_results(void)
{
    need_program();
    if (scan.lines == NULL) {
        fail_msg("no results.jsonl that can be read; the scan said: %.2000s", scan.run.output);
    }
}

static void test_sample__scan_ends_with_alarms_and_gaps(void **state)
{
    (void)state;
    need_program();
    if (scan.run.status != 3) { /* the folder holds marked and unreadable files */
        fail_msg("status %d, signal %d: %.2000s", scan.run.status, scan.run.signal,
                 scan.run.output);
    }
    assert_non_null(strstr(scan.run.output, "report.html"));
}

static void test_sample__every_file_has_the_expected_verdict(void **state)
{
    (void)state;
    need_results();
    unsigned wrong = 0;
    assert_true(scan.expected_count >= 40);
    for (size_t i = 0; i < scan.expected_count; i++) {
        const json_t *record = run_record(scan.lines, scan.expected[i].path);
        const char *found = record != NULL ? run_text(record, "verdict") : "(no record)";
        if (strcmp(found, scan.expected[i].verdict) != 0) {
            print_message("# %s: %s, wanted %s\n", scan.expected[i].path, found,
                          scan.expected[i].verdict);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void test_sample__results_begin_with_a_header_and_end_with_a_trailer(void **state)
{
    (void)state;
    need_results();
    static const char *const head[] = {"schema", "engine",  "rules", "posture",
                                       "limits", "started", "host"};
    size_t count = json_array_size(scan.lines);
    assert_true(count > 2);
    for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++) {
        if (json_object_get(json_array_get(scan.lines, 0), head[i]) == NULL) {
            fail_msg("the header lacks %s", head[i]);
        }
    }
    assert_null(json_object_get(json_array_get(scan.lines, 0), "path"));
    assert_null(json_object_get(json_array_get(scan.lines, count - 1), "path"));
    for (size_t i = 1; i + 1 < count; i++) {
        assert_non_null(json_object_get(json_array_get(scan.lines, i), "path"));
    }
}

static void test_sample__every_line_fits_the_schema(void **state)
{
    (void)state;
    need_results();
    const char *root = getenv("LIJIAN_SOURCE");
    json_t *schema = run_json(root != NULL ? root : ".", "docs/formats/results.schema.json");
    if (schema == NULL) {
        fail_msg("docs/formats/results.schema.json is missing or no JSON");
    }
    unsigned wrong = 0;
    size_t idx = 0;
    json_t *line = NULL;
    json_array_foreach (scan.lines, idx, line) {
        char text[512];
        if (!schema_fits(schema, schema, line, text, sizeof(text)) && wrong++ < 10) {
            print_message("# line %zu: %s\n", idx + 1, text);
        }
    }
    json_decref(schema);
    assert_int_equal(wrong, 0);
}

/* A schema that everything fits is no schema: a record with one member spoilt must not fit. */
static void test_sample__schema_rejects_a_spoilt_record(void **state)
{
    (void)state;
    need_results();
    const char *root = getenv("LIJIAN_SOURCE");
    json_t *schema = run_json(root != NULL ? root : ".", "docs/formats/results.schema.json");
    assert_non_null(schema);
    json_t *record = json_deep_copy(json_array_get(scan.lines, 1));
    char text[512];
    assert_true(schema_fits(schema, schema, record, text, sizeof(text)));
    json_object_set_new(record, "verdict", json_string("perhaps"));
    assert_false(schema_fits(schema, schema, record, text, sizeof(text)));
    json_object_del(record, "verdict");
    assert_false(schema_fits(schema, schema, record, text, sizeof(text)));
    json_decref(record);
    json_decref(schema);
}

/* scanner's law: clean needs full coverage; what is not fully examined says why. */
static void test_sample__gaps_are_never_silent(void **state)
{
    (void)state;
    need_results();
    size_t idx = 0;
    json_t *line = NULL;
    json_array_foreach (scan.lines, idx, line) {
        const char *verdict = run_text(line, "verdict");
        const char *coverage = run_text(line, "coverage");
        if (verdict[0] == '\0') {
            continue;
        }
        if (strcmp(verdict, "clean") == 0 && strcmp(coverage, "full") != 0) {
            fail_msg("%s is clean with coverage %s", run_text(line, "path"), coverage);
        }
        if (strcmp(verdict, "unreadable") == 0) {
            if (run_text(line, "cause")[0] == '\0' ||
                json_array_size(json_object_get(line, "gaps")) == 0) {
                fail_msg("%s is unreadable without a cause", run_text(line, "path"));
            }
        }
    }
}

static void test_sample__numbers_add_up(void **state)
{
    (void)state;
    need_results();
    json_int_t files = 0;
    size_t idx = 0;
    json_t *line = NULL;
    json_array_foreach (scan.lines, idx, line) {
        if (json_object_get(line, "path") != NULL && json_object_get(line, "member") == NULL) {
            files += 1 + (json_int_t)json_array_size(json_object_get(line, "also_at"));
        }
    }
    assert_int_equal(files, scan.expected_count);
    json_t *summary = run_json(scan.out, "summary.json");
    assert_non_null(summary);
    json_int_t sum = 0;
    const char *key = NULL;
    json_t *count = NULL;
    json_object_foreach (json_object_get(summary, "by_verdict"), key, count) {
        sum += json_integer_value(count);
    }
    assert_int_equal(sum, scan.expected_count);
    assert_int_equal(json_integer_value(json_object_get(summary, "files")), sum);
    assert_int_equal(json_integer_value(json_object_get(summary, "recount")), sum);
    assert_int_equal(json_integer_value(json_object_get(summary, "worker_deaths")), 0);
    json_decref(summary);
}

/* The report must open without a network, without a script, and hold nothing that was not escaped.
 */
static void test_sample__report_stands_alone(void **state)
{
    (void)state;
    need_results();
    char *path = run_join(scan.out, "report.html");
    FILE *in = fopen(path, "re");
    free(path);
    assert_non_null(in);
    char *text = NULL;
    size_t cap = 0;
    ssize_t len = getdelim(&text, &cap, '\0', in);
    fclose(in);
    assert_true(len > 1000);
    static const char *const foreign[] = {"src=\"http", "href=\"http", "src='http", "@import",
                                          "url(http"};
    for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
        if (strstr(text, foreign[i]) != NULL) {
            fail_msg("the report loads something: %s", foreign[i]);
        }
    }
    /* an archive with one marked document is one row */
    assert_non_null(strstr(text, "资料.zip"));
    assert_null(strstr(text, "资料.zip!"));
    /* the sandbox in words */
    assert_non_null(strstr(text, "不能联网"));
    assert_null(strstr(text, "no_socket"));
    for (size_t i = 0; i < scan.expected_count; i++) {
        const char *name = strrchr(scan.expected[i].path, '/');
        bool is_alarm = strcmp(scan.expected[i].verdict, "clean") != 0;
        if (is_alarm && strstr(text, name != NULL ? name + 1 : scan.expected[i].path) == NULL) {
            fail_msg("the report does not name %s", scan.expected[i].path);
        }
    }
    free(text);
}

static void test_sample__nothing_in_the_scanned_folder_changed(void **state)
{
    (void)state;
    need_results();
    if (prints_of(scan.sample) != scan.prints_before) {
        fail_msg("names, sizes or times of the scanned folder are others than before");
    }
}

/* The lines between header and trailer, for comparison. */
static json_t *records_of(const char *out)
{
    json_t *lines = run_results(out);
    if (lines != NULL && json_array_size(lines) >= 2) {
        json_array_remove(lines, json_array_size(lines) - 1);
        json_array_remove(lines, 0);
    }
    return lines;
}

static void check_same_records(const char *a, const char *b)
{
    json_t *left = records_of(a);
    json_t *right = records_of(b);
    assert_non_null(left);
    assert_non_null(right);
    assert_int_equal(json_array_size(left), json_array_size(right));
    for (size_t i = 0; i < json_array_size(left); i++) {
        char *x = json_dumps(json_array_get(left, i), JSON_COMPACT);
        char *y = json_dumps(json_array_get(right, i), JSON_COMPACT);
        if (strcmp(x, y) != 0) {
            fail_msg("record %zu differs:\n# %.600s\n# %.600s", i, x, y);
        }
        free(x);
        free(y);
    }
    json_decref(left);
    json_decref(right);
}

static void test_sample__one_worker_or_four_give_the_same(void **state)
{
    (void)state;
    need_results();
    char *one = run_join(scan.folder, "out-1");
    char *four = run_join(scan.folder, "out-4");
    run_program((const char *[]){run_lijian(), "scan", scan.sample, "--out", one, "--all", "--jobs",
                                 "1", "--quiet", NULL},
                NULL, &scratch);
    assert_int_equal(scratch.status, scan.run.status);
    run_program((const char *[]){run_lijian(), "scan", scan.sample, "--out", four, "--all",
                                 "--jobs", "4", "--quiet", NULL},
                NULL, &scratch);
    assert_int_equal(scratch.status, scan.run.status);
    check_same_records(one, four);
    check_same_records(one, scan.out);
    free(one);
    free(four);
}

static void test_sample__second_scan_gives_the_same_and_is_quiet(void **state)
{
    (void)state;
    need_results();
    char *again = run_join(scan.folder, "out-1");
    char *copy = run_join(scan.folder, "out-copy");
    (void)mkdir(copy, 0700);
    char *from = run_join(again, "results.jsonl");
    char *to = run_join(copy, "results.jsonl");
    assert_int_equal(rename(from, to), 0);
    run_program((const char *[]){run_lijian(), "scan", scan.sample, "--out", again, "--all",
                                 "--quiet", NULL},
                NULL, &scratch);
    assert_int_equal(scratch.status, scan.run.status);
    assert_string_equal(scratch.output, "");
    check_same_records(again, copy);
    free(from);
    free(to);
    free(copy);
    free(again);
}

/* Starts a scan that takes a while and stops it in the middle, with the result folder in its hands;
 * 0 when it was too fast. */
static pid_t start_and_stop(const char *out)
{
    const char *const args[] = {run_lijian(), "scan", scan.folder, "--exclude", "out*",
                                "--out",      out,    "--jobs",    "1",         NULL};
    char *state_dir = run_join(out, "state");
    struct stat info;
    pid_t pid = run_start(args);
    bool ended = false;
    for (int i = 0; i < 5000 && !ended && stat(state_dir, &info) != 0; i++) {
        (void)nanosleep(&(struct timespec){0, 1000000}, NULL);
        ended = waitpid(pid, NULL, WNOHANG) != 0;
    }
    (void)nanosleep(&(struct timespec){0, 30000000}, NULL);
    kill(-pid, SIGSTOP);
    ended = ended || waitpid(pid, NULL, WNOHANG) != 0;
    free(state_dir);
    return ended ? 0 : pid;
}

static void test_sample__result_folder_takes_one_scan_at_a_time(void **state)
{
    (void)state;
    need_results();
    char *big =
        run_join(scan.folder, "big.bin"); /* a gigabyte to hash: time enough to be stopped in */
    char *out = run_join(scan.folder, "out-busy");
    FILE *file = fopen(big, "we");
    assert_non_null(file);
    assert_int_equal(ftruncate(fileno(file), 1 << 30), 0);
    fclose(file);
    pid_t pid = 0;
    for (int i = 0; i < 10 && pid == 0; i++) {
        pid = start_and_stop(out);
        if (pid == 0) {
            run_folder_remove(strdup(out));
        }
    }
    assert_true(pid > 0);
    run_program(
        (const char *[]){run_lijian(), "scan", scan.sample, "--out", out, "--lang", "en", NULL},
        NULL, &scratch);
    int status = scratch.status;
    kill(-pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
    (void)unlink(big);
    free(big);
    free(out);
    if (status < 64 || scratch.hung) {
        fail_msg("the second scan ended with %d: %.500s", status, scratch.output);
    }
}

static void test_sample__full_disk_is_told_and_goes_on_later(void **state)
{
    (void)state;
    need_results();
    char *out = run_join(scan.folder, "out-full");
    const char *const args[] = {run_lijian(), "scan",   scan.sample, "--out", out,
                                "--all",      "--lang", "en",        NULL};
    run_how how = {.file_max = 6000};
    run_program(args, &how, &scratch);
    if (scratch.status < 64 || scratch.hung || strlen(scratch.output) == 0) {
        fail_msg("status %d, signal %d: %.500s", scratch.status, scratch.signal, scratch.output);
    }
    run_program(args, NULL, &scratch);
    assert_int_equal(scratch.status, scan.run.status);
    check_same_records(out, scan.out);
    free(out);
}

static void test_sample__unwritable_result_folder_is_refused(void **state)
{
    (void)state;
    need_results();
    static const char *const places[] = {"/proc/lijian-results", "/dev/null/results"};
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        run_program((const char *[]){run_lijian(), "scan", scan.sample, "--out", places[i], NULL},
                    NULL, &scratch);
        CHECK_ROW(places[i], scratch.status >= 64, true);
    }
    char *locked = run_join(scan.folder, "locked");
    char *out = run_join(locked, "out");
    (void)mkdir(locked, 0555);
    (void)chmod(scan.folder, 0755);
    run_how nobody = {.uid = 65534};
    run_program((const char *[]){run_lijian(), "scan", scan.sample, "--out", out, NULL}, &nobody,
                &scratch);
    free(out);
    free(locked);
    if (scratch.status == 126 || scratch.status == 127) {
        skip(); /* that user may not run the program here */
    }
    assert_true(scratch.status >= 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sample__scan_ends_with_alarms_and_gaps),
        cmocka_unit_test(test_sample__every_file_has_the_expected_verdict),
        cmocka_unit_test(test_sample__results_begin_with_a_header_and_end_with_a_trailer),
        cmocka_unit_test(test_sample__every_line_fits_the_schema),
        cmocka_unit_test(test_sample__schema_rejects_a_spoilt_record),
        cmocka_unit_test(test_sample__gaps_are_never_silent),
        cmocka_unit_test(test_sample__numbers_add_up),
        cmocka_unit_test(test_sample__report_stands_alone),
        cmocka_unit_test(test_sample__nothing_in_the_scanned_folder_changed),
        cmocka_unit_test(test_sample__one_worker_or_four_give_the_same),
        cmocka_unit_test(test_sample__second_scan_gives_the_same_and_is_quiet),
        cmocka_unit_test(test_sample__result_folder_takes_one_scan_at_a_time),
        cmocka_unit_test(test_sample__full_disk_is_told_and_goes_on_later),
        cmocka_unit_test(test_sample__unwritable_result_folder_is_refused),
    };
    return cmocka_run_group_tests_name("sample scan", tests, setup, teardown);
}
