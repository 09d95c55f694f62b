/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Matching with one remembered star, so the time is at most pattern times text and no pattern can
 * hang a scan: after a later star has matched, an earlier one need not be tried again - except that
 * `*` may not cross '/', so when a `*` fails at a '/', the last `**` is taken up again. */
#include "scan/glob.h"

#include "base/num.h"

/* One pattern element at p against one byte; *out_len is the length of the element. False when the
 * byte does not fit. */
static bool element_fits(lj_slice pattern, size_t p, uint8_t byte, size_t *out_len)
{
    uint8_t c = pattern.ptr[p];
    *out_len = 1;
    if (c == '?') {
        return byte != '/';
    }
    if (c == '\\' && p + 1 < pattern.len) {
        *out_len = 2;
        return pattern.ptr[p + 1] == byte;
    }
    if (c != '[') {
        return c == byte;
    }
    size_t at = p + 1;
    bool negated = at < pattern.len && (pattern.ptr[at] == '!' || pattern.ptr[at] == '^');
    at += negated ? 1 : 0;
    bool inside = false;
    size_t first = at;
    while (at < pattern.len && (pattern.ptr[at] != ']' || at == first)) {
        uint8_t low = pattern.ptr[at];
        uint8_t high = low;
        if (at + 2 < pattern.len && pattern.ptr[at + 1] == '-' && pattern.ptr[at + 2] != ']') {
            high = pattern.ptr[at + 2];
            at += 2;
        }
        inside = inside || (byte >= low && byte <= high);
        at++;
    }
    if (at >= pattern.len) {
        return c == byte; /* no closing bracket: the bracket itself is meant */
    }
    *out_len = at + 1 - p;
    return byte != '/' && inside != negated;
}

bool glob_fits(lj_slice pattern, lj_slice text)
{
    size_t p = 0;
    size_t t = 0;
    size_t star_p = SIZE_MAX; /* behind the last `*` */
    size_t star_t = 0;
    size_t deep_p = SIZE_MAX; /* behind the last `**` */
    size_t deep_t = 0;
    bool deep_slash = false; /* it took a '/' with it: what follows begins a name */
    while (t < text.len || p < pattern.len) {
        if (p < pattern.len && pattern.ptr[p] == '*') {
            bool deep = p + 1 < pattern.len && pattern.ptr[p + 1] == '*';
            p += deep ? 2 : 1;
            if (deep) {
                deep_slash =
                    p < pattern.len && pattern.ptr[p] == '/' && (t == 0 || text.ptr[t - 1] == '/');
                p += deep_slash ? 1 : 0;
                deep_p = p;
                deep_t = t;
                star_p = SIZE_MAX;
            } else {
                star_p = p;
                star_t = t;
            }
            continue;
        }
        size_t len = 0;
        if (p < pattern.len && t < text.len && element_fits(pattern, p, text.ptr[t], &len)) {
            p += len;
            t++;
        } else if (star_p != SIZE_MAX && star_t < text.len && text.ptr[star_t] != '/') {
            p = star_p;
            t = ++star_t;
        } else if (deep_p != SIZE_MAX && deep_t < text.len) {
            p = deep_p;
            deep_t++;
            while (deep_slash && deep_t < text.len && text.ptr[deep_t - 1] != '/') {
                deep_t++;
            }
            t = deep_t;
            star_p = SIZE_MAX;
        } else {
            return false;
        }
    }
    return true;
}

bool glob_set_fits(const glob_set *set, lj_slice path, lj_slice below)
{
    size_t slash = below.len;
    while (slash > 0 && below.ptr[slash - 1] != '/') {
        slash--;
    }
    lj_slice name = lj_slice_part(below, slash, SIZE_MAX);
    for (uint32_t i = 0; i < set->count; i++) {
        lj_slice pattern = lj_cstr_bytes(set->patterns[i]);
        while (pattern.len > 1 && pattern.ptr[pattern.len - 1] == '/') {
            pattern.len--;
        }
        bool has_slash = lj_slice_find(pattern, LJ_BYTES("/")) != SIZE_MAX;
        lj_slice against = !has_slash                                 ? name
                           : pattern.len > 0 && pattern.ptr[0] == '/' ? path
                                                                      : below;
        if (pattern.len > 0 && glob_fits(pattern, against)) {
            return true;
        }
    }
    return false;
}
