/* SPDX-License-Identifier: AGPL-3.0-or-later
 * How fast detection takes plain text, and what it says about text that speaks of secrecy without
 * being marked. Usage: detect_bench [-n ROUNDS] FILE... Decodes each file to UTF-8 (not timed),
 * feeds the text as blocks of 256 KiB ending at line ends until about 464 MB have been taken (or
 * ROUNDS rounds), and prints GB for each second of processor time from detect_begin to detect_end;
 * then judges each file as a document of its own in blocks of 64 KiB and prints how many reach each
 * class. Exit 1 when a file reaches `look`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/num.h"
#include "detect/detect.h"

enum { BLOCK = 256 * 1024, PIECE = 64 * 1024 };
static const uint64_t bench_target = 464000000;

static double bench_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static lj_slice bench_load(const char *path)
{
    FILE *in = fopen(path, "rbe");
    lj_buf raw;
    lj_buf_init(&raw, NULL, 64 * LJ_MIB);
    if (in == NULL) {
        fprintf(stderr, "cannot open %s\n", path);
        exit(66);
    }
    size_t len = 0;
    do {
        uint8_t *room = lj_buf_room(&raw, PIECE);
        len = room != NULL ? fread(room, 1, PIECE, in) : 0;
        raw.len += len;
    } while (len > 0);
    (void)fclose(in);
    lj_buf text;
    lj_buf_init(&text, NULL, 256 * LJ_MIB);
    size_t bom = 0;
    text_charset charset = text_charset_guess(lj_buf_slice(&raw), TEXT_CHARSET_NONE, &bom);
    (void)text_to_utf8(charset, lj_slice_part(lj_buf_slice(&raw), bom, raw.len), false, &text,
                       NULL);
    lj_buf_done(&raw);
    return lj_buf_slice(&text); /* kept until the end of the program */
}

/* The end of a block of at most `most` bytes that begins at `from`: behind the last line end in it.
 */
static size_t bench_cut(lj_slice text, size_t from, size_t most)
{
    size_t to = lj_min_size(from + most, text.len);
    if (to == text.len) {
        return to;
    }
    size_t at = to;
    while (at > from && text.ptr[at - 1] != '\n') {
        at--;
    }
    return at > from ? at : to;
}

/* One document in blocks of `most` bytes. */
static detect_class bench_judge(const detect_rules *rules, lj_slice text, size_t most, bool show)
{
    detect_about about = {.today_on = 20781, .changed_on = INT32_MIN, .explain = show};
    detect_doc *doc = detect_begin(rules, &about, LJ_MIB, NULL, NULL);
    if (doc == NULL) {
        exit(70);
    }
    size_t from = 0;
    while (from < text.len) {
        size_t to = bench_cut(text, from, most);
        span what = span_of(SPAN_BODY, (lj_str){(const char *)text.ptr + from, to - from});
        what.src_off = from;
        detect_span(doc, &what);
        from = to;
    }
    const detect_result *result = detect_end(doc);
    detect_class class_ = result->class_;
    for (uint32_t i = 0; show && i < result->hit_count && i < 3; i++) {
        const detect_hit *hit = &result->hits[i];
        printf("  %s/%s %d '%.*s' at %llu\n", detect_pack_of(rules, hit->pack_idx)->name,
               detect_rule_name(rules, hit->pack_idx, hit->rule_idx), hit->score,
               (int)hit->mark.len, hit->mark.ptr, (unsigned long long)hit->src_off);
    }
    detect_free(doc);
    return class_;
}

int main(int argc, char **argv)
{
    uint64_t rounds = 0;
    int first = 1;
    if (argc > 2 && strcmp(argv[1], "-n") == 0) {
        rounds = strtoull(argv[2], NULL, 10);
        first = 3;
    }
    lj_err err = {0};
    detect_rules *rules = NULL;
    double begun = bench_now();
    if (detect_rules_new(&rules, &err) != LJ_OK ||
        detect_rules_add_standard(rules, &err) != LJ_OK ||
        detect_rules_seal(rules, &err) != LJ_OK) {
        fprintf(stderr, "rules: %s\n", err.what);
        return 70;
    }
    printf("rules ready in %.1f ms\n", (bench_now() - begun) * 1e3);
    lj_buf all;
    lj_buf_init(&all, NULL, LJ_GIB);
    uint32_t classes[DETECT_CLASS_COUNT] = {0};
    uint32_t files = 0;
    for (int i = first; i < argc; i++) {
        lj_slice text = bench_load(argv[i]);
        lj_buf_put(&all, text);
        lj_buf_put_u8(&all, '\n');
        detect_class class_ = bench_judge(rules, text, PIECE, false);
        classes[class_]++;
        files++;
        if (class_ != DETECT_NONE) {
            printf("%s: %s\n", argv[i], detect_class_row(class_)->name);
            (void)bench_judge(rules, text, PIECE, true);
        }
    }
    if (rounds == 0 && all.len > 0) {
        rounds = bench_target / all.len + 1;
    }
    begun = bench_now();
    for (uint64_t round = 0; round < rounds; round++) {
        (void)bench_judge(rules, lj_buf_slice(&all), BLOCK, false);
    }
    double took = bench_now() - begun;
    printf("detect_span: %.0f MB in %.3f s = %.2f GB/s\n", (double)all.len * (double)rounds * 1e-6,
           took, (double)all.len * (double)rounds * 1e-9 / took);
    begun = bench_now();
    size_t hits = 0;
    for (uint64_t round = 0; round < rounds; round++) {
        size_t at = 0;
        while (at < all.len) {
            at = text_seeds_find(detect_rules_seeds(rules), TEXT_UTF8, lj_buf_slice(&all), at);
            hits += at < all.len;
            at++;
        }
    }
    took = bench_now() - begun;
    printf("seed search alone: %.2f GB/s, %.1f seeds per MB\n",
           (double)all.len * (double)rounds * 1e-9 / took,
           rounds > 0 ? (double)hits / ((double)all.len * (double)rounds * 1e-6) : 0);
    printf("%u files: none %u, look %u, probable %u, confirmed %u\n", files, classes[DETECT_NONE],
           classes[DETECT_LOOK], classes[DETECT_PROBABLE], classes[DETECT_CONFIRMED]);
    lj_buf_done(&all);
    detect_rules_free(rules);
    return files == classes[DETECT_NONE] ? 0 : 1;
}
