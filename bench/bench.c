/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Runs ours and a peer in turn on the same input and prints the table of bench/README.md.
 *
 * Usage: bench TABLE [ROW...]     TABLE: lines "id | unit | amount | goal | ours | peer | what"
 * and, when there is something to count, " | hits"; '#' begins a comment. amount is one number, or
 * "ours:peer" when the two sides do different amounts of work: then the rates are compared.
 *
 * Every command runs through `sh -c` with its output to a file, ROUNDS times in turn. Printed:
 * median and worst wall seconds, processor seconds, the peak of the memory of the whole process
 * tree (sampled every 10 ms), the rate, the exit statuses, what the command `hits` prints, the
 * ratio of the rates and of the peaks, and whether the goal holds. */
#define _GNU_SOURCE
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 5, COLUMNS = 8, COLUMNS_LEAST = 7, SAMPLE_MS = 10, TREE_MAX = 256 };

typedef struct sample {
    double wall, cpu;
    uint64_t peak_kib;
    int status;
} sample;

static double now_s(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

/* Resident memory of a process and its children, from /proc; anonymous and shared alike. */
static uint64_t tree_kib(pid_t root)
{
    pid_t pids[TREE_MAX];
    size_t count = 1;
    uint64_t total = 0;
    pids[0] = root;
    for (size_t i = 0; i < count; i++) {
        char path[64];
        (void)snprintf(path, sizeof(path), "/proc/%d/statm", (int)pids[i]);
        FILE *in = fopen(path, "re");
        unsigned long size = 0;
        unsigned long resident = 0;
        if (in != NULL) {
            if (fscanf(in, "%lu %lu", &size, &resident) == 2) {
                total += resident * 4;
            }
            (void)fclose(in);
        }
        (void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pids[i], (int)pids[i]);
        in = fopen(path, "re");
        int child = 0;
        while (in != NULL && count < TREE_MAX && fscanf(in, "%d", &child) == 1) {
            pids[count++] = child;
        }
        if (in != NULL) {
            (void)fclose(in);
        }
    }
    return total;
}

static sample run_once(const char *command)
{
    sample out = {0};
    struct rusage before;
    struct rusage after;
    (void)getrusage(RUSAGE_CHILDREN, &before);
    double from = now_s();
    pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        uint64_t kib = tree_kib(pid);
        out.peak_kib = kib > out.peak_kib ? kib : out.peak_kib;
        struct timespec pause = {0, SAMPLE_MS * 1000000};
        (void)nanosleep(&pause, NULL);
    }
    out.wall = now_s() - from;
    (void)getrusage(RUSAGE_CHILDREN, &after);
    out.cpu = (double)(after.ru_utime.tv_sec - before.ru_utime.tv_sec + after.ru_stime.tv_sec -
                       before.ru_stime.tv_sec) +
              (double)(after.ru_utime.tv_usec - before.ru_utime.tv_usec + after.ru_stime.tv_usec -
                       before.ru_stime.tv_usec) /
                  1e6;
    out.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
    return out;
}

static int by_wall(const void *a, const void *b)
{
    double left = ((const sample *)a)->wall;
    double right = ((const sample *)b)->wall;
    return left < right ? -1 : left > right ? 1 : 0;
}

static uint64_t peak_of(const sample *runs)
{
    uint64_t peak = 0;
    for (int i = 0; i < ROUNDS; i++) {
        peak = runs[i].peak_kib > peak ? runs[i].peak_kib : peak;
    }
    return peak;
}

static void print_side(const char *name, const sample *runs, double amount, const char *unit)
{
    printf("  %-5s median %8.3f s  worst %8.3f s  cpu %8.3f s  peak %7.1f MiB  %12.1f %s/s  status",
           name, runs[ROUNDS / 2].wall, runs[ROUNDS - 1].wall, runs[ROUNDS / 2].cpu,
           (double)peak_of(runs) / 1024, amount / runs[ROUNDS / 2].wall, unit);
    for (int i = 0; i < ROUNDS; i++) { /* each that occurs */
        bool again = false;
        for (int k = 0; k < i; k++) {
            again = again || runs[k].status == runs[i].status;
        }
        if (!again) {
            printf(" %d", runs[i].status);
        }
    }
    printf("\n");
}

static char *trim(char *text)
{
    text += strspn(text, " ");
    size_t len = strlen(text);
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\n')) {
        text[--len] = '\0';
    }
    return text;
}

static bool is_wanted(const char *id, int argc, char **argv)
{
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], id) == 0) {
            return true;
        }
    }
    return argc <= 2;
}

/* The columns of a line; how many. */
static int split(char *line, char **cols)
{
    int found = 0;
    char *rest = line;
    for (char *bar = rest; found < COLUMNS && rest != NULL; rest = bar) {
        bar = strstr(rest, " | ");
        if (bar != NULL) {
            *bar = '\0';
            bar += 3;
        }
        cols[found++] = trim(rest);
    }
    return found;
}

/* False when the goal was missed. */
static bool run_row(char **cols, const char *hits)
{
    char *rest = NULL;
    double amount = strtod(cols[2], &rest);
    double peer_amount = *rest == ':' ? strtod(rest + 1, NULL) : amount;
    double goal = strtod(cols[3], NULL);
    sample ours[ROUNDS];
    sample peer[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        ours[i] = run_once(cols[4]);
        peer[i] = run_once(cols[5]);
    }
    qsort(ours, ROUNDS, sizeof(sample), by_wall);
    qsort(peer, ROUNDS, sizeof(sample), by_wall);
    double ratio = amount / ours[ROUNDS / 2].wall / (peer_amount / peer[ROUNDS / 2].wall);
    printf("%s: %s\n", cols[0], cols[6]);
    print_side("ours", ours, amount, cols[1]);
    print_side("peer", peer, peer_amount, cols[1]);
    if (hits != NULL) {
        printf("  hits ");
        (void)fflush(stdout);
        (void)run_once(hits);
    }
    uint64_t peer_peak = peak_of(peer) > 0 ? peak_of(peer) : 1;
    printf("  speed ours : peer = %.2f, goal %.2f: %s; memory ours : peer = %.2f\n", ratio, goal,
           ratio >= goal ? "reached" : "MISSED", (double)peak_of(ours) / (double)peer_peak);
    (void)fflush(stdout);
    return ratio >= goal;
}

int main(int argc, char **argv)
{
    FILE *table = argc > 1 ? fopen(argv[1], "re") : NULL;
    if (table == NULL) {
        fprintf(stderr, "usage: bench TABLE [ROW...]\n");
        return 64;
    }
    int missed = 0;
    char line[8192];
    while (fgets(line, sizeof(line), table) != NULL) {
        char *cols[COLUMNS];
        if (line[0] == '#' || line[0] == '\n') {
            continue;
        }
        int found = split(line, cols);
        if (found < COLUMNS_LEAST) {
            fprintf(stderr, "bench: a row of %s has %d columns\n", argv[1], found);
            return 65;
        }
        if (is_wanted(cols[0], argc, argv)) {
            missed += run_row(cols, found == COLUMNS ? cols[COLUMNS - 1] : NULL) ? 0 : 1;
        }
    }
    (void)fclose(table);
    printf("%d goals missed\n", missed);
    return 0;
}
