/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tests of base/os on a folder of their own. */
#define _GNU_SOURCE
#include "base/os.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../check.h"
#include "base/num.h"

static char folder[64];
static int dir = -1;

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/lijian-os-XXXXXX");
    lj_err err;
    return mkdtemp(folder) != NULL &&
                   lj_os_open_folder(LJ_OS_CWD, folder, false, &dir, &err) == LJ_OK
               ? 0
               : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    lj_os_close(dir);
    return rmdir(folder);
}

static void write_file(const char *name, const char *text)
{
    int fd = -1;
    lj_err err;
    assert_int_equal(lj_os_create_file(dir, name, LJ_OS_FRESH, &fd, &err), LJ_OK);
    assert_int_equal(lj_os_write(fd, lj_cstr_bytes(text), &err), LJ_OK);
    lj_os_close(fd);
}

static void remove_file(const char *name)
{
    lj_err err;
    assert_int_equal(lj_os_remove(dir, name, &err), LJ_OK);
}

static void test_os__reads_and_writes_at_offsets(void **state)
{
    (void)state;
    lj_err err;
    int fd = -1;
    assert_int_equal(lj_os_create_file(dir, "f", LJ_OS_UPDATE, &fd, &err), LJ_OK);
    assert_int_equal(lj_os_write_at(fd, 4, LJ_BYTES("tail"), &err), LJ_OK);
    assert_int_equal(lj_os_write_at(fd, 0, LJ_BYTES("head"), &err), LJ_OK);
    uint8_t got[16];
    size_t len = 99;
    assert_int_equal(lj_os_read_at(fd, 2, got, 4, &len, &err), LJ_OK);
    assert_int_equal(len, 4);
    assert_memory_equal(got, "adta", 4);
    assert_int_equal(lj_os_read_at(fd, 6, got, 16, &len, &err), LJ_OK);
    assert_int_equal(len, 2);
    assert_int_equal(lj_os_read_at(fd, 100, got, 16, &len, &err), LJ_OK);
    assert_int_equal(len, 0);
    assert_int_equal(lj_os_read_at(fd, UINT64_MAX, got, 16, &len, &err), LJ_OK);
    assert_int_equal(len, 0);
    assert_int_equal(lj_os_cut(fd, 3, &err), LJ_OK);
    lj_os_stat info;
    assert_int_equal(lj_os_stat_of(fd, &info, &err), LJ_OK);
    assert_int_equal(info.size, 3);
    assert_int_equal(info.kind, LJ_OS_FILE);
    lj_os_close(fd);
    remove_file("f");
}

static void test_os__links_are_not_followed(void **state)
{
    (void)state;
    lj_err err;
    write_file("real", "x");
    assert_int_equal(symlinkat("real", dir, "link"), 0);
    lj_os_stat info;
    assert_int_equal(lj_os_stat_at(dir, "link", &info, &err), LJ_OK);
    assert_int_equal(info.kind, LJ_OS_LINK);
    int fd = -1;
    assert_int_not_equal(lj_os_open_file(dir, "link", &fd, NULL, &err), LJ_OK);
    assert_int_equal(fd, -1);
    assert_int_not_equal(lj_os_create_file(dir, "link", LJ_OS_FRESH, &fd, &err), LJ_OK);
    assert_int_equal(lj_os_stat_at(dir, "real", &info, &err), LJ_OK);
    assert_int_equal(info.size, 1);
    remove_file("link");
    remove_file("real");
}

static void test_os__a_fifo_is_told_and_does_not_block(void **state)
{
    (void)state;
    lj_err err;
    assert_int_equal(mkfifoat(dir, "fifo", 0600), 0);
    lj_os_stat info;
    assert_int_equal(lj_os_stat_at(dir, "fifo", &info, &err), LJ_OK);
    assert_int_equal(info.kind, LJ_OS_FIFO);
    int fd = -1;
    if (lj_os_open_file(dir, "fifo", &fd, NULL, &err) == LJ_OK) { /* must come back either way */
        lj_os_close(fd);
    }
    remove_file("fifo");
}

static void test_os__what_is_missing_is_not_found(void **state)
{
    (void)state;
    lj_err err = {0};
    lj_os_stat info;
    int fd = -1;
    assert_int_equal(lj_os_stat_at(dir, "none", &info, &err), LJ_E_NOT_FOUND);
    assert_int_not_equal(err.os, 0);
    assert_int_equal(lj_os_open_file(dir, "none", &fd, NULL, &err), LJ_E_NOT_FOUND);
    assert_int_equal(lj_os_open_folder(dir, "none", false, &fd, &err), LJ_E_NOT_FOUND);
    assert_int_equal(lj_os_remove(dir, "none", &err), LJ_OK);
    lj_os_close(-1);
}

static void test_os__entries_are_all_named_once(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "two\nlines", "\xFF\xFE", "机密"};
    for (size_t i = 0; i < LJ_COUNT_OF(names); i++) {
        write_file(names[i], "");
    }
    _Alignas(8) uint8_t room[4096];
    lj_os_dir reader;
    lj_os_entry entry;
    int fd = -1;
    lj_err err;
    assert_int_equal(lj_os_open_folder(LJ_OS_CWD, folder, false, &fd, &err), LJ_OK);
    lj_os_dir_init(&reader, fd, room, sizeof(room));
    unsigned seen = 0;
    unsigned count = 0;
    while (lj_os_dir_next(&reader, &entry)) {
        count++;
        for (size_t i = 0; i < LJ_COUNT_OF(names); i++) {
            if (strcmp(entry.name, names[i]) == 0 && entry.len == strlen(names[i])) {
                seen |= 1U << i;
            }
        }
    }
    lj_os_close(fd);
    assert_int_equal(reader.os, 0);
    assert_int_equal(count, LJ_COUNT_OF(names));
    assert_int_equal(seen, (1U << LJ_COUNT_OF(names)) - 1);
    for (size_t i = 0; i < LJ_COUNT_OF(names); i++) {
        remove_file(names[i]);
    }
}

static void test_os__many_entries_need_several_fills(void **state)
{
    (void)state;
    enum { MANY = 500 };
    char name[64];
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof(name), "a name that is not quite short %d", i);
        write_file(name, "");
    }
    _Alignas(8) uint8_t room[4096];
    lj_os_dir reader;
    lj_os_entry entry;
    int fd = -1;
    lj_err err;
    assert_int_equal(lj_os_open_folder(LJ_OS_CWD, folder, false, &fd, &err), LJ_OK);
    lj_os_dir_init(&reader, fd, room, sizeof(room));
    int count = 0;
    while (lj_os_dir_next(&reader, &entry)) {
        count++;
    }
    lj_os_close(fd);
    assert_int_equal(count, MANY);
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof(name), "a name that is not quite short %d", i);
        remove_file(name);
    }
}

static void test_os__load_holds_its_ceiling(void **state)
{
    (void)state;
    write_file("ten", "0123456789");
    static const struct {
        const char *name;
        uint64_t max_len;
        lj_code wanted;
    } rows[] = {
        {"above", 11, LJ_OK     },
        {"exact", 10, LJ_OK     },
        {"below", 9,  LJ_E_LIMIT},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_buf buf;
        lj_err err = {0};
        lj_buf_init(&buf, NULL, 1 << 20);
        CHECK_ROW(rows[i].name, lj_os_load(dir, "ten", rows[i].max_len, &buf, &err),
                  rows[i].wanted);
        if (rows[i].wanted == LJ_OK) {
            CHECK_ROW_TEXT(rows[i].name, buf.ptr, buf.len, "0123456789");
        }
        lj_buf_done(&buf);
    }
    remove_file("ten");
}

/* What another process is told when it asks for the lock. */
static lj_code lock_elsewhere(const char *name)
{
    pid_t pid = fork();
    if (pid == 0) {
        int fd = -1;
        lj_err err;
        lj_code code = lj_os_create_file(dir, name, LJ_OS_UPDATE, &fd, &err);
        _exit((int)(code == LJ_OK ? lj_os_lock(fd, &err) : code));
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return (lj_code)WEXITSTATUS(status);
}

static void test_os__a_lock_excludes_other_processes_and_is_not_inherited(void **state)
{
    (void)state;
    int fd = -1;
    lj_err err;
    assert_int_equal(lj_os_create_file(dir, "lock", LJ_OS_UPDATE, &fd, &err), LJ_OK);
    assert_int_equal(lj_os_lock(fd, &err), LJ_OK);
    assert_int_equal(lock_elsewhere("lock"), LJ_E_BUSY);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t heir = fork(); /* has the descriptor, and outlives the holder's interest in it */
    if (heir == 0) {
        close(ends[1]);
        char byte = 0;
        _exit(read(ends[0], &byte, 1) == 0 ? 0 : 1);
    }
    close(ends[0]);
    lj_os_close(fd);
    assert_int_equal(lock_elsewhere("lock"), LJ_OK);
    close(ends[1]);
    assert_int_equal(waitpid(heir, NULL, 0), heir);
    remove_file("lock");
}

static void test_os__holes_are_no_data(void **state)
{
    (void)state;
    enum { BIG = 64 << 20 };
    int fd = -1;
    lj_err err;
    assert_int_equal(lj_os_create_file(dir, "sparse", LJ_OS_UPDATE, &fd, &err), LJ_OK);
    assert_int_equal(lj_os_cut(fd, BIG, &err), LJ_OK);
    assert_int_equal(lj_os_write_at(fd, BIG / 2, LJ_BYTES("in the middle"), &err), LJ_OK);
    uint64_t from = 0;
    uint64_t to = 0;
    uint64_t data = 0;
    bool found = false;
    for (uint64_t at = 0; lj_os_data_at(fd, at, BIG, &from, &to); at = to) {
        assert_true(from >= at && to > from && to <= BIG);
        found = found || (from <= BIG / 2 && to >= BIG / 2 + 13);
        data += to - from;
    }
    assert_true(found);
    assert_int_equal(from, BIG);
    assert_int_equal(to, BIG);
    lj_os_stat info;
    assert_int_equal(lj_os_stat_of(fd, &info, &err), LJ_OK);
    assert_true(info.stored <= data + (1 << 20)); /* equal, or a file system without holes */
    lj_os_close(fd);
    remove_file("sparse");
}

static void test_os__times_are_written_as_civil_dates(void **state)
{
    (void)state;
    static const struct {
        int64_t at;
        const char *wanted;
    } rows[] = {
        {0,             "1970-01-01T00:00:00Z"},
        {-1,            "1969-12-31T23:59:59Z"},
        {951782400000,  "2000-02-29T00:00:00Z"},
        {1709251199999, "2024-02-29T23:59:59Z"},
        {4107542400000, "2100-03-01T00:00:00Z"},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        char out[32];
        lj_os_time_text(rows[i].at, out);
        CHECK_ROW_TEXT(rows[i].wanted, out, strlen(out), rows[i].wanted);
    }
}

static void test_os__appending_goes_to_the_end(void **state)
{
    (void)state;
    lj_err err;
    write_file("log", "one ");
    int fd = -1;
    assert_int_equal(lj_os_create_file(dir, "log", LJ_OS_APPEND, &fd, &err), LJ_OK);
    assert_int_equal(lj_os_write(fd, LJ_BYTES("two"), &err), LJ_OK);
    assert_int_equal(lj_os_sync(fd, &err), LJ_OK);
    lj_os_close(fd);
    assert_int_equal(lj_os_rename(dir, "log", "moved", &err), LJ_OK);
    lj_buf buf;
    lj_buf_init(&buf, NULL, 1 << 20);
    assert_int_equal(lj_os_load(dir, "moved", 100, &buf, &err), LJ_OK);
    CHECK_ROW_TEXT("log", buf.ptr, buf.len, "one two");
    lj_buf_done(&buf);
    remove_file("moved");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_os__reads_and_writes_at_offsets),
        cmocka_unit_test(test_os__links_are_not_followed),
        cmocka_unit_test(test_os__a_fifo_is_told_and_does_not_block),
        cmocka_unit_test(test_os__what_is_missing_is_not_found),
        cmocka_unit_test(test_os__entries_are_all_named_once),
        cmocka_unit_test(test_os__many_entries_need_several_fills),
        cmocka_unit_test(test_os__load_holds_its_ceiling),
        cmocka_unit_test(test_os__a_lock_excludes_other_processes_and_is_not_inherited),
        cmocka_unit_test(test_os__holes_are_no_data),
        cmocka_unit_test(test_os__times_are_written_as_civil_dates),
        cmocka_unit_test(test_os__appending_goes_to_the_end),
    };
    return cmocka_run_group_tests_name("os", tests, make_folder, remove_folder);
}
