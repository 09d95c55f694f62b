/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Binary Word documents: doc and dot of Word 97 to 2003, 95, 6.0 and 2.0, wps and wpt of WPS
 * Writer.
 *
 * Specification: [MS-DOC]; [MS-ODRAW] for drawings; [MS-OFFCRYPTO] 2.3 for encryption. Models read:
 * Apache POI's HWPF, LibreOffice's ww8 filter, antiword, catdoc, wvWare (versions before 97).
 *
 * Model. A compound file with the streams WordDocument (FIB, text, pages of properties), 0Table or
 * 1Table (everything else), Data (pictures). The FIB names the tables; the piece table tells where
 * text lies; all stories are read, each with its role.
 *
 *   file          what
 *   doc_fib.c     streams, FIB, decryption, what was read and what was not
 *   doc_text.c    piece table, charsets
 *   doc_story.c   stories into paragraphs, cells, fields
 *   doc_fkp.c, doc_sprm.c, doc_style.c   looks
 *   doc_box.c     places of text boxes
 *   doc_side.c    names, titles, people, variables, numberings
 *   doc_art.c     words of shapes, pictures
 *
 * Traps seen in the wild
 * - Fast saving leaves old text in the stream: what no piece covers is swept and tagged as slack.
 * - Documents of WPS and of LibreOffice have the same streams: content decides, not the name.
 * - A template keeps a second document for AutoText, with a FIB of its own further down.
 * - The same text may be claimed by several pieces: each piece is charged.
 *
 * Limits. The streams are kept in memory as a whole, since text and properties alternate.
 *
 * Not done. Layout (page numbers, positions of frames); looks of Word 2.0; single cells' colours (a
 * row with painted cells has ground of unknown colour); 8-bit text in other code pages than 1252,
 * GBK and Big5 (Cyrillic documents before 97); pictures before 97; encrypted property sets of
 * [MS-OFFCRYPTO] 2.3.5.4; documents that stand outside of a compound file; XOR passwords that are
 * not in the list. */
#include "formats/doc/doc.h"

#include "base/num.h"
#include "formats/doc/doc_art.h"
#include "formats/format_priv.h"

enum { PAGE = 512, DOCUMENTS_MAX = 2 };

/* One FIB: the document, or its AutoText. */
static lj_code read_document(doc *d)
{
    lj_code code = doc_styles_read(d);
    if (code == LJ_OK) {
        code = doc_fonts_read(d);
    }
    if (code == LJ_OK) {
        code = doc_people_read(d);
    }
    if (code == LJ_OK) {
        code = doc_stories_read(d);
    }
    return code == LJ_OK ? doc_side_read(d) : code;
}

static lj_code read_all(doc *d, doc_pictures *pictures)
{
    lj_code code = doc_open(d);
    if (code != LJ_OK) {
        return code;
    }
    code = read_document(d);
    if (code == LJ_OK) {
        code = doc_art_read(d, pictures);
    }
    uint64_t next = (uint64_t)d->fib.next_page * PAGE;
    if (code == LJ_OK && next > 0) { /* 2.5.2 pnNext */
        doc_fib fib;
        d->hidden_by = SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
        if (doc_fib_read(d, next, &fib) == LJ_OK && fib.age == d->fib.age) {
            d->fib = fib;
            code = read_document(d);
        }
    }
    lj_code end = code == LJ_OK ? doc_close(d) : LJ_OK;
    return code == LJ_OK ? end : code;
}

static bool ends_all(lj_code code)
{
    return code != LJ_OK && code != LJ_E_FORMAT && code != LJ_E_ENCRYPTED;
}

static lj_code read_and_forget(format_run *run, ole2_file *ole, doc_pictures *pictures)
{
    lj_arena_mark mark = lj_arena_mark_of(format_arena(run));
    doc *d = lj_arena_alloc(format_arena(run), sizeof(*d));
    if (d == NULL) {
        return LJ_E_LIMIT;
    }
    d->run = run;
    d->arena = format_arena(run);
    d->ole = ole;
    lj_code code = read_all(d, pictures);
    code = code == LJ_OK && d->is_damaged ? LJ_E_FORMAT : code;
    lj_arena_rewind(format_arena(run), mark);
    return code;
}

static lj_code doc_read(format_run *run, format_src *src)
{
    static const char *const names[] = {"WordDocument", "0Table", "1Table", "Data"};
    ole2_file *ole = ole2_of(run);
    (void)src;
    if (ole == NULL) {
        return LJ_E_FORMAT;
    }
    /* sources live in the arena: those of the streams must outlive what this reader needs */
    for (size_t i = 0; i < LJ_COUNT_OF(names); i++) {
        (void)ole2_stream(ole, ole2_lookup(ole, OLE2_ROOT, lj_cstr_bytes(names[i])));
    }
    doc_pictures *pictures = lj_arena_alloc(format_arena(run), sizeof(*pictures));
    if (pictures == NULL) {
        return LJ_E_LIMIT;
    }
    lj_code code = read_and_forget(run, ole, pictures);
    if (ends_all(code)) {
        return code;
    }
    lj_code rest = doc_pictures_read(run, ole, pictures);
    rest = rest == LJ_OK ? ole2_read_rest(ole) : rest;
    return ends_all(rest) || code == LJ_OK ? rest : code;
}

static int doc_sniff(const format_probe *probe)
{
    return format_probe_has(probe, LJ_BYTES("WordDocument")) ? 96 : 0;
}

const format_row format_doc_row = {
    .name = "doc",
    .base = "ole2",
    .extensions = "doc dot wps wpt",
    .sniff = doc_sniff,
    .read = doc_read,
    .en = "Word or WPS document (binary)",
    .zh = "Word/WPS 文档（二进制）",
};
