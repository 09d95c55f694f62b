/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Listening sockets that only this computer reaches. Implemented in os_socket_linux.c. All are
 * closed on exec and do not block. */
#ifndef LJ_BASE_OS_SOCKET_H
#define LJ_BASE_OS_SOCKET_H

#include "base/err.h"
#include "base/slice.h"

typedef struct lj_os_listener {
    int fd; /* yours to close */
    bool is_unix;
    uint16_t port; /* 0 for Unix sockets */
} lj_os_listener;

/* 127.0.0.1 or ::1; port 0: any free one. LJ_E_BUSY when the port is taken. */
LJ_MUST_USE lj_code lj_os_listen_loopback(bool v6, uint16_t port, lj_os_listener *out, lj_err *err);
/* A socket with mode 0600 at path; one that nobody listens on any more is replaced, anything else
 * there is LJ_E_BUSY. The file stays when the socket is closed: lj_os_remove. */
LJ_MUST_USE lj_code lj_os_listen_unix(const char *path, lj_os_listener *out, lj_err *err);
/* The one socket that systemd handed over (sd_listen_fds(3)): Unix or loopback, else
 * LJ_E_FORBIDDEN; LJ_E_NOT_FOUND when there is none. */
LJ_MUST_USE lj_code lj_os_listen_inherited(lj_os_listener *out, lj_err *err);

/* Ends both directions of a connection that another thread may be using; the descriptor stays. */
void lj_os_socket_cut(int fd);
/* Sends what fits without waiting; true when that was all. */
bool lj_os_socket_send(int fd, lj_slice bytes);

#endif
