/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Preloaded into the server by clock.mjs: the real clock, moved by the seconds that stand in the
 * file named by LIJIAN_CLOCK. Other clocks run as ever. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef int (*clock_fn)(clockid_t, struct timespec *);

static long moved_by(void)
{
    const char *path = getenv("LIJIAN_CLOCK");
    char text[32] = {0};
    int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0) {
        return 0;
    }
    ssize_t len = read(fd, text, sizeof text - 1);
    close(fd);
    bool is_back = len > 0 && text[0] == '-';
    long value = 0;
    for (ssize_t i = is_back ? 1 : 0; i < len && text[i] >= '0' && text[i] <= '9'; i++) {
        value = value * 10 + (text[i] - '0');
    }
    return is_back ? -value : value;
}

int clock_gettime(clockid_t clock, struct timespec *out)
{
    static clock_fn real;
    if (real == NULL) {
        void *found = dlsym(RTLD_NEXT, "clock_gettime");
        memcpy(&real, &found, sizeof real);
    }
    int status = real(clock, out);
    if (status == 0 && clock == CLOCK_REALTIME) {
        out->tv_sec += moved_by();
    }
    return status;
}
