/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Makes the inputs of the benchmarks from the law texts of the corpus: the same bytes each time.
 * Usage: make_data CORPUS FOLDER [million]: writes big.u8 (464 MB), big.gb (the same text in
 * GB18030), tiny/ (100,000 files of 0.5 to 3.5 KB in 100 folders); with the word also million/
 * (1,000,000 such files in 1,000 folders, some 5 GB of disk). Every 8 MB of the big texts stands
 * one plain mark on a line of its own, so that both sides have something to find; nothing is
 * written when the folder is complete already. */
#define _GNU_SOURCE /* nftw */
#include <errno.h>
#include <ftw.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define BIG_LEN ((size_t)464 * 1000 * 1000)
enum {
    MARK_EVERY = 8 * 1024 * 1024,
    TINY_COUNT = 100000,
    TINY_FOLDERS = 100,
    MANY = 10, /* times as many */
    TINY_MIN = 512,
    TINY_SPREAD = 3072
};

static char *laws;
static size_t laws_len, laws_cap;

/* Adds a text file that is valid UTF-8 already. */
static int add_law(const char *path, const struct stat *about, int type, struct FTW *where)
{
    (void)where;
    size_t len = strlen(path);
    if (type != FTW_F || len < 4 || strcmp(path + len - 4, ".txt") != 0 ||
        strstr(path, "gb18030") != NULL) {
        return 0;
    }
    size_t size = (size_t)about->st_size;
    while (laws_len + size + 1 > laws_cap) {
        laws_cap = laws_cap == 0 ? 1 << 20 : laws_cap * 2;
        laws = realloc(laws, laws_cap);
        if (laws == NULL) {
            return -1;
        }
    }
    FILE *in = fopen(path, "re");
    size_t got = in != NULL ? fread(laws + laws_len, 1, size, in) : 0;
    if (in != NULL) {
        (void)fclose(in);
    }
    iconv_t check = iconv_open("UTF-16LE", "UTF-8"); /* a text in another encoding stays out */
    char *from = laws + laws_len;
    size_t left = got;
    char *sink_room = malloc(got * 2 + 8);
    char *sink = sink_room;
    size_t sink_left = got * 2 + 8;
    bool valid = iconv(check, &from, &left, &sink, &sink_left) != (size_t)-1;
    (void)iconv_close(check);
    free(sink_room);
    if (valid) {
        laws_len += got;
        laws[laws_len++] = '\n';
    }
    return 0;
}

static int write_big(const char *path, bool gb)
{
    static const char mark[] = "\n机密★10年\n";
    FILE *out = fopen(path, "we");
    iconv_t to_gb = iconv_open("GB18030", "UTF-8");
    char *room = malloc(laws_len * 2);
    if (out == NULL || room == NULL || to_gb == (iconv_t)-1) {
        return -1;
    }
    size_t done = 0;
    size_t next_mark = MARK_EVERY;
    int status = 0;
    while (done < BIG_LEN && status == 0) {
        const char *bytes = laws;
        size_t len = laws_len;
        bool is_mark = done >= next_mark;
        if (is_mark) {
            bytes = mark;
            len = sizeof(mark) - 1;
            next_mark += MARK_EVERY;
        }
        done += len;
        if (gb) {
            char *from = (char *)(uintptr_t)bytes;
            char *to = room;
            size_t to_left = laws_len * 2;
            status = iconv(to_gb, &from, &len, &to, &to_left) == (size_t)-1 ? -1 : 0;
            bytes = room;
            len = (size_t)(to - room);
        }
        status = fwrite(bytes, 1, len, out) == len ? status : -1;
    }
    (void)iconv_close(to_gb);
    free(room);
    return fclose(out) == 0 ? status : -1;
}

static int write_tiny(const char *folder, int count, int folders)
{
    uint64_t seed = 3;
    size_t at = 0;
    char path[8192];
    for (int i = 0; i < count; i++) {
        (void)snprintf(path, sizeof(path), "%s/%02d", folder, i % folders);
        if (i < folders && mkdir(path, 0777) != 0 && errno != EEXIST) {
            return -1;
        }
        (void)snprintf(path, sizeof(path), "%s/%02d/%05d.txt", folder, i % folders, i);
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        size_t len = TINY_MIN + (seed >> 33) % TINY_SPREAD;
        if (at + len + 8 > laws_len) {
            at = 0;
        }
        while (((unsigned char)laws[at] & 0xC0) == 0x80) {
            at++;
        }
        while (((unsigned char)laws[at + len] & 0xC0) == 0x80) {
            len++;
        }
        FILE *out = fopen(path, "we");
        if (out == NULL || fwrite(laws + at, 1, len, out) != len || fclose(out) != 0) {
            return -1;
        }
        at += len;
    }
    return 0;
}

static bool is_complete(const char *folder, const char *name)
{
    char path[8192];
    struct stat about;
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    return stat(path, &about) == 0;
}

static int complete(const char *folder, const char *name)
{
    char path[8192];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *mark = fopen(path, "we");
    return mark != NULL && fclose(mark) == 0 ? 0 : -1;
}

static int write_folder(const char *folder, const char *name, int times)
{
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    (void)mkdir(path, 0777);
    return write_tiny(path, TINY_COUNT * times, TINY_FOLDERS * times);
}

int main(int argc, char **argv)
{
    char path[8192];
    if (argc != 3 && (argc != 4 || strcmp(argv[3], "million") != 0)) {
        fprintf(stderr, "usage: make_data CORPUS FOLDER [million]\n");
        return 64;
    }
    bool wants_base = !is_complete(argv[2], "complete");
    bool wants_million = argc == 4 && !is_complete(argv[2], "complete-million");
    if (!wants_base && !wants_million) {
        return 0;
    }
    char law_folder[4096];
    (void)snprintf(law_folder, sizeof(law_folder), "%s/law", argv[1]);
    if (nftw(law_folder, add_law, 16, FTW_PHYS) != 0 || laws_len < 100000) {
        fprintf(stderr, "make_data: no law texts below %s\n", law_folder);
        return 66;
    }
    int status = 0;
    if (wants_base) {
        (void)snprintf(path, sizeof(path), "%s/big.u8", argv[2]);
        status = write_big(path, false);
        (void)snprintf(path, sizeof(path), "%s/big.gb", argv[2]);
        status = status == 0 ? write_big(path, true) : status;
        status = status == 0 ? write_folder(argv[2], "tiny", 1) : status;
        status = status == 0 ? complete(argv[2], "complete") : status;
    }
    if (wants_million && status == 0) {
        status = write_folder(argv[2], "million", MANY);
        status = status == 0 ? complete(argv[2], "complete-million") : status;
    }
    if (status != 0) {
        fprintf(stderr, "make_data: cannot write below %s\n", argv[2]);
        return 70;
    }
    return 0;
}
