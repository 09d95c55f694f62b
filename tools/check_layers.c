/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Holds the layers: every #include of src/ against the table src/LAYERS.
 * Usage: check_layers SRC. Prints "file:line: what" for each fault; exit 0 without one, 1 with, 64
 * usage, 66 unreadable.
 *
 * Rules
 *   1. A file includes headers of its own folder and of the folders that its row in LAYERS names,
 * and nothing else.
 *   2. The table is without cycles: a row may name only folders that have a row above it.
 *   3. A *_priv.h is included only from its own folder or below it.
 *   4. No header includes itself, directly or through others.
 *   5. A .c file whose folder has a header of its name includes that header first, or a private
 * header of its folder. Includes in angle brackets and headers that do not exist (made at build
 * time) are passed over by rules 3 to 5. */
#define _GNU_SOURCE /* scandir, strdup */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FOLDERS_MAX = 32, FILES_MAX = 4096, EDGES_MAX = 32768, PATH_LEN = 512, NAME_LEN = 64 };

typedef struct layer {
    char name[NAME_LEN];
    unsigned allowed; /* bit per row above */
} layer;

typedef struct edge {
    int from; /* index in files */
    int to;
} edge;

static struct {
    const char *src;
    layer layers[FOLDERS_MAX];
    int layer_count;
    char *files[FILES_MAX]; /* paths below src */
    int file_count;
    edge edges[EDGES_MAX]; /* header to header */
    int edge_count;
    int fault_count;
} check;

static void fault(const char *file, int line_no, const char *what, const char *name)
{
    printf("%s/%s:%d: %s: %s\n", check.src, file, line_no, what, name);
    check.fault_count++;
}

static int layer_lookup(const char *name, size_t len)
{
    for (int i = 0; i < check.layer_count; i++) {
        if (strlen(check.layers[i].name) == len && strncmp(check.layers[i].name, name, len) == 0) {
            return i;
        }
    }
    return -1;
}

static FILE *open_below(const char *path)
{
    char full[2 * PATH_LEN];
    snprintf(full, sizeof(full), "%s/%s", check.src, path);
    return fopen(full, "re");
}

/* "folder: folder folder", '#' begins a comment. Rule 2. */
static bool read_layers(void)
{
    FILE *in = open_below("LAYERS");
    if (in == NULL) {
        fprintf(stderr, "check_layers: cannot read %s/LAYERS\n", check.src);
        return false;
    }
    char line[1024];
    int line_no = 0;
    while (fgets(line, sizeof(line), in) != NULL) {
        line_no++;
        size_t name_len = strcspn(line, ":#\n");
        if (line[name_len] != ':') {
            continue;
        }
        if (check.layer_count == FOLDERS_MAX || name_len >= NAME_LEN) {
            fault("LAYERS", line_no, "too many or too long", line);
            break;
        }
        layer row = {.allowed = 0};
        memcpy(row.name, line, name_len);
        for (const char *at = line + name_len + 1; *at != '\0';) {
            at += strspn(at, " \t\n");
            size_t len = strcspn(at, " \t\n");
            int other = layer_lookup(at, len);
            if (len > 0 && other < 0) {
                fault("LAYERS", line_no, "names a folder that has no row above", at);
            } else if (len > 0) {
                row.allowed |= 1U << other;
            }
            at += len;
        }
        check.layers[check.layer_count++] = row;
    }
    fclose(in);
    return true;
}

static bool has_suffix(const char *text, const char *suffix)
{
    size_t len = strlen(text);
    size_t tail = strlen(suffix);
    return len >= tail && strcmp(text + len - tail, suffix) == 0;
}

/* All .c and .h files below src, without recursion: folders are a queue inside the list. */
static bool list_files(void)
{
    static const char *folders[FOLDERS_MAX * 8] = {""};
    int folder_count = 1;
    for (int at = 0; at < folder_count; at++) {
        char full[2 * PATH_LEN];
        snprintf(full, sizeof(full), "%s/%s", check.src, folders[at]);
        struct dirent **names = NULL;
        int count = scandir(full, &names, NULL, alphasort);
        if (count < 0) {
            fprintf(stderr, "check_layers: cannot read %s\n", full);
            return false;
        }
        for (int i = 0; i < count; i++) {
            char path[PATH_LEN];
            const char *name = names[i]->d_name;
            int len = snprintf(path, sizeof(path), "%s%s%s", folders[at],
                               folders[at][0] != '\0' ? "/" : "", name);
            struct stat info;
            snprintf(full, sizeof(full), "%s/%s", check.src, path);
            if (name[0] != '.' && len < PATH_LEN && stat(full, &info) == 0) {
                if (S_ISDIR(info.st_mode) && folder_count < FOLDERS_MAX * 8) {
                    folders[folder_count++] = strdup(path);
                } else if ((has_suffix(name, ".c") || has_suffix(name, ".h")) &&
                           check.file_count < FILES_MAX) {
                    check.files[check.file_count++] = strdup(path);
                }
            }
            free(names[i]);
        }
        free(names);
    }
    return true;
}

static int file_lookup(const char *path)
{
    for (int i = 0; i < check.file_count; i++) {
        if (strcmp(check.files[i], path) == 0) {
            return i;
        }
    }
    return -1;
}

/* Rule 5; header is empty when the first include is one of the system. */
static void check_first(int file, int line_no, const char *header)
{
    const char *path = check.files[file];
    char mine[PATH_LEN];
    snprintf(mine, sizeof(mine), "%s", path);
    mine[strlen(mine) - 1] = 'h';
    size_t dir_len = (size_t)(strrchr(path, '/') - path) + 1;
    bool is_own = strcmp(mine, header) == 0 ||
                  (strncmp(path, header, dir_len) == 0 && has_suffix(header, "_priv.h"));
    if (has_suffix(path, ".c") && file_lookup(mine) >= 0 && !is_own) {
        fault(path, line_no, "the first include must be its own header", mine);
    }
}

/* Rules 1 and 3 for one include of one file; notes the edge for rule 4. */
static void check_include(int file, int line_no, const char *header)
{
    const char *path = check.files[file];
    size_t own_len = strcspn(path, "/");
    size_t folder_len = strcspn(header, "/");
    if (header[folder_len] != '/') {
        fault(path, line_no, "write the folder of the header too", header);
        return;
    }
    int own = layer_lookup(path, own_len);
    int other = layer_lookup(header, folder_len);
    bool is_own = own_len == folder_len && strncmp(path, header, own_len) == 0;
    if (own < 0) {
        fault(path, line_no, "this folder has no row in LAYERS", path);
    } else if (!is_own && (other < 0 || (check.layers[own].allowed & 1U << other) == 0)) {
        fault(path, line_no, "LAYERS does not allow", header);
    }
    if (has_suffix(header, "_priv.h")) {
        size_t dir_len = (size_t)(strrchr(header, '/') - header) + 1;
        if (strncmp(path, header, dir_len) != 0) {
            fault(path, line_no, "private header of another folder", header);
        }
    }
    int to = file_lookup(header);
    if (has_suffix(path, ".h") && to >= 0 && check.edge_count < EDGES_MAX) {
        check.edges[check.edge_count++] = (edge){file, to};
    }
}

static void check_file(int file)
{
    FILE *in = open_below(check.files[file]);
    if (in == NULL) {
        fault(check.files[file], 0, "cannot be read", check.files[file]);
        return;
    }
    char line[2048];
    bool is_first = true;
    for (int line_no = 1; fgets(line, sizeof(line), in) != NULL; line_no++) {
        char *at = line + strspn(line, " \t");
        if (*at != '#') {
            continue;
        }
        at += 1 + strspn(at + 1, " \t");
        if (strncmp(at, "include", 7) != 0) {
            continue;
        }
        at += 7 + strspn(at + 7, " \t");
        bool is_ours = *at == '"';
        if (is_ours) {
            at[1 + strcspn(at + 1, "\"\n")] = '\0';
            check_include(file, line_no, at + 1);
        }
        if (is_first) {
            check_first(file, line_no, is_ours ? at + 1 : "");
        }
        is_first = false;
    }
    fclose(in);
}

/* Rule 4: takes away headers that include nothing any more; what is left stands in a circle. */
static void check_circles(void)
{
    static int out[FILES_MAX];
    static bool gone[FILES_MAX];
    for (int i = 0; i < check.edge_count; i++) {
        out[check.edges[i].from]++;
    }
    for (bool moved = true; moved;) {
        moved = false;
        for (int file = 0; file < check.file_count; file++) {
            if (gone[file] || out[file] > 0) {
                continue;
            }
            gone[file] = true;
            moved = true;
            for (int i = 0; i < check.edge_count; i++) {
                out[check.edges[i].from] -= check.edges[i].to == file;
            }
        }
    }
    for (int file = 0; file < check.file_count; file++) {
        if (!gone[file]) {
            fault(check.files[file], 0, "includes itself through others", check.files[file]);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: check_layers SRC\n");
        return 64;
    }
    check.src = argv[1];
    if (!read_layers() || !list_files()) {
        return 66;
    }
    for (int i = 0; i < check.file_count; i++) {
        check_file(i);
    }
    check_circles();
    printf("check_layers: %d files, %d folders, %d faults\n", check.file_count, check.layer_count,
           check.fault_count);
    for (int i = 0; i < check.file_count; i++) {
        free(check.files[i]);
    }
    return check.fault_count != 0;
}
