/* SPDX-License-Identifier: AGPL-3.0-or-later
 * For tests/e2e/readers.sh: does our text hold what another reader sees?
 *
 * Input, a line each: path, kind, peer, file with the peer's text; tab separated, equal paths in a
 * row. Ours is the text of all spans of the file and of the documents inside it, one behind the
 * other, without separators. Of both sides only letters and digits are compared, in one case:
 * blanks, line ends, signs, bullets, rules of tables are set otherwise by each program. A line of
 * the peer (of a table: a cell) that has at least MIN_LETTERS letters is compared; it is a miss
 * when ours does not hold it, nor what stands behind its first word, when that is short: numbers of
 * lists are worked out, not stored.
 *
 * A miss that another peer of the same file holds is backed: one program alone may be the one that
 * is wrong.
 *
 * Output, tab separated: "file", kind, path, peer, lines, misses, backed misses, our format, our
 * gaps; and "miss", path, peer, "backed" or "alone", line for the first SHOWN misses of a file. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/num.h"
#include "formats/examine.h"

enum {
    MEMORY = 256 << 20,
    TEXT_MAX = 512 << 20,
    MIN_LETTERS = 4,
    LABEL_MAX = 12, /* bytes of a list's number */
    SHOWN = 40,
    GAPS_MAX = 256,
    PEERS_MAX = 8,
};

/* What another program says about the file. */
typedef struct peer {
    char kind[16];
    char name[32];
    lj_buf text;   /* as it came */
    lj_buf normal; /* its letters and digits */
} peer;

typedef struct ours {
    lj_slice bytes;
    lj_buf text; /* normalised */
    char path[4096];
    char format[32];
    char gaps[GAPS_MAX];
    size_t last; /* where the last line was found */
    peer peers[PEERS_MAX];
    size_t peer_count;
} ours;

/* ---- normalising ---- */

/* Signs beyond ASCII that programs set as they like: spaces, bullets, boxes, private use. */
static bool is_sign(uint32_t letter)
{
    static const uint32_t ranges[][2] = {
        {0x80,   0xA9  },
        {0xAB,   0xB4  },
        {0xB6,   0xB9  },
        {0xBB,   0xBF  },
        {0xD7,   0xD7  },
        {0xF7,   0xF7  },
        {0x300,  0x36F },
        {0x2000, 0x206F},
        {0x2190, 0x21FF},
        {0x2500, 0x27BF},
        {0x3000, 0x303F},
        {0xE000, 0xF8FF},
        {0xFE00, 0xFE6F},
        {0xFF01, 0xFF0F},
        {0xFF1A, 0xFF20},
        {0xFFF0, 0xFFFF},
        {0xFEFF, 0xFEFF},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(ranges); i++) {
        if (letter >= ranges[i][0] && letter <= ranges[i][1]) {
            return true;
        }
    }
    return false;
}

/* Appends the letters and digits of the text; returns how many letters they were. */
static uint32_t put_normal(lj_buf *out, lj_slice text)
{
    uint32_t letters = 0;
    for (size_t at = 0, step = 0; at<text.len; at += step> 0 ? step : 1) {
        step = lj_utf8_step(lj_slice_part(text, at, 4));
        uint8_t c = text.ptr[at];
        if (step == 1) {
            bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';
            letters += letter;
            if (letter || (c >= '0' && c <= '9')) {
                lj_buf_put_u8(out, letter ? c | 32 : c);
            }
        } else if (step > 1) {
            uint32_t code = step == 2 ? c & 31 : step == 3 ? c & 15 : c & 7;
            for (size_t i = 1; i < step; i++) {
                code = code << 6 | (text.ptr[at + i] & 63);
            }
            if (!is_sign(code)) {
                letters++;
                lj_buf_put(out, lj_slice_part(text, at, step));
            }
        }
    }
    return letters;
}

/* ---- ours ---- */

static void on_begin(void *ctx, const format_doc *doc)
{
    ours *self = ctx;
    if (doc->no == 0) {
        (void)snprintf(self->format, sizeof(self->format), "%s", doc->format);
    }
}

static lj_code on_span(void *ctx, const format_doc *doc, const span *what)
{
    (void)doc;
    (void)put_normal(&((ours *)ctx)->text, lj_str_bytes(what->text));
    return LJ_OK;
}

static void on_gap(void *ctx, const format_doc *doc, const gap *what)
{
    ours *self = ctx;
    char name[64]; /* of documents inside: "+damaged" */
    (void)snprintf(name, sizeof(name), "%s%s", doc->no > 0 ? "+" : "",
                   gap_cause_row(what->cause)->name);
    size_t len = strlen(self->gaps);
    if (what->cause != GAP_PICTURE && strstr(self->gaps, name) == NULL) {
        (void)snprintf(self->gaps + len, sizeof(self->gaps) - len, "%s%s", len > 0 ? " " : "",
                       name);
    }
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
    lj_slice part = lj_slice_part(((ours *)ctx)->bytes, (size_t)off, len);
    (void)err;
    if (part.len > 0) {
        memcpy(dst, part.ptr, part.len);
    }
    *out_len = part.len;
    return LJ_OK;
}

static bool load(const char *path, lj_buf *out)
{
    FILE *in = fopen(path, "rbe");
    size_t got = 1;
    lj_buf_init(out, NULL, TEXT_MAX);
    while (in != NULL && got > 0) {
        uint8_t *room = lj_buf_room(out, 65536);
        got = room != NULL ? fread(room, 1, 65536, in) : 0;
        out->len += got;
    }
    if (in != NULL) {
        (void)fclose(in);
    }
    return in != NULL;
}

static void read_ours(format_context *context, ours *self, const char *path)
{
    lj_buf file;
    lj_err err = {0};
    bool found = load(path, &file);
    self->bytes = lj_buf_slice(&file);
    lj_buf_clear(&self->text);
    self->last = 0;
    self->gaps[0] = self->format[0] = '\0';
    (void)snprintf(self->path, sizeof(self->path), "%s", path);
    format_sink sink = {self, on_begin, on_span, NULL, on_gap, on_note, on_end, NULL};
    format_input input = {self, file.len, read_bytes};
    format_options options = {.limits = format_limits_standard(), .wants_all = true};
    if (!found || format_examine(context, &input, &options, &sink, &err) != LJ_OK) {
        (void)snprintf(self->gaps, sizeof(self->gaps), "not examined");
    }
    lj_buf_done(&file);
}

/* ---- comparing ---- */

static bool holds(ours *self, lj_slice wanted)
{
    for (int round = 0; round < 2; round++) { /* behind the last hit, then everywhere */
        size_t from = round == 0 ? self->last : 0;
        lj_slice rest = lj_slice_part(lj_buf_slice(&self->text), from, SIZE_MAX);
        const uint8_t *hit =
            rest.len > 0 ? memmem(rest.ptr, rest.len, wanted.ptr, wanted.len) : NULL;
        if (hit != NULL) {
            self->last = (size_t)(hit - self->text.ptr) + wanted.len;
            return true;
        }
    }
    return false;
}

/* 1: a miss, 0: found, -1: not compared. */
static int compare_line(ours *self, lj_slice line, lj_buf *room)
{
    lj_buf_clear(room);
    if (put_normal(room, line) < MIN_LETTERS) {
        return -1;
    }
    if (holds(self, lj_buf_slice(room))) {
        return 0;
    }
    while (line.len > 0 && line.ptr[0] <= ' ') {
        line = lj_slice_part(line, 1, SIZE_MAX);
    }
    size_t blank = 0;
    while (blank < line.len && line.ptr[blank] > ' ') {
        blank++;
    }
    lj_buf_clear(room);
    bool rest = blank <= LABEL_MAX && blank < line.len &&
                put_normal(room, lj_slice_part(line, blank, SIZE_MAX)) > 0;
    return rest && holds(self, lj_buf_slice(room)) ? 0 : 1;
}

/* Does one of the other peers hold what is in room? */
static bool is_backed(const ours *self, size_t idx, lj_slice wanted)
{
    for (size_t i = 0; i < self->peer_count; i++) {
        lj_slice text = lj_buf_slice(&self->peers[i].normal);
        if (i != idx && text.len > 0 &&
            memmem(text.ptr, text.len, wanted.ptr, wanted.len) != NULL) {
            return true;
        }
    }
    return false;
}

static void compare(ours *self, size_t idx)
{
    const peer *from = &self->peers[idx];
    lj_slice rest = lj_buf_slice(&from->text);
    lj_buf room;
    unsigned lines = 0;
    unsigned misses = 0;
    unsigned backed = 0;
    lj_buf_init(&room, NULL, TEXT_MAX);
    self->last = 0;
    while (rest.len > 0) {
        size_t end = 0;
        while (end < rest.len && rest.ptr[end] != '\n' && rest.ptr[end] != '\t' &&
               rest.ptr[end] != '\f') {
            end++;
        }
        lj_slice line = lj_slice_part(rest, 0, end);
        rest = lj_slice_part(rest, end + 1, SIZE_MAX);
        int result = compare_line(self, line, &room);
        lines += result >= 0;
        if (result <= 0) {
            continue;
        }
        lj_buf_clear(&room);
        (void)put_normal(&room, line);
        bool is_seen = is_backed(self, idx, lj_buf_slice(&room));
        backed += is_seen;
        if (misses++ < SHOWN) {
            printf("miss\t%s\t%s\t%s\t%.*s\n", self->path, from->name, is_seen ? "backed" : "alone",
                   (int)lj_min_size(line.len, 300), (const char *)line.ptr);
        }
    }
    printf("file\t%s\t%s\t%s\t%u\t%u\t%u\t%s\t%s\n", from->kind, self->path, from->name, lines,
           misses, backed, self->format, self->gaps[0] != '\0' ? self->gaps : "-");
    lj_buf_done(&room);
}

static void compare_all(ours *self)
{
    for (size_t i = 0; i < self->peer_count; i++) {
        compare(self, i);
    }
    for (size_t i = 0; i < self->peer_count; i++) {
        lj_buf_done(&self->peers[i].text);
        lj_buf_done(&self->peers[i].normal);
    }
    self->peer_count = 0;
}

static void add_peer(ours *self, const char *kind, const char *name, const char *text_path)
{
    if (self->peer_count == PEERS_MAX) {
        return;
    }
    peer *added = &self->peers[self->peer_count++];
    (void)snprintf(added->kind, sizeof(added->kind), "%s", kind);
    (void)snprintf(added->name, sizeof(added->name), "%s", name);
    (void)load(text_path, &added->text);
    lj_buf_init(&added->normal, NULL, TEXT_MAX);
    (void)put_normal(&added->normal, lj_buf_slice(&added->text));
}

int main(void)
{
    static ours self;
    char *line = NULL;
    size_t cap = 0;
    format_context *context = format_context_new(MEMORY);
    lj_buf_init(&self.text, NULL, TEXT_MAX);
    if (context == NULL) {
        return 70;
    }
    while (getline(&line, &cap, stdin) > 0) {
        char *cols[4] = {NULL};
        char *rest = line;
        for (size_t i = 0; i < LJ_COUNT_OF(cols) && rest != NULL; i++) {
            cols[i] = strsep(&rest, "\t\n");
        }
        if (cols[3] == NULL) {
            continue;
        }
        if (strcmp(self.path, cols[0]) != 0) {
            compare_all(&self);
            read_ours(context, &self, cols[0]);
        }
        add_peer(&self, cols[1], cols[2], cols[3]);
    }
    compare_all(&self);
    free(line);
    lj_buf_done(&self.text);
    format_context_free(context);
    return 0;
}
