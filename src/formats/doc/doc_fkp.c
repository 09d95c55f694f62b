/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Pages of formatted runs and paragraphs (FKP) of a Word document.
 *
 * Specification: [MS-DOC] 2.8.5, 2.8.6 (tables of pages), 2.9.33 (ChpxFkp), 2.9.175 (PapxFkp),
 * 2.9.176 (PapxInFkp); before 97 page numbers have 2 bytes and the entries of paragraphs 7.
 *
 * Model. The offset of a letter in the stream leads to a page of 512 bytes, there to a run. The run
 * that was found last is kept, because text is read forwards. A page that makes no sense gives a
 * run without properties. */
#include "formats/doc/doc.h"

#include "base/num.h"

enum {
    PAGE = 512,
    PAGE_COUNT_AT = 511,
    PAGE_NUMBER_MASK = 0x3FFFFF, /* 2.9.206: 22 bits */
    BX_97 = 13,
    BX_OLD = 7,
};

static uint32_t u32_at(lj_slice bytes, size_t off)
{
    lj_cur cur = lj_cur_of(lj_slice_part(bytes, off, 4));
    return lj_cur_u32le(&cur);
}

/* Where page i of the table stands. */
static uint64_t page_off(const doc_fkp *fkp, uint32_t i)
{
    size_t at = 4 * ((size_t)fkp->count + 1) + (size_t)i * fkp->entry_len;
    lj_cur cur = lj_cur_of(lj_slice_part(fkp->table, at, fkp->entry_len));
    uint64_t number = fkp->entry_len == 2 ? lj_cur_u16le(&cur) : lj_cur_u32le(&cur);
    return (number & PAGE_NUMBER_MASK) * PAGE;
}

void doc_fkp_open(doc *d, doc_fkp *fkp, doc_pair pair)
{
    *fkp = (doc_fkp){.is_pap = pair == DOC_BTE_PAPX};
    if (d->fib.age == DOC_AGE_2) {
        return;
    }
    fkp->entry_len = d->fib.age == DOC_AGE_97 ? 4 : 2;
    fkp->table = doc_pair_of(d, pair);
    fkp->count = fkp->table.len >= 4 ? (uint32_t)((fkp->table.len - 4) / (4 + fkp->entry_len)) : 0;
    for (uint32_t i = 0; i < fkp->count; i++) {
        (void)doc_bytes(d, DOC_WORD, page_off(fkp, i), PAGE);
    }
}

/* The last index of `count` ascending words whose value is not above off; count when off lies
 * before all. */
static uint32_t find_word(lj_slice words, uint32_t count, uint32_t off)
{
    uint32_t low = 0;
    uint32_t high = count;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (u32_at(words, 4 * (size_t)mid) <= off) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low > 0 ? low - 1 : count;
}

static lj_slice run_mods(const doc *d, const doc_fkp *fkp, lj_slice page, uint32_t runs, uint32_t i)
{
    size_t width = !fkp->is_pap ? 1 : d->fib.age == DOC_AGE_97 ? BX_97 : BX_OLD;
    size_t at = 4 * ((size_t)runs + 1) + i * width;
    if (at >= PAGE_COUNT_AT || page.ptr[at] == 0) {
        return (lj_slice){NULL, 0};
    }
    at = 2 * (size_t)page.ptr[at];
    lj_slice body = lj_slice_part(page, at, PAGE_COUNT_AT - at);
    if (body.len < 2) {
        return (lj_slice){NULL, 0};
    }
    size_t len = body.ptr[0];
    if (!fkp->is_pap) {
        return lj_slice_part(body, 1, len);
    }
    if (d->fib.age != DOC_AGE_97) {
        return lj_slice_part(body, 1, 2 * len);
    }
    return len == 0 ? lj_slice_part(body, 2, 2 * (size_t)body.ptr[1])
                    : lj_slice_part(body, 1, 2 * len - 1);
}

void doc_fkp_seek(doc *d, doc_fkp *fkp, uint32_t off)
{
    if (off >= fkp->from && off < fkp->to) {
        return;
    }
    fkp->from = off;
    fkp->to = UINT32_MAX;
    fkp->mods = (lj_slice){NULL, 0};
    uint32_t i = find_word(fkp->table, fkp->count, off);
    if (i >= fkp->count) {
        uint32_t first = fkp->count > 0 ? u32_at(fkp->table, 0) : UINT32_MAX;
        fkp->to = first > off ? first : UINT32_MAX;
        return;
    }
    uint32_t end = u32_at(fkp->table, 4 * ((size_t)i + 1));
    fkp->to = end > off ? end : UINT32_MAX;
    if (end <= off) {
        return; /* behind the last page */
    }
    const doc_stream *word = &d->streams[DOC_WORD];
    lj_slice page =
        lj_slice_part(lj_slice_of(word->ptr, word->len), (size_t)page_off(fkp, i), PAGE);
    uint32_t runs = page.len == PAGE ? page.ptr[PAGE_COUNT_AT] : 0;
    if (runs == 0 || 4 * ((size_t)runs + 1) > PAGE_COUNT_AT) {
        d->is_damaged = true;
        return;
    }
    uint32_t k = find_word(page, runs + 1, off);
    if (k >= runs) {
        return;
    }
    uint32_t to = u32_at(page, 4 * ((size_t)k + 1));
    if (to <= off) {
        return;
    }
    fkp->from = u32_at(page, 4 * (size_t)k);
    fkp->to = to;
    fkp->mods = run_mods(d, fkp, page, runs, k);
}
