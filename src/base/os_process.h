/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Processes, and the sockets between them. Implemented in os_process_linux.c. */
#ifndef LJ_BASE_OS_PROCESS_H
#define LJ_BASE_OS_PROCESS_H

#include "base/err.h"
#include "base/slice.h"

enum { LJ_OS_PASS_MAX = 64 /* descriptors in one message */ };

/* Two connected ends; each message arrives whole. The ends are not inherited by exec. */
LJ_MUST_USE lj_code lj_os_channel(int out_ends[2], lj_err *err);

typedef enum lj_os_io {
    LJ_OS_DONE,
    LJ_OS_AGAIN,  /* would wait */
    LJ_OS_CLOSED, /* the other end is gone */
    LJ_OS_BROKEN, /* error, or a message that was cut */
} lj_os_io;
/* One message with descriptors (which stay the sender's). wait: block until there is room. */
lj_os_io lj_os_send(int channel, lj_slice bytes, const int *fds, size_t fd_count, bool wait);
/* One message into room, *out_len bytes; descriptors received are the caller's to close: at most
 * LJ_OS_PASS_MAX. fds may be NULL: then any descriptor that comes is closed. */
lj_os_io lj_os_receive(int channel, uint8_t *room, size_t cap, size_t *out_len, int *fds,
                       size_t *out_fd_count, bool wait);

typedef struct lj_os_wait {
    int fd;
    bool ready; /* something can be read, or the end is gone */
} lj_os_wait;
/* Waits until one is ready, a signal came or the time is over. */
void lj_os_wait_any(lj_os_wait *waits, size_t count, int timeout_ms);

/* The process id of the child in the parent, 0 in the child, -1 on failure. The child dies with its
 * parent, ignores keyboard signals, and has 0, 1, 2 on the null device. */
int lj_os_fork(void);
void lj_os_ignore_broken_pipes(void);  /* SIGPIPE ignored, SIGCHLD at its default */
_Noreturn void lj_os_exit(int status); /* at once: nothing of the parent's is flushed twice */
/* Closes every descriptor above 2 except those kept (ascending). */
void lj_os_close_others(const int *keep, size_t keep_count);
void lj_os_kill(int pid); /* SIGKILL */

typedef struct lj_os_end {
    int status;          /* exit status when it ended by itself, else -1 */
    int signal;          /* that ended it, or 0 */
    uint64_t peak_bytes; /* largest resident size */
} lj_os_end;
/* True when the child has ended; wait: until it has. */
bool lj_os_reap(int pid, bool wait, lj_os_end *out);
/* Processor milliseconds used by a child so far; 0 when not known. */
uint64_t lj_os_cpu_ms_of(int pid);
uint64_t lj_os_peak_bytes(void); /* of this process */
uint64_t lj_os_cpu_ms(void);
/* "SIGSEGV" ...; "signal" for those without a name here. A literal. */
const char *lj_os_signal_name(int number);
/* Raises the soft limit of open descriptors to the hard one; returns it. */
uint64_t lj_os_raise_files(void);

#endif
