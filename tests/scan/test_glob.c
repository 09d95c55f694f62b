/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Exclusion patterns. */
#include "../check.h"
#include "scan/glob.h"

static void test_glob__fits_rows(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *text;
        bool fits;
    } rows[] = {
        {"*.iso",         "disk.iso",       true },
        {"*.iso",         "disk.iso.txt",   false},
        {"*.iso",         "a/disk.iso",     false},
        {"a/*.iso",       "a/disk.iso",     true },
        {"a/*.iso",       "a/b/disk.iso",   false},
        {"a/**.iso",      "a/b/disk.iso",   true },
        {"a/**/disk.iso", "a/b/c/disk.iso", true },
        {"a/**/disk.iso", "a/disk.iso",     true },
        {"a/**/disk.iso", "a/b/xdisk.iso",  false},
        {"**/disk.iso",   "disk.iso",       true },
        {"**/disk.iso",   "xdisk.iso",      false},
        {"**",            "a/b/c",          true },
        {"?",             "a",              true },
        {"?",             "/",              false},
        {"?",             "",               false},
        {"[a-c]x",        "bx",             true },
        {"[!a-c]x",       "bx",             false},
        {"[!a-c]x",       "dx",             true },
        {"[]x]",          "]",              true },
        {"[ab",           "[ab",            true },
        {"\\*",           "*",              true },
        {"\\*",           "x",              false},
        {"",              "",               true },
        {"",              "a",              false},
        {"*",             "",               true },
        {"*a*b*c",        "xxaxxbxxc",      true },
        {"*a*b*c",        "xxaxxcxxb",      false},
        {"a*/b*/c",       "ax/bx/c",        true },
        {"a*/b*/c",       "ax/bx/d",        false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CHECK_ROW(rows[i].pattern,
                  glob_fits(lj_cstr_bytes(rows[i].pattern), lj_cstr_bytes(rows[i].text)),
                  rows[i].fits);
    }
}

static void test_glob__a_hostile_pattern_takes_no_longer_than_pattern_times_text(void **state)
{
    (void)state;
    char text[4097];
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    /* exponential for a matcher that goes back to every star: this test would not end */
    assert_false(glob_fits(LJ_BYTES("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b"), lj_cstr_bytes(text)));
    assert_false(glob_fits(LJ_BYTES("**a**a**a**a**a**a**a**a**a**a**a**b"), lj_cstr_bytes(text)));
}

static void test_glob_set__compares_name_below_or_path(void **state)
{
    (void)state;
    static const char *const patterns[] = {"*.tmp", "cache/*", "/data/old/**", "backup/"};
    const glob_set set = {patterns, 4};
    static const struct {
        const char *path, *below;
        bool fits;
    } rows[] = {
        {"/data/new/a.tmp",     "a.tmp",     true },
        {"/data/new/x/a.tmp",   "x/a.tmp",   true },
        {"/data/new/cache/a",   "cache/a",   true },
        {"/data/new/x/cache/a", "x/cache/a", false},
        {"/data/old/x/y",       "x/y",       true },
        {"/data/new/backup",    "backup",    true },
        {"/data/new/a/backup",  "a/backup",  true },
        {"/data/new/a.txt",     "a.txt",     false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CHECK_ROW(rows[i].path,
                  glob_set_fits(&set, lj_cstr_bytes(rows[i].path), lj_cstr_bytes(rows[i].below)),
                  rows[i].fits);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_glob__fits_rows),
        cmocka_unit_test(test_glob__a_hostile_pattern_takes_no_longer_than_pattern_times_text),
        cmocka_unit_test(test_glob_set__compares_name_below_or_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
