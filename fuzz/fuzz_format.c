/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Fuzz target of the core with all readers. fuzz/meson.build builds it once per format (fuzz_docx,
 * fuzz_pdf ...): same code, own seeds and dictionary, so that each reader gets its own corpus and
 * time. Only the warm context and the seeds are kept between inputs. The limits are those below, so
 * that exceeding the budget of a small input is a finding (time, memory) and not a wait. Every
 * promise of tests/formats/contract.h is checked; a broken one aborts. */
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "contract.h"
#include "text/seeds.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

enum { MEMORY = 64 << 20 };

static const struct {
    format_limit limit;
    uint64_t value;
} limits[] = {
    {FORMAT_LIMIT_INFLATED,    4 * LJ_MIB },
    {FORMAT_LIMIT_RATIO_FREE,  1 * LJ_MIB },
    {FORMAT_LIMIT_ENTRIES,     512        },
    {FORMAT_LIMIT_DEPTH,       8          },
    {FORMAT_LIMIT_SPANS,       20000      },
    {FORMAT_LIMIT_CHARACTERS,  4 * LJ_MIB },
    {FORMAT_LIMIT_WORK,        64 * LJ_MIB},
    {FORMAT_LIMIT_PDF_OBJECTS, 4096       },
    {FORMAT_LIMIT_PDF_PAGES,   32         },
};

/* As in a scan: what holds no seed need not be told. */
static const text_seeds *seeds_once(void)
{
    static const lj_str words[] = {
        {"密",    3},
        {"内部", 6},
        {"敏感", 6}
    };
    static text_seeds *seeds; /* built once, read only */
    if (seeds == NULL) {
        LJ_ASSERT(text_seeds_new(words, LJ_COUNT_OF(words), &seeds, NULL) == LJ_OK);
    }
    return seeds;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    /* Options out of the input's own length: every run is repeatable. */
    static const lj_str password = {"geheim", 6};
    format_options options = {.limits = format_limits_standard(),
                              .seeds = seeds_once(),
                              .wants_all = len / 2 % 2 == 0, /* explaining, or a scan */
                              .wants_sha256 = len % 2 == 0,
                              .passwords = &password,
                              .password_count = len % 3 == 0};
    for (size_t i = 0; i < LJ_COUNT_OF(limits); i++) {
        options.limits.value[limits[i].limit] = limits[i].value;
    }
    contract checked;
    contract_init(&checked, /* dump= */ NULL);
    static format_context *context;
    if (context == NULL) {
        context = format_context_new(MEMORY);
        LJ_ASSERT(context != NULL);
    }
    lj_code code = contract_examine_in(context, &checked, lj_slice_of(bytes, len), &options);
    LJ_ASSERT(code == LJ_OK);
    if (!contract_holds(&checked)) {
        fprintf(stderr, "broken promise: %s\n", checked.fault);
        abort();
    }
    return 0;
}
