/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The command line: what a wrong word gives, and that each command runs. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../check.h"
#include "run_program.h"

static run_result scratch;
static char *folder;

static int setup(void **state)
{
    (void)state;
    folder = run_folder_new();
    return folder != NULL ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    run_folder_remove(folder);
    return 0;
}

static const char *program(void)
{
    if (run_lijian() == NULL) {
        fail_msg("the program was not built");
    }
    return run_lijian();
}

static void test_command_line__wrong_words_are_usage_errors(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *args[6];
        const char *says; /* must stand in the message, or NULL */
    } rows[] = {
        {"unknown command",  {"scann", "/tmp"},                                  "scann"},
        {"unknown option",   {"scan", "/tmp", "--out", "/tmp/x", "--job=2"},     "--job"},
        {"no result folder", {"scan", "/tmp"},                                   "--out"},
        {"no path",          {"scan", "--out", "/tmp/x"},                        NULL   },
        {"no file",          {"explain"},                                        NULL   },
        {"bad number",       {"scan", "/tmp", "--out", "/tmp/x", "--jobs=many"}, "jobs" },
        {"bad language",     {"formats", "--lang", "xx"},                        "xx"   },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *args[8] = {program()};
        for (size_t k = 0; k < 6; k++) {
            args[k + 1] = rows[i].args[k];
        }
        run_program(args, NULL, &scratch);
        CHECK_ROW(rows[i].name, scratch.status, 64);
        if (rows[i].says != NULL && strstr(scratch.output, rows[i].says) == NULL) {
            fail_msg("row '%s' does not name '%s': %.500s", rows[i].name, rows[i].says,
                     scratch.output);
        }
    }
}

static void test_command_line__a_missing_root_is_told(void **state)
{
    (void)state;
    char *out = run_join(folder, "out-missing");
    run_program((const char *[]){program(), "scan", "/tmp/lijian-there-is-no-such-folder", "--out",
                                 out, NULL},
                NULL, &scratch);
    free(out);
    assert_true(scratch.status >= 64);
    assert_non_null(strstr(scratch.output, "no-such-folder"));
}

/* A file of the searched disk may be named so that it clears the screen or paints a result on it.
 */
static void test_command_line__a_name_does_not_steer_the_terminal(void **state)
{
    (void)state;
    static const char name[] = "/tmp/lijian-no-\x1b[2J\r-such";
    char *out = run_join(folder, "out-steer");
    run_program((const char *[]){program(), "scan", name, "--out", out, NULL}, NULL, &scratch);
    free(out);
    assert_non_null(strstr(scratch.output, "lijian-no-\\x1b[2J\\x0d-such"));
    run_program((const char *[]){program(), "explain", name, NULL}, NULL, &scratch);
    assert_non_null(strstr(scratch.output, "lijian-no-\\x1b[2J\\x0d-such"));
}

static void test_command_line__wrong_rule_file_is_told_with_line_and_column(void **state)
{
    (void)state;
    char *path = run_join(folder, "bad.rules");
    char *out = run_join(folder, "out-rules");
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs("this is no rule pack {\n", file);
    fclose(file);
    run_program((const char *[]){program(), "rules", "check", path, NULL}, NULL, &scratch);
    bool refused = scratch.status != 0;
    char *place = strstr(scratch.output, "bad.rules:1");
    run_program((const char *[]){program(), "scan", folder, "--out", out, "--rules", path, NULL},
                NULL, &scratch);
    bool scan_refused = scratch.status >= 64;
    free(path);
    free(out);
    assert_true(refused);
    assert_non_null(place);
    assert_true(scan_refused);
}

static void test_command_line__tables_print_themselves(void **state)
{
    (void)state;
    static const char *const commands[] = {"formats", "detectors", "help", "--help", "--version"};
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        run_program((const char *[]){program(), commands[i], NULL}, NULL, &scratch);
        CHECK_ROW(commands[i], scratch.status, 0);
        CHECK_ROW(commands[i], strlen(scratch.output) > 0, true);
    }
    run_program((const char *[]){program(), "formats", NULL}, NULL, &scratch);
    assert_non_null(strstr(scratch.output, "docx"));
}

static void test_command_line__selftest_passes_here(void **state)
{
    (void)state;
    run_program((const char *[]){program(), "selftest", NULL}, NULL, &scratch);
    if (scratch.status != 0) {
        fail_msg("status %d: %.2000s", scratch.status, scratch.output);
    }
}

static void test_command_line__explain_shows_the_mark_of_one_file(void **state)
{
    (void)state;
    char *path = run_join(folder, "one.txt");
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs("机密★10年\n关于物资储备的通知\n", file);
    fclose(file);
    run_program((const char *[]){program(), "explain", path, NULL}, NULL, &scratch);
    free(path);
    assert_true(scratch.status >= 0 && scratch.status <= 3);
    assert_non_null(strstr(scratch.output, "机密★10年"));
}

static void test_command_line__scan_of_one_file_needs_no_folder(void **state)
{
    (void)state;
    char *path = run_join(folder, "two.txt");
    char *out = run_join(folder, "out-one");
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs("今天下午盘点仓库。\n", file);
    fclose(file);
    run_program((const char *[]){program(), "scan", path, "--out", out, "--quiet", NULL}, NULL,
                &scratch);
    CHECK_ROW("clean", scratch.status, 0);
    run_program((const char *[]){program(), "report", out, NULL}, NULL, &scratch);
    CHECK_ROW("report", scratch.status, 0);
    free(out);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_command_line__wrong_words_are_usage_errors),
        cmocka_unit_test(test_command_line__a_missing_root_is_told),
        cmocka_unit_test(test_command_line__a_name_does_not_steer_the_terminal),
        cmocka_unit_test(test_command_line__wrong_rule_file_is_told_with_line_and_column),
        cmocka_unit_test(test_command_line__tables_print_themselves),
        cmocka_unit_test(test_command_line__selftest_passes_here),
        cmocka_unit_test(test_command_line__explain_shows_the_mark_of_one_file),
        cmocka_unit_test(test_command_line__scan_of_one_file_needs_no_folder),
    };
    return cmocka_run_group_tests_name("command line", tests, setup, teardown);
}
