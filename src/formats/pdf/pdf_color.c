/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Colours of letters and areas as 0xRRGGBB (ISO 32000-2 8.6). Device spaces are computed here; all
 * others go through MuPDF's colour spaces with ICC off, which means their alternate space. A
 * pattern or shading has no one colour. */
#include "formats/pdf/pdf_priv.h"

typedef struct color_job {
    format_pdf *pdf;
    format_pdf_color *color;
    pdf_obj *resources;
    const char *name;
    const float *values;
    int count;
} color_job;

static uint32_t channel(float value)
{
    /* The order of the tests also answers a value that is no number. */
    return !(value > 0.0F) ? 0 : value >= 1.0F ? 255 : (uint32_t)(value * 255.0F + 0.5F);
}

uint32_t format_pdf_rgb_of(const float *values, int count)
{
    if (count >= 4) {
        float k = 1.0F - values[3];
        return channel((1.0F - values[0]) * k) << 16 | channel((1.0F - values[1]) * k) << 8 |
               channel((1.0F - values[2]) * k);
    }
    if (count == 3) {
        return channel(values[0]) << 16 | channel(values[1]) << 8 | channel(values[2]);
    }
    return count < 1 ? 0 : channel(values[0]) * 0x010101U;
}

static void space_load(fz_context *ctx, void *arg)
{
    color_job *job = arg;
    pdf_obj *spaces = pdf_dict_get(ctx, job->resources, PDF_NAME(ColorSpace));
    pdf_obj *obj = pdf_dict_gets(ctx, spaces, job->name);
    if (obj != NULL && !pdf_name_eq(ctx, obj, PDF_NAME(Pattern))) {
        job->color->space = pdf_load_colorspace(ctx, obj);
    }
}

void format_pdf_color_space(format_pdf *pdf, format_pdf_color *color, pdf_obj *resources,
                            const char *name)
{
    color->space = NULL;
    color->rgb = 0;
    color->is_known = true;
    if (strcmp(name, "Pattern") == 0) {
        color->is_known = false;
    } else if (strncmp(name, "Device", 6) != 0) {
        color_job job = {.pdf = pdf, .color = color, .resources = resources, .name = name};
        bool was_damaged = pdf->damaged;
        if (format_pdf_guard(pdf, space_load, &job) != LJ_OK || color->space == NULL) {
            color->is_known = false;
            pdf->damaged = was_damaged; /* a missing colour loses no text */
        }
    }
}

static void color_convert(fz_context *ctx, void *arg)
{
    color_job *job = arg;
    float in[FZ_MAX_COLORS] = {0};
    float rgb[FZ_MAX_COLORS] = {0};
    int count = fz_colorspace_n(ctx, job->color->space);
    for (int i = 0; i < count && i < job->count && i < FZ_MAX_COLORS; i++) {
        in[i] = job->values[i];
    }
    fz_convert_color(ctx, job->color->space, in, fz_device_rgb(ctx), rgb, NULL,
                     fz_default_color_params);
    job->color->rgb = format_pdf_rgb_of(rgb, 3);
}

void format_pdf_color_set(format_pdf *pdf, format_pdf_color *color, const float *values, int count)
{
    if (color->space == NULL) {
        if (color->is_known) {
            color->rgb = format_pdf_rgb_of(values, count);
        }
        return;
    }
    color_job job = {.pdf = pdf, .color = color, .values = values, .count = count};
    bool was_damaged = pdf->damaged;
    color->is_known = format_pdf_guard(pdf, color_convert, &job) == LJ_OK;
    pdf->damaged = was_damaged;
}
