/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The walk, and the independent count that must agree with it. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scan/walk.h"
#include "support.h"

typedef struct tour {
    uint32_t files, special, broken;
    walk_counts counts;
    lj_buf names; /* paths below the root, each with LF */
} tour;

static tour tour_of(const char *root, const char *const *excludes, uint32_t exclude_count)
{
    const char *const roots[] = {root};
    walk_options options = {
        roots, 1, {excludes, exclude_count},
          false
    };
    walk *self = walk_new(&options);
    assert_non_null(self);
    tour made = {0};
    lj_buf_init(&made.names, NULL, (size_t)64 << 20);
    walk_entry entry;
    while (walk_next(self, &entry)) {
        made.files += entry.kind == WALK_FILE ? 1 : 0;
        made.special += entry.kind == WALK_SPECIAL ? 1 : 0;
        made.broken += entry.kind == WALK_BROKEN ? 1 : 0;
        lj_buf_put(&made.names, lj_slice_part(entry.path, strlen(root) + 1, SIZE_MAX));
        lj_buf_put_u8(&made.names, '\n');
    }
    made.counts = *walk_counts_of(self);
    walk_free(self);
    walk_counter *counter = walk_counter_start(&options, false);
    assert_non_null(counter);
    walk_recount again = walk_counter_finish(counter, true);
    assert_int_equal(again.done, 1);
    CHECK_ROW("the independent count agrees", again.files, made.files + made.special + made.broken);
    return made;
}

static void test_walk__meets_every_kind_of_entry(void **state)
{
    (void)state;
    char *root = folder_make();
    file_write(root, "plain.txt", "x");
    file_write(root, "new\nline", "x");
    file_write(root, "bad\xFF\xFE", "x");
    folder_add(root, "sub");
    file_write(root, "sub/inner", "x");
    folder_add(root, "empty");
    char *path = path_of(root, "fifo");
    assert_int_equal(mkfifo(path, 0600), 0);
    free(path);
    path = path_of(root, "loop");
    assert_int_equal(symlink(".", path), 0);
    free(path);
    path = path_of(root, "dangling");
    assert_int_equal(symlink("nowhere", path), 0);
    free(path);
    tour met = tour_of(root, NULL, 0);
    assert_int_equal(met.files, 4);
    assert_int_equal(met.special, 1);
    assert_int_equal(met.broken, 0);
    assert_int_equal(met.counts.links, 2);
    assert_int_equal(met.counts.folders, 3);
    CHECK_ROW_TEXT("byte order", met.names.ptr, met.names.len,
                   "bad\xFF\xFE\nfifo\nnew\nline\nplain.txt\nsub/inner\n");
    lj_buf_done(&met.names);
    folder_remove(root);
    free(root);
}

static void test_walk__leaves_out_what_is_excluded(void **state)
{
    (void)state;
    static const char *const patterns[] = {"*.tmp", "sub/deep"};
    char *root = folder_make();
    file_write(root, "a.tmp", "x");
    file_write(root, "a.txt", "x");
    folder_add(root, "sub");
    folder_add(root, "sub/deep");
    file_write(root, "sub/deep/x", "x");
    file_write(root, "sub/y", "x");
    tour met = tour_of(root, patterns, 2);
    CHECK_ROW_TEXT("what is left", met.names.ptr, met.names.len, "a.txt\nsub/y\n");
    assert_int_equal(met.counts.excluded, 2);
    lj_buf_done(&met.names);
    folder_remove(root);
    free(root);
}

static void test_walk__goes_deeper_than_a_path_can_be_long(void **state)
{
    (void)state;
    enum { DEPTH = 150, NAME = 120 };
    char *root = folder_make();
    char name[NAME + 1];
    memset(name, 'd', NAME);
    name[NAME] = '\0';
    int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; i < DEPTH; i++) {
        assert_int_equal(mkdirat(fd, name, 0700), 0);
        int file = openat(fd, "file", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        assert_true(file >= 0);
        close(file);
        int next = openat(fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_true(next >= 0);
        close(fd);
        fd = next;
    }
    close(fd);
    tour met = tour_of(root, NULL, 0); /* 18 KB of path, three times the open folders at once */
    assert_int_equal(met.files, DEPTH);
    assert_int_equal(met.broken, 0);
    lj_buf_done(&met.names);
    /* rm goes down by descriptors, nftw by paths */
    pid_t pid = fork();
    if (pid == 0) {
        execlp("rm", "rm", "-rf", root, (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    free(root);
}

static void test_walk__lists_a_folder_that_cannot_be_entered(void **state)
{
    (void)state;
    enum { NOBODY = 65534 };
    bool is_root = geteuid() == 0; /* root may enter everything */
    char *root = folder_make();
    assert_int_equal(chmod(root, 0755), 0);
    folder_add(root, "locked");
    file_write(root, "locked/x", "x");
    char *path = path_of(root, "locked");
    assert_int_equal(chmod(path, 0), 0);
    if (is_root) {
        assert_int_equal(seteuid(NOBODY), 0);
    }
    tour met = tour_of(root, NULL, 0);
    if (is_root) {
        assert_int_equal(seteuid(0), 0);
    }
    assert_int_equal(met.broken, 1);
    lj_buf_done(&met.names);
    (void)chmod(path, 0700);
    free(path);
    folder_remove(root);
    free(root);
}

static void test_walk__takes_a_large_folder_in_batches_without_loss(void **state)
{
    (void)state;
    enum { MANY = 12000, NAME = 200 };
    char *root = folder_make();
    char name[NAME + 16];
    for (int i = 0; i < MANY; i++) { /* 2.4 MB of names: three batches */
        int len = snprintf(name, sizeof(name), "%06d", (i * 7919) % MANY);
        memset(name + len, 'n', NAME);
        name[len + NAME] = '\0';
        file_write(root, name, "");
    }
    tour met = tour_of(root, NULL, 0);
    assert_int_equal(met.files, MANY);
    uint8_t *seen = calloc(MANY, 1);
    for (size_t at = 0; at < met.names.len; at += 6 + NAME + 1) {
        unsigned long no = strtoul((const char *)met.names.ptr + at, NULL, 10);
        assert_true(no < MANY && seen[no] == 0);
        seen[no] = 1;
    }
    free(seen);
    lj_buf_done(&met.names);
    folder_remove(root);
    free(root);
}

static void test_walk__takes_a_file_as_root(void **state)
{
    (void)state;
    char *root = folder_make();
    file_write(root, "one.txt", "x");
    char *path = path_of(root, "one.txt");
    const char *const roots[] = {path};
    walk_options options = {
        roots, 1, {NULL, 0},
          false
    };
    walk *self = walk_new(&options);
    walk_entry entry;
    assert_true(walk_next(self, &entry));
    assert_int_equal(entry.kind, WALK_FILE);
    assert_int_equal(entry.name_from, strlen(root) + 1);
    assert_false(walk_next(self, &entry));
    walk_free(self);
    free(path);
    folder_remove(root);
    free(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_walk__meets_every_kind_of_entry),
        cmocka_unit_test(test_walk__leaves_out_what_is_excluded),
        cmocka_unit_test(test_walk__goes_deeper_than_a_path_can_be_long),
        cmocka_unit_test(test_walk__lists_a_folder_that_cannot_be_entered),
        cmocka_unit_test(test_walk__takes_a_large_folder_in_batches_without_loss),
        cmocka_unit_test(test_walk__takes_a_file_as_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
