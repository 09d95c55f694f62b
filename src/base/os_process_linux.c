/* SPDX-License-Identifier: AGPL-3.0-or-later
 * os_process.h on Linux. Channels are SOCK_SEQPACKET: a message arrives whole, with its
 * descriptors, or not at all. */
#define _GNU_SOURCE
#include "base/os_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"
#include "base/os.h"

/* ---- channels ---- */

lj_code lj_os_channel(int out_ends[2], lj_err *err)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        return lj_fail_os(err, LJ_E_IO, errno, "cannot make a channel");
    }
    int room = 512 * 1024;
    for (int i = 0; i < 2; i++) {
        (void)setsockopt(ends[i], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
        out_ends[i] = ends[i];
    }
    return LJ_OK;
}

typedef union control_room {
    struct cmsghdr head;
    uint8_t bytes[CMSG_SPACE(LJ_OS_PASS_MAX * sizeof(int))];
} control_room;

static lj_os_io io_of(int os)
{
    return os == EAGAIN || os == ENOBUFS                       ? LJ_OS_AGAIN
           : os == EPIPE || os == ECONNRESET || os == ENOTCONN ? LJ_OS_CLOSED
                                                               : LJ_OS_BROKEN;
}

lj_os_io lj_os_send(int channel, lj_slice bytes, const int *fds, size_t fd_count, bool wait)
{
    LJ_ASSERT(fd_count <= LJ_OS_PASS_MAX);
    control_room control;
    uint8_t *start = NULL; /* iov_base is not const in POSIX */
    memcpy(&start, &bytes.ptr, sizeof(start));
    struct iovec part = {start, bytes.len};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd_count > 0) {
        memset(&control, 0, sizeof(control));
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(fd_count * sizeof(int));
        memcpy(CMSG_DATA(head), fds, fd_count * sizeof(int));
    }
    for (;;) {
        ssize_t sent = sendmsg(channel, &message, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT));
        if (sent >= 0) {
            return LJ_OS_DONE;
        }
        if (errno != EINTR) {
            return io_of(errno);
        }
    }
}

lj_os_io lj_os_receive(int channel, uint8_t *room, size_t cap, size_t *out_len, int *fds,
                       size_t *out_fd_count, bool wait)
{
    control_room control;
    struct iovec part = {room, cap};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof(control.bytes)};
    ssize_t got = 0;
    do {
        got = recvmsg(channel, &message, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        return io_of(errno);
    }
    size_t count = 0;
    for (struct cmsghdr *head = CMSG_FIRSTHDR(&message); head != NULL;
         head = CMSG_NXTHDR(&message, head)) {
        if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) {
            continue;
        }
        size_t here = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < here; i++) {
            int fd = -1;
            memcpy(&fd, CMSG_DATA(head) + i * sizeof(int), sizeof(fd));
            if (fds != NULL && count < LJ_OS_PASS_MAX) {
                fds[count++] = fd;
            } else {
                (void)close(fd);
            }
        }
    }
    if (out_fd_count != NULL) {
        *out_fd_count = count;
    }
    *out_len = (size_t)got;
    if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
        for (size_t i = 0; i < count; i++) {
            (void)close(fds[i]);
        }
        if (out_fd_count != NULL) {
            *out_fd_count = 0;
        }
        return LJ_OS_BROKEN;
    }
    return got == 0 ? LJ_OS_CLOSED : LJ_OS_DONE;
}

void lj_os_wait_any(lj_os_wait *waits, size_t count, int timeout_ms)
{
    enum { AT_ONCE = 256 };
    struct pollfd polls[AT_ONCE];
    count = count < AT_ONCE ? count : AT_ONCE;
    for (size_t i = 0; i < count; i++) {
        polls[i] = (struct pollfd){.fd = waits[i].fd, .events = POLLIN};
        waits[i].ready = false;
    }
    if (poll(polls, count, timeout_ms) > 0) {
        for (size_t i = 0; i < count; i++) {
            waits[i].ready = polls[i].revents != 0;
        }
    }
}

/* ---- processes ---- */

int lj_os_fork(void)
{
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid != 0) {
        return (int)pid;
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        lj_os_exit(0); /* the parent died in between */
    }
    static const int keyboard[] = {SIGINT, SIGQUIT, SIGHUP, SIGTSTP, SIGTERM, SIGPIPE};
    for (size_t i = 0; i < LJ_COUNT_OF(keyboard); i++) {
        (void)signal(keyboard[i], SIG_IGN);
    }
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd <= 2; fd++) {
        if (null < 0 || dup2(null, fd) < 0) {
            (void)close(fd);
        }
    }
    if (null > 2) {
        (void)close(null);
    }
    return 0;
}

void lj_os_ignore_broken_pipes(void)
{
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN); /* a limit on file sizes is an error of the write, not an end */
    (void)signal(SIGCHLD, SIG_DFL);
}

_Noreturn void lj_os_exit(int status)
{
    _exit(status);
}

static void close_span(unsigned from, unsigned to)
{
    if (from > to) {
        return;
    }
#ifdef SYS_close_range
    if (syscall(SYS_close_range, from, to, 0) == 0) {
        return;
    }
#endif
    struct rlimit limit = {1024, 1024};
    (void)getrlimit(RLIMIT_NOFILE, &limit);
    for (unsigned fd = from; fd <= to && fd < limit.rlim_cur; fd++) {
        (void)close((int)fd);
    }
}

void lj_os_close_others(const int *keep, size_t keep_count)
{
    unsigned from = 3;
    for (size_t i = 0; i < keep_count; i++) {
        if (keep[i] >= (int)from) {
            close_span(from, (unsigned)keep[i] - 1);
            from = (unsigned)keep[i] + 1;
        }
    }
    close_span(from, UINT32_MAX);
}

void lj_os_kill(int pid)
{
    if (pid > 0) {
        (void)kill(pid, SIGKILL);
    }
}

bool lj_os_reap(int pid, bool wait, lj_os_end *out)
{
    int status = 0;
    struct rusage usage = {0};
    pid_t got = 0;
    do {
        got = wait4(pid, &status, wait ? 0 : WNOHANG, &usage);
    } while (got < 0 && errno == EINTR);
    if (got == 0) {
        return false;
    }
    *out = (lj_os_end){
        .status = got > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1,
        .signal = got > 0 && WIFSIGNALED(status) ? WTERMSIG(status) : 0,
        .peak_bytes = (uint64_t)usage.ru_maxrss * 1024,
    };
    return true;
}

static uint64_t cpu_ms_on(clockid_t clock)
{
    struct timespec used = {0, 0};
    if (clock_gettime(clock, &used) != 0) {
        return 0;
    }
    return (uint64_t)used.tv_sec * 1000 + (uint64_t)used.tv_nsec / 1000000;
}

uint64_t lj_os_cpu_ms_of(int pid)
{
    clockid_t clock = 0;
    return clock_getcpuclockid(pid, &clock) == 0 ? cpu_ms_on(clock) : 0;
}

uint64_t lj_os_cpu_ms(void)
{
    return cpu_ms_on(CLOCK_PROCESS_CPUTIME_ID);
}

uint64_t lj_os_peak_bytes(void)
{
    struct rusage usage = {0};
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (uint64_t)usage.ru_maxrss * 1024 : 0;
}

const char *lj_os_signal_name(int number)
{
    static const struct {
        int number;
        const char *name;
    } rows[] = {
        {SIGSEGV, "SIGSEGV"},
        {SIGBUS,  "SIGBUS" },
        {SIGABRT, "SIGABRT"},
        {SIGILL,  "SIGILL" },
        {SIGFPE,  "SIGFPE" },
        {SIGKILL, "SIGKILL"},
        {SIGSYS,  "SIGSYS" },
        {SIGTRAP, "SIGTRAP"},
        {SIGXCPU, "SIGXCPU"},
        {SIGTERM, "SIGTERM"},
        {SIGXFSZ, "SIGXFSZ"},
        {SIGPIPE, "SIGPIPE"},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        if (rows[i].number == number) {
            return rows[i].name;
        }
    }
    return "signal";
}

uint64_t lj_os_raise_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return 1024;
    }
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    (void)getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}
