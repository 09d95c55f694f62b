/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Fonts: from codes to letters and widths, without drawing anything (ISO 32000-2 9.5 to 9.10).
 *
 * Letters need no outlines, so the font program is not opened as long as the dictionary has the
 * answer:
 *   1. /ToUnicode by code;
 *   2. composite fonts: CID by the encoding CMap (predefined ones are MuPDF's: UniGB-UCS2-H,
 * GBK-EUC-H ...), then Adobe-GB1-UCS2 and its kin by CID; simple fonts: the glyph name of
 * /Encoding, then its Unicode value;
 *   3. only then MuPDF's own loader, which opens the font program and takes the names of its
 * built-in encoding. That is what makes reading several times faster than drawing: a subset of a
 * Han font is megabytes. Widths come from /Widths, /W, /DW, /DW2; the 14 standard fonts without
 * widths ask MuPDF's metrics.
 *
 * Traps: ToUnicode to U+0000 or a control means "none" (seen from several producers), tab and kin
 * mean a blank; WinAnsiEncoding on a font called 宋体 in GBK bytes (S22PDF, ClibPDF) is really code
 * page 936; a private use letter is kept, folding knows U+F0AB of Wingdings. Not done: a ToUnicode
 * that lies (F13), text inside Type 3 glyph programs, W2. */
#include "formats/pdf/pdf_priv.h"

enum {
    WIDTH_RANGES_MAX = 1 << 17,
    MAP_MAX = 4 * 1024 * 1024, /* bytes of a ToUnicode map; one for 65,536 letters has 1.5 MB */
    MAP_WORK = 64,             /* work of a byte of it: MuPDF sorts as it reads */
};

typedef struct font_job {
    format_pdf *pdf;
    pdf_obj *resources;
    const char *name;
    pdf_obj *dict;
    format_pdf_font *font;
} font_job;

/* ---- names ---- */

static bool name_has(const char *name, const char *part)
{
    return strstr(name, part) != NULL;
}

static uint16_t flags_of(const char *name, int descriptor_flags, float weight)
{
    uint16_t flags = 0;
    if (name_has(name, "Bold") || name_has(name, "bold") || name_has(name, "Heavy") ||
        name_has(name, "Black") || (descriptor_flags & PDF_FD_FORCE_BOLD) != 0 ||
        weight >= 700.0F) {
        flags |= SPAN_BOLD;
    }
    if (name_has(name, "Italic") || name_has(name, "Oblique") ||
        (descriptor_flags & PDF_FD_ITALIC) != 0) {
        flags |= SPAN_ITALIC;
    }
    /* 黑体 in UTF-8 and in GBK; SimHei, STHeiti, Heiti SC, Microsoft YaHei, Noto Sans CJK,
     * WenQuanYi Zen Hei. */
    static const char *const black[] = {
        "SimHei",           "Heiti", "HeiTi",   "\xE9\xBB\x91\xE4\xBD\x93",
        "\xBA\xDA\xCC\xE5", "YaHei", "SansCJK", "SansHans",
        "ZenHei",           "FZHei", "FZHTK",   "STXihei"};
    for (size_t i = 0; i < LJ_COUNT_OF(black); i++) {
        if (name_has(name, black[i])) {
            flags |= SPAN_HEI;
        }
    }
    return flags;
}

/* ---- composite fonts ---- */

static pdf_cmap *cmap_of_collection(fz_context *ctx, pdf_obj *descendant)
{
    pdf_obj *info = pdf_dict_get(ctx, descendant, PDF_NAME(CIDSystemInfo));
    lj_slice ordering = format_pdf_bytes_of(ctx, pdf_dict_get(ctx, info, PDF_NAME(Ordering)));
    static const struct {
        const char *ordering;
        const char *cmap;
    } rows[] = {
        {"GB1",    "Adobe-GB1-UCS2"   },
        {"CNS1",   "Adobe-CNS1-UCS2"  },
        {"Japan1", "Adobe-Japan1-UCS2"},
        {"Korea1", "Adobe-Korea1-UCS2"}
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        if (lj_slice_is(ordering, lj_cstr_bytes(rows[i].ordering))) {
            return pdf_load_system_cmap(ctx, rows[i].cmap);
        }
    }
    return NULL;
}

static void range_add(fz_context *ctx, format_pdf_font *font, uint32_t *cap, format_pdf_width row)
{
    if (font->range_count > 0) {
        format_pdf_width *last = &font->ranges[font->range_count - 1];
        /* Equal widths in a row become one range. */
        if (row.lo == last->hi + 1 && row.width == last->width) {
            last->hi = row.hi;
            return;
        }
    }
    if (font->range_count >= WIDTH_RANGES_MAX || row.hi < row.lo) {
        return;
    }
    if (font->range_count == *cap) {
        *cap = *cap == 0 ? 64 : *cap * 2;
        font->ranges = fz_realloc(ctx, font->ranges, *cap * sizeof(*font->ranges));
    }
    font->ranges[font->range_count++] = row;
}

static int range_compare(const void *a, const void *b)
{
    const format_pdf_width *left = a;
    const format_pdf_width *right = b;
    return (left->lo > right->lo) - (left->lo < right->lo);
}

/* /W (9.7.4.3): c [w1 w2 ...] and c_first c_last w. */
static void widths_load(fz_context *ctx, format_pdf_font *font, pdf_obj *descendant)
{
    pdf_obj *table = pdf_dict_get(ctx, descendant, PDF_NAME(W));
    int count = pdf_array_len(ctx, table);
    uint32_t cap = 0;
    bool sorted = true;
    for (int i = 0; i < count;) {
        int first = pdf_array_get_int(ctx, table, i);
        pdf_obj *second = pdf_array_get(ctx, table, i + 1);
        first = first < 0 ? 0 : first;
        uint32_t before = font->range_count;
        uint32_t last_hi = before > 0 ? font->ranges[before - 1].hi : 0;
        if (pdf_is_array(ctx, second)) {
            int widths = pdf_array_len(ctx, second);
            for (int k = 0; k < widths; k++) {
                uint32_t cid = (uint32_t)first + (uint32_t)k;
                range_add(
                    ctx, font, &cap,
                    (format_pdf_width){cid, cid, pdf_array_get_real(ctx, second, k) * 0.001F});
            }
            i += 2;
        } else {
            int last = pdf_to_int(ctx, second);
            range_add(ctx, font, &cap,
                      (format_pdf_width){(uint32_t)first, last < 0 ? 0 : (uint32_t)last,
                                         pdf_array_get_real(ctx, table, i + 2) * 0.001F});
            i += 3;
        }
        sorted = sorted && (before == 0 || (uint32_t)first > last_hi);
    }
    if (!sorted) {
        qsort(font->ranges, font->range_count, sizeof(*font->ranges), range_compare);
    }
}

static void composite_load(fz_context *ctx, font_job *job)
{
    format_pdf_font *font = job->font;
    pdf_obj *encoding = pdf_dict_get(ctx, job->dict, PDF_NAME(Encoding));
    pdf_obj *descendant =
        pdf_array_get(ctx, pdf_dict_get(ctx, job->dict, PDF_NAME(DescendantFonts)), 0);
    if (pdf_is_stream(ctx, encoding)) {
        font->encoding = pdf_load_embedded_cmap(ctx, job->pdf->doc, encoding);
    } else if (pdf_is_name(ctx, encoding)) {
        font->encoding = pdf_load_system_cmap(ctx, pdf_to_name(ctx, encoding));
    } else {
        font->encoding = pdf_new_identity_cmap(ctx, 0, 2);
    }
    font->vertical = pdf_cmap_wmode(ctx, font->encoding) != 0;
    font->by_cid = cmap_of_collection(ctx, descendant);
    pdf_obj *width = pdf_dict_get(ctx, descendant, PDF_NAME(DW));
    font->missing_width = width == NULL ? 1.0F : pdf_to_real(ctx, width) * 0.001F;
    widths_load(ctx, font, descendant);
    pdf_obj *vertical = pdf_dict_get(ctx, descendant, PDF_NAME(DW2));
    font->vertical_origin_y =
        vertical == NULL ? 0.88F : pdf_array_get_real(ctx, vertical, 0) * 0.001F;
    font->vertical_advance =
        vertical == NULL ? -1.0F : pdf_array_get_real(ctx, vertical, 1) * 0.001F;
}

/* ---- simple fonts ---- */

static void encoding_load(fz_context *ctx, format_pdf_font *font, pdf_obj *encoding, bool has_own)
{
    const char **names = font->names;
    pdf_obj *base =
        pdf_is_name(ctx, encoding) ? encoding : pdf_dict_get(ctx, encoding, PDF_NAME(BaseEncoding));
    if (pdf_is_name(ctx, base)) {
        pdf_load_encoding(names, pdf_to_name(ctx, base));
    } else if (!has_own) {
        pdf_load_encoding(names, "StandardEncoding");
    }
    pdf_obj *differences = pdf_dict_get(ctx, encoding, PDF_NAME(Differences));
    int count = pdf_array_len(ctx, differences);
    int code = 0;
    for (int i = 0; i < count; i++) {
        pdf_obj *item = pdf_array_get(ctx, differences, i);
        if (pdf_is_name(ctx, item)) {
            if (code >= 0 && code < 256) {
                names[code++] = pdf_to_name(ctx, item);
            }
        } else {
            code = pdf_to_int(ctx, item);
        }
    }
    (void)pdf_keep_obj(ctx, pdf_resolve_indirect_chain(ctx, encoding)); /* the names are its */
}

/* The letter that a glyph name stands for; looked up when it is first used, for most names never
 * are. */
static int letter_of_name(format_pdf_font *font, uint8_t code)
{
    if (font->letters[code] == 0 && font->names[code] != NULL) {
        int letter = fz_unicode_from_glyph_name(font->names[code]);
        font->letters[code] = letter > 0 && letter < 0xFFFD ? (uint16_t)letter : 0;
        font->names[code] = NULL;
    }
    return font->letters[code];
}

/* A name in GBK bytes: 宋体 without an escape. */
static bool is_gbk_name(const char *name)
{
    lj_slice bytes = lj_cstr_bytes(name);
    size_t pairs = 0;
    while (bytes.len >= 2 && bytes.ptr[0] >= 0xB0 && bytes.ptr[0] <= 0xF7 && bytes.ptr[1] >= 0xA1) {
        pairs++;
        bytes = lj_slice_part(bytes, 2, SIZE_MAX);
    }
    return pairs >= 2 && (bytes.len == 0 || bytes.ptr[0] < 0x80);
}

/* Fonts of S22PDF and ClibPDF: the bytes are code page 936 though the dictionary says
 * WinAnsiEncoding; nothing is embedded. */
static bool is_gbk_font(fz_context *ctx, pdf_obj *dict, bool embedded)
{
    return !embedded && is_gbk_name(pdf_dict_get_name(ctx, dict, PDF_NAME(BaseFont))) &&
           pdf_name_eq(ctx, pdf_dict_get(ctx, dict, PDF_NAME(Encoding)), PDF_NAME(WinAnsiEncoding));
}

static void simple_load(fz_context *ctx, font_job *job, bool is_type3)
{
    format_pdf_font *font = job->font;
    pdf_obj *descriptor = pdf_dict_get(ctx, job->dict, PDF_NAME(FontDescriptor));
    int flags = pdf_dict_get_int(ctx, descriptor, PDF_NAME(Flags));
    bool embedded = pdf_dict_get(ctx, descriptor, PDF_NAME(FontFile)) != NULL ||
                    pdf_dict_get(ctx, descriptor, PDF_NAME(FontFile2)) != NULL ||
                    pdf_dict_get(ctx, descriptor, PDF_NAME(FontFile3)) != NULL;
    if (is_gbk_font(ctx, job->dict, embedded)) {
        font->encoding = pdf_load_system_cmap(ctx, "GBK-EUC-H");
        font->by_cid = pdf_load_system_cmap(ctx, "Adobe-GB1-UCS2");
        font->missing_width = 1.0F;
        return;
    }
    bool symbolic = (flags & PDF_FD_SYMBOLIC) != 0 && (flags & PDF_FD_NONSYMBOLIC) == 0;
    const char *base = pdf_dict_get_name(ctx, job->dict, PDF_NAME(BaseFont));
    symbolic = symbolic || strstr(base, "Symbol") != NULL || strstr(base, "Dingbats") != NULL;
    encoding_load(ctx, font, pdf_dict_get(ctx, job->dict, PDF_NAME(Encoding)),
                  embedded || symbolic || is_type3);

    bool dingbats = !embedded && strstr(base, "ZapfDingbats") != NULL;
    for (int i = 0; i < 256; i++) {
        if (dingbats && font->names[i] == NULL) {
            font->letters[i] = format_pdf_dingbat((uint8_t)i);
        } else if (!embedded && !is_type3 && font->names[i] == NULL && i < ' ') {
            font->letters[i] = ' '; /* a line end in a string: no font has a glyph for it */
        }
    }
    font->missing_width = pdf_dict_get_real(ctx, descriptor, PDF_NAME(MissingWidth)) * 0.001F;
    pdf_obj *widths = pdf_dict_get(ctx, job->dict, PDF_NAME(Widths));
    int first = pdf_dict_get_int(ctx, job->dict, PDF_NAME(FirstChar));
    int count = pdf_array_len(ctx, widths);
    for (int i = 0; i < 256; i++) {
        font->widths[i] = font->missing_width;
    }
    for (int i = 0; i < count; i++) {
        if (first + i >= 0 && first + i < 256) {
            font->widths[first + i] = pdf_array_get_real(ctx, widths, i) * font->scale_x;
        }
    }
    font->wants_desc_width = count == 0 && !is_type3;
}

/* ---- loading ---- */

static void font_fill(fz_context *ctx, void *arg)
{
    font_job *job = arg;
    format_pdf_font *font = fz_calloc(ctx, 1, sizeof(*font));
    job->font = font;
    font->dict = pdf_keep_obj(ctx, job->dict);
    font->scale_x = font->scale_y = 0.001F;
    font->missing_width = 0.5F;
    pdf_obj *subtype = pdf_dict_get(ctx, job->dict, PDF_NAME(Subtype));
    pdf_obj *descendants = pdf_dict_get(ctx, job->dict, PDF_NAME(DescendantFonts));
    bool is_type3 = pdf_name_eq(ctx, subtype, PDF_NAME(Type3)) ||
                    pdf_dict_get(ctx, job->dict, PDF_NAME(CharProcs)) != NULL;
    pdf_obj *owner = descendants != NULL ? pdf_array_get(ctx, descendants, 0) : job->dict;
    pdf_obj *descriptor = pdf_dict_get(ctx, owner, PDF_NAME(FontDescriptor));
    font->flags = flags_of(pdf_dict_get_name(ctx, job->dict, PDF_NAME(BaseFont)),
                           pdf_dict_get_int(ctx, descriptor, PDF_NAME(Flags)),
                           pdf_to_real(ctx, pdf_dict_gets(ctx, descriptor, "FontWeight")));
    if (is_type3) {
        fz_matrix matrix = pdf_dict_get_matrix(ctx, job->dict, PDF_NAME(FontMatrix));
        font->scale_x = matrix.a != 0 ? matrix.a : matrix.b;
        font->scale_y = matrix.d != 0 ? matrix.d : matrix.c;
    }
    if (descendants != NULL) {
        composite_load(ctx, job);
    } else {
        simple_load(ctx, job, is_type3);
    }
}

/* MuPDF's loader would take a map of any length; this one is cut and charged. */
static pdf_cmap *map_load(fz_context *ctx, format_pdf *pdf, pdf_obj *map)
{
    fz_buffer *text = fz_new_buffer(ctx, 4096);
    fz_stream *stream = pdf_open_stream(ctx, map);
    unsigned char part[4096];
    unsigned char *data = NULL;
    size_t got = 0;
    while (pdf->stop == LJ_OK && fz_buffer_storage(ctx, text, &data) < MAP_MAX &&
           (got = fz_read(ctx, stream, part, sizeof(part))) > 0) {
        fz_append_data(ctx, text, part, got);
        (void)format_pdf_work(pdf, got * MAP_WORK);
    }
    fz_drop_stream(ctx, stream);
    stream = fz_open_buffer(ctx, text);
    pdf_cmap *loaded = pdf_load_cmap(ctx, stream);
    fz_drop_stream(ctx, stream);
    fz_drop_buffer(ctx, text);
    return loaded;
}

static void to_unicode_load(fz_context *ctx, void *arg)
{
    font_job *job = arg;
    pdf_obj *map = pdf_dict_get(ctx, job->dict, PDF_NAME(ToUnicode));
    if (pdf_is_stream(ctx, map)) {
        job->font->to_unicode = map_load(ctx, job->pdf, map);
    } else if (pdf_is_name(ctx, map) && !name_has(pdf_to_name(ctx, map), "Identity")) {
        job->font->to_unicode = pdf_load_system_cmap(ctx, pdf_to_name(ctx, map));
    }
}

format_pdf_font *format_pdf_font_load(format_pdf *pdf, pdf_obj *dict)
{
    font_job job = {.pdf = pdf, .dict = dict};
    bool was_damaged = pdf->damaged;
    lj_code code = format_pdf_guard(pdf, font_fill, &job);
    if (job.font == NULL) {
        return NULL;
    }
    if (code == LJ_OK) {
        code = format_pdf_guard(pdf, to_unicode_load, &job);
    }
    if (code == LJ_E_FORMAT) {
        pdf->damaged = was_damaged; /* what cannot be mapped is counted by the glyph */
    }
    return job.font;
}

static void font_find(fz_context *ctx, void *arg)
{
    font_job *job = arg;
    pdf_obj *dict =
        pdf_dict_gets(ctx, pdf_dict_get(ctx, job->resources, PDF_NAME(Font)), job->name);
    job->dict = pdf_is_dict(ctx, dict) ? dict : NULL;
}

/* An indirect font is known by its object number, a direct one by its place in memory, which the
 * cache keeps alive. */
static bool font_is(fz_context *ctx, const format_pdf_font *font, pdf_obj *dict)
{
    return font->dict == dict || (pdf_is_indirect(ctx, dict) && pdf_is_indirect(ctx, font->dict) &&
                                  pdf_to_num(ctx, font->dict) == pdf_to_num(ctx, dict));
}

format_pdf_font *format_pdf_font_of(format_pdf *pdf, pdf_obj *resources, const char *name)
{
    font_job job = {.pdf = pdf, .resources = resources, .name = name};
    if (format_pdf_guard(pdf, font_find, &job) != LJ_OK) {
        job.dict = NULL;
    }
    uintptr_t key = pdf_is_indirect(pdf->ctx, job.dict) ? (uintptr_t)pdf_to_num(pdf->ctx, job.dict)
                                                        : (uintptr_t)job.dict >> 4;
    uint32_t slot = (uint32_t)(key % FORMAT_PDF_FONT_SLOTS);
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t at = (slot + i) % FORMAT_PDF_FONT_SLOTS;
        format_pdf_font *font = pdf->fonts[at];
        if (font == NULL) {
            slot = at;
            break;
        }
        if (font_is(pdf->ctx, font, job.dict)) {
            return font;
        }
    }
    format_pdf_font *font = format_pdf_font_load(pdf, job.dict);
    if (font != NULL) {
        pdf->fonts[slot] = font; /* an older one that is pushed out stays until the document ends */
    }
    return font;
}

/* ---- MuPDF's own loader ---- */

static void desc_load(fz_context *ctx, void *arg)
{
    font_job *job = arg;
    job->font->desc = pdf_load_font(ctx, job->pdf->doc, job->resources, job->font->dict);
}

static pdf_font_desc *desc_of(format_pdf *pdf, format_pdf_font *font)
{
    if (!font->tried_desc) {
        font->tried_desc = true;
        font_job job = {.pdf = pdf, .font = font};
        bool was_damaged = pdf->damaged;
        if (format_pdf_guard(pdf, desc_load, &job) != LJ_OK) {
            pdf->damaged = was_damaged;
        }
    }
    return font->desc;
}

/* ---- codes ---- */

/* True when the letters are of use; a control becomes a blank or nothing (F12). */
static bool letters_are_good(format_pdf_char *out)
{
    if (out->count == 1) {
        int letter = out->letters[0];
        if (letter >= 8 && letter <= 13) {
            out->letters[0] = ' ';
        } else if (letter < 32 || (letter >= 127 && letter < 160) || letter == 0xFFFD) {
            out->count = 0;
        }
    }
    return out->count > 0;
}

static bool map_lookup(pdf_cmap *map, unsigned code, format_pdf_char *out)
{
    if (map == NULL) {
        return false;
    }
    out->count = pdf_lookup_cmap_full(map, code, out->letters);
    return letters_are_good(out);
}

static bool desc_lookup(const pdf_font_desc *desc, unsigned cid, format_pdf_char *out)
{
    if (desc == NULL) {
        return false;
    }
    if (map_lookup(desc->to_unicode, cid, out)) {
        return true;
    }
    if (cid < desc->cid_to_ucs_len) {
        out->letters[0] = desc->cid_to_ucs[cid];
        out->count = 1;
        return letters_are_good(out);
    }
    return false;
}

static float width_of(const format_pdf_font *font, unsigned cid)
{
    uint32_t from = 0;
    uint32_t to = font->range_count;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        if (font->ranges[middle].hi < cid) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    bool found = from < font->range_count && font->ranges[from].lo <= cid;
    return found ? font->ranges[from].width : font->missing_width;
}

static void next_composite(format_pdf *pdf, format_pdf_font *font, lj_slice text,
                           format_pdf_char *out)
{
    /* MuPDF wants bytes that may be written; it only reads them. */
    unsigned char bytes[4];
    size_t len = lj_min_size(text.len, sizeof(bytes));
    memcpy(bytes, text.ptr, len);
    int used = pdf_decode_cmap(font->encoding, bytes, bytes + len, &out->code);
    out->byte_count = used < 1 ? 1 : used > (int)len ? (int)len : used;
    int cid = pdf_lookup_cmap(font->encoding, out->code);
    unsigned number = cid < 0 ? 0 : (unsigned)cid;
    out->width = font->vertical ? font->vertical_advance : width_of(font, number);
    if (map_lookup(font->to_unicode, out->code, out) || map_lookup(font->by_cid, number, out)) {
        return;
    }
    (void)desc_lookup(desc_of(pdf, font), number, out);
}

static void next_simple(format_pdf *pdf, format_pdf_font *font, uint8_t code, format_pdf_char *out)
{
    out->code = code;
    out->byte_count = 1;
    out->width = font->widths[code];
    if (font->wants_desc_width && desc_of(pdf, font) != NULL) {
        out->width = (float)pdf_lookup_hmtx(pdf->ctx, font->desc, code).w * 0.001F;
    }
    if (map_lookup(font->to_unicode, code, out)) {
        return;
    }
    int letter = letter_of_name(font, code);
    if (letter != 0) {
        out->letters[0] = letter;
        out->count = 1;
        if (letters_are_good(out)) {
            return;
        }
    }
    (void)desc_lookup(desc_of(pdf, font), code, out);
}

void format_pdf_font_next(format_pdf *pdf, format_pdf_font *font, lj_slice text,
                          format_pdf_char *out)
{
    out->count = 0;
    if (font->encoding != NULL) {
        next_composite(pdf, font, text, out);
    } else {
        next_simple(pdf, font, text.ptr[0], out);
    }
}
