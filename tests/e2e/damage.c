/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Damaged files through the whole program (scanner-aims C.1): of every file below a folder cuts and
 * changed bytes, drawn from a seed, written in slices into a scratch folder and scanned there with
 * the program that ships, sandbox and all. tests/damage.sh builds and starts it.
 *
 * Must hold for every slice: the scan ends by itself with status 0 to 3; every file that was
 * written has a record, and the counts of the summary add up to them; no record has a gap `crash`,
 * which also is how a forbidden system call is told; no worker died that no record accounts for; no
 * process grew beyond the ceiling of a worker.
 *
 * What a file gets depends on the seed and on its path below the folder, not on its neighbours: one
 * file alone is damaged as it is among all. Half of the changed bytes stand in the first KiB or the
 * last 4 KiB, where most formats keep what leads to the rest. The name of a damaged file says what
 * was done: 0007/cut-03@1234.doc, 0007/byte-12@77^5a.doc. Files that break a promise are copied to
 * the folder for findings, with a line in its LIST. */
#define _GNU_SOURCE
#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "run_program.h"

enum {
    FILES_MAX = 1 << 17,
    NAMES_MAX = 32,                /* kinds of verdicts and causes */
    SLICE_FILES = 900,             /* damaged files in a slice, unless one source makes more */
    SLICE_BYTES = 96 << 20,        /* the same in bytes */
    SOURCE_MAX = 8 << 20,          /* larger sources are cut to that first */
    CEILING_KIB = (256 + 64) << 10 /* a worker's memory, and the program itself */
};

typedef struct tally {
    const char *names[NAMES_MAX];
    unsigned counts[NAMES_MAX];
} tally;

static struct {
    char *source, *scratch, *findings, *lijian;
    uint64_t seed;
    unsigned cuts, bytes;
    char *paths[FILES_MAX]; /* below source, in order */
    size_t count;
    /* the slice */
    size_t from, to;
    unsigned made;
    char *out;
    run_result run;
    /* sums */
    tally verdicts, causes;
    unsigned slices, files, faults;
    double slowest;
    size_t slowest_from;
} all;

static double now_s(void)
{
    struct timespec at = {0, 0};
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static uint64_t draw(uint64_t *state)
{
    *state += 0x9E3779B97F4A7C15; /* splitmix64 */
    uint64_t z = *state;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return z ^ z >> 31;
}

static uint64_t seed_of(const char *path)
{
    uint64_t state = all.seed;
    for (; *path != '\0'; path++) {
        state = (state ^ (uint8_t)*path) * 0x100000001B3;
    }
    return state;
}

static void fault(const char *path, const char *why)
{
    all.faults++;
    printf("FAULT: %s: %s (seed %" PRIu64 ", sources %zu to %zu)\n", path, why, all.seed, all.from,
           all.to - 1);
}

/* ---- making ---- */

static int add_path(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)at;
    if (kind == FTW_F && S_ISREG(info->st_mode) && info->st_size > 0 && all.count < FILES_MAX) {
        all.paths[all.count++] = strdup(path + strlen(all.source) + 1);
    }
    return 0;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static uint8_t *load(const char *path, size_t *out_len)
{
    FILE *in = fopen(path, "re");
    uint8_t *bytes = malloc(SOURCE_MAX);
    *out_len = in != NULL && bytes != NULL ? fread(bytes, 1, SOURCE_MAX, in) : 0;
    if (in != NULL) {
        (void)fclose(in);
    }
    return bytes;
}

static void write_one(const char *path, const uint8_t *bytes, size_t len)
{
    FILE *to = fopen(path, "we");
    if (to == NULL || fwrite(bytes, 1, len, to) != len || fclose(to) != 0) {
        fprintf(stderr, "damage: cannot write %s\n", path);
        exit(70);
    }
}

/* Where the i-th changed byte stands. */
static size_t place_of(unsigned i, size_t len, uint64_t random)
{
    enum { HEAD = 1024, TAIL = 4096 };
    size_t span = i % 4 == 0 ? HEAD : i % 4 == 2 ? TAIL : len;
    span = span < len ? span : len;
    return i % 4 == 2 ? len - 1 - (size_t)(random % span) : (size_t)(random % span);
}

static void damage_source(size_t idx)
{
    size_t len = 0;
    char *path = run_join(all.source, all.paths[idx]);
    uint8_t *bytes = load(path, &len);
    const char *slash = strrchr(path, '/');
    const char *dot = strrchr(path, '.');
    const char *extension = dot != NULL && dot > slash && strlen(dot) < 32 ? dot : "";
    uint64_t state = seed_of(all.paths[idx]);
    char name[4096];
    (void)snprintf(name, sizeof(name), "%s/slice/%04zu", all.scratch, idx);
    (void)mkdir(name, 0700);
    for (unsigned i = 0; i < all.cuts && len > 0; i++) {
        size_t at = (size_t)(((uint64_t)i * len + draw(&state) % len) / all.cuts);
        (void)snprintf(name, sizeof(name), "%s/slice/%04zu/cut-%02u@%zu%s", all.scratch, idx, i, at,
                       extension);
        write_one(name, bytes, at);
        all.made++;
    }
    for (unsigned i = 0; i < all.bytes && len > 0; i++) {
        size_t at = place_of(i, len, draw(&state));
        uint8_t change = (uint8_t)(1 + draw(&state) % 255);
        bytes[at] ^= change;
        (void)snprintf(name, sizeof(name), "%s/slice/%04zu/byte-%02u@%zu^%02x%s", all.scratch, idx,
                       i, at, change, extension);
        write_one(name, bytes, len);
        all.made++;
        bytes[at] ^= change;
    }
    free(bytes);
    free(path);
}

/* From `from` on, as many sources as fit. */
static void make_slice(size_t from)
{
    unsigned each = all.cuts + all.bytes;
    uint64_t bytes = 0;
    all.from = all.to = from;
    all.made = 0;
    char *folder = run_join(all.scratch, "slice");
    (void)mkdir(folder, 0700);
    free(folder);
    while (all.to < all.count) {
        struct stat info = {0};
        char *path = run_join(all.source, all.paths[all.to]);
        (void)stat(path, &info);
        free(path);
        bytes += (uint64_t)info.st_size * each;
        if (all.to > from && (all.made + each > SLICE_FILES || bytes > SLICE_BYTES)) {
            break;
        }
        damage_source(all.to++);
    }
}

/* ---- looking at what came out ---- */

static void count_one(tally *sums, const char *name)
{
    for (size_t i = 0; i < NAMES_MAX; i++) {
        if (sums->names[i] == NULL) {
            sums->names[i] = strdup(name);
        }
        if (strcmp(sums->names[i], name) == 0) {
            sums->counts[i]++;
            return;
        }
    }
}

static size_t source_idx(const char *path)
{
    const char *name = strstr(path, "/slice/");
    return name != NULL ? (size_t)strtoul(name + 7, NULL, 10) : all.count;
}

static const char *source_of(const char *path)
{
    size_t idx = source_idx(path);
    return idx < all.count ? all.paths[idx] : path;
}

/* Copies a damaged file to the findings; the name of its source goes into LIST. */
static void keep(const char *path, const char *why)
{
    size_t idx = source_idx(path);
    const char *source = source_of(path);
    printf("  kept: %s, made of %s\n", why, source);
    size_t len = 0;
    uint8_t *bytes = load(path, &len);
    char to[4096];
    (void)mkdir(all.findings, 0700);
    (void)snprintf(to, sizeof(to), "%s/%" PRIu64 "-%04zu-%s", all.findings, all.seed, idx,
                   strrchr(path, '/') + 1);
    write_one(to, bytes, len);
    free(bytes);
    (void)snprintf(to, sizeof(to), "%s/LIST", all.findings);
    FILE *list = fopen(to, "ae");
    if (list != NULL) {
        (void)fprintf(list, "%" PRIu64 "-%04zu-%s\t%s\t%s\n", all.seed, idx, strrchr(path, '/') + 1,
                      source, why);
        (void)fclose(list);
    }
}

/* The gaps of a record of a file or of a document inside. Returns 1 when a worker died over it. */
static unsigned look_at_gaps(const json_t *line)
{
    size_t idx = 0;
    json_t *one = NULL;
    unsigned deaths = 0;
    json_array_foreach (json_object_get(line, "gaps"), idx, one) {
        const char *cause = run_text(one, "cause");
        char why[256];
        deaths = strcmp(cause, "memory") == 0 || strcmp(cause, "time") == 0 ? 1 : deaths;
        count_one(&all.causes, cause);
        if (strcmp(cause, "time") == 0) { /* no fault, but work units should have ended it */
            keep(run_text(line, "path"), "ended by the clock");
        }
        if (strcmp(cause, "crash") == 0) {
            (void)snprintf(why, sizeof(why), "a worker died: %s", run_text(one, "detail"));
            fault(run_text(line, "path"), why);
            keep(run_text(line, "path"), why);
            deaths = 1;
        }
    }
    return deaths;
}

/* Records by path, and what they say. Returns how many deaths of workers they account for: two
 * each, as every file is tried again alone. */
static unsigned look_at_records(const json_t *lines, json_t *seen)
{
    size_t idx = 0;
    json_t *line = NULL;
    unsigned deaths = 0;
    json_array_foreach (lines, idx, line) {
        if (json_object_get(line, "path") == NULL) {
            continue;
        }
        deaths += 2 * look_at_gaps(line);
        if (json_object_get(line, "member") != NULL) {
            continue;
        }
        const char *verdict = run_text(line, "verdict");
        count_one(&all.verdicts, verdict);
        if (strcmp(verdict, "clean") != 0 && strcmp(verdict, "unreadable") != 0) {
            const char *name = strrchr(run_text(line, "path"), '/');
            printf("damage: %s: %s, made of %s\n", verdict, name + 1,
                   source_of(run_text(line, "path")));
        }
        json_object_set_new(seen, run_text(line, "path"), json_true());
        size_t place_idx = 0;
        json_t *place = NULL;
        json_array_foreach (json_object_get(line, "also_at"), place_idx, place) {
            const char *path =
                json_is_string(place) ? json_string_value(place) : run_text(place, "path");
            count_one(&all.verdicts, run_text(line, "verdict"));
            json_object_set_new(seen, path, json_true());
        }
    }
    return deaths;
}

static json_t *seen_paths; /* for look_for: nftw has no argument for its caller */

static int look_for(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info;
    (void)at;
    if (kind == FTW_F && json_object_get(seen_paths, path) == NULL) {
        fault(path, "no record");
        keep(path, "no record");
    }
    return 0;
}

static json_int_t number(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static void look_at_summary(unsigned deaths)
{
    char why[256];
    const char *key = NULL;
    json_t *value = NULL;
    json_int_t sum = 0;
    json_t *summary = run_json(all.out, "summary.json");
    json_object_foreach (json_object_get(summary, "by_verdict"), key, value) {
        sum += json_integer_value(value);
    }
    if (number(summary, "files") != (json_int_t)all.made || sum != (json_int_t)all.made) {
        (void)snprintf(why, sizeof(why), "%u files, %lld walked, %lld with a verdict", all.made,
                       (long long)number(summary, "files"), (long long)sum);
        fault("summary.json", why);
    }
    if (number(summary, "worker_deaths") > (json_int_t)deaths) {
        (void)snprintf(why, sizeof(why), "%lld workers died, the records account for %u",
                       (long long)number(summary, "worker_deaths"), deaths);
        fault("summary.json", why);
    }
    json_decref(summary);
}

static void look_at_slice(const char *slice)
{
    char why[256];
    if (all.run.status < 0 || all.run.status > 3) {
        (void)snprintf(why, sizeof(why), "the scan ended with status %d, signal %d%s: %.100s",
                       all.run.status, all.run.signal, all.run.hung ? ", hung" : "",
                       all.run.output);
        fault(slice, why);
    }
    json_t *lines = run_results(all.out);
    if (lines == NULL || json_array_size(lines) < 2) {
        fault(slice, "no results");
    } else {
        seen_paths = json_object();
        unsigned deaths = look_at_records(lines, seen_paths);
        (void)nftw(slice, look_for, 16, FTW_PHYS);
        json_decref(seen_paths);
        look_at_summary(deaths);
    }
    json_decref(lines);
}

static void scan_slice(void)
{
    double begin = now_s();
    char *slice = run_join(all.scratch, "slice");
    all.out = run_join(all.scratch, "result");
    run_folder_remove(strdup(all.out));
    run_program((const char *[]){all.lijian, "scan", slice, "--out", all.out, "--all", "--quiet",
                                 "--lang", "en", NULL},
                NULL, &all.run);
    double took = now_s() - begin;
    if (took > all.slowest) {
        all.slowest = took;
        all.slowest_from = all.from;
    }
    look_at_slice(slice);
    all.slices++;
    all.files += all.made;
    run_folder_remove(slice);
    free(all.out);
}

/* ---- the end ---- */

static void print_tally(const char *name, const tally *sums)
{
    printf("damage: %s:", name);
    for (size_t i = 0; i < NAMES_MAX && sums->names[i] != NULL; i++) {
        printf(" %s %u", sums->names[i], sums->counts[i]);
    }
    printf("\n");
}

static unsigned number_of(const char *text)
{
    char *end = NULL;
    unsigned long value = strtoul(text, &end, 10);
    if (*text == '\0' || *end != '\0' || value > 1000000) {
        fprintf(stderr, "damage: not a number: %s\n", text);
        exit(64);
    }
    return (unsigned)value;
}

int main(int argc, char **argv)
{
    if (argc < 8) {
        fprintf(stderr,
                "usage: damage LIJIAN FOLDER SCRATCH FINDINGS SEED CUTS BYTES [ENDING...]\n");
        return 64;
    }
    all.lijian = realpath(argv[1], NULL);
    all.source = realpath(argv[2], NULL);
    (void)mkdir(argv[3], 0700);
    all.scratch = realpath(argv[3], NULL);
    all.findings = argv[4];
    all.seed = number_of(argv[5]);
    all.cuts = number_of(argv[6]);
    all.bytes = number_of(argv[7]);
    if (all.lijian == NULL || all.source == NULL || all.scratch == NULL ||
        nftw(all.source, add_path, 16, FTW_PHYS) != 0) {
        fprintf(stderr, "damage: program, folder or scratch folder are missing\n");
        return 66;
    }
    qsort(all.paths, all.count, sizeof(all.paths[0]), by_text);
    size_t kept = argc == 8 ? all.count : 0;
    for (size_t i = 0; i < all.count && argc > 8; i++) {
        const char *dot = strrchr(all.paths[i], '.');
        for (int k = 8; dot != NULL && k < argc; k++) {
            if (strcasecmp(dot + 1, argv[k]) == 0) {
                all.paths[kept++] = all.paths[i];
                break;
            }
        }
    }
    all.count = kept;
    if (all.count == 0) { /* no fault in nothing would prove nothing */
        fprintf(stderr, "damage: %s: no file%s\n", argv[2], argc > 8 ? " with these endings" : "");
        return 66;
    }
    double begin = now_s();
    run_folder_remove(run_join(all.scratch, "slice"));
    for (all.to = 0; all.to < all.count;) {
        make_slice(all.to);
        scan_slice();
    }
    run_folder_remove(run_join(all.scratch, "result"));
    struct rusage used = {0};
    (void)getrusage(RUSAGE_CHILDREN, &used);
    if (used.ru_maxrss > CEILING_KIB) {
        fault(all.source, "a process grew beyond the ceiling");
    }
    print_tally("verdicts of files", &all.verdicts);
    print_tally("gaps of all documents", &all.causes);
    printf(
        "damage: %u files of %zu sources in %u slices, %.0f s (slowest slice %.1f s, from source "
        "%zu), largest process %ld MiB, seed %" PRIu64 ": %u faults\n",
        all.files, all.count, all.slices, now_s() - begin, all.slowest, all.slowest_from,
        used.ru_maxrss >> 10, all.seed, all.faults);
    return all.faults == 0 ? 0 : 1;
}
