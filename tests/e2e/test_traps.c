/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What a file system can hold: one scan over a folder full of traps, then a test for each. Nothing
 * may hang, crash, be left out, or take another file's result away. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../check.h"
#include "run_program.h"

#define MARK "机密★10年\n关于物资储备的通知\n"

static struct {
    char *folder, *traps, *out;
    json_t *lines;
    run_result run;
    bool has_sparse; /* the file system takes a 5 GiB hole */
} trap;

/* A line of its own follows the text, so that no two are the same content. */
static void write_trap(const char *name, const char *text)
{
    static unsigned count;
    char *path = run_join(trap.traps, name);
    FILE *out = fopen(path, "we");
    if (out != NULL) {
        (void)fwrite(text, 1, strlen(text), out);
        if (strcmp(text, MARK) == 0) {
            fprintf(out, "第%u号\n", ++count);
        }
        fclose(out);
    }
    free(path);
}

static void make_sparse(const char *name, off_t size)
{
    char *path = run_join(trap.traps, name);
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    trap.has_sparse =
        fd >= 0 && pwrite(fd, MARK, sizeof(MARK) - 1, 0) > 0 && ftruncate(fd, size) == 0;
    if (fd >= 0) {
        close(fd);
    }
    free(path);
}

static void make_socket(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", trap.traps, name);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd >= 0) {
        (void)bind(fd, (struct sockaddr *)&address, sizeof(address));
        close(fd);
    }
}

static void make_traps(void)
{
    static const char *const links[][2] = {
        {"loop-a",  "loop-b"  },
        {"loop-b",  "loop-a"  },
        {".",       "self"    },
        {"/",       "root"    },
        {"nowhere", "dangling"}
    };
    write_trap("plain.txt", MARK);
    write_trap("line\nbreak.txt", MARK);
    write_trap("\xFF\xFEname.txt", MARK);
    write_trap("-rf.txt", MARK);
    write_trap("quote'\"$(x)`.txt", MARK);
    write_trap("empty.txt", "");
    write_trap("empty.zip", "");
    write_trap("empty.7z", "");
    write_trap("empty.pdf", "");
    write_trap("cut.zip", "PK\3\4\24\0");
    write_trap("bidi\xE2\x80\xAEgnp.txt", MARK);
    char *path = run_join(trap.traps, "fifo");
    (void)mkfifo(path, 0644);
    free(path);
    make_socket("socket");
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        path = run_join(trap.traps, links[i][1]);
        if (symlink(links[i][0], path) != 0) {
            print_message("# no link: %s\n", links[i][1]);
        }
        free(path);
    }
    char *hard = run_join(trap.traps, "hard.txt");
    path = run_join(trap.traps, "plain.txt");
    if (link(path, hard) != 0) {
        print_message("# no hard link\n");
    }
    free(path);
    free(hard);
    make_sparse("sparse.bin", (off_t)5 << 30);
    char *locked = run_join(trap.traps, "locked");
    (void)mkdir(locked, 0755);
    write_trap("locked/inside.txt", MARK);
    (void)chmod(locked, 0);
    free(locked);
    path = run_join(trap.traps, "unreadable.txt");
    write_trap("unreadable.txt", MARK);
    (void)chmod(path, 0);
    free(path);
}

static int setup(void **state)
{
    (void)state;
    if (run_lijian() == NULL) {
        return 0;
    }
    trap.folder = run_folder_new();
    trap.traps = run_join(trap.folder, "traps");
    trap.out = run_join(trap.folder, "out");
    (void)chmod(trap.folder, 0777);
    (void)mkdir(trap.traps, 0755);
    make_traps();
    run_how nobody = {.uid =
                          65534}; /* root reads everything: the unreadable ones need another user */
    const char *const args[] = {run_lijian(), "scan",   trap.traps, "--out", trap.out,
                                "--all",      "--lang", "en",       NULL};
    run_program(args, &nobody, &trap.run);
    if (trap.run.status == 126 || trap.run.status == 127) {
        run_program(args, NULL, &trap.run);
    }
    trap.lines = run_results(trap.out);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    json_decref(trap.lines);
    run_folder_remove(trap.folder);
    free(trap.traps);
    free(trap.out);
    return 0;
}

static const json_t *record_of(const char *name)
{
    if (trap.folder == NULL) {
        fail_msg("the program was not built");
    }
    if (trap.lines == NULL) {
        fail_msg("no results: status %d, signal %d%s: %.2000s", trap.run.status, trap.run.signal,
                 trap.run.hung ? ", hung" : "", trap.run.output);
    }
    return run_record(trap.lines, name);
}

static void check_verdict(const char *name, const char *wanted)
{
    const json_t *record = record_of(name);
    if (record == NULL) {
        fail_msg("%s has no record", name);
    }
    CHECK_ROW_TEXT(name, run_text(record, "verdict"), strlen(run_text(record, "verdict")), wanted);
}

static void test_traps__scan_ends_by_itself(void **state)
{
    (void)state;
    (void)record_of("plain.txt");
    assert_false(trap.run.hung);
    assert_int_equal(trap.run.signal, 0);
    assert_int_equal(trap.run.status, 3);
}

static void test_traps__odd_names_survive(void **state)
{
    (void)state;
    check_verdict("line\nbreak.txt", "marked");
    check_verdict("-rf.txt", "marked");
    check_verdict("quote'\"$(x)`.txt", "marked");
    check_verdict("bidi\xE2\x80\xAEgnp.txt", "marked");
}

/* path is for people (U+FFFD for what is no UTF-8), path_base64 holds the bytes: "\xFF\xFEname.txt"
 * ends in these. */
static void test_traps__name_that_is_not_utf8_survives_the_round_trip(void **state)
{
    (void)state;
    (void)record_of("plain.txt");
    size_t idx = 0;
    json_t *line = NULL;
    unsigned seen = 0;
    json_array_foreach (trap.lines, idx, line) {
        const char *path = run_text(line, "path");
        if (strstr(path, "name.txt") == NULL) {
            assert_null(json_object_get(line, "path_base64"));
            continue;
        }
        seen++;
        const char *raw = run_text(line, "path_base64");
        static const char alphabet[] =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        char bytes[512];
        size_t len = 0;
        unsigned bits = 0;
        unsigned have = 0;
        for (; *raw != '\0' && *raw != '=' && len < sizeof(bytes); raw++) {
            const char *digit = strchr(alphabet, *raw);
            assert_non_null(digit);
            bits = bits << 6 | (unsigned)(digit - alphabet);
            have += 6;
            if (have >= 8) {
                have -= 8;
                bytes[len++] = (char)(bits >> have & 0xFF);
            }
        }
        static const char tail[] = "/\xFF\xFEname.txt";
        assert_true(len > sizeof(tail));
        assert_memory_equal(bytes + len - (sizeof(tail) - 1), tail, sizeof(tail) - 1);
        assert_string_equal(run_text(line, "verdict"), "marked");
    }
    assert_int_equal(seen, 1);
}

static void test_traps__empty_files_are_clean(void **state)
{
    (void)state;
    check_verdict("empty.txt", "clean");
    check_verdict("empty.zip", "clean");
    check_verdict("empty.7z", "clean");
    check_verdict("empty.pdf", "clean");
}

static void test_traps__cut_archive_says_so(void **state)
{
    (void)state;
    check_verdict("cut.zip", "unreadable");
}

static void check_cause(const char *name, const char *wanted)
{
    const json_t *record = record_of(name);
    if (record == NULL) {
        fail_msg("%s has no record", name);
    }
    CHECK_ROW_TEXT(name, run_text(record, "cause"), strlen(run_text(record, "cause")), wanted);
}

static void test_traps__special_files_are_listed_and_not_opened(void **state)
{
    (void)state;
    check_cause("fifo", "special");
    check_cause("socket", "special");
}

static void test_traps__links_are_not_followed(void **state)
{
    (void)state;
    (void)record_of("plain.txt");
    size_t idx = 0;
    json_t *line = NULL;
    json_array_foreach (trap.lines, idx, line) {
        const char *path = run_text(line, "path");
        if (strstr(path, "/self/") != NULL || strstr(path, "/root/") != NULL) {
            fail_msg("went through a link: %s", path);
        }
    }
}

static void test_traps__hard_links_are_one_content_with_two_places(void **state)
{
    (void)state;
    const json_t *hard = record_of("hard.txt");
    const json_t *plain = record_of("plain.txt");
    assert_true(hard != NULL || plain != NULL);
    /* either one record that lists the other place, or two records of the same verdict */
    const json_t *both = hard != NULL ? hard : plain;
    assert_string_equal(run_text(both, "verdict"), "marked");
    if (hard == NULL || plain == NULL) {
        char *text = json_dumps(json_object_get(both, "also_at"), 0);
        assert_non_null(text);
        assert_non_null(strstr(text, hard == NULL ? "hard.txt" : "plain.txt"));
        free(text);
    }
}

static void test_traps__unreadable_folder_and_file_are_listed(void **state)
{
    (void)state;
    if (record_of("locked/inside.txt") != NULL) {
        skip(); /* only root runs here, and root reads everything */
    }
    check_cause("unreadable.txt", "open");
    check_cause("locked", "open");
}

static void test_traps__sparse_file_keeps_its_mark_and_its_gap(void **state)
{
    (void)state;
    const json_t *record = record_of("sparse.bin");
    if (!trap.has_sparse) {
        skip();
    }
    if (record == NULL) {
        fail_msg("sparse.bin has no record");
    }
    assert_string_equal(run_text(record, "verdict"), "marked"); /* the mark stands at its head */
    assert_int_equal(json_integer_value(json_object_get(record, "size")), (json_int_t)5 << 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_traps__scan_ends_by_itself),
        cmocka_unit_test(test_traps__odd_names_survive),
        cmocka_unit_test(test_traps__name_that_is_not_utf8_survives_the_round_trip),
        cmocka_unit_test(test_traps__empty_files_are_clean),
        cmocka_unit_test(test_traps__cut_archive_says_so),
        cmocka_unit_test(test_traps__special_files_are_listed_and_not_opened),
        cmocka_unit_test(test_traps__links_are_not_followed),
        cmocka_unit_test(test_traps__hard_links_are_one_content_with_two_places),
        cmocka_unit_test(test_traps__unreadable_folder_and_file_are_listed),
        cmocka_unit_test(test_traps__sparse_file_keeps_its_mark_and_its_gap),
    };
    return cmocka_run_group_tests_name("traps", tests, setup, teardown);
}
