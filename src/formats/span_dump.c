/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The dump: stable, one fact per word, so that a difference between two golden files reads like a
 * sentence. */
#include "formats/span_dump.h"

#include "base/json.h"

static void put_escaped(lj_buf *out, lj_slice text)
{
    static const char digits[] = "0123456789abcdef";
    size_t at = 0;
    while (at < text.len) {
        size_t step = lj_utf8_step(lj_slice_part(text, at, 4));
        uint8_t byte = text.ptr[at];
        if (byte == '\n') {
            lj_buf_put_cstr(out, "\\n");
        } else if (step == 0 || byte < 0x20 || byte == 0x7F) {
            lj_buf_put_cstr(out, "\\x");
            lj_buf_put_u8(out, (uint8_t)digits[byte >> 4]);
            lj_buf_put_u8(out, (uint8_t)digits[byte & 15]);
        } else {
            lj_buf_put(out, lj_slice_part(text, at, step));
        }
        at += step > 0 ? step : 1;
    }
}

static void put_word(lj_buf *out, const char *word)
{
    lj_buf_put_u8(out, ' ');
    lj_buf_put_cstr(out, word);
}

static void put_number(lj_buf *out, const char *name, int64_t value)
{
    put_word(out, name);
    lj_buf_put_u8(out, '=');
    if (value < 0) {
        lj_buf_put_u8(out, '-');
    }
    lj_buf_put_dec(out, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

static void put_quoted(lj_buf *out, lj_slice text)
{
    lj_buf_put_u8(out, '\'');
    put_escaped(out, text);
    lj_buf_put_u8(out, '\'');
}

static void put_no(lj_buf *out, const format_doc *doc, const char *what)
{
    lj_buf_put_u8(out, '[');
    lj_buf_put_dec(out, doc->no);
    lj_buf_put_cstr(out, "] ");
    lj_buf_put_cstr(out, what);
}

static void put_hidden(lj_buf *out, uint64_t hidden_by)
{
    for (unsigned i = 0; i < SPAN_HIDDEN_COUNT; i++) {
        if ((hidden_by & SPAN_HIDE(i)) != 0) {
            lj_buf_put_cstr(out, " hidden:");
            lj_buf_put_cstr(out, span_hidden_row((span_hidden)i)->name);
        }
    }
}

static void put_part(lj_buf *out, const format_doc *doc, uint32_t part_id)
{
    if (part_id > 0 && part_id <= doc->part_count) {
        put_word(out, "part=");
        put_escaped(out, doc->parts[part_id - 1]);
    }
}

static void put_place(lj_buf *out, const format_doc *doc, const span_place *place)
{
    const struct {
        const char *name;
        uint32_t value;
    } numbers[] = {
        {"page",  place->page_no },
        {"sheet", place->sheet_no},
        {"row",   place->row_no  },
        {"col",   place->col_no  }
    };
    put_part(out, doc, place->part_id);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        if (numbers[i].value > 0) {
            put_number(out, numbers[i].name, numbers[i].value);
        }
    }
}

static void put_look(lj_buf *out, const span_look *look)
{
    static const struct {
        span_look_flag flag;
        const char *name;
    } flags[] = {
        {SPAN_BOLD,    "bold"   },
        {SPAN_ITALIC,  "italic" },
        {SPAN_CENTRED, "centred"},
        {SPAN_RIGHT,   "right"  },
        {SPAN_HEI,     "hei"    },
        {SPAN_INDENT,  "indent" },
        {SPAN_STRUCK,  "struck" }
    };
    lj_buf_put_cstr(out, " {");
    lj_buf_put_dec(out, look->from);
    lj_buf_put_u8(out, '+');
    lj_buf_put_dec(out, look->len);
    if ((look->known & SPAN_KNOWS_SIZE) != 0) {
        put_number(out, "size", look->size_pt100);
    }
    if ((look->known & SPAN_KNOWS_FG) != 0) {
        put_number(out, "fg", look->fg);
    }
    if ((look->known & SPAN_KNOWS_BG) != 0) {
        put_number(out, "bg", look->bg);
    }
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        if ((look->flags & flags[i].flag) != 0) {
            put_word(out, flags[i].name);
        }
    }
    put_hidden(out, look->hidden_by);
    lj_buf_put_u8(out, '}');
}

void span_dump_doc(lj_buf *out, const format_doc *doc)
{
    static const char *const kinds[] = {"root", "member", "embedded", "attached", "revision"};
    put_no(out, doc, "doc ");
    lj_buf_put_cstr(out, doc->format);
    put_word(out, kinds[doc->kind]);
    if (doc->path.len > 0) {
        lj_buf_put_u8(out, ' ');
        put_quoted(out, doc->path);
    }
    if (doc->size != FORMAT_SIZE_UNKNOWN) {
        put_number(out, "size", (int64_t)doc->size);
    }
    put_hidden(out, doc->hidden_by);
    lj_buf_put_u8(out, '\n');
}

void span_dump(lj_buf *out, const format_doc *doc, const span *what)
{
    put_no(out, doc, span_role_row(what->role)->name);
    put_place(out, doc, &what->place);
    if ((what->known & SPAN_KNOWS_BOX) != 0) {
        put_number(out, "left", what->box_pt100[0]);
        put_number(out, "top", what->box_pt100[1]);
        put_number(out, "right", what->box_pt100[2]);
        put_number(out, "bottom", what->box_pt100[3]);
    }
    if (what->origin == SPAN_SWEPT || what->origin == SPAN_DECODED) {
        put_word(out, what->origin == SPAN_SWEPT ? "swept" : "decoded");
    }
    if (what->join != SPAN_JOIN_BLOCK) {
        put_word(out, what->join == SPAN_JOIN_LINE ? "join:line" : "join:same");
    }
    if (what->alt_group > 0) {
        put_number(out, "alt", what->alt_group);
    }
    if (what->author.len > 0) {
        put_word(out, "author=");
        put_escaped(out, lj_str_bytes(what->author));
    }
    if (what->src_off != UINT64_MAX) {
        put_number(out, "at", (int64_t)what->src_off);
    }
    put_hidden(out, what->hidden_by);
    for (uint32_t i = 0; i < what->look_count; i++) {
        put_look(out, &what->looks[i]);
    }
    lj_buf_put_u8(out, ' ');
    if (what->label.len > 0) {
        put_quoted(out, lj_str_bytes(what->label));
        lj_buf_put_u8(out, ':');
    }
    put_quoted(out, lj_str_bytes(what->text));
    lj_buf_put_u8(out, '\n');
}

void gap_dump(lj_buf *out, const format_doc *doc, const gap *what)
{
    put_no(out, doc, "gap ");
    lj_buf_put_cstr(out, gap_cause_row(what->cause)->name);
    if (what->detail != NULL) {
        put_word(out, what->detail);
    }
    if (what->cause == GAP_LIMIT) {
        put_word(out, format_limit_row_of(what->limit)->name);
        put_number(out, "allowed", (int64_t)what->allowed);
        put_number(out, "reached", (int64_t)what->reached);
    }
    put_place(out, doc, &what->place);
    lj_buf_put_u8(out, '\n');
}

void note_dump(lj_buf *out, const format_doc *doc, format_note note)
{
    put_no(out, doc, "note ");
    lj_buf_put_cstr(out, format_note_row(note)->name);
    lj_buf_put_u8(out, '\n');
}

void span_dump_end(lj_buf *out, const format_doc *doc, const format_doc_end *end)
{
    put_no(out, doc, "end");
    if (end->size != FORMAT_SIZE_UNKNOWN) {
        put_number(out, "size", (int64_t)end->size);
    }
    put_number(out, "examined", (int64_t)end->examined);
    lj_buf_put_u8(out, '\n');
}
