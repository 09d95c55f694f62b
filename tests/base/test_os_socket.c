/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Listening sockets: only this computer reaches them. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../check.h"
#include "base/os.h"
#include "base/os_socket.h"

static void test_os_socket__loopback_ports(void **state)
{
    (void)state;
    lj_os_listener first = {0};
    lj_os_listener second = {0};
    lj_err err = {0};
    assert_int_equal(lj_os_listen_loopback(false, 0, &first, &err), LJ_OK);
    assert_true(first.port > 0 && !first.is_unix);
    assert_int_equal(lj_os_listen_loopback(false, first.port, &second, &err), LJ_E_BUSY);
    assert_true((fcntl(first.fd, F_GETFD) & FD_CLOEXEC) != 0);
    assert_true((fcntl(first.fd, F_GETFL) & O_NONBLOCK) != 0);
    lj_os_close(first.fd);
}

static void test_os_socket__unix_sockets_are_private_and_replaced_when_left_behind(void **state)
{
    (void)state;
    char folder[] = "/tmp/lijian-socket-XXXXXX";
    char path[64];
    char file[64];
    struct stat info;
    lj_os_listener first = {0};
    lj_os_listener second = {0};
    lj_err err = {0};
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/s", folder);
    snprintf(file, sizeof(file), "%s/f", folder);
    mode_t old = umask(0);
    assert_int_equal(lj_os_listen_unix(path, &first, &err), LJ_OK);
    umask(old);
    assert_true(first.is_unix && first.port == 0);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(lj_os_listen_unix(path, &second, &err), LJ_E_BUSY);
    lj_os_close(first.fd);
    assert_int_equal(lj_os_listen_unix(path, &second, &err), LJ_OK);
    lj_os_close(second.fd);
    close(open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    assert_int_equal(lj_os_listen_unix(file, &first, &err), LJ_E_BUSY);
    assert_int_equal(stat(file, &info), 0);
    char longer[200];
    memset(longer, 'a', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    assert_int_equal(lj_os_listen_unix(longer, &first, &err), LJ_E_INVALID);
    assert_int_equal(lj_os_listen_unix("", &first, &err), LJ_E_INVALID);
    unlink(path);
    unlink(file);
    rmdir(folder);
}

/* What a process gets that was handed this socket as descriptor 3. */
static lj_code inherit(int fd, const char *count, bool own_pid)
{
    pid_t pid = fork();
    if (pid == 0) {
        char text[32];
        lj_os_listener found = {0};
        snprintf(text, sizeof(text), "%d", own_pid ? (int)getpid() : 1);
        setenv("LISTEN_PID", text, 1);
        setenv("LISTEN_FDS", count, 1);
        if (fd != 3) {
            dup2(fd, 3);
        }
        lj_err err = {0};
        _exit((int)lj_os_listen_inherited(&found, &err));
    }
    int status = 0;
    (void)waitpid(pid, &status, 0);
    return WIFEXITED(status) ? (lj_code)WEXITSTATUS(status) : LJ_E_INTERNAL;
}

static void test_os_socket__inherited_sockets_must_be_local(void **state)
{
    (void)state;
    lj_os_listener mine = {0};
    lj_err err = {0};
    assert_int_equal(lj_os_listen_loopback(false, 0, &mine, &err), LJ_OK);
    assert_int_equal(inherit(mine.fd, "1", true), LJ_OK);
    assert_int_equal(inherit(mine.fd, "2", true), LJ_E_NOT_FOUND);
    assert_int_equal(inherit(mine.fd, "1", false), LJ_E_NOT_FOUND);
    lj_os_close(mine.fd);
    struct sockaddr_in open_to_all = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&open_to_all, sizeof(open_to_all)), 0);
    assert_int_equal(inherit(fd, "1", true), LJ_E_INVALID); /* does not listen */
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(inherit(fd, "1", true), LJ_E_FORBIDDEN);
    close(fd);
}

static void test_os_socket__cuts_and_sends(void **state)
{
    (void)state;
    int ends[2];
    char byte = 0;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    assert_true(lj_os_socket_send(ends[0], LJ_BYTES("a")));
    assert_int_equal(recv(ends[1], &byte, 1, 0), 1);
    lj_os_socket_cut(ends[0]);
    assert_int_equal(recv(ends[1], &byte, 1, 0), 0);
    assert_false(lj_os_socket_send(ends[0], LJ_BYTES("a")));
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_os_socket__loopback_ports),
        cmocka_unit_test(test_os_socket__unix_sockets_are_private_and_replaced_when_left_behind),
        cmocka_unit_test(test_os_socket__inherited_sockets_must_be_local),
        cmocka_unit_test(test_os_socket__cuts_and_sends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
