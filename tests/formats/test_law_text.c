/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Laws of the corpus that stand in several formats: the Han characters that are read from each form
 * against those of the text form, counted letter by letter. The text form is decoded by iconv, not
 * by us, so that it is a reference for the reader of text too. A document inside a file (a mail
 * with an attachment, an archive) is compared by itself. A format that this build has no reader for
 * is skipped, with a count. Skips without a corpus. */
#define _GNU_SOURCE /* nftw */
#include <ftw.h>
#include <iconv.h>
#include <stdlib.h>

#include "../check.h"
#include "base/num.h"
#include "collect.h"

enum {
    FILES_MAX = 512,
    DOCS_MAX = 64, /* documents of a file */
    HAN_FROM = 0x4E00,
    HAN_TO = 0xA000,
    HAN_COUNT = HAN_TO - HAN_FROM,
    LEAST_HAN = 300, /* of a document that is a law */
    NAME_LEAST = 9,  /* bytes of a name that say which law it is */
    OTHER_BP = 8000, /* below that it is another law */
    SAME_BP = 9950,  /* hundredths of a percent that must be the same */
    TEXT_MAX = 4 << 20,
};

/* Each ending of the folders, and how many files of it there are at least. */
typedef struct form_row {
    const char *ending;
    unsigned least;
    bool is_named;                    /* the name of the file says which law it is */
    unsigned compared, alone, unread; /* files */
    uint32_t least_bp;
} form_row;

typedef struct law_file {
    char *path;
    char name[256]; /* without number and ending */
    form_row *form;
    uint32_t *counts; /* of each Han character, of a form that others are compared with; or NULL */
} law_file;

static form_row forms[] = {
    {"txt",  88, true,  0, 0, 0, 10000},
    {"docx", 84, true,  0, 0, 0, 10000},
    {"pdf",  60, true,  0, 0, 0, 10000},
    {"doc",  52, true,  0, 0, 0, 10000},
    {"odt",  24, true,  0, 0, 0, 10000},
    {"rtf",  20, true,  0, 0, 0, 10000},
    {"html", 12, true,  0, 0, 0, 10000},
    {"eml",  12, false, 0, 0, 0, 10000},
    {"zip",  3,  false, 0, 0, 0, 10000},
    {"7z",   1,  false, 0, 0, 0, 10000},
    {"gz",   1,  false, 0, 0, 0, 10000},
};

static law_file files[FILES_MAX];
static uint32_t file_count;
static unsigned unknown; /* files with another ending */

static int add_file(const char *path, const struct stat *about, int kind, struct FTW *at)
{
    (void)about;
    const char *name = path + at->base;
    const char *dot = strrchr(name, '.');
    if (kind != FTW_F || file_count == FILES_MAX || strstr(name, "加密") != NULL) {
        return 0;
    }
    law_file *file = &files[file_count];
    *file = (law_file){.path = NULL};
    for (size_t i = 0; i < LJ_COUNT_OF(forms); i++) {
        if (dot != NULL && strcmp(dot + 1, forms[i].ending) == 0) {
            file->form = &forms[i];
        }
    }
    if (file->form == NULL) {
        print_message("# no row for %s\n", path);
        unknown++;
        return 0;
    }
    const char *mark = strchr(name, '_');
    const char *from = mark != NULL && mark < dot ? mark + 1 : name;
    memcpy(file->name, from, lj_min_size((size_t)(dot - from), sizeof(file->name) - 1));
    file->path = strdup(path);
    file_count++;
    return 0;
}

/* ---- counting ---- */

/* Adds the Han characters of UTF-8; returns how many. */
static uint32_t count_han(uint32_t *counts, lj_slice text)
{
    uint32_t found = 0;
    for (size_t at = 0; at + 2 < text.len; at++) {
        uint8_t lead = text.ptr[at];
        if (lead < 0xE4 || lead > 0xE9) {
            continue;
        }
        uint32_t letter = (uint32_t)(lead & 15) << 12 | (uint32_t)(text.ptr[at + 1] & 63) << 6 |
                          (text.ptr[at + 2] & 63);
        if (letter >= HAN_FROM && letter < HAN_TO) {
            counts[letter - HAN_FROM]++;
            found++;
        }
        at += 2;
    }
    return found;
}

/* The text form as iconv reads it. */
static uint32_t *count_reference(const char *path)
{
    const char *charset = strstr(path, "gb18030") != NULL ? "GB18030" : "UTF-8";
    char *raw = malloc(TEXT_MAX);
    char *utf8 = malloc(2 * TEXT_MAX);
    uint32_t *counts = calloc(HAN_COUNT, sizeof(*counts));
    FILE *in = fopen(path, "re");
    assert_true(raw != NULL && utf8 != NULL && counts != NULL && in != NULL);
    size_t left = fread(raw, 1, TEXT_MAX, in);
    (void)fclose(in);
    iconv_t convert = iconv_open("UTF-8", charset);
    assert_true(convert != (iconv_t)-1);
    char *src = raw;
    char *dst = utf8;
    size_t space = 2 * TEXT_MAX;
    assert_true(iconv(convert, &src, &left, &dst, &space) != (size_t)-1);
    (void)iconv_close(convert);
    (void)count_han(counts, lj_slice_of((const uint8_t *)utf8, (size_t)(dst - utf8)));
    free(raw);
    free(utf8);
    return counts;
}

/* Letters that both hold, of the larger sum, in hundredths of a percent. */
static uint32_t same_bp(const uint32_t *a, const uint32_t *b)
{
    uint64_t same = 0;
    uint64_t sum_a = 0;
    uint64_t sum_b = 0;
    for (size_t i = 0; i < HAN_COUNT; i++) {
        same += a[i] < b[i] ? a[i] : b[i];
        sum_a += a[i];
        sum_b += b[i];
    }
    uint64_t most = lj_max_u64(lj_max_u64(sum_a, sum_b), 1);
    return (uint32_t)(same * 10000 / most);
}

/* ---- documents of a file ---- */

typedef struct doc_counts {
    uint32_t *counts; /* NULL until something is counted */
    uint32_t han;
} doc_counts;

/* The dump of tests/formats/collect.h: "[no] role ... 'text'". What a page shows is counted. */
static void count_line(doc_counts *docs, lj_slice line)
{
    static const char *const roles[] = {"] body ", "] cell ", "] title "};
    size_t no = 0;
    for (size_t i = 1; i < line.len && line.ptr[i] >= '0' && line.ptr[i] <= '9'; i++) {
        no = no * 10 + (size_t)(line.ptr[i] - '0');
    }
    bool shown = false;
    lj_slice head = lj_slice_part(line, 0, 16);
    for (size_t i = 0; i < LJ_COUNT_OF(roles); i++) {
        shown = shown || lj_slice_find(head, lj_cstr_bytes(roles[i])) != SIZE_MAX;
    }
    size_t quote = lj_slice_find(line, LJ_BYTES("'"));
    if (lj_slice_find(head, LJ_BYTES("] title at=")) != SIZE_MAX &&
        lj_slice_find(lj_slice_part(line, 0, quote), LJ_BYTES("{")) == SIZE_MAX) {
        return; /* title of a window, which repeats the heading */
    }
    if (!shown || no >= DOCS_MAX || quote == SIZE_MAX) {
        return;
    }
    if (docs[no].counts == NULL) {
        docs[no].counts = calloc(HAN_COUNT, sizeof(uint32_t));
        assert_non_null(docs[no].counts);
    }
    docs[no].han += count_han(docs[no].counts, lj_slice_part(line, quote, SIZE_MAX));
}

static void count_docs(doc_counts *docs, const collect *seen)
{
    lj_slice rest = lj_buf_slice(&seen->lines);
    while (rest.len > 0) {
        size_t end = lj_min_size(lj_slice_find(rest, LJ_BYTES("\n")), rest.len);
        count_line(docs, lj_slice_part(rest, 0, end));
        rest = lj_slice_part(rest, end + 1, SIZE_MAX);
    }
}

/* Is the other file a form that this one may be compared with? Names may be cut. */
static bool may_be(const law_file *file, const law_file *other)
{
    size_t len = lj_min_size(strlen(file->name), strlen(other->name));
    return other->counts != NULL &&
           (!file->form->is_named ||
            (len >= NAME_LEAST && strncmp(file->name, other->name, len) == 0));
}

/* The most alike of the forms and of the documents before it in the file; 0 when there is none. */
static uint32_t best_bp(const law_file *file, const doc_counts *docs, size_t idx)
{
    uint32_t best = 0;
    for (uint32_t i = 0; i < file_count; i++) {
        if (may_be(file, &files[i])) {
            uint32_t bp = same_bp(files[i].counts, docs[idx].counts);
            best = bp > best ? bp : best;
        }
    }
    for (size_t i = 0; i < idx; i++) {
        if (docs[i].han >= LEAST_HAN) {
            uint32_t bp = same_bp(docs[i].counts, docs[idx].counts);
            best = bp > best ? bp : best;
        }
    }
    return best;
}

/* How many documents are not what the text says. */
static unsigned compare_docs(const law_file *file, const doc_counts *docs)
{
    unsigned wrong = 0;
    unsigned laws = 0;
    unsigned compared = 0;
    for (size_t i = 0; i < DOCS_MAX; i++) {
        if (docs[i].han < LEAST_HAN) {
            continue;
        }
        laws++;
        uint32_t bp = best_bp(file, docs, i);
        if (bp == 0 || (bp < OTHER_BP && !file->form->is_named)) {
            continue;
        }
        compared++;
        file->form->least_bp = bp < file->form->least_bp ? bp : file->form->least_bp;
        if (bp < SAME_BP) {
            print_message("# %s, document %zu: %u.%02u %% of the letters are those of the text\n",
                          file->path, i, bp / 100, bp % 100);
            wrong++;
        }
    }
    file->form->compared += compared > 0;
    file->form->alone += compared == 0;
    if (laws == 0) {
        print_message("# %s: no law\n", file->path);
    }
    return wrong + (laws == 0 ? 1 : 0);
}

static unsigned compare_file(law_file *file)
{
    collect seen;
    doc_counts docs[DOCS_MAX] = {
        {NULL, 0}
    };
    unsigned wrong = 0;
    collect_init(&seen);
    seen.memory = (size_t)192 << 20;
    assert_true(collect_run_file(&seen, file->path));
    if (collect_has_gap(&seen, GAP_NO_READER, NULL)) {
        file->form->unread++;
    } else {
        count_docs(docs, &seen);
        wrong = compare_docs(file, docs);
        for (uint32_t i = 0; i < seen.gap_count && i < LJ_COUNT_OF(seen.gaps); i++) {
            if (seen.gaps[i].what.cause != GAP_PICTURE) { /* the thumbnail of LibreOffice */
                print_message("# %s: gap %u\n", file->path, (unsigned)seen.gaps[i].what.cause);
                wrong++;
            }
        }
    }
    for (size_t i = 0; i < DOCS_MAX; i++) {
        if (i == 0 && strcmp(file->form->ending, "docx") == 0) {
            file->counts = docs[i].counts; /* stands for the text form */
        } else {
            free(docs[i].counts);
        }
    }
    collect_done(&seen);
    return wrong;
}

/* The DOCX forms come first, as others are compared with them. */
static unsigned compare_forms(bool docx)
{
    unsigned wrong = 0;
    for (uint32_t i = 0; i < file_count; i++) {
        bool is_docx = strcmp(files[i].form->ending, "docx") == 0;
        wrong += is_docx == docx ? compare_file(&files[i]) : 0;
    }
    return wrong;
}

static void test_law_text__every_form_says_what_the_text_says(void **state)
{
    (void)state;
    static const char *const folders[] = {"law", "law-containers"};
    const char *corpus = getenv("LIJIAN_CORPUS");
    unsigned wrong = 0;
    for (size_t i = 0; i < LJ_COUNT_OF(folders); i++) {
        char folder[4096];
        (void)snprintf(folder, sizeof(folder), "%s/%s", corpus != NULL ? corpus : "", folders[i]);
        if (corpus == NULL || nftw(folder, add_file, 16, FTW_PHYS) != 0) {
            print_message("# skipped: the laws of the corpus are missing\n");
            skip();
        }
    }
    for (uint32_t i = 0; i < file_count; i++) {
        if (strcmp(files[i].form->ending, "txt") == 0) {
            files[i].counts = count_reference(files[i].path);
        }
    }
    wrong += compare_forms(/* docx= */ true);
    wrong += compare_forms(/* docx= */ false);
    for (size_t i = 0; i < LJ_COUNT_OF(forms); i++) {
        const form_row *row = &forms[i];
        print_message("# %s: %u files compared, the least equal has %u.%02u %%; %u without another "
                      "form, %u without a reader\n",
                      row->ending, row->compared, row->least_bp / 100, row->least_bp % 100,
                      row->alone, row->unread);
        CHECK_ROW(row->ending, row->compared + row->alone + row->unread >= row->least, true);
        CHECK_ROW(row->ending, row->compared + row->unread > 0, true);
    }
    for (uint32_t i = 0; i < file_count; i++) {
        free(files[i].path);
        free(files[i].counts);
    }
    assert_int_equal(wrong, 0);
    assert_int_equal(unknown, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_law_text__every_form_says_what_the_text_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
