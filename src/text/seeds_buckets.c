/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Joins the patterns of a seed set to the buckets of the byte filter. The filter has sixteen, so
 * patterns are joined, always the two whose union lets the least ordinary text pass, by a rough
 * table of how often bytes occur in Chinese prose of that charset and in ASCII. */
#include <stdlib.h>

#include "base/num.h"
#include "text/seeds_build.h"

enum {
    CLUSTER_MAX = 64, /* patterns that are compared each with each */
    CHUNKS = 512,     /* patterns that are compared with their neighbours */
};

/* Kinds of text that must pass quickly: Chinese prose in the charset, its commonest signs and
 * letters (a comma is every fifteenth character, and one bucket that lets it pass costs more than
 * all others), and the ASCII of logs and sources. */
enum { MODEL_PROSE, MODEL_COMMON, MODEL_ASCII, MODELS };

/* How often bytes occur in a kind of text, in ten-thousandths; only the order of size matters. Kept
 * as sums over sets of low halves, eight at a time, for each high half. */
typedef struct model {
    uint32_t sums[16][2][256];
} model;

/* The bytes of ，。、：；（）“”的 in UTF-8 and of ，。、的 in GB18030. */
static uint32_t weight_of_common(text_charset charset, unsigned byte)
{
    static const uint8_t utf8[] = {0xEF, 0xBC, 0x8C, 0xE3, 0x80, 0x82, 0x81,
                                   0x9A, 0x9B, 0x88, 0x89, 0xE7, 0x9A, 0x84};
    static const uint8_t gb[] = {0xA3, 0xAC, 0xA1, 0xA2, 0xB5, 0xC4};
    if (charset == TEXT_UTF8) {
        return memchr(utf8, (int)byte, sizeof(utf8)) != NULL ? 700 : 0;
    }
    return charset == TEXT_GB18030 && memchr(gb, (int)byte, sizeof(gb)) != NULL ? 900 : 0;
}

static uint32_t weight_of(text_charset charset, int model_no, unsigned byte)
{
    if (model_no == MODEL_COMMON) {
        return weight_of_common(charset, byte);
    }
    bool letter = byte >= 'a' && byte <= 'z';
    bool capital = byte >= 'A' && byte <= 'Z';
    if (model_no == MODEL_ASCII) {
        uint32_t weight = letter                        ? 280
                          : byte == ' '                 ? 1200
                          : capital                     ? 40
                          : byte >= 0x20 && byte < 0x7F ? 25
                                                        : 1;
        /* In UTF-16 every other byte is 0. */
        bool wide = charset == TEXT_UTF16LE || charset == TEXT_UTF16BE;
        return wide && byte == 0 ? 5000 : wide ? weight / 2 : weight;
    }
    uint32_t weight = byte >= 0x20 && byte < 0x7F ? 15 : byte < 0x80 ? 3 : 1;
    switch (charset) {
    case TEXT_UTF8:
        return byte >= 0x80 && byte < 0xC0                    ? 75
               : byte >= 0xE4 && byte <= 0xE9                 ? 400
               : byte == 0xE2 || byte == 0xE3 || byte == 0xEF ? 150
                                                              : weight;
    case TEXT_GB18030:
    case TEXT_BIG5:
        return byte >= 0xA1 && byte <= 0xF7 ? 90 : byte >= 0x81 && byte < 0xA1 ? 10 : weight;
    default:
        return byte >= 0x4E && byte < 0xA0 ? 60 : byte == 0 ? 300 : byte == 0x20 ? 60 : 25;
    }
}

static void make_models(text_charset charset, model out[MODELS])
{
    for (int m = 0; m < MODELS; m++) {
        for (unsigned high = 0; high < 16; high++) {
            for (unsigned half = 0; half < 2; half++) {
                uint32_t *sums = out[m].sums[high][half];
                sums[0] = 0;
                for (unsigned set = 1; set < 256; set++) {
                    unsigned low = half * 8 + (unsigned)__builtin_ctz(set);
                    sums[set] = sums[set & (set - 1)] + weight_of(charset, m, high << 4 | low);
                }
            }
        }
    }
}

/* Share of positions that pass, in units of 10^-12 (a position's weights add up to about 10^4),
 * summed over the models. */
static uint64_t cost_of(const model models[MODELS], const seeds_pattern *row)
{
    uint64_t total = 0;
    for (int m = 0; m < MODELS; m++) {
        uint64_t cost = 1;
        for (size_t i = 0; i < SEEDS_POSITIONS; i++) {
            uint64_t sum = 0;
            for (unsigned highs = row->high[i]; highs != 0; highs &= highs - 1) {
                const uint32_t(*sums)[256] = models[m].sums[__builtin_ctz(highs)];
                sum += sums[0][row->low[i] & 0xFF] + sums[1][row->low[i] >> 8];
            }
            cost *= sum;
        }
        total += cost;
    }
    return total;
}

static seeds_pattern joined(const seeds_pattern *a, const seeds_pattern *b)
{
    seeds_pattern out = *a;
    for (size_t i = 0; i < SEEDS_POSITIONS; i++) {
        out.low[i] |= b->low[i];
        out.high[i] |= b->high[i];
    }
    return out;
}

/* What joining the two adds to what passes; their own costs are known. */
static int64_t join_cost(const model models[MODELS], const seeds_pattern *a, uint64_t a_cost,
                         const seeds_pattern *b, uint64_t b_cost)
{
    seeds_pattern both = joined(a, b);
    return (int64_t)cost_of(models, &both) - (int64_t)a_cost - (int64_t)b_cost;
}

static int compare_patterns(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(seeds_pattern));
}

/* Sorts and drops what is there twice; returns the number left. */
static size_t sort_patterns(seeds_pattern *rows, size_t count)
{
    size_t kept = 0;
    if (count > 1) {
        qsort(rows, count, sizeof(*rows), compare_patterns);
    }
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || memcmp(&rows[kept - 1], &rows[i], sizeof(*rows)) != 0) {
            rows[kept++] = rows[i];
        }
    }
    return kept;
}

/* Joins neighbours in sorted order, the cheapest first, until few enough are left to compare each
 * with each. Above CHUNKS that many equal shares are joined first, so that the time stays bounded.
 */
static size_t join_neighbours(const model models[MODELS], seeds_pattern *rows, size_t count)
{
    if (count > CHUNKS) {
        for (size_t i = 0; i < CHUNKS; i++) {
            size_t from = i * count / CHUNKS;
            seeds_pattern all = rows[from];
            for (size_t k = from + 1; k < (i + 1) * count / CHUNKS; k++) {
                all = joined(&all, &rows[k]);
            }
            rows[i] = all;
        }
        count = CHUNKS;
    }
    int64_t costs[CHUNKS]; /* of joining with the next */
    uint64_t own[CHUNKS];
    for (size_t i = 0; i < count; i++) {
        own[i] = cost_of(models, &rows[i]);
    }
    for (size_t i = 0; i + 1 < count; i++) {
        costs[i] = join_cost(models, &rows[i], own[i], &rows[i + 1], own[i + 1]);
    }
    while (count > CLUSTER_MAX) {
        size_t best = 0;
        for (size_t i = 1; i + 1 < count; i++) {
            best = costs[i] < costs[best] ? i : best;
        }
        rows[best] = joined(&rows[best], &rows[best + 1]);
        own[best] = cost_of(models, &rows[best]);
        memmove(&own[best + 1], &own[best + 2], (count - best - 2) * sizeof(*own));
        memmove(&rows[best + 1], &rows[best + 2], (count - best - 2) * sizeof(*rows));
        memmove(&costs[best], &costs[best + 1], (count - best - 1) * sizeof(*costs));
        count--;
        if (best + 1 < count) {
            costs[best] = join_cost(models, &rows[best], own[best], &rows[best + 1], own[best + 1]);
        }
        if (best > 0) {
            costs[best - 1] =
                join_cost(models, &rows[best - 1], own[best - 1], &rows[best], own[best]);
        }
    }
    return count;
}

static size_t join_to_buckets(const model models[MODELS], seeds_pattern *rows, size_t count)
{
    static const int64_t never = INT64_MAX;
    int64_t costs[CLUSTER_MAX][CLUSTER_MAX];
    uint64_t own[CLUSTER_MAX];
    for (size_t i = 0; i < count; i++) {
        own[i] = cost_of(models, &rows[i]);
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < count; k++) {
            costs[i][k] = k > i ? join_cost(models, &rows[i], own[i], &rows[k], own[k]) : never;
        }
    }
    bool gone[CLUSTER_MAX] = {false};
    for (size_t left = count; left > SEEDS_BUCKETS; left--) {
        size_t a = 0;
        size_t b = 1;
        for (size_t i = 0; i < count; i++) {
            for (size_t k = i + 1; k < count; k++) {
                if (costs[i][k] < costs[a][b]) {
                    a = i;
                    b = k;
                }
            }
        }
        rows[a] = joined(&rows[a], &rows[b]);
        own[a] = cost_of(models, &rows[a]);
        gone[b] = true;
        for (size_t i = 0; i < count; i++) {
            costs[i][b] = never;
            costs[b][i] = never;
            if (i != a && !gone[i]) {
                costs[i < a ? i : a][i < a ? a : i] =
                    join_cost(models, &rows[a], own[a], &rows[i], own[i]);
            }
        }
    }
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (!gone[i]) {
            rows[kept++] = rows[i];
        }
    }
    return kept;
}

uint32_t seeds_filter_make(text_charset charset, seeds_pattern *rows, size_t count,
                           seeds_filter *out)
{
    model models[MODELS];
    uint64_t cost = 0;
    make_models(charset, models);
    count = sort_patterns(rows, count);
    count = join_neighbours(models, rows, count);
    count = join_to_buckets(models, rows, count);
    for (size_t i = 0; i < count; i++) {
        cost += cost_of(models, &rows[i]);
        for (size_t k = 0; k < SEEDS_POSITIONS; k++) {
            for (size_t half = 0; half < 16; half++) {
                out->low[i / 8][k][half] |= (uint8_t)((rows[i].low[k] >> half & 1) << i % 8);
                out->high[i / 8][k][half] |= (uint8_t)((rows[i].high[k] >> half & 1) << i % 8);
            }
        }
    }
    return (uint32_t)lj_min_u64(cost / 1000000, 1000000);
}
