/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The cage on Linux, from the outside in: resource limits (no files written, no core, memory), no
 * new privileges, not dumpable; Landlock with every right handled and no rule, so that no path can
 * be reached whatever call is used; a seccomp filter of the calls below. Landlock needs Linux 5.13,
 * the filter 3.5; where one is missing the posture says so (docs/formats/results.md).
 *
 * The filter answers a forbidden call with a signal: its handler leaves the number in shared
 * memory, so that the result names the call, and ends the process. While the posture is probed the
 * handler jumps back instead.
 *
 * Under AddressSanitizer the filter and the memory ceiling are off (its runtime needs calls and
 * terabytes of address space that we would not give anybody); Landlock and the rest stay. */
#define _GNU_SOURCE
#include "scan/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/num.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANDBOX_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANDBOX_ASAN 1
#endif
#endif
#ifndef SANDBOX_ASAN
#define SANDBOX_ASAN 0
#endif

/* ---- the calls a worker may make ---- */

typedef enum call_rule {
    ALWAYS,
    NOT_EXECUTABLE,  /* third argument without PROT_EXEC */
    PRIVATE_MEMORY,  /* mmap: not executable, and not shared and writable at once */
    SIGNAL_TO_ABORT, /* tgkill: only SIGABRT */
    TO_NULL_DEVICE,  /* descriptor 2, which is the null device in a worker */
} call_rule;

typedef struct call_row {
    int number;
    call_rule rule;
    const char *reason;
} call_row;

/* call, condition, what it is needed for */
static const call_row calls[] = {
    {SCMP_SYS(recvmsg),         ALWAYS,          "jobs and their descriptors come in"                    },
    {SCMP_SYS(sendmsg),         ALWAYS,          "records go out"                                        },
    {SCMP_SYS(pread64),         ALWAYS,          "reading the file, wherever its position is"            },
    {SCMP_SYS(read),            ALWAYS,          "libraries that are handed a descriptor"                },
    {SCMP_SYS(lseek),           ALWAYS,          "holes of sparse files; libraries that ask for the size"},
    {SCMP_SYS(fstat),           ALWAYS,          "did the file change while it was read"                 },
    {SCMP_SYS(close),           ALWAYS,          "the descriptor of a finished job"                      },
    {SCMP_SYS(brk),             ALWAYS,          "heap"                                                  },
    {SCMP_SYS(mmap),            PRIVATE_MEMORY,  "heap"                                                  },
    {SCMP_SYS(munmap),          ALWAYS,          "heap"                                                  },
    {SCMP_SYS(mremap),          ALWAYS,          "heap: growing a block"                                 },
    {SCMP_SYS(madvise),         ALWAYS,          "heap: giving pages back"                               },
    {SCMP_SYS(mprotect),        NOT_EXECUTABLE,  "heap of a second arena"                                },
    {SCMP_SYS(futex),           ALWAYS,          "once-only initialisation inside libraries"             },
    {SCMP_SYS(clock_gettime),   ALWAYS,          "processor time; where the vDSO has no clock"           },
    {SCMP_SYS(gettimeofday),    ALWAYS,          "as above"                                              },
    {SCMP_SYS(time),            ALWAYS,          "as above"                                              },
    {SCMP_SYS(getrusage),       ALWAYS,          "peak memory of the job"                                },
    {SCMP_SYS(getrandom),       ALWAYS,          "seeds of hash tables inside libraries"                 },
    {SCMP_SYS(sysinfo),         ALWAYS,          "qsort of the C library asks for the memory size once"  },
    {SCMP_SYS(getpid),          ALWAYS,          "abort()"                                               },
    {SCMP_SYS(gettid),          ALWAYS,          "abort()"                                               },
    {SCMP_SYS(tgkill),          SIGNAL_TO_ABORT, "abort()"                                               },
    {SCMP_SYS(rt_sigprocmask),  ALWAYS,          "abort(), and the way back from a probe"                },
    {SCMP_SYS(rt_sigreturn),    ALWAYS,          "return from a signal handler"                          },
    {SCMP_SYS(rt_sigaction),    ALWAYS,          "abort() resets the handler"                            },
    {SCMP_SYS(restart_syscall), ALWAYS,          "a call that was interrupted goes on"                   },
    {SCMP_SYS(write),           TO_NULL_DEVICE,  "last words of the C library before abort()"            },
    {SCMP_SYS(writev),          TO_NULL_DEVICE,  "as above"                                              },
    {SCMP_SYS(exit),            ALWAYS,          "the end"                                               },
    {SCMP_SYS(exit_group),      ALWAYS,          "the end"                                               },
};

static int rule_add(scmp_filter_ctx filter, const call_row *row)
{
    switch (row->rule) {
    case ALWAYS:
        return seccomp_rule_add(filter, SCMP_ACT_ALLOW, row->number, 0);
    case NOT_EXECUTABLE:
        return seccomp_rule_add(filter, SCMP_ACT_ALLOW, row->number, 1,
                                SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    case PRIVATE_MEMORY: {
        int done = seccomp_rule_add(filter, SCMP_ACT_ALLOW, row->number, 2,
                                    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
                                    SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_SHARED, 0));
        return done != 0 ? done
                         : seccomp_rule_add(filter, SCMP_ACT_ALLOW, row->number, 1,
                                            SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC | PROT_WRITE, 0));
    }
    case TO_NULL_DEVICE:
        return seccomp_rule_add(filter, SCMP_ACT_ALLOW, row->number, 1, SCMP_A0(SCMP_CMP_EQ, 2, 0));
    case SIGNAL_TO_ABORT:
        return seccomp_rule_add(filter, SCMP_ACT_ALLOW, row->number, 1,
                                SCMP_A2(SCMP_CMP_EQ, SIGABRT, 0));
    }
    return -EINVAL;
}

static bool filter_enter(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_TRAP);
    if (filter == NULL) {
        return false;
    }
    bool done = true;
    for (size_t i = 0; i < LJ_COUNT_OF(calls); i++) {
        if (calls[i].number != __NR_SCMP_ERROR) {
            int code = rule_add(filter, &calls[i]);
            done = done && (code == 0 || code == -EDOM); /* EDOM: this machine has no such call */
        }
    }
    done = done && seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2) >= -EOPNOTSUPP;
    done = done && seccomp_load(filter) == 0;
    seccomp_release(filter);
    return done;
}

/* ---- the handler of forbidden calls: process-wide by nature ---- */

static struct {
    volatile uint32_t *forbidden, *exhausted;
    volatile sig_atomic_t probing;
    sigjmp_buf back;
} trap_state;

static void on_forbidden(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    if (trap_state.probing != 0) {
        siglongjmp(trap_state.back, 1);
    }
    if (trap_state.forbidden != NULL) {
        *trap_state.forbidden = (uint32_t)info->si_syscall + 1;
    }
    _exit(159); /* as a shell reports SIGSYS */
}

/* Dying: is there still memory? Libraries that get none tend to abort, or to use what they did not
 * get. The signal is raised again on return, with its default action (SA_RESETHAND). */
static void on_dying(int number)
{
    enum { PROBE_LEN = 2 * 1024 * 1024 };
    (void)number;
    void *room = mmap(NULL, PROBE_LEN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED && trap_state.exhausted != NULL) {
        *trap_state.exhausted = 1;
    }
}

static void dying_watch(void)
{
    static uint8_t stack[32 * 1024]; /* for a death by a full stack */
    const stack_t other = {.ss_sp = stack, .ss_size = sizeof(stack)};
    (void)sigaltstack(&other, NULL);
    static const int signals[] = {SIGABRT, SIGSEGV, SIGBUS};
    for (size_t i = 0; i < LJ_COUNT_OF(signals); i++) {
        struct sigaction action = {.sa_handler = on_dying, .sa_flags = SA_RESETHAND | SA_ONSTACK};
        (void)sigaction(signals[i], &action, NULL);
    }
}

/* True when the call was denied, by a signal or by an error of the kernel. */
typedef bool probe_fn(void);

static bool probe(probe_fn *try_it)
{
    bool denied = true;
    trap_state.probing = 1;
    if (sigsetjmp(trap_state.back, 1) == 0) {
        denied = try_it();
    }
    trap_state.probing = 0;
    return denied;
}

static bool open_is_denied(void)
{
    int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return errno == EACCES || errno == EPERM;
    }
    (void)close(fd);
    return false;
}

static bool socket_is_denied(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return true;
    }
    (void)close(fd);
    return false;
}

static bool fork_is_denied(void)
{
    long pid = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
    if (pid == 0) {
        _exit(0);
    }
    return pid < 0;
}

/* ---- Landlock ---- */

/* Rights by ABI; the headers of Debian 12 end at 2 (linux/landlock.h of the kernel that runs says
 * the rest). */
struct ruleset_attr {
    uint64_t fs, net, scoped;
};

static uint32_t landlock_enter(void)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1) {
        return 0;
    }
    uint64_t fs_bits = abi >= 5 ? 16 : abi >= 3 ? 15 : abi >= 2 ? 14 : 13;
    struct ruleset_attr attr = {
        .fs = ((uint64_t)1 << fs_bits) - 1,
        .net = abi >= 4 ? 3 : 0,    /* bind and connect over TCP */
        .scoped = abi >= 6 ? 3 : 0, /* abstract sockets and signals stay inside */
    };
    size_t len = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
    long ruleset = syscall(SYS_landlock_create_ruleset, &attr, len, 0);
    if (ruleset < 0) {
        return 0;
    }
    long done = syscall(SYS_landlock_restrict_self, (int)ruleset, 0);
    (void)close((int)ruleset);
    return done == 0 ? (uint32_t)abi : 0;
}

/* ---- limits ---- */

static bool limit_set(int which, uint64_t value)
{
    struct rlimit limit = {(rlim_t)value, (rlim_t)value};
    return setrlimit((__rlimit_resource_t)which, &limit) == 0;
}

void sandbox_enter(const sandbox_request *request, scan_posture *out)
{
    *out = (scan_posture){.sanitizer = SANDBOX_ASAN != 0};
    bool no_core = limit_set(RLIMIT_CORE, 0);
    no_core = prctl(PR_SET_DUMPABLE, 0) == 0 && no_core;
    (void)limit_set(RLIMIT_FSIZE, 0);
    (void)limit_set(RLIMIT_NOFILE, request->descriptors);
    out->bits |= no_core ? SCAN_POSTURE_NO_CORE : 0;
    if (!SANDBOX_ASAN && request->memory > 0 && limit_set(RLIMIT_DATA, request->memory)) {
        out->bits |= SCAN_POSTURE_MEMORY;
    }
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);

    out->landlock_abi = landlock_enter();
    if (out->landlock_abi > 0 && probe(open_is_denied)) {
        out->bits |= SCAN_POSTURE_LANDLOCK;
    }
    if (!SANDBOX_ASAN) {
        trap_state.forbidden = request->forbidden;
        trap_state.exhausted = request->exhausted;
        dying_watch();
        struct sigaction action = {.sa_sigaction = on_forbidden,
                                   .sa_flags = SA_SIGINFO | SA_NODEFER};
        (void)sigaction(SIGSYS, &action, NULL);
        out->bits |= filter_enter() ? SCAN_POSTURE_SECCOMP : 0;
    }
    out->bits |= probe(open_is_denied) ? SCAN_POSTURE_NO_OPEN : 0;
    out->bits |= probe(socket_is_denied) ? SCAN_POSTURE_NO_SOCKET : 0;
    out->bits |= probe(fork_is_denied) ? SCAN_POSTURE_NO_FORK : 0;
}

/* Those that a broken or hostile reader is most likely to reach for; the others are told by number.
 */
const char *sandbox_call_name(uint32_t number)
{
    static const struct {
        int number;
        const char *name;
    } rows[] = {
        {SYS_openat,     "openat"    },
        {SYS_socket,     "socket"    },
        {SYS_connect,    "connect"   },
        {SYS_clone,      "clone"     },
        {SYS_execve,     "execve"    },
        {SYS_write,      "write"     },
        {SYS_mmap,       "mmap"      },
        {SYS_mprotect,   "mprotect"  },
        {SYS_ioctl,      "ioctl"     },
        {SYS_fcntl,      "fcntl"     },
        {SYS_newfstatat, "newfstatat"},
        {SYS_getdents64, "getdents64"},
        {SYS_prlimit64,  "prlimit"   },
        {SYS_ptrace,     "ptrace"    },
        {SYS_kill,       "kill"      },
        {SYS_uname,      "uname"     },
        {SYS_faccessat,  "faccessat" },
        {SYS_readlinkat, "readlinkat"},
#ifdef SYS_open
        {SYS_open,       "open"      },
        {SYS_fork,       "fork"      },
        {SYS_access,     "access"    },
        {SYS_stat,       "stat"      },
        {SYS_readlink,   "readlink"  },
        {SYS_unlink,     "unlink"    },
#endif
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        if ((uint32_t)rows[i].number == number) {
            return rows[i].name;
        }
    }
    return "";
}
