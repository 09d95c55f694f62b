/* SPDX-License-Identifier: AGPL-3.0-or-later
 * os.h on Linux. Traps: glibc's fstat is newfstatat() with an empty path, which a sandbox cannot
 * tell from a real path, so the descriptor form calls the kernel's own fstat; readdir() allocates
 * per folder, so entries come straight from getdents64; O_NOATIME is refused (EPERM) on files of
 * other owners, and then the file is opened without it. */
#define _GNU_SOURCE
#include "base/os.h"

#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <limits.h>
#include <locale.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"

_Static_assert(LJ_OS_CWD == AT_FDCWD, "the working folder");

static lj_code code_of(int os)
{
    switch (os) {
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
        return LJ_E_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EROFS:
        return LJ_E_FORBIDDEN;
    case ENOMEM:
        return LJ_E_NOMEM;
    case EWOULDBLOCK:
        return LJ_E_BUSY;
    default:
        return LJ_E_IO;
    }
}

/* ---- clocks and the machine ---- */

static uint64_t clock_ms(clockid_t clock)
{
    struct timespec now = {0, 0};
    (void)clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

int64_t lj_os_now_ms(void)
{
    return (int64_t)clock_ms(CLOCK_REALTIME);
}

uint64_t lj_os_mono_ms(void)
{
    return clock_ms(CLOCK_MONOTONIC);
}

uint64_t lj_os_mono_us(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void lj_os_nap_ms(uint32_t ms)
{
    struct timespec nap = {ms / 1000, (long)(ms % 1000) * 1000000L};
    (void)nanosleep(&nap, NULL);
}

void lj_os_random(uint8_t *dst, size_t len)
{
    size_t done = 0;
    while (done < len) {
        ssize_t part = getrandom(dst + done, len - done, 0);
        LJ_ASSERT(part > 0 || errno == EINTR);
        done += part > 0 ? (size_t)part : 0;
    }
}

uint64_t lj_os_random_u64(void)
{
    uint8_t bytes[8];
    lj_os_random(bytes, sizeof(bytes));
    uint64_t value = 0;
    memcpy(&value, bytes, sizeof(value));
    return value;
}

uint32_t lj_os_cpu_count(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0) {
        return (uint32_t)CPU_COUNT(&set);
    }
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (uint32_t)online : 1;
}

void lj_os_host_name(char *dst, size_t cap)
{
    if (cap == 0) {
        return;
    }
    if (gethostname(dst, cap) != 0) {
        dst[0] = '\0';
    }
    dst[cap - 1] = '\0';
}

void lj_os_prepare_libraries(void)
{
    (void)setlocale(LC_CTYPE, "C.UTF-8");
    /* libarchive converts names of CAB, ISO and others through iconv, which loads its modules from
     * disk at the first use: in a sandbox that is a forbidden call. Converters that stay open keep
     * their modules loaded. */
    static const char *const charsets[] = {"UTF-8",      "UTF-16BE", "UTF-16LE", "CP437", "CP1252",
                                           "ISO-8859-1", "CP936",    "EUC-JP",   "CP932"};
    for (size_t i = 0; i < LJ_COUNT_OF(charsets); i++) {
        (void)iconv_open("UTF-8", charsets[i]);
        (void)iconv_open(charsets[i], "UTF-8");
    }
    /* mktime() in the same library looks at the time zone's file at each call, unless TZ names a
     * zone that needs none */
    (void)setenv("TZ", "UTC0", 1);
    tzset();
}

/* Days to a civil date: Howard Hinnant, "chrono-compatible low-level date algorithms",
 * civil_from_days. */
void lj_os_time_text(int64_t at, char out[32])
{
    int64_t seconds = at / 1000 - (at % 1000 < 0 ? 1 : 0);
    int64_t days = seconds / 86400 - (seconds % 86400 < 0 ? 1 : 0);
    int64_t clock = seconds - days * 86400;
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_part = (5 * day_of_year + 2) / 153;
    int64_t day = day_of_year - (153 * month_part + 2) / 5 + 1;
    int64_t month = month_part < 10 ? month_part + 3 : month_part - 9;
    int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
    (void)snprintf(out, 32, "%04lld-%02u-%02uT%02u:%02u:%02uZ",
                   (long long)(year < 0 || year > 9999 ? 9999 : year), (unsigned)month & 15,
                   (unsigned)day & 31, (unsigned)(clock / 3600) & 31,
                   (unsigned)(clock / 60 % 60) & 63, (unsigned)(clock % 60) & 63);
}

void lj_os_be_gentle(void)
{
    struct sched_param none = {0};
    (void)sched_setscheduler(0, SCHED_IDLE, &none);
    (void)setpriority(PRIO_PROCESS, 0, 19);
#ifdef SYS_ioprio_set
    enum { WHO_PROCESS = 1, CLASS_IDLE = 3, CLASS_SHIFT = 13 }; /* linux/ioprio.h */
    (void)syscall(SYS_ioprio_set, WHO_PROCESS, 0, CLASS_IDLE << CLASS_SHIFT);
#endif
}

/* ---- stat ---- */

static lj_os_kind kind_of(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG:
        return LJ_OS_FILE;
    case S_IFDIR:
        return LJ_OS_FOLDER;
    case S_IFLNK:
        return LJ_OS_LINK;
    case S_IFIFO:
        return LJ_OS_FIFO;
    case S_IFSOCK:
        return LJ_OS_SOCKET;
    case S_IFCHR:
        return LJ_OS_CHAR_DEVICE;
    case S_IFBLK:
        return LJ_OS_BLOCK_DEVICE;
    default:
        return LJ_OS_UNKNOWN;
    }
}

static void stat_take(const struct stat *from, lj_os_stat *out)
{
    *out = (lj_os_stat){
        .kind = kind_of(from->st_mode),
        .links = (uint32_t)from->st_nlink,
        .dev = from->st_dev,
        .ino = from->st_ino,
        .size = from->st_size > 0 ? (uint64_t)from->st_size : 0,
        .stored = from->st_blocks > 0 ? (uint64_t)from->st_blocks * 512 : 0,
        .mtime_ns = (int64_t)from->st_mtim.tv_sec * 1000000000 + from->st_mtim.tv_nsec,
        .ctime_ns = (int64_t)from->st_ctim.tv_sec * 1000000000 + from->st_ctim.tv_nsec,
    };
}

lj_code lj_os_stat_at(int dir, const char *name, lj_os_stat *out, lj_err *err)
{
    struct stat found;
    if (fstatat(dir, name, &found, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) != 0) {
        return lj_fail_os(err, code_of(errno), errno, "cannot look at the file");
    }
    stat_take(&found, out);
    return LJ_OK;
}

lj_code lj_os_stat_of(int fd, lj_os_stat *out, lj_err *err)
{
    struct stat found;
#if defined(SYS_fstat) && (defined(__x86_64__) || defined(__aarch64__))
    long done = syscall(SYS_fstat, fd, &found); /* the kernel's struct stat is the library's here */
#else
    long done = fstat(fd, &found);
#endif
    if (done != 0) {
        return lj_fail_os(err, code_of(errno), errno, "cannot look at the open file");
    }
    stat_take(&found, out);
    return LJ_OK;
}

/* ---- opening ---- */

lj_code lj_os_open_file(int dir, const char *name, int *out_fd, bool *out_kept, lj_err *err)
{
    int flags = O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY;
    bool kept = true;
    int fd = openat(dir, name, flags | O_NOATIME);
    if (fd < 0 && errno == EPERM) {
        kept = false;
        fd = openat(dir, name, flags);
    }
    if (fd < 0) {
        return lj_fail_os(err, code_of(errno), errno, "cannot open the file");
    }
    if (out_kept != NULL) {
        *out_kept = kept;
    }
    *out_fd = fd;
    return LJ_OK;
}

lj_code lj_os_open_folder(int dir, const char *name, bool follow, int *out_fd, lj_err *err)
{
    int flags = O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW);
    int fd = openat(dir, name, flags | O_NOATIME);
    if (fd < 0 && errno == EPERM) {
        fd = openat(dir, name, flags);
    }
    if (fd < 0) {
        return lj_fail_os(err, code_of(errno), errno, "cannot open the folder");
    }
    *out_fd = fd;
    return LJ_OK;
}

lj_code lj_os_create_file(int dir, const char *name, lj_os_create how, int *out_fd, lj_err *err)
{
    int flags = O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY;
    flags |= how == LJ_OS_APPEND  ? O_RDWR | O_APPEND
             : how == LJ_OS_FRESH ? O_RDWR | O_TRUNC
                                  : O_RDWR;
    int fd = openat(dir, name, flags, 0600);
    if (fd < 0) {
        return lj_fail_os(err, code_of(errno), errno, "cannot write the file");
    }
    *out_fd = fd;
    return LJ_OK;
}

void lj_os_close(int fd)
{
    if (fd >= 0) {
        (void)close(fd);
    }
}

lj_code lj_os_make_folder(int dir, const char *name, lj_err *err)
{
    if (mkdirat(dir, name, 0700) != 0 && errno != EEXIST) {
        return lj_fail_os(err, code_of(errno), errno, "cannot make the folder");
    }
    return LJ_OK;
}

lj_code lj_os_rename(int dir, const char *from, const char *to, lj_err *err)
{
    if (renameat(dir, from, dir, to) != 0) {
        return lj_fail_os(err, code_of(errno), errno, "cannot rename the file");
    }
    return LJ_OK;
}

lj_code lj_os_remove(int dir, const char *name, lj_err *err)
{
    if (unlinkat(dir, name, 0) != 0 && errno != ENOENT) {
        return lj_fail_os(err, code_of(errno), errno, "cannot remove the file");
    }
    return LJ_OK;
}

lj_code lj_os_remove_folder(int dir, const char *name, lj_err *err)
{
    if (unlinkat(dir, name, AT_REMOVEDIR) != 0 && errno != ENOENT) {
        return lj_fail_os(err, code_of(errno), errno, "cannot remove the folder");
    }
    return LJ_OK;
}

lj_code lj_os_real_path(const char *path, lj_arena *arena, char **out, lj_err *err)
{
    char *found = realpath(path, NULL);
    if (found == NULL) {
        return lj_fail_os(err, code_of(errno), errno, "no such file or folder");
    }
    char *copy = lj_arena_cstr(arena, lj_cstr_bytes(found));
    free(found);
    if (copy == NULL) {
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "path too long");
    }
    *out = copy;
    return LJ_OK;
}

/* ---- bytes ---- */

lj_code lj_os_read_at(int fd, uint64_t off, uint8_t *dst, size_t len, size_t *out_len, lj_err *err)
{
    size_t done = 0;
    while (done < len) {
        if (off > INT64_MAX - len) {
            break;
        }
        ssize_t part = pread(fd, dst + done, len - done, (off_t)(off + done));
        if (part < 0 && errno == EINTR) {
            continue;
        }
        if (part < 0) {
            return lj_fail_os(err, code_of(errno), errno, "cannot read the file");
        }
        if (part == 0) {
            break;
        }
        done += (size_t)part;
    }
    *out_len = done;
    return LJ_OK;
}

bool lj_os_data_at(int fd, uint64_t off, uint64_t size, uint64_t *out_from, uint64_t *out_to)
{
    *out_from = *out_to = size;
    if (off >= size || off > INT64_MAX) {
        return false;
    }
    off_t from = lseek(fd, (off_t)off, SEEK_DATA);
    if (from < 0) {
        if (errno == ENXIO) {
            return false;
        }
        *out_from = off; /* the file system cannot tell: everything counts as data */
        return true;
    }
    off_t to = lseek(fd, from, SEEK_HOLE);
    *out_from = lj_min_u64((uint64_t)from, size);
    *out_to = to < 0 ? size : lj_min_u64((uint64_t)to, size);
    return *out_from < size;
}

static lj_code write_all(int fd, const uint64_t *off, lj_slice bytes, lj_err *err)
{
    size_t done = 0;
    while (done < bytes.len) {
        ssize_t part = off == NULL
                           ? write(fd, bytes.ptr + done, bytes.len - done)
                           : pwrite(fd, bytes.ptr + done, bytes.len - done, (off_t)(*off + done));
        if (part < 0 && errno == EINTR) {
            continue;
        }
        if (part < 0) {
            int os = errno;
            if (os == ENOSPC || os == EDQUOT || os == EFBIG) {
                return lj_fail_os(err, LJ_E_IO, os, "no space left in the result folder");
            }
            return lj_fail_os(err, code_of(os), os, "cannot write the file");
        }
        done += (size_t)part;
    }
    return LJ_OK;
}

lj_code lj_os_write(int fd, lj_slice bytes, lj_err *err)
{
    return write_all(fd, NULL, bytes, err);
}

lj_code lj_os_write_at(int fd, uint64_t off, lj_slice bytes, lj_err *err)
{
    return write_all(fd, &off, bytes, err);
}

lj_code lj_os_sync(int fd, lj_err *err)
{
    if (fdatasync(fd) != 0 && errno != EINVAL && errno != EROFS) {
        return lj_fail_os(err, code_of(errno), errno, "cannot write the file to the disk");
    }
    return LJ_OK;
}

lj_code lj_os_cut(int fd, uint64_t size, lj_err *err)
{
    if (size > INT64_MAX || ftruncate(fd, (off_t)size) != 0) {
        return lj_fail_os(err, code_of(errno), errno, "cannot shorten the file");
    }
    return LJ_OK;
}

lj_code lj_os_load(int dir, const char *name, uint64_t max_len, lj_buf *dst, lj_err *err)
{
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        return lj_fail_os(err, code_of(errno), errno, "cannot open the file");
    }
    enum { STEP = 64 * 1024 };
    lj_code code = LJ_OK;
    uint64_t off = 0;
    size_t part = 1;
    while (code == LJ_OK && part > 0) {
        uint8_t *room = lj_buf_room(dst, STEP);
        if (room == NULL || off > max_len) {
            code = lj_fail(err, LJ_E_LIMIT, off, "the file is too large");
            break;
        }
        code = lj_os_read_at(fd, off, room, STEP, &part, err);
        if (code == LJ_OK) {
            dst->len += part;
            off += part;
        }
    }
    lj_os_close(fd);
    return code;
}

lj_code lj_os_lock(int fd, lj_err *err)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(fd, F_SETLK, &whole) != 0) {
        lj_code code = errno == EACCES || errno == EAGAIN ? LJ_E_BUSY : code_of(errno);
        return lj_fail_os(err, code, errno, "another process holds the lock");
    }
    return LJ_OK;
}

/* ---- entries of a folder ---- */

/* linux/dirent.h is not for programs; this is getdents64(2). */
enum { ENTRY_INO = 0, ENTRY_LEN = 16, ENTRY_TYPE = 18, ENTRY_NAME = 19 };

static lj_os_kind kind_of_entry(uint8_t type)
{
    switch (type) {
    case 8:
        return LJ_OS_FILE;
    case 4:
        return LJ_OS_FOLDER;
    case 10:
        return LJ_OS_LINK;
    case 1:
        return LJ_OS_FIFO;
    case 12:
        return LJ_OS_SOCKET;
    case 2:
        return LJ_OS_CHAR_DEVICE;
    case 6:
        return LJ_OS_BLOCK_DEVICE;
    default:
        return LJ_OS_UNKNOWN;
    }
}

void lj_os_dir_init(lj_os_dir *dir, int fd, uint8_t *room, size_t cap)
{
    *dir = (lj_os_dir){.fd = fd, .room = room, .cap = cap};
}

bool lj_os_dir_next(lj_os_dir *dir, lj_os_entry *out)
{
    for (;;) {
        if (dir->at >= dir->len) {
            long got = syscall(SYS_getdents64, dir->fd, dir->room, dir->cap);
            if (got <= 0) {
                dir->os = got < 0 ? errno : 0;
                return false;
            }
            dir->len = (size_t)got;
            dir->at = 0;
        }
        const uint8_t *row = dir->room + dir->at;
        uint16_t len = 0;
        memcpy(&len, row + ENTRY_LEN, sizeof(len));
        LJ_ASSERT(len > ENTRY_NAME && len <= dir->len - dir->at);
        dir->at += len;
        const char *name = (const char *)row + ENTRY_NAME;
        if (name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'))) {
            continue;
        }
        memcpy(&out->ino, row + ENTRY_INO, sizeof(out->ino));
        out->name = name;
        out->len = strlen(name);
        out->kind = kind_of_entry(row[ENTRY_TYPE]);
        return true;
    }
}

/* ---- memory ---- */

void *lj_os_pages(size_t len, bool shared)
{
    void *pages = mmap(NULL, len, PROT_READ | PROT_WRITE,
                       MAP_ANONYMOUS | (shared ? MAP_SHARED : MAP_PRIVATE), -1, 0);
    if (pages == MAP_FAILED) {
        return NULL;
    }
    if (!shared) {
        (void)madvise(pages, len, MADV_DONTFORK);
    }
    return pages;
}

void lj_os_pages_free(void *pages, size_t len)
{
    if (pages != NULL) {
        (void)munmap(pages, len);
    }
}

void *lj_os_map_private(int fd, size_t len)
{
    void *pages = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    if (pages == MAP_FAILED) {
        return NULL;
    }
    (void)madvise(pages, len, MADV_DONTFORK);
    return pages;
}
