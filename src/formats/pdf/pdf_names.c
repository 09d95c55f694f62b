/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What a document says beside its pages: information dictionary and XMP (F09), outlines, page
 * labels, named destinations, article threads, names of layers (F06, F18), form fields (F11).
 *
 * Trees are walked with a stack and a bit for each object that was seen. XMP is read as text
 * between tags and attribute values, each with the name of its element or attribute; a packet is
 * not an XML document that anybody has to validate. */
#include "formats/pdf/pdf_priv.h"

enum {
    STACK_MAX = 4096,
    XMP_MAX = 4 * 1024 * 1024,
    NAME_LEN_MAX = 64,
    VALUE_MAX = 64 * 1024,
    CHOICES_MAX = 20000,
};

typedef struct stack {
    pdf_obj **items;
    uint32_t count;
} stack;

static bool stack_init(format_pdf *pdf, stack *it)
{
    *it = (stack){lj_arena_array(pdf->arena, STACK_MAX, sizeof(pdf_obj *)), 0};
    pdf->no_memory = pdf->no_memory || it->items == NULL;
    return it->items != NULL;
}

static void stack_push(format_pdf *pdf, stack *it, pdf_obj *obj)
{
    if (obj == NULL) {
        return;
    }
    if (it->count >= STACK_MAX) {
        pdf->damaged = true;
        return;
    }
    it->items[it->count++] = obj;
}

/* ---- XMP ---- */

typedef struct xmp {
    format_pdf *pdf;
    lj_slice text;
    size_t at;
    uint8_t name[NAME_LEN_MAX];
    size_t name_len;
    lj_buf value;
} xmp;

static bool is_name_letter(uint8_t letter)
{
    return letter > ' ' && letter != '=' && letter != '>' && letter != '/' && letter != '<' &&
           letter != '"' && letter != '\'';
}

/* A value with its entities replaced; only the five of XML and numbers. */
static void xmp_value(xmp *it, lj_slice raw)
{
    static const struct {
        const char *name;
        uint8_t letter;
    } entities[] = {
        {"&lt;",   '<' },
        {"&gt;",   '>' },
        {"&amp;",  '&' },
        {"&quot;", '"' },
        {"&apos;", '\''}
    };
    lj_buf_clear(&it->value);
    for (size_t i = 0; i < raw.len && it->value.len < VALUE_MAX;) {
        lj_slice rest = lj_slice_part(raw, i, SIZE_MAX);
        size_t used = 1;
        if (raw.ptr[i] == '&' && rest.len > 3 && rest.ptr[1] == '#') {
            bool is_hex = rest.ptr[2] == 'x';
            uint32_t number = 0;
            used = is_hex ? 3 : 2;
            while (used < rest.len && used < 10 && rest.ptr[used] != ';') {
                uint8_t digit = rest.ptr[used++];
                uint32_t low =
                    digit <= '9' ? (uint32_t)digit : (uint32_t)((digit | 0x20) - 'a' + 10);
                number = number * (is_hex ? 16 : 10) + (low & 0xF);
            }
            used++;
            lj_buf_put_utf8(&it->value, number);
        } else {
            uint8_t letter = raw.ptr[i];
            for (size_t k = 0; letter == '&' && k < LJ_COUNT_OF(entities); k++) {
                if (lj_slice_has_prefix(rest, lj_cstr_bytes(entities[k].name))) {
                    letter = entities[k].letter;
                    used = strlen(entities[k].name);
                    break;
                }
            }
            lj_buf_put_u8(&it->value, letter);
        }
        i += used;
    }
    char label[NAME_LEN_MAX + 1];
    memcpy(label, it->name, it->name_len);
    label[it->name_len] = 0;
    for (size_t i = 0; i < it->name_len; i++) {
        label[i] = (char)(it->name[i] < 0x80 ? it->name[i] : '?'); /* a label is valid UTF-8 */
    }
    format_pdf_item item = {
        .role = SPAN_METADATA, .label = label, .hidden_by = SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED)};
    format_pdf_tell_bytes(it->pdf, &item, lj_buf_slice(&it->value));
}

static void xmp_name(xmp *it, bool keep)
{
    size_t from = it->at;
    while (it->at < it->text.len && is_name_letter(it->text.ptr[it->at])) {
        it->at++;
    }
    lj_slice name = lj_slice_part(it->text, from, it->at - from);
    /* rdf:li and kin are no names: what they hold belongs to the element around them. */
    if (keep && !lj_slice_has_prefix(name, LJ_BYTES("rdf:"))) {
        it->name_len = lj_min_size(name.len, NAME_LEN_MAX);
        memcpy(it->name, name.ptr == NULL ? (const uint8_t *)"" : name.ptr, it->name_len);
    }
}

/* The attributes of a tag, up to its end. */
static void xmp_attributes(xmp *it)
{
    while (it->at < it->text.len && it->text.ptr[it->at] != '>') {
        uint8_t letter = it->text.ptr[it->at];
        if (!is_name_letter(letter)) {
            it->at++;
            continue;
        }
        uint8_t outer[NAME_LEN_MAX];
        size_t outer_len = it->name_len;
        memcpy(outer, it->name, sizeof(outer));
        lj_slice here = lj_slice_part(it->text, it->at, 5);
        bool is_space = lj_slice_has_prefix(here, LJ_BYTES("xmlns")) ||
                        lj_slice_has_prefix(here, LJ_BYTES("rdf:"));
        xmp_name(it, true);
        while (it->at < it->text.len &&
               (it->text.ptr[it->at] == '=' || it->text.ptr[it->at] <= ' ')) {
            it->at++;
        }
        if (it->at < it->text.len &&
            (it->text.ptr[it->at] == '"' || it->text.ptr[it->at] == '\'')) {
            uint8_t quote = it->text.ptr[it->at++];
            size_t from = it->at;
            while (it->at < it->text.len && it->text.ptr[it->at] != quote) {
                it->at++;
            }
            if (!is_space) {
                xmp_value(it, lj_slice_part(it->text, from, it->at - from));
            }
            it->at++;
        }
        memcpy(it->name, outer, sizeof(outer));
        it->name_len = outer_len;
    }
    it->at++;
}

static void xmp_read(format_pdf *pdf, lj_slice text)
{
    xmp it = {.pdf = pdf, .text = lj_slice_part(text, 0, XMP_MAX)};
    lj_buf_init(&it.value, pdf->arena, VALUE_MAX + 8);
    while (it.at < it.text.len && pdf->stop == LJ_OK) {
        if (it.text.ptr[it.at] != '<') {
            size_t from = it.at;
            const uint8_t *next = memchr(it.text.ptr + from, '<', it.text.len - from);
            it.at = next == NULL ? it.text.len : (size_t)(next - it.text.ptr);
            xmp_value(&it, lj_slice_part(it.text, from, it.at - from));
            continue;
        }
        it.at++;
        uint8_t first = it.at < it.text.len ? it.text.ptr[it.at] : 0;
        if (first == '?' || first == '!' || first == '/') {
            const uint8_t *end = memchr(it.text.ptr + it.at, '>', it.text.len - it.at);
            it.at = end == NULL ? it.text.len : (size_t)(end - it.text.ptr) + 1;
        } else {
            xmp_name(&it, true);
            xmp_attributes(&it);
        }
        (void)format_pdf_work(pdf, 4);
    }
}

/* ---- information ---- */

static pdf_obj *root_of(fz_context *ctx, format_pdf *pdf)
{
    return pdf_dict_get(ctx, pdf_trailer(ctx, pdf->doc), PDF_NAME(Root));
}

static void info_read(fz_context *ctx, void *arg)
{
    format_pdf *pdf = arg;
    pdf_obj *info = pdf_dict_get(ctx, pdf_trailer(ctx, pdf->doc), PDF_NAME(Info));
    int count = pdf_dict_len(ctx, info);
    for (int i = 0; i < count; i++) {
        format_pdf_item item = {.role = SPAN_METADATA,
                                .label_obj = pdf_dict_get_key(ctx, info, i),
                                .hidden_by = SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED)};
        pdf_obj *value = pdf_dict_get_val(ctx, info, i);
        if (pdf_is_string(ctx, value) || pdf_is_name(ctx, value)) {
            format_pdf_tell_obj(pdf, &item, value);
        }
    }
}

static void xmp_load(fz_context *ctx, void *arg)
{
    format_pdf *pdf = arg;
    pdf_obj *obj = pdf_dict_get(ctx, root_of(ctx, pdf), PDF_NAME(Metadata));
    if (pdf_is_stream(ctx, obj)) {
        fz_buffer *content = pdf_load_stream(ctx, obj);
        unsigned char *data = NULL;
        size_t len = fz_buffer_storage(ctx, content, &data);
        xmp_read(pdf, lj_slice_of(data, len));
        fz_drop_buffer(ctx, content);
    }
}

/* ---- outlines ---- */

static void outlines_read(fz_context *ctx, void *arg)
{
    format_pdf *pdf = arg;
    stack todo;
    if (!stack_init(pdf, &todo)) {
        return;
    }
    pdf_mark_bits *seen = pdf_new_mark_bits(ctx, pdf->doc);
    pdf_obj *outlines = pdf_dict_get(ctx, root_of(ctx, pdf), PDF_NAME(Outlines));
    stack_push(pdf, &todo, pdf_dict_get(ctx, outlines, PDF_NAME(First)));
    while (todo.count > 0 && pdf->stop == LJ_OK) {
        pdf_obj *item = todo.items[--todo.count];
        (void)format_pdf_work(pdf, 16);
        if (!pdf_is_dict(ctx, item) ||
            (pdf_is_indirect(ctx, item) && pdf_mark_bits_set(ctx, seen, item))) {
            continue;
        }
        format_pdf_item told = {.role = SPAN_BOOKMARK};
        format_pdf_tell_obj(pdf, &told, pdf_dict_get(ctx, item, PDF_NAME(Title)));
        told.role = SPAN_LINK;
        told.hidden_by = SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
        format_pdf_tell_obj(pdf, &told,
                            pdf_dict_get(ctx, pdf_dict_get(ctx, item, PDF_NAME(A)), PDF_NAME(URI)));
        stack_push(pdf, &todo, pdf_dict_get(ctx, item, PDF_NAME(Next)));
        stack_push(pdf, &todo, pdf_dict_get(ctx, item, PDF_NAME(First)));
    }
}

/* ---- trees ---- */

void format_pdf_tree_walk(format_pdf *pdf, pdf_obj *root, pdf_obj *leaf_key,
                          format_pdf_visit *visit)
{
    fz_context *ctx = pdf->ctx;
    stack todo;
    if (root == NULL || !stack_init(pdf, &todo)) {
        return;
    }
    pdf_mark_bits *seen = pdf_new_mark_bits(ctx, pdf->doc);
    stack_push(pdf, &todo, root);
    while (todo.count > 0 && pdf->stop == LJ_OK) {
        pdf_obj *node = todo.items[--todo.count];
        (void)format_pdf_work(pdf, 16);
        if (!pdf_is_dict(ctx, node) ||
            (pdf_is_indirect(ctx, node) && pdf_mark_bits_set(ctx, seen, node))) {
            continue;
        }
        pdf_obj *pairs = pdf_dict_get(ctx, node, leaf_key);
        int count = pdf_array_len(ctx, pairs);
        for (int i = 0; i + 1 < count && pdf->stop == LJ_OK; i += 2) {
            visit(pdf, pdf_array_get(ctx, pairs, i), pdf_array_get(ctx, pairs, i + 1));
        }
        pdf_obj *kids = pdf_dict_get(ctx, node, PDF_NAME(Kids));
        count = pdf_array_len(ctx, kids);
        for (int i = count; i > 0; i--) {
            stack_push(pdf, &todo, pdf_array_get(ctx, kids, i - 1));
        }
    }
}

static void label_tell(format_pdf *pdf, pdf_obj *key, pdf_obj *value)
{
    (void)key;
    format_pdf_item item = {.role = SPAN_BOOKMARK, .label = "page label"};
    format_pdf_tell_obj(pdf, &item, pdf_dict_get(pdf->ctx, value, PDF_NAME(P)));
}

static void destination_tell(format_pdf *pdf, pdf_obj *key, pdf_obj *value)
{
    (void)value;
    format_pdf_item item = {.role = SPAN_BOOKMARK,
                            .label = "destination",
                            .hidden_by = SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED)};
    format_pdf_tell_obj(pdf, &item, key);
}

static void file_collect(format_pdf *pdf, pdf_obj *key, pdf_obj *value)
{
    (void)key;
    format_pdf_file_add(pdf, value);
}

static void trees_read(fz_context *ctx, void *arg)
{
    format_pdf *pdf = arg;
    pdf_obj *root = root_of(ctx, pdf);
    pdf_obj *names = pdf_dict_get(ctx, root, PDF_NAME(Names));
    format_pdf_tree_walk(pdf, pdf_dict_gets(ctx, root, "PageLabels"), PDF_NAME(Nums), label_tell);
    format_pdf_tree_walk(pdf, pdf_dict_get(ctx, names, PDF_NAME(EmbeddedFiles)), PDF_NAME(Names),
                         file_collect);
    format_pdf_tree_walk(pdf, pdf_dict_get(ctx, names, PDF_NAME(Dests)), PDF_NAME(Names),
                         destination_tell);
    pdf_obj *old = pdf_dict_get(ctx, root, PDF_NAME(Dests));
    int count = pdf_dict_len(ctx, old);
    for (int i = 0; i < count && pdf->stop == LJ_OK; i++) {
        destination_tell(pdf, pdf_dict_get_key(ctx, old, i), NULL);
    }
    pdf_obj *files = pdf_dict_gets(ctx, root, "AF");
    count = pdf_array_len(ctx, files);
    for (int i = 0; i < count; i++) {
        format_pdf_file_add(pdf, pdf_array_get(ctx, files, i));
    }
    if (pdf_dict_get(ctx, names, PDF_NAME(JavaScript)) != NULL) {
        format_tell(pdf->run, NOTE_MACROS);
    }
}

static void rest_read(fz_context *ctx, void *arg)
{
    format_pdf *pdf = arg;
    pdf_obj *root = root_of(ctx, pdf);
    pdf_obj *layers =
        pdf_dict_get(ctx, pdf_dict_get(ctx, root, PDF_NAME(OCProperties)), PDF_NAME(OCGs));
    int count = pdf_array_len(ctx, layers);
    for (int i = 0; i < count && pdf->stop == LJ_OK; i++) {
        format_pdf_item item = {.role = SPAN_ALT, .label = "layer"};
        format_pdf_tell_obj(pdf, &item,
                            pdf_dict_get(ctx, pdf_array_get(ctx, layers, i), PDF_NAME(Name)));
    }
    pdf_obj *threads = pdf_dict_gets(ctx, root, "Threads");
    count = pdf_array_len(ctx, threads);
    for (int i = 0; i < count && pdf->stop == LJ_OK; i++) {
        pdf_obj *info = pdf_dict_get(ctx, pdf_array_get(ctx, threads, i), PDF_NAME(I));
        format_pdf_item item = {.role = SPAN_BOOKMARK, .label = "thread"};
        format_pdf_tell_obj(pdf, &item, pdf_dict_get(ctx, info, PDF_NAME(Title)));
        format_pdf_tell_obj(pdf, &item, pdf_dict_get(ctx, info, PDF_NAME(Subject)));
    }
}

/* ---- form fields ---- */

/* A value that a person gave: strings, streams, lists of them; names but the usual states of a
 * button. */
static void value_tell(format_pdf *pdf, const format_pdf_item *item, pdf_obj *value)
{
    fz_context *ctx = pdf->ctx;
    int count = pdf_is_array(ctx, value) ? pdf_array_len(ctx, value) : 1;
    count = count > CHOICES_MAX ? CHOICES_MAX : count;
    for (int i = 0; i < count && pdf->stop == LJ_OK; i++) {
        pdf_obj *one = pdf_is_array(ctx, value) ? pdf_array_get(ctx, value, i) : value;
        const char *name = pdf_to_name(ctx, one);
        if (strcmp(name, "Off") == 0 || strcmp(name, "Yes") == 0 || strcmp(name, "On") == 0) {
            continue;
        }
        if (pdf_is_array(ctx, one)) {
            one = pdf_array_get(ctx, one, 1); /* export value, text that is shown */
        }
        format_pdf_tell_obj(pdf, item, one);
    }
}

void format_pdf_field_tell(format_pdf *pdf, pdf_obj *field, uint32_t page_no)
{
    fz_context *ctx = pdf->ctx;
    if (pdf->seen_fields == NULL) {
        pdf->seen_fields = pdf_new_mark_bits(ctx, pdf->doc);
    }
    if (pdf_is_indirect(ctx, field) && pdf_mark_bits_set(ctx, pdf->seen_fields, field)) {
        return;
    }
    format_pdf_item item = {.role = SPAN_FORM, .page_no = page_no};
    item.label_obj = pdf_dict_get(ctx, field, PDF_NAME(T));
    value_tell(pdf, &item, pdf_dict_get(ctx, field, PDF_NAME(V)));
    value_tell(pdf, &item, pdf_dict_gets(ctx, field, "RV"));
    item.hidden_by = SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    value_tell(pdf, &item, pdf_dict_get(ctx, field, PDF_NAME(DV)));
    value_tell(pdf, &item, pdf_dict_get(ctx, field, PDF_NAME(TU)));
    value_tell(pdf, &item, pdf_dict_get(ctx, field, PDF_NAME(Opt)));
}

static void fields_read(fz_context *ctx, void *arg)
{
    format_pdf *pdf = arg;
    stack todo;
    pdf_obj *form = pdf_dict_get(ctx, root_of(ctx, pdf), PDF_NAME(AcroForm));
    pdf_obj *fields = pdf_dict_get(ctx, form, PDF_NAME(Fields));
    if (fields == NULL || !stack_init(pdf, &todo)) {
        return;
    }
    pdf_mark_bits *seen = pdf_new_mark_bits(ctx, pdf->doc);
    int count = pdf_array_len(ctx, fields);
    for (int i = 0; i < count && pdf->stop == LJ_OK; i++) {
        stack_push(pdf, &todo, pdf_array_get(ctx, fields, i));
        while (todo.count > 0 && pdf->stop == LJ_OK) {
            pdf_obj *field = todo.items[--todo.count];
            (void)format_pdf_work(pdf, 16);
            if (!pdf_is_dict(ctx, field) ||
                (pdf_is_indirect(ctx, field) && pdf_mark_bits_set(ctx, seen, field))) {
                continue;
            }
            format_pdf_field_tell(pdf, field, 0);
            pdf_obj *kids = pdf_dict_get(ctx, field, PDF_NAME(Kids));
            int kid_count = pdf_array_len(ctx, kids);
            for (int k = kid_count; k > 0; k--) {
                stack_push(pdf, &todo, pdf_array_get(ctx, kids, k - 1));
            }
        }
    }
}

lj_code format_pdf_names_read(format_pdf *pdf)
{
    static format_pdf_body *const parts[] = {info_read,  xmp_load,  outlines_read,
                                             trees_read, rest_read, fields_read};
    for (size_t i = 0; i < LJ_COUNT_OF(parts) && pdf->stop == LJ_OK; i++) {
        lj_arena_mark mark = lj_arena_mark_of(pdf->arena);
        (void)format_pdf_guard(pdf, parts[i], pdf);
        lj_arena_rewind(pdf->arena, mark);
    }
    return pdf->stop;
}
