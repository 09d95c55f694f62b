/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What is it? Two levels (scanner-core 6). Base rows look at head and tail; the strongest gives the
 * name, and every other one with strong evidence is read too (polyglots: PDF + ZIP, HTML + ZIP).
 * Then the dialect rows of a base look at its members or root name and shadow it. Recognition is by
 * content only; the extension is compared afterwards. */
#include "base/num.h"
#include "formats/core.h"

enum {
    PROBE_LEN = 64 * 1024,
    STRONG = 32, /* bits of evidence from which a second base is believed beside a stronger one */
};

static void add_base(identity *out, const format_row *row, int bits, int *all_bits)
{
    uint32_t at = out->count;
    while (at > 0 && all_bits[at - 1] < bits) {
        at--;
    }
    if (at >= RUN_ROWS_MAX) {
        return;
    }
    uint32_t last = out->count < RUN_ROWS_MAX ? out->count : RUN_ROWS_MAX - 1;
    for (uint32_t i = last; i > at; i--) {
        out->base[i] = out->base[i - 1];
        all_bits[i] = all_bits[i - 1];
    }
    out->base[at] = row;
    all_bits[at] = bits;
    if (out->count < RUN_ROWS_MAX) {
        out->count++;
    }
}

static const format_row *find_dialect(const format_row *base, const format_probe *probe)
{
    const format_row *best = base;
    int best_bits = 0;
    for (uint32_t i = 0; format_row_at(i) != NULL; i++) {
        const format_row *row = format_row_at(i);
        if (row->base == NULL || strcmp(row->base, base->name) != 0) {
            continue;
        }
        int bits = row->sniff(probe);
        if (bits > best_bits) {
            best_bits = bits;
            best = row;
        }
    }
    return best;
}

bool format_probe_has(const format_probe *probe, lj_slice name)
{
    for (uint32_t i = 0; i < probe->member_count; i++) {
        if (lj_slice_is_nocase(probe->members[i], name)) {
            return true;
        }
    }
    return false;
}

const format_row *format_recognise(lj_slice head)
{
    enum { CLEAR = 24 };
    format_probe probe = {.head = head, .tail = head, .size = FORMAT_SIZE_UNKNOWN};
    const format_row *best = NULL;
    int best_bits = CLEAR - 1;
    for (uint32_t i = 0; format_row_at(i) != NULL; i++) {
        const format_row *row = format_row_at(i);
        int bits = row->base == NULL && (row->traits & FORMAT_WORDS) == 0 ? row->sniff(&probe) : 0;
        if (bits > best_bits) {
            best_bits = bits;
            best = row;
        }
    }
    return best;
}

lj_code identify(format_run *run, identity *out)
{
    *out = (identity){0};
    format_src *src = run->src;
    lj_slice head = format_slurp(run, src, 0, PROBE_LEN);
    format_probe probe = {.head = head, .size = format_src_size(src)};
    if (probe.size == FORMAT_SIZE_UNKNOWN && head.len < PROBE_LEN) {
        probe.size = head.len;
    }
    if (probe.size != FORMAT_SIZE_UNKNOWN && probe.size <= PROBE_LEN) {
        probe.tail = head;
    } else if (source_end_is_near(src)) {
        if (probe.size == FORMAT_SIZE_UNKNOWN) {
            /* a small compressed range: decode it to learn its size */
            uint64_t at = head.len;
            lj_slice part = head;
            while (part.len > 0) {
                part = format_bytes(run, src, at, FORMAT_WINDOW_MAX);
                at += part.len;
            }
            probe.size = format_src_size(src);
        }
        if (probe.size != FORMAT_SIZE_UNKNOWN) {
            uint64_t from = probe.size > PROBE_LEN ? probe.size - PROBE_LEN : 0;
            probe.tail = format_slurp(run, src, from, PROBE_LEN);
        }
    }
    if (head.len == 0) {
        return run->context->stopped;
    }

    int bits[RUN_ROWS_MAX] = {0};
    for (uint32_t i = 0; format_row_at(i) != NULL; i++) {
        const format_row *row = format_row_at(i);
        bool is_text = (row->traits & FORMAT_WORDS) != 0 && (row->traits & FORMAT_LOOSE) != 0;
        if (is_text && bits[0] >= STRONG) {
            continue; /* it would lose, and guessing a charset takes time */
        }
        if (row->base == NULL) {
            int found = row->sniff(&probe);
            if (found > 0) {
                add_base(out, row, found, bits);
            }
        }
    }
    while (out->count > 1 && bits[out->count - 1] < STRONG) {
        out->count--;
    }
    for (uint32_t i = 0; i < out->count; i++) {
        out->row[i] = out->base[i];
        if ((out->base[i]->traits & FORMAT_LEVEL2) != 0 && out->base[i]->index != NULL) {
            run->index = NULL;
            probe.members = NULL;
            probe.member_count = 0;
            probe.root_name = probe.root_space = (lj_slice){NULL, 0};
            lj_code code = out->base[i]->index(run, src, &probe);
            out->index[i] = run->index;
            if (code == LJ_OK || code == LJ_E_FORMAT) {
                out->row[i] = find_dialect(out->base[i], &probe);
            } else if (code == LJ_E_LIMIT || code == LJ_E_CANCELLED) {
                return code;
            }
        }
    }
    return run->context->stopped;
}
