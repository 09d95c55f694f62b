/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The memory that MuPDF gets: counted, limited, and given back as a whole.
 *
 * MuPDF passes every allocation of itself, FreeType, zlib, libjpeg, OpenJPEG, jbig2dec and lcms
 * through these hooks. Each block is on a list, so that the end of a document needs no clean
 * destruction: also what an exception left behind goes. At the ceiling, or when the document is to
 * stop, a hook gives NULL; MuPDF empties its store, tries once more and throws FZ_ERROR_MEMORY.
 * That is also how a long loop inside MuPDF is ended: nearly all of them allocate. */
#include "formats/pdf/pdf_priv.h"

#include <stdlib.h>

typedef struct block {
    struct block *next, *prev;
    size_t len;
    size_t pad; /* keeps what follows aligned to 16 */
} block;

struct format_pdf_memory {
    format_pdf *pdf;
    size_t limit, used, peak;
    bool is_full;
    block list; /* head of a ring */
    fz_alloc_context hooks;
};

/* False when the hook has to refuse. */
static bool memory_has(format_pdf_memory *memory, size_t more)
{
    size_t total = 0;
    if (!lj_add_size(memory->used, more, &total) || total > memory->limit) {
        memory->is_full = true;
        return false;
    }
    return format_pdf_work(memory->pdf, 16 + more / 64) == LJ_OK;
}

static void block_link(format_pdf_memory *memory, block *it, size_t len)
{
    it->len = len;
    it->prev = &memory->list;
    it->next = memory->list.next;
    it->next->prev = it;
    memory->list.next = it;
    memory->used += len;
    if (memory->used > memory->peak) {
        memory->peak = memory->used;
    }
}

static void block_unlink(format_pdf_memory *memory, block *it)
{
    it->prev->next = it->next;
    it->next->prev = it->prev;
    memory->used -= it->len;
}

static void *hook_malloc(void *user, size_t len)
{
    format_pdf_memory *memory = user;
    size_t total = 0;
    if (!lj_add_size(len, sizeof(block), &total) || !memory_has(memory, len)) {
        return NULL;
    }
    block *it = malloc(total);
    if (it == NULL) {
        memory->is_full = true;
        return NULL;
    }
    block_link(memory, it, len);
    return it + 1;
}

static void hook_free(void *user, void *ptr)
{
    if (ptr != NULL) {
        block *it = (block *)ptr - 1;
        block_unlink(user, it);
        free(it);
    }
}

static void *hook_realloc(void *user, void *ptr, size_t len)
{
    if (ptr == NULL) {
        return hook_malloc(user, len);
    }
    if (len == 0) {
        hook_free(user, ptr);
        return NULL;
    }
    format_pdf_memory *memory = user;
    block *it = (block *)ptr - 1;
    size_t total = 0;
    if (!lj_add_size(len, sizeof(block), &total) ||
        (len > it->len && !memory_has(memory, len - it->len))) {
        return NULL;
    }
    size_t old_len = it->len;
    block_unlink(memory, it);
    block *grown = realloc(it, total);
    if (grown == NULL) {
        memory->is_full = true;
        block_link(memory, it, old_len);
        return NULL;
    }
    block_link(memory, grown, len);
    return grown + 1;
}

format_pdf_memory *format_pdf_memory_new(format_pdf *pdf, size_t limit)
{
    format_pdf_memory *memory = calloc(1, sizeof(*memory));
    if (memory == NULL) {
        return NULL;
    }
    memory->pdf = pdf;
    memory->limit = limit;
    memory->list.next = memory->list.prev = &memory->list;
    memory->hooks = (fz_alloc_context){memory, hook_malloc, hook_realloc, hook_free};
    return memory;
}

void format_pdf_memory_free(format_pdf_memory *memory)
{
    if (memory == NULL) {
        return;
    }
    for (block *it = memory->list.next; it != &memory->list;) {
        block *next = it->next;
        free(it);
        it = next;
    }
    free(memory);
}

const fz_alloc_context *format_pdf_memory_hooks(const format_pdf_memory *memory)
{
    return &memory->hooks;
}

bool format_pdf_memory_is_full(const format_pdf_memory *memory)
{
    return memory->is_full;
}

size_t format_pdf_memory_peak(const format_pdf_memory *memory)
{
    return memory->peak;
}
