/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Running programs. */
#define _GNU_SOURCE
#include "run_program.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RUN_SECONDS = 240 };

static void become(const run_how *how)
{
    if (how == NULL) {
        return;
    }
    if (how->file_max > 0) {
        struct rlimit most = {how->file_max, how->file_max};
        signal(SIGXFSZ, SIG_IGN);
        (void)setrlimit(RLIMIT_FSIZE, &most);
    }
    if (how->uid != 0 && geteuid() == 0 &&
        (setgroups(0, NULL) != 0 || setgid(how->uid) != 0 || setuid(how->uid) != 0)) {
        _exit(126);
    }
}

static void take_output(int fd, run_result *out, pid_t pid)
{
    time_t until = time(NULL) + RUN_SECONDS;
    size_t len = 0;
    for (;;) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        int ready = poll(&wait, 1, 1000);
        if (ready == 0 && time(NULL) >= until) {
            out->hung = true;
            kill(-pid, SIGKILL);
            until = time(NULL) + RUN_SECONDS;
            continue;
        }
        if (ready < 0 && errno == EINTR) {
            continue;
        }
        if (ready <= 0) {
            continue;
        }
        char part[4096];
        ssize_t got = read(fd, part, sizeof(part));
        if (got <= 0) {
            break;
        }
        size_t room = sizeof(out->output) - 1 - len;
        size_t fits = (size_t)got < room ? (size_t)got : room;
        memcpy(out->output + len, part, fits);
        len += fits;
    }
    out->output[len] = '\0';
}

static void exec_args(const char *const *args)
{
    union {
        const char *const *given;
        char *const *args;
    } same = {.given = args};
    execv(args[0], same.args);
    _exit(127);
}

void run_program(const char *const *args, const run_how *how, run_result *out)
{
    int ends[2] = {-1, -1};
    out->status = -1;
    out->signal = 0;
    out->hung = false;
    out->output[0] = '\0';
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return;
    }
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDONLY);
        (void)setpgid(0, 0);
        (void)dup2(null, STDIN_FILENO);
        (void)dup2(ends[1], STDOUT_FILENO);
        (void)dup2(ends[1], STDERR_FILENO);
        become(how);
        exec_args(args);
    }
    close(ends[1]);
    if (pid > 0) {
        int status = 0;
        take_output(ends[0], out, pid);
        (void)waitpid(pid, &status, 0);
        out->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        out->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    }
    close(ends[0]);
}

pid_t run_start(const char *const *args)
{
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        (void)setpgid(0, 0);
        for (int fd = 0; fd < 3; fd++) {
            (void)dup2(null, fd);
        }
        exec_args(args);
    }
    return pid;
}

static const char *program_of(const char *name)
{
    const char *path = getenv(name);
    return path != NULL && access(path, X_OK) == 0 ? path : NULL;
}

const char *run_lijian(void)
{
    return program_of("LIJIAN");
}

const char *run_samples(void)
{
    return program_of("LIJIAN_SAMPLES");
}

char *run_folder_new(void)
{
    char *path = strdup("/tmp/lijian-test-XXXXXX");
    return path != NULL && mkdtemp(path) != NULL ? path : NULL;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info;
    (void)kind;
    (void)at;
    return remove(path);
}

static int open_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)at;
    if (kind == FTW_D || kind == FTW_DNR) {
        (void)chmod(path, info->st_mode | 0700);
    }
    return 0;
}

void run_folder_remove(char *path)
{
    if (path != NULL) {
        (void)nftw(path, open_one, 16, FTW_PHYS);
        (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
        free(path);
    }
}

char *run_join(const char *a, const char *b)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s", a, b) >= 0 ? path : NULL;
}

json_t *run_results(const char *out_dir)
{
    char *path = run_join(out_dir, "results.jsonl");
    FILE *in = fopen(path, "re");
    json_t *lines = in != NULL ? json_array() : NULL;
    char *line = NULL;
    size_t cap = 0;
    ssize_t len = 0;
    while (lines != NULL && (len = getline(&line, &cap, in)) > 0) {
        json_t *one = json_loadb(line, (size_t)len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
        if (one == NULL || json_array_append_new(lines, one) != 0) {
            json_decref(lines);
            lines = NULL;
        }
    }
    free(line);
    if (in != NULL) {
        fclose(in);
    }
    free(path);
    return lines;
}

json_t *run_json(const char *dir, const char *name)
{
    char *path = run_join(dir, name);
    json_t *value = json_load_file(path, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    free(path);
    return value;
}

const char *run_text(const json_t *record, const char *key)
{
    const char *text = json_string_value(json_object_get(record, key));
    return text != NULL ? text : "";
}

/* path is that file, or ends in "/" + suffix. */
static bool is_path(const char *path, const char *suffix)
{
    size_t len = strlen(path);
    size_t tail = strlen(suffix);
    return len > tail && path[len - tail - 1] == '/' && strcmp(path + len - tail, suffix) == 0;
}

static bool is_also_at(const json_t *line, const char *suffix)
{
    size_t idx = 0;
    json_t *place = NULL;
    json_array_foreach (json_object_get(line, "also_at"), idx, place) {
        if (is_path(json_is_string(place) ? json_string_value(place) : run_text(place, "path"),
                    suffix)) {
            return true;
        }
    }
    return false;
}

const json_t *run_record(const json_t *results, const char *suffix)
{
    size_t idx = 0;
    json_t *line = NULL;
    json_array_foreach (results, idx, line) {
        if (json_object_get(line, "member") == NULL &&
            (is_path(run_text(line, "path"), suffix) || is_also_at(line, suffix))) {
            return line;
        }
    }
    return NULL;
}
