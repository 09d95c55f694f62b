/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The whole program on the developers' corpus (LIJIAN_CORPUS), against its INDEX.tsv: path, source,
 * licence, kind, expected, note. Skipped with a count when the corpus is missing. */
#define _GNU_SOURCE
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "../check.h"
#include "run_program.h"

enum { ROWS_MAX = 8192, SHOWN = 15 };

typedef struct corpus_row {
    char *path, *kind, *expected;
    const json_t *record;
} corpus_row;

static struct {
    const char *corpus;
    char *folder, *out;
    corpus_row rows[ROWS_MAX];
    size_t count;
    json_t *lines;
    json_t *by_path; /* path -> record */
    run_result run;
} all;

static run_result scratch;
static unsigned files_on_disk;

static int count_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)path;
    (void)at;
    files_on_disk += kind == FTW_F && S_ISREG(info->st_mode);
    return 0;
}

static void load_index(void)
{
    char *path = run_join(all.corpus, "INDEX.tsv");
    FILE *in = fopen(path, "re");
    char *line = NULL;
    size_t cap = 0;
    while (in != NULL && getline(&line, &cap, in) > 0 && all.count < ROWS_MAX) {
        char *columns[6] = {NULL};
        char *rest = line;
        for (size_t i = 0; i < 6 && rest != NULL; i++) {
            columns[i] = strsep(&rest, "\t\n");
        }
        if (columns[4] != NULL && strcmp(columns[4], "expected") != 0) {
            all.rows[all.count++] = (corpus_row){run_join(all.corpus, columns[0]),
                                                 strdup(columns[3]), strdup(columns[4]), NULL};
        }
    }
    free(line);
    free(path);
    if (in != NULL) {
        fclose(in);
    }
}

/* Records of files by path, also by every further place of the same content. */
static void map_records(void)
{
    size_t idx = 0;
    json_t *line = NULL;
    all.by_path = json_object();
    json_array_foreach (all.lines, idx, line) {
        if (json_object_get(line, "member") != NULL || json_object_get(line, "path") == NULL) {
            continue;
        }
        json_object_set(all.by_path, run_text(line, "path"), line);
        size_t place_idx = 0;
        json_t *place = NULL;
        json_array_foreach (json_object_get(line, "also_at"), place_idx, place) {
            json_object_set(
                all.by_path,
                json_is_string(place) ? json_string_value(place) : run_text(place, "path"), line);
        }
    }
}

static int setup(void **state)
{
    (void)state;
    const char *given = getenv("LIJIAN_CORPUS");
    char *path = given != NULL ? realpath(given, NULL) : NULL;
    if (path == NULL || run_lijian() == NULL) {
        free(path);
        return 0;
    }
    all.corpus = path;
    all.folder = run_folder_new();
    all.out = run_join(all.folder, "out");
    load_index();
    (void)nftw(all.corpus, count_one, 16, FTW_PHYS);
    run_program((const char *[]){run_lijian(), "scan", all.corpus, "--out", all.out, "--all",
                                 "--quiet", "--lang", "en", NULL},
                NULL, &all.run);
    all.lines = run_results(all.out);
    map_records();
    for (size_t i = 0; i < all.count; i++) {
        all.rows[i].record = json_object_get(all.by_path, all.rows[i].path);
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    json_decref(all.by_path);
    json_decref(all.lines);
    for (size_t i = 0; i < all.count; i++) {
        free(all.rows[i].path);
        free(all.rows[i].kind);
        free(all.rows[i].expected);
    }
    run_folder_remove(all.folder);
    free(all.out);
    return 0;
}

static void need_corpus(void)
{
    if (run_lijian() == NULL) {
        fail_msg("the program was not built");
    }
    if (all.count == 0) {
        print_message("# no corpus: about 1556 files are not looked at\n");
        skip();
    }
    if (all.lines == NULL) {
        fail_msg("no results: status %d, signal %d%s: %.1000s", all.run.status, all.run.signal,
                 all.run.hung ? ", hung" : "", all.run.output);
    }
}

static void test_corpus__scan_ends_by_itself(void **state)
{
    (void)state;
    need_corpus();
    assert_int_equal(all.run.signal, 0);
    assert_true(all.run.status >= 0 && all.run.status <= 3);
}

static void test_corpus__every_file_has_a_record(void **state)
{
    (void)state;
    need_corpus();
    unsigned missing = 0;
    for (size_t i = 0; i < all.count; i++) {
        if (all.rows[i].record == NULL && missing++ < SHOWN) {
            print_message("# no record: %s\n", all.rows[i].path);
        }
    }
    assert_int_equal(missing, 0);
    assert_int_equal(json_object_size(all.by_path), files_on_disk);
}

/* Every gap is a picture inside, which only OCR could read. */
static bool has_only_pictures(const json_t *record)
{
    const json_t *gaps = json_object_get(record, "gaps");
    size_t idx = 0;
    json_t *one = NULL;
    json_array_foreach (gaps, idx, one) {
        if (strcmp(run_text(one, "cause"), "picture") != 0) {
            return false;
        }
    }
    return json_array_size(gaps) > 0;
}

static void test_corpus__clean_files_are_clean_with_full_coverage(void **state)
{
    (void)state;
    need_corpus();
    unsigned wrong = 0;
    unsigned looked_at = 0;
    for (size_t i = 0; i < all.count; i++) {
        const corpus_row *row = &all.rows[i];
        if (strcmp(row->expected, "clean") != 0 || row->record == NULL) {
            continue;
        }
        const char *verdict = run_text(row->record, "verdict");
        bool good =
            strcmp(verdict, "clean") == 0 && strcmp(run_text(row->record, "coverage"), "full") == 0;
        looked_at++;
        if (!good && has_only_pictures(row->record)) {
            print_message("# full but for pictures: %s\n", row->path);
        } else if (!good && wrong++ < SHOWN) {
            print_message("# %s (%s): %s, class %s, cause %s, coverage %s\n", row->path, row->kind,
                          verdict, run_text(row->record, "class"), run_text(row->record, "cause"),
                          run_text(row->record, "coverage"));
        }
    }
    print_message("# %u of %u clean files are not clean\n", wrong, looked_at);
    assert_true(looked_at > 300);
    assert_int_equal(wrong, 0);
}

/* The encrypted files of the index, and the kind that a record must name. Where members are
 * encrypted one by one, each of them is named. OPENED: under the password that the program itself
 * sets when a person gives none; it is read, and a note says how. */
#define OPENED "opened"
static const struct {
    const char *path, *detail;
} locked[] = {
    {"law-containers/传统加密.zip",                                                 "zipcrypto"     },
    {"law-containers/加密.7z",                                                        "7z-names"      },
    {"law-containers/加密.zip",                                                       "aes-256"       },
    {"libarchive/test_encrypted.zip",                                                   "aes-256"       },
    {"libarchive/test_option_passphrase.zip",                                           "zipcrypto"     },
    {"libarchive/test_read_format_7zip_encryption.7z",                                  "7z-data"       },
    {"libarchive/test_read_format_rar4_encrypted.rar",                                  "rar4-data"     },
    {"libarchive/test_read_format_rar4_encrypted_filenames.rar",                        "rar4-names"    },
    {"libarchive/test_read_format_rar4_solid_encrypted.rar",                            "rar4-data"     },
    {"libarchive/test_read_format_rar4_solid_encrypted_filenames.rar",                  "rar4-names"    },
    {"libarchive/test_read_format_rar5_encrypted.rar",                                  "rar5-data"     },
    {"libarchive/test_read_format_rar5_only_crypt_exfld.rar",                           "rar5-data"     },
    {"libarchive/test_read_format_rar5_solid_encrypted_filenames.rar",                  "rar5-names"    },
    {"libarchive/test_read_format_rar_encryption_data.rar",                             "rar4-data"     },
    {"libarchive/test_read_format_rar_encryption_header.rar",                           "rar4-names"    },
    {"libarchive/test_read_format_rar_encryption_partially.rar",                        "rar4-data"     },
    {"libarchive/test_read_format_zip_ppmd8_aes256_streaming.zipx",                     "aes-256"       },
    {"libarchive/test_read_format_zip_traditional_encryption_data.zip",                 "zipcrypto"     },
    {"pdfjs/pdfs/issue6010_1.pdf",                                                      "aes-256"       },
    {"pdfjs/pdfs/saslprep-r6.pdf",                                                      "aes-256"       },
    {"poi/document/PasswordProtected.doc",                                              "rc4-40"        },
    {"poi/document/bug53475-password-is-solrcell.docx",                                 "ooxml-standard"},
    {"poi/document/password_password_cryptoapi.doc",                                    "rc4-cryptoapi" },
    {"poi/poifs/60320-protected.xlsx",                                                  "ooxml-agile"   },
    {"poi/poifs/protect.xlsx",                                                          OPENED          },
    {"poi/poifs/protected_sha512.xlsx",                                                 "ooxml-agile"   },
    {"poi/slideshow/Password_Protected-hello.ppt",                                      "rc4-cryptoapi" },
    {"poi/slideshow/clusterfuzz-testcase-minimized-POIFuzzer-5429732352851968.ppt",
     "ooxml-standard"                                                                                   },
    {"poi/slideshow/clusterfuzz-testcase-minimized-POIFuzzer-5681320547975168.ppt",     "ooxml-agile"   },
    {"poi/slideshow/clusterfuzz-testcase-minimized-POIHSLFFuzzer-4838893004128256.ppt",
     "ooxml-agile"                                                                                      },
    {"poi/slideshow/ppt_with_png_encrypted.ppt",                                        "rc4-cryptoapi" },
    {"poi/spreadsheet/50833.xls",                                                       OPENED          },
    {"poi/spreadsheet/protected_passtika.xlsb",                                         "ooxml-agile"   },
};

static const char *locked_detail(const char *path)
{
    const char *below = path + strlen(all.corpus) + 1;
    for (size_t i = 0; i < sizeof(locked) / sizeof(locked[0]); i++) {
        if (strcmp(locked[i].path, below) == 0) {
            return locked[i].detail;
        }
    }
    return NULL;
}

/* One gap at least says `encrypted`, and all that do name the kind; or the note. */
static bool names_kind(const json_t *record, const char *detail)
{
    size_t idx = 0;
    json_t *one = NULL;
    unsigned found = 0;
    json_array_foreach (json_object_get(record, "notes"), idx, one) {
        found += strcmp(detail, OPENED) == 0 && json_is_string(one) &&
                 strcmp(json_string_value(one), "password_used") == 0;
    }
    json_array_foreach (json_object_get(record, "gaps"), idx, one) {
        if (strcmp(run_text(one, "cause"), "encrypted") == 0) {
            found++;
            if (strcmp(run_text(one, "detail"), detail) != 0) {
                return false;
            }
        }
    }
    return found > 0;
}

static void test_corpus__encrypted_files_are_named_with_their_kind(void **state)
{
    (void)state;
    need_corpus();
    unsigned wrong = 0;
    unsigned looked_at = 0;
    for (size_t i = 0; i < all.count; i++) {
        const corpus_row *row = &all.rows[i];
        if (strcmp(row->expected, "encrypted") != 0 || row->record == NULL) {
            continue;
        }
        const char *detail = locked_detail(row->path);
        looked_at++;
        if ((detail == NULL || !names_kind(row->record, detail)) && wrong++ < SHOWN) {
            char *gaps = json_dumps(json_object_get(row->record, "gaps"), JSON_COMPACT);
            print_message("# %s: %s, wanted %s, gaps %.300s\n", row->path,
                          run_text(row->record, "verdict"), detail != NULL ? detail : "a row",
                          gaps);
            free(gaps);
        }
    }
    print_message("# %u of %u encrypted files are not named so\n", wrong, looked_at);
    assert_int_equal(looked_at, sizeof(locked) / sizeof(locked[0]));
    assert_int_equal(wrong, 0);
}

/* No file here bears a genuine mark. */
static void test_corpus__foreign_files_raise_no_alarm(void **state)
{
    (void)state;
    need_corpus();
    unsigned alarms = 0;
    for (size_t i = 0; i < all.count; i++) {
        const char *class_ =
            all.rows[i].record != NULL ? run_text(all.rows[i].record, "class") : "";
        if ((strcmp(class_, "confirmed") == 0 || strcmp(class_, "probable") == 0) &&
            alarms++ < SHOWN) {
            print_message("# alarm: %s: %s, %s\n", all.rows[i].path,
                          run_text(all.rows[i].record, "verdict"), class_);
        }
    }
    assert_int_equal(alarms, 0);
}

static void test_corpus__no_worker_died_unlisted(void **state)
{
    (void)state;
    need_corpus();
    unsigned crashes = 0;
    for (size_t i = 0; i < all.count; i++) {
        const json_t *gaps =
            all.rows[i].record != NULL ? json_object_get(all.rows[i].record, "gaps") : NULL;
        size_t idx = 0;
        json_t *one = NULL;
        json_array_foreach (gaps, idx, one) {
            if (strcmp(run_text(one, "cause"), "crash") == 0 && crashes++ < SHOWN) {
                print_message("# a worker died: %s: %s\n", all.rows[i].path,
                              run_text(one, "detail"));
            }
        }
    }
    assert_int_equal(crashes, 0);
}

static void test_corpus__second_scan_reads_next_to_nothing(void **state)
{
    (void)state;
    need_corpus();
    run_program((const char *[]){run_lijian(), "scan", all.corpus, "--out", all.out, "--all",
                                 "--quiet", "--lang", "en", NULL},
                NULL, &scratch);
    assert_int_equal(scratch.status, all.run.status);
    json_t *again = run_results(all.out);
    assert_non_null(again);
    assert_int_equal(json_array_size(again), json_array_size(all.lines));
    json_decref(again);
    json_t *summary = run_json(all.out, "summary.json");
    json_int_t unchanged = json_integer_value(json_object_get(summary, "unchanged"));
    json_decref(summary);
    if (unchanged < (json_int_t)files_on_disk * 9 / 10) {
        fail_msg("%lld of %u files were taken as unchanged", (long long)unchanged, files_on_disk);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_corpus__scan_ends_by_itself),
        cmocka_unit_test(test_corpus__every_file_has_a_record),
        cmocka_unit_test(test_corpus__clean_files_are_clean_with_full_coverage),
        cmocka_unit_test(test_corpus__encrypted_files_are_named_with_their_kind),
        cmocka_unit_test(test_corpus__foreign_files_raise_no_alarm),
        cmocka_unit_test(test_corpus__no_worker_died_unlisted),
        cmocka_unit_test(test_corpus__second_scan_reads_next_to_nothing),
    };
    return cmocka_run_group_tests_name("corpus", tests, setup, teardown);
}
