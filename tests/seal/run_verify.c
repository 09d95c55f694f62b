/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Runs of lijian-verify. The program is named by LIJIAN_VERIFY. */
#define _GNU_SOURCE /* mkdtemp, environ */
#include "run_verify.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/num.h"

static char folder[] = "/tmp/lijian-verify-XXXXXX";
static char names[64][32];
static size_t name_count;

void verify_open(void)
{
    LJ_ASSERT(mkdtemp(folder) != NULL && chdir(folder) == 0);
}

void verify_close(void)
{
    for (size_t i = 0; i < name_count; i++) {
        (void)unlink(names[i]);
    }
    (void)unlink("out");
    LJ_ASSERT(chdir("/") == 0 && rmdir(folder) == 0);
}

void verify_put(const char *name, lj_slice bytes)
{
    size_t i = 0;
    while (i < name_count && strcmp(names[i], name) != 0) {
        i++;
    }
    if (i == name_count) {
        LJ_ASSERT(name_count < LJ_COUNT_OF(names));
        (void)snprintf(names[name_count++], sizeof(names[0]), "%s", name);
    }
    FILE *out = fopen(name, "we");
    LJ_ASSERT(out != NULL && fwrite(bytes.ptr, 1, bytes.len, out) == bytes.len);
    LJ_ASSERT(fclose(out) == 0);
}

verify_result verify_run(const char *const *args)
{
    const char *argv[VERIFY_ARGS_MAX + 2] = {getenv("LIJIAN_VERIFY")};
    static char language[] = "LC_ALL=C";
    static char options[] = "ASAN_OPTIONS=detect_leaks=0";
    char *environment[] = {language, options, NULL};
    verify_result result = {.status = -1};
    posix_spawn_file_actions_t actions;
    pid_t pid = 0;
    int status = 0;
    LJ_ASSERT(argv[0] != NULL);
    for (size_t i = 0; args[i] != NULL; i++) {
        LJ_ASSERT(i < VERIFY_ARGS_MAX);
        argv[i + 1] = args[i];
    }
    LJ_ASSERT(posix_spawn_file_actions_init(&actions) == 0);
    LJ_ASSERT(posix_spawn_file_actions_addopen(&actions, 1, "out", O_RDWR | O_CREAT | O_TRUNC,
                                               0600) == 0);
    LJ_ASSERT(posix_spawn_file_actions_adddup2(&actions, 1, 2) == 0);
    union {
        const char *const *given;
        char *const *wanted; /* what POSIX asks for; nothing is written there */
    } vector = {argv};
    LJ_ASSERT(posix_spawn(&pid, argv[0], &actions, NULL, vector.wanted, environment) == 0);
    (void)posix_spawn_file_actions_destroy(&actions);
    LJ_ASSERT(waitpid(pid, &status, 0) == pid);
    result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    FILE *in = fopen("out", "re");
    LJ_ASSERT(in != NULL);
    size_t len = fread(result.line, 1, sizeof(result.line) - 1, in);
    result.line[len] = '\0';
    fclose(in);
    return result;
}
