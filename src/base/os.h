/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The operating system: files, folders, clocks. One source per system (os_linux.c); processes and
 * sockets are in os_process.h. Descriptors first, path second. Names are raw bytes as the system
 * has them; nothing here follows a symbolic link unless it says so. */
#ifndef LJ_BASE_OS_H
#define LJ_BASE_OS_H

#include "base/buf.h"
#include "base/err.h"

/* For functions that take a folder descriptor: the working folder. */
#define LJ_OS_CWD (-100)

/* ---- clocks and the machine ---- */
int64_t lj_os_now_ms(void);   /* UTC milliseconds since 1970 */
uint64_t lj_os_mono_ms(void); /* never goes back; any start */
uint64_t lj_os_mono_us(void); /* the same in microseconds */
void lj_os_nap_ms(uint32_t ms);
uint64_t lj_os_random_u64(void);
void lj_os_random(uint8_t *dst, size_t len);
uint32_t lj_os_cpu_count(void);
/* Name of this computer, NUL-terminated, cut to cap. */
void lj_os_host_name(char *dst, size_t cap);
/* LC_CTYPE=C.UTF-8, so that libraries give names in UTF-8; converters and the time zone are loaded
 * now, because later, in a sandbox, there is no file system. Once at the start of a program. */
void lj_os_prepare_libraries(void);
/* The civil date and time of UTC milliseconds as "2026-11-24T02:20:33Z" (21 bytes with NUL). */
void lj_os_time_text(int64_t at, char out[32]);
/* Lowest priority for processor and disk, for this process and those it starts. */
void lj_os_be_gentle(void);

/* ---- what a name or descriptor is ---- */
typedef enum lj_os_kind {
    LJ_OS_FILE,
    LJ_OS_FOLDER,
    LJ_OS_LINK,
    LJ_OS_FIFO,
    LJ_OS_SOCKET,
    LJ_OS_CHAR_DEVICE,
    LJ_OS_BLOCK_DEVICE,
    LJ_OS_UNKNOWN, /* only as a folder entry: ask lj_os_stat_at */
} lj_os_kind;

typedef struct lj_os_stat {
    lj_os_kind kind;
    uint32_t links;
    uint64_t dev, ino;
    uint64_t size; /* bytes */
    uint64_t
        stored; /* bytes on the disk, as far as the system says: less than size for a sparse file */
    int64_t mtime_ns, ctime_ns;
} lj_os_stat;

LJ_MUST_USE lj_code lj_os_stat_at(int dir, const char *name, lj_os_stat *out, lj_err *err);
LJ_MUST_USE lj_code lj_os_stat_of(int fd, lj_os_stat *out,
                                  lj_err *err); /* one plain system call: for sandboxes */

/* ---- opening ---- */
/* For reading, without waiting, links not followed, access time kept where allowed (*out_kept false
 * where not; may be NULL). LJ_E_NOT_FOUND, LJ_E_FORBIDDEN, LJ_E_IO. Yours to close. */
LJ_MUST_USE lj_code lj_os_open_file(int dir, const char *name, int *out_fd, bool *out_kept,
                                    lj_err *err);
/* A folder for reading its entries. follow: the last component may be a symbolic link. */
LJ_MUST_USE lj_code lj_os_open_folder(int dir, const char *name, bool follow, int *out_fd,
                                      lj_err *err);
typedef enum lj_os_create {
    LJ_OS_APPEND, /* made when missing; each write goes to the end */
    LJ_OS_FRESH,  /* emptied when it was there */
    LJ_OS_UPDATE, /* made when missing; read and write */
} lj_os_create;
/* For writing, mode 0600. */
LJ_MUST_USE lj_code lj_os_create_file(int dir, const char *name, lj_os_create how, int *out_fd,
                                      lj_err *err);
void lj_os_close(int fd); /* accepts -1 */

LJ_MUST_USE lj_code lj_os_make_folder(int dir, const char *name,
                                      lj_err *err); /* 0700; fine when it is there */
LJ_MUST_USE lj_code lj_os_rename(int dir, const char *from, const char *to, lj_err *err);
LJ_MUST_USE lj_code lj_os_remove(int dir, const char *name,
                                 lj_err *err); /* fine when it is not there */
LJ_MUST_USE lj_code lj_os_remove_folder(int dir, const char *name,
                                        lj_err *err); /* an empty one; fine when it is not there */
/* The absolute path without links and dots, as a C string in the arena. */
LJ_MUST_USE lj_code lj_os_real_path(const char *path, lj_arena *arena, char **out, lj_err *err);

/* ---- bytes ---- */
/* Up to len bytes at off; fewer only at the end of the file. */
LJ_MUST_USE lj_code lj_os_read_at(int fd, uint64_t off, uint8_t *dst, size_t len, size_t *out_len,
                                  lj_err *err);
/* The next stretch of data at or after off: holes of sparse files are not data. False when there is
 * none (then *out_from = *out_to = size), or true with everything when the system cannot tell. */
bool lj_os_data_at(int fd, uint64_t off, uint64_t size, uint64_t *out_from, uint64_t *out_to);
LJ_MUST_USE lj_code lj_os_write(int fd, lj_slice bytes, lj_err *err);
LJ_MUST_USE lj_code lj_os_write_at(int fd, uint64_t off, lj_slice bytes, lj_err *err);
LJ_MUST_USE lj_code lj_os_sync(int fd, lj_err *err);
LJ_MUST_USE lj_code lj_os_cut(int fd, uint64_t size, lj_err *err);
/* A whole file of at most max_len bytes appended to dst; LJ_E_LIMIT when it is larger. Links are
 * followed. */
LJ_MUST_USE lj_code lj_os_load(int dir, const char *name, uint64_t max_len, lj_buf *dst,
                               lj_err *err);
/* Exclusive lock of this process on the file, until it closes any descriptor of it or ends;
 * children do not inherit it. LJ_E_BUSY when another process has it. */
LJ_MUST_USE lj_code lj_os_lock(int fd, lj_err *err);

/* ---- entries of a folder ---- */
typedef struct lj_os_entry {
    const char *name; /* NUL-terminated, borrowed until the next fill */
    size_t len;       /* bytes */
    lj_os_kind kind;  /* LJ_OS_UNKNOWN where the file system does not say */
    uint64_t ino;
} lj_os_entry;

/* Reader of entries in the order of the system; "." and ".." are left out. */
typedef struct lj_os_dir {
    int fd;
    uint8_t *room; /* the caller's */
    size_t cap, len, at;
    int os; /* errno that ended the reading, 0 at the plain end */
} lj_os_dir;

/* room: at least 4 KiB, aligned to 8. The descriptor stays the caller's. */
void lj_os_dir_init(lj_os_dir *dir, int fd, uint8_t *room, size_t cap);
bool lj_os_dir_next(lj_os_dir *dir, lj_os_entry *out);

/* ---- memory ---- */
/* Zeroed pages; shared ones are seen by processes forked later, private ones are not inherited by
 * them at all. NULL without memory. */
void *lj_os_pages(size_t len, bool shared);
void lj_os_pages_free(void *pages, size_t len); /* accepts NULL */
/* A file's first len bytes as private writable memory (changes stay here); not inherited by fork.
 * NULL when not. */
void *lj_os_map_private(int fd, size_t len);

#endif
