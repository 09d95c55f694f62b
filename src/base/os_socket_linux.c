/* SPDX-License-Identifier: AGPL-3.0-or-later
 * os_socket.h on Linux. */
#define _GNU_SOURCE
#include "base/os_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/os.h"

enum { BACKLOG = 511 /* connections that wait to be accepted: a squad logging in at once */ };

typedef union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un local;
} address;

/* What the descriptor listens on: is_unix, port; false when others may reach it. */
static bool describe(int fd, lj_os_listener *out)
{
    address at = {0};
    socklen_t len = sizeof(at);
    if (getsockname(fd, &at.any, &len) != 0) {
        return false;
    }
    *out = (lj_os_listener){.fd = fd, .is_unix = at.any.sa_family == AF_UNIX};
    if (at.any.sa_family == AF_INET) {
        out->port = ntohs(at.v4.sin_port);
        return at.v4.sin_addr.s_addr == htonl(INADDR_LOOPBACK);
    }
    if (at.any.sa_family == AF_INET6) {
        out->port = ntohs(at.v6.sin6_port);
        return IN6_IS_ADDR_LOOPBACK(&at.v6.sin6_addr);
    }
    return out->is_unix;
}

static lj_code listen_at(const address *at, socklen_t len, lj_os_listener *out, lj_err *err)
{
    int fd = socket(at->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return lj_fail_os(err, LJ_E_IO, errno, "cannot make a socket");
    }
    int on = 1;
    if (at->any.sa_family != AF_UNIX) {
        (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    }
    if (at->any.sa_family == AF_INET6) {
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    }
    /* Linux takes the mode of the unbound socket for its file: there is no moment with a wider one
     */
    if ((at->any.sa_family == AF_UNIX && fchmod(fd, S_IRUSR | S_IWUSR) != 0) ||
        bind(fd, &at->any, len) != 0 || listen(fd, BACKLOG) != 0 || !describe(fd, out)) {
        int os = errno;
        (void)close(fd);
        return os == EADDRINUSE ? lj_fail_os(err, LJ_E_BUSY, os, "the address is in use")
               : os == EACCES   ? lj_fail_os(err, LJ_E_FORBIDDEN, os, "the address is not allowed")
                                : lj_fail_os(err, LJ_E_IO, os, "cannot listen there");
    }
    return LJ_OK;
}

lj_code lj_os_listen_loopback(bool v6, uint16_t port, lj_os_listener *out, lj_err *err)
{
    address at = {0};
    if (v6) {
        at.v6 = (struct sockaddr_in6){
            .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = in6addr_loopback};
        return listen_at(&at, sizeof(at.v6), out, err);
    }
    at.v4 = (struct sockaddr_in){.sin_family = AF_INET,
                                 .sin_port = htons(port),
                                 .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    return listen_at(&at, sizeof(at.v4), out, err);
}

/* True when a socket lies there that nobody listens on. */
static bool is_left_behind(const address *at, socklen_t len)
{
    struct stat info;
    if (lstat(at->local.sun_path, &info) != 0 || !S_ISSOCK(info.st_mode)) {
        return false;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool is_dead = fd >= 0 && connect(fd, &at->any, len) != 0 && errno == ECONNREFUSED;
    if (fd >= 0) {
        (void)close(fd);
    }
    return is_dead;
}

lj_code lj_os_listen_unix(const char *path, lj_os_listener *out, lj_err *err)
{
    address at = {.local = {.sun_family = AF_UNIX}};
    size_t path_len = strlen(path);
    if (path_len == 0 || path_len >= sizeof(at.local.sun_path)) {
        return lj_fail(err, LJ_E_INVALID, UINT64_MAX,
                       "the path of a Unix socket has 1 to 107 bytes");
    }
    memcpy(at.local.sun_path, path, path_len + 1);
    socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + path_len + 1);
    if (is_left_behind(&at, len)) {
        (void)unlink(path);
    }
    return listen_at(&at, len, out, err);
}

static uint64_t number_of(const char *text)
{
    uint64_t value = 0;
    for (; text != NULL && *text >= '0' && *text <= '9' && value < UINT32_MAX; text++) {
        value = value * 10 + (uint64_t)(*text - '0');
    }
    return text != NULL && *text == '\0' ? value : 0;
}

lj_code lj_os_listen_inherited(lj_os_listener *out, lj_err *err)
{
    enum { FIRST = 3 /* SD_LISTEN_FDS_START */ };
    if (number_of(getenv("LISTEN_PID")) != (uint64_t)getpid() ||
        number_of(getenv("LISTEN_FDS")) != 1) {
        return lj_fail(err, LJ_E_NOT_FOUND, UINT64_MAX,
                       "no socket, or more than one, was handed over");
    }
    int listens = 0;
    socklen_t len = sizeof(listens);
    if (getsockopt(FIRST, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) != 0 || listens == 0) {
        return lj_fail(err, LJ_E_INVALID, UINT64_MAX, "what was handed over does not listen");
    }
    lj_os_listener found = {0};
    if (!describe(FIRST, &found)) {
        return lj_fail(err, LJ_E_FORBIDDEN, UINT64_MAX,
                       "the socket that was handed over is neither Unix nor loopback");
    }
    (void)fcntl(FIRST, F_SETFD, FD_CLOEXEC);
    (void)fcntl(FIRST, F_SETFL, fcntl(FIRST, F_GETFL) | O_NONBLOCK);
    *out = found;
    return LJ_OK;
}

void lj_os_socket_cut(int fd)
{
    (void)shutdown(fd, SHUT_RDWR);
}

bool lj_os_socket_send(int fd, lj_slice bytes)
{
    ssize_t sent = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent >= 0 && (size_t)sent == bytes.len;
}
