/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Laws of the corpus that stand in several formats: the Han characters that are read from the DOCX
 * and PDF form against those of the text form, counted letter by letter. Skips without a corpus. */
#define _GNU_SOURCE /* nftw */
#include <ftw.h>
#include <stdlib.h>

#include "../check.h"
#include "base/num.h"
#include "formats/examine.h"
#include "text/charset.h"
#include "text/fold.h"

enum {
    FILES_MAX = 512,
    HAN_FROM = 0x4E00,
    HAN_TO = 0xA000,
    MEMORY = 192 << 20,
    SAME_BP = 9950, /* hundredths of a percent that must be the same */
};

typedef struct law_file {
    char *path;
    char law[256];    /* the name without number and extension */
    uint32_t *counts; /* of each Han character, from the text form; NULL for others */
} law_file;

static law_file files[FILES_MAX];
static uint32_t file_count;

static int add_file(const char *path, const struct stat *about, int kind, struct FTW *at)
{
    (void)about;
    const char *name = path + at->base;
    const char *dot = strrchr(name, '.');
    const char *mark = strchr(name, '_');
    if (kind == FTW_F && dot != NULL && mark != NULL && dot > mark && file_count < FILES_MAX) {
        law_file *file = &files[file_count++];
        file->path = strdup(path);
        size_t len = lj_min_size((size_t)(dot - mark - 1), sizeof(file->law) - 1);
        memcpy(file->law, mark + 1, len);
    }
    return 0;
}

/* ---- reading ---- */

typedef struct law_text {
    lj_slice bytes;
    uint32_t counts[HAN_TO - HAN_FROM];
} law_text;

static void on_begin(void *ctx, const format_doc *doc)
{
    (void)ctx;
    (void)doc;
}

static lj_code on_span(void *ctx, const format_doc *doc, const span *what)
{
    law_text *text = ctx;
    (void)doc;
    bool printed = what->role == SPAN_BODY || what->role == SPAN_CELL || what->role == SPAN_TITLE;
    for (size_t at = 0; printed && at < what->text.len;) {
        uint8_t lead = (uint8_t)what->text.ptr[at];
        size_t len = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        if (len == 3 && at + 3 <= what->text.len) {
            uint32_t letter = (uint32_t)(lead & 15) << 12 |
                              (uint32_t)((uint8_t)what->text.ptr[at + 1] & 63) << 6 |
                              ((uint8_t)what->text.ptr[at + 2] & 63);
            if (letter >= HAN_FROM && letter < HAN_TO) {
                text->counts[letter - HAN_FROM]++;
            }
        }
        at += len;
    }
    return LJ_OK;
}

static void on_gap(void *ctx, const format_doc *doc, const gap *what)
{
    (void)ctx;
    (void)doc;
    fail_msg("a gap: %d", (int)what->cause);
}

static void on_note(void *ctx, const format_doc *doc, format_note note)
{
    (void)ctx;
    (void)doc;
    (void)note;
}

static void on_end(void *ctx, const format_doc *doc, const format_doc_end *end)
{
    (void)ctx;
    (void)doc;
    (void)end;
}

static lj_code read_bytes(void *ctx, uint64_t off, uint8_t *dst, size_t len, size_t *out_len,
                          lj_err *err)
{
    (void)err;
    lj_slice part = lj_slice_part(((law_text *)ctx)->bytes, (size_t)off, len);
    memcpy(dst, part.ptr, part.len);
    *out_len = part.len;
    return LJ_OK;
}

static law_text *read_law(format_context *context, const char *path)
{
    law_text *text = calloc(1, sizeof(*text));
    lj_buf bytes;
    lj_buf_init(&bytes, NULL, 64 * LJ_MIB);
    FILE *in = fopen(path, "rbe");
    assert_true(text != NULL && in != NULL);
    size_t got = 1;
    while (got > 0) {
        uint8_t *room = lj_buf_room(&bytes, 65536);
        got = room != NULL ? fread(room, 1, 65536, in) : 0;
        bytes.len += got;
    }
    (void)fclose(in);
    text->bytes = lj_buf_slice(&bytes);
    format_sink sink = {text, on_begin, on_span, NULL, on_gap, on_note, on_end, NULL};
    format_input input = {text, bytes.len, read_bytes};
    format_options options = {.limits = format_limits_standard(), .wants_all = true};
    lj_err err;
    assert_int_equal(format_examine(context, &input, &options, &sink, &err), LJ_OK);
    lj_buf_done(&bytes);
    return text;
}

/* ---- the comparison ---- */

static bool has_extension(const law_file *file, const char *extension)
{
    return strcmp(strrchr(file->path, '.'), extension) == 0;
}

/* Letters that both hold, of the larger sum, in hundredths of a percent. */
static uint32_t same_bp(const uint32_t *a, const uint32_t *b)
{
    uint64_t same = 0;
    uint64_t sum_a = 0;
    uint64_t sum_b = 0;
    for (size_t i = 0; i < HAN_TO - HAN_FROM; i++) {
        same += a[i] < b[i] ? a[i] : b[i];
        sum_a += a[i];
        sum_b += b[i];
    }
    uint64_t most = lj_max_u64(lj_max_u64(sum_a, sum_b), 1);
    return (uint32_t)(same * 10000 / most);
}

static void test_law_text__docx_and_pdf_say_what_the_text_says(void **state)
{
    (void)state;
    const char *corpus = getenv("LIJIAN_CORPUS");
    char folder[4096];
    (void)snprintf(folder, sizeof(folder), "%s/law", corpus != NULL ? corpus : "");
    if (corpus == NULL || nftw(folder, add_file, 16, FTW_PHYS) != 0) {
        print_message("skipped: the laws of the corpus are missing\n");
        skip();
    }
    format_context *context = format_context_new(MEMORY);
    assert_non_null(context);
    uint32_t compared = 0;
    uint32_t least = 10000;
    for (uint32_t i = 0; i < file_count; i++) {
        if (!has_extension(&files[i], ".txt")) {
            continue;
        }
        law_text *text = NULL;
        for (uint32_t k = 0; k < file_count; k++) {
            bool other = has_extension(&files[k], ".docx") || has_extension(&files[k], ".pdf");
            if (!other || strcmp(files[i].law, files[k].law) != 0) {
                continue;
            }
            text = text != NULL ? text : read_law(context, files[i].path);
            law_text *form = read_law(context, files[k].path);
            uint32_t bp = same_bp(text->counts, form->counts);
            if (bp < SAME_BP) {
                fail_msg("%s: %u.%02u %% of the letters are those of the text", files[k].path,
                         bp / 100, bp % 100);
            }
            least = bp < least ? bp : least;
            compared++;
            free(form);
        }
        free(text);
    }
    format_context_free(context);
    for (uint32_t i = 0; i < file_count; i++) {
        free(files[i].path);
    }
    print_message("# %u pairs compared, the least equal one has %u.%02u %%\n", compared,
                  least / 100, least % 100);
    assert_true(compared > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_law_text__docx_and_pdf_say_what_the_text_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
