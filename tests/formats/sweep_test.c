/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Damage, in the ordinary run (the house's habit since OpenSSH's sweeps and SQLite's out-of-memory
 * loop): for each small golden sample truncations   at every 1/16, and at every byte of samples up
 * to 512 bytes bit flips     one bit per run, places drawn from a seed, until the sample's share of
 * the time is used ceilings      the arena from 4 KiB up to where the whole result fits Nothing may
 * crash, run longer than 20 seconds, or break a promise of contract.h. When less text comes out
 * than of the whole sample and nothing says so, the run is printed as "quiet": such damage may be
 * harmless, so it fails nothing, but a reader that is quiet often is looked at. SWEEP_SECONDS
 * (default 60) is the time for all flips, SWEEP_SEED (default 1) draws the places, SWEEP_MAX
 * (default 16384) is the largest sample in bytes. Arguments are further files (tests/soak.sh gives
 * the corpus). Prints TAP, a case per sample. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"
#include "contract.h"
#include "sample_list.h"

enum {
    HANG_SECONDS = 20,
    MEMORY = 64 << 20,
    ALL_CUTS_MAX = 512, /* bytes of a sample that is cut at every byte */
    CUT_PARTS = 16,
    FLIPS_MIN = 32,
    FLIPS_MAX = 4096,
    CEILING_MIN = 4096,
    QUIET_SHOWN = 3
};

typedef struct sweep {
    const sample *what;
    format_options *options;
    uint64_t whole_len; /* bytes of text of the undamaged sample */
    unsigned runs;
    unsigned quiet;
    bool failed;
    format_context *context; /* warm, as in a worker */
} sweep;

/* What the alarm says when it rings; set before each run. */
static char running[512];

static void ring(int number)
{
    static const char text[] = "# hangs: ";
    (void)number;
    ssize_t done = write(STDOUT_FILENO, text, sizeof(text) - 1);
    done += write(STDOUT_FILENO, running, strlen(running));
    done += write(STDOUT_FILENO, "\n", 1);
    _exit(done > 0 ? 1 : 2);
}

static uint32_t draw(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static uint64_t now_ms(void)
{
    struct timespec now = {0, 0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static unsigned number_of(const char *name, unsigned standard)
{
    const char *text = getenv(name);
    unsigned value = 0;
    for (; text != NULL && *text >= '0' && *text <= '9' && value < 10000000; text++) {
        value = value * 10 + (unsigned)(*text - '0');
    }
    return value > 0 ? value : standard;
}

/* One examination of damaged bytes; `bytes` is a block of its own, so that a checker sees reads
 * behind it. */
static void run(sweep *all, lj_slice bytes, size_t memory, const char *kind, size_t at)
{
    contract checked;
    contract_init(&checked, NULL);
    snprintf(running, sizeof(running), "%s, %s at %zu", all->what->name, kind, at);
    alarm(HANG_SECONDS);
    lj_code code = memory == MEMORY
                       ? contract_examine_in(all->context, &checked, bytes, all->options)
                       : contract_examine(&checked, bytes, all->options, memory);
    alarm(0);
    all->runs++;
    bool refused =
        code ==
        LJ_E_NOMEM; /* below the size of a context or of a first document: told by the code */
    if (!contract_holds(&checked) || (code != LJ_OK && !refused)) {
        printf("# %s: %s (%s)\n", running,
               checked.fault != NULL ? checked.fault : "not taken through",
               lj_code_row_of(code)->name);
        all->failed = true;
    }
    if (code == LJ_OK && checked.text_len < all->whole_len && checked.gap_count == 0 &&
        checked.note_count == 0) {
        all->quiet++;
        if (all->quiet <= QUIET_SHOWN) {
            printf("# quiet: %s: %llu of %llu bytes of text\n", running,
                   (unsigned long long)checked.text_len, (unsigned long long)all->whole_len);
        }
    }
}

static void run_copy(sweep *all, lj_slice bytes, size_t len, const char *kind, size_t at,
                     size_t flip_bit)
{
    uint8_t *copy = len > 0 ? malloc(len) : NULL;
    if (copy != NULL) {
        memcpy(copy, bytes.ptr, len);
        if (flip_bit != SIZE_MAX) {
            copy[flip_bit / 8] ^= (uint8_t)(1U << flip_bit % 8);
        }
    }
    run(all, lj_slice_of(copy, len), MEMORY, kind, at);
    free(copy);
}

static void sweep_cuts(sweep *all, lj_slice bytes)
{
    for (size_t i = 0; i < CUT_PARTS; i++) {
        size_t len = bytes.len / CUT_PARTS * i + bytes.len % CUT_PARTS * i / CUT_PARTS;
        run_copy(all, bytes, len, "cut", len, SIZE_MAX);
    }
    for (size_t len = 0; bytes.len <= ALL_CUTS_MAX && len < bytes.len; len++) {
        run_copy(all, bytes, len, "cut", len, SIZE_MAX);
    }
}

static void sweep_flips(sweep *all, lj_slice bytes, uint32_t seed, uint64_t share_ms)
{
    uint64_t until = now_ms() + share_ms;
    unsigned wanted = (unsigned)lj_min_size(FLIPS_MAX, bytes.len * 8);
    for (unsigned i = 0; i < wanted && (i < FLIPS_MIN || now_ms() < until); i++) {
        size_t bit = draw(&seed) % (bytes.len * 8);
        run_copy(all, bytes, bytes.len, "flip of bit", bit, bit);
    }
}

static void sweep_ceilings(sweep *all, lj_slice bytes)
{
    for (size_t memory = CEILING_MIN; memory < MEMORY; memory += memory / 3) {
        run(all, bytes, memory, "memory", memory);
    }
}

static bool sweep_sample(format_context *context, const sample *what, uint32_t seed,
                         uint64_t share_ms, size_t max_len, unsigned *case_no)
{
    bool found = false;
    lj_slice bytes = sample_load(what->path, &found);
    if (!found || bytes.len == 0 || bytes.len > max_len) {
        sample_unload(bytes);
        return true;
    }
    sample_options options;
    sample_options_init(&options, what);
    /* The budget of a small file: damage must not buy hours. */
    options.options.limits.value[FORMAT_LIMIT_WORK] =
        lj_min_u64(options.options.limits.value[FORMAT_LIMIT_WORK], 256 * LJ_MIB);
    contract whole;
    contract_init(&whole, NULL);
    sweep all = {.what = what, .options = &options.options, .context = context};
    run(&all, bytes, MEMORY, "whole", 0);
    all.failed = contract_examine(&whole, bytes, &options.options, MEMORY) != LJ_OK;
    all.whole_len = whole.text_len;
    sweep_cuts(&all, bytes);
    sweep_flips(&all, bytes, seed, share_ms);
    sweep_ceilings(&all, bytes);
    (*case_no)++;
    printf("%s %u - sweep %s: %u runs, %u quiet\n", all.failed ? "not ok" : "ok", *case_no,
           what->name, all.runs, all.quiet);
    fflush(stdout);
    sample_options_done(&options);
    sample_unload(bytes);
    return !all.failed;
}

int main(int argc, char **argv)
{
    signal(SIGALRM, ring);
    sample_list *list = sample_list_new();
    uint32_t seed = number_of("SWEEP_SEED", 1) * 2654435761U | 1;
    size_t max_len = number_of("SWEEP_MAX", 16384);
    size_t sample_count = argc > 1 ? (size_t)argc - 1 : list != NULL ? list->count : 0;
    uint64_t share_ms =
        (uint64_t)number_of("SWEEP_SECONDS", 60) * 1000 / (sample_count > 0 ? sample_count : 1);
    unsigned case_no = 0;
    format_context *context = format_context_new(MEMORY);
    bool good = list != NULL && context != NULL;
    for (size_t i = 0; context != NULL && i < sample_count; i++) {
        sample given = {0};
        const sample *what = &given;
        if (argc > 1) {
            given = (sample){.path = argv[i + 1], .name = argv[i + 1]};
        } else {
            what = &list->rows[i];
        }
        if (strchr(what->name, '/') != NULL) {
            good = sweep_sample(context, what, seed + (uint32_t)i * 2246822519U, share_ms, max_len,
                                &case_no) &&
                   good;
        }
    }
    printf("1..%u\n", case_no);
    sample_list_free(list);
    format_context_free(context);
    return good ? 0 : 1;
}
