/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A format cannot be added by half: for each row with a reader this looks for its samples, its
 * expected texts, a truncated and (where the format knows it) an encrypted sample, its fuzz
 * dictionary and seeds, its place in the list that the build makes fuzz targets from.
 * docs/adding-a-format.md names the same things in the same order. */
#define _GNU_SOURCE /* scandir, asprintf */
#include <dirent.h>
#include <stdlib.h>

#include "../check.h"
#include "base/num.h"
#include "formats/examine.h"
#include "sample_list.h"

/* Formats that can be encrypted as a whole or in parts. Encrypted Office packages are OLE2 files:
 * the row ooxml-encrypted. */
static const char *const encryptable[] = {"zip",  "pdf", "7z",  "rar", "ooxml-encrypted",
                                          "doc",  "xls", "ppt", "odt", "ofd",
                                          "epub", "mail"};
/* The list of tests/meson.build, blank-separated. */
static const char known_names[] = " " FORMAT_NAMES " ";

static sample_list *list;

static int setup(void **state)
{
    (void)state;
    list = sample_list_new();
    return list != NULL ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    sample_list_free(list);
    return 0;
}

/* Samples of the folder whose file name holds the word. */
static unsigned count_samples(const char *format, const char *word, bool with_expect)
{
    unsigned count = 0;
    size_t len = strlen(format);
    for (size_t i = 0; i < list->count; i++) {
        const char *name = list->rows[i].name;
        if (strncmp(name, format, len) == 0 && name[len] == '/' &&
            strstr(name + len, word) != NULL && (list->rows[i].has_expect || !with_expect)) {
            count++;
        }
    }
    return count;
}

static unsigned count_files(const char *folder, const char *name)
{
    char *rest = NULL;
    if (asprintf(&rest, "%s/%s", folder, name) < 0) {
        return 0;
    }
    char *path = sample_root_path(rest);
    struct dirent **names = NULL;
    int count = scandir(path, &names, NULL, alphasort);
    unsigned files = 0;
    for (int i = 0; i < count; i++) {
        files += names[i]->d_name[0] != '.';
        free(names[i]);
    }
    free(names);
    free(path);
    free(rest);
    return files;
}

static bool has_dictionary(const char *name)
{
    char *rest = NULL;
    bool found = false;
    if (asprintf(&rest, "fuzz/dict/%s.dict", name) >= 0) {
        char *path = sample_root_path(rest);
        sample_unload(sample_load(path, &found));
        free(path);
        free(rest);
    }
    return found;
}

static void test_structure__row_is_whole(void **state)
{
    const format_row *row = *state;
    char word[64];
    char missing[512] = "";
    size_t len = 0;
    snprintf(word, sizeof(word), " %s ", row->name);
    bool can_encrypt = false;
    for (size_t i = 0; i < LJ_COUNT_OF(encryptable); i++) {
        can_encrypt = can_encrypt || strcmp(encryptable[i], row->name) == 0;
    }
    const struct {
        const char *what;
        bool found;
    } parts[] = {
        {"a row in format_names of tests/meson.build", strstr(known_names,                                          word) != NULL},
        {"a sample with its .expect in tests/formats/<name>/",
         count_samples(row->name,                                                    "", true) > 0},
        {"a sample *truncated* with its .expect",                                          count_samples(row->name,                                         "truncated", true) > 0},
        {"a sample *encrypted* with its .expect",
         !can_encrypt || count_samples(row->name, "encrypted", true) > 0},
        {"fuzz/dict/<name>.dict",                                   has_dictionary(row->name)                                                                                             },
        {"a seed in fuzz/seeds/<name>/",      count_files("fuzz/seeds",                                                      row->name) > 0},
        {"a text for people in both languages",                                            row->en[0] != '\0' && row->zh[0] != '\0'                                                                                },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(parts); i++) {
        if (!parts[i].found) {
            len += (size_t)snprintf(missing + len, sizeof(missing) - len, "; %s", parts[i].what);
        }
    }
    if (len > 0) {
        fail_msg("%s lacks: %s", row->name, missing + 2);
    }
}

/* Every sample is named in a SOURCES file: "<name of the file> | origin and licence | why". */
static void test_structure__samples_have_an_origin(void **state)
{
    (void)state;
    unsigned orphans = 0;
    for (size_t i = 0; i < list->count; i++) {
        const char *name = list->rows[i].name;
        const char *base = strrchr(name, '/') + 1;
        char *rest = NULL;
        assert_true(asprintf(&rest, "tests/formats/%.*s/SOURCES", (int)(base - 1 - name), name) >=
                    0);
        char *path = sample_root_path(rest);
        char *common = sample_root_path("tests/formats/SOURCES");
        bool found = false;
        lj_slice own = sample_load(path, &found);
        lj_slice shared = sample_load(common, &found);
        if (lj_slice_find(own, lj_cstr_bytes(base)) == SIZE_MAX &&
            lj_slice_find(shared, lj_cstr_bytes(name)) == SIZE_MAX) {
            print_message("# no origin named: %s\n", name);
            orphans++;
        }
        sample_unload(own);
        sample_unload(shared);
        free(common);
        free(path);
        free(rest);
    }
    assert_int_equal(orphans, 0);
}

static void test_structure__rows_are_complete_and_unique(void **state)
{
    (void)state;
    for (uint32_t i = 0; format_row_at(i) != NULL; i++) {
        const format_row *row = format_row_at(i);
        assert_non_null(row->sniff);
        assert_true(row->name[0] != '\0');
        if (row->base != NULL && format_row_lookup(row->base) == NULL) {
            fail_msg("%s: no such base: %s", row->name, row->base);
        }
        if (format_row_lookup(row->name) != row) {
            fail_msg("%s: two rows of that name", row->name);
        }
    }
}

/* A probe of nothing and of noise must be answered too. */
static void test_structure__sniffers_take_any_head(void **state)
{
    (void)state;
    uint8_t noise[4096];
    uint32_t seed = 1;
    for (size_t i = 0; i < sizeof(noise); i++) {
        seed = seed * 1664525 + 1013904223;
        noise[i] = (uint8_t)(seed >> 24);
    }
    for (uint32_t i = 0; format_row_at(i) != NULL; i++) {
        const format_row *row = format_row_at(i);
        for (size_t len = 0; len <= sizeof(noise); len = len == 0 ? 1 : len * 2) {
            uint8_t *copy =
                malloc(len > 0 ? len : 1); /* exactly as long: a checker sees reads behind it */
            assert_non_null(copy);
            memcpy(copy, noise, len);
            format_probe probe = {
                .head = lj_slice_of(copy, len), .tail = lj_slice_of(copy, len), .size = len};
            int evidence = row->sniff(&probe);
            free(copy);
            assert_true(evidence >= 0);
        }
    }
}

int main(void)
{
    static struct CMUnitTest tests[256];
    static char names[256][64];
    size_t count = 0;
    tests[count++] =
        (struct CMUnitTest)cmocka_unit_test(test_structure__rows_are_complete_and_unique);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(test_structure__sniffers_take_any_head);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(test_structure__samples_have_an_origin);
    for (uint32_t i = 0; format_row_at(i) != NULL && count < LJ_COUNT_OF(tests); i++) {
        const format_row *row = format_row_at(i);
        if (row->read == NULL) {
            continue;
        }
        union {
            const format_row *given;
            void *state;
        } same = {.given = row};
        snprintf(names[count], sizeof(names[count]), "test_structure__row_is_whole: %s", row->name);
        tests[count] =
            (struct CMUnitTest){names[count], test_structure__row_is_whole, NULL, NULL, same.state};
        count++;
    }
    return _cmocka_run_group_tests("structure", tests, count, setup, teardown);
}
